//! Texts that are made for the students of a recipe.

use std::sync::{Arc, Weak};

use super::error::PrepareError;
use super::prepared::{Prepared, TeacherModel};
use crate::data::{Dataset, Examples, Remark, Synthetic};
use crate::recipe::fields::AUGMENT;
use crate::recipe::{Augment, DataRecipe};
use crate::rng::Key;
use crate::text::phrase;

/// Texts that were made, so that the cells of a sweep share them.
#[derive(Default)]
pub(super) struct MadeTexts {
    kept: Vec<Made>,
}

struct Made {
    of: Weak<Dataset>,
    rows: Vec<u32>,
    augment: Augment,
    seed: u64,
    all: Arc<Dataset>,
    origins: Arc<Vec<u32>>,
}

/// Sets of made texts that are kept.
const KEPT: usize = 4;

impl MadeTexts {
    /// All rows with what is made of `rows` behind them, and the row that each of these was made of; the rows as they are where a recipe
    /// asks for nothing else.
    pub fn behind(
        &mut self,
        dataset: &Arc<Dataset>,
        rows: &[u32],
        recipe: &DataRecipe,
    ) -> (Arc<Dataset>, Arc<Vec<u32>>) {
        let (augment, seed) = (recipe.augment, recipe.seed);
        let Examples::Text(texts) = &dataset.examples else { return (dataset.clone(), Arc::default()) };
        if augment.tries == 0 {
            return (dataset.clone(), Arc::default());
        }
        let is_it = |kept: &&Made| {
            let is_of = kept.of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, dataset));
            is_of && (kept.augment, kept.seed) == (augment, seed) && kept.rows == rows
        };
        if let Some(kept) = self.kept.iter().find(is_it) {
            return (kept.all.clone(), kept.origins.clone());
        }
        let synthetic = Synthetic::of(texts, rows, &augment, Key::new(seed).named("synthetic texts"));
        let (of, rows) = (Arc::downgrade(dataset), rows.to_vec());
        let (all, origins) = (Arc::new(dataset.with_synthetic(&synthetic)), Arc::new(synthetic.of));
        self.kept.push(Made { of, rows, augment, seed, all: all.clone(), origins: origins.clone() });
        let over = self.kept.len().saturating_sub(KEPT);
        self.kept.drain(..over);
        (all, origins)
    }
}

/// Whether texts can be made of these data, and someone is there who says what they are.
///
/// # Errors
/// Why not.
pub(super) fn made_fit(recipe: &DataRecipe, prepared: &Prepared) -> Result<Option<Remark>, PrepareError> {
    if recipe.augment.tries == 0 || prepared.student.is_none() {
        return Ok(None);
    }
    let fault = |problem| Err(PrepareError::Method { field: AUGMENT.path, problem });
    if !matches!(prepared.dataset.examples, Examples::Text(_)) {
        return fault(phrase!("augment-no-texts"));
    }
    if prepared.teachers.is_empty() {
        return fault(phrase!("augment-no-teacher"));
    }
    let is_live = |model: &TeacherModel| match model {
        TeacherModel::Ready(teacher) => teacher.knows_inputs(),
        TeacherModel::ToTrain(_) => true,
    };
    if !prepared.teachers.iter().all(is_live) {
        return fault(phrase!("augment-no-live-teacher"));
    }
    let (made, of) = (prepared.made_of.len(), prepared.transfer.rows.len() - prepared.made_of.len());
    let message = phrase!("remark-synthetic", made = made, of = of);
    Ok(Some(Remark::note("synthetic-texts", message, [("made", made as u64), ("of", of as u64)])))
}
