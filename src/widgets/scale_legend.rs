//! What the colours of a metric stand for: a bar over its lowest, middle and highest value, with a mark where something
//! stands that is measured against.

use eframe::egui::{self, Align2, Color32, Mesh, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo};
use eframe::egui::{pos2, vec2};

use super::scale::Scale;
use crate::{
    text::{number::Kind, text_with},
    theme::{self, Tokens, UiTokens as _, size, space},
};

/// A colour scale.
#[derive(Clone, Copy, Debug)]
pub struct ScaleLegend<'a> {
    /// What is coloured.
    pub name: &'a str,
    /// From where to where.
    pub scale: Scale,
    /// What kind of value it is, which decides on the colours.
    pub kind: ScaleKind,
    /// How its values are written.
    pub written: Kind,
    /// What is marked on the scale.
    pub mark: Option<ScaleMark<'a>>,
}

/// What a scale of colours is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleKind {
    /// Results of which the lowest is the best.
    LowIsBest,
    /// Results of which the highest is the best.
    HighIsBest,
}

/// A value on a scale, or all that lies between two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaleMark<'a> {
    /// Whose value it is.
    pub name: &'a str,
    /// The value, or the lower end.
    pub low: f64,
    /// The same, or the higher end.
    pub high: f64,
    /// The colour of its sign.
    pub colour: Color32,
}

impl ScaleKind {
    /// The colour at a share of the scale, from its low end to its high one.
    pub(super) fn colour(self, t: &Tokens, share: f32) -> Color32 {
        match self {
            Self::LowIsBest => t.outcome(1.0 - share),
            Self::HighIsBest => t.outcome(share),
        }
    }
}

/// Height of the bar.
pub(super) const BAR: f32 = 6.0;
/// How tall a scale is, and what the name of a mark takes above it.
const HEIGHT: f32 = 32.0;
const ABOVE: f32 = 12.0;

impl ScaleLegend<'_> {
    /// How tall it is.
    pub(super) fn height(&self) -> f32 {
        HEIGHT + if self.mark.is_some() { ABOVE } else { 0.0 }
    }

    /// Shows the scale across the available width; the pointer reads values off it.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let size = vec2(ui.available_width().max(60.0), self.height());
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let written = self.written.apart(&[self.scale.low(), self.scale.value(0.5), self.scale.high()]);
        let mut words = text_with(
            "widget-scale",
            &[("name", self.name.into()), ("low", written[0].as_str().into()), ("high", written[2].as_str().into())],
        );
        let marked = self.mark.map(|mark| mark_words(mark, self.written));
        if let Some(marked) = &marked {
            words = format!("{words}; {marked}");
        }
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Image, enabled, &words));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let t = ui.tokens();
        let painter = ui.painter();
        let font = theme::font(size::TICK);
        // The name on one line with the bar, where there is room for both.
        let name = painter.layout_no_wrap(self.name.to_owned(), font.clone(), t.tertiary);
        let beside = rect.width() - name.size().x - space::S >= 110.0;
        let left = if beside { rect.left() + name.size().x + space::S } else { rect.left() };
        let middle = rect.bottom() - HEIGHT + 10.0;
        let bar = Rect::from_min_max(pos2(left, middle - BAR / 2.0), pos2(rect.right(), middle + BAR / 2.0));
        if beside {
            painter.galley(pos2(rect.left(), middle - name.size().y / 2.0), name, t.tertiary);
        }
        painter.add(gradient(bar, |share| self.kind.colour(t, share)));
        let ends =
            [(bar.left(), Align2::LEFT_TOP), (bar.center().x, Align2::CENTER_TOP), (bar.right(), Align2::RIGHT_TOP)];
        // A scale of one value has one number.
        let is_single = self.scale.low() >= self.scale.high();
        for ((x, align), words) in
            ends.into_iter().zip(&written).skip(usize::from(is_single)).take(if is_single { 1 } else { 3 })
        {
            painter.text(pos2(x, bar.bottom() + 3.0), align, words, font.clone(), t.tertiary);
        }
        if let (Some(mark), Some(words)) = (self.mark, marked) {
            self.mark_ui(ui, bar, mark, words);
        }
        let pointer = response.hover_pos().filter(|at| bar.expand(6.0).contains(*at));
        let Some(at) = pointer else { return response.on_hover_text(words) };
        let share = f64::from((at.x - bar.left()) / bar.width());
        let value = self.written.write(self.scale.value(share)).into();
        response
            .on_hover_text_at_pointer(text_with("widget-curve-now", &[("name", self.name.into()), ("value", value)]))
    }

    /// A sign through the bar with its name above it, or one at each end of a range.
    fn mark_ui(&self, ui: &Ui, bar: Rect, mark: ScaleMark<'_>, words: String) {
        let t = ui.tokens();
        let painter = ui.painter();
        let [low, high] = [mark.low, mark.high].map(|value| egui::lerp(bar.x_range(), self.scale.share(value) as f32));
        for x in [low, high] {
            let sign = bar.y_range().expand(3.0);
            // A ground keeps it apart from the colours.
            painter.vline(x, sign, Stroke::new(4.0, t.panel));
            painter.vline(x, sign, Stroke::new(2.0, mark.colour));
        }
        let galley = painter.layout_no_wrap(words, theme::font(size::TICK), t.secondary);
        let half = galley.size().x / 2.0;
        let middle = f32::midpoint(low, high).min(bar.right() - half).max(bar.left() + half);
        painter.galley(pos2(middle - half, bar.top() - 4.0 - galley.size().y), galley, t.secondary);
    }
}

/// `no teacher 38.7`, or `no teacher 35 to 40`.
fn mark_words(mark: ScaleMark<'_>, written: Kind) -> String {
    let (low, high) = (written.write(mark.low), written.write(mark.high));
    let value =
        if low == high { low } else { text_with("widget-brush-range", &[("low", low.into()), ("high", high.into())]) };
    text_with("widget-curve-now", &[("name", mark.name.into()), ("value", value.into())])
}

/// A bar of colours; its ends are square, because a colour runs through them.
pub(super) fn gradient(bar: Rect, colour: impl Fn(f32) -> Color32) -> Shape {
    let mut mesh = Mesh::default();
    let steps = 24_u32;
    for step in 0..=steps {
        let share = step as f32 / steps as f32;
        let x = egui::lerp(bar.x_range(), share);
        mesh.colored_vertex(Pos2::new(x, bar.top()), colour(share));
        mesh.colored_vertex(Pos2::new(x, bar.bottom()), colour(share));
    }
    for step in 0..steps {
        let first = 2 * step;
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
    Shape::mesh(mesh)
}
