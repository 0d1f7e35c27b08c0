//! The values of examples, row by row, and what a step of training is given of them.

use super::{Texts, Tokens};

/// Raw values of some examples, row-major.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    /// Numbers without an arrangement, `[rows, width]`.
    Features {
        /// Examples.
        rows: usize,
        /// Numbers an example.
        width: usize,
        /// `rows · width` numbers.
        values: Vec<f32>,
    },
    /// Images, `[rows, channels, height, width]`, each value between 0 and [`super::Dataset::pixel_scale`].
    Pixels {
        /// Examples.
        rows: usize,
        /// 1 (grey) or 3 (red, green, blue).
        channels: usize,
        /// Pixels from top to bottom.
        height: usize,
        /// Pixels from left to right.
        width: usize,
        /// `rows · channels · height · width` numbers.
        values: Vec<f32>,
    },
    /// Texts as the source has them; a model reads them with its own encoder.
    Text(Texts),
    /// The same as one model reads them.
    Tokens(Tokens),
}

/// What one step of training sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The rows of the dataset, which are also the keys of cached logits.
    pub ids: Vec<u32>,
    /// What student and teacher are given.
    pub inputs: Inputs,
    /// The label of each row; `None` where the student may not use it.
    pub labels: Vec<Option<u32>>,
}

impl Inputs {
    /// Row-major `values` of examples of a shape: images where it is `[channels, height, width]`.
    pub fn new(shape: &[usize], values: Vec<f32>) -> Self {
        let width = shape.iter().product::<usize>();
        let rows = values.len() / width.max(1);
        match *shape {
            [channels, height, width] => Self::Pixels { rows, channels, height, width, values },
            _ => Self::Features { rows, width, values },
        }
    }

    /// Number of examples.
    pub fn rows(&self) -> usize {
        match self {
            Self::Features { rows, .. } | Self::Pixels { rows, .. } => *rows,
            Self::Text(texts) => texts.rows(),
            Self::Tokens(tokens) => tokens.rows(),
        }
    }

    /// The shape of one example: `[width]` or `[channels, height, width]`; empty for texts, each of which has its own length.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Text(_) | Self::Tokens(_) => Vec::new(),
            Self::Features { width, .. } => vec![*width],
            Self::Pixels { channels, height, width, .. } => vec![*channels, *height, *width],
        }
    }

    /// Numbers an example; 0 for texts.
    pub fn row_len(&self) -> usize {
        match self {
            Self::Text(_) | Self::Tokens(_) => 0,
            Self::Features { width, .. } => *width,
            Self::Pixels { channels, height, width, .. } => channels * height * width,
        }
    }

    /// All numbers, row-major; none of texts.
    pub fn values(&self) -> &[f32] {
        match self {
            Self::Text(_) | Self::Tokens(_) => &[],
            Self::Features { values, .. } | Self::Pixels { values, .. } => values,
        }
    }

    /// The texts; none of other inputs.
    pub fn texts(&self) -> Texts {
        match self {
            Self::Text(texts) => texts.clone(),
            Self::Features { .. } | Self::Pixels { .. } | Self::Tokens(_) => Texts::default(),
        }
    }

    /// The numbers of example `i`.
    ///
    /// # Panics
    /// When `i` is not below [`Inputs::rows`].
    pub fn row(&self, i: usize) -> &[f32] {
        let len = self.row_len();
        &self.values()[i * len..(i + 1) * len]
    }
}
