//! The dense layer of a population: product, bias and ReLU in one pass, and its gradients.

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::buffer::unwritten;
use super::element::{slice, with_element, with_slice};
use super::gemm::{Matrix, Threads, Write, product};
use super::tape::apply3;
use super::{Activation, Backend, Element, input_of, inputs_fit, sum_of_blocks};

/// `activation(x · wᵀ + b)` for each member.
///
/// `x` is `[S, batch, in]` with S dividing K (member k reads input ⌊k · S / K⌋), `w` is `[K, out, in]` as in PyTorch, `b` is
/// `[K, out]`; the result is `[K, batch, out]`.
///
/// # Errors
/// When the shapes do not fit each other.
pub fn dense(x: &Tensor, w: &Tensor, b: &Tensor, activation: Activation, backend: Backend) -> Result<Tensor> {
    let (members, out, _) = w.dims3()?;
    match backend {
        Backend::Native => {
            let op = Dense { activation, input_gradient: x.track_op() };
            apply3(x, w, b, op)
        }
        Backend::Candle => {
            let (inputs, batch, input) = x.dims3()?;
            Sizes::new(x.dims(), w.dims(), b.dims())?;
            // Each input broadcast over its block of members.
            let block = members / inputs;
            let each = (0..inputs).map(|i| {
                let x = x.narrow(0, i, 1)?.broadcast_as((block, batch, input))?;
                x.matmul(&w.narrow(0, i * block, block)?.transpose(1, 2)?)
            });
            let product = Tensor::cat(&each.collect::<Result<Vec<_>>>()?, 0)?;
            activation.in_candle(&product.broadcast_add(&b.reshape((members, 1, out))?)?)
        }
    }
}

struct Dense {
    activation: Activation,
    /// Whether anything before `x` is trained; the first layer's input is data.
    input_gradient: bool,
}

#[derive(Clone, Copy)]
struct Sizes {
    members: usize,
    inputs: usize,
    batch: usize,
    input: usize,
    output: usize,
}

impl Sizes {
    fn new(x: &[usize], w: &[usize], b: &[usize]) -> Result<Self> {
        let (&[inputs, batch, input], &[members, output, width]) = (x, w) else {
            candle_core::bail!("a dense layer takes [S, batch, in] and [K, out, in], not {x:?} and {w:?}")
        };
        if input != width || !inputs_fit(inputs, members) || *b != [members, output] {
            candle_core::bail!("an input {x:?} does not fit weights {w:?} and biases {b:?}")
        }
        Ok(Self { members, inputs, batch, input, output })
    }

    /// Members are shared out over the pool; a single one shares out its product.
    fn threads(self) -> Threads {
        if self.members > 1 { Threads::One } else { Threads::Pool }
    }

    fn input<T>(self, x: &[T], member: usize) -> &[T] {
        let len = self.batch * self.input;
        &x[input_of(member, self.inputs, self.members) * len..][..len]
    }
}

/// Runs `work` for each member, side by side where there are several.
pub(super) fn each_member(members: usize, work: impl Fn(usize) + Sync + Send) {
    if members == 1 { work(0) } else { (0..members).into_par_iter().for_each(work) }
}

impl CustomOp3 for Dense {
    fn name(&self) -> &'static str {
        "dense"
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
        let dtype = x.dtype();
        let storage = with_element!(dtype, T => {
            let y = forward::<T>(sizes, self.activation, slice(x, x_layout)?, slice(w, w_layout)?, slice(b, b_layout)?);
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, (sizes.members, sizes.batch, sizes.output).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        b: &Tensor,
        y: &Tensor,
        dy: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let sizes = Sizes::new(x.dims(), w.dims(), b.dims())?;
        let (device, Sizes { members, batch, input, output, .. }) = (x.device(), sizes);
        with_element!(x.dtype(), T => {
            let gradients = with_slice::<T, _>(x, |x| with_slice::<T, _>(w, |w| with_slice::<T, _>(y, |y| {
                with_slice::<T, _>(dy, |dy| backward(sizes, self, x, w, y, dy))
            })))????;
            let dw = Tensor::from_vec(gradients.w, (members, output, input), device)?;
            let db = Tensor::from_vec(gradients.b, (members, output), device)?;
            let dx = match gradients.x {
                None => None,
                Some(dx) => {
                    let dx = Tensor::from_vec(dx, (members, batch, input), device)?;
                    Some(sum_of_blocks(dx, sizes.inputs)?)
                }
            };
            Ok((dx, Some(dw), Some(db)))
        })
    }
}

fn forward<T: Element>(sizes: Sizes, activation: Activation, x: &[T], w: &[T], b: &[T]) -> Vec<T> {
    let Sizes { batch, input, output, .. } = sizes;
    let mut y = unwritten(sizes.members * batch * output);
    let rows = Parts::new(&mut y, batch * output);
    each_member(sizes.members, |member| {
        let y = rows.take(member);
        let b = &b[member * output..][..output];
        for row in y.chunks_exact_mut(output) {
            row.copy_from_slice(b);
        }
        let w = &w[member * output * input..][..output * input];
        product(
            (batch, output, input),
            y,
            Write::Add,
            Matrix::rows(sizes.input(x, member), input),
            Matrix::transposed(w, input),
            sizes.threads(),
        );
        if activation == Activation::Relu {
            pulp::Arch::new().dispatch(|| relu(y));
        }
    });
    y
}

struct Gradients<T> {
    x: Option<Vec<T>>,
    w: Vec<T>,
    b: Vec<T>,
}

fn backward<T: Element>(sizes: Sizes, op: &Dense, x: &[T], w: &[T], y: &[T], dy: &[T]) -> Gradients<T> {
    let Sizes { members, batch, input, output, .. } = sizes;
    let mut dz = dy.to_vec();
    let mut dw = unwritten(members * output * input);
    let mut db = vec![T::zero_value(); members * output];
    let mut dx = unwritten(if op.input_gradient { members * batch * input } else { 0 });
    {
        let dz = Parts::new(&mut dz, batch * output);
        let dw = Parts::new(&mut dw, output * input);
        let db = Parts::new(&mut db, output);
        let dx = Parts::new(&mut dx, batch * input);
        each_member(members, |member| {
            let (dz, db) = (dz.take(member), db.take(member));
            if op.activation == Activation::Relu {
                let y = &y[member * batch * output..][..batch * output];
                pulp::Arch::new().dispatch(|| relu_gradient(dz, y));
            }
            pulp::Arch::new().dispatch(|| sum_rows(db, dz));
            product(
                (output, input, batch),
                dw.take(member),
                Write::Set,
                Matrix::transposed(dz, output),
                Matrix::rows(sizes.input(x, member), input),
                sizes.threads(),
            );
            if op.input_gradient {
                product(
                    (batch, input, output),
                    dx.take(member),
                    Write::Set,
                    Matrix::rows(dz, output),
                    Matrix::rows(&w[member * output * input..][..output * input], input),
                    sizes.threads(),
                );
            }
        });
    }
    Gradients { x: op.input_gradient.then_some(dx), w: dw, b: db }
}

/// max(y, 0) in place.
#[inline(always)]
#[allow(clippy::inline_always, reason = "must be inlined to be compiled for the instruction set it is dispatched to")]
pub(super) fn relu<T: Element>(y: &mut [T]) {
    let zero = T::zero_value();
    for y in y {
        // Written so that NaN stays NaN: a diverged model must not look healthy.
        *y = if *y < zero { zero } else { *y };
    }
}

/// Where the output was not above 0, no gradient passes.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
pub(super) fn relu_gradient<T: Element>(dz: &mut [T], y: &[T]) {
    let zero = T::zero_value();
    for (dz, y) in dz.iter_mut().zip(y) {
        *dz = if *y <= zero { zero } else { *dz };
    }
}

/// `sums[j] += Σ rows[i, j]`, rows in order.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
fn sum_rows<T: Element>(sums: &mut [T], rows: &[T]) {
    for row in rows.chunks_exact(sums.len()) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += *value;
        }
    }
}

/// A slice cut into equal parts, each of which one thread may take.
pub(super) struct Parts<'a, T> {
    parts: Vec<std::sync::Mutex<Option<&'a mut [T]>>>,
}

impl<'a, T> Parts<'a, T> {
    pub fn new(values: &'a mut [T], len: usize) -> Self {
        Self { parts: values.chunks_mut(len.max(1)).map(|part| std::sync::Mutex::new(Some(part))).collect() }
    }

    /// Part `i`; it can be taken once.
    pub fn take(&self, i: usize) -> &'a mut [T] {
        let part = self.parts.get(i).and_then(|part| part.lock().ok()?.take());
        part.unwrap_or_default()
    }
}
