//! A moment of training: the step at which panels show a run, live or long over. Its snapshots are read from the store once.

use super::{Beside, JobView, State, Timeline};
use crate::protocol::{JobId, RunId, RunInfo};
use crate::text::Phrase;

/// The strip with which one moves through a training, while it is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// After which step; none for the newest.
    pub step: Option<u64>,
    /// Whether it moves on by itself.
    pub playing: bool,
    /// Runs whose snapshots were asked for.
    asked: Vec<RunId>,
    /// Why they cannot be read.
    pub fault: Option<Phrase>,
}

/// What the strip shows.
#[derive(Clone, Debug, PartialEq)]
pub struct MomentView<'a> {
    /// Whose training.
    pub run: &'a RunInfo,
    /// The steps that have a snapshot.
    pub steps: Vec<u64>,
    /// Which of them is on show.
    pub at: usize,
    /// Whether it is the newest because none was chosen.
    pub is_newest: bool,
    /// Whether the store has more snapshots than are in memory.
    pub thinned: bool,
}

impl State {
    /// The step that panels show; none for the newest.
    pub fn moment_step(&self) -> Option<u64> {
        self.screen.moment.as_ref()?.step
    }

    /// The run on show, whose training one moves through.
    fn scrubbed(&self) -> Option<(&JobView, &RunInfo)> {
        let job = self.focused()?;
        Some((job, job.shown_run(self.lit_cell())?))
    }

    /// What the strip shows; none while it is closed, or nothing is known yet.
    pub fn moment_view(&self) -> Option<MomentView<'_>> {
        let moment = self.screen.moment.as_ref()?;
        let (job, run) = self.scrubbed()?;
        let timeline = job.timelines.get(&run.run)?;
        let steps: Vec<u64> = timeline.snapshots.iter().map(|(step, _)| *step).collect();
        let last = steps.len().checked_sub(1)?;
        let at = moment.step.map_or(last, |step| steps.partition_point(|known| *known <= step).saturating_sub(1));
        let thinned = timeline.stored > steps.len();
        Some(MomentView { run, steps, at, is_newest: moment.step.is_none(), thinned })
    }

    /// Runs whose snapshots the strip needs and has not asked for: the one on show, its baseline, and the one beside it.
    pub fn wanted_timelines(&self) -> Option<(JobId, Vec<RunId>)> {
        let moment = self.screen.moment.as_ref()?;
        let (job, run) = self.scrubbed()?;
        let beside = match self.screen.lens.beside {
            Beside::Run(run) => Some(run),
            _ => None,
        };
        let beside = beside.filter(|run| job.runs.iter().any(|info| info.run == *run));
        let baseline = job.baseline_of(run).map(|baseline| baseline.run);
        let wanted = [Some(run.run), baseline, beside].into_iter().flatten();
        let wanted: Vec<RunId> =
            wanted.filter(|run| !job.timelines.contains_key(run) && !moment.asked.contains(run)).collect();
        (!wanted.is_empty()).then_some((job.id, wanted))
    }

    /// Takes note of the question.
    pub fn ask_timelines(&mut self, runs: &[RunId]) {
        if let Some(moment) = &mut self.screen.moment {
            moment.asked.extend(runs);
        }
    }

    /// Takes in its answer. What came from the training meanwhile comes after what was stored.
    pub fn take_timeline(&mut self, job: JobId, run: RunId, found: Result<Timeline, Phrase>) {
        match (found, self.jobs.open.get_mut(&job)) {
            (Ok(mut timeline), Some(job)) => {
                if let Some((step, logits)) = job.snapshots.get(&run)
                    && timeline.snapshots.last().is_none_or(|(known, _)| known < step)
                {
                    timeline.take(*step, logits);
                }
                job.timelines.insert(run, timeline);
            }
            (Err(fault), _) => {
                if let Some(moment) = &mut self.screen.moment {
                    moment.fault = Some(fault);
                }
            }
            (Ok(_), None) => {}
        }
    }

    /// Goes to a step; the last one is the newest, whatever comes.
    pub fn go_to_moment(&mut self, step: Option<u64>) {
        let last = self.moment_view().and_then(|view| view.steps.last().copied());
        let is_live = self.jobs.running.is_some() && self.jobs.running == self.screen.focus;
        if let Some(moment) = &mut self.screen.moment {
            moment.step = step.filter(|step| !(is_live && Some(*step) == last));
        }
    }

    /// Goes so many snapshots on, or back; false at an end.
    pub fn step_moment(&mut self, by: isize) -> bool {
        let Some(view) = self.moment_view() else { return false };
        let to = view.at.saturating_add_signed(by).min(view.steps.len() - 1);
        let (moves, step) = (to != view.at, view.steps[to]);
        if moves {
            self.go_to_moment(Some(step));
        }
        moves
    }
}
