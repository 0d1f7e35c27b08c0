//! The parts of the window, driven as a person or assistive technology would: by role and name.
//! What they draw is looked at in the gallery; here it matters that they can be used.

#![expect(clippy::float_cmp, reason = "the values are set, not computed")]

use eframe::egui::{self, Key, Role, Theme};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use stillroom::{
    app::StylePage,
    text::{Language, language, number::Kind, speak},
    theme,
    widgets::{
        AxisKind, AxisMark, Band, BandLine, BandPlot, BandPoint, Brush, Curve, CurvePlot, Gallery, HeatCell, HeatMap,
        KeyMark, Marker, MiniPanel, ParallelAxes, ParallelAxis, ParallelLine, ProbabilityBars, RangeValue, Scale, Side,
        SmallMultiples, TokenKind, TokenMark, Whose, gallery_ui, token_key_ui,
    },
};

fn gallery(theme: Theme) -> Harness<'static, Gallery> {
    let harness = Harness::builder().with_size([1280.0, 800.0]).with_theme(theme);
    let harness = harness.with_context_setup(theme::install).build_ui_state(gallery_ui, Gallery::default());
    let mut harness = harness;
    harness.run();
    harness
}

#[test]
fn every_part_has_a_name_and_the_page_comes_to_rest_in_both_themes() {
    for theme in [Theme::Dark, Theme::Light] {
        // The harness itself fails on an input without a name, a missing glyph, or a page that never rests.
        gallery(theme).run();
    }
}

#[test]
fn colours_type_and_icons_stand_on_a_page_of_their_own() {
    for theme in [Theme::Dark, Theme::Light] {
        let state = Gallery { page: 2, ..Gallery::default() };
        let harness = Harness::builder().with_size([1280.0, 1000.0]).with_theme(theme);
        let mut harness = harness.with_context_setup(theme::install).build_ui_state(gallery_ui, state);
        harness.run();
        harness.get_by_label("no_teacher");
        harness.get_by_label("Contrast");
    }
}

#[test]
fn every_part_stands_in_every_state_on_one_page() {
    for theme in [Theme::Dark, Theme::Light] {
        let state = Gallery { page: 3, ..Gallery::default() };
        let harness = Harness::builder().with_size([1280.0, 2000.0]).with_theme(theme).with_max_steps(8);
        let mut harness = harness.with_context_setup(theme::install).build_ui_state(gallery_ui, state);
        harness.run();
        assert!(harness.get_by_role_and_label(Role::Button, "With the focus").is_focused());
        let off =
            |role, name| harness.get_all_by_role_and_label(role, name).all(|it| it.accesskit_node().is_disabled());
        assert!(off(Role::Button, "disabled") && off(Role::Switch, "Disabled"));
        for words in ["The student was saved.", "What to do about it."] {
            assert!(harness.query_by_value(words).is_some() || harness.query_by_label(words).is_some(), "{words}");
        }
        harness.get_by_role_and_label(Role::Switch, "Off at first").click();
        harness.run();
        assert_eq!(harness.state().states.switched, [true, true]);
    }
}

#[test]
fn the_style_page_changes_theme_and_language() {
    let harness = Harness::builder().with_size([1280.0, 860.0]).with_theme(Theme::Dark).with_max_steps(8);
    let harness = harness.with_context_setup(theme::install);
    let mut harness = harness.build_ui_state(|ui, page: &mut StylePage| page.ui(ui), StylePage::default());
    harness.run();
    harness.get_by_role_and_label(Role::Tab, "Light").click();
    harness.run();
    assert_eq!(harness.ctx.theme(), Theme::Light);
    harness.get_by_role_and_label(Role::Tab, "简体中文").click();
    harness.run();
    assert_eq!(language(), Language::Chinese);
    speak(Language::English);
}

#[test]
fn a_slider_takes_a_value() {
    let mut harness = gallery(Theme::Dark);
    harness.get_by_role_and_label(Role::Slider, "Temperature").set_value_accesskit(8.0);
    harness.run();
    assert_eq!(harness.state().temperature, 8.0);
    harness.get_by_role_and_label(Role::Slider, "Temperature").set_value_accesskit(1e9);
    harness.run();
    assert_eq!(harness.state().temperature, 64.0, "values stay in range");
}

#[test]
fn a_slider_takes_keys() {
    let mut harness = gallery(Theme::Dark);
    harness.get_by_role_and_label(Role::Slider, "Temperature").focus();
    harness.run();
    harness.key_press(Key::ArrowRight);
    harness.run();
    let more = harness.state().temperature;
    assert!(more > 4.0 && more < 5.0, "{more}");
    assert!(harness.get_by_role_and_label(Role::Slider, "Temperature").is_focused());
    harness.key_press(Key::ArrowLeft);
    harness.key_press(Key::ArrowLeft);
    harness.run();
    assert!(harness.state().temperature < 4.0);
    harness.get_by_role_and_label(Role::Slider, "Learning rate").increment_accesskit();
    harness.run();
    assert!(harness.state().rate > 1e-3);
}

#[test]
fn a_slider_takes_the_pointer_and_a_double_click_resets_it() {
    let mut harness = gallery(Theme::Dark);
    let rect = harness.get_by_role_and_label(Role::Slider, "Temperature").rect();
    let end = egui::pos2(rect.right() - 1.0, rect.top() + 9.0);
    harness.drag_at(end);
    harness.drop_at(end);
    harness.run();
    assert_eq!(harness.state().temperature, 64.0);
    let slider = harness.get_by_role_and_label(Role::Slider, "Temperature");
    slider.click();
    slider.click();
    harness.run();
    assert_eq!(harness.state().temperature, 4.0);
}

#[test]
fn a_number_that_is_looked_at_keeps_the_digits_that_are_not_written() {
    let mut harness = gallery(Theme::Dark);
    harness.state_mut().rate = 0.001_234_567;
    harness.get_by_role_and_label(Role::SpinButton, "Learning rate").click();
    harness.run_steps(4);
    harness.key_press(Key::Tab);
    harness.run_steps(4);
    assert_eq!(harness.state().rate, 0.001_234_567);
}

#[test]
fn a_number_can_be_typed() {
    let mut harness = gallery(Theme::Dark);
    harness.get_by_role_and_label(Role::SpinButton, "Soft weight").click();
    harness.run_steps(4);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.event(egui::Event::Text("0,25".to_owned()));
    harness.key_press(Key::Enter);
    harness.run_steps(4);
    assert_eq!(harness.state().weight, 0.25);
}

#[test]
fn a_switch_turns_over() {
    let mut harness = gallery(Theme::Dark);
    harness.get_by_role_and_label(Role::Switch, "Scale the soft term by T²").click();
    harness.run();
    assert!(!harness.state().scaled);
}

#[test]
fn a_choice_is_made() {
    let mut harness = gallery(Theme::Dark);
    harness.get_by_role_and_label(Role::Tab, "Compare").click();
    harness.run();
    assert_eq!(harness.state().page, 1);
    harness.get_by_role_and_label(Role::ComboBox, "Teacher").click();
    harness.run();
    harness.get_by_label("CNN 8–16").click();
    harness.run();
    assert_eq!(harness.state().choice, 1);
    assert_eq!(harness.get_by_role_and_label(Role::ComboBox, "Teacher").value().as_deref(), Some("CNN 8–16"));
}

#[test]
fn the_legend_hides_a_curve() {
    let mut harness = gallery(Theme::Dark);
    let summary = |harness: &Harness<'_, Gallery>| harness.get_by_role_and_label(Role::Figure, "Loss").value();
    assert!(summary(&harness).is_some_and(|words| words.contains("hard")));
    harness.get_by_role_and_label(Role::CheckBox, "hard").click();
    harness.run();
    assert!(harness.state().hidden.contains(&2));
    let words = summary(&harness).unwrap_or_default();
    assert!(words.starts_with("soft at T 0.0") && !words.contains("; hard"), "{words}");
    harness.get_by_role_and_label(Role::CheckBox, "hard").click();
    harness.run();
    assert!(harness.state().hidden.is_empty());
}

#[test]
fn bars_read_out_their_values() {
    let harness = gallery(Theme::Dark);
    assert!(harness.query_by_value("8 (label): teacher 19.").is_none(), "the whole row is read, not a part of it");
    let rows = harness.get_all(egui_kittest::kittest::By::new().predicate(|node| {
        node.value().is_some_and(|value| value.contains(": teacher ") && value.ends_with("\u{a0}%"))
    }));
    assert_eq!(rows.count(), 10);
}

#[test]
fn buttons_are_pressed_by_name() {
    let mut harness = gallery(Theme::Dark);
    harness.get_by_role_and_label(Role::Button, "Distil").click();
    harness.run();
    assert_eq!(harness.state().presses, 1);
    harness.get_by_role_and_label(Role::Button, "Distil").focus();
    harness.key_press(Key::Space);
    harness.run();
    assert_eq!(harness.state().presses, 2);
}

/// Shows something alone, in a small window, until it rests.
fn show<'a>(content: impl FnMut(&mut egui::Ui) + 'a) -> Harness<'a> {
    let mut harness = Harness::builder().with_size([400.0, 300.0]).with_context_setup(theme::install).build_ui(content);
    harness.run();
    harness
}

#[test]
fn a_hundred_classes_scroll_in_the_order_given() {
    let classes = (0..100).map(|i| format!("a class with a long name, number {i}")).collect::<Vec<_>>();
    let order = (0..100).rev().collect::<Vec<_>>();
    let even = vec![0.01; 100];
    let harness = show(|ui| {
        let side = |name, probabilities| Side {
            name,
            what: "",
            probabilities,
            ghost: &[],
            members: &[],
            colour: egui::Color32::RED,
        };
        let (left, right) = (side("teacher", &even), side("student", &[]));
        let label = Some((99, egui::Color32::GREEN));
        let name = "Distributions";
        ProbabilityBars {
            name,
            classes: &classes,
            left,
            right,
            label,
            order: &order,
            full: None,
            row: 34.0,
            log: false,
            draggable: false,
        }
        .show(ui);
    });
    let first =
        harness.get_by_value("a class with a long name, number 99 (label): teacher 1.000\u{a0}%, student –").rect();
    let second = harness.get_by_value("a class with a long name, number 98: teacher 1.000\u{a0}%, student –").rect();
    assert!(first.top() < second.top());
}

#[test]
fn a_plot_bears_whatever_a_run_may_send() {
    let point = |x: f64, y: f64| egui_plot::PlotPoint::new(x, y);
    let all_broken = [point(0.0, f64::NAN), point(1.0, f64::INFINITY), point(2.0, -1.0), point(3.0, 0.0)];
    let huge = [point(0.0, 1e30), point(1.0, 1e-30)];
    let lonely = [point(5.0, 2.0)];
    let band = [Band { x: 0.0, low: 0.0, high: f64::INFINITY }];
    for line in [&[][..], &all_broken, &huge, &lonely] {
        for log_y in [false, true] {
            let hidden = std::collections::BTreeSet::new();
            let curve = Curve {
                name: "loss",
                what: "",
                id: 0,
                colour: egui::Color32::RED,
                mark: KeyMark::Dashes,
                emphasised: true,
                line,
                band: &band,
            };
            let mut harness = show(|ui| {
                let plot = CurvePlot {
                    name: "Loss",
                    curves: &[curve],
                    hidden: &hidden,
                    markers: &[Marker { x: 1.0, text: "T 4 → 8" }],
                    held: &[],
                    written: Kind::Loss,
                    log_y,
                    x_label: "step",
                    y_label: "nats",
                    whole_x: true,
                    include_x: None,
                    now: None,
                    from_zero: false,
                    link: None,
                    height: None,
                };
                let shown = plot.show(ui);
                assert!(shown.x_range.start() <= shown.x_range.end() && shown.follows && shown.columns > 100);
            });
            harness.get_by_role_and_label(Role::Figure, "Loss").hover();
            harness.run();
        }
    }
}

/// The page of the parts of a sweep board.
fn sweep(theme: Theme) -> Harness<'static, Gallery> {
    let state = Gallery { page: 1, ..Gallery::default() };
    let harness = Harness::builder().with_size([1280.0, 1200.0]).with_theme(theme);
    let mut harness = harness.with_context_setup(theme::install).build_ui_state(gallery_ui, state);
    harness.run();
    harness
}

#[test]
fn the_sweep_board_has_names_and_comes_to_rest_in_both_themes() {
    for theme in [Theme::Dark, Theme::Light] {
        sweep(theme).run();
    }
}

const MAP: &str = "Validation errors by temperature and soft weight";

#[test]
fn a_cell_of_a_heat_map_is_clicked_and_read() {
    let mut harness = sweep(Theme::Dark);
    let best = "temperature 1, soft weight 0.5: 37 of 500 validation errors, 4 seeds (best)";
    assert_eq!(harness.get_by_role_and_label(Role::Grid, MAP).value().as_deref(), Some(best));
    assert!(harness.query_by_role_and_label(Role::GridCell, best).is_some());
    harness.get_by_role_and_label(Role::GridCell, "temperature 16, soft weight 0.1: not run yet").click();
    harness.run();
    assert_eq!(harness.state().sweep.cell, Some(24));
    let cell = "temperature 4, soft weight 0.7: 50 of 500 validation errors, 4 seeds";
    harness.get_by_role_and_label(Role::GridCell, cell).click();
    harness.run();
    assert_eq!(harness.state().sweep.cell, Some(7));
}

#[test]
fn a_heat_map_takes_keys() {
    let mut harness = sweep(Theme::Dark);
    harness.get_by_role_and_label(Role::Grid, MAP).focus();
    harness.run();
    // From the best cell, the first of the third row, and never beyond the edges.
    for key in [Key::ArrowLeft, Key::ArrowRight, Key::ArrowRight, Key::ArrowDown, Key::Enter] {
        harness.key_press(key);
        harness.run();
    }
    assert_eq!(harness.state().sweep.cell, Some(17));
    assert!(harness.get_by_role_and_label(Role::Grid, MAP).is_focused());
}

#[test]
fn axes_are_brushed_by_dragging_and_cleared_by_their_title() {
    let mut harness = sweep(Theme::Dark);
    assert_eq!(harness.get_by_role_and_label(Role::Figure, "Students").value().as_deref(), Some("25 of 25 lines"));
    let axis = harness.get_by_role_and_label(Role::Slider, "soft weight").rect();
    harness.drag_at(axis.center());
    let beyond = axis.center_top() - egui::vec2(0.0, 30.0);
    harness.hover_at(beyond);
    harness.run();
    harness.drop_at(beyond);
    harness.run();
    let brush = harness.state().sweep.brushes[1].unwrap();
    assert!((brush.low - 0.5).abs() < 0.01 && (brush.high - 0.9).abs() < 1e-9, "beyond the end is the end: {brush:?}");
    let kept = harness.get_by_role_and_label(Role::Figure, "Students").value();
    assert!(kept == Some("15 of 25 lines".to_owned()) || kept == Some("10 of 25 lines".to_owned()), "{kept:?}");
    harness.get_by_role_and_label(Role::Button, "Keep all of soft weight again").click();
    harness.run();
    assert_eq!(harness.state().sweep.brushes[1], None);
}

#[test]
fn axes_take_keys() {
    let mut harness = sweep(Theme::Dark);
    harness.get_by_role_and_label(Role::Slider, "student").focus();
    harness.run();
    harness.key_press(Key::ArrowUp);
    harness.run();
    let brush = harness.state().sweep.brushes[2].unwrap();
    assert!((brush.low - 0.05).abs() < 1e-9 && brush.high == 1.0, "{brush:?}");
    harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::ArrowDown);
    harness.run();
    assert!((harness.state().sweep.brushes[2].unwrap().high - 0.95).abs() < 1e-9);
    harness.key_press(Key::Delete);
    harness.run();
    assert_eq!(harness.state().sweep.brushes[2], None);
}

#[test]
fn a_small_panel_is_chosen() {
    let mut harness = sweep(Theme::Dark);
    harness.get_by_role_and_label(Role::Button, "T 4: teacher 8 19.3\u{a0}%, student 8 19.4\u{a0}%").click();
    harness.run();
    assert_eq!(harness.state().sweep.panel, Some(2));
}

#[test]
fn a_band_plot_reads_out_its_points() {
    let harness = sweep(Theme::Dark);
    let words = harness.get_by_role_and_label(Role::Figure, "Errors by temperature").value().unwrap();
    assert!(words.starts_with("soft weight 0.5 temperature 1: 37 ± 2.5, temperature 2: 40 ± 2.5"), "{words}");
    assert!(words.ends_with("; no teacher 40 ± 1.5"), "{words}");
}

#[test]
fn shares_are_read_out() {
    let harness = sweep(Theme::Dark);
    let share = harness.get_by_role_and_label(Role::Meter, "temperature");
    assert_eq!(share.value().as_deref(), Some("61\u{a0}%"));
    assert!(harness.query_by_role_and_label(Role::Image, "validation errors, 37 to 53; no teacher 40").is_some());
}

/// Replaces what stands in a text field.
fn type_over(harness: &mut Harness<'_, Gallery>, name: &str, typed: &str) {
    harness.get_by_role_and_label(Role::TextInput, name).focus();
    harness.run_steps(3);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.event(egui::Event::Text(typed.to_owned()));
    harness.run_steps(3);
}

#[test]
fn a_swept_field_takes_a_value_a_list_and_a_range() {
    let mut harness = sweep(Theme::Dark);
    assert!(harness.query_by_value("5 values: 1 · 2 · 4 · 8 · 16").is_some());
    type_over(&mut harness, "Temperature to", "64");
    type_over(&mut harness, "Temperature, points", "7");
    let range = |log| RangeValue::Range { from: 1.0, to: 64.0, points: 7, log };
    assert_eq!(harness.state().sweep.temperature, range(true));
    harness.get_by_role_and_label(Role::Tab, "linear").click();
    harness.run_steps(3);
    assert_eq!(harness.state().sweep.temperature, range(false));

    type_over(&mut harness, "Soft weight, values", "0.25; 0.75");
    assert_eq!(harness.state().sweep.weight, RangeValue::List(vec![0.25, 0.75]));

    type_over(&mut harness, "Epochs", "40");
    assert_eq!(harness.state().sweep.epochs, RangeValue::One(40.0));
    let lists = harness.get_all_by_role_and_label(Role::Tab, "list").collect::<Vec<_>>();
    lists[2].click();
    harness.run_steps(3);
    assert_eq!(harness.state().sweep.epochs, RangeValue::List(vec![40.0]));
}

#[test]
fn what_a_field_does_not_allow_is_marked_and_not_taken() {
    let mut harness = sweep(Theme::Dark);
    let before = harness.state().sweep.clone();
    for (typed, fault) in [
        ("0.1, x", "“x” is not a number"),
        ("0.1, 2", "From 0 to 1"),
        ("0.1, 0.1", "0.1 is there twice"),
        (",", "Type a number"),
    ] {
        type_over(&mut harness, "Soft weight, values", typed);
        assert!(harness.query_by_value(fault).is_some(), "{fault}");
        assert_eq!(harness.state().sweep.weight, before.weight);
    }
    type_over(&mut harness, "Epochs", "2.5");
    assert!(harness.query_by_value("“2.5” is not a whole number").is_some());
    assert_eq!(harness.state().sweep.epochs, before.epochs);
    type_over(&mut harness, "Temperature, points", "1");
    assert!(harness.query_by_value("From 2 to 32 values").is_some());
    assert_eq!(harness.state().sweep.temperature, before.temperature);
    // What is wrong stays until it is put right.
    type_over(&mut harness, "Soft weight, values", "0.5");
    assert!(harness.query_by_value("Type a number").is_none());
    assert_eq!(harness.state().sweep.weight, RangeValue::List(vec![0.5]));
}

#[test]
fn a_value_that_moves_elsewhere_is_shown() {
    let mut harness = sweep(Theme::Dark);
    type_over(&mut harness, "Epochs", "x");
    harness.state_mut().sweep.epochs = RangeValue::One(12.0);
    harness.run_steps(2);
    assert_eq!(harness.get_by_role_and_label(Role::TextInput, "Epochs").value().as_deref(), Some("12"));
}

#[test]
fn sweep_parts_bear_whatever_may_come() {
    let odd = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e300];
    let names = ["a".to_owned(), "a name that is far too long for such a small place".to_owned()];
    for values in [&odd[..], &odd[..1], &odd[3..4], &[]] {
        let cells = values
            .iter()
            .map(|value| {
                Some(HeatCell { value: *value, text: format!("{value}"), baseline: values.last().copied(), lit: true })
            })
            .collect::<Vec<_>>();
        let points = values.iter().map(|x| BandPoint { x: *x, mean: *x, deviation: f64::NAN, seeds: 1 });
        let points = points.collect::<Vec<_>>();
        let probabilities = values.iter().map(|value| *value as f32).collect::<Vec<_>>();
        for size in [[140.0, 700.0], [420.0, 700.0]] {
            let harness = Harness::builder().with_size(size).with_context_setup(theme::install);
            let mut harness = harness.build_ui(|ui| {
                let map = HeatMap {
                    name: "Map",
                    metric: "errors",
                    row_axis: &names[1],
                    rows: &names,
                    column_axis: "x",
                    columns: &names,
                    cells: &cells,
                    hover: &|index| format!("exactly {}", values[index]),
                    baseline: "nothing",
                    lowest_is_best: false,
                    written: Kind::Mean,
                    height: Some(120.0),
                };
                map.show(ui);
                let line = BandLine { name: "line", short: "line", colour: egui::Color32::RED, points: &points };
                let (lines, baselines) = ([line], [(line, KeyMark::Dashes), (line, KeyMark::Dots)]);
                let plot = BandPlot {
                    name: "Plot",
                    x_label: "x",
                    y_label: "y",
                    log_x: true,
                    written: Kind::Mean,
                    key: "of",
                    lines: &lines,
                    baselines: &baselines,
                    height: Some(140.0),
                };
                plot.show(ui);
                let scale = Scale::new(f64::NAN, 1.0, true);
                let axes = [
                    ParallelAxis {
                        name: &names[1],
                        kind: AxisKind::Number { scale, ticks: values, written: Kind::Setting },
                    },
                    ParallelAxis { name: "none", kind: AxisKind::Category(&[]) },
                    ParallelAxis { name: "names", kind: AxisKind::Category(&names) },
                ];
                let lines = [ParallelLine { name: "line", values, colour: egui::Color32::RED, lit: true }];
                let brushes = [Some(Brush::new(f64::NAN, 0.0))];
                for axes in [&axes[..], &axes[..1], &[]] {
                    let name = if axes.len() == 3 { "Axes" } else { names[axes.len()].as_str() };
                    let height = Some(110.0);
                    let marks = values.iter().map(|value| AxisMark {
                        axis: 0,
                        value: *value,
                        name,
                        colour: egui::Color32::RED,
                    });
                    let marks = marks.collect::<Vec<_>>();
                    ParallelAxes { name, axes, lines: &lines, marks: &marks, brushes: &brushes, height }.show(ui);
                }
                let whose = Whose { name: "teacher", colour: egui::Color32::RED };
                let panel =
                    MiniPanel { title: "T", dot: None, upper: &probabilities, lower: &probabilities, lit: true };
                let panels = [panel; 3];
                let (label, height) = (Some((7, whose)), Some(200.0));
                let (name, classes, lower) = ("Panels", &names[..], whose);
                SmallMultiples { name, classes, label, upper: whose, lower, panels: &panels, height }.show(ui);
            });
            harness.run();
            for name in ["Plot", "Axes"] {
                harness.get_by_role_and_label(Role::Figure, name).hover();
                harness.run();
            }
        }
    }
}

#[test]
fn a_sliders_tip_lies_on_no_control() {
    let mut harness = gallery(Theme::Dark);
    for (name, tip) in [("Temperature", "Double-click for 4"), ("Soft weight", "Double-click for 0.90")] {
        let rail = harness.get_by_role_and_label(Role::Slider, name).rect();
        // On the rail itself, which is above its ticks.
        harness.hover_at(egui::pos2(rail.center().x, rail.top() + 9.0));
        harness.run_steps(8);
        let shown = harness.get_by(|node| node.label().or(node.value()).as_deref() == Some(tip)).rect();
        for role in [Role::Slider, Role::SpinButton, Role::Switch, Role::Button, Role::ComboBox, Role::CheckBox] {
            for control in harness.get_all_by_role(role) {
                let label = control.accesskit_node().label();
                assert!(!control.rect().intersects(shown), "the tip of {name} lies on {label:?}");
            }
        }
    }
}

#[test]
fn a_large_map_touches_and_says_its_cells_only_when_asked() {
    let names = |count: usize| (0..count).map(|i| format!("{i}")).collect::<Vec<_>>();
    let (rows, columns) = (names(40), names(50));
    let cell = |i: usize| {
        let baseline = Some(100.0);
        Some(HeatCell { value: (i % 173) as f64, text: format!("{}", i % 173), baseline, lit: false })
    };
    let cells = (0..2000).map(cell).collect::<Vec<_>>();
    let harness = show(|ui| {
        let map = HeatMap {
            name: "Map",
            metric: "errors",
            row_axis: "weight",
            rows: &rows,
            column_axis: "T",
            columns: &columns,
            cells: &cells,
            hover: &|index| format!("exactly {index}"),
            baseline: "no teacher",
            lowest_is_best: true,
            written: Kind::Mean,
            height: Some(280.0),
        };
        map.show(ui);
    });
    let at = |words: &str| harness.get_by_role_and_label(Role::GridCell, words).rect();
    let first = at("T 0, weight 0: exactly 0 (best)");
    let (beside, below) = (at("T 1, weight 0: exactly 1"), at("T 0, weight 1: exactly 50"));
    assert_eq!((first.right(), first.bottom()), (beside.left(), below.top()));
    assert!(first.width() < 8.0 && first.height() < 8.0);
    let scale = harness.get_by_role_and_label(Role::Image, "errors, 0 to 172; no teacher 100").rect();
    assert!(scale.bottom() <= 300.0, "{scale:?}");
}

#[test]
fn tokens_wrap_and_say_what_their_colours_say() {
    let long = "a".repeat(200);
    let harness = show(|ui| {
        ui.horizontal_wrapped(|ui| {
            for at in 0..40 {
                let (share, words) = (at as f32 / 20.0 - 1.0, format!("token {at}"));
                TokenMark { text: "token", share, kind: TokenKind::Known, words: &words }.show(ui);
            }
            TokenMark { text: &long, share: f32::NAN, kind: TokenKind::Unknown, words: "unknown" }.show(ui);
            TokenMark { text: &long, share: 0.0, kind: TokenKind::Cut, words: "cut" }.show(ui);
        });
        token_key_ui(ui, "against", "for it");
    });
    let rects: Vec<egui::Rect> =
        (0..40).map(|at| harness.get_by_role_and_label(Role::Label, &format!("token {at}")).rect()).collect();
    assert!(rects.iter().all(|rect| rect.right() <= 400.0), "{rects:?}");
    assert!(rects.windows(2).all(|pair| !pair[0].shrink(0.5).intersects(pair[1].shrink(0.5))), "{rects:?}");
    assert!(rects[39].top() > rects[0].bottom());
    for last in ["unknown", "cut"] {
        assert!(harness.get_by_role_and_label(Role::Label, last).rect().right() <= 400.0, "{last}");
    }
    harness.get_by_role_and_label(Role::Image, "against – for it");
}
