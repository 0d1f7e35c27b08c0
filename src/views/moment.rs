//! The strip with which one moves through a training: panels show the run as it was after a step.

use eframe::egui::{Align, Frame, Label, Layout, Panel, Ui};

use crate::command::{Action, Commands, LensCommand};
use crate::state::State;
use crate::text::{Phrase, grouped, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, space};
use crate::views::{action_button, icon_of};
use crate::widgets::{IconButton, StepRail};

/// Height of the strip.
const HEIGHT: f32 = 34.0;

/// Below the panels, while it is open.
pub fn moment_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(moment) = &state.screen.moment else { return };
    let frame = Frame::new().fill(ui.tokens().window);
    Panel::bottom("moment").frame(frame).exact_size(HEIGHT).resizable(false).show(ui, |ui| {
        let row = ui.max_rect().shrink2(eframe::egui::vec2(space::M, 0.0));
        let row = eframe::egui::UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center));
        let mut ui = ui.new_child(row);
        let ui = &mut ui;
        ui.spacing_mut().item_spacing.x = space::S;
        let Some(view) = state.moment_view() else {
            let words = moment.fault.as_ref().map_or_else(|| text("moment-loading"), Phrase::words);
            ui.add(Label::new(caption(words)).truncate());
            close_ui(ui, state, commands);
            return;
        };
        let (icon, key) = if moment.playing { (Icon::Pause, "moment-pause") } else { (Icon::Play, "moment-play") };
        if ui.add(IconButton::new(icon, &text(key)).hint(&text(&format!("{key}-hint")))).clicked() {
            commands.send(LensCommand::PlayMoment(!moment.playing));
        }
        for (by, icon, key) in [(-1_isize, Icon::ChevronLeft, "moment-back"), (1, Icon::ChevronRight, "moment-on")] {
            let to = view.at.saturating_add_signed(by).min(view.steps.len() - 1);
            let name = text(key);
            if ui.add_enabled(to != view.at, IconButton::new(icon, &name)).clicked() {
                commands.send(LensCommand::Moment(Some(view.steps[to])));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            action_button(ui, Action::ToggleMoment, false, state, commands);
            let newest = ui.add_enabled(!view.is_newest, eframe::egui::Button::new(text("moment-newest")));
            if newest.on_hover_text(text("moment-newest-hint")).clicked() {
                commands.send(LensCommand::Moment(None));
            }
            let step = view.steps[view.at];
            let epochs = step as f64 / view.run.steps_per_epoch.max(1) as f64;
            let args = [
                ("run", view.run.run.to_string().into()),
                ("step", grouped(step).into()),
                ("steps", grouped(view.run.steps).into()),
                ("epoch", number::significant(epochs, 3).into()),
            ];
            let words = ui.add(Label::new(caption(text_with("moment-at", &args))).selectable(false));
            if view.thinned {
                words.on_hover_text(text("moment-thinned"));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let rail =
                    StepRail { name: &text("moment-rail"), steps: &view.steps, at: view.at, last: view.run.steps };
                if let Some(at) = rail.show(ui) {
                    commands.send(LensCommand::Moment(Some(view.steps[at])));
                }
            });
        });
    });
}

fn close_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let name = text("moment-close");
        if ui.add(IconButton::new(icon_of(Action::ToggleMoment, state), &name)).clicked() {
            commands.send(Action::ToggleMoment);
        }
    });
}
