//! The loss of a population in one step: each member's terms, weighted and summed, with the gradient by its logits.
//!
//! Soft targets and plain labels have a kernel ([`DistillationLoss`]); the terms of any other method are computed on the host, row by
//! row in f64, and their gradient is handed to whatever device the logits are on.

use candle_core::{DType, Result, Tensor};
use rayon::prelude::*;

use super::method::{Company, Compute, Kernel, Layers, Phase, Rows, Term};
use super::objective::Objective;
use crate::ops::{Backend, DistillationLoss, MemberLoss, Terms};

/// What one member is matched with in a batch.
#[derive(Clone, Copy, Debug)]
pub struct MemberTargets<'a> {
    /// What it is asked to learn.
    pub objective: &'a Objective,
    /// Which of the batch's soft targets are its own; any, for a member without a teacher.
    pub target: usize,
    /// Which of the batch's label rows are its own.
    pub labels: usize,
}

/// What a population is matched with in a batch.
#[derive(Clone, Copy, Debug)]
pub struct BatchTargets<'a> {
    /// One a member.
    pub members: &'a [MemberTargets<'a>],
    /// `[targets][batch, classes]`: softened distributions at T for members whose method has a kernel, logits for the others, those of
    /// peers one after the other (see [`Rows::teacher`]).
    pub targets: &'a [Vec<f32>],
    /// `[label sets][batch]`.
    pub labels: &'a [Vec<Option<u32>>],
    /// Epochs done, of which the next step is part.
    pub epochs: f64,
    /// What is descended now.
    pub phase: &'a Phase,
    /// What inner layers say, where the members' method looks at them.
    pub layers: Option<Layers<'a>>,
}

/// The terms of one member in one step, in the order of its method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberTerms {
    /// Unweighted; `None` for one that was left out, since there were too few rows for it.
    pub values: Vec<Option<f64>>,
    /// What each weighed, see [`Objective::weight`].
    pub weights: Vec<f64>,
    /// The weighted total.
    pub total: f64,
    /// Norm of each weighted term's gradient by the logits, over the batch.
    pub norms: Vec<f64>,
    /// Cosine of the angle between each term's gradient and that of all the others together; 0 where one of them is zero.
    pub cosines: Vec<f64>,
    /// Of the first term that looks at inner layers: what it is for each pair of them.
    pub pairs: Vec<f64>,
    /// Rows on which a teacher's terms rest, where that is not all of them.
    pub answered: Option<usize>,
}

/// The sum of all members' totals, as a scalar whose gradient is each member's own (members share nothing), and their terms.
/// `logits` is `[K, batch, classes]`.
///
/// # Errors
/// When shapes, targets and labels do not fit each other.
pub fn loss(logits: &Tensor, batch: &BatchTargets<'_>, backend: Backend) -> Result<(Tensor, Vec<MemberTerms>)> {
    let (count, ..) = logits.dims3()?;
    if batch.members.len() != count {
        candle_core::bail!("{} members for logits of {count}", batch.members.len())
    }
    let has_kernel = |k: &usize| batch.members[*k].objective.method().kernel.is_some();
    let (own, others): (Vec<usize>, Vec<usize>) = (0..count).partition(has_kernel);
    if others.is_empty() {
        return kernel(logits, &own, batch, backend);
    }
    let pick = |positions: &[usize]| -> Result<Tensor> {
        let index: Vec<u32> = positions.iter().map(|position| *position as u32).collect();
        logits.index_select(&Tensor::from_vec(index, positions.len(), logits.device())?, 0)
    };
    if own.is_empty() {
        return on_host(logits, &others, batch);
    }
    let (sum, of_own) = kernel(&pick(&own)?, &own, batch, backend)?;
    let (of_others, terms) = on_host(&pick(&others)?, &others, batch)?;
    let mut all = vec![MemberTerms::default(); count];
    for (position, terms) in own.into_iter().zip(of_own).chain(others.into_iter().zip(terms)) {
        all[position] = terms;
    }
    Ok(((sum + of_others)?, all))
}

/// The weighted sum of each term over all members, as scalars on the same graph, in the order of the members' one method; `None` for a
/// term that is not descended now. It is for whoever wants the gradient of each; their sum is that of [`loss`].
///
/// # Errors
/// As of [`loss`].
pub fn term_losses(logits: &Tensor, batch: &BatchTargets<'_>) -> Result<Vec<Option<Tensor>>> {
    let members: Vec<usize> = (0..batch.members.len()).collect();
    let (_, rows, _) = logits.dims3()?;
    let Some(first) = batch.members.first() else { return Ok(Vec::new()) };
    let mut parts: Vec<Option<Tensor>> = Vec::new();
    for term in first.objective.method().terms {
        let alone = &|other: &Term| other.name == term.name && batch.phase.descends(other);
        let is_of_logits = term.is_of_logits() && batch.phase.descends(term);
        parts.push(if is_of_logits { Some(of_logits(logits, &members, batch, alone)?.0) } else { None });
    }
    for part in of_layers(&members, batch, rows)? {
        parts[part.term] = Some(part.loss);
    }
    Ok(parts)
}

/// Members of soft targets and of plain labels.
fn kernel(
    logits: &Tensor,
    members: &[usize],
    batch: &BatchTargets<'_>,
    backend: Backend,
) -> Result<(Tensor, Vec<MemberTerms>)> {
    let (_, rows, classes) = logits.dims3()?;
    // Only the targets of these members, in the order of the first of them.
    let mut used: Vec<usize> = Vec::new();
    let of = |k: &usize| {
        let MemberTargets { objective, target, labels } = batch.members[*k];
        let loss = objective.method().kernel.map(|Kernel::SoftTargets| objective.as_soft_targets(labels));
        let loss = loss.ok_or_else(|| candle_core::Error::msg("a method without a kernel"))?;
        let position = if loss.temperature.is_none() {
            0
        } else {
            used.iter().position(|known| *known == target).unwrap_or_else(|| {
                used.push(target);
                used.len() - 1
            })
        };
        Ok(MemberLoss { target: position, ..loss })
    };
    let losses: Vec<MemberLoss> = members.iter().map(of).collect::<Result<_>>()?;
    let mut values = Vec::with_capacity(used.len() * rows * classes);
    for target in &used {
        let target = batch.targets.get(*target).ok_or_else(|| candle_core::Error::msg("there is no such target"))?;
        values.extend_from_slice(target);
    }
    let targets = match used.len() {
        0 => None,
        count => Some(Tensor::from_vec(values, (count, rows, classes), logits.device())?),
    };
    let loss = DistillationLoss { members: &losses, targets: targets.as_ref(), labels: batch.labels };
    let (sum, terms) = loss.forward(logits, backend)?;
    let named =
        members.iter().enumerate().map(|(at, k)| of_kernel(batch.members[*k].objective, &terms, at, batch.epochs));
    Ok((sum, named.collect()))
}

/// One member of what the kernel tells, under the names of its method: soft and hard, or hard alone.
fn of_kernel(objective: &Objective, terms: &Terms, at: usize, epochs: f64) -> MemberTerms {
    let both = [(terms.soft[at], terms.soft_norm[at]), (terms.hard[at], terms.hard_norm[at])];
    let declared = objective.method().terms;
    let told = &both[both.len().saturating_sub(declared.len())..];
    MemberTerms {
        values: told.iter().map(|(value, _)| Some(*value)).collect(),
        weights: declared.iter().map(|term| objective.weight(term, epochs)).collect(),
        total: terms.total[at],
        norms: told.iter().map(|(_, norm)| *norm).collect(),
        cosines: vec![terms.cosine[at]; told.len()],
        pairs: Vec::new(),
        answered: objective.temperature().map(|_| terms.answered[at]),
    }
}

/// Members of any method, on the host.
fn on_host(logits: &Tensor, members: &[usize], batch: &BatchTargets<'_>) -> Result<(Tensor, Vec<MemberTerms>)> {
    let (_, rows, _) = logits.dims3()?;
    let (mut sum, mut terms) = of_logits(logits, members, batch, &|term| batch.phase.descends(term))?;
    for part in of_layers(members, batch, rows)? {
        for (k, ((terms, value), pairs)) in terms.iter_mut().zip(&part.values).zip(part.pairs).enumerate() {
            terms.values[part.term] = Some(*value);
            if terms.pairs.is_empty() {
                terms.pairs = pairs;
            }
            // A term of weight 0 must not spoil the total by 0 · ∞.
            terms.total += if part.factors[k] == 0.0 { 0.0 } else { part.factors[k] * value };
        }
        sum = (sum + part.loss)?;
    }
    Ok((sum, terms))
}

/// Those terms of the logits that are descended.
fn of_logits(
    logits: &Tensor,
    members: &[usize],
    batch: &BatchTargets<'_>,
    descends: &(dyn Fn(&Term) -> bool + Sync),
) -> Result<(Tensor, Vec<MemberTerms>)> {
    let (count, rows, classes) = logits.dims3()?;
    let (z, len): (Vec<f32>, usize) = (logits.flatten_all()?.to_vec1()?, rows * classes);
    let mut gradient = vec![0.0_f32; count * len];
    let each = members.par_iter().zip(z.par_chunks(len.max(1))).zip(gradient.par_chunks_mut(len.max(1)));
    let terms = each.map(|((k, logits), gradient)| {
        let MemberTargets { objective, target, labels } = batch.members[*k];
        let labels = batch.labels.get(labels).filter(|labels| labels.len() == rows);
        let labels = labels.ok_or_else(|| candle_core::Error::msg("there are no such labels"))?;
        let method = objective.method();
        let teacher = batch.targets.get(target).filter(|_| method.hears()).map_or(&[][..], Vec::as_slice);
        // Of its peers a member hears those that are still sound.
        let fits = match method.company {
            Company::Peers(_) => teacher.len().is_multiple_of(len),
            Company::None | Company::Generations(_) => !method.hears() || teacher.len() == len,
        };
        if labels.iter().flatten().any(|label| *label as usize >= classes) || !fits {
            candle_core::bail!("labels and targets do not fit {classes} classes")
        }
        let rows = Rows { logits, teacher, labels, classes, values: objective.values() };
        Ok(member(objective, &rows, batch.epochs, descends, gradient))
    });
    let terms: Vec<MemberTerms> = terms.collect::<Result<_>>()?;
    let gradient = Tensor::from_vec(gradient, logits.shape(), logits.device())?;
    // Linear in the logits, with the very gradient that was worked out.
    Ok((logits.mul(&gradient)?.sum_all()?, terms))
}

/// A term that looks at inner layers, of all members.
struct OfLayers {
    /// Its position among the method's terms.
    term: usize,
    /// Unweighted, one a member.
    values: Vec<f64>,
    /// The same of each pair of layers, `[K][pairs]`.
    pairs: Vec<Vec<f64>>,
    factors: Vec<f64>,
    /// The weighted sum.
    loss: Tensor,
}

/// The terms that look at inner layers; members of one population have one method where there are any.
fn of_layers(members: &[usize], batch: &BatchTargets<'_>, rows: usize) -> Result<Vec<OfLayers>> {
    let (Some(layers), Some(first)) = (&batch.layers, members.first()) else { return Ok(Vec::new()) };
    let method = batch.members[*first].objective.method();
    let mut parts = Vec::new();
    for (position, term) in method.terms.iter().enumerate() {
        let Compute::Layers(compute) = term.compute else { continue };
        if !batch.phase.descends(term) || rows < term.least {
            continue;
        }
        let pairs = compute(layers)?;
        let each = pairs.mean(1)?;
        let factors = members.iter().map(|k| batch.members[*k].objective.factor(term, batch.epochs));
        let factors: Vec<f64> = factors.collect();
        let weights = Tensor::from_slice(&factors, factors.len(), each.device())?.to_dtype(each.dtype())?;
        let values = each.detach().to_dtype(DType::F64)?.to_vec1()?;
        let pairs = pairs.detach().to_dtype(DType::F64)?.to_vec2()?;
        parts.push(OfLayers { term: position, values, pairs, loss: each.mul(&weights)?.sum_all()?, factors });
    }
    Ok(parts)
}

/// One member's terms of its logits; writes the gradient of their weighted sum, which is `[rows, classes]`.
fn member(
    objective: &Objective,
    rows: &Rows<'_>,
    epochs: f64,
    descends: &(dyn Fn(&Term) -> bool + Sync),
    gradient: &mut [f32],
) -> MemberTerms {
    let declared = objective.method().terms;
    let factors: Vec<f64> = declared.iter().map(|term| objective.factor(term, epochs)).collect();
    let mut parts = vec![vec![0.0_f64; gradient.len()]; declared.len()];
    let one = |((term, factor), part): ((&Term, &f64), &mut Vec<f64>)| {
        let value = if descends(term) { objective.method().term_of(term, rows, Some(part)) } else { None };
        for slope in part {
            // A term of weight 0 must not spoil the gradient by 0 · ∞.
            *slope = if *factor == 0.0 { 0.0 } else { *slope * factor };
        }
        value
    };
    let values: Vec<Option<f64>> = declared.iter().zip(&factors).zip(&mut parts).map(one).collect();
    let sum: Vec<f64> = (0..gradient.len()).map(|i| parts.iter().map(|part| part[i]).sum()).collect();
    for (gradient, sum) in gradient.iter_mut().zip(&sum) {
        *gradient = *sum as f32;
    }
    let norm = |slopes: &mut dyn Iterator<Item = f64>| slopes.map(|slope| slope * slope).sum::<f64>().sqrt();
    let cosine = |part: &Vec<f64>| {
        let rest = || part.iter().zip(&sum).map(|(own, all)| all - own);
        let product: f64 = part.iter().zip(rest()).map(|(own, rest)| own * rest).sum();
        let lengths = norm(&mut part.iter().copied()) * norm(&mut rest());
        if lengths == 0.0 { 0.0 } else { (product / lengths).clamp(-1.0, 1.0) }
    };
    MemberTerms {
        total: objective.total(&values, epochs),
        norms: parts.iter().map(|part| norm(&mut part.iter().copied())).collect(),
        cosines: parts.iter().map(cosine).collect(),
        weights: declared.iter().map(|term| objective.weight(term, epochs)).collect(),
        values,
        pairs: Vec::new(),
        answered: rows.answered().map(|answered| answered.len()),
    }
}
