//! The layers of a fused training step, for one member, on plain numbers: what autograd does for any graph, done in place for
//! the networks that students have.
//!
//! Activations of dense layers stand in columns, `[units, columns]` with one column for each row of the batch and padding of
//! any content behind them; gradients have zeros there. Images stand in planes with a border of zeros, so that the nine
//! neighbours of all pixels are nine stretches of one slice. Work is cut into blocks that depend on the shapes alone, so bits
//! do not depend on threads.

use rayon::prelude::*;

use super::conv::with_buffer;
use super::element::vectorised;
use super::optimiser::{Gradient, Slot};
use super::tile::{Correlation, Left, Product, padded};

/// Columns of a batch.
pub fn columns(batch: usize) -> usize {
    padded(batch)
}

/// Rows of a result that one thread works out at a time.
const BLOCK: usize = 48;

/// Columns of a panel: an input of a dense layer is also kept as `[panels][batch, PANEL]`, rows of the batch cut into pieces
/// that stay in cache while the gradient of the weights is made.
const PANEL: usize = 64;

/// Numbers of the panels of `[batch, width]`.
pub fn panels_len(batch: usize, width: usize) -> usize {
    width.div_ceil(PANEL) * PANEL * batch
}

/// Room of this thread, kept between calls; it holds what earlier calls left in it.
pub fn with_room<R>(len: usize, work: impl FnOnce(&mut [f32]) -> R) -> R {
    with_buffer(len, work)
}

/// Cuts a slice into blocks and works on them, on all threads where `wide`.
fn blocks(wide: bool, values: &mut [f32], len: usize, work: impl Fn(usize, &mut [f32]) + Sync + Send) {
    if wide {
        values.par_chunks_mut(len.max(1)).enumerate().for_each(|(i, values)| work(i, values));
    } else {
        values.chunks_mut(len.max(1)).enumerate().for_each(|(i, values)| work(i, values));
    }
}

/// Rows `[batch, width]` (each `stride` behind the last) to columns `[width, columns]`.
pub fn to_columns(wide: bool, rows: &[f32], stride: usize, batch: usize, width: usize, out: &mut [f32]) {
    let pitch = columns(batch);
    blocks(wide && width >= 256, &mut out[..width * pitch], 16 * pitch, |block, out| {
        let (start, tall) = (block * 16, out.len() / pitch);
        for first in (0..batch).step_by(16) {
            let count = 16.min(batch - first);
            let mut square = [[0.0_f32; 16]; 16];
            for (i, square) in square[..count].iter_mut().enumerate() {
                square[..tall].copy_from_slice(&rows[(first + i) * stride + start..][..tall]);
            }
            for (unit, out) in out.chunks_exact_mut(pitch).enumerate() {
                let line: [f32; 16] = std::array::from_fn(|i| square[i][unit]);
                out[first..first + 16].copy_from_slice(&line);
            }
        }
    });
}

/// Columns to rows `[batch, width]`.
pub fn to_rows(wide: bool, x: &[f32], batch: usize, width: usize, rows: &mut [f32]) {
    let pitch = columns(batch);
    blocks(wide && width >= 256, &mut rows[..batch * width], 16 * width, |block, rows| {
        let (first, tall) = (block * 16, rows.len() / width);
        for start in (0..width).step_by(16) {
            let count = 16.min(width - start);
            let mut square = [[0.0_f32; 16]; 16];
            for (i, square) in square[..count].iter_mut().enumerate() {
                square.copy_from_slice(&x[(start + i) * pitch + first..][..16]);
            }
            for (row, rows) in rows.chunks_exact_mut(width).enumerate().take(tall) {
                let line: [f32; 16] = std::array::from_fn(|i| square[i][row]);
                rows[start..start + count].copy_from_slice(&line[..count]);
            }
        }
    });
}

/// Columns to panels.
pub fn to_panels(wide: bool, x: &[f32], batch: usize, width: usize, panels: &mut [f32]) {
    let pitch = columns(batch);
    let all = &mut panels[..panels_len(batch, width)];
    blocks(wide && width >= 256, all, PANEL * batch, |panel, out| {
        for part in 0..PANEL / 16 {
            let start = panel * PANEL + part * 16;
            let count = width.saturating_sub(start).min(16);
            for first in (0..batch).step_by(16) {
                let mut square = [[0.0_f32; 16]; 16];
                for (i, square) in square[..count].iter_mut().enumerate() {
                    square.copy_from_slice(&x[(start + i) * pitch + first..][..16]);
                }
                let rows = out[first * PANEL..].chunks_exact_mut(PANEL).take(16);
                for (row, out) in rows.enumerate() {
                    let line: [f32; 16] = std::array::from_fn(|i| square[i][row]);
                    out[part * 16..part * 16 + 16].copy_from_slice(&line);
                }
            }
        }
    });
}

/// Rows `[batch, width]`, each `stride` behind the last, to panels.
pub fn rows_to_panels(rows: &[f32], stride: usize, batch: usize, width: usize, panels: &mut [f32]) {
    for (panel, out) in panels[..panels_len(batch, width)].chunks_exact_mut(PANEL * batch).enumerate() {
        let start = panel * PANEL;
        let count = PANEL.min(width - start);
        for (row, out) in out.chunks_exact_mut(PANEL).enumerate() {
            out[..count].copy_from_slice(&rows[row * stride + start..][..count]);
            out[count..].fill(0.0);
        }
    }
}

/// A dense layer.
#[derive(Clone, Copy, Debug)]
pub struct DenseShape {
    pub input: usize,
    pub output: usize,
    pub relu: bool,
}

fn offsets(rows: usize, pitch: usize) -> Vec<usize> {
    (0..rows).map(|row| row * pitch).collect()
}

/// Columns in, columns out: activation(w · x + b).
pub fn dense_forward(wide: bool, shape: DenseShape, batch: usize, x: &[f32], w: &[f32], b: &[f32], y: &mut [f32]) {
    let (pitch, DenseShape { input, output, relu }) = (columns(batch), shape);
    let offsets = offsets(input, pitch);
    blocks(wide, &mut y[..output * pitch], BLOCK * pitch, |block, y| {
        let (first, rows) = (block * BLOCK, y.len() / pitch);
        Product {
            rows,
            width: pitch,
            left: Left { values: &w[first * input..], row_stride: input, step: 1 },
            right: x,
            offsets: &offsets,
            bias: Some(&b[first..]),
            out: y,
            pitch,
        }
        .run();
        if relu {
            pulp::Arch::new().dispatch(|| super::dense::relu(y));
        }
    });
}

/// The gradient by the input, columns in, columns out: wᵀ · dz.
pub fn dense_input_gradient(wide: bool, shape: DenseShape, batch: usize, dz: &[f32], w: &[f32], dx: &mut [f32]) {
    let (pitch, DenseShape { input, output, .. }) = (columns(batch), shape);
    let offsets = offsets(output, pitch);
    blocks(wide, &mut dx[..input * pitch], BLOCK * pitch, |block, dx| {
        let (first, rows) = (block * BLOCK, dx.len() / pitch);
        with_buffer(output * rows, |part: &mut [f32]| {
            // The block's columns of w close together: each of w's rows may lie on a page of its own.
            for (part, w) in part.chunks_exact_mut(rows).zip(w.chunks_exact(input)) {
                part.copy_from_slice(&w[first..first + rows]);
            }
            Product {
                rows,
                width: pitch,
                left: Left { values: part, row_stride: 1, step: rows },
                right: dz,
                offsets: &offsets,
                bias: None,
                out: dx,
                pitch,
            }
            .run();
        });
    });
}

/// Where the input was above 0, the gradient passes, times `kept` (what dropout multiplied by); elsewhere it is 0.
pub fn gate(dx: &mut [f32], h: &[f32], kept: f32) {
    vectorised!(<'a> (dx: &'a mut [f32], h: &'a [f32], kept: f32) -> () {
        for (dx, h) in dx.iter_mut().zip(h) {
            *dx = if *h <= 0.0 { 0.0 } else { *dx * kept };
        }
    });
}

/// The gradients of weights and biases from the gradient of the outputs (columns) and the inputs (panels).
pub fn dense_gradient(
    wide: bool,
    shape: DenseShape,
    batch: usize,
    dz: &[f32],
    x: &[f32],
    [w, b]: [(&mut Slot<'_>, Gradient<'_>); 2],
) {
    let (pitch, DenseShape { input, output, .. }) = (columns(batch), shape);
    let (width, offsets) = (padded(input), offsets(batch, PANEL));
    // The gradient of some rows of w, each padded to `width`.
    let rows_of = |first: usize, rows: usize, g: &mut [f32]| {
        for panel in 0..input.div_ceil(PANEL) {
            let start = panel * PANEL;
            Product {
                rows,
                width: PANEL.min(width - start),
                left: Left { values: &dz[first * pitch..], row_stride: pitch, step: 1 },
                right: &x[panel * PANEL * batch..],
                offsets: &offsets,
                bias: None,
                out: &mut g[start..],
                pitch: width,
            }
            .run();
        }
    };
    match w.1 {
        Gradient::Keep(all) => blocks(wide, all, BLOCK * input, |block, all| {
            let rows = all.len() / input;
            with_buffer(rows * width, |g: &mut [f32]| {
                rows_of(block * BLOCK, rows, g);
                for (all, g) in all.chunks_exact_mut(input).zip(g.chunks_exact(width)) {
                    all.copy_from_slice(&g[..input]);
                }
            });
        }),
        Gradient::Update => w.0.blocks(wide, BLOCK * input, |block, mut slot| {
            let rows = slot.len() / input;
            with_buffer(rows * width, |g: &mut [f32]| {
                rows_of(block * BLOCK, rows, g);
                slot.update(g, input, width);
            });
        }),
    }
    with_buffer(output, |g: &mut [f32]| {
        let g = &mut *g;
        vectorised!(<'a> (g: &'a mut [f32], dz: &'a [f32], pitch: usize) -> () {
            for (g, dz) in g.iter_mut().zip(dz.chunks_exact(pitch)) {
                *g = sum(dz);
            }
        });
        b.0.settle(b.1, g);
    });
}

/// In a fixed order: sixteen running sums, then their sum. The length is a multiple of sixteen.
#[inline(always)]
#[allow(clippy::inline_always, reason = "must be inlined to be compiled for the instruction set it is dispatched to")]
fn sum(values: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    for chunk in values.chunks_exact(16) {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.into_iter().sum()
}

/// Pooled numbers that are worked on side by side.
const SIDE: usize = 8;

/// Numbers from there on, zeros behind the end.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
fn load<T: Copy + Default, const N: usize>(values: &[T], at: usize) -> [T; N] {
    if let Some(Ok(all)) = values.get(at..at + N).map(<[T; N]>::try_from) {
        return all;
    }
    let mut some = [T::default(); N];
    for (some, value) in some.iter_mut().zip(values.get(at..).unwrap_or_default()) {
        *some = *value;
    }
    some
}

/// Writes numbers, as many as there is room for.
#[inline(always)]
#[allow(clippy::inline_always, reason = "as above")]
fn store<T: Copy, const N: usize>(values: &mut [T], at: usize, numbers: [T; N]) {
    if let Some(all) = values.get_mut(at..at + N) {
        all.copy_from_slice(&numbers);
        return;
    }
    for (value, number) in values.get_mut(at..).unwrap_or_default().iter_mut().zip(numbers) {
        *value = number;
    }
}

/// A 3×3 convolution with ReLU and 2×2 max-pooling.
#[derive(Clone, Copy, Debug)]
pub struct ConvShape {
    pub input: usize,
    pub output: usize,
    pub height: usize,
    pub width: usize,
}

/// Where the numbers of an image lie: row y of channel c starts at `c · plane + y · pitch + start`.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    pub plane: usize,
    pub pitch: usize,
    pub start: usize,
}

/// Images whose weight gradients one thread adds up; part of the definition of the result's bits.
pub const GROUP: usize = 8;

impl ConvShape {
    /// Numbers from one row of a plane to the next: the row and its border.
    fn pitch(self) -> usize {
        self.width + 2
    }

    /// Numbers that hold all pixels at that pitch, in whole steps.
    pub fn spread(self) -> usize {
        padded((self.height - 1) * self.pitch() + self.width)
    }

    /// Numbers of a plane with its border and what the last step reads beyond it.
    pub fn plane(self) -> usize {
        padded(2 * self.pitch() + 2 + self.spread() + 2 * SIDE)
    }

    /// Where the pixels lie in a plane.
    pub fn inside(self) -> Grid {
        Grid { plane: self.plane(), pitch: self.pitch(), start: self.pitch() + 1 }
    }

    /// Where they lie in the result of a product, which has no border.
    pub fn spread_grid(self) -> Grid {
        Grid { plane: self.spread(), pitch: self.pitch(), start: 0 }
    }

    /// Height and width after pooling.
    pub fn pooled(self) -> (usize, usize) {
        (self.height / 2, self.width / 2)
    }

    /// Numbers after pooling.
    pub fn pooled_len(self) -> usize {
        self.output * self.pooled().0 * self.pooled().1
    }

    /// Where the pooled numbers lie when nothing is between them.
    pub fn compact(self) -> Grid {
        let (height, width) = self.pooled();
        Grid { plane: height * width, pitch: width, start: 0 }
    }

    pub fn weights(self) -> usize {
        self.output * self.input * 9
    }

    fn tap(self, tap: usize) -> usize {
        tap / 3 * self.pitch() + tap % 3
    }

    /// Where the first pixel sees weight k of an output channel.
    pub fn offsets(self, channels: usize) -> Vec<usize> {
        (0..channels * 9).map(|k| k / 9 * self.plane() + self.tap(k % 9)).collect()
    }

    /// One image through convolution, ReLU and pooling. `z` is room for `output · spread` numbers; `maxima` takes for each
    /// pooled number which corner of its window it came from.
    pub fn forward(
        self,
        offsets: &[usize],
        x: &[f32],
        [w, b]: [&[f32]; 2],
        z: &mut [f32],
        (y, grid): (&mut [f32], Grid),
        maxima: &mut [u8],
    ) {
        let spread = self.spread();
        Product {
            rows: self.output,
            width: spread,
            left: Left { values: w, row_stride: self.input * 9, step: 1 },
            right: x,
            offsets,
            bias: Some(b),
            out: z,
            pitch: spread,
        }
        .run();
        let (shape, z) = (self, &*z);
        vectorised!(<'a> (shape: ConvShape, z: &'a [f32], y: &'a mut [f32], grid: Grid, maxima: &'a mut [u8]) -> () {
            let ((height, width), spread) = (shape.pooled(), shape.spread());
            for channel in 0..shape.output {
                for line in 0..height {
                    let at = channel * spread + 2 * line * shape.pitch();
                    for first in (0..width).step_by(SIDE) {
                        let upper: [f32; 2 * SIDE] = load(z, at + 2 * first);
                        let lower: [f32; 2 * SIDE] = load(z, at + shape.pitch() + 2 * first);
                        let (mut best, mut position) = ([0.0; SIDE], [0; SIDE]);
                        for j in 0..SIDE {
                            let (mut most, mut from) = (upper[2 * j], 0);
                            for (at, value) in [(1, upper[2 * j + 1]), (2, lower[2 * j]), (3, lower[2 * j + 1])] {
                                // The first maximum wins, and NaN above all, so that it is seen.
                                let wins = value > most || value.is_nan();
                                most = if wins { value } else { most };
                                from = if wins { at } else { from };
                            }
                            // What is behind the line's end is a border, or is overwritten by the next line.
                            best[j] = if most < 0.0 || first + j >= width { 0.0 } else { most };
                            position[j] = from;
                        }
                        store(y, channel * grid.plane + line * grid.pitch + grid.start + first, best);
                        store(maxima, (channel * height + line) * width + first, position);
                    }
                }
            }
        });
    }

    /// The gradient by what the convolution gave, as planes with a border of zeros, from that of the pooled numbers.
    pub fn unpool(self, (dy, dy_grid): (&[f32], Grid), (y, y_grid): (&[f32], Grid), maxima: &[u8], dz: &mut [f32]) {
        dz.fill(0.0);
        let shape = self;
        vectorised!(<'a> (
            shape: ConvShape,
            dy: &'a [f32],
            dy_grid: Grid,
            y: &'a [f32],
            y_grid: Grid,
            maxima: &'a [u8],
            dz: &'a mut [f32],
        ) -> () {
            let ((height, width), inside) = (shape.pooled(), shape.inside());
            for channel in 0..shape.output {
                for line in 0..height {
                    // The upper line first, whole: the zeros behind its end may fall on the lower line's start.
                    for lower in [0, 1] {
                        let to = channel * inside.plane + (2 * line + lower) * inside.pitch + inside.start;
                        for first in (0..width).step_by(SIDE) {
                            let from = |grid: Grid| channel * grid.plane + line * grid.pitch + grid.start + first;
                            let dy: [f32; SIDE] = load(dy, from(dy_grid));
                            let y: [f32; SIDE] = load(y, from(y_grid));
                            let position: [u8; SIDE] = load(maxima, (channel * height + line) * width + first);
                            let mut both = [[0.0; SIDE]; 2];
                            for j in 0..SIDE {
                                // What is behind the line's end is 0, as the border that it falls on.
                                let g = if y[j] <= 0.0 || first + j >= width { 0.0 } else { dy[j] };
                                for (right, both) in both.iter_mut().enumerate() {
                                    both[j] = if usize::from(position[j]) == 2 * lower + right { g } else { 0.0 };
                                }
                            }
                            let [a, b] = both;
                            let dz_line = std::array::from_fn(|x| if x % 2 == 0 { a[x / 2] } else { b[x / 2] });
                            store::<f32, { 2 * SIDE }>(dz, to + 2 * first, dz_line);
                        }
                    }
                }
            }
        });
    }

    /// The weights as the gradient by the input wants them: `[in, out, 3, 3]`, each kernel turned by half.
    pub fn turned(self, w: &[f32], turned: &mut [f32]) {
        for (o, w) in w.chunks_exact(self.input * 9).enumerate() {
            for (i, w) in w.chunks_exact(9).enumerate() {
                let turned = &mut turned[(i * self.output + o) * 9..][..9];
                for (turned, w) in turned.iter_mut().zip(w.iter().rev()) {
                    *turned = *w;
                }
            }
        }
    }

    /// The gradient by the input of one image, `[in, spread]`.
    pub fn input_gradient(self, offsets: &[usize], dz: &[f32], turned: &[f32], dx: &mut [f32]) {
        Product {
            rows: self.input,
            width: self.spread(),
            left: Left { values: turned, row_stride: self.output * 9, step: 1 },
            right: dz,
            offsets,
            bias: None,
            out: dx,
            pitch: self.spread(),
        }
        .run();
    }

    /// Sets `dw` and `db` to the gradients over some images, each of whose inputs starts `stride` behind the last.
    pub fn weight_gradient(self, images: usize, dz: &[f32], x: &[f32], stride: usize, dw: &mut [f32], db: &mut [f32]) {
        dw.fill(0.0);
        Correlation {
            images,
            outputs: self.output,
            inputs: self.input,
            pixels: self.spread(),
            dz,
            dz_plane: self.plane(),
            dz_start: self.inside().start,
            x,
            x_image: stride,
            x_plane: self.plane(),
            taps: std::array::from_fn(|tap| self.tap(tap)),
            out: dw,
        }
        .run();
        db.fill(0.0);
        let plane = self.plane();
        vectorised!(<'a> (db: &'a mut [f32], dz: &'a [f32], plane: usize, images: usize) -> () {
            for dz in dz.chunks_exact(db.len() * plane).take(images) {
                for (db, dz) in db.iter_mut().zip(dz.chunks_exact(plane)) {
                    *db += sum(dz);
                }
            }
        });
    }
}
