//! Follows a job: from the engine's reports to lines of JSON, or to the screen.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::events::{self, FinishedRun};
use super::said::Said;
use super::screen::Screen;
use super::verdict;
use super::voice::{Failure, print_json};
use crate::model::Checkpoint;
use crate::protocol::{
    Answers, DataFound, DeviceInfo, JobData, JobId, JobOutcome, Live, Part, Progress, Report, Resumed, Role,
    RunFinished, RunId, RunInfo, RunOutcome, Tested,
};
use crate::recipe::Sweep;
use crate::runs::verdict::{JobFacts, RunEnd, Story};
use crate::runs::{self as stored, Board, Status, Store, StoredJob};
use crate::text::Phrase;
use crate::training::Observer;

/// What the terminal wants to know.
pub(super) enum News {
    Report(Arc<Report>),
    Device(DeviceInfo),
    Progress(Progress),
    Data(Box<JobData>),
    Reading(u64, u64),
    Rejected { code: Cow<'static, str>, message: Phrase },
}

/// Takes the engine's reports. It never waits; curves and logits are not kept.
#[derive(Default)]
pub(super) struct Watch {
    news: Mutex<VecDeque<News>>,
    came: Condvar,
}

/// News that is told before anyone looks again whether the job is to be paused: a reader of lines may be slow.
const AT_ONCE: usize = 256;

impl Watch {
    /// The oldest news, a few at most, after waiting for some for at most so long.
    pub fn take(&self, wait: Duration) -> Vec<News> {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let news = self.came.wait_timeout_while(news, wait, |news| news.is_empty());
        let mut news = news.unwrap_or_else(PoisonError::into_inner).0;
        let few = news.len().min(AT_ONCE);
        news.drain(..few).collect()
    }

    fn put(&self, news: News) {
        self.news.lock().unwrap_or_else(PoisonError::into_inner).push_back(news);
        self.came.notify_one();
    }
}

impl Observer for Watch {
    fn report(&self, report: &Arc<Report>) {
        match &**report {
            Report::Started(_)
            | Report::Resumed(_)
            | Report::Epoch(_)
            | Report::Answers(_)
            | Report::RunFinished(_)
            | Report::Tested(_)
            | Report::JobEnded(_) => {
                self.put(News::Report(report.clone()));
            }
            Report::Steps(_)
            | Report::Snapshot(_)
            | Report::Event(_)
            | Report::ResumeState(_)
            | Report::Outside(_)
            | Report::Exits(_) => {}
        }
    }

    fn live(&self, live: Live) {
        match live {
            Live::Device(info) => self.put(News::Device(info)),
            Live::Progress(progress) => self.put(News::Progress(progress)),
            Live::Data(data) => self.put(News::Data(data)),
            Live::Reading(done, total) => self.put(News::Reading(done, total)),
            Live::Rejected { code, message } => {
                self.put(News::Rejected { code, message });
            }
            _ => {}
        }
    }
}

/// What is known of a job that is over.
pub(super) struct Figures<'a> {
    /// Its runs.
    pub infos: &'a [RunInfo],
    /// Its cells.
    pub board: &'a Board,
    /// How its runs ended.
    pub finished: &'a HashMap<RunId, FinishedRun>,
    /// What they answered.
    pub answers: &'a HashMap<(RunId, Part), Answers>,
    /// What happened.
    pub story: Story,
}

/// What is known of the job so far.
pub(super) struct Follower<'a> {
    screen: Screen,
    store: &'a Path,
    out: Option<&'a Path>,
    stored: Option<&'a StoredJob>,
    job: Option<JobId>,
    runs: Vec<RunInfo>,
    finished: HashMap<RunId, FinishedRun>,
    /// What they answered, without logits.
    answers: HashMap<(RunId, Part), Answers>,
    board: Board,
    /// Runs of which a setting was moved before the job was interrupted.
    edited: HashSet<RunId>,
    unsaved: Option<String>,
    /// The data, as they were found.
    data: Vec<DataFound>,
}

impl<'a> Follower<'a> {
    pub fn new(screen: Screen, store: &'a Path, out: Option<&'a Path>, stored: Option<&'a StoredJob>) -> Self {
        let (job, runs, finished, unsaved) = (None, Vec::new(), HashMap::new(), None);
        let edited = stored.map(StoredJob::edited).unwrap_or_default();
        Self {
            screen,
            store,
            out,
            stored,
            job,
            runs,
            finished,
            answers: HashMap::new(),
            board: Board::default(),
            edited,
            unsaved,
            data: stored.and_then(|job| job.data.as_ref()).map(|data| data.sets.clone()).unwrap_or_default(),
        }
    }

    /// The job, once it has begun.
    pub fn job(&self) -> Option<JobId> {
        self.job
    }

    /// Why a model is not in the folder that was asked for.
    pub fn unsaved(&self) -> Option<&str> {
        self.unsaved.as_deref()
    }

    /// Whether all that was trained last has diverged, so that going on would be of no use.
    pub fn all_diverged(&self) -> bool {
        let students = || self.finished.values().filter(|run| run.info.role != Role::Teacher);
        let diverged = |run: &FinishedRun| run.outcome == RunOutcome::Diverged;
        if students().next().is_some() { students().all(diverged) } else { self.finished.values().any(diverged) }
    }

    pub fn device(&mut self, info: DeviceInfo) {
        self.screen.device(info);
    }

    pub fn progress(&mut self, progress: &Progress) {
        self.screen.progress(progress);
    }

    /// What was found in the data of a job that is about to begin.
    pub fn data(&mut self, data: &JobData) {
        self.data.clone_from(&data.sets);
        self.screen.data(data);
    }

    pub fn reading(&mut self, done: u64, total: u64) {
        self.screen.reading(done, total);
    }

    /// The data of a run, where the job has one set of them.
    fn rows_by_class(&self) -> Option<&DataFound> {
        match self.data.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    pub fn report(&mut self, report: &Report) -> Result<(), Failure> {
        match report {
            Report::Started(it) => self.begin(it.job, &it.sweep, &it.runs, &it.device, None),
            Report::Resumed(it) => {
                let Some(stored) = self.stored else { return Ok(()) };
                self.begin(it.job, &stored.sweep, &stored.runs, &it.device, Some(it.step))?;
                self.take_again(it);
                self.earlier(stored, it)
            }
            Report::Epoch(it) => {
                let info = self.runs.iter().find(|info| info.run == it.run);
                let Some((job, info)) = self.job.zip(info) else { return Ok(()) };
                if self.screen.is_json() {
                    return print_json(&events::epoch(job, it, info.recipe.distill.method()));
                }
                self.screen.epoch(info, it);
                Ok(())
            }
            Report::Answers(it) => {
                self.answers.insert((it.run, it.part), Answers { logits: None, ..it.clone() });
                Ok(())
            }
            Report::RunFinished(it) => self.run_finished(it),
            Report::Tested(it) => self.tested(it),
            Report::JobEnded(it) => self.ended(it.outcome, it.message.as_ref()),
            _ => Ok(()),
        }
    }

    fn ended(&mut self, outcome: JobOutcome, message: Option<&Phrase>) -> Result<(), Failure> {
        let Some(job) = self.job else { return Ok(()) };
        let story = self.story(outcome, message);
        if self.screen.is_json() {
            return story.map_or(Ok(()), |story| print_json(&verdict::line(job, &story, &self.board)));
        }
        let told = story.as_ref().map(verdict::text).unwrap_or_default();
        if let Some(found) = story.as_ref().and_then(|story| story.verdict.as_ref()) {
            let cells = verdict::cells(&self.board, found, &self.finished);
            return self.screen.end_of_sweep(&format!("{cells}{told}"));
        }
        let finished: Vec<&FinishedRun> = self.runs.iter().filter_map(|info| self.finished.get(&info.run)).collect();
        let found = self.rows_by_class().cloned();
        self.screen.end(&finished, found.as_ref(), &told)
    }

    /// What happened.
    fn story(&self, outcome: JobOutcome, message: Option<&Phrase>) -> Option<Story> {
        let end = |run: RunId| {
            let finished = self.finished.get(&run)?;
            Some(RunEnd {
                outcome: finished.outcome,
                edited: self.edited.contains(&run),
                steps: finished.steps,
                validation: finished.validation.as_ref(),
                test: finished.test.as_ref(),
                training: finished.training.as_ref(),
                shares: &finished.shares,
                cost: finished.cost.as_ref(),
            })
        };
        let found = self.rows_by_class().map_or(&[][..], |found| &found.classes);
        let reader = Store::reader(self.store);
        let said = OnceCell::new();
        let classes: Vec<String> = found.iter().map(|class| class.name.clone()).collect();
        let facts = JobFacts {
            board: &self.board,
            infos: &self.runs,
            classes: &classes,
            outcome: Some(outcome),
            message,
            end: &end,
            answers: &|run, part| self.answers.get(&(run, part)),
            first_agreement: &|run| reader.curve(run).ok()?.epochs.first()?.validation.agreement,
            heard: &|info| said.get_or_init(|| Said::read(&reader, self.job, &self.runs)).of(info),
        };
        facts.story()
    }

    fn begin(
        &mut self,
        job: JobId,
        sweep: &Sweep,
        runs: &[RunInfo],
        device: &str,
        resumed_at: Option<u64>,
    ) -> Result<(), Failure> {
        self.job = Some(job);
        self.runs = runs.to_vec();
        self.board = Board::new(sweep, runs);
        if !self.screen.is_json() {
            self.screen.begin(job, runs, resumed_at);
            return Ok(());
        }
        let mut data = self.data.first();
        runs.iter().try_for_each(|info| {
            let (run, role, recipe, data) = (info.run, info.role, &info.recipe, data.take());
            print_json(&events::Started { event: "started", job, run, role, recipe, device, data, resumed_at })
        })
    }

    /// What begins again has nothing behind it.
    fn take_again(&mut self, resumed: &Resumed) {
        for (run, stage) in &resumed.retried {
            self.edited.remove(run);
            if let Some(info) = self.runs.iter_mut().find(|info| info.run == *run) {
                info.stage = *stage;
            }
        }
    }

    /// What had come to its end and is not run again.
    fn earlier(&mut self, stored: &StoredJob, resumed: &Resumed) -> Result<(), Failure> {
        let place = (resumed.stage, resumed.step);
        for it in &stored.finished {
            let info = self.runs.iter().find(|info| info.run == it.run && !info.loaded).cloned();
            let Some(info) = info.filter(|info| (info.stage, it.steps) <= place) else { continue };
            if info.stage == resumed.stage && !matches!(it.outcome, RunOutcome::Halved) {
                continue;
            }
            self.show_stored(info, it)?;
        }
        self.recall_answers(stored.job);
        Ok(())
    }

    /// The results of a job that has come to its end, as its own run told them.
    pub fn results(&mut self) -> Result<(), Failure> {
        let Some(stored) = self.stored else { return Ok(()) };
        self.remember(stored);
        for it in &stored.finished {
            if let Some(info) = self.runs.iter().find(|info| info.run == it.run).cloned() {
                self.show_stored(info, it)?;
            }
        }
        let outcome = match stored.status {
            Status::Stopped => JobOutcome::Stopped,
            Status::Failed | Status::Diverged => JobOutcome::Failed,
            _ => JobOutcome::Done,
        };
        self.ended(outcome, stored.message.as_ref())
    }

    /// A job that has come to its end, without a word; none of one that has not.
    pub fn recall(&mut self) -> Option<Figures<'_>> {
        let stored = self.stored?;
        self.remember(stored);
        for it in &stored.finished {
            let info = self.runs.iter().find(|info| info.run == it.run).cloned();
            let run = info.map(|info| (it.run, FinishedRun::stored(info, it, it.checkpoint.clone())));
            self.finished.extend(run);
        }
        let outcome = match stored.status {
            Status::Done => JobOutcome::Done,
            Status::Stopped => JobOutcome::Stopped,
            _ => return None,
        };
        let story = self.story(outcome, None)?;
        Some(Figures { infos: &self.runs, board: &self.board, finished: &self.finished, answers: &self.answers, story })
    }

    /// The runs of a job of the store, and what they answered.
    fn remember(&mut self, stored: &StoredJob) {
        self.job = Some(stored.job);
        self.runs.clone_from(&stored.runs);
        self.board = Board::new(&stored.sweep, &stored.runs);
        self.recall_answers(stored.job);
    }

    /// What the runs answered before.
    fn recall_answers(&mut self, job: JobId) {
        match Store::reader(self.store).answers(job) {
            Ok(answers) => self.answers.extend(answers.into_iter().map(|it| ((it.run, it.part), it))),
            Err(error) => log::warn!("what the runs of {job} answered cannot be read: {error}"),
        }
    }

    fn show_stored(&mut self, info: RunInfo, it: &stored::FinishedRun) -> Result<(), Failure> {
        let bytes = it.checkpoint.as_ref().filter(|_| !info.loaded).and_then(|path| std::fs::read(path).ok());
        let checkpoint = bytes.and_then(|bytes| self.save(&info, &bytes)).or_else(|| it.checkpoint.clone());
        self.show(FinishedRun::stored(info, it, checkpoint))
    }

    /// The test rows were looked at for a run that validation chose.
    fn tested(&mut self, it: &Tested) -> Result<(), Failure> {
        let (Some(job), Some(run)) = (self.job, self.finished.get_mut(&it.run)) else { return Ok(()) };
        run.test = Some(it.test.clone());
        if self.screen.is_json() { print_json(&events::tested(job, it, self.rows_by_class())) } else { Ok(()) }
    }

    fn run_finished(&mut self, it: &RunFinished) -> Result<(), Failure> {
        let Some(info) = self.runs.iter().find(|info| info.run == it.run).cloned() else { return Ok(()) };
        let checkpoint =
            it.checkpoint.as_ref().and_then(|bytes| self.save(&info, bytes).or_else(|| self.stored_at(it.run)));
        self.show(FinishedRun {
            info,
            outcome: it.outcome,
            steps: it.steps,
            seconds: it.seconds,
            validation: it.validation.clone(),
            test: it.test.clone(),
            training: it.training.clone(),
            shares: it.shares.clone(),
            cost: it.cost.clone(),
            checkpoint,
        })
    }

    fn show(&mut self, run: FinishedRun) -> Result<(), Failure> {
        let Some(job) = self.job else { return Ok(()) };
        if self.screen.is_json() {
            print_json(&events::finished(job, &run, self.rows_by_class()))?;
        } else {
            self.screen.finished(&run);
        }
        self.finished.insert(run.info.run, run);
        Ok(())
    }

    /// Writes a model into the folder that was asked for. What fails there does not fail the job: the store has the model.
    fn save(&mut self, info: &RunInfo, bytes: &[u8]) -> Option<PathBuf> {
        let folder = self.out?;
        let name = info.name();
        let alone = self.runs.iter().filter(|other| other.name() == name).count() == 1;
        let name = if alone { format!("{name}.safetensors") } else { format!("{name}-{}.safetensors", info.run) };
        let path = folder.join(name);
        let made = std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()));
        let written = made.and_then(|()| Checkpoint::save(&path, bytes).map_err(|error| error.to_string()));
        match written {
            Ok(_) => Some(path),
            Err(problem) => {
                self.unsaved = Some(format!("a model could not be written: {problem}; the store has it"));
                None
            }
        }
    }

    /// Where the store keeps the weights.
    fn stored_at(&self, run: RunId) -> Option<PathBuf> {
        match Store::reader(self.store).runs(true) {
            Ok(rows) => rows.into_iter().find(|row| row.run == run)?.checkpoint,
            Err(error) => {
                log::warn!("where the store keeps the weights of {run} is not known: {error}");
                None
            }
        }
    }
}
