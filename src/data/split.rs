//! Which rows are for training, validation and test; every draw is a function of a seed and a row's number.

use super::{DataError, Dataset};
use crate::recipe::DataRecipe;
use crate::rng::Key;

/// Row numbers, ascending; together every row of the dataset, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splits {
    /// What models learn from.
    pub train: Vec<u32>,
    /// What everything that chooses looks at.
    pub validation: Vec<u32>,
    /// What is looked at once.
    pub test: Vec<u32>,
}

impl Dataset {
    /// Splits the rows by `recipe.seed`. The test part is the source's own, or the share `recipe.test` of all rows; the
    /// validation part is the share `recipe.validation` of the rest. Drawn parts are stratified by class. A class that
    /// no row has is left alone.
    ///
    /// # Errors
    /// [`DataError::FewRows`] when a class cannot be in every drawn part and in the training part.
    pub fn split(&self, recipe: &DataRecipe) -> Result<Splits, DataError> {
        let key = Key::new(recipe.seed);
        let all: Vec<u32> = (0..self.labels.len() as u32).collect();
        let (rest, test) = if let Some(from) = self.test_from {
            self.check_rows_by_class(from, 2)?;
            let (rest, test) = all.split_at(from);
            (rest.to_vec(), test.to_vec())
        } else {
            self.check_rows_by_class(all.len(), 3)?;
            self.draw(&all, key.named("test part"), recipe.test, 2)
        };
        let (train, validation) = self.draw(&rest, key.named("validation part"), recipe.validation, 1);
        Ok(Splits { train, validation, test })
    }

    /// Each class that has any row needs `needed` of them among the first `rows`.
    fn check_rows_by_class(&self, rows: usize, needed: usize) -> Result<(), DataError> {
        let mut counts = vec![(0, false); self.classes.len()];
        for (row, label) in self.labels.iter().enumerate() {
            let (count, exists) = &mut counts[*label as usize];
            *count += usize::from(row < rows);
            *exists = true;
        }
        let classes: Vec<(String, usize)> = counts
            .into_iter()
            .zip(&self.classes)
            .filter(|((count, exists), _)| *exists && *count < needed)
            .map(|((count, _), name)| (name.clone(), count))
            .collect();
        if classes.is_empty() { Ok(()) } else { Err(DataError::FewRows { name: self.name.clone(), classes, needed }) }
    }

    /// Draws a stratified `share` of `rows` and returns what is left and what was drawn. At least one row of each class is
    /// drawn and at least `spared` rows of each are left.
    fn draw(&self, rows: &[u32], key: Key, share: f64, spared: usize) -> (Vec<u32>, Vec<u32>) {
        let classes = classes_of(rows, &self.labels).len();
        let count = share_of(rows.len(), share).clamp(classes, rows.len() - spared * classes);
        let drawn = stratified(rows, &self.labels, key, count, spared);
        let left = rows.iter().copied().filter(|row| drawn.binary_search(row).is_err()).collect();
        (left, drawn)
    }
}

impl Splits {
    /// At most `at_most` validation rows, ascending and stratified, for the lens to look at.
    pub fn probe(&self, dataset: &Dataset, seed: u64, at_most: usize) -> Vec<u32> {
        stratified(&self.validation, &dataset.labels, Key::new(seed).named("probe set"), at_most, 0)
    }
}

/// The whole number nearest to `share` of `count`.
pub(super) fn share_of(count: usize, share: f64) -> usize {
    (count as f64 * share).round() as usize
}

/// The classes that `rows` have, ascending.
pub(super) fn classes_of(rows: &[u32], labels: &[u32]) -> Vec<u32> {
    let mut classes: Vec<u32> = rows.iter().map(|row| labels[*row as usize]).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// `count` of `rows` (all of them if there are fewer), ascending, each class in proportion to its size.
///
/// Each class puts its rows into a random order; row `r` of `n` stands at (r + ½) / n, and the first `count` of all rows are
/// taken (this is the rounding of Webster and Sainte-Laguë). So a smaller set is always part of a larger one. The first row
/// of each class is taken before everything else, its last `spared` rows after everything else.
pub(super) fn stratified(rows: &[u32], labels: &[u32], key: Key, count: usize, spared: usize) -> Vec<u32> {
    let mut draws: Vec<(u32, u64, u32)> =
        rows.iter().map(|row| (labels[*row as usize], key.bits(u64::from(*row)), *row)).collect();
    draws.sort_unstable();
    let mut line: Vec<(f64, u64, u32)> = Vec::with_capacity(rows.len());
    for class in draws.chunk_by(|a, b| a.0 == b.0) {
        line.extend(class.iter().enumerate().map(|(rank, (_, bits, row))| {
            let place = match rank {
                0 => 0.0,
                _ if rank + spared >= class.len() => 1.0,
                _ => (rank as f64 + 0.5) / class.len() as f64,
            };
            (place, *bits, *row)
        }));
    }
    line.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut taken: Vec<u32> = line.into_iter().take(count).map(|(_, _, row)| row).collect();
    taken.sort_unstable();
    taken
}
