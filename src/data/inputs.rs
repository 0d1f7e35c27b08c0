//! The values of examples, row by row, and what a step of training is given of them.

use crate::rng::Key;

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
}

/// What one step of training sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The rows of the dataset, which are also the keys of cached logits.
    pub ids: Vec<u32>,
    /// What the student is given.
    pub student: Inputs,
    /// What the teacher is given, where that differs from the student's inputs.
    pub teacher: Option<Inputs>,
    /// The label of each row; `None` where the student may not use it.
    pub labels: Vec<Option<u32>>,
}

impl Inputs {
    /// Number of examples.
    pub fn rows(&self) -> usize {
        match self {
            Self::Features { rows, .. } | Self::Pixels { rows, .. } => *rows,
        }
    }

    /// The shape of one example: `[width]` or `[channels, height, width]`.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Features { width, .. } => vec![*width],
            Self::Pixels { channels, height, width, .. } => vec![*channels, *height, *width],
        }
    }

    /// Numbers an example.
    pub fn row_len(&self) -> usize {
        match self {
            Self::Features { width, .. } => *width,
            Self::Pixels { channels, height, width, .. } => channels * height * width,
        }
    }

    /// All numbers, row-major.
    pub fn values(&self) -> &[f32] {
        match self {
            Self::Features { values, .. } | Self::Pixels { values, .. } => values,
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

    /// Inputs of the same kind and shape that hold `values`.
    fn with(&self, values: Vec<f32>, rows: usize) -> Self {
        match self {
            Self::Features { width, .. } => Self::Features { rows, width: *width, values },
            Self::Pixels { channels, height, width, .. } => {
                Self::Pixels { rows, channels: *channels, height: *height, width: *width, values }
            }
        }
    }

    pub(super) fn gather(&self, rows: &[u32]) -> Self {
        let mut values = Vec::with_capacity(rows.len() * self.row_len());
        for row in rows {
            values.extend_from_slice(self.row(*row as usize));
        }
        self.with(values, rows.len())
    }

    pub(super) fn gather_jittered(&self, rows: &[u32], max_shift: usize, key: Key) -> Self {
        let Self::Pixels { height, width, .. } = self else { return self.gather(rows) };
        if max_shift == 0 {
            return self.gather(rows);
        }
        let mut values = vec![0.0; rows.len() * self.row_len()];
        for (row, target) in rows.iter().zip(values.chunks_exact_mut(self.row_len())) {
            let shift =
                |axis| key.below(2 * u64::from(*row) + axis, 2 * max_shift as u64 + 1) as i64 - max_shift as i64;
            shift_planes(self.row(*row as usize), target, *height, *width, shift(0), shift(1));
        }
        self.with(values, rows.len())
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
