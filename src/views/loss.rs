//! Loss curves: total, soft and hard, in training and on validation, of the student and of its baseline.

use eframe::egui::{Id, Label, Ui};

use super::cards::cards_ui;
use super::curves::{Drawn, SweepRun, Viewport, curve_id, key_ui, legend_clicked, markers, overlaid, sweep_runs};
use crate::command::{Action, Command, Commands};
use crate::runs::BoardCell;
use crate::state::{JobView, RunCurves, Smoothing, State};
use crate::text::{text, text_with};
use crate::theme::{Tokens, UiTokens as _, caption};
use crate::training::report::{LossTerms, Role, RunInfo};
use crate::widgets::{CurvePlot, Dropdown, Marker, legend_ui, section_ui};

/// Fills its tile.
pub fn loss_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let id = Id::unique("loss viewport");
    let viewport = Viewport::of(ui, id);
    let drawn = state.focused().map_or_else(Vec::new, |job| curves(job, state, &viewport, ui.tokens()));
    let curves: Vec<_> = drawn.iter().map(Drawn::curve).collect();

    let mut toggled = None;
    section_ui(
        ui,
        &text("loss-title"),
        false,
        |ui| {
            if state.focused().is_some_and(JobView::is_sweep) {
                ui.add(Label::new(caption(text("loss-of-sweep"))).selectable(false))
                    .on_hover_text(text("loss-of-sweep-hint"));
            }
            if !key_ui(ui, state) {
                toggled = legend_ui(ui, &curves, &state.curves.hidden);
            }
        },
        |ui| {
            let name = text(Action::ToggleLogLoss.key());
            let log = ui.selectable_label(state.curves.log_y, name);
            if log.on_hover_text(super::hint_of(Action::ToggleLogLoss)).clicked() {
                commands.act(Action::ToggleLogLoss);
            }
            smoothing_ui(ui, state, commands);
        },
    );
    legend_clicked(toggled, &curves, commands);
    let Some(job) = state.focused() else {
        cards_ui(ui, state, commands);
        return;
    };
    let leading = job.leading_run();
    let marks = leading.map_or_else(Vec::new, |run| markers(job, run.run));
    let marks: Vec<Marker<'_>> = marks.iter().map(|(x, text)| Marker { x: *x, text }).collect();
    let plot = CurvePlot {
        name: &text("loss-plot"),
        curves: &curves,
        hidden: &state.curves.hidden,
        markers: &marks,
        log_y: state.curves.log_y,
        x_label: &text("unit-step"),
        whole_x: true,
        include_x: leading.map(|run| run.steps as f64),
        link: None,
        height: None,
    };
    let response = plot.show(ui);
    Viewport::remember(ui, id, &response);
}

fn smoothing_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let name = |smoothing| match smoothing {
        Smoothing::Raw => text("loss-raw"),
        Smoothing::Light | Smoothing::Strong => {
            let weight = format!("{:.2}", Smoothing::weight(smoothing));
            text_with("loss-smoothed", &[("weight", weight.into())])
        }
    };
    let here = state.curves.smoothing;
    let list = Dropdown::new(&text("loss-smoothing"), &name(here)).plain().show(ui, |ui| {
        for smoothing in Smoothing::ALL {
            if ui.selectable_label(here == smoothing, name(smoothing)).clicked() {
                commands.send(Command::SmoothLoss(smoothing));
            }
        }
        // A sweep shows the one term that needs no weight.
        if !state.focused().is_some_and(JobView::is_sweep) {
            ui.separator();
            let entry = ui.selectable_label(state.curves.weighted, text(Action::ToggleWeighted.key()));
            if entry.on_hover_text(super::hint_of(Action::ToggleWeighted)).clicked() {
                commands.act(Action::ToggleWeighted);
            }
        }
    });
    list.response.on_hover_text(text("loss-smoothing-hint"));
}

fn has_points(job: &JobView, cell: &BoardCell) -> bool {
    cell.runs.iter().any(|(_, run)| job.curves.get(run).is_some_and(|curves| !curves.total.is_empty()))
}

/// The hard term of every run of a sweep, the one that cells of any T and weights have in common, coloured by the first
/// swept value.
fn sweep_curves(job: &JobView, state: &State, viewport: &Viewport, tokens: &Tokens) -> Vec<Drawn> {
    let runs = sweep_runs(job, state, tokens);
    let coarse = viewport.coarser(runs.len());
    let draw = |look: SweepRun| {
        let viewport = if look.emphasised { viewport } else { &coarse };
        let line = viewport.line(&job.curves.get(&look.run)?.hard, state.curves.smoothing);
        let SweepRun { run, name, colour, dashed, emphasised } = look;
        Some(Drawn { name, id: curve_id(run, 0), colour, dashed, emphasised, line, band: Vec::new() })
    };
    runs.into_iter().filter_map(draw).collect()
}

/// While the teacher trains its own curves are shown, then the student's and the baseline's.
fn curves(job: &JobView, state: &State, viewport: &Viewport, tokens: &Tokens) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    if job.is_sweep() && job.board.cells.iter().any(|cell| has_points(job, cell)) {
        return sweep_curves(job, state, viewport, tokens);
    }
    let has_points = |run: &&RunInfo| job.curves.get(&run.run).is_some_and(|curves| !curves.total.is_empty());
    let student = job.run_of(Role::Student).filter(has_points);
    let baseline = job.run_of(Role::Baseline).filter(has_points);
    match student {
        Some(run) => {
            if let Some(curves) = job.curves.get(&run.run) {
                let weighted = state.curves.weighted;
                let soft = if weighted { "loss-soft-weighted" } else { "loss-soft" };
                let hard = if weighted { "loss-hard-weighted" } else { "loss-hard" };
                let kinds = [
                    (0, "loss-total", &curves.total, tokens.student),
                    (1, soft, &curves.soft, tokens.teacher),
                    (2, hard, &curves.hard, tokens.label),
                ];
                let factors = if weighted { job.term_factors(run) } else { Vec::new() };
                for (kind, key, series, colour) in kinds {
                    let (line, band) = viewport.reduce(series, state.curves.smoothing);
                    let id = curve_id(run.run, kind);
                    let emphasised = kind == 0;
                    let curve = Drawn { name: text(key), id, colour, dashed: false, emphasised, line, band };
                    drawn.push(if kind == 0 { curve } else { curve.times(&factors, kind as usize - 1) });
                }
                drawn.push(validation(
                    viewport,
                    curves,
                    curve_id(run.run, 3),
                    "loss-validation",
                    tokens.student,
                    |l| l.total,
                ));
            }
        }
        None => {
            if let Some((run, curves)) =
                job.run_of(Role::Teacher).and_then(|run| Some((run, job.curves.get(&run.run)?)))
                && !curves.total.is_empty()
            {
                let (line, band) = viewport.reduce(&curves.hard, state.curves.smoothing);
                let (id, colour) = (curve_id(run.run, 0), tokens.teacher);
                let name = text("loss-teacher");
                drawn.push(Drawn { name, id, colour, dashed: false, emphasised: true, line, band });
                drawn.push(validation(viewport, curves, curve_id(run.run, 3), "loss-validation", colour, |l| l.hard));
            }
        }
    }
    if let Some((run, curves)) = baseline.and_then(|run| Some((run, job.curves.get(&run.run)?))) {
        let (line, band) = viewport.reduce(&curves.hard, state.curves.smoothing);
        let (id, colour) = (curve_id(run.run, 0), tokens.no_teacher);
        drawn.push(Drawn { name: text("loss-baseline"), id, colour, dashed: false, emphasised: false, line, band });
        drawn.push(validation(viewport, curves, curve_id(run.run, 3), "loss-baseline-validation", colour, |l| l.hard));
    }
    for (other, run, colour) in overlaid(state, tokens) {
        if let Some(curves) = other.curves.get(&run).filter(|_| other.id != job.id) {
            let (line, band) = viewport.reduce(&curves.total, state.curves.smoothing);
            let name = text_with("loss-other", &[("run", run.to_string().into())]);
            drawn.push(Drawn { name, id: curve_id(run, 0), colour, dashed: false, emphasised: false, line, band });
        }
    }
    drawn
}

fn validation(
    viewport: &Viewport,
    curves: &RunCurves,
    id: u64,
    key: &str,
    colour: eframe::egui::Color32,
    term: fn(&LossTerms) -> Option<f64>,
) -> Drawn {
    let line = viewport.epochs(curves, |epoch| term(&epoch.validation.loss).unwrap_or(f64::NAN));
    Drawn { name: text(key), id, colour, dashed: true, emphasised: false, line, band: Vec::new() }
}
