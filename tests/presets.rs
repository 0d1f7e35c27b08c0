//! The presets do what they say: each runs through the whole engine, and the claims of two of them hold.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use stillroom::model::{Checkpoint, RowLogits};
use stillroom::protocol::{
    DeviceChoice, JobOutcome, JobStart, Live, Metrics, Report, Request, Role, RunFinished, RunInfo, RunOutcome,
    WorkerOptions,
};
use stillroom::recipe::{
    Architecture, CheckpointSource, Override, PRESETS, PUBLISHED, QUICKSTART, Recipe, Sweep, TeacherRecipe, TextLayers,
    preset, presets,
};
use stillroom::runs::MemoryJournal;
use stillroom::training::{Cache, Observer, Runner as _, Worker};

/// Says when the job is over.
struct Bell(SyncSender<Result<JobOutcome, String>>);

impl Observer for Bell {
    fn report(&self, report: &Arc<Report>) {
        if let Report::JobEnded(ended) = report.as_ref() {
            let end = ended.message.as_ref().map(ToString::to_string).map_or(Ok(ended.outcome), Err);
            self.0.send(end).ok();
        }
    }

    fn live(&self, live: Live) {
        if let Live::Rejected { message, .. } = live {
            self.0.send(Err(message.to_string())).ok();
        }
    }
}

/// Runs a recipe on the CPU to its end.
fn distil(recipe: &Recipe) -> Vec<(RunInfo, RunFinished)> {
    distil_all(recipe.clone().into())
}

/// The same of one with ranges.
fn distil_all(sweep: Sweep) -> Vec<(RunInfo, RunFinished)> {
    let title = sweep.base.title.clone();
    let journal = MemoryJournal::default();
    let (sender, ended) = sync_channel(64);
    let options = WorkerOptions { device: DeviceChoice::Cpu, ..WorkerOptions::default() };
    let worker = Worker::spawn(options, Box::new(journal.clone()), Arc::new(Bell(sender))).expect("a thread");
    assert!(worker.send(Request::Start(Box::new(JobStart::New(sweep)))));
    let outcome = ended.recv_timeout(Duration::from_secs(300)).expect("the job ends");
    assert_eq!(outcome, Ok(JobOutcome::Done), "{title}");
    drop(worker);

    let reports = journal.reports();
    let runs = reports.iter().find_map(|report| match report.as_ref() {
        Report::Started(started) => Some(started.runs.clone()),
        _ => None,
    });
    let finished = reports.iter().filter_map(|report| match report.as_ref() {
        Report::RunFinished(finished) => Some(finished.clone()),
        _ => None,
    });
    let info = |run: &RunFinished| runs.iter().flatten().find(|info| info.run == run.run).cloned();
    finished.map(|run| (info(&run).expect("it was announced"), run)).collect()
}

fn recipe(name: &str) -> Recipe {
    preset(name).expect("there is such a preset").recipe().expect("its text is right")
}

/// The test metrics of the run of that role.
fn test(runs: &[(RunInfo, RunFinished)], role: Role) -> &Metrics {
    let (_, run) = runs.iter().find(|(info, _)| info.role == role).expect("there is such a run");
    run.test.as_ref().expect("its test was looked at")
}

/// One epoch, and the smallest teacher of its kind where one is trained.
fn shortened(mut recipe: Recipe) -> Recipe {
    recipe.training.epochs = 1;
    if let Some(TeacherRecipe::Train { model, training, .. }) = &mut recipe.teacher {
        training.epochs = 1;
        match model {
            Architecture::Mlp { hidden, .. } => hidden.fill(8),
            Architecture::Cnn { channels, dense, .. } => {
                channels.fill(2);
                dense.fill(8);
            }
            Architecture::Text { layers: TextLayers::Transformer { width, inner, .. }, .. } => {
                (*width, *inner) = (16, 16);
            }
            Architecture::Text { .. } | Architecture::Bert { .. } | Architecture::OfTeacher { .. } => {}
        }
    }
    recipe
}

#[test]
fn every_preset_has_its_own_title_and_survives_being_written_and_read() {
    let recipes: Vec<Recipe> = presets().map(|preset| preset.recipe().expect("its text is right")).collect();
    for (i, recipe) in recipes.iter().enumerate() {
        assert!(recipes[..i].iter().all(|other| other.title != recipe.title), "{}", recipe.title);
        assert_eq!(Recipe::parse(&recipe.to_toml(), None, &[]).as_ref(), Ok(recipe));
        assert_eq!(recipe.data.seed, 0, "the shipped teachers know the split of seed 0");
    }
    assert_eq!(QUICKSTART.name, "quickstart");
}

#[test]
fn published_recipes_run_on_the_four_files_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [("train4000", "train"), ("t10k1000", "t10k")] {
        for [part, end] in [["images", "idx3"], ["labels", "idx1"]] {
            let shipped = format!("assets/data/mnist-{from}-{part}.{end}.gz");
            std::fs::copy(shipped, folder.path().join(format!("{to}-{part}-{end}-ubyte.gz"))).unwrap();
        }
    }
    let path = |name: &str| toml::Value::from(folder.path().join(name).to_str().unwrap()).to_string();
    for preset in PUBLISHED {
        let teacher = format!("teacher.checkpoint={}", path("teacher.safetensors"));
        let small = ["teacher.model={ mlp = [8] }", "teacher.epochs=1"];
        let of_teacher = if preset.name == "mnist-teacher" { small.to_vec() } else { vec![teacher.as_str()] };
        let source = format!("data.source.idx={}", path(""));
        let overrides = [&[source.as_str(), "training.epochs=1"], &of_teacher[..]].concat();
        let overrides: Vec<Override> = overrides.into_iter().map(|text| Override::parse(text).unwrap()).collect();
        let sweep = Sweep::parse(preset.text, None, &overrides).unwrap_or_else(|faults| panic!("{faults}"));
        let runs = distil_all(sweep);
        assert!(runs.iter().all(|(_, run)| run.outcome == RunOutcome::Done), "{}", preset.name);
        let count = |role: Role| runs.iter().filter(|(info, _)| info.role == role).count();
        let expected = match preset.name {
            "mnist-teacher" => [1, 0, 0],
            // With and without the teacher: on all images, without a 3, on two digits.
            "mnist-students" => [1, 3, 3],
            _ => [1, 7, 1],
        };
        assert_eq!([Role::Teacher, Role::Student, Role::Baseline].map(count), expected, "{}", preset.name);
        if let Some(weights) =
            runs.iter().find_map(|(info, run)| run.checkpoint.as_ref().filter(|_| info.recipe.student.is_none()))
        {
            std::fs::write(folder.path().join("teacher.safetensors"), &**weights).unwrap();
        }
    }
}

#[test]
fn every_preset_runs_through_the_engine() {
    for preset in PRESETS {
        let recipe = shortened(preset.recipe().expect("its text is right"));
        let runs = distil(&recipe);
        // A teacher, a student with those who are trained for its sake, and what it is compared with.
        let taught = recipe.distill.peers() + recipe.distill.generations().map_or(0, |all| all - 1);
        let students = if recipe.student.is_none() { 0 } else { taught + recipe.compared().count() };
        let expected = usize::from(recipe.teacher.is_some()) + students;
        assert_eq!(runs.len(), expected, "{}", preset.name);
        for (info, run) in &runs {
            assert_eq!(run.outcome, RunOutcome::Done, "{}", preset.name);
            assert_eq!(run.steps, info.steps, "{}", preset.name);
            assert_eq!(run.checkpoint.is_none(), info.loaded, "{}", preset.name);
        }
    }
}

#[test]
fn the_same_preset_gives_the_same_weights() {
    let recipe = Recipe { training: shortened(recipe("digits")).training, ..recipe("digits") };
    let weights = || distil(&recipe).into_iter().map(|(_, run)| run.checkpoint).collect::<Vec<_>>();
    assert!(weights() == weights());
}

#[test]
fn shipped_teachers_are_good_and_come_from_their_presets() {
    for (name, file, most_errors) in [
        ("teacher-mnist-mini", "assets/teachers/mnist-mini.safetensors", 30),
        ("teacher-digits", "assets/teachers/digits.safetensors", 10),
    ] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let checkpoint = Checkpoint::read(&path).expect("a checkpoint");
        // A preset that is changed needs its teacher trained anew.
        assert_eq!(checkpoint.recipe, Some(recipe(name)), "{file}");

        let student = recipe(if name == "teacher-digits" { "digits" } else { "quickstart" });
        let prepared = Cache::default().prepare(&student, &candle_core::Device::Cpu, &()).expect("it fits its data");
        assert_eq!(prepared.remarks, [], "it has seen no validation row");
        let runs = distil(&shortened(student));
        assert!(test(&runs, Role::Teacher).errors <= most_errors, "{file}");
    }
}

#[test]
fn what_a_bert_said_of_the_snippets_is_shipped() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/teachers/movie-snippets.safetensors");
    let said = RowLogits::from_bytes("shipped", &std::fs::read(path).unwrap()).unwrap();
    assert_eq!((said.rows.len(), said.trained_on.len(), said.classes.len()), (10_072, 806, 2));
    let student = recipe("bert-to-textcnn");
    let prepared = Cache::default().prepare(&student, &candle_core::Device::Cpu, &()).expect("it fits its data");
    assert_eq!(prepared.remarks, [], "it has seen no validation row");
    let runs = distil(&shortened(student));
    assert!(test(&runs, Role::Teacher).errors <= 185);
    // Its classes are found by name, and a row that it knows nothing of is told.
    let others = RowLogits { rows: said.rows.iter().map(|row| row ^ 1).collect(), ..said.clone() };
    let folder = tempfile::tempdir().unwrap();
    for (name, file, expected) in [
        ("others", others, "nothing of 10072 of these 10072"),
        ("renamed", RowLogits { classes: vec!["good".into(), "bad".into()], ..said.clone() }, "classes"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, file.to_bytes().unwrap()).unwrap();
        let mut recipe = recipe("bert-to-textcnn");
        recipe.teacher = Some(TeacherRecipe::Checkpoint(CheckpointSource::File(path.into())));
        let error = Cache::default().prepare(&recipe, &candle_core::Device::Cpu, &()).err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let again = RowLogits::from_bytes("again", &said.to_bytes().unwrap()).unwrap();
    assert_eq!(again, said);
}

#[test]
fn the_quick_start_student_makes_a_fifth_fewer_errors_than_its_baseline() {
    let runs = distil(&recipe("quickstart"));
    let [student, baseline] = [Role::Student, Role::Baseline].map(|role| test(&runs, role).errors);
    assert!(5 * student <= 4 * baseline, "student {student}, baseline {baseline}");
}

#[test]
fn a_student_that_never_saw_a_three_reads_threes() {
    let mut recipe = recipe("never-seen-a-3");
    // Shorter than the preset: fewer epochs, and no shifted images.
    recipe.training.epochs = 20;
    recipe.training.jitter = 0;
    recipe.training.learning_rate = 8e-3;
    recipe.student = Some(Architecture::Mlp { hidden: vec![200, 200], dropout: 0.0 });
    let runs = distil(&recipe);
    let [student, baseline] = [Role::Student, Role::Baseline].map(|role| test(&runs, role));
    assert_eq!(baseline.errors_by_class[3], 107, "the baseline knows no threes");
    assert!(student.errors_by_class[3] < 64, "the student gets {} of 107 wrong", student.errors_by_class[3]);
    assert!(student.errors < baseline.errors);
}

#[test]
fn synthetic_texts_need_texts_and_someone_to_ask() {
    let refused = |recipe: &Recipe| {
        let error = Cache::default().prepare(recipe, &candle_core::Device::Cpu, &()).err().expect("it is refused");
        (error.field(), error.to_string())
    };
    let with = |name: &str| {
        let mut recipe = recipe(name);
        recipe.data.augment.tries = 2;
        recipe
    };
    for (name, expected) in [
        ("digits", "hold no texts"),
        ("bert-to-textcnn", "known of its own rows alone"),
        ("votes", "known of its own rows alone"),
    ] {
        let (field, error) = refused(&with(name));
        assert!(field == Some("data.augment") && error.contains(expected), "{name}: {error}");
    }
    let (_, error) = refused(&with("votes").without_teacher());
    assert!(error.contains("only a teacher can say what they are"), "{error}");

    let prepare = |recipe: &Recipe| Cache::default().prepare(recipe, &candle_core::Device::Cpu, &()).unwrap();
    let (plain, made) = (prepare(&recipe("augmentation")), prepare(&with("augmentation")));
    let rows = plain.transfer.rows.len();
    assert_eq!((plain.made_of.len(), rows), (0, 8058));
    assert_eq!(made.transfer.rows[..rows], plain.transfer.rows[..]);
    assert_eq!(made.transfer.rows.len(), rows + made.made_of.len());
    assert!(made.transfer.labels[rows..].iter().all(Option::is_none));
    assert!((rows..2 * rows).contains(&made.made_of.len()), "{}", made.made_of.len());
    // Of the students' texts alone, and words are counted in those that people wrote.
    assert!(made.made_of.iter().all(|row| plain.transfer.rows.contains(row)));
    assert_eq!(made.student, plain.student);
    let hashes: std::collections::HashSet<u64> =
        plain.dataset.row_hashes(&(0..10_072).collect::<Vec<u32>>()).into_iter().collect();
    let own: Vec<u32> = made.transfer.rows[rows..].to_vec();
    assert!(made.learnt.row_hashes(&own).iter().all(|hash| !hashes.contains(hash)), "none is in the data already");
}
