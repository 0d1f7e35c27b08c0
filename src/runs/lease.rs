//! Which process runs a job: the one that holds the lock on its file. The system releases it with the process.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::error::StoreError;
use super::files::Files;
use crate::protocol::JobId;

/// Takes the lease; `None` when another holds it. It lasts until the file is dropped.
pub(super) fn take(files: &Files, job: JobId) -> Result<Option<File>, StoreError> {
    let path = path(files, job);
    let start = Instant::now();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(StoreError::file(folder))?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(StoreError::file(&path))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            // `is_held` takes the lock for a moment, too.
            Err(TryLockError::WouldBlock) if start.elapsed() < Duration::from_millis(200) => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(StoreError::file(&path)(error)),
        }
    }
}

/// Whether any process, this one included, holds the lease.
pub(super) fn is_held(files: &Files, job: JobId) -> bool {
    File::open(path(files, job)).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn path(files: &Files, job: JobId) -> PathBuf {
    files.path(&format!("locks/{job}.lock"))
}
