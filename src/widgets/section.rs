//! The title rows of panels and the hairlines between groups.
//! A line, not a box: what belongs together stands together.

use eframe::egui::{self, Align, Layout, Margin, Sense, Stroke, Ui, UiBuilder, vec2};

use crate::theme::{UiTokens as _, size, space, title};

/// A panel's title row: the name, what stands beside it, what stands at the right end (written from right to left),
/// and a hairline below where `line` says so.
pub fn section_ui(ui: &mut Ui, name: &str, line: bool, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), size::SECTION));
    let inner = rect.shrink2(vec2(space::M, 0.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    row.add(egui::Label::new(title(name)).selectable(false));
    row.add_space(space::XS);
    // The right end takes its room first, so that a narrow panel shortens what is between.
    let rest = row.available_rect_before_wrap();
    let mut end =
        row.new_child(UiBuilder::new().id_salt("end").max_rect(rest).layout(Layout::right_to_left(Align::Center)));
    right(&mut end);
    let free = rest.with_max_x((end.min_rect().left() - space::S).max(rest.left()));
    let mut middle =
        row.new_child(UiBuilder::new().id_salt("middle").max_rect(free).layout(Layout::left_to_right(Align::Center)));
    middle.set_clip_rect(free.expand2(vec2(2.0, 4.0)).intersect(ui.clip_rect()));
    left(&mut middle);
    if line {
        let stroke = Stroke::new(1.0, ui.tokens().hairline);
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, stroke);
    }
}

/// A group of controls with the panel's margins around it and a hairline below.
pub fn group_ui<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let frame = egui::Frame::new().inner_margin(Margin::symmetric(space::M as i8, space::S as i8 + 1));
    let inner = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        content(ui)
    });
    hairline_ui(ui);
    inner.inner
}

/// A line across the panel.
pub fn hairline_ui(ui: &mut Ui) {
    let gap = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, ui.tokens().hairline));
    ui.spacing_mut().item_spacing.y = gap;
}
