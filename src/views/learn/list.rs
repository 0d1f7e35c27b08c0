//! The list of lessons: how long each takes, and how far one has come.

use eframe::egui::{Frame, Label, Margin, RichText, Sense, Ui, UiBuilder};

use super::super::quiet;
use super::{head_ui, minutes, scrolled_ui};
use crate::command::{Commands, LessonCommand};
use crate::lesson::{Lesson, Lessons};
use crate::text::{text, text_with};
use crate::theme::{Icon, UiTokens as _, radius, space, title};

pub(super) fn list_ui(ui: &mut Ui, lessons: &Lessons, commands: &Commands) {
    let (name, close) = (text("lessons-title"), text("lessons-close"));
    head_ui(ui, &name, &close, &close, LessonCommand::Show(false), commands);
    scrolled_ui(ui, "list", |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        quiet(ui, text("lessons-intro"));
        for (at, lesson) in lessons.shipped.iter().enumerate() {
            lesson_ui(ui, Some(at + 1), lesson, lessons, commands);
        }
        own_ui(ui, lessons, commands);
    });
}

/// The one that was opened from a folder, with what is wrong with it; else how to open one.
fn own_ui(ui: &mut Ui, lessons: &Lessons, commands: &Commands) {
    ui.add_space(space::S);
    let Some(opened) = &lessons.opened else {
        let button = ui.button(text("lessons-open")).on_hover_text(text("lessons-open-hint"));
        if button.clicked() {
            commands.send(LessonCommand::OpenFolder);
        }
        return;
    };
    quiet(ui, text("lessons-own")).on_hover_text(opened.folder.display().to_string());
    if let Some(faults) = &opened.faults {
        faults_ui(ui, faults, opened.lesson.is_some());
    }
    if let Some(lesson) = &opened.lesson {
        lesson_ui(ui, None, lesson, lessons, commands);
    }
    if ui.button(text("lessons-close-own")).clicked() {
        commands.send(LessonCommand::CloseFolder);
    }
}

/// What is wrong with a lesson that is being written.
pub(super) fn faults_ui(ui: &mut Ui, faults: &crate::lesson::Faults, has_older: bool) {
    let t = ui.tokens();
    let key = if has_older { "lessons-stale" } else { "lessons-faulty" };
    ui.add(Label::new(RichText::new(text(key)).color(t.bad)).wrap());
    for fault in &faults.0 {
        ui.add(Label::new(fault.phrase().words()).wrap());
    }
}

/// One lesson; all of it is a button.
fn lesson_ui(ui: &mut Ui, number: Option<usize>, lesson: &Lesson, lessons: &Lessons, commands: &Commands) {
    let Some(words) = lesson.words() else { return };
    let (done, pages) = (lessons.progress.done_pages(lesson), lesson.pages.len());
    let finished = lessons.progress.is_finished(lesson);
    let key = match (finished, done > 0 || lessons.progress.resumes(lesson) > 0) {
        (true, _) => "lessons-again",
        (false, true) => "lessons-resume",
        (false, false) => "lessons-begin",
    };
    let name = format!("{}: {}", text(key), words.title);
    let shown = ui.scope_builder(UiBuilder::new().id_salt(("lesson", &lesson.id)).sense(Sense::click()), |ui| {
        let t = ui.tokens();
        let lit = ui.response().hovered() || ui.response().has_focus();
        let ground = if lit { t.hover } else { t.control };
        let frame = Frame::new().fill(ground).corner_radius(radius::CONTROL).inner_margin(Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                let heading = match number {
                    Some(number) => format!("{number}  {}", words.title),
                    None => words.title.clone(),
                };
                ui.add(Label::new(title(heading)).selectable(false).wrap());
                if finished {
                    Icon::Check.show(ui, t.good);
                }
            });
            ui.add(Label::new(words.summary.clone()).selectable(false).wrap());
            let mut about = vec![minutes(lesson.minutes())];
            if let Some(training) = lesson.trainings.first() {
                about.push(text_with("lessons-trains", &[("seconds", super::seconds(training.seconds))]));
            }
            if finished {
                about.push(text("lessons-done"));
            } else if done > 0 {
                about.push(text_with(
                    "lessons-pages",
                    &[("done", (done as u64).into()), ("pages", (pages as u64).into())],
                ));
            }
            quiet(ui, about.join(" · "));
        });
    });
    let response = shown.response;
    response.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Button, true, &name));
    if response.clicked() {
        commands.send(LessonCommand::Begin(lesson.id.clone()));
    }
}
