//! Performs what concerns the recipe panel and what is opened into it.

use std::time::Instant;

use eframe::egui;

use crate::app::App;
use crate::app::tiles::bring_up;
use crate::command::{Action, RecipeCommand};
use crate::distill::Course;
use crate::protocol::{JobId, Setting};
use crate::recipe::{Preset, Recipe, Sweep, preset};
use crate::state::{Draft, Pane, Section, State, Tip, Undoable};
use crate::text::phrase;
use crate::views;
use crate::widgets::ToastKind;

impl App {
    pub(super) fn recipe(&mut self, command: RecipeCommand, ctx: &egui::Context) {
        match command {
            RecipeCommand::Preset(name) => self.load_preset(name, ctx),
            RecipeCommand::Edit(field, recipe) => self.edit(field, *recipe, ctx),
            RecipeCommand::Type(typed) => {
                let before = self.state.draft();
                let Some(text) = &mut self.state.recipe.text else { return };
                if let Some(sweep) = text.typed(typed)
                    && sweep != self.state.recipe.sweep
                {
                    self.edit_from(|_| before, "text", sweep, ctx);
                }
            }
            RecipeCommand::PutSource(source) => self.put_source(*source),
            RecipeCommand::OpenSheet => self.open_sheet(),
            RecipeCommand::CloseSheet(accepted) => self.close_sheet(accepted),
            RecipeCommand::Unfold(section, true) => drop(self.state.recipe.unfolded.insert(section)),
            RecipeCommand::Unfold(section, false) => drop(self.state.recipe.unfolded.remove(&section)),
            RecipeCommand::GoTo(path) => self.go_to(path, ctx),
            RecipeCommand::Use(job) => self.use_recipe(job, Sweep::clone, ctx),
            RecipeCommand::UseRun(run) => {
                if let Some(recipe) = self.state.jobs.recipes.get(&run) {
                    self.edit("job", Sweep::from(Recipe::clone(recipe)), ctx);
                }
            }
            RecipeCommand::CopyRun(run) => {
                if let Some(recipe) = self.state.jobs.recipes.get(&run) {
                    ctx.copy_text(recipe.to_toml());
                    self.say(ToastKind::Done, phrase!("toast-recipe-copied"));
                }
            }
            RecipeCommand::Try(job, remedy) => {
                self.use_recipe(job, |sweep| remedy.apply(sweep), ctx);
                self.act(Action::Distil, ctx);
            }
        }
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

    pub(in crate::app) fn edit(&mut self, field: &'static str, recipe: Sweep, ctx: &egui::Context) {
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
        history.edited(|| Undoable::Recipe(Box::new(before(&self.state))), field, ctx.input(|input| input.time));
        self.state.history = history;
        self.replace(recipe);
    }

    /// Puts a recipe in place. What a running job can take of it is sent once it rests.
    pub(in crate::app) fn replace(&mut self, recipe: Sweep) {
        let steered = self.state.steers();
        let of = |state: &State| Setting::of(state.recipe.sweep.base.distill.method());
        let before: Vec<_> = of(&self.state).into_iter().map(|it| (it, self.state.setting(it))).collect();
        let recipe = self.as_of_lesson(recipe);
        self.state.put_sweep(recipe);
        self.changed = Instant::now();
        if !steered || !self.state.steers() {
            return;
        }
        for (setting, before) in before {
            // What is swept, here or in the job, is not for a slider to move.
            let (Some(now), Some(before)) = (self.state.setting(setting), before) else { continue };
            match now {
                Course::Fixed(to) if now != before => self.state.take_move(None, setting, to),
                // A change that the job does not know yet was taken back.
                Course::Moving(_) if now != before => self.state.forget_move(setting),
                _ => {}
            }
        }
    }

    /// Puts a job's recipe, or what is made of it, into the panel.
    fn use_recipe(&mut self, job: JobId, made: impl FnOnce(&Sweep) -> Sweep, ctx: &egui::Context) {
        if let Some(sweep) = self.state.jobs.open.get(&job).map(|job| made(&job.sweep)) {
            self.edit("job", sweep, ctx);
        }
    }

    /// Shows the control of a field and gives it the keyboard.
    fn go_to(&mut self, path: &'static str, ctx: &egui::Context) {
        // Its controls stand where its text is.
        if self.state.recipe.text.is_some() {
            self.act(Action::RecipeText, ctx);
        }
        self.state.recipe.unfolded.extend(Section::of(path));
        self.state.window.maximised = self.state.window.maximised.filter(|panel| *panel == Pane::Recipe);
        if let Some(tree) = self.tiles.get_mut(&self.state.window.workspace) {
            bring_up(tree, Pane::Recipe);
        }
        views::go_to(ctx, path);
    }
}
