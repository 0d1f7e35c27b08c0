//! The one file of a zip archive, as Kaggle packs a table.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::DataError;
use super::error::names;
use super::file::{MAX_TEXT, unreadable};
use crate::text::{Phrase, phrase};

/// The names of the files in an archive, without folders and what operating systems leave behind.
pub(super) fn file_names(file: &Path) -> Result<Vec<String>, DataError> {
    let archive = open(file)?;
    let is_meant = |name: &String| {
        let last = name.rsplit('/').next().unwrap_or(name);
        !name.ends_with('/') && !name.starts_with("__MACOSX") && !last.starts_with('.')
    };
    Ok(archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).filter(is_meant).collect())
}

/// The content of the only file of an archive.
///
/// # Errors
/// When there is none or more than one, when it is encrypted or packed in a way that is not read, or when it is too large.
pub(super) fn only_file(file: &Path) -> Result<Vec<u8>, DataError> {
    let found = file_names(file)?;
    let wrong =
        |problem: Phrase| DataError::Format { file: file.to_owned(), problem, allowed: phrase!("archive-one-file") };
    if found.iter().any(|name| name == "xl/workbook.xml") {
        return Err(DataError::Format {
            file: file.to_owned(),
            problem: phrase!("file-is", what = phrase!("kind-xlsx")),
            allowed: phrase!("file-save-as-csv"),
        });
    }
    let [only] = found.as_slice() else {
        return Err(wrong(phrase!("archive-holds", count = found.len(), names = names(&found))));
    };
    let mut archive = open(file)?;
    let entry =
        archive.by_name(only).map_err(|error| wrong(phrase!("archive-damaged", problem = error.to_string())))?;
    let mut bytes = Vec::new();
    entry.take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(|error| unreadable(file, &error))?;
    if bytes.len() as u64 > MAX_TEXT {
        return Err(wrong(phrase!("data-unpacks-to-too-much", limit = MAX_TEXT >> 30)));
    }
    Ok(bytes)
}

pub(super) fn open(file: &Path) -> Result<ZipArchive<BufReader<File>>, DataError> {
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    ZipArchive::new(BufReader::new(opened)).map_err(|error| DataError::Format {
        file: file.to_owned(),
        problem: phrase!("archive-damaged", problem = error.to_string()),
        allowed: phrase!("archive-one-file"),
    })
}
