//! Rows of a table by their numbers, as an embedding layer reads them, with the gradient of the table.

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::buffer::unwritten;
use super::element::{slice, with_element, with_slice};
use super::sums::add;
use super::tape::apply1;
use super::{Backend, Element};

/// Row `index[i]` of `table` as row i of the result: `[R, d]` to `[N, d]`. In the gradient rows that were read more than once
/// are added up in the order of the result.
///
/// # Errors
/// When the table has no such row.
pub fn rows(table: &Tensor, index: &[u32], backend: Backend) -> Result<Tensor> {
    let (count, _) = table.dims2()?;
    if let Some(row) = index.iter().find(|row| **row as usize >= count) {
        candle_core::bail!("a table of {count} rows has no row {row}")
    }
    match backend {
        Backend::Native => apply1(table, Rows { index: index.to_vec() }),
        Backend::Candle => table.index_select(&Tensor::new(index, table.device())?, 0),
    }
}

/// Rows of result or table that one thread takes at a time.
const BLOCK: usize = 64;

struct Rows {
    index: Vec<u32>,
}

impl CustomOp1 for Rows {
    fn name(&self) -> &'static str {
        "rows"
    }

    fn cpu_fwd(&self, table: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, width) = layout.shape().dims2()?;
        let storage = with_element!(table.dtype(), T => {
            let table = slice::<T>(table, layout)?;
            let mut y = unwritten(self.index.len() * width);
            y.par_chunks_mut((BLOCK * width).max(1)).zip(self.index.par_chunks(BLOCK)).for_each(|(y, index)| {
                for (y, row) in y.chunks_exact_mut(width).zip(index) {
                    y.copy_from_slice(&table[*row as usize * width..][..width]);
                }
            });
            <T as candle_core::WithDType>::to_cpu_storage_owned(y)
        });
        Ok((storage, (self.index.len(), width).into()))
    }

    fn bwd(&self, table: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        with_element!(table.dtype(), T => {
            let gradient = with_slice::<T, _>(dy, |dy| backward(&self.index, table.dims(), dy))?;
            Ok(Some(Tensor::from_vec(gradient, table.shape(), table.device())?))
        })
    }
}

fn backward<T: Element>(index: &[u32], table: &[usize], dy: &[T]) -> Vec<T> {
    let mut gradient = vec![T::zero_value(); table.iter().product()];
    let width = table[1];
    // Row of the table above, place in the result below: equal rows stand together, in the order of the result.
    let mut places: Vec<u64> = index.iter().zip(0..).map(|(row, place)| u64::from(*row) << 32 | place).collect();
    places.sort_unstable();
    gradient.par_chunks_mut((BLOCK * width).max(1)).enumerate().for_each(|(block, gradient)| {
        let first = (block * BLOCK) as u64;
        let from = places.partition_point(|place| place >> 32 < first);
        for place in places[from..].iter().take_while(|place| *place >> 32 < first + BLOCK as u64) {
            let (row, place) = ((place >> 32) - first, (place & u64::from(u32::MAX)) as usize);
            add(&mut gradient[row as usize * width..][..width], &dy[place * width..][..width]);
        }
    });
    gradient
}
