//! The sweep board: all cells of a job at a glance, by one metric on validation rows, and why the verdict on them is so.

mod axes;
mod curve;
mod map;
mod samples;
mod size;

use eframe::egui::{Frame, Label, Margin, ScrollArea, Ui};

use self::{axes::axes_ui, curve::curve_ui, map::map_ui, samples::samples_ui, size::size_ui};
use super::explained;
use super::story::reasons_shown;
use crate::command::{Commands, JobCommand, ScreenCommand};
use crate::recipe::field_label;
use crate::runs::verdict::Spread;
use crate::state::{BoardPage, JobView, Metric, Pane, State};
use crate::text::{Phrase, Term, Value, text, text_with};
use crate::theme::{Icon, caption, space};
use crate::widgets::{Dropdown, empty_state_ui, section_ui, segmented_ui, segmented_width};

/// Fills its tile.
pub fn board_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let job = state.focused().filter(|job| job.is_sweep());
    let pages = BoardPage::ALL.map(|page| text(page_key(page)));
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let mut has_pages = false;
    section_ui(
        ui,
        &text("board-title"),
        false,
        |ui| {
            has_pages = job.is_some() && segmented_width(ui, &pages) <= ui.available_width();
            if has_pages {
                pages_ui(ui, &pages, state, commands);
            }
        },
        |ui| {
            if job.is_some() {
                super::take_away::picture_ui(ui, Pane::Board, commands);
            }
            // The samples have no metric.
            if job.is_some() && state.screen.board.page != BoardPage::Samples {
                metric_ui(ui, state, commands);
            }
        },
    );
    let Some(job) = job else {
        let hint = if state.recipe.sweep.is_single() { "board-empty-hint" } else { "board-ready-hint" };
        empty_state_ui(ui, Icon::Flask, &text("board-empty"), &text(hint), None);
        return;
    };
    let margin = Margin { left: space::M as i8, right: space::M as i8, top: 4, bottom: space::S as i8 };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        if !has_pages {
            pages_ui(ui, &pages, state, commands);
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| content_ui(ui, job, state, commands));
    });
}

/// A picture, and below it what the verdict rests on. Both are in sight at once, unless the picture has less than [`LEAST`].
fn content_ui(ui: &mut Ui, job: &JobView, state: &State, commands: &Commands) {
    let id = ui.scope_id().with("verdict");
    let below: f32 = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let height = (ui.available_height() - below - ui.spacing().item_spacing.y).max(LEAST);
    match state.screen.board.page {
        BoardPage::Map => map_ui(ui, job, state, commands, height),
        BoardPage::Curve => curve_ui(ui, job, state, commands, height),
        BoardPage::Axes => axes_ui(ui, job, state, commands, height),
        BoardPage::Size => size_ui(ui, job, state, commands, height),
        BoardPage::Samples => samples_ui(ui, job, state, commands, height),
    }
    let measured = ui.scope(|ui| verdict_ui(ui, job, commands)).response.rect.height();
    if (measured - below).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, measured));
        ui.ctx().request_discard("the room above the verdict is known now");
    }
}

/// A picture that is lower than this cannot be read: rather it is scrolled.
const LEAST: f32 = 160.0;

fn metric_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let here = state.screen.board.metric;
    let list = Dropdown::new(&text("board-metric"), &text(metric_key(here))).plain().show(ui, |ui| {
        for metric in Metric::ALL {
            let entry = ui.selectable_label(metric == here, text(metric_key(metric)));
            if explained(entry, metric_terms(metric)).clicked() {
                commands.send(ScreenCommand::BoardMetric(metric));
            }
        }
    });
    explained(list.response, metric_terms(here));
}

/// What explains a metric.
pub(super) fn metric_terms(metric: Metric) -> &'static [Term] {
    match metric {
        Metric::Errors => &[Term::Errors, Term::Validation],
        Metric::Accuracy => &[Term::Accuracy, Term::Validation],
        Metric::Agreement => &[Term::Agreement, Term::Validation],
        Metric::Kl => &[Term::Kl, Term::Validation],
        Metric::Ece => &[Term::Calibration, Term::Validation],
    }
}

fn pages_ui(ui: &mut Ui, names: &[&str], state: &State, commands: &Commands) {
    let mut page = BoardPage::ALL.iter().position(|page| *page == state.screen.board.page).unwrap_or(0);
    if segmented_ui(ui, &text("board-pages"), &mut page, names).changed() {
        commands.send(ScreenCommand::BoardPage(BoardPage::ALL[page]));
    }
}

fn metric_key(metric: Metric) -> &'static str {
    match metric {
        Metric::Errors => "board-errors",
        Metric::Accuracy => "board-accuracy",
        Metric::Agreement => "board-agreement",
        Metric::Kl => "board-kl",
        Metric::Ece => "board-ece",
    }
}

fn page_key(page: BoardPage) -> &'static str {
    match page {
        BoardPage::Map => "board-map",
        BoardPage::Curve => "board-curve",
        BoardPage::Axes => "board-axes",
        BoardPage::Size => "board-size",
        BoardPage::Samples => "board-samples",
    }
}

/// The name of a swept field in a panel.
pub(super) fn field_name(path: &str) -> String {
    field_label(path).words()
}

/// `35.3 ± 3.1 · 4 seeds`.
fn spread_words(metric: Metric, spread: Spread) -> String {
    let written = metric.written();
    let mean = written.write(spread.mean);
    let deviation = written.deviation(spread.mean, spread.deviation.unwrap_or_default());
    let args: [(&str, Value<'_>); 3] =
        [("mean", mean.into()), ("deviation", deviation.into()), ("n", (spread.n as u64).into())];
    text_with(if spread.n > 1 { "board-spread" } else { "board-single" }, &args)
}

/// A job whose runs differ by their seed alone has no axis: its spread is all there is to see.
fn seeds_ui(ui: &mut Ui, job: &JobView, metric: Metric) {
    for cell in job.board.cells.iter().chain(&job.board.baselines) {
        let spread = job.spread(cell, metric).map_or_else(|| text("board-none"), |spread| spread_words(metric, spread));
        explained(ui.add(Label::new(format!("{}: {spread}", cell.label.words())).wrap()), &[Term::Cell, Term::Seed]);
    }
}

/// Hovering lights a cell in all panels, a click chooses it; a click on the chosen one lets go of it.
fn choose(state: &State, commands: &Commands, hovered: Option<usize>, clicked: Option<usize>) {
    if hovered != state.screen.board.hovered {
        commands.send(ScreenCommand::HoverCell(hovered));
    }
    if let Some(cell) = clicked {
        commands.send(ScreenCommand::SelectCell(Some(cell).filter(|cell| state.screen.board.selected != Some(*cell))));
    }
}

/// Of `count` things at most so many: the ends, and what lies evenly between them.
fn evenly_of(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let most = count.min(most);
    (0..most).map(move |i| i * (count - 1) / (most - 1).max(1))
}

/// Says how many of all are shown, unless all of them are.
fn some_ui(ui: &mut Ui, shown: usize, count: usize) {
    if shown < count {
        let args = [("shown", (shown as u64).into()), ("count", (count as u64).into())];
        ui.add(Label::new(caption(text_with("board-some", &args))).selectable(false));
    }
}

/// What else the sentence above the panels rests on.
fn verdict_ui(ui: &mut Ui, job: &JobView, commands: &Commands) {
    let Some(story) = &job.story else {
        ui.add(Label::new(caption(text("board-verdict-waits"))).wrap());
        return;
    };
    let why: Vec<String> = story.why.iter().skip(reasons_shown(ui)).map(Phrase::words).collect();
    if !why.is_empty() {
        ui.add(Label::new(caption(why.join(" "))).wrap());
    }
    let failed = job.failed();
    if !failed.is_empty() {
        let name = text_with("board-again", &[("count", (failed.len() as u64).into())]);
        if ui.button(name).on_hover_text(text("runs-again-hint")).clicked() {
            commands.send(JobCommand::Retry(job.id, failed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::evenly_of;

    #[test]
    fn the_ends_are_among_what_is_shown() {
        let of = |count, most| evenly_of(count, most).collect::<Vec<_>>();
        assert_eq!(of(40, 5), [0, 9, 19, 29, 39]);
        assert_eq!(of(3, 5), [0, 1, 2]);
        assert_eq!((of(1, 5), of(0, 5)), (vec![0], vec![]));
    }
}
