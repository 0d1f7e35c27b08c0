//! What the engine tells the outside: plain data, in an order from which a store can be rebuilt.
//!
//! A stream of [`Report`]s, replayed into an empty store, gives an equal store. [`Live`] is what is worth showing now and
//! not worth keeping.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::found::{DataFound, JobData};
use crate::data::FirstRows;
use crate::distill::{Method, Objective};
use crate::recipe::fields::{self, FIELDS, Field, Kind};
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

impl RunInfo {
    /// What it is asked to learn at first: a student what its recipe says, others the labels alone.
    pub fn objective(&self) -> Objective {
        match self.role {
            Role::Student => self.recipe.distill.clone(),
            Role::Teacher | Role::Baseline => Objective::labels(),
        }
    }

    /// T; none for a teacher, a baseline and a method without one.
    pub fn temperature(&self) -> Option<f64> {
        self.recipe.distill.temperature().filter(|_| self.role == Role::Student)
    }

    /// The numbers of its method's fields by their paths, at its beginning; none of a teacher or a baseline.
    pub fn settings(&self) -> Vec<(&'static str, f64)> {
        let numbers =
            self.recipe.distill.fields().filter(|(field, _)| matches!(field.kind, Kind::Number(_) | Kind::Whole(_)));
        numbers.filter(|_| self.role == Role::Student).map(|(field, value)| (field.path, value)).collect()
    }

    /// A setting at its beginning; none for what it does not have.
    pub fn setting(&self, setting: Setting) -> Option<f64> {
        if setting == Setting::LEARNING_RATE {
            return Some(self.recipe.training.learning_rate);
        }
        self.recipe.distill.get(setting.path()).filter(|_| self.role == Role::Student)
    }
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

/// What a term is called: `soft`.
pub type TermName = Cow<'static, str>;

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

/// The terms of the loss, averaged over the examples that each is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LossTerms {
    /// Each term, unweighted, in the order of its method; `None` where it is not finite, or there was nothing for it.
    pub terms: Vec<(TermName, Option<f64>)>,
    /// The weighted total.
    pub total: Option<f64>,
}

impl LossTerms {
    /// The name of the weighted sum beside those of the terms.
    pub const TOTAL: &'static str = "total";

    /// A term, or the total, by its name.
    pub fn get(&self, name: &str) -> Option<f64> {
        if name == Self::TOTAL {
            return self.total;
        }
        self.terms.iter().find(|(known, _)| known == name).and_then(|(_, value)| *value)
    }

    /// Whether a term or the total is no finite number.
    pub fn is_broken(&self) -> bool {
        self.total.is_none() || self.terms.iter().any(|(_, value)| value.is_none())
    }
}

/// One object: `{"soft":…,"hard":…,"total":…}`.
impl Serialize for LossTerms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let terms = self.terms.iter().map(|(name, value)| (name.as_ref(), value));
        serializer.collect_map(terms.chain([(Self::TOTAL, &self.total)]))
    }
}

impl<'de> Deserialize<'de> for LossTerms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = LossTerms;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("terms by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LossTerms, A::Error> {
                let mut found = LossTerms::default();
                while let Some((name, value)) = map.next_entry::<String, Option<f64>>()? {
                    if name == LossTerms::TOTAL {
                        found.total = value;
                    } else {
                        found.terms.push((name.into(), value));
                    }
                }
                Ok(found)
            }
        }
        deserializer.deserialize_map(InOrder)
    }
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
    /// Terms that were left out of some steps, since these had too few rows for them, with the number of those steps.
    #[serde(default)]
    pub left_out: Vec<(TermName, u64)>,
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

/// A setting moved in mid-run. Fields of the method touch the students, never the baseline; the learning rate touches all.
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
        self.run.is_none_or(|only| only == run) && (self.setting == Setting::LEARNING_RATE || role == Role::Student)
    }
}

/// A field that can be moved in mid-run.
#[derive(Clone, Copy, Debug)]
pub struct Setting(&'static Field);

impl Setting {
    /// Peak learning rate; the schedule goes on from it.
    pub const LEARNING_RATE: Self = Self(&fields::LEARNING_RATE);
    /// T.
    pub const TEMPERATURE: Self = Self(&fields::TEMPERATURE);
    /// Weight of the soft term.
    pub const SOFT_WEIGHT: Self = Self(&fields::SOFT_WEIGHT);
    /// Weight of the hard term.
    pub const HARD_WEIGHT: Self = Self(&fields::HARD_WEIGHT);

    /// Names that older versions wrote.
    const OLD: [(&'static str, Self); 4] = [
        ("temperature", Self::TEMPERATURE),
        ("soft-weight", Self::SOFT_WEIGHT),
        ("hard-weight", Self::HARD_WEIGHT),
        ("learning-rate", Self::LEARNING_RATE),
    ];

    /// The setting of a path, where it can be moved in mid-run.
    pub fn at(path: &str) -> Option<Self> {
        fields::field(path).filter(|field| field.is_live).map(Self)
    }

    /// Those of a method, then the learning rate.
    pub fn of(method: &'static Method) -> Vec<Self> {
        method.fields.iter().filter(|field| field.is_live).map(Self).chain([Self::LEARNING_RATE]).collect()
    }

    /// All that any method has, then the learning rate.
    pub fn all() -> Vec<Self> {
        let of_methods = FIELDS.iter().filter(|field| field.is_live && field.path != Self::LEARNING_RATE.path());
        of_methods.map(Self).chain([Self::LEARNING_RATE]).collect()
    }

    /// The field of a recipe that it is.
    pub fn field(self) -> &'static Field {
        self.0
    }

    /// The path of that field.
    pub fn path(self) -> &'static str {
        self.0.path
    }
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        self.path() == other.path()
    }
}

impl Eq for Setting {}

impl Hash for Setting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path().hash(state);
    }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.path())
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let old = || Self::OLD.into_iter().find(|(old, _)| *old == name).map(|(_, setting)| setting);
        Self::at(&name).or_else(old).ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no setting")))
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
    /// The share of the gradient that each term had at the last step; empty where there was none.
    #[serde(default)]
    pub shares: Vec<(TermName, f64)>,
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

/// What the terms contributed to one step of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Anatomy {
    /// The run.
    pub run: RunId,
    /// Which step, counted from 0.
    pub step: u64,
    /// In the order of its method.
    pub terms: Vec<TermPart>,
}

/// What one term contributed.
#[derive(Clone, Debug, PartialEq)]
pub struct TermPart {
    /// The term.
    pub name: TermName,
    /// Unweighted; NaN where it was left out.
    pub value: f64,
    /// Its weight in that step, a warm-up included.
    pub weight: f64,
    /// T, where the term is multiplied by its square as well.
    pub squared: Option<f64>,
    /// Norm of the weighted term's gradient by the logits, over the batch.
    pub norm: f64,
    /// Cosine of the angle between that gradient and the sum of all others; 0 where one of them is zero.
    pub cosine: f64,
}

impl TermPart {
    /// What it is multiplied by in the total.
    pub fn factor(&self) -> f64 {
        self.squared.map_or(self.weight, |t| self.weight * t * t)
    }
}

impl Anatomy {
    /// Each term's share of the gradient, its norm over the sum of all norms; none where there is no gradient.
    pub fn shares(&self) -> Option<Vec<f64>> {
        let sum: f64 = self.terms.iter().map(|term| term.norm).sum();
        (sum.is_finite() && sum > 0.0).then(|| self.terms.iter().map(|term| term.norm / sum).collect())
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
