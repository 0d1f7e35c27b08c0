//! The sheet of methods.

use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::distill::METHODS;
use stillroom::recipe::{BASELINES, Keep};
use stillroom::text::text;

use crate::{Folder, Window, open, press, slide};

/// Looks at a method.
fn look_at(window: &mut Window, name: &str) {
    window.query_all_by_role_and_label(Role::Button, name).last().unwrap().click();
    window.run_steps(4);
}

#[test]
fn every_method_has_a_page_and_can_be_taken_from_it() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    window.key_press(Key::M);
    window.run_steps(4);
    assert_eq!(window.state().state().window.method.map(|method| method.name), Some("soft-targets"));
    for method in METHODS {
        look_at(&mut window, &text(method.label));
        assert_eq!(window.state().state().window.method, Some(*method));
        for words in [method.what, method.helps] {
            assert!(window.query_by_label(&text(words)).is_some(), "{}: {words}", method.name);
        }
        for field in method.fields {
            assert!(window.query_by_label(field.path).is_some(), "{}: {}", method.name, field.path);
        }
    }
    look_at(&mut window, "JSD");
    assert!(window.query_by_label_contains("comes to rest at class 9.1, 7.1 classes wide").is_some());
    slide(&mut window, "teacher’s share", 1.0);
    assert!(window.query_by_label_contains("comes to rest at class 5.0, 1.6 classes wide").is_some());
    // What a method must have comes with it.
    look_at(&mut window, "born again");
    press(&mut window, "Learn by this method");
    let recipe = &window.state().state().recipe.sweep.base;
    assert_eq!((recipe.distill.method().name, recipe.training.keep), ("born-again", Keep::Best));
    let expected = BASELINES.iter().filter(|baseline| ["plain", "longer"].contains(&baseline.name)).collect::<Vec<_>>();
    assert_eq!(recipe.baselines, expected);
    assert!(window.state().state().window.method.is_none() && window.state().state().recipe.fault.is_none());
}
