//! A metric over two swept fields: a cell for each pair of their values; the better it is, the more it comes forward.
//! Cells are clicked, or walked over with the arrow keys; the best ones bear a dot.

use eframe::egui::{
    self, Align2, Color32, EventFilter, Key, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use super::{
    focus_ring,
    scale::Scale,
    scale_legend::{HEIGHT, ScaleKind, ScaleLegend},
};
use crate::{
    text::{number::Kind, text, text_with},
    theme::{self, Tokens, UiTokens as _, caption, radius, semibold, size, space, title},
};

/// What one pair of values came to.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatCell {
    /// The metric.
    pub value: f64,
    /// How it is written in the cell.
    pub text: String,
    /// The exact value and what it rests on.
    pub hover: String,
    /// Whether it is chosen, or belongs to what is.
    pub lit: bool,
}

/// A heat map.
#[derive(Clone, Copy, Debug)]
pub struct HeatMap<'a> {
    /// The name for accessibility, and what tells two of these on one screen apart.
    pub name: &'a str,
    /// What the colours show.
    pub metric: &'a str,
    /// The field that differs from row to row.
    pub row_axis: &'a str,
    /// Its values, from the top down.
    pub rows: &'a [String],
    /// The field that differs from column to column.
    pub column_axis: &'a str,
    /// Its values, from left to right.
    pub columns: &'a [String],
    /// Row by row; `None` where there is nothing yet. The index of a cell is its place here.
    pub cells: &'a [Option<HeatCell>],
    /// Whether the lowest value is the best one.
    pub lowest_is_best: bool,
    /// How values are written on the scale of colours.
    pub written: Kind,
    /// How tall it is with its legend; otherwise as tall as its cells like to be.
    pub height: Option<f32>,
}

/// What happened to a heat map.
#[derive(Debug)]
pub struct HeatMapResponse {
    /// Of the map as a whole.
    pub response: Response,
    /// The cell under the pointer, or the one that the keys are at.
    pub hovered: Option<usize>,
    /// The cell that was clicked.
    pub clicked: Option<usize>,
}

const HEADER: f32 = 20.0;
const FOOT: f32 = 18.0;
const GAP: f32 = 3.0;
const LEGEND: f32 = HEIGHT + 4.0;
const TALLEST: f32 = 56.0;

/// Where the cells are.
struct Grid {
    cells: Rect,
    columns: usize,
    step: egui::Vec2,
}

impl Grid {
    fn cell(&self, index: usize) -> Rect {
        let (row, column) = (index / self.columns, index % self.columns);
        let at = self.cells.min + vec2(column as f32 * self.step.x, row as f32 * self.step.y);
        // Whole points keep the gaps between cells equal.
        Rect::from_min_max(at.round(), (at + self.step - vec2(GAP, GAP)).round())
    }
}

impl HeatMap<'_> {
    /// Shows the map and, below it, what its colours mean.
    pub fn show(&self, ui: &mut Ui) -> HeatMapResponse {
        let t = ui.tokens();
        let (columns, rows) = (self.columns.len().max(1), self.rows.len().max(1));
        let width = ui.available_width().max(80.0);
        let labels = self.label_width(ui).min(width * 0.3);
        let room = width - labels + GAP;
        let tall = match self.height {
            Some(height) => (height - HEADER - FOOT - LEGEND) / rows as f32,
            None => (room / columns as f32).min(TALLEST),
        };
        let step = vec2(room / columns as f32, tall.max(10.0));
        let size = vec2(width, HEADER + step.y * rows as f32 + FOOT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::focusable_noninteractive());
        let cells = Rect::from_min_max(rect.min + vec2(labels, HEADER), pos2(rect.right(), rect.bottom() - FOOT));
        let grid = Grid { cells, columns, step };
        let scale = Scale::fit(self.cells.iter().flatten().map(|cell| cell.value), false);
        let best = self.best();

        let enabled = ui.is_enabled();
        let words = best.map_or_else(|| text("widget-heat-empty"), |best| self.words(best, true));
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(words.clone()),
            ..WidgetInfo::labeled(Role::Grid, enabled, self.name)
        });
        if ui.is_rect_visible(rect) {
            self.labels_ui(ui, rect, &grid);
        }
        let (walked, entered) = self.keys(ui, &response, best.unwrap_or(0));
        let (mut hovered, mut clicked) = (walked, entered);
        for (index, cell) in self.cells.iter().enumerate().take(columns * rows) {
            let place = grid.cell(index);
            let of_cell = ui.interact(place, response.id.with(index), Sense::CLICK);
            let is_best = self.is_best(index, best);
            let words = self.words(index, is_best);
            let lit = cell.as_ref().is_some_and(|cell| cell.lit);
            of_cell.widget_info(|| WidgetInfo::selected(Role::GridCell, enabled, lit, &words));
            if of_cell.hovered() {
                hovered = Some(index);
            }
            if of_cell.clicked() {
                clicked = Some(index);
            }
            if ui.is_rect_visible(place) {
                let share = cell.as_ref().zip(scale).map(|(cell, scale)| scale.share(cell.value) as f32);
                let colour = share.map(|share| self.kind().colour(t, share));
                paint(ui, t, place, cell.as_ref().zip(colour), is_best);
                let edge = if walked == Some(index) && response.has_focus() {
                    Some(Stroke::new(2.0, t.secondary))
                } else if lit {
                    Some(Stroke::new(2.0, t.text))
                } else {
                    of_cell.hovered().then(|| Stroke::new(1.0, t.text))
                };
                if let Some(edge) = edge {
                    ui.painter().rect_stroke(place, radius::BAR, edge, StrokeKind::Outside);
                }
            }
            self.tooltip(of_cell, index, is_best);
        }
        focus_ring(ui, &response, rect.shrink(2.0));
        if let Some(scale) = scale {
            ui.add_space(LEGEND - HEIGHT - ui.spacing().item_spacing.y.min(LEGEND - HEIGHT));
            ScaleLegend { name: self.metric, scale, kind: self.kind(), written: self.written }.show(ui);
        }
        HeatMapResponse { response, hovered, clicked }
    }

    fn kind(&self) -> ScaleKind {
        if self.lowest_is_best { ScaleKind::LowIsBest } else { ScaleKind::HighIsBest }
    }

    /// Whether a cell is the best one, or as good as it.
    fn is_best(&self, index: usize, best: Option<usize>) -> bool {
        let value = |index: usize| self.cells.get(index).and_then(Option::as_ref).map(|cell| cell.value);
        best.is_some_and(|best| value(index).map(f64::to_bits) == value(best).map(f64::to_bits))
    }

    /// The best cell, the first of equals.
    fn best(&self) -> Option<usize> {
        let values = self.cells.iter().enumerate().filter_map(|(index, cell)| Some((index, cell.as_ref()?.value)));
        let signed = |value: f64| if self.lowest_is_best { value } else { -value };
        values
            .filter(|(_, value)| value.is_finite())
            .min_by(|a, b| signed(a.1).total_cmp(&signed(b.1)))
            .map(|best| best.0)
    }

    /// The pair of values, and what came of it.
    fn words(&self, index: usize, best: bool) -> String {
        let value = self.value(index, best).into();
        text_with("widget-heat-cell", &[("place", self.place(index).into()), ("value", value)])
    }

    fn value(&self, index: usize, best: bool) -> String {
        match self.cells.get(index).and_then(Option::as_ref) {
            Some(cell) if best => text_with("widget-heat-best", &[("value", cell.hover.as_str().into())]),
            Some(cell) => cell.hover.clone(),
            None => text("widget-heat-missing"),
        }
    }

    fn place(&self, index: usize) -> String {
        let columns = self.columns.len().max(1);
        let name = |of: &[String], index: usize| of.get(index).cloned().unwrap_or_default();
        let column = format!("{} {}", self.column_axis, name(self.columns, index % columns));
        if self.row_axis.is_empty() {
            return column;
        }
        let row = format!("{} {}", self.row_axis, name(self.rows, index / columns));
        text_with("widget-heat-place", &[("column", column.into()), ("row", row.into())])
    }

    fn tooltip(&self, response: Response, index: usize, best: bool) {
        response.on_hover_ui(|ui| {
            ui.label(title(self.place(index)));
            ui.label(caption(self.value(index, best)));
        });
    }

    fn label_width(&self, ui: &Ui) -> f32 {
        let t = ui.tokens();
        let wide = |row: &String| tick(ui, t, row).size().x;
        self.rows.iter().map(wide).fold(0.0, f32::max).ceil() + space::S
    }

    fn labels_ui(&self, ui: &Ui, rect: Rect, grid: &Grid) {
        let t = ui.tokens();
        let painter = ui.painter();
        let font = theme::font(size::TICK);
        let top = rect.top() + 3.0;
        let rows = text_with("widget-heat-rows", &[("name", self.row_axis.into())]);
        let columns = text_with("widget-heat-columns", &[("name", self.column_axis.into())]);
        let left = painter.text(pos2(rect.left(), top), Align2::LEFT_TOP, rows, font.clone(), t.tertiary);
        let columns = painter.layout_no_wrap(columns, font, t.tertiary);
        let x = rect.right() - columns.size().x;
        if x > left.right() + space::S {
            painter.galley(pos2(x, top), columns, t.tertiary);
        }

        let tallest = 12.0;
        let every = (tallest / grid.step.y).ceil().max(1.0) as usize;
        for (row, label) in self.rows.iter().enumerate().step_by(every) {
            let y = grid.cell(row * grid.columns).center().y;
            let galley = truncated_tick(ui, t, label, grid.cells.left() - rect.left() - space::S + 1.0);
            let x = grid.cells.left() - space::S - galley.size().x;
            painter.galley(pos2(x, y - galley.size().y / 2.0), galley, t.tertiary);
        }
        // As many as fit side by side.
        let mut free = rect.left();
        for (column, label) in self.columns.iter().enumerate() {
            let galley = tick(ui, t, label);
            let middle = grid.cell(column).center().x;
            let left = (middle - galley.size().x / 2.0).min(rect.right() - galley.size().x);
            if left >= free {
                free = left + galley.size().x + space::XS;
                painter.galley(pos2(left, grid.cells.bottom() + 2.0), galley, t.tertiary);
            }
        }
    }

    /// The cell that the arrow keys have walked to while the map has the focus, and whether Enter or Space took it.
    fn keys(&self, ui: &Ui, response: &Response, start: usize) -> (Option<usize>, Option<usize>) {
        if !response.has_focus() || self.cells.is_empty() {
            return (None, None);
        }
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let columns = self.columns.len().max(1);
        let last = self.cells.len() - 1;
        let mut at = ui.data(|data| data.get_temp(response.id)).unwrap_or(start).min(last);
        let (right, down, taken) = ui.input(|input| {
            let pressed = |key| input.num_presses(key) as isize;
            let right = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
            let down = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
            (right, down, input.key_pressed(Key::Enter) || input.key_pressed(Key::Space))
        });
        let column = (at % columns).saturating_add_signed(right).min(columns - 1);
        let row = (at / columns).saturating_add_signed(down).min(last / columns);
        at = (row * columns + column).min(last);
        ui.data_mut(|data| data.insert_temp(response.id, at));
        (Some(at), taken.then_some(at))
    }
}

fn tick(ui: &Ui, t: &Tokens, label: &str) -> std::sync::Arc<egui::Galley> {
    ui.painter().layout_no_wrap(label.to_owned(), theme::font(size::TICK), t.tertiary)
}

fn truncated_tick(ui: &Ui, t: &Tokens, label: &str, width: f32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(label.to_owned(), theme::font(size::TICK), t.tertiary);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    ui.painter().layout_job(job)
}

/// One cell: its colour, its text where that fits, and a dot if none is better.
fn paint(ui: &Ui, t: &Tokens, place: Rect, cell: Option<(&HeatCell, Color32)>, best: bool) {
    let painter = ui.painter();
    let Some((cell, colour)) = cell else {
        painter.rect_filled(place, radius::BAR, t.control);
        return;
    };
    let ground = if cell.value.is_finite() { colour } else { t.hover };
    painter.rect_filled(place, radius::BAR, ground);
    let ink = if cell.value.is_finite() { t.ink_on(ground) } else { t.secondary };
    let galley = painter.layout_no_wrap(cell.text.clone(), semibold(size::CAPTION), ink);
    if galley.size().x + 4.0 <= place.width() && galley.size().y <= place.height() {
        painter.galley(place.center() - galley.size() / 2.0, galley, ink);
    }
    if best {
        let r = (place.height().min(place.width()) / 8.0).clamp(1.5, 2.5);
        painter.circle_filled(pos2(place.right() - 2.4 * r, place.top() + 2.4 * r), r, ink);
    }
}
