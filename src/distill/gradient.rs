//! What the terms of soft targets ask of each logit of one row, as a run weights them.

use serde::Serialize;

use super::fields::{HARD_WEIGHT, SOFT_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED};
use super::methods::SOFT_TARGETS;
use super::objective::Objective;
use super::soften::soften;
use super::targets::Heard;

/// The weights of a run that learns from soft targets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weights {
    /// T > 0.
    pub temperature: f64,
    /// Weight of the soft term.
    pub soft_weight: f64,
    /// Weight of the hard term.
    pub hard_weight: f64,
    /// Whether the soft term carries T².
    pub temperature_squared: bool,
}

impl Weights {
    /// Those of a recipe; none where it does not learn from soft targets.
    pub fn of(objective: &Objective) -> Option<Self> {
        if objective.method().name != SOFT_TARGETS.name {
            return None;
        }
        Some(Self {
            temperature: objective.get(TEMPERATURE.path)?,
            soft_weight: objective.get(SOFT_WEIGHT.path)?,
            hard_weight: objective.get(HARD_WEIGHT.path)?,
            temperature_squared: objective.get(TEMPERATURE_SQUARED.path) == Some(1.0),
        })
    }

    /// What the soft term's value is multiplied by.
    pub fn soft_factor(&self) -> f64 {
        let squared = if self.temperature_squared { self.temperature * self.temperature } else { 1.0 };
        self.soft_weight * squared
    }
}

/// The gradient of one row's loss by the student's logits, a number a class.
#[derive(Clone, Debug, PartialEq)]
pub struct RowGradient {
    /// Of the soft term, weighted: w · T (q − p), and w · (q − p) / T without T²; none without a teacher.
    pub soft: Option<Vec<f64>>,
    /// Of the hard term, weighted: w · (q₁ − y), q₁ at T = 1; none without a label.
    pub hard: Option<Vec<f64>>,
}

/// What it is for student logits `[classes]`.
pub fn row_gradient(
    teacher: Option<&Heard<'_>>,
    student: &[f32],
    label: Option<usize>,
    weights: &Weights,
) -> RowGradient {
    let t = weights.temperature;
    let soft = teacher.map(|teacher| {
        let factor = weights.soft_factor() / t;
        soften(student, t).iter().zip(teacher.soften(t)).map(|(q, p)| factor * (q - p)).collect()
    });
    let hard = label.map(|label| {
        let q = soften(student, 1.0).into_iter().enumerate();
        q.map(|(class, q)| weights.hard_weight * (q - f64::from(class == label))).collect()
    });
    RowGradient { soft, hard }
}

/// One row's loss as a run weights it, and its terms without their weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowLoss {
    /// KL(teacher ‖ student) at T, in nats; none without a teacher.
    pub soft: Option<f64>,
    /// Cross-entropy with the label at T = 1, in nats; none without a label.
    pub hard: Option<f64>,
    /// Soft weight · T² · soft + hard weight · hard, of the terms that there are.
    pub total: f64,
}

/// What it is for student logits `[classes]`.
pub fn row_loss(teacher: Option<&Heard<'_>>, student: &[f32], label: Option<usize>, weights: &Weights) -> RowLoss {
    let t = weights.temperature;
    let soft = teacher.map(|teacher| {
        let log_q = super::soften::log_soften(student, t);
        let terms = teacher.soften(t).into_iter().zip(log_q);
        let sum: f64 = terms.map(|(p, log_q)| if p > 0.0 { p * (p.ln() - log_q) } else { 0.0 }).sum();
        if sum > 0.0 { sum } else { 0.0 }
    });
    let hard = label.and_then(|label| super::soften::log_soften(student, 1.0).get(label).map(|log_q| -log_q));
    let part = |factor: f64, term: Option<f64>| if factor == 0.0 { 0.0 } else { factor * term.unwrap_or(0.0) };
    RowLoss { soft, hard, total: part(weights.soft_factor(), soft) + part(weights.hard_weight, hard) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distill::Mean;
    use crate::distill::soften::{above_uniform, centred};

    const TEACHER: [f32; 4] = [5.0, 2.0, 0.5, -1.0];
    const STUDENT: [f32; 4] = [2.0, 3.0, 0.0, -0.5];

    fn weights(temperature: f64) -> Weights {
        Weights { temperature, soft_weight: 1.0, hard_weight: 1.0, temperature_squared: true }
    }

    /// Worked out in double precision from the formulas of Hinton, Vinyals & Dean 2015.
    #[test]
    fn gradients_are_the_golden_ones() {
        let heard = Heard { each: vec![&TEACHER], mean: Mean::default() };
        for (t, golden) in [
            (0.5, [-0.439_275, 0.437_851, 0.001_027, 0.000_397]),
            (1.0, [-0.686_318, 0.643_853, 0.023_940, 0.018_525]),
            (4.0, [-0.812_447, 0.563_924, 0.065_359, 0.183_164]),
            (100.0, [-0.634_640, 0.382_832, 0.003_571, 0.248_237]),
        ] {
            let found = row_gradient(Some(&heard), &STUDENT, Some(0), &weights(t)).soft.unwrap();
            assert!(found.iter().zip(golden).all(|(a, b)| (a - b).abs() < 1e-6), "{t}: {found:?}");
            let off = Weights { temperature_squared: false, soft_weight: 0.5, ..weights(t) };
            let without = row_gradient(Some(&heard), &STUDENT, Some(0), &off).soft.unwrap();
            assert!(without.iter().zip(golden).all(|(a, b)| (a - 0.5 * b / (t * t)).abs() < 1e-5));
        }
        let loss = row_loss(Some(&heard), &STUDENT, Some(0), &weights(4.0));
        assert!((loss.soft.unwrap() - 0.097_253).abs() < 1e-6 && (loss.hard.unwrap() - 1.370_089).abs() < 1e-6);
        assert!((loss.total - 1.556_055 - 1.370_089).abs() < 1e-5);
    }

    #[test]
    fn gradients_are_the_differences_of_the_loss() {
        let second = [1.0, -2.0, 3.0, 0.0];
        for mean in [Mean::Probabilities, Mean::Logits] {
            let heard = Heard { each: vec![&TEACHER, &second], mean };
            for squared in [true, false] {
                let weights =
                    Weights { temperature: 3.0, soft_weight: 0.7, hard_weight: 0.2, temperature_squared: squared };
                let found = row_gradient(Some(&heard), &STUDENT, Some(2), &weights);
                for class in 0..4 {
                    let at = |by: f32| {
                        let mut z = STUDENT;
                        z[class] += by;
                        row_loss(Some(&heard), &z, Some(2), &weights).total
                    };
                    let slope = (at(0.015_625) - at(-0.015_625)) / 0.031_25;
                    let sum = found.soft.as_ref().unwrap()[class] + found.hard.as_ref().unwrap()[class];
                    assert!((slope - sum).abs() < 1e-4, "{class}: {slope} {sum}");
                }
            }
        }
        let none = row_gradient(None, &STUDENT, None, &weights(1.0));
        assert_eq!(none, RowGradient { soft: None, hard: None });
    }

    #[test]
    fn at_a_high_temperature_what_is_above_uniform_is_the_centred_logits() {
        let far = |t: f64| {
            let limit = above_uniform(&soften(&TEACHER, t), t);
            limit.iter().zip(centred(&TEACHER)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
        };
        assert!(far(1.0) > 1.0 && far(100.0) < 0.05 && far(10_000.0) < 5e-4, "{} {}", far(1.0), far(100.0));
        assert!((far(100.0) / far(1000.0) - 10.0).abs() < 1.0, "the distance falls as 1 / T");
    }
}
