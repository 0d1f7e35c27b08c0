//! A packed batch on its way through the layers of a model of texts; `TextCNN` and `BiLSTM` as a whole.

use std::sync::Arc;

use candle_core::{Device, Result, Tensor, Var};

use super::super::network::UsedRows;
use crate::data::Tokens;
use crate::ops::{
    Activation, Backend, Pick, Spans, dropout, lstm, max_over_windows, packed_dense, pick, reshape, rows, sum, through,
};
use crate::rng::Key;

/// Tensors beside each other, along an axis; a single one is not copied.
pub(super) fn joined(parts: &[Tensor], axis: usize) -> Result<Tensor> {
    match parts {
        [only] => Ok(only.clone()),
        _ => through(&parts.iter().collect::<Vec<_>>(), |parts| Tensor::cat(parts, axis)),
    }
}

/// A packed batch on its way through the layers.
pub(super) struct Pass<'a> {
    /// Every parameter in order, and which is next.
    pub parameters: &'a [Tensor],
    pub next: usize,
    /// Where the texts lie, and the tokens of each member.
    pub spans: Spans,
    pub tokens: Vec<&'a Tokens>,
    pub keys: Option<&'a [Key]>,
    /// Layers with dropout so far: each has a stream of its own.
    pub dropped: u64,
    pub backend: Backend,
    taps: &'a [&'a str],
    /// What was asked for and is known so far.
    pub tapped: Vec<Option<Tensor>>,
    /// Tables of which some rows were used.
    pub used: Vec<UsedRows>,
    /// Whether the gradient by the vectors of the tokens is wanted.
    pub by_token: bool,
    /// These, `[tokens, width]`, where it is: a leaf of their own.
    pub vectors: Option<Var>,
}

impl<'a> Pass<'a> {
    pub fn new(
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
        Ok(Self {
            parameters,
            next: 0,
            spans,
            tokens,
            keys,
            dropped: 0,
            backend,
            taps,
            tapped: vec![None; taps.len()],
            used: Vec::new(),
            by_token: false,
            vectors: None,
        })
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

    /// Does work with those parameters that begin so many before the end, and comes back.
    pub fn aside<R>(&mut self, from_end: usize, work: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        let next = std::mem::replace(&mut self.next, self.parameters.len().saturating_sub(from_end));
        let done = work(self);
        self.next = next;
        done
    }

    /// Goes on with some of the texts of its only member: the tokens of these.
    pub fn keep_rows(&mut self, rows: &[usize], x: &Tensor) -> Result<Tensor> {
        let lengths: Vec<usize> = rows.iter().map(|row| self.spans.of_row(*row).len()).collect();
        let tokens: Vec<u32> = rows.iter().flat_map(|row| self.spans.of_row(*row).map(|token| token as u32)).collect();
        self.spans = Spans::new(&[&lengths])?;
        x.index_select(&Tensor::from_vec(tokens, x.dim(0)?.min(self.spans.tokens()), x.device())?, 0)
    }

    /// Some of the members on their own, with parameters of their own; streams of dropout begin at `dropped`.
    pub fn of_members<'b>(
        &self,
        members: &[usize],
        parameters: &'b [Tensor],
        keys: Option<&'b [Key]>,
        dropped: u64,
    ) -> Result<Pass<'b>>
    where
        'a: 'b,
    {
        let tokens: Vec<&'b Tokens> = members.iter().map(|member| self.tokens[*member]).collect();
        let pass = Pass::new(parameters, &tokens, keys, &[], self.backend)?;
        Ok(Pass { dropped, ..pass })
    }

    /// Where its parameters are.
    pub fn device(&self) -> Device {
        self.parameters.first().map_or(Device::Cpu, |first| first.device().clone())
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
        let flat = reshape(table, (members * vocabulary, width))?;
        let of_member = |member: usize, ids: &[u32]| -> Vec<u32> {
            ids.iter().map(|id| (member * vocabulary) as u32 + id).collect()
        };
        if self.keys.is_none() || !table.track_op() {
            let index = self.tokens.iter().enumerate().flat_map(|(member, tokens)| of_member(member, &tokens.ids));
            let embedded = rows(&flat, &index.collect::<Vec<_>>(), self.backend)?;
            if !self.by_token {
                return Ok(embedded);
            }
            return Ok(self.vectors.insert(Var::from_tensor(&embedded)?).as_tensor().clone());
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
        let x = reshape(x, (members * texts, width))?;
        reshape(&packed_dense(&x, w, b, activation, &spans, self.backend)?, (members, texts, w.dim(1)?))
    }

    pub fn text_cnn(&mut self, windows: usize, rate: f64) -> Result<Tensor> {
        let x = self.embed()?;
        let mut largest = Vec::with_capacity(windows);
        for _ in 0..windows {
            let [w, b] = self.pair()?;
            largest.push(max_over_windows(&x, w, b, &self.spans, self.backend)?);
        }
        let x = joined(&largest, 2)?;
        self.tap("convs", |_| Ok(x.clone()))?;
        let x = self.dropout(x, rate)?;
        self.dense(&x, Activation::None)
    }

    pub fn bilstm(&mut self, hidden: usize, rate: f64) -> Result<Tensor> {
        let x = self.embed()?;
        let mut states = Vec::with_capacity(2);
        for (reverse, last) in [(false, Pick::Last), (true, Pick::First)] {
            let [of_input, of_state] = self.pair()?;
            let [a, b] = self.pair()?;
            let gates = packed_dense(&x, of_input, &sum(a, b)?, Activation::None, &self.spans, self.backend)?;
            let all = lstm(&gates, of_state, reverse, &self.spans, self.backend)?;
            states.push(pick(&all, last, &self.spans, self.backend)?);
        }
        let mut x = joined(&states, 2)?;
        self.tap("lstm", |_| Ok(x.clone()))?;
        for layer in 0..hidden {
            x = self.dense(&x, Activation::Relu)?;
            self.tap(&format!("dense.{layer}"), |_| Ok(x.clone()))?;
            x = self.dropout(x, rate)?;
        }
        self.dense(&x, Activation::None)
    }
}
