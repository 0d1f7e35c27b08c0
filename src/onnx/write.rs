//! Writes graphs, node by node.

use std::cell::RefCell;

use rten_onnx::onnx::{
    AttributeProto, AttributeType, DataType, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    StringStringEntryProto, TensorProto, TensorShapeProto, TypeProto, TypeProtoTensor, ValueInfoProto,
};

use super::messages::Kind;
use super::outline::CLASSES;

/// The set of operators of graphs that are written: the oldest with layer norms, which every runtime of the last years has.
pub const OPSET: i64 = 17;

/// The format of the file that belongs to it.
const IR: i64 = 8;

/// A graph in the making. Values are known by their names.
#[derive(Default)]
pub struct GraphWriter {
    graph: GraphProto,
    metadata: Vec<(String, String)>,
    count: usize,
}

/// What is said to an operator beside its inputs.
pub enum Attribute<'a> {
    /// A whole number.
    Whole(i64),
    /// Whole numbers.
    Wholes(&'a [i64]),
    /// A real number.
    Real(f32),
    /// A word.
    Word(&'a str),
}

impl GraphWriter {
    /// An input, or an output of a value of that name; sizes that are open have names.
    pub fn port(name: &str, kind: Kind, shape: &[Result<usize, &str>]) -> ValueInfoProto {
        let dim = |size: &Result<usize, &str>| match size {
            Ok(size) => Dimension { dim_value: Some(*size as i64), dim_param: None },
            Err(name) => Dimension { dim_value: None, dim_param: Some((*name).to_owned()) },
        };
        let elem_type = Some(if kind == Kind::Whole { DataType::INT64 } else { DataType::FLOAT });
        let shape = Some(TensorShapeProto { dim: shape.iter().map(dim).collect() });
        let tensor_type = Some(TypeProtoTensor { elem_type, shape });
        ValueInfoProto { name: Some(name.to_owned()), r#type: Some(TypeProto { tensor_type, sequence: None }) }
    }

    /// Adds an input.
    pub fn input(&mut self, name: &str, kind: Kind, shape: &[Result<usize, &str>]) -> String {
        self.graph.input.push(Self::port(name, kind, shape));
        name.to_owned()
    }

    /// Makes a value an output of this name.
    pub fn output(&mut self, value: &str, name: &str, shape: &[Result<usize, &str>]) {
        let node = NodeProto {
            op_type: Some("Identity".to_owned()),
            name: Some(name.to_owned()),
            input: vec![value.to_owned()],
            output: vec![name.to_owned()],
            ..NodeProto::default()
        };
        self.graph.node.push(node);
        self.graph.output.push(Self::port(name, Kind::Real, shape));
    }

    /// Something that is said of the graph.
    pub fn says(&mut self, key: &str, value: &str) {
        self.metadata.push((key.to_owned(), value.to_owned()));
    }

    /// The names of the classes, in the order of the logits.
    pub fn classes(&mut self, classes: &[String]) {
        let names = serde_json::Value::from(classes.to_vec()).to_string();
        self.says(CLASSES, &names);
    }

    /// Numbers that are part of the graph.
    pub fn reals(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, shape, DataType::FLOAT, bytes)
    }

    /// Whole numbers that are part of the graph.
    pub fn wholes(&mut self, name: &str, shape: &[usize], values: &[i64]) -> String {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, shape, DataType::INT64, bytes)
    }

    fn tensor(&mut self, name: &str, shape: &[usize], kind: DataType, bytes: Vec<u8>) -> String {
        let is_taken = self.graph.initializer.iter().any(|known| known.name.as_deref() == Some(name));
        let name = if is_taken { self.fresh(name) } else { name.to_owned() };
        self.graph.initializer.push(TensorProto {
            name: Some(name.clone()),
            dims: shape.iter().map(|size| *size as i64).collect(),
            data_type: Some(kind),
            raw_data: Some(RefCell::new(bytes)),
            ..TensorProto::default()
        });
        name
    }

    fn fresh(&mut self, what: &str) -> String {
        self.count += 1;
        format!("{what}.{}", self.count)
    }

    /// Adds an operator with one result, whose name is returned.
    pub fn node(&mut self, operator: &str, inputs: &[&str], attributes: &[(&str, Attribute<'_>)]) -> String {
        self.nodes(operator, inputs, attributes, 1).remove(0)
    }

    /// The same with several results.
    pub fn nodes(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: &[(&str, Attribute<'_>)],
        results: usize,
    ) -> Vec<String> {
        let name = self.fresh(&operator.to_lowercase());
        let output: Vec<String> = match results {
            1 => vec![name.clone()],
            _ => (0..results).map(|at| format!("{name}.{at}")).collect(),
        };
        let attribute = |(name, value): &(&str, Attribute<'_>)| {
            let named = AttributeProto { name: Some((*name).to_owned()), ..AttributeProto::default() };
            match value {
                Attribute::Whole(i) => AttributeProto { i: Some(*i), r#type: Some(AttributeType::INT), ..named },
                Attribute::Wholes(ints) => {
                    AttributeProto { ints: ints.to_vec(), r#type: Some(AttributeType::INTS), ..named }
                }
                Attribute::Real(f) => AttributeProto { f: Some(*f), r#type: Some(AttributeType::FLOAT), ..named },
                Attribute::Word(s) => {
                    AttributeProto { s: Some((*s).to_owned()), r#type: Some(AttributeType::STRING), ..named }
                }
            }
        };
        self.graph.node.push(NodeProto {
            op_type: Some(operator.to_owned()),
            name: Some(name),
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: output.clone(),
            attribute: attributes.iter().map(attribute).collect(),
            ..NodeProto::default()
        });
        output
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// When they cannot be laid out (never, as far as is known).
    pub fn into_bytes(self) -> std::io::Result<Vec<u8>> {
        let entry = |(key, value): (String, String)| StringStringEntryProto { key: Some(key), value: Some(value) };
        let model = ModelProto {
            ir_version: Some(IR),
            graph: Some(self.graph),
            opset_import: vec![OperatorSetIdProto { domain: Some(String::new()), version: Some(OPSET) }],
            metadata_props: self.metadata.into_iter().map(entry).collect(),
            producer_name: Some("stillroom".to_owned()),
            producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        model.write_buf().map_err(std::io::Error::other)
    }
}
