//! The tensors of a model and its layers, by name.

use std::collections::HashMap;
use std::f64::consts::TAU;
use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor, Var};

use crate::rng::Key;

/// One trainable tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSpec {
    /// `0.weight`.
    pub name: String,
    /// Shape of one member's, as in PyTorch: `[out, in]`, `[out, in, 3, 3]` or `[out]`.
    pub shape: Vec<usize>,
    /// What it holds before training.
    pub initial: Initial,
    /// Whether weight decay applies (biases and norms are exempt).
    pub decays: bool,
    /// Whether it keeps what it holds.
    pub frozen: bool,
}

/// What a tensor holds before training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// Uniform between minus this and this.
    Uniform(f64),
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
    /// This number.
    Constant(f64),
}

impl ParameterSpec {
    /// One that is trained.
    pub fn new(name: String, shape: Vec<usize>, initial: Initial, decays: bool) -> Self {
        Self { name, shape, initial, decays, frozen: false }
    }

    /// The weights of a dense layer or a convolution, `[out, in, …]`, and its biases: uniform in ±1/√fan-in, PyTorch's default for both.
    pub fn pair(name: &str, shape: Vec<usize>) -> [Self; 2] {
        let fan_in: usize = shape[1..].iter().product();
        let initial = Initial::Uniform(1.0 / (fan_in.max(1) as f64).sqrt());
        let bias = Self::new(format!("{name}.bias"), vec![shape[0]], initial, false);
        [Self::new(format!("{name}.weight"), shape, initial, true), bias]
    }

    /// The seeded numbers of a member for each of `seeds`, one after another. Equal seeds give equal members.
    pub fn drawn(&self, seeds: &[u64]) -> Vec<f32> {
        let len = self.len() as u64;
        let mut values = Vec::with_capacity(self.len() * seeds.len());
        for seed in seeds {
            let key = Key::new(*seed).named("initial weights").named(&self.name);
            values.extend((0..len).map(|i| self.initial.draw(key, i)));
        }
        values
    }

    /// Numbers of one member's.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has no numbers.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Initial {
    /// Number `i` of a stream.
    fn draw(self, key: Key, i: u64) -> f32 {
        match self {
            Self::Uniform(bound) => ((2.0 * key.uniform(i) - 1.0) * bound) as f32,
            Self::Normal(deviation) => {
                // Box & Muller 1958; 1 − u is never 0.
                let radius = (-2.0 * (1.0 - key.uniform(2 * i)).ln()).sqrt();
                (deviation * radius * (TAU * key.uniform(2 * i + 1)).cos()) as f32
            }
            Self::Constant(number) => number as f32,
        }
    }
}

/// An inner layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerLayer {
    /// Its name among the parameters: `0` of `0.weight`.
    pub name: String,
    /// Shape of its output of one row: `[units]` or `[channels, height, width]`.
    pub shape: Vec<usize>,
}

/// What a model begins with that was trained before: the numbers of some of its tensors by name.
#[derive(Clone)]
pub struct Pretrained {
    tensors: Arc<HashMap<String, Vec<f32>>>,
    /// Tells it from others.
    pub digest: String,
}

impl Pretrained {
    /// Tensors by name, with what tells them from others.
    pub fn new(tensors: HashMap<String, Vec<f32>>, digest: String) -> Self {
        Self { tensors: Arc::new(tensors), digest }
    }

    /// The numbers of a tensor, where they are there.
    pub fn get(&self, spec: &ParameterSpec) -> Option<&[f32]> {
        self.tensors.get(&spec.name).map(Vec::as_slice).filter(|values| values.len() == spec.len())
    }
}

impl PartialEq for Pretrained {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl std::fmt::Debug for Pretrained {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tensors of {}", self.tensors.len(), self.digest)
    }
}

/// Tensors `[K, …]` of members, one for each of `seeds`: those that were trained before as they are, the others drawn.
pub(super) fn seeded(
    specs: &[ParameterSpec],
    pretrained: Option<&Pretrained>,
    seeds: &[u64],
    dtype: DType,
    device: &Device,
) -> Result<Vec<Var>> {
    let variable = |spec: &ParameterSpec| {
        let values = match pretrained.and_then(|pretrained| pretrained.get(spec)) {
            Some(values) => values.repeat(seeds.len()),
            None => spec.drawn(seeds),
        };
        let shape: Vec<usize> = [seeds.len()].into_iter().chain(spec.shape.iter().copied()).collect();
        Var::from_tensor(&Tensor::from_vec(values, shape, device)?.to_dtype(dtype)?)
    };
    specs.iter().map(variable).collect()
}

/// Variables of their own with the numbers of `tensors`, each `[K, …]`, in the order of `specs`.
///
/// # Errors
/// When a tensor is missing or of another shape.
pub(super) fn as_variables(specs: &[ParameterSpec], tensors: Vec<Tensor>) -> Result<Vec<Var>> {
    let members = tensors.first().map_or(Ok(0), |first| first.dim(0))?;
    if tensors.len() != specs.len() {
        candle_core::bail!("{} tensors for {} parameters", tensors.len(), specs.len())
    }
    let variables = specs.iter().zip(tensors).map(|(spec, tensor)| {
        if tensor.dims()[1..] != spec.shape || tensor.dim(0)? != members {
            candle_core::bail!("`{}` is {:?}, not [{members}, {:?}]", spec.name, tensor.dims(), spec.shape)
        }
        // A copy of its own, and one copy only: a variable as it is would be shared.
        Var::from_tensor(&tensor.detach())
    });
    variables.collect()
}
