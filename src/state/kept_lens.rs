//! The lens as undo remembers it.

use super::{Example, Lens, State};

/// What of the lens is put back: its T, its subject, what stands beside it, and the example.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptLens {
    /// The lens.
    pub lens: Lens,
    /// The example.
    pub example: Example,
}

impl State {
    /// The lens as undo remembers it.
    pub fn kept_lens(&self) -> KeptLens {
        KeptLens { lens: self.screen.lens, example: self.screen.example.clone() }
    }

    /// Puts back what undo remembers of the lens; which sample and page are on show stays.
    pub fn put_lens(&mut self, kept: KeptLens) {
        let KeptLens { lens: Lens { temperature, subject, beside, .. }, example } = kept;
        self.screen.example = example;
        self.screen.lens = Lens { temperature, subject, beside, plays: None, ..self.screen.lens };
    }
}
