//! Where reports go: to a [`Journal`], which keeps them, and to an [`Observer`], which shows them.

use std::sync::Arc;

use crate::protocol::{JobId, JournalError, Live, Report, RunId};

/// Keeps reports. The store's writer is one; so is a list in memory.
///
/// Sending may wait: when too many bytes are on their way to the disk, training pauses until they are written.
pub trait Journal: Send {
    /// Numbers for a new job and its `runs` runs, never given out before by this or any other process.
    ///
    /// # Errors
    /// When the store cannot be written; [`JournalError::Busy`] when another process keeps it for too long.
    fn reserve(&mut self, runs: usize) -> Result<(JobId, Vec<RunId>), JournalError>;

    /// Takes the job's lease, so that no other process runs it. It is released by [`Journal::release`], or when the process
    /// ends in whatever way.
    ///
    /// # Errors
    /// [`JournalError::Leased`] when another holds it.
    fn lease(&mut self, job: JobId) -> Result<(), JournalError>;

    /// Gives the lease back.
    fn release(&mut self, job: JobId);

    /// Keeps one report, in order. Waits at most a short time; [`JournalError::Busy`] asks to send it again.
    ///
    /// # Errors
    /// [`JournalError::Failed`] once a report could not be kept: the job has failed. What was sent after that report is not
    /// kept either, until the next [`Journal::reserve`] or [`Journal::lease`] begins another attempt.
    fn send(&mut self, report: &Arc<Report>) -> Result<(), JournalError>;

    /// Waits a short time until everything sent so far is on the disk; [`JournalError::Busy`] asks to call again.
    ///
    /// # Errors
    /// As for [`Journal::send`].
    fn commit(&mut self) -> Result<(), JournalError>;
}

/// Shows reports. It never waits and never fails.
pub trait Observer: Send + Sync {
    /// A report, after it was given to the journal (after it was *committed*, for all but steps, epochs and snapshots).
    fn report(&self, report: &Arc<Report>);
    /// Something that is not kept.
    fn live(&self, live: Live);
}
