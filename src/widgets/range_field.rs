//! A field that holds one value, a list of them, or a range: typed in, checked while it is typed, and spelled out below.

use std::ops::{Bound, RangeBounds as _};

use eframe::egui::{Align, Align2, Id, Layout, Response, RichText, TextEdit, Ui, UiBuilder, vec2};

use super::{
    range_value::{RangeFault, RangeLimits, RangeValue},
    segmented::segmented_width,
    segmented_ui,
};
use crate::{
    text::{number, text, text_with},
    theme::{UiTokens as _, caption, semibold, size, space, tick, title},
};

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct RangeField<'a> {
    /// Its name, and what tells two fields apart.
    pub name: &'a str,
    /// What it holds.
    pub value: &'a RangeValue,
    /// What it allows.
    pub limits: &'a RangeLimits,
    /// Whether a new range is spaced by ratio.
    pub log: bool,
    /// Whether its name stands above it, with a switch that makes it a single value again.
    pub bare: bool,
}

/// What happened to a field.
#[derive(Debug)]
pub struct RangeFieldResponse {
    /// Of the whole.
    pub response: Response,
    /// What it should hold from now on, if that is something else.
    pub changed: Option<RangeValue>,
    /// Why what stands in it now is not taken.
    pub fault: Option<RangeFault>,
    /// The first part of it that is typed in.
    pub first: Id,
}

/// What is being typed; it holds as long as the value is the one that it was typed for.
#[derive(Clone, Debug)]
struct Draft {
    of: RangeValue,
    texts: [String; 3],
}

/// More values than this are not spelled out.
const SPELLED: usize = 12;

impl Draft {
    fn new(value: &RangeValue) -> Self {
        let number = |value: f64| format!("{value}");
        let texts = match value {
            RangeValue::One(value) => [number(*value), String::new(), String::new()],
            RangeValue::List(values) => {
                [values.iter().map(|v| number(*v)).collect::<Vec<_>>().join(", "), String::new(), String::new()]
            }
            RangeValue::Range { from, to, points, .. } => [number(*from), number(*to), points.to_string()],
        };
        Self { of: value.clone(), texts }
    }

    fn read(&self, limits: &RangeLimits) -> Result<RangeValue, RangeFault> {
        let [first, second, third] = &self.texts;
        match self.of {
            RangeValue::One(_) => limits.number(first).map(RangeValue::One),
            RangeValue::List(_) => limits.list(first),
            RangeValue::Range { log, .. } => limits.range(first, second, third, log),
        }
    }
}

impl RangeField<'_> {
    /// Shows the field.
    pub fn show(&self, ui: &mut Ui) -> RangeFieldResponse {
        let id = ui.make_persistent_id(("range field", self.name));
        let held = ui.data(|data| data.get_temp::<Draft>(id)).filter(|draft| draft.of == *self.value);
        let mut draft = held.unwrap_or_else(|| Draft::new(self.value));
        let mut changed = None;
        let mut fault = None;
        let shown = ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            let kind = if self.bare { self.bare_kind_ui(ui, &mut changed) } else { self.kind_ui(ui) };
            if let Some(kind) = kind {
                changed = Some(self.limits.convert(self.value, kind, self.log));
            }
            let (edited, left) = self.fields_ui(ui, id, &mut draft, &mut changed);
            match draft.read(self.limits) {
                Ok(value) if edited && value != *self.value => {
                    // The text stays as it was typed while the value follows it.
                    draft.of = value.clone();
                    changed = Some(value);
                }
                // Left alone, it is written as it is understood.
                Ok(_) if left => draft = Draft::new(&draft.of),
                Ok(_) => {}
                Err(why) => fault = Some(why),
            }
            self.below_ui(ui, fault.as_ref(), changed.as_ref().unwrap_or(self.value));
        });
        ui.data_mut(|data| data.insert_temp(id, draft));
        RangeFieldResponse { response: shown.response, changed, fault, first: id.with(0) }
    }

    /// The name, and the kinds beside it or, where that is too narrow, below it.
    fn kind_ui(&self, ui: &mut Ui) -> Option<usize> {
        let kinds = ["widget-range-value", "widget-range-list", "widget-range-range"].map(text);
        let kinds = kinds.each_ref().map(String::as_str);
        let before = match self.value {
            RangeValue::One(_) => 0,
            RangeValue::List(_) => 1,
            RangeValue::Range { .. } => 2,
        };
        let mut kind = before;
        let name = text_with("widget-range-kind", &[("name", self.name.into())]);
        let galley = ui.painter().layout_no_wrap(self.name.to_owned(), semibold(size::BODY), ui.tokens().text);
        let beside = galley.size().x + space::S + segmented_width(ui, &kinds) <= ui.available_width();
        if beside {
            let (_, row) = ui.allocate_space(vec2(ui.available_width(), size::ROW + 1.0));
            let left = UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center));
            ui.new_child(left).label(title(self.name));
            let right = UiBuilder::new().id_salt("kind").max_rect(row).layout(Layout::right_to_left(Align::Center));
            segmented_ui(&mut ui.new_child(right), &name, &mut kind, &kinds);
        } else {
            ui.label(title(self.name));
            segmented_ui(ui, &name, &mut kind, &kinds);
        }
        (kind != before).then_some(kind)
    }

    /// A list or a range, and beside it how a range is spaced.
    fn bare_kind_ui(&self, ui: &mut Ui, changed: &mut Option<RangeValue>) -> Option<usize> {
        let kinds = ["widget-range-list", "widget-range-range"].map(text);
        let kinds = kinds.each_ref().map(String::as_str);
        let before = usize::from(matches!(self.value, RangeValue::Range { .. }));
        let mut kind = before;
        let name = text_with("widget-range-kind", &[("name", self.name.into())]);
        ui.horizontal(|ui| {
            segmented_ui(ui, &name, &mut kind, &kinds);
            if matches!(self.value, RangeValue::Range { .. }) {
                let row = Layout::right_to_left(Align::Center);
                ui.with_layout(row, |ui| self.scale_ui(ui, changed));
            }
        });
        (kind != before).then_some(kind + 1)
    }

    /// How a range is spaced.
    fn scale_ui(&self, ui: &mut Ui, changed: &mut Option<RangeValue>) {
        let RangeValue::Range { from, to, points, log } = *self.value else { return };
        let scales = ["widget-range-linear", "widget-range-log"].map(text);
        let mut by_ratio = usize::from(log);
        let name = text_with("widget-range-scale", &[("name", self.name.into())]);
        segmented_ui(ui, &name, &mut by_ratio, &scales.each_ref().map(String::as_str));
        let asked = by_ratio == 1;
        if asked != log && (!asked || from > 0.0 && to > 0.0) {
            *changed = Some(RangeValue::Range { from, to, points, log: asked });
        }
    }

    /// The fields for typing; says whether one was edited, and whether one was just left.
    fn fields_ui(&self, ui: &mut Ui, id: Id, draft: &mut Draft, changed: &mut Option<RangeValue>) -> (bool, bool) {
        let [first, second, third] = &mut draft.texts;
        let part = |part: &str| text_with(part, &[("name", self.name.into())]);
        match self.value {
            RangeValue::One(_) => {
                let wide = ui.available_width().min(120.0);
                edit_ui(ui, id.with(0), first, self.name, wide, self.limits.number(first).is_err())
            }
            RangeValue::List(_) => {
                let (wide, wrong) = (ui.available_width(), self.limits.list(first).is_err());
                edit_ui(ui, id.with(0), first, &part("widget-range-list-of"), wide, wrong)
            }
            RangeValue::Range { .. } => {
                let scales = ["widget-range-linear", "widget-range-log"].map(text);
                let scales = scales.each_ref().map(String::as_str);
                let scale_width = segmented_width(ui, &scales);
                let gap = ui.spacing().item_spacing.x;
                let one_row = !self.bare && ui.available_width() >= scale_width + 3.0 * 52.0 + 3.0 * gap;
                let room = if one_row { ui.available_width() - scale_width - gap } else { ui.available_width() };
                let wide = ((room - 2.0 * gap) / 3.0).floor().min(96.0);
                let (mut edited, mut left) = (false, false);
                let wrong = [first.as_str(), second.as_str()].map(|typed| self.limits.number(typed).is_err());
                let few = third.trim().parse().map_or(true, |count: usize| !(2..=self.limits.most).contains(&count));
                ui.horizontal_top(|ui| {
                    let parts = [
                        (first, "widget-range-from", "widget-range-from-of", wrong[0]),
                        (second, "widget-range-to", "widget-range-to-of", wrong[1]),
                        (third, "widget-range-points", "widget-range-points-of", few),
                    ];
                    for (index, (typed, short, name, wrong)) in parts.into_iter().enumerate() {
                        ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 1.0;
                            ui.set_width(wide);
                            ui.label(tick(text(short)));
                            let (e, l) = edit_ui(ui, id.with(index), typed, &part(name), wide, wrong);
                            (edited, left) = (edited | e, left | l);
                        });
                    }
                    if one_row {
                        ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 1.0;
                            ui.label(tick(" "));
                            self.scale_ui(ui, changed);
                        });
                    }
                });
                if !one_row && !self.bare {
                    self.scale_ui(ui, changed);
                }
                (edited, left)
            }
        }
    }

    /// What is wrong, or else the values that come of it.
    fn below_ui(&self, ui: &mut Ui, fault: Option<&RangeFault>, value: &RangeValue) {
        if let Some(fault) = fault {
            ui.label(RichText::new(self.fault_words(fault)).small().color(ui.tokens().bad));
            return;
        }
        if matches!(value, RangeValue::One(_)) {
            return;
        }
        let values = self.limits.expand(value);
        let mut spelled = values.iter().take(SPELLED).map(|value| number::setting(*value)).collect::<Vec<_>>();
        if values.len() > SPELLED {
            spelled.push("…".to_owned());
        }
        let words = [("count", values.len().into()), ("values", spelled.join(" · ").into())];
        ui.add(eframe::egui::Label::new(caption(text_with("widget-range-values", &words))).wrap());
    }

    /// What numbers are allowed.
    fn limits_words(&self) -> String {
        let one = |key: &str, end: f64| text_with(key, &[("value", number::setting(end).into())]);
        let (low, high) = self.limits.range;
        if let (Bound::Included(low), Bound::Included(high)) = (low, high) {
            let (low, high) = (number::setting(low), number::setting(high));
            return text_with("widget-range-outside", &[("low", low.into()), ("high", high.into())]);
        }
        let low = match low {
            Bound::Included(low) => Some(one("widget-range-at-least", low)),
            Bound::Excluded(low) => Some(one("widget-range-above", low)),
            Bound::Unbounded => None,
        };
        let high = match high {
            Bound::Included(high) => Some(one("widget-range-at-most", high)),
            Bound::Excluded(high) => Some(one("widget-range-below", high)),
            Bound::Unbounded => None,
        };
        low.into_iter().chain(high).collect::<Vec<_>>().join(" · ")
    }

    fn fault_words(&self, fault: &RangeFault) -> String {
        match fault {
            RangeFault::Empty => text("widget-range-empty"),
            RangeFault::NoNumber(typed) => text_with("widget-range-no-number", &[("typed", typed.as_str().into())]),
            RangeFault::NotWhole(typed) => text_with("widget-range-not-whole", &[("typed", typed.as_str().into())]),
            RangeFault::Outside(value) => {
                if self.limits.range.contains(value) {
                    text("widget-range-no-ratio")
                } else {
                    self.limits_words()
                }
            }
            RangeFault::Twice(value) => text_with("widget-range-twice", &[("value", number::setting(*value).into())]),
            RangeFault::Points => text_with("widget-range-count", &[("most", self.limits.most.into())]),
            RangeFault::NoRange => text("widget-range-no-range"),
        }
    }
}

/// A line of text; says whether it was edited, and whether it was just left.
fn edit_ui(ui: &mut Ui, id: Id, typed: &mut String, name: &str, wide: f32, wrong: bool) -> (bool, bool) {
    let colour = if wrong { ui.tokens().bad } else { ui.tokens().text };
    let edit = TextEdit::singleline(typed).id(id).desired_width(wide).text_color(colour).margin(vec2(6.0, 4.0));
    let edit = edit.align(Align2::LEFT_CENTER);
    let response = ui.add(edit).accessible_name(name);
    (response.changed(), response.lost_focus())
}
