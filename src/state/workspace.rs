//! Panels, and the arrangements in which they are shown.

use serde::{Deserialize, Serialize};

/// A part of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pane {
    /// What is going to run.
    Recipe,
    /// Loss curves.
    Loss,
    /// Errors, accuracy and agreement.
    Quality,
    /// One sample, softened.
    Lens,
    /// Many samples, each with who is right about it.
    Samples,
    /// The cells of a sweep.
    Board,
    /// What each term of the loss contributes.
    Anatomy,
    /// What a method does within the networks.
    Inside,
    /// What was run.
    Runs,
    /// What teacher and student take the classes for.
    Dark,
}

impl Pane {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Recipe,
        Self::Loss,
        Self::Quality,
        Self::Lens,
        Self::Samples,
        Self::Board,
        Self::Anatomy,
        Self::Inside,
        Self::Runs,
        Self::Dark,
    ];
}

/// What the window is used for; each has an arrangement of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workspace {
    /// Trying things out.
    #[default]
    Lab,
    /// Comparing what was run.
    Compare,
    /// Explaining, to others or to oneself.
    Learn,
}

impl Workspace {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Lab, Self::Compare, Self::Learn];

    /// What it is called in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Compare => "compare",
            Self::Learn => "learn",
        }
    }
}

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    /// What was typed.
    pub query: String,
    /// Which of what was found is marked.
    pub marked: usize,
}
