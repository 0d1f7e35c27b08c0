//! A folder with one subfolder of images a class; `train` and `test` folders above those are the source's own parts.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::dataset::sort_classes;
use super::error::LISTED;
use super::file::{MAX_CLASSES, check_size, unreadable};
use super::{BadImage, DataError, Dataset, Examples, Findings, Inputs, Kind, Much, Scaling, Watch};
use crate::recipe::{Colour, ImageSource};
use crate::text::{Phrase, phrase};

/// Reads a folder. Images are resized to `size` × `size` whatever their shape; transparency is ignored.
pub(super) fn load(source: &ImageSource, _watch: &dyn Watch) -> Result<Dataset, DataError> {
    let ImageSource { path: folder, size, colour, .. } = source;
    let (folder, size, colour) = (folder.as_path(), *size, *colour);
    let top = folders_in(folder)?;
    let is = |folder: &PathBuf, name: &str| folder.file_name().is_some_and(|found| found == name);
    // Only when there is nothing else: "train" is a class too, beside "bus" and "tram".
    let has_parts = top.iter().any(|folder| is(folder, "train")) && top.iter().all(|f| is(f, "train") || is(f, "test"));
    let (mut files, mut test_from) = (Vec::new(), None);
    if has_parts {
        files = files_by_class(&folder.join("train"))?;
        if top.len() == 2 {
            test_from = Some(files.len());
            files.extend(files_by_class(&folder.join("test"))?);
        }
    } else {
        files.extend(files_by_class(folder)?);
    }
    let mut classes: Vec<String> = files.iter().map(|(class, _)| class.clone()).collect();
    classes.dedup();
    sort_classes(&mut classes);
    if classes.len() as u64 > MAX_CLASSES {
        let (found, limit) = (classes.len() as u64, MAX_CLASSES);
        return Err(DataError::TooLarge { file: folder.to_owned(), what: Much::Folders, found, limit });
    }
    let channels = match colour {
        Colour::Grey => 1,
        Colour::Rgb => 3,
    };
    let side = size as u64;
    let total = check_size(folder, &[files.len() as u64, channels as u64, side, side])?;
    let mut values = Vec::with_capacity(total);
    let (mut images, mut more) = (Vec::new(), 0);
    for (_, file) in &files {
        match read(file, size) {
            Ok(image) => push_planes(&image, colour, &mut values),
            Err(problem) if images.len() < LISTED => images.push(BadImage { file: file.clone(), problem }),
            Err(_) => more += 1,
        }
    }
    if !images.is_empty() {
        return Err(DataError::Images { images, more });
    }
    let number: std::collections::HashMap<&str, u32> =
        classes.iter().enumerate().map(|(number, class)| (class.as_str(), number as u32)).collect();
    let labels = files.iter().map(|(class, _)| number[class.as_str()]).collect();
    let examples = Examples::Pixels { rows: files.len(), channels, height: size, width: size, values };
    Ok(Dataset {
        test_from,
        pixel_scale: Some(255.0),
        scaling: Scaling::Pixels { mean: source.mean.clone(), std: source.std.clone() },
        findings: Findings { kind: Kind::Pictures, ..Findings::default() },
        ..Dataset::new(super::file::stem(folder), classes, examples, labels)
    })
}

/// Every image below `folder` with the name of its class, in the order of the names.
fn files_by_class(folder: &Path) -> Result<Vec<(String, PathBuf)>, DataError> {
    let wrong = |folder: &Path, problem: Phrase| DataError::Folder {
        folder: folder.to_owned(),
        problem,
        allowed: phrase!("images-allowed"),
    };
    let classes = folders_in(folder)?;
    if classes.is_empty() {
        return Err(wrong(folder, phrase!("images-no-folder")));
    }
    let mut files = Vec::new();
    for class in classes {
        let name = class.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let images: Vec<PathBuf> = entries_of(&class)?.into_iter().filter(|path| !path.is_dir()).collect();
        if images.is_empty() {
            return Err(wrong(&class, phrase!("images-none")));
        }
        files.extend(images.into_iter().map(|file| (name.clone(), file)));
    }
    Ok(files)
}

fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    Ok(entries_of(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// What a folder holds, sorted by name, without what file managers leave there.
fn entries_of(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if !name.starts_with('.') && name != "thumbs.db" && name != "desktop.ini" {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Most bytes that one decoded image may take.
const MAX_DECODED: u64 = 512 << 20;

fn read(file: &Path, size: usize) -> Result<DynamicImage, Phrase> {
    read_as(file, [size, size])
}

/// One picture as `[1, channels, height, width]`, with values between 0 and `scale`.
///
/// # Errors
/// When the file cannot be read or is no PNG or JPEG.
pub fn picture(file: &Path, [channels, height, width]: [usize; 3], scale: f32) -> Result<Inputs, DataError> {
    let read = read_as(file, [height, width]);
    let image = read
        .map_err(|problem| DataError::Images { images: vec![BadImage { file: file.to_owned(), problem }], more: 0 })?;
    let mut values = Vec::with_capacity(channels * height * width);
    push_planes(&image, if channels == 3 { Colour::Rgb } else { Colour::Grey }, &mut values);
    let values = values.into_iter().map(|value| f32::from(value) * (scale / 255.0)).collect();
    Ok(Inputs::Pixels { rows: 1, channels, height, width, values })
}

/// Reads a picture and resizes it to `[height, width]`.
fn read_as(file: &Path, [height, width]: [usize; 2]) -> Result<DynamicImage, Phrase> {
    let unreadable = |error: std::io::Error| phrase!("image-unreadable", problem = error.to_string());
    let opened = File::open(file).map_err(unreadable)?;
    let reader = ImageReader::new(BufReader::new(opened)).with_guessed_format();
    let reader = reader.map_err(unreadable)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(phrase!("image-other-format"));
    }
    let damaged = |error: image::ImageError| phrase!("image-damaged", problem = error.to_string());
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    if decoder.total_bytes() > MAX_DECODED {
        let (width, height) = decoder.dimensions();
        return Err(phrase!("image-too-large", width = u64::from(width), height = u64::from(height)));
    }
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    image.apply_orientation(orientation);
    Ok(image.resize_exact(width as u32, height as u32, FilterType::Lanczos3))
}

/// Appends the image's planes, channel after channel, 0 to 255.
fn push_planes(image: &DynamicImage, colour: Colour, values: &mut Vec<u8>) {
    match colour {
        Colour::Grey => values.extend(image.to_luma8().into_raw()),
        Colour::Rgb => {
            let pixels = image.to_rgb8().into_raw();
            for channel in 0..3 {
                values.extend(pixels.iter().skip(channel).step_by(3));
            }
        }
    }
}

/// One picture in memory as planes of `size` × `size` bytes.
pub(super) fn picture_from_bytes(
    bytes: &[u8],
    size: usize,
    colour: Colour,
    _ground: Option<crate::recipe::Ground>,
) -> Result<Vec<u8>, Phrase> {
    let image = image::load_from_memory(bytes);
    let image = image.map_err(|error| phrase!("image-damaged", problem = error.to_string()))?;
    let image = image.resize_exact(size as u32, size as u32, FilterType::Lanczos3);
    let mut values = Vec::new();
    push_planes(&image, colour, &mut values);
    Ok(values)
}

/// Whether a file is a picture, by its first bytes.
pub fn is_picture(file: &Path) -> bool {
    super::magic::start_of(file).is_ok_and(|start| image::guess_format(&start).is_ok())
}

/// Pictures for a trained model.
///
/// # Errors
/// When a picture cannot be read.
pub fn new_pictures(
    path: &Path,
    [channels, height, width]: [usize; 3],
    _ground: Option<crate::recipe::Ground>,
) -> Result<super::NewRows, DataError> {
    let inputs = picture(path, [channels, height, width], 255.0)?;
    let values = inputs.values().iter().map(|value| *value as u8).collect();
    Ok(super::NewRows {
        examples: Examples::Pixels { rows: 1, channels, height, width, values },
        labels: vec![None],
        names: vec![path.display().to_string()],
        remarks: Vec::new(),
    })
}
