//! Texts in the window: one's own in the lens, searched on the wall, and what methods do inside of the models that read them.

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use stillroom::app::ScriptedDialogs;
use stillroom::command::{Action, RecipeCommand, WindowCommand};
use stillroom::distill::soften::top_class;
use stillroom::protocol::{OneRow, Reading};
use stillroom::state::{Pane, State};

use crate::{Folder, Window, open, press, retype, slide, until};

const WORDS: [&str; 10] = ["good", "bad", "fine", "poor", "long", "short", "film", "plot", "end", "star"];

/// Reviews of a few words each.
fn reviews() -> String {
    let row = |i: usize| {
        // Knuth's generator: no two reviews are alike.
        let word = |j: usize| (31 * i + j).wrapping_mul(6_364_136_223_846_793_005) >> 40;
        let text: Vec<&str> = (0..4 + i % 5).map(|j| WORDS[word(j) % WORDS.len()]).collect();
        let label = if text.contains(&"good") == text.contains(&"bad") { "no" } else { "yes" };
        format!("{},{label}\n", text.join(" "))
    };
    std::iter::once("text,label\n".to_owned()).chain((0..160).map(row)).collect()
}

/// Runs a recipe of such a student to its end.
fn distil(folder: &Folder, student: &str, method: &str) -> Window {
    distil_of(folder, "", student, method)
}

/// The same with more to say of the data.
fn distil_of(folder: &Folder, data: &str, student: &str, method: &str) -> Window {
    run(folder, &recipe_of(data, student, method))
}

fn recipe_of(data: &str, student: &str, method: &str) -> String {
    format!(
        r#"[data]
source = {{ csv = "reviews.csv", text = "text", label = "label" }}
{data}
[teacher]
model = {{ transformer = 4, width = 16, heads = 2 }}
epochs = 2
[student]
model = {{ {student} }}
[distill]
method = "{method}"
[training]
epochs = 3
batch = 16
"#
    )
}

/// Runs a recipe of the reviews to its end.
fn run(folder: &Folder, recipe: &str) -> Window {
    std::fs::write(folder.0.path().join("reviews.csv"), reviews()).unwrap();
    let path = folder.0.path().join("reviews.toml");
    std::fs::write(&path, recipe).unwrap();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    window.state().ask(WindowCommand::OpenPath(path));
    until(&mut window, "the texts", |state| state.lens_view().is_some_and(|view| view.probe.texts.rows() > 0));
    window.state().ask(Action::Distil);
    until(&mut window, "the end", is_over);
    window
}

fn is_over(state: &State) -> bool {
    let students = |job: &stillroom::state::JobView| job.runs.iter().all(|run| job.results.contains_key(&run.run));
    state.jobs.running.is_none() && state.focused().is_some_and(students)
}

#[test]
fn a_text_is_typed_and_answered_and_others_are_searched() {
    let folder = Folder::new();
    let mut window = distil(&folder, "of_teacher = \"all\", speed = 0.5", "early-exit");
    retype(&mut window, "Type a text of your own", "a good long plot");
    until(&mut window, "an answer to all of it", |state| {
        state.own_picture().is_some_and(|looked| looked.probe.texts.first(0) == "a good long plot")
    });
    let view = window.state().state().lens_view().unwrap();
    assert_eq!((view.label, view.student.unwrap().len()), (None, 2));
    assert!(view.teacher.is_some());
    window.get_by_label("your text");
    press(&mut window, "Next sample");
    assert!(window.state().state().own_picture().is_none());

    window.state().ask(WindowCommand::Maximise(Some(Pane::Samples)));
    window.run_steps(4);
    let all = window.state().state().wall().unwrap().samples.len();
    retype(&mut window, "Search texts", "GOOD");
    let wall = window.state().state().wall().unwrap();
    let (found, words) = (wall.samples.len(), &window.state().state().screen.words);
    assert!(found > 0 && found < all, "{found} of {all} have {words:?}");
    assert!(wall.samples.iter().all(|hung| hung.text.is_some_and(|text| text.contains("good"))));
    let shown = wall.samples.len();
    window.get_by_label_contains(&format!(" of {shown} right"));
}

fn is_of(state: &State, text: &str) -> bool {
    let Some(Ok(found)) = state.readings() else { return false };
    matches!(&found.sample, OneRow::Text(texts) if texts.first(0) == text)
}

/// What both models were found to read, of the text that the lens shows.
fn readings(window: &mut Window, text: &str) -> [Reading; 2] {
    until(window, "its tokens", |state| is_of(state, text));
    let Some(Ok(found)) = window.state().state().readings().cloned() else { panic!() };
    [found.teacher, found.student].map(|reading| reading.unwrap().unwrap())
}

fn shown_text(window: &Window) -> String {
    let view = window.state().state().lens_view().unwrap();
    view.probe.texts.first(view.row).to_owned()
}

#[test]
fn tokens_say_what_speaks_for_each_models_answer() {
    let folder = Folder::new();
    let mut window = distil(&folder, "text_cnn = [2, 3], length = 8", "soft-targets");
    assert!(window.state().state().readings().is_none());
    press(&mut window, "Tokens");
    let text = shown_text(&window);
    let [teacher, student] = readings(&mut window, &text);
    let words: Vec<&str> = text.split(' ').collect();
    let tokens = |reading: &Reading| reading.tokens.iter().map(|token| token.text.clone()).collect::<Vec<_>>();
    assert_eq!(tokens(&teacher), [&["[CLS]"], words.as_slice(), &["[SEP]"]].concat());
    assert_eq!(tokens(&student), words);
    let view = window.state().state().lens_view().unwrap();
    assert_eq!(student.class, top_class(view.student.as_deref().unwrap()));
    assert_eq!(teacher.class, top_class(&view.teacher.unwrap().logits(1.0)));
    assert!(student.tokens.iter().any(|token| token.value != 0.0));
    assert!(window.query_all_by_label_contains(" says “").count() == 2);

    // The next row is read as well, and a text that is typed.
    press(&mut window, "Next sample");
    let text = shown_text(&window);
    readings(&mut window, &text);
    let typed = "good xyzzy film good film plot bad star end";
    retype(&mut window, "Type a text of your own", typed);
    let [teacher, student] = readings(&mut window, typed);
    let unknown = |reading: &Reading| {
        reading.tokens.iter().filter(|token| token.unknown).map(|token| token.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!([unknown(&teacher), unknown(&student)], [["xyzzy"], ["xyzzy"]]);
    assert_eq!((teacher.cut.as_str(), student.cut.as_str()), ("", "end"));
    window.run_steps(2);
    assert!(window.query_all_by_label_contains("xyzzy: ").all(|it| it.accesskit_node().role() == Role::Label));
    assert_eq!(window.query_all_by_label_contains(", not in the vocabulary").count(), 2);
    window.get_by_label("beyond the 8 tokens that are read: end");
    press(&mut window, "Tokens");
    assert!(window.query_by_label("beyond the 8 tokens that are read: end").is_none());
}

#[test]
fn a_teacher_of_kept_logits_says_why_it_has_no_tokens() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    assert!(!Action::ToggleTokens.enabled(window.state().state()));
    window.state().ask(RecipeCommand::Preset("bert-to-textcnn"));
    until(&mut window, "the texts", |state| state.lens_view().is_some_and(|view| view.probe.texts.rows() > 0));
    window.state().ask(Action::ToggleTokens);
    until(&mut window, "the tokens", |state| matches!(state.readings(), Some(Ok(_))));
    let Some(Ok(found)) = window.state().state().readings().cloned() else { panic!() };
    assert!(matches!((&found.teacher, &found.student), (Some(Err(_)), Some(Ok(_)))), "{found:?}");
    window.get_by_label_contains("only the logits of rows are kept");
}

#[test]
fn the_speed_of_exits_is_a_slider_that_asks_no_model() {
    let folder = Folder::new();
    let mut window = distil(&folder, "of_teacher = \"all\", speed = 0.5", "early-exit");
    window.state().ask(WindowCommand::Maximise(Some(Pane::Inside)));
    window.run_steps(4);
    let layers = |window: &Window| {
        let state = window.state().state();
        let job = state.focused().unwrap();
        job.exits.values().next().unwrap().at(state.screen.speed.unwrap_or(0.5)).layers
    };
    slide(&mut window, "speed", 0.0);
    assert!((layers(&window) - 4.0).abs() < 1e-9);
    window.get_by_label("mean layers: 4.00");
    slide(&mut window, "speed", 1.0);
    assert!(layers(&window) < 1.5);
    assert!(window.query_by_label("mean layers: 4.00").is_none());
    window.get_by_label_contains("leaves after layer 1");
    // The story tells it beside the whole network.
    assert!(window.query_by_label_contains("the whole network, which it is at speed 0").is_some());

    // It is there again where the run is opened from the store.
    drop(window);
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let job = window.state().state().jobs.rows[0].job;
    window.state().ask(stillroom::command::ScreenCommand::Focus(job));
    until(&mut window, "what its exits say", |state| state.focused().is_some_and(|job| !job.exits.is_empty()));
}

#[test]
fn layers_that_look_at_layers_and_take_their_places_are_shown() {
    let folder = Folder::new();
    let mut window = distil(&folder, "of_teacher = 2", "pkd");
    window.state().ask(WindowCommand::Maximise(Some(Pane::Inside)));
    window.run_steps(4);
    window.get_by_label_contains("1 → 2: ");
    window.get_by_label("β as the authors write it: 4");

    let folder = Folder::new();
    let mut window = distil(&folder, "of_teacher = 2", "theseus");
    window.state().ask(WindowCommand::Maximise(Some(Pane::Inside)));
    window.run_steps(4);
    // After the last step the student stands alone.
    window.get_by_label("student · layer 1, student · layer 2");
    window.get_by_label("replacing rate: 1");
    let accuracy = window.state().state().focused().unwrap().anatomy.values().find_map(|it| it.replacing.clone());
    let (mixture, own) = accuracy.unwrap().accuracy.unwrap();
    assert!((0.0..=1.0).contains(&mixture) && (0.0..=1.0).contains(&own));
    window.get_by_role_and_label(Role::Button, "Distil");
}

#[test]
fn what_was_made_of_a_text_stands_beside_it_with_both_answers() {
    let folder = Folder::new();
    let student = "text_cnn = [2], maps = 8, embedding = 8";
    let mut window = distil_of(&folder, "augment = 3\naugment_mask = 0.4", student, "logits");
    window.state().ask(WindowCommand::Maximise(Some(Pane::Inside)));
    let made = |state: &State| state.screen.made.as_ref().and_then(|made| made.looked.clone());
    until(&mut window, "what was made", |state| made(state).is_some());
    window.run_steps(2);
    let first = made(window.state().state()).unwrap();
    let (rows, classes) = (first.probe.rows.len(), first.probe.classes.len());
    assert!(rows > 1 && first.among > 1, "{rows} of {}", first.among);
    assert_eq!([first.student.len(), first.probe.teacher.len()], [rows * classes; 2]);
    // The original is a row of the data; what was made lies behind them all.
    assert!(first.probe.rows[0] < 160 && first.probe.rows[1..].iter().all(|row| *row >= 160));
    for row in 0..rows {
        let text = first.probe.texts.first(row);
        let words = format!("{text}\nteacher: ");
        let shown = window.get_by_label_contains(&words);
        assert!(shown.accesskit_node().value().unwrap().contains("\nstudent: "), "{text}");
    }
    // A student that learnt of them saw more texts in an epoch.
    let run = window.state().state().focused().unwrap().runs.last().unwrap().clone();
    assert!(run.steps_per_epoch > 160 / 16, "{}", run.steps_per_epoch);
    press(&mut window, "Next text that others were made of");
    until(&mut window, "another one", |state| made(state).is_some_and(|made| made.probe.rows != first.probe.rows));
}

#[test]
fn students_that_are_made_of_their_teachers_stand_beside_their_own_baselines() {
    for (student, method) in [("of_teacher = 1", "soft-targets"), ("of_teacher = 2", "theseus")] {
        let recipe = recipe_of("augment = 1", student, method).replace("width = 16", "width = [16, 32]");
        let window = run(&Folder::new(), &recipe);
        let job = window.state().state().focused().unwrap();
        let students: Vec<_> = job.runs.iter().filter(|info| info.role == stillroom::protocol::Role::Student).collect();
        assert_eq!((students.len(), job.runs.len()), (2, 6), "{method}");
        for student in students {
            let baseline = job.baseline_of(student).unwrap();
            assert_eq!((baseline.parameters, &baseline.recipe.teacher), (student.parameters, &student.recipe.teacher));
            // Labels alone teach on rows that have one; what was made of them has none.
            let steps = student.steps_per_epoch;
            assert_eq!(steps, baseline.steps_per_epoch);
            assert!(if method == "theseus" { steps == 112 / 16 } else { steps > 112 / 16 }, "{method}: {steps}");
        }
    }
}
