//! A graph that is loaded and can be run.

use std::path::Path;

use rten::{DataType, Model, ModelOptions, NodeId, Value, ValueOrView, ValueType};
use rten_onnx::onnx::{
    GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto, ValueInfoProto,
};
use rten_tensor::Tensor;
use rten_tensor::prelude::*;

use super::messages::{Fed, Numbers, Outline};
use super::outline::{Read, bytes_of, missing, read};
use crate::text::{Phrase, phrase};

/// A graph in memory.
pub(super) struct Graph {
    model: Model,
    pub outline: Outline,
}

impl Graph {
    /// Reads a file with the weights beside it.
    ///
    /// # Errors
    /// What is wrong with it or is not understood, in words.
    pub fn open(path: &Path) -> Result<Self, Phrase> {
        let found = read(path)?;
        let unknown = unknown_operators(&found);
        if !unknown.is_empty() {
            return Err(missing(&unknown));
        }
        let Read { outline, mut model, .. } = found;
        let mut options = ModelOptions::with_all_ops();
        let bytes = if outline.beside.is_empty() {
            drop(model);
            std::fs::read(path).map_err(Phrase::plain)?
        } else {
            for (number, name) in outline.beside.iter().enumerate() {
                let bytes = std::fs::read(path.with_file_name(name)).map_err(Phrase::plain)?;
                options.external_data(&known_as(number), bytes);
            }
            if let Some(graph) = &mut model.graph {
                rename(graph, &outline.beside);
            }
            model.write_buf().map_err(Phrase::plain)?
        };
        let model = options.load(bytes).map_err(|error| phrase!("onnx-not-understood", problem = error.to_string()))?;
        Ok(Self { model, outline })
    }

    /// The shape and numbers of an output.
    ///
    /// # Errors
    /// What the runtime says: mostly that an input has another shape.
    pub fn run(&self, inputs: Vec<Fed>, output: &str) -> Result<(Vec<usize>, Vec<f32>), Phrase> {
        let failed = |error: &dyn std::fmt::Display| phrase!("onnx-run", problem = error.to_string());
        let mut given: Vec<(NodeId, ValueOrView<'_>)> = Vec::with_capacity(inputs.len());
        for Fed { name, shape, values } in inputs {
            let value = match values {
                Numbers::Real(values) => Value::from_shape(shape, values).map_err(|error| failed(&error))?,
                Numbers::Whole(values) => Value::from_shape(shape, values).map_err(|error| failed(&error))?,
            };
            given.push((self.model.node_id(&name).map_err(|error| failed(&error))?, value.into()));
        }
        let output = self.model.node_id(output).map_err(|error| failed(&error))?;
        let [value] = self.model.run_n(given, [output], None).map_err(|error| failed(&error))?;
        if value.dtype() != ValueType::Tensor(DataType::Float) {
            return Err(phrase!("onnx-output-kind"));
        }
        let tensor: Tensor<f32> = value.try_into().map_err(|error| failed(&error))?;
        Ok((tensor.shape().to_vec(), tensor.into_data()))
    }
}

/// The runtime reads weights of files by certain names only, and exporters use any.
fn known_as(number: usize) -> String {
    format!("{number}.data")
}

fn rename(graph: &mut GraphProto, beside: &[String]) {
    let rename_tensor = |tensor: &mut TensorProto| {
        for entry in tensor.external_data.iter_mut().filter(|entry| entry.key.as_deref() == Some("location")) {
            let number = beside.iter().position(|name| entry.value.as_ref() == Some(name));
            entry.value = number.map(known_as);
        }
        // Both may be left out of a file, and the runtime asks for both.
        let says = |key: &str| tensor.external_data.iter().any(|entry| entry.key.as_deref() == Some(key));
        let lacks = |key: &str| !tensor.external_data.is_empty() && !says(key);
        let offset = lacks("offset").then(|| ("offset", "0".to_owned()));
        let length = lacks("length").then(|| bytes_of(tensor)).flatten().map(|length| ("length", length.to_string()));
        for (key, value) in offset.into_iter().chain(length) {
            tensor.external_data.push(StringStringEntryProto { key: Some(key.to_owned()), value: Some(value) });
        }
    };
    graph.initializer.iter_mut().for_each(rename_tensor);
    for attribute in graph.node.iter_mut().flat_map(|node| &mut node.attribute) {
        attribute.t.iter_mut().for_each(rename_tensor);
        attribute.g.iter_mut().for_each(|within| rename(within, beside));
    }
}

/// Those operators that the runtime does not have: each is asked for in a graph of its own, for a whole graph is refused at the first.
fn unknown_operators(found: &Read) -> Vec<String> {
    let is_unknown = |domain: &str, name: &str| {
        let node = NodeProto {
            domain: Some(domain.to_owned()),
            op_type: Some(name.to_owned()),
            input: vec!["x".to_owned()],
            output: vec!["y".to_owned()],
            ..NodeProto::default()
        };
        let port = |name: &str| ValueInfoProto { name: Some(name.to_owned()), r#type: None };
        let graph =
            GraphProto { node: vec![node], input: vec![port("x")], output: vec![port("y")], ..GraphProto::default() };
        let set = |(domain, version): &(String, i64)| OperatorSetIdProto {
            domain: Some(domain.clone()),
            version: Some(*version),
        };
        let model = ModelProto {
            ir_version: Some(8),
            graph: Some(graph),
            opset_import: found.opset.iter().map(set).collect(),
            ..ModelProto::default()
        };
        let Ok(bytes) = model.write_buf() else { return false };
        let mut options = ModelOptions::with_all_ops();
        options.enable_optimization(false);
        // Without its attributes an operator is mostly refused as well, which says nothing.
        let refused = options.load(bytes).err().map(|error| error.to_string()).unwrap_or_default();
        ["not supported", "not enabled", "are supported"].iter().any(|words| refused.contains(words))
    };
    let named = |(domain, name): &(String, String)| {
        if domain.is_empty() { name.clone() } else { format!("{domain}.{name}") }
    };
    found.operators.iter().filter(|(domain, name)| is_unknown(domain, name)).map(named).collect()
}
