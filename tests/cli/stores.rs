//! Stores that may only be read, homes that cannot be written, and stores of older versions.

use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use stillroom::runs::Store;

use crate::tool::{Place, Ran, json_lines, program};

/// A command whose user's own folder for data can neither be written nor made.
fn homeless(place: &Place, arguments: &[&str]) -> Command {
    place.write("file", "no folder");
    place.write("tmp/here", "");
    let mut command = place.command(program(), arguments);
    command.env_remove("STILLROOM_STORE").env("TMPDIR", place.path("tmp")).env("TMP", place.path("tmp"));
    for name in ["HOME", "XDG_DATA_HOME", "APPDATA"] {
        command.env(name, place.path("file/home"));
    }
    command
}

fn temporary(place: &Place) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place.path("tmp")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().contains("stillroom")).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_home_runs_are_kept_in_a_temporary_store_that_is_named() {
    let place = Place::new();
    let ran = Ran::of(homeless(&place, &["run", "tiny.toml", "--json"]).output().unwrap()).is_good();
    let notes = json_lines(&ran.stderr);
    let note = notes.iter().find(|note| note["code"] == "temporary-store").unwrap();
    let folders = temporary(&place);
    assert_eq!(folders.len(), 1, "{folders:?}");
    let store = folders[0].join("stillroom.db");
    assert!(note["message"].as_str().unwrap().contains(store.to_str().unwrap()), "{note}");
    assert_eq!(Store::reader(&store).runs(true).unwrap().len(), 3);

    // Wrong input leaves nothing behind, and a job that fails says where it can be resumed.
    let ran =
        Ran::of(homeless(&place, &["run", "tiny.toml", "--set", "data.source={ csv = \"no.csv\" }"]).output().unwrap());
    assert_eq!(ran.status, Some(2), "{ran:#?}");
    assert_eq!(temporary(&place).len(), 1);
}

#[test]
fn a_named_store_that_cannot_be_written_is_refused_by_its_argument() {
    let place = Place::new();
    place.write("file", "no folder");
    let ran = place.run(&["run", "tiny.toml", "--store", "file/store.db"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("--store file/store.db: "), "{}", ran.stderr);
    let mut command = place.command(program(), &["run", "tiny.toml"]);
    let ran = Ran::of(command.env("STILLROOM_STORE", "file/store.db").output().unwrap());
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("STILLROOM_STORE file/store.db: "), "{}", ran.stderr);
}

#[test]
fn a_store_of_an_older_version_is_listed_and_left_as_it_is() {
    let place = Place::new();
    std::fs::copy("tests/samples/first/store.db", place.path("old.db")).unwrap();
    let listed = place.run(&["runs", "--store", "old.db", "--json"]).is_good().stdout;
    assert!(listed.lines().count() > 2, "{listed}");
    let store = Connection::open(place.path("old.db")).unwrap();
    store.execute_batch("PRAGMA journal_mode = delete; DROP TABLE waiting; PRAGMA user_version = 2").unwrap();
    drop(store);
    let before = std::fs::read(place.path("old.db")).unwrap();
    let again = place.run(&["runs", "--store", "old.db", "--json"]).is_good().stdout;
    assert_eq!(again, listed);
    assert_eq!(std::fs::read(place.path("old.db")).unwrap(), before);
    assert!(!place.path("old.db.v2.bak").exists());
}

/// A user who may write nothing here: another one than root, whom no permission stops.
#[cfg(unix)]
fn as_nobody(place: &Place, arguments: &[&str]) -> Ran {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let is_root = std::fs::metadata(place.path("")).unwrap().uid() == 0;
    let binary = if is_root { place.path("stillroom") } else { program().to_owned() };
    if is_root && !binary.exists() {
        std::fs::copy(program(), &binary).unwrap();
        std::fs::set_permissions(place.path(""), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = place.command(&binary, arguments);
    if is_root {
        command.uid(65534).gid(65534);
    }
    Ran::of(command.output().unwrap())
}

#[test]
#[cfg(unix)]
fn a_store_in_a_folder_that_cannot_be_written_is_listed() {
    use std::os::unix::fs::PermissionsExt as _;
    let protect = |folder: &Path, mode: u32| {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let place = Place::new();
    place.run(&["run", "tiny.toml", "--store", "live/runs.db", "--json"]).is_good();
    let listed = place.run(&["runs", "--store", "live/runs.db"]).is_good().stdout;
    place.write("closed/here", "");
    place.write("open #1?/here", "");
    std::fs::copy(place.path("live/runs.db"), place.path("closed/runs.db")).unwrap();
    // With a log that nobody has put back yet, and without the index of it.
    let writer = Connection::open(place.path("live/runs.db")).unwrap();
    writer.execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE run SET title = 'Newest'").unwrap();
    for ending in ["", "-wal"] {
        std::fs::copy(place.path(&format!("live/runs.db{ending}")), place.path(&format!("open #1?/runs.db{ending}")))
            .unwrap();
    }
    drop(writer);
    for folder in ["closed", "open #1?"] {
        protect(&place.path(folder), 0o555);
    }
    let closed = as_nobody(&place, &["runs", "--store", "closed/runs.db"]);
    let open = as_nobody(&place, &["runs", "--store", "open #1?/runs.db"]);
    let refused = as_nobody(&place, &["run", "tiny.toml", "--store", "closed/new.db"]);
    let results = as_nobody(&place, &["run", "--resume", "j-0001", "--store", "closed/runs.db", "--json"]);
    for folder in ["closed", "open #1?"] {
        protect(&place.path(folder), 0o755);
    }
    assert_eq!(closed.is_good().stdout, listed);
    assert_eq!(open.is_good().stdout, listed.replace("Tiny", "Newest"));
    assert_eq!(refused.status, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("--store closed/new.db: "), "{}", refused.stderr);
    assert_eq!(results.is_good().events("finished").len(), 3);
    let left: Vec<_> =
        std::fs::read_dir(place.path("closed")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}
