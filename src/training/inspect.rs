//! A look at one picture or text of the user's, or at what was made of one of the students' texts: what the teacher and the student make of it. It is answered between steps.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::Device;

use super::cache::Cache;
use super::device::of_device;
use super::prepared::{Prepared, TeacherModel};
use crate::data::{Examples, Inputs, Texts, picture};
use crate::model::{Checkpoint, Network, NetworkTeacher, Teacher};
use crate::protocol::{Inspect, Inspected, Own, Probe, Readers};
use crate::recipe::Recipe;
use crate::text::{Phrase, phrase};

/// What looked last, so that whoever is asked again, as for each letter that is typed, answers at once.
#[derive(Default)]
pub(super) struct Eyes {
    prepared: Option<(Recipe, Arc<Prepared>)>,
    /// Saved models by their files, whose names say what is in them; the newest last.
    models: Vec<(PathBuf, Arc<NetworkTeacher>)>,
    /// The student before its first step.
    untrained: Option<Arc<dyn Network>>,
}

/// Saved models that are kept, or as many as look at once.
const KEPT: usize = 3;

impl Eyes {
    /// Lets the models of a recipe look. `own` is the present student and its index, where it trains now.
    pub fn answer(
        &mut self,
        look: &Inspect,
        cache: &mut Cache,
        own: Option<(&dyn Network, usize)>,
        device: &Device,
    ) -> Result<Inspected, Phrase> {
        let prepared = self.prepared(&look.readers, cache, device)?;
        self.look(look, &prepared, own, device)
    }

    /// Loads all that are going to be asked.
    pub fn make_ready(&mut self, readers: &Readers, cache: &mut Cache, device: &Device) -> Result<(), Phrase> {
        let prepared = self.prepared(readers, cache, device)?;
        for path in readers.teachers.iter().chain(&readers.student) {
            self.model(path, &prepared, device)?;
        }
        Ok(())
    }

    /// What the recipe of those who look needs.
    pub(super) fn prepared(
        &mut self,
        readers: &Readers,
        cache: &mut Cache,
        device: &Device,
    ) -> Result<Arc<Prepared>, Phrase> {
        let recipe = &*readers.recipe;
        if let Some((known, prepared)) = &self.prepared
            && known == recipe
        {
            return Ok(prepared.clone());
        }
        let prepared = Arc::new(cache.prepare(recipe, device, &()).map_err(|error| error.phrase())?);
        if self.prepared.as_ref().is_none_or(|(known, _)| known.data != recipe.data) {
            // Their classes were found for other data.
            self.models.clear();
        }
        (self.prepared, self.untrained) = (Some((recipe.clone(), prepared.clone())), None);
        Ok(prepared)
    }

    /// The student before its first step, where that is known.
    pub(super) fn untrained(
        &mut self,
        prepared: &Prepared,
        seed: u64,
        device: &Device,
    ) -> Result<Option<Arc<dyn Network>>, Phrase> {
        if self.untrained.is_none() {
            let network = prepared.untrained(seed, device).transpose().map_err(|error| of_device(&error))?;
            self.untrained = network.map(Arc::from);
        }
        Ok(self.untrained.clone())
    }

    /// A saved model.
    pub(super) fn model(
        &mut self,
        path: &Path,
        prepared: &Prepared,
        device: &Device,
    ) -> Result<Arc<NetworkTeacher>, Phrase> {
        if let Some((_, known)) = self.models.iter().find(|(of, _)| of == path) {
            return Ok(known.clone());
        }
        let checkpoint = Checkpoint::read(path).map_err(|error| error.phrase())?;
        let name = path.display().to_string();
        let indices = checkpoint.indices_of(&name, &prepared.dataset.examples.shape(), &prepared.dataset.classes);
        let indices = indices.map_err(|error| error.phrase())?;
        let network = checkpoint.network(device).map_err(|error| of_device(&error))?;
        let model = Arc::new(NetworkTeacher::new(Arc::from(network), indices));
        self.models.push((path.to_owned(), model.clone()));
        let over = self.models.len().saturating_sub(KEPT.max(prepared.teachers.len() + 1));
        self.models.drain(..over);
        Ok(model)
    }

    fn look(
        &mut self,
        look: &Inspect,
        prepared: &Prepared,
        own: Option<(&dyn Network, usize)>,
        device: &Device,
    ) -> Result<Inspected, Phrase> {
        let shape = prepared.dataset.examples.shape();
        let (mut rows, mut among) = (vec![0], 0);
        let (inputs, inverted, name) = match &look.what {
            Own::Picture(path) => {
                let (inputs, inverted) = as_data(path, prepared)?;
                (
                    inputs,
                    inverted,
                    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                )
            }
            Own::Synthetic(at) => {
                (rows, among) = made_of_one(prepared, *at).ok_or_else(|| phrase!("look-nothing-made"))?;
                (prepared.learnt.gather(&rows), false, String::new())
            }
            Own::Text(text) => {
                let Examples::Text(known) = &prepared.dataset.examples else { return Err(phrase!("look-no-texts")) };
                let mut texts = Texts::new(known.are_pairs());
                texts.push(text, known.are_pairs().then_some(""));
                (Inputs::Text(texts), false, String::new())
            }
        };
        let (mut teacher, mut trained) = (Vec::new(), look.readers.teachers.iter());
        for model in &prepared.teachers {
            teacher.extend(match (model, trained.len()) {
                // What was said of rows says nothing of others.
                (TeacherModel::Ready(known), _) if !matches!(look.what, Own::Picture(_)) && !known.knows_inputs() => {
                    teacher.clear();
                    break;
                }
                (TeacherModel::Ready(known), _) => heard(&***known, &inputs)?,
                (TeacherModel::ToTrain(_), 0) => {
                    teacher.clear();
                    break;
                }
                (TeacherModel::ToTrain(_), _) => match trained.next() {
                    Some(path) => heard(&*self.model(path, prepared, device)?, &inputs)?,
                    None => Vec::new(),
                },
            });
        }
        let student = match (own, &look.readers.student) {
            (Some((network, member)), _) => of_member(network, member, &inputs)?,
            (None, Some(path)) => heard(&*self.model(path, prepared, device)?, &inputs)?,
            (None, None) if !look.readers.untrained => Vec::new(),
            (None, None) => match self.untrained(prepared, look.readers.recipe.student_draws(), device)? {
                Some(network) => of_member(&*network, 0, &inputs)?,
                None => Vec::new(),
            },
        };
        let scale = prepared.dataset.pixel_scale.unwrap_or(1.0);
        let probe = Probe {
            labels: vec![0; rows.len()],
            rows,
            classes: prepared.dataset.classes.clone(),
            inputs: inputs.values().iter().map(|value| value / scale).collect(),
            texts: inputs.texts(),
            shape,
            teacher,
        };
        Ok(Inspected { what: look.what.clone(), among, name, inverted, probe: Arc::new(probe), student })
    }
}

/// The row of one of the texts that others were made of, followed by the rows of those, and how many such texts there are. None where
/// nothing was made.
fn made_of_one(prepared: &Prepared, at: u64) -> Option<(Vec<u32>, u64)> {
    let groups: Vec<&[u32]> = prepared.made_of.chunk_by(|a, b| a == b).collect();
    let at = at.checked_rem(groups.len() as u64)? as usize;
    let behind = prepared.dataset.labels.len() + groups[..at].iter().map(|group| group.len()).sum::<usize>();
    let made = (behind..behind + groups[at].len()).map(|row| row as u32);
    Some(([groups[at][0]].into_iter().chain(made).collect(), groups.len() as u64))
}

/// A picture of the user's as the data would hold it, and whether light and dark were exchanged for that.
fn as_data(path: &Path, prepared: &Prepared) -> Result<(Inputs, bool), Phrase> {
    let scale = prepared.dataset.pixel_scale.unwrap_or(1.0);
    let &[channels, height, width] = prepared.dataset.examples.shape().as_slice() else {
        return Err(phrase!("look-no-pictures"));
    };
    let dark_ground = mean_of_border(&prepared.dataset.gather(&prepared.probe), height, width) < 0.5 * scale;
    let read = picture(path, [channels, height, width], scale).map_err(|error| error.phrase())?;
    let is_dark = mean_of_border(&read, height, width) < 0.5 * scale;
    // Models know strokes of light on a dark ground, or the other way round; people draw as they like.
    let inverted = dark_ground != is_dark;
    Ok((if inverted { negative(read, scale) } else { read }, inverted))
}

/// What a teacher says of pictures or texts, `[rows, classes]`.
fn heard(teacher: &dyn Teacher, inputs: &Inputs) -> Result<Vec<f32>, Phrase> {
    let logits = teacher.logits_of(inputs).map_err(|error| of_device(&error))?;
    Ok((0..inputs.rows()).flat_map(|row| logits.logits(row, 1.0)).collect())
}

/// Logits of one member of a population, `[rows, classes]`.
fn of_member(network: &dyn Network, member: usize, inputs: &Inputs) -> Result<Vec<f32>, Phrase> {
    let all = network.logits(&[inputs]).and_then(|logits| logits.flatten_all()?.to_vec1::<f32>());
    let (all, len) = (all.map_err(|error| of_device(&error))?, inputs.rows() * network.spec().classes());
    all.get(member * len..(member + 1) * len).map(<[f32]>::to_vec).ok_or_else(|| phrase!("look-no-member"))
}

/// The mean of the pixels at the edges of all pictures.
fn mean_of_border(inputs: &Inputs, height: usize, width: usize) -> f32 {
    let at_edge = |at: usize| {
        let (y, x) = (at / width % height, at % width);
        y == 0 || x == 0 || y + 1 == height || x + 1 == width
    };
    let edge = inputs.values().iter().enumerate().filter(|(at, _)| at_edge(*at));
    let (sum, count) = edge.fold((0.0, 0_u32), |(sum, count), (_, value)| (sum + value, count + 1));
    sum / count.max(1) as f32
}

fn negative(inputs: Inputs, scale: f32) -> Inputs {
    match inputs {
        Inputs::Pixels { rows, channels, height, width, values } => {
            let values = values.into_iter().map(|value| scale - value).collect();
            Inputs::Pixels { rows, channels, height, width, values }
        }
        other => other,
    }
}
