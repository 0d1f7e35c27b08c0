//! What the user asks of a job between two of its steps.

use std::time::Instant;

use super::clock::Clock;
use super::engine::Engine;
use super::error::Halt;
use super::inbox::Inbox;
use super::job::Job;
use super::plan::JobPlan;
use super::stage::StageRun;
use crate::protocol::{Change, Event, EventKind, Live, Move, Request, Setting};
use crate::text::phrase;

impl Engine {
    /// Takes requests before a step; waits here while paused.
    pub fn requests(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        plan: &JobPlan,
        clock: &mut Clock,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        replay(job, stage)?;
        loop {
            if inbox.closing() {
                return Err(Halt::Closing);
            }
            let request = if job.paused { inbox.wait() } else { inbox.poll() };
            let Some(request) = request else {
                if job.paused {
                    continue;
                }
                return Ok(());
            };
            match request {
                Request::Change(moves) => {
                    for wanted in moves {
                        self.change(job, stage, wanted, inbox)?;
                    }
                }
                Request::StopRun(run) => {
                    if stage.member_of(run).is_some_and(|member| stage.session.members[member].is_active()) {
                        self.event(job, stage, EventKind::RunStopped { run }, inbox)?;
                        stage.stop(run);
                    }
                }
                Request::Pause if !job.paused => {
                    job.paused = true;
                    self.event(job, stage, EventKind::Paused, inbox)?;
                    self.save_resume_state(job, stage, inbox)?;
                    self.live(job, stage, plan, clock)?;
                }
                Request::Play if job.paused => {
                    job.paused = false;
                    self.event(job, stage, EventKind::Played, inbox)?;
                    clock.restart(stage.session.step);
                    self.live(job, stage, plan, clock)?;
                }
                Request::StepOnce if job.paused => {
                    // The caller takes one step and comes back here.
                    // Shown at once, however soon after the last one.
                    clock.last_block = Instant::now().checked_sub(stage.block()).unwrap_or(clock.last_block);
                    return Ok(());
                }
                Request::Stop => {
                    self.event(job, stage, EventKind::Stopped, inbox)?;
                    return Err(Halt::Stopped);
                }
                Request::Preview(recipe) => self.preview(&recipe, inbox),
                question @ (Request::Gather(_) | Request::Inspect(_) | Request::Explain(_)) => {
                    self.answer(question, Some(stage), inbox);
                }
                Request::Start(_) => {
                    let message = phrase!("job-running");
                    self.observer.live(Live::Rejected { code: "job-running".into(), message });
                }
                // A job has the memory for itself.
                Request::MakeReady(_) | Request::Pause | Request::Play | Request::StepOnce => {}
            }
        }
    }

    /// Moves a setting, for one run or for all that it can be for.
    fn change(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        Move { run, setting, to }: Move,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let Some(from) = stage.setting(setting, run) else { return Ok(()) };
        #[allow(clippy::float_cmp, reason = "a change to the very same value is no change")]
        let stays = from == to && !stage.moves(setting, run);
        if stays || !acceptable(setting, to) {
            return Ok(());
        }
        let change = Change { run, setting, from, to };
        self.event(job, stage, EventKind::Change(change), inbox)?;
        job.edited.push((stage.stage, run));
        stage.apply(&change);
        Ok(())
    }
}

/// What happened before the interruption happens again at the same step.
fn replay(job: &mut Job, stage: &mut StageRun<'_>) -> Result<(), Halt> {
    let now = (stage.stage, stage.session.step);
    let is_due = |event: &Event| (event.stage, event.step) == now;
    while job.replay.front().is_some_and(is_due) {
        let Some(event) = job.replay.pop_front() else { break };
        stage.progress.events.note(event.step, event.number);
        match event.kind {
            EventKind::Change(change) => stage.apply(&change),
            EventKind::RunStopped { run } => stage.stop(run),
            EventKind::Stopped => return Err(Halt::Stopped),
            EventKind::Paused | EventKind::Played => {}
        }
    }
    Ok(())
}

/// Live changes keep to what a recipe allows.
fn acceptable(setting: Setting, value: f64) -> bool {
    setting.field().span().allows(value)
}
