//! Which rows a model got wrong, a bit a row: many models are compared row by row by counting bits.

use std::sync::Arc;

use crate::protocol::Answers;

/// The rows that a model got wrong, of those that it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// All that it was asked.
    rows: Arc<Vec<u32>>,
    /// A bit for each of them, 64 a word, the first the lowest.
    bits: Vec<u64>,
}

impl Missed {
    /// Those of answers.
    pub fn of(answers: &Answers) -> Self {
        let wrong = answers.predicted.iter().zip(&*answers.labels).map(|(said, label)| said != label);
        Self::new(Arc::clone(&answers.rows), wrong)
    }

    /// Of these rows those of which that is true.
    pub fn new(rows: Arc<Vec<u32>>, wrong: impl Iterator<Item = bool>) -> Self {
        let mut bits = vec![0; rows.len().div_ceil(64)];
        for (at, _) in wrong.take(rows.len()).enumerate().filter(|(_, wrong)| *wrong) {
            bits[at / 64] |= 1 << (at % 64);
        }
        Self { rows, bits }
    }

    /// How many it missed.
    pub fn errors(&self) -> u64 {
        self.bits.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many it was asked.
    pub fn examples(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether another was asked the same rows, in the same order.
    pub(super) fn is_of_same_rows(&self, other: &Self) -> bool {
        self.rows == other.rows
    }

    /// The rows that it missed and another did not.
    pub(super) fn alone(&self, other: &Self) -> Vec<u64> {
        self.bits.iter().zip(&other.bits).map(|(own, other)| own & !other).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distill::NO_CLASS;
    use crate::protocol::{Part, RunId};

    #[test]
    fn what_was_answered_wrongly_is_kept_row_by_row() {
        let answers = |predicted: Vec<u32>| Answers {
            run: RunId(1),
            part: Part::Test,
            rows: Arc::new((10..80).collect()),
            labels: Arc::new(vec![1; 70]),
            predicted: Arc::new(predicted),
            logits: None,
        };
        let mut predicted = vec![1; 70];
        (predicted[0], predicted[69]) = (0, NO_CLASS);
        let (some, none) = (Missed::of(&answers(predicted)), Missed::of(&answers(vec![1; 70])));
        assert_eq!((some.errors(), some.examples(), none.errors()), (2, 70, 0));
        assert_eq!((some.alone(&none), none.alone(&some)), (vec![1, 1 << 5], vec![0, 0]));
        let others = Missed::new(Arc::new((0..70).collect()), std::iter::repeat(false));
        assert!(some.is_of_same_rows(&none) && !some.is_of_same_rows(&others));
    }
}
