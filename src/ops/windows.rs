//! Convolution over the time of packed rows, ReLU and the maximum over time in one pass (Kim 2014).

use std::sync::Mutex;

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp3, D, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::element::{slice, vectorised, with_element, with_slice};
use super::gemm::{Matrix, Threads};
use super::packed::{check_tokens, cut, rows_times};
use super::tape::apply3;
use super::{Activation, Backend, Element, Spans};

/// `max over time of max(x ∗ w + b, 0)`: each row is convolved with width − 1 zeros on both sides, so that a row of L tokens
/// has L + width − 1 windows.
///
/// `x` is `[tokens, in]` with rows where `spans` says, `w` is `[K, maps, in, width]` as in PyTorch's `Conv1d`, `b` is
/// `[K, maps]`; the result is `[K, rows, maps]`. The gradient goes to the first window with the maximum, and to none where
/// that is not above 0.
///
/// # Errors
/// When the shapes do not fit each other.
pub fn max_over_windows(x: &Tensor, w: &Tensor, b: &Tensor, spans: &Spans, backend: Backend) -> Result<Tensor> {
    let sizes = Sizes::new(x.dims(), w.dims(), b.dims(), spans)?;
    match backend {
        Backend::Native => {
            let (input_gradient, weight_gradient) = (x.track_op(), w.track_op());
            let op = Windows { spans: spans.clone(), input_gradient, weight_gradient, winners: Mutex::default() };
            apply3(x, w, b, op)
        }
        Backend::Candle => composed(sizes, x, w, b, spans),
    }
}

fn composed(sizes: Sizes, x: &Tensor, w: &Tensor, b: &Tensor, spans: &Spans) -> Result<Tensor> {
    let Sizes { members, maps, input, width } = sizes;
    let rows = spans.all().enumerate().map(|(row, tokens)| {
        let member = row / spans.rows();
        let (count, windows) = (tokens.len(), tokens.len() + width - 1);
        let padded = x.narrow(0, tokens.start, count)?.pad_with_zeros(0, width - 1, width - 1)?;
        let taps = (0..width).map(|tap| padded.narrow(0, tap, windows)).collect::<Result<Vec<_>>>()?;
        let w = w.get(member)?.transpose(1, 2)?.reshape((maps, width * input))?;
        let sums = Tensor::cat(&taps, 1)?.matmul(&w.t()?)?.broadcast_add(&b.get(member)?)?;
        let values = Activation::Relu.in_candle(&sums)?;
        // Gathered by place: a maximum over an axis gives all ties the whole gradient.
        let first = values.detach().t()?.contiguous()?.argmax(D::Minus1)?.reshape((1, maps))?;
        values.gather(&first, 0)
    });
    Tensor::cat(&rows.collect::<Result<Vec<_>>>()?, 0)?.reshape((members, spans.rows(), maps))
}

struct Windows {
    spans: Spans,
    /// Whether anything before `x` is trained.
    input_gradient: bool,
    /// Whether the layer is trained itself.
    weight_gradient: bool,
    /// Of the forward pass: the window with the maximum for each row and map, [`NONE`] where it is not above 0.
    winners: Mutex<Vec<u32>>,
}

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Sizes {
    members: usize,
    maps: usize,
    input: usize,
    width: usize,
}

impl Sizes {
    fn new(x: &[usize], w: &[usize], b: &[usize], spans: &Spans) -> Result<Self> {
        let found = check_tokens(x, spans)?;
        match *w {
            [members, maps, input, width]
                if input == found && members == spans.members() && *b == [members, maps] && width > 0 =>
            {
                Ok(Self { members, maps, input, width })
            }
            _ => candle_core::bail!("an input {x:?} does not fit windows {w:?} and biases {b:?}"),
        }
    }

    /// Columns of the product: one for each tap and map.
    fn columns(self) -> usize {
        self.width * self.maps
    }

    /// Weights as `[K, width, maps, in]`: from one tap to the next, rows of input numbers.
    fn by_tap<T: Element>(self, w: &[T]) -> Vec<T> {
        let mut out = vec![T::zero_value(); w.len()];
        let member = self.columns() * self.input;
        for (out, w) in out.chunks_exact_mut(member.max(1)).zip(w.chunks_exact(member.max(1))) {
            for (place, out) in out.chunks_exact_mut(self.input).enumerate() {
                let (tap, map) = (place / self.maps, place % self.maps);
                for (i, out) in out.iter_mut().enumerate() {
                    *out = w[(map * self.input + i) * self.width + tap];
                }
            }
        }
        out
    }

    /// The tap and the token of each pair that a window sees in a row of `count` tokens.
    fn seen(self, window: usize, count: usize) -> impl Iterator<Item = (usize, usize)> {
        let width = self.width;
        (0..width)
            .filter_map(move |tap| (window + tap + 1).checked_sub(width).map(|token| (tap, token)))
            .filter(move |(_, token)| *token < count)
    }
}

impl CustomOp3 for Windows {
    fn name(&self) -> &'static str {
        "max-over-windows"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        w: &CpuStorage,
        w_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = Sizes::new(x_layout.dims(), w_layout.dims(), b_layout.dims(), &self.spans)?;
        let (storage, winners) = with_element!(x.dtype(), T => {
            let (y, winners) =
                forward::<T>(sizes, &self.spans, slice(x, x_layout)?, slice(w, w_layout)?, slice(b, b_layout)?);
            (<T as candle_core::WithDType>::to_cpu_storage_owned(y), winners)
        });
        if let Ok(mut kept) = self.winners.lock() {
            *kept = winners;
        }
        Ok((storage, (sizes.members, self.spans.rows(), sizes.maps).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        b: &Tensor,
        _y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::new(x.dims(), w.dims(), b.dims(), &self.spans)?;
        let Ok(winners) = self.winners.lock() else { candle_core::bail!("the forward pass has failed") };
        if winners.len() != dy.elem_count() {
            candle_core::bail!("windows have no forward pass to go back through")
        }
        with_element!(x.dtype(), T => {
            let tensor = |values: Vec<T>, like: &Tensor| Tensor::from_vec(values, like.shape(), like.device());
            let back = |x: &[T], w: &[T], dy: &[T]| {
                let back = Back { sizes, spans: &self.spans, winners: &winners, dy };
                (self.input_gradient.then(|| back.input(w)), self.weight_gradient.then(|| back.weights(x)))
            };
            let (dx, dw) = with_slice::<T, _>(x, |x| with_slice::<T, _>(w, |w| {
                with_slice::<T, _>(dy, |dy| back(x, w, dy))
            }))???;
            let dx = dx.map(|dx| tensor(dx, x)).transpose()?;
            let (dw, db) = match dw {
                None => (None, None),
                Some((dw, db)) => (Some(tensor(dw, w)?), Some(tensor(db, b)?)),
            };
            Ok((dx, dw, db))
        })
    }
}

/// Tokens of rows that one thread takes at a time, at least: their products stay in cache until the maxima are found.
const TOKENS: usize = 256;

/// Rows of equal members in stretches of about [`TOKENS`].
fn stretches(spans: &Spans) -> Vec<(usize, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    for member in 0..spans.members() {
        let rows = member * spans.rows()..(member + 1) * spans.rows();
        let (mut first, mut tokens) = (rows.start, 0);
        for row in rows.clone() {
            tokens += spans.of_row(row).len();
            if tokens >= TOKENS || row + 1 == rows.end {
                found.push((member, first..row + 1));
                (first, tokens) = (row + 1, 0);
            }
        }
    }
    found
}

fn forward<T: Element>(sizes: Sizes, spans: &Spans, x: &[T], w: &[T], b: &[T]) -> (Vec<T>, Vec<u32>) {
    let Sizes { maps, input, .. } = sizes;
    let columns = sizes.columns();
    let w = sizes.by_tap(w);
    let mut y = vec![T::zero_value(); spans.members() * spans.rows() * maps];
    let mut winners = vec![NONE; y.len()];
    let stretches = stretches(spans);
    let lengths = || stretches.iter().map(|(_, rows)| rows.len() * maps);
    let parts = cut(&mut y, lengths()).into_par_iter().zip(cut(&mut winners, lengths())).zip(&stretches);
    parts.for_each_init(Vec::new, |products, ((y, winners), (member, rows))| {
        let tokens = spans.of_row(rows.start).start..spans.of_row(rows.end - 1).end;
        products.resize(tokens.len() * columns, T::zero_value());
        let right = Matrix::transposed(&w[member * columns * input..][..columns * input], input);
        let size = (tokens.len(), columns, input);
        rows_times(size, &x[tokens.start * input..tokens.end * input], right, None, products, Threads::One);
        let bias = &b[member * maps..][..maps];
        let outputs = y.chunks_exact_mut(maps).zip(winners.chunks_exact_mut(maps));
        for (row, (y, winners)) in rows.clone().zip(outputs) {
            let of_row = spans.of_row(row);
            let products = &products[(of_row.start - tokens.start) * columns..][..of_row.len() * columns];
            maxima(sizes, products, bias, y, winners);
        }
    });
    (y, winners)
}

/// The maxima of one row, from the products of its tokens with all taps, `[tokens, width, maps]`.
fn maxima<T: Element>(sizes: Sizes, products: &[T], bias: &[T], y: &mut [T], winners: &mut [u32]) {
    let count = products.len() / sizes.columns();
    let mut sums = vec![T::zero_value(); sizes.maps];
    let sums = sums.as_mut_slice();
    vectorised!(<'a, T> (
        sizes: Sizes,
        count: usize,
        products: &'a [T],
        bias: &'a [T],
        sums: &'a mut [T],
        y: &'a mut [T],
        winners: &'a mut [u32],
    ) -> () {
        for window in 0..count + sizes.width - 1 {
            sums.copy_from_slice(bias);
            for (tap, token) in sizes.seen(window, count) {
                let products = &products[(token * sizes.width + tap) * sizes.maps..][..sizes.maps];
                for (sum, product) in sums.iter_mut().zip(products) {
                    *sum += *product;
                }
            }
            for ((y, winner), sum) in y.iter_mut().zip(winners.iter_mut()).zip(sums.iter()) {
                // A sum that is no number is a maximum that nothing exceeds: a diverged model must not look healthy.
                #[allow(clippy::eq_op, reason = "that is how NaN is known")]
                let wins = *sum > *y || *sum != *sum;
                *y = if wins { *sum } else { *y };
                *winner = if wins { window as u32 } else { *winner };
            }
        }
    });
}

/// What the backward pass reads. Each row and map has one winner at most, so that products over all tokens would be mostly
/// zeros: the winners' rows are added up one by one.
struct Back<'a, T> {
    sizes: Sizes,
    spans: &'a Spans,
    winners: &'a [u32],
    dy: &'a [T],
}

impl<T: Element> Back<'_, T> {
    /// The gradient, tap and token within the row for all that the winner of a row and map has seen.
    fn winner(&self, row: usize, map: usize) -> Option<(T, impl Iterator<Item = (usize, usize)>)> {
        let place = row * self.sizes.maps + map;
        let window = self.winners[place];
        (window != NONE).then(|| (self.dy[place], self.sizes.seen(window as usize, self.spans.of_row(row).len())))
    }

    /// By `x`: each row's winners in the order of the maps.
    fn input(&self, w: &[T]) -> Vec<T> {
        let Sizes { maps, input, .. } = self.sizes;
        let w = self.sizes.by_tap(w);
        let mut dx = vec![T::zero_value(); self.spans.tokens() * input];
        let rows = cut(&mut dx, self.spans.all().map(|row| row.len() * input));
        rows.into_par_iter().enumerate().for_each(|(row, dx)| {
            let w = &w[row / self.spans.rows() * self.sizes.columns() * input..];
            for map in 0..maps {
                let Some((gradient, seen)) = self.winner(row, map) else { continue };
                for (tap, token) in seen {
                    add_scaled(&mut dx[token * input..][..input], gradient, &w[(tap * maps + map) * input..][..input]);
                }
            }
        });
        dx
    }

    /// By `w` and `b`: each map's winners in the order of the rows.
    fn weights(&self, x: &[T]) -> (Vec<T>, Vec<T>) {
        let Sizes { members, maps, input, width } = self.sizes;
        let (mut dw, mut db) =
            (vec![T::zero_value(); members * maps * input * width], vec![T::zero_value(); members * maps]);
        let parts = dw.par_chunks_mut((input * width).max(1)).zip(&mut db).enumerate();
        parts.for_each_init(Vec::new, |by_tap, (place, (dw, db))| {
            by_tap.clear();
            by_tap.resize(width * input, T::zero_value());
            let rows = self.spans.rows();
            for row in place / maps * rows..(place / maps + 1) * rows {
                let Some((gradient, seen)) = self.winner(row, place % maps) else { continue };
                *db += gradient;
                let start = self.spans.of_row(row).start;
                for (tap, token) in seen {
                    add_scaled(&mut by_tap[tap * input..][..input], gradient, &x[(start + token) * input..][..input]);
                }
            }
            for (i, dw) in dw.iter_mut().enumerate() {
                *dw = by_tap[i % width * input + i / width];
            }
        });
        (dw, db)
    }
}

/// `sums += scale · values`.
fn add_scaled<T: Element>(sums: &mut [T], scale: T, values: &[T]) {
    vectorised!(<'a, T> (sums: &'a mut [T], scale: T, values: &'a [T]) -> () {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += scale * *value;
        }
    });
}
