//! A journal that is a list in memory, and the replay of such a list into another journal.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::protocol::{JobId, JournalError, Report, RunId};
use crate::training::Journal;

/// Keeps reports in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    reports: Vec<Arc<Report>>,
    jobs: u64,
    runs: u64,
    leases: BTreeSet<JobId>,
}

impl MemoryJournal {
    /// All reports so far, in order.
    pub fn reports(&self) -> Vec<Arc<Report>> {
        self.with(|kept| kept.reports.clone())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Journal for MemoryJournal {
    fn reserve(&mut self, runs: usize) -> Result<(JobId, Vec<RunId>), JournalError> {
        Ok(self.with(|kept| {
            kept.jobs += 1;
            let first = kept.runs + 1;
            kept.runs += runs as u64;
            (JobId(kept.jobs), (first..=kept.runs).map(RunId).collect())
        }))
    }

    fn lease(&mut self, job: JobId) -> Result<(), JournalError> {
        if self.with(|kept| kept.leases.insert(job)) { Ok(()) } else { Err(JournalError::Leased(job)) }
    }

    fn release(&mut self, job: JobId) {
        self.with(|kept| kept.leases.remove(&job));
    }

    fn send(&mut self, report: &Arc<Report>) -> Result<(), JournalError> {
        self.with(|kept| kept.reports.push(report.clone()));
        Ok(())
    }

    fn commit(&mut self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Sends recorded reports to a journal and waits until all are kept. Into an empty store this gives an equal store.
///
/// # Errors
/// When the journal fails.
pub fn replay(reports: &[Arc<Report>], journal: &mut dyn Journal) -> Result<(), JournalError> {
    for report in reports {
        until_ready(|| journal.send(report))?;
    }
    until_ready(|| journal.commit())
}

/// Asks again for as long as the journal is busy.
fn until_ready(mut ask: impl FnMut() -> Result<(), JournalError>) -> Result<(), JournalError> {
    loop {
        match ask() {
            // The journal has waited already.
            Err(JournalError::Busy) => {}
            result => return result,
        }
    }
}
