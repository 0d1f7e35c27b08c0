//! Arrays of `NumPy`: `.npz` archives with inputs and labels, told apart by their names, as Keras and others save them.
//! `contents` reads those arrays that are inputs and labels; `npy` reads one array; `roles` says what a name means.

mod contents;
mod npy;
mod roles;

use std::collections::BTreeMap;
use std::path::Path;

use self::contents::{Contents, LoadedPart, NamedArray, contents};
use self::npy::{Values, in_array};
use self::roles::Part;
use super::classes::number_classes;
use super::file::{MAX_CLASSES, check_size, shown_shape, stem, unreadable};
use super::magic::{Packed, start_of};
use super::{DataError, Dataset, Examples, Findings, Much, Remark, Scaling, Watch, archive};
use crate::recipe::{Pixels, TableSource};
use crate::text::phrase;

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

/// Whether a file that begins so is one array.
pub(super) fn starts_as_npy(start: &[u8]) -> bool {
    start.starts_with(npy::MAGIC)
}

/// One array of two dimensions: how many columns it has, and its numbers row by row.
pub(super) fn npy_matrix(file: &Path) -> Result<(usize, Vec<f32>), DataError> {
    let opened = std::fs::File::open(file).map_err(|error| unreadable(file, &error))?;
    let size = opened.metadata().map_err(|error| unreadable(file, &error))?.len();
    let array = npy::read(&mut std::io::BufReader::new(opened), size, file, &stem(file))?;
    let wrong = |problem| DataError::Format { file: file.to_owned(), problem, allowed: phrase!("logits-allowed") };
    let &[_, columns] = array.shape.as_slice() else {
        return Err(wrong(phrase!("logits-no-matrix", shape = shown_shape(&array.shape))));
    };
    let values = match array.values {
        Values::Singles(values) => values,
        Values::Words(_) => return Err(wrong(phrase!("logits-words"))),
        _ => (0..array.len()).map(|at| array.number(at) as f32).collect(),
    };
    Ok((columns, values))
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
        // Arrays hold numbers alone.
        Examples::Text(_) | Examples::Tokens(_) => phrase!("findings-rows", count = examples.rows(), width = 0_usize),
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
