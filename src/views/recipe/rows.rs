//! Rows of the panel: a field's name, which explains it, and its control beside it, in every row at the same place. And the
//! way to a control, for whoever asks for a field by its name.

use eframe::egui::{Align, Context, DragValue, Id, Layout, Response, RichText, Ui, UiBuilder, emath::Numeric, vec2};

use crate::recipe::fields::{Field, Unit};
use crate::text::text;
use crate::theme::{UiTokens as _, size};
use crate::views::control_name;
use crate::widgets::mark;

/// Width of the names.
const NAMES: f32 = 100.0;

/// Width of a number.
const NUMBER: f32 = 64.0;

/// How many frames the panel has to show a control that was asked for: it may be behind a tab, or folded away.
const PATIENCE: u64 = 4;

/// The name of a field and its control, which is given the id of the name.
pub(super) fn row_ui<R>(ui: &mut Ui, field: &Field, control: impl FnOnce(&mut Ui, Id) -> R) -> R {
    ui.horizontal(|ui| {
        let (_, rect) = ui.allocate_space(vec2(NAMES, size::ROW + 1.0));
        let row = UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
        let name = ui.new_child(row).label(control_name(field)).on_hover_text(field.what().words());
        control(ui, name.id)
    })
    .inner
}

/// A whole number, and what stands behind it; the new value once it was changed.
pub(super) fn whole_ui(ui: &mut Ui, field: &Field, value: u64, behind: impl FnOnce(&mut Ui)) -> Option<u64> {
    let mut moved = value;
    number_ui(ui, field, DragValue::new(&mut moved), value, behind).then_some(moved)
}

/// Any number, with all its digits: what stands there is read again when the field is left.
pub(super) fn decimal_ui(ui: &mut Ui, field: &Field, value: f64) -> Option<f64> {
    let mut moved = value;
    let drag = DragValue::new(&mut moved).custom_formatter(|value, _| format!("{value}"));
    number_ui(ui, field, drag, value, |_| {}).then_some(moved)
}

fn number_ui(ui: &mut Ui, field: &Field, drag: DragValue<'_>, now: impl Numeric, behind: impl FnOnce(&mut Ui)) -> bool {
    let (span, now) = (field.span(), now.to_f64());
    // One beyond the range that a recipe brings is not changed by being looked at.
    let drag = drag.range(span.shown.0.min(now)..=span.shown.1.max(now)).speed(span.step);
    row_ui(ui, field, |ui, name| {
        let response = ui.add_sized([NUMBER, size::ROW + 1.0], drag).labelled_by(name);
        seek(ui, field, &response);
        // A number that says itself what it counts needs no unit.
        if let Some(unit) = span.unit.filter(|_| field.short.is_some()) {
            let colour = ui.tokens().secondary;
            ui.label(RichText::new(text(unit_key(unit))).color(colour));
        }
        behind(ui);
        response.on_hover_text(field.what().words()).changed()
    })
}

fn unit_key(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "widget-bars-unit",
        Unit::Pixels => "unit-pixels",
        Unit::Epochs => "unit-epochs",
    }
}

/// Lets the panel show the control of a field, and gives it the keyboard, in one of the next frames.
pub fn go_to(ctx: &Context, path: &'static str) {
    let until = ctx.cumulative_frame_nr() + PATIENCE;
    ctx.data_mut(|data| data.insert_temp(sought(), (path, until)));
    ctx.request_repaint();
}

fn sought() -> Id {
    Id::unique("sought field")
}

/// Whether a field is asked for; it is so once.
pub(super) fn is_sought(ctx: &Context, field: &Field) -> bool {
    let asked: Option<(&'static str, u64)> = ctx.data(|data| data.get_temp(sought()));
    let found = asked.is_some_and(|(path, until)| path == field.path && ctx.cumulative_frame_nr() <= until);
    if found {
        ctx.data_mut(|data| data.remove_temp::<(&'static str, u64)>(sought()));
    }
    found
}

/// Gives the control of a field the keyboard where the field is asked for.
pub(super) fn seek(ui: &Ui, field: &Field, control: &Response) {
    mark(ui, &format!("recipe.{}", field.path), control.rect);
    if is_sought(ui, field) {
        control.request_focus();
        control.scroll_to_me(Some(Align::Center));
    }
}
