//! Another library's recipe, pasted: what its alpha and T come to, before it is taken.

use eframe::egui::{self, ScrollArea, Ui};

use crate::command::{Commands, WindowCommand};
use crate::recipe::Library;
use crate::state::{Paste, State};
use crate::text::{Phrase, text};
use crate::theme::{UiTokens as _, caption, space, title};
use crate::widgets::{Dropdown, primary_button};

/// A sheet over the window, while one is asked for.
pub fn paste_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(paste) = &state.window.paste else { return };
    let modal = super::modal(ui, "paste").show(ui, |ui| {
        ui.set_width(560.0_f32.min(super::sheet_room(ui).x));
        ui.spacing_mut().item_spacing.y = space::S;
        let label = ui.label(title(text("paste-title")));
        ui.label(text("paste-hint"));
        library_ui(ui, paste, commands);
        let mut typed = paste.text.clone();
        let edit = egui::TextEdit::multiline(&mut typed)
            .code_editor()
            .hint_text("alpha = 0.9, T = 4")
            .desired_rows(8)
            .desired_width(f32::INFINITY);
        let response = ScrollArea::vertical().max_height(220.0).show(ui, |ui| ui.add(edit)).inner;
        if ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        if response.labelled_by(label.id).changed() {
            commands.send(WindowCommand::TypePaste(typed));
        }
        let converted = state.pasted();
        let quiet = ui.tokens().secondary;
        match &converted {
            None => {}
            Some(Ok(converted)) => {
                for said in &converted.says {
                    ui.add(egui::Label::new(caption(said.words()).color(quiet)).wrap());
                }
            }
            Some(Err(faults)) => {
                let colour = ui.tokens().bad;
                for fault in faults {
                    ui.add(egui::Label::new(caption(Phrase::words(fault)).color(colour)).wrap());
                }
            }
        }
        ui.horizontal(|ui| {
            let is_good = matches!(converted, Some(Ok(_)));
            let accepted = ui.add_enabled_ui(is_good, |ui| primary_button(ui, None, &text("paste-accept")).clicked());
            if accepted.inner {
                commands.send(WindowCommand::EndPaste(true));
            }
            if ui.button(text("path-cancel")).clicked() {
                commands.send(WindowCommand::EndPaste(false));
            }
        });
    });
    if modal.should_close() {
        commands.send(WindowCommand::EndPaste(false));
    }
}

fn library_ui(ui: &mut Ui, paste: &Paste, commands: &Commands) {
    let library = paste.library();
    let shown = library.map_or_else(|| text("paste-which"), |library| library.name().to_owned());
    Dropdown::new(&text("paste-library"), &shown).show(ui, |ui| {
        for (name, other) in Library::NAMES {
            if ui.selectable_label(Some(other) == library, name).clicked() {
                commands.send(WindowCommand::PasteFrom(other));
            }
        }
    });
}
