//! Pictures of panels to take away: what a panel draws, with a heading and a caption, and without its controls.

use eframe::egui::{Frame, Label, Margin, Ui, Vec2, vec2};

use super::{board_ui, dark, lens, loss_ui, quality_ui};
use crate::command::Commands;
use crate::state::{Beside, LensPage, Pane, State};
use crate::text::{grouped, number, text_with};
use crate::theme::{caption, space};
use crate::widgets::in_figure_ui;

/// How large the picture of a panel is, in points.
pub fn figure_size(panel: Pane, state: &State) -> Vec2 {
    match panel {
        Pane::Lens => vec2(640.0, lens_height(state)),
        Pane::Dark => vec2(640.0, WHOLE),
        _ => vec2(760.0, 440.0),
    }
}

/// Bars of few classes need less than the whole height.
fn lens_height(state: &State) -> f32 {
    let lens = &state.screen.lens;
    let few = state.lens_view().filter(|_| lens.page == LensPage::Bars && lens.beside == Beside::Nothing);
    few.map_or(WHOLE, |view| {
        let around = if view.input.is_empty() { 250.0 } else { 330.0 };
        (around + BAR * view.probe.classes.len() as f32).min(WHOLE)
    })
}

/// Height of a picture of the lens, and what a class takes of it.
const WHOLE: f32 = 600.0;
const BAR: f32 = 36.0;

/// Room for the caption.
const CAPTION: f32 = 34.0;

/// The picture of a panel.
pub fn figure_ui(ui: &mut Ui, panel: Pane, state: &State) {
    // Nobody can press anything in it.
    let nobody = Commands::default();
    let margin = Margin::same(space::L as i8);
    Frame::new().inner_margin(margin).show(ui, |ui| {
        in_figure_ui(ui, |ui| {
            let all = ui.available_rect_before_wrap();
            let body = all.with_max_y(all.bottom() - CAPTION);
            ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(body), |ui| match panel {
                Pane::Lens => lens::figure_ui(ui, state, &nobody),
                Pane::Dark => dark::figure_ui(ui, state, &nobody),
                Pane::Loss => loss_ui(ui, state, &nobody),
                Pane::Quality => quality_ui(ui, state, &nobody),
                Pane::Board => board_ui(ui, state, &nobody),
                _ => {}
            });
            let below = all.with_min_y(body.bottom() + space::XS);
            ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(below), |ui| {
                ui.add(Label::new(caption(caption_of(state, panel))).wrap());
            });
        });
    });
}

/// What the picture is of: job, run, step, and the program that drew it.
fn caption_of(state: &State, panel: Pane) -> String {
    let is_of_run = !matches!(panel, Pane::Lens) || state.screen.lens.subject.is_of_rows();
    let mut parts = Vec::new();
    if let Some(job) = state.focused().filter(|_| is_of_run) {
        parts.push(super::cards::shown_title(state.title_of(job)));
        let run = job.shown_run(state.lit_cell()).filter(|_| panel != Pane::Board);
        if let Some(run) = run {
            parts.push(super::run_name(state, run));
            let step = state.moment_step().or_else(|| job.snapshots.get(&run.run).map(|(step, _)| *step));
            parts.extend(step.map(|step| text_with("figure-step", &[("step", grouped(step).into())])));
            if let Some(t) = state.trained_temperature() {
                parts.push(text_with("figure-trained", &[("temperature", number::setting(t).into())]));
            }
        }
    } else if is_of_run {
        parts.push(super::cards::shown_title(&state.recipe.sweep.base.title));
    }
    parts.push(format!("Stillroom {}", env!("CARGO_PKG_VERSION")));
    parts.join(" · ")
}
