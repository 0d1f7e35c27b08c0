//! The store's tables, and how a file is opened, made or brought up to date.
//! Curves are columns in chunks; what a list of runs shows is reached by primary keys alone.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use tempfile::TempDir;

use super::error::StoreError;

/// Each step takes a store from the version of its index to the next one. Steps are never edited, only added.
const MIGRATIONS: [&str; 10] = [
    r"
CREATE TABLE counter (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('jobs', 0), ('runs', 0);

CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    recipe TEXT NOT NULL,               -- TOML
    device TEXT NOT NULL,
    status TEXT NOT NULL,               -- running, done, stopped, paused, failed
    message TEXT,
    created_at INTEGER NOT NULL,        -- all times are milliseconds since 1970
    ended_at INTEGER,
    probe TEXT NOT NULL,                -- all files are named relative to `<store>.files/`
    deleted_at INTEGER
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    position INTEGER NOT NULL,          -- within its job
    role TEXT NOT NULL,                 -- teacher, student, baseline, companion
    recipe TEXT NOT NULL,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    temperature REAL,
    soft_weight REAL,
    hard_weight REAL NOT NULL,
    seed INTEGER NOT NULL,
    parameters INTEGER NOT NULL,
    steps_planned INTEGER NOT NULL,
    steps_per_epoch INTEGER NOT NULL,
    loaded INTEGER NOT NULL,
    status TEXT NOT NULL,               -- waiting, running, done, stopped, paused, diverged, failed
    steps_done INTEGER NOT NULL DEFAULT 0,
    last_epoch INTEGER,
    best_epoch INTEGER,                 -- fewest validation errors, the earliest of equals
    outcome TEXT,                       -- from here: of a finished run
    ended_at INTEGER,
    steps_at_end INTEGER,
    seconds REAL,
    checkpoint TEXT,
    deleted_at INTEGER
) STRICT;
CREATE INDEX run_of_job ON run (job, position);

CREATE TABLE chunk (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    series TEXT NOT NULL,               -- soft, hard, total
    first_step INTEGER NOT NULL,        -- a multiple of 1024
    points BLOB NOT NULL,               -- little-endian f32, one a step
    PRIMARY KEY (run, series, first_step)
) STRICT;

CREATE TABLE epoch (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    train_soft REAL, train_hard REAL, train_total REAL,
    examples INTEGER NOT NULL, errors INTEGER NOT NULL, accuracy REAL, agreement REAL, kl REAL, ece REAL,
    errors_by_class TEXT NOT NULL,      -- JSON
    soft REAL, hard REAL, total REAL,
    PRIMARY KEY (run, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE result (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    part TEXT NOT NULL,                 -- validation, test
    examples INTEGER NOT NULL, errors INTEGER NOT NULL, accuracy REAL, agreement REAL, kl REAL, ece REAL,
    errors_by_class TEXT NOT NULL,
    soft REAL, hard REAL, total REAL,
    PRIMARY KEY (run, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    step INTEGER NOT NULL,
    logits BLOB NOT NULL,               -- little-endian f32
    PRIMARY KEY (run, step)
) STRICT;

CREATE TABLE event (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    stage TEXT NOT NULL,                -- teacher, students
    step INTEGER NOT NULL,
    kind TEXT NOT NULL,                 -- change, paused, played, stopped
    setting TEXT, old REAL, new REAL,   -- of a change
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE resume (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    stage TEXT NOT NULL,
    step INTEGER NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (job, stage, step)
) STRICT, WITHOUT ROWID;
",
    r"
-- A job has any number of stages, numbered in the order in which they run; until now the teacher's and the students'.
ALTER TABLE run ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
UPDATE run SET stage = iif(role = 'teacher', 0, 1);

CREATE TABLE event_of_stage (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    step INTEGER NOT NULL,
    kind TEXT NOT NULL,                 -- change, paused, played, stopped, run-stopped
    run INTEGER,                        -- the one run that it is for
    setting TEXT, old REAL, new REAL,   -- of a change
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
INSERT INTO event_of_stage SELECT job, number, at, iif(stage = 'teacher', 0, 1), step, kind, NULL, setting, old, new FROM event;
DROP TABLE event;
ALTER TABLE event_of_stage RENAME TO event;

CREATE TABLE resume_of_stage (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    stage INTEGER NOT NULL,
    step INTEGER NOT NULL,
    file TEXT NOT NULL,
    PRIMARY KEY (job, stage, step)
) STRICT, WITHOUT ROWID;
INSERT INTO resume_of_stage SELECT job, iif(stage = 'teacher', 0, 1), step, file FROM resume;
DROP TABLE resume;
ALTER TABLE resume_of_stage RENAME TO resume;
",
    // Jobs that wait for another one, in the window's own words.
    "CREATE TABLE waiting (place INTEGER PRIMARY KEY, wish TEXT NOT NULL) STRICT;",
    // What was found in a job's data, with its fingerprint, as JSON; older jobs know nothing of theirs.
    "ALTER TABLE job ADD COLUMN data TEXT;",
    r"
-- What a run answers, row by row, so that nothing of it ever needs the model again.
CREATE TABLE answers (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    part TEXT NOT NULL,                 -- validation, test
    asked TEXT NOT NULL,                -- file: little-endian u32, rows of the data, then as many labels
    predicted BLOB NOT NULL,            -- the bytes of a number, then one little-endian number a row; its largest is no class
    logits TEXT,                        -- file: little-endian f32, rows by classes
    PRIMARY KEY (run, part)
) STRICT, WITHOUT ROWID;
-- Rows on which only one of a student and its baseline is right: what a list shows of their answers.
ALTER TABLE run ADD COLUMN rows_better INTEGER;
ALTER TABLE run ADD COLUMN rows_worse INTEGER;
ALTER TABLE run ADD COLUMN soft_share REAL;  -- of the gradient, at the last step
",
    r#"
-- Methods have fields and terms of their own: what was a column of soft targets goes by its name. Numbers keep all their digits.
ALTER TABLE run ADD COLUMN method TEXT NOT NULL DEFAULT '';    -- of a student, and of a baseline that a recipe can name
ALTER TABLE run ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'; -- JSON: numbers of the method's fields by their paths
ALTER TABLE run ADD COLUMN shares TEXT NOT NULL DEFAULT '{}';   -- JSON: each term's share of the gradient, at the last step
UPDATE run SET method = 'soft-targets', settings = printf(
    '{"distill.temperature":%s,"distill.soft_weight":%s,"distill.hard_weight":%s}',
    printf('%!.17g', temperature), printf('%!.17g', soft_weight), printf('%!.17g', hard_weight))
    WHERE role = 'student' AND temperature IS NOT NULL AND soft_weight IS NOT NULL;
UPDATE run SET shares = printf('{"soft":%s,"hard":%s}', printf('%!.17g', soft_share), printf('%!.17g', 1.0 - soft_share))
    WHERE soft_share IS NOT NULL;
ALTER TABLE run DROP COLUMN temperature;
ALTER TABLE run DROP COLUMN soft_weight;
ALTER TABLE run DROP COLUMN hard_weight;
ALTER TABLE run DROP COLUMN soft_share;

CREATE TABLE epoch_by_name (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    train_loss TEXT NOT NULL,           -- JSON: each term by its name, and the total; null where it is no finite number
    left_out TEXT NOT NULL,             -- JSON: steps without a term, by its name
    examples INTEGER NOT NULL, errors INTEGER NOT NULL, accuracy REAL, agreement REAL, kl REAL, ece REAL,
    errors_by_class TEXT NOT NULL,
    loss TEXT NOT NULL,
    PRIMARY KEY (run, epoch)
) STRICT, WITHOUT ROWID;
INSERT INTO epoch_by_name SELECT run, epoch, step,
    printf('{%s"hard":%s,"total":%s}',
        iif(role = 'student', printf('"soft":%s,', iif(train_soft IS NULL, 'null', printf('%!.17g', train_soft))), ''),
        iif(train_hard IS NULL, 'null', printf('%!.17g', train_hard)),
        iif(train_total IS NULL, 'null', printf('%!.17g', train_total))),
    '{}', examples, errors, accuracy, agreement, kl, ece, errors_by_class,
    printf('{%s"hard":%s,"total":%s}',
        iif(role = 'student', printf('"soft":%s,', iif(soft IS NULL, 'null', printf('%!.17g', soft))), ''),
        iif(hard IS NULL, 'null', printf('%!.17g', hard)),
        iif(total IS NULL, 'null', printf('%!.17g', total)))
    FROM epoch JOIN run ON run.id = epoch.run;
DROP TABLE epoch;
ALTER TABLE epoch_by_name RENAME TO epoch;

CREATE TABLE result_by_name (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    part TEXT NOT NULL,                 -- validation, test, training
    examples INTEGER NOT NULL, errors INTEGER NOT NULL, accuracy REAL, agreement REAL, kl REAL, ece REAL,
    errors_by_class TEXT NOT NULL,
    loss TEXT NOT NULL,
    PRIMARY KEY (run, part)
) STRICT, WITHOUT ROWID;
INSERT INTO result_by_name SELECT run, part, examples, errors, accuracy, agreement, kl, ece, errors_by_class,
    printf('{%s"hard":%s,"total":%s}',
        iif(role = 'student', printf('"soft":%s,', iif(soft IS NULL, 'null', printf('%!.17g', soft))), ''),
        iif(hard IS NULL, 'null', printf('%!.17g', hard)),
        iif(total IS NULL, 'null', printf('%!.17g', total)))
    FROM result JOIN run ON run.id = result.run;
DROP TABLE result;
ALTER TABLE result_by_name RENAME TO result;

UPDATE event SET setting = CASE setting
    WHEN 'temperature' THEN 'distill.temperature'
    WHEN 'soft-weight' THEN 'distill.soft_weight'
    WHEN 'hard-weight' THEN 'distill.hard_weight'
    WHEN 'learning-rate' THEN 'training.learning_rate'
    ELSE setting END;
"#,
    // Whom a run learns from, or of which runs an ensemble consists, as JSON; older stores leave it to the recipes.
    "ALTER TABLE run ADD COLUMN teachers TEXT;",
    r"
-- What a run that may answer early says of the validation rows at each of its exits.
CREATE TABLE exits (
    run INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
    told TEXT NOT NULL,                 -- JSON: all but the logits
    logits BLOB NOT NULL                -- little-endian f32, exits by rows by classes
) STRICT;
",
    // Which of those it is that are trained for one student.
    "ALTER TABLE run ADD COLUMN place INTEGER NOT NULL DEFAULT 0;",
    r"
-- What teachers from outside said of all rows of a job's data: whoever resumes it asks nobody.
CREATE TABLE outside (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    teacher TEXT NOT NULL,              -- JSON
    logits TEXT NOT NULL,               -- file: little-endian f32, rows by classes
    PRIMARY KEY (job, teacher)
) STRICT, WITHOUT ROWID;
-- What a model costs whoever asks it, as JSON; older runs were not measured.
ALTER TABLE run ADD COLUMN cost TEXT;
",
];

/// `Stil`, so that other SQLite files are recognised as such.
const APPLICATION: i64 = 0x5374_696C;

/// How long SQLite itself waits for another connection.
const BUSY: Duration = Duration::from_secs(5);

/// A connection that writes.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, StoreError> {
    let cannot = |reason: String| StoreError::CannotOpen { path: path.to_owned(), reason };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| cannot(error.to_string()))?;
    }
    let mut connection = Connection::open(path).map_err(|error| cannot(error.to_string()))?;
    connection.busy_timeout(BUSY)?;
    patiently(Duration::from_secs(20), || {
        let version = version(&connection, path, MIGRATIONS.len())?;
        if connection.is_readonly("main")? {
            return Err(StoreError::ReadOnly(path.to_owned()));
        }
        connection.pragma_update(None, "journal_mode", "wal").map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => StoreError::ReadOnly(path.to_owned()),
            _ => error.into(),
        })?;
        // A commit survives the end of the process at once, and the end of power from the next checkpoint on.
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        if version < MIGRATIONS.len() { migrate(&mut connection, path, &MIGRATIONS) } else { Ok(()) }
    })?;
    Ok(connection)
}

/// Whether [`open_for_writing`] would go well, as far as that can be told without writing anything.
pub(super) fn check_writable(path: &Path) -> Result<(), StoreError> {
    let cannot = |reason: String| StoreError::CannotOpen { path: path.to_owned(), reason };
    let there = match path.symlink_metadata() {
        Ok(_) => true,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(cannot(error.to_string())),
    };
    if !there {
        let full = std::path::absolute(path).map_err(|error| cannot(error.to_string()))?;
        let folder = full.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        return tempfile::tempfile_in(folder).map(drop).map_err(|error| cannot(error.to_string()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| cannot(error.to_string()))?;
    connection.busy_timeout(BUSY)?;
    version(&connection, path, MIGRATIONS.len())?;
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly(path.to_owned()));
    }
    // The right to write is asked for and given back.
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => StoreError::ReadOnly(path.to_owned()),
        _ => error.into(),
    })
}

/// A connection that reads, and the temporary copy that it may read in place of the store.
#[derive(Debug)]
pub(super) struct Reading {
    pub connection: Connection,
    _copy: Option<TempDir>,
}

/// A connection that reads; `None` where there is no store yet. The store is left as it is: one of an older version is
/// brought up to date in a copy, and one that cannot even be locked is read without a lock.
pub(super) fn open_for_reading(path: &Path) -> Result<Option<Reading>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(cannot_open(path))?;
        connection.busy_timeout(BUSY)?;
        let version = version(&connection, path, MIGRATIONS.len())?;
        Ok((Reading { connection, _copy: None }, version))
    };
    let opened = match open() {
        // The index of the write-ahead log can neither be found nor made.
        Err(StoreError::CannotOpen { .. } | StoreError::ReadOnly(_)) => open_unlocked(path)?,
        opened => opened?,
    };
    match opened {
        (_, 0) => Ok(None),
        (reading, version) if version < MIGRATIONS.len() => up_to_date(path, &reading.connection).map(Some),
        (reading, _) => Ok(Some(reading)),
    }
}

/// Reads a store in a folder where nothing can be made, so that SQLite cannot share it: nobody else can write it there either.
/// What stands in its write-ahead log is part of it, and is read in a copy.
fn open_unlocked(path: &Path) -> Result<(Reading, usize), StoreError> {
    let log = beside(path, "-wal");
    let reading = if log.metadata().is_ok_and(|log| log.len() > 0) {
        let folder = copy_folder(path)?;
        let copy = folder.path().join("stillroom.db");
        for (from, to) in [(path.to_owned(), copy.clone()), (log, beside(&copy, "-wal"))] {
            std::fs::copy(&from, &to).map_err(StoreError::file(&from))?;
            // The copy of a file that cannot be written cannot be written either.
            let mut permissions = to.metadata().map_err(StoreError::file(&to))?.permissions();
            #[allow(clippy::permissions_set_readonly_false, reason = "it lies in a folder that is ours alone")]
            permissions.set_readonly(false);
            std::fs::set_permissions(&to, permissions).map_err(StoreError::file(&to))?;
        }
        Reading { connection: Connection::open(&copy).map_err(cannot_open(path))?, _copy: Some(folder) }
    } else {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(immutable(path)?, flags).map_err(cannot_open(path))?;
        Reading { connection, _copy: None }
    };
    let version = version(&reading.connection, path, MIGRATIONS.len())?;
    Ok((reading, version))
}

/// A copy of an older store, brought up to date.
fn up_to_date(path: &Path, older: &Connection) -> Result<Reading, StoreError> {
    let folder = copy_folder(path)?;
    let copy = folder.path().join("stillroom.db");
    older.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    let mut connection = Connection::open(&copy).map_err(cannot_open(&copy))?;
    take_steps(&mut connection, path, &MIGRATIONS)?;
    Ok(Reading { connection, _copy: Some(folder) })
}

fn copy_folder(path: &Path) -> Result<TempDir, StoreError> {
    tempfile::Builder::new().prefix("stillroom-").tempdir().map_err(StoreError::file(path))
}

fn cannot_open(path: &Path) -> impl FnOnce(rusqlite::Error) -> StoreError + '_ {
    |error| StoreError::CannotOpen { path: path.to_owned(), reason: error.to_string() }
}

/// `store.db` with an ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The store as a URI that promises that nobody writes it.
fn immutable(path: &Path) -> Result<String, StoreError> {
    let full = std::path::absolute(path).map_err(StoreError::file(path))?;
    let mut uri = String::from(if cfg!(windows) { "file:///" } else { "file:" });
    for byte in full.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'.' | b'-' | b'_' | b':' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri += &format!("%{byte:02X}"),
        }
    }
    Ok(uri + "?immutable=1")
}

/// A store without content, in memory.
pub(super) fn empty() -> Result<Connection, StoreError> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection, Path::new(":memory:"), &MIGRATIONS)?;
    Ok(connection)
}

/// Tries again while another connection is in the way.
pub(super) fn patiently<T>(
    limit: Duration,
    mut attempt: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let start = Instant::now();
    loop {
        match attempt() {
            Err(StoreError::Locked) if start.elapsed() < limit => std::thread::sleep(Duration::from_millis(10)),
            result => return result,
        }
    }
}

/// The version of the store; 0 for an empty file.
fn version(connection: &Connection, path: &Path, known: usize) -> Result<usize, StoreError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let application = number("application_id").map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore(path.to_owned()),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
            StoreError::CannotOpen { path: path.to_owned(), reason: error.to_string() }
        }
        _ => error.into(),
    })?;
    let version = number("user_version")?;
    if application == APPLICATION {
        let newer = || StoreError::Newer { path: path.to_owned(), version, known: known as i64 };
        return usize::try_from(version).ok().filter(|version| *version <= known).ok_or_else(newer);
    }
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application == 0 && version == 0 && tables == 0 {
        return Ok(0);
    }
    Err(StoreError::NotAStore(path.to_owned()))
}

/// Takes a store to the newest version, all steps or none; a store with content is copied first.
fn migrate(connection: &mut Connection, path: &Path, steps: &[&str]) -> Result<(), StoreError> {
    let before = version(connection, path, steps.len())?;
    if before > 0 {
        let copy = copy_name(path, before);
        if !copy.exists() {
            connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        }
    }
    take_steps(connection, path, steps)
}

/// The steps that are still to be taken.
fn take_steps(connection: &mut Connection, path: &Path, steps: &[&str]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    for step in &steps[version(&transaction, path, steps.len())?..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", steps.len() as i64)?;
    Ok(transaction.commit()?)
}

/// Where the copy of a store of an older version goes.
fn copy_name(path: &Path, version: usize) -> PathBuf {
    beside(path, &format!(".v{version}.bak"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_store_is_copied_and_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut connection = open_for_writing(&path).unwrap();
        connection.execute("UPDATE counter SET last = 7 WHERE name = 'jobs'", []).unwrap();
        let steps =
            [&MIGRATIONS[..], &["ALTER TABLE job ADD COLUMN note TEXT; UPDATE counter SET last = last + 1;"]].concat();
        migrate(&mut connection, &path, &steps).unwrap();
        let jobs = |connection: &Connection| -> i64 {
            connection.query_row("SELECT last FROM counter WHERE name = 'jobs'", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(jobs(&connection), 8);
        assert_eq!(version(&connection, &path, steps.len()).unwrap(), steps.len());
        let copy = open_for_writing(&copy_name(&path, MIGRATIONS.len())).unwrap();
        assert_eq!(jobs(&copy), 7);
        assert_eq!(open_for_writing(&path).unwrap_err().code(), "store-newer");
    }

    #[test]
    fn a_step_that_fails_leaves_the_store_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut connection = open_for_writing(&path).unwrap();
        let steps = [&MIGRATIONS[..], &["ALTER TABLE job ADD COLUMN note TEXT; SELECT nonsense;"]].concat();
        migrate(&mut connection, &path, &steps).unwrap_err();
        assert_eq!(version(&connection, &path, MIGRATIONS.len()).unwrap(), MIGRATIONS.len());
        connection.prepare("SELECT note FROM job").unwrap_err();
    }
}
