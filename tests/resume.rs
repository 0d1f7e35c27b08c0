//! The engine interrupted at its worst moments: killed after a live change, closed while paused, stalled or at work, panicked.
//! What is stored and what comes later is the same as without the interruption.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stillroom::protocol::{
    Activity, Epoch, Event, EventKind, JobId, JobOutcome, JobStart, JournalError, Live, Report, Request, ResumeJob,
    Role, RunId, RunOutcome, Setting, WorkerOptions,
};
use stillroom::recipe::Recipe;
use stillroom::runs::{MemoryJournal, Store, StoredJob};
use stillroom::training::{Journal, Observer, Runner as _, Worker};

const RECIPE: &str = r#"
[data]
source = "digits"
[teacher]
model = { mlp = [24] }
epochs = 3
[student]
model = { mlp = [16], dropout = 0.1 }
[training]
epochs = 40
keep = "best"
learning_rate = 3e-3
"#;

/// What moves while it trains.
const MOVING: &str = r#"
[distill]
temperature = { schedule = "linear", from = 8, to = 1 }
soft_weight = { schedule = "cosine", from = 0.9, to = 0.2 }
"#;

fn recipe() -> Recipe {
    Recipe::parse(RECIPE, None, &[]).unwrap()
}

fn moving() -> Recipe {
    Recipe::parse(&format!("{RECIPE}{MOVING}"), None, &[]).unwrap()
}

/// Longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Passes reports on; it may do something first, on the engine's thread.
struct Listener {
    reports: Mutex<SyncSender<Arc<Report>>>,
    first: Box<dyn Fn(&Report) + Send + Sync>,
    activities: Arc<Mutex<Vec<Activity>>>,
}

impl Observer for Listener {
    fn report(&self, report: &Arc<Report>) {
        (self.first)(report);
        let _ = self.reports.lock().unwrap().send(report.clone());
    }

    fn live(&self, live: Live) {
        match live {
            Live::Rejected { code, message, .. } => panic!("{code}: {message}"),
            Live::Progress(progress) => self.activities.lock().unwrap().push(progress.activity),
            _ => {}
        }
    }
}

struct Engine {
    worker: Worker,
    reports: Receiver<Arc<Report>>,
    activities: Arc<Mutex<Vec<Activity>>>,
}

impl Engine {
    fn new(
        journal: impl Journal + 'static,
        resume_every: Duration,
        first: impl Fn(&Report) + Send + Sync + 'static,
    ) -> Self {
        let (sender, reports) = sync_channel(1 << 16);
        let activities = Arc::<Mutex<Vec<Activity>>>::default();
        let listener = Listener { reports: Mutex::new(sender), first: Box::new(first), activities: activities.clone() };
        let options = WorkerOptions { resume_every, ..WorkerOptions::default() };
        Self { worker: Worker::spawn(options, Box::new(journal), Arc::new(listener)).unwrap(), reports, activities }
    }

    fn start(&self, start: JobStart) {
        assert!(self.worker.send(Request::Start(Box::new(start))));
    }

    /// The next report for which `is` holds.
    fn wait(&self, is: impl Fn(&Report) -> bool) -> Arc<Report> {
        let start = Instant::now();
        loop {
            let left = PATIENCE.checked_sub(start.elapsed()).expect("it takes too long");
            let report = self.reports.recv_timeout(left).expect("it takes too long");
            if is(&report) {
                return report;
            }
        }
    }

    fn wait_for_end(&self) -> JobOutcome {
        match &*self.wait(|report| matches!(report, Report::JobEnded(_))) {
            Report::JobEnded(ended) => ended.outcome,
            _ => unreachable!(),
        }
    }

    /// Lets go of the engine; this takes at most so long.
    fn close(self, limit: Duration) -> Vec<Arc<Report>> {
        let start = Instant::now();
        let Self { worker, reports, .. } = self;
        drop(worker);
        assert!(start.elapsed() < limit, "it took {:?}", start.elapsed());
        reports.into_iter().collect()
    }
}

fn epoch_of(report: &Report, role: Role) -> Option<u64> {
    match report {
        // The teacher is the first run, the student the second.
        Report::Epoch(Epoch { run, epoch, .. }) if *run == RunId(if role == Role::Teacher { 1 } else { 2 }) => {
            Some(*epoch)
        }
        _ => None,
    }
}

/// What a job has given: for each run its curve bit by bit, its epochs, and its weights.
#[derive(Debug, Default, PartialEq)]
struct Given {
    curves: Vec<[Vec<u32>; 3]>,
    epochs: Vec<Vec<Epoch>>,
    snapshots: Vec<Vec<u64>>,
    weights: Vec<Vec<u8>>,
}

fn given(store: &Path, job: &StoredJob) -> Given {
    let reader = Store::reader(store);
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let mut given = Given::default();
    for info in &job.runs {
        let curve = reader.curve(info.run).unwrap();
        assert_eq!(curve.total.len() as u64, info.steps, "{} has each step once", info.run);
        assert_eq!(curve.epochs.len() as u64, info.steps / info.steps_per_epoch, "{} has each epoch once", info.run);
        given.curves.push(["soft", "hard", "total"].map(|name| bits(curve.series(name).unwrap_or_default())));
        given.epochs.push(curve.epochs);
        given.snapshots.push(reader.snapshots(info.run).unwrap());
        let finished = job.finished.iter().find(|run| run.run == info.run).unwrap();
        assert_eq!((finished.outcome, finished.steps), (RunOutcome::Done, info.steps));
        given.weights.push(std::fs::read(finished.checkpoint.as_ref().unwrap()).unwrap());
    }
    given
}

/// The same job from its first step, with the same events, never interrupted.
fn uninterrupted(job: &StoredJob) -> Given {
    let journal = MemoryJournal::default();
    let engine = Engine::new(journal.clone(), Duration::from_hours(1), |_| {});
    let again = ResumeJob { state: None, finished: Vec::new(), ..job.clone().into_resume() };
    engine.start(JobStart::Resume(again));
    assert_eq!(engine.wait_for_end(), JobOutcome::Done);
    let mut given = Given::default();
    for info in &job.runs {
        let (mut curve, mut epochs, mut snapshots): ([Vec<u32>; 3], _, _) = Default::default();
        for report in journal.reports() {
            match &*report {
                Report::Steps(steps) if steps.run == info.run => {
                    let terms = steps.terms.iter().map(|(name, values)| (name.as_ref(), values));
                    for (name, values) in terms.chain([("total", &steps.total)]) {
                        let at = ["soft", "hard", "total"].iter().position(|known| *known == name).unwrap();
                        curve[at].extend(values.iter().map(|value| value.to_bits()));
                    }
                }
                Report::Epoch(epoch) if epoch.run == info.run => Vec::push(&mut epochs, epoch.clone()),
                Report::Snapshot(snapshot) if snapshot.run == info.run => Vec::push(&mut snapshots, snapshot.step),
                Report::RunFinished(finished) if finished.run == info.run => {
                    given.weights.push(finished.checkpoint.as_ref().unwrap().to_vec());
                }
                _ => {}
            }
        }
        given.curves.push(curve);
        given.epochs.push(epochs);
        given.snapshots.push(snapshots);
    }
    given
}

/// Goes on with the job in a store until it is done.
fn go_on(store: &Path) -> StoredJob {
    let writer = Store::writer(store).unwrap();
    let engine = Engine::new(writer.journal(), Duration::ZERO, |_| {});
    engine.start(JobStart::Resume(Store::reader(store).job(JobId(1)).unwrap().into_resume()));
    assert_eq!(engine.wait_for_end(), JobOutcome::Done);
    drop(engine);
    drop(writer);
    Store::reader(store).job(JobId(1)).unwrap()
}

const CHILD: &str = "STILLROOM_TEST_STORE";

/// Not a test by itself: the process that is killed. It moves settings while it trains, and tells of each move that is kept.
#[test]
fn child_that_is_killed() {
    let Some(store) = std::env::var_os(CHILD) else { return };
    let resume_every = if std::env::var_os("STILLROOM_TEST_SELDOM").is_some() { 3600 } else { 0 };
    let writer = Store::writer(Path::new(&store)).unwrap();
    let engine = Engine::new(writer.journal(), Duration::from_secs(resume_every), |report| {
        if matches!(report, Report::Event(_)) {
            println!("\nkept");
        }
        // Slow enough for a change to fall into the midst of an epoch.
        if matches!(report, Report::Epoch(_)) {
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let recipe = if std::env::var_os("STILLROOM_TEST_MOVING").is_some() { moving() } else { recipe() };
    engine.start(JobStart::New(recipe.into()));
    let change = |setting, to| assert!(engine.worker.send(Request::change(setting, to, None)));
    engine.wait(|report| epoch_of(report, Role::Teacher) == Some(1));
    change(Setting::LEARNING_RATE, 2e-3);
    engine.wait(|report| epoch_of(report, Role::Student) == Some(3));
    change(Setting::TEMPERATURE, 8.0);
    engine.wait(|report| epoch_of(report, Role::Student) == Some(6));
    engine.worker.send(Request::Pause);
    change(Setting::SOFT_WEIGHT, 0.5);
    engine.worker.send(Request::Play);
    engine.wait(|report| epoch_of(report, Role::Student) == Some(9));
    change(Setting::TEMPERATURE, 2.0);
    change(Setting::LEARNING_RATE, 1e-3);
    engine.wait_for_end();
}

/// Starts the child and kills it once it has told of `events` events and some time has passed.
fn killed_after(store: &Path, events: usize, then: Duration, seldom: bool, moving: bool) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["child_that_is_killed", "--exact", "--nocapture"]).env(CHILD, store);
    if seldom {
        command.env("STILLROOM_TEST_SELDOM", "1");
    }
    if moving {
        command.env("STILLROOM_TEST_MOVING", "1");
    }
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let kept = lines.map_while(Result::ok).filter(|line| line == "kept").take(events).count();
    assert_eq!(kept, events);
    std::thread::sleep(then);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn changes_before_a_kill_happen_again_at_their_steps() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (1, 0, true, false),
        (1, 30, true, true),
        (2, 0, true, false),
        (2, 3, false, false),
        (2, 3, false, true),
        (5, 0, false, false),
        (7, 0, true, true),
        (7, 0, true, false),
        (7, 9, false, false),
    ];
    for (i, (events, millis, seldom, moving)) in cases.into_iter().enumerate() {
        let store = folder.path().join(format!("{i}.db"));
        killed_after(&store, events, Duration::from_millis(millis), seldom, moving);
        let before = Store::reader(&store).job(JobId(1)).unwrap();
        assert!(before.events.len() >= events, "what was told of is stored");
        assert!(before.finished.len() < 3, "it was killed too late");
        if seldom && events > 1 {
            let state = before.resume.as_ref().expect("the teacher need not be trained again");
            assert!(before.events.iter().any(|event| event.step > state.step));
        }
        let after = go_on(&store);
        assert_eq!(after.events, before.events);
        let changed = |event: &Event| matches!(event.kind, EventKind::Change(_));
        assert!(after.events.iter().any(changed));
        assert_eq!(given(&store, &after), uninterrupted(&after), "case {i}");
    }
}

#[test]
fn a_change_made_while_others_are_replayed_keeps_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.db");
    killed_after(&store, 7, Duration::ZERO, true, false);
    // It goes on from the pause after epoch 6, is changed before the old changes after epoch 9, and is closed before those.
    let writer = Store::writer(&store).unwrap();
    let engine = Engine::new(writer.journal(), Duration::ZERO, |report| {
        if epoch_of(report, Role::Student).is_some() {
            std::thread::sleep(Duration::from_millis(400));
        }
    });
    engine.start(JobStart::Resume(Store::reader(&store).job(JobId(1)).unwrap().into_resume()));
    engine.wait(|report| epoch_of(report, Role::Student).is_some());
    engine.worker.send(Request::change(Setting::HARD_WEIGHT, 0.3, None));
    engine.wait(|report| matches!(report, Report::Event(_)));
    engine.close(Duration::from_secs(5));
    drop(writer);
    let after = go_on(&store);
    let steps: Vec<u64> = after.events.iter().map(|event| event.step).collect();
    assert!(steps.len() == 8 && steps[7] < steps[5], "{steps:?}");
    assert_eq!(given(&store, &after), uninterrupted(&after));
}

#[test]
fn closing_at_the_end_of_an_epoch_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (i, (at, recipe)) in [(2, recipe()), (40, recipe()), (2, moving()), (40, moving())].into_iter().enumerate() {
        let store = folder.path().join(format!("{i}.db"));
        let writer = Store::writer(&store).unwrap();
        let (ends, end) = sync_channel(1 << 16);
        let ends = Mutex::new(ends);
        let steps = 10 * at;
        // The last steps of an epoch are reported just before it is evaluated: closing then cuts the evaluation short.
        let engine = Engine::new(writer.journal(), Duration::from_hours(1), move |report| {
            if let Report::Steps(it) = report
                && it.run == RunId(2)
                && it.first_step + it.total.len() as u64 == steps
            {
                let _ = ends.lock().unwrap().send(());
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        engine.start(JobStart::New(recipe.into()));
        end.recv_timeout(PATIENCE).unwrap();
        let last = engine.close(Duration::from_secs(5));
        assert!(matches!(&**last.last().unwrap(), Report::JobEnded(ended) if ended.outcome == JobOutcome::Paused));
        drop(writer);
        assert_eq!(Store::reader(&store).job(JobId(1)).unwrap().resume.unwrap().step, steps);
        let after = go_on(&store);
        assert_eq!(given(&store, &after), uninterrupted(&after), "closed after epoch {at}");
    }
}

#[test]
fn closing_while_paused_takes_no_time() {
    let journal = MemoryJournal::default();
    let engine = Engine::new(journal.clone(), Duration::ZERO, |_| {});
    engine.start(JobStart::New(recipe().into()));
    engine.wait(|report| epoch_of(report, Role::Student) == Some(2));
    engine.worker.send(Request::Pause);
    engine.wait(|report| matches!(report, Report::Event(event) if event.kind == EventKind::Paused));
    let last = engine.close(Duration::from_secs(1));
    assert!(matches!(&**last.last().unwrap(), Report::JobEnded(ended) if ended.outcome == JobOutcome::Paused));
}

/// A journal whose disk answers no more.
struct Stalled(MemoryJournal, Arc<AtomicBool>);

impl Stalled {
    fn answer(&self) -> Result<(), JournalError> {
        if self.1.load(Ordering::Relaxed) { Err(JournalError::Busy) } else { Ok(()) }
    }
}

impl Journal for Stalled {
    fn reserve(&mut self, runs: usize) -> Result<(JobId, Vec<RunId>), JournalError> {
        self.0.reserve(runs)
    }

    fn lease(&mut self, job: JobId) -> Result<(), JournalError> {
        self.0.lease(job)
    }

    fn release(&mut self, job: JobId) {
        self.0.release(job);
    }

    fn send(&mut self, report: &Arc<Report>) -> Result<(), JournalError> {
        self.answer()?;
        self.0.send(report)
    }

    fn commit(&mut self) -> Result<(), JournalError> {
        self.answer()?;
        self.0.commit()
    }
}

#[test]
fn closing_over_a_stalled_disk_ends() {
    let stalled = Arc::new(AtomicBool::new(false));
    let engine = Engine::new(Stalled(MemoryJournal::default(), stalled.clone()), Duration::ZERO, |_| {});
    engine.start(JobStart::New(recipe().into()));
    engine.wait(|report| epoch_of(report, Role::Student) == Some(2));
    stalled.store(true, Ordering::Relaxed);
    std::thread::sleep(Duration::from_millis(100));
    engine.close(Duration::from_secs(15));
}

#[test]
fn a_wait_for_the_disk_is_told() {
    let stalled = Arc::new(AtomicBool::new(false));
    let disk = stalled.clone();
    let engine = Engine::new(Stalled(MemoryJournal::default(), stalled.clone()), Duration::ZERO, move |report| {
        // Slow enough to be told where training stands before.
        if epoch_of(report, Role::Student).is_some_and(|epoch| epoch <= 30) {
            std::thread::sleep(Duration::from_millis(10));
        }
        if epoch_of(report, Role::Student) == Some(30) {
            disk.store(true, Ordering::Relaxed);
        }
    });
    engine.start(JobStart::New(recipe().into()));
    engine.wait(|report| epoch_of(report, Role::Student) == Some(30));
    assert!(!engine.activities.lock().unwrap().contains(&Activity::WaitingForDisk));
    let start = Instant::now();
    while engine.activities.lock().unwrap().last() != Some(&Activity::WaitingForDisk) {
        assert!(start.elapsed() < PATIENCE, "nothing is said of it");
        std::thread::sleep(Duration::from_millis(1));
    }
    stalled.store(false, Ordering::Relaxed);
    assert_eq!(engine.wait_for_end(), JobOutcome::Done);
    assert_eq!(engine.activities.lock().unwrap().last(), Some(&Activity::Training));
}

#[test]
fn closing_in_the_teachers_pass_takes_no_time() {
    let text = "[data]\nsource = \"mnist-mini\"\n[teacher]\nmodel = { cnn = [64, 64], dense = [128] }\nepochs = 1\nbatch = 1750\n\
                [student]\nmodel = { mlp = [8] }\n";
    let engine = Engine::new(MemoryJournal::default(), Duration::ZERO, |_| {});
    engine.start(JobStart::New(Recipe::parse(text, None, &[]).unwrap().into()));
    engine.wait(|report| matches!(report, Report::RunFinished(_)));
    // 5,000 images through that take seconds.
    let last = engine.close(Duration::from_secs(2));
    assert!(matches!(&**last.last().unwrap(), Report::JobEnded(ended) if ended.outcome == JobOutcome::Paused));
}

#[test]
fn a_panic_is_a_failed_job_that_can_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.db");
    let writer = Store::writer(&store).unwrap();
    let once = AtomicBool::new(true);
    let engine = Engine::new(writer.journal(), Duration::ZERO, move |report| {
        if epoch_of(report, Role::Student) == Some(5) && once.swap(false, Ordering::Relaxed) {
            panic!("a panic that a test asked for");
        }
    });
    engine.start(JobStart::New(recipe().into()));
    assert_eq!(engine.wait_for_end(), JobOutcome::Failed);
    let message = Store::reader(&store).jobs(true).unwrap()[0].message.clone().unwrap();
    assert!(message.to_string().ends_with("a panic that a test asked for"), "{message}");
    assert!(engine.worker.is_alive());
    // The same thread goes on with it.
    engine.start(JobStart::Resume(Store::reader(&store).job(JobId(1)).unwrap().into_resume()));
    assert_eq!(engine.wait_for_end(), JobOutcome::Done);
    engine.close(Duration::from_secs(1));
    drop(writer);
    let after = Store::reader(&store).job(JobId(1)).unwrap();
    assert_eq!(given(&store, &after), uninterrupted(&after));
}

#[test]
fn closing_right_after_a_panic_ends() {
    let once = AtomicBool::new(true);
    let engine = Engine::new(MemoryJournal::default(), Duration::ZERO, move |report| {
        assert!(epoch_of(report, Role::Teacher).is_none() || !once.swap(false, Ordering::Relaxed), "asked for");
    });
    engine.start(JobStart::New(recipe().into()));
    std::thread::sleep(Duration::from_millis(50));
    engine.close(Duration::from_secs(5));
}
