//! Every run as a line across several axes: what was swept on the left, what came of it on the right.
//! A drag along an axis keeps the lines that pass there and fades the others; a click on the axis's title clears it again.

use std::sync::Arc;

use eframe::egui::{
    self, Align2, Color32, EventFilter, Galley, Grid, Key, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, text::LayoutJob, vec2,
};

use super::{brush::Brush, focus_ring, scale::Scale};
use crate::{
    text::{number::Kind, text, text_with},
    theme::{self, Tokens, UiTokens as _, radius, size, space, title},
};

/// One axis.
#[derive(Clone, Copy, Debug)]
pub struct ParallelAxis<'a> {
    /// What it shows.
    pub name: &'a str,
    /// Its values.
    pub kind: AxisKind<'a>,
}

/// The values of an axis.
#[derive(Clone, Copy, Debug)]
pub enum AxisKind<'a> {
    /// Numbers, from the bottom up.
    Number {
        /// From where to where.
        scale: Scale,
        /// Values to name; empty for the two ends and the middle.
        ticks: &'a [f64],
        /// How they are written.
        written: Kind,
    },
    /// Names; a line's value is an index into them.
    Category(&'a [String]),
}

/// One run.
#[derive(Clone, Copy, Debug)]
pub struct ParallelLine<'a> {
    /// What the run is called.
    pub name: &'a str,
    /// Its value on each axis; one that is no number breaks the line.
    pub values: &'a [f64],
    /// Its colour.
    pub colour: Color32,
    /// Whether it is chosen.
    pub lit: bool,
}

/// Where something stands on one axis that is no line of its own.
#[derive(Clone, Copy, Debug)]
pub struct AxisMark<'a> {
    /// The axis by its index.
    pub axis: usize,
    /// The value.
    pub value: f64,
    /// What stands there.
    pub name: &'a str,
    /// The colour of its sign.
    pub colour: Color32,
}

/// Parallel axes.
#[derive(Clone, Copy, Debug)]
pub struct ParallelAxes<'a> {
    /// The name for accessibility, and what tells two of these on one screen apart.
    pub name: &'a str,
    /// From left to right.
    pub axes: &'a [ParallelAxis<'a>],
    /// The runs.
    pub lines: &'a [ParallelLine<'a>],
    /// What is marked on the axes.
    pub marks: &'a [AxisMark<'a>],
    /// What is kept on each axis; may be shorter than the axes.
    pub brushes: &'a [Option<Brush>],
    /// How tall it is; otherwise it takes what there is.
    pub height: Option<f32>,
}

/// What happened to parallel axes.
#[derive(Debug)]
pub struct ParallelAxesResponse {
    /// Of the whole.
    pub response: Response,
    /// The line under the pointer.
    pub hovered: Option<usize>,
    /// The line that was clicked.
    pub clicked: Option<usize>,
    /// The brushes, one for each axis, if one of them changed.
    pub brushes: Option<Vec<Option<Brush>>>,
}

const TITLE: f32 = 20.0;
const PAD: f32 = 10.0;
/// How far the pointer may be from a line.
const REACH: f32 = 6.0;
/// Points of the curve between two axes.
const BENDS: usize = 14;
/// How far a press of an arrow key moves an end of a brush, as a share of the axis.
const NUDGE: f64 = 0.05;

/// Where the axes stand.
struct Frame {
    rect: Rect,
    left: f32,
    step: f32,
    count: usize,
    /// Whether titles stand in two rows.
    staggered: bool,
}

impl Frame {
    fn x(&self, axis: usize) -> f32 {
        self.left + axis as f32 * self.step
    }

    fn y(&self, share: f64) -> f32 {
        egui::lerp(self.rect.bottom()..=self.rect.top(), share as f32)
    }

    fn share(&self, y: f32) -> f64 {
        f64::from((self.rect.bottom() - y) / self.rect.height().max(1.0)).clamp(0.0, 1.0)
    }

    /// The place of an axis's title: ends stand flush with the edges, and where room is short every other one stands higher.
    fn title(&self, axis: usize) -> (Rect, Align2) {
        let bounds = self.rect.expand2(vec2(PAD, 0.0));
        let half = if self.staggered { self.step } else { self.step / 2.0 } - 3.0;
        let (low, high, align) = match axis {
            0 => (bounds.left(), self.x(0) + half, Align2::LEFT_CENTER),
            last if last + 1 == self.count => (self.x(last) - half, bounds.right(), Align2::RIGHT_CENTER),
            _ => (self.x(axis) - half, self.x(axis) + half, Align2::CENTER_CENTER),
        };
        let low = low.max(bounds.left());
        let high = high.min(bounds.right());
        let bottom = self.rect.top() - 4.0 - if self.staggered && axis.is_multiple_of(2) { TITLE - 4.0 } else { 0.0 };
        (Rect::from_x_y_ranges(low..=high, bottom - TITLE..=bottom), align)
    }
}

impl AxisKind<'_> {
    fn share(&self, value: f64) -> Option<f64> {
        value.is_finite().then(|| self.scale().share(value))
    }

    fn scale(&self) -> Scale {
        match self {
            Self::Number { scale, .. } => *scale,
            Self::Category(names) => Scale::new(0.0, names.len().saturating_sub(1) as f64, false),
        }
    }

    /// A value as exact as it is worth reading.
    fn words(&self, value: f64) -> String {
        match self {
            Self::Number { written, .. } => written.write(value),
            Self::Category(names) => names.get(value.max(0.0).round() as usize).cloned().unwrap_or_default(),
        }
    }

    /// What stands beside the axis, from the bottom up.
    fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Self::Number { scale, ticks: [], written } => {
                let values = [0.0, 0.5, 1.0].map(|share| scale.value(share));
                values.into_iter().zip(written.apart(&values)).collect()
            }
            Self::Number { ticks, written, .. } => ticks.iter().copied().zip(written.apart(ticks)).collect(),
            Self::Category(names) => names.iter().enumerate().map(|(i, name)| (i as f64, name.clone())).collect(),
        }
    }
}

impl ParallelAxes<'_> {
    /// Shows axes and lines.
    pub fn show(&self, ui: &mut Ui) -> ParallelAxesResponse {
        let height = self.height.unwrap_or_else(|| ui.available_height()).max(2.0 * TITLE + 60.0);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width().max(120.0), height), Sense::CLICK);
        let count = self.axes.len();
        let frame = self.frame(ui, rect);
        let passing = self.lines.iter().map(|line| Brush::pass(self.brushes, line.values)).collect::<Vec<_>>();
        let (enabled, kept) = (ui.is_enabled(), passing.iter().filter(|passes| **passes).count());
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(text_with(
                "widget-parallel-kept",
                &[("kept", kept.into()), ("count", self.lines.len().into())],
            )),
            ..WidgetInfo::labeled(Role::Figure, enabled, self.name)
        });
        if count == 0 {
            return ParallelAxesResponse { response, hovered: None, clicked: None, brushes: None };
        }

        let paths = self.lines.iter().map(|line| self.path(&frame, line)).collect::<Vec<_>>();
        let hovered = response.hover_pos().and_then(|pointer| nearest(&paths, &passing, pointer));
        let clicked = hovered.filter(|_| response.clicked());
        self.lines_ui(ui, rect, &paths, &passing, hovered);

        let mut brushes = self.brushes.iter().copied().chain(std::iter::repeat(None)).take(count).collect::<Vec<_>>();
        let mut changed = false;
        for (axis, brush) in brushes.iter_mut().enumerate() {
            changed |= self.axis_ui(ui, &frame, axis, brush, &response);
            changed |= self.title_ui(ui, &frame, axis, brush, &response);
        }
        let response = match hovered {
            Some(line) => response.on_hover_ui_at_pointer(|ui| self.readout_ui(ui, &self.lines[line])),
            None => response,
        };
        ParallelAxesResponse { response, hovered, clicked, brushes: changed.then_some(brushes) }
    }

    fn frame(&self, ui: &Ui, rect: Rect) -> Frame {
        let count = self.axes.len();
        let step = (rect.width() - 2.0 * PAD) / (count.max(2) - 1) as f32;
        let font = theme::font(size::CAPTION);
        let fits = |(axis, of): (usize, &ParallelAxis<'_>)| {
            let wide = ui.painter().layout_no_wrap(of.name.to_owned(), font.clone(), ui.tokens().tertiary).size().x;
            let end = axis == 0 || axis + 1 == count;
            wide <= if end { step / 2.0 - 3.0 + PAD } else { step - 6.0 }
        };
        let staggered = !self.axes.iter().enumerate().all(fits);
        let above = if staggered { 2.0 * TITLE - 4.0 } else { TITLE };
        let inner = Rect::from_min_max(rect.min + vec2(PAD, above + 8.0), rect.max - vec2(PAD, 8.0));
        Frame { rect: inner, left: inner.left(), step, count, staggered }
    }

    /// The unbroken stretches of a line.
    fn path(&self, frame: &Frame, line: &ParallelLine<'_>) -> Vec<Vec<Pos2>> {
        let mut stretches: Vec<Vec<Pos2>> = vec![Vec::new()];
        for (axis, of) in self.axes.iter().enumerate() {
            let share = line.values.get(axis).and_then(|value| of.kind.share(*value));
            let Some(stretch) = stretches.last_mut() else { continue };
            match share {
                Some(share) => bend(stretch, pos2(frame.x(axis), frame.y(share))),
                None if !stretch.is_empty() => stretches.push(Vec::new()),
                None => {}
            }
        }
        stretches
    }

    fn lines_ui(&self, ui: &Ui, rect: Rect, paths: &[Vec<Vec<Pos2>>], passing: &[bool], hovered: Option<usize>) {
        if !ui.is_rect_visible(rect) {
            return;
        }
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let mut order = (0..self.lines.len()).collect::<Vec<_>>();
        order.sort_by_key(|line| (passing[*line], self.lines[*line].lit, hovered == Some(*line)));
        // The more lines there are, the thinner they are drawn.
        let width = if self.lines.len() > 60 { 1.0 } else { 1.4 };
        for line in order {
            let strong = self.lines[line].lit || hovered == Some(line);
            let colour = self.lines[line].colour;
            let colour = if passing[line] { colour } else { colour.gamma_multiply(0.13) };
            let stroke = Stroke::new(if strong { width + 1.4 } else { width }, colour);
            for stretch in &paths[line] {
                let shape = match stretch.as_slice() {
                    [] => Shape::Noop,
                    [only] => Shape::circle_filled(*only, 2.0, colour),
                    points => Shape::line(points.to_vec(), stroke),
                };
                painter.add(shape);
            }
        }
    }

    /// An axis with its ticks and its brush; says whether the brush changed.
    fn axis_ui(&self, ui: &Ui, frame: &Frame, axis: usize, brush: &mut Option<Brush>, whole: &Response) -> bool {
        let t = ui.tokens();
        let (of, x) = (&self.axes[axis], frame.x(axis));
        let column = Rect::from_x_y_ranges(x - 9.0..=x + 9.0, frame.rect.y_range()).expand2(vec2(0.0, 6.0));
        let response = ui.interact(column, whole.id.with(("axis", axis)), Sense::click_and_drag());
        let before = *brush;
        let scale = of.kind.scale();
        if response.dragged()
            && let (Some(from), Some(to)) = (ui.input(|i| i.pointer.press_origin()), response.interact_pointer_pos())
        {
            *brush = Some(Brush::new(scale.value(frame.share(from.y)), scale.value(frame.share(to.y))));
        }
        if response.double_clicked() {
            *brush = None;
        }
        keys(ui, &response, scale, brush);

        let enabled = ui.is_enabled();
        let words = match brush {
            Some(brush) => text_with(
                "widget-brush-range",
                &[("low", of.kind.words(brush.low).into()), ("high", of.kind.words(brush.high).into())],
            ),
            None => text("widget-brush-all"),
        };
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(words.clone()),
            ..WidgetInfo::labeled(Role::Slider, enabled, of.name)
        });
        let lit = response.hovered() || response.dragged() || response.has_focus();
        let painter = ui.painter();
        let line = Stroke::new(1.0, if lit { t.secondary } else { t.tertiary });
        painter.vline(x, frame.rect.y_range(), line);
        let mut taken = self.marks_ui(painter, t, frame, axis);
        ticks_ui(painter, t, frame, axis, of, self.tick_room(ui, frame, axis), &mut taken);
        if let Some(brush) = brush {
            let y = |value| frame.y(scale.share(value));
            let kept = Rect::from_x_y_ranges(x - 5.0..=x + 5.0, y(brush.high)..=y(brush.low)).expand2(vec2(0.0, 1.0));
            let line = Stroke::new(1.0, t.text);
            painter.rect(kept, radius::BAR, t.text.gamma_multiply(0.16), line, StrokeKind::Inside);
        }
        focus_ring(ui, &response, column.shrink(2.0));
        if lit && !response.dragged() {
            response.on_hover_text_at_pointer(text_with(
                "widget-brush-hint",
                &[("name", of.name.into()), ("range", words.into())],
            ));
        }
        *brush != before
    }

    /// What is marked on an axis, dashed across it, with its name where that has room; gives the places that are taken.
    fn marks_ui(&self, painter: &Painter, t: &Tokens, frame: &Frame, axis: usize) -> Vec<f32> {
        let mut taken = Vec::new();
        for mark in self.marks.iter().filter(|mark| mark.axis == axis) {
            let Some(y) = self.axes[axis].kind.share(mark.value).map(|share| frame.y(share)) else { continue };
            let ends = [pos2(frame.x(axis) - 12.0, y), pos2(frame.x(axis) + 9.0, y)];
            painter.line_segment(ends, Stroke::new(4.0, t.panel));
            painter.extend(Shape::dashed_line(&ends, Stroke::new(2.0, mark.colour), 4.0, 2.0));
            if takes(&mut taken, y) {
                let value = self.axes[axis].kind.words(mark.value).into();
                let words = text_with("widget-curve-now", &[("name", mark.name.into()), ("value", value)]);
                let words = painter.layout_no_wrap(words, theme::font(size::TICK), t.secondary);
                beside_ui(painter, t, frame, axis, y, words);
            }
        }
        taken
    }

    /// How wide the names beside an axis may be. Those of the last axis stand on its left, where those of the one before it
    /// end.
    fn tick_room(&self, ui: &Ui, frame: &Frame, axis: usize) -> f32 {
        let half = frame.step / 2.0;
        let beside = match self.axes.last() {
            _ if frame.count < 2 => return frame.rect.width(),
            Some(_) if axis + 1 == frame.count => half,
            Some(last) if axis + 2 == frame.count => {
                let font = theme::font(size::TICK);
                let wide = |(_, words): (f64, String)| {
                    ui.painter().layout_no_wrap(words, font.clone(), ui.tokens().tertiary).size().x
                };
                half.min(last.kind.ticks().into_iter().map(wide).fold(0.0, f32::max) + 10.0)
            }
            _ => 0.0,
        };
        frame.step - beside - 10.0
    }

    fn title_ui(&self, ui: &Ui, frame: &Frame, axis: usize, brush: &mut Option<Brush>, whole: &Response) -> bool {
        let t = ui.tokens();
        let (place, align) = frame.title(axis);
        let name = self.axes[axis].name;
        // Without a brush there is nothing to press.
        let sense = if brush.is_some() { Sense::click() } else { Sense::hover() };
        let response = ui.interact(place, whole.id.with(("title", axis)), sense);
        let enabled = ui.is_enabled();
        let clear = text_with("widget-brush-clear", &[("name", name.into())]);
        let lit = brush.is_some();
        response.widget_info(|| {
            if lit {
                WidgetInfo::labeled(Role::Button, enabled, &clear)
            } else {
                WidgetInfo::labeled(Role::Label, enabled, name)
            }
        });
        let colour = if lit { t.text } else { t.tertiary };
        let mut job = LayoutJob::simple_singleline(name.to_owned(), theme::font(size::CAPTION), colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(place.width() + 1.0);
        let galley = ui.painter().layout_job(job);
        let at = align.align_size_within_rect(galley.size(), place);
        ui.painter().galley(at.min, galley, colour);
        focus_ring(ui, &response, at);
        let clicked = response.clicked();
        response.on_hover_text(if lit { clear } else { name.to_owned() });
        if clicked {
            *brush = None;
        }
        clicked
    }

    fn readout_ui(&self, ui: &mut Ui, line: &ParallelLine<'_>) {
        ui.spacing_mut().interact_size.y = 16.0;
        ui.label(title(line.name));
        Grid::new("values").num_columns(2).min_col_width(8.0).spacing(vec2(space::M, 2.0)).show(ui, |ui| {
            for (axis, value) in self.axes.iter().zip(line.values) {
                ui.label(axis.name);
                ui.label(if value.is_finite() { axis.kind.words(*value) } else { text("widget-bars-missing") });
                ui.end_row();
            }
        });
    }
}

/// Goes on to `to` in a curve that leaves and meets each axis at a right angle.
fn bend(stretch: &mut Vec<Pos2>, to: Pos2) {
    if let Some(from) = stretch.last().copied() {
        for step in 1..BENDS {
            let u = step as f32 / BENDS as f32;
            let eased = u * u * (3.0 - 2.0 * u);
            stretch.push(pos2(egui::lerp(from.x..=to.x, u), egui::lerp(from.y..=to.y, eased)));
        }
    }
    stretch.push(to);
}

/// The line nearest to the pointer, among those that are not faded.
fn nearest(paths: &[Vec<Vec<Pos2>>], passing: &[bool], pointer: Pos2) -> Option<usize> {
    let away = |path: &Vec<Vec<Pos2>>| {
        let segments = path.iter().flat_map(|stretch| stretch.windows(2));
        segments.map(|ends| distance(pointer, ends[0], ends[1])).fold(f32::INFINITY, f32::min)
    };
    let near = paths.iter().enumerate().filter(|(line, _)| passing[*line]).map(|(line, path)| (line, away(path)));
    near.filter(|(_, away)| *away <= REACH).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(line, _)| line)
}

/// From a point to a segment.
fn distance(point: Pos2, from: Pos2, to: Pos2) -> f32 {
    let along = to - from;
    let share = ((point - from).dot(along) / along.length_sq().max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
    (from + share * along).distance(point)
}

/// Arrows move the lower end of the brush, with Shift the upper one; Delete clears it.
fn keys(ui: &Ui, response: &Response, scale: Scale, brush: &mut Option<Brush>) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let (up, upper, clear) = ui.input(|input| {
        let up = input.num_presses(Key::ArrowUp) as f64 - input.num_presses(Key::ArrowDown) as f64;
        (up, input.modifiers.shift, input.key_pressed(Key::Delete) || input.key_pressed(Key::Backspace))
    });
    if clear {
        *brush = None;
    } else if up != 0.0 {
        let now = brush.unwrap_or(Brush { low: scale.low(), high: scale.high() });
        let moved = |value: f64| scale.value(scale.share(value) + up * NUDGE);
        *brush = Some(if upper {
            Brush { high: moved(now.high).max(now.low), ..now }
        } else {
            Brush { low: moved(now.low).min(now.high), ..now }
        });
    }
}

/// Whether a place beside an axis is free, and takes it if so.
fn takes(taken: &mut Vec<f32>, y: f32) -> bool {
    let is_free = taken.iter().all(|other| (other - y).abs() >= TICK);
    if is_free {
        taken.push(y);
    }
    is_free
}

/// Height of a line of words beside an axis.
const TICK: f32 = 13.0;

/// Words beside an axis, on a ground that keeps lines from crossing them out. Those of the last axis stand on its left.
fn beside_ui(painter: &Painter, t: &Tokens, frame: &Frame, axis: usize, y: f32, words: Arc<Galley>) {
    let x = frame.x(axis);
    let is_last = axis + 1 == frame.count && axis > 0;
    let left = if is_last { x - 7.0 - words.size().x } else { x + 7.0 };
    let place = Rect::from_min_size(pos2(left, y - words.size().y / 2.0), words.size());
    painter.rect_filled(place.expand2(vec2(2.0, -1.0)), radius::BAR, t.panel.gamma_multiply(0.8));
    painter.galley(place.min, words, t.secondary);
}

/// Values beside an axis, from the lowest up, where there is room: a number is whole or not there, a name is cut where it must be.
fn ticks_ui(
    painter: &Painter,
    t: &Tokens,
    frame: &Frame,
    axis: usize,
    of: &ParallelAxis<'_>,
    room: f32,
    taken: &mut Vec<f32>,
) {
    let x = frame.x(axis);
    let mut ticks = of.kind.ticks();
    ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (value, words) in ticks {
        let Some(y) = of.kind.share(value).map(|share| frame.y(share)) else { continue };
        let mut job = LayoutJob::simple_singleline(words, theme::font(size::TICK), t.secondary);
        if matches!(of.kind, AxisKind::Category(_)) {
            job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(8.0));
        }
        let words = painter.layout_job(job);
        if (words.size().x <= room || matches!(of.kind, AxisKind::Category(_))) && takes(taken, y) {
            beside_ui(painter, t, frame, axis, y, words);
            painter.hline(x - 2.0..=x + 2.0, y, Stroke::new(1.0, t.tertiary));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_line_is_found_unless_it_is_faded() {
        let path = |y: f32| vec![vec![pos2(0.0, y), pos2(100.0, y)]];
        let paths = [path(10.0), path(14.0), vec![vec![]]];
        assert_eq!(nearest(&paths, &[true; 3], pos2(50.0, 13.0)), Some(1));
        assert_eq!(nearest(&paths, &[true, false, true], pos2(50.0, 13.0)), Some(0));
        assert_eq!(nearest(&paths, &[true; 3], pos2(50.0, 40.0)), None);
        assert_eq!(nearest(&paths, &[true; 3], pos2(110.0, 10.0)), None);
    }

    #[test]
    fn a_curve_ends_where_it_should() {
        let mut stretch = Vec::new();
        bend(&mut stretch, pos2(0.0, 0.0));
        bend(&mut stretch, pos2(14.0, 7.0));
        assert_eq!((stretch.len(), stretch[7], stretch[14]), (15, pos2(7.0, 3.5), pos2(14.0, 7.0)));
    }
}
