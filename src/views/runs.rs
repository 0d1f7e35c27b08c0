//! The list of runs: what was tried, with what result, against which baseline.

mod columns;

use std::time::{SystemTime, UNIX_EPOCH};

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{self, Align, Color32, Label, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use self::columns::fitting;
use super::cards::shown_title;
use super::colours::RunColours;
use super::kept_run::{run_context, run_menu_ui};
use super::run_settings::run_settings_ui;
use super::{action_button, course_words, whats};
use crate::command::{Action, Commands, JobCommand, ScreenCommand};
use crate::distill::Course;
use crate::protocol::{Role, Setting};
use crate::recipe::Baseline;
use crate::runs::verdict::Discordant;
use crate::runs::{RunRow, Status};
use crate::state::{BaselineErrors, JobView, Listed, RunColumn, State, difference, validation};
use crate::text::{Between, Phrase, Term, grouped, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, font, size, space};
use crate::widgets::{Chip, IconButton, dot_ui, empty_state_ui, section_ui};

/// Width of the column of marks.
const MARK: f32 = 30.0;

/// Room for the arrow that folds.
const FOLD: f32 = 22.0;

/// What a column needs of which some run has more than is usual: what was moved live has two values.
fn needed_width(ui: &Ui, lines: &[Line<'_>], column: RunColumn) -> f32 {
    let wide = |words: String| {
        ui.painter().layout_no_wrap(words, font(size::BODY), ui.tokens().text).size().x + space::S + 2.0
    };
    match column {
        RunColumn::Temperature | RunColumn::Weights => {
            let is_wide = |line: &&Line<'_>| !line.row.changes.is_empty() || taught(line.row).is_some();
            let words = lines.iter().filter(is_wide).filter_map(|line| line.number(column));
            words.map(wide).fold(0.0, f32::max)
        }
        RunColumn::Differs(_) => {
            let words = lines.iter().take(MEASURED).filter_map(|line| line.number(column));
            words.max_by_key(|words| words.chars().count()).map_or(0.0, wide).min(WIDEST)
        }
        _ => 0.0,
    }
}

/// Which baseline a run is that has a name of its own.
fn taught(row: &RunRow) -> Option<&'static Baseline> {
    row.baseline.filter(|baseline| *baseline != Baseline::PLAIN)
}

/// Lines whose words decide how wide a column is: a long list is not measured whole in every frame.
const MEASURED: usize = 64;

/// Where the words of a field that differs are cut.
const WIDEST: f32 = 150.0;

/// How many runs there are, the filter, and what can be done with them.
fn title_ui(ui: &mut Ui, rows: usize, state: &State, commands: &Commands) {
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
}

/// Fills its tile.
pub fn runs_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let rows = state.jobs.rows.iter().filter(|row| state.screen.shows_bin || !row.deleted).count();
    let baselines = state.baseline_errors();
    let lines = state.listed(&baselines);
    title_ui(ui, rows, state, commands);
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
    let colours = RunColours::of(state, ui.tokens());
    let columns: Vec<RunColumn> = state.run_columns().collect();
    egui::ScrollArea::horizontal().show(ui, |ui| {
        let of_list = lines.iter().map(|listed| {
            let (Listed::Run { row, .. } | Listed::Sweep { best: row, .. }) = *listed;
            Line { listed: *listed, row, state, commands, baselines: &baselines, colours: &colours }
        });
        let lines: Vec<Line<'_>> = of_list.collect();
        let (room, gap) = (ui.available_width() - MARK, ui.spacing().item_spacing.x);
        let columns = fitting(&columns, |column| needed_width(ui, &lines, column), room, gap);
        let selection = ui.tokens().control;
        ui.visuals_mut().selection.bg_fill = selection;
        let mut table = TableBuilder::new(ui)
            .id_salt("runs")
            .sense(Sense::click())
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(MARK).clip(true));
        for (at, (_, width)) in columns.iter().enumerate() {
            // The last one takes what is left of the line.
            let column =
                if at + 1 < columns.len() { Column::exact(*width) } else { Column::remainder().at_least(*width) };
            table = table.column(column.clip(true));
        }
        table
            .auto_shrink(false)
            .header(size::ROW, |mut header| {
                header.col(|_| {});
                for (column, _) in &columns {
                    header.col(|ui| heading_ui(ui, *column, state, commands));
                }
            })
            .body(|body| {
                body.rows(size::ROW, lines.len(), |mut table_row| {
                    lines[table_row.index()].row_ui(&mut table_row, &columns);
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
        let own = match column {
            RunColumn::Differs(at) => state.jobs.told_apart.columns.get(at).map(|field| (field.label(), field.what())),
            _ => None,
        };
        let (name, hint) = own
            .map_or_else(|| (text(column.key()), column_what(column)), |(label, what)| (label.words(), what.words()));
        let name = match sorted {
            None => name,
            Some(falling) => format!("{name} {}", if falling { "↓" } else { "↑" }),
        };
        let words = caption(name);
        let words = if sorted.is_some() { words.color(ui.tokens().text) } else { words };
        let response = ui.add(Label::new(words).selectable(false).truncate().sense(Sense::click()));
        let hint = format!("{hint}\n{}", text("runs-sort-hint"));
        if response.on_hover_text(hint).clicked() {
            commands.send(ScreenCommand::SortRuns(column));
        }
    });
}

/// What a column is, in the words of the glossary where it has them.
fn column_what(column: RunColumn) -> String {
    let hint = || text(&format!("{}-hint", column.key()));
    match column {
        RunColumn::Temperature => Term::Temperature.what(),
        RunColumn::Weights => format!("{}\n{}", hint(), whats(&[Term::SoftLoss, Term::HardLoss])),
        RunColumn::Validation => format!("{}\n{}", hint(), Term::Validation.what()),
        RunColumn::Against => format!("{}\n{}", hint(), Term::Baseline.what()),
        RunColumn::Test => whats(&[Term::Errors, Term::Test]),
        RunColumn::Agreement => Term::Agreement.what(),
        RunColumn::Run
        | RunColumn::Started
        | RunColumn::Recipe
        | RunColumn::Model
        | RunColumn::Differs(_)
        | RunColumn::Size
        | RunColumn::Speed
        | RunColumn::Status => hint(),
    }
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

/// A line of the list, with what its cells say.
struct Line<'a> {
    listed: Listed<'a>,
    /// The run, or the best one of a sweep.
    row: &'a RunRow,
    state: &'a State,
    commands: &'a Commands,
    baselines: &'a BaselineErrors<'a>,
    colours: &'a RunColours<'a>,
}

impl Line<'_> {
    /// A line of the table. A click shows its job, and in a sweep its cell.
    fn row_ui(&self, table_row: &mut TableRow<'_, '_>, columns: &[(RunColumn, f32)]) {
        let (row, state) = (self.row, self.state);
        let focused = state.focused().filter(|job| job.id == row.job);
        let cell = focused.and_then(|job| job.board.cell_of(row.run));
        // In a sweep the rows of the cell that lights stand out; elsewhere those of the job.
        let lit = match (state.lit_cell(), focused.is_some_and(JobView::is_sweep)) {
            (Some(lit), true) => cell == Some(lit),
            (None, true) => false,
            (_, false) => state.screen.focus == Some(row.job),
        };
        table_row.set_selected(lit);
        table_row.col(|ui| self.mark_ui(ui));
        for (column, _) in columns {
            table_row.col(|ui| self.cell_ui(ui, *column));
        }
        run_context(&table_row.response(), row, state, self.commands);
        if table_row.response().clicked() {
            self.commands.send(ScreenCommand::Focus(row.job));
            let chosen = cell.filter(|cell| state.screen.board.selected != Some(*cell));
            self.commands.send(ScreenCommand::SelectCell(chosen));
        }
    }

    fn mark_ui(&self, ui: &mut Ui) {
        if let Listed::Run { row, .. } = self.listed {
            overlay_ui(ui, row, self.state, self.commands);
        }
    }

    fn cell_ui(&self, ui: &mut Ui, column: RunColumn) {
        let row = self.row;
        match column {
            RunColumn::Run => self.name_ui(ui),
            RunColumn::Recipe => self.recipe_ui(ui),
            RunColumn::Against => self.against_ui(ui),
            RunColumn::Status => match self.listed {
                Listed::Run { .. } => status_ui(ui, row, self.state, self.commands),
                Listed::Sweep { status, .. } => {
                    self.words(ui, text(status_key(row, status, self.state)), Some(ui.tokens().secondary));
                }
            },
            RunColumn::Started => self.words(ui, ago(row.created), Some(ui.tokens().secondary)),
            RunColumn::Model => match self.listed {
                Listed::Sweep { runs, .. } => {
                    let words = text_with("runs-of-sweep", &[("count", (runs as u64).into())]);
                    let label = ui.add(Label::new(words).selectable(false).truncate());
                    label.on_hover_text(text_with("runs-of-sweep-hint", &[("run", row.run.to_string().into())]));
                }
                Listed::Run { .. } => self.words(ui, row.model.clone(), None),
            },
            RunColumn::Temperature
            | RunColumn::Weights
            | RunColumn::Differs(_)
            | RunColumn::Validation
            | RunColumn::Test
            | RunColumn::Size
            | RunColumn::Speed
            | RunColumn::Agreement => {
                let number = self.number(column).unwrap_or_else(|| text("widget-bars-missing"));
                cell(ui, Align::Max, |ui| self.words(ui, number, None));
            }
        }
    }

    fn words(&self, ui: &mut Ui, words: String, colour: Option<Color32>) {
        let faint = if self.row.deleted { ui.tokens().tertiary } else { ui.tokens().text };
        ui.add(Label::new(RichText::new(words).color(colour.unwrap_or(faint))).selectable(false).truncate());
    }

    /// What stands in a column of numbers; none where there is nothing.
    fn number(&self, column: RunColumn) -> Option<String> {
        let row = self.row;
        // A sweep's own line says what its best run has, not what was done to it.
        let moved = |setting| changed(row, setting).filter(|_| matches!(self.listed, Listed::Run { .. }));
        match column {
            RunColumn::Temperature => moved(Setting::TEMPERATURE).or_else(|| row.temperature().map(course_words)),
            RunColumn::Weights => Some(match row.role {
                Role::Baseline => text(taught(row).map_or("runs-baseline", |baseline| baseline.label)),
                Role::Teacher => text("runs-teacher"),
                Role::Companion => super::companion_name(row.method, row.place),
                Role::Student => {
                    let words = |(path, weight): (&str, Course)| {
                        Setting::at(path).and_then(moved).unwrap_or_else(|| course_words(weight))
                    };
                    row.weights().into_iter().map(words).collect::<Vec<_>>().join(" · ")
                }
            }),
            RunColumn::Differs(at) => self.state.differing_value(row.run, at).map(Phrase::words),
            RunColumn::Validation => validation(row).map(|metrics| metrics.errors.to_string()),
            RunColumn::Test => row.test.as_ref().map(|metrics| metrics.errors.to_string()),
            RunColumn::Agreement => Some(super::percent(validation(row)?.agreement?)),
            RunColumn::Size => Some(grouped(row.parameters)).filter(|_| row.parameters > 0),
            RunColumn::Speed => Some(number::microseconds(row.cost.as_ref()?.microseconds[0])),
            _ => None,
        }
    }

    fn name_ui(&self, ui: &mut Ui) {
        let row = self.row;
        match self.listed {
            Listed::Run { open: Some(open), .. } | Listed::Sweep { open, .. } => fold_ui(ui, row, open, self.commands),
            Listed::Run { below, .. } => ui.add_space(if below { space::S + FOLD } else { FOLD }),
        }
        if let Listed::Sweep { .. } = self.listed {
            self.words(ui, row.job.to_string(), None);
            return;
        }
        dot_ui(ui, self.colours.run(row.run, row.role));
        self.words(ui, row.run.to_string(), None);
    }

    /// What the job is called, and what tells this line from others of that name.
    fn recipe_ui(&self, ui: &mut Ui) {
        let (is_run, below) = match self.listed {
            Listed::Run { below, .. } => (true, below),
            Listed::Sweep { .. } => (false, false),
        };
        let says = self.state.jobs.told_apart.says.get(&self.row.run).filter(|_| is_run);
        let says = says.map_or_else(String::new, |says| Phrase::several(Between::Commas, says.clone()).words());
        let title = shown_title(&self.row.title);
        let tokens = ui.tokens();
        let quiet = if self.row.deleted { tokens.tertiary } else { tokens.secondary };
        let loud = if self.row.deleted { tokens.tertiary } else { tokens.text };
        let mut job = LayoutJob::default();
        let mut add = |words: &str, colour| job.append(words, 0.0, TextFormat::simple(font(size::BODY), colour));
        // Below the line of its job a run says only what it is.
        match (below && !says.is_empty(), says.is_empty()) {
            (true, _) => add(&says, loud),
            (false, true) => add(&title, loud),
            (false, false) => {
                add(&title, loud);
                add(&format!("  {says}"), quiet);
            }
        }
        let whole = job.text.clone();
        ui.add(Label::new(job).selectable(false).truncate()).on_hover_text(whole);
    }

    fn against_ui(&self, ui: &mut Ui) {
        let row = self.row;
        let difference = difference(row, self.baselines);
        // One seed's difference has a colour only where chance does not explain it.
        let is_clear = row.rows_apart.is_some_and(Discordant::is_clear);
        let (difference, colour) = match difference {
            None => (text("widget-bars-missing"), ui.tokens().tertiary),
            Some(0) => ("0".to_owned(), ui.tokens().secondary),
            Some(n) if n < 0 => (format!("−{}", n.unsigned_abs()), ui.tokens().good),
            Some(n) => (format!("+{n}"), ui.tokens().bad),
        };
        let colour = if is_clear { colour } else { ui.tokens().secondary };
        cell(ui, Align::Max, |ui| self.words(ui, difference, Some(colour)));
        if let Some(apart) = row.rows_apart {
            let args = [
                ("better", apart.better.into()),
                ("worse", apart.worse.into()),
                ("p", Phrase::p_value(apart.p()).words().into()),
            ];
            ui.interact(ui.max_rect(), ui.scope_id().with(("apart", row.run)), Sense::hover()).on_hover_text(format!(
                "{}\n{}",
                text_with("runs-apart", &args),
                whats(&[Term::McNemar, Term::PValue])
            ));
        }
    }
}

/// The mark that lays a run over the curves of the job in focus.
fn overlay_ui(ui: &mut Ui, row: &RunRow, state: &State, commands: &Commands) {
    ui.add_space(space::S);
    let mut on = state.screen.overlaid.contains(row.run);
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
    let key = status_key(row, row.status, state);
    let colour = match row.status {
        _ if row.deleted => tokens.tertiary,
        Status::Running if key == "status-running" => tokens.text,
        Status::Paused | Status::Interrupted => tokens.doubtful,
        Status::Diverged | Status::Failed => tokens.bad,
        _ => tokens.secondary,
    };
    // What can be done stands in one column beside it, whatever the word.
    ui.spacing_mut().item_spacing.x = 2.0;
    let word = text_with(key, &[("count", row.teachers.len().into())]);
    let word = ui.add(Label::new(RichText::new(word).color(colour)).selectable(false));
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
                commands.send(JobCommand::Retry(row.job, vec![row.run]));
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

fn status_key(row: &RunRow, status: Status, state: &State) -> &'static str {
    match status {
        _ if row.deleted => "status-deleted",
        Status::Waiting => "status-waiting",
        Status::Running if state.is_paused() && state.jobs.running == Some(row.job) => "status-resting",
        Status::Running => "status-running",
        Status::Done if row.loaded && !row.teachers.is_empty() => "status-mean",
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

/// `4 → 8` for a setting that was moved live, `8 → 1 → 4` for one that moved by itself until then.
fn changed(row: &RunRow, setting: Setting) -> Option<String> {
    let mut of_setting = row.changes.iter().filter(|change| change.setting == setting);
    let first = of_setting.next()?;
    let last = of_setting.next_back().unwrap_or(first);
    let before = row.setting(setting.path()).filter(|course| matches!(course, Course::Moving(_)));
    let before = course_words(before.unwrap_or(Course::Fixed(first.from)));
    Some(format!("{before} → {}", number::setting(last.to)))
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
