//! The inputs of rows that are to be seen and that no probe set holds. They are read between steps.

use super::prepare::Shelf;
use super::report::{Gathered, JobId};
use crate::recipe::Source;
use crate::text::{Phrase, phrase};

/// Rows of a job's data.
#[derive(Clone, Debug, PartialEq)]
pub struct Gather {
    /// The job.
    pub job: JobId,
    /// Where its data come from.
    pub source: Source,
    /// The rows, by their number in the data.
    pub rows: Vec<u32>,
    /// Their classes, as the job knew them: other data have others.
    pub labels: Vec<u32>,
}

impl Gather {
    /// Reads the rows. What has changed since the job began is not shown as what it learnt from.
    pub(super) fn answer(&self, shelf: &Shelf) -> Result<Gathered, Phrase> {
        let dataset = shelf.dataset(&self.source).map_err(|error| error.phrase())?;
        let is_same = |(row, label): (&u32, &u32)| dataset.labels.get(*row as usize) == Some(label);
        if self.rows.len() != self.labels.len() || !self.rows.iter().zip(&self.labels).all(is_same) {
            return Err(phrase!("gather-other-data", source = self.source.name()));
        }
        let scale = dataset.pixel_scale.unwrap_or(1.0);
        let inputs = dataset.gather(&self.rows).values().iter().map(|value| value / scale).collect();
        Ok(Gathered { job: self.job, rows: self.rows.clone(), inputs, shape: dataset.examples.shape() })
    }
}
