//! Teacher-free distillation: soft targets of a virtual teacher that is right on every row, and nearly sure (Tf-KD with regularisation,
//! Yuan et al. 2020, arXiv 1909.11723, section 5; probability, T and weights of its code for CIFAR-100).

use super::super::fields::{HARD_WEIGHT, OF_METHOD, TEMPERATURE, TEMPERATURE_SQUARED, WEIGHT};
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::{log_divergence, log_soften, log_softmax};
use super::HARD;
use crate::field::{Field, Kind, SHARE, Span, Tries};

/// virtual weight · T² · KL(u ‖ q) + hard weight · hard over rows with a label, with q = softmax(z/T) and u the virtual teacher's
/// probabilities, softened by T: powers of 1/T, normalised.
///
/// That is the paper's formula; T² keeps the gradient from vanishing at its T of 20, as in soft targets. The authors' code does otherwise:
/// it takes the softmax of the virtual teacher's probabilities as though they were logits, which leaves next to nothing of them, and
/// leaves the student at T = 1, without T². Its factor of 100 makes up for a mean over the 100 classes.
pub const TEACHER_FREE: Method = Method {
    name: "teacher-free",
    label: "method-teacher-free",
    what: "method-teacher-free-what",
    helps: "method-teacher-free-helps",
    fields: &[
        TEMPERATURE.usually(20.0),
        VIRTUAL_WEIGHT,
        HARD_WEIGHT.usually(0.9),
        LABEL_PROBABILITY,
        TEMPERATURE_SQUARED,
    ],
    terms: &[VIRTUAL, HARD],
    needs: Needs { teacher: false, labels: true, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.virtual_weight`.
const VIRTUAL_WEIGHT: Field = Field {
    path: "distill.virtual_weight",
    label: "field-virtual-weight",
    what: "field-virtual-weight-hint",
    short: Some("field-virtual-weight-short"),
    kind: Kind::Number(Span { usual: 0.1, tries: Tries::These(&[0.05, 0.1, 0.5]), ..WEIGHT }),
    is_column: true,
    search: "regularisation virtual Tf-KD 虚拟 权重 xuni quanzhong",
    ..OF_METHOD
};

/// `distill.label_probability`.
const LABEL_PROBABILITY: Field = Field {
    path: "distill.label_probability",
    label: "field-label-probability",
    what: "field-label-probability-hint",
    short: Some("field-label-probability-short"),
    kind: Kind::Number(Span { shown: (0.5, 1.0), usual: 0.99, tries: Tries::These(&[0.9, 0.95, 0.99]), ..SHARE }),
    is_column: true,
    search: "virtual confidence Tf-KD 虚拟 概率 xuni gailv",
    ..OF_METHOD
};

/// KL(u ‖ q) in nats, without T². By z: (q − u) / T.
const VIRTUAL: Term = Term {
    name: "virtual",
    label: "loss-virtual",
    what: "term-virtual-loss-what",
    weight: Some(VIRTUAL_WEIGHT.path),
    scale: Scale::SquaredIf(TEMPERATURE_SQUARED.path),
    warm_up: None,
    over: Over::Labelled,
    least: 0,
    of_teacher: true,
    compute: Compute::Logits(of_virtual),
};

fn of_virtual(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>) -> f64 {
    let t = rows.values.temperature().unwrap_or(1.0);
    let probability = rows.values.get(LABEL_PROBABILITY.path).unwrap_or(LABEL_PROBABILITY.span().usual);
    let other = (1.0 - probability) / (rows.classes - 1).max(1) as f64;
    let count = rows.count(Over::Labelled).max(1) as f64;
    let mut sum = 0.0;
    for (row, (z, _, label)) in rows.each().enumerate() {
        let Some(label) = label else { continue };
        let says = |class: usize| if class == label as usize { probability } else { other };
        let log_u = log_softmax((0..rows.classes).map(|class| says(class).ln() / t).collect());
        let log_q = log_soften(z, t);
        sum += log_divergence(&log_u, &log_q);
        if let Some(gradient) = &mut gradient {
            let slopes = log_u.iter().zip(&log_q).map(|(log_u, log_q)| (log_q.exp() - log_u.exp()) / (t * count));
            for (gradient, slope) in gradient[row * rows.classes..].iter_mut().zip(slopes) {
                *gradient += slope;
            }
        }
    }
    sum / count
}
