//! One array: a short header, a Python literal, says its dtype, order and shape; then come the numbers.
//! Nothing is ever unpickled.

use std::io::Read;
use std::path::Path;

use half::f16;

use crate::data::DataError;
use crate::data::file::{check_bytes, unreadable};
use crate::text::{Phrase, phrase};

/// How an array begins.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// Most bytes of a header.
const MAX_HEADER: usize = 1 << 16;

/// Numbers or words with their arrangement, the last index fastest.
#[derive(Debug)]
pub(super) struct Array {
    pub shape: Vec<usize>,
    pub values: Values,
}

#[derive(Debug)]
pub(super) enum Values {
    /// Unsigned bytes and truth values.
    Bytes(Vec<u8>),
    /// What 32 bits hold exactly.
    Singles(Vec<f32>),
    /// The rest.
    Doubles(Vec<f64>),
    Words(Vec<String>),
}

impl Array {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Bytes(values) => values.len(),
            Values::Singles(values) => values.len(),
            Values::Doubles(values) => values.len(),
            Values::Words(values) => values.len(),
        }
    }

    /// The value at a position in row-major order; NaN for a word.
    pub fn number(&self, at: usize) -> f64 {
        match &self.values {
            Values::Bytes(values) => f64::from(values[at]),
            Values::Singles(values) => f64::from(values[at]),
            Values::Doubles(values) => values[at],
            Values::Words(_) => f64::NAN,
        }
    }
}

/// Bytes of an array that are read at a time.
const PART: u64 = 1 << 20;

/// Reads an array of `size` bytes, header and all.
///
/// # Errors
/// [`DataError::Format`] and [`DataError::TooLarge`] before any of the values is read, where the header says so.
pub(super) fn read(reader: &mut dyn Read, size: u64, file: &Path, name: &str) -> Result<Array, DataError> {
    let wrong = |problem: Phrase| DataError::Format {
        file: file.to_owned(),
        problem: in_array(name, problem),
        allowed: phrase!("npz-dtypes"),
    };
    let mut take = |count: u64| {
        let mut bytes = Vec::new();
        reader.take(count).read_to_end(&mut bytes).map_err(|error| unreadable(file, &error))?;
        Ok::<Vec<u8>, DataError>(bytes)
    };
    let start = take(8)?;
    let &[.., major, _minor] = start.as_slice() else { return Err(wrong(phrase!("npz-header"))) };
    if !start.starts_with(MAGIC) || start.len() < 8 {
        return Err(wrong(phrase!("npz-header")));
    }
    let width = if major == 1 { 2 } else { 4 };
    let length = take(width)?;
    if length.len() as u64 != width || !(1..=3).contains(&major) {
        return Err(wrong(phrase!("npz-header")));
    }
    let length = length.iter().rev().fold(0_usize, |length, byte| (length << 8) | usize::from(*byte));
    if length > MAX_HEADER {
        return Err(wrong(phrase!("npz-header")));
    }
    let header = take(length as u64)?;
    let header = String::from_utf8(header).map_err(|_| wrong(phrase!("npz-header")))?;
    let Header { dtype, is_fortran, shape } = Header::parse(&header).ok_or_else(|| wrong(phrase!("npz-header")))?;
    let Some(dtype) = dtype else { return Err(wrong(phrase!("npz-structured"))) };
    let dtype = Dtype::parse(&dtype).map_err(&wrong)?;

    let mut factors: Vec<u64> = shape.clone();
    factors.push(dtype.bytes as u64);
    let promised = check_bytes(file, &factors)? as u64;
    let found = size.saturating_sub(8 + width + length as u64);
    if found != promised {
        return Err(wrong(phrase!("npz-length", found = found, promised = promised)));
    }
    let shape: Vec<usize> = shape.into_iter().map(|size| size as usize).collect();
    // Part by part, so that there are never two of what may be hundreds of megabytes.
    let part = PART / dtype.bytes as u64 * dtype.bytes as u64;
    let (mut values, mut read) = (None::<Values>, 0);
    loop {
        let bytes = take(part.min(promised - read).max(1))?;
        read += bytes.len() as u64;
        if bytes.is_empty() {
            break;
        }
        if read > promised || !(bytes.len()).is_multiple_of(dtype.bytes) {
            return Err(wrong(phrase!("npz-length", found = read, promised = promised)));
        }
        match &mut values {
            None => {
                let first = values.insert(dtype.values(bytes));
                first.reserve((promised - read) as usize / dtype.bytes);
            }
            Some(values) => values.append(dtype.values(bytes)),
        }
    }
    if read != promised {
        return Err(wrong(phrase!("npz-length", found = read, promised = promised)));
    }
    let values = values.unwrap_or_else(|| dtype.values(Vec::new()));
    let values = if is_fortran && shape.len() > 1 { values.into_rows(&shape) } else { values };
    // A lone number is an array of one.
    Ok(Array { shape: if shape.is_empty() { vec![1] } else { shape }, values })
}

/// A fault of the array with this name.
pub(super) fn in_array(name: &str, problem: Phrase) -> Phrase {
    phrase!("npz-array", name = name, problem = problem)
}

struct Header {
    /// `None` for an array of records.
    dtype: Option<String>,
    is_fortran: bool,
    shape: Vec<u64>,
}

impl Header {
    /// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`
    fn parse(text: &str) -> Option<Self> {
        let after = |key: &str| {
            let at =
                [format!("'{key}'"), format!("\"{key}\"")].iter().find_map(|key| Some(text.find(key)? + key.len()))?;
            Some(text[at..].trim_start().strip_prefix(':')?.trim_start())
        };
        let dtype = after("descr")?;
        let dtype = match dtype.chars().next()? {
            quote @ ('\'' | '"') => Some(dtype[1..].split(quote).next()?.to_owned()),
            _ => None,
        };
        let order = after("fortran_order")?;
        let is_fortran = order.starts_with("True");
        if !is_fortran && !order.starts_with("False") {
            return None;
        }
        let shape = after("shape")?.strip_prefix('(')?.split(')').next()?;
        let sizes = shape.split(',').map(|size| size.trim().trim_end_matches('L')).filter(|size| !size.is_empty());
        let shape = sizes.map(|size| size.parse().ok()).collect::<Option<Vec<u64>>>()?;
        Some(Self { dtype, is_fortran, shape })
    }
}

/// The kind of one value.
struct Dtype {
    kind: char,
    /// Of one value.
    bytes: usize,
    is_big_endian: bool,
}

impl Dtype {
    fn parse(text: &str) -> Result<Self, Phrase> {
        let unknown = || phrase!("npz-dtype", dtype = text);
        let (is_big_endian, rest) = match text.chars().next() {
            Some('>') => (true, &text[1..]),
            Some('<' | '|' | '=') => (false, &text[1..]),
            _ => (false, text),
        };
        let kind = rest.chars().next().ok_or_else(unknown)?;
        if kind == 'O' {
            return Err(phrase!("npz-objects"));
        }
        let size: usize = rest[kind.len_utf8()..].parse().map_err(|_| unknown())?;
        let bytes = match (kind, size) {
            ('b', 1) | ('i' | 'u', 1 | 2 | 4 | 8) | ('f', 2 | 4 | 8) | ('S', 1..=4096) => size,
            ('U', 1..=4096) => 4 * size,
            _ => return Err(unknown()),
        };
        Ok(Self { kind, bytes, is_big_endian })
    }

    fn values(&self, mut bytes: Vec<u8>) -> Values {
        if self.is_big_endian && self.kind != 'S' {
            let word = if self.kind == 'U' { 4 } else { self.bytes };
            bytes.chunks_exact_mut(word).for_each(<[u8]>::reverse);
        }
        match (self.kind, self.bytes) {
            ('b' | 'u', 1) => Values::Bytes(bytes),
            ('i', 1) => singles::<1>(&bytes, |bytes| f32::from(i8::from_le_bytes(bytes))),
            ('i', 2) => singles::<2>(&bytes, |bytes| f32::from(i16::from_le_bytes(bytes))),
            ('u', 2) => singles::<2>(&bytes, |bytes| f32::from(u16::from_le_bytes(bytes))),
            ('f', 2) => singles::<2>(&bytes, |bytes| f16::from_le_bytes(bytes).to_f32()),
            ('f', 4) => singles::<4>(&bytes, f32::from_le_bytes),
            ('i', 4) => doubles::<4>(&bytes, |bytes| f64::from(i32::from_le_bytes(bytes))),
            ('u', 4) => doubles::<4>(&bytes, |bytes| f64::from(u32::from_le_bytes(bytes))),
            ('i', 8) => doubles::<8>(&bytes, |bytes| i64::from_le_bytes(bytes) as f64),
            ('u', 8) => doubles::<8>(&bytes, |bytes| u64::from_le_bytes(bytes) as f64),
            ('f', 8) => doubles::<8>(&bytes, f64::from_le_bytes),
            ('U', width) => {
                let word = |word: &[u8]| {
                    let codes = word.as_chunks::<4>().0.iter().map(|code| u32::from_le_bytes(*code));
                    let text: String = codes.map(|code| char::from_u32(code).unwrap_or('\u{fffd}')).collect();
                    text.trim_end_matches('\0').to_owned()
                };
                Values::Words(bytes.chunks_exact(width).map(word).collect())
            }
            (_, width) => {
                let word = |word: &[u8]| {
                    let end = word.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                    // Bytes that are no text stay apart.
                    match std::str::from_utf8(&word[..end]) {
                        Ok(text) => text.to_owned(),
                        Err(_) => word[..end].escape_ascii().to_string(),
                    }
                };
                Values::Words(bytes.chunks_exact(width).map(word).collect())
            }
        }
    }
}

fn singles<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Values {
    Values::Singles(bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect())
}

fn doubles<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Values {
    Values::Doubles(bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect())
}

impl Values {
    /// Makes room for so many more, where there is memory for them.
    fn reserve(&mut self, more: usize) {
        // Without room it grows as it is read.
        let _ = match self {
            Self::Bytes(values) => values.try_reserve_exact(more),
            Self::Singles(values) => values.try_reserve_exact(more),
            Self::Doubles(values) => values.try_reserve_exact(more),
            Self::Words(values) => values.try_reserve(more),
        };
    }

    /// Puts values of the same kind behind these.
    fn append(&mut self, others: Self) {
        match (self, others) {
            (Self::Bytes(values), Self::Bytes(mut others)) => values.append(&mut others),
            (Self::Singles(values), Self::Singles(mut others)) => values.append(&mut others),
            (Self::Doubles(values), Self::Doubles(mut others)) => values.append(&mut others),
            (Self::Words(values), Self::Words(mut others)) => values.append(&mut others),
            _ => {}
        }
    }

    /// From Fortran's order, in which the first index is fastest.
    fn into_rows(self, shape: &[usize]) -> Self {
        match self {
            Self::Bytes(values) => Self::Bytes(by_rows(&values, shape)),
            Self::Singles(values) => Self::Singles(by_rows(&values, shape)),
            Self::Doubles(values) => Self::Doubles(by_rows(&values, shape)),
            Self::Words(values) => Self::Words(by_rows(&values, shape)),
        }
    }
}

fn by_rows<T: Clone>(values: &[T], shape: &[usize]) -> Vec<T> {
    let mut strides = vec![1; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    let mut index = vec![0; shape.len()];
    let mut sorted = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let at: usize = index.iter().zip(&strides).map(|(index, stride)| index * stride).sum();
        sorted.push(values[at].clone());
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    sorted
}
