//! Why a recipe cannot be run, and why a job ends early.

use super::device::of_device;
use crate::data::DataError;
use crate::model::{CheckpointError, PlanError, Unanswered};
use crate::recipe::Faults;
use crate::recipe::fields::{CHECKPOINT, TEACHER_ENSEMBLE, TEACHER_LOGITS};
use crate::text::{Phrase, phrase, prints_its_phrase};

/// Why a recipe cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The data.
    Data(#[from] DataError),
    /// The student's or teacher's layers.
    Plan {
        /// `student.model` or `teacher.model`.
        whose: &'static str,
        /// What is wrong with them.
        error: PlanError,
    },
    /// A model's file or folder.
    Checkpoint {
        /// `teacher.checkpoint`, or the layers that are those of a folder.
        whose: &'static str,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// The file of a teacher's logits.
    Logits(DataError),
    /// One model of an ensemble.
    OfEnsemble {
        /// Which of the list, counted from 1.
        position: usize,
        /// What is wrong with it.
        error: Box<PrepareError>,
    },
    /// The teacher has seen rows that are to judge it.
    Overlap {
        /// The file.
        path: String,
        /// Test rows it was trained on.
        rows: usize,
        /// Test rows.
        of: usize,
    },
    /// The method cannot learn from what there is.
    Method {
        /// The part of the recipe that asks for it.
        field: &'static str,
        /// What it lacks.
        problem: Phrase,
    },
    /// The recipe's cells.
    Recipe(#[from] Faults),
    /// The device.
    Device(#[from] candle_core::Error),
    /// The user does not want it any more.
    Cancelled,
}

impl PrepareError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Data(error) | Self::Logits(error) => error.code(),
            Self::Plan { error, .. } => error.code(),
            Self::Checkpoint { error, .. } => error.code(),
            Self::OfEnsemble { error, .. } => error.code(),
            Self::Overlap { .. } => "teacher-saw-test-rows",
            Self::Method { .. } => "method",
            Self::Recipe(_) => "recipe",
            Self::Device(_) => "device",
            Self::Cancelled => "cancelled",
        }
    }

    /// The part of the recipe that is at fault, where it is one.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Data(_) => Some("data"),
            Self::Plan { whose, .. } | Self::Checkpoint { whose, .. } => Some(whose),
            Self::Logits(_) => Some(TEACHER_LOGITS.path),
            Self::Overlap { .. } => Some(CHECKPOINT.path),
            Self::OfEnsemble { .. } => Some(TEACHER_ENSEMBLE.path),
            Self::Method { field, .. } => Some(field),
            Self::Recipe(_) | Self::Device(_) | Self::Cancelled => None,
        }
    }

    /// In words: what is wrong, and what to do.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Data(error) => error.phrase(),
            Self::Logits(error) => phrase!("fault-at", place = TEACHER_LOGITS.path, problem = error.phrase()),
            Self::Plan { whose, error } => phrase!("fault-at", place = *whose, problem = error.phrase()),
            Self::Checkpoint { whose, error } => phrase!("fault-at", place = *whose, problem = error.phrase()),
            Self::OfEnsemble { position, error } => {
                let problem = match &**error {
                    Self::Checkpoint { error, .. } => error.phrase(),
                    Self::Plan { error, .. } => error.phrase(),
                    Self::Logits(error) => error.phrase(),
                    other => return other.phrase(),
                };
                let place = format!("{}.{position}", TEACHER_ENSEMBLE.path);
                phrase!("fault-at", place = place, problem = problem)
            }
            Self::Overlap { path, rows, of } => phrase!("teacher-saw-test", path = path, rows = *rows, of = *of),
            Self::Method { field, problem } => phrase!("fault-at", place = *field, problem = problem),
            Self::Recipe(faults) => faults.phrase(),
            Self::Device(error) => of_device(error),
            Self::Cancelled => phrase!("cancelled"),
        }
    }
}

prints_its_phrase!(PrepareError);

impl From<CheckpointError> for PrepareError {
    fn from(error: CheckpointError) -> Self {
        Self::Checkpoint { whose: CHECKPOINT.path, error }
    }
}

impl From<Unanswered> for PrepareError {
    fn from(why: Unanswered) -> Self {
        match why {
            Unanswered::Cancelled => Self::Cancelled,
            Unanswered::Device(error) => Self::Device(error),
            Unanswered::Outside(problem) => Self::Method { field: CHECKPOINT.path, problem },
        }
    }
}

/// Why a job ends early.
#[derive(Debug)]
pub(super) enum Halt {
    /// The user ended it.
    Stopped,
    /// The handle is being dropped: it rests.
    Closing,
    /// It cannot continue.
    Failed(Phrase),
}

impl Halt {
    pub fn phrase(self) -> Phrase {
        match self {
            Self::Stopped | Self::Closing => phrase!("job-stopped"),
            Self::Failed(problem) => problem,
        }
    }
}

impl From<candle_core::Error> for Halt {
    fn from(error: candle_core::Error) -> Self {
        Self::Failed(of_device(&error))
    }
}

impl From<Unanswered> for Halt {
    fn from(why: Unanswered) -> Self {
        match why {
            Unanswered::Cancelled => Self::Closing,
            Unanswered::Device(error) => error.into(),
            Unanswered::Outside(problem) => Self::Failed(problem),
        }
    }
}
