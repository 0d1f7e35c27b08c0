//! Errors of several models on the same rows as dots from 0 on, a line a model, a dot a seed; one of them may be a line across.

use eframe::egui::{self, Align2, Color32, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::explained_ui;
use crate::theme::{self, UiTokens as _, size, space};

/// The errors of one model.
#[derive(Clone, Debug)]
pub struct DotLine<'a> {
    /// Whose.
    pub name: &'a str,
    /// What the name means, for who rests on it.
    pub what: &'a str,
    /// In its colour.
    pub colour: Color32,
    /// One a seed.
    pub values: &'a [u64],
    /// Their mean, in words.
    pub told: &'a str,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub struct ErrorDots<'a> {
    /// The name for accessibility.
    pub name: &'a str,
    /// A row each.
    pub lines: &'a [DotLine<'a>],
    /// Drawn across all rows, for comparison.
    pub across: Option<DotLine<'a>>,
}

/// Height of a row.
const ROW: f32 = 18.0;
/// Least room for the names at the left, and room for the means at the right.
const NAMES: f32 = 76.0;
const MEANS: f32 = 40.0;

impl ErrorDots<'_> {
    /// The drawing, across the available width.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let rows = self.lines.len() as f32;
        let height = rows * ROW + if self.across.is_some() { ROW - space::XS } else { 0.0 };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let words = self.words();
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Image, enabled, &words));
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let t = ui.tokens();
        let all = self.lines.iter().chain(&self.across).flat_map(|line| line.values);
        let most = all.copied().max().unwrap_or(1).max(1) as f32;
        let (small, painter) = (theme::font(size::CAPTION), ui.painter());
        let wide =
            |line: &DotLine<'_>| painter.layout_no_wrap(line.name.to_owned(), small.clone(), t.secondary).size().x;
        let names = self.lines.iter().map(wide).fold(NAMES - space::S, f32::max) + space::S;
        let room = egui::Rangef::new(rect.left() + names, rect.right() - MEANS);
        let x = |value: f32| egui::lerp(room.min..=room.max, value / most);
        for (row, line) in self.lines.iter().enumerate() {
            let y = rect.top() + (row as f32 + 0.5) * ROW;
            let place = pos2(room.min - space::S, y);
            let name = painter.text(place, Align2::RIGHT_CENTER, line.name, small.clone(), t.secondary);
            explained_ui(ui, name, line.name, line.what);
            painter.hline(room, y, Stroke::new(1.0, t.hairline));
            let mean = line.values.iter().sum::<u64>() as f32 / line.values.len().max(1) as f32;
            painter.hline(room.min..=x(mean), y, Stroke::new(3.0, line.colour));
            for value in line.values {
                painter.circle(pos2(x(*value as f32), y), 3.5, line.colour, Stroke::new(1.0, t.panel));
            }
            painter.text(pos2(rect.right(), y), Align2::RIGHT_CENTER, line.told, small.clone(), t.text);
        }
        if let Some(across) = &self.across
            && let Some(value) = across.values.first()
        {
            let at = x(*value as f32);
            painter.vline(at, rect.top()..=rect.top() + rows * ROW, Stroke::new(1.5, across.colour));
            let words = format!("{} {}", across.name, across.told);
            let galley = painter.layout_no_wrap(words, small, across.colour);
            let left = (at - galley.size().x / 2.0).clamp(rect.left(), rect.right() - galley.size().x);
            let place = Rect::from_min_size(pos2(left, rect.top() + rows * ROW), galley.size());
            painter.galley(place.min, galley, across.colour);
            explained_ui(ui, place, across.name, across.what);
        }
        response.on_hover_text(words)
    }

    fn words(&self) -> String {
        let line = |line: &DotLine<'_>| {
            let values: Vec<String> = line.values.iter().map(ToString::to_string).collect();
            format!("{} {}", line.name, values.join(", "))
        };
        let each: Vec<String> = self.lines.iter().chain(&self.across).map(line).collect();
        format!("{}: {}", self.name, each.join("; "))
    }
}
