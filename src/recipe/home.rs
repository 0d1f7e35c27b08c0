//! `~` at the beginning of a path that no shell has expanded: in quotes, behind an `=`, in a recipe.

use std::path::{Component, Path, PathBuf};

/// Why a `~` means no folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHome {
    /// `~ann`: only the user's own home folder is known.
    OfAnother,
    /// The system names none.
    Unknown,
}

/// A path that begins with `~` or `~/`, below the user's home folder; `None` for one that does not begin with a `~`.
pub fn from_home(path: &Path) -> Option<Result<PathBuf, NoHome>> {
    let mut components = path.components();
    let Some(Component::Normal(first)) = components.next() else { return None };
    if !first.as_encoded_bytes().starts_with(b"~") {
        return None;
    }
    if first != "~" {
        return Some(Err(NoHome::OfAnother));
    }
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    Some(home.map(|home| home.join(components.as_path())).ok_or(NoHome::Unknown))
}
