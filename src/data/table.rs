//! Numeric CSV and TSV with a label column.

use std::collections::HashMap;
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::dataset::sort_classes;
use super::error::{LISTED, names};
use super::file::{MAX_CLASSES, MAX_TEXT, MAX_VALUES, open, read_up_to, stem};
use super::{BadLine, DataError, Dataset, Examples, LineProblem, Much, Scaling};
use crate::recipe::{ColumnRef as LabelColumn, Pixels, TableSource};
use crate::text::{Phrase, phrase};

/// Reads a file.
pub(super) fn load(source: &TableSource, _watch: &dyn super::Watch) -> Result<Dataset, DataError> {
    let file = source.path.as_path();
    let text = read_up_to(&mut open(file)?, MAX_TEXT, file)?;
    read_table(stem(file), source, &text)
}

/// Reads a text; `file` is for messages, and its ending may tell the delimiter.
pub(super) fn read_table(name: String, source: &TableSource, text: &[u8]) -> Result<Dataset, DataError> {
    let TableSource { path: file, label, header, .. } = source;
    let label = &label.clone().unwrap_or(LabelColumn::Position(-1));
    let header = *header;
    if text.len() as u64 > MAX_TEXT {
        let found = text.len() as u64;
        return Err(DataError::TooLarge { file: file.to_owned(), what: Much::Bytes, found, limit: MAX_TEXT });
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter(file, text))
        .from_reader(text);
    let mut records = std::iter::from_fn(move || {
        let mut record = ByteRecord::new();
        // Bytes in memory and flexible records: there is nothing that could fail.
        matches!(reader.read_byte_record(&mut record), Ok(true)).then_some(record)
    });
    let empty =
        |problem: Phrase| DataError::Format { file: file.to_owned(), problem, allowed: phrase!("table-allowed") };
    let first = records.next().ok_or_else(|| empty(phrase!("table-empty")))?;
    let columns = Columns::of(&first, label, header).map_err(|(column, allowed)| DataError::LabelColumn {
        file: file.to_owned(),
        line: line_of(text, &first),
        column,
        allowed,
    })?;
    if columns.width() == 0 {
        return Err(empty(phrase!("table-labels-only")));
    }
    let mut body = Body::new(text, &columns);
    let first = if columns.names.is_some() { None } else { Some(first) };
    for record in first.into_iter().chain(records) {
        body.add(&record);
        if body.values.len() as u64 > MAX_VALUES {
            let found = body.values.len() as u64;
            return Err(DataError::TooLarge { file: file.to_owned(), what: Much::Values, found, limit: MAX_VALUES });
        }
    }
    if !body.faults.is_empty() {
        return Err(DataError::Lines { file: file.to_owned(), lines: body.faults, more: body.more });
    }
    if body.labels.is_empty() {
        return Err(empty(phrase!("table-header-only")));
    }
    let dataset = body.into_dataset(name, file)?;
    Ok(match (source.pixels, dataset.examples) {
        (Some(Pixels::Shape { channels, height, width }), Examples::Features { rows, values, .. }) => Dataset {
            examples: Examples::Pixels { rows, channels, height, width, values: values.into_iter().map(|v| v as u8).collect() },
            pixel_scale: Some(16.0),
            scaling: Scaling::Pixels { mean: Vec::new(), std: Vec::new() },
            ..Dataset::new(dataset.name, dataset.classes, Examples::Features { rows: 0, width: 0, values: Vec::new() }, dataset.labels)
        },
        (_, examples) => Dataset { examples, ..dataset },
    })
}

/// What the first line says about all of them.
struct Columns {
    names: Option<Vec<String>>,
    count: usize,
    label: usize,
}

impl Columns {
    /// Errors: the label column that was asked for, and those there are.
    fn of(first: &ByteRecord, label: &LabelColumn, header: Option<bool>) -> Result<Self, (Phrase, Phrase)> {
        let count = first.len();
        let texts = || first.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect::<Vec<_>>();
        match label {
            LabelColumn::Name(name) if header == Some(false) => {
                Err((phrase!("column-named", name = name), phrase!("columns-without-header", last = count - 1)))
            }
            LabelColumn::Name(name) => {
                let texts = texts();
                let Some(label) = texts.iter().position(|text| text == name) else {
                    let allowed = phrase!("columns-with-header", names = names(&texts));
                    return Err((phrase!("column-named", name = name), allowed));
                };
                Ok(Self { names: Some(texts), count, label })
            }
            LabelColumn::Position(position) => {
                let from_start = if *position < 0 { *position + count as i64 } else { *position };
                let Some(label) = usize::try_from(from_start).ok().filter(|label| *label < count) else {
                    let allowed = phrase!("columns-by-position", last = count - 1, count = count);
                    return Err((phrase!("column-at", position = Phrase::plain(position)), allowed));
                };
                // A label may be a word, and a value may be missing: neither makes a header.
                let is_name = |(i, field): (usize, &[u8])| i != label && !field.is_empty() && number(field).is_none();
                let header = header.unwrap_or_else(|| first.iter().enumerate().any(is_name));
                Ok(Self { names: header.then(texts), count, label })
            }
        }
    }

    /// Columns that are not the label.
    fn width(&self) -> usize {
        self.count - 1
    }

    fn name(&self, column: usize) -> String {
        self.names.as_ref().map_or_else(|| column.to_string(), |names| format!("`{}`", names[column]))
    }
}

/// The lines below the header.
struct Body<'a> {
    text: &'a [u8],
    columns: &'a Columns,
    values: Vec<f32>,
    /// For each row, the number of its label in order of appearance.
    labels: Vec<u32>,
    numbers: HashMap<String, u32>,
    faults: Vec<BadLine>,
    more: usize,
}

impl<'a> Body<'a> {
    fn new(text: &'a [u8], columns: &'a Columns) -> Self {
        let (values, labels, numbers, faults) = (Vec::new(), Vec::new(), HashMap::new(), Vec::new());
        Self { text, columns, values, labels, numbers, faults, more: 0 }
    }

    fn add(&mut self, record: &ByteRecord) {
        if let Err(problem) = self.try_add(record) {
            if self.faults.len() < LISTED {
                self.faults.push(BadLine { line: line_of(self.text, record), problem });
            } else {
                self.more += 1;
            }
        }
    }

    fn try_add(&mut self, record: &ByteRecord) -> Result<(), LineProblem> {
        let columns = self.columns;
        if record.len() != columns.count {
            return Err(LineProblem::Ragged { found: record.len(), expected: columns.count });
        }
        for (column, field) in record.iter().enumerate().filter(|(column, _)| *column != columns.label) {
            let Some(value) = number(field).filter(|value| value.is_finite()) else {
                let text = String::from_utf8_lossy(field).chars().take(40).collect();
                return Err(LineProblem::NotANumber { column: columns.name(column), text });
            };
            self.values.push(value);
        }
        let label = String::from_utf8_lossy(&record[columns.label]).into_owned();
        if label.is_empty() {
            return Err(LineProblem::NoLabel { column: columns.name(columns.label) });
        }
        let next = self.numbers.len() as u32;
        self.labels.push(*self.numbers.entry(label).or_insert(next));
        Ok(())
    }

    fn into_dataset(self, name: String, file: &Path) -> Result<Dataset, DataError> {
        let found = self.numbers.len() as u64;
        if found > MAX_CLASSES {
            let file = file.to_owned();
            return Err(DataError::TooLarge { file, what: Much::Labels, found, limit: MAX_CLASSES });
        }
        let mut classes: Vec<String> = self.numbers.keys().cloned().collect();
        sort_classes(&mut classes);
        let mut class_of = vec![0; classes.len()];
        for (class, name) in classes.iter().enumerate() {
            class_of[self.numbers[name] as usize] = class as u32;
        }
        let labels: Vec<u32> = self.labels.into_iter().map(|number| class_of[number as usize]).collect();
        let examples = Examples::Features { rows: labels.len(), width: self.columns.width(), values: self.values };
        Ok(Dataset::new(name, classes, examples, labels))
    }
}

fn number(field: &[u8]) -> Option<f32> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// The line on which a record begins. The reader's own count is of the line on which the record before it ended, which blank
/// lines and Windows line ends set apart.
fn line_of(text: &[u8], record: &ByteRecord) -> u64 {
    let end_of_last = record.position().map_or(0, |position| position.byte() as usize).min(text.len());
    let blank = text[end_of_last..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
    let start = end_of_last + blank;
    let ends = (0..start).filter(|i| text[*i] == b'\n' || (text[*i] == b'\r' && text.get(i + 1) != Some(&b'\n')));
    1 + ends.count() as u64
}

/// Tab for `.tsv`, else whichever of `,`, `;` and tab the first line has most of outside quotes.
fn delimiter(file: &Path, text: &[u8]) -> u8 {
    let is = |path: &Path, ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    let unpacked = if is(file, "gz") { file.with_extension("") } else { file.to_owned() };
    if is(&unpacked, "tsv") {
        return b'\t';
    }
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in text.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            byte => counts.iter_mut().filter(|(known, _)| known == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // The first of equals wins, so that a comma is what a line without any of them is split by.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| byte)
}
