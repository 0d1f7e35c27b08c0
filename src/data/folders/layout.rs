//! What the folders of a set of pictures or texts mean: parts, classes, and what belongs to neither. Works on paths alone.
//! Names are compared by their bytes: two folders are two classes, however alike they look.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Holding;
use super::parts::{Part, part_of};
use crate::data::LeftOut;
use crate::data::names::{shown, shown_path};
use crate::text::{Phrase, phrase};

/// Files with their classes, first those for training, then validation, then test.
#[derive(Debug, Default)]
pub(in crate::data) struct Layout {
    /// What the files are.
    holding: Holding,
    /// The name of the class folder and the file, below the top.
    pub rows: Vec<(OsString, PathBuf)>,
    /// The first row of the validation part.
    pub validation_from: Option<usize>,
    /// The first row of the test part.
    pub test_from: Option<usize>,
    /// The folder of each part that was found, below the top.
    pub parts: Vec<(Part, PathBuf)>,
    /// Folders and files that belong to no class.
    pub left_out: Vec<LeftOut>,
    /// The folder that holds the classes or the parts, where it is not the top.
    pub base: PathBuf,
}

/// Why folders hold no such set: the folder, below the top, and what is wrong with it.
pub(in crate::data) type Misfit = (PathBuf, Phrase);

/// A folder with the files and folders in it.
#[derive(Default)]
struct Node<'a> {
    files: Vec<&'a Path>,
    folders: BTreeMap<&'a OsStr, Node<'a>>,
    /// At any depth.
    count: u64,
}

/// Finds parts and classes of files.
pub(in crate::data) fn arrange(files: &[PathBuf], folders: &[PathBuf], holding: Holding) -> Result<Layout, Misfit> {
    let mut top = Node::default();
    for folder in folders {
        top.at(folder);
    }
    for file in files {
        let folder = file.parent().unwrap_or_else(|| Path::new(""));
        top.at(folder).files.push(file);
        top.add_to_counts(folder);
    }
    let mut layout = Layout { holding, ..Layout::default() };
    let (base, node) = layout.descend(PathBuf::new(), &top, &BTreeSet::new());
    layout.base.clone_from(&base);
    match node.parts() {
        Parts::Folders(parts) => layout.take_parts(&base, node, &parts)?,
        Parts::Twice(first, second) => {
            let [first, second] = [first, second].map(|name| Phrase::plain(name.display()));
            return Err((base, phrase!("images-part-twice", first = first, second = second)));
        }
        Parts::None if node.has_parts_in_classes() => layout.take_parts_in_classes(&base, node),
        Parts::None => {
            let classes = layout.classes(&base, node);
            if classes.is_empty() {
                return Err(misfit(base, node, holding));
            }
            layout.rows = classes;
        }
    }
    Ok(layout)
}

fn misfit(folder: PathBuf, node: &Node<'_>, holding: Holding) -> Misfit {
    let problem = match (node.files.is_empty(), node.folders.is_empty()) {
        (false, _) => holding.no_class_folder(),
        (true, true) => phrase!("images-no-folder"),
        (true, false) => holding.none(),
    };
    (folder, problem)
}

enum Parts<'a> {
    None,
    Folders(Vec<(Part, &'a OsStr)>),
    /// Two folders that are the same part.
    Twice(&'a OsStr, &'a OsStr),
}

impl<'a> Node<'a> {
    fn at(&mut self, folder: &'a Path) -> &mut Self {
        folder.iter().fold(self, |node, name| node.folders.entry(name).or_default())
    }

    fn add_to_counts(&mut self, folder: &'a Path) {
        self.count += 1;
        let mut node = self;
        for name in folder {
            node = node.folders.entry(name).or_default();
            node.count += 1;
        }
    }

    /// Folders with files at some depth.
    fn filled(&self) -> impl Iterator<Item = (&'a OsStr, &Self)> {
        self.folders.iter().filter(|(_, node)| node.count > 0).map(|(name, node)| (*name, node))
    }

    /// Every file at any depth, by path.
    fn all(&self) -> Vec<&'a Path> {
        let mut all = self.files.clone();
        let mut open: Vec<&Self> = self.folders.values().collect();
        while let Some(node) = open.pop() {
            all.extend(&node.files);
            open.extend(node.folders.values());
        }
        all.sort();
        all
    }

    /// The folders are parts when each of them is called like one and one is for training: beside `bus` and `tram`, `train`
    /// is a class.
    fn parts(&self) -> Parts<'a> {
        let mut parts: Vec<(Part, &OsStr, bool)> = Vec::new();
        for (name, _) in self.filled() {
            let Some((part, is_plain)) = part_of(name) else { return Parts::None };
            parts.push((part, name, is_plain));
        }
        let Some((_, train, _)) = parts.iter().find(|(part, ..)| *part == Part::Training) else { return Parts::None };
        let train = &self.folders[*train];
        // `express-train/1.png` beside `test-tube/1.png` are classes.
        if !train.files.is_empty() && parts.iter().any(|(.., is_plain)| !is_plain) {
            return Parts::None;
        }
        for (index, (part, name, _)) in parts.iter().enumerate() {
            let is_judged = *part != Part::Unlabelled;
            if let Some((_, other, _)) = parts[..index].iter().find(|(other, ..)| is_judged && other == part) {
                return Parts::Twice(other, name);
            }
        }
        Parts::Folders(parts.into_iter().map(|(part, name, _)| (part, name)).collect())
    }

    /// Whether each class folder holds folders of parts: `bottle/train`, `bottle/test`.
    fn has_parts_in_classes(&self) -> bool {
        let is_divided = |node: &Self| {
            let mut parts = node.filled().map(|(name, _)| part_of(name).filter(|(_, is_plain)| *is_plain));
            node.files.is_empty() && node.filled().count() > 1 && parts.all(|part| part.is_some())
        };
        self.filled().count() > 1
            && self.filled().all(|(_, class)| is_divided(class) && matches!(class.parts(), Parts::Folders(_)))
    }
}

impl Layout {
    /// Goes into a folder while it holds one folder with files and nothing else, which holds folders itself. A folder that
    /// is called like one of `known` classes is a class.
    fn descend<'n, 'a>(
        &mut self,
        mut base: PathBuf,
        mut node: &'n Node<'a>,
        known: &BTreeSet<String>,
    ) -> (PathBuf, &'n Node<'a>) {
        loop {
            let mut filled = node.filled();
            let (Some((name, only)), None, true) = (filled.next(), filled.next(), node.files.is_empty()) else {
                break;
            };
            if !only.files.is_empty() || known.contains(&loose(name)) {
                break;
            }
            self.leave_empty(&base, node);
            base.push(name);
            node = only;
        }
        (base, node)
    }

    fn take_parts(&mut self, base: &Path, node: &Node<'_>, parts: &[(Part, &OsStr)]) -> Result<(), Misfit> {
        self.leave_empty(base, node);
        self.leave_loose(base, node);
        let mut known = BTreeSet::new();
        for part in [Part::Training, Part::Validation, Part::Test, Part::Unlabelled] {
            for (_, name) in parts.iter().filter(|(found, _)| *found == part) {
                let (folder, inner) = self.descend(base.join(name), &node.folders[*name], &known);
                let classes: Vec<&OsStr> = inner.filled().map(|(name, _)| name).collect();
                if part == Part::Training {
                    if classes.is_empty() {
                        return Err(misfit(folder, inner, self.holding));
                    }
                    known = classes.iter().map(|name| loose(name)).collect();
                }
                // `test/unknown/1.png`, `val/images/1.png`
                let is_unlabelled =
                    classes.is_empty() || matches!(classes[..], [only] if !known.contains(&loose(only)));
                if part == Part::Unlabelled || part != Part::Training && is_unlabelled {
                    let why = self.holding.unlabelled();
                    self.left_out.push(LeftOut { name: shown_path(&base.join(name)), why, count: inner.count });
                    continue;
                }
                self.begin(part);
                self.parts.push((part, base.join(name)));
                let rows = self.classes(&folder, inner);
                self.rows.extend(rows);
            }
        }
        Ok(())
    }

    fn take_parts_in_classes(&mut self, base: &Path, node: &Node<'_>) {
        self.leave_empty(base, node);
        self.leave_loose(base, node);
        for part in [Part::Training, Part::Validation, Part::Test, Part::Unlabelled] {
            let mut is_first = true;
            for (class, divided) in node.filled() {
                for (name, inner) in divided.filled().filter(|(name, _)| part_of(name).is_some_and(|p| p.0 == part)) {
                    let folder = base.join(class).join(name);
                    if part == Part::Unlabelled {
                        let why = self.holding.unlabelled();
                        self.left_out.push(LeftOut { name: shown_path(&folder), why, count: inner.count });
                        continue;
                    }
                    if is_first {
                        self.begin(part);
                        self.parts.push((part, Path::new("*").join(name)));
                        is_first = false;
                    }
                    self.rows.extend(inner.all().into_iter().map(|file| (class.to_owned(), file.to_owned())));
                }
            }
        }
    }

    fn begin(&mut self, part: Part) {
        let from = Some(self.rows.len());
        match part {
            Part::Validation => self.validation_from = from,
            Part::Test => self.test_from = from,
            Part::Training | Part::Unlabelled => {}
        }
    }

    /// The files of each class folder in `node`, which is `base`.
    fn classes(&mut self, base: &Path, node: &Node<'_>) -> Vec<(OsString, PathBuf)> {
        if node.filled().next().is_some() {
            self.leave_empty(base, node);
            self.leave_loose(base, node);
        }
        // Texts without a class come beside those of classes: `train/unsup`.
        let is_unlabelled =
            |name: &OsStr| self.holding == Holding::Texts && matches!(part_of(name), Some((Part::Unlabelled, true)));
        let (unlabelled, classes): (Vec<_>, Vec<_>) = node.filled().partition(|(name, _)| is_unlabelled(name));
        let why = self.holding.unlabelled();
        self.left_out.extend(unlabelled.into_iter().map(|(name, node)| LeftOut {
            name: shown_path(&base.join(name)),
            why: why.clone(),
            count: node.count,
        }));
        let of_class = |(name, class): (&OsStr, &Node<'_>)| {
            let name = name.to_owned();
            class.all().into_iter().map(move |file| (name.clone(), file.to_owned())).collect::<Vec<_>>()
        };
        classes.into_iter().flat_map(of_class).collect()
    }

    fn leave_empty(&mut self, base: &Path, node: &Node<'_>) {
        for (name, _) in node.folders.iter().filter(|(_, node)| node.count == 0) {
            let why = self.holding.none_in_it();
            self.left_out.push(LeftOut { name: shown_path(&base.join(name)), why, count: 1 });
        }
    }

    fn leave_loose(&mut self, base: &Path, node: &Node<'_>) {
        let count = node.files.len() as u64;
        if let Some(first) = node.files.first() {
            let name = if count == 1 { first.to_path_buf() } else { base.join("*") };
            self.left_out.push(LeftOut { name: shown_path(&name), why: phrase!("left-out-no-class"), count });
        }
    }
}

/// A name without case and blanks around it, for guesses about what a folder is.
fn loose(name: &OsStr) -> String {
    shown(name).trim().to_lowercase()
}
