//! What a method does within the networks: which layers look at which, where they look, whose layers stand where, who leaves at which exit,
//! what was made of the texts.

mod exits;
mod layers;
mod looks;
mod made;
mod places;

use eframe::egui::{Frame, Margin, Ui};

use crate::command::Commands;
use crate::state::State;
use crate::text::text;
use crate::theme::{Icon, space};
use crate::widgets::{empty_state_ui, section_ui};

/// Nothing is wider than this.
const MEASURE: f32 = 640.0;

/// Fills its tile.
pub fn inside_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    section_ui(ui, &text("inside-title"), false, |_| {}, |_| {});
    let shown = state.focused().and_then(|job| Some((job, job.shown_run(state.lit_cell())?)));
    let margin = Margin { left: space::M as i8, right: space::M as i8, top: 4, bottom: space::M as i8 };
    let framed = |ui: &mut Ui, work: &mut dyn FnMut(&mut Ui)| {
        Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            ui.set_max_width(MEASURE.min(ui.available_width()));
            work(ui);
        });
    };
    if let Some((job, run)) = shown {
        if let Some(leaving) = job.exits.get(&run.run) {
            return framed(ui, &mut |ui| exits::exits_ui(ui, state, leaving, commands));
        }
        let made = state.made_readers();
        let anatomy = job.anatomy.get(&run.run);
        let replacing = anatomy.and_then(|anatomy| anatomy.replacing.as_ref().map(|replacing| (anatomy, replacing)));
        let layers = anatomy.filter(|anatomy| !anatomy.layers.is_empty());
        let looks = state.readings().filter(|_| state.shows_places());
        if made.is_some() || layers.is_some() || replacing.is_some() || looks.is_some() {
            return framed(ui, &mut |ui| {
                match (layers, replacing) {
                    (Some(anatomy), _) => layers::layers_ui(ui, run, anatomy),
                    (None, Some((anatomy, replacing))) => places::places_ui(ui, run, anatomy, replacing),
                    (None, None) => {}
                }
                if let Some(looks) = looks {
                    looks::looks_ui(ui, state, looks);
                }
                if let Some(readers) = made {
                    made::made_ui(ui, state, readers, commands);
                }
            });
        }
    }
    empty_state_ui(ui, Icon::Flask, &text("inside-empty"), &text("inside-empty-hint"), None);
}
