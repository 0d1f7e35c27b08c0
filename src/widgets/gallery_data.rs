//! What shows data, on the gallery's fourth page: full, with long names, and while there is nothing to show yet.

use std::collections::BTreeSet;

use eframe::egui::{Ui, vec2};

use super::gallery_sweep::part_ui;
use super::*;
use crate::text::number::Kind;
use crate::theme::{Icon, UiTokens as _, caption, space};

const LONG: &str = "a name that is far too long for the place that it was given here";

/// Shows the smaller parts with something in them.
pub(super) fn data_ui(ui: &mut Ui) {
    part_ui(ui, "Samples", samples_ui);
    part_ui(ui, "Tiles", |ui| {
        ui.horizontal_wrapped(|ui| {
            stat_tile_ui(ui, vec2(92.0, STAT_TILE), "with a unit", "2.23", "nats");
            stat_tile_ui(ui, vec2(92.0, STAT_TILE), "without", "36", "");
            stat_tile_ui(ui, vec2(92.0, STAT_TILE), "none yet", "–", "");
            stat_tile_ui(ui, vec2(92.0, STAT_TILE), "too long", LONG, "");
        });
    });
    part_ui(ui, "Title rows", |ui| {
        section_ui(ui, "With a line", true, |_| {}, |_| {});
        let end = |ui: &mut Ui| {
            ui.add(IconButton::new(Icon::Close, "Close the row"));
        };
        section_ui(ui, "With both ends", false, |ui| drop(ui.label(caption(LONG))), end);
        hairline_ui(ui);
    });
    let t = ui.tokens();
    part_ui(ui, "Distributions, one with long names", |ui| {
        let names = |last: &str| ["0", "1", last].map(str::to_owned);
        for (name, last, right) in [("Both sides", "2", &[0.1, 0.3, 0.6][..]), ("Left side alone", LONG, &[])] {
            let side =
                |name, probabilities, colour| Side { name, what: "", probabilities, ghost: &[], members: &[], colour };
            let bars = ProbabilityBars {
                name,
                classes: &names(last),
                left: side("teacher", &[0.05, 0.25, 0.7], t.teacher),
                right: side("student", right, t.student),
                label: Some((2, t.label)),
                order: &[2, 1, 0],
                full: Some(1.0),
                row: 34.0,
                log: false,
                draggable: false,
            };
            ui.allocate_ui(vec2(ui.available_width(), 104.0), |ui| bars.show(ui));
        }
    });
    part_ui(ui, "Shares and a scale", |ui| {
        let row = |name, share| ShareRow { name, share, colour: t.secondary, hover: "" };
        bar_list_ui(
            ui,
            "Shares",
            &[row("all of it", 1.0), row(LONG, 0.002), row("none", 0.0), row("unknown", f64::NAN)],
        );
        ui.add_space(space::XS);
        let levels = ["1", "2.8", "8", "23", "64"].map(str::to_owned);
        LevelLegend { name: "swept", labels: &levels }.show(ui);
        LevelLegend { name: "in a line", labels: &levels }.inline(ui);
        let scale =
            |scale, mark| ScaleLegend { name: "errors", scale, kind: ScaleKind::LowIsBest, written: Kind::Mean, mark };
        let mark = |low, high| Some(ScaleMark { name: "no teacher", low, high, colour: t.no_teacher });
        scale(Scale::new(33.0, 39.0, false), mark(38.7, 38.7)).show(ui);
        scale(Scale::new(33.0, 39.0, false), mark(33.0, 35.0)).show(ui);
        scale(Scale::new(3.0, 3.0, false), None).show(ui);
    });
}

fn samples_ui(ui: &mut Ui) {
    let grey = (0..64).map(|i| (i % 8) as f32 / 7.0).collect::<Vec<_>>();
    let colour = (0..64).flat_map(|i| [(i % 8) as f32 / 7.0, (i / 8) as f32 / 7.0, 0.5]).collect::<Vec<_>>();
    let flat = (0..32).map(|i| (i % 8) as f32 / 7.0).collect::<Vec<_>>();
    let features = (0..24).map(|i| (i as f32 * 0.7).sin()).collect::<Vec<_>>();
    let positive = features.iter().map(|value| value.abs()).collect::<Vec<_>>();
    ui.horizontal_wrapped(|ui| {
        for (slot, key, values, shape) in [
            ("grey", 11, &grey, Some([8, 8, 1])),
            ("colour", 12, &colour, Some([8, 8, 3])),
            ("flat", 13, &flat, Some([4, 8, 1])),
            ("signed features", 14, &features, None),
            ("positive features", 15, &positive, None),
        ] {
            sample_image_ui(ui, slot, Sample { key, values, shape }, 64.0);
        }
    });
}

/// Shows the parts that have nothing to show yet.
pub(super) fn empty_ui(ui: &mut Ui) {
    part_ui(ui, "Nothing here", |ui| {
        let room = |height| vec2(ui.available_width(), height);
        let (with, without) = (room(130.0), room(96.0));
        ui.allocate_ui(with, |ui| {
            empty_state_ui(ui, Icon::Folder, "With an action", "What to do about it.", Some("Do it"))
        });
        ui.allocate_ui(without, |ui| empty_state_ui(ui, Icon::Flask, "Without", "It comes by itself.", None));
    });
    part_ui(ui, "Curves before the first point", |ui| {
        let hidden = BTreeSet::new();
        let plot = CurvePlot {
            name: "No curves yet",
            curves: &[],
            hidden: &hidden,
            markers: &[],
            held: &[],
            written: Kind::Loss,
            log_y: true,
            x_label: "step",
            y_label: "nats",
            whole_x: true,
            include_x: Some(100.0),
            now: None,
            from_zero: false,
            link: None,
            height: Some(110.0),
        };
        plot.show(ui);
    });
    part_ui(ui, "A map with most cells to come", |ui| {
        let names = |names: [&str; 2]| names.map(str::to_owned);
        let cell = HeatCell { value: 12.0, text: "12".to_owned(), baseline: None, lit: true };
        HeatMap {
            name: "A map",
            metric: "errors",
            row_axis: "soft weight",
            rows: &names(["0.9", LONG]),
            column_axis: "temperature",
            columns: &names(["1", "4"]),
            cells: &[Some(cell), None, None, None],
            hover: &|_| "12 errors".to_owned(),
            baseline: "no teacher",
            lowest_is_best: true,
            written: Kind::Mean,
            height: Some(150.0),
        }
        .show(ui);
    });
    part_ui(ui, "Axes without runs", |ui| {
        let number =
            |low, high| AxisKind::Number { scale: Scale::new(low, high, false), ticks: &[], written: Kind::Setting };
        let axes = [
            ParallelAxis { name: "weight", kind: number(0.0, 1.0) },
            ParallelAxis { name: "errors", kind: number(10.0, 60.0) },
        ];
        ParallelAxes { name: "No runs yet", axes: &axes, lines: &[], marks: &[], brushes: &[], height: Some(110.0) }
            .show(ui);
    });
    let t = ui.tokens();
    part_ui(ui, "Small panels, the teacher's alone", |ui| {
        let classes = ["0", "1", "2"].map(str::to_owned);
        let panel = |title, upper, lit| MiniPanel { title, dot: Some(t.swept(0.5)), upper, lower: &[], lit };
        SmallMultiples {
            name: "The teacher's alone",
            classes: &classes,
            label: None,
            upper: Whose { name: "teacher", colour: t.teacher },
            lower: Whose { name: "student", colour: t.student },
            panels: &[panel("T 1", &[0.1, 0.1, 0.8], true), panel("T 8", &[0.3, 0.3, 0.4], false)],
            height: Some(88.0),
        }
        .show(ui);
    });
}
