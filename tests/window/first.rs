//! The first minutes, and everything without a mouse.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, ViewportEvent, ViewportId};
use egui_kittest::kittest::Queryable as _;
use stillroom::app::{ScriptedDialogs, SettingsFile};
use stillroom::command::WindowCommand;
use stillroom::protocol::JobOutcome;
use stillroom::runs::Store;
use stillroom::state::{Farewell, SampleChoice, Smoothing, Tip};
use stillroom::text::Language;

use crate::{Folder, Start, build, build_at, choose, open, press, slide, until};

/// Every first word is said, alone, within the window.
#[test]
fn the_first_words_come_one_after_the_other() {
    for size in [[1024.0, 600.0], [1280.0, 800.0]] {
        for language in Language::ALL {
            let folder = Folder::new();
            let kept = serde_json::json!({ "language": if language == Language::Chinese { "zh-CN" } else { "en" } });
            let path = folder.0.path().join("window.json");
            std::fs::write(&path, kept.to_string()).unwrap();
            let store = Store::writer(folder.store()).unwrap();
            let dialogs = ScriptedDialogs::default();
            let mut window = build_at(size, store, &dialogs, SettingsFile::at(path), Start::First);
            until(&mut window, "the first sample", |state| state.lens_view().is_some());
            let words = match language {
                Language::English => {
                    ["New to distillation?", "Begin here", "A real digit", "What is going to be trained"]
                }
                Language::Chinese => ["第一次接触蒸馏？", "从这里开始", "一个真实的数字", "将要训练什么"],
            };
            for word in words {
                let shown: Vec<_> = words.iter().filter(|word| window.query_by_label(word).is_some()).collect();
                assert_eq!(shown, [&word], "{size:?} {language:?}");
                let rect = window.get_by_label(word).rect();
                assert!(rect.left() >= 0.0 && rect.right() <= size[0] && rect.bottom() <= size[1], "{word}: {rect:?}");
                let remove = stillroom::text::text_with("widget-remove", &[("name", word.into())]);
                press(&mut window, &remove);
            }
            assert!(window.state().state().window.greeting.is_over());
        }
    }
}

#[test]
fn a_temporary_store_is_said_to_be_one_and_is_kept_before_the_window_closes() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let store = Store::writer(folder.store()).unwrap().as_temporary(true);
    let mut window = build_at([1280.0, 800.0], store, &dialogs, SettingsFile::none(), Start::Later);
    let close = |window: &mut crate::Window| {
        let viewport = window.input_mut().viewports.entry(ViewportId::ROOT).or_default();
        viewport.events.push(ViewportEvent::Close);
        window.step();
        window.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.clear();
        window.run_steps(4);
    };
    window.run_steps(4);
    assert_eq!(window.query_all_by_label_contains("a temporary store: ").count(), 1);
    // Nothing is lost where there are no runs.
    close(&mut window);
    assert!(!window.state().state().window.temporary.as_ref().unwrap().asks);

    crate::preset(&mut window, "Small digits: one label in ten");
    press(&mut window, "Distil");
    until(&mut window, "the end", |state| {
        state.focused().is_some_and(|job| job.outcome == Some(JobOutcome::Done)) && !state.jobs.rows.is_empty()
    });
    close(&mut window);
    assert!(window.state().state().window.temporary.as_ref().unwrap().asks);
    window.get_by_label("Keep the runs?");
    press(&mut window, "Cancel");
    assert!(!window.state().state().window.temporary.as_ref().unwrap().asks);
    // A path that is taken is refused, and the window stays.
    let kept = folder.0.path().join("kept/runs.db");
    let taken = folder.0.path().join("taken.db");
    std::fs::write(&taken, "mine").unwrap();
    for (path, settled) in [(&taken, false), (&kept, true)] {
        close(&mut window);
        dialogs.answer(Some(path.clone()));
        window.state().ask(WindowCommand::Farewell(Farewell::Keep));
        window.run_steps(6);
        assert_eq!(window.state().state().window.temporary.as_ref().unwrap().settled, settled);
    }
    assert_eq!(std::fs::read(&taken).unwrap(), b"mine");
    let rows = window.state().state().jobs.rows.len();
    let copy = Store::reader(&kept).runs(true).unwrap();
    assert_eq!(copy.len(), rows);
    assert!(
        copy.iter()
            .filter_map(|row| row.checkpoint.as_ref())
            .all(|path| path.starts_with(folder.0.path().join("kept")) && path.exists())
    );
    assert!(copy.iter().any(|row| row.checkpoint.is_some()));
}

#[test]
fn the_first_words_go_when_they_are_followed_and_never_come_again() {
    let folder = Folder::new();
    let settings = || SettingsFile::at(folder.0.path().join("window.json"));
    let dialogs = ScriptedDialogs::default();
    let mut window = build(&folder.store(), &dialogs, settings(), Start::First);
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    window.get_by_label("New to distillation?");
    assert!(window.query_by_label("Begin here").is_none(), "one at a time");
    press(&mut window, "Remove New to distillation?");
    window.get_by_label("Begin here");
    slide(&mut window, "T", 2.0);
    assert!(!window.state().state().window.greeting.has(Tip::Lens));
    slide(&mut window, "Temperature", 5.0);
    assert!(!window.state().state().window.greeting.has(Tip::Recipe));
    press(&mut window, "Remove Begin here");
    assert!(window.state().state().window.greeting.is_over());
    drop(window);

    let window = build(&folder.store(), &dialogs, settings(), Start::First);
    assert!(window.state().state().window.greeting.is_over());
}

#[test]
fn a_card_begins_with_its_preset() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    press(&mut window, "Begin with Few labels: one image in twenty has one");
    assert_eq!(window.state().state().recipe.preset, Some("few-labels"));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(4);
    assert!((window.state().state().recipe.sweep.base.data.labelled - 1.0).abs() < 1e-9);
}

#[test]
fn from_launch_to_a_saved_student_without_a_mouse() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let path = folder.0.path().join("small.safetensors");
    let mut window = open(&folder.store(), &dialogs);
    let keys = |window: &mut crate::Window, modifiers, key| {
        window.key_press_modifiers(modifiers, key);
        window.run_steps(4);
    };
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    // A smaller recipe, found by a few letters.
    keys(&mut window, Modifiers::COMMAND, Key::K);
    window.get_by_role_and_label(Role::TextInput, "Find anything").type_text("small digits");
    window.run_steps(4);
    keys(&mut window, Modifiers::NONE, Key::Enter);
    until(&mut window, "its preview", |state| {
        state.recipe.preset == Some("digits")
            && state.recipe.preview.as_ref().is_some_and(|p| p.recipe == state.recipe.sweep.base)
    });
    keys(&mut window, Modifiers::NONE, Key::CloseBracket);
    assert!(
        window.state().state().screen.lens.temperature
            > window.state().state().recipe.sweep.base.distill.temperature().unwrap()
    );
    keys(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(window.state().state().screen.lens.row, 1);

    keys(&mut window, Modifiers::COMMAND, Key::Enter);
    until(&mut window, "the beginning", |state| state.jobs.running.is_some());
    keys(&mut window, Modifiers::NONE, Key::Space);
    until(&mut window, "a pause or the end", |state| state.is_paused() || state.jobs.running.is_none());
    if window.state().state().is_paused() {
        keys(&mut window, Modifiers::NONE, Key::Space);
    }
    until(&mut window, "the end", |state| {
        state.focused().is_some_and(|job| job.outcome == Some(JobOutcome::Done)) && state.student_to_save().is_some()
    });
    dialogs.answer(Some(path.clone()));
    keys(&mut window, Modifiers::COMMAND, Key::S);
    until(&mut window, "the file", |_| path.exists());
    assert!(window.query_all_by_label_contains("saved to").count() >= 1);
    // Where no dialog opens the path is typed, in place of the name that stands there; a file that is there is left alone.
    let other = folder.0.path().join("typed.safetensors");
    for (typed, closes) in [(&path, false), (&other, true)] {
        dialogs.answer(None);
        if window.state().state().window.path_field.is_none() {
            keys(&mut window, Modifiers::COMMAND, Key::S);
        } else {
            keys(&mut window, Modifiers::COMMAND, Key::A);
        }
        until(&mut window, "the path field", |state| state.window.path_field.is_some());
        window.event(eframe::egui::Event::Text(typed.display().to_string()));
        window.run_steps(4);
        assert_eq!(window.state().state().window.path_field.as_ref().unwrap().text, typed.display().to_string());
        keys(&mut window, Modifiers::NONE, Key::Enter);
        assert_eq!(window.state().state().window.path_field.is_none(), closes);
    }
    assert!(other.exists());
    // What was said can be read again.
    keys(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    assert!(window.state().state().window.notices.shown);
    assert!(window.query_all_by_role_and_label(Role::Button, "Copy all").count() == 1);
    assert!(
        window.state().state().window.notices.said.iter().any(|notice| notice.message.to_string().contains("saved to"))
    );
    keys(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!window.state().state().window.notices.shown);

    // Ways through the samples of the trained student.
    keys(&mut window, Modifiers::NONE, Key::N);
    let state = window.state().state();
    assert_eq!(state.screen.lens.choice, SampleChoice::TeacherUnsure);
    let unsure = state.sample_rows(SampleChoice::TeacherUnsure);
    assert_eq!(state.screen.lens.row, unsure[0]);
    keys(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(window.state().state().screen.lens.row, unsure[1]);
    keys(&mut window, Modifiers::NONE, Key::N);
    let state = window.state().state();
    let view = state.lens_view().unwrap();
    let wrong = state.sample_rows(SampleChoice::StudentWrong);
    assert!(wrong.len() < view.probe.rows.len());
    if !wrong.is_empty() {
        let top = stillroom::distill::soften::top_class(view.student.as_deref().unwrap());
        assert_ne!(Some(top), view.label);
    }
}

#[test]
fn curves_are_weighted_smoothed_and_shown_alone() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    crate::preset(&mut window, "Small digits: one label in ten");
    press(&mut window, "Distil");
    until(&mut window, "the end", |state| state.focused().is_some_and(|job| job.outcome == Some(JobOutcome::Done)));
    choose(&mut window, "Smoothing", "smooth 0.97");
    assert_eq!(window.state().state().screen.curves.smoothing, Smoothing::Strong);
    choose(&mut window, "Smoothing", "Weighted terms");
    window.get_by_role_and_label(Role::CheckBox, "soft, weighted");
    let job = window.state().state().focused().unwrap();
    let factors = |name| {
        let term = stillroom::distill::term(name).unwrap();
        job.term_factors(job.leading_run().unwrap(), term, [0.0, 9.0].into_iter())
    };
    let distill = &job.sweep.base.distill;
    let soft = distill.get("distill.soft_weight").unwrap() * distill.temperature().unwrap().powi(2);
    assert_eq!(factors("soft"), [soft; 2]);
    assert_eq!(factors("hard"), [distill.get("distill.hard_weight").unwrap(); 2]);

    let key = |window: &mut crate::Window, times: usize| {
        for _ in 0..times {
            window.get_by_role_and_label(Role::CheckBox, "total").click();
        }
        window.run_steps(8);
    };
    key(&mut window, 1);
    assert_eq!(window.state().state().screen.curves.hidden.len(), 1);
    key(&mut window, 1);
    assert!(window.state().state().screen.curves.hidden.is_empty());
}

#[test]
fn the_bin_and_an_arrangement_are_undone() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    crate::preset(&mut window, "Small digits: one label in ten");
    press(&mut window, "Distil");
    until(&mut window, "the end", |state| {
        state.focused().is_some_and(|job| job.outcome == Some(JobOutcome::Done))
            && state.jobs.rows.iter().any(|row| row.test.is_some())
    });
    let run = window.state().state().focused().unwrap().leading_run().unwrap().run;
    window.get_by_label(&format!("Delete {run}")).click();
    window.run_steps(4);
    until(&mut window, "the bin", |state| state.row(run).is_some_and(|row| row.deleted));
    press(&mut window, "Undo");
    until(&mut window, "its return", |state| state.row(run).is_some_and(|row| !row.deleted));
    press(&mut window, "Redo");
    until(&mut window, "the bin again", |state| state.row(run).is_some_and(|row| row.deleted));
    // The notice that tells of it takes it back, too.
    press(&mut window, "Take back");
    until(&mut window, "its return by the notice", |state| state.row(run).is_some_and(|row| !row.deleted));

    // The line between the curves is drawn down, and jumps back.
    let at = |window: &crate::Window| window.get_by_role_and_label(Role::Label, "Loss").rect().top();
    let before = at(&window);
    let line = eframe::egui::pos2(600.0, before - 8.0);
    window.drag_at(line);
    window.run_steps(4);
    window.hover_at(line + eframe::egui::vec2(0.0, 60.0));
    window.run_steps(4);
    window.drop_at(line + eframe::egui::vec2(0.0, 60.0));
    window.run_steps(6);
    assert!(at(&window) > before + 30.0, "{} {before}", at(&window));
    press(&mut window, "Undo");
    assert!((at(&window) - before).abs() < 2.0);
}

#[test]
fn a_picture_is_dropped_and_read_by_teacher_and_student() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    // One of the data's own digits, dark on light and four times as large, as someone would draw it.
    let view = window.state().state().lens_view().unwrap();
    let (label, input) = (view.label.unwrap(), view.input.to_vec());
    let teacher = stillroom::distill::soften::top_class(&view.teacher.unwrap().logits(1.0));
    let picture = image::GrayImage::from_fn(112, 112, |x, y| {
        image::Luma([255 - (input[(y / 4 * 28 + x / 4) as usize] * 255.0) as u8])
    });
    let path = folder.0.path().join("mine.png");
    picture.save(&path).unwrap();
    window.state().ask(WindowCommand::OpenPath(path));
    until(&mut window, "the picture", |state| state.own_picture().is_some());
    let state = window.state().state();
    let looked = state.lens_view().unwrap();
    assert_eq!((looked.label, teacher), (None, label));
    assert!(state.own_picture().unwrap().inverted);
    assert_eq!(stillroom::distill::soften::top_class(&looked.teacher.unwrap().logits(1.0)), label);
    assert_eq!(looked.student.unwrap().len(), 10);
    window.get_by_label("mine.png");
    press(&mut window, "Next sample");
    assert!(window.state().state().own_picture().is_none());

    let wrong = folder.0.path().join("no.png");
    std::fs::write(&wrong, "no picture").unwrap();
    window.state().ask(WindowCommand::OpenPath(wrong));
    until(&mut window, "a word about it", |state| {
        state.window.notices.said.iter().any(|said| said.message.to_string().contains("no.png"))
    });
}

#[test]
fn the_quick_start_takes_two_keys_and_a_name() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let path = folder.0.path().join("student.safetensors");
    let mut window = build(&folder.store(), &dialogs, SettingsFile::none(), Start::First);
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    until(&mut window, "the end", |state| {
        state.focused().is_some_and(|job| job.outcome == Some(JobOutcome::Done)) && state.student_to_save().is_some()
    });
    let state = window.state().state();
    assert_eq!(state.focused().unwrap().sweep.base.title, "Quick start: handwritten digits");
    dialogs.answer(Some(path.clone()));
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.run_steps(4);
    until(&mut window, "the file", |_| path.exists());
    assert!(std::fs::metadata(&path).unwrap().len() > 100_000);
}
