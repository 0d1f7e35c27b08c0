//! The first words, beside what they speak of. A panel tells where that is; a word goes once its advice is followed.
//! One is said at a time: in a small window several would lie over each other.

use eframe::egui::{self, Area, Frame, Id, Label, Order, Rect, Stroke, Ui, pos2, vec2};

use crate::command::{Commands, WindowCommand};
use crate::state::{State, Tip, Workspace};
use crate::text::{text, text_with};
use crate::theme::{Icon, UiTokens as _, radius, space, title};
use crate::widgets::IconButton;

/// Width of a word.
const WIDTH: f32 = 218.0;

/// Width of the one beside the bar, which has little height.
const WIDE: f32 = 240.0;

/// Half the width of the beak that points at the thing, and its length.
const BEAK: f32 = 7.0;

/// How far below the bar the middle of a word stands that hangs from it, and how far left of its right edge it points up.
const BELOW: f32 = 52.0;
const UP: f32 = 40.0;

/// How long **Distil** glows at the first start, in seconds.
const GLOW: f64 = 3.0;

/// Tells where the thing is that a word speaks of.
pub(super) fn mark(ui: &Ui, tip: Tip, rect: Rect) {
    let frame = ui.ctx().cumulative_frame_nr();
    ui.data_mut(|data| data.insert_temp(Id::unique(("tip", tip)), (frame, rect)));
}

/// A ring of light around a button that swells and goes, in the first seconds.
pub(super) fn glow_ui(ui: &Ui, state: &State, rect: Rect) {
    let since = ui.input(|input| input.time);
    if !state.window.greeting.has(Tip::Distil) || since > GLOW {
        return;
    }
    let strength = (since * std::f64::consts::TAU / 1.5).sin().abs() as f32;
    let colour = ui.tokens().teacher.gamma_multiply(0.25 + 0.6 * strength);
    let ring = rect.expand(2.0 + 2.0 * strength);
    ui.painter().rect_stroke(ring, radius::CONTROL + 2, Stroke::new(2.0, colour), egui::StrokeKind::Outside);
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(33));
}

/// The next of the words that are still to be said.
pub fn tips_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    // The words are about the first picture; elsewhere they would cover what they do not speak of.
    let elsewhere = state.window.workspace != Workspace::Lab;
    if state.window.greeting.is_over() || elsewhere || state.window.palette.is_some() || state.window.shows_shortcuts {
        return;
    }
    let marked = |tip: Tip| -> Option<(Tip, Rect)> {
        let (frame, place): (u64, Rect) = ui.data(|data| data.get_temp(Id::unique(("tip", tip))))?;
        // What is not on the screen in this frame is not spoken of.
        (frame == ui.ctx().cumulative_frame_nr()).then_some((tip, place))
    };
    if let Some((tip, place)) = Tip::ALL.into_iter().filter(|tip| state.window.greeting.has(*tip)).find_map(marked) {
        let is_of_texts = state.lens_view().is_some_and(|view| view.probe.texts.rows() > 0);
        tip_ui(ui, tip, is_of_texts, place, commands);
    }
}

/// Where a word stands: the point it points at, and whether it lies to the left of that. What it speaks of is beside it, never
/// below it.
fn anchor(tip: Tip, of: Rect) -> (egui::Pos2, bool) {
    match tip {
        // Below the bar, under what it speaks of.
        Tip::Lessons => (pos2(of.right() + space::S, of.bottom() + BELOW), true),
        Tip::Lens => (pos2(of.left() - space::S, of.center().y), true),
        Tip::Distil | Tip::Recipe => (pos2(of.right() + space::S, of.center().y), false),
    }
}

fn tip_ui(ui: &Ui, tip: Tip, is_of_texts: bool, of: Rect, commands: &Commands) {
    let key = match tip {
        Tip::Lessons => "tip-lessons",
        Tip::Distil => "tip-distil",
        Tip::Lens if is_of_texts => "tip-lens-text",
        Tip::Lens => "tip-lens",
        Tip::Recipe => "tip-recipe",
    };
    let (point, to_left) = anchor(tip, of);
    let (pivot, shift) = if to_left { (egui::Align2::RIGHT_CENTER, -BEAK) } else { (egui::Align2::LEFT_CENTER, BEAK) };
    let tokens = ui.tokens();
    Area::new(Id::unique(("tip area", tip)))
        .order(Order::Middle)
        .pivot(pivot)
        .fixed_pos(point + vec2(shift, 0.0))
        .constrain(true)
        .show(ui.ctx(), |ui| {
            let frame = Frame::new().fill(tokens.text).corner_radius(radius::CONTROL).inner_margin(egui::Margin {
                left: 12,
                right: 6,
                top: 6,
                bottom: 10,
            });
            let shown = frame.show(ui, |ui| {
                ui.set_width(if matches!(tip, Tip::Distil | Tip::Lessons) { WIDE } else { WIDTH });
                ui.spacing_mut().item_spacing.y = 2.0;
                let ink = tokens.window;
                ui.horizontal(|ui| {
                    ui.add(Label::new(title(text(key)).color(ink)).selectable(false));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        let name = text_with("widget-remove", &[("name", text(key).into())]);
                        if ui.add(IconButton::new(Icon::Close, &name).ink(ink)).clicked() {
                            commands.send(WindowCommand::TipDone(tip));
                        }
                    });
                });
                let words = text(&format!("{key}-hint"));
                ui.add(Label::new(egui::RichText::new(words).color(ink)).selectable(false).wrap());
            });
            let edge = shown.response.rect;
            let side = vec2(0.0, BEAK);
            let base = pos2(if to_left { edge.right() } else { edge.left() }, point.y);
            let beak = if tip == Tip::Lessons {
                let (foot, wide) = (pos2(edge.right() - UP, edge.top()), vec2(BEAK, 0.0));
                vec![foot - side, foot + wide, foot - wide]
            } else {
                vec![point, base + side, base - side]
            };
            ui.painter().add(egui::Shape::convex_polygon(beak, tokens.text, Stroke::NONE));
        });
}
