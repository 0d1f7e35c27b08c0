//! Every control in every state it has, on the gallery's fourth page; what shows data stands beside them.

use eframe::egui::{self, DragValue, ScrollArea, TextEdit, Ui};

use super::gallery_data::{data_ui, empty_ui};
use super::gallery_sweep::part_ui;
use super::toasts::toast_ui;
use super::*;
use crate::text::number;
use crate::theme::{Icon, UiTokens as _, space};

/// What the fourth page remembers between frames.
#[derive(Clone, Debug)]
pub struct StatesGallery {
    /// Text fields: with words, and empty.
    pub typed: [String; 2],
    /// Check boxes.
    pub checked: [bool; 2],
    /// Switches.
    pub switched: [bool; 2],
    /// Which of a few is chosen.
    pub chosen: usize,
    /// Sliders.
    pub slid: [f64; 4],
    /// A number that is dragged or typed.
    pub number: f64,
    /// Fields of sweeps of the three kinds.
    pub ranges: [RangeValue; 3],
    /// Whether the control that shows the focus has been given it.
    pub focused: bool,
}

impl Default for StatesGallery {
    fn default() -> Self {
        let range = RangeValue::Range { from: 1.0, to: 16.0, points: 5, log: true };
        Self {
            typed: ["runs/student.safetensors".to_owned(), String::new()],
            checked: [true, false],
            switched: [true, false],
            chosen: 0,
            slid: [0.3, 4.0, 0.9, 0.5],
            number: 128.0,
            ranges: [RangeValue::One(4.0), RangeValue::List(vec![1.0, 4.0, 20.0]), range],
            focused: false,
        }
    }
}

const LONG: &str = "a name that is far too long for the place that it was given here";

/// Shows the page.
pub fn states_ui(ui: &mut Ui, g: &mut StatesGallery) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.columns(4, |columns| {
            let [first, second, third, fourth] = columns else { return };
            part_ui(first, "Buttons", |ui| buttons_ui(ui, g));
            part_ui(first, "Chips", chips_ui);
            part_ui(first, "Drop-downs", dropdowns_ui);
            part_ui(first, "Notices", notices_ui);
            part_ui(second, "Text, numbers, ticks", |ui| fields_ui(ui, g));
            part_ui(second, "Switches and choices", |ui| switches_ui(ui, g));
            part_ui(second, "Sliders", |ui| sliders_ui(ui, g));
            part_ui(second, "Fields of sweeps", |ui| ranges_ui(ui, g));
            data_ui(third);
            empty_ui(fourth);
        });
    });
}

fn buttons_ui(ui: &mut Ui, g: &mut StatesGallery) {
    ui.horizontal(|ui| {
        primary_button(ui, Some(Icon::Play), "With an icon");
        primary_button(ui, None, "Without");
    });
    ui.add_enabled_ui(false, |ui| primary_button(ui, Some(Icon::Play), "Disabled"));
    ui.horizontal(|ui| {
        for framed in [false, true] {
            let button =
                |icon, name| if framed { IconButton::new(icon, name).framed() } else { IconButton::new(icon, name) };
            ui.add(button(Icon::Folder, "At rest"));
            ui.add(button(Icon::Sliders, "Pressed in").selected(true));
            ui.add_enabled(false, button(Icon::Save, "Disabled").hint("Disabled: nothing to save"));
        }
        let focused = ui.add(IconButton::new(Icon::Redo, "With the focus").framed());
        if !g.focused {
            focused.request_focus();
            g.focused = true;
        }
    });
    ui.horizontal(|ui| {
        drop(ui.button("egui's own"));
        ui.add_enabled(false, egui::Button::new("disabled"));
        drop(ui.selectable_label(true, "chosen"));
        drop(ui.selectable_label(false, "not"));
    });
}

fn chips_ui(ui: &mut Ui) {
    let t = ui.tokens();
    ui.horizontal_wrapped(|ui| {
        Chip::new("plain").show(ui);
        Chip::new("dot").dot(t.teacher).show(ui);
        Chip::new("selectable").selectable(false).show(ui);
        Chip::new("selected").selectable(true).show(ui);
        Chip::new("dot, selected").dot(t.swept(0.8)).selectable(true).show(ui);
        Chip::new("removable").removable().show(ui);
        Chip::new("all of it").dot(t.swept(0.4)).selectable(true).removable().show(ui);
        Chip::new("7").named("seven runs").show(ui);
        ui.add_enabled_ui(false, |ui| Chip::new("disabled").dot(t.student).selectable(false).show(ui));
        for colour in [t.teacher, t.student, t.label, t.no_teacher] {
            dot_ui(ui, colour);
        }
    });
}

fn dropdowns_ui(ui: &mut Ui) {
    let wide = ui.available_width();
    let menu = |ui: &mut Ui| {
        drop(ui.selectable_label(true, "chosen"));
        drop(ui.selectable_label(false, "another"));
    };
    ui.horizontal(|ui| {
        Dropdown::new("Framed", "framed").show(ui, menu);
        Dropdown::new("Plain", "plain").plain().show(ui, menu);
        ui.add_enabled_ui(false, |ui| Dropdown::new("Disabled", "disabled").show(ui, menu));
    });
    Dropdown::new("Wide, with a dot", LONG).dot(ui.tokens().student).width(wide).show(ui, menu);
    Dropdown::new("Several choices", "stays open").width(wide).stays_open().show(ui, |ui| {
        ui.label("A click beside it closes it.");
    });
}

fn notices_ui(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = space::S;
    let width = ui.available_width() - 60.0;
    toast_ui(ui, width, ToastKind::Done, "The student was saved.", true);
    toast_ui(
        ui,
        width,
        ToastKind::Fault,
        "The student cannot be saved: there is no room left on the disk that the folder lies on.",
        false,
    );
}

fn fields_ui(ui: &mut Ui, g: &mut StatesGallery) {
    let [typed, empty] = &mut g.typed;
    ui.add(TextEdit::singleline(typed).desired_width(f32::INFINITY)).accessible_name("A field with words");
    let hint = TextEdit::singleline(empty).hint_text("A hint in an empty field").desired_width(f32::INFINITY);
    ui.add(hint).accessible_name("An empty field");
    let mut wrong = "not a number".to_owned();
    let bad = ui.tokens().bad;
    ui.add(TextEdit::singleline(&mut wrong).text_color(bad)).accessible_name("A field with a fault");
    let mut fixed = "disabled".to_owned();
    ui.add_enabled(false, TextEdit::singleline(&mut fixed)).accessible_name("A disabled field");
    ui.horizontal(|ui| {
        ui.name_inputs("Batch", |ui| ui.add(DragValue::new(&mut g.number).range(1.0..=4096.0)));
        ui.name_inputs("Batch, disabled", |ui| ui.add_enabled(false, DragValue::new(&mut g.number)));
    });
    let [on, off] = &mut g.checked;
    ui.horizontal_wrapped(|ui| {
        ui.checkbox(on, "checked");
        ui.checkbox(off, "not");
        ui.add_enabled(false, egui::Checkbox::new(&mut true, "disabled"));
    });
}

fn switches_ui(ui: &mut Ui, g: &mut StatesGallery) {
    let [on, off] = &mut g.switched;
    toggle_ui(ui, on, "On at first");
    toggle_ui(ui, off, "Off at first");
    toggle_ui(ui, &mut false, "With words so long that they run over the end of the line and go on below");
    ui.add_enabled_ui(false, |ui| toggle_ui(ui, &mut true, "Disabled"));
    segmented_ui(ui, "Two choices", &mut g.chosen, &["one", "the other"]);
    ui.add_enabled_ui(false, |ui| segmented_ui(ui, "Disabled choices", &mut 1, &["one", "the other"]));
    for (name, share) in [("Nothing done", 0.0), ("Half done", 0.5), ("All done", 1.0)] {
        progress_ui(ui, name, share, ui.available_width());
    }
}

fn sliders_ui(ui: &mut Ui, g: &mut StatesGallery) {
    let [linear, logarithmic, marked, rail] = &mut g.slid;
    ui.add(Slider::new("Linear", linear, 0.0..=1.0));
    let ticks = [0.25, 1.0, 4.0, 16.0, 64.0];
    let mut aside = |ui: &mut Ui| {
        Chip::new("beside its name").show(ui);
    };
    let slider = Slider::new("By ratio", logarithmic, 0.25..=64.0).logarithmic().ticks(&ticks).default_value(4.0);
    ui.add(slider.aside(&mut aside));
    let percent = |value: f64| format!("{} %", number::part(value));
    ui.add(Slider::new("With marks", marked, 0.0..=1.0).marks(&[0.5, 0.7]).format(&percent));
    ui.add(Slider::new("The rail alone", rail, 0.0..=1.0).rail_only());
    ui.add_enabled(false, Slider::new("Disabled", &mut 0.5, 0.0..=1.0));
}

fn ranges_ui(ui: &mut Ui, g: &mut StatesGallery) {
    ui.spacing_mut().item_spacing.y = space::M;
    let limits = RangeLimits { range: RangeLimits::between(0.25, 64.0), whole: false, most: 32 };
    for (value, (name, bare)) in
        g.ranges.iter_mut().zip([("One value", false), ("Several values", true), ("A range", false)])
    {
        let field = RangeField { name, value, limits: &limits, log: true, bare };
        if let Some(changed) = field.show(ui).changed {
            *value = changed;
        }
    }
    ui.add_space(space::XS);
    let t = ui.tokens();
    for (soft, hard) in [(0.9, 0.1), (1.0, 0.0), (0.0, 0.0)] {
        let soft = Share { name: "soft targets", weight: soft, colour: t.teacher };
        weight_bar_ui(ui, &[soft, Share { name: "labels", weight: hard, colour: t.label }]);
    }
}
