//! The Gaussian error linear unit, in both forms that are in use, with its gradient.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::buffer::unwritten;
use super::element::{slice, vectorised, with_element, with_slice};
use super::tape::apply1;
use super::{Backend, Element};

/// Which function is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gelu {
    /// x · Φ(x) with the error function, as in BERT.
    Erf,
    /// The approximation by tanh, which some models call `gelu_new`.
    Tanh,
}

/// x · Φ(x) for each number, or ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks & Gimpel 2016).
///
/// # Errors
/// When the numbers are neither f32 nor f64.
pub fn gelu(x: &Tensor, form: Gelu, backend: Backend) -> Result<Tensor> {
    match (backend, form) {
        (Backend::Native, _) => apply1(x, Op(form)),
        // candle's own has constants of six digits in its gradient.
        (Backend::Candle, Gelu::Erf) => x.mul(&(((x * FRAC_1_SQRT_2)?.erf()? + 1.0)? * 0.5)?),
        (Backend::Candle, Gelu::Tanh) => {
            let inner = x.mul(&((x.sqr()? * (SLOPE * CUBE))? + SLOPE)?)?;
            x.mul(&((inner.tanh()? + 1.0)? * 0.5)?)
        }
    }
}

/// √(2/π).
const SLOPE: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
const CUBE: f64 = 0.044_715;

/// Numbers that one thread takes at a time.
const CHUNK: usize = 8192;

struct Op(Gelu);

impl CustomOp1 for Op {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let storage = with_element!(x.dtype(), T => {
            let x = slice::<T>(x, layout)?;
            let mut y = unwritten(x.len());
            y.par_chunks_mut(CHUNK).zip(x.par_chunks(CHUNK)).for_each(|(y, x)| forward(self.0, x, y));
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        with_element!(x.dtype(), T => {
            let dx = with_slice::<T, _>(x, |x| with_slice::<T, _>(dy, |dy| {
                let mut dx = unwritten(x.len());
                let chunks = dx.par_chunks_mut(CHUNK).zip(x.par_chunks(CHUNK)).zip(dy.par_chunks(CHUNK));
                chunks.for_each(|((dx, x), dy)| backward(self.0, x, dy, dx));
                dx
            }))??;
            Ok(Some(Tensor::from_vec(dx, x.shape(), x.device())?))
        })
    }
}

fn forward<T: Element>(form: Gelu, x: &[T], y: &mut [T]) {
    match form {
        Gelu::Erf => vectorised!(<'a, T> (x: &'a [T], y: &'a mut [T]) -> () {
            let [one, half, root] = [1.0, 0.5, FRAC_1_SQRT_2].map(T::from_f64);
            for (y, x) in y.iter_mut().zip(x) {
                *y = *x * half * (one + T::erf(*x * root));
            }
        }),
        Gelu::Tanh => vectorised!(<'a, T> (x: &'a [T], y: &'a mut [T]) -> () {
            let [one, half, slope, cubic] = [1.0, 0.5, SLOPE, SLOPE * CUBE].map(T::from_f64);
            for (y, x) in y.iter_mut().zip(x) {
                *y = *x * half * (one + T::tanh(*x * (slope + cubic * *x * *x)));
            }
        }),
    }
}

/// dy · (Φ(x) + x · φ(x)), and the derivative of the other form.
fn backward<T: Element>(form: Gelu, x: &[T], dy: &[T], dx: &mut [T]) {
    match form {
        Gelu::Erf => vectorised!(<'a, T> (x: &'a [T], dy: &'a [T], dx: &'a mut [T]) -> () {
            let [zero, one, half, root] = [0.0, 1.0, 0.5, FRAC_1_SQRT_2].map(T::from_f64);
            // 1 / √(2π), the density at 0.
            let peak = T::from_f64(SLOPE * 0.5);
            for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
                let density = peak * T::exp(zero - half * *x * *x);
                *dx = *dy * (half * (one + T::erf(*x * root)) + *x * density);
            }
        }),
        Gelu::Tanh => vectorised!(<'a, T> (x: &'a [T], dy: &'a [T], dx: &'a mut [T]) -> () {
            let [one, half, slope, cubic, three] = [1.0, 0.5, SLOPE, SLOPE * CUBE, 3.0].map(T::from_f64);
            for ((dx, x), dy) in dx.iter_mut().zip(x).zip(dy) {
                let square = *x * *x;
                let tanh = T::tanh(*x * (slope + cubic * square));
                let inner = slope + three * cubic * square;
                *dx = *dy * half * (one + tanh + *x * (one - tanh * tanh) * inner);
            }
        }),
    }
}
