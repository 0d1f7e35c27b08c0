//! The 3×3 convolution of a population (padding 1, stride 1) with bias and ReLU, and its gradients.
//!
//! Each image is unrolled into a buffer that stays in cache and multiplied on its own; images are shared out over the pool.

use std::any::Any;
use std::cell::RefCell;

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::dense::{Parts, relu, relu_gradient};
use super::element::{slice, with_element, with_slice};
use super::gemm::{Matrix, Threads, Write, product};
use super::sums::add;
use super::tape::apply3;
use super::{Activation, Backend, Element, input_of, inputs_fit, sum_of_blocks};

/// `activation(x ∗ w + b)` for each member, as PyTorch's `conv2d` with `padding=1`.
///
/// `x` is `[S, batch, in, height, width]` with S dividing K (member k reads input ⌊k · S / K⌋), `w` is `[K, out, in, 3, 3]`,
/// `b` is `[K, out]`; the result is `[K, batch, out, height, width]`.
///
/// # Errors
/// When the shapes do not fit each other.
pub fn conv3x3(x: &Tensor, w: &Tensor, b: &Tensor, activation: Activation, backend: Backend) -> Result<Tensor> {
    match backend {
        Backend::Native => {
            let op = Conv3x3 { activation, input_gradient: x.track_op() };
            apply3(x, w, b, op)
        }
        Backend::Candle => {
            let (members, out) = b.dims2()?;
            let inputs = Sizes::new(x.dims(), w.dims(), b.dims())?.inputs;
            let each = (0..members).map(|k| {
                let y =
                    x.get(input_of(k, inputs, members))?.contiguous()?.conv2d(&w.get(k)?.contiguous()?, 1, 1, 1, 1)?;
                activation.in_candle(&y.broadcast_add(&b.get(k)?.reshape((1, out, 1, 1))?)?)
            });
            Tensor::stack(&each.collect::<Result<Vec<_>>>()?, 0)
        }
    }
}

/// Images whose weight gradients are added up one after another before the sums of such groups are. It is part of the
/// definition of the result's bits and so depends on nothing.
const GROUP: usize = 8;

struct Conv3x3 {
    activation: Activation,
    input_gradient: bool,
}

#[derive(Clone, Copy)]
struct Sizes {
    members: usize,
    inputs: usize,
    batch: usize,
    input: usize,
    output: usize,
    height: usize,
    width: usize,
}

impl Sizes {
    fn new(x: &[usize], w: &[usize], b: &[usize]) -> Result<Self> {
        let (&[inputs, batch, input, height, width], &[members, output, channels, 3, 3]) = (x, w) else {
            candle_core::bail!("a 3×3 convolution does not take {x:?} and {w:?}")
        };
        if input != channels || !inputs_fit(inputs, members) || *b != [members, output] {
            candle_core::bail!("an input {x:?} does not fit a kernel {w:?} and biases {b:?}")
        }
        Ok(Self { members, inputs, batch, input, output, height, width })
    }

    fn pixels(self) -> usize {
        self.height * self.width
    }

    /// Rows of the unrolled image: one for each weight of an output channel.
    fn taps(self) -> usize {
        self.input * 9
    }

    fn image<T>(self, x: &[T], member: usize, image: usize) -> &[T] {
        let len = self.input * self.pixels();
        let member = input_of(member, self.inputs, self.members);
        &x[(member * self.batch + image) * len..][..len]
    }
}

impl CustomOp3 for Conv3x3 {
    fn name(&self) -> &'static str {
        "conv-3x3"
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
        let storage = with_element!(x.dtype(), T => {
            let y = forward::<T>(sizes, self.activation, slice(x, x_layout)?, slice(w, w_layout)?, slice(b, b_layout)?);
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        let shape = vec![sizes.members, sizes.batch, sizes.output, sizes.height, sizes.width];
        Ok((storage, shape.into()))
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
        with_element!(x.dtype(), T => {
            let gradients = with_slice::<T, _>(x, |x| with_slice::<T, _>(w, |w| with_slice::<T, _>(y, |y| {
                with_slice::<T, _>(dy, |dy| backward(sizes, self, x, w, y, dy))
            })))????;
            let dw = Tensor::from_vec(gradients.w, w.shape(), w.device())?;
            let db = Tensor::from_vec(gradients.b, b.shape(), b.device())?;
            let dx = match gradients.x {
                None => None,
                Some(dx) => {
                    let shape = vec![sizes.members, sizes.batch, sizes.input, sizes.height, sizes.width];
                    let dx = Tensor::from_vec(dx, shape, x.device())?;
                    Some(sum_of_blocks(dx, sizes.inputs)?)
                }
            };
            Ok((dx, Some(dw), Some(db)))
        })
    }
}

fn forward<T: Element>(sizes: Sizes, activation: Activation, x: &[T], w: &[T], b: &[T]) -> Vec<T> {
    let (pixels, taps) = (sizes.pixels(), sizes.taps());
    let mut y = vec![T::zero_value(); sizes.members * sizes.batch * sizes.output * pixels];
    y.par_chunks_mut((sizes.output * pixels).max(1)).enumerate().for_each(|(i, y)| {
        let (member, image) = (i / sizes.batch, i % sizes.batch);
        let w = &w[member * sizes.output * taps..][..sizes.output * taps];
        for (channel, y) in y.chunks_exact_mut(pixels).enumerate() {
            y.fill(b[member * sizes.output + channel]);
        }
        with_buffer(taps * pixels, |columns| {
            unroll(sizes, sizes.image(x, member, image), columns);
            let size = (sizes.output, pixels, taps);
            product(size, y, Write::Add, Matrix::rows(w, taps), Matrix::rows(columns, pixels), Threads::One);
        });
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

fn backward<T: Element>(sizes: Sizes, op: &Conv3x3, x: &[T], w: &[T], y: &[T], dy: &[T]) -> Gradients<T> {
    let (pixels, taps) = (sizes.pixels(), sizes.taps());
    let (weights, out_len, in_len) = (sizes.output * taps, sizes.output * pixels, sizes.input * pixels);
    let groups = sizes.batch.div_ceil(GROUP);
    let mut dx = vec![T::zero_value(); if op.input_gradient { sizes.members * sizes.batch * in_len } else { 0 }];
    let partial: Vec<(Vec<T>, Vec<T>)> = {
        let dx = Parts::new(&mut dx, in_len);
        (0..sizes.members * groups)
            .into_par_iter()
            .map(|i| {
                let (member, group) = (i / groups, i % groups);
                let w = &w[member * weights..][..weights];
                let mut dw = vec![T::zero_value(); weights];
                let mut db = vec![T::zero_value(); sizes.output];
                for image in group * GROUP..((group + 1) * GROUP).min(sizes.batch) {
                    let at = member * sizes.batch + image;
                    let mut dz = dy[at * out_len..][..out_len].to_vec();
                    if op.activation == Activation::Relu {
                        pulp::Arch::new().dispatch(|| relu_gradient(&mut dz, &y[at * out_len..][..out_len]));
                    }
                    for (db, dz) in db.iter_mut().zip(dz.chunks_exact(pixels)) {
                        *db += dz.iter().fold(T::zero_value(), |sum, dz| sum + *dz);
                    }
                    with_buffer(taps * pixels, |columns| {
                        unroll(sizes, sizes.image(x, member, image), columns);
                        let size = (sizes.output, taps, pixels);
                        let (dz, columns) = (Matrix::rows(&dz, pixels), Matrix::transposed(columns, pixels));
                        product(size, &mut dw, Write::Add, dz, columns, Threads::One);
                    });
                    if op.input_gradient {
                        with_buffer(taps * pixels, |columns| {
                            let size = (taps, pixels, sizes.output);
                            let (w, dz) = (Matrix::transposed(w, taps), Matrix::rows(&dz, pixels));
                            product(size, columns, Write::Set, w, dz, Threads::One);
                            roll(sizes, columns, dx.take(at));
                        });
                    }
                }
                (dw, db)
            })
            .collect()
    };
    let mut dw = vec![T::zero_value(); sizes.members * weights];
    let mut db = vec![T::zero_value(); sizes.members * sizes.output];
    for (i, (part_w, part_b)) in partial.iter().enumerate() {
        let member = i / groups;
        add(&mut dw[member * weights..][..weights], part_w);
        add(&mut db[member * sizes.output..][..sizes.output], part_b);
    }
    Gradients { x: op.input_gradient.then_some(dx), w: dw, b: db }
}

/// Writes for each input channel and each of the nine weights the image as that weight sees it: `[in · 9, pixels]`.
fn unroll<T: Element>(sizes: Sizes, image: &[T], columns: &mut [T]) {
    each_shift(sizes, |channel, row, shift| {
        let target = &mut columns[row * sizes.pixels()..][..sizes.pixels()];
        let source = &image[channel * sizes.pixels()..][..sizes.pixels()];
        target.fill(T::zero_value());
        shift.rows(sizes, |to, from, len| target[to..to + len].copy_from_slice(&source[from..from + len]));
    });
}

/// The reverse of [`unroll`]: adds each of the nine shifted images back onto the image.
fn roll<T: Element>(sizes: Sizes, columns: &[T], image: &mut [T]) {
    each_shift(sizes, |channel, row, shift| {
        let source = &columns[row * sizes.pixels()..][..sizes.pixels()];
        let target = &mut image[channel * sizes.pixels()..][..sizes.pixels()];
        shift.rows(sizes, |from, to, len| add(&mut target[to..to + len], &source[from..from + len]));
    });
}

#[derive(Clone, Copy)]
struct Shift {
    down: usize,
    right: usize,
}

impl Shift {
    /// Calls `part(here, there, len)` for each stretch of pixels of which the weight at (down, right) of the kernel sees
    /// another pixel of the image: here + (down − 1, right − 1) = there.
    fn rows(self, sizes: Sizes, mut part: impl FnMut(usize, usize, usize)) {
        let Sizes { height, width, .. } = sizes;
        let (left, len) = match self.right {
            0 => (1, width - 1),
            1 => (0, width),
            _ => (0, width - 1),
        };
        for y in 0..height {
            let there = y + self.down;
            if there >= 1 && there <= height && len > 0 {
                part(y * width + left, (there - 1) * width + left + self.right - 1, len);
            }
        }
    }
}

fn each_shift(sizes: Sizes, mut work: impl FnMut(usize, usize, Shift)) {
    for channel in 0..sizes.input {
        for tap in 0..9 {
            work(channel, channel * 9 + tap, Shift { down: tap / 3, right: tap % 3 });
        }
    }
}

/// A buffer of this thread, kept between calls; it holds what earlier calls left in it.
pub(super) fn with_buffer<T: Element, R>(len: usize, work: impl FnOnce(&mut [T]) -> R) -> R {
    thread_local! {
        static KEPT: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
    }
    let kept = KEPT.with(|kept| kept.borrow_mut().take()).and_then(|kept| kept.downcast::<Vec<T>>().ok());
    let mut buffer = kept.unwrap_or_default();
    if buffer.len() < len {
        buffer.resize(len, T::zero_value());
    }
    let result = work(&mut buffer[..len]);
    KEPT.with(|kept| *kept.borrow_mut() = Some(buffer));
    result
}
