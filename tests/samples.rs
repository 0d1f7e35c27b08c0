//! Stores and models of older versions open for ever: those of the first version are kept in `tests/samples/first/`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use stillroom::runs::{Status, Store};
use stillroom::training::report::JobId;

#[path = "cli/tool.rs"]
#[allow(dead_code, reason = "shared with the tests of the terminal")]
mod tool;

use tool::Place;

/// A place with a copy of the first version's store. Its jobs know the table by the path that it had then.
fn place() -> Place {
    let place = Place::new();
    let samples = Path::new("tests/samples/first");
    let copy = |name: &str| place.write(name, std::fs::read(samples.join(name)).unwrap());
    ["trees.csv", "trees-student.safetensors", "digits-student.safetensors", "store.db"].into_iter().for_each(copy);
    copy_files(&place, samples, Path::new("store.db.files"));
    let connection = rusqlite::Connection::open(place.path("store.db")).unwrap();
    let now = place.path("trees.csv");
    for table in ["job", "run"] {
        let then = "/tmp/stillroom-sample/trees.csv";
        connection
            .execute(&format!("UPDATE {table} SET recipe = replace(recipe, ?1, ?2)"), [then, now.to_str().unwrap()])
            .unwrap();
    }
    drop(connection);
    place
}

fn copy_files(place: &Place, samples: &Path, folder: &Path) {
    for entry in std::fs::read_dir(samples.join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(samples).unwrap();
        if path.is_dir() {
            copy_files(place, samples, name);
        } else {
            place.write(name.to_str().unwrap(), std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn the_first_store_opens_and_shows_all_it_has() {
    let place = place();
    let runs = place.run(&["runs", "--json"]).is_good().lines();
    assert_eq!(runs.len(), 12);
    let store = place.store();
    for (job, status) in [(1, Status::Done), (2, Status::Done), (3, Status::Paused), (4, Status::Interrupted)] {
        let stored = store.job(JobId(job)).unwrap();
        assert_eq!((stored.status, stored.data), (status, None), "{job}");
        for run in &stored.runs {
            store.curve(run.run).unwrap();
        }
        store.probe(JobId(job)).unwrap();
    }
    let done = place.run(&["run", "--resume", "j-0001", "--json"]).is_good();
    assert_eq!(done.finished("student")["test"]["errors"], 0);
}

#[test]
fn the_first_jobs_resume_to_their_end() {
    let place = place();
    for (job, steps) in [("j-0003", 2400), ("j-0004", 600)] {
        let ran = place.run(&["run", "--resume", job, "--json"]).is_good();
        assert_eq!(ran.finished("student")["steps"], steps, "{job}");
        assert!(ran.stderr.contains("kept no fingerprint"), "{}", ran.stderr);
    }
    let store = Store::reader(place.path("store.db"));
    for job in [3, 4] {
        assert_eq!(store.job(JobId(job)).unwrap().status, Status::Done);
    }
}

#[test]
fn the_first_students_predict() {
    let place = place();
    for (student, data, rows) in [("trees", "trees.csv", 90), ("digits", "digits", 1797)] {
        let student = format!("{student}-student.safetensors");
        let arguments = ["predict", &student, "--data", data, "--split", "all", "--out", "p.csv", "--json"];
        let line = place.run(&arguments).is_good().lines().remove(0);
        assert_eq!(line["examples"], rows, "{line}");
        assert!(line["accuracy"].as_f64() > Some(0.55), "{line}");
    }
    // As teachers they still know the rows that they learnt, so that no test row is among them.
    let recipe = "[data]\nsource = { csv = \"trees.csv\", label = \"tree\" }\n[teacher]\ncheckpoint = \"trees-student.safetensors\"\n\
                  [student]\nmodel = { mlp = [2] }\n[training]\nepochs = 1\n";
    place.write("again.toml", recipe);
    place.run(&["run", "again.toml", "--json"]).is_good();
    let other = place.run(&["run", "again.toml", "--set", "data.seed=5", "--json"]);
    assert_eq!(other.status, Some(2), "{}", other.stderr);
}
