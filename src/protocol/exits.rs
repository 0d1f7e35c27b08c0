//! What a network that may answer early says at each of its exits, so that every speed can be looked at without asking it again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::RunId;
use super::metrics::MOST_LOGITS;

/// What a run says of the validation rows at each of its exits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exits {
    /// The run.
    pub run: RunId,
    /// Steps done.
    pub step: u64,
    /// The speed at which its metrics are.
    pub speed: f64,
    /// Classes.
    pub classes: usize,
    /// The true class of each row.
    pub labels: Arc<Vec<u32>>,
    /// Tokens of each row.
    pub lengths: Arc<Vec<u32>>,
    /// Of each exit, the last layer at the end: floating-point operations up to its answer, `[a, b, c]` for a + b · L + c · L² with L tokens.
    pub costs: Vec<[f64; 3]>,
    /// The same of the network without branches.
    pub whole: [f64; 3],
    /// `[exits, rows, classes]`.
    pub logits: Arc<Vec<f32>>,
}

/// Of `[a, b, c]`: a + b · L + c · L².
pub fn operations([constant, linear, square]: [f64; 3], tokens: usize) -> f64 {
    let tokens = tokens as f64;
    constant + linear * tokens + square * tokens * tokens
}

impl Exits {
    /// Whether it is small enough to be stored.
    pub fn is_kept(&self) -> bool {
        self.logits.len() * size_of::<f32>() <= MOST_LOGITS
    }

    /// What an exit says of a row.
    pub fn logits_of(&self, exit: usize, row: usize) -> &[f32] {
        let at = (exit * self.labels.len() + row) * self.classes;
        self.logits.get(at..at + self.classes).unwrap_or_default()
    }

    /// Floating-point operations up to the answer of an exit for a row.
    pub fn cost_of(&self, exit: usize, row: usize) -> f64 {
        operations(self.costs[exit], self.lengths[row] as usize)
    }

    /// The same of the network without branches.
    pub fn whole_cost(&self, row: usize) -> f64 {
        operations(self.whole, self.lengths[row] as usize)
    }
}
