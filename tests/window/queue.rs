//! Jobs that wait: their order, what is taken out, and what is left of them when the window is opened again.

use std::time::Duration;

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::protocol::JobOutcome;
use stillroom::runs::{Status, Store};
use stillroom::state::State;

use crate::{Folder, Window, open, preset, press, slide, until};

const DIGITS: &str = "Small digits: one label in ten";

fn names(window: &Window) -> Vec<String> {
    window.state().state().jobs.queue.items().iter().map(|item| item.name.clone()).collect()
}

/// A window in which the quick start rests and the small digits and another preset wait.
fn with_two_waiting(folder: &Folder) -> Window {
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    press(&mut window, "Distil");
    until(&mut window, "the job", |state| state.running_job().is_some());
    press(&mut window, "Pause or play");
    until(&mut window, "a pause", State::is_paused);
    for name in ["Never seen a 3", DIGITS] {
        preset(&mut window, name);
        press(&mut window, "Distil");
    }
    assert_eq!(names(&window), ["Never seen a 3", DIGITS]);
    // The recipe of the next job leaves the running one alone, whatever is moved in it.
    slide(&mut window, "Temperature", 2.0);
    std::thread::sleep(Duration::from_millis(400));
    window.run_steps(4);
    assert!(
        window.state().state().jobs.moved.is_empty()
            && window.state().state().running_job().unwrap().changes.is_empty()
    );
    window
}

fn open_queue(window: &mut Window) {
    window.get_by_role_and_label(Role::ComboBox, "Queue").click();
    window.run_steps(4);
}

#[test]
fn jobs_wait_in_the_order_the_user_gives_and_begin_by_themselves() {
    let folder = Folder::new();
    let mut window = with_two_waiting(&folder);
    open_queue(&mut window);
    press(&mut window, &format!("Let {DIGITS} begin earlier"));
    assert_eq!(names(&window), [DIGITS, "Never seen a 3"]);
    press(&mut window, "Remove Never seen a 3 from the queue");
    assert_eq!(names(&window), [DIGITS]);
    let first = window.state().state().jobs.running.unwrap();
    press(&mut window, "Stop");
    until(&mut window, "the next", |state| state.jobs.running.is_some_and(|job| job != first));
    assert!(names(&window).is_empty());
    until(&mut window, "its end", |state| state.jobs.running.is_none());
    let state = window.state().state();
    // What is looked at stays in the panels.
    assert_eq!(state.screen.focus, Some(first));
    let job = state.jobs.open.values().next_back().unwrap();
    assert_eq!((job.sweep.base.title.as_str(), job.outcome), (DIGITS, Some(JobOutcome::Done)));
}

#[test]
fn what_waits_still_does_when_the_window_is_opened_again_and_is_held() {
    let folder = Folder::new();
    drop(with_two_waiting(&folder));
    assert_eq!(Store::reader(folder.store()).waiting().unwrap().len(), 2);
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the queue", |state| state.jobs.queue.items().len() == 2);
    until(&mut window, "the list", |state| state.jobs.rows.iter().any(|row| row.status == Status::Paused));
    assert!(window.state().state().jobs.queue.held && window.state().state().jobs.running.is_none());
    open_queue(&mut window);
    press(&mut window, "Remove Never seen a 3 from the queue");
    press(&mut window, "Go on: begin the next by itself");
    until(&mut window, "its start", |state| state.jobs.running.is_some());
    until(&mut window, "its end", |state| state.jobs.running.is_none());
    assert_eq!(window.state().state().focused().unwrap().sweep.base.title, DIGITS);
    assert!(Store::reader(folder.store()).waiting().unwrap().is_empty());
}
