//! Leaving a network early: how unsure an answer is, and where a row leaves at a given speed (`FastBERT`, Liu et al. 2020).

use super::soften::entropy;

/// The entropy of a row's distribution at T = 1 over ln C, which is 1 where all classes are equally likely. Logits that are no finite
/// numbers are not sure of anything.
pub fn uncertainty(logits: &[f32]) -> f64 {
    let uncertainty = entropy(logits, 1.0) / (logits.len().max(2) as f64).ln();
    if uncertainty.is_finite() { uncertainty } else { 1.0 }
}

/// The exit at which a row leaves, of the uncertainties of all but the last, which always answers.
pub fn leaves_at(uncertainties: impl ExactSizeIterator<Item = f64>, speed: f64) -> usize {
    let last = uncertainties.len();
    uncertainties.into_iter().position(|uncertainty| uncertainty < speed).unwrap_or(last)
}
