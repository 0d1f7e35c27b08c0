//! What a model is worth on a part of the data, from its logits.

use std::borrow::Cow;
use std::ops::Range;

use super::calibration::expected_calibration_error;
use super::method::{Method, Rows, Term};
use super::objective::Objective;
use super::soften::{divergence, has_top_class, log_soften, top_class};
use super::targets::TeacherLogits;

/// Metrics of one model on one part of the data. Averages are by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// Rows.
    pub examples: u64,
    /// Rows whose top class is not the label.
    pub errors: u64,
    /// Errors by true class.
    pub errors_by_class: Vec<u64>,
    /// Share of rows with the teacher's top class, of those of which it says something; `None` without a teacher.
    pub agreement: Option<f64>,
    /// KL(teacher ‖ student) at T = 1.
    pub kl: Option<f64>,
    /// Top class, 15 equal bins, T = 1.
    pub ece: Option<f64>,
    /// Each term of the objective, unweighted, in the method's order; `None` for one that there were too few rows for.
    pub terms: Vec<Option<f64>>,
    /// What they add up to, weighted.
    pub total: f64,
}

/// What others say of the rows that a student is evaluated on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference<'a> {
    /// The logits of the teacher that it is compared with at T = 1; none without one.
    pub plain: Option<Said<'a>>,
    /// Whom it learns from, as [`Rows::teacher`] has it; empty without anybody.
    pub softened: Said<'a>,
}

/// Logits of the rows that a student is evaluated on.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// Laid out for it, `[rows, classes]`.
    Rows(&'a [f32]),
    /// Of these samples of one teacher: they are looked up, for to lay out a large part of many classes takes as much memory again.
    Of(&'a TeacherLogits, &'a [u32]),
}

impl Default for Said<'_> {
    fn default() -> Self {
        Self::Rows(&[])
    }
}

impl<'a> Said<'a> {
    fn row(self, i: usize, classes: usize) -> &'a [f32] {
        match self {
            Self::Rows(logits) => &logits[i * classes..(i + 1) * classes],
            Self::Of(teacher, samples) => teacher.row(0, samples[i] as usize),
        }
    }

    fn looked_up(self) -> Option<(&'a TeacherLogits, &'a [u32])> {
        match self {
            Self::Rows(_) => None,
            Self::Of(teacher, samples) => Some((teacher, samples)),
        }
    }

    /// All of them.
    fn whole(self) -> Cow<'a, [f32]> {
        match self {
            Self::Rows(logits) => Cow::Borrowed(logits),
            Self::Of(teacher, samples) => Cow::Owned(teacher.logits_of(samples, 1.0)),
        }
    }
}

/// Numbers of a teacher that are laid out at a time for a term that is a mean of rows.
const LAID_OUT: usize = 1 << 20;

/// A term on rows beside whom they learn from. A mean of rows is the mean of those of its blocks, each as often as it has rows.
fn term_of(method: &Method, term: &Term, alone: &Rows<'_>, beside: Said<'_>) -> Option<f64> {
    let (rows, classes) = (alone.labels.len(), alone.classes.max(1));
    let block = (LAID_OUT / classes).max(1);
    let Some((teacher, samples)) = beside.looked_up().filter(|_| rows > block && term.least <= 1) else {
        return method.term_of(term, &Rows { teacher: &beside.whole(), ..*alone }, None);
    };
    let of_block = |range: Range<usize>| {
        let said = teacher.logits_of(&samples[range.clone()], 1.0);
        let logits = &alone.logits[range.start * classes..range.end * classes];
        let part = Rows { logits, teacher: &said, labels: &alone.labels[range], ..*alone };
        Some((method.term_of(term, &part, None)?, method.count_of(term, &part) as f64))
    };
    let blocks = (0..rows).step_by(block).filter_map(|start| of_block(start..(start + block).min(rows)));
    let (sum, count) = blocks.fold((0.0, 0.0), |(sum, count), (mean, of)| (sum + mean * of, count + of));
    (count > 0.0).then(|| sum / count)
}

/// In place of a class where a row has no top class, since one of its logits is no finite number.
pub const NO_CLASS: u32 = u32::MAX;

/// The top class of each row of logits `[rows, classes]`.
pub fn top_classes(logits: &[f32], classes: usize) -> Vec<u32> {
    let of = |z: &[f32]| if has_top_class(z) { top_class(z) as u32 } else { NO_CLASS };
    logits.chunks_exact(classes.max(1)).map(of).collect()
}

/// Evaluates logits `[rows, classes]` against true labels, and what others say of the same rows. The total is weighted as it is after so
/// many epochs.
pub fn evaluate(
    logits: &[f32],
    labels: &[u32],
    others: Reference<'_>,
    objective: &Objective,
    epochs: f64,
    classes: usize,
) -> Evaluation {
    let rows = labels.len();
    let mut errors_by_class = vec![0; classes];
    let (mut agreed, mut kl, mut compared) = (0_u64, 0.0, 0_u64);
    let mut confidences = Vec::with_capacity(rows);
    for (i, label) in labels.iter().enumerate() {
        let z = &logits[i * classes..(i + 1) * classes];
        let label = *label as usize;
        let log_q = log_soften(z, 1.0);
        let top = top_class(z);
        // A row with a number that is not finite has no top class and is an error whatever its label.
        let valid = log_q[top].is_finite();
        let right = top == label && valid;
        if !right {
            errors_by_class[label] += 1;
        }
        confidences.push((log_q[top].exp(), right));
        if let Some(plain) = others.plain {
            let v = plain.row(i, classes);
            // Of some rows a teacher may say nothing.
            if !v[0].is_nan() {
                compared += 1;
                agreed += u64::from(top == top_class(v) && valid);
                kl += divergence(v, z, 1.0);
            }
        }
    }
    let known: Vec<Option<u32>> = labels.iter().copied().map(Some).collect();
    let alone =
        Rows { logits: &logits[..rows * classes], teacher: &[], labels: &known, classes, values: objective.values() };
    let method = objective.method();
    let terms: Vec<Option<f64>> =
        method.terms.iter().map(|term| term_of(method, term, &alone, others.softened)).collect();
    Evaluation {
        examples: rows as u64,
        errors: errors_by_class.iter().sum(),
        errors_by_class,
        agreement: others.plain.filter(|_| compared > 0).map(|_| agreed as f64 / compared as f64),
        kl: others.plain.filter(|_| compared > 0).map(|_| kl / compared as f64),
        ece: expected_calibration_error(confidences.into_iter()),
        total: objective.total(&terms, epochs),
        terms,
    }
}
