//! What the columns of a table hold, measured in one pass over all rows.

#![allow(clippy::float_cmp, reason = "whole numbers are compared with whole numbers")]

use std::collections::HashMap;

use csv::ByteRecord;

use super::super::error::BadLines;
use super::number::{is_date, is_gap, is_gap_among_numbers, number};

/// Most words of a column that are told apart.
pub const MOST_WORDS: usize = 4096;

/// What one column holds.
#[derive(Clone, Debug)]
pub struct ColumnSurvey {
    /// What is kept besides counts.
    wants: Wants,
    /// Fields that are numbers.
    pub numbers: u64,
    /// Fields that say that nothing is known.
    pub gaps: u64,
    /// Fields that say so among numbers, and are words elsewhere.
    pub soft_gaps: u64,
    /// Fields that are none of these.
    pub others: u64,
    /// How many different ones there are of these, up to two.
    pub odd_words: u8,
    first_odd: Option<Box<str>>,
    /// Of the others: dates and times.
    pub dates: u64,
    /// Of the others: those of several words, or of as much without blanks between them.
    pub wordy: u64,
    /// Of the others: bytes of all of them.
    pub bytes: u64,
    /// The smallest number.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Whether all numbers are whole.
    pub whole: bool,
    /// Sums of the numbers and of their squares, both less the first number.
    sums: (f64, f64),
    ends: Option<(f64, f64)>,
    /// The step by which each number differs from the one before, where that is 1 or −1 throughout.
    step: Option<f64>,
    steps: bool,
    /// Different texts of the fields that are no gaps, with their counts; `None` once there are too many.
    pub words: Option<HashMap<Box<str>, u64>>,
    /// All numbers, where it was asked for them.
    pub values: Vec<f64>,
}

/// What a survey keeps of a column besides counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Different texts, numbers and what looks like a gap among them: at most so many.
    pub texts: Option<usize>,
    /// All numbers, to see whether they are all different.
    pub values: bool,
}

impl ColumnSurvey {
    /// Nothing seen yet.
    pub fn new(wants: Wants) -> Self {
        Self {
            wants,
            numbers: 0,
            gaps: 0,
            soft_gaps: 0,
            others: 0,
            odd_words: 0,
            first_odd: None,
            dates: 0,
            wordy: 0,
            bytes: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            whole: true,
            sums: (0.0, 0.0),
            ends: None,
            step: None,
            steps: true,
            words: Some(HashMap::new()),
            values: Vec::new(),
        }
    }

    /// Takes a field.
    pub fn take(&mut self, field: &str, decimal_comma: bool) {
        if self.wants.texts.is_some() && !field.is_empty() {
            self.take_word(field);
        }
        if let Some(value) = number(field, decimal_comma) {
            return self.take_number(value);
        }
        if is_gap(field) {
            self.gaps += 1;
            self.steps = false;
            return;
        }
        self.steps = false;
        if self.wants.texts.is_none() {
            self.take_word(field);
        }
        if is_gap_among_numbers(field) {
            self.soft_gaps += 1;
            return;
        }
        self.others += 1;
        self.note_odd(field);
        self.dates += u64::from(is_date(field));
        self.wordy += u64::from(is_wordy(field));
        self.bytes += field.len() as u64;
    }

    fn note_odd(&mut self, field: &str) {
        match &self.first_odd {
            _ if self.odd_words > 1 => {}
            None => (self.first_odd, self.odd_words) = (Some(field.into()), 1),
            Some(first) => self.odd_words = if **first == *field { 1 } else { 2 },
        }
    }

    fn take_number(&mut self, value: f64) {
        self.numbers += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.whole &= value.fract() == 0.0;
        match &mut self.ends {
            None => self.ends = Some((value, value)),
            Some((_, last)) => {
                let step = value - *last;
                self.steps &= step.abs() == 1.0 && self.step.is_none_or(|known| known == step);
                self.step = Some(step);
                *last = value;
            }
        }
        // Sums of differences from one of them lose no digits where all are large and near each other.
        let first = self.ends.map_or(0.0, |(first, _)| first);
        self.sums.0 += value - first;
        self.sums.1 += (value - first).powi(2);
        if self.wants.values {
            self.values.push(value);
        }
    }

    fn take_word(&mut self, field: &str) {
        let Some(words) = &mut self.words else { return };
        if let Some(count) = words.get_mut(field) {
            *count += 1;
        } else if words.len() < self.wants.texts.unwrap_or(MOST_WORDS) {
            words.insert(field.into(), 1);
        } else {
            self.words = None;
        }
    }

    /// Takes what another survey saw of the rows behind these.
    pub fn append(&mut self, next: Self) {
        self.steps &= next.steps;
        match (self.ends, next.ends) {
            (Some((first, last)), Some((next_first, next_last))) => {
                let step = next_first - last;
                let known = self.step.or(next.step);
                self.steps &=
                    step.abs() == 1.0 && known.is_none_or(|known| known == step) && next.step.is_none_or(|s| s == step);
                self.step = known.or(Some(step));
                self.ends = Some((first, next_last));
                let (count, shift) = (next.numbers as f64, next_first - first);
                self.sums.1 += next.sums.1 + 2.0 * shift * next.sums.0 + count * shift.powi(2);
                self.sums.0 += next.sums.0 + count * shift;
            }
            (None, ends) => (self.ends, self.step, self.sums) = (ends, next.step, next.sums),
            (Some(_), None) => {}
        }
        self.numbers += next.numbers;
        self.gaps += next.gaps;
        self.soft_gaps += next.soft_gaps;
        self.others += next.others;
        if let Some(odd) = &next.first_odd {
            self.note_odd(odd);
            self.odd_words = self.odd_words.max(next.odd_words);
        }
        self.dates += next.dates;
        self.wordy += next.wordy;
        self.bytes += next.bytes;
        self.min = self.min.min(next.min);
        self.max = self.max.max(next.max);
        self.whole &= next.whole;
        self.values.extend(next.values);
        self.words = match (self.words.take(), next.words) {
            (Some(mut words), Some(more)) => {
                for (word, count) in more {
                    *words.entry(word).or_default() += count;
                }
                (words.len() <= self.wants.texts.unwrap_or(MOST_WORDS)).then_some(words)
            }
            _ => None,
        };
    }

    /// Fields seen.
    pub fn rows(&self) -> u64 {
        self.numbers + self.gaps + self.soft_gaps + self.others
    }

    /// Whether all numbers are whole and each is one more, or each one less, than the one before.
    pub fn counts_rows(&self) -> bool {
        self.whole && self.steps && self.step.is_some() && self.numbers == self.rows()
    }

    /// Whether all numbers are whole and different from each other; needs [`Wants::values`].
    pub fn all_different(&self) -> bool {
        if !self.whole || self.numbers == 0 || self.values.len() as u64 != self.numbers {
            return false;
        }
        self.distinct() == self.values.len()
    }

    /// How many different numbers there are; needs [`Wants::values`].
    pub fn distinct(&self) -> usize {
        let mut values = self.values.clone();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        values.len()
    }

    /// What must be subtracted from the numbers before they become `f32`, so that rounding does not blur what tells them apart;
    /// 0 where `f32` holds them.
    pub fn base(&self) -> f64 {
        let Some((first, _)) = self.ends else { return 0.0 };
        let count = self.numbers as f64;
        let mean = self.sums.0 / count;
        let deviation = (self.sums.1 / count - mean * mean).max(0.0).sqrt();
        let rounding = self.min.abs().max(self.max.abs()) * f64::from(f32::EPSILON) / 2.0;
        if deviation == 0.0 || rounding <= deviation / 4096.0 {
            return 0.0;
        }
        let middle = first + mean;
        if middle.abs() >= 1.0 { middle.round() } else { middle }
    }
}

/// Fewest words of a text, and bytes of one that is written without blanks.
const WORDS: usize = 3;
const CHARACTERS: usize = 4;

/// Whether a field holds several words, or bytes of scripts that set no blanks between words (Thai, Chinese, Japanese).
fn is_wordy(field: &str) -> bool {
    let sets_no_blanks = |c: &char| matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..);
    field.split_whitespace().nth(WORDS - 1).is_some()
        || (!field.is_ascii() && field.chars().filter(sets_no_blanks).nth(CHARACTERS - 1).is_some())
}

/// What all columns hold.
#[derive(Clone, Debug)]
pub struct Survey {
    /// One a column.
    pub columns: Vec<ColumnSurvey>,
    /// Records with a number of fields that the table does not have.
    pub ragged: BadLines,
    /// Records that count.
    pub rows: u64,
    /// Records passed over: comments.
    pub comments: u64,
    /// Records passed over: empty throughout.
    pub empty: u64,
}

impl Survey {
    /// Nothing seen yet of columns of which so much is wanted.
    pub fn new(wants: &[Wants]) -> Self {
        let columns = wants.iter().map(|wants| ColumnSurvey::new(*wants)).collect();
        Self { columns, ragged: BadLines::default(), rows: 0, comments: 0, empty: 0 }
    }

    /// Takes what another survey saw of the rows behind these.
    pub fn append(&mut self, next: Self) {
        for (column, next) in self.columns.iter_mut().zip(next.columns) {
            column.append(next);
        }
        self.ragged.append(next.ragged);
        self.rows += next.rows;
        self.comments += next.comments;
        self.empty += next.empty;
    }
}

/// A field of a record as text; the whole text was found to be UTF-8.
pub fn text_of(record: &ByteRecord, column: usize) -> &str {
    record.get(column).map_or("", |field| std::str::from_utf8(field).unwrap_or_default())
}
