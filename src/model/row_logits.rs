//! What a teacher said of rows, without the teacher: its logits in a file, found again by what a row holds. Whoever has no room for the
//! teacher can learn from it all the same, on these rows.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::checkpoint::{CheckpointError, class_indices, file_has_entry, has_entry};
use super::teacher::{Teacher, Unanswered};
use crate::data::{Dataset, Inputs};
use crate::distill::TeacherLogits;
use crate::recipe::Recipe;
use crate::text::{number, phrase};

/// A file of logits.
#[derive(Clone, Debug, PartialEq)]
pub struct RowLogits {
    /// What people call the teacher: `BERT 6 × 384`.
    pub model: String,
    /// Its parameters.
    pub parameters: u64,
    /// Its classes, in the order of the logits.
    pub classes: Vec<String>,
    /// Hashes of the rows that it said something of.
    pub rows: Vec<u64>,
    /// `[rows, classes]`.
    pub logits: Vec<f32>,
    /// Hashes of the rows that it was trained on.
    pub trained_on: Vec<u64>,
    /// How it was made, where that is known.
    pub recipe: Option<Recipe>,
    /// What trained it.
    pub engine: String,
}

/// The metadata entry.
const KEY: &str = "stillroom-logits";

/// Format of the file.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    model: String,
    parameters: u64,
    classes: Vec<String>,
    /// Base64 of the hashes, 8 bytes each, little-endian.
    trained_on: String,
    recipe: Option<Recipe>,
    engine: String,
}

impl RowLogits {
    /// Whether these bytes are such a file.
    pub fn is_it(bytes: &[u8]) -> bool {
        has_entry(bytes, KEY)
    }

    /// Reads a file, where it is one of these; of another the header alone is looked at.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Option<Self>, CheckpointError> {
        let fault = |error: std::io::Error| CheckpointError::file(path, &error);
        if !path.is_file() || !file_has_entry(path, KEY).map_err(fault)? {
            return Ok(None);
        }
        Self::from_bytes(&path.display().to_string(), &std::fs::read(path).map_err(fault)?).map(Some)
    }

    /// Its bytes: the logits in 16 bits.
    ///
    /// # Errors
    /// When there are not as many logits as rows and classes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        let fail = |problem: String| CheckpointError::Metadata { path: "logits".to_owned(), problem: problem.into() };
        let metadata = Metadata {
            format: FORMAT,
            model: self.model.clone(),
            parameters: self.parameters,
            classes: self.classes.clone(),
            trained_on: BASE64_STANDARD.encode(little_endian(&self.trained_on)),
            recipe: self.recipe.clone(),
            engine: self.engine.clone(),
        };
        let metadata = serde_json::to_string(&metadata).map_err(|error| fail(error.to_string()))?;
        let logits: Vec<u8> = self.logits.iter().flat_map(|logit| f16::from_f32(*logit).to_le_bytes()).collect();
        let rows = little_endian(&self.rows);
        let (count, classes) = (self.rows.len(), self.classes.len());
        let view = |dtype, shape, bytes| TensorView::new(dtype, shape, bytes).map_err(|error| fail(error.to_string()));
        let views = [
            ("logits", view(Dtype::F16, vec![count, classes], &logits)?),
            ("rows", view(Dtype::U64, vec![count], &rows)?),
        ];
        safetensors::serialize(views, Some(HashMap::from([(KEY.to_owned(), metadata)])))
            .map_err(|error| fail(error.to_string()))
    }

    /// Reads a file; `path` is for messages.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn from_bytes(path: &str, bytes: &[u8]) -> Result<Self, CheckpointError> {
        let damaged = |error: &dyn std::fmt::Display| CheckpointError::Metadata {
            path: path.to_owned(),
            problem: error.to_string().into(),
        };
        let file =
            SafeTensors::deserialize(bytes).map_err(|error| CheckpointError::not_safetensors(path, bytes, &error))?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| damaged(&error))?;
        let text = header.metadata().as_ref().and_then(|entries| entries.get(KEY));
        let metadata: Metadata =
            serde_json::from_str(text.map_or("", String::as_str)).map_err(|error| damaged(&error))?;
        if metadata.format != FORMAT {
            return Err(damaged(&phrase!("logits-other-format", format = u64::from(metadata.format))));
        }
        let hashes =
            |bytes: &[u8]| -> Vec<u64> { bytes.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect() };
        let tensor = |name: &str, dtype| {
            let view = file.tensor(name).map_err(|error| damaged(&error))?;
            if view.dtype() == dtype { Ok(view) } else { Err(damaged(&phrase!("logits-damaged"))) }
        };
        let rows = hashes(tensor("rows", Dtype::U64)?.data());
        let logits = tensor("logits", Dtype::F16)?;
        let values: Vec<f32> =
            logits.data().as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect();
        let fits = values.len() == rows.len() * metadata.classes.len() && metadata.classes.len() > 1;
        if !fits || !values.iter().all(|value| value.is_finite()) {
            return Err(damaged(&phrase!("logits-damaged")));
        }
        let trained_on = BASE64_STANDARD.decode(&metadata.trained_on).map_err(|error| damaged(&error))?;
        Ok(Self {
            model: metadata.model,
            parameters: metadata.parameters,
            classes: metadata.classes,
            rows,
            logits: values,
            trained_on: hashes(&trained_on),
            recipe: metadata.recipe,
            engine: metadata.engine,
        })
    }
}

fn little_endian(hashes: &[u64]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect()
}

/// A teacher of whom only this is known.
pub struct Remembered {
    of: Arc<RowLogits>,
    /// Where each row's logits are.
    places: HashMap<u64, usize>,
    /// For each class of the data, its index among the file's.
    indices: Vec<usize>,
    digest: String,
}

impl Remembered {
    /// For data whose classes are found by name. `path` is for messages.
    ///
    /// # Errors
    /// When its classes are others, or it says nothing of some rows of the data.
    pub fn new(path: &str, of: Arc<RowLogits>, is_file: bool, dataset: &Dataset) -> Result<Self, CheckpointError> {
        let indices = class_indices(path, &of.classes, &dataset.classes)?;
        let places: HashMap<u64, usize> = of.rows.iter().enumerate().map(|(place, row)| (*row, place)).collect();
        let all: Vec<u32> = (0..dataset.labels.len() as u32).collect();
        let unknown = dataset.row_hashes(&all).iter().filter(|row| !places.contains_key(row)).count();
        if unknown > 0 {
            let problem = phrase!("logits-other-rows", rows = unknown, of = all.len());
            return Err(CheckpointError::Foreign { path: path.to_owned(), problem });
        }
        let digest = if is_file {
            let mut hasher = Sha256::new();
            of.rows.iter().for_each(|row| hasher.update(row.to_le_bytes()));
            of.logits.iter().for_each(|logit| hasher.update(logit.to_le_bytes()));
            number::hex(&hasher.finalize()[..16])
        } else {
            String::new()
        };
        Ok(Self { of, places, indices, digest })
    }
}

impl Teacher for Remembered {
    fn name(&self) -> String {
        self.of.model.clone()
    }

    fn parameter_count(&self) -> u64 {
        self.of.parameters
    }

    fn digest(&self) -> String {
        self.digest.clone()
    }

    fn logits(
        &self,
        dataset: &Dataset,
        rows: &[u32],
        _cancelled: &dyn Fn() -> bool,
    ) -> Result<TeacherLogits, Unanswered> {
        let classes = self.indices.len();
        let mut values = Vec::with_capacity(rows.len() * classes);
        for hash in dataset.row_hashes(rows) {
            let Some(place) = self.places.get(&hash) else {
                return Err(candle_core::Error::msg("a row of which the teacher said nothing").into());
            };
            let own = &self.of.logits[place * classes..][..classes];
            values.extend(self.indices.iter().map(|index| own[*index]));
        }
        Ok(TeacherLogits::of_one(values, classes))
    }

    fn knows_inputs(&self) -> bool {
        false
    }

    fn logits_of(&self, _inputs: &Inputs) -> candle_core::Result<TeacherLogits> {
        candle_core::bail!("of this teacher only what it said of the rows of its data is known")
    }
}
