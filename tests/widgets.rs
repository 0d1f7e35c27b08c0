//! The parts of the window, driven as a person or assistive technology would: by role and name.
//! What they draw is looked at in the gallery; here it matters that they can be used.

#![expect(clippy::float_cmp, reason = "the values are set, not computed")]

use eframe::egui::{self, Key, Role, Theme};
use egui_kittest::{Harness, kittest::Queryable as _};
use stillroom::{
    theme,
    widgets::{Band, Curve, CurvePlot, Gallery, Marker, ProbabilityBars, Side, gallery_ui},
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
    let rows = harness.get_all(
        egui_kittest::kittest::By::new()
            .predicate(|node| node.value().is_some_and(|value| value.contains(": teacher ") && value.ends_with(" %"))),
    );
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
        let side = |name, probabilities| Side { name, probabilities, colour: egui::Color32::RED };
        let (left, right) = (side("teacher", &even), side("student", &[]));
        let label = Some((99, egui::Color32::GREEN));
        let name = "Distributions";
        ProbabilityBars { name, classes: &classes, left, right, label, order: &order, full: None }.show(ui);
    });
    let first = harness.get_by_value("a class with a long name, number 99 (label): teacher 1.000 %, student –").rect();
    let second = harness.get_by_value("a class with a long name, number 98: teacher 1.000 %, student –").rect();
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
                id: 0,
                colour: egui::Color32::RED,
                dashed: true,
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
                    log_y,
                    x_label: "step",
                    whole_x: true,
                    include_x: None,
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
