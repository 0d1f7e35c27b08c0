//! The engine's side of a process of its own: its store and whoever looks at it are at the other end of two pipes.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::runner::Runner as _;
use super::sink::{Journal, Observer};
use super::worker::Worker;
use crate::protocol::{
    Ask, Done, FrameError, FromWorker, JobId, JournalError, Live, Report, RunId, ToWorker, greet, hear_greeting,
    read_message, write_message,
};
use crate::text::phrase;

type Answer = Result<Done, JournalError>;

/// Runs an engine that hears requests on `from` and tells everything on `to`, until `from` ends: then its job is paused and stored.
///
/// # Errors
/// When what is heard is no message of this version.
pub fn serve_process(mut from: impl Read, to: impl Write + Send + 'static) -> Result<(), FrameError> {
    let outlet = Outlet(Arc::new(Mutex::new(Box::new(to))));
    greet(&mut *outlet.lock())?;
    hear_greeting(&mut from)?;
    let Some(ToWorker::Options(options)) = read_message(&mut from)? else { return Err(FrameError::Cut) };
    // There is one question at a time.
    let (answers, heard) = sync_channel(1);
    let closed = Arc::new(AtomicBool::new(false));
    let kept = Kept::default();
    let journal = Remote { outlet: outlet.clone(), answers: heard, closed: closed.clone(), kept: kept.clone() };
    let worker = Worker::spawn(options, Box::new(journal), Arc::new(Teller { outlet, kept }))?;
    let end = listen(&mut from, &worker, &answers);
    // From now on nothing is answered, and the engine waits for no answer.
    closed.store(true, Ordering::Relaxed);
    drop(answers);
    drop(worker);
    end
}

fn listen(from: &mut impl Read, worker: &Worker, answers: &SyncSender<Answer>) -> Result<(), FrameError> {
    while let Some(message) = read_message(from)? {
        match message {
            ToWorker::Options(_) => log::warn!("the worker is set up already"),
            ToWorker::Request(request) => {
                if !worker.send(*request) {
                    log::error!("a request is lost: the engine does not listen");
                }
            }
            // An engine that has ended, or has asked nothing, wants none.
            ToWorker::Answer(answer) => drop(answers.try_send(answer)),
        }
    }
    Ok(())
}

/// The way out, shared by all threads.
#[derive(Clone)]
struct Outlet(Arc<Mutex<Box<dyn Write + Send>>>);

impl Outlet {
    fn lock(&self) -> MutexGuard<'_, Box<dyn Write + Send>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, message: &FromWorker) -> Result<(), FrameError> {
        write_message(&mut *self.lock(), message)
    }
}

/// The reports that were kept and not shown yet. The other end has them too, so that each crosses once.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<VecDeque<Arc<Report>>>>);

impl Kept {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Report>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows reports at the other end.
struct Teller {
    outlet: Outlet,
    kept: Kept,
}

impl Observer for Teller {
    fn report(&self, report: &Arc<Report>) {
        let mut kept = self.kept.lock();
        let message = match kept.iter().position(|kept| Arc::ptr_eq(kept, report)) {
            Some(index) => {
                kept.drain(..=index);
                FromWorker::Show(index)
            }
            None => FromWorker::ShowUnkept(report.clone()),
        };
        // Nobody looks any more where this fails; the journal finds out.
        self.outlet.write(&message).ok();
    }

    fn live(&self, live: Live) {
        self.outlet.write(&FromWorker::Live(Box::new(live))).ok();
    }
}

/// Keeps reports at the other end. Each call waits for its answer, so that the other end sets the pace.
struct Remote {
    outlet: Outlet,
    answers: Receiver<Answer>,
    /// Whether no answers come any more: the job is to rest, and its last reports are written and not waited for.
    closed: Arc<AtomicBool>,
    kept: Kept,
}

impl Remote {
    fn ask(&self, ask: Ask) -> Answer {
        let gone = |error: FrameError| JournalError::Failed(error.phrase());
        self.outlet.write(&FromWorker::Ask(ask)).map_err(gone)?;
        match self.answers.recv() {
            Ok(answer) => answer,
            Err(_) if self.closed.load(Ordering::Relaxed) => Ok(Done::Done),
            Err(_) => Err(JournalError::Failed(FrameError::Cut.phrase())),
        }
    }
}

impl Journal for Remote {
    fn reserve(&mut self, runs: usize) -> Result<(JobId, Vec<RunId>), JournalError> {
        match self.ask(Ask::Reserve(runs))? {
            Done::Reserved(job, runs) => Ok((job, runs)),
            Done::Done => Err(JournalError::Failed(phrase!("worker-closing"))),
        }
    }

    fn lease(&mut self, job: JobId) -> Result<(), JournalError> {
        self.ask(Ask::Lease(job)).map(drop)
    }

    fn release(&mut self, job: JobId) {
        self.ask(Ask::Release(job)).ok();
    }

    fn send(&mut self, report: &Arc<Report>) -> Result<(), JournalError> {
        self.ask(Ask::Keep(report.clone()))?;
        self.kept.lock().push_back(report.clone());
        Ok(())
    }

    fn commit(&mut self) -> Result<(), JournalError> {
        self.ask(Ask::Commit).map(drop)
    }
}
