//! Plain data that the window shows: jobs, runs, curves in memory, selection, lens, undo history.
//!
//! Views read it; only the app writes it, by performing commands and by [`State::take_report`].

mod board;
mod greeting;
mod history;
mod job_view;
mod lens;
mod loss_curve;
mod notices;
mod outlook;
mod queue;
mod recipe_text;
mod run_list;
pub mod series;
mod sheet;
mod temporary;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub use board::{BoardPage, BoardSettings, Metric, Spread};
pub use greeting::{Greeting, Tip};
pub use history::{Draft, History, Present, Undoable};
pub use job_view::{JobView, RunCurves};
pub use lens::{Lens, LensView, OwnPicture, SampleChoice};
pub use loss_curve::{LossCurve, Smoothing};
pub use notices::{Notice, Notices};
pub use outlook::Outlook;
pub use queue::{Queue, Waiting, Wish};
pub use recipe_text::RecipeText;
pub use run_list::{Listed, RunColumn, RunList, difference, validation};
pub use sheet::{Sheet, TableColumns, square_pixels};
pub use temporary::{Farewell, TemporaryStore};
pub use workspace::{Palette, Pane, Workspace};

use crate::recipe::{Faults, PRESETS, Sweep};
use crate::runs::RunRow;
use crate::text::{Language, Phrase};
use crate::training::report::{
    DeviceInfo, JobId, Live, Preview, Progress, Report, RunId, RunInfo, Setting, Snapshot, Unready,
};

/// Everything that the window shows.
#[derive(Debug)]
pub struct State {
    /// The recipe in the panel, with its ranges; the next job runs it.
    pub sweep: Sweep,
    /// How much it is going to do.
    pub outlook: Outlook,
    /// What is wrong with it as it stands.
    pub sweep_fault: Option<Faults>,
    /// Seconds that a step took lately for each parameter of each member.
    pub pace: Option<f64>,
    /// The recipe as text, while that is what is edited.
    pub recipe_text: Option<RecipeText>,
    /// The text that was left or opened last, and the recipe then: it comes back, with its comments and its faults, as long as
    /// the recipe is that one.
    pub text_aside: Option<(RecipeText, Sweep)>,
    /// Sections of the panel that are unfolded.
    pub unfolded: BTreeSet<Section>,
    /// The preset it began as.
    pub preset: Option<&'static str>,
    /// What can be undone and redone.
    pub history: History,
    /// What the recipe looks like before it is run; of an earlier recipe while a new one is worked out.
    pub preview: Option<Box<Preview>>,
    /// How far reading of data has come, of how much (0 where that is not known), while it goes on.
    pub reading: Option<(u64, u64)>,
    /// What is wrong with the recipe's data or models.
    pub preview_fault: Option<Unready>,
    /// The device of the training thread.
    pub device: Option<DeviceInfo>,
    /// Jobs in memory: the running one, and those that were opened.
    pub jobs: BTreeMap<JobId, JobView>,
    /// The job that panels show; none before the first.
    pub focus: Option<JobId>,
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
    /// All runs of the store, newest first.
    pub runs: Vec<RunRow>,
    /// How their list is looked at.
    pub list: RunList,
    /// Why the store cannot be read.
    pub store_fault: Option<Phrase>,
    /// Runs laid over the curves of the job in focus.
    pub overlaid: BTreeSet<RunId>,
    /// What the lens looks at.
    pub lens: Lens,
    /// A picture of the user's, which the lens shows in place of a sample.
    pub picture: Option<OwnPicture>,
    /// How the sweep board is looked at.
    pub board: BoardSettings,
    /// How curves are drawn.
    pub curves: CurveSettings,
    /// Which arrangement of panels.
    pub workspace: Workspace,
    /// The panel that has the whole room.
    pub maximised: Option<Pane>,
    /// What is searched for, while the palette is open.
    pub palette: Option<Palette>,
    /// Whether the sheet of keys is open.
    pub shows_shortcuts: bool,
    /// What the window has said so far.
    pub notices: Notices,
    /// The first words, as far as they have not been acted on.
    pub greeting: Greeting,
    /// Files and folders that were opened lately, the last one first.
    pub recent: Vec<PathBuf>,
    /// Whether the user chose dark; none for as the system is.
    pub dark: Option<bool>,
    /// The language that the user chose; none for the system's.
    pub language: Option<Language>,
    /// A path that is typed in because no file dialog opens.
    pub path_field: Option<PathField>,
    /// The store, if it is one that goes when the window is closed.
    pub temporary: Option<TemporaryStore>,
    /// What was opened, until it is accepted or taken back.
    pub sheet: Option<Sheet>,
    /// Whether deleted runs are listed.
    pub shows_bin: bool,
    /// Whether the developer overlay is shown.
    pub shows_overlay: bool,
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

/// How curves are drawn.
#[derive(Clone, Debug)]
pub struct CurveSettings {
    /// Which losses are drawn.
    pub loss: LossView,
    /// Whether the loss has a logarithmic axis.
    pub log_y: bool,
    /// How much the loss is smoothed; the raw curve is a band behind it.
    pub smoothing: Smoothing,
    /// Whether the terms of the loss are shown as they count in the total: times their weights, the soft one times T² too.
    pub weighted: bool,
    /// Ids of hidden curves.
    pub hidden: BTreeSet<u64>,
    /// What the second plot shows.
    pub quality: Quality,
}

impl CurveSettings {
    /// Shows one curve alone among those with these ids; all of them again where it is alone already.
    pub fn solo(&mut self, id: u64, among: &[u64]) {
        let is_alone = among.iter().all(|other| *other == id || self.hidden.contains(other));
        for other in among {
            self.hidden.remove(other);
        }
        if !is_alone {
            self.hidden.extend(among.iter().filter(|other| **other != id));
        }
    }
}

/// Which losses are drawn together: those that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossView {
    /// The terms of the student's own loss.
    Terms,
    /// The cross-entropy with the labels, of the student, its baseline and other runs.
    Labels,
}

impl LossView {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Terms, Self::Labels];
}

/// What can be plotted by epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Validation errors.
    Errors,
    /// Validation accuracy.
    Accuracy,
    /// Agreement with the teacher on validation rows.
    Agreement,
}

impl Quality {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Errors, Self::Accuracy, Self::Agreement];
}

/// A path asked for in the window itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PathField {
    /// What the path is for.
    pub purpose: FilePurpose,
    /// What was typed so far.
    pub text: String,
}

/// What a file is picked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePurpose {
    /// The teacher's checkpoint.
    OpenTeacher,
    /// Where the student's checkpoint goes.
    SaveStudent,
    /// Where every point of a run goes.
    ExportRun,
    /// Where the list of runs goes.
    ExportRuns,
    /// A recipe.
    OpenRecipe,
    /// Where the recipe goes.
    SaveRecipe,
    /// A folder of IDX files or of images.
    OpenDataFolder,
    /// A table.
    OpenDataFile,
    /// Where a temporary store goes.
    KeepStore,
}

impl FilePurpose {
    /// Whether something is written to the path.
    pub fn writes(self) -> bool {
        matches!(self, Self::SaveStudent | Self::SaveRecipe | Self::KeepStore | Self::ExportRun | Self::ExportRuns)
    }
}

/// A part of the recipe panel that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// How the weights move.
    Optimiser,
    /// How long, from which seed, what is kept.
    Training,
}

impl Section {
    /// The part that shows a field.
    pub fn of(path: &str) -> Option<Self> {
        let field = path.strip_prefix("training.")?;
        let moves = ["optimiser", "momentum", "learning_rate", "weight_decay", "clip", "warm_up", "schedule"];
        let first = field.split('.').next().unwrap_or(field);
        Some(if moves.contains(&first) { Self::Optimiser } else { Self::Training })
    }

    /// Whether one of its fields holds several values.
    pub fn is_swept(self, sweep: &Sweep) -> bool {
        sweep.axes.iter().any(|axis| Self::of(&axis.path) == Some(self))
    }
}

impl State {
    /// What a first launch shows, with the given recipe.
    pub fn new(sweep: Sweep) -> Self {
        Self {
            lens: Lens::new(sweep.base.distill.temperature),
            outlook: Outlook::of(&sweep),
            sweep_fault: None,
            temporary: None,
            pace: None,
            sweep,
            picture: None,
            recipe_text: None,
            text_aside: None,
            unfolded: BTreeSet::new(),
            preset: Some(PRESETS[0].name),
            history: History::default(),
            preview: None,
            reading: None,
            preview_fault: None,
            device: None,
            jobs: BTreeMap::new(),
            focus: None,
            running: None,
            starting: false,
            keeps_view: false,
            queue: Queue::default(),
            moved: Vec::new(),
            progress: None,
            runs: Vec::new(),
            list: RunList::default(),
            store_fault: None,
            overlaid: BTreeSet::new(),
            board: BoardSettings::default(),
            curves: CurveSettings {
                loss: LossView::Terms,
                log_y: true,
                smoothing: Smoothing::Light,
                weighted: false,
                hidden: BTreeSet::new(),
                quality: Quality::Errors,
            },
            workspace: Workspace::default(),
            maximised: None,
            palette: None,
            shows_shortcuts: false,
            notices: Notices::default(),
            greeting: Greeting::default(),
            recent: Vec::new(),
            dark: None,
            language: None,
            path_field: None,
            sheet: None,
            shows_bin: false,
            shows_overlay: false,
        }
    }

    /// The job that panels show.
    pub fn focused(&self) -> Option<&JobView> {
        self.jobs.get(&self.focus?)
    }

    /// The job that trains or is paused.
    pub fn running_job(&self) -> Option<&JobView> {
        self.jobs.get(&self.running?)
    }

    /// Whether a sheet lies over the window and waits for the user.
    pub fn has_sheet(&self) -> bool {
        let asks = self.temporary.as_ref().is_some_and(|store| store.asks);
        asks || self.sheet.is_some() || self.path_field.is_some() || self.shows_shortcuts || self.notices.shown
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
        self.runs.iter().find(|row| row.run == run)
    }

    /// Whether the recipe in the panel is that of the running job, but for what can be moved in mid-run. Any other is for
    /// the next job, and leaves the running one alone.
    pub fn steers(&self) -> bool {
        let rest = |sweep: &Sweep| {
            let mut rest = sweep.clone();
            rest.complement = false;
            rest.axes.retain(|axis| Setting::ALL.iter().all(|setting| setting.path() != axis.path));
            let (distill, training) = (&mut rest.base.distill, &mut rest.base.training);
            (distill.temperature, distill.soft_weight, distill.hard_weight) = (1.0, 1.0, 1.0);
            training.learning_rate = 1.0;
            rest
        };
        self.running_job().is_some_and(|job| rest(&job.sweep) == rest(&self.sweep))
    }

    /// A setting of one run of the running job, as the user left it.
    pub fn setting_of_run(&self, info: &RunInfo, setting: Setting) -> Option<f64> {
        let now = self.running_job()?.setting(info, setting)?;
        let moved = self.moved.iter().rev().find(|moved| moved.run == Some(info.run) && moved.setting == setting);
        Some(moved.map_or(now, |moved| moved.to))
    }

    /// Takes note of a setting that the running job is to have.
    pub fn take_move(&mut self, run: Option<RunId>, setting: Setting, to: f64) {
        self.moved.retain(|known| (known.run, known.setting) != (run, setting));
        self.moved.push(Moved { run, setting, to, at: Instant::now() });
    }

    /// The recipe as it stands, in the words of the editor where they still say the same.
    pub fn draft(&self) -> Draft {
        let aside = self.text_aside.as_ref().filter(|(_, of)| *of == self.sweep).map(|(text, _)| text);
        let text = self.recipe_text.as_ref().or(aside).map(|text| text.sound.clone());
        Draft { sweep: self.sweep.clone(), text }
    }

    /// Puts a recipe in place, checked and counted.
    pub fn put_sweep(&mut self, sweep: Sweep) {
        self.sweep_fault = sweep.check().err();
        self.outlook = Outlook::of(&sweep);
        if let Some(text) = &mut self.recipe_text {
            text.follow(&sweep);
        }
        self.sweep = sweep;
    }

    /// How long the recipe takes, in seconds, where that can be told.
    pub fn seconds_ahead(&self) -> Option<f64> {
        self.outlook.seconds(&self.sweep, self.preview.as_deref()?, self.pace?)
    }

    /// The present value of a setting in the recipe, and in a job that runs; none where several are swept.
    pub fn setting(&self, setting: Setting) -> Option<f64> {
        let swept = |sweep: &Sweep| {
            let follows = setting == Setting::HardWeight && sweep.complement;
            sweep.axis(setting.path()).is_some() || (follows && sweep.axis(Setting::SoftWeight.path()).is_some())
        };
        if swept(&self.sweep) || self.running_job().is_some_and(|job| swept(&job.sweep)) {
            return None;
        }
        Some(match setting {
            Setting::Temperature => self.sweep.base.distill.temperature,
            Setting::SoftWeight => self.sweep.base.distill.soft_weight,
            Setting::HardWeight => self.sweep.base.distill.hard_weight,
            Setting::LearningRate => self.sweep.base.training.learning_rate,
        })
    }

    /// Takes in what the training thread reports. True when the list of runs in the store has changed by it.
    pub fn take_report(&mut self, report: &Report) -> bool {
        match report {
            Report::Started(started) => {
                self.starting = false;
                self.jobs.insert(started.job, JobView::started(started));
                self.running = Some(started.job);
                if std::mem::take(&mut self.keeps_view) && self.focus.is_some() {
                    self.progress = None;
                    return true;
                }
                self.focus = Some(started.job);
                self.board = BoardSettings { metric: self.board.metric, page: self.board.page, ..Default::default() };
                self.progress = None;
            }
            Report::Resumed(resumed) => {
                self.starting = false;
                if let Some(job) = self.jobs.get_mut(&resumed.job) {
                    job.resumed(resumed);
                    self.running = Some(resumed.job);
                    if !(std::mem::take(&mut self.keeps_view) && self.focus.is_some()) {
                        self.focus = Some(resumed.job);
                    }
                }
            }
            Report::JobEnded(ended) => {
                if let Some(job) = self.jobs.get_mut(&ended.job) {
                    job.ended(ended);
                }
                if self.running == Some(ended.job) {
                    self.running = None;
                    self.progress = None;
                }
            }
            other => {
                if let Some(job) = self.running.and_then(|id| self.jobs.get_mut(&id)) {
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
            Live::Device(info) => self.device = Some(info),
            Live::Reading(done, total) => self.reading = Some((done, total)),
            // Its preview and its first report say the same.
            Live::Data(_) => self.reading = None,
            Live::Preview(preview) => {
                self.reading = None;
                self.preview_fault = None;
                self.lens.clamp(preview.probe.rows.len());
                // Other models, perhaps: what they make of a picture is another question.
                if self.focus.is_none() {
                    self.picture = None;
                }
                self.preview = Some(preview);
            }
            Live::Unready(fault) => {
                self.reading = None;
                self.preview_fault = Some(fault);
            }
            Live::Rejected { message, .. } => {
                self.starting = false;
                self.reading = None;
                return Some(message);
            }
            Live::Looked(Ok(looked)) => {
                if let Some(picture) = &mut self.picture {
                    picture.looked = Some(looked);
                }
            }
            Live::Looked(Err(fault)) => return Some(fault),
            Live::Snapshot(snapshot) => self.take_snapshot(snapshot),
            Live::Anatomy(anatomy) => {
                if let Some(job) = self.running.and_then(|id| self.jobs.get_mut(&id)) {
                    job.anatomy.extend(anatomy.into_iter().map(|it| (it.run, it)));
                }
            }
            // The last word of a job may come after its end.
            Live::Progress(progress) => {
                self.progress = Some(progress).filter(|p| self.running == Some(p.job));
                if let (Some(progress), Some(job)) = (&self.progress, self.running_job()) {
                    self.pace = outlook::pace(progress, &job.runs).or(self.pace);
                }
            }
        }
        None
    }

    fn take_snapshot(&mut self, snapshot: Snapshot) {
        if let Some(job) = self.running.and_then(|id| self.jobs.get_mut(&id)) {
            job.snapshots.insert(snapshot.run, (snapshot.step, Arc::clone(&snapshot.logits)));
        }
    }
}
