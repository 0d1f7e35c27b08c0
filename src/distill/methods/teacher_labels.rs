//! The teacher's top class as the label of every row (pseudo-labels; Lee 2013). It tells dark knowledge from more labels: what it
//! reaches needs no probabilities.

use super::super::fields::{HARD_WEIGHT, OF_METHOD, WEIGHT};
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::log_soften;
use super::HARD;
use crate::field::{Field, Kind, Span, Tries};

/// class weight · CE(argmax v, q) + hard weight · hard, q = softmax(z), over all rows.
pub const TEACHER_LABELS: Method = Method {
    name: "teacher-labels",
    label: "method-teacher-labels",
    what: "method-teacher-labels-what",
    helps: "method-teacher-labels-helps",
    fields: &[CLASS_WEIGHT, HARD_WEIGHT.usually(0.0)],
    terms: &[CLASS, HARD],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.class_weight`.
const CLASS_WEIGHT: Field = Field {
    path: "distill.class_weight",
    label: "field-class-weight",
    what: "field-class-weight-hint",
    short: Some("field-class-weight-short"),
    kind: Kind::Number(Span { usual: 1.0, tries: Tries::These(&[0.3, 1.0, 3.0]), ..WEIGHT }),
    is_column: true,
    search: "pseudo label hard target argmax 伪标签 权重 weibiaoqian quanzhong",
    ..OF_METHOD
};

/// −log q of the teacher's first top class. By z: q less 1 at that class.
const CLASS: Term = Term {
    name: "class",
    label: "loss-class",
    what: "term-class-loss-what",
    weight: Some(CLASS_WEIGHT.path),
    scale: Scale::One,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Logits(class),
};

fn class(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>) -> f64 {
    let count = rows.count(Over::Rows).max(1) as f64;
    let mut sum = 0.0;
    for (row, (z, v, _)) in rows.each().enumerate() {
        let top = (0..v.len()).fold(0, |top, class| if v[class] > v[top] { class } else { top });
        for (class, log_q) in log_soften(z, 1.0).into_iter().enumerate() {
            let y = f64::from(u8::from(class == top));
            sum -= if class == top { log_q } else { 0.0 };
            if let Some(gradient) = &mut gradient {
                gradient[row * rows.classes + class] += (log_q.exp() - y) / count;
            }
        }
    }
    sum / count
}
