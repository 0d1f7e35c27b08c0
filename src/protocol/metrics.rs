//! What a model is worth on a part of the data, and what it answered row by row.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::RunId;
use super::loss::LossTerms;

/// What a model is worth on one part of the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Rows looked at.
    pub examples: u64,
    /// Rows whose top class is not the label.
    pub errors: u64,
    /// 1 − errors / examples.
    pub accuracy: f64,
    /// Share of rows whose top class is the teacher's; `None` without a teacher.
    pub agreement: Option<f64>,
    /// KL(teacher ‖ student) at T = 1 in nats.
    pub kl: Option<f64>,
    /// Expected calibration error of the top class, 15 equal bins, T = 1.
    pub ece: Option<f64>,
    /// Errors by true class, in class order.
    pub errors_by_class: Vec<u64>,
    /// The loss terms on these rows.
    pub loss: LossTerms,
}

/// See [`Report::Answers`](super::Report::Answers).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// The run.
    pub run: RunId,
    /// Of which rows.
    pub part: Part,
    /// Which rows of the data they are, ascending.
    pub rows: Arc<Vec<u32>>,
    /// Their classes.
    pub labels: Arc<Vec<u32>>,
    /// The top class of each row; [`NO_CLASS`](crate::distill::NO_CLASS) where a logit was no finite number.
    pub predicted: Arc<Vec<u32>>,
    /// Logits `[rows, classes]` of the validation rows, where they take [`MOST_LOGITS`] bytes at most.
    pub logits: Option<Arc<Vec<f32>>>,
}

/// Bytes of logits that are kept of a run.
pub const MOST_LOGITS: usize = 16 << 20;

/// A part of the data that models are judged on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What everything that chooses looks at.
    Validation,
    /// What is looked at once.
    Test,
}
