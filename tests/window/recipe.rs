//! The recipe panel: files, text, folded parts, data and models of one's own.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::command::Command;
use stillroom::recipe::{Architecture, Optimiser, Schedule, Source, TeacherRecipe};

use crate::{Folder, choose, open, press, retype, unfold, until};

const RECIPE: &str = "# Mine\ntitle = \"Mine\"\n[data]\nsource = \"digits\"\n[teacher]\ncheckpoint = \"builtin:digits\"\n\
                      [student]\nmodel = { mlp = [16] }\n[distill]\ntemperature = [1, 2, 4]\n";

#[test]
fn a_recipe_is_opened_changed_saved_and_opened_again() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let mut window = open(&folder.store(), &dialogs);
    let path = folder.0.path().join("mine.toml");
    std::fs::write(&path, RECIPE).unwrap();
    dialogs.answer(Some(path.clone()));
    press(&mut window, "Open recipe…");
    let sweep = window.state().state().sweep.clone();
    assert_eq!((sweep.base.title.as_str(), sweep.count()), ("Mine", 3));
    assert_eq!(window.state().state().recent, std::slice::from_ref(&path));

    let saved = folder.0.path().join("saved.toml");
    dialogs.answer(Some(saved.clone()));
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    window.run_steps(4);
    until(&mut window, "the file", |_| saved.exists());
    press(&mut window, "Undo");
    assert_ne!(window.state().state().sweep, sweep);
    // What was opened lately is opened again, as if it were dropped on the window.
    window.state().ask(Command::OpenPath(saved));
    window.run_steps(2);
    assert_eq!(window.state().state().sweep, sweep);

    // A faulty file is told of by line and field, and changes nothing.
    let faulty = folder.0.path().join("faulty.toml");
    std::fs::write(&faulty, RECIPE.replace("temperature =", "temprature =")).unwrap();
    window.state().ask(Command::OpenPath(faulty.clone()));
    window.run_steps(2);
    assert_eq!(window.state().state().sweep, sweep);
    let said = window.state().state().notices.said[0].words.clone();
    assert!(said.contains("line 10") && said.contains("`temperature`") && said.contains("faulty.toml"), "{said}");
    for (path, expected) in [("gone.toml", "there is nothing"), ("saved.xyz", "cannot be opened")] {
        let path = folder.0.path().join(path);
        if path.extension().is_some_and(|end| end == "xyz") {
            std::fs::write(&path, "").unwrap();
        }
        window.state().ask(Command::OpenPath(path));
        window.run_steps(2);
        let said = &window.state().state().notices.said[0].words;
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_recipe_is_edited_as_text_with_its_faults_at_their_lines() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    let before = window.state().state().sweep.clone();
    press(&mut window, "TOML");
    rewrite(&mut window, "title = \"x\"\n[data]\nsource = \"digitss\"");
    let state = window.state().state();
    assert_eq!(state.sweep, before);
    let faults = &state.recipe_text.as_ref().unwrap().faults;
    assert!(faults.iter().any(|(line, _)| *line == Some(3)), "{faults:?}");
    window.get_by_label_contains("line 3");

    rewrite(&mut window, RECIPE);
    let state = window.state().state();
    assert_eq!((state.sweep.base.title.as_str(), state.sweep.count()), ("Mine", 3));
    // What was typed stays as it was typed, with its comment; an undo puts the older recipe into the text.
    assert!(state.recipe_text.as_ref().unwrap().text.starts_with("# Mine"));
    press(&mut window, "Undo");
    let state = window.state().state();
    assert_eq!(state.sweep, before);
    assert_eq!(state.recipe_text.as_ref().unwrap().text, before.to_toml());
    press(&mut window, "TOML");
    window.get_by_role_and_label(Role::Slider, "Temperature");
}

#[test]
fn folded_parts_say_what_is_in_them_and_open() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    window.get_by_label("AdamW · 8.0e−3 · cosine");
    window.get_by_label("20 epochs · seed 0");
    assert!(window.query_by_role_and_label(Role::Slider, "Learning rate").is_none());
    unfold(&mut window, "Optimiser");
    choose(&mut window, "Schedule", "steps");
    assert!(matches!(window.state().state().sweep.base.training.schedule, Schedule::Step { every: 10, .. }));
    window.get_by_role_and_label(Role::Figure, "Learning rate over the epochs");
    choose(&mut window, "Optimiser", "SGD, momentum 0.90");
    assert_eq!(window.state().state().sweep.base.training.optimiser, Optimiser::Sgd { momentum: 0.9 });
    unfold(&mut window, "Training");
    window.get_by_role_and_label(Role::SpinButton, "Batch").scroll_to_me();
    window.run_steps(8);
    window.get_by_role_and_label(Role::SpinButton, "Epochs").set_value_accesskit(25.0);
    window.run_steps(4);
    assert_eq!(window.state().state().sweep.base.training.epochs, 25);
    unfold(&mut window, "Training");
    window.get_by_label("25 epochs · seed 0");
}

#[test]
fn data_and_models_of_ones_own() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let mut window = open(&folder.store(), &dialogs);
    let table = folder.0.path().join("points.csv");
    let rows: String =
        (0..200).map(|i| format!("{},{},{}\n", i % 7, (i * i) % 11, if i % 2 == 0 { "a" } else { "b" })).collect();
    std::fs::write(&table, format!("x,y,class\n{rows}")).unwrap();
    dialogs.answer(Some(table.clone()));
    choose(&mut window, "Data", "Open CSV file…");
    let base = window.state().state().sweep.base.clone();
    assert!(matches!(&base.data.source, Source::Csv { path, .. } if *path == table));
    assert!(matches!(base.teacher, TeacherRecipe::Train { .. }), "the shipped teacher knows nothing of other data");
    until(&mut window, "its preview", |state| state.preview.as_ref().is_some_and(|p| p.recipe == state.sweep.base));
    window.get_by_label("2 classes");

    window.get_by_role_and_label(Role::ComboBox, "Student").click();
    window.run_steps(4);
    let field = "Own widths: 64, 64 or cnn 8, 16 / 64";
    retype(&mut window, field, "12, x");
    window.get_by_label_contains("Give whole numbers");
    retype(&mut window, field, "12, 6");
    window.key_press(Key::Enter);
    window.run_steps(4);
    let own = Architecture::Mlp { hidden: vec![12, 6], dropout: 0.0 };
    assert_eq!(window.state().state().sweep.base.student, Some(own));
}

/// Puts other text in place of the recipe's.
fn rewrite(window: &mut crate::Window, text: &str) {
    let editor = |window: &crate::Window| {
        window.get_by_role_and_label(Role::MultilineTextInput, "The recipe as text").focus();
    };
    editor(window);
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.event(eframe::egui::Event::Paste(text.to_owned()));
    window.run_steps(4);
}
