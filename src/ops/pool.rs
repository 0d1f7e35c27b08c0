//! 2×2 max-pooling with the gradient of PyTorch's: all of it to the first maximum of each window.

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::element::{slice, with_element, with_slice};
use super::tape::apply1;
use super::{Backend, Element};

/// The maximum of each 2×2 window: `[…, height, width]` to `[…, ⌊height/2⌋, ⌊width/2⌋]`. A shared input stays shared.
///
/// # Errors
/// When the tensor has fewer than two axes.
pub fn max_pool2(x: &Tensor, backend: Backend) -> Result<Tensor> {
    match backend {
        Backend::Native => apply1(x, MaxPool2),
        Backend::Candle => composed(x),
    }
}

fn composed(x: &Tensor) -> Result<Tensor> {
    let mut shape = x.dims().to_vec();
    let rank = shape.len();
    let (h, w) = (shape[rank - 2] / 2, shape[rank - 1] / 2);
    // […, h, 2, w, 2]: the windows' four corners by two indices.
    let even = x.narrow(rank - 2, 0, 2 * h)?.narrow(rank - 1, 0, 2 * w)?.contiguous()?;
    shape.truncate(rank - 2);
    let images: usize = shape.iter().product();
    let windows = even.reshape((images, h, 2, w, 2))?;
    let corner = |i, j| windows.narrow(2, i, 1)?.narrow(4, j, 1)?.reshape((images, h, w));
    let corners = [corner(0, 0)?, corner(0, 1)?, corner(1, 0)?, corner(1, 1)?];
    // A corner wins if it is above all before it and not below any after it.
    let mut result: Option<Tensor> = None;
    for (i, corner) in corners.iter().enumerate() {
        let mut wins: Option<Tensor> = None;
        for (j, other) in corners.iter().enumerate().filter(|(j, _)| *j != i) {
            let beats = if j < i { corner.gt(other)? } else { corner.ge(other)? };
            wins = Some(match wins {
                None => beats,
                Some(wins) => wins.mul(&beats)?,
            });
        }
        let Some(wins) = wins else { continue };
        let part = corner.mul(&wins.to_dtype(corner.dtype())?.detach())?;
        result = Some(match result {
            None => part,
            Some(sum) => sum.add(&part)?,
        });
    }
    shape.extend([h, w]);
    result.map_or_else(|| candle_core::bail!("max_pool2 needs images"), |result| result.reshape(shape))
}

struct MaxPool2;

/// `[images, height, width]` of the input, and the output's shape.
fn sizes(dims: &[usize]) -> Result<((usize, usize, usize), Vec<usize>)> {
    let [outer @ .., height, width] = dims else { candle_core::bail!("max_pool2 takes images, not {dims:?}") };
    let mut out = outer.to_vec();
    out.extend([height / 2, width / 2]);
    Ok(((outer.iter().product(), *height, *width), out))
}

impl CustomOp1 for MaxPool2 {
    fn name(&self) -> &'static str {
        "max-pool-2"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let ((images, height, width), out) = sizes(layout.dims())?;
        let storage = with_element!(x.dtype(), T => {
            let mut y = vec![T::zero_value(); images * (height / 2) * (width / 2)];
            let x = slice::<T>(x, layout)?;
            each_window(x, (images, height, width), &mut y, |y, window, at| y[at] = window.1);
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, out.into()))
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        let ((images, height, width), _) = sizes(x.dims())?;
        with_element!(x.dtype(), T => {
            let dx = with_slice::<T, _>(x, |x| with_slice::<T, _>(dy, |dy| {
                let mut dx = vec![T::zero_value(); images * height * width];
                gradient(x, (images, height, width), dy, &mut dx);
                dx
            }))??;
            Ok(Some(Tensor::from_vec(dx, x.shape(), x.device())?))
        })
    }
}

/// The position (within the image) and value of the first maximum of a window; NaN wins, so that it is seen.
#[inline]
fn first_maximum<T: Element>(image: &[T], width: usize, i: usize, j: usize) -> (usize, T) {
    let start = 2 * i * width + 2 * j;
    let mut best = (start, image[start]);
    for at in [start + 1, start + width, start + width + 1] {
        let value = image[at];
        #[allow(clippy::neg_cmp_op_on_partial_ord, clippy::eq_op, reason = "a comparison with NaN is false both ways")]
        if value > best.1 || (value != value && best.1 == best.1) {
            best = (at, value);
        }
    }
    best
}

fn each_window<T: Element>(
    x: &[T],
    (images, height, width): (usize, usize, usize),
    y: &mut [T],
    write: impl Fn(&mut [T], (usize, T), usize) + Sync,
) {
    let (h, w) = (height / 2, width / 2);
    if images == 0 || h * w == 0 {
        return;
    }
    x.par_chunks(height * width).zip(y.par_chunks_mut(h * w)).with_min_len(16).for_each(|(image, y)| {
        for i in 0..h {
            for j in 0..w {
                write(y, first_maximum(image, width, i, j), i * w + j);
            }
        }
    });
}

fn gradient<T: Element>(x: &[T], (images, height, width): (usize, usize, usize), dy: &[T], dx: &mut [T]) {
    let (h, w) = (height / 2, width / 2);
    if images == 0 || h * w == 0 {
        return;
    }
    let all = x.par_chunks(height * width).zip(dy.par_chunks(h * w)).zip(dx.par_chunks_mut(height * width));
    all.with_min_len(16).for_each(|((image, dy), dx)| {
        for i in 0..h {
            for j in 0..w {
                dx[first_maximum(image, width, i, j).0] += dy[i * w + j];
            }
        }
    });
}
