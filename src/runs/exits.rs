//! What runs say at each of their exits, as the store keeps it.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::metrics::{floats, to_bytes};
use crate::protocol::{Exits, RunId};
use crate::text::{Phrase, phrase};

/// Stores them.
pub(super) fn insert(store: &Connection, it: &Exits) -> Result<(), StoreError> {
    if it.logits.len() != it.costs.len() * it.labels.len() * it.classes || it.lengths.len() != it.labels.len() {
        return Err(StoreError::Misfit(phrase!("misfit-answers", run = it.run)));
    }
    let told = Exits { logits: Arc::default(), ..it.clone() };
    let told = serde_json::to_string(&told).map_err(|error| StoreError::Misfit(Phrase::plain(error)))?;
    store.prepare_cached("INSERT OR REPLACE INTO exits (run, told, logits) VALUES (?1, ?2, ?3)")?.execute(params![
        it.run.0 as i64,
        told,
        to_bytes(&it.logits)
    ])?;
    Ok(())
}

/// Those of a job's runs.
pub(super) fn of_job(store: &Connection, job: i64) -> Result<Vec<Exits>, StoreError> {
    let mut found = store.prepare_cached(
        "SELECT exits.run, told, logits FROM exits JOIN run ON run.id = exits.run WHERE run.job = ?1
         ORDER BY run.position",
    )?;
    let mut rows = found.query([job])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let run = RunId(row.get::<_, i64>(0)? as u64);
        let damaged = || StoreError::Damaged(phrase!("damaged-answers", run = run));
        let (told, logits): (String, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let told: Exits = serde_json::from_str(&told).map_err(|_| damaged())?;
        let it = Exits { run, logits: Arc::new(floats(&logits)), ..told };
        if it.logits.len() != it.costs.len() * it.labels.len() * it.classes || it.lengths.len() != it.labels.len() {
            return Err(damaged());
        }
        all.push(it);
    }
    Ok(all)
}
