//! A path typed into the window, where no file dialog can open.

use eframe::egui::Ui;

use super::asked::{Asked, asked_ui};
use crate::command::{Commands, WindowCommand};
use crate::state::{FilePurpose, State};
use crate::text::text;

/// The key of the question that a path answers.
pub fn path_key(purpose: FilePurpose) -> &'static str {
    match purpose {
        FilePurpose::OpenTeacher => "path-open-teacher",
        FilePurpose::SaveStudent => "path-save-student",
        FilePurpose::ExportRun => "path-export-run",
        FilePurpose::ExportRuns => "path-export-runs",
        FilePurpose::OpenRecipe => "path-open-recipe",
        FilePurpose::SaveRecipe => "path-save-recipe",
        FilePurpose::OpenDataFolder => "path-open-folder",
        FilePurpose::OpenLesson => "path-open-lesson",
        FilePurpose::OpenDataFile => "path-open-table",
        FilePurpose::KeepStore => "path-keep-store",
        FilePurpose::OpenPhoto => "path-open-photo",
        FilePurpose::SaveFigure => "path-save-figure",
        FilePurpose::SavePage => "path-save-page",
    }
}

/// A small dialog over the window, while a path is asked for.
pub fn path_field_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(field) = &state.window.path_field else { return };
    match asked_ui(ui, "path field", &text(path_key(field.purpose)), &text("path-hint"), &field.text) {
        Asked::Waits => {}
        Asked::Typed(typed) => commands.send(WindowCommand::TypePath(typed)),
        Asked::Accepted => commands.send(WindowCommand::EndPath(true)),
        Asked::Given => commands.send(WindowCommand::EndPath(false)),
    }
}
