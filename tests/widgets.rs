//! The parts of the window, driven as a person or assistive technology would: by role and name.
//! What they draw is looked at in the gallery; here it matters that they can be used.

#![expect(clippy::float_cmp, reason = "the values are set, not computed")]

use eframe::egui::{self, Key, Role, Theme};
use egui_kittest::{Harness, kittest::Queryable as _};
use stillroom::{
    theme,
    widgets::{Gallery, gallery_ui},
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
