//! Expected calibration error.

/// Bins of equal width over (0, 1].
pub const BINS: usize = 15;

/// The bin of a confidence. Bins are open below and closed above, so 1 belongs to the last.
pub(super) fn bin_of(confidence: f64) -> usize {
    ((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1
}

/// Σ over bins of (rows in bin / rows) · |accuracy − mean confidence|, from the probability of each row's top class and
/// whether that class was right (Guo et al. 2017, equation 3; 15 equal bins). `None` without rows, or when a confidence is
/// not a number.
pub fn expected_calibration_error(rows: impl Iterator<Item = (f64, bool)>) -> Option<f64> {
    let mut bins = [(0_u64, 0.0, 0_u64); BINS];
    let mut count = 0_u64;
    for (confidence, right) in rows {
        if !confidence.is_finite() {
            return None;
        }
        let bin = bin_of(confidence);
        bins[bin].0 += 1;
        bins[bin].1 += confidence;
        bins[bin].2 += u64::from(right);
        count += 1;
    }
    (count > 0).then(|| {
        bins.iter().map(|(_, confidence, right)| (*right as f64 - confidence).abs()).sum::<f64>() / count as f64
    })
}
