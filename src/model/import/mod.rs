//! Models of other programs: named tensors out of a file, and layers out of named tensors.
//!
//! Nothing in a file is executed, and no size in it is trusted before it is held against the bytes that are there.

mod modules;
mod names;
mod norms;
mod options;
mod order;
mod pickle;
mod state_dict;
mod torch;

pub use options::ImportOptions;

use safetensors::tensor::SafeTensors;

use super::CheckpointError;
use super::elements::Element;
use super::foreign::{foreign, is_torch_zip};
use crate::text::phrase;

/// The tensors of a `state_dict`.
#[derive(Clone, Debug, PartialEq)]
pub struct StateDict {
    /// The file, for messages.
    pub path: String,
    /// Its tensors, in the order of the file.
    pub tensors: Vec<NamedTensor>,
    /// Whether that order is the one in which the model's layers were made (a pickle keeps it, safetensors does not).
    pub in_order: bool,
}

/// One tensor under its full name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
    /// `features.0.weight`.
    pub name: String,
    /// Its sides; a product of them is the number of values.
    pub shape: Vec<usize>,
    /// What it holds.
    pub values: Values,
}

/// The numbers of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Real numbers of any width, as f32, row-major.
    Real(Vec<f32>),
    /// Numbers of another type, by its name; they are not read.
    Other(String),
}

/// Reads the tensors of a PyTorch `.pt` archive or of any `.safetensors` file; `path` is for messages.
///
/// # Errors
/// Names the file, what it is instead, or the tensor that is damaged.
pub fn read(path: &str, bytes: &[u8]) -> Result<StateDict, CheckpointError> {
    if is_torch_zip(bytes) {
        return torch::read(path, bytes);
    }
    if let Some(problem) = foreign(path, bytes) {
        return Err(CheckpointError::Foreign { path: path.to_owned(), problem });
    }
    let file =
        SafeTensors::deserialize(bytes).map_err(|error| CheckpointError::not_safetensors(path, bytes, &error))?;
    let mut tensors: Vec<_> = file.tensors();
    tensors.sort_by_key(|(_, view)| view.data().as_ptr() as usize);
    let tensors = tensors.into_iter().map(|(name, view)| {
        let values = match Element::of_safetensors(view.dtype()) {
            Some(element) => Values::Real(element.widen(view.data(), false)),
            None => Values::Other(format!("{:?}", view.dtype())),
        };
        NamedTensor { name, shape: view.shape().to_vec(), values }
    });
    let tensors: Vec<NamedTensor> = tensors.collect();
    if tensors.is_empty() {
        let problem = phrase!("import-no-tensors");
        return Err(CheckpointError::Layers { path: path.to_owned(), problem });
    }
    Ok(StateDict { path: path.to_owned(), tensors, in_order: false })
}
