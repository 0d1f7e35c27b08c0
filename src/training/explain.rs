//! How models see a sample: of a text their tokens, with how much each speaks for the answer; of a picture where their convolutions
//! look. It is answered between steps.

use std::path::Path;

use candle_core::Device;

use super::cache::Cache;
use super::device::of_device;
use super::inspect::Eyes;
use super::prepared::{Prepared, TeacherModel};
use crate::data::{Dataset, Examples, Inputs, Texts};
use crate::distill::{NO_CLASS, attention_map, has_places, top_classes};
use crate::model::Network;
use crate::ops::Backend;
use crate::protocol::{AttentionMap, Explain, Explained, OneRow, Reading, Token};
use crate::text::{Phrase, phrase};

impl Eyes {
    /// Lets the models of a recipe say how they see a sample. `own` is the present student and its index, where it trains now.
    pub fn explain(
        &mut self,
        asked: &Explain,
        cache: &mut Cache,
        own: Option<(&dyn Network, usize)>,
        device: &Device,
    ) -> Result<Explained, Phrase> {
        let prepared = self.prepared(&asked.readers, cache, device)?;
        let inputs = as_inputs(&asked.sample, &prepared.dataset)?;
        let teacher = self.teacher_reads(asked, &inputs, &prepared, device);
        let student = self.student_reads(asked, &inputs, &prepared, own, device);
        Ok(Explained { sample: asked.sample.clone(), teacher, student })
    }

    /// Of several teachers the first reads: others may have other tokens.
    fn teacher_reads(
        &mut self,
        asked: &Explain,
        inputs: &Inputs,
        prepared: &Prepared,
        device: &Device,
    ) -> Option<Result<Reading, Phrase>> {
        Some(match (prepared.teachers.first()?, asked.readers.teachers.first()) {
            (TeacherModel::Ready(known), _) => match known.network() {
                Some((network, indices)) => reading(network, 0, Some(indices), inputs),
                None => Err(phrase!("tokens-no-network", teacher = known.name())),
            },
            (TeacherModel::ToTrain(_), Some(path)) => self.saved_reads(path, inputs, prepared, device),
            (TeacherModel::ToTrain(_), None) => Err(phrase!("tokens-untrained")),
        })
    }

    fn student_reads(
        &mut self,
        asked: &Explain,
        inputs: &Inputs,
        prepared: &Prepared,
        own: Option<(&dyn Network, usize)>,
        device: &Device,
    ) -> Option<Result<Reading, Phrase>> {
        prepared.student.as_ref()?;
        let readers = &asked.readers;
        Some(match (own, &readers.student) {
            (Some((network, member)), _) => reading(network, member, None, inputs),
            (None, Some(path)) => self.saved_reads(path, inputs, prepared, device),
            (None, None) if !readers.untrained => Err(phrase!("tokens-untrained")),
            (None, None) => match self.untrained(prepared, readers.recipe.student_draws(), device) {
                Ok(Some(network)) => reading(&*network, 0, None, inputs),
                Ok(None) => Err(phrase!("tokens-untrained")),
                Err(problem) => Err(problem),
            },
        })
    }

    fn saved_reads(
        &mut self,
        path: &Path,
        inputs: &Inputs,
        prepared: &Prepared,
        device: &Device,
    ) -> Result<Reading, Phrase> {
        let model = self.model(path, prepared, device)?;
        reading(&*model.network, 0, Some(&model.indices), inputs)
    }
}

/// The sample as the data hold theirs.
fn as_inputs(sample: &OneRow, dataset: &Dataset) -> Result<Inputs, Phrase> {
    match (sample, &dataset.examples) {
        (OneRow::Text(texts), Examples::Text(known)) if known.are_pairs() == texts.are_pairs() && texts.rows() == 1 => {
            Ok(Inputs::Text(texts.clone()))
        }
        (OneRow::Text(_), _) => Err(phrase!("look-no-texts")),
        (OneRow::Picture(values), examples) => {
            let &[channels, height, width] = examples.shape().as_slice() else {
                return Err(phrase!("look-no-pictures"));
            };
            if values.len() != channels * height * width {
                return Err(phrase!("look-no-pictures"));
            }
            let scale = dataset.pixel_scale.unwrap_or(1.0);
            let values = values.iter().map(|value| value * scale).collect();
            Ok(Inputs::Pixels { rows: 1, channels, height, width, values })
        }
    }
}

/// How one member of a population sees a row; `indices` are those of the data's classes among its logits, where they are others.
fn reading(
    network: &dyn Network,
    member: usize,
    indices: Option<&[usize]>,
    inputs: &Inputs,
) -> Result<Reading, Phrase> {
    let mut reading = match inputs {
        Inputs::Text(texts) => tokens(network, member, inputs, texts)?,
        _ => maps(network, member, inputs)
            .map_err(|error| of_device(&error))?
            .ok_or_else(|| phrase!("tokens-diverged"))?,
    };
    let class = indices.and_then(|indices| indices.iter().position(|index| *index == reading.class));
    reading.class = class.unwrap_or(reading.class);
    Ok(reading)
}

/// A text, token by token.
fn tokens(network: &dyn Network, member: usize, inputs: &Inputs, texts: &Texts) -> Result<Reading, Phrase> {
    let encoder = network.spec().reads.text().ok_or_else(|| phrase!("look-no-texts"))?;
    let backend = Backend::of(&network.device());
    let found = network.gradient_times_input(member, inputs, backend).map_err(|error| of_device(&error))?;
    if !found.tokens.iter().all(|value| value.is_finite()) {
        return Err(phrase!("tokens-diverged"));
    }
    let spelling = encoder.spell(texts, 0);
    let token = |(piece, value): (crate::model::Piece, f32)| Token { text: piece.token, unknown: piece.unknown, value };
    Ok(Reading {
        class: found.class,
        tokens: spelling.pieces.into_iter().zip(found.tokens).map(token).collect(),
        cut: spelling.cut,
        maps: Vec::new(),
    })
}

/// A picture, by the places at which each convolution looks; none of a network that has diverged.
fn maps(network: &dyn Network, member: usize, inputs: &Inputs) -> candle_core::Result<Option<Reading>> {
    let layers = network.layers();
    let looking = layers.iter().enumerate().filter(|(_, layer)| has_places(&layer.shape));
    let (at, names): (Vec<usize>, Vec<&str>) = looking.map(|(at, layer)| (at, layer.name.as_str())).unzip();
    let parameters: Vec<_> = network.parameters().iter().map(candle_core::Var::as_detached_tensor).collect();
    let output = network.pass(&parameters, &[inputs], None, &names, Backend::of(&network.device()))?;
    let logits = output.logits.get(member)?.flatten_all()?.to_vec1::<f32>()?;
    let class = top_classes(&logits, logits.len()).first().copied().filter(|class| *class != NO_CLASS);
    let Some(class) = class else { return Ok(None) };
    let map = |(at, tap): (usize, &candle_core::Tensor)| {
        let (_, _, _, height, width) = tap.dims5()?;
        let values = attention_map(&tap.narrow(0, member, 1)?, [height, width])?.flatten_all()?.to_vec1()?;
        Ok(AttentionMap { layer: at + 1, size: [height, width], values })
    };
    let maps = at.into_iter().zip(&output.taps).map(map).collect::<candle_core::Result<_>>()?;
    Ok(Some(Reading { class: class as usize, tokens: Vec::new(), cut: String::new(), maps }))
}
