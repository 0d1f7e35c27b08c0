//! How the picture of a panel is asked for, and the heading that it has.

use eframe::egui::{Label, Ui};

use crate::command::{Commands, WindowCommand};
use crate::state::Pane;
use crate::text::text;
use crate::theme::{Icon, space, value};
use crate::widgets::{Dropdown, IconButton};

/// A heading over a picture.
pub(super) fn heading_ui(ui: &mut Ui, words: String) {
    ui.add(Label::new(value(words)).wrap());
    ui.add_space(space::S);
}

/// A button in a panel's title row with which its picture is written to a file.
pub(super) fn picture_ui(ui: &mut Ui, panel: Pane, commands: &Commands) {
    let (name, hint) = (text("figure-save"), text("figure-save-hint"));
    if ui.add(IconButton::new(Icon::Save, &name).hint(&hint)).clicked() {
        commands.send(WindowCommand::SaveFigure(panel));
    }
}

/// The menu in a panel's title row with which its picture is taken away.
pub(super) fn figure_menu_ui(ui: &mut Ui, panel: Pane, commands: &Commands) {
    Dropdown::new(&text("figure-menu"), &text("figure-menu-short")).plain().show(ui, |ui| {
        figure_entries_ui(ui, panel, commands);
    });
}

/// What can be done with a picture.
pub(super) fn figure_entries_ui(ui: &mut Ui, panel: Pane, commands: &Commands) {
    let entries =
        [("figure-save", WindowCommand::SaveFigure(panel)), ("figure-copy", WindowCommand::CopyFigure(panel))];
    for (key, command) in entries {
        if ui.selectable_label(false, text(key)).on_hover_text(text(&format!("{key}-hint"))).clicked() {
            commands.send(command);
        }
    }
}
