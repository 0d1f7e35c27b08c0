//! What is read from a store: rows of lists, curves, and a job as resuming needs it.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::verdict::Discordant;
use crate::distill::{Course, Method};
use crate::protocol;
use crate::protocol::{
    Change, Cost, Epoch, Event, EventKind, JobData, JobId, KeptOutside, KeptWeights, LossTerms, Metrics, ResumeJob,
    ResumeState, Role, RunId, RunInfo, RunOutcome, Stage, TermName,
};
use crate::recipe::fields::TEMPERATURE;
use crate::recipe::{Baseline, Sweep};
use crate::text::Phrase;

/// A line of the list of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// The run.
    pub run: RunId,
    /// Its job.
    pub job: JobId,
    /// What it is for.
    pub role: Role,
    /// The part of the job in which it is trained.
    pub stage: Stage,
    /// Of its recipe.
    pub title: String,
    /// `MLP 64–64`.
    pub model: String,
    /// The data: `mnist-mini`, or the name of a file or folder.
    pub source: String,
    /// How it learns; `None` for a teacher, a baseline of labels alone, and a method of another version.
    pub method: Option<&'static Method>,
    /// Which baseline it is; none of other roles.
    pub baseline: Option<&'static Baseline>,
    /// Numbers of the method's fields, by their paths, as they were given; none of who learns from labels alone.
    pub settings: Vec<(TermName, Course)>,
    /// Training seed.
    pub seed: u64,
    /// Number of parameters.
    pub parameters: u64,
    /// The run that it learns from; of several teachers that are heard as one, the runs of those.
    pub teachers: Vec<RunId>,
    /// True for a teacher that was not trained here: it was loaded, or it is several that are heard as one.
    pub loaded: bool,
    /// Where several are trained for one student, which of them it is; see [`RunInfo::place`].
    pub place: u32,
    /// Where it stands.
    pub status: Status,
    /// Milliseconds since 1970, of its job.
    pub created: u64,
    /// Milliseconds since 1970, once it has come to its end.
    pub ended: Option<u64>,
    /// Steps stored.
    pub steps_done: u64,
    /// Steps it was to take.
    pub steps_planned: u64,
    /// Seconds of training, once it has come to its end.
    pub seconds: Option<f64>,
    /// The newest epoch's validation.
    pub last: Option<Metrics>,
    /// The epoch with the fewest validation errors, the earliest of equals.
    pub best: Option<(u64, Metrics)>,
    /// The kept weights on the validation rows, once it has come to its end.
    pub validation: Option<Metrics>,
    /// The kept weights on the test rows, where they were looked at.
    pub test: Option<Metrics>,
    /// The validation rows on which only one of it and its baseline is right; of a student that has one baseline of its seed (of the
    /// first kind of its job).
    pub rows_apart: Option<Discordant>,
    /// The file of the kept weights.
    pub checkpoint: Option<PathBuf>,
    /// What the model costs whoever asks it; none of older runs.
    pub cost: Option<Cost>,
    /// Settings of this run that were moved live, in order.
    pub changes: Vec<Change>,
    /// Whether it, or its job, was deleted (and can be restored).
    pub deleted: bool,
}

impl RunRow {
    /// What it learns by: a baseline which it is, where it is not the plain one, and others by their method.
    pub fn learns_by(&self) -> Option<&'static str> {
        let baseline = self.baseline.filter(|baseline| *baseline != Baseline::PLAIN);
        baseline.map(|baseline| baseline.name).or(self.method.map(|method| method.name))
    }

    /// The number of a method's field at a path.
    pub fn setting(&self, path: &str) -> Option<Course> {
        self.settings.iter().find(|(known, _)| known == path).map(|(_, value)| *value)
    }

    /// T over its training; none for a teacher, a baseline and a method without one.
    pub fn temperature(&self) -> Option<Course> {
        self.setting(TEMPERATURE.path)
    }

    /// The weight of each term of its method, in that order.
    pub fn weights(&self) -> Vec<(&'static str, Course)> {
        let terms = self.method.map_or(&[][..], |method| method.terms);
        terms.iter().filter_map(|term| Some((term.weight?, self.setting(term.weight?)?))).collect()
    }

    /// Whether a setting of this run was moved live.
    pub fn edited(&self) -> bool {
        !self.changes.is_empty()
    }

    /// T and weights touch the students, never the baseline; the learning rate touches all that train.
    pub(super) fn is_touched_by(&self, change: &Change) -> bool {
        !self.loaded && change.concerns(self.run, self.role)
    }
}

/// Where a job or a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Its stage has not begun.
    Waiting,
    /// A process is at it.
    Running,
    /// It came to its end as planned.
    Done,
    /// The user ended it early.
    Stopped,
    /// It rests and can be resumed.
    Paused,
    /// Its process ended without a word; it can be resumed. Never stored: it is seen by the lease that nobody holds.
    Interrupted,
    /// Its loss is not a finite number any more.
    Diverged,
    /// Its sweep went on without it: others were better on the validation rows.
    Halved,
    /// It failed and can be resumed.
    Failed,
}

/// A line of the list of jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// The job.
    pub job: JobId,
    /// Of its recipe.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// What went wrong.
    pub message: Option<Phrase>,
    /// `cpu`, `cuda:0`, …
    pub device: String,
    /// Milliseconds since 1970.
    pub created: u64,
    /// Milliseconds since 1970, once it has ended or rests.
    pub ended: Option<u64>,
    /// How many runs it has.
    pub runs: u64,
    /// Whether it was deleted (and can be restored).
    pub deleted: bool,
}

/// The curves of a run, every step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Each term by step, in the order of its method.
    pub terms: Vec<(TermName, Vec<f32>)>,
    /// The weighted total by step.
    pub total: Vec<f32>,
    /// What was reported at the end of each epoch.
    pub epochs: Vec<Epoch>,
}

impl Curve {
    /// A term, or the total, by its name.
    pub fn series(&self, name: &str) -> Option<&[f32]> {
        if name == LossTerms::TOTAL {
            return Some(&self.total);
        }
        self.terms.iter().find(|(known, _)| known == name).map(|(_, values)| values.as_slice())
    }

    /// The same to be added to; one that is not there yet is made.
    pub(super) fn series_mut(&mut self, name: &str) -> &mut Vec<f32> {
        if name == LossTerms::TOTAL {
            return &mut self.total;
        }
        let at = self.terms.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.terms.push((name.to_owned().into(), Vec::new()));
            self.terms.len() - 1
        });
        &mut self.terms[at].1
    }
}

/// A job with all that is needed to resume it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredJob {
    /// The job.
    pub job: JobId,
    /// Where it stands.
    pub status: Status,
    /// What went wrong.
    pub message: Option<Phrase>,
    /// Milliseconds since 1970.
    pub created: u64,
    /// The recipe of the whole job, with its ranges.
    pub sweep: Sweep,
    /// Its runs, in the order of the job's first report.
    pub runs: Vec<RunInfo>,
    /// Its data, as it was found when it began; `None` of a job of an older version.
    pub data: Option<JobData>,
    /// What the user did, in order.
    pub events: Vec<Event>,
    /// The newest readable state; `None` begins at step 0.
    pub resume: Option<ResumeState>,
    /// Runs that have come to their end.
    pub finished: Vec<FinishedRun>,
    /// What its teachers from outside said.
    pub outside: Vec<KeptOutside>,
}

impl StoredJob {
    /// Runs of which a setting was moved live.
    pub fn edited(&self) -> HashSet<RunId> {
        let changes = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Change(change) => Some((event.stage, change)),
            _ => None,
        });
        let touches = |info: &RunInfo, (stage, change): (Stage, &Change)| {
            info.stage == stage && change.concerns(info.run, info.role)
        };
        let touched = changes.flat_map(|change| self.runs.iter().filter(move |info| touches(info, change)));
        touched.map(|info| info.run).collect()
    }

    /// What the engine needs to resume it.
    pub fn into_resume(self) -> ResumeJob {
        ResumeJob {
            job: self.job,
            sweep: self.sweep,
            runs: self.runs,
            data: self.data,
            state: self.resume,
            events: self.events,
            finished: self.finished.into_iter().map(FinishedRun::into_resume).collect(),
            retry: Vec::new(),
            outside: self.outside,
        }
    }

    /// Runs that ended before they were done and can begin again: they diverged, failed or were stopped.
    pub fn failed(&self) -> Vec<RunId> {
        let whole = |run: &RunInfo| {
            let mut ends = self.finished.iter().filter(|finished| finished.run == run.run);
            ends.any(|finished| matches!(finished.outcome, RunOutcome::Done | RunOutcome::Halved))
        };
        self.runs.iter().filter(|run| !run.loaded && !whole(run)).map(|run| run.run).collect()
    }

    /// What the engine needs to let some of its runs begin again, with the teachers that they lack.
    pub fn into_retry(self, runs: &[RunId]) -> ResumeJob {
        let failed = self.failed();
        let teachers = self.runs.iter().filter(|run| run.role == Role::Teacher && failed.contains(&run.run));
        let retry = teachers.map(|run| run.run).chain(runs.iter().copied()).collect();
        ResumeJob { state: None, retry, ..self.into_resume() }
    }
}

/// How a run came to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedRun {
    /// The run.
    pub run: RunId,
    /// How.
    pub outcome: RunOutcome,
    /// Steps done.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// The kept weights on the validation rows.
    pub validation: Option<Metrics>,
    /// The kept weights on the test rows, where they were looked at.
    pub test: Option<Metrics>,
    /// The kept weights on rows that they were trained on.
    pub training: Option<Metrics>,
    /// The share of the gradient that each term had at the last step.
    pub shares: Vec<(TermName, f64)>,
    /// What the model costs whoever asks it; none of older runs.
    pub cost: Option<Cost>,
    /// The file of the kept weights.
    pub checkpoint: Option<PathBuf>,
}

impl FinishedRun {
    fn into_resume(self) -> protocol::FinishedRun {
        protocol::FinishedRun {
            run: self.run,
            outcome: self.outcome,
            validation: self.validation,
            tested: self.test.is_some(),
            weights: self.checkpoint.map(KeptWeights::File),
        }
    }
}
