//! A stage from its first step to its last.

use std::time::Instant;

use super::clock::Clock;
use super::engine::Engine;
use super::error::Halt;
use super::inbox::Inbox;
use super::job::Job;
use super::plan::JobPlan;
use super::stage::StageRun;
use crate::protocol::{Live, RunOutcome};

impl Engine {
    /// Trains one stage to its end and reports its results.
    pub fn train(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        plan: &JobPlan,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        match job.resume.take() {
            Some((at, state)) if at == stage.stage => {
                if let Some(state) = state {
                    stage.restore(&state.bytes)?;
                }
                let (step, events) = (stage.session.step, stage.progress.events);
                job.replay_from(stage.stage, step, events.below_at(step));
            }
            Some(later) => job.resume = Some(later),
            None => {}
        }
        let mut clock = Clock::new(stage.session.step);
        if stage.session.step == 0 {
            self.snapshot(stage, inbox)?;
            if stage.stage.0 > 0
                && plan.stages.iter().any(|before| before.stage < stage.stage && !plan.runs[before.runs[0]].loaded)
            {
                // From here on the stages before this one need not be run again.
                self.save_resume_state(job, stage, inbox)?;
            }
        }
        let result = self.steps(job, stage, plan, &mut clock, inbox);
        // A stage that rests or ends has told all its steps.
        let stopped = match result {
            Ok(()) => false,
            Err(Halt::Stopped) => true,
            Err(Halt::Closing) => {
                self.flush(stage, inbox)?;
                self.save_resume_state(job, stage, inbox)?;
                return Err(Halt::Closing);
            }
            Err(failed) => {
                self.flush(stage, inbox).ok();
                return Err(failed);
            }
        };
        self.flush(stage, inbox)?;
        if self.options.window {
            self.observer.live(Live::Anatomy(stage.anatomy()));
        }
        let all: Vec<usize> = (0..stage.session.members.len()).collect();
        let outcome = if stopped { RunOutcome::Stopped } else { RunOutcome::Done };
        self.finish(job, stage, &all, outcome, inbox)?;
        job.clock.seconds += clock.began.elapsed().as_secs_f64();
        job.clock.work += stage.work_of(stage.session.step - clock.first);
        if stopped { Err(Halt::Stopped) } else { Ok(()) }
    }

    fn steps(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        plan: &JobPlan,
        clock: &mut Clock,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let (steps, per_epoch) = (stage.session.steps(), stage.session.steps_per_epoch());
        // Closing may have cut short the end of an epoch.
        if stage.session.step == (stage.progress.epochs + 1) * per_epoch {
            self.end_epoch(job, stage, inbox)?;
        }
        while stage.session.step < steps {
            self.requests(job, stage, plan, clock, inbox)?;
            if !stage.is_training() {
                return Ok(());
            }
            // What is shown and what ends a run says how much each term contributed.
            let is_shown = self.options.window && clock.last_block.elapsed() >= stage.block();
            stage.step(is_shown || stage.session.step + 1 == steps)?;
            let done = stage.session.step;
            let ends_epoch = done.is_multiple_of(per_epoch);
            if ends_epoch {
                self.flush(stage, inbox)?;
                self.end_epoch(job, stage, inbox)?;
            } else if done.is_power_of_two() {
                // The first steps are shown one by one: a curve begins as soon as it can.
                self.flush(stage, inbox)?;
                self.snapshot(stage, inbox)?;
            }
            if !stage.is_training() {
                return Ok(());
            }
            if ends_epoch && clock.last_resume.elapsed() >= self.options.resume_every && done < steps {
                self.save_resume_state(job, stage, inbox)?;
                clock.last_resume = Instant::now();
            }
            if clock.last_block.elapsed() >= stage.block() {
                clock.last_block = Instant::now();
                self.flush(stage, inbox)?;
                self.live(job, stage, plan, clock)?;
            }
        }
        Ok(())
    }
}
