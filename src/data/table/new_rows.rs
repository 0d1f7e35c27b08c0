//! Rows that a trained model is applied to: read with the columns that the model learnt, found by name, never fitted again.

#![allow(clippy::float_cmp, reason = "whole numbers are compared with whole numbers")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::super::columns::places_of;
use super::super::error::{BadLines, names};
use super::super::file::check_size;
use super::super::findings::{Filled, told};
use super::super::{ColumnKind, Columns, DataError, Examples, LineProblem, Remark};
use super::dialect::Dialect;
use super::encode::whole_byte;
use super::number::{is_gap, is_gap_among_numbers, number, plain, truth};
use super::records::Block;
use super::survey::text_of;
use super::text::Origin;
use super::{PartFile, RecordFate, ambiguous_commas, choose_label, column_names, unseen_words};
use crate::recipe::TableSource;
use crate::text::phrase;

/// Rows for a model to read.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRows {
    /// One example a row, of the shape that the model reads.
    pub examples: Examples,
    /// The class of each row: one of those that were asked for, or as the table writes it; `None` where it has no class column, or
    /// the field is empty or says that nothing is known.
    pub labels: Vec<Option<String>>,
    /// Positions of gaps among all values, ascending.
    pub gaps: Vec<u64>,
    /// What is called as each row: the file of a picture, the field of a row-name column; empty for plain tables.
    pub names: Vec<String>,
    /// What the user should know.
    pub remarks: Vec<Remark>,
}

/// One block of rows.
#[derive(Default)]
struct Part {
    values: Vec<f32>,
    labels: Vec<Option<String>>,
    gaps: Vec<u64>,
    filled: BTreeMap<usize, u64>,
    unseen: BTreeMap<usize, u64>,
    bad: BadLines,
}

/// What becomes of the fields of a column.
enum Act<'a> {
    Number(f64, f64),
    Truth(f64),
    Words(HashMap<&'a str, usize>),
}

/// Reads a table with known columns. What `source` says of the writing holds; what it leaves open is found out. `shape` is that of
/// the model's inputs.
///
/// # Errors
/// When a column is missing, a field is no number where one must be, or the file cannot be read.
pub fn read_new_rows(
    source: &TableSource,
    columns: &Columns,
    classes: &[String],
    shape: &[usize],
) -> Result<NewRows, DataError> {
    let file = source.path.as_path();
    let origin = Origin::of(file)?;
    // Columns that have no names stand in a table without a header, unless there is nothing else to tell by.
    let header = source.header.or((!columns.named && columns.label.is_some()).then_some(false));
    let asked = TableSource { label: None, header, ..source.clone() };
    let known: Vec<String> = if columns.named {
        columns
            .list
            .iter()
            .map(|column| column.name.clone())
            .chain(columns.label.iter().map(|l| l.name.clone()))
            .collect()
    } else {
        Vec::new()
    };
    let mut dialect = Dialect::of(&origin, &asked, &known)?;
    if dialect.commas_are_ambiguous {
        // The table that the model learnt may have known better.
        dialect.decimal_comma = columns.decimal_comma;
    }
    let here = column_names(&dialect);
    let (places, label) = find_columns(file, columns, &dialect, &here)?;
    let label = match source.label {
        Some(_) => Some(choose_label(file, source, &dialect, &here)?.at),
        None => label,
    };
    let is_ambiguous = dialect.commas_are_ambiguous;
    let part = PartFile { origin, dialect, map: places };
    let acts: Vec<Act<'_>> = columns
        .list
        .iter()
        .map(|column| match &column.kind {
            ColumnKind::Number { base, fill } => Act::Number(*base, *fill),
            ColumnKind::Truth { fill } => Act::Truth(*fill),
            ColumnKind::Words { words } => {
                Act::Words(words.iter().enumerate().map(|(at, word)| (word.as_str(), at)).collect())
            }
        })
        .collect();
    let classes: HashSet<&str> = classes.iter().map(String::as_str).collect();
    let width = columns.width();
    let called = |column: usize| columns.list[column].name.clone();
    let decimal_comma = part.dialect.decimal_comma;
    let count = part.dialect.count;
    let mut all = Part::default();
    part.visit(
        &(),
        Part::default,
        |rows: &mut Part, block: &Block, record, fate| {
            let fault = |rows: &mut Part, problem: LineProblem| {
                rows.bad.push(|| block.line_of(record), problem);
            };
            match fate {
                RecordFate::Header | RecordFate::Comment | RecordFate::Empty => return,
                RecordFate::Ragged => {
                    return fault(rows, LineProblem::Ragged { found: record.len(), expected: count });
                }
                RecordFate::Row => {}
            }
            for (column, act) in acts.iter().enumerate() {
                let text = text_of(record, part.map[column]);
                let gap = is_gap(text) || is_gap_among_numbers(text);
                match act {
                    Act::Number(base, fill) => {
                        let value = number(text, decimal_comma);
                        if value.is_none() && !gap {
                            let column = format!("`{}`", called(column));
                            let text = text.chars().take(40).collect();
                            return fault(rows, LineProblem::NotANumber { column, text });
                        }
                        if value.is_none() {
                            *rows.filled.entry(column).or_default() += 1;
                            rows.gaps.push(rows.values.len() as u64);
                        }
                        rows.values.push((value.unwrap_or(*fill) - base) as f32);
                    }
                    Act::Truth(fill) => {
                        let value = truth(text).or_else(|| match number(text, decimal_comma) {
                            Some(value) if value == 0.0 || value == 1.0 => Some(value as f32),
                            _ => None,
                        });
                        let counter = if gap { &mut rows.filled } else { &mut rows.unseen };
                        *counter.entry(column).or_default() += u64::from(value.is_none());
                        if value.is_none() {
                            rows.gaps.push(rows.values.len() as u64);
                        }
                        rows.values.push(value.unwrap_or(*fill as f32));
                    }
                    Act::Words(words) => {
                        let at = rows.values.len();
                        rows.values.resize(at + words.len(), 0.0);
                        match words.get(text) {
                            Some(word) => rows.values[at + word] = 1.0,
                            None if is_gap(text) => *rows.filled.entry(column).or_default() += 1,
                            None => *rows.unseen.entry(column).or_default() += 1,
                        }
                    }
                }
            }
            let text = label.map(|label| text_of(record, label)).filter(|text| !text.is_empty());
            rows.labels.push(text.and_then(|text| class_of(text, &classes, decimal_comma)));
        },
        |mut rows| {
            let start = all.values.len() as u64;
            all.gaps.extend(rows.gaps.iter().map(|gap| start + gap));
            all.values.append(&mut rows.values);
            all.labels.append(&mut rows.labels);
            for (counts, more) in [(&mut all.filled, rows.filled), (&mut all.unseen, rows.unseen)] {
                for (column, count) in more {
                    *counts.entry(column).or_default() += count;
                }
            }
            all.bad.append(rows.bad);
        },
    )?;
    all.bad.refuse(file)?;
    let rows = all.labels.len();
    if rows == 0 {
        let (problem, allowed) = (phrase!("table-header-only"), phrase!("table-allowed"));
        return Err(DataError::Format { file: file.to_owned(), problem, allowed });
    }
    check_size(file, &[rows as u64, width as u64])?;
    let counted = |counts: &BTreeMap<usize, u64>| -> Vec<Filled> {
        let counts = counts.iter().filter(|(_, count)| **count > 0);
        counts.map(|(column, count)| Filled { column: called(*column), count: *count }).collect()
    };
    let mut remarks = Vec::new();
    remarks.extend(is_ambiguous.then(|| ambiguous_commas(decimal_comma)));
    let filled = counted(&all.filled);
    if !filled.is_empty() {
        let count = filled.iter().map(|filled| filled.count).sum();
        let message = phrase!("remark-filled", count = count, columns = told(&filled));
        remarks.push(Remark::note("filled", message, [("fields", count)]));
    }
    remarks.extend(unseen_words(&counted(&all.unseen)));
    let examples = examples_of(file, all.values, rows, width, shape)?;
    Ok(NewRows { examples, labels: all.labels, gaps: all.gaps, names: Vec::new(), remarks })
}

/// The class that a label stands for: as it is written, or by its value; `None` for a gap.
fn class_of(text: &str, classes: &HashSet<&str>, decimal_comma: bool) -> Option<String> {
    if classes.contains(text) {
        return Some(text.to_owned());
    }
    match plain(text, decimal_comma).filter(|text| classes.contains(text.as_str())) {
        Some(class) => Some(class),
        None if is_gap(text) || is_gap_among_numbers(text) => None,
        None => Some(text.to_owned()),
    }
}

/// Where each column that is read stands in this file, and the class column, where there is one.
fn find_columns(
    file: &Path,
    columns: &Columns,
    dialect: &Dialect,
    here: &[String],
) -> Result<(Vec<usize>, Option<usize>), DataError> {
    let wrong = |problem, allowed| DataError::Format { file: file.to_owned(), problem, allowed };
    if columns.named {
        let wanted = columns.list.iter().map(|column| (column.name.as_str(), column.nth));
        let found = places_of(wanted, here);
        let is_missing = |at: &Option<usize>| at.is_none() || dialect.header.is_none();
        let missing: Vec<String> = columns
            .list
            .iter()
            .zip(&found)
            .filter(|(_, at)| is_missing(at))
            .map(|(column, _)| column.name.clone())
            .collect();
        if !missing.is_empty() {
            let problem = phrase!("part-missing", names = names(&missing));
            return Err(wrong(problem, phrase!("rows-columns-by-name")));
        }
        let label = columns.label.iter().map(|label| (label.name.as_str(), label.nth));
        let label = places_of(label, here).pop().flatten();
        return Ok((found.into_iter().flatten().collect(), label));
    }
    let label = columns.label.as_ref().map(|label| label.position);
    let with_label = dialect.count == columns.count;
    let without = label.is_some() && dialect.count + 1 == columns.count;
    if !with_label && !without {
        let problem = phrase!("part-columns", found = dialect.count);
        return Err(wrong(problem, phrase!("rows-columns-by-position", count = columns.count)));
    }
    let at = |position: usize| match label {
        // Without the class, the columns behind it move up.
        Some(label) if !with_label && position > label => position - 1,
        _ => position,
    };
    Ok((columns.list.iter().map(|column| at(column.position)).collect(), label.filter(|_| with_label)))
}

/// Values as the model reads them: pixels, where its inputs are pictures.
fn examples_of(
    file: &Path,
    values: Vec<f32>,
    rows: usize,
    width: usize,
    shape: &[usize],
) -> Result<Examples, DataError> {
    if let &[channels, height, pixels] = shape
        && channels * height * pixels == width
    {
        let bytes: Option<Vec<u8>> = values.iter().map(|value| whole_byte(f64::from(*value))).collect();
        return match bytes {
            Some(values) => Ok(Examples::Pixels { rows, channels, height, width: pixels, values }),
            None => Err(DataError::Format {
                file: file.to_owned(),
                problem: phrase!("pixels-values"),
                allowed: phrase!("pixels-allowed"),
            }),
        };
    }
    Ok(Examples::Features { rows, width, values })
}
