//! Where the runs of a command are kept: in the store that was asked for, or in the user's own; where that one cannot be
//! written, in a temporary one, which is said.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::voice::{Failure, Voice};
use crate::runs::{Store, StoreError, store_path};

/// A store that is going to be written. Unless one lies in it, a temporary folder goes with it.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    asked: bool,
    folder: Option<TempDir>,
}

impl Place {
    /// A store that was asked for is taken as it is: what is wrong with it is told when it is opened. That a store is a temporary
    /// one is said by `voice`, or else by the window that gets it.
    pub fn to_write(asked: Option<&Path>, voice: Option<&Voice>) -> Result<Self, Failure> {
        if let Some(path) = asked {
            return Ok(Self { path: path.to_owned(), asked: true, folder: None });
        }
        let found = store_path(None).and_then(|path| Store::check(&path).map(|()| path));
        let problem = match found {
            Ok(path) => return Ok(Self { path, asked: false, folder: None }),
            Err(
                problem @ (StoreError::ReadOnly(_)
                | StoreError::CannotOpen { .. }
                | StoreError::File { .. }
                | StoreError::NoDataFolder),
            ) => problem,
            Err(error) => return Err(Failure::faults(error.code(), &error.phrase())),
        };
        let folder = tempfile::Builder::new().prefix("stillroom-").tempdir();
        let folder = folder.map_err(|_| Failure::faults(problem.code(), &problem.phrase()))?;
        let path = folder.path().join("stillroom.db");
        if let Some(voice) = voice {
            let message = format!(
                "{problem}. Runs are kept in a temporary store instead, which this system may delete: {}; --store FILE \
                 chooses another one.",
                path.display()
            );
            voice.note("temporary-store", &message);
        }
        Ok(Self { path, asked: false, folder: Some(folder) })
    }

    /// The same of a store that must be there already.
    pub fn to_read(asked: Option<&Path>) -> Result<Self, Failure> {
        let path = store_path(asked).map_err(|error| Failure::faults(error.code(), &error.phrase()))?;
        Ok(Self { path, asked: asked.is_some(), folder: None })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn is_temporary(&self) -> bool {
        self.folder.is_some()
    }

    /// Whether the store is only found again by its name.
    pub fn is_named(&self) -> bool {
        self.asked || self.is_temporary()
    }

    /// What stands before a fault of the store: the argument that named it.
    pub fn prefix(&self) -> String {
        if !self.asked {
            return String::new();
        }
        let is_argument = std::env::args_os().any(|argument| argument.as_encoded_bytes().starts_with(b"--store"));
        format!("{} {}: ", if is_argument { "--store" } else { "STILLROOM_STORE" }, self.path.display())
    }

    /// A store that cannot be used.
    pub fn refused(&self, error: &StoreError) -> Failure {
        Failure::input(error.code(), format!("{}{error}", self.prefix()))
    }

    /// Lets go of a temporary store with all that is in it.
    pub fn remove(mut self) {
        if let Some(folder) = self.folder.take()
            && let Err(error) = folder.close()
        {
            log::warn!("the temporary store {} stays behind: {error}", self.path.display());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.path.exists()
            && let Some(folder) = self.folder.take()
        {
            let _ = folder.keep();
        }
    }
}
