//! A sheet that tells what each method does: what it descends, what it takes, what it needs, and when it is said to help.

mod covering;

use covering::covering_ui;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Align, Button, Grid, Label, Layout, RichText, ScrollArea, Ui, vec2};

use super::colours::term_colour;
use super::{modal, sheet_room};
use crate::command::{Commands, RecipeCommand, WindowCommand};
use crate::distill::{Company, METHODS, Method, StudentKind, Term};
use crate::protocol::TermName;
use crate::recipe::fields::{Field, Kind};
use crate::state::State;
use crate::text::{Between, Phrase, number, phrase, text, text_with};
use crate::theme::{UiTokens as _, caption, font, size, space, title};

/// Width of the list, and what the sheet has room for at most.
const LIST: f32 = 190.0;
const MOST: [f32; 2] = [960.0, 620.0];

/// Over the window, while one of the methods is looked at.
pub fn methods_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(method) = state.window.method else { return };
    let shown = modal(ui, "methods").show(ui, |ui| {
        let room = sheet_room(ui).min(vec2(MOST[0], MOST[1]));
        ui.set_width(room.x);
        ui.label(title(text("action-methods")));
        ui.add_space(space::S);
        let height = room.y - 4.0 * size::ROW;
        // Of a fixed height, so that the line between the two does not stretch the sheet.
        ui.allocate_ui_with_layout(vec2(room.x, height), Layout::left_to_right(Align::Min), |ui| {
            ui.vertical(|ui| {
                ui.set_width(LIST);
                ScrollArea::vertical().id_salt("list").max_height(height).show(ui, |ui| list_ui(ui, method, commands));
            });
            ui.separator();
            ui.vertical(|ui| {
                let page = ScrollArea::vertical().id_salt(method.name).max_height(height).auto_shrink([false, false]);
                page.show(ui, |ui| {
                    // Beside it the scroll bar has room.
                    ui.set_max_width(ui.available_width() - space::M);
                    page_ui(ui, method);
                });
            });
        });
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            if ui.button(text("methods-close")).clicked() {
                commands.send(WindowCommand::Methods(None));
            }
            let here = state.recipe.sweep.base.distill.method() == method;
            let take = ui.add_enabled(!here, Button::new(text("methods-take")));
            if take.on_disabled_hover_text(text("methods-taken")).clicked() {
                let mut sweep = state.recipe.sweep.clone();
                sweep.base.put_method(method);
                sweep.settle(&state.recipe.sweep);
                commands.send(RecipeCommand::Edit("method", Box::new(sweep)));
                commands.send(WindowCommand::Methods(None));
            }
        });
    });
    if shown.should_close() {
        commands.send(WindowCommand::Methods(None));
    }
}

fn list_ui(ui: &mut Ui, shown: &Method, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        for method in METHODS {
            if ui.selectable_label(*method == shown, text(method.label)).clicked() {
                commands.send(WindowCommand::Methods(Some(method.name)));
            }
        }
    });
}

fn page_ui(ui: &mut Ui, method: &'static Method) {
    ui.spacing_mut().item_spacing.y = space::S;
    ui.label(title(text(method.label)));
    ui.label(RichText::new(method.name).monospace().color(ui.tokens().secondary));
    paragraph(ui, &text(method.what));
    heading(ui, "methods-terms");
    let names: Vec<TermName> = method.terms.iter().map(|term| term.name.into()).collect();
    for (at, term) in method.terms.iter().enumerate() {
        let (colour, body) =
            (term_colour(names.iter(), at, ui.tokens()), TextFormat::simple(font(size::BODY), ui.tokens().text));
        let mut words = LayoutJob::default();
        words.append("●  ", 0.0, TextFormat { color: colour, ..body.clone() });
        words.append(&term_words(term), 0.0, body);
        ui.add(Label::new(words).wrap());
    }
    if !method.fields.is_empty() {
        heading(ui, "methods-fields");
        Grid::new("fields").num_columns(3).spacing([space::L, space::XS]).show(ui, |ui| {
            for field in method.fields {
                ui.label(field.label().words()).on_hover_text(field.what().words());
                ui.label(RichText::new(field.path).monospace().color(ui.tokens().secondary));
                ui.label(usual(field));
                ui.end_row();
            }
        });
    }
    heading(ui, "methods-needs");
    paragraph(ui, &needs(method).words());
    heading(ui, "methods-helps");
    paragraph(ui, &text(method.helps));
    if method.name == "jsd" {
        covering_ui(ui);
    }
}

fn heading(ui: &mut Ui, key: &str) {
    ui.add_space(space::XS);
    ui.label(caption(text(key)));
}

fn paragraph(ui: &mut Ui, words: &str) {
    ui.add(Label::new(words).wrap());
}

/// What a term is, and what weighs it.
fn term_words(term: &Term) -> String {
    let (name, what) = (text(term.label), text(term.what));
    match term.weight {
        Some(weight) => {
            let args = [("name", name.into()), ("what", what.into()), ("weight", weight.into())];
            text_with("methods-term", &args)
        }
        None => super::what_line(name, what),
    }
}

/// What a field is where a recipe says nothing.
fn usual(field: &Field) -> String {
    let value = match field.kind {
        Kind::Number(span) | Kind::Whole(span) if span.of_epochs => {
            return text_with("methods-of-epochs", &[("share", super::percent(span.usual).into())]);
        }
        Kind::Number(span) | Kind::Whole(span) => number::setting(span.usual),
        Kind::Truth(on) => text(if on { "value-on" } else { "value-off" }),
        Kind::Choice(names) => names.first().map_or_else(String::new, |(_, name)| text(name)),
        _ => String::new(),
    };
    text_with("methods-usually", &[("value", value.into())])
}

/// What a recipe must have for it, in a sentence.
fn needs(method: &Method) -> Phrase {
    let needs = &method.needs;
    let all = [
        Some(if needs.teacher { phrase!("needs-teacher") } else { phrase!("needs-no-teacher") }),
        needs.labels.then(|| phrase!("needs-labels")),
        (needs.classes > 2).then(|| phrase!("needs-classes", count = needs.classes)),
        method.inner.map(|_| phrase!("needs-layers")),
        match needs.student {
            StudentKind::Any => None,
            StudentKind::OfTeacher => Some(phrase!("needs-first-layers")),
            StudentKind::Exits => Some(phrase!("needs-exits")),
        },
        match method.company {
            Company::None => None,
            Company::Peers(_) => Some(phrase!("needs-peers")),
            Company::Generations(_) => Some(phrase!("needs-generations")),
        },
    ];
    Phrase::several(Between::Spaces, all.into_iter().flatten())
}
