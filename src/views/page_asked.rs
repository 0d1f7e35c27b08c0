//! What goes along with the lens for a browser, before it is written.

use eframe::egui::{Label, Ui};

use super::modal;
use crate::command::{Commands, WindowCommand};
use crate::state::State;
use crate::text::text;
use crate::theme::{caption, space, title};
use crate::widgets::primary_button;

/// A sheet over the window, while it is asked.
pub fn page_asked_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(says) = &state.window.page_says else { return };
    let shown = modal(ui, "lens for a browser").show(ui, |ui| {
        ui.set_width(380.0);
        ui.spacing_mut().item_spacing.y = space::S;
        ui.add(Label::new(title(text("page-title"))));
        ui.add(Label::new(says.words()).wrap());
        ui.add(Label::new(caption(text("page-who"))).wrap());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            if primary_button(ui, None, &text("page-write")).clicked() {
                commands.send(WindowCommand::EndPage(true));
            }
            if ui.button(text("page-cancel")).clicked() {
                commands.send(WindowCommand::EndPage(false));
            }
        });
    });
    if shown.should_close() {
        commands.send(WindowCommand::EndPage(false));
    }
}
