//! Jobs that wait for the running one: their order, and what is not to run after all.

use eframe::egui::{Align, Label, Layout, RichText, Ui, vec2};

use super::duration;
use crate::command::{Action, Commands, JobCommand};
use crate::state::{State, Waiting};
use crate::text::{text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, size, space};
use crate::widgets::{Dropdown, IconButton};

/// Width of the list.
const WIDTH: f32 = 320.0;

/// A dropdown with all that wait; nothing where nothing waits.
pub(super) fn queue_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let items = state.jobs.queue.items();
    if items.is_empty() {
        return;
    }
    let count = [("count", (items.len() as u64).into())];
    let label = text_with(if state.jobs.queue.held { "queue-held" } else { "queue-waiting" }, &count);
    Dropdown::new(&text("queue"), &label).plain().stays_open().show(ui, |ui| {
        ui.set_min_width(WIDTH);
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.add(Label::new(caption(whole(state))).selectable(false));
        for (at, item) in items.iter().enumerate() {
            item_ui(ui, item, at == 0, at + 1 == items.len(), commands);
        }
        ui.add_space(space::XS);
        let key = if state.jobs.queue.held { "action-queue-go" } else { "action-queue-hold" };
        let hint = text(&format!("{}-hint", Action::HoldQueue.key()));
        if ui.selectable_label(false, text(key)).on_hover_text(hint).clicked() {
            commands.send(Action::HoldQueue);
        }
    });
}

fn item_ui(ui: &mut Ui, item: &Waiting, first: bool, last: bool, commands: &Commands) {
    ui.allocate_ui_with_layout(vec2(WIDTH, size::ROW), Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let named = |key: &str| text_with(key, &[("name", item.name.clone().into())]);
        if ui.add(IconButton::new(Icon::Close, &named("queue-remove"))).clicked() {
            commands.send(JobCommand::Unqueue(item.number));
        }
        if ui.add_enabled(!last, IconButton::new(Icon::ChevronDown, &named("queue-later"))).clicked() {
            commands.send(JobCommand::Requeue(item.number, true));
        }
        if ui.add_enabled(!first, IconButton::new(Icon::ChevronUp, &named("queue-earlier"))).clicked() {
            commands.send(JobCommand::Requeue(item.number, false));
        }
        let mut runs = text_with("queue-runs", &[("runs", item.runs.into())]);
        if let Some(seconds) = item.seconds {
            runs = format!("{runs}, {}", duration(seconds));
        }
        let colour = ui.tokens().secondary;
        ui.add(Label::new(RichText::new(runs).color(colour)).selectable(false));
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(Label::new(&item.name).selectable(false).truncate());
        });
    });
}

/// Time left for the running job and all that wait, as far as it is known.
fn whole(state: &State) -> String {
    let running = state.jobs.progress.as_ref().map(|progress| progress.seconds_left);
    let waiting = state.jobs.queue.items().iter().map(|item| item.seconds);
    let all: Option<f64> = waiting.chain([running.or(Some(0.0))]).sum();
    match all {
        Some(seconds) => text_with("queue-whole", &[("time", duration(seconds).into())]),
        None => text("queue-title"),
    }
}
