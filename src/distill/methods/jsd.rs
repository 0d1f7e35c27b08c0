//! Generalised Jensen–Shannon divergence: teacher and student are both drawn to a mixture of the two, so that one field leads from forward
//! to reverse KL (Agarwal et al. 2024, arXiv 2306.13649, section 3; the mixture as in TRL's `generalized_jsd_loss`).

use std::ops::Bound;

use super::super::fields::{HARD_WEIGHT, OF_METHOD, SOFT_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED};
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::log_soften;
use super::HARD;
use crate::field::{Field, Kind, Span, Tries};

/// soft weight · T² · JSD(p, q) / (β (1 − β)) + hard weight · hard, with p = softmax(v/T), q = softmax(z/T), β the teacher's share of the
/// mixture m = β p + (1 − β) q and JSD = β KL(p ‖ m) + (1 − β) KL(q ‖ m).
///
/// JSD alone goes to 0 at either end. Divided, it is KL(p ‖ q) at β = 0, which are soft targets, and KL(q ‖ p) at β = 1, and has the
/// same curvature where p = q at every β. At β = 1 it is infinite where a teacher gives a class no probability at all, as votes may.
pub const JSD: Method = Method {
    name: "jsd",
    label: "method-jsd",
    what: "method-jsd-what",
    helps: "method-jsd-helps",
    fields: &[TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT, TEACHER_SHARE, TEMPERATURE_SQUARED],
    terms: &[DIVERGENCE, HARD],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.teacher_share`: β.
const TEACHER_SHARE: Field = Field {
    path: "distill.teacher_share",
    label: "field-teacher-share",
    what: "field-teacher-share-hint",
    short: Some("field-teacher-share-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Included(1.0)),
        usual: 0.5,
        tries: Tries::These(&[0.0, 0.1, 0.5, 0.9, 1.0]),
        ..Span::ANY
    }),
    is_column: true,
    search: "beta mixture forward reverse divergence 混合 反向 hunhe fanxiang",
    ..OF_METHOD
};

/// JSD(p, q) / (β (1 − β)) in nats, without T². By z: with g = −ln(m/q) / β, q · (g − Σ q g) / T.
const DIVERGENCE: Term = Term {
    name: "jsd",
    label: "loss-jsd",
    what: "term-jsd-loss-what",
    weight: Some(SOFT_WEIGHT.path),
    scale: Scale::SquaredIf(TEMPERATURE_SQUARED.path),
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Logits(divergence),
};

fn divergence(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>) -> f64 {
    let t = rows.values.temperature().unwrap_or(1.0);
    let of_teacher = rows.values.get(TEACHER_SHARE.path).unwrap_or(TEACHER_SHARE.span().usual);
    let of_student = 1.0 - of_teacher;
    let count = rows.count(Over::Rows).max(1) as f64;
    let mut sum = 0.0;
    for (row, (z, v, _)) in rows.each().enumerate() {
        let (log_p, log_q) = (log_soften(v, t), log_soften(z, t));
        let pairs = || log_p.iter().zip(&log_q);
        let teachers: f64 = pairs().map(|(log_p, log_q)| gain(*log_p, *log_q, of_student, of_teacher)).sum();
        let students: Vec<f64> = pairs().map(|(log_p, log_q)| gain(*log_q, *log_p, of_teacher, of_student)).collect();
        let all: f64 = students.iter().sum();
        sum -= teachers + all;
        if let Some(gradient) = &mut gradient {
            let slopes = log_q.iter().zip(&students).map(|(log_q, own)| (log_q.exp() * all - own) / (t * count));
            for (gradient, slope) in gradient[row * rows.classes..].iter_mut().zip(slopes) {
                *gradient += slope;
            }
        }
    }
    sum / count
}

/// a · ln(m/a) / share, with m = share · b + rest · a and share + rest = 1; b − a, which it goes to, where the share is 0. It takes
/// logarithms of a and b. A small share divides no rounding: ln(m/a) is small with it, and is worked out as ln(1 + share · (b/a − 1)).
fn gain(log_a: f64, log_b: f64, share: f64, rest: f64) -> f64 {
    let a = log_a.exp();
    if share == 0.0 {
        return log_b.exp() - a;
    }
    // 0 · ln 0 is none.
    if a == 0.0 {
        return 0.0;
    }
    let apart = log_b - log_a;
    let added = share * apart.exp_m1();
    if added.abs() < 0.5 {
        return a * (added.ln_1p() / share);
    }
    let (own, other) = (rest.ln(), share.ln() + apart);
    let most = own.max(other);
    a * (most + ((own - most).exp() + (other - most).exp()).ln()) / share
}
