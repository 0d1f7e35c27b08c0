//! Tensor operations whose gradients and speed we answer for.
//!
//! Each operation has two forms with the same numbers: a CPU kernel ([`Backend::Native`]) and one composed of candle's own
//! operations for any device ([`Backend::Candle`]). Every trainable tensor has a leading population axis K. A member's bits
//! do not depend on the members beside it: products and reductions are made from per-member shapes, in a fixed order.
//!
//! An input that members share is never copied for each of them: where a layer takes `x` of `[S, batch, …]`, S divides K and
//! member k reads input ⌊k · S / K⌋. S = 1 is one batch for all, S = K one each, and between them members stand in equal
//! blocks, for instance sorted by seed.

mod attention;
mod buffer;
mod chain;
mod conv;
mod dense;
mod dropout;
mod element;
mod elementary;
pub(crate) mod fused;
mod gelu;
mod gemm;
mod lanes;
mod layer_norm;
mod loss;
mod lstm;
mod norm;
mod optimiser;
mod packed;
mod pick;
mod planes;
mod pool;
mod rows;
mod softened;
mod softmax;
mod spans;
mod sums;
mod table_rows;
mod tape;
mod tile;
mod windows;

pub use attention::attention;
pub use conv::conv3x3;
pub use dense::dense;
pub use dropout::{dropout, packed_dropout};
pub use element::Element;
pub use gelu::{Gelu, gelu};
pub use layer_norm::{layer_norm, packed_layer_norm};
pub use loss::{DistillationLoss, MemberLoss, Terms};
pub use lstm::lstm;
pub(crate) use norm::{clip_factor, norm};
pub use optimiser::{Clip, FusedOptimiser, MemberRate, Rule};
pub(crate) use optimiser::{Gradient, Slot, with_parameters};
pub use packed::packed_dense;
pub use pick::{Pick, pick};
pub use planes::{Convolution, Planes};
pub use pool::max_pool2;
pub use rows::rows;
pub use softened::{SoftenedRow, row_divergence, soften_row};
pub use softmax::softmax;
pub use spans::Spans;
pub use table_rows::TableRows;
pub use tape::{Gradients, Tape, reshape, sum, through};
pub use windows::max_over_windows;

use candle_core::{Device, Result, Tensor};

/// How an operation is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// One pass of our own, on the CPU.
    Native,
    /// Made of candle's operations, on any device.
    Candle,
}

impl Backend {
    /// The faster one that `device` can run.
    pub fn of(device: &Device) -> Self {
        if device.is_cpu() { Self::Native } else { Self::Candle }
    }
}

/// What follows a dense or convolution layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    None,
    /// max(x, 0), with gradient 0 at 0 as in PyTorch.
    Relu,
}

impl Activation {
    /// Made of candle's operations, whose own ReLU has gradient 1 at 0.
    fn in_candle(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::None => Ok(x.clone()),
            Self::Relu => x.mul(&x.detach().gt(0.0)?.to_dtype(x.dtype())?),
        }
    }
}

/// Which of `inputs` is read by `member`: there is one shared by all, one for each equal block of members, or one each.
fn input_of(member: usize, inputs: usize, members: usize) -> usize {
    member * inputs / members.max(1)
}

/// Whether so many inputs can be shared out over so many members.
fn inputs_fit(inputs: usize, members: usize) -> bool {
    inputs > 0 && inputs <= members && members.is_multiple_of(inputs)
}

/// The sum over each block of members that read the same input: `[K, …]` to `[inputs, …]`.
fn sum_of_blocks(gradient: Tensor, inputs: usize) -> Result<Tensor> {
    let mut shape = gradient.dims().to_vec();
    if shape[0] == inputs {
        return Ok(gradient);
    }
    shape[0] /= inputs;
    shape.insert(0, inputs);
    gradient.reshape(shape)?.sum(1)
}
