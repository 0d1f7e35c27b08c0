//! A population of networks of one architecture: parameters `[K, …]` and the forward pass.

use candle_core::{DType, Device, Result, Tensor, Var};

use super::network::tensor;
use super::parameter::{as_variables, seeded};
use super::{FusedStep, Layer, ModelSpec, Network, Normalisation, Output, Plan, Trainer};
use crate::data::Inputs;
use crate::ops::{Activation, Backend, conv3x3, dense, dropout, max_pool2, reshape};
use crate::rng::Key;

/// K networks that share an architecture.
#[derive(Clone, Debug)]
pub struct Population {
    spec: ModelSpec,
    parameters: Vec<Var>,
}

impl Population {
    /// Members with these weights, each `[K, …]`, in the order of [`Plan::parameters`].
    pub(super) fn new(spec: ModelSpec, parameters: Vec<Var>) -> Self {
        Self { spec, parameters }
    }

    /// Members with seeded initial weights, one for each of `seeds`: uniform in ±1/√fan-in, PyTorch's default for both
    /// layer kinds. Equal seeds give equal members.
    ///
    /// # Errors
    /// When memory cannot be had.
    pub fn seeded(
        plan: Plan,
        normalisation: Normalisation,
        seeds: &[u64],
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        let parameters = seeded(&plan.parameters(), None, seeds, dtype, device)?;
        Ok(Self { spec: ModelSpec::new(plan, normalisation.into()), parameters })
    }

    /// Members with given weights, each `[K, …]`, in the order of [`Plan::parameters`].
    ///
    /// # Errors
    /// When a tensor is missing or of another shape.
    pub fn from_parameters(plan: Plan, normalisation: Normalisation, parameters: Vec<Tensor>) -> Result<Self> {
        let parameters = as_variables(&plan.parameters(), parameters)?;
        Ok(Self { spec: ModelSpec::new(plan, normalisation.into()), parameters })
    }
}

impl Network for Population {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    fn parameters(&self) -> &[Var] {
        &self.parameters
    }

    fn with_parameters(&self, parameters: Vec<Tensor>) -> Result<Box<dyn Network>> {
        let parameters = as_variables(&self.spec.parameters(), parameters)?;
        Ok(Box::new(Self { spec: self.spec.clone(), parameters }))
    }

    fn fused(&self) -> Option<Box<dyn FusedStep>> {
        Some(Box::new(Trainer::new(&self.spec, &self.parameters)?))
    }

    fn pass(
        &self,
        parameters: &[Tensor],
        inputs: &[&Inputs],
        training: Option<&[Key]>,
        taps: &[&str],
        backend: Backend,
    ) -> Result<Output> {
        let device = parameters.first().map_or(&Device::Cpu, |first| first.device());
        let dtype = parameters.first().map_or(DType::F32, Tensor::dtype);
        self.pass_of(parameters, &tensor(inputs, device)?.to_dtype(dtype)?, training, taps, backend)
    }
}

impl Population {
    /// The pass of training of inputs that are tensors already, `[S, batch, …]`.
    ///
    /// # Errors
    /// When the inputs do not fit.
    pub fn forward(&self, x: &Tensor, keys: &[Key], taps: &[&str], backend: Backend) -> Result<Output> {
        let parameters: Vec<Tensor> = self.parameters.iter().map(|parameter| parameter.as_tensor().clone()).collect();
        self.pass_of(&parameters, x, Some(keys), taps, backend)
    }

    /// The logits `[K, batch, classes]` of the same, with no dropout and nothing recorded.
    ///
    /// # Errors
    /// When the inputs do not fit.
    pub fn logits(&self, x: &Tensor) -> Result<Tensor> {
        let parameters: Vec<Tensor> = self.parameters.iter().map(Var::as_detached_tensor).collect();
        Ok(self.pass_of(&parameters, x, None, &[], Backend::of(x.device()))?.logits)
    }

    fn pass_of(
        &self,
        parameters: &[Tensor],
        x: &Tensor,
        dropout_keys: Option<&[Key]>,
        taps: &[&str],
        backend: Backend,
    ) -> Result<Output> {
        let layers = self.spec.plan.layers();
        let Some(normalisation) = self.spec.reads.normalisation() else {
            candle_core::bail!("{} reads texts, not numbers", self.spec.name())
        };
        let mut x = normalisation.apply(x)?;
        let mut tapped: Vec<Option<Tensor>> = vec![None; taps.len()];
        let mut parameters = parameters.iter();
        let mut pair = || match (parameters.next(), parameters.next()) {
            (Some(weight), Some(bias)) => Ok((weight, bias)),
            _ => candle_core::bail!("a layer has no parameters"),
        };
        let mut pooled = None;
        for (index, layer) in layers.iter().enumerate() {
            let mut reached = None;
            match layer {
                Layer::Conv { name, .. } => {
                    let (weight, bias) = pair()?;
                    x = conv3x3(&x, weight, bias, Activation::Relu, backend)?;
                    pooled = Some(name);
                }
                Layer::Pool => {
                    x = max_pool2(&x, backend)?;
                    reached = pooled.take();
                }
                Layer::Flatten => {
                    let shape = [&x.dims()[..2], &[x.dims()[2..].iter().product()]].concat();
                    x = reshape(&x, shape)?;
                }
                Layer::Dense { name, relu, .. } => {
                    let (weight, bias) = pair()?;
                    let activation = if *relu { Activation::Relu } else { Activation::None };
                    x = dense(&x, weight, bias, activation, backend)?;
                    reached = Some(name);
                }
                Layer::Dropout { rate } => {
                    if let Some(keys) = dropout_keys {
                        let keys: Vec<Key> = keys.iter().map(|key| key.at(index as u64)).collect();
                        x = dropout(&x, *rate, &keys)?;
                    }
                }
            }
            for (wanted, tap) in taps.iter().zip(&mut tapped) {
                if reached.is_some_and(|name| name == wanted) {
                    *tap = Some(x.clone());
                }
            }
        }
        Output::new(x, tapped, Vec::new())
    }
}
