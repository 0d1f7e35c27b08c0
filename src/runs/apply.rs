//! From reports to rows: one batch, one transaction. Whatever was stored before is not stored twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::answers;
use super::error::StoreError;
use super::exits;
use super::files::Files;
use super::metrics::{self, COLUMNS, bind, to_bytes};
use super::outside;
use super::probe;
use super::rows::Status;
use super::words::word;
use crate::protocol::{
    Epoch, Event, EventKind, JobEnded, JobOutcome, LossTerms, Metrics, Report, ResumeState, Resumed, RunFinished,
    RunId, RunOutcome, Started, Steps,
};
use crate::text::{Phrase, phrase};

/// Points of one row of `chunk`. The last row of a curve is rewritten with every batch, so it must not be large.
pub(super) const CHUNK: u64 = 1024;

/// Stores a batch, all of it or nothing. The same batch, sent again, changes nothing.
pub(super) fn apply(connection: &mut Connection, files: &Files, reports: &[Arc<Report>]) -> Result<(), StoreError> {
    // Files come first: a row must never name a file that is not there.
    let names = reports.iter().map(|report| keep_file(files, report)).collect::<Result<Vec<_>, _>>()?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut steps = BTreeMap::new();
    let mut leftovers = Vec::new();
    let mut over = Vec::new();
    for (report, kept) in reports.iter().zip(&names) {
        let file = match kept {
            Kept::File(name) => Some(name.as_str()),
            _ => None,
        };
        match &**report {
            Report::Started(it) => started(&transaction, it, file)?,
            Report::Resumed(it) => {
                append_all(&transaction, &mut steps)?;
                leftovers.extend(resumed(&transaction, it)?);
            }
            Report::Steps(it) => collect(&transaction, &mut steps, it)?,
            Report::Epoch(it) => epoch(&transaction, it)?,
            Report::Snapshot(it) => snapshot(&transaction, it.run, it.step, &it.logits)?,
            Report::Event(it) => event(&transaction, it)?,
            Report::ResumeState(it) => leftovers.extend(resume_state(&transaction, it, file)?),
            Report::Answers(it) => {
                known(&transaction, it.run)?;
                if let Kept::Answers(names) = kept {
                    answers::insert(&transaction, it, names)?;
                }
            }
            Report::Exits(it) => {
                known(&transaction, it.run)?;
                exits::insert(&transaction, it)?;
            }
            Report::Outside(it) => outside::insert(&transaction, it, file.unwrap_or_default())?,
            Report::RunFinished(it) => run_finished(&transaction, it, file)?,
            Report::Tested(it) => result(&transaction, it.run, "test", &it.test)?,
            Report::JobEnded(it) => {
                job_ended(&transaction, it)?;
                over.push(it.job);
            }
        }
    }
    append_all(&transaction, &mut steps)?;
    for job in over {
        answers::compare(&transaction, files, job.0 as i64)?;
    }
    transaction.commit()?;
    remove_leftovers(connection, files, &leftovers)?;
    for report in reports {
        if let Report::JobEnded(JobEnded { job, outcome: JobOutcome::Done | JobOutcome::Stopped, .. }) = **report {
            files.remove_resume(job);
        }
    }
    Ok(())
}

/// The files that hold what of a report does not belong in a row.
enum Kept {
    None,
    File(String),
    Answers(answers::Names),
}

/// Writes what of a report belongs in a file.
fn keep_file(files: &Files, report: &Report) -> Result<Kept, StoreError> {
    Ok(match report {
        Report::Started(it) => Kept::File(files.put(&probe::encode(&it.probe)?, "safetensors")?),
        Report::ResumeState(it) => Kept::File(files.put_resume(it.job, &it.bytes)?),
        Report::Outside(it) => Kept::File(outside::put(files, it)?),
        Report::RunFinished(RunFinished { checkpoint: Some(bytes), .. }) => {
            Kept::File(files.put(bytes, "safetensors")?)
        }
        Report::Answers(it) => Kept::Answers(answers::put(files, it)?),
        _ => Kept::None,
    })
}

fn started(transaction: &Transaction, it: &Started, probe: Option<&str>) -> Result<(), StoreError> {
    let created = it.at_millis as i64;
    let same = transaction
        .query_row("SELECT created_at = ?2 FROM job WHERE id = ?1", params![it.job.0 as i64, created], |row| row.get(0))
        .optional()?;
    match same {
        Some(true) => return Ok(()),
        Some(false) => return Err(StoreError::Misfit(phrase!("misfit-job", job = it.job))),
        None => {}
    }
    let data = it.data.as_ref().map(|data| Phrase::keeping(|| serde_json::to_string(data))).transpose();
    let data = data.map_err(|error| StoreError::Misfit(Phrase::plain(error)))?;
    transaction
        .prepare_cached(
            "INSERT INTO job (id, title, recipe, device, status, created_at, probe, data)
            VALUES (?1, ?2, ?3, ?4, 'running', ?5, ?6, ?7)",
        )?
        .execute(params![it.job.0 as i64, it.sweep.base.title, it.sweep.to_toml(), it.device, created, probe, data])?;
    // Loaded teachers are at once what they are; of the others the first stage begins.
    let first = it.runs.iter().filter(|run| !run.loaded).map(|run| run.stage).min();
    let mut insert = transaction.prepare_cached(
        "INSERT INTO run (id, job, position, role, recipe, title, source, model, method, settings, seed, parameters,
            steps_planned, steps_per_epoch, loaded, status, stage, teachers, place)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?;
    for (position, run) in it.runs.iter().enumerate() {
        let waits = !run.loaded && Some(run.stage) != first;
        insert.execute(params![
            run.run.0 as i64,
            it.job.0 as i64,
            position as i64,
            word(run.role),
            run.recipe.to_toml(),
            run.recipe.title,
            run.recipe.data.source.name(),
            run.model,
            run.learns_by().unwrap_or_default(),
            metrics::text_by_name(&run.settings()),
            run.seed as i64,
            run.parameters as i64,
            run.steps as i64,
            run.steps_per_epoch as i64,
            run.loaded,
            word(if waits { Status::Waiting } else { Status::Running }),
            run.stage.0,
            serde_json::to_string(&run.teachers).map_err(|error| StoreError::Misfit(Phrase::plain(error)))?,
            run.place,
        ])?;
    }
    // A replay into another store must not lead to numbers that are given out twice.
    let newest = it.runs.iter().map(|run| run.run.0).max().unwrap_or(0);
    for (counter, last) in [("jobs", it.job.0), ("runs", newest)] {
        transaction
            .execute("UPDATE counter SET last = max(last, ?2) WHERE name = ?1", params![counter, last as i64])?;
    }
    Ok(())
}

/// Takes the job back to a point; returns the resume files that may be left over.
fn resumed(transaction: &Transaction, it: &Resumed) -> Result<Vec<String>, StoreError> {
    let job = it.job.0 as i64;
    let changed = transaction.execute(
        "UPDATE job SET status = 'running', message = NULL, ended_at = NULL, device = ?2 WHERE id = ?1",
        params![job, it.device],
    )?;
    found(changed, it.job)?;
    for (run, stage) in &it.retried {
        let moved = transaction
            .execute("UPDATE run SET stage = ?3 WHERE id = ?1 AND job = ?2", params![run.0 as i64, job, stage.0])?;
        found(moved, run)?;
    }
    back_to(transaction, job, &format!("= {}", it.stage.0), Some(it.step))?;
    back_to(transaction, job, &format!("> {}", it.stage.0), None)?;
    let runs = transaction
        .prepare("SELECT id FROM run WHERE job = ?1")?
        .query_map([job], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    for run in runs {
        summarise(transaction, run)?;
    }
    let beyond = "FROM resume WHERE job = ?1 AND (stage, step) > (?2, ?3)";
    let beyond_step = params![job, it.stage.0, it.step as i64];
    let files = transaction
        .prepare(&format!("SELECT file {beyond}"))?
        .query_map(beyond_step, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    transaction.execute(&format!("DELETE {beyond}"), beyond_step)?;
    Ok(files)
}

/// Deletes what the runs of some stages have beyond a step, or all that they have; only their rows stay.
fn back_to(transaction: &Transaction, job: i64, stages: &str, step: Option<u64>) -> Result<(), StoreError> {
    let runs = format!("(SELECT id FROM run WHERE job = ?1 AND stage {stages})");
    // Points are numbered by the step that made them; epochs and snapshots by the steps that were done.
    let points = step.unwrap_or(0) as i64;
    let last = step.map_or(-1, |step| step as i64);
    transaction.execute(&format!("DELETE FROM chunk WHERE run IN {runs} AND first_step >= ?2"), [job, points])?;
    transaction.execute(
        &format!(
            "UPDATE chunk SET points = substr(points, 1, (?2 - first_step) * 4)
             WHERE run IN {runs} AND first_step + length(points) / 4 > ?2"
        ),
        [job, points],
    )?;
    transaction
        .execute(&format!("UPDATE run SET steps_done = min(steps_done, ?2) WHERE id IN {runs}"), [job, points])?;
    for table in ["epoch", "snapshot"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE run IN {runs} AND step > ?2"), [job, last])?;
    }
    // What had come to its end by then keeps its results; what was stopped or failed resumes.
    let goes_on = "(outcome IS NULL OR outcome NOT IN ('done', 'diverged', 'halved') OR steps_at_end > ?2)";
    for table in ["result", "answers", "exits"] {
        transaction.execute(
            &format!("DELETE FROM {table} WHERE run IN (SELECT id FROM run WHERE id IN {runs} AND {goes_on})"),
            [job, last],
        )?;
    }
    let status = if step.is_some() { Status::Running } else { Status::Waiting };
    transaction.execute(
        &format!(
            "UPDATE run SET status = ?3, outcome = NULL, ended_at = NULL, steps_at_end = NULL, seconds = NULL, checkpoint = NULL,
             rows_better = NULL, rows_worse = NULL, shares = '{{}}', cost = NULL
             WHERE id IN {runs} AND {goes_on}"
        ),
        params![job, last, word(status)],
    )?;
    Ok(())
}

/// Joins steps that follow on each other, so that the end of a curve is rewritten once a batch.
fn collect(transaction: &Transaction, joined: &mut BTreeMap<RunId, Steps>, it: &Steps) -> Result<(), StoreError> {
    if it.terms.iter().any(|(_, values)| values.len() != it.total.len()) {
        return Err(StoreError::Misfit(phrase!("misfit-curves", run = it.run)));
    }
    if let Some(steps) = joined.get_mut(&it.run) {
        let follows = it.first_step == steps.first_step + steps.total.len() as u64;
        let names = |steps: &Steps| steps.terms.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if follows && names(steps) == names(it) {
            for ((_, known), (_, next)) in steps.terms.iter_mut().zip(&it.terms) {
                known.extend(next);
            }
            steps.total.extend(&it.total);
            return Ok(());
        }
        append(transaction, steps)?;
    }
    joined.insert(it.run, it.clone());
    Ok(())
}

fn append_all(transaction: &Transaction, joined: &mut BTreeMap<RunId, Steps>) -> Result<(), StoreError> {
    std::mem::take(joined).values().try_for_each(|steps| append(transaction, steps))
}

/// Appends those points that are not stored yet.
fn append(transaction: &Transaction, it: &Steps) -> Result<(), StoreError> {
    let run = it.run.0 as i64;
    let done: Option<i64> = transaction
        .prepare_cached("SELECT steps_done FROM run WHERE id = ?1")?
        .query_row([run], |row| row.get(0))
        .optional()?;
    let done = done.ok_or_else(|| StoreError::Unknown(it.run.to_string()))? as u64;
    let end = it.first_step + it.total.len() as u64;
    if it.first_step > done {
        return Err(StoreError::Misfit(phrase!("misfit-steps", run = it.run, done = done, next = it.first_step)));
    }
    if end <= done {
        return Ok(());
    }
    let known = (done - it.first_step) as usize;
    let terms = it.terms.iter().map(|(name, values)| (name.as_ref(), values));
    for (series, values) in terms.chain([(LossTerms::TOTAL, &it.total)]) {
        append_series(transaction, run, series, done, &values[known..])?;
    }
    transaction
        .prepare_cached(
            "UPDATE run SET steps_done = ?2, status = iif(status = 'waiting', 'running', status) WHERE id = ?1",
        )?
        .execute([run, end as i64])?;
    Ok(())
}

fn append_series(
    transaction: &Transaction,
    run: i64,
    series: &str,
    mut step: u64,
    mut values: &[f32],
) -> Result<(), StoreError> {
    while !values.is_empty() {
        let first = step / CHUNK * CHUNK;
        let mut points: Vec<u8> = if step == first {
            Vec::new()
        } else {
            transaction
                .prepare_cached("SELECT points FROM chunk WHERE run = ?1 AND series = ?2 AND first_step = ?3")?
                .query_row(params![run, series, first as i64], |row| row.get(0))
                .optional()?
                .unwrap_or_default()
        };
        if points.len() as u64 != (step - first) * 4 {
            return Err(StoreError::Misfit(phrase!(
                "misfit-gap",
                curve = series,
                run = RunId(run as u64),
                step = step
            )));
        }
        let (now, later) = values.split_at(values.len().min((first + CHUNK - step) as usize));
        points.extend(to_bytes(now));
        transaction
            .prepare_cached("INSERT OR REPLACE INTO chunk (run, series, first_step, points) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![run, series, first as i64, points])?;
        step += now.len() as u64;
        values = later;
    }
    Ok(())
}

fn epoch(transaction: &Transaction, it: &Epoch) -> Result<(), StoreError> {
    let run = it.run.0 as i64;
    let (epoch, errors) = (it.epoch as i64, it.validation.errors as i64);
    let summary: Option<(Option<i64>, Option<i64>)> = transaction
        .prepare_cached("SELECT last_epoch, best_epoch FROM run WHERE id = ?1")?
        .query_row([run], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (last, best) = summary.ok_or_else(|| StoreError::Unknown(it.run.to_string()))?;
    let values = metrics::epoch_values(it);
    let slots = vec!["?"; values.len()].join(", ");
    transaction.prepare_cached(&format!("INSERT OR REPLACE INTO epoch VALUES ({slots})"))?.execute(&*bind(&values))?;
    // The next epoch is compared with the best one alone: a look at all of them would make long runs cost their square.
    if last.is_some_and(|last| epoch <= last) {
        return summarise(transaction, run);
    }
    let fewest: Option<i64> = match best {
        None => None,
        Some(best) => transaction
            .prepare_cached("SELECT errors FROM epoch WHERE run = ?1 AND epoch = ?2")?
            .query_row([run, best], |row| row.get(0))
            .optional()?,
    };
    let best = if fewest.is_some_and(|fewest| fewest <= errors) { best } else { Some(epoch) };
    transaction
        .prepare_cached("UPDATE run SET last_epoch = ?2, best_epoch = ?3 WHERE id = ?1")?
        .execute(params![run, epoch, best])?;
    Ok(())
}

/// Renews what a list of runs shows of a run's epochs, from all of them.
fn summarise(transaction: &Transaction, run: i64) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE run SET last_epoch = (SELECT max(epoch) FROM epoch WHERE run = ?1),
                best_epoch = (SELECT epoch FROM epoch WHERE run = ?1 ORDER BY errors, epoch LIMIT 1) WHERE id = ?1",
        )?
        .execute([run])?;
    Ok(())
}

fn snapshot(transaction: &Transaction, run: RunId, step: u64, logits: &[f32]) -> Result<(), StoreError> {
    known(transaction, run)?;
    transaction
        .prepare_cached("INSERT OR REPLACE INTO snapshot (run, step, logits) VALUES (?1, ?2, ?3)")?
        .execute(params![run.0 as i64, step as i64, to_bytes(logits)])?;
    Ok(())
}

fn event(transaction: &Transaction, it: &Event) -> Result<(), StoreError> {
    let (kind, run, change) = match it.kind {
        EventKind::Change(change) => ("change", change.run, Some(change)),
        EventKind::Paused => ("paused", None, None),
        EventKind::Played => ("played", None, None),
        EventKind::Stopped => ("stopped", None, None),
        EventKind::RunStopped { run } => ("run-stopped", Some(run), None),
    };
    transaction
        .prepare_cached(
            "INSERT INTO event (job, number, at, stage, step, kind, setting, old, new, run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            it.job.0 as i64,
            it.number as i64,
            it.at_millis as i64,
            it.stage.0,
            it.step as i64,
            kind,
            change.map(|change| change.setting.path()),
            change.map(|change| change.from),
            change.map(|change| change.to),
            run.map(|run| run.0 as i64),
        ])?;
    Ok(())
}

/// Keeps the newest two states; returns the files of the others.
fn resume_state(transaction: &Transaction, it: &ResumeState, file: Option<&str>) -> Result<Vec<String>, StoreError> {
    transaction.execute(
        "INSERT OR REPLACE INTO resume (job, stage, step, file) VALUES (?1, ?2, ?3, ?4)",
        params![it.job.0 as i64, it.stage.0, it.step as i64, file],
    )?;
    let old = transaction
        .prepare_cached(
            "SELECT stage, step, file FROM resume WHERE job = ?1 ORDER BY stage DESC, step DESC LIMIT -1 OFFSET 2",
        )?
        .query_map([it.job.0 as i64], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(i64, i64, String)>, _>>()?;
    for (stage, step, _) in &old {
        transaction.execute(
            "DELETE FROM resume WHERE job = ?1 AND stage = ?2 AND step = ?3",
            params![it.job.0 as i64, stage, step],
        )?;
    }
    Ok(old.into_iter().map(|(_, _, file)| file).collect())
}

fn run_finished(transaction: &Transaction, it: &RunFinished, checkpoint: Option<&str>) -> Result<(), StoreError> {
    let run = it.run.0 as i64;
    let status = match it.outcome {
        RunOutcome::Done => Status::Done,
        RunOutcome::Stopped => Status::Stopped,
        RunOutcome::Diverged => Status::Diverged,
        RunOutcome::Halved => Status::Halved,
        RunOutcome::Failed => Status::Failed,
    };
    let cost = it.cost.as_ref().map(serde_json::to_string).transpose();
    let cost = cost.map_err(|error| StoreError::Misfit(Phrase::plain(error)))?;
    let changed = transaction
        .prepare_cached(
            "UPDATE run SET status = ?2, outcome = ?3, ended_at = ?4, steps_at_end = ?5, seconds = ?6, checkpoint = ?7,
                shares = ?8, cost = ?9 WHERE id = ?1",
        )?
        .execute(params![
            run,
            word(status),
            word(it.outcome),
            it.at_millis as i64,
            it.steps as i64,
            it.seconds,
            checkpoint,
            metrics::text_by_name(&it.shares),
            cost
        ])?;
    found(changed, it.run)?;
    for (part, metrics) in [("validation", &it.validation), ("test", &it.test), ("training", &it.training)] {
        if let Some(metrics) = metrics {
            result(transaction, it.run, part, metrics)?;
        }
    }
    Ok(())
}

/// What a run is worth on a part of the data.
fn result(transaction: &Transaction, run: RunId, part: &str, metrics: &Metrics) -> Result<(), StoreError> {
    known(transaction, run)?;
    let insert = format!(
        "INSERT OR REPLACE INTO result (run, part, {}) VALUES (?, ?{})",
        COLUMNS.join(", "),
        ", ?".repeat(COLUMNS.len())
    );
    let key = [(run.0 as i64).into(), part.to_owned().into()];
    let values: Vec<_> = key.into_iter().chain(metrics::values(metrics)).collect();
    transaction.prepare_cached(&insert)?.execute(&*bind(&values))?;
    Ok(())
}

fn job_ended(transaction: &Transaction, it: &JobEnded) -> Result<(), StoreError> {
    let job = it.job.0 as i64;
    let status = match it.outcome {
        JobOutcome::Done => Status::Done,
        JobOutcome::Stopped => Status::Stopped,
        JobOutcome::Paused => Status::Paused,
        JobOutcome::Failed => Status::Failed,
    };
    let message = it.message.as_ref().map(|message| Phrase::keeping(|| serde_json::to_string(message))).transpose();
    let message = message.map_err(|error| StoreError::Misfit(Phrase::plain(error)))?;
    let changed = transaction.execute(
        "UPDATE job SET status = ?2, message = ?3, ended_at = ?4 WHERE id = ?1",
        params![job, word(status), message, it.at_millis as i64],
    )?;
    found(changed, it.job)?;
    transaction.execute(
        "UPDATE run SET status = ?2 WHERE job = ?1 AND status IN ('running', 'waiting')",
        params![job, word(status)],
    )?;
    if matches!(it.outcome, JobOutcome::Done | JobOutcome::Stopped) {
        transaction.execute("DELETE FROM resume WHERE job = ?1", [job])?;
    }
    Ok(())
}

/// Two states with the same content share a file.
fn remove_leftovers(connection: &Connection, files: &Files, names: &[String]) -> Result<(), StoreError> {
    for name in names {
        let used: bool =
            connection.query_row("SELECT EXISTS (SELECT 1 FROM resume WHERE file = ?1)", [name], |row| row.get(0))?;
        if !used {
            files.remove(name);
        }
    }
    Ok(())
}

fn known(transaction: &Transaction, run: RunId) -> Result<(), StoreError> {
    let known = transaction.prepare_cached("SELECT 1 FROM run WHERE id = ?1")?.exists([run.0 as i64])?;
    found(usize::from(known), run)
}

fn found(rows: usize, id: impl ToString) -> Result<(), StoreError> {
    if rows > 0 { Ok(()) } else { Err(StoreError::Unknown(id.to_string())) }
}
