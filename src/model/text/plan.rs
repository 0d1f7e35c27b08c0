//! The layers of a model of texts, with the names that PyTorch and Hugging Face give their parameters.

use serde::{Deserialize, Serialize};

use super::super::parameter::{Initial, InnerLayer, ParameterSpec};
use crate::recipe::{Frozen, Pooling, TextLayers};

/// The layers of a model of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextPlan {
    /// Embeddings, convolutions over windows of tokens with ReLU, the largest over the text, dropout, a dense layer (Kim 2014).
    TextCnn {
        /// Tokens that it knows.
        vocabulary: usize,
        /// Numbers that stand for a token.
        embedding: usize,
        /// Tokens of each kind of window.
        windows: Vec<usize>,
        /// Convolutions of each kind.
        maps: usize,
        /// Share of the text's vector that is dropped in training.
        dropout: f64,
    },
    /// Embeddings, an LSTM in each direction, the last states of both, dense layers with ReLU and dropout, a dense layer
    /// (Tang et al. 2019).
    BiLstm {
        /// Tokens that it knows.
        vocabulary: usize,
        /// Numbers that stand for a token.
        embedding: usize,
        /// Units of each direction.
        units: usize,
        /// Units of each dense hidden layer.
        dense: Vec<usize>,
        /// Share of each hidden layer's outputs that is dropped in training.
        dropout: f64,
    },
    /// BERT (Devlin et al. 2019) with one dense layer on the text's vector.
    Bert(BertPlan),
}

/// The sizes of a model of BERT's shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BertPlan {
    /// Tokens that it knows.
    pub vocabulary: usize,
    /// Numbers that stand for a token.
    pub width: usize,
    /// Layers.
    pub layers: usize,
    /// Heads of attention of each; `width` is a multiple of it.
    pub heads: usize,
    /// Units of the dense layer between two layers.
    pub inner: usize,
    /// Tokens of the longest text.
    pub positions: usize,
    /// Kinds of texts: the first and the second of a pair.
    pub kinds: usize,
    /// What is added to the variance in its norms.
    pub epsilon: f64,
    /// What follows the dense layer between two layers.
    pub activation: BertActivation,
    /// Share of outputs, and of the text's vector, that is dropped in training.
    pub dropout: f64,
    /// Share of attention that is dropped in training.
    pub attention_dropout: f64,
    /// What stands for the text.
    pub pooling: Pooling,
    /// What keeps its weights.
    pub frozen: Frozen,
    /// Where it may answer before the last layer; none where it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exits: Option<ExitPlan>,
}

/// The branches that answer after each layer but the last (`FastBERT`, Liu et al. 2020).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExitPlan {
    /// Numbers that stand for a token within a branch.
    pub width: usize,
    /// Heads of its attention; `width` is a multiple of it.
    pub heads: usize,
    /// A text leaves at the first layer whose uncertainty is below this.
    pub speed: f64,
}

impl ExitPlan {
    /// Branches of the authors' size, 128; of a network of so few numbers that these would cost more than its layers, half as wide as it.
    pub fn new(speed: f64, width: usize) -> Self {
        let heads = 2;
        Self { width: 128.min((width / 2).next_multiple_of(heads)).max(heads), heads, speed }
    }
}

/// Layers of a model of BERT's shape at most: their tensors are listed before anything is held against a file that may lie.
pub const MOST_LAYERS: usize = 1000;

/// Tensors of a branch.
pub const OF_EXIT: usize = 14;

/// What follows the dense layer between two layers of BERT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BertActivation {
    /// x · Φ(x).
    Gelu,
    /// The same with tanh in place of the error function.
    GeluTanh,
    /// max(x, 0).
    Relu,
}

/// Standard deviation of the numbers that stand for a token before training: with PyTorch's 1 a small set of texts is not learnt in
/// ten epochs.
const EMBEDDING_SPREAD: f64 = 0.1;

/// Numbers that a transformer begins with have this standard deviation, as BERT's.
const BERT_SPREAD: f64 = 0.02;

impl TextPlan {
    /// The layers that a recipe asks for, for so many tokens. A transformer has room for texts of `length` tokens.
    pub fn new(layers: &TextLayers, dropout: f64, vocabulary: usize, length: usize) -> Self {
        match layers {
            TextLayers::TextCnn { windows, maps, embedding } => {
                Self::TextCnn { vocabulary, embedding: *embedding, windows: windows.clone(), maps: *maps, dropout }
            }
            TextLayers::BiLstm { units, dense, embedding } => {
                Self::BiLstm { vocabulary, embedding: *embedding, units: *units, dense: dense.clone(), dropout }
            }
            TextLayers::Transformer { layers, width, heads, inner } => Self::Bert(BertPlan {
                vocabulary,
                width: *width,
                layers: *layers,
                heads: *heads,
                inner: *inner,
                positions: length,
                kinds: 2,
                epsilon: 1e-12,
                activation: BertActivation::Gelu,
                dropout,
                attention_dropout: dropout,
                pooling: Pooling::Cls,
                frozen: Frozen::Nothing,
                exits: None,
            }),
        }
    }

    /// Sizes of which a product may be formed, each of which must be above 0.
    pub fn sizes(&self) -> Vec<usize> {
        match self {
            Self::TextCnn { vocabulary, embedding, windows, maps, .. } => {
                [&[*vocabulary, *embedding, *maps, windows.len()], windows.as_slice()].concat()
            }
            Self::BiLstm { vocabulary, embedding, units, dense, .. } => {
                [&[*vocabulary, *embedding, *units], dense.as_slice()].concat()
            }
            Self::Bert(bert) => {
                let exits = bert.exits.iter().flat_map(|exits| [exits.width, exits.heads]);
                [bert.vocabulary, bert.width, bert.layers, bert.heads, bert.inner, bert.positions, bert.kinds]
                    .into_iter()
                    .chain(exits)
                    .collect()
            }
        }
    }

    /// Tokens that it has vectors for.
    pub fn vocabulary(&self) -> usize {
        match self {
            Self::TextCnn { vocabulary, .. } | Self::BiLstm { vocabulary, .. } => *vocabulary,
            Self::Bert(bert) => bert.vocabulary,
        }
    }

    /// Numbers that a step of training keeps for each token, about.
    pub fn outputs(&self) -> usize {
        match self {
            Self::TextCnn { embedding, windows, maps, .. } => embedding + windows.iter().sum::<usize>() * maps,
            Self::BiLstm { embedding, units, .. } => embedding + 20 * units,
            Self::Bert(bert) => bert.layers * (9 * bert.width + 2 * bert.inner),
        }
    }

    /// Shares that are dropped.
    pub fn dropouts(&self) -> Vec<f64> {
        match self {
            Self::TextCnn { dropout, .. } | Self::BiLstm { dropout, .. } => vec![*dropout],
            Self::Bert(bert) => vec![bert.dropout, bert.attention_dropout],
        }
    }

    /// The trainable tensors, in the order in which a pass uses them.
    pub fn parameters(&self, classes: usize) -> Vec<ParameterSpec> {
        match self {
            Self::TextCnn { vocabulary, embedding, windows, maps, .. } => {
                let mut all = vec![table("embedding.weight", *vocabulary, *embedding, EMBEDDING_SPREAD)];
                for (i, window) in windows.iter().enumerate() {
                    all.extend(ParameterSpec::pair(&format!("convs.{i}"), vec![*maps, *embedding, *window]));
                }
                all.extend(ParameterSpec::pair("head", vec![classes, windows.len() * maps]));
                all
            }
            Self::BiLstm { vocabulary, embedding, units, dense, .. } => {
                let mut all = vec![table("embedding.weight", *vocabulary, *embedding, EMBEDDING_SPREAD)];
                let initial = Initial::Uniform(1.0 / (*units as f64).sqrt());
                for direction in ["", "_reverse"] {
                    let named = |name: &str, shape: Vec<usize>, decays: bool| {
                        ParameterSpec::new(format!("lstm.{name}_l0{direction}"), shape, initial, decays)
                    };
                    all.push(named("weight_ih", vec![4 * units, *embedding], true));
                    all.push(named("weight_hh", vec![4 * units, *units], true));
                    all.push(named("bias_ih", vec![4 * units], false));
                    all.push(named("bias_hh", vec![4 * units], false));
                }
                let mut width = 2 * units;
                for (i, output) in dense.iter().enumerate() {
                    all.extend(ParameterSpec::pair(&format!("dense.{i}"), vec![*output, width]));
                    width = *output;
                }
                all.extend(ParameterSpec::pair("head", vec![classes, width]));
                all
            }
            Self::Bert(bert) => bert.parameters(classes),
        }
    }

    /// What can be looked at between the tokens and the logits, each with the shape of what it gives for one text.
    pub fn inner_layers(&self) -> Vec<InnerLayer> {
        let layer = |name: String, width: usize| InnerLayer { name, shape: vec![width] };
        match self {
            Self::TextCnn { windows, maps, .. } => vec![layer("convs".to_owned(), windows.len() * maps)],
            Self::BiLstm { units, dense, .. } => {
                let dense = dense.iter().enumerate().map(|(i, width)| layer(format!("dense.{i}"), *width));
                std::iter::once(layer("lstm".to_owned(), 2 * units)).chain(dense).collect()
            }
            Self::Bert(bert) => (0..bert.layers).map(|i| layer(layer_name(i), bert.width)).collect(),
        }
    }
}

/// The name of a layer among the parameters, counted from 0.
pub fn layer_name(layer: usize) -> String {
    format!("bert.encoder.layer.{layer}")
}

impl BertPlan {
    /// The trainable tensors, embeddings first, under the names of `BertForSequenceClassification`.
    fn parameters(&self, classes: usize) -> Vec<ParameterSpec> {
        let Self { vocabulary, width, layers, inner, positions, kinds, .. } = *self;
        let frozen = match self.frozen {
            Frozen::Nothing => None,
            Frozen::UpTo(layers) => Some(layers),
        };
        let norm = |name: &str| {
            let constant = |which: &str, value| {
                ParameterSpec::new(format!("{name}.{which}"), vec![width], Initial::Constant(value), false)
            };
            [constant("weight", 1.0), constant("bias", 0.0)]
        };
        let dense = |name: &str, output: usize, input: usize| {
            let normal = Initial::Normal(BERT_SPREAD);
            let weight = ParameterSpec::new(format!("{name}.weight"), vec![output, input], normal, true);
            [weight, ParameterSpec::new(format!("{name}.bias"), vec![output], Initial::Constant(0.0), false)]
        };
        let mut all: Vec<ParameterSpec> = [("word", vocabulary), ("position", positions), ("token_type", kinds)]
            .map(|(what, rows)| table(&format!("bert.embeddings.{what}_embeddings.weight"), rows, width, BERT_SPREAD))
            .into();
        all.extend(norm("bert.embeddings.LayerNorm"));
        if frozen.is_some() {
            for spec in &mut all {
                spec.frozen = true;
            }
        }
        for layer in 0..layers {
            let name = layer_name(layer);
            let start = all.len();
            for part in ["self.query", "self.key", "self.value", "output.dense"] {
                all.extend(dense(&format!("{name}.attention.{part}"), width, width));
            }
            all.extend(norm(&format!("{name}.attention.output.LayerNorm")));
            all.extend(dense(&format!("{name}.intermediate.dense"), inner, width));
            all.extend(dense(&format!("{name}.output.dense"), width, inner));
            all.extend(norm(&format!("{name}.output.LayerNorm")));
            if frozen.is_some_and(|frozen| layer < frozen) {
                for spec in &mut all[start..] {
                    spec.frozen = true;
                }
            }
        }
        if self.pooling == Pooling::Cls {
            all.extend(dense("bert.pooler.dense", width, width));
        }
        all.extend(dense("classifier", classes, width));
        for exit in 0..self.exits() {
            let units = self.exits.map_or(0, |exits| exits.width);
            let name = exit_name(exit);
            all.extend(ParameterSpec::pair(&format!("{name}.input"), vec![units, width]));
            for part in ["query", "key", "value", "output", "dense"] {
                all.extend(ParameterSpec::pair(&format!("{name}.{part}"), vec![units, units]));
            }
            all.extend(ParameterSpec::pair(&format!("{name}.classifier"), vec![classes, units]));
        }
        all
    }

    /// How many branches it has.
    pub fn exits(&self) -> usize {
        self.exits.map_or(0, |_| self.layers.saturating_sub(1))
    }

    /// Floating-point operations up to the last answer, as [`BertPlan::costs`] has them, of the network without branches.
    pub fn whole_cost(&self, classes: usize) -> [f64; 3] {
        Self { exits: None, ..self.clone() }.costs(classes).last().copied().unwrap_or_default()
    }

    /// Floating-point operations up to each answer, the last layer's at the end, of a text of L tokens: `[a, b, c]` for a + b · L + c · L².
    /// Multiplications and additions of dense layers and of attention count, Q · Kᵀ and A · V among them; embeddings, norms and
    /// activations do not. Branches that were passed are paid for.
    pub fn costs(&self, classes: usize) -> Vec<[f64; 3]> {
        let Self { width, inner, .. } = *self;
        let [width, inner, classes] = [width, inner, classes].map(|number| number as f64);
        let units = self.exits.map_or(0.0, |exits| exits.width as f64);
        let mut sum = [0.0; 3];
        let mut add = |part: [f64; 3]| {
            for (sum, part) in sum.iter_mut().zip(part) {
                *sum += 2.0 * part;
            }
            sum
        };
        let pooler = if self.pooling == Pooling::Cls { width * width } else { 0.0 };
        (0..self.layers)
            .map(|layer| {
                let own = add([0.0, 4.0 * width * width + 2.0 * width * inner, 2.0 * width]);
                if layer < self.exits() {
                    let answer = units * units + units * classes;
                    add([answer, width * units + 4.0 * units * units, 2.0 * units])
                } else if layer + 1 == self.layers {
                    add([pooler + width * classes, 0.0, 0.0])
                } else {
                    own
                }
            })
            .collect()
    }
}

/// The name of a branch among the parameters, counted from 0.
pub fn exit_name(exit: usize) -> String {
    format!("exits.{exit}")
}

/// A table of vectors.
fn table(name: &str, rows: usize, width: usize, spread: f64) -> ParameterSpec {
    ParameterSpec::new(name.to_owned(), vec![rows, width], Initial::Normal(spread), true)
}
