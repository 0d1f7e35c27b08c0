//! Finds again what was kept: lists, curves, snapshots, and a job as resuming needs it.
//! Every answer is one consistent moment of the store, whoever writes it meanwhile.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::files::Files;
use super::metrics::{self, COLUMNS, columns_of, floats};
use super::rows::{Curve, FinishedRun, JobRow, RunRow, Status, StoredJob};
use super::verdict::Discordant;
use super::words::choice;
use super::{answers, exits, lease, outside, probe, schema};
use crate::distill::{HARD, METHODS, method};
use crate::protocol::{
    Answers, Change, Cost, Epoch, Event, EventKind, Exits, JobData, JobId, Metrics, Probe, ResumeState, Role, RunId,
    RunInfo, Stage,
};
use crate::recipe::{Baseline, Recipe, Sweep};
use crate::text::{Phrase, phrase};

/// Reads a store. It belongs to one thread; each thread may have its own.
#[derive(Debug)]
pub struct StoreReader {
    path: PathBuf,
    files: Files,
    connection: OnceCell<schema::Reading>,
}

impl StoreReader {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), files: Files::of(path), connection: OnceCell::new() }
    }

    /// All runs, the newest job first, within a job in its order.
    pub fn runs(&self, include_deleted: bool) -> Result<Vec<RunRow>, StoreError> {
        self.ask(|store| {
            let mut rows = store
                .prepare_cached(&format!(
                    "SELECT run.id, run.job, run.role, run.title, run.model, run.source, run.method, run.settings,
                        run.seed, run.parameters, run.loaded, run.status, job.created_at, run.ended_at,
                        run.steps_done, run.steps_planned, run.seconds, run.checkpoint, run.best_epoch, job.status = 'running',
                        coalesce(run.deleted_at, job.deleted_at) IS NOT NULL AS deleted, run.stage, run.rows_better,
                        run.rows_worse, run.teachers, run.place, run.cost, {}, {}, {}, {}
                     FROM job CROSS JOIN run ON run.job = job.id
                     LEFT JOIN epoch AS last ON last.run = run.id AND last.epoch = run.last_epoch
                     LEFT JOIN epoch AS best ON best.run = run.id AND best.epoch = run.best_epoch
                     LEFT JOIN result AS validation ON validation.run = run.id AND validation.part = 'validation'
                     LEFT JOIN result AS test ON test.run = run.id AND test.part = 'test'
                     WHERE ?1 OR NOT deleted ORDER BY job.id DESC, run.position",
                    columns_of("last"),
                    columns_of("best"),
                    columns_of("validation"),
                    columns_of("test"),
                ))?
                .query_map([include_deleted], |row| Ok((self.run_row(row)?, row.get(19)?)))?
                .collect::<Result<Vec<(RunRow, bool)>, _>>()?;
            let changes = changes(store)?;
            let mut leases = Leases::of(&self.files);
            for (row, job_runs) in &mut rows {
                row.status = leases.seen(row.status, row.job, *job_runs);
                let touching = changes.get(&(row.job, row.stage)).into_iter().flatten();
                row.changes = touching.filter(|change| row.is_touched_by(change)).copied().collect();
            }
            Ok(rows.into_iter().map(|(row, _)| row).collect())
        })
    }

    /// All jobs, the newest first.
    pub fn jobs(&self, include_deleted: bool) -> Result<Vec<JobRow>, StoreError> {
        self.ask(|store| {
            let mut leases = Leases::of(&self.files);
            let mut jobs = store
                .prepare_cached(
                    "SELECT id, title, status, message, device, created_at, ended_at,
                        (SELECT count(*) FROM run WHERE run.job = job.id), deleted_at IS NOT NULL
                     FROM job WHERE ?1 OR deleted_at IS NULL ORDER BY id DESC",
                )?
                .query_map([include_deleted], |row| {
                    Ok(JobRow {
                        job: JobId(number(row, 0)?),
                        title: row.get(1)?,
                        status: choice(row, 2)?,
                        message: row.get::<_, Option<String>>(3)?.map(Phrase::kept),
                        device: row.get(4)?,
                        created: number(row, 5)?,
                        ended: row.get::<_, Option<i64>>(6)?.map(|at| at as u64),
                        runs: number(row, 7)?,
                        deleted: row.get(8)?,
                    })
                })?
                .collect::<Result<Vec<_>, _>>()?;
            for job in &mut jobs {
                job.status = leases.seen(job.status, job.job, true);
            }
            Ok(jobs)
        })
    }

    /// Every step and epoch of a run.
    pub fn curve(&self, run: RunId) -> Result<Curve, StoreError> {
        self.ask(|store| {
            found_run(store, run)?;
            let mut curve = Curve { epochs: epochs(store, run)?, ..Curve::default() };
            let mut chunks =
                store.prepare_cached("SELECT series, points FROM chunk WHERE run = ?1 ORDER BY series, first_step")?;
            let mut rows = chunks.query([run.0 as i64])?;
            while let Some(row) = rows.next()? {
                let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                let values = floats(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
                curve.series_mut(name).extend(values);
            }
            curve.terms.sort_by_key(|(name, _)| rank_of_term(name));
            Ok(curve)
        })
    }

    /// The steps at which a run has snapshots.
    pub fn snapshots(&self, run: RunId) -> Result<Vec<u64>, StoreError> {
        self.ask(|store| {
            found_run(store, run)?;
            let mut steps = store.prepare_cached("SELECT step FROM snapshot WHERE run = ?1 ORDER BY step")?;
            Ok(steps.query_map([run.0 as i64], |row| number(row, 0))?.collect::<Result<_, _>>()?)
        })
    }

    /// Logits of the probe set after `step` steps, `[rows, classes]`; `None` where there is no such snapshot.
    pub fn snapshot(&self, run: RunId, step: u64) -> Result<Option<Vec<f32>>, StoreError> {
        self.ask(|store| {
            found_run(store, run)?;
            let mut logits = store.prepare_cached("SELECT logits FROM snapshot WHERE run = ?1 AND step = ?2")?;
            let key = params![run.0 as i64, step as i64];
            Ok(logits.query_row(key, |row| Ok(floats(row.get_ref(0)?.as_blob()?))).optional()?)
        })
    }

    /// What the runs of a job answered, row by row, without their logits; nothing of runs of an older version.
    pub fn answers(&self, job: JobId) -> Result<Vec<Answers>, StoreError> {
        self.ask(|store| answers::of_job(store, &self.files, job.0 as i64))
    }

    /// What the runs of a job say at each of their exits, where they have any.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn exits(&self, job: JobId) -> Result<Vec<Exits>, StoreError> {
        self.ask(|store| exits::of_job(store, job.0 as i64))
    }

    /// Logits of a run's kept weights on the validation rows, `[rows, classes]`; `None` where they were not kept.
    pub fn validation_logits(&self, run: RunId) -> Result<Option<Vec<f32>>, StoreError> {
        self.ask(|store| {
            found_run(store, run)?;
            answers::logits(store, &self.files, run)
        })
    }

    /// The rows that the lens looks at.
    pub fn probe(&self, job: JobId) -> Result<Probe, StoreError> {
        let file: String = self.ask(|store| {
            let file = store.query_row("SELECT probe FROM job WHERE id = ?1", [job.0 as i64], |row| row.get(0));
            file.optional()?.ok_or_else(|| StoreError::Unknown(job.to_string()))
        })?;
        probe::decode(&self.files.read(&file)?)
    }

    /// What the user did to a job, in order.
    pub fn events(&self, job: JobId) -> Result<Vec<Event>, StoreError> {
        self.ask(|store| {
            found_job(store, job)?;
            events(store, job)
        })
    }

    /// The resolved recipe of a run.
    pub fn recipe(&self, run: RunId) -> Result<Recipe, StoreError> {
        self.ask(|store| {
            let text = store.query_row("SELECT recipe FROM run WHERE id = ?1", [run.0 as i64], |row| row.get(0));
            let text: String = text.optional()?.ok_or_else(|| StoreError::Unknown(run.to_string()))?;
            recipe(&text, run)
        })
    }

    /// The resolved recipes of all runs from `first` on, as far as they can be read.
    pub fn recipes(&self, first: RunId) -> Result<Vec<(RunId, Recipe)>, StoreError> {
        let found = self.texts("SELECT id, recipe FROM run WHERE id >= ?1 ORDER BY id", first.0)?;
        Ok(readable(found.into_iter().map(|(id, text)| (RunId(id), text))))
    }

    /// The recipes of all jobs from `first` on, with their ranges, as far as they can be read.
    pub fn sweeps(&self, first: JobId) -> Result<Vec<(JobId, Sweep)>, StoreError> {
        let found = self.texts("SELECT id, recipe FROM job WHERE id >= ?1 ORDER BY id", first.0)?;
        Ok(readable(found.into_iter().map(|(id, text)| (JobId(id), text))))
    }

    fn texts(&self, sql: &str, first: u64) -> Result<Vec<(u64, String)>, StoreError> {
        self.ask(|store| {
            let mut rows = store.prepare_cached(sql)?;
            let rows = rows.query_map([first as i64], |row| Ok((number(row, 0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// A job with all that is needed to resume it.
    pub fn job(&self, job: JobId) -> Result<StoredJob, StoreError> {
        self.ask(|store| {
            let head = store
                .query_row(
                    "SELECT status, message, created_at, recipe, data FROM job WHERE id = ?1",
                    [job.0 as i64],
                    |row| {
                        Ok((
                            choice(row, 0)?,
                            row.get::<_, Option<String>>(1)?,
                            number(row, 2)?,
                            row.get::<_, String>(3)?,
                            row.get(4)?,
                        ))
                    },
                )
                .optional()?;
            let (status, message, created, text, data) = head.ok_or_else(|| StoreError::Unknown(job.to_string()))?;
            let finished = self.finished(store, job)?;
            Ok(StoredJob {
                job,
                status: Leases::of(&self.files).seen(status, job, true),
                message: message.map(Phrase::kept),
                created,
                sweep: recipe(&text, job)?,
                runs: run_infos(store, job)?,
                data: found_data(data, job)?,
                events: events(store, job)?,
                resume: self.resume_state(store, job)?,
                outside: outside::of_job(store, &self.files, job)?,
                finished,
            })
        })
    }

    /// What waited for the running job when it was kept last.
    pub fn waiting(&self) -> Result<Vec<String>, StoreError> {
        self.ask(|store| {
            let mut jobs = store.prepare("SELECT wish FROM waiting ORDER BY place")?;
            Ok(jobs.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
    }

    /// The job that is named, or that has the named run.
    pub fn find(&self, job_or_run: &str) -> Result<JobId, StoreError> {
        let unknown = || StoreError::Unknown(job_or_run.to_owned());
        self.ask(|store| {
            let (sql, id) = match (job_or_run.parse::<JobId>(), job_or_run.parse::<RunId>()) {
                (Ok(job), _) => ("SELECT id FROM job WHERE id = ?1", job.0),
                (_, Ok(run)) => ("SELECT job FROM run WHERE id = ?1", run.0),
                _ => return Err(unknown()),
            };
            store.query_row(sql, [id as i64], |row| number(row, 0).map(JobId)).optional()?.ok_or_else(unknown)
        })
    }

    /// A number that changes whenever anybody else has written the store; 0 while there is none.
    pub fn data_version(&self) -> Result<u64, StoreError> {
        let Some(connection) = self.connection()? else { return Ok(0) };
        Ok(connection.pragma_query_value(None, "data_version", |row| number(row, 0))?)
    }

    /// Runs a query on one consistent moment of the store. Where there is none, it is asked of an empty one.
    fn ask<T>(&self, query: impl FnOnce(&Transaction) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match self.connection()? {
            Some(connection) => query(&connection.unchecked_transaction()?),
            None => query(&schema::empty()?.unchecked_transaction()?),
        }
    }

    fn connection(&self) -> Result<Option<&Connection>, StoreError> {
        if self.connection.get().is_none()
            && let Some(reading) = schema::open_for_reading(&self.path)?
        {
            let _ = self.connection.set(reading);
        }
        Ok(self.connection.get().map(|reading| &reading.connection))
    }

    fn run_row(&self, row: &Row) -> rusqlite::Result<RunRow> {
        const METRICS: usize = 27;
        let metrics = |table: usize| metrics::read(row, METRICS + table * COLUMNS.len());
        let rows = |at| row.get::<_, Option<i64>>(at).map(|rows| rows.map(|rows| rows as u64));
        let best_epoch = row.get::<_, Option<i64>>(18)?;
        let (role, learns_by): (Role, String) = (choice(row, 2)?, row.get(6)?);
        Ok(RunRow {
            run: RunId(number(row, 0)?),
            job: JobId(number(row, 1)?),
            role,
            stage: stage(row, 21)?,
            title: row.get(3)?,
            model: row.get(4)?,
            source: row.get(5)?,
            method: method(&learns_by),
            baseline: (role == Role::Baseline).then(|| Baseline::named(&learns_by).unwrap_or(Baseline::PLAIN)),
            settings: metrics::read_by_name(row, 7)?,
            seed: number(row, 8)?,
            parameters: number(row, 9)?,
            teachers: teachers(row, 24)?.unwrap_or_default(),
            loaded: row.get(10)?,
            place: row.get(25)?,
            cost: cost(row, 26)?,
            status: choice(row, 11)?,
            created: number(row, 12)?,
            ended: row.get::<_, Option<i64>>(13)?.map(|at| at as u64),
            steps_done: number(row, 14)?,
            steps_planned: number(row, 15)?,
            seconds: row.get(16)?,
            checkpoint: self.file(row, 17)?,
            last: metrics(0)?,
            best: best_epoch.map(|epoch| epoch as u64).zip(metrics(1)?),
            validation: metrics(2)?,
            test: metrics(3)?,
            rows_apart: rows(22)?.zip(rows(23)?).map(|(better, worse)| Discordant { better, worse }),
            changes: Vec::new(),
            deleted: row.get(20)?,
        })
    }

    fn file(&self, row: &Row, column: usize) -> rusqlite::Result<Option<PathBuf>> {
        Ok(row.get::<_, Option<String>>(column)?.map(|name| self.files.path(&name)))
    }

    fn finished(&self, store: &Connection, job: JobId) -> Result<Vec<FinishedRun>, StoreError> {
        let mut runs = store.prepare_cached(
            "SELECT id, outcome, steps_at_end, seconds, checkpoint, shares, cost FROM run
             WHERE job = ?1 AND outcome IS NOT NULL ORDER BY position",
        )?;
        let runs = runs.query_map([job.0 as i64], |row| {
            let run = RunId(number(row, 0)?);
            Ok(FinishedRun {
                run,
                outcome: choice(row, 1)?,
                steps: number(row, 2)?,
                seconds: row.get::<_, Option<f64>>(3)?.unwrap_or(f64::NAN),
                validation: result(store, run, "validation")?,
                test: result(store, run, "test")?,
                training: result(store, run, "training")?,
                shares: metrics::read_by_name(row, 5)?,
                cost: cost(row, 6)?,
                checkpoint: self.file(row, 4)?,
            })
        })?;
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// The newest state that can be read: a crash or a damaged disk must not cost more than the last one.
    fn resume_state(&self, store: &Connection, job: JobId) -> Result<Option<ResumeState>, StoreError> {
        let mut states = store
            .prepare_cached("SELECT stage, step, file FROM resume WHERE job = ?1 ORDER BY stage DESC, step DESC")?;
        let mut rows = states.query([job.0 as i64])?;
        while let Some(row) = rows.next()? {
            match self.files.read(&row.get::<_, String>(2)?) {
                Ok(bytes) => {
                    let (stage, step) = (stage(row, 0)?, number(row, 1)?);
                    return Ok(Some(ResumeState { job, stage, step, bytes: bytes.into() }));
                }
                Err(error) => log::warn!("{error}; taking the state before it"),
            }
        }
        Ok(None)
    }
}

/// What a model costs; none where it was not measured, or by a version that measures something else.
fn cost(row: &Row, column: usize) -> rusqlite::Result<Option<Cost>> {
    Ok(row.get::<_, Option<String>>(column)?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Looks at each job's lease once.
struct Leases<'a> {
    files: &'a Files,
    held: HashMap<JobId, bool>,
}

impl<'a> Leases<'a> {
    fn of(files: &'a Files) -> Self {
        Self { files, held: HashMap::new() }
    }

    /// What is stored as running, in a job that is, and that nobody runs, was interrupted.
    fn seen(&mut self, status: Status, job: JobId, job_runs: bool) -> Status {
        let unfinished = job_runs && matches!(status, Status::Running | Status::Waiting);
        if unfinished && !*self.held.entry(job).or_insert_with(|| lease::is_held(self.files, job)) {
            Status::Interrupted
        } else {
            status
        }
    }
}

/// The position of a term among those of the methods that are known; of another version's at the end.
fn rank_of_term(name: &str) -> usize {
    let known =
        METHODS.iter().flat_map(|method| method.terms).filter(|term| term.name != HARD.name).map(|term| term.name);
    known.chain([HARD.name]).position(|term| term == name).unwrap_or(usize::MAX)
}

fn changes(store: &Connection) -> Result<HashMap<(JobId, Stage), Vec<Change>>, StoreError> {
    let mut changes: HashMap<_, Vec<_>> = HashMap::new();
    let mut rows = store.prepare_cached(
        "SELECT job, stage, setting, old, new, run FROM event WHERE kind = 'change' ORDER BY job, number",
    )?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        changes.entry((JobId(number(row, 0)?), stage(row, 1)?)).or_default().push(change(row, 2)?);
    }
    Ok(changes)
}

fn change(row: &Row, at: usize) -> rusqlite::Result<Change> {
    let run = row.get::<_, Option<i64>>(at + 3)?.map(|run| RunId(run as u64));
    Ok(Change { run, setting: choice(row, at)?, from: row.get(at + 1)?, to: row.get(at + 2)? })
}

fn events(store: &Connection, job: JobId) -> Result<Vec<Event>, StoreError> {
    let mut events = store.prepare_cached(
        "SELECT number, at, stage, step, kind, setting, old, new, run FROM event WHERE job = ?1 ORDER BY number",
    )?;
    let events = events.query_map([job.0 as i64], |row| {
        Ok(Event {
            job,
            number: number(row, 0)?,
            at_millis: number(row, 1)?,
            stage: stage(row, 2)?,
            step: number(row, 3)?,
            kind: match row.get_ref(4)?.as_str()? {
                "paused" => EventKind::Paused,
                "played" => EventKind::Played,
                "stopped" => EventKind::Stopped,
                "run-stopped" => EventKind::RunStopped { run: RunId(number(row, 8)?) },
                _ => EventKind::Change(change(row, 5)?),
            },
        })
    })?;
    Ok(events.collect::<Result<_, _>>()?)
}

fn epochs(store: &Connection, run: RunId) -> Result<Vec<Epoch>, StoreError> {
    let mut epochs = store.prepare_cached("SELECT * FROM epoch WHERE run = ?1 ORDER BY epoch")?;
    Ok(epochs.query_map([run.0 as i64], metrics::read_epoch)?.collect::<Result<_, _>>()?)
}

fn result(store: &Connection, run: RunId, part: &str) -> rusqlite::Result<Option<Metrics>> {
    let columns = columns_of("result");
    let mut result = store.prepare_cached(&format!("SELECT {columns} FROM result WHERE run = ?1 AND part = ?2"))?;
    Ok(result.query_row(params![run.0 as i64, part], |row| metrics::read(row, 0)).optional()?.flatten())
}

fn run_infos(store: &Connection, job: JobId) -> Result<Vec<RunInfo>, StoreError> {
    let mut infos = store.prepare_cached(
        "SELECT id, role, recipe, model, seed, parameters, steps_planned, steps_per_epoch, loaded, stage, teachers, place FROM run WHERE job = ?1 ORDER BY position",
    )?;
    let mut rows = infos.query([job.0 as i64])?;
    let (mut infos, mut without) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let run = RunId(number(row, 0)?);
        let teachers = teachers(row, 10)?;
        if teachers.is_none() {
            without.push(infos.len());
        }
        infos.push(RunInfo {
            run,
            teachers: teachers.unwrap_or_default(),
            role: choice(row, 1)?,
            recipe: recipe(&row.get::<_, String>(2)?, run)?,
            model: row.get(3)?,
            seed: number(row, 4)?,
            parameters: number(row, 5)?,
            steps: number(row, 6)?,
            steps_per_epoch: number(row, 7)?,
            loaded: row.get(8)?,
            stage: stage(row, 9)?,
            place: row.get(11)?,
        });
    }
    for at in without {
        infos[at].teachers = teacher_by_recipe(&infos, &infos[at]).into_iter().collect();
    }
    Ok(infos)
}

/// Whom a run learns from; none where an older version did not say.
fn teachers(row: &Row, column: usize) -> rusqlite::Result<Option<Vec<RunId>>> {
    Ok(row.get::<_, Option<String>>(column)?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The teacher of a run of an older version: that of the same recipe, or the job's first.
fn teacher_by_recipe(runs: &[RunInfo], of: &RunInfo) -> Option<RunId> {
    let mut teachers = runs.iter().filter(|run| run.role == Role::Teacher && of.role != Role::Teacher);
    let first = teachers.clone().next();
    teachers.find(|teacher| teacher.recipe.teacher == of.recipe.teacher).or(first).map(|teacher| teacher.run)
}

fn recipe<R: DeserializeOwned>(text: &str, of: impl std::fmt::Display) -> Result<R, StoreError> {
    toml::from_str(text).map_err(|error| {
        StoreError::Damaged(phrase!("damaged-recipe", name = Phrase::plain(of), problem = error.to_string()))
    })
}

/// Those recipes that can be read: one that is damaged must not hide the others.
fn readable<Id: std::fmt::Display + Copy, R: DeserializeOwned>(
    texts: impl Iterator<Item = (Id, String)>,
) -> Vec<(Id, R)> {
    let read = |(id, text): (Id, String)| match recipe(&text, id) {
        Ok(recipe) => Some((id, recipe)),
        Err(error) => {
            log::warn!("{error}");
            None
        }
    };
    texts.filter_map(read).collect()
}

fn found_run(store: &Connection, run: RunId) -> Result<(), StoreError> {
    let found = store.prepare_cached("SELECT 1 FROM run WHERE id = ?1")?.exists([run.0 as i64])?;
    if found { Ok(()) } else { Err(StoreError::Unknown(run.to_string())) }
}

fn found_job(store: &Connection, job: JobId) -> Result<(), StoreError> {
    let found = store.prepare_cached("SELECT 1 FROM job WHERE id = ?1")?.exists([job.0 as i64])?;
    if found { Ok(()) } else { Err(StoreError::Unknown(job.to_string())) }
}

fn stage(row: &Row, column: usize) -> rusqlite::Result<Stage> {
    row.get(column).map(Stage)
}

/// SQLite's whole numbers are signed; ours are all below 2⁶³, except for seeds, which come back by the same way they went.
fn number(row: &Row, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)? as u64)
}

/// What was found in a job's data.
fn found_data(text: Option<String>, job: JobId) -> Result<Option<JobData>, StoreError> {
    let read = text.map(|text| serde_json::from_str(&text)).transpose();
    read.map_err(|error| StoreError::Damaged(Phrase::plain(format!("{job}: {error}"))))
}
