//! One job from start to end: its stages one after the other, then a look at the test rows.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use candle_core::{DType, Device};

use super::device::of_device;
use super::found::{DataFound, JobData};
use super::gather::Gather;
use super::look::Look;
use super::plan::{JobPlan, StagePlan};
use super::prepare::{PrepareError, Prepared, Shelf, Teacher, TeacherModel, population_logits};
use super::report::{
    DeviceInfo, Event, EventKind, JobEnded, JobId, JobOutcome, Live, LossTerms, Metrics, Part, Preview, Report,
    ResumeState, Resumed, Role, RunFinished, RunId, RunInfo, RunOutcome, Stage, Started, Tested, Unready,
};
use super::session::{Member, Session, TeacherSide};
use super::sink::{Journal, JournalError, Observer};
use super::stage::{Asked, StageRun};
use super::worker::{Inbox, Request, Wish, WorkerOptions};
use crate::data::{DataError, FirstRows, TransferSet, Watch, first_rows};
use crate::distill::{Evaluation, Objective, Reference, TeacherLogits, evaluate};
use crate::model::{Checkpoint, CheckpointError, Plan, Population};
use crate::recipe::{CheckpointSource, Recipe, Source, Strategy, Sweep, TeacherRecipe, TrainingRecipe};
use crate::text::{Phrase, phrase};

/// What to run.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one, and it is moved once")]
pub enum JobStart {
    /// A new job.
    New(Sweep),
    /// One that rests, failed or was interrupted.
    Resume(ResumeJob),
}

/// What the store knows of a job that is to go on.
#[derive(Clone, Debug)]
pub struct ResumeJob {
    /// The job.
    pub job: JobId,
    /// Its recipe, with its ranges.
    pub sweep: Sweep,
    /// Its runs, as they were started.
    pub runs: Vec<RunInfo>,
    /// The newest resume state; without one it begins again.
    pub state: Option<ResumeState>,
    /// The data with which it began; `None` of a job of an older version.
    pub data: Option<JobData>,
    /// All its events, in order.
    pub events: Vec<Event>,
    /// Runs that have come to their end.
    pub finished: Vec<FinishedRun>,
    /// Runs to begin anew, where the job has ended: then no others are trained.
    pub again: Vec<RunId>,
}

/// A run that has come to its end before the job goes on.
#[derive(Clone, Debug)]
pub struct FinishedRun {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub outcome: RunOutcome,
    /// The kept weights on the validation rows.
    pub validation: Option<Metrics>,
    /// Whether the test rows were looked at.
    pub tested: bool,
    /// The kept weights.
    pub weights: Option<KeptWeights>,
}

/// A `.safetensors` file.
#[derive(Clone, Debug)]
pub enum KeptWeights {
    /// Its content.
    Bytes(Arc<Vec<u8>>),
    /// Where it lies.
    File(PathBuf),
}

impl KeptWeights {
    fn checkpoint(&self) -> Result<Checkpoint, CheckpointError> {
        match self {
            Self::Bytes(bytes) => Checkpoint::from_bytes("a stored model", bytes),
            Self::File(path) => Checkpoint::read(path),
        }
    }
}

/// Serves requests, one job at a time, on the thread that owns the device.
pub(super) struct Engine {
    pub device: Device,
    pub info: DeviceInfo,
    pub options: WorkerOptions,
    pub journal: Box<dyn Journal>,
    pub observer: Arc<dyn Observer>,
    shelf: Shelf,
    /// The job in progress, for the case of a panic.
    running: Option<JobId>,
}

/// Why a job does not go on.
#[derive(Debug)]
pub(super) enum Halt {
    /// The user ended it.
    Stopped,
    /// The handle is being dropped: it rests.
    Closing,
    /// It cannot go on.
    Failed(Phrase),
}

impl Halt {
    fn phrase(self) -> Phrase {
        match self {
            Self::Stopped | Self::Closing => phrase!("job-stopped"),
            Self::Failed(problem) => problem,
        }
    }
}

impl From<candle_core::Error> for Halt {
    fn from(error: candle_core::Error) -> Self {
        Self::Failed(of_device(&error))
    }
}

/// Rows of a table that a preview shows as they are written.
const FIRST_ROWS: usize = 6;

/// How long a closing thread still tries to send to a busy store. Three times, for the report in hand, the state and the end, it
/// must fit into the time that the handle waits for the thread.
const LAST_TRY: Duration = Duration::from_secs(4);

impl Engine {
    pub fn new(
        device: Device,
        info: DeviceInfo,
        options: WorkerOptions,
        journal: Box<dyn Journal>,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self { device, info, options, journal, observer, shelf: Shelf::default(), running: None }
    }

    pub fn serve(&mut self, request: Request, inbox: &Inbox) {
        match request {
            Request::Preview(recipe) => {
                self.preview(&recipe, inbox);
                self.look_ahead(&recipe, inbox);
            }
            Request::Look(look) => self.look(&look, None),
            Request::Gather(gather) => self.gather(&gather),
            Request::Start(start) => self.start(*start, inbox),
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
    pub fn fail_after_panic(&mut self, panic: &str, inbox: &Inbox) {
        let message = phrase!("job-panicked", problem = panic);
        log::error!("{message}");
        self.shelf = Shelf::default();
        match self.running.take() {
            Some(job) => self.end(job, JobOutcome::Failed, Some(message), inbox),
            // Whoever waits for a job to begin must not wait for ever.
            None => self.observer.live(Live::Rejected { code: "panicked", message }),
        }
    }

    pub fn preview(&mut self, recipe: &Recipe, inbox: &Inbox) {
        match self.make_preview(recipe, inbox) {
            // Another question is asked already.
            Err(PrepareError::Data(DataError::Cancelled)) => {}
            Ok(preview) => self.observer.live(Live::Preview(Box::new(preview))),
            Err(error) => {
                let (field, problem) = (error.field(), error.phrase());
                let first_rows = first_rows_of(recipe);
                self.observer.live(Live::Unready(Unready { field, problem, first_rows }));
            }
        }
    }

    /// Asks a shipped teacher about all rows while the user still looks at the preview, so that a job begins at once. It
    /// stays on the shelf; what goes wrong here is said when the job is started.
    fn look_ahead(&mut self, recipe: &Recipe, inbox: &Inbox) {
        let shipped = matches!(recipe.teacher, Some(TeacherRecipe::Checkpoint(CheckpointSource::Builtin(_))))
            && matches!(recipe.data.source, Source::Builtin(_));
        if shipped
            && let Ok(prepared) = self.shelf.prepare(recipe, &self.device, &())
            && let Some(TeacherModel::Ready(teacher)) = &prepared.teacher
        {
            teacher.all_logits(&prepared.dataset, &self.device, &|| inbox.closing()).ok();
        }
    }

    /// Lets the models of a recipe look at a picture; `own` is the student that trains now, with its place.
    pub fn look(&mut self, look: &Look, own: Option<(&Population, usize)>) {
        let looked = self.shelf.prepare(&look.recipe, &self.device, &()).map_err(|error| error.phrase());
        let looked = looked.and_then(|prepared| {
            let seed = look.recipe.training.seed;
            let untrained = || prepared.student.as_ref().map(|plan| self.students(&prepared, plan, &[seed]));
            look.answer(&prepared, own, untrained, &self.device).map(Box::new)
        });
        self.observer.live(Live::Looked(looked));
    }

    /// Reads rows that the window wants to show.
    pub fn gather(&self, gather: &Gather) {
        let gathered = gather.answer(&self.shelf).map(Box::new);
        self.observer.live(Live::Gathered(gathered));
    }

    fn make_preview(&mut self, recipe: &Recipe, inbox: &Inbox) -> Result<Preview, PrepareError> {
        self.shelf.forget_files(Some(&recipe.data.source));
        let watch = Looker { observer: self.observer.clone(), wish: inbox.wish(false) };
        let prepared = self.shelf.prepare(recipe, &self.device, &watch)?;
        let never = || false;
        let (teacher_plan, teacher_errors) = match &prepared.teacher {
            None => (None, None),
            Some(TeacherModel::ToTrain(plan)) => (Some(plan.clone()), None),
            Some(TeacherModel::Ready(teacher)) => {
                let rows = &prepared.splits.validation;
                let logits = teacher.logits(&prepared.dataset, rows, &self.device, &never)?;
                let labels = prepared.labels(rows);
                let result = evaluate(&logits.values, &labels, None, &Objective::labels(), 0.0, logits.classes);
                (Some(teacher.population.plan().clone()), Some(result.errors))
            }
        };
        let student = match &prepared.student {
            None => Vec::new(),
            Some(plan) => {
                let population = self.students(&prepared, plan, &[recipe.training.seed])?;
                population_logits(&population, &prepared.dataset, &prepared.probe, &self.device, &never)?
            }
        };
        Ok(Preview {
            rows: [prepared.transfer.rows.len(), prepared.splits.validation.len(), prepared.splits.test.len()],
            probe: Arc::new(prepared.probe_set(&self.device)?),
            student: Arc::new(student),
            parameters: [&teacher_plan, &prepared.student].map(|plan| plan.as_ref().map_or(0, Plan::parameter_count)),
            teacher_model: teacher_plan.map_or_else(String::new, |plan| plan.architecture.to_string()),
            teacher_errors,
            found: DataFound::of(&prepared, &self.device)?,
            first_rows: first_rows_of(recipe),
            recipe: recipe.clone(),
        })
    }

    fn students(&self, prepared: &Prepared, plan: &Plan, seeds: &[u64]) -> candle_core::Result<Population> {
        Population::seeded(plan.clone(), prepared.normalisation.clone(), seeds, DType::F32, &self.device)
    }

    fn start(&mut self, start: JobStart, inbox: &Inbox) {
        let (sweep, resume) = match start {
            JobStart::New(sweep) => (sweep, None),
            JobStart::Resume(resume) => (resume.sweep.clone(), Some(resume)),
        };
        // A job of an older version knows nothing of its data, and read tables in its own way.
        let as_first_read = resume.as_ref().is_some_and(|resume| resume.data.is_none());
        let watch = Looker { observer: self.observer.clone(), wish: inbox.wish(true) };
        let memory = self.options.memory;
        let plan = JobPlan::new(&sweep, as_first_read, &mut self.shelf, &self.device, memory, &watch);
        let mut plan = match plan {
            Ok(plan) => plan,
            Err(error) => {
                let (code, message) = (error.code(), error.phrase());
                return self.observer.live(Live::Rejected { code, message });
            }
        };
        if as_first_read {
            log::warn!("{}", phrase!("job-no-fingerprint"));
        }
        let began = resume.as_ref().and_then(|resume| resume.data.as_ref());
        if let Some(message) = began.and_then(|began| plan.data.fingerprint.difference(&began.fingerprint)) {
            return self.observer.live(Live::Rejected { code: "other-data", message });
        }
        self.observer.live(Live::Data(Box::new(plan.data.clone())));
        let opened = match resume {
            None => self.open(&sweep, &mut plan, inbox),
            Some(resume) => self.reopen(resume, &mut plan, inbox),
        };
        let mut job = match opened {
            Ok(job) => job,
            Err((code, message)) => {
                self.observer.live(Live::Rejected { code, message });
                return;
            }
        };
        self.running = Some(job.id);
        let result = self.run(&mut job, &sweep, &plan, inbox);
        self.running = None;
        let (outcome, message) = match result {
            Ok(()) => (JobOutcome::Done, None),
            Err(Halt::Stopped) => (JobOutcome::Stopped, None),
            Err(Halt::Closing) => (JobOutcome::Paused, None),
            Err(Halt::Failed(message)) => (JobOutcome::Failed, Some(message)),
        };
        self.end(job.id, outcome, message, inbox);
    }

    /// The last report of a job, and the end of its lease.
    fn end(&mut self, job: JobId, outcome: JobOutcome, message: Option<Phrase>, inbox: &Inbox) {
        let ended = Report::JobEnded(JobEnded { job, at_millis: now(), outcome, message });
        if let Err(Halt::Failed(problem)) = self.emit_committed(ended.clone(), inbox) {
            log::error!("the end of job {job} could not be stored: {problem}");
            self.observer.report(&Arc::new(ended));
        }
        self.journal.release(job);
    }

    /// A new job: numbers, lease and the first report.
    fn open(&mut self, sweep: &Sweep, plan: &mut JobPlan, inbox: &Inbox) -> Result<Job, (&'static str, Phrase)> {
        let store = |error: JournalError| ("store", error.phrase());
        let probe = match plan.probe_stage() {
            Some(stage) => stage.prepared.probe_set(&self.device).map_err(|error| (error.code(), error.phrase()))?,
            None => return Err(("recipe", phrase!("job-nothing-to-train"))),
        };
        let (id, numbers) = retry(inbox, || self.journal.reserve(plan.runs.len())).map_err(store)?;
        for (run, number) in plan.runs.iter_mut().zip(numbers) {
            run.run = number;
        }
        retry(inbox, || self.journal.lease(id)).map_err(store)?;
        let started = Started {
            job: id,
            at_millis: now(),
            sweep: sweep.clone(),
            runs: plan.runs.clone(),
            device: self.info.name.clone(),
            probe: Arc::new(probe),
            data: Some(plan.data.clone()),
        };
        match self.emit_committed(Report::Started(started), inbox) {
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
                self.journal.release(id);
                Err(("store", halt.phrase()))
            }
        }
    }

    /// A job that goes on: its lease, and the report that cuts off what lies beyond the resume state.
    fn reopen(&mut self, resume: ResumeJob, plan: &mut JobPlan, inbox: &Inbox) -> Result<Job, (&'static str, Phrase)> {
        if !plan.recall(&resume.runs) {
            let problem = phrase!("job-other-recipe");
            return Err(("other-recipe", problem));
        }
        retry(inbox, || self.journal.lease(resume.job)).map_err(|error| ("store", error.phrase()))?;
        let again = plan.again(&resume.again);
        let at_state = resume.state.as_ref().map_or((Stage(0), 0), |state| (state.stage, state.step));
        // A later stage may have ended before its job rested.
        let single = resume.sweep.is_single();
        let unfinished =
            plan.runs.iter().filter(|run| !is_over(run, single, &resume.finished)).map(|run| run.stage).min();
        let behind = plan.runs.iter().map(|run| Stage(run.stage.0 + 1)).max().unwrap_or(Stage(0));
        let (stage, step) = match again.iter().map(|(_, stage)| *stage).min() {
            Some(first) => (first, 0),
            None => (unfinished.unwrap_or(behind), 0).max(at_state),
        };
        let state = resume.state.filter(|state| (state.stage, state.step) == (stage, step));
        let device = self.info.name.clone();
        let resumed = Resumed { job: resume.job, at_millis: now(), stage, step, again, device };
        if let Err(halt) = self.emit_committed(Report::Resumed(resumed), inbox) {
            self.journal.release(resume.job);
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

    fn run(&mut self, job: &mut Job, sweep: &Sweep, plan: &JobPlan, inbox: &Inbox) -> Result<(), Halt> {
        let mut teachers = Teachers::new();
        for stage in &plan.stages {
            let is_before = job.resume.as_ref().is_some_and(|(first, _)| stage.stage < *first);
            if stage.role == Role::Teacher {
                teachers.insert(stage.runs[0], self.teacher_stage(job, stage, plan, is_before, inbox)?);
            } else if !is_before {
                self.student_stage(job, stage, sweep, plan, &teachers, inbox)?;
            }
        }
        if !sweep.is_single() && !sweep.test_all {
            self.test_chosen(job, plan, &teachers, inbox)?;
        }
        Ok(())
    }

    fn teacher_stage(
        &mut self,
        job: &mut Job,
        stage: &StagePlan,
        plan: &JobPlan,
        is_before: bool,
        inbox: &Inbox,
    ) -> Result<Arc<Teacher>, Halt> {
        let run = &plan.runs[stage.runs[0]];
        let prepared = &*stage.prepared;
        let classes = prepared.dataset.classes.len();
        let layers = match &prepared.teacher {
            None => return Err(Halt::Failed(phrase!("job-teacher-missing"))),
            Some(TeacherModel::Ready(teacher)) => {
                let all = teacher.all_logits(&prepared.dataset, &self.device, &|| inbox.closing());
                let all = all.map_err(evaluation_halt)?;
                let labels = Objective::labels();
                let split = |part: Part, rows: &[u32]| {
                    let logits = all.logits_of(rows, 1.0);
                    let result = evaluate(&logits, &prepared.labels(rows), None, &labels, 0.0, classes);
                    (metrics(result, &labels), Asked::of(prepared, part, rows).answers(run.run, 0, &logits))
                };
                let (validation, validation_answers) = split(Part::Validation, &prepared.splits.validation);
                let (test, test_answers) = split(Part::Test, &prepared.splits.test);
                let finished = RunFinished {
                    run: run.run,
                    at_millis: now(),
                    outcome: RunOutcome::Done,
                    steps: 0,
                    seconds: 0.0,
                    validation: Some(validation),
                    test: Some(test),
                    training: None,
                    shares: Vec::new(),
                    checkpoint: None,
                };
                let answers = [validation_answers, test_answers].map(Report::Answers);
                self.emit_all_committed(answers.into_iter().chain([Report::RunFinished(finished)]).collect(), inbox)?;
                return Ok(teacher.clone());
            }
            Some(TeacherModel::ToTrain(layers)) => layers,
        };
        let places: Vec<usize> = (0..classes).collect();
        if is_before {
            let weights = job.finished.iter().find(|known| known.run == run.run).and_then(|run| run.weights.as_ref());
            let weights = weights.ok_or_else(|| Halt::Failed(phrase!("job-teacher-missing")))?;
            let checkpoint = weights.checkpoint().map_err(|error| Halt::Failed(error.phrase()))?;
            return Ok(Arc::new(Teacher::new(checkpoint.population(&self.device)?, places)));
        }
        let training = &stage.training;
        let population = self.students(prepared, layers, &[training.seed])?;
        let session = Session::new(
            population,
            vec![member(Objective::labels(), None, training)],
            training.clone(),
            prepared.dataset.clone(),
            TransferSet::of_teacher(&prepared.dataset, &prepared.splits),
            TeacherSide::Labels,
            self.device.clone(),
        )?;
        let mut part = StageRun::new(session, vec![run.clone()], stage, Strategy::Grid, true);
        self.train(job, &mut part, plan, inbox)?;
        if !part.session.members[0].active {
            return Err(Halt::Failed(phrase!("job-teacher-diverged")));
        }
        let kept = part.kept_population(&self.device)?;
        Ok(Arc::new(Teacher::new(kept, places)))
    }

    fn student_stage(
        &mut self,
        job: &mut Job,
        stage: &StagePlan,
        sweep: &Sweep,
        plan: &JobPlan,
        teachers: &Teachers,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let prepared = &*stage.prepared;
        let Some(layers) = &prepared.student else { return Ok(()) };
        // Only the teachers in use, in the order of their first member.
        let mut used: Vec<usize> = Vec::new();
        let mut members = Vec::with_capacity(stage.runs.len());
        let runs: Vec<RunInfo> = stage.runs.iter().map(|run| plan.runs[*run].clone()).collect();
        for (run, teacher) in runs.iter().zip(&stage.teachers) {
            let teacher = teacher.map(|teacher| {
                used.iter().position(|known| *known == teacher).unwrap_or_else(|| {
                    used.push(teacher);
                    used.len() - 1
                })
            });
            members.push(member(run.objective(), teacher, &run.recipe.training));
        }
        let teachers = used.iter().map(|teacher| {
            let teacher = teachers.get(teacher).ok_or_else(|| Halt::Failed(phrase!("job-teacher-untrained")))?;
            let logits = teacher.all_logits(&prepared.dataset, &self.device, &|| inbox.closing());
            Ok((logits.map_err(evaluation_halt)?, teacher.clone()))
        });
        let teachers = teachers.collect::<Result<Vec<(Arc<TeacherLogits>, Arc<Teacher>)>, Halt>>()?;
        let seeds: Vec<u64> = members.iter().map(|member| member.seed).collect();
        let population = self.students(prepared, layers, &seeds)?;
        // Only pictures are shifted; a teacher of its own view looks at them as they are.
        let pictures = prepared.dataset.pixel_scale.is_some();
        let sees_the_same = teachers.iter().all(|(_, teacher)| teacher.view.is_none());
        let side = if stage.training.jitter > 0 && pictures && sees_the_same {
            TeacherSide::Live(teachers)
        } else {
            TeacherSide::Cached(teachers.into_iter().map(|(logits, _)| logits).collect())
        };
        let session = Session::new(
            population,
            members,
            stage.training.clone(),
            prepared.dataset.clone(),
            prepared.transfer.clone(),
            side.clone(),
            self.device.clone(),
        )?;
        let tests = sweep.is_single() || sweep.test_all;
        let mut part = StageRun::new(session, runs, stage, sweep.strategy, tests);
        part.teachers = side.logits();
        self.train(job, &mut part, plan, inbox)?;
        let lost = |(k, member): (usize, &Member)| !member.active && !part.extras.stopped[k];
        if sweep.is_single() && part.session.members.iter().enumerate().all(lost) {
            return Err(Halt::Failed(phrase!("job-diverged")));
        }
        Ok(())
    }

    /// Looks at the test rows, once: for the cell with the fewest validation errors and for its best baseline, each over all
    /// seeds.
    fn test_chosen(&mut self, job: &Job, plan: &JobPlan, teachers: &Teachers, inbox: &Inbox) -> Result<(), Halt> {
        for role in [Role::Student, Role::Baseline] {
            let Some(chosen) = best_cell(job, plan, role) else { continue };
            for finished in chosen {
                let Some(weights) = finished.weights.as_ref().filter(|_| !finished.tested) else { continue };
                let place = plan.runs.iter().position(|run| run.run == finished.run);
                let found = place.and_then(|place| {
                    let stage = plan.stages.iter().find(|stage| stage.runs.contains(&place))?;
                    let member = stage.runs.iter().position(|run| *run == place)?;
                    Some((place, stage, stage.teachers[member]))
                });
                let Some((place, stage, teacher)) = found else { continue };
                let prepared = &*stage.prepared;
                let checkpoint = weights.checkpoint().map_err(|error| Halt::Failed(error.phrase()))?;
                let population = checkpoint.population(&self.device)?;
                let rows = &prepared.splits.test;
                let logits = population_logits(&population, &prepared.dataset, rows, &self.device, &|| inbox.closing());
                let logits = logits.map_err(evaluation_halt)?;
                let teacher = teacher.and_then(|teacher| teachers.get(&teacher));
                let teacher =
                    teacher.map(|teacher| teacher.all_logits(&prepared.dataset, &self.device, &|| inbox.closing()));
                let teacher = teacher.transpose().map_err(evaluation_halt)?;
                let objective = plan.runs[place].objective();
                let classes = prepared.dataset.classes.len();
                let labels = prepared.labels(rows);
                let of_teacher = teacher.map(|teacher| reference(&teacher, rows, &objective));
                let reference = of_teacher.as_ref().map(|(plain, softened)| Reference { plain, softened });
                let epochs = stage.training.epochs as f64;
                let test = metrics(evaluate(&logits, &labels, reference, &objective, epochs, classes), &objective);
                let answers = Asked::of(prepared, Part::Test, rows).answers(finished.run, 0, &logits);
                let tested = Report::Tested(Tested { run: finished.run, test });
                self.emit_all_committed(vec![Report::Answers(answers), tested], inbox)?;
            }
        }
        Ok(())
    }

    /// Gives a report to the journal, then to the observer.
    pub fn emit(&mut self, report: Report, inbox: &Inbox) -> Result<(), Halt> {
        let report = Arc::new(report);
        let journal = &mut self.journal;
        retry(inbox, || journal.send(&report)).map_err(halt)?;
        self.observer.report(&report);
        Ok(())
    }

    /// Gives reports to the journal; the observer hears of them when they are all on the disk.
    pub fn emit_all_committed(&mut self, reports: Vec<Report>, inbox: &Inbox) -> Result<(), Halt> {
        let reports: Vec<Arc<Report>> = reports.into_iter().map(Arc::new).collect();
        let journal = &mut self.journal;
        for report in &reports {
            retry(inbox, || journal.send(report)).map_err(halt)?;
        }
        retry(inbox, || journal.commit()).map_err(halt)?;
        for report in &reports {
            self.observer.report(report);
        }
        Ok(())
    }

    /// The same for one.
    pub fn emit_committed(&mut self, report: Report, inbox: &Inbox) -> Result<(), Halt> {
        self.emit_all_committed(vec![report], inbox)
    }
}

/// Tells how far reading has come, and ends it once something else is asked.
struct Looker {
    observer: Arc<dyn Observer>,
    wish: Wish,
}

impl Watch for Looker {
    fn progress(&self, done: u64, total: u64) {
        self.observer.live(Live::Reading(done, total));
    }

    fn is_cancelled(&self) -> bool {
        self.wish.is_over()
    }
}

/// The first rows of a recipe's table; empty for other data, and where they cannot be read.
fn first_rows_of(recipe: &Recipe) -> FirstRows {
    match &recipe.data.source {
        Source::Table(table) => first_rows(table, FIRST_ROWS).unwrap_or_default(),
        _ => FirstRows::default(),
    }
}

/// Trained or loaded, by their places among the job's runs.
type Teachers = BTreeMap<usize, Arc<Teacher>>;

/// Whether a run needs no more training, unless it begins anew.
fn is_over(run: &RunInfo, single: bool, finished: &[FinishedRun]) -> bool {
    let outcome = finished.iter().find(|finished| finished.run == run.run).map(|finished| finished.outcome);
    match outcome {
        Some(RunOutcome::Done) => true,
        // Without its teacher no student can go on, and one recipe that comes to nothing is a failed job.
        Some(RunOutcome::Diverged) => run.role != Role::Teacher && !single,
        Some(RunOutcome::Halved | RunOutcome::Stopped) => run.role != Role::Teacher,
        Some(RunOutcome::Failed) | None => false,
    }
}

/// The runs of the cell with the fewest validation errors on average over its seeds, the first of equals. What was edited,
/// stopped or lost does not count.
fn best_cell<'a>(job: &'a Job, plan: &JobPlan, role: Role) -> Option<Vec<&'a FinishedRun>> {
    let mut cells: Vec<(Recipe, Vec<&FinishedRun>)> = Vec::new();
    for run in plan.runs.iter().filter(|run| run.role == role) {
        let Some(finished) = job.finished.iter().find(|finished| finished.run == run.run) else { continue };
        if finished.outcome != RunOutcome::Done || job.is_edited(run) {
            continue;
        }
        let cell = run.recipe.without_seed();
        match cells.iter_mut().find(|(known, _)| *known == cell) {
            Some((_, runs)) => runs.push(finished),
            None => cells.push((cell, vec![finished])),
        }
    }
    let errors = |runs: &[&FinishedRun]| {
        let errors = runs.iter().filter_map(|run| Some(run.validation.as_ref()?.errors as f64));
        errors.sum::<f64>() / runs.len() as f64
    };
    let best = cells.into_iter().min_by(|(_, a), (_, b)| errors(a).total_cmp(&errors(b)));
    best.map(|(_, runs)| runs)
}

/// Logits of a teacher on rows, `[rows, classes]`: at T = 1, and at the T of an objective.
pub(super) fn reference(logits: &TeacherLogits, rows: &[u32], objective: &Objective) -> (Vec<f32>, Vec<f32>) {
    (logits.logits_of(rows, 1.0), logits.logits_of(rows, objective.temperature().unwrap_or(1.0)))
}

/// Asks a busy journal again, as long as it takes; once the handle is being dropped, for a short time only.
fn retry<R>(inbox: &Inbox, mut ask: impl FnMut() -> Result<R, JournalError>) -> Result<R, JournalError> {
    let mut closing: Option<Instant> = None;
    loop {
        match ask() {
            Err(JournalError::Busy) => {}
            answer => return answer,
        }
        if inbox.closing() && closing.get_or_insert_with(Instant::now).elapsed() > LAST_TRY {
            return Err(JournalError::Busy);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn halt(error: JournalError) -> Halt {
    match error {
        JournalError::Busy => Halt::Closing,
        error => Halt::Failed(error.phrase()),
    }
}

pub(super) fn evaluation_halt(error: PrepareError) -> Halt {
    match error {
        PrepareError::Cancelled => Halt::Closing,
        error => Halt::Failed(error.phrase()),
    }
}

/// What the engine remembers of the job in progress.
pub(super) struct Job {
    pub id: JobId,
    /// Events so far.
    pub events: u64,
    /// Events that were stored before an interruption and are to happen again.
    pub replay: VecDeque<Event>,
    /// Where to go on, until that stage is reached.
    pub resume: Option<(Stage, Option<ResumeState>)>,
    /// Runs that have come to their end.
    pub finished: Vec<FinishedRun>,
    /// Settings that were moved: in which stage, and of which run.
    pub edited: Vec<(Stage, Option<RunId>)>,
    pub paused: bool,
    pub clock: JobClock,
}

impl Job {
    /// Leaves those events that are still to happen again from a step of a stage on, in the order in which they will. One
    /// that was added while others were replayed has a later number than those and yet an earlier step.
    pub fn replay_from(&mut self, stage: Stage, step: u64, applied: u64) {
        let order = |event: &Event| (event.stage, event.step, event.number);
        let first = applied;
        self.replay.retain(|event| order(event) >= (stage, step, if event.step == step { first } else { 0 }));
        self.replay.make_contiguous().sort_by_key(order);
    }

    fn is_edited(&self, run: &RunInfo) -> bool {
        self.edited.iter().any(|(stage, only)| *stage == run.stage && only.is_none_or(|only| only == run.run))
    }
}

/// How long the stages that are done took, for a guess of those that are to come.
#[derive(Clone, Copy, Default)]
pub(super) struct JobClock {
    /// Seconds of training and evaluation.
    pub seconds: f64,
    /// Steps times parameters of all members.
    pub work: f64,
}

fn member(objective: Objective, teacher: Option<usize>, training: &TrainingRecipe) -> Member {
    Member {
        objective,
        teacher,
        seed: training.seed,
        learning_rate: training.learning_rate,
        weight_decay: training.weight_decay,
        active: true,
    }
}

pub(super) fn metrics(evaluation: Evaluation, objective: &Objective) -> Metrics {
    let finite = |value: f64| value.is_finite().then_some(value);
    let named = objective.method().terms.iter().zip(evaluation.terms);
    Metrics {
        examples: evaluation.examples,
        errors: evaluation.errors,
        accuracy: 1.0 - evaluation.errors as f64 / evaluation.examples.max(1) as f64,
        agreement: evaluation.agreement,
        kl: evaluation.kl.and_then(finite),
        ece: evaluation.ece.and_then(finite),
        errors_by_class: evaluation.errors_by_class,
        loss: LossTerms {
            terms: named.map(|(term, value)| (term.name.into(), value.and_then(finite))).collect(),
            total: finite(evaluation.total),
        },
    }
}

pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
