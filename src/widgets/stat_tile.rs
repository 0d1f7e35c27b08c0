//! One number under its name, on a tile.
//! Assistive technology reads both as one.

use eframe::egui::{self, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::theme::{self, UiTokens as _, radius, semibold, size, space};

/// A tile as wide as `width` with a caption over a value and, smaller, its unit.
pub fn stat_tile_ui(ui: &mut Ui, width: f32, caption: &str, value: &str, unit: &str) -> Response {
    let t = ui.tokens();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 45.0), Sense::hover());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Label, enabled, format!("{caption}: {value} {unit}").trim_end()));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, radius::CONTROL, t.control);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let left = rect.left() + space::S + 1.0;
        let small = theme::font(size::TICK);
        painter.text(pos2(left, rect.top() + 6.0), egui::Align2::LEFT_TOP, caption, small, t.tertiary);
        // A class may have a long name; what does not fit ends in dots.
        let mut number = egui::text::LayoutJob::simple_singleline(value.to_owned(), semibold(size::VALUE), t.text);
        number.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - space::XS - left);
        let number = painter.layout_job(number);
        let after = painter.layout_no_wrap(unit.to_owned(), theme::font(size::CAPTION), t.text);
        let base = rect.bottom() - 6.0;
        let right = left + number.size().x + space::XS;
        painter.galley(pos2(left, base - number.size().y), number, t.text);
        painter.galley(pos2(right, base - after.size().y - 1.0), after, t.text);
    }
    response
}
