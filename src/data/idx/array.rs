//! One IDX file: a header with the kind of its numbers and the sizes of its dimensions, then the numbers, big-endian.

use std::io::Read;
use std::path::Path;

use crate::data::DataError;
use crate::data::file::{check_bytes, read_up_to, unreadable};
use crate::text::phrase;

/// Numbers with their arrangement.
#[derive(Debug)]
pub(super) struct Array {
    /// At least one size.
    pub shape: Vec<usize>,
    pub values: Values,
}

#[derive(Debug)]
pub(super) enum Values {
    /// Unsigned bytes, as nearly all files have them.
    Bytes(Vec<u8>),
    /// Any other kind; all of them are exact in 64-bit floating point.
    Numbers(Vec<f64>),
}

/// Most dimensions: pictures in colour.
const MOST: u8 = 4;

/// Reads an unpacked file. Sizes are checked against the bytes there; no more memory is taken than those need.
///
/// # Errors
/// [`DataError::Format`] for another header, [`DataError::Length`], [`DataError::TooLarge`], [`DataError::Read`].
pub(super) fn read(reader: &mut dyn Read, file: &Path, are_images: bool) -> Result<Array, DataError> {
    let wrong = |problem| DataError::Format {
        file: file.to_owned(),
        problem,
        allowed: if are_images { phrase!("idx-images") } else { phrase!("idx-labels") },
    };
    let magic = take(reader, 4, file)?;
    let &[first, second, kind, dimensions] = magic.as_slice() else {
        return Err(wrong(phrase!("idx-only-bytes", count = magic.len())));
    };
    let bytes_each = match kind {
        0x08 | 0x09 => 1,
        0x0B => 2,
        0x0C | 0x0D => 4,
        0x0E => 8,
        _ => 0,
    };
    if (first, second) != (0, 0) || bytes_each == 0 {
        let start: String = magic.iter().map(|byte| format!("{byte:02X}")).collect();
        return Err(wrong(phrase!("idx-other-file", start = format!("0x{start}"))));
    }
    let fits = if are_images { 3..=MOST } else { 1..=2 };
    if !fits.contains(&dimensions) {
        return Err(wrong(phrase!("idx-dimensions", count = u64::from(dimensions))));
    }
    let sizes = take(reader, 4 * u64::from(dimensions), file)?;
    if sizes.len() < 4 * usize::from(dimensions) {
        return Err(wrong(phrase!("idx-half-header")));
    }
    let shape: Vec<usize> = sizes.as_chunks::<4>().0.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
    let mut factors: Vec<u64> = shape.iter().map(|size| *size as u64).collect();
    factors.push(bytes_each);
    let promised = check_bytes(file, &factors)? as u64;
    let bytes = read_up_to(reader, promised, file)?;
    if bytes.len() as u64 != promised {
        // Pixels are hardly ever floating-point numbers: more likely it is another file.
        if are_images && matches!(kind, 0x0D | 0x0E) {
            return Err(wrong(phrase!("idx-floats", bits = 8 * bytes_each)));
        }
        return Err(DataError::Length { file: file.to_owned(), found: bytes.len() as u64, promised });
    }
    let values = match kind {
        0x08 => Values::Bytes(bytes),
        0x09 => Values::Numbers(bytes.iter().map(|byte| f64::from(byte.cast_signed())).collect()),
        0x0B => numbers::<2>(&bytes, |bytes| f64::from(i16::from_be_bytes(bytes))),
        0x0C => numbers::<4>(&bytes, |bytes| f64::from(i32::from_be_bytes(bytes))),
        0x0D => numbers::<4>(&bytes, |bytes| f64::from(f32::from_be_bytes(bytes))),
        _ => numbers::<8>(&bytes, f64::from_be_bytes),
    };
    Ok(Array { shape, values })
}

fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Values {
    Values::Numbers(bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect())
}

/// At most `count` bytes.
fn take(reader: &mut dyn Read, count: u64, file: &Path) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    reader.take(count).read_to_end(&mut bytes).map_err(|error| unreadable(file, &error))?;
    Ok(bytes)
}
