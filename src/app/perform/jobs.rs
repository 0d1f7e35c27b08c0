//! Performs what concerns jobs and runs.

use crate::app::App;
use crate::command::JobCommand;
use crate::protocol::{JobId, Request, RunId};
use crate::state::{QueuedJob, Undoable};
use crate::text::phrase;
use crate::widgets::ToastKind;

impl App {
    pub(super) fn job(&mut self, command: JobCommand) {
        match command {
            JobCommand::Resume(job) => self.ask_for(QueuedJob::Resume(job)),
            JobCommand::Retry(job, runs) => self.ask_for(QueuedJob::Retry(job, runs)),
            JobCommand::StopRun(run) => drop(self.worker.send(Request::StopRun(run))),
            JobCommand::ChangeRun(run, setting, to) => self.state.take_move(Some(run), setting, to),
            JobCommand::Unqueue(number) => {
                self.state.jobs.queue.remove(number);
                self.keep_queue();
            }
            JobCommand::Requeue(number, later) => {
                self.state.jobs.queue.shift(number, later);
                self.keep_queue();
            }
            JobCommand::Delete(run) => self.bin(run, true),
            JobCommand::Restore(run) => self.bin(run, false),
        }
    }

    /// Puts a run into the bin, or takes it out again; either can be undone.
    fn bin(&mut self, run: RunId, binned: bool) {
        if self.put_in_bin(run, binned) {
            self.state.history.did(Undoable::Binned(run, !binned));
        }
    }

    /// Calls a job otherwise; it can be undone.
    pub(super) fn rename(&mut self, job: JobId, name: &str) {
        let Some(before) = self.state.jobs.rows.iter().find(|row| row.job == job).map(|row| row.title.clone()) else {
            return;
        };
        if !name.is_empty() && name != before && self.put_name(job, name) {
            self.state.history.did(Undoable::Renamed(job, before));
        }
    }

    pub(super) fn put_name(&mut self, job: JobId, name: &str) -> bool {
        let renamed = self.store.rename_job(job, name);
        let is_done = renamed.is_ok();
        if is_done {
            // At once: the list is read again in a moment.
            for row in self.state.jobs.rows.iter_mut().filter(|row| row.job == job) {
                name.clone_into(&mut row.title);
            }
        }
        self.told(renamed.map_err(|error| error.phrase()), phrase!("toast-renamed", job = job, name = name));
        self.reader.list();
        is_done
    }

    pub(super) fn put_in_bin(&mut self, run: RunId, binned: bool) -> bool {
        let (result, done) = if binned {
            self.state.screen.overlaid.remove(run);
            (self.store.delete_run(run), phrase!("toast-deleted", run = run))
        } else {
            (self.store.restore_run(run), phrase!("toast-restored", run = run))
        };
        let is_done = result.is_ok();
        match result {
            Ok(()) if binned => self.say_with(ToastKind::Done, done, Some(JobCommand::Restore(run).into())),
            Ok(()) => self.say(ToastKind::Done, done),
            Err(error) => self.fault(error.phrase()),
        }
        self.reader.list();
        is_done
    }
}
