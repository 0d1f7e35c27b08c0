//! A page of the open lesson: its words, what it needs, what it asks; back, hint and next at its foot.

use eframe::egui::{Align, Button, Label, Layout, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::super::{lens::photo_key, panel_key, quiet};
use super::answers::{choices_ui, predict_ui};
use super::list::faults_ui;
use super::tasks::task_ui;
use super::{head_ui, scrolled_ui, words_ui};
use crate::command::{Commands, LessonCommand};
use crate::lesson::{Answer, Kind, Lacking, Lessons, PageWords, Sample, Study};
use crate::state::State;
use crate::text::{number, text, text_with};
use crate::theme::{UiTokens as _, for_reading, heading, space};
use crate::views::cards::preset_key;
use crate::widgets::primary_button;

pub(super) fn page_ui(ui: &mut Ui, lessons: &Lessons, study: &Study, state: &State, commands: &Commands) {
    let words = study.lesson.words();
    let name = words.map_or("", |words| words.title.as_str());
    head_ui(ui, name, &text("lesson-leave"), &text("lesson-leave-hint"), LessonCommand::Leave, commands);
    dots_ui(ui, lessons, study, commands);
    ui.add_space(space::S);
    // The foot has its room first: it is always in reach.
    let foot = 30.0;
    let body = vec2(ui.available_width(), (ui.available_height() - foot - space::S).max(60.0));
    ui.allocate_ui(body, |ui| {
        scrolled_ui(ui, (&study.lesson.id, study.page), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            for_reading(ui);
            if let Some(opened) = lessons.opened.as_ref().filter(|it| Some(&it.folder) == study.lesson.folder.as_ref())
                && let Some(faults) = &opened.faults
            {
                faults_ui(ui, faults, true);
            }
            match words.and_then(|words| words.pages.get(&study.page().id)) {
                Some(words) => body_ui(ui, study, words, state, commands),
                None => drop(quiet(ui, text("lesson-missing-words"))),
            }
            link_ui(ui, study, commands);
            if study.page + 1 == study.lesson.pages.len() {
                end_ui(ui, lessons, study, commands);
            }
        });
    });
    foot_ui(ui, lessons, study, commands);
}

/// A dot a page, by which one goes to it.
fn dots_ui(ui: &mut Ui, lessons: &Lessons, study: &Study, commands: &Commands) {
    let words = study.lesson.words();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let t = ui.tokens();
        for (at, page) in study.lesson.pages.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::click());
            let done = lessons.progress.has(&study.lesson, page);
            let colour = if done { t.good } else { t.secondary };
            let (centre, here) = (rect.center(), at == study.page);
            if here || done {
                ui.painter().circle_filled(centre, if here { 6.0 } else { 4.0 }, colour);
            } else {
                ui.painter().circle_stroke(centre, 4.0, eframe::egui::Stroke::new(1.5, colour));
            }
            if response.hovered() || response.has_focus() {
                ui.painter().circle_stroke(centre, 8.0, eframe::egui::Stroke::new(1.0, t.text));
            }
            let title = words.and_then(|words| words.pages.get(&page.id)).map_or("", |words| words.title.as_str());
            let key = if done { "lesson-page-dot-done" } else { "lesson-page-dot" };
            let name = text_with(key, &[("page", ((at + 1) as u64).into()), ("title", title.into())]);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.on_hover_text(name).clicked() {
                commands.send(LessonCommand::GoTo(at));
            }
        }
        ui.add_space(space::S);
        let of = study.lesson.pages.len() as u64;
        let left: f64 = study.lesson.pages[study.page..].iter().map(|page| page.minutes).sum();
        let args = [
            ("page", ((study.page + 1) as u64).into()),
            ("pages", of.into()),
            ("minutes", number::fixed(left.ceil(), 0).into()),
        ];
        quiet(ui, text_with("lesson-page-of", &args));
    });
}

fn body_ui(ui: &mut Ui, study: &Study, words: &PageWords, state: &State, commands: &Commands) {
    ui.add(Label::new(heading(words.title.as_str())).wrap());
    let pictures = pictures_of(study);
    words_ui(ui, &words.body, &pictures, commands);
    lacking_ui(ui, study, state, commands);
    match &study.page().kind {
        Kind::Tell | Kind::Free => {}
        Kind::Do(tasks) => {
            for (at, task) in tasks.iter().enumerate() {
                if let (Some(known), Some(words)) = (study.tasks.get(at), words.tasks.get(&task.id)) {
                    task_ui(ui, (at, task), known, words, &pictures, commands);
                }
            }
        }
        Kind::Explain { choices, right } => {
            if let Some(Answer::Choice { picked, .. }) = study.answer() {
                choices_ui(ui, choices, *picked, Some(*right), words, commands);
                if let Some(answer) = picked.and_then(|at| words.choices.get(&choices[at])) {
                    words_ui(ui, &answer.1, &pictures, commands);
                }
            }
        }
        Kind::Predict(predict) => {
            predict_ui(ui, study, predict, words, &pictures, state, commands);
        }
    }
    if let Some(after) = words.after.as_ref().filter(|_| study.answer().is_some_and(Answer::is_shown)) {
        words_ui(ui, after, &pictures, commands);
    }
}

/// The beginning of the addresses of a lesson's pictures.
fn pictures_of(study: &Study) -> String {
    crate::lesson::picture_address(&study.lesson, "")
}

/// What is not there that the page needs, in a line, with a button that brings it about.
fn lacking_ui(ui: &mut Ui, study: &Study, state: &State, commands: &Commands) {
    let lacking = study.told_lacking();
    if lacking.is_empty() || study.comes {
        return;
    }
    let t = ui.tokens();
    let training = lacking.iter().find_map(|it| match it {
        Lacking::Training { seconds, comes, .. } => Some((*seconds, *comes)),
        _ => None,
    });
    if let Some((seconds, true)) = training {
        let words = text_with("lesson-training", &[("seconds", super::seconds(seconds))]);
        ui.add(Label::new(words).wrap());
        return;
    }
    if training.is_some() && state.jobs.queue.items().iter().any(|item| item.name == run_title(study)) {
        ui.add(Label::new(text("lesson-waiting")).wrap());
        return;
    }
    let what: Vec<String> = lacking.into_iter().map(lacking_words).collect();
    let words = text_with("lesson-needs", &[("what", what.join(", ").into())]);
    ui.add(Label::new(RichText::new(words).color(t.doubtful)).wrap());
    let button = match training {
        Some((seconds, _)) => text_with("lesson-bring-training", &[("seconds", super::seconds(seconds))]),
        None => text("lesson-bring"),
    };
    if primary_button(ui, None, &button).clicked() {
        commands.send(LessonCommand::BringAbout);
    }
}

/// What the lesson's runs are called.
pub(super) fn run_title(study: &Study) -> String {
    let title = study.lesson.words().map_or("", |words| words.title.as_str());
    text_with("lesson-run-title", &[("title", title.into())])
}

fn lacking_words(lacking: &Lacking) -> String {
    match lacking {
        Lacking::Panels(panels) => {
            let names: Vec<String> = panels.iter().map(|panel| text(panel_key(*panel))).collect();
            text_with("lesson-needs-panels", &[("panels", names.join(", ").into())])
        }
        Lacking::Preset(name) => text_with("lesson-needs-preset", &[("name", text(preset_key(name)).into())]),
        Lacking::Sample(sample) => match sample {
            Sample::Photo(shipped) => text_with("lesson-needs-photo", &[("name", text(photo_key(*shipped)).into())]),
            Sample::Example => text("lesson-needs-example"),
            Sample::Mean => text("lesson-needs-mean"),
            Sample::Any => text("lesson-needs-any"),
            Sample::Class(class) => text_with("lesson-needs-class", &[("class", class.into())]),
        },
        Lacking::Training { .. } => text("lesson-needs-training"),
    }
}

/// An address, before it is opened.
fn link_ui(ui: &mut Ui, study: &Study, commands: &Commands) {
    let Some(link) = &study.link else { return };
    ui.separator();
    ui.add(Label::new(text("lesson-leads-out")).wrap());
    ui.add(Label::new(link).wrap());
    ui.horizontal(|ui| {
        if ui.button(text("lesson-link-open")).clicked() {
            commands.send(LessonCommand::EndLink(true));
        }
        if ui.button(text("lesson-link-cancel")).clicked() {
            commands.send(LessonCommand::EndLink(false));
        }
    });
}

/// What comes of the runs that were made, at the end.
fn end_ui(ui: &mut Ui, lessons: &Lessons, study: &Study, commands: &Commands) {
    ui.separator();
    quiet(ui, text("lesson-over"));
    if !study.jobs.is_empty() {
        quiet(ui, text_with("lesson-ran", &[("title", run_title(study).into())]));
    }
    if let Some(next) = lessons.next_after(&study.lesson.id)
        && let Some(words) = next.words()
    {
        let name = text_with("lesson-next-lesson", &[("title", words.title.as_str().into())]);
        if primary_button(ui, None, &name).clicked() {
            commands.send(LessonCommand::Begin(next.id.clone()));
        }
    }
}

fn foot_ui(ui: &mut Ui, lessons: &Lessons, study: &Study, commands: &Commands) {
    ui.separator();
    ui.horizontal(|ui| {
        if ui.add_enabled(study.page > 0, Button::new(text("lesson-back"))).clicked() {
            commands.send(LessonCommand::GoTo(study.page.saturating_sub(1)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let last = study.page + 1 == study.lesson.pages.len();
            let done = study.done || lessons.progress.has(&study.lesson, study.page());
            let key = match (last, done) {
                (true, _) => "lesson-end",
                (false, true) => "lesson-next",
                (false, false) => "lesson-skip",
            };
            // What is done leads on; what is not may be left all the same.
            let pressed =
                if done { primary_button(ui, None, &text(key)).clicked() } else { ui.button(text(key)).clicked() };
            if pressed {
                commands.send(if last { LessonCommand::Leave } else { LessonCommand::GoTo(study.page + 1) });
            }
        });
    });
}
