//! The recipe panel: files, text, folded parts, data and models of one's own.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use stillroom::app::ScriptedDialogs;
use stillroom::command::{Action, RecipeCommand, WindowCommand};
use stillroom::recipe::fields::FIELDS;
use stillroom::recipe::{
    Architecture, Colour, ColumnRef, ImageSource, Optimiser, Schedule, Source, TableSource, TeacherRecipe,
};
use stillroom::state::Pane;
use stillroom::text::Language;

use crate::{Folder, accept, choose, open, press, reach, retype, unfold, until};

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
    let sweep = window.state().state().recipe.sweep.clone();
    assert_eq!((sweep.base.title.as_str(), sweep.count()), ("Mine", 3));
    // Its text has the comments of the file.
    press(&mut window, "TOML");
    assert_eq!(window.state().state().recipe.text.as_ref().unwrap().text, RECIPE);
    press(&mut window, "TOML");
    assert_eq!(window.state().state().window.recent, std::slice::from_ref(&path));

    let saved = folder.0.path().join("saved.toml");
    dialogs.answer(Some(saved.clone()));
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    window.run_steps(4);
    until(&mut window, "the file", |_| saved.exists());
    press(&mut window, "Undo");
    assert_ne!(window.state().state().recipe.sweep, sweep);
    // What was opened lately is opened again, as if it were dropped on the window.
    window.state().ask(WindowCommand::OpenPath(saved));
    window.run_steps(2);
    assert_eq!(window.state().state().recipe.sweep, sweep);

    // A faulty file is told of by line and field, and changes nothing.
    let faulty = folder.0.path().join("faulty.toml");
    std::fs::write(&faulty, RECIPE.replace("temperature =", "temprature =")).unwrap();
    window.state().ask(WindowCommand::OpenPath(faulty.clone()));
    window.run_steps(2);
    assert_eq!(window.state().state().recipe.sweep, sweep);
    let said = window.state().state().window.notices.said[0].message.to_string();
    assert!(said.contains("line 10") && said.contains("`temperature`") && said.contains("faulty.toml"), "{said}");
    for (path, expected) in [("gone.toml", "there is nothing"), ("saved.xyz", "this is a PDF")] {
        let path = folder.0.path().join(path);
        if path.extension().is_some_and(|end| end == "xyz") {
            std::fs::write(&path, "%PDF-1.7\n").unwrap();
        }
        window.state().ask(WindowCommand::OpenPath(path));
        window.run_steps(2);
        let said = window.state().state().window.notices.said[0].message.to_string();
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_recipe_is_edited_as_text_with_its_faults_at_their_lines() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    let before = window.state().state().recipe.sweep.clone();
    press(&mut window, "TOML");
    rewrite(&mut window, "title = \"x\"\n[data]\nsource = \"digitss\"");
    let state = window.state().state();
    assert_eq!(state.recipe.sweep, before);
    let faults = &state.recipe.text.as_ref().unwrap().faults;
    assert!(faults.iter().any(|fault| fault.line() == Some(3)), "{faults:?}");
    window.get_by_label_contains("line 3");

    rewrite(&mut window, RECIPE);
    let state = window.state().state();
    assert_eq!((state.recipe.sweep.base.title.as_str(), state.recipe.sweep.count()), ("Mine", 3));
    // What was typed stays as it was typed, with its comment, and comes back so; an undo puts the older recipe into the text.
    assert!(state.recipe.text.as_ref().unwrap().text.starts_with("# Mine"));
    window.run_steps(30);
    rewrite(&mut window, &RECIPE.replace("# Mine", "# Yours").replace("[16]", "[8]"));
    press(&mut window, "Undo");
    assert_eq!(window.state().state().recipe.text.as_ref().unwrap().text, RECIPE);
    press(&mut window, "Redo");
    assert!(window.state().state().recipe.text.as_ref().unwrap().text.starts_with("# Yours"));
    press(&mut window, "Undo");
    // A file that is opened takes its place, and gives it back.
    let file = folder.0.path().join("theirs.toml");
    std::fs::write(&file, RECIPE.replace("# Mine", "# Theirs").replace("[16]", "[4]")).unwrap();
    window.state().ask(WindowCommand::OpenPath(file));
    window.run_steps(2);
    assert!(window.state().state().recipe.text.as_ref().unwrap().text.starts_with("# Theirs"));
    press(&mut window, "Undo");
    assert_eq!(window.state().state().recipe.text.as_ref().unwrap().text, RECIPE);
    press(&mut window, "Undo");
    let state = window.state().state();
    assert_eq!(state.recipe.sweep, before);
    assert_eq!(state.recipe.text.as_ref().unwrap().text, before.to_toml());
    press(&mut window, "TOML");
    window.get_by_role_and_label(Role::Slider, "Temperature");

    // Left and come back to, a text has its comments and its faults still; it cannot be saved with them.
    press(&mut window, "TOML");
    let faulty = format!("# Later\n{}", before.to_toml().replace("epochs = ", "epoch = "));
    rewrite(&mut window, &faulty);
    for _ in 0..2 {
        press(&mut window, "TOML");
    }
    let state = window.state().state();
    let typed = state.recipe.text.as_ref().unwrap();
    assert_eq!((typed.text.as_str(), typed.faults.len()), (faulty.as_str(), 1));
    assert!(!Action::SaveRecipe.enabled(state));
    assert_eq!(state.recipe.sweep, before);
}

#[test]
fn folded_parts_say_what_is_in_them_and_open() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    window.get_by_label("AdamW · 0.008 · cosine");
    window.get_by_label("20 epochs · seed 0");
    assert!(window.query_by_role_and_label(Role::Slider, "Learning rate").is_none());
    unfold(&mut window, "Optimiser");
    choose(&mut window, "Schedule", "steps");
    assert!(matches!(window.state().state().recipe.sweep.base.training.schedule, Schedule::Step { every: 10, .. }));
    window.get_by_role_and_label(Role::Figure, "Learning rate over the epochs");
    choose(&mut window, "Optimiser", "SGD, momentum 0.9");
    assert_eq!(window.state().state().recipe.sweep.base.training.optimiser, Optimiser::Sgd { momentum: 0.9 });
    unfold(&mut window, "Training");
    window.get_by_role_and_label(Role::SpinButton, "Batch").scroll_to_me();
    window.run_steps(8);
    window.get_by_role_and_label(Role::SpinButton, "Epochs").set_value_accesskit(25.0);
    window.run_steps(4);
    assert_eq!(window.state().state().recipe.sweep.base.training.epochs, 25);
    unfold(&mut window, "Training");
    window.get_by_label("25 epochs · seed 0");
}

#[test]
fn to_look_at_a_recipe_is_not_to_change_it() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    let path = folder.0.path().join("odd.toml");
    let training = "[training]\nseed = 20260101\nweight_decay = 2.5\nclip = 0.00001\nwarm_up = 2000\n";
    std::fs::write(&path, format!("{RECIPE}{training}")).unwrap();
    window.state().ask(WindowCommand::OpenPath(path));
    window.run_steps(2);
    let sweep = window.state().state().recipe.sweep.clone();
    assert_eq!(sweep.base.training.seed, 20_260_101);
    for part in ["Optimiser", "Training"] {
        unfold(&mut window, part);
    }
    for field in ["Gradient clip", "Weight decay", "Warm-up", "Seed"] {
        window.get_by_role_and_label(Role::SpinButton, field).focus();
        window.run_steps(4);
    }
    window.get_by_role_and_label(Role::SpinButton, "Epochs").focus();
    window.run_steps(4);
    assert_eq!(window.state().state().recipe.sweep, sweep);
}

#[test]
fn what_text_alone_can_sweep_is_shown_and_ends_with_a_choice() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    press(&mut window, "TOML");
    let several = RECIPE.replace("model = { mlp = [16] }", "model = { any = [{ mlp = [16] }, { mlp = [32] }] }");
    rewrite(&mut window, &format!("{several}[training]\nbatch = [64, 128]\n"));
    assert_eq!(window.state().state().recipe.sweep.count(), 12);
    press(&mut window, "TOML");
    // The section is open by itself, as something in it is swept.
    window.get_by_label("64 · 128");
    choose(&mut window, "Student", "MLP 64–64");
    assert_eq!(window.state().state().recipe.sweep.count(), 6);
    let cells = window.state().state().recipe.sweep.cells().unwrap();
    assert!(cells.iter().all(|cell| cell.recipe.student == Some(mlp(&[64, 64]))));
    reach(&mut window, "Sweep of batch");
    assert_eq!(
        (window.state().state().recipe.sweep.count(), window.state().state().recipe.sweep.base.training.batch),
        (3, 64)
    );
    assert!(window.query_by_label("64 · 128").is_none());
}

fn mlp(hidden: &[usize]) -> Architecture {
    Architecture::Mlp { hidden: hidden.to_vec(), dropout: 0.0 }
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
    choose(&mut window, "Data", "Open a table or arrays…");
    let base = window.state().state().recipe.sweep.base.clone();
    assert!(matches!(&base.data.source, Source::Table(source) if source.path == table));
    assert!(
        matches!(base.teacher, Some(TeacherRecipe::Train { .. })),
        "the shipped teacher knows nothing of other data"
    );
    assert_eq!((base.title.as_str(), window.state().state().recipe.preset), ("points.csv", None));
    accept(&mut window);
    until(&mut window, "its preview", |state| {
        state.recipe.preview.as_ref().is_some_and(|p| p.recipe == state.recipe.sweep.base)
    });
    window.get_by_label("2 classes");

    // Other data give the recipe another name, but not one that has a name of its own.
    let again = folder.0.path().join("again.csv");
    std::fs::copy(&table, &again).unwrap();
    window.state().ask(WindowCommand::OpenPath(again));
    window.run_steps(2);
    assert_eq!(window.state().state().recipe.sweep.base.title, "again.csv");
    accept(&mut window);
    press(&mut window, "Undo");
    assert_eq!(window.state().state().recipe.sweep.base.title, "points.csv");

    // The class may stand in another column; a folder of pictures may become larger, or coloured.
    retype(&mut window, "Class column", "y");
    window.key_press(Key::Enter);
    window.run_steps(4);
    let source = |window: &crate::Window| window.state().state().recipe.sweep.base.data.source.clone();
    assert!(
        matches!(source(&window), Source::Table(TableSource { label: Some(ColumnRef::Name(name)), .. }) if name == "y")
    );
    press(&mut window, "Undo");
    let pictures = folder.0.path().join("pictures");
    std::fs::create_dir_all(pictures.join("cat")).unwrap();
    std::fs::write(pictures.join("notes.txt"), "beside them").unwrap();
    window.state().ask(WindowCommand::OpenPath(pictures));
    window.run_steps(2);
    accept(&mut window);
    window.get_by_role_and_label(Role::SpinButton, "Picture size").set_value_accesskit(16.0);
    window.run_steps(4);
    window.get_by_role_and_label(Role::Switch, "in colour").click();
    window.run_steps(4);
    assert!(matches!(source(&window), Source::Images(ImageSource { size: 16, colour: Colour::Rgb, .. })));
    for _ in 0..3 {
        press(&mut window, "Undo");
    }
    let class = |name: &str| Some(ColumnRef::Name(name.to_owned()));
    assert!(matches!(source(&window), Source::Table(TableSource { label, .. }) if label == class("class")));

    window.get_by_role_and_label(Role::ComboBox, "Student").click();
    window.run_steps(4);
    let field = "Own widths: 64, 64 or cnn 8, 16 / 64";
    retype(&mut window, field, "12, x");
    window.get_by_label_contains("Give whole numbers");
    retype(&mut window, field, "12, 6");
    window.key_press(Key::Enter);
    window.run_steps(4);
    let own = Architecture::Mlp { hidden: vec![12, 6], dropout: 0.0 };
    assert_eq!(window.state().state().recipe.sweep.base.student.as_ref(), Some(&own));
    // An empty field is no model without layers.
    window.get_by_role_and_label(Role::ComboBox, "Student").click();
    window.run_steps(4);
    retype(&mut window, field, " ");
    window.key_press(Key::Enter);
    window.run_steps(4);
    assert_eq!(window.state().state().recipe.sweep.base.student.as_ref(), Some(&own));
}

/// Puts other text in place of the recipe's.
fn rewrite(window: &mut crate::Window, text: &str) {
    let editor = |window: &crate::Window| {
        window.get_by_role(Role::MultilineTextInput).focus();
    };
    editor(window);
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.event(eframe::egui::Event::Paste(text.to_owned()));
    window.run_steps(4);
}

#[test]
fn what_is_wrong_is_said_in_the_language_of_the_window() {
    let sees =
        |window: &crate::Window, words| assert!(window.query_all_by_label_contains(words).next().is_some(), "{words}");
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    window.state().ask(WindowCommand::Language(Some(Language::Chinese)));
    window.run_steps(2);

    // A notice: of a recipe with more faults than it tells. The log stays English.
    let faulty = folder.0.path().join("faulty.toml");
    let wrong = "colour = 1\nsize = 2\nname = 3\nplace = 4\ntime = 5\nsort = 6\n";
    std::fs::write(&faulty, format!("{wrong}{RECIPE}")).unwrap();
    window.state().ask(WindowCommand::OpenPath(faulty));
    window.run_steps(2);
    sees(&window, "第 1 行，colour：没有这个键");
    sees(&window, "另有 1 处错误");
    assert!(
        window.state().state().window.notices.said[0]
            .message
            .to_string()
            .contains("line 1: colour: there is no such key")
    );

    // The text of the recipe, and what the data, the teacher and the sweep have to say.
    press(&mut window, "TOML");
    rewrite(&mut window, "title = 1\n[data]\nsource = \"digitss\"");
    sees(&window, "第 1 行，title：类型不对：这里是整数 1，应为：带引号的文本");
    let gone = RECIPE.replace("builtin:digits", "gone.safetensors");
    rewrite(&mut window, &gone);
    press(&mut window, "TOML");
    until(&mut window, "its fault", |state| state.recipe.preview_fault.is_some());
    sees(&window, "teacher.checkpoint：");

    // Another language says all of it anew, without a new look.
    window.state().ask(WindowCommand::Language(Some(Language::English)));
    window.run_steps(2);
    sees(&window, "teacher.checkpoint: ");
    assert!(window.query_by_label_contains("teacher.checkpoint：").is_none());
}

#[test]
fn a_recipe_that_cannot_be_run_says_why_and_shows_nothing_of_the_one_before() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let path = folder.0.path().join("nowhere.toml");
    std::fs::write(&path, RECIPE.replace("builtin:digits", "gone.safetensors")).unwrap();
    window.state().ask(WindowCommand::OpenPath(path));
    until(&mut window, "its fault", |state| state.recipe.preview_fault.is_some());
    assert_eq!(
        window.state().state().recipe.preview_fault.as_ref().unwrap().field.as_deref(),
        Some("teacher.checkpoint")
    );
    assert!(window.state().state().lens_view().is_none());
    // In the lens, where curves would be, and where the recipe says what it is going to do.
    assert_eq!(window.get_all_by_label("This recipe cannot be run yet").count(), 3);
    assert!(window.query_by_label_contains("1 baseline").is_none());
    assert!(window.query_by_label_contains("parameters").is_none());
    press(&mut window, "Undo");
    until(&mut window, "the sample", |state| state.lens_view().is_some());
}

/// The name of what has the keyboard.
fn focused(window: &crate::Window) -> String {
    let mut named = window.query_all_by(|node| node.is_focused() && node.label().is_some());
    named.next().and_then(|node| node.accesskit_node().label()).unwrap_or_default()
}

#[test]
fn the_palette_leads_to_every_control_wherever_it_is() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    // By a word of another program, into a part that is folded away.
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(4);
    window.get_by_role_and_label(Role::TextInput, "Find anything").type_text("max grad norm");
    window.run_steps(4);
    window.key_press(Key::Enter);
    window.run_steps(6);
    assert_eq!(focused(&window), "Gradient clip");
    let clip = window.get_by_role_and_label(Role::SpinButton, "Gradient clip").rect();
    assert!(clip.top() > 60.0 && clip.bottom() < 760.0, "{clip:?}");

    // Every field, of recipes that have all of them between them: from the text of the recipe, from behind a tab, from a panel
    // that has all of the room.
    let table = folder.0.path().join("rows.csv");
    std::fs::write(&table, "x,y,class\n1,2,a\n2,1,b\n".repeat(30)).unwrap();
    let pictures = folder.0.path().join("pictures");
    std::fs::create_dir_all(pictures.join("cat")).unwrap();
    let steps = "[training]\noptimiser = \"sgd\"\nschedule = { step = { every = 5 } }\nseed = [1, 2]\n";
    let trained = RECIPE.replace("checkpoint = \"builtin:digits\"", "model = { mlp = [8] }");
    let of = |source: String| trained.replace("\"digits\"", &source);
    let in_method = |name: &str| RECIPE.replace("temperature = [1, 2, 4]", &format!("method = \"{name}\""));
    let recipes = [
        format!("{RECIPE}{steps}"),
        of(format!("{{ csv = '{}' }}", table.display())),
        of(format!("{{ images = '{}' }}", pictures.display())),
        in_method("jsd"),
        in_method("logits"),
        in_method("standardised"),
        in_method("dkd"),
        in_method("dist"),
        in_method("hints"),
        in_method("attention"),
        in_method("relational"),
        in_method("label-smoothing"),
        in_method("teacher-free"),
        in_method("teacher-labels"),
        in_method("pkd"),
        in_method("theseus"),
        in_method("early-exit"),
        in_method("mutual"),
        format!("{}[training]\nkeep = \"best\"\n", in_method("born-again")),
        trained.replace("[student]", "members = 3\n[student]"),
        RECIPE.replace("checkpoint = \"builtin:digits\"", "ensemble = [\"builtin:digits\", { mlp = [8] }]"),
    ];
    let mut met = Vec::new();
    for (at, recipe) in recipes.iter().enumerate() {
        let path = folder.0.path().join(format!("{at}.toml"));
        std::fs::write(&path, recipe).unwrap();
        window.state().ask(WindowCommand::OpenPath(path));
        window.run_steps(4);
        let base = window.state().state().recipe.sweep.base.clone();
        // Of pictures within a table the text of the recipe alone tells.
        let is_shown = |path: &str| at != 1 || !["data.source.size", "data.source.colour"].contains(&path);
        for field in FIELDS.iter().filter(|field| field.has_control && field.shown(&(&base).into()).is_some()) {
            if !is_shown(field.path) {
                continue;
            }
            match met.len() % 3 {
                0 => window.state().ask(Action::RecipeText),
                1 => window.state().ask(Action::Compare),
                _ => window.state().ask(WindowCommand::Maximise(Some(Pane::Loss))),
            }
            window.run_steps(2);
            window.state().ask(RecipeCommand::GoTo(field.path));
            window.run_steps(6);
            let expected = match field.path {
                "training.baseline" => "Also train it without a teacher".to_owned(),
                "data.source.colour" => "in colour".to_owned(),
                // Of several values the first that is typed: “Temperature, values”.
                _ => field.label().to_string(),
            };
            let focused = focused(&window);
            assert!(focused.to_lowercase().starts_with(&expected.to_lowercase()), "{}: {focused:?}", field.path);
            met.push(field.path);
        }
    }
    for field in FIELDS.iter().filter(|field| field.has_control) {
        assert!(met.contains(&field.path), "{}", field.path);
    }
}

#[test]
fn another_librarys_recipe_is_pasted_and_undone() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let mut window = open(&folder.store(), &dialogs);
    until(&mut window, "the preview", |state| state.recipe.preview.is_some());
    let before = window.state().state().recipe.sweep.clone();
    window.state().ask(Action::PasteRecipe);
    window.run_steps(4);
    window.get_by_label("Paste another library’s recipe");
    let field = window.get_by(|node| node.role() == Role::MultilineTextInput && node.is_focused());
    field.type_text("{\"alpha\": 0.9, \"temperature\": 20}");
    window.run_steps(6);
    // Its mean goes over the ten classes of the data too: by its weights less than half comes from the teacher.
    window.get_by_label_contains("47.4 % of the gradient");
    press(&mut window, "Take over");
    let distill = window.state().state().recipe.sweep.base.distill.clone();
    assert_eq!(distill.temperature(), Some(20.0));
    assert!((distill.get("distill.soft_weight").unwrap() - 0.09).abs() < 1e-12);
    window.state().ask(Action::Undo);
    window.run_steps(4);
    assert_eq!(window.state().state().recipe.sweep, before);
}
