//! The pass of a step, and the way back through it.

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

use crate::model::{Output, UsedRows};
use crate::ops::{Backend, Gradients, Tape};

/// A pass of training.
pub(super) struct Passed {
    /// Where the loss begins: `[K, batch, classes]`.
    pub logits: Tensor,
    /// The layers that the loss looks at.
    pub taps: Vec<Tensor>,
    /// The tables of which it used some rows.
    pub rows: Vec<UsedRows>,
    /// The pass behind those, and what it came to where they begin; of devices without a tape all is one graph of candle's.
    tape: Option<(Tape, Vec<(Tensor, Var)>)>,
}

/// Gradients of a loss.
pub(super) struct Slopes {
    of_pass: Option<Gradients>,
    of_loss: GradStore,
}

impl Passed {
    /// Records a pass.
    ///
    /// # Errors
    /// Those of the pass.
    pub fn record(backend: Backend, pass: impl FnOnce() -> Result<Output>) -> Result<Self> {
        if backend == Backend::Candle {
            let Output { logits, taps, rows } = pass()?;
            return Ok(Self { logits, taps, rows, tape: None });
        }
        let (Output { logits, taps, rows }, tape) = Tape::record(pass)?;
        let ends = taps.into_iter().chain([logits]);
        let ends = ends.map(|end| Ok((end.clone(), Var::from_tensor(&end.detach())?)));
        let ends = ends.collect::<Result<Vec<_>>>()?;
        let mut taps: Vec<Tensor> = ends.iter().map(|(_, leaf)| leaf.as_tensor().clone()).collect();
        let logits = taps.pop().ok_or_else(|| candle_core::Error::msg("a pass gives logits"))?;
        Ok(Self { logits, taps, rows, tape: Some((tape, ends)) })
    }

    /// The gradients of a loss that was made of its logits and taps.
    ///
    /// # Errors
    /// When the device fails.
    pub fn back(&self, loss: &Tensor) -> Result<Slopes> {
        let of_loss = loss.backward()?;
        let of_pass = self.tape.as_ref().map(|(tape, ends)| {
            tape.back(ends.iter().filter_map(|(end, leaf)| Some((end.clone(), of_loss.get(leaf)?.clone()))))
        });
        Ok(Slopes { of_pass: of_pass.transpose()?, of_loss })
    }
}

impl Slopes {
    /// The gradient by a tensor that is trained, where there is one.
    pub fn get(&self, tensor: &Tensor) -> Option<&Tensor> {
        let of_pass = self.of_pass.as_ref().and_then(|gradients| gradients.get(tensor));
        of_pass.or_else(|| self.of_loss.get(tensor))
    }
}
