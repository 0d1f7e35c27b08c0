//! One panel for a room, and below it, small, what moves it.

use eframe::egui::{Align, CentralPanel, Frame, Label, Layout, Margin, Panel, Ui};

use super::panel_key;
use crate::command::{Action, Commands, WindowCommand};
use crate::state::{LensPage, Pane, State};
use crate::text::{number, text, text_with};
use crate::theme::{Icon, UiTokens as _, space, value};
use crate::widgets::{Dropdown, IconButton};

/// Height of the row at the bottom.
const FOOT: f32 = 36.0;

/// Panels that can be shown to a room, in the order in which one goes through them.
pub const PROJECTED: [Pane; 7] =
    [Pane::Lens, Pane::Dark, Pane::Samples, Pane::Quality, Pane::Loss, Pane::Anatomy, Pane::Board];

/// Fills the screen.
pub fn projector_ui(ui: &mut Ui, panel: Pane, state: &State, commands: &Commands, contents: impl FnOnce(&mut Ui)) {
    let margin = Margin::symmetric(space::M as i8, 2);
    let frame = Frame::new().fill(ui.tokens().panel).inner_margin(margin);
    Panel::bottom("projector").frame(frame).exact_size(FOOT).resizable(false).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| foot_ui(ui, panel, state, commands));
    });
    CentralPanel::no_frame().show(ui, contents);
}

fn foot_ui(ui: &mut Ui, panel: Pane, state: &State, commands: &Commands) {
    let name = text(panel_key(panel));
    Dropdown::new(&text("action-projector"), &name).width(150.0).show(ui, |ui| {
        for other in PROJECTED {
            if ui.selectable_label(other == panel, text(panel_key(other))).clicked() {
                commands.send(WindowCommand::Projector(Some(other)));
                ui.close();
            }
        }
    });
    let has_t =
        matches!(panel, Pane::Lens | Pane::Dark) && !(panel == Pane::Lens && state.screen.lens.page == LensPage::OverT);
    if has_t {
        ui.add_space(space::S);
        let lower = text("projector-lower");
        if ui.add(IconButton::new(Icon::Minus, &lower).framed()).clicked() {
            commands.send(Action::LowerLensTemperature);
        }
        let t = number::setting(state.screen.lens.temperature);
        ui.add(Label::new(value(text_with("projector-t", &[("temperature", t.into())]))).selectable(false));
        let raise = text("projector-raise");
        if ui.add(IconButton::new(Icon::Plus, &raise).framed()).clicked() {
            commands.send(Action::RaiseLensTemperature);
        }
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let end = text("projector-end");
        if ui.add(IconButton::new(Icon::Close, &end).framed()).clicked() {
            commands.send(WindowCommand::Projector(None));
        }
        let words = eframe::egui::RichText::new(text("projector-keys")).color(ui.tokens().secondary);
        ui.add(Label::new(words).selectable(false).truncate());
    });
}
