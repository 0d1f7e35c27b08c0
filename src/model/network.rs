//! What every kind of network can do, so that nothing that trains or asks one names its kind.

use std::sync::Arc;

use candle_core::{Device, Result, Tensor, Var};

use super::calls::called;
use super::parameter::{InnerLayer, ParameterSpec, Pretrained};
use super::text::{BertPlan, TextPlan};
use super::{Encoder, Plan};
use crate::data::Inputs;
use crate::ops::{Backend, FusedOptimiser, MemberRate};
use crate::recipe::Architecture;
use crate::rng::Key;

/// K networks of one kind that share an architecture: parameters `[K, …]` and the way from raw inputs to logits.
pub trait Network: Send + Sync {
    /// What it is, without its weights.
    fn spec(&self) -> &ModelSpec;

    /// The trainable tensors `[K, …]`, in the order of [`ModelSpec::parameters`].
    fn parameters(&self) -> &[Var];

    /// The inner layers whose outputs can be had, from the input to the logits.
    fn layers(&self) -> Vec<InnerLayer> {
        self.spec().layers()
    }

    /// The way from raw inputs to logits, with given parameters. There are S `inputs`, S dividing K, and member k reads input
    /// ⌊k · S / K⌋: one for all, one for each equal block of members, or one each. In training there is a key a member for what is
    /// drawn at random. `taps` are layers by name whose outputs are wanted too.
    ///
    /// # Errors
    /// When the inputs do not fit, or there is no such layer.
    fn pass(
        &self,
        parameters: &[Tensor],
        inputs: &[&Inputs],
        training: Option<&[Key]>,
        taps: &[&str],
        backend: Backend,
    ) -> Result<Output>;

    /// What each layer that may answer says of inputs, the last layer at the end, each `[K, batch, classes]`. Nothing is dropped, whether
    /// it is recorded or not.
    ///
    /// # Errors
    /// When the inputs do not fit, or no layer but the last answers.
    fn exits(&self, _parameters: &[Tensor], _inputs: &[&Inputs], _backend: Backend) -> Result<Vec<Tensor>> {
        candle_core::bail!("{} answers once", self.spec().name())
    }

    /// The logits `[K, batch, classes]` where layers of another network stand in for some of its own; see [`Network::pass`].
    ///
    /// # Errors
    /// When the two do not fit each other.
    fn mixed(
        &self,
        _parameters: &[Tensor],
        _inputs: &[&Inputs],
        _training: Option<&[Key]>,
        _mixture: &Mixture<'_>,
        _backend: Backend,
    ) -> Result<Tensor> {
        candle_core::bail!("{} has no layers to be replaced", self.spec().name())
    }

    /// How much each token of a text speaks for a member's answer, with nothing dropped.
    ///
    /// # Errors
    /// When there is no such member, or the inputs are not one text.
    fn gradient_times_input(&self, _member: usize, _text: &Inputs, _backend: Backend) -> Result<GradientTimesInput> {
        candle_core::bail!("{} reads no tokens", self.spec().name())
    }

    /// The same kind of network with other parameters, of any number of members.
    ///
    /// # Errors
    /// When a tensor is missing or of another shape.
    fn with_parameters(&self, parameters: Vec<Tensor>) -> Result<Box<dyn Network>>;

    /// A training step that does without autograd, where there is one for this device.
    fn fused(&self) -> Option<Box<dyn FusedStep>> {
        None
    }
}

/// Layers of another network that stand in for some of one's own.
#[derive(Clone, Copy)]
pub struct Mixture<'a> {
    /// One network that has a multiple of the layers.
    pub of: &'a dyn Network,
    /// For each member and each of its layers: whether those of the other stand in for it.
    pub keeps: &'a [Vec<bool>],
}

/// How much each token of a text speaks for an answer, to first order.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientTimesInput {
    /// The answer: the class with the largest logit, at the exit that answers.
    pub class: usize,
    /// For each token the gradient of that class's logit by the token's vector, times that vector, summed over its width. The vector is
    /// the one of its word, before positions, kinds and the norm are applied to it.
    pub tokens: Vec<f32>,
}

/// A training step in one piece: what the pass, `backward` and the optimiser do, faster.
pub trait FusedStep: Send + Sync {
    /// The logits `[K, batch, classes]` of training; what the gradient needs is kept. Inputs and keys are as for [`Network::pass`].
    ///
    /// # Errors
    /// When the inputs do not fit.
    fn forward(&mut self, parameters: &[Var], inputs: &[&Inputs], keys: &[Key]) -> Result<Tensor>;

    /// The update from the `gradient` by those logits; `rates` are one a member.
    ///
    /// # Errors
    /// When the gradient or the optimiser is not for this population and batch.
    fn backward(&mut self, optimiser: &mut FusedOptimiser, gradient: &Tensor, rates: &[MemberRate]) -> Result<()>;
}

/// What a pass gives.
#[derive(Clone, Debug)]
pub struct Output {
    /// `[K, batch, classes]`.
    pub logits: Tensor,
    /// The outputs of the layers that were asked for, `[K, batch, …]`, in the order of asking.
    pub taps: Vec<Tensor>,
    /// Of a pass of training: the tables of which it used some rows only.
    pub rows: Vec<UsedRows>,
}

impl Output {
    /// What a pass gives that was asked for these layers.
    ///
    /// # Errors
    /// When there is no such layer.
    pub(super) fn new(logits: Tensor, tapped: Vec<Option<Tensor>>, rows: Vec<UsedRows>) -> Result<Self> {
        let there = |tap: Option<Tensor>| tap.ok_or_else(|| candle_core::Error::msg("there is no such layer to tap"));
        Ok(Self { logits, taps: tapped.into_iter().map(there).collect::<Result<_>>()?, rows })
    }
}

/// The rows of a table that a pass used. The gradient is by these, not by the table.
#[derive(Clone, Debug)]
pub struct UsedRows {
    /// The table's index among the parameters.
    pub parameter: usize,
    /// Which rows of each member, ascending.
    pub ids: Vec<Arc<Vec<u32>>>,
    /// These rows, members one after another, `[rows of all, width]`: the leaf of the gradient.
    pub values: Var,
}

/// What a network is without its weights: all that a model file says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSpec {
    /// Its layers.
    pub plan: Plan,
    /// How it reads raw inputs.
    pub reads: Encoder,
    /// What it begins with, where it was trained before.
    pub pretrained: Option<Pretrained>,
}

impl ModelSpec {
    /// A model that begins with random weights.
    pub fn new(plan: Plan, reads: Encoder) -> Self {
        Self { plan, reads, pretrained: None }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.plan.classes
    }

    /// What people call it: `MLP 64–64`.
    pub fn name(&self) -> String {
        match (&self.plan.architecture, self.plan.text()) {
            // What a folder is called says less.
            (Architecture::Bert { .. } | Architecture::OfTeacher { .. }, Some(TextPlan::Bert(bert))) => {
                let exits = if bert.exits.is_some() { " + exits" } else { "" };
                format!("BERT {} × {}{exits}", bert.layers, bert.width)
            }
            (architecture, _) => architecture.to_string(),
        }
    }

    /// The trainable tensors of one member.
    pub fn parameters(&self) -> Vec<ParameterSpec> {
        self.plan.parameters()
    }

    /// The indices of those that are not frozen.
    pub fn trained(&self) -> Vec<usize> {
        let all = self.parameters();
        (0..all.len()).filter(|index| !all[*index].frozen).collect()
    }

    /// Its inner layers, from the input to the logits.
    pub fn layers(&self) -> Vec<InnerLayer> {
        self.plan.inner_layers()
    }

    /// The plan of a model of BERT's shape.
    pub fn bert(&self) -> Option<&BertPlan> {
        match self.plan.text()? {
            TextPlan::Bert(plan) => Some(plan),
            TextPlan::TextCnn { .. } | TextPlan::BiLstm { .. } => None,
        }
    }
}

impl dyn Network + '_ {
    /// K.
    pub fn members(&self) -> usize {
        self.parameters().first().and_then(|first| first.dim(0).ok()).unwrap_or(0)
    }

    /// Where its parameters are.
    pub fn device(&self) -> Device {
        self.parameters().first().map_or(Device::Cpu, |first| first.device().clone())
    }

    /// The pass of training: recorded for the gradient.
    ///
    /// # Errors
    /// As of [`Network::pass`].
    pub fn forward(&self, inputs: &[&Inputs], keys: &[Key], taps: &[&str], backend: Backend) -> Result<Output> {
        called();
        let trained: Vec<usize> = self.spec().trained();
        self.pass(&self.recorded(&trained), inputs, Some(keys), taps, backend)
    }

    /// Its parameters, of which some are recorded for the gradient.
    pub fn recorded(&self, trained: &[usize]) -> Vec<Tensor> {
        let recorded = |(index, parameter): (usize, &Var)| {
            if trained.contains(&index) { parameter.as_tensor().clone() } else { parameter.as_detached_tensor() }
        };
        self.parameters().iter().enumerate().map(recorded).collect()
    }

    /// The pass of evaluation: nothing is dropped, nothing recorded.
    ///
    /// # Errors
    /// As of [`Network::pass`].
    pub fn evaluate(&self, inputs: &[&Inputs], taps: &[&str]) -> Result<Output> {
        called();
        let parameters: Vec<Tensor> = self.parameters().iter().map(Var::as_detached_tensor).collect();
        self.pass(&parameters, inputs, None, taps, Backend::of(&self.device()))
    }

    /// What each layer that may answer says of raw inputs, as [`Network::exits`] has it, with nothing recorded.
    ///
    /// # Errors
    /// When the inputs do not fit, or no layer but the last answers.
    pub fn all_exits(&self, inputs: &[&Inputs]) -> Result<Vec<Tensor>> {
        called();
        self.exits(&self.recorded(&[]), inputs, Backend::of(&self.device()))
    }

    /// The logits `[K, batch, classes]` of raw inputs.
    ///
    /// # Errors
    /// When the inputs do not fit.
    pub fn logits(&self, inputs: &[&Inputs]) -> Result<Tensor> {
        Ok(self.evaluate(inputs, &[])?.logits)
    }

    /// The tensors of one member, detached copies without the population axis.
    ///
    /// # Errors
    /// When there is no such member.
    pub fn member(&self, member: usize) -> Result<Vec<Tensor>> {
        self.parameters().iter().map(|parameter| parameter.as_detached_tensor().get(member)?.copy()).collect()
    }

    /// Some of the members, in this order.
    ///
    /// # Errors
    /// When the device fails.
    pub fn select(&self, index: &Tensor) -> Result<Box<dyn Network>> {
        let select = |parameter: &Var| parameter.as_detached_tensor().index_select(index, 0);
        self.with_parameters(self.parameters().iter().map(select).collect::<Result<_>>()?)
    }
}

/// Raw inputs as a tensor: `[1, batch, …]` of one, `[S, batch, …]` of several.
///
/// # Errors
/// When the device fails.
pub fn tensor(inputs: &[&Inputs], device: &Device) -> Result<Tensor> {
    let Some(first) = inputs.first() else { candle_core::bail!("no inputs") };
    let mut shape = vec![inputs.len(), first.rows()];
    shape.extend(first.shape());
    let mut values = Vec::with_capacity(shape.iter().product());
    for inputs in inputs {
        values.extend_from_slice(inputs.values());
    }
    Tensor::from_vec(values, shape, device)
}
