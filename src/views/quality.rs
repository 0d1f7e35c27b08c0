//! What runs are worth on the validation rows, epoch by epoch.

use eframe::egui::{Color32, Id, Label, RichText, Ui};
use egui_plot::PlotPoint;

use super::board::metric_terms;
use super::cards::cards_ui;
use super::colours::mark_of;
use super::curves::{Drawn, curve_id, key_ui, legend_clicked, overlaid, sweep_runs};
use super::explained;
use super::take_away::picture_ui;
use crate::command::{Commands, ScreenCommand};
use crate::protocol::{Epoch, Role, RunId, recall};
use crate::state::{JobView, Metric, Pane, State};
use crate::text::{Term, text, text_with};
use crate::theme::{Icon, Tokens, UiTokens as _};
use crate::widgets::{CurvePlot, Dropdown, KeyMark, empty_state_ui, legend_ui, section_ui};

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
                toggled = legend_ui(ui, &curves, &state.screen.curves.hidden);
            }
        },
        |ui| {
            if let Some(job) = state.focused() {
                uneven_ui(ui, job);
            }
            if let (Some(rows), Metric::Errors) = (rows, state.screen.curves.quality) {
                let words = text_with("quality-of", &[("rows", rows.into())]);
                let colour = ui.tokens().secondary;
                let label = ui.add(Label::new(RichText::new(words).color(colour)).selectable(false));
                explained(label, &[Term::Validation]);
            }
            choice_ui(ui, state, commands);
            picture_ui(ui, Pane::Quality, commands);
        },
    );
    legend_clicked(toggled, &curves, commands);
    let Some(job) = state.focused() else {
        cards_ui(ui, state, commands);
        return;
    };
    if job.outcome.is_some() && curves.is_empty() {
        empty_state_ui(ui, Icon::Check, &text("quality-empty"), &text("quality-none-hint"), None);
        return;
    }
    let epochs = job.leading_run().map(|run| run.steps / run.steps_per_epoch.max(1));
    CurvePlot {
        name: &text(key(state.screen.curves.quality)),
        curves: &curves,
        hidden: &state.screen.curves.hidden,
        markers: &[],
        held: &[],
        written: state.screen.curves.quality.written(),
        log_y: false,
        x_label: &text("unit-epoch"),
        y_label: &text(key(state.screen.curves.quality)),
        whole_x: true,
        include_x: epochs.map(|epochs| epochs as f64),
        from_zero: state.screen.curves.quality == Metric::Errors,
        now: now_epoch(state, job),
        link: None::<Id>,
        height: None,
    }
    .show(ui);
}

/// The epoch of the moment that is looked at.
fn now_epoch(state: &State, job: &JobView) -> Option<f64> {
    let run = job.shown_run(state.lit_cell())?;
    Some(state.moment_step()? as f64 / run.steps_per_epoch.max(1) as f64)
}

fn choice_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let here = state.screen.curves.quality;
    let list = Dropdown::new(&text("quality-choice"), &text(key(here))).plain().show(ui, |ui| {
        for quality in Metric::ALL {
            let entry = ui.selectable_label(quality == here, text(key(quality)));
            if explained(entry, metric_terms(quality)).clicked() {
                commands.send(ScreenCommand::Quality(quality));
            }
        }
    });
    explained(list.response, metric_terms(here));
}

/// What the panel calls a metric: that it is of validation rows, its title says.
fn key(metric: Metric) -> &'static str {
    match metric {
        Metric::Errors => "quality-errors",
        Metric::Accuracy => "quality-accuracy",
        Metric::Agreement => "quality-agreement",
        Metric::Kl => "board-kl",
        Metric::Ece => "board-ece",
    }
}

/// With uneven classes: the balanced accuracy of student and baseline, and on hover the recall of each class.
fn uneven_ui(ui: &mut Ui, job: &JobView) {
    let Some(found) = job.uneven() else { return };
    let rows = || found.classes.iter().map(|class| class.validation);
    let newest = |role: Role| {
        let run = job.run_of(role)?.run;
        let finished = job.results.get(&run).and_then(|result| result.validation.as_ref());
        let metrics = finished.or_else(|| job.curves.get(&run)?.epochs.last().map(|epoch| &epoch.validation))?;
        (metrics.errors_by_class.len() == found.classes.len()).then(|| recall(&metrics.errors_by_class, rows()))
    };
    let (student, baseline) = (newest(Role::Student), newest(Role::Baseline));
    let told = |of: &Option<(Vec<Option<f64>>, Option<f64>)>| {
        let balanced = of.as_ref().and_then(|(_, balanced)| *balanced);
        balanced.map_or_else(|| text("widget-bars-missing"), super::percent)
    };
    if student.is_none() && baseline.is_none() {
        return;
    }
    let args = [("student", told(&student).into()), ("baseline", told(&baseline).into())];
    let colour = ui.tokens().secondary;
    let words = RichText::new(text_with("quality-balanced", &args)).color(colour);
    let label = ui.add(Label::new(words).selectable(false));
    label.on_hover_ui(|ui| {
        let chance = rows().max().unwrap_or(0) as f64 / rows().sum::<u64>().max(1) as f64;
        ui.label(text_with("quality-balanced-hint", &[("chance", super::percent(chance).into())]));
        let of = |of: &Option<(Vec<Option<f64>>, Option<f64>)>, class: usize| {
            let recall = of.as_ref().and_then(|(each, _)| each[class]);
            recall.map_or_else(|| text("widget-bars-missing"), super::percent)
        };
        for (class, rows) in found.classes.iter().enumerate().take(RECALLED) {
            let line = [
                ("class", rows.name.clone().into()),
                ("rows", rows.validation.into()),
                ("student", of(&student, class).into()),
                ("baseline", of(&baseline, class).into()),
            ];
            ui.label(text_with("quality-recall", &line));
        }
    });
}

/// Classes whose recall is told one by one.
const RECALLED: usize = 20;

/// Rows that are evaluated after each epoch.
fn examples(job: &JobView) -> Option<u64> {
    job.curves.values().find_map(|curves| curves.epochs.first()).map(|epoch| epoch.validation.examples)
}

fn curves(job: &JobView, state: &State, tokens: &Tokens) -> Vec<Drawn> {
    let quality = state.screen.curves.quality;
    let draw = |job: &JobView,
                run: RunId,
                (name, what): (String, String),
                colour: Color32,
                mark: KeyMark,
                emphasised: bool| {
        let curves = job.curves.get(&run)?;
        if curves.epochs.is_empty() {
            return None;
        }
        let value = |epoch: &Epoch| quality.of(&epoch.validation).unwrap_or(f64::NAN);
        let line = curves.epoch_line(0.0..=f64::MAX, |epoch| epoch.epoch as f64, value);
        let line = line.into_iter().map(|(x, y)| PlotPoint::new(x, y)).collect();
        Some(Drawn { name, what, id: curve_id(run, 8), colour, mark, emphasised, line, band: Vec::new() })
    };
    let has_students = job.curves.iter().any(|(run, curves)| {
        !curves.epochs.is_empty() && job.runs.iter().any(|info| info.run == *run && info.role != Role::Teacher)
    });
    if job.is_sweep() && has_students {
        let runs = sweep_runs(job, state, tokens).into_iter();
        let named = |name| (name, String::new());
        return runs.filter_map(|it| draw(job, it.run, named(it.name), it.colour, it.mark, it.emphasised)).collect();
    }
    // Until an ensemble is heard as one, each of its models; of a sweep all that train.
    let teachers = match job.teacher_of(job.leading_run()) {
        Some(teacher) if job.results.contains_key(&teacher.run) => vec![teacher],
        _ if job.is_sweep() => job.runs.iter().filter(|run| run.role == Role::Teacher).collect(),
        _ => job.teacher_models(job.leading_run()),
    };
    // Those who are trained for the student; a generation may have learnt from the baseline, which is shown as that.
    let companions = job.run_of(Role::Student).map_or_else(Vec::new, |student| job.companions(student));
    let companions = companions.into_iter().map(|info| {
        let name = super::companion_name(Some(info.recipe.distill.method()), info.place);
        (info, name, text("runs-companion-what"), tokens.teacher, KeyMark::Line)
    });
    let own = teachers.iter().filter(|info| info.role == Role::Teacher).map(|info| {
        let name = super::teacher_name("quality-teacher", info, teachers.len());
        (*info, name, Term::Teacher.what(), tokens.teacher, KeyMark::Line)
    });
    let student = job
        .run_of(Role::Student)
        .map(|info| (info, text("quality-student"), Term::Student.what(), tokens.student, KeyMark::Line));
    let baselines = job.baselines().into_iter().map(|(baseline, info)| {
        (info, text(baseline.label), text(baseline.what), tokens.no_teacher, mark_of(baseline))
    });
    let own = own.chain(companions).chain(student).chain(baselines).filter_map(|(info, name, what, colour, mark)| {
        let level = job.results.get(&info.run).and_then(|result| result.validation.as_ref());
        let is_level = info.role == Role::Teacher && (has_students || (info.loaded && job.outcome.is_none()));
        match level.filter(|_| is_level) {
            // What the students are measured by, whatever it took to get there.
            Some(level) => {
                let last = job.leading_run().map_or(1.0, |run| (run.steps / run.steps_per_epoch.max(1)) as f64);
                let y = quality.of(level).unwrap_or(f64::NAN);
                let line = vec![PlotPoint::new(0.0, y), PlotPoint::new(last, y)];
                let id = curve_id(info.run, 8);
                Some(Drawn { name, what, id, colour, mark, emphasised: false, line, band: Vec::new() })
            }
            None => draw(job, info.run, (name, what), colour, mark, info.role == Role::Student),
        }
    });
    let others = overlaid(state, tokens).into_iter().filter(|(other, _, _)| other.id != job.id);
    let named = |run: RunId| (run.to_string(), String::new());
    let others = others.filter_map(|(other, run, colour)| draw(other, run, named(run), colour, KeyMark::Line, false));
    own.chain(others).collect()
}
