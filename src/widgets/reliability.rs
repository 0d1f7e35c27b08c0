//! How far confidence can be believed: the share that is right over the mean confidence of each bin, beside the diagonal.

use eframe::egui::{
    Align2, Color32, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::{
    text::number,
    theme::{self, UiTokens as _, size, space},
};

/// Rows whose confidence falls into one bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// How many.
    pub rows: u64,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is right.
    pub accuracy: f64,
}

/// A reliability diagram.
#[derive(Clone, Copy)]
pub struct ReliabilityDiagram<'a> {
    /// The name for accessibility.
    pub name: &'a str,
    /// What x is.
    pub x_label: &'a str,
    /// What y is.
    pub y_label: &'a str,
    /// Bins of equal width over 0 to 1.
    pub bins: &'a [ReliabilityBin],
    /// The colour of the bars.
    pub colour: Color32,
    /// A bin in words, with its ends.
    pub words: &'a dyn Fn(&ReliabilityBin, f64, f64) -> String,
    /// How tall it is.
    pub height: f32,
}

const LEFT: f32 = 38.0;
const BELOW: f32 = 30.0;
const TITLE: f32 = 16.0;
const COUNTS: f32 = 26.0;

impl ReliabilityDiagram<'_> {
    /// Shows it.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let width = ui.available_width().min(self.height * 1.5);
        let (rect, response) = ui.allocate_exact_size(vec2(width, self.height), Sense::hover());
        let enabled = ui.is_enabled();
        let ends = |at: usize| (at as f64 / self.bins.len() as f64, (at + 1) as f64 / self.bins.len() as f64);
        let in_words = |at: usize| {
            let (from, to) = ends(at);
            (self.words)(&self.bins[at], from, to)
        };
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(
                (0..self.bins.len()).filter(|at| self.bins[*at].rows > 0).map(in_words).collect::<Vec<_>>().join("\n"),
            ),
            ..WidgetInfo::labeled(Role::Figure, enabled, self.name)
        });
        let area = Rect::from_min_max(rect.min + vec2(LEFT, TITLE), rect.max - vec2(space::S, BELOW + COUNTS));
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, area);
        }
        let bin = response.hover_pos().filter(|at| area.x_range().contains(at.x)).map(|at| {
            let share = (at.x - area.left()) / area.width().max(1.0);
            ((share * self.bins.len() as f32) as usize).min(self.bins.len() - 1)
        });
        match bin {
            Some(at) => response.on_hover_text_at_pointer(in_words(at)),
            None => response,
        }
    }

    fn paint(&self, ui: &Ui, rect: Rect, area: Rect) {
        let t = ui.tokens();
        let painter = ui.painter();
        let tick = theme::font(size::TICK);
        let x = |share: f64| area.left() + share as f32 * area.width();
        let y = |share: f64| area.bottom() - share as f32 * area.height();
        painter.text(rect.min, Align2::LEFT_TOP, self.y_label, tick.clone(), t.tertiary);
        for at in 0..=4 {
            let share = f64::from(at) / 4.0;
            painter.hline(area.x_range(), y(share).round() + 0.5, Stroke::new(1.0, t.hairline));
            let words = number::percent(share);
            painter.text(
                pos2(area.left() - space::S, y(share)),
                Align2::RIGHT_CENTER,
                &words,
                tick.clone(),
                t.tertiary,
            );
            let below = area.bottom() + COUNTS + 3.0;
            painter.text(pos2(x(share), below), Align2::CENTER_TOP, words, tick.clone(), t.tertiary);
        }
        painter.text(pos2(area.right(), rect.bottom()), Align2::RIGHT_BOTTOM, self.x_label, tick, t.tertiary);
        let most = self.bins.iter().map(|bin| bin.rows).max().unwrap_or(0).max(1) as f32;
        let width = area.width() / self.bins.len().max(1) as f32;
        for (at, bin) in self.bins.iter().enumerate().filter(|(_, bin)| bin.rows > 0) {
            let left = area.left() + at as f32 * width;
            let bar = Rect::from_min_max(pos2(left + 1.0, y(bin.accuracy)), pos2(left + width - 1.0, area.bottom()));
            painter.rect_filled(bar, 0.0, self.colour.gamma_multiply(0.75));
            // From what is right to what was promised.
            let gap =
                Rect::from_two_pos(pos2(left + 1.0, y(bin.accuracy)), pos2(left + width - 1.0, y(bin.confidence)));
            painter.rect(gap, 0.0, t.bad.gamma_multiply(0.25), Stroke::new(1.0, t.bad), StrokeKind::Inside);
            // How many there are.
            let height = (bin.rows as f32 / most * (COUNTS - 6.0)).max(1.0);
            let top = area.bottom() + 3.0;
            let count = Rect::from_min_max(pos2(left + 1.0, top), pos2(left + width - 1.0, top + height));
            painter.rect_filled(count, 0.0, t.selected);
        }
        let diagonal = [pos2(area.left(), area.bottom()), pos2(area.right(), area.top())];
        painter.extend(Shape::dashed_line(&diagonal, Stroke::new(1.0, t.secondary), 5.0, 4.0));
    }
}
