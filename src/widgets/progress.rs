//! A thin bar that fills.
//! Its value is there for assistive technology too.

use eframe::egui::{self, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::theme::UiTokens as _;

/// A bar named `name`, filled to `share` of `width`.
pub fn progress_ui(ui: &mut Ui, name: &str, share: f32, width: f32) -> Response {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(width, 8.0), Sense::hover());
    let enabled = ui.is_enabled();
    let info =
        || WidgetInfo { value: Some(f64::from(share)), ..WidgetInfo::labeled(Role::ProgressIndicator, enabled, name) };
    response.widget_info(info);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
    });
    if ui.is_rect_visible(rect) {
        let track = rect.shrink2(vec2(0.0, 1.75));
        ui.painter().rect_filled(track, 2.25, ui.tokens().hover);
        let full = Rect::from_min_max(track.min, pos2(egui::lerp(track.x_range(), share), track.bottom()));
        ui.painter().rect_filled(full, 2.25, ui.tokens().secondary);
    }
    response
}
