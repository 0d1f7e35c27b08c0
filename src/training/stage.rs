//! One stage of a job: a population in training, and what is to be reported of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{Tensor, Var};

use super::device::first_line;
use super::error::Halt;
use super::layers::Pair;
use super::member::{Member, Newest, Status};
use super::plan::StagePlan;
use super::prepared::Prepared;
use super::resume::{self, StageProgress};
use super::session::Session;
use super::teachers::KnownTeacher;
use crate::distill::{LABELS, Term};
use crate::model::Network;
use crate::protocol::{Anatomy, Change, LayerPair, Replacing, Role, RunId, RunInfo, Setting, Stage, Steps, TermPart};
use crate::recipe::{Strategy, TrainingRecipe};
use crate::text::phrase;

/// Least time between two blocks of steps, and between two progress reports, of a few members; many make as much work as
/// they are, and report less often.
const BLOCK: Duration = Duration::from_millis(50);

/// Members whose reports one [`BLOCK`] is for.
const MEMBERS_OF_BLOCK: u32 = 16;

/// A stage in progress.
pub(super) struct StageRun<'a> {
    pub stage: Stage,
    pub session: Session,
    pub progress: StageProgress,
    /// Whether its members are a teacher's, or students and baselines.
    pub role: Role,
    pub prepared: &'a Prepared,
    pub training: TrainingRecipe,
    pub strategy: Strategy,
    pub has_probe: bool,
    /// Whether the test rows are looked at when it ends.
    pub tests: bool,
    /// Its runs when it began; a member's is at its index.
    runs: Vec<RunInfo>,
    /// Steps that are not reported yet, one block a member.
    pending: Vec<Steps>,
}

impl<'a> StageRun<'a> {
    pub fn new(session: Session, runs: Vec<RunInfo>, stage: &'a StagePlan, strategy: Strategy, tests: bool) -> Self {
        Self {
            stage: stage.stage,
            session,
            progress: StageProgress::default(),
            role: stage.role(),
            prepared: &stage.prepared,
            training: stage.training.clone(),
            strategy,
            has_probe: stage.has_probe,
            tests,
            runs,
            pending: Vec::new(),
        }
    }

    /// Resumes from a saved state, with those members that it has.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Halt> {
        let restored = resume::restore(bytes, self.stage, &mut self.session);
        let unusable = |error| Halt::Failed(phrase!("resume-unusable", problem = first_line(&error)));
        self.progress = restored.map_err(unusable)?;
        Ok(())
    }

    /// Resumes with these members alone. Nothing may be pending.
    pub fn keep(&mut self, members: &[usize]) -> Result<(), Halt> {
        self.session.keep(members)?;
        // The newest step is one of other members too.
        self.session.members.iter_mut().for_each(|member| member.newest = None);
        Ok(())
    }

    /// The run of a member.
    pub fn run_of(&self, member: usize) -> &RunInfo {
        &self.runs[self.place_of(member)]
    }

    /// Its position among the runs of the stage.
    pub fn place_of(&self, member: usize) -> usize {
        self.session.members[member].index
    }

    /// Some of its members, with the weights that count, each as a teacher of others.
    pub fn as_teachers(&self, members: &[usize]) -> Result<Vec<Arc<KnownTeacher>>, Halt> {
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let kept = self.kept_population()?;
        let alone = members.iter().map(|member| {
            let index = Tensor::from_slice(&[*member as u32], 1, &kept.device())?;
            Ok(KnownTeacher::taught_here(kept.select(&index)?))
        });
        alone.collect()
    }

    /// The member of a run, while it is there.
    pub fn member_of(&self, run: RunId) -> Option<usize> {
        (0..self.session.members.len()).find(|member| self.run_of(*member).run == run)
    }

    /// Whether somebody still trains.
    pub fn is_training(&self) -> bool {
        self.session.members.iter().any(Member::is_active)
    }

    /// Moves a setting of those runs that the change is for.
    pub fn apply(&mut self, change: &Change) {
        let runs = &self.runs;
        let concerned = |member: &Member| {
            let info = &runs[member.index];
            change.concerns(info.run, info.role)
        };
        self.session.apply(change, concerned);
    }

    /// The present value of a setting: of one run, or of the first that has it among those that it can be for.
    pub fn setting(&self, setting: Setting, run: Option<RunId>) -> Option<f64> {
        self.session.setting(setting, self.asked(setting, run))
    }

    /// Whether a setting moves by itself: in one run, or in some of those that it can be for.
    pub fn moves(&self, setting: Setting, run: Option<RunId>) -> bool {
        self.session.moves(setting, self.asked(setting, run))
    }

    fn asked(&self, setting: Setting, run: Option<RunId>) -> impl Fn(&Member) -> bool + '_ {
        move |member| {
            let info = &self.runs[member.index];
            run.is_none_or(|only| only == info.run) && setting.is_for(info.role)
        }
    }

    /// Ends a run early: its weights stay as they are. A student ends with those who train for its sake; one of these ends alone, and the
    /// others go on listening to what it has come to.
    pub fn stop(&mut self, run: RunId) {
        let Some(member) = self.member_of(run) else { return };
        let ended = match self.run_of(member).role {
            Role::Student => self.beside(member),
            Role::Teacher | Role::Baseline | Role::Companion => vec![member],
        };
        for member in ended {
            if self.session.members[member].is_active() {
                self.session.members[member].status = Status::Stopped;
            }
        }
    }

    /// The members that are trained for one student with this one, itself among them.
    pub fn beside(&self, member: usize) -> Vec<usize> {
        let of = self.run_of(member);
        (0..self.session.members.len()).filter(|k| *k == member || self.run_of(*k).is_beside(of)).collect()
    }

    /// Least time between two blocks of reports.
    pub fn block(&self) -> Duration {
        let members = self.session.members.len() as u32;
        BLOCK * members.div_ceil(MEMBERS_OF_BLOCK).clamp(1, 10)
    }

    /// One step, whose losses are kept for the next block of reports.
    pub fn step(&mut self, measure: bool) -> Result<(), Halt> {
        let start = Instant::now();
        self.session.step(measure)?;
        self.progress.seconds += start.elapsed().as_secs_f64();
        self.note();
        Ok(())
    }

    fn note(&mut self) {
        let first_step = self.session.step - 1;
        if self.pending.is_empty() {
            let block = |k: usize| Steps {
                run: self.run_of(k).run,
                first_step,
                terms: terms_of(&self.session.members[k]).map(|term| (term.name.into(), Vec::new())).collect(),
                total: Vec::new(),
            };
            self.pending = (0..self.session.members.len()).map(block).collect();
        }
        for (member, block) in self.session.members.iter_mut().zip(&mut self.pending) {
            // The step on which it diverged is its last.
            match member.status {
                Status::Training => {}
                Status::Diverging => member.status = Status::Diverged,
                Status::Diverged | Status::Stopped => continue,
            }
            member.taken = first_step + 1;
            let Some(Newest { terms, .. }) = &member.newest else { continue };
            for ((_, values), value) in block.terms.iter_mut().zip(&terms.values) {
                values.push(value.map_or(f32::NAN, |value| value as f32));
            }
            block.total.push(terms.total as f32);
        }
    }

    /// The steps taken since the last time.
    pub fn take_blocks(&mut self) -> Vec<Steps> {
        std::mem::take(&mut self.pending).into_iter().filter(|block| !block.total.is_empty()).collect()
    }

    /// What each term contributed to the newest step, of all that learn from a teacher. Nothing before the first.
    pub fn anatomy(&self) -> Vec<Anatomy> {
        let step = self.session.step.saturating_sub(1);
        let of = |(k, member): (usize, &Member)| {
            let newest = member.newest.as_ref().filter(|newest| newest.objective.method() != &LABELS)?;
            let terms = terms_of(member).enumerate().map(|(i, term)| part(newest, term, i)).collect();
            Some(Anatomy {
                run: self.run_of(k).run,
                step,
                terms,
                layers: self.layers_of(newest),
                replacing: self.replacing(k),
            })
        };
        self.session.members.iter().enumerate().filter_map(of).collect()
    }

    /// Whose layers stood where in the newest step.
    fn replacing(&self, k: usize) -> Option<Replacing> {
        let (member, kept) = (&self.session.members[k], self.session.coins.get(k)?.clone());
        let of_teacher = self.session.layers_that_stand_in();
        let each = of_teacher / kept.len().max(1);
        Some(Replacing { rate: self.session.rate_of(member), kept, each, accuracy: member.replaced })
    }

    /// The inner layers that a method looks at, as far apart as they were in a step.
    fn layers_of(&self, newest: &Newest) -> Vec<LayerPair> {
        let Some(layers) = &self.session.layers else { return Vec::new() };
        let counts = layers.counts();
        let pair = |(i, pair): (usize, &Pair)| LayerPair {
            student: (pair.at.student + 1, counts.student),
            teacher: (pair.at.teacher + 1, counts.teacher),
            width: pair.layers.student.shape.iter().product(),
            distance: newest.terms.pairs.get(i).copied(),
        };
        layers.pairs().iter().enumerate().map(pair).collect()
    }

    /// Steps times parameters of so many steps.
    pub fn work_of(&self, steps: u64) -> f64 {
        let each = (0..self.session.members.len()).map(|k| self.run_of(k).parameters as f64);
        steps as f64 * each.sum::<f64>()
    }

    /// The weights that count: those of the last step, or each member's best.
    pub fn kept_population(&self) -> candle_core::Result<Box<dyn Network>> {
        let (members, population) = (&self.session.members, &self.session.population);
        if members.iter().all(|member| member.best.is_none()) {
            let now = population.parameters().iter().map(Var::as_detached_tensor);
            return population.with_parameters(now.collect());
        }
        let weights = members.iter().enumerate().map(|(k, member)| match &member.best {
            Some(best) => Ok(best.weights.clone()),
            None => population.member(k),
        });
        let weights = weights.collect::<candle_core::Result<Vec<_>>>()?;
        let stacked = (0..population.parameters().len()).map(|i| {
            let each: Vec<&Tensor> = weights.iter().map(|weights| &weights[i]).collect();
            Tensor::stack(&each, 0)?.to_device(&population.device())
        });
        population.with_parameters(stacked.collect::<candle_core::Result<_>>()?)
    }
}

fn terms_of(member: &Member) -> impl Iterator<Item = &'static Term> + use<> {
    member.objective.method().terms.iter()
}

/// What one term contributed to a step.
fn part(Newest { objective, terms }: &Newest, term: &Term, i: usize) -> TermPart {
    TermPart {
        name: term.name.into(),
        value: terms.values[i],
        weight: terms.weights[i],
        squared: objective.scale(term),
        norm: terms.norms[i],
        cosine: terms.cosines[i],
    }
}
