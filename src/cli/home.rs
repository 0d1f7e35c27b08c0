//! `~` in the paths of the terminal.

use std::path::{Path, PathBuf};

use super::voice::Failure;
use crate::recipe::{NoHome, from_home};

/// The path with a leading `~` or `~/` replaced by the user's home folder; `what` is the argument it stands in.
pub(super) fn expanded(what: &str, path: &Path) -> Result<PathBuf, Failure> {
    let problem = match from_home(path) {
        None => return Ok(path.to_owned()),
        Some(Ok(path)) => return Ok(path),
        Some(Err(NoHome::OfAnother)) => {
            "only `~` and `~/…` are read as a home folder, and it is your own; write the path of another one in full, or \
             ./~… for a file of that name"
        }
        Some(Err(NoHome::Unknown)) => "this system names no home folder for `~`; write the path in full",
    };
    Err(Failure::input("home", format!("{what} {}: {problem}", path.display())))
}
