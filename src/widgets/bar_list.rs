//! Names with bars and percentages: how much each of a few things matters.
//! Names with bars and counts: how many there are of each.

use eframe::egui::{
    self, Align2, Color32, CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, text::TextWrapping, vec2,
};

use crate::{
    text::{number, text_with},
    theme::{self, UiTokens as _, radius, size, space},
};

/// One bar.
#[derive(Clone, Copy, Debug)]
pub struct ShareRow<'a> {
    /// What it is of.
    pub name: &'a str,
    /// From 0 to 1.
    pub share: f64,
    /// Its colour.
    pub colour: Color32,
    /// What else there is to say; may be empty.
    pub hover: &'a str,
}

const ROW: f32 = 22.0;
const PERCENT: f32 = 40.0;

/// Shows a row for each share; a full bar is 100 %.
pub fn bar_list_ui(ui: &mut Ui, name: &str, rows: &[ShareRow<'_>]) -> Response {
    let font = theme::font(size::BODY);
    let wide = |row: &ShareRow<'_>| ui.painter().layout_no_wrap(row.name.to_owned(), font.clone(), row.colour).size().x;
    let names = rows.iter().map(wide).fold(0.0, f32::max).min(ui.available_width() * 0.45).ceil() + space::S;
    let shown = ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for row in rows {
            let share = if row.share.is_finite() { row.share.clamp(0.0, 1.0) } else { 0.0 };
            let percent = text_with("widget-percent", &[("value", number::part(share).into())]);
            let exact = text_with("widget-percent", &[("value", number::percent(share).into())]);
            row_ui(ui, row, &percent, exact, [names, PERCENT]);
        }
    });
    let enabled = ui.is_enabled();
    shown.response.widget_info(|| WidgetInfo::labeled(Role::Group, enabled, name));
    shown.response
}

/// Shows a row for each name with its count; the bar of the largest is full. `written` writes a count.
pub fn count_list_ui(
    ui: &mut Ui,
    name: &str,
    counts: &[(&str, u64)],
    colour: Color32,
    written: fn(u64) -> String,
) -> Response {
    let wide = |words: &str, points: f32| {
        ui.painter().layout_no_wrap(words.to_owned(), theme::font(points), colour).size().x.ceil() + space::S
    };
    let names = counts.iter().map(|(name, _)| wide(name, size::BODY)).fold(0.0, f32::max);
    let names = names.min(ui.available_width() * 0.45);
    let largest = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let numbers = wide(&written(largest), size::CAPTION);
    let shown = ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (name, count) in counts {
            let row = ShareRow { name, share: *count as f64 / largest.max(1) as f64, colour, hover: "" };
            row_ui(ui, &row, &written(*count), written(*count), [names, numbers]);
        }
    });
    let enabled = ui.is_enabled();
    shown.response.widget_info(|| WidgetInfo::labeled(Role::Group, enabled, name));
    shown.response
}

/// A row with `value` at its end; `widths` are those of the name and of the value.
fn row_ui(ui: &mut Ui, row: &ShareRow<'_>, value: &str, exact: String, widths: [f32; 2]) {
    let [names, values] = widths;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().max(120.0), ROW), Sense::hover());
    let share = if row.share.is_finite() { row.share.clamp(0.0, 1.0) } else { 0.0 };
    let mut words = text_with("widget-curve-now", &[("name", row.name.into()), ("value", exact.into())]);
    if !row.hover.is_empty() {
        words = format!("{words}\n{}", row.hover);
    }
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(value.to_owned()),
        ..WidgetInfo::labeled(Role::Meter, enabled, row.name)
    });
    if ui.is_rect_visible(rect) {
        let t = ui.tokens();
        let y = rect.center().y;
        let mut job = egui::text::LayoutJob::simple_singleline(row.name.to_owned(), theme::font(size::BODY), t.text);
        job.wrap = TextWrapping::truncate_at_width(names - space::S + 1.0);
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(rect.left(), y - galley.size().y / 2.0), galley, t.text);
        let track = Rect::from_min_max(pos2(rect.left() + names, y - 4.0), pos2(rect.right() - values, y + 4.0));
        ui.painter().rect_filled(track, radius::BAR, t.hover);
        // Something is never drawn as nothing.
        let length = if share > 0.0 { (share as f32 * track.width()).max(2.0) } else { 0.0 };
        let bar = track.with_max_x(track.left() + length);
        ui.painter().rect_filled(bar, CornerRadius::same(radius::BAR), row.colour);
        let small = theme::font(size::CAPTION);
        ui.painter().text(pos2(rect.right(), y), Align2::RIGHT_CENTER, value, small, t.secondary);
    }
    response.on_hover_text(words);
}
