//! The row of the lens's pages, and how they are looked at: order, scale, and what stands beside.

use eframe::egui::{Align, Button, Label, Layout, Ui, vec2};

use crate::command::{Action, Commands, LensCommand};
use crate::state::{BarOrder, Beside, LensPage, Pane, State, Subject};
use crate::text::{number, text, text_with};
use crate::theme::{caption, size, space};
use crate::views::{figure_entries_ui, hint_of, run_name};
use crate::widgets::{Dropdown, mark, segmented_ui, segmented_width};

/// Runs that are listed to stand beside.
const LISTED: usize = 60;
/// What else stands on the line of the pages.
const REST: f32 = 68.0;

pub(super) fn pages_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let room = vec2(ui.available_width(), size::ROW + 1.0);
    let shown = ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let here = state.screen.lens.page;
        let names = LensPage::ALL.map(|page| text(page_key(page)));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        // Where there is no room for all of them side by side they are a list.
        if segmented_width(ui, &names) + REST <= ui.available_width() {
            let mut page = LensPage::ALL.iter().position(|page| *page == here).unwrap_or(0);
            let shown = segmented_ui(ui, &text("lens-pages"), &mut page, &names);
            if shown.changed() {
                commands.send(LensCommand::LensPage(LensPage::ALL[page]));
            }
        } else {
            Dropdown::new(&text("lens-pages"), &text(page_key(here))).show(ui, |ui| {
                for page in LensPage::ALL {
                    let entry = ui.selectable_label(page == here, text(page_key(page)));
                    if entry.on_hover_text(text(&format!("{}-hint", page_key(page)))).clicked() {
                        commands.send(LensCommand::LensPage(page));
                    }
                }
            });
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            look_ui(ui, state, commands);
        });
    });
    mark(ui, "lens.pages", shown.response.rect);
    ui.add_space(space::XS);
}

pub(super) fn page_key(page: LensPage) -> &'static str {
    match page {
        LensPage::Bars => "lens-page-bars",
        LensPage::Each => "lens-page-each",
        LensPage::OverT => "lens-page-over-t",
        LensPage::Class => "lens-page-class",
        LensPage::Limit => "lens-page-limit",
    }
}

/// What a page is called over its picture.
pub(super) fn title_key(page: LensPage) -> &'static str {
    match page {
        LensPage::Bars | LensPage::Each => "lens-bars",
        LensPage::OverT => "lens-title-over-t",
        LensPage::Class => "lens-title-class",
        LensPage::Limit => "lens-title-limit",
    }
}

fn order_key(order: BarOrder) -> &'static str {
    match order {
        BarOrder::Class => "lens-order-class",
        BarOrder::Teacher => "lens-order-teacher",
        BarOrder::Difference => "lens-order-difference",
    }
}

/// Order, scale, and what stands beside.
fn look_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let lens = &state.screen.lens;
    let (name, short) = (text("lens-look"), text("lens-look-short"));
    let list = Dropdown::new(&name, &short).plain().stays_open();
    let shown = list.show(ui, |ui| {
        ui.set_max_width(280.0);
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.spacing_mut().button_padding.y = 2.0;
        let head = |ui: &mut Ui, key: &str| {
            ui.add(Label::new(caption(text(key))).selectable(false));
        };
        head(ui, "lens-order");
        for order in BarOrder::ALL {
            if ui.selectable_label(lens.order == order, text(order_key(order))).clicked() {
                commands.send(LensCommand::LensOrder(order));
            }
        }
        ui.separator();
        let log = ui.selectable_label(lens.log, text("lens-log"));
        if log.on_hover_text(text("lens-log-hint")).clicked() {
            commands.send(LensCommand::LensLog(!lens.log));
        }
        let zoom = ui.add_enabled_ui(!lens.log, |ui| ui.selectable_label(lens.zoomed, text("lens-zoom"))).inner;
        if zoom.on_hover_text(text("lens-zoom-hint")).clicked() {
            commands.send(LensCommand::LensZoom(!lens.zoomed));
        }
        let all = ui.selectable_label(lens.all, text("lens-all"));
        if all.on_hover_text(text("lens-all-hint")).clicked() {
            commands.send(LensCommand::LensAll(!lens.all));
        }
        ui.separator();
        head(ui, "lens-beside");
        beside_ui(ui, state, commands);
        ui.separator();
        if !matches!(lens.subject, Subject::Example | Subject::Mean) {
            super::example::take_ui(ui, commands);
        }
        figure_entries_ui(ui, Pane::Lens, commands);
        for action in [Action::ToggleMoment, Action::SavePage] {
            let entry = ui.add_enabled(action.enabled(state), Button::selectable(false, text(action.key())));
            if entry.on_hover_text(hint_of(action)).clicked() {
                commands.send(action);
            }
        }
    });
    for part in ["lens.order", "lens.log"] {
        mark(ui, part, shown.response.rect);
    }
}

/// Another T, step or run beside what is shown.
fn beside_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let lens = &state.screen.lens;
    if ui.selectable_label(lens.beside == Beside::Nothing, text("lens-beside-nothing")).clicked() {
        commands.send(LensCommand::Beside(Beside::Nothing));
    }
    let here = matches!(lens.beside, Beside::Temperature(_));
    let entry = ui.selectable_label(here, text("lens-beside-temperature"));
    if entry.on_hover_text(text("lens-beside-temperature-hint")).clicked() {
        commands.send(LensCommand::Beside(Beside::Temperature(1.0)));
    }
    if !lens.subject.is_of_rows() || lens.subject == Subject::Sample && state.own_picture().is_some() {
        return;
    }
    if let Some(view) = state.moment_view() {
        let here = matches!(lens.beside, Beside::Step(_));
        let step = [("step", view.steps[view.at].into())];
        if ui.selectable_label(here, text_with("lens-beside-step", &step)).clicked() {
            commands.send(LensCommand::Beside(Beside::Step(view.steps[view.at])));
        }
    }
    let shown = state.on_show().1;
    for (_, run) in state.comparable().into_iter().filter(|(_, run)| Some(run.run) != shown).take(LISTED) {
        if ui.selectable_label(lens.beside == Beside::Run(run.run), run_name(state, run)).clicked() {
            commands.send(LensCommand::Beside(Beside::Run(run.run)));
        }
    }
}

/// The heading of one of two pictures: its T, and its run or step where those differ.
pub(super) fn column_name(state: &State, beside: Option<Beside>, temperature: f64) -> String {
    let t = text_with("lens-at", &[("temperature", number::setting(temperature).into())]);
    match beside {
        Some(Beside::Step(step)) => text_with("lens-at-step", &[("at", t.into()), ("step", step.into())]),
        Some(Beside::Run(run)) => {
            let found = state.comparable().into_iter().find(|(_, info)| info.run == run);
            found.map_or(t, |(_, info)| run_name(state, info))
        }
        Some(_) => t,
        None => match state.screen.lens.beside {
            Beside::Run(_) => {
                let shown = state.focused().and_then(|job| job.shown_run(state.lit_cell()));
                shown.map_or(t, |info| run_name(state, info))
            }
            Beside::Step(_) => {
                let step = state.lens_view().and_then(|view| view.step);
                step.map_or(t.clone(), |step| text_with("lens-at-step", &[("at", t.into()), ("step", step.into())]))
            }
            _ => t,
        },
    }
}
