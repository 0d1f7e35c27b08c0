//! A distillation method: which layers it looks at, what it is, as a loss.

use candle_core::{Result, Tensor, Var};

use crate::model::Output;
use crate::ops::{DistillationLoss, Form, MemberLoss, Terms};

/// How students learn from targets. A method owns its own parameters, if it has any.
pub trait Method: Send {
    /// Names of the student's layers whose outputs it needs.
    fn taps(&self) -> &[&str] {
        &[]
    }

    /// Its own trainable tensors `[K, …]`: updated with the students', kept in resume states, not saved with a student.
    fn parameters(&self) -> Vec<Var> {
        Vec::new()
    }

    /// The sum of all members' totals, and their terms.
    ///
    /// # Errors
    /// When shapes do not fit.
    fn loss(&self, student: &Output, batch: &TargetsOfBatch<'_>, form: Form) -> Result<(Tensor, Terms)>;
}

/// What one member of the population is asked to learn now; live changes move it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Student {
    /// T; `None` for one that learns from labels only.
    pub temperature: Option<f64>,
    /// Weight of the soft term.
    pub soft_weight: f64,
    /// Weight of the hard term.
    pub hard_weight: f64,
    /// Whether the soft term carries T².
    pub temperature_squared: bool,
}

impl Student {
    /// The same student with no teacher: loss = 1 · hard, whatever the weights.
    pub fn baseline() -> Self {
        Self { temperature: None, soft_weight: 0.0, hard_weight: 1.0, temperature_squared: false }
    }

    /// Its loss, with its place among targets and label sets.
    pub fn loss(&self, target: usize, labels: usize) -> MemberLoss {
        MemberLoss {
            temperature: self.temperature,
            soft_weight: self.soft_weight,
            hard_weight: self.hard_weight,
            temperature_squared: self.temperature_squared,
            target,
            labels,
        }
    }
}

/// What a batch is to be matched with.
#[derive(Clone, Debug)]
pub struct TargetsOfBatch<'a> {
    /// One a member.
    pub members: &'a [MemberLoss],
    /// `[targets, batch, classes]`.
    pub targets: Option<&'a Tensor>,
    /// `[label sets][batch]`.
    pub labels: &'a [Vec<Option<u32>>],
}

/// KL from the teacher's softened distribution to the student's, beside the labels (Hinton, Vinyals & Dean 2015).
#[derive(Clone, Copy, Debug, Default)]
pub struct SoftTargets;

impl Method for SoftTargets {
    fn loss(&self, student: &Output, batch: &TargetsOfBatch<'_>, form: Form) -> Result<(Tensor, Terms)> {
        let TargetsOfBatch { members, targets, labels } = *batch;
        DistillationLoss { members, targets, labels }.forward(&student.logits, form)
    }
}
