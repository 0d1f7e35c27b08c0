//! What members are worth on rows: their logits, and metrics beside those of their teachers.

use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;

use super::error::Halt;
use super::matched::OfMembers;
use super::member::Member;
use super::prepared::Prepared;
use super::session::Session;
use crate::data::Dataset;
use crate::distill::{
    Company, Compute, Evaluation, Layers, Objective, Reference, Said, TeacherLogits, evaluate, leaves_at, top_classes,
    uncertainty,
};
use crate::model::{Network, Output, ROWS_AT_A_TIME, population_logits};
use crate::protocol::{Answers, LossTerms, MOST_LOGITS, Metrics, Part, RunId};

/// Rows that are asked about, with their classes.
pub(super) struct Shown<'a> {
    pub prepared: &'a Prepared,
    pub rows: &'a [u32],
    pub labels: &'a [u32],
}

/// What a stage's members are worth on rows.
pub(super) struct Evaluated {
    /// `[members, rows, classes]`.
    pub logits: Vec<f32>,
    /// Of each.
    pub metrics: Vec<Metrics>,
    /// What each exit says, the last layer's at the end, `[members, rows, classes]` each; none where they answer once.
    pub exits: Vec<Vec<f32>>,
}

/// What `population` is worth, which are the session's members with these or other weights.
pub(super) fn evaluate_members(
    session: &Session,
    population: &dyn Network,
    on: &Shown<'_>,
    cancelled: &dyn Fn() -> bool,
) -> Result<Evaluated, Halt> {
    let Shown { prepared, rows, labels } = *on;
    let classes = prepared.dataset.classes.len();
    let (logits, exits) = match population.spec().bert().and_then(|plan| plan.exits) {
        None => (population_logits(population, &prepared.dataset, rows, cancelled)?, Vec::new()),
        Some(plan) => {
            let exits = exit_logits(population, &prepared.dataset, rows, cancelled)?;
            (at_speed(&exits, classes, plan.speed), exits)
        }
    };
    let epochs = session.epochs();
    let of_layers = match exits.split_last() {
        None => terms_of_layers(session, population, on)?,
        Some((last, others)) => terms_of_exits(session, last, others, [rows.len(), classes])?,
    };
    let teachers = session.teacher_logits();
    let plain: Vec<Vec<f32>> = teachers.iter().map(|teacher| of_several(teacher, rows, 1.0)).collect();
    let each: Vec<_> = logits.chunks_exact(rows.len() * classes).zip(&session.members).enumerate().collect();
    let peers = OfMembers { members: session.members.len(), now: &logits, earlier: &[] };
    let metrics = each
        .into_par_iter()
        .map(|(k, (logits, member))| {
            let Member { objective, .. } = member;
            let evaluate = |reference| {
                let mut found = evaluate(logits, labels, reference, objective, epochs, classes);
                for (term, values) in &of_layers {
                    found.terms[*term] = Some(values[k]);
                }
                if !of_layers.is_empty() {
                    // A phase that descends some of the terms is judged by those.
                    let terms = objective.method().terms.iter().zip(&found.terms);
                    let descended: Vec<Option<f64>> =
                        terms.map(|(term, value)| value.filter(|_| session.phase().descends(term))).collect();
                    found.total = objective.total(&descended, epochs);
                }
                metrics(found, objective)
            };
            let teacher = member.compared.and_then(|it| teachers.get(it).zip(plain.get(it)));
            let plain = teacher.map(|(teacher, plain)| said(teacher, rows, plain));
            if let Company::Peers(_) = objective.method().company {
                return evaluate(Reference { plain, softened: Said::Rows(&peers.sound(&member.teachers)) });
            }
            let Some((teacher, _)) = teacher else { return evaluate(Reference::default()) };
            let softened = of_several(teacher, rows, objective.temperature().unwrap_or(1.0));
            evaluate(Reference { plain, softened: said(teacher, rows, &softened) })
        })
        .collect();
    Ok(Evaluated { logits, metrics, exits })
}

/// What each exit of a population says of rows, the last layer's at the end, `[members, rows, classes]` each.
pub(super) fn exit_logits(
    population: &dyn Network,
    dataset: &Dataset,
    rows: &[u32],
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Vec<f32>>, Halt> {
    let (members, classes) = (population.members(), population.spec().classes());
    let mut exits: Vec<Vec<f32>> = Vec::new();
    for (part, rows_of_part) in rows.chunks(ROWS_AT_A_TIME).enumerate() {
        if cancelled() {
            return Err(Halt::Closing);
        }
        let said = population.all_exits(&[&dataset.gather(rows_of_part)])?;
        exits.resize_with(said.len(), || vec![0.0; members * rows.len() * classes]);
        let len = rows_of_part.len() * classes;
        for (exit, logits) in exits.iter_mut().zip(said) {
            let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
            for member in 0..members {
                let at = (member * rows.len() + part * ROWS_AT_A_TIME) * classes;
                exit[at..at + len].copy_from_slice(&logits[member * len..][..len]);
            }
        }
    }
    Ok(exits)
}

/// What the exit says at which each row leaves.
fn at_speed(exits: &[Vec<f32>], classes: usize, speed: f64) -> Vec<f32> {
    let rows = exits.first().map_or(0, |first| first.len() / classes.max(1));
    let at = |exit: usize, row: usize| &exits[exit][row * classes..][..classes];
    let last = exits.len().saturating_sub(1);
    let row = |row: usize| at(leaves_at((0..last).map(|exit| uncertainty(at(exit, row))), speed), row);
    (0..rows).flat_map(row).copied().collect()
}

/// Terms that look at exits, as [`terms_of_layers`] has those of layers; shapes are rows and classes.
fn terms_of_exits(
    session: &Session,
    last: &[f32],
    others: &[Vec<f32>],
    [rows, classes]: [usize; 2],
) -> candle_core::Result<Vec<(usize, Vec<f64>)>> {
    let Some(method) = session.members.first().map(|member| member.objective.method()) else { return Ok(Vec::new()) };
    let tensor = |logits: &[f32]| Tensor::from_slice(logits, (session.members.len(), rows, classes), &Device::Cpu);
    let (logits, student) = (tensor(last)?, others.iter().map(|logits| tensor(logits)));
    let student = student.collect::<candle_core::Result<Vec<_>>>()?;
    let mut found = Vec::new();
    for (position, term) in method.terms.iter().enumerate() {
        let Compute::Layers(compute) = term.compute else { continue };
        let pairs = compute(&Layers { student: &student, teacher: &[], own: &[], logits: &logits })?;
        found.push((position, pairs.mean(1)?.to_dtype(DType::F64)?.to_vec1()?));
    }
    Ok(found)
}

/// Terms that look at inner layers, by their index among those of the members' one method, one value a member.
fn terms_of_layers(
    session: &Session,
    population: &dyn Network,
    on: &Shown<'_>,
) -> candle_core::Result<Vec<(usize, Vec<f64>)>> {
    let Some(layers) = session.layers.as_ref().filter(|layers| layers.are_looked_at(session.phase())) else {
        return Ok(Vec::new());
    };
    let Some(method) = session.members.first().map(|member| member.objective.method()) else { return Ok(Vec::new()) };
    let (dataset, members) = (&on.prepared.dataset, session.members.len());
    let mut found: Vec<(usize, Vec<f64>)> = Vec::new();
    for (position, term) in method.terms.iter().enumerate() {
        let Compute::Layers(compute) = term.compute else { continue };
        if !session.phase().descends(term) {
            continue;
        }
        let mut sums = vec![0.0; members];
        for rows in on.rows.chunks(ROWS_AT_A_TIME) {
            let Output { logits, taps: student, .. } =
                population.evaluate(&[&dataset.gather(rows)], &layers.of_student())?;
            let for_each = |said: Tensor| {
                let shape: Vec<usize> = [members].into_iter().chain(said.dims()[1..].iter().copied()).collect();
                said.broadcast_as(shape)?.contiguous()
            };
            let teacher = layers.of_rows(dataset, rows)?.into_iter().map(for_each);
            let teacher = teacher.collect::<candle_core::Result<Vec<_>>>()?;
            let own: Vec<Tensor> = layers.tensors().iter().map(Tensor::detach).collect();
            let pairs = compute(&Layers { student: &student, teacher: &teacher, own: &own, logits: &logits })?;
            let each: Vec<f64> = pairs.mean(1)?.to_dtype(DType::F64)?.to_vec1()?;
            sums.iter_mut().zip(each).for_each(|(sum, mean)| *sum += mean * rows.len() as f64);
        }
        let count = on.rows.len().max(1) as f64;
        found.push((position, sums.into_iter().map(|sum| sum / count).collect()));
    }
    Ok(found)
}

/// The logits of several teachers together, `[rows, classes]`, which depend on T; nothing of one alone, whose own are looked up.
pub(super) fn of_several(teacher: &TeacherLogits, rows: &[u32], temperature: f64) -> Vec<f32> {
    if teacher.teachers > 1 { teacher.logits_of(rows, temperature) } else { Vec::new() }
}

/// What a teacher says of rows, or those whom [`of_several`] has put together.
pub(super) fn said<'a>(teacher: &'a TeacherLogits, rows: &'a [u32], together: &'a [f32]) -> Said<'a> {
    if teacher.teachers > 1 { Said::Rows(together) } else { Said::Of(teacher, rows) }
}

/// What was evaluated, as it is told.
pub(super) fn metrics(evaluation: Evaluation, objective: &Objective) -> Metrics {
    let finite = |value: f64| value.is_finite().then_some(value);
    let named = objective.method().terms.iter().zip(evaluation.terms);
    Metrics {
        examples: evaluation.examples,
        errors: evaluation.errors,
        accuracy: 1.0 - evaluation.errors as f64 / evaluation.examples.max(1) as f64,
        agreement: evaluation.agreement,
        kl: evaluation.kl.and_then(finite),
        ece: evaluation.ece.and_then(finite),
        errors_by_class: evaluation.errors_by_class,
        loss: LossTerms {
            terms: named.map(|(term, value)| (term.name.into(), value.and_then(finite))).collect(),
            total: finite(evaluation.total),
        },
    }
}

/// Rows of which the answers are kept.
pub(super) struct Asked {
    part: Part,
    classes: usize,
    rows: Arc<Vec<u32>>,
    labels: Arc<Vec<u32>>,
}

impl Asked {
    /// The rows of a part.
    pub fn of(prepared: &Prepared, part: Part, rows: &[u32]) -> Self {
        let (classes, labels) = (prepared.dataset.classes.len(), prepared.labels(rows));
        Self { part, classes, rows: Arc::new(rows.to_vec()), labels: Arc::new(labels) }
    }

    /// What one member answers, of logits `[members, rows, classes]`.
    pub fn answers(&self, run: RunId, member: usize, logits: &[f32]) -> Answers {
        let len = self.rows.len() * self.classes;
        let logits = &logits[member * len..(member + 1) * len];
        let kept = self.part == Part::Validation && size_of_val(logits) <= MOST_LOGITS;
        Answers {
            run,
            part: self.part,
            rows: Arc::clone(&self.rows),
            labels: Arc::clone(&self.labels),
            predicted: Arc::new(top_classes(logits, self.classes)),
            logits: kept.then(|| Arc::new(logits.to_vec())),
        }
    }
}
