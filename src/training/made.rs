//! Texts that are made for the students of a recipe.

use std::convert::Infallible;
use std::sync::Arc;

use super::error::PrepareError;
use super::of_rows::OfRows;
use super::prepared::TeacherModel;
use crate::data::{Dataset, Examples, Remark, Synthetic, TransferSet};
use crate::recipe::fields::AUGMENT;
use crate::recipe::{Augment, Recipe};
use crate::rng::Key;
use crate::text::phrase;

/// Texts that were made, so that the cells of a sweep share them.
pub(super) struct MadeTexts(OfRows<(Augment, u64), Made>);

/// What students learn from.
#[derive(Clone)]
pub(super) struct Made {
    /// All rows, and behind them the texts that were made.
    pub learnt: Arc<Dataset>,
    /// The row that each of those was made of.
    pub of: Arc<Vec<u32>>,
}

/// Sets of made texts that are kept.
const KEPT: usize = 4;

impl Default for MadeTexts {
    fn default() -> Self {
        Self(OfRows::new(KEPT))
    }
}

impl MadeTexts {
    /// Makes what a recipe asks for of the students' rows, and adds it to these.
    ///
    /// # Errors
    /// Where that is something, and there are no texts to make it of or nobody who says what it is.
    pub fn add(
        &mut self,
        recipe: &Recipe,
        dataset: &Arc<Dataset>,
        teachers: &[TeacherModel],
        transfer: &mut TransferSet,
    ) -> Result<(Made, Option<Remark>), PrepareError> {
        let (augment, seed) = (recipe.data.augment, recipe.data.seed);
        if augment.tries == 0 || recipe.student.is_none() {
            return Ok((Made { learnt: dataset.clone(), of: Arc::default() }, None));
        }
        let fault = |problem| PrepareError::Method { field: AUGMENT.path, problem };
        let Examples::Text(texts) = &dataset.examples else { return Err(fault(phrase!("augment-no-texts"))) };
        if teachers.is_empty() {
            return Err(fault(phrase!("augment-no-teacher")));
        }
        let is_live = |model: &TeacherModel| match model {
            TeacherModel::Ready(teacher) => teacher.knows_inputs(),
            TeacherModel::ToTrain(_) => true,
        };
        if !teachers.iter().all(is_live) {
            return Err(fault(phrase!("augment-no-live-teacher")));
        }
        let make = || {
            let made = Synthetic::of(texts, &transfer.rows, &augment, Key::new(seed).named("synthetic texts"));
            Ok(Made { learnt: Arc::new(dataset.with_synthetic(&made)), of: Arc::new(made.of) })
        };
        let Ok(made) = self.0.get((dataset, &transfer.rows), (augment, seed), make).map_err(|never: Infallible| never);
        let (count, of) = (made.of.len(), transfer.rows.len());
        let message = phrase!("remark-synthetic", made = count, of = of);
        let remark = Remark::note("synthetic-texts", message, [("made", count as u64), ("of", of as u64)]);
        transfer.add_unlabelled(dataset.labels.len() as u32..made.learnt.labels.len() as u32);
        Ok((made, Some(remark)))
    }
}
