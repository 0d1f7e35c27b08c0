//! Reads the store for the window on a thread of its own, so that a slow disk never holds up a frame.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::protocol::{JobId, JobOutcome, ResumeJob, RunFinished, RunId};
use crate::recipe::{Recipe, Sweep};
use crate::runs::{Board, RunRow, Status, Store, StoreError, StoreReader, StoredJob, Students, ToldApart};
use crate::state::{JobView, Leaving, RunCurves, Timeline};
use crate::text::Phrase;

/// What is asked of the thread.
#[derive(Clone, Debug, PartialEq)]
enum Question {
    List,
    ListIfChanged,
    TellApart,
    Job(JobId),
    Resume(JobId),
    Again(JobId, Vec<RunId>),
    Waiting,
    Logits(RunId),
    Timeline(JobId, RunId),
}

/// All recipes, and what tells them apart.
pub(super) struct Known {
    pub recipes: BTreeMap<RunId, Arc<Recipe>>,
    pub sweeps: BTreeMap<JobId, Arc<Sweep>>,
    pub told_apart: ToldApart,
}

/// What it answers.
pub(super) enum Answer {
    /// All runs.
    Runs(Vec<RunRow>),
    /// Their recipes and what tells them apart, where these are not those of the last time.
    Known(Box<Known>),
    /// A job for the panels.
    Job(Box<JobView>),
    /// A job to be resumed.
    Resume(Box<JobView>, Box<ResumeJob>),
    /// What waited when the window was closed last.
    Waiting(Vec<String>),
    /// The kept logits of a run on its validation rows, or none.
    Logits(RunId, Result<Option<Vec<f32>>, Phrase>),
    /// The stored snapshots of a run.
    Timeline(JobId, RunId, Result<Timeline, Phrase>),
    /// The store cannot be read.
    Failed(Phrase),
}

/// The thread.
pub(super) struct Reader {
    questions: SyncSender<Question>,
    answers: Arc<Mutex<Vec<Answer>>>,
}

impl Reader {
    /// Starts the thread; it ends when this is dropped.
    pub fn spawn(store: PathBuf, wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (questions, inbox) = sync_channel(256);
        let answers = Arc::new(Mutex::new(Vec::new()));
        let out = Arc::clone(&answers);
        std::thread::Builder::new().name("stillroom-reader".to_owned()).spawn(move || {
            serve(&Store::reader(store), &inbox, &|answer| {
                out.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
                wake();
            });
        })?;
        Ok(Self { questions, answers })
    }

    /// Asks for the list of runs.
    pub fn list(&self) {
        self.ask(Question::List);
    }

    /// Asks for the list of runs, if another process may have changed it.
    pub fn list_if_changed(&self) {
        self.ask(Question::ListIfChanged);
    }

    /// Asks for a job to show.
    pub fn job(&self, job: JobId) {
        self.ask(Question::Job(job));
    }

    /// Asks for what resuming a job needs.
    pub fn resume(&self, job: JobId) {
        self.ask(Question::Resume(job));
    }

    /// Asks for what letting runs of a job begin again needs.
    pub fn retry(&self, job: JobId, runs: Vec<RunId>) {
        self.ask(Question::Again(job, runs));
    }

    /// Asks for what waited when the window was closed last.
    pub fn waiting(&self) {
        self.ask(Question::Waiting);
    }

    /// Asks for the kept logits of a run on its validation rows; false where it has to be asked again.
    pub fn logits(&self, run: RunId) -> bool {
        self.ask(Question::Logits(run))
    }

    /// Asks for the snapshots of a run; false where it has to be asked again.
    pub fn timeline(&self, job: JobId, run: RunId) -> bool {
        self.ask(Question::Timeline(job, run))
    }

    fn ask(&self, question: Question) -> bool {
        // A full queue means that the same list was asked for many times over.
        let is_asked = self.questions.try_send(question).is_ok();
        if !is_asked {
            log::warn!("the store's reader does not keep up");
        }
        is_asked
    }

    /// All answers since the last time.
    pub fn answers(&self) -> Vec<Answer> {
        std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn serve(store: &StoreReader, questions: &Receiver<Question>, answer: &dyn Fn(Answer)) {
    let mut version = None;
    let mut recipes = Recipes::default();
    let mut waiting = VecDeque::new();
    loop {
        let Some(question) = waiting.pop_front().or_else(|| questions.recv().ok()) else { return };
        // Several wishes for the same thing are one.
        waiting.extend(questions.try_iter());
        waiting.retain(|other| *other != question);
        let result = match question {
            Question::List | Question::ListIfChanged => {
                let now = store.data_version().ok();
                if question == Question::ListIfChanged && now == version {
                    continue;
                }
                version = now;
                store.runs(true).map(|rows| {
                    if recipes.note(&rows) {
                        // What takes longer comes after what else is asked for.
                        waiting.retain(|other| *other != Question::TellApart);
                        waiting.push_back(Question::TellApart);
                    }
                    Answer::Runs(rows)
                })
            }
            Question::TellApart => recipes.told(store).map(|known| Answer::Known(Box::new(known))),
            Question::Job(job) => job_view(store, job).map(|view| Answer::Job(Box::new(view))),
            Question::Resume(job) => resume(store, job, StoredJob::into_resume),
            Question::Again(job, runs) => resume(store, job, |job| job.into_retry(&runs)),
            Question::Waiting => store.waiting().map(Answer::Waiting),
            Question::Logits(run) => {
                Ok(Answer::Logits(run, store.validation_logits(run).map_err(|error| error.phrase())))
            }
            Question::Timeline(job, run) => {
                Ok(Answer::Timeline(job, run, timeline(store, run).map_err(|error| error.phrase())))
            }
        };
        answer(result.unwrap_or_else(|error| Answer::Failed(error.phrase())));
    }
}

/// Numbers of a run's snapshots that are held in memory, at most: 64 MiB.
const MOST_NUMBERS: usize = 16 << 20;

/// The snapshots of a run; where they are too many to be held, every second, fourth …, and the last in any case.
fn timeline(store: &StoreReader, run: RunId) -> Result<Timeline, StoreError> {
    let steps = store.snapshots(run)?;
    let mut timeline = Timeline { stored: steps.len(), ..Timeline::default() };
    let Some(first) = steps.first() else { return Ok(timeline) };
    let numbers = store.snapshot(run, *first)?.map_or(0, |logits| logits.len()) * steps.len();
    let stride = numbers.div_ceil(MOST_NUMBERS).max(1).next_power_of_two();
    for (at, step) in steps.iter().enumerate() {
        if (at % stride == 0 || at + 1 == steps.len())
            && let Some(logits) = store.snapshot(run, *step)?
        {
            timeline.snapshots.push((*step, Arc::new(logits)));
        }
    }
    Ok(timeline)
}

/// The recipes that were read so far: those of a run never change.
#[derive(Default)]
struct Recipes {
    known: BTreeMap<RunId, Arc<Recipe>>,
    sweeps: BTreeMap<JobId, Arc<Sweep>>,
    /// Who was listed last.
    listed: Vec<Students>,
}

impl Recipes {
    /// Takes note of a list; true where there is something to tell that was not told before.
    fn note(&mut self, rows: &[RunRow]) -> bool {
        let listed = Students::of(rows);
        let is_news = listed != self.listed;
        self.listed = listed;
        is_news
    }

    fn told(&mut self, store: &StoreReader) -> Result<Known, StoreError> {
        let next = |last: Option<u64>| last.map_or(0, |last| last + 1);
        let run = RunId(next(self.known.last_key_value().map(|(run, _)| run.0)));
        self.known.extend(store.recipes(run)?.into_iter().map(|(run, recipe)| (run, Arc::new(recipe))));
        let job = JobId(next(self.sweeps.last_key_value().map(|(job, _)| job.0)));
        self.sweeps.extend(store.sweeps(job)?.into_iter().map(|(job, sweep)| (job, Arc::new(sweep))));
        let told_apart = ToldApart::of(&self.listed, &self.known);
        Ok(Known { recipes: self.known.clone(), sweeps: self.sweeps.clone(), told_apart })
    }
}

fn job_view(store: &StoreReader, id: JobId) -> Result<JobView, StoreError> {
    let job = store.job(id)?;
    let probe = Arc::new(store.probe(id)?);
    let mut view = JobView {
        id,
        board: Board::new(&job.sweep, &job.runs),
        edited: BTreeSet::new(),
        sweep: job.sweep,
        curves: BTreeMap::new(),
        results: BTreeMap::new(),
        changes: Vec::new(),
        snapshots: BTreeMap::new(),
        timelines: BTreeMap::new(),
        anatomy: BTreeMap::new(),
        answers: BTreeMap::new(),
        exits: BTreeMap::new(),
        story: None,
        unjudged: true,
        paused: false,
        outcome: Some(match job.status {
            Status::Done | Status::Halved => JobOutcome::Done,
            Status::Stopped => JobOutcome::Stopped,
            Status::Failed | Status::Diverged => JobOutcome::Failed,
            Status::Waiting | Status::Running | Status::Paused | Status::Interrupted => JobOutcome::Paused,
        }),
        message: job.message,
        runs: job.runs,
        data: job.data,
        probe,
    };
    for event in &job.events {
        view.take_event(event);
    }
    view.paused = false;
    for run in &view.runs {
        view.curves.insert(run.run, RunCurves::stored(store.curve(run.run)?));
        if let Some(step) = store.snapshots(run.run)?.last().copied()
            && let Some(logits) = store.snapshot(run.run, step)?
        {
            view.snapshots.insert(run.run, (step, Arc::new(logits)));
        }
    }
    for finished in job.finished {
        let result = RunFinished {
            run: finished.run,
            at_millis: 0,
            outcome: finished.outcome,
            steps: finished.steps,
            seconds: finished.seconds,
            validation: finished.validation,
            test: finished.test,
            training: finished.training,
            shares: finished.shares,
            cost: finished.cost,
            checkpoint: None,
        };
        view.results.insert(finished.run, result);
    }
    match store.answers(id) {
        Ok(answers) => view.answers.extend(answers.into_iter().map(|it| ((it.run, it.part), it))),
        Err(error) => log::warn!("what the runs of {id} answered cannot be read: {error}"),
    }
    match store.exits(id) {
        Ok(exits) => view.exits.extend(exits.into_iter().map(|it| (it.run, Leaving::new(it)))),
        Err(error) => log::warn!("what the runs of {id} say at their exits cannot be read: {error}"),
    }
    view.settle();
    Ok(view)
}

fn resume(store: &StoreReader, id: JobId, wanted: impl FnOnce(StoredJob) -> ResumeJob) -> Result<Answer, StoreError> {
    let (view, job) = (job_view(store, id)?, store.job(id)?);
    Ok(Answer::Resume(Box::new(view), Box::new(wanted(job))))
}
