//! Tables as people have them: CSV, TSV and their relatives, ARFF, Parquet. One pass measures what the columns hold and decides what
//! becomes of each; a second one reads the values.

mod arff;
mod decide;
mod dialect;
mod doubts;
mod encode;
mod new_rows;
mod number;
mod parquet;
mod records;
mod survey;
mod text;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::columns::{numbered, places_of};
use super::error::{BadLines, names};
use super::file::{check_size, stem};
use super::findings::{Dialect as WrittenDialect, Filled, LabelReason, LeftOut, WordColumn, told};
use super::{
    BadLine, ColumnKind, Columns, DataError, Dataset, Examples, Findings, Kind, LabelFinding, LineProblem, Remark,
    Scaling, Watch,
};
use crate::recipe::{ColumnRef, TableSource};
use crate::text::{Phrase, phrase};
use decide::{Decided, Fate};
use dialect::{Dialect, is_comment};
pub use new_rows::{NewRows, read_new_rows};
use records::{Block, visit};
use survey::{Survey, Wants, text_of};
use text::Origin;

/// Reads a table in full.
pub(super) fn load(source: &TableSource, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let file = source.path.as_path();
    if parquet::is_parquet(file)? && parquet::holds_pictures(file)? {
        return parquet::load_pictures(source, watch);
    }
    read(stem(file), source, Origin::of(file)?, watch)
}

/// The first rows of a table, as they are written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FirstRows {
    /// Names of the columns, or their positions.
    pub columns: Vec<String>,
    /// Fields, row by row.
    pub rows: Vec<Vec<String>>,
}

/// The first rows of a table, at most so many, to be looked at.
///
/// # Errors
/// When the file cannot be read as text.
pub fn first_rows(source: &TableSource, most: usize) -> Result<FirstRows, DataError> {
    let origin = Origin::of(&source.path)?;
    let dialect = Dialect::of(&origin, source, &[])?;
    let columns = column_names(&dialect);
    let rows = dialect.sample.into_iter().take(most).collect();
    Ok(FirstRows { columns, rows })
}

/// Reads a text in memory; the source's path is for messages, and its ending may tell the delimiter.
pub(super) fn read_table(name: String, source: &TableSource, text: &[u8]) -> Result<Dataset, DataError> {
    read(name, source, Origin::Bytes(source.path.clone(), text), &())
}

/// One file of a table: the rows of a part.
struct PartFile<'a> {
    origin: Origin<'a>,
    dialect: Dialect,
    /// For each column of the first file the position of it in this one.
    map: Vec<usize>,
}

impl PartFile<'_> {
    /// Whether a record counts: it is neither the header nor a comment nor empty throughout, and not before the rows.
    fn fate_of(&self, block: &Block, record: &csv::ByteRecord, first_of_block: bool) -> RecordFate {
        let dialect = &self.dialect;
        let count = dialect.count;
        if record.iter().all(<[u8]>::is_empty) {
            return RecordFate::Empty;
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
    fn visit<T: Send>(
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

    fn survey(&self, wants: &[Wants], watch: &dyn Watch) -> Result<Survey, DataError> {
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
enum RecordFate {
    Header,
    Comment,
    Empty,
    Ragged,
    Row,
}

/// The class column: its position, and why it was taken; for a guess by position two are weighed after the survey.
struct LabelChoice {
    at: usize,
    /// Taken instead, where the first choice looks like a quantity.
    other: Option<usize>,
    why: LabelReason,
}

fn read(name: String, source: &TableSource, origin: Origin<'_>, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let file = origin.path().to_owned();
    let dialect = Dialect::of(&origin, source, &[])?;
    let names = column_names(&dialect);
    let label = choose_label(&file, source, &dialect, &names)?;
    let count = names.len();
    let nothing =
        |problem: Phrase| DataError::Format { file: file.clone(), problem, allowed: phrase!("table-allowed") };
    if count == 1 {
        return Err(nothing(phrase!("table-labels-only")));
    }
    let mut parts = vec![PartFile { origin, dialect, map: (0..count).collect() }];
    for path in [&source.validation, &source.test].into_iter().flatten() {
        parts.push(part_file(path, source, &names, &parts[0], label.at)?);
    }

    // What the columns hold.
    let wants = |texts_of: &dyn Fn(usize) -> Option<usize>| -> Vec<Wants> {
        let values = |column: usize| decide::may_be_ids(&names[column], column, parts[0].dialect.header.is_some());
        (0..count).map(|column| Wants { texts: texts_of(column), values: values(column) }).collect()
    };
    let is_candidate = |column: usize| column == label.at || label.other == Some(column);
    let labels_wanted = |column: usize| is_candidate(column).then_some(MOST_LABELS);
    let mut surveys = survey_all(&parts, &wants(&labels_wanted), watch)?;
    if surveys.first.rows == 0 {
        surveys.first.ragged.refuse(&file)?;
        return Err(nothing(phrase!("table-header-only")));
    }
    let (label_at, why) = settle_label(&label, &surveys.all, source);
    let mixed = decide::mixed_columns(&surveys.all, label_at);
    if !mixed.is_empty() {
        // Columns of words in which numbers stand, too: these are words there.
        let texts = |column: usize| mixed.contains(&column).then_some(survey::MOST_WORDS);
        let again = survey_all(&parts, &wants(&texts), watch)?;
        for column in mixed {
            surveys.first.columns[column].words.clone_from(&again.first.columns[column].words);
            surveys.all.columns[column].words.clone_from(&again.all.columns[column].words);
        }
    }
    let Surveys { first, all } = &surveys;
    let header = parts[0].dialect.header.is_some();
    let decided = decide::decide(source, &names, header, label_at, first, all)?;
    check_lines(&parts, first, &decided, label_at, &names, watch)?;

    // What the labels say.
    let decimal_comma = parts[0].dialect.decimal_comma;
    let labels = decide::labels(&file, &all.columns[label_at], decimal_comma, source.as_first_read)?;
    let nth = numbered(&names)[label_at];
    let class = super::ColumnName { name: names[label_at].clone(), position: label_at, nth };
    let mut columns = Columns::new(header, count, Some(class), decided.columns(&names));
    columns.decimal_comma = decimal_comma;
    if columns.list.is_empty() {
        return Err(nothing(phrase!("table-nothing-to-read")));
    }
    let rows: u64 = all.rows;
    let width = columns.width();
    check_size(&file, &[rows, width as u64])?;
    let shape = decide::pixels(&file, source, &columns, &decided, all)?;
    let plan = encode::Plan::new(&columns, &labels, label_at, shape.map(|(shape, _)| shape));
    let read = encode::read_all(&parts, &plan, rows as usize, width, watch)?;

    let mut findings = findings_of(&parts[0], &names, (label_at, why), &surveys, &decided, &columns);
    if let Origin::Parquet(file) = &parts[0].origin {
        let others = parquet::not_read(file)?;
        if !others.is_empty() {
            let message = phrase!("remark-columns-not-read", names = super::error::names(&others));
            findings.remarks.push(Remark::warning("columns-not-read", message, [("columns", others.len() as u64)]));
        }
        let left_out = |name| LeftOut { name, why: phrase!("left-out-type"), count: 1 };
        findings.left_out.extend(others.into_iter().map(left_out));
    }
    findings.remarks.extend(decide::judge_labels(&labels, &all.columns[label_at], why, &names[label_at]));
    if let Examples::Features { values, .. } = &read.examples {
        findings.remarks.extend(doubts::doubts(&columns, values, &read.labels, labels.classes.len()));
    }
    if parts[0].dialect.commas_are_ambiguous {
        findings.remarks.push(ambiguous_commas(decimal_comma));
    }
    let (validation_from, test_from) = parts_from(source, &read.starts);
    Ok(Dataset {
        validation_from,
        test_from,
        pixel_scale: shape.map(|(_, largest)| largest),
        scaling: Scaling::of(source.normalise, shape.is_some()),
        columns: Some(Arc::new(columns)),
        gaps: read.gaps,
        findings,
        ..Dataset::new(name, labels.classes, read.examples, read.labels)
    })
}

/// The first rows of the validation and of the test part, where each file begins at one of `starts`.
fn parts_from(source: &TableSource, starts: &[usize]) -> (Option<usize>, Option<usize>) {
    let mut starts = starts.iter().skip(1).copied();
    let validation = source.validation.as_ref().and_then(|_| starts.next());
    (validation, source.test.as_ref().and_then(|_| starts.next()))
}

/// Fields whose words no input stands for.
fn unseen_words(unseen: &[Filled]) -> Option<Remark> {
    let count: u64 = unseen.iter().map(|unseen| unseen.count).sum();
    let message = phrase!("remark-unseen-words", count = count, columns = told(unseen));
    (count > 0).then(|| Remark::warning("unseen-words", message, [("fields", count)]))
}

fn ambiguous_commas(are_decimal: bool) -> Remark {
    let message = if are_decimal { phrase!("remark-commas-decimal") } else { phrase!("remark-commas-thousands") };
    Remark::warning("ambiguous-commas", message, [])
}

/// Labels that are told apart, so that it can be said how many there are too many.
const MOST_LABELS: usize = 1 << 20;

/// What the columns hold.
struct Surveys {
    /// In the first file alone.
    first: Survey,
    /// In all of them.
    all: Survey,
}

fn survey_all(parts: &[PartFile<'_>], wants: &[Wants], watch: &dyn Watch) -> Result<Surveys, DataError> {
    let first = parts[0].survey(wants, watch)?;
    let mut all = first.clone();
    for part in &parts[1..] {
        let survey = part.survey(wants, watch)?;
        survey.ragged.clone().refuse(part.origin.path())?;
        all.append(survey);
    }
    Ok(Surveys { first, all })
}

/// Names of the columns; positions, where no header names them.
fn column_names(dialect: &Dialect) -> Vec<String> {
    match &dialect.header {
        Some(names) => {
            let mut names = names.clone();
            // More fields than names: the rest is called by position.
            names.extend((names.len()..dialect.count).map(|_| String::new()));
            names
        }
        None => (0..dialect.count).map(|position| position.to_string()).collect(),
    }
}

/// What columns are called that hold the class, the likeliest first.
const CLASS_NAMES: [&str; 18] = [
    "label",
    "labels",
    "class",
    "target",
    "y",
    "species",
    "classes",
    "category",
    "class_label",
    "class label",
    "klass",
    "outcome",
    "diagnosis",
    "ground_truth",
    "类别",
    "标签",
    "分类",
    "classification",
];

fn choose_label(
    file: &Path,
    source: &TableSource,
    dialect: &Dialect,
    columns: &[String],
) -> Result<LabelChoice, DataError> {
    let count = columns.len();
    let fault = |column: Phrase, allowed: Phrase| DataError::LabelColumn {
        file: file.to_owned(),
        line: dialect.first_line,
        column,
        allowed,
    };
    let asked = |at: usize| LabelChoice { at, other: None, why: LabelReason::Asked };
    match &source.label {
        Some(ColumnRef::Name(name)) if dialect.header.is_none() => {
            Err(fault(phrase!("column-named", name = name), phrase!("columns-without-header", last = count - 1)))
        }
        Some(ColumnRef::Name(name)) => {
            let found: Vec<usize> = (0..count).filter(|column| columns[*column] == *name).collect();
            match found.as_slice() {
                [only] => Ok(asked(*only)),
                [] => {
                    let allowed = phrase!("columns-with-header", names = names(columns));
                    Err(fault(phrase!("column-named", name = name), allowed))
                }
                [first, ..] => {
                    let allowed = phrase!("column-twice", name = name, position = *first);
                    Err(fault(phrase!("column-named", name = name), allowed))
                }
            }
        }
        Some(ColumnRef::Position(position)) => position_of(*position, count).map(asked).ok_or_else(|| {
            let allowed = phrase!("columns-by-position", last = count - 1, count = count);
            fault(phrase!("column-at", position = Phrase::plain(position)), allowed)
        }),
        None => {
            if dialect.header.is_some() {
                let lower: Vec<String> = columns.iter().map(|name| name.trim().to_lowercase()).collect();
                let is_ignored = |at: usize| decide::is_named_in(&source.ignore, &columns[at], at, count);
                let called =
                    CLASS_NAMES.iter().find_map(|name| (0..count).find(|at| lower[*at] == *name && !is_ignored(*at)));
                if let Some(at) = called {
                    let why = if dialect.declared { LabelReason::Declared } else { LabelReason::Called };
                    return Ok(LabelChoice { at, other: None, why });
                }
            }
            // An empty column at the end is none.
            let is_empty = |column: &usize| {
                columns[*column].is_empty()
                    && dialect.sample.iter().all(|row| row.get(*column).is_none_or(String::is_empty))
            };
            let last = (0..count).rev().find(|column| !is_empty(column)).unwrap_or(count - 1);
            if dialect.declared {
                return Ok(LabelChoice { at: last, other: None, why: LabelReason::Declared });
            }
            Ok(LabelChoice { at: last, other: (last > 0).then_some(0), why: LabelReason::Last })
        }
    }
}

/// The column at a position; negative ones count from the end.
fn position_of(position: i64, count: usize) -> Option<usize> {
    let from_start = if position < 0 { position.checked_add(count as i64)? } else { position };
    usize::try_from(from_start).ok().filter(|column| *column < count)
}

/// The last column, unless it looks like a quantity and the first does not.
fn settle_label(label: &LabelChoice, all: &Survey, source: &TableSource) -> (usize, LabelReason) {
    let is_quantity = |column: usize| decide::looks_like_quantity(&all.columns[column]);
    match label.other {
        Some(other)
            if source.label.is_none()
                && is_quantity(label.at)
                && !is_quantity(other)
                && decide::could_be_class(&all.columns[other]) =>
        {
            (other, LabelReason::First)
        }
        _ => (label.at, label.why),
    }
}

/// A file with the rows of another part, its columns found by name, or by position where there are no names.
fn part_file<'a>(
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
    let here = column_names(&dialect);
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
        let is_ignored = |column: usize| decide::is_named_in(&source.ignore, &columns[column], column, columns.len());
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

/// The lines that cannot be used: too few or too many fields, no number in a column of numbers, no label.
fn check_lines(
    parts: &[PartFile<'_>],
    first: &Survey,
    decided: &Decided,
    label: usize,
    columns: &[String],
    watch: &dyn Watch,
) -> Result<(), DataError> {
    let name = |column: usize| match parts[0].dialect.header {
        Some(_) => format!("`{}`", columns[column]),
        None => column.to_string(),
    };
    let is_faulty = |column: usize| matches!(decided.fates[column], Fate::Faulty);
    let has_faults = !first.ragged.is_empty() || (0..columns.len()).any(is_faulty) || decided.unlabelled > 0;
    if !has_faults {
        return Ok(());
    }
    for part in parts {
        let count = part.dialect.count;
        let mut bad = BadLines::default();
        part.visit(
            watch,
            BadLines::default,
            |bad, block, record, fate| {
                let problem = match fate {
                    RecordFate::Ragged => Some(LineProblem::Ragged { found: record.len(), expected: count }),
                    RecordFate::Row => {
                        let odd = (0..columns.len()).filter(|column| is_faulty(*column)).find_map(|column| {
                            let text = text_of(record, part.map[column]);
                            decide::is_odd(text, part.dialect.decimal_comma).then(|| {
                                let text = text.chars().take(40).collect();
                                LineProblem::NotANumber { column: name(column), text }
                            })
                        });
                        odd.or_else(|| {
                            let is_empty = text_of(record, part.map[label]).is_empty();
                            is_empty.then(|| LineProblem::NoLabel { column: name(label) })
                        })
                    }
                    RecordFate::Header | RecordFate::Comment | RecordFate::Empty => None,
                };
                if let Some(problem) = problem {
                    bad.push(|| block.line_of(record), problem);
                }
            },
            |next| bad.append(next),
        )?;
        bad.refuse(part.origin.path())?;
    }
    Ok(())
}

/// Everything that was found out, to be told once.
fn findings_of(
    part: &PartFile<'_>,
    names: &[String],
    (label, why): (usize, LabelReason),
    surveys: &Surveys,
    decided: &Decided,
    columns: &Columns,
) -> Findings {
    let (dialect, Surveys { first, all }) = (&part.dialect, surveys);
    let called = |column: usize| match names[column].as_str() {
        "" => phrase!("column-unnamed", position = column).to_string(),
        name => name.to_owned(),
    };
    let mut left_out = Vec::new();
    for (column, fate) in decided.fates.iter().enumerate() {
        if let Fate::LeftOut(why) = fate {
            left_out.push(LeftOut { name: called(column), why: why.clone(), count: 1 });
        }
    }
    let mut remarks = decided.remarks.clone();
    if first.empty > 0 {
        let message = phrase!("remark-empty-lines", count = first.empty);
        remarks.push(Remark::note("empty-lines", message, [("lines", first.empty)]));
    }
    if first.comments > 0 {
        let message = phrase!("remark-comments", count = first.comments);
        remarks.push(Remark::note("comment-lines", message, [("lines", first.comments)]));
    }
    // Words of the other files that no row to learn from has.
    let unseen = columns.list.iter().filter_map(|column| {
        let ColumnKind::Words { words } = &column.kind else { return None };
        let words: HashSet<&str> = words.iter().map(String::as_str).collect();
        let found = all.columns[column.position].words.iter().flatten();
        let count = found.filter(|(word, _)| !words.contains(&***word)).map(|(_, count)| *count).sum();
        (count > 0).then(|| Filled { column: called(column.position), count })
    });
    remarks.extend(unseen_words(&unseen.collect::<Vec<_>>()));
    let numbers = columns.list.iter().filter(|column| !matches!(column.kind, ColumnKind::Words { .. }));
    let filled = numbers.filter_map(|column| {
        let survey = &all.columns[column.position];
        let count = survey.gaps + survey.soft_gaps;
        (count > 0).then(|| Filled { column: called(column.position), count })
    });
    let words = columns.list.iter().filter_map(|column| match &column.kind {
        ColumnKind::Words { words } => Some(WordColumn { column: called(column.position), words: words.len() }),
        ColumnKind::Number { .. } | ColumnKind::Truth { .. } => None,
    });
    Findings {
        kind: Kind::Table,
        holds: Some(phrase!("findings-columns", count = columns.list.len())),
        label: Some(LabelFinding { column: called(label), why }),
        columns: columns.list.len(),
        left_out,
        filled: filled.collect(),
        words: words.collect(),
        dialect: Some(WrittenDialect {
            encoding: dialect.form.encoding.name().to_lowercase(),
            delimiter: WrittenDialect::name_of(char::from(dialect.form.delimiter)),
            decimal_comma: dialect.decimal_comma,
            header: dialect.header.is_some(),
        }),
        remarks,
    }
}
