//! Folders in which each folder is a class, or a part that holds classes: of pictures or of texts. `layout` finds out which, `parts`
//! knows what parts are called, `told` says it.

mod layout;
mod parts;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;

pub(super) use layout::{Layout, arrange};
pub(super) use told::{one_line, tell_parts, tell_passed_over};

use super::classes::number_classes;
use super::names::shown_apart;
use super::{DataError, Much};
use crate::text::{Phrase, phrase};

/// What the files of a folder are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Holding {
    #[default]
    Pictures,
    Texts,
}

impl Holding {
    /// What must be there.
    pub fn allowed(self) -> Phrase {
        match self {
            Self::Pictures => phrase!("images-allowed"),
            Self::Texts => phrase!("texts-allowed"),
        }
    }

    fn no_class_folder(self) -> Phrase {
        match self {
            Self::Pictures => phrase!("images-no-class-folder"),
            Self::Texts => phrase!("texts-no-class-folder"),
        }
    }

    fn none(self) -> Phrase {
        match self {
            Self::Pictures => phrase!("images-none"),
            Self::Texts => phrase!("texts-none"),
        }
    }

    fn unlabelled(self) -> Phrase {
        match self {
            Self::Pictures => phrase!("left-out-unlabelled"),
            Self::Texts => phrase!("left-out-unlabelled-texts"),
        }
    }

    fn none_in_it(self) -> Phrase {
        match self {
            Self::Pictures => phrase!("left-out-no-picture"),
            Self::Texts => phrase!("left-out-no-text"),
        }
    }

    /// What is said of files of another kind.
    fn other(self) -> Phrase {
        match self {
            Self::Pictures => phrase!("left-out-not-a-picture"),
            Self::Texts => phrase!("left-out-not-a-text"),
        }
    }
}

/// The classes in their order, and the number of each by the name of its folder.
pub(super) fn classes_of(folder: &Path, layout: &Layout) -> Result<(Vec<String>, BTreeMap<OsString, u32>), DataError> {
    let folders: BTreeSet<&OsString> = layout.rows.iter().map(|(class, _)| class).collect();
    let shown = shown_apart(&folders);
    let (classes, numbers) = number_classes(folder, Much::Folders, shown.values().cloned())?;
    let class_of = shown.into_iter().map(|(folder, name)| (folder, numbers[&name])).collect();
    Ok((classes, class_of))
}

/// The ending of a name, in small letters.
pub(super) fn ending(file: &Path) -> Option<String> {
    file.extension().map(|ending| ending.to_string_lossy().to_lowercase())
}
