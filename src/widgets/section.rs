//! The title rows of panels and the hairlines between groups.
//! A line, not a box: what belongs together stands together.

use eframe::egui::{self, Align, Layout, Margin, Rect, Sense, Stroke, Ui, UiBuilder, UiStackInfo, vec2};

use crate::theme::{UiTokens as _, size, space, title};

/// A panel's title row: the name, what stands beside it, what stands at the right end (written from right to left),
/// and a hairline below where `line` says so. Below a tab with the same name the row has its controls alone, and where it has
/// none it is left out.
pub fn section_ui(ui: &mut Ui, name: &str, line: bool, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    let room = vec2(ui.available_width(), size::SECTION);
    let rect = Rect::from_min_size(ui.available_rect_before_wrap().min, room);
    let inner = rect.shrink2(vec2(space::M, 0.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    let is_titled = !is_below_its_tab(ui);
    if is_titled {
        row.add(egui::Label::new(title(name)).selectable(false));
        row.add_space(space::XS);
    }
    if super::is_figure(ui) {
        left(&mut row);
        ui.allocate_space(room);
        return;
    }
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
    if !is_titled && end.min_rect().width() <= 0.0 && middle.min_rect().width() <= 0.0 {
        return ui.add_space(space::S);
    }
    ui.allocate_space(room);
    if line {
        let stroke = Stroke::new(1.0, ui.tokens().hairline);
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, stroke);
    }
}

/// Shows a panel whose name stands on a tab above it.
pub fn below_tab_ui<R>(ui: &mut Ui, panel: impl FnOnce(&mut Ui) -> R) -> R {
    let named = UiBuilder::new().ui_stack_info(UiStackInfo::default().with_tag(BELOW_TAB));
    ui.scope_builder(named, panel).inner
}

const BELOW_TAB: &str = "below its tab";

fn is_below_its_tab(ui: &Ui) -> bool {
    ui.stack().iter().any(|part| part.tags().contains(BELOW_TAB))
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
