//! The same distribution again and again, as one setting moves: small bars, the teacher's above the names of the classes and
//! the student's below, all at one scale.

use eframe::egui::{
    Align2, Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{
    plot_key::{BEFORE, KeyMark, PlotKey, key_words},
    probability_bars::{Side, percent, row_words},
};
use crate::{
    text::text_with,
    theme::{self, UiTokens as _, caption, radius, size, space, title},
};

/// Whose distributions stand on one side.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// `teacher`.
    pub name: &'a str,
    /// The colour of the bars.
    pub colour: Color32,
}

/// One panel.
#[derive(Clone, Copy, Debug)]
pub struct MiniPanel<'a> {
    /// `T 4`.
    pub title: &'a str,
    /// The colour of its dot; `None` for no dot.
    pub dot: Option<Color32>,
    /// A probability for each class, drawn upwards.
    pub upper: &'a [f32],
    /// A probability for each class, drawn downwards; empty if there is none.
    pub lower: &'a [f32],
    /// Whether it is chosen.
    pub lit: bool,
}

/// Panels in rows.
#[derive(Clone, Copy, Debug)]
pub struct SmallMultiples<'a> {
    /// The name for accessibility, and what tells two of these on one screen apart.
    pub name: &'a str,
    /// The names of the classes.
    pub classes: &'a [String],
    /// The class of the label, what that is called in the key, and the colour that the name of the class gets.
    pub label: Option<(usize, Whose<'a>)>,
    /// Whose distributions are drawn upwards.
    pub upper: Whose<'a>,
    /// Whose are drawn downwards.
    pub lower: Whose<'a>,
    /// The panels.
    pub panels: &'a [MiniPanel<'a>],
    /// How tall all panels are with their key, if they can be read then; otherwise they take what is good.
    pub height: Option<f32>,
}

/// What happened to small multiples.
#[derive(Debug)]
pub struct SmallMultiplesResponse {
    /// Of the whole.
    pub response: Response,
    /// The panel under the pointer.
    pub hovered: Option<usize>,
    /// The panel that was clicked.
    pub clicked: Option<usize>,
}

const NARROWEST: f32 = 96.0;
const KEY: f32 = 18.0;
const TITLE: f32 = 20.0;
const NAMES: f32 = 13.0;

impl SmallMultiples<'_> {
    /// Shows as many panels side by side as fit, and the rest below.
    pub fn show(&self, ui: &mut Ui) -> SmallMultiplesResponse {
        let mirrored = self.panels.iter().any(|panel| !panel.lower.is_empty());
        let width = ui.available_width().max(NARROWEST);
        let count = self.panels.len().max(1);
        let columns = ((width + space::M) / (NARROWEST + space::M)).floor().clamp(1.0, count as f32) as usize;
        // Rows of equal length look better than a last one with a single panel.
        let rows = count.div_ceil(columns);
        let columns = count.div_ceil(rows);
        let wide = ((width - (columns - 1) as f32 * space::M) / columns as f32).floor();
        let good = if mirrored { 118.0 } else { 86.0 };
        let tall = self.height.map_or(good, |height| {
            let tall = (height - KEY + space::S) / rows as f32 - space::S;
            tall.clamp(0.7 * good, 1.4 * good).floor()
        });
        let size = vec2(width, KEY + rows as f32 * (tall + space::S) - space::S);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Group, enabled, self.name));
        self.key_ui(ui, rect, mirrored);

        let full = self.full();
        let (mut hovered, mut clicked) = (None, None);
        for (index, panel) in self.panels.iter().enumerate() {
            let (row, column) = ((index / columns) as f32, (index % columns) as f32);
            let at = rect.min + vec2(column * (wide + space::M), KEY + row * (tall + space::S));
            let place = Rect::from_min_size(at, vec2(wide, tall));
            let of_panel = ui.interact(place, response.id.with(index), Sense::click());
            let words = self.words(panel);
            of_panel.widget_info(|| WidgetInfo::selected(Role::Button, enabled, panel.lit, &words));
            if of_panel.hovered() || of_panel.has_focus() {
                hovered = Some(index);
            }
            if of_panel.clicked() {
                clicked = Some(index);
            }
            if ui.is_rect_visible(place) {
                self.panel_ui(ui, place, panel, full, &of_panel);
            }
            self.tooltip(of_panel, panel, place);
        }
        SmallMultiplesResponse { response, hovered, clicked }
    }

    /// The probability that fills a side: the largest of all, so that flattening is seen.
    fn full(&self) -> f32 {
        let all = self.panels.iter().flat_map(|panel| panel.upper.iter().chain(panel.lower));
        all.copied().filter(|p| p.is_finite()).fold(0.0, f32::max).max(f32::MIN_POSITIVE)
    }

    /// Whose bars point where.
    fn key_ui(&self, ui: &Ui, rect: Rect, mirrored: bool) {
        let t = ui.tokens();
        let mut row = rect.with_max_y(rect.top() + 12.0);
        let label = self.label.map(|(_, whose)| whose);
        for whose in [Some(self.upper), mirrored.then_some(self.lower), label].into_iter().flatten() {
            let words = key_words(ui, whose.name);
            let end = row.left() + BEFORE + words.size().x + space::M;
            PlotKey { name: whose.name, colour: whose.colour, mark: KeyMark::Dot }.paint(ui, row, words, t.secondary);
            row.min.x = end;
        }
    }

    fn panel_ui(&self, ui: &Ui, place: Rect, panel: &MiniPanel<'_>, full: f32, response: &Response) {
        let t = ui.tokens();
        let painter = ui.painter();
        if panel.lit || response.hovered() {
            painter.rect_filled(place.expand(3.0), radius::CONTROL, t.control);
        }
        if panel.lit || response.has_focus() {
            let line = Stroke::new(1.0, if panel.lit { t.text } else { t.secondary });
            painter.rect_stroke(place.expand(3.0), radius::CONTROL, line, StrokeKind::Inside);
        }
        let y = place.top() + TITLE / 2.0;
        let mut left = place.left() + 2.0;
        if let Some(colour) = panel.dot {
            painter.circle_filled(pos2(left + 4.0, y), 3.5, colour);
            left += 13.0;
        }
        painter.text(pos2(left, y), Align2::LEFT_CENTER, panel.title, theme::font(size::CAPTION), t.text);

        let bars = place.with_min_y(place.top() + TITLE).shrink2(vec2(2.0, 0.0));
        let room = bars.height() - NAMES;
        let up = if panel.lower.is_empty() { room } else { (room / 2.0).floor() };
        let (floor, ceiling) = (bars.top() + up, bars.top() + up + NAMES);
        let slot = bars.width() / self.classes.len().max(1) as f32;
        // A gap between bars, while they are wide enough to bear one.
        let gap = if slot >= 4.0 { (slot * 0.2).clamp(1.0, 4.0) } else { 0.0 };
        let r = if slot >= 6.0 { 2 } else { 0 };
        for class in 0..self.classes.len() {
            let x = bars.left() + class as f32 * slot;
            let x = x + gap / 2.0..=x + slot - gap / 2.0;
            let length = |of: &[f32], room: f32| {
                let p = of.get(class).copied().filter(|p| p.is_finite()).unwrap_or(0.0);
                (p / full).clamp(0.0, 1.0) * room
            };
            let (above, below) = (length(panel.upper, up), length(panel.lower, room - up));
            // Nothing is drawn as nothing, not as a hair.
            if above > 0.0 {
                let bar = Rect::from_x_y_ranges(x.clone(), floor - above..=floor);
                painter.rect_filled(bar, CornerRadius { nw: r, ne: r, sw: 0, se: 0 }, self.upper.colour);
            }
            if below > 0.0 {
                let bar = Rect::from_x_y_ranges(x, ceiling..=ceiling + below);
                painter.rect_filled(bar, CornerRadius { sw: r, se: r, nw: 0, ne: 0 }, self.lower.colour);
            }
        }
        self.names_ui(ui, bars, f32::midpoint(floor, ceiling), slot);
    }

    /// The names of the classes; where they do not all fit, the label's alone.
    fn names_ui(&self, ui: &Ui, bars: Rect, y: f32, slot: f32) {
        let t = ui.tokens();
        let font = theme::font(size::TINY);
        let painter = ui.painter();
        let galley = |name: &String| painter.layout_no_wrap(name.clone(), font.clone(), t.tertiary);
        let all_fit = self.classes.iter().take(100).all(|name| galley(name).size().x + 1.0 <= slot);
        if !all_fit {
            painter.hline(bars.x_range(), y, Stroke::new(1.0, t.hairline));
        }
        for (class, name) in self.classes.iter().enumerate() {
            let is_label = self.label.filter(|(label, _)| *label == class);
            if !all_fit && is_label.is_none() {
                continue;
            }
            let colour = is_label.map_or(t.tertiary, |(_, whose)| whose.colour);
            let mut job = LayoutJob::simple_singleline(name.clone(), font.clone(), colour);
            job.wrap = TextWrapping::truncate_at_width(bars.width());
            let galley = painter.layout_job(job);
            let half = galley.size().x / 2.0;
            let middle = bars.left() + (class as f32 + 0.5) * slot;
            let middle = middle.clamp(bars.left() + half, (bars.right() - half).max(bars.left() + half));
            let place = Rect::from_center_size(pos2(middle, y), galley.size());
            if !all_fit {
                painter.rect_filled(place.expand2(vec2(2.0, -1.0)), 0.0, t.panel);
            }
            painter.galley(place.min, galley, colour);
        }
    }

    /// The panel in words: its title and each side's most probable class.
    fn words(&self, panel: &MiniPanel<'_>) -> String {
        let top = |whose: Whose<'_>, of: &[f32]| {
            let best = of.iter().enumerate().filter(|(_, p)| p.is_finite()).max_by(|a, b| a.1.total_cmp(b.1))?;
            let value = text_with("widget-percent", &[("value", percent(*best.1).into())]);
            let class = self.classes.get(best.0)?;
            let values = [("name", whose.name.into()), ("class", class.as_str().into()), ("value", value.into())];
            Some(text_with("widget-mini-top", &values))
        };
        let tops = [top(self.upper, panel.upper), top(self.lower, panel.lower)];
        let tops = tops.into_iter().flatten().collect::<Vec<_>>().join(", ");
        text_with("widget-curve-now", &[("name", format!("{}:", panel.title).into()), ("value", tops.into())])
    }

    /// The exact values of the class under the pointer.
    fn tooltip(&self, response: Response, panel: &MiniPanel<'_>, place: Rect) {
        let Some(pointer) = response.hover_pos() else { return };
        let share = ((pointer.x - place.left() - 2.0) / (place.width() - 4.0)).clamp(0.0, 0.999);
        let class = (share * self.classes.len() as f32) as usize;
        let upper = Side {
            name: self.upper.name,
            what: "",
            probabilities: panel.upper,
            ghost: &[],
            members: &[],
            colour: self.upper.colour,
        };
        let lower = Side {
            name: self.lower.name,
            what: "",
            probabilities: panel.lower,
            ghost: &[],
            members: &[],
            colour: self.lower.colour,
        };
        let name = self.classes.get(class).map_or("", String::as_str);
        let words = row_words(name, class, upper, lower, self.label.is_some_and(|(label, _)| label == class));
        response.on_hover_ui_at_pointer(|ui| {
            ui.label(title(panel.title));
            ui.label(caption(words));
        });
    }
}
