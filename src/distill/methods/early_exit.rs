//! Early exit: branches after the layers of a frozen network learn to say what its last layer says, on any rows, labelled or not
//! (`FastBERT`, Liu et al. 2020, arXiv 2004.02178).

use candle_core::{D, Result, Tensor};
use candle_nn::ops::softmax;

use super::super::method::{Company, Compute, Layers, Method, Needs, Over, Phase, Scale, StudentKind, Term, Trains};
use super::super::values::Values;

/// The mean over branches and rows of KL(last layer ‖ branch) at T = 1.
pub const EARLY_EXIT: Method = Method {
    name: "early-exit",
    label: "method-early-exit",
    what: "method-early-exit-what",
    helps: "method-early-exit-helps",
    fields: &[],
    terms: &[BRANCH],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Exits },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases,
    replaces: None,
    company: Company::None,
};

/// Mean over branches and rows of Σ p (log p − log q), p of the last layer and q of the branch.
const BRANCH: Term = Term {
    name: "branch",
    label: "loss-branch",
    what: "term-branch-loss-what",
    weight: None,
    scale: Scale::One,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Layers(branch),
};

fn branch(layers: &Layers<'_>) -> Result<Tensor> {
    let last = layers.logits.detach();
    let (p, log_p) = (softmax(&last, D::Minus1)?, log_softmax(&last)?);
    let each = layers.student.iter().map(|logits| {
        let apart = (&log_p - log_softmax(logits)?)?;
        (&p * apart)?.sum(D::Minus1)?.mean(D::Minus1)
    });
    Tensor::stack(&each.collect::<Result<Vec<_>>>()?, 1)
}

fn log_softmax(logits: &Tensor) -> Result<Tensor> {
    let shifted = logits.broadcast_sub(&logits.detach().max_keepdim(D::Minus1)?)?;
    shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)
}

fn phases(_: Values<'_>, epochs: usize) -> Vec<Phase> {
    vec![Phase { name: "branches", epochs, terms: None, trains: Trains::Exits, goes_on: false }]
}
