//! Two histograms over one axis, one upwards and the other downwards.

use eframe::egui::{Align2, Color32, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::ticks;
use crate::{
    text::grouped,
    theme::{self, UiTokens as _, size, space},
};

/// Two histograms.
#[derive(Clone, Copy)]
pub struct Histogram<'a> {
    /// The name for accessibility.
    pub name: &'a str,
    /// What x is.
    pub x_label: &'a str,
    /// Where x ends; it begins at 0.
    pub most: f64,
    /// The name, the colour and the counts of what is drawn upwards.
    pub upper: (&'a str, Color32, &'a [u64]),
    /// The same of what is drawn downwards.
    pub lower: (&'a str, Color32, &'a [u64]),
    /// A bin in words, with both counts.
    pub words: &'a dyn Fn(usize, u64, u64) -> String,
    /// How tall it is.
    pub height: f32,
}

const LEFT: f32 = 40.0;
const BELOW: f32 = 18.0;
const TITLE: f32 = 16.0;

impl Histogram<'_> {
    /// Shows both.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), self.height), Sense::hover());
        let bins = self.upper.2.len().max(self.lower.2.len()).max(1);
        let count = |of: &[u64], at: usize| of.get(at).copied().unwrap_or(0);
        let words = |at: usize| (self.words)(at, count(self.upper.2, at), count(self.lower.2, at));
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some((0..bins).map(words).collect::<Vec<_>>().join("\n")),
            ..WidgetInfo::labeled(Role::Figure, enabled, self.name)
        });
        let area = Rect::from_min_max(rect.min + vec2(LEFT, TITLE), rect.max - vec2(space::S, BELOW));
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, area, bins);
        }
        let bin = response.hover_pos().filter(|at| area.contains(*at));
        let bin = bin.map(|at| (((at.x - area.left()) / area.width().max(1.0) * bins as f32) as usize).min(bins - 1));
        match bin {
            Some(at) => response.on_hover_text_at_pointer(words(at)),
            None => response,
        }
    }

    fn paint(&self, ui: &Ui, rect: Rect, area: Rect, bins: usize) {
        let t = ui.tokens();
        let painter = ui.painter();
        let tick = theme::font(size::TICK);
        let most = self.upper.2.iter().chain(self.lower.2).copied().max().unwrap_or(0).max(1);
        let middle = area.center().y.round();
        let half = area.height() / 2.0 - 2.0;
        let width = area.width() / bins as f32;
        for (of, up) in [(self.upper, true), (self.lower, false)] {
            let (_, colour, counts) = of;
            for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let length = (*count as f32 / most as f32 * half).max(1.5);
                let left = area.left() + at as f32 * width;
                let (from, to) = if up { (middle - length, middle) } else { (middle, middle + length) };
                painter.rect_filled(
                    Rect::from_min_max(pos2(left + 1.0, from), pos2(left + width - 1.0, to)),
                    1.0,
                    colour,
                );
            }
            let at = pos2(area.left() - space::S, if up { middle - half } else { middle + half });
            painter.text(at, Align2::RIGHT_CENTER, grouped(most), tick.clone(), t.tertiary);
        }
        painter.hline(area.x_range(), middle, Stroke::new(1.0, t.secondary));
        let steps = 4;
        for at in 0..=steps {
            let share = at as f32 / steps as f32;
            let value = ticks::tick((f64::from(share) * self.most * 100.0).round() / 100.0);
            let x = area.left() + share * area.width();
            painter.text(pos2(x, area.bottom() + 3.0), Align2::CENTER_TOP, value, tick.clone(), t.tertiary);
        }
        painter.text(rect.min, Align2::LEFT_TOP, self.x_label, tick, t.tertiary);
        // Both names above, where no bar is.
        let mut right = rect.right() - space::S;
        for (name, colour, _) in [self.lower, self.upper] {
            let at = pos2(right, rect.top());
            right = painter.text(at, Align2::RIGHT_TOP, name, theme::semibold(size::CAPTION), colour).left() - space::M;
        }
    }
}
