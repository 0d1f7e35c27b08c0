//! An engine in a process of its own: the same results, whoever is killed.

use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stillroom::protocol::{JobId, Live, Report, Request, WorkerOptions};
use stillroom::recipe::Recipe;
use stillroom::runs::{MemoryJournal, Status};
use stillroom::training::{Observer, Process, Runner as _};

use crate::interruption::{LONGER, is_sound, killed_after, start, stored, whole};
use crate::tool::{Place, Ran};

const RUN: [&str; 7] = ["run", "longer.toml", "--json", "--resume-every", "0", "--runner", "process"];
const RESUME: [&str; 7] = ["run", "--resume", "j-0001", "--json", "--resume-every", "0", "--runner=process"];

#[test]
fn a_process_gives_the_store_that_a_thread_gives() {
    let whole = whole();
    let place = Place::new();
    place.write("longer.toml", LONGER);
    let ran = place.run(&RUN).is_good();
    whole.is_what_came(&place, &ran);
}

/// The processes that a process has started.
#[cfg(target_os = "linux")]
fn children(of: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    children.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

#[cfg(target_os = "linux")]
fn is_running(id: u32) -> bool {
    // A dead one that nobody has waited for yet is a zombie.
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

#[cfg(target_os = "linux")]
fn kill(id: u32) {
    Command::new("kill").args(["-9", &id.to_string()]).status().unwrap();
}

/// The engine of a run that has just been started, once it is there.
#[cfg(target_os = "linux")]
fn engine_of(run: &Child) -> Option<u32> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        if let Some(engine) = children(run.id()).first() {
            return Some(*engine);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

#[cfg(target_os = "linux")]
fn is_gone_within(limit: Duration, id: u32) -> bool {
    let start = Instant::now();
    while is_running(id) {
        if start.elapsed() > limit {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

#[test]
#[cfg(target_os = "linux")]
fn whoever_is_killed_the_job_goes_on_as_if_nothing_had_happened() {
    let whole = whole();
    let mut killed = [0, 0];
    for i in 0..20 {
        let place = Place::new();
        place.write("longer.toml", LONGER);
        let run = start(&place, &RUN);
        let engine = engine_of(&run).expect("an engine");
        let is_parent = i % 2 == 0;
        let later = Duration::from_micros(700 * i);
        let ran = killed_after(run, whole.epochs * (i as usize / 2) / 10, later, |run| {
            kill(if is_parent { run.id() } else { engine });
        });
        assert!(is_gone_within(Duration::from_secs(10), engine), "an orphan is left");
        if ran.status == Some(0) {
            continue;
        }
        let has_job = place.store().jobs(true).is_ok_and(|jobs| !jobs.is_empty());
        if !has_job {
            assert!(ran.stdout.is_empty(), "what was said to have started is stored");
            continue;
        }
        is_sound(&place);
        let status = place.store().job(JobId(1)).unwrap().status;
        if status == Status::Done {
            continue;
        }
        killed[usize::from(is_parent)] += 1;
        assert_eq!(status, Status::Interrupted);
        if !is_parent {
            assert_eq!(ran.status, Some(1), "{ran:#?}");
            assert!(ran.stderr.contains("stillroom run --resume j-0001"), "{}", ran.stderr);
        }
        let ran = place.run(&RESUME).is_good();
        if ran.events("finished").len() == 3 {
            whole.is_what_came(&place, &ran);
        } else {
            assert_eq!(stored(&place, JobId(1)), whole.runs);
        }
    }
    assert!(killed.iter().all(|killed| *killed >= 8), "{killed:?} were killed in mid-run");
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_pauses_and_stores() {
    let whole = whole();
    let place = Place::new();
    place.write("longer.toml", LONGER);
    let run = start(&place, &[&RUN[..], &["--set", "training.epochs=50"]].concat());
    let engine = engine_of(&run).expect("an engine");
    while !place.store().jobs(true).is_ok_and(|jobs| !jobs.is_empty()) {
        std::thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    let ran = Ran::of(run.wait_with_output().unwrap());
    assert!(!is_running(engine));
    assert_eq!(ran.status, Some(1), "{ran:#?}");
    assert_eq!(place.store().job(JobId(1)).unwrap().status, Status::Paused);
    let ran = place.run(&RESUME).is_good();
    whole.is_what_came(&place, &ran);
}

/// What an engine says, in words.
#[derive(Default)]
struct Words(Mutex<Vec<String>>);

impl Observer for Words {
    fn report(&self, _report: &Arc<Report>) {}

    fn live(&self, live: Live) {
        if let Live::Rejected { code, message } = live {
            self.0.lock().unwrap().push(format!("{code}: {message}"));
        }
    }
}

/// What is said of a program that is no engine, after a start was asked for.
#[cfg(unix)]
fn said_of(script: &str) -> String {
    let words = Arc::new(Words::default());
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    let engine =
        Process::spawn(command, WorkerOptions::default(), Box::new(MemoryJournal::default()), words.clone()).unwrap();
    let recipe = Recipe::parse(LONGER, None, &[]).unwrap();
    engine.send(Request::Start(Box::new(stillroom::protocol::JobStart::New(recipe.into()))));
    let start = Instant::now();
    while engine.is_alive() {
        assert!(start.elapsed() < Duration::from_secs(10), "it waits for ever");
        std::thread::sleep(Duration::from_millis(2));
    }
    drop(engine);
    let words = words.0.lock().unwrap();
    assert_eq!(words.len(), 1, "{words:?}");
    words[0].clone()
}

#[test]
#[cfg(unix)]
fn what_is_no_engine_of_this_version_is_refused_in_words() {
    let text = "stillroom worker 77.0.0";
    let other = format!("printf '\\{:03o}\\000\\000\\000\\000{text}'; cat > /dev/null", text.len());
    assert!(said_of(&other).contains("Stillroom 77.0.0"), "{}", said_of(&other));
    let noise = said_of("echo 'Segmentation fault'; cat > /dev/null");
    assert!(noise.contains("no message") && noise.contains("Segm"), "{noise}");
    assert!(said_of("exit 3").contains("broke off"), "{}", said_of("exit 3"));
    let own = format!("stillroom worker {}", env!("CARGO_PKG_VERSION"));
    let greeting = format!("printf '\\{:03o}\\000\\000\\000\\000{own}'", own.len());
    let cut = said_of(&format!("{greeting}; printf '\\100\\000\\000\\000\\000abc'"));
    assert!(cut.contains("broke off"), "{cut}");
    let noise = said_of(&format!("{greeting}; echo 'CUDA error: out of memory'; cat > /dev/null"));
    assert!(noise.contains("no message"), "{noise}");
    let gone = said_of(&greeting);
    assert!(gone.contains("has ended"), "{gone}");
}
