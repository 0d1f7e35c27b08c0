//! `~` at the beginning of a path that no shell has expanded: in quotes, behind an `=`, in a file of settings.

use std::path::{Component, Path, PathBuf};

use super::voice::Failure;

/// The path with a leading `~` or `~/` replaced by the user's home folder; `what` is the argument it stands in.
pub(super) fn expanded(what: &str, path: &Path) -> Result<PathBuf, Failure> {
    let mut components = path.components();
    let Some(Component::Normal(first)) = components.next() else { return Ok(path.to_owned()) };
    if !first.as_encoded_bytes().starts_with(b"~") {
        return Ok(path.to_owned());
    }
    let fail = |problem: &str| Err(Failure::input("home", format!("{what} {}: {problem}", path.display())));
    if first != "~" {
        return fail(
            "only `~` and `~/…` are read as a home folder, and it is your own; write the path of another one in full, or \
             ./~… for a file of that name",
        );
    }
    match std::env::home_dir().filter(|home| !home.as_os_str().is_empty()) {
        Some(home) => Ok(home.join(components.as_path())),
        None => fail("this system names no home folder for `~`; write the path in full"),
    }
}
