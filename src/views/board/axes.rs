//! All swept fields and the metric side by side, and how much of the metric's variance goes with each field.

use eframe::egui::{Label, Ui};

use super::{choose, field_name, metric_key};
use crate::command::{Commands, ScreenCommand};
use crate::protocol::{Role, RunId};
use crate::runs::{BoardAxis, BoardCell};
use crate::state::{JobView, Metric, State};
use crate::text::{
    Term,
    number::{self, Kind},
    text, text_with,
};
use crate::theme::{UiTokens as _, caption};
use crate::views::colours::{RunColours, value_colour};
use crate::views::explained;
use crate::widgets::{
    AxisKind, AxisMark, Brush, KeyMark, LevelLegend, ParallelAxes, ParallelAxis, ParallelLine, PlotKey, Scale,
    ShareRow, bar_list_ui, plot_keys_ui,
};

/// Height of a row of the list of shares, and of what names the colours of the lines.
const ROW: f32 = 22.0;
const KEY: f32 = 40.0;

/// Axes that are this low still tell lines apart.
const LOWEST: f32 = 120.0;

/// Fills what is left above the verdict.
pub(super) fn axes_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands, height: f32) {
    let (board, metric) = (&job.board, state.screen.board.metric);
    let lines = lines_of(job, metric);
    if lines.is_empty() {
        ui.add(Label::new(caption(text("board-none"))).wrap());
        return;
    }
    let names: Vec<String> = board.axes.iter().map(|axis| field_name(&axis.path)).collect();
    let metric_name = text(metric_key(metric));
    let scale = |values: &[f64]| {
        let positive = values.iter().all(|value| *value > 0.0);
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        Scale::fit(values.iter().copied(), positive && high >= 8.0 * low).unwrap_or(Scale::new(0.0, 1.0, false))
    };
    let baseline = |cell: &BoardCell| Some((text(cell.baseline?.short), job.spread(cell, metric)?.mean));
    let baselines: Vec<(String, f64)> = board.baselines.iter().filter_map(baseline).collect();
    let measured: Vec<f64> = lines
        .iter()
        .filter_map(|line| line.values.last().copied())
        .chain(baselines.iter().map(|(_, mean)| *mean))
        .collect();
    let words: Vec<Vec<String>> = board.axes.iter().map(BoardAxis::words).collect();
    let mut axes: Vec<ParallelAxis<'_>> = board
        .axes
        .iter()
        .zip(&words)
        .zip(&names)
        .map(|((axis, words), name)| match &axis.numbers {
            Some(numbers) => ParallelAxis {
                name,
                kind: AxisKind::Number { scale: scale(numbers), ticks: numbers, written: Kind::Setting },
            },
            None => ParallelAxis { name, kind: AxisKind::Category(words) },
        })
        .collect();
    let (of_metric, written) = (scale(&measured), metric.written());
    axes.push(ParallelAxis { name: &metric_name, kind: AxisKind::Number { scale: of_metric, ticks: &[], written } });
    let lit = state.lit_cell();
    let colours = RunColours::of(state, ui.tokens());
    let drawn: Vec<ParallelLine<'_>> = lines
        .iter()
        .map(|line| ParallelLine {
            name: &line.name,
            values: &line.values,
            colour: colours.run(line.run, Role::Student),
            lit: lit == Some(line.cell),
        })
        .collect();
    let marks: Vec<AxisMark<'_>> = baselines
        .iter()
        .map(|(name, value)| AxisMark { axis: axes.len() - 1, value: *value, name, colour: ui.tokens().no_teacher })
        .collect();
    let brushes: Vec<Option<Brush>> = (0..axes.len())
        .map(|i| state.screen.board.brushes.get(i).copied().flatten().map(|(low, high)| Brush::new(low, high)))
        .collect();
    let importance = importance_of(job, metric);
    let rows = if importance.is_empty() { 0.0 } else { (importance.len() as f32 + 1.0) * ROW };
    let plot = ParallelAxes {
        name: &text("board-axes"),
        axes: &axes,
        lines: &drawn,
        marks: &marks,
        brushes: &brushes,
        height: Some((height - rows - KEY - 8.0).max(LOWEST)),
    };
    let response = plot.show(ui);
    if let Some(brushes) = response.brushes {
        let brushes = brushes.into_iter().map(|brush| brush.map(|brush| (brush.low, brush.high))).collect();
        commands.send(ScreenCommand::Brush(brushes));
    }
    let cell = |at: Option<usize>| lines.get(at?).map(|line| line.cell);
    choose(state, commands, cell(response.hovered), cell(response.clicked));
    if let (Some(axis), Some(name)) = (board.axes.first(), names.first()) {
        first_key_ui(ui, axis, name);
    }
    if !importance.is_empty() {
        importance_ui(ui, importance);
    }
}

/// A run of the board: a value on each axis, its metric last.
struct Line {
    cell: usize,
    name: String,
    values: Vec<f64>,
    run: RunId,
}

fn lines_of(job: &JobView, metric: Metric) -> Vec<Line> {
    let board = &job.board;
    let mut lines = Vec::new();
    for (at, cell) in board.cells.iter().enumerate() {
        // A line crosses all axes.
        let Some(levels) = cell.on_all_axes() else { continue };
        for (seed, run) in &cell.runs {
            let Some(value) = job.validation(*run).and_then(|validation| metric.of(validation)) else { continue };
            let of_axis = |(axis, level): (&BoardAxis, &usize)| {
                axis.numbers.as_ref().map_or(*level as f64, |numbers| numbers[*level])
            };
            let values = board.axes.iter().zip(&levels).map(of_axis).chain([value]).collect();
            let name = format!("{} · {} {seed}", cell.label.words(), text("board-seed"));
            lines.push(Line { cell: at, name, values, run: *run });
        }
    }
    lines
}

/// What the colours of the lines mean.
fn first_key_ui(ui: &mut Ui, axis: &BoardAxis, name: &str) {
    if axis.numbers.is_some() {
        LevelLegend { name, labels: &axis.words() }.show(ui);
    } else {
        let tokens = ui.tokens();
        let key = |(level, label): (usize, String)| (label, value_colour(axis, level, tokens));
        let keys: Vec<_> = axis.words().into_iter().enumerate().map(key).collect();
        let keys = keys.iter().map(|(name, colour)| PlotKey { name, colour: *colour, mark: KeyMark::Line });
        plot_keys_ui(ui, name, &keys.collect::<Vec<_>>());
    }
}

/// How much each axis matters.
fn importance_ui(ui: &mut Ui, importance: Vec<(String, f64)>) {
    explained(ui.add(Label::new(caption(text("board-importance"))).selectable(false)), &[Term::Variance]);
    let tokens = ui.tokens();
    let rows: Vec<(String, f64, String)> = importance
        .into_iter()
        .map(|(name, share)| {
            let words = text_with("board-share", &[("share", number::part(share).into())]);
            (name, share, words)
        })
        .collect();
    let rows: Vec<ShareRow<'_>> = rows
        .iter()
        .map(|(name, share, hover)| ShareRow { name, share: *share, colour: tokens.secondary, hover })
        .collect();
    bar_list_ui(ui, &text("board-importance"), &rows);
}

/// The share of the metric's variance that goes with each axis, and with none.
fn importance_of(job: &JobView, metric: Metric) -> Vec<(String, f64)> {
    let value = |run| {
        let validation = job.validation(run).filter(|_| !job.edited.contains(&run))?;
        metric.of(validation)
    };
    let Some(found) = job.board.importance(value) else { return Vec::new() };
    let names = job.board.axes.iter().map(|axis| field_name(&axis.path));
    names.zip(found.axes).chain([(text("board-rest"), found.rest)]).collect()
}
