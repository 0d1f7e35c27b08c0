//! The engine's end of the store: a lane into the writer's queue, and the leases of jobs.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::TransactionBehavior;

use super::error::StoreError;
use super::files::Files;
use super::queue::Queue;
use super::{lease, schema};
use crate::protocol::{JobId, JournalError, Report, RunId};
use crate::training::Journal;

/// Keeps the reports of one engine. A failure lasts until its next [`Journal::reserve`] or [`Journal::lease`]: it is that
/// job's, not the store's.
#[derive(Debug)]
pub struct StoreJournal {
    path: PathBuf,
    files: Files,
    queue: Arc<Queue>,
    lane: u64,
    leases: HashMap<JobId, File>,
}

impl StoreJournal {
    pub(super) fn new(path: PathBuf, files: Files, queue: Arc<Queue>) -> Self {
        let lane = queue.open_lane();
        Self { path, files, queue, lane, leases: HashMap::new() }
    }

    fn next_numbers(&self, runs: usize) -> Result<(JobId, Vec<RunId>), StoreError> {
        let mut connection = schema::open_for_writing(&self.path)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let advance = |counter: &str, by: usize| -> Result<u64, StoreError> {
            let sql = "UPDATE counter SET last = last + ?2 WHERE name = ?1 RETURNING last";
            Ok(transaction.query_row(sql, (counter, by as i64), |row| row.get::<_, i64>(0))? as u64)
        };
        let job = advance("jobs", 1)?;
        let last = advance("runs", runs)?;
        transaction.commit()?;
        Ok((JobId(job), (last + 1 - runs as u64..=last).map(RunId).collect()))
    }
}

impl Journal for StoreJournal {
    fn reserve(&mut self, runs: usize) -> Result<(JobId, Vec<RunId>), JournalError> {
        self.queue.clear_failure(self.lane);
        self.next_numbers(runs).map_err(failed)
    }

    fn lease(&mut self, job: JobId) -> Result<(), JournalError> {
        self.queue.clear_failure(self.lane);
        if self.leases.contains_key(&job) {
            return Ok(());
        }
        let lease = lease::take(&self.files, job).map_err(failed)?.ok_or(JournalError::Leased(job))?;
        self.leases.insert(job, lease);
        Ok(())
    }

    fn release(&mut self, job: JobId) {
        self.leases.remove(&job);
    }

    fn send(&mut self, report: &Arc<Report>) -> Result<(), JournalError> {
        self.queue.send(self.lane, report)
    }

    fn commit(&mut self) -> Result<(), JournalError> {
        self.queue.commit(self.lane)
    }
}

impl Drop for StoreJournal {
    fn drop(&mut self) {
        self.queue.close_lane(self.lane);
    }
}

fn failed(error: StoreError) -> JournalError {
    match error {
        StoreError::Locked => JournalError::Busy,
        error => JournalError::Failed(error.phrase()),
    }
}
