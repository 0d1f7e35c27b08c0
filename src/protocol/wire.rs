//! What an engine in a process of its own and the one that holds its store say to each other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::{JobId, RunId};
use super::journal::JournalError;
use super::live::Live;
use super::options::WorkerOptions;
use super::report::Report;
use super::request::Request;

/// To the engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ToWorker {
    /// How it is set up; the first message.
    Options(WorkerOptions),
    /// What the outside asks of it.
    Request(Box<Request>),
    /// What became of its last [`Ask`].
    Answer(Result<Done, JournalError>),
}

/// From the engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromWorker {
    /// It asks for something and waits for the answer.
    Ask(Ask),
    /// Of the reports that were kept and not shown yet, the one at this index is to be shown; those before it never will be.
    Show(usize),
    /// A report that could not be kept is to be shown.
    ShowUnkept(Arc<Report>),
    /// Something that is not kept.
    Live(Box<Live>),
}

/// What an engine asks of the store.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Ask {
    /// Numbers for a new job and so many runs.
    Reserve(usize),
    /// The job's lease.
    Lease(JobId),
    /// Take the lease back.
    Release(JobId),
    /// Keep a report.
    Keep(Arc<Report>),
    /// Wait until all reports are on the disk.
    Commit,
}

/// What was asked for is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    /// These are the numbers.
    Reserved(JobId, Vec<RunId>),
    /// That is all.
    Done,
}
