//! Lessons: opened, walked through, left again. A lesson runs in a sandbox: recipe, panels and what they show are put aside when it begins
//! and put back when it is left; jobs that were begun in it go into the bin then, and can be kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use eframe::egui;

use super::{App, Arrangements, Settings, tiles};
use crate::command::{LessonCommand, RecipeCommand, ScreenCommand, commands_of, commands_of_sample};
use crate::lesson::{
    Answer, Kind, Lacking, Lesson, Lessons, Opened, OwnJob, Step, Study, panel_of, picture_address, read_folder,
    shipped,
};
use crate::protocol::{JobId, Report, Request, Role, Started};
use crate::recipe::{QUICKSTART, Sweep, preset};
use crate::state::{FilePurpose, History, Pane, RecipePanel, Screen, State, Tip, Workspace};
use crate::text::{phrase, text_with};
use crate::widgets::{RING_LASTS, ToastKind, place_of, scroll_to};

/// How often a lesson that was opened from a folder is looked at for changes.
const LOOK: Duration = Duration::from_millis(500);

/// How long what a page needs is tried to be brought about: previews and photos take their time.
const TRIES: Duration = Duration::from_secs(8);

/// What was on the screen before a lesson began.
pub(super) struct Sandbox {
    pub recipe: RecipePanel,
    pub screen: Screen,
    history: History,
    pub tiles: Arrangements,
    pub workspace: Workspace,
    maximised: Option<Pane>,
    /// What recipes of the lesson are called.
    title: String,
    /// Until when what the page needs is brought about.
    bringing: Option<Instant>,
    /// The panels that were last put in sight for a page.
    panels: Vec<Pane>,
}

impl Sandbox {
    /// How many columns of panels a page has put beside itself; none where the arrangement is another.
    pub(super) fn columns(&self) -> usize {
        let has_recipe = self.panels.contains(&Pane::Recipe);
        self.panels.len().min(if has_recipe { 3 } else { 2 })
    }
}

/// A lesson's folder as it was when it was read last.
#[derive(Debug, Default)]
pub(super) struct Watch {
    looked: Option<Instant>,
    stamp: Vec<(PathBuf, Option<SystemTime>, u64)>,
}

impl App {
    pub(super) fn lesson(&mut self, command: LessonCommand, ctx: &egui::Context) {
        match command {
            LessonCommand::Show(shown) => self.lessons.shown = Some(shown),
            LessonCommand::Begin(id) => self.begin_lesson(&id, ctx),
            LessonCommand::Leave => {
                self.lessons.turn();
                self.leave_lesson(ctx);
            }
            LessonCommand::GoTo(page) => self.go_to_page(page, ctx),
            LessonCommand::BringAbout => self.bring_about(true, ctx),
            LessonCommand::Hint(task) => {
                if let Some(study) = &mut self.lessons.study {
                    let most = hints_of(study, task);
                    study.hint(task, most);
                }
            }
            LessonCommand::Solve(task) => {
                let study = self.lessons.study.as_ref();
                let steps = study.and_then(|study| match &study.page().kind {
                    Kind::Do(tasks) => tasks.get(task).map(|task| task.solution.clone()),
                    _ => None,
                });
                self.perform_steps(&steps.unwrap_or_default(), ctx);
            }
            LessonCommand::GuessBar(class, to) => self.answer(|answer| answer.drag(class, to)),
            LessonCommand::GuessCurve(from, to) => self.answer(|answer| answer.draw(from, to)),
            LessonCommand::Choose(choice) => self.answer(|answer| answer.pick(choice)),
            LessonCommand::Reveal => self.reveal(ctx),
            LessonCommand::PointAt(part) => self.point_at(part, ctx),
            LessonCommand::AskLink(link) => {
                if let Some(study) = &mut self.lessons.study {
                    study.link = Some(link);
                }
            }
            LessonCommand::EndLink(opened) => {
                let link = self.lessons.study.as_mut().and_then(|study| study.link.take());
                if let Some(link) = link.filter(|_| opened) {
                    ctx.open_url(egui::OpenUrl::new_tab(link));
                }
            }
            LessonCommand::OpenFolder => self.dialogs.ask(FilePurpose::OpenLesson, ctx),
            LessonCommand::CloseFolder => {
                let folder = self.lessons.opened.take().map(|opened| opened.folder);
                let is_open = self.lessons.study.as_ref().is_some_and(|study| study.lesson.folder == folder);
                if is_open && folder.is_some() {
                    self.leave_lesson(ctx);
                }
            }
            LessonCommand::KeepRuns(jobs) => self.keep_runs(&jobs),
        }
    }

    fn answer(&mut self, change: impl FnOnce(&mut Answer)) {
        if let Some(answer) = self.lessons.study.as_mut().and_then(Study::answer_mut) {
            change(answer);
        }
    }

    /// The list of lessons, or the lesson that is open, in the arrangement for explaining.
    pub(super) fn show_lessons(&mut self, ctx: &egui::Context) {
        let is_there = crate::views::shows_learn(&self.lessons, &self.state, ctx);
        self.lessons.shown = Some(!is_there);
        self.state.window.greeting.done(Tip::Lessons);
        if !is_there && self.lessons.study.is_none() {
            self.state.window.workspace = Workspace::Learn;
            self.state.window.maximised = None;
        }
    }

    /// A page forward, or back.
    pub(super) fn turn_page(&mut self, by: isize, ctx: &egui::Context) {
        let Some(study) = &self.lessons.study else { return };
        match study.page.checked_add_signed(by) {
            Some(page) if page < study.lesson.pages.len() => self.go_to_page(page, ctx),
            _ => {}
        }
    }

    fn begin_lesson(&mut self, id: &str, ctx: &egui::Context) {
        let Some(lesson) = self.lessons.lesson(id).cloned() else { return };
        if self.sandbox.is_some() {
            self.lessons.turn();
            self.leave_lesson(ctx);
        }
        for (name, bytes) in &lesson.pictures {
            ctx.include_bytes(picture_address(&lesson, name), egui::load::Bytes::Shared(Arc::clone(bytes)));
        }
        // What waits for an answer is not the lesson's.
        self.state.window.sheet = None;
        self.state.window.palette = None;
        self.coming_photo = None;
        let title = lesson.words().map_or_else(|| id.to_owned(), |words| words.title.clone());
        let title = text_with("lesson-run-title", &[("title", title.into())]);
        let Some(mut sweep) = first_recipe(&lesson) else { return };
        sweep.base.title.clone_from(&title);
        let mut fresh = State::new(sweep);
        fresh.recipe.preset = lesson.pages.iter().find_map(|page| page.needs.preset).or(Some(QUICKSTART.name));
        let window = &mut self.state.window;
        self.sandbox = Some(Sandbox {
            recipe: std::mem::replace(&mut self.state.recipe, fresh.recipe),
            screen: std::mem::replace(&mut self.state.screen, fresh.screen),
            history: std::mem::replace(&mut self.state.history, fresh.history),
            tiles: std::mem::replace(&mut self.tiles, default_tiles()),
            workspace: std::mem::replace(&mut window.workspace, Workspace::Learn),
            maximised: window.maximised.take(),
            title,
            bringing: None,
            panels: Vec::new(),
        });
        self.state.find_run_before();
        self.settle_arrangements();
        self.ask_preview_again();
        self.lessons.shown = Some(true);
        self.state.window.learns = true;
        let progress = &self.lessons.progress;
        // One that was finished begins at its beginning.
        let page = if progress.is_finished(&lesson) && progress.of(&lesson.id).is_some_and(|it| it.at.is_none()) {
            0
        } else {
            progress.resumes(&lesson)
        };
        self.lessons.study = Some(Study::new(lesson, page));
        self.enter_page(page, ctx);
    }

    /// Everything is as it was before the lesson.
    pub(super) fn leave_lesson(&mut self, ctx: &egui::Context) {
        let Some(study) = self.lessons.study.take() else { return };
        if study.page + 1 == study.lesson.pages.len() && self.lessons.progress.is_finished(&study.lesson) {
            self.lessons.progress.leave(&study.lesson);
        }
        (self.state.window.learns, self.state.window.guesses) = (false, false);
        let Some(sandbox) = self.sandbox.take() else { return };
        self.coming_photo = None;
        self.state.recipe = sandbox.recipe;
        self.state.screen = sandbox.screen;
        self.state.history = sandbox.history;
        self.tiles = sandbox.tiles;
        (self.state.window.workspace, self.state.window.maximised) = (sandbox.workspace, sandbox.maximised);
        self.state.window.sheet = None;
        self.state.jobs.moved.clear();
        self.settle_arrangements();
        self.state.find_run_before();
        self.ask_preview_again();
        // What waits of the lesson does not begin any more.
        let waits: Vec<u64> =
            self.state.jobs.queue.items().iter().filter(|it| it.name == sandbox.title).map(|it| it.number).collect();
        if !waits.is_empty() {
            for number in waits {
                self.state.jobs.queue.remove(number);
            }
            self.keep_queue();
        }
        let own = study.own();
        if self.state.jobs.running.is_some_and(|running| own.contains(&running)) {
            self.worker.send(Request::Stop);
        }
        if !own.is_empty() {
            let runs = self
                .state
                .jobs
                .rows
                .iter()
                .filter(|row| own.contains(&row.job) && !row.deleted && row.role != Role::Teacher)
                .count();
            let words = phrase!("lesson-left-runs", count = runs.max(own.len()) as u64);
            self.left_jobs.extend(&own);
            self.bin_left();
            self.say_with(ToastKind::Done, words, Some(LessonCommand::KeepRuns(own).into()));
        }
        ctx.request_repaint();
    }

    fn ask_preview_again(&mut self) {
        self.previewed = None;
        self.changed = Instant::now().checked_sub(Duration::from_secs(1)).unwrap_or_else(Instant::now);
    }

    fn go_to_page(&mut self, page: usize, ctx: &egui::Context) {
        let Some(study) = &self.lessons.study else { return };
        if page > study.page {
            self.lessons.turn();
        }
        self.enter_page(page, ctx);
    }

    /// Shows a page and brings about what it needs, but for a training, which is asked for.
    fn enter_page(&mut self, page: usize, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        let Lessons { study: Some(study), progress, .. } = &mut self.lessons else { return };
        study.enter(page, &self.state, now);
        progress.at(&study.lesson, study.page());
        // A page that was done is looked at again as things are.
        let is_new = !progress.has(&study.lesson, study.page());
        let start = if is_new { study.page().start.clone() } else { Vec::new() };
        if !start.is_empty() {
            self.perform_steps(&start, ctx);
            let Some(study) = &mut self.lessons.study else { return };
            study.enter(page, &self.state, now);
        }
        let Some(study) = &self.lessons.study else { return };
        // A page that looks at other panels than the one before has them; one that looks at the same leaves them as they are.
        let panels = study.page().needs.panels.clone();
        if self.sandbox.as_ref().is_some_and(|sandbox| !panels.is_empty() && sandbox.panels != panels) {
            self.arrange(&panels, ctx);
        }
        self.bring_about(false, ctx);
    }

    /// Puts panels in sight, the rest behind them.
    fn arrange(&mut self, panels: &[Pane], ctx: &egui::Context) {
        let needs = self.lessons.study.as_ref().map(|study| &study.page().needs);
        let workspace = needs.and_then(|needs| needs.arrangement).unwrap_or(Workspace::Learn);
        (self.state.window.workspace, self.state.window.maximised) = (workspace, None);
        if let Some(sandbox) = self.sandbox.as_mut().filter(|_| !panels.is_empty()) {
            sandbox.panels = panels.to_vec();
            scroll_to(ctx, tiles::part_of(panels[0]));
            self.tiles.insert(workspace, tiles::of_panels(workspace, panels));
            self.settle_arrangements();
        }
    }

    /// Brings about what the page needs; a training alone where `trains`.
    fn bring_about(&mut self, trains: bool, ctx: &egui::Context) {
        let Some(study) = &self.lessons.study else { return };
        let (lacking, needs, lesson) = (study.lacking.clone(), study.page().needs.clone(), Arc::clone(&study.lesson));
        let mut goes_on = false;
        for it in lacking {
            match it {
                Lacking::Panels(_) => self.arrange(&needs.panels, ctx),
                Lacking::Preset(name) => {
                    self.perform(RecipeCommand::Preset(name).into(), ctx);
                    goes_on = true;
                }
                Lacking::Sample(_) => goes_on = true,
                Lacking::Training { id, comes: false, .. } if trains => self.train(&lesson, &id, ctx),
                Lacking::Training { .. } => {}
            }
        }
        if goes_on && let (Some(sandbox), Some(study)) = (&mut self.sandbox, &mut self.lessons.study) {
            sandbox.bringing = Some(Instant::now() + TRIES);
            study.comes = true;
        }
        ctx.request_repaint();
    }

    /// Begins a training of the lesson, or shows the one that is over.
    fn train(&mut self, lesson: &Lesson, id: &str, ctx: &egui::Context) {
        let begun = self.lessons.study.as_ref().and_then(|study| OwnJob::newest(&study.jobs, id));
        if let Some(job) = begun.filter(|job| job.is_over(&self.state)).map(|job| job.job) {
            return self.perform(ScreenCommand::Focus(job).into(), ctx);
        }
        let Some(training) = lesson.training(id) else { return };
        let steps: Vec<Step> =
            [Step::Preset(training.preset)].into_iter().chain(training.set.clone()).chain([Step::Distil]).collect();
        self.perform_steps(&steps, ctx);
    }

    /// Performs steps of a lesson, each as things stand after the one before.
    pub fn perform_steps(&mut self, steps: &[Step], ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        for step in steps {
            match commands_of(step, &self.state) {
                Ok(commands) => commands.into_iter().for_each(|command| self.perform(command, ctx)),
                Err(problem) => self.fault(problem),
            }
            // What is counted counts each of them.
            self.lessons.look(&self.state, now, true);
        }
    }

    /// Draws the truth over a prediction; a training that tells it is begun first.
    fn reveal(&mut self, ctx: &egui::Context) {
        let Some(study) = &mut self.lessons.study else { return };
        study.reveal(&self.state);
        let (lesson, training) = (Arc::clone(&study.lesson), study.page().training().map(str::to_owned));
        let is_open = study.answer().is_some_and(Answer::is_asked);
        let runs = self.state.jobs.running.is_some_and(|job| study.own().contains(&job));
        if let Some(id) = training.filter(|_| is_open && !runs && !self.state.jobs.starting) {
            self.train(&lesson, &id, ctx);
        }
    }

    /// Points at a part of the window; one whose panel is not in sight is brought up first.
    fn point_at(&mut self, part: String, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        scroll_to(ctx, &part);
        if let Ok(Some(panel)) = panel_of(&part)
            && !self.state.window.in_sight.contains(&panel)
        {
            self.state.window.maximised = None;
            self.bring_up(panel);
        }
        if let Some(path) = part.strip_prefix("recipe.")
            && let Some(section) = crate::state::Section::of(path)
        {
            self.state.recipe.unfolded.insert(section);
        }
        if let Some(study) = &mut self.lessons.study {
            study.flash = Some((part, now));
        }
    }

    /// Looks at the lesson that is open, once a frame. What was asked for in it must have been performed.
    pub(super) fn settle_lesson(&mut self, ctx: &egui::Context) {
        self.state.window.in_sight = self.in_sight();
        self.bin_left();
        self.read_again(ctx);
        let (now, busy) = ctx.input(|input| (input.time, input.pointer.is_moving() || !input.events.is_empty()));
        self.lessons.look(&self.state, now, busy);
        self.go_on_bringing(ctx, now);
        self.state.window.guesses = self.lessons.study.as_ref().is_some_and(Study::guesses);
        let Some(study) = &mut self.lessons.study else { return };
        if let Some(after) = study.hint_after(now) {
            ctx.request_repaint_after(Duration::from_secs_f64(after.max(0.1)));
        }
        if let Some((part, since)) = study.flash.clone() {
            let age = now - since;
            if age >= RING_LASTS {
                study.flash = None;
            } else if age > 0.7 && place_of(ctx, &part).is_none() {
                // Scrolled away, or nowhere in this arrangement.
                study.flash = None;
                self.say(ToastKind::Done, phrase!("lesson-not-in-sight", name = part));
            } else {
                ctx.request_repaint_after(Duration::from_millis(33));
            }
        }
    }

    /// What a page needs comes by and by: first a preset's preview, then a sample of it. What counts as changed counts from then on.
    fn go_on_bringing(&mut self, ctx: &egui::Context, now: f64) {
        let (Some(sandbox), Some(study)) = (&mut self.sandbox, &mut self.lessons.study) else { return };
        let Some(until) = sandbox.bringing else { return };
        let is_there = study.lacking.iter().all(|it| matches!(it, Lacking::Training { .. }));
        if is_there || Instant::now() > until {
            sandbox.bringing = None;
            study.comes = false;
            let page = study.page;
            study.enter(page, &self.state, now);
            return;
        }
        let sample = study.lacking.iter().find_map(|it| match it {
            Lacking::Sample(sample) => Some(sample.clone()),
            _ => None,
        });
        let rests = study.lacking.iter().all(|it| matches!(it, Lacking::Sample(_) | Lacking::Training { .. }));
        let is_known = self.state.focused().is_some() || self.state.fresh_preview().is_some();
        if let Some(sample) = sample.filter(|_| rests && is_known) {
            for command in commands_of_sample(&sample, &self.state) {
                self.perform(command, ctx);
            }
        }
        ctx.request_repaint_after(Duration::from_millis(30));
    }

    /// A job began: one of the lesson is its own, and another leaves the lesson's panels alone.
    pub(super) fn take_lesson_start(&mut self, started: &Started, shown: Option<JobId>) {
        let (Some(sandbox), Some(study)) = (&self.sandbox, &mut self.lessons.study) else { return };
        if started.sweep.base.title != sandbox.title {
            self.state.screen.focus = shown;
            return;
        }
        let preset = self.state.recipe.preset;
        let training = study.lesson.trainings.iter().find(|training| Some(training.preset) == preset);
        study.jobs.push(OwnJob { job: started.job, training: training.map(|training| training.id.clone()) });
    }

    /// What a recipe is called in the sandbox: it is no job of the user's then, and steers none.
    pub(super) fn as_of_lesson(&self, mut sweep: Sweep) -> Sweep {
        if let Some(sandbox) = &self.sandbox {
            sweep.base.title.clone_from(&sandbox.title);
        }
        sweep
    }

    /// Puts runs of lessons that were left into the bin, once they are over.
    fn bin_left(&mut self) {
        if self.left_jobs.is_empty() {
            return;
        }
        let Self { state, left_jobs, store, .. } = self;
        let running = state.jobs.running;
        let mut binned = false;
        for row in state.jobs.rows.iter_mut().filter(|row| left_jobs.contains(&row.job) && Some(row.job) != running) {
            if !row.deleted {
                match store.delete_run(row.run) {
                    Ok(()) => (row.deleted, binned) = (true, true),
                    Err(error) => log::warn!("{}: {error}", row.run),
                }
            }
        }
        left_jobs.retain(|job| Some(*job) == running || !state.jobs.rows.iter().any(|row| row.job == *job));
        if binned {
            self.reader.list();
        }
    }

    fn keep_runs(&mut self, jobs: &[JobId]) {
        self.left_jobs.retain(|job| !jobs.contains(job));
        let runs: Vec<_> = self
            .state
            .jobs
            .rows
            .iter()
            .filter(|row| jobs.contains(&row.job) && row.deleted)
            .map(|row| row.run)
            .collect();
        for run in runs {
            if let Err(error) = self.store.restore_run(run) {
                return self.fault(error.phrase());
            }
        }
        self.reader.list();
        self.say(ToastKind::Done, phrase!("lesson-kept-runs"));
    }

    /// Opens the lesson of a folder, or says what is wrong with it.
    pub(super) fn open_lesson(&mut self, path: &Path) {
        let folder = if path.is_dir() { path.to_owned() } else { path.parent().unwrap_or(path).to_owned() };
        self.remember_path(path);
        self.watch = Watch::default();
        self.lessons.opened = Some(Opened { folder: folder.clone(), lesson: None, faults: None });
        self.read_opened();
        self.lessons.shown = Some(true);
        if self.lessons.study.is_none() {
            (self.state.window.workspace, self.state.window.maximised) = (Workspace::Learn, None);
        }
        let opened = self.lessons.opened.as_ref();
        match opened.and_then(|opened| opened.lesson.as_ref()).and_then(|lesson| lesson.words()) {
            Some(words) => self.say(ToastKind::Done, phrase!("lesson-opened", title = &words.title)),
            None => self.fault(phrase!("lesson-unreadable", folder = folder.as_path())),
        }
    }

    /// Reads the opened lesson again where it was changed.
    fn read_again(&mut self, ctx: &egui::Context) {
        let Some(opened) = &self.lessons.opened else { return };
        ctx.request_repaint_after(LOOK);
        if self.watch.looked.is_some_and(|looked| looked.elapsed() < LOOK) {
            return;
        }
        self.watch.looked = Some(Instant::now());
        let stamp = stamp_of(&opened.folder);
        if stamp == self.watch.stamp {
            return;
        }
        self.read_opened();
        let now = ctx.input(|input| input.time);
        let Lessons { opened: Some(Opened { lesson: Some(lesson), folder, .. }), study: Some(study), .. } =
            &mut self.lessons
        else {
            return;
        };
        if study.lesson.folder.as_ref() == Some(folder) && !Arc::ptr_eq(&study.lesson, lesson) {
            for (name, bytes) in &lesson.pictures {
                ctx.forget_image(&picture_address(lesson, name));
                ctx.include_bytes(picture_address(lesson, name), egui::load::Bytes::Shared(Arc::clone(bytes)));
            }
            study.replace(Arc::clone(lesson), &self.state, now);
        }
    }

    fn read_opened(&mut self) {
        let Some(opened) = &mut self.lessons.opened else { return };
        self.watch.stamp = stamp_of(&opened.folder);
        match read_folder(&opened.folder) {
            Ok(lesson) => (opened.lesson, opened.faults) = (Some(Arc::new(lesson)), None),
            Err(faults) => opened.faults = Some(faults),
        }
    }

    /// Where a report says that a job began, it may be the lesson's.
    pub(super) fn began(&mut self, report: &Report, shown: Option<JobId>) {
        if let Report::Started(started) = report {
            self.take_lesson_start(started, shown);
        }
    }

    /// What lessons show, for tests.
    pub fn lessons(&self) -> &Lessons {
        &self.lessons
    }
}

/// The lessons of the program, with what is remembered of them.
pub(super) fn lessons_of(kept: &mut Settings) -> Lessons {
    let progress = std::mem::take(&mut kept.lessons);
    Lessons { shipped: shipped(), progress, shown: kept.lessons_shown, ..Lessons::default() }
}

fn hints_of(study: &Study, task: usize) -> usize {
    let Kind::Do(tasks) = &study.page().kind else { return 0 };
    let words = study.lesson.words().and_then(|words| words.pages.get(&study.page().id));
    let of = tasks.get(task).and_then(|task| words?.tasks.get(&task.id));
    of.map_or(0, |words| words.hints.len())
}

/// The recipe that a lesson begins with.
fn first_recipe(lesson: &Lesson) -> Option<Sweep> {
    let named = lesson.pages.iter().find_map(|page| page.needs.preset).and_then(preset);
    named.unwrap_or(QUICKSTART).sweep().ok()
}

fn default_tiles() -> Arrangements {
    let of = |workspace| (workspace, tiles::default_arrangement(workspace));
    BTreeMap::from(Workspace::ALL.map(of))
}

/// Names, times and sizes of a folder's files.
fn stamp_of(folder: &Path) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut stamp: Vec<_> = entries
        .flatten()
        .map(|entry| {
            let data = entry.metadata().ok();
            (entry.path(), data.as_ref().and_then(|data| data.modified().ok()), data.map_or(0, |data| data.len()))
        })
        .collect();
    stamp.sort();
    stamp
}
