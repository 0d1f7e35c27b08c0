//! The two number types that the kernels run in: f32 for work, f64 so that gradients can be tested.

use candle_core::{CpuStorage, FloatDType, Layout, Result, Tensor, bail};

use super::elementary;
use super::lanes::Lanes;

/// A number type of the kernels.
pub trait Element: FloatDType + Lanes + gemm_element::Gemm {
    /// √x.
    fn sqrt(self) -> Self;
    /// eˣ for x ≤ 0.
    fn exp(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// The error function.
    fn erf(self) -> Self;
    /// The numbers of a storage, to be changed.
    fn slice_mut(storage: &mut CpuStorage) -> Result<&mut [Self]>;

    /// 0.
    fn zero_value() -> Self {
        Self::from_f64(0.0)
    }
}

mod gemm_element {
    /// Types for which the matrix product exists.
    pub trait Gemm {}
    impl Gemm for f32 {}
    impl Gemm for f64 {}
}

macro_rules! element {
    ($t:ty, $variant:ident, $exp:path, $tanh:path, $erf:path) => {
        #[allow(clippy::inline_always, reason = "kernels inline them to compile them for their instruction set")]
        impl Element for $t {
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                $exp(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                $tanh(self)
            }
            #[inline(always)]
            fn erf(self) -> Self {
                $erf(self)
            }
            fn slice_mut(storage: &mut CpuStorage) -> Result<&mut [Self]> {
                match storage {
                    CpuStorage::$variant(values) => Ok(values),
                    _ => bail!(concat!("expected numbers of type ", stringify!($t))),
                }
            }
        }
    };
}
element!(f32, F32, elementary::exp, elementary::tanh, elementary::erf);
element!(f64, F64, f64::exp, f64::tanh, candle_core::cpu::erf::erf_f64);

/// The numbers of a contiguous part of a storage.
pub(super) fn slice<'a, T: Element>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let Some((start, end)) = layout.contiguous_offsets() else { bail!("the operation needs a contiguous tensor") };
    Ok(&T::cpu_storage_as_slice(storage)?[start..end])
}

/// Runs `read` on the numbers of a contiguous CPU tensor, without a copy.
pub(super) fn with_slice<T: Element, R>(tensor: &Tensor, read: impl FnOnce(&[T]) -> R) -> Result<R> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        candle_core::Storage::Cpu(storage) => Ok(read(slice(storage, layout)?)),
        _ => bail!("the native backend runs on the CPU only"),
    }
}

/// Calls `$body` with `$T` bound to the number type of `$dtype`.
macro_rules! with_element {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            candle_core::DType::F32 => {
                type $T = f32;
                $body
            }
            candle_core::DType::F64 => {
                type $T = f64;
                $body
            }
            other => candle_core::bail!("no kernel for numbers of type {other:?}"),
        }
    };
}
pub(super) use with_element;

/// Runs `$body` compiled for the best instruction set of this processor. A closure given to pulp's dispatch is compiled for it
/// only where the compiler chooses to inline it, which it does not do with long ones; this function is always inlined.
macro_rules! vectorised {
    (<$life:lifetime $(, $element:ident)?> ($($name:ident : $type:ty),* $(,)?) -> $result:ty { $($body:tt)* }) => {{
        struct Work<$life $(, $element)?> { $($name: $type),* }
        impl<$life $(, $element: Element)?> pulp::WithSimd for Work<$life $(, $element)?> {
            type Output = $result;
            #[inline(always)]
            #[allow(clippy::inline_always, reason = "pulp asks for it")]
            fn with_simd<S: pulp::Simd>(self, _: S) -> $result {
                let Self { $($name),* } = self;
                $($body)*
            }
        }
        pulp::Arch::new().dispatch(Work { $($name),* })
    }};
}
pub(super) use vectorised;
