//! What in a text speaks for a model's answer: the gradient of the answer's logit by the vectors of the tokens, times these.

use candle_core::{DType, Result, Tensor, Var};

use super::super::network::GradientTimesInput;
use super::super::text::{BertPlan, TextPlan};
use super::TextNetwork;
use super::exits::at_all;
use super::pass::Pass;
use crate::data::Tokens;
use crate::distill::soften::top_class;
use crate::distill::{leaves_at, uncertainty};
use crate::ops::Backend;

/// See [`Network::gradient_times_input`](crate::model::Network::gradient_times_input).
pub(super) fn gradient_times_input(
    network: &TextNetwork,
    member: usize,
    tokens: &Tokens,
    backend: Backend,
) -> Result<GradientTimesInput> {
    if tokens.rows() != 1 {
        candle_core::bail!("{} texts where one is asked about", tokens.rows())
    }
    let alone = network.parameters.iter().map(|parameter| parameter.as_detached_tensor().narrow(0, member, 1));
    let alone = alone.collect::<Result<Vec<Tensor>>>()?;
    let mut pass = Pass::new(&alone, &[tokens], None, &[], backend)?;
    pass.by_token = true;
    let logits = match &network.plan {
        TextPlan::Bert(plan @ BertPlan { exits: Some(exits), .. }) => left(at_all(plan, &mut pass)?, exits.speed)?,
        _ => network.whole(&mut pass)?,
    };
    let class = top_class(&numbers(&logits)?);
    let gradients = logits.flatten_all()?.narrow(0, class, 1)?.backward()?;
    let vectors = pass.vectors.as_ref().and_then(|vectors| Some((vectors, gradients.get(vectors)?)));
    let (vectors, gradient) = vectors.ok_or_else(|| candle_core::Error::msg("the answer depends on no token"))?;
    let tokens = numbers(&(gradient * Var::as_detached_tensor(vectors))?.sum(1)?)?;
    Ok(GradientTimesInput { class, tokens })
}

/// The logits of the exit at which the text leaves.
fn left(mut said: Vec<Tensor>, speed: f64) -> Result<Tensor> {
    let each = said.iter().map(numbers).collect::<Result<Vec<_>>>()?;
    let last = each.len().saturating_sub(1);
    Ok(said.swap_remove(leaves_at(each[..last].iter().map(|logits| uncertainty(logits)), speed)))
}

fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
}
