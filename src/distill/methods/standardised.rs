//! Logit standardisation: each row's logits are brought to mean 0 and spread 1 before they are softened, so that the student copies how the
//! classes stand to each other, at a scale of its own (Sun et al. 2024, arXiv 2403.01427; ε, T and weights of its code for CIFAR-100).

use super::super::fields::{HARD_WEIGHT, OF_METHOD, TEMPERATURE, WEIGHT};
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::{log_divergence, log_softmax};
use super::HARD;
use crate::field::{Field, Kind, Span, Tries};

/// standardised weight · T² · KL(p ‖ q) + hard weight · hard, with p and q the softmax of s(v)/T and s(z)/T, and
/// s(z) = (z − mean) / (spread + ε), the spread over C − 1 as `torch.std` has it.
///
/// What is added to a row's logits, and what they are multiplied by, changes nothing. Of several teachers their common logits are
/// standardised: the mean of their logits, or, where probabilities are averaged, the logarithm of these at T.
pub const STANDARDISED: Method = Method {
    name: "standardised",
    label: "method-standardised",
    what: "method-standardised-what",
    helps: "method-standardised-helps",
    fields: &[TEMPERATURE.usually(2.0), STANDARDISED_WEIGHT, HARD_WEIGHT],
    terms: &[STANDARDISED_TERM, HARD],
    // Two logits are ±1/√2, whatever they are.
    needs: Needs { teacher: true, labels: false, classes: 3, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.standardised_weight`.
const STANDARDISED_WEIGHT: Field = Field {
    path: "distill.standardised_weight",
    label: "field-standardised-weight",
    what: "field-standardised-weight-hint",
    short: Some("field-standardised-weight-short"),
    kind: Kind::Number(Span { shown: (0.0, 16.0), usual: 9.0, tries: Tries::These(&[1.0, 3.0, 9.0]), ..WEIGHT }),
    is_column: true,
    search: "z-score standardisation normalised logits weight 标准化 权重 biaozhunhua quanzhong",
    ..OF_METHOD
};

/// KL(p ‖ q) of standardised logits in nats, without T². By z: with g = (q − p) / T,
/// g / (spread + ε) − s(z) · Σ g s(z) / ((C − 1) · spread).
const STANDARDISED_TERM: Term = Term {
    name: "standardised",
    label: "loss-standardised",
    what: "term-standardised-loss-what",
    weight: Some(STANDARDISED_WEIGHT.path),
    scale: Scale::Squared,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Logits(standardised),
};

/// ε: a row whose logits spread by no more says nothing, and is not moved.
const LEAST: f64 = 1e-7;

fn standardised(rows: &Rows<'_>, mut gradient: Option<&mut [f64]>) -> f64 {
    let t = rows.values.temperature().unwrap_or(1.0);
    let count = rows.count(Over::Rows).max(1) as f64;
    let log_soft = |standard: &Standard| log_softmax(standard.logits.iter().map(|s| s / t).collect());
    let mut sum = 0.0;
    for (row, (z, v, _)) in rows.each().enumerate() {
        let standard = Standard::of(z);
        let (log_p, log_q) = (log_soft(&Standard::of(v)), log_soft(&standard));
        sum += log_divergence(&log_p, &log_q);
        if let Some(gradient) = gradient.as_mut().filter(|_| standard.spread > LEAST) {
            let slopes: Vec<f64> = log_p.iter().zip(&log_q).map(|(p, q)| (q.exp() - p.exp()) / t).collect();
            let along: f64 = slopes.iter().zip(&standard.logits).map(|(slope, s)| slope * s).sum();
            let by_spread = along / ((rows.classes - 1) as f64 * standard.spread);
            let each = gradient[row * rows.classes..].iter_mut().zip(slopes).zip(&standard.logits);
            for ((gradient, slope), s) in each {
                *gradient += (slope / (standard.spread + LEAST) - s * by_spread) / count;
            }
        }
    }
    sum / count
}

/// A row's logits with mean 0 and spread 1.
struct Standard {
    logits: Vec<f64>,
    /// What it was before, over one less than there are.
    spread: f64,
}

impl Standard {
    /// Classes that nobody votes for are at −∞: they stay there, and have no part in mean and spread.
    fn of(logits: &[f32]) -> Self {
        let finite = || logits.iter().copied().map(f64::from).filter(|z| z.is_finite());
        let count = finite().count();
        let mean = finite().sum::<f64>() / count.max(1) as f64;
        let squares: f64 = finite().map(|z| (z - mean) * (z - mean)).sum();
        let spread = (squares / count.saturating_sub(1).max(1) as f64).sqrt();
        Self { logits: logits.iter().map(|z| (f64::from(*z) - mean) / (spread + LEAST)).collect(), spread }
    }
}
