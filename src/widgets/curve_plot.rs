//! Curves over steps or epochs: live, zoomable, with a legend, exact values under the pointer and a logarithmic y.
//! It draws the points it is given; reducing long curves to what a screen can show is the caller's part.

use std::{collections::BTreeSet, ops::RangeInclusive};

use eframe::egui::{self, Color32, Id, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_plot::{FilledArea, Line, LineStyle, Plot, PlotPoint, PlotPoints, PlotTransform, PlotUi, Points};

use crate::{
    text::{number::Kind, text, text_with},
    theme::{self, UiTokens as _, size, space},
    widgets::{
        Dropdown, focus_ring,
        plot_axes::{self, XTicks},
        plot_key::{BAND, BEFORE, KeyMark, PlotKey, key_words},
        ticks,
    },
};

/// One curve.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    /// What the legend and the readout call it.
    pub name: &'a str,
    /// What that means, for who rests on its key; empty where it needs no word.
    pub what: &'a str,
    /// What it is known by when it is hidden; the same from frame to frame.
    pub id: u64,
    /// Its colour.
    pub colour: Color32,
    /// How the line is drawn: dashes and dots back the colour up.
    pub mark: KeyMark,
    /// Whether it is drawn stronger than the others, and in front.
    pub emphasised: bool,
    /// Its points by increasing x; values that cannot be shown break the line.
    pub line: &'a [PlotPoint],
    /// What lies behind the line: the unsmoothed extremes, or the spread over seeds.
    pub band: &'a [Band],
}

/// How far values spread at one x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Where.
    pub x: f64,
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
}

/// Something that happened at one x.
#[derive(Clone, Copy, Debug)]
pub struct Marker<'a> {
    /// When.
    pub x: f64,
    /// What, in a few words.
    pub text: &'a str,
}

/// A plot of curves and how it is drawn.
#[derive(Clone, Debug)]
pub struct CurvePlot<'a> {
    /// The name for accessibility, and what tells two plots apart.
    pub name: &'a str,
    /// The curves.
    pub curves: &'a [Curve<'a>],
    /// The ids of those that are hidden.
    pub hidden: &'a BTreeSet<u64>,
    /// What happened on the way, by increasing x.
    pub markers: &'a [Marker<'a>],
    /// What held from an x on, by increasing x: the readout says what held where it reads.
    pub held: &'a [Marker<'a>],
    /// How y is written.
    pub written: Kind,
    /// Whether y is logarithmic.
    pub log_y: bool,
    /// The unit of x: step, epoch.
    pub x_label: &'a str,
    /// What y is, or its unit.
    pub y_label: &'a str,
    /// Whether x counts whole things.
    pub whole_x: bool,
    /// The x that must be in view although no point lies there yet, such as the last step.
    pub include_x: Option<f64>,
    /// Whether y begins at 0, so that heights can be compared.
    pub from_zero: bool,
    /// The x that is looked at, where it is not the newest: what comes after it is faint.
    pub now: Option<f64>,
    /// Plots with the same id share their x axis and the line under the pointer.
    pub link: Option<Id>,
    /// How tall it is; otherwise it takes what there is.
    pub height: Option<f32>,
}

/// What came of a plot.
#[derive(Debug)]
pub struct CurvePlotResponse {
    /// Of the plot's area.
    pub response: Response,
    /// The x range on screen, for the next reduction of the curves.
    pub x_range: RangeInclusive<f64>,
    /// How many pixels wide the area is.
    pub columns: usize,
    /// Whether x follows the data: then give all of each curve, not only the range.
    pub follows: bool,
}

/// More rows than this do not fit a readout.
const READOUT_ROWS: usize = 12;

/// What was clicked in a legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegendClick {
    /// Hide or show this curve.
    Toggle(u64),
    /// Show this curve alone, or all of them again.
    Solo(u64),
}

/// Shows a key for each curve in a row; those for which there is no room are in a list at its end. A click asks to hide or
/// show its curve, a double click (or one with Ctrl) to show it alone.
pub fn legend_ui(ui: &mut Ui, curves: &[Curve<'_>], hidden: &BTreeSet<u64>) -> Option<LegendClick> {
    let mut clicked = None;
    let names: Vec<&str> = curves.iter().map(|curve| curve.name).collect();
    fitting_ui(ui, &names, |ui, at| {
        let curve = &curves[at];
        let key = legend_key_ui(ui, curve, !hidden.contains(&curve.id));
        if key.double_clicked() || (key.clicked() && ui.input(|input| input.modifiers.command)) {
            clicked = Some(LegendClick::Solo(curve.id));
        } else if key.clicked() {
            clicked = Some(LegendClick::Toggle(curve.id));
        }
    });
    clicked
}

/// Shows the keys that have room in a row, and the others in a list at its end.
fn fitting_ui(ui: &mut Ui, names: &[&str], mut key_ui: impl FnMut(&mut Ui, usize)) {
    let shown = keys_that_fit(ui, names);
    for at in 0..shown {
        key_ui(ui, at);
    }
    if shown < names.len() {
        let more = format!("+{}", names.len() - shown);
        Dropdown::new(&text("widget-curve-rest"), &more).plain().stays_open().show(ui, |ui| {
            for at in shown..names.len() {
                key_ui(ui, at);
            }
        });
    }
}

/// Room for the list of those that do not fit.
const REST: f32 = 40.0;

/// How many keys of a legend have room.
fn keys_that_fit(ui: &Ui, names: &[&str]) -> usize {
    let gap = ui.spacing().item_spacing.x;
    let wide = |name: &&str| BEFORE + key_words(ui, name).size().x + gap;
    let room = ui.available_width();
    let whole: f32 = names.iter().map(wide).sum();
    if whole - gap <= room {
        return names.len();
    }
    let mut taken = REST;
    names
        .iter()
        .take_while(|name| {
            taken += wide(name);
            taken <= room
        })
        .count()
}

/// Shows what lines stand for in a row, with what that means for who rests on one; those for which there is no room are in a
/// list at its end.
pub fn fitting_keys_ui(ui: &mut Ui, keys: &[(PlotKey<'_>, &str)]) {
    let names: Vec<&str> = keys.iter().map(|(key, _)| key.name).collect();
    fitting_ui(ui, &names, |ui, at| {
        let (key, what) = &keys[at];
        let response = key.show(ui);
        if !what.is_empty() {
            response.on_hover_text(*what);
        }
    });
}

fn legend_key_ui(ui: &mut Ui, curve: &Curve<'_>, shown: bool) -> Response {
    let t = ui.tokens();
    let colour = if shown { t.secondary } else { t.tertiary };
    let words = key_words(ui, curve.name);
    let (rect, response) = ui.allocate_exact_size(vec2(BEFORE + words.size().x, 20.0), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, shown, curve.name));
    if ui.is_rect_visible(rect) {
        let ink = if response.hovered() { t.text } else { colour };
        let colour = if shown { curve.colour } else { t.selected };
        PlotKey { name: curve.name, colour, mark: curve.mark }.paint(ui, rect, words, ink);
        focus_ring(ui, &response, rect.shrink(1.0));
    }
    let hide = text("widget-curve-hide");
    response.on_hover_text(if curve.what.is_empty() { hide } else { format!("{}\n{hide}", curve.what) })
}

impl CurvePlot<'_> {
    /// Shows the plot. Drag pans, the wheel with Ctrl zooms, a drag with the right button zooms into a box, and a
    /// double click goes back to following the data.
    pub fn show(&self, ui: &mut Ui) -> CurvePlotResponse {
        let visible = self.visible();
        let log_y = self.log_y;
        // In line with the words of the panel's title row.
        let above = plot_axes::y_label_ui(ui, self.y_label, space::M);
        let plot = self.plot(ui, above);
        let shown = plot.show(ui, |plot| {
            for curve in &visible {
                band_ui(plot, curve, log_y);
            }
            for curve in &visible {
                line_ui(plot, curve, log_y);
            }
            plot.auto_bounds().x
        });
        let follows = shown.inner;
        let (transform, response) = (shown.transform, shown.response);

        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(self.summary(&visible)),
            ..WidgetInfo::labeled(Role::Figure, enabled, self.name)
        });
        let frame = *transform.frame();
        plot_axes::x_label_ui(ui, frame, self.x_label, false);
        self.markers_ui(ui, &transform);
        self.now_ui(ui, &transform);
        let response = self.readout_ui(ui, &visible, &transform, response);
        CurvePlotResponse {
            response,
            x_range: transform.bounds().min()[0]..=transform.bounds().max()[0],
            columns: (frame.width() * ui.ctx().pixels_per_point()).max(1.0) as usize,
            follows,
        }
    }

    /// Lets what comes after the moment that is looked at recede.
    fn now_ui(&self, ui: &Ui, transform: &PlotTransform) {
        let Some(now) = self.now else { return };
        let frame = *transform.frame();
        let x = transform.position_from_point(&PlotPoint::new(now, 0.0)).x;
        if frame.x_range().contains(x) {
            let t = ui.tokens();
            ui.painter().rect_filled(frame.with_min_x(x), 0.0, t.panel.gamma_multiply(0.72));
            ui.painter().vline(x, frame.y_range(), Stroke::new(1.0, t.text));
        }
    }

    /// What is not hidden, the emphasised last so that they are in front.
    fn visible(&self) -> Vec<Curve<'_>> {
        let mut visible =
            self.curves.iter().filter(|curve| !self.hidden.contains(&curve.id)).copied().collect::<Vec<_>>();
        visible.sort_by_key(|curve| curve.emphasised);
        visible
    }

    fn plot<'p>(&self, ui: &Ui, above: f32) -> Plot<'p> {
        let x = if self.whole_x { XTicks::Whole } else { XTicks::Linear };
        let mut plot = plot_axes::plot(ui, (self.name, self.log_y), self.x_label, x, self.log_y);
        if let Some(x) = self.include_x {
            // From the beginning: before the first point there would be no range otherwise.
            plot = plot.include_x(0.0).include_x(x);
            if self.curves.iter().all(|curve| curve.line.is_empty()) {
                // From 0.1 to 10, or from 0 to 1, until there is something to fit.
                let (low, high) = if self.log_y { (-1.0, 1.0) } else { (0.0, 1.0) };
                plot = plot.include_y(low).include_y(high);
            }
        }
        if self.from_zero && !self.log_y {
            plot = plot.include_y(0.0);
        }
        if let Some(link) = self.link {
            plot = plot.link_axis(link, [true, false]);
        }
        if let Some(height) = self.height {
            plot = plot.height(height - above);
        }
        plot
    }

    fn markers_ui(&self, ui: &Ui, transform: &PlotTransform) {
        let t = ui.tokens();
        let frame = *transform.frame();
        let painter = ui.painter().with_clip_rect(frame.intersect(ui.clip_rect()));
        let mut taken = f32::NEG_INFINITY;
        for marker in self.markers {
            let x = transform.position_from_point_x(marker.x);
            let line = [pos2(x, frame.top()), pos2(x, frame.bottom())];
            painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, t.selected), 4.0, 3.0));
            let words = painter.layout_no_wrap(marker.text.to_owned(), theme::font(size::TICK), t.tertiary);
            // Words stay in the frame. Those that would lie over others are left out; their line is there.
            let left = (x + space::XS).min(frame.right() - space::XS - words.size().x).max(frame.left());
            if left >= taken {
                taken = left + words.size().x + space::XS;
                painter.galley(pos2(left, frame.top() + 2.0), words, t.tertiary);
            }
        }
    }

    /// A place on the x axis, in words.
    fn place(&self, x: f64) -> String {
        let x = if self.whole_x { ticks::tick(x) } else { Kind::Loss.write(x) };
        text_with("widget-curve-at", &[("axis", self.x_label.into()), ("x", x.into())])
    }

    /// The newest value of each curve and what happened on the way, in words.
    fn summary(&self, visible: &[Curve<'_>]) -> String {
        let newest = |curve: &Curve<'_>| {
            let last = curve.line.last()?;
            Some(text_with(
                "widget-curve-now",
                &[("name", curve.name.into()), ("value", self.written.write(last.y).into())],
            ))
        };
        let happened = self.markers.iter().map(|marker| {
            text_with("widget-curve-mark", &[("what", marker.text.into()), ("place", self.place(marker.x).into())])
        });
        let words = visible.iter().filter_map(newest).chain(happened).collect::<Vec<_>>();
        if words.is_empty() { text("widget-curve-empty") } else { words.join("; ") }
    }

    /// The line under the pointer and the values on it; plots of one group show the line together.
    fn readout_ui(&self, ui: &Ui, visible: &[Curve<'_>], transform: &PlotTransform, response: Response) -> Response {
        let frame = *transform.frame();
        let pointer = response.hover_pos().filter(|at| frame.contains(*at));
        let own = pointer.map(|at| transform.value_from_position(at).x);
        let Some(x) = shared_x(ui, self.link, response.id, own) else { return response };
        let Some(x) = nearest_x(visible, x) else { return response };

        let t = ui.tokens();
        let painter = ui.painter().with_clip_rect(frame.intersect(ui.clip_rect()));
        let at = transform.position_from_point_x(x);
        let line = [pos2(at, frame.top()), pos2(at, frame.bottom())];
        painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, t.tertiary), 2.0, 3.0));
        let mut values = visible.iter().filter_map(|curve| Some((curve, value_at(curve.line, x)?))).collect::<Vec<_>>();
        values.sort_by_key(|(curve, _)| !curve.emphasised);
        for (curve, point) in &values {
            if let Some(y) = shown_y(point.y, self.log_y) {
                let place = transform.position_from_point(&PlotPoint::new(point.x, y));
                painter.circle(place, 3.2, t.panel, Stroke::new(1.6, curve.colour));
            }
        }
        if own.is_none() {
            return response;
        }
        response.on_hover_ui_at_pointer(|ui| {
            ui.spacing_mut().interact_size.y = 16.0;
            ui.label(theme::title(self.place(x)));
            if let Some(held) = held_at(self.held, x) {
                ui.label(theme::caption(held));
            }
            egui::Grid::new("values").num_columns(3).min_col_width(8.0).spacing(vec2(space::S, 2.0)).show(ui, |ui| {
                for (curve, point) in values.iter().take(READOUT_ROWS) {
                    super::dot_ui(ui, curve.colour);
                    ui.label(curve.name);
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.label(self.written.write(point.y))
                    });
                    ui.end_row();
                }
            });
            if let Some(more) = values.len().checked_sub(READOUT_ROWS).filter(|more| *more > 0) {
                ui.label(theme::caption(text_with("widget-curve-more", &[("count", more.into())])));
            }
        })
    }
}

pub(super) fn line_ui<'p>(plot: &mut PlotUi<'p>, curve: &Curve<'p>, log_y: bool) {
    let width = if curve.emphasised { 1.8 } else { 1.1 };
    for (part, points) in unbroken(curve.line, log_y).into_iter().enumerate() {
        // A line of one point would not be seen.
        if points.points().len() == 1 {
            let dot = Points::new(curve.name, points).id((curve.id, part)).color(curve.colour);
            plot.points(dot.radius(1.5 * width).allow_hover(false));
            continue;
        }
        let mut line =
            Line::new(curve.name, points).id((curve.id, part)).color(curve.colour).width(width).allow_hover(false);
        match curve.mark {
            KeyMark::Dashes => line = line.style(LineStyle::Dashed { length: 5.0 }),
            KeyMark::LongDashes => line = line.style(LineStyle::Dashed { length: 12.0 }),
            KeyMark::Dots => line = line.style(LineStyle::Dotted { spacing: 6.0 }),
            KeyMark::Line | KeyMark::Band | KeyMark::Dot => {}
        }
        plot.line(line);
    }
}

pub(super) fn band_ui(plot: &mut PlotUi<'_>, curve: &Curve<'_>, log_y: bool) {
    let shown =
        |band: &Band| Some((band.x, shown_y(band.low, log_y)?, shown_y(band.high, log_y)?)).filter(|b| b.0.is_finite());
    let fill = curve.colour.gamma_multiply(BAND);
    for (part, stretch) in curve.band.chunk_by(|a, b| shown(a).is_some() == shown(b).is_some()).enumerate() {
        let points = stretch.iter().filter_map(shown).collect::<Vec<_>>();
        if points.len() > 1 {
            let column = |pick: fn(&(f64, f64, f64)) -> f64| points.iter().map(pick).collect::<Vec<_>>();
            let (xs, low, high) = (column(|p| p.0), column(|p| p.1), column(|p| p.2));
            let area = FilledArea::new(curve.name, &xs, &low, &high).id((curve.id, "band", part));
            plot.add(area.fill_color(fill).stroke(Stroke::NONE).allow_hover(false));
        }
    }
}

/// The stretches of a line that can be drawn; a line without gaps on a linear axis is not copied.
fn unbroken(line: &[PlotPoint], log_y: bool) -> Vec<PlotPoints<'_>> {
    let drawn = |point: &PlotPoint| point.x.is_finite() && shown_y(point.y, log_y).is_some();
    let stretches = line.chunk_by(|a, b| drawn(a) == drawn(b)).filter(|stretch| drawn(&stretch[0]));
    let moved = |point: &PlotPoint| PlotPoint::new(point.x, shown_y(point.y, log_y).unwrap_or(f64::NAN));
    stretches
        .map(
            |stretch| {
                if log_y {
                    PlotPoints::Owned(stretch.iter().map(moved).collect())
                } else {
                    PlotPoints::Borrowed(stretch)
                }
            },
        )
        .collect()
}

/// Where a value lies on the y axis, if it can be shown there.
fn shown_y(value: f64, log_y: bool) -> Option<f64> {
    if log_y { (value > 0.0 && value.is_finite()).then(|| value.log10()) } else { value.is_finite().then_some(value) }
}

/// The point of a line that lies nearest to `x`, if `x` is not beyond its ends.
fn nearest(line: &[PlotPoint], x: f64) -> Option<PlotPoint> {
    let after = line.partition_point(|point| point.x < x);
    let (first, last) = (line.first()?, line.last()?);
    if x < first.x || x > last.x {
        return None;
    }
    let before = line[after.saturating_sub(1)];
    let after = line[after.min(line.len() - 1)];
    Some(if x - before.x < after.x - x { before } else { after })
}

/// The value that a line had reached at `x`: that of its last point there or before it, never of a later one. None before the
/// line begins, and where it has ended.
fn value_at(line: &[PlotPoint], x: f64) -> Option<PlotPoint> {
    let reached = line[..line.partition_point(|point| point.x <= x)].last()?;
    line.last().filter(|last| x <= last.x).map(|_| *reached)
}

/// The words of what held at `x`.
fn held_at<'a>(held: &[Marker<'a>], x: f64) -> Option<&'a str> {
    held[..held.partition_point(|from| from.x <= x)].last().map(|from| from.text)
}

/// The x of the point nearest to `x` on any curve.
fn nearest_x(curves: &[Curve<'_>], x: f64) -> Option<f64> {
    let of_line = |curve: &Curve<'_>| {
        let (first, last) = (curve.line.first()?, curve.line.last()?);
        nearest(curve.line, x.clamp(first.x, last.x)).map(|point| point.x)
    };
    curves.iter().filter_map(of_line).min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs()))
}

/// Where the pointer is over any plot of the group: its owner says, the others read.
fn shared_x(ui: &Ui, link: Option<Id>, owner: Id, own: Option<f64>) -> Option<f64> {
    let Some(link) = link else { return own };
    let key = link.with("pointer");
    let held: Option<(Id, f64)> = ui.data(|data| data.get_temp(key));
    if let Some(x) = own {
        ui.data_mut(|data| data.insert_temp(key, (owner, x)));
    } else if held.is_some_and(|(holder, _)| holder == owner) {
        ui.data_mut(|data| data.remove::<(Id, f64)>(key));
        // Plots above this one have drawn the line already.
        ui.ctx().request_repaint();
        return None;
    }
    own.or(held.map(|(_, x)| x))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[f64]) -> Vec<PlotPoint> {
        values.iter().enumerate().map(|(i, &y)| PlotPoint::new(i as f64, y)).collect()
    }

    #[test]
    fn what_cannot_be_shown_breaks_the_line() {
        let points = line(&[1.0, 0.1, 0.0, f64::NAN, 10.0, f64::INFINITY, 100.0]);
        let stretches = unbroken(&points, true);
        let ys = stretches.iter().map(|s| s.points().iter().map(|p| p.y).collect::<Vec<_>>()).collect::<Vec<_>>();
        assert_eq!(ys, [vec![0.0, -1.0], vec![1.0], vec![2.0]]);
        let stretches = unbroken(&points, false);
        assert_eq!(stretches.iter().map(|s| s.points().len()).collect::<Vec<_>>(), [3, 1, 1]);
    }

    #[test]
    fn the_nearest_point() {
        let points = line(&[5.0, 6.0, 7.0]);
        assert_eq!(nearest(&points, 0.4).map(|p| p.y), Some(5.0));
        assert_eq!(nearest(&points, 1.6).map(|p| p.y), Some(7.0));
        assert_eq!(nearest(&points, 2.0).map(|p| p.y), Some(7.0));
        assert_eq!(nearest(&points, 2.1).map(|p| p.y), None);
        assert_eq!(nearest(&[], 0.0).map(|p| p.y), None);
    }

    #[test]
    fn a_readout_says_what_was_so_at_its_place_and_nothing_of_what_came_later() {
        // Measured each 100 steps: at step 190 it is still as it was after 100.
        let points: Vec<PlotPoint> = (1..=3).map(|i| PlotPoint::new(100.0 * f64::from(i), f64::from(i))).collect();
        let at = |x| value_at(&points, x).map(|point| point.y);
        assert_eq!(
            [at(99.0), at(100.0), at(190.0), at(200.0), at(300.0), at(301.0)].map(|y| y.map(|y| y as u32)),
            [None, Some(1), Some(1), Some(2), Some(3), None]
        );
        assert!(value_at(&[], 0.0).is_none());
        let held = [Marker { x: 0.0, text: "T 4" }, Marker { x: 200.0, text: "T 8" }];
        assert_eq!([100.0, 199.0, 200.0, 1e9].map(|x| held_at(&held, x)), ["T 4", "T 4", "T 8", "T 8"].map(Some));
        assert_eq!(held_at(&[], 5.0), None);
    }
}
