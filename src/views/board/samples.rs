//! The lens's sample in the cells along the first swept field, each at its own T.

use eframe::egui::{Label, Ui};

use super::{choose, evenly_of, some_ui};
use crate::command::Commands;
use crate::distill::soften::soften;
use crate::protocol::{Role, Setting};
use crate::runs::BoardCell;
use crate::state::{JobView, State};
use crate::text::{number::Kind, text};
use crate::theme::{UiTokens as _, caption};
use crate::views::colours::RunColours;
use crate::widgets::{MiniPanel, SmallMultiples, Whose};

/// Panels that a glance takes in.
const MOST: usize = 12;

/// One panel: its cell, T, and both distributions.
struct Shown {
    cell: usize,
    temperature: f64,
    teacher: Vec<f32>,
    student: Vec<f32>,
}

/// Fills what is left above the verdict.
pub(super) fn samples_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands, height: f32) {
    let Some(view) = state.probe_view() else { return };
    let board = &job.board;
    // The other axes stand where the chosen cell stands.
    let stands = state.screen.board.selected.and_then(|cell| board.cells.get(cell)).or(board.cells.first());
    let Some(stands) = stands else { return };
    let along = |cell: &&(usize, &BoardCell)| cell.1.levels.get(1..) == stands.levels.get(1..);
    let classes = view.probe.classes.len();
    let all: Vec<Shown> = board
        .cells
        .iter()
        .enumerate()
        .filter(|cell| along(&cell))
        .filter_map(|(cell, of)| {
            let (_, run) = of.runs.first()?;
            let info = job.runs.iter().find(|info| info.run == *run)?;
            let temperature = job.setting(info, Setting::TEMPERATURE).unwrap_or(1.0);
            let (_, logits) = job.snapshot_at(*run, state.moment_step())?;
            let student = logits.get(view.row * classes..(view.row + 1) * classes)?;
            let p = |logits: &[f32]| soften(logits, temperature).into_iter().map(|p| p as f32).collect::<Vec<_>>();
            let teacher = job.heard_at(Some(info), state.moment_step())?.row(view.row, classes)?.soften(temperature);
            let teacher = teacher.into_iter().map(|p| p as f32).collect();
            Some(Shown { cell, temperature, teacher, student: p(student) })
        })
        .collect();
    if all.is_empty() {
        ui.add(Label::new(caption(text("board-none"))).wrap());
        return;
    }
    let top = ui.cursor().top();
    let shown: Vec<&Shown> = evenly_of(all.len(), MOST).map(|at| &all[at]).collect();
    some_ui(ui, shown.len(), all.len());
    let temperatures: Vec<f64> = shown.iter().map(|panel| panel.temperature).collect();
    let titles: Vec<String> = Kind::Setting.apart(&temperatures).into_iter().map(|t| format!("T {t}")).collect();
    let (tokens, lit) = (ui.tokens(), state.lit_cell());
    let colours = RunColours::of(state, tokens);
    let panels: Vec<MiniPanel<'_>> = shown
        .iter()
        .zip(&titles)
        .map(|(panel, title)| MiniPanel {
            title,
            dot: board.cells[panel.cell].runs.first().map(|(_, run)| colours.run(*run, Role::Student)),
            upper: &panel.teacher,
            lower: &panel.student,
            lit: lit == Some(panel.cell),
        })
        .collect();
    let (teacher, student, label) = (text("lens-teacher"), text("lens-student"), text("board-label"));
    let multiples = SmallMultiples {
        name: &text("board-samples"),
        classes: &view.probe.classes,
        label: view.label.map(|class| (class, Whose { name: &label, colour: tokens.label })),
        upper: Whose { name: &teacher, colour: tokens.teacher },
        lower: Whose { name: &student, colour: tokens.student },
        panels: &panels,
        height: Some(height - (ui.cursor().top() - top)),
    };
    let response = multiples.show(ui);
    let cell = |at: Option<usize>| shown.get(at?).map(|panel| panel.cell);
    choose(state, commands, cell(response.hovered), cell(response.clicked));
}
