//! What lies where: notices beside controls, the lens whole in a small window, keys and reasons in sight, one title a panel.

use std::collections::BTreeSet;

use eframe::egui::Rect;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use stillroom::app::{ScriptedDialogs, SettingsFile};
use stillroom::command::{Action, Command, WindowCommand};
use stillroom::runs::Store;
use stillroom::text::Phrase;

use super::{Folder, Start, Window, build_at, preset, press, retype, until};

const SMALL: [f32; 2] = [1024.0, 700.0];
const USUAL: [f32; 2] = [1280.0, 800.0];

fn sized(folder: &Folder, size: [f32; 2]) -> Window {
    let store = Store::writer(folder.store()).unwrap();
    build_at(size, store, &ScriptedDialogs::default(), SettingsFile::none(), Start::Later)
}

/// Trains the small digits with their preset's values, and waits until the story of it is told.
fn trained(window: &mut Window) {
    preset(window, "Small digits: one label in ten");
    press(window, "Distil");
    told(window);
}

fn told(window: &mut Window) {
    until(window, "the job", |state| state.running_job().is_some());
    until(window, "the story", |state| state.focused().is_some_and(|job| job.story.is_some()));
    window.run_steps(6);
}

/// Everything that can be pressed, ticked, slid or typed in, but not the notices' own buttons.
fn controls(window: &Window) -> Vec<(String, Rect)> {
    let roles = [
        Role::Button,
        Role::CheckBox,
        Role::ComboBox,
        Role::Slider,
        Role::SpinButton,
        Role::Switch,
        Role::Tab,
        Role::TextInput,
        Role::DisclosureTriangle,
    ];
    let screen = window.ctx.content_rect();
    let found = roles.into_iter().flat_map(|role| window.query_all_by_role(role));
    let named = found.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect()));
    named.filter(|(name, rect)| !name.starts_with("Remove ") && screen.intersects(*rect)).collect()
}

#[test]
fn notices_lie_on_no_control_and_not_on_each_other() {
    for size in [USUAL, SMALL] {
        let folder = Folder::new();
        let mut window = sized(&folder, size);
        trained(&mut window);
        for workspace in [Action::Lab, Action::Compare, Action::Learn] {
            window.state().ask(Command::Do(workspace));
            window.run_steps(6);
            window.state().ask(Command::Do(Action::CopyRecipe));
            window.state().ask(WindowCommand::OpenPath("/nowhere/at/all.toml".into()));
            window.run_steps(8);
            let said = window.state().state().window.notices.said.iter().map(|notice| notice.message.words());
            let said: BTreeSet<String> = said.collect();
            let notice = |words: &String| {
                let words_at = window.query_by(|node| node.label().or(node.value()).as_ref() == Some(words))?;
                let name = format!("Remove {words}");
                let close = window.query_by_role_and_label(Role::Button, &name)?;
                // The frame around both.
                Some((words_at.rect() | close.rect()).expand(8.0))
            };
            let notices: Vec<Rect> = said.iter().filter_map(notice).collect();
            assert!(notices.len() >= 2, "{size:?} {workspace:?}: {} notices", notices.len());
            let controls = controls(&window);
            for (at, notice) in notices.iter().enumerate() {
                for (name, control) in &controls {
                    assert!(!control.intersects(*notice), "{size:?} {workspace:?}: a notice lies on {name}");
                }
                for other in &notices[at + 1..] {
                    assert!(!other.intersects(*notice));
                }
            }
        }
    }
}

/// The rows of the lens, from the top down, and where its numbers begin.
fn lens_of(window: &Window) -> (Vec<Rect>, f32) {
    let is_row = |words: String| words.contains(": teacher ") && words.ends_with('%');
    let rows = window.get_all(egui_kittest::kittest::By::new().predicate(move |node| node.value().is_some_and(is_row)));
    let numbers = window.get_by(|node| node.label().or(node.value()).is_some_and(|words| words.starts_with("KL")));
    (rows.map(|row| row.rect()).collect(), numbers.rect().top())
}

#[test]
fn the_lens_is_whole_in_a_small_window() {
    let folder = Folder::new();
    let mut window = sized(&folder, SMALL);
    trained(&mut window);
    for workspace in [Action::Lab, Action::Compare, Action::Learn] {
        window.state().ask(Command::Do(workspace));
        window.run_steps(6);
        let (rows, numbers) = lens_of(&window);
        assert_eq!(rows.len(), 10, "{workspace:?}");
        for pair in rows.windows(2) {
            assert!(pair[0].bottom() <= pair[1].top() + 0.5);
        }
        let last = rows.last().unwrap().bottom();
        assert!(last <= numbers && numbers < SMALL[1], "{workspace:?}: {last} {numbers}");
    }
}

#[test]
fn the_key_of_the_map_and_the_reasons_are_in_sight() {
    let folder = Folder::new();
    let mut window = sized(&folder, USUAL);
    preset(&mut window, "Small digits: one label in ten");
    press(&mut window, "Sweep temperature");
    retype(&mut window, "Temperature, points", "3");
    press(&mut window, "Distil");
    told(&mut window);
    let end = window.get_by(|node| node.value().as_deref() == Some("Runs")).rect().top();
    let key = window.get_by(|node| {
        node.role() == Role::Image && node.label().is_some_and(|words| words.starts_with("validation errors,"))
    });
    let words = key.accesskit_node().label().unwrap();
    assert!(words.contains("no teacher"), "{words}");
    assert!(key.rect().bottom() < end, "the key of the colours");
    let story = window.state().state().focused().unwrap().story.clone().unwrap();
    let reasons: Vec<String> = story.why.iter().map(Phrase::words).collect();
    assert!(reasons.len() > 3, "{reasons:?}");
    for reason in reasons {
        let said = window.get_all(
            egui_kittest::kittest::By::new()
                .predicate(|node| node.label().or(node.value()).is_some_and(|words| words.contains(&reason))),
        );
        let bottoms: Vec<f32> = said.map(|node| node.rect().bottom()).collect();
        assert!(!bottoms.is_empty() && bottoms.iter().all(|bottom| *bottom < end), "{reason}: {bottoms:?} {end}");
    }
}

#[test]
fn a_panel_has_one_title() {
    let folder = Folder::new();
    let mut window = sized(&folder, USUAL);
    let titles = |window: &Window, name: &str| {
        let is_title = |words: &str| words == name;
        let found = egui_kittest::kittest::By::new().predicate(|node| {
            matches!(node.role(), Role::Label | Role::Button)
                && (node.label().as_deref().is_some_and(is_title) || node.value().as_deref().is_some_and(is_title))
        });
        window.query_all(found).count()
    };
    for (workspace, names) in [
        (Action::Lab, ["Recipe", "On validation", "Loss", "Lens", "Runs"]),
        (Action::Learn, ["Recipe", "On validation", "Lens", "Anatomy", "Runs"]),
    ] {
        window.state().ask(Command::Do(workspace));
        window.run_steps(6);
        for name in names {
            assert_eq!(titles(&window, name), 1, "{workspace:?}: {name}");
        }
    }
}
