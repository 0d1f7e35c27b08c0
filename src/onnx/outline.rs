//! What a file with a graph says of itself, before anything of it is run: its inputs and outputs, what it needs, and where its weights lie.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Component, Path};

use rten_onnx::onnx::{DataLocation, DataType, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

use super::messages::{Kind, Outline, Port};
use crate::text::{Between, Phrase, phrase};

/// What was read of a file.
pub(super) struct Read {
    pub outline: Outline,
    /// Operators by their names with their domains, each once.
    pub operators: BTreeSet<(String, String)>,
    /// The newest set of operators that it names.
    pub opset: Vec<(String, i64)>,
    pub model: ModelProto,
}

/// The entry of the metadata with the names of the classes, a list in JSON.
pub(super) const CLASSES: &str = "classes";

/// Reads what a file says, without its weights' numbers being made to tensors.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn read(path: &Path) -> Result<Read, Phrase> {
    let file = File::open(path).map_err(Phrase::plain)?;
    let model = ModelProto::parse_file(file).map_err(|error| phrase!("onnx-damaged", problem = error.to_string()))?;
    let graph = model.graph.as_ref().ok_or_else(|| phrase!("onnx-no-graph"))?;
    let mut found = Walk::default();
    found.graph(graph)?;
    let beside = found.beside.clone();
    for (name, most) in beside {
        check_beside(path, &name, most)?;
    }
    let weights: BTreeSet<&str> = graph.initializer.iter().filter_map(|tensor| tensor.name.as_deref()).collect();
    let is_input = |port: &&ValueInfoProto| port.name.as_deref().is_some_and(|name| !weights.contains(name));
    let classes = model.metadata_props.iter().find(|entry| entry.key.as_deref() == Some(CLASSES));
    let classes = classes.and_then(|entry| serde_json::from_str(entry.value.as_deref()?).ok());
    let outline = Outline {
        inputs: graph.input.iter().filter(is_input).map(|value| port(graph, value)).collect(),
        outputs: graph.output.iter().map(|value| port(graph, value)).collect(),
        parameters: found.parameters,
        beside: found.beside.keys().cloned().collect(),
        classes,
    };
    let opset = model.opset_import.iter().map(|set| (set.domain.clone().unwrap_or_default(), set.version.unwrap_or(1)));
    let opset = opset.collect();
    Ok(Read { outline, operators: found.operators, opset, model })
}

/// What stands in a graph and in those within it.
#[derive(Default)]
struct Walk {
    operators: BTreeSet<(String, String)>,
    /// Files beside the graph, and how far into each its tensors reach.
    beside: BTreeMap<String, u64>,
    parameters: u64,
}

impl Walk {
    fn graph(&mut self, graph: &GraphProto) -> Result<(), Phrase> {
        for tensor in &graph.initializer {
            self.tensor(tensor)?;
            if matches!(tensor.data_type, Some(DataType::FLOAT | DataType::FLOAT16 | DataType::BFLOAT16)) {
                self.parameters += tensor.dims.iter().map(|dim| (*dim).max(0) as u64).product::<u64>();
            }
        }
        for node in &graph.node {
            let domain = node.domain.clone().unwrap_or_default();
            self.operators.insert((domain, node.op_type.clone().unwrap_or_default()));
            for attribute in &node.attribute {
                if let Some(tensor) = &attribute.t {
                    self.tensor(tensor)?;
                }
                if let Some(within) = &attribute.g {
                    self.graph(within)?;
                }
            }
        }
        Ok(())
    }

    /// Whether a tensor's numbers are there, as many as it says.
    fn tensor(&mut self, tensor: &TensorProto) -> Result<(), Phrase> {
        let name = tensor.name.clone().unwrap_or_default();
        let claims = |bytes: u64, found: u64| {
            phrase!(
                "onnx-tensor-claims",
                name = name.clone(),
                bytes = Phrase::count(bytes),
                found = Phrase::count(found)
            )
        };
        let Some(bytes) = bytes_of(tensor) else { return Err(claims(u64::MAX, 0)) };
        if tensor.data_location != Some(DataLocation::EXTERNAL) {
            let raw = tensor.raw_data.as_ref().map(|raw| raw.borrow().len() as u64);
            return match raw {
                Some(found) if found < bytes => Err(claims(bytes, found)),
                _ => Ok(()),
            };
        }
        let entry = |key: &str| tensor.external_data.iter().find(|entry| entry.key.as_deref() == Some(key));
        let value = |key: &str| entry(key).and_then(|entry| entry.value.as_deref());
        let number = |key: &str| value(key).map(str::parse::<u64>).transpose().ok().flatten();
        let location = value("location").unwrap_or_default();
        let mut parts = Path::new(location).components();
        let is_name = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
        if !is_name || location.contains(['/', '\\', ':']) {
            return Err(phrase!("onnx-climbs", name = name.clone(), location = location));
        }
        let end = number("offset").unwrap_or(0).saturating_add(number("length").unwrap_or(bytes).max(bytes));
        let most = self.beside.entry(location.to_owned()).or_default();
        *most = (*most).max(end);
        Ok(())
    }
}

/// Whether a file of weights lies beside the graph, is none but that, and is as long as it must be.
fn check_beside(path: &Path, name: &str, most: u64) -> Result<(), Phrase> {
    let beside = path.with_file_name(name);
    let shown = beside.display().to_string();
    let metadata = beside
        .symlink_metadata()
        .map_err(|error| phrase!("onnx-beside-missing", path = shown.clone(), problem = error.to_string()))?;
    if !metadata.is_file() {
        return Err(phrase!("onnx-beside-link", path = shown));
    }
    if metadata.len() < most {
        let (needs, found) = (Phrase::count(most), Phrase::count(metadata.len()));
        return Err(phrase!("onnx-beside-short", path = shown, needs = needs, found = found));
    }
    Ok(())
}

/// Bytes that a tensor's numbers take at least; none, where that is more than can be counted.
pub(super) fn bytes_of(tensor: &TensorProto) -> Option<u64> {
    let count = tensor.dims.iter().try_fold(1_u64, |all, dim| all.checked_mul(u64::try_from(*dim).ok()?))?;
    count.checked_mul(element_bytes(tensor.data_type))
}

/// Bytes of an element at least; half a byte counts as none.
fn element_bytes(kind: Option<DataType>) -> u64 {
    match kind {
        Some(DataType::FLOAT | DataType::INT32 | DataType::UINT32) => 4,
        Some(DataType::DOUBLE | DataType::INT64 | DataType::UINT64) => 8,
        Some(DataType::FLOAT16 | DataType::BFLOAT16 | DataType::INT16 | DataType::UINT16) => 2,
        Some(DataType::INT8 | DataType::UINT8 | DataType::BOOL) => 1,
        _ => 0,
    }
}

fn port(graph: &GraphProto, value: &ValueInfoProto) -> Port {
    let name = value.name.clone().unwrap_or_default();
    let tensor = value.r#type.as_ref().and_then(|kind| kind.tensor_type.as_ref());
    let kind = match tensor.and_then(|tensor| tensor.elem_type) {
        None | Some(DataType::FLOAT | DataType::FLOAT16 | DataType::BFLOAT16 | DataType::DOUBLE) => Kind::Real,
        Some(DataType::INT64 | DataType::INT32 | DataType::BOOL) => Kind::Whole,
        Some(_) => Kind::Other,
    };
    let size = |value: Option<i64>| value.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    let shape = tensor.and_then(|tensor| tensor.shape.as_ref());
    let shape = shape.map(|shape| shape.dim.iter().map(|dim| size(dim.dim_value)).collect());
    let is_softmax = maker(graph, &name).is_some_and(|node| node.op_type.as_deref() == Some("Softmax"));
    Port { name, shape, kind, is_softmax }
}

/// The node that a value comes from, past those that leave it as it is.
fn maker<'a>(graph: &'a GraphProto, name: &str) -> Option<&'a NodeProto> {
    let mut wanted = name;
    for _ in 0..graph.node.len() {
        let node = graph.node.iter().find(|node| node.output.iter().any(|output| output == wanted))?;
        match node.op_type.as_deref() {
            Some("Identity" | "Cast" | "Flatten" | "Reshape" | "Squeeze") => wanted = node.input.first()?,
            _ => return Some(node),
        }
    }
    None
}

/// What is not there of the operators that a graph needs, in words.
pub(super) fn missing(operators: &[String]) -> Phrase {
    let names = Phrase::several(Between::Commas, operators.iter().map(Phrase::from));
    phrase!("onnx-operators", names = names, count = operators.len() as u64)
}
