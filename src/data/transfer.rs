//! What a model learns from: rows, the labels it may use of them, and the order of an epoch.

use std::ops::Range;

use super::split::{share_of, stratified};
use super::{DataError, Dataset, Splits};
use crate::recipe::DataRecipe;
use crate::rng::Key;

/// The rows that a model is trained on, and the labels that it may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferSet {
    /// Rows of the dataset, ascending.
    pub rows: Vec<u32>,
    /// The label of each of them; `None` where it may not be used.
    pub labels: Vec<Option<u32>>,
}

impl TransferSet {
    /// What students (and their baseline) see: the training rows without the omitted classes, labels for the share
    /// `labelled` of them, of which the share `label_noise` is replaced by another class of the set.
    ///
    /// The labelled subset is stratified, holds one row of each class at least (unless the share is 0), and contains the
    /// subset of every smaller share.
    ///
    /// # Errors
    /// [`DataError::UnknownClass`], [`DataError::AllOmitted`], or [`DataError::NoOtherClass`] for noise among one class.
    pub fn of_students(dataset: &Dataset, splits: &Splits, recipe: &DataRecipe) -> Result<Self, DataError> {
        let omitted = omitted_classes(dataset, recipe)?;
        let kept = |row: &u32| !omitted.contains(&dataset.labels[*row as usize]);
        let rows: Vec<u32> = splits.train.iter().copied().filter(kept).collect();
        let classes = dataset.classes_among(rows.iter().copied());
        if rows.is_empty() {
            return Err(DataError::AllOmitted { classes: dataset.classes.clone() });
        }
        let key = Key::new(recipe.seed);
        let labelled = labelled(dataset, &rows, recipe.labelled, recipe.seed);
        let noisy = share_of(labelled.len(), recipe.label_noise);
        if let ([only], 1..) = (classes.as_slice(), noisy) {
            return Err(DataError::NoOtherClass { class: dataset.classes[*only as usize].clone() });
        }
        let noisy = stratified(&labelled, &dataset.labels, key.named("label noise"), noisy, 0);
        let other = key.named("noisy label");
        let label_of = |row: &u32| {
            let label = dataset.labels[*row as usize];
            if labelled.binary_search(row).is_err() {
                return None;
            }
            if noisy.binary_search(row).is_err() {
                return Some(label);
            }
            let others: Vec<u32> = classes.iter().copied().filter(|class| *class != label).collect();
            Some(others[other.below(u64::from(*row), others.len() as u64) as usize])
        };
        let labels = rows.iter().map(label_of).collect();
        Ok(Self { rows, labels })
    }

    /// Adds rows that are behind all of these and have no label.
    pub fn add_unlabelled(&mut self, rows: Range<u32>) {
        self.labels.resize(self.labels.len() + rows.len(), None);
        self.rows.extend(rows);
    }

    /// The same without the rows whose label may not be used.
    pub fn labelled_only(&self) -> Self {
        let pairs = self.rows.iter().zip(&self.labels).filter(|(_, label)| label.is_some());
        let (rows, labels) = pairs.unzip();
        Self { rows, labels }
    }

    /// Rows with the labels that may be used of them, ascending; of more than `at_most` a stratified part.
    pub fn labelled(&self, dataset: &Dataset, at_most: usize) -> Vec<(u32, u32)> {
        let pairs = self.rows.iter().zip(&self.labels);
        let all: Vec<(u32, u32)> = pairs.filter_map(|(row, label)| Some((*row, (*label)?))).collect();
        if all.len() <= at_most {
            return all;
        }
        let rows: Vec<u32> = all.iter().map(|(row, _)| *row).collect();
        let drawn = stratified(&rows, &dataset.labels, Key::new(0).named("training rows"), at_most, 0);
        all.into_iter().filter(|(row, _)| drawn.binary_search(row).is_ok()).collect()
    }

    /// What a teacher sees: a share of the training rows, with their true labels. Where students may use the labels of the same share,
    /// and no class is omitted, these are the same rows.
    pub fn of_teacher(dataset: &Dataset, splits: &Splits, share: f64, seed: u64) -> Self {
        let rows = labelled(dataset, &splits.train, share, seed);
        let labels = rows.iter().map(|row| Some(dataset.labels[*row as usize])).collect();
        Self { rows, labels }
    }
}

/// The rows whose labels may be used, for a share of `rows`: stratified, one row of each class at least (unless the share is 0), and
/// with those of every smaller share among them.
fn labelled(dataset: &Dataset, rows: &[u32], share: f64, seed: u64) -> Vec<u32> {
    if share <= 0.0 {
        return Vec::new();
    }
    let classes = dataset.classes_among(rows.iter().copied());
    let count = share_of(rows.len(), share).max(classes.len());
    stratified(rows, &dataset.labels, Key::new(seed).named("labelled"), count, 0)
}

/// A permutation of `0..n`: the order in which the rows of a transfer set are seen in an epoch.
pub fn epoch_order(seed_key: Key, epoch: u64, n: usize) -> Vec<u32> {
    seed_key.named("batch order").at(epoch).permutation(n)
}

fn omitted_classes(dataset: &Dataset, recipe: &DataRecipe) -> Result<Vec<u32>, DataError> {
    let number = |name: &String| dataset.classes.iter().position(|class| class == name);
    let unknown: Vec<String> = recipe.omit_classes.iter().filter(|name| number(name).is_none()).cloned().collect();
    if unknown.is_empty() {
        Ok(recipe.omit_classes.iter().filter_map(|name| number(name).map(|class| class as u32)).collect())
    } else {
        Err(DataError::UnknownClass { unknown, classes: dataset.classes.clone() })
    }
}
