//! The sheet about what was opened: guesses are shown, changed, accepted, or taken back with the whole opening.

use std::path::Path;

use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use stillroom::app::ScriptedDialogs;
use stillroom::command::{RecipeCommand, WindowCommand};
use stillroom::distill::Mean;
use stillroom::distill::soften::soften;
use stillroom::recipe::{
    Colour, ColumnRef, Ground, ImageSource, KeptColumns, Normalise, Pixels, Source, TableSource, TeacherRecipe,
};
use stillroom::state::FilePurpose;
use stillroom::text::Language;

use crate::{Folder, Window, accept, open, press, until};

/// Opens a path, and waits until the sheet tells what it is, or what is wrong with it.
fn open_path(window: &mut Window, path: &Path) {
    window.state().ask(WindowCommand::OpenPath(path.to_owned()));
    window.run_steps(2);
    assert!(window.state().state().window.sheet.is_some(), "no sheet for {}", path.display());
    settle(window);
}

/// Waits until the data are known as the recipe reads them now.
fn settle(window: &mut Window) {
    until(window, "what was opened", |state| state.fresh_preview().is_some() || state.recipe.preview_fault.is_some());
    // The sheet grows to what it has to say.
    window.run_steps(8);
}

fn table(window: &Window) -> TableSource {
    match &window.state().state().recipe.sweep.base.data.source {
        Source::Table(table) => table.clone(),
        other => panic!("no table: {other:?}"),
    }
}

fn name(name: &str) -> ColumnRef {
    ColumnRef::Name(name.to_owned())
}

/// What a dropdown shows.
fn shows(window: &Window, list: &str) -> String {
    window.get_by_role_and_label(Role::ComboBox, list).accesskit_node().value().unwrap_or_default()
}

/// Chooses an entry of a dropdown; the same words may stand elsewhere in the sheet.
fn choose(window: &mut Window, list: &str, entry: &str) {
    window.get_by_role_and_label(Role::ComboBox, list).click();
    window.run_steps(4);
    window.get_by_role_and_label(Role::Button, entry).click();
    window.run_steps(4);
}

/// Row numbers, two measures, a word and a class.
fn flowers(folder: &Folder) -> std::path::PathBuf {
    let path = folder.0.path().join("flowers.csv");
    let rows: String = (0..120)
        .map(|i| {
            let (colour, species) = (["red", "blue"][i % 2], ["setosa", "virginica", "versicolor"][i % 3]);
            format!("{},{}.5,{},{colour},{species}\n", i + 1, i % 7, (i * i) % 11)
        })
        .collect();
    std::fs::write(&path, format!("id,length,width,colour,species\n{rows}")).unwrap();
    path
}

#[test]
fn a_table_is_shown_changed_and_settled_in_one_step() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let before = window.state().state().recipe.sweep.clone();
    open_path(&mut window, &flowers(&folder));
    assert_eq!(window.state().state().recipe.preview_fault, None);
    window.get_by_label("flowers.csv");
    window.get_by_label_contains("120 rows · 3 columns · 3 classes");
    assert_eq!(shows(&window, "Class column"), "species (found out)");
    for class in ["setosa", "virginica", "versicolor"] {
        let bar = window.get_by_role_and_label(Role::Meter, class);
        assert_eq!(bar.accesskit_node().value().unwrap(), "40");
    }
    window.get_by_label_contains("id: it only counts the rows");

    // Another column is the class: the recipe and the classes follow.
    choose(&mut window, "Class column", "colour");
    assert_eq!(table(&window).label, Some(name("colour")));
    settle(&mut window);
    assert_eq!(shows(&window, "Class column"), "colour");
    window.get_by_role_and_label(Role::Meter, "red");
    assert!(window.query_by_role_and_label(Role::Meter, "setosa").is_none());
    choose(&mut window, "Class column", "found out");
    settle(&mut window);

    // What was left out can be read, and what is read can be left out.
    press(&mut window, "Read id all the same");
    assert_eq!(table(&window).keep, KeptColumns::These(vec![name("id")]));
    settle(&mut window);
    assert!(window.state().state().fresh_preview().unwrap().found.findings.left_out.is_empty());
    window.get_by_role_and_label(Role::ComboBox, "Leave a column out…").click();
    window.run_steps(4);
    // The column's name stands over the first rows, too.
    window.get_by_role_and_label(Role::Button, "width").click();
    window.run_steps(4);
    assert_eq!(table(&window).ignore, [name("width")]);
    settle(&mut window);
    window.get_by_role_and_label(Role::Switch, "Standardise the numbers").click();
    window.run_steps(4);
    assert_eq!(table(&window).normalise, Normalise::None);
    settle(&mut window);

    window.key_press(Key::Enter);
    window.run_steps(4);
    assert!(window.state().state().window.sheet.is_none());
    let settled = table(&window);
    assert_eq!(settled.label, Some(name("species")));
    assert_eq!(settled.ignore, [name("width")]);
    let written = (settled.header, settled.delimiter, settled.decimal_comma, settled.pixels);
    assert_eq!(written, (Some(true), Some(','), Some(false), Some(Pixels::None)));
    until(&mut window, "its preview", |state| state.fresh_preview().is_some());
    // All of it is one step.
    press(&mut window, "Undo");
    assert_eq!(window.state().state().recipe.sweep, before);
}

#[test]
fn escape_takes_back_what_was_opened_and_nothing_else() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let (before, preset) = (window.state().state().recipe.sweep.clone(), window.state().state().recipe.preset);
    open_path(&mut window, &flowers(&folder));
    choose(&mut window, "Class column", "colour");
    settle(&mut window);
    // A list that is open takes Escape for itself.
    window.get_by_role_and_label(Role::ComboBox, "Encoding").click();
    window.run_steps(4);
    window.key_press(Key::Escape);
    window.run_steps(4);
    assert!(window.state().state().window.sheet.is_some());
    window.key_press(Key::Escape);
    window.run_steps(4);
    let state = window.state().state();
    assert!(state.window.sheet.is_none());
    assert_eq!((&state.recipe.sweep, state.recipe.preset), (&before, preset));
    assert!(!state.history.can_undo());
    until(&mut window, "the sample", |state| state.lens_view().is_some());

    // Opened again from the panel, it takes back only what was changed there.
    open_path(&mut window, &flowers(&folder));
    accept(&mut window);
    let opened = window.state().state().recipe.sweep.clone();
    settle(&mut window);
    press(&mut window, "What the data are…");
    choose(&mut window, "Class column", "colour");
    settle(&mut window);
    press(&mut window, "Cancel");
    assert_eq!(window.state().state().recipe.sweep, opened);
}

#[test]
fn a_table_in_another_encoding_is_mended_in_the_sheet() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    let path = folder.0.path().join("chinese.csv");
    let mut bytes = b"length,width,kind\n".to_vec();
    for i in 0..90 {
        bytes.extend(format!("{},{},", i % 7, i % 5).bytes());
        // 红 and 蓝 in GBK.
        bytes.extend(if i % 2 == 0 { [0xBA, 0xEC] } else { [0xC0, 0xB6] });
        bytes.push(b'\n');
    }
    std::fs::write(&path, bytes).unwrap();
    open_path(&mut window, &path);
    assert!(window.state().state().recipe.preview_fault.is_some(), "it is no UTF-8");
    window.get_by_role_and_label(Role::Button, "Keep it all the same");
    choose(&mut window, "Encoding", "GBK");
    assert_eq!(table(&window).encoding.as_deref(), Some("gbk"));
    settle(&mut window);
    assert_eq!(window.state().state().recipe.preview_fault, None);
    let found = &window.state().state().fresh_preview().unwrap().found;
    assert_eq!(found.classes.iter().map(|class| class.name.as_str()).collect::<Vec<_>>(), ["红", "蓝"]);
    window.get_by_role_and_label(Role::Meter, "红");
    accept(&mut window);
    assert_eq!(table(&window).encoding.as_deref(), Some("gbk"));
}

#[test]
fn a_class_column_that_is_wrong_is_mended_in_the_sheet() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    open_path(&mut window, &flowers(&folder));
    accept(&mut window);
    settle(&mut window);
    let mut sweep = window.state().state().recipe.sweep.clone();
    if let Source::Table(table) = &mut sweep.base.data.source {
        table.label = Some(name("no such column"));
    }
    window.state().ask(RecipeCommand::Edit("label", Box::new(sweep)));
    until(&mut window, "its fault", |state| state.recipe.preview_fault.is_some());
    press(&mut window, "What the data are…");
    window.get_by_role_and_label(Role::Button, "Keep it all the same");
    choose(&mut window, "Class column", "colour");
    settle(&mut window);
    assert_eq!(window.state().state().recipe.preview_fault, None);
    window.get_by_role_and_label(Role::Meter, "red");
}

#[test]
fn columns_that_are_pixels_are_shown_as_pictures_and_can_be_features() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    let path = folder.0.path().join("pixels.csv");
    let header: Vec<String> = (0..64).map(|i| format!("pixel{i}")).collect();
    let row = |n: usize| (0..64).map(|i| ((i * 37 + n * 11) % 256).to_string()).collect::<Vec<_>>().join(",");
    let rows: String = (0..60).map(|n| format!("{},{}\n", row(n), n % 3)).collect();
    std::fs::write(&path, format!("{},label\n{rows}", header.join(","))).unwrap();
    open_path(&mut window, &path);
    let toggle = "64 columns are 8×8 pixels";
    let is_pixels = |window: &Window| window.state().state().fresh_preview().unwrap().found.shape.len() == 3;
    let first = is_pixels(&window);
    for expected in [!first, first] {
        window.get_by_role_and_label(Role::Switch, toggle).click();
        window.run_steps(4);
        settle(&mut window);
        assert_eq!(is_pixels(&window), expected);
        // One of them is the lens's.
        let pictures = window.query_all_by_label_contains("Picture, 8 × 8").count();
        assert_eq!(pictures > 1, expected);
    }
}

#[test]
fn a_folder_of_pictures_is_shown_with_its_classes() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    let path = folder.0.path().join("animals");
    for (class, shade) in [("cat", 40_u8), ("dog", 200)] {
        std::fs::create_dir_all(path.join(class)).unwrap();
        for i in 0..30_u8 {
            let picture = image::RgbImage::from_fn(12, 12, |x, y| image::Rgb([shade, i * 5, (x * y) as u8]));
            picture.save(path.join(class).join(format!("{i}.png"))).unwrap();
        }
    }
    open_path(&mut window, &path);
    assert_eq!(window.state().state().recipe.preview_fault, None);
    window.get_by_label("animals");
    for class in ["cat", "dog"] {
        assert_eq!(window.get_by_role_and_label(Role::Meter, class).accesskit_node().value().unwrap(), "30");
    }
    assert!(window.query_all_by_role(Role::Image).count() > 1);
    // The recipe panel behind the sheet has the same two.
    window.get_all_by_role_and_label(Role::SpinButton, "Picture size").last().unwrap().set_value_accesskit(16.0);
    window.run_steps(4);
    window.get_all_by_role_and_label(Role::Switch, "in colour").last().unwrap().click();
    window.run_steps(4);
    choose(&mut window, "Under clear pixels", "white");
    settle(&mut window);
    let source = window.state().state().recipe.sweep.base.data.source.clone();
    let asked = ImageSource { size: 16, colour: Colour::Rgb, ground: Some(Ground::White), ..ImageSource::new(&path) };
    assert_eq!(source, Source::Images(asked));
    assert_eq!(window.state().state().fresh_preview().unwrap().found.shape, [3, 16, 16]);
    accept(&mut window);
    assert_eq!(window.state().state().recipe.sweep.base.data.source, source);
}

#[test]
fn data_and_a_teacher_share_a_sheet_and_a_step() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let before = window.state().state().recipe.sweep.clone();
    let model = folder.0.path().join("gone.safetensors");
    std::fs::write(&model, "no model").unwrap();
    window.state().ask(WindowCommand::OpenPath(flowers(&folder)));
    window.state().ask(WindowCommand::OpenPath(model));
    window.run_steps(2);
    settle(&mut window);
    let state = window.state().state();
    let sheet = state.window.sheet.as_ref().unwrap();
    assert!(sheet.data && sheet.teacher);
    assert!(matches!(state.recipe.sweep.base.teacher, Some(TeacherRecipe::Checkpoint(_))));
    assert!(state.recipe.preview_fault.as_ref().unwrap().field.as_ref().unwrap().starts_with("teacher"));
    // It fits the smallest window, in both languages, and its buttons can be reached.
    window.set_size(eframe::egui::vec2(1024.0, 600.0));
    for (language, cancel) in [(Language::Chinese, "取消"), (Language::English, "Cancel")] {
        window.state().ask(WindowCommand::Language(Some(language)));
        window.run_steps(4);
        let rect = window.get_by_role_and_label(Role::Button, cancel).rect();
        assert!(rect.bottom() < 600.0 && rect.right() < 1024.0, "{rect:?}");
    }
    press(&mut window, "Cancel");
    assert_eq!(window.state().state().recipe.sweep, before);
}

#[test]
fn columns_that_share_a_name_or_have_none_keep_their_meaning_when_they_are_settled() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    let path = folder.0.path().join("twice.csv");
    let rows: String = (0..90).map(|i| format!("{i},{},{},{}\n", i % 7, (i * i) % 11, ["a", "b"][i % 2])).collect();
    let headers = [(",x,x,kind", Some(name("kind"))), ("row,x,z,x", None), ("row,x,z,", Some(ColumnRef::Position(3)))];
    for (header, class) in headers {
        std::fs::write(&path, format!("{header}\n{rows}")).unwrap();
        open_path(&mut window, &path);
        assert_eq!(window.state().state().recipe.preview_fault, None, "{header}");
        let found = window.state().state().fresh_preview().unwrap().found.clone();
        assert_eq!(found.classes.len(), 2, "{header}");
        accept(&mut window);
        settle(&mut window);
        assert_eq!(window.state().state().recipe.preview_fault, None, "{header}");
        assert_eq!(table(&window).label, class, "{header}");
        let settled = &window.state().state().fresh_preview().unwrap().found;
        assert_eq!((&settled.classes, &settled.shape), (&found.classes, &found.shape), "{header}");
    }
}

#[test]
fn several_models_that_are_opened_together_teach_together() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/teachers/mnist-mini.safetensors");
    let models = ["one.safetensors", "two.safetensors"].map(|name| folder.0.path().join(name));
    for model in &models {
        std::fs::copy(&shipped, model).unwrap();
    }
    window.state().ask(WindowCommand::Picked(FilePurpose::OpenTeacher, models.to_vec()));
    window.run_steps(2);
    settle(&mut window);
    window.get_by_label_contains("one.safetensors + two.safetensors");
    accept(&mut window);
    until(&mut window, "both of them", |state| {
        state.lens_view().and_then(|view| view.teacher).is_some_and(|teacher| teacher.each.len() == 2)
    });
    window.run_steps(4);
    window.get_by_role_and_label(Role::ComboBox, "Ensemble of teachers");
    window.get_by_label_contains("one.safetensors, two.safetensors");
    // The same model twice says what it says alone, and so do both marks across its bars.
    let view = window.state().state().lens_view().unwrap();
    let teacher = view.teacher.clone().unwrap();
    let (mean, alone) = (teacher.soften(4.0), soften(teacher.each[0], 4.0));
    assert!(mean.iter().zip(alone).all(|(mean, alone)| (mean - alone).abs() < 1e-12));
    window.get_by_role_and_label(Role::Meter, "2 teachers 0");
    choose(&mut window, "Averaged by", "logits");
    let combine = window.state().state().recipe.sweep.base.teacher.as_ref().unwrap().combine();
    assert_eq!(combine, Mean::Logits);
}
