//! A job in progress: what is still to happen again, and what has come to its end.

use std::collections::VecDeque;

use crate::protocol::{Event, FinishedRun, JobId, ResumeState, RunId, RunInfo, Stage};

/// What the engine remembers of the job in progress.
pub(super) struct Job {
    pub id: JobId,
    /// Events so far.
    pub events: u64,
    /// Events that were stored before an interruption and are to happen again.
    pub replay: VecDeque<Event>,
    /// Where to resume, until that stage is reached.
    pub resume: Option<(Stage, Option<ResumeState>)>,
    /// Runs that have come to their end.
    pub finished: Vec<FinishedRun>,
    /// Settings that were moved: in which stage, and of which run.
    pub edited: Vec<(Stage, Option<RunId>)>,
    pub paused: bool,
    pub clock: JobClock,
}

impl Job {
    /// Leaves those events that are still to happen again from a step of a stage on, in the order in which they will. One
    /// that was added while others were replayed has a later number than those and yet an earlier step.
    pub fn replay_from(&mut self, stage: Stage, step: u64, applied: u64) {
        let order = |event: &Event| (event.stage, event.step, event.number);
        let first = applied;
        self.replay.retain(|event| order(event) >= (stage, step, if event.step == step { first } else { 0 }));
        self.replay.make_contiguous().sort_by_key(order);
    }

    /// Whether a setting of a run was moved.
    pub fn is_edited(&self, run: &RunInfo) -> bool {
        self.edited.iter().any(|(stage, only)| *stage == run.stage && only.is_none_or(|only| only == run.run))
    }
}

/// How long the stages that are done took, for a guess of those that are to come.
#[derive(Clone, Copy, Default)]
pub(super) struct JobClock {
    /// Seconds of training and evaluation.
    pub seconds: f64,
    /// Steps times parameters of all members.
    pub work: f64,
}
