//! A model of BERT's shape that may answer after each layer (`FastBERT`, Liu et al. 2020): its branches, and texts that leave early.

use candle_core::{Result, Tensor};

use super::super::text::{BertPlan, OF_EXIT};
use super::bert::{dense_of, embeddings, head, layer, tanh};
use super::pass::Pass;
use crate::distill::uncertainty;
use crate::ops::{Activation, Pick, attention, pick};

/// What each branch says and at last the last layer, `[K, texts, classes]` each.
pub(super) fn at_all(plan: &BertPlan, pass: &mut Pass<'_>) -> Result<Vec<Tensor>> {
    let mut x = embeddings(plan, pass)?;
    let mut said = Vec::with_capacity(plan.layers);
    for index in 0..plan.layers {
        x = layer(plan, pass, &x)?;
        if index < plan.exits() {
            said.push(branch(plan, pass, index, &x)?);
        }
    }
    said.push(head(plan, pass, &x)?);
    Ok(said)
}

/// What a text's first exit says whose uncertainty is below `speed`, `[K, texts, classes]`. Of one member those that have left cost no more;
/// of several all exits are asked.
pub(super) fn at_speed(plan: &BertPlan, pass: &mut Pass<'_>, speed: f64) -> Result<Tensor> {
    let numbers = |logits: &Tensor| logits.flatten_all()?.to_vec1::<f32>();
    let (members, texts, device) = (pass.spans.members(), pass.spans.rows(), pass.device());
    if members != 1 {
        let all = at_all(plan, pass)?;
        let classes = all.last().map_or(Ok(0), |last| last.dim(2))?;
        let each = all.iter().map(numbers).collect::<Result<Vec<_>>>()?;
        let chosen = |row: usize| {
            let mut said = each.iter().map(move |logits| &logits[row * classes..][..classes]);
            let mut at_exits = said.clone().take(plan.exits());
            at_exits.find(|logits| uncertainty(logits) < speed).or(said.next_back()).unwrap_or_default()
        };
        let logits: Vec<f32> = (0..members * texts).flat_map(chosen).copied().collect();
        return Tensor::from_vec(logits, (members, texts, classes), &device);
    }
    let mut x = embeddings(plan, pass)?;
    let mut left: Vec<Vec<f32>> = vec![Vec::new(); texts];
    // The texts that are still there, by their index.
    let mut rows: Vec<usize> = (0..texts).collect();
    for index in 0..plan.layers {
        x = layer(plan, pass, &x)?;
        let is_last = index + 1 == plan.layers;
        let said = if is_last { head(plan, pass, &x)? } else { branch(plan, pass, index, &x)? };
        let (said, classes) = (numbers(&said)?, said.dim(2)?);
        let mut stay = Vec::with_capacity(rows.len());
        for (at, logits) in said.chunks_exact(classes).enumerate() {
            if is_last || uncertainty(logits) < speed {
                left[rows[at]] = logits.to_vec();
            } else {
                stay.push(at);
            }
        }
        if stay.is_empty() {
            break;
        }
        if stay.len() < rows.len() {
            x = pass.keep_rows(&stay, &x)?;
            rows = stay.into_iter().map(|at| rows[at]).collect();
        }
    }
    let logits = left.concat();
    let classes = logits.len() / texts.max(1);
    Tensor::from_vec(logits, (1, texts, classes), &device)
}

/// What the branch after a layer says: a dense layer with tanh, attention, the first token, a dense layer with tanh, a dense layer.
fn branch(plan: &BertPlan, pass: &mut Pass<'_>, index: usize, x: &Tensor) -> Result<Tensor> {
    let heads = plan.exits.map_or(1, |exits| exits.heads);
    let from_end = OF_EXIT * (plan.exits() - index);
    pass.aside(from_end, |pass| {
        let x = tanh(&dense_of(pass, x, Activation::None)?)?;
        let [q, k, v] = [(); 3].map(|()| dense_of(pass, &x, Activation::None));
        let seen = attention(&q?, &k?, &v?, heads, &pass.spans, None, pass.backend)?;
        let seen = dense_of(pass, &seen, Activation::None)?;
        let text = pick(&seen, Pick::First, &pass.spans, pass.backend)?;
        let text = tanh(&pass.dense(&text, Activation::None)?)?;
        pass.dense(&text, Activation::None)
    })
}
