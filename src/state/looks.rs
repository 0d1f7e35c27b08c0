//! How the lens looks at what it shows: of what, on which page, in which order, beside what.

use serde::{Deserialize, Serialize};

use crate::protocol::RunId;

/// Temperatures that the lens goes to.
pub const LENS_TEMPERATURES: std::ops::RangeInclusive<f64> = 0.05..=100.0;

/// What the lens looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// One row of the probe set, or what the user gave in its place.
    #[default]
    Sample,
    /// The mean over all rows of the choice.
    Mean,
    /// A photo, as a model of 1,000 everyday classes sees it.
    Photo,
    /// Logits that were made up, to be dragged.
    Example,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sample, Self::Mean, Self::Photo, Self::Example];

    /// Whether rows of the data are looked at.
    pub fn is_of_rows(self) -> bool {
        matches!(self, Self::Sample | Self::Mean)
    }
}

/// What the lens shows of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LensPage {
    /// Both distributions, mirrored.
    #[default]
    Bars,
    /// Those of each student, and of each of several teachers.
    Each,
    /// Entropy and KL over T.
    OverT,
    /// One class, from its logit to its probability and its gradient.
    Class,
    /// What is above uniform, scaled, beside the centred logits.
    Limit,
}

impl LensPage {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Bars, Self::Each, Self::OverT, Self::Class, Self::Limit];
}

/// In which order classes stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BarOrder {
    /// As the data have them; of many classes the teacher's likeliest first.
    #[default]
    Class,
    /// The teacher's likeliest first.
    Teacher,
    /// Those on which teacher and student differ most first.
    Difference,
}

impl BarOrder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Class, Self::Teacher, Self::Difference];
}

/// What stands beside the first picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Beside {
    /// Nothing.
    #[default]
    Nothing,
    /// The same at another T.
    Temperature(f64),
    /// The same after another step.
    Step(u64),
    /// Another run at the same T and step.
    Run(RunId),
}

/// A place of a table of answers, and so the rows that fall into it; what is none may be anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Their class.
    pub label: Option<usize>,
    /// The teacher's top class.
    pub teacher: Option<usize>,
    /// The student's top class.
    pub student: Option<usize>,
}

impl Cell {
    /// Whether every row falls into it.
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a row does.
    pub fn holds(&self, label: Option<usize>, teacher: Option<usize>, student: Option<usize>) -> bool {
        let fits = |wanted: Option<usize>, found: Option<usize>| wanted.is_none() || wanted == found;
        fits(self.label, label) && fits(self.teacher, teacher) && fits(self.student, student)
    }
}
