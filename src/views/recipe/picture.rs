//! A small picture of what a number is going to be over the training.

use eframe::egui::{Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::text::{number, text_with};
use crate::theme::{UiTokens as _, space};

/// Height of the picture.
const HEIGHT: f32 = 40.0;

/// A line over the steps of a training.
pub(super) struct Picture<'a> {
    /// What it shows.
    pub name: &'a str,
    /// Epochs of the training.
    pub epochs: usize,
    /// How high the line is, from 0 to 1, in a step of so many in all, with so many in an epoch.
    pub height: &'a dyn Fn(u64, u64, u64) -> f64,
    /// The number there, in words.
    pub words: &'a dyn Fn(u64, u64, u64) -> String,
    /// The share of the training that is done, and how high the line is there, while it trains.
    pub now: Option<(f64, f64)>,
}

impl Picture<'_> {
    pub fn show(&self, ui: &mut Ui) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, self.name));
        let tokens = ui.tokens();
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
        // As many steps as there are pixels: the picture does not need the real number of rows.
        let per_epoch = (rect.width() / self.epochs.max(1) as f32).ceil().max(1.0) as u64;
        let steps = per_epoch * self.epochs.max(1) as u64;
        let room = rect.shrink2(vec2(0.0, 3.0));
        let place = |share: f32, height: f64| {
            pos2(room.left() + room.width() * share, room.bottom() - room.height() * height as f32)
        };
        let at = |step: u64| place(step as f32 / (steps - 1).max(1) as f32, (self.height)(step, steps, per_epoch));
        let stride = (steps / rect.width().max(1.0) as u64).max(1);
        let line = (0..steps).step_by(stride as usize).map(at).collect();
        ui.painter().add(Shape::line(line, Stroke::new(1.5, tokens.secondary)));
        if let Some((share, height)) = self.now {
            let now = place(share as f32, height);
            ui.painter().vline(now.x, rect.y_range(), Stroke::new(1.0, tokens.hairline));
            ui.painter().circle_filled(now, space::XS, tokens.text);
        }
        let pointer = response.hover_pos();
        response.on_hover_ui(|ui| {
            let Some(pointer) = pointer else { return };
            let share = ((pointer.x - room.left()) / room.width()).clamp(0.0, 1.0);
            let step = ((steps - 1) as f32 * share) as u64;
            let epoch = number::fixed(f64::from(share * self.epochs as f32), 1);
            let words = (self.words)(step, steps, per_epoch);
            ui.label(text_with("recipe-schedule-at", &[("epoch", epoch.into()), ("rate", words.into())]));
        });
    }
}
