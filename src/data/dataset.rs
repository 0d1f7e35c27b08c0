//! All rows of a source, held once, as raw values.

use sha2::{Digest, Sha256};

use super::{DataError, Inputs, builtin, idx, images, table};
use crate::recipe::Source;
use crate::rng::Key;

/// Examples with their labels. Values are as the source has them: normalisation belongs to the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What people call it: a built-in name, or the name of the file or folder.
    pub name: String,
    /// Names of the classes; a label is an index into them. At least two.
    pub classes: Vec<String>,
    /// One example a row.
    pub inputs: Inputs,
    /// The class of each row.
    pub labels: Vec<u32>,
    /// The first row of the source's own test part, which then reaches to the end; `None` where it has none.
    pub test_from: Option<usize>,
    /// The largest raw value that a pixel can have (255 or 16); `None` for features.
    pub pixel_scale: Option<f32>,
}

impl Dataset {
    /// Reads a source in full.
    ///
    /// # Errors
    /// Whatever is wrong with the files, by file and line.
    pub fn load(source: &Source) -> Result<Self, DataError> {
        let dataset = match source {
            Source::Builtin(builtin) => builtin::load(*builtin),
            Source::Idx(folder) => idx::load(folder),
            Source::Csv { path, label, header } => table::load(path, label, *header),
            Source::Images { path, size, colour } => images::load(path, *size, *colour),
        }?;
        if dataset.classes.len() < 2 {
            return Err(DataError::OneClass { name: dataset.name, classes: dataset.classes });
        }
        Ok(dataset)
    }

    /// The raw inputs of `rows`, in that order.
    ///
    /// # Panics
    /// When a row is not below [`Inputs::rows`].
    pub fn gather(&self, rows: &[u32]) -> Inputs {
        self.inputs.gather(rows)
    }

    /// Like [`Dataset::gather`], with each image shifted by its own whole numbers of pixels, both uniform in
    /// `-max_shift..=max_shift` and a function of `key` and the row's number alone. What is uncovered is 0. Features stay.
    ///
    /// # Panics
    /// When a row is not below [`Inputs::rows`].
    pub fn gather_jittered(&self, rows: &[u32], max_shift: usize, key: Key) -> Inputs {
        self.inputs.gather_jittered(rows, max_shift, key)
    }

    /// Tells rows apart by content: the first 8 bytes (little-endian) of SHA-256 over the raw values as little-endian `f32`.
    ///
    /// # Panics
    /// When `row` is not below [`Inputs::rows`].
    pub fn row_hash(&self, row: u32) -> u64 {
        let mut hasher = Sha256::new();
        let mut bytes = Vec::with_capacity(4 * self.inputs.row_len());
        for value in self.inputs.row(row as usize) {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        hasher.update(&bytes);
        let hash = hasher.finalize();
        hash.iter().take(8).rev().fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    /// [`Dataset::row_hash`] of each of `rows`.
    ///
    /// # Panics
    /// When a row is not below [`Inputs::rows`].
    pub fn row_hashes(&self, rows: &[u32]) -> Vec<u64> {
        rows.iter().map(|row| self.row_hash(*row)).collect()
    }
}

/// Sorts class names: as numbers when all of them are, else as text. Removes doubles.
pub(super) fn sort_classes(names: &mut Vec<String>) {
    let number = |name: &String| name.parse::<f64>().ok().filter(|number| number.is_finite());
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by(|a, b| {
            let order = number(a).partial_cmp(&number(b)).unwrap_or(std::cmp::Ordering::Equal);
            order.then_with(|| a.cmp(b))
        });
    } else {
        names.sort();
    }
    names.dedup();
}
