//! One model in a `.safetensors` file: weights under PyTorch's names, everything else in one entry of the metadata.

use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use candle_core::{DType, Device, Tensor};
use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::elements::Element;
use super::foreign::{foreign, is_torch_zip};
use super::text::{SavedEncoder, TextEncoder, TextPlan};
use super::{Encoder, ModelSpec, Network, Normalisation, Plan, PlanError};
use crate::data::Columns;
use crate::recipe::{Architecture, Recipe};
use crate::text::{Between, Phrase, number, phrase, prints_its_phrase};

/// The largest format number in the metadata. Readers refuse larger ones.
pub const FORMAT: u32 = 2;

/// The format of models of numbers, which older versions read too.
const OF_NUMBERS: u32 = 1;

/// How data are read and split now; see [`Checkpoint::reading`].
pub const READING: u32 = 1;

/// The metadata entry.
const KEY: &str = "stillroom";

/// A single trained model and what must be known to use it.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The layers, input shape and number of classes.
    pub plan: Plan,
    /// Class names, in the order of the logits.
    pub classes: Vec<String>,
    /// How raw inputs are read.
    pub reads: Encoder,
    /// How the columns of a table become inputs; `None` for pictures, and for models of older versions.
    pub columns: Option<Columns>,
    /// How data were read and split when it was trained: 0 as version 0.1 did, 1 as it is done now.
    pub reading: u32,
    /// Hashes of the rows it was trained on, sorted.
    pub rows: Vec<u64>,
    /// The recipe it came from.
    pub recipe: Option<Recipe>,
    /// The engine and processor that trained it.
    pub engine: String,
    /// Weights of one member, in the order of [`Plan::parameters`].
    pub weights: Vec<Vec<f32>>,
}

/// Why a file is not a checkpoint, or not one for this data.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It cannot be read or written.
    File {
        /// The file.
        path: String,
        /// What the system says.
        problem: String,
    },
    /// It is no safetensors file, or a damaged one.
    NotSafetensors {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: Phrase,
    },
    /// It is a file of another kind.
    Foreign {
        /// The file.
        path: String,
        /// What it is, and what to do.
        problem: Phrase,
    },
    /// It is a PyTorch archive, but a damaged one or without a `state_dict`.
    Torch {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: Phrase,
    },
    /// Its tensors make no model that is understood.
    Layers {
        /// The file.
        path: String,
        /// What is wrong with them.
        problem: Phrase,
    },
    /// What the recipe says of the file does not fit it or the data.
    Option {
        /// The file.
        path: String,
        /// The key in `[teacher]`.
        field: &'static str,
        /// What is wrong with it.
        problem: Phrase,
    },
    /// It is one, but Stillroom did not write it.
    NoMetadata {
        /// The file.
        path: String,
    },
    /// The metadata is of a later version or damaged.
    Metadata {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: Phrase,
    },
    /// A tensor is missing, has another shape, or holds numbers that are not finite.
    Tensor {
        /// The file.
        path: String,
        /// The tensor.
        name: String,
        /// What is wrong with it.
        problem: Phrase,
    },
    /// The model is for other inputs.
    Shape {
        /// The file.
        path: String,
        /// What the model takes.
        expected: Vec<usize>,
        /// What the data has.
        found: Vec<usize>,
    },
    /// The model learnt columns that the data does not have.
    Columns {
        /// The file.
        path: String,
        /// Which.
        names: Vec<String>,
    },
    /// The model knows other classes.
    Classes {
        /// The file.
        path: String,
        /// Which are missing or unknown.
        problem: Phrase,
    },
}

impl CheckpointError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "checkpoint-file",
            Self::NotSafetensors { .. } => "checkpoint-not-safetensors",
            Self::Foreign { .. } => "checkpoint-foreign",
            Self::Torch { .. } => "checkpoint-torch",
            Self::Layers { .. } => "checkpoint-layers",
            Self::Option { .. } => "checkpoint-option",
            Self::NoMetadata { .. } => "checkpoint-no-metadata",
            Self::Metadata { .. } => "checkpoint-metadata",
            Self::Tensor { .. } => "checkpoint-tensor",
            Self::Shape { .. } => "checkpoint-shape",
            Self::Columns { .. } => "checkpoint-columns",
            Self::Classes { .. } => "checkpoint-classes",
        }
    }

    /// In words: the file, what is wrong, what to do.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::File { path, problem } => phrase!("fault-at", place = path, problem = problem),
            Self::NotSafetensors { path, problem } => phrase!("checkpoint-broken", path = path, problem = problem),
            Self::Torch { path, problem } => phrase!("checkpoint-torch", path = path, problem = problem),
            Self::Foreign { path, problem } | Self::Layers { path, problem } => {
                phrase!("fault-at", place = path, problem = problem)
            }
            Self::Option { path, field, problem } => {
                phrase!("checkpoint-option", path = path, field = *field, problem = problem)
            }
            Self::NoMetadata { path } => phrase!("checkpoint-no-metadata", path = path),
            Self::Metadata { path, problem } => phrase!("checkpoint-metadata", path = path, problem = problem),
            Self::Tensor { path, name, problem } => {
                phrase!("checkpoint-tensor", path = path, name = name, problem = problem)
            }
            Self::Shape { path, expected, found } => phrase!(
                "checkpoint-shape",
                path = path,
                expected = format!("{expected:?}"),
                found = format!("{found:?}")
            ),
            Self::Columns { path, names } => {
                phrase!("checkpoint-columns", path = path, names = names.join(", "))
            }
            Self::Classes { path, problem } => phrase!("checkpoint-classes", path = path, problem = problem),
        }
    }
}

prints_its_phrase!(CheckpointError);

impl CheckpointError {
    /// For a file that cannot be read or written.
    pub(super) fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), problem: error.to_string() }
    }

    /// For bytes that are no whole safetensors file: one that is cut short, where its header can tell.
    pub(super) fn not_safetensors(path: &str, bytes: &[u8], error: &SafeTensorError) -> Self {
        let header = bytes.first_chunk::<8>().map(|len| u64::from_le_bytes(*len));
        let rest = bytes.len().saturating_sub(8) as u64;
        let problem = match header {
            _ if bytes.is_empty() => phrase!("foreign-empty"),
            Some(len) if len > rest && bytes.get(8) == Some(&b'{') => {
                phrase!("checkpoint-cut-header", needed = len, found = rest)
            }
            _ => match error {
                SafeTensorError::MetadataIncompleteBuffer if header.is_some_and(|len| len <= rest) => {
                    phrase!("checkpoint-cut", found = bytes.len())
                }
                error => Phrase::plain(error),
            },
        };
        Self::NotSafetensors { path: path.to_owned(), problem }
    }
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    format: u32,
    architecture: Architecture,
    input: Vec<usize>,
    classes: Vec<String>,
    /// Of a model of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    normalisation: Option<Normalisation>,
    /// Of a model of texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<TextMetadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    columns: Option<Columns>,
    #[serde(default)]
    reading: u32,
    /// Base64 of the hashes, 8 bytes each, little-endian.
    rows: String,
    recipe: Option<Recipe>,
    engine: String,
}

/// What a model of texts is, and how it reads them.
#[derive(Serialize, Deserialize)]
struct TextMetadata {
    plan: TextPlan,
    encoder: SavedEncoder,
}

/// What can be read of the metadata of any version.
#[derive(Deserialize)]
struct Number {
    format: u32,
}

impl Checkpoint {
    /// Slices one member out of a population.
    ///
    /// # Errors
    /// When there is no such member or the device fails.
    pub fn of_member(
        network: &dyn Network,
        member: usize,
        classes: Vec<String>,
        columns: Option<Columns>,
        mut rows: Vec<u64>,
        recipe: Recipe,
        engine: String,
    ) -> candle_core::Result<Self> {
        rows.sort_unstable();
        let weights = network
            .member(member)?
            .into_iter()
            .map(|tensor| tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>());
        Ok(Self {
            plan: network.spec().plan.clone(),
            classes,
            reads: network.spec().reads.clone(),
            columns,
            reading: READING,
            rows,
            recipe: Some(recipe),
            engine,
            weights: weights.collect::<candle_core::Result<_>>()?,
        })
    }

    /// What it is, without its weights.
    pub fn spec(&self) -> ModelSpec {
        ModelSpec::new(self.plan.clone(), self.reads.clone())
    }

    /// The same for whoever gets it: its recipe says nothing of the disk of whoever made it.
    pub fn without_private_paths(self) -> Self {
        Self { recipe: self.recipe.map(Recipe::without_private_paths), ..self }
    }

    /// A population of this one model.
    ///
    /// # Errors
    /// When the device fails.
    pub fn network(&self, device: &Device) -> candle_core::Result<Box<dyn Network>> {
        let tensors = self.plan.parameters().into_iter().zip(&self.weights).map(|(spec, values)| {
            let mut shape = vec![1];
            shape.extend(spec.shape);
            Tensor::from_slice(values, shape, device)
        });
        let tensors = tensors.collect::<candle_core::Result<_>>()?;
        self.spec().with_parameters(tensors)
    }

    /// For each class of the data, its index among the model's logits. `path` is for messages.
    ///
    /// # Errors
    /// When inputs have another shape, or the two sets of class names are not the same.
    pub fn indices_of(&self, path: &str, shape: &[usize], classes: &[String]) -> Result<Vec<usize>, CheckpointError> {
        let flat = |shape: &[usize]| shape.iter().product::<usize>();
        let mlp = matches!(self.plan.architecture, Architecture::Mlp { .. });
        if self.plan.input != shape && !(mlp && flat(&self.plan.input) == flat(shape)) {
            let (expected, found) = (self.plan.input.clone(), shape.to_vec());
            return Err(CheckpointError::Shape { path: path.to_owned(), expected, found });
        }
        class_indices(path, &self.classes, classes)
    }

    /// Whether it was trained on data that were read as version 0.1 did.
    pub fn is_of_old_reading(&self) -> bool {
        self.reading == 0 && self.recipe.is_some()
    }

    /// Tells the model from others: weights, classes and normalisation.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        let scaling = self.reads.normalisation().map(|scaling| [&scaling.offset, &scaling.scale]);
        for values in self.weights.iter().chain(scaling.into_iter().flatten()) {
            for value in values {
                hasher.update(value.to_le_bytes());
            }
        }
        if let Some(encoder) = self.reads.text() {
            hasher.update(encoder.saved().tokenizer.as_bytes());
            hasher.update((encoder.saved().length as u64).to_le_bytes());
        }
        for class in &self.classes {
            hasher.update(class.as_bytes());
        }
        number::hex(&hasher.finalize()[..16])
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// When the weights do not fit the plan (never for a checkpoint made by this module).
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        let fail =
            |problem: String| CheckpointError::Metadata { path: "checkpoint".to_owned(), problem: problem.into() };
        let hashes: Vec<u8> = self.rows.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        let text = self.plan.text().cloned().zip(self.reads.text());
        let text = text.map(|(plan, encoder)| TextMetadata { plan, encoder: encoder.saved().clone() });
        let metadata = Metadata {
            format: if text.is_some() { FORMAT } else { OF_NUMBERS },
            architecture: self.plan.architecture.clone(),
            input: self.plan.input.clone(),
            classes: self.classes.clone(),
            normalisation: self.reads.normalisation().cloned(),
            text,
            columns: self.columns.clone(),
            reading: self.reading,
            rows: BASE64_STANDARD.encode(hashes),
            recipe: self.recipe.clone(),
            engine: self.engine.clone(),
        };
        let metadata = serde_json::to_string(&metadata).map_err(|error| fail(error.to_string()))?;
        let specs = self.plan.parameters();
        let bytes: Vec<Vec<u8>> =
            self.weights.iter().map(|values| values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
        let mut views = Vec::with_capacity(specs.len());
        for (spec, bytes) in specs.iter().zip(&bytes) {
            let view = TensorView::new(Dtype::F32, spec.shape.clone(), bytes);
            views.push((spec.name.clone(), view.map_err(|error| fail(error.to_string()))?));
        }
        safetensors::serialize(views, Some(HashMap::from([(KEY.to_owned(), metadata)])))
            .map_err(|error| fail(error.to_string()))
    }

    /// Whether Stillroom wrote these bytes, or somebody who kept its metadata.
    pub fn is_own(bytes: &[u8]) -> bool {
        has_entry(bytes, KEY)
    }

    /// Reads the bytes of a file; `path` is for messages.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn from_bytes(path: &str, bytes: &[u8]) -> Result<Self, CheckpointError> {
        let path = path.to_owned();
        if is_torch_zip(bytes) {
            return Err(CheckpointError::NoMetadata { path });
        }
        if !bytes.is_empty()
            && let Some(problem) = foreign(&path, bytes)
        {
            return Err(CheckpointError::Foreign { path, problem });
        }
        let broken = |error: SafeTensorError| CheckpointError::not_safetensors(&path, bytes, &error);
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        let Some(text) = header.metadata().as_ref().and_then(|entries| entries.get(KEY)) else {
            return Err(CheckpointError::NoMetadata { path });
        };
        let unusable = |problem: Phrase| CheckpointError::Metadata { path: path.clone(), problem };
        let number: Number = serde_json::from_str(text).map_err(|error| unusable(Phrase::plain(error)))?;
        if number.format > FORMAT {
            let problem = phrase!("checkpoint-newer", found = u64::from(number.format), known = u64::from(FORMAT));
            return Err(unusable(problem));
        }
        let metadata: Metadata = serde_json::from_str(text).map_err(|error| unusable(Phrase::plain(error)))?;
        let known: HashSet<&String> = metadata.classes.iter().collect();
        if known.len() < metadata.classes.len() {
            return Err(unusable(phrase!("checkpoint-same-classes")));
        }
        let (plan, reads) = metadata.model().map_err(unusable)?;
        let hashes = BASE64_STANDARD.decode(&metadata.rows).map_err(|error| unusable(Phrase::plain(error)))?;
        let rows =
            hashes.chunks_exact(8).map(|hash| hash.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));

        let weights = plan.parameters().into_iter().map(|spec| {
            let fault =
                |problem: Phrase| CheckpointError::Tensor { path: path.clone(), name: spec.name.clone(), problem };
            let view = tensors.tensor(&spec.name).map_err(|_| fault(phrase!("checkpoint-tensor-missing")))?;
            let element = Element::of_safetensors(view.dtype());
            let Some(element) = element.filter(|_| view.shape() == spec.shape) else {
                let found = format!("{:?} {:?}", view.dtype(), view.shape());
                let asked = format!("F32 {:?}", spec.shape);
                return Err(fault(phrase!("checkpoint-tensor-shape", found = found, asked = asked)));
            };
            let values = element.widen(view.data(), false);
            if values.iter().all(|value| value.is_finite()) {
                Ok(values)
            } else {
                Err(fault(phrase!("checkpoint-tensor-infinite")))
            }
        });
        Ok(Self {
            weights: weights.collect::<Result<_, _>>()?,
            plan,
            classes: metadata.classes,
            reads,
            columns: metadata.columns,
            reading: metadata.reading,
            rows: rows.collect(),
            recipe: metadata.recipe,
            engine: metadata.engine,
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        let bytes = std::fs::read(path).map_err(|error| CheckpointError::file(path, &error))?;
        Self::from_bytes(&path.display().to_string(), &bytes)
    }

    /// Writes bytes that [`Checkpoint::to_bytes`] made: first beside the place, then renamed onto it.
    ///
    /// # Errors
    /// Names the file and what the system says.
    pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), CheckpointError> {
        write_whole(path, bytes).map_err(|error| CheckpointError::file(path, &error))
    }
}

impl Metadata {
    /// What the model is, and how it reads; what is wrong with it, in words.
    fn model(&self) -> Result<(Plan, Encoder), Phrase> {
        let own = match &self.text {
            None => vec![self.architecture.dropout()],
            Some(text) => text.plan.dropouts(),
        };
        if let Some(dropout) = own.into_iter().find(|dropout| !(0.0..1.0).contains(dropout)) {
            return Err(phrase!("checkpoint-dropout", rate = Phrase::plain(dropout)));
        }
        let Some(text) = &self.text else {
            let plan = Plan::new(&self.architecture, &self.input, self.classes.len());
            let plan = plan.map_err(|error: PlanError| error.phrase())?;
            let fits = |scaling: &&Normalisation| scaling.fits(self.input.iter().product());
            let scaling = self.normalisation.as_ref().filter(fits);
            let scaling = scaling.ok_or_else(|| phrase!("checkpoint-normalisation"))?;
            return Ok((plan, scaling.clone().into()));
        };
        let plan = Plan::of_text(&self.architecture, text.plan.clone(), self.classes.len());
        let plan = plan.map_err(|error: PlanError| error.phrase())?;
        let encoder = TextEncoder::new(text.encoder.clone());
        let encoder = encoder.map_err(|problem| phrase!("tokenizer-unreadable", problem = problem))?;
        let (tokens, rows) = (encoder.rows(), text.plan.vocabulary());
        if tokens > rows {
            return Err(phrase!("tokenizer-vocabulary", tokens = tokens, rows = rows));
        }
        Ok((plan, Encoder::Text(Arc::new(encoder))))
    }
}

/// Whether the header of a safetensors file has an entry of its own.
pub(super) fn has_entry(bytes: &[u8], key: &str) -> bool {
    let header = SafeTensors::read_metadata(bytes).ok();
    header.is_some_and(|(_, header)| header.metadata().as_ref().is_some_and(|entries| entries.contains_key(key)))
}

/// The same of a file, of which no more than the header is read.
pub(super) fn file_has_entry(path: &Path, key: &str) -> std::io::Result<bool> {
    let mut file = std::fs::File::open(path)?;
    let mut start = Vec::new();
    file.by_ref().take(8).read_to_end(&mut start)?;
    let len = start.first_chunk::<8>().map_or(0, |len| u64::from_le_bytes(*len));
    if len > LONGEST_HEADER {
        return Ok(false);
    }
    let mut header = Vec::new();
    file.take(len).read_to_end(&mut header)?;
    let header: Option<serde_json::Value> = serde_json::from_slice(&header).ok();
    Ok(header.is_some_and(|header| header.get("__metadata__").is_some_and(|entries| entries.get(key).is_some())))
}

/// What safetensors takes for a header at most.
const LONGEST_HEADER: u64 = 100_000_000;

/// For each of `classes`, its index among a model's `own`. `path` is for messages.
///
/// # Errors
/// When the two sets of names are not the same.
pub(super) fn class_indices(path: &str, own: &[String], classes: &[String]) -> Result<Vec<usize>, CheckpointError> {
    let lacking = |these: &[String], those: &[String]| {
        these.iter().filter(|name| !those.contains(name)).cloned().collect::<Vec<_>>().join(", ")
    };
    let (unknown, missing) = (lacking(classes, own), lacking(own, classes));
    if !unknown.is_empty() || !missing.is_empty() {
        let unknown = (!unknown.is_empty()).then(|| phrase!("checkpoint-unknown-classes", classes = unknown));
        let missing = (!missing.is_empty()).then(|| phrase!("checkpoint-missing-classes", classes = missing));
        let problem = Phrase::several(Between::Semicolons, unknown.into_iter().chain(missing));
        return Err(CheckpointError::Classes { path: path.to_owned(), problem });
    }
    Ok(classes.iter().filter_map(|name| own.iter().position(|known| known == name)).collect())
}

/// Writes a file whole or not at all: first beside its place, then renamed onto it.
///
/// # Errors
/// What the system says.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = new_file().tempfile_in(folder)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file that is written beside its place and then renamed onto it; who may read it is the user's choice, as for any other
/// file, where temporary files would be private.
pub fn new_file() -> tempfile::Builder<'static, 'static> {
    let mut file = tempfile::Builder::new();
    #[cfg(unix)]
    file.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    file
}
