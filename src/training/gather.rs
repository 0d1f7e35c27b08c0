//! The inputs of rows that are to be seen and that no probe set holds. They are read between steps.

use super::cache::Cache;
use crate::protocol::{Gather, Gathered};
use crate::text::{Phrase, phrase};

/// Reads the rows. What has changed since the job began is not shown as what it learnt from.
pub(super) fn answer(gather: &Gather, cache: &Cache) -> Result<Gathered, Phrase> {
    let Gather { job, source, rows, labels } = gather;
    let dataset = cache.dataset(source).map_err(|error| error.phrase())?;
    let is_same = |(row, label): (&u32, &u32)| dataset.labels.get(*row as usize) == Some(label);
    if rows.len() != labels.len() || !rows.iter().zip(labels).all(is_same) {
        return Err(phrase!("gather-other-data", source = source.name()));
    }
    let scale = dataset.pixel_scale.unwrap_or(1.0);
    let gathered = dataset.gather(rows);
    let inputs = gathered.values().iter().map(|value| value / scale).collect();
    Ok(Gathered { job: *job, rows: rows.clone(), inputs, shape: gathered.shape(), texts: gathered.texts() })
}
