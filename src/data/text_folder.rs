//! A folder of texts: one folder a class with a text in each file, or one file a class with a text on each line; either may lie below
//! folders of parts.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::file::{MAX_TEXT, unreadable};
use super::folders::{Holding, Layout, arrange, classes_of, ending, tell_parts, tell_passed_over};
use super::images::is_picture_name;
use super::magic::{start_of, what_it_is};
use super::names::{alike, shown_path};
use super::table::whole_text;
use super::walk::walk;
use super::{DataError, Dataset, Examples, Findings, Kind, LeftOut, Much, Remark, Scaling, TextFinding, Texts, Watch};
use crate::recipe::TextSource;
use crate::text::{Phrase, phrase};

/// Endings of text files.
const ENDINGS: [&str; 3] = ["txt", "text", "utf8"];

/// Reads a folder. Files and lines without a text are left out.
pub(super) fn load(source: &TextSource, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let folder = source.path.as_path();
    let tree = walk(folder, usize::MAX, watch)?;
    let (files, others): (Vec<_>, Vec<_>) = tree.files.iter().cloned().partition(|file| is_text(folder, file));
    let (notes, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|file| is_note(file));
    let (layout, is_line_a_row) = understood(folder, &files, &tree.folders)?;
    let (classes, class_of) = classes_of(folder, &layout)?;
    let read = read_all(source, &layout, is_line_a_row, watch)?;

    let mut all = Rows::default();
    let mut starts = Vec::with_capacity(read.len() + 1);
    for ((class, file), texts) in layout.rows.iter().zip(read) {
        starts.push(all.labels.len());
        all.take(file, &texts, class_of[class], is_line_a_row);
    }
    let rows = all.labels.len();
    starts.push(rows);
    if rows == 0 {
        let (problem, allowed) = (phrase!("texts-all-empty"), Holding::Texts.allowed());
        return Err(DataError::Folder { folder: folder.to_owned(), problem, allowed });
    }
    let (validation_from, test_from) =
        (layout.validation_from.map(|row| starts[row]), layout.test_from.map(|row| starts[row]));
    let texts = TextFinding::of(&all.texts);
    let mut findings =
        Findings { kind: Kind::Text, holds: Some(texts.phrase()), texts: Some(texts), ..Findings::default() };
    tell_parts(&layout, rows, validation_from, test_from, &mut findings);
    findings.left_out.extend(layout.left_out.iter().cloned());
    let note = |file: &PathBuf| LeftOut { name: shown_path(file), why: phrase!("left-out-note"), count: 1 };
    findings.left_out.extend(notes.iter().map(note));
    tell_passed_over(&tree, &others, Holding::Texts, &mut findings.left_out);
    findings.remarks.extend(alike(&classes));
    findings.remarks.extend(all.remarks());
    Ok(Dataset {
        validation_from: validation_from.filter(|from| *from < test_from.unwrap_or(rows)),
        test_from: test_from.filter(|from| *from < rows),
        scaling: Scaling::None,
        files: all.files,
        findings,
        ..Dataset::new(super::file::stem(folder), classes, Examples::Text(all.texts), all.labels)
    })
}

/// Entries of a folder that are looked at before it is said what it holds.
const LOOKED_AT: usize = 4096;

/// Whether a folder holds several text files (one alone is a note on something) and, as far as it is looked at, no picture.
pub(super) fn is_text_folder(folder: &Path) -> Result<bool, DataError> {
    let mut open = vec![folder.to_owned()];
    let (mut met, mut texts) = (0, 0);
    while let Some(next) = open.pop() {
        let entries = match std::fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) if next == folder => return Err(unreadable(folder, &error)),
            Err(_) => continue,
        };
        for entry in entries.flatten() {
            met += 1;
            if met > LOOKED_AT {
                return Ok(texts > 1);
            }
            let path = entry.path();
            // A link may lead back to where it comes from.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(path);
            } else if is_picture_name(&path) {
                return Ok(false);
            } else {
                texts += usize::from(texts < 2 && is_text(Path::new(""), &path));
            }
        }
    }
    Ok(texts > 1)
}

/// Whether a name is that of a text file that is no note on the others.
pub(super) fn is_text_name(file: &Path) -> bool {
    !is_note(file) && ending(file).is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Whether a file is about the others by its name.
fn is_note(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    ["readme", "licen", "copying"].iter().any(|start| name.starts_with(start))
}

/// Whether a file is one of texts, by its name, or, where the name has no ending, by its first bytes.
fn is_text(top: &Path, file: &Path) -> bool {
    let begins_as_text = || {
        let is_one = |start: Vec<u8>| !start.is_empty() && what_it_is(&start).is_none() && str_like(&start);
        start_of(&top.join(file)).is_ok_and(is_one)
    };
    is_text_name(file) || (ending(file).is_none() && !is_note(file) && begins_as_text())
}

/// Whether bytes may be the start of a text: UTF-8 but for a character that is cut off, or of an encoding with a mark.
fn str_like(start: &[u8]) -> bool {
    match str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() || encoding_rs::Encoding::for_bom(start).is_some(),
    }
}

/// Parts and classes of the files, and whether each line of a file is a row.
fn understood(folder: &Path, files: &[PathBuf], folders: &[PathBuf]) -> Result<(Layout, bool), DataError> {
    let by_folder = arrange(files, folders, Holding::Texts);
    if let Ok(layout) = &by_folder
        && classes_in(layout) > 1
    {
        // One file in each folder of a class holds all texts of it.
        let is_line_a_row = files_of_folders(layout).iter().all(|files| *files == 1);
        return by_folder.map(|layout| (layout, is_line_a_row)).map_err(|misfit| no_layout(folder, misfit));
    }
    // `pos.txt` is understood as `pos/pos.txt`.
    let below = |file: &PathBuf| file.with_extension("").join(file.file_name().unwrap_or_default());
    let named: Vec<PathBuf> = files.iter().map(below).collect();
    if let Ok(mut layout) = arrange(&named, folders, Holding::Texts)
        && classes_in(&layout) > 1
    {
        for (_, file) in &mut layout.rows {
            if let Some(name) = file.file_name().map(ToOwned::to_owned) {
                file.pop();
                file.set_file_name(name);
            }
        }
        return Ok((layout, true));
    }
    by_folder.map(|layout| (layout, false)).map_err(|misfit| no_layout(folder, misfit))
}

fn no_layout(folder: &Path, (below, problem): (PathBuf, Phrase)) -> DataError {
    let folder = if below.as_os_str().is_empty() { folder.to_owned() } else { folder.join(below) };
    DataError::Folder { folder, problem, allowed: Holding::Texts.allowed() }
}

fn classes_in(layout: &Layout) -> usize {
    let mut classes: Vec<&OsString> = layout.rows.iter().map(|(class, _)| class).collect();
    classes.sort_unstable();
    classes.dedup();
    classes.len()
}

/// How many files each folder holds.
fn files_of_folders(layout: &Layout) -> Vec<usize> {
    let mut folders: Vec<Option<&Path>> = layout.rows.iter().map(|(_, file)| file.parent()).collect();
    folders.sort_unstable();
    folders.chunk_by(|a, b| a == b).map(<[_]>::len).collect()
}

/// The text of each file, or of each of its lines, in the order of the layout.
fn read_all(
    source: &TextSource,
    layout: &Layout,
    is_line_a_row: bool,
    watch: &dyn Watch,
) -> Result<Vec<Vec<String>>, DataError> {
    let folder = source.path.as_path();
    let total = layout.rows.len() as u64;
    watch.progress(0, total);
    let (mut all, mut bytes) = (Vec::with_capacity(layout.rows.len()), 0);
    for files in layout.rows.chunks(256) {
        if watch.is_cancelled() {
            return Err(DataError::Cancelled);
        }
        let read = |(_, file): &(OsString, PathBuf)| -> Result<Vec<String>, DataError> {
            let text = whole_text(&folder.join(file), source.encoding.as_deref())?;
            if !is_line_a_row {
                return Ok(vec![text.trim().to_owned()]);
            }
            // Lines of old Macs end by a carriage return alone.
            let end = if text.contains('\n') { '\n' } else { '\r' };
            Ok(text.trim_end().split(end).map(|line| line.trim().to_owned()).collect())
        };
        let read: Vec<_> = files.par_iter().map(read).collect();
        for texts in read {
            let texts = texts?;
            bytes += texts.iter().map(|text| text.len() as u64).sum::<u64>();
            all.push(texts);
        }
        if bytes > MAX_TEXT {
            let (file, what) = (folder.to_owned(), Much::Bytes);
            return Err(DataError::TooLarge { file, what, found: bytes, limit: MAX_TEXT });
        }
        watch.progress(all.len() as u64, total);
    }
    Ok(all)
}

/// What was read of all files.
#[derive(Default)]
struct Rows {
    texts: Texts,
    labels: Vec<u32>,
    /// The file of each row, where a file is a row.
    files: Vec<PathBuf>,
    /// Files without a text, and the first of them.
    empty: u64,
    first_empty: PathBuf,
    /// Lines without one, of other files.
    blank: u64,
}

impl Rows {
    /// Takes the texts of a file.
    fn take(&mut self, file: &Path, texts: &[String], label: u32, is_line_a_row: bool) {
        let before = self.labels.len();
        for text in texts.iter().filter(|text| !text.is_empty()) {
            self.texts.push(text, None);
            self.labels.push(label);
            if !is_line_a_row {
                self.files.push(file.to_owned());
            }
        }
        let taken = self.labels.len() - before;
        if taken > 0 {
            self.blank += (texts.len() - taken) as u64;
            return;
        }
        if self.empty == 0 {
            file.clone_into(&mut self.first_empty);
        }
        self.empty += 1;
    }

    /// What is said of files and lines without a text.
    fn remarks(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        if self.empty > 0 {
            let (count, first) = (self.empty, shown_path(&self.first_empty));
            let message = phrase!("remark-empty-text-files", count = count, first = first);
            remarks.push(Remark::note("empty-texts", message, [("files", count)]));
        }
        if self.blank > 0 {
            let message = phrase!("remark-empty-lines", count = self.blank);
            remarks.push(Remark::note("empty-lines", message, [("lines", self.blank)]));
        }
        remarks
    }
}
