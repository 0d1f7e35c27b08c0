//! A teacher on trial before anybody learns from it: beside a classifier that anyone could make, how sharp it is, which classes it never
//! names.

use std::collections::HashMap;

use super::prepared::Prepared;
use crate::data::{Examples, words};
use crate::distill::soften::entropy;
use crate::distill::{TeacherLogits, top_classes};
use crate::protocol::Judgement;

/// Rows that the simple classifier is made of, at most.
const LEARNT_FROM: usize = 5000;

/// Multiply-adds that it may cost to ask it; where it would be more it is not asked.
const MOST_WORK: usize = 500_000_000;

/// Rows whose entropy is looked at.
const SOFTENED: usize = 200;

/// A class must have so many of the rows that were looked at before it counts as one that is never named.
const FEWEST: u64 = 5;

/// Adds to a judgement what a teacher's logits of the same rows say, and what a simple classifier makes of them.
pub(super) fn tried(judgement: Judgement, logits: &TeacherLogits, prepared: &Prepared, rows: &[u32]) -> Judgement {
    let names = &prepared.dataset.classes;
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let values = logits.logits_of(&all, 1.0);
    let mut named = vec![0_u64; names.len()];
    for top in top_classes(&values, names.len()) {
        if let Some(named) = named.get_mut(top as usize) {
            *named += 1;
        }
    }
    let there = prepared.dataset.rows_by_class(rows.iter().copied());
    let is_never = |class: &usize| named[*class] == 0 && there[*class] >= FEWEST;
    Judgement {
        simple_errors: simple_errors(prepared, rows),
        half_entropy: half_entropy(&values, names.len()),
        never_named: (0..names.len()).filter(is_never).map(|class| names[class].clone()).collect(),
        ..judgement
    }
}

/// The T at which the mean entropy is half of what it can be; none where that is at no T.
fn half_entropy(values: &[f32], classes: usize) -> Option<f64> {
    let rows: Vec<&[f32]> = values.chunks_exact(classes).collect();
    let step = rows.len().div_ceil(SOFTENED).max(1);
    let some: Vec<&[f32]> = rows.into_iter().step_by(step).collect();
    let half = (classes as f64).ln() / 2.0;
    let mean = |t: f64| some.iter().map(|row| entropy(row, t)).sum::<f64>() / some.len() as f64;
    let (mut low, mut high) = (1e-3_f64, 1e4_f64);
    // Entropy rises with T.
    if some.is_empty() || classes < 2 || mean(low) >= half || mean(high) <= half {
        return None;
    }
    for _ in 0..40 {
        let middle = (low * high).sqrt();
        if mean(middle) < half { low = middle } else { high = middle }
    }
    Some((low * high).sqrt())
}

/// Errors of the class whose mean is nearest, of numbers; of texts those of naive Bayes on their words.
fn simple_errors(prepared: &Prepared, rows: &[u32]) -> Option<u64> {
    let train = &prepared.splits.train;
    let step = train.len().div_ceil(LEARNT_FROM).max(1);
    let learnt: Vec<u32> = train.iter().copied().step_by(step).collect();
    let labels = &prepared.dataset.labels;
    let answers = match &prepared.dataset.examples {
        Examples::Text(_) => of_words(prepared, &learnt, rows),
        Examples::Features { .. } | Examples::Pixels { .. } => of_means(prepared, &learnt, rows)?,
        Examples::Tokens(_) => return None,
    };
    Some(rows.iter().zip(answers).filter(|(row, answer)| labels[**row as usize] as usize != *answer).count() as u64)
}

fn of_means(prepared: &Prepared, learnt: &[u32], rows: &[u32]) -> Option<Vec<usize>> {
    let dataset = &prepared.dataset;
    let (classes, len) = (dataset.classes.len(), dataset.examples.row_len());
    if rows.len().saturating_mul(classes).saturating_mul(len) > MOST_WORK {
        return None;
    }
    let (mut sums, mut counts) = (vec![0.0_f64; classes * len], vec![0.0_f64; classes]);
    let (mut sum, mut squares) = (vec![0.0_f64; len], vec![0.0_f64; len]);
    for row in learnt {
        let class = dataset.labels[*row as usize] as usize;
        counts[class] += 1.0;
        for (i, value) in dataset.examples.row(*row as usize).iter().enumerate() {
            let value = f64::from(*value);
            sums[class * len + i] += value;
            sum[i] += value;
            squares[i] += value * value;
        }
    }
    // Columns of a table have units of their own; pixels share theirs.
    let is_table = matches!(dataset.examples, Examples::Features { .. });
    let all = learnt.len().max(1) as f64;
    let weight = |i: usize| {
        let variance = squares[i] / all - (sum[i] / all).powi(2);
        if !is_table {
            1.0
        } else if variance > 1e-12 {
            1.0 / variance
        } else {
            0.0
        }
    };
    let weights: Vec<f64> = (0..len).map(weight).collect();
    let means: Vec<Option<Vec<f64>>> = (0..classes)
        .map(|class| {
            let mean = |sum: &f64| sum / counts[class];
            (counts[class] > 0.0).then(|| sums[class * len..][..len].iter().map(mean).collect())
        })
        .collect();
    let nearest = |row: &u32| {
        let values = dataset.examples.row(*row as usize);
        let away = |mean: &Option<Vec<f64>>| match mean {
            None => f64::INFINITY,
            Some(mean) => {
                let each = mean.iter().zip(values.iter()).zip(&weights);
                each.map(|((mean, value), weight)| (f64::from(*value) - mean).powi(2) * weight).sum()
            }
        };
        let away: Vec<f64> = means.iter().map(away).collect();
        (0..classes).min_by(|a, b| away[*a].total_cmp(&away[*b])).unwrap_or(0)
    };
    Some(rows.iter().map(nearest).collect())
}

/// Multinomial, with one more of each word.
fn of_words(prepared: &Prepared, learnt: &[u32], rows: &[u32]) -> Vec<usize> {
    let dataset = &prepared.dataset;
    let classes = dataset.classes.len();
    let text = |row: u32| -> String {
        let inputs = dataset.gather(&[row]).texts();
        format!("{} {}", inputs.first(0), inputs.second(0).unwrap_or_default())
    };
    let mut counts: HashMap<String, Vec<f64>> = HashMap::new();
    let (mut totals, mut priors) = (vec![0.0; classes], vec![1.0; classes]);
    for row in learnt {
        let class = dataset.labels[*row as usize] as usize;
        priors[class] += 1.0;
        for word in words(&text(*row)) {
            counts.entry(word).or_insert_with(|| vec![0.0; classes])[class] += 1.0;
            totals[class] += 1.0;
        }
    }
    let kinds = counts.len().max(1) as f64;
    let likeliest = |row: &u32| {
        let mut scores: Vec<f64> = priors.iter().map(|prior: &f64| prior.ln()).collect();
        for word in words(&text(*row)) {
            let Some(count) = counts.get(&word) else { continue };
            for class in 0..classes {
                scores[class] += ((count[class] + 1.0) / (totals[class] + kinds)).ln();
            }
        }
        (0..classes).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
    };
    rows.iter().map(likeliest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distill::soften::entropy;

    #[test]
    fn at_the_half_entropy_temperature_the_mean_entropy_is_half_of_the_largest() {
        let values = [5.0, 1.0, -2.0, 0.0, 0.5, 3.0, 2.0, -1.0];
        let t = half_entropy(&values, 4).unwrap();
        let mean = values.chunks(4).map(|row| entropy(row, t)).sum::<f64>() / 2.0;
        assert!((mean - 4_f64.ln() / 2.0).abs() < 1e-6, "{mean}");
        assert_eq!(half_entropy(&[1.0; 8], 4), None, "equal logits are flat at every T");
    }
}
