//! What an engine does about a request while it has no job.

use super::cache::Cache;
use super::engine::{Engine, Looker};
use super::error::Halt;
use super::inbox::Inbox;
use super::inspect::Eyes;
use super::plan::JobPlan;
use super::run::run;
use super::start::{open, reopen};
use crate::protocol::{JobOutcome, JobStart, Live, Request};
use crate::text::phrase;

/// Serves a request between jobs; a start is served until that job ends.
pub(super) fn serve(engine: &mut Engine, request: Request, inbox: &Inbox) {
    match request {
        Request::Preview(recipe) => {
            engine.preview(&recipe, inbox);
            engine.look_ahead(&recipe, inbox);
        }
        question @ (Request::Gather(_) | Request::Inspect(_) | Request::Explain(_) | Request::MakeReady(_)) => {
            engine.answer(question, None, inbox);
        }
        Request::Start(begin) => start(engine, *begin, inbox),
        // Nothing runs that these could be for.
        Request::Pause
        | Request::Play
        | Request::StepOnce
        | Request::Stop
        | Request::StopRun(_)
        | Request::Change(..) => {}
    }
}

/// Ends the job in whose midst the code panicked.
pub(super) fn fail_after_panic(engine: &mut Engine, panic: &str, inbox: &Inbox) {
    let message = phrase!("job-panicked", problem = panic);
    log::error!("{message}");
    engine.cache = Cache::new(engine.options.program.clone());
    engine.eyes = Eyes::default();
    match engine.running.take() {
        Some(job) => engine.end(job, JobOutcome::Failed, Some(message), inbox),
        // Whoever waits for a job to begin must not wait for ever.
        None => engine.observer.live(Live::Rejected { code: "panicked".into(), message }),
    }
}

fn start(engine: &mut Engine, start: JobStart, inbox: &Inbox) {
    let (sweep, resume) = match start {
        JobStart::New(sweep) => (sweep, None),
        JobStart::Resume(resume) => (resume.sweep.clone(), Some(resume)),
    };
    // A job of an older version knows nothing of its data, and read tables in its own way.
    let as_first_read = resume.as_ref().is_some_and(|resume| resume.data.is_none());
    let watch = Looker { observer: engine.observer.clone(), queued: inbox.queued(true) };
    engine.eyes = Eyes::default();
    engine.costs.clear();
    let memory = engine.options.memory;
    let outside = resume.as_ref().map(|resume| resume.outside.as_slice()).unwrap_or_default();
    let plan = JobPlan::new(&sweep, as_first_read, outside, &mut engine.cache, &engine.device, memory, &watch);
    let mut plan = match plan {
        Ok(plan) => plan,
        Err(error) => {
            let (code, message) = (error.code().into(), error.phrase());
            return engine.observer.live(Live::Rejected { code, message });
        }
    };
    if as_first_read {
        log::warn!("{}", phrase!("job-no-fingerprint"));
    }
    let began = resume.as_ref().and_then(|resume| resume.data.as_ref());
    if let Some(message) = began.and_then(|began| plan.data.fingerprint.difference(&began.fingerprint)) {
        return engine.observer.live(Live::Rejected { code: "other-data".into(), message });
    }
    engine.observer.live(Live::Data(Box::new(plan.data.clone())));
    let opened = match resume {
        None => open(engine, &sweep, &mut plan, inbox),
        Some(resume) => reopen(engine, resume, &mut plan, inbox),
    };
    let mut job = match opened {
        Ok(job) => job,
        Err((code, message)) => {
            engine.observer.live(Live::Rejected { code: code.into(), message });
            return;
        }
    };
    engine.running = Some(job.id);
    let result = run(engine, &mut job, &sweep, &plan, inbox);
    engine.running = None;
    let (outcome, message) = match result {
        Ok(()) => (JobOutcome::Done, None),
        Err(Halt::Stopped) => (JobOutcome::Stopped, None),
        Err(Halt::Closing) => (JobOutcome::Paused, None),
        Err(Halt::Failed(message)) => (JobOutcome::Failed, Some(message)),
    };
    engine.end(job.id, outcome, message, inbox);
}
