//! What the lines, dots and bands of a plot stand for, in a row that is only read; a key that can be clicked is a legend.

use std::sync::Arc;

use eframe::egui::{Color32, Galley, Label, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::theme::{self, UiTokens as _, caption, size, space};

/// One thing that is drawn, and its name.
#[derive(Clone, Copy, Debug)]
pub struct PlotKey<'a> {
    /// What it is.
    pub name: &'a str,
    /// Its colour.
    pub colour: Color32,
    /// How it is drawn.
    pub mark: KeyMark,
}

/// How a thing is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMark {
    /// A line.
    Line,
    /// A dashed line.
    Dashes,
    /// A line with long dashes.
    LongDashes,
    /// A dotted line.
    Dots,
    /// The ground behind a line.
    Band,
    /// A dot.
    Dot,
}

/// What stands before the words of a key, and how long the piece of a line in it is.
pub(super) const BEFORE: f32 = 19.0;
const LINE: f32 = 13.0;
/// Height of a row of keys.
const ROW: f32 = 20.0;

impl PlotKey<'_> {
    /// Shows it as a part of a row.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let words = key_words(ui, self.name);
        let (rect, response) = ui.allocate_exact_size(vec2(BEFORE + words.size().x, ROW), Sense::hover());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Label, enabled, self.name));
        self.paint(ui, rect, words, ui.tokens().secondary);
        response
    }

    /// Its mark at the left of `rect`, and its words in `ink`.
    pub(super) fn paint(&self, ui: &Ui, rect: Rect, words: Arc<Galley>, ink: Color32) {
        let middle = rect.left_center();
        let ends = [middle, middle + vec2(LINE, 0.0)];
        let stroke = Stroke::new(2.0, self.colour);
        match self.mark {
            KeyMark::Line => drop(ui.painter().line_segment(ends, stroke)),
            KeyMark::Dashes => ui.painter().extend(Shape::dashed_line(&ends, stroke, 3.5, 1.5)),
            KeyMark::LongDashes => ui.painter().extend(Shape::dashed_line(&ends, stroke, 5.5, 2.0)),
            KeyMark::Dots => ui.painter().extend(Shape::dotted_line(&ends, self.colour, 3.2, 1.1)),
            KeyMark::Band => {
                let band = Rect::from_center_size(middle + vec2(LINE / 2.0, 0.0), vec2(LINE, 9.0));
                ui.painter().rect_filled(band, 1.0, self.colour.gamma_multiply(BAND));
            }
            KeyMark::Dot => drop(ui.painter().circle_filled(middle + vec2(LINE / 2.0, 0.0), 3.5, self.colour)),
        }
        let place = pos2(rect.left() + BEFORE, middle.y - words.size().y / 2.0);
        ui.painter().galley_with_override_text_color(place, words, ink);
    }
}

/// How much of its colour a band has.
pub(super) const BAND: f32 = 0.22;

/// The words of a key, in no colour yet.
pub(super) fn key_words(ui: &Ui, name: &str) -> Arc<Galley> {
    ui.painter().layout_no_wrap(name.to_owned(), theme::font(size::LEGEND), Color32::PLACEHOLDER)
}

/// Shows keys in rows, each whole, after what they have in common.
pub fn plot_keys_ui(ui: &mut Ui, heading: &str, keys: &[PlotKey<'_>]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::M, 0.0);
        if !heading.is_empty() {
            ui.add(Label::new(caption(heading)).selectable(false));
        }
        for key in keys {
            key.show(ui);
        }
    });
}
