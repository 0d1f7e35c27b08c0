//! Arrays of `NumPy`: `.npz` archives with inputs and labels, told apart by their names, as Keras and others save them.
//! `npy` reads one array; `roles` says what a name means.

mod npy;
mod roles;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use zip::ZipArchive;

use self::npy::{Array, Values, read};
use self::roles::{Kind as RoleKind, Part, role};
use super::dataset::number_classes;
use super::file::{MAX_CLASSES, check_size, shown_shape, stem, unreadable};
use super::magic::{Packed, start_of};
use super::{DataError, Dataset, Examples, Findings, Kind, LeftOut, Much, Remark, Scaling, Watch, archive};
use crate::recipe::{ColumnRef, Pixels, TableSource};
use crate::text::{Between, Phrase, phrase};

/// Whether the content of a file is an archive of arrays, or one array.
pub fn is_npz(file: &Path) -> bool {
    // Opening a pipe would wait for whoever writes to it.
    if !std::fs::metadata(file).is_ok_and(|found| found.is_file()) {
        return false;
    }
    let Ok(start) = start_of(file) else { return false };
    let holds_arrays = || archive::open(file).is_ok_and(|zip| zip.file_names_raw().any(|name| name.ends_with(b".npy")));
    start.starts_with(npy::MAGIC) || (Packed::by(&start) == Packed::Zip && holds_arrays())
}

/// Reads an archive. Whole numbers from 0 to 255 in rows of two or three dimensions are pixels; everything else is features.
///
/// # Errors
/// Whatever is wrong with the file, by the array's name; [`DataError::Cancelled`].
pub(super) fn load(source: &TableSource, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let file = source.path.as_path();
    let wrong = |problem, allowed| DataError::Format { file: file.to_owned(), problem, allowed };
    if source.test.is_some() || source.validation.is_some() {
        return Err(wrong(phrase!("npz-other-files"), phrase!("npz-names")));
    }
    let Contents { mut parts, mut findings } = contents(source, watch)?;
    let Some(train) = parts.remove(&Part::Training) else {
        return Err(wrong(phrase!("npz-no-training"), phrase!("npz-names")));
    };
    let mut all = vec![train];
    let mut froms = BTreeMap::new();
    for part in [Part::Validation, Part::Test] {
        if let Some(more) = parts.remove(&part).filter(|more| !more.labels.is_empty()) {
            froms.insert(part, all.iter().map(|part| part.labels.len()).sum::<usize>());
            all.push(more);
        }
    }
    let (classes, labels) = classes_of(file, &all)?;
    let inputs: Vec<&NamedArray> = all.iter().map(|part| &part.inputs).collect();
    let first = &inputs[0].array;
    for other in &inputs[1..] {
        if other.array.shape[1..] != first.shape[1..] {
            let problem = phrase!("npz-shape", shape = shown_shape(&other.array.shape));
            let allowed = phrase!("npz-shape-of", shape = shown_shape(&first.shape), name = &inputs[0].name);
            return Err(wrong(in_array(&other.name, problem), allowed));
        }
    }
    let (examples, pixel_scale) = examples_of(source, &inputs, labels.len(), &mut findings)?;
    findings.holds = Some(match &examples {
        Examples::Features { rows, width, .. } => phrase!("findings-rows", count = *rows, width = *width),
        Examples::Pixels { rows, height, width, .. } => {
            phrase!("findings-arrays", count = *rows, height = *height, width = *width)
        }
    });
    Ok(Dataset {
        validation_from: froms.get(&Part::Validation).copied(),
        test_from: froms.get(&Part::Test).copied(),
        pixel_scale,
        scaling: Scaling::of(source.normalise, pixel_scale.is_some()),
        findings,
        ..Dataset::new(stem(file), classes, examples, labels)
    })
}

struct NamedArray {
    name: String,
    array: Array,
}

/// Inputs and the label of each row, as text.
struct LoadedPart {
    inputs: NamedArray,
    labels: Vec<String>,
    /// Columns of one-hot labels: classes that are there whether a row has them or not.
    one_hot: usize,
}

struct Contents {
    parts: BTreeMap<Part, LoadedPart>,
    findings: Findings,
}

/// Reads those arrays that are inputs or labels of a part.
fn contents(source: &TableSource, watch: &dyn Watch) -> Result<Contents, DataError> {
    let file = source.path.as_path();
    let wrong = |problem, allowed| DataError::Format { file: file.to_owned(), problem, allowed };
    if start_of(file)?.starts_with(npy::MAGIC) {
        return Err(wrong(phrase!("npz-single"), phrase!("npz-names")));
    }
    let broken = |error: zip::result::ZipError| DataError::Read { file: file.to_owned(), problem: error.to_string() };
    let opened = BufReader::new(File::open(file).map_err(|error| unreadable(file, &error))?);
    let mut archive = ZipArchive::new(opened).map_err(broken)?;
    let mut names: Vec<(String, usize)> = Vec::new();
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(broken)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if let Some(name) = name.strip_suffix(".npy") {
            names.push((name.to_owned(), place));
        }
    }
    let told = || Phrase::several(Between::Commas, names.iter().map(|(name, _)| format!("`{name}`").into()));
    let label = match &source.label {
        None => None,
        Some(ColumnRef::Name(name)) if names.iter().any(|(known, _)| known == name) => Some(name.as_str()),
        Some(ColumnRef::Name(name)) => {
            return Err(wrong(phrase!("npz-no-array", name = name), phrase!("idx-one-of", names = told())));
        }
        Some(ColumnRef::Position(_)) => {
            return Err(wrong(phrase!("npz-label-by-position"), phrase!("idx-one-of", names = told())));
        }
    };
    // Of several arrays with the same role the one whose name says it best.
    let mut taken: BTreeMap<(Part, RoleKind), (usize, usize)> = BTreeMap::new();
    let mut findings = Findings { kind: Kind::Arrays, ..Findings::default() };
    let is_pair = names.len() == 2;
    for (at, (name, _)) in names.iter().enumerate() {
        let found = match label {
            Some(label) if label == name => Some((Part::Training, RoleKind::Labels, 0)),
            _ => role(name, is_pair)
                .filter(|role| label.is_none() || (role.0, role.1) != (Part::Training, RoleKind::Labels)),
        };
        let Some((part, kind, rank)) = found else { continue };
        let best = taken.entry((part, kind)).or_insert((rank, at));
        *best = (*best).min((rank, at));
    }
    let used: BTreeSet<usize> = taken.values().map(|(_, at)| *at).collect();
    for (name, _) in (0..names.len()).filter(|at| !used.contains(at)).map(|at| &names[at]) {
        findings.left_out.push(LeftOut { name: name.clone(), why: phrase!("left-out-array"), count: 1 });
    }
    let mut parts = BTreeMap::new();
    for part in [Part::Training, Part::Validation, Part::Test] {
        if watch.is_cancelled() {
            return Err(DataError::Cancelled);
        }
        let mut array = |kind: RoleKind| -> Result<Option<NamedArray>, DataError> {
            let Some((_, at)) = taken.get(&(part, kind)) else { return Ok(None) };
            let (name, place) = &names[*at];
            let mut entry = archive.by_index(*place).map_err(broken)?;
            let size = entry.size();
            let array = read(&mut entry, size, file, name)?;
            watch.progress(*at as u64 + 1, names.len() as u64);
            Ok(Some(NamedArray { name: name.clone(), array }))
        };
        let inputs = match array(RoleKind::Inputs)? {
            Some(inputs) => inputs,
            None if part == Part::Training => {
                return Err(wrong(phrase!("npz-no-inputs", names = told()), phrase!("npz-names")));
            }
            None => continue,
        };
        let Some(labels) = array(RoleKind::Labels)? else {
            if part == Part::Training {
                return Err(wrong(phrase!("npz-no-labels", names = told()), phrase!("npz-names")));
            }
            findings.left_out.push(LeftOut { name: inputs.name, why: phrase!("left-out-unlabelled"), count: 1 });
            continue;
        };
        let rows = inputs.array.shape.first().copied().unwrap_or(0);
        if rows == 0 || matches!(inputs.array.values, Values::Words(_)) || inputs.array.len() == 0 {
            let problem = phrase!("npz-shape", shape = shown_shape(&inputs.array.shape));
            return Err(wrong(in_array(&inputs.name, problem), phrase!("npz-inputs")));
        }
        let (named, one_hot) =
            labels_of(&labels).map_err(|problem| wrong(in_array(&labels.name, problem), phrase!("npz-labels")))?;
        if named.len() != rows {
            let problem = phrase!("npz-counts", inputs = &inputs.name, rows = rows, labels = named.len());
            return Err(wrong(in_array(&labels.name, problem), phrase!("npz-labels")));
        }
        if one_hot > 0 {
            let message = phrase!("remark-one-hot", name = &labels.name, count = one_hot);
            findings.remarks.push(Remark::note("one-hot-labels", message, [("classes", one_hot as u64)]));
        }
        parts.insert(part, LoadedPart { inputs, labels: named, one_hot });
    }
    Ok(Contents { parts, findings })
}

fn in_array(name: &str, problem: Phrase) -> Phrase {
    phrase!("npz-array", name = name, problem = problem)
}

/// The label of each row as text, and the number of columns of one-hot labels, or 0.
fn labels_of(labels: &NamedArray) -> Result<(Vec<String>, usize), Phrase> {
    let array = &labels.array;
    let columns = match array.shape[..] {
        [_] | [_, 1] => 1,
        [_, columns] if columns > 1 => columns,
        [..] => return Err(phrase!("npz-shape", shape = shown_shape(&array.shape))),
    };
    if let Values::Words(words) = &array.values {
        if columns > 1 {
            return Err(phrase!("npz-shape", shape = shown_shape(&array.shape)));
        }
        let empty = words.iter().position(String::is_empty);
        return match empty {
            Some(row) => Err(phrase!("npz-label", row = row, label = "")),
            None => Ok((words.clone(), 0)),
        };
    }
    if columns == 1 {
        let label = |row: usize| {
            let number = array.number(row);
            // Whole numbers up to here are exact.
            if number.fract() == 0.0 && number.abs() < 9e15 {
                return Ok((number as i64).to_string());
            }
            Err(phrase!("npz-label", row = row, label = number.to_string()))
        };
        return Ok(((0..array.len()).map(label).collect::<Result<_, _>>()?, 0));
    }
    let hot = |row: usize| {
        let mut found = None;
        for column in 0..columns {
            match array.number(row * columns + column) {
                0.0 => {}
                1.0 if found.is_none() => found = Some(column.to_string()),
                _ => return Err(phrase!("npz-one-hot", row = row)),
            }
        }
        found.ok_or_else(|| phrase!("npz-one-hot", row = row))
    };
    Ok(((0..array.len() / columns).map(hot).collect::<Result<_, _>>()?, columns))
}

/// The classes of all parts, and the class of each row.
fn classes_of(file: &Path, parts: &[LoadedPart]) -> Result<(Vec<String>, Vec<u32>), DataError> {
    let columns = parts.iter().map(|part| part.one_hot).max().unwrap_or(0);
    let hot = (0..columns.min(MAX_CLASSES as usize + 1)).map(|class| class.to_string());
    let labels = || parts.iter().flat_map(|part| &part.labels);
    let (classes, numbers) = number_classes(file, Much::Labels, labels().cloned().chain(hot))?;
    Ok((classes, labels().map(|label| numbers[label]).collect()))
}

/// All inputs as pixels with their scale, or as features.
fn examples_of(
    source: &TableSource,
    inputs: &[&NamedArray],
    rows: usize,
    findings: &mut Findings,
) -> Result<(Examples, Option<f32>), DataError> {
    let file = source.path.as_path();
    let inner = &inputs[0].array.shape[1..];
    let width: usize = inner.iter().product();
    let (shape, colours_last) = match (source.pixels, inner) {
        (Some(Pixels::Shape { channels, height, width: wide }), _) => {
            if channels.saturating_mul(height).saturating_mul(wide) != width {
                let problem = phrase!("npz-shape", shape = shown_shape(&inputs[0].array.shape));
                let pixels = format!("{channels}×{height}×{wide}");
                let allowed = phrase!("npz-pixels", pixels = pixels);
                let problem = in_array(&inputs[0].name, problem);
                return Err(DataError::Format { file: file.to_owned(), problem, allowed });
            }
            let colours_last = channels > 1 && inner == [height, wide, channels];
            (Some([channels, height, wide]), colours_last)
        }
        (None, [height, width]) => (Some([1, *height, *width]), false),
        (None, [height, width, channels @ (1 | 3)]) => (Some([*channels, *height, *width]), true),
        (None, [channels @ (1 | 3), height, width]) => (Some([*channels, *height, *width]), false),
        _ => (None, false),
    };
    if let Some(shape) = shape {
        match Scale::of(inputs) {
            Some(scale) => {
                let mut values = Vec::with_capacity(rows * width);
                for input in inputs {
                    let bytes = (0..input.array.len()).map(|at| scale.pixel(input.array.number(at)));
                    if colours_last && shape[0] > 1 {
                        values.extend(super::idx::planes_of(&bytes.collect::<Vec<u8>>(), shape));
                    } else {
                        values.extend(bytes);
                    }
                }
                if scale == Scale::Unit {
                    findings.remarks.push(Remark::note("pixels-scaled", phrase!("remark-pixels-scaled"), []));
                }
                let [channels, height, width] = shape;
                return Ok((Examples::Pixels { rows, channels, height, width, values }, Some(scale.largest())));
            }
            None if source.pixels.is_some() => {
                let problem = in_array(&inputs[0].name, phrase!("npz-no-pixels"));
                let allowed = phrase!("npz-pixel-values");
                return Err(DataError::Format { file: file.to_owned(), problem, allowed });
            }
            None => {}
        }
    }
    check_size(file, &[rows as u64, width as u64])?;
    let mut values = Vec::with_capacity(rows * width);
    for input in inputs {
        for at in 0..input.array.len() {
            let value = input.array.number(at) as f32;
            if !value.is_finite() {
                let (row, value) = (at / width.max(1), input.array.number(at).to_string());
                let problem = in_array(&input.name, phrase!("npz-not-finite", row = row, value = value));
                let allowed = phrase!("npz-finite");
                return Err(DataError::Format { file: file.to_owned(), problem, allowed });
            }
            values.push(value);
        }
    }
    if inner.len() > 1 {
        let message = phrase!("remark-flattened", shape = shown_shape(inner), width = width);
        findings.remarks.push(Remark::note("inputs-flattened", message, [("features", width as u64)]));
    }
    Ok((Examples::Features { rows, width, values }, None))
}

/// How numbers become pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// 0…255 as they are.
    Bytes,
    /// 0…16 as they are.
    Sixteen,
    /// 0…1, which were divided by 255, or are black and white.
    Unit,
}

impl Scale {
    /// `None` where some number is no pixel.
    fn of(inputs: &[&NamedArray]) -> Option<Self> {
        let numbers = || inputs.iter().flat_map(|input| (0..input.array.len()).map(|at| input.array.number(at)));
        let (mut high, mut whole, mut unit) = (0.0_f64, true, true);
        for number in numbers() {
            if !(0.0..=255.0).contains(&number) {
                return None;
            }
            high = high.max(number);
            whole &= number.fract() == 0.0;
            unit &= number <= 1.0 && (number * 255.0 - (number * 255.0).round()).abs() <= 1e-3;
            if !whole && !unit {
                return None;
            }
        }
        Some(if unit && high > 0.0 {
            Self::Unit
        } else if high <= 16.0 {
            Self::Sixteen
        } else {
            Self::Bytes
        })
    }

    fn pixel(self, number: f64) -> u8 {
        match self {
            Self::Unit => (number * 255.0).round() as u8,
            Self::Bytes | Self::Sixteen => number as u8,
        }
    }

    fn largest(self) -> f32 {
        if self == Self::Sixteen { 16.0 } else { 255.0 }
    }
}
