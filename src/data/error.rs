//! What can be wrong with data: each error names the place, the problem and what is allowed.

use std::fmt;
use std::path::PathBuf;

/// Why data cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DataError {
    /// A file or folder that the system cannot read, or damaged compression.
    #[error("{}: cannot be read: {problem}", .file.display())]
    Read {
        /// The file or folder.
        file: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// A file of another format, or with another layout, than its place asks for.
    #[error("{}: {problem}; allowed: {allowed}", .file.display())]
    Format {
        /// The file.
        file: PathBuf,
        /// What was found.
        problem: String,
        /// What may stand there.
        allowed: String,
    },
    /// A folder that lacks files.
    #[error("{}: {problem}; allowed: {allowed}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What is missing or too much.
        problem: String,
        /// What the folder must hold.
        allowed: String,
    },
    /// A file that is shorter or longer than its header promises.
    #[error("{}: holds {found} bytes after its header, which promises {promised}", .file.display())]
    Length {
        /// The file.
        file: PathBuf,
        /// Bytes found (one more than promised stands for any surplus).
        found: u64,
        /// Bytes promised.
        promised: u64,
    },
    /// Images and labels of different numbers.
    #[error("{}: holds {images} images, but {} holds {labels} labels; the numbers must be equal", .images_file.display(), .labels_file.display())]
    Counts {
        /// The file of images.
        images_file: PathBuf,
        /// Images in it.
        images: usize,
        /// The file of labels.
        labels_file: PathBuf,
        /// Labels in it.
        labels: usize,
    },
    /// More than this program is ready to hold.
    #[error("{}: has {found} {what}; at most {limit} are allowed", .file.display())]
    TooLarge {
        /// The file or folder.
        file: PathBuf,
        /// What there is too much of, in the plural.
        what: &'static str,
        /// How many there are (at least).
        found: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A table without the label column that was asked for.
    #[error("{}, line {line}: there is no label column {column}; allowed: {allowed}", .file.display())]
    LabelColumn {
        /// The file.
        file: PathBuf,
        /// The first line.
        line: u64,
        /// The column as it was asked for.
        column: String,
        /// The columns there are.
        allowed: String,
    },
    /// Lines of a table that cannot be used.
    #[error("{}{}", listed(.lines, |line| format!("{}, {line}", .file.display())), and_more(*.more, "line"))]
    Lines {
        /// The file.
        file: PathBuf,
        /// The first of them.
        lines: Vec<BadLine>,
        /// How many there are beyond those.
        more: usize,
    },
    /// Images that cannot be used.
    #[error("{}{}", listed(.images, ToString::to_string), and_more(*.more, "file"))]
    Images {
        /// The first of them.
        images: Vec<BadImage>,
        /// How many there are beyond those.
        more: usize,
    },
    /// A source with a single class.
    #[error("{name}: {}; allowed: at least two classes", one_class(.classes))]
    OneClass {
        /// The data set.
        name: String,
        /// The classes there are.
        classes: Vec<String>,
    },
    /// Classes with too few rows for every part of the split.
    #[error("{name}: too few rows to split: {}; each class needs at least {needed}: one {}", rows_of(.classes), parts(*.needed))]
    FewRows {
        /// The data set.
        name: String,
        /// The classes, with their rows.
        classes: Vec<(String, usize)>,
        /// The rows that each class needs.
        needed: usize,
    },
    /// A class to omit that is not there.
    #[error("data.omit_classes: there is no class {}; allowed: {}", names(.unknown), names(.classes))]
    UnknownClass {
        /// The names that were given and are not there.
        unknown: Vec<String>,
        /// The names there are.
        classes: Vec<String>,
    },
    /// Every class is omitted.
    #[error("data.omit_classes: every class is omitted, so nothing is left to learn from; allowed: some but not all of {}", names(.classes))]
    AllOmitted {
        /// The names there are.
        classes: Vec<String>,
    },
    /// Label noise where there is no other class to take a label from.
    #[error(
        "data.label_noise: `{class}` is the only class left, so that no label can be replaced by another; allowed: 0, or fewer omitted classes"
    )]
    NoOtherClass {
        /// The class.
        class: String,
    },
}

impl DataError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "data-read",
            Self::Format { .. } => "data-format",
            Self::Folder { .. } => "data-folder",
            Self::Length { .. } => "data-length",
            Self::Counts { .. } => "data-counts",
            Self::TooLarge { .. } => "data-too-large",
            Self::LabelColumn { .. } => "data-label-column",
            Self::Lines { .. } => "data-lines",
            Self::Images { .. } => "data-images",
            Self::OneClass { .. } => "data-one-class",
            Self::FewRows { .. } => "data-few-rows",
            Self::UnknownClass { .. } => "data-unknown-class",
            Self::AllOmitted { .. } => "data-all-omitted",
            Self::NoOtherClass { .. } => "data-no-other-class",
        }
    }
}

/// A line of a table that cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub struct BadLine {
    /// Counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: LineProblem,
}

/// What is wrong with a line of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum LineProblem {
    /// Too few or too many fields.
    Ragged {
        /// Fields found.
        found: usize,
        /// Fields of the first line.
        expected: usize,
    },
    /// A field that is no finite number.
    NotANumber {
        /// The column: its name, or its position from 0.
        column: String,
        /// The field, shortened.
        text: String,
    },
    /// No label.
    NoLabel {
        /// The column: its name, or its position from 0.
        column: String,
    },
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        match &self.problem {
            LineProblem::Ragged { found, expected } => {
                write!(f, ": has {found} fields; allowed: {expected}, as in the first line")
            }
            LineProblem::NotANumber { column, text } => {
                write!(f, ", column {column}: `{text}` is not allowed; allowed: a finite number")
            }
            LineProblem::NoLabel { column } => {
                write!(f, ", column {column}: the label is empty; allowed: any other text")
            }
        }
    }
}

/// An image that cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub struct BadImage {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for BadImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; allowed: a PNG or JPEG image", self.file.display(), self.problem)
    }
}

/// How many faults of one kind are told one by one, and how many names a message lists.
pub(super) const LISTED: usize = 10;

fn listed<T>(faults: &[T], text: impl FnMut(&T) -> String) -> String {
    faults.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn and_more(count: usize, what: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!("\nand 1 more {what}"),
        _ => format!("\nand {count} more {what}s"),
    }
}

pub(super) fn names(names: &[String]) -> String {
    let told = names.iter().take(2 * LISTED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > 2 * LISTED { format!("{told} … ({} in all)", names.len()) } else { told }
}

fn rows_of(classes: &[(String, usize)]) -> String {
    let told: Vec<String> = classes.iter().map(|(name, rows)| format!("{name} ({rows})")).take(LISTED).collect();
    let rest = classes.len() - told.len();
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{rest}", told.join(", "))
}

fn parts(needed: usize) -> &'static str {
    if needed > 2 { "for training, one for validation, one for test" } else { "for training and one for validation" }
}

fn one_class(classes: &[String]) -> String {
    if classes.is_empty() { "holds no class".to_owned() } else { format!("{} is its only class", names(classes)) }
}
