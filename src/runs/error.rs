//! What can go wrong with a store, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something else lies there.
    #[error("{} is not a Stillroom store; choose another path for the store", .0.display())]
    NotAStore(PathBuf),
    /// A later Stillroom wrote it.
    #[error("the store {} has format {version}, this program knows {known}; update Stillroom", .path.display())]
    Newer {
        /// The store.
        path: PathBuf,
        /// Its format.
        version: i64,
        /// The newest format known here.
        known: i64,
    },
    /// It may not be written.
    #[error("the store {} is read-only; change its permissions or choose another path", .0.display())]
    ReadOnly(PathBuf),
    /// There is no file and none can be made, or it may not be opened.
    #[error("the store {} cannot be opened ({reason}); check that its folder exists and can be written", .path.display())]
    CannotOpen {
        /// The store.
        path: PathBuf,
        /// In the words of the system.
        reason: String,
    },
    /// Another program keeps it locked.
    #[error("the store is locked by another program; close that program and try again")]
    Locked,
    /// No space.
    #[error("the disk is full; free some space, then resume the job")]
    Full,
    /// Any other refusal of the database.
    #[error("the store's database failed: {0}; check the disk and try again")]
    Database(rusqlite::Error),
    /// A file beside the database.
    #[error("{} cannot be read or written ({source}); check the disk and its permissions", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// In the words of the system.
        source: io::Error,
    },
    /// What is stored makes no sense.
    #[error("the store is damaged: {0}; restore it from a copy")]
    Damaged(String),
    /// No such job or run.
    #[error("the store has no job or run `{0}`; `stillroom runs` lists them")]
    Unknown(String),
    /// Reports that do not follow on what is stored.
    #[error("a report does not fit the store: {0}; resume the job")]
    Misfit(String),
    /// The platform names no folder for data.
    #[error("there is no folder for data on this system; name a store with --store")]
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

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            _ => Self::Database(error),
        }
    }
}
