//! The wall of samples: those of the lens's choice, all at once, each with what the student and its baseline say of it. While
//! training runs they turn right one by one.

use std::borrow::Cow;

use eframe::egui::{Frame, Id, Label, Margin, RichText, Role, TextEdit, Ui, WidgetInfo};

use super::lens::{choice_ui, interleave, picture_shape, sample_key};
use crate::command::{Commands, LensCommand, ScreenCommand};
use crate::state::{Hung, State, Wall};
use crate::text::{Term, text, text_with};
use crate::theme::{Icon, Tokens, UiTokens as _, space};
use crate::widgets::{Mark, SampleWall, TextWall, WallSample, WallText, dot_ui, empty_state_ui, section_ui};

/// Fills its tile.
pub fn samples_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let wall = state.wall();
    section_ui(ui, &text("samples-title"), false, |_| {}, |ui| choice_ui(ui, state, commands));
    let Some(wall) = wall else {
        empty_state_ui(ui, Icon::Flask, &text("lens-loading"), &text("lens-loading-hint"), None);
        return;
    };
    let margin = Margin { left: space::M as i8, right: space::M as i8, top: 2, bottom: space::S as i8 };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        counts_ui(ui, state, &wall);
        if wall.of_texts {
            search_ui(ui, state, commands);
        }
        ui.add_space(space::S);
        if wall.samples.is_empty() {
            empty_state_ui(ui, Icon::Check, &text("samples-none"), &text("samples-none-hint"), None);
            return;
        }
        let tokens = ui.tokens();
        if wall.of_texts {
            let text = |at: usize| of_text(&wall, &wall.samples[at], state.screen.lens.row, tokens);
            let shown = TextWall { name: "texts", count: wall.samples.len(), text };
            if let Some(row) = shown.show(ui).and_then(|at| wall.samples[at].probe) {
                commands.send(LensCommand::OpenSample(row));
            }
            return;
        }
        let sample = |at: usize| of_wall(&wall, &wall.samples[at], state.screen.lens.row, tokens);
        let shown = SampleWall { name: "samples", count: wall.samples.len(), sample };
        if let Some(row) = shown.show(ui).and_then(|at| wall.samples[at].probe) {
            commands.send(LensCommand::OpenSample(row));
        }
    });
}

/// Words that the texts must hold.
fn search_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.add_space(space::XS);
    let mut words = state.screen.words.clone();
    let field = TextEdit::singleline(&mut words).id(Id::unique("searched texts")).desired_width(f32::INFINITY);
    let field = ui.add(field.hint_text(text("samples-search"))).on_hover_text(text("samples-search-hint"));
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, text("samples-search")));
    if field.changed() {
        commands.send(ScreenCommand::SampleWords(words));
    }
}

/// How many are right, by whom; it is the key of the marks too.
fn counts_ui(ui: &mut Ui, state: &State, wall: &Wall<'_>) {
    let tokens = ui.tokens();
    let right = |of: fn(&Hung<'_>) -> Option<usize>| {
        wall.samples.iter().filter(|sample| of(sample) == Some(sample.label)).count() as u64
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let all = wall.samples.len() as u64;
        let mut count = |words: String, what: String, colour| {
            dot_ui(ui, colour);
            let label = ui.add(Label::new(words).selectable(false));
            label.on_hover_text(format!("{what}\n{}", text("samples-marks-hint")));
        };
        let student = if state.focused().is_none() { "samples-untrained" } else { "samples-student" };
        let words = text_with(student, &[("right", right(|it| it.student).into()), ("count", all.into())]);
        count(words, Term::Student.what(), tokens.student);
        if let Some(baseline) = wall.baseline {
            let right = right(|it| it.baseline).into();
            let args = [("name", text(baseline.label).into()), ("right", right), ("count", all.into())];
            count(text_with("samples-baseline", &args), text(baseline.what), tokens.no_teacher);
        }
    });
    let note = match wall.fault {
        Some(fault) => Some(fault.words()),
        None if wall.of > wall.samples.len() => {
            let args = [("shown", (wall.samples.len() as u64).into()), ("count", (wall.of as u64).into())];
            Some(text_with("samples-first", &args))
        }
        None => None,
    };
    if let Some(note) = note {
        ui.add(Label::new(RichText::new(note).small().color(tokens.doubtful)).wrap());
    }
}

/// What the models say of a sample, as marks and in words.
fn said(wall: &Wall<'_>, hung: &Hung<'_>, tokens: &Tokens) -> (Vec<Mark>, String) {
    let name = |class: Option<usize>| match class.and_then(|class| wall.classes.get(class)) {
        Some(name) => name.clone(),
        None => text("widget-bars-missing"),
    };
    let mark = |class: Option<usize>, colour| Mark { words: name(class), right: class == Some(hung.label), colour };
    let mut marks = vec![mark(hung.student, tokens.student)];
    if wall.baseline.is_some() {
        marks.push(mark(hung.baseline, tokens.no_teacher));
    }
    let mut words = vec![text_with(
        "samples-row",
        &[("row", u64::from(hung.row).to_string().into()), ("label", name(Some(hung.label)).into())],
    )];
    let mut says = |key: &str, class: Option<usize>| {
        if class.is_some() {
            words.push(text_with(key, &[("class", name(class).into())]));
        }
    };
    says("samples-says-student", hung.student);
    if let Some(baseline) = wall.baseline {
        says(baseline.says, hung.baseline);
    }
    says("samples-says-teacher", hung.teacher);
    (marks, words.join("\n"))
}

fn of_text<'a>(wall: &Wall<'a>, hung: &Hung<'a>, chosen: usize, tokens: &Tokens) -> WallText<'a> {
    let (marks, words) = said(wall, hung, tokens);
    let words = format!("{}\n{words}", hung.text.unwrap_or_default());
    WallText { text: hung.text, marks, words, chosen: hung.probe == Some(chosen), opens: hung.probe.is_some() }
}

fn of_wall<'a>(wall: &Wall<'a>, hung: &Hung<'a>, chosen: usize, tokens: &Tokens) -> WallSample<'a> {
    let (marks, words) = said(wall, hung, tokens);
    let shape = picture_shape(wall.shape);
    WallSample {
        key: hung.input.map_or(0, |input| sample_key(hung.row, input)),
        values: hung.input.map(|input| match shape {
            Some([_, _, channels]) if channels > 1 => Cow::Owned(interleave(input, shape)),
            _ => Cow::Borrowed(input),
        }),
        shape,
        marks,
        words,
        chosen: hung.probe == Some(chosen),
        opens: hung.probe.is_some(),
    }
}
