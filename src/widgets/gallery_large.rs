//! A sweep of fifty temperatures by forty weights on the gallery's fifth page, in rooms as large as the window has for it.

use eframe::egui::Ui;

use super::gallery_sweep::part_ui;
use super::*;
use crate::text::number::{self, Kind};
use crate::theme::{UiTokens as _, space};

const COLUMNS: usize = 50;
const ROWS: usize = 40;
/// Errors without a teacher.
const BASELINE: f64 = 38.4;

/// Shows the page.
pub(super) fn large_ui(ui: &mut Ui) {
    let temperatures: Vec<f64> = (0..COLUMNS).map(|i| 64_f64.powf(i as f64 / (COLUMNS - 1) as f64)).collect();
    let weights: Vec<f64> = (0..ROWS).map(|i| 0.5 + 0.5 * i as f64 / (ROWS - 1) as f64).collect();
    ui.spacing_mut().item_spacing.x = space::L;
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_max_width(396.0);
            part_ui(ui, "As in the Lab", |ui| map_ui(ui, "In the Lab", &temperatures, &weights, 270.0));
            part_ui(ui, "Every student", |ui| axes_ui(ui, &temperatures, &weights));
        });
        ui.vertical(|ui| {
            part_ui(ui, "With more room", |ui| map_ui(ui, "With more room", &temperatures, &weights, 420.0));
            part_ui(ui, "Errors by temperature", |ui| curve_ui(ui, &temperatures, &weights));
        });
    });
}

fn errors(temperature: f64, weight: f64) -> f64 {
    let valley = (temperature.ln() - 1.8).powi(2) + 12.0 * (weight - 0.8).powi(2);
    32.0 + 5.0 * valley + 1.5 * (7.0 * temperature.ln() + 31.0 * weight).sin()
}

fn map_ui(ui: &mut Ui, name: &str, temperatures: &[f64], weights: &[f64], height: f32) {
    let (columns, mut rows) = (Kind::Setting.apart(temperatures), Kind::Setting.apart(weights));
    rows.reverse();
    let cell = |index: usize| {
        let value = errors(temperatures[index % COLUMNS], weights[ROWS - 1 - index / COLUMNS]);
        Some(HeatCell { value, text: number::fixed(value, 1), baseline: Some(BASELINE), lit: index == 1234 })
    };
    let cells = (0..COLUMNS * ROWS).map(cell).collect::<Vec<_>>();
    let map = HeatMap {
        name,
        metric: "validation errors",
        row_axis: "soft weight",
        rows: &rows,
        column_axis: "T",
        columns: &columns,
        cells: &cells,
        hover: &|index| cells[index].as_ref().map_or_else(String::new, |cell| format!("{} errors", cell.text)),
        baseline: "no teacher",
        lowest_is_best: true,
        written: Kind::Mean,
        height: Some(height),
    };
    map.show(ui);
}

fn axes_ui(ui: &mut Ui, temperatures: &[f64], weights: &[f64]) {
    let number =
        |low, high, log, ticks, written| AxisKind::Number { scale: Scale::new(low, high, log), ticks, written };
    let axes = [
        ParallelAxis { name: "T", kind: number(1.0, 64.0, true, temperatures, Kind::Setting) },
        ParallelAxis { name: "soft weight", kind: number(0.5, 1.0, false, weights, Kind::Setting) },
        ParallelAxis { name: "validation errors", kind: number(30.0, 75.0, false, &[], Kind::Mean) },
    ];
    let pairs = temperatures.iter().enumerate().map(|(i, t)| (*t, weights[(i * 7) % ROWS]));
    let values = pairs.map(|(t, weight)| [t, weight, errors(t, weight)]).collect::<Vec<_>>();
    let tokens = ui.tokens();
    let colour = |i: usize| tokens.swept(i as f32 / (COLUMNS - 1) as f32);
    let lines = values.iter().enumerate();
    let lines = lines.map(|(i, values)| ParallelLine { name: "a run", values, colour: colour(i), lit: false });
    let lines = lines.collect::<Vec<_>>();
    let colour = ui.tokens().no_teacher;
    let marks = [AxisMark { axis: 2, value: BASELINE, name: "no teacher", colour }];
    let (axes, lines) = (&axes, &lines);
    ParallelAxes { name: "Students", axes, lines, marks: &marks, brushes: &[], height: Some(220.0) }.show(ui);
    LevelLegend { name: "T", labels: &Kind::Setting.apart(temperatures) }.show(ui);
}

fn curve_ui(ui: &mut Ui, temperatures: &[f64], weights: &[f64]) {
    let t = ui.tokens();
    let names = Kind::Setting.apart(weights);
    let shown = [0, 19, 39];
    let points = shown.map(|row| {
        let point = |x: &f64| BandPoint { x: *x, mean: errors(*x, weights[row]), deviation: 2.0, seeds: 4 };
        temperatures.iter().map(point).collect::<Vec<_>>()
    });
    let line = |i: usize| BandLine {
        name: &names[shown[i]],
        short: &names[shown[i]],
        colour: t.swept(i as f32 / 2.0),
        points: &points[i],
    };
    let lines = [line(0), line(1), line(2)];
    let level = [BandPoint { x: 1.0, mean: BASELINE, deviation: 2.0, seeds: 4 }];
    let baseline = BandLine { name: "no teacher", short: "no teacher", colour: t.no_teacher, points: &level };
    BandPlot {
        name: "Errors by temperature, of many",
        x_label: "T",
        y_label: "validation errors",
        log_x: true,
        written: Kind::Mean,
        key: "soft weight",
        lines: &lines,
        baselines: &[(baseline, KeyMark::Dashes)],
        height: Some(220.0),
    }
    .show(ui);
}
