//! The one walker of folders: visits every real folder once, lists regular files, and knows when to stop.
//! Whatever is passed over is told in [`Tree`]; nothing is opened here.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, DirEntry, Metadata};
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
    let mut walk = Walk::begin(top, depth, watch, limit)?;
    while let Some((folder, level)) = walk.real.pop() {
        walk.list(&folder, level)?;
        if walk.real.is_empty() {
            walk.follow_link();
        }
    }
    watch.progress(walk.count, 0);
    let mut tree = walk.tree;
    tree.files.sort();
    tree.folders.sort();
    tree.unreadable.sort();
    tree.met_before.sort();
    Ok(tree)
}

/// A walk on its way. Folders are known by their paths below the top, and by how deep they lie.
struct Walk<'a> {
    top: &'a Path,
    depth: usize,
    watch: &'a dyn Watch,
    limit: u64,
    /// Entries met so far.
    count: u64,
    tree: Tree,
    visited: HashSet<Identity>,
    /// Folders that are still to be listed.
    real: Vec<(PathBuf, usize)>,
    /// Links wait until every real folder is met, so that the real one is the one that counts.
    linked: Vec<(PathBuf, usize)>,
}

impl<'a> Walk<'a> {
    fn begin(top: &'a Path, depth: usize, watch: &'a dyn Watch, limit: u64) -> Result<Self, DataError> {
        let identity =
            fs::metadata(top).and_then(|found| identity(top, &found)).map_err(|error| unreadable(top, &error))?;
        Ok(Self {
            top,
            depth,
            watch,
            limit,
            count: 0,
            tree: Tree::default(),
            visited: HashSet::from([identity]),
            real: vec![(PathBuf::new(), 0)],
            linked: Vec::new(),
        })
    }

    /// Takes every entry of a folder.
    fn list(&mut self, folder: &Path, level: usize) -> Result<(), DataError> {
        let entries = match fs::read_dir(self.top.join(folder)) {
            Ok(entries) => entries,
            Err(error) => return self.give_up(folder, level, &error),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.give_up(folder, level, &error),
            };
            self.count_entry()?;
            self.take(folder, level, &entry);
        }
        Ok(())
    }

    /// A fault where it is the top that cannot be read; a folder below it is noted in the tree.
    fn give_up(&mut self, folder: &Path, level: usize, error: &std::io::Error) -> Result<(), DataError> {
        if level == 0 {
            return Err(unreadable(self.top, error));
        }
        self.tree.unreadable.push((folder.to_owned(), error.to_string()));
        Ok(())
    }

    fn count_entry(&mut self) -> Result<(), DataError> {
        self.count += 1;
        if self.count > self.limit {
            let (file, what) = (self.top.to_owned(), Much::Entries);
            return Err(DataError::TooLarge { file, what, found: self.count, limit: self.limit });
        }
        if self.count.is_multiple_of(STEP) {
            self.watch.progress(self.count, 0);
            if self.watch.is_cancelled() {
                return Err(DataError::Cancelled);
            }
        }
        Ok(())
    }

    /// Lists a file, enters a folder, and puts a link to a folder off.
    fn take(&mut self, folder: &Path, level: usize, entry: &DirEntry) {
        let name = entry.file_name();
        match leaving(&name) {
            Leaving::No => {}
            Leaving::Silent => return,
            Leaving::Told => {
                *self.tree.leavings.entry(name.to_string_lossy().into_owned()).or_default() += 1;
                return;
            }
        }
        let (below, path) = (folder.join(&name), entry.path());
        let Ok(kind) = entry.file_type() else {
            self.tree.special += 1;
            return;
        };
        if kind.is_file() {
            self.tree.files.push(below);
            return;
        }
        // Follows a link.
        let Ok(found) = fs::metadata(&path) else {
            self.tree.special += 1;
            return;
        };
        if found.is_file() {
            self.tree.files.push(below);
        } else if !found.is_dir() {
            self.tree.special += 1;
        } else if kind.is_symlink() {
            self.linked.push((below, level + 1));
        } else {
            self.enter(&path, below, level + 1, &found);
        }
    }

    /// Enters the first of the links, in the order of their paths, that leads to a folder with something to list.
    fn follow_link(&mut self) {
        self.linked.sort();
        self.linked.reverse();
        while self.real.is_empty()
            && let Some((below, level)) = self.linked.pop()
        {
            let path = self.top.join(&below);
            match fs::metadata(&path) {
                Ok(found) => self.enter(&path, below, level, &found),
                Err(_) => self.tree.special += 1,
            }
        }
    }

    /// Notes a folder, and plans to list it if it is new and not too deep.
    fn enter(&mut self, path: &Path, below: PathBuf, level: usize, found: &Metadata) {
        match identity(path, found) {
            Ok(identity) if self.visited.insert(identity) => {
                self.tree.folders.push(below.clone());
                if level <= self.depth {
                    self.real.push((below, level));
                }
            }
            Ok(_) => self.tree.met_before.push(below),
            Err(error) => self.tree.unreadable.push((below, error.to_string())),
        }
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
