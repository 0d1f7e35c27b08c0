//! The hard term: cross-entropy with the labels at T = 1. Alone it is what teachers and baselines descend; most methods add it.

use super::super::fields::HARD_WEIGHT;
use super::super::method::{Company, Compute, Kernel, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::log_soften;

/// −log q of the label, q = softmax(z). By z: q − y.
pub const HARD: Term = Term {
    name: "hard",
    label: "loss-hard",
    what: "term-hard-loss-what",
    weight: Some(HARD_WEIGHT.path),
    scale: Scale::One,
    warm_up: None,
    over: Over::Labelled,
    least: 0,
    of_teacher: false,
    compute: Compute::Logits(hard),
};

/// Loss = 1 · hard; no recipe names it.
pub const LABELS: Method = Method {
    name: "labels",
    label: "recipe-labels",
    what: "term-hard-loss-what",
    helps: "method-labels-helps",
    fields: &[],
    terms: &[Term { weight: None, ..HARD }],
    needs: Needs { teacher: false, labels: true, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: Some(Kernel::SoftTargets),
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// The same on batches of rows with a label alone.
pub const LABELLED: Method = Method { name: "labelled", rows: Over::Labelled, ..LABELS };

fn hard(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>) -> f64 {
    let count = rows.count(Over::Labelled).max(1) as f64;
    let mut sum = 0.0;
    for (row, (z, _, label)) in rows.each().enumerate() {
        let Some(label) = label else { continue };
        let log_q = log_soften(z, 1.0);
        sum -= log_q[label as usize];
        if let Some(gradient) = &mut gradient {
            for (class, (gradient, log_q)) in gradient[row * rows.classes..].iter_mut().zip(&log_q).enumerate() {
                let y = if class == label as usize { 1.0 } else { 0.0 };
                *gradient += (log_q.exp() - y) / count;
            }
        }
    }
    sum / count
}
