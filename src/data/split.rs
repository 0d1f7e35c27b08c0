//! Which rows are for training, validation and test; every draw is a function of a seed and a row's number.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::findings::{Remark, counted, some};
use super::{DataError, Dataset};
use crate::recipe::{Copies, DataRecipe};
use crate::rng::Key;
use crate::text::phrase;

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
    /// Splits the rows by `recipe.seed`. A part that the source has is taken as it is; the test part is drawn otherwise, the
    /// share `recipe.test` of all rows that are left for it, and the validation part, the share `recipe.validation` of the
    /// rest. Drawn parts are stratified by class. Rows with the same values come into one part, unless the recipe says
    /// otherwise or too few rows differ. A class that has too few rows to be in every part is learnt only; one that no row has is left alone.
    ///
    /// # Errors
    /// [`DataError::FewRows`] when fewer than two classes can be in every drawn part and in the training part, or a class has no
    /// row to learn from.
    pub fn split(&self, recipe: &DataRecipe) -> Result<Splits, DataError> {
        match self.split_by(recipe, recipe.copies) {
            // Too few rows differ to keep copies together: they are drawn apart, and counted.
            Err(_) if self.copies.is_some() && recipe.copies == Copies::Together => {
                self.split_by(recipe, Copies::Apart)
            }
            split => split,
        }
    }

    fn split_by(&self, recipe: &DataRecipe, copies: Copies) -> Result<Splits, DataError> {
        let key = Key::new(recipe.seed);
        let rows = self.labels.len();
        let test_from = self.test_from.unwrap_or(rows);
        let validation_from = self.validation_from.unwrap_or(test_from);
        let part = |from: usize, to: usize| (from as u32..to as u32).collect::<Vec<u32>>();
        let mut train = part(0, validation_from);
        let mut validation = part(validation_from, test_from);
        let mut test = part(test_from, rows);
        let drawn_parts = usize::from(self.test_from.is_none()) + usize::from(self.validation_from.is_none());
        let rare = self.rare_classes(&train, drawn_parts, copies)?;
        if self.test_from.is_none() {
            (train, test) = self.draw(&train, key.named("test part"), recipe.test, drawn_parts, &rare, copies);
        }
        if self.validation_from.is_none() {
            let key = key.named("validation part");
            (train, validation) = self.draw(&train, key, recipe.validation, 1, &rare, copies);
        }
        Ok(Splits { train, validation, test })
    }

    /// Classes with rows, but too few different ones among `rows` for each of the drawn parts and the training part.
    fn rare_classes(&self, rows: &[u32], drawn: usize, copies: Copies) -> Result<Vec<u32>, DataError> {
        let needed = drawn + 1;
        let counts: Vec<usize> =
            self.rows_by_class(self.leaders(rows, copies)).into_iter().map(|count| count as usize).collect();
        let exists = self.classes_among(0..self.labels.len() as u32);
        let rare: Vec<u32> = exists.iter().copied().filter(|class| counts[*class as usize] < needed).collect();
        // What is not there to be learnt, or not twice to be told apart, makes every result doubtful.
        let is_unlearnt = rare.iter().any(|class| counts[*class as usize] == 0);
        if is_unlearnt || (drawn > 0 && exists.len() < rare.len() + 2) {
            let named = |class: &u32| (self.classes[*class as usize].clone(), counts[*class as usize]);
            let classes = rare.iter().map(named).collect();
            return Err(DataError::FewRows { name: self.name.clone(), classes, needed });
        }
        Ok(rare)
    }

    /// Of each group of copies among `rows` the first; all of them, where copies are drawn apart.
    fn leaders<'a>(&'a self, rows: &'a [u32], copies: Copies) -> impl Iterator<Item = u32> + 'a {
        let firsts = self.copies.as_ref().filter(|_| copies == Copies::Together);
        let mut met = HashSet::new();
        rows.iter().copied().filter(move |row| match firsts {
            None => true,
            Some(firsts) => met.insert(firsts[*row as usize]),
        })
    }

    /// Draws a stratified `share` of `rows` and returns what is left and what was drawn. At least one row of each class is
    /// drawn and at least `spared` rows of each are left; nothing of the classes `rare` is drawn.
    fn draw(
        &self,
        rows: &[u32],
        key: Key,
        share: f64,
        spared: usize,
        rare: &[u32],
        copies: Copies,
    ) -> (Vec<u32>, Vec<u32>) {
        let mut candidates: Vec<u32> = self.leaders(rows, copies).collect();
        let leaders = candidates.len();
        candidates.retain(|row| !rare.contains(&self.labels[*row as usize]));
        let classes = self.classes_among(candidates.iter().copied()).len();
        let most = candidates.len().saturating_sub(spared * classes).max(classes);
        let count = share_of(leaders, share).clamp(classes, most);
        let drawn = stratified(&candidates, &self.labels, key, count, spared);
        match self.copies.as_ref().filter(|_| copies == Copies::Together) {
            None => {
                let left = rows.iter().copied().filter(|row| drawn.binary_search(row).is_err()).collect();
                (left, drawn)
            }
            // A copy goes where the first of its group goes.
            Some(firsts) => {
                let groups: HashSet<u32> = drawn.iter().map(|row| firsts[*row as usize]).collect();
                rows.iter().copied().partition(|row| !groups.contains(&firsts[*row as usize]))
            }
        }
    }

    /// What a user should know of these parts: copies of learnt rows in them, classes that are not in every part.
    pub fn judge(&self, splits: &Splits) -> Vec<Remark> {
        let mut remarks = Vec::new();
        if let Some(firsts) = &self.copies {
            let learnt: HashSet<u32> = splits.train.iter().map(|row| firsts[*row as usize]).collect();
            let copies =
                |rows: &[u32]| rows.iter().filter(|row| learnt.contains(&firsts[**row as usize])).count() as u64;
            let (of_test, of_validation) = (splits.test.len() as u64, splits.validation.len() as u64);
            let (test, validation) = (copies(&splits.test), copies(&splits.validation));
            let all = firsts.iter().enumerate().filter(|(row, first)| **first != *row as u32).count() as u64;
            if test + validation > 0 {
                let message = phrase!(
                    "remark-copies-across-parts",
                    test = test,
                    of_test = of_test,
                    validation = validation,
                    of_validation = of_validation
                );
                let counts = [
                    ("test", test),
                    ("test_rows", of_test),
                    ("validation", validation),
                    ("validation_rows", of_validation),
                    ("copies", all),
                ];
                remarks.push(Remark::warning("copies-across-parts", message, counts));
            } else {
                let rows = self.labels.len() as u64;
                let message = phrase!("remark-copies-together", count = all, rows = rows);
                remarks.push(Remark::note("copies-together", message, [("copies", all), ("rows", rows)]));
            }
            let contradicts = |(row, first): (usize, &u32)| self.labels[row] != self.labels[*first as usize];
            let contradictions = firsts.iter().enumerate().filter(|pair| contradicts(*pair)).count() as u64;
            if contradictions > 0 {
                let message = phrase!("remark-contradictions", count = contradictions);
                remarks.push(Remark::warning("contradictory-rows", message, [("rows", contradictions)]));
            }
        }
        remarks.extend(self.judge_classes(splits));
        remarks
    }

    fn judge_classes(&self, splits: &Splits) -> Option<Remark> {
        let [train, validation, test] =
            [&splits.train, &splits.validation, &splits.test].map(|rows| self.rows_by_class(rows.iter().copied()));
        let is_rare = |class: &usize| train[*class] > 0 && (validation[*class] == 0 || test[*class] == 0);
        let rare: Vec<usize> = (0..self.classes.len()).filter(is_rare).collect();
        if rare.is_empty() {
            return None;
        }
        let told = some(rare.iter().map(|class| counted(&self.classes[*class], train[*class])).collect());
        let message = phrase!("remark-rare-classes", classes = told);
        let rows = rare.iter().map(|class| train[*class]).sum();
        Some(Remark::warning("rare-classes", message, [("classes", rare.len() as u64), ("rows", rows)]))
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

/// `count` of `rows` (all of them if there are fewer), ascending, each class in proportion to its size.
///
/// Each class puts its rows into a random order; row `r` of `n` stands at (r + ½) / n, and the first `count` of all rows are
/// taken (this is the rounding of Webster and Sainte-Laguë). So a smaller set is always part of a larger one. The first row
/// of each class is taken before everything else, its last `spared` rows after everything else.
pub(super) fn stratified(rows: &[u32], labels: &[u32], key: Key, count: usize, spared: usize) -> Vec<u32> {
    let bits = |row: u32| key.bits(u64::from(row));
    let mut order = rows.to_vec();
    order.sort_unstable_by_key(|row| (labels[*row as usize], bits(*row), *row));
    let classes: Vec<&[u32]> = order.chunk_by(|a, b| labels[*a as usize] == labels[*b as usize]).collect();
    let position = |class: usize, rank: usize| match rank {
        0 => 0.0,
        _ if rank + spared >= classes[class].len() => 1.0,
        _ => (rank as f64 + 0.5) / classes[class].len() as f64,
    };
    // Of each class the next row; the bits of numbers that are not negative are in their order.
    let next = |class: usize, rank: usize| {
        classes[class].get(rank).map(|row| Reverse((position(class, rank).to_bits(), bits(*row), *row, class, rank)))
    };
    let mut heads: BinaryHeap<_> = (0..classes.len()).filter_map(|class| next(class, 0)).collect();
    let mut taken = Vec::with_capacity(count.min(rows.len()));
    while taken.len() < count
        && let Some(Reverse((_, _, row, class, rank))) = heads.pop()
    {
        taken.push(row);
        heads.extend(next(class, rank + 1));
    }
    taken.sort_unstable();
    taken
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by its definition: all rows in one line, of which the first are taken.
    fn first_of_the_line(rows: &[u32], labels: &[u32], key: Key, count: usize, spared: usize) -> Vec<u32> {
        let mut line = Vec::new();
        for row in rows {
            let of_class = rows.iter().filter(|other| labels[**other as usize] == labels[*row as usize]);
            let mut bits: Vec<u64> = of_class.map(|row| key.bits(u64::from(*row))).collect();
            bits.sort_unstable();
            let rank = bits.iter().position(|bits| *bits == key.bits(u64::from(*row))).unwrap_or_default();
            let position = match rank {
                0 => 0.0,
                rank if bits.len() - rank <= spared => 1.0,
                rank => (rank as f64 + 0.5) / bits.len() as f64,
            };
            line.push((position, key.bits(u64::from(*row)), *row));
        }
        line.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let mut taken: Vec<u32> = line.into_iter().take(count).map(|(_, _, row)| row).collect();
        taken.sort_unstable();
        taken
    }

    proptest! {
        #[test]
        fn a_part_is_the_start_of_the_line(
            labels in prop::collection::vec(0_u32..5, 0..60),
            seed in any::<u64>(),
            (count, spared, step) in (0_usize..70, 0_usize..4, 1_usize..3),
        ) {
            let rows: Vec<u32> = (0..labels.len() as u32).step_by(step).collect();
            let key = Key::new(seed);
            let expected = first_of_the_line(&rows, &labels, key, count, spared);
            prop_assert_eq!(stratified(&rows, &labels, key, count, spared), expected);
        }
    }
}
