//! Pictures of every workspace and of the style page, dark and light, in English and Chinese, beside those that were looked at
//! and found good. `UPDATE_SNAPSHOTS=true cargo test --features pixels --test pixels` takes them anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::path::Path;

use eframe::egui::{Theme, vec2};
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use stillroom::app::Settings;
use stillroom::command::{Action, RecipeCommand, ScreenCommand};
use stillroom::protocol::JobOutcome;
use stillroom::runs::Store;
use stillroom::state::Workspace;
use stillroom::text::Language;
use stillroom::theme;
use stillroom::widgets::{Gallery, gallery_ui};

use common::Window;

/// Graphics drivers differ in the last shade of a slanted line, processors in the last digit of a loss: a panel that moved
/// or a word that changed is far more than this many pixels of a million.
fn options() -> SnapshotOptions {
    SnapshotOptions::new().threshold(1.2).max_failed_pixels(1500)
}

fn open(store: &Path, theme: Theme, language: Language, workspace: Workspace) -> Window {
    let store = Store::writer(store).unwrap();
    let settings = Settings { language: Some(language), workspace, greeted: true, ..Settings::default() };
    let builder = Harness::builder().with_size(vec2(1280.0, 800.0)).with_theme(theme).with_step_dt(0.05).wgpu();
    builder.build_eframe(move |cc| common::app(cc, store, settings, |_| {}))
}

fn until(window: &mut Window, done: impl Fn(&stillroom::state::State) -> bool) {
    common::until(window, "what is waited for", 120, done);
    // Bars and curves come to rest.
    window.run_steps(20);
}

/// A store with one small job in it.
fn trained(store: &Path) {
    let mut window = open(store, Theme::Dark, Language::English, Workspace::Lab);
    until(&mut window, |state| state.recipe.preview.is_some());
    window.state().ask(RecipeCommand::Preset("digits"));
    window.run_steps(2);
    until(&mut window, |state| state.recipe.preview.as_ref().is_some_and(|p| p.recipe == state.recipe.sweep.base));
    window.state().ask(Action::Distil);
    until(&mut window, |state| {
        state.focused().is_some_and(|job| job.outcome == Some(JobOutcome::Done))
            && state.jobs.rows.iter().filter(|row| row.test.is_some()).count() >= 2
    });
}

#[test]
fn every_workspace_looks_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("runs.db");
    trained(&store);
    let mut results = SnapshotResults::new();
    let themes = [("dark", Theme::Dark), ("light", Theme::Light)];
    let workspaces = [("lab", Workspace::Lab), ("compare", Workspace::Compare), ("learn", Workspace::Learn)];
    for (theme_name, theme) in themes {
        for language in Language::ALL {
            for (name, workspace) in workspaces {
                let mut window = open(&store, theme, language, workspace);
                until(&mut window, |state| state.recipe.preview.is_some() && !state.jobs.rows.is_empty());
                if workspace != Workspace::Lab {
                    let job = window.state().state().jobs.rows[0].job;
                    window.state().ask(ScreenCommand::Focus(job));
                    until(&mut window, |state| state.focused().is_some());
                }
                results.add(window.try_snapshot_options(format!("{name}-{theme_name}-{}", language.tag()), &options()));
            }
        }
    }
}

#[test]
fn the_style_page_looks_as_it_did() {
    let mut results = SnapshotResults::new();
    for (theme_name, theme) in [("dark", Theme::Dark), ("light", Theme::Light)] {
        for page in 0..Gallery::PAGES {
            let gallery = Gallery { page, ..Gallery::default() };
            let harness = Harness::builder().with_size(vec2(1280.0, 800.0)).with_theme(theme).wgpu();
            let harness = harness.with_context_setup(theme::install);
            let mut harness = harness.build_ui_state(gallery_ui, gallery);
            harness.run();
            results.add(harness.try_snapshot_options(format!("style-{page}-{theme_name}"), &options()));
        }
    }
}
