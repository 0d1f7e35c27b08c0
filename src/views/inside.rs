//! What a method does within the networks: which layers look at which, whose layers stand where, who leaves at which exit.

mod exits;
mod layers;
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
        if let Some(anatomy) = job.anatomy.get(&run.run) {
            if !anatomy.layers.is_empty() {
                return framed(ui, &mut |ui| layers::layers_ui(ui, run, anatomy));
            }
            if let Some(replacing) = &anatomy.replacing {
                return framed(ui, &mut |ui| places::places_ui(ui, run, anatomy, replacing));
            }
        }
    }
    empty_state_ui(ui, Icon::Flask, &text("inside-empty"), &text("inside-empty-hint"), None);
}
