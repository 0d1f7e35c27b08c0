//! Decoupled knowledge distillation: the target class and the others each have a term and a weight (Zhao et al. 2022,
//! arXiv 2203.08679; usual values of its code, `mdistiller`, for CIFAR-100).

use std::ops::Bound;

use super::super::fields::{HARD_WEIGHT, OF_METHOD, TEMPERATURE, WEIGHT};
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::log_soften;
use super::HARD;
use crate::field::{Field, Kind, Span, Tries, Unit};

/// T² · (target weight · KL(b ‖ c) + non-target weight · KL(p̂ ‖ q̂)) + hard weight · hard, with p = softmax(v/T),
/// q = softmax(z/T), b and c their (target, all others), and p̂, q̂ the others' distributions among themselves.
///
/// KL(p ‖ q) = KL(b ‖ c) + (1 − p of the target) · KL(p̂ ‖ q̂): soft targets weigh the second by how unsure the teacher is.
pub const DKD: Method = Method {
    name: "dkd",
    label: "method-dkd",
    what: "method-dkd-what",
    helps: "method-dkd-helps",
    fields: &[TEMPERATURE, TARGET_WEIGHT, NON_TARGET_WEIGHT, HARD_WEIGHT.usually(1.0), WARM_UP],
    terms: &[TARGET, NON_TARGET, HARD],
    // Of two classes there is one other, whose share among the others is 1.
    needs: Needs { teacher: true, labels: true, classes: 3, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.target_weight`.
const TARGET_WEIGHT: Field = Field {
    path: "distill.target_weight",
    label: "field-target-weight",
    what: "field-target-weight-hint",
    short: Some("field-target-weight-short"),
    kind: Kind::Number(Span { usual: 1.0, tries: Tries::These(&[0.0, 1.0, 2.0]), ..WEIGHT }),
    is_column: true,
    search: "alpha tckd target class 目标 权重 mubiao quanzhong",
    ..OF_METHOD
};

/// `distill.non_target_weight`.
const NON_TARGET_WEIGHT: Field = Field {
    path: "distill.non_target_weight",
    label: "field-non-target-weight",
    what: "field-non-target-weight-hint",
    short: Some("field-non-target-weight-short"),
    kind: Kind::Number(Span { shown: (0.0, 16.0), usual: 8.0, tries: Tries::These(&[1.0, 2.0, 4.0, 8.0]), ..WEIGHT }),
    is_column: true,
    search: "beta nckd other classes dark knowledge 非目标 权重 feimubiao quanzhong",
    ..OF_METHOD
};

/// `distill.warm_up`.
const WARM_UP: Field = Field {
    path: "distill.warm_up",
    label: "field-distill-warm-up",
    what: "field-distill-warm-up-hint",
    short: Some("field-distill-warm-up-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Unbounded),
        shown: (0.0, 30.0),
        step: 0.5,
        usual: 1.0 / 12.0,
        of_epochs: true,
        unit: Some(Unit::Epochs),
        ..Span::ANY
    }),
    is_live: false,
    search: "ramp warm-up epochs 预热 yure",
    ..OF_METHOD
};

/// KL of the target's share against all others', without T². By z: with g = (q − p of the target) / T, g for the target and
/// −g · q̂ for the others.
const TARGET: Term = Term {
    name: "target",
    label: "loss-target",
    what: "term-target-loss-what",
    weight: Some(TARGET_WEIGHT.path),
    scale: Scale::Squared,
    warm_up: Some(WARM_UP.path),
    over: Over::Labelled,
    least: 1,
    of_teacher: true,
    compute: Compute::Logits(target),
};

/// KL(p̂ ‖ q̂), without T². By z: (q̂ − p̂) / T for the others.
const NON_TARGET: Term = Term {
    name: "non-target",
    label: "loss-non-target",
    what: "term-non-target-loss-what",
    weight: Some(NON_TARGET_WEIGHT.path),
    compute: Compute::Logits(non_target),
    ..TARGET
};

fn target(rows: &Rows<'_>, gradient: Option<&mut [f64]>) -> f64 {
    let t = rows.values.temperature().unwrap_or(1.0);
    mean(rows, gradient, |p, q, slopes| {
        let slope = (q.target.exp() - p.target.exp()) / t;
        let others = q.others.iter().map(|log_q| -slope * log_q.exp());
        slopes.extend(q.in_order(slope, others));
        share(p.target, q.target) + share(p.rest, q.rest)
    })
}

fn non_target(rows: &Rows<'_>, gradient: Option<&mut [f64]>) -> f64 {
    let t = rows.values.temperature().unwrap_or(1.0);
    mean(rows, gradient, |p, q, slopes| {
        let others = p.others.iter().zip(&q.others).map(|(log_p, log_q)| (log_q.exp() - log_p.exp()) / t);
        slopes.extend(q.in_order(0.0, others));
        p.others.iter().zip(&q.others).map(|(log_p, log_q)| share(*log_p, *log_q)).sum()
    })
}

/// One part of a KL divergence; a probability of 0 adds nothing.
fn share(log_p: f64, log_q: f64) -> f64 {
    if log_p == f64::NEG_INFINITY { 0.0 } else { log_p.exp() * (log_p - log_q) }
}

/// A softened distribution taken apart, in logarithms.
struct Apart {
    class: usize,
    target: f64,
    /// All others together.
    rest: f64,
    /// The others among themselves, in the order of the classes.
    others: Vec<f64>,
}

impl Apart {
    fn new(logits: &[f32], class: usize, temperature: f64) -> Self {
        let log = log_soften(logits, temperature);
        let mut others = logits.to_vec();
        others.remove(class);
        let others = log_soften(&others, temperature);
        // Of the largest among them: where all are far below the target, 1 − its probability is not told from 0.
        let most = (0..log.len()).filter(|other| *other != class).max_by(|a, b| log[*a].total_cmp(&log[*b]));
        let rest = most.map_or(f64::NEG_INFINITY, |most| log[most] - others[most - usize::from(most > class)]);
        Self { class, target: log[class], rest, others }
    }

    /// A number for the target and those for the others, in the order of the classes.
    fn in_order(&self, target: f64, others: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut all: Vec<f64> = others.collect();
        all.insert(self.class, target);
        all
    }
}

/// The mean over the labelled rows of what `of` makes of the teacher's and the student's distributions; it notes the slopes by z.
fn mean(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>, of: impl Fn(&Apart, &Apart, &mut Vec<f64>) -> f64) -> f64 {
    let t = rows.values.temperature().unwrap_or(1.0);
    let count = rows.count(Over::Labelled).max(1) as f64;
    let (mut sum, mut slopes) = (0.0, Vec::with_capacity(rows.classes));
    for (row, (z, v, label)) in rows.each().enumerate() {
        let Some(label) = label else { continue };
        let (p, q) = (Apart::new(v, label as usize, t), Apart::new(z, label as usize, t));
        slopes.clear();
        sum += of(&p, &q, &mut slopes);
        if let Some(gradient) = &mut gradient {
            for (gradient, slope) in gradient[row * rows.classes..].iter_mut().zip(&slopes) {
                *gradient += slope / count;
            }
        }
    }
    sum / count
}
