//! Says for as long as it is so that runs are kept in a temporary store, and asks before they are lost.

use eframe::egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Ui};

use crate::command::{Commands, WindowCommand};
use crate::state::{Farewell, State};
use crate::text::{text, text_with};
use crate::theme::{UiTokens as _, size, space, title};
use crate::widgets::primary_button;

/// Width of the question.
const WIDTH: f32 = 440.0;

/// A strip below the bar, while the store is a temporary one.
pub fn temporary_strip_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(store) = &state.window.temporary else { return };
    let frame = Frame::new().fill(ui.tokens().control).inner_margin(Margin::symmetric(space::M as i8, 2));
    Panel::top("temporary store").frame(frame).exact_size(size::ROW + 4.0).resizable(false).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(text("temporary-keep")).clicked() {
                commands.send(WindowCommand::Farewell(Farewell::Keep));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let words = text_with("temporary-store", &[("path", store.path.display().to_string().into())]);
                let label = Label::new(RichText::new(&words).color(ui.tokens().bad)).truncate();
                ui.add(label).on_hover_text(words);
            });
        });
    });
}

/// The question on closing.
pub fn farewell_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    // A path that is asked for in the window itself comes first.
    if !state.window.temporary.as_ref().is_some_and(|store| store.asks) || state.window.path_field.is_some() {
        return;
    }
    let modal = super::modal(ui, "farewell").show(ui, |ui| {
        ui.set_width(WIDTH.min(super::sheet_room(ui).x));
        ui.spacing_mut().item_spacing.y = space::S;
        ui.label(title(text("temporary-question")));
        ui.label(text("temporary-question-hint"));
        ui.horizontal(|ui| {
            if primary_button(ui, None, &text("temporary-keep")).clicked() {
                commands.send(WindowCommand::Farewell(Farewell::Keep));
            }
            if ui.button(text("temporary-let-go")).clicked() {
                commands.send(WindowCommand::Farewell(Farewell::LetGo));
            }
            if ui.button(text("path-cancel")).clicked() {
                commands.send(WindowCommand::Farewell(Farewell::Stay));
            }
        });
    });
    if modal.should_close() {
        commands.send(WindowCommand::Farewell(Farewell::Stay));
    }
}
