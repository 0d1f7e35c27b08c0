//! Loss curves: the terms of the student's loss, or the one term that student, baseline and other runs have in common. Only
//! what can be compared shares the axis; what was measured on validation rows is fainter, a baseline is
//! dashed or dotted.

use eframe::egui::{Color32, Id, Label, Ui};

use super::colours::{mark_of, term_colour};
use super::curves::{
    Drawn, KINDS, SweepRun, Viewport, curve_id, held, key_ui, legend_clicked, markers, overlaid, sweep_runs,
};
use super::term_words;
use crate::command::{Action, Commands, ScreenCommand};
use crate::distill::{self, HARD};
use crate::protocol::{LossTerms, Role, RunInfo};
use crate::recipe::Baseline;
use crate::runs::BoardCell;
use crate::state::{JobView, LossView, Pane, RunCurves, Smoothing, State};
use crate::text::{
    Term,
    number::{self, Kind},
    text, text_with,
};
use crate::theme::{Icon, Tokens, UiTokens as _, caption};
use crate::widgets::{CurvePlot, Dropdown, KeyMark, Marker, empty_state_ui, legend_ui, section_ui};

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
                let of_sweep = ui.add(Label::new(caption(text("loss-of-sweep"))).selectable(false));
                of_sweep.on_hover_text(format!("{}\n{}", Term::HardLoss.what(), text("loss-of-sweep-hint")));
            }
            if !key_ui(ui, state) {
                toggled = legend_ui(ui, &curves, &state.screen.curves.hidden);
            }
        },
        |ui| {
            super::take_away::picture_ui(ui, Pane::Loss, commands);
            super::action_button(ui, Action::ToggleMoment, false, state, commands);
            let name = text(Action::ToggleLogLoss.key());
            let log = ui.selectable_label(state.screen.curves.log_y, name);
            if log.on_hover_text(super::hint_of(Action::ToggleLogLoss)).clicked() {
                commands.send(Action::ToggleLogLoss);
            }
            smoothing_ui(ui, state, commands);
            if !state.focused().is_some_and(JobView::is_sweep) {
                view_ui(ui, state, commands);
            }
        },
    );
    legend_clicked(toggled, &curves, commands);
    let Some(job) = state.focused() else {
        empty_state_ui(ui, Icon::Curve, &text("loss-none"), &text("loss-none-hint"), None);
        return;
    };
    let leading = job.leading_run();
    let marks = leading.map_or_else(Vec::new, |run| markers(job, run));
    // Runs of a sweep differ in what holds.
    let held = leading.filter(|_| !job.is_sweep()).map_or_else(Vec::new, |run| held(job, run));
    let plot = CurvePlot {
        name: &text("loss-plot"),
        curves: &curves,
        hidden: &state.screen.curves.hidden,
        markers: &as_markers(&marks),
        held: &as_markers(&held),
        written: Kind::Loss,
        log_y: state.screen.curves.log_y,
        x_label: &text("unit-step"),
        y_label: &text("unit-nats"),
        whole_x: true,
        include_x: leading.map(|run| run.steps as f64),
        from_zero: false,
        now: state.moment_step().map(|step| step as f64),
        link: None,
        height: None,
    };
    let response = plot.show(ui);
    Viewport::remember(ui, id, &response);
}

fn as_markers(words: &[(f64, String)]) -> Vec<Marker<'_>> {
    words.iter().map(|(x, text)| Marker { x: *x, text }).collect()
}

/// Which losses are drawn: terms of one run, or the one that all runs have in common.
fn view_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let key = |view| match view {
        LossView::Terms => "loss-view-terms",
        LossView::Labels => "loss-view-labels",
    };
    let here = shown_view(state);
    Dropdown::new(&text("loss-view"), &text(key(here))).plain().show(ui, |ui| {
        for view in LossView::ALL {
            let entry = ui.selectable_label(here == view, text(key(view)));
            if entry.on_hover_text(text(&format!("{}-hint", key(view)))).clicked() {
                commands.send(ScreenCommand::LossView(view));
            }
        }
    });
}

/// Runs of other jobs have only this in common with the student.
fn shown_view(state: &State) -> LossView {
    if state.screen.overlaid.is_empty() { state.screen.curves.loss } else { LossView::Labels }
}

fn smoothing_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let name = |smoothing| match smoothing {
        Smoothing::Raw => text("loss-raw"),
        Smoothing::Light | Smoothing::Strong => {
            let weight = number::setting(Smoothing::weight(smoothing));
            text_with("loss-smoothed", &[("weight", weight.into())])
        }
    };
    let here = state.screen.curves.smoothing;
    let list = Dropdown::new(&text("loss-smoothing"), &name(here)).plain().show(ui, |ui| {
        for smoothing in Smoothing::ALL {
            if ui.selectable_label(here == smoothing, name(smoothing)).clicked() {
                commands.send(ScreenCommand::SmoothLoss(smoothing));
            }
        }
        // A sweep shows the one term that needs no weight.
        if !state.focused().is_some_and(JobView::is_sweep) {
            ui.separator();
            let entry = ui.selectable_label(state.screen.curves.weighted, text(Action::ToggleWeighted.key()));
            if entry.on_hover_text(super::hint_of(Action::ToggleWeighted)).clicked() {
                commands.send(Action::ToggleWeighted);
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
        let line = viewport.line(job.curves.get(&look.run)?.term(HARD.name)?, state.screen.curves.smoothing);
        let SweepRun { run, name, colour, mark, emphasised } = look;
        let what = String::new();
        Some(Drawn { name, what, id: curve_id(run, 0), colour, mark, emphasised, line, band: Vec::new() })
    };
    runs.into_iter().filter_map(draw).collect()
}

/// While the teacher trains its own curves are shown, then the student's and its baselines'.
fn curves(job: &JobView, state: &State, viewport: &Viewport, tokens: &Tokens) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    if job.is_sweep() && job.board.cells.iter().any(|cell| has_points(job, cell)) {
        return sweep_curves(job, state, viewport, tokens);
    }
    let has_points = |run: &&RunInfo| job.curves.get(&run.run).is_some_and(|curves| !curves.total.is_empty());
    let with_curves = |run: &RunInfo| job.curves.get(&run.run);
    let student = job.run_of(Role::Student).filter(has_points).and_then(|run| Some((run, with_curves(run)?)));
    let Some((run, curves)) = student else { return before_students(job, state, viewport, tokens) };
    if shown_view(state) == LossView::Terms {
        let smoothing = state.screen.curves.smoothing;
        let (line, band) = viewport.reduce(&curves.total, smoothing);
        let (name, what) = (text("loss-total"), Term::TotalLoss.what());
        let (id, colour) = (curve_id(run.run, 0), tokens.student);
        drawn.push(Drawn { name, what, id, colour, mark: KeyMark::Line, emphasised: true, line, band });
        for (at, (name, series)) in curves.terms.iter().enumerate() {
            let (line, band) = viewport.reduce(series, smoothing);
            let id = curve_id(run.run, 1 + at as u64);
            let colour = term_colour(curves.terms.iter().map(|(name, _)| name), at, tokens);
            let (name, what) = named_term(name, state.screen.curves.weighted);
            let curve = Drawn { name, what, id, colour, mark: KeyMark::Line, emphasised: false, line, band };
            drawn.push(match distill::term(&curves.terms[at].0).filter(|_| state.screen.curves.weighted) {
                Some(term) => curve.times(|steps| job.term_factors(run, term, steps)),
                None => curve,
            });
        }
        let id = curve_id(run.run, ON_VALIDATION);
        let named = (text("loss-validation"), super::whats(&[Term::TotalLoss, Term::Validation]));
        drawn.push(validation(viewport, curves, id, named, tokens.student, LossTerms::TOTAL));
        return drawn;
    }
    drawn.extend(labels_of(
        viewport,
        state,
        run,
        curves,
        (text("loss-student"), whats_of(Term::Student), tokens.student),
    ));
    for (baseline, run) in job.baselines() {
        let Some(curves) = with_curves(run).filter(|_| has_points(&run)) else { continue };
        let name = text_with("loss-baseline", &[("name", text(baseline.label).into())]);
        let looks = (name, [baseline.label, baseline.what].map(text), tokens.no_teacher);
        let mut of_baseline = labels_of(viewport, state, run, curves, looks);
        for curve in &mut of_baseline {
            curve.mark = mark_of(baseline);
        }
        drawn.extend(of_baseline);
    }
    for (other, run, colour) in overlaid(state, tokens) {
        if let Some(curves) = other.curves.get(&run).filter(|_| other.id != job.id) {
            let Some(hard) = curves.term(HARD.name) else { continue };
            let (line, band) = viewport.reduce(hard, state.screen.curves.smoothing);
            let name = text_with("loss-other", &[("run", run.to_string().into())]);
            let what = Term::HardLoss.what();
            drawn.push(Drawn {
                name,
                what,
                id: curve_id(run, ON_LABELS),
                colour,
                mark: KeyMark::Line,
                emphasised: false,
                line,
                band,
            });
        }
    }
    drawn
}

/// What is trained before the student: its teachers, or the generations before it, of which the first is its baseline.
fn before_students(job: &JobView, state: &State, viewport: &Viewport, tokens: &Tokens) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let has_points = |run: &&RunInfo| job.curves.get(&run.run).is_some_and(|curves| !curves.total.is_empty());
    let teachers: Vec<&RunInfo> = job.runs.iter().filter(|run| run.role == Role::Teacher).filter(has_points).collect();
    let before = job.runs.iter().filter(|run| run.role != Role::Teacher).filter(has_points);
    let newest = before.clone().map(|run| run.stage).max();
    let before: Vec<&RunInfo> = before.filter(|run| Some(run.stage) == newest).collect();
    for run in if before.is_empty() { &teachers } else { &before } {
        let Some(curves) = job.curves.get(&run.run) else { continue };
        let looks = match run.role {
            Role::Teacher => {
                (super::teacher_name("loss-teacher", run, teachers.len()), whats_of(Term::Teacher), tokens.teacher)
            }
            Role::Companion => {
                let name = super::companion_name(Some(run.recipe.distill.method()), run.place);
                (name.clone(), [name, text("runs-companion-what")], tokens.teacher)
            }
            Role::Student | Role::Baseline => {
                let baseline = run.baseline().unwrap_or(Baseline::PLAIN);
                (text(baseline.label), [baseline.label, baseline.what].map(text), tokens.no_teacher)
            }
        };
        drawn.extend(labels_of(viewport, state, run, curves, looks));
    }
    drawn
}

/// The cross-entropy with the labels of one run, in training and on validation.
fn labels_of(
    viewport: &Viewport,
    state: &State,
    run: &RunInfo,
    curves: &RunCurves,
    (name, [whose, what], colour): (String, [String; 2], Color32),
) -> Vec<Drawn> {
    let Some(hard) = curves.term(HARD.name) else { return Vec::new() };
    let (line, band) = viewport.reduce(hard, state.screen.curves.smoothing);
    let emphasised = run.role != Role::Baseline;
    let [hard_loss, is] = whats_of(Term::HardLoss);
    let what = format!("{}\n{}", super::what_line(whose, what), super::what_line(hard_loss, is));
    let id = curve_id(run.run, ON_LABELS);
    let on_validation = text_with("loss-on-validation", &[("name", name.clone().into())]);
    let training = Drawn { name, what, id, colour, mark: KeyMark::Line, emphasised, line, band };
    let (named, id) =
        ((on_validation, super::whats(&[Term::HardLoss, Term::Validation])), curve_id(run.run, ON_VALIDATION));
    vec![training, validation(viewport, curves, id, named, colour, HARD.name)]
}

/// The name of a term, and what it is.
fn whats_of(term: Term) -> [String; 2] {
    [term.name(), term.what()]
}

/// Kinds of curves beside the total and the terms.
const ON_LABELS: u64 = KINDS - 2;
const ON_VALIDATION: u64 = KINDS - 1;

/// What a legend calls a term, and what it is.
fn named_term(name: &str, weighted: bool) -> (String, String) {
    let (words, what) = term_words(name);
    if !weighted {
        return (words, what);
    }
    (text_with("loss-weighted", &[("term", words.into())]), format!("{what}\n{}", text("anatomy-weighted-hint")))
}

/// How strongly what was measured on validation rows is seen beside what was trained on.
const VALIDATION: f32 = 0.6;

fn validation(
    viewport: &Viewport,
    curves: &RunCurves,
    id: u64,
    (name, what): (String, String),
    colour: Color32,
    term: &str,
) -> Drawn {
    let line = viewport.epochs(curves, |epoch| epoch.validation.loss.get(term).unwrap_or(f64::NAN));
    let colour = colour.gamma_multiply(VALIDATION);
    Drawn { name, what, id, colour, mark: KeyMark::Line, emphasised: false, line, band: Vec::new() }
}
