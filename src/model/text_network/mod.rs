//! A population of models of texts: parameters `[K, …]`, and the way from texts to logits over a packed batch.

mod bert;
mod by_token;
mod exits;
mod mixed;
mod pass;

use std::borrow::Cow;
use std::sync::Arc;

use candle_core::{Result, Tensor, Var};

use super::network::{GradientTimesInput, Mixture, ModelSpec, Network, Output};
use super::parameter::as_variables;
use super::text::{BertPlan, TextEncoder, TextPlan};
use crate::data::{Inputs, Tokens};
use crate::ops::Backend;
use crate::rng::Key;
use bert::bert;
use exits::{at_all, at_speed};
use mixed::{Standing, mixed};
use pass::{Pass, joined};

/// K models of texts that share their layers.
pub struct TextNetwork {
    spec: ModelSpec,
    plan: TextPlan,
    encoder: Arc<TextEncoder>,
    parameters: Vec<Var>,
}

/// Tokens that are evaluated at a time, over all members, where one text does not have more: what bounds the memory. A text's logits do
/// not depend on it.
const TOKENS_AT_A_TIME: usize = 8192;

impl TextNetwork {
    /// Members with these weights, each `[K, …]`, in the order of the plan's parameters.
    ///
    /// # Errors
    /// When the model reads numbers, not texts.
    pub(super) fn new(spec: ModelSpec, parameters: Vec<Var>) -> Result<Self> {
        let (Some(plan), Some(encoder)) = (spec.plan.text().cloned(), spec.reads.text().cloned()) else {
            candle_core::bail!("{} does not read texts", spec.name())
        };
        Ok(Self { spec, plan, encoder, parameters })
    }

    /// The tokens of texts, or tokens that are there already.
    fn read<'a>(&self, inputs: &'a Inputs) -> Result<Cow<'a, Tokens>> {
        match inputs {
            Inputs::Text(texts) => Ok(Cow::Owned(self.encoder.encode(texts))),
            Inputs::Tokens(tokens) => Ok(Cow::Borrowed(tokens)),
            Inputs::Features { .. } | Inputs::Pixels { .. } => {
                candle_core::bail!("{} reads texts, not numbers", self.spec.name())
            }
        }
    }

    fn pass_of(
        &self,
        parameters: &[Tensor],
        inputs: &[&Tokens],
        training: Option<&[Key]>,
        taps: &[&str],
        backend: Backend,
    ) -> Result<Output> {
        let mut pass = Pass::new(parameters, inputs, training, taps, backend)?;
        let logits = match &self.plan {
            TextPlan::Bert(plan @ BertPlan { exits: Some(exits), .. }) if training.is_none() && taps.is_empty() => {
                at_speed(plan, &mut pass, exits.speed)?
            }
            _ => self.whole(&mut pass)?,
        };
        Output::new(logits, pass.tapped, pass.used)
    }

    /// What its last layer says, `[K, texts, classes]`.
    fn whole(&self, pass: &mut Pass<'_>) -> Result<Tensor> {
        match &self.plan {
            TextPlan::TextCnn { windows, dropout, .. } => pass.text_cnn(windows.len(), *dropout),
            TextPlan::BiLstm { dense, dropout, .. } => pass.bilstm(dense.len(), *dropout),
            TextPlan::Bert(plan) => bert(plan, pass),
        }
    }

    /// Does `work` on texts a part at a time, where they are many; each of the tensors that it gives is put together again.
    fn in_parts(&self, inputs: &[&Inputs], work: impl Fn(&[&Tokens]) -> Result<Vec<Tensor>>) -> Result<Vec<Tensor>> {
        let read = inputs.iter().map(|inputs| self.read(inputs)).collect::<Result<Vec<_>>>()?;
        let all: Vec<&Tokens> = read.iter().map(|tokens| &**tokens).collect();
        let members = self.parameters.first().map_or(Ok(1), |first| first.dim(0))?;
        let parts = parts(&all, (members / all.len().max(1)).max(1));
        if parts.len() < 2 {
            return work(&all);
        }
        let each = parts.into_iter().map(|part| {
            let rows: Vec<u32> = (part.start as u32..part.end as u32).collect();
            let some: Vec<Tokens> = all.iter().map(|tokens| tokens.gather(&rows)).collect();
            work(&some.iter().collect::<Vec<_>>())
        });
        let each = each.collect::<Result<Vec<_>>>()?;
        let all = |at: usize| joined(&each.iter().map(|part| part[at].clone()).collect::<Vec<_>>(), 1);
        (0..each.first().map_or(0, Vec::len)).map(all).collect()
    }

    /// Its plan, where it is of BERT's shape.
    fn bert(&self) -> Result<&BertPlan> {
        self.spec.bert().ok_or_else(|| candle_core::Error::msg("this is not of BERT's shape"))
    }
}

impl Network for TextNetwork {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    fn parameters(&self) -> &[Var] {
        &self.parameters
    }

    fn with_parameters(&self, parameters: Vec<Tensor>) -> Result<Box<dyn Network>> {
        let parameters = as_variables(&self.spec.parameters(), parameters)?;
        Ok(Box::new(Self::new(self.spec.clone(), parameters)?))
    }

    fn pass(
        &self,
        parameters: &[Tensor],
        inputs: &[&Inputs],
        training: Option<&[Key]>,
        taps: &[&str],
        backend: Backend,
    ) -> Result<Output> {
        if training.is_some() {
            let read = inputs.iter().map(|inputs| self.read(inputs)).collect::<Result<Vec<_>>>()?;
            let all: Vec<&Tokens> = read.iter().map(|tokens| &**tokens).collect();
            return self.pass_of(parameters, &all, training, taps, backend);
        }
        let mut said = self.in_parts(inputs, |tokens| {
            let Output { logits, taps, .. } = self.pass_of(parameters, tokens, None, taps, backend)?;
            Ok([vec![logits], taps].concat())
        })?;
        let logits = said.remove(0);
        Ok(Output { logits, taps: said, rows: Vec::new() })
    }

    fn exits(&self, parameters: &[Tensor], inputs: &[&Inputs], backend: Backend) -> Result<Vec<Tensor>> {
        let plan = self.bert()?;
        if plan.exits.is_none() {
            candle_core::bail!("{} answers once", self.spec.name())
        }
        self.in_parts(inputs, |tokens| at_all(plan, &mut Pass::new(parameters, tokens, None, &[], backend)?))
    }

    fn mixed(
        &self,
        parameters: &[Tensor],
        inputs: &[&Inputs],
        training: Option<&[Key]>,
        mixture: &Mixture<'_>,
        backend: Backend,
    ) -> Result<Tensor> {
        let plan = self.bert()?;
        let other = mixture.of.spec().bert();
        let other = other.ok_or_else(|| candle_core::Error::msg("its layers can be no stand-ins"))?;
        let parameters_of_other = mixture.of.parameters().iter().map(Var::as_detached_tensor).collect();
        let standing = Standing { plan: other, parameters: parameters_of_other, keeps: mixture.keeps };
        let read = inputs.iter().map(|inputs| self.read(inputs)).collect::<Result<Vec<_>>>()?;
        let all: Vec<&Tokens> = read.iter().map(|tokens| &**tokens).collect();
        mixed(plan, &mut Pass::new(parameters, &all, training, &[], backend)?, &standing)
    }

    fn gradient_times_input(&self, member: usize, text: &Inputs, backend: Backend) -> Result<GradientTimesInput> {
        by_token::gradient_times_input(self, member, &*self.read(text)?, backend)
    }
}

/// Rows in order, cut where the tokens of all inputs, each read by so many members, become too many.
fn parts(inputs: &[&Tokens], each: usize) -> Vec<std::ops::Range<usize>> {
    let rows = inputs.iter().map(|tokens| tokens.rows()).min().unwrap_or(0);
    let (mut parts, mut start, mut count) = (Vec::new(), 0, 0);
    for row in 0..rows {
        let tokens = each * inputs.iter().map(|tokens| tokens.range(row).len()).sum::<usize>();
        if row > start && count + tokens > TOKENS_AT_A_TIME {
            parts.push(start..row);
            (start, count) = (row, 0);
        }
        count += tokens;
    }
    parts.push(start..rows);
    parts
}
