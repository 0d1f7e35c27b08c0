//! The matrix product with a right factor that is packed once, for narrow results and for the steps of a recurrence.
//!
//! Each number of the result is one chain of multiply-adds in the order of k, which begins with what is in the result: its
//! bits depend on its row and column alone, not on how many rows there are, on the blocks along k or on threads.

use std::marker::PhantomData;
use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::Element;
use super::gemm::Matrix;

/// Vectors of a tile's row.
const WIDE: usize = 2;
/// Rows of a tile, at most: with two vectors to a row it fills the registers of AVX-512.
const TALL: usize = 12;
/// Steps of k that are worked off together, so that a panel of the right factor stays in the first cache.
const DEEP: usize = 256;
/// Rows that one task works off, at most.
const ROWS: usize = 96;

/// A right factor `[k, n]` in panels of as many columns as a tile has: `[⌈n / width⌉, k, width]`, the last filled up with zeros.
pub(super) struct Right<T> {
    values: Vec<T>,
    /// Where the panels begin: at a line of the cache.
    offset: usize,
    k: usize,
    n: usize,
    width: usize,
}

impl<T: Element> Right<T> {
    /// Packs the factor, on all threads of the pool.
    pub fn new((k, n): (usize, usize), factor: Matrix<'_, T>) -> Self {
        let width = Arch::new().dispatch(Width::<T>(PhantomData));
        let (size, line) = (k * n.next_multiple_of(width), 64 / size_of::<T>());
        let mut values = vec![T::zero_value(); size + line];
        let offset = values.as_ptr().align_offset(64).min(line);
        values[offset..][..size].par_chunks_mut((k * width).max(1)).enumerate().for_each(|(panel, out)| {
            let first = panel * width;
            pack_columns(factor, first..n.min(first + width), out, width);
        });
        Self { values, offset, k, n, width }
    }

    fn panels(&self) -> impl Iterator<Item = &[T]> {
        let size = self.k * self.n.next_multiple_of(self.width);
        self.values[self.offset..][..size].chunks_exact((self.k * self.width).max(1))
    }
}

struct Width<T>(PhantomData<T>);

impl<T: Element> WithSimd for Width<T> {
    type Output = usize;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "pulp asks for it")]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        WIDE * T::lanes::<S>()
    }
}

/// Some columns of `factor` as rows of k with `width` places each.
fn pack_columns<T: Element>(factor: Matrix<'_, T>, columns: Range<usize>, out: &mut [T], width: usize) {
    /// Rows at a time, so that what is read and written stays in cache.
    const BLOCK: usize = 64;
    if factor.column_stride == 1 {
        for (row, out) in out.chunks_exact_mut(width).enumerate() {
            let values = &factor.values[row * factor.row_stride + columns.start..][..columns.len()];
            out[..columns.len()].copy_from_slice(values);
        }
        return;
    }
    for (block, out) in out.chunks_mut(BLOCK * width).enumerate() {
        for (place, column) in columns.clone().enumerate() {
            let start = column * factor.column_stride + block * BLOCK * factor.row_stride;
            let values = factor.values[start..].iter().step_by(factor.row_stride);
            for (out, value) in out[place..].iter_mut().step_by(width).zip(values) {
                *out = *value;
            }
        }
    }
}

/// Where the chains begin.
#[derive(Clone, Copy)]
pub(super) enum Start<'a, T> {
    /// With 0.
    Zero,
    /// With a number for each column.
    Bias(&'a [T]),
    /// With what is in the result.
    Sum,
}

/// `out[m, n] = start + left[m, k] · right[k, n]`, rows of `out` one after another, on all threads of the pool.
pub(super) fn product<T: Element>(m: usize, left: Matrix<'_, T>, right: &Right<T>, start: Start<'_, T>, out: &mut [T]) {
    let rows = m.div_ceil(2 * rayon::current_num_threads()).next_multiple_of(TALL).min(ROWS);
    let blocks = out.par_chunks_mut((rows * right.n).max(1)).enumerate();
    blocks.for_each_init(Vec::new, |scratch, (block, out)| {
        let first = block * rows;
        rows_product(first..m.min(first + rows), left, right, start, out, scratch);
    });
}

/// The same for some rows of the left factor, on this thread. `scratch` holds those rows in the order in which they are read.
pub(super) fn rows_product<T: Element>(
    rows: Range<usize>,
    left: Matrix<'_, T>,
    right: &Right<T>,
    start: Start<'_, T>,
    out: &mut [T],
    scratch: &mut Vec<T>,
) {
    Arch::new().dispatch(Block { rows, left, right, start, out, scratch });
}

struct Block<'a, 'o, T> {
    rows: Range<usize>,
    left: Matrix<'a, T>,
    right: &'a Right<T>,
    start: Start<'a, T>,
    out: &'o mut [T],
    scratch: &'o mut Vec<T>,
}

impl<T: Element> WithSimd for Block<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "pulp asks for it")]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { rows, left, right, mut start, out, scratch } = self;
        let (count, pitch) = (rows.len(), right.n);
        // Other instruction sets have half as many registers.
        let most = if S::F32_LANES >= 16 { TALL } else { TALL / 2 };
        let tall = count.div_ceil(count.div_ceil(most).max(1)).max(1);
        let mut depth = 0;
        loop {
            let deep = DEEP.min(right.k - depth);
            pack_rows(left, rows.clone(), depth..depth + deep, tall, scratch);
            for (panel, values) in right.panels().enumerate() {
                let values = &values[depth * right.width..][..deep * right.width];
                let first = panel * right.width;
                let columns = right.width.min(pitch - first);
                for row in (0..count).step_by(tall) {
                    let high = tall.min(count - row);
                    let rows = &scratch[row * deep..][..high * deep];
                    let out = &mut out[row * pitch + first..];
                    let start = match start {
                        Start::Bias(bias) => Start::Bias(&bias[first..][..columns]),
                        other => other,
                    };
                    macro_rules! tiles {
                        ($($high:literal)*) => {
                            match (high, columns > T::lanes::<S>()) {
                                $(
                                    ($high, false) => tile::<T, S, $high, 1>(simd, rows, values, start, out, (pitch, columns)),
                                    ($high, true) => tile::<T, S, $high, 2>(simd, rows, values, start, out, (pitch, columns)),
                                )*
                                _ => {}
                            }
                        };
                    }
                    tiles!(1 2 3 4 5 6 7 8 9 10 11 12);
                }
            }
            depth += deep;
            start = Start::Sum;
            if depth >= right.k {
                break;
            }
        }
    }
}

/// Rows of the left factor as groups of `tall`, `[k, tall]` each.
#[inline(always)]
#[allow(clippy::inline_always, reason = "must be inlined to be compiled for the instruction set it is dispatched to")]
fn pack_rows<T: Element>(
    left: Matrix<'_, T>,
    rows: Range<usize>,
    depth: Range<usize>,
    tall: usize,
    scratch: &mut Vec<T>,
) {
    let deep = depth.len();
    scratch.resize(rows.len() * deep, T::zero_value());
    for (group, out) in scratch.chunks_mut((tall * deep).max(1)).enumerate() {
        let high = out.len() / deep;
        let start = (rows.start + group * tall) * left.row_stride + depth.start * left.column_stride;
        if left.column_stride == 1 {
            for r in 0..high {
                let values = &left.values[start + r * left.row_stride..][..deep];
                for (out, value) in out.chunks_exact_mut(high).zip(values) {
                    out[r] = *value;
                }
            }
        } else {
            for (k, out) in out.chunks_exact_mut(high).enumerate() {
                let values = &left.values[start + k * left.column_stride..];
                for (out, value) in out.iter_mut().zip(values.iter().step_by(left.row_stride)) {
                    *out = *value;
                }
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
fn tile<T: Element, S: Simd, const R: usize, const W: usize>(
    simd: S,
    left: &[T],
    right: &[T],
    start: Start<'_, T>,
    out: &mut [T],
    (pitch, columns): (usize, usize),
) {
    let lanes = T::lanes::<S>();
    let vector = |values: &[T], w: usize| -> T::Vector<S> {
        let values = &values[w * lanes..];
        T::vectors::<S>(values).first().copied().unwrap_or_else(|| T::load_part(simd, values))
    };
    let mut sums = [[T::splat(simd, T::zero_value()); W]; R];
    match start {
        Start::Zero => {}
        Start::Bias(bias) => sums = [std::array::from_fn(|w| vector(bias, w)); R],
        Start::Sum => {
            for (r, sums) in sums.iter_mut().enumerate() {
                let out = &out[r * pitch..][..columns];
                *sums = std::array::from_fn(|w| vector(out, w));
            }
        }
    }
    let (left, right) = (left.as_chunks::<R>().0, T::vectors::<S>(right).as_chunks::<WIDE>().0);
    for (left, right) in left.iter().zip(right) {
        for r in 0..R {
            let x = T::splat(simd, left[r]);
            for w in 0..W {
                sums[r][w] = T::mul_add(simd, x, right[w], sums[r][w]);
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        let out = &mut out[r * pitch..][..columns];
        for (w, sum) in sums.into_iter().enumerate() {
            let out = &mut out[w * lanes..];
            match T::vectors_mut::<S>(out).first_mut() {
                Some(out) => *out = sum,
                None => T::store_part(simd, out, sum),
            }
        }
    }
}
