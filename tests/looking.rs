//! Looking asks no model: whatever is dragged in the lens, in the tables and through a training, no network is run. It is alone in its
//! process, in which every pass of any model is counted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::Settings;
use stillroom::command::{Action, Command, LensCommand, RecipeCommand, WindowCommand};
use stillroom::model::calls;
use stillroom::runs::Store;
use stillroom::state::{DarkPage, LensPage, Pane, State, Subject};
use stillroom::text::Language;

use common::Window;

fn open(folder: &std::path::Path) -> Window {
    let store = Store::writer(folder.join("runs.db")).unwrap();
    let settings = Settings { language: Some(Language::English), greeted: true, ..Settings::default() };
    let builder = Harness::builder().with_size([1280.0, 800.0]).with_step_dt(0.05);
    builder.build_eframe(move |cc| common::app(cc, store, settings, |_| {}))
}

fn until(window: &mut Window, what: &str, done: impl Fn(&State) -> bool) {
    common::until(window, what, 60, done);
    window.run_steps(2);
}

fn ask(window: &mut Window, command: impl Into<Command>) {
    window.state().ask(command);
    window.run_steps(3);
}

#[test]
fn looking_asks_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open(folder.path());
    until(&mut window, "the preview", |state| state.recipe.preview.is_some());
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.training.epochs = 2;
    ask(&mut window, RecipeCommand::Edit("epochs", Box::new(sweep)));
    let at_first = calls();
    ask(&mut window, Action::Distil);
    until(&mut window, "the end", |state| state.focused().is_some_and(|job| job.story.is_some()));
    assert!(calls() > at_first + 40, "training is counted");
    ask(&mut window, WindowCommand::Maximise(Some(Pane::Lens)));
    ask(&mut window, Action::ToggleMoment);
    until(&mut window, "the snapshots", |state| state.moment_view().is_some());
    let before = calls();
    ask(&mut window, LensCommand::Subject(Subject::Photo));
    until(&mut window, "the photo", |state| state.screen.photo.as_ref().is_some_and(|photo| photo.seen.is_some()));
    assert_eq!(calls(), before + 1, "a photo is looked at once");
    for subject in Subject::ALL {
        ask(&mut window, LensCommand::Subject(subject));
        for page in LensPage::ALL {
            ask(&mut window, LensCommand::LensPage(page));
            for t in [0.05, 1.0, 7.0, 100.0] {
                window.get_by_role_and_label(Role::Slider, "T").set_value_accesskit(t);
                window.run_steps(3);
                assert!((window.state().state().screen.lens.temperature - t).abs() < 1e-9);
            }
        }
    }
    ask(&mut window, LensCommand::Subject(Subject::Sample));
    for step in [0, 4, 28] {
        ask(&mut window, LensCommand::Moment(Some(step)));
    }
    ask(&mut window, WindowCommand::Maximise(Some(Pane::Dark)));
    for page in DarkPage::ALL {
        ask(&mut window, LensCommand::DarkPage(page));
    }
    assert_eq!(calls(), before + 1, "a model was asked");
}
