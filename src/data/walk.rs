//! The one walker of folders: visits every real folder once, lists regular files, and knows when to stop.
//! Whatever is passed over is told in [`Tree`]; nothing is opened here.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::file::unreadable;
use super::{DataError, Much, Watch};

/// What a folder holds at any depth, without what systems leave there.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Regular files, below the top, in the order of their paths, name by name and byte by byte.
    pub files: Vec<PathBuf>,
    /// Folders, below the top, empty ones too, in the same order.
    pub folders: Vec<PathBuf>,
    /// Folders that the system does not let us read, with what it says.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Links to folders that are met elsewhere, or that lead back to where they come from.
    pub met_before: Vec<PathBuf>,
    /// Pipes, sockets, devices, and links that lead nowhere.
    pub special: u64,
    /// Visible leavings of systems, by their names.
    pub leavings: BTreeMap<String, u64>,
}

/// Most files and folders below one folder.
pub(super) const MAX_ENTRIES: u64 = 1_000_000;
/// Entries between two looks at the watch.
const STEP: u64 = 256;

/// Lists what `top` holds down to `depth` folders below it; 0 is the folder itself. `watch` hears how many entries there are
/// so far, of 0, since nobody knows the total.
///
/// # Errors
/// [`DataError::Read`] for `top` itself, [`DataError::TooLarge`] above [`MAX_ENTRIES`], [`DataError::Cancelled`].
pub(super) fn walk(top: &Path, depth: usize, watch: &dyn Watch) -> Result<Tree, DataError> {
    walk_up_to(top, depth, watch, MAX_ENTRIES)
}

/// Like [`walk`], with at most `limit` entries.
pub(super) fn walk_up_to(top: &Path, depth: usize, watch: &dyn Watch, limit: u64) -> Result<Tree, DataError> {
    let mut tree = Tree::default();
    let mut visited = HashSet::new();
    let identity =
        fs::metadata(top).and_then(|found| identity(top, &found)).map_err(|error| unreadable(top, &error))?;
    visited.insert(identity);
    let mut count = 0;
    // Links wait until every real folder is met, so that the real one is the one that counts.
    let (mut real, mut linked) = (vec![(PathBuf::new(), 0)], Vec::new());
    while let Some((folder, level)) = real.pop() {
        let path = top.join(&folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => Some(entries),
            Err(error) if level == 0 => return Err(unreadable(top, &error)),
            Err(error) => {
                tree.unreadable.push((folder.clone(), error.to_string()));
                None
            }
        };
        for entry in entries.into_iter().flatten() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if level == 0 => return Err(unreadable(top, &error)),
                Err(error) => {
                    tree.unreadable.push((folder.clone(), error.to_string()));
                    break;
                }
            };
            count += 1;
            if count > limit {
                let (file, what) = (top.to_owned(), Much::Entries);
                return Err(DataError::TooLarge { file, what, found: count, limit });
            }
            if count.is_multiple_of(STEP) {
                watch.progress(count, 0);
                if watch.is_cancelled() {
                    return Err(DataError::Cancelled);
                }
            }
            let name = entry.file_name();
            match leaving(&name) {
                Leaving::No => {}
                Leaving::Silent => continue,
                Leaving::Told => {
                    *tree.leavings.entry(name.to_string_lossy().into_owned()).or_default() += 1;
                    continue;
                }
            }
            let (below, path) = (folder.join(&name), entry.path());
            let Ok(kind) = entry.file_type() else {
                tree.special += 1;
                continue;
            };
            if kind.is_file() {
                tree.files.push(below);
                continue;
            }
            // Follows a link.
            let Ok(found) = fs::metadata(&path) else {
                tree.special += 1;
                continue;
            };
            if found.is_file() {
                tree.files.push(below);
            } else if !found.is_dir() {
                tree.special += 1;
            } else if kind.is_symlink() {
                linked.push((below, level + 1));
            } else {
                enter(&path, below, level + 1, depth, &found, &mut visited, &mut tree, &mut real);
            }
        }
        // The last link is entered only when nothing real is left.
        if real.is_empty() {
            linked.sort();
            linked.reverse();
            while let Some((below, level)) = linked.pop() {
                let path = top.join(&below);
                let Ok(found) = fs::metadata(&path) else {
                    tree.special += 1;
                    continue;
                };
                enter(&path, below, level, depth, &found, &mut visited, &mut tree, &mut real);
                if !real.is_empty() {
                    break;
                }
            }
        }
    }
    watch.progress(count, 0);
    tree.files.sort();
    tree.folders.sort();
    tree.unreadable.sort();
    tree.met_before.sort();
    Ok(tree)
}

/// Lists a folder, and plans to read it if it is new and not too deep.
fn enter(
    path: &Path,
    below: PathBuf,
    level: usize,
    depth: usize,
    found: &Metadata,
    visited: &mut HashSet<Identity>,
    tree: &mut Tree,
    plan: &mut Vec<(PathBuf, usize)>,
) {
    match identity(path, found) {
        Ok(identity) if visited.insert(identity) => {
            tree.folders.push(below.clone());
            if level <= depth {
                plan.push((below, level));
            }
        }
        Ok(_) => tree.met_before.push(below),
        Err(error) => tree.unreadable.push((below, error.to_string())),
    }
}

/// What makes a folder the same folder by whatever path it is reached.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere the system is asked again, and may refuse")]
fn identity(_path: &Path, found: &Metadata) -> std::io::Result<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Ok((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path, _found: &Metadata) -> std::io::Result<Identity> {
    fs::canonicalize(path)
}

enum Leaving {
    No,
    Silent,
    Told,
}

/// Whether a name is one that systems and tools leave in people's folders.
fn leaving(name: &OsStr) -> Leaving {
    const TOLD: [&str; 6] =
        ["__macosx", "@eadir", "$recycle.bin", "lost+found", "system volume information", "#recycle"];
    let name = name.to_string_lossy().to_lowercase();
    if name.starts_with('.') || ["thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"].contains(&name.as_str()) {
        Leaving::Silent
    } else if TOLD.contains(&name.as_str()) {
        Leaving::Told
    } else {
        Leaving::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_too_many_entries_is_named_with_their_number() {
        let folder = tempfile::tempdir().unwrap();
        for i in 0..12 {
            fs::write(folder.path().join(format!("{i}.png")), "").unwrap();
        }
        assert_eq!(walk_up_to(folder.path(), 9, &(), 12).unwrap().files.len(), 12);
        let error = walk_up_to(folder.path(), 9, &(), 11).unwrap_err();
        assert_eq!(error.code(), "data-too-large");
        let said = error.to_string();
        assert!(said.starts_with(&folder.path().display().to_string()) && said.contains("12 files"), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_nothing_but_files_is_listed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b/1.png", "b/c/2.png", ".hidden/3.png", "b/@eaDir/4.png"] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), "").unwrap();
        }
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("5.png"), "").unwrap();
        symlink(folder.path(), at("b/c/loop")).unwrap();
        symlink(at("b"), at("a")).unwrap();
        symlink(elsewhere.path(), at("d")).unwrap();
        symlink(elsewhere.path(), at("e")).unwrap();
        symlink(at("nowhere"), at("broken.png")).unwrap();
        symlink(at("b/1.png"), at("b/6.png")).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(at("b/socket.png")).unwrap();
        let tree = walk(folder.path(), usize::MAX, &()).unwrap();
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(tree.files, paths(&["b/1.png", "b/6.png", "b/c/2.png", "d/5.png"]));
        assert_eq!(tree.folders, paths(&["b", "b/c", "d"]));
        assert_eq!(tree.met_before, paths(&["a", "b/c/loop", "e"]));
        assert_eq!((tree.special, tree.leavings["@eaDir"]), (2, 1));
        assert_eq!(walk(folder.path(), 0, &()).unwrap().files, paths(&[]));
    }
}
