//! Stores and models of older versions open for ever: those of the first version are kept in
//! `tests/samples/first/`, a store of the next ones in `second/`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use stillroom::protocol::JobId;
use stillroom::runs::{Status, Store};

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

/// A place with a copy of the store of the version that kept a fingerprint, and no answers yet.
fn second_place() -> Place {
    let place = Place::new();
    let samples = Path::new("tests/samples/second");
    place.write("store.db", std::fs::read(samples.join("store.db")).unwrap());
    copy_files(&place, samples, Path::new("store.db.files"));
    place
}

#[test]
fn the_second_store_opens_tells_its_story_and_resumes() {
    let place = second_place();
    assert_eq!(place.run(&["runs", "--json"]).is_good().lines().len(), 6);
    // What nobody kept is not said: rows apart, training errors, the share of the gradient.
    let done = place.run(&["run", "--resume", "j-0001", "--json"]).is_good();
    let verdict = done.events("verdict").remove(0);
    assert!(
        verdict["sentence"].as_str().unwrap().contains(" with this seed: ") && verdict["rows"].is_null(),
        "{verdict}"
    );
    assert!(place.store().answers(JobId(1)).unwrap().is_empty());

    let resumed = place.run(&["run", "--resume", "j-0002", "--json"]).is_good();
    assert!(!resumed.stderr.contains("fingerprint"), "{}", resumed.stderr);
    assert_eq!(resumed.finished("student")["steps"], 2400);
    let store = place.store();
    assert_eq!(store.job(JobId(2)).unwrap().status, Status::Done);
    let of_students = store.answers(JobId(2)).unwrap().iter().filter(|it| it.run.0 > 4).count();
    assert_eq!(of_students, 4, "validation and test rows of student and baseline");
    let student = store.runs(false).unwrap().into_iter().find(|row| row.run.0 == 5).unwrap();
    assert!(student.rows_apart.is_some());
    assert!(store.validation_logits(student.run).unwrap().is_some_and(|logits| logits.len() == 29 * 10));
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
