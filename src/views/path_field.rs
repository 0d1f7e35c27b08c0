//! A path typed into the window, where no file dialog can open.

use eframe::egui::text::{CCursor, CCursorRange};
use eframe::egui::text_edit::TextEditState;
use eframe::egui::{self, Key, Ui};

use crate::command::{Commands, WindowCommand};
use crate::state::{FilePurpose, State};
use crate::text::text;
use crate::theme::{space, title};
use crate::widgets::primary_button;

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
        FilePurpose::OpenDataFile => "path-open-table",
        FilePurpose::KeepStore => "path-keep-store",
    }
}

/// A small dialog over the window, while a path is asked for.
pub fn path_field_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(field) = &state.window.path_field else { return };
    let modal = super::modal(ui, "path field").show(ui, |ui| {
        ui.set_width(440.0_f32.min(super::sheet_room(ui).x));
        ui.spacing_mut().item_spacing.y = space::S;
        let label = ui.label(title(text(path_key(field.purpose))));
        ui.label(text("path-hint"));
        let mut typed = field.text.clone();
        let edit = egui::TextEdit::singleline(&mut typed).desired_width(f32::INFINITY);
        let response = ui.add(edit).labelled_by(label.id);
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        // It is what the sheet is there for, with its text ready to be typed over; the buttons are a Tab away.
        if !enter && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
            let mut state = TextEditState::load(ui.ctx(), response.id).unwrap_or_default();
            state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), CCursor::new(typed.chars().count()))));
            state.store(ui.ctx(), response.id);
        }
        if response.changed() {
            commands.send(WindowCommand::TypePath(typed));
        }
        ui.horizontal(|ui| {
            if primary_button(ui, None, &text("path-accept")).clicked() || enter {
                commands.send(WindowCommand::EndPath(true));
            }
            if ui.button(text("path-cancel")).clicked() {
                commands.send(WindowCommand::EndPath(false));
            }
        });
    });
    if modal.should_close() {
        commands.send(WindowCommand::EndPath(false));
    }
}
