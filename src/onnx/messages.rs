//! What the process that runs a graph and the one that asks it say to each other.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::text::Phrase;

/// To the process that runs a graph.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ToGraph {
    /// Load this file; the first message.
    Open(PathBuf),
    /// Work out an output.
    Run {
        /// What each input is given.
        inputs: Vec<Fed>,
        /// The output.
        output: String,
    },
}

/// From the process that runs a graph: an answer to each message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromGraph {
    /// It is loaded.
    Opened(Box<Outline>),
    /// An output.
    Answered {
        /// Its shape.
        shape: Vec<usize>,
        /// Its numbers, row-major.
        values: Vec<f32>,
    },
    /// That cannot be done.
    Failed(Phrase),
}

/// What an input is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fed {
    /// The input's name.
    pub name: String,
    /// The shape of the numbers.
    pub shape: Vec<usize>,
    /// The numbers, row-major.
    pub values: Numbers,
}

/// Numbers of either kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Numbers {
    /// Real ones.
    Real(Vec<f32>),
    /// Whole ones.
    Whole(Vec<i32>),
}

/// What a graph says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// What it is given.
    pub inputs: Vec<Port>,
    /// What comes out of it.
    pub outputs: Vec<Port>,
    /// Numbers that it has learnt.
    pub parameters: u64,
    /// Names of the files beside it that hold its weights.
    pub beside: Vec<String>,
    /// The classes in the order of its logits, where it names them.
    pub classes: Option<Vec<String>>,
}

/// An input or an output.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its sizes, those that are fixed; none where the graph does not say.
    pub shape: Option<Vec<Option<usize>>>,
    /// What numbers it takes or gives.
    pub kind: Kind,
    /// Whether they come out of a softmax.
    pub is_softmax: bool,
}

/// Kinds of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Real ones.
    #[default]
    Real,
    /// Whole ones.
    Whole,
    /// Anything else.
    Other,
}
