//! Plain data that the window shows: jobs, runs, curves in memory, selection, lens, undo history.
//!
//! Views read it; only the app writes it, by performing commands and by [`State::take_report`].

mod bias;
mod board;
mod curves;
mod dark;
mod estimate;
mod example;
mod files;
mod greeting;
mod held;
mod history;
mod job_view;
mod kept_lens;
mod kept_logits;
mod leaving;
mod lens;
mod looks;
mod loss_curve;
mod metric;
mod moment;
mod notices;
mod overlaid;
mod paste;
mod photo;
mod queue;
mod readings;
mod recipe_text;
mod run_list;
mod section;
mod seen;
pub mod series;
mod sheet;
mod temporary;
mod timeline;
mod wall;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub use bias::{BiasErrors, BiasView, Biases, Mover, Uncounted};
pub use board::{BoardPage, BoardSettings, SizeBy};
pub use curves::{CurveSettings, LossView};
pub use dark::{Dark, DarkFound, DarkPage, DarkRows, DarkTable, ENTROPY_BINS, Who};
pub use estimate::Estimate;
pub use example::{Example, LOGITS, MOST_CLASSES, NotLogits, Whose, read_logits};
pub use files::{FilePurpose, PathField};
pub use greeting::{Greeting, Tip};
pub use held::Held;
pub use history::{Draft, History, Present, Undoable};
pub use job_view::{JobView, RunCurves};
pub use kept_lens::KeptLens;
pub use kept_logits::KeptLogits;
pub use leaving::{AtSpeed, Leaving};
pub use lens::{Lens, LensView, MadeLook, MadeReaders, OwnPicture, SampleChoice};
pub use looks::{BarOrder, Beside, Cell, LENS_TEMPERATURES, LensPage, Subject};
pub use loss_curve::{LossCurve, Smoothing};
pub use metric::Metric;
pub use moment::{Moment, MomentView};
pub use notices::{Notice, Notices};
pub use overlaid::Overlaid;
pub use paste::Paste;
pub use photo::{Photo, PhotoOf, SeenPhoto, Shipped};
pub use queue::{Queue, QueuedJob, Waiting};
pub use readings::Readings;
pub use recipe_text::RecipeText;
pub use run_list::{BaselineErrors, ColumnWidth, Listed, RunColumn, RunList, difference, validation};
pub use section::Section;
pub use seen::{Seen, SeenSide};
pub use sheet::{Sheet, TableColumns, square_pixels};
pub use temporary::{Farewell, TemporaryStore};
pub use timeline::Timeline;
pub use wall::{Hung, Pictures, Wall};
pub use workspace::{Palette, Pane, Workspace};

use crate::distill::{Course, Method};
use crate::protocol::{
    Change, DeviceInfo, JobId, Live, Own, Preview, Probe, Progress, Report, RunId, RunInfo, Setting, Snapshot, Unready,
};
use crate::recipe::{Faults, PRESETS, Recipe, Sweep};
use crate::runs::{RunRow, ToldApart};
use crate::text::{Language, Phrase};

/// Everything that the window shows.
#[derive(Debug)]
pub struct State {
    /// The recipe panel: what the next job runs.
    pub recipe: RecipePanel,
    /// What trains, waits and was kept.
    pub jobs: Jobs,
    /// What the panels over the runs show, and how.
    pub screen: Screen,
    /// The window itself: its arrangement, what lies over it, what it remembers.
    pub window: Window,
    /// What can be undone and redone.
    pub history: History,
}

/// The recipe panel.
#[derive(Debug)]
pub struct RecipePanel {
    /// The recipe with its ranges; the next job runs it.
    pub sweep: Sweep,
    /// How much it is going to do.
    pub estimate: Estimate,
    /// What is wrong with it as it stands.
    pub fault: Option<Faults>,
    /// The recipe as text, while that is what is edited.
    pub text: Option<RecipeText>,
    /// The text that was left or opened last, and the recipe then: it comes back, with its comments and its faults, as long as
    /// the recipe is that one.
    pub text_aside: Option<(RecipeText, Sweep)>,
    /// The newest job that ran it as it stands.
    pub run_before: Option<JobId>,
    /// Sections that are unfolded.
    pub unfolded: BTreeSet<Section>,
    /// The preset it began as.
    pub preset: Option<&'static str>,
    /// What the recipe looks like before it is run; of an earlier recipe while a new one is worked out.
    pub preview: Option<Box<Preview>>,
    /// How far reading of data has come, of how much (0 where that is not known), while it goes on.
    pub reading: Option<(u64, u64)>,
    /// What is wrong with the recipe's data or models.
    pub preview_fault: Option<Unready>,
}

/// What trains, waits and was kept.
#[derive(Debug, Default)]
pub struct Jobs {
    /// Jobs in memory: the running one, and those that were opened.
    pub open: BTreeMap<JobId, JobView>,
    /// The job that trains or is paused.
    pub running: Option<JobId>,
    /// Whether a job was asked for and has not begun.
    pub starting: bool,
    /// Whether that one waited, so that it leaves in the panels what is looked at.
    pub keeps_view: bool,
    /// What waits for the running job.
    pub queue: Queue,
    /// Settings moved by the user that the running job does not know yet.
    pub moved: Vec<Moved>,
    /// Where the running job stands.
    pub progress: Option<Progress>,
    /// Seconds that a step took lately for each parameter of each member.
    pub pace: Option<f64>,
    /// The device of the training thread.
    pub device: Option<DeviceInfo>,
    /// All runs of the store, newest first.
    pub rows: Vec<RunRow>,
    /// The recipes of all jobs of the store, with their ranges.
    pub sweeps: BTreeMap<JobId, Arc<Sweep>>,
    /// The resolved recipes of all runs of the store.
    pub recipes: BTreeMap<RunId, Arc<Recipe>>,
    /// What tells them apart.
    pub told_apart: ToldApart,
    /// Why the store cannot be read.
    pub store_fault: Option<Phrase>,
}

/// What the panels over the runs show, and how.
#[derive(Debug)]
pub struct Screen {
    /// The job that panels show; none before the first.
    pub focus: Option<JobId>,
    /// Runs laid over the curves of the job in focus.
    pub overlaid: Overlaid,
    /// How curves are drawn.
    pub curves: CurveSettings,
    /// What the lens looks at.
    pub lens: Lens,
    /// Biases of classes, as they were moved.
    pub bias: Biases,
    /// The strip with which one moves through a training, while it is open.
    pub moment: Option<Moment>,
    /// Logits of all validation rows that were read of the store.
    pub kept: KeptLogits,
    /// How dark knowledge is looked at.
    pub dark: Dark,
    /// The hand-made example.
    pub example: Example,
    /// The same as a probe set of one row.
    example_probe: Arc<Probe>,
    /// The photo that the lens shows.
    pub photo: Option<Photo>,
    /// A picture of the user's, which the lens shows in place of a sample.
    pub picture: Option<OwnPicture>,
    /// A text that others were made of, where those are looked at.
    pub made: Option<MadeLook>,
    /// How the models on show read the text in the lens.
    pub readings: Option<Readings>,
    /// Rows on the wall of samples that the lens does not hold.
    pub pictures: Option<Pictures>,
    /// Words that a text on the wall must hold, as they are typed.
    pub words: String,
    /// The speed at which exits are looked at; none for the run's own.
    pub speed: Option<f64>,
    /// How the sweep board is looked at.
    pub board: BoardSettings,
    /// How the list of runs is looked at.
    pub list: RunList,
    /// Whether deleted runs are listed.
    pub shows_bin: bool,
}

/// The window itself.
#[derive(Debug, Default)]
pub struct Window {
    /// Which arrangement of panels.
    pub workspace: Workspace,
    /// The panel that has the whole room.
    pub maximised: Option<Pane>,
    /// Panels that the last frame showed: a tab that is not in front hides one.
    pub in_sight: BTreeSet<Pane>,
    /// Whether a lesson is open.
    pub learns: bool,
    /// Whether it asks what the lens would say in words.
    pub guesses: bool,
    /// The panel that is shown to a room, large and by itself.
    pub projector: Option<Pane>,
    /// What was opened, until it is accepted or taken back.
    pub sheet: Option<Sheet>,
    /// What goes along with the lens for a browser, until that is written or given up.
    pub page_says: Option<Phrase>,
    /// Another library's recipe, while it is pasted.
    pub paste: Option<Paste>,
    /// A path that is typed in because no file dialog opens.
    pub path_field: Option<PathField>,
    /// Whether a picture of what happened is being taken.
    pub pictured: bool,
    /// The run whose recipe is looked at.
    pub recipe_of: Option<RunId>,
    /// Another name for a job, while it is typed.
    pub rename: Option<(JobId, String)>,
    /// What is searched for, while the palette is open.
    pub palette: Option<Palette>,
    /// Whether the sheet of keys is open.
    pub shows_shortcuts: bool,
    /// The method that is looked at on the sheet of methods, while that is open.
    pub method: Option<&'static Method>,
    /// Whether the developer overlay is shown.
    pub shows_overlay: bool,
    /// What the window has said so far.
    pub notices: Notices,
    /// The first words, as far as they have not been acted on.
    pub greeting: Greeting,
    /// Files and folders that were opened lately, the last one first.
    pub recent: Vec<PathBuf>,
    /// The store, if it is one that goes when the window is closed.
    pub temporary: Option<TemporaryStore>,
    /// Whether the user chose dark; none for as the system is.
    pub dark: Option<bool>,
    /// The language that the user chose; none for the system's.
    pub language: Option<Language>,
}

/// A setting on its way to the running job.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// Of this run alone, or of all that it can be for.
    pub run: Option<RunId>,
    /// Which.
    pub setting: Setting,
    /// Its new value.
    pub to: f64,
    /// When it was moved last.
    pub at: Instant,
}

impl State {
    /// What a first launch shows, with the given recipe.
    pub fn new(sweep: Sweep) -> Self {
        Self {
            screen: Screen {
                words: String::new(),
                speed: None,
                focus: None,
                overlaid: Overlaid::default(),
                curves: CurveSettings::default(),
                lens: Lens::new(sweep.base.distill.temperature().unwrap_or(1.0)),
                bias: Biases::default(),
                moment: None,
                kept: KeptLogits::default(),
                dark: Dark::default(),
                example_probe: Example::default().probe(),
                example: Example::default(),
                photo: None,
                picture: None,
                made: None,
                readings: None,
                pictures: None,
                board: BoardSettings::default(),
                list: RunList::default(),
                shows_bin: false,
            },
            recipe: RecipePanel {
                estimate: Estimate::of(&sweep),
                sweep,
                fault: None,
                text: None,
                text_aside: None,
                run_before: None,
                unfolded: BTreeSet::new(),
                preset: Some(PRESETS[0].name),
                preview: None,
                reading: None,
                preview_fault: None,
            },
            jobs: Jobs::default(),
            window: Window::default(),
            history: History::default(),
        }
    }

    /// The job that panels show.
    pub fn focused(&self) -> Option<&JobView> {
        self.jobs.open.get(&self.screen.focus?)
    }

    /// The job that trains or is paused.
    pub fn running_job(&self) -> Option<&JobView> {
        self.jobs.open.get(&self.jobs.running?)
    }

    /// Whether a sheet lies over the window and waits for the user.
    pub fn has_sheet(&self) -> bool {
        let asks = self.window.temporary.as_ref().is_some_and(|store| store.asks);
        let of_run = self.window.recipe_of.is_some() || self.window.rename.is_some();
        asks || of_run
            || self.window.sheet.is_some()
            || self.window.path_field.is_some()
            || self.window.paste.is_some()
            || self.window.page_says.is_some()
            || self.window.shows_shortcuts
            || self.window.method.is_some()
            || self.window.notices.shown
    }

    /// Whether the running job waits for the user.
    pub fn is_paused(&self) -> bool {
        self.running_job().is_some_and(|job| job.paused)
    }

    /// The run and the file of the student that **Save student…** would save.
    pub fn student_to_save(&self) -> Option<(RunId, &std::path::Path)> {
        let run = self.focused()?.leading_run()?.run;
        Some((run, self.row(run)?.checkpoint.as_deref()?))
    }

    /// The row of a run.
    pub fn row(&self, run: RunId) -> Option<&RunRow> {
        self.jobs.rows.iter().find(|row| row.run == run)
    }

    /// What a job is called: as in the list, or by its recipe before it stands there.
    pub fn title_of<'a>(&'a self, job: &'a JobView) -> &'a str {
        let row = self.jobs.rows.iter().find(|row| row.job == job.id);
        row.map_or(&job.sweep.base.title, |row| &row.title)
    }

    /// Whether the recipe in the panel is that of the running job, but for what can be moved live. Any other is for
    /// the next job, and leaves the running one alone: so is one in which something moves by itself that does not in the job.
    pub fn steers(&self) -> bool {
        let rest = |sweep: &Sweep| {
            let mut rest = sweep.clone();
            rest.complement = false;
            rest.axes.retain(|axis| Setting::at(&axis.path).is_none());
            for setting in Setting::of(rest.base.distill.method()) {
                rest.base.distill.set(setting.path(), 1.0);
            }
            rest.base.training.learning_rate = 1.0;
            rest
        };
        let follows = |job: &JobView, setting: &Setting| {
            let [of_job, own] = [&job.sweep, &self.recipe.sweep].map(|it| it.base.distill.ramp(setting.path()));
            let is_of_all = |change: &Change| change.run.is_none() && change.setting == *setting;
            own.is_none() || own == of_job && !job.changes.iter().any(|(_, _, change)| is_of_all(change))
        };
        let settings = Setting::of(self.recipe.sweep.base.distill.method());
        self.running_job().is_some_and(|job| {
            rest(&job.sweep) == rest(&self.recipe.sweep) && settings.iter().all(|setting| follows(job, setting))
        })
    }

    /// A setting of one run of the running job, as the user left it.
    pub fn setting_of_run(&self, info: &RunInfo, setting: Setting) -> Option<f64> {
        let now = self.running_job()?.setting(info, setting)?;
        let moved = self.jobs.moved.iter().rev().find(|moved| moved.run == Some(info.run) && moved.setting == setting);
        Some(moved.map_or(now, |moved| moved.to))
    }

    /// Takes note of a setting that the running job is to have.
    pub fn take_move(&mut self, run: Option<RunId>, setting: Setting, to: f64) {
        self.jobs.moved.retain(|known| (known.run, known.setting) != (run, setting));
        self.jobs.moved.push(Moved { run, setting, to, at: Instant::now() });
    }

    /// What was to be moved in all runs stays as it is.
    pub fn forget_move(&mut self, setting: Setting) {
        self.jobs.moved.retain(|known| (known.run, known.setting) != (None, setting));
    }

    /// The recipe as it stands, in the words of the editor where they still say the same.
    pub fn draft(&self) -> Draft {
        let aside = self.recipe.text_aside.as_ref().filter(|(_, of)| *of == self.recipe.sweep).map(|(text, _)| text);
        let text = self.recipe.text.as_ref().or(aside).map(|text| text.sound.clone());
        Draft { sweep: self.recipe.sweep.clone(), text }
    }

    /// Puts a recipe in place, checked and counted.
    pub fn put_sweep(&mut self, sweep: Sweep) {
        self.recipe.fault = sweep.check().err();
        self.recipe.estimate = Estimate::of(&sweep);
        if let Some(text) = &mut self.recipe.text {
            text.follow(&sweep);
        }
        self.recipe.sweep = sweep;
        self.find_run_before();
    }

    /// Finds the newest job that ran the recipe in the panel, whatever it was called.
    pub fn find_run_before(&mut self) {
        let mut own = self.recipe.sweep.clone();
        let mut is_it = |sweep: &Sweep| {
            own.base.title.clone_from(&sweep.base.title);
            own == *sweep
        };
        // One whose runs are all in the bin is none to go back to.
        let rows = &self.jobs.rows;
        let is_binned = |job: JobId| {
            let mut own = rows.iter().filter(|row| row.job == job).peekable();
            own.peek().is_some() && own.all(|row| row.deleted)
        };
        let known = self.jobs.sweeps.iter().rev().filter(|(job, _)| !is_binned(**job));
        self.recipe.run_before = known.into_iter().find(|(_, sweep)| is_it(sweep)).map(|(job, _)| *job);
    }

    /// How long the recipe takes, in seconds, where that can be told.
    pub fn seconds_ahead(&self) -> Option<f64> {
        self.recipe.estimate.seconds(&self.recipe.sweep, self.recipe.preview.as_deref()?, self.jobs.pace?)
    }

    /// A setting in the recipe, and in a job that runs; none where several are swept.
    pub fn setting(&self, setting: Setting) -> Option<Course> {
        let swept = |sweep: &Sweep| {
            let follows = setting == Setting::HARD_WEIGHT && sweep.complement;
            sweep.axis(setting.path()).is_some() || (follows && sweep.axis(Setting::SOFT_WEIGHT.path()).is_some())
        };
        if swept(&self.recipe.sweep) || self.running_job().is_some_and(|job| swept(&job.sweep)) {
            return None;
        }
        let base = &self.recipe.sweep.base;
        if setting == Setting::LEARNING_RATE {
            return Some(Course::Fixed(base.training.learning_rate));
        }
        base.distill.course(setting.path())
    }

    /// Takes in what the training thread reports. True when the list of runs in the store has changed by it.
    pub fn take_report(&mut self, report: &Report) -> bool {
        match report {
            Report::Started(started) => {
                self.jobs.starting = false;
                self.jobs.open.insert(started.job, JobView::started(started));
                self.jobs.running = Some(started.job);
                if std::mem::take(&mut self.jobs.keeps_view) && self.screen.focus.is_some() {
                    self.jobs.progress = None;
                    return true;
                }
                self.screen.focus = Some(started.job);
                self.screen.board = BoardSettings {
                    metric: self.screen.board.metric,
                    page: self.screen.board.page,
                    ..Default::default()
                };
                self.jobs.progress = None;
            }
            Report::Resumed(resumed) => {
                self.jobs.starting = false;
                self.screen.kept.forget();
                if let Some(job) = self.jobs.open.get_mut(&resumed.job) {
                    job.resumed(resumed);
                    self.jobs.running = Some(resumed.job);
                    if !(std::mem::take(&mut self.jobs.keeps_view) && self.screen.focus.is_some()) {
                        self.screen.focus = Some(resumed.job);
                    }
                }
            }
            Report::JobEnded(ended) => {
                if let Some(job) = self.jobs.open.get_mut(&ended.job) {
                    job.ended(ended);
                }
                if self.jobs.running == Some(ended.job) {
                    self.jobs.running = None;
                    self.jobs.progress = None;
                }
            }
            other => {
                if let Some(job) = self.jobs.running.and_then(|id| self.jobs.open.get_mut(&id)) {
                    job.take(other);
                }
            }
        }
        matches!(
            report,
            Report::Started(_)
                | Report::Resumed(_)
                | Report::JobEnded(_)
                | Report::Event(_)
                | Report::RunFinished(_)
                | Report::Tested(_)
                | Report::Epoch(_)
        )
    }

    /// Takes in what is not kept. Faults are returned for the user to see.
    pub fn take_live(&mut self, live: Live) -> Option<Phrase> {
        match live {
            Live::Device(info) => self.jobs.device = Some(info),
            Live::Reading(done, total) => self.recipe.reading = Some((done, total)),
            // Its preview and its first report say the same.
            Live::Data(_) => self.recipe.reading = None,
            Live::Preview(preview) => {
                self.recipe.reading = None;
                self.recipe.preview_fault = None;
                self.screen.lens.clamp(preview.probe.rows.len());
                // Other models, perhaps: what they make of a picture is another question.
                if self.screen.focus.is_none() {
                    self.screen.picture = None;
                }
                self.recipe.preview = Some(preview);
            }
            Live::Unready(fault) => {
                self.recipe.reading = None;
                self.recipe.preview_fault = Some(fault);
            }
            Live::Rejected { message, .. } => {
                self.jobs.starting = false;
                self.recipe.reading = None;
                return Some(message);
            }
            Live::Inspected(Ok(looked)) if matches!(looked.what, Own::Synthetic(_)) => {
                if let Some(made) = &mut self.screen.made {
                    made.looked = Some(looked);
                }
            }
            Live::Inspected(Ok(looked)) => {
                if let Some(picture) = &mut self.screen.picture {
                    picture.looked = Some(looked);
                }
            }
            Live::Inspected(Err(fault)) => return Some(fault),
            Live::Explained(found) => self.take_readings(found),
            Live::Gathered(found) => {
                if let Some(pictures) = &mut self.screen.pictures {
                    pictures.found = Some(found.map(Arc::from));
                }
            }
            Live::Snapshot(snapshot) => self.take_snapshot(snapshot),
            Live::Anatomy(anatomy) => {
                if let Some(job) = self.jobs.running.and_then(|id| self.jobs.open.get_mut(&id)) {
                    job.anatomy.extend(anatomy.into_iter().map(|it| (it.run, it)));
                }
            }
            Live::Exits(exits) => {
                if let Some(job) = self.jobs.running.and_then(|id| self.jobs.open.get_mut(&id)) {
                    job.exits.insert(exits.run, Leaving::new(*exits));
                }
            }
            // The last word of a job may come after its end.
            Live::Progress(progress) => {
                self.jobs.progress = Some(progress).filter(|p| self.jobs.running == Some(p.job));
                if let (Some(progress), Some(job)) = (&self.jobs.progress, self.running_job()) {
                    self.jobs.pace = estimate::pace(progress, &job.runs).or(self.jobs.pace);
                }
            }
        }
        None
    }

    fn take_snapshot(&mut self, snapshot: Snapshot) {
        if let Some(job) = self.jobs.running.and_then(|id| self.jobs.open.get_mut(&id)) {
            job.snapshots.insert(snapshot.run, (snapshot.step, Arc::clone(&snapshot.logits)));
        }
    }
}
