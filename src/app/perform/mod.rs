//! Performs commands: the only place where the window's state is changed by the user.

mod action;
mod jobs;
mod lens;
mod recipe;
mod screen;
mod window;

use eframe::egui;

use super::App;
use crate::command::Command;
use crate::recipe::{Preset, presets};
use crate::state::{Draft, History, Present, Undoable};
use crate::text::Phrase;
use crate::widgets::ToastKind;

impl App {
    pub(super) fn perform_all(&mut self, ctx: &egui::Context) {
        for command in self.commands.take() {
            self.perform(command, ctx);
        }
    }

    pub(super) fn perform(&mut self, command: Command, ctx: &egui::Context) {
        match command {
            Command::Do(action) => self.act(action, ctx),
            Command::Recipe(command) => self.recipe(command, ctx),
            Command::Job(command) => self.job(command),
            Command::Screen(command) => self.screen(command),
            Command::Lens(command) => self.lens(command, ctx),
            Command::Example(command) => self.example(command, ctx),
            Command::Lesson(command) => self.lesson(command, ctx),
            Command::Window(command) => self.window(command, ctx),
        }
    }

    /// Puts back what the last change replaced, or what was undone last.
    pub(super) fn undo_or_redo(&mut self, step: fn(&mut History, Present<'_>) -> Option<Undoable>) {
        // What is put back is not what the sheet is about.
        self.state.window.sheet = None;
        let mut history = std::mem::take(&mut self.state.history);
        let put_back = step(&mut history, &|past| self.present(past));
        self.state.history = history;
        match put_back {
            None => {}
            Some(Undoable::Recipe(draft)) => {
                let Draft { sweep, text } = *draft;
                let is_it = |preset: &Preset| preset.sweep().is_ok_and(|known| known == sweep);
                self.state.recipe.preset = presets().find(is_it).map(|preset| preset.name);
                self.replace(sweep.clone());
                if let Some(text) = text {
                    self.put_text(text, &sweep);
                }
            }
            Some(Undoable::Lens(kept)) => self.state.put_lens(*kept),
            Some(Undoable::Arrangement(workspace, kept)) => self.put_arrangement(workspace, kept),
            Some(Undoable::Renamed(job, name)) => drop(self.put_name(job, &name)),
            Some(Undoable::Binned(run, binned)) => drop(self.put_in_bin(run, binned)),
        }
    }

    /// What a thing is now that was something else.
    fn present(&self, past: &Undoable) -> Undoable {
        match past {
            Undoable::Recipe(_) => Undoable::Recipe(Box::new(self.state.draft())),
            Undoable::Lens(_) => Undoable::Lens(Box::new(self.state.kept_lens())),
            Undoable::Arrangement(workspace, _) => Undoable::Arrangement(*workspace, self.arrangement(*workspace)),
            Undoable::Renamed(job, name) => {
                let row = self.state.jobs.rows.iter().find(|row| row.job == *job);
                Undoable::Renamed(*job, row.map_or_else(|| name.clone(), |row| row.title.clone()))
            }
            Undoable::Binned(run, binned) => Undoable::Binned(*run, !binned),
        }
    }

    /// A notice that something was done, or why not.
    pub(super) fn told(&mut self, result: Result<(), Phrase>, done: Phrase) {
        match result {
            Ok(()) => self.say(ToastKind::Done, done),
            Err(fault) => self.fault(fault),
        }
    }

    pub(super) fn fault(&mut self, message: Phrase) {
        log::warn!("{message}");
        self.say(ToastKind::Fault, message);
    }

    /// A notice on the screen, and in the list of those that were there.
    pub(super) fn say(&mut self, kind: ToastKind, words: Phrase) {
        self.say_with(kind, words, None);
    }

    /// A notice that offers to take back what it tells of.
    pub(super) fn say_with(&mut self, kind: ToastKind, words: Phrase, back: Option<Command>) {
        self.state.window.notices.say(kind == ToastKind::Fault, words.clone());
        self.toasts.add(kind, words, back);
    }
}

/// How large everything can be drawn.
pub(super) const ZOOM: std::ops::RangeInclusive<f32> = 0.8..=2.0;

/// Dark or light as the user chose, or as the system is.
pub(super) fn preference(dark: Option<bool>) -> egui::ThemePreference {
    match dark {
        None => egui::ThemePreference::System,
        Some(true) => egui::ThemePreference::Dark,
        Some(false) => egui::ThemePreference::Light,
    }
}
