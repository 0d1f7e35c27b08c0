//! The files of a table, one a part: their records one by one, what their columns hold, and where the columns of the first file
//! stand in another.

use std::path::Path;

use super::super::columns::{numbered, places_of};
use super::super::error::names;
use super::super::{BadLine, DataError, LineProblem, Watch};
use super::dialect::{Dialect, is_comment};
use super::naming::is_named_in;
use super::records::{Block, visit};
use super::survey::{Survey, Wants, text_of};
use super::text::Origin;
use crate::recipe::TableSource;
use crate::text::{Phrase, phrase};

/// One file of a table: the rows of a part.
pub struct PartFile<'a> {
    /// Where its bytes come from.
    pub origin: Origin<'a>,
    /// How it is written.
    pub dialect: Dialect,
    /// For each column of the first file the position of it in this one.
    pub map: Vec<usize>,
}

impl PartFile<'_> {
    /// Whether a record counts: it is neither the header nor a comment nor empty throughout, and not before the rows.
    fn fate_of(&self, block: &Block, record: &csv::ByteRecord, first_of_block: bool) -> RecordFate {
        let dialect = &self.dialect;
        let count = dialect.count;
        if record.iter().all(<[u8]>::is_empty) {
            return RecordFate::Empty;
        }
        if self.dialect.form.label_lines {
            // A label alone is that of an empty text.
            return RecordFate::Row;
        }
        if record.len() != count && is_comment(text_of(record, 0), record.len(), count) {
            return RecordFate::Comment;
        }
        // The header is the first record that counts; its line was noted when the dialect was found out.
        if first_of_block && dialect.header.is_some() && !dialect.declared {
            let line = block.line_of(record);
            if line <= dialect.first_line {
                return RecordFate::Header;
            }
        }
        let too_many = record.iter().skip(count).any(|field| !field.is_empty());
        if record.len() < count || too_many { RecordFate::Ragged } else { RecordFate::Row }
    }

    /// Visits every row: `start` makes what a block begins with, `each` takes its rows, `take` takes blocks in order.
    pub fn visit<T: Send>(
        &self,
        watch: &dyn Watch,
        start: impl Fn() -> T + Sync,
        each: impl Fn(&mut T, &Block, &csv::ByteRecord, RecordFate) + Sync,
        take: impl FnMut(T),
    ) -> Result<(), DataError> {
        let form = &self.dialect.form;
        let read = |block: &Block| {
            let mut state = start();
            let mut is_first = true;
            block.records(form, |record| {
                let fate = self.fate_of(block, record, is_first);
                // Comments may stand before the header.
                is_first &= matches!(fate, RecordFate::Empty | RecordFate::Comment);
                each(&mut state, block, record, fate);
                true
            });
            if let Some(line) = block.open_quote(form) {
                let lines = vec![BadLine { line, problem: LineProblem::OpenQuote }];
                return Err(DataError::Lines { file: self.origin.path().to_owned(), lines, more: 0 });
            }
            Ok(state)
        };
        visit(&self.origin, form, watch, read, take)
    }

    /// Measures what its columns hold.
    pub fn survey(&self, wants: &[Wants], watch: &dyn Watch) -> Result<Survey, DataError> {
        let mut all = Survey::new(wants);
        let decimal_comma = self.dialect.decimal_comma;
        self.visit(
            watch,
            || Survey::new(wants),
            |survey, block, record, fate| match fate {
                RecordFate::Header => {}
                RecordFate::Empty => survey.empty += 1,
                RecordFate::Comment => survey.comments += 1,
                RecordFate::Ragged => {
                    let problem = LineProblem::Ragged { found: record.len(), expected: self.dialect.count };
                    survey.ragged.push(|| block.line_of(record), problem);
                }
                RecordFate::Row => {
                    survey.rows += 1;
                    for (column, at) in survey.columns.iter_mut().zip(&self.map) {
                        column.take(text_of(record, *at), decimal_comma);
                    }
                }
            },
            |survey| all.append(survey),
        )?;
        Ok(all)
    }
}

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFate {
    /// It names the columns.
    Header,
    /// It is meant for people.
    Comment,
    /// All of its fields are.
    Empty,
    /// It has too few or too many fields.
    Ragged,
    /// It counts.
    Row,
}

/// A file with the rows of another part, its columns found by name, or by position where there are no names.
pub fn part_file<'a>(
    path: &Path,
    source: &TableSource,
    columns: &[String],
    first: &PartFile<'_>,
    label: usize,
) -> Result<PartFile<'a>, DataError> {
    let origin = Origin::of(path)?;
    let known: &[String] = if first.dialect.header.is_some() { columns } else { &[] };
    let asked = TableSource { path: path.to_owned(), label: None, header: None, ..source.clone() };
    let asked = if known.is_empty() { TableSource { header: Some(false), ..asked } } else { asked };
    let mut dialect = Dialect::of(&origin, &asked, known)?;
    if dialect.commas_are_ambiguous {
        // The first file may know better.
        dialect.decimal_comma = first.dialect.decimal_comma;
    }
    let here = dialect.column_names();
    let wrong = |problem: Phrase, allowed: Phrase| DataError::Format { file: path.to_owned(), problem, allowed };
    let map = if known.is_empty() {
        if here.len() != columns.len() {
            let problem = phrase!("part-columns", found = here.len());
            return Err(wrong(problem, phrase!("part-columns-of-first", count = columns.len())));
        }
        (0..columns.len()).collect()
    } else {
        let wanted = columns.iter().map(String::as_str).zip(numbered(columns));
        let found = places_of(wanted, &here);
        let is_ignored = |column: usize| is_named_in(&source.ignore, &columns[column], column, columns.len());
        let missing: Vec<String> = (0..columns.len())
            .filter(|column| found[*column].is_none() && !is_ignored(*column) && !columns[*column].is_empty())
            .map(|column| columns[column].clone())
            .collect();
        if found[label].is_none() {
            return Err(wrong(phrase!("part-no-class", name = &columns[label]), phrase!("part-needs-classes")));
        }
        if !missing.is_empty() {
            let problem = phrase!("part-missing", names = names(&missing));
            return Err(wrong(problem, phrase!("part-columns-of-first", count = columns.len())));
        }
        // What is not there and not read reads as a gap.
        found.into_iter().map(|at| at.unwrap_or(usize::MAX)).collect()
    };
    Ok(PartFile { origin, dialect, map })
}

/// What the columns hold.
pub struct Surveys {
    /// In the first file alone.
    pub first: Survey,
    /// In all of them.
    pub all: Survey,
}

/// Surveys all files; a line with too few or too many fields is a fault in any but the first.
pub fn survey_all(parts: &[PartFile<'_>], wants: &[Wants], watch: &dyn Watch) -> Result<Surveys, DataError> {
    let first = parts[0].survey(wants, watch)?;
    let mut all = first.clone();
    for part in &parts[1..] {
        let survey = part.survey(wants, watch)?;
        survey.ragged.clone().refuse(part.origin.path())?;
        all.append(survey);
    }
    Ok(Surveys { first, all })
}

/// The first rows of the validation and of the test part, where each file begins at one of `starts`.
pub fn parts_from(source: &TableSource, starts: &[usize]) -> (Option<usize>, Option<usize>) {
    let mut starts = starts.iter().skip(1).copied();
    let validation = source.validation.as_ref().and_then(|_| starts.next());
    (validation, source.test.as_ref().and_then(|_| starts.next()))
}
