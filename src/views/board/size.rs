//! The metric over what a model costs: which students are worth their size, the Pareto front through them, the baselines and the teacher.

use eframe::egui::{Color32, Ui};

use super::{choose, metric_key};
use crate::command::{Commands, ScreenCommand};
use crate::protocol::Role;
use crate::runs::BoardCell;
use crate::runs::verdict::Spread;
use crate::state::{JobView, Metric, SizeBy, State};
use crate::text::{Phrase, text};
use crate::theme::{UiTokens as _, space};
use crate::widgets::{BandLine, BandPlot, BandPoint, Dropdown};

/// What stands in the plot.
struct Placed {
    name: String,
    /// What the key calls it; nothing of what is in there already.
    short: String,
    colour: Color32,
    points: Vec<BandPoint>,
    /// Students' cells, one a point.
    cells: Vec<usize>,
}

/// Fills what is left above the verdict.
pub(super) fn size_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands, height: f32) {
    let (metric, by) = (state.screen.board.metric, state.screen.board.size_by);
    let top = ui.cursor().top();
    Dropdown::new(&text("board-size-by"), &text(by.key())).plain().show(ui, |ui| {
        for other in SizeBy::ALL {
            if ui.selectable_label(other == by, text(other.key())).clicked() {
                commands.send(ScreenCommand::BoardSizeBy(other));
            }
        }
    });
    ui.add_space(space::XS);
    let placed = placed(ui, job, metric, by);
    let lines: Vec<BandLine<'_>> = placed
        .iter()
        .map(|it| BandLine { name: &it.name, short: &it.short, colour: it.colour, points: &it.points })
        .collect();
    let (x_label, y_label) = (text(by.key()), text(metric_key(metric)));
    let plot = BandPlot {
        name: &text("board-size"),
        x_label: &x_label,
        y_label: &y_label,
        log_x: true,
        written: metric.written(),
        key: "",
        lines: &lines,
        baselines: &[],
        height: Some(height - (ui.cursor().top() - top)),
    };
    let response = plot.show(ui);
    let cell = |at: Option<(usize, usize)>| placed.get(at?.0)?.cells.get(at?.1).copied();
    choose(state, commands, cell(response.hovered), cell(response.clicked));
}

fn placed(ui: &Ui, job: &JobView, metric: Metric, by: SizeBy) -> Vec<Placed> {
    let tokens = ui.tokens();
    let point = |cell: &BoardCell| {
        let (x, spread) = (size_of(job, cell, by)?, job.spread(cell, metric)?);
        Some(point(x, &spread))
    };
    let mut students: Vec<(usize, BandPoint)> =
        job.board.cells.iter().enumerate().filter_map(|(at, cell)| Some((at, point(cell)?))).collect();
    students.sort_by(|(_, a), (_, b)| a.x.total_cmp(&b.x).then(a.mean.total_cmp(&b.mean)));
    let front = front(&students, metric.lowest_is_best());
    let mut all = vec![Placed {
        name: text("board-front"),
        short: text("board-front"),
        colour: tokens.student,
        points: front.iter().map(|at| students[*at].1).collect(),
        cells: front.iter().map(|at| students[*at].0).collect(),
    }];
    let alone =
        |name: String, short: String, colour, point, cells| Placed { name, short, colour, points: vec![point], cells };
    let beside = students.iter().enumerate().filter(|(at, _)| !front.contains(at));
    for (count, (_, (cell, point))) in beside.enumerate() {
        let short = if count == 0 { text("board-beside-front") } else { String::new() };
        let name = job.board.cells[*cell].label.words();
        all.push(alone(name, short, tokens.student.gamma_multiply(0.45), *point, vec![*cell]));
    }
    for (count, cell) in job.board.baselines.iter().enumerate() {
        let short = if count == 0 { text("board-no-teacher") } else { String::new() };
        all.extend(point(cell).map(|it| alone(cell.label.words(), short, tokens.no_teacher, it, Vec::new())));
    }
    let teachers = job.runs.iter().filter(|run| run.role == Role::Teacher);
    for (count, teacher) in teachers.enumerate() {
        let cell = BoardCell {
            label: Phrase::plain(&teacher.model),
            levels: Vec::new(),
            runs: vec![(teacher.seed, teacher.run)],
            baseline: None,
            baselines: Vec::new(),
        };
        let short = if count == 0 { text("runs-teacher") } else { String::new() };
        all.extend(point(&cell).map(|it| alone(teacher.model.clone(), short, tokens.teacher, it, Vec::new())));
    }
    all
}

/// What a model of a cell costs: the mean over its runs, all of which have the same layers.
fn size_of(job: &JobView, cell: &BoardCell, by: SizeBy) -> Option<f64> {
    let of_run = |run| {
        let parameters = job.runs.iter().find(|info| info.run == run)?.parameters as f64;
        let cost = || job.results.get(&run)?.cost.as_ref();
        Some(match by {
            SizeBy::Parameters => parameters,
            SizeBy::MultiplyAdds => cost()?.multiply_adds as f64,
            SizeBy::Alone => cost()?.microseconds[0],
            SizeBy::Together => cost()?.microseconds[1],
        })
    };
    let all: Vec<f64> = cell.runs.iter().filter_map(|(_, run)| of_run(*run)).collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    (mean.is_finite() && mean > 0.0).then_some(mean)
}

/// The indices of those than whom nobody is both cheaper and better, of points by rising cost and, of equal cost, falling worth.
fn front(students: &[(usize, BandPoint)], is_better_low: bool) -> Vec<usize> {
    let worth = |point: &BandPoint| if is_better_low { -point.mean } else { point.mean };
    let mut order: Vec<usize> = (0..students.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&students[*a].1, &students[*b].1);
        a.x.total_cmp(&b.x).then(worth(b).total_cmp(&worth(a)))
    });
    let mut best = f64::NEG_INFINITY;
    order.retain(|at| {
        let worth = worth(&students[*at].1);
        let is_on_it = worth > best;
        best = best.max(worth);
        is_on_it
    });
    order
}

fn point(x: f64, spread: &Spread) -> BandPoint {
    BandPoint { x, mean: spread.mean, deviation: spread.deviation.unwrap_or_default(), seeds: spread.n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_has_none_that_another_beats_at_no_more_cost() {
        let points = |of: &[(f64, f64)]| -> Vec<(usize, BandPoint)> {
            let point = |(x, mean): &(f64, f64)| BandPoint { x: *x, mean: *mean, deviation: 0.0, seeds: 1 };
            of.iter().map(point).enumerate().collect()
        };
        let errors = points(&[(10.0, 50.0), (20.0, 60.0), (20.0, 30.0), (40.0, 30.0), (80.0, 12.0)]);
        assert_eq!(front(&errors, true), [0, 2, 4]);
        assert_eq!(front(&errors, false), [0, 1]);
        assert_eq!(front(&[], true), [0; 0]);
    }
}
