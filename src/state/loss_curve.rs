//! A loss curve by step: as it was, and smoothed for the eye.

use super::series::Series;

/// How much a loss curve is smoothed on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoothing {
    /// Not at all.
    Raw,
    /// A little: the past weighs 0.75.
    Light,
    /// A lot: the past weighs 0.97.
    Strong,
}

impl Smoothing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Raw, Self::Light, Self::Strong];

    /// Weight of the past in the exponential mean.
    pub fn weight(self) -> f64 {
        match self {
            Self::Raw => 0.0,
            Self::Light => 0.75,
            Self::Strong => 0.97,
        }
    }
}

/// Every step's value and its exponential means, all growing by appending.
#[derive(Clone, Debug)]
pub struct LossCurve {
    /// As it was.
    pub raw: Series,
    light: Mean,
    strong: Mean,
}

/// An exponential mean, corrected for its start: with weight w the n-th value is divided by 1 − wⁿ. Values that are not
/// finite stay where they are and do not count.
#[derive(Clone, Debug)]
struct Mean {
    series: Series,
    past: f64,
    sum: f64,
    weight: f64,
}

impl Mean {
    fn new(smoothing: Smoothing) -> Self {
        Self { series: Series::even(0.0, 1.0), past: smoothing.weight(), sum: 0.0, weight: 0.0 }
    }

    fn push(&mut self, value: f32) {
        let mean = if value.is_finite() {
            self.sum = self.past * self.sum + (1.0 - self.past) * f64::from(value);
            self.weight = self.past * self.weight + (1.0 - self.past);
            (self.sum / self.weight) as f32
        } else {
            value
        };
        self.series.extend([mean]);
    }
}

impl Default for LossCurve {
    fn default() -> Self {
        let (light, strong) = (Mean::new(Smoothing::Light), Mean::new(Smoothing::Strong));
        Self { raw: Series::even(0.0, 1.0), light, strong }
    }
}

impl Extend<f32> for LossCurve {
    fn extend<I: IntoIterator<Item = f32>>(&mut self, values: I) {
        for value in values {
            self.raw.extend([value]);
            self.light.push(value);
            self.strong.push(value);
        }
    }
}

impl LossCurve {
    /// The curve as it is shown.
    pub fn smoothed(&self, smoothing: Smoothing) -> &Series {
        match smoothing {
            Smoothing::Raw => &self.raw,
            Smoothing::Light => &self.light.series,
            Smoothing::Strong => &self.strong.series,
        }
    }

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
        curve.smoothed(Smoothing::Light).points().map(|(_, value)| value).collect()
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
        let values: Vec<f32> = curve.smoothed(Smoothing::Light).points().map(|(_, value)| value).collect();
        assert_eq!(values, smooth(&[3.0, 2.0, 7.0]));
    }
}
