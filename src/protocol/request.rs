//! What the outside asks of an engine, and what it needs to run a job or to resume one.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::{Event, Setting};
use super::found::JobData;
use super::ids::{JobId, RunId};
use super::metrics::Metrics;
use super::report::{OutsideTeacher, ResumeState, RunOutcome};
use super::run::RunInfo;
use crate::data::Texts;
use crate::recipe::{Recipe, Source, Sweep};

/// What the outside asks of the training thread.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// What a recipe looks like, answered by [`Live::Preview`](super::Live::Preview); between jobs only.
    Preview(Box<Recipe>),
    /// What models make of a picture or a text, answered by [`Live::Inspected`](super::Live::Inspected) between two steps.
    Inspect(Box<Inspect>),
    /// How models see a sample, a text token by token, a picture by its places, answered by
    /// [`Live::Explained`](super::Live::Explained) between two steps.
    Explain(Box<Explain>),
    /// Load models that are going to be asked, so that their first answer is quick; between jobs only.
    MakeReady(Box<Readers>),
    /// The inputs of rows, answered by [`Live::Gathered`](super::Live::Gathered) between two steps.
    Gather(Box<Gather>),
    /// Run a job, or resume one.
    Start(Box<JobStart>),
    /// Rest before the next step.
    Pause,
    /// Go on.
    Play,
    /// While paused: one step.
    StepOnce,
    /// End the job now; its results are those of the last step.
    Stop,
    /// Move settings of the running job, all of them before the same step.
    Change(Vec<Move>),
    /// End one run of the running job; the others go on.
    StopRun(RunId),
}

/// A setting that is to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// Of this run alone, or of all that it can be for.
    pub run: Option<RunId>,
    /// Which.
    pub setting: Setting,
    /// Its new value.
    pub to: f64,
}

impl Request {
    /// Move one setting: of one run, or of all that it can be for.
    pub fn change(setting: Setting, to: f64, run: Option<RunId>) -> Self {
        Self::Change(vec![Move { run, setting, to }])
    }
}

/// Something of the user's that models are asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Own {
    /// A PNG or JPEG file.
    Picture(PathBuf),
    /// A text, as it was typed.
    Text(String),
    /// One of the texts that others were made of for the students, with those: by its number among them, beginning again behind the
    /// last.
    Synthetic(u64),
}

/// What is to be looked at, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspect {
    /// Who looks.
    pub readers: Readers,
    /// What they look at.
    pub what: Own,
}

/// A sample that is to be explained, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explain {
    /// Who looks at it.
    pub readers: Readers,
    /// The sample.
    pub sample: OneRow,
}

/// A row of the kind of the data's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OneRow {
    /// A text, or a pair of them: one row.
    Text(Texts),
    /// A picture, channel by channel, each value from 0 to 1.
    Picture(Vec<f32>),
}

/// A teacher and a student that are asked about something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Readers {
    /// The recipe whose data say how large pictures are, and whose teacher looks.
    pub recipe: Box<Recipe>,
    /// The checkpoints of those of its teacher's models that were trained first, in their order; empty while one is missing.
    pub teachers: Vec<PathBuf>,
    /// The checkpoint of the student.
    pub student: Option<PathBuf>,
    /// Whether the student's initial weights look where nothing else is known of it.
    pub untrained: bool,
    /// The student where its job runs now: its present weights look.
    pub run: Option<RunId>,
}

/// Rows of a job's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gather {
    /// The job.
    pub job: JobId,
    /// Where its data come from.
    pub source: Source,
    /// The rows, by their number in the data.
    pub rows: Vec<u32>,
    /// Their classes, as the job knew them: other data have others.
    pub labels: Vec<u32>,
}

/// What to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is one, and it is moved once")]
pub enum JobStart {
    /// A new job.
    New(Sweep),
    /// One that rests, failed or was interrupted.
    Resume(ResumeJob),
}

/// What the store knows of a job to be resumed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResumeJob {
    /// The job.
    pub job: JobId,
    /// Its recipe, with its ranges.
    pub sweep: Sweep,
    /// Its runs, as they were started.
    pub runs: Vec<RunInfo>,
    /// The newest resume state; without one it begins again.
    pub state: Option<ResumeState>,
    /// The data with which it began; `None` of a job of an older version.
    pub data: Option<JobData>,
    /// All its events, in order.
    pub events: Vec<Event>,
    /// Runs that have come to their end.
    pub finished: Vec<FinishedRun>,
    /// Runs to begin again, where the job has ended: then no others are trained.
    pub retry: Vec<RunId>,
    /// What its teachers from outside said, so that they need not be there any more.
    pub outside: Vec<KeptOutside>,
}

/// What a teacher from outside said, where a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOutside {
    /// Who said it.
    pub teacher: OutsideTeacher,
    /// Its logits, little-endian `f32`.
    pub file: PathBuf,
    /// The SHA-256 of that file.
    pub address: String,
}

/// A run that has come to its end before the job resumes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishedRun {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub outcome: RunOutcome,
    /// The kept weights on the validation rows.
    pub validation: Option<Metrics>,
    /// Whether the test rows were looked at.
    pub tested: bool,
    /// The kept weights.
    pub weights: Option<KeptWeights>,
}

/// A `.safetensors` file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum KeptWeights {
    /// Its content.
    Bytes(Arc<Vec<u8>>),
    /// Where it lies.
    File(PathBuf),
}
