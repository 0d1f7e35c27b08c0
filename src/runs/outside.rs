//! What teachers from outside said of all rows of a job's data.

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::files::Files;
use crate::protocol::{JobId, KeptOutside, Outside};
use crate::text::{Phrase, phrase};

/// Writes the logits, and returns the name of their file. Jobs with one teacher and the same data share it.
pub(super) fn put(files: &Files, it: &Outside) -> Result<String, StoreError> {
    files.put_floats(&it.logits, "f32")
}

/// Stores who said it.
pub(super) fn insert(store: &Connection, it: &Outside, file: &str) -> Result<(), StoreError> {
    let teacher = serde_json::to_string(&it.teacher).map_err(|error| StoreError::Misfit(Phrase::plain(error)))?;
    store
        .prepare_cached("INSERT OR REPLACE INTO outside (job, teacher, logits) VALUES (?1, ?2, ?3)")?
        .execute(params![it.job.0 as i64, teacher, file])?;
    Ok(())
}

/// Those of a job.
pub(super) fn of_job(store: &Connection, files: &Files, job: JobId) -> Result<Vec<KeptOutside>, StoreError> {
    let mut found = store.prepare_cached("SELECT teacher, logits FROM outside WHERE job = ?1")?;
    let mut rows = found.query([job.0 as i64])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (teacher, name): (String, String) = (row.get(0)?, row.get(1)?);
        let teacher = serde_json::from_str(&teacher);
        let teacher = teacher.map_err(|_| StoreError::Damaged(phrase!("damaged-outside", job = job)))?;
        all.push(KeptOutside { teacher, file: files.path(&name), address: Files::address_in(&name) });
    }
    Ok(all)
}
