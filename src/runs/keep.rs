//! A copy of a store with all of its files, while it may be in use.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::error::StoreError;
use super::files::Files;

/// Copies the store at `from` to `to`, where none is yet. The store itself comes last: without it there is no copy.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let taken = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
    if to.exists() {
        return Err(StoreError::file(to)(taken));
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(StoreError::file(folder))?;
    let work = tempfile::Builder::new().prefix(".stillroom-").tempdir_in(folder).map_err(StoreError::file(folder))?;
    // One moment of the database; files are only ever added to it.
    let database = work.path().join("store.db");
    Connection::open(from)?.execute("VACUUM INTO ?1", [database.to_string_lossy()])?;
    copy_files(&Files::of(from).path(""), &Files::of(to).path(""))?;
    fs::rename(&database, to).map_err(StoreError::file(to))
}

/// Copies a folder of files, but for the locks of jobs that run.
fn copy_files(from: &Path, to: &Path) -> Result<(), StoreError> {
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir_all(to).map_err(StoreError::file(to))?;
    for entry in fs::read_dir(from).map_err(StoreError::file(from))? {
        let entry = entry.map_err(StoreError::file(from))?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            if entry.file_name() != "locks" {
                copy_files(&path, &copy)?;
            }
        } else if let Err(error) = fs::copy(&path, &copy)
            // A resume state that was followed by a newer one meanwhile.
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(StoreError::file(&path)(error));
        }
    }
    Ok(())
}
