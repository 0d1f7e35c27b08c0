//! Reports on their way to the disk, bounded by bytes and by number: one lane a journal, all emptied by the writer's thread.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::StoreError;
use crate::protocol::{JournalError, Report};
use crate::text::{Phrase, phrase};

/// Shared by the journals and the writer's thread.
#[derive(Debug)]
pub(super) struct Queue {
    capacity: usize,
    state: Mutex<State>,
    /// Wakes the writer's thread.
    work: Condvar,
    /// Wakes journals that wait for room or a commit, and `Drop` that waits for the end.
    done: Condvar,
}

/// What the writer's thread has to do next.
pub(super) enum Work {
    /// Store a batch of the lane of this number.
    Batch(u64, Vec<Arc<Report>>),
    /// Let the database have at most so many pages; for tests of a full disk.
    PageLimit(u32),
    /// All is stored and nothing more will come.
    End,
}

#[derive(Debug, Default)]
struct State {
    lanes: BTreeMap<u64, Lane>,
    newest_lane: u64,
    /// Of all reports that are not stored yet.
    bytes: usize,
    /// How many they are.
    reports: usize,
    page_limit: Option<u32>,
    closing: bool,
    ended: bool,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: Vec<Arc<Report>>,
    bytes: usize,
    /// When the oldest of them came.
    since: Option<Instant>,
    /// The thread is at a batch of this lane.
    in_hand: bool,
    /// Somebody waits for a commit.
    wanted: bool,
    failed: Option<Phrase>,
    /// Its journal is gone.
    closed: bool,
}

/// Reports that may be on their way, however small: a job that is told to pause waits for all of them, and a row costs some
/// twenty microseconds.
const REPORTS: usize = 8192;

/// Reports of this time share a transaction.
const BATCH: Duration = Duration::from_millis(250);

/// The longest that a journal makes the engine wait: it must be able to look at its stop flag.
const WAIT: Duration = Duration::from_millis(50);

impl Queue {
    pub fn new(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default(), work: Condvar::new(), done: Condvar::new() }
    }

    /// Opens a lane and returns its number.
    pub fn open_lane(&self) -> u64 {
        let mut state = self.state();
        state.newest_lane += 1;
        let number = state.newest_lane;
        state.lanes.insert(number, Lane::default());
        number
    }

    /// Closes a lane; what it holds is still stored.
    pub fn close_lane(&self, number: u64) {
        let mut state = self.state();
        if let Some(lane) = state.lanes.get_mut(&number) {
            lane.closed = true;
        }
        state.forget_empty_lanes();
    }

    /// Forgets a failure: another job begins.
    pub fn clear_failure(&self, number: u64) {
        if let Some(lane) = self.state().lanes.get_mut(&number) {
            lane.failed = None;
        }
    }

    /// Puts a report into a lane, or says `Busy` when there is no room for too long.
    pub fn send(&self, number: u64, report: &Arc<Report>) -> Result<(), JournalError> {
        let bytes = size(report);
        let has_room =
            |state: &State| state.reports == 0 || state.bytes + bytes <= self.capacity && state.reports < REPORTS;
        let mut state = self.state();
        state.check(number)?;
        if !has_room(&state) {
            state = self.wait(state, |state| !has_room(state) && state.check(number).is_ok());
            state.check(number)?;
            if !has_room(&state) {
                return Err(JournalError::Busy);
            }
        }
        state.bytes += bytes;
        state.reports += 1;
        let half_full = self.is_half_full(&state);
        let Some(lane) = state.lanes.get_mut(&number) else { return Ok(()) };
        lane.waiting.push(report.clone());
        lane.bytes += bytes;
        // The thread sleeps without a limit only while all lanes are empty.
        if lane.since.is_none() || half_full {
            lane.since.get_or_insert_with(Instant::now);
            self.work.notify_one();
        }
        Ok(())
    }

    /// Waits until all of a lane is stored, or says `Busy`.
    pub fn commit(&self, number: u64) -> Result<(), JournalError> {
        let mut state = self.state();
        state.check(number)?;
        if let Some(lane) = state.lanes.get_mut(&number)
            && !lane.is_stored()
        {
            lane.wanted = true;
            self.work.notify_one();
        }
        let stored = |state: &State| state.lanes.get(&number).is_none_or(Lane::is_stored);
        state = self.wait(state, |state| !stored(state) && state.check(number).is_ok());
        state.check(number)?;
        if stored(&state) { Ok(()) } else { Err(JournalError::Busy) }
    }

    /// For the thread: sleeps until there is something to do.
    pub fn next_work(&self) -> Work {
        let mut state = self.state();
        loop {
            if let Some(pages) = state.page_limit.take() {
                return Work::PageLimit(pages);
            }
            let now = Instant::now();
            let hurry = state.closing || self.is_half_full(&state);
            let due = |lane: &Lane| {
                !lane.waiting.is_empty() && (hurry || lane.wanted || lane.due().is_some_and(|due| due <= now))
            };
            if let Some((number, lane)) = state.lanes.iter_mut().find(|(_, lane)| due(lane)) {
                lane.since = None;
                lane.wanted = false;
                lane.in_hand = true;
                return Work::Batch(*number, std::mem::take(&mut lane.waiting));
            }
            if state.closing {
                return Work::End;
            }
            let next = state.lanes.values().filter_map(Lane::due).min();
            state = match next {
                Some(due) => {
                    let wait = self.work.wait_timeout(state, due.saturating_duration_since(now));
                    wait.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// For the thread: a batch is stored, or never will be. After a failure what followed it is dropped too.
    pub fn finish(&self, number: u64, batch: &[Arc<Report>], result: Result<(), StoreError>) {
        let bytes: usize = batch.iter().map(|report| size(report)).sum();
        let mut state = self.state();
        state.bytes -= bytes;
        state.reports -= batch.len();
        if let Some(lane) = state.lanes.get_mut(&number) {
            lane.in_hand = false;
            lane.bytes -= bytes;
            if let Err(error) = result {
                log::error!("{} ({})", error, error.code());
                let dropped = std::mem::take(lane);
                *lane = Lane { failed: Some(error.phrase()), closed: dropped.closed, ..Lane::default() };
                state.bytes -= dropped.bytes;
                state.reports -= dropped.waiting.len();
            }
        }
        state.forget_empty_lanes();
        self.done.notify_all();
    }

    /// For the thread: it ends.
    pub fn end(&self) {
        self.state().ended = true;
        self.done.notify_all();
    }

    /// Takes nothing more, and waits until all is stored, but no longer than `limit`. Returns whether it is.
    pub fn close(&self, limit: Duration) -> bool {
        let mut state = self.state();
        state.closing = true;
        self.work.notify_one();
        let wait = self.done.wait_timeout_while(state, limit, |state| !state.ended);
        wait.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    /// See [`Work::PageLimit`].
    pub fn limit_pages(&self, pages: u32) {
        self.state().page_limit = Some(pages);
        self.work.notify_one();
    }

    fn is_half_full(&self, state: &State) -> bool {
        state.bytes * 2 > self.capacity || state.reports * 2 > REPORTS
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, until: impl Fn(&State) -> bool) -> MutexGuard<'a, State> {
        let wait = self.done.wait_timeout_while(state, WAIT, |state| until(state));
        wait.unwrap_or_else(PoisonError::into_inner).0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn check(&self, number: u64) -> Result<(), JournalError> {
        if let Some(message) = self.lanes.get(&number).and_then(|lane| lane.failed.as_ref()) {
            return Err(JournalError::Failed(message.clone()));
        }
        if self.closing || self.ended { Err(JournalError::Failed(phrase!("store-closed"))) } else { Ok(()) }
    }

    fn forget_empty_lanes(&mut self) {
        self.lanes.retain(|_, lane| !(lane.closed && lane.is_stored()));
    }
}

impl Lane {
    fn is_stored(&self) -> bool {
        self.waiting.is_empty() && !self.in_hand
    }

    fn due(&self) -> Option<Instant> {
        self.since.map(|since| since + BATCH)
    }
}

/// About how many bytes a report takes.
fn size(report: &Report) -> usize {
    const PLAIN: usize = 256;
    PLAIN
        + match report {
            Report::Started(it) => 4 * (it.probe.inputs.len() + it.probe.teacher.len()) + it.runs.len() * 2048,
            Report::Steps(it) => 4 * it.total.len() * (it.terms.len() + 1),
            Report::Epoch(it) => 8 * it.validation.errors_by_class.len(),
            Report::Snapshot(it) => 4 * it.logits.len(),
            Report::ResumeState(it) => it.bytes.len(),
            Report::Outside(it) => 4 * it.logits.len(),
            Report::Answers(it) => 12 * it.rows.len() + it.logits.as_ref().map_or(0, |logits| 4 * logits.len()),
            Report::Exits(it) => 4 * it.logits.len(),
            Report::RunFinished(it) => it.checkpoint.as_ref().map_or(0, |bytes| bytes.len()),
            Report::Tested(it) => 8 * it.test.errors_by_class.len(),
            Report::Resumed(_) | Report::Event(_) | Report::JobEnded(_) => 0,
        }
}
