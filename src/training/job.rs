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
    /// Leaves those events that are still to happen again from a step of a stage on, in the order in which they will; of that step itself those
    /// from the number `first` on.
    pub fn replay_from(&mut self, stage: Stage, step: u64, first: u64) {
        let order = |event: &Event| (event.stage, event.step, event.number);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::EventKind;
    use crate::training::resume::Applied;

    #[test]
    fn what_was_added_earlier_hides_nothing_that_is_still_to_happen() {
        let event = |number, step| Event {
            job: JobId(1),
            number,
            at_millis: 0,
            stage: Stage(1),
            step,
            kind: EventKind::Paused,
        };
        // Two changes of a job that was interrupted before them, and one that was made since then.
        let all = [event(0, 3), event(1, 9), event(2, 9), event(3, 7)];
        let left_from = |step, applied: Applied| {
            let mut job = Job {
                id: JobId(1),
                events: 4,
                replay: all.clone().into(),
                resume: None,
                finished: Vec::new(),
                edited: Vec::new(),
                paused: false,
                clock: JobClock::default(),
            };
            job.replay_from(Stage(1), step, applied.below_at(step));
            job.replay.iter().map(|event| event.number).collect::<Vec<_>>()
        };
        let mut applied = Applied::default();
        assert_eq!(left_from(0, applied), [0, 3, 1, 2]);
        applied.note(3, 0);
        assert_eq!(left_from(3, applied), [3, 1, 2]);
        applied.note(7, 3);
        assert_eq!(left_from(7, applied), [1, 2]);
        // An epoch ends at the very step at which they are due.
        assert_eq!(left_from(9, applied), [1, 2]);
        applied.note(9, 1);
        assert_eq!(left_from(9, applied), [2]);
        applied.note(9, 2);
        assert_eq!(left_from(9, applied), [] as [u64; 0]);
    }
}
