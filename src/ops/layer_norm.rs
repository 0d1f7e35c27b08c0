//! Layer normalisation of a population, with its gradients; candle's fused one has none.

use std::ops::Range;

use candle_core::{CpuStorage, CustomOp3, D, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::buffer::unwritten;
use super::element::{slice, vectorised, with_element, with_slice};
use super::packed::{ROWS, check_tokens, cut};
use super::sums::{add, sum};
use super::tape::{apply3, reshape};
use super::{Backend, Element, Spans};

/// `(x − mean) / √(variance + ε) · w + b` over the last axis, with the biased variance (Ba, Kiros & Hinton 2016).
///
/// `x` is `[K, …, width]`, `w` and `b` are `[K, width]`; the result has the shape of `x`.
///
/// # Errors
/// When the shapes do not fit each other.
pub fn layer_norm(x: &Tensor, w: &Tensor, b: &Tensor, epsilon: f64, backend: Backend) -> Result<Tensor> {
    let (&[members, ref inner @ .., width], Ok((of, _))) = (x.dims(), w.dims2()) else {
        candle_core::bail!("layer_norm takes [K, …, width] and [K, width], not {x:?} and {w:?}")
    };
    let rows = inner.iter().product::<usize>();
    if members != of {
        candle_core::bail!("an input {x:?} does not fit weights {w:?}")
    }
    let members = (0..members).map(|k| k * rows..(k + 1) * rows).collect();
    reshape(&normalise(&reshape(x, (of * rows, width))?, w, b, epsilon, members, backend)?, x.shape())
}

/// The same on packed rows: `x` is `[tokens, width]` with rows where `spans` says; each token is normalised.
///
/// # Errors
/// When the shapes do not fit each other.
pub fn packed_layer_norm(
    x: &Tensor,
    w: &Tensor,
    b: &Tensor,
    epsilon: f64,
    spans: &Spans,
    backend: Backend,
) -> Result<Tensor> {
    check_tokens(x.dims(), spans)?;
    let members = (0..spans.members()).map(|k| spans.of_member(k)).collect();
    normalise(x, w, b, epsilon, members, backend)
}

/// `x` is `[rows, width]`, and `members` says which rows are whose.
fn normalise(
    x: &Tensor,
    w: &Tensor,
    b: &Tensor,
    epsilon: f64,
    members: Vec<Range<usize>>,
    backend: Backend,
) -> Result<Tensor> {
    let (_, width) = x.dims2()?;
    if *w.dims() != [members.len(), width] || w.dims() != b.dims() || width == 0 {
        candle_core::bail!("an input of width {width} does not fit weights {w:?} and biases {b:?}")
    }
    match backend {
        Backend::Native => {
            let (input_gradient, weight_gradient) = (x.track_op(), w.track_op());
            let op = LayerNorm { epsilon, members, input_gradient, weight_gradient };
            apply3(x, w, b, op)
        }
        Backend::Candle => {
            let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
            let deviation = (centred.sqr()?.mean_keepdim(D::Minus1)? + epsilon)?.sqrt()?;
            let normal = centred.broadcast_div(&deviation)?;
            let each = members.iter().enumerate().map(|(k, rows)| {
                let normal = normal.narrow(0, rows.start, rows.len())?;
                normal.broadcast_mul(&w.get(k)?)?.broadcast_add(&b.get(k)?)
            });
            Tensor::cat(&each.collect::<Result<Vec<_>>>()?, 0)
        }
    }
}

struct LayerNorm {
    epsilon: f64,
    /// Rows of each member.
    members: Vec<Range<usize>>,
    /// Whether anything before `x` is trained.
    input_gradient: bool,
    /// Whether the layer is trained itself.
    weight_gradient: bool,
}

/// Rows of one member that one thread takes at a time; the gradients of weights are added up over such blocks.
struct Block {
    member: usize,
    rows: Range<usize>,
}

impl LayerNorm {
    fn blocks(&self) -> Vec<Block> {
        let of_member = |(member, rows): (usize, &Range<usize>)| {
            let end = rows.end;
            let block = move |start| Block { member, rows: start..end.min(start + ROWS) };
            rows.clone().step_by(ROWS).map(block)
        };
        self.members.iter().enumerate().flat_map(of_member).collect()
    }
}

impl CustomOp3 for LayerNorm {
    fn name(&self) -> &'static str {
        "layer-norm"
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
        let (_, width) = x_layout.shape().dims2()?;
        let storage = with_element!(candle_core::backend::BackendStorage::dtype(x), T => {
            let y = forward::<T>(self, width, slice(x, x_layout)?, slice(w, w_layout)?, slice(b, b_layout)?);
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        b: &Tensor,
        _y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (_, width) = x.dims2()?;
        with_element!(x.dtype(), T => {
            let [dx, dw, db] = with_slice::<T, _>(x, |x| with_slice::<T, _>(w, |w| with_slice::<T, _>(dy, |dy| {
                backward(self, width, x, w, dy)
            })))???;
            let tensor = |wanted: bool, values: Vec<T>, like: &Tensor| {
                wanted.then(|| Tensor::from_vec(values, like.shape(), like.device())).transpose()
            };
            Ok((
                tensor(self.input_gradient, dx, x)?,
                tensor(self.weight_gradient, dw, w)?,
                tensor(self.weight_gradient, db, b)?,
            ))
        })
    }
}

/// Mean of a row, and 1 / √(variance + ε).
#[inline(always)]
#[allow(clippy::inline_always, reason = "must be inlined to be compiled for the instruction set it is dispatched to")]
fn moments<T: Element>(x: &[T], epsilon: T) -> (T, T) {
    let one = T::from_f64(1.0);
    let share = one / T::from_f64(x.len() as f64);
    let mean = sum(x, x, |x, _| x) * share;
    let variance = sum(x, x, |x, _| (x - mean) * (x - mean)) * share;
    (mean, one / T::sqrt(variance + epsilon))
}

fn forward<T: Element>(op: &LayerNorm, width: usize, x: &[T], w: &[T], b: &[T]) -> Vec<T> {
    let mut y = unwritten(x.len());
    let blocks = op.blocks();
    let parts = cut(&mut y, blocks.iter().map(|block| block.rows.len() * width));
    parts.into_par_iter().zip(&blocks).for_each(|(y, block)| {
        let x = &x[block.rows.start * width..block.rows.end * width];
        let [w, b] = [w, b].map(|values| &values[block.member * width..][..width]);
        let epsilon = T::from_f64(op.epsilon);
        vectorised!(<'a, T> (x: &'a [T], w: &'a [T], b: &'a [T], epsilon: T, y: &'a mut [T]) -> () {
            for (y, x) in y.chunks_exact_mut(w.len()).zip(x.chunks_exact(w.len())) {
                let (mean, scale) = moments(x, epsilon);
                for (((y, x), w), b) in y.iter_mut().zip(x).zip(w).zip(b) {
                    *y = (*x - mean) * scale * *w + *b;
                }
            }
        });
    });
    y
}

/// Gradients of input, weights and biases.
fn backward<T: Element>(op: &LayerNorm, width: usize, x: &[T], w: &[T], dy: &[T]) -> [Vec<T>; 3] {
    let blocks = op.blocks();
    let mut dx = unwritten(x.len());
    let parts = cut(&mut dx, blocks.iter().map(|block| block.rows.len() * width));
    // Both sums of a block, one after the other.
    let sums: Vec<Vec<T>> = parts
        .into_par_iter()
        .zip(&blocks)
        .map(|(dx, block)| {
            let of = block.rows.start * width..block.rows.end * width;
            let mut sums = vec![T::zero_value(); 2 * width];
            gradient(op.epsilon, &x[of.clone()], &w[block.member * width..][..width], &dy[of], dx, &mut sums);
            sums
        })
        .collect();
    let mut weights = [vec![T::zero_value(); w.len()], vec![T::zero_value(); w.len()]];
    for (sums, block) in sums.iter().zip(&blocks) {
        for (all, sums) in weights.iter_mut().zip(sums.chunks_exact(width)) {
            add(&mut all[block.member * width..][..width], sums);
        }
    }
    let [dw, db] = weights;
    [dx, dw, db]
}

/// Some rows: their own gradients, and what they add to those of weights and biases.
fn gradient<T: Element>(epsilon: f64, x: &[T], w: &[T], dy: &[T], dx: &mut [T], sums: &mut [T]) {
    let (dw, db) = sums.split_at_mut(w.len());
    let epsilon = T::from_f64(epsilon);
    vectorised!(<'a, T> (
        x: &'a [T],
        w: &'a [T],
        dy: &'a [T],
        epsilon: T,
        dx: &'a mut [T],
        dw: &'a mut [T],
        db: &'a mut [T],
    ) -> () {
        let width = w.len();
        let share = T::from_f64(1.0 / width as f64);
        let rows = x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(dx.chunks_exact_mut(width));
        for ((x, dy), dx) in rows {
            let (mean, scale) = moments(x, epsilon);
            // The gradient by the normalised number, kept in dx for now; the normalised number is worked out twice.
            for ((((dx, x), w), dy), (dw, db)) in
                dx.iter_mut().zip(x).zip(w).zip(dy).zip(dw.iter_mut().zip(db.iter_mut()))
            {
                *dx = *dy * *w;
                *dw += *dy * ((*x - mean) * scale);
                *db += *dy;
            }
            let of_mean = sum(dx, x, |dx, _| dx) * share;
            let of_scale = sum(dx, x, |dx, x| dx * ((x - mean) * scale)) * share;
            for (dx, x) in dx.iter_mut().zip(x) {
                *dx = (*dx - (of_mean + (*x - mean) * scale * of_scale)) * scale;
            }
        }
    });
}
