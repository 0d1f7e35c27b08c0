//! Layers of a convolutional network that only answers, on the planes of one picture in plain numbers: no tensor, no gradient.

use rayon::prelude::*;

use super::gemm::{Matrix, Threads, Write, product};

/// Planes of one picture, `[channels, height, width]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// The numbers.
    pub values: Vec<f32>,
    /// Channels, height, width.
    pub shape: [usize; 3],
}

/// A convolution with its bias: `weight` is `[outputs, channels, side, side]`.
#[derive(Clone, Copy, Debug)]
pub struct Convolution<'a> {
    /// The weights.
    pub weight: &'a [f32],
    /// One for each output.
    pub bias: &'a [f32],
    /// Height and width of a window.
    pub side: usize,
    /// From one window to the next.
    pub stride: usize,
    /// Zeros around the picture.
    pub padding: usize,
}

impl Planes {
    /// The convolution followed by max(x, 0).
    ///
    /// # Panics
    /// When the weights do not fit the channels.
    pub fn convolved(&self, layer: &Convolution<'_>) -> Self {
        let [channels, height, width] = self.shape;
        let outputs = layer.bias.len();
        let along = |size: usize| (size + 2 * layer.padding - layer.side) / layer.stride + 1;
        let (rows, columns) = (along(height), along(width));
        let (places, window) = (rows * columns, channels * layer.side * layer.side);
        assert_eq!(layer.weight.len(), outputs * window, "the weights do not fit the planes");
        let windows;
        let right = if layer.side == 1 && layer.stride == 1 && layer.padding == 0 {
            &self.values
        } else {
            windows = self.windows(layer, rows, columns);
            &windows
        };
        let mut values = vec![0.0; outputs * places];
        let (a, b) = (Matrix::rows(layer.weight, window), Matrix::rows(right, places));
        product((outputs, places, window), &mut values, Write::Set, a, b, Threads::Pool);
        for (plane, bias) in values.chunks_exact_mut(places).zip(layer.bias) {
            for value in plane {
                *value = (*value + bias).max(0.0);
            }
        }
        Self { values, shape: [outputs, rows, columns] }
    }

    /// What each window sees: `[channels, side, side]` by places.
    fn windows(&self, layer: &Convolution<'_>, rows: usize, columns: usize) -> Vec<f32> {
        let [channels, height, width] = self.shape;
        let side = layer.side;
        let mut windows = vec![0.0; channels * side * side * rows * columns];
        windows.par_chunks_exact_mut(rows * columns).enumerate().for_each(|(at, line)| {
            let (channel, y, x) = (at / (side * side), at / side % side, at % side);
            let plane = &self.values[channel * height * width..(channel + 1) * height * width];
            for (row, line) in line.chunks_exact_mut(columns).enumerate() {
                // Where the window reaches beyond the picture there are zeros.
                let Some(from) = (row * layer.stride + y).checked_sub(layer.padding).filter(|y| *y < height) else {
                    continue;
                };
                for (column, value) in line.iter_mut().enumerate() {
                    let at = (column * layer.stride + x).checked_sub(layer.padding).filter(|x| *x < width);
                    *value = at.map_or(0.0, |x| plane[from * width + x]);
                }
            }
        });
        windows
    }

    /// The largest of each window of 3 × 3, every second one.
    pub fn pooled(&self) -> Self {
        let [channels, height, width] = self.shape;
        let along = |size: usize| size.saturating_sub(3) / 2 + 1;
        let (rows, columns) = (along(height), along(width));
        let mut values = vec![0.0; channels * rows * columns];
        let planes = self.values.chunks_exact(height * width).zip(values.chunks_exact_mut(rows * columns));
        for (plane, pooled) in planes {
            for (at, largest) in pooled.iter_mut().enumerate() {
                let (top, left) = (at / columns * 2, at % columns * 2);
                let lines =
                    (top..(top + 3).min(height)).map(|y| &plane[y * width + left..y * width + (left + 3).min(width)]);
                *largest = lines.flatten().fold(f32::NEG_INFINITY, |most, value| most.max(*value));
            }
        }
        Self { values, shape: [channels, rows, columns] }
    }

    /// These planes and then those of another picture of the same size.
    ///
    /// # Panics
    /// When it has another size.
    pub fn and(mut self, other: &Self) -> Self {
        assert_eq!(self.shape[1..], other.shape[1..], "the planes have different sizes");
        self.values.extend_from_slice(&other.values);
        self.shape[0] += other.shape[0];
        self
    }

    /// The mean of each plane.
    pub fn means(&self) -> Vec<f32> {
        let [_, height, width] = self.shape;
        let mean = |plane: &[f32]| plane.iter().sum::<f32>() / plane.len() as f32;
        self.values.chunks_exact((height * width).max(1)).map(mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each window by itself, as the definition has it.
    fn plainly(planes: &Planes, layer: &Convolution<'_>) -> Vec<f32> {
        let [channels, height, width] = planes.shape;
        let along = |size: usize| (size + 2 * layer.padding - layer.side) / layer.stride + 1;
        let mut values = Vec::new();
        for (output, bias) in layer.bias.iter().enumerate() {
            for (row, column) in (0..along(height)).flat_map(|row| (0..along(width)).map(move |column| (row, column))) {
                let mut sum = f64::from(*bias);
                for channel in 0..channels {
                    for (y, x) in (0..layer.side).flat_map(|y| (0..layer.side).map(move |x| (y, x))) {
                        let at = |at: usize, by: usize| (at * layer.stride + by).wrapping_sub(layer.padding);
                        let (from_y, from_x) = (at(row, y), at(column, x));
                        if from_y < height && from_x < width {
                            let weight = ((output * channels + channel) * layer.side + y) * layer.side + x;
                            let value = planes.values[(channel * height + from_y) * width + from_x];
                            sum += f64::from(layer.weight[weight]) * f64::from(value);
                        }
                    }
                }
                values.push(sum.max(0.0) as f32);
            }
        }
        values
    }

    #[test]
    fn convolutions_are_those_of_the_definition() {
        let number = |at: usize| ((at * 37 % 23) as f32 - 11.0) / 7.0;
        let planes = Planes { values: (0..3 * 9 * 8).map(number).collect(), shape: [3, 9, 8] };
        for (side, stride, padding) in [(1, 1, 0), (3, 1, 1), (3, 2, 1), (3, 2, 0), (2, 1, 0)] {
            let weight: Vec<f32> = (0..5 * 3 * side * side).map(|at| number(at + 5)).collect();
            let bias: Vec<f32> = (0..5).map(number).collect();
            let layer = Convolution { weight: &weight, bias: &bias, side, stride, padding };
            let (found, wanted) = (planes.convolved(&layer), plainly(&planes, &layer));
            assert_eq!(found.values.len(), wanted.len());
            assert!(found.values.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-4), "{side} {stride} {padding}");
        }
    }

    #[test]
    fn pooling_takes_the_largest_of_every_second_window() {
        let planes = Planes { values: (0..2 * 5 * 6).map(|at| at as f32).collect(), shape: [2, 5, 6] };
        let pooled = planes.pooled();
        assert_eq!(pooled.shape, [2, 2, 2]);
        assert_eq!(pooled.values, [14.0, 16.0, 26.0, 28.0, 44.0, 46.0, 56.0, 58.0]);
        let twice = planes.clone().and(&planes);
        assert_eq!((twice.shape, twice.means()), ([4, 5, 6], vec![14.5, 44.5, 14.5, 44.5]));
    }
}
