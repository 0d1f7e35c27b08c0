//! A look at one picture of the user's: what the teacher and the student make of it. It is answered between steps.

use std::path::PathBuf;
use std::sync::Arc;

use candle_core::Device;

use super::device::of_device;
use super::prepare::{Prepared, Teacher, TeacherModel, tensor};
use super::report::{Looked, Probe, RunId};
use crate::data::{Inputs, picture};
use crate::model::{Checkpoint, Population};
use crate::recipe::Recipe;
use crate::text::{Phrase, phrase};

/// What is to be looked at, and by whom.
#[derive(Clone, Debug)]
pub struct Look {
    /// The recipe whose data say how large pictures are, and whose teacher looks where it is ready-made.
    pub recipe: Box<Recipe>,
    /// A PNG or JPEG file.
    pub picture: PathBuf,
    /// The checkpoint of a teacher that was trained first.
    pub teacher: Option<PathBuf>,
    /// The checkpoint of the student.
    pub student: Option<PathBuf>,
    /// Whether the student's initial weights look where nothing else is known of it.
    pub untrained: bool,
    /// The student where its job runs now: its present weights look.
    pub run: Option<RunId>,
}

impl Look {
    /// Lets the models of a prepared recipe look. `own` is the present student and its place, where it trains now;
    /// `untrained` makes the student as it is before its first step.
    pub(super) fn answer(
        &self,
        prepared: &Prepared,
        own: Option<(&Population, usize)>,
        untrained: impl FnOnce() -> Option<candle_core::Result<Population>>,
        device: &Device,
    ) -> Result<Looked, Phrase> {
        let shape = prepared.dataset.examples.shape();
        let scale = prepared.dataset.pixel_scale.unwrap_or(1.0);
        let &[channels, height, width] = shape.as_slice() else {
            return Err(phrase!("look-no-pictures"));
        };
        let dark_ground = mean_of_border(&prepared.dataset.gather(&prepared.probe), height, width) < 0.5 * scale;
        let read = picture(&self.picture, [channels, height, width], scale).map_err(|error| error.phrase())?;
        let is_dark = mean_of_border(&read, height, width) < 0.5 * scale;
        // Models know strokes of light on a dark ground, or the other way round; people draw as they like.
        let inverted = dark_ground != is_dark;
        let inputs = if inverted { negative(read, scale) } else { read };
        let saved = |path: &PathBuf| -> Result<Vec<f32>, Phrase> {
            let checkpoint = Checkpoint::read(path).map_err(|error| error.phrase())?;
            let name = path.display().to_string();
            let places = checkpoint.places_of(&name, &shape, &prepared.dataset.classes);
            let places = places.map_err(|error| error.phrase())?;
            let population = checkpoint.population(device).map_err(|error| of_device(&error))?;
            first_of(&Teacher::new(population, places), &inputs, device)
        };
        let teacher = match (&self.teacher, &prepared.teacher) {
            (Some(path), _) => saved(path)?,
            (None, Some(TeacherModel::Ready(teacher))) => first_of(teacher, &inputs, device)?,
            (None, Some(TeacherModel::ToTrain(_)) | None) => Vec::new(),
        };
        let student = match (own, &self.student) {
            (Some((population, member)), _) => of_member(population, member, &inputs, device)?,
            (None, Some(path)) => saved(path)?,
            (None, None) if !self.untrained => Vec::new(),
            (None, None) => match untrained().transpose().map_err(|error| of_device(&error))? {
                Some(population) => of_member(&population, 0, &inputs, device)?,
                None => Vec::new(),
            },
        };
        let name = self.picture.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let probe = Probe {
            rows: vec![0],
            labels: vec![0],
            classes: prepared.dataset.classes.clone(),
            inputs: inputs.values().iter().map(|value| value / scale).collect(),
            shape,
            teacher,
        };
        Ok(Looked { name, inverted, probe: Arc::new(probe), student })
    }
}

fn first_of(teacher: &Teacher, inputs: &Inputs, device: &Device) -> Result<Vec<f32>, Phrase> {
    let logits = teacher.logits_of(inputs, device).map_err(|error| of_device(&error))?;
    Ok(logits.values[..logits.classes].to_vec())
}

/// Logits of one member of a population, `[classes]`.
fn of_member(population: &Population, member: usize, inputs: &Inputs, device: &Device) -> Result<Vec<f32>, Phrase> {
    let all = || -> candle_core::Result<Vec<f32>> {
        population.logits(&tensor(&[inputs], device)?)?.flatten_all()?.to_vec1()
    };
    let (all, classes) = (all().map_err(|error| of_device(&error))?, population.plan().classes);
    all.get(member * classes..(member + 1) * classes).map(<[f32]>::to_vec).ok_or_else(|| phrase!("look-no-member"))
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
        features @ Inputs::Features { .. } => features,
    }
}
