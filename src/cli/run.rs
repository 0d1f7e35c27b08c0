//! `stillroom run`: one job from the terminal.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::follow::{Follower, News, Watch};
use super::place::Place;
use super::screen::Screen;
use super::source::read_recipe;
use super::voice::{Failure, Problem, Voice};
use super::{RunArgs, RunnerChoice};
use crate::protocol::{JobId, JobOutcome, JobStart, JournalError, Report, Request, RunId, WorkerOptions};
use crate::recipe::Sweep;
use crate::runs::{Status, Store, StoreError, StoreJournal, StoreWriter, StoredJob};
use crate::text::{Phrase, phrase};
use crate::training::{Journal, Process, Runner, Worker};

pub(super) fn run(args: &RunArgs, voice: &Voice) -> Result<(), Failure> {
    // A job is resumed where it lies.
    let place = match &args.resume {
        None => Place::to_write(args.store.as_deref(), Some(voice))?,
        Some(_) => Place::to_read(args.store.as_deref())?,
    };
    let path = place.path().to_owned();
    let (stored, recipe) = asked(args, &place)?;
    if let Some(out) = &args.out {
        check_folder(out)?;
    }
    if let Some(stored) = stored.as_ref().filter(|stored| has_results_alone(stored, args.retry_failed)) {
        return show_results(stored, args, &path, voice);
    }
    // A store that is there is looked at first; a new one is made when all else was found good.
    let writer = OnceLock::new();
    if path.exists() {
        let _ = writer.set(Store::writer(&path).map_err(|error| place.refused(&error))?);
    }
    let writer = Arc::new(writer);
    let start = start_of(stored.as_ref(), recipe)?;
    let interrupts = count_interrupts();
    let watch = Arc::new(Watch::default());
    let refusal = Arc::new(OnceLock::new());
    let journal = LateJournal { path: path.clone(), writer: writer.clone(), journal: None, refusal: refusal.clone() };
    let options = WorkerOptions {
        device: args.device.into(),
        window: false,
        resume_every: Duration::from_secs_f64(args.resume_every),
        program: std::env::current_exe().ok(),
        ..WorkerOptions::default()
    };
    let worker = runner(args.runner, options, Box::new(journal), watch.clone())?;
    worker.send(Request::Start(Box::new(start)));
    let screen = Screen::new(voice.clone(), args.json);
    let mut follower = Follower::new(screen, &path, args.out.as_deref(), stored.as_ref());
    let mut ending = Ending::default();
    let mut worker = Some(worker);
    while ending.is_open() {
        if interrupts.load(Ordering::Relaxed) > 0 && worker.is_some() {
            voice.note("interrupted", "Pausing …");
            worker = None;
        }
        // Whether it lives is asked before its last words are taken.
        let alive = worker.as_ref().is_some_and(|worker| worker.is_alive());
        let news = watch.take(if alive { Duration::from_millis(100) } else { Duration::ZERO });
        if news.is_empty() && !alive {
            break;
        }
        for news in news {
            if let Err(failure) = ending.take(&mut follower, news) {
                // Nobody reads the results: the job rests.
                worker = None;
                ending.failure.get_or_insert(failure);
            }
        }
    }
    drop(worker);
    drop(writer);
    ending.result(&follower, &refusal, args, &place)
}

/// The job to resume, and the recipe that was given.
fn asked(args: &RunArgs, place: &Place) -> Result<(Option<StoredJob>, Option<Sweep>), Failure> {
    let stored = args.resume.as_deref().map(|name| resumable(place, name)).transpose()?;
    let mut recipe = args.recipe.as_deref().map(|name| read_recipe(name, &args.set)).transpose()?;
    if let Some(recipe) = &mut recipe {
        recipe.test_all |= args.test_all;
    }
    if let (Some(recipe), Some(stored)) = (&recipe, &stored)
        && *recipe != stored.sweep
    {
        let message = format!(
            "{}: this is not the recipe of {}, which goes on with its own; leave the recipe out, or start a new job \
             without --resume",
            args.recipe.as_deref().unwrap_or_default(),
            stored.job
        );
        return Err(Failure::input("other-recipe", message));
    }
    Ok((stored, recipe))
}

fn start_of(stored: Option<&StoredJob>, recipe: Option<Sweep>) -> Result<JobStart, Failure> {
    Ok(match (stored, recipe) {
        (Some(stored), _) if is_over(stored) => {
            let failed = stored.failed();
            JobStart::Resume(stored.clone().into_retry(&failed))
        }
        (Some(stored), _) => JobStart::Resume(stored.clone().into_resume()),
        (None, Some(recipe)) => JobStart::New(recipe),
        // The arguments' parser asks for one of them.
        (None, None) => return Err(Failure::input("usage", "give a recipe, or --resume with a job")),
    })
}

fn runner(
    choice: RunnerChoice,
    options: WorkerOptions,
    journal: Box<dyn Journal>,
    watch: Arc<Watch>,
) -> Result<Box<dyn Runner>, Failure> {
    let no_process = |error: std::io::Error| {
        Failure::later("no-process", format!("the engine's process cannot be started: {error}; try --runner thread"))
    };
    Ok(match choice {
        RunnerChoice::Thread => Box::new(Worker::spawn(options, journal, watch).map_err(|error| {
            Failure::later("no-thread", format!("the system gives no thread for training: {error}"))
        })?),
        RunnerChoice::Process => {
            let mut command = Command::new(std::env::current_exe().map_err(no_process)?);
            command.arg("worker");
            Box::new(Process::spawn(command, options, journal, watch).map_err(no_process)?)
        }
    })
}

/// How the job came to its end, as far as it is known.
#[derive(Default)]
struct Ending {
    outcome: Option<(JobOutcome, Option<String>)>,
    rejected: Option<(Cow<'static, str>, Phrase)>,
    failure: Option<Failure>,
}

impl Ending {
    fn is_open(&self) -> bool {
        self.outcome.is_none() && self.rejected.is_none()
    }

    fn take(&mut self, follower: &mut Follower, news: News) -> Result<(), Failure> {
        match news {
            News::Rejected { code, message } => self.rejected = Some((code, message)),
            News::Report(report) => {
                if let Report::JobEnded(ended) = &*report {
                    self.outcome = Some((ended.outcome, ended.message.as_ref().map(ToString::to_string)));
                }
                follower.report(&report)?;
            }
            News::Device(info) => follower.device(info),
            News::Progress(progress) => follower.progress(&progress),
            News::Data(data) => follower.data(&data),
            News::Reading(done, total) => follower.reading(done, total),
        }
        Ok(())
    }

    fn result(
        self,
        follower: &Follower,
        refusal: &OnceLock<&'static str>,
        args: &RunArgs,
        place: &Place,
    ) -> Result<(), Failure> {
        if let Some((code, message)) = self.rejected {
            if code == "store" {
                let code = refusal.get().copied().map_or(code, Cow::Borrowed);
                return Err(Failure::input(code, format!("{}{message}", place.prefix())));
            }
            if code == "worker" {
                return Err(Failure::later("worker", message));
            }
            return Err(Failure::faults(code, &message));
        }
        let Some(job) = follower.job() else {
            return Err(Failure::later("interrupted", "the job had not begun, so nothing is stored"));
        };
        let how = resume_command(job, args, place);
        if let Some(mut failure) = self.failure {
            failure.problems.push(Problem::new("resumable", format!("{job} can be resumed: {how}")));
            return Err(failure);
        }
        match self.outcome {
            Some((JobOutcome::Done | JobOutcome::Stopped, _)) => match follower.unsaved() {
                None => Ok(()),
                Some(problem) => Err(Failure::later("out", problem)),
            },
            Some((JobOutcome::Paused, _)) => {
                Err(Failure::later("paused", format!("{job} is paused; go on with: {how}")))
            }
            Some((JobOutcome::Failed, message)) => {
                let message = message.unwrap_or_else(|| "no reason is known".to_owned());
                if follower.all_diverged() {
                    return Err(Failure::later("diverged", format!("{job}: {message}")));
                }
                Err(Failure::later("job-failed", format!("{job} failed: {message}; go on with: {how}")))
            }
            // Its last report is not on the disk: the store, or a step, took longer than a pause may.
            None => {
                let message = format!("{job} was interrupted before it could be paused; go on with: {how}");
                Err(Failure::later("interrupted", message))
            }
        }
    }
}

/// What to type to resume.
fn resume_command(job: JobId, args: &RunArgs, place: &Place) -> String {
    let quote = |path: &Path| {
        let text = path.display().to_string();
        let plain = text.chars().all(|c| c.is_alphanumeric() || "-_./:\\~".contains(c));
        if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
    };
    let mut command = format!("stillroom run --resume {job}");
    if place.is_named() {
        command += &format!(" --store {}", quote(place.path()));
    }
    if let Some(out) = &args.out {
        command += &format!(" --out {}", quote(out));
    }
    command
}

fn is_over(job: &StoredJob) -> bool {
    matches!(job.status, Status::Done | Status::Stopped)
}

/// Whether nothing of a job is left to be trained: its results are what resuming gives.
fn has_results_alone(job: &StoredJob, retry: bool) -> bool {
    is_over(job) && (!retry || job.failed().is_empty())
}

/// The results of a job that is over, told as its own run told them. Whoever asks again, a scheduler for instance, is answered.
fn show_results(job: &StoredJob, args: &RunArgs, store: &Path, voice: &Voice) -> Result<(), Failure> {
    let name = job.job;
    match job.status {
        Status::Stopped if !job.failed().is_empty() => voice.note(
            "job-stopped",
            &format!("{name} was stopped by its user; these are its results. --retry-failed begins its runs again."),
        ),
        Status::Stopped => {
            voice.note("job-stopped", &format!("{name} was stopped by its user; these are its results."));
        }
        _ if args.retry_failed => {
            voice.note("job-done", &format!("{name} has no failed runs; these are its results."));
        }
        _ => voice.note("job-done", &format!("{name} is done; these are its results.")),
    }
    let mut follower = Follower::new(Screen::new(voice.clone(), args.json), store, args.out.as_deref(), Some(job));
    follower.results()?;
    follower.unsaved().map_or(Ok(()), |problem| Err(Failure::later("out", problem)))
}

/// The job of that name, if no other process runs it.
fn resumable(place: &Place, name: &str) -> Result<StoredJob, Failure> {
    let input = |error: StoreError| match error {
        StoreError::Unknown(_) => Failure::input(error.code(), format!("--resume {name}: {error}")),
        error => place.refused(&error),
    };
    if name.parse::<JobId>().is_err() && name.parse::<RunId>().is_err() {
        let message =
            format!("--resume {name}: give a job, e.g. j-0001, or a run, e.g. r-0001; `stillroom runs` lists them");
        return Err(Failure::input("unknown-run", message));
    }
    let reader = Store::reader(place.path());
    let job = reader.find(name).and_then(|job| reader.job(job)).map_err(input)?;
    if job.status == Status::Running {
        let message = format!("--resume {name}: {} is being run by another process", job.job);
        return Err(Failure::input("job-running", message));
    }
    Ok(job)
}

/// Whether files can be written into a folder that may still have to be made. Nothing is made yet.
fn check_folder(out: &Path) -> Result<(), Failure> {
    let fail = |problem: String| Failure::input("out", format!("--out {}: {problem}", out.display()));
    let full = std::path::absolute(out).map_err(|error| fail(error.to_string()))?;
    let there = full.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    if !there.is_dir() {
        return Err(fail(format!("{} is a file; give a folder", there.display())));
    }
    match tempfile::tempfile_in(there) {
        Ok(_) => Ok(()),
        Err(error) => Err(fail(format!("nothing can be written in {} ({error})", there.display()))),
    }
}

/// Counts what asks the program to end: Ctrl-C, a scheduler's SIGTERM, the SIGHUP of a closed terminal.
fn count_interrupts() -> Arc<AtomicUsize> {
    let interrupts = Arc::new(AtomicUsize::new(0));
    let count = interrupts.clone();
    let heard = crate::signals::listen(move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    if let Err(error) = heard {
        log::warn!("Ctrl-C will end the program without pausing the job: {error}");
    }
    interrupts
}

/// The store's journal, opened when the engine has found the input good: wrong input leaves no file behind.
struct LateJournal {
    path: PathBuf,
    writer: Arc<OnceLock<StoreWriter>>,
    journal: Option<StoreJournal>,
    /// The code of the error with which the store did not open.
    refusal: Arc<OnceLock<&'static str>>,
}

impl LateJournal {
    fn journal(&mut self) -> Result<&mut StoreJournal, JournalError> {
        if self.writer.get().is_none() {
            match Store::writer(&self.path) {
                Ok(writer) => {
                    let _ = self.writer.set(writer);
                }
                Err(StoreError::Locked) => return Err(JournalError::Busy),
                Err(error) => {
                    let _ = self.refusal.set(error.code());
                    return Err(JournalError::Failed(error.phrase()));
                }
            }
        }
        match (&mut self.journal, self.writer.get()) {
            (Some(journal), _) => Ok(journal),
            (none, Some(writer)) => Ok(none.insert(writer.journal())),
            (None, None) => Err(JournalError::Failed(phrase!("store-not-open"))),
        }
    }
}

impl Journal for LateJournal {
    fn reserve(&mut self, runs: usize) -> Result<(JobId, Vec<RunId>), JournalError> {
        self.journal()?.reserve(runs)
    }

    fn lease(&mut self, job: JobId) -> Result<(), JournalError> {
        self.journal()?.lease(job)
    }

    fn release(&mut self, job: JobId) {
        if let Some(journal) = &mut self.journal {
            journal.release(job);
        }
    }

    fn send(&mut self, report: &Arc<Report>) -> Result<(), JournalError> {
        self.journal()?.send(report)
    }

    fn commit(&mut self) -> Result<(), JournalError> {
        self.journal()?.commit()
    }
}
