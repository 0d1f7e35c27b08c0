//! What is wrong with a recipe: one [`Fault`] for each place, all of them reported together.

use std::fmt;
use std::path::PathBuf;

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
    Syntax(String),
    /// A key that no recipe has.
    UnknownKey {
        /// The nearest key that is known here.
        nearest: Option<String>,
    },
    /// A field that has no default.
    Missing {
        /// What may stand there.
        allowed: String,
    },
    /// A value of the wrong type.
    WrongType {
        /// What was found.
        found: String,
        /// What may stand there.
        allowed: String,
    },
    /// A value of the right type that is not allowed.
    NotAllowed {
        /// The value as written.
        value: String,
        /// What may stand there.
        allowed: String,
    },
    /// Fields that contradict each other.
    Conflict(String),
}

impl FaultKind {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "recipe-syntax",
            Self::UnknownKey { .. } => "recipe-unknown-key",
            Self::Missing { .. } => "recipe-missing",
            Self::WrongType { .. } => "recipe-wrong-type",
            Self::NotAllowed { .. } => "recipe-not-allowed",
            Self::Conflict(_) => "recipe-conflict",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(Place::Line(Some(file), line)) => write!(f, "{}, line {line}: ", file.display())?,
            Some(Place::Line(None, line)) => write!(f, "line {line}: ")?,
            Some(Place::Override(text)) => write!(f, "--set {text}: ")?,
            None => {}
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        match &self.kind {
            FaultKind::Syntax(problem) => write!(f, "this is not TOML: {problem}"),
            FaultKind::UnknownKey { nearest: Some(nearest) } => {
                write!(f, "there is no such key; the nearest is `{nearest}`")
            }
            FaultKind::UnknownKey { nearest: None } => f.write_str("there is no such key"),
            FaultKind::Missing { allowed } => write!(f, "is missing; give {allowed}"),
            FaultKind::WrongType { found, allowed } => write!(f, "is {found}; give {allowed}"),
            FaultKind::NotAllowed { value, allowed } => write!(f, "{value} is not allowed; give {allowed}"),
            FaultKind::Conflict(problem) => f.write_str(problem),
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
