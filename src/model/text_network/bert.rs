//! BERT's pass over a packed batch (Devlin et al. 2019), as Hugging Face's `BertForSequenceClassification` computes it; with the mean over
//! tokens in place of the first one where the plan says so.

use candle_core::{Result, Tensor};

use super::super::text::{BertActivation, BertPlan, layer_name};
use super::pass::Pass;
use crate::ops::{
    Activation, Gelu, Pick, attention, gelu, packed_dense, packed_dropout, packed_layer_norm, pick, reshape, rows, sum,
    through,
};
use crate::recipe::Pooling;

/// The logits `[K, texts, classes]`.
pub(super) fn bert(plan: &BertPlan, pass: &mut Pass<'_>) -> Result<Tensor> {
    let mut x = embeddings(plan, pass)?;
    for index in 0..plan.layers {
        x = layer(plan, pass, &x)?;
        pass.tap(&layer_name(index), |pass| pick(&x, text_of(plan), &pass.spans, pass.backend))?;
    }
    head(plan, pass, &x)
}

/// What the last layer says.
pub(super) fn head(plan: &BertPlan, pass: &mut Pass<'_>, x: &Tensor) -> Result<Tensor> {
    let mut text = pick(x, text_of(plan), &pass.spans, pass.backend)?;
    if plan.pooling == Pooling::Cls {
        text = tanh(&pass.dense(&text, Activation::None)?)?;
    }
    let text = pass.dropout(text, plan.dropout)?;
    pass.dense(&text, Activation::None)
}

/// What stands for a text.
fn text_of(plan: &BertPlan) -> Pick {
    match plan.pooling {
        Pooling::Mean => Pick::Mean,
        Pooling::Cls => Pick::First,
    }
}

pub(super) fn embeddings(plan: &BertPlan, pass: &mut Pass<'_>) -> Result<Tensor> {
    let words = pass.embed()?;
    if pass.spans.longest() > plan.positions {
        candle_core::bail!("a text of {} tokens is longer than {}", pass.spans.longest(), plan.positions)
    }
    let (mut positions, mut kinds) = (Vec::with_capacity(pass.spans.tokens()), Vec::with_capacity(pass.spans.tokens()));
    for (member, tokens) in pass.tokens.iter().enumerate() {
        for row in 0..tokens.rows() {
            let (len, first) = (tokens.range(row).len(), tokens.first_len(row));
            positions.extend((0..len).map(|at| (member * plan.positions + at) as u32));
            kinds.extend((0..len).map(|at| (member * plan.kinds + usize::from(at >= first && plan.kinds > 1)) as u32));
        }
    }
    let mut x = words;
    for index in [positions, kinds] {
        let table = pass.parameter()?;
        let (members, count, width) = table.dims3()?;
        x = sum(&x, &rows(&reshape(table, (members * count, width))?, &index, pass.backend)?)?;
    }
    let [w, b] = pass.pair()?;
    let x = packed_layer_norm(&x, w, b, plan.epsilon, &pass.spans, pass.backend)?;
    dropped(pass, x, plan.dropout)
}

pub(super) fn layer(plan: &BertPlan, pass: &mut Pass<'_>, x: &Tensor) -> Result<Tensor> {
    let [q, k, v] = [(); 3].map(|()| dense_of(pass, x, Activation::None));
    let keys = pass.keys(plan.attention_dropout);
    let dropout = keys.as_deref().map(|keys| (plan.attention_dropout, keys));
    let seen = attention(&q?, &k?, &v?, plan.heads, &pass.spans, dropout, pass.backend)?;
    let seen = dense_of(pass, &seen, Activation::None)?;
    let x = add_and_norm(plan, pass, x, seen)?;
    let inner = match plan.activation {
        BertActivation::Relu => dense_of(pass, &x, Activation::Relu)?,
        BertActivation::Gelu => gelu(&dense_of(pass, &x, Activation::None)?, Gelu::Erf, pass.backend)?,
        BertActivation::GeluTanh => gelu(&dense_of(pass, &x, Activation::None)?, Gelu::Tanh, pass.backend)?,
    };
    let said = dense_of(pass, &inner, Activation::None)?;
    add_and_norm(plan, pass, &x, said)
}

/// The norm of `x` and what a part of the layer says of it, some of which is dropped in training.
fn add_and_norm(plan: &BertPlan, pass: &mut Pass<'_>, x: &Tensor, said: Tensor) -> Result<Tensor> {
    let said = dropped(pass, said, plan.dropout)?;
    let [w, b] = pass.pair()?;
    packed_layer_norm(&sum(x, &said)?, w, b, plan.epsilon, &pass.spans, pass.backend)
}

pub(super) fn tanh(x: &Tensor) -> Result<Tensor> {
    through(&[x], |x| x[0].tanh())
}

pub(super) fn dense_of(pass: &mut Pass<'_>, x: &Tensor, activation: Activation) -> Result<Tensor> {
    let [w, b] = pass.pair()?;
    packed_dense(x, w, b, activation, &pass.spans, pass.backend)
}

fn dropped(pass: &mut Pass<'_>, x: Tensor, rate: f64) -> Result<Tensor> {
    match pass.keys(rate) {
        Some(keys) => packed_dropout(&x, rate, &keys, &pass.spans, pass.backend),
        None => Ok(x),
    }
}
