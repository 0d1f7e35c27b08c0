//! The values of all examples of a data set, held once; a batch of them is made by [`Examples::gather`].

use super::{Inputs, Texts, Tokens};
use crate::rng::Key;

/// Raw values of all examples, row-major. Pixels are kept as bytes: a quarter of the memory, and the same numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Examples {
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
        values: Vec<u8>,
    },
    /// Texts as the source has them.
    Text(Texts),
    /// The same as one model reads them.
    Tokens(Tokens),
}

impl Examples {
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

    /// The numbers of example `i`; none of a text.
    ///
    /// # Panics
    /// When `i` is not below [`Examples::rows`].
    pub fn row(&self, i: usize) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.row_len());
        self.append(i, &mut values);
        values
    }

    /// Whether two examples hold the same numbers, to the last bit, or the same text.
    pub(super) fn are_same(&self, a: usize, b: usize) -> bool {
        let len = self.row_len();
        match self {
            Self::Features { values, .. } => {
                let bits = |row: usize| values[row * len..(row + 1) * len].iter().map(|value| value.to_bits());
                bits(a).eq(bits(b))
            }
            Self::Pixels { values, .. } => values[a * len..(a + 1) * len] == values[b * len..(b + 1) * len],
            Self::Text(texts) => (texts.first(a), texts.second(a)) == (texts.first(b), texts.second(b)),
            Self::Tokens(tokens) => tokens.row(a) == tokens.row(b) && tokens.first_len(a) == tokens.first_len(b),
        }
    }

    /// The examples `rows`, in that order.
    ///
    /// # Panics
    /// When a row is not below [`Examples::rows`].
    pub fn gather(&self, rows: &[u32]) -> Inputs {
        match self {
            Self::Text(texts) => return Inputs::Text(texts.gather(rows)),
            Self::Tokens(tokens) => return Inputs::Tokens(tokens.gather(rows)),
            Self::Features { .. } | Self::Pixels { .. } => {}
        }
        let mut values = Vec::with_capacity(rows.len() * self.row_len());
        for row in rows {
            self.append(*row as usize, &mut values);
        }
        Inputs::new(&self.shape(), values)
    }

    /// Like [`Examples::gather`], with each image shifted by its own whole numbers of pixels, both uniform in
    /// `-max_shift..=max_shift` and a function of `key` and the row's number alone. What is uncovered is 0. Features stay.
    pub(super) fn gather_jittered(&self, rows: &[u32], max_shift: usize, key: Key) -> Inputs {
        let Self::Pixels { height, width, .. } = self else { return self.gather(rows) };
        if max_shift == 0 {
            return self.gather(rows);
        }
        let mut values = vec![0.0; rows.len() * self.row_len()];
        let mut source = Vec::with_capacity(self.row_len());
        for (row, target) in rows.iter().zip(values.chunks_exact_mut(self.row_len())) {
            let shift =
                |axis| key.below(2 * u64::from(*row) + axis, 2 * max_shift as u64 + 1) as i64 - max_shift as i64;
            source.clear();
            self.append(*row as usize, &mut source);
            shift_planes(&source, target, *height, *width, shift(0), shift(1));
        }
        Inputs::new(&self.shape(), values)
    }

    fn append(&self, row: usize, to: &mut Vec<f32>) {
        let len = self.row_len();
        match self {
            Self::Features { values, .. } => to.extend_from_slice(&values[row * len..(row + 1) * len]),
            Self::Pixels { values, .. } => {
                to.extend(values[row * len..(row + 1) * len].iter().map(|value| f32::from(*value)));
            }
            Self::Text(_) | Self::Tokens(_) => {}
        }
    }
}

/// Copies planes of `height` × `width` pixels into `target`, which holds zeros, `down` and `right` by so many pixels.
fn shift_planes(source: &[f32], target: &mut [f32], height: usize, width: usize, down: i64, right: i64) {
    // Along one axis: where reading starts, where writing starts, and how much is copied.
    let overlap = |shift: i64, size: usize| {
        let by = (shift.unsigned_abs() as usize).min(size);
        if shift < 0 { (by, 0, size - by) } else { (0, by, size - by) }
    };
    let (from_y, to_y, lines) = overlap(down, height);
    let (from_x, to_x, columns) = overlap(right, width);
    for (source, target) in source.chunks_exact(height * width).zip(target.chunks_exact_mut(height * width)) {
        for line in 0..lines {
            let from = (from_y + line) * width + from_x;
            let to = (to_y + line) * width + to_x;
            target[to..to + columns].copy_from_slice(&source[from..from + columns]);
        }
    }
}
