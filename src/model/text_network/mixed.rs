//! A model of BERT's shape, some of whose layers are replaced by those of another one from whose layers it is to take over
//! (`BERT-of-Theseus`, Xu et al. 2020).

use candle_core::{Result, Tensor};

use super::super::text::BertPlan;
use super::bert::{embeddings, head, layer};
use super::pass::{Pass, joined};
use crate::ops::through;
use crate::rng::Key;

/// Tensors of a layer.
const OF_LAYER: usize = 16;

/// Streams of dropout of a layer's place, which are its own whatever stands there.
const STREAMS: u64 = 1 << 10;

/// The layers of the network that stand in.
pub(super) struct Standing<'a> {
    pub plan: &'a BertPlan,
    /// `[1, …]` each, in the order of its plan.
    pub parameters: Vec<Tensor>,
    /// For each member and layer: whether they stand in for it.
    pub keeps: &'a [Vec<bool>],
}

/// The logits `[K, texts, classes]`.
pub(super) fn mixed(plan: &BertPlan, pass: &mut Pass<'_>, standing: &Standing<'_>) -> Result<Tensor> {
    let each = standing.plan.layers / plan.layers.max(1);
    let fits = standing.keeps.len() == pass.spans.members() && standing.keeps.iter().all(|of| of.len() == plan.layers);
    if each * plan.layers != standing.plan.layers || standing.plan.width != plan.width || !fits {
        candle_core::bail!("{} layers do not replace {}", plan.layers, standing.plan.layers)
    }
    let mut x = embeddings(plan, pass)?;
    let first = pass.next;
    for at in 0..plan.layers {
        let own = &pass.parameters[first + at * OF_LAYER..][..OF_LAYER];
        let others = &standing.parameters[first + at * each * OF_LAYER..][..each * OF_LAYER];
        let (kept, replaced): (Vec<usize>, Vec<usize>) =
            (0..pass.spans.members()).partition(|member| standing.keeps[*member][at]);
        let streams = STREAMS * (at as u64 + 1);
        // Of each member the tokens, in the order of the members.
        let mut parts: Vec<Option<Tensor>> = vec![None; pass.spans.members()];
        for (members, parameters, plan, layers) in [(&replaced, own, plan, 1), (&kept, others, standing.plan, each)] {
            if members.is_empty() {
                continue;
            }
            let parameters = parameters.iter().map(|parameter| of_members(parameter, members));
            let parameters = parameters.collect::<Result<Vec<_>>>()?;
            let keys: Option<Vec<Key>> = pass.keys.map(|keys| members.iter().map(|member| keys[*member]).collect());
            let mut part = pass.of_members(members, &parameters, keys.as_deref(), streams)?;
            let tokens = members.iter().map(|member| narrowed(&x, pass.spans.of_member(*member)));
            let mut y = joined(&tokens.collect::<Result<Vec<_>>>()?, 0)?;
            for _ in 0..layers {
                y = layer(plan, &mut part, &y)?;
            }
            for (index, member) in members.iter().enumerate() {
                parts[*member] = Some(narrowed(&y, part.spans.of_member(index))?);
            }
        }
        x = joined(&parts.into_iter().flatten().collect::<Vec<_>>(), 0)?;
    }
    pass.next = first + plan.layers * OF_LAYER;
    pass.dropped = STREAMS * (plan.layers as u64 + 1);
    head(plan, pass, &x)
}

/// A parameter `[K, …]` of some members; one of a single network is everybody's.
fn of_members(parameter: &Tensor, members: &[usize]) -> Result<Tensor> {
    let all = parameter.dim(0)?;
    if all == members.len() {
        return Ok(parameter.clone());
    }
    let index: Vec<u32> = members.iter().map(|member| if all == 1 { 0 } else { *member as u32 }).collect();
    let index = Tensor::from_vec(index, members.len(), parameter.device())?;
    through(&[parameter], |parameter| parameter[0].index_select(&index, 0))
}

fn narrowed(x: &Tensor, tokens: std::ops::Range<usize>) -> Result<Tensor> {
    if tokens.len() == x.dim(0)? {
        return Ok(x.clone());
    }
    through(&[x], |x| x[0].narrow(0, tokens.start, tokens.len())?.contiguous())
}
