//! Pictures of panels to take away: what a panel draws, with a heading and a caption, and without its controls.

use eframe::egui::Ui;

use crate::command::{Commands, WindowCommand};
use crate::state::{Pane, State};
use crate::text::text;
use crate::widgets::Dropdown;

/// The menu in a panel's title row with which its picture is taken away.
pub(super) fn figure_menu_ui(ui: &mut Ui, panel: Pane, _state: &State, commands: &Commands) {
    Dropdown::new(&text("figure-menu"), &text("figure-menu-short")).plain().show(ui, |ui| {
        let entries =
            [("figure-save", WindowCommand::SaveFigure(panel)), ("figure-copy", WindowCommand::CopyFigure(panel))];
        for (key, command) in entries {
            if ui.selectable_label(false, text(key)).on_hover_text(text(&format!("{key}-hint"))).clicked() {
                commands.send(command);
            }
        }
    });
}
