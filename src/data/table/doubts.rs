//! Columns that are read, and of which a user should be told: those that say the class, and those that follow the order of the rows.

use super::super::error::names;
use super::super::{Columns, Remark};
use super::naming::CLASS_NAMES;
use crate::text::phrase;

/// Fewest rows by which a column can be judged.
const FEWEST: usize = 20;

/// What is odd about the columns of `[rows, width]` values with these labels.
pub fn doubts(columns: &Columns, values: &[f32], labels: &[u32], classes: usize) -> Vec<Remark> {
    let width = columns.width();
    if labels.len() < FEWEST || width == 0 {
        return Vec::new();
    }
    let (mut telling, mut ordered) = (Vec::new(), Vec::new());
    let mut from = 0;
    for column in &columns.list {
        let inputs = column.kind.inputs();
        let fields = || values.chunks_exact(width).map(|row| &row[from..from + inputs]);
        if is_class_by_name(&column.name) || tells_class(fields(), labels, classes) {
            telling.push(column.name.clone());
        } else if inputs == 1 && (is_in_order(fields().map(|field| field[0])) || numbers_rows(fields(), labels.len())) {
            ordered.push(column.name.clone());
        }
        from += inputs;
    }
    let mut remarks = Vec::new();
    let count = |list: &[String]| [("columns", list.len() as u64)];
    if !telling.is_empty() {
        let message = phrase!("remark-tells-class", names = names(&telling));
        remarks.push(Remark::warning("tells-class", message, count(&telling)));
    }
    if !ordered.is_empty() {
        let message = phrase!("remark-follows-rows", names = names(&ordered));
        remarks.push(Remark::warning("looks-like-ids", message, count(&ordered)));
    }
    remarks
}

/// `class` beside `label`, `target_name` beside `target`.
fn is_class_by_name(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let plain = ["_name", "_names", "_id", "_code"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    // `y` is as often a coordinate.
    plain != "y" && CLASS_NAMES.contains(&plain)
}

/// Whether each class has a value of its own, and all rows of it have that one.
fn tells_class<'a>(fields: impl Iterator<Item = &'a [f32]>, labels: &[u32], classes: usize) -> bool {
    let mut of_class: Vec<Option<&[f32]>> = vec![None; classes];
    for (field, label) in fields.zip(labels) {
        match &mut of_class[*label as usize] {
            Some(known) if *known != field => return false,
            known => *known = Some(field),
        }
    }
    let mut met: Vec<&[f32]> = of_class.into_iter().flatten().collect();
    let count = met.len();
    met.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    met.dedup();
    count > 1 && met.len() == count
}

/// Whole numbers that rise, or fall, from each row to the next.
fn is_in_order(values: impl Iterator<Item = f32>) -> bool {
    let (mut before, mut sign) = (None, 0.0_f32);
    for value in values {
        if value.fract() != 0.0 || value.is_nan() {
            return false;
        }
        if let Some(before) = before.replace(value) {
            let step = value - before;
            if step == 0.0 || step * sign < 0.0 {
                return false;
            }
            sign = step;
        }
    }
    true
}

/// All whole numbers from 0 or 1 on, each once, in any order.
fn numbers_rows<'a>(fields: impl Iterator<Item = &'a [f32]>, rows: usize) -> bool {
    let mut met = vec![false; rows + 1];
    for field in fields {
        let value = field[0];
        if value.fract() != 0.0
            || !(0.0..=rows as f32).contains(&value)
            || std::mem::replace(&mut met[value as usize], true)
        {
            return false;
        }
    }
    // Either 0 or the last number is missing.
    !(met[0] && met[rows])
}
