//! What can go wrong with a store, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::text::{Phrase, phrase, prints_its_phrase};

/// Why a store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something else lies there.
    NotAStore(PathBuf),
    /// A later Stillroom wrote it.
    Newer {
        /// The store.
        path: PathBuf,
        /// Its format.
        version: i64,
        /// The newest format known here.
        known: i64,
    },
    /// It may not be written.
    ReadOnly(PathBuf),
    /// There is no file and none can be made, or it may not be opened.
    CannotOpen {
        /// The store.
        path: PathBuf,
        /// In the words of the system.
        reason: String,
    },
    /// Another program keeps it locked.
    Locked,
    /// No space.
    Full,
    /// Any other refusal of the database.
    Database(rusqlite::Error),
    /// A file beside the database.
    File {
        /// The file.
        path: PathBuf,
        /// In the words of the system.
        source: io::Error,
    },
    /// What is stored makes no sense.
    Damaged(Phrase),
    /// No such job or run.
    Unknown(String),
    /// Reports that do not follow on what is stored.
    Misfit(Phrase),
    /// The platform names no folder for data.
    NoDataFolder,
}

impl StoreError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAStore(_) => "not-a-store",
            Self::Newer { .. } => "store-newer",
            Self::ReadOnly(_) => "store-read-only",
            Self::CannotOpen { .. } => "store-cannot-open",
            Self::Locked => "store-locked",
            Self::Full => "disk-full",
            Self::Database(_) => "store-failed",
            Self::File { .. } => "store-file",
            Self::Damaged(_) => "store-damaged",
            Self::Unknown(_) => "unknown-run",
            Self::Misfit(_) => "report-misfit",
            Self::NoDataFolder => "no-data-folder",
        }
    }

    /// In words: what is wrong, and what to do.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::NotAStore(path) => phrase!("store-not-a-store", path = path),
            Self::Newer { path, version, known } => {
                phrase!("store-newer", path = path, version = Phrase::plain(version), known = Phrase::plain(known))
            }
            Self::ReadOnly(path) => phrase!("store-read-only", path = path),
            Self::CannotOpen { path, reason } => phrase!("store-cannot-open", path = path, reason = reason),
            Self::Locked => phrase!("store-locked"),
            Self::Full => phrase!("store-disk-full"),
            Self::Database(error) => phrase!("store-failed", problem = error.to_string()),
            Self::File { path, source } => phrase!("store-file", path = path, problem = source.to_string()),
            Self::Damaged(problem) => phrase!("store-damaged", problem = problem),
            Self::Unknown(name) => phrase!("store-unknown", name = name),
            Self::Misfit(problem) => phrase!("store-misfit", problem = problem),
            Self::NoDataFolder => phrase!("store-no-folder"),
        }
    }

    /// For `map_err` on what touches a file.
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| {
            if source.kind() == io::ErrorKind::StorageFull {
                return Self::Full;
            }
            Self::File { path: path.to_owned(), source }
        }
    }
}

prints_its_phrase!(StoreError);

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(Phrase::plain(error)),
            _ => Self::Database(error),
        }
    }
}
