//! Many pictures: decoded on all cores of the pool that is installed, each into its own out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use rayon::prelude::*;

use super::decode::{Picture, Transparency, ground_for};
use crate::data::{DataError, Watch};
use crate::recipe::Ground;
use crate::text::Phrase;

/// What became of the files.
pub(super) struct Filled {
    /// Why a file could not be read, in the order of the files.
    pub problems: Vec<Option<Phrase>>,
    /// Pictures with transparent pixels.
    pub transparent: u64,
    /// What those are laid on.
    pub ground: Ground,
    /// The largest value of all pictures of 16 bits; 0 where there is none.
    pub largest_deep: u16,
}

/// Reads each of `files`, which lie below `top`, into its out in `values`. Without a `ground`, all are laid on the one that
/// shows most of them.
///
/// # Errors
/// [`DataError::Cancelled`] alone.
pub(super) fn fill(
    top: &Path,
    files: &[PathBuf],
    shape: [usize; 3],
    ground: Option<Ground>,
    values: &mut [u8],
    watch: &dyn Watch,
) -> Result<Filled, DataError> {
    let len: usize = shape.iter().product();
    let (done, total) = (AtomicU64::new(0), files.len() as u64);
    let step = (total / 500).max(1);
    let largest_deep = AtomicU16::new(0);
    let one = |file: &PathBuf, out: &mut [u8], ground: Ground| -> Result<Option<Transparency>, Option<Phrase>> {
        if watch.is_cancelled() {
            return Err(None);
        }
        let picture = Picture::of_file(&top.join(file)).map_err(Some);
        let read = picture.map(|picture| {
            let seen = picture.transparency();
            largest_deep.fetch_max(picture.largest_deep().unwrap_or(0), Ordering::Relaxed);
            let picture = if seen.is_some() { picture.laid_on(ground) } else { picture };
            picture.write(shape, out);
            seen
        });
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(step) || done == total {
            watch.progress(done.min(total), total);
        }
        read
    };
    watch.progress(0, total);
    // White first: those with transparent pixels are read again where black shows them better.
    let first = ground.unwrap_or(Ground::White);
    let outputs = values.par_chunks_exact_mut(len).zip(files);
    let mut read: Vec<_> = outputs.map(|(out, file)| one(file, out, first)).collect();
    let seen: Vec<Transparency> = read.iter().filter_map(|read| *read.as_ref().ok()?).collect();
    let ground = ground.unwrap_or_else(|| ground_for(seen.iter().copied()));
    if ground != first {
        let outputs = values.par_chunks_exact_mut(len).zip(files).zip(read.par_iter_mut());
        outputs.filter(|(_, read)| matches!(read, Ok(Some(_)))).for_each(|((out, file), read)| {
            *read = one(file, out, ground);
        });
    }
    if watch.is_cancelled() || read.iter().any(|read| matches!(read, Err(None))) {
        return Err(DataError::Cancelled);
    }
    let transparent = seen.len() as u64;
    let problems = read.into_iter().map(|read| read.err().flatten()).collect();
    Ok(Filled { problems, transparent, ground, largest_deep: largest_deep.into_inner() })
}
