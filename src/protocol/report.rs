//! What the engine tells, in an order from which a store can be rebuilt: replayed into an empty store, it gives an equal one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::exits::Exits;
use super::found::JobData;
use super::ids::{JobId, RunId, Stage};
use super::loss::{LossTerms, TermName};
use super::metrics::{Answers, Metrics};
use super::run::{Probe, RunInfo};
use crate::recipe::Sweep;
use crate::text::Phrase;

/// One thing that happened to a job, for the store and the window alike.
// It lives behind an `Arc` from its first moment: the size of its largest kind costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// All input was found good; the job begins. The first report of every job.
    Started(Started),
    /// A paused, interrupted or failed job resumes from this point; what is stored beyond it is deleted.
    Resumed(Resumed),
    /// Consecutive training steps of one run.
    Steps(Steps),
    /// The end of an epoch of one run.
    Epoch(Epoch),
    /// Logits of the probe set.
    Snapshot(Snapshot),
    /// Something the user did to the running job.
    Event(Event),
    /// All that is needed to resume from here.
    ResumeState(ResumeState),
    /// What a teacher from outside says of all rows of its data.
    Outside(Outside),
    /// What the kept weights of a run answer, row by row; comes before the report with the metrics of the same part.
    Answers(Answers),
    /// What the kept weights of a run with exits say at each of them.
    Exits(Exits),
    /// A run has come to its end.
    RunFinished(RunFinished),
    /// The test rows were looked at for a run that validation chose.
    Tested(Tested),
    /// The job has come to an end, or rests.
    JobEnded(JobEnded),
}

/// See [`Report::Started`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The job.
    pub job: JobId,
    /// Milliseconds since 1970.
    pub at_millis: u64,
    /// The recipe of the whole job, with its ranges.
    pub sweep: Sweep,
    /// Its runs, in the order teachers, students, baselines.
    pub runs: Vec<RunInfo>,
    /// `cpu`, `cuda:0`, …
    pub device: String,
    /// The rows that the lens looks at.
    pub probe: Arc<Probe>,
    /// The data, as it was found; `None` of a job of an older version.
    #[serde(default)]
    pub data: Option<JobData>,
}

/// See [`Report::Resumed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resumed {
    /// The job.
    pub job: JobId,
    /// Milliseconds since 1970.
    pub at_millis: u64,
    /// The stage that resumes. Everything of later stages is deleted, and of this stage what lies beyond `step`.
    pub stage: Stage,
    /// Steps of that stage that are done: points of steps < `step`, snapshots and epochs with `step` ≤ this one stay.
    pub step: u64,
    /// Runs that begin again, in stages of their own behind all others: nothing of theirs stays, and nothing that was done to
    /// them live happens again.
    pub retried: Vec<(RunId, Stage)>,
    /// `cpu`, `cuda:0`, …
    pub device: String,
}

/// See [`Report::Steps`]. All lists have the same length; a number that is not finite is NaN or ±∞ here, and a term that was left out
/// of a step is NaN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// The run.
    pub run: RunId,
    /// The first step, counted from 0; the others follow without gaps.
    pub first_step: u64,
    /// Each term, unweighted, in the order of its method.
    pub terms: Vec<(TermName, Vec<f32>)>,
    /// The weighted total that was descended.
    pub total: Vec<f32>,
}

/// See [`Report::Epoch`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The run.
    pub run: RunId,
    /// Epochs done, counted from 1.
    pub epoch: u64,
    /// Steps done.
    pub step: u64,
    /// Mean over this epoch's training examples, as they were seen.
    pub loss: LossTerms,
    /// Terms that were left out of some steps, since these had too few rows for them, with the number of those steps.
    #[serde(default)]
    pub left_out: Vec<(TermName, u64)>,
    /// On all validation rows.
    pub validation: Metrics,
}

impl Epoch {
    /// Whether the total is no finite number, or a term that was not left out.
    pub fn is_broken(&self) -> bool {
        let is_left_out = |term: &TermName| self.left_out.iter().any(|(known, _)| known == term);
        let is_broken = |(term, value): &(TermName, Option<f64>)| value.is_none() && !is_left_out(term);
        self.loss.total.is_none() || self.loss.terms.iter().any(is_broken)
    }
}

/// See [`Report::Snapshot`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The run; a teacher's snapshot at the end of its training serves all students that learn from it.
    pub run: RunId,
    /// Steps done.
    pub step: u64,
    /// `[rows, classes]` of the probe set.
    pub logits: Arc<Vec<f32>>,
}

/// See [`Report::ResumeState`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResumeState {
    /// The job.
    pub job: JobId,
    /// The stage.
    pub stage: Stage,
    /// Steps of that stage that are done.
    pub step: u64,
    /// Opaque to all but the engine.
    pub bytes: Arc<Vec<u8>>,
}

/// See [`Report::RunFinished`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFinished {
    /// The run.
    pub run: RunId,
    /// Milliseconds since 1970.
    pub at_millis: u64,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Steps done.
    pub steps: u64,
    /// Seconds of training, evaluation not included.
    pub seconds: f64,
    /// The kept weights on the validation rows.
    pub validation: Option<Metrics>,
    /// The kept weights on the test rows, where they were looked at.
    pub test: Option<Metrics>,
    /// The kept weights on rows that they were trained on, against the labels that they were shown; at most [`JUDGED`](super::JUDGED) rows.
    #[serde(default)]
    pub training: Option<Metrics>,
    /// The share of the gradient that each term had at the last step; empty where there was none.
    #[serde(default)]
    pub shares: Vec<(TermName, f64)>,
    /// What the model costs whoever asks it; none of a diverged run, and of what cannot be asked.
    #[serde(default)]
    pub cost: Option<Cost>,
    /// The kept weights as a `.safetensors` file; `None` for a loaded teacher and a diverged run.
    pub checkpoint: Option<Arc<Vec<u8>>>,
}

impl RunFinished {
    /// The end of a run that took no step, and of which nothing is known.
    pub fn at_once(run: RunId, at_millis: u64) -> Self {
        Self {
            run,
            at_millis,
            outcome: RunOutcome::Done,
            steps: 0,
            seconds: 0.0,
            validation: None,
            test: None,
            training: None,
            shares: Vec::new(),
            cost: None,
            checkpoint: None,
        }
    }
}

/// What a model costs whoever asks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Bytes of its weights.
    pub bytes: u64,
    /// Multiply-adds of one row; of texts, of one as long as validation texts are on average.
    pub multiply_adds: u64,
    /// Microseconds of a row that is asked alone, and of one of 64 that are asked together; texts are read as tokens before.
    pub microseconds: [f64; 2],
    /// The processor that took so long, and its threads.
    pub machine: String,
}

/// See [`Report::Tested`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// The run.
    pub run: RunId,
    /// The kept weights on the test rows.
    pub test: Metrics,
}

/// See [`Report::Outside`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outside {
    /// The job.
    pub job: JobId,
    /// Who says it.
    pub teacher: OutsideTeacher,
    /// `[rows, classes]`, both in the order of the data.
    pub logits: Arc<Vec<f32>>,
}

/// A teacher that is asked once and never again: another program's graph, or a file of logits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideTeacher {
    /// Where it comes from, as recipes write it.
    pub source: String,
    /// The digest of the data whose rows it was asked about.
    pub data: String,
    /// What people call it.
    pub name: String,
    /// Numbers that it has learnt; 0 where nobody knows.
    pub parameters: u64,
    /// Tells what it says from what others do.
    pub digest: String,
    /// Number of classes.
    pub classes: u64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// As planned.
    Done,
    /// By the user, early; its results are those of the last step.
    Stopped,
    /// Its loss is not a finite number any more.
    Diverged,
    /// Its sweep went on without it: others were better on the validation rows.
    Halved,
    /// See the job's message.
    Failed,
}

/// See [`Report::JobEnded`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobEnded {
    /// The job.
    pub job: JobId,
    /// Milliseconds since 1970.
    pub at_millis: u64,
    /// How.
    pub outcome: JobOutcome,
    /// What went wrong, for people.
    pub message: Option<Phrase>,
}

/// How a job ended, or rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobOutcome {
    /// All its runs came to an end.
    Done,
    /// By the user.
    Stopped,
    /// It rests and can be resumed: the window was closed in mid-training.
    Paused,
    /// It failed and can be resumed.
    Failed,
}
