//! The engine: the device with what is kept on it, and the ways out for reports.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use candle_core::Device;

use super::cache::Cache;
use super::error::{Halt, PrepareError};
use super::found::found_of;
use super::inbox::{Inbox, QueuedStart};
use super::inspect::Eyes;
use super::prepared::{TeacherModel, name_of_several};
use super::sink::{Journal, Observer};
use crate::data::{DataError, Watch, first_rows};
use crate::distill::{Objective, Reference, evaluate};
use crate::model::{Plan, population_logits};
use crate::protocol::{
    Activity, Cost, DeviceInfo, FirstRows, JobEnded, JobId, JobOutcome, JournalError, Live, Preview, Progress, Report,
    Unready, WorkerOptions,
};
use crate::recipe::{Recipe, Source, TeacherRecipe};
use crate::text::Phrase;

/// Serves requests, one job at a time, on the thread that owns the device.
pub(super) struct Engine {
    pub device: Device,
    pub info: DeviceInfo,
    pub options: WorkerOptions,
    pub journal: Box<dyn Journal>,
    pub observer: Arc<dyn Observer>,
    pub cache: Cache,
    /// What networks of the job in progress cost, by their layers.
    pub costs: Vec<(Plan, Cost)>,
    /// What looked last at something of the user's.
    pub eyes: Eyes,
    /// The job in progress, for the case of a panic.
    pub running: Option<JobId>,
    /// Where training was said to stand last.
    pub progress: Option<Progress>,
}

/// A wait for the disk that people notice.
const NOTICEABLE: Duration = Duration::from_millis(200);

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
        let cache = Cache::new(options.program.clone());
        Self {
            device,
            info,
            options,
            journal,
            observer,
            cache,
            costs: Vec::new(),
            eyes: Eyes::default(),
            running: None,
            progress: None,
        }
    }

    pub fn preview(&mut self, recipe: &Recipe, inbox: &Inbox) {
        match self.make_preview(recipe, inbox) {
            // Another question is asked already.
            Err(PrepareError::Data(DataError::Cancelled)) => {}
            Ok(preview) => self.observer.live(Live::Preview(Box::new(preview))),
            Err(error) => {
                let (field, problem) = (error.field().map(Into::into), error.phrase());
                let first_rows = first_rows_of(recipe);
                self.observer.live(Live::Unready(Unready { field, problem, first_rows }));
            }
        }
    }

    /// Asks a shipped teacher about all rows while the user still looks at the preview, so that a job begins at once. What goes
    /// wrong here is said when the job is started.
    pub fn look_ahead(&mut self, recipe: &Recipe, inbox: &Inbox) {
        let is_shipped = recipe.teacher.as_ref().is_some_and(TeacherRecipe::is_shipped);
        if is_shipped
            && matches!(recipe.data.source, Source::Builtin(_))
            && let Ok(prepared) = self.cache.prepare(recipe, &self.device, &())
            && let Some(teacher) = prepared.ready_teacher()
        {
            teacher.all_logits(&prepared.learnt, &|| inbox.closing()).ok();
        }
    }

    fn make_preview(&mut self, recipe: &Recipe, inbox: &Inbox) -> Result<Preview, PrepareError> {
        self.cache.forget_files(Some(&recipe.data.source));
        let watch = Looker { observer: self.observer.clone(), queued: inbox.queued(false) };
        let prepared = self.cache.prepare(recipe, &self.device, &watch)?;
        let never = || false;
        let teacher_errors = match prepared.ready_teacher().filter(|teacher| teacher.is_judged()) {
            None => None,
            Some(teacher) => {
                let known = prepared.splits.validation.iter().copied().filter(|row| teacher.knows_row(*row));
                let rows: &[u32] = &known.collect::<Vec<_>>();
                let logits = teacher.logits(&prepared.dataset, rows, &never)?;
                let all: Vec<u32> = (0..rows.len() as u32).collect();
                let (values, labels) = (logits.logits_of(&all, 1.0), prepared.labels(rows));
                Some(evaluate(&values, &labels, Reference::default(), &Objective::labels(), 0.0, logits.classes).errors)
            }
        };
        let student = match prepared.untrained(recipe.student_draws(), &self.device).transpose()? {
            None => Vec::new(),
            Some(population) => population_logits(&*population, &prepared.dataset, &prepared.probe, &never)?,
        };
        let names: Vec<String> = prepared.teachers.iter().map(TeacherModel::name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let parameters = prepared.teachers.iter().map(TeacherModel::parameter_count);
        Ok(Preview {
            rows: [prepared.transfer.rows.len(), prepared.splits.validation.len(), prepared.splits.test.len()],
            probe: Arc::new(prepared.probe_set(true)?),
            student: Arc::new(student),
            parameters: [parameters.sum(), prepared.student.as_ref().map_or(0, |spec| spec.plan.parameter_count())],
            teacher_model: name_of_several(&names),
            teacher_errors,
            found: found_of(&prepared, &[])?,
            first_rows: first_rows_of(recipe),
            recipe: recipe.clone(),
        })
    }

    /// The last report of a job, and the end of its lease.
    pub fn end(&mut self, job: JobId, outcome: JobOutcome, message: Option<Phrase>, inbox: &Inbox) {
        let ended = Report::JobEnded(JobEnded { job, at_millis: now(), outcome, message });
        if let Err(Halt::Failed(problem)) = self.emit_committed(ended.clone(), inbox) {
            log::error!("the end of job {job} could not be stored: {problem}");
            self.observer.report(&Arc::new(ended));
        }
        self.journal.release(job);
        self.progress = None;
    }

    /// Asks the journal, and a busy one again, as long as it takes; once the handle is being dropped, for a short time only. Whoever looks
    /// on is told what the wait is for.
    pub fn ask<R>(
        &mut self,
        inbox: &Inbox,
        mut ask: impl FnMut(&mut dyn Journal) -> Result<R, JournalError>,
    ) -> Result<R, JournalError> {
        let (start, mut closing, mut is_told) = (Instant::now(), None::<Instant>, false);
        let answer = loop {
            match ask(&mut *self.journal) {
                Err(JournalError::Busy) => {}
                answer => break answer,
            }
            if inbox.closing() && closing.get_or_insert_with(Instant::now).elapsed() > LAST_TRY {
                break Err(JournalError::Busy);
            }
            if !is_told && start.elapsed() >= NOTICEABLE {
                is_told = true;
                self.tell_progress(Activity::WaitingForDisk);
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        if is_told {
            self.tell_progress(Activity::Training);
        }
        answer
    }

    fn tell_progress(&self, activity: Activity) {
        if let Some(progress) = self.progress.filter(|progress| progress.activity == Activity::Training) {
            self.observer.live(Live::Progress(Progress { activity, ..progress }));
        }
    }

    /// What one model costs whoever asks it, measured for the first of a job with such layers.
    ///
    /// # Errors
    /// When the device fails.
    pub fn cost_of(
        &mut self,
        plan: &Plan,
        measure: impl FnOnce() -> candle_core::Result<Cost>,
    ) -> candle_core::Result<Cost> {
        if let Some((_, cost)) = self.costs.iter().find(|(known, _)| known == plan) {
            return Ok(cost.clone());
        }
        let cost = measure()?;
        self.costs.push((plan.clone(), cost.clone()));
        Ok(cost)
    }

    /// Gives a report to the journal, then to the observer.
    pub fn emit(&mut self, report: Report, inbox: &Inbox) -> Result<(), Halt> {
        let report = Arc::new(report);
        self.ask(inbox, |journal| journal.send(&report)).map_err(halt)?;
        self.observer.report(&report);
        Ok(())
    }

    /// Gives reports to the journal; the observer hears of them when they are all on the disk.
    pub fn emit_all_committed(&mut self, reports: Vec<Report>, inbox: &Inbox) -> Result<(), Halt> {
        let reports: Vec<Arc<Report>> = reports.into_iter().map(Arc::new).collect();
        for report in &reports {
            self.ask(inbox, |journal| journal.send(report)).map_err(halt)?;
        }
        self.ask(inbox, |journal| journal.commit()).map_err(halt)?;
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
pub(super) struct Looker {
    pub observer: Arc<dyn Observer>,
    pub queued: QueuedStart,
}

impl Watch for Looker {
    fn progress(&self, done: u64, total: u64) {
        self.observer.live(Live::Reading(done, total));
    }

    fn is_cancelled(&self) -> bool {
        self.queued.is_over()
    }
}

/// The first rows of a recipe's table; empty for other data, and where they cannot be read.
fn first_rows_of(recipe: &Recipe) -> FirstRows {
    match &recipe.data.source {
        Source::Table(table) => first_rows(table, FIRST_ROWS).unwrap_or_default(),
        _ => FirstRows::default(),
    }
}

fn halt(error: JournalError) -> Halt {
    match error {
        JournalError::Busy => Halt::Closing,
        error => Halt::Failed(error.phrase()),
    }
}

/// Milliseconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
