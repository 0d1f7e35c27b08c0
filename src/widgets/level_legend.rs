//! What the colours of a swept field stand for: a bar from cold to hot, on which its values stand at equal distances, as they
//! are coloured.

use std::sync::Arc;

use eframe::egui::{self, Galley, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{
    scale_legend::{BAR, gradient},
    ticks::evenly,
};
use crate::{
    text::text_with,
    theme::{self, UiTokens as _, size, space},
};

/// The values of a swept field.
#[derive(Clone, Copy, Debug)]
pub struct LevelLegend<'a> {
    /// The field.
    pub name: &'a str,
    /// Its values, from the coldest to the hottest.
    pub labels: &'a [String],
}

const HEIGHT: f32 = 32.0;
/// Length of the bar in a line of text, and the height of that line.
const INLINE: f32 = 72.0;
const ROW: f32 = 20.0;

impl LevelLegend<'_> {
    /// Shows the bar across the available width with as many values below it as have room.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().max(60.0), HEIGHT), Sense::hover());
        let name = galley(ui, self.name);
        let beside = rect.width() - name.size().x - space::S >= 110.0;
        let left = if beside { rect.left() + name.size().x + space::S } else { rect.left() };
        let middle = rect.top() + 10.0;
        let bar = Rect::from_min_max(pos2(left, middle - BAR / 2.0), pos2(rect.right(), middle + BAR / 2.0));
        let t = ui.tokens();
        if beside {
            ui.painter().galley(pos2(rect.left(), middle - name.size().y / 2.0), name, t.tertiary);
        }
        ui.painter().add(gradient(bar, |share| t.swept(share)));
        let labels: Vec<Arc<Galley>> = self.labels.iter().map(|label| galley(ui, label)).collect();
        let last = labels.len().saturating_sub(1).max(1) as f32;
        let place = |at: usize| {
            let share = if labels.len() > 1 { at as f32 / last } else { 0.5 };
            let half = labels[at].size().x / 2.0;
            egui::lerp(bar.x_range(), share).min(bar.right() - half).max(bar.left() + half) - half
        };
        for at in evenly(labels.len(), |a, b| place(a) + labels[a].size().x + space::S <= place(b)) {
            ui.painter().galley(pos2(place(at), bar.bottom() + 3.0), Arc::clone(&labels[at]), t.tertiary);
        }
        self.described(ui, response)
    }

    /// Shows the bar between its ends, in a line of text.
    pub fn inline(&self, ui: &mut Ui) -> Response {
        let ends = match self.labels {
            [] => [None, None],
            [only] => [Some(only), None],
            [first, .., last] => [Some(first), Some(last)],
        };
        let ends = ends.map(|end| end.map(|end| galley(ui, end)));
        let name = galley(ui, self.name);
        let of_ends: f32 = ends.iter().flatten().map(|end| end.size().x + space::XS).sum();
        let wide = name.size().x + space::S + of_ends + INLINE;
        let (rect, response) = ui.allocate_exact_size(vec2(wide, ROW), Sense::hover());
        let t = ui.tokens();
        let middle = rect.center().y;
        let write = |x: f32, words: Arc<Galley>| {
            let end = x + words.size().x;
            ui.painter().galley(pos2(x, middle - words.size().y / 2.0), words, t.tertiary);
            end
        };
        let [first, last] = ends;
        let mut x = write(rect.left(), name) + space::S;
        if let Some(first) = first {
            x = write(x, first) + space::XS;
        }
        let bar = Rect::from_x_y_ranges(x..=x + INLINE, middle - BAR / 2.0..=middle + BAR / 2.0);
        if let Some(last) = last {
            write(bar.right() + space::XS, last);
        }
        ui.painter().add(gradient(bar, |share| t.swept(share)));
        self.described(ui, response)
    }

    fn described(&self, ui: &Ui, response: Response) -> Response {
        let words =
            text_with("widget-curve-now", &[("name", self.name.into()), ("value", self.labels.join(" · ").into())]);
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Image, enabled, &words));
        response.on_hover_text(words)
    }
}

fn galley(ui: &Ui, words: &str) -> Arc<Galley> {
    ui.painter().layout_no_wrap(words.to_owned(), theme::font(size::TICK), ui.tokens().tertiary)
}
