//! Texts that a trained model is applied to: a table with the column that the model learnt, found by name, or a file with a text a line.

use std::collections::HashSet;

use csv::ByteRecord;

use super::super::error::BadLines;
use super::super::{Columns, DataError, Examples, LineProblem, Texts};
use super::dialect::Dialect;
use super::free_text::{TextColumns, plain_name};
use super::label::choose_label;
use super::naming::{CLASS_NAMES, TEXT_NAMES, position_of};
use super::new_rows::{NewRows, class_of, find_columns, known_names};
use super::part::{PartFile, RecordFate};
use super::read_texts::{EmptyTexts, problem_of};
use super::records::Block;
use super::survey::text_of;
use super::text::{Origin, whole};
use crate::recipe::{ColumnRef, TableSource};
use crate::text::phrase;

/// Reads texts. With `columns` they stand in those that the model learnt, or in the ones that `source` names; without, the column is
/// found out. A text file that is no table has a text on each line. Rows without a text are left out; the others are then called by
/// their numbers.
///
/// # Errors
/// When the column is missing, or the file cannot be read.
pub fn read_new_texts(
    source: &TableSource,
    columns: Option<&Columns>,
    classes: &[String],
) -> Result<NewRows, DataError> {
    let file = source.path.as_path();
    let origin = Origin::of(file)?;
    // Columns that have no names stand in a table without a header.
    let is_unnamed = columns.is_some_and(|columns| !columns.named && columns.label.is_some());
    let header = source.header.or(is_unnamed.then_some(false));
    let asked = TableSource { label: None, text: None, text_b: None, header, ..source.clone() };
    let mut dialect = Dialect::of(&origin, &asked, &columns.map_or_else(Vec::new, known_names))?;
    if header.is_none() && is_titled(&dialect) {
        // One column of texts looks as its name does.
        dialect = Dialect::of(&origin, &TableSource { header: Some(true), ..asked }, &[])?;
    }
    let are_pairs = columns.map_or(source.text_b.is_some(), |columns| columns.list.len() > 1);
    let rows = if !are_pairs && source.text.is_none() && are_lines(&origin, &dialect, columns) {
        lines_of(&origin, source.encoding.as_deref())?
    } else {
        let (texts, label) = chosen(source, columns, &dialect)?;
        let label = match source.label {
            Some(_) => Some(choose_label(file, source, &dialect, &dialect.column_names())?.at),
            None => label,
        };
        let reader = Reader {
            texts,
            label,
            classes: classes.iter().map(String::as_str).collect(),
            is_named: dialect.header.is_some(),
        };
        reader.read(PartFile { map: Vec::new(), origin, dialect })?
    };
    if rows.labels.is_empty() {
        let (problem, allowed) = (phrase!("table-no-text"), phrase!("text-allowed"));
        return Err(DataError::Format { file: file.to_owned(), problem, allowed });
    }
    // Where some are left out, numbers say which the others are.
    let names = if rows.empty.count == 0 { Vec::new() } else { rows.numbers.iter().map(ToString::to_string).collect() };
    let remarks = rows.empty.remark().into_iter().collect();
    Ok(NewRows { examples: Examples::Text(rows.texts), labels: rows.labels, gaps: Vec::new(), names, remarks })
}

/// Whether the first of lines that are one field each is what a column of texts is called.
fn is_titled(dialect: &Dialect) -> bool {
    let first = dialect.sample.first().filter(|first| dialect.header.is_none() && first.len() == 1);
    first.is_some_and(|first| TEXT_NAMES.contains(&plain_name(&first[0]).as_str()))
}

/// Whether a file is no table but a text file with a text on each line.
fn are_lines(origin: &Origin<'_>, dialect: &Dialect, columns: Option<&Columns>) -> bool {
    let ending = origin.path().extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let is_text_file =
        matches!(origin, Origin::File(_)) && ending.is_none_or(|ending| ending == "txt" || ending == "text");
    let is_named =
        |known: &dyn Fn(&String) -> bool| dialect.header.as_ref().is_some_and(|names| names.iter().any(known));
    let is_table = match columns {
        _ if dialect.form.label_lines => true,
        Some(columns) if columns.named => is_named(&|name| columns.list.iter().any(|column| column.name == *name)),
        // Commas and blanks stand in texts as well.
        Some(columns) => dialect.form.delimiter == b'\t' && dialect.count == columns.count,
        None => is_named(&|name| TEXT_NAMES.contains(&plain_name(name).as_str())),
    };
    is_text_file && !is_table
}

/// Every line of a file that holds a text.
fn lines_of(origin: &Origin<'_>, encoding: Option<&str>) -> Result<Rows, DataError> {
    let text = whole(origin, encoding)?;
    let mut rows = Rows::new(false);
    for (line, text) in text.trim_end().lines().map(str::trim).enumerate() {
        rows.count += 1;
        if text.is_empty() {
            rows.empty.push(|| line as u64 + 1);
        } else {
            rows.push(text, None, None);
        }
    }
    Ok(rows)
}

/// The columns of the texts, and that of the class, where there is one.
fn chosen(
    source: &TableSource,
    columns: Option<&Columns>,
    dialect: &Dialect,
) -> Result<(TextColumns, Option<usize>), DataError> {
    let here = dialect.column_names();
    let at = |column: &ColumnRef| match column {
        ColumnRef::Name(name) => here.iter().position(|known| known == name && dialect.header.is_some()),
        ColumnRef::Position(position) => position_of(*position, here.len()),
    };
    let asked = source.text.as_ref().and_then(at);
    let asked = asked.map(|first| TextColumns { first, second: source.text_b.as_ref().and_then(at) });
    if let Some(columns) = columns {
        return match (find_columns(&source.path, columns, dialect, &here), asked) {
            (Ok((texts, label)), _) => {
                let texts = TextColumns { first: texts.first().copied().unwrap_or(0), second: texts.get(1).copied() };
                Ok((texts, label))
            }
            (Err(_), Some(texts)) => Ok((texts, None)),
            (Err(error), None) => Err(error),
        };
    }
    let names: Vec<String> = here.iter().map(|name| plain_name(name)).collect();
    let named = |known: &[&str]| known.iter().find_map(|known| names.iter().position(|name| name == known));
    let label = named(&CLASS_NAMES).filter(|_| dialect.header.is_some());
    let bytes = |at: &usize| dialect.sample.iter().filter_map(|row| row.get(*at)).map(String::len).sum::<usize>();
    let longest = (0..here.len()).filter(|at| Some(*at) != label).max_by_key(bytes).unwrap_or(0);
    let first = || named(&TEXT_NAMES).filter(|_| dialect.header.is_some()).unwrap_or(longest);
    Ok((asked.unwrap_or_else(|| TextColumns { first: first(), second: None }), label))
}

/// What is read of the rows of a table.
struct Reader<'a> {
    texts: TextColumns,
    label: Option<usize>,
    classes: HashSet<&'a str>,
    is_named: bool,
}

/// Some rows.
struct Rows {
    texts: Texts,
    labels: Vec<Option<String>>,
    /// The number of each row that was taken among all of them.
    numbers: Vec<u64>,
    /// All of them.
    count: u64,
    empty: EmptyTexts,
    bad: BadLines,
}

impl Reader<'_> {
    fn read(&self, part: PartFile<'_>) -> Result<Rows, DataError> {
        let none = || Rows::new(self.texts.second.is_some());
        let mut all = none();
        let each = |rows: &mut Rows, block: &Block, record: &ByteRecord, fate| {
            if let Err(problem) = self.take(rows, &part, block, record, fate) {
                rows.bad.push(|| block.line_of(record), problem);
            }
        };
        part.visit(&(), none, each, |rows| all.append(rows))?;
        std::mem::take(&mut all.bad).refuse(part.origin.path())?;
        Ok(all)
    }

    fn take(
        &self,
        rows: &mut Rows,
        part: &PartFile<'_>,
        block: &Block,
        record: &ByteRecord,
        fate: RecordFate,
    ) -> Result<(), LineProblem> {
        match fate {
            RecordFate::Header | RecordFate::Comment | RecordFate::Empty => return Ok(()),
            RecordFate::Ragged => {
                return Err(LineProblem::Ragged { found: record.len(), expected: part.dialect.count });
            }
            RecordFate::Row => rows.count += 1,
        }
        for column in self.texts.list() {
            let names = part.dialect.header.as_ref().filter(|_| self.is_named);
            let name = names.and_then(|names| names.get(column)).map(|name| format!("`{name}`"));
            let name = name.unwrap_or_else(|| column.to_string());
            if let Some(problem) = problem_of(text_of(record, column), &name, part.dialect.form.label_lines) {
                return Err(problem);
            }
        }
        if self.texts.list().any(|column| text_of(record, column).is_empty()) {
            rows.empty.push(|| block.line_of(record));
            return Ok(());
        }
        let label = self.label.map(|label| text_of(record, label)).filter(|text| !text.is_empty());
        let label = label.and_then(|text| class_of(text, &self.classes, part.dialect.decimal_comma));
        let second = self.texts.second.map(|second| text_of(record, second));
        rows.push(text_of(record, self.texts.first), second, label);
        Ok(())
    }
}

impl Rows {
    fn new(are_pairs: bool) -> Self {
        Self {
            texts: Texts::new(are_pairs),
            labels: Vec::new(),
            numbers: Vec::new(),
            count: 0,
            empty: EmptyTexts::default(),
            bad: BadLines::default(),
        }
    }

    /// Takes the row that was counted last.
    fn push(&mut self, first: &str, second: Option<&str>, label: Option<String>) {
        self.texts.push(first, second);
        self.labels.push(label);
        self.numbers.push(self.count - 1);
    }

    /// Takes the rows behind these.
    fn append(&mut self, mut next: Self) {
        self.numbers.extend(next.numbers.iter().map(|number| self.count + number));
        self.count += next.count;
        self.texts.append(&next.texts);
        self.labels.append(&mut next.labels);
        self.empty.append(&next.empty);
        self.bad.append(next.bad);
    }
}
