//! A line of text that is asked for over the window.

use eframe::egui::text::{CCursor, CCursorRange};
use eframe::egui::text_edit::TextEditState;
use eframe::egui::{self, Key, Ui};

use crate::text::text;
use crate::theme::{space, title};
use crate::widgets::primary_button;

/// What became of it in this frame.
pub(super) enum Asked {
    /// Nothing.
    Waits,
    /// It was typed in.
    Typed(String),
    /// It is as it should be.
    Accepted,
    /// It is given up.
    Given,
}

/// Asks for text, which is ready to be typed over.
pub(super) fn asked_ui(ui: &mut Ui, name: &'static str, question: &str, hint: &str, so_far: &str) -> Asked {
    let mut asked = Asked::Waits;
    let modal = super::modal(ui, name).show(ui, |ui| {
        ui.set_width(440.0_f32.min(super::sheet_room(ui).x));
        ui.spacing_mut().item_spacing.y = space::S;
        let label = ui.label(title(question));
        ui.label(hint);
        let mut typed = so_far.to_owned();
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
            asked = Asked::Typed(typed);
        }
        ui.horizontal(|ui| {
            if primary_button(ui, None, &text("path-accept")).clicked() || enter {
                asked = Asked::Accepted;
            }
            if ui.button(text("path-cancel")).clicked() {
                asked = Asked::Given;
            }
        });
    });
    if modal.should_close() { Asked::Given } else { asked }
}
