//! Dropout with masks that depend on a key alone.

use candle_core::{Result, Tensor};

use super::Element;
use super::element::with_element;
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
    x.mul(&mask)
}
