//! What runs answered, row by row, as the store keeps it.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::StoreError;
use super::files::Files;
use super::metrics::{floats, to_bytes};
use super::verdict::Discordant;
use super::words::{choice, word};
use crate::distill::NO_CLASS;
use crate::protocol::{Answers, Part, RunId};
use crate::text::phrase;

/// The names of the files of one set of answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    asked: String,
    logits: Option<String>,
}

/// Writes what of answers belongs in files. Runs that were asked the same rows share one.
pub(super) fn put(files: &Files, it: &Answers) -> Result<Names, StoreError> {
    let asked: Vec<u8> = it.rows.iter().chain(&*it.labels).flat_map(|number| number.to_le_bytes()).collect();
    let logits = it.logits.as_ref().map(|logits| files.put(&to_bytes(logits), "f32")).transpose()?;
    Ok(Names { asked: files.put(&asked, "u32")?, logits })
}

/// Stores answers.
pub(super) fn insert(store: &Connection, it: &Answers, names: &Names) -> Result<(), StoreError> {
    if it.labels.len() != it.rows.len() || it.predicted.len() != it.rows.len() {
        return Err(StoreError::Misfit(phrase!("misfit-answers", run = it.run)));
    }
    store
        .prepare_cached(
            "INSERT OR REPLACE INTO answers (run, part, asked, predicted, logits) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![it.run.0 as i64, word(it.part), names.asked, pack(&it.predicted), names.logits])?;
    Ok(())
}

/// The answers of a job's runs, without logits.
pub(super) fn of_job(store: &Connection, files: &Files, job: i64) -> Result<Vec<Answers>, StoreError> {
    let mut found = store.prepare_cached(
        "SELECT answers.run, part, asked, predicted FROM answers JOIN run ON run.id = answers.run
         WHERE run.job = ?1 ORDER BY run.position, part",
    )?;
    let mut rows = found.query([job])?;
    let mut known = HashMap::new();
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(answers(row, files, &mut known)?);
    }
    Ok(all)
}

/// The logits that a run gave on its validation rows, `[rows, classes]`; `None` where they were not kept.
pub(super) fn logits(store: &Connection, files: &Files, run: RunId) -> Result<Option<Vec<f32>>, StoreError> {
    let name: Option<Option<String>> = store
        .query_row(
            "SELECT logits FROM answers WHERE run = ?1 AND part = ?2",
            params![run.0 as i64, word(Part::Validation)],
            |row| row.get(0),
        )
        .optional()?;
    name.flatten().map(|name| Ok(floats(&files.read(&name)?))).transpose()
}

/// For each student of a job that has one baseline with its seed (of the first kind): the validation rows on which only one of
/// them is right.
pub(super) fn compare(store: &Connection, files: &Files, job: i64) -> Result<(), StoreError> {
    let baselines = baselines(store, job)?;
    if baselines.is_empty() {
        return Ok(());
    }
    // What cannot be read is a column that stays empty, not the end of the job.
    let all = of_job(store, files, job).unwrap_or_else(|error| {
        log::warn!("the answers of a job cannot be compared: {error}");
        Vec::new()
    });
    let validation = all.iter().filter(|it| it.part == Part::Validation).map(|it| (it.run, it));
    let validation: HashMap<RunId, &Answers> = validation.collect();
    for (student, baseline) in baselines {
        let both = validation.get(&student).zip(validation.get(&baseline));
        let found = both.and_then(|(student, baseline)| Discordant::between(student, baseline));
        store.prepare_cached("UPDATE run SET rows_better = ?2, rows_worse = ?3 WHERE id = ?1")?.execute(params![
            student.0 as i64,
            found.map(|it| it.better as i64),
            found.map(|it| it.worse as i64)
        ])?;
    }
    Ok(())
}

/// Each student with the only baseline of its seed, among those of the kind that the job's students are judged by.
fn baselines(store: &Connection, job: i64) -> Result<Vec<(RunId, RunId)>, StoreError> {
    let mut first = store
        .prepare_cached("SELECT method FROM run WHERE job = ?1 AND role = 'baseline' ORDER BY position LIMIT 1")?;
    let Some(method) = first.query_row([job], |row| row.get::<_, String>(0)).optional()? else { return Ok(Vec::new()) };
    let mut pairs = store.prepare_cached(
        "SELECT student.id, min(baseline.id) FROM run student
         JOIN run baseline ON baseline.job = student.job AND baseline.seed = student.seed
             AND baseline.role = 'baseline' AND baseline.method = ?2
         WHERE student.job = ?1 AND student.role = 'student' GROUP BY student.id HAVING count(*) = 1",
    )?;
    let id = |row: &Row, at| row.get::<_, i64>(at).map(|id| RunId(id as u64));
    let pairs = pairs.query_map(params![job, method], |row| Ok((id(row, 0)?, id(row, 1)?)))?;
    Ok(pairs.collect::<Result<_, _>>()?)
}

/// Rows and labels of a file that several runs share.
type Asked = (Arc<Vec<u32>>, Arc<Vec<u32>>);

fn answers(row: &Row, files: &Files, known: &mut HashMap<String, Asked>) -> Result<Answers, StoreError> {
    let run = RunId(row.get::<_, i64>(0)? as u64);
    let damaged = || StoreError::Damaged(phrase!("damaged-answers", run = run));
    let name: String = row.get(2)?;
    let (rows, labels) = match known.get(&name) {
        Some(asked) => asked.clone(),
        None => {
            let bytes = files.read(&name)?;
            let mut rows: Vec<u32> = bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
            let labels = rows.split_off(rows.len() / 2);
            known.entry(name).or_insert((Arc::new(rows), Arc::new(labels))).clone()
        }
    };
    let predicted = unpack(row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?).ok_or_else(damaged)?;
    if rows.len() != labels.len() || predicted.len() != rows.len() {
        return Err(damaged());
    }
    Ok(Answers { run, part: choice(row, 1)?, rows, labels, predicted: Arc::new(predicted), logits: None })
}

/// Classes as bytes: as many a class as the largest needs, which is the first byte.
fn pack(classes: &[u32]) -> Vec<u8> {
    let largest = classes.iter().copied().filter(|class| *class != NO_CLASS).max().unwrap_or(0);
    let width = match largest {
        0..0xFF => 1,
        0xFF..0xFFFF => 2,
        _ => 4,
    };
    let mut bytes = vec![width as u8];
    bytes.extend(classes.iter().flat_map(|class| class.to_le_bytes().into_iter().take(width)));
    bytes
}

fn unpack(bytes: &[u8]) -> Option<Vec<u32>> {
    let (width, bytes) = bytes.split_first()?;
    let width = usize::from(*width);
    if !matches!(width, 1 | 2 | 4) || !bytes.len().is_multiple_of(width) {
        return None;
    }
    let none = NO_CLASS >> (32 - 8 * width);
    let class = |bytes: &[u8]| {
        let class = bytes.iter().rev().fold(0, |class, byte| class << 8 | u32::from(*byte));
        if class == none { NO_CLASS } else { class }
    };
    Some(bytes.chunks_exact(width).map(class).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_come_back_from_as_few_bytes_as_they_need() {
        for (classes, width) in
            [(vec![0, 9, NO_CLASS], 1), (vec![254, 0], 1), (vec![255, NO_CLASS, 3], 2), (vec![70_000, NO_CLASS], 4)]
        {
            let bytes = pack(&classes);
            assert_eq!(bytes.len(), 1 + width * classes.len());
            assert_eq!(unpack(&bytes), Some(classes));
        }
        assert_eq!(unpack(&pack(&[])), Some(Vec::new()));
        assert_eq!([unpack(&[]), unpack(&[3, 0, 0, 0]), unpack(&[2, 1])], [None, None, None]);
    }
}
