//! A table of classes by classes: the stronger a cell's colour, the larger its share of its row. Cells are clicked or walked over.

use eframe::egui::{
    Align2, Color32, Key, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, text::LayoutJob,
    text::TextWrapping, vec2,
};

use super::{arrows, focus_ring};
use crate::theme::{self, UiTokens as _, size, space};

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixCell {
    /// How strong its colour is, 0 to 1.
    pub share: f32,
    /// What is written in it where there is room.
    pub text: String,
    /// Whether both classes are the same.
    pub on_diagonal: bool,
}

/// A table of classes by classes.
#[derive(Clone, Copy)]
pub struct ClassMatrix<'a> {
    /// The name for accessibility, and what tells two of these on one screen apart.
    pub name: &'a str,
    /// What the rows are.
    pub row_axis: &'a str,
    /// What the columns are.
    pub column_axis: &'a str,
    /// The names of the classes, of rows and columns alike.
    pub classes: &'a [String],
    /// Row by row; none where there is nothing to say.
    pub cells: &'a [Option<MatrixCell>],
    /// The colour of the largest share.
    pub colour: Color32,
    /// A cell in words.
    pub words: &'a dyn Fn(usize) -> String,
    /// How tall it is at most.
    pub height: f32,
}

const TITLE: f32 = 16.0;
const LARGEST: f32 = 56.0;
/// Cells smaller than this have no room for a number.
const FOR_NUMBER: f32 = 22.0;
const LEAST: f32 = 3.0;
/// What is far below the largest share is still told from nothing.
const GAMMA: f32 = 0.45;

impl ClassMatrix<'_> {
    /// Shows it; the cell that was clicked, or chosen with Enter.
    pub fn show(&self, ui: &mut Ui) -> Option<usize> {
        let count = self.classes.len().max(1);
        let wide = |name: &String| {
            ui.painter().layout_no_wrap(name.clone(), theme::font(size::TICK), Color32::PLACEHOLDER).size().x
        };
        let names = (self.classes.iter().map(wide).fold(wide(&self.row_axis.to_owned()), f32::max) + space::S)
            .min(ui.available_width() * 0.28);
        let head = TITLE + 14.0;
        let room = vec2(ui.available_width() - names, self.height - head);
        let side = (room.min_elem() / count as f32).clamp(LEAST, LARGEST);
        // Cells are as wide as there is room for, up to twice their height: numbers need width.
        let cell = vec2((room.x / count as f32).clamp(side, 2.0 * side), side);
        let total = vec2(names + cell.x * count as f32, head + cell.y * count as f32);
        let (rect, response) = ui.allocate_exact_size(total, Sense::click());
        let grid = Rect::from_min_size(rect.min + vec2(names, head), vec2(cell.x, cell.y) * count as f32);
        let at_pointer = |at: eframe::egui::Pos2| {
            let place = (at - grid.min) / cell;
            let inside = grid.contains(at);
            inside.then(|| (place.y as usize).min(count - 1) * count + (place.x as usize).min(count - 1))
        };
        let id = response.id;
        let held: Option<usize> = ui.data(|data| data.get_temp(id)).filter(|at| *at < self.cells.len());
        let has_focus = response.has_focus();
        let walk = |held: Option<usize>| arrows::walked(ui, &response, held.unwrap_or(0), count, count * count - 1);
        let walked = if has_focus { Some(walk(held)) } else { held };
        if walked != held {
            ui.data_mut(|data| data.insert_temp(id, walked.unwrap_or(0)));
        }
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo {
            current_text_value: walked.filter(|_| response.has_focus()).map(self.words),
            ..WidgetInfo::labeled(Role::Grid, enabled, self.name)
        });
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, grid, cell, count);
            if let Some(at) = walked.filter(|_| response.has_focus()) {
                let place = place_of(grid, cell, at, count);
                ui.painter().rect_stroke(place, 0.0, Stroke::new(2.0, ui.tokens().text), StrokeKind::Inside);
            }
            focus_ring(ui, &response, grid);
        }
        let hovered = response.hover_pos().and_then(at_pointer);
        if let Some(at) = hovered {
            let place = place_of(grid, cell, at, count);
            ui.painter().rect_stroke(place, 0.0, Stroke::new(1.5, ui.tokens().text), StrokeKind::Inside);
        }
        let by_pointer = response.clicked().then(|| response.interact_pointer_pos().and_then(at_pointer)).flatten();
        let entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let chosen = by_pointer.or(walked.filter(|_| entered));
        if let Some(at) = hovered {
            response.on_hover_text_at_pointer((self.words)(at));
        }
        chosen.filter(|at| self.cells.get(*at).is_some_and(Option::is_some))
    }

    fn paint(&self, ui: &Ui, rect: Rect, grid: Rect, cell: eframe::egui::Vec2, count: usize) {
        let t = ui.tokens();
        let painter = ui.painter();
        let small = theme::font(size::TICK);
        painter.text(pos2(grid.left(), rect.top()), Align2::LEFT_TOP, self.column_axis, small.clone(), t.tertiary);
        let beside = pos2(rect.left(), grid.top() - 14.0);
        painter.text(beside, Align2::LEFT_TOP, self.row_axis, small.clone(), t.tertiary);
        let named = |name: &str, width: f32| {
            let mut job = LayoutJob::simple_singleline(name.to_owned(), small.clone(), t.secondary);
            job.wrap = TextWrapping::truncate_at_width(width);
            painter.layout_job(job)
        };
        // Where rows are lower than letters, every second, third … has its name.
        let every = (12.0 / cell.y).ceil().max(1.0) as usize;
        let across = (14.0 / cell.x).ceil().max(1.0) as usize;
        for (at, name) in self.classes.iter().enumerate() {
            if at % every == 0 {
                let galley = named(name, grid.left() - rect.left() - space::XS);
                let y = grid.top() + (at as f32 + 0.5) * cell.y - galley.size().y / 2.0;
                painter.galley(pos2(grid.left() - space::XS - galley.size().x, y), galley, t.secondary);
            }
            if at % across == 0 {
                let galley = named(name, (cell.x * across as f32 - 1.0).max(8.0));
                let x = grid.left() + (at as f32 + 0.5) * cell.x - galley.size().x / 2.0;
                painter.galley(pos2(x, grid.top() - 14.0), galley, t.secondary);
            }
        }
        let gap = if cell.y >= 12.0 { 1.0 } else { 0.0 };
        for (at, found) in self.cells.iter().enumerate() {
            let place = place_of(grid, cell, at, count);
            let place = Rect::from_min_max(place.min, place.max - vec2(gap, gap));
            let Some(found) = found else {
                painter.rect_filled(place, 0.0, t.panel);
                continue;
            };
            let strength = if found.share.is_finite() { found.share.clamp(0.0, 1.0).powf(GAMMA) } else { 0.0 };
            // The diagonal is what everybody expects: it is grey, and what is off it has the colour.
            let full = if found.on_diagonal { t.tertiary } else { self.colour };
            let ground = t.control.lerp_to_gamma(full, strength);
            painter.rect_filled(place, 0.0, ground);
            if cell.y >= 15.0 && cell.x >= FOR_NUMBER && !found.text.is_empty() {
                let ink = t.ink_on(ground);
                let galley = painter.layout_no_wrap(found.text.clone(), theme::font(size::TICK), ink);
                if galley.size().x <= place.width() {
                    painter.galley(place.center() - galley.size() / 2.0, galley, ink);
                }
            }
        }
    }
}

fn place_of(grid: Rect, cell: eframe::egui::Vec2, at: usize, count: usize) -> Rect {
    let (row, column) = ((at / count) as f32, (at % count) as f32);
    let edge = |low: f32, step: f32, at: f32| (low + at * step).round();
    Rect::from_min_max(
        pos2(edge(grid.left(), cell.x, column), edge(grid.top(), cell.y, row)),
        pos2(edge(grid.left(), cell.x, column + 1.0), edge(grid.top(), cell.y, row + 1.0)),
    )
}
