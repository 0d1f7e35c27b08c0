//! The errors of several models on the same rows, drawn and in words.

use std::cmp::Ordering;

use super::Discordant;
use crate::protocol::{Part, Role};
use crate::recipe::Baseline;
use crate::text::{Phrase, phrase};

/// Errors of several models on the same rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// On which rows.
    pub part: Part,
    /// How many of them there are.
    pub examples: u64,
    /// Teacher, student, baselines in the order of their kinds: those that were measured.
    pub lines: Vec<DrawnErrors>,
}

/// The errors of a model, seed by seed.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnErrors {
    /// Whose.
    pub role: Role,
    /// Which baseline's; none of others.
    pub baseline: Option<&'static Baseline>,
    /// One a seed.
    pub errors: Vec<u64>,
}

impl Drawing {
    /// The errors of a kind of baseline that was measured once.
    pub(super) fn of(&self, kind: Option<&'static Baseline>) -> Option<u64> {
        let line = self.lines.iter().find(|line| line.role == Role::Baseline && line.baseline == kind)?;
        match line.errors.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// The errors of a role that was measured once; of baselines those of the first kind.
    pub(super) fn only(&self, role: Role) -> Option<u64> {
        let line = self.lines.iter().find(|line| line.role == role)?;
        match line.errors.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }
}

/// The errors of a student beside those of its baseline, of one seed.
pub(super) fn two_counts(of_student: u64, of_baseline: u64, examples: u64) -> Phrase {
    let [student, baseline, examples] = [of_student, of_baseline, examples].map(Phrase::count);
    match of_student.cmp(&of_baseline) {
        Ordering::Less => phrase!("story-fewer", student = student, baseline = baseline, examples = examples),
        Ordering::Greater => phrase!("story-more", student = student, baseline = baseline, examples = examples),
        Ordering::Equal => phrase!("story-equal", student = student, examples = examples),
    }
}

/// The rows of a part, in words.
pub fn part_words(part: Part) -> Phrase {
    match part {
        Part::Validation => phrase!("verdict-validation"),
        Part::Test => phrase!("verdict-test"),
    }
}

pub(super) fn rows_words(rows: Discordant) -> Phrase {
    let (all, better, worse) =
        (Phrase::count(rows.better + rows.worse), Phrase::count(rows.better), Phrase::count(rows.worse));
    let p = Phrase::p_value(rows.p());
    if rows.is_clear() {
        phrase!("why-rows-clear", rows = all, better = better, worse = worse, p = p)
    } else {
        phrase!("why-rows", rows = all, better = better, worse = worse, p = p)
    }
}
