//! Two swept fields as a heat map, with the line at which cells begin to beat the student that has no teacher.

use eframe::egui::Ui;

use super::{choose, field_name, metric_key, seeds_ui, spread_words};
use crate::command::Commands;
use crate::recipe::Baseline;
use crate::runs::verdict::Spread;
use crate::state::{JobView, State};
use crate::text::{Between, Phrase, text, text_with};
use crate::widgets::{HeatCell, HeatMap};

/// Cells of the job that are named where the map has one for all of them.
const NAMED: usize = 6;

/// The first axis from left to right, the second from the bottom up; further axes are averaged over.
pub(super) fn map_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands, height: f32) {
    let (board, metric) = (&job.board, state.screen.board.metric);
    let Some(first) = board.axes.first() else { return seeds_ui(ui, job, metric) };
    let second = board.axes.get(1);
    let none = vec![String::new()];
    let rows: Vec<String> = second.map_or(none, |axis| axis.labels.iter().rev().map(Phrase::words).collect());
    let lit = state.lit_cell();
    // The cells of the job that lie in one cell of the map.
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); rows.len() * first.labels.len()];
    for (at, cell) in board.cells.iter().enumerate() {
        let row = if second.is_some() { cell.levels[1].map(|level| rows.len() - 1 - level) } else { Some(0) };
        if let (Some(column), Some(row)) = (cell.levels[0], row) {
            members[row * first.labels.len() + column].push(at);
        }
    }
    let spread = |members: &[usize]| {
        let runs = members.iter().flat_map(|cell| &board.cells[*cell].runs);
        let runs = runs.filter(|(_, run)| !job.edited.contains(run));
        Spread::of(runs.filter_map(|(_, run)| metric.of(job.validation(*run)?)))
    };
    let baselines: Vec<Option<Spread>> = board.baselines.iter().map(|cell| job.spread(cell, metric)).collect();
    // Those of the cells' baselines that are of a kind; the border is drawn against the first.
    let kinds: Vec<&'static Baseline> = job.baselines().into_iter().map(|(kind, _)| kind).collect();
    let beside = |cell: usize, kind: &Baseline| {
        let mut own = board.cells[cell].baselines.iter().copied();
        own.find(|at| board.baselines[*at].baseline == Some(kind)).and_then(|at| baselines[at])
    };
    let against = |members: &[usize], kind: &Baseline| {
        let own = members.iter().filter_map(|cell| beside(*cell, kind).map(|spread| spread.mean));
        Spread::of(own).map(|spread| spread.mean)
    };
    let cells: Vec<Option<HeatCell>> = members
        .iter()
        .map(|members| {
            let spread = spread(members)?;
            Some(HeatCell {
                value: spread.mean,
                text: metric.written().write(spread.mean),
                baseline: kinds.first().and_then(|kind| against(members, kind)),
                lit: lit.is_some_and(|lit| members.contains(&lit)),
            })
        })
        .collect();
    let baseline = text(kinds.first().copied().unwrap_or(Baseline::PLAIN).short);
    let hover = |at: usize| {
        let Some(spread) = members.get(at).and_then(|members| spread(members)) else { return String::new() };
        let names = members[at].iter().take(NAMED).map(|cell| board.cells[*cell].label.clone());
        let value = format!("{}: {}", text(metric_key(metric)), spread_words(metric, spread));
        let beside = |kind: &&'static Baseline| {
            let words = match members[at].as_slice() {
                [only] => spread_words(metric, beside(*only, kind)?),
                several => metric.written().write(against(several, kind)?),
            };
            Some(format!("\n{}: {words}", text(kind.label)))
        };
        let against: String = kinds.iter().filter_map(beside).collect();
        let intervals = intervals_words(job, &members[at], &kinds);
        format!("{}\n{value}{against}{intervals}", Phrase::several(Between::Commas, names).words())
    };
    let row_axis = second.map_or_else(String::new, |axis| field_name(&axis.path));
    let map = HeatMap {
        name: &text("board-map"),
        metric: &text(metric_key(metric)),
        row_axis: &row_axis,
        rows: &rows,
        column_axis: &field_name(&first.path),
        columns: &first.words(),
        cells: &cells,
        hover: &hover,
        baseline: &baseline,
        lowest_is_best: metric.lowest_is_best(),
        written: metric.written(),
        height: Some(height),
    };
    let response = map.show(ui);
    let cell = |at: Option<usize>| members.get(at?)?.first().copied();
    choose(state, commands, cell(response.hovered), cell(response.clicked));
}

/// What the verdict says of a single cell against each kind of baseline, a line each, once there is a verdict.
fn intervals_words(job: &JobView, members: &[usize], kinds: &[&'static Baseline]) -> String {
    let verdict = job.story.as_ref().and_then(|story| story.verdict.as_ref());
    let group = match members {
        [only] => verdict.and_then(|verdict| verdict.groups.get(*only)),
        _ => None,
    };
    let line = |kind: &&'static Baseline| {
        let interval = group?.against(kind.place())?.interval_words()?.words();
        let args = [("baseline", text(kind.label).into()), ("interval", interval.into())];
        Some(format!("\n{}", text_with("board-interval", &args)))
    };
    // What takes longer is judged with the plain one.
    kinds.iter().filter(|kind| kind.judged_as() == kind.place()).filter_map(line).collect()
}
