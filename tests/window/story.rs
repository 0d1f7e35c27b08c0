//! What happened, at one glance: the strip, what it leads on to, and what is there again after a restart.

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::{ScriptedDialogs, SettingsFile};
use stillroom::command::{Action, LensCommand, RecipeCommand, ScreenCommand, WindowCommand};
use stillroom::data::Dataset;
use stillroom::distill::soften::top_class;
use stillroom::protocol::{JobOutcome, Part, Role as Trained, RunId};
use stillroom::recipe::{Optimiser, Sweep};
use stillroom::runs::verdict::Standing;
use stillroom::runs::{RunRow, Store};
use stillroom::state::{Hung, Listed, RunColumn, SampleChoice, State, difference};

use crate::{Folder, Window, choose, open, open_with, press, slide, until};

const DIGITS: &str = "Small digits: one label in ten";

fn distil(window: &mut Window) {
    assert_eq!(distil_to_its_end(window), JobOutcome::Done);
}

fn distil_to_its_end(window: &mut Window) -> JobOutcome {
    let before = window.state().state().screen.focus;
    press(window, "Distil");
    until(window, "the end of the job and its story", |state| {
        let is_over = state.focused().is_some_and(|job| job.outcome.is_some() && job.story.is_some());
        state.screen.focus != before && is_over
    });
    window.run_steps(4);
    window.state().state().focused().unwrap().outcome.unwrap()
}

fn small(window: &mut Window) {
    until(window, "the first sample", |state| state.lens_view().is_some());
    choose(window, "Preset", DIGITS);
    until(window, "its preview", |state| {
        state.recipe.preview.as_ref().is_some_and(|p| p.recipe == state.recipe.sweep.base)
    });
}

#[test]
fn a_finished_job_says_what_happened_and_leads_on_to_four_seeds() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    small(&mut window);
    distil(&mut window);
    let job = window.state().state().focused().unwrap();
    let (first, story) = (job.id, job.story.clone().unwrap());
    assert_eq!(story.standing, Standing::Undecided);
    // The rows are counted on what both answered.
    let [student, baseline] = [1, 2].map(|at| job.answers[&(job.runs[at].run, Part::Test)].clone());
    let right = |of: &[u32]| of.iter().zip(&**student.labels).map(|(a, b)| a == b).collect::<Vec<_>>();
    let (student, baseline) = (right(&student.predicted), right(&baseline.predicted));
    let only = |a: &[bool], b: &[bool]| a.iter().zip(b).filter(|(a, b)| **a && !**b).count() as u64;
    let rows = story.rows.unwrap();
    assert_eq!((rows.better, rows.worse), (only(&student, &baseline), only(&baseline, &student)));
    let drawing = story.drawing.clone().unwrap();
    let errors = |at: usize| drawing.lines[at].errors[0];
    let drawn = format!("no teacher {}; student {}; teacher {}", errors(2), errors(1), errors(0));
    window.get_by_label("Undecided");
    window.get_by_label(&story.sentence.to_string());
    window.get_by_role_and_label(Role::Image, &format!("Errors on {} test rows: {drawn}", student.len()));

    // It stays until another job is shown, and the recipe of the panel is not its own any more once that is changed.
    assert!(window.query_by_label("Use this recipe").is_none());
    let own = window.state().state().recipe.sweep.base.distill.temperature().unwrap();
    slide(&mut window, "Temperature", 2.0);
    window.get_by_label(&story.sentence.to_string());
    press(&mut window, "Use this recipe");
    let temperature = |window: &Window| window.state().state().recipe.sweep.base.distill.temperature().unwrap();
    assert!((temperature(&window) - own).abs() < 1e-9);
    press(&mut window, "Undo");
    assert!((temperature(&window) - 2.0).abs() < 1e-9);

    // The samples on which the two part, in the lens.
    press(&mut window, "Which samples?");
    let state = window.state().state();
    let apart = state.sample_rows(SampleChoice::Apart);
    assert!(state.screen.lens.choice == SampleChoice::Apart && apart.contains(&state.screen.lens.row));
    let job = state.focused().unwrap();
    let [student, baseline] = [1, 2].map(|at| job.snapshots[&job.runs[at].run].1.clone());
    let classes = job.probe.classes.len();
    let top = |logits: &[f32], row: usize| top_class(&logits[row * classes..(row + 1) * classes]);
    let all = 0..job.probe.rows.len();
    assert_eq!(apart, all.filter(|row| top(&student, *row) != top(&baseline, *row)).collect::<Vec<_>>());

    // They hang on the wall as well.
    let wall = window.state().state().wall().unwrap();
    assert_eq!(wall.samples.iter().filter_map(|sample| sample.probe).collect::<Vec<_>>(), apart);

    press(&mut window, "Run 4 seeds");
    until(&mut window, "the four", |state| {
        state
            .focused()
            .is_some_and(|job| job.id != first && job.outcome == Some(JobOutcome::Done) && job.story.is_some())
    });
    window.run_steps(4);
    let story = window.state().state().focused().unwrap().story.clone().unwrap();
    assert!(story.sentence.to_string().contains("4 seeds"), "{}", story.sentence);
    assert!(!story.wants_seeds);
    press(&mut window, "Back to mine");
    assert!(window.state().state().screen.focus.is_none() && window.query_by_label("Back to mine").is_none());
}

#[test]
fn the_strip_says_what_became_of_jobs_that_cannot_be_judged() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    small(&mut window);
    let base = window.state().state().recipe.sweep.clone();
    let edited = |window: &mut Window, set: &dyn Fn(&mut Sweep)| {
        let mut sweep = base.clone();
        set(&mut sweep);
        window.state().ask(RecipeCommand::Edit("kind", Box::new(sweep)));
        window.run_steps(4);
    };
    let says = |window: &Window, words: &str| {
        let job = window.state().state().focused().unwrap();
        let sentence = job.story.as_ref().unwrap().sentence.to_string();
        assert!(sentence.contains(words), "{sentence}");
        window.get_by_label("Undecided");
        window.get_by_label(&sentence);
    };
    edited(&mut window, &|sweep| sweep.base.baselines.clear());
    distil(&mut window);
    says(&window, "No baseline was trained, so nothing says whether the teacher helped");

    edited(&mut window, &|sweep| {
        sweep.base.training.learning_rate = 1e12;
        sweep.base.training.optimiser = Optimiser::Sgd { momentum: 0.0 };
        sweep.base.training.epochs = 3;
    });
    assert_eq!(distil_to_its_end(&mut window), JobOutcome::Failed);
    says(&window, "The student diverged after step");

    edited(&mut window, &|sweep| sweep.base.training.epochs = 100_000);
    let before = window.state().state().screen.focus;
    press(&mut window, "Distil");
    until(&mut window, "some epochs", |state| {
        state.screen.focus != before
            && state.focused().is_some_and(|job| job.curves.values().any(|c| c.epochs.len() > 2))
    });
    press(&mut window, "Stop");
    until(&mut window, "the end", |state| state.focused().is_some_and(|job| job.story.is_some()));
    window.run_steps(4);
    says(&window, "Stopped after step");

    // Two seeds are too few to tell.
    edited(&mut window, &|sweep| {
        *sweep = Sweep::parse(&base.base.to_toml(), None, &[]).unwrap().with_seeds(2);
        sweep.base.training.epochs = 3;
    });
    distil(&mut window);
    says(&window, "Not sure yet, four seeds would tell");
    window.get_by_label("Run 4 seeds");
}

#[test]
fn digits_that_the_student_never_saw_turn_right_one_by_one() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    choose(&mut window, "Preset", "Never seen a 3");
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.training.epochs = 3;
    window.state().ask(RecipeCommand::Edit("epochs", Box::new(sweep)));
    press(&mut window, "Distil");
    // The scene is set by itself: threes alone, and how many of them are right so far.
    let right = |state: &State, of: fn(&Hung<'_>) -> Option<usize>| {
        let wall = state.wall().unwrap();
        assert!(wall.samples.iter().all(|sample| sample.label == 3) && wall.samples.len() > 20);
        wall.samples.iter().filter(|sample| of(sample) == Some(3)).count()
    };
    until(&mut window, "the job", |state| state.focused().is_some_and(|job| !job.snapshots.is_empty()));
    window.run_steps(2);
    let first = right(window.state().state(), |sample| sample.student);
    until(&mut window, "the end", |state| state.focused().is_some_and(|job| job.story.is_some()));
    window.run_steps(4);
    let state = window.state().state();
    let (student, baseline) = (right(state, |sample| sample.student), right(state, |sample| sample.baseline));
    let threes = state.wall().unwrap().samples.len();
    assert!(student >= first && baseline == 0, "{first}, then {student}; {baseline}");
    window.get_by_label(&format!("student: {student} of {threes} right"));
    window.get_by_label(&format!("no teacher: 0 of {threes} right"));
    let told = state.focused().unwrap().story.as_ref().unwrap().why[0].to_string();
    assert!(told.starts_with("It was never shown “3”; of ") && told.ends_with("the baseline 0."), "{told}");

    // More validation rows differ than the lens holds: those beyond are read from the data.
    press(&mut window, "Which samples?");
    until(&mut window, "their pictures", |state| {
        state.wall().is_some_and(|wall| wall.samples.iter().all(|sample| sample.input.is_some()))
    });
    let state = window.state().state();
    let (job, wall) = (state.focused().unwrap(), state.wall().unwrap());
    let [student, baseline] = [1, 2].map(|at| &job.answers[&(job.runs[at].run, Part::Validation)]);
    let differ = (0..student.rows.len()).filter(|at| student.predicted[*at] != baseline.predicted[*at]);
    let rows: Vec<u32> = differ.map(|at| student.rows[at]).collect();
    assert_eq!(wall.samples.iter().map(|sample| sample.row).collect::<Vec<_>>(), rows);
    assert!(wall.samples.iter().any(|sample| sample.probe.is_none()), "none of {} is beyond the lens", rows.len());
    let data = Dataset::load(&job.runs[1].recipe.data.source).unwrap();
    for sample in &wall.samples {
        assert_eq!(sample.label, data.labels[sample.row as usize] as usize);
        let inputs: Vec<f32> = data.gather(&[sample.row]).values().iter().map(|value| value / 255.0).collect();
        assert_eq!(sample.input, Some(&*inputs));
    }
    // A click looks at one through the lens.
    let (at, opened) = wall.samples.iter().enumerate().find(|(_, sample)| sample.probe.is_some()).unwrap();
    assert!(at < 30);
    let (row, place) = (opened.row, opened.probe);
    window.get_by_label_contains(&format!("Row {row}, label")).click();
    window.run_steps(4);
    assert_eq!(Some(window.state().state().screen.lens.row), place);
    window.get_by_label("Softened distributions");
}

#[test]
fn a_job_gets_another_name_and_a_runs_recipe_is_used_again() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    small(&mut window);
    distil(&mut window);
    let run = window.state().state().on_show().1.unwrap();
    let job = window.state().state().screen.focus.unwrap();
    until(&mut window, "the recipes", |state| state.jobs.recipes.contains_key(&run));
    window.run_steps(4);
    press(&mut window, &format!("More for {run}"));
    press(&mut window, "Rename its job…");
    window.state().ask(WindowCommand::Rename(job, "One in ten".to_owned()));
    window.run_steps(4);
    press(&mut window, "OK");
    let title = |window: &Window| window.state().state().row(run).unwrap().title.clone();
    assert_eq!(title(&window), "One in ten");
    window.get_by_label(&format!("{job} · One in ten · {run}"));
    until(&mut window, "it in the store", |_| {
        Store::reader(folder.store()).jobs(true).unwrap().iter().all(|job| job.title == "One in ten")
    });
    press(&mut window, "Undo");
    assert_eq!(title(&window), DIGITS);

    slide(&mut window, "Temperature", 2.0);
    let own = window.state().state().jobs.recipes[&run].distill.temperature().unwrap();
    press(&mut window, &format!("More for {run}"));
    press(&mut window, "Recipe…");
    window.get_by_label(&format!("The recipe of {run}"));
    window.get_by_label_contains(&format!("temperature = {own:?}"));
    press(&mut window, "Close");
    window.state().ask(RecipeCommand::UseRun(run));
    window.run_steps(4);
    let temperature = |window: &Window| window.state().state().recipe.sweep.base.distill.temperature().unwrap();
    assert!((temperature(&window) - own).abs() < 1e-9);
}

#[test]
fn what_was_on_the_screen_is_there_again_and_ticks_draw_at_once() {
    let folder = Folder::new();
    let settings = || SettingsFile::at(folder.0.path().join("window.json"));
    let mut window = open_with(&folder.store(), &ScriptedDialogs::default(), settings());
    small(&mut window);
    distil(&mut window);
    slide(&mut window, "Temperature", 2.0);
    window.state().ask(LensCommand::LensTemperature(16.0));
    window.state().ask(LensCommand::LensRow(3));
    window.run_steps(4);
    let (job, run) = (window.state().state().screen.focus, window.state().state().on_show().1.unwrap());
    window.state().ask(ScreenCommand::Overlay(run, true));
    window.run_steps(4);
    drop(window);

    let mut window = open_with(&folder.store(), &ScriptedDialogs::default(), settings());
    let state = window.state().state();
    assert_eq!((state.recipe.sweep.base.title.as_str(), state.recipe.preset), (DIGITS, None));
    assert!((state.recipe.sweep.base.distill.temperature().unwrap() - 2.0).abs() < 1e-9);
    assert!(
        (state.screen.lens.temperature - 16.0).abs() < 1e-9 && state.screen.lens.row == 3 && state.jobs.pace.is_some()
    );
    until(&mut window, "the job", |state| {
        state.screen.focus == job && state.focused().is_some_and(|job| job.story.is_some())
    });
    window.get_by_label("1 ticked");
    window.state().ask(ScreenCommand::ClearOverlay);
    window.state().ask(ScreenCommand::ClearFocus);
    window.run_steps(4);
    drop(window);

    // Right after a start nothing is on show; the first tick shows its job.
    let mut window = open_with(&folder.store(), &ScriptedDialogs::default(), settings());
    until(&mut window, "the list", |state| !state.jobs.rows.is_empty());
    assert_eq!(window.state().state().screen.focus, None);
    window.get_by_label(&format!("Lay {run} over the curves")).click();
    window.run_steps(4);
    until(&mut window, "its job", |state| state.screen.focus == job && state.focused().is_some());
}

#[test]
fn a_bar_of_the_lens_is_as_long_as_its_probability() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    let mut full = Vec::new();
    for t in [0.25, 64.0] {
        window.state().ask(LensCommand::LensTemperature(t));
        window.run_steps(12);
        let view = window.state().state().lens_view().unwrap();
        let (classes, p) = (view.probe.classes.clone(), view.teacher.unwrap().soften(t));
        for (class, p) in classes.iter().zip(p) {
            let bar = window.get_by_role_and_label(Role::Meter, &format!("teacher {class}")).rect();
            if p > 0.05 {
                full.push(f64::from(bar.width()) / p);
            }
        }
    }
    // One length for a probability of 1, at any T: within a pixel.
    let (least, most) = full.iter().fold((f64::MAX, 0.0_f64), |(least, most), of| (least.min(*of), most.max(*of)));
    assert!(full.len() > 8 && most - least < 0.1 * most, "{full:?}");
}

#[test]
fn a_student_stands_beside_the_baseline_of_its_own_model() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    let recipe = "title = \"Widths\"\ndata.source = \"digits\"\nteacher.checkpoint = \"builtin:digits\"\n\
                  student.model = { any = [{ mlp = [8] }, { mlp = [32] }] }\ntraining.epochs = 3\n";
    let sweep = Sweep::parse(recipe, None, &[]).unwrap();
    assert_eq!(sweep.count(), 2);
    window.state().ask(RecipeCommand::Edit("widths", Box::new(sweep)));
    window.run_steps(4);
    distil(&mut window);
    until(&mut window, "the list", |state| {
        state.jobs.rows.iter().filter(|row| row.role != Trained::Teacher && row.validation.is_some()).count() == 4
    });
    let state = window.state().state();
    let baselines = state.baseline_errors();
    let errors = |row: &RunRow| row.validation.as_ref().unwrap().errors as i64;
    let mut seen = 0;
    for student in state.jobs.rows.iter().filter(|row| row.role == Trained::Student) {
        let own = |row: &&RunRow| row.role == Trained::Baseline && row.model == student.model;
        let baseline = state.jobs.rows.iter().find(own).unwrap();
        assert_eq!(difference(student, &baselines), Some(errors(student) - errors(baseline)), "{}", student.model);
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn the_list_is_sorted_filtered_and_folded() {
    let folder = Folder::new();
    let dialogs = ScriptedDialogs::default();
    let mut window = open(&folder.store(), &dialogs);
    small(&mut window);
    distil(&mut window);
    slide(&mut window, "Temperature", 2.0);
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.distill.set("distill.temperature_squared", 0.0);
    sweep.base.training.learning_rate = 0.005;
    window.state().ask(RecipeCommand::Edit("rate", Box::new(sweep)));
    window.run_steps(4);
    assert_eq!(window.state().state().recipe.run_before, None);
    distil(&mut window);
    until(&mut window, "the list", |state| {
        state.jobs.rows.len() == 6 && state.jobs.told_apart.says.contains_key(&RunId(5))
    });
    window.run_steps(4);
    // Jobs of one name say by what they differ, and what differs has a column by which they are sorted.
    let state = window.state().state();
    let said: Vec<String> = state.jobs.told_apart.says[&RunId(5)].iter().map(ToString::to_string).collect();
    assert_eq!(said, ["T 2", "T² off", "lr 0.005"]);
    window.get_by_label(&format!("{DIGITS}  {}", said.join(", ")));
    let rates: Vec<RunColumn> = state.run_columns().filter(|column| matches!(column, RunColumn::Differs(_))).collect();
    assert_eq!(rates.len(), 2, "T² and the learning rate");
    // The head of the column, beside the switch in the panel.
    let head = state.jobs.told_apart.columns[0].label().to_string();
    assert_eq!(window.query_all_by_label(&head).count(), 2);
    // The recipe in the panel is the one that was run last.
    assert_eq!(state.recipe.run_before, state.screen.focus);
    window.get_by_label("This recipe was run as j-0002");
    let listed = |window: &Window| -> Vec<(RunId, bool)> {
        let state = window.state().state();
        let lines = state.listed(&state.baseline_errors());
        let run = |line: Listed<'_>| match line {
            Listed::Run { row, below, .. } => (row.run, below),
            Listed::Sweep { best, .. } => (best.run, false),
        };
        lines.into_iter().map(run).collect()
    };
    let [first, second] = [2, 5].map(RunId);
    let [first_baseline, second_baseline] = [3, 6].map(RunId);
    // The loaded teachers are part of their jobs.
    let newest = vec![(second, false), (second_baseline, true), (first, false), (first_baseline, true)];
    assert_eq!(listed(&window), newest);

    press(&mut window, "Fold j-0002");
    assert_eq!(listed(&window), [(second, false), (first, false), (first_baseline, true)]);
    assert!(window.query_by_label(&second_baseline.to_string()).is_none());
    press(&mut window, "Unfold j-0002");

    let temperatures = |window: &Window| {
        let of = |run: RunId| window.state().state().row(run).unwrap().temperature().unwrap().ends()[0];
        listed(window).into_iter().filter(|(_, below)| !below).map(|(run, _)| of(run)).collect::<Vec<f64>>()
    };
    window.state().ask(ScreenCommand::SortRuns(RunColumn::Temperature));
    window.run_steps(4);
    let rising = temperatures(&window);
    assert!(rising.is_sorted(), "{rising:?}");
    window.get_by_label("T ↑").click();
    window.run_steps(4);
    assert!(temperatures(&window).iter().rev().is_sorted());
    window.get_by_label("T ↓").click();
    window.run_steps(4);
    assert_eq!(listed(&window), newest);

    // The list and a run leave as files of the kind that their names say.
    for (action, name) in [(Action::ExportRuns, "runs.csv"), (Action::ExportRun, "curves.json")] {
        let path = folder.0.path().join(name);
        dialogs.answer(Some(path.clone()));
        window.state().ask(action);
        until(&mut window, "the file", |_| path.exists());
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(if name.ends_with("csv") { text.starts_with("run,job,role,") } else { text.starts_with("{\"run\":") });
    }

    window.state().ask(ScreenCommand::FilterRuns("digits T 2".to_owned()));
    window.run_steps(4);
    assert_eq!(listed(&window), [(second, false), (second_baseline, true)]);
    window.state().ask(ScreenCommand::FilterRuns("nothing of the kind".to_owned()));
    window.run_steps(4);
    window.get_by_label("No job has that");
}
