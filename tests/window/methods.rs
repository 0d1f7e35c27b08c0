//! The sheet of methods, and what is seen of one inside.

use candle_core::{Device, Tensor, Var};
use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use stillroom::app::ScriptedDialogs;
use stillroom::command::{LensCommand, RecipeCommand, WindowCommand};
use stillroom::data::Inputs;
use stillroom::distill::METHODS;
use stillroom::distill::soften::top_class;
use stillroom::model::Checkpoint;
use stillroom::ops::Backend;
use stillroom::protocol::Role as RunRole;
use stillroom::recipe::{BASELINES, Keep, TeacherRecipe};
use stillroom::runs::Store;
use stillroom::state::Pane;
use stillroom::text::text;

use crate::{Folder, Window, open, press, slide, until};

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

/// The mean of squares over the channels of a convolution at each place, as a vector of length 1.
fn map_by_hand(tap: &Tensor) -> Vec<f32> {
    let (_, _, channels, height, width) = tap.dims5().unwrap();
    let values = tap.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let places = height * width;
    let mean =
        |place: usize| (0..channels).map(|at| values[at * places + place].powi(2)).sum::<f32>() / channels as f32;
    let map: Vec<f32> = (0..places).map(mean).collect();
    let length = map.iter().map(|value| value * value).sum::<f32>().sqrt();
    map.iter().map(|value| value / length).collect()
}

#[test]
fn the_places_at_which_convolutions_look_are_those_of_the_sample_in_the_lens() {
    let folder = Folder::new();
    let mut window = open(&folder.store(), &ScriptedDialogs::default());
    window.state().ask(RecipeCommand::Preset("attention"));
    window.run_steps(4);
    let mut sweep = window.state().state().recipe.sweep.clone();
    sweep.base.training.epochs = 1;
    let Some(TeacherRecipe::Train { training, .. }) = &mut sweep.base.teacher else { panic!() };
    training.epochs = 1;
    window.state().ask(RecipeCommand::Edit("epochs", Box::new(sweep)));
    press(&mut window, "Distil");
    until(&mut window, "the end", |state| state.focused().is_some_and(|job| job.story.is_some()));
    window.state().ask(WindowCommand::Maximise(Some(Pane::Inside)));
    let mut seen = Vec::new();
    for row in [3, 7] {
        window.state().ask(LensCommand::LensRow(row));
        window.run_steps(2);
        until(&mut window, "the maps", |state| matches!(state.readings(), Some(Ok(found)) if found.student.is_some()));
        let state = window.state().state();
        let Some(Ok(found)) = state.readings() else { panic!() };
        let view = state.lens_view().unwrap();
        assert_eq!(view.row, row);
        let [teacher, student] = [&found.teacher, &found.student].map(|reading| reading.clone().unwrap().unwrap());
        assert_eq!(student.class, top_class(view.student.as_deref().unwrap()));
        assert_eq!(teacher.class, top_class(&view.teacher.as_ref().unwrap().logits(1.0)));
        let job = Store::reader(folder.store()).job(state.screen.focus.unwrap()).unwrap();
        for (role, reading) in [(RunRole::Teacher, &teacher), (RunRole::Student, &student)] {
            let run = job.runs.iter().find(|run| run.role == role).unwrap().run;
            let path = job.finished.iter().find(|end| end.run == run).unwrap().checkpoint.clone().unwrap();
            let network = Checkpoint::read(&path).unwrap().network(&Device::Cpu).unwrap();
            let values = view.probe.input(row).unwrap().iter().map(|value| value * 255.0).collect();
            let inputs = Inputs::Pixels { rows: 1, channels: 1, height: 28, width: 28, values };
            let (names, parameters): (Vec<String>, Vec<Tensor>) = (
                network.layers().into_iter().take(2).map(|layer| layer.name).collect(),
                network.parameters().iter().map(Var::as_detached_tensor).collect(),
            );
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let taps = network.pass(&parameters, &[&inputs], None, &names, Backend::Candle).unwrap().taps;
            assert_eq!(reading.maps.iter().map(|map| map.size).collect::<Vec<_>>(), [[14, 14], [7, 7]]);
            for (map, tap) in reading.maps.iter().zip(&taps) {
                for (found, expected) in map.values.iter().zip(map_by_hand(tap)) {
                    assert!((found - expected).abs() < 1e-4, "{role:?}: {found} {expected}");
                }
            }
        }
        seen.push(student.maps);
        assert_eq!(window.query_all_by_label("layer 2 · 7 × 7").count(), 2);
    }
    assert_ne!(seen[0], seen[1]);
    // Nobody is asked while nothing of it is in sight.
    window.state().ask(WindowCommand::Maximise(Some(Pane::Samples)));
    window.run_steps(2);
    window.state().ask(LensCommand::LensRow(9));
    window.run_steps(10);
    assert!(window.state().state().readings().is_none());
}
