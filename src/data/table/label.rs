//! Which column of a table is the class.

use std::path::Path;

use super::super::error::names;
use super::super::{DataError, LabelReason};
use super::decide::{could_be_class, looks_like_quantity};
use super::dialect::Dialect;
use super::free_text::label_beside_text;
use super::naming::{CLASS_NAMES, CLASS_NAMES_OF_TEXTS, is_named_in, position_of};
use super::survey::Survey;
use crate::recipe::{ColumnRef, TableSource};
use crate::text::{Phrase, phrase};

/// The class column: its position, and why it was taken; for a guess by position two are weighed after the survey.
pub struct LabelChoice {
    /// Taken, unless it looks like a quantity and there is another.
    pub at: usize,
    /// Taken instead, where the first choice looks like a quantity.
    pub other: Option<usize>,
    /// Taken instead, where the table is one of texts: it is called as their classes are.
    pub of_texts: Option<usize>,
    /// Why the first choice is taken.
    pub why: LabelReason,
}

/// The class column that a recipe asks for; without one, the likeliest by its name or place.
pub fn choose_label(
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
    let asked = |at: usize| LabelChoice { at, other: None, of_texts: None, why: LabelReason::Asked };
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
        None => Ok(guess_label(source, dialect, columns)),
    }
}

/// The column that is called as class columns are, or the last one.
fn guess_label(source: &TableSource, dialect: &Dialect, columns: &[String]) -> LabelChoice {
    let count = columns.len();
    let is_ignored = |at: usize| is_named_in(&source.ignore, &columns[at], at, count);
    // What is asked for as text is not the class.
    let is_text = |at: &usize| {
        let asked = source.text.iter().chain(&source.text_b).cloned().collect::<Vec<_>>();
        is_named_in(&asked, &columns[*at], *at, count)
    };
    let mut of_texts = None;
    if dialect.header.is_some() {
        let lower: Vec<String> = columns.iter().map(|name| name.trim().to_lowercase()).collect();
        let find = |names: &[&str]| {
            names.iter().find_map(|name| (0..count).find(|at| lower[*at] == *name && !is_ignored(*at) && !is_text(at)))
        };
        of_texts = find(&CLASS_NAMES_OF_TEXTS);
        if let Some(at) = find(&CLASS_NAMES) {
            let why = if dialect.declared { LabelReason::Declared } else { LabelReason::Called };
            return LabelChoice { at, other: None, of_texts: None, why };
        }
    }
    // An empty column at the end is none.
    let is_empty = |column: &usize| {
        columns[*column].is_empty() && dialect.sample.iter().all(|row| row.get(*column).is_none_or(String::is_empty))
    };
    let last = (0..count).rev().find(|column| !is_empty(column) && !is_text(column)).unwrap_or(count - 1);
    if dialect.declared {
        return LabelChoice { at: last, other: None, of_texts: None, why: LabelReason::Declared };
    }
    let other = (last > 0 && !is_text(&0)).then_some(0);
    LabelChoice { at: last, other, of_texts, why: LabelReason::Last }
}

/// The last column, unless it looks like a quantity and the first does not, or is a text and another one can be the class.
pub fn settle_label(label: &LabelChoice, all: &Survey, source: &TableSource) -> (usize, LabelReason) {
    let is_quantity = |column: usize| looks_like_quantity(&all.columns[column]);
    if label.why == LabelReason::Last
        && let Some(found) = label_beside_text(label.at, [label.of_texts, label.other], all, source, could_be_class)
    {
        return found;
    }
    match label.other {
        Some(other)
            if source.label.is_none()
                && is_quantity(label.at)
                && !is_quantity(other)
                && could_be_class(&all.columns[other]) =>
        {
            (other, LabelReason::First)
        }
        _ => (label.at, label.why),
    }
}
