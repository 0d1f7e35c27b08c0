//! What a teacher is worth before anybody learns from it, on tiles.

use eframe::egui::{Ui, vec2};

use crate::protocol::Judgement;
use crate::text::{grouped, number, text, text_with};
use crate::theme::space;
use crate::widgets::{STAT_TILE, stat_tile_ui};

/// Fills the width.
pub(super) fn trial_ui(ui: &mut Ui, judgement: &Judgement) {
    let of = text_with("trial-of", &[("count", grouped(judgement.examples).into())]);
    let none = || text("board-none");
    let count = |errors: Option<u64>| errors.map_or_else(none, grouped);
    let tiles = [
        ("trial-errors", grouped(judgement.errors), of.as_str()),
        ("trial-chance", grouped(judgement.chance_errors), ""),
        ("trial-simple", count(judgement.simple_errors), ""),
        ("trial-ece", judgement.ece.map_or_else(none, |ece| number::fixed(ece, 3)), ""),
        ("trial-half", judgement.half_entropy.map_or_else(none, |t| number::significant(t, 3)), ""),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let many = tiles.len() as f32;
        let room = vec2(((ui.available_width() - (many - 1.0) * space::S) / many).floor(), STAT_TILE);
        for (key, value, unit) in &tiles {
            stat_tile_ui(ui, room, &text(key), value, unit).on_hover_text(text(&format!("{key}-hint")));
        }
    });
}
