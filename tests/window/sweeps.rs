//! Sweeps: ranges typed in, run, looked at from all sides, and what failed tried again.

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::protocol::{JobOutcome, Role as RunRole, RunOutcome, Setting};
use stillroom::runs::Status;
use stillroom::state::{BoardPage, State};

use crate::{Folder, Window, open, preset, press, reach, retype, slide, unfold, until};

#[test]
fn a_field_is_swept_counted_run_and_made_one_value_again() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    preset(&mut window, "Small digits: one label in ten");
    let before = window.state().state().recipe.sweep.clone();
    assert!(before.is_single());
    window.get_by_label("1 student + 1 baseline: 2 runs");

    press(&mut window, "Sweep temperature");
    assert_eq!(window.state().state().recipe.sweep.count(), 7);
    window.get_by_label("7 students + 1 baseline: 8 runs");
    assert!(window.query_by_role_and_label(Role::Slider, "Temperature").is_none());
    retype(&mut window, "Temperature, points", "3");
    window.get_by_label("3 students + 1 baseline: 4 runs");
    assert_eq!(window.state().state().recipe.sweep.count(), 3);

    // More cells than are allowed: it says so, and nothing can be started.
    reach(&mut window, "Sweep soft weight");
    unfold(&mut window, "Optimiser");
    reach(&mut window, "Sweep learning rate");
    window.get_by_label("36 students + 3 baselines: 39 runs");
    retype(&mut window, "Learning rate, points", "900");
    window.get_by_label_contains("at most 10000 are allowed");
    press(&mut window, "Distil");
    assert!(!window.state().state().jobs.starting && window.state().state().jobs.running.is_none());
    reach(&mut window, "Sweep learning rate");
    reach(&mut window, "Sweep soft weight");
    assert_eq!(window.state().state().recipe.fault, None);
    window.get_by_label("3 students + 1 baseline: 4 runs");

    press(&mut window, "Distil");
    until(&mut window, "the job", |state| state.running_job().is_some());
    let trained = |state: &State| {
        let job = state.focused().unwrap();
        job.runs.iter().filter(|run| run.role != RunRole::Teacher).count()
    };
    assert_eq!(trained(window.state().state()), 4);
    until(&mut window, "its end", |state| state.jobs.running.is_none() && state.screen.focus.is_some());
    // The pace is known now.
    assert!(window.state().state().jobs.pace.is_some() && window.state().state().seconds_ahead().is_some());
    window.get_by_label_contains("3 students + 1 baseline: 4 runs, about ");

    for _ in 0..20 {
        if window.state().state().recipe.sweep.is_single() {
            break;
        }
        press(&mut window, "Undo");
    }
    assert_eq!(window.state().state().recipe.sweep, before);
    window.get_by_role_and_label(Role::Slider, "Temperature");
}

#[test]
fn the_hard_weight_follows_and_swept_fields_leave_a_running_job_alone() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    press(&mut window, "Hard weight is 1 − soft weight");
    slide(&mut window, "Soft weight", 0.75);
    let distill = window.state().state().recipe.sweep.base.distill.clone();
    assert!(
        (distill.get("distill.soft_weight").unwrap() + distill.get("distill.hard_weight").unwrap() - 1.0).abs() < 1e-9
            && (distill.get("distill.hard_weight").unwrap() - 0.25).abs() < 0.02
    );
    press(&mut window, "Distil");
    until(&mut window, "the first points", |state| {
        state.running_job().is_some_and(|job| job.curves.values().any(|curves| !curves.total.is_empty()))
    });
    press(&mut window, "Pause or play");
    until(&mut window, "a pause", State::is_paused);
    press(&mut window, "Sweep temperature");
    unfold(&mut window, "Optimiser");
    slide(&mut window, "Learning rate", 0.002);
    until(&mut window, "the change", |state| state.focused().is_some_and(|job| !job.changes.is_empty()));
    let changes = window.state().state().focused().unwrap().changes.clone();
    assert!(changes.iter().all(|(_, _, change)| change.setting == Setting::LEARNING_RATE), "{changes:?}");
    press(&mut window, "Stop");
    until(&mut window, "the end", |state| state.jobs.running.is_none());
}

/// Opens a window in which three values of T of the small digits are trained, and waits for the job.
fn three_temperatures(folder: &Folder) -> Window {
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    preset(&mut window, "Small digits: one label in ten");
    press(&mut window, "Sweep temperature");
    retype(&mut window, "Temperature, points", "3");
    press(&mut window, "Distil");
    until(&mut window, "the job", |state| state.running_job().is_some());
    window
}

#[test]
fn a_cell_lights_in_all_panels_and_brushes_hold_a_part_of_the_runs() {
    let folder = Folder::new();
    let mut window = three_temperatures(&folder);
    until(&mut window, "its end", |state| state.jobs.running.is_none());
    until(&mut window, "the list", |state| {
        state.jobs.rows.iter().filter(|row| row.status == Status::Done).count() == 5
    });
    // The map is on show; its cells are read out, and a click chooses one.
    let named = |window: &Window, cell: usize| {
        let label = window.state().state().focused().unwrap().board.axes[0].labels[cell].clone();
        let is_meant = |words: String| words.starts_with(&format!("temperature {label}: "));
        window.get_by(|node| node.role() == Role::GridCell && node.label().is_some_and(is_meant)).click();
    };
    named(&window, 1);
    window.run_steps(4);
    assert_eq!(window.state().state().screen.board.selected, Some(1));
    let job = window.state().state().focused().unwrap();
    let run = job.board.cells[1].runs[0].1;
    assert_eq!(job.shown_run(window.state().state().lit_cell()).map(|info| info.run), Some(run));
    // The same cell again lets go of it.
    named(&window, 1);
    window.run_steps(4);
    assert_eq!(window.state().state().screen.board.selected, None);

    let page = |window: &mut Window, name: &str| {
        window.get_by_role_and_label(Role::Tab, name).click();
        window.run_steps(4);
    };
    page(&mut window, "Axes");
    assert_eq!(window.state().state().screen.board.page, BoardPage::Axes);
    let axis = window.get_by_role_and_label(Role::Slider, "temperature").rect();
    window.drag_at(axis.center());
    window.hover_at(axis.center_top());
    window.run_steps(2);
    window.drop_at(axis.center_top());
    window.run_steps(4);
    let (low, high) = window.state().state().screen.board.brushes[0].unwrap();
    assert!(low > 1.5 && high > 60.0, "{low} {high}");
    window.get_by_role_and_label(Role::Button, "Keep all of temperature again").click();
    window.run_steps(4);
    assert!(window.state().state().screen.board.brushes.iter().all(Option::is_none));
    page(&mut window, "Sample");
    page(&mut window, "Curve");
    assert_eq!(window.state().state().screen.board.page, BoardPage::Curve);
}

#[test]
fn one_run_is_changed_one_is_stopped_and_those_that_failed_are_tried_again() {
    let folder = Folder::new();
    let mut window = three_temperatures(&folder);
    until(&mut window, "the first points", |state| {
        state.running_job().is_some_and(|job| job.curves.values().any(|curves| !curves.total.is_empty()))
    });
    press(&mut window, "Pause or play");
    until(&mut window, "a pause", State::is_paused);
    until(&mut window, "the list", |state| state.jobs.rows.len() == 5);
    let students: Vec<_> = {
        let job = window.state().state().focused().unwrap();
        job.runs.iter().filter(|run| run.role == RunRole::Student).map(|run| run.run).collect()
    };
    press(&mut window, &format!("Change {}", students[0]));
    slide(&mut window, "Temperature", 3.0);
    until(&mut window, "the change", |state| !state.focused().unwrap().changes.is_empty());
    let change = window.state().state().focused().unwrap().changes[0].2;
    assert_eq!((change.run, change.setting), (Some(students[0]), Setting::TEMPERATURE));
    let moved = |state: &State| state.row(students[0]).is_some_and(|row| row.changes.len() == 1);
    until(&mut window, "the list", moved);
    window.get_by_label_contains("1 → 3");
    window.key_press(eframe::egui::Key::Escape);
    window.run_steps(4);
    press(&mut window, &format!("Stop {}", students[1]));
    press(&mut window, "Pause or play");
    until(&mut window, "its end", |state| state.jobs.running.is_none());
    let job = window.state().state().focused().unwrap();
    assert_eq!(job.outcome, Some(JobOutcome::Done));
    assert_eq!(job.results[&students[1]].outcome, RunOutcome::Stopped);
    assert_eq!(job.story.as_ref().unwrap().verdict.as_ref().unwrap().left_out.total(), 2);
    let untouched = job.curves[&students[2]].total.raw.clone();

    reach(&mut window, "Try the failed run again");
    until(&mut window, "its start", |state| state.jobs.running.is_some());
    until(&mut window, "its end", |state| state.jobs.running.is_none());
    let job = window.state().state().focused().unwrap();
    let steps = job.runs[0].steps.max(job.runs[1].steps);
    assert!(job.runs.iter().filter(|run| run.role != RunRole::Teacher).all(|run| run.steps == steps));
    assert_eq!(job.results[&students[1]].outcome, RunOutcome::Done);
    assert_eq!(job.curves[&students[1]].total.raw.len() as u64, steps);
    assert_eq!(job.curves[&students[2]].total.raw, untouched);
    assert_eq!(job.story.as_ref().unwrap().verdict.as_ref().unwrap().left_out.total(), 1);
    assert!(job.failed().is_empty());
}
