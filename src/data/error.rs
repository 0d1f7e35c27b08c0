//! What can be wrong with data: each error names the place, the problem and what is allowed.

use std::path::{Path, PathBuf};

use super::findings::first_of;
use super::names::shown_path;
use crate::text::{Between, Phrase, phrase, prints_its_phrase};

/// Why data cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DataError {
    /// A file or folder that the system cannot read, or damaged compression.
    Read {
        /// The file or folder.
        file: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// A file of another format, or with another layout, than its place asks for.
    Format {
        /// The file.
        file: PathBuf,
        /// What was found.
        problem: Phrase,
        /// What may stand there.
        allowed: Phrase,
    },
    /// A folder that lacks files.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What is missing or too much.
        problem: Phrase,
        /// What the folder must hold.
        allowed: Phrase,
    },
    /// A file that is shorter or longer than its header promises.
    Length {
        /// The file.
        file: PathBuf,
        /// Bytes found (one more than promised stands for any surplus).
        found: u64,
        /// Bytes promised.
        promised: u64,
    },
    /// Images and labels of different numbers.
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
    TooLarge {
        /// The file or folder.
        file: PathBuf,
        /// What there is too much of.
        what: Much,
        /// How many there are (at least).
        found: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A table without the label column that was asked for.
    LabelColumn {
        /// The file.
        file: PathBuf,
        /// The first line.
        line: u64,
        /// The column as it was asked for.
        column: Phrase,
        /// The columns there are.
        allowed: Phrase,
    },
    /// Lines of a table that cannot be used.
    Lines {
        /// The file.
        file: PathBuf,
        /// The first of them.
        lines: Vec<BadLine>,
        /// How many there are beyond those.
        more: usize,
    },
    /// Images that cannot be used.
    Images {
        /// The first of them.
        images: Vec<BadImage>,
        /// How many there are beyond those.
        more: usize,
    },
    /// A source with a single class.
    OneClass {
        /// The data set.
        name: String,
        /// The classes there are.
        classes: Vec<String>,
    },
    /// Classes with too few rows for every part of the split.
    FewRows {
        /// The data set.
        name: String,
        /// The classes, with their rows.
        classes: Vec<(String, usize)>,
        /// The rows that each class needs.
        needed: usize,
    },
    /// A class to omit that is not there.
    UnknownClass {
        /// The names that were given and are not there.
        unknown: Vec<String>,
        /// The names there are.
        classes: Vec<String>,
    },
    /// Every class is omitted.
    AllOmitted {
        /// The names there are.
        classes: Vec<String>,
    },
    /// Nobody wants the data any more.
    Cancelled,
    /// Bytes that are no text in the encoding that was tried.
    NotText {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// The byte on that line, counted from 1.
        byte: u64,
        /// What stands there.
        value: u8,
        /// The encoding.
        encoding: String,
    },
    /// A column that is named and is not there.
    Column {
        /// The file.
        file: PathBuf,
        /// The column as it was named.
        column: Phrase,
        /// The columns there are.
        allowed: Phrase,
    },
    /// Label noise where there is no other class to take a label from.
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
            Self::Cancelled => "cancelled",
            Self::NotText { .. } => "data-not-text",
            Self::Column { .. } => "data-column",
        }
    }

    /// In words: the place, what is wrong, what is allowed.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Read { file, problem } => phrase!("data-read", file = file, problem = problem),
            Self::Format { file, problem, allowed } => {
                phrase!("data-format", file = file, problem = problem, allowed = allowed)
            }
            Self::Folder { folder, problem, allowed } => {
                phrase!("data-format", file = folder, problem = problem, allowed = allowed)
            }
            Self::Length { file, found, promised } => {
                phrase!("data-length", file = file, found = *found, promised = *promised)
            }
            Self::Counts { images_file, images, labels_file, labels } => phrase!(
                "data-counts",
                images_file = images_file,
                images = *images,
                labels_file = labels_file,
                labels = *labels
            ),
            Self::TooLarge { file, what, found, limit } => {
                let what = what.phrase(*found);
                phrase!("data-too-large", file = file, what = what, limit = *limit)
            }
            Self::LabelColumn { file, line, column, allowed } => {
                phrase!("data-label-column", file = file, line = *line, column = column, allowed = allowed)
            }
            Self::Lines { file, lines, more } => {
                let more = (*more > 0).then(|| phrase!("data-more-lines", count = *more));
                listed(lines.iter().map(|line| line.phrase(file)), more)
            }
            Self::Images { images, more } => {
                let more = (*more > 0).then(|| phrase!("data-more-files", count = *more));
                listed(images.iter().map(BadImage::phrase), more)
            }
            Self::OneClass { name, classes } if classes.is_empty() => phrase!("data-no-class", name = name),
            Self::OneClass { name, classes } => phrase!("data-one-class", name = name, class = names(classes)),
            Self::FewRows { name, classes, needed } => {
                let parts = if *needed > 2 { phrase!("data-three-parts") } else { phrase!("data-two-parts") };
                phrase!("data-few-rows", name = name, classes = rows_of(classes), needed = *needed, parts = parts)
            }
            Self::UnknownClass { unknown, classes } => {
                phrase!("data-unknown-class", unknown = names(unknown), classes = names(classes))
            }
            Self::AllOmitted { classes } => phrase!("data-all-omitted", classes = names(classes)),
            Self::NoOtherClass { class } => phrase!("data-no-other-class", class = class),
            Self::Cancelled => phrase!("cancelled"),
            Self::NotText { file, line, byte, value, encoding } => {
                let found = format!("0x{value:02X}");
                let problem = phrase!("data-not-text", found = found, byte = *byte, encoding = encoding);
                phrase!("fault-file-line", file = file, line = *line, problem = problem)
            }
            Self::Column { file, column, allowed } => {
                phrase!("data-column", file = file, column = column, allowed = allowed)
            }
        }
    }
}

prints_its_phrase!(DataError);

/// What there may be too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Much {
    /// Numbers of all rows together.
    Values,
    /// Folders, each of them a class.
    Folders,
    /// Bytes of a text.
    Bytes,
    /// Different labels of a table.
    Labels,
    /// Bytes of all pictures together, as they are held.
    Pixels,
    /// Files and folders below a folder.
    Entries,
}

impl Much {
    fn phrase(self, count: u64) -> Phrase {
        match self {
            Self::Values => phrase!("data-much-values", count = count),
            Self::Folders => phrase!("data-much-folders", count = count),
            Self::Bytes => phrase!("data-much-bytes", count = count),
            Self::Labels => phrase!("data-much-labels", count = count),
            Self::Pixels => phrase!("data-much-pixels", count = count),
            Self::Entries => phrase!("data-much-entries", count = count),
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
    /// A quote that is opened and never closed.
    OpenQuote,
    /// A line that is longer than any table's.
    TooLong,
    /// A text with a byte that no text has.
    ZeroByte {
        /// The column: its name, or its position from 0.
        column: String,
    },
    /// A line of fastText with more than one label.
    SeveralLabels,
    /// No label.
    NoLabel {
        /// The column: its name, or its position from 0.
        column: String,
    },
}

impl BadLine {
    fn phrase(&self, file: &Path) -> Phrase {
        let line = self.line;
        match &self.problem {
            LineProblem::Ragged { found, expected } => {
                phrase!("data-line-ragged", file = file, line = line, found = *found, expected = *expected)
            }
            LineProblem::NotANumber { column, text } => {
                phrase!("data-line-no-number", file = file, line = line, column = column, text = text)
            }
            LineProblem::OpenQuote => phrase!("data-line-open-quote", file = file, line = line),
            LineProblem::TooLong => phrase!("data-line-too-long", file = file, line = line),
            LineProblem::ZeroByte { column } => {
                phrase!("data-line-zero-byte", file = file, line = line, column = column)
            }
            LineProblem::SeveralLabels => phrase!("data-line-several-labels", file = file, line = line),
            LineProblem::NoLabel { column } => {
                phrase!("data-line-no-label", file = file, line = line, column = column)
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
    pub problem: Phrase,
}

impl BadImage {
    fn phrase(&self) -> Phrase {
        // A name with a line break would make two messages of one.
        phrase!("data-image", file = shown_path(&self.file), problem = &self.problem)
    }
}

/// How many faults of one kind are told one by one, and how many names a message lists.
pub(super) const LISTED: usize = 10;

/// The first bad lines of a file, and how many more there are.
#[derive(Clone, Debug, Default)]
pub(super) struct BadLines {
    first: Vec<BadLine>,
    more: usize,
}

impl BadLines {
    /// Notes a fault; its line is looked for only where it will be told.
    pub fn push(&mut self, line: impl FnOnce() -> u64, problem: LineProblem) {
        if self.first.len() < LISTED {
            self.first.push(BadLine { line: line(), problem });
        } else {
            self.more += 1;
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Takes those of the lines behind these.
    pub fn append(&mut self, next: Self) {
        let room = LISTED - self.first.len();
        self.more += next.more + next.first.len().saturating_sub(room);
        self.first.extend(next.first.into_iter().take(room));
    }

    /// An error if there are any.
    pub fn refuse(self, file: &Path) -> Result<(), DataError> {
        if self.first.is_empty() {
            return Ok(());
        }
        Err(DataError::Lines { file: file.to_owned(), lines: self.first, more: self.more })
    }
}

/// The faults, and a line that counts those beyond them.
fn listed(faults: impl Iterator<Item = Phrase>, more: Option<Phrase>) -> Phrase {
    Phrase::several(Between::Lines, faults.chain(more))
}

pub(super) fn names(names: &[String]) -> Phrase {
    let told = Phrase::several(Between::Commas, names.iter().take(2 * LISTED).map(|name| format!("`{name}`").into()));
    if names.len() > 2 * LISTED { phrase!("data-names-in-all", names = told, count = names.len()) } else { told }
}

fn rows_of(classes: &[(String, usize)]) -> Phrase {
    first_of(LISTED, classes.iter().map(|(name, rows)| format!("{name} ({rows})").into()).collect())
}
