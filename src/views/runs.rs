//! The list of runs: what was tried, with what result, against which baseline.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use eframe::egui::{self, Align, Color32, Label, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use super::cards::shown_title;
use super::kept_run::{run_context, run_menu_ui};
use super::run_settings::run_settings_ui;
use super::{action_button, short};
use crate::command::{Action, Commands, JobCommand, ScreenCommand};
use crate::runs::verdict::Discordant;
use crate::runs::{RunRow, Status};
use crate::state::{JobView, Listed, RunColumn, State, difference, validation};
use crate::text::{text, text_with};
use crate::theme::{Icon, Tokens, UiTokens as _, caption, size, space};
use crate::training::report::{JobId, Role, RunId, Setting};
use crate::widgets::{Chip, IconButton, dot_ui, empty_state_ui, section_ui};

/// Widths of the columns: mark, run, started; model, T, soft weight, validation, difference, test, agreement. The title has
/// what is left.
const WIDTHS: [f32; 10] = [30.0, 94.0, 64.0, 104.0, 44.0, 84.0, 68.0, 72.0, 70.0, 70.0];

/// Room for the arrow that folds.
const FOLD: f32 = 22.0;

/// Least width of the last column.
const STATUS: f32 = STATUS_WORD + 3.0 * (SLOT + 2.0);

/// Fills its tile.
pub fn runs_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let rows = state.jobs.rows.iter().filter(|row| state.screen.shows_bin || !row.deleted).count();
    let baselines = state.baseline_errors();
    let lines = state.listed(&baselines);
    section_ui(
        ui,
        &text("runs-title"),
        true,
        |ui| {
            if rows > 0 {
                Chip::new(&rows.to_string()).show(ui);
                filter_ui(ui, state, commands);
            }
            let ticked = state.screen.overlaid.len() as u64;
            if ticked > 0 {
                let words = text_with("runs-ticked", &[("count", ticked.into())]);
                if Chip::new(&words).removable().show(ui).removed {
                    commands.send(ScreenCommand::ClearOverlay);
                }
            }
        },
        |ui| {
            action_button(ui, Action::SaveStudent, false, state, commands);
            let bin = text(Action::ToggleBin.key());
            if ui.selectable_label(state.screen.shows_bin, bin).on_hover_text(text("action-bin-hint")).clicked() {
                commands.send(Action::ToggleBin);
            }
        },
    );
    if rows == 0 {
        let (name, hint) = match &state.jobs.store_fault {
            Some(fault) => (text("runs-fault"), fault.words()),
            None => (text("runs-empty"), text("runs-empty-hint")),
        };
        empty_state_ui(ui, Icon::Flask, &name, &hint, None);
        return;
    }
    if lines.is_empty() {
        empty_state_ui(ui, Icon::Search, &text("runs-none-found"), &text("runs-none-found-hint"), None);
        return;
    }
    // As the curves on show are coloured.
    let shares = state.focused().map_or_else(BTreeMap::new, JobView::shares);
    let column = |width: f32| Column::exact(width).clip(true);
    egui::ScrollArea::horizontal().show(ui, |ui| {
        let fixed: f32 = WIDTHS.iter().sum();
        let gaps = ui.spacing().item_spacing.x * (WIDTHS.len() + 1) as f32;
        let title_width = (ui.available_width() - fixed - gaps - STATUS).max(96.0);
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
                header.col(|_| {});
                for column in RunColumn::ALL {
                    header.col(|ui| heading_ui(ui, column, state, commands));
                }
            })
            .body(|body| {
                body.rows(size::ROW, lines.len(), |mut table_row| {
                    let line = lines[table_row.index()];
                    let row = match line {
                        Listed::Run { row, .. } | Listed::Sweep { best: row, .. } => row,
                    };
                    let focused = state.focused().filter(|job| job.id == row.job);
                    let cell = focused.and_then(|job| job.board.cell_of(row.run));
                    // In a sweep the rows of the cell that lights stand out; elsewhere those of the job.
                    let lit = match (state.lit_cell(), focused.is_some_and(JobView::is_sweep)) {
                        (Some(lit), true) => cell == Some(lit),
                        (None, true) => false,
                        (_, false) => state.screen.focus == Some(row.job),
                    };
                    table_row.set_selected(lit);
                    row_ui(&mut table_row, line, row, state, commands, &baselines, &shares);
                    run_context(&table_row.response(), row, state, commands);
                    if table_row.response().clicked() {
                        commands.send(ScreenCommand::Focus(row.job));
                        commands.send(ScreenCommand::SelectCell(
                            cell.filter(|cell| state.screen.board.selected != Some(*cell)),
                        ));
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

/// A column's name; a click sorts by it.
fn heading_ui(ui: &mut Ui, column: RunColumn, state: &State, commands: &Commands) {
    let align = if column.is_number() { Align::Max } else { Align::Min };
    cell(ui, align, |ui| {
        let sorted = state.screen.list.sort.filter(|(by, _)| *by == column).map(|(_, falling)| falling);
        let name = match sorted {
            None => text(column.key()),
            Some(falling) => format!("{} {}", text(column.key()), if falling { "↓" } else { "↑" }),
        };
        let words = caption(name);
        let words = if sorted.is_some() { words.color(ui.tokens().text) } else { words };
        let response = ui.add(Label::new(words).selectable(false).sense(Sense::click()));
        let hint = format!("{}\n{}", text(&format!("{}-hint", column.key())), text("runs-sort-hint"));
        if response.on_hover_text(hint).clicked() {
            commands.send(ScreenCommand::SortRuns(column));
        }
    });
}

/// Width of the field that filters.
const FILTER: f32 = 150.0;

fn filter_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let mut filter = state.screen.list.filter.clone();
    let field = egui::TextEdit::singleline(&mut filter)
        .hint_text(text("runs-filter"))
        .desired_width(FILTER)
        .align(egui::Align2::LEFT_CENTER);
    let response = ui.add(field).on_hover_text(text("runs-filter-hint"));
    if response.changed() {
        commands.send(ScreenCommand::FilterRuns(filter));
    }
}

/// The arrow that folds a job over its runs.
fn fold_ui(ui: &mut Ui, row: &RunRow, open: bool, commands: &Commands) {
    let key = if open { "runs-fold" } else { "runs-unfold" };
    let icon = if open { Icon::ChevronDown } else { Icon::ChevronRight };
    let name = text_with(key, &[("job", row.job.to_string().into())]);
    if ui.add(IconButton::new(icon, &name)).clicked() {
        commands.send(ScreenCommand::FoldJob(row.job));
    }
}

fn row_ui(
    table_row: &mut egui_extras::TableRow<'_, '_>,
    line: Listed<'_>,
    row: &RunRow,
    state: &State,
    commands: &Commands,
    baselines: &BTreeMap<(JobId, u64), Option<u64>>,
    shares: &BTreeMap<RunId, f32>,
) {
    let faint = row.deleted;
    let words = |ui: &mut Ui, words: String, colour: Option<Color32>| {
        let colour = colour.unwrap_or(if faint { ui.tokens().tertiary } else { ui.tokens().text });
        ui.add(Label::new(RichText::new(words).color(colour)).selectable(false).truncate());
    };
    let dash = || text("widget-bars-missing");
    // A sweep's own line says what its best run has, not what was done to it.
    let moved = |setting| changed(row, setting).filter(|_| matches!(line, Listed::Run { .. }));
    table_row.col(|ui| match line {
        Listed::Run { .. } => overlay_ui(ui, row, state, commands),
        Listed::Sweep { .. } => {}
    });
    table_row.col(|ui| {
        let tokens = ui.tokens();
        let swept = (row.role == Role::Student).then(|| shares.get(&row.run)).flatten();
        match line {
            Listed::Run { open: Some(open), .. } | Listed::Sweep { open, .. } => fold_ui(ui, row, open, commands),
            Listed::Run { below, .. } => ui.add_space(if below { space::S + FOLD } else { FOLD }),
        }
        if let Listed::Sweep { .. } = line {
            words(ui, row.job.to_string(), None);
            return;
        }
        dot_ui(ui, swept.map_or_else(|| role_colour(row.role, tokens), |share| tokens.swept(*share)));
        words(ui, row.run.to_string(), None);
    });
    table_row.col(|ui| words(ui, ago(row.created), Some(ui.tokens().secondary)));
    table_row.col(|ui| words(ui, shown_title(&row.title), None));
    table_row.col(|ui| match line {
        Listed::Sweep { runs, .. } => {
            let words = text_with("runs-of-sweep", &[("count", (runs as u64).into())]);
            let label = ui.add(Label::new(words).selectable(false).truncate());
            label.on_hover_text(text_with("runs-of-sweep-hint", &[("run", row.run.to_string().into())]));
        }
        Listed::Run { .. } => words(ui, row.model.clone(), None),
    });
    table_row.col(|ui| {
        let t = moved(Setting::Temperature).unwrap_or_else(|| row.temperature.map_or_else(dash, short));
        cell(ui, Align::Max, |ui| words(ui, t, None));
    });
    table_row.col(|ui| {
        let weight = match row.role {
            Role::Baseline => text("runs-baseline"),
            Role::Teacher => text("runs-teacher"),
            Role::Student => {
                let weight = |setting, weight: f64| moved(setting).unwrap_or_else(|| format!("{weight:.2}"));
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
        let difference = difference(row, baselines);
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
    table_row.col(|ui| match line {
        Listed::Run { .. } => status_ui(ui, row, state, commands),
        Listed::Sweep { .. } => words(ui, text(status_key(row, state)), Some(ui.tokens().secondary)),
    });
}

/// The mark that lays a run over the curves of the job in focus.
fn overlay_ui(ui: &mut Ui, row: &RunRow, state: &State, commands: &Commands) {
    ui.add_space(space::S);
    let mut on = state.screen.overlaid.contains(&row.run);
    let name = text_with("runs-overlay", &[("run", row.run.to_string().into())]);
    let edge = egui::Stroke::new(1.0, ui.tokens().tertiary);
    let widgets = &mut ui.visuals_mut().widgets;
    (widgets.inactive.bg_stroke, widgets.hovered.bg_stroke) = (edge, edge);
    let response = ui.add(egui::Checkbox::without_text(&mut on));
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, &name));
    if response.on_hover_text(&name).changed() {
        commands.send(ScreenCommand::Overlay(row.run, on));
    }
}

/// Room for the usual words of a status.
const STATUS_WORD: f32 = 54.0;

fn status_ui(ui: &mut Ui, row: &RunRow, state: &State, commands: &Commands) {
    let tokens = ui.tokens();
    let key = status_key(row, state);
    let colour = match row.status {
        _ if row.deleted => tokens.tertiary,
        Status::Running if key == "status-running" => tokens.text,
        Status::Paused | Status::Interrupted => tokens.doubtful,
        Status::Diverged | Status::Failed => tokens.bad,
        _ => tokens.secondary,
    };
    // What can be done stands in one column beside it, whatever the word.
    let word = ui.add(Label::new(RichText::new(text(key)).color(colour)).selectable(false));
    ui.add_space((STATUS_WORD - word.rect.width()).max(0.0));
    let run = row.run.to_string();
    let named = |key| text_with(key, &[("run", run.clone().into())]);
    let here = state.running_job().filter(|job| job.id == row.job);
    let trains = here.filter(|_| row.status == Status::Running && row.role != Role::Teacher);
    let resumable = matches!(row.status, Status::Paused | Status::Interrupted | Status::Failed);
    let failed = matches!(row.status, Status::Stopped | Status::Diverged) && !row.loaded;
    slot_ui(ui, |ui| {
        if trains.is_some() {
            if ui.add(IconButton::new(Icon::Stop, &named("runs-stop"))).clicked() {
                commands.send(JobCommand::StopRun(row.run));
            }
        } else if row.deleted {
        } else if resumable && !state.jobs.queue.has(row.job) {
            if ui.add(IconButton::new(Icon::Play, &named("runs-resume"))).clicked() {
                commands.send(JobCommand::Resume(row.job));
            }
        } else if failed && here.is_none() {
            let (name, hint) = (named("runs-again"), text("runs-again-hint"));
            if ui.add(IconButton::new(Icon::Redo, &name).hint(&hint)).clicked() {
                commands.send(JobCommand::Again(row.job, vec![row.run]));
            }
        }
    });
    // What trains has settings in the place in which anything else is deleted.
    slot_ui(ui, |ui| {
        if let Some(info) = trains.and_then(|job| job.runs.iter().find(|info| info.run == row.run)) {
            run_settings_ui(ui, info, state, commands);
        } else if row.deleted {
            if ui.add(IconButton::new(Icon::Restore, &named("runs-restore"))).clicked() {
                commands.send(JobCommand::Restore(row.run));
            }
        } else if state.jobs.running != Some(row.job)
            && ui.add(IconButton::new(Icon::Trash, &named("runs-delete"))).clicked()
        {
            commands.send(JobCommand::Delete(row.run));
        }
    });
    slot_ui(ui, |ui| {
        let more = ui.add(IconButton::new(Icon::More, &named("runs-more")));
        egui::Popup::menu(&more).show(|ui| run_menu_ui(ui, row, state, commands));
    });
}

/// Each kind of button has its own place, whatever else there is to do.
fn slot_ui(ui: &mut Ui, button: impl FnOnce(&mut Ui)) {
    let (_, place) = ui.allocate_space(egui::vec2(SLOT, size::ROW));
    button(&mut ui.new_child(egui::UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center))));
}

/// Width of the place of a button.
const SLOT: f32 = 24.0;

fn status_key(row: &RunRow, state: &State) -> &'static str {
    match row.status {
        _ if row.deleted => "status-deleted",
        Status::Waiting => "status-waiting",
        Status::Running if state.is_paused() && state.jobs.running == Some(row.job) => "status-resting",
        Status::Running => "status-running",
        Status::Done if row.loaded => "status-loaded",
        Status::Done => "status-done",
        Status::Stopped => "status-stopped",
        Status::Paused => "status-paused",
        Status::Interrupted => "status-interrupted",
        Status::Diverged => "status-diverged",
        Status::Halved => "status-halved",
        Status::Failed => "status-failed",
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
