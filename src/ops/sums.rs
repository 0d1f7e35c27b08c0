//! Sums in a fixed order and the logistic function, in either precision, made so that loops over them become vector instructions.
#![allow(
    clippy::inline_always,
    reason = "must be inlined to be compiled for the instruction set they are dispatched to"
)]

use super::Element;
use super::element::vectorised;

/// `sums += values`.
pub(super) fn add<T: Element>(sums: &mut [T], values: &[T]) {
    vectorised!(<'a, T> (sums: &'a mut [T], values: &'a [T]) -> () {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += *value;
        }
    });
}

/// 1 / (1 + e⁻ˣ), without overflow.
#[inline(always)]
pub(super) fn logistic<T: Element>(x: T) -> T {
    let (zero, one) = (T::zero_value(), T::from_f64(1.0));
    let power = T::exp(if x > zero { zero - x } else { x });
    let positive = one / (one + power);
    if x < zero { power * positive } else { positive }
}

/// Σ of `term` over the pairs of two slices of equal length: sixteen running sums side by side, added up in a fixed order,
/// and those that are left over one after another.
#[inline(always)]
pub(super) fn sum<T: Element>(a: &[T], b: &[T], term: impl Fn(T, T) -> T) -> T {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [T::zero_value(); 16];
    for (a, b) in a.iter().zip(b) {
        for i in 0..16 {
            sums[i] += term(a[i], b[i]);
        }
    }
    let mut rest = T::zero_value();
    for (a, b) in a_rest.iter().zip(b_rest) {
        rest += term(*a, *b);
    }
    let sums: [T; 8] = std::array::from_fn(|i| sums[i] + sums[i + 8]);
    let sums: [T; 4] = std::array::from_fn(|i| sums[i] + sums[i + 4]);
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::super::elementary::{erf, exp, tanh};
    use super::*;

    #[test]
    fn elementary_functions_are_those_in_double_precision() {
        for i in -200_000_i32..=200_000 {
            let x = i as f32 * 5e-4;
            let wide = f64::from(x);
            let close = |what: &str, found: f32, expected: f64, tolerance: f64| {
                assert!((f64::from(found) - expected).abs() <= tolerance, "{what}({x}) is {expected}, not {found}");
            };
            if (-87.0..=0.0).contains(&x) {
                close("exp", exp(x), wide.exp(), 1.5e-7 * wide.exp());
            }
            close("tanh", tanh(x), wide.tanh(), 1.3e-7);
            close("erf", erf(x / 10.0), <f64 as Element>::erf(f64::from(x / 10.0)), 2e-7);
            close("logistic", logistic(x), logistic(wide), 1.3e-7);
        }
        assert_eq!((exp(0.0), exp(f32::NEG_INFINITY), erf(f32::INFINITY), tanh(-100.0)), (1.0, 0.0, 1.0, -1.0));
        assert!(exp(f32::NAN).is_nan() && erf(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
        assert!(logistic(f32::NAN).is_nan());
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "these sums are exact")]
    fn a_sum_counts_every_number_once() {
        for count in [0_i32, 1, 15, 16, 17, 100] {
            let numbers: Vec<f64> = (0..count).map(f64::from).collect();
            assert_eq!(sum(&numbers, &numbers, |a, b| a + b), f64::from(count * (count - 1).max(0)));
        }
    }
}
