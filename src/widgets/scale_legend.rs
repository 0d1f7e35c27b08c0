//! What the colours of a swept value or of a metric stand for: a bar from cold to hot over its lowest, middle and highest
//! value.

use eframe::egui::{self, Align2, Color32, Mesh, Pos2, Rect, Response, Role, Sense, Shape, Ui, WidgetInfo, pos2, vec2};

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
}

/// What a scale of colours is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleKind {
    /// Values that were swept.
    Swept,
    /// Results of which the lowest is the best.
    LowIsBest,
    /// Results of which the highest is the best.
    HighIsBest,
}

impl ScaleKind {
    /// The colour at a share of the scale, from its low end to its high one.
    pub(super) fn colour(self, t: &Tokens, share: f32) -> Color32 {
        match self {
            Self::Swept => t.swept(share),
            Self::LowIsBest => t.outcome(1.0 - share),
            Self::HighIsBest => t.outcome(share),
        }
    }
}

const BAR: f32 = 6.0;
pub(super) const HEIGHT: f32 = 32.0;

impl ScaleLegend<'_> {
    /// Shows the scale across the available width; the pointer reads values off it.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().max(60.0), HEIGHT), Sense::hover());
        let (low, high) = (self.written.write(self.scale.low()), self.written.write(self.scale.high()));
        let words =
            text_with("widget-scale", &[("name", self.name.into()), ("low", low.into()), ("high", high.into())]);
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
        let middle = rect.top() + 10.0;
        let bar = Rect::from_min_max(pos2(left, middle - BAR / 2.0), pos2(rect.right(), middle + BAR / 2.0));
        if beside {
            painter.galley(pos2(rect.left(), middle - name.size().y / 2.0), name, t.tertiary);
        }
        painter.add(gradient(ui.tokens(), self.kind, bar));
        let below = bar.bottom() + 3.0;
        let mid = if self.scale.low() < self.scale.high() { Some(self.scale.value(0.5)) } else { None };
        let at = [
            (bar.left(), Align2::LEFT_TOP, Some(self.scale.low())),
            (bar.center().x, Align2::CENTER_TOP, mid),
            (bar.right(), Align2::RIGHT_TOP, Some(self.scale.high())),
        ];
        for (x, align, value) in at {
            if let Some(value) = value {
                painter.text(pos2(x, below), align, self.written.write(value), font.clone(), t.tertiary);
            }
        }
        let pointer = response.hover_pos().filter(|at| bar.expand(6.0).contains(*at));
        let Some(at) = pointer else { return response.on_hover_text(words) };
        let share = f64::from((at.x - bar.left()) / bar.width());
        let value = self.written.write(self.scale.value(share)).into();
        response
            .on_hover_text_at_pointer(text_with("widget-curve-now", &[("name", self.name.into()), ("value", value)]))
    }
}

/// The bar; its ends are square, because a colour runs through them.
fn gradient(t: &Tokens, kind: ScaleKind, bar: Rect) -> Shape {
    let mut mesh = Mesh::default();
    let steps = 24_u32;
    for step in 0..=steps {
        let share = step as f32 / steps as f32;
        let x = egui::lerp(bar.x_range(), share);
        mesh.colored_vertex(Pos2::new(x, bar.top()), kind.colour(t, share));
        mesh.colored_vertex(Pos2::new(x, bar.bottom()), kind.colour(t, share));
    }
    for step in 0..steps {
        let first = 2 * step;
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first + 1, first + 2, first + 3);
    }
    Shape::mesh(mesh)
}
