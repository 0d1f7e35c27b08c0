//! Exponentials, tanh, the logistic and the error function in single precision, without branches and calls, so that loops over
//! them become vector instructions.
#![allow(
    clippy::inline_always,
    reason = "must be inlined to be compiled for the instruction set they are dispatched to"
)]

use super::Element;

/// eˣ for x ≤ 0 to 1e-7 of itself; 0 below −87.3, and NaN stays NaN. x = n · ln 2 + r, a polynomial of r, and n into the
/// exponent; the polynomial is that of Cephes' `expf` (Moshier).
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    /// Adding it leaves the nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts, of which the first has so few bits that n times it is exact.
    const LN_2: [f32; 2] = [355.0 / 512.0, -2.121_944_4e-4];
    const LEAST: f32 = -87.3;
    let kept = if x < LEAST { LEAST } else { x };
    let shifted = kept * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = kept - n * LN_2[0] - n * LN_2[1];
    let mut sum = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        sum = sum * r + coefficient;
    }
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    if x < LEAST { 0.0 } else { (sum * (r * r) + r + 1.0) * power }
}

/// tanh x to 1.2e-7.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let power = exp(-2.0 * x.abs());
    let tanh = (1.0 - power) / (1.0 + power);
    if x < 0.0 { -tanh } else { tanh }
}

/// erf x to 1.8e-7: x times a polynomial of x² below 1, and above 1 − exp of a polynomial that is ln(1 − erf x). Both were
/// fitted to the standard error function in double precision, least in the largest error.
#[inline(always)]
pub(super) fn erf(x: f32) -> f32 {
    const NEAR: [f32; 6] = [-5.462_94e-4, 4.870_708e-3, -2.666_381_6e-2, 0.112_780_645, -0.376_119_4, 1.128_378_9];
    const FAR: [f32; 7] =
        [1.855_769_2e-4, -2.939_635_4e-3, 2.180_543e-2, -0.103_037_58, -0.638_225_44, -1.127_040_1, -3.536_818_6e-4];
    let size = x.abs();
    let square = size * size;
    let near = size * NEAR.into_iter().fold(0.0, |sum, coefficient| sum * square + coefficient);
    // From 4 on the nearest number is 1.
    let kept = if size > 4.0 { 4.0 } else { size };
    let far = 1.0 - exp(FAR.into_iter().fold(0.0, |sum, coefficient| sum * kept + coefficient));
    let erf = if size < 1.0 { near } else { far };
    if x < 0.0 { -erf } else { erf }
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
