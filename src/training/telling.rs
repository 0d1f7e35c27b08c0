//! What a stage tells while it trains: its steps, snapshots, events, states to resume from, and what is worth showing now.

use std::sync::Arc;
use std::time::Instant;

use super::clock::Clock;
use super::engine::{Engine, now};
use super::error::Halt;
use super::inbox::Inbox;
use super::job::Job;
use super::plan::{JobPlan, StagePlan};
use super::resume;
use super::stage::StageRun;
use crate::protocol::{Activity, Event, EventKind, Live, Progress, Report, ResumeState, Role, Snapshot};

impl Engine {
    /// Stores the logits of the probe set.
    pub fn snapshot(&mut self, stage: &StageRun<'_>, inbox: &Inbox) -> Result<(), Halt> {
        for snapshot in Self::probe_logits(stage)? {
            self.emit(Report::Snapshot(snapshot), inbox)?;
        }
        Ok(())
    }

    fn probe_logits(stage: &StageRun<'_>) -> Result<Vec<Snapshot>, Halt> {
        if !stage.has_probe {
            return Ok(Vec::new());
        }
        let logits = stage.session.logits(&stage.prepared.probe)?;
        let len = logits.len() / stage.session.members.len().max(1);
        let each = logits.chunks_exact(len.max(1)).enumerate();
        let active = each.filter(|(k, _)| stage.session.members[*k].is_active());
        let snapshot = |(k, logits): (usize, &[f32])| Snapshot {
            run: stage.run_of(k).run,
            step: stage.session.step,
            logits: Arc::new(logits.to_vec()),
        };
        Ok(active.map(snapshot).collect())
    }

    /// What is worth showing now.
    pub fn live(&mut self, job: &Job, stage: &StageRun<'_>, plan: &JobPlan, clock: &mut Clock) -> Result<(), Halt> {
        // Probe logits may take a tenth of the time at most.
        if self.options.window && clock.last_probe.elapsed() >= clock.probe_cost * 10 {
            let start = Instant::now();
            for snapshot in Self::probe_logits(stage)? {
                self.observer.live(Live::Snapshot(snapshot));
            }
            clock.probe_cost = start.elapsed();
            clock.last_probe = Instant::now();
        }
        if self.options.window {
            self.observer.live(Live::Anatomy(stage.anatomy()));
        }
        let (step, steps) = (stage.session.step, stage.session.steps());
        let per_second = clock.steps_per_second(step);
        // Later stages take as long a step and parameter as those so far did.
        let done = job.clock.work + stage.work_of(step - clock.first);
        let spent = job.clock.seconds + clock.began.elapsed().as_secs_f64();
        let later: f64 =
            plan.stages.iter().filter(|later| later.stage > stage.stage).map(|later| work_of(plan, later)).sum();
        let left = (steps - step.min(steps)) as f64;
        let seconds_left = if per_second > 0.0 { left / per_second + later * spent / done.max(1.0) } else { 0.0 };
        let progress = Progress {
            job: job.id,
            stage: stage.stage,
            stages: plan.stages.last().map_or(0, |last| last.stage.0 + 1),
            members: stage.session.members.len(),
            teacher: stage.role == Role::Teacher,
            step,
            steps,
            steps_per_epoch: stage.session.steps_per_epoch(),
            steps_per_second: per_second,
            seconds_left,
            activity: if job.paused { Activity::Paused } else { Activity::Training },
        };
        self.progress = Some(progress);
        self.observer.live(Live::Progress(progress));
        Ok(())
    }

    /// Stores an event, before it takes effect.
    pub fn event(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        kind: EventKind,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        self.flush(stage, inbox)?;
        let event = Event {
            job: job.id,
            number: job.events,
            at_millis: now(),
            stage: stage.stage,
            step: stage.session.step,
            kind,
        };
        self.emit_committed(Report::Event(event), inbox)?;
        stage.progress.events.note(stage.session.step, job.events);
        job.events += 1;
        Ok(())
    }

    pub fn save_resume_state(&mut self, job: &Job, stage: &StageRun<'_>, inbox: &Inbox) -> Result<(), Halt> {
        let bytes = Arc::new(resume::save(stage.stage, &stage.session, &stage.progress)?);
        let state = ResumeState { job: job.id, stage: stage.stage, step: stage.session.step, bytes };
        self.emit(Report::ResumeState(state), inbox)
    }

    /// Sends the steps taken since the last time.
    pub fn flush(&mut self, stage: &mut StageRun<'_>, inbox: &Inbox) -> Result<(), Halt> {
        for block in stage.take_blocks() {
            self.emit(Report::Steps(block), inbox)?;
        }
        Ok(())
    }
}

/// Steps times parameters of a stage.
fn work_of(plan: &JobPlan, stage: &StagePlan) -> f64 {
    stage.runs.iter().map(|run| plan.runs[*run].steps as f64 * plan.runs[*run].parameters as f64).sum()
}
