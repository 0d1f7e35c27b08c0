//! Layer normalisation of a population, with its gradients; candle's fused one has none.

use candle_core::{CpuStorage, CustomOp3, D, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::element::{slice, with_element, with_slice};
use super::{Backend, Element};

/// `(x − mean) / √(variance + ε) · w + b` over the last axis, with the biased variance (Ba, Kiros & Hinton 2016).
///
/// `x` is `[K, …, width]`, `w` and `b` are `[K, width]`; the result has the shape of `x`.
///
/// # Errors
/// When the shapes do not fit each other.
pub fn layer_norm(x: &Tensor, w: &Tensor, b: &Tensor, epsilon: f64, backend: Backend) -> Result<Tensor> {
    let sizes = Sizes::new(x.dims(), w.dims(), b.dims())?;
    match backend {
        Backend::Native => x.contiguous()?.apply_op3(&w.contiguous()?, &b.contiguous()?, LayerNorm { epsilon }),
        Backend::Candle => {
            let Sizes { members, rows, width } = sizes;
            let rows = x.reshape((members, rows, width))?;
            let centred = rows.broadcast_sub(&rows.mean_keepdim(D::Minus1)?)?;
            let deviation = (centred.sqr()?.mean_keepdim(D::Minus1)? + epsilon)?.sqrt()?;
            let scaled = centred.broadcast_div(&deviation)?.broadcast_mul(&w.reshape((members, 1, width))?)?;
            scaled.broadcast_add(&b.reshape((members, 1, width))?)?.reshape(x.shape())
        }
    }
}

struct LayerNorm {
    epsilon: f64,
}

#[derive(Clone, Copy)]
struct Sizes {
    members: usize,
    /// Rows of one member.
    rows: usize,
    width: usize,
}

impl Sizes {
    fn new(x: &[usize], w: &[usize], b: &[usize]) -> Result<Self> {
        let (&[members, ref inner @ .., width], &[of, wide]) = (x, w) else {
            candle_core::bail!("layer_norm takes [K, …, width] and [K, width], not {x:?} and {w:?}")
        };
        if (of, wide) != (members, width) || w != b || width == 0 {
            candle_core::bail!("an input {x:?} does not fit weights {w:?} and biases {b:?}")
        }
        Ok(Self { members, rows: inner.iter().product(), width })
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
        let sizes = Sizes::new(x_layout.dims(), w_layout.dims(), b_layout.dims())?;
        let storage = with_element!(candle_core::backend::BackendStorage::dtype(x), T => {
            let y = forward::<T>(sizes, self.epsilon, slice(x, x_layout)?, slice(w, w_layout)?, slice(b, b_layout)?);
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
        let sizes = Sizes::new(x.dims(), w.dims(), b.dims())?;
        with_element!(x.dtype(), T => {
            let found = with_slice::<T, _>(x, |x| with_slice::<T, _>(w, |w| with_slice::<T, _>(dy, |dy| {
                backward(sizes, self.epsilon, x, w, dy)
            })))???;
            let [dx, dw, db] = found;
            let tensor = |values: Vec<T>, like: &Tensor| Tensor::from_vec(values, like.shape(), like.device());
            Ok((Some(tensor(dx, x)?), Some(tensor(dw, w)?), Some(tensor(db, b)?)))
        })
    }
}

/// Mean of a row, and 1 / √(variance + ε).
fn moments<T: Element>(x: &[T], epsilon: f64) -> (f64, f64) {
    let count = x.len() as f64;
    let mean = x.iter().map(|x| x.to_f64()).sum::<f64>() / count;
    let variance = x.iter().map(|x| (x.to_f64() - mean).powi(2)).sum::<f64>() / count;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

fn forward<T: Element>(sizes: Sizes, epsilon: f64, x: &[T], w: &[T], b: &[T]) -> Vec<T> {
    let Sizes { rows, width, .. } = sizes;
    let mut y = vec![T::zero_value(); x.len()];
    y.par_chunks_exact_mut(width).zip(x.par_chunks_exact(width)).enumerate().with_min_len(16).for_each(
        |(row, (y, x))| {
            let of = row / rows * width;
            let (mean, scale) = moments(x, epsilon);
            for (((y, x), w), b) in y.iter_mut().zip(x).zip(&w[of..]).zip(&b[of..]) {
                *y = T::from_f64((x.to_f64() - mean) * scale * w.to_f64() + b.to_f64());
            }
        },
    );
    y
}

/// Gradients of input, weights and biases; those of a member are summed row by row, on one thread.
fn backward<T: Element>(sizes: Sizes, epsilon: f64, x: &[T], w: &[T], dy: &[T]) -> [Vec<T>; 3] {
    let Sizes { members, rows, width } = sizes;
    let mut dx = vec![T::zero_value(); x.len()];
    if rows == 0 {
        return [dx, vec![T::zero_value(); w.len()], vec![T::zero_value(); w.len()]];
    }
    let sums: Vec<[Vec<f64>; 2]> = dx
        .par_chunks_exact_mut(rows * width)
        .enumerate()
        .map(|(member, dx)| {
            let w = &w[member * width..][..width];
            let mut sums = [vec![0.0; width], vec![0.0; width]];
            for (row, dx) in dx.chunks_exact_mut(width).enumerate() {
                let start = (member * rows + row) * width;
                gradient(epsilon, &x[start..][..width], w, &dy[start..][..width], dx, &mut sums);
            }
            sums
        })
        .collect();
    debug_assert_eq!(sums.len(), members);
    let [dw, db] = [0, 1].map(|which| {
        let all = sums.iter().flat_map(|sums| &sums[which]);
        all.map(|sum| T::from_f64(*sum)).collect::<Vec<T>>()
    });
    [dx, dw, db]
}

/// One row: its own gradient, and what it adds to those of weights and biases.
fn gradient<T: Element>(epsilon: f64, x: &[T], w: &[T], dy: &[T], dx: &mut [T], [dw, db]: &mut [Vec<f64>; 2]) {
    let count = x.len() as f64;
    let (mean, scale) = moments(x, epsilon);
    let (mut of_mean, mut of_scale) = (0.0, 0.0);
    for (i, ((x, w), dy)) in x.iter().zip(w).zip(dy).enumerate() {
        let (normal, dy) = ((x.to_f64() - mean) * scale, dy.to_f64());
        dw[i] += dy * normal;
        db[i] += dy;
        of_mean += dy * w.to_f64();
        of_scale += dy * w.to_f64() * normal;
    }
    for (((dx, x), w), dy) in dx.iter_mut().zip(x).zip(w).zip(dy) {
        let normal = (x.to_f64() - mean) * scale;
        *dx = T::from_f64((dy.to_f64() * w.to_f64() - (of_mean + normal * of_scale) / count) * scale);
    }
}
