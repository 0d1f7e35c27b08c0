//! Gradients of tables of vectors, of which a step sees some rows only.

use std::sync::Arc;

use candle_core::{Result, Tensor};

use super::Element;
use super::norm::sum_of_squares;

/// The rows of a table that have a gradient.
#[derive(Clone, Debug)]
pub struct TableRows {
    /// The table's index among the parameters of the optimiser; it is `[K, rows, width]`.
    pub parameter: usize,
    /// Which rows, of each member, ascending. Their gradients stand one after another, `[rows of all members, width]`.
    pub ids: Vec<Arc<Vec<u32>>>,
}

impl TableRows {
    /// Whether a gradient holds these rows of a table of such a shape.
    pub(super) fn fits(&self, gradient: &[usize], shape: &[usize]) -> bool {
        let (&[count, wide], &[members, rows, width]) = (gradient, shape) else { return false };
        let are_there = |ids: &Arc<Vec<u32>>| ids.last().is_none_or(|last| (*last as usize) < rows);
        let all: usize = self.ids.iter().map(|ids| ids.len()).sum();
        members == self.ids.len() && (all, width) == (count, wide) && self.ids.iter().all(are_there)
    }

    /// The gradient of each member, of all of their gradients.
    pub(crate) fn each<'a, T>(&'a self, gradient: &'a [T]) -> impl Iterator<Item = (&'a [u32], &'a [T])> {
        let all: usize = self.ids.iter().map(|ids| ids.len()).sum();
        let width = gradient.len() / all.max(1);
        self.ids.iter().scan(0, move |start, ids| {
            let own = &gradient[*start * width..(*start + ids.len()) * width];
            *start += ids.len();
            Some((ids.as_slice(), own))
        })
    }

    pub(super) fn squares<T: Element>(&self, gradient: &[T]) -> Vec<f64> {
        self.each(gradient).map(|(_, own)| sum_of_squares(own)).collect()
    }

    /// The gradient of the whole table, `[K, rows, width]`.
    pub(super) fn whole(&self, gradient: &Tensor, shape: &[usize]) -> Result<Tensor> {
        let &[members, rows, width] = shape else { candle_core::bail!("{shape:?} is no table") };
        let index: Vec<u32> =
            (0..members).flat_map(|k| self.ids[k].iter().map(move |id| (k * rows) as u32 + id)).collect();
        let index = Tensor::from_vec(index, gradient.dim(0)?, gradient.device())?;
        let zeros = Tensor::zeros((members * rows, width), gradient.dtype(), gradient.device())?;
        zeros.index_add(&index, &gradient.detach(), 0)?.reshape(shape)
    }
}
