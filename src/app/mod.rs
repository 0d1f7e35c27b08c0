//! eframe's `App`: takes reports in, performs commands (the only writer of `State`), dialogs, saving.

mod arrangement;
mod dialogs;
mod drop;
mod figure;
mod files;
mod frame_meter;
mod graph;
mod inbox;
mod last;
mod learn;
mod lenient;
mod logic;
mod page;
mod perform;
mod photo;
mod picture;
mod place;
mod projector;
mod queue;
mod reader;
mod session;
mod settings;
mod sheet;
mod shortcuts;
mod style_page;
mod temporary;
mod tiles;
mod ui;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use dialogs::{Dialogs, RfdDialogs, ScriptedDialogs};
use eframe::egui;
pub use session::enter_session;
pub use settings::SettingsFile;

use crate::command::{Command, Commands};
use crate::lesson::Lessons;
use crate::protocol::{DeviceChoice, JobId, Readers, Request, RunId, WorkerOptions};
use crate::recipe::{Faults, QUICKSTART, Recipe, presets};
use crate::runs::{Store, StoreError, StoreWriter};
use crate::state::{Greeting, Pane, State, TemporaryStore, Workspace};
use crate::text::{Language, Phrase, phrase, speak};
use crate::theme::{self, UiTokens as _};
use crate::training::{Journal, Observer, Runner, Worker};
use crate::widgets::Toasts;
use frame_meter::FrameMeter;
use inbox::Inbox;
use last::Last;
use reader::Reader;
use settings::LeftJobs;
pub use settings::Settings;
pub use style_page::{StylePage, run_style_page};

/// Any error, as eframe takes it.
type DynError = Box<dyn std::error::Error + Send + Sync>;

/// How the window is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The store.
    pub store: PathBuf,
    /// Which device trains.
    pub device: DeviceChoice,
    /// Whether the store is lost when the window is closed, unless the user keeps it.
    pub temporary: bool,
}

/// Why no window opens.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no display, or no graphics adapter.
    #[error("no window can be opened: {0}")]
    NoWindow(String),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first recipe is faulty.
    #[error(transparent)]
    Recipe(#[from] Faults),
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When there is no display or adapter, or the store cannot be used.
pub fn run(options: &Options) -> Result<(), OpenError> {
    has_display()?;
    let store = Store::writer(&options.store)?.as_temporary(options.temporary);
    let mut settings = SettingsFile::of_user();
    let remembered = settings.read();
    let viewport = viewport("Stillroom");
    let persistence_path = settings::folder_of_user().map(|folder| folder.join("place.ron"));
    let native = eframe::NativeOptions { viewport, persistence_path, ..eframe::NativeOptions::default() };
    let device = options.device;
    let create = move |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, DynError> {
        theme::install(&cc.egui_ctx);
        theme::fall_back_to_system_fonts(&cc.egui_ctx);
        #[cfg(debug_assertions)]
        theme::watch(&cc.egui_ctx);
        close_on_signals(&cc.egui_ctx);
        let dialogs = Box::new(RfdDialogs::begin());
        let app = App::new(
            &cc.egui_ctx,
            Parts {
                store,
                device,
                program: std::env::current_exe().ok(),
                dialogs,
                pace: pace(cc),
                settings,
                remembered,
                runner: None,
            },
        )?;
        Ok(Box::new(app))
    };
    eframe::run_native("Stillroom", native, Box::new(create)).map_err(|error| OpenError::NoWindow(error.to_string()))
}

/// A signal that asks the program to end closes the window as its button does: a job in progress is paused and stored.
fn close_on_signals(ctx: &egui::Context) {
    let ctx = ctx.clone();
    let heard = crate::signals::listen(move || {
        ctx.send_viewport_cmd_to(egui::ViewportId::ROOT, egui::ViewportCommand::Close);
        ctx.request_repaint_of(egui::ViewportId::ROOT);
    });
    if let Err(error) = heard {
        log::warn!("signals will end the program without pausing the job: {error}");
    }
}

/// Without a display winit would say so in words that help nobody.
fn has_display() -> Result<(), OpenError> {
    if cfg!(target_os = "linux") && ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| std::env::var_os(name).is_none()) {
        return Err(OpenError::NoWindow("neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned()));
    }
    Ok(())
}

fn viewport(title: &str) -> egui::ViewportBuilder {
    egui::ViewportBuilder::default()
        .with_title(title)
        .with_app_id("stillroom")
        .with_icon(icon())
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([1024.0, 640.0])
}

/// Where a graphics card draws, news is drawn at display rate. Where the cores that train must draw as well, at this pace, so
/// that training keeps most of their time; what the user does is drawn at once in either case.
const PACE_OF_CPU: Duration = Duration::from_millis(120);

fn pace(cc: &eframe::CreationContext<'_>) -> Duration {
    let adapter = cc.wgpu_render_state.as_ref().map(|state| state.adapter.get_info().device_type);
    if adapter == Some(eframe::wgpu::DeviceType::Cpu) { PACE_OF_CPU } else { Duration::ZERO }
}

/// What a window is made of.
pub struct Parts {
    /// Where runs are kept.
    pub store: StoreWriter,
    /// Which device trains.
    pub device: DeviceChoice,
    /// The program that runs ONNX graphs.
    pub program: Option<PathBuf>,
    /// How files are asked for.
    pub dialogs: Box<dyn Dialogs>,
    /// The least time from a report of the training thread to the frame that shows it.
    pub pace: Duration,
    /// Where settings are kept.
    pub settings: SettingsFile,
    /// What was kept there, and what was wrong with it.
    pub remembered: (Settings, Option<Phrase>),
    /// What trains; none for the training thread of this program.
    pub runner: Option<MakeRunner>,
}

/// What trains: what was given, or the training thread of this program.
fn runner_of(
    given: Option<MakeRunner>,
    options: WorkerOptions,
    journal: Box<dyn Journal>,
    observer: Arc<dyn Observer>,
) -> std::io::Result<Box<dyn Runner>> {
    match given {
        Some(make) => make(options, journal, observer),
        None => Ok(Box::new(Worker::spawn(options, journal, observer)?)),
    }
}

/// Makes what trains, of where its reports are kept and who is told of them.
pub type MakeRunner =
    Box<dyn FnOnce(WorkerOptions, Box<dyn Journal>, Arc<dyn Observer>) -> std::io::Result<Box<dyn Runner>>>;

fn icon() -> egui::IconData {
    let png = include_bytes!("../../assets/icon/stillroom-256.png");
    eframe::icon_data::from_png_bytes(png).unwrap_or_default()
}

/// The window.
///
/// Fields are dropped in order: the training thread first, then the store's writer, so that a job in progress is paused and
/// stored before the window is gone.
pub struct App {
    worker: Box<dyn Runner>,
    store: StoreWriter,
    state: State,
    commands: Commands,
    inbox: Arc<Inbox>,
    /// The least time from a report to the frame that shows it.
    pace: Duration,
    /// Whether models were asked about a text in this pass.
    asked_text: bool,
    /// The models that were made ready for such a question.
    ready: Option<Readers>,
    reader: Reader,
    dialogs: Box<dyn Dialogs>,
    toasts: Toasts<Command>,
    tiles: Arrangements,
    /// The arrangements as they were when they were last taken note of.
    arranged: BTreeMap<Workspace, serde_json::Value>,
    /// Whether the user has moved a panel, or chosen a tab, since then.
    moved_panels: Option<tiles::Moved>,
    settings: SettingsFile,
    kept: Settings,
    /// Whether it was seen to that the window can be seen.
    is_placed: bool,
    /// Whether nothing had the focus in the last frame, and nothing lay over the window.
    is_calm: bool,
    /// The picture of what happened, from the moment at which it is asked for.
    coming_picture: Option<picture::Coming>,
    /// What a model says of a photo, from the moment at which it is asked.
    coming_photo: Option<photo::Coming>,
    /// When the moment of training moves on by itself, in seconds.
    next_moment: f64,
    /// The student that is being saved, from the moment at which its place is asked for.
    saving: Option<(RunId, PathBuf)>,
    /// The run that is being exported, from the moment at which its place is asked for.
    exporting: Option<RunId>,
    /// A picture of a panel, from the moment at which its place is asked for.
    figure: Option<crate::figure::Drawing>,
    /// The lens for a browser, until it is written or given up.
    page: Option<crate::runs::LensPage>,
    /// A graph on its way to the disk.
    saving_graph: Option<graph::Saving>,
    /// The program that runs graphs.
    program: Option<PathBuf>,
    /// What the user's hand was on in the last frame.
    hand: logic::Hand,
    meter: FrameMeter,
    /// The recipe that was last asked a preview of, and when the present one was changed.
    previewed: Option<Recipe>,
    changed: Instant,
    listed: Instant,
    /// Jobs of ticked runs that were asked for.
    asked: BTreeSet<JobId>,
    /// Lessons, and the one that is open.
    lessons: Lessons,
    /// What was on the screen before it.
    sandbox: Option<learn::Sandbox>,
    /// Jobs of lessons that were left, whose runs are to go into the bin.
    left_jobs: Vec<JobId>,
    /// The folder of the lesson that was opened.
    watch: learn::Watch,
    /// How the window was before it was shown to a room.
    before_projector: Option<projector::Before>,
}

impl App {
    /// The window's contents, with their threads. The theme must be installed in `ctx`.
    ///
    /// # Errors
    /// When the system gives no thread, or the first recipe is faulty.
    pub fn new(ctx: &egui::Context, parts: Parts) -> Result<Self, DynError> {
        let Parts { store, device, program, dialogs, pace, settings, remembered: (mut kept, fault), runner } = parts;
        speak(kept.language.unwrap_or_else(Language::of_system));
        let recipe = kept.last.sweep().map_or_else(|| QUICKSTART.sweep(), Ok)?;
        let repaint = ctx.clone();
        let wake = move |at_once| repaint.request_repaint_after(if at_once { Duration::ZERO } else { pace });
        let inbox = Arc::new(Inbox::new(wake));
        let options = WorkerOptions { device, window: true, program: program.clone(), ..WorkerOptions::default() };
        let (journal, observer) = (Box::new(store.journal()), Arc::clone(&inbox) as Arc<dyn Observer>);
        let worker = runner_of(runner, options, journal, observer)?;
        let repaint = ctx.clone();
        let reader = Reader::spawn(store.path().to_owned(), move || repaint.request_repaint())?;
        reader.list();
        reader.waiting();
        worker.send(Request::Preview(Box::new(recipe.base.clone())));
        let fault = fault.map(|problem| phrase!("toast-settings", problem = problem));
        let mut faults: Vec<Phrase> = fault.into_iter().collect();
        look_as_kept(ctx, &kept);
        let tiles = arrangements(&kept, &settings, &mut faults);
        let mut state = State::new(recipe.clone());
        (state.window.language, state.window.dark, state.window.workspace) = (kept.language, kept.dark, kept.workspace);
        state.window.recent.clone_from(&kept.recent);
        state.recipe.preset =
            presets().find(|preset| preset.sweep().is_ok_and(|sweep| sweep == recipe)).map(|it| it.name);
        kept.last.restore(&mut state);
        state.window.temporary = store.is_temporary().then(|| TemporaryStore::new(store.path().to_owned()));
        if !kept.greeted {
            state.window.greeting = Greeting::first();
            kept.greeted = true;
        }
        let lessons = learn::lessons_of(&mut kept);
        let left_jobs = kept.left.of(store.path());
        let mut app = Self {
            worker,
            store,
            previewed: Some(recipe.base),
            state,
            commands: Commands::default(),
            inbox,
            pace,
            asked_text: false,
            ready: None,
            reader,
            dialogs,
            toasts: Toasts::default(),
            tiles,
            arranged: BTreeMap::new(),
            moved_panels: None,
            is_placed: false,
            is_calm: true,
            saving: None,
            coming_picture: None,
            coming_photo: None,
            next_moment: 0.0,
            exporting: None,
            figure: None,
            page: None,
            saving_graph: None,
            program,
            settings,
            kept,
            hand: logic::Hand::default(),
            meter: FrameMeter::install(ctx),
            changed: Instant::now(),
            listed: Instant::now(),
            asked: BTreeSet::new(),
            lessons,
            sandbox: None,
            left_jobs,
            watch: learn::Watch::default(),
            before_projector: None,
        };
        app.settle_arrangements();
        app.show_again();
        for fault in faults {
            app.fault(fault);
        }
        Ok(app)
    }

    /// Opens the job that was on show, and the runs that were ticked.
    fn show_again(&mut self) {
        let (job, cell, ticked) = self.kept.last.shown(self.store.path());
        let (job, ticked) = (job, ticked.to_vec());
        if let Some(job) = job {
            self.focus(job);
            self.state.screen.board.selected = cell;
        }
        for run in ticked {
            self.state.screen.overlaid.insert(run);
        }
    }

    /// Asks for something, as the panels do; for tests.
    pub fn ask(&self, command: impl Into<Command>) {
        self.commands.send(command);
    }

    /// What the window shows; for tests.
    pub fn state(&self) -> &State {
        &self.state
    }
}

/// Theme and size as they are remembered.
fn look_as_kept(ctx: &egui::Context, kept: &Settings) {
    ctx.set_theme(perform::preference(kept.dark));
    if let Some(zoom) = kept.zoom {
        ctx.set_zoom_factor(zoom.clamp(*perform::ZOOM.start(), *perform::ZOOM.end()));
    }
    // Our own actions do it, within bounds and in the menu.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

impl Drop for App {
    fn drop(&mut self) {
        let remembered = self.remembered();
        self.settings.keep_at_once(remembered);
    }
}

/// Arrangements by workspace.
type Arrangements = BTreeMap<Workspace, egui_tiles::Tree<Pane>>;

/// The arrangements as they were left; one that cannot be used is kept aside, and that is said.
fn arrangements(kept: &Settings, settings: &SettingsFile, faults: &mut Vec<Phrase>) -> Arrangements {
    let arrangement = |workspace: Workspace| {
        let tree = kept.arrangement(workspace).unwrap_or_else(|problem| {
            settings.set_aside();
            faults.push(phrase!("toast-arrangement", problem = problem));
            None
        });
        let mut tree = tree.unwrap_or_else(|| tiles::default_arrangement(workspace));
        tiles::leave_board(&mut tree);
        (workspace, tree)
    };
    Workspace::ALL.map(arrangement).into()
}

impl App {
    /// What is to be remembered, but for what egui alone knows. What a lesson put aside is the user's, and what it shows is not.
    fn remembered(&self) -> Settings {
        let Self { state, store, kept, lessons, .. } = self;
        let mut settings = kept.clone();
        let (tiles, workspace, recipe, screen) = match &self.sandbox {
            Some(aside) => (&aside.tiles, aside.workspace, &aside.recipe, &aside.screen),
            None => (&self.tiles, state.window.workspace, &state.recipe, &state.screen),
        };
        (settings.language, settings.dark, settings.workspace) = (state.window.language, state.window.dark, workspace);
        settings.recent.clone_from(&state.window.recent);
        settings.last = Last::of(recipe, screen, state.jobs.pace, store.path());
        for (workspace, tree) in tiles {
            let tree = serde_json::to_value(tree).ok();
            settings.arrangements.extend(tree.map(|tree| (workspace.name().to_owned(), tree)));
        }
        (settings.lessons, settings.lessons_shown) = (lessons.progress.clone(), lessons.shown);
        let own = lessons.study.as_ref().map(crate::lesson::Study::own).unwrap_or_default();
        settings.left = LeftJobs::new(store.path(), own.into_iter().chain(self.left_jobs.iter().copied()).collect());
        settings
    }
}

impl eframe::App for App {
    /// The panels' ground is what the window is cleared with: nothing is drawn over twice.
    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.tokens().panel.to_normalized_gamma_f32()
    }

    /// What egui itself would remember is nothing that anyone misses.
    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.meter.begin();
        self.come_into_sight(ctx, frame);
        self.take_in(ctx);
        self.perform_all(ctx);
        self.hear_answer();
        self.count_by_bias();
        self.settle_lesson(ctx);
        self.settle_looks(ctx);
        self.send_moved(ctx);
        self.meter.end();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.meter.begin();
        self.window_ui(ui);
        self.meter.end();
    }
}
