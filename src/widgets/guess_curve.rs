//! A curve guessed by hand: drawn with the pointer, then the truth over it with the gap shaded.

use eframe::egui::{
    Align2, Color32, CursorIcon, Key, Mesh, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Action, pos2, vec2,
};

use super::slider::asked_value;
use crate::text::number;
use crate::theme::{self, UiTokens as _, radius, size, space};

/// A ghost curve.
#[derive(Clone, Debug)]
pub struct GuessCurve<'a> {
    /// The name for accessibility, with what it is of.
    pub name: &'a str,
    /// A number a point; none where nothing is drawn yet.
    pub guess: &'a [Option<f64>],
    /// The truth, once it is known.
    pub truth: Option<&'a [f64]>,
    /// The largest value.
    pub top: f64,
    /// What stands below the axis, and at which share of its width.
    pub ticks: Vec<(f32, String)>,
    /// What is said while nothing is drawn.
    pub hint: &'a str,
    /// The colour of the truth.
    pub colour: Color32,
}

const HEIGHT: f32 = 132.0;
const AXIS: f32 = 36.0;
const BELOW: f32 = 18.0;
/// How near to an edge a hand means it, as a share of the width.
const EDGE: f32 = 0.06;

impl GuessCurve<'_> {
    /// Shows it; the stretch that was drawn, between two points.
    pub fn show(&self, ui: &mut Ui) -> Option<((usize, f64), (usize, f64))> {
        let (all, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT + BELOW), Sense::hover());
        let plot =
            Rect::from_min_max(pos2(all.left() + AXIS, all.top() + 4.0), pos2(all.right() - 4.0, all.bottom() - BELOW));
        let t = ui.tokens();
        let small = theme::font(size::CAPTION);
        let painter = ui.painter();
        painter.rect_filled(plot, radius::BAR, t.control);
        for share in [0.0_f32, 0.5, 1.0] {
            let y = plot.bottom() - share * plot.height();
            painter.hline(plot.x_range(), y, Stroke::new(1.0, t.hairline));
            let words = number::significant(f64::from(share) * self.top, 2);
            painter.text(pos2(plot.left() - space::XS, y), Align2::RIGHT_CENTER, words, small.clone(), t.secondary);
        }
        for (share, words) in &self.ticks {
            let share = *share;
            let align = match share {
                ..0.05 => Align2::LEFT_TOP,
                0.95.. => Align2::RIGHT_TOP,
                _ => Align2::CENTER_TOP,
            };
            painter.text(
                pos2(plot.left() + share * plot.width(), plot.bottom() + 2.0),
                align,
                words,
                small.clone(),
                t.secondary,
            );
        }
        let last = self.guess.len().saturating_sub(1).max(1);
        let place = |at: usize, y: f64| {
            let share = (y / self.top).clamp(0.0, 1.0) as f32;
            pos2(plot.left() + at as f32 / last as f32 * plot.width(), plot.bottom() - share * plot.height())
        };
        if let Some(truth) = self.truth {
            let shade = t.doubtful.gamma_multiply(0.3);
            for at in 0..last {
                if let (Some(a), Some(b)) = (self.guess[at], self.guess[at + 1]) {
                    let mut mesh = Mesh::default();
                    for corner in [place(at, a), place(at + 1, b), place(at + 1, truth[at + 1]), place(at, truth[at])] {
                        mesh.colored_vertex(corner, shade);
                    }
                    mesh.add_triangle(0, 1, 2);
                    mesh.add_triangle(0, 2, 3);
                    painter.add(Shape::mesh(mesh));
                }
            }
            let line = truth.iter().enumerate().map(|(at, y)| place(at, *y)).collect();
            painter.add(Shape::line(line, Stroke::new(2.5, self.colour)));
        }
        let mut stretch = Vec::new();
        for (at, y) in self.guess.iter().enumerate() {
            match y {
                Some(y) => stretch.push(place(at, *y)),
                None => painter_line(painter, std::mem::take(&mut stretch), t.text),
            }
        }
        painter_line(painter, stretch, t.text);
        if self.truth.is_none() && self.guess.iter().all(Option::is_none) {
            painter.text(plot.center(), Align2::CENTER_CENTER, self.hint, small, t.secondary);
        }
        if self.truth.is_some() {
            let response = ui.interact(plot, ui.scope_id().with(self.name), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, self.name));
            return None;
        }
        self.draw_ui(ui, plot)
    }

    /// Drawing by hand; by keys, arrows raise and lower all of it.
    fn draw_ui(&self, ui: &Ui, plot: Rect) -> Option<((usize, f64), (usize, f64))> {
        let response = ui.interact(plot, ui.scope_id().with(self.name), Sense::click_and_drag());
        let last = self.guess.len().saturating_sub(1);
        let level = self.guess.iter().flatten().next_back().copied().unwrap_or(0.0);
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::slider(enabled, level, self.name));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.add_action(Action::SetValue);
            node.set_min_numeric_value(0.0);
            node.set_max_numeric_value(self.top);
        });
        if response.has_focus() {
            ui.painter().rect_stroke(plot, radius::BAR, Stroke::new(1.5, ui.tokens().text), StrokeKind::Outside);
        }
        if response.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
        // Without a pointer the curve is a level one, moved up and down.
        let asked = asked_value(ui, &response);
        let pressed = || {
            let filter = eframe::egui::EventFilter { vertical_arrows: true, ..Default::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
            ui.input(|input| input.num_presses(Key::ArrowUp) as f64 - input.num_presses(Key::ArrowDown) as f64)
        };
        let nudged = if response.has_focus() { pressed() } else { 0.0 };
        let asked = asked.or((nudged != 0.0).then(|| level + nudged * self.top / 20.0));
        if let Some(to) = asked {
            let to = to.clamp(0.0, self.top);
            return Some(((0, to), (last, to)));
        }
        let pen = response.id.with("pen");
        let Some(pointer) = response.interact_pointer_pos() else {
            ui.data_mut(|data| data.remove_temp::<eframe::egui::Pos2>(pen));
            return None;
        };
        // From where the pen was: what is moved before a press counts as a drag is drawn, too.
        let press = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
        let from = ui.data(|data| data.get_temp(pen)).unwrap_or(press);
        ui.data_mut(|data| data.insert_temp(pen, pointer));
        let at = |place: eframe::egui::Pos2| {
            let along = ((place.x - plot.left()) / plot.width().max(1.0)).clamp(0.0, 1.0);
            let up = ((plot.bottom() - place.y) / plot.height().max(1.0)).clamp(0.0, 1.0);
            // An edge that is nearly reached is meant.
            let along = match along {
                ..EDGE => 0.0,
                along if along > 1.0 - EDGE => 1.0,
                along => along,
            };
            ((along * last as f32).round() as usize, f64::from(up) * self.top)
        };
        Some((at(from), at(pointer)))
    }
}

fn painter_line(painter: &eframe::egui::Painter, points: Vec<eframe::egui::Pos2>, ink: Color32) {
    match points[..] {
        [] => {}
        [only] => drop(painter.circle_filled(only, 2.0, ink)),
        _ => painter.extend(Shape::dashed_line(&points, Stroke::new(2.0, ink), 5.0, 3.0)),
    }
}
