//! One number under its name, on a tile.
//! Assistive technology reads both as one.

use eframe::egui::{self, Response, Role, Sense, Ui, Vec2, WidgetInfo, pos2};

use crate::theme::{self, UiTokens as _, radius, semibold, size, space};

/// Height of a tile with words as large as elsewhere.
pub const STAT_TILE: f32 = 45.0;

/// A tile with a caption over a value and, smaller, its unit; they are as large as the tile is tall.
pub fn stat_tile_ui(ui: &mut Ui, room: Vec2, caption: &str, value: &str, unit: &str) -> Response {
    let t = ui.tokens();
    let (rect, response) = ui.allocate_exact_size(room, Sense::hover());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Label, enabled, format!("{caption}: {value} {unit}").trim_end()));
    if ui.is_rect_visible(rect) {
        let enlarged = (room.y / STAT_TILE).max(1.0);
        // What names the number grows less than the number.
        let less = f32::midpoint(1.0, enlarged);
        ui.painter().rect_filled(rect, radius::CONTROL, t.control);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let left = rect.left() + space::S + 1.0;
        let small = theme::font(size::TICK * less);
        painter.text(pos2(left, rect.top() + 6.0), egui::Align2::LEFT_TOP, caption, small, t.tertiary);
        // A class may have a long name: it is written smaller, and what does not fit even so ends in dots.
        let wide = rect.right() - space::XS - left;
        let whole = painter.layout_no_wrap(value.to_owned(), semibold(size::VALUE * enlarged), t.text);
        let written = (size::VALUE * (wide / whole.size().x.max(1.0)).min(1.0)).floor().max(size::CAPTION) * enlarged;
        let mut number = egui::text::LayoutJob::simple_singleline(value.to_owned(), semibold(written), t.text);
        number.wrap = egui::text::TextWrapping::truncate_at_width(wide);
        let number = painter.layout_job(number);
        let after = painter.layout_no_wrap(unit.to_owned(), theme::font(size::CAPTION * less), t.text);
        let base = rect.bottom() - 6.0;
        let right = left + number.size().x + space::XS;
        painter.galley(pos2(left, base - number.size().y), number, t.text);
        // A unit is whole or not there.
        if right + after.size().x <= rect.right() {
            painter.galley(pos2(right, base - after.size().y - 1.0), after, t.text);
        }
    }
    response
}
