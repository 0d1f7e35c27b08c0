//! Notices that stack where no control lies below them, and leave by themselves.
//! Painted by egui's own parts, so that they have names for accessibility and need no symbols from a font.

use std::time::Duration;

use eframe::egui::{self, Align2, Area, Frame, Id, Label, LayerId, Order, Rect, Ui, Vec2, vec2};

use crate::text::{Phrase, text, text_with};
use crate::theme::{Icon, UiTokens as _, radius, space, title};
use crate::widgets::clear_place::{controls, is_clear, lowest_clear};
use crate::widgets::{IconButton, dot_ui};

/// Notices on the screen.
///
/// A notice may offer to take back what it tells of: `T` says what that is.
#[derive(Clone, Debug)]
pub struct Toasts<T> {
    shown: Vec<Toast<T>>,
    /// Where they were drawn last, as long as some are on the screen.
    place: Option<Rect>,
    /// How large they are together.
    size: Vec2,
}

/// What kind of notice it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// Something was done.
    Done,
    /// Something could not be done.
    Fault,
}

#[derive(Clone, Debug)]
struct Toast<T> {
    kind: ToastKind,
    message: Phrase,
    /// What takes it back.
    back: Option<T>,
    left: Duration,
}

/// Width of the words.
const WIDTH: f32 = 360.0;

/// Notices beyond this many push the oldest out.
const AT_ONCE: usize = 5;

impl<T> Default for Toasts<T> {
    fn default() -> Self {
        Self { shown: Vec::new(), place: None, size: Vec2::ZERO }
    }
}

impl<T> Toasts<T> {
    /// Adds a notice; one that is on the screen already is shown for longer instead.
    pub fn add(&mut self, kind: ToastKind, message: Phrase, back: Option<T>) {
        // What is longer takes longer to read, and what can be taken back to think about.
        let lines = message.to_string().lines().count() as u64;
        let left = Duration::from_secs(match kind {
            ToastKind::Fault => 9 + 3 * lines,
            ToastKind::Done if back.is_some() => 8,
            ToastKind::Done => 4,
        });
        if let Some(same) = self.shown.iter_mut().find(|toast| toast.message == message) {
            same.left = left;
            return;
        }
        self.shown.push(Toast { kind, message, back, left });
        if self.shown.len() > AT_ONCE {
            self.shown.remove(0);
        }
    }

    /// Draws them over everything else, and tells what is to be taken back. Time stands still while the pointer is on one.
    pub fn show(&mut self, ui: &Ui) -> Option<T> {
        if self.shown.is_empty() {
            self.place = None;
            return None;
        }
        let id = Id::unique("toasts");
        let place = self.clear_place(ui, LayerId::new(Order::Foreground, id));
        let mut pressed = None;
        let area = Area::new(id)
            .order(Order::Foreground)
            .pivot(Align2::LEFT_BOTTOM)
            .fixed_pos(place.left_bottom())
            .constrain(true)
            .show(ui.ctx(), |ui| {
                ui.spacing_mut().item_spacing.y = space::S;
                for (at, toast) in self.shown.iter().enumerate() {
                    let how = toast_ui(ui, WIDTH, toast.kind, &toast.message.words(), toast.back.is_some());
                    pressed = how.map(|how| (at, how)).or(pressed);
                }
            });
        let size = area.response.rect.size();
        if self.size != size {
            // Only what has grown upwards can stay where it is.
            self.place = self.place.filter(|_| (self.size.x - size.x).abs() < 1.0);
            self.size = size;
            ui.ctx().request_discard("the size of the notices is known now");
        }
        if !area.response.contains_pointer() {
            let passed = Duration::from_secs_f32(ui.input(|input| input.unstable_dt).min(0.5));
            for toast in &mut self.shown {
                toast.left = toast.left.saturating_sub(passed);
            }
        }
        let gone = pressed.map(|(at, how)| (self.shown.remove(at), how));
        self.shown.retain(|toast| !toast.left.is_zero());
        // Only when the next one leaves does anything change by itself.
        if let Some(next) = self.shown.iter().map(|toast| toast.left).min() {
            ui.ctx().request_repaint_after(next.min(Duration::from_millis(250)));
        }
        gone.filter(|(_, how)| *how == Pressed::Back)?.0.back
    }
}

impl<T> Toasts<T> {
    /// They stay where they are while nothing comes to lie below them.
    fn clear_place(&mut self, ui: &Ui, own: LayerId) -> Rect {
        let room = ui.ctx().content_rect().shrink(space::M);
        let controls = controls(ui.ctx(), &[own]);
        let kept = self.place.map(|place| Rect::from_min_size(place.left_bottom() - vec2(0.0, self.size.y), self.size));
        let place = kept.filter(|place| is_clear(*place, room, &controls));
        let place = place.unwrap_or_else(|| lowest_clear(self.size, room, &controls));
        self.place = Some(place);
        place
    }
}

/// What was pressed on a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// It is to be closed.
    Close,
    /// What it tells of is to be taken back.
    Back,
}

/// Its words wrap at `width`; `back` offers to take back what it tells of.
pub(super) fn toast_ui(ui: &mut Ui, width: f32, kind: ToastKind, words: &str, back: bool) -> Option<Pressed> {
    let tokens = ui.tokens();
    let colour = if kind == ToastKind::Done { tokens.good } else { tokens.bad };
    let frame = Frame::new()
        .fill(tokens.control)
        .stroke(egui::Stroke::new(1.0, tokens.hairline))
        .corner_radius(radius::CONTROL)
        .inner_margin(space::S);
    frame
        .show(ui, |ui| {
            let parts = |ui: &mut Ui| {
                dot_ui(ui, colour);
                ui.scope(|ui| {
                    ui.set_max_width(width);
                    // What several lines are about stands above them, and each is a line of its own.
                    match words.split_once('\n') {
                        None => drop(ui.add(Label::new(words).wrap())),
                        Some((about, lines)) => {
                            ui.vertical(|ui| {
                                ui.spacing_mut().item_spacing.y = space::XS;
                                ui.add(Label::new(title(about)).wrap());
                                for line in lines.lines() {
                                    ui.add(Label::new(line).wrap());
                                }
                            });
                        }
                    }
                });
                let taken_back = back && ui.button(text("widget-take-back")).clicked();
                let name = text_with("widget-remove", &[("name", words.into())]);
                let closed = ui.add(IconButton::new(Icon::Close, &name)).clicked();
                if taken_back { Some(Pressed::Back) } else { closed.then_some(Pressed::Close) }
            };
            // A button is taller than a line of words.
            if back { ui.horizontal(parts).inner } else { ui.horizontal_top(parts).inner }
        })
        .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_notice_stands_once_and_the_oldest_make_room() {
        let mut toasts = Toasts::<()>::default();
        toasts.add(ToastKind::Done, "saved".into(), None);
        toasts.add(ToastKind::Done, "saved".into(), None);
        assert_eq!(toasts.shown.len(), 1);
        for i in 0..AT_ONCE {
            toasts.add(ToastKind::Fault, Phrase::plain(i), None);
        }
        assert_eq!(toasts.shown.len(), AT_ONCE);
        assert!(toasts.shown.iter().all(|toast| toast.message != Phrase::from("saved")));
    }
}
