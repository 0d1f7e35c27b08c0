//! Killed, full or paused in mid-run: what is stored is sound, and going on gives what would have come anyway.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use stillroom::protocol::{JobId, RunId, Stage};
use stillroom::runs::{Curve, Status};

use crate::tool::{Place, Ran, ending_signals, program};

/// Half a second with everything that a resume state must hold: dropout, jitter, momenta, the best epoch so far, a schedule.
pub const LONGER: &str = r#"title = "Longer"
[data]
source = "digits"
[teacher]
model = { mlp = [24] }
epochs = 30
[student]
model = { mlp = [16], dropout = 0.1 }
[training]
epochs = 50
jitter = 1
keep = "best"
warm_up = 1.5
learning_rate = 3e-3
"#;

const RUN: [&str; 5] = ["run", "longer.toml", "--json", "--resume-every", "0"];

/// What an uninterrupted run gives: its results and, for each run, its curve and its snapshots' steps.
pub struct Whole {
    pub results: Vec<serde_json::Value>,
    pub runs: Vec<Stored>,
    /// How many epochs it tells of.
    pub epochs: usize,
}

#[derive(Debug, PartialEq)]
pub struct Stored {
    curve: Bits,
    snapshots: Vec<u64>,
    /// The name of the file says what is in it.
    checkpoint: String,
}

/// A curve that can be compared bit for bit, NaN included.
#[derive(Debug, PartialEq)]
struct Bits([Vec<u32>; 5], String);

impl From<Curve> for Bits {
    fn from(curve: Curve) -> Self {
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect();
        let epochs: Vec<_> =
            curve.epochs.iter().map(|epoch| (epoch.epoch, epoch.step, &epoch.loss, &epoch.validation)).collect();
        Self(
            ["hint", "branch", "soft", "hard", "total"].map(|name| bits(curve.series(name).unwrap_or_default())),
            format!("{epochs:?}"),
        )
    }
}

pub fn stored(place: &Place, job: JobId) -> Vec<Stored> {
    let store = place.store();
    let job = store.job(job).unwrap();
    job.runs
        .iter()
        .map(|info| {
            let curve = store.curve(info.run).unwrap();
            assert_eq!(curve.total.len() as u64, info.steps, "each step once");
            let finished = job.finished.iter().find(|run| run.run == info.run).unwrap();
            let checkpoint = finished.checkpoint.as_ref().unwrap();
            Stored {
                curve: curve.into(),
                snapshots: store.snapshots(info.run).unwrap(),
                checkpoint: checkpoint.file_name().unwrap().to_string_lossy().into_owned(),
            }
        })
        .collect()
}

pub fn whole() -> Whole {
    whole_of(LONGER)
}

fn whole_of(recipe: &str) -> Whole {
    let place = Place::new();
    place.write("longer.toml", recipe);
    place.write("texts.csv", texts());
    let ran = place.run(&RUN).is_good();
    Whole { results: ran.results(), runs: stored(&place, JobId(1)), epochs: ran.events("epoch").len() }
}

impl Whole {
    pub fn is_what_came(&self, place: &Place, ran: &Ran) {
        assert_eq!(ran.results(), self.results);
        assert_eq!(stored(place, JobId(1)), self.runs);
        let store = place.store();
        assert_eq!(store.jobs(true).unwrap().len(), 1);
        assert_eq!(store.job(JobId(1)).unwrap().status, Status::Done);
    }
}

pub fn start(place: &Place, arguments: &[&str]) -> Child {
    place.command(program(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub fn is_sound(place: &Place) {
    let store = rusqlite::Connection::open(place.path("store.db")).unwrap();
    let verdict: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
}

/// Lets a run tell of so many epochs, kills it so much later, and gives what it had said by then. Counted in what it does, such a
/// moment lies at the same place on a machine that is busy with others.
pub fn killed_after(mut run: Child, epochs: usize, later: Duration, kill: impl FnOnce(&mut Child)) -> Ran {
    let mut stdout = BufReader::new(run.stdout.take().unwrap());
    let mut said = String::new();
    let mut seen = 0;
    while seen < epochs {
        let at = said.len();
        if stdout.read_line(&mut said).unwrap() == 0 {
            break;
        }
        seen += usize::from(said[at..].contains(r#""event":"epoch""#));
    }
    std::thread::sleep(later);
    kill(&mut run);
    stdout.read_to_string(&mut said).unwrap();
    let mut ran = Ran::of(run.wait_with_output().unwrap());
    ran.stdout = said;
    ran
}

#[test]
fn a_killed_run_goes_on_as_if_nothing_had_happened() {
    kill_and_go_on(LONGER, 10);
}

#[test]
fn hints_that_are_killed_in_either_phase_go_on_with_their_regressor() {
    let recipe = LONGER.replace("[training]", "[distill]\nmethod = \"hints\"\nhint_epochs = 25\n[training]");
    kill_and_go_on(&recipe, 20);
}

/// A small transformer of texts, and what is made of its layers.
fn of_texts(student: &str, method: &str) -> String {
    format!(
        r#"title = "Longer"
[data]
source = {{ csv = "texts.csv", text = "text", label = "label" }}
[teacher]
model = {{ transformer = 2, width = 32, heads = 2, dropout = 0.1 }}
epochs = 12
[student]
model = {{ {student} }}
[distill]
{method}
[training]
epochs = 30
batch = 16
warm_up = 1.5
learning_rate = 3e-3
schedule = "linear"
keep = "best"
"#
    )
}

/// Reviews of ten words, a line each.
fn texts() -> String {
    let words = ["good", "bad", "fine", "poor", "long", "short", "film", "plot", "end", "star"];
    let row = |i: usize| {
        let text: Vec<&str> = (0..4 + i % 5).map(|j| words[(i * (j + 3) + j * j) % words.len()]).collect();
        let label = if text.contains(&"good") == text.contains(&"bad") { "no" } else { "yes" };
        format!("{},{label}\n", text.join(" "))
    };
    std::iter::once("text,label\n".to_owned()).chain((0..160).map(row)).collect()
}

#[test]
fn layers_that_change_places_are_killed_in_either_phase_and_throw_the_same_coins() {
    kill_and_go_on(&of_texts("of_teacher = 1", "method = \"theseus\"\nreplace_epochs = 16"), 20);
}

#[test]
fn branches_that_are_killed_go_on() {
    kill_and_go_on(&of_texts("of_teacher = \"all\", speed = 0.5", "method = \"early-exit\""), 10);
}

fn kill_and_go_on(recipe: &str, times: usize) {
    let whole = whole_of(recipe);
    let mut killed = 0;
    for i in 0..times {
        let place = Place::new();
        place.write("longer.toml", recipe);
        place.write("texts.csv", texts());
        // Spread over the whole run, and again over what is left of it; at the end of an epoch and in its middle.
        let later = |i: usize| Duration::from_micros(1300 * (i % 4) as u64);
        let killed_at = |run: Child, epochs: usize, i: usize| {
            killed_after(run, epochs * i / times, later(i), |run| run.kill().unwrap())
        };
        let ran = killed_at(start(&place, &RUN), whole.epochs, i);
        killed += usize::from(ran.status.is_none());
        let has_job = !place.store().jobs(true).unwrap().is_empty();
        assert!(has_job || ran.stdout.is_empty(), "what was said to have started is stored");
        if !has_job {
            let ran = place.run(&RUN).is_good();
            assert_eq!(ran.results(), whole.results);
            continue;
        }
        is_sound(&place);
        let came = |ran: &Ran| {
            if ran.events("finished").len() == whole.runs.len() {
                whole.is_what_came(&place, ran);
            } else {
                // It was killed between its last commit and its last word.
                assert_eq!(stored(&place, JobId(1)), whole.runs);
            }
        };
        if place.store().job(JobId(1)).unwrap().status == Status::Done {
            came(&ran);
            continue;
        }
        assert_eq!(place.store().job(JobId(1)).unwrap().status, Status::Interrupted);
        let resume = ["run", "--resume", "j-0001", "--json", "--resume-every", "0"];
        let left = whole.epochs - ran.events("epoch").len();
        let ran = killed_at(start(&place, &resume), left, (i * 7 + 3) % times);
        killed += usize::from(ran.status.is_none());
        is_sound(&place);
        let ran = if place.store().job(JobId(1)).unwrap().status == Status::Done {
            ran
        } else {
            place.run(&resume).is_good()
        };
        came(&ran);
    }
    assert!(10 * killed >= 8 * times, "only {killed} were still running");
}

#[test]
#[cfg(unix)]
fn a_full_disk_ends_a_run_that_can_be_resumed() {
    let whole = whole();
    let mut failed = 0;
    // Files of at most so many blocks of 512 bytes (1,024 in some shells).
    for blocks in [200, 400, 600, 800, 1200, 1600] {
        let place = Place::new();
        place.write("longer.toml", LONGER);
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let shell = [&["-c", &script, program().to_str().unwrap()], RUN.as_slice()].concat();
        let ran = Ran::of(place.command("sh".as_ref(), &shell).output().unwrap());
        let started = !ran.events("started").is_empty();
        match ran.status {
            Some(0) => continue,
            Some(1) => assert!(started, "{ran:#?}"),
            Some(2) => {
                assert!(!started, "{ran:#?}");
                continue;
            }
            _ => panic!("{ran:#?}"),
        }
        failed += 1;
        assert!(ran.stderr.contains("stillroom run --resume j-0001"), "{}", ran.stderr);
        is_sound(&place);
        let status = place.store().job(JobId(1)).unwrap().status;
        assert!(matches!(status, Status::Interrupted | Status::Failed), "{status:?}");
        let ran = place.run(&["run", "--resume", "r-0002", "--json"]).is_good();
        whole.is_what_came(&place, &ran);
    }
    assert!(failed > 0, "no limit was met in mid-run");
}

#[cfg(unix)]
fn send_signal(signal: &str, child: &Child) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

#[test]
#[cfg(unix)]
fn ctrl_c_and_the_systems_signals_pause() {
    let whole = whole();
    for signal in ending_signals() {
        let place = Place::new();
        place.write("longer.toml", LONGER);
        let mut child = start(&place, &RUN);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Beyond the thirty of the teacher, long before the last of the students.
        let epochs = lines.by_ref().filter(|line| line.as_ref().unwrap().contains(r#""event":"epoch""#));
        assert_eq!(epochs.take(34).count(), 34);
        send_signal(signal, &child);
        lines.for_each(drop);
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.status, Some(1), "{signal}: {ran:#?}");
        assert!(ran.stderr.contains("j-0001 is paused; go on with: stillroom run --resume j-0001"), "{}", ran.stderr);
        let job = place.store().job(JobId(1)).unwrap();
        assert_eq!(job.status, Status::Paused);
        let state = job.resume.unwrap();
        assert!((state.stage, state.step) > (Stage(0), 0), "{signal}: nothing of the training is kept");
        // The recipe may be named again, but not another one.
        let other = place.run(&["run", "tiny.toml", "--resume", "j-0001"]);
        assert_eq!(other.status, Some(2), "{other:#?}");
        let ran = place.run(&["run", "longer.toml", "--resume", "j-0001", "--json"]).is_good();
        assert!(ran.events("started")[0]["resumed_at"].is_u64(), "{signal}: it began again");
        whole.is_what_came(&place, &ran);
        assert_eq!(place.store().find("r-0003").unwrap(), JobId(1));
        assert_eq!(place.store().curve(RunId(1)).unwrap().series("soft"), None);
    }
}

#[test]
#[cfg(unix)]
fn a_hangup_that_is_ignored_stays_ignored() {
    let place = Place::new();
    place.write("many.toml", MANY);
    // What `nohup` does, without its file.
    let script = "trap '' HUP; exec \"$0\" \"$@\"";
    let shell = ["-c", script, program().to_str().unwrap(), "run", "many.toml", "--json"];
    let child = place.command("sh".as_ref(), &shell).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until_there_is_a_job(&place);
    send_signal("HUP", &child);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.status, Some(0), "{ran:#?}");
}

/// A hundred rows of nothing, for so many epochs that they take some seconds.
const MANY: &str = r#"title = "Many"
[data]
source = "digits"
labelled = 0.02
omit_classes = ["2", "3", "4", "5", "6", "7", "8", "9"]
[teacher]
model = { mlp = [4] }
epochs = 1
[student]
model = { mlp = [2] }
[training]
epochs = 1500
batch = 512
"#;

#[cfg(unix)]
fn until_there_is_a_job(place: &Place) {
    let start = Instant::now();
    while place.store().jobs(true).is_ok_and(|jobs| jobs.is_empty()) {
        assert!(start.elapsed() < Duration::from_secs(60), "no job begins");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
#[cfg(unix)]
fn many_short_epochs_pause_at_once_and_go_on() {
    let place = Place::new();
    place.write("many.toml", MANY);
    let mut arguments = vec!["run", "many.toml", "--set", "training.epochs=1000000"];
    for resumed in [false, true] {
        let child = start(&place, &arguments);
        until_there_is_a_job(&place);
        std::thread::sleep(Duration::from_secs(3));
        let sent = Instant::now();
        send_signal("TERM", &child);
        let ran = Ran::of(child.wait_with_output().unwrap());
        let took = sent.elapsed();
        assert_eq!(ran.status, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains("j-0001 is paused; go on with: stillroom run --resume j-0001"), "{}", ran.stderr);
        // A tenth of a second on an idle machine.
        assert!(took < Duration::from_secs(4), "pausing took {took:?}");
        let state = place.store().job(JobId(1)).unwrap().resume.unwrap();
        assert!(state.step > 0);
        if resumed {
            let goes_on = ran.stderr.split("which goes on after step ").nth(1).unwrap();
            let from: u64 = goes_on.split(':').next().unwrap().parse().unwrap();
            assert!(from > 0 && from < state.step, "from {from} to {}", state.step);
        }
        arguments = vec!["run", "--resume", "j-0001"];
    }
}

#[test]
fn a_reader_that_goes_away_pauses_the_run() {
    let place = Place::new();
    place.write("longer.toml", LONGER);
    let mut child = start(&place, &RUN);
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.status, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("the results cannot be printed"), "{}", ran.stderr);
    assert_eq!(place.store().job(JobId(1)).unwrap().status, Status::Paused);
    place.run(&["run", "--resume", "j-0001", "--json"]).is_good();
}
