//! The dense layer on packed rows: each member's tokens times its own weights.

use std::borrow::Cow;

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::buffer::unwritten;
use super::dense::{relu, relu_gradient};
use super::element::{slice, with_element, with_slice};
use super::gemm::{Matrix, Threads, Write};
use super::sums::add;
use super::tape::apply3;
use super::{Activation, Backend, Element, Spans, chain, gemm};

/// `activation(x · wᵀ + b)` for the tokens of each member.
///
/// `x` is `[tokens, in]` with rows where `spans` says, `w` is `[K, out, in]` as in PyTorch, `b` is `[K, out]`; the result is
/// `[tokens, out]`. Gradients by `w` and `b` are worked out only where `w` is trained, by `x` where something before it is.
///
/// # Errors
/// When the shapes do not fit each other.
pub fn packed_dense(
    x: &Tensor,
    w: &Tensor,
    b: &Tensor,
    activation: Activation,
    spans: &Spans,
    backend: Backend,
) -> Result<Tensor> {
    Sizes::new(x.dims(), w.dims(), b.dims(), spans)?;
    match backend {
        Backend::Native => {
            let (input_gradient, weight_gradient) = (x.track_op(), w.track_op());
            let op = PackedDense { activation, spans: spans.clone(), input_gradient, weight_gradient };
            apply3(x, w, b, op)
        }
        Backend::Candle => {
            let each = (0..spans.members()).map(|k| {
                let tokens = spans.of_member(k);
                let product = x.narrow(0, tokens.start, tokens.len())?.matmul(&w.get(k)?.t()?)?;
                activation.in_candle(&product.broadcast_add(&b.get(k)?)?)
            });
            Tensor::cat(&each.collect::<Result<Vec<_>>>()?, 0)
        }
    }
}

/// Whether `x` holds the tokens of `spans` and nothing else.
pub(super) fn check_tokens(x: &[usize], spans: &Spans) -> Result<usize> {
    match *x {
        [tokens, width] if tokens == spans.tokens() => Ok(width),
        _ => candle_core::bail!("numbers {x:?} are not those of {} tokens", spans.tokens()),
    }
}

/// A slice cut into parts of these lengths; they must not be longer than it.
pub(super) fn cut<T>(mut values: &mut [T], lengths: impl Iterator<Item = usize>) -> Vec<&mut [T]> {
    lengths
        .map(|length| {
            let (part, rest) = std::mem::take(&mut values).split_at_mut(length);
            values = rest;
            part
        })
        .collect()
}

/// Columns of a result from which on the `gemm` crate makes it. What it does with few rows and few columns depends on how
/// many rows there are; narrower results are chains.
const NARROW: usize = 64;
/// With fewer rows than so many it would take other paths as well.
const LEAST: usize = 8;

/// `out = start + x · right` for m rows of k numbers each; whatever m is, a row's bits depend on that row alone.
pub(super) fn rows_times<T: Element>(
    (m, n, k): (usize, usize, usize),
    x: &[T],
    right: Matrix<'_, T>,
    bias: Option<&[T]>,
    out: &mut [T],
    threads: Threads,
) {
    if n <= NARROW || k <= 2 {
        let start = bias.map_or(chain::Start::Zero, chain::Start::Bias);
        chain::product(m, Matrix::rows(x, k), &chain::Right::new((k, n), right), start, out);
        return;
    }
    let write = if bias.is_some() { Write::Add } else { Write::Set };
    let fill = |out: &mut [T]| {
        if let Some(bias) = bias {
            out.par_chunks_mut(n * ROWS)
                .for_each(|rows| rows.chunks_exact_mut(n).for_each(|row| row.copy_from_slice(bias)));
        }
    };
    if m >= LEAST {
        fill(out);
        gemm::product((m, n, k), out, write, Matrix::rows(x, k), right, threads);
    } else {
        let (mut rows, mut wide) = (vec![T::zero_value(); LEAST * k], vec![T::zero_value(); LEAST * n]);
        rows[..m * k].copy_from_slice(x);
        fill(&mut wide);
        gemm::product((LEAST, n, k), &mut wide, write, Matrix::rows(&rows, k), right, threads);
        out.copy_from_slice(&wide[..m * n]);
    }
}

/// Rows that one thread takes at a time, and whose sums are added up one after another before the sums of such blocks are. It
/// is part of the definition of the result's bits and so depends on nothing.
pub(super) const ROWS: usize = 64;

/// The sum over rows of `width` numbers.
pub(super) fn sum_of_rows<T: Element>(rows: &[T], width: usize) -> Vec<T> {
    let sums: Vec<Vec<T>> = rows
        .par_chunks((ROWS * width).max(1))
        .map(|rows| {
            let mut sums = vec![T::zero_value(); width];
            for row in rows.chunks_exact(width) {
                add(&mut sums, row);
            }
            sums
        })
        .collect();
    let mut all = vec![T::zero_value(); width];
    for sums in &sums {
        add(&mut all, sums);
    }
    all
}

struct PackedDense {
    activation: Activation,
    spans: Spans,
    /// Whether anything before `x` is trained.
    input_gradient: bool,
    /// Whether the layer is trained itself.
    weight_gradient: bool,
}

#[derive(Clone, Copy)]
struct Sizes {
    members: usize,
    input: usize,
    output: usize,
}

impl Sizes {
    fn new(x: &[usize], w: &[usize], b: &[usize], spans: &Spans) -> Result<Self> {
        let input = check_tokens(x, spans)?;
        match *w {
            [members, output, width] if width == input && members == spans.members() && *b == [members, output] => {
                Ok(Self { members, input, output })
            }
            _ => candle_core::bail!("an input {x:?} does not fit weights {w:?} and biases {b:?}"),
        }
    }

    fn threads(self) -> Threads {
        if self.members > 1 { Threads::One } else { Threads::Pool }
    }
}

impl CustomOp3 for PackedDense {
    fn name(&self) -> &'static str {
        "packed-dense"
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
        let storage = with_element!(x.dtype(), T => {
            let y = forward::<T>(sizes, self, slice(x, x_layout)?, slice(w, w_layout)?, slice(b, b_layout)?);
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, (self.spans.tokens(), sizes.output).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        b: &Tensor,
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::new(x.dims(), w.dims(), b.dims(), &self.spans)?;
        with_element!(x.dtype(), T => {
            let found = with_slice::<T, _>(x, |x| with_slice::<T, _>(w, |w| with_slice::<T, _>(y, |y| {
                with_slice::<T, _>(dy, |dy| backward(sizes, self, x, w, y, dy))
            })))????;
            let tensor = |values: Vec<T>, like: &Tensor| Tensor::from_vec(values, like.shape(), like.device());
            let dx = found.x.map(|values| tensor(values, x)).transpose()?;
            let dw = found.w.map(|values| tensor(values, w)).transpose()?;
            let db = found.b.map(|values| tensor(values, b)).transpose()?;
            Ok((dx, dw, db))
        })
    }
}

fn forward<T: Element>(sizes: Sizes, op: &PackedDense, x: &[T], w: &[T], b: &[T]) -> Vec<T> {
    let Sizes { members, input, output } = sizes;
    let mut y = unwritten(op.spans.tokens() * output);
    let parts = cut(&mut y, (0..members).map(|k| op.spans.of_member(k).len() * output));
    let run = |(member, y): (usize, &mut [T])| {
        let tokens = op.spans.of_member(member);
        let x = &x[tokens.start * input..tokens.end * input];
        let right = Matrix::transposed(&w[member * output * input..][..output * input], input);
        let bias = &b[member * output..][..output];
        rows_times((tokens.len(), output, input), x, right, Some(bias), y, sizes.threads());
        if op.activation == Activation::Relu {
            y.par_chunks_mut((ROWS * output).max(1)).for_each(|y| pulp::Arch::new().dispatch(|| relu(y)));
        }
    };
    parts.into_par_iter().enumerate().for_each(run);
    y
}

struct Gradients<T> {
    x: Option<Vec<T>>,
    w: Option<Vec<T>>,
    b: Option<Vec<T>>,
}

fn backward<T: Element>(sizes: Sizes, op: &PackedDense, x: &[T], w: &[T], y: &[T], dy: &[T]) -> Gradients<T> {
    let Sizes { members, input, output } = sizes;
    let tokens = op.spans.tokens();
    let room = |wanted: bool, count: usize| unwritten(if wanted { count } else { 0 });
    let mut dx: Vec<T> = room(op.input_gradient, tokens * input);
    let mut dw: Vec<T> = room(op.weight_gradient, members * output * input);
    let mut db: Vec<T> = room(op.weight_gradient, members * output);
    let dz = match op.activation {
        Activation::None => Cow::Borrowed(dy),
        Activation::Relu => {
            let mut dz = dy.to_vec();
            let (part, y) = ((ROWS * output).max(1), &y[..tokens * output]);
            dz.par_chunks_mut(part).zip(y.par_chunks(part)).for_each(|(dz, y)| {
                pulp::Arch::new().dispatch(|| relu_gradient(dz, y));
            });
            Cow::Owned(dz)
        }
    };
    let each = |wanted: bool, count: usize| (0..members).map(move |_| if wanted { count } else { 0 });
    let of_tokens = (0..members).map(|k| if op.input_gradient { op.spans.of_member(k).len() * input } else { 0 });
    let dx_parts = cut(&mut dx, of_tokens).into_par_iter();
    let dw_parts = cut(&mut dw, each(op.weight_gradient, output * input));
    let db_parts = cut(&mut db, each(op.weight_gradient, output));
    dx_parts.zip(dw_parts).zip(db_parts).enumerate().for_each(|(member, ((dx, dw), db))| {
        let tokens = op.spans.of_member(member);
        let dz = &dz[tokens.start * output..tokens.end * output];
        if op.weight_gradient {
            let x = &x[tokens.start * input..tokens.end * input];
            let (left, right) = (Matrix::transposed(dz, output), Matrix::rows(x, input));
            gemm::product((output, input, tokens.len()), dw, Write::Set, left, right, sizes.threads());
            db.copy_from_slice(&sum_of_rows(dz, output));
        }
        if op.input_gradient {
            let right = Matrix::rows(&w[member * output * input..][..output * input], input);
            rows_times((tokens.len(), input, output), dz, right, None, dx, sizes.threads());
        }
    });
    Gradients {
        x: op.input_gradient.then_some(dx),
        w: op.weight_gradient.then_some(dw),
        b: op.weight_gradient.then_some(db),
    }
}
