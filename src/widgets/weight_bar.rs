//! A bar split in shares: how much each of several terms weighs.
//! It shows; the weights are set elsewhere.

use eframe::egui::{self, Align2, Color32, CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::{
    text::{number, text_with},
    theme::{self, UiTokens as _, radius, size, space},
};

/// One part of the bar.
#[derive(Clone, Copy, Debug)]
pub struct Share<'a> {
    /// What it is.
    pub name: &'a str,
    /// Its weight; they need not add up to one.
    pub weight: f64,
    /// Its colour.
    pub colour: Color32,
}

/// The bar across the available width, with the names under their parts as far as there is room.
pub fn weight_bar_ui(ui: &mut Ui, shares: &[Share<'_>]) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().max(40.0), 24.0), Sense::hover());
    let enabled = ui.is_enabled();
    let one = |share: &Share<'_>| {
        text_with("widget-share", &[("name", share.name.into()), ("weight", number::setting(share.weight).into())])
    };
    let words = shares.iter().map(one).collect::<Vec<_>>().join(", ");
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, enabled, &words));
    if ui.is_rect_visible(rect) {
        paint(ui, rect, shares);
    }
    response.on_hover_text(words)
}

fn paint(ui: &Ui, rect: Rect, shares: &[Share<'_>]) {
    let t = ui.tokens();
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 8.0));
    let weights: Vec<f64> = shares.iter().map(|share| share.weight.max(0.0)).collect();
    let sum: f64 = weights.iter().sum();
    // Nothing weighs anything: all are equally little.
    let part = |weight: f64| if sum > 0.0 { (weight / sum) as f32 } else { 1.0 / shares.len().max(1) as f32 };
    let last = weights.iter().rposition(|weight| part(*weight) > 0.0).unwrap_or(0);
    let (mut from, mut written) = (0.0, rect.left());
    for (at, (share, weight)) in shares.iter().zip(&weights).enumerate() {
        let to = from + part(*weight);
        let ends = [from, to].map(|share| egui::lerp(bar.x_range(), share));
        let is_first = from == 0.0;
        // A sliver between two parts.
        let gaps = [if is_first { 0.0 } else { 1.0 }, if at >= last { 0.0 } else { 1.0 }];
        let round = |is_end: bool| if is_end { radius::BAR } else { 0 };
        let (left, right) = (round(is_first), round(at >= last));
        let corners = CornerRadius { nw: left, sw: left, ne: right, se: right };
        let own = bar.with_min_x(ends[0] + gaps[0]).with_max_x(ends[1] - gaps[1]);
        if own.width() > 0.0 {
            ui.painter().rect_filled(own, corners, if sum > 0.0 { share.colour } else { t.hover });
        }
        let name = ui.painter().layout_no_wrap(share.name.to_owned(), theme::font(size::CAPTION), t.tertiary);
        let width = name.size().x;
        let (x, align) = match at {
            0 => (rect.left(), Align2::LEFT_BOTTOM),
            _ if at + 1 == shares.len() => (rect.right() - width, Align2::LEFT_BOTTOM),
            _ => (own.center().x - width / 2.0, Align2::LEFT_BOTTOM),
        };
        // The first and the last name are always there.
        let has_room = at == 0 || at + 1 == shares.len() || (x > written + space::S && x + width < rect.right());
        if has_room {
            let place = align.align_size_within_rect(name.size(), Rect::from_min_max(pos2(x, rect.top()), rect.max));
            written = written.max(x + width);
            ui.painter().galley(place.min, name, t.tertiary);
        }
        from = to;
    }
}
