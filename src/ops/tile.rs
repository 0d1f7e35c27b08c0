//! The matrix product that the fused training step is made of: tiles of the result stay in registers, bias goes in first,
//! and the right factor may be any rows of a slice, so that a convolution needs no unrolled copy of its image.
//!
//! Each number of the result is one chain of multiply-adds in the order of k, whatever tile it falls into: its bits depend
//! on its row and column alone.

use pulp::{Simd, WithSimd};

use super::Element;

/// Results are worked out in groups of so many columns; widths and pitches are multiples of it.
pub(super) const STEP: usize = 16;

/// `count` rounded up to whole groups.
pub(super) fn padded(count: usize) -> usize {
    count.next_multiple_of(STEP)
}

/// The left factor: element (row, k) is at `row · row_stride + k · step`.
#[derive(Clone, Copy)]
pub(super) struct Left<'a, T = f32> {
    pub values: &'a [T],
    pub row_stride: usize,
    pub step: usize,
}

/// `out[row · pitch + j] = bias[row] + Σ_k left(row, k) · right[offsets[k] + j]` for j below `width`.
pub(super) struct Product<'a, T = f32> {
    pub rows: usize,
    pub width: usize,
    pub left: Left<'a, T>,
    pub right: &'a [T],
    /// Where each row of the right factor begins; there are k of them.
    pub offsets: &'a [usize],
    pub bias: Option<&'a [T]>,
    pub out: &'a mut [T],
    pub pitch: usize,
}

impl<T: Element> Product<'_, T> {
    /// Does it, on this thread.
    pub fn run(self) {
        pulp::Arch::new().dispatch(self);
    }
}

/// Rows of a tile, at most: with four vectors to a row it fills the registers of AVX-512.
const TALL: usize = 6;

impl<T: Element> WithSimd for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "pulp asks for it")]
    fn with_simd<S: Simd>(mut self, simd: S) {
        debug_assert!(self.width.is_multiple_of(STEP));
        let most = if S::F32_LANES >= 16 { 4 } else { 2 };
        let (vectors, panels) = (self.width / T::lanes::<S>(), self.rows.div_ceil(TALL));
        let mut row = 0;
        for panel in 0..panels {
            // Panels of about equal height: eight rows are four and four.
            let tall = (self.rows - row).div_ceil(panels - panel);
            let mut vector = 0;
            while vector < vectors {
                let wide = most.min(vectors - vector);
                let at = (row, vector * T::lanes::<S>());
                macro_rules! tiles {
                    ($($tall:literal)*) => {
                        match (tall, wide) {
                            $(
                                ($tall, 4) if S::F32_LANES >= 16 => tile::<T, S, $tall, 4>(simd, &mut self, at),
                                ($tall, 3) if S::F32_LANES >= 16 => tile::<T, S, $tall, 3>(simd, &mut self, at),
                                ($tall, 2) => tile::<T, S, $tall, 2>(simd, &mut self, at),
                                ($tall, _) => tile::<T, S, $tall, 1>(simd, &mut self, at),
                            )*
                            _ => {}
                        }
                    };
                }
                tiles!(1 2 3 4 5 6);
                vector += wide;
            }
            row += tall;
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "must be inlined to be compiled for the instruction set it is dispatched to")]
fn tile<T: Element, S: Simd, const R: usize, const W: usize>(
    simd: S,
    product: &mut Product<'_, T>,
    (row, column): (usize, usize),
) {
    let Product { left, right, offsets, .. } = *product;
    let lanes = T::lanes::<S>();
    let mut sums = [[T::splat(simd, T::zero_value()); W]; R];
    if let Some(bias) = product.bias {
        let bias = &bias[row..][..R];
        for r in 0..R {
            sums[r] = [T::splat(simd, bias[r]); W];
        }
    }
    if left.step == 1 {
        let rows: [&[T]; R] = std::array::from_fn(|r| &left.values[(row + r) * left.row_stride..][..offsets.len()]);
        for (k, offset) in offsets.iter().enumerate() {
            let right = &right[offset + column..][..W * lanes];
            let right = T::vectors::<S>(right);
            let right: [T::Vector<S>; W] = std::array::from_fn(|w| right[w]);
            for r in 0..R {
                let x = T::splat(simd, rows[r][k]);
                for w in 0..W {
                    sums[r][w] = T::mul_add(simd, x, right[w], sums[r][w]);
                }
            }
        }
    } else {
        let start = &left.values[row * left.row_stride..];
        for (k, offset) in offsets.iter().enumerate() {
            let right = &right[offset + column..][..W * lanes];
            let right = T::vectors::<S>(right);
            let right: [T::Vector<S>; W] = std::array::from_fn(|w| right[w]);
            let start = &start[k * left.step..][..=(R - 1) * left.row_stride];
            for r in 0..R {
                let x = T::splat(simd, start[r * left.row_stride]);
                for w in 0..W {
                    sums[r][w] = T::mul_add(simd, x, right[w], sums[r][w]);
                }
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        let out = &mut product.out[(row + r) * product.pitch + column..][..W * lanes];
        let out = T::vectors_mut::<S>(out);
        out[..W].copy_from_slice(sums);
    }
}

/// Gradients of the weights of a 3×3 convolution over some images: for each output channel and each input channel nine sums
/// over the pixels, added to `out[(o · inputs + i) · 9 + tap]`.
pub(super) struct Correlation<'a> {
    pub images: usize,
    pub outputs: usize,
    pub inputs: usize,
    /// Numbers that are summed, a multiple of [`STEP`]; where there is no pixel, `dz` is 0.
    pub pixels: usize,
    /// Gradient planes: that of image n and channel o starts at `n · outputs · dz_plane + o · dz_plane + dz_start`.
    pub dz: &'a [f32],
    pub dz_plane: usize,
    pub dz_start: usize,
    /// Input planes: that of image n and channel i starts at `n · x_image + i · x_plane`.
    pub x: &'a [f32],
    pub x_image: usize,
    pub x_plane: usize,
    /// Where the first pixel sees each of its nine neighbours.
    pub taps: [usize; 9],
    pub out: &'a mut [f32],
}

impl Correlation<'_> {
    /// Does it, on this thread.
    pub fn run(self) {
        pulp::Arch::new().dispatch(self);
    }
}

impl WithSimd for Correlation<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "pulp asks for it")]
    fn with_simd<S: Simd>(mut self, simd: S) {
        // 3 · 9 sums fill the registers of AVX-512; the others have half as many.
        let most = if S::F32_LANES >= 16 { 3 } else { 1 };
        let mut output = 0;
        while output < self.outputs {
            let tall = most.min(self.outputs - output);
            for input in 0..self.inputs {
                match tall {
                    3 => correlate::<S, 3>(simd, &mut self, output, input),
                    2 => correlate::<S, 2>(simd, &mut self, output, input),
                    _ => correlate::<S, 1>(simd, &mut self, output, input),
                }
            }
            output += tall;
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
fn correlate<S: Simd, const R: usize>(simd: S, all: &mut Correlation<'_>, output: usize, input: usize) {
    let lanes = S::F32_LANES;
    let mut sums = [[simd.splat_f32s(0.0); 9]; R];
    for image in 0..all.images {
        let x = &all.x[image * all.x_image + input * all.x_plane..][..all.x_plane];
        let x: [&[f32]; 9] = std::array::from_fn(|tap| &x[all.taps[tap]..][..all.pixels]);
        let x: [&[S::f32s]; 9] = x.map(|x| S::as_simd_f32s(x).0);
        let dz: [&[S::f32s]; R] = std::array::from_fn(|r| {
            let start = (image * all.outputs + output + r) * all.dz_plane + all.dz_start;
            S::as_simd_f32s(&all.dz[start..][..all.pixels]).0
        });
        for i in 0..all.pixels / lanes {
            let dz: [S::f32s; R] = std::array::from_fn(|r| dz[r][i]);
            for tap in 0..9 {
                let x = x[tap][i];
                for r in 0..R {
                    sums[r][tap] = simd.mul_add_f32s(x, dz[r], sums[r][tap]);
                }
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        let out = &mut all.out[((output + r) * all.inputs + input) * 9..][..9];
        for (out, sum) in out.iter_mut().zip(sums) {
            *out += simd.reduce_sum_f32s(sum);
        }
    }
}
