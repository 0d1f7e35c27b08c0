//! The bias of a class, moved in the lens: errors that follow it, and the bias that validation chooses.

use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::command::{Action, LensCommand, RecipeCommand, ScreenCommand, WindowCommand};
use stillroom::distill::{BIASES, ErrorsByBias, Objective, Reference, add_biases, evaluate};
use stillroom::protocol::{Part, RunId};
use stillroom::runs::Store;
use stillroom::state::{BiasErrors, Mover, Pane, State, Uncounted};

use crate::{Folder, Window, open, preset, press, slide, until};

const SLIDER: &str = "Bias of “3”";

fn errors(state: &State) -> Option<BiasErrors> {
    state.bias_view()?.errors.ok()
}

/// Shows the lens alone with its biases, and waits until all validation rows are counted.
fn show(window: &mut Window) {
    window.state().ask(WindowCommand::Maximise(Some(Pane::Lens)));
    window.run_steps(4);
    press(window, "Biases of classes");
    until(window, "all validation rows", |state| errors(state).is_some_and(|errors| errors.step.is_none()));
}

/// Trains the preset's student for three epochs without these classes, and shows its biases.
fn train_without(window: &mut Window, classes: &[&str]) {
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.data.omit_classes = classes.iter().map(ToString::to_string).collect();
    sweep.base.training.epochs = 3;
    window.state().ask(RecipeCommand::Edit("epochs", Box::new(sweep)));
    press(window, "Distil");
    until(window, "the end", |state| state.focused().is_some_and(|job| job.story.is_some()));
    show(window);
}

/// Errors of the kept logits with a bias of each class, and those on rows of one.
fn counted(folder: &Folder, run: RunId, labels: &[u32], biases: &[f64], class: usize) -> (u64, u64) {
    let mut logits = Store::reader(folder.store()).validation_logits(run).unwrap().unwrap();
    add_biases(&mut logits, biases);
    let found = evaluate(&logits, labels, Reference::default(), &Objective::labels(), 0.0, biases.len());
    (found.errors, found.errors_by_class[class])
}

#[test]
fn classes_that_were_never_seen_are_raised_together() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    preset(&mut window, "Never seen a 3");
    train_without(&mut window, &["8", "3"]);
    let state = window.state().state();
    let run = state.on_show().1.unwrap();
    let labels = state.focused().unwrap().answers[&(run, Part::Validation)].labels.clone();
    assert_eq!(state.bias_view().unwrap().mover, Mover::Unseen);

    slide(&mut window, "Bias of “unseen classes”", 2.0);
    let mut biases = vec![0.0; 10];
    (biases[3], biases[8]) = (2.0, 2.0);
    let of_both = |biases: &[f64]| {
        let ((errors, threes), (_, eights)) =
            (counted(&folder, run, &labels, biases, 3), counted(&folder, run, &labels, biases, 8));
        (errors, threes + eights)
    };
    let now = errors(window.state().state()).unwrap();
    assert_eq!((now.now.errors, now.now.missed), of_both(&biases));
    let are_both = labels.iter().filter(|label| [3, 8].contains(*label)).count();
    assert_eq!(now.of_classes, are_both as u64);
    assert_eq!(window.state().state().with_biases(&[0.0; 10]).unwrap()[8].to_bits(), 2.0_f32.to_bits());

    // One of the two gets its own on top, which the common one keeps.
    window.get_by_role_and_label(Role::ComboBox, "Class whose bias is moved").click();
    window.run_steps(4);
    window.get_by_role_and_label(Role::Button, "8").click();
    window.run_steps(4);
    slide(&mut window, "Bias of “8”", 0.5);
    biases[8] = 2.5;
    assert_eq!(errors(window.state().state()).unwrap().now.errors, of_both(&biases).0);
    assert_eq!(window.state().state().bias_view().unwrap().biases, biases);
    window.state().ask(LensCommand::BiasOf(Mover::Unseen));
    window.run_steps(4);
    press(&mut window, "Find on validation");
    let state = window.state().state();
    let found = errors(state).unwrap();
    let biases = state.bias_view().unwrap().biases;
    assert!((biases[8] - biases[3] - 0.5).abs() < 1e-12, "{biases:?}");
    assert_eq!((found.now.errors, found.now.missed), of_both(&biases));
    assert!(found.now.errors < found.before.errors, "{found:?}");
}

#[test]
fn a_bias_moves_errors_at_once_and_is_found_on_validation() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    preset(&mut window, "Never seen a 3");
    assert!(!Action::ToggleBiases.enabled(window.state().state()), "nothing was trained yet");
    train_without(&mut window, &["3"]);

    // The class that it never saw comes first, and nothing is moved yet.
    let state = window.state().state();
    let (job, run) = (state.screen.focus.unwrap(), state.on_show().1.unwrap());
    let open_job = state.focused().unwrap();
    let labels = open_job.answers[&(run, Part::Validation)].labels.clone();
    let validation = open_job.results[&run].validation.clone().unwrap();
    let first = errors(state).unwrap();
    assert_eq!((first.rows, first.now), (labels.len() as u64, first.before));
    assert_eq!(
        (first.before.errors, first.before.missed, state.bias_view().unwrap().mover),
        (validation.errors, validation.errors_by_class[3], Mover::Class(3))
    );
    assert!(state.with_biases(&[0.0; 10]).is_none());

    slide(&mut window, SLIDER, 2.5);
    let mut biases = vec![0.0; 10];
    biases[3] = 2.5;
    let now = errors(window.state().state()).unwrap().now;
    assert_eq!((now.errors, now.missed), counted(&folder, run, &labels, &biases, 3));
    window.get_by_label_contains(&format!(
        "Errors on {} validation rows: {} → {}. Of “3” missed: {} → {} of {}.",
        first.rows, first.before.errors, now.errors, first.before.missed, now.missed, first.of_classes
    ));
    // The bars are of moved logits, and say so.
    let moved = window.state().state().with_biases(&[1.0; 10]).unwrap();
    assert!((moved[2] - 1.0).abs() < 1e-6 && (moved[3] - 3.5).abs() < 1e-6, "{moved:?}");
    assert!(window.query_all_by_label_contains("student, bias moved").count() > 0);

    press(&mut window, "Find on validation");
    let found = errors(window.state().state()).unwrap();
    let logits = Store::reader(folder.store()).validation_logits(run).unwrap().unwrap();
    let by_bias = ErrorsByBias::of(&logits, &labels, &[0.0; 10], &[3]);
    let best = by_bias.best(BIASES);
    assert_eq!((found.now, found.found), (by_bias.at(best.middle()), Some(best)));
    assert!(found.now.errors <= now.errors && found.now.errors < found.before.errors, "{found:?}");
    assert!(window.query_all_by_label_contains("Chosen on validation: these rows").count() > 0);
    biases = window.state().state().bias_view().unwrap().biases;
    assert_eq!((found.now.errors, found.now.missed), counted(&folder, run, &labels, &biases, 3));

    // Another class beside it.
    window.get_by_role_and_label(Role::ComboBox, "Class whose bias is moved").click();
    window.run_steps(4);
    window.get_by_role_and_label(Role::Button, "5").click();
    window.run_steps(4);
    slide(&mut window, "Bias of “5”", -1.5);
    biases[5] = -1.5;
    let now = errors(window.state().state()).unwrap();
    assert_eq!((now.now.errors, now.now.missed), counted(&folder, run, &labels, &biases, 5));
    assert_eq!((now.before.errors, now.found), (validation.errors, None));
    assert!(window.query_all_by_label_contains("Moved too: 3: ").count() > 0);

    press(&mut window, "Take biases back");
    assert_eq!(errors(window.state().state()).unwrap().now.errors, validation.errors);
    assert_eq!(window.query_all_by_label_contains("student, bias moved").count(), 0);
    // Keys move it, too.
    window.get_by_role_and_label(Role::Slider, "Bias of “5”").focus();
    window.run_steps(2);
    window.key_press(Key::ArrowRight);
    window.run_steps(4);
    assert!(window.state().state().bias_view().unwrap().biases[5] > 0.0);
    press(&mut window, "Biases of classes");
    assert!(window.state().state().bias_view().is_none() && window.query_by_label("Find on validation").is_none());
    drop(window);

    // Where nothing was kept, that is said in place of the slider.
    let store = rusqlite::Connection::open(folder.store()).unwrap();
    store.execute("UPDATE answers SET logits = NULL", []).unwrap();
    drop(store);
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    until(&mut window, "the first sample", |state| state.lens_view().is_some());
    window.state().ask(ScreenCommand::Focus(job));
    until(&mut window, "the job", |state| state.focused().is_some());
    window.state().ask(WindowCommand::Maximise(Some(Pane::Lens)));
    window.run_steps(4);
    press(&mut window, "Biases of classes");
    until(&mut window, "the answer of the store", |state| {
        state.bias_view().is_some_and(|view| view.errors == Err(Uncounted::NotKept))
    });
    assert!(window.query_all_by_label_contains("were not kept").count() > 0);
    assert!(window.query_by_role_and_label(Role::Slider, SLIDER).is_none());
}

#[test]
fn while_a_run_trains_the_rows_of_the_lens_are_counted() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    preset(&mut window, "Small digits: one label in ten");
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.training.epochs = 100_000;
    window.state().ask(RecipeCommand::Edit("epochs", Box::new(sweep)));
    press(&mut window, "Distil");
    until(&mut window, "its logits", |state| state.focused().is_some_and(|job| !job.snapshots.is_empty()));
    window.state().ask(WindowCommand::Maximise(Some(Pane::Lens)));
    window.run_steps(4);
    press(&mut window, "Biases of classes");
    until(&mut window, "errors", |state| errors(state).is_some_and(|errors| errors.step.is_some()));
    let state = window.state().state();
    assert_eq!(errors(state).unwrap().rows, state.focused().unwrap().probe.rows.len() as u64);
    assert!(window.query_all_by_label_contains("Errors on the lens’s ").count() > 0);
    slide(&mut window, "Bias of “0”", 10.0);
    let now = errors(window.state().state()).unwrap();
    assert!(now.now.missed <= now.before.missed, "{now:?}");
    press(&mut window, "Stop");
    until(&mut window, "the kept logits", |state| errors(state).is_some_and(|errors| errors.step.is_none()));
    let bias = window.state().state().bias_view().unwrap().biases[0];
    assert!((bias - 10.0).abs() < 1e-9, "what was moved stays");
}
