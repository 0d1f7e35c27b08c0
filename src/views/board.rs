//! The sweep board: all cells of a job at a glance, by one metric on validation rows, and the verdict on them.

use eframe::egui::{Color32, Label, ScrollArea, Ui};

use super::colours::{RunColours, value_colour};
use super::explained;
use crate::command::{Commands, JobCommand, ScreenCommand};
use crate::distill::soften::soften;
use crate::recipe::field_label;
use crate::runs::importance;
use crate::runs::verdict::Standing;
use crate::state::{BoardPage, JobView, Metric, Spread, State};
use crate::text::{
    Term, Value,
    number::{self, Kind},
    text, text_with,
};
use crate::theme::{Icon, UiTokens as _, caption, space};
use crate::training::report::Role;
use crate::widgets::{
    AxisKind, BandLine, BandPlot, BandPoint, Brush, Dropdown, HeatCell, HeatMap, MiniPanel, ParallelAxes, ParallelAxis,
    ParallelLine, Scale, ShareRow, SmallMultiples, Whose, bar_list_ui, empty_state_ui, section_ui, segmented_ui,
};

/// Lines of the curve page: more could not be told apart.
const MOST_LINES: usize = 5;

/// Fills its tile.
pub fn board_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let job = state.focused().filter(|job| job.is_sweep());
    section_ui(
        ui,
        &text("board-title"),
        false,
        |_| {},
        |ui| {
            if job.is_some() {
                metric_ui(ui, state, commands);
            }
        },
    );
    let Some(job) = job else {
        let hint = if state.recipe.sweep.is_single() { "board-empty-hint" } else { "board-ready-hint" };
        empty_state_ui(ui, Icon::Flask, &text("board-empty"), &text(hint), None);
        return;
    };
    let margin = eframe::egui::Margin { left: space::M as i8, right: space::M as i8, top: 4, bottom: space::S as i8 };
    eframe::egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        pages_ui(ui, state, commands);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let height = (ui.available_height() - VERDICT).max(160.0);
            match state.screen.board.page {
                BoardPage::Map => map_ui(ui, job, state, commands, height),
                BoardPage::Curve => curve_ui(ui, job, state, commands, height),
                BoardPage::Axes => axes_ui(ui, job, state, commands, height),
                BoardPage::Samples => samples_ui(ui, job, state, commands),
            }
            verdict_ui(ui, job, commands);
        });
    });
}

/// What the verdict below a picture takes.
const VERDICT: f32 = 132.0;

fn metric_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let here = state.screen.board.metric;
    let list = Dropdown::new(&text("board-metric"), &text(metric_key(here))).plain().show(ui, |ui| {
        for metric in Metric::ALL {
            let entry = ui.selectable_label(metric == here, text(metric_key(metric)));
            if explained(entry, metric_terms(metric)).clicked() {
                commands.send(ScreenCommand::BoardMetric(metric));
            }
        }
    });
    explained(list.response, metric_terms(here));
}

fn metric_terms(metric: Metric) -> &'static [Term] {
    match metric {
        Metric::Errors => &[Term::Errors, Term::Validation],
        Metric::Accuracy => &[Term::Accuracy, Term::Validation],
        Metric::Agreement => &[Term::Agreement, Term::Validation],
        Metric::Kl => &[Term::Kl, Term::Validation],
        Metric::Ece => &[Term::Calibration, Term::Validation],
    }
}

fn pages_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let names = BoardPage::ALL.map(|page| text(page_key(page)));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut page = BoardPage::ALL.iter().position(|page| *page == state.screen.board.page).unwrap_or(0);
    if segmented_ui(ui, &text("board-pages"), &mut page, &names).changed() {
        commands.send(ScreenCommand::BoardPage(BoardPage::ALL[page]));
    }
}

fn metric_key(metric: Metric) -> &'static str {
    match metric {
        Metric::Errors => "board-errors",
        Metric::Accuracy => "board-accuracy",
        Metric::Agreement => "board-agreement",
        Metric::Kl => "board-kl",
        Metric::Ece => "board-ece",
    }
}

fn page_key(page: BoardPage) -> &'static str {
    match page {
        BoardPage::Map => "board-map",
        BoardPage::Curve => "board-curve",
        BoardPage::Axes => "board-axes",
        BoardPage::Samples => "board-samples",
    }
}

/// The name of a swept field in a panel.
pub(super) fn field_name(path: &str) -> String {
    field_label(path).words()
}

/// `35.3 ± 3.1 · 4 seeds`.
fn spread_words(metric: Metric, spread: Spread) -> String {
    let written = metric.written();
    let (mean, deviation) = (written.write(spread.mean), written.deviation(spread.mean, spread.deviation));
    let args: [(&str, Value<'_>); 3] =
        [("mean", mean.into()), ("deviation", deviation.into()), ("n", (spread.n as u64).into())];
    text_with(if spread.n > 1 { "board-spread" } else { "board-single" }, &args)
}

/// The first axis from left to right, the second from the bottom up; further axes are averaged over.
fn map_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands, height: f32) {
    let (board, metric) = (&job.board, state.screen.board.metric);
    let Some(first) = board.axes.first() else { return seeds_ui(ui, job, metric) };
    let second = board.axes.get(1);
    let none = vec![String::new()];
    let rows: Vec<String> = second.map_or(none, |axis| axis.labels.iter().rev().cloned().collect());
    let lit = state.lit_cell();
    // The cells of the job that lie in one cell of the map.
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); rows.len() * first.labels.len()];
    for (at, cell) in board.cells.iter().enumerate() {
        let row = if second.is_some() { cell.levels[1].map(|level| rows.len() - 1 - level) } else { Some(0) };
        if let (Some(column), Some(row)) = (cell.levels[0], row) {
            members[row * first.labels.len() + column].push(at);
        }
    }
    let cells: Vec<Option<HeatCell>> = members
        .iter()
        .map(|members| {
            let runs = members.iter().flat_map(|cell| &board.cells[*cell].runs);
            let runs = runs.filter(|(_, run)| !job.edited.contains(run));
            let spread = Spread::of(runs.filter_map(|(_, run)| metric.of(job.validation(*run)?)))?;
            let names: Vec<&str> = members.iter().map(|cell| board.cells[*cell].label.as_str()).collect();
            Some(HeatCell {
                value: spread.mean,
                text: metric.written().write(spread.mean),
                hover: format!("{}\n{}: {}", names.join(", "), text(metric_key(metric)), spread_words(metric, spread)),
                lit: lit.is_some_and(|lit| members.contains(&lit)),
            })
        })
        .collect();
    let row_axis = second.map_or_else(String::new, |axis| field_name(&axis.path));
    let map = HeatMap {
        name: &text("board-map"),
        metric: &text(metric_key(metric)),
        row_axis: &row_axis,
        rows: &rows,
        column_axis: &field_name(&first.path),
        columns: &first.labels,
        cells: &cells,
        lowest_is_best: metric.lowest_is_best(),
        written: metric.written(),
        height: Some(height),
    };
    let response = map.show(ui);
    let cell = |at: Option<usize>| members.get(at?)?.first().copied();
    choose(state, commands, cell(response.hovered), cell(response.clicked));
}

/// A job whose runs differ by their seed alone has no axis: its spread is all there is to see.
fn seeds_ui(ui: &mut Ui, job: &JobView, metric: Metric) {
    for cell in job.board.cells.iter().chain(&job.board.baselines) {
        let spread = job.spread(cell, metric).map_or_else(|| text("board-none"), |spread| spread_words(metric, spread));
        explained(ui.add(Label::new(format!("{}: {spread}", cell.label)).wrap()), &[Term::Cell, Term::Seed]);
    }
}

/// Hovering lights a cell in all panels, a click chooses it; a click on the chosen one lets go of it.
fn choose(state: &State, commands: &Commands, hovered: Option<usize>, clicked: Option<usize>) {
    if hovered != state.screen.board.hovered {
        commands.send(ScreenCommand::HoverCell(hovered));
    }
    if let Some(cell) = clicked {
        commands.send(ScreenCommand::SelectCell(Some(cell).filter(|cell| state.screen.board.selected != Some(*cell))));
    }
}

/// The metric over the first axis: a line for each value of the second, with its spread over seeds.
fn curve_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands, height: f32) {
    let (board, metric) = (&job.board, state.screen.board.metric);
    let axis = board.axes.first();
    let Some((axis, numbers)) = axis.and_then(|axis| Some((axis, axis.numbers.as_ref()?))) else {
        ui.add(Label::new(caption(text("board-no-numbers"))).wrap());
        return;
    };
    let lines_of: Vec<Option<usize>> = match board.axes.get(1) {
        None => vec![None],
        Some(second) => {
            // The ends and what lies evenly between them.
            let all = second.labels.len();
            let most = all.min(MOST_LINES);
            (0..most).map(|i| Some(i * (all - 1) / (most - 1).max(1))).collect()
        }
    };
    let tokens = ui.tokens();
    let mut places: Vec<Vec<usize>> = Vec::new();
    let drawn: Vec<(String, Color32, Vec<BandPoint>)> = lines_of
        .iter()
        .map(|level| {
            let mut cells: Vec<(f64, usize)> = board
                .cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| level.is_none() || cell.levels.get(1).copied().flatten() == *level)
                .filter_map(|(at, cell)| Some((numbers[cell.levels[0]?], at)))
                .collect();
            cells.sort_by(|a, b| a.0.total_cmp(&b.0));
            let found = cells.iter().filter_map(|(x, at)| Some((*x, *at, job.spread(&board.cells[*at], metric)?)));
            let found: Vec<(f64, usize, Spread)> = found.collect();
            places.push(found.iter().map(|(_, at, _)| *at).collect());
            let points = found.iter().map(|(x, _, spread)| BandPoint {
                x: *x,
                mean: spread.mean,
                deviation: spread.deviation,
                seeds: spread.n,
            });
            let name = level.map_or_else(
                || text("board-student-line"),
                |level| {
                    let second = &board.axes[1];
                    format!("{} {}", field_name(&second.path), second.labels[level])
                },
            );
            let colour = level.map_or(tokens.student, |level| value_colour(&board.axes[1], level, tokens));
            (name, colour, points.collect())
        })
        .collect();
    let lines: Vec<BandLine<'_>> =
        drawn.iter().map(|(name, colour, points)| BandLine { name, colour: *colour, points }).collect();
    // A baseline depends on nothing of distillation: it is level unless the axis is of training.
    let baseline = board.baselines.first().and_then(|cell| job.spread(cell, metric));
    let baseline: Vec<BandPoint> = baseline
        .map(|it| BandPoint { x: numbers[0], mean: it.mean, deviation: it.deviation, seeds: it.n })
        .into_iter()
        .collect();
    let name = text("board-baseline");
    let baseline = (!baseline.is_empty() && board.baselines.len() == 1).then_some(BandLine {
        name: &name,
        colour: tokens.no_teacher,
        points: &baseline,
    });
    let log = numbers.iter().all(|x| *x > 0.0)
        && numbers.iter().fold(0.0_f64, |m, x| m.max(*x)) >= 8.0 * numbers.iter().fold(f64::MAX, |m, x| m.min(*x));
    let plot = BandPlot {
        name: &text(metric_key(metric)),
        x_label: &field_name(&axis.path),
        log_x: log,
        written: metric.written(),
        lines: &lines,
        baseline,
        height: Some(height),
    };
    let response = plot.show(ui);
    let cell = |at: Option<(usize, usize)>| places.get(at?.0)?.get(at?.1).copied();
    choose(state, commands, cell(response.hovered), cell(response.clicked));
}

/// All axes and the metric side by side, and how much of the metric's variance goes with each.
fn axes_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands, height: f32) {
    let (board, metric) = (&job.board, state.screen.board.metric);
    let colours = RunColours::of(state, ui.tokens());
    let mut lines = Vec::new();
    for (at, cell) in board.cells.iter().enumerate() {
        for (seed, run) in &cell.runs {
            let Some(value) = job.validation(*run).and_then(|validation| metric.of(validation)) else { continue };
            let mut values: Vec<f64> = board
                .axes
                .iter()
                .zip(&cell.levels)
                .map(|(axis, level)| {
                    let level = level.unwrap_or(0);
                    axis.numbers.as_ref().map_or(level as f64, |numbers| numbers[level])
                })
                .collect();
            values.push(value);
            lines.push((at, format!("{} · {} {seed}", cell.label, text("board-seed")), values, *run));
        }
    }
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
    let metric_values: Vec<f64> = lines.iter().filter_map(|line| line.2.last().copied()).collect();
    let mut axes: Vec<ParallelAxis<'_>> = board
        .axes
        .iter()
        .zip(&names)
        .map(|(axis, name)| match &axis.numbers {
            Some(numbers) => {
                let ticks: &[f64] = if numbers.len() <= 8 { numbers } else { &[] };
                ParallelAxis { name, kind: AxisKind::Number { scale: scale(numbers), ticks, written: Kind::Setting } }
            }
            None => ParallelAxis { name, kind: AxisKind::Category(&axis.labels) },
        })
        .collect();
    let (of_metric, written) = (scale(&metric_values), metric.written());
    axes.push(ParallelAxis { name: &metric_name, kind: AxisKind::Number { scale: of_metric, ticks: &[], written } });
    let lit = state.lit_cell();
    let drawn: Vec<ParallelLine<'_>> = lines
        .iter()
        .map(|(at, name, values, run)| ParallelLine {
            name,
            values,
            colour: colours.run(*run, Role::Student),
            lit: lit == Some(*at),
        })
        .collect();
    let brushes: Vec<Option<Brush>> = (0..axes.len())
        .map(|i| state.screen.board.brushes.get(i).copied().flatten().map(|(low, high)| Brush::new(low, high)))
        .collect();
    let importance = importance_of(job, metric);
    let rows = (importance.len() as f32 + 1.0) * 22.0;
    let plot = ParallelAxes {
        name: &text("board-axes"),
        axes: &axes,
        lines: &drawn,
        brushes: &brushes,
        height: Some((height - rows - 24.0).max(140.0)),
    };
    let response = plot.show(ui);
    if let Some(brushes) = response.brushes {
        let brushes = brushes.into_iter().map(|brush| brush.map(|brush| (brush.low, brush.high))).collect();
        commands.send(ScreenCommand::Brush(brushes));
    }
    let cell = |at: Option<usize>| lines.get(at?).map(|line| line.0);
    choose(state, commands, cell(response.hovered), cell(response.clicked));
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
    let mut levels = Vec::new();
    let mut values = Vec::new();
    for cell in &job.board.cells {
        for (_, run) in cell.runs.iter().filter(|(_, run)| !job.edited.contains(run)) {
            if let Some(value) = job.validation(*run).and_then(|validation| metric.of(validation)) {
                levels.push(cell.levels.iter().map(|level| level.unwrap_or(0)).collect::<Vec<usize>>());
                values.push(value);
            }
        }
    }
    let found = importance(&levels, &values);
    let names = job.board.axes.iter().map(|axis| field_name(&axis.path));
    names.zip(found.axes).chain([(text("board-rest"), found.rest)]).collect()
}

/// The lens's sample in each cell along the first axis, each at its own T.
fn samples_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands) {
    let Some(view) = state.probe_view() else { return };
    let board = &job.board;
    // The other axes stand where the chosen cell stands.
    let stands = state.screen.board.selected.and_then(|cell| board.cells.get(cell)).or(board.cells.first());
    let Some(stands) = stands else { return };
    let along = |cell: &&(usize, &crate::runs::BoardCell)| cell.1.levels.get(1..) == stands.levels.get(1..);
    let classes = view.probe.classes.len();
    let shown: Vec<(usize, String, Vec<f32>, Vec<f32>)> = board
        .cells
        .iter()
        .enumerate()
        .filter(|cell| along(&cell))
        .filter_map(|(at, cell)| {
            let (_, run) = cell.runs.first()?;
            let info = job.runs.iter().find(|info| info.run == *run)?;
            let t = info.temperature?;
            let (_, logits) = job.snapshots.get(run)?;
            let student = logits.get(view.row * classes..(view.row + 1) * classes)?;
            let p = |logits: &[f32]| soften(logits, t).into_iter().map(|p| p as f32).collect::<Vec<_>>();
            Some((at, format!("T {}", number::setting(t)), p(view.teacher?), p(student)))
        })
        .collect();
    if shown.is_empty() {
        ui.add(Label::new(caption(text("board-none"))).wrap());
        return;
    }
    let (tokens, lit) = (ui.tokens(), state.lit_cell());
    let colours = RunColours::of(state, tokens);
    let panels: Vec<MiniPanel<'_>> = shown
        .iter()
        .map(|(at, title, teacher, student)| MiniPanel {
            title,
            dot: board.cells[*at].runs.first().map(|(_, run)| colours.run(*run, Role::Student)),
            upper: teacher,
            lower: student,
            lit: lit == Some(*at),
        })
        .collect();
    let (teacher, student) = (text("lens-teacher"), text("lens-student"));
    let multiples = SmallMultiples {
        name: &text("board-samples"),
        classes: &view.probe.classes,
        label: view.label.map(|label| (label, tokens.label)),
        upper: Whose { name: &teacher, colour: tokens.teacher },
        lower: Whose { name: &student, colour: tokens.student },
        panels: &panels,
        panel_height: None,
    };
    let response = multiples.show(ui);
    let cell = |at: Option<usize>| shown.get(at?).map(|panel| panel.0);
    choose(state, commands, cell(response.hovered), cell(response.clicked));
}

/// What happened, in a few sentences.
fn verdict_ui(ui: &mut Ui, job: &JobView, commands: &Commands) {
    ui.add_space(space::S);
    let Some(story) = &job.story else {
        ui.add(Label::new(caption(text("board-verdict-waits"))).wrap());
        return;
    };
    let tokens = ui.tokens();
    // The sentence itself stands above the panels.
    for why in &story.why {
        ui.add(Label::new(caption(why.words())).wrap());
    }
    let failed = job.failed();
    if !failed.is_empty() {
        let name = text_with("board-again", &[("count", (failed.len() as u64).into())]);
        if ui.button(name).on_hover_text(text("runs-again-hint")).clicked() {
            commands.send(JobCommand::Again(job.id, failed));
        }
    }
    for doubt in &story.doubts {
        let words = text_with("doubtful", &[("doubt", doubt.phrase().words().into())]);
        ui.add(Label::new(caption(words).color(tokens.doubtful)).wrap());
    }
}

/// The word for where a job stands.
pub(super) fn standing_key(standing: Standing) -> &'static str {
    match standing {
        Standing::Helped => "standing-helped",
        Standing::DidNot => "standing-did-not",
        Standing::Undecided => "standing-undecided",
    }
}
