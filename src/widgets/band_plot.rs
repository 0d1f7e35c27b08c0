//! A metric over a swept number: the mean over seeds with a band of one standard deviation, and the baselines beside it.

use eframe::egui::{
    Align, Color32, Grid, Layout, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, layers::ShapeIdx,
    pos2, vec2,
};
use egui_plot::{PlotPoint, PlotTransform};

use super::{
    Band, Curve,
    curve_plot::{band_ui, line_ui},
    plot_axes::{self, XTicks, swept},
    plot_key::{KeyMark, PlotKey, plot_keys_ui},
};
use crate::{
    text::{
        number::{self, Kind},
        text, text_with,
    },
    theme::{UiTokens as _, caption, space, title},
};

/// What the runs of one swept value came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandPoint {
    /// The swept value.
    pub x: f64,
    /// The mean over seeds.
    pub mean: f64,
    /// The standard deviation over seeds; 0 with a single one.
    pub deviation: f64,
    /// How many seeds.
    pub seeds: usize,
}

/// Points of one kind.
#[derive(Clone, Copy, Debug)]
pub struct BandLine<'a> {
    /// What they are.
    pub name: &'a str,
    /// The same in the key, which says the rest once for all lines; empty of one that is not in it.
    pub short: &'a str,
    /// Their colour.
    pub colour: Color32,
    /// By rising x.
    pub points: &'a [BandPoint],
}

/// A plot over a swept number.
#[derive(Clone, Copy, Debug)]
pub struct BandPlot<'a> {
    /// The name for accessibility, and what tells two plots apart.
    pub name: &'a str,
    /// The swept field.
    pub x_label: &'a str,
    /// What y is.
    pub y_label: &'a str,
    /// Whether its values stand apart by their ratio.
    pub log_x: bool,
    /// How the metric is written.
    pub written: Kind,
    /// What tells the lines apart: the heading of the key; empty where there is a single one.
    pub key: &'a str,
    /// The curves.
    pub lines: &'a [BandLine<'a>],
    /// What they are compared with, and how that is drawn; a single point holds for every x.
    pub baselines: &'a [(BandLine<'a>, KeyMark)],
    /// How tall it is; otherwise it takes what there is.
    pub height: Option<f32>,
}

/// What happened to a plot: lines and points by their index.
#[derive(Debug)]
pub struct BandPlotResponse {
    /// Of the plot's area.
    pub response: Response,
    /// The line and its point nearest to the pointer.
    pub hovered: Option<(usize, usize)>,
    /// The line and its point that was clicked.
    pub clicked: Option<(usize, usize)>,
}

/// More points than this stand close together.
const MANY: usize = 20;

/// How far the pointer may be from a point.
const REACH: f32 = 28.0;

/// A line as the plot wants it: x as it is drawn.
struct Drawn {
    line: Vec<PlotPoint>,
    band: Vec<Band>,
}

impl<'a> BandPlot<'a> {
    /// Shows the plot.
    pub fn show(&self, ui: &mut Ui) -> BandPlotResponse {
        let drawn = self.lines.iter().map(|line| self.drawn(line)).collect::<Vec<_>>();
        let changing = self.baselines.iter().filter(|(baseline, _)| baseline.points.len() > 1);
        let beside: Vec<_> = changing.map(|(line, mark)| (line, *mark, self.drawn(line))).collect();
        let curves = self.lines.iter().zip(&drawn).enumerate();
        let mut curves =
            curves.map(|(id, (line, drawn))| curve(line, drawn, id as u64, KeyMark::Line)).collect::<Vec<_>>();
        let ids = (0..=u64::MAX).rev();
        curves.extend(beside.iter().zip(ids).map(|((line, mark, drawn), id)| curve(line, drawn, id, *mark)));
        let above = self.keys_ui(ui) + plot_axes::y_label_ui(ui, self.y_label, 0.0);
        // Behind the curves, but known only when the axes are.
        let behind: Vec<_> = self.baselines.iter().map(|_| ui.painter().add(Shape::Noop)).collect();
        let shown = self.plot(ui, above).show(ui, |plot| {
            for curve in &curves {
                band_ui(plot, curve, false);
            }
            for curve in &curves {
                line_ui(plot, curve, false);
            }
        });
        let (transform, response) = (shown.transform, shown.response);
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(self.summary()),
            ..WidgetInfo::labeled(Role::Figure, enabled, self.name)
        });
        let frame = *transform.frame();
        plot_axes::x_label_ui(ui, frame, self.x_label, matches!(self.x_ticks(), XTicks::At { .. }));
        for ((baseline, mark), behind) in self.baselines.iter().zip(behind) {
            flat_baseline_ui(ui, (baseline, *mark), behind, frame, &transform);
        }
        let hovered = self.nearest(&response, &transform);
        self.dots_ui(ui, &transform, hovered);
        let clicked = hovered.filter(|_| response.clicked());
        let response = match hovered {
            Some(at) => response.on_hover_ui_at_pointer(|ui| self.readout_ui(ui, at)),
            None => response,
        };
        BandPlotResponse { response, hovered, clicked }
    }

    fn plot<'p>(&self, ui: &Ui, above: f32) -> egui_plot::Plot<'p> {
        let points = self.all_lines().flat_map(|line| line.points);
        let mut plot = plot_axes::plot(ui, self.name, self.x_label, self.x_ticks(), false)
            .set_margin_fraction(vec2(0.06, 0.1))
            .allow_drag(false)
            .allow_zoom(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .sense(Sense::click());
        for point in points.filter(|point| point.mean.is_finite()) {
            plot = plot.include_y(point.mean - point.deviation).include_y(point.mean + point.deviation);
        }
        match self.height {
            Some(height) => plot.height(height - above),
            None => plot,
        }
    }

    /// At the swept values, unless they are too many.
    fn x_ticks(&self) -> XTicks {
        let mut values = self.lines.iter().flat_map(|line| line.points).map(|point| point.x).collect::<Vec<_>>();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let digits = number::digits_apart(&values, 2);
        if self.log_x || values.len() <= 16 { XTicks::At { values, digits, log: self.log_x } } else { XTicks::Linear }
    }

    /// What lines, dashes and bands are; says how much height that took.
    fn keys_ui(&self, ui: &mut Ui) -> f32 {
        let t = ui.tokens();
        let has_band = self.lines.iter().flat_map(|line| line.points).any(|point| point.deviation > 0.0);
        let spread = text("widget-band-spread");
        let line = |of: &BandLine<'a>, mark| PlotKey { name: of.short, colour: of.colour, mark };
        let is_keyed = |of: &&BandLine<'a>| !of.short.is_empty();
        let lines = self.lines.iter().filter(is_keyed).map(|of| line(of, KeyMark::Line));
        let band = has_band.then_some(PlotKey { name: &spread, colour: t.secondary, mark: KeyMark::Band });
        let keys = lines.chain(self.baselines.iter().map(|(of, mark)| line(of, *mark))).chain(band).collect::<Vec<_>>();
        let top = ui.cursor().top();
        plot_keys_ui(ui, self.key, &keys);
        ui.cursor().top() - top
    }

    fn x(&self, value: f64) -> f64 {
        if self.log_x { value.log10() } else { value }
    }

    fn drawn(&self, line: &BandLine<'_>) -> Drawn {
        let points = line.points.iter().filter(|point| self.x(point.x).is_finite());
        let place = |point: &BandPoint| PlotPoint::new(self.x(point.x), point.mean);
        let band = |point: &BandPoint| Band {
            x: self.x(point.x),
            low: point.mean - point.deviation,
            high: point.mean + point.deviation,
        };
        Drawn { line: points.clone().map(place).collect(), band: points.map(band).collect() }
    }

    /// The lines, then the baselines.
    fn all_lines(&self) -> impl Iterator<Item = &BandLine<'a>> {
        self.lines.iter().chain(self.baselines.iter().map(|(line, _)| line))
    }

    fn place(&self, point: &BandPoint, transform: &PlotTransform) -> Option<Pos2> {
        let (x, y) = (self.x(point.x), point.mean);
        (x.is_finite() && y.is_finite()).then(|| transform.position_from_point(&PlotPoint::new(x, y)))
    }

    fn dots_ui(&self, ui: &Ui, transform: &PlotTransform, hovered: Option<(usize, usize)>) {
        let t = ui.tokens();
        let painter = ui.painter().with_clip_rect(transform.frame().expand(4.0).intersect(ui.clip_rect()));
        for (line_index, line) in self.lines.iter().enumerate() {
            // Where dots would touch, the line says more.
            let least = if line.points.len() > MANY { 1.6 } else { 3.2 };
            for (index, point) in line.points.iter().enumerate() {
                if let Some(place) = self.place(point, transform) {
                    let radius = if hovered == Some((line_index, index)) { 4.5 } else { least };
                    painter.circle(place, radius, line.colour, Stroke::new(1.4, t.panel));
                }
            }
        }
    }

    fn nearest(&self, response: &Response, transform: &PlotTransform) -> Option<(usize, usize)> {
        let pointer = response.hover_pos()?;
        let all = self
            .lines
            .iter()
            .enumerate()
            .flat_map(|(line, of)| of.points.iter().enumerate().map(move |(index, point)| ((line, index), point)));
        let near = all.filter_map(|(at, point)| {
            let away = self.place(point, transform)? - pointer;
            // A curve is read along x: how high the pointer is only tells curves apart.
            (away.x.abs() <= REACH).then_some((at, away.x.abs() + 0.2 * away.y.abs()))
        });
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
    }

    /// The baselines' numbers at an x: of each its only point, or the one with that x.
    fn baselines_at(&self, x: f64) -> impl Iterator<Item = (&BandLine<'a>, &BandPoint)> {
        self.baselines.iter().filter_map(move |(baseline, _)| {
            let point = match baseline.points {
                [only] => Some(only),
                points => points.iter().find(|point| point.x.total_cmp(&x).is_eq()),
            };
            Some((baseline, point?))
        })
    }

    fn readout_ui(&self, ui: &mut Ui, (line, index): (usize, usize)) {
        let point = &self.lines[line].points[index];
        ui.spacing_mut().interact_size.y = 16.0;
        let place = [("axis", self.x_label.into()), ("x", swept(point.x, 3).into())];
        ui.label(title(text_with("widget-curve-at", &place)));
        let rows = std::iter::once((&self.lines[line], point)).chain(self.baselines_at(point.x));
        Grid::new("values").num_columns(4).min_col_width(8.0).spacing(vec2(space::S, 2.0)).show(ui, |ui| {
            for (line, point) in rows {
                super::dot_ui(ui, line.colour);
                ui.label(line.name);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(self.value(point)));
                ui.label(caption(text_with("widget-band-seeds", &[("count", point.seeds.into())])));
                ui.end_row();
            }
        });
    }

    /// `37.2 ± 2.1`.
    fn value(&self, point: &BandPoint) -> String {
        let mean = self.written.write(point.mean);
        if point.seeds < 2 {
            return mean;
        }
        let deviation = self.written.deviation(point.mean, point.deviation);
        text_with("widget-band-value", &[("mean", mean.into()), ("deviation", deviation.into())])
    }

    /// The points in words.
    fn summary(&self) -> String {
        let lines = self.all_lines().filter(|line| !line.points.is_empty());
        let words = lines.map(|line| {
            let one = |point: &BandPoint| {
                let place = [("axis", self.x_label.into()), ("x", swept(point.x, 3).into())];
                let place = text_with("widget-curve-at", &place);
                text_with("widget-band-point", &[("place", place.into()), ("value", self.value(point).into())])
            };
            let points = match line.points {
                [only] => self.value(only),
                points => points.iter().map(one).collect::<Vec<_>>().join(", "),
            };
            text_with("widget-curve-now", &[("name", line.name.into()), ("value", points.into())])
        });
        let words = words.collect::<Vec<_>>();
        if words.is_empty() { text("widget-curve-empty") } else { words.join("; ") }
    }
}

/// A baseline that holds for every x, across the whole frame: its band behind all, its line before the grid.
fn flat_baseline_ui(
    ui: &Ui,
    (baseline, mark): (&BandLine<'_>, KeyMark),
    behind: ShapeIdx,
    frame: Rect,
    transform: &PlotTransform,
) {
    let [point] = baseline.points else { return };
    if !point.mean.is_finite() || !point.deviation.is_finite() {
        return;
    }
    let y = |value: f64| transform.position_from_point_y(value).clamp(frame.top(), frame.bottom());
    let across = y(point.mean + point.deviation)..=y(point.mean - point.deviation);
    let band = Rect::from_x_y_ranges(frame.x_range(), across);
    ui.painter().set(behind, Shape::rect_filled(band, 0.0, baseline.colour.gamma_multiply(0.16)));
    let line = [pos2(frame.left(), y(point.mean)), pos2(frame.right(), y(point.mean))];
    let shapes = match mark {
        KeyMark::Dots => Shape::dotted_line(&line, baseline.colour, 4.5, 1.0),
        KeyMark::LongDashes => Shape::dashed_line(&line, Stroke::new(1.3, baseline.colour), 11.0, 4.0),
        _ => Shape::dashed_line(&line, Stroke::new(1.3, baseline.colour), 5.0, 4.0),
    };
    ui.painter().extend(shapes);
}

fn curve<'a>(line: &BandLine<'a>, drawn: &'a Drawn, id: u64, mark: KeyMark) -> Curve<'a> {
    Curve {
        name: line.name,
        what: "",
        id,
        colour: line.colour,
        mark,
        emphasised: mark == KeyMark::Line,
        line: &drawn.line,
        band: &drawn.band,
    }
}
