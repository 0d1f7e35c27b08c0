//! DIST: the student's probabilities need only be correlated with the teacher's, over the classes of each row and over the rows of each
//! class, which leaves room to a student far weaker than its teacher (Huang et al. 2022, arXiv 2205.10536; usual values of its code).

use super::super::fields::{HARD_WEIGHT, OF_METHOD, TEMPERATURE, WEIGHT};
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Rows, Scale, StudentKind, Term};
use super::super::soften::soften;
use super::HARD;
use crate::field::{Field, Kind, Span, Tries};

/// T² · (inter-class weight · (1 − mean over rows of ρ) + intra-class weight · (1 − mean over classes of ρ)) + hard weight · hard, with ρ
/// Pearson's correlation of p = softmax(v/T) and q = softmax(z/T) along a row, or along a class over the rows of the batch.
pub const DIST: Method = Method {
    name: "dist",
    label: "method-dist",
    what: "method-dist-what",
    helps: "method-dist-helps",
    fields: &[TEMPERATURE.usually(1.0), INTER_WEIGHT, INTRA_WEIGHT, HARD_WEIGHT.usually(1.0)],
    terms: &[INTER, INTRA, HARD],
    // Along a row of two classes ρ is ±1, whatever they are; over the rows of a class it still tells something.
    needs: Needs { teacher: true, labels: false, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::None,
};

/// `distill.inter_weight`: β.
const INTER_WEIGHT: Field = Field {
    path: "distill.inter_weight",
    label: "field-inter-weight",
    what: "field-inter-weight-hint",
    short: Some("field-inter-weight-short"),
    kind: Kind::Number(Span { shown: (0.0, 4.0), usual: 1.0, tries: Tries::These(&[0.5, 1.0, 2.0]), ..WEIGHT }),
    is_column: true,
    search: "beta DIST correlation pearson 类间 相关 权重 leijian xiangguan quanzhong",
    ..OF_METHOD
};

/// `distill.intra_weight`: γ.
const INTRA_WEIGHT: Field = Field {
    path: "distill.intra_weight",
    label: "field-intra-weight",
    what: "field-intra-weight-hint",
    short: Some("field-intra-weight-short"),
    search: "gamma DIST correlation pearson 类内 相关 权重 leinei xiangguan quanzhong",
    ..INTER_WEIGHT
};

/// 1 − the mean over rows of ρ along each, without T².
const INTER: Term = Term {
    name: "inter-class",
    label: "loss-inter-class",
    what: "term-inter-class-loss-what",
    weight: Some(INTER_WEIGHT.path),
    scale: Scale::Squared,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Logits(inter),
};

/// 1 − the mean over classes of ρ over the rows of each, without T². Of two rows ρ is ±1, so three are the fewest.
const INTRA: Term = Term {
    name: "intra-class",
    label: "loss-intra-class",
    what: "term-intra-class-loss-what",
    weight: Some(INTRA_WEIGHT.path),
    least: 3,
    compute: Compute::Logits(intra),
    ..INTER
};

fn inter(rows: &Rows<'_>, gradient: Option<&mut [f64]>) -> f64 {
    let each = (0..rows.labels.len()).map(|row| (0..rows.classes).map(|class| row * rows.classes + class).collect());
    unlike(rows, &each.collect::<Vec<_>>(), gradient)
}

fn intra(rows: &Rows<'_>, gradient: Option<&mut [f64]>) -> f64 {
    let each = (0..rows.classes).map(|class| (0..rows.labels.len()).map(|row| row * rows.classes + class).collect());
    unlike(rows, &each.collect::<Vec<_>>(), gradient)
}

/// 1 − the mean of ρ along each of these lines of places in `[rows, classes]`. By q along a line, with a and b the line of q and p less
/// their means: −(b − ρ · |b| · a / |a|) / (|a| · |b| + ε) over the lines.
fn unlike(rows: &Rows<'_>, lines: &[Vec<usize>], gradient: Option<&mut [f64]>) -> f64 {
    let t = rows.values.temperature().unwrap_or(1.0);
    let soft = |logits: &[f32]| logits.chunks_exact(rows.classes).flat_map(|row| soften(row, t)).collect::<Vec<f64>>();
    let (q, mut p) = (soft(rows.logits), soft(rows.teacher));
    // Without a teacher there is nothing to be correlated with.
    p.resize(q.len(), 0.0);
    let count = lines.len().max(1) as f64;
    let (mut sum, mut by_q) = (0.0, vec![0.0; q.len()]);
    for line in lines {
        let (a, b) = (centred(&q, line), centred(&p, line));
        let (length, of_teacher) = (product(&a, &a).sqrt(), product(&b, &b).sqrt());
        if length < FLAT || of_teacher < FLAT {
            continue;
        }
        let lengths = length * of_teacher + LEAST;
        let correlation = product(&a, &b) / lengths;
        sum += correlation;
        let back = correlation * of_teacher / length;
        for ((place, a), b) in line.iter().zip(&a).zip(&b) {
            by_q[*place] = -(b - back * a) / (lengths * count);
        }
    }
    if let Some(gradient) = gradient {
        let each = gradient.chunks_exact_mut(rows.classes).zip(q.chunks_exact(rows.classes));
        for ((gradient, q), slopes) in each.zip(by_q.chunks_exact(rows.classes)) {
            let mean = product(q, slopes);
            for ((gradient, q), slope) in gradient.iter_mut().zip(q).zip(slopes) {
                *gradient += q * (slope - mean) / t;
            }
        }
    }
    1.0 - sum / count
}

/// ε of the authors' code.
const LEAST: f64 = 1e-8;

/// Numbers along a line that are less apart are taken as equal: these are correlated with none, and are not moved.
const FLAT: f64 = 1e-14;

/// The numbers at some places less their mean.
fn centred(numbers: &[f64], places: &[usize]) -> Vec<f64> {
    let mean = places.iter().map(|place| numbers[*place]).sum::<f64>() / places.len().max(1) as f64;
    places.iter().map(|place| numbers[*place] - mean).collect()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
