//! The real window, driven by role and label: real data, real training, a real store.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bias;
#[path = "../common/mod.rs"]
mod common;
mod first;
mod jobs;
mod learn;
mod lens;
mod looks;
mod methods;
mod places;
mod queue;
mod recipe;
mod sheet;
mod story;
mod sweeps;
mod texts;
mod words;

use std::path::{Path, PathBuf};

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::{ScriptedDialogs, Settings, SettingsFile};
use stillroom::runs::{Store, StoreWriter};
use stillroom::state::State;
use stillroom::text::Language;

use common::Window;

fn open(store: &Path, dialogs: &ScriptedDialogs) -> Window {
    open_with(store, dialogs, SettingsFile::none())
}

/// Which start of the program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    First,
    Later,
}

/// The same with settings.
fn open_with(store: &Path, dialogs: &ScriptedDialogs, settings: SettingsFile) -> Window {
    build(store, dialogs, settings, Start::Later)
}

/// The same at the very first start, or at a later one. The window speaks English unless they say something else, whatever this machine speaks.
fn build(store: &Path, dialogs: &ScriptedDialogs, settings: SettingsFile, start: Start) -> Window {
    build_at([1280.0, 800.0], Store::writer(store).unwrap(), dialogs, settings, start)
}

/// The same of a size, on a store that is open.
fn build_at(
    size: [f32; 2],
    store: StoreWriter,
    dialogs: &ScriptedDialogs,
    mut settings: SettingsFile,
    start: Start,
) -> Window {
    let mut remembered = settings.read();
    remembered.0.language.get_or_insert(Language::English);
    remembered.0.greeted |= start == Start::Later;
    let dialogs = Box::new(dialogs.clone());
    // Twenty frames a second: two clicks are a double click.
    Harness::builder().with_size(size).with_step_dt(0.05).build_eframe(move |cc| {
        let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_stillroom")));
        common::app(cc, store, Settings::default(), |parts| {
            (parts.program, parts.dialogs) = (program, dialogs);
            (parts.settings, parts.remembered) = (settings, remembered);
        })
    })
}

/// Runs frames until `done` holds; fails after a minute.
fn until(window: &mut Window, what: &str, done: impl Fn(&State) -> bool) {
    common::until(window, what, 60, done);
    window.run_steps(2);
}

fn press(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).click();
    window.run_steps(4);
}

/// Presses a button that may first have to be scrolled to.
fn reach(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).scroll_to_me();
    window.run_steps(8);
    press(window, name);
}

fn choose(window: &mut Window, list: &str, entry: &str) {
    window.get_by_role_and_label(Role::ComboBox, list).click();
    window.run_steps(4);
    window.get_by_label(entry).scroll_to_me();
    window.run_steps(8);
    window.get_by_label(entry).click();
    window.run_steps(4);
}

/// Opens a part of the recipe panel that is folded away.
fn unfold(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::DisclosureTriangle, name).scroll_to_me();
    window.run_steps(8);
    window.get_by_role_and_label(Role::DisclosureTriangle, name).click();
    window.run_steps(4);
}

fn slide(window: &mut Window, name: &str, value: f64) {
    window.get_by_role_and_label(Role::Slider, name).set_value_accesskit(value);
    window.run_steps(4);
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn store(&self) -> PathBuf {
        self.0.path().join("runs.db")
    }
}

/// Types into a field in place of what it holds.
fn retype(window: &mut Window, field: &str, typed: &str) {
    window.get_by_role_and_label(Role::TextInput, field).focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, field).type_text(typed);
    window.run_steps(4);
}

/// Accepts what was opened, as soon as it is known.
fn accept(window: &mut Window) {
    until(window, "what was opened", |state| state.fresh_preview().is_some() || state.recipe.preview_fault.is_some());
    // The sheet grows to what it has to say.
    window.run_steps(8);
    let is_known = window.state().state().fresh_preview().is_some();
    press(window, if is_known { "Ready" } else { "Keep it all the same" });
    assert!(window.state().state().window.sheet.is_none());
}

/// Chooses a preset and waits until its first sample is there.
fn preset(window: &mut Window, name: &str) {
    choose(window, "Preset", name);
    until(window, "its preview", |state| {
        state.recipe.preview.as_ref().is_some_and(|p| p.recipe == state.recipe.sweep.base)
    });
}
