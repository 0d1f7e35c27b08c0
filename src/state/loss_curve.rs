//! A loss curve by step: as it was, and smoothed for the eye.

use super::series::Series;

/// Weight of the past in the smoothed curve.
const SMOOTHING: f64 = 0.75;

/// Every step's value, and their exponential mean, both growing by appending.
#[derive(Clone, Debug)]
pub struct LossCurve {
    /// As it was.
    pub raw: Series,
    /// The exponential mean with weight 0.75 for the past, corrected for its start: the n-th value is divided by
    /// 1 − 0.75ⁿ. Values that are not finite stay where they are and do not count.
    pub smooth: Series,
    sum: f64,
    weight: f64,
}

impl Default for LossCurve {
    fn default() -> Self {
        Self { raw: Series::even(0.0, 1.0), smooth: Series::even(0.0, 1.0), sum: 0.0, weight: 0.0 }
    }
}

impl Extend<f32> for LossCurve {
    fn extend<I: IntoIterator<Item = f32>>(&mut self, values: I) {
        for value in values {
            self.raw.extend([value]);
            let mean = if value.is_finite() {
                self.sum = SMOOTHING * self.sum + (1.0 - SMOOTHING) * f64::from(value);
                self.weight = SMOOTHING * self.weight + (1.0 - SMOOTHING);
                (self.sum / self.weight) as f32
            } else {
                value
            };
            self.smooth.extend([mean]);
        }
    }
}

impl LossCurve {
    /// Forgets all but the first `steps` points.
    pub fn truncate(&mut self, steps: u64) {
        let kept: Vec<f32> = self.raw.points().take(steps as usize).map(|(_, value)| value).collect();
        *self = Self::default();
        self.extend(kept);
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smooth(values: &[f32]) -> Vec<f32> {
        let mut curve = LossCurve::default();
        curve.extend(values.iter().copied());
        curve.smooth.points().map(|(_, value)| value).collect()
    }

    #[test]
    fn a_constant_stays_and_what_is_not_finite_does_not_count() {
        let values = smooth(&[2.0, 2.0, f32::NAN, 2.0]);
        assert!(values[2].is_nan());
        assert!([0, 1, 3].iter().all(|i| (values[*i] - 2.0).abs() < 1e-6));
    }

    #[test]
    fn the_start_is_corrected_for() {
        // (0.75 · 0.25 · 1 + 0.25 · 5) / (1 − 0.75²)
        assert!((smooth(&[1.0, 5.0])[1] - 1.4375 / 0.4375).abs() < 1e-5);
    }

    #[test]
    fn truncating_is_never_having_seen_the_rest() {
        let mut curve = LossCurve::default();
        curve.extend([3.0, 2.0, 1.0, 0.5]);
        curve.truncate(2);
        curve.extend([7.0]);
        let values: Vec<f32> = curve.smooth.points().map(|(_, value)| value).collect();
        assert_eq!(values, smooth(&[3.0, 2.0, 7.0]));
    }
}
