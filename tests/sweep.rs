//! Recipes with ranges: what is read, which cells they stand for, every fault with its place, and the way back to text.

#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test that cannot go on has failed; numbers are the very same"
)]

use proptest::prelude::*;
use stillroom::distill::{Course, Ramp, Shape};
use stillroom::recipe::{
    AxisValues, Faults, Override, PRESETS, Recipe, SEED, Strategy as Choice, Sweep, TeacherPart, preset,
};

fn sweep(rest: &str) -> Result<Sweep, Faults> {
    let text = format!(
        "data.source = \"digits\"\nteacher.checkpoint = \"builtin:digits\"\nstudent.model = {{ mlp = [8] }}\n{rest}"
    );
    Sweep::parse(&text, None, &[])
}

fn faults(rest: &str) -> Vec<String> {
    sweep(rest).expect_err("this must be refused").0.iter().map(ToString::to_string).collect()
}

fn cells<T>(rest: &str, pick: impl Fn(&Recipe) -> T) -> Vec<T> {
    sweep(rest).unwrap().cells().unwrap().iter().map(|cell| pick(&cell.recipe)).collect()
}

#[test]
fn a_recipe_without_ranges_is_a_sweep_of_one_cell() {
    for preset in PRESETS {
        let sweep = preset.sweep().unwrap();
        let cells = sweep.cells().unwrap();
        assert_eq!(cells.len(), sweep.count(), "{}", preset.name);
        assert_eq!(cells[0].recipe, sweep.base, "{}", preset.name);
        assert_eq!(
            sweep.is_single(),
            !["temperature-sweep", "five-teachers", "methods", "bert-to-textcnn", "augmentation"]
                .contains(&preset.name)
        );
    }
}

#[test]
fn lists_and_ranges_cross_and_the_seed_is_the_fastest() {
    let text = "distill.temperature = [1, 4]\ntraining.seed = [0, 1, 2]\ndistill.soft_weight = { from = 0.5, to = 1, points = 2 }";
    let found = cells(text, |r| {
        (r.distill.temperature().unwrap(), r.distill.get("distill.soft_weight").unwrap(), r.training.seed)
    });
    let mut expected = Vec::new();
    for t in [1.0, 4.0] {
        for weight in [0.5, 1.0] {
            expected.extend([0, 1, 2].map(|seed| (t, weight, seed)));
        }
    }
    assert_eq!(found, expected);
}

#[test]
fn a_logarithmic_range_reads_as_people_write_it() {
    let text = "distill.temperature = { from = 1, to = 64, points = 7, scale = \"log\" }";
    assert_eq!(cells(text, |r| r.distill.temperature().unwrap()), [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]);
    let text = "training.learning_rate = { from = 1e-4, to = 1e-1, points = 4, scale = \"log\" }";
    assert_eq!(cells(text, |r| r.training.learning_rate), [1e-4, 1e-3, 1e-2, 1e-1]);
    let text = "training.epochs = { from = 10, to = 30, points = 3 }";
    assert_eq!(cells(text, |r| r.training.epochs), [10, 20, 30]);
}

#[test]
fn the_complement_follows_each_cells_soft_weight() {
    let text = "distill.soft_weight = [0.1, 0.5, 0.9, 1]\ndistill.hard_weight = \"complement\"";
    assert_eq!(cells(text, |r| r.distill.get("distill.hard_weight").unwrap()), [0.9, 0.5, 0.1, 0.0]);
    assert!(sweep(text).unwrap().to_toml().contains("\"complement\""));
}

#[test]
fn fields_that_are_lists_or_choices_sweep_as_any() {
    let text = "student.model = { any = [{ mlp = [8] }, { mlp = [4, 4] }] }\ntraining.optimiser = [\"adamw\", \"sgd\"]";
    let text = format!("data.source = \"digits\"\nteacher.checkpoint = \"builtin:digits\"\n{text}");
    let cells = Sweep::parse(&text, None, &[]).unwrap().cells().unwrap();
    let models: Vec<String> = cells.iter().map(|cell| cell.recipe.student.as_ref().unwrap().to_string()).collect();
    assert_eq!(models, ["MLP 8", "MLP 8", "MLP 4–4", "MLP 4–4"].map(str::to_owned));
    let omitted = cells_of_omitted("data.omit_classes = { any = [[], [\"3\"], [3, 5]] }");
    assert_eq!(omitted, [vec![], vec!["3"], vec!["3", "5"]]);
    assert_eq!(cells_of_omitted("data.omit_classes = [3, 5]"), [vec!["3", "5"]]);
}

#[test]
fn what_moves_while_it_trains_is_one_value_of_a_list() {
    let moving = "{ schedule = \"linear\", from = 8, to = 1 }";
    let text = format!("distill.temperature = {{ any = [4, {moving}] }}\ndistill.soft_weight = [0.5, 0.9]");
    let courses = |text: &str| cells(text, |r| r.distill.course("distill.temperature").unwrap());
    let (four, ramp) = (Course::Fixed(4.0), Course::Moving(Ramp { shape: Shape::Linear, from: 8.0, to: 1.0 }));
    assert_eq!(courses(&text), [four, four, ramp, ramp]);
    let read = sweep(&text).unwrap();
    assert_eq!(Sweep::parse(&read.to_toml(), None, &[]).unwrap(), read);
    assert_eq!(Sweep::from_table(read.to_table()), Ok(read));
    assert_eq!(courses(&format!("distill.temperature = [{moving}, 4]")), [ramp, four]);
    // Alone it is no sweep.
    let one = sweep(&format!("distill.temperature = {moving}")).unwrap();
    assert!(one.is_single() && one.base.distill.course("distill.temperature") == Some(ramp));
    // The complement follows each of them.
    let text = "distill.soft_weight = [0.5, { schedule = \"cosine\", from = 0.9, to = 0 }]\ndistill.hard_weight = \"complement\"";
    let hard = Course::Moving(Ramp { shape: Shape::Cosine, from: 0.1, to: 1.0 });
    assert_eq!(cells(text, |r| r.distill.course("distill.hard_weight").unwrap()), [Course::Fixed(0.5), hard]);
    for (text, expected) in [
        (format!("distill.temperature = [{moving}, {}]", moving.replace('8', "8.0")), "stands in the list twice"),
        (
            format!("distill.temperature = [4, {}]", moving.replace('1', "0")),
            "distill.temperature.to: 0 is not allowed",
        ),
        ("distill.temperature = { from = 8, to = 1 }".to_owned(), "needs schedule"),
        (
            "training.learning_rate = { from = 8, to = 1 }".to_owned(),
            "needs points, how many values there are, both ends included",
        ),
    ] {
        let found = faults(&text);
        assert!(found.len() == 1 && found[0].contains(expected), "{expected}\n{found:#?}");
    }
}

fn cells_of_omitted(text: &str) -> Vec<Vec<String>> {
    cells(text, |r| r.data.omit_classes.clone())
}

#[test]
fn zipped_fields_move_together() {
    let text = "zip = [[\"distill.temperature\", \"training.learning_rate\"]]\ndistill.temperature = [2, 8]\n\
                training.learning_rate = [1e-3, 1e-2]\ntraining.seed = [5, 6]";
    let found = cells(text, |r| (r.distill.temperature().unwrap(), r.training.learning_rate, r.training.seed));
    assert_eq!(found, [(2.0, 1e-3, 5), (2.0, 1e-3, 6), (8.0, 1e-2, 5), (8.0, 1e-2, 6)]);
}

#[test]
fn seeds_and_strategies() {
    let seeds = cells("training.seed = 7\nsweep.seeds = 3", |r| r.training.seed);
    assert_eq!(seeds, [7, 8, 9]);
    let text = "sweep = { strategy = \"random\", runs = 3, seeds = 2 }\ndistill.temperature = [1, 2, 3, 4, 5, 6]";
    let drawn = cells(text, |r| (r.distill.temperature().unwrap(), r.training.seed));
    assert_eq!(drawn.len(), 6);
    assert_eq!(sweep(text).unwrap().count(), 6);
    // Each with both seeds, none twice, and the same draw whenever it is asked for.
    for pair in drawn.chunks(2) {
        assert!(pair[0].0 == pair[1].0 && pair[0].1 == 0 && pair[1].1 == 1, "{drawn:?}");
    }
    let mut distinct: Vec<f64> = drawn.iter().map(|(t, _)| *t).collect();
    distinct.dedup();
    assert_eq!(distinct.len(), 3);
    assert_eq!(cells(text, |r| (r.distill.temperature().unwrap(), r.training.seed)), drawn);
    let all = cells(&text.replace("runs = 3", "runs = 99"), |r| r.distill.temperature().unwrap());
    assert_eq!(all.len(), 12);
    assert_eq!(sweep("sweep.strategy = \"halving\"\ndistill.temperature = [1, 2]").unwrap().strategy, Choice::Halving);
}

#[test]
fn a_swept_training_field_leaves_the_teacher_alone() {
    let text = "data.source = \"digits\"\nteacher = { model = { mlp = [9] }, epochs = 3 }\nstudent.model = { mlp = [8] }\n\
                training.seed = [0, 1]\ntraining.learning_rate = [0.1, 0.2]";
    let cells = Sweep::parse(text, None, &[]).unwrap().cells().unwrap();
    assert_eq!(cells.len(), 4);
    assert!(cells.iter().all(|cell| cell.recipe.teacher == cells[0].recipe.teacher));
}

#[test]
fn an_override_may_be_a_range() {
    let set = Override::parse("distill.temperature={ from = 2, to = 8, points = 3, scale = \"log\" }").unwrap();
    let text = PRESETS[0].text;
    let sweep = Sweep::parse(text, None, &[set]).unwrap();
    let found: Vec<f64> =
        sweep.cells().unwrap().iter().map(|cell| cell.recipe.distill.temperature().unwrap()).collect();
    assert_eq!(found, [2.0, 4.0, 8.0]);
}

#[test]
fn every_fault_names_its_field_and_its_line() {
    let found = faults(
        "distill.temperature = [1, 0, -2]\ndistill.soft_weight = []\ntraining.learning_rate = { from = 0, to = 1, points = 3, scale = \"log\" }\n\
         training.epochs = { from = 1, to = 2, points = 3 }\nsweep = { strategy = \"gird\", seds = 3 }\nzip = [[\"distill.temperature\"]]\ntraining.bacth = [1, 2]",
    );
    for expected in [
        "line 4: distill.temperature: 0 is not allowed",
        "line 4: distill.temperature: -2 is not allowed",
        "line 5: distill.soft_weight: the list is empty",
        "line 6: training.learning_rate: a logarithmic range needs both ends above 0",
        "line 7: training.epochs: is the number 1.5",
        "line 8: sweep.strategy: \"gird\" is not allowed",
        "line 8: sweep.seds: there is no such key; the nearest is `seeds`",
        "line 9: zip: ",
        "line 10: training.bacth: there is no such key; the nearest is `batch`",
    ] {
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected}\nin {found:#?}");
    }
    assert_eq!(found.len(), 9, "{found:#?}");
}

#[test]
fn ranges_that_contradict_each_other_are_told() {
    let zipped = "zip = [[\"distill.temperature\", \"distill.soft_weight\"]]\n";
    let uneven = format!("{zipped}distill.temperature = [1, 2]\ndistill.soft_weight = [0.1, 0.2, 0.3]");
    assert!(faults(&uneven)[0].contains("distill.temperature has 2, distill.soft_weight has 3"));
    assert!(faults(zipped)[0].contains("`distill.temperature` has no several values"));
    assert!(faults("training.seed = [1, 2]\nsweep.seeds = 3")[0].contains("training.seed is swept already"));
    assert!(faults("distill.temperature = [4, 4]")[0].contains("twice"));
    assert!(faults("distill.temperature = { from = 1, to = 2 }")[0].contains("needs points"));
    assert!(faults("distill.temperature = { from = 1, too = 2, points = 2 }")[0].contains("a range has no `too`"));
    let moves = faults("training.epochs = { schedule = \"linear\", from = 1, to = 2 }");
    assert!(moves[0].contains("training.epochs: it cannot move over a training"), "{moves:?}");
    // One cell of the grid has both weights at 0.
    let both = faults("distill.soft_weight = [0, 1]\ndistill.hard_weight = [0, 1]");
    assert!(both.len() == 1 && both[0].contains("both 0"), "{both:?}");
    let many = "distill.temperature = { from = 1, to = 2, points = 200 }\ndistill.soft_weight = { from = 0.1, to = 1, points = 200 }";
    assert!(faults(many)[0].contains("40000 cells"));
    assert!(faults("sweep.strategy = \"random\"")[0].contains("sweep.runs: is missing"));
    assert!(faults("sweep.runs = 4")[0].contains("only strategy = \"random\""));
}

proptest! {
    #[test]
    fn writing_is_the_inverse_of_reading(
        temperatures in proptest::collection::btree_set(1_u32..100, 1..5),
        points in 2_usize..6,
        log in any::<bool>(),
        complement in any::<bool>(),
        seeds in 1_u64..5,
        strategy in 0_usize..3,
        test_all in any::<bool>(),
    ) {
        let list: Vec<String> = temperatures.iter().map(|t| format!("{}", f64::from(*t) / 7.0)).collect();
        let hard = if complement { "\"complement\"" } else { "0.3" };
        let scale = if log { "log" } else { "linear" };
        let strategy = ["strategy = \"grid\"", "strategy = \"random\", runs = 3", "strategy = \"halving\""][strategy];
        let text = format!(
            "distill.temperature = [{}]\ndistill.hard_weight = {hard}\n\
             distill.soft_weight = {{ from = 0.25, to = 0.75, points = {points}, scale = \"{scale}\" }}\n\
             sweep = {{ {strategy}, seeds = {seeds}, test_all = {test_all} }}",
            list.join(", ")
        );
        let read = sweep(&text).unwrap();
        let again = Sweep::parse(&read.to_toml(), None, &[]).unwrap();
        prop_assert_eq!(&again, &read);
        prop_assert_eq!(again.cells().unwrap(), read.cells().unwrap());
        prop_assert_eq!(read.count(), read.cells().unwrap().len());
        prop_assert_eq!(read.axis(SEED).map_or(1, |axis| axis.values.len()) as u64, seeds);
        prop_assert!(read.axes.iter().all(|axis| !matches!(&axis.values, AxisValues::List(list) if list.is_empty())));
    }
}

#[test]
fn a_value_chosen_for_a_swept_field_ends_its_sweep_and_no_other() {
    let text = "title = \"x\"\n[data]\nsource = \"digits\"\n[teacher]\ncheckpoint = \"builtin:digits\"\n[student]\n\
                model = { any = [{ mlp = [8] }, { mlp = [16] }] }\n[distill]\ntemperature = [1, 2]\n";
    let before = Sweep::parse(text, None, &[]).unwrap();
    let mut after = before.clone();
    after.settle(&before);
    assert_eq!(after, before);
    after.base.student = before.cells().unwrap()[3].recipe.student.clone();
    after.settle(&before);
    assert_eq!((after.count(), after.axis("student.model")), (2, None));
    assert!(after.cells().unwrap().iter().all(|cell| cell.recipe.student == after.base.student));
    // Other values of a field are a sweep still.
    let mut after = before.clone();
    let several = before.axes.iter().find(|axis| axis.path == "distill.temperature").unwrap().values.clone();
    let AxisValues::List(mut values) = several else { panic!("a list") };
    values.reverse();
    after.set_axis("distill.temperature", Some(AxisValues::List(values)));
    after.base.distill.set("distill.temperature", 2.0);
    after.settle(&before);
    assert_eq!(after.count(), 4);
}

#[test]
fn what_teachers_of_a_list_have_in_common_can_be_swept() {
    let text = |rest: &str| {
        let list =
            "ensemble = [{ mlp = [8] }, { mlp = [4], epochs = 3 }, \"builtin:digits\", { mlp = [8], seed = 40 }]";
        format!("data.source = \"digits\"\nstudent.model = {{ mlp = [8] }}\n[teacher]\n{rest}\n{list}\n")
    };
    let parts = |rest: &str| {
        let sweep = Sweep::parse(&text(rest), None, &[]).unwrap();
        assert_eq!(Sweep::from_table(sweep.to_table()).unwrap(), sweep);
        let cells = sweep.cells().unwrap();
        cells.iter().map(|cell| trained(&cell.recipe)).collect::<Vec<_>>()
    };
    let trained_once = parts("epochs = 2").remove(0);
    assert_eq!(trained_once, [(2, 0), (3, 1), (2, 40)]);
    assert_eq!(parts("epochs = [2, 30]"), [trained_once, vec![(30, 0), (3, 1), (30, 40)]]);
    assert_eq!(parts("seed = [0, 10]").concat().iter().map(|of| of.1).collect::<Vec<_>>(), [0, 1, 40, 10, 11, 40]);
    // Own values stay own where they are those of the others, and where the first has one.
    let list = "data.source = \"digits\"\nstudent.model = { mlp = [8] }\nteacher = { ensemble = [{ mlp = [8], epochs = 2 }, { mlp = [4] }], epochs = [2, 30] }";
    let sweep = Sweep::parse(list, None, &[]).unwrap();
    for sweep in [Sweep::from_table(sweep.to_table()).unwrap(), sweep] {
        let found: Vec<_> = sweep.cells().unwrap().iter().map(|cell| trained(&cell.recipe)).collect();
        assert_eq!(found, [[(2, 0), (2, 1)], [(2, 0), (30, 1)]]);
    }
    // Models of several lists keep what each list says.
    let lists = "data.source = \"digits\"\nstudent.model = { mlp = [8] }\nteacher = { ensemble = { any = [[{ mlp = [8], epochs = 3 }, { mlp = [4] }], [{ mlp = [8] }]] }, epochs = 7 }";
    let sweep = Sweep::parse(lists, None, &[]).unwrap();
    let found: Vec<_> = sweep.cells().unwrap().iter().map(|cell| trained(&cell.recipe)).collect();
    assert_eq!(found, [vec![(3, 0), (7, 1)], vec![(7, 0)]]);
    // Where each has its own, the common one changes nothing.
    let own = "data.source = \"digits\"\nstudent.model = { mlp = [8] }\nteacher = { ensemble = [{ mlp = [8], epochs = 2 }], epochs = [2, 4] }";
    let found = Sweep::parse(own, None, &[]).unwrap_err().to_string();
    assert!(found.contains("none of these values changes anything"), "{found}");
}

/// Epochs and seed of each model that is trained.
fn trained(recipe: &Recipe) -> Vec<(usize, u64)> {
    let parts = recipe.teacher.as_ref().unwrap().parts();
    let of = |part: &TeacherPart| match part {
        TeacherPart::Train { training, .. } => Some((training.epochs, training.seed)),
        TeacherPart::Checkpoint(_) => None,
    };
    parts.iter().filter_map(of).collect()
}

#[test]
fn cells_that_mean_the_same_are_one() {
    let text =
        "distill.method = [\"soft-targets\", \"label-smoothing\"]\ndistill.temperature = [1, 2, 4]\nsweep.seeds = 2";
    let found = cells(text, |r| (r.distill.method().name, r.distill.temperature(), r.training.seed));
    let soft = [1.0, 2.0, 4.0].map(|t| [0, 1].map(|seed| ("soft-targets", Some(t), seed))).concat();
    let smoothed = [0, 1].map(|seed| ("label-smoothing", None, seed));
    assert_eq!(found, [soft.as_slice(), &smoothed].concat());
    assert_eq!(sweep(text).unwrap().count(), 8);

    let text = "data.source = \"digits\"\nstudent.model = { mlp = [8] }\n[teacher]\nmodel = { mlp = [8] }\nmembers = [1, 2]\ncombine = [\"probabilities\", \"logits\"]";
    let sweep = Sweep::parse(text, None, &[]).unwrap();
    assert_eq!((sweep.cells().unwrap().len(), sweep.count()), (3, 3));
}

#[test]
fn several_methods_are_laid_over_a_text_like_one() {
    let laid = |text: &str| {
        let set = [Override::parse(text).unwrap()];
        Sweep::parse(preset("quickstart").unwrap().text, None, &set).map(|sweep| sweep.cells().unwrap().len())
    };
    assert_eq!(laid("distill.method=[\"dkd\", \"logits\"]"), Ok(2));
    assert_eq!(laid("distill.method=[\"soft-targets\", \"dkd\", \"logits\"]"), Ok(3));
    assert_eq!(laid("distill.method={ any = [\"dkd\", \"logits\"] }"), Ok(2));
}
