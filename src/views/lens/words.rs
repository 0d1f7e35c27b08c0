//! A text in the lens: typed, as it stands, or token by token as teacher and student read it, with what speaks for their answers.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Align, Color32, Id, Label, Layout, Role, ScrollArea, TextEdit, Ui, WidgetInfo, vec2};

use super::super::{hint_of, quiet};
use super::bars::student_name;
use crate::command::{Action, Commands, ScreenCommand};
use crate::protocol::{Explained, Reading, Token};
use crate::state::{LensView, State};
use crate::text::{Phrase, Term, number, text, text_with};
use crate::theme::{UiTokens as _, caption, font, size, space};
use crate::widgets::{TokenKind, TokenMark, dot_ui, token_key_ui};

/// Room for a text of the user's, beside the button for tokens.
pub(super) fn typed_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let room = vec2(ui.available_width(), size::ROW);
    ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), |ui| {
        let tokens = ui.selectable_label(state.screen.lens.tokens, text(Action::ToggleTokens.key()));
        if tokens.on_hover_text(hint_of(Action::ToggleTokens)).clicked() {
            commands.send(Action::ToggleTokens);
        }
        let mut typed = state.own_text().to_owned();
        let field = TextEdit::singleline(&mut typed).id(Id::unique("own text")).desired_width(f32::INFINITY);
        let field = ui.add(field.hint_text(text("lens-type"))).on_hover_text(text("lens-type-hint"));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, text("lens-type")));
        if field.changed() {
            commands.send(ScreenCommand::OwnText(typed));
            // Drawing takes longer than answering: who asks before it is drawn has the answer a frame earlier.
            ui.ctx().request_discard("the models are asked before the text is drawn");
        }
    });
    ui.add_space(space::XS);
}

/// A text on so many lines; what has no room is seen on hover.
pub(super) fn text_ui(ui: &mut Ui, shown: &str, lines: usize) {
    let colour = ui.tokens().text;
    let mut job = LayoutJob::simple(shown.to_owned(), font(size::BODY), colour, ui.available_width());
    job.wrap.max_rows = lines;
    let label = ui.add(Label::new(job).selectable(false));
    label.on_hover_text(shown);
}

/// The tokens of both models, the teacher's above the student's.
pub(super) fn readings_ui(
    ui: &mut Ui,
    state: &State,
    view: &LensView<'_>,
    readings: &Result<Box<Explained>, Phrase>,
    height: f32,
) {
    let readings = match readings {
        Ok(readings) => readings,
        Err(problem) => return drop(quiet(ui, problem.words())),
    };
    let tokens = ui.tokens();
    let teacher = match view.teacher.as_ref().map_or(0, |teacher| teacher.each.len()) {
        0 | 1 => text("lens-teacher"),
        count => text_with("tokens-first-teacher", &[("count", count.into())]),
    };
    let both = [
        (teacher, Term::Teacher, tokens.teacher, &readings.teacher),
        (student_name(state, view), Term::Student, tokens.student, &readings.student),
    ];
    let area = ScrollArea::vertical().id_salt("tokens").max_height(height).auto_shrink([false, true]);
    area.show(ui, |ui| {
        for (name, term, colour, reading) in both {
            let Some(reading) = reading else { continue };
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(3.0, 3.0);
                match reading {
                    Ok(reading) => reading_ui(ui, (&name, term, colour), reading, &view.probe.classes),
                    Err(problem) => {
                        name_ui(ui, colour, name, &term.what());
                        ui.add(Label::new(caption(problem.words())).wrap());
                    }
                }
            });
            ui.add_space(space::XS);
        }
        if [&readings.teacher, &readings.student].into_iter().flatten().any(Result::is_ok) {
            token_key_ui(ui, &text("tokens-against"), &text("tokens-for"));
        }
    });
}

fn name_ui(ui: &mut Ui, colour: Color32, name: String, what: &str) {
    dot_ui(ui, colour);
    ui.add(Label::new(caption(name)).selectable(false)).on_hover_text(what);
}

/// Whose tokens they are and what is answered, then the tokens, scaled to the one that says most.
fn reading_ui(ui: &mut Ui, (name, term, colour): (&str, Term, Color32), reading: &Reading, classes: &[String]) {
    let class = classes.get(reading.class).cloned().unwrap_or_default();
    let head = text_with("tokens-answer", &[("name", name.into()), ("class", class.clone().into())]);
    name_ui(ui, colour, head, &format!("{}\n{}", term.what(), text("tokens-what")));
    let most = reading.tokens.iter().map(|token| token.value.abs()).fold(f32::MIN_POSITIVE, f32::max);
    for token in &reading.tokens {
        let words = token_words(token, &class);
        let kind = if token.unknown { TokenKind::Unknown } else { TokenKind::Known };
        TokenMark { text: &token.text, share: token.value / most, kind, words: &words }.show(ui);
    }
    if !reading.cut.is_empty() {
        let read = reading.tokens.len() as u64;
        let words = text_with("tokens-cut", &[("text", reading.cut.clone().into()), ("count", read.into())]);
        TokenMark { text: &reading.cut, share: 0.0, kind: TokenKind::Cut, words: &words }.show(ui);
    }
}

/// `good: +0.12 for “positive”`.
fn token_words(token: &Token, class: &str) -> String {
    let args = [
        ("token", token.text.clone().into()),
        ("value", number::with_sign(f64::from(token.value)).into()),
        ("class", class.to_owned().into()),
    ];
    let key = match (token.unknown, token.value < 0.0) {
        (false, false) => "tokens-speaks-for",
        (false, true) => "tokens-speaks-against",
        (true, false) => "tokens-unknown-for",
        (true, true) => "tokens-unknown-against",
    };
    text_with(key, &args)
}
