//! How a job begins, and how one resumes: its lease, its numbers, and the report that says so.

use std::collections::VecDeque;
use std::sync::Arc;

use super::engine::{Engine, now};
use super::inbox::Inbox;
use super::job::{Job, JobClock};
use super::plan::JobPlan;
use crate::protocol::{
    EventKind, FinishedRun, JournalError, Report, ResumeJob, Resumed, Role, RunInfo, RunOutcome, Stage, Started,
};
use crate::recipe::Sweep;
use crate::text::{Phrase, phrase};

/// A new job: numbers, lease and the first report.
pub(super) fn open(
    engine: &mut Engine,
    sweep: &Sweep,
    plan: &mut JobPlan,
    inbox: &Inbox,
) -> Result<Job, (&'static str, Phrase)> {
    let store = |error: JournalError| ("store", error.phrase());
    let probe = match plan.probe_stage() {
        Some(stage) => {
            stage.prepared.probe_set(plan.probe_has_answers()).map_err(|error| (error.code(), error.phrase()))?
        }
        None => return Err(("recipe", phrase!("job-nothing-to-train"))),
    };
    let (id, numbers) = engine.ask(inbox, |journal| journal.reserve(plan.runs.len())).map_err(store)?;
    plan.number(numbers);
    engine.ask(inbox, |journal| journal.lease(id)).map_err(store)?;
    let started = Started {
        job: id,
        at_millis: now(),
        sweep: sweep.clone(),
        runs: plan.runs.clone(),
        device: engine.info.name.clone(),
        probe: Arc::new(probe),
        data: Some(plan.data.clone()),
    };
    match engine.emit_committed(Report::Started(started), inbox) {
        Ok(()) => Ok(Job {
            id,
            events: 0,
            replay: VecDeque::new(),
            resume: None,
            finished: Vec::new(),
            edited: Vec::new(),
            paused: false,
            clock: JobClock::default(),
        }),
        Err(halt) => {
            engine.journal.release(id);
            Err(("store", halt.phrase()))
        }
    }
}

/// A job that resumes: its lease, and the report that cuts off what lies beyond the resume state.
pub(super) fn reopen(
    engine: &mut Engine,
    resume: ResumeJob,
    plan: &mut JobPlan,
    inbox: &Inbox,
) -> Result<Job, (&'static str, Phrase)> {
    if !plan.recall(&resume.runs) {
        let problem = phrase!("job-other-recipe");
        return Err(("other-recipe", problem));
    }
    engine.ask(inbox, |journal| journal.lease(resume.job)).map_err(|error| ("store", error.phrase()))?;
    let retried = plan.retry(&resume.retry);
    let at_state = resume.state.as_ref().map_or((Stage(0), 0), |state| (state.stage, state.step));
    // A later stage may have ended before its job rested.
    let single = resume.sweep.is_single();
    let unfinished = plan.runs.iter().filter(|run| !is_over(run, single, &resume.finished)).map(|run| run.stage).min();
    let behind = plan.runs.iter().map(|run| Stage(run.stage.0 + 1)).max().unwrap_or(Stage(0));
    let (stage, step) = match retried.iter().map(|(_, stage)| *stage).min() {
        Some(first) => (first, 0),
        None => (unfinished.unwrap_or(behind), 0).max(at_state),
    };
    let state = resume.state.filter(|state| (state.stage, state.step) == (stage, step));
    let device = engine.info.name.clone();
    let resumed = Resumed { job: resume.job, at_millis: now(), stage, step, retried, device };
    if let Err(halt) = engine.emit_committed(Report::Resumed(resumed), inbox) {
        engine.journal.release(resume.job);
        return Err(("store", halt.phrase()));
    }
    // Each of them has taken effect or is about to, again.
    let edited = resume.events.iter().filter_map(|event| match &event.kind {
        EventKind::Change(change) => Some((event.stage, change.run)),
        _ => None,
    });
    Ok(Job {
        id: resume.job,
        events: resume.events.len() as u64,
        edited: edited.collect(),
        replay: resume.events.into(),
        resume: Some((stage, state)),
        finished: resume.finished,
        paused: false,
        clock: JobClock::default(),
    })
}

/// Whether a run needs no more training, unless it begins again.
fn is_over(run: &RunInfo, single: bool, finished: &[FinishedRun]) -> bool {
    let outcome = finished.iter().find(|finished| finished.run == run.run).map(|finished| finished.outcome);
    match outcome {
        Some(RunOutcome::Done) => true,
        // Without its teacher no student can continue, and one recipe that comes to nothing is a failed job.
        Some(RunOutcome::Diverged) => run.role != Role::Teacher && !single,
        Some(RunOutcome::Halved | RunOutcome::Stopped) => run.role != Role::Teacher,
        Some(RunOutcome::Failed) | None => false,
    }
}
