//! Dropout with masks that depend on a key alone.

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::buffer::unwritten;
use super::element::{slice, vectorised, with_element, with_slice};
use super::packed::{check_tokens, cut};
use super::tape::{apply1, through};
use super::{Backend, Element, Spans};
use crate::rng::Key;

/// Sets a share `rate` of the numbers to 0 and scales the others by 1 / (1 − rate).
///
/// `x` is `[K, batch, units]`; member `k` draws from `keys[k]`, so members with equal keys drop the same units.
///
/// # Errors
/// When `keys` does not name one key a member.
pub fn dropout(x: &Tensor, rate: f64, keys: &[Key]) -> Result<Tensor> {
    let (members, batch, units) = x.dims3()?;
    if keys.len() != members {
        candle_core::bail!("{} keys for {members} members", keys.len())
    }
    let mask = with_element!(x.dtype(), T => {
        let kept = <T as candle_core::WithDType>::from_f64(1.0 / (1.0 - rate));
        let zero = T::zero_value();
        let mut mask = Vec::with_capacity(members * batch * units);
        for key in keys {
            mask.extend((0..(batch * units) as u64).map(|i| if key.uniform(i) < rate { zero } else { kept }));
        }
        Tensor::from_vec(mask, (members, batch, units), x.device())?
    });
    through(&[x], |x| x[0].mul(&mask))
}

/// The same on packed rows: `x` is `[tokens, width]` with rows where `spans` says. Whether number i of a member's own run is
/// dropped depends on its key and on i alone.
///
/// Chances are whole numbers of 2⁻¹⁶: four of them come out of each random number.
///
/// # Errors
/// When `x` does not hold the tokens of `spans`, or `keys` does not name one key a member.
pub fn packed_dropout(x: &Tensor, rate: f64, keys: &[Key], spans: &Spans, backend: Backend) -> Result<Tensor> {
    let width = check_tokens(x.dims(), spans)?;
    if keys.len() != spans.members() {
        candle_core::bail!("{} keys for {} members", keys.len(), spans.members())
    }
    let chance = Chance::new(rate);
    let blocks = (0..keys.len()).flat_map(|k| {
        let count = spans.of_member(k).len() * width;
        (0..count.div_ceil(BLOCK)).map(move |i| (keys[k], i, BLOCK.min(count - i * BLOCK)))
    });
    let op = Packed { chance, blocks: blocks.collect() };
    match backend {
        Backend::Native => apply1(x, op),
        Backend::Candle => with_element!(x.dtype(), T => {
            let mask = op.masked(&vec![<T as candle_core::WithDType>::from_f64(1.0); x.elem_count()]);
            x.mul(&Tensor::from_vec(mask, x.shape(), x.device())?)
        }),
    }
}

/// How often a number is dropped, and what the others are multiplied by.
#[derive(Clone, Copy)]
pub(super) struct Chance {
    /// Of 65,536.
    dropped: u64,
    scale: f64,
}

impl Chance {
    pub fn new(rate: f64) -> Self {
        Self { dropped: (rate * 65_536.0).round() as u64, scale: 1.0 / (1.0 - rate) }
    }

    /// Multiplies numbers, at most four `quarter`s of them, by 0 or by the scale. Number i goes by the (i / quarter)th 16 bits
    /// of random number `first + i mod quarter`: whole stretches go by the same bits, which makes vector instructions of it.
    pub fn apply<T: Element>(self, key: Key, first: u64, quarter: usize, values: &mut [T], draws: &mut Vec<u64>) {
        draws.clear();
        draws.resize(quarter.min(values.len()), 0);
        let (chance, draws) = (self, draws.as_mut_slice());
        vectorised!(<'a, T> (
            chance: Chance,
            key: Key,
            first: u64,
            quarter: usize,
            values: &'a mut [T],
            draws: &'a mut [u64],
        ) -> () {
            let (zero, scale) = (T::zero_value(), T::from_f64(chance.scale));
            for (draw, i) in draws.iter_mut().zip(first..) {
                *draw = key.bits(i);
            }
            for (values, shift) in values.chunks_mut(quarter).zip([0, 16, 32, 48]) {
                for (value, draw) in values.iter_mut().zip(draws.iter()) {
                    // Multiplied, so that NaN stays NaN.
                    *value *= if (draw >> shift) & 0xFFFF < chance.dropped { zero } else { scale };
                }
            }
        });
    }
}

/// Numbers that are drawn for together. It is part of the definition of the mask.
const BLOCK: usize = 4 * QUARTER;
const QUARTER: usize = 1024;

struct Packed {
    chance: Chance,
    /// Key, number within the member's run and length of each block.
    blocks: Vec<(Key, usize, usize)>,
}

impl Packed {
    /// Input or gradient under the mask, which is drawn again each time.
    fn masked<T: Element>(&self, x: &[T]) -> Vec<T> {
        let mut y = unwritten(x.len());
        let parts = cut(&mut y, self.blocks.iter().map(|block| block.2)).into_par_iter();
        let sources: Vec<&[T]> = self
            .blocks
            .iter()
            .scan(0, |start, block| {
                let source = &x[*start..][..block.2];
                *start += block.2;
                Some(source)
            })
            .collect();
        parts.zip(sources).zip(&self.blocks).for_each_init(Vec::new, |draws, ((y, x), (key, block, _))| {
            y.copy_from_slice(x);
            self.chance.apply(*key, (block * QUARTER) as u64, QUARTER, y, draws);
        });
        y
    }
}

impl CustomOp1 for Packed {
    fn name(&self) -> &'static str {
        "packed-dropout"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let storage = with_element!(x.dtype(), T => {
            <T as candle_core::WithDType>::to_cpu_storage_owned(self.masked(slice::<T>(x, layout)?))
        });
        Ok((storage, layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, dy: &Tensor) -> Result<Option<Tensor>> {
        with_element!(x.dtype(), T => {
            let dx = with_slice::<T, _>(dy, |dy| self.masked(dy))?;
            Ok(Some(Tensor::from_vec(dx, x.shape(), x.device())?))
        })
    }
}
