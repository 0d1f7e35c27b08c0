//! Label smoothing: labels that leave every class a little (Szegedy et al. 2016, arXiv 1512.00567, section 7). It tells dark knowledge
//! from softness: what it reaches without a teacher, soft targets need no teacher for.

use std::ops::Bound;

use super::super::fields::OF_METHOD;
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::log_soften;
use crate::field::{Field, Kind, Span, Tries, Unit};

/// (1 − ε) · CE(y, q) + ε · CE(uniform, q), q = softmax(z); it is its own hard term.
pub const LABEL_SMOOTHING: Method = Method {
    name: "label-smoothing",
    label: "method-label-smoothing",
    what: "method-label-smoothing-what",
    helps: "method-label-smoothing-helps",
    fields: &[SMOOTHING],
    terms: &[SMOOTHED],
    needs: Needs { teacher: false, labels: true, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.smoothing`: ε.
const SMOOTHING: Field = Field {
    path: "distill.smoothing",
    label: "field-smoothing",
    what: "field-smoothing-hint",
    short: Some("field-smoothing-short"),
    kind: Kind::Number(Span {
        allowed: (Bound::Included(0.0), Bound::Included(1.0)),
        shown: (0.0, 0.5),
        usual: 0.1,
        unit: Some(Unit::Share),
        tries: Tries::These(&[0.0, 0.05, 0.1, 0.2]),
        ..Span::ANY
    }),
    is_column: true,
    search: "epsilon ε uniform regularisation 平滑 标签 pinghua biaoqian",
    ..OF_METHOD
};

/// −Σ s · log q with s = (1 − ε) y + ε / C. By z: q − s.
const SMOOTHED: Term = Term {
    name: "smoothed",
    label: "loss-smoothed-labels",
    what: "term-smoothed-loss-what",
    weight: None,
    scale: Scale::One,
    warm_up: None,
    over: Over::Labelled,
    least: 0,
    of_teacher: false,
    compute: Compute::Logits(smoothed),
};

fn smoothed(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>) -> f64 {
    let smoothing = rows.values.get(SMOOTHING.path).unwrap_or_default();
    let count = rows.count(Over::Labelled).max(1) as f64;
    let mut sum = 0.0;
    for (row, (z, _, label)) in rows.each().enumerate() {
        let Some(label) = label else { continue };
        for (class, log_q) in log_soften(z, 1.0).into_iter().enumerate() {
            let y = if class == label as usize { 1.0 - smoothing } else { 0.0 };
            let share = y + smoothing / rows.classes as f64;
            // 0 · −∞ is none.
            sum -= if share == 0.0 { 0.0 } else { share * log_q };
            if let Some(gradient) = &mut gradient {
                gradient[row * rows.classes + class] += (log_q.exp() - share) / count;
            }
        }
    }
    sum / count
}
