//! Curves over a logarithmic axis with one place on it marked, which can be dragged: what something does as T rises.

use std::ops::RangeInclusive;

use eframe::egui::{
    Align2, Color32, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, text::LayoutJob, vec2,
};

use super::{arrows, focus_ring, ticks};
use crate::{
    text::number,
    theme::{self, UiTokens as _, size, space},
};

/// One curve.
#[derive(Clone, Copy, Debug)]
pub struct LogCurve<'a> {
    /// What it is.
    pub name: &'a str,
    /// Its colour.
    pub colour: Color32,
    /// Its points by rising x; what is no number is left out.
    pub points: &'a [(f64, f64)],
}

/// Curves over a logarithmic axis.
#[derive(Clone, Debug)]
pub struct LogCurves<'a> {
    /// The name for accessibility, and what tells two of these on one screen apart.
    pub name: &'a str,
    /// What y is, with its unit.
    pub y_label: &'a str,
    /// What x is; empty where another plot below says it.
    pub x_label: &'a str,
    /// The curves.
    pub curves: &'a [LogCurve<'a>],
    /// From where to where x goes.
    pub x: RangeInclusive<f64>,
    /// Values of x that are labelled.
    pub ticks: &'a [f64],
    /// The marked place.
    pub now: f64,
    /// What y goes up to, with a line and its name; without it, the largest value.
    pub most: Option<(f64, &'a str)>,
    /// Whether y is logarithmic.
    pub log_y: bool,
    /// How tall it is.
    pub height: f32,
}

const LEFT: f32 = 38.0;
const TITLE: f32 = 17.0;
const BELOW: f32 = 16.0;
/// Decades that a logarithmic y shows at most.
const DECADES: f64 = 6.0;
/// How far an arrow key moves the mark, as a share of the axis.
const NUDGE: f64 = 0.02;

struct Axes {
    area: Rect,
    x: (f64, f64),
    y: (f64, f64),
    log_y: bool,
}

impl Axes {
    fn x(&self, x: f64) -> f32 {
        let share = (x / self.x.0).ln() / (self.x.1 / self.x.0).ln();
        self.area.left() + share as f32 * self.area.width()
    }

    fn value(&self, x: f32) -> f64 {
        let share = f64::from((x - self.area.left()) / self.area.width().max(1.0)).clamp(0.0, 1.0);
        self.x.0 * (self.x.1 / self.x.0).powf(share)
    }

    fn y(&self, y: f64) -> f32 {
        let scaled = |y: f64| if self.log_y { y.max(self.y.0).ln() } else { y };
        let (low, high) = (scaled(self.y.0), scaled(self.y.1));
        let share = (scaled(y) - low) / (high - low).max(f64::MIN_POSITIVE);
        self.area.bottom() - share.clamp(0.0, 1.0) as f32 * self.area.height()
    }

    fn at(&self, (x, y): (f64, f64)) -> Pos2 {
        pos2(self.x(x), self.y(y))
    }
}

impl LogCurves<'_> {
    /// Shows them; the place that the mark was dragged to, where it was.
    pub fn show(&self, ui: &mut Ui) -> (Response, Option<f64>) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), self.height), Sense::click_and_drag());
        let axes = self.axes(rect);
        let moved = self.moved(ui, &response, &axes);
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(self.words(self.now).join(", ")),
            ..WidgetInfo::labeled(Role::Figure, enabled, self.name)
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &axes);
            focus_ring(ui, &response, rect.shrink(2.0));
        }
        let response = match response.hover_pos().filter(|at| axes.area.expand(4.0).contains(*at)) {
            Some(at) => {
                let words = self.words(axes.value(at.x)).join("\n");
                response.on_hover_text_at_pointer(words)
            }
            None => response,
        };
        (response, moved)
    }

    fn axes(&self, rect: Rect) -> Axes {
        let below = if self.x_label.is_empty() { space::S } else { BELOW };
        let area = Rect::from_min_max(
            rect.min + vec2(LEFT, TITLE),
            pos2(rect.right() - space::S, (rect.bottom() - below).max(rect.top() + TITLE + 8.0)),
        );
        let all = self.curves.iter().flat_map(|curve| curve.points).map(|(_, y)| *y).filter(|y| y.is_finite());
        let largest = all.fold(0.0, f64::max);
        let high = self.most.map_or(largest, |(most, _)| most).max(1e-12);
        let y = if self.log_y { (high / 10_f64.powf(DECADES), high * 1.3) } else { (0.0, high * 1.06) };
        Axes { area, x: (*self.x.start(), *self.x.end()), y, log_y: self.log_y }
    }

    fn moved(&self, ui: &Ui, response: &Response, axes: &Axes) -> Option<f64> {
        if let Some(at) = response.interact_pointer_pos() {
            let value = axes.value(at.x);
            let slack = (axes.x.1 / axes.x.0).powf(1.0 / f64::from(axes.area.width().max(1.0)));
            return Some(eframe::egui::emath::smart_aim::best_in_range_f64(value / slack, value * slack));
        }
        let steps = f64::from(arrows::steps(ui, response));
        let (low, high) = axes.x;
        (steps != 0.0).then(|| (self.now * (high / low).powf(steps * NUDGE)).clamp(low, high))
    }

    fn paint(&self, ui: &Ui, rect: Rect, axes: &Axes) {
        let t = ui.tokens();
        let painter = ui.painter();
        let tick = theme::font(size::TICK);
        painter.text(rect.min, Align2::LEFT_TOP, self.y_label, tick.clone(), t.tertiary);
        let line = Stroke::new(1.0, t.hairline);
        for value in self.y_ticks(axes) {
            let y = axes.y(value).round() + 0.5;
            painter.hline(axes.area.x_range(), y, line);
            let words = if self.log_y { ticks::logarithmic_label(value.log10()) } else { ticks::tick(value) };
            painter.text(pos2(axes.area.left() - space::S, y), Align2::RIGHT_CENTER, words, tick.clone(), t.tertiary);
        }
        if let Some((most, name)) = self.most {
            let y = axes.y(most);
            painter.extend(Shape::dashed_line(
                &[pos2(axes.area.left(), y), pos2(axes.area.right(), y)],
                Stroke::new(1.0, t.tertiary),
                4.0,
                3.0,
            ));
            painter.text(pos2(axes.area.right(), y - 2.0), Align2::RIGHT_BOTTOM, name, tick.clone(), t.tertiary);
        }
        if !self.x_label.is_empty() {
            let wide = painter.layout_no_wrap(self.x_label.to_owned(), tick.clone(), t.tertiary).size().x;
            for value in self.ticks {
                let x = axes.x(*value);
                painter.vline(x, axes.area.bottom()..=axes.area.bottom() + 3.0, line);
                if x + 12.0 < axes.area.right() - wide {
                    let at = pos2(x, axes.area.bottom() + 3.0);
                    painter.text(at, Align2::CENTER_TOP, number::setting(*value), tick.clone(), t.tertiary);
                }
            }
            let end = pos2(axes.area.right(), axes.area.bottom() + 3.0);
            painter.text(end, Align2::RIGHT_TOP, self.x_label, tick.clone(), t.tertiary);
        }
        let x = axes.x(self.now).round();
        painter.vline(x, axes.area.y_range(), Stroke::new(1.0, t.text));
        for curve in self.curves {
            let points = curve.points.iter().filter(|(_, y)| y.is_finite() && !(self.log_y && *y < axes.y.0));
            let line: Vec<Pos2> = points.map(|point| axes.at(*point)).collect();
            painter.add(Shape::line(line, Stroke::new(2.0, curve.colour)));
            if let Some(y) = value_at(curve, self.now) {
                painter.circle(pos2(x, axes.y(y)), 4.0, curve.colour, Stroke::new(1.5, t.panel));
            }
        }
        self.key(ui, rect);
    }

    /// The names of the curves at the right end of the title line.
    fn key(&self, ui: &Ui, rect: Rect) {
        let t = ui.tokens();
        let mut right = rect.right() - space::S;
        for curve in self.curves.iter().rev().filter(|curve| !curve.name.is_empty()) {
            let words = value_at(curve, self.now).map(|y| format!("{} {}", curve.name, number::nats(y)));
            let words = words.unwrap_or_else(|| curve.name.to_owned());
            let job = LayoutJob::simple_singleline(words, theme::font(size::TICK), curve.colour);
            let galley = ui.painter().layout_job(job);
            right -= galley.size().x;
            ui.painter().galley(pos2(right, rect.top()), galley, t.text);
            right -= space::M;
        }
    }

    fn y_ticks(&self, axes: &Axes) -> Vec<f64> {
        if self.log_y {
            let high = axes.y.1.log10().floor() as i32;
            return (0..=DECADES as i32)
                .step_by(2)
                .map(|down| 10_f64.powi(high - down))
                .filter(|y| *y > axes.y.0)
                .collect();
        }
        let step = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0].into_iter().find(|step| axes.y.1 / step <= 5.0);
        let step = step.unwrap_or(axes.y.1 / 4.0);
        (0..=(axes.y.1 / step) as u32).map(|at| f64::from(at) * step).collect()
    }

    fn words(&self, x: f64) -> Vec<String> {
        let values = self.curves.iter().filter_map(|curve| {
            Some(format!(
                "{} {}",
                if curve.name.is_empty() { self.y_label } else { curve.name },
                number::nats(value_at(curve, x)?)
            ))
        });
        [format!("T {}", number::setting(x))].into_iter().chain(values).collect()
    }
}

/// A curve's value at a place, between its points.
fn value_at(curve: &LogCurve<'_>, x: f64) -> Option<f64> {
    let after = curve.points.partition_point(|(known, _)| *known < x).clamp(1, curve.points.len().max(2) - 1);
    let (from, to) = (curve.points.get(after - 1)?, curve.points.get(after)?);
    let share = ((x / from.0).ln() / (to.0 / from.0).ln()).clamp(0.0, 1.0);
    let y = from.1 + share * (to.1 - from.1);
    y.is_finite().then_some(y)
}
