//! Which files of a folder are the images and labels of which data set, by their names and the folders they are in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::data::images::is_picture_name;
use crate::data::text_folder::is_text_name;
use crate::data::walk::{walk, walk_up_to};
use crate::data::{DataError, Watch};
use crate::text::{Between, Phrase, phrase};

/// The files of one data set, below the folder.
#[derive(Debug, Default)]
pub(super) struct IdxSet {
    /// What its files or their folder are called.
    pub name: String,
    pub train_images: Option<PathBuf>,
    pub train_labels: Option<PathBuf>,
    pub test_images: Option<PathBuf>,
    pub test_labels: Option<PathBuf>,
    /// The characters that the labels stand for.
    pub mapping: Option<PathBuf>,
}

/// Folders below the one that is given: `MNIST/raw/train-images-idx3-ubyte/`.
const DEPTH: usize = 3;
/// Most entries that are looked at to find out what a folder is.
const MOST_ENTRIES: u64 = 20_000;

/// Whether a folder is meant as IDX files: it has files that are called so, here or where archives unpack them, or files and
/// no folders. Pictures and the tables beside them are none, and neither are texts.
pub fn is_idx_folder(folder: &Path) -> bool {
    let Ok(here) = walk_up_to(folder, 0, &(), MOST_ENTRIES) else { return false };
    if here.files.iter().any(|file| is_called_so(&name_of(file))) {
        return true;
    }
    if here.folders.is_empty() {
        let is_other = |file: &PathBuf| is_picture_name(file) || is_text_name(file);
        return !here.files.is_empty() && !here.files.iter().any(is_other);
    }
    let is_certain = |name: String| is_called_so(&name) && (name.contains("idx") || name.contains("ubyte"));
    walk_up_to(folder, DEPTH, &(), MOST_ENTRIES)
        .is_ok_and(|below| below.files.iter().any(|file| is_certain(name_of(file))))
}

/// Images or labels by name, and nothing else by ending.
fn is_called_so(name: &str) -> bool {
    let ending = Path::new(name).extension().map_or("", |ending| ending.to_str().unwrap_or(""));
    (name.contains("images") || name.contains("labels"))
        && (ending.is_empty() || ending == "gz" || is_idx_ending(ending))
}

fn is_idx_ending(ending: &str) -> bool {
    ending.starts_with("idx") || ending.contains("ubyte")
}

/// The name of a file in small letters.
fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// The data set that is called `name`, or the only one.
///
/// # Errors
/// [`DataError::Folder`] when none or several fit, with their names.
pub(super) fn choose(folder: &Path, name: Option<&str>, watch: &dyn Watch) -> Result<IdxSet, DataError> {
    let tree = walk(folder, DEPTH, watch)?;
    let groups = groups(&tree.files);
    let wrong = |problem, allowed| DataError::Folder { folder: folder.to_owned(), problem, allowed };
    let own_name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let named: Vec<(String, &Group)> = groups.iter().map(|group| (group.name(&own_name, &groups), group)).collect();
    let names = || Phrase::several(Between::Commas, named.iter().map(|(name, _)| format!("`{name}`").into()));
    let found: Vec<&(String, &Group)> = match name {
        Some(asked) => called(asked, &named),
        None => {
            // What lies in the folder itself is meant before what lies below it.
            let here: Vec<_> = named.iter().filter(|(_, group)| group.folder.as_os_str().is_empty()).collect();
            if here.is_empty() { named.iter().collect() } else { here }
        }
    };
    match found[..] {
        [(name, group)] => group.set(folder, name.clone()),
        // Nothing at all is told by the file that is missing.
        [] if named.is_empty() => Ok(IdxSet::default()),
        [] => Err(wrong(
            phrase!("idx-no-such-set", name = name.unwrap_or_default()),
            phrase!("idx-one-of", names = names()),
        )),
        [.., (last, _)] => {
            let example = last.rsplit(['-', '_', '/', ' ']).next().unwrap_or(last);
            let short = if called(example, &named).len() == 1 { example } else { last };
            Err(wrong(phrase!("idx-several-sets", names = names()), phrase!("idx-say-which", name = short)))
        }
    }
}

/// Those whose names say what was asked for: the same letters and digits, else all of its words, else it as a part of one.
fn called<'a, 'g>(asked: &str, named: &'a [(String, &'g Group)]) -> Vec<&'a (String, &'g Group)> {
    let letters = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let words = |text: &str| {
        let text = text.to_lowercase();
        text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<String>>()
    };
    let asked_letters = letters(asked);
    let asked_words: Vec<String> = words(asked).into_iter().filter(|word| !word.is_empty()).collect();
    if asked_letters.is_empty() {
        return Vec::new();
    }
    let same = |name: &str| letters(name) == asked_letters;
    let has_words = |name: &str| asked_words.iter().all(|word| words(name).contains(word));
    let holds = |name: &str| letters(name).contains(&asked_letters);
    let ways: [&dyn Fn(&str) -> bool; 3] = [&same, &has_words, &holds];
    let fitting = ways.into_iter().map(|fits| named.iter().filter(|(name, _)| fits(name)).collect::<Vec<_>>());
    fitting.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

/// Files whose names begin alike, in one folder.
#[derive(Debug)]
struct Group {
    folder: PathBuf,
    /// What stands before `train` or `images`, without what sets it apart.
    prefix: String,
    train_images: Vec<PathBuf>,
    train_labels: Vec<PathBuf>,
    test_images: Vec<PathBuf>,
    test_labels: Vec<PathBuf>,
    mapping: Option<PathBuf>,
}

/// Which file a name is.
struct Role<'a> {
    prefix: &'a str,
    is_train: bool,
    is_images: bool,
}

const PARTS: [(&str, bool); 3] = [("train", true), ("t10k", false), ("test", false)];
const KINDS: [(&str, bool); 2] = [("images", true), ("labels", false)];

/// `None` for a name that does not say part and kind; `folder` says the part where the name does not.
fn role<'a>(name: &'a str, folder: &str) -> Option<Role<'a>> {
    let (kind, is_images) = KINDS.iter().find_map(|(mark, images)| Some((name.find(mark)?, *images)))?;
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or("");
    // A table, a note or a picture with such a name is none of them.
    if ["csv", "tsv", "txt", "json", "md", "npy", "npz", "xml", "yaml", "html", "zip", "py"].contains(&ending)
        || is_picture_name(Path::new(name))
    {
        return None;
    }
    let marked = |text: &str| PARTS.iter().find_map(|(mark, train)| Some((text.find(mark)?, *train)));
    let (part, is_train) = match marked(name) {
        Some(found) => found,
        None => (kind, marked(folder)?.1),
    };
    Some(Role { prefix: name[..kind.min(part)].trim_matches(['-', '_', '.', ' ']), is_train, is_images })
}

fn groups(files: &[PathBuf]) -> Vec<Group> {
    let mut groups: BTreeMap<(PathBuf, String), Group> = BTreeMap::new();
    let group_of = |folder: &Path, prefix: &str| Group {
        folder: folder.to_owned(),
        prefix: prefix.to_owned(),
        train_images: Vec::new(),
        train_labels: Vec::new(),
        test_images: Vec::new(),
        test_labels: Vec::new(),
        mapping: None,
    };
    for file in files {
        let name = name_of(file);
        let mut folder = file.parent().unwrap_or_else(|| Path::new(""));
        let Some(role) = role(&name, &name_of(folder)) else { continue };
        // `train-images-idx3-ubyte/train-images-idx3-ubyte`, `train/images-idx3-ubyte`
        let inner = name_of(folder);
        let is_of_file = KINDS.iter().chain(&PARTS).any(|(mark, _)| inner.contains(mark));
        if is_of_file {
            folder = folder.parent().unwrap_or_else(|| Path::new(""));
        }
        let key = (folder.to_owned(), role.prefix.to_owned());
        let group = groups.entry(key).or_insert_with(|| group_of(folder, role.prefix));
        let slot = match (role.is_train, role.is_images) {
            (true, true) => &mut group.train_images,
            (true, false) => &mut group.train_labels,
            (false, true) => &mut group.test_images,
            (false, false) => &mut group.test_labels,
        };
        slot.push(file.clone());
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    // `mnist-train-images` beside `t10k-images`: two halves of one set.
    if let [first, second] = &mut groups[..] {
        let is_half = |train: &Group, test: &Group| {
            train.folder == test.folder
                && train.test_images.is_empty()
                && train.test_labels.is_empty()
                && test.train_images.is_empty()
                && test.train_labels.is_empty()
        };
        if is_half(first, second) || is_half(second, first) {
            for (to, from) in [
                (&mut first.train_images, &mut second.train_images),
                (&mut first.train_labels, &mut second.train_labels),
                (&mut first.test_images, &mut second.test_images),
                (&mut first.test_labels, &mut second.test_labels),
            ] {
                to.append(from);
            }
            groups.truncate(1);
        }
    }
    for group in &mut groups {
        let called =
            if group.prefix.is_empty() { "mapping.txt".to_owned() } else { format!("{}-mapping.txt", group.prefix) };
        let is_mapping = |file: &&PathBuf| name_of(file) == called && file.parent() == Some(&group.folder);
        group.mapping = files.iter().find(is_mapping).cloned();
    }
    groups
}

impl Group {
    /// Its prefix, or the folder it lies in; both where the prefix alone is that of several.
    fn name(&self, own_name: &str, all: &[Self]) -> String {
        const SILENT: [&str; 3] = ["raw", "gzip", "processed"];
        let folders: Vec<String> = self.folder.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        let speaking: Vec<&str> =
            folders.iter().map(String::as_str).filter(|name| !SILENT.contains(&name.to_lowercase().as_str())).collect();
        let is_only = all.iter().filter(|group| group.prefix == self.prefix).count() == 1;
        match (self.prefix.is_empty(), speaking.is_empty()) {
            (false, _) if is_only => self.prefix.clone(),
            (false, true) => self.prefix.clone(),
            (false, false) => format!("{}/{}", speaking.join("/"), self.prefix),
            (true, false) => speaking.join("/"),
            (true, true) if folders.is_empty() => own_name.to_owned(),
            (true, true) => folders.join("/"),
        }
    }

    fn set(&self, folder: &Path, name: String) -> Result<IdxSet, DataError> {
        let one = |files: &[PathBuf], kind: &str, part: &str| one_of(folder, files, kind, part);
        Ok(IdxSet {
            name,
            train_images: one(&self.train_images, "images", "training")?,
            train_labels: one(&self.train_labels, "labels", "training")?,
            test_images: one(&self.test_images, "images", "test")?,
            test_labels: one(&self.test_labels, "labels", "test")?,
            mapping: self.mapping.clone(),
        })
    }
}

/// The only one of `files`. The same file packed beside it, or unpacked into a folder of its own, is not a second one: the
/// unpacked one that lies highest is taken.
fn one_of(folder: &Path, files: &[PathBuf], kind: &str, part: &str) -> Result<Option<PathBuf>, DataError> {
    let is_packed = |file: &Path| file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    let same = |file: &Path| {
        let name = name_of(file);
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.chars().filter(|c| c.is_alphanumeric()).collect::<String>()
    };
    let best = files.iter().min_by_key(|file| (is_packed(file), file.iter().count(), (*file).clone()));
    let Some(best) = best else { return Ok(None) };
    let Some(other) = files.iter().find(|file| same(file) != same(best)) else { return Ok(Some(best.clone())) };
    let (first, second) = if best < other { (best, other) } else { (other, best) };
    Err(DataError::Folder {
        folder: folder.to_owned(),
        problem: phrase!("idx-two-files", first = first, second = second, kind = kind, part = part),
        allowed: phrase!("idx-one-of-each"),
    })
}
