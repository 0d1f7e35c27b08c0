//! Rows that a trained model is applied to: read with the columns that the model learnt, found by name, never fitted again.

#![allow(clippy::float_cmp, reason = "whole numbers are compared with whole numbers")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use csv::ByteRecord;

use super::super::columns::places_of;
use super::super::error::{BadLines, names};
use super::super::file::check_size;
use super::super::findings::{Filled, told};
use super::super::{ColumnKind, Columns, DataError, Examples, LineProblem, Remark};
use super::dialect::Dialect;
use super::encode::whole_byte;
use super::label::choose_label;
use super::number::{is_gap, is_gap_among_numbers, number, plain, truth};
use super::part::{PartFile, RecordFate};
use super::report::{ambiguous_commas, unseen_words};
use super::survey::text_of;
use super::text::Origin;
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

/// Reads a table with known columns of features. What `source` says of the writing holds; what it leaves open is found out. `shape` is that of
/// the model's inputs.
///
/// # Errors
/// When a column is missing, a field is no number where one must be, or the file cannot be read.
pub fn read_new_features(
    source: &TableSource,
    columns: &Columns,
    classes: &[String],
    shape: &[usize],
) -> Result<NewRows, DataError> {
    let file = source.path.as_path();
    let reader = RowReader::open(source, columns, classes)?;
    let all = reader.read()?;
    let (rows, width) = (all.labels.len(), columns.width());
    if rows == 0 {
        let (problem, allowed) = (phrase!("table-header-only"), phrase!("table-allowed"));
        return Err(DataError::Format { file: file.to_owned(), problem, allowed });
    }
    check_size(file, &[rows as u64, width as u64])?;
    let remarks = reader.remarks(&all);
    let examples = examples_of(file, all.values, rows, width, shape)?;
    Ok(NewRows { examples, labels: all.labels, gaps: all.gaps, names: Vec::new(), remarks })
}

/// A table that is opened, and what becomes of its fields.
struct RowReader<'a> {
    part: PartFile<'a>,
    columns: &'a Columns,
    /// One a column.
    acts: Vec<Act<'a>>,
    classes: HashSet<&'a str>,
    /// Where the class stands.
    label: Option<usize>,
}

impl<'a> RowReader<'a> {
    fn open(source: &TableSource, columns: &'a Columns, classes: &'a [String]) -> Result<Self, DataError> {
        let file = source.path.as_path();
        let origin = Origin::of(file)?;
        // Columns that have no names stand in a table without a header, unless there is nothing else to tell by.
        let header = source.header.or((!columns.named && columns.label.is_some()).then_some(false));
        let asked = TableSource { label: None, header, ..source.clone() };
        let mut dialect = Dialect::of(&origin, &asked, &known_names(columns))?;
        if dialect.commas_are_ambiguous {
            // The table that the model learnt may have known better.
            dialect.decimal_comma = columns.decimal_comma;
        }
        let here = dialect.column_names();
        let (map, label) = find_columns(file, columns, &dialect, &here)?;
        let label = match source.label {
            Some(_) => Some(choose_label(file, source, &dialect, &here)?.at),
            None => label,
        };
        Ok(Self {
            part: PartFile { origin, dialect, map },
            columns,
            acts: columns.list.iter().map(|column| Act::of(&column.kind)).collect(),
            classes: classes.iter().map(String::as_str).collect(),
            label,
        })
    }

    /// All rows; an error with the first lines that cannot be used.
    fn read(&self) -> Result<Rows, DataError> {
        let mut all = Rows::default();
        self.part.visit(
            &(),
            Rows::default,
            |rows, block, record, fate| {
                if let Err(problem) = self.take_record(rows, record, fate) {
                    rows.bad.push(|| block.line_of(record), problem);
                }
            },
            |rows| all.append(rows),
        )?;
        std::mem::take(&mut all.bad).refuse(self.part.origin.path())?;
        Ok(all)
    }

    fn take_record(&self, rows: &mut Rows, record: &ByteRecord, fate: RecordFate) -> Result<(), LineProblem> {
        let dialect = &self.part.dialect;
        match fate {
            RecordFate::Header | RecordFate::Comment | RecordFate::Empty => return Ok(()),
            RecordFate::Ragged => {
                return Err(LineProblem::Ragged { found: record.len(), expected: dialect.count });
            }
            RecordFate::Row => {}
        }
        for (column, act) in self.acts.iter().enumerate() {
            let text = text_of(record, self.part.map[column]);
            if !rows.take(column, act, text, dialect.decimal_comma) {
                let column = format!("`{}`", self.columns.list[column].name);
                return Err(LineProblem::NotANumber { column, text: text.chars().take(40).collect() });
            }
        }
        let text = self.label.map(|label| text_of(record, label)).filter(|text| !text.is_empty());
        rows.labels.push(text.and_then(|text| class_of(text, &self.classes, dialect.decimal_comma)));
        Ok(())
    }

    /// What the user should know of the rows.
    fn remarks(&self, all: &Rows) -> Vec<Remark> {
        let counted = |counts: &BTreeMap<usize, u64>| -> Vec<Filled> {
            let counts = counts.iter().filter(|(_, count)| **count > 0);
            let called = |column: usize| self.columns.list[column].name.clone();
            counts.map(|(column, count)| Filled { column: called(*column), count: *count }).collect()
        };
        let dialect = &self.part.dialect;
        let mut remarks = Vec::new();
        remarks.extend(dialect.commas_are_ambiguous.then(|| ambiguous_commas(dialect.decimal_comma)));
        let filled = counted(&all.filled);
        if !filled.is_empty() {
            let count = filled.iter().map(|filled| filled.count).sum();
            let message = phrase!("remark-filled", count = count, columns = told(&filled));
            remarks.push(Remark::note("filled", message, [("fields", count)]));
        }
        remarks.extend(unseen_words(&counted(&all.unseen)));
        remarks
    }
}

/// Names that the header of a table would have.
pub fn known_names(columns: &Columns) -> Vec<String> {
    if !columns.named {
        return Vec::new();
    }
    let label = columns.label.iter().map(|label| label.name.clone());
    columns.list.iter().map(|column| column.name.clone()).chain(label).collect()
}

/// What becomes of the fields of a column.
enum Act<'a> {
    Number(f64, f64),
    Truth(f64),
    Text,
    Words(HashMap<&'a str, usize>),
}

impl<'a> Act<'a> {
    fn of(kind: &'a ColumnKind) -> Self {
        match kind {
            ColumnKind::Number { base, fill } => Self::Number(*base, *fill),
            ColumnKind::Truth { fill } => Self::Truth(*fill),
            ColumnKind::Text => Self::Text,
            ColumnKind::Words { words } => {
                Self::Words(words.iter().enumerate().map(|(at, word)| (word.as_str(), at)).collect())
            }
        }
    }
}

/// Some rows, and what was found in them.
#[derive(Default)]
struct Rows {
    values: Vec<f32>,
    labels: Vec<Option<String>>,
    gaps: Vec<u64>,
    /// Gaps by their columns.
    filled: BTreeMap<usize, u64>,
    /// Words that the model never saw, by their columns.
    unseen: BTreeMap<usize, u64>,
    bad: BadLines,
}

impl Rows {
    /// Takes a field; false where a number must stand and none does.
    fn take(&mut self, column: usize, act: &Act<'_>, text: &str, decimal_comma: bool) -> bool {
        let is_gap_of_numbers = is_gap(text) || is_gap_among_numbers(text);
        match act {
            Act::Number(base, fill) => {
                let value = number(text, decimal_comma);
                if value.is_none() && !is_gap_of_numbers {
                    return false;
                }
                if value.is_none() {
                    *self.filled.entry(column).or_default() += 1;
                    self.gaps.push(self.values.len() as u64);
                }
                self.values.push((value.unwrap_or(*fill) - base) as f32);
            }
            Act::Truth(fill) => {
                let value = truth(text).or_else(|| match number(text, decimal_comma) {
                    Some(value) if value == 0.0 || value == 1.0 => Some(value as f32),
                    _ => None,
                });
                let counter = if is_gap_of_numbers { &mut self.filled } else { &mut self.unseen };
                *counter.entry(column).or_default() += u64::from(value.is_none());
                if value.is_none() {
                    self.gaps.push(self.values.len() as u64);
                }
                self.values.push(value.unwrap_or(*fill as f32));
            }
            // Texts are read by `new_texts`.
            Act::Text => {}
            Act::Words(words) => {
                let at = self.values.len();
                self.values.resize(at + words.len(), 0.0);
                match words.get(text) {
                    Some(word) => self.values[at + word] = 1.0,
                    None if is_gap(text) => *self.filled.entry(column).or_default() += 1,
                    None => *self.unseen.entry(column).or_default() += 1,
                }
            }
        }
        true
    }

    /// Takes the rows behind these.
    fn append(&mut self, mut next: Self) {
        let start = self.values.len() as u64;
        self.gaps.extend(next.gaps.iter().map(|gap| start + gap));
        self.values.append(&mut next.values);
        self.labels.append(&mut next.labels);
        for (counts, more) in [(&mut self.filled, next.filled), (&mut self.unseen, next.unseen)] {
            for (column, count) in more {
                *counts.entry(column).or_default() += count;
            }
        }
        self.bad.append(next.bad);
    }
}

/// The class that a label stands for: as it is written, or by its value; `None` for a gap.
pub fn class_of(text: &str, classes: &HashSet<&str>, decimal_comma: bool) -> Option<String> {
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
pub fn find_columns(
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
