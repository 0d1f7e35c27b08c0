//! What the window has said: each notice leaves the screen by itself, and can be read again here.

use std::time::SystemTime;

use crate::text::Phrase;

/// Something that was done, or could not be.
#[derive(Clone, Debug)]
pub struct Notice {
    /// When it was said.
    pub at: SystemTime,
    /// Whether something could not be done.
    pub is_fault: bool,
    /// What was said.
    pub message: Phrase,
}

/// The newest notices, the last one first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// What was said.
    pub said: Vec<Notice>,
    /// Whether the list is on the screen.
    pub shown: bool,
}

/// Notices that are remembered.
const DEPTH: usize = 200;

impl Notices {
    /// Takes note of what is said now.
    pub fn say(&mut self, is_fault: bool, message: Phrase) {
        self.said.insert(0, Notice { at: SystemTime::now(), is_fault, message });
        self.said.truncate(DEPTH);
    }
}
