//! What happened: the store and its writer, curves, selection, comparison, export.
//!
//! [`Store::writer`] keeps the engine's reports, [`Store::reader`] finds them again.

mod answers;
mod apply;
mod board;
mod card;
mod error;
mod exits;
mod export;
mod files;
mod importance;
mod journal;
mod keep;
mod lease;
mod memory;
mod metrics;
mod outside;
mod page;
mod path;
mod probe;
mod queue;
mod reader;
mod rows;
mod schema;
mod told_apart;
pub mod verdict;
mod words;
mod writer;

pub use board::{Board, BoardAxis, BoardCell};
pub use card::{CARD_FILE, CardFacts, CardFiles, TOKENIZER_FILE, card};
pub use error::StoreError;
pub use export::{ExportFormat, RunLine, Settings, export_list, export_run};
pub use importance::{Importance, importance};
pub use journal::StoreJournal;
pub use memory::{MemoryJournal, replay};
pub use page::LensPage;
pub use path::store_path;
pub use reader::StoreReader;
pub use rows::{Curve, FinishedRun, JobRow, RunRow, Status, StoredJob};
pub use told_apart::{Students, ToldApart};
pub use writer::StoreWriter;

use std::path::Path;

/// One SQLite file and, beside it, a folder of larger files: `<store>` and `<store>.files/`.
#[derive(Clone, Copy, Debug)]
pub struct Store;

impl Store {
    /// Opens a store for keeping reports; makes it, or brings it up to date, where needed.
    ///
    /// # Errors
    /// When `path` is no store, is newer than this program, or cannot be written.
    pub fn writer(path: impl AsRef<Path>) -> Result<StoreWriter, StoreError> {
        StoreWriter::open(path.as_ref())
    }

    /// Whether a store can be written at `path`, or made there. Nothing is written, made or brought up to date.
    ///
    /// # Errors
    /// Why not.
    pub fn check(path: impl AsRef<Path>) -> Result<(), StoreError> {
        schema::check_writable(path.as_ref())
    }

    /// A view of a store. It is opened when it is first asked for something, and never made by reading: where there is no
    /// file, there are no runs.
    pub fn reader(path: impl AsRef<Path>) -> StoreReader {
        StoreReader::new(path.as_ref())
    }
}
