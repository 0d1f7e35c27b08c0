//! The layers of a network, as a recipe asks for them; input and output sizes come from the data.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The layers of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Dense layers with `ReLU` between them.
    Mlp {
        /// Units of each hidden layer; may be empty (a linear model).
        hidden: Vec<usize>,
        /// Share of each hidden layer's outputs that is dropped in training.
        dropout: f64,
    },
    /// 3×3 convolutions with `ReLU` and 2×2 max-pooling, then dense layers.
    Cnn {
        /// Channels of each convolution.
        channels: Vec<usize>,
        /// Units of each dense hidden layer.
        dense: Vec<usize>,
        /// Share of each dense hidden layer's outputs that is dropped in training.
        dropout: f64,
    },
    /// A model of texts that begins with random weights.
    Text {
        /// Its layers.
        layers: TextLayers,
        /// Share of the text's vector (in a transformer: of each layer's outputs) that is dropped in training.
        dropout: f64,
        /// What its tokens are.
        tokens: TokensOf,
        /// Tokens of a text that are read, ≥ 1; the others are cut off.
        length: usize,
    },
    /// A pre-trained model of BERT's shape, in a folder as Hugging Face's `transformers` writes it.
    Bert {
        /// The folder.
        folder: PathBuf,
        /// How many of its layers are used, counted from the input; `None` uses all.
        layers: Option<usize>,
        /// What stands for the text; `None` asks the folder.
        pooling: Option<Pooling>,
        /// What keeps its weights.
        frozen: Frozen,
        /// Share of outputs that is dropped in training; `None` asks the folder.
        dropout: Option<f64>,
        /// Tokens of a text that are read, with those that the model adds; the others are cut off.
        length: usize,
    },
    /// The teacher's own network with its weights, for a student whose teacher is of BERT's shape.
    OfTeacher {
        /// How many of its layers are used, counted from the input; `None` uses all.
        layers: Option<usize>,
        /// With it, each layer but the last has a branch that may answer for the whole, and a text leaves at the first whose
        /// uncertainty, its entropy over that of equal probabilities, is below this (`FastBERT`, Liu et al. 2020).
        speed: Option<f64>,
        /// Share of outputs that is dropped in training; `None` takes the teacher's.
        dropout: Option<f64>,
    },
}

/// The layers of a model of texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextLayers {
    /// Convolutions over windows of tokens, the largest answer of each over the text (Kim 2014).
    TextCnn {
        /// Tokens of each kind of window.
        windows: Vec<usize>,
        /// Convolutions of each kind.
        maps: usize,
        /// Numbers that stand for a token.
        embedding: usize,
    },
    /// One LSTM in each direction, the last state of both, then dense layers.
    BiLstm {
        /// Units of each direction.
        units: usize,
        /// Units of each dense hidden layer.
        dense: Vec<usize>,
        /// Numbers that stand for a token.
        embedding: usize,
    },
    /// BERT's layers in small.
    Transformer {
        /// Layers.
        layers: usize,
        /// Numbers that stand for a token throughout.
        width: usize,
        /// Heads of attention; `width` is a multiple of it.
        heads: usize,
        /// Units between two layers.
        inner: usize,
    },
}

/// What the tokens of a model are that begins with random weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokensOf {
    /// Words, and single Chinese characters, that stand twice or more in the texts it may learn from.
    #[default]
    Words,
    /// The teacher's, those that stand in these texts.
    Teacher,
}

impl TokensOf {
    /// The words of a recipe.
    pub const NAMES: [(&'static str, Self); 2] = [("words", Self::Words), ("teacher", Self::Teacher)];
}

/// What stands for a text after the last layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The mean over its tokens.
    Mean,
    /// The first token, through a dense layer with tanh.
    Cls,
}

impl Pooling {
    /// The words of a recipe.
    pub const NAMES: [(&'static str, Self); 2] = [("mean", Self::Mean), ("cls", Self::Cls)];
}

/// Which weights of a pre-trained model are kept as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frozen {
    /// None.
    #[default]
    Nothing,
    /// The embeddings, and so many layers from the input on.
    UpTo(usize),
}

/// What a recipe says for all layers of the teacher.
pub(super) const ALL_LAYERS: &str = "all";

/// Tokens of a text that are read, unless a recipe says something else.
pub const LENGTH: usize = 256;

impl Architecture {
    /// A `TextCNN` of words, of windows of 3, 4 and 5 (Kim 2014).
    pub fn text_cnn(maps: usize) -> Self {
        let layers = TextLayers::TextCnn { windows: vec![3, 4, 5], maps, embedding: 128 };
        Self::Text { layers, dropout: 0.5, tokens: TokensOf::Words, length: LENGTH }
    }

    /// A `BiLSTM` of words (Tang et al. 2019).
    pub fn bilstm(units: usize, dense: &[usize]) -> Self {
        let layers = TextLayers::BiLstm { units, dense: dense.to_vec(), embedding: 128 };
        Self::Text { layers, dropout: 0.1, tokens: TokensOf::Words, length: LENGTH }
    }

    /// A small transformer of words.
    pub fn transformer(layers: usize, width: usize) -> Self {
        let layers = TextLayers::Transformer { layers, width, heads: 2, inner: 4 * width };
        Self::Text { layers, dropout: 0.1, tokens: TokensOf::Words, length: LENGTH }
    }

    /// Whether it reads texts.
    pub fn reads_text(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::Bert { .. } | Self::OfTeacher { .. })
    }

    /// Share of outputs that is dropped in training; 0 for a folder's own.
    pub fn dropout(&self) -> f64 {
        match self {
            Self::Mlp { dropout, .. } | Self::Cnn { dropout, .. } | Self::Text { dropout, .. } => *dropout,
            Self::Bert { dropout, .. } | Self::OfTeacher { dropout, .. } => dropout.unwrap_or(0.0),
        }
    }

    /// Whether what it is depends on the teacher: it is made of its layers, or reads its tokens.
    pub fn depends_on_teacher(&self) -> bool {
        self.is_of_teacher() || matches!(self, Self::Text { tokens: TokensOf::Teacher, .. })
    }

    /// Whether it is the teacher's own network.
    pub fn is_of_teacher(&self) -> bool {
        matches!(self, Self::OfTeacher { .. })
    }

    /// The speed at which its layers answer before the last, where they do.
    pub fn speed(&self) -> Option<f64> {
        match self {
            Self::OfTeacher { speed, .. } => *speed,
            Self::Mlp { .. } | Self::Cnn { .. } | Self::Text { .. } | Self::Bert { .. } => None,
        }
    }

    /// Whether its layers may answer before the last.
    pub fn has_exits(&self) -> bool {
        self.speed().is_some()
    }

    /// The same layers with another dropout.
    pub fn with_dropout(mut self, rate: f64) -> Self {
        match &mut self {
            Self::Mlp { dropout, .. } | Self::Cnn { dropout, .. } | Self::Text { dropout, .. } => *dropout = rate,
            Self::Bert { dropout, .. } | Self::OfTeacher { dropout, .. } => *dropout = Some(rate),
        }
        self
    }

    /// The folder of a pre-trained model, to be changed.
    pub(super) fn folder_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Bert { folder, .. } => Some(folder),
            Self::Mlp { .. } | Self::Cnn { .. } | Self::Text { .. } | Self::OfTeacher { .. } => None,
        }
    }
}

/// The last name of a path.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

impl fmt::Display for Architecture {
    /// `MLP 64–64`, `CNN 8–16 · 64`, `TextCNN 3–4–5 × 100`, `BiLSTM 150 · 200`, `Transformer 2 × 128`, `MiniLM · 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = |list: &[usize]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join("–");
        match self {
            Self::Mlp { hidden, .. } if hidden.is_empty() => f.write_str("linear"),
            Self::Mlp { hidden, .. } => write!(f, "MLP {}", widths(hidden)),
            Self::Cnn { channels, dense, .. } if dense.is_empty() => write!(f, "CNN {}", widths(channels)),
            Self::Cnn { channels, dense, .. } => write!(f, "CNN {} · {}", widths(channels), widths(dense)),
            Self::Text { layers, .. } => match layers {
                TextLayers::TextCnn { windows, maps, .. } => write!(f, "TextCNN {} × {maps}", widths(windows)),
                TextLayers::BiLstm { units, dense, .. } if dense.is_empty() => write!(f, "BiLSTM {units}"),
                TextLayers::BiLstm { units, dense, .. } => write!(f, "BiLSTM {units} · {}", widths(dense)),
                TextLayers::Transformer { layers, width, .. } => write!(f, "Transformer {layers} × {width}"),
            },
            Self::Bert { folder, layers: None, .. } => f.write_str(&name_of(folder)),
            Self::Bert { folder, layers: Some(layers), .. } => write!(f, "{} · {layers}", name_of(folder)),
            Self::OfTeacher { layers, speed, .. } => {
                f.write_str("teacher")?;
                layers.map_or(Ok(()), |layers| write!(f, " · {layers}"))?;
                f.write_str(if speed.is_some() { " + exits" } else { "" })
            }
        }
    }
}
