//! A bar split in two shares: how much each of two terms weighs.
//! It shows; the weights are set elsewhere.

use eframe::egui::{self, Color32, CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::{
    text::{number, text_with},
    theme::{self, UiTokens as _, radius, size},
};

/// One end of the bar.
#[derive(Clone, Copy, Debug)]
pub struct Share<'a> {
    /// What it is.
    pub name: &'a str,
    /// Its weight; the two need not add up to one.
    pub weight: f64,
    /// Its colour.
    pub colour: Color32,
}

/// The bar across the available width, with the two names under its ends.
pub fn weight_bar_ui(ui: &mut Ui, first: Share<'_>, second: Share<'_>) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().max(40.0), 24.0), Sense::hover());
    let enabled = ui.is_enabled();
    let values = [
        ("first-name", first.name.into()),
        ("first", number::setting(first.weight).into()),
        ("second-name", second.name.into()),
        ("second", number::setting(second.weight).into()),
    ];
    let words = text_with("widget-shares", &values);
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, enabled, &words));
    if ui.is_rect_visible(rect) {
        paint(ui, rect, first, second);
    }
    response.on_hover_text(words)
}

fn paint(ui: &Ui, rect: Rect, first: Share<'_>, second: Share<'_>) {
    let t = ui.tokens();
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 8.0));
    let (a, b) = (first.weight.max(0.0), second.weight.max(0.0));
    let share = if a + b > 0.0 { (a / (a + b)) as f32 } else { 0.5 };
    let split = egui::lerp(bar.x_range(), share);
    // A sliver between the two, unless one of them is nothing.
    let gap = if share > 0.0 && share < 1.0 { 1.0 } else { 0.0 };
    let r = radius::BAR;
    let left = CornerRadius { nw: r, sw: r, ne: if gap > 0.0 { 0 } else { r }, se: if gap > 0.0 { 0 } else { r } };
    let right = CornerRadius { ne: r, se: r, nw: left.ne, sw: left.se };
    let dim = |colour: Color32| if a + b > 0.0 { colour } else { t.hover };
    ui.painter().rect_filled(bar.with_max_x(split - gap), left, dim(first.colour));
    ui.painter().rect_filled(bar.with_min_x(split + gap), right, dim(second.colour));
    let font = theme::font(size::CAPTION);
    let below = |x, align, name| ui.painter().text(pos2(x, rect.bottom()), align, name, font.clone(), t.tertiary);
    below(rect.left(), egui::Align2::LEFT_BOTTOM, first.name);
    below(rect.right(), egui::Align2::RIGHT_BOTTOM, second.name);
}
