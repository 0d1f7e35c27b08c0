//! Softmax over the last axis, with its gradient; candle's fused one has none.

use candle_core::{CpuStorage, CustomOp1, D, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::element::{slice, vectorised, with_element, with_slice};
use super::loss::exp;
use super::tape::apply1;
use super::{Backend, Element};

/// `exp(x_i) / Σ_j exp(x_j)` over the last axis: `[…, width]` to the same shape.
///
/// # Errors
/// When the tensor has no axis.
pub fn softmax(x: &Tensor, backend: Backend) -> Result<Tensor> {
    match backend {
        Backend::Native => apply1(x, Softmax),
        Backend::Candle => {
            // The largest is subtracted for range's sake alone; no gradient goes through it.
            let powers = x.broadcast_sub(&x.detach().max_keepdim(D::Minus1)?)?.exp()?;
            powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)
        }
    }
}

struct Softmax;

/// Rows that one thread takes at a time, at least.
const ROWS: usize = 64;

impl CustomOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some(&width) = layout.dims().last() else { candle_core::bail!("softmax needs an axis") };
        let storage = with_element!(candle_core::backend::BackendStorage::dtype(x), T => {
            let x = slice::<T>(x, layout)?;
            let mut y = vec![T::zero_value(); x.len()];
            forward(x, width, &mut y);
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, layout.shape().clone()))
    }

    fn bwd(&self, _x: &Tensor, y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        let width = y.dim(D::Minus1)?;
        with_element!(y.dtype(), T => {
            let dx = with_slice::<T, _>(y, |y| with_slice::<T, _>(dy, |dy| {
                let mut dx = vec![T::zero_value(); y.len()];
                backward(y, dy, width, &mut dx);
                dx
            }))??;
            Ok(Some(Tensor::from_vec(dx, y.shape(), y.device())?))
        })
    }
}

fn forward<T: Element>(x: &[T], width: usize, y: &mut [T]) {
    if width == 0 {
        return;
    }
    let rows = x.par_chunks_exact(width).zip(y.par_chunks_exact_mut(width)).with_min_len(ROWS);
    rows.for_each_init(
        || vec![0.0_f64; width],
        |powers, (x, y)| {
            vectorised!(<'a, T> (x: &'a [T], powers: &'a mut [f64], y: &'a mut [T]) -> () {
                let max = x.iter().fold(f64::NEG_INFINITY, |max, x| if x.to_f64() > max { x.to_f64() } else { max });
                for (power, x) in powers.iter_mut().zip(x) {
                    *power = exp(x.to_f64() - max);
                }
                let inverse = 1.0 / powers.iter().sum::<f64>();
                for (y, power) in y.iter_mut().zip(powers.iter()) {
                    *y = T::from_f64(power * inverse);
                }
            });
        },
    );
}

/// `y · (dy − Σ y · dy)`.
fn backward<T: Element>(y: &[T], dy: &[T], width: usize, dx: &mut [T]) {
    if width == 0 {
        return;
    }
    let rows = y.par_chunks_exact(width).zip(dy.par_chunks_exact(width)).zip(dx.par_chunks_exact_mut(width));
    rows.with_min_len(ROWS).for_each(|((y, dy), dx)| {
        let mean: f64 = y.iter().zip(dy).map(|(y, dy)| y.to_f64() * dy.to_f64()).sum();
        for ((dx, y), dy) in dx.iter_mut().zip(y).zip(dy) {
            *dx = T::from_f64(y.to_f64() * (dy.to_f64() - mean));
        }
    });
}
