//! Files read whole, with or without gzip, and the limits that keep absurd ones from exhausting memory.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::{DataError, Much};

/// Most numbers that a dataset may hold: 2 GiB of `f32`.
pub(super) const MAX_VALUES: u64 = 1 << 29;
/// Most bytes of text that may be held at once.
pub(super) const MAX_TEXT: u64 = 1 << 30;
/// Most bytes that a file may unpack to.
pub(super) const MAX_UNPACKED: u64 = 4 << 30;
/// Most classes.
pub(super) const MAX_CLASSES: u64 = 1 << 16;

/// An open file, unpacked while it is read if its content is gzip, whatever its name.
pub(super) fn open(file: &Path) -> Result<Box<dyn Read>, DataError> {
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    unpack(BufReader::new(opened)).map_err(|error| unreadable(file, &error))
}

/// A reader of `packed`, or of what it unpacks to if it is gzip.
pub(super) fn unpack<'a>(mut packed: impl Read + 'a) -> std::io::Result<Box<dyn Read + 'a>> {
    let mut start = Vec::with_capacity(2);
    packed.by_ref().take(2).read_to_end(&mut start)?;
    let is_gzip = start == [0x1F, 0x8B];
    let whole = std::io::Cursor::new(start).chain(packed);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// A reader that fails with [`std::io::ErrorKind::FileTooLarge`] once it has given more than `limit` bytes.
pub(super) fn counted<'a>(reader: Box<dyn Read + 'a>, limit: u64) -> Box<dyn Read + 'a> {
    struct Counted<'a>(Box<dyn Read + 'a>, u64);
    impl Read for Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(buffer)?;
            self.1 = self.1.checked_sub(read as u64).ok_or(std::io::ErrorKind::FileTooLarge)?;
            Ok(read)
        }
    }
    Box::new(Counted(reader, limit))
}

/// Reads at most `limit` bytes, and one more where there are more.
pub(super) fn read_up_to(reader: &mut dyn Read, limit: u64, file: &Path) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(file, &error))?;
    Ok(bytes)
}

/// Most bytes of pixels that a dataset may hold.
pub(super) const MAX_PIXELS: u64 = 1 << 32;

/// An error if a product of sizes is above [`MAX_VALUES`], else the product.
pub(super) fn check_size(file: &Path, sizes: &[u64]) -> Result<usize, DataError> {
    check_product(file, sizes, Much::Values, MAX_VALUES)
}

/// An error if a product of sizes is above [`MAX_PIXELS`], else the product.
pub(super) fn check_bytes(file: &Path, sizes: &[u64]) -> Result<usize, DataError> {
    check_product(file, sizes, Much::Pixels, MAX_PIXELS)
}

fn check_product(file: &Path, sizes: &[u64], what: Much, limit: u64) -> Result<usize, DataError> {
    let found = sizes.iter().fold(1_u64, |product, size| product.saturating_mul(*size));
    match usize::try_from(found) {
        Ok(size) if found <= limit => Ok(size),
        _ => Err(DataError::TooLarge { file: file.to_owned(), what, found, limit }),
    }
}

/// `60000×28×28`
pub(super) fn shown_shape(shape: &[usize]) -> String {
    shape.iter().map(ToString::to_string).collect::<Vec<_>>().join("×")
}

pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> DataError {
    DataError::Read { file: file.to_owned(), problem: error.to_string() }
}

/// The name of a file or folder without its endings.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.') {
        Some((stem, _)) if path.is_file() && !stem.is_empty() => stem.to_owned(),
        _ => name.to_owned(),
    }
}
