//! One vector for each row of a packed batch: that of its first or last token, or their mean.

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::element::{slice, with_element, with_slice};
use super::packed::{check_tokens, cut};
use super::sums::add;
use super::tape::apply1;
use super::{Backend, Element, Spans};

/// What stands for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Its first token.
    First,
    /// Its last token.
    Last,
    /// The mean of its tokens.
    Mean,
}

/// One vector for each row: `[tokens, d]` to `[K, rows, d]`.
///
/// # Errors
/// When `x` does not hold the tokens of `spans`.
pub fn pick(x: &Tensor, what: Pick, spans: &Spans, backend: Backend) -> Result<Tensor> {
    let width = check_tokens(x.dims(), spans)?;
    let places = |place: fn(std::ops::Range<usize>) -> usize| -> Result<Tensor> {
        let places: Vec<u32> = spans.all().map(|row| place(row) as u32).collect();
        x.index_select(&Tensor::new(places, x.device())?, 0)
    };
    let composed = match (backend, what) {
        (Backend::Native, _) => return apply1(x, Op { what, spans: spans.clone() }),
        (Backend::Candle, Pick::First) => places(|row| row.start)?,
        (Backend::Candle, Pick::Last) => places(|row| row.end - 1)?,
        (Backend::Candle, Pick::Mean) => {
            let each = spans.all().map(|row| x.narrow(0, row.start, row.len())?.mean(0));
            Tensor::stack(&each.collect::<Result<Vec<_>>>()?, 0)?
        }
    };
    composed.reshape((spans.members(), spans.rows(), width))
}

struct Op {
    what: Pick,
    spans: Spans,
}

impl CustomOp1 for Op {
    fn name(&self) -> &'static str {
        "pick"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = check_tokens(layout.dims(), &self.spans)?;
        let storage = with_element!(x.dtype(), T => {
            let y = forward::<T>(self, width, slice(x, layout)?);
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, (self.spans.members(), self.spans.rows(), width).into()))
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        let width = check_tokens(x.dims(), &self.spans)?;
        with_element!(x.dtype(), T => {
            let dx = with_slice::<T, _>(dy, |dy| backward(self, width, dy))?;
            Ok(Some(Tensor::from_vec(dx, x.shape(), x.device())?))
        })
    }
}

fn forward<T: Element>(op: &Op, width: usize, x: &[T]) -> Vec<T> {
    let mut y = vec![T::zero_value(); op.spans.members() * op.spans.rows() * width];
    y.par_chunks_mut(width.max(1)).enumerate().for_each(|(row, y)| {
        let tokens = op.spans.of_row(row);
        match op.what {
            Pick::First => y.copy_from_slice(&x[tokens.start * width..][..width]),
            Pick::Last => y.copy_from_slice(&x[(tokens.end - 1) * width..][..width]),
            Pick::Mean => {
                let share = T::from_f64(1.0 / tokens.len() as f64);
                for x in x[tokens.start * width..tokens.end * width].chunks_exact(width) {
                    add(y, x);
                }
                for y in y {
                    *y *= share;
                }
            }
        }
    });
    y
}

fn backward<T: Element>(op: &Op, width: usize, dy: &[T]) -> Vec<T> {
    let mut dx = vec![T::zero_value(); op.spans.tokens() * width];
    let rows = cut(&mut dx, op.spans.all().map(|row| row.len() * width));
    rows.into_par_iter().enumerate().for_each(|(row, dx)| {
        let dy = &dy[row * width..][..width];
        match op.what {
            Pick::First => dx[..width].copy_from_slice(dy),
            Pick::Last => {
                let start = dx.len() - width;
                dx[start..].copy_from_slice(dy);
            }
            Pick::Mean => {
                let count = dx.len() / width.max(1);
                let share = T::from_f64(1.0 / count as f64);
                for dx in dx.chunks_exact_mut(width.max(1)) {
                    for (dx, dy) in dx.iter_mut().zip(dy) {
                        *dx = *dy * share;
                    }
                }
            }
        }
    });
    dx
}
