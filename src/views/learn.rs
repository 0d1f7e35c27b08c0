//! Lessons beside the panels: the list of them, or a page of the one that is open.

mod answers;
mod list;
mod page;
mod tasks;

use eframe::egui::{Align, Context, Frame, Id, Label, Layout, Margin, Panel, ScrollArea, Ui};

use crate::command::{Commands, LessonCommand};
use crate::lesson::Lessons;
use crate::state::{State, Workspace};
use crate::text::{Value, number};
use crate::theme::{Icon, UiTokens as _, space, title};
use crate::widgets::{IconButton, markdown_ui};

/// Width of the card, and the most of the window that it takes where everything is large.
const WIDTH: f32 = 312.0;
const MOST: f32 = 0.46;

/// A window as wide as this has room for the list beside all panels.
const WIDE: f32 = 1240.0;

/// Whether the card is there: in the arrangement for explaining, and wherever a lesson is open.
pub fn shows_learn(lessons: &Lessons, state: &State, ctx: &Context) -> bool {
    let belongs = state.window.workspace == Workspace::Learn || lessons.study.is_some();
    let has_room = || lessons.study.is_some() || ctx.content_rect().width() >= WIDE;
    belongs && state.window.projector.is_none() && lessons.shown.unwrap_or_else(has_room)
}

/// The card at the left of the panels.
pub fn learn_ui(ui: &mut Ui, lessons: &Lessons, state: &State, commands: &Commands) {
    if !shows_learn(lessons, state, ui.ctx()) {
        return;
    }
    let width = WIDTH.min(MOST * ui.available_width());
    let fill = ui.tokens().panel;
    let margin = Margin { left: space::L as i8, right: space::M as i8, top: space::S as i8, bottom: space::M as i8 };
    let frame = Frame::new().fill(fill).inner_margin(margin);
    Panel::left("lessons").frame(frame).exact_size(width).resizable(false).show(ui, |ui| match &lessons.study {
        None => list::list_ui(ui, lessons, commands),
        Some(study) => page::page_ui(ui, lessons, study, state, commands),
    });
}

/// The first row of the card: what it is, and how it is put away.
fn head_ui(ui: &mut Ui, words: &str, close: &str, hint: &str, command: LessonCommand, commands: &Commands) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(IconButton::new(Icon::Close, close).hint(hint)).clicked() {
                commands.send(command);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(title(words)).selectable(false).truncate()).on_hover_text(words);
            });
        });
    });
}

/// What of the card has more than its height is scrolled.
fn scrolled_ui(ui: &mut Ui, id: impl std::hash::Hash + std::fmt::Debug, contents: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(Id::unique(("lesson", id))).auto_shrink(false).show(ui, |ui| {
        // The bar lies beside the words, not over them.
        ui.set_width(ui.available_width() - space::S);
        contents(ui);
    });
}

/// Words in Markdown; a link in them points at a part of the window, or asks before it leads out.
fn words_ui(ui: &mut Ui, markdown: &str, pictures: &str, commands: &Commands) {
    if let Some(link) = markdown_ui(ui, markdown, pictures) {
        commands.send(match link.strip_prefix("ui:") {
            Some(part) => LessonCommand::PointAt(part.to_owned()),
            None => LessonCommand::AskLink(link),
        });
    }
}

/// Whole minutes, rather one too many.
fn minutes(minutes: f64) -> String {
    crate::text::text_with("lessons-minutes", &[("minutes", number::fixed(minutes.ceil(), 0).into())])
}

/// Seconds that a training is said to take.
fn seconds(seconds: f64) -> Value<'static> {
    number::fixed(seconds, 0).into()
}
