//! Probabilities guessed by hand: ghost bars that are dragged, then the truth over them with the gap shaded.

use eframe::egui::{
    Align2, Color32, CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Action, pos2, vec2,
};

use super::slider::asked_value;
use super::{arrows, focus_ring};
use crate::text::{number, text_with};
use crate::theme::{self, UiTokens as _, radius, size, space};

/// Ghost bars.
#[derive(Clone, Debug)]
pub struct GuessBars<'a> {
    /// What they are of.
    pub name: &'a str,
    /// The names of the classes.
    pub classes: &'a [String],
    /// A probability each.
    pub guess: &'a [f64],
    /// The truth, once it is known.
    pub truth: Option<&'a [f64]>,
    /// What the rest of the classes is called.
    pub rest: &'a str,
    /// The colour of the truth.
    pub colour: Color32,
}

const NAME: f32 = 15.0;
const BAR: f32 = 16.0;
const NUMBER: f32 = 52.0;
/// The same where the truth stands beside the guess.
const BOTH: f32 = 112.0;
/// How far an arrow key drags a bar.
const NUDGE: f64 = 0.01;

impl GuessBars<'_> {
    /// Shows them; which was dragged, and where to.
    pub fn show(&self, ui: &mut Ui) -> Option<(usize, f64)> {
        let mut dragged = None;
        ui.spacing_mut().item_spacing.y = space::XS;
        for (class, name) in self.classes.iter().enumerate() {
            let truth = self.truth.and_then(|truth| truth.get(class)).copied();
            let to = self.bar_ui(ui, class, name, self.guess[class], truth);
            dragged = dragged.or(to.map(|to| (class, to)));
        }
        let left = |p: &[f64]| (1.0 - p.iter().sum::<f64>()).max(0.0);
        let t = ui.tokens();
        let words = match self.truth {
            Some(truth) => format!("{}  {} → {}", self.rest, percent(left(self.guess)), percent(left(truth))),
            None => format!("{}  {}", self.rest, percent(left(self.guess))),
        };
        ui.label(theme::caption(words).color(t.secondary));
        dragged
    }

    fn bar_ui(&self, ui: &mut Ui, class: usize, name: &str, guess: f64, truth: Option<f64>) -> Option<f64> {
        let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), NAME + BAR), Sense::hover());
        let t = ui.tokens();
        let painter = ui.painter();
        let small = theme::font(size::CAPTION);
        let beside = if truth.is_some() { BOTH } else { NUMBER };
        painter.text(row.left_top(), Align2::LEFT_TOP, name, small.clone(), t.text);
        let rail = Rect::from_min_max(pos2(row.left(), row.bottom() - BAR), pos2(row.right() - beside, row.bottom()));
        painter.rect_filled(rail, radius::BAR, t.control);
        let x = |p: f64| rail.left() + p.clamp(0.0, 1.0) as f32 * rail.width();
        let bar = |from: f64, to: f64| Rect::from_x_y_ranges(x(from)..=x(to), rail.y_range()).shrink2(vec2(0.0, 2.0));
        if let Some(truth) = truth {
            painter.rect_filled(bar(0.0, truth), radius::BAR, self.colour);
            // What lies between both.
            let gap = bar(guess.min(truth), guess.max(truth));
            painter.rect_filled(gap, 0.0, t.doubtful.gamma_multiply(0.35));
        }
        let ghost = bar(0.0, guess);
        if truth.is_none() {
            painter.rect_filled(ghost, radius::BAR, t.secondary.gamma_multiply(0.3));
        }
        painter.rect_stroke(ghost, radius::BAR, Stroke::new(1.5, t.text), StrokeKind::Inside);
        let numbers = match truth {
            Some(truth) => format!("{} → {}", percent(guess), percent(truth)),
            None => percent(guess),
        };
        painter.text(pos2(row.right(), rail.center().y), Align2::RIGHT_CENTER, numbers, small, t.text);

        let id = ui.scope_id().with((self.name, class));
        let sense = if truth.is_none() { Sense::click_and_drag() } else { Sense::hover() };
        let response = ui.interact(rail.expand2(vec2(4.0, 2.0)), id, sense);
        let words = text_with("lesson-guess-bar", &[("class", name.into())]);
        let enabled = ui.is_enabled() && truth.is_none();
        if truth.is_none() {
            response.widget_info(|| WidgetInfo::slider(enabled, guess, &words));
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.add_action(Action::SetValue);
                node.set_min_numeric_value(0.0);
                node.set_max_numeric_value(1.0);
            });
        } else {
            response.widget_info(|| WidgetInfo::labeled(Role::Label, enabled, &words));
        }
        focus_ring(ui, &response, ghost);
        if truth.is_some() {
            return None;
        }
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
            painter.vline(x(guess), rail.y_range(), Stroke::new(3.0, t.text));
        }
        if let Some(to) = asked_value(ui, &response) {
            return Some(to);
        }
        if let Some(pointer) = response.interact_pointer_pos() {
            return Some(f64::from((pointer.x - rail.left()) / rail.width().max(1.0)).clamp(0.0, 1.0));
        }
        let steps = f64::from(arrows::steps(ui, &response));
        (steps != 0.0).then(|| (guess + steps * NUDGE).clamp(0.0, 1.0))
    }
}

/// As many digits as a hand can mean, and more where there is next to nothing.
fn percent(p: f64) -> String {
    let digits = if p > 0.0 && p < 0.001 { 3 } else { usize::from(p < 0.0995) };
    text_with("widget-percent", &[("value", number::fixed(100.0 * p, digits).into())])
}
