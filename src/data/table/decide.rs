//! What becomes of each column: a number, a truth, words, or nothing, with the reason; and what the labels say.

#![allow(clippy::float_cmp, reason = "whole numbers are compared with whole numbers")]

use std::collections::HashMap;
use std::path::Path;

use super::super::classes::{number_classes, sort_classes};
use super::super::columns::numbered;
use super::super::error;
use super::super::file::MAX_CLASSES;
use super::super::names;
use super::super::{Column, ColumnKind, Columns, DataError, LabelReason, Much, Remark};
use super::naming::{is_named_in, position_of};
use super::number::{is_gap, is_gap_among_numbers, number, plain, truth};
use super::survey::{ColumnSurvey, Survey};
use crate::recipe::{ColumnRef, KeptColumns, Pixels, TableSource};
use crate::text::{Phrase, phrase};

/// What becomes of a column.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It is the class.
    Label,
    /// It is read.
    Read(ColumnKind),
    /// It is a text of the row.
    Text,
    /// It is not, and why.
    LeftOut(Phrase),
    /// It is not, and nobody needs to be told: it is empty and has no name.
    Passed,
    /// It holds numbers, and here and there something else.
    Faulty,
}

/// What was decided about all columns.
pub struct Decided {
    /// One a column.
    pub fates: Vec<Fate>,
    /// What the user should know about them.
    pub remarks: Vec<Remark>,
    /// Rows without a class.
    pub unlabelled: u64,
}

impl Decided {
    /// The columns that are read.
    pub fn columns(&self, names: &[String]) -> Vec<Column> {
        let numbered = numbered(names);
        let read = self.fates.iter().enumerate().filter_map(|(position, fate)| {
            let kind = match fate {
                Fate::Read(kind) => kind.clone(),
                Fate::Text => ColumnKind::Text,
                _ => return None,
            };
            Some(Column { name: names[position].clone(), position, nth: numbered[position], kind })
        });
        read.collect()
    }
}

/// Most words of a column that become columns of their own, unless it is asked for.
const MOST_WORDS: usize = 64;
/// Fewest rows of a column of numbers that may be row numbers.
const FEWEST_COUNTED: u64 = 8;
/// Odd fields among numbers that are slips, not another kind of column.
const SLIPS: u64 = 10;

/// Whether a column may hold nothing but a number for each row, going by its name.
pub fn may_be_ids(name: &str, position: usize, has_header: bool) -> bool {
    if !has_header {
        return position == 0;
    }
    is_unnamed(name) || is_called_id(name)
}

fn is_unnamed(name: &str) -> bool {
    let name = name.trim();
    name.is_empty() || name.starts_with("Unnamed: ") || name == "#"
}

/// `id`, `user_id`, `PassengerId`, `row`, `index` …
fn is_called_id(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "id",
        "ids",
        "idx",
        "index",
        "uuid",
        "guid",
        "row",
        "rowid",
        "rownum",
        "rownumber",
        "rowname",
        "rownames",
        "nr",
        "no",
        "sno",
        "serial",
        "obs",
        "observation",
        "case",
        "record",
        "编号",
        "序号",
    ];
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for c in name.trim().chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
        } else if c.is_uppercase() && before.is_lowercase() {
            words.push(c.to_lowercase().collect());
        } else if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    let is_id = |word: &String| WORDS.contains(&word.as_str());
    match words.as_slice() {
        [] => false,
        [only] => is_id(only) || only == "rownr",
        [first, .., last] => is_id(last) || (["row", "record", "case"].contains(&first.as_str()) && last == "number"),
    }
}

/// Columns that hold words for the most part, and numbers too: which words, another pass must tell.
pub fn mixed_columns(all: &Survey, label: usize) -> Vec<usize> {
    let is_mixed = |survey: &ColumnSurvey| survey.numbers > 0 && is_for_words(survey);
    (0..all.columns.len()).filter(|column| *column != label && is_mixed(&all.columns[*column])).collect()
}

/// Fewest rows of a table whose words can be told from slips; none that can be split has fewer.
const FEWEST_FOR_WORDS: u64 = 6;

/// Whether the fields that are no numbers are words, not slips: too many of them, and more than one mark beside numbers.
fn is_for_words(survey: &ColumnSurvey) -> bool {
    let all = survey.numbers + survey.others;
    let is_mark = survey.numbers > 0 && survey.odd_words == 1;
    if survey.rows() < FEWEST_FOR_WORDS || is_mark {
        return false;
    }
    survey.others > 0 && (survey.others > survey.numbers || survey.others > SLIPS.max(all / 10))
}

/// Whether a field makes its column of numbers faulty.
pub fn is_odd(text: &str, decimal_comma: bool) -> bool {
    number(text, decimal_comma).is_none() && !is_gap(text) && !is_gap_among_numbers(text)
}

/// What becomes of each column. `first` is the survey of the first file alone: row numbers begin again in each.
pub fn decide(
    source: &TableSource,
    names: &[String],
    has_header: bool,
    label: usize,
    first: &Survey,
    all: &Survey,
) -> Result<Decided, DataError> {
    check_named(source, names, has_header)?;
    let mut remarks = Vec::new();
    let count = names.len();
    let row_numbers: Vec<Option<Phrase>> =
        (0..count).map(|column| row_number(&names[column], column, has_header, &first.columns[column])).collect();
    // Where nothing else could be read, a column is read that only counts the rows.
    let is_other = |column: usize| {
        let survey = &all.columns[column];
        column != label
            && !is_named_in(&source.ignore, &names[column], column, count)
            && survey.numbers + survey.others > 0
            && row_numbers[column].is_none()
    };
    let has_others = (0..count).any(is_other);
    let fates = (0..count).map(|column| {
        let (name, survey) = (&names[column], &all.columns[column]);
        if column == label {
            return Fate::Label;
        }
        if is_named_in(&source.ignore, name, column, count) {
            return Fate::LeftOut(phrase!("left-out-asked"));
        }
        let is_kept = match &source.keep {
            KeptColumns::All => true,
            KeptColumns::These(list) => is_named_in(list, name, column, count),
        };
        if survey.numbers + survey.others == 0 {
            let nobody_cares = survey.soft_gaps == 0 && is_unnamed(name);
            return if nobody_cares { Fate::Passed } else { Fate::LeftOut(phrase!("left-out-empty")) };
        }
        if survey.others == 0 {
            if !is_kept && let Some(why) = &row_numbers[column] {
                if has_others {
                    return Fate::LeftOut(why.clone());
                }
                let message = phrase!("remark-only-row-numbers", column = name);
                remarks.push(Remark::warning("only-row-numbers", message, [("column", column as u64)]));
            }
            if looks_like_id(column, has_header, &first.columns[column]) {
                let message = phrase!("remark-looks-like-ids", column = name);
                remarks.push(Remark::warning("looks-like-ids", message, [("column", column as u64)]));
            }
            let base = if source.as_first_read { 0.0 } else { survey.base() };
            return Fate::Read(ColumnKind::Number { base, fill: 0.0 });
        }
        if are_truths(survey) {
            return Fate::Read(ColumnKind::Truth { fill: 0.0 });
        }
        if !is_for_words(survey) {
            return Fate::Faulty;
        }
        // Nothing can be learnt of words that only other files have.
        words(name, is_kept, &first.columns[column])
    });
    let fates = fates.collect();
    // Fields of the label column that are empty are neither numbers nor words.
    let survey = &all.columns[label];
    let labelled: u64 = survey.words.as_ref().map_or(survey.rows(), |words| words.values().sum());
    Ok(Decided { fates, remarks, unlabelled: survey.rows().saturating_sub(labelled) })
}

/// Whether a column holds true and false, or yes and no, and nothing else.
fn are_truths(survey: &ColumnSurvey) -> bool {
    let Some(words) = survey.words.as_ref().filter(|_| survey.rows() >= FEWEST_FOR_WORDS) else { return false };
    let mut met: Vec<(String, bool)> = Vec::with_capacity(2);
    for word in words.keys() {
        let Some(value) = truth(word) else { return false };
        let word = (word.to_lowercase(), value > 0.5);
        if !met.contains(&word) {
            met.push(word);
        }
    }
    // `t` and `y` are two words, not one truth.
    survey.numbers == 0 && (met.len() == 1 || (met.len() == 2 && met[0].1 != met[1].1))
}

/// Columns that are asked for by names that are not there.
fn check_named(source: &TableSource, names: &[String], has_header: bool) -> Result<(), DataError> {
    let kept: &[ColumnRef] = match &source.keep {
        KeptColumns::All => &[],
        KeptColumns::These(list) => list,
    };
    for column in source.ignore.iter().chain(kept).chain(&source.text).chain(&source.text_b) {
        let is_there = match column {
            ColumnRef::Name(name) => names.contains(name) && has_header,
            ColumnRef::Position(position) => position_of(*position, names.len()).is_some(),
        };
        if !is_there {
            let column = match column {
                ColumnRef::Name(name) => phrase!("column-ref-named", name = name),
                ColumnRef::Position(position) => phrase!("column-ref-at", position = Phrase::plain(position)),
            };
            let allowed = if has_header {
                phrase!("columns-of-header", names = error::names(names))
            } else {
                phrase!("columns-by-position", last = names.len() - 1, count = names.len())
            };
            return Err(DataError::Column { file: source.path.clone(), column, allowed });
        }
    }
    Ok(())
}

/// Why a column of numbers is left out, if it only numbers the rows.
fn row_number(name: &str, column: usize, has_header: bool, survey: &ColumnSurvey) -> Option<Phrase> {
    if survey.counts_rows() && survey.rows() >= FEWEST_COUNTED {
        return Some(phrase!("left-out-row-number"));
    }
    if !has_header || survey.rows() < 2 {
        return None;
    }
    let named = is_unnamed(name) || is_called_id(name);
    let (low, high) = (survey.min, survey.max);
    // Two exports put together begin to count again.
    let restarts = column == 0
        && is_unnamed(name)
        && survey.whole
        && survey.gaps == 0
        && (low == 0.0 || low == 1.0)
        && survey.distinct() as f64 == high - low + 1.0;
    (named && (survey.all_different() || restarts)).then(|| phrase!("left-out-id"))
}

/// Whether the first column of a table without names is all different whole numbers that are spread wide, as ids are.
fn looks_like_id(column: usize, has_header: bool, survey: &ColumnSurvey) -> bool {
    let rows = survey.rows() as f64;
    !has_header
        && column == 0
        && survey.whole
        && rows >= 20.0
        && survey.max - survey.min > 20.0 * rows
        && survey.distinct() as f64 > 0.9 * rows
}

/// A column of words.
fn words(name: &str, is_kept: bool, survey: &ColumnSurvey) -> Fate {
    if survey.dates * 10 >= survey.others * 9 && survey.numbers == 0 && !is_kept {
        return Fate::LeftOut(phrase!("left-out-date"));
    }
    let Some(found) = &survey.words else { return Fate::LeftOut(phrase!("left-out-many-words")) };
    let known: u64 = found.values().sum();
    if known == 0 {
        return Fate::LeftOut(phrase!("left-out-empty"));
    }
    let (distinct, is_id) = (found.len() as u64, is_called_id(name) || is_unnamed(name));
    if !is_kept {
        if distinct == known && (is_id || known > 8) || (is_id && distinct * 10 >= known * 9 && known > 8) {
            return Fate::LeftOut(phrase!("left-out-different"));
        }
        if found.len() > MOST_WORDS || (distinct * 2 > known && distinct > 8) {
            return Fate::LeftOut(phrase!("left-out-words", count = distinct));
        }
    }
    let mut words: Vec<String> = found.keys().map(ToString::to_string).collect();
    sort_classes(&mut words);
    Fate::Read(ColumnKind::Words { words })
}

/// Whether a class column rather holds measurements: fractions, or many different numbers of few rows each.
pub fn looks_like_quantity(survey: &ColumnSurvey) -> bool {
    let Some(texts) = &survey.words else { return survey.others == 0 };
    let distinct = texts.len() as u64;
    if survey.others > 0 || survey.numbers == 0 {
        return false;
    }
    if !survey.whole {
        return distinct > 10 && distinct * 20 > survey.numbers;
    }
    let is_numbered = survey.max - survey.min + 1.0 == distinct as f64 && (survey.min == 0.0 || survey.min == 1.0);
    distinct > 20 && survey.numbers < 20 * distinct && !(is_numbered && survey.numbers >= 5 * distinct)
}

/// Whether a column may be the class: some texts, each of several rows.
pub fn could_be_class(survey: &ColumnSurvey) -> bool {
    let distinct = survey.words.as_ref().map_or(u64::MAX, |words| words.len() as u64);
    survey.rows() > 0
        && (2..=1000).contains(&distinct)
        && distinct.saturating_mul(3) <= survey.rows()
        && survey.gaps == 0
}

/// The classes, and which one each label stands for.
pub struct Labels {
    /// Sorted.
    pub classes: Vec<String>,
    /// For each text of the class column its class.
    pub of: HashMap<Box<str>, u32>,
    /// Rows of each class.
    pub counts: Vec<u64>,
}

/// The classes of a column. Labels that are all numbers compare by value, `1` is `1.0`, unless they are taken `as_written`.
pub fn labels(file: &Path, survey: &ColumnSurvey, decimal_comma: bool, as_written: bool) -> Result<Labels, DataError> {
    let Some(texts) = &survey.words else {
        let (what, found) = (Much::Labels, MAX_CLASSES + 1);
        return Err(DataError::TooLarge { file: file.to_owned(), what, found, limit: MAX_CLASSES });
    };
    let numbers: Option<Vec<String>> = texts.keys().map(|text| plain(text, decimal_comma)).collect();
    let names = match numbers.filter(|_| !as_written) {
        Some(numbers) => numbers,
        None => texts.keys().map(ToString::to_string).collect(),
    };
    let (classes, numbers) = number_classes(file, Much::Labels, names.iter().cloned())?;
    let mut counts = vec![0; classes.len()];
    let mut of = HashMap::with_capacity(names.len());
    for ((text, count), name) in texts.iter().zip(&names) {
        let class = numbers[name];
        counts[class as usize] += count;
        of.insert(text.clone(), class);
    }
    Ok(Labels { classes, of, counts })
}

/// What a user should know about the class column.
pub fn judge_labels(labels: &Labels, survey: &ColumnSurvey, why: LabelReason, column: &str) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let classes = labels.classes.len() as u64;
    if looks_like_quantity(survey) {
        let rows = survey.rows();
        let message = phrase!("remark-quantity", column = column, classes = classes, rows = rows);
        remarks.push(Remark::warning("looks-like-a-quantity", message, [("classes", classes), ("rows", rows)]));
    }
    if matches!(why, LabelReason::Last | LabelReason::First) {
        let message = phrase!("remark-guessed-class", column = column);
        remarks.push(Remark::note("guessed-class", message, [("classes", classes)]));
    }
    remarks.extend(names::alike(&labels.classes));
    // `1` and `1.0` are one class; of `1.1` and `1.10`, `7` and `007` that is not so sure.
    let mut texts: Vec<(u32, &str)> = labels.of.iter().map(|(text, class)| (*class, plain_number(text))).collect();
    texts.sort_unstable();
    texts.dedup();
    let merged = texts.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
    let merged: Vec<String> =
        merged.map(|same| same.iter().map(|(_, text)| *text).collect::<Vec<_>>().join(" = ")).collect();
    if !merged.is_empty() {
        let message = phrase!("remark-equal-classes", column = column, names = error::names(&merged));
        remarks.push(Remark::warning("equal-classes", message, [("classes", merged.len() as u64)]));
    }
    let gaps = labels.classes.iter().zip(&labels.counts).find(|(name, _)| is_gap(name));
    if let Some((name, count)) = gaps {
        let message = phrase!("remark-class-like-gap", name = name, count = *count);
        remarks.push(Remark::warning("class-like-gap", message, [("rows", *count)]));
    }
    remarks
}

/// A number without a fraction of zeros.
fn plain_number(text: &str) -> &str {
    match text.split_once(['.', ',']) {
        Some((whole, zeros)) if !whole.is_empty() && zeros.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    }
}

/// The pictures that the columns are pixels of: their shape `[channels, height, width]` and the largest value of a pixel.
///
/// # Errors
/// When the recipe asks for pictures that the columns cannot be.
pub fn pixels(
    file: &Path,
    source: &TableSource,
    columns: &Columns,
    decided: &Decided,
    all: &Survey,
) -> Result<Option<([usize; 3], f32)>, DataError> {
    let count = columns.list.len();
    let mut largest = 0.0_f64;
    let are_pixels = decided.fates.iter().enumerate().all(|(column, fate)| match fate {
        Fate::Read(ColumnKind::Number { .. }) => {
            let survey = &all.columns[column];
            largest = largest.max(survey.max);
            survey.whole && survey.gaps + survey.soft_gaps == 0 && survey.min >= 0.0 && survey.max <= 255.0
        }
        Fate::Read(_) => false,
        _ => true,
    });
    let scale = if largest <= 16.0 { 16.0 } else { 255.0 };
    match source.pixels {
        Some(Pixels::None) => Ok(None),
        Some(Pixels::Shape { channels, height, width }) => {
            let wrong = |problem: Phrase| DataError::Format {
                file: file.to_owned(),
                problem,
                allowed: phrase!("pixels-allowed"),
            };
            if channels * height * width != count {
                return Err(wrong(phrase!("pixels-count", found = count, asked = channels * height * width)));
            }
            if !are_pixels {
                return Err(wrong(phrase!("pixels-values")));
            }
            Ok(Some(([channels, height, width], scale)))
        }
        None => {
            let side = (count as f64).sqrt().round() as usize;
            Ok((side >= 8 && side * side == count && are_pixels && largest > 1.0).then_some(([1, side, side], scale)))
        }
    }
}
