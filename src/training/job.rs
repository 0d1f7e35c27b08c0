//! One job from start to end: stages, live changes, reports, results.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use candle_core::{DType, Device, Tensor};

use super::device::{engine_name, first_line};
use super::prepare::{PrepareError, Prepared, Shelf, Teacher, TeacherModel, population_logits};
use super::report::{
    Activity, Change, DeviceInfo, Epoch, Event, EventKind, JobEnded, JobId, JobOutcome, Live, LossTerms, Metrics,
    Preview, Progress, Report, ResumeState, Resumed, Role, RunFinished, RunId, RunInfo, RunOutcome, Setting, Snapshot,
    Stage, Started, Steps,
};
use super::resume::{self, Best, Extras};
use super::session::{Member, Session, TeacherSide};
use super::sink::{Journal, JournalError, Observer};
use super::worker::{Inbox, Request, WorkerOptions};
use crate::data::TransferSet;
use crate::distill::{Evaluation, Student, TeacherLogits, evaluate};
use crate::model::{Checkpoint, Plan, Population};
use crate::ops::Terms;
use crate::recipe::{CheckpointSource, Keep, Recipe, Source, TeacherRecipe, TrainingRecipe};

/// What to run.
#[derive(Clone, Debug)]
pub enum JobStart {
    /// A new job.
    New(Recipe),
    /// One that rests, failed or was interrupted.
    Resume(ResumeJob),
}

/// What the store knows of a job that is to go on.
#[derive(Clone, Debug)]
pub struct ResumeJob {
    /// The job.
    pub job: JobId,
    /// Its recipe.
    pub recipe: Recipe,
    /// Its runs, as they were started.
    pub runs: Vec<RunInfo>,
    /// The newest resume state; without one it begins again.
    pub state: Option<ResumeState>,
    /// All its events, in order.
    pub events: Vec<Event>,
    /// The trained teacher, where its stage is done.
    pub teacher: Option<Arc<Vec<u8>>>,
}

/// Serves requests, one job at a time, on the thread that owns the device.
pub(super) struct Engine {
    device: Device,
    info: DeviceInfo,
    options: WorkerOptions,
    journal: Box<dyn Journal>,
    observer: Arc<dyn Observer>,
    shelf: Shelf,
    /// The job in progress, for the case of a panic.
    running: Option<JobId>,
}

/// Why a job does not go on.
#[derive(Debug)]
enum Halt {
    /// The user ended it.
    Stopped,
    /// The handle is being dropped: it rests.
    Closing,
    /// It cannot go on.
    Failed(String),
}

impl From<candle_core::Error> for Halt {
    fn from(error: candle_core::Error) -> Self {
        Self::Failed(first_line(&error.to_string()).to_owned())
    }
}

/// How long a closing thread still tries to send to a busy store.
const LAST_TRY: Duration = Duration::from_secs(3);

/// Least time between two blocks of steps, and between two progress reports.
const BLOCK: Duration = Duration::from_millis(50);

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
                self.preview(&recipe);
                self.look_ahead(&recipe, inbox);
            }
            Request::Start(start) => self.start(*start, inbox),
            // Nothing runs that these could be for.
            Request::Pause | Request::Play | Request::StepOnce | Request::Stop | Request::Change(..) => {}
        }
    }

    /// Ends the job in whose midst the code panicked.
    pub fn fail_after_panic(&mut self, panic: &str, inbox: &Inbox) {
        let message = format!("an error inside Stillroom ended this run: {panic}");
        log::error!("{message}");
        self.shelf = Shelf::default();
        if let Some(job) = self.running.take() {
            self.end(job, JobOutcome::Failed, Some(message), inbox);
        }
    }

    fn reject(&self, preview: bool, error: &PrepareError) {
        let (code, message) = (error.code(), first_line_of_device(error));
        self.observer.live(Live::Rejected { preview, code, message });
    }

    fn preview(&mut self, recipe: &Recipe) {
        match self.make_preview(recipe) {
            Ok(preview) => self.observer.live(Live::Preview(Box::new(preview))),
            Err(error) => self.reject(true, &error),
        }
    }

    /// Asks a shipped teacher about all rows while the user still looks at the preview, so that a job begins at once. It
    /// stays on the shelf; what goes wrong here is said when the job is started.
    fn look_ahead(&mut self, recipe: &Recipe, inbox: &Inbox) {
        let shipped = matches!(recipe.teacher, TeacherRecipe::Checkpoint(CheckpointSource::Builtin(_)))
            && matches!(recipe.data.source, Source::Builtin(_));
        if shipped
            && let Ok(prepared) = self.shelf.prepare(recipe, &self.device)
            && let TeacherModel::Ready(teacher) = &prepared.teacher
        {
            teacher.all_logits(&prepared.dataset, &self.device, &|| inbox.closing()).ok();
        }
    }

    fn make_preview(&mut self, recipe: &Recipe) -> Result<Preview, PrepareError> {
        let prepared = self.shelf.prepare(recipe, &self.device)?;
        let never = || false;
        let (teacher_plan, teacher_errors) = match &prepared.teacher {
            TeacherModel::ToTrain(plan) => (plan.clone(), None),
            TeacherModel::Ready(teacher) => {
                let rows = &prepared.splits.validation;
                let logits = teacher.logits(&prepared.dataset, rows, &self.device, &never)?;
                let labels = prepared.labels(rows);
                let result = evaluate(&logits.values, &labels, None, &Student::baseline(), logits.classes);
                (teacher.population.plan().clone(), Some(result.errors))
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
            parameters: [teacher_plan.parameter_count(), prepared.student.as_ref().map_or(0, Plan::parameter_count)],
            teacher_model: teacher_plan.architecture.to_string(),
            teacher_errors,
            warnings: prepared.warnings,
            recipe: recipe.clone(),
        })
    }

    fn students(&self, prepared: &Prepared, plan: &Plan, seeds: &[u64]) -> candle_core::Result<Population> {
        Population::seeded(plan.clone(), prepared.normalisation.clone(), seeds, DType::F32, &self.device)
    }

    fn start(&mut self, start: JobStart, inbox: &Inbox) {
        let (recipe, resume) = match start {
            JobStart::New(recipe) => (recipe, None),
            JobStart::Resume(resume) => (resume.recipe.clone(), Some(resume)),
        };
        let prepared = match self.shelf.prepare(&recipe, &self.device) {
            Ok(prepared) => prepared,
            Err(error) => return self.reject(false, &error),
        };
        for warning in &prepared.warnings {
            log::warn!("{warning}");
        }
        let opened = match resume {
            None => self.open(&recipe, &prepared, inbox),
            Some(resume) => self.reopen(resume, inbox),
        };
        let mut job = match opened {
            Ok(job) => job,
            Err((code, message)) => {
                self.observer.live(Live::Rejected { preview: false, code, message });
                return;
            }
        };
        self.running = Some(job.id);
        let result = self.run(&mut job, &recipe, prepared, inbox);
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
    fn end(&mut self, job: JobId, outcome: JobOutcome, message: Option<String>, inbox: &Inbox) {
        let ended = Report::JobEnded(JobEnded { job, at_millis: now(), outcome, message });
        if let Err(Halt::Failed(problem)) = self.emit_committed(ended.clone(), inbox) {
            log::error!("the end of job {job} could not be stored: {problem}");
            self.observer.report(&Arc::new(ended));
        }
        self.journal.release(job);
    }

    /// A new job: numbers, lease and the first report.
    fn open(&mut self, recipe: &Recipe, prepared: &Prepared, inbox: &Inbox) -> Result<Job, (&'static str, String)> {
        let store = |error: JournalError| ("store", error.to_string());
        let probe = prepared.probe_set(&self.device).map_err(|error| (error.code(), error.to_string()))?;
        let mut runs = Self::plan_runs(recipe, prepared);
        let (id, numbers) = retry(inbox, || self.journal.reserve(runs.len())).map_err(store)?;
        for (run, number) in runs.iter_mut().zip(numbers) {
            run.run = number;
        }
        retry(inbox, || self.journal.lease(id)).map_err(store)?;
        let started = Started {
            job: id,
            at_millis: now(),
            recipe: recipe.clone(),
            runs: runs.clone(),
            device: self.info.name.clone(),
            probe: Arc::new(probe),
        };
        match self.emit_committed(Report::Started(started), inbox) {
            Ok(()) => {
                Ok(Job { id, runs, events: 0, replay: VecDeque::new(), resume: None, teacher: None, paused: false })
            }
            Err(halt) => {
                self.journal.release(id);
                let problem = if let Halt::Failed(problem) = halt { problem } else { "stopped".to_owned() };
                Err(("store", problem))
            }
        }
    }

    /// A job that goes on: its lease, and the report that cuts off what lies beyond the resume state.
    fn reopen(&mut self, resume: ResumeJob, inbox: &Inbox) -> Result<Job, (&'static str, String)> {
        retry(inbox, || self.journal.lease(resume.job)).map_err(|error| ("store", error.to_string()))?;
        let trains_teacher = matches!(resume.recipe.teacher, TeacherRecipe::Train { .. });
        let first = if trains_teacher { Stage::Teacher } else { Stage::Students };
        let (stage, step) = resume.state.as_ref().map_or((first, 0), |state| (state.stage, state.step));
        let resumed = Resumed { job: resume.job, at_millis: now(), stage, step, device: self.info.name.clone() };
        if let Err(halt) = self.emit_committed(Report::Resumed(resumed), inbox) {
            self.journal.release(resume.job);
            let problem = if let Halt::Failed(problem) = halt { problem } else { "stopped".to_owned() };
            return Err(("store", problem));
        }
        Ok(Job {
            id: resume.job,
            runs: resume.runs,
            events: resume.events.len() as u64,
            replay: resume.events.into(),
            resume: Some((stage, resume.state)),
            teacher: resume.teacher,
            paused: false,
        })
    }

    /// The runs of a job, not numbered yet: teacher, student, baseline.
    fn plan_runs(recipe: &Recipe, prepared: &Prepared) -> Vec<RunInfo> {
        let info = |role, plan: &Plan, training: Option<&TrainingRecipe>, rows: usize| {
            let steps_per_epoch = training.map_or(0, |training| rows.div_ceil(training.batch) as u64);
            let distils = role == Role::Student;
            RunInfo {
                run: RunId(0),
                role,
                recipe: recipe.clone(),
                model: plan.architecture.to_string(),
                temperature: distils.then_some(recipe.distill.temperature),
                soft_weight: distils.then_some(recipe.distill.soft_weight),
                hard_weight: if distils { recipe.distill.hard_weight } else { 1.0 },
                seed: training.map_or(0, |training| training.seed),
                parameters: plan.parameter_count(),
                steps: training.map_or(0, |training| steps_per_epoch * training.epochs as u64),
                steps_per_epoch,
                loaded: training.is_none(),
            }
        };
        let teacher_rows = prepared.splits.train.len();
        let mut runs = vec![match (&prepared.teacher, &recipe.teacher) {
            (TeacherModel::ToTrain(plan), TeacherRecipe::Train { training, .. }) => {
                info(Role::Teacher, plan, Some(training), teacher_rows)
            }
            (TeacherModel::ToTrain(plan), TeacherRecipe::Checkpoint(_)) => {
                info(Role::Teacher, plan, None, teacher_rows)
            }
            (TeacherModel::Ready(teacher), _) => info(Role::Teacher, teacher.population.plan(), None, teacher_rows),
        }];
        if let Some(plan) = &prepared.student {
            let rows = prepared.transfer.rows.len();
            runs.push(info(Role::Student, plan, Some(&recipe.training), rows));
            if recipe.baseline {
                runs.push(info(Role::Baseline, plan, Some(&recipe.training), rows));
            }
        }
        runs
    }

    fn run(&mut self, job: &mut Job, recipe: &Recipe, prepared: Prepared, inbox: &Inbox) -> Result<(), Halt> {
        let teacher = self.teacher_stage(job, recipe, &prepared, inbox)?;
        let Some(plan) = &prepared.student else { return Ok(()) };
        let logits = teacher.all_logits(&prepared.dataset, &self.device, &|| inbox.closing());
        let logits = logits.map_err(evaluation_halt)?;
        self.student_stage(job, recipe, &prepared, plan, teacher, logits, inbox)
    }

    fn teacher_stage(
        &mut self,
        job: &mut Job,
        recipe: &Recipe,
        prepared: &Prepared,
        inbox: &Inbox,
    ) -> Result<Arc<Teacher>, Halt> {
        let Some(run) = job.runs.iter().find(|run| run.role == Role::Teacher).cloned() else {
            return Err(Halt::Failed("the job has no teacher".to_owned()));
        };
        let classes = prepared.dataset.classes.len();
        let plan = match (&prepared.teacher, &recipe.teacher) {
            (TeacherModel::Ready(teacher), _) => {
                let all = teacher.all_logits(&prepared.dataset, &self.device, &|| inbox.closing());
                let all = all.map_err(evaluation_halt)?;
                let split = |rows: &[u32]| {
                    let logits: Vec<f32> = rows.iter().flat_map(|row| all.row(0, *row as usize)).copied().collect();
                    metrics(evaluate(&logits, &prepared.labels(rows), None, &Student::baseline(), classes))
                };
                let finished = RunFinished {
                    run: run.run,
                    at_millis: now(),
                    outcome: RunOutcome::Done,
                    steps: 0,
                    seconds: 0.0,
                    validation: Some(split(&prepared.splits.validation)),
                    test: Some(split(&prepared.splits.test)),
                    checkpoint: None,
                };
                self.emit_committed(Report::RunFinished(finished), inbox)?;
                return Ok(teacher.clone());
            }
            (TeacherModel::ToTrain(plan), TeacherRecipe::Train { .. }) => plan,
            (TeacherModel::ToTrain(_), TeacherRecipe::Checkpoint(_)) => {
                return Err(Halt::Failed("the teacher is neither loaded nor trained".to_owned()));
            }
        };
        let places: Vec<usize> = (0..classes).collect();
        if let (Some((Stage::Students, _)), Some(bytes)) = (&job.resume, &job.teacher) {
            let checkpoint = Checkpoint::from_bytes("the stored teacher", bytes);
            let checkpoint = checkpoint.map_err(|error| Halt::Failed(error.to_string()))?;
            return Ok(Arc::new(Teacher::new(checkpoint.population(&self.device)?, places)));
        }
        let TeacherRecipe::Train { training, .. } = &recipe.teacher else {
            return Err(Halt::Failed("the teacher has no training".to_owned()));
        };
        let population = self.students(prepared, plan, &[training.seed])?;
        let members = vec![member(Student::baseline(), false, training)];
        let transfer = TransferSet::of_teacher(&prepared.dataset, &prepared.splits);
        let session = Session::new(
            population,
            members,
            training.clone(),
            prepared.dataset.clone(),
            transfer,
            TeacherSide::Labels,
            self.device.clone(),
        )?;
        let mut stage = StageRun::new(Stage::Teacher, session, vec![run], training.clone());
        self.stage(job, &mut stage, prepared, inbox)?;
        if !stage.session.members[0].active {
            return Err(Halt::Failed(
                "the teacher's loss is not a finite number any more; lower its learning rate".to_owned(),
            ));
        }
        let kept = stage.kept_population(&self.device)?;
        Ok(Arc::new(Teacher::new(kept, places)))
    }

    fn student_stage(
        &mut self,
        job: &mut Job,
        recipe: &Recipe,
        prepared: &Prepared,
        plan: &Plan,
        teacher: Arc<Teacher>,
        logits: Arc<TeacherLogits>,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let runs: Vec<RunInfo> = job.runs.iter().filter(|run| run.role != Role::Teacher).cloned().collect();
        let members: Vec<Member> = runs
            .iter()
            .map(|run| match run.role {
                Role::Baseline => member(Student::baseline(), false, &recipe.training),
                Role::Student | Role::Teacher => {
                    let distill = &recipe.distill;
                    let student = Student {
                        temperature: Some(distill.temperature),
                        soft_weight: distill.soft_weight,
                        hard_weight: distill.hard_weight,
                        temperature_squared: distill.temperature_squared,
                    };
                    member(student, true, &recipe.training)
                }
            })
            .collect();
        let seeds: Vec<u64> = members.iter().map(|member| member.seed).collect();
        let population = self.students(prepared, plan, &seeds)?;
        let side =
            if recipe.training.jitter > 0 { TeacherSide::Live(logits, teacher) } else { TeacherSide::Cached(logits) };
        let session = Session::new(
            population,
            members,
            recipe.training.clone(),
            prepared.dataset.clone(),
            prepared.transfer.clone(),
            side.clone(),
            self.device.clone(),
        )?;
        let mut stage = StageRun::new(Stage::Students, session, runs, recipe.training.clone());
        stage.teacher = side.logits().map(|logits| Arc::new(logits.clone()));
        self.stage(job, &mut stage, prepared, inbox)?;
        if stage.session.members.iter().all(|member| !member.active) {
            return Err(Halt::Failed("no loss is a finite number any more; lower the learning rate".to_owned()));
        }
        Ok(())
    }

    /// Trains one stage to its end and reports its results.
    fn stage(&mut self, job: &mut Job, stage: &mut StageRun, prepared: &Prepared, inbox: &Inbox) -> Result<(), Halt> {
        match job.resume.take() {
            Some((at, state)) if at == stage.stage => {
                if let Some(state) = state {
                    stage.extras = resume::restore(&state.bytes, stage.stage, &mut stage.session, &self.device)?;
                    stage.over = stage.session.members.iter().map(|member| !member.active).collect();
                }
                job.replay_from(stage.stage, stage.session.step, stage.extras.events);
            }
            Some(later) => job.resume = Some(later),
            None => {}
        }
        let mut clock = Clock::new(stage.session.step);
        if stage.session.step == 0 {
            self.snapshot(stage, prepared, inbox)?;
            if stage.stage == Stage::Students && job.runs.iter().any(|run| run.role == Role::Teacher && !run.loaded) {
                // From here on the trained teacher need not be trained again.
                self.save_resume_state(job, stage, inbox)?;
            }
        }
        let result = self.steps(job, stage, prepared, &mut clock, inbox);
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
        self.finish(stage, prepared, stopped, inbox)?;
        if stopped { Err(Halt::Stopped) } else { Ok(()) }
    }

    fn steps(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun,
        prepared: &Prepared,
        clock: &mut Clock,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let (steps, per_epoch) = (stage.session.steps(), stage.session.steps_per_epoch());
        // Closing may have cut short the end of an epoch.
        if stage.session.step == (stage.extras.epochs + 1) * per_epoch {
            self.end_epoch(stage, prepared, inbox)?;
        }
        while stage.session.step < steps {
            self.requests(job, stage, prepared, clock, inbox)?;
            let start = Instant::now();
            let terms = stage.session.step()?;
            stage.extras.seconds += start.elapsed().as_secs_f64();
            stage.note(&terms);
            let done = stage.session.step;
            let ends_epoch = done.is_multiple_of(per_epoch);
            if ends_epoch {
                self.flush(stage, inbox)?;
                self.end_epoch(stage, prepared, inbox)?;
            } else if done.is_power_of_two() {
                // The first steps are shown one by one: a curve begins as soon as it can.
                self.flush(stage, inbox)?;
                self.snapshot(stage, prepared, inbox)?;
            }
            if stage.session.members.iter().all(|member| !member.active) {
                return Ok(());
            }
            if ends_epoch && clock.last_resume.elapsed() >= self.options.resume_every && done < steps {
                self.save_resume_state(job, stage, inbox)?;
                clock.last_resume = Instant::now();
            }
            if clock.last_block.elapsed() >= BLOCK {
                clock.last_block = Instant::now();
                self.flush(stage, inbox)?;
                self.live(job, stage, prepared, clock, Activity::Training)?;
            }
        }
        Ok(())
    }

    /// Takes requests before a step; waits here while paused.
    fn requests(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun,
        prepared: &Prepared,
        clock: &mut Clock,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        // What happened before the interruption happens again at the same step.
        let now = (stage.stage, stage.session.step);
        let is_due = |event: &Event| (event.stage, event.step) == now;
        while job.replay.front().is_some_and(is_due) {
            let Some(event) = job.replay.pop_front() else { break };
            stage.extras.events = stage.extras.events.max(event.number + 1);
            match event.kind {
                EventKind::Change(change) => stage.session.apply(&change),
                EventKind::Stopped => return Err(Halt::Stopped),
                EventKind::Paused | EventKind::Played => {}
            }
        }
        loop {
            if inbox.closing() {
                return Err(Halt::Closing);
            }
            let request = if job.paused { inbox.wait() } else { inbox.poll() };
            let Some(request) = request else {
                if job.paused {
                    continue;
                }
                return Ok(());
            };
            match request {
                Request::Change(setting, to) => {
                    let Some(from) = stage.session.setting(setting) else { continue };
                    #[allow(clippy::float_cmp, reason = "a change to the very same value is no change")]
                    if from == to || !acceptable(setting, to) {
                        continue;
                    }
                    let change = Change { setting, from, to };
                    self.event(job, stage, EventKind::Change(change), inbox)?;
                    stage.session.apply(&change);
                }
                Request::Pause if !job.paused => {
                    job.paused = true;
                    self.event(job, stage, EventKind::Paused, inbox)?;
                    self.save_resume_state(job, stage, inbox)?;
                    self.live(job, stage, prepared, clock, Activity::Paused)?;
                }
                Request::Play if job.paused => {
                    job.paused = false;
                    self.event(job, stage, EventKind::Played, inbox)?;
                    clock.restart(stage.session.step);
                    self.live(job, stage, prepared, clock, Activity::Training)?;
                }
                Request::StepOnce if job.paused => {
                    // The caller takes one step and comes back here.
                    // Shown at once, however soon after the last one.
                    clock.last_block = Instant::now().checked_sub(BLOCK).unwrap_or(clock.last_block);
                    return Ok(());
                }
                Request::Stop => {
                    self.event(job, stage, EventKind::Stopped, inbox)?;
                    return Err(Halt::Stopped);
                }
                Request::Preview(recipe) => self.preview(&recipe),
                Request::Start(_) => {
                    let message = "a job is running; stop it before another is started".to_owned();
                    self.observer.live(Live::Rejected { preview: false, code: "job-running", message });
                }
                Request::Pause | Request::Play | Request::StepOnce => {}
            }
        }
    }

    /// Stores an event, before it takes effect.
    fn event(&mut self, job: &mut Job, stage: &mut StageRun, kind: EventKind, inbox: &Inbox) -> Result<(), Halt> {
        self.flush(stage, inbox)?;
        let event = Event {
            job: job.id,
            number: job.events,
            at_millis: now(),
            stage: stage.stage,
            step: stage.session.step,
            kind,
        };
        self.emit_committed(Report::Event(event), inbox)?;
        job.events += 1;
        stage.extras.events = job.events;
        Ok(())
    }

    fn save_resume_state(&mut self, job: &Job, stage: &StageRun, inbox: &Inbox) -> Result<(), Halt> {
        let bytes = Arc::new(resume::save(stage.stage, &stage.session, &stage.extras)?);
        let state = ResumeState { job: job.id, stage: stage.stage, step: stage.session.step, bytes };
        self.emit(Report::ResumeState(state), inbox)
    }

    /// Sends the steps taken since the last time.
    fn flush(&mut self, stage: &mut StageRun, inbox: &Inbox) -> Result<(), Halt> {
        for block in stage.take_blocks() {
            self.emit(Report::Steps(block), inbox)?;
        }
        Ok(())
    }

    /// All that an epoch ends with, or none of it that counts.
    fn end_epoch(&mut self, stage: &mut StageRun, prepared: &Prepared, inbox: &Inbox) -> Result<(), Halt> {
        self.epoch(stage, prepared, inbox)?;
        self.snapshot(stage, prepared, inbox)?;
        stage.extras.epochs += 1;
        Ok(())
    }

    fn epoch(&mut self, stage: &mut StageRun, prepared: &Prepared, inbox: &Inbox) -> Result<(), Halt> {
        let evaluations =
            self.evaluate(stage, &stage.session.population, prepared, &prepared.splits.validation, inbox)?;
        let epoch = stage.session.step / stage.session.steps_per_epoch();
        for (k, validation) in evaluations.into_iter().enumerate() {
            if stage.ended(k) {
                continue;
            }
            let better = stage.extras.best[k].as_ref().is_none_or(|best| validation.errors < best.errors);
            if stage.recipe.keep == Keep::Best && better {
                let weights = stage.session.population.member(k)?;
                stage.extras.best[k] = Some(Best { errors: validation.errors, epoch, weights });
            }
            let member = &stage.session.members[k];
            let report = Epoch {
                run: stage.runs[k].run,
                epoch,
                step: stage.session.step,
                loss: stage.session.sums[k].mean(member.student.temperature.is_some()),
                validation,
            };
            self.emit(Report::Epoch(report), inbox)?;
        }
        Ok(())
    }

    /// Metrics of each member of `population` on `rows`.
    fn evaluate(
        &self,
        stage: &StageRun,
        population: &Population,
        prepared: &Prepared,
        rows: &[u32],
        inbox: &Inbox,
    ) -> Result<Vec<Metrics>, Halt> {
        let logits = population_logits(population, &prepared.dataset, rows, &self.device, &|| inbox.closing());
        let logits = logits.map_err(evaluation_halt)?;
        let classes = prepared.dataset.classes.len();
        let labels = prepared.labels(rows);
        let teacher: Option<Vec<f32>> = stage
            .teacher
            .as_ref()
            .map(|logits| rows.iter().flat_map(|row| logits.row(0, *row as usize)).copied().collect());
        let each = logits.chunks_exact(rows.len() * classes).zip(&stage.session.members);
        Ok(each
            .map(|(logits, member)| metrics(evaluate(logits, &labels, teacher.as_deref(), &member.student, classes)))
            .collect())
    }

    /// Stores the logits of the probe set.
    fn snapshot(&mut self, stage: &StageRun, prepared: &Prepared, inbox: &Inbox) -> Result<(), Halt> {
        for snapshot in Self::probe_logits(stage, prepared)? {
            self.emit(Report::Snapshot(snapshot), inbox)?;
        }
        Ok(())
    }

    fn probe_logits(stage: &StageRun, prepared: &Prepared) -> Result<Vec<Snapshot>, Halt> {
        let logits = stage.session.logits(&prepared.probe)?;
        let len = logits.len() / stage.runs.len().max(1);
        let each = stage.runs.iter().zip(logits.chunks_exact(len.max(1))).enumerate();
        let snapshot = |(run, logits): (&RunInfo, &[f32])| Snapshot {
            run: run.run,
            step: stage.session.step,
            logits: Arc::new(logits.to_vec()),
        };
        Ok(each.filter(|(k, _)| !stage.ended(*k)).map(|(_, part)| snapshot(part)).collect())
    }

    /// What is worth showing now.
    fn live(
        &mut self,
        job: &Job,
        stage: &StageRun,
        prepared: &Prepared,
        clock: &mut Clock,
        activity: Activity,
    ) -> Result<(), Halt> {
        // Probe logits may take a tenth of the time at most.
        if self.options.window && clock.last_probe.elapsed() >= clock.probe_cost * 10 {
            let start = Instant::now();
            for snapshot in Self::probe_logits(stage, prepared)? {
                self.observer.live(Live::Snapshot(snapshot));
            }
            clock.probe_cost = start.elapsed();
            clock.last_probe = Instant::now();
        }
        let steps = stage.session.steps();
        let per_second = clock.steps_per_second(stage.session.step);
        let later: u64 = match stage.stage {
            Stage::Teacher => job.runs.iter().filter(|run| run.role == Role::Student).map(|run| run.steps).sum(),
            Stage::Students => 0,
        };
        let left = (steps - stage.session.step.min(steps) + later) as f64;
        let activity = if job.paused { Activity::Paused } else { activity };
        self.observer.live(Live::Progress(Progress {
            job: job.id,
            stage: stage.stage,
            step: stage.session.step,
            steps,
            steps_per_epoch: stage.session.steps_per_epoch(),
            steps_per_second: per_second,
            seconds_left: if per_second > 0.0 { left / per_second } else { 0.0 },
            activity,
        }));
        Ok(())
    }

    /// Results and checkpoints of all runs of the stage.
    fn finish(&mut self, stage: &StageRun, prepared: &Prepared, stopped: bool, inbox: &Inbox) -> Result<(), Halt> {
        let kept = stage.kept_population(&self.device)?;
        let validation = self.evaluate(stage, &kept, prepared, &prepared.splits.validation, inbox)?;
        let test = self.evaluate(stage, &kept, prepared, &prepared.splits.test, inbox)?;
        let rows = match stage.stage {
            Stage::Teacher => &prepared.splits.train,
            Stage::Students => &prepared.transfer.rows,
        };
        let rows = prepared.dataset.row_hashes(rows);
        for (k, (validation, test)) in validation.into_iter().zip(test).enumerate() {
            let run = &stage.runs[k];
            let diverged = !stage.session.members[k].active;
            let outcome = match (diverged, stopped) {
                (true, _) => RunOutcome::Diverged,
                (false, true) => RunOutcome::Stopped,
                (false, false) => RunOutcome::Done,
            };
            let checkpoint = if diverged {
                None
            } else {
                let (classes, recipe) = (prepared.dataset.classes.clone(), run.recipe.clone());
                let engine = engine_name(&self.info);
                let checkpoint = Checkpoint::of_member(&kept, k, classes, rows.clone(), recipe, engine)?;
                let bytes = checkpoint.to_bytes().map_err(|error| Halt::Failed(error.to_string()))?;
                Some(Arc::new(bytes))
            };
            let finished = RunFinished {
                run: run.run,
                at_millis: now(),
                outcome,
                steps: stage.extras.taken[k],
                seconds: stage.extras.seconds,
                validation: (!diverged).then_some(validation),
                test: (!diverged).then_some(test),
                checkpoint,
            };
            self.emit_committed(Report::RunFinished(finished), inbox)?;
        }
        Ok(())
    }

    /// Gives a report to the journal, then to the observer.
    fn emit(&mut self, report: Report, inbox: &Inbox) -> Result<(), Halt> {
        let report = Arc::new(report);
        let journal = &mut self.journal;
        retry(inbox, || journal.send(&report)).map_err(halt)?;
        self.observer.report(&report);
        Ok(())
    }

    /// The same; the observer hears of it when it is on the disk.
    fn emit_committed(&mut self, report: Report, inbox: &Inbox) -> Result<(), Halt> {
        let report = Arc::new(report);
        let journal = &mut self.journal;
        retry(inbox, || journal.send(&report)).map_err(halt)?;
        retry(inbox, || journal.commit()).map_err(halt)?;
        self.observer.report(&report);
        Ok(())
    }
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
        error => Halt::Failed(error.to_string()),
    }
}

fn evaluation_halt(error: PrepareError) -> Halt {
    match error {
        PrepareError::Cancelled => Halt::Closing,
        error => Halt::Failed(first_line_of_device(&error)),
    }
}

/// What the engine remembers of the job in progress.
struct Job {
    id: JobId,
    runs: Vec<RunInfo>,
    /// Events so far.
    events: u64,
    /// Events that were stored before an interruption and are to happen again.
    replay: VecDeque<Event>,
    /// Where to go on, until that stage is reached.
    resume: Option<(Stage, Option<ResumeState>)>,
    teacher: Option<Arc<Vec<u8>>>,
    paused: bool,
}

impl Job {
    /// Leaves those events that are still to happen again from a step of a stage on, in the order in which they will. One
    /// that was added while others were replayed has a later number than those and yet an earlier step.
    fn replay_from(&mut self, stage: Stage, step: u64, applied: u64) {
        let order = |event: &Event| (event.stage == Stage::Students, event.step, event.number);
        let (here, first) = (stage == Stage::Students, applied);
        self.replay.retain(|event| order(event) >= (here, step, if event.step == step { first } else { 0 }));
        self.replay.make_contiguous().sort_by_key(order);
    }
}

/// A stage in progress and what it owes its reports.
struct StageRun {
    stage: Stage,
    session: Session,
    /// One a member.
    runs: Vec<RunInfo>,
    recipe: TrainingRecipe,
    extras: Extras,
    teacher: Option<Arc<TeacherLogits>>,
    /// Whether a member's last step, on which it diverged, is noted.
    over: Vec<bool>,
    pending: Vec<Steps>,
}

impl StageRun {
    fn new(stage: Stage, session: Session, runs: Vec<RunInfo>, recipe: TrainingRecipe) -> Self {
        let members = runs.len();
        let extras = Extras { best: vec![None; members], taken: vec![0; members], ..Extras::default() };
        Self { stage, session, runs, recipe, extras, teacher: None, over: vec![false; members], pending: Vec::new() }
    }

    /// Whether a member has stopped before the present step.
    fn ended(&self, member: usize) -> bool {
        !self.session.members[member].active
    }

    /// Remembers the terms of the step just taken.
    fn note(&mut self, terms: &Terms) {
        let first_step = self.session.step - 1;
        if self.pending.is_empty() {
            let block = |run: &RunInfo| Steps {
                run: run.run,
                first_step,
                soft: Vec::new(),
                hard: Vec::new(),
                total: Vec::new(),
            };
            self.pending = self.runs.iter().map(block).collect();
        }
        for (k, block) in self.pending.iter_mut().enumerate() {
            // The step on which it diverged is its last.
            let member = &self.session.members[k];
            if !member.active && self.over[k] {
                continue;
            }
            self.over[k] = !member.active;
            self.extras.taken[k] = first_step + 1;
            if member.student.temperature.is_some() {
                block.soft.push(terms.soft[k] as f32);
            }
            block.hard.push(terms.hard[k] as f32);
            block.total.push(terms.total[k] as f32);
        }
    }

    fn take_blocks(&mut self) -> Vec<Steps> {
        std::mem::take(&mut self.pending).into_iter().filter(|block| !block.total.is_empty()).collect()
    }

    /// The weights that count: those of the last step, or each member's best.
    fn kept_population(&self, device: &Device) -> candle_core::Result<Population> {
        if self.extras.best.iter().all(Option::is_none) {
            return Ok(self.session.population.clone());
        }
        let members = (0..self.runs.len()).map(|k| match &self.extras.best[k] {
            Some(best) => Ok(best.weights.clone()),
            None => self.session.population.member(k),
        });
        let members = members.collect::<candle_core::Result<Vec<_>>>()?;
        let count = self.session.population.parameters().len();
        let stacked = (0..count).map(|i| {
            let each: Vec<&Tensor> = members.iter().map(|weights| &weights[i]).collect();
            Tensor::stack(&each, 0)?.to_device(device)
        });
        let (plan, normalisation) = (self.session.population.plan(), self.session.population.normalisation());
        Population::from_parameters(plan.clone(), normalisation.clone(), stacked.collect::<candle_core::Result<_>>()?)
    }
}

fn member(student: Student, distils: bool, training: &TrainingRecipe) -> Member {
    Member {
        student,
        distils,
        seed: training.seed,
        learning_rate: training.learning_rate,
        weight_decay: training.weight_decay,
        active: true,
    }
}

/// Live changes keep to what a recipe allows.
fn acceptable(setting: Setting, value: f64) -> bool {
    value.is_finite()
        && match setting {
            Setting::Temperature => (1e-3..=1e6).contains(&value),
            Setting::LearningRate => value > 0.0,
            Setting::SoftWeight | Setting::HardWeight => value >= 0.0,
        }
}

fn metrics(evaluation: Evaluation) -> Metrics {
    let finite = |value: f64| value.is_finite().then_some(value);
    Metrics {
        examples: evaluation.examples,
        errors: evaluation.errors,
        accuracy: 1.0 - evaluation.errors as f64 / evaluation.examples.max(1) as f64,
        agreement: evaluation.agreement,
        kl: evaluation.kl.and_then(finite),
        ece: evaluation.ece.and_then(finite),
        errors_by_class: evaluation.errors_by_class,
        loss: LossTerms {
            soft: evaluation.soft.and_then(finite),
            hard: finite(evaluation.hard),
            total: finite(evaluation.total),
        },
    }
}

fn first_line_of_device(error: &PrepareError) -> String {
    match error {
        PrepareError::Device(_) => first_line(&error.to_string()).to_owned(),
        // Data errors list one fault a line.
        other => other.to_string(),
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// Times that decide when to report, never what.
struct Clock {
    last_block: Instant,
    last_resume: Instant,
    last_probe: Instant,
    probe_cost: Duration,
    /// Step and time from which the pace is measured.
    from: (u64, Instant),
}

impl Clock {
    fn new(step: u64) -> Self {
        let now = Instant::now();
        Self { last_block: now, last_resume: now, last_probe: now, probe_cost: Duration::ZERO, from: (step, now) }
    }

    fn restart(&mut self, step: u64) {
        self.from = (step, Instant::now());
    }

    /// Over the last few seconds.
    fn steps_per_second(&mut self, step: u64) -> f64 {
        let elapsed = self.from.1.elapsed().as_secs_f64();
        let pace = step.saturating_sub(self.from.0) as f64 / elapsed.max(1e-6);
        if elapsed > 4.0 {
            // Keep half of the window, so that the pace stays smooth.
            if let Some(from) = Instant::now().checked_sub(Duration::from_secs(2)) {
                self.from = (step.saturating_sub((pace * 2.0) as u64), from);
            }
        }
        pace
    }
}
