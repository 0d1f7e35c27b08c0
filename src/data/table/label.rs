//! Which column of a table is the class.

use std::path::Path;

use super::super::error::names;
use super::super::{DataError, LabelReason};
use super::decide::{could_be_class, looks_like_quantity};
use super::dialect::Dialect;
use super::naming::{CLASS_NAMES, is_named_in, position_of};
use super::survey::Survey;
use crate::recipe::{ColumnRef, TableSource};
use crate::text::{Phrase, phrase};

/// The class column: its position, and why it was taken; for a guess by position two are weighed after the survey.
pub struct LabelChoice {
    /// Taken, unless it looks like a quantity and there is another.
    pub at: usize,
    /// Taken instead, where the first choice looks like a quantity.
    pub other: Option<usize>,
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
        None => Ok(guess_label(source, dialect, columns)),
    }
}

/// The column that is called as class columns are, or the last one.
fn guess_label(source: &TableSource, dialect: &Dialect, columns: &[String]) -> LabelChoice {
    let count = columns.len();
    if dialect.header.is_some() {
        let lower: Vec<String> = columns.iter().map(|name| name.trim().to_lowercase()).collect();
        let is_ignored = |at: usize| is_named_in(&source.ignore, &columns[at], at, count);
        let called = CLASS_NAMES.iter().find_map(|name| (0..count).find(|at| lower[*at] == *name && !is_ignored(*at)));
        if let Some(at) = called {
            let why = if dialect.declared { LabelReason::Declared } else { LabelReason::Called };
            return LabelChoice { at, other: None, why };
        }
    }
    // An empty column at the end is none.
    let is_empty = |column: &usize| {
        columns[*column].is_empty() && dialect.sample.iter().all(|row| row.get(*column).is_none_or(String::is_empty))
    };
    let last = (0..count).rev().find(|column| !is_empty(column)).unwrap_or(count - 1);
    if dialect.declared {
        return LabelChoice { at: last, other: None, why: LabelReason::Declared };
    }
    LabelChoice { at: last, other: (last > 0).then_some(0), why: LabelReason::Last }
}

/// The last column, unless it looks like a quantity and the first does not.
pub fn settle_label(label: &LabelChoice, all: &Survey, source: &TableSource) -> (usize, LabelReason) {
    let is_quantity = |column: usize| looks_like_quantity(&all.columns[column]);
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
