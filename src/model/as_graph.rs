//! A model as an ONNX graph: what it does to raw values, layer by layer, in operators that every runtime has.

use std::collections::HashMap;

use super::checkpoint::Checkpoint;
use super::normalisation::Normalisation;
use super::plan::{Body, Layer};
use super::text::{BertActivation, BertPlan, TextPlan, layer_name};
use crate::onnx::{Attribute as A, GraphWriter, Kind};
use crate::recipe::Pooling;

/// What a graph holds beside the layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphOptions {
    /// Whether it is given raw values and normalises them itself; otherwise values that are normalised already. Texts are tokens always.
    pub normalises: bool,
    /// Whether it gives probabilities at T = 1, not logits.
    pub softmax: bool,
}

impl Checkpoint {
    /// The bytes of a graph, with the inputs `input` of pictures and numbers, and `input_ids`, `attention_mask` and of models of BERT's shape
    /// `token_type_ids` of texts; the batch and the length of texts are open. Its output is `logits`, or `probabilities`.
    ///
    /// A model that may answer early answers at its last layer.
    ///
    /// # Errors
    /// When the graph cannot be laid out (never, as far as is known).
    pub fn to_graph(&self, options: GraphOptions) -> std::io::Result<Vec<u8>> {
        let names = self.plan.parameters().into_iter().map(|spec| spec.name);
        let shapes = self.plan.parameters().into_iter().map(|spec| spec.shape);
        let weights = names.zip(shapes.zip(&self.weights)).map(|(name, (shape, values))| (name, (shape, &values[..])));
        let mut making = Making { graph: GraphWriter::default(), weights: weights.collect() };
        let logits = match &self.plan.body {
            Body::Layers(layers) => {
                let normalisation = self.reads.normalisation().filter(|_| options.normalises);
                let bases = self.columns.as_ref().and_then(|columns| columns.bases());
                making.layers(layers, &self.plan.input, normalisation, bases.unwrap_or_default())
            }
            Body::Text(text) => {
                let to_own = self.reads.text().and_then(|encoder| encoder.own_numbers());
                making.text(text, to_own.as_deref())
            }
        };
        let Making { mut graph, .. } = making;
        let (value, name) = if options.softmax {
            (graph.node("Softmax", &[&logits], &[("axis", A::Whole(-1))]), "probabilities")
        } else {
            (logits, "logits")
        };
        graph.output(&value, name, &[Err("batch"), Ok(self.plan.classes)]);
        graph.classes(&self.classes);
        graph.into_bytes()
    }
}

struct Making<'a> {
    graph: GraphWriter,
    weights: HashMap<String, (Vec<usize>, &'a [f32])>,
}

impl Making<'_> {
    /// A parameter of the model, as it is.
    fn parameter(&mut self, name: &str) -> String {
        let (shape, values) = self.weights.get(name).cloned().unwrap_or_default();
        self.graph.reals(name, &shape, values)
    }

    fn op(&mut self, operator: &str, inputs: &[&str]) -> String {
        self.graph.node(operator, inputs, &[])
    }

    fn real(&mut self, value: f32) -> String {
        self.graph.reals("number", &[], &[value])
    }

    fn axes(&mut self, axes: &[i64]) -> String {
        self.graph.wholes("axes", &[axes.len()], axes)
    }

    fn layers(
        &mut self,
        layers: &[Layer],
        input: &[usize],
        normalisation: Option<&Normalisation>,
        bases: &[f64],
    ) -> String {
        let shape: Vec<Result<usize, &str>> =
            std::iter::once(Err("batch")).chain(input.iter().map(|size| Ok(*size))).collect();
        let mut x = self.graph.input("input", Kind::Real, &shape);
        if let Some(Normalisation { offset, scale }) = normalisation {
            let sizes = |len: usize| if len == 1 { vec![1] } else { [&[1], input].concat() };
            let mut offset = offset.clone();
            if !bases.is_empty() {
                // Subtracted first, as it is before training: large numbers that differ little keep what they differ by.
                let base: Vec<f32> = bases.iter().map(|base| *base as f32).collect();
                let lost = bases.iter().zip(&base).map(|(base, short)| base - f64::from(*short));
                offset.resize(bases.len(), offset.first().copied().unwrap_or_default());
                for (offset, lost) in offset.iter_mut().zip(lost) {
                    *offset = (f64::from(*offset) + lost) as f32;
                }
                let base = self.graph.reals("base", &sizes(base.len()), &base);
                x = self.op("Sub", &[&x, &base]);
            }
            let offset = self.graph.reals("offset", &sizes(offset.len()), &offset);
            let scale = self.graph.reals("scale", &sizes(scale.len()), scale);
            x = self.op("Sub", &[&x, &offset]);
            x = self.op("Mul", &[&x, &scale]);
        }
        for layer in layers {
            x = match layer {
                Layer::Conv { name, .. } => {
                    let [w, b] = ["weight", "bias"].map(|part| self.parameter(&format!("{name}.{part}")));
                    let sizes = [("kernel_shape", A::Wholes(&[3, 3])), ("pads", A::Wholes(&[1, 1, 1, 1]))];
                    let sums = self.graph.node("Conv", &[&x, &w, &b], &sizes);
                    self.op("Relu", &[&sums])
                }
                Layer::Pool => {
                    let sizes = [("kernel_shape", A::Wholes(&[2, 2])), ("strides", A::Wholes(&[2, 2]))];
                    self.graph.node("MaxPool", &[&x], &sizes)
                }
                Layer::Flatten => self.graph.node("Flatten", &[&x], &[("axis", A::Whole(1))]),
                Layer::Dense { name, relu, .. } => {
                    let sums = self.gemm(&x, name);
                    if *relu { self.op("Relu", &[&sums]) } else { sums }
                }
                Layer::Dropout { .. } => x,
            };
        }
        x
    }

    /// A dense layer on `[batch, in]`.
    fn gemm(&mut self, x: &str, name: &str) -> String {
        let [w, b] = ["weight", "bias"].map(|part| self.parameter(&format!("{name}.{part}")));
        self.graph.node("Gemm", &[x, &w, &b], &[("transB", A::Whole(1))])
    }

    /// A dense layer on `[batch, tokens, in]`.
    fn dense(&mut self, x: &str, name: &str) -> String {
        let [w, b] = ["weight", "bias"].map(|part| self.parameter(&format!("{name}.{part}")));
        let turned = self.graph.node("Transpose", &[&w], &[("perm", A::Wholes(&[1, 0]))]);
        let sums = self.op("MatMul", &[x, &turned]);
        self.op("Add", &[&sums, &b])
    }

    fn text(&mut self, text: &TextPlan, to_own: Option<&[u32]>) -> String {
        let sizes = [Err("batch"), Err("length")];
        let mut ids = self.graph.input("input_ids", Kind::Whole, &sizes);
        let mask = self.graph.input("attention_mask", Kind::Whole, &sizes);
        let mask = self.graph.node("Cast", &[&mask], &[("to", A::Whole(1))]);
        if let Some(to_own) = to_own {
            let table: Vec<i64> = to_own.iter().map(|number| i64::from(*number)).collect();
            let table = self.graph.wholes("own_numbers", &[table.len()], &table);
            ids = self.op("Gather", &[&table, &ids]);
        }
        match text {
            TextPlan::TextCnn { windows, maps, .. } => self.text_cnn(&ids, &mask, windows, *maps),
            TextPlan::BiLstm { embedding, units, dense, .. } => {
                self.bilstm(&ids, &mask, *embedding, *units, dense.len())
            }
            TextPlan::Bert(plan) => self.bert(&ids, &mask, plan),
        }
    }

    /// Vectors of tokens, with zeros where there are none, `[batch, tokens, numbers]`.
    fn embedded(&mut self, ids: &str, mask: &str) -> String {
        let table = self.parameter("embedding.weight");
        let vectors = self.op("Gather", &[&table, ids]);
        let last = self.axes(&[2]);
        let mask = self.op("Unsqueeze", &[mask, &last]);
        self.op("Mul", &[&vectors, &mask])
    }

    /// Zeros stand before and behind a text, so that windows reach over its ends; one that holds no token at all counts for nothing.
    fn text_cnn(&mut self, ids: &str, mask: &str, windows: &[usize], maps: usize) -> String {
        let vectors = self.embedded(ids, mask);
        let turned = self.graph.node("Transpose", &[&vectors], &[("perm", A::Wholes(&[0, 2, 1]))]);
        let (line, planes) = (self.axes(&[2]), self.axes(&[1, 2]));
        let x = self.op("Unsqueeze", &[&turned, &line]);
        let tokens = self.op("Unsqueeze", &[mask, &planes]);
        let mut all = Vec::new();
        for (i, width) in windows.iter().enumerate() {
            let name = format!("convs.{i}");
            let (shape, values) = self.weights.get(&format!("{name}.weight")).cloned().unwrap_or_default();
            let embedding = shape.get(1).copied().unwrap_or(0);
            let w = self.graph.reals(&format!("{name}.weight"), &[maps, embedding, 1, *width], values);
            let b = self.parameter(&format!("{name}.bias"));
            let (width, beyond) = (*width as i64, *width as i64 - 1);
            let (kernel, pads) = ([1, width], [0, beyond, 0, beyond]);
            // Some runtimes do not know the strides that a pooling has without any.
            let sizes =
                || [("kernel_shape", A::Wholes(&kernel)), ("pads", A::Wholes(&pads)), ("strides", A::Wholes(&[1, 1]))];
            let sums = self.graph.node("Conv", &[&x, &w, &b], &sizes());
            let values = self.op("Relu", &[&sums]);
            let holds_some = self.graph.node("MaxPool", &[&tokens], &sizes());
            let counted = self.op("Mul", &[&values, &holds_some]);
            all.push(self.graph.node(
                "ReduceMax",
                &[&counted],
                &[("axes", A::Wholes(&[2, 3])), ("keepdims", A::Whole(0))],
            ));
        }
        let parts: Vec<&str> = all.iter().map(String::as_str).collect();
        let text = self.graph.node("Concat", &parts, &[("axis", A::Whole(1))]);
        self.gemm(&text, "head")
    }

    /// Beyond a text's end a number beside the token's vector shuts all gates, so that the state stays 0 there: the direction that comes from
    /// the end begins at the text's last token, whatever stands behind it.
    fn bilstm(&mut self, ids: &str, mask: &str, embedding: usize, units: usize, dense: usize) -> String {
        const SHUT: f32 = -1e4;
        // PyTorch's gates are i, f, g, o; ONNX's are i, o, f, c.
        const ORDER: [usize; 4] = [0, 3, 1, 2];
        let vectors = self.embedded(ids, mask);
        let (one, last) = (self.real(1.0), self.axes(&[2]));
        let beyond = self.op("Sub", &[&one, mask]);
        let beyond = self.op("Unsqueeze", &[&beyond, &last]);
        let x = self.graph.node("Concat", &[&vectors, &beyond], &[("axis", A::Whole(2))]);
        let x = self.graph.node("Transpose", &[&x], &[("perm", A::Wholes(&[1, 0, 2]))]);
        let [mut w, mut r, mut b] = [const { Vec::<f32>::new() }; 3];
        for direction in ["", "_reverse"] {
            let part = |name: &str| self.weights.get(&format!("lstm.{name}_l0{direction}")).map_or(&[][..], |it| it.1);
            let (ih, hh) = (part("weight_ih"), part("weight_hh"));
            for gate in ORDER {
                for unit in gate * units..(gate + 1) * units {
                    w.extend(&ih[unit * embedding..(unit + 1) * embedding]);
                    w.push(if gate == 2 { 0.0 } else { SHUT });
                    r.extend(&hh[unit * units..(unit + 1) * units]);
                }
            }
            for name in ["bias_ih", "bias_hh"] {
                let bias = part(name);
                b.extend(ORDER.iter().flat_map(|gate| &bias[gate * units..(gate + 1) * units]));
            }
        }
        let w = self.graph.reals("lstm.w", &[2, 4 * units, embedding + 1], &w);
        let r = self.graph.reals("lstm.r", &[2, 4 * units, units], &r);
        let b = self.graph.reals("lstm.b", &[2, 8 * units], &b);
        let both = [("direction", A::Word("bidirectional")), ("hidden_size", A::Whole(units as i64))];
        // [tokens, directions, batch, units], and the last of each direction.
        let said = self.graph.nodes("LSTM", &[&x, &w, &r, &b], &both, 2);
        let forward = self.slice(&said[0], 1, 0, 1);
        let second = self.axes(&[1]);
        let forward = self.op("Squeeze", &[&forward, &second]);
        let forward = self.graph.node("Transpose", &[&forward], &[("perm", A::Wholes(&[1, 0, 2]))]);
        let at_last = self.last_token(mask);
        let forward = self.op("Mul", &[&forward, &at_last]);
        let forward = self.sum_over_tokens(&forward);
        let backward = self.slice(&said[1], 0, 1, 2);
        let first = self.axes(&[0]);
        let backward = self.op("Squeeze", &[&backward, &first]);
        let mut text = self.graph.node("Concat", &[&forward, &backward], &[("axis", A::Whole(1))]);
        for layer in 0..dense {
            let sums = self.gemm(&text, &format!("dense.{layer}"));
            text = self.op("Relu", &[&sums]);
        }
        self.gemm(&text, "head")
    }

    fn slice(&mut self, x: &str, axis: i64, from: i64, to: i64) -> String {
        let [from, to, axis] = [from, to, axis].map(|at| self.axes(&[at]));
        self.op("Slice", &[x, &from, &to, &axis])
    }

    /// 1 at each text's last token and 0 elsewhere, `[batch, tokens, 1]`: a token behind which none stands.
    fn last_token(&mut self, mask: &str) -> String {
        let pads = self.graph.wholes("pads", &[4], &[0, 0, 0, 1]);
        let longer = self.op("Pad", &[mask, &pads]);
        let next = self.slice(&longer, 1, 1, i64::MAX);
        let at_last = self.op("Sub", &[mask, &next]);
        let last = self.axes(&[2]);
        self.op("Unsqueeze", &[&at_last, &last])
    }

    fn sum_over_tokens(&mut self, x: &str) -> String {
        let tokens = self.axes(&[1]);
        self.graph.node("ReduceSum", &[x, &tokens], &[("keepdims", A::Whole(0))])
    }

    fn bert(&mut self, ids: &str, mask: &str, plan: &BertPlan) -> String {
        let words = self.parameter("bert.embeddings.word_embeddings.weight");
        let mut x = self.op("Gather", &[&words, ids]);
        let positions = self.parameter("bert.embeddings.position_embeddings.weight");
        let sizes = self.op("Shape", &[ids]);
        let length = self.slice(&sizes, 0, 1, 2);
        let [begin, first] = [self.axes(&[0]), self.axes(&[0])];
        let positions = self.op("Slice", &[&positions, &begin, &length, &first]);
        x = self.op("Add", &[&x, &positions]);
        let kinds = self.parameter("bert.embeddings.token_type_embeddings.weight");
        let types = self.graph.input("token_type_ids", Kind::Whole, &[Err("batch"), Err("length")]);
        let kinds = self.op("Gather", &[&kinds, &types]);
        x = self.op("Add", &[&x, &kinds]);
        x = self.norm(&x, "bert.embeddings.LayerNorm", plan);
        // What is beyond a text gets no attention.
        let (one, least, planes) = (self.real(1.0), self.real(-1e9), self.axes(&[1, 2]));
        let beyond = self.op("Sub", &[&one, mask]);
        let beyond = self.op("Mul", &[&beyond, &least]);
        let beyond = self.op("Unsqueeze", &[&beyond, &planes]);
        for layer in 0..plan.layers {
            x = self.bert_layer(&x, &beyond, &layer_name(layer), plan);
        }
        let mut text = match plan.pooling {
            Pooling::Cls => {
                let first = self.slice(&x, 1, 0, 1);
                let tokens = self.axes(&[1]);
                self.op("Squeeze", &[&first, &tokens])
            }
            Pooling::Mean => {
                let last = self.axes(&[2]);
                let each = self.op("Unsqueeze", &[mask, &last]);
                let counted = self.op("Mul", &[&x, &each]);
                let [sum, count] = [counted, each].map(|it| self.sum_over_tokens(&it));
                self.op("Div", &[&sum, &count])
            }
        };
        if plan.pooling == Pooling::Cls {
            text = self.gemm(&text, "bert.pooler.dense");
            text = self.op("Tanh", &[&text]);
        }
        self.gemm(&text, "classifier")
    }

    fn norm(&mut self, x: &str, name: &str, plan: &BertPlan) -> String {
        let [w, b] = ["weight", "bias"].map(|part| self.parameter(&format!("{name}.{part}")));
        let how = [("axis", A::Whole(-1)), ("epsilon", A::Real(plan.epsilon as f32))];
        self.graph.node("LayerNormalization", &[x, &w, &b], &how)
    }

    fn bert_layer(&mut self, x: &str, beyond: &str, name: &str, plan: &BertPlan) -> String {
        let size = plan.width / plan.heads;
        let apart = self.graph.wholes("heads", &[4], &[0, 0, plan.heads as i64, size as i64]);
        let [q, k, v] = ["query", "key", "value"].map(|part| {
            let said = self.dense(x, &format!("{name}.attention.self.{part}"));
            let said = self.op("Reshape", &[&said, &apart]);
            self.graph.node("Transpose", &[&said], &[("perm", A::Wholes(&[0, 2, 1, 3]))])
        });
        let k = self.graph.node("Transpose", &[&k], &[("perm", A::Wholes(&[0, 1, 3, 2]))]);
        let scores = self.op("MatMul", &[&q, &k]);
        let root = self.real((size as f32).sqrt());
        let scores = self.op("Div", &[&scores, &root]);
        let scores = self.op("Add", &[&scores, beyond]);
        let shares = self.graph.node("Softmax", &[&scores], &[("axis", A::Whole(-1))]);
        let seen = self.op("MatMul", &[&shares, &v]);
        let seen = self.graph.node("Transpose", &[&seen], &[("perm", A::Wholes(&[0, 2, 1, 3]))]);
        let together = self.graph.wholes("together", &[3], &[0, 0, plan.width as i64]);
        let seen = self.op("Reshape", &[&seen, &together]);
        let said = self.dense(&seen, &format!("{name}.attention.output.dense"));
        let x = self.op("Add", &[x, &said]);
        let x = self.norm(&x, &format!("{name}.attention.output.LayerNorm"), plan);
        let inner = self.dense(&x, &format!("{name}.intermediate.dense"));
        let inner = self.activation(&inner, plan.activation);
        let said = self.dense(&inner, &format!("{name}.output.dense"));
        let sum = self.op("Add", &[&x, &said]);
        self.norm(&sum, &format!("{name}.output.LayerNorm"), plan)
    }

    fn activation(&mut self, x: &str, activation: BertActivation) -> String {
        let (one, half) = (self.real(1.0), self.real(0.5));
        let share = match activation {
            BertActivation::Relu => return self.op("Relu", &[x]),
            BertActivation::Gelu => {
                let root = self.real(std::f32::consts::SQRT_2);
                let part = self.op("Div", &[x, &root]);
                self.op("Erf", &[&part])
            }
            BertActivation::GeluTanh => {
                let [cubic, root] = [0.044_715, (2.0 / std::f32::consts::PI).sqrt()].map(|it| self.real(it));
                let square = self.op("Mul", &[x, x]);
                let cube = self.op("Mul", &[&square, x]);
                let part = self.op("Mul", &[&cube, &cubic]);
                let sum = self.op("Add", &[x, &part]);
                let scaled = self.op("Mul", &[&sum, &root]);
                self.op("Tanh", &[&scaled])
            }
        };
        let sum = self.op("Add", &[&share, &one]);
        let part = self.op("Mul", &[x, &half]);
        self.op("Mul", &[&part, &sum])
    }
}
