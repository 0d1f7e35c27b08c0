//! Lessons, walked through as somebody would who tries everything: in both languages, at usual size and at twice that, with every
//! panel out of sight first. Each trains once; further walks are told the same reports again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use stillroom::app::Settings;
use stillroom::command::{Action, LensCommand, LessonCommand, WindowCommand};
use stillroom::lesson::{Answer, Kind, Lacking, Lesson, Predict, Step, Study, shipped};
use stillroom::protocol::{JobStart, Live, Report, Request};
use stillroom::recipe::Sweep;
use stillroom::runs::Store;
use stillroom::state::{Pane, State, Workspace};
use stillroom::text::{Language, speak, text, text_with};
use stillroom::training::{Journal, Observer, Runner, Worker};
use stillroom::widgets::place_of;

use crate::common::{self, Window};
use crate::{Folder, press};

/// What jobs of a lesson reported, by their recipes.
type Tapes = Arc<Mutex<BTreeMap<String, Vec<Arc<Report>>>>>;

/// A recipe but for its title, which is in the language of the window.
fn key_of(sweep: &Sweep) -> String {
    let mut sweep = sweep.clone();
    "a lesson".clone_into(&mut sweep.base.title);
    sweep.to_toml()
}

/// Hears what a window hears, and writes it down.
struct Recorder {
    inner: Arc<dyn Observer>,
    tapes: Tapes,
    job: Mutex<Option<String>>,
}

impl Observer for Recorder {
    fn report(&self, report: &Arc<Report>) {
        if let Some(job) = &*self.job.lock().unwrap() {
            self.tapes.lock().unwrap().entry(job.clone()).or_default().push(Arc::clone(report));
        }
        self.inner.report(report);
    }

    fn live(&self, live: Live) {
        self.inner.live(live);
    }
}

/// The training thread, but that a job which was recorded is not trained again.
struct Replayer {
    worker: Worker,
    recorder: Arc<Recorder>,
    journal: Mutex<Box<dyn Journal>>,
}

impl Runner for Replayer {
    fn send(&self, request: Request) -> bool {
        let Request::Start(start) = &request else { return self.worker.send(request) };
        let JobStart::New(sweep) = &**start else { return self.worker.send(request) };
        let key = key_of(sweep);
        let tape = self.recorder.tapes.lock().unwrap().get(&key).cloned();
        let Some(tape) = tape else {
            *self.recorder.job.lock().unwrap() = Some(key);
            return self.worker.send(request);
        };
        self.replay(&tape, &sweep.base.title);
        true
    }

    fn is_alive(&self) -> bool {
        self.worker.is_alive()
    }
}

impl Replayer {
    fn replay(&self, tape: &[Arc<Report>], title: &str) {
        let mut journal = self.journal.lock().unwrap();
        for report in tape {
            let mut report = Arc::clone(report);
            if let Report::Started(started) = &*report {
                let (job, runs) = journal.reserve(started.runs.len()).unwrap();
                // As in the walk in which it was recorded.
                assert_eq!((job, runs), (started.job, started.runs.iter().map(|run| run.run).collect()));
                journal.lease(job).unwrap();
                let mut started = started.clone();
                title.clone_into(&mut started.sweep.base.title);
                report = Arc::new(Report::Started(started));
            }
            while let Err(error) = journal.send(&report) {
                assert!(matches!(error, stillroom::protocol::JournalError::Busy), "{error}");
                std::thread::sleep(Duration::from_millis(5));
            }
            self.recorder.inner.report(&report);
            if let Report::JobEnded(ended) = &*report {
                while journal.commit().is_err() {
                    std::thread::sleep(Duration::from_millis(5));
                }
                journal.release(ended.job);
            }
        }
    }
}

/// How a lesson is walked through.
#[derive(Clone, Copy, Debug)]
struct Way {
    language: Language,
    size: [f32; 2],
}

fn open(folder: &Folder, way: Way, tapes: &Tapes) -> Window {
    let store = Store::writer(folder.store()).unwrap();
    let journal = Mutex::new(Box::new(store.journal()) as Box<dyn Journal>);
    let tapes = Arc::clone(tapes);
    let remembered = Settings { language: Some(way.language), greeted: true, ..Settings::default() };
    Harness::builder().with_size(way.size).with_step_dt(0.05).build_eframe(move |cc| {
        common::app(cc, store, remembered, |parts| {
            parts.program = Some(PathBuf::from(env!("CARGO_BIN_EXE_stillroom")));
            parts.runner = Some(Box::new(move |options, engine, inner| {
                let recorder = Arc::new(Recorder { inner, tapes, job: Mutex::new(None) });
                let worker = Worker::spawn(options, engine, Arc::clone(&recorder) as Arc<_>)?;
                Ok(Box::new(Replayer { worker, recorder, journal }))
            }));
        })
    })
}

fn study(window: &Window) -> &Study {
    window.state().lessons().study.as_ref().unwrap()
}

fn until_study(window: &mut Window, what: &str, done: impl Fn(&Study, &State) -> bool) {
    let start = std::time::Instant::now();
    while !done(study(window), window.state().state()) {
        let study = study(window);
        let (page, lacking, tasks) = (&study.page().id, &study.lacking, &study.tasks);
        assert!(start.elapsed() < Duration::from_secs(60), "{page}: this never came: {what}; {lacking:?} {tasks:?}");
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    window.run_steps(2);
}

/// Everything but a training is there.
fn settled(study: &Study) -> bool {
    study.lacking.iter().all(|it| matches!(it, Lacking::Training { .. }))
}

fn perform(window: &mut Window, steps: &[Step]) {
    let ctx = window.ctx.clone();
    window.state_mut().perform_steps(steps, &ctx);
    window.run_steps(4);
}

/// Presses a button of the card, which may have to be scrolled to.
fn press_here(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).scroll_to_me();
    window.run_steps(4);
    press(window, name);
}

/// What the user had before a lesson.
#[derive(Debug, PartialEq)]
struct Before {
    recipe: String,
    lens: stillroom::state::Lens,
    workspace: Workspace,
    maximised: Option<Pane>,
    in_sight: BTreeSet<Pane>,
    preset: Option<&'static str>,
    can_undo: bool,
    focus: Option<stillroom::protocol::JobId>,
    runs: Vec<stillroom::protocol::RunId>,
}

fn before(window: &Window) -> Before {
    let state = window.state().state();
    Before {
        recipe: state.recipe.sweep.to_toml(),
        lens: state.screen.lens,
        workspace: state.window.workspace,
        maximised: state.window.maximised,
        in_sight: state.window.in_sight.clone(),
        preset: state.recipe.preset,
        can_undo: state.history.can_undo(),
        focus: state.screen.focus,
        runs: state.jobs.rows.iter().filter(|row| !row.deleted).map(|row| row.run).collect(),
    }
}

/// Goes through all of a lesson.
fn walk(lesson: &Lesson, way: Way, tapes: &Tapes) {
    speak(way.language);
    let folder = Folder::new();
    let mut window = open(&folder, way, tapes);
    crate::until(&mut window, "the first sample", |state| state.lens_view().is_some());
    // The user has left the window in a way of their own.
    window.state().ask(LensCommand::LensTemperature(3.0));
    window.run_steps(3);
    let user = before(&window);
    window.state().ask(Action::Lessons);
    window.run_steps(4);
    let user = Before { workspace: Workspace::Learn, in_sight: before(&window).in_sight, ..user };
    let title = &lesson.words[&way.language].title;
    press_here(&mut window, &format!("{}: {title}", text("lessons-begin")));
    let mut told = BTreeSet::new();
    for at in 0..lesson.pages.len() {
        page(&mut window, lesson, at, way, &mut told);
        let last = at + 1 == lesson.pages.len();
        let key = if last { "lesson-end" } else { "lesson-next" };
        assert!(window.state().lessons().progress.has(lesson, &lesson.pages[at]) || study(&window).done);
        press(&mut window, &text(key));
    }
    let asked = lesson.pages.iter().any(|page| match &page.kind {
        Kind::Do(tasks) => tasks.iter().any(|task| !task.almost.is_empty()),
        _ => false,
    });
    assert!(!asked || !told.is_empty(), "{}: no wrong move was answered", lesson.id);
    assert!(window.state().lessons().study.is_none());
    assert!(window.state().lessons().progress.is_finished(lesson));
    crate::until(&mut window, "the end of what was left", |state| {
        state.jobs.running.is_none() && state.jobs.rows.iter().all(|row| row.deleted)
    });
    window.run_steps(4);
    assert_eq!(before(&window), user);
}

fn page(window: &mut Window, lesson: &Lesson, at: usize, way: Way, told: &mut BTreeSet<String>) {
    until_study(window, "what the page needs", |study, _| settled(study));
    assert_eq!(study(window).page, at, "{} {way:?}", lesson.id);
    let page = &lesson.pages[at];
    let id = format!("{} {} {way:?}", lesson.id, page.id);
    // Every panel out of sight; the card says so, and a press brings them back.
    window.state().ask(WindowCommand::Maximise(Some(Pane::Runs)));
    window.run_steps(3);
    let asks = !matches!(page.kind, Kind::Free);
    if asks && !page.needs.panels.is_empty() && !page.needs.panels.contains(&Pane::Runs) {
        assert!(!study(window).lacking.is_empty(), "{id}");
        let has_training = study(window).lacking.iter().any(|it| matches!(it, Lacking::Training { .. }));
        if has_training {
            window.state().ask(WindowCommand::Maximise(None));
            window.run_steps(3);
        } else {
            press_here(window, &text("lesson-bring"));
        }
    } else {
        window.state().ask(WindowCommand::Maximise(None));
    }
    until_study(window, "the panels", |study, _| settled(study));
    // Back, and forward again.
    if at > 0 {
        press(window, &text("lesson-back"));
        until_study(window, "the page before", |study, _| settled(study));
        assert_eq!(study(window).page, at - 1, "{id}");
        window.state().ask(LessonCommand::GoTo(at));
        window.run_steps(3);
        until_study(window, "the page again", |study, _| settled(study));
    }
    no_markup(window, &id);
    callouts(window, lesson, at, way, &id);
    train(window, &id);
    match &page.kind {
        Kind::Tell | Kind::Free => {}
        Kind::Do(tasks) => {
            for (task, of) in tasks.iter().enumerate() {
                for (index, not) in of.not.iter().enumerate() {
                    window.state().ask(LessonCommand::GoTo(at));
                    window.run_steps(2);
                    until_study(window, "the page", |study, _| settled(study));
                    perform(window, not);
                    window.run_steps(4);
                    let known = &study(window).tasks[task];
                    assert!(!known.done, "{id}: {}: `not` number {} does it", of.id, index + 1);
                    told.extend(known.almost.clone());
                }
                window.state().ask(LessonCommand::GoTo(at));
                window.run_steps(2);
                until_study(window, "the page", |study, _| settled(study));
                let hints = lesson.words[&way.language].pages[&page.id].tasks[&of.id].hints.len();
                assert!((1..=3).contains(&hints), "{id}: {}", of.id);
                window.state().ask(LessonCommand::Hint(task));
                window.run_steps(2);
                perform(window, &of.solution);
                until_study(window, "its solution", |study, _| study.tasks[task].done);
            }
            // All of them together, one after the other.
            if tasks.len() > 1 {
                window.state().ask(LessonCommand::GoTo(at));
                window.run_steps(2);
            }
            for (task, of) in tasks.iter().enumerate() {
                if !study(window).tasks[task].done {
                    perform(window, &of.solution);
                    until_study(window, "its solution", |study, _| study.tasks[task].done);
                }
            }
            until_study(window, "the page to be done", |study, _| study.done);
        }
        Kind::Explain { choices, right } => {
            let words = &lesson.words[&way.language].pages[&page.id];
            for (index, choice) in choices.iter().enumerate().filter(|(index, _)| index != right) {
                choose(window, &words.choices[choice].0);
                assert!(!study(window).done, "{id}: choice {}", index + 1);
            }
            choose(window, &words.choices[&choices[*right]].0);
            assert!(study(window).done, "{id}");
        }
        Kind::Predict(predict) => {
            predict_it(window, lesson, at, predict, way);
            until_study(window, "the truth", |study, _| study.answer().is_some_and(Answer::is_shown));
        }
    }
    no_markup(window, &id);
}

fn choose(window: &mut Window, words: &str) {
    press_here(window, words.trim());
}

/// Lets the card train what it says it needs.
fn train(window: &mut Window, id: &str) {
    let training = study(window).lacking.iter().find_map(|it| match it {
        Lacking::Training { seconds, .. } => Some(*seconds),
        _ => None,
    });
    let Some(seconds) = training else { return };
    assert!(seconds <= 20.0, "{id}");
    let name = text_with("lesson-bring-training", &[("seconds", format!("{seconds:.0}").into())]);
    press_here(window, &name);
    until_study(window, "the training", |study, _| study.lacking.is_empty());
}

fn predict_it(window: &mut Window, lesson: &Lesson, at: usize, predict: &Predict, way: Way) {
    if study(window).answer().is_some_and(Answer::is_shown) {
        return;
    }
    let page = &lesson.pages[at];
    match predict {
        Predict::Bars { classes, .. } => {
            for class in classes {
                let name = text_with("lesson-guess-bar", &[("class", class.as_str().into())]);
                window.get_by_role_and_label(Role::Slider, &name).set_value_accesskit(0.2);
                window.run_steps(2);
            }
        }
        Predict::OverT { .. } | Predict::OverEpochs { .. } => {
            window.get_by_role_and_label(Role::Slider, &text("lesson-curve-name")).set_value_accesskit(1.0);
            window.run_steps(2);
        }
        Predict::Choose { choices, .. } => {
            choose(window, &lesson.words[&way.language].pages[&page.id].choices[&choices[0]].0);
        }
    }
    assert!(study(window).answer().is_some_and(Answer::is_given));
    let trained = page.training().is_none_or(|training| study(window).has_run(training));
    let name = match page.training().and_then(|id| lesson.training(id)).filter(|_| !trained) {
        Some(training) => text_with("lesson-reveal-train", &[("seconds", format!("{:.0}", training.seconds).into())]),
        None => text("lesson-reveal"),
    };
    press_here(window, &name);
}

/// No mark of Markdown is on the screen.
fn no_markup(window: &Window, id: &str) {
    let shown = window.root().children_recursive();
    for node in shown {
        let node = node.accesskit_node();
        let words = node.label().or_else(|| node.value());
        let Some(words) = words.filter(|_| node.role() == Role::Label) else { continue };
        for mark in ["**", "](", "##", "``", "__"] {
            assert!(!words.contains(mark), "{id}: “{words}”");
        }
    }
}

/// Whatever a page points at is there, in this language too.
fn callouts(window: &mut Window, lesson: &Lesson, at: usize, way: Way, id: &str) {
    let words = &lesson.words[&way.language].pages[&lesson.pages[at].id];
    let parts: BTreeSet<&str> =
        words.body.match_indices("](ui:").filter_map(|(at, _)| words.body[at + 5..].split(')').next()).collect();
    for part in parts {
        window.state().ask(LessonCommand::PointAt(part.to_owned()));
        window.run_steps(6);
        assert!(place_of(&window.ctx, part).is_some(), "{id}: {part} is not on the screen");
    }
}

/// A lesson of somebody else, in a folder.
fn write_lesson(folder: &std::path::Path, structure: &str, words: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("lesson.toml"), structure).unwrap();
    std::fs::write(folder.join("en.md"), words).unwrap();
    let picture = image::RgbImage::from_fn(12, 8, |x, y| image::Rgb([20 * x as u8, 30 * y as u8, 90]));
    picture.save(folder.join("dots.png")).unwrap();
}

const STRUCTURE: &str = r#"
format = 1
id = "of-a-stranger"
needs = { panels = ["lens"], sample = "example" }

[[page]]
id = "begin"
kind = "tell"
minutes = 0.5

[[page]]
id = "cool"
kind = "do"
minutes = 1
[[page.task]]
id = "low"
until = { "lens.temperature" = "< 0.5" }
solution = [{ "lens.temperature" = 0.3 }]
not = [[{ "lens.temperature" = 3 }]]
"#;

const WORDS: &str = "# Cold\nWhat a low T does.\n\n## begin: A picture\nLook: ![dots](dots.png) and \
    [a page](https://example.org/a). It is $q_i$.\n\n## cool: Cool it\nMove [T](ui:lens.temperature).\n\n\
    ### task low\nBelow one half.\n### hint low\nTo the left.\n";

#[test]
fn a_lesson_of_a_stranger_is_opened_told_off_mended_and_read_again_while_it_is_written() {
    let folder = Folder::new();
    let lesson = folder.0.path().join("mine");
    write_lesson(&lesson, &STRUCTURE.replace("lens.temperature\" = \"< 0.5", "lens.temprature\" = \"< 0.5"), WORDS);
    let dialogs = stillroom::app::ScriptedDialogs::default();
    let mut window = crate::open(&folder.store(), &dialogs);
    crate::until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let recipe = window.state().state().recipe.sweep.to_toml();
    dialogs.answer(Some(lesson.clone()));
    window.state().ask(LessonCommand::OpenFolder);
    window.run_steps(8);
    // File, line and page, what is wrong and what is meant.
    let fault = window.get_by_label_contains("lens.temprature");
    let fault = fault.accesskit_node().value().unwrap();
    assert!(fault.starts_with("lesson.toml, line 17, page “cool”: "), "{fault}");
    assert!(fault.contains("“lens.temperature”"), "{fault}");
    assert!(window.query_by_label_contains("Begin: Cold").is_none());

    let until_opened = |window: &mut Window, what: &str, done: &dyn Fn(&stillroom::lesson::Opened) -> bool| {
        let start = std::time::Instant::now();
        while !window.state().lessons().opened.as_ref().is_some_and(done) {
            assert!(start.elapsed() < Duration::from_secs(20), "{what}");
            std::thread::sleep(Duration::from_millis(50));
            window.run_steps(2);
        }
        window.run_steps(4);
    };
    write_lesson(&lesson, STRUCTURE, WORDS);
    until_opened(&mut window, "the mended lesson", &|opened| opened.faults.is_none() && opened.lesson.is_some());
    press_here(&mut window, "Begin: Cold");
    until_study(&mut window, "the example", |study, _| settled(study));
    // A link is asked about before it leads out.
    window.get_by_role_and_label(Role::Link, "a page.").click();
    window.run_steps(4);
    window.get_by_label("https://example.org/a");
    assert!(window.output().platform_output.commands.is_empty(), "nothing is opened by the first press");
    press_here(&mut window, "Stay here");
    assert!(study(&window).link.is_none());

    // While it is open it is read again: what is sound is shown at once, and what is not leaves it as it was.
    write_lesson(&lesson, STRUCTURE, &WORDS.replace("A picture", "Another picture"));
    until_opened(&mut window, "the new title", &|opened| {
        opened
            .lesson
            .as_ref()
            .is_some_and(|lesson| lesson.words[&Language::English].pages["begin"].title == "Another picture")
    });
    window.get_by_label("Another picture");
    write_lesson(&lesson, STRUCTURE, &WORDS.replace("### task low", "### tsak low"));
    until_opened(&mut window, "the fault", &|opened| opened.faults.is_some());
    window.get_by_label_contains("did you mean “task”?");
    window.get_by_label("Another picture");
    press(&mut window, "Next");
    until_study(&mut window, "the page", |study, _| study.page == 1 && settled(study));
    perform(&mut window, &[Step::Temperature(0.3)]);
    until_study(&mut window, "the task", |study, _| study.done);
    press(&mut window, "Finish");
    assert_eq!(window.state().state().recipe.sweep.to_toml(), recipe);
}

#[test]
fn a_lesson_that_names_a_path_deletes_exports_or_quits_is_refused() {
    let folder = Folder::new();
    for (step, said) in [
        (r#"{ "recipe.data.source" = { csv = "/etc/passwd" } }"#, "data.source"),
        (r#"{ "recipe.teacher.checkpoint" = "/tmp/x.safetensors" }"#, "teacher.checkpoint"),
        (r#"{ delete = "r-0001" }"#, "delete"),
        (r#"{ export = "/tmp/x.csv" }"#, "export"),
        ("{ quit = true }", "quit"),
        (r#"{ "save-student" = "/tmp/x" }"#, "save-student"),
    ] {
        let lesson = folder.0.path().join("bad");
        write_lesson(&lesson, &STRUCTURE.replace(r#"{ "lens.temperature" = 0.3 }"#, step), WORDS);
        let faults = stillroom::lesson::read_folder(&lesson).unwrap_err().to_string();
        assert!(faults.contains("lesson.toml, line 18, page “cool”") && faults.contains(said), "{faults}");
    }
    for (words, said) in [
        ("![x](../../secret.png)", "secret.png"),
        ("![x](/etc/x.png)", "/etc/x.png"),
        ("[x](file:///etc/passwd)", "file:///etc/passwd"),
        ("<script>alert(1)</script>", "HTML"),
    ] {
        let lesson = folder.0.path().join("bad");
        write_lesson(&lesson, STRUCTURE, &WORDS.replace("Move [T](ui:lens.temperature).", words));
        let faults = stillroom::lesson::read_folder(&lesson).unwrap_err().to_string();
        assert!(faults.contains("en.md, line 8, page “cool”") && faults.contains(said), "{faults}");
    }
}

#[test]
fn a_lesson_leaves_the_users_job_its_recipe_and_its_panels_alone_also_when_the_window_closes_in_it() {
    let folder = Folder::new();
    let settings = || stillroom::app::SettingsFile::at(folder.0.path().join("window.json"));
    let dialogs = stillroom::app::ScriptedDialogs::default();
    let mut window = crate::open_with(&folder.store(), &dialogs, settings());
    crate::until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.training.epochs = 100_000;
    window.state().ask(stillroom::command::RecipeCommand::Edit("epochs", Box::new(sweep)));
    window.run_steps(2);
    press(&mut window, "Distil");
    crate::until(&mut window, "the first points", |state| {
        state.running_job().is_some_and(|job| job.curves.values().any(|curves| !curves.total.is_empty()))
    });
    let user = before(&window);
    let job = window.state().state().jobs.running.unwrap();
    window.state().ask(LessonCommand::Begin("temperature".to_owned()));
    window.run_steps(4);
    until_study(&mut window, "the lesson", |study, _| settled(study));
    // What is moved in the lesson is no event of the user's job, and what is distilled in it waits.
    let t = stillroom::recipe::fields::TEMPERATURE.path;
    perform(&mut window, &[Step::Preset("quickstart"), Step::Recipe(t, toml::Value::Float(2.0))]);
    std::thread::sleep(Duration::from_millis(600));
    window.run_steps(6);
    assert!(window.state().state().jobs.open[&job].changes.is_empty());
    perform(&mut window, &[Step::Distil]);
    assert_eq!(window.state().state().jobs.queue.items().len(), 1);
    assert_eq!(window.state().state().screen.focus, None, "the user's job is not in the lesson's panels");
    window.state().ask(LessonCommand::Leave);
    window.run_steps(6);
    assert!(window.state().state().jobs.queue.items().is_empty(), "what waited of the lesson is gone");
    assert_eq!(before(&window), user);
    press(&mut window, "Stop");
    crate::until(&mut window, "the end", |state| state.jobs.running.is_none());
    crate::until(&mut window, "the list", |state| !state.jobs.rows.is_empty());
    let user = before(&window);

    // A job of the lesson is marked, and goes into the bin with it; the window is closed in the middle of another.
    let short = |window: &mut Window| {
        let epochs = stillroom::recipe::fields::EPOCHS.path;
        perform(window, &[Step::Preset("quickstart"), Step::Recipe(epochs, toml::Value::Integer(1)), Step::Distil]);
        until_study(window, "the lesson's job", |_, state| {
            state.focused().is_some_and(|job| job.outcome.is_some()) && state.jobs.running.is_none()
        });
    };
    window.state().ask(LessonCommand::Begin("temperature".to_owned()));
    window.run_steps(4);
    short(&mut window);
    let own = study(&window).own();
    crate::until(&mut window, "its rows", |state| state.jobs.rows.iter().any(|row| own.contains(&row.job)));
    let title = text_with("lesson-run-title", &[("title", "Temperature".into())]);
    let state = window.state().state();
    assert!(state.jobs.rows.iter().filter(|row| own.contains(&row.job)).all(|row| row.title == title));
    window.state().ask(LessonCommand::Leave);
    window.run_steps(6);
    crate::until(&mut window, "the bin", |state| {
        state.jobs.rows.iter().filter(|row| own.contains(&row.job)).all(|row| row.deleted)
    });
    assert_eq!(before(&window), user);
    // They can be kept.
    press(&mut window, &text("widget-take-back"));
    crate::until(&mut window, "them again", |state| {
        state.jobs.rows.iter().filter(|row| own.contains(&row.job)).all(|row| !row.deleted)
    });
    let kept = before(&window);
    window.state().ask(LessonCommand::Begin("temperature".to_owned()));
    window.run_steps(4);
    short(&mut window);
    window.state().ask(LessonCommand::GoTo(2));
    window.run_steps(4);
    drop(window);
    let mut window = crate::open_with(&folder.store(), &dialogs, settings());
    crate::until(&mut window, "the first sample", |state| state.lens_view().is_some());
    crate::until(&mut window, "the bin", |state| {
        state.jobs.rows.iter().filter(|row| !row.deleted).count() == kept.runs.len()
    });
    let after = before(&window);
    assert_eq!((after.recipe, after.workspace, after.focus), (kept.recipe, kept.workspace, kept.focus));
    assert_eq!(after.runs, kept.runs);
    // Where it was left it goes on.
    window.state().ask(LessonCommand::Begin("temperature".to_owned()));
    window.run_steps(4);
    assert_eq!(study(&window).page, 2);
}

#[test]
fn a_hint_comes_by_itself_after_half_a_minute_without_anything_done() {
    let folder = Folder::new();
    let mut window = crate::open(&folder.store(), &stillroom::app::ScriptedDialogs::default());
    crate::until(&mut window, "the first sample", |state| state.lens_view().is_some());
    window.state().ask(LessonCommand::Begin("temperature".to_owned()));
    window.run_steps(4);
    until_study(&mut window, "the photo", |study, _| settled(study));
    let page = study(&window).lesson.pages.iter().position(|page| matches!(page.kind, Kind::Do(_))).unwrap();
    window.state().ask(LessonCommand::GoTo(page));
    window.run_steps(4);
    until_study(&mut window, "the page", |study, _| settled(study));
    assert_eq!(study(&window).tasks[0].hints, 0);
    // Frames are a twentieth of a second apart.
    window.run_steps(20 * 20);
    assert_eq!(study(&window).tasks[0].hints, 0);
    window.run_steps(20 * 15);
    assert_eq!(study(&window).tasks[0].hints, 1);
}

fn each_text(shape: &eframe::egui::Shape, seen: &mut impl FnMut(&eframe::egui::epaint::TextShape)) {
    match shape {
        eframe::egui::Shape::Text(text) => seen(text),
        eframe::egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| each_text(shape, seen)),
        _ => {}
    }
}

#[test]
fn a_projector_shows_one_panel_large_and_arrow_keys_move_t() {
    use eframe::egui::Key;
    let folder = Folder::new();
    let mut window = crate::open(&folder.store(), &stillroom::app::ScriptedDialogs::default());
    crate::until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let t = |window: &Window| window.state().state().screen.lens.temperature;
    let (zoom, first) = (window.ctx.zoom_factor(), t(&window));
    window.key_press(Key::F11);
    window.run_steps(4);
    assert_eq!(window.state().state().window.projector, Some(Pane::Lens));
    assert!(window.query_by_role_and_label(Role::Button, "Distil").is_none(), "nothing else is there");
    for (key, wanted) in [
        (Key::ArrowRight, first * std::f64::consts::SQRT_2),
        (Key::PageDown, first * 2.0),
        (Key::ArrowLeft, first * std::f64::consts::SQRT_2),
        (Key::PageUp, first),
    ] {
        window.key_press(key);
        window.run_steps(3);
        assert!((t(&window) / wanted - 1.0).abs() < 1e-9, "{key:?}: {}", t(&window));
    }
    let row = window.state().state().screen.lens.row;
    window.key_press(Key::ArrowDown);
    window.run_steps(3);
    assert_ne!(window.state().state().screen.lens.row, row);
    // Nothing is set smaller than what is 28 pixels high where the screen has 1,080; each panel in turn.
    for panel in stillroom::views::PROJECTED {
        assert_eq!(window.state().state().window.projector, Some(panel));
        window.run_steps(2);
        let mut sizes: Vec<f32> = Vec::new();
        for shape in &window.output().shapes {
            each_text(&shape.shape, &mut |text| {
                sizes.extend(text.galley.job.sections.iter().map(|section| section.format.font_id.size));
            });
        }
        let least = sizes.iter().copied().fold(f32::INFINITY, f32::min);
        assert!(!sizes.is_empty() && least * 1080.0 / 480.0 >= 28.0, "{panel:?}: {least}");
        window.key_press(Key::Tab);
        window.run_steps(3);
    }
    window.key_press(Key::Escape);
    window.run_steps(4);
    assert_eq!(window.state().state().window.projector, None);
    assert!((window.ctx.zoom_factor() - zoom).abs() < 1e-6);
    window.get_by_role_and_label(Role::Button, "Distil");
}

fn lesson_is_sound(index: usize) {
    let lesson = &shipped()[index];
    let tapes = Tapes::default();
    for language in Language::ALL {
        // The second has as many points as the first when everything is drawn at 200 %.
        for size in [[1280.0, 800.0], [640.0, 400.0]] {
            walk(lesson, Way { language, size }, &tapes);
        }
    }
}

#[test]
fn lesson_one_can_be_walked_through() {
    lesson_is_sound(0);
}

#[test]
fn lesson_two_can_be_walked_through() {
    lesson_is_sound(1);
}

#[test]
fn lesson_three_can_be_walked_through() {
    lesson_is_sound(2);
}

#[test]
fn lesson_four_can_be_walked_through() {
    lesson_is_sound(3);
}

#[test]
fn lesson_five_can_be_walked_through() {
    lesson_is_sound(4);
}

#[test]
fn lesson_six_can_be_walked_through() {
    lesson_is_sound(5);
}

#[test]
fn lesson_seven_can_be_walked_through() {
    lesson_is_sound(6);
}

#[test]
fn lesson_eight_can_be_walked_through() {
    lesson_is_sound(7);
}
