//! Words of the field say what they mean where the pointer rests on them.

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::command::WindowCommand;
use stillroom::protocol::JobOutcome;
use stillroom::text::{Language, Term, text};

use crate::{Folder, open, preset, press, until};

/// Frames until what rests under the pointer is explained.
const REST: usize = 24;

#[test]
fn what_a_label_says_is_explained_where_the_pointer_rests() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    preset(&mut window, "Small digits: one label in ten");
    press(&mut window, "Distil");
    until(&mut window, "the end of the job", |state| {
        state.focused().is_some_and(|job| job.outcome == Some(JobOutcome::Done) && job.story.is_some())
    });
    for language in Language::ALL {
        window.state().ask(WindowCommand::Language(Some(language)));
        window.run_steps(4);
        let labels = [
            // A key of the losses, the choice of what is measured, a head of the lens, a name in the drawing of the errors, and
            // a heading of the list.
            (Role::CheckBox, text("loss-total"), Term::TotalLoss),
            (Role::ComboBox, text("quality-choice"), Term::Errors),
            (Role::Label, text("lens-student"), Term::Student),
            (Role::Label, text("baseline-plain"), Term::Baseline),
            (Role::Label, text("runs-validation"), Term::Validation),
        ];
        for (role, label, term) in labels {
            let is_said = |window: &crate::Window| window.query_all_by_label_contains(&term.what()).next().is_some();
            assert!(!is_said(&window), "{language:?}: {label} before");
            let rect = window.query_all_by_role_and_label(role, &label).next().unwrap().rect();
            window.hover_at(rect.center());
            window.run_steps(REST);
            assert!(is_said(&window), "{language:?}: {label}");
            // Over the bar at the top nothing of this is said.
            window.hover_at(eframe::egui::pos2(2.0, 2.0));
            window.run_steps(REST);
        }
    }
}
