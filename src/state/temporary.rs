//! A store that goes when the window is closed, because the user's own could not be written.

use std::path::PathBuf;

/// The store, and what became of its runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporaryStore {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether all of its runs have been copied elsewhere.
    pub kept: bool,
    /// Whether the window asks what is to become of them before it closes.
    pub asks: bool,
    /// Whether that is settled, so that the window may close.
    pub settled: bool,
}

impl TemporaryStore {
    /// A store of which nothing is kept yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, kept: false, asks: false, settled: false }
    }
}

/// What is to become of a temporary store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// It is copied to a path that the user gives.
    Keep,
    /// It goes with the window.
    LetGo,
    /// The window stays open.
    Stay,
}
