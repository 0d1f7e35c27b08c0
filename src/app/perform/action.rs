//! Performs actions.

use eframe::egui;

use super::ZOOM;
use crate::app::App;
use crate::app::tiles::default_arrangement;
use crate::command::Action;
use crate::protocol::Request;
use crate::rng::Key;
use crate::state::{FilePurpose, History, Palette, Paste, QueuedJob, RecipeText, SampleChoice, Tip, Workspace};
use crate::text::phrase;
use crate::widgets::ToastKind;

impl App {
    pub(super) fn act(&mut self, action: Action, ctx: &egui::Context) {
        if !action.enabled(&self.state) {
            return;
        }
        match action {
            Action::Distil => self.distil(),
            Action::HoldQueue => self.state.jobs.queue.held = !self.state.jobs.queue.held,
            Action::PauseOrPlay => {
                let request = if self.state.is_paused() { Request::Play } else { Request::Pause };
                self.worker.send(request);
            }
            Action::StepOnce => drop(self.worker.send(Request::StepOnce)),
            Action::Stop => drop(self.worker.send(Request::Stop)),
            Action::Undo => self.undo_or_redo(History::undo),
            Action::Redo => self.undo_or_redo(History::redo),
            Action::OpenTeacher
            | Action::OpenRecipe
            | Action::SaveRecipe
            | Action::OpenDataFolder
            | Action::OpenDataFile
            | Action::OpenPhoto
            | Action::SaveStudent
            | Action::ExportRun
            | Action::ExportRuns => self.ask_file(action, ctx),
            Action::CopyRecipe => self.copy_recipe(ctx),
            Action::PasteRecipe => self.state.window.paste = Some(Paste::default()),
            Action::RecipeText => self.switch_recipe_text(),
            Action::CopyPicture => self.ask_picture(ctx),
            Action::NextSample => self.step_sample(1),
            Action::PreviousSample => self.step_sample(-1),
            Action::RandomSample => self.show_any_sample(ctx),
            Action::RaiseLensTemperature => self.scale_lens(std::f64::consts::SQRT_2, ctx),
            Action::LowerLensTemperature => self.scale_lens(std::f64::consts::FRAC_1_SQRT_2, ctx),
            Action::NextChoice => self.choose_next(),
            Action::ToggleTokens => self.state.screen.lens.tokens = !self.state.screen.lens.tokens,
            Action::ToggleBiases => self.state.screen.lens.biases = !self.state.screen.lens.biases,
            Action::PlayTemperature => self.play_temperature(ctx),
            Action::ToggleMoment => self.toggle_moment(),
            Action::SaveFigure => self.ask_figure(self.state.figure_panel(), ctx),
            Action::CopyFigure => self.copy_figure(self.state.figure_panel(), ctx),
            Action::SavePage => self.ask_page(),
            Action::ToggleWeighted => self.state.screen.curves.weighted = !self.state.screen.curves.weighted,
            Action::ZoomIn => zoom(ctx, 0.1),
            Action::ZoomOut => zoom(ctx, -0.1),
            Action::ZoomReset => ctx.set_zoom_factor(1.0),
            Action::ToggleLogLoss => self.state.screen.curves.log_y = !self.state.screen.curves.log_y,
            Action::ToggleBin => self.state.screen.shows_bin = !self.state.screen.shows_bin,
            Action::ToggleTheme => toggle_theme(ctx),
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
            Action::Methods => {
                let here = self.state.recipe.sweep.base.distill.method();
                self.state.window.method = self.state.window.method.is_none().then_some(here);
            }
            Action::Shortcuts => self.state.window.shows_shortcuts = !self.state.window.shows_shortcuts,
            Action::Lab => self.enter(Workspace::Lab),
            Action::Compare => self.enter(Workspace::Compare),
            Action::Learn => {
                self.state.window.greeting.done(Tip::Lessons);
                self.lessons.shown = self.lessons.shown.filter(|shown| *shown);
                self.enter(Workspace::Learn);
            }
            Action::Lessons => self.show_lessons(ctx),
            Action::NextPage => self.turn_page(1, ctx),
            Action::PreviousPage => self.turn_page(-1, ctx),
            Action::Projector => self.toggle_projector(ctx),
            Action::ToggleOverlay => self.state.window.shows_overlay = !self.state.window.shows_overlay,
        }
    }

    /// Asks for the file that an action reads or writes.
    fn ask_file(&mut self, action: Action, ctx: &egui::Context) {
        let purpose = match action {
            Action::SaveStudent => {
                // This one, whatever is on show when the dialog closes.
                self.saving = self.state.student_to_save().map(|(run, from)| (run, from.to_owned()));
                FilePurpose::SaveStudent
            }
            Action::ExportRun => {
                self.exporting = self.state.on_show().1;
                FilePurpose::ExportRun
            }
            Action::ExportRuns => FilePurpose::ExportRuns,
            Action::OpenRecipe => FilePurpose::OpenRecipe,
            Action::SaveRecipe => FilePurpose::SaveRecipe,
            Action::OpenDataFolder => FilePurpose::OpenDataFolder,
            Action::OpenDataFile => FilePurpose::OpenDataFile,
            Action::OpenPhoto => FilePurpose::OpenPhoto,
            _ => FilePurpose::OpenTeacher,
        };
        self.dialogs.ask(purpose, ctx);
    }

    /// Runs the recipe, or lets it wait for the running job.
    fn distil(&mut self) {
        self.state.window.greeting.done(Tip::Distil);
        // What could not be read may be there by now.
        if self.state.recipe.preview_fault.is_some() {
            self.previewed = None;
        }
        self.ask_for(QueuedJob::New(self.state.recipe.sweep.to_toml()));
    }

    /// Copies the recipe, as it stands in the editor where that is open.
    fn copy_recipe(&mut self, ctx: &egui::Context) {
        // As it stands in the editor, where it is open.
        let typed = self.state.recipe.text.as_ref().map(|typed| typed.text.clone());
        ctx.copy_text(typed.unwrap_or_else(|| self.state.recipe.sweep.to_toml()));
        self.say(ToastKind::Done, phrase!("toast-recipe-copied"));
    }

    /// Shows the recipe as text, or as the panel again; comments and faults of the text come back with it.
    fn switch_recipe_text(&mut self) {
        if let Some(text) = self.state.recipe.text.take() {
            self.state.recipe.text_aside = Some((text, self.state.recipe.sweep.clone()));
        } else {
            let aside = self.state.recipe.text_aside.take().filter(|(_, of)| *of == self.state.recipe.sweep);
            let text = aside.map_or_else(|| RecipeText::of(&self.state.recipe.sweep), |(text, _)| text);
            self.state.recipe.text = Some(text);
        }
    }

    /// Lets the lens look at any sample of its choice.
    fn show_any_sample(&mut self, ctx: &egui::Context) {
        self.state.screen.picture = None;
        let rows = self.state.sample_rows(self.state.screen.lens.choice);
        let now = ctx.input(|input| input.time).to_bits();
        let any = Key::new(now).below(0, rows.len().max(1) as u64) as usize;
        self.state.screen.lens.row = rows.get(any).copied().unwrap_or(self.state.screen.lens.row);
    }

    /// Goes on to the next choice of samples that has any.
    fn choose_next(&mut self) {
        let all = SampleChoice::ALL;
        let here = all.iter().position(|choice| *choice == self.state.screen.lens.choice).unwrap_or(0);
        let mut others = (1..=all.len()).map(|by| all[(here + by) % all.len()]);
        if let Some(next) = others.find(|choice| !self.state.sample_rows(*choice).is_empty()) {
            self.choose_samples(next);
        }
    }
}

fn toggle_theme(ctx: &egui::Context) {
    let dark = ctx.global_style().visuals.dark_mode;
    ctx.set_theme(if dark { egui::Theme::Light } else { egui::Theme::Dark });
}

fn zoom(ctx: &egui::Context, by: f32) {
    let wanted = ((ctx.zoom_factor() + by) * 10.0).round() / 10.0;
    ctx.set_zoom_factor(wanted.clamp(*ZOOM.start(), *ZOOM.end()));
}
