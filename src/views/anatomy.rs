//! The anatomy of the loss: what each term is, what it weighs, and what share of the gradient it really has.
//! T² makes the two gradients comparable only in the limit of high T; the measured share says what they are.

mod sum;

use eframe::egui::{Align, Frame, Label, Layout, Margin, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::explained;
use crate::state::State;
use crate::text::{Term, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, size, space, title};
use crate::training::report::Anatomy;
use crate::widgets::{STAT_TILE, Share, empty_state_ui, section_ui, stat_tile_ui, weight_bar_ui};
use sum::Sum;

/// Numbers of one line do not stand farther apart than this.
const MEASURE: f32 = 640.0;

/// Fills its tile.
pub fn anatomy_ui(ui: &mut Ui, state: &State) {
    ui.spacing_mut().item_spacing.y = 0.0;
    section_ui(ui, &text("anatomy-title"), false, |_| {}, |_| {});
    let run = state.focused().and_then(|job| Some((job, job.shown_run(state.lit_cell())?)));
    let Some((run, anatomy)) = run.and_then(|(job, run)| Some((run, job.anatomy.get(&run.run)?))) else {
        empty_state_ui(ui, Icon::Flask, &text("anatomy-empty"), &text("anatomy-empty-hint"), None);
        return;
    };
    let margin = Margin { left: space::M as i8, right: space::M as i8, top: 4, bottom: space::M as i8 };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        ui.set_max_width(MEASURE.min(ui.available_width()));
        let args = [("run", run.run.to_string().into()), ("step", anatomy.step.into())];
        explained(ui.add(Label::new(caption(text_with("anatomy-of", &args))).selectable(false)), &[Term::Step]);
        terms_ui(ui, anatomy);
        ui.add_space(space::S);
        gradient_ui(ui, anatomy);
    });
}

/// Raw, factor and weighted, of both terms, and what they add up to.
fn terms_ui(ui: &mut Ui, anatomy: &Anatomy) {
    let tokens = ui.tokens();
    row_ui(ui, |ui, column| {
        let key = ["anatomy-term", "anatomy-raw", "anatomy-factor", "anatomy-weighted"][column];
        let head = ui.add(Label::new(caption(text(key))).selectable(false));
        if column == 0 {
            explained(head, &[Term::TotalLoss]);
        } else {
            head.on_hover_text(text(&format!("{key}-hint")));
        }
    });
    let sum = Sum::of(anatomy);
    let rows = [("anatomy-soft", Term::SoftLoss, tokens.teacher), ("anatomy-hard", Term::HardLoss, tokens.label)];
    for ((key, term, colour), values) in rows.into_iter().zip(sum.terms) {
        row_ui(ui, |ui, column| {
            let Some(value) = values.get(column.wrapping_sub(1)) else {
                let name = title(text(key)).color(colour);
                explained(ui.add(Label::new(name).selectable(false)), &[term]);
                return;
            };
            ui.add(Label::new(value));
        });
    }
    row_ui(ui, |ui, column| match column {
        0 => {
            explained(ui.add(Label::new(title(text("anatomy-total"))).selectable(false)), &[Term::TotalLoss]);
        }
        3 => drop(ui.add(Label::new(title(&sum.total)))),
        _ => {}
    });
}

/// Four columns over the whole width; the numbers stand at the right of theirs.
fn row_ui(ui: &mut Ui, mut cell: impl FnMut(&mut Ui, usize)) {
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW - 6.0), Sense::hover());
    let wide = row.width() / 4.0;
    for column in 0..4 {
        let at = Rect::from_min_size(pos2(row.left() + wide * column as f32, row.top()), vec2(wide, row.height()));
        let layout =
            if column == 0 { Layout::left_to_right(Align::Center) } else { Layout::right_to_left(Align::Center) };
        cell(&mut ui.new_child(UiBuilder::new().max_rect(at).layout(layout)), column);
    }
}

/// Shares of the gradient by the logits, and the angle between the two.
fn gradient_ui(ui: &mut Ui, anatomy: &Anatomy) {
    let tokens = ui.tokens();
    let head = ui.add(Label::new(caption(text("anatomy-gradient"))).selectable(false));
    explained(head, &[Term::GradientShare, Term::Logits]);
    let (soft, hard) = (text("anatomy-soft"), text("anatomy-hard"));
    weight_bar_ui(
        ui,
        Share { name: &soft, weight: anatomy.soft_norm, colour: tokens.teacher },
        Share { name: &hard, weight: anatomy.hard_norm, colour: tokens.label },
    );
    // What one of them has not, the other has.
    let [of_soft, of_hard] = anatomy.soft_share().map_or_else(
        || [text("widget-bars-missing"), text("widget-bars-missing")],
        |share| [number::part(share), number::rest(share)],
    );
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let room = vec2(((ui.available_width() - 2.0 * space::S) / 3.0).floor(), STAT_TILE);
        explained(stat_tile_ui(ui, room, &soft, &of_soft, "%"), &[Term::SoftLoss, Term::GradientShare]);
        explained(stat_tile_ui(ui, room, &hard, &of_hard, "%"), &[Term::HardLoss, Term::GradientShare]);
        let cosine = number::fixed(anatomy.cosine, 2);
        let tile = stat_tile_ui(ui, room, &text("anatomy-cosine"), &cosine, "");
        explained(tile, &[Term::Cosine]);
    });
    explained(ui.add(Label::new(caption(text("anatomy-words"))).wrap()), &[Term::TemperatureSquared]);
}
