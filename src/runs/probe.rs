//! A probe set as a file: `.safetensors`, so that other programs can read it.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::metrics::{floats, to_bytes};
use crate::data::Texts;
use crate::protocol::Probe;
use crate::text::{Phrase, phrase};

/// What is not a tensor, under the one key of the metadata: several keys would come in no fixed order, and equal probe sets
/// would have unequal files.
#[derive(Serialize, Deserialize)]
struct Names {
    classes: Vec<String>,
    shape: Vec<usize>,
    /// Files of older versions have none.
    #[serde(default)]
    texts: Texts,
}

/// The file's content.
pub(super) fn encode(probe: &Probe) -> Result<Vec<u8>, StoreError> {
    let damaged =
        |error: &dyn std::fmt::Display| StoreError::Misfit(phrase!("misfit-probe", problem = Phrase::plain(error)));
    let names = Names { classes: probe.classes.clone(), shape: probe.shape.clone(), texts: probe.texts.clone() };
    let names = serde_json::to_string(&names).map_err(|error| damaged(&error))?;
    let numbers = |list: &[u32]| list.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let tensors = [
        ("inputs", Dtype::F32, to_bytes(&probe.inputs)),
        ("labels", Dtype::U32, numbers(&probe.labels)),
        ("rows", Dtype::U32, numbers(&probe.rows)),
        ("teacher", Dtype::F32, to_bytes(&probe.teacher)),
    ];
    let views = tensors
        .iter()
        .map(|(name, dtype, bytes)| Ok((*name, TensorView::new(*dtype, vec![bytes.len() / 4], bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|error| damaged(&error))?;
    safetensors::serialize(views, Some(HashMap::from([("probe".to_owned(), names)]))).map_err(|error| damaged(&error))
}

/// The probe set of a file.
pub(super) fn decode(bytes: &[u8]) -> Result<Probe, StoreError> {
    let damaged = || StoreError::Damaged(phrase!("damaged-probe"));
    let (_, head) = SafeTensors::read_metadata(bytes).map_err(|_| damaged())?;
    let names = head.metadata().as_ref().and_then(|metadata| metadata.get("probe")).ok_or_else(damaged)?;
    let names: Names = serde_json::from_str(names).map_err(|_| damaged())?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|_| damaged())?;
    let data = |name| tensors.tensor(name).map(|tensor| tensor.data()).map_err(|_| damaged());
    let numbers = |name| -> Result<Vec<u32>, StoreError> {
        Ok(data(name)?.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    };
    Ok(Probe {
        rows: numbers("rows")?,
        labels: numbers("labels")?,
        classes: names.classes,
        shape: names.shape,
        inputs: floats(data("inputs")?),
        texts: names.texts,
        teacher: floats(data("teacher")?),
    })
}
