//! How raw values become what a network sees. It belongs to the model and its file, not to the data.

use candle_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use crate::data::Inputs;

/// `(x − offset) · scale`, with one number for all values of a row or one for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Normalisation {
    /// Subtracted first.
    pub offset: Vec<f32>,
    /// Multiplied next.
    pub scale: Vec<f32>,
}

impl Normalisation {
    /// Pixels of 0…`largest` become 0…1.
    pub fn of_pixels(largest: f32) -> Self {
        Self { offset: vec![0.0], scale: vec![1.0 / largest] }
    }

    /// Each feature gets mean 0 and standard deviation 1 over `inputs`; a constant one becomes 0.
    pub fn of_features(inputs: &Inputs) -> Self {
        let (rows, width) = (inputs.rows().max(1) as f64, inputs.row_len());
        let (mut sum, mut squares) = (vec![0.0_f64; width], vec![0.0_f64; width]);
        for row in inputs.values().chunks_exact(width.max(1)) {
            for (i, value) in row.iter().enumerate() {
                sum[i] += f64::from(*value);
            }
        }
        let mean: Vec<f64> = sum.iter().map(|sum| sum / rows).collect();
        for row in inputs.values().chunks_exact(width.max(1)) {
            for (i, value) in row.iter().enumerate() {
                squares[i] += (f64::from(*value) - mean[i]).powi(2);
            }
        }
        let scale = squares.iter().map(|squares| (squares / rows).sqrt());
        Self {
            offset: mean.into_iter().map(|mean| mean as f32).collect(),
            scale: scale.map(|deviation| if deviation > 1e-12 { (1.0 / deviation) as f32 } else { 1.0 }).collect(),
        }
    }

    /// Whether rows of `len` numbers can be normalised by it, and all numbers are finite.
    pub fn fits(&self, len: usize) -> bool {
        let sizes = |list: &[f32]| (list.len() == 1 || list.len() == len) && list.iter().all(|v| v.is_finite());
        sizes(&self.offset) && sizes(&self.scale) && self.offset.len() == self.scale.len()
    }

    /// Normalises `[inputs, batch, …]`, however many inputs there are.
    ///
    /// # Errors
    /// When the rows are of another length.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor> {
        if let ([offset], [scale]) = (self.offset.as_slice(), self.scale.as_slice()) {
            return x.affine(f64::from(*scale), -f64::from(*offset) * f64::from(*scale));
        }
        let mut shape = x.dims().to_vec();
        shape[..2].fill(1);
        let tensor = |numbers: &[f32]| Tensor::from_slice(numbers, shape.clone(), x.device())?.to_dtype(x.dtype());
        x.broadcast_sub(&tensor(&self.offset)?)?.broadcast_mul(&tensor(&self.scale)?)
    }
}
