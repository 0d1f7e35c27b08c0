//! The axes of every plot: quiet ticks at round values, y in line from plot to plot, what y is over its scale, and
//! the unit of x at its end.

use std::ops::RangeInclusive;

use eframe::egui::{Align2, AsIdSalt, Rect, Sense, Ui, pos2, vec2};
use egui_plot::{AxisHints, GridMark, Plot};

use super::ticks;
use crate::text::{grouped, number};
use crate::theme::{self, UiTokens as _, size, space};

/// What stays free at the right of the plot.
const MARGIN: f32 = space::M;
/// Room for the ticks of y, the same in all plots so that they stand in line.
const Y_AXIS: f32 = 38.0;

/// A line of ticks, and the title over a scale.
const LINE: f32 = 14.0;
const TITLE: f32 = 16.0;

/// Where x has its ticks.
#[derive(Clone, Debug)]
pub(super) enum XTicks {
    /// At round values.
    Linear,
    /// At whole ones.
    Whole,
    /// At these values, as far as there is room: those of a sweep.
    At {
        /// The values, rising.
        values: Vec<f64>,
        /// How many digits tell them apart.
        digits: usize,
        /// Whether the axis holds log₁₀ of them.
        log: bool,
    },
}

impl XTicks {
    /// Whether each tick is wanted: then the unit stands below them rather than in their place.
    fn gives_all(&self) -> bool {
        matches!(self, Self::At { .. })
    }

    fn label(&self, mark: f64) -> String {
        match self {
            Self::Linear | Self::Whole => ticks::tick(mark),
            Self::At { log: true, digits, .. } => swept(10_f64.powf(mark), *digits),
            Self::At { log: false, digits, .. } => swept(mark, *digits),
        }
    }
}

/// A value of x that was swept or counted: with these digits, and a large whole one with its thousands set apart.
pub(super) fn swept(x: f64, digits: usize) -> String {
    let whole = x.round();
    // A power of ten of its logarithm is not quite itself.
    let is_count = (1e4..1e15).contains(&whole) && (x - whole).abs() <= 1e-9 * whole;
    if is_count { grouped(whole as u64) } else { number::with_digits(x, digits) }
}

/// A plot with nothing in it but its axes. Where `log_y` says so, y holds log₁₀ of the values.
pub(super) fn plot<'p>(ui: &Ui, id: impl AsIdSalt, x_label: &str, x: XTicks, log_y: bool) -> Plot<'p> {
    let t = ui.tokens();
    let tick_font = theme::font(size::TICK);
    let width = f64::from((ui.available_width() - MARGIN).max(64.0));
    let room = (8.0 + 6.0 * x_label.chars().count() as f64) / (width - f64::from(Y_AXIS)).max(1.0);
    let labels = x.clone();
    let thickness = if x.gives_all() { 2.0 * LINE } else { 18.0 };
    let x_axis = AxisHints::new_x()
        .tick_label_color(t.tertiary)
        .tick_label_font(tick_font.clone())
        .min_thickness(thickness)
        .formatter(move |mark: GridMark, range: &RangeInclusive<f64>| {
            // The unit stands at the end of the axis; a tick there would run into it.
            let span = range.end() - range.start();
            let free = range.end() - span * room;
            if mark.value > free && !labels.gives_all() { String::new() } else { labels.label(mark.value) }
        });
    let y_axis =
        AxisHints::new_y().tick_label_color(t.tertiary).tick_label_font(tick_font).min_thickness(Y_AXIS).formatter(
            move |mark: GridMark, _: &RangeInclusive<f64>| {
                if log_y { ticks::logarithmic_label(mark.value) } else { ticks::tick(mark.value) }
            },
        );
    Plot::new(id)
        .width(width as f32)
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis])
        .x_grid_spacer(move |input| match &x {
            XTicks::Linear => ticks::linear(&input, 90.0),
            XTicks::Whole => ticks::whole(&input, 90.0),
            XTicks::At { values, log, .. } => ticks::at(&input, values, *log),
        })
        .y_grid_spacer(move |input| if log_y { ticks::logarithmic(&input) } else { ticks::linear(&input, 44.0) })
        .grid_color(t.hairline)
        .show_grid([false, true])
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .show_crosshair(false)
        .cursor_color(t.tertiary)
        .allow_scroll(false)
        .set_margin_fraction(vec2(0.0, 0.06))
        .label_formatter(|_| None)
}

/// Writes what y is in a line over its scale, before the plot is shown, and says how much height that took.
pub(super) fn y_label_ui(ui: &mut Ui, label: &str, indent: f32) -> f32 {
    let gap = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), TITLE), Sense::hover());
    ui.spacing_mut().item_spacing.y = gap;
    let place = pos2(rect.left() + indent, rect.top());
    ui.painter().text(place, Align2::LEFT_TOP, label, theme::font(size::TICK), ui.tokens().tertiary);
    TITLE
}

/// Writes the unit of x at the end of its axis, on a line of its own where `below` says so.
pub(super) fn x_label_ui(ui: &Ui, frame: Rect, label: &str, below: bool) {
    let end = pos2(frame.right(), frame.bottom() + if below { LINE } else { 0.0 });
    ui.painter().text(end, Align2::RIGHT_TOP, label, theme::font(size::TICK), ui.tokens().tertiary);
}
