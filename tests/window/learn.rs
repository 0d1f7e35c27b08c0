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
use stillroom::command::{Action, LessonCommand, LensCommand, WindowCommand};
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
    sweep.base.title = "a lesson".to_owned();
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
                started.sweep.base.title = title.to_owned();
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
    assert_eq!(study(window).page, at);
    let page = &lesson.pages[at];
    let id = format!("{} {} {way:?}", lesson.id, page.id);
    // Every panel out of sight; the card says so, and a press brings them back.
    window.state().ask(WindowCommand::Maximise(Some(Pane::Runs)));
    window.run_steps(3);
    if !page.needs.panels.is_empty() && !page.needs.panels.contains(&Pane::Runs) {
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
            window.state().ask(LessonCommand::GoTo(at));
            window.run_steps(2);
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
        Some(training) => {
            text_with("lesson-reveal-train", &[("seconds", format!("{:.0}", training.seconds).into())])
        }
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
