//! What the list offers for one run: its menu, the recipe with which it was trained, another name for its job.

use eframe::egui::{Label, Response, ScrollArea, Ui};

use super::asked::{Asked, asked_ui};
use super::button_ui;
use super::cards::shown_title;
use crate::command::{Commands, JobCommand, RecipeCommand, ScreenCommand, WindowCommand};
use crate::runs::RunRow;
use crate::state::State;
use crate::text::{text, text_with};
use crate::theme::{UiTokens as _, code, size, space, title};
use crate::widgets::primary_button;

/// All that can be done with a run; in a menu.
pub(super) fn run_menu_ui(ui: &mut Ui, row: &RunRow, state: &State, commands: &Commands) {
    ui.set_min_width(180.0);
    if button_ui(ui, "run-show") {
        commands.send(ScreenCommand::Focus(row.job));
    }
    ui.separator();
    if state.jobs.recipes.contains_key(&row.run) {
        if button_ui(ui, "run-recipe") {
            commands.send(WindowCommand::ShowRecipe(Some(row.run)));
        }
        if button_ui(ui, "run-use") {
            commands.send(RecipeCommand::UseRun(row.run));
        }
        if button_ui(ui, "run-copy") {
            commands.send(RecipeCommand::CopyRun(row.run));
        }
        ui.separator();
    }
    if button_ui(ui, "run-rename") {
        commands.send(WindowCommand::Rename(row.job, shown_title(&row.title)));
    }
    if row.deleted {
        if ui.button(text_with("runs-restore", &[("run", row.run.to_string().into())])).clicked() {
            commands.send(JobCommand::Restore(row.run));
        }
    } else if state.jobs.running != Some(row.job)
        && ui.button(text_with("runs-delete", &[("run", row.run.to_string().into())])).clicked()
    {
        commands.send(JobCommand::Delete(row.run));
    }
}

/// The recipe of a run over the window, while it is asked for.
pub fn kept_recipe_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some((run, recipe)) = state.window.recipe_of.and_then(|run| Some((run, state.jobs.recipes.get(&run)?))) else {
        return;
    };
    let modal = super::modal(ui, "kept recipe").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        let room = super::sheet_room(ui);
        ui.set_width(560.0_f32.min(room.x));
        ui.label(title(text_with("run-recipe-of", &[("run", run.to_string().into())])));
        let scroll = ScrollArea::vertical().max_height(room.y - 4.0 * size::ROW).auto_shrink([false, true]);
        scroll.show(ui, |ui| {
            let colour = ui.tokens().text;
            ui.add(Label::new(code(recipe.to_toml()).color(colour)).wrap());
        });
        ui.horizontal(|ui| {
            if primary_button(ui, None, &text("run-use")).on_hover_text(text("run-use-hint")).clicked() {
                commands.send(RecipeCommand::UseRun(run));
                commands.send(WindowCommand::ShowRecipe(None));
            }
            if button_ui(ui, "run-copy") {
                commands.send(RecipeCommand::CopyRun(run));
            }
            if ui.button(text("shortcuts-close")).clicked() {
                commands.send(WindowCommand::ShowRecipe(None));
            }
        });
    });
    if modal.should_close() {
        commands.send(WindowCommand::ShowRecipe(None));
    }
}

/// Asks for another name, while that is wanted.
pub fn rename_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some((job, name)) = &state.window.rename else { return };
    let question = text_with("run-rename-job", &[("job", job.to_string().into())]);
    match asked_ui(ui, "rename", &question, &text("run-rename-hint"), name) {
        Asked::Waits => {}
        Asked::Typed(typed) => commands.send(WindowCommand::Rename(*job, typed)),
        Asked::Accepted => commands.send(WindowCommand::EndRename(true)),
        Asked::Given => commands.send(WindowCommand::EndRename(false)),
    }
}

/// The menu of a run where its line is pressed with the other button.
pub(super) fn run_context(response: &Response, row: &RunRow, state: &State, commands: &Commands) {
    response.context_menu(|ui| run_menu_ui(ui, row, state, commands));
}
