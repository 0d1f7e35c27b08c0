//! Logits of two sides that can be dragged, mirrored around the names of the classes: a handle on a rail for each.

use std::ops::RangeInclusive;

use eframe::egui::{
    Align2, Color32, CursorIcon, Rangef, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, text::LayoutJob,
    text::TextWrapping, vec2,
};

use super::{arrows, focus_ring};
use crate::{
    text::{number, text_with},
    theme::{self, UiTokens as _, size, space},
};

/// One of the two sides.
#[derive(Clone, Copy, Debug)]
pub struct RailSide<'a> {
    /// Whose logits they are.
    pub name: &'a str,
    /// The colour of their handles.
    pub colour: Color32,
    /// A logit for each class.
    pub values: &'a [f32],
}

/// Rails of logits.
#[derive(Clone, Debug)]
pub struct LogitRails<'a> {
    /// The name for accessibility.
    pub name: &'a str,
    /// The names of the classes.
    pub classes: &'a [String],
    /// The side on the left; its logits grow to the left.
    pub left: RailSide<'a>,
    /// The side on the right.
    pub right: RailSide<'a>,
    /// From where to where logits go.
    pub range: RangeInclusive<f64>,
    /// Height of a row.
    pub row: f32,
}

const NUMBER: f32 = 46.0;
const HANDLE: f32 = 6.0;
/// How far an arrow key moves a logit.
const NUDGE: f64 = 0.25;

impl LogitRails<'_> {
    /// Shows a row for each class; which logit was moved (whether it is on the left, and its class) and where to.
    pub fn show(&self, ui: &mut Ui) -> Option<(bool, usize, f64)> {
        let mut moved = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        for (class, name) in self.classes.iter().enumerate() {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), self.row), Sense::hover());
            let names = (rect.width() * 0.26).clamp(48.0, 130.0);
            let t = ui.tokens();
            let mut job = LayoutJob::simple_singleline(name.clone(), theme::font(size::BODY), t.text);
            job.wrap = TextWrapping::truncate_at_width(names - space::S);
            let galley = ui.painter().layout_job(job);
            let place = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
            ui.painter().galley(place.min, galley, t.text);
            let middle = rect.center().x;
            let left = Rangef::new(rect.left() + NUMBER, middle - names / 2.0);
            let right = Rangef::new(middle + names / 2.0, rect.right() - NUMBER);
            for (side, room, is_left) in [(self.left, left, true), (self.right, right, false)] {
                let to = self.rail_ui(ui, rect, (side, class), room, is_left);
                moved = moved.or(to.map(|to| (is_left, class, to)));
            }
        }
        moved
    }

    fn rail_ui(
        &self,
        ui: &Ui,
        row: Rect,
        (side, class): (RailSide<'_>, usize),
        room: Rangef,
        is_left: bool,
    ) -> Option<f64> {
        let value = f64::from(*side.values.get(class)?);
        let (low, high) = (*self.range.start(), *self.range.end());
        let share = |value: f64| ((value - low) / (high - low)).clamp(0.0, 1.0) as f32;
        let x = |value: f64| {
            let along = share(value) * room.span();
            if is_left { room.max - along } else { room.min + along }
        };
        let place = Rect::from_x_y_ranges(room, row.y_range());
        let id = ui.scope_id().with((self.name, class, is_left));
        let response = ui.interact(place.expand2(vec2(HANDLE, 0.0)), id, Sense::click_and_drag());
        let class_name = self.classes.get(class).map_or("", String::as_str);
        let words = text_with("widget-logit", &[("name", side.name.into()), ("class", class_name.into())]);
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::slider(enabled, value, &words));
        let t = ui.tokens();
        let y = row.center().y;
        let painter = ui.painter();
        painter.hline(room, y, Stroke::new(2.0, t.hover));
        painter.vline(x(0.0), (y - 4.0)..=(y + 4.0), Stroke::new(1.0, t.tertiary));
        let at = x(value);
        painter.hline(Rangef::new(at.min(x(0.0)), at.max(x(0.0))), y, Stroke::new(2.0, side.colour));
        let lit = response.hovered() || response.dragged() || response.has_focus();
        painter.circle(pos2(at, y), HANDLE + if lit { 1.0 } else { 0.0 }, side.colour, Stroke::new(2.0, t.panel));
        focus_ring(ui, &response, Rect::from_center_size(pos2(at, y), vec2(2.0 * HANDLE, 2.0 * HANDLE)));
        let small = theme::font(size::CAPTION);
        let end = if is_left { room.min - space::S } else { row.right() };
        painter.text(pos2(end, y), Align2::RIGHT_CENTER, number::fixed(value, 2), small, t.secondary);
        if lit {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        if let Some(pointer) = response.interact_pointer_pos() {
            let along = f64::from(if is_left { room.max - pointer.x } else { pointer.x - room.min });
            let to = low + along / f64::from(room.span().max(1.0)) * (high - low);
            let slack = 0.6 * (high - low) / f64::from(room.span().max(1.0));
            return Some(eframe::egui::emath::smart_aim::best_in_range_f64(to - slack, to + slack).clamp(low, high));
        }
        let steps = f64::from(arrows::steps_outwards(ui, &response, is_left));
        (steps != 0.0).then(|| (value + steps * NUDGE).clamp(low, high))
    }
}
