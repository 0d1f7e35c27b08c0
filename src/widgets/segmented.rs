//! A few choices side by side, one of them chosen: Lab, Compare, Learn.
//! To assistive technology they are tabs of a named list.

use eframe::egui::{Align2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::{
    theme::{self, UiTokens as _, radius, size, space},
    widgets::focus_ring,
};

/// Shows `choices`; a click makes `chosen` the index of another one and marks the response as changed.
pub fn segmented_ui(ui: &mut Ui, name: &str, chosen: &mut usize, choices: &[&str]) -> Response {
    if super::is_figure(ui) {
        return ui.allocate_response(vec2(0.0, 0.0), Sense::hover());
    }
    let t = ui.tokens();
    let font = theme::font(size::BODY);
    let widths = widths(ui, choices);
    let desired = vec2(widths.iter().sum::<f32>() + 4.0, size::ROW + 1.0);
    let (rect, mut response) = ui.allocate_exact_size(desired, Sense::hover());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::TabList, enabled, name));
    ui.painter().rect(rect, radius::CONTROL, t.control, Stroke::new(1.0, t.hairline), StrokeKind::Inside);

    let mut left = rect.left() + 2.0;
    for (index, (text, width)) in choices.iter().zip(widths).enumerate() {
        let segment = Rect::from_min_max(pos2(left, rect.top() + 2.0), pos2(left + width, rect.bottom() - 2.0));
        left += width;
        let click = ui.interact(segment, response.id.with(index), Sense::click());
        if click.clicked() && *chosen != index {
            *chosen = index;
            response.mark_changed();
        }
        let is_chosen = *chosen == index;
        click.widget_info(|| WidgetInfo::selected(Role::Tab, enabled, is_chosen, text));
        if is_chosen {
            ui.painter().rect_filled(segment, radius::CONTROL - 1, t.hover);
        }
        let colour = if is_chosen || click.hovered() { t.text } else { t.secondary };
        ui.painter().text(segment.center(), Align2::CENTER_CENTER, text, font.clone(), colour);
        focus_ring(ui, &click, segment.shrink(2.0));
    }
    response
}

/// How wide the choices are together.
pub fn segmented_width(ui: &Ui, choices: &[&str]) -> f32 {
    widths(ui, choices).iter().sum::<f32>() + 4.0
}

fn widths(ui: &Ui, choices: &[&str]) -> Vec<f32> {
    let font = theme::font(size::BODY);
    let wide = |text: &&str| {
        ui.painter().layout_no_wrap((*text).to_owned(), font.clone(), ui.tokens().text).size().x + 2.0 * space::M - 2.0
    };
    choices.iter().map(wide).collect()
}
