//! Errors, accuracy or agreement on the validation rows, epoch by epoch.

use eframe::egui::{Color32, Id, Label, RichText, Ui};
use egui_plot::PlotPoint;

use super::curves::{Drawn, curve_id, key_ui, legend_clicked, overlaid, sweep_runs};
use crate::command::{Command, Commands};
use crate::state::{JobView, Quality, State};
use crate::text::{text, text_with};
use crate::theme::{Icon, Tokens, UiTokens as _};
use crate::training::report::{Epoch, Metrics, Role, RunId};
use crate::widgets::{CurvePlot, Dropdown, empty_state_ui, legend_ui, section_ui};

/// Fills its tile.
pub fn quality_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let drawn = state.focused().map_or_else(Vec::new, |job| curves(job, state, ui.tokens()));
    let curves: Vec<_> = drawn.iter().map(Drawn::curve).collect();
    let rows = state.focused().and_then(examples);
    let mut toggled = None;
    section_ui(
        ui,
        &text("quality-title"),
        false,
        |ui| {
            if !key_ui(ui, state) {
                toggled = legend_ui(ui, &curves, &state.curves.hidden);
            }
        },
        |ui| {
            if let (Some(rows), Quality::Errors) = (rows, state.curves.quality) {
                let words = text_with("quality-of", &[("rows", rows.into())]);
                let colour = ui.tokens().secondary;
                ui.add(Label::new(RichText::new(words).color(colour)).selectable(false));
            }
            choice_ui(ui, state, commands);
        },
    );
    legend_clicked(toggled, &curves, commands);
    let Some(job) = state.focused().filter(|job| job.outcome.is_none() || !curves.is_empty()) else {
        let hint = if state.focused().is_some() { "quality-none-hint" } else { "quality-empty-hint" };
        empty_state_ui(ui, Icon::Check, &text("quality-empty"), &text(hint), None);
        return;
    };
    let epochs = job.leading_run().map(|run| run.steps / run.steps_per_epoch.max(1));
    CurvePlot {
        name: &text(key(state.curves.quality)),
        curves: &curves,
        hidden: &state.curves.hidden,
        markers: &[],
        log_y: false,
        x_label: &text("unit-epoch"),
        whole_x: true,
        include_x: epochs.map(|epochs| epochs as f64),
        link: None::<Id>,
        height: None,
    }
    .show(ui);
}

fn choice_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    Dropdown::new(&text("quality-choice"), &text(key(state.curves.quality))).plain().show(ui, |ui| {
        for quality in Quality::ALL {
            if ui.selectable_label(quality == state.curves.quality, text(key(quality))).clicked() {
                commands.send(Command::Quality(quality));
            }
        }
    });
}

fn key(quality: Quality) -> &'static str {
    match quality {
        Quality::Errors => "quality-errors",
        Quality::Accuracy => "quality-accuracy",
        Quality::Agreement => "quality-agreement",
    }
}

fn value(quality: Quality, metrics: &Metrics) -> f64 {
    match quality {
        Quality::Errors => metrics.errors as f64,
        Quality::Accuracy => metrics.accuracy,
        Quality::Agreement => metrics.agreement.unwrap_or(f64::NAN),
    }
}

/// Rows that are evaluated after each epoch.
fn examples(job: &JobView) -> Option<u64> {
    job.curves.values().find_map(|curves| curves.epochs.first()).map(|epoch| epoch.validation.examples)
}

fn curves(job: &JobView, state: &State, tokens: &Tokens) -> Vec<Drawn> {
    let quality = state.curves.quality;
    let draw = |job: &JobView, run: RunId, name: String, colour: Color32, dashed: bool, emphasised: bool| {
        let curves = job.curves.get(&run)?;
        if curves.epochs.is_empty() {
            return None;
        }
        let value = |epoch: &Epoch| value(quality, &epoch.validation);
        let line = curves.epoch_line(0.0..=f64::MAX, |epoch| epoch.epoch as f64, value);
        let line = line.into_iter().map(|(x, y)| PlotPoint::new(x, y)).collect();
        Some(Drawn { name, id: curve_id(run, 8), colour, dashed, emphasised, line, band: Vec::new() })
    };
    let looks = [
        (Role::Teacher, "quality-teacher", tokens.teacher),
        (Role::Student, "quality-student", tokens.student),
        (Role::Baseline, "quality-baseline", tokens.no_teacher),
    ];
    if job.is_sweep() {
        let runs = sweep_runs(job, state, tokens).into_iter();
        return runs.filter_map(|it| draw(job, it.run, it.name, it.colour, it.dashed, it.emphasised)).collect();
    }
    let own = looks.into_iter().filter_map(|(role, key, colour)| {
        let run = job.run_of(role)?.run;
        draw(job, run, text(key), colour, role == Role::Baseline, role == Role::Student)
    });
    let others = overlaid(state, tokens).into_iter().filter(|(other, _, _)| other.id != job.id);
    let others = others.filter_map(|(other, run, colour)| draw(other, run, run.to_string(), colour, false, false));
    own.chain(others).collect()
}
