//! What a path is, before it is read: the source that a recipe would name.

use std::path::{Path, PathBuf};

use super::file::unreadable;
use super::magic::{Packed, start_of, what_it_is};
use super::text_folder::is_text_folder;
use super::{DataError, is_idx_folder};
use crate::recipe::{ImageSource, Source, TableSource, TextSource};
use crate::text::phrase;

/// The source that a file or folder is, with nothing settled that can be found out.
///
/// # Errors
/// When it cannot be read, or is something that holds no examples; the message says what it is.
pub fn recognise(path: &Path) -> Result<Source, DataError> {
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if metadata.is_dir() {
        if let Some(table) = only_table(path)? {
            return Ok(Source::Table(TableSource::new(table)));
        }
        return Ok(if is_idx_folder(path) {
            Source::Idx { path: path.to_owned(), name: None }
        } else if is_text_folder(path)? {
            Source::Texts(TextSource::new(path))
        } else {
            Source::Images(ImageSource::new(path))
        });
    }
    if !metadata.is_file() {
        let (problem, allowed) = (phrase!("file-is-no-file"), phrase!("file-or-folder"));
        return Err(DataError::Format { file: path.to_owned(), problem, allowed });
    }
    let start = start_of(path)?;
    // Those are tables that are no text.
    let is_read = Packed::by(&start) != Packed::No || start.starts_with(b"PAR1");
    if !is_read && let Some(kind) = what_it_is(&start) {
        return Err(DataError::Format { file: path.to_owned(), problem: kind.problem, allowed: kind.instead });
    }
    Ok(Source::Table(TableSource::new(path)))
}

/// The table of a folder that holds tables and nothing else: the only one, or the one that is called `train`.
fn only_table(folder: &Path) -> Result<Option<PathBuf>, DataError> {
    const ENDINGS: [&str; 10] =
        ["csv", "tsv", "txt", "parquet", "arff", "csv.gz", "tsv.gz", "txt.gz", "csv.zip", "npz"];
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut tables = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if name.starts_with('.') || name.starts_with("readme") || name.starts_with("licen") {
            continue;
        }
        if path.is_dir() || !ENDINGS.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            return Ok(None);
        }
        tables.push((name, path));
    }
    tables.sort();
    let train = tables.iter().filter(|(name, _)| name.starts_with("train")).map(|(_, path)| path).collect::<Vec<_>>();
    Ok(match (tables.as_slice(), train.as_slice()) {
        ([(_, only)], _) => Some(only.clone()),
        (_, [train]) => Some((*train).clone()),
        _ => None,
    })
}
