//! The types of real numbers that model files hold, and how their bytes become f32.

use half::{bf16, f16};
use safetensors::tensor::Dtype;

/// A type of real numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Element {
    F16,
    BF16,
    F32,
    F64,
}

impl Element {
    pub fn of_safetensors(dtype: Dtype) -> Option<Self> {
        match dtype {
            Dtype::F16 => Some(Self::F16),
            Dtype::BF16 => Some(Self::BF16),
            Dtype::F32 => Some(Self::F32),
            Dtype::F64 => Some(Self::F64),
            _ => None,
        }
    }

    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Self::F16 | Self::BF16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// All numbers of `bytes` as f32; a remainder is left out. An f64 beyond the range of f32 becomes infinite.
    pub fn widen(self, bytes: &[u8], big_endian: bool) -> Vec<f32> {
        if self == Self::F32 && !big_endian {
            // Most files are of this kind, and large.
            return bytes.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)).collect();
        }
        bytes.chunks_exact(self.size()).map(|number| self.one(number, big_endian)).collect()
    }

    /// The number that starts `bytes`; 0 where there are too few bytes.
    pub fn one(self, bytes: &[u8], big_endian: bool) -> f32 {
        let mut little = [0_u8; 8];
        for (to, from) in little.iter_mut().zip(bytes.iter().take(self.size())) {
            *to = *from;
        }
        if big_endian {
            little[..self.size()].reverse();
        }
        let [a, b, c, d, ..] = little;
        match self {
            Self::F16 => f16::from_le_bytes([a, b]).to_f32(),
            Self::BF16 => bf16::from_le_bytes([a, b]).to_f32(),
            Self::F32 => f32::from_le_bytes([a, b, c, d]),
            Self::F64 => f64::from_le_bytes(little) as f32,
        }
    }
}
