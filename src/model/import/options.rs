//! What a `state_dict` does not say and the recipe does: the classes, their order, and how inputs are scaled.

use crate::model::{CheckpointError, Normalisation};
use crate::recipe::{CheckpointFile, PixelRange};
use crate::text::{Between, Phrase, phrase};

/// What must be known beside the tensors.
#[derive(Clone, Copy, Debug)]
pub struct ImportOptions<'a> {
    /// Shape of a row of the data: `[features]` or `[channels, height, width]`.
    pub input: &'a [usize],
    /// The data's classes, which are the model's unless the recipe names them.
    pub classes: &'a [String],
    /// The largest raw value of a pixel; `None` for tables.
    pub pixel_scale: Option<f32>,
    /// What the recipe says of the file.
    pub file: &'a CheckpointFile,
}

/// Class names that a message lists.
const LISTED: usize = 20;

impl ImportOptions<'_> {
    /// From raw values to what the model was trained on.
    ///
    /// # Errors
    /// Names the option that does not fit the data.
    pub(in crate::model) fn normalisation(&self, path: &str) -> Result<Normalisation, CheckpointError> {
        let fault =
            |field: &'static str, problem: Phrase| CheckpointError::Option { path: path.to_owned(), field, problem };
        let CheckpointFile { pixels, mean, std, .. } = self.file;
        let largest = match (self.pixel_scale, pixels) {
            (None, Some(_)) => return Err(fault("pixels", phrase!("import-no-pixels"))),
            (largest, _) => f64::from(largest.unwrap_or(1.0)),
        };
        let row: usize = self.input.iter().product();
        let (Some(mean), Some(std)) = (mean, std) else {
            let (offset, scale) = match pixels.unwrap_or_default() {
                PixelRange::Unit => (0.0, 1.0 / largest),
                PixelRange::Byte => (0.0, 255.0 / largest),
                PixelRange::Symmetric => (largest / 2.0, 2.0 / largest),
            };
            return Ok(Normalisation { offset: vec![offset as f32], scale: vec![scale as f32] });
        };
        // One for all, or one for each channel of a picture, or for each column of a table.
        let channels = self.input.first().copied().unwrap_or(1).max(1);
        let per_channel = |field, values: &[f64], number: &dyn Fn(f64) -> f64| {
            if values.len() != 1 && values.len() != channels {
                let problem = phrase!("import-per-channel", found = values.len(), channels = channels);
                return Err(fault(field, problem));
            }
            let values: Vec<f32> = values.iter().map(|value| number(*value) as f32).collect();
            if !values.iter().all(|value| value.is_finite()) {
                return Err(fault(field, phrase!("import-beyond-f32")));
            }
            let each = row / channels;
            Ok(if let [one] = values.as_slice() {
                vec![*one; row]
            } else {
                values.iter().flat_map(|value| std::iter::repeat_n(*value, each)).collect()
            })
        };
        Ok(Normalisation {
            offset: per_channel("mean", mean, &|mean| mean * largest)?,
            scale: per_channel("std", std, &|std| 1.0 / (std * largest))?,
        })
    }

    /// The classes of a model that gives `logits` numbers, in the order of these.
    ///
    /// # Errors
    /// Names the last layer's tensor and both counts.
    pub(super) fn classes_of(&self, path: &str, last: &str, logits: usize) -> Result<Vec<String>, CheckpointError> {
        let problem = match &self.file.classes {
            Some(named) if named.len() == logits => return Ok(named.clone()),
            Some(named) => phrase!("import-classes-named", logits = logits, classes = named.len()),
            None if self.classes.len() == logits => return Ok(self.classes.to_vec()),
            None => phrase!(
                "import-classes-data",
                logits = logits,
                classes = self.classes.len(),
                names = listed(self.classes)
            ),
        };
        Err(CheckpointError::Tensor { path: path.to_owned(), name: last.to_owned(), problem })
    }

    /// What is assumed of classes and inputs.
    pub(super) fn notes(&self) -> Vec<Phrase> {
        self.note_of_classes().into_iter().chain(self.note_of_inputs()).collect()
    }

    /// What is assumed of classes that the recipe does not name.
    pub(in crate::model) fn note_of_classes(&self) -> Option<Phrase> {
        let are_named = self.file.classes.is_some();
        (!are_named).then(|| phrase!("import-assumed-classes", names = listed(self.classes)))
    }

    /// What is assumed of the scale of numbers; nothing of texts.
    pub(in crate::model) fn note_of_inputs(&self) -> Option<Phrase> {
        match self.pixel_scale {
            _ if self.file.pixels.is_some() || self.file.mean.is_some() || self.input.is_empty() => None,
            Some(_) => Some(phrase!("import-assumed-pixels")),
            None => Some(phrase!("import-assumed-columns")),
        }
    }
}

fn listed(names: &[String]) -> Phrase {
    let more = (names.len() > LISTED).then(|| Phrase::from("…"));
    Phrase::several(Between::Commas, names.iter().take(LISTED).map(Phrase::from).chain(more))
}
