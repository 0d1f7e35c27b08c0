//! Dark knowledge: what teacher and student take each class for, where they are wrong, how far they can be believed, how unsure they are.

use eframe::egui::{Align, Frame, Label, Layout, Margin, Ui};

use super::figure_menu_ui;
use super::take_away::heading_ui;
use crate::command::{Commands, LensCommand};
use crate::state::{DarkFound, DarkPage, DarkRows, DarkTable, ENTROPY_BINS, LENS_TEMPERATURES, Pane, State, Who};
use crate::text::{Term, grouped, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, space};
use crate::views::whats;
use crate::widgets::{
    ClassMatrix, Histogram, MatrixCell, ReliabilityBin, ReliabilityDiagram, Slider, empty_state_ui, is_figure,
    section_ui, segmented_ui, segmented_width,
};

/// Nothing is wider than this.
const MEASURE: f32 = 640.0;

/// Fills its tile.
pub fn dark_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let names = DarkPage::ALL.map(|page| text(page_key(page)));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut has_pages = false;
    section_ui(
        ui,
        &text("dark-title"),
        false,
        |ui| {
            has_pages = segmented_width(ui, &names) <= ui.available_width();
            if has_pages {
                pages_ui(ui, &names, state, commands);
            }
        },
        |ui| figure_menu_ui(ui, Pane::Dark, commands),
    );
    let Some(rows) = state.dark_rows().filter(|rows| rows.teacher.is_some() || rows.student.is_some()) else {
        empty_state_ui(ui, Icon::Flask, &text("dark-empty"), &text("dark-empty-hint"), None);
        return;
    };
    let margin = Margin { left: space::M as i8, right: space::M as i8, top: 4, bottom: space::M as i8 };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        if !has_pages {
            pages_ui(ui, &names, state, commands);
        }
        ui.set_max_width(MEASURE.min(ui.available_width()));
        controls_ui(ui, state, commands);
        page_ui(ui, state, &rows, commands);
    });
}

/// The picture alone, to be taken away.
pub(super) fn figure_ui(ui: &mut Ui, state: &State, nobody: &Commands) {
    let dark = &state.screen.dark;
    let args = [
        ("page", text(page_key(dark.page)).into()),
        ("who", text(who_key(dark.who)).into()),
        ("temperature", number::setting(state.screen.lens.temperature).into()),
    ];
    let key = match dark.page {
        DarkPage::Confusion => "dark-figure-confusion",
        DarkPage::Entropy => "dark-figure-entropy",
        DarkPage::Targets | DarkPage::Calibration => "dark-figure",
    };
    heading_ui(ui, text_with(key, &args));
    ui.spacing_mut().item_spacing.y = space::S;
    match state.dark_rows() {
        Some(rows) => page_ui(ui, state, &rows, nobody),
        None => says_nothing_ui(ui),
    }
}

fn page_key(page: DarkPage) -> &'static str {
    match page {
        DarkPage::Targets => "dark-targets",
        DarkPage::Confusion => "dark-confusion",
        DarkPage::Calibration => "dark-calibration",
        DarkPage::Entropy => "dark-entropy",
    }
}

fn who_key(who: Who) -> &'static str {
    match who {
        Who::Teacher => "dark-teacher",
        Who::Student => "dark-student",
        Who::Both => "dark-both",
    }
}

fn pages_ui(ui: &mut Ui, names: &[&str], state: &State, commands: &Commands) {
    let mut page = DarkPage::ALL.iter().position(|page| *page == state.screen.dark.page).unwrap_or(0);
    if segmented_ui(ui, &text("dark-pages"), &mut page, names).changed() {
        commands.send(LensCommand::DarkPage(DarkPage::ALL[page]));
    }
}

/// Whose, and T where the page depends on it.
fn controls_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let dark = &state.screen.dark;
    let has_t = dark.page != DarkPage::Confusion;
    let whose: &[Who] = match dark.page {
        DarkPage::Entropy => &[],
        DarkPage::Confusion => &Who::ALL,
        _ => &Who::ALL[..2],
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        if !whose.is_empty() {
            let names: Vec<String> = whose.iter().map(|who| text(who_key(*who))).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut chosen = whose.iter().position(|who| *who == dark.who).unwrap_or(1);
            if segmented_ui(ui, &text("dark-whose"), &mut chosen, &names).changed() {
                commands.send(LensCommand::DarkWho(whose[chosen]));
            }
        }
        if has_t {
            let mut t = state.screen.lens.temperature;
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(
                    Label::new(caption(text_with("lens-at", &[("temperature", number::setting(t).into())])))
                        .selectable(false),
                );
                let name = text("lens-temperature");
                let slider = Slider::new(&name, &mut t, LENS_TEMPERATURES).logarithmic().default_value(1.0).rail_only();
                if ui.add(slider).changed() {
                    commands.send(LensCommand::LensTemperature(t));
                }
            });
        }
    });
}

/// The picture, and the sentence that says what it rests on.
fn page_ui(ui: &mut Ui, state: &State, rows: &DarkRows<'_>, commands: &Commands) {
    let Some(found) = state.dark_found() else {
        ui.add(Label::new(caption(text("dark-counting"))));
        return;
    };
    match found {
        DarkFound::Table(table) => table_ui(ui, state, rows, table, commands),
        DarkFound::Reliability(found) => match found {
            Some(found) => reliability_ui(ui, state, found, commands),
            None => says_nothing_ui(ui),
        },
        DarkFound::Entropy(counts) => entropy_ui(ui, state, rows, counts),
    }
    ui.add(Label::new(caption(rests_on(rows))).wrap());
}

fn says_nothing_ui(ui: &mut Ui) {
    ui.add(Label::new(caption(text("dark-says-nothing"))).wrap());
}

/// On which rows a picture rests.
fn rests_on(rows: &DarkRows<'_>) -> String {
    let count = ("rows", grouped(rows.rows.len() as u64).into());
    match (rows.all, rows.step) {
        (true, _) => text_with("dark-all-rows", &[count]),
        (false, Some(step)) => text_with("dark-probe-step", &[count, ("step", grouped(step).into())]),
        (false, None) => text_with("dark-probe", &[count]),
    }
}

fn table_ui(ui: &mut Ui, state: &State, rows: &DarkRows<'_>, found: &DarkTable, commands: &Commands) {
    let DarkTable { table, shown, .. } = found;
    if table.rows.iter().all(|rows| *rows == 0) {
        return says_nothing_ui(ui);
    }
    let is_confusion = state.screen.dark.page == DarkPage::Confusion;
    let names: Vec<String> = shown.iter().map(|class| rows.classes[*class].clone()).collect();
    let cell = |label: usize, class: usize| {
        let value = table.at(label, class)?;
        let share = value / if is_confusion { table.rows[label].max(1) as f64 } else { 1.0 };
        let text = if is_confusion { count_words(value) } else { number::probability(value) };
        Some(MatrixCell { share: share as f32, text, on_diagonal: label == class })
    };
    let cells: Vec<Option<MatrixCell>> = shown
        .iter()
        .flat_map(|label| shown.iter().map(move |class| (*label, *class)))
        .map(|(a, b)| cell(a, b))
        .collect();
    let who = state.screen.dark.who;
    let (row_axis, column_axis) = match who {
        _ if !is_confusion => ("dark-axis-class", "dark-axis-target"),
        Who::Teacher => ("dark-axis-class", "dark-axis-teacher"),
        Who::Student => ("dark-axis-class", "dark-axis-student"),
        Who::Both => ("dark-axis-teacher", "dark-axis-student"),
    };
    let words = |at: usize| {
        let (label, class) = (shown[at / shown.len()], shown[at % shown.len()]);
        let args = [
            ("label", rows.classes[label].clone().into()),
            ("class", rows.classes[class].clone().into()),
            (
                "value",
                table
                    .at(label, class)
                    .map_or_else(|| text("widget-bars-missing"), |value| exact(value, is_confusion))
                    .into(),
            ),
            ("rows", grouped(table.rows[label]).into()),
        ];
        text_with(cell_key(is_confusion, who), &args)
    };
    let below = 3.0 * 18.0;
    let colour = match who {
        Who::Teacher => ui.tokens().teacher,
        Who::Student | Who::Both => ui.tokens().student,
    };
    let clicked = ClassMatrix {
        name: &text(page_key(state.screen.dark.page)),
        row_axis: &text(row_axis),
        column_axis: &text(column_axis),
        classes: &names,
        cells: &cells,
        colour,
        words: &words,
        height: (ui.available_height() - below).max(160.0),
    }
    .show(ui);
    if let Some(at) = clicked {
        let (label, class) = (shown[at / shown.len()], shown[at % shown.len()]);
        if is_confusion {
            commands.send(LensCommand::OpenCell(state.dark_cell(label, class)));
        } else {
            commands.send(LensCommand::LensClass(Some(label)));
            commands.send(LensCommand::Subject(crate::state::Subject::Mean));
        }
    }
    ui.add(Label::new(table_words(found, rows.classes, is_confusion, who)).wrap());
    if shown.len() < table.classes() {
        let args = [("shown", (shown.len() as u64).into()), ("classes", (table.classes() as u64).into())];
        ui.add(Label::new(caption(text_with("dark-most-mistaken", &args))).wrap());
    }
}

fn cell_key(is_confusion: bool, who: Who) -> &'static str {
    match (is_confusion, who) {
        (false, Who::Teacher) => "dark-cell-teacher",
        (false, _) => "dark-cell-student",
        (true, Who::Teacher) => "dark-count-teacher",
        (true, Who::Student) => "dark-count-student",
        (true, Who::Both) => "dark-count-both",
    }
}

fn count_words(value: f64) -> String {
    if value == 0.0 { String::new() } else { grouped(value as u64) }
}

fn exact(value: f64, is_count: bool) -> String {
    if is_count {
        grouped(value as u64)
    } else {
        text_with("widget-percent", &[("value", number::fixed(100.0 * value, 3).into())])
    }
}

/// What stands out of a table, in a sentence.
fn table_words(found: &DarkTable, names: &[String], is_confusion: bool, who: Who) -> String {
    let Some((value, label, class)) = found.most else {
        return if is_confusion { text("dark-no-mistake") } else { String::new() };
    };
    if !is_confusion {
        let args = [
            ("label", names[label].clone().into()),
            ("class", names[class].clone().into()),
            ("value", text_with("widget-percent", &[("value", number::percent(value).into())]).into()),
        ];
        return text_with("dark-most-like", &args);
    }
    let table = &found.table;
    let right: f64 = (0..table.classes()).filter_map(|class| table.at(class, class)).sum();
    let all: u64 = table.rows.iter().sum();
    let args = [
        ("wrong", grouped(all - right as u64).into()),
        ("rows", grouped(all).into()),
        ("label", names[label].clone().into()),
        ("class", names[class].clone().into()),
        ("count", grouped(value as u64).into()),
    ];
    text_with(if who == Who::Both { "dark-apart" } else { "dark-wrong" }, &args)
}

fn reliability_ui(ui: &mut Ui, state: &State, found: &crate::distill::Reliability, commands: &Commands) {
    let bins: Vec<ReliabilityBin> = found
        .bins
        .iter()
        .map(|bin| ReliabilityBin { rows: bin.rows, confidence: bin.confidence, accuracy: bin.accuracy })
        .collect();
    let who = state.screen.dark.who;
    let tokens = ui.tokens();
    let colour = if who == Who::Teacher { tokens.teacher } else { tokens.student };
    let words = |bin: &ReliabilityBin, from: f64, to: f64| {
        let args = [
            ("from", number::percent(from).into()),
            ("to", number::percent(to).into()),
            ("rows", grouped(bin.rows).into()),
            ("confidence", number::percent(bin.confidence).into()),
            ("accuracy", number::percent(bin.accuracy).into()),
        ];
        text_with("dark-bin", &args)
    };
    ReliabilityDiagram {
        name: &text("dark-calibration"),
        x_label: &text("dark-confidence"),
        y_label: &text("dark-accuracy"),
        bins: &bins,
        colour,
        words: &words,
        height: (ui.available_height() - 5.0 * 22.0).max(150.0),
    }
    .show(ui);
    let t = number::setting(state.screen.lens.temperature);
    let args =
        [("temperature", t.into()), ("ece", number::fixed(found.ece, 4).into()), ("rows", grouped(found.rows).into())];
    let label = ui.add(Label::new(text_with("dark-ece", &args)).wrap());
    label.on_hover_text(whats(&[Term::Calibration]));
    if let Some(best) = state.dark_best() {
        let args = [
            ("temperature", number::significant(best.temperature, 3).into()),
            ("loss", number::nats(best.loss).into()),
            ("one", number::nats(best.at_one).into()),
        ];
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            ui.add(Label::new(text_with(if best.at_end { "dark-best-end" } else { "dark-best" }, &args)).wrap());
            let can_go = !is_figure(ui);
            if can_go && ui.button(text("dark-best-go")).on_hover_text(text("dark-best-go-hint")).clicked() {
                commands.send(LensCommand::LensTemperature(best.temperature));
            }
        });
    }
}

fn entropy_ui(ui: &mut Ui, state: &State, rows: &DarkRows<'_>, counts: &[Option<Vec<u64>>; 2]) {
    let most = (rows.classes.len().max(2) as f64).ln();
    let tokens = ui.tokens();
    let none: Vec<u64> = Vec::new();
    let words = |bin: usize, upper: u64, lower: u64| {
        let width = most / ENTROPY_BINS as f64;
        let args = [
            ("from", number::nats(bin as f64 * width).into()),
            ("to", number::nats((bin + 1) as f64 * width).into()),
            ("teacher", grouped(upper).into()),
            ("student", grouped(lower).into()),
        ];
        text_with("dark-entropy-bin", &args)
    };
    Histogram {
        name: &text("dark-entropy"),
        x_label: &text("dark-entropy-x"),
        most,
        upper: (&text("lens-teacher"), tokens.teacher, counts[0].as_ref().unwrap_or(&none)),
        lower: (&text("lens-student"), tokens.student, counts[1].as_ref().unwrap_or(&none)),
        words: &words,
        height: (ui.available_height() - 3.0 * 20.0).max(160.0),
    }
    .show(ui);
    let t = number::setting(state.screen.lens.temperature);
    let label = ui.add(Label::new(text_with("dark-entropy-words", &[("temperature", t.into())])).wrap());
    label.on_hover_text(whats(&[Term::Entropy, Term::Nats]));
}
