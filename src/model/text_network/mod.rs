//! A population of models of texts: parameters `[K, …]`, and the way from texts to logits over a packed batch.

mod bert;
mod pass;

use std::borrow::Cow;
use std::sync::Arc;

use candle_core::{Result, Tensor, Var};

use super::network::{ModelSpec, Network, Output};
use super::parameter::as_variables;
use super::text::{TextEncoder, TextPlan};
use crate::data::{Inputs, Tokens};
use crate::ops::Backend;
use crate::rng::Key;
use bert::bert;
use pass::Pass;

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
            TextPlan::TextCnn { windows, dropout, .. } => pass.text_cnn(windows.len(), *dropout)?,
            TextPlan::BiLstm { dense, dropout, .. } => pass.bilstm(dense.len(), *dropout)?,
            TextPlan::Bert(plan) => bert(plan, &mut pass)?,
        };
        let missing = |tap: Option<Tensor>| tap.ok_or_else(|| candle_core::Error::msg("there is no such layer to tap"));
        let taps = pass.tapped.into_iter().map(missing).collect::<Result<_>>()?;
        Ok(Output { logits, taps, rows: pass.used })
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
        let read = inputs.iter().map(|inputs| self.read(inputs)).collect::<Result<Vec<_>>>()?;
        let all: Vec<&Tokens> = read.iter().map(|tokens| &**tokens).collect();
        let members = self.parameters.first().map_or(Ok(1), |first| first.dim(0))?;
        let each = members / all.len().max(1);
        let parts = if training.is_some() { Vec::new() } else { parts(&all, each.max(1)) };
        if parts.len() < 2 {
            return self.pass_of(parameters, &all, training, taps, backend);
        }
        let mut outputs = Vec::with_capacity(parts.len());
        for part in parts {
            let rows: Vec<u32> = (part.start as u32..part.end as u32).collect();
            let some: Vec<Tokens> = all.iter().map(|tokens| tokens.gather(&rows)).collect();
            outputs.push(self.pass_of(parameters, &some.iter().collect::<Vec<_>>(), None, taps, backend)?);
        }
        let joined = |of: &dyn Fn(&Output) -> Tensor| Tensor::cat(&outputs.iter().map(of).collect::<Vec<_>>(), 1);
        let taps = (0..taps.len()).map(|tap| joined(&|output| output.taps[tap].clone()));
        Ok(Output {
            taps: taps.collect::<Result<_>>()?,
            logits: joined(&|output| output.logits.clone())?,
            rows: Vec::new(),
        })
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
