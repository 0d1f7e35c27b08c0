//! The anatomy of the loss: what each term is, what it weighs, and what share of the gradient it really has.
//! T² makes the two gradients comparable only in the limit of high T; the measured share says what they are.

mod sum;

use eframe::egui::{Align, Frame, Label, Layout, Margin, Rect, Sense, Ui, UiBuilder, Vec2, pos2, vec2};

use super::colours::term_colour;
use super::{explained, term_words};
use crate::distill::term;
use crate::protocol::{Anatomy, TermName};
use crate::state::State;
use crate::text::{Term, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, size, space, title};
use crate::widgets::{STAT_TILE, Share, empty_state_ui, section_ui, stat_tile_ui, weight_bar_ui};
use sum::Sum;

/// Numbers of one line do not stand farther apart than this.
const MEASURE: f32 = 640.0;

/// Tiles that stand side by side.
const MOST_TILES: usize = 4;

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

/// Raw, factor and weighted, of each term, and what they add up to.
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
    let names: Vec<&TermName> = anatomy.terms.iter().map(|term| &term.name).collect();
    for (at, values) in sum.terms.iter().enumerate() {
        let (words, what) = term_words(names[at]);
        let colour = term_colour(names.iter().copied(), at, tokens);
        row_ui(ui, |ui, column| {
            let Some(value) = values.get(column.wrapping_sub(1)) else {
                ui.add(Label::new(title(&words).color(colour)).selectable(false)).on_hover_text(&what);
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

/// Shares of the gradient by the logits, and the angles between them.
fn gradient_ui(ui: &mut Ui, anatomy: &Anatomy) {
    let tokens = ui.tokens();
    // Inner layers have gradients that do not go through the logits.
    let by_weights = anatomy.terms.iter().any(|part| term(&part.name).is_some_and(|term| !term.is_of_logits()));
    let head = if by_weights { "anatomy-gradient-by-weights" } else { "anatomy-gradient" };
    let head = ui.add(Label::new(caption(text(head))).selectable(false));
    explained(head, &[Term::GradientShare, Term::Logits]);
    let words: Vec<(String, String)> = anatomy.terms.iter().map(|term| term_words(&term.name)).collect();
    let colour = |at| term_colour(anatomy.terms.iter().map(|term| &term.name), at, tokens);
    let bars = anatomy.terms.iter().zip(&words).enumerate();
    let bars = bars.map(|(at, (term, (name, _)))| Share { name, weight: term.norm, colour: colour(at) });
    weight_bar_ui(ui, &bars.collect::<Vec<_>>());
    let shares = anatomy.shares();
    // What the others have not, the last has.
    let share = |at: usize| match &shares {
        None => text("widget-bars-missing"),
        Some(shares) if at + 1 == shares.len() => number::rest(shares[..at].iter().sum()),
        Some(shares) => number::part(shares[at]),
    };
    // Two gradients have one angle between them; of more each has its own with all others.
    let angles = if anatomy.terms.len() == 2 { 1 } else { anatomy.terms.len() };
    let tiles = anatomy.terms.len() + angles;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(space::S);
        let columns = if angles == 1 { tiles } else { angles }.min(MOST_TILES) as f32;
        let room = vec2(((ui.available_width() - (columns - 1.0) * space::S) / columns).floor(), STAT_TILE);
        for (at, (name, what)) in words.iter().enumerate() {
            let hint = format!("{what}\n{}", Term::GradientShare.what());
            stat_tile_ui(ui, room, name, &share(at), "%").on_hover_text(hint);
        }
        for (term, (name, _)) in anatomy.terms.iter().zip(&words).take(angles) {
            let cosine = number::fixed(term.cosine, 2);
            let title = if angles == 1 {
                text("anatomy-cosine")
            } else {
                text_with("anatomy-cosine-of", &[("term", name.as_str().into())])
            };
            explained(stat_tile_ui(ui, room, &title, &cosine, ""), &[Term::Cosine]);
        }
    });
    if angles == 1 {
        explained(ui.add(Label::new(caption(text("anatomy-words"))).wrap()), &[Term::TemperatureSquared]);
    }
}
