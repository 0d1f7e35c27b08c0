//! Where the store lies when nobody says otherwise.

use std::path::{Path, PathBuf};

use super::error::StoreError;

/// The path that was asked for (`--store` or `STILLROOM_STORE`), or `stillroom.db` in the platform's folder for data.
///
/// # Errors
/// When nothing was asked for and the platform names no such folder.
pub fn store_path(asked: Option<&Path>) -> Result<PathBuf, StoreError> {
    if let Some(path) = asked {
        return Ok(path.to_owned());
    }
    let folders = directories::ProjectDirs::from("", "", "stillroom").ok_or(StoreError::NoDataFolder)?;
    Ok(folders.data_dir().join("stillroom.db"))
}
