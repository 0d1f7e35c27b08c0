//! The recipe as text: numbered lines, with what is wrong marked at its line and said below.

use eframe::egui::text::{CCursor, CCursorRange};
use eframe::egui::{
    Align2, Frame, Id, Label, Margin, Panel, RichText, ScrollArea, Sense, TextEdit, Ui, UiBuilder, pos2,
};

use crate::command::{Commands, RecipeCommand};
use crate::state::{RecipeText, State};
use crate::text::text;
use crate::theme::{UiTokens as _, caption, mono, size, space};

/// Room for the numbers of lines.
const GUTTER: f32 = 34.0;

/// Faults that are listed; the others are marked at their lines.
const LISTED: usize = 4;

/// Fills what is left of the panel.
pub(super) fn text_ui(ui: &mut Ui, state: &State, edited: &RecipeText, commands: &Commands) {
    let id = Id::unique("recipe text");
    Panel::bottom("recipe text faults").frame(Frame::NONE).resizable(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(space::M as i8, space::S as i8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            faults_ui(ui, state, edited, id);
        });
    });
    let mut typed = edited.text.clone();
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        ui.add_space(space::XS);
        let room = ui.available_rect_before_wrap();
        let mut inner = ui.new_child(UiBuilder::new().max_rect(room.with_min_x(room.left() + GUTTER)));
        // Long lines are not broken: a line has one number.
        let mut layouter = |ui: &Ui, text: &dyn eframe::egui::TextBuffer, _: f32| {
            let colour = ui.tokens().text;
            ui.fonts_mut(|fonts| fonts.layout_no_wrap(text.as_str().to_owned(), mono(size::CAPTION), colour))
        };
        let output = TextEdit::multiline(&mut typed)
            .id(id)
            .code_editor()
            .frame(Frame::NONE)
            .desired_width(f32::INFINITY)
            .layouter(&mut layouter)
            .show(&mut inner);
        output.response.response.clone().accessible_name(text("recipe-text"));
        let mut line = 0;
        let mut begins = true;
        for row in &output.galley.rows {
            if begins {
                line += 1;
                let faulty = edited.faults.iter().any(|fault| fault.line() == Some(line));
                let y = output.galley_pos.y + row.rect().center().y;
                let tokens = ui.tokens();
                let colour = if faulty { tokens.bad } else { tokens.tertiary };
                let at = pos2(room.left() + GUTTER - space::S, y);
                ui.painter().text(at, Align2::RIGHT_CENTER, line.to_string(), mono(size::TICK), colour);
                if faulty {
                    ui.painter().circle_filled(pos2(room.left() + 7.0, y), 3.0, colour);
                }
            }
            begins = row.ends_with_newline;
        }
        let used = inner.min_rect().union(room.with_max_x(room.left() + GUTTER).with_max_y(room.top() + 1.0));
        ui.allocate_rect(used, Sense::hover());
    });
    if typed != edited.text {
        commands.send(RecipeCommand::Type(typed));
    }
}

/// What is wrong, line by line; a click puts the cursor there.
fn faults_ui(ui: &mut Ui, state: &State, edited: &RecipeText, id: Id) {
    let tokens = ui.tokens();
    if edited.faults.is_empty() {
        match &state.recipe.preview_fault {
            Some(fault) => super::bad(ui, &fault.problem),
            None => ui.add(Label::new(super::estimate(state)).wrap()),
        };
        ui.add(Label::new(caption(text("recipe-text-good"))).wrap());
        return;
    }
    for fault in edited.faults.iter().take(LISTED) {
        let words = RichText::new(fault.in_text().words()).color(tokens.bad).small();
        let response = ui.add(Label::new(words).wrap().sense(Sense::click()));
        if response.clicked()
            && let Some(line) = fault.line()
        {
            put_cursor(ui, id, &edited.text, line);
        }
    }
    ui.add(Label::new(caption(text("recipe-text-faulty"))).wrap());
}

/// Puts the cursor at the end of a line, counted from 1.
fn put_cursor(ui: &Ui, id: Id, text: &str, line: usize) {
    let end: usize = text.split_inclusive('\n').take(line).map(|line| line.chars().count()).sum();
    let end = if text.lines().count() > line { end.saturating_sub(1) } else { end };
    let mut state = eframe::egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(end))));
    state.store(ui.ctx(), id);
    ui.memory_mut(|memory| memory.request_focus(id));
}
