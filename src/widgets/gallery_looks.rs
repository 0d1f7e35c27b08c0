//! The gallery's third page: colours, scales, type and icons with their names, and the states of the simple parts.

use eframe::egui::{Align2, Checkbox, Frame, Grid, Label, Margin, RichText, ScrollArea, Sense, TextEdit, Ui, vec2};

use super::*;
use crate::theme::{Icon, caption, font, size, space, tick, title, value};

/// Side of a swatch.
const SWATCH: f32 = 26.0;

/// Fills the page.
pub(super) fn looks_ui(ui: &mut Ui) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::same(space::L as i8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, space::S);
            ui.columns(3, |columns| {
                colours_ui(&mut columns[0]);
                type_ui(&mut columns[1]);
                states_ui(&mut columns[2]);
            });
        });
    });
}

fn colours_ui(ui: &mut Ui) {
    let t = ui.tokens();
    ui.label(title("Colours"));
    Grid::new("colours").num_columns(4).spacing(vec2(space::S, space::XS)).show(ui, |ui| {
        for (at, (name, colour)) in t.named().into_iter().enumerate() {
            let (rect, _) = ui.allocate_exact_size(vec2(SWATCH, SWATCH), Sense::hover());
            let edge = Stroke::new(1.0, t.hairline);
            ui.painter().rect(rect, radius::CONTROL, colour, edge, StrokeKind::Inside);
            ui.label(name);
            if at % 2 == 1 {
                ui.end_row();
            }
        }
    });
    ui.label(title("Text on every ground"));
    for ground in [t.window, t.panel, t.control, t.hover, t.selected] {
        Frame::new().fill(ground).inner_margin(Margin::symmetric(8, 4)).show(ui, |ui| {
            ui.horizontal(|ui| {
                for (words, colour) in [("text", t.text), ("secondary", t.secondary), ("tertiary", t.tertiary)] {
                    ui.add(Label::new(RichText::new(words).color(colour)).selectable(false));
                }
            });
        });
    }
    for name in ["Swept", "Diverging"] {
        let colour = |share: f32| if name == "Swept" { t.swept(share) } else { t.diverging(2.0 * share - 1.0) };
        ui.label(title(name));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for step in 0..11 {
                let (rect, _) = ui.allocate_exact_size(vec2(SWATCH + 4.0, SWATCH), Sense::hover());
                let ground = colour(step as f32 / 10.0);
                ui.painter().rect_filled(rect, 0.0, ground);
                let words = step.to_string();
                ui.painter().text(rect.center(), Align2::CENTER_CENTER, words, font(size::TICK), t.ink_on(ground));
            }
        });
    }
}

fn type_ui(ui: &mut Ui) {
    ui.label(title("Type"));
    let words = "Distil 蒸馏 0123456789";
    for (name, shown) in [
        ("value", value(words)),
        ("title", title(words)),
        ("body", RichText::new(words)),
        ("caption", caption(words)),
        ("tick", tick(words)),
        ("code", RichText::new(words).monospace()),
    ] {
        ui.horizontal(|ui| {
            ui.add_sized([54.0, 20.0], Label::new(caption(name)));
            ui.label(shown);
        });
    }
    ui.label(value("1,234.5"));
    ui.label(title("Icons"));
    Grid::new("icons").num_columns(4).spacing(vec2(space::S, space::S)).show(ui, |ui| {
        for (at, icon) in Icon::ALL.into_iter().enumerate() {
            icon.show(ui, ui.tokens().text);
            ui.label(caption(format!("{icon:?}")));
            if at % 2 == 1 {
                ui.end_row();
            }
        }
    });
}

fn states_ui(ui: &mut Ui) {
    ui.label(title("Buttons"));
    ui.horizontal(|ui| {
        primary_button(ui, Some(Icon::Play), "Primary");
        primary_button(ui, None, "Without icon");
        ui.add_enabled_ui(false, |ui| primary_button(ui, Some(Icon::Play), "Off"));
    });
    ui.horizontal(|ui| {
        let _plain = ui.button("Plain");
        ui.add_enabled_ui(false, |ui| ui.button("Plain, off"));
        let _chosen = ui.selectable_label(true, "Chosen");
        let _other = ui.selectable_label(false, "Not chosen");
    });
    ui.horizontal(|ui| {
        ui.add(IconButton::new(Icon::Save, "Icon"));
        ui.add(IconButton::new(Icon::Save, "Icon, chosen").selected(true));
        ui.add_enabled(false, IconButton::new(Icon::Save, "Icon, off"));
        ui.add(IconButton::new(Icon::Save, "Icon in a frame").framed());
        ui.add(IconButton::new(Icon::Save, "Icon in a frame, chosen").framed().selected(true));
        ui.add_enabled(false, IconButton::new(Icon::Save, "Icon in a frame, off").framed());
    });
    ui.label(title("Choices"));
    ui.horizontal(|ui| {
        toggle_ui(ui, &mut true, "On");
        toggle_ui(ui, &mut false, "Off");
        ui.add_enabled_ui(false, |ui| toggle_ui(ui, &mut true, "Cannot be moved"));
    });
    ui.horizontal(|ui| {
        ui.add(Checkbox::new(&mut true, "Ticked"));
        ui.add(Checkbox::new(&mut false, "Not ticked"));
        ui.add_enabled(false, Checkbox::new(&mut true, "Off"));
    });
    segmented_ui(ui, "Segments", &mut 1, &["One", "Two", "Three"]);
    ui.horizontal(|ui| {
        Dropdown::new("Framed", "framed").width(120.0).show(ui, |ui| ui.label("a choice"));
        Dropdown::new("With a dot", "a name that is far too long for it")
            .dot(ui.tokens().teacher)
            .width(150.0)
            .show(ui, |ui| ui.label("a choice"));
        Dropdown::new("Plain list", "plain").plain().show(ui, |ui| ui.label("a choice"));
    });
    ui.label(title("Fields"));
    let mut words = "text".to_owned();
    let label = ui.label("A text field");
    ui.add(TextEdit::singleline(&mut words)).labelled_by(label.id);
    let label = ui.label("An empty one");
    ui.add(TextEdit::singleline(&mut String::new()).hint_text("a hint")).labelled_by(label.id);
    ui.add(Slider::new("A slider", &mut 0.4, 0.0..=1.0));
    ui.add_enabled_ui(false, |ui| ui.add(Slider::new("A slider, off", &mut 0.4, 0.0..=1.0)));
    ui.label(title("Progress"));
    for share in [0.0, 0.5, 1.0, f32::NAN] {
        progress_ui(ui, &format!("Progress {share}"), share, 200.0);
    }
    ui.label(title("Samples"));
    ui.horizontal(|ui| {
        let grey: Vec<f32> = (0..64).map(|i| i as f32 / 63.0).collect();
        sample_image_ui(ui, "grey", Sample { key: 11, values: &grey, shape: Some([8, 8, 1]) }, 64.0);
        let colour: Vec<f32> = (0..64).flat_map(|i| [i as f32 / 63.0, 0.4, 1.0 - i as f32 / 63.0]).collect();
        sample_image_ui(ui, "colour", Sample { key: 12, values: &colour, shape: Some([8, 8, 3]) }, 64.0);
        sample_image_ui(ui, "features", Sample { key: 13, values: &[0.2, -0.6, 1.0], shape: None }, 64.0);
    });
}
