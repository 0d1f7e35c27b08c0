//! Parts of the window that can be pointed at by name: each says where it is while it is drawn, and a ring is drawn around one.

use eframe::egui::{self, Id, LayerId, Order, Rect, Stroke, StrokeKind, Ui};

use crate::theme::{UiTokens as _, radius};

/// Seconds that a ring lasts.
pub const RING_LASTS: f64 = 2.4;

/// Frames that a part has to come into sight: it may be behind a tab, or folded away.
const PATIENCE: u64 = 8;

/// Lets a part be scrolled into sight in one of the next frames.
pub fn scroll_to(ctx: &egui::Context, name: &str) {
    let until = ctx.cumulative_frame_nr() + PATIENCE;
    ctx.data_mut(|data| data.insert_temp(Id::unique("sought part"), (name.to_owned(), until)));
}

/// Tells where the part of a name is in this frame.
pub fn mark(ui: &Ui, name: &str, rect: Rect) {
    let sought: Option<(String, u64)> = ui.data(|data| data.get_temp(Id::unique("sought part")));
    if sought.is_some_and(|(part, until)| part == name && ui.ctx().cumulative_frame_nr() <= until) {
        ui.data_mut(|data| data.remove_temp::<(String, u64)>(Id::unique("sought part")));
        ui.scroll_to_rect(rect, None);
        let frame = ui.ctx().cumulative_frame_nr();
        ui.data_mut(|data| data.insert_temp(Id::unique("found part"), (frame, rect)));
    }
    // What is scrolled away cannot be pointed at.
    let seen = rect.intersect(ui.clip_rect());
    if seen.is_positive() {
        let frame = ui.ctx().cumulative_frame_nr();
        ui.data_mut(|data| data.insert_temp(Id::unique(("part", name)), (frame, seen)));
    }
}

/// Lets an area that holds other scrolled areas follow: what is sought may have been taken by one within it.
pub fn scroll_along(ui: &Ui) {
    let found: Option<(u64, Rect)> = ui.data(|data| data.get_temp(Id::unique("found part")));
    if let Some((_, rect)) = found.filter(|(frame, _)| *frame == ui.ctx().cumulative_frame_nr()) {
        ui.scroll_to_rect(rect, None);
    }
}

/// Where the part of a name is, if this frame or one of the last two drew it.
pub fn place_of(ctx: &egui::Context, name: &str) -> Option<Rect> {
    let (frame, rect): (u64, Rect) = ctx.data(|data| data.get_temp(Id::unique(("part", name))))?;
    (frame + 2 >= ctx.cumulative_frame_nr()).then_some(rect)
}

/// Draws a ring around a part, `age` seconds after it was asked for; it takes no click.
pub fn ring_ui(ui: &Ui, name: &str, age: f64) {
    let Some(rect) = place_of(ui.ctx(), name).filter(|_| age < RING_LASTS) else { return };
    let strength = (age * std::f64::consts::TAU / 1.2).sin().abs() as f32;
    let fades = ((RING_LASTS - age) / 0.4).min(1.0) as f32;
    let colour = ui.tokens().teacher.gamma_multiply((0.45 + 0.55 * strength) * fades);
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Foreground, Id::unique("ring")));
    let ring = rect.expand(3.0 + 2.0 * strength);
    painter.rect_stroke(ring, radius::CONTROL + 2, Stroke::new(3.0, colour), StrokeKind::Outside);
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(33));
}
