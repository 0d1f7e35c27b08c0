//! What is wrong with a recipe: one [`Fault`] for each place, all of them reported together.

use std::path::PathBuf;

use crate::text::{Between, Phrase, phrase, prints_its_phrase};

/// Every fault found in one input; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults(pub Vec<Fault>);

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The field, e.g. `distill.temperature`; empty for the text as a whole.
    pub path: String,
    /// Where the field was written, when known.
    pub place: Option<Place>,
    /// What is wrong with it.
    pub kind: FaultKind,
}

/// Where a value was written.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// A line of a file (or of text without a file), counted from 1.
    Line(Option<PathBuf>, usize),
    /// An override given on the command line.
    Override(String),
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// Not TOML.
    Syntax(Phrase),
    /// A key that no recipe has.
    UnknownKey {
        /// The nearest key that is known here.
        nearest: Option<String>,
    },
    /// A key that no recipe has, but other programs do.
    OtherWord {
        /// What it is here.
        advice: Phrase,
    },
    /// A field that has no default.
    Missing {
        /// What may stand there.
        allowed: Phrase,
    },
    /// A value of the wrong type.
    WrongType {
        /// What was found.
        found: Phrase,
        /// What may stand there.
        allowed: Phrase,
    },
    /// A value of the right type that is not allowed.
    NotAllowed {
        /// The value as written.
        value: String,
        /// What may stand there.
        allowed: Phrase,
    },
    /// Fields that contradict each other.
    Conflict(Phrase),
}

impl FaultKind {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "recipe-syntax",
            Self::UnknownKey { .. } | Self::OtherWord { .. } => "recipe-unknown-key",
            Self::Missing { .. } => "recipe-missing",
            Self::WrongType { .. } => "recipe-wrong-type",
            Self::NotAllowed { .. } => "recipe-not-allowed",
            Self::Conflict(_) => "recipe-conflict",
        }
    }

    /// In words, without the place.
    fn phrase(&self) -> Phrase {
        match self {
            Self::Syntax(problem) => phrase!("fault-syntax", problem = problem),
            Self::UnknownKey { nearest: Some(nearest) } => phrase!("fault-unknown-key-near", nearest = nearest),
            Self::UnknownKey { nearest: None } => phrase!("fault-unknown-key"),
            Self::OtherWord { advice } => advice.clone(),
            Self::Missing { allowed } => phrase!("fault-missing", allowed = allowed),
            Self::WrongType { found, allowed } => phrase!("fault-wrong-type", found = found, allowed = allowed),
            Self::NotAllowed { value, allowed } => phrase!("fault-not-allowed", value = value, allowed = allowed),
            Self::Conflict(problem) => problem.clone(),
        }
    }
}

impl Fault {
    /// In words: the place, the field, what is wrong and what is allowed.
    pub fn phrase(&self) -> Phrase {
        match &self.place {
            Some(Place::Line(Some(file), line)) => {
                phrase!("fault-file-line", file = file, line = *line, problem = self.without_place())
            }
            Some(Place::Override(text)) => phrase!("fault-override", text = text, problem = self.without_place()),
            Some(Place::Line(None, _)) | None => self.in_text(),
        }
    }

    /// The same without the name of the file.
    pub fn in_text(&self) -> Phrase {
        match self.line() {
            Some(line) => phrase!("fault-line", line = line, problem = self.without_place()),
            None => self.without_place(),
        }
    }

    /// The line on which it stands, counted from 1.
    pub fn line(&self) -> Option<usize> {
        match self.place {
            Some(Place::Line(_, line)) => Some(line),
            _ => None,
        }
    }

    fn without_place(&self) -> Phrase {
        let problem = self.kind.phrase();
        match self.path.as_str() {
            "" => problem,
            path => phrase!("fault-at", place = path, problem = problem),
        }
    }
}

impl Faults {
    /// In words, one on each line.
    pub fn phrase(&self) -> Phrase {
        Phrase::several(Between::Lines, self.0.iter().map(Fault::phrase))
    }

    /// In words, the first few, and how many more there are; without the name of the file.
    pub fn brief(&self, most: usize) -> Phrase {
        let first = self.0.iter().take(most).map(Fault::in_text);
        let more = self.0.len().saturating_sub(most);
        let more = (more > 0).then(|| phrase!("fault-more", count = more));
        Phrase::several(Between::Lines, first.chain(more))
    }
}

prints_its_phrase!(Fault);
prints_its_phrase!(Faults);

impl std::error::Error for Faults {}
