//! The gallery's third page: colours, scales, type and icons with their names.

use eframe::egui::{Align2, Color32, Frame, Grid, Label, Margin, RichText, ScrollArea, Sense, Ui, vec2};

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
                icons_ui(&mut columns[2]);
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
    let scales: [(&str, &dyn Fn(f32) -> Color32); 4] = [
        ("Things without an order", &|share| t.series((10.0 * share).round() as usize)),
        ("Swept values", &|share| t.swept(share)),
        ("Results, from the worst to the best", &|share| t.outcome(share)),
        ("Differences", &|share| t.diverging(2.0 * share - 1.0)),
    ];
    for (name, colour) in scales {
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
}

fn icons_ui(ui: &mut Ui) {
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
