//! A slider under its name and value: linear for shares, logarithmic for temperatures and rates.
//! The value can be dragged, typed, nudged with the arrow keys and set by assistive technology.

use std::ops::RangeInclusive;

use eframe::egui::{
    self, Align, Align2, Color32, DragValue, Frame, Layout, Pos2, Rect, Response, Sense, Stroke, Tooltip, Ui,
    UiBuilder, Widget, WidgetInfo,
    accesskit::{Action, ActionData},
    pos2, vec2,
};

use crate::{
    text::{number, text_with},
    theme::{self, UiTokens as _, size, space, title},
    widgets::clear_place::{controls, is_clear},
};

/// A named slider; see the methods for what can be left out.
#[must_use = "add it to a ui"]
pub struct Slider<'a> {
    name: &'a str,
    value: &'a mut f64,
    range: RangeInclusive<f64>,
    logarithmic: bool,
    ticks: &'a [f64],
    marks: &'a [f64],
    default: Option<f64>,
    format: &'a dyn Fn(f64) -> String,
    header: bool,
    what: &'a str,
    aside: Option<&'a mut dyn FnMut(&mut Ui)>,
    refused: Option<&'a dyn Fn(&str)>,
}

/// Half the height of the rail's handle.
const HANDLE: f32 = 7.0;
/// Height of the row of name and value.
const HEADER: f32 = 20.0;
/// Width at which a tip's words wrap, and its distance from the rail: above it, and beside its panel.
const TIP: f32 = 260.0;
const GAP: f32 = 4.0;
const BESIDE: f32 = 20.0;
/// Around the digits of the number.
const PADDING: f32 = space::XS;
/// How far one press of an arrow key goes, as a share of the rail; a twentieth of it with Shift.
const NUDGE: f64 = 0.02;

impl<'a> Slider<'a> {
    /// A linear slider. A value beyond the range widens it.
    pub fn new(name: &'a str, value: &'a mut f64, range: RangeInclusive<f64>) -> Self {
        debug_assert!(range.start() < range.end(), "a slider needs room");
        // A value that comes from elsewhere is shown as it is, not as the nearest one that fits.
        let range = range.start().min(*value)..=range.end().max(*value);
        Self {
            name,
            value,
            range,
            logarithmic: false,
            ticks: &[],
            marks: &[],
            default: None,
            format: &number::setting,
            header: true,
            what: "",
            aside: None,
            refused: None,
        }
    }

    /// Gives each doubling the same room; the range must be positive.
    pub fn logarithmic(mut self) -> Self {
        debug_assert!(*self.range.start() > 0.0, "a logarithmic range is positive");
        self.logarithmic = true;
        self
    }

    /// Labelled values under the rail.
    pub fn ticks(mut self, ticks: &'a [f64]) -> Self {
        self.ticks = ticks;
        self
    }

    /// Values shown as dots on the rail: those of a sweep.
    pub fn marks(mut self, marks: &'a [f64]) -> Self {
        self.marks = marks;
        self
    }

    /// What a double click goes back to.
    pub fn default_value(mut self, default: f64) -> Self {
        self.default = Some(default);
        self
    }

    /// How the value is written; as a setting unless told.
    pub fn format(mut self, format: &'a dyn Fn(f64) -> String) -> Self {
        self.format = format;
        self
    }

    /// Shows the rail alone, without the row of name and value.
    pub fn rail_only(mut self) -> Self {
        self.header = false;
        self
    }

    /// What it does: said beside the slider while the pointer rests on its name or its rail.
    pub fn explained(mut self, what: &'a str) -> Self {
        self.what = what;
        self
    }

    /// What stands beside the name.
    pub fn aside(mut self, aside: &'a mut dyn FnMut(&mut Ui)) -> Self {
        self.aside = Some(aside);
        self
    }

    /// What is told of something typed that is no number of the range; the value stays as it was.
    pub fn refused(mut self, refused: &'a dyn Fn(&str)) -> Self {
        self.refused = Some(refused);
        self
    }

    fn clamp(&self, value: f64) -> f64 {
        if value.is_nan() { *self.range.start() } else { value.clamp(*self.range.start(), *self.range.end()) }
    }

    fn share(&self, value: f64) -> f64 {
        let value = self.clamp(value);
        let (low, high) = (*self.range.start(), *self.range.end());
        if self.logarithmic { (value / low).ln() / (high / low).ln() } else { (value - low) / (high - low) }
    }

    fn value_of(&self, share: f64) -> f64 {
        let share = share.clamp(0.0, 1.0);
        let (low, high) = (*self.range.start(), *self.range.end());
        self.clamp(if self.logarithmic { low * (high / low).powf(share) } else { low + share * (high - low) })
    }

    /// The roundest value within `slack` of a place on the rail: what a hand aims at.
    fn round_value(&self, share: f64, slack: f64) -> f64 {
        if share <= 0.0 || share >= 1.0 {
            return self.value_of(share);
        }
        egui::emath::smart_aim::best_in_range_f64(self.value_of(share - slack), self.value_of(share + slack))
    }

    fn header_ui(&mut self, ui: &mut Ui) -> Response {
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEADER));
        let row = UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
        let mut left = ui.new_child(row);
        let name = left.label(title(self.name));
        tip_ui(ui, &name, rect, name.rect.center().x, self.what);
        if let Some(aside) = &mut self.aside {
            aside(&mut left);
        }
        // The digits end where the rail does, so the field around them reaches a little beyond.
        let end = rect.with_max_x(rect.right() + PADDING);
        let row = UiBuilder::new().id_salt("number").max_rect(end).layout(Layout::right_to_left(Align::Center));
        self.number_ui(&mut ui.new_child(row))
    }

    fn number_ui(&mut self, ui: &mut Ui) -> Response {
        let colour = ui.tokens().secondary;
        let visuals = &mut ui.visuals_mut().widgets;
        visuals.inactive.fg_stroke.color = colour;
        visuals.inactive.weak_bg_fill = Color32::TRANSPARENT;
        visuals.inactive.bg_stroke = Stroke::NONE;
        visuals.hovered.bg_stroke = Stroke::NONE;
        ui.spacing_mut().button_padding = vec2(PADDING, 1.0);
        ui.spacing_mut().interact_size = vec2(8.0, 20.0);
        let speed = if self.logarithmic {
            self.clamp(*self.value) * 0.01
        } else {
            (self.range.end() - self.range.start()) * 0.002
        };
        let (format, value) = (self.format, *self.value);
        // A value has more digits than are written: a field that still reads as it did must not round it.
        let (refused, range) = (self.refused, self.range.clone());
        let read = move |typed: &str| {
            if typed == format(value) {
                return Some(value);
            }
            let number = read_number(typed);
            match refused {
                // Nothing is made of it in silence, a value at the end of the range neither.
                Some(refused) if number.is_none_or(|number| !range.contains(&number)) => {
                    refused(typed);
                    Some(value)
                }
                _ => number,
            }
        };
        let number = DragValue::new(self.value)
            .range(self.range.clone())
            .speed(speed)
            .update_while_editing(false)
            .custom_formatter(move |value, _| format(value))
            .custom_parser(read);
        ui.name_inputs(self.name, |ui| ui.add(number))
    }

    fn rail_ui(&mut self, ui: &mut Ui) -> Response {
        let below = if self.ticks.is_empty() { 0.0 } else { 18.0 };
        let desired = vec2(ui.available_width().max(60.0), 2.0 * HANDLE + 4.0 + below);
        let (rect, mut response) = ui.allocate_exact_size(desired, Sense::click_and_drag());
        let middle = rect.top() + HANDLE + 2.0;
        let rail = Rect::from_min_max(pos2(rect.left(), middle - 2.0), pos2(rect.right(), middle + 2.0));

        let before = *self.value;
        self.take_input(ui, &response, rail);
        if before.to_bits() != self.value.to_bits() {
            response.mark_changed();
        }
        self.describe(ui, &response);
        if ui.is_rect_visible(rect) {
            self.paint(ui, &response, rail);
        }
        if !response.dragged() {
            let value = |default: f64| (self.format)(default).into();
            let reset = self.default.map(|default| text_with("widget-reset-hint", &[("value", value(default))]));
            let words: Vec<&str> =
                [self.what].into_iter().chain(reset.as_deref()).filter(|it| !it.is_empty()).collect();
            tip_ui(ui, &response, rect, self.x(rail, *self.value), &words.join("\n"));
        }
        response
    }

    /// Where a value is on the rail.
    fn x(&self, rail: Rect, value: f64) -> f32 {
        rail.left() + HANDLE + self.share(value) as f32 * (rail.width() - 2.0 * HANDLE)
    }

    fn take_input(&mut self, ui: &Ui, response: &Response, rail: Rect) {
        if let Some(pointer) = response.interact_pointer_pos() {
            if !response.has_focus() {
                response.request_focus();
            }
            let width = f64::from(rail.width() - 2.0 * HANDLE).max(1.0);
            let share = f64::from(pointer.x - rail.left() - HANDLE) / width;
            *self.value = self.round_value(share, 1.0 / width);
        }
        if let Some(default) = self.default.filter(|_| response.double_clicked()) {
            *self.value = self.clamp(default);
        }
        let nudges = nudges(ui, response);
        if nudges != 0.0 {
            let share = self.share(*self.value) + nudges * NUDGE;
            *self.value = self.round_value(share, NUDGE.min(nudges.abs() * NUDGE) / 4.0);
        }
        if let Some(asked) = asked_value(ui, response) {
            *self.value = self.clamp(asked);
        }
    }

    fn describe(&self, ui: &Ui, response: &Response) {
        let (enabled, value) = (ui.is_enabled(), *self.value);
        response.widget_info(|| WidgetInfo::slider(enabled, value, self.name));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_min_numeric_value(*self.range.start());
            node.set_max_numeric_value(*self.range.end());
            node.set_value((self.format)(value));
            for action in [Action::SetValue, Action::Increment, Action::Decrement] {
                node.add_action(action);
            }
        });
    }

    fn paint(&self, ui: &Ui, response: &Response, rail: Rect) {
        let t = ui.tokens();
        let painter = ui.painter();
        let x = |value: f64| self.x(rail, value);
        let at = x(*self.value);
        painter.rect_filled(rail, 2.0, t.hover);
        painter.rect_filled(Rect::from_min_max(rail.min, pos2(at, rail.bottom())), 2.0, t.secondary);
        for &mark in self.marks {
            painter.circle(pos2(x(mark), rail.center().y), 3.0, t.panel, Stroke::new(size::STROKE, t.text));
        }
        for &tick in self.ticks {
            let top = rail.bottom() + 5.0;
            painter.line_segment([pos2(x(tick), top), pos2(x(tick), top + 3.0)], Stroke::new(1.0, t.selected));
            let font = theme::font(size::TICK);
            painter.text(pos2(x(tick), top + 3.0), Align2::CENTER_TOP, number::setting(tick), font, t.tertiary);
        }
        let grown = if response.hovered() || response.dragged() || response.has_focus() { 1.0 } else { 0.0 };
        let ring = Stroke::new(2.0, t.panel);
        painter.circle(pos2(at, rail.center().y), HANDLE - 1.0 + grown, t.text, ring);
        if response.has_focus() {
            painter.circle_stroke(pos2(at, rail.center().y), HANDLE + 2.0, Stroke::new(1.0, t.secondary));
        }
    }
}

/// Words about what the pointer rests on, clear of every control: above it, below it, or beside all of its row.
fn tip_ui(ui: &Ui, over: &Response, row: Rect, x: f32, words: &str) {
    if words.is_empty() || !over.hovered() {
        return;
    }
    let galley = ui.painter().layout(words.to_owned(), theme::font(size::BODY), ui.tokens().text, TIP);
    let size = galley.size() + Frame::popup(ui.style()).total_margin().sum();
    let (left, level) = (x - size.x / 2.0, over.rect.center().y - size.y / 2.0);
    let places = [
        pos2(left, over.rect.top() - size.y - GAP),
        pos2(left, over.rect.top() - HEADER - size.y - GAP),
        pos2(left, over.rect.bottom() + GAP),
        pos2(row.right() + BESIDE, level),
        pos2(row.left() - BESIDE - size.x, level),
    ];
    let room = ui.ctx().content_rect().shrink(space::XS);
    let within = |at: Pos2| {
        let left = at.x.min(room.right() - size.x).max(room.left());
        Rect::from_min_size(pos2(left, at.y), size)
    };
    let controls = controls(ui.ctx(), &[]);
    let place = places.map(within).into_iter().find(|place| is_clear(*place, room, &controls));
    let place = place.unwrap_or_else(|| within(places[0]));
    let mut tip = Tooltip::for_enabled(over).gap(0.0).width(TIP);
    tip.popup = tip.popup.at_position(place.min);
    tip.show(|ui| ui.label(words));
}

/// A number as people type it, and as it is written here.
fn read_number(typed: &str) -> Option<f64> {
    typed.trim().replace(',', ".").replace('−', "-").parse().ok()
}

/// Steps to the right that the keyboard or assistive technology asked for.
fn nudges(ui: &Ui, response: &Response) -> f64 {
    let requests = |action| ui.input(|input| input.num_accesskit_action_requests(response.id, action)) as f64;
    let asked = requests(Action::Increment) - requests(Action::Decrement);
    let pressed = f64::from(super::arrows::steps(ui, response));
    asked + if ui.input(|input| input.modifiers.shift) { pressed / 20.0 } else { pressed }
}

/// The value that assistive technology asked for.
pub(super) fn asked_value(ui: &Ui, response: &Response) -> Option<f64> {
    ui.input(|input| {
        let requests = input.accesskit_action_requests(response.id, Action::SetValue);
        requests
            .filter_map(|request| match request.data {
                Some(ActionData::NumericValue(value)) => Some(value),
                _ => None,
            })
            .last()
    })
}

impl Widget for Slider<'_> {
    fn ui(mut self, ui: &mut Ui) -> Response {
        *self.value = self.clamp(*self.value);
        if !self.header {
            return self.rail_ui(ui);
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let number = self.header_ui(ui);
            self.rail_ui(ui) | number
        })
        .inner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithmic_rail_gives_doublings_equal_room() {
        let mut value = 1.0;
        let slider = Slider::new("T", &mut value, 0.5..=32.0).logarithmic();
        assert!((slider.share(1.0) - 1.0 / 6.0).abs() < 1e-12);
        assert!((slider.share(16.0) - 5.0 / 6.0).abs() < 1e-12);
        assert!((slider.value_of(0.5) - 4.0).abs() < 1e-12);
        assert!((slider.value_of(7.0) - 32.0).abs() < 1e-12);
        assert!((slider.clamp(f64::NAN) - 0.5).abs() < 1e-12);
    }
}
