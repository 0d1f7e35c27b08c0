//! A rail on which the snapshots of a training lie, one of which is on show: dragged, clicked, or walked with the arrow keys.

use eframe::egui::{Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{arrows, focus_ring};
use crate::theme::UiTokens as _;

/// A rail of steps.
#[derive(Clone, Copy, Debug)]
pub struct StepRail<'a> {
    /// The name for accessibility.
    pub name: &'a str,
    /// The steps that have a snapshot, rising.
    pub steps: &'a [u64],
    /// Which of them is on show.
    pub at: usize,
    /// The last step that there will be.
    pub last: u64,
}

const HANDLE: f32 = 7.0;
/// Ticks closer than this are a line.
const APART: f32 = 4.0;

impl StepRail<'_> {
    /// Shows it over all the width there is; the index of the step that was chosen.
    pub fn show(&self, ui: &mut Ui) -> Option<usize> {
        let room = vec2(ui.available_width().max(80.0), 2.0 * HANDLE + 6.0);
        let (rect, response) = ui.allocate_exact_size(room, Sense::click_and_drag());
        let (left, right) = (rect.left() + HANDLE, rect.right() - HANDLE);
        let last = self.last.max(self.steps.last().copied().unwrap_or(0)).max(1);
        let x = |step: u64| left + (step as f64 / last as f64) as f32 * (right - left);
        let step = self.steps.get(self.at).copied().unwrap_or(0);
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::slider(enabled, step as f64, self.name));
        let t = ui.tokens();
        let y = rect.center().y;
        let painter = ui.painter();
        painter.rect_filled(Rect::from_min_max(pos2(left, y - 2.0), pos2(right, y + 2.0)), 2.0, t.hover);
        painter.rect_filled(Rect::from_min_max(pos2(left, y - 2.0), pos2(x(step), y + 2.0)), 2.0, t.secondary);
        let mut drawn = f32::NEG_INFINITY;
        for known in self.steps {
            let at = x(*known);
            if at - drawn >= APART {
                painter.vline(at, (y + 4.0)..=(y + 7.0), Stroke::new(1.0, t.tertiary));
                drawn = at;
            }
        }
        painter.circle(pos2(x(step), y), HANDLE - 1.0, t.text, Stroke::new(2.0, t.panel));
        focus_ring(ui, &response, rect.shrink(2.0));
        if let Some(pointer) = response.interact_pointer_pos() {
            let wanted = f64::from(((pointer.x - left) / (right - left).max(1.0)).clamp(0.0, 1.0)) * last as f64;
            let nearest = (0..self.steps.len()).min_by(|a, b| {
                let far = |at: usize| (self.steps[at] as f64 - wanted).abs();
                far(*a).total_cmp(&far(*b))
            });
            return nearest.filter(|at| *at != self.at);
        }
        let by = arrows::steps(ui, &response) as isize;
        let to = self.at.saturating_add_signed(by).min(self.steps.len().saturating_sub(1));
        (to != self.at).then_some(to)
    }
}
