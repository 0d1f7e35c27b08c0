//! Norms of gradients, summed in a fixed order.

use super::Element;

/// The norm of one member's gradient, its parameters in order.
pub(crate) fn norm<'a>(gradients: impl Iterator<Item = &'a [f32]>) -> f64 {
    gradients.map(sum_of_squares).sum::<f64>().sqrt()
}

/// The factor that brings a gradient of this norm down to `limit`.
pub(crate) fn clip_factor(norm: f64, limit: f64) -> f64 {
    if norm > limit { limit / norm } else { 1.0 }
}

/// In a fixed order: eight running sums, then their sum.
pub(super) fn sum_of_squares<T: Element>(values: &[T]) -> f64 {
    pulp::Arch::new().dispatch(|| {
        let mut sums = [0.0; 8];
        let chunks = values.chunks_exact(8);
        for value in chunks.remainder() {
            sums[0] += value.to_f64() * value.to_f64();
        }
        for chunk in chunks {
            for (sum, value) in sums.iter_mut().zip(chunk) {
                *sum += value.to_f64() * value.to_f64();
            }
        }
        sums.into_iter().sum()
    })
}
