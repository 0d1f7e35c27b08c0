//! A task: what to do, how far it is, hints on request, a word on a typical wrong move.

use eframe::egui::{Frame, Margin, RichText, Ui};

use super::words_ui;
use crate::command::{Commands, LessonCommand};
use crate::lesson::{Task, TaskState, TaskWords};
use crate::text::{text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, radius, space};

pub(super) fn task_ui(
    ui: &mut Ui,
    (at, task): (usize, &Task),
    known: &TaskState,
    words: &TaskWords,
    pictures: &str,
    commands: &Commands,
) {
    let t = ui.tokens();
    let frame = Frame::new().fill(t.control).corner_radius(radius::CONTROL).inner_margin(Margin::symmetric(10, 8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.horizontal(|ui| {
            if known.done {
                Icon::Check.show(ui, t.good);
                ui.label(RichText::new(text("lesson-task-done")).color(t.good));
            } else {
                ui.label(caption(text("lesson-task-open")));
            }
            if let Some((_, count)) = &task.count {
                let seen = known.seen.len().min(*count) as u64;
                let words = text_with("lesson-count", &[("seen", seen.into()), ("count", (*count as u64).into())]);
                ui.label(caption(words).color(t.text));
            }
        });
        words_ui(ui, &words.ask, pictures, commands);
        if let Some(almost) = known.almost.as_ref().and_then(|id| words.almost.get(id)) {
            ui.scope(|ui| {
                ui.visuals_mut().override_text_color = Some(t.doubtful);
                words_ui(ui, almost, pictures, commands);
            });
        }
        for hint in words.hints.iter().take(known.hints) {
            ui.horizontal_top(|ui| {
                Icon::ChevronRight.show(ui, t.secondary);
                ui.vertical(|ui| words_ui(ui, hint, pictures, commands));
            });
        }
        match &words.done {
            Some(done) if known.done => words_ui(ui, done, pictures, commands),
            _ => {}
        }
        if !known.done {
            ui.horizontal(|ui| {
                let count = words.hints.len();
                if known.hints < count {
                    let hint = text_with("lesson-hint-hint", &[("count", (count as u64).into())]);
                    if ui.button(text("lesson-hint")).on_hover_text(hint).clicked() {
                        commands.send(LessonCommand::Hint(at));
                    }
                } else if ui.button(text("lesson-solve")).on_hover_text(text("lesson-solve-hint")).clicked() {
                    commands.send(LessonCommand::Solve(at));
                }
            });
        }
    });
}
