//! What the lens looks at: which rows one steps through, the mean over them, a photo, or a made-up example.

use eframe::egui::{Button, Label, ScrollArea, Ui};

use crate::command::{Action, Commands, LensCommand};
use crate::state::{SampleChoice, State, Subject};
use crate::text::{text, text_with};
use crate::theme::caption;
use crate::views::hint_of;
use crate::widgets::{Dropdown, mark};

/// Most classes that are listed.
pub(super) const CLASSES: usize = 200;

/// Width of the names of classes.
const CLASS_ROW: f32 = 220.0;

/// The lens's own list: its subject, then the rows.
pub(super) fn subject_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let here = state.screen.lens.subject;
    let shown = match here {
        Subject::Sample => chosen(state),
        Subject::Mean => text_with("lens-mean-of", &[("choice", chosen(state).into())]),
        Subject::Photo | Subject::Example => text(subject_key(here)),
    };
    let list = Dropdown::new(&text("lens-choice"), &shown).plain().whole().show(ui, |ui| {
        for subject in Subject::ALL {
            let entry = ui.selectable_label(here == subject, text(subject_key(subject)));
            if entry.on_hover_text(text(&format!("{}-hint", subject_key(subject)))).clicked() {
                commands.send(LensCommand::Subject(subject));
            }
        }
        if here.is_of_rows() {
            ui.separator();
            rows_ui(ui, state, commands);
        }
    });
    mark(ui, "lens.subject", list.response.rect);
    mark(ui, "lens.choice", list.response.rect);
    list.response.on_hover_text(hint_of(Action::NextChoice));
}

fn subject_key(subject: Subject) -> &'static str {
    match subject {
        Subject::Sample => "lens-subject-sample",
        Subject::Mean => "lens-subject-mean",
        Subject::Photo => "lens-subject-photo",
        Subject::Example => "lens-subject-example",
    }
}

/// Which samples one steps through, with how many there are of each kind at the moment.
pub(in crate::views) fn choice_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let list = Dropdown::new(&text("lens-choice"), &chosen(state)).plain().show(ui, |ui| rows_ui(ui, state, commands));
    mark(ui, "lens.choice", list.response.rect);
    list.response.on_hover_text(hint_of(Action::NextChoice));
}

/// The choice; the class that alone is shown stands beside it: nothing is left out in silence.
fn chosen(state: &State) -> String {
    let here = state.screen.lens.choice;
    let view = state.probe_view();
    let class = state.screen.lens.class.and_then(|class| view.as_ref()?.probe.classes.get(class));
    class.map_or_else(
        || choice_words(state, here),
        |class| {
            let args = [("choice", choice_words(state, here).into()), ("class", class.clone().into())];
            text_with("lens-choice-class", &args)
        },
    )
}

fn key(choice: SampleChoice) -> &'static str {
    match choice {
        SampleChoice::Any => "lens-any",
        SampleChoice::TeacherUnsure => "lens-unsure",
        SampleChoice::StudentWrong => "lens-wrong",
        SampleChoice::Disagree => "lens-disagree",
        SampleChoice::Apart => "lens-apart",
        SampleChoice::Answered => "lens-answered",
    }
}

/// A choice in words; of a place of a table of answers, which.
fn choice_words(state: &State, choice: SampleChoice) -> String {
    let cell = state.screen.lens.cell;
    if choice != SampleChoice::Answered || cell.is_any() {
        return text(key(choice));
    }
    let view = state.probe_view();
    let name = |class: usize| view.as_ref().and_then(|view| view.probe.classes.get(class).cloned()).unwrap_or_default();
    let parts =
        [("lens-cell-label", cell.label), ("lens-cell-teacher", cell.teacher), ("lens-cell-student", cell.student)];
    let parts = parts.into_iter().filter_map(|(key, class)| Some(text_with(key, &[("class", name(class?).into())])));
    parts.collect::<Vec<_>>().join(" · ")
}

fn rows_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let here = state.screen.lens.choice;
    let has_cell = !state.screen.lens.cell.is_any();
    for choice in SampleChoice::ALL.into_iter().filter(|choice| has_cell || *choice != SampleChoice::Answered) {
        let count = state.sample_rows(choice).len() as u64;
        let args = [("choice", choice_words(state, choice).into()), ("count", count.into())];
        let entry =
            ui.add_enabled(count > 0, Button::selectable(choice == here, text_with("lens-choice-count", &args)));
        if entry.on_hover_text(text(&format!("{}-hint", key(choice)))).clicked() {
            commands.send(LensCommand::SampleChoice(choice));
        }
    }
    classes_ui(ui, state, commands);
}

/// The class whose samples alone one steps through.
fn classes_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(view) = state.probe_view() else { return };
    ui.separator();
    ui.add(Label::new(caption(text("lens-class"))).selectable(false));
    let area = ScrollArea::vertical().max_height(180.0);
    area.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.set_max_width(CLASS_ROW);
            if ui.selectable_label(state.screen.lens.class.is_none(), text("lens-class-any")).clicked() {
                commands.send(LensCommand::LensClass(None));
            }
            for (class, name) in view.probe.classes.iter().enumerate().take(CLASSES) {
                if ui.selectable_label(state.screen.lens.class == Some(class), name).clicked() {
                    commands.send(LensCommand::LensClass(Some(class)));
                }
            }
        });
    });
}
