//! The parts of the recipe panel that fold.

use crate::recipe::Sweep;
use crate::recipe::fields::Part;

/// A part of the recipe panel that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// How the weights move.
    Optimiser,
    /// How long, from which seed, what is kept.
    Training,
}

impl Section {
    /// The part that shows a field.
    pub fn of(path: &str) -> Option<Self> {
        match Part::of(path)? {
            Part::Optimiser => Some(Self::Optimiser),
            Part::Training => Some(Self::Training),
            _ => None,
        }
    }

    /// Whether one of its fields holds several values.
    pub fn is_swept(self, sweep: &Sweep) -> bool {
        sweep.axes.iter().any(|axis| Self::of(&axis.path) == Some(self))
    }
}
