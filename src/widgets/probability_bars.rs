//! Two distributions mirrored around the names of their classes, so that a difference in shape is seen.
//! Up to some twenty classes fit; more scroll, in the order the caller gives.

use eframe::egui::{
    self, Align2, Color32, Id, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::{
    text::{number, text, text_with},
    theme::{self, UiTokens as _, radius, semibold, size, space},
};

/// One of the two distributions.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Whose it is.
    pub name: &'a str,
    /// What the name means, for who rests on it; empty where it needs no word.
    pub what: &'a str,
    /// A probability for each class; empty if there is none yet.
    pub probabilities: &'a [f32],
    /// Another distribution to be seen behind it, as an outline; empty for none.
    pub ghost: &'a [f32],
    /// The distributions of which it is the mean, to be seen as marks across the bars; empty where it is that of one.
    pub members: &'a [Vec<f32>],
    /// The colour of its bars.
    pub colour: Color32,
}

/// What the bars show.
#[derive(Clone, Copy, Debug)]
pub struct ProbabilityBars<'a> {
    /// The name for accessibility, and what tells two of these on one screen apart.
    pub name: &'a str,
    /// The names of the classes.
    pub classes: &'a [String],
    /// The distribution on the left.
    pub left: Side<'a>,
    /// The distribution on the right.
    pub right: Side<'a>,
    /// The class of the label and the colour its name gets.
    pub label: Option<(usize, Color32)>,
    /// Which classes to show, and in which order; empty for all as they come.
    pub order: &'a [usize],
    /// The probability that fills a side; without it, the largest one shown does.
    pub full: Option<f32>,
    /// How tall a row is where there is room; its words are as large as that.
    pub row: f32,
    /// Whether bars are as long as the logarithm of their probability, from [`LEAST_SHOWN`] on.
    pub log: bool,
    /// Whether their ends can be dragged.
    pub draggable: bool,
}

/// What happened to bars.
#[derive(Debug)]
pub struct BarsResponse {
    /// Of the whole.
    pub response: Response,
    /// The class whose row was clicked.
    pub clicked: Option<usize>,
    /// The bar that is dragged (whether it is one on the left, and its class) and the probability that it is dragged to.
    pub dragged: Option<(bool, usize, f32)>,
}

/// Where logarithmic bars begin.
pub const LEAST_SHOWN: f32 = 1e-6;

/// Height of the names above the bars.
pub const BARS_HEADER: f32 = 22.0;
/// A row is at least so tall: what does not fit is scrolled.
pub const LEAST_BAR: f32 = 16.0;

const PERCENT: f32 = 46.0;
/// Bars are at least so long where the unit stands over their numbers.
const FOR_UNIT: f32 = 72.0;
/// Height of a row in which words are as large as elsewhere, and how much larger they become.
const PLAIN_ROW: f32 = 34.0;
const LARGEST: f32 = 1.6;
const ANIMATION: f32 = 0.12;
/// How far an arrow key moves the end of a bar, as a share of its room.
const NUDGE: f32 = 0.02;
/// How strongly the outline behind a bar is seen.
const GHOST: f32 = 0.55;
/// How strongly the marks of members are seen.
const MEMBER: f32 = 0.8;

/// Where the columns of a row are.
struct Columns {
    left_bars: egui::Rangef,
    names: egui::Rangef,
    right_bars: egui::Rangef,
}

impl ProbabilityBars<'_> {
    /// Shows a header and a row for each class, and scrolls if they do not fit.
    pub fn show(&self, ui: &mut Ui) -> BarsResponse {
        let (mut clicked, mut dragged) = (None, None);
        let outer = ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let rows = if self.order.is_empty() { self.classes.len() } else { self.order.len() };
            let free = ui.available_height() - BARS_HEADER;
            let row_height = (free / rows.max(1) as f32).clamp(LEAST_BAR, self.row.max(LEAST_BAR));
            self.header_ui(ui, row_height);
            // No row is cut: those that do not fit whole are below.
            let whole = (free / row_height).floor().max(1.0) * row_height;
            let area = ScrollArea::vertical().id_salt(self.name).auto_shrink([false, true]).max_height(whole);
            area.show_rows(ui, row_height, rows, |ui, visible| {
                for row in visible {
                    let class = if self.order.is_empty() { row } else { self.order[row] };
                    let row = self.row_ui(ui, class, row_height);
                    clicked = clicked.or(row.0.then_some(class));
                    dragged = dragged.or(row.1);
                }
            });
        });
        let response = outer.response;
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Group, enabled, self.name));
        BarsResponse { response, clicked, dragged }
    }

    fn header_ui(&self, ui: &mut Ui, row_height: f32) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), BARS_HEADER), Sense::hover());
        let columns = self.columns(ui, rect, row_height);
        let t = ui.tokens();
        let y = rect.center().y;
        let unit = text("widget-bars-unit");
        let bold = semibold(size::CAPTION);
        let small = theme::font(size::CAPTION);
        let painter = ui.painter();
        let heads = [
            (self.left, pos2(columns.left_bars.max, y), Align2::RIGHT_CENTER),
            (self.right, pos2(columns.right_bars.min, y), Align2::LEFT_CENTER),
        ];
        for (side, place, align) in heads {
            let name = painter.text(place, align, side.name, bold.clone(), side.colour);
            super::explained_ui(ui, name, side.name, side.what);
        }
        // A narrow picture has room for the names alone.
        if columns.left_bars.span() >= FOR_UNIT {
            let at = pos2(columns.left_bars.min - space::S, y);
            painter.text(at, Align2::RIGHT_CENTER, &unit, small.clone(), t.tertiary);
            painter.text(pos2(rect.right(), y), Align2::RIGHT_CENTER, unit, small, t.tertiary);
        }
    }

    /// Whether the row was clicked, and what of it is dragged.
    fn row_ui(&self, ui: &mut Ui, class: usize, height: f32) -> (bool, Option<(bool, usize, f32)>) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
        let words = self.words(class);
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Label, enabled, &words));
        let mut dragged = None;

        let t = ui.tokens();
        let columns = self.columns(ui, rect, height);
        let body = size::BODY * enlarged(height);
        let is_label = self.label.filter(|(label, _)| *label == class);
        let name = self.classes.get(class).map_or("", String::as_str);
        let (font, colour) = match is_label {
            Some((_, colour)) => (semibold(body), colour),
            None => (theme::font(body), t.text),
        };
        let job = egui::text::LayoutJob::simple_singleline(name.to_owned(), font, colour);
        let galley = ui.painter().layout_job(truncated(job, columns.names.span()));
        let place = Align2::CENTER_CENTER.anchor_size(pos2(columns.names.center(), rect.center().y), galley.size());
        ui.painter().galley(place.min, galley, colour);

        let full = self.full.unwrap_or_else(|| self.largest()).max(f32::MIN_POSITIVE);
        let bars = rect.shrink2(vec2(0.0, (height * 0.18).round()));
        for (side, room, towards_left) in
            [(self.left, columns.left_bars, true), (self.right, columns.right_bars, false)]
        {
            let share = |of: &[f32]| of.get(class).map_or(0.0, |p| self.share(*p, full));
            let bar_of = |share: f32| {
                let length = share.clamp(0.0, 1.0) * room.span();
                let x = if towards_left { room.max - length..=room.max } else { room.min..=room.min + length };
                Rect::from_x_y_ranges(x, bars.y_range())
            };
            let id = response.id.with((self.name, class, towards_left));
            let bar = bar_of(ui.ctx().animate_value_with_time(id, share(side.probabilities), ANIMATION));
            let r = radius::BAR;
            let corners = if towards_left {
                egui::CornerRadius { nw: r, sw: r, ne: 0, se: 0 }
            } else {
                egui::CornerRadius { ne: r, se: r, nw: 0, sw: 0 }
            };
            ui.painter().rect_filled(bar, corners, side.colour);
            if !side.ghost.is_empty() {
                let edge = Stroke::new(1.0, side.colour.gamma_multiply(GHOST));
                ui.painter().rect_stroke(bar_of(share(side.ghost)), corners, edge, StrokeKind::Inside);
            }
            for member in side.members {
                let at = bar_of(share(member));
                let x = if towards_left { at.left() } else { at.right() };
                ui.painter().vline(x.round(), bars.y_range(), Stroke::new(1.0, t.text.gamma_multiply(MEMBER)));
            }
            // What the eye reads off, for those who cannot see it.
            let words = format!("{} {name}", side.name);
            let meter = ui.interact(bar, id.with("bar"), Sense::hover());
            meter.widget_info(|| WidgetInfo::labeled(Role::Meter, enabled, &words));
            if self.draggable && !side.probabilities.is_empty() {
                let to = drag_ui(ui, id, Rect::from_x_y_ranges(room, bars.y_range()), towards_left, (&words, bar));
                dragged = dragged.or(to.map(|share| (towards_left, class, self.probability(share, full))));
            }
            let at = if towards_left { columns.left_bars.min - space::S } else { rect.right() };
            let percent = side.probabilities.get(class).map_or_else(|| text("widget-bars-missing"), |p| percent(*p));
            let small = theme::font(size::CAPTION * enlarged(height));
            ui.painter().text(pos2(at, rect.center().y), Align2::RIGHT_CENTER, percent, small, t.secondary);
        }
        let clicked = response.clicked();
        response.on_hover_text(words);
        (clicked, dragged)
    }

    /// How much of its side a probability fills.
    fn share(&self, p: f32, full: f32) -> f32 {
        match (p.is_finite(), self.log) {
            (false, _) => 0.0,
            (true, false) => p / full,
            (true, true) if p <= LEAST_SHOWN => 0.0,
            (true, true) => (p / LEAST_SHOWN).ln() / (1.0 / LEAST_SHOWN).ln(),
        }
    }

    /// The probability that fills so much of a side.
    fn probability(&self, share: f32, full: f32) -> f32 {
        if self.log { LEAST_SHOWN * (1.0 / LEAST_SHOWN).powf(share) } else { share * full }
    }

    fn columns(&self, ui: &Ui, rect: Rect, row_height: f32) -> Columns {
        let font = theme::font(size::BODY * enlarged(row_height));
        let percent = PERCENT * enlarged(row_height);
        let wide =
            |name: &String| ui.painter().layout_no_wrap(name.clone(), font.clone(), Color32::PLACEHOLDER).size().x;
        // Every visible row must agree; a hundred names tell enough about how wide the column should be.
        let widest = self.classes.iter().take(100).map(wide).fold(0.0, f32::max);
        let name = (widest + space::L).clamp(38.0, (rect.width() * 0.34).max(38.0));
        let middle = rect.center().x;
        Columns {
            left_bars: egui::Rangef::new(rect.left() + percent, middle - name / 2.0),
            names: egui::Rangef::new(middle - name / 2.0, middle + name / 2.0).shrink(2.0),
            right_bars: egui::Rangef::new(middle + name / 2.0, rect.right() - percent),
        }
    }

    fn largest(&self) -> f32 {
        let both = self.left.probabilities.iter().chain(self.right.probabilities);
        both.copied().filter(|p| p.is_finite()).fold(0.0, f32::max)
    }

    fn words(&self, class: usize) -> String {
        let name = self.classes.get(class).map_or("", String::as_str);
        row_words(name, class, self.left, self.right, self.label.is_some_and(|(label, _)| label == class))
    }
}

/// The share of its room that a bar is dragged to, or moved to with the arrow keys; its end shows that it can be.
fn drag_ui(ui: &Ui, id: Id, room: Rect, towards_left: bool, (words, bar): (&str, Rect)) -> Option<f32> {
    let drag = ui.interact(room.expand2(vec2(4.0, 2.0)), id.with("drag"), Sense::click_and_drag());
    let end = if towards_left { bar.left() } else { bar.right() };
    let now = bar.width() / room.width().max(1.0);
    let enabled = ui.is_enabled();
    drag.widget_info(|| WidgetInfo::slider(enabled, f64::from(now), words));
    let lit = drag.hovered() || drag.dragged() || drag.has_focus();
    let grip = Stroke::new(if lit { 3.0 } else { 2.0 }, ui.tokens().text);
    ui.painter().vline(end, bar.y_range().expand(2.0), grip);
    if lit {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
    }
    if let Some(at) = drag.interact_pointer_pos() {
        let from = if towards_left { room.right() - at.x } else { at.x - room.left() };
        return Some((from / room.width().max(1.0)).clamp(0.0, 1.0));
    }
    let steps = super::arrows::steps_outwards(ui, &drag, towards_left);
    (steps != 0.0).then(|| (now + steps * NUDGE).clamp(0.0, 1.0))
}

/// A class and what both sides give it, in words with exact values.
pub(super) fn row_words(name: &str, class: usize, left: Side<'_>, right: Side<'_>, is_label: bool) -> String {
    let percent = |p: f32| text_with("widget-percent", &[("value", exact_percent(p).into())]);
    let exact = |side: Side<'_>| match side.probabilities.get(class) {
        Some(p) if side.members.is_empty() => percent(*p),
        Some(p) => {
            let members: Vec<String> =
                side.members.iter().filter_map(|member| member.get(class)).map(|p| percent(*p)).collect();
            let words = [("mean", percent(*p).into()), ("members", members.join(" · ").into())];
            text_with("widget-bars-mean", &words)
        }
        None => text("widget-bars-missing"),
    };
    text_with(
        if is_label { "widget-bars-row-label" } else { "widget-bars-row" },
        &[
            ("class", name.into()),
            ("left-name", left.name.into()),
            ("left", exact(left).into()),
            ("right-name", right.name.into()),
            ("right", exact(right).into()),
        ],
    )
}

/// How much larger words are than elsewhere.
fn enlarged(row_height: f32) -> f32 {
    (row_height / PLAIN_ROW).clamp(1.0, LARGEST)
}

fn truncated(mut job: egui::text::LayoutJob, width: f32) -> egui::text::LayoutJob {
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    job
}

/// See [`number::probability`]; of what is no number it says so.
pub(super) fn percent(p: f32) -> String {
    number::probability(f64::from(p))
}

/// As exact as an f32 is worth reading.
fn exact_percent(p: f32) -> String {
    let percent = 100.0 * f64::from(p);
    if percent >= 0.01 || percent == 0.0 { number::fixed(percent, 3) } else { number::scientific(percent, 3) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_probabilities_are_not_called_nothing() {
        assert_eq!(
            [0.0, 1e-6, 0.000_6, 0.193, 0.9999, 1.0].map(percent),
            ["0.0", "<0.1", "0.1", "19.3", ">99.9", "100.0"]
        );
        assert_eq!(percent(f32::NAN), "–");
        assert_eq!(exact_percent(1e-6), "1.00e−4");
        assert_eq!(exact_percent(0.25), "25.000");
    }
}
