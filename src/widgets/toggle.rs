//! A switch with its words beside it.
//! The whole row can be clicked.

use eframe::egui::{self, Response, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::{
    theme::{UiTokens as _, size, space},
    widgets::focus_ring,
};

const WIDTH: f32 = 26.0;
const HEIGHT: f32 = 15.0;

/// A switch named `name`, which turns `on` over when it is clicked.
pub fn toggle_ui(ui: &mut Ui, on: &mut bool, name: &str) -> Response {
    let t = ui.tokens();
    let wrap = (ui.available_width() - WIDTH - space::M).max(40.0);
    let galley = ui.painter().layout(name.to_owned(), TextStyle::Body.resolve(ui.style()), t.text, wrap);
    let desired = vec2(WIDTH + space::S + galley.size().x, galley.size().y.max(size::ROW - 5.0));
    let (rect, mut response) = ui.allocate_exact_size(desired, Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    let (enabled, is_on) = (ui.is_enabled(), *on);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, enabled, is_on, name));

    if ui.is_rect_visible(rect) {
        let how_on = ui.ctx().animate_bool_responsive(response.id, is_on);
        let track = egui::Rect::from_min_size(pos2(rect.left(), rect.center().y - HEIGHT / 2.0), vec2(WIDTH, HEIGHT));
        let ground = t.selected.lerp_to_gamma(t.secondary, how_on);
        ui.painter().rect_filled(track, HEIGHT / 2.0, ground);
        let x = egui::lerp(track.left() + HEIGHT / 2.0..=track.right() - HEIGHT / 2.0, how_on);
        ui.painter().circle_filled(pos2(x, track.center().y), HEIGHT / 2.0 - 2.0, t.panel);
        let place = pos2(track.right() + space::S, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(place, galley, t.text);
        focus_ring(ui, &response, track);
    }
    response
}
