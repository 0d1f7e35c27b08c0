//! What the engine tells the outside: plain data, in an order from which a store can be rebuilt.
//!
//! A stream of [`Report`]s, replayed into an empty store, gives an equal store. [`Live`] is what is worth showing now and
//! not worth keeping.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::found::{DataFound, JobData};
use crate::data::FirstRows;
use crate::recipe::{Recipe, Sweep};
use crate::text::Phrase;

/// Names a job for good: `j-0007`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct JobId(pub u64);

/// Names a run for good: `r-0012`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RunId(pub u64);

macro_rules! id {
    ($name:ident, $prefix:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "-{:04}"), self.0)
            }
        }
        impl From<$name> for Phrase {
            fn from(id: $name) -> Self {
                Self::plain(id)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let digits = text.strip_prefix(concat!($prefix, "-"));
                digits
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| format!(concat!("`{}` is not of the form ", $prefix, "-0001"), text))
            }
        }
        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
    };
}
id!(JobId, "j");
id!(RunId, "r");

/// What a run is for in its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The model that is learnt from.
    Teacher,
    /// A model that learns from the teacher.
    Student,
    /// The same student with no teacher: loss = 1 · hard.
    Baseline,
}

impl Role {
    /// Its name in reports and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Student => "student",
            Self::Baseline => "baseline",
        }
    }
}

/// A part of a job, by its place in the order in which parts run: first each teacher, then each population of students (and
/// baselines).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stage(pub u32);

/// One thing that happened to a job, for the store and the window alike.
// It lives behind an `Arc` from its first moment: the size of its largest kind costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// All input was found good; the job begins. The first report of every job.
    Started(Started),
    /// A paused, interrupted or failed job goes on from this point; what is stored beyond it is deleted.
    Resumed(Resumed),
    /// Consecutive training steps of one run.
    Steps(Steps),
    /// The end of an epoch of one run.
    Epoch(Epoch),
    /// Logits of the probe set.
    Snapshot(Snapshot),
    /// Something the user did to the job in mid-run.
    Event(Event),
    /// All that is needed to go on from here.
    ResumeState(ResumeState),
    /// What the kept weights of a run answer, row by row; comes before the report with the metrics of the same part.
    Answers(Answers),
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

/// What is known of a run when it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The run.
    pub run: RunId,
    /// What it is for.
    pub role: Role,
    /// The part of the job in which it is trained.
    pub stage: Stage,
    /// Its resolved recipe. For a member of a sweep: of its cell.
    pub recipe: Recipe,
    /// `MLP 64–64`.
    pub model: String,
    /// T, `None` for a teacher or a baseline.
    pub temperature: Option<f64>,
    /// Weight of the soft term; `None` for a teacher or a baseline.
    pub soft_weight: Option<f64>,
    /// Weight of the hard term.
    pub hard_weight: f64,
    /// Training seed.
    pub seed: u64,
    /// Number of trainable numbers.
    pub parameters: u64,
    /// Steps it will take; 0 for a teacher that is loaded.
    pub steps: u64,
    /// Steps of one epoch.
    pub steps_per_epoch: u64,
    /// True for a teacher that was loaded rather than trained.
    pub loaded: bool,
}

/// The fixed validation rows on which softened distributions are shown: at most 256, stratified.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Their numbers in the data source.
    pub rows: Vec<u32>,
    /// Their true classes.
    pub labels: Vec<u32>,
    /// Class names.
    pub classes: Vec<String>,
    /// `[channels, height, width]`, or `[features]`.
    pub shape: Vec<usize>,
    /// Raw input values, `[rows, shape…]`, scaled to 0…1 for pixels.
    pub inputs: Vec<f32>,
    /// Logits of the teacher, `[rows, classes]`; empty while the teacher is still to be trained.
    pub teacher: Vec<f32>,
}

/// See [`Report::Resumed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resumed {
    /// The job.
    pub job: JobId,
    /// Milliseconds since 1970.
    pub at_millis: u64,
    /// The stage that goes on. Everything of later stages is deleted, and of this stage what lies beyond `step`.
    pub stage: Stage,
    /// Steps of that stage that are done: points of steps < `step`, snapshots and epochs with `step` ≤ this one stay.
    pub step: u64,
    /// Runs that begin anew, in stages of their own behind all others: nothing of theirs stays, and nothing that was done to
    /// them in mid-run happens again.
    pub again: Vec<(RunId, Stage)>,
    /// `cpu`, `cuda:0`, …
    pub device: String,
}

/// See [`Report::Steps`]. All three lists have the same length; a number that is not finite is NaN or ±∞ here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// The run.
    pub run: RunId,
    /// The first step, counted from 0; the others follow without gaps.
    pub first_step: u64,
    /// The soft term, unweighted and without T²; empty for a teacher or a baseline.
    pub soft: Vec<f32>,
    /// The hard term, unweighted.
    pub hard: Vec<f32>,
    /// The weighted total that was descended.
    pub total: Vec<f32>,
}

/// The terms of the loss, averaged over examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LossTerms {
    /// KL(teacher ‖ student) at T in nats, unweighted and without T²; `None` where there is no T.
    pub soft: Option<f64>,
    /// Cross-entropy with the labels at T = 1; `None` where it is not finite.
    pub hard: Option<f64>,
    /// soft weight · T² · soft + hard weight · hard.
    pub total: Option<f64>,
}

/// What a model is worth on one part of the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Rows looked at.
    pub examples: u64,
    /// Rows whose top class is not the label.
    pub errors: u64,
    /// 1 − errors / examples.
    pub accuracy: f64,
    /// Share of rows whose top class is the teacher's; `None` without a teacher.
    pub agreement: Option<f64>,
    /// KL(teacher ‖ student) at T = 1 in nats.
    pub kl: Option<f64>,
    /// Expected calibration error of the top class, 15 equal bins, T = 1.
    pub ece: Option<f64>,
    /// Errors by true class, in class order.
    pub errors_by_class: Vec<u64>,
    /// The loss terms on these rows.
    pub loss: LossTerms,
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
    /// On all validation rows.
    pub validation: Metrics,
}

/// See [`Report::Snapshot`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The run; a teacher's snapshot at the end of its training serves all students of the job.
    pub run: RunId,
    /// Steps done.
    pub step: u64,
    /// `[rows, classes]` of the probe set.
    pub logits: Arc<Vec<f32>>,
}

/// See [`Report::Event`]. It is stored before it takes effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The job.
    pub job: JobId,
    /// Counted from 0 within the job.
    pub number: u64,
    /// Milliseconds since 1970.
    pub at_millis: u64,
    /// The stage.
    pub stage: Stage,
    /// It takes effect before the step of this number.
    pub step: u64,
    /// What was done.
    pub kind: EventKind,
}

/// What can be done to a job in mid-run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum EventKind {
    /// A setting was moved.
    Change(Change),
    /// Training was paused.
    Paused,
    /// Training went on.
    Played,
    /// The user ended the job early.
    Stopped,
    /// The user ended one run early; the others go on.
    RunStopped {
        /// Which.
        run: RunId,
    },
}

/// A setting moved in mid-run. T and weights touch the students, never the baseline; the learning rate touches all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The one run that it is for; all that it can be for, where none is named.
    #[serde(default)]
    pub run: Option<RunId>,
    /// Which setting.
    pub setting: Setting,
    /// Its value before.
    pub from: f64,
    /// Its value from now on.
    pub to: f64,
}

impl Change {
    /// Whether it is for a run of the stage in which it was made.
    pub fn concerns(&self, run: RunId, role: Role) -> bool {
        self.run.is_none_or(|only| only == run) && (self.setting == Setting::LearningRate || role == Role::Student)
    }
}

/// What can be moved in mid-run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// T.
    Temperature,
    /// Weight of the soft term.
    SoftWeight,
    /// Weight of the hard term.
    HardWeight,
    /// Peak learning rate; the schedule goes on from it.
    LearningRate,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Temperature, Self::SoftWeight, Self::HardWeight, Self::LearningRate];

    /// The field of a recipe that it is.
    pub fn path(self) -> &'static str {
        match self {
            Self::Temperature => "distill.temperature",
            Self::SoftWeight => "distill.soft_weight",
            Self::HardWeight => "distill.hard_weight",
            Self::LearningRate => "training.learning_rate",
        }
    }

    /// Its name for people, e.g. `soft weight`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::SoftWeight => "soft weight",
            Self::HardWeight => "hard weight",
            Self::LearningRate => "learning rate",
        }
    }
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

/// See [`Report::Answers`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// The run.
    pub run: RunId,
    /// Of which rows.
    pub part: Part,
    /// Which rows of the data they are, ascending.
    pub rows: Arc<Vec<u32>>,
    /// Their classes.
    pub labels: Arc<Vec<u32>>,
    /// The top class of each row; [`NO_CLASS`](crate::distill::NO_CLASS) where a logit was no finite number.
    pub predicted: Arc<Vec<u32>>,
    /// Logits `[rows, classes]` of the validation rows, where they take [`MOST_LOGITS`] bytes at most.
    pub logits: Option<Arc<Vec<f32>>>,
}

/// Bytes of logits that are kept of a run.
pub const MOST_LOGITS: usize = 16 << 20;

/// A part of the data that models are judged on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What everything that chooses looks at.
    Validation,
    /// What is looked at once.
    Test,
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
    /// The share of the gradient that the soft term had at the last step.
    #[serde(default)]
    pub soft_share: Option<f64>,
    /// The kept weights as a `.safetensors` file; `None` for a loaded teacher and a diverged run.
    pub checkpoint: Option<Arc<Vec<u8>>>,
}

/// See [`Report::Tested`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// The run.
    pub run: RunId,
    /// The kept weights on the test rows.
    pub test: Metrics,
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

/// What is worth showing now and not worth keeping.
#[derive(Clone, Debug)]
pub enum Live {
    /// The device that was chosen, and why.
    Device(DeviceInfo),
    /// What a recipe looks like before it is run; answers a preview.
    Preview(Box<Preview>),
    /// The data of a job that is about to begin.
    Data(Box<JobData>),
    /// How far reading has come: so many of so many bytes or pictures; 0 where the end is not known.
    Reading(u64, u64),
    /// A recipe that cannot be run; answers a preview.
    Unready(Unready),
    /// A start found the input wrong; nothing was stored.
    Rejected {
        /// A stable name for programs.
        code: &'static str,
        /// Every fault, a line each.
        message: Phrase,
    },
    /// What models make of a picture of the user's, or why it cannot be looked at.
    Looked(Result<Box<Looked>, Phrase>),
    /// The inputs of rows that were asked for, or why they cannot be shown.
    Gathered(Result<Box<Gathered>, Phrase>),
    /// The newest logits of the probe set; only the latest matters.
    Snapshot(Snapshot),
    /// Where training stands; only the latest matters.
    Progress(Progress),
    /// What each term contributed to the newest step, of all runs that learn from a teacher; only the latest matters.
    Anatomy(Vec<Anatomy>),
}

/// Why a recipe cannot be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Unready {
    /// The part of it that is at fault, e.g. `student.model`; none where it is none, or all of it.
    pub field: Option<&'static str>,
    /// What is wrong with it.
    pub problem: Phrase,
    /// The first rows of a table that cannot be used, as far as they can be read; empty for other data.
    pub first_rows: FirstRows,
}

/// Inputs of rows that no probe set holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// The job whose data they are of.
    pub job: JobId,
    /// The rows, by their number in the data.
    pub rows: Vec<u32>,
    /// `[rows, …shape]`; pixels from 0 to 1.
    pub inputs: Vec<f32>,
    /// Shape of one example.
    pub shape: Vec<usize>,
}

/// A picture of the user's, as the models see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    /// The name of its file.
    pub name: String,
    /// Whether light and dark were exchanged, so that its ground is that of the data.
    pub inverted: bool,
    /// The picture as a probe set of one row without a label, with the teacher's logits where there is a teacher yet.
    pub probe: Arc<Probe>,
    /// The student's logits; empty where there is none yet.
    pub student: Vec<f32>,
}

/// What the two terms contributed to one step of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anatomy {
    /// The run.
    pub run: RunId,
    /// Which step, counted from 0.
    pub step: u64,
    /// The soft term, unweighted and without T².
    pub soft: f64,
    /// T in that step.
    pub temperature: f64,
    /// Weight of the soft term in that step.
    pub soft_weight: f64,
    /// Whether the soft term is multiplied by T² as well.
    pub temperature_squared: bool,
    /// The hard term, unweighted.
    pub hard: f64,
    /// Weight of the hard term in that step.
    pub hard_weight: f64,
    /// Norm of the weighted soft term's gradient by the logits, over the batch.
    pub soft_norm: f64,
    /// The same of the hard term's.
    pub hard_norm: f64,
    /// Cosine of the angle between those gradients; 0 where one of them is zero.
    pub cosine: f64,
}

impl Anatomy {
    /// What the soft term is multiplied by in the total.
    pub fn soft_factor(&self) -> f64 {
        let squared = if self.temperature_squared { self.temperature * self.temperature } else { 1.0 };
        self.soft_weight * squared
    }

    /// The soft term's share of the gradient, soft norm over the sum of both norms; none where there is no gradient.
    pub fn soft_share(&self) -> Option<f64> {
        let share = self.soft_norm / (self.soft_norm + self.hard_norm);
        share.is_finite().then_some(share)
    }
}

/// The device of the training thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// `cpu`, `cuda:0`, `metal:0`.
    pub name: String,
    /// Threads of the pool, for the CPU.
    pub threads: usize,
    /// Why this one, as a sentence for people.
    pub reason: Phrase,
}

/// What a recipe looks like before it is run.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The recipe that was asked about.
    pub recipe: Recipe,
    /// Rows of the transfer set, of validation and of test.
    pub rows: [usize; 3],
    /// The rows that the lens looks at, with the teacher's logits where it is ready-made.
    pub probe: Arc<Probe>,
    /// Logits of the student's initial weights on them, `[rows, classes]`; empty without a student.
    pub student: Arc<Vec<f32>>,
    /// Trainable numbers of the teacher and of the student.
    pub parameters: [u64; 2],
    /// The teacher's model, e.g. `MLP 1200–1200`.
    pub teacher_model: String,
    /// A ready-made teacher's errors on the validation rows.
    pub teacher_errors: Option<u64>,
    /// The data, as it was found.
    pub found: DataFound,
    /// The first rows of a table, as they are written; empty for other data.
    pub first_rows: FirstRows,
}

/// Where training stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The job.
    pub job: JobId,
    /// The stage.
    pub stage: Stage,
    /// How many stages the job has.
    pub stages: u32,
    /// Runs that train together now.
    pub members: usize,
    /// Whether it is a teacher's.
    pub teacher: bool,
    /// Steps done in this stage.
    pub step: u64,
    /// Steps of this stage.
    pub steps: u64,
    /// Steps of an epoch of this stage.
    pub steps_per_epoch: u64,
    /// Steps a second, lately.
    pub steps_per_second: f64,
    /// Seconds until the whole job ends, at this pace.
    pub seconds_left: f64,
    /// What the thread is doing.
    pub activity: Activity,
}

/// What the training thread is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Steps of training.
    Training,
    /// Waiting for the user.
    Paused,
    /// Waiting for the disk: reports are made faster than they are stored.
    WaitingForDisk,
}
