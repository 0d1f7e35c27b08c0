//! The same row, or the same rows, as each of several teachers and each student sees them.

use eframe::egui::{Label, ScrollArea, Ui};

use super::kept;
use crate::command::{Commands, ScreenCommand};
use crate::protocol::Role;
use crate::state::{LensView, State, Subject};
use crate::text::{text, text_with};
use crate::theme::{UiTokens as _, caption};
use crate::views::colours::RunColours;
use crate::views::run_name;
use crate::widgets::{MiniPanel, SmallMultiples, Whose};

/// Panels that are drawn.
const MOST: usize = 64;

struct Panel {
    title: String,
    dot: Option<eframe::egui::Color32>,
    upper: Vec<f32>,
    lower: Vec<f32>,
    lit: bool,
    cell: Option<usize>,
}

pub(super) fn each_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, commands: &Commands) {
    let mut panels = teachers(state, view);
    let of_teachers = panels.len();
    panels.extend(students(ui, state));
    if panels.is_empty() {
        let seen = view.seen(state.screen.lens.temperature);
        panels.push(Panel {
            title: text("lens-each-only"),
            dot: None,
            upper: seen.teacher.map(|side| side.probabilities).unwrap_or_default(),
            lower: seen.student.map(|side| side.probabilities).unwrap_or_default(),
            lit: false,
            cell: None,
        });
    }
    let all = panels.len();
    panels.truncate(MOST);
    let note = if all > MOST {
        text_with("lens-each-first", &[("shown", (MOST as u64).into()), ("count", (all as u64).into())])
    } else if of_teachers == 0 && all == 1 {
        text("lens-each-one")
    } else {
        String::new()
    };
    if !note.is_empty() {
        ui.add(Label::new(caption(note)).wrap());
    }
    let tokens = ui.tokens();
    let shown: Vec<MiniPanel<'_>> = panels
        .iter()
        .map(|panel| MiniPanel {
            title: &panel.title,
            dot: panel.dot,
            upper: &panel.upper,
            lower: &panel.lower,
            lit: panel.lit,
        })
        .collect();
    let height = ui.available_height();
    let label_name = text("board-label");
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let clicked = SmallMultiples {
            name: &text("lens-page-each"),
            classes: &view.probe.classes,
            label: view.label.map(|label| (label, Whose { name: &label_name, colour: tokens.label })),
            upper: Whose { name: &text("lens-teacher"), colour: tokens.teacher },
            lower: Whose { name: &text("lens-student"), colour: tokens.student },
            panels: &shown,
            height: Some(height),
        }
        .show(ui)
        .clicked;
        if let Some(cell) = clicked.and_then(|at| panels[at].cell) {
            commands.send(ScreenCommand::SelectCell(Some(cell)));
        }
    });
}

/// Each of several teachers.
fn teachers(state: &State, view: &LensView<'_>) -> Vec<Panel> {
    let Some(heard) = view.teacher.as_ref().filter(|heard| heard.each.len() > 1) else { return Vec::new() };
    let of = |at: usize| {
        let alone = crate::distill::Heard { each: vec![heard.each[at]], mean: heard.mean };
        let seen = LensView { teacher: Some(alone), student: None, ..view.clone() }.seen(state.screen.lens.temperature);
        Panel {
            title: text_with("lens-each-teacher", &[("number", (at as u64 + 1).into())]),
            dot: None,
            upper: seen.teacher.map(|side| side.probabilities).unwrap_or_default(),
            lower: Vec::new(),
            lit: false,
            cell: None,
        }
    };
    (0..heard.each.len()).map(of).collect()
}

/// Each student of the job, with its teacher.
fn students(ui: &Ui, state: &State) -> Vec<Panel> {
    let Some(job) = state.focused().filter(|_| state.screen.lens.subject.is_of_rows()) else { return Vec::new() };
    if state.screen.lens.subject == Subject::Sample && state.own_picture().is_some() {
        return Vec::new();
    }
    let colours = RunColours::of(state, ui.tokens());
    let shown = state.on_show().1;
    let runs = job.runs.iter().filter(|run| run.role != Role::Teacher).take(MOST + 1);
    runs.filter_map(|run| {
        let view = state.view_of(job, run)?;
        let seen = kept::seen(ui, state, &view, state.screen.lens.temperature, ("each", run.run));
        let lower = seen.student.as_ref()?.probabilities.clone();
        Some(Panel {
            title: run_name(state, run),
            dot: Some(colours.run(run.run, run.role)),
            upper: seen.teacher.as_ref().map(|side| side.probabilities.clone()).unwrap_or_default(),
            lower,
            lit: Some(run.run) == shown,
            cell: job.board.cells.iter().position(|cell| cell.runs.iter().any(|(_, known)| *known == run.run)),
        })
    })
    .collect()
}
