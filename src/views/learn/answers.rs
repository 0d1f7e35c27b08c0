//! Predictions and choices: what was answered, and the truth over it.

use eframe::egui::{Button, Label, RichText, Ui};

use super::super::quiet;
use super::words_ui;
use crate::command::{Commands, LessonCommand};
use crate::lesson::{Answer, PageWords, Predict, Reading, Speaker, Study};
use crate::state::State;
use crate::text::{number, text, text_with};
use crate::theme::{UiTokens as _, space};
use crate::widgets::{GuessBars, GuessCurve, primary_button};

pub(super) fn predict_ui(
    ui: &mut Ui,
    study: &Study,
    predict: &Predict,
    words: &PageWords,
    pictures: &str,
    state: &State,
    commands: &Commands,
) {
    let Some(answer) = study.answer() else { return };
    match (predict, answer) {
        (Predict::Bars { of_student, classes, .. }, Answer::Bars { guess, shown, .. }) => {
            let (name, rest, t) = (text("lesson-guess-name"), text("lesson-rest"), ui.tokens());
            let bars = GuessBars {
                name: &name,
                classes,
                guess,
                truth: shown.as_ref().map(|shown| shown.truth.as_slice()),
                rest: &rest,
                colour: if *of_student { t.student } else { t.teacher },
            };
            if let Some((class, to)) = bars.show(ui) {
                commands.send(LessonCommand::GuessBar(class, to));
            }
            if let Some(shown) = shown {
                let gap = number::nats(shown.gap);
                ui.add(Label::new(RichText::new(text_with("lesson-gap-bars", &[("gap", gap.into())])).strong()).wrap());
            }
        }
        (Predict::OverT { .. } | Predict::OverEpochs { .. }, Answer::Curve { guess, shown, .. }) => {
            curve_ui(ui, predict, guess, shown.as_ref(), state, commands);
        }
        (Predict::Choose { choices, .. }, Answer::Choice { picked, shown, .. }) => {
            let right = shown.as_ref().map(|(right, _)| *right);
            choices_ui(ui, choices, *picked, right, words, commands);
            if let Some((right, found)) = shown {
                let is_right = *picked == Some(*right);
                let name = words.choices.get(&choices[*right]).map_or("", |choice| choice.0.trim());
                let said =
                    if is_right { text("lesson-right") } else { text_with("lesson-wrong", &[("right", name.into())]) };
                ui.add(Label::new(RichText::new(said).strong()).wrap());
                if let Some(found) = found {
                    let found = number_words(predict, *found);
                    ui.add(Label::new(text_with("lesson-number", &[("number", found.into())])).wrap());
                }
                if let Some(answer) = words.choices.get(&choices[*right]) {
                    words_ui(ui, &answer.1, pictures, commands);
                }
            }
        }
        _ => {}
    }
    reveal_ui(ui, study, answer, commands);
}

/// Shares in per cent, counts whole.
fn number_words(predict: &Predict, found: f64) -> String {
    let Predict::Choose { number: of, .. } = predict else { return String::new() };
    match of {
        Reading::Right(_) | Reading::Top(_) | Reading::Probability(..) | Reading::SoftShare => {
            text_with("widget-percent", &[("value", number::probability(found).into())])
        }
        _ => number::setting(found),
    }
}

fn curve_ui(
    ui: &mut Ui,
    predict: &Predict,
    guess: &[Option<f64>],
    shown: Option<&crate::lesson::Shown>,
    state: &State,
    commands: &Commands,
) {
    let (name, hint, t) = (text("lesson-curve-name"), text("lesson-curve-hint"), ui.tokens());
    let (ticks, colour, unit) = match predict {
        Predict::OverT { of, range } => {
            let (colour, unit) = match of {
                Reading::Entropy(Speaker::Student) => (t.student, "lesson-unit-nats"),
                Reading::Entropy(Speaker::Teacher) => (t.teacher, "lesson-unit-nats"),
                Reading::Kl => (t.text, "lesson-unit-nats"),
                _ => (t.teacher, ""),
            };
            (ticks_of(*range), colour, unit)
        }
        _ => {
            let ticks = vec![(0.0, text("lesson-epochs-first")), (1.0, text("lesson-epochs-last"))];
            (ticks, t.student, "lesson-unit-errors")
        }
    };
    let curve = GuessCurve {
        name: &name,
        guess,
        truth: shown.map(|shown| shown.truth.as_slice()),
        top: predict.top(state),
        ticks,
        hint: &hint,
        colour,
    };
    if let Some((from, to)) = curve.show(ui) {
        commands.send(LessonCommand::GuessCurve(from, to));
    }
    if let Some(shown) = shown {
        let unit = if unit.is_empty() { String::new() } else { text(unit) };
        let args = [("gap", number::significant(shown.gap, 2).into()), ("unit", unit.into())];
        ui.add(Label::new(RichText::new(text_with("lesson-gap-curve", &args)).strong()).wrap());
    }
}

/// The ends of a range of T, and the round values between them that have room.
fn ticks_of((from, to): (f64, f64)) -> Vec<(f32, String)> {
    let share = |t: f64| ((t / from).ln() / (to / from).ln()) as f32;
    let inner = [1.0, 8.0].into_iter().filter(|t| (0.15..0.85).contains(&share(*t)));
    let all = [from].into_iter().chain(inner).chain([to]);
    let name = |t: f64| if (t - from).abs() < 1e-9 { format!("T {}", number::setting(t)) } else { number::setting(t) };
    all.map(|t| (share(t), name(t))).collect()
}

/// The button that draws the truth, or what must come first.
fn reveal_ui(ui: &mut Ui, study: &Study, answer: &Answer, commands: &Commands) {
    if answer.is_shown() {
        return;
    }
    if answer.is_asked() {
        quiet(ui, text("lesson-waits"));
        return;
    }
    let training = study.page().training().and_then(|id| study.lesson.training(id));
    let has_run = training.is_none_or(|training| study.has_run(&training.id));
    let name = match training.filter(|_| !has_run) {
        Some(training) => text_with("lesson-reveal-train", &[("seconds", super::seconds(training.seconds))]),
        None => text("lesson-reveal"),
    };
    ui.horizontal(|ui| {
        let pressed = ui.add_enabled_ui(answer.is_given(), |ui| primary_button(ui, None, &name).clicked()).inner;
        if pressed {
            commands.send(LessonCommand::Reveal);
        }
    });
    if !answer.is_given() {
        let key = match answer {
            Answer::Bars { .. } => "lesson-guess-first",
            Answer::Curve { guess, .. } if guess.iter().all(Option::is_none) => "lesson-draw-first",
            Answer::Curve { .. } => "lesson-draw-more",
            Answer::Choice { .. } => "lesson-choose-first",
        };
        quiet(ui, text(key));
    }
}

/// The choices; the right one is marked once it is known, and a wrong one that was picked.
pub(super) fn choices_ui(
    ui: &mut Ui,
    choices: &[String],
    picked: Option<usize>,
    right: Option<usize>,
    words: &PageWords,
    commands: &Commands,
) {
    let t = ui.tokens();
    ui.spacing_mut().item_spacing.y = space::XS;
    for (at, choice) in choices.iter().enumerate() {
        let name = words.choices.get(choice).map_or("", |choice| choice.0.trim());
        let is_picked = picked == Some(at);
        let mut button = Button::new(name).wrap().min_size(eframe::egui::vec2(ui.available_width(), 0.0));
        if is_picked {
            let known = right.map(|right| right == at);
            let colour = match known {
                Some(true) => t.good,
                Some(false) => t.bad,
                None => t.text,
            };
            button = button.stroke(eframe::egui::Stroke::new(2.0, colour));
        }
        let response = ui.add(button);
        if response.clicked() {
            commands.send(LessonCommand::Choose(at));
        }
    }
}
