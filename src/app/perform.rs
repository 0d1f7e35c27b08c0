//! Performs commands: the only place where the window's state is changed by the user.

use std::path::PathBuf;
use std::time::Instant;

use eframe::egui;

use super::App;
use super::tiles::default_arrangement;
use crate::command::{Action, Command};
use crate::recipe::{PRESETS, Preset, Sweep, preset};
use crate::rng::Key;
use crate::state::{
    Draft, FilePurpose, History, Palette, Present, RecipeText, SampleChoice, State, Tip, Undoable, Wish, Workspace,
};
use crate::text::{Language, Phrase, phrase, speak};
use crate::training::Request;
use crate::training::report::{JobId, RunId, Setting};
use crate::widgets::ToastKind;

/// Seeds that tell what one seed cannot.
const SEEDS: u64 = 4;

impl App {
    pub(super) fn perform_all(&mut self, ctx: &egui::Context) {
        for command in self.commands.take() {
            self.perform(command, ctx);
        }
    }

    fn perform(&mut self, command: Command, ctx: &egui::Context) {
        match command {
            Command::Do(action) => self.act(action, ctx),
            Command::LoadPreset(name) => self.load_preset(name, ctx),
            Command::Edit(field, recipe) => self.edit(field, *recipe, ctx),
            Command::LensTemperature(t) => {
                self.state.screen.lens.temperature = t;
                self.state.window.greeting.done(Tip::Lens);
            }
            Command::TypeRecipe(typed) => {
                let before = self.state.draft();
                let Some(text) = &mut self.state.recipe.text else { return };
                if let Some(sweep) = text.typed(typed)
                    && sweep != self.state.recipe.sweep
                {
                    self.edit_from(|_| before, "text", sweep, ctx);
                }
            }
            Command::PutSource(source) => self.put_source(*source),
            Command::OpenSheet => self.open_sheet(),
            Command::CloseSheet(accepted) => self.close_sheet(accepted),
            Command::Unfold(section, true) => drop(self.state.recipe.unfolded.insert(section)),
            Command::Unfold(section, false) => drop(self.state.recipe.unfolded.remove(&section)),
            Command::LensRow(row) => {
                self.state.screen.picture = None;
                self.state.screen.lens.row = row;
                let rows = self.state.probe_view().map_or(0, |view| view.probe.rows.len());
                self.state.screen.lens.clamp(rows);
            }
            Command::Palette(palette) => self.state.window.palette = palette,
            Command::CloseShortcuts => self.state.window.shows_shortcuts = false,
            Command::CloseNotices => self.state.window.notices.shown = false,
            Command::TipDone(tip) => self.state.window.greeting.done(tip),
            Command::SampleChoice(choice) => self.choose_samples(choice),
            Command::LensClass(class) => {
                self.state.screen.lens.class = class;
                self.choose_samples(self.state.screen.lens.choice);
            }
            Command::LensZoom(zoomed) => self.state.screen.lens.zoomed = zoomed,
            Command::OpenPath(path) => self.open_path(path, ctx),
            Command::Language(language) => {
                self.state.window.language = language;
                speak(language.unwrap_or_else(Language::of_system));
            }
            Command::Theme(dark) => ctx.set_theme(preference(dark)),
            Command::Maximise(panel) => self.state.window.maximised = panel,
            Command::Focus(job) => self.focus(job),
            Command::UseRecipe(job) => self.use_recipe(job, Sweep::clone, ctx),
            Command::WhichSamples => {
                for tree in self.tiles.values_mut() {
                    super::tiles::show_board(tree, false);
                }
                self.choose_samples(SampleChoice::Apart);
            }
            Command::MoreSeeds(job) => {
                self.use_recipe(job, |sweep| sweep.with_seeds(SEEDS), ctx);
                self.act(Action::Distil, ctx);
            }
            Command::ClearFocus => (self.state.screen.focus, self.state.screen.picture) = (None, None),
            Command::Overlay(run, true) => {
                self.state.screen.overlaid.insert(run);
                self.load_ticked();
                // Where nothing is on show there is nothing to lay it over: its own job is.
                if let Some(job) = self.state.row(run).map(|row| row.job).filter(|_| self.state.screen.focus.is_none())
                {
                    self.focus(job);
                }
            }
            Command::ClearOverlay => self.state.screen.overlaid.clear(),
            Command::Overlay(run, false) => drop(self.state.screen.overlaid.remove(&run)),
            Command::ToggleCurve(id) => {
                let hidden = &mut self.state.screen.curves.hidden;
                if !hidden.remove(&id) {
                    hidden.insert(id);
                }
            }
            Command::SelectCell(cell) => self.state.select_cell(cell),
            Command::HoverCell(cell) => self.state.screen.board.hovered = cell,
            Command::BoardMetric(metric) => {
                self.state.screen.board.metric = metric;
                // What was held of the metric's axis was in other units.
                self.state.screen.board.brushes.clear();
            }
            Command::BoardPage(page) => self.state.screen.board.page = page,
            Command::Brush(brushes) => self.state.screen.board.brushes = brushes,
            Command::SoloCurve(id, among) => self.state.screen.curves.solo(id, &among),
            Command::LossView(view) => self.state.screen.curves.loss = view,
            Command::SmoothLoss(smoothing) => self.state.screen.curves.smoothing = smoothing,
            Command::Quality(quality) => self.state.screen.curves.quality = quality,
            Command::SortRuns(column) => self.state.screen.list.click(column),
            Command::FilterRuns(filter) => self.state.screen.list.filter = filter,
            Command::FoldJob(job) => {
                let toggled = &mut self.state.screen.list.toggled;
                if !toggled.remove(&job) {
                    toggled.insert(job);
                }
            }
            Command::Resume(job) => self.ask_for(Wish::Resume(job)),
            Command::Again(job, runs) => self.ask_for(Wish::Again(job, runs)),
            Command::StopRun(run) => drop(self.worker.send(Request::StopRun(run))),
            Command::ChangeRun(run, setting, to) => self.state.take_move(Some(run), setting, to),
            Command::Unqueue(number) => {
                self.state.jobs.queue.remove(number);
                self.keep_queue();
            }
            Command::Requeue(number, later) => {
                self.state.jobs.queue.shift(number, later);
                self.keep_queue();
            }
            Command::Delete(run) => self.bin(run, true),
            Command::Restore(run) => self.bin(run, false),
            Command::TypePath(typed) => {
                if let Some(field) = &mut self.state.window.path_field {
                    field.text = typed;
                }
            }
            Command::EndPath(accepted) => {
                if let Some(field) = self.state.window.path_field.take()
                    && accepted
                    && !field.text.trim().is_empty()
                {
                    let path = PathBuf::from(field.text.trim());
                    // A system's dialog asks before it writes over a file; this one leaves it.
                    if field.purpose.writes() && path.exists() {
                        self.fault(phrase!("path-exists", path = &path));
                        self.state.window.path_field = Some(field);
                    } else {
                        self.picked(field.purpose, path, ctx);
                    }
                }
            }
            Command::Picked(purpose, path) => self.picked(purpose, path, ctx),
            Command::Farewell(farewell) => self.farewell(farewell, ctx),
        }
    }

    fn act(&mut self, action: Action, ctx: &egui::Context) {
        if !action.enabled(&self.state) {
            return;
        }
        match action {
            Action::Distil => {
                self.state.window.greeting.done(Tip::Distil);
                // What could not be read may be there by now.
                if self.state.recipe.preview_fault.is_some() {
                    self.previewed = None;
                }
                self.ask_for(Wish::New(self.state.recipe.sweep.to_toml()));
            }
            Action::HoldQueue => self.state.jobs.queue.held = !self.state.jobs.queue.held,
            Action::PauseOrPlay => {
                let request = if self.state.is_paused() { Request::Play } else { Request::Pause };
                self.worker.send(request);
            }
            Action::StepOnce => drop(self.worker.send(Request::StepOnce)),
            Action::Stop => drop(self.worker.send(Request::Stop)),
            Action::Undo => self.undo_or_redo(History::undo),
            Action::Redo => self.undo_or_redo(History::redo),
            Action::OpenTeacher => self.dialogs.ask(FilePurpose::OpenTeacher, ctx),
            Action::SaveStudent => {
                // This one, whatever is on show when the dialog closes.
                self.saving = self.state.student_to_save().map(|(run, from)| (run, from.to_owned()));
                self.dialogs.ask(FilePurpose::SaveStudent, ctx);
            }
            Action::ExportRun => {
                self.exporting = self.state.on_show().1;
                self.dialogs.ask(FilePurpose::ExportRun, ctx);
            }
            Action::ExportRuns => self.dialogs.ask(FilePurpose::ExportRuns, ctx),
            Action::OpenRecipe => self.dialogs.ask(FilePurpose::OpenRecipe, ctx),
            Action::SaveRecipe => self.dialogs.ask(FilePurpose::SaveRecipe, ctx),
            Action::OpenDataFolder => self.dialogs.ask(FilePurpose::OpenDataFolder, ctx),
            Action::OpenDataFile => self.dialogs.ask(FilePurpose::OpenDataFile, ctx),
            Action::CopyRecipe => {
                // As it stands in the editor, where it is open.
                let typed = self.state.recipe.text.as_ref().map(|typed| typed.text.clone());
                ctx.copy_text(typed.unwrap_or_else(|| self.state.recipe.sweep.to_toml()));
                self.say(ToastKind::Done, phrase!("toast-recipe-copied"));
            }
            Action::RecipeText => {
                if let Some(text) = self.state.recipe.text.take() {
                    self.state.recipe.text_aside = Some((text, self.state.recipe.sweep.clone()));
                } else {
                    let aside = self.state.recipe.text_aside.take().filter(|(_, of)| *of == self.state.recipe.sweep);
                    let text = aside.map_or_else(|| RecipeText::of(&self.state.recipe.sweep), |(text, _)| text);
                    self.state.recipe.text = Some(text);
                }
            }
            Action::NextSample => self.step_sample(1),
            Action::PreviousSample => self.step_sample(-1),
            Action::RandomSample => {
                self.state.screen.picture = None;
                let rows = self.state.sample_rows(self.state.screen.lens.choice);
                let now = ctx.input(|input| input.time).to_bits();
                let any = Key::new(now).below(0, rows.len().max(1) as u64) as usize;
                self.state.screen.lens.row = rows.get(any).copied().unwrap_or(self.state.screen.lens.row);
            }
            Action::RaiseLensTemperature => self.scale_lens(std::f64::consts::SQRT_2),
            Action::LowerLensTemperature => self.scale_lens(std::f64::consts::FRAC_1_SQRT_2),
            Action::NextChoice => {
                let all = SampleChoice::ALL;
                let here = all.iter().position(|choice| *choice == self.state.screen.lens.choice).unwrap_or(0);
                let mut others = (1..=all.len()).map(|by| all[(here + by) % all.len()]);
                if let Some(next) = others.find(|choice| !self.state.sample_rows(*choice).is_empty()) {
                    self.choose_samples(next);
                }
            }
            Action::ToggleWeighted => self.state.screen.curves.weighted = !self.state.screen.curves.weighted,
            Action::ZoomIn => zoom(ctx, 0.1),
            Action::ZoomOut => zoom(ctx, -0.1),
            Action::ZoomReset => ctx.set_zoom_factor(1.0),
            Action::ToggleLogLoss => self.state.screen.curves.log_y = !self.state.screen.curves.log_y,
            Action::ToggleBin => self.state.screen.shows_bin = !self.state.screen.shows_bin,
            Action::ToggleTheme => {
                let dark = ctx.global_style().visuals.dark_mode;
                ctx.set_theme(if dark { egui::Theme::Light } else { egui::Theme::Dark });
            }
            Action::ResetLayout => {
                self.state.window.maximised = None;
                let workspace = self.state.window.workspace;
                self.tiles.insert(workspace, default_arrangement(workspace));
                self.rearranged(workspace);
            }
            Action::Palette => {
                let open = self.state.window.palette.is_some();
                self.state.window.palette = (!open).then(Palette::default);
            }
            Action::Notices => self.state.window.notices.shown = !self.state.window.notices.shown,
            Action::Shortcuts => self.state.window.shows_shortcuts = !self.state.window.shows_shortcuts,
            Action::Lab => self.enter(Workspace::Lab),
            Action::Compare => self.enter(Workspace::Compare),
            Action::Learn => self.enter(Workspace::Learn),
            Action::ToggleOverlay => self.state.window.shows_overlay = !self.state.window.shows_overlay,
        }
    }

    fn enter(&mut self, workspace: Workspace) {
        self.state.window.workspace = workspace;
        self.state.window.maximised = None;
    }

    fn step_sample(&mut self, by: isize) {
        self.state.screen.picture = None;
        if let Some(row) = self.state.stepped_row(by) {
            self.state.screen.lens.row = row;
        }
    }

    /// Goes to the first sample of a choice, unless the present one belongs to it.
    fn choose_samples(&mut self, choice: SampleChoice) {
        self.state.screen.picture = None;
        self.state.screen.lens.choice = choice;
        let rows = self.state.sample_rows(choice);
        let here = choice != SampleChoice::TeacherUnsure && rows.contains(&self.state.screen.lens.row);
        if let Some(first) = rows.first().filter(|_| !here) {
            self.state.screen.lens.row = *first;
        }
    }

    fn scale_lens(&mut self, by: f64) {
        self.state.window.greeting.done(Tip::Lens);
        self.state.screen.lens.temperature = (self.state.screen.lens.temperature * by).clamp(0.25, 64.0);
    }

    fn load_preset(&mut self, name: &'static str, ctx: &egui::Context) {
        match preset(name).map(Preset::sweep) {
            Some(Ok(recipe)) => {
                self.state.window.sheet = None;
                self.edit("preset", recipe, ctx);
                self.state.recipe.preset = Some(name);
                if self.state.jobs.running.is_none() {
                    self.state.screen.focus = None;
                }
            }
            Some(Err(faults)) => self.fault(faults.phrase()),
            None => {}
        }
    }

    /// Puts a run into the bin, or takes it out again; either can be undone.
    fn bin(&mut self, run: RunId, binned: bool) {
        if self.put_in_bin(run, binned) {
            self.state.history.did(Undoable::Binned(run, !binned));
        }
    }

    fn put_in_bin(&mut self, run: RunId, binned: bool) -> bool {
        let (result, done) = if binned {
            self.state.screen.overlaid.remove(&run);
            (self.store.delete_run(run), phrase!("toast-deleted", run = run))
        } else {
            (self.store.restore_run(run), phrase!("toast-restored", run = run))
        };
        let is_done = result.is_ok();
        self.told(result.map_err(|error| error.phrase()), done);
        self.reader.list();
        is_done
    }

    /// Puts back what the last change replaced, or what was undone last.
    pub(super) fn undo_or_redo(&mut self, step: fn(&mut History, Present<'_>) -> Option<Undoable>) {
        // What is put back is not what the sheet is about.
        self.state.window.sheet = None;
        let mut history = std::mem::take(&mut self.state.history);
        let put_back = step(&mut history, &|past| self.present(past));
        self.state.history = history;
        match put_back {
            None => {}
            Some(Undoable::Recipe(draft)) => {
                let Draft { sweep, text } = *draft;
                let is_it = |preset: &Preset| preset.sweep().is_ok_and(|known| known == sweep);
                self.state.recipe.preset = PRESETS.into_iter().find(is_it).map(|preset| preset.name);
                self.replace(sweep.clone());
                if let Some(text) = text {
                    self.put_text(text, &sweep);
                }
            }
            Some(Undoable::Arrangement(workspace, kept)) => self.put_arrangement(workspace, kept),
            Some(Undoable::Binned(run, binned)) => drop(self.put_in_bin(run, binned)),
        }
    }

    /// What a thing is now that was something else.
    fn present(&self, past: &Undoable) -> Undoable {
        match past {
            Undoable::Recipe(_) => Undoable::Recipe(Box::new(self.state.draft())),
            Undoable::Arrangement(workspace, _) => Undoable::Arrangement(*workspace, self.arrangement(*workspace)),
            Undoable::Binned(run, binned) => Undoable::Binned(*run, !binned),
        }
    }

    pub(super) fn edit(&mut self, field: &'static str, recipe: Sweep, ctx: &egui::Context) {
        self.edit_from(State::draft, field, recipe, ctx);
    }

    fn edit_from(
        &mut self,
        before: impl FnOnce(&State) -> Draft,
        field: &'static str,
        recipe: Sweep,
        ctx: &egui::Context,
    ) {
        self.state.window.greeting.done(Tip::Recipe);
        let mut history = std::mem::take(&mut self.state.history);
        history.edited(|| before(&self.state), field, ctx.input(|input| input.time));
        self.state.history = history;
        self.replace(recipe);
    }

    /// Puts a recipe in place. What a running job can take of it is sent once it rests.
    pub(super) fn replace(&mut self, recipe: Sweep) {
        let steered = self.state.steers();
        let before = Setting::ALL.map(|setting| self.state.setting(setting));
        self.state.put_sweep(recipe);
        self.changed = Instant::now();
        if !steered || !self.state.steers() {
            return;
        }
        for (setting, before) in Setting::ALL.into_iter().zip(before) {
            // What is swept, here or in the job, is not for a slider to move.
            let (Some(now), Some(before)) = (self.state.setting(setting), before) else { continue };
            if now.to_bits() != before.to_bits() {
                self.state.take_move(None, setting, now);
            }
        }
    }

    /// Asks for the jobs of ticked runs, each once.
    pub(super) fn load_ticked(&mut self) {
        let Self { state, reader, asked, .. } = self;
        for row in state.jobs.rows.iter().filter(|row| state.screen.overlaid.contains(&row.run)) {
            if !state.jobs.open.contains_key(&row.job) && asked.insert(row.job) {
                reader.job(row.job);
            }
        }
    }

    /// Puts a job's recipe, or what is made of it, into the panel.
    fn use_recipe(&mut self, job: JobId, made: impl FnOnce(&Sweep) -> Sweep, ctx: &egui::Context) {
        if let Some(sweep) = self.state.jobs.open.get(&job).map(|job| made(&job.sweep)) {
            self.edit("job", sweep, ctx);
        }
    }

    pub(super) fn focus(&mut self, job: JobId) {
        if self.state.screen.focus != Some(job) {
            self.state.screen.board.selected = None;
            self.state.screen.board.hovered = None;
            self.state.screen.board.brushes.clear();
        }
        self.state.screen.focus = Some(job);
        self.state.screen.picture = None;
        if !self.state.jobs.open.contains_key(&job) {
            self.reader.job(job);
        }
    }

    /// A notice that something was done, or why not.
    pub(super) fn told(&mut self, result: Result<(), Phrase>, done: Phrase) {
        match result {
            Ok(()) => self.say(ToastKind::Done, done),
            Err(fault) => self.fault(fault),
        }
    }

    pub(super) fn fault(&mut self, message: Phrase) {
        log::warn!("{message}");
        self.say(ToastKind::Fault, message);
    }

    /// A notice on the screen, and in the list of those that were there.
    pub(super) fn say(&mut self, kind: ToastKind, words: Phrase) {
        self.state.window.notices.say(kind == ToastKind::Fault, words.clone());
        self.toasts.add(kind, words);
    }
}

/// How large everything can be drawn.
pub(super) const ZOOM: std::ops::RangeInclusive<f32> = 0.8..=2.0;

fn zoom(ctx: &egui::Context, by: f32) {
    let wanted = ((ctx.zoom_factor() + by) * 10.0).round() / 10.0;
    ctx.set_zoom_factor(wanted.clamp(*ZOOM.start(), *ZOOM.end()));
}

/// Dark or light as the user chose, or as the system is.
pub(super) fn preference(dark: Option<bool>) -> egui::ThemePreference {
    match dark {
        None => egui::ThemePreference::System,
        Some(true) => egui::ThemePreference::Dark,
        Some(false) => egui::ThemePreference::Light,
    }
}
