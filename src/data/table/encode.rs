//! The second pass: fields become the numbers of each row.

use std::collections::HashMap;

use super::super::{ColumnKind, Columns, DataError, Examples, Watch};
use super::decide::Labels;
use super::number::{number, truth};
use super::part::{PartFile, RecordFate};
use super::records::Block;
use super::survey::text_of;
use crate::text::phrase;

/// What becomes of the fields of a record, in the order of the inputs.
pub struct Plan<'a> {
    acts: Vec<(usize, Act)>,
    labels: &'a Labels,
    label: usize,
    /// Of pictures.
    shape: Option<[usize; 3]>,
}

enum Act {
    Number(f64),
    Truth,
    Words(HashMap<Box<str>, usize>),
}

/// What was read.
pub struct Read {
    /// One example a row.
    pub examples: Examples,
    /// Positions of gaps among all values, ascending.
    pub gaps: Vec<u64>,
    /// The class of each row.
    pub labels: Vec<u32>,
    /// The first row of each file.
    pub starts: Vec<usize>,
}

impl<'a> Plan<'a> {
    /// Reads `columns`; as pictures of a `shape` `[channels, height, width]` where each number is a whole one from 0 to 255.
    pub fn new(columns: &Columns, labels: &'a Labels, label: usize, shape: Option<[usize; 3]>) -> Self {
        let acts = columns.list.iter().filter_map(|column| {
            let act = match &column.kind {
                ColumnKind::Text => return None,
                ColumnKind::Number { base, .. } => Act::Number(*base),
                ColumnKind::Truth { .. } => Act::Truth,
                ColumnKind::Words { words } => {
                    Act::Words(words.iter().enumerate().map(|(at, word)| (word.as_str().into(), at)).collect())
                }
            };
            Some((column.position, act))
        });
        Self { acts: acts.collect(), labels, label, shape }
    }
}

/// A block of rows.
#[derive(Default)]
struct Rows {
    bytes: Vec<u8>,
    floats: Vec<f32>,
    gaps: Vec<u64>,
    labels: Vec<u32>,
    /// A field is not what it was in the first pass.
    changed: bool,
}

impl Rows {
    /// Takes room for a block at once: buffers that grow leave the allocator with as much memory again.
    fn reserve(&mut self, plan: &Plan<'_>, block: &Block, first: &csv::ByteRecord, width: usize) {
        let records = block.records_like(first);
        self.labels.reserve(records);
        // A word may stand for thousands of inputs: no more than a text of numbers could hold.
        let values = records.saturating_mul(width).min(block.bytes());
        match plan.shape {
            Some(_) => self.bytes.reserve(values),
            None => self.floats.reserve(values),
        }
    }
}

/// Reads all rows of all files.
pub fn read_all(
    parts: &[PartFile<'_>],
    plan: &Plan<'_>,
    rows: usize,
    width: usize,
    watch: &dyn Watch,
) -> Result<Read, DataError> {
    let (mut bytes, mut floats) = (Vec::new(), Vec::new());
    if plan.shape.is_some() {
        bytes.reserve_exact(rows * width);
    } else {
        floats.reserve_exact(rows * width);
    }
    let (mut gaps, mut labels, mut starts) = (Vec::new(), Vec::with_capacity(rows), Vec::new());
    for part in parts {
        starts.push(labels.len());
        let mut changed = false;
        part.visit(
            watch,
            Rows::default,
            |rows, block, record, fate| {
                if fate == RecordFate::Row {
                    if rows.labels.is_empty() {
                        rows.reserve(plan, block, record, width);
                    }
                    read_row(plan, part, record, width, rows);
                }
            },
            |mut block: Rows| {
                let start = (labels.len() * width) as u64;
                changed |= block.changed || labels.len() + block.labels.len() > rows;
                if !changed {
                    bytes.append(&mut block.bytes);
                    floats.append(&mut block.floats);
                    gaps.extend(block.gaps.iter().map(|gap| start + gap));
                    labels.append(&mut block.labels);
                }
            },
        )?;
        if changed {
            return Err(changed_meanwhile(part));
        }
    }
    if labels.len() != rows {
        return Err(changed_meanwhile(&parts[0]));
    }
    let examples = match plan.shape {
        Some([channels, height, width]) => Examples::Pixels { rows, channels, height, width, values: bytes },
        None => Examples::Features { rows, width, values: floats },
    };
    Ok(Read { examples, gaps, labels, starts })
}

fn changed_meanwhile(part: &PartFile<'_>) -> DataError {
    let file = part.origin.path().to_owned();
    DataError::Format { file, problem: phrase!("table-changed"), allowed: phrase!("table-changed-allowed") }
}

fn read_row(plan: &Plan<'_>, part: &PartFile<'_>, record: &csv::ByteRecord, width: usize, rows: &mut Rows) {
    let decimal_comma = part.dialect.decimal_comma;
    let Some(label) = plan.labels.of.get(text_of(record, part.map[plan.label])) else {
        rows.changed = true;
        return;
    };
    let start = rows.labels.len() * width;
    rows.labels.push(*label);
    if plan.shape.is_some() {
        for (column, _) in &plan.acts {
            let text = text_of(record, part.map[*column]);
            match text.parse::<u8>().ok().or_else(|| number(text, decimal_comma).and_then(whole_byte)) {
                Some(byte) => rows.bytes.push(byte),
                None => rows.changed = true,
            }
        }
        return;
    }
    for (column, act) in &plan.acts {
        let text = text_of(record, part.map[*column]);
        let value = match act {
            Act::Number(base) => number(text, decimal_comma).map(|value| (value - base) as f32),
            Act::Truth => truth(text),
            Act::Words(words) => {
                let at = rows.floats.len();
                rows.floats.resize(at + words.len(), 0.0);
                if let Some(word) = words.get(text) {
                    rows.floats[at + word] = 1.0;
                }
                continue;
            }
        };
        if value.is_none() {
            rows.gaps.push(rows.floats.len() as u64);
        }
        rows.floats.push(value.unwrap_or(f32::NAN));
    }
    debug_assert_eq!(rows.floats.len(), start + width, "each input of a row has its number");
}

/// The byte that a whole number from 0 to 255 is.
pub fn whole_byte(value: f64) -> Option<u8> {
    (value.fract() == 0.0 && (0.0..=255.0).contains(&value)).then_some(value as u8)
}
