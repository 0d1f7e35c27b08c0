//! How models read a text: their tokens, with how much each speaks for the answer. It is answered between steps.

use std::path::Path;

use candle_core::Device;

use super::cache::Cache;
use super::device::of_device;
use super::inspect::Eyes;
use super::prepared::{Prepared, TeacherModel};
use crate::data::{Examples, Inputs, Texts};
use crate::model::Network;
use crate::ops::Backend;
use crate::protocol::{Explain, Explained, Reading, Token};
use crate::text::{Phrase, phrase};

impl Eyes {
    /// Lets the models of a recipe say how they read a text. `own` is the present student and its index, where it trains now.
    pub fn explain(
        &mut self,
        asked: &Explain,
        cache: &mut Cache,
        own: Option<(&dyn Network, usize)>,
        device: &Device,
    ) -> Result<Explained, Phrase> {
        let prepared = self.prepared(&asked.readers, cache, device)?;
        let texts = &asked.texts;
        let is_of_data = |known: &Texts| known.are_pairs() == texts.are_pairs() && texts.rows() == 1;
        if !matches!(&prepared.dataset.examples, Examples::Text(known) if is_of_data(known)) {
            return Err(phrase!("look-no-texts"));
        }
        let teacher = self.teacher_reads(asked, &prepared, device);
        let student = self.student_reads(asked, &prepared, own, device);
        Ok(Explained { texts: texts.clone(), teacher, student })
    }

    /// Of several teachers the first reads: others may have other tokens.
    fn teacher_reads(
        &mut self,
        asked: &Explain,
        prepared: &Prepared,
        device: &Device,
    ) -> Option<Result<Reading, Phrase>> {
        Some(match (prepared.teachers.first()?, asked.readers.teachers.first()) {
            (TeacherModel::Ready(known), _) => match known.network() {
                Some((network, indices)) => reading(network, 0, Some(indices), &asked.texts),
                None => Err(phrase!("tokens-no-network", teacher = known.name())),
            },
            (TeacherModel::ToTrain(_), Some(path)) => self.saved_reads(path, asked, prepared, device),
            (TeacherModel::ToTrain(_), None) => Err(phrase!("tokens-untrained")),
        })
    }

    fn student_reads(
        &mut self,
        asked: &Explain,
        prepared: &Prepared,
        own: Option<(&dyn Network, usize)>,
        device: &Device,
    ) -> Option<Result<Reading, Phrase>> {
        prepared.student.as_ref()?;
        let (readers, texts) = (&asked.readers, &asked.texts);
        Some(match (own, &readers.student) {
            (Some((network, member)), _) => reading(network, member, None, texts),
            (None, Some(path)) => self.saved_reads(path, asked, prepared, device),
            (None, None) if !readers.untrained => Err(phrase!("tokens-untrained")),
            (None, None) => match self.untrained(prepared, readers.recipe.student_draws(), device) {
                Ok(Some(network)) => reading(&*network, 0, None, texts),
                Ok(None) => Err(phrase!("tokens-untrained")),
                Err(problem) => Err(problem),
            },
        })
    }

    fn saved_reads(
        &mut self,
        path: &Path,
        asked: &Explain,
        prepared: &Prepared,
        device: &Device,
    ) -> Result<Reading, Phrase> {
        let model = self.model(path, prepared, device)?;
        reading(&*model.network, 0, Some(&model.indices), &asked.texts)
    }
}

/// How one member of a population reads a text; `indices` are those of the data's classes among its logits, where they are others.
fn reading(network: &dyn Network, member: usize, indices: Option<&[usize]>, texts: &Texts) -> Result<Reading, Phrase> {
    let encoder = network.spec().reads.text().ok_or_else(|| phrase!("look-no-texts"))?;
    let backend = Backend::of(&network.device());
    let found = network.gradient_times_input(member, &Inputs::Text(texts.clone()), backend);
    let found = found.map_err(|error| of_device(&error))?;
    if !found.tokens.iter().all(|value| value.is_finite()) {
        return Err(phrase!("tokens-diverged"));
    }
    let class = indices.and_then(|indices| indices.iter().position(|index| *index == found.class));
    let spelling = encoder.spell(texts, 0);
    let token = |(piece, value): (crate::model::Piece, f32)| Token { text: piece.token, unknown: piece.unknown, value };
    Ok(Reading {
        class: class.unwrap_or(found.class),
        tokens: spelling.pieces.into_iter().zip(found.tokens).map(token).collect(),
        cut: spelling.cut,
    })
}
