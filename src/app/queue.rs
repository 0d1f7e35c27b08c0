//! What begins now and what waits: one job at a time, the next by itself.

use super::App;
use crate::protocol::{JobStart, Request};
use crate::recipe::Sweep;
use crate::state::{Estimate, Queue, QueuedJob, Waiting};
use crate::text::{Phrase, phrase};
use crate::widgets::ToastKind;

impl App {
    /// Begins at once where nothing runs, and waits in line otherwise.
    pub(super) fn ask_for(&mut self, job: QueuedJob) {
        if self.state.jobs.running.is_none() && !self.state.jobs.starting {
            self.state.jobs.keeps_view = false;
            return self.begin(job);
        }
        let (name, runs, seconds) = match &job {
            QueuedJob::New(_) => {
                let sweep = &self.state.recipe.sweep;
                (sweep.base.title.clone(), Estimate::of(sweep).runs as u64, self.state.seconds_ahead())
            }
            QueuedJob::Resume(job) | QueuedJob::Retry(job, _) if self.state.jobs.queue.has(*job) => return,
            QueuedJob::Resume(job) => (self.title(*job), self.runs_of(*job), None),
            QueuedJob::Retry(job, runs) => (self.title(*job), runs.len() as u64, None),
        };
        let done = phrase!("toast-queued", name = &name);
        self.state.jobs.queue.add(job, name, runs, seconds);
        self.keep_queue();
        self.say(ToastKind::Done, done);
    }

    /// Begins what waits first, where nothing runs.
    pub(super) fn begin_next(&mut self) {
        if self.state.jobs.running.is_some() || self.state.jobs.starting {
            return;
        }
        if let Some(item) = self.state.jobs.queue.take_next() {
            self.keep_queue();
            self.state.jobs.keeps_view = true;
            self.begin(item.job);
        }
    }

    fn begin(&mut self, job: QueuedJob) {
        match job {
            QueuedJob::New(recipe) => match Sweep::parse(&recipe, None, &[]) {
                Ok(sweep) => self.start(JobStart::New(sweep)),
                Err(faults) => self.fault(faults.phrase()),
            },
            QueuedJob::Resume(job) => {
                self.state.jobs.starting = true;
                self.reader.resume(job);
            }
            QueuedJob::Retry(job, runs) => {
                self.state.jobs.starting = true;
                self.reader.retry(job, runs);
            }
        }
    }

    /// Gives a job to the training thread.
    pub(super) fn start(&mut self, start: JobStart) {
        self.state.jobs.starting = self.worker.send(Request::Start(Box::new(start)));
        if !self.state.jobs.starting {
            self.fault(phrase!("toast-no-thread"));
        }
    }

    /// Writes down what waits, so that it still does when the window is opened again.
    pub(super) fn keep_queue(&mut self) {
        let jobs: Result<Vec<String>, _> = self.state.jobs.queue.items().iter().map(serde_json::to_string).collect();
        let kept = jobs.map_err(Phrase::plain);
        let kept = kept.and_then(|jobs: Vec<String>| self.store.keep_waiting(&jobs).map_err(|error| error.phrase()));
        if let Err(problem) = kept {
            self.fault(problem);
        }
    }

    pub(super) fn take_kept_queue(&mut self, jobs: &[String]) {
        let items = jobs.iter().filter_map(|job| {
            let item = serde_json::from_str::<Waiting>(job);
            item.inspect_err(|error| log::warn!("what waited is not readable and is left out: {error}")).ok()
        });
        // What the user has asked for meanwhile comes after it.
        let mut queue = Queue::kept(items.collect());
        for item in self.state.jobs.queue.items() {
            queue.add(item.job.clone(), item.name.clone(), item.runs, item.seconds);
        }
        self.state.jobs.queue = queue;
    }

    fn title(&self, job: crate::protocol::JobId) -> String {
        self.state.jobs.rows.iter().find(|row| row.job == job).map_or_else(|| job.to_string(), |row| row.title.clone())
    }

    fn runs_of(&self, job: crate::protocol::JobId) -> u64 {
        self.state.jobs.rows.iter().filter(|row| row.job == job).count() as u64
    }
}
