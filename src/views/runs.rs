//! The list of runs: what was tried, with what result, against which baseline.

use std::collections::{BTreeMap, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use eframe::egui::{self, Align, Color32, Label, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use super::cards::shown_title;
use super::run_settings::run_settings_ui;
use super::{action_button, short};
use crate::command::{Action, Command, Commands};
use crate::runs::verdict::Discordant;
use crate::runs::{RunRow, Status};
use crate::state::{JobView, State};
use crate::text::{text, text_with};
use crate::theme::{Icon, Tokens, UiTokens as _, caption, size, space};
use crate::training::report::{JobId, Metrics, Role, RunId, Setting};
use crate::widgets::{Chip, IconButton, dot_ui, empty_state_ui, section_ui};

/// Widths of the columns: mark, run, started; model, T, soft weight, validation, difference, test, agreement. The title has
/// what is left.
const WIDTHS: [f32; 10] = [30.0, 64.0, 66.0, 112.0, 44.0, 84.0, 68.0, 72.0, 70.0, 70.0];

/// Least width of the last column.
const STATUS: f32 = 116.0;

/// Fills its tile.
pub fn runs_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let rows: Vec<&RunRow> = state.runs.iter().filter(|row| state.shows_bin || !row.deleted).collect();
    section_ui(
        ui,
        &text("runs-title"),
        true,
        |ui| {
            if !rows.is_empty() {
                Chip::new(&rows.len().to_string()).show(ui);
            }
            let ticked = state.overlaid.len() as u64;
            if ticked > 0 {
                let words = text_with("runs-ticked", &[("count", ticked.into())]);
                if Chip::new(&words).removable().show(ui).removed {
                    commands.send(Command::ClearOverlay);
                }
            }
        },
        |ui| {
            action_button(ui, Action::SaveStudent, false, state, commands);
            let bin = text(Action::ToggleBin.key());
            if ui.selectable_label(state.shows_bin, bin).on_hover_text(text("action-bin-hint")).clicked() {
                commands.act(Action::ToggleBin);
            }
        },
    );
    if rows.is_empty() {
        let (name, hint) = match &state.store_fault {
            Some(fault) => (text("runs-fault"), fault.words()),
            None => (text("runs-empty"), text("runs-empty-hint")),
        };
        empty_state_ui(ui, Icon::Flask, &name, &hint, None);
        return;
    }
    let baselines = baseline_errors(state);
    // As the curves on show are coloured.
    let shares = state.focused().map_or_else(BTreeMap::new, JobView::shares);
    let column = |width: f32| Column::exact(width).clip(true);
    egui::ScrollArea::horizontal().show(ui, |ui| {
        let fixed: f32 = WIDTHS.iter().sum();
        let gaps = ui.spacing().item_spacing.x * (WIDTHS.len() + 1) as f32;
        let title_width = (ui.available_width() - fixed - gaps - STATUS).max(110.0);
        let selection = ui.tokens().control;
        ui.visuals_mut().selection.bg_fill = selection;
        TableBuilder::new(ui)
            .id_salt("runs")
            .sense(Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(column(WIDTHS[0]))
            .column(column(WIDTHS[1]))
            .column(column(WIDTHS[2]))
            .column(column(title_width))
            .column(column(WIDTHS[3]))
            .column(column(WIDTHS[4]))
            .column(column(WIDTHS[5]))
            .column(column(WIDTHS[6]))
            .column(column(WIDTHS[7]))
            .column(column(WIDTHS[8]))
            .column(column(WIDTHS[9]))
            .column(Column::remainder().at_least(STATUS).clip(true))
            .auto_shrink(false)
            .header(size::ROW, |mut header| {
                let names = [
                    ("", Align::Min),
                    ("runs-run", Align::Min),
                    ("runs-started", Align::Min),
                    ("runs-recipe", Align::Min),
                    ("runs-model", Align::Min),
                    ("runs-t", Align::Max),
                    ("runs-weights", Align::Max),
                    ("runs-validation", Align::Max),
                    ("runs-against", Align::Max),
                    ("runs-test", Align::Max),
                    ("runs-agreement", Align::Max),
                    ("runs-status", Align::Min),
                ];
                for (key, align) in names {
                    header.col(|ui| {
                        if !key.is_empty() {
                            cell(ui, align, |ui| {
                                let response = ui.add(Label::new(caption(text(key))).selectable(false));
                                response.on_hover_text(text(&format!("{key}-hint")));
                            });
                        }
                    });
                }
            })
            .body(|body| {
                body.rows(size::ROW, rows.len(), |mut table_row| {
                    let row = rows[table_row.index()];
                    let focused = state.focused().filter(|job| job.id == row.job);
                    let cell = focused.and_then(|job| job.board.cell_of(row.run));
                    // In a sweep the rows of the cell that lights stand out; elsewhere those of the job.
                    let lit = match (state.lit_cell(), focused.is_some_and(JobView::is_sweep)) {
                        (Some(lit), true) => cell == Some(lit),
                        (None, true) => false,
                        (_, false) => state.focus == Some(row.job),
                    };
                    table_row.set_selected(lit);
                    row_ui(&mut table_row, row, state, commands, &baselines, &shares);
                    if table_row.response().clicked() {
                        commands.send(Command::Focus(row.job));
                        commands.send(Command::SelectCell(cell.filter(|cell| state.board.selected != Some(*cell))));
                    }
                });
            });
    });
}

/// A cell's content at one side of it; numbers stand at the right.
fn cell(ui: &mut Ui, align: Align, content: impl FnOnce(&mut Ui)) {
    if align == Align::Max {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(space::S);
            content(ui);
        });
    } else {
        content(ui);
    }
}

/// Validation errors of each job's baseline by seed; none where a seed has several baselines, one a swept learning rate, say.
fn baseline_errors(state: &State) -> HashMap<(JobId, u64), Option<u64>> {
    let mut errors = HashMap::new();
    for row in state.runs.iter().filter(|row| row.role == Role::Baseline) {
        let found = validation(row).map(|validation| validation.errors);
        errors.entry((row.job, row.seed)).and_modify(|errors| *errors = None).or_insert(found);
    }
    errors
}

/// The headline of a run: its kept weights on validation, or its last epoch while it trains.
fn validation(row: &RunRow) -> Option<&Metrics> {
    row.validation.as_ref().or(row.last.as_ref())
}

fn row_ui(
    table_row: &mut egui_extras::TableRow<'_, '_>,
    row: &RunRow,
    state: &State,
    commands: &Commands,
    baselines: &HashMap<(JobId, u64), Option<u64>>,
    shares: &BTreeMap<RunId, f32>,
) {
    let faint = row.deleted;
    let words = |ui: &mut Ui, words: String, colour: Option<Color32>| {
        let colour = colour.unwrap_or(if faint { ui.tokens().tertiary } else { ui.tokens().text });
        ui.add(Label::new(RichText::new(words).color(colour)).selectable(false).truncate());
    };
    let dash = || text("widget-bars-missing");
    table_row.col(|ui| overlay_ui(ui, row, state, commands));
    table_row.col(|ui| {
        let tokens = ui.tokens();
        let swept = (row.role == Role::Student).then(|| shares.get(&row.run)).flatten();
        dot_ui(ui, swept.map_or_else(|| role_colour(row.role, tokens), |share| tokens.swept(*share)));
        words(ui, row.run.to_string(), None);
    });
    table_row.col(|ui| words(ui, ago(row.created), Some(ui.tokens().secondary)));
    table_row.col(|ui| words(ui, shown_title(&row.title), None));
    table_row.col(|ui| words(ui, row.model.clone(), None));
    table_row.col(|ui| {
        let t = changed(row, Setting::Temperature).unwrap_or_else(|| row.temperature.map_or_else(dash, short));
        cell(ui, Align::Max, |ui| words(ui, t, None));
    });
    table_row.col(|ui| {
        let weight = match row.role {
            Role::Baseline => text("runs-baseline"),
            Role::Teacher => text("runs-teacher"),
            Role::Student => {
                let weight = |setting, weight: f64| changed(row, setting).unwrap_or_else(|| format!("{weight:.2}"));
                let soft = row.soft_weight.map_or_else(dash, |soft| weight(Setting::SoftWeight, soft));
                format!("{soft} · {}", weight(Setting::HardWeight, row.hard_weight))
            }
        };
        cell(ui, Align::Max, |ui| words(ui, weight, None));
    });
    table_row.col(|ui| {
        let errors = validation(row).map_or_else(dash, |metrics| metrics.errors.to_string());
        cell(ui, Align::Max, |ui| words(ui, errors, None));
    });
    table_row.col(|ui| {
        let difference = validation(row)
            .filter(|_| row.role == Role::Student)
            .and_then(|metrics| Some(metrics.errors as i64 - (*baselines.get(&(row.job, row.seed))?)? as i64));
        // One seed's difference has a colour only where chance does not explain it.
        let is_clear = row.rows_apart.is_some_and(Discordant::is_clear);
        let (difference, colour) = match difference {
            None => (dash(), ui.tokens().tertiary),
            Some(0) => ("0".to_owned(), ui.tokens().secondary),
            Some(n) if n < 0 => (format!("−{}", n.unsigned_abs()), ui.tokens().good),
            Some(n) => (format!("+{n}"), ui.tokens().bad),
        };
        let colour = if is_clear { colour } else { ui.tokens().secondary };
        cell(ui, Align::Max, |ui| words(ui, difference, Some(colour)));
        if let Some(apart) = row.rows_apart {
            let args = [
                ("better", apart.better.into()),
                ("worse", apart.worse.into()),
                ("p", crate::runs::verdict::probability(apart.p()).words().into()),
            ];
            ui.interact(ui.max_rect(), ui.scope_id().with(("apart", row.run)), Sense::hover())
                .on_hover_text(text_with("runs-apart", &args));
        }
    });
    table_row.col(|ui| {
        let errors = row.test.as_ref().map_or_else(dash, |metrics| metrics.errors.to_string());
        cell(ui, Align::Max, |ui| words(ui, errors, None));
    });
    table_row.col(|ui| {
        let agreement = validation(row).and_then(|metrics| metrics.agreement);
        let percent = |share: f64| text_with("widget-percent", &[("value", format!("{:.1}", 100.0 * share).into())]);
        let agreement = agreement.map_or_else(dash, percent);
        cell(ui, Align::Max, |ui| words(ui, agreement, None));
    });
    table_row.col(|ui| status_ui(ui, row, state, commands));
}

/// The mark that lays a run over the curves of the job in focus.
fn overlay_ui(ui: &mut Ui, row: &RunRow, state: &State, commands: &Commands) {
    ui.add_space(space::S);
    let mut on = state.overlaid.contains(&row.run);
    let name = text_with("runs-overlay", &[("run", row.run.to_string().into())]);
    let edge = egui::Stroke::new(1.0, ui.tokens().tertiary);
    let widgets = &mut ui.visuals_mut().widgets;
    (widgets.inactive.bg_stroke, widgets.hovered.bg_stroke) = (edge, edge);
    let response = ui.add(egui::Checkbox::without_text(&mut on));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, &name));
    if response.on_hover_text(&name).changed() {
        commands.send(Command::Overlay(row.run, on));
    }
}

/// Room for the usual words of a status.
const STATUS_WORD: f32 = 54.0;

fn status_ui(ui: &mut Ui, row: &RunRow, state: &State, commands: &Commands) {
    let tokens = ui.tokens();
    let (key, colour) = match row.status {
        _ if row.deleted => ("status-deleted", tokens.tertiary),
        Status::Waiting => ("status-waiting", tokens.secondary),
        Status::Running if state.is_paused() && state.running == Some(row.job) => ("status-resting", tokens.secondary),
        Status::Running => ("status-running", tokens.text),
        Status::Done if row.loaded => ("status-loaded", tokens.secondary),
        Status::Done => ("status-done", tokens.secondary),
        Status::Stopped => ("status-stopped", tokens.secondary),
        Status::Paused => ("status-paused", tokens.doubtful),
        Status::Interrupted => ("status-interrupted", tokens.doubtful),
        Status::Diverged => ("status-diverged", tokens.bad),
        Status::Halved => ("status-halved", tokens.secondary),
        Status::Failed => ("status-failed", tokens.bad),
    };
    // What can be done stands in one column beside it, whatever the word.
    let word = ui.add(Label::new(RichText::new(text(key)).color(colour)).selectable(false));
    ui.add_space((STATUS_WORD - word.rect.width()).max(0.0));
    let run = row.run.to_string();
    let resumable = matches!(row.status, Status::Paused | Status::Interrupted | Status::Failed);
    if resumable && !row.deleted && !state.queue.has(row.job) {
        let name = text_with("runs-resume", &[("run", run.clone().into())]);
        if ui.add(IconButton::new(Icon::Play, &name)).clicked() {
            commands.send(Command::Resume(row.job));
        }
    }
    let here = state.running_job().filter(|job| job.id == row.job);
    if let Some(job) = here.filter(|_| row.status == Status::Running && row.role != Role::Teacher) {
        if let Some(info) = job.runs.iter().find(|info| info.run == row.run) {
            run_settings_ui(ui, info, state, commands);
        }
        let name = text_with("runs-stop", &[("run", run.clone().into())]);
        if ui.add(IconButton::new(Icon::Stop, &name)).clicked() {
            commands.send(Command::StopRun(row.run));
        }
    }
    let failed = matches!(row.status, Status::Stopped | Status::Diverged) && !row.loaded;
    if failed && !row.deleted && here.is_none() {
        let name = text_with("runs-again", &[("run", run.clone().into())]);
        if ui.add(IconButton::new(Icon::Redo, &name).hint(&text("runs-again-hint"))).clicked() {
            commands.send(Command::Again(row.job, vec![row.run]));
        }
    }
    if row.deleted {
        let name = text_with("runs-restore", &[("run", run.into())]);
        if ui.add(IconButton::new(Icon::Restore, &name)).clicked() {
            commands.send(Command::Restore(row.run));
        }
    } else if state.running != Some(row.job) {
        let name = text_with("runs-delete", &[("run", run.into())]);
        if ui.add(IconButton::new(Icon::Trash, &name)).clicked() {
            commands.send(Command::Delete(row.run));
        }
    }
}

fn role_colour(role: Role, tokens: &Tokens) -> Color32 {
    match role {
        Role::Teacher => tokens.teacher,
        Role::Student => tokens.student,
        Role::Baseline => tokens.no_teacher,
    }
}

/// `4 → 8` for a setting that was moved in mid-run.
fn changed(row: &RunRow, setting: Setting) -> Option<String> {
    let mut of_setting = row.changes.iter().filter(|change| change.setting == setting);
    let first = of_setting.next()?;
    let last = of_setting.next_back().unwrap_or(first);
    Some(format!("{} → {}", short(first.from), short(last.to)))
}

/// How long ago, in one unit.
pub(super) fn ago(created_millis: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let minutes = now.saturating_sub(created_millis) / 60_000;
    let count = |key, count: u64| text_with(key, &[("count", count.into())]);
    match minutes {
        0 => text("ago-now"),
        1..60 => count("ago-minutes", minutes),
        60..1440 => count("ago-hours", minutes / 60),
        _ => count("ago-days", minutes / 1440),
    }
}
