//! Recipes from outside: what is read, every fault with its place, overrides, and that writing is the inverse of reading.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use stillroom::distill::{Course, Mean, Objective, Ramp, SOFT_TARGETS, Shape};
use stillroom::recipe::{
    Architecture, Augment, BASELINES, Baseline, Builtin, BuiltinTeacher, CheckpointFile, CheckpointSource, Colour,
    ColumnRef, Copies, DataRecipe, FaultKind, Faults, Frozen, Ground, ImageSource, Keep, KeptColumns, LogitsFile,
    Normalise, Optimiser, Override, PRESETS, PixelRange, Pixels, Pooling, QUICKSTART, Recipe, RowKey, Schedule, Source,
    Sweep, TableSource, TeacherPart, TeacherRecipe, TextLayers, TextSource, TokensOf, TrainingRecipe, preset,
};

const EXAMPLE: &str = r#"
title = "Quick start: handwritten digits"
[data]
source = "mnist-mini"            # built in; or { idx = "dir" }, { csv = "file.csv", label = "y" }, { images = "dir" }
seed = 0                         # splits, labelled subset, noise, probe set
omit_classes = []                # classes that the student's transfer set never shows
labelled = 1.0                   # share of the transfer set whose labels the student may use
[teacher]
checkpoint = "builtin:mnist-mini"  # or a path; or a model to train
[student]
model = { mlp = [64, 64] }       # hidden widths; or { cnn = [8, 16], dense = [64] }
[distill]
method = "soft-targets"
temperature = 4.0
soft_weight = 0.9
hard_weight = 0.1                # or "complement": 1 − soft weight
temperature_squared = true       # the T² factor on the soft term
[training]
epochs = 40
batch = 128
learning_rate = 1e-3
seed = 0                         # initial weights, order, dropout, jitter
keep = "last"
baseline = true                  # also train the same student with no teacher, at the same budget
"#;

/// A recipe with one of everything that has no default, to which `rest` is added.
fn with(rest: &str) -> Result<Recipe, Faults> {
    let text = format!("{rest}\n[data]\nsource = \"digits\"\n[teacher]\ncheckpoint = \"builtin:digits\"\n");
    Recipe::parse(&text, None, &[])
}

fn set(overrides: &[&str]) -> Result<Recipe, Faults> {
    let overrides: Vec<Override> = overrides.iter().map(|text| Override::parse(text).expect("an override")).collect();
    Recipe::parse(EXAMPLE, Some(Path::new("recipes/example.toml")), &overrides)
}

fn messages(result: Result<Recipe, Faults>) -> Vec<String> {
    result.expect_err("this must be refused").0.iter().map(ToString::to_string).collect()
}

#[test]
fn the_example_is_read() {
    let recipe = Recipe::parse(EXAMPLE, None, &[]).unwrap();
    assert_eq!(recipe.title, "Quick start: handwritten digits");
    assert_eq!(recipe.data.source, Source::Builtin(Builtin::MnistMini));
    assert_eq!((recipe.data.seed, recipe.data.labelled, recipe.data.label_noise), (0, 1.0, 0.0));
    assert_eq!(recipe.teacher, Some(TeacherRecipe::Checkpoint(CheckpointSource::Builtin(BuiltinTeacher::MnistMini))));
    assert_eq!(recipe.student, Some(Architecture::Mlp { hidden: vec![64, 64], dropout: 0.0 }));
    assert_eq!(recipe.distill, Objective::new(&SOFT_TARGETS, 40));
    assert_eq!(recipe.distill.values().values, [4.0, 0.9, 0.1, 1.0]);
    assert_eq!(recipe.training, TrainingRecipe::default());
    assert_eq!(recipe.baselines, [Baseline::PLAIN]);
}

#[test]
fn every_preset_is_read_and_survives_writing() {
    for preset in PRESETS {
        let recipe = preset.recipe().unwrap_or_else(|faults| panic!("{}: {faults}", preset.name));
        assert_eq!(Recipe::parse(&recipe.to_toml(), None, &[]).unwrap(), recipe);
    }
    assert_eq!(preset("quickstart"), Some(QUICKSTART));
    assert_eq!(preset("slowstart"), None);
}

#[test]
fn a_teacher_to_train_takes_the_training_keys_and_lays_its_own_over_them() {
    let text = r#"
        [data]
        source = { csv = "a.csv", label = -2, header = true }
        [teacher]
        model = { cnn = [8, 16], dense = [32], dropout = 0.25 }
        epochs = 3
        optimiser = "sgd"
        [training]
        batch = 7
        schedule = { step = { every = 5, factor = 0.1 } }
    "#;
    let recipe = Recipe::parse(text, Some(Path::new("folder/r.toml")), &[]).unwrap();
    let training =
        TrainingRecipe { batch: 7, schedule: Schedule::Step { every: 5, factor: 0.1 }, ..TrainingRecipe::default() };
    assert_eq!(recipe.training, training);
    let model = Architecture::Cnn { channels: vec![8, 16], dense: vec![32], dropout: 0.25 };
    let training = TrainingRecipe { epochs: 3, optimiser: Optimiser::Sgd { momentum: 0.0 }, ..training };
    assert_eq!(recipe.teacher, Some(TeacherRecipe::Train { model, training, members: 1, combine: Mean::default() }));
    assert_eq!(recipe.student, None);
    let source = Source::Table(TableSource {
        label: Some(ColumnRef::Position(-2)),
        header: Some(true),
        ..TableSource::new("folder/a.csv")
    });
    assert_eq!(recipe.data.source, source);
}

#[test]
fn all_faults_are_listed_in_the_order_of_the_text() {
    let text = r#"
titel = "typo"
[data]
source = "mnist"
labelled = 1.5
[teacher]
checkpoint = 3
[student]
model = { mlp = [64, 0] }
[distill]
temprature = 8
soft_weight = "0.9"
[training]
epochs = 0
"#;
    let faults = messages(Recipe::parse(text, Some(Path::new("r.toml")), &[]));
    let expected = [
        "r.toml, line 2: titel: there is no such key; the nearest is `title`",
        "r.toml, line 4: data.source: \"mnist\" is not allowed; give \"mnist-mini\", \"digits\", ",
        "r.toml, line 5: data.labelled: 1.5 is not allowed; give a share between 0 and 1",
        "r.toml, line 7: teacher.checkpoint: is the whole number 3; give the path of a .safetensors or .pt file, in quotes",
        "r.toml, line 9: student.model.mlp: 0 is not allowed; give a list of whole numbers of at least 1",
        "r.toml, line 11: distill.temprature: there is no such key; the nearest is `temperature`",
        "r.toml, line 12: distill.soft_weight: is the text \"0.9\"; give a number of at least 0",
        "r.toml, line 14: training.epochs: 0 is not allowed; give a whole number of at least 1",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.starts_with(expected), "{fault}\n{expected}");
    }
}

#[test]
fn values_that_make_no_sense_are_refused_as_they_were_written() {
    let student = "[student]\nmodel = { mlp = [8] }\n";
    let cases = [
        ("[distill]\ntemperature = 0", "line 4: distill.temperature: 0 is not allowed; give a number above 0"),
        ("[distill]\ntemperature = -1.5", "line 4: distill.temperature: -1.5 is not allowed; give a number above 0"),
        ("[distill]\ntemperature = nan", "line 4: distill.temperature: nan is not allowed; give a number above 0"),
        ("[distill]\ntemperature = inf", "line 4: distill.temperature: inf is not allowed; give a number above 0"),
        (
            "[distill]\nsoft_weight = -0.1",
            "line 4: distill.soft_weight: -0.1 is not allowed; give a number of at least 0",
        ),
        (
            "[distill]\nsoft_weight = 0\nhard_weight = 0.0",
            "line 4: distill.soft_weight: soft_weight and hard_weight are both 0, so nothing would be learnt",
        ),
        (
            "[distill]\nsoft_weight = 2\nhard_weight = \"complement\"",
            "line 5: distill.hard_weight: the complement of a soft weight of 2 would be negative",
        ),
        ("[distill]\nmethod = \"magic\"", "line 4: distill.method: \"magic\" is not allowed; give \"soft-targets\""),
        ("[training]\nepochs = 0", "line 4: training.epochs: 0 is not allowed; give a whole number of at least 1"),
        ("[training]\nepochs = 1.5", "line 4: training.epochs: is the number 1.5; give a whole number of at least 1"),
        ("[training]\nbatch = -8", "line 4: training.batch: -8 is not allowed; give a whole number of at least 1"),
        ("[training]\nlearning_rate = 0", "line 4: training.learning_rate: 0 is not allowed; give a number above 0"),
        ("[training]\nmomentum = 0.9", "line 4: training.momentum: only optimiser = \"sgd\" has a momentum"),
        ("[training]\nkeep = \"first\"", "line 4: training.keep: \"first\" is not allowed; give \"last\" or \"best\""),
        (
            "[training]\nbaseline = 1",
            "line 4: training.baseline: is the whole number 1; give true, false, or a list of \"plain\" and \"label-smoothing\" and \"teacher-labels\" and \"longer\", each at most once",
        ),
        ("[distill]\nalpha = 0.5", "line 4: distill.alpha: there is no such key"),
    ];
    for (text, expected) in cases {
        let faults = messages(with(&format!("{student}{text}")));
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].starts_with(expected), "{}\n{expected}", faults[0]);
    }
    for (model, expected) in [
        ("{ mlp = [0] }", "line 2: student.model.mlp: 0 is not allowed"),
        ("{ mlp = 64 }", "line 2: student.model.mlp: is the whole number 64; give a list"),
        ("{ mlp = [8], cnn = [8] }", "line 2: student.model: give mlp or cnn, not both"),
        ("{ cnn = [] }", "line 2: student.model.cnn: a cnn needs at least one convolution"),
        ("{ mlp = [8], dense = [8] }", "line 2: student.model.dense: only a cnn has dense layers of its own"),
        ("{ mlp = [8], dropout = 1 }", "line 2: student.model.dropout: 1 is not allowed; give a number from 0"),
        ("{}", "line 2: student.model: is missing; give model = { mlp = [64, 64] }"),
        ("\"big\"", "line 2: student.model: is the text \"big\"; give model = "),
    ] {
        let faults = messages(with(&format!("[student]\nmodel = {model}")));
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].starts_with(expected), "{}\n{expected}", faults[0]);
    }
}

#[test]
fn baselines_are_a_list_and_written_as_before_where_they_say_the_same() {
    let read = |value: &str| {
        let set = Override::parse(&format!("training.baseline={value}")).unwrap();
        Sweep::parse(EXAMPLE, None, &[set]).map_err(|faults| faults.to_string())
    };
    let both = "baseline = [\"plain\", \"teacher-labels\"]";
    let all = "baseline = [\"plain\", \"label-smoothing\", \"teacher-labels\"]";
    for (value, names, written) in [
        ("true", vec!["plain"], "baseline = true"),
        ("[\"plain\"]", vec!["plain"], "baseline = true"),
        ("plain", vec!["plain"], "baseline = true"),
        ("false", vec![], "baseline = false"),
        ("[]", vec![], "baseline = false"),
        ("teacher-labels", vec!["teacher-labels"], "baseline = [\"teacher-labels\"]"),
        ("label-smoothing", vec!["label-smoothing"], "baseline = [\"label-smoothing\"]"),
        ("[\"teacher-labels\", \"plain\"]", vec!["plain", "teacher-labels"], both),
        (
            "[\"teacher-labels\", \"plain\", \"label-smoothing\"]",
            vec!["plain", "label-smoothing", "teacher-labels"],
            all,
        ),
    ] {
        let sweep = read(value).unwrap();
        let found: Vec<&str> = sweep.base.baselines.iter().map(|baseline| baseline.name).collect();
        assert!(sweep.is_single() && found == names, "{value}: {found:?}");
        let text = sweep.to_toml();
        assert!(text.lines().any(|line| line == written), "{value}: {text}");
        assert_eq!(Sweep::parse(&text, None, &[]).as_ref(), Ok(&sweep), "{value}");
    }
    let allowed = "give true, false, or a list of \"plain\" and \"label-smoothing\" and \"teacher-labels\" and \"longer\", each at most once";
    for (value, problem) in [
        ("[\"plain\", \"pseudo\"]", "\"pseudo\" is not allowed; "),
        ("[\"plain\", \"plain\"]", "\"plain\" is not allowed; "),
        ("[true, false]", "true is not allowed; "),
        ("7", "is the whole number 7; "),
        // It is never swept.
        ("{ any = [true, false] }", "is a table"),
    ] {
        let said = read(value).unwrap_err();
        assert!(said.contains(&format!("training.baseline: {problem}")) && said.contains(allowed), "{value}: {said}");
    }
    let alone = "[data]\nsource = \"digits\"\n[student]\nmodel = { mlp = [8] }\n[distill]\nmethod = \"label-smoothing\"\n\
                 [training]\nbaseline = \"teacher-labels\"\n";
    assert_eq!(
        messages(Recipe::parse(alone, None, &[])),
        ["line 8: training.baseline: \"teacher-labels\" learns from a teacher; add a table [teacher], or leave it out"]
    );
    // Label smoothing needs none.
    let smoothed = alone.replace("teacher-labels", "label-smoothing");
    assert_eq!(Recipe::parse(&smoothed, None, &[]).unwrap().compared().next().unwrap().name, "label-smoothing");
}

#[test]
fn what_is_missing_is_told_with_what_may_stand_there() {
    let faults = messages(Recipe::parse("", None, &[]));
    assert_eq!(faults.len(), 3, "{faults:#?}");
    assert!(faults[0].starts_with("data: is missing; give a table [data] with a source"), "{}", faults[0]);
    assert!(faults[1].starts_with("teacher: is missing; give a table [teacher] with a checkpoint"), "{}", faults[1]);
    assert!(faults[2].starts_with("student: is missing; give a table [student] with model = "), "{}", faults[2]);
    let both = "[student]\nmodel = { mlp = [8] }\n[data]\nsource = \"digits\"\n[teacher]\ncheckpoint = \"a\"\n\
                model = { mlp = [8] }\nepochs = 3\n";
    assert_eq!(
        messages(Recipe::parse(both, None, &[])),
        ["line 5: teacher: give a checkpoint to load or a model to train, not both; several of them are an ensemble"]
    );
}

#[test]
fn a_text_that_is_no_toml_is_told_with_its_line() {
    let faults = Recipe::parse("title = \"a\"\n[data\n", Some(Path::new("r.toml")), &[]).unwrap_err();
    assert_eq!(faults.0.len(), 1);
    assert_eq!(faults.0[0].kind.code(), "recipe-syntax");
    assert!(faults.to_string().starts_with("r.toml, line 2: this is not TOML: "), "{faults}");
    let twice = Recipe::parse("title = \"a\"\ntitle = \"b\"\n", None, &[]).unwrap_err();
    assert!(twice.to_string().starts_with("line 2: "), "{twice}");
}

#[test]
fn texts_are_asked_for_by_column_or_folder() {
    let of = |source: &str| set(&[&format!("data.source={source}")]).map(|recipe| recipe.data.source);
    let name = |name: &str| Some(ColumnRef::Name(name.into()));
    let table = TableSource { text: name("q"), text_b: Some(ColumnRef::Position(-1)), ..TableSource::new("a.csv") };
    assert_eq!(of("{ csv = \"a.csv\", text = \"q\", text_b = -1 }").unwrap(), Source::Table(table));
    let texts = TextSource { encoding: Some("gbk".into()), ..TextSource::new("reviews") };
    assert_eq!(of("{ texts = \"reviews\", encoding = \"gbk\" }").unwrap(), Source::Texts(texts));
    assert_eq!(of("\"movie-snippets\"").unwrap(), Source::Builtin(Builtin::MovieSnippets));
    let faults = of("{ csv = \"a.csv\", text_b = \"b\" }").unwrap_err().to_string();
    assert!(faults.contains("data.source.text_b") && faults.contains("holds the first"), "{faults}");
    let faults = of("{ csv = \"a.csv\", text = true }").unwrap_err().to_string();
    assert!(faults.contains("the name of a column"), "{faults}");
    let faults = of("{ texts = \"reviews\", encoding = \"klingon\" }").unwrap_err().to_string();
    assert!(faults.contains("klingon"), "{faults}");
    let faults = of("{ csv = \"a.csv\", text_column = \"b\" }").unwrap_err().to_string();
    assert!(faults.contains("data.source.text"), "{faults}");
    let faults = set(&["teacher.checkpoint=builtin:snippets"]).unwrap_err().to_string();
    assert!(faults.contains("builtin:snippets") && faults.contains("\"builtin:movie-snippets\""), "{faults}");
}

#[test]
fn an_override_replaces_the_whole_value() {
    assert!((set(&["distill.temperature=8"]).unwrap().distill.temperature().unwrap() - 8.0).abs() < f64::EPSILON);
    let recipe = set(&["data.source={ idx = \"fashion\" }", "title = A new title"]).unwrap();
    assert_eq!(
        recipe.data.source,
        Source::Idx { path: "fashion".into(), name: None },
        "relative to the working folder"
    );
    assert_eq!(recipe.title, "A new title");
    let recipe = set(&["student.model={ cnn = [4] }", "teacher.checkpoint=a/b.safetensors"]).unwrap();
    assert_eq!(recipe.student, Some(Architecture::Cnn { channels: vec![4], dense: vec![], dropout: 0.0 }));
    assert_eq!(
        recipe.teacher,
        Some(TeacherRecipe::Checkpoint(CheckpointSource::File(PathBuf::from("a/b.safetensors").into())))
    );
    // The last of two wins, and a whole section is a value too.
    assert_eq!(set(&["training.epochs=2", "training.epochs=3"]).unwrap().training.epochs, 3);
    let recipe = set(&["training={ epochs = 5 }"]).unwrap();
    assert_eq!(recipe.training, TrainingRecipe { epochs: 5, ..TrainingRecipe::default() });
}

#[test]
fn another_method_takes_from_the_text_what_it_has() {
    let dkd = set(&["distill.method=dkd"]).unwrap().distill;
    assert_eq!((dkd.method().name, dkd.temperature()), ("dkd", Some(4.0)));
    assert_eq!((dkd.get("distill.soft_weight"), dkd.get("distill.target_weight")), (None, Some(1.0)));
    assert_eq!(
        set(&["distill.target_weight=2", "distill.method=dkd"]).unwrap().distill.get("distill.target_weight"),
        Some(2.0)
    );
    let smoothing = set(&["distill.method=label-smoothing"]).unwrap().distill;
    assert_eq!(smoothing.temperature(), None);
    // What is asked for by name is not left out in silence, in whichever order.
    let both = ["distill.soft_weight=0.5", "distill.method=dkd"];
    for order in [both, [both[1], both[0]]] {
        let faults = messages(set(&order));
        assert!(faults.len() == 1 && faults[0].starts_with("--set distill.soft_weight=0.5: "), "{faults:#?}");
    }
    let text = EXAMPLE.replace("soft-targets", "dkd");
    assert!(Recipe::parse(&text, None, &[]).is_err());
}

#[test]
fn what_a_method_or_an_ensemble_cannot_use_is_refused() {
    for (text, expected) in [
        ("distill={ method = \"hints\", soft_weight = 0, hard_weight = 0 }", "nothing would train the last layer"),
        ("distill={ method = \"dkd\", hard_weight = \"complement\" }", "1 − the soft weight, and dkd has none"),
        (
            "teacher={ ensemble = [{ model = { mlp = [8] }, mlp = [9] }] }",
            "teacher.ensemble.1.mlp: there is no such key",
        ),
        ("teacher={ ensemble = [\"a.safetensors\", \"a.safetensors\"] }", "teacher.ensemble.2: this model is in"),
    ] {
        let faults = messages(set(&[text]));
        assert!(faults.len() == 1 && faults[0].contains(expected), "{faults:#?}");
    }
}

#[test]
fn what_moves_while_it_trains_is_one_value_with_two_ends() {
    let text = "distill.temperature = { schedule = \"linear\", from = 8, to = 1 }\n\
                distill.soft_weight = { schedule = \"cosine\", from = 0.9, to = 0.5 }\n\
                distill.hard_weight = \"complement\"";
    let student = "student.model = { mlp = [8] }\n";
    let recipe = with(&format!("{student}{text}")).unwrap();
    let distill = &recipe.distill;
    let ramp = |shape, from, to| Some(Course::Moving(Ramp { shape, from, to }));
    assert_eq!(distill.course("distill.temperature"), ramp(Shape::Linear, 8.0, 1.0));
    assert_eq!(distill.course("distill.soft_weight"), ramp(Shape::Cosine, 0.9, 0.5));
    assert_eq!(distill.course("distill.temperature_squared"), Some(Course::Fixed(1.0)));
    assert_eq!(distill.temperature(), Some(8.0), "it is told as it begins");
    // The complement follows step by step.
    assert_eq!(distill.course("distill.hard_weight"), ramp(Shape::Cosine, 0.1, 0.5));
    for share in [0.0, 0.1, 0.5, 0.77, 1.0] {
        let now = distill.moved_to(share);
        let weights = ["distill.soft_weight", "distill.hard_weight"].map(|path| now.get(path).unwrap());
        assert!((weights[0] + weights[1] - 1.0).abs() < 1e-12, "{weights:?}");
    }
    assert_eq!(Recipe::parse(&recipe.to_toml(), None, &[]).unwrap(), recipe);
    // An end may be 0 where the other is not; another method takes what it has of it.
    let rising = "distill = { soft_weight = { schedule = \"linear\", from = 0, to = 1 }, hard_weight = 0 }";
    assert!(with(&format!("{student}{rising}")).is_ok());
    let cools = "distill.temperature={ schedule = \"linear\", from = 8, to = 1 }";
    let dkd = set(&[cools, "distill.method=dkd"]).unwrap().distill;
    assert_eq!(dkd.course("distill.temperature"), ramp(Shape::Linear, 8.0, 1.0));
    let smoothing = "{ schedule = \"cosine\", from = 0.2, to = 0 }";
    assert!(set(&["distill.method=label-smoothing", &format!("distill.smoothing={smoothing}")]).is_ok());
    let hotter = set(&[cools, "distill.temperature.from=16"]).unwrap().distill;
    assert_eq!(hotter.course("distill.temperature"), ramp(Shape::Linear, 16.0, 1.0));
}

#[test]
fn ends_are_held_to_what_the_field_allows() {
    for (text, expected) in [
        (
            "distill.temperature = { schedule = \"linear\", from = 0, to = 1 }",
            "distill.temperature.from: 0 is not allowed",
        ),
        ("distill.temperature = { schedule = \"linear\", from = 8, to = \"cold\" }", "distill.temperature.to: is "),
        ("distill.temperature = { schedule = \"linear\", from = 8 }", "distill.temperature.to: is missing"),
        (
            "distill.temperature = { schedule = \"exponential\", from = 8, to = 1 }",
            "distill.temperature.schedule: \"exponential\" is not allowed",
        ),
        ("distill.temperature = { from = 8, to = 1 }", "distill.temperature.schedule: is missing"),
        (
            "distill.temperature = { schedule = \"linear\", from = 8, to = 1, points = 3 }",
            "distill.temperature.points: there is no such key",
        ),
        (
            "distill.soft_weight = { schedule = \"cosine\", from = 0.9, to = -0.1 }",
            "distill.soft_weight.to: -0.1 is not",
        ),
        (
            "distill.soft_weight = { schedule = \"linear\", from = 0.5, to = 2 }\ndistill.hard_weight = \"complement\"",
            "distill.hard_weight: the complement of a soft weight of 2 would be negative",
        ),
        ("distill.soft_weight = { schedule = \"linear\", from = 0, to = 0 }\ndistill.hard_weight = 0", "both 0"),
        (
            "distill.temperature_squared = { schedule = \"linear\", from = 0, to = 1 }",
            "distill.temperature_squared: is ",
        ),
        ("training.weight_decay = { schedule = \"linear\", from = 0, to = 1 }", "training.weight_decay: is "),
    ] {
        let faults = messages(with(&format!("student.model = {{ mlp = [8] }}\n{text}")));
        assert!(faults.len() == 1 && faults[0].contains(expected), "{expected}\n{faults:#?}");
        assert!(faults[0].starts_with("line "), "{faults:#?}");
    }
}

#[test]
fn faults_of_overrides_quote_them() {
    assert_eq!(
        messages(set(&["distill.temperature=0"])),
        ["--set distill.temperature=0: distill.temperature: 0 is not allowed; give a number above 0 (0.001 to 1e6)"]
    );
    for (text, expected) in [
        ("distil.temperature=8", "distil: there is no such key; the nearest is `distill`"),
        ("distill.temprature=8", "distill.temprature: there is no such key; the nearest is `temperature`"),
        ("data.source={ cvs = 1 }", "data.source: is missing; give "),
        ("data.source.idx=fashion", "data.source.idx: `source` is not a table and has no fields"),
        ("distill=4", "distill: is the whole number 4; give a table [distill]"),
        ("student.model={ mlp = [0] }", "student.model.mlp: 0 is not allowed; "),
    ] {
        let faults = messages(set(&[text]));
        assert!(faults[0].starts_with(&format!("--set {text}: {expected}")), "{faults:#?}");
    }
    for text in ["distill.temperature", "=8", "a..b=8", "a=[1", "a=1\nb=2", "a="] {
        let fault = Override::parse(text).unwrap_err();
        assert!(fault.to_string().starts_with(&format!("--set {text}: ")), "{fault}");
    }
}

#[test]
fn a_recipe_made_in_memory_is_held_to_the_same_rules() {
    let mut recipe = Recipe::parse(EXAMPLE, None, &[]).unwrap();
    assert_eq!(recipe.check(), Ok(()));
    recipe.distill.set("distill.temperature", -1.0);
    recipe.training.epochs = 0;
    let faults = recipe.check().unwrap_err();
    assert_eq!(faults.0.len(), 2, "{faults}");
    assert!(faults.0.iter().all(|fault| matches!(fault.kind, FaultKind::NotAllowed { .. })));
}

fn share() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0]
}

fn path() -> impl Strategy<Value = PathBuf> {
    "[a-zé\"' ][a-z0-9 /.]{0,12}".prop_map(PathBuf::from)
}

fn builtin() -> impl Strategy<Value = Builtin> {
    prop::sample::select(Builtin::ALL.to_vec())
}

fn source() -> impl Strategy<Value = Source> {
    let label = prop_oneof![any::<i64>().prop_map(ColumnRef::Position), any::<String>().prop_map(ColumnRef::Name)];
    let colour = prop::sample::select(vec![Colour::Grey, Colour::Rgb]);
    prop_oneof![
        builtin().prop_map(Source::Builtin),
        (path(), prop::option::of("[a-z-]{1,8}")).prop_map(|(path, name)| Source::Idx { path, name }),
        (path(), prop::option::of(label), any::<Option<bool>>(), table())
            .prop_map(|(path, label, header, table)| Source::Table(TableSource { path, label, header, ..table })),
        (path(), encoding()).prop_map(|(path, encoding)| Source::Texts(TextSource { path, encoding })),
        (path(), 1_usize..10_000, colour, ground(), any::<bool>()).prop_map(|(path, size, colour, ground, scaled)| {
            let (mean, std) = if scaled { (vec![0.5], vec![0.25]) } else { (Vec::new(), Vec::new()) };
            Source::Images(ImageSource { path, size, colour, ground, mean, std })
        }),
    ]
}

fn encoding() -> impl Strategy<Value = Option<String>> {
    prop::sample::select(vec![None, Some("gbk".to_owned()), Some("utf-16le".to_owned())])
}

fn ground() -> impl Strategy<Value = Option<Ground>> {
    prop::sample::select(vec![None, Some(Ground::White), Some(Ground::Black)])
}

/// Everything about a table but its path, class and header.
fn table() -> impl Strategy<Value = TableSource> {
    let columns = || {
        let column = prop_oneof![any::<i64>().prop_map(ColumnRef::Position), any::<String>().prop_map(ColumnRef::Name)];
        prop::collection::vec(column, 0..3)
    };
    let keep = prop_oneof![Just(KeptColumns::All), columns().prop_map(KeptColumns::These)];
    let delimiter = prop::sample::select(vec![None, Some(','), Some(';'), Some('\t'), Some('|'), Some(' '), Some('^')]);
    let shape = |channels, height, width| Some(Pixels::Shape { channels, height, width });
    let pixels = prop::sample::select(vec![None, Some(Pixels::None), shape(1, 8, 9), shape(3, 32, 32)]);
    let normalise = prop::sample::select(vec![Normalise::Standard, Normalise::None]);
    let files = (prop::option::of(path()), prop::option::of(path()));
    let texts = prop::sample::select(vec![
        (None, None),
        (Some(ColumnRef::Name("review".into())), None),
        (Some(ColumnRef::Position(1)), Some(ColumnRef::Name("title".into()))),
    ]);
    ((files, texts), columns(), keep, delimiter, encoding(), any::<Option<bool>>(), pixels, normalise).prop_map(
        |(
            ((validation, test), (text, text_b)),
            ignore,
            keep,
            delimiter,
            encoding,
            decimal_comma,
            pixels,
            normalise,
        )| TableSource {
            validation,
            test,
            text,
            text_b,
            ignore,
            keep,
            delimiter,
            encoding,
            decimal_comma,
            pixels,
            normalise,
            size: 32,
            colour: Colour::Rgb,
            ..TableSource::new("")
        },
    )
}

fn data() -> impl Strategy<Value = DataRecipe> {
    let held = || 0.001..=0.9;
    let omitted = prop::collection::vec(any::<String>(), 0..4);
    let copies = prop::sample::select(vec![Copies::Together, Copies::Apart]);
    let augment = (0..=50_usize, share(), share()).prop_map(|(tries, mask, ngram)| Augment { tries, mask, ngram });
    (source(), 0..=i64::MAX as u64, held(), held(), copies, omitted, share(), share(), augment).prop_map(
        |(source, seed, validation, test, copies, omit_classes, labelled, label_noise, augment)| DataRecipe {
            source,
            seed,
            validation,
            test,
            copies,
            omit_classes,
            labelled,
            label_noise,
            augment,
        },
    )
}

fn checkpoint_file() -> impl Strategy<Value = CheckpointFile> {
    let classes = prop::collection::hash_set(any::<String>(), 1..4).prop_map(|names| names.into_iter().collect());
    let pixels = prop::sample::select(PixelRange::NAMES.map(|(_, range)| range).to_vec());
    let scale = prop_oneof![
        prop::option::of(pixels).prop_map(|pixels| (pixels, None)),
        prop::collection::vec((-1e6..1e6, 1e-6..1e6), 1..4).prop_map(|pairs| (None, Some(pairs.into_iter().unzip()))),
    ];
    (path(), prop::option::of(classes), scale).prop_map(|(path, classes, (pixels, scale))| {
        let (mean, std): (Option<Vec<f64>>, _) = scale.unzip();
        CheckpointFile { path, classes, pixels, mean, std }
    })
}

fn architecture() -> impl Strategy<Value = Architecture> {
    let widths = |least| prop::collection::vec(1_usize..=1_000_000, least..4);
    prop_oneof![
        (widths(0), 0.0..1.0).prop_map(|(hidden, dropout)| Architecture::Mlp { hidden, dropout }),
        (widths(1), widths(0), 0.0..1.0).prop_map(|(channels, dense, dropout)| Architecture::Cnn {
            channels,
            dense,
            dropout
        }),
        (text_layers(), 0.0..1.0, prop::bool::ANY, 8_usize..=100_000).prop_map(|(layers, dropout, own, length)| {
            let tokens = if own { TokensOf::Words } else { TokensOf::Teacher };
            Architecture::Text { layers, dropout, tokens, length }
        }),
        (
            "[a-z]{1,8}",
            prop::option::of(1_usize..=100),
            prop::option::of(prop::sample::select(vec![Pooling::Mean, Pooling::Cls])),
            prop::option::of(0_usize..=1000),
            prop::option::of(0.0..1.0),
            8_usize..=100_000
        )
            .prop_map(|(folder, layers, pooling, frozen, dropout, length)| Architecture::Bert {
                folder: folder.into(),
                layers,
                pooling,
                frozen: frozen.map_or(Frozen::Nothing, Frozen::UpTo),
                dropout,
                length,
            }),
    ]
}

fn text_layers() -> impl Strategy<Value = TextLayers> {
    let size = || 1_usize..=1000;
    let (windows, dense) = (prop::collection::vec(1_usize..=50, 1..4), prop::collection::vec(size(), 0..3));
    prop_oneof![
        (windows, size(), size()).prop_map(|(windows, maps, embedding)| TextLayers::TextCnn {
            windows,
            maps,
            embedding
        }),
        (size(), dense, size()).prop_map(|(units, dense, embedding)| TextLayers::BiLstm { units, dense, embedding }),
        (1_usize..=100, 1_usize..=64, 1_usize..=16, size()).prop_map(|(layers, each, heads, inner)| {
            TextLayers::Transformer { layers, width: each * heads, heads, inner }
        }),
    ]
}

/// The same for a teacher, who may have a share of the labels.
fn taught() -> impl Strategy<Value = TrainingRecipe> {
    (training(), 0.0..=1.0).prop_map(|(training, labelled)| TrainingRecipe { labelled, ..training })
}

fn training() -> impl Strategy<Value = TrainingRecipe> {
    let optimiser = prop_oneof![Just(Optimiser::AdamW), (0.0..1.0).prop_map(|momentum| Optimiser::Sgd { momentum })];
    let schedule = prop_oneof![
        Just(Schedule::Constant),
        Just(Schedule::Cosine),
        Just(Schedule::Linear),
        (1_usize..100, 1e-9..=1.0).prop_map(|(every, factor)| Schedule::Step { every, factor }),
    ];
    let counts = (1_usize..=100_000, 1_usize..=100_000, 0_usize..100);
    let numbers = (f64::MIN_POSITIVE..1e30, 0.0..1e3, 0.0..1e3, 0.0..1e3);
    let keep = prop::sample::select(vec![Keep::Last, Keep::Best]);
    (counts, numbers, 0..=i64::MAX as u64, optimiser, schedule, keep).prop_map(
        |((epochs, batch, jitter), (learning_rate, weight_decay, warm_up, clip), seed, optimiser, schedule, keep)| {
            TrainingRecipe {
                epochs,
                batch,
                learning_rate,
                seed,
                optimiser,
                weight_decay,
                schedule,
                warm_up,
                clip,
                jitter,
                keep,
                labelled: 1.0,
            }
        },
    )
}

fn recipes() -> impl Strategy<Value = Recipe> {
    let course = |from: f64, to: f64, shape: Option<Shape>| {
        shape.map_or(Course::Fixed(from), |shape| Course::Moving(Ramp { shape, from, to }))
    };
    let shape = || prop::option::of(prop_oneof![Just(Shape::Linear), Just(Shape::Cosine)]);
    let temperature = (1e-3..=1e6, 1e-3..=1e6, shape()).prop_map(move |(from, to, shape)| course(from, to, shape));
    let soft_weight = (0.0..1e6, 0.0..1e6, shape()).prop_map(move |(from, to, shape)| course(from, to, shape));
    let distill = (temperature, soft_weight, 1e-9..1e6, any::<bool>()).prop_map(
        |(temperature, soft_weight, hard_weight, temperature_squared)| {
            let mut objective = Objective::new(&SOFT_TARGETS, 40).with("distill.hard_weight", hard_weight);
            objective.put("distill.temperature", temperature);
            objective.put("distill.soft_weight", soft_weight);
            objective.with("distill.temperature_squared", f64::from(u8::from(temperature_squared)))
        },
    );
    let source = || {
        let shipped = prop::sample::select(BuiltinTeacher::ALL.to_vec());
        let key = prop::sample::select(vec![RowKey::Order, RowKey::Id, RowKey::File]);
        let logits = (checkpoint_file(), key, any::<bool>()).prop_map(|(file, key, probabilities)| {
            CheckpointSource::Logits(LogitsFile { path: file.path, key, classes: file.classes, probabilities })
        });
        prop_oneof![
            shipped.prop_map(CheckpointSource::Builtin),
            checkpoint_file().prop_map(CheckpointSource::File),
            logits
        ]
    };
    let combine = || prop_oneof![Just(Mean::Probabilities), Just(Mean::Logits)];
    let checkpoint = source().prop_map(TeacherRecipe::Checkpoint);
    let trained = move || {
        (architecture(), taught(), 1_usize..=100, combine())
            .prop_map(|(model, training, members, combine)| TeacherRecipe::Train { model, training, members, combine })
    };
    let part = prop_oneof![
        source().prop_map(TeacherPart::Checkpoint),
        (architecture(), taught()).prop_map(|(model, training)| TeacherPart::Train { model, training })
    ];
    let ensemble = (prop::collection::vec(part, 1..4), combine()).prop_map(|(mut models, combine)| {
        let all = models.clone();
        let mut at = 0;
        models.retain(|model| {
            at += 1;
            !all[..at - 1].contains(model)
        });
        TeacherRecipe::Ensemble { models, combine }
    });
    // Without a student there must be a teacher to train.
    let models = prop_oneof![
        (prop_oneof![checkpoint, trained(), ensemble], architecture().prop_map(Some)),
        (trained(), Just(None)),
    ];
    let baselines = prop::sample::subsequence(BASELINES.iter().collect::<Vec<_>>(), 0..=BASELINES.len());
    // What takes longer is none by itself where the student is trained alone.
    let baselines = baselines.prop_filter("longer alone", |all| !matches!(all[..], [only] if only.is_longer));
    (any::<String>(), data(), models, distill, training(), baselines).prop_map(
        |(title, data, (teacher, student), distill, training, baselines)| Recipe {
            title,
            data,
            teacher: Some(teacher),
            student,
            distill,
            training,
            baselines,
        },
    )
}

proptest! {
    #[test]
    fn writing_is_the_inverse_of_reading(recipe in recipes()) {
        prop_assert_eq!(Recipe::from_table(recipe.to_table()).map_err(|faults| faults.to_string()), Ok(recipe.clone()));
        let text = recipe.to_toml();
        prop_assert_eq!(Recipe::parse(&text, None, &[]).map_err(|faults| format!("{faults}\n{text}")), Ok(recipe.clone()));
        let json = serde_json::to_value(&recipe).unwrap();
        prop_assert_eq!(serde_json::from_value::<Recipe>(json).unwrap(), recipe);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[a-z\\[\\]={}\",.0-9\n ]{0,80}", value in any::<String>()) {
        let _ = Recipe::parse(&text, None, &[]);
        if let Ok(set) = Override::parse(&format!("distill.temperature={value}")) {
            let _ = Recipe::parse(EXAMPLE, None, &[set]);
        }
    }
}

#[test]
fn several_teachers_are_a_list_or_a_number_of_one_model() {
    let read = |keys: &str| {
        let text = EXAMPLE_DATA.replace("KEYS", keys);
        let recipe = Recipe::parse(&text, Some(Path::new("folder/r.toml")), &[]);
        recipe.map(|recipe| recipe.teacher.unwrap()).map_err(|faults| faults.to_string())
    };
    let own = TrainingRecipe {
        epochs: 5,
        ..Recipe::parse(&EXAMPLE_DATA.replace("KEYS", "checkpoint = \"x.pt\""), None, &[]).unwrap().training
    };
    let seeded = |seed| TrainingRecipe { seed, ..own.clone() };
    let mlp = Architecture::Mlp { hidden: vec![4], dropout: 0.0 };
    let cnn = Architecture::Cnn { channels: vec![2], dense: vec![], dropout: 0.1 };
    let members = read("model = { mlp = [4] }\nepochs = 5\nseed = 7\nmembers = 3\ncombine = \"logits\"").unwrap();
    assert_eq!(members.combine(), Mean::Logits);
    let trained = |seed| TeacherPart::Train { model: mlp.clone(), training: seeded(seed) };
    assert_eq!(members.parts(), [trained(7), trained(8), trained(9)]);
    let list = read(
        "ensemble = [\"a.safetensors\", { mlp = [4] }, { cnn = [2], dropout = 0.1 }, { mlp = [4], epochs = 9 },
         { checkpoint = \"b.pt\", pixels = \"0-255\" }, \"builtin:digits\"]\nepochs = 5\nseed = 2",
    )
    .unwrap();
    assert_eq!(list.combine(), Mean::Probabilities);
    let file = |path: &str, pixels| {
        TeacherPart::Checkpoint(CheckpointSource::File(CheckpointFile {
            path: path.into(),
            pixels,
            ..CheckpointFile::default()
        }))
    };
    let expected = [
        file("folder/a.safetensors", None),
        trained(3),
        TeacherPart::Train { model: cnn, training: seeded(4) },
        TeacherPart::Train { model: mlp.clone(), training: TrainingRecipe { epochs: 9, ..seeded(5) } },
        file("folder/b.pt", Some(PixelRange::Byte)),
        TeacherPart::Checkpoint(CheckpointSource::Builtin(BuiltinTeacher::Digits)),
    ];
    assert_eq!(list.parts(), expected);
    for (keys, expected) in [
        ("ensemble = []", "teacher.ensemble: [] is not allowed; give a list of models"),
        ("ensemble = \"a.pt\"", "teacher.ensemble: is the text \"a.pt\"; give a list of models"),
        ("ensemble = [3]", "teacher.ensemble: 3 is not allowed; give a list of models"),
        ("ensemble = [\"a.pt\", \"a.pt\"]", "teacher.ensemble.2: this model is in the ensemble already"),
        ("ensemble = [\"a.pt\", {}]", "teacher.ensemble.2: is missing; give a checkpoint"),
        ("ensemble = [{ mlp = [] , cnn = [2] }]", "teacher.ensemble.1.model: "),
        ("ensemble = [{ model = { mlp = [4] }, epochs = 0 }]", "teacher.ensemble.1.epochs: 0 is not allowed"),
        ("ensemble = [{ model = { mlp = [4] }, lr = 0.1 }]", "teacher.ensemble.1.lr"),
        ("ensemble = [\"a.pt\"]\ncheckpoint = \"b.pt\"", "teacher.checkpoint: an ensemble lists its models whole"),
        ("ensemble = [\"a.pt\"]\nmean = [0.5]", "teacher.mean: an ensemble lists its models whole"),
        ("ensemble = [\"a.pt\", \"b.pt\"]\nmembers = 2", "teacher.members: an ensemble lists its models whole"),
        (
            "ensemble = [\"a.pt\", \"b.pt\"]\ncombine = \"mean\"",
            "teacher.combine: \"mean\" is not allowed; give \"probabilities\" or \"logits\"",
        ),
        ("checkpoint = \"a.pt\"\nmembers = 2", "teacher.members: members are trained from a model"),
        ("checkpoint = \"a.pt\"\ncombine = \"logits\"", "teacher.combine: only several teachers are combined"),
        ("model = { mlp = [4] }\nmembers = 0", "teacher.members: 0 is not allowed; give a whole number from 1 to 100"),
    ] {
        let faults = read(keys).expect_err(keys);
        assert!(faults.contains(expected), "{keys}:\n{faults}");
        assert_eq!(faults.lines().count(), 1, "{keys}:\n{faults}");
    }
    // Paths that would say how a disk is laid out do not leave it.
    let text = EXAMPLE_DATA.replace("KEYS", "ensemble = [\"/home/me/a.pt\", { checkpoint = \"C:\\\\b.pt\" }]");
    let public = Recipe::parse(&text, None, &[]).unwrap().without_private_paths();
    let names: Vec<_> = public.teacher.as_ref().unwrap().files().into_iter().map(|file| file.path.clone()).collect();
    assert_eq!(names, [Path::new("a.pt"), Path::new("b.pt")]);
}

#[test]
fn a_teacher_of_another_program_says_its_classes_and_scale() {
    let teacher = |keys: &str| {
        let text = EXAMPLE_DATA.replace("KEYS", keys);
        Recipe::parse(&text, None, &[]).map(|recipe| recipe.teacher)
    };
    let file = CheckpointFile {
        path: "x.pt".into(),
        classes: Some(vec!["elm".to_owned(), "7".to_owned()]),
        pixels: None,
        mean: Some(vec![0.485, 0.456, 0.406]),
        std: Some(vec![0.5]),
    };
    let read = teacher("checkpoint = \"x.pt\"\nclasses = [\"elm\", 7]\nmean = \"imagenet\"\nstd = 0.5").unwrap();
    assert_eq!(read, Some(TeacherRecipe::Checkpoint(CheckpointSource::File(file))));
    for (keys, expected) in [
        (
            "checkpoint = \"builtin:digits\"\nclasses = [\"a\"]",
            "teacher.classes: only a checkpoint file of another program",
        ),
        ("model = { mlp = [4] }\nmean = [0.5]\nstd = [0.5]", "teacher.mean: only a checkpoint file"),
        (
            "checkpoint = \"x.pt\"\nclasses = [\"a\", \"a\"]",
            "teacher.classes: \"a\" is not allowed; give a list of different",
        ),
        ("checkpoint = \"x.pt\"\npixels = \"0-2\"", "teacher.pixels: \"0-2\" is not allowed"),
        ("checkpoint = \"x.pt\"\nmean = [0.5]", "teacher.mean: mean needs std"),
        ("checkpoint = \"x.pt\"\nmean = [0.5]\nstd = [0.0]", "teacher.std: 0.0 is not allowed"),
        (
            "checkpoint = \"x.pt\"\nmean = 1\nstd = 1\npixels = \"0-255\"",
            "teacher.pixels: mean and std act on pixels from 0 to 1",
        ),
    ] {
        let faults = teacher(keys).unwrap_err().to_string();
        assert!(faults.contains(expected), "{keys}: {faults}");
    }
    // Lists by nature: they make no sweep.
    let text =
        EXAMPLE_DATA.replace("KEYS", "checkpoint = \"x.pt\"\nclasses = [\"a\", \"b\"]\nmean = [1, 2]\nstd = [1, 2]");
    assert!(Sweep::parse(&text, None, &[]).unwrap().axes.is_empty());
}

const EXAMPLE_DATA: &str = "[data]\nsource = \"digits\"\n[student]\nmodel = { mlp = [8] }\n[teacher]\nKEYS\n";

#[test]
fn a_recipe_that_is_given_away_says_nothing_of_its_owners_disk() {
    let text = EXAMPLE_DATA
        .replace("\"digits\"", "{ csv = \"PATH\", label = \"y\" }")
        .replace("KEYS", "checkpoint = \"PATH\"");
    for (path, public) in [
        ("/home/ann/secret/data.csv", "data.csv"),
        ("/home/ann/data/", "data"),
        ("C:/Users/ann/data.csv", "data.csv"),
        ("~/data.csv", "data.csv"),
        ("/", "data"),
        ("data/../trees.csv", "data/../trees.csv"),
    ] {
        let recipe = Recipe::parse(&text.replace("PATH", path), None, &[]).unwrap().without_private_paths();
        let Source::Table(TableSource { path: csv, label, .. }) = &recipe.data.source else { panic!() };
        assert_eq!((csv.to_str(), label), (Some(public), &Some(ColumnRef::Name("y".to_owned()))));
        assert_eq!(
            recipe.teacher,
            Some(TeacherRecipe::Checkpoint(CheckpointSource::File(PathBuf::from(public).into())))
        );
    }
}

#[test]
fn a_list_says_each_value_once() {
    let text = EXAMPLE_DATA.replace("KEYS", "checkpoint = \"x.pt\"\n[distill]\ntemperature = [1, 4, 1.0]");
    let faults = Sweep::parse(&text, None, &[]).unwrap_err();
    assert!(faults.to_string().contains("distill.temperature"), "{faults}");
    let text = text.replace("1.0]", "1.5]");
    assert_eq!(Sweep::parse(&text, None, &[]).unwrap().axes.len(), 1);
}

#[test]
fn company_must_have_something_to_learn_and_somebody_to_learn_from() {
    let recipe = |distill: &str, training: &str, model: &str| {
        format!(
            "[data]\nsource = \"digits\"\n[student]\nmodel = {model}\n[teacher]\nmodel = {{ mlp = [8] }}\n[distill]\n{distill}\n\
             [training]\n{training}\n"
        )
    };
    let mlp = "{ mlp = [8] }";
    let mutual = |more: &str| format!("method = \"mutual\"\n{more}");
    let born = |more: &str| format!("method = \"born-again\"\n{more}");
    let best = "keep = \"best\"";
    for (distill, training, model, said) in [
        (mutual("peers = 1"), "", mlp, "distill.peers: 1 is not allowed; give a whole number from 2 to 8"),
        (mutual("peers = 9"), "", mlp, "distill.peers: 9 is not allowed; give a whole number from 2 to 8"),
        (
            mutual("hard_weight = 0"),
            "",
            mlp,
            "distill.hard_weight: the peers of \"mutual\" have nothing but the labels",
        ),
        (
            mutual(""),
            "",
            "{ of_teacher = 2 }",
            "distill.method: those whom \"mutual\" trains begin with weights of their own",
        ),
        (born("generations = 0"), best, mlp, "distill.generations: 0 is not allowed; give a whole number from 1 to 8"),
        (born(""), "", mlp, "training.keep: \"born-again\" compares the best epoch"),
        (
            born(""),
            "keep = \"best\"\nbaseline = [\"longer\"]",
            mlp,
            "training.baseline: generation 0 of \"born-again\"",
        ),
        (
            "method = \"logits\"".to_owned(),
            "baseline = [\"longer\"]",
            mlp,
            "training.baseline: \"longer\" takes as long as",
        ),
        (
            "method = \"dist\"\ninter_weight = 0\nhard_weight = 0".to_owned(),
            "batch = 2",
            mlp,
            "training.batch: what \"dist\" descends takes batches of at least 3 rows",
        ),
    ] {
        let faults = messages(Recipe::parse(&recipe(&distill, training, model), None, &[]));
        assert!(faults.iter().any(|fault| fault.contains(said)), "{said}: {faults:#?}");
    }
    let halving = format!("{}[sweep]\nstrategy = \"halving\"\nseeds = 2\n", recipe(&born(""), best, mlp));
    let faults = Sweep::parse(&halving, None, &[]).unwrap_err().to_string();
    assert!(faults.contains("sweep.strategy: the generations of \"born-again\""), "{faults}");
}
