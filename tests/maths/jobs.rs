//! Whole jobs through the training thread: honest baselines, equal curves, seeds, and going on after a pause.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use candle_core::Device;
use stillroom::model::Checkpoint;
use stillroom::protocol::*;
use stillroom::protocol::{DeviceChoice, FinishedRun, JobStart, KeptWeights, Request, ResumeJob, WorkerOptions};
use stillroom::recipe::{Override, Recipe, Sweep};
use stillroom::runs::MemoryJournal;
use stillroom::training::{Cache, Observer, Runner as _, Worker};

use crate::support::{bits, draw};

/// A table of 150 rows, three classes, four features.
fn table(folder: &Path) -> std::path::PathBuf {
    let noise = draw(5, 600);
    let row = |i: usize| {
        let class = i % 3;
        let values: Vec<String> =
            (0..4).map(|j| format!("{}", noise[4 * i + j] + if j == class { 0.8 } else { 0.0 })).collect();
        format!("{},{}\n", values.join(","), ["ash", "birch", "cedar"][class])
    };
    let text: String = std::iter::once("a,b,c,d,tree\n".to_owned()).chain((0..150).map(row)).collect();
    let path = folder.join("trees.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// A teacher of two epochs, a student and its baseline of three, on batches of 16.
fn recipe(folder: &Path, overrides: &[&str]) -> Recipe {
    sweep(folder, overrides).base
}

/// The same, with ranges among the overrides.
pub fn sweep(folder: &Path, overrides: &[&str]) -> Sweep {
    let path = toml::Value::from(table(folder).to_str().unwrap());
    let text = format!(
        r#"
[data]
source = {{ csv = {path}, label = "tree" }}
[teacher]
model = {{ mlp = [12] }}
epochs = 2
learning_rate = 0.02
[student]
model = {{ mlp = [6], dropout = 0.2 }}
[distill]
temperature = 4.0
soft_weight = 0.9
hard_weight = 0.1
[training]
epochs = 3
batch = 16
learning_rate = 0.02
optimiser = "sgd"
momentum = 0.9
clip = 0.3
baseline = true
"#
    );
    let adamw = overrides.contains(&"training.optimiser=\"adamw\"");
    let text = if adamw { text.replace("momentum = 0.9\n", "") } else { text };
    let overrides: Vec<Override> = overrides.iter().map(|text| Override::parse(text).unwrap()).collect();
    Sweep::parse(&text, None, &overrides).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Waits for the end of a job. The job itself waits, at its first report, until all requests are in line.
#[derive(Default)]
struct Seen {
    begun: AtomicBool,
    ready: (Mutex<bool>, Condvar),
    end: Mutex<(Option<JobEnded>, Option<String>)>,
    changed: Condvar,
}

impl Observer for Seen {
    fn report(&self, report: &Arc<Report>) {
        if let Report::Started(_) | Report::Resumed(_) = &**report {
            self.begun.store(true, Ordering::Release);
            let ready = self.ready.0.lock().unwrap();
            drop(self.ready.1.wait_while(ready, |ready| !*ready).unwrap());
        }
        if let Report::JobEnded(end) = &**report {
            self.end.lock().unwrap().0 = Some(end.clone());
            self.changed.notify_all();
        }
    }

    fn live(&self, live: Live) {
        if let Live::Rejected { message, .. } = live {
            self.end.lock().unwrap().1 = Some(message.to_string());
            self.changed.notify_all();
        }
    }
}

/// Runs a job to its end, with requests that wait in line from the first step on.
pub fn run(start: JobStart, requests: Vec<Request>) -> Vec<Arc<Report>> {
    run_within(WorkerOptions::default().memory, start, requests)
}

/// The same with populations of at most so many bytes.
pub fn run_within(memory: usize, start: JobStart, requests: Vec<Request>) -> Vec<Arc<Report>> {
    let journal = MemoryJournal::default();
    let seen = Arc::new(Seen::default());
    let options =
        WorkerOptions { device: DeviceChoice::Cpu, window: false, resume_every: Duration::ZERO, memory, program: None };
    let worker = Worker::spawn(options, Box::new(journal.clone()), seen.clone()).unwrap();
    assert!(worker.send(Request::Start(Box::new(start))));
    let limit = Instant::now() + Duration::from_mins(1);
    // Who stops a job while its data are read has no job.
    while !seen.begun.load(Ordering::Acquire) && seen.end.lock().unwrap().1.is_none() && Instant::now() < limit {
        std::thread::sleep(Duration::from_millis(1));
    }
    for request in requests {
        assert!(worker.send(request));
    }
    *seen.ready.0.lock().unwrap() = true;
    seen.ready.1.notify_all();
    let mut state = seen.end.lock().unwrap();
    while state.0.is_none() {
        assert!(state.1.is_none(), "refused: {:?}", state.1);
        assert!(Instant::now() < limit, "the job does not end");
        state = seen.changed.wait_timeout(state, Duration::from_millis(100)).unwrap().0;
    }
    drop(state);
    drop(worker);
    journal.reports()
}

/// What a job leaves of one run, without the times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub soft: BTreeMap<u64, u32>,
    pub hard: BTreeMap<u64, u32>,
    pub total: BTreeMap<u64, u32>,
    /// Terms of other methods, by name.
    pub others: BTreeMap<String, BTreeMap<u64, u32>>,
    pub epochs: Vec<Epoch>,
    pub snapshots: BTreeMap<u64, Vec<u32>>,
    pub finished: Option<RunFinished>,
    pub answers: BTreeMap<Part, Answers>,
    exits: Option<Exits>,
}

impl Outcome {
    pub fn finished(&self) -> &RunFinished {
        self.finished.as_ref().unwrap()
    }

    pub fn weights(&self) -> Vec<Vec<u32>> {
        let bytes = self.finished().checkpoint.as_ref().unwrap();
        Checkpoint::from_bytes("a run", bytes).unwrap().weights.iter().map(|w| bits(w)).collect()
    }

    fn curves(&self) -> [&BTreeMap<u64, u32>; 3] {
        [&self.soft, &self.hard, &self.total]
    }
}

/// The runs of a stream, by what tables call them.
pub fn outcomes(reports: &[Arc<Report>]) -> BTreeMap<String, Outcome> {
    let started = started(reports);
    let mut runs = by_run(reports);
    started.runs.iter().map(|info| (info.name(), runs.remove(&info.run).unwrap())).collect()
}

/// The first report of a stream.
pub fn started(reports: &[Arc<Report>]) -> Started {
    let Report::Started(started) = &*reports[0] else { panic!("a job begins with its start") };
    started.clone()
}

/// The runs of a stream. What lies beyond the point of a [`Resumed`] is taken back.
pub fn by_run(reports: &[Arc<Report>]) -> BTreeMap<RunId, Outcome> {
    let mut stages: BTreeMap<RunId, Stage> = started(reports).runs.iter().map(|info| (info.run, info.stage)).collect();
    let mut runs: BTreeMap<RunId, Outcome> = stages.keys().map(|run| (*run, Outcome::default())).collect();
    for report in reports {
        match &**report {
            Report::Resumed(resumed) => {
                stages.extend(resumed.retried.iter().copied());
                for (run, outcome) in &mut runs {
                    if stages[run] < resumed.stage {
                        continue;
                    }
                    let step = if stages[run] == resumed.stage { resumed.step } else { 0 };
                    let own = [&mut outcome.soft, &mut outcome.hard, &mut outcome.total];
                    for curve in own.into_iter().chain(outcome.others.values_mut()) {
                        curve.retain(|at, _| *at < step);
                    }
                    outcome.epochs.retain(|epoch| epoch.step <= step);
                    outcome.snapshots.retain(|at, _| *at <= step && stages[run] == resumed.stage);
                    if !outcome
                        .finished
                        .as_ref()
                        .is_some_and(|end| end.outcome == RunOutcome::Halved && end.steps <= step)
                    {
                        outcome.finished = None;
                    }
                }
            }
            Report::Steps(steps) => {
                let run = runs.get_mut(&steps.run).unwrap();
                let terms = steps.terms.iter().map(|(name, values)| (name.as_ref(), values));
                for (name, values) in terms.chain([("total", &steps.total)]) {
                    let curve = match name {
                        "soft" => &mut run.soft,
                        "hard" => &mut run.hard,
                        "total" => &mut run.total,
                        other => run.others.entry(other.to_owned()).or_default(),
                    };
                    for (i, value) in values.iter().enumerate() {
                        let before = curve.insert(steps.first_step + i as u64, value.to_bits());
                        assert_eq!(before, None, "every step once");
                    }
                }
            }
            Report::Epoch(it) => {
                runs.get_mut(&it.run).unwrap().epochs.push(Epoch { run: RunId(0), ..it.clone() });
            }
            Report::Snapshot(it) => drop(runs.get_mut(&it.run).unwrap().snapshots.insert(it.step, bits(&it.logits))),
            Report::Answers(it) => {
                let answers = Answers { run: RunId(0), ..it.clone() };
                runs.get_mut(&it.run).unwrap().answers.insert(it.part, answers);
            }
            Report::Exits(it) => runs.get_mut(&it.run).unwrap().exits = Some(Exits { run: RunId(0), ..it.clone() }),
            Report::RunFinished(it) => {
                let finished = RunFinished { at_millis: 0, seconds: 0.0, cost: None, run: RunId(0), ..it.clone() };
                runs.get_mut(&it.run).unwrap().finished = Some(finished);
            }
            Report::Tested(it) => {
                let test = &mut runs.get_mut(&it.run).unwrap().finished.as_mut().unwrap().test;
                assert_eq!(*test, None, "test rows are looked at once");
                *test = Some(it.test.clone());
            }
            Report::Started(_)
            | Report::Event(_)
            | Report::ResumeState(_)
            | Report::Outside(_)
            | Report::JobEnded(_) => {}
        }
    }
    runs
}

fn new(recipe: &Recipe) -> JobStart {
    JobStart::New(recipe.clone().into())
}

/// 150 rows: 30 for test, 12 of 120 for validation, 108 in 7 batches.
const STEPS: u64 = 21;

/// From the first step of the students on (the teacher's 14 steps are taken one by one): so many steps, then rest.
fn rest_after(steps: u64) -> Vec<Request> {
    let mut requests = vec![Request::Pause];
    requests.extend((0..14 + steps).map(|_| Request::StepOnce));
    requests
}

#[test]
fn the_same_recipe_twice_gives_the_same_of_everything_but_times() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = recipe(folder.path(), &[]);
    let (a, b) = (outcomes(&run(new(&recipe), vec![])), outcomes(&run(new(&recipe), vec![])));
    assert_eq!(a, b);
    assert_eq!(a["student"].total.len() as u64, STEPS);
    assert_eq!(a["student"].soft.len() as u64, STEPS);
    assert!(a["baseline"].soft.is_empty() && a["teacher"].soft.is_empty());
    assert_eq!(a["student"].epochs.iter().map(|epoch| epoch.step).collect::<Vec<_>>(), [7, 14, 21]);
    assert_eq!(a["student"].snapshots.keys().copied().collect::<Vec<_>>(), [0, 1, 2, 4, 7, 8, 14, 16, 21]);
    assert_eq!(a["student"].finished().outcome, RunOutcome::Done);
    // Student and baseline begin with the same weights.
    assert_eq!(a["student"].snapshots[&0], a["baseline"].snapshots[&0]);
    let other = outcomes(&run(new(&self::recipe(folder.path(), &["training.seed=1"])), vec![]));
    for name in ["teacher", "student", "baseline"] {
        assert_ne!(a[name].total, other[name].total, "{name}");
        assert_ne!(a[name].snapshots[&0], other[name].snapshots[&0], "{name}");
    }
}

#[test]
fn the_training_seed_leaves_the_data_alone_and_the_data_seed_the_initial_weights() {
    let folder = tempfile::tempdir().unwrap();
    let prepared = |overrides: &[&str]| {
        let noisy = ["data.labelled=0.5", "data.label_noise=0.2"];
        let recipe = recipe(folder.path(), &[&noisy[..], overrides].concat());
        Cache::default().prepare(&recipe, &Device::Cpu, &()).unwrap()
    };
    let (a, b, c) = (prepared(&[]), prepared(&["training.seed=7"]), prepared(&["data.seed=7"]));
    assert_eq!((&a.splits, &a.transfer, &a.probe), (&b.splits, &b.transfer, &b.probe));
    assert_ne!(a.splits.train, c.splits.train);
    assert_ne!(a.splits.test, c.splits.test);
    assert_ne!(a.splits.validation, c.splits.validation);
    // With a learning rate that moves nothing, the final weights are the initial ones.
    let still = |overrides: &[&str]| {
        let rest = ["training.learning_rate=1e-30", "training.weight_decay=0", "training.epochs=1"];
        outcomes(&run(new(&recipe(folder.path(), &[&rest[..], overrides].concat())), vec![]))["student"].weights()
    };
    assert_eq!(still(&[]), still(&["data.seed=7"]));
    assert_ne!(still(&[]), still(&["training.seed=7"]));
}

#[test]
fn the_baseline_has_the_bits_of_a_run_on_labels_alone_whatever_the_weights() {
    let folder = tempfile::tempdir().unwrap();
    let of = |soft: &str, hard: &str, more: &[&str]| {
        let (soft, hard) = (format!("distill.soft_weight={soft}"), format!("distill.hard_weight={hard}"));
        let overrides = [&[soft.as_str(), hard.as_str()][..], more].concat();
        outcomes(&run(new(&recipe(folder.path(), &overrides)), vec![]))
    };
    let labels = of("0", "1", &[]);
    let expected = labels["baseline"].weights();
    assert_eq!(labels["student"].weights(), expected);
    assert_eq!(labels["student"].hard, labels["baseline"].hard);
    for (soft, hard) in [("0.9", "0.1"), ("1", "0")] {
        let found = of(soft, hard, &["distill.temperature=2"]);
        assert_eq!(found["baseline"].weights(), expected, "{soft} {hard}");
        assert_eq!(found["baseline"].curves(), labels["baseline"].curves(), "{soft} {hard}");
        assert_ne!(found["student"].weights(), expected);
        // The soft term of a student is not that of its weight.
        assert_eq!(found["student"].soft.len() as u64, STEPS);
    }
}

/// A baseline of labels alone, and one of the teacher's classes alone.
const BOTH: &str = "training.baseline=[\"plain\", \"teacher-labels\"]";

#[test]
fn the_teachers_classes_alone_have_the_bits_of_a_student_that_learns_them() {
    let folder = tempfile::tempdir().unwrap();
    let digits = "data.source=\"digits\"";
    let reports = run(new(&recipe(folder.path(), &[digits, BOTH])), vec![]);
    let runs = started(&reports).runs;
    let names: Vec<String> = runs.iter().map(RunInfo::name).collect();
    assert_eq!(names, ["teacher", "student", "baseline", "teacher-labels"]);
    // It stands beside the others, knows its teacher, and says in its own recipe what it is.
    assert!(runs[1..].iter().all(|info| info.stage == Stage(1) && info.teachers == [runs[0].run]));
    assert_eq!((runs[3].role, runs[3].recipe.distill.method().name), (Role::Baseline, "teacher-labels"));
    assert_eq!(runs[2].recipe.baselines.len() + runs[3].recipe.baselines.len(), 2);
    let found = outcomes(&reports);
    let taught = ["distill={ method = \"teacher-labels\" }", "training.baseline=true"];
    let alone = outcomes(&run(new(&recipe(folder.path(), &[digits, taught[0], taught[1]])), vec![]));
    let (baseline, student) = (&found["teacher-labels"], &alone["student"]);
    assert!(baseline.weights() == student.weights());
    assert_eq!((&baseline.others, baseline.curves()), (&student.others, student.curves()));
    assert_eq!(baseline.others.keys().collect::<Vec<_>>(), ["class"]);
    assert_eq!((&baseline.epochs, &baseline.snapshots), (&student.epochs, &student.snapshots));
    assert_eq!(baseline.answers, student.answers);
    assert_eq!(baseline.finished().test, student.finished().test);
    // Neither changes the plain one, which is another.
    assert!(found["baseline"].weights() == alone["baseline"].weights());
    assert_ne!(found["baseline"].weights(), baseline.weights());
}

/// What moves while it trains.
const COOLS: &str = "distill.temperature={ schedule = \"linear\", from = 8, to = 1 }";
const FALLS: &str = "distill.soft_weight={ schedule = \"cosine\", from = 0.9, to = 0.2 }";

#[test]
fn an_epoch_is_judged_by_what_held_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let found = |overrides: &[&str]| outcomes(&run(new(&recipe(folder.path(), overrides)), vec![]));
    let plain = found(&[]);
    let stays = found(&["distill.temperature={ schedule = \"cosine\", from = 4, to = 4 }"]);
    assert!(stays["student"].curves() == plain["student"].curves());
    assert!(stays["student"].epochs == plain["student"].epochs);
    let moves = found(&[COOLS, FALLS, "distill.hard_weight=\"complement\""]);
    for found in [&stays, &moves] {
        assert!(found["baseline"].weights() == plain["baseline"].weights());
    }
    let epochs = &moves["student"].epochs;
    assert_eq!(epochs.len(), 3);
    for epoch in epochs {
        // 21 steps, of which the newest is one behind those that are done.
        let share = (epoch.step - 1) as f64 / 20.0;
        let t = 8.0 - 7.0 * share;
        let soft = 0.9 - 0.7 * (1.0 - (std::f64::consts::PI * share).cos()) / 2.0;
        let loss = &epoch.validation.loss;
        let total = soft * t * t * loss.get("soft").unwrap() + (1.0 - soft) * loss.get("hard").unwrap();
        assert!((loss.total.unwrap() - total).abs() < 1e-9, "{loss:?} {total}");
    }
}

#[test]
fn a_smoothed_baseline_has_the_bits_of_a_student_of_label_smoothing() {
    let folder = tempfile::tempdir().unwrap();
    let digits = "data.source=\"digits\"";
    let with = |overrides: &[&str]| run(new(&recipe(folder.path(), &[&[digits], overrides].concat())), vec![]);
    let reports = with(&["training.baseline=[\"plain\", \"label-smoothing\"]", "data.labelled=0.5"]);
    let runs = started(&reports).runs;
    let names: Vec<String> = runs.iter().map(RunInfo::name).collect();
    assert_eq!(names, ["teacher", "student", "baseline", "label-smoothing"]);
    assert_eq!(
        (runs[3].steps, runs[3].settings()),
        (runs[1].steps, vec![("distill.smoothing", stillroom::distill::Course::Fixed(0.1))])
    );
    let found = outcomes(&reports);
    // Whether a teacher stands beside it makes no difference to it, nor what the student learns by.
    let smoothed = "distill={ method = \"label-smoothing\" }";
    let alone = outcomes(&with(&[smoothed, "data.labelled=0.5", "training.baseline=true"]));
    let (baseline, student) = (&found["label-smoothing"], &alone["student"]);
    assert!(baseline.weights() == student.weights());
    assert_eq!((&baseline.others, baseline.curves()), (&student.others, student.curves()));
    assert_eq!(baseline.others.keys().collect::<Vec<_>>(), ["smoothed"]);
    assert_eq!((&baseline.answers, &baseline.finished().test), (&student.answers, &student.finished().test));
    assert!(found["baseline"].weights() == alone["baseline"].weights());
    assert_ne!(found["baseline"].weights(), baseline.weights());
}

#[test]
fn the_baseline_follows_the_learning_rate_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = recipe(folder.path(), &[BOTH]);
    let changed = |setting, to| {
        let mut requests = rest_after(5);
        requests.extend([Request::change(setting, to, None), Request::Play]);
        let reports = run(new(&recipe), requests);
        let change = reports.iter().find_map(|report| match &**report {
            Report::Event(Event { stage, step, kind: EventKind::Change(change), .. }) => {
                Some((*stage, *step, change.to))
            }
            _ => None,
        });
        assert_eq!(change, Some((Stage(1), 5, to)));
        outcomes(&reports)
    };
    let plain = outcomes(&run(new(&recipe), vec![]));
    for (setting, to) in [(Setting::TEMPERATURE, 8.0), (Setting::SOFT_WEIGHT, 0.3), (Setting::HARD_WEIGHT, 0.4)] {
        let found = changed(setting, to);
        for name in ["baseline", "teacher-labels"] {
            assert_eq!(found[name], plain[name], "{setting:?}");
        }
        assert_ne!(found["student"].weights(), plain["student"].weights(), "{setting:?}");
        let before = |outcome: &Outcome| outcome.total.range(..5).map(|(_, t)| *t).collect::<Vec<_>>();
        assert_eq!(before(&found["student"]), before(&plain["student"]));
    }
    let found = changed(Setting::LEARNING_RATE, 0.005);
    for name in ["baseline", "teacher-labels"] {
        assert_ne!(found[name].weights(), plain[name].weights(), "{name}");
    }
    // The teacher was done by then.
    assert_eq!(found["teacher"], plain["teacher"]);
}

/// The job of a stream, gone on with from one of its resume states; of what was stored later only the events are left.
pub fn resumed(reports: &[Arc<Report>], state: &ResumeState) -> JobStart {
    let started = started(reports);
    let events = reports.iter().filter_map(|report| match &**report {
        Report::Event(event) => Some(event.clone()),
        _ => None,
    });
    let is_state = |report: &Arc<Report>| matches!(&**report, Report::ResumeState(it) if (it.stage, it.step) == (state.stage, state.step));
    let place = reports.iter().position(is_state).unwrap();
    let finished = finished(&reports[..place]);
    JobStart::Resume(ResumeJob {
        data: started.data.clone(),
        job: started.job,
        sweep: started.sweep,
        runs: started.runs,
        state: Some(state.clone()),
        events: events.collect(),
        finished,
        retry: Vec::new(),
        outside: Vec::new(),
    })
}

/// What has come to its end in a stream.
pub fn finished(reports: &[Arc<Report>]) -> Vec<FinishedRun> {
    let tested = |run: RunId| reports.iter().any(|report| matches!(&**report, Report::Tested(it) if it.run == run));
    let finished = reports.iter().filter_map(|report| match &**report {
        Report::RunFinished(it) => Some(FinishedRun {
            run: it.run,
            outcome: it.outcome,
            validation: it.validation.clone(),
            tested: it.test.is_some() || tested(it.run),
            weights: it.checkpoint.clone().map(KeptWeights::Bytes),
        }),
        _ => None,
    });
    finished.collect()
}

#[test]
fn a_job_that_goes_on_from_any_resume_state_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let variants: [&[&str]; 10] = [
        // The student diverges, its baseline does not.
        &["training.clip=0", "distill.soft_weight=1e30"],
        &["training.keep=\"best\""],
        &[BOTH],
        &["training.optimiser=\"adamw\"", "training.keep=\"best\"", "teacher.keep=\"best\""],
        &["training.schedule={ step = { every = 1, factor = 0.5 } }", "training.warm_up=0.5"],
        &["distill={ method = \"dkd\", warm_up = 2 }"],
        // T is held by a change, the weights go on.
        &[COOLS, FALLS, "distill.hard_weight=\"complement\""],
        &["distill.method=\"hints\"", "distill.hint_epochs=1", "training.optimiser=\"adamw\""],
        &["distill.method=\"hints\"", "distill.hint_epochs=0", "training.keep=\"best\""],
        &["distill.method=\"relational\""],
    ];
    for overrides in variants {
        let recipe = recipe(folder.path(), overrides);
        // Rests in mid-epoch, before and after T is changed, and after the learning rate is.
        let mut requests = rest_after(3);
        requests.extend([Request::Play, Request::Pause, Request::change(Setting::TEMPERATURE, 7.0, None)]);
        requests.extend((0..6).map(|_| Request::StepOnce));
        requests.extend([Request::Play, Request::Pause, Request::change(Setting::LEARNING_RATE, 0.01, None)]);
        requests.extend([Request::StepOnce, Request::Play]);
        let whole = run(new(&recipe), requests);
        let expected = outcomes(&whole);
        let diverges = expected["student"].finished().outcome == RunOutcome::Diverged;
        assert_eq!(diverges, overrides[0] == "training.clip=0");
        assert_eq!(expected["baseline"].finished().outcome, RunOutcome::Done);
        let states: Vec<ResumeState> = whole
            .iter()
            .filter_map(|report| match &**report {
                Report::ResumeState(state) => Some(state.clone()),
                _ => None,
            })
            .collect();
        let places: Vec<(Stage, u64)> = states.iter().map(|state| (state.stage, state.step)).collect();
        for place in [(Stage(0), 0), (Stage(0), 7), (Stage(1), 3), (Stage(1), 9)] {
            assert!(places.contains(&place), "{places:?}");
        }
        for state in &states {
            let again = run(resumed(&whole, state), vec![]);
            let all: Vec<Arc<Report>> = whole.iter().chain(&again).cloned().collect();
            let found = outcomes(&all);
            for name in expected.keys() {
                assert!(found[name] == expected[name], "{overrides:?} from {:?} {}: {name}", state.stage, state.step);
            }
        }
    }
}

#[test]
fn a_resume_state_that_is_damaged_is_a_failed_job_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = recipe(folder.path(), &["training.epochs=2"]);
    let whole = run(new(&recipe), vec![]);
    let state = whole.iter().rev().find_map(|report| match &**report {
        Report::ResumeState(state) => Some(state.clone()),
        _ => None,
    });
    let state = state.unwrap();
    for len in [0, 7, 100, state.bytes.len() / 2, state.bytes.len() - 1] {
        let cut = ResumeState { bytes: Arc::new(state.bytes[..len].to_vec()), ..state.clone() };
        let again = run(resumed(&whole, &cut), vec![]);
        let Some(Report::JobEnded(end)) = again.last().map(|report| &**report) else { panic!() };
        assert_eq!(end.outcome, JobOutcome::Failed, "{len}");
        assert!(end.message.as_ref().unwrap().to_string().contains("resume state"), "{:?}", end.message);
    }
}

#[test]
fn kept_weights_are_those_of_the_epoch_with_the_fewest_validation_errors() {
    let folder = tempfile::tempdir().unwrap();
    // A rate at which errors go up and down.
    let unsteady = ["training.keep=\"best\"", "training.epochs=8", "training.learning_rate=0.5"];
    let found = outcomes(&run(new(&recipe(folder.path(), &unsteady)), vec![]));
    for name in ["student", "baseline"] {
        let epochs = &found[name].epochs;
        let best = epochs.iter().map(|epoch| epoch.validation.errors).min().unwrap();
        let finished = found[name].finished();
        assert_eq!(finished.validation.as_ref().unwrap().errors, best, "{name}");
        let first = epochs.iter().find(|epoch| epoch.validation.errors == best).unwrap();
        assert_eq!(finished.validation.as_ref().unwrap(), &first.validation, "{name}: the earliest of equals");
    }
}

#[test]
fn a_job_in_which_all_diverges_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let wild = ["training.learning_rate=1e30", "training.clip=0", "teacher.learning_rate=0.01"];
    let reports = run(new(&recipe(folder.path(), &wild)), vec![]);
    let found = outcomes(&reports);
    for name in ["student", "baseline"] {
        let finished = found[name].finished();
        assert_eq!(finished.outcome, RunOutcome::Diverged);
        assert_eq!((&finished.validation, &finished.test, &finished.checkpoint), (&None, &None, &None));
        let last = *found[name].total.keys().last().unwrap();
        assert_eq!(finished.steps, last + 1, "the step on which it diverged is its last");
        assert!(!f32::from_bits(found[name].total[&last]).is_finite());
        assert!(found[name].total.range(..last).all(|(_, total)| f32::from_bits(*total).is_finite()));
    }
    assert_eq!(found["teacher"].finished().outcome, RunOutcome::Done);
    let Some(Report::JobEnded(end)) = reports.last().map(|report| &**report) else { panic!() };
    assert_eq!(end.outcome, JobOutcome::Failed);
    assert!(end.message.as_ref().unwrap().to_string().contains("learning rate"));
}
