//! What was made of some rows of data, kept while the cells of a job share it.

use std::sync::{Arc, Weak};

use crate::data::Dataset;

/// Things that were made of rows, each for a key; the newest ones, of data that are still in use.
pub(super) struct OfRows<K, V> {
    most: usize,
    kept: Vec<Kept<K, V>>,
}

struct Kept<K, V> {
    of: Weak<Dataset>,
    rows: Vec<u32>,
    key: K,
    made: V,
}

impl<K: PartialEq, V: Clone> OfRows<K, V> {
    /// Nothing yet, and so many at most.
    pub fn new(most: usize) -> Self {
        Self { most, kept: Vec::new() }
    }

    /// What belongs to a key and these rows of data; made the first time.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn get<E>(
        &mut self,
        (dataset, rows): (&Arc<Dataset>, &[u32]),
        key: K,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let is_it = |kept: &&Kept<K, V>| {
            let of = kept.of.upgrade();
            of.is_some_and(|of| Arc::ptr_eq(&of, dataset)) && kept.rows == rows && kept.key == key
        };
        if let Some(kept) = self.kept.iter().find(is_it) {
            return Ok(kept.made.clone());
        }
        let made = make()?;
        self.kept.push(Kept { of: Arc::downgrade(dataset), rows: rows.to_vec(), key, made: made.clone() });
        let over = self.kept.len().saturating_sub(self.most);
        self.kept.drain(..over);
        Ok(made)
    }
}
