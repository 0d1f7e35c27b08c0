//! What names a job, a run, a stage of a job, and what a run is for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::Phrase;

/// Names a job for good: `j-0007`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct JobId(pub u64);

/// Names a run for good: `r-0012`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RunId(pub u64);

macro_rules! id {
    ($name:ident, $prefix:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "-{:04}"), self.0)
            }
        }
        impl From<$name> for Phrase {
            fn from(id: $name) -> Self {
                Self::plain(id)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let digits = text.strip_prefix(concat!($prefix, "-"));
                digits
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| format!(concat!("`{}` is not of the form ", $prefix, "-0001"), text))
            }
        }
        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
    };
}
id!(JobId, "j");
id!(RunId, "r");

/// What a run is for in its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The model that is learnt from.
    Teacher,
    /// A model that learns from the teacher.
    Student,
    /// The same student, taught by something simpler: the labels alone, or the teacher's classes.
    Baseline,
    /// A model of the student's kind that is trained beside it for its sake alone: one of its peers, or a generation before it.
    Companion,
}

impl Role {
    /// Whether it learns as the recipe says: a student, and whoever is trained for its sake.
    pub fn learns_by_method(self) -> bool {
        matches!(self, Self::Student | Self::Companion)
    }

    /// Its name in reports and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Student => "student",
            Self::Baseline => "baseline",
            Self::Companion => "companion",
        }
    }
}

/// A part of a job, by its position in the order in which parts run: first each teacher, then each population of students (and
/// baselines).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stage(pub u32);
