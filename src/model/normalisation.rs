//! How raw values become what a network sees. It belongs to the model and its file, not to the data.

use candle_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use crate::data::{Dataset, Examples, Scaling};

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

    /// What new models learn with: as the data asks for it, measured over the rows `train`.
    pub fn of(dataset: &Dataset, train: &[u32]) -> Self {
        match &dataset.scaling {
            Scaling::Standard => Self::of_features(&dataset.examples, train),
            Scaling::None => Self { offset: vec![0.0], scale: vec![1.0] },
            Scaling::Pixels { mean, std } => {
                let largest = dataset.pixel_scale.unwrap_or(1.0);
                if mean.is_empty() && std.is_empty() {
                    Self::of_pixels(largest)
                } else {
                    of_channels(dataset, mean, std)
                }
            }
        }
    }

    /// Each feature gets mean 0 and standard deviation 1 over the rows `train`; a constant one becomes 0.
    fn of_features(examples: &Examples, train: &[u32]) -> Self {
        let (rows, width) = (train.len().max(1) as f64, examples.row_len());
        let (mut sum, mut squares) = (vec![0.0_f64; width], vec![0.0_f64; width]);
        for row in train {
            for (i, value) in examples.row(*row as usize).iter().enumerate() {
                sum[i] += f64::from(*value);
            }
        }
        let mean: Vec<f64> = sum.iter().map(|sum| sum / rows).collect();
        for row in train {
            for (i, value) in examples.row(*row as usize).iter().enumerate() {
                squares[i] += (f64::from(*value) - mean[i]).powi(2);
            }
        }
        let scale = squares.iter().map(|squares| (squares / rows).sqrt());
        Self {
            offset: mean.into_iter().map(|mean| mean as f32).collect(),
            scale: scale.map(|deviation| if deviation > 1e-12 { (1.0 / deviation) as f32 } else { 1.0 }).collect(),
        }
    }

    /// The same for values from which `bases` were subtracted before they became `f32`.
    pub fn with_bases(self, bases: &[f64]) -> Self {
        let at = |list: &[f32], i: usize| list.get(i).or(list.first()).copied().unwrap_or_default();
        Self {
            offset: bases.iter().enumerate().map(|(i, base)| (f64::from(at(&self.offset, i)) - base) as f32).collect(),
            scale: (0..bases.len()).map(|i| at(&self.scale, i)).collect(),
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

/// `(x / largest − mean) / std`, with the numbers of its channel for each pixel.
fn of_channels(dataset: &Dataset, mean: &[f64], std: &[f64]) -> Normalisation {
    let largest = f64::from(dataset.pixel_scale.unwrap_or(1.0));
    let shape = dataset.examples.shape();
    let (channels, pixels) = (shape[0], shape[1..].iter().product::<usize>());
    let of = |list: &[f64], channel: usize, otherwise: f64| match list {
        [] => otherwise,
        [one] => *one,
        several => several.get(channel).copied().unwrap_or(otherwise),
    };
    let each = |number: &dyn Fn(usize) -> f64| {
        (0..channels).flat_map(|channel| std::iter::repeat_n(number(channel) as f32, pixels)).collect()
    };
    Normalisation {
        offset: each(&|channel| largest * of(mean, channel, 0.0)),
        scale: each(&|channel| 1.0 / (largest * of(std, channel, 1.0))),
    }
}
