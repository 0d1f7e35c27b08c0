//! A column of pictures in a Parquet file, as data hubs have it: the pictures are decoded, and classed by another column.

use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use rayon::prelude::*;

use super::super::classes::number_classes;
use super::super::error::{self, LISTED};
use super::super::file::{check_bytes, stem};
use super::super::{
    BadImage, DataError, Dataset, Examples, Findings, Kind, LabelFinding, LabelReason, Much, Scaling, Watch, images,
};
use super::naming::{CLASS_NAMES, position_of};
use super::parquet::{Leaf, TextForm, bytes_of, damaged, leaves, open, texts_of};
use super::part::parts_from;
use crate::recipe::{ColumnRef, TableSource};
use crate::text::{Phrase, phrase};

/// Pictures that are decoded side by side.
const AT_ONCE: usize = 64;

/// Whether a file has a column of bytes in which pictures stand.
pub fn holds_pictures(file: &Path) -> Result<bool, DataError> {
    let reader = open(file)?;
    let Some(leaf) = picture_column(&reader) else { return Ok(false) };
    let first = bytes_of(&reader, &leaf, 1, &mut |bytes| Ok(bytes)).map_err(|error| damaged(file, &error))?;
    Ok(first.first().is_some_and(|bytes| image::guess_format(bytes).is_ok()))
}

/// Reads pictures and their classes.
pub fn load_pictures(source: &TableSource, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let mut pictures = Pictures::new(source, watch);
    for file in source.files() {
        pictures.take_file(file)?;
    }
    let Pictures { values, labels, starts, label, names, bad, more, .. } = pictures;
    if !bad.is_empty() {
        return Err(DataError::Images { images: bad, more });
    }
    let (classes, numbers) = number_classes(&source.path, Much::Labels, labels.iter().cloned())?;
    let labels: Vec<u32> = labels.iter().map(|text| numbers[text]).collect();
    let classes = match names {
        Some(names) => called(classes, &names),
        None => classes,
    };
    let (rows, channels, side) = (labels.len(), source.colour.channels(), source.size);
    let examples = Examples::Pixels { rows, channels, height: side, width: side, values };
    let (validation_from, test_from) = parts_from(source, &starts);
    Ok(Dataset {
        validation_from,
        test_from,
        pixel_scale: Some(255.0),
        scaling: Scaling::unit(),
        findings: Findings {
            kind: Kind::Pictures,
            label: label.map(|column| LabelFinding { column, why: LabelReason::Called }),
            ..Findings::default()
        },
        ..Dataset::new(stem(&source.path), classes, examples, labels)
    })
}

/// What was read of all files so far.
struct Pictures<'a> {
    source: &'a TableSource,
    watch: &'a dyn Watch,
    values: Vec<u8>,
    /// The text of each label.
    labels: Vec<String>,
    /// The first row of each file.
    starts: Vec<usize>,
    /// The class column of the first file.
    label: Option<String>,
    /// Names of the classes, where a file has them.
    names: Option<Vec<String>>,
    /// The first pictures that cannot be read, and how many more there are.
    bad: Vec<BadImage>,
    more: usize,
}

/// Pictures of a file that wait for being decoded.
struct Batch<'a> {
    file: &'a Path,
    /// Rows of the files before.
    before: u64,
    /// Rows of this one.
    rows: u64,
    /// Those that are decoded.
    done: u64,
    waiting: Vec<Vec<u8>>,
}

impl<'a> Pictures<'a> {
    fn new(source: &'a TableSource, watch: &'a dyn Watch) -> Self {
        Self {
            source,
            watch,
            values: Vec::new(),
            labels: Vec::new(),
            starts: Vec::new(),
            label: None,
            names: None,
            bad: Vec::new(),
            more: 0,
        }
    }

    /// Reads the labels and the pictures of a file.
    fn take_file(&mut self, file: &Path) -> Result<(), DataError> {
        let reader = open(file)?;
        let rows = reader.metadata().file_metadata().num_rows().max(0) as u64;
        let before = self.labels.len() as u64;
        let (side, channels) = (self.source.size as u64, self.source.colour.channels() as u64);
        check_bytes(file, &[rows.saturating_add(before), side, side, channels])?;
        self.starts.push(self.labels.len());
        let Some(pictures) = picture_column(&reader) else {
            return Err(lacks(file, phrase!("parquet-no-pictures")));
        };
        self.take_labels(file, &reader)?;

        let watch = self.watch;
        let mut batch = Batch { file, before, rows, done: 0, waiting: Vec::new() };
        let mut each = |bytes: Vec<u8>| {
            batch.waiting.push(bytes);
            if batch.waiting.len() == AT_ONCE {
                self.decode(&mut batch);
            }
            if watch.is_cancelled() { Err(std::io::ErrorKind::Interrupted.into()) } else { Ok(()) }
        };
        let read = bytes_of(&reader, &pictures, usize::MAX, &mut each);
        read.map_err(|error| if watch.is_cancelled() { DataError::Cancelled } else { damaged(file, &error) })?;
        self.decode(&mut batch);
        Ok(())
    }

    fn take_labels(&mut self, file: &Path, reader: &SerializedFileReader<File>) -> Result<(), DataError> {
        let column = label_column(reader, self.source, file)?;
        if self.names.is_none() {
            self.names = hub_names(reader, &column.name);
        }
        let texts = texts_of(reader, &column).map_err(|error| damaged(file, &error))?;
        if let Some(row) = texts.iter().position(String::is_empty) {
            return Err(lacks(file, phrase!("parquet-no-label", row = row, column = &column.name)));
        }
        self.labels.extend(texts);
        self.label.get_or_insert(column.name);
        Ok(())
    }

    /// Decodes those that wait.
    fn decode(&mut self, batch: &mut Batch<'_>) {
        let (side, colour) = (self.source.size, self.source.colour);
        let read = batch.waiting.par_iter().map(|bytes| images::picture_from_bytes(bytes, side, colour, None));
        for (at, planes) in read.collect::<Vec<_>>().into_iter().enumerate() {
            match planes {
                Ok(planes) => self.values.extend(planes),
                Err(problem) if self.bad.len() < LISTED => {
                    let row = batch.done + at as u64;
                    let file = batch.file.join(phrase!("parquet-row", row = row).to_string());
                    self.bad.push(BadImage { file, problem });
                }
                Err(_) => self.more += 1,
            }
        }
        batch.done += batch.waiting.len() as u64;
        batch.waiting.clear();
        self.watch.progress(batch.before + batch.done, batch.before + batch.rows);
    }
}

/// The fault of a file without pictures or their classes.
fn lacks(file: &Path, problem: Phrase) -> DataError {
    DataError::Format { file: file.to_owned(), problem, allowed: phrase!("part-needs-classes") }
}

/// The column of bytes that holds pictures: `image.bytes` of a hub, or a column of bytes alone.
fn picture_column(reader: &SerializedFileReader<File>) -> Option<Leaf> {
    leaves(reader).into_iter().find(|leaf| leaf.form == TextForm::Bytes)
}

/// The column in which the class of a picture stands.
fn label_column(reader: &SerializedFileReader<File>, source: &TableSource, file: &Path) -> Result<Leaf, DataError> {
    let leaves: Vec<Leaf> =
        leaves(reader).into_iter().filter(|leaf| !matches!(leaf.form, TextForm::Bytes | TextForm::List)).collect();
    let names: Vec<String> = leaves.iter().map(|leaf| leaf.name.clone()).collect();
    let of_picture = |name: &str| matches!(name.rsplit_once('.'), Some((_, "path" | "bytes")));
    let position = match &source.label {
        Some(ColumnRef::Name(name)) => names.iter().position(|known| known == name),
        Some(ColumnRef::Position(position)) => position_of(*position, names.len()),
        None => {
            let called = |name: &&str| names.iter().position(|known| known.eq_ignore_ascii_case(name));
            let called = CLASS_NAMES.iter().find_map(called);
            let others: Vec<usize> = (0..names.len()).filter(|at| !of_picture(&names[*at])).collect();
            called.or(match others.as_slice() {
                [only] => Some(*only),
                _ => None,
            })
        }
    };
    let mut leaves = leaves;
    match position {
        Some(at) => Ok(leaves.swap_remove(at)),
        None => {
            let column = match &source.label {
                Some(ColumnRef::Name(name)) => phrase!("column-named", name = name),
                Some(ColumnRef::Position(position)) => phrase!("column-at", position = Phrase::plain(position)),
                None => phrase!("column-named", name = CLASS_NAMES[0]),
            };
            let allowed = phrase!("columns-of-header", names = error::names(&names));
            Err(DataError::LabelColumn { file: file.to_owned(), line: 1, column, allowed })
        }
    }
}

/// Names of the classes, as data hubs keep them beside the numbers.
fn hub_names(reader: &SerializedFileReader<File>, column: &str) -> Option<Vec<String>> {
    let entries = reader.metadata().file_metadata().key_value_metadata()?;
    let text = entries.iter().find(|entry| entry.key == "huggingface")?.value.as_ref()?;
    let hub: serde_json::Value = serde_json::from_str(text).ok()?;
    let names = hub.get("info")?.get("features")?.get(column)?.get("names")?.as_array()?;
    names.iter().map(|name| name.as_str().map(ToOwned::to_owned)).collect()
}

/// Classes that are positions among `names` by these names, unless two would become one.
fn called(classes: Vec<String>, names: &[String]) -> Vec<String> {
    let named = |class: &String| class.parse::<usize>().ok().and_then(|at| names.get(at)).unwrap_or(class).clone();
    let called: Vec<String> = classes.iter().map(named).collect();
    let mut distinct = called.clone();
    distinct.sort();
    distinct.dedup();
    if distinct.len() == called.len() { called } else { classes }
}
