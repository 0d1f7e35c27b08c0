//! Where a value lies between the two ends of a scale, evenly or by ratio.

/// A scale from `low` to `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    /// A scale; logarithmic only where both ends are positive.
    pub fn new(low: f64, high: f64, log: bool) -> Self {
        let (low, high) = (low.min(high), low.max(high));
        Self { low, high, log: log && low > 0.0 }
    }

    /// The scale that just holds all values that are numbers (positive ones, if it is logarithmic).
    pub fn fit(values: impl IntoIterator<Item = f64>, log: bool) -> Option<Self> {
        let shown = values.into_iter().filter(|value| value.is_finite() && (!log || *value > 0.0));
        let ends = shown.fold(None, |ends: Option<(f64, f64)>, value| {
            let (low, high) = ends.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        ends.map(|(low, high)| Self::new(low, high, log))
    }

    /// The smallest value.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The largest value.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Whether equal ratios have equal room.
    pub fn is_log(&self) -> bool {
        self.log
    }

    /// 0 at the low end to 1 at the high end; in the middle where there is a single value.
    pub fn share(&self, value: f64) -> f64 {
        let share = if self.log {
            (value.max(f64::MIN_POSITIVE) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        // A single value, and what is no number.
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 }
    }

    /// The value at a share.
    pub fn value(&self, share: f64) -> f64 {
        let share = share.clamp(0.0, 1.0);
        if self.log { self.low * (self.high / self.low).powf(share) } else { self.low + share * (self.high - self.low) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_values() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        let log = Scale::new(1.0, 16.0, true);
        assert!(close(log.share(4.0), 0.5) && close(log.value(0.25), 2.0) && close(log.share(0.0), 0.0));
        let even = Scale::new(16.0, 0.0, true);
        assert!(!even.is_log() && close(even.share(4.0), 0.25) && close(even.share(99.0), 1.0));
        let single = Scale::fit([f64::NAN, 3.0], false);
        assert_eq!(single.map(|scale| (scale.share(3.0), scale.share(f64::NAN))), Some((0.5, 0.5)));
        assert_eq!(Scale::fit([f64::INFINITY], false), None);
        assert_eq!(Scale::fit([0.0, -1.0], true), None);
    }
}
