//! What members are matched with in a batch: the targets of their teachers, from logits that were kept, from teachers that are asked, or
//! from members themselves.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use super::member::{Member, Source};
use super::teachers::KnownTeacher;
use crate::data::Batch;
use crate::distill::{Company, Mean, Targets, TeacherLogits};
use crate::recipe::fields::TEMPERATURE;

/// Rows that are softened on one thread at least: fewer take less time than handing them out.
const ROWS_AT_A_TIME: usize = 32;

/// Bytes of softened distributions that are kept.
const MOST_KEPT: usize = 64 << 20;

/// The teachers of a stage.
#[derive(Clone, Default)]
pub struct TeacherSide {
    /// Logits of every row, of each teacher.
    pub logits: Vec<Arc<TeacherLogits>>,
    /// The teachers themselves, where they are asked again about each shifted batch; empty where the logits that are kept do.
    pub asked: Vec<Arc<KnownTeacher>>,
}

impl TeacherSide {
    /// Teachers whose logits of every row are all that is needed.
    pub fn kept(logits: Vec<Arc<TeacherLogits>>) -> Self {
        Self { logits, asked: Vec::new() }
    }
}

/// What one or several members learn from in a batch.
#[derive(PartialEq)]
struct Pick<'a> {
    teachers: &'a [Source],
    /// The member that it is for, where it learns from itself.
    own: Option<usize>,
    temperature: f64,
    /// What it takes of them.
    form: Form,
    batch: usize,
}

/// What a method takes of those who are heard.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// One distribution at T.
    Softened,
    /// Logits of one, such that their softmax at T is that.
    Logits,
    /// The logits of each.
    Apart,
}

/// Softened distributions of every row at each temperature that stays in use, and the way to the targets of a batch.
#[derive(Default)]
pub(super) struct Matched {
    side: TeacherSide,
    /// One a teacher.
    targets: Vec<Targets>,
}

/// Where members say themselves what others learn from.
pub(super) struct OfMembers<'a> {
    /// K.
    pub members: usize,
    /// The population's logits of this step, `[K, batch, classes]`.
    pub now: &'a [f32],
    /// What a member said of its batch when the phase began, `[K, batch, classes]`; empty where nobody learns from itself.
    pub earlier: &'a [f32],
}

impl OfMembers<'_> {
    /// What one of them says, of `logits` of all.
    fn of<'a>(&self, logits: &'a [f32], member: usize) -> Option<&'a [f32]> {
        let len = logits.len() / self.members.max(1);
        logits.get(member * len..(member + 1) * len)
    }

    /// What each of a member's peers says now, `[peers, batch, classes]`, without those of whom nothing sensible is to be had: one that
    /// has diverged must not take the others along.
    pub fn sound(&self, peers: &[Source]) -> Vec<f32> {
        let peers = peers.iter().filter_map(|source| match source {
            Source::Peer(other) => self.of(self.now, *other),
            Source::Model(_) | Source::Itself => None,
        });
        let sound = peers.filter(|logits| logits.iter().all(|logit| logit.is_finite()));
        sound.flatten().copied().collect()
    }
}

impl Matched {
    pub fn new(side: TeacherSide, members: &[Member]) -> Self {
        let mut matched = Self { side, targets: Vec::new() };
        matched.renew(members);
        matched
    }

    /// The logits of the teachers on every row.
    pub fn logits(&self) -> &[Arc<TeacherLogits>] {
        &self.side.logits
    }

    /// Softens again; called whenever a temperature has changed. For one that moves by itself batches are softened one by one.
    pub fn renew(&mut self, members: &[Member]) {
        let of = |teacher: usize| members.iter().filter(move |member| member.teachers == [Source::Model(teacher)]);
        let is_kept = |member: &&Member| {
            member.objective.method().kernel.is_some() && member.objective.ramp(TEMPERATURE.path).is_none()
        };
        let temperatures = |teacher| of(teacher).filter(is_kept).filter_map(|member| member.objective.temperature());
        // Beyond that batches are softened one by one as well, so that there are not two of what may be hundreds of megabytes.
        let is_small = |logits: &TeacherLogits, count: usize| 4 * logits.values.len() * count <= MOST_KEPT;
        let targets = |(i, logits): (usize, &Arc<TeacherLogits>)| {
            let distinct = Targets::distinct(temperatures(i));
            let kept = if is_small(logits, distinct.len()) { distinct } else { Vec::new() };
            Targets::new(logits, kept)
        };
        self.targets = self.side.logits.iter().enumerate().map(targets).collect();
    }

    /// The distinct targets of a batch, `[targets][batch, classes]`, in the order of their first member, and which of them is each
    /// member's. `batch_of` are the members' batches.
    pub fn of_batch(
        &self,
        members: &[Member],
        batch_of: &[usize],
        batches: &[Batch],
        said: &OfMembers<'_>,
    ) -> candle_core::Result<(Vec<Vec<f32>>, Vec<usize>)> {
        let mut picks: Vec<Pick<'_>> = Vec::new();
        let mut positions = Vec::with_capacity(members.len());
        for (k, (member, batch)) in members.iter().zip(batch_of).enumerate() {
            let Some(pick) = pick(k, member, *batch) else {
                positions.push(0);
                continue;
            };
            positions.push(picks.iter().position(|known| *known == pick).unwrap_or(picks.len()));
            if positions[k] == picks.len() {
                picks.push(pick);
            }
        }
        let targets = picks.iter().map(|pick| self.of_pick(pick, batches, said));
        Ok((targets.collect::<candle_core::Result<_>>()?, positions))
    }

    /// `[batch, classes]`.
    fn of_pick(&self, pick: &Pick<'_>, batches: &[Batch], said: &OfMembers<'_>) -> candle_core::Result<Vec<f32>> {
        let batch = &batches[pick.batch];
        if let [Source::Model(teacher)] = *pick.teachers
            && self.side.asked.is_empty()
        {
            return Ok(self.of_kept(pick, teacher, batch));
        }
        if pick.form == Form::Apart {
            return Ok(said.sound(pick.teachers));
        }
        let rows = batch.ids.len();
        let mut all = TeacherLogits { values: Arc::default(), teachers: 0, classes: 0, mean: Mean::default() };
        let mut together: Vec<f32> = Vec::new();
        for source in pick.teachers {
            let (values, teachers, mean) = match *source {
                Source::Model(teacher) => {
                    let logits = match self.side.asked.get(teacher) {
                        Some(asked) => asked.logits_of(&batch.inputs)?,
                        None => self.side.logits[teacher].of_samples(&batch.ids),
                    };
                    (Some(Cow::Owned(Arc::unwrap_or_clone(logits.values))), logits.teachers, logits.mean)
                }
                Source::Peer(other) => (said.of(said.now, other).map(Cow::Borrowed), 1, Mean::default()),
                Source::Itself => {
                    let own = pick.own.and_then(|own| said.of(said.earlier, own));
                    (own.map(Cow::Borrowed), 1, Mean::default())
                }
            };
            let values =
                values.ok_or_else(|| candle_core::Error::msg("a member learns from someone who is not there"))?;
            all.classes = values.len() / (rows * teachers).max(1);
            all.teachers += teachers;
            all.mean = mean;
            together.extend_from_slice(&values);
        }
        all.values = Arc::new(together);
        let samples = 0..all.samples();
        if pick.form == Form::Softened {
            let soften = |sample| all.soften(sample, pick.temperature).into_iter().map(|p| p as f32);
            return Ok(samples.flat_map(soften).collect());
        }
        Ok(samples.flat_map(|sample| all.logits(sample, pick.temperature)).collect())
    }

    fn of_kept(&self, pick: &Pick<'_>, teacher: usize, batch: &Batch) -> Vec<f32> {
        let logits = &self.side.logits[teacher];
        if pick.form != Form::Softened {
            return logits.logits_of(&batch.ids, pick.temperature);
        }
        let targets = &self.targets[teacher];
        let Some(target) = targets.index_of(pick.temperature) else {
            let soften = |sample: &u32| logits.soften(*sample as usize, pick.temperature);
            let rows = batch.ids.par_iter().with_min_len(ROWS_AT_A_TIME).flat_map_iter(soften);
            return rows.map(|p| p as f32).collect();
        };
        let mut values = Vec::new();
        targets.append(target, &batch.ids, &mut values);
        values
    }
}

/// What a member is matched with; none for one that learns from labels alone.
fn pick(k: usize, member: &Member, batch: usize) -> Option<Pick<'_>> {
    let method = member.objective.method();
    let learns = method.hears() && method.terms.iter().any(|term| term.of_teacher);
    if !learns || member.teachers.is_empty() {
        return None;
    }
    let form = match (method.company, method.kernel) {
        (Company::Peers(_), _) => Form::Apart,
        (_, Some(_)) => Form::Softened,
        (_, None) => Form::Logits,
    };
    Some(Pick {
        teachers: &member.teachers,
        own: member.teachers.contains(&Source::Itself).then_some(k),
        temperature: member.objective.temperature().unwrap_or(1.0),
        form,
        batch,
    })
}
