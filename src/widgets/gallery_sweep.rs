//! The parts of the sweep board on the gallery's second page: plots in one column, the map and the fields in another.

use eframe::egui::{ScrollArea, Ui};

use super::*;
use crate::text::number::Kind;
use crate::theme::{caption, space, title};

/// What the second page remembers between frames.
#[derive(Clone, Debug)]
pub struct SweepGallery {
    /// A field swept over a range.
    pub temperature: RangeValue,
    /// A field with a list.
    pub weight: RangeValue,
    /// A field with a single, whole value.
    pub epochs: RangeValue,
    /// What is kept on the parallel axes.
    pub brushes: Vec<Option<Brush>>,
    /// The cell that was clicked.
    pub cell: Option<usize>,
    /// The panel that was clicked.
    pub panel: Option<usize>,
    /// The line that was clicked.
    pub line: Option<usize>,
}

impl Default for SweepGallery {
    fn default() -> Self {
        Self {
            temperature: RangeValue::Range { from: 1.0, to: 16.0, points: 5, log: true },
            weight: RangeValue::List(WEIGHTS.to_vec()),
            epochs: RangeValue::One(30.0),
            brushes: Vec::new(),
            cell: None,
            panel: None,
            line: None,
        }
    }
}

const TEMPERATURES: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
const WEIGHTS: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];
/// Validation errors by soft weight, from the top down, and temperature.
const ERRORS: [[f64; 5]; 5] = [
    [39.0, 38.0, 52.0, 51.0, 49.0],
    [38.0, 38.0, 50.0, 53.0, 49.0],
    [37.0, 40.0, 47.0, 50.0, 47.0],
    [37.0, 37.0, 46.0, 45.0, 46.0],
    [37.0, 38.0, 41.0, 43.0, f64::NAN],
];
/// Validation errors without a teacher.
const BASELINE: f64 = 40.0;
const LOGITS: [f64; 10] = [1.0, 3.4, 0.5, 1.0, 1.9, -0.1, 0.3, 1.1, 4.5, 2.4];

/// Shows what draws runs: a band over seeds, parallel axes, small multiples.
pub fn sweep_plots_ui(ui: &mut Ui, g: &mut SweepGallery) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        part_ui(ui, "Errors by temperature", bands_ui);
        part_ui(ui, "Every student, by what was swept", |ui| lines_ui(ui, g));
        part_ui(ui, "What the models say about one digit, as T rises", |ui| panels_ui(ui, g));
    });
}

/// Shows the map, the fields and the shares.
pub fn sweep_fields_ui(ui: &mut Ui, g: &mut SweepGallery) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        part_ui(ui, "Temperature × soft weight", |ui| map_ui(ui, g));
        group_ui(ui, |ui| fields_ui(ui, g));
        part_ui(ui, "What matters", |ui| {
            let t = ui.tokens();
            let row = |name, share| ShareRow { name, share, colour: t.secondary, hover: "5 values" };
            let rest = ShareRow { name: "together, and chance", share: 0.214, colour: t.selected, hover: "" };
            bar_list_ui(ui, "Importance", &[row("temperature", 0.611), row("soft weight", 0.175), rest]);
        });
    });
}

pub(super) fn part_ui(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui)) {
    group_ui(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.label(title(name));
        content(ui);
    });
}

fn labels(values: &[f64]) -> Vec<String> {
    Kind::Setting.apart(values)
}

fn map_ui(ui: &mut Ui, g: &mut SweepGallery) {
    let (columns, mut rows) = (labels(&TEMPERATURES), labels(&WEIGHTS));
    rows.reverse();
    let cell = |index: usize| {
        let value = ERRORS[index / 5][index % 5];
        let lit = g.cell == Some(index);
        value.is_finite().then(|| HeatCell { value, text: format!("{value}"), baseline: Some(BASELINE), lit })
    };
    let cells = (0..25).map(cell).collect::<Vec<_>>();
    let shown = HeatMap {
        name: "Validation errors by temperature and soft weight",
        metric: "validation errors",
        row_axis: "soft weight",
        rows: &rows,
        column_axis: "temperature",
        columns: &columns,
        cells: &cells,
        hover: &|index| format!("{} of 500 validation errors, 4 seeds", ERRORS[index / 5][index % 5]),
        baseline: "no teacher",
        lowest_is_best: true,
        written: Kind::Mean,
        height: None,
    }
    .show(ui);
    g.cell = shown.clicked.or(g.cell);
}

fn fields_ui(ui: &mut Ui, g: &mut SweepGallery) {
    let temperature = RangeLimits { range: RangeLimits::between(0.25, 64.0), whole: false, most: 32 };
    let weight = RangeLimits { range: RangeLimits::between(0.0, 1.0), ..temperature.clone() };
    let epochs = RangeLimits { range: RangeLimits::between(1.0, 1000.0), whole: true, most: 8 };
    ui.spacing_mut().item_spacing.y = space::M;
    for (name, value, limits, log) in [
        ("Temperature", &mut g.temperature, &temperature, true),
        ("Soft weight", &mut g.weight, &weight, false),
        ("Epochs", &mut g.epochs, &epochs, false),
    ] {
        if let Some(changed) = (RangeField { name, value, limits, log, bare: false }).show(ui).changed {
            *value = changed;
        }
    }
}

fn bands_ui(ui: &mut Ui) {
    let t = ui.tokens();
    let line = |row: usize| {
        let point = |(i, x): (usize, &f64)| BandPoint { x: *x, mean: ERRORS[row][i], deviation: 2.5, seeds: 4 };
        TEMPERATURES.iter().enumerate().map(point).collect::<Vec<_>>()
    };
    let points = line(2);
    let lines = [BandLine { name: "soft weight 0.5", short: "0.5", colour: t.student, points: &points }];
    let baseline = [BandPoint { x: 1.0, mean: BASELINE, deviation: 1.5, seeds: 4 }];
    BandPlot {
        name: "Errors by temperature",
        x_label: "temperature",
        y_label: "validation errors",
        log_x: true,
        written: Kind::Mean,
        key: "soft weight",
        lines: &lines,
        baselines: &[(
            BandLine { name: "no teacher", short: "no teacher", colour: t.no_teacher, points: &baseline },
            KeyMark::Dashes,
        )],
        height: Some(190.0),
    }
    .show(ui);
}

fn lines_ui(ui: &mut Ui, g: &mut SweepGallery) {
    let students = ["MLP 64–64".to_owned(), "CNN 8–16".to_owned()];
    let number =
        |low, high, log, ticks| AxisKind::Number { scale: Scale::new(low, high, log), ticks, written: Kind::Setting };
    let axes = [
        ParallelAxis { name: "temperature", kind: number(1.0, 16.0, true, &TEMPERATURES[..]) },
        ParallelAxis { name: "soft weight", kind: number(0.1, 0.9, false, &WEIGHTS[..]) },
        ParallelAxis { name: "student", kind: AxisKind::Category(&students) },
        ParallelAxis { name: "validation errors", kind: number(37.0, 53.0, false, &[]) },
    ];
    let values = (0..25).map(|i| [TEMPERATURES[i % 5], WEIGHTS[4 - i / 5], (i % 2) as f64, ERRORS[i / 5][i % 5]]);
    let values = values.collect::<Vec<_>>();
    let names = (0..25).map(|i| format!("r-{:04}", 412 + i)).collect::<Vec<_>>();
    let line = |i: usize| ParallelLine {
        name: &names[i],
        values: &values[i],
        colour: ui.tokens().swept((i % 5) as f32 / 4.0),
        lit: g.line == Some(i),
    };
    let lines = (0..25).map(line).collect::<Vec<_>>();
    let no_teacher = ui.tokens().no_teacher;
    let marks = [AxisMark { axis: 3, value: BASELINE, name: "no teacher", colour: no_teacher }];
    let (axes, lines, brushes) = (&axes, &lines, &g.brushes);
    let shown = ParallelAxes { name: "Students", axes, lines, marks: &marks, brushes, height: Some(210.0) }.show(ui);
    let clicked = shown.clicked;
    if let Some(brushes) = shown.brushes {
        g.brushes = brushes;
    }
    g.line = clicked.or(g.line);
    LevelLegend { name: "temperature", labels: &labels(&TEMPERATURES) }.show(ui);
    let kept = values.iter().filter(|values| Brush::pass(&g.brushes, *values)).count();
    ui.label(caption(format!("{kept} of 25 kept")));
}

fn panels_ui(ui: &mut Ui, g: &mut SweepGallery) {
    let t = ui.tokens();
    let softened = |temperature: f64, shift: f64| {
        let powers = LOGITS.map(|z| ((z + shift * (z * 7.0).sin()) / temperature).exp());
        let sum: f64 = powers.iter().sum();
        powers.map(|power| (power / sum) as f32)
    };
    let both = TEMPERATURES.map(|temperature| (softened(temperature, 0.0), softened(temperature, 0.5)));
    let titles = TEMPERATURES.map(|temperature| format!("T {temperature}"));
    let panel = |i: usize| MiniPanel {
        title: &titles[i],
        dot: Some(t.swept(i as f32 / 4.0)),
        upper: &both[i].0,
        lower: &both[i].1,
        lit: g.panel == Some(i),
    };
    let panels = (0..5).map(panel).collect::<Vec<_>>();
    let classes = (0..10).map(|i| i.to_string()).collect::<Vec<_>>();
    let shown = SmallMultiples {
        name: "Softened distributions",
        classes: &classes,
        label: Some((8, Whose { name: "label", colour: t.label })),
        upper: Whose { name: "teacher", colour: t.teacher },
        lower: Whose { name: "student", colour: t.student },
        panels: &panels,
        height: None,
    }
    .show(ui);
    g.panel = shown.clicked.or(g.panel);
}
