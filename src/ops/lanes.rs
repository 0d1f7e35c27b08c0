//! Vectors of a number type for kernels that keep them in registers, whatever the instruction set.
#![allow(
    clippy::inline_always,
    reason = "must be inlined to be compiled for the instruction set they are dispatched to"
)]

use pulp::Simd;

/// A number type of which the processor has vectors.
pub trait Lanes: Copy + Send + Sync + 'static {
    /// One register of them.
    type Vector<S: Simd>: Copy;
    /// Numbers of a register.
    fn lanes<S: Simd>() -> usize;
    /// The same number in all places.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    /// `a · b + c`, rounded once.
    fn mul_add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
    /// The whole vectors of a slice.
    fn vectors<S: Simd>(values: &[Self]) -> &[Self::Vector<S>];
    /// The whole vectors of a slice, to be written.
    fn vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [Self::Vector<S>];
    /// A vector of the first numbers of a slice, and 0 where it has no more.
    fn load_part<S: Simd>(simd: S, values: &[Self]) -> Self::Vector<S>;
    /// As many numbers of a vector as the slice has room for.
    fn store_part<S: Simd>(simd: S, values: &mut [Self], vector: Self::Vector<S>);
}

macro_rules! lanes {
    ($t:ty, $vector:ident, $count:ident, $splat:ident, $mul_add:ident, $of:ident, $of_mut:ident, $load:ident, $store:ident) => {
        impl Lanes for $t {
            type Vector<S: Simd> = S::$vector;
            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$count
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }
            #[inline(always)]
            fn mul_add<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn vectors<S: Simd>(values: &[Self]) -> &[S::$vector] {
                S::$of(values).0
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [S::$vector] {
                S::$of_mut(values).0
            }
            #[inline(always)]
            fn load_part<S: Simd>(simd: S, values: &[Self]) -> S::$vector {
                simd.$load(values)
            }
            #[inline(always)]
            fn store_part<S: Simd>(simd: S, values: &mut [Self], vector: S::$vector) {
                simd.$store(values, vector);
            }
        }
    };
}
#[rustfmt::skip]
lanes!(
    f32, f32s, F32_LANES, splat_f32s, mul_add_f32s,
    as_simd_f32s, as_mut_simd_f32s, partial_load_f32s, partial_store_f32s
);
#[rustfmt::skip]
lanes!(
    f64, f64s, F64_LANES, splat_f64s, mul_add_f64s,
    as_simd_f64s, as_mut_simd_f64s, partial_load_f64s, partial_store_f64s
);
