//! Where examples come from, and each guess about them that a recipe can settle: class column, texts, columns left out, encoding,
//! delimiter, pixels.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::architecture::{Architecture, name_of};

/// Where examples come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Part of the binary.
    Builtin(Builtin),
    /// A folder of IDX or IDX.gz files.
    Idx {
        /// The folder.
        path: PathBuf,
        /// Which data set, where the folder holds several: `emnist-letters`, or a part of the files' names.
        name: Option<String>,
    },
    /// A table: CSV, TSV and their relatives, ARFF or Parquet, packed or not; or `NumPy`'s arrays.
    Table(TableSource),
    /// A folder with one subfolder of pictures a class.
    Images(ImageSource),
    /// A folder with one subfolder of texts, or one file with a text a line, a class.
    Texts(TextSource),
}

/// A table and what is known about it. What is left open is found out, and said.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSource {
    /// The file.
    pub path: PathBuf,
    /// A file whose rows are the validation part.
    pub validation: Option<PathBuf>,
    /// A file whose rows are the test part.
    pub test: Option<PathBuf>,
    /// Which column holds the class; `None` looks for one that is called so, then takes the last.
    pub label: Option<ColumnRef>,
    /// Which column holds the text of a row; `None` finds out whether the table is one of texts.
    pub text: Option<ColumnRef>,
    /// Which column holds the second text, of pairs; only beside `text`.
    pub text_b: Option<ColumnRef>,
    /// Whether the first line names the columns; `None` finds out.
    pub header: Option<bool>,
    /// Columns that are not read.
    pub ignore: Vec<ColumnRef>,
    /// Columns that are read although they look like row numbers, names or dates.
    pub keep: KeptColumns,
    /// How the text is encoded, by a name that the web knows (`gbk`, `shift_jis`, `windows-1252`); `None` takes UTF-8, or what
    /// the byte-order mark says.
    pub encoding: Option<String>,
    /// What stands between two fields; a blank stands for any number of blanks. `None` finds out.
    pub delimiter: Option<char>,
    /// Whether `0,66` is a number; `None` finds out.
    pub decimal_comma: Option<bool>,
    /// Whether the columns are the pixels of pictures; `None` finds out.
    pub pixels: Option<Pixels>,
    /// How numbers become what a network sees.
    pub normalise: Normalise,
    /// Pictures inside a table are resized to `size` × `size` pixels.
    pub size: usize,
    /// Grey or colour, for pictures inside a table.
    pub colour: Colour,
    /// Whether it is read as version 0.1 did, for jobs and models of that version; never written.
    pub as_first_read: bool,
}

impl TableSource {
    /// A table of which nothing more is known than where it lies.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            validation: None,
            test: None,
            label: None,
            text: None,
            text_b: None,
            header: None,
            ignore: Vec::new(),
            keep: KeptColumns::default(),
            encoding: None,
            delimiter: None,
            decimal_comma: None,
            pixels: None,
            normalise: Normalise::Standard,
            size: DEFAULT_SIDE,
            colour: Colour::Grey,
            as_first_read: false,
        }
    }

    /// Its files: the table's own, then those of the validation and the test part.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        [Some(&self.path), self.validation.as_ref(), self.test.as_ref()].into_iter().flatten()
    }

    /// The reading that version 0.1 gave to a table: the last column is the class unless one is named, every other column is
    /// a number that is standardised. Jobs that began with it resume with it.
    pub fn as_first_read(mut self) -> Self {
        self.label = self.label.or(Some(ColumnRef::Position(-1)));
        self.keep = KeptColumns::All;
        self.pixels = self.pixels.or(Some(Pixels::None));
        self.as_first_read = true;
        self
    }
}

/// Side of the pictures of a folder, unless the recipe says something else.
pub const DEFAULT_SIDE: usize = 28;

/// A folder of pictures and how they are read.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageSource {
    /// The folder.
    pub path: PathBuf,
    /// Pictures are resized to `size` × `size` pixels.
    pub size: usize,
    /// Grey or colour.
    pub colour: Colour,
    /// What transparent pixels are laid on; `None` takes what shows the pictures.
    pub ground: Option<Ground>,
    /// Mean of each channel after scaling to 0…1, which is subtracted; empty for none.
    pub mean: Vec<f64>,
    /// Standard deviation of each channel after scaling to 0…1, by which is divided; empty for none.
    pub std: Vec<f64>,
}

impl ImageSource {
    /// A folder of which nothing more is known than where it lies.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            size: DEFAULT_SIDE,
            colour: Colour::Grey,
            ground: None,
            mean: Vec::new(),
            std: Vec::new(),
        }
    }
}

/// A folder of texts and how they are read.
#[derive(Clone, Debug, PartialEq)]
pub struct TextSource {
    /// The folder.
    pub path: PathBuf,
    /// How the files are encoded, as [`TableSource::encoding`] says it; `None` takes UTF-8, or what the byte-order mark says.
    pub encoding: Option<String>,
}

impl TextSource {
    /// A folder of which nothing more is known than where it lies.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), encoding: None }
    }
}

/// Mean of `ImageNet`'s training pictures, red, green, blue, as torchvision gives it.
pub const IMAGENET_MEAN: [f64; 3] = [0.485, 0.456, 0.406];
/// Standard deviation of `ImageNet`'s training pictures, as torchvision gives it.
pub const IMAGENET_STD: [f64; 3] = [0.229, 0.224, 0.225];

impl Source {
    /// What the data are called: the name of the set, the file or the folder.
    pub fn name(&self) -> String {
        match self {
            Self::Builtin(builtin) => builtin.name().to_owned(),
            Self::Idx { path, .. }
            | Self::Table(TableSource { path, .. })
            | Self::Images(ImageSource { path, .. })
            | Self::Texts(TextSource { path, .. }) => name_of(path),
        }
    }

    /// The file or folder that was named first; `None` for what is built in.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Builtin(_) => None,
            Self::Idx { path, .. } => Some(path),
            Self::Table(table) => Some(&table.path),
            Self::Images(images) => Some(&images.path),
            Self::Texts(texts) => Some(&texts.path),
        }
    }

    /// Every path in it, to be changed.
    pub(super) fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Builtin(_) => Vec::new(),
            Self::Idx { path, .. } => vec![path],
            Self::Table(TableSource { path, validation, test, .. }) => {
                [path].into_iter().chain(validation.iter_mut()).chain(test.iter_mut()).collect()
            }
            Self::Images(images) => vec![&mut images.path],
            Self::Texts(texts) => vec![&mut texts.path],
        }
    }

    /// Whether its examples are texts, as far as its name tells: a table may hold texts that nobody has named.
    pub fn is_of_texts(&self) -> bool {
        match self {
            Self::Texts(_) | Self::Builtin(Builtin::MovieSnippets) => true,
            Self::Table(table) => table.text.is_some(),
            Self::Idx { .. } | Self::Images(_) | Self::Builtin(Builtin::Digits | Builtin::MnistMini) => false,
        }
    }

    /// Whether a model can look at its examples, as far as its name tells.
    pub fn suits(&self, model: &Architecture) -> bool {
        let has_pixels = !matches!(self, Self::Table(_)) && !self.is_of_texts();
        match model {
            Architecture::Mlp { .. } => !self.is_of_texts(),
            Architecture::Cnn { .. } => has_pixels,
            Architecture::Text { .. } | Architecture::Bert { .. } | Architecture::OfTeacher { .. } => {
                self.is_of_texts()
            }
        }
    }

    /// A model to begin with: of numbers one of two layers of so many units, of texts a small one, or where more units are asked for a
    /// larger one.
    pub fn usual_model(&self, units: usize) -> Architecture {
        if !self.is_of_texts() {
            return Architecture::Mlp { hidden: vec![units, units], dropout: 0.0 };
        }
        if units > 128 { Architecture::bilstm(150, &[200]) } else { Architecture::text_cnn(100) }
    }

    /// The reading that version 0.1 gave to it.
    pub fn as_first_read(self) -> Self {
        match self {
            Self::Table(table) => Self::Table(table.as_first_read()),
            other => other,
        }
    }
}

/// Data sets that are part of the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Builtin {
    /// 1,797 digits of 8×8 pixels.
    Digits,
    /// 4,000 + 1,000 digits of 28×28 pixels.
    MnistMini,
    /// 10,072 snippets of film reviews, each with what some twenty people thought of it.
    MovieSnippets,
}

impl Builtin {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::MnistMini, Self::Digits, Self::MovieSnippets];

    /// The name a recipe uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::MnistMini => "mnist-mini",
            Self::MovieSnippets => "movie-snippets",
        }
    }

    /// The teacher that is trained on it and part of the binary too.
    pub fn teacher(self) -> Option<BuiltinTeacher> {
        BuiltinTeacher::ALL.into_iter().find(|teacher| teacher.data() == self)
    }
}

/// Teachers that are part of the binary, each called by the data set that it is trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuiltinTeacher {
    /// Trained on [`Builtin::Digits`].
    Digits,
    /// Trained on [`Builtin::MnistMini`].
    MnistMini,
    /// Trained on a tenth of [`Builtin::MovieSnippets`]: a pre-trained model, of which only what it says of these rows is there.
    MovieSnippets,
}

impl BuiltinTeacher {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::MnistMini, Self::Digits, Self::MovieSnippets];

    /// The data set that it is trained on.
    pub fn data(self) -> Builtin {
        match self {
            Self::Digits => Builtin::Digits,
            Self::MnistMini => Builtin::MnistMini,
            Self::MovieSnippets => Builtin::MovieSnippets,
        }
    }

    /// The name a recipe uses, behind `builtin:`.
    pub fn name(self) -> &'static str {
        self.data().name()
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnRef {
    /// By its name in the header.
    Name(String),
    /// By its position; negative counts from the end, so −1 is the last.
    Position(i64),
}

/// Columns that are read whatever they look like.
#[derive(Clone, Debug, PartialEq)]
pub enum KeptColumns {
    /// These.
    These(Vec<ColumnRef>),
    /// All of them.
    All,
}

impl Default for KeptColumns {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

/// Whether the columns of a table are pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// They are features.
    None,
    /// They are, plane by plane and line by line.
    Shape {
        /// 1 (grey) or 3 (red, green, blue).
        channels: usize,
        /// Pixels from top to bottom.
        height: usize,
        /// Pixels from left to right.
        width: usize,
    },
}

/// How the numbers of a table become what a network sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalise {
    /// Mean 0 and standard deviation 1 over the training rows, each column for itself; pixels become 0…1.
    #[default]
    Standard,
    /// As they are.
    None,
}

/// How the pixels of an image folder are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One channel.
    Grey,
    /// Three channels.
    Rgb,
}

impl Colour {
    /// 1 or 3.
    pub fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// What transparent pixels are laid on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// 255 in every channel.
    White,
    /// 0 in every channel.
    Black,
}
