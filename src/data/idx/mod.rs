//! IDX, the format of MNIST and its relatives: images and labels of a training part and, where there is one, a test part.
//! `sets` finds the files of each data set in a folder; `array` reads one file.

mod array;
mod sets;

use std::io::Read;
use std::path::{Path, PathBuf};

pub use self::sets::is_idx_folder;

use self::array::{Array, Values, read};
use self::sets::{IdxSet, choose};
use super::file::{MAX_CLASSES, check_bytes, open, read_up_to, shown_shape, stem};
use super::{DataError, Dataset, Examples, Findings, Kind, LeftOut, Much, Remark, Scaling, Watch};
use crate::text::phrase;

/// Reads the data set `name` of a folder, or the only one there is.
pub(super) fn load(folder: &Path, name: Option<&str>, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let set = choose(folder, name, watch)?;
    let missing = |kind: &str, part: &str| DataError::Folder {
        folder: folder.to_owned(),
        problem: phrase!("idx-missing", kind = kind, part = part),
        allowed: phrase!("idx-names"),
    };
    let file = |path: &Path| folder.join(path);
    let mut left_out = Vec::new();
    let train = match (&set.train_images, &set.train_labels) {
        (Some(images), Some(labels)) => read_part(&file(images), &file(labels))?,
        (Some(_), None) => return Err(missing("labels", "training")),
        (None, _) => return Err(missing("images", "training")),
    };
    if watch.is_cancelled() {
        return Err(DataError::Cancelled);
    }
    let test = match (&set.test_images, &set.test_labels) {
        (Some(images), Some(labels)) => Some((file(images), read_part(&file(images), &file(labels))?)),
        (Some(images), None) => {
            let name = images.display().to_string();
            left_out.push(LeftOut { name, why: phrase!("left-out-unlabelled"), count: 1 });
            None
        }
        (None, None) => None,
        (None, Some(_)) => return Err(missing("images", "test")),
    };
    if watch.is_cancelled() {
        return Err(DataError::Cancelled);
    }
    let called = if name.is_some() { set.name.clone() } else { stem(folder) };
    let mut dataset = join(called, folder, train, test)?;
    if set.is_emnist() {
        turn(&mut dataset.examples);
        let rows = dataset.labels.len() as u64;
        let message = phrase!("remark-turned", count = rows);
        dataset.findings.remarks.push(Remark::note("pictures-turned", message, [("pictures", rows)]));
    }
    if let Some(mapping) = &set.mapping {
        name_classes(&file(mapping), &mut dataset)?;
    }
    dataset.findings.left_out = left_out;
    Ok(dataset)
}

/// Images and labels of one part.
#[derive(Debug)]
pub(super) struct IdxPart {
    channels: usize,
    height: usize,
    width: usize,
    pixels: Vec<u8>,
    labels: Vec<i64>,
}

/// One dataset out of a training part and, where there is one, a test part with the name of its file of images. The classes
/// are the whole numbers from the smallest label to the largest.
pub(super) fn join(
    name: String,
    file: &Path,
    train: IdxPart,
    test: Option<(PathBuf, IdxPart)>,
) -> Result<Dataset, DataError> {
    let IdxPart { channels, height, width, mut pixels, mut labels } = train;
    let mut test_from = None;
    if let Some((file, test)) = test {
        if (test.channels, test.height, test.width) != (channels, height, width) {
            let problem = phrase!("idx-other-size", height = test.height, width = test.width, channels = test.channels);
            let allowed = phrase!("idx-size-of-training", height = height, width = width, channels = channels);
            return Err(DataError::Format { file, problem, allowed });
        }
        test_from = Some(labels.len()).filter(|_| !test.labels.is_empty());
        pixels.extend(test.pixels);
        labels.extend(test.labels);
    }
    check_bytes(file, &[pixels.len() as u64])?;
    let (first, last) = (labels.iter().min().copied().unwrap_or(0), labels.iter().max().copied().unwrap_or(-1));
    let found = last.abs_diff(first).saturating_add(1);
    if last >= first && found > MAX_CLASSES {
        return Err(DataError::TooLarge { file: file.to_owned(), what: Much::Labels, found, limit: MAX_CLASSES });
    }
    let rows = labels.len();
    let mut findings = Findings { kind: Kind::Idx, ..Findings::default() };
    findings.holds = Some(phrase!("findings-arrays", count = rows, height = height, width = width));
    let examples = Examples::Pixels { rows, channels, height, width, values: pixels };
    Ok(Dataset {
        test_from,
        pixel_scale: Some(255.0),
        scaling: Scaling::unit(),
        findings,
        ..Dataset::new(
            name,
            (first..=last).map(|class| class.to_string()).collect(),
            examples,
            labels.into_iter().map(|label| label.abs_diff(first) as u32).collect(),
        )
    })
}

fn read_part(images: &Path, labels: &Path) -> Result<IdxPart, DataError> {
    part(&mut open(images)?, images, &mut open(labels)?, labels)
}

/// Reads one part from two unpacked files; the paths are for messages.
pub(super) fn part(
    images: &mut dyn Read,
    images_file: &Path,
    labels: &mut dyn Read,
    labels_file: &Path,
) -> Result<IdxPart, DataError> {
    let (rows, [channels, height, width], pixels) = images_of(read(images, images_file, true)?, images_file)?;
    let labels = labels_of(read(labels, labels_file, false)?, labels_file)?;
    if rows != labels.len() {
        return Err(DataError::Counts {
            images_file: images_file.to_owned(),
            images: rows,
            labels_file: labels_file.to_owned(),
            labels: labels.len(),
        });
    }
    if pixels.is_empty() {
        let problem = phrase!("idx-holds-images", count = rows, height = height, width = width);
        let allowed = phrase!("idx-one-image");
        return Err(DataError::Format { file: images_file.to_owned(), problem, allowed });
    }
    Ok(IdxPart { channels, height, width, pixels, labels })
}

/// Number of images, their `[channels, height, width]`, and their planes.
fn images_of(array: Array, file: &Path) -> Result<(usize, [usize; 3], Vec<u8>), DataError> {
    let wrong = |problem| DataError::Format { file: file.to_owned(), problem, allowed: phrase!("idx-images") };
    let (shape, colours_last) = match array.shape[..] {
        [_, height, width] => ([1, height, width], false),
        [_, height, width, channels @ (1 | 3)] => ([channels, height, width], true),
        [_, channels @ (1 | 3), height, width] => ([channels, height, width], false),
        [..] => return Err(wrong(phrase!("idx-no-colours", shape = shown_shape(&array.shape)))),
    };
    let pixels = match array.values {
        Values::Bytes(bytes) => bytes,
        Values::Numbers(numbers) => {
            let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if numbers.iter().any(|number| number.fract() != 0.0 || !(0.0..=255.0).contains(number)) {
                return Err(wrong(phrase!("idx-range", low = low.to_string(), high = high.to_string())));
            }
            numbers.into_iter().map(|number| number as u8).collect()
        }
    };
    let pixels = if colours_last { planes_of(&pixels, shape) } else { pixels };
    Ok((array.shape[0], shape, pixels))
}

/// Pixels with their colours side by side, as planes, image by image.
pub(super) fn planes_of(pixels: &[u8], [channels, height, width]: [usize; 3]) -> Vec<u8> {
    let mut planes = Vec::with_capacity(pixels.len());
    for image in pixels.chunks_exact((channels * height * width).max(1)) {
        for channel in 0..channels {
            planes.extend(image.iter().skip(channel).step_by(channels));
        }
    }
    planes
}

/// The class of each row: the only column, or the first of QMNIST's eight.
fn labels_of(array: Array, file: &Path) -> Result<Vec<i64>, DataError> {
    let wrong = |problem| DataError::Format { file: file.to_owned(), problem, allowed: phrase!("idx-labels") };
    let columns = match array.shape[..] {
        [_] => 1,
        [_, columns @ (1 | 8)] => columns,
        [..] => return Err(wrong(phrase!("idx-columns", shape = shown_shape(&array.shape)))),
    };
    match array.values {
        Values::Bytes(bytes) => Ok(bytes.into_iter().step_by(columns).map(i64::from).collect()),
        Values::Numbers(numbers) => {
            let each = numbers.into_iter().step_by(columns).enumerate();
            // Whole numbers up to here are exact.
            let is_whole = |number: f64| number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX) + 1.0;
            each.map(|(row, number)| {
                if is_whole(number) {
                    return Ok(number as i64);
                }
                Err(wrong(phrase!("idx-label", row = row + 1, label = number.to_string())))
            })
            .collect()
        }
    }
}

/// Turns images whose lines and columns were exchanged upright.
fn turn(examples: &mut Examples) {
    let Examples::Pixels { height, width, values, .. } = examples else { return };
    let (lines, columns) = (*height, *width);
    let mut upright = vec![0; lines * columns];
    for plane in values.chunks_exact_mut((lines * columns).max(1)) {
        for (at, value) in plane.iter().enumerate() {
            upright[at % columns * lines + at / columns] = *value;
        }
        plane.copy_from_slice(&upright);
    }
    (*height, *width) = (columns, lines);
}

/// Most bytes that a mapping of classes may have.
const MAX_MAPPING: u64 = 1 << 20;

/// Names the classes by a file with a label and its characters' code points in each line. They keep their numbers where it
/// does not know all of them or gives two the same name.
fn name_classes(mapping: &Path, dataset: &mut Dataset) -> Result<(), DataError> {
    let text = read_up_to(&mut open(mapping)?, MAX_MAPPING, mapping)?;
    let text = String::from_utf8_lossy(&text);
    let mut names = std::collections::BTreeMap::new();
    for line in text.lines() {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        let Some(Ok(label)) = numbers.next() else { continue };
        let characters: Vec<char> = numbers.filter_map(|code| char::from_u32(code.ok()?)).collect();
        // `1 65 97` is A, whichever way it is written.
        let name = characters.iter().find(|c| c.is_uppercase()).or(characters.first());
        if let Some(name) = name.filter(|c| !c.is_control() && !c.is_whitespace()) {
            names.insert(label.to_string(), name.to_string());
        }
    }
    let named: Option<Vec<String>> = dataset.classes.iter().map(|class| names.get(class).cloned()).collect();
    let is_injective =
        |names: &Vec<String>| names.iter().collect::<std::collections::BTreeSet<_>>().len() == names.len();
    let file = mapping.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let remark = match named.filter(is_injective) {
        Some(named) => {
            let count = named.len() as u64;
            dataset.classes = named;
            Remark::note("classes-named", phrase!("remark-classes-named", file = file), [("classes", count)])
        }
        None => Remark::note("classes-not-named", phrase!("remark-classes-not-named", file = file), []),
    };
    dataset.findings.remarks.push(remark);
    Ok(())
}

impl IdxSet {
    /// EMNIST's images are stored with lines and columns exchanged.
    fn is_emnist(&self) -> bool {
        let name = self.train_images.as_ref().and_then(|file| file.file_name());
        name.is_some_and(|name| name.to_string_lossy().to_lowercase().contains("emnist"))
    }
}
