//! The first words: a few hints on the living picture at the very first start. Each goes when its advice is followed, and
//! none ever comes again.

use std::collections::BTreeSet;

/// One of the first words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tip {
    /// Somebody to whom all of it is new may begin with the lessons.
    Lessons,
    /// Run the recipe.
    Distil,
    /// Move T of the lens.
    Lens,
    /// Change the recipe, or take another preset.
    Recipe,
}

impl Tip {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lessons, Self::Distil, Self::Lens, Self::Recipe];
}

/// The words that are still to be said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Greeting(BTreeSet<Tip>);

impl Greeting {
    /// All of the words, for a first start.
    pub fn first() -> Self {
        Self(Tip::ALL.into())
    }

    /// Whether a word is still to be said.
    pub fn has(&self, tip: Tip) -> bool {
        self.0.contains(&tip)
    }

    /// Its advice was followed, or it was closed.
    pub fn done(&mut self, tip: Tip) {
        self.0.remove(&tip);
        // Who has found something to do does not ask where to begin.
        self.0.remove(&Tip::Lessons);
    }

    /// Whether nothing is left to be said.
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }
}
