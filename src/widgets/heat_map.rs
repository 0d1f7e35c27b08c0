//! A metric over two swept fields: a cell for each pair of their values; the better it is, the more it comes forward.
//! Cells are clicked, or walked over with the arrow keys; the best ones bear a dot, and a dashed line parts those that beat
//! what they are measured against from the rest.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use eframe::egui::{
    self, Align2, Color32, Galley, Key, Mesh, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{
    focus_ring,
    plot_key::{BEFORE, KeyMark, PlotKey, key_words},
    scale::Scale,
    scale_legend::{ScaleKind, ScaleLegend, ScaleMark},
    ticks::evenly,
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
    /// The metric of what it is measured against.
    pub baseline: Option<f64>,
    /// Whether it is chosen, or belongs to what is.
    pub lit: bool,
}

/// A heat map.
#[derive(Clone, Copy)]
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
    /// The exact value of a cell and what it rests on; asked only of what is looked at.
    pub hover: &'a dyn Fn(usize) -> String,
    /// What cells are measured against, by name.
    pub baseline: &'a str,
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
/// The values of the columns, and what they are.
const LINE: f32 = 14.0;
/// A column that is at least so wide has its name in two lines where that is a word too long for one.
const FOR_WORDS: f32 = 36.0;
/// Between the map and its legend.
const BELOW: f32 = 4.0;
const TALLEST: f32 = 56.0;
/// A cell is at least so tall; where there is less room for all of them, the map is taller than it was asked to be.
const LEAST: f32 = 4.0;
/// Height of a row's label.
const LABEL: f32 = 12.0;
/// Cells smaller than this have no room for a number.
const FOR_NUMBER: Vec2 = vec2(14.0, 14.0);

/// Where the cells are.
struct Grid {
    cells: Rect,
    columns: usize,
    rows: usize,
    step: Vec2,
    gap: f32,
}

impl Grid {
    /// Where a column begins, or the last one ends, in whole points: that keeps the gaps equal, and leaves none where there
    /// are to be none.
    fn x(&self, column: usize) -> f32 {
        (self.cells.left() + column as f32 * self.step.x).round()
    }

    fn y(&self, row: usize) -> f32 {
        (self.cells.top() + row as f32 * self.step.y).round()
    }

    fn cell(&self, index: usize) -> Rect {
        let (row, column) = (index / self.columns, index % self.columns);
        let (right, bottom) = (self.x(column + 1) - self.gap, self.y(row + 1) - self.gap);
        Rect::from_min_max(pos2(self.x(column), self.y(row)), pos2(right, bottom))
    }

    fn radius(&self) -> u8 {
        if self.gap > 1.0 { radius::BAR } else { self.gap as u8 }
    }
}

/// The smaller cells are, the less room is between them; where they are a few points wide, none.
fn gap(step: f32) -> f32 {
    match step {
        ..12.0 => 0.0,
        ..20.0 => 1.0,
        ..30.0 => 2.0,
        _ => 3.0,
    }
}

impl HeatMap<'_> {
    /// Shows the map and, below it, what its colours mean.
    pub fn show(&self, ui: &mut Ui) -> HeatMapResponse {
        let t = ui.tokens();
        let (columns, rows) = (self.columns.len().max(1), self.rows.len().max(1));
        let legend = self.legend(t);
        let width = ui.available_width().max(80.0);
        let labels = self.label_width(ui).min(width * 0.4);
        let wide = (width - labels) / columns as f32;
        let (column_labels, lines) = self.column_labels(ui, wide);
        let foot = (lines + 1) as f32 * LINE + 2.0;
        let tall = match self.height {
            Some(height) => {
                let between = ui.spacing().item_spacing.y.max(BELOW);
                let legend = legend.map_or(0.0, |legend| legend.height() + between);
                ((height - HEADER - foot - legend) / rows as f32).min(wide.max(TALLEST))
            }
            None => wide.min(TALLEST),
        };
        let tall = tall.max(if self.height.is_some() { LEAST } else { 10.0 });
        let gap = gap(wide.min(tall));
        // The gap of the last column lies beyond the edge.
        let step = vec2((width - labels + gap) / columns as f32, tall);
        let size = vec2(width, HEADER + tall * rows as f32 + foot);
        let (rect, response) = ui.allocate_exact_size(size, Sense::focusable_noninteractive());
        let cells = Rect::from_min_max(rect.min + vec2(labels, HEADER), pos2(rect.right(), rect.bottom() - foot));
        let grid = Grid { cells, columns, rows, step, gap };
        let best = self.best();

        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(best.map_or_else(|| text("widget-heat-empty"), |best| self.words(best, true))),
            ..WidgetInfo::labeled(Role::Grid, enabled, self.name)
        });
        if ui.is_rect_visible(rect) {
            self.labels_ui(ui, rect, &grid, (&column_labels, lines));
            self.cells_ui(ui, &grid, legend.map(|legend| legend.scale), best);
            self.border_ui(ui, &grid);
        }
        let (walked, entered) = self.keys(ui, &response, best.unwrap_or(0));
        let (mut hovered, mut clicked) = (walked, entered);
        for (index, cell) in self.cells.iter().enumerate().take(columns * rows) {
            let place = grid.cell(index);
            let of_cell = ui.interact(place, response.id.with(index), Sense::CLICK);
            let is_best = self.is_best(index, best);
            let lit = cell.as_ref().is_some_and(|cell| cell.lit);
            of_cell.widget_info(|| WidgetInfo::selected(Role::GridCell, enabled, lit, self.words(index, is_best)));
            if of_cell.hovered() {
                hovered = Some(index);
            }
            if of_cell.clicked() {
                clicked = Some(index);
            }
            let edge = if walked == Some(index) && response.has_focus() {
                Some(Stroke::new(2.0, t.secondary))
            } else if lit {
                Some(Stroke::new(2.0, t.text))
            } else {
                of_cell.hovered().then(|| Stroke::new(1.0, t.text))
            };
            if let Some(edge) = edge {
                ui.painter().rect_stroke(place, grid.radius(), edge, StrokeKind::Outside);
            }
            self.tooltip(of_cell, index, is_best);
        }
        focus_ring(ui, &response, rect.shrink(2.0));
        if let Some(legend) = legend {
            ui.add_space(BELOW - ui.spacing().item_spacing.y.min(BELOW));
            legend.show(ui);
        }
        HeatMapResponse { response, hovered, clicked }
    }

    /// The scale that holds all values, and what they are measured against, with that marked on it.
    fn legend(&self, t: &Tokens) -> Option<ScaleLegend<'_>> {
        let all = || self.cells.iter().flatten();
        let against = Scale::fit(all().filter_map(|cell| cell.baseline), false);
        let ends = against.map(|scale| [scale.low(), scale.high()]);
        let scale = Scale::fit(all().map(|cell| cell.value).chain(ends.into_iter().flatten()), false)?;
        let kind = if self.lowest_is_best { ScaleKind::LowIsBest } else { ScaleKind::HighIsBest };
        let mark = against.map(|against| ScaleMark {
            name: self.baseline,
            low: against.low(),
            high: against.high(),
            colour: t.no_teacher,
        });
        Some(ScaleLegend { name: self.metric, scale, kind, written: self.written, mark })
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

    /// Whether a cell is better than what it is measured against, where both are known.
    fn beats(&self, index: usize) -> Option<bool> {
        let cell = self.cells.get(index)?.as_ref()?;
        let baseline = cell.baseline.filter(|baseline| baseline.is_finite() && cell.value.is_finite())?;
        Some(if self.lowest_is_best { cell.value < baseline } else { cell.value > baseline })
    }

    /// The pair of values, and what came of it.
    fn words(&self, index: usize, best: bool) -> String {
        let value = self.value(index, best).into();
        text_with("widget-heat-cell", &[("place", self.place(index).into()), ("value", value)])
    }

    fn value(&self, index: usize, best: bool) -> String {
        match self.cells.get(index).and_then(Option::as_ref) {
            Some(_) if best => text_with("widget-heat-best", &[("value", (self.hover)(index).into())]),
            Some(_) => (self.hover)(index),
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
        let wide = |row: &String| tick(ui, row).size().x;
        self.rows.iter().map(wide).fold(0.0, f32::max).ceil() + space::S
    }

    /// The values of the columns, and in how many lines: words that have no room beside each other are broken.
    fn column_labels(&self, ui: &Ui, wide: f32) -> (Vec<Arc<Galley>>, usize) {
        let whole: Vec<Arc<Galley>> = self.columns.iter().map(|label| tick(ui, label)).collect();
        let is_long = whole.iter().any(|label| label.size().x + space::XS > wide);
        let are_words =
            self.columns.iter().any(|label| label.chars().filter(|letter| letter.is_alphabetic()).count() > 2);
        if !(is_long && are_words && wide >= FOR_WORDS) {
            return (whole, 1);
        }
        (self.columns.iter().map(|label| wrapped_tick(ui, label, wide - space::XS, 2)).collect(), 2)
    }

    /// The names of both axes, each beside its values, and the values that have room.
    fn labels_ui(&self, ui: &Ui, rect: Rect, grid: &Grid, (labels, lines): (&[Arc<Galley>], usize)) {
        let t = ui.tokens();
        let painter = ui.painter();
        let font = theme::font(size::TICK);
        let top = rect.top() + 3.0;
        let mut left = rect.left();
        if !self.row_axis.is_empty() {
            let rows = text_with("widget-heat-rows", &[("name", self.row_axis.into())]);
            left = painter.text(pos2(left, top), Align2::LEFT_TOP, rows, font.clone(), t.tertiary).right();
        }
        self.keys_ui(ui, rect.with_max_y(rect.top() + HEADER).with_min_x(left + space::M));
        let columns = text_with("widget-heat-columns", &[("name", self.column_axis.into())]);
        let end = pos2(rect.right(), grid.cells.bottom() + 2.0 + lines as f32 * LINE);
        painter.text(end, Align2::RIGHT_TOP, columns, font, t.tertiary);

        // From the first value on, which is at the bottom.
        let every = (LABEL / grid.step.y).ceil().max(1.0) as usize;
        let room = grid.cells.left() - rect.left() - space::S + 1.0;
        for (row, label) in self.rows.iter().enumerate().rev().step_by(every) {
            let middle = grid.cell(row * grid.columns).center().y;
            let galley = wrapped_tick(ui, label, room, (grid.step.y / LABEL) as usize);
            let place = pos2(grid.cells.left() - space::S - galley.size().x, middle - galley.size().y / 2.0);
            painter.galley(place, galley, t.tertiary);
        }
        let place = |column: usize| {
            let wide = labels[column].size().x;
            let middle = grid.cell(column).center().x;
            (middle - wide / 2.0).min(rect.right() - wide).max(rect.left())
        };
        let fit = |a: usize, b: usize| lines > 1 || place(a) + labels[a].size().x + space::XS <= place(b);
        for column in evenly(labels.len(), fit) {
            let at = pos2(place(column), grid.cells.bottom() + 2.0);
            painter.galley(at, Arc::clone(&labels[column]), t.tertiary);
        }
    }

    /// What the dot and the line stand for, at the right end of `room`: as many of them as have room whole.
    fn keys_ui(&self, ui: &Ui, room: Rect) {
        let t = ui.tokens();
        let best = text("widget-heat-best-key");
        let has_border = (0..self.cells.len()).any(|index| self.beats(index).is_some());
        let mut right = room.right();
        for key in [
            has_border.then_some(PlotKey { name: self.baseline, colour: t.no_teacher, mark: KeyMark::Dashes }),
            self.best().map(|_| PlotKey { name: &best, colour: t.text, mark: KeyMark::Dot }),
        ] {
            let Some(key) = key else { continue };
            let words = key_words(ui, key.name);
            let place = room.with_max_x(right).with_min_x(right - BEFORE - words.size().x);
            if place.left() >= room.left() {
                key.paint(ui, place, words, t.secondary);
                right = place.left() - space::M;
            }
        }
    }

    /// The cells, their numbers where each of them has room, and the dots of the best.
    fn cells_ui(&self, ui: &Ui, grid: &Grid, scale: Option<Scale>, best: Option<usize>) {
        let t = ui.tokens();
        let kind = if self.lowest_is_best { ScaleKind::LowIsBest } else { ScaleKind::HighIsBest };
        let ground = |cell: &Option<HeatCell>| match (cell, scale) {
            (Some(cell), Some(scale)) if cell.value.is_finite() => kind.colour(t, scale.share(cell.value) as f32),
            (Some(_), _) => t.hover,
            (None, _) => t.control,
        };
        let painter = ui.painter();
        let shown = || self.cells.iter().enumerate().take(grid.columns * grid.rows);
        if grid.gap > 0.0 {
            for (index, cell) in shown() {
                painter.rect_filled(grid.cell(index), grid.radius(), ground(cell));
            }
        } else {
            // One shape: nothing of the panel shines through between its parts.
            let mut mesh = Mesh::default();
            for (index, cell) in shown() {
                mesh.add_colored_rect(grid.cell(index), ground(cell));
            }
            painter.add(Shape::mesh(mesh));
        }
        let ink =
            |cell: &HeatCell, ground: Color32| if cell.value.is_finite() { t.ink_on(ground) } else { t.secondary };
        for (index, galley, cell) in self.numbers(ui, grid) {
            let ink = ink(cell, ground(&self.cells[index]));
            let place = grid.cell(index).center() - galley.size() / 2.0;
            painter.galley_with_override_text_color(place, galley, ink);
        }
        for (index, cell) in shown().filter(|(index, _)| self.is_best(*index, best)) {
            let (Some(cell), place) = (cell, grid.cell(index)) else { continue };
            let least = place.width().min(place.height());
            let (at, r) = if least < FOR_NUMBER.x {
                (place.center(), (least * 0.3).max(1.0))
            } else {
                let r = (least / 8.0).clamp(1.5, 2.5);
                (pos2(place.right() - 2.4 * r, place.top() + 2.4 * r), r)
            };
            painter.circle_filled(at, r, ink(cell, ground(&self.cells[index])));
        }
    }

    /// The numbers of all cells, or none of them where one would not fit.
    fn numbers(&self, ui: &Ui, grid: &Grid) -> Vec<(usize, Arc<Galley>, &HeatCell)> {
        let room = grid.step - Vec2::splat(grid.gap);
        if room.x < FOR_NUMBER.x || room.y < FOR_NUMBER.y {
            return Vec::new();
        }
        let points = match room.min_elem() {
            ..44.0 => size::CAPTION,
            ..72.0 => size::BODY,
            _ => size::VALUE,
        };
        let cells = self.cells.iter().enumerate().take(grid.columns * grid.rows);
        let written = cells.filter_map(|(index, cell)| Some((index, cell.as_ref()?)));
        let mut all = Vec::new();
        for (index, cell) in written {
            let galley = ui.painter().layout_no_wrap(cell.text.clone(), semibold(points), Color32::PLACEHOLDER);
            if galley.size().x + 4.0 > room.x || galley.size().y > room.y {
                return Vec::new();
            }
            all.push((index, galley, cell));
        }
        all
    }

    /// The line between cells that beat what they are measured against and those that do not.
    fn border_ui(&self, ui: &Ui, grid: &Grid) {
        let t = ui.tokens();
        let at = |(column, row): Corner| pos2(grid.x(column), grid.y(row)) - Vec2::splat(grid.gap / 2.0);
        let paths = border(grid.columns, grid.rows, |index| self.beats(index));
        let paths: Vec<Vec<Pos2>> = paths.into_iter().map(|path| path.into_iter().map(at).collect()).collect();
        // A ground of its own, so that it is seen on every colour.
        for path in &paths {
            ui.painter().line(path.clone(), Stroke::new(4.0, t.panel));
        }
        for path in &paths {
            ui.painter().extend(Shape::dashed_line(path, Stroke::new(2.0, t.no_teacher), 6.0, 2.0));
        }
    }

    /// The cell that the arrow keys have walked to while the map has the focus, and whether Enter or Space took it.
    fn keys(&self, ui: &Ui, response: &Response, start: usize) -> (Option<usize>, Option<usize>) {
        if !response.has_focus() || self.cells.is_empty() {
            return (None, None);
        }
        let last = self.cells.len() - 1;
        let at = ui.data(|data| data.get_temp(response.id)).unwrap_or(start).min(last);
        let at = super::arrows::walked(ui, response, at, self.columns.len().max(1), last);
        let taken = ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space));
        ui.data_mut(|data| data.insert_temp(response.id, at));
        (Some(at), taken.then_some(at))
    }
}

/// A corner of cells: so many columns and rows before it.
type Corner = (usize, usize);

/// The lines along cells of which one has it and its neighbour has it not, as paths from corner to corner.
fn border(columns: usize, rows: usize, has: impl Fn(usize) -> Option<bool>) -> Vec<Vec<Corner>> {
    let cells: Vec<Option<bool>> = (0..columns * rows).map(has).collect();
    let differ = |a: usize, b: usize| cells[a].zip(cells[b]).is_some_and(|(a, b)| a != b);
    let mut edges: BTreeSet<(Corner, Corner)> = BTreeSet::new();
    let mut add = |from: Corner, to: Corner| {
        edges.insert((from, to));
        edges.insert((to, from));
    };
    for index in 0..columns * rows {
        let (column, row) = (index % columns, index / columns);
        if column > 0 && differ(index - 1, index) {
            add((column, row), (column, row + 1));
        }
        if row > 0 && differ(index - columns, index) {
            add((column, row), (column + 1, row));
        }
    }
    let mut paths = Vec::new();
    while let Some((from, to)) = edges.pop_first() {
        edges.remove(&(to, from));
        let mut path = VecDeque::from([from, to]);
        // On from both ends, as long as something leads on.
        for forwards in [true, false] {
            while let Some(end) = if forwards { path.back() } else { path.front() }.copied() {
                let Some(next) = edges.range((end, (0, 0))..).next().filter(|edge| edge.0 == end).map(|edge| edge.1)
                else {
                    break;
                };
                edges.remove(&(end, next));
                edges.remove(&(next, end));
                if forwards { path.push_back(next) } else { path.push_front(next) }
            }
        }
        paths.push(path.into());
    }
    paths
}

fn tick(ui: &Ui, label: &str) -> Arc<Galley> {
    ui.painter().layout_no_wrap(label.to_owned(), theme::font(size::TICK), ui.tokens().tertiary)
}

/// A label in as many lines as it needs and has: only a name that is too long for all of them is cut.
fn wrapped_tick(ui: &Ui, label: &str, width: f32, lines: usize) -> Arc<Galley> {
    let mut job = LayoutJob::single_section(
        label.to_owned(),
        egui::TextFormat {
            font_id: theme::font(size::TICK),
            color: ui.tokens().tertiary,
            ..egui::TextFormat::default()
        },
    );
    job.halign = egui::Align::LEFT;
    job.wrap = TextWrapping { max_rows: lines.max(1), ..TextWrapping::wrap_at_width(width) };
    ui.painter().layout_job(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_border_is_one_path_around_what_it_parts() {
        let of = |cells: &[u8]| border(3, 3, |index| (cells[index] != 9).then_some(cells[index] == 1));
        let around = of(&[0, 0, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(around.len(), 1);
        assert_eq!((around[0].len(), around[0].first()), (5, around[0].last()));
        let across = of(&[1, 0, 0, 1, 1, 0, 1, 0, 0]);
        assert_eq!(across, [vec![(1, 0), (1, 1), (2, 1), (2, 2), (1, 2), (1, 3)]]);
        assert!(of(&[1; 9]).is_empty() && of(&[0, 9, 1, 9, 9, 9, 9, 9, 9]).is_empty(), "nothing is known between them");
    }

    #[test]
    fn small_cells_touch_and_lie_on_whole_points() {
        let cells = Rect::from_min_max(pos2(10.0, 20.0), pos2(341.0, 261.0));
        for step in [4.0, 6.62, 7.99] {
            let grid = Grid { cells, columns: 50, rows: 40, step: Vec2::splat(step), gap: gap(step) };
            for index in 0..49 {
                assert!((grid.cell(index).right() - grid.cell(index + 1).left()).abs() < f32::EPSILON);
                assert!((grid.cell(index).left().fract()).abs() < f32::EPSILON);
            }
        }
        assert!(gap(12.0) > 0.0 && gap(40.0) > gap(12.0));
    }
}
