//! Why a report is not kept.

use serde::{Deserialize, Serialize};

use super::ids::JobId;
use crate::text::{Phrase, phrase, prints_its_phrase};

/// Why a report is not kept (yet).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum JournalError {
    /// Not yet: ask again.
    Busy,
    /// Another process has the job.
    Leased(JobId),
    /// Not, and it will not be.
    Failed(Phrase),
}

impl JournalError {
    /// In words.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Busy => phrase!("journal-busy"),
            Self::Leased(job) => phrase!("journal-leased", job = *job),
            Self::Failed(problem) => phrase!("journal-failed", problem = problem),
        }
    }
}

prints_its_phrase!(JournalError);
