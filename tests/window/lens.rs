//! The lens: its pages and subjects, what stands beside, moments of a training, photos, and what is taken away. Nothing of it asks a model.

use std::path::PathBuf;

use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::command::{Action, Command, ExampleCommand, LensCommand, WindowCommand};
use stillroom::distill::soften::{entropy, soften};
use stillroom::distill::{BIASES, Heard, Mean, mean_over};
use stillroom::protocol::Part;
use stillroom::runs::Store;
use stillroom::state::{
    Beside, DarkFound, DarkPage, DarkTable, LENS_TEMPERATURES, Mover, Pane, PhotoOf, SampleChoice, Shipped, State,
    Subject, Who, Whose,
};
use stillroom::text::{Language, speak, text};

use crate::{Folder, Window, build_at, choose, open, press, slide, until};

/// The quick start, trained, with the lens alone.
fn trained(folder: &Folder, dialogs: &ScriptedDialogs) -> Window {
    let mut window = open(&folder.store(), dialogs);
    until(&mut window, "the preview", |state| state.recipe.preview.is_some());
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.training.epochs = 4;
    window.state().ask(stillroom::command::RecipeCommand::Edit("epochs", Box::new(sweep)));
    press(&mut window, "Distil");
    until(&mut window, "the end", |state| state.focused().is_some_and(|job| job.story.is_some()));
    window.state().ask(WindowCommand::Maximise(Some(Pane::Lens)));
    window.run_steps(6);
    window
}

fn ask(window: &mut Window, command: impl Into<Command>) {
    window.state().ask(command);
    window.run_steps(3);
}

fn state(window: &Window) -> &State {
    window.state().state()
}

#[test]
fn a_mean_is_of_softened_samples() {
    let folder = Folder::new();
    let mut window = trained(&folder, &ScriptedDialogs::default());
    ask(&mut window, LensCommand::LensClass(Some(3)));
    ask(&mut window, LensCommand::Subject(Subject::Mean));
    ask(&mut window, LensCommand::LensTemperature(4.0));
    let shown = state(&window);
    let view = shown.lens_view().unwrap();
    let rows = view.over.clone().unwrap();
    let threes = shown.focused().unwrap().probe.labels.iter().filter(|label| **label == 3).count();
    assert_eq!(rows.len(), threes);
    let seen = view.seen(4.0);
    let mean = mean_over(view.teacher.as_ref(), view.student.as_deref(), 10, &rows, 4.0);
    assert!((seen.kl.unwrap() - mean.kl.unwrap()).abs() < 1e-12);
    assert!((seen.teacher.as_ref().unwrap().entropy - mean.teacher.unwrap().entropy).abs() < 1e-12);
    assert_eq!(seen.teacher.unwrap().class(), 3, "the teacher takes a 3 for a 3");
    assert!(window.query_by_label_contains(&format!("Mean over {threes} samples")).is_some());
    // The lens goes back to a row when one is stepped to.
    window.key_press(Key::ArrowRight);
    window.run_steps(4);
    assert_eq!(state(&window).screen.lens.subject, Subject::Sample);
}

#[test]
fn a_second_temperature_and_an_earlier_step_stand_beside() {
    let folder = Folder::new();
    let mut window = trained(&folder, &ScriptedDialogs::default());
    ask(&mut window, LensCommand::LensTemperature(8.0));
    ask(&mut window, LensCommand::Beside(Beside::Temperature(1.0)));
    let (view, t) = state(&window).beside_view().unwrap();
    assert!((t - 1.0).abs() < 1e-12 && view.row == state(&window).lens_view().unwrap().row);
    slide(&mut window, "second T", 2.0);
    assert_eq!(state(&window).screen.lens.beside, Beside::Temperature(2.0));
    assert!(window.query_by_label("T = 8").is_some() && window.query_by_label("T = 2").is_some());
    // What was dragged is taken back by one step of undo each.
    ask(&mut window, Action::Undo);
    assert_eq!(state(&window).screen.lens.beside, Beside::Nothing);

    ask(&mut window, Action::ToggleMoment);
    until(&mut window, "the snapshots", |state| state.moment_view().is_some());
    ask(&mut window, LensCommand::Beside(Beside::Step(0)));
    let run = state(&window).on_show().1.unwrap();
    let stored = Store::reader(folder.store()).snapshot(run, 0).unwrap().unwrap();
    let (before, _) = state(&window).beside_view().unwrap();
    let row = before.row;
    assert_eq!(before.student.as_deref(), stored.get(row * 10..(row + 1) * 10));
    assert_eq!(before.step, Some(0));
    let baseline = state(&window).comparable().iter().map(|(_, info)| info.run).find(|other| *other != run).unwrap();
    ask(&mut window, LensCommand::Beside(Beside::Run(baseline)));
    assert_eq!(state(&window).beside_view().unwrap().0.run, Some(baseline));
}

#[test]
fn every_stored_moment_can_be_looked_at() {
    let folder = Folder::new();
    let mut window = trained(&folder, &ScriptedDialogs::default());
    window.state().ask(WindowCommand::Maximise(None));
    ask(&mut window, Action::ToggleMoment);
    until(&mut window, "the snapshots", |state| state.moment_view().is_some());
    let run = state(&window).on_show().1.unwrap();
    let store = Store::reader(folder.store());
    let steps = store.snapshots(run).unwrap();
    assert_eq!(state(&window).moment_view().unwrap().steps, steps);
    assert_eq!(steps[..5], [0, 1, 2, 4, 8]);
    let newest = state(&window).lens_view().unwrap().student.unwrap().into_owned();
    for step in &steps {
        ask(&mut window, LensCommand::Moment(Some(*step)));
        let view = state(&window).lens_view().unwrap();
        let stored = store.snapshot(run, *step).unwrap().unwrap();
        assert_eq!(view.student.as_deref(), stored.get(view.row * 10..(view.row + 1) * 10), "{step}");
        assert_eq!(state(&window).dark_rows().unwrap().step, Some(*step));
    }
    // Back by its own buttons, and to the newest.
    press(&mut window, "The snapshot before");
    assert_eq!(state(&window).moment_step(), Some(steps[steps.len() - 2]));
    press(&mut window, "Newest");
    assert_eq!(state(&window).lens_view().unwrap().student.unwrap().into_owned(), newest);
    ask(&mut window, LensCommand::PlayMoment(true));
    assert!(state(&window).moment_step() < steps.last().copied(), "it begins at the beginning");
    until(&mut window, "the end of the replay", |state| {
        state.screen.moment.as_ref().is_some_and(|moment| !moment.playing)
    });
    assert_eq!(state(&window).moment_step(), steps.last().copied());
    ask(&mut window, Action::ToggleMoment);
    assert!(state(&window).screen.moment.is_none());
}

#[test]
fn the_example_is_dragged_typed_and_taken_back() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the preview", |state| state.recipe.preview.is_some());
    window.state().ask(WindowCommand::Maximise(Some(Pane::Lens)));
    ask(&mut window, LensCommand::Subject(Subject::Example));
    ask(&mut window, LensCommand::LensTemperature(1.0));
    assert_eq!(state(&window).lens_view().unwrap().probe.classes, ["car", "garbage truck", "carrot"]);
    assert!(window.query_by_label("Made up").is_some());
    let entropy_of = |window: &Window| state(window).lens_view().unwrap().seen(1.0).teacher.unwrap().entropy;
    let first = entropy_of(&window);
    ask(&mut window, ExampleCommand::MoveProbability(Whose::Teacher, 1, 0.4));
    let p = state(&window).lens_view().unwrap().seen(1.0).teacher.unwrap().probabilities;
    assert!((p[1] - 0.4).abs() < 1e-4 && entropy_of(&window) > first);
    // By the keyboard: a logit a quarter at a time.
    let logit = "logit of carrot, student";
    window.get_by_role_and_label(Role::Slider, logit).focus();
    window.run_steps(2);
    window.key_press(Key::ArrowRight);
    window.run_steps(3);
    assert!((state(&window).screen.example.student[2] - 1.75).abs() < 1e-6);
    // The loss is that of the formula.
    let example = &state(&window).screen.example;
    let weights = state(&window).weights(1.0).unwrap();
    let q = soften(&example.student, 1.0);
    assert!((example.loss(&weights).hard.unwrap() + q[0].ln()).abs() < 1e-9);
    ask(&mut window, ExampleCommand::TypeLogits(Whose::Teacher, "1,,nan".to_owned()));
    let said = &state(&window).window.notices.said.last().unwrap().message;
    assert!(said.to_string().contains("value 2"), "{said}");
    ask(&mut window, ExampleCommand::TypeLogits(Whose::Teacher, "2 1 0 -1".to_owned()));
    assert_eq!(state(&window).screen.example.classes().len(), 4);
    ask(&mut window, Action::Undo);
    assert_eq!(state(&window).screen.example.classes().len(), 3);
    ask(&mut window, ExampleCommand::ResetExample);
    assert!((entropy_of(&window) - first).abs() < 1e-12);
    // A sample's own logits, to be dragged.
    ask(&mut window, LensCommand::Subject(Subject::Sample));
    let view = state(&window).lens_view().unwrap();
    let wanted = view.seen(3.0).teacher.unwrap().probabilities;
    ask(&mut window, ExampleCommand::TakeExample);
    let taken = state(&window).lens_view().unwrap().seen(3.0).teacher.unwrap().probabilities;
    assert!(wanted.iter().zip(&taken).all(|(a, b)| (a - b).abs() < 1e-3), "{wanted:?} {taken:?}");
    // In another language the classes have its names again.
    ask(&mut window, ExampleCommand::ResetExample);
    ask(&mut window, WindowCommand::Language(Some(Language::Chinese)));
    assert_eq!(state(&window).lens_view().unwrap().probe.classes[0], "汽车");
    speak(Language::English);
}

#[test]
fn temperature_is_typed_and_plays() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the preview", |state| state.recipe.preview.is_some());
    let before = state(&window).screen.lens.temperature;
    ask(&mut window, Action::PlayTemperature);
    window.run_steps(10);
    let now = state(&window).screen.lens.temperature;
    assert!(now > before, "{before} {now}");
    window.run_steps(400);
    assert!(LENS_TEMPERATURES.contains(&state(&window).screen.lens.temperature));
    ask(&mut window, Action::PlayTemperature);
    let rest = state(&window).screen.lens.temperature;
    window.run_steps(5);
    assert_eq!(state(&window).screen.lens.temperature.to_bits(), rest.to_bits());
    press(&mut window, "T = 1");
    assert!((state(&window).screen.lens.temperature - 1.0).abs() < 1e-12);
    ask(&mut window, Action::Undo);
    assert!((state(&window).screen.lens.temperature - rest).abs() < 1e-12);
}

#[test]
fn photos_are_seen_and_bad_ones_change_nothing() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let mut window = open(&folder.store(), &dialogs);
    until(&mut window, "the preview", |state| state.recipe.preview.is_some());
    ask(&mut window, WindowCommand::Maximise(Some(Pane::Lens)));
    choose(&mut window, "Which samples", "a photo");
    let top = |window: &Window| {
        let view = state(window).lens_view().unwrap();
        view.probe.classes[view.seen(1.0).teacher.unwrap().class()].clone()
    };
    let seen = |state: &State| state.lens_view().is_some_and(|view| view.probe.classes.len() == 1000);
    until(&mut window, "the fire engine", seen);
    assert_eq!(top(&window), "fire engine");
    ask(&mut window, LensCommand::Photo(PhotoOf::Shipped(Shipped::Coffee)));
    until(&mut window, "the coffee", |state| {
        let view = state.lens_view().unwrap();
        view.probe.classes[view.seen(1.0).teacher.unwrap().class()] == "espresso"
    });
    let path = |name: &str| folder.0.path().join(name);
    std::fs::write(path("empty.jpg"), b"").unwrap();
    std::fs::write(path("words.jpg"), b"these are words").unwrap();
    for name in ["empty.jpg", "words.jpg"] {
        let said = state(&window).window.notices.said.len();
        dialogs.answer(Some(path(name)));
        ask(&mut window, Action::OpenPhoto);
        until(&mut window, "what is wrong", |state| state.window.notices.said.len() > said);
        let mut notices = state(&window).window.notices.said.iter().map(|notice| notice.message.to_string());
        assert!(notices.any(|notice| notice.contains(name)), "{name}");
        assert_eq!(top(&window), "espresso", "the one before stays");
    }
    let deep = image::DynamicImage::new_rgba16(64, 32);
    deep.save(path("deep.png")).unwrap();
    dialogs.answer(Some(path("deep.png")));
    ask(&mut window, Action::OpenPhoto);
    until(&mut window, "the deep one", |state| {
        state.screen.photo.as_ref().and_then(|photo| photo.seen.as_ref()).is_some_and(|seen| seen.size == [32, 64])
    });
}

#[test]
fn tables_of_answers_are_those_of_the_terminal() {
    let folder = Folder::new();
    let mut window = trained(&folder, &ScriptedDialogs::default());
    window.state().ask(WindowCommand::Maximise(Some(Pane::Dark)));
    ask(&mut window, LensCommand::DarkPage(DarkPage::Confusion));
    ask(&mut window, LensCommand::DarkWho(Who::Student));
    until(&mut window, "all validation rows", |state| state.dark_rows().is_some_and(|rows| rows.all));
    window.run_steps(4);
    let wrong = |window: &Window| {
        let Some(DarkFound::Table(DarkTable { table, .. })) = state(window).dark_found() else { panic!("no table") };
        let right: f64 = (0..10).filter_map(|class| table.at(class, class)).sum();
        table.rows.iter().sum::<u64>() - right as u64
    };
    let run = state(&window).on_show().1.unwrap();
    let job = state(&window).focused().unwrap();
    assert_eq!(wrong(&window), job.results[&run].validation.as_ref().unwrap().errors);
    let ece = job.results[&run].validation.as_ref().unwrap().ece.unwrap();
    let rows = job.answers[&(run, Part::Validation)].rows.len();
    ask(&mut window, LensCommand::DarkPage(DarkPage::Calibration));
    ask(&mut window, LensCommand::LensTemperature(1.0));
    let Some(DarkFound::Reliability(Some(found))) = state(&window).dark_found() else { panic!("no reliability") };
    assert!((found.ece - ece).abs() < 1e-6 && found.rows == rows as u64, "{} {ece}", found.ece);
    let best = state(&window).dark_best().unwrap();
    assert!(best.loss <= best.at_one);

    // With a bias, the terminal counts the same errors on the same rows.
    window.state().ask(WindowCommand::Maximise(Some(Pane::Lens)));
    ask(&mut window, Action::ToggleBiases);
    ask(&mut window, LensCommand::BiasOf(Mover::Class(5)));
    ask(&mut window, LensCommand::Bias(2.5));
    assert!(BIASES.contains(&2.5));
    window.state().ask(WindowCommand::Maximise(Some(Pane::Dark)));
    ask(&mut window, LensCommand::DarkPage(DarkPage::Confusion));
    let moved = wrong(&window);
    let checkpoint = state(&window).row(run).unwrap().checkpoint.clone().unwrap();
    let out = folder.0.path().join("p.csv");
    let program = PathBuf::from(env!("CARGO_BIN_EXE_stillroom"));
    let output = std::process::Command::new(program)
        .args(["predict".as_ref(), checkpoint.as_os_str(), "--data".as_ref(), "mnist-mini".as_ref()])
        .args(["--split", "validation", "--bias", "5=2.5", "--json", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line["errors"], moved, "{line}");

    // A cell opens its samples, all of them.
    let Some(DarkFound::Table(DarkTable { table, .. })) = state(&window).dark_found() else { panic!("no table") };
    let pairs = (0..10).flat_map(|label| (0..10).map(move |class| (label, class)));
    let (label, class) = pairs
        .filter(|(label, class)| label != class)
        .max_by(|a, b| table.at(a.0, a.1).unwrap().total_cmp(&table.at(b.0, b.1).unwrap()))
        .unwrap();
    let count = table.at(label, class).unwrap() as usize;
    assert!(count > 0);
    let cell = state(&window).dark_cell(label, class);
    ask(&mut window, LensCommand::OpenCell(cell));
    let wall = state(&window).wall().unwrap();
    assert_eq!((state(&window).screen.lens.choice, wall.of), (SampleChoice::Answered, count));
    assert!(wall.samples.iter().all(|hung| hung.label == label));
}

#[test]
fn the_unsure_are_counted_by_their_entropy() {
    let folder = Folder::new();
    let mut window = trained(&folder, &ScriptedDialogs::default());
    window.state().ask(WindowCommand::Maximise(Some(Pane::Dark)));
    ask(&mut window, LensCommand::DarkPage(DarkPage::Entropy));
    ask(&mut window, LensCommand::LensTemperature(2.0));
    until(&mut window, "all validation rows", |state| state.dark_rows().is_some_and(|rows| rows.all));
    window.run_steps(4);
    let shown = state(&window);
    let Some(DarkFound::Entropy([Some(teacher), Some(student)])) = shown.dark_found() else { panic!("no entropies") };
    let rows = shown.dark_rows().unwrap();
    let logits = rows.student.unwrap();
    assert_eq!(teacher.iter().sum::<u64>(), rows.labels.len() as u64);
    let bin = |z: &[f32]| ((entropy(z, 2.0) / 10_f64.ln() * student.len() as f64) as usize).min(student.len() - 1);
    let mut wanted = vec![0; student.len()];
    logits.chunks_exact(10).for_each(|z| wanted[bin(z)] += 1);
    assert_eq!(*student, wanted);
    let heard = Heard { each: vec![logits], mean: Mean::default() };
    assert!(heard.row(0, 10).is_some());
}

#[test]
fn figures_are_the_same_bytes_each_time_and_say_what_they_show() {
    for (language, words) in [(Language::English, "teacher"), (Language::Chinese, "教师")] {
        let folder = Folder::new();
        let dialogs = ScriptedDialogs::default();
        let mut window = trained(&folder, &dialogs);
        ask(&mut window, WindowCommand::Language(Some(language)));
        until(&mut window, "rest", |_| true);
        let path = |name: &str| folder.0.path().join(name);
        let figures = [Pane::Lens, Pane::Dark, Pane::Loss, Pane::Quality, Pane::Board];
        for panel in figures {
            for name in ["one.svg", "two.svg", "one.png", "two.png"] {
                dialogs.answer(Some(path(name)));
                ask(&mut window, WindowCommand::SaveFigure(panel));
                window.run_steps(2);
            }
            let read = |name: &str| std::fs::read(path(name)).unwrap();
            assert!(read("one.svg") == read("two.svg") && read("one.png") == read("two.png"), "{panel:?}");
            let svg = String::from_utf8(read("one.svg")).unwrap();
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
            assert!(svg.contains("Stillroom"), "{panel:?}");
            if matches!(panel, Pane::Lens | Pane::Dark | Pane::Quality) {
                assert!(svg.contains(words), "{panel:?}");
            }
            assert!(!svg.contains(&text("dark-counting")), "{panel:?} was not counted");
            let png = image::load_from_memory(&read("one.png")).unwrap().to_rgb8();
            let first = *png.get_pixel(0, 0);
            assert!(png.pixels().any(|pixel| *pixel != first), "{panel:?}: a blank picture");
        }
        speak(Language::English);
    }
}

#[test]
fn a_page_is_written_when_it_is_known_what_goes_along() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let mut window = build_at(
        [1280.0, 800.0],
        Store::writer(folder.store()).unwrap(),
        &dialogs,
        stillroom::app::SettingsFile::none(),
        crate::Start::Later,
    );
    until(&mut window, "the preview", |state| state.recipe.preview.is_some());
    press(&mut window, "Distil");
    until(&mut window, "the end", |state| state.focused().is_some_and(|job| job.story.is_some()));
    ask(&mut window, Action::SavePage);
    assert!(window.query_by_label_contains("256 validation rows go along").is_some());
    press(&mut window, "Cancel");
    assert!(state(&window).window.page_says.is_none());
    let path = folder.0.path().join("lens.html");
    dialogs.answer(Some(path.clone()));
    ask(&mut window, Action::SavePage);
    press(&mut window, "Write…");
    window.run_steps(4);
    let page = std::fs::read_to_string(path).unwrap();
    assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"));
}
