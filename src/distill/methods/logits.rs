//! Squared distance of logits beside the labels, without a temperature (Ba & Caruana 2014; Kim et al. 2021, arXiv 2105.08919).

use super::super::fields::{HARD_WEIGHT, OF_METHOD, WEIGHT};
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::HARD;
use crate::field::{Field, Kind, Span, Tries};

/// logit weight · ½ · mean over rows and classes of (z − v)² + hard weight · hard.
///
/// Centred, the mean over the classes is taken from both first. That is what T² · KL comes to as T grows, but for the factor 1/C
/// (Hinton, Vinyals & Dean 2015, section 2.1); a constant added to all logits of a row changes no probability and costs nothing.
pub const LOGITS: Method = Method {
    name: "logits",
    label: "method-logits",
    what: "method-logits-what",
    helps: "method-logits-helps",
    fields: &[LOGIT_WEIGHT, HARD_WEIGHT.usually(0.0), CENTRED],
    terms: &[LOGIT, HARD],
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.logit_weight`.
const LOGIT_WEIGHT: Field = Field {
    path: "distill.logit_weight",
    label: "field-logit-weight",
    what: "field-logit-weight-hint",
    short: Some("field-logit-weight-short"),
    kind: Kind::Number(Span { usual: 1.0, tries: Tries::These(&[0.3, 1.0, 3.0]), ..WEIGHT }),
    is_column: true,
    search: "mse regression loss weight 逻辑值 权重 luojizhi quanzhong",
    ..OF_METHOD
};

/// `distill.centred`.
const CENTRED: Field = Field {
    path: "distill.centred",
    label: "field-centred",
    what: "field-centred-hint",
    short: Some("field-centred"),
    kind: Kind::Truth(true),
    is_live: false,
    is_column: true,
    search: "mean zero shift centered 中心化 均值 zhongxinhua junzhi",
    ..OF_METHOD
};

/// ½ · mean of (z − v)². By z: (z − v) / C; centred, d = z − v less its mean over the classes stands for z − v in both.
const LOGIT: Term = Term {
    name: "logit",
    label: "loss-logit",
    what: "term-logit-loss-what",
    weight: Some(LOGIT_WEIGHT.path),
    scale: Scale::One,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Logits(logit),
};

fn logit(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>) -> f64 {
    let is_centred = rows.values.get(CENTRED.path) == Some(1.0);
    let each = rows.count(Over::Rows).max(1) as f64 * rows.classes as f64;
    let mut sum = 0.0;
    for (row, (z, v, _)) in rows.each().enumerate() {
        let difference = |(z, v): (&f32, &f32)| f64::from(*z) - f64::from(*v);
        let mean = z.iter().zip(v).map(difference).sum::<f64>() / rows.classes as f64;
        let mean = if is_centred { mean } else { 0.0 };
        for (class, pair) in z.iter().zip(v).enumerate() {
            let difference = difference(pair) - mean;
            sum += difference * difference;
            if let Some(gradient) = &mut gradient {
                gradient[row * rows.classes + class] += difference / each;
            }
        }
    }
    0.5 * sum / each
}
