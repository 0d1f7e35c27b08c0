//! One job after the other: started, paused, changed, stopped, saved, resumed.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::command::{RecipeCommand, ScreenCommand, WindowCommand};
use stillroom::distill::{Course, Ramp, Shape};
use stillroom::protocol::{JobOutcome, Role as RunRole, Setting};
use stillroom::runs::{Status, Store};
use stillroom::state::State;
use stillroom::text::Language;

use crate::{Folder, Window, accept, choose, open, press, slide, until};

#[test]
fn an_empty_store_shows_a_digit_at_once_and_says_what_to_do() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some_and(|view| view.student.is_some()));
    window.get_by_label("No runs yet");
    window.get_by_label("No curves yet");
    assert!(window.query_by_label_contains("the teacher gives “").is_some());
    // T of the lens moves the picture and nothing else.
    let before = window.state().state().recipe.sweep.base.clone();
    slide(&mut window, "T", 20.0);
    assert!((window.state().state().screen.lens.temperature - 20.0).abs() < 1.0);
    assert_eq!(window.state().state().recipe.sweep.base, before);
    press(&mut window, "Next sample");
    assert_eq!(window.state().state().screen.lens.row, 1);
    press(&mut window, "Previous sample");
    press(&mut window, "Previous sample");
    let rows = window.state().state().lens_view().unwrap().probe.rows.len();
    assert_eq!(window.state().state().screen.lens.row, rows - 1);
}

#[test]
fn a_job_is_started_paused_changed_and_stopped_then_an_old_run_is_opened_and_two_are_laid_over() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());

    choose(&mut window, "Preset", "Never seen a 3");
    assert_eq!(window.state().state().recipe.sweep.base.data.omit_classes, ["3"]);
    choose(&mut window, "Preset", "Quick start: handwritten digits");
    press(&mut window, "Distil");
    until(&mut window, "the first points", |state| {
        state.running_job().is_some_and(|job| job.curves.values().any(|curves| !curves.total.is_empty()))
    });
    press(&mut window, "Pause or play");
    until(&mut window, "a pause", State::is_paused);
    let points = |state: &State| -> usize {
        let job = state.focused().unwrap();
        job.curves[&job.run_of(RunRole::Student).unwrap().run].total.raw.len()
    };
    let resting = points(window.state().state());
    press(&mut window, "One step");
    until(&mut window, "one more step", |state| points(state) == resting + 1);
    // What the terms contributed to that step is measured; it is a page of its own beside the lens.
    until(&mut window, "its anatomy", |state| {
        let job = state.focused().unwrap();
        let anatomy = job.anatomy.get(&job.run_of(RunRole::Student).unwrap().run);
        anatomy.is_some_and(|it| {
            it.step == resting as u64 && it.shares().is_some_and(|shares| shares[0] > 0.0 && shares[0] < 1.0)
        })
    });

    slide(&mut window, "Temperature", 3.0);
    until(&mut window, "the change", |state| state.focused().is_some_and(|job| !job.changes.is_empty()));
    let changes = window.state().state().focused().unwrap().changes.clone();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].2.setting, changes[0].1), (Setting::TEMPERATURE, resting as u64 + 1));
    assert!((changes[0].2.to - 3.0).abs() < 0.5 && (changes[0].2.from - 8.0).abs() < 1e-9);

    press(&mut window, "Pause or play");
    until(&mut window, "more steps", |state| points(state) > resting + 3);
    press(&mut window, "Stop");
    until(&mut window, "the end", |state| state.jobs.running.is_none());
    assert_eq!(window.state().state().focused().unwrap().outcome, Some(JobOutcome::Stopped));
    until(&mut window, "the list", |state| {
        state.jobs.rows.iter().any(|row| row.status == Status::Stopped && row.test.is_some())
    });
    let stopped = window.state().state().screen.focus.unwrap();
    // Every step's total is its terms by the factors that held then, before the change and after it.
    let job = window.state().state().focused().unwrap();
    let student = job.run_of(RunRole::Student).unwrap();
    let curves = &job.curves[&student.run];
    assert_eq!(job.held(student).iter().map(|held| held.from).collect::<Vec<_>>(), [0, resting as u64 + 1]);
    let values = |name| curves.term(name).unwrap().raw.points();
    let factors = |name| {
        let term = stillroom::distill::term(name).unwrap();
        job.term_factors(student, term, values(name).enumerate().map(|(step, _)| step as f64))
    };
    let (soft, hard) = (factors("soft"), factors("hard"));
    let terms = curves.total.raw.points().zip(values("soft")).zip(values("hard"));
    for (step, (((_, total), (_, soft_term)), (_, hard_term))) in terms.enumerate() {
        let (soft, hard) = (soft[step], hard[step]);
        let sum = soft * f64::from(soft_term) + hard * f64::from(hard_term);
        assert!((sum - f64::from(total)).abs() < 1e-4 * sum.abs().max(1.0), "step {step}: {sum} and {total}");
    }

    // The edited temperature can be taken back.
    press(&mut window, "Undo");
    assert!((window.state().state().recipe.sweep.base.distill.temperature().unwrap() - 8.0).abs() < 1e-9);

    // Another job, small enough to be done soon.
    choose(&mut window, "Preset", "Small digits: one label in ten");
    until(&mut window, "its preview", |state| {
        state.recipe.preview.as_ref().is_some_and(|p| p.recipe == state.recipe.sweep.base)
    });
    press(&mut window, "Distil");
    until(&mut window, "its end", |state| {
        state.focused().is_some_and(|job| job.id != stopped && job.outcome == Some(JobOutcome::Done))
    });
    until(&mut window, "the list", |state| state.jobs.rows.len() == 6);

    // Lay two runs of different jobs over, then open the old job.
    let rows = window.state().state().jobs.rows.clone();
    let students: Vec<_> = rows.iter().filter(|row| row.role == RunRole::Student).map(|row| row.run).collect();
    assert_eq!(students.len(), 2);
    for run in &students {
        window.get_by_label(&format!("Lay {run} over the curves")).click();
        window.run_steps(4);
    }
    assert_eq!(window.state().state().screen.overlaid.len(), 2);
    window.get_by_role_and_label(Role::Label, &students[1].to_string()).click();
    window.run_steps(4);
    until(&mut window, "the old job", |state| state.screen.focus == Some(stopped) && state.focused().is_some());
    // The other job's student is now a curve of its own in the legend, among those for which the row has no room.
    window.get_by_role_and_label(Role::ComboBox, "Other curves").click();
    window.run_steps(4);
    window.get_by_label(&format!("{}, hard", students[0]));

    // Into the bin and back.
    window.get_by_label(&format!("Delete {}", students[0])).click();
    window.run_steps(4);
    until(&mut window, "the bin", |state| state.row(students[0]).is_some_and(|row| row.deleted));
    press(&mut window, "Bin");
    window.get_by_label(&format!("Restore {}", students[0])).click();
    window.run_steps(4);
    until(&mut window, "its return", |state| state.row(students[0]).is_some_and(|row| !row.deleted));
}

#[test]
fn a_student_is_saved_and_serves_as_a_teacher() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let mut window = open(&folder.store(), &dialogs);
    choose(&mut window, "Preset", "Small digits: one label in ten");
    until(&mut window, "the preview", |state| {
        state.recipe.preview.as_ref().is_some_and(|p| p.recipe == state.recipe.sweep.base)
    });
    press(&mut window, "Distil");
    until(&mut window, "the checkpoint", |state| state.student_to_save().is_some());
    let file = folder.0.path().join("mine.safetensors");
    dialogs.answer(Some(file.clone()));
    press(&mut window, "Save student…");
    window.run_steps(4);
    assert!(file.exists());
    // As a graph it is held against the model first, and has a card.
    let graph = folder.0.path().join("mine.onnx");
    dialogs.answer(Some(graph.clone()));
    press(&mut window, "Save student…");
    until(&mut window, "the graph", |_| graph.exists());
    until(&mut window, "the word of it", |state| {
        state.window.notices.said.iter().any(|notice| notice.message.to_string().contains("on 100 rows the graph"))
    });
    let card = std::fs::read_to_string(folder.0.path().join("card.md")).unwrap();
    assert!(card.contains("## Loading") && card.contains("mine.onnx"), "{card}");

    // A system without dialogs asks for the path in the window.
    dialogs.answer(None);
    press(&mut window, "Open teacher…");
    window.run_steps(4);
    let field = window.get_by(|node| node.role() == Role::TextInput && node.is_focused());
    field.focus();
    field.type_text(&file.display().to_string());
    window.run_steps(6);
    press(&mut window, "OK");
    let shown = format!("{:?}", window.state().state().recipe.sweep.base.teacher);
    assert!(shown.contains("mine.safetensors"), "{shown}");
    until(&mut window, "the new teacher", |state| {
        state.recipe.preview.as_ref().is_some_and(|p| p.teacher_model == "MLP 32")
            || state.recipe.preview_fault.is_some()
    });
    assert_eq!(window.state().state().recipe.preview_fault, None);
    // The sheet says what it is worth on the data, and closes.
    window.get_by_label_contains("simple model: ");
    accept(&mut window);
}

#[test]
fn a_store_left_by_a_killed_process_opens_and_its_job_goes_on() {
    let folder = Folder::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stillroom"))
        .args(["run", "presets/digits.toml", "--set", "training.epochs=2000", "--json", "--store"])
        .arg(folder.store())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let begun = || {
        let runs = Store::reader(folder.store()).runs(false).unwrap_or_default();
        runs.iter().any(|row| row.role == RunRole::Student && row.steps_done > 20)
    };
    while !begun() {
        assert!(start.elapsed() < Duration::from_secs(60), "the child never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the list", |state| state.jobs.rows.iter().any(|row| row.status == Status::Interrupted));
    let student = window.state().state().jobs.rows.iter().find(|row| row.role == RunRole::Student).unwrap().run;
    window.get_by_label(&format!("Resume {student}")).click();
    window.run_steps(4);
    until(&mut window, "training", |state| {
        state.running_job().and_then(|job| job.curves.get(&student)).is_some_and(|curves| curves.total.raw.len() > 40)
    });
    press(&mut window, "Stop");
    until(&mut window, "the end", |state| state.jobs.running.is_none());
    // Every step once: the curve in the store is as long as the steps taken.
    until(&mut window, "the list", |state| state.row(student).is_some_and(|row| row.status == Status::Stopped));
    let row = window.state().state().row(student).unwrap().clone();
    drop(window);
    let curve = Store::reader(folder.store()).curve(student).unwrap();
    assert_eq!(curve.total.len() as u64, row.steps_done);
}

#[test]
fn a_job_that_failed_says_why_and_still_does_when_it_is_opened_again() {
    let folder = Folder::new();
    let path = folder.0.path().join("wild.toml");
    let recipe = "title = \"Wild\"\n[data]\nsource = \"digits\"\n[teacher]\ncheckpoint = \"builtin:digits\"\n[student]\n\
                  model = { mlp = [8] }\n[training]\nepochs = 2\nlearning_rate = 1e30\noptimiser = \"sgd\"\n";
    std::fs::write(&path, recipe).unwrap();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    window.state().ask(WindowCommand::OpenPath(path));
    window.run_steps(2);
    press(&mut window, "Distil");
    until(&mut window, "its end", |state| {
        state.focused().is_some_and(|job| job.outcome == Some(JobOutcome::Failed)) && state.jobs.running.is_none()
    });
    window.get_by_label("Failed: no loss is a finite number any more; lower the learning rate");
    // What is no number is not shown as one.
    assert!(window.query_by_label_contains("NaN").is_none());
    assert!(window.state().state().lens_view().is_some_and(|view| view.student.is_none() && view.teacher.is_some()));
    window.get_by_label_contains("nothing was evaluated");
    let job = window.state().state().screen.focus.unwrap();
    drop(window);

    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    window.state().ask(ScreenCommand::Focus(job));
    until(&mut window, "the job", |state| state.focused().is_some());
    window.get_by_label("Failed: no loss is a finite number any more; lower the learning rate");
    window.state().ask(WindowCommand::Language(Some(Language::Chinese)));
    window.run_steps(2);
    window.get_by_label_contains("所有损失都已发散，请降低学习率");
}

#[test]
fn a_drag_is_one_event_with_all_that_follows_from_it_and_so_is_a_series_of_keys() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    press(&mut window, "Hard weight is 1 − soft weight");
    // However fast the machine is, it is still training when the last key is let go.
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.training.epochs = 100_000;
    window.state().ask(RecipeCommand::Edit("epochs", Box::new(sweep)));
    window.run_steps(2);
    press(&mut window, "Distil");
    until(&mut window, "the first points", |state| {
        state.running_job().is_some_and(|job| job.curves.values().any(|curves| !curves.total.is_empty()))
    });
    let changes = |window: &Window| window.state().state().focused().unwrap().changes.clone();
    // Longer than any key rests.
    let wait = |window: &mut Window| {
        std::thread::sleep(Duration::from_millis(600));
        window.run_steps(4);
    };
    let rail = window.get_by_role_and_label(Role::Slider, "Soft weight").rect();
    let at = |share: f32| eframe::egui::pos2(rail.left() + share * rail.width(), rail.top() + 8.0);
    window.hover_at(at(0.9));
    window.run_steps(2);
    window.drag_at(at(0.9));
    for share in [0.8, 0.7, 0.6, 0.5] {
        window.hover_at(at(share));
        window.run_steps(2);
        wait(&mut window);
        assert!(changes(&window).is_empty(), "nothing is let go of");
    }
    window.drop_at(at(0.5));
    until(&mut window, "the event", |state| !state.focused().unwrap().changes.is_empty());
    wait(&mut window);
    let made = changes(&window);
    let settings: Vec<Setting> = made.iter().map(|(_, _, change)| change.setting).collect();
    assert_eq!(settings, [Setting::SOFT_WEIGHT, Setting::HARD_WEIGHT]);
    assert_eq!(made[0].1, made[1].1, "both take effect at one step");
    assert!((made[0].2.from - 0.9).abs() < 1e-9 && (made[1].2.from - 0.1).abs() < 1e-9);
    assert!((made[0].2.to - 0.5).abs() < 0.05 && (made[0].2.to + made[1].2.to - 1.0).abs() < 1e-9);
    // One mark says all of it.
    let job = window.state().state().focused().unwrap();
    let marks = job.changes_of(job.leading_run().unwrap());
    assert_eq!((marks.len(), marks[0].0, marks[0].1.len()), (1, made[0].1, 2));
    let told = window.get_by_role_and_label(Role::Figure, "Loss by step").value().unwrap();
    let mark = told.split("; ").last().unwrap();
    assert!(mark.starts_with("soft weight 0.9") && mark.contains(" · hard weight 0.1"), "{mark}");
    assert!(mark.ends_with(&format!(" at step {}", made[0].1)), "{mark}");

    window.get_by_role_and_label(Role::Slider, "Temperature").focus();
    window.run_steps(2);
    for _ in 0..3 {
        window.key_press(eframe::egui::Key::ArrowRight);
        window.run_steps(2);
        std::thread::sleep(Duration::from_millis(100));
        window.run_steps(2);
    }
    until(&mut window, "the event of the keys", |state| state.focused().unwrap().changes.len() > 2);
    wait(&mut window);
    let made = changes(&window);
    assert_eq!((made.len(), made[2].2.setting), (3, Setting::TEMPERATURE));
    press(&mut window, "Stop");
    until(&mut window, "the end", |state| state.jobs.running.is_none());
}

#[test]
fn a_temperature_that_moves_is_drawn_and_held_where_it_is() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let course = |window: &Window| {
        let distill = &window.state().state().recipe.sweep.base.distill;
        distill.course("distill.temperature").unwrap()
    };
    let ramp = |shape, from, to| Course::Moving(Ramp { shape, from, to });
    // From where it is to the first value that it would be swept over, and back to where it was.
    press(&mut window, "Move temperature while training");
    assert_eq!(course(&window), ramp(Shape::Linear, 8.0, 1.0));
    window.get_by_role_and_label(Role::Figure, "Temperature over the training");
    assert!(window.query_by_role_and_label(Role::Slider, "Temperature").is_none());
    press(&mut window, "Undo");
    assert_eq!(course(&window), Course::Fixed(8.0));
    window.get_by_role_and_label(Role::Slider, "Temperature");
    press(&mut window, "Redo");
    window.get_by_role_and_label(Role::Tab, "cosine").click();
    window.run_steps(4);
    window.get_by_role_and_label(Role::SpinButton, "Temperature to").set_value_accesskit(2.0);
    window.run_steps(4);
    assert_eq!(course(&window), ramp(Shape::Cosine, 8.0, 2.0));

    press(&mut window, "Distil");
    until(&mut window, "the first points", |state| {
        state.running_job().is_some_and(|job| job.curves.values().any(|curves| !curves.total.is_empty()))
    });
    press(&mut window, "Pause or play");
    until(&mut window, "a pause", State::is_paused);
    let now = |window: &Window| {
        let job = window.state().state().running_job().unwrap();
        let student = job.run_of(RunRole::Student).unwrap();
        job.setting(student, Setting::TEMPERATURE).unwrap()
    };
    let held = now(&window);
    assert!((2.0..8.0).contains(&held), "{held}");
    window.get_by_label_contains("Temperature over the training, now ");
    // Switched off it stays where it is, in the panel and in the job.
    press(&mut window, "Move temperature while training");
    assert_eq!(course(&window), Course::Fixed(held));
    until(&mut window, "the event", |state| state.focused().is_some_and(|job| !job.changes.is_empty()));
    let changes = window.state().state().focused().unwrap().changes.clone();
    assert_eq!((changes.len(), changes[0].2.setting), (1, Setting::TEMPERATURE));
    let taken = |state: &State| {
        let job = state.focused().unwrap();
        job.steps_of(job.run_of(RunRole::Student).unwrap())
    };
    let before = taken(window.state().state());
    press(&mut window, "Pause or play");
    until(&mut window, "more steps", |state| taken(state) > before);
    assert_eq!(now(&window).to_bits(), held.to_bits());
    // A recipe in which it moves again is for the next job.
    press(&mut window, "Move temperature while training");
    assert!(!window.state().state().steers());
    press(&mut window, "Stop");
    until(&mut window, "the end", |state| state.jobs.running.is_none());
    // The list keeps what was asked for at first.
    let asked = Some(ramp(Shape::Cosine, 8.0, 2.0));
    until(&mut window, "the list", |state| state.jobs.rows.iter().any(|row| row.temperature() == asked));
}
