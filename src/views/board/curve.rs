//! The metric over the first swept field: a line for each value of the second, with its spread over seeds.

use eframe::egui::{Label, Ui};

use super::{choose, evenly_of, field_name, metric_key, some_ui};
use crate::command::Commands;
use crate::recipe::{BASELINES, Baseline};
use crate::runs::verdict::Spread;
use crate::state::{JobView, Metric, State};
use crate::text::text;
use crate::theme::{UiTokens as _, caption};
use crate::views::colours::{mark_of, value_colour};
use crate::widgets::{BandLine, BandPlot, BandPoint, KeyMark};

/// Lines: more could not be told apart.
const MOST: usize = 5;

/// One line before it has a colour.
struct Drawn {
    name: String,
    short: String,
    points: Vec<BandPoint>,
}

/// A baseline that holds for the whole job.
struct Level {
    name: String,
    short: String,
    mark: KeyMark,
    point: BandPoint,
}

/// Baselines depend on nothing of how one distils: each of which there is one cell is level, whatever is swept.
fn levels_of(job: &JobView, metric: Metric, x: f64) -> Vec<Level> {
    let level = |baseline: &'static Baseline| {
        let mut cells = job.board.baselines.iter().filter(|cell| cell.baseline == Some(baseline));
        let (only, None) = (cells.next()?, cells.next()) else { return None };
        let point = point(x, &job.spread(only, metric)?);
        Some(Level { name: text(baseline.label), short: text(baseline.short), mark: mark_of(baseline), point })
    };
    BASELINES.iter().filter_map(level).collect()
}

/// Fills what is left above the verdict.
pub(super) fn curve_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands, height: f32) {
    let (board, metric) = (&job.board, state.screen.board.metric);
    let axis = board.axes.first();
    let Some((axis, numbers)) = axis.and_then(|axis| Some((axis, axis.numbers.as_ref()?))) else {
        ui.add(Label::new(caption(text("board-no-numbers"))).wrap());
        return;
    };
    let second = board.axes.get(1);
    let lines_of: Vec<Option<usize>> =
        second.map_or_else(|| vec![None], |second| evenly_of(second.labels.len(), MOST).map(Some).collect());
    let field = second.map_or_else(String::new, |second| field_name(&second.path));
    let mut positions: Vec<Vec<usize>> = Vec::new();
    let drawn: Vec<Drawn> = lines_of
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
            positions.push(found.iter().map(|(_, at, _)| *at).collect());
            let points = found.iter().map(|(x, _, spread)| point(*x, spread)).collect();
            match second.zip(*level) {
                None => Drawn { name: text("board-student-line"), short: text("board-student-line"), points },
                Some((second, level)) => {
                    let short = second.labels[level].words();
                    Drawn { name: format!("{field} {short}"), short, points }
                }
            }
        })
        .collect();
    let tokens = ui.tokens();
    let colour = |level: Option<usize>| {
        second.zip(level).map_or(tokens.student, |(axis, level)| value_colour(axis, level, tokens))
    };
    let lines: Vec<BandLine<'_>> = drawn
        .iter()
        .zip(&lines_of)
        .map(|(it, level)| BandLine { name: &it.name, short: &it.short, colour: colour(*level), points: &it.points })
        .collect();
    let levels = levels_of(job, metric, numbers[0]);
    let baselines = levels.iter().map(|Level { name, short, mark, point }| {
        let points = std::slice::from_ref(point);
        (BandLine { name, short, colour: tokens.no_teacher, points }, *mark)
    });
    let baselines: Vec<(BandLine<'_>, KeyMark)> = baselines.collect();
    let log = numbers.iter().all(|x| *x > 0.0)
        && numbers.iter().fold(0.0_f64, |m, x| m.max(*x)) >= 8.0 * numbers.iter().fold(f64::MAX, |m, x| m.min(*x));
    let metric_name = text(metric_key(metric));
    let top = ui.cursor().top();
    if let Some(second) = second {
        some_ui(ui, lines_of.len(), second.labels.len());
    }
    let plot = BandPlot {
        name: &metric_name,
        x_label: &field_name(&axis.path),
        y_label: &metric_name,
        log_x: log,
        written: metric.written(),
        key: &field,
        lines: &lines,
        baselines: &baselines,
        height: Some(height - (ui.cursor().top() - top)),
    };
    let response = plot.show(ui);
    let cell = |at: Option<(usize, usize)>| positions.get(at?.0)?.get(at?.1).copied();
    choose(state, commands, cell(response.hovered), cell(response.clicked));
}

fn point(x: f64, spread: &Spread) -> BandPoint {
    BandPoint { x, mean: spread.mean, deviation: spread.deviation.unwrap_or_default(), seeds: spread.n }
}
