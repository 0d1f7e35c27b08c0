//! What is worth showing now and not worth keeping.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::exits::Exits;
use super::found::{DataFound, JobData};
use super::ids::{JobId, Stage};
use super::loss::Anatomy;
use super::report::Snapshot;
use super::request::{OneRow, Own};
use super::run::Probe;
use crate::data::{FirstRows, Texts};
use crate::recipe::Recipe;
use crate::text::Phrase;

/// What is worth showing now and not worth keeping.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
        code: Cow<'static, str>,
        /// Every fault, a line each.
        message: Phrase,
    },
    /// What models make of a picture of the user's, or why it cannot be looked at.
    Inspected(Result<Box<Inspected>, Phrase>),
    /// How models read a text, or why they cannot be asked.
    Explained(Result<Box<Explained>, Phrase>),
    /// The inputs of rows that were asked for, or why they cannot be shown.
    Gathered(Result<Box<Gathered>, Phrase>),
    /// The newest logits of the probe set; only the latest matters.
    Snapshot(Snapshot),
    /// Where training stands; only the latest matters.
    Progress(Progress),
    /// What each term contributed to the newest step, of all runs that learn from a teacher; only the latest matters.
    Anatomy(Vec<Anatomy>),
    /// What a run says at each of its exits after an epoch; only the latest of each matters.
    Exits(Box<Exits>),
}

/// Why a recipe cannot be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unready {
    /// The part of it that is at fault, e.g. `student.model`; none where it is none, or all of it.
    pub field: Option<Cow<'static, str>>,
    /// What is wrong with it.
    pub problem: Phrase,
    /// The first rows of a table that cannot be used, as far as they can be read; empty for other data.
    pub first_rows: FirstRows,
}

/// Inputs of rows that no probe set holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    /// The job whose data they are of.
    pub job: JobId,
    /// The rows, by their number in the data.
    pub rows: Vec<u32>,
    /// `[rows, …shape]`; pixels from 0 to 1.
    pub inputs: Vec<f32>,
    /// Shape of one example.
    pub shape: Vec<usize>,
    /// The texts of the rows, where they are texts; no row otherwise.
    #[serde(default)]
    pub texts: Texts,
}

/// What models were asked about, as they see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspected {
    /// What was asked.
    pub what: Own,
    /// How many texts others were made of, where one of them was asked about.
    pub among: u64,
    /// The name of its file.
    pub name: String,
    /// Whether light and dark were exchanged, so that its ground is that of the data.
    pub inverted: bool,
    /// The picture or the texts as a probe set without labels, with the teacher's logits where there is a teacher yet. Of texts that
    /// were made the one that they were made of is the first.
    pub probe: Arc<Probe>,
    /// The student's logits, `[rows, classes]`; empty where there is none yet.
    pub student: Vec<f32>,
}

/// How a teacher and a student see a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The sample.
    pub sample: OneRow,
    /// The teacher's reading, of several teachers the first's, or why there is none; nothing where there is no teacher.
    pub teacher: Option<Result<Reading, Phrase>>,
    /// The same of the student.
    pub student: Option<Result<Reading, Phrase>>,
}

/// A sample as one model sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The class that the model answers, by its index in the data.
    pub class: usize,
    /// The tokens of a text.
    pub tokens: Vec<Token>,
    /// The start of what is beyond the tokens that it reads; empty where it reads all.
    pub cut: String,
    /// Where its convolutions look in a picture, from the input to the logits; empty where it has none.
    pub maps: Vec<AttentionMap>,
}

/// Where a convolution looks: the mean of squares over its channels at each place, as a vector of length 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttentionMap {
    /// Which of the inner layers it is, from 1.
    pub layer: usize,
    /// Height and width.
    pub size: [usize; 2],
    /// One for each place, row by row.
    pub values: Vec<f32>,
}

/// A token of a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// The token; of what the model does not know the letters that stand in the text.
    pub text: String,
    /// Whether the model does not know it.
    pub unknown: bool,
    /// Gradient × input: how much it speaks for the answer, or below 0 against it.
    pub value: f32,
}

/// The device of the training thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// `cpu`, `cuda:0`, `metal:0`.
    pub name: String,
    /// Threads of the pool, for the CPU.
    pub threads: usize,
    /// Why this one, as a sentence for people.
    pub reason: Phrase,
}

/// What a recipe looks like before it is run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Preview {
    /// The recipe that was asked about.
    pub recipe: Recipe,
    /// Rows of the transfer set, of validation and of test.
    pub rows: [usize; 3],
    /// The rows that the lens looks at, with the teacher's logits where it is ready-made.
    pub probe: Arc<Probe>,
    /// Logits of the student's initial weights on them, `[rows, classes]`; empty without a student.
    pub student: Arc<Vec<f32>>,
    /// Parameters of the teacher and of the student.
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activity {
    /// Steps of training.
    Training,
    /// Waiting for the user.
    Paused,
    /// Waiting for the disk: reports are made faster than they are stored.
    WaitingForDisk,
}
