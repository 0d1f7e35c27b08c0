//! KL from the teacher's softened distribution to the student's, beside the labels (Hinton, Vinyals & Dean 2015, section 2).

use super::super::fields::{HARD_WEIGHT, SOFT_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED};
use super::super::method::{Company, Compute, Kernel, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::{divergence, soften};
use super::HARD;

/// soft weight · T² · KL(p ‖ q) + hard weight · hard, with p = softmax(v/T) and q = softmax(z/T).
pub const SOFT_TARGETS: Method = Method {
    name: "soft-targets",
    label: "recipe-method-soft",
    what: "method-soft-targets-what",
    helps: "method-soft-targets-helps",
    fields: &[TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT, TEMPERATURE_SQUARED],
    terms: &[SOFT, HARD],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: Some(Kernel::SoftTargets),
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// KL(p ‖ q) in nats, without T². By z: (q − p) / T.
pub const SOFT: Term = Term {
    name: "soft",
    label: "loss-soft",
    what: "term-soft-loss-what",
    weight: Some(SOFT_WEIGHT.path),
    scale: Scale::SquaredIf(TEMPERATURE_SQUARED.path),
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Logits(soft),
};

/// The mean over all who are heard, each for itself.
pub(super) fn soft(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>) -> f64 {
    let (t, len) = (rows.values.temperature().unwrap_or(1.0), rows.logits.len().max(1));
    let count = (rows.teacher.len() / len * rows.count(Over::Rows)).max(1) as f64;
    let mut sum = 0.0;
    for teacher in rows.teacher.chunks_exact(len) {
        let each = rows.logits.chunks_exact(rows.classes).zip(teacher.chunks_exact(rows.classes));
        for (row, (z, v)) in each.enumerate() {
            sum += divergence(v, z, t);
            if let Some(gradient) = &mut gradient {
                let (p, q) = (soften(v, t), soften(z, t));
                for (gradient, (p, q)) in gradient[row * rows.classes..].iter_mut().zip(p.into_iter().zip(q)) {
                    *gradient += (q - p) / (t * count);
                }
            }
        }
    }
    sum / count
}
