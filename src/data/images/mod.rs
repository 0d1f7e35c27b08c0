//! A folder of pictures: its folders are classes, or parts that hold classes, as `folders` finds out.
//! Pictures are decoded on all cores, straight into the bytes of the data set; the originals are never held together.

mod decode;
mod foreign;
mod jpeg;
mod photo;
mod read;

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};

pub(super) use self::foreign::is_picture_name;
pub use self::photo::{Photo, photo, photo_from_bytes};

use self::decode::{Picture, ground_for};
use self::read::{Filled, fill};
use super::error::LISTED;
use super::file::check_bytes;
use super::folders::{Holding, arrange, classes_of, tell_parts, tell_passed_over};
use super::names::shown_path;
use super::walk::walk;
use super::{BadImage, DataError, Dataset, Examples, Findings, Inputs, Kind, LeftOut, Remark, Scaling, Watch};
use crate::recipe::{Colour, Ground, ImageSource};
use crate::text::{Phrase, phrase};

/// Below this, pictures of 16 bits use fewer than 64 of the 256 shades that are kept: they hold 8 or 12 bits unscaled.
const DARK_DEEP: u16 = 1 << 14;

/// Reads a folder. Pictures are resized to `size` × `size` whatever their shape, and laid on a ground where they are
/// transparent. Those that cannot be read are left out, unless they are more than half of a class.
pub(super) fn load(source: &ImageSource, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let ImageSource { path: folder, size, colour, .. } = source;
    let (folder, size, channels) = (folder.as_path(), *size, colour.channels());
    let tree = walk(folder, usize::MAX, watch)?;
    let (pictures, others): (Vec<_>, Vec<_>) =
        tree.files.iter().cloned().partition(|file| foreign::is_picture(folder, file));
    let layout =
        arrange(&pictures, &tree.folders, Holding::Pictures).map_err(|(below, problem)| DataError::Folder {
            folder: if below.as_os_str().is_empty() { folder.to_owned() } else { folder.join(below) },
            problem,
            allowed: Holding::Pictures.allowed(),
        })?;
    let (classes, class_of) = classes_of(folder, &layout)?;
    let shape = [channels, size, size];
    let mut values = room_for(folder, layout.rows.len(), shape)?;
    let files: Vec<PathBuf> = layout.rows.iter().map(|(_, file)| file.clone()).collect();
    let filled = fill(folder, &files, shape, source.ground, &mut values, watch)?;
    let Filled { problems, transparent, ground, largest_deep } = filled;
    let labels: Vec<u32> = layout.rows.iter().map(|(class, _)| class_of[class]).collect();
    refuse_broken_classes(folder, &files, &labels, classes.len(), &problems)?;

    let kept: Vec<usize> = (0..files.len()).filter(|row| problems[*row].is_none()).collect();
    let row_len = channels * size * size;
    for (to, from) in kept.iter().enumerate().filter(|(to, from)| to != *from) {
        values.copy_within(from * row_len..(from + 1) * row_len, to * row_len);
    }
    values.truncate(kept.len() * row_len);
    let kept_before = |row: usize| kept.partition_point(|kept| *kept < row);
    let examples = Examples::Pixels { rows: kept.len(), channels, height: size, width: size, values };

    let mut findings = Findings { kind: Kind::Pictures, ..Findings::default() };
    findings.holds = Some(match colour {
        Colour::Grey => phrase!("findings-pictures-grey", count = kept.len(), size = size),
        Colour::Rgb => phrase!("findings-pictures-colour", count = kept.len(), size = size),
    });
    let (validation_from, test_from) = (layout.validation_from.map(kept_before), layout.test_from.map(kept_before));
    tell_parts(&layout, kept.len(), validation_from, test_from, &mut findings);
    findings.left_out.extend(layout.left_out.iter().cloned());
    tell_passed_over(&tree, &others, Holding::Pictures, &mut findings.left_out);
    tell_unread(&files, &problems, &mut findings);
    findings.remarks.extend(crate::data::names::alike(&classes));
    if transparent > 0 {
        let message = match ground {
            Ground::White => phrase!("remark-ground-white", count = transparent),
            Ground::Black => phrase!("remark-ground-black", count = transparent),
        };
        findings.remarks.push(Remark::note("transparent-ground", message, [("pictures", transparent)]));
    }
    if (1..DARK_DEEP).contains(&largest_deep) {
        let message = phrase!("remark-dark-deep", largest = u64::from(largest_deep));
        findings.remarks.push(Remark::warning("dark-16-bit", message, [("largest", u64::from(largest_deep))]));
    }
    findings.remarks.extend(same_pictures(&examples));
    Ok(Dataset {
        validation_from: validation_from.filter(|from| *from < test_from.unwrap_or(kept.len())),
        test_from: test_from.filter(|from| *from < kept.len()),
        pixel_scale: Some(255.0),
        scaling: Scaling::Pixels { mean: source.mean.clone(), std: source.std.clone() },
        files: kept.iter().map(|row| files[*row].clone()).collect(),
        ground: (transparent > 0).then_some(ground),
        findings,
        ..Dataset::new(super::file::stem(folder), classes, examples, kept.iter().map(|row| labels[*row]).collect())
    })
}

/// One picture as `[1, channels, height, width]`, with values between 0 and `scale`. What is transparent is laid on what shows
/// the rest.
///
/// # Errors
/// When the file cannot be read whole, or is no picture of a format that is read.
pub fn picture(file: &Path, shape: [usize; 3], scale: f32) -> Result<Inputs, DataError> {
    let [channels, height, width] = shape;
    let values = one_picture(file, shape, None)?;
    let values = values.into_iter().map(|value| f32::from(value) * (scale / 255.0)).collect();
    Ok(Inputs::Pixels { rows: 1, channels, height, width, values })
}

/// Whether a file is a picture of a format that is read, by its first bytes.
pub fn is_picture(file: &Path) -> bool {
    super::magic::start_of(file).is_ok_and(|start| image::guess_format(&start).is_ok())
}

/// Files, their pictures in the same order, and, where all have one, the name of each one's class folder.
pub type FoundPictures = (Vec<PathBuf>, Examples, Option<Vec<String>>);

/// One picture, or every picture of a folder at any depth, in the order of their paths: the files below `path` (for one
/// picture its name), the pictures at `[channels, height, width]`, and, where `path` is a folder in which every picture has a
/// class folder, the name of each one's class folder. Nothing is refused for lack of labels.
///
/// # Errors
/// [`DataError::Folder`] without any picture, [`DataError::Images`] with every picture that cannot be read.
pub fn pictures(
    path: &Path,
    shape: [usize; 3],
    ground: Option<Ground>,
    watch: &dyn Watch,
) -> Result<FoundPictures, DataError> {
    let [channels, height, width] = shape;
    let is_folder = std::fs::metadata(path).map_err(|error| super::file::unreadable(path, &error))?.is_dir();
    if !is_folder {
        let values = one_picture(path, shape, ground)?;
        let name = path.file_name().map_or_else(|| path.to_owned(), PathBuf::from);
        return Ok((vec![name], Examples::Pixels { rows: 1, channels, height, width, values }, None));
    }
    let tree = walk(path, usize::MAX, watch)?;
    let mut files = tree.files;
    files.retain(|file| foreign::is_picture(path, file));
    if files.is_empty() {
        let (folder, allowed) = (path.to_owned(), phrase!("images-allowed-any"));
        return Err(DataError::Folder { folder, problem: phrase!("images-none"), allowed });
    }
    let mut values = room_for(path, files.len(), shape)?;
    let Filled { problems, .. } = fill(path, &files, shape, ground, &mut values, watch)?;
    let bad = bad_images(path, &files, &problems);
    if !bad.is_empty() {
        return Err(broken(bad));
    }
    let classes =
        arrange(&files, &tree.folders, Holding::Pictures).ok().filter(|layout| layout.rows.len() == files.len());
    let classes = classes.map(|layout| {
        let (names, class_of) = classes_of(path, &layout)?;
        let by_file: BTreeMap<&PathBuf, &OsString> = layout.rows.iter().map(|(class, file)| (file, class)).collect();
        Ok(files.iter().map(|file| names[class_of[by_file[file]] as usize].clone()).collect())
    });
    let classes = classes.transpose()?;
    let examples = Examples::Pixels { rows: files.len(), channels, height, width, values };
    Ok((files, examples, classes))
}

/// The planes of one picture file at `[channels, height, width]`; without a `ground` that which shows it.
///
/// # Errors
/// [`DataError::Images`] with that file.
pub(super) fn one_picture(file: &Path, shape: [usize; 3], ground: Option<Ground>) -> Result<Vec<u8>, DataError> {
    let wrong = |problem| DataError::Images { images: vec![BadImage { file: file.to_owned(), problem }], more: 0 };
    Ok(planes(Picture::of_file(file).map_err(wrong)?, shape, ground))
}

/// The planes of one picture in memory at `size` × `size`, as [`one_picture`] makes them.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn picture_from_bytes(
    bytes: &[u8],
    size: usize,
    colour: Colour,
    ground: Option<Ground>,
) -> Result<Vec<u8>, Phrase> {
    Ok(planes(Picture::of_bytes(bytes)?, [colour.channels(), size, size], ground))
}

fn planes(picture: Picture, shape: [usize; 3], ground: Option<Ground>) -> Vec<u8> {
    let picture = match picture.transparency() {
        None => picture,
        Some(seen) => picture.laid_on(ground.unwrap_or_else(|| ground_for([seen]))),
    };
    let mut planes = vec![0; shape.iter().product()];
    picture.write(shape, &mut planes);
    planes
}

/// Zeros for so many pictures. Only what is written to takes memory.
fn room_for(folder: &Path, rows: usize, shape: [usize; 3]) -> Result<Vec<u8>, DataError> {
    let [channels, height, width] = shape.map(|size| size as u64);
    Ok(vec![0; check_bytes(folder, &[rows as u64, channels, height, width])?])
}

fn bad_images(folder: &Path, files: &[PathBuf], problems: &[Option<Phrase>]) -> Vec<BadImage> {
    let each = files.iter().zip(problems);
    each.filter_map(|(file, problem)| Some(BadImage { file: folder.join(file), problem: problem.clone()? })).collect()
}

/// A fault when more than half of the pictures of a class cannot be read: what is left may be anything.
fn refuse_broken_classes(
    folder: &Path,
    files: &[PathBuf],
    labels: &[u32],
    classes: usize,
    problems: &[Option<Phrase>],
) -> Result<(), DataError> {
    let mut counts = vec![(0, 0); classes];
    for (label, problem) in labels.iter().zip(problems) {
        let (bad, all) = &mut counts[*label as usize];
        *bad += u64::from(problem.is_some());
        *all += 1;
    }
    let is_broken = |label: u32| counts[label as usize].0 * 2 > counts[label as usize].1;
    if !(0..classes as u32).any(is_broken) {
        return Ok(());
    }
    // Those of broken classes come first.
    let told = |broken: bool| {
        let of_kind = labels
            .iter()
            .zip(problems)
            .map(move |(label, problem)| problem.clone().filter(|_| is_broken(*label) == broken));
        bad_images(folder, files, &of_kind.collect::<Vec<_>>())
    };
    let mut images = told(true);
    images.extend(told(false));
    Err(broken(images))
}

/// The first of these, and how many more there are.
fn broken(mut images: Vec<BadImage>) -> DataError {
    let more = images.len().saturating_sub(LISTED);
    images.truncate(LISTED);
    DataError::Images { images, more }
}

/// Names the first pictures that cannot be read, and counts them all.
fn tell_unread(files: &[PathBuf], problems: &[Option<Phrase>], findings: &mut Findings) {
    let unread = || files.iter().zip(problems).filter_map(|(file, problem)| Some((file, problem.clone()?)));
    let count = unread().count() as u64;
    if count == 0 {
        return;
    }
    findings.left_out.extend(unread().take(LISTED).map(|(file, why)| LeftOut {
        name: shown_path(file),
        why,
        count: 1,
    }));
    if count > LISTED as u64 {
        let (name, why) = ("*".to_owned(), phrase!("left-out-unread"));
        findings.left_out.push(LeftOut { name, why, count: count - LISTED as u64 });
    }
    let message = phrase!("remark-unread-pictures", count = count);
    findings.remarks.push(Remark::warning("unread-pictures", message, [("pictures", count)]));
}

/// Rows that are looked at first, to find out whether most pictures are the same.
const SAMPLE: usize = 1000;

/// A remark when at least nine of ten pictures are the same, and at least four are.
fn same_pictures(examples: &Examples) -> Option<Remark> {
    let Examples::Pixels { rows, values, .. } = examples else { return None };
    let (rows, len) = (*rows, examples.row_len());
    let hash = |row: usize| {
        let mut hasher = DefaultHasher::new();
        hasher.write(&values[row * len..(row + 1) * len]);
        hasher.finish()
    };
    let mut counts: HashMap<u64, u64> = HashMap::new();
    let step = rows.div_ceil(SAMPLE).max(1);
    (0..rows).step_by(step).for_each(|row| *counts.entry(hash(row)).or_default() += 1);
    let (common, _) = counts.into_iter().max_by_key(|(hash, count)| (*count, *hash))?;
    let first = (0..rows).step_by(step).find(|row| hash(*row) == common)?;
    let same = (0..rows).filter(|row| examples.are_same(first, *row)).count() as u64;
    let all = rows as u64;
    if same < 4 || same * 10 < all * 9 {
        return None;
    }
    let message = phrase!("remark-same-pictures", same = same, count = all);
    Some(Remark::warning("same-pictures", message, [("same", same), ("rows", all)]))
}
