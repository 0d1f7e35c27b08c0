//! A population of models of texts: parameters `[K, …]`, and the way from texts to logits over a packed batch.

use std::borrow::Cow;
use std::sync::Arc;

use candle_core::{Result, Tensor, Var};

use super::super::network::{ModelSpec, Network, Output, UsedRows};
use super::super::parameter::as_variables;
use super::TextEncoder;
use super::bert::bert;
use super::plan::TextPlan;
use crate::data::{Inputs, Tokens};
use crate::ops::{Activation, Backend, Pick, Spans, dropout, lstm, max_over_windows, packed_dense, pick, rows};
use crate::rng::Key;

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
    pub(in super::super) fn new(spec: ModelSpec, parameters: Vec<Var>) -> Result<Self> {
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

/// A packed batch on its way through the layers.
pub(super) struct Pass<'a> {
    /// Every parameter in order, and which is next.
    parameters: &'a [Tensor],
    next: usize,
    /// Where the texts lie, and the tokens of each member.
    pub spans: Spans,
    pub tokens: Vec<&'a Tokens>,
    keys: Option<&'a [Key]>,
    /// Layers with dropout so far: each has a stream of its own.
    dropped: u64,
    pub backend: Backend,
    taps: &'a [&'a str],
    tapped: Vec<Option<Tensor>>,
    used: Vec<UsedRows>,
}

impl<'a> Pass<'a> {
    fn new(
        parameters: &'a [Tensor],
        inputs: &[&'a Tokens],
        keys: Option<&'a [Key]>,
        taps: &'a [&'a str],
        backend: Backend,
    ) -> Result<Self> {
        let members = parameters.first().map_or(Ok(0), |first| first.dim(0))?;
        if inputs.is_empty() || !members.is_multiple_of(inputs.len()) || keys.is_some_and(|keys| keys.len() != members)
        {
            candle_core::bail!("{} inputs do not fit {members} members", inputs.len())
        }
        let tokens: Vec<&Tokens> = (0..members).map(|member| inputs[member * inputs.len() / members]).collect();
        let lengths = |tokens: &&Tokens| (0..tokens.rows()).map(|row| tokens.range(row).len()).collect::<Vec<_>>();
        let lengths: Vec<Vec<usize>> = tokens.iter().map(lengths).collect();
        let spans = Spans::new(&lengths.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        let (tapped, used) = (vec![None; taps.len()], Vec::new());
        Ok(Self { parameters, next: 0, spans, tokens, keys, dropped: 0, backend, taps, tapped, used })
    }

    /// The next parameter, `[K, …]`.
    pub fn parameter(&mut self) -> Result<&'a Tensor> {
        self.next += 1;
        let parameter = self.parameters.get(self.next - 1);
        parameter.ok_or_else(|| candle_core::Error::msg("a layer has no parameters"))
    }

    /// The next two: weights and biases.
    pub fn pair(&mut self) -> Result<[&'a Tensor; 2]> {
        Ok([self.parameter()?, self.parameter()?])
    }

    /// Keeps what a layer says, where it is asked for.
    pub fn tap(&mut self, name: &str, said: impl FnOnce(&Self) -> Result<Tensor>) -> Result<()> {
        if let Some(at) = self.taps.iter().position(|tap| *tap == name) {
            self.tapped[at] = Some(said(self)?);
        }
        Ok(())
    }

    /// Keys of the next layer with dropout; none outside training.
    pub fn keys(&mut self, rate: f64) -> Option<Vec<Key>> {
        self.dropped += 1;
        let keys = self.keys.filter(|_| rate > 0.0)?;
        Some(keys.iter().map(|key| key.at(self.dropped)).collect())
    }

    /// Dropout of `[K, texts, width]`.
    pub fn dropout(&mut self, x: Tensor, rate: f64) -> Result<Tensor> {
        match self.keys(rate) {
            Some(keys) => dropout(&x, rate, &keys),
            None => Ok(x),
        }
    }

    /// The vector of each token from the next parameter, a table `[K, vocabulary, width]`: `[tokens, width]`. In training the rows that
    /// are used are a leaf of their own, so that no gradient of the whole table is ever made.
    pub fn embed(&mut self) -> Result<Tensor> {
        let (parameter, table) = (self.next, self.parameter()?);
        let (members, vocabulary, width) = table.dims3()?;
        if self.tokens.iter().any(|tokens| tokens.ids.iter().any(|id| *id as usize >= vocabulary)) {
            candle_core::bail!("a token is beyond the {vocabulary} that the model knows")
        }
        let flat = table.reshape((members * vocabulary, width))?;
        let of_member = |member: usize, ids: &[u32]| -> Vec<u32> {
            ids.iter().map(|id| (member * vocabulary) as u32 + id).collect()
        };
        if self.keys.is_none() || !table.track_op() {
            let index = self.tokens.iter().enumerate().flat_map(|(member, tokens)| of_member(member, &tokens.ids));
            return rows(&flat, &index.collect::<Vec<_>>(), self.backend);
        }
        let mut ids: Vec<Arc<Vec<u32>>> = Vec::with_capacity(members);
        let (mut index, mut positions) = (Vec::new(), Vec::with_capacity(self.spans.tokens()));
        for (member, tokens) in self.tokens.iter().enumerate() {
            let own = match member.checked_sub(1) {
                Some(before) if std::ptr::eq(self.tokens[before], *tokens) => Arc::clone(&ids[before]),
                _ => {
                    let mut own = tokens.ids.clone();
                    own.sort_unstable();
                    own.dedup();
                    Arc::new(own)
                }
            };
            let start = index.len() as u32;
            index.extend(of_member(member, &own));
            let position = |id: &u32| start + own.binary_search(id).unwrap_or_default() as u32;
            positions.extend(tokens.ids.iter().map(position));
            ids.push(own);
        }
        let values = Var::from_tensor(&rows(&flat.detach(), &index, self.backend)?)?;
        let embedded = rows(values.as_tensor(), &positions, self.backend)?;
        self.used.push(UsedRows { parameter, ids, values });
        Ok(embedded)
    }

    /// The next dense layer, of texts `[K, texts, width]`, each for itself whoever else is in the batch.
    pub fn dense(&mut self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        let [w, b] = self.pair()?;
        let (members, texts, width) = x.dims3()?;
        let each = vec![1; texts];
        let spans = Spans::new(&vec![each.as_slice(); members])?;
        let y = packed_dense(&x.reshape((members * texts, width))?, w, b, activation, &spans, self.backend)?;
        y.reshape((members, texts, w.dim(1)?))
    }

    fn text_cnn(&mut self, windows: usize, rate: f64) -> Result<Tensor> {
        let x = self.embed()?;
        let mut largest = Vec::with_capacity(windows);
        for _ in 0..windows {
            let [w, b] = self.pair()?;
            largest.push(max_over_windows(&x, w, b, &self.spans, self.backend)?);
        }
        let x = Tensor::cat(&largest, 2)?;
        self.tap("convs", |_| Ok(x.clone()))?;
        let x = self.dropout(x, rate)?;
        self.dense(&x, Activation::None)
    }

    fn bilstm(&mut self, hidden: usize, rate: f64) -> Result<Tensor> {
        let x = self.embed()?;
        let mut states = Vec::with_capacity(2);
        for (reverse, last) in [(false, Pick::Last), (true, Pick::First)] {
            let [of_input, of_state] = self.pair()?;
            let [a, b] = self.pair()?;
            let gates = packed_dense(&x, of_input, &(a + b)?, Activation::None, &self.spans, self.backend)?;
            let all = lstm(&gates, of_state, reverse, &self.spans, self.backend)?;
            states.push(pick(&all, last, &self.spans, self.backend)?);
        }
        let mut x = Tensor::cat(&states, 2)?;
        self.tap("lstm", |_| Ok(x.clone()))?;
        for layer in 0..hidden {
            x = self.dense(&x, Activation::Relu)?;
            self.tap(&format!("dense.{layer}"), |_| Ok(x.clone()))?;
            x = self.dropout(x, rate)?;
        }
        self.dense(&x, Activation::None)
    }
}
