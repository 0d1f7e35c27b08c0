//! Where a teacher comes from that is not trained here: a model, a file of logits, or people.

use std::path::PathBuf;

use super::BuiltinTeacher;
use super::architecture::name_of;

/// Where a finished model lies.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckpointSource {
    /// Part of the binary: `builtin:mnist-mini`.
    Builtin(BuiltinTeacher),
    /// A `.safetensors` file, a `.pt` file of PyTorch, or a folder with a model of texts.
    File(CheckpointFile),
    /// No model, but the people who voted on each row of the data.
    Votes,
    /// No model, but the logits that one gave elsewhere.
    Logits(LogitsFile),
    /// An ONNX graph, of which its answers are known and not its layers.
    Graph(GraphFile),
}

impl CheckpointSource {
    /// What a file is by its name: a table or a lone matrix holds logits, everything else a model.
    pub fn of_file(path: PathBuf) -> Self {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("npy" | "csv" | "tsv" | "parquet") => {
                Self::Logits(LogitsFile { path, key: RowKey::Order, classes: None, probabilities: false })
            }
            _ => Self::of_model(path.into()),
        }
    }

    /// A model by the name of its file: a graph where it ends in `.onnx`.
    pub fn of_model(file: CheckpointFile) -> Self {
        let is_graph = file.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("onnx"));
        if is_graph { Self::Graph(GraphFile { file, output: None, probabilities: false }) } else { Self::File(file) }
    }
}

/// An ONNX graph, and what it does not say of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphFile {
    /// Where it lies, and how its inputs and classes are those of the data.
    pub file: CheckpointFile,
    /// Which of its outputs are the logits; `None` takes `logits`, or the only one with a number for each class.
    pub output: Option<String>,
    /// Whether that output are probabilities, whose logarithms are logits; one that ends in a softmax says so itself.
    pub probabilities: bool,
}

/// A file of logits of the rows of the data, and what it does not say of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct LogitsFile {
    /// Where it lies.
    pub path: PathBuf,
    /// How its rows are those of the data.
    pub key: RowKey,
    /// The classes in the order of its columns, where it does not name them.
    pub classes: Option<Vec<String>>,
    /// Whether it holds probabilities, whose logarithms are logits.
    pub probabilities: bool,
}

impl LogitsFile {
    /// What it is called.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }
}

/// How rows of a file are rows of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowKey {
    /// By their order: the first is row 0 of the source.
    #[default]
    Order,
    /// By a column `id`, which holds row numbers of the source, from 0.
    Id,
    /// By a column `file`, which holds paths below the source's folder.
    File,
}

impl RowKey {
    /// Those that are columns, each by the name that a recipe and the column have.
    pub const NAMES: [(&'static str, Self); 2] = [("id", Self::Id), ("file", Self::File)];

    /// The name of its column; none of the order.
    pub fn column(self) -> Option<&'static str> {
        Self::NAMES.into_iter().find(|(_, key)| *key == self).map(|(name, _)| name)
    }
}

/// A model file, and what a file of another program does not say of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckpointFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The classes in the order of its logits; `None` takes the order of the data.
    pub classes: Option<Vec<String>>,
    /// The range that its pixels had; `None` takes [`PixelRange::Unit`].
    pub pixels: Option<PixelRange>,
    /// Subtracted from scaled pixels, or from a table's values: one number, or one for each channel or column.
    pub mean: Option<Vec<f64>>,
    /// What they are divided by after that, above 0; there where `mean` is.
    pub std: Option<Vec<f64>>,
}

impl CheckpointFile {
    /// What it is called.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }

    /// The first option that is given, by its key.
    pub fn first_option(&self) -> Option<&'static str> {
        let given = [
            ("classes", self.classes.is_some()),
            ("pixels", self.pixels.is_some()),
            ("mean", self.mean.is_some()),
            ("std", self.std.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(key, _)| key)
    }
}

impl From<PathBuf> for CheckpointFile {
    fn from(path: PathBuf) -> Self {
        Self { path, ..Self::default() }
    }
}

/// The range of pixels that a model was trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PixelRange {
    /// 0 to 1, as torchvision's `ToTensor` gives them.
    #[default]
    Unit,
    /// 0 to 255, as files have them.
    Byte,
    /// −1 to 1.
    Symmetric,
}

impl PixelRange {
    /// All of them, each with the name that a recipe uses.
    pub const NAMES: [(&'static str, Self); 3] =
        [("0-1", Self::Unit), ("0-255", Self::Byte), ("-1-1", Self::Symmetric)];
}
