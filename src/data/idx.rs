//! IDX, the format of MNIST: a folder with images and labels of a training part and, where there is one, a test part.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::file::{check_size, open, read_up_to, stem, unreadable};
use super::{DataError, Dataset, Examples, Findings, Kind, Scaling};
use crate::text::{Phrase, phrase};

/// Reads a folder.
pub(super) fn load(folder: &Path, _name: Option<&str>) -> Result<Dataset, DataError> {
    let files = files_of(folder)?;
    let find = |part: &Part, kind| find(folder, &files, part, kind);
    let train = match (find(&TRAIN, "images")?, find(&TRAIN, "labels")?) {
        (Some(images), Some(labels)) => read_part(&images, &labels)?,
        (Some(_), None) => return Err(missing(folder, &TRAIN, "labels")),
        (None, _) => return Err(missing(folder, &TRAIN, "images")),
    };
    let test = match (find(&TEST, "images")?, find(&TEST, "labels")?) {
        (Some(images), Some(labels)) => Some((images.clone(), read_part(&images, &labels)?)),
        (None, None) => None,
        (Some(_), None) => return Err(missing(folder, &TEST, "labels")),
        (None, Some(_)) => return Err(missing(folder, &TEST, "images")),
    };
    join(stem(folder), folder, train, test)
}

/// Whether a folder is meant as IDX files: it has files of images or labels in it, or files and no folders. One of images has a
/// folder for each class, and perhaps a note beside them.
pub fn is_idx_folder(folder: &Path) -> bool {
    let visible = |entry: &std::fs::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().filter(visible);
    let (mut files, mut folders) = (false, false);
    for entry in entries {
        if entry.path().is_file() {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            if name.contains("images") || name.contains("labels") {
                return true;
            }
            files = true;
        } else {
            folders = true;
        }
    }
    files && !folders
}

/// Images and labels of one part.
pub(super) struct IdxPart {
    pub height: usize,
    pub width: usize,
    pub pixels: Vec<u8>,
    pub labels: Vec<u8>,
}

/// One dataset out of a training part and, where there is one, a test part with the name of its file of images.
pub(super) fn join(
    name: String,
    file: &Path,
    train: IdxPart,
    test: Option<(PathBuf, IdxPart)>,
) -> Result<Dataset, DataError> {
    let IdxPart { height, width, mut pixels, mut labels } = train;
    let mut test_from = None;
    if let Some((file, test)) = test {
        if (test.height, test.width) != (height, width) {
            let problem = phrase!("idx-other-size", height = test.height, width = test.width);
            return Err(DataError::Format {
                file,
                problem,
                allowed: phrase!("idx-size-of-training", height = height, width = width),
            });
        }
        test_from = Some(labels.len());
        pixels.extend(test.pixels);
        labels.extend(test.labels);
    }
    check_size(file, &[pixels.len() as u64])?;
    let classes = labels.iter().max().map_or(0, |max| usize::from(*max) + 1);
    let classes = (0..classes).map(|class| class.to_string()).collect();
    let examples = Examples::Pixels { rows: labels.len(), channels: 1, height, width, values: pixels };
    let labels = labels.into_iter().map(u32::from).collect();
    Ok(Dataset {
        test_from,
        pixel_scale: Some(255.0),
        scaling: Scaling::Pixels { mean: Vec::new(), std: Vec::new() },
        findings: Findings { kind: Kind::Idx, ..Findings::default() },
        ..Dataset::new(name, classes, examples, labels)
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
    let ([rows, height, width], pixels) = read_bytes(images, images_file)?;
    let ([label_rows], labels) = read_bytes(labels, labels_file)?;
    if rows != label_rows {
        return Err(DataError::Counts {
            images_file: images_file.to_owned(),
            images: rows,
            labels_file: labels_file.to_owned(),
            labels: label_rows,
        });
    }
    if pixels.is_empty() {
        let problem = phrase!("idx-holds-images", count = rows, height = height, width = width);
        let allowed = phrase!("idx-one-image");
        return Err(DataError::Format { file: images_file.to_owned(), problem, allowed });
    }
    Ok(IdxPart { height, width, pixels, labels })
}

/// Reads an IDX file of unsigned bytes with `N` dimensions.
fn read_bytes<const N: usize>(reader: &mut dyn Read, file: &Path) -> Result<([usize; N], Vec<u8>), DataError> {
    let mut header = Vec::with_capacity(4 + 4 * N);
    let read = reader.take(4 + 4 * N as u64).read_to_end(&mut header);
    read.map_err(|error| unreadable(file, &error))?;
    let wrong = |problem| {
        let magic = format!("0x0000080{N}");
        let allowed = match N {
            1 => phrase!("idx-labels", dimensions = N, magic = magic),
            _ => phrase!("idx-images", dimensions = N, magic = magic),
        };
        DataError::Format { file: file.to_owned(), problem, allowed }
    };
    let Some((magic, sizes)) = header.split_first_chunk::<4>() else {
        return Err(wrong(phrase!("idx-only-bytes", count = header.len())));
    };
    check_magic(*magic, N).map_err(wrong)?;
    if sizes.len() < 4 * N {
        return Err(wrong(phrase!("idx-half-header")));
    }
    let mut shape = [0_usize; N];
    for (size, bytes) in shape.iter_mut().zip(sizes.as_chunks::<4>().0) {
        *size = u32::from_be_bytes(*bytes) as usize;
    }
    let promised = check_size(file, &shape.map(|size| size as u64))? as u64;
    let values = read_up_to(reader, promised, file)?;
    if values.len() as u64 != promised {
        return Err(DataError::Length { file: file.to_owned(), found: values.len() as u64, promised });
    }
    Ok((shape, values))
}

fn check_magic(magic: [u8; 4], dimensions: usize) -> Result<(), Phrase> {
    let kind = match magic {
        [0, 0, 0x08, n] if usize::from(n) == dimensions => return Ok(()),
        [0, 0, 0x08, n] => return Err(phrase!("idx-dimensions", count = u64::from(n))),
        [0, 0, 0x09, _] => phrase!("idx-signed"),
        [0, 0, 0x0B, _] => phrase!("idx-whole", bits = 16_u64),
        [0, 0, 0x0C, _] => phrase!("idx-whole", bits = 32_u64),
        [0, 0, 0x0D, _] => phrase!("idx-floats", bits = 32_u64),
        [0, 0, 0x0E, _] => phrase!("idx-floats", bits = 64_u64),
        _ => {
            let start = format!("0x{:08X}", u32::from_be_bytes(magic));
            return Err(phrase!("idx-other-file", start = start));
        }
    };
    Err(phrase!("idx-holds", kind = kind))
}

/// How the files of a part are recognised, and the part's name in messages.
struct Part {
    marks: &'static [&'static str],
    title: &'static str,
}

const TRAIN: Part = Part { marks: &["train"], title: "training" };
const TEST: Part = Part { marks: &["t10k", "test"], title: "test" };

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The file of `part` whose name says `kind`; an unpacked file is preferred to the same one packed.
fn find(folder: &Path, files: &[PathBuf], part: &Part, kind: &str) -> Result<Option<PathBuf>, DataError> {
    let fits = |file: &&PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_train = name.contains("train");
        name.contains(kind)
            && part.marks.iter().any(|mark| name.contains(mark))
            && is_train == (part.title == TRAIN.title)
    };
    let found: Vec<&PathBuf> = files.iter().filter(fits).collect();
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only).clone())),
        // Sorted, so that the unpacked file comes first.
        [plain, packed] if packed.with_extension("") == **plain => Ok(Some((*plain).clone())),
        [first, second, ..] => Err(DataError::Folder {
            folder: folder.to_owned(),
            problem: phrase!(
                "idx-two-files",
                first = Phrase::plain(first.file_name().unwrap_or_default().display()),
                second = Phrase::plain(second.file_name().unwrap_or_default().display()),
                kind = kind,
                part = part.title
            ),
            allowed: phrase!("idx-one-of-each"),
        }),
    }
}

fn missing(folder: &Path, part: &Part, kind: &str) -> DataError {
    DataError::Folder {
        folder: folder.to_owned(),
        problem: phrase!("idx-missing", kind = kind, part = part.title),
        allowed: phrase!("idx-names"),
    }
}
