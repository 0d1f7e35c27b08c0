//! What the window has said: notices leave the screen by themselves and can be read again here.

use std::time::SystemTime;

use eframe::egui::{Label, RichText, ScrollArea, Ui};

use super::runs::ago;
use crate::command::{Action, Commands, WindowCommand};
use crate::state::{Notice, State};
use crate::text::text;
use crate::theme::{UiTokens as _, caption, size, space, title};
use crate::widgets::dot_ui;

/// Width of the list.
const WIDTH: f32 = 560.0;

/// Height of the list where there is room for it.
const TALLEST: f32 = 360.0;

/// A list over the window, while it is asked for.
pub fn notices_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    if !state.window.notices.shown {
        return;
    }
    let modal = super::modal(ui, "notices").show(ui, |ui| {
        let room = super::sheet_room(ui);
        ui.set_width(WIDTH.min(room.x));
        ui.spacing_mut().item_spacing.y = space::S;
        ui.label(title(text(Action::Notices.key())));
        if state.window.notices.said.is_empty() {
            ui.add(Label::new(caption(text("notices-none"))));
        }
        let tallest = TALLEST.min(room.y - 3.0 * size::ROW);
        ScrollArea::vertical().max_height(tallest).auto_shrink([false, true]).show(ui, |ui| {
            for notice in &state.window.notices.said {
                notice_ui(ui, notice);
            }
        });
        ui.horizontal(|ui| {
            if ui.button(text("shortcuts-close")).clicked() {
                commands.send(WindowCommand::CloseNotices);
            }
            if !state.window.notices.said.is_empty() && ui.button(text("notices-copy")).clicked() {
                let lines: Vec<String> =
                    state.window.notices.said.iter().map(|notice| notice.message.words()).collect();
                ui.ctx().copy_text(lines.join("\n"));
            }
        });
    });
    if modal.should_close() {
        commands.send(WindowCommand::CloseNotices);
    }
}

fn notice_ui(ui: &mut Ui, notice: &Notice) {
    let tokens = ui.tokens();
    ui.horizontal_top(|ui| {
        dot_ui(ui, if notice.is_fault { tokens.bad } else { tokens.good });
        let at = notice.at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        ui.add_sized([64.0, 0.0], Label::new(RichText::new(ago(at)).color(tokens.secondary)));
        ui.add(Label::new(notice.message.words()).wrap().selectable(true));
    });
}
