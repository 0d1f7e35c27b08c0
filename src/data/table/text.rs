//! The text of a table, block by block, as UTF-8: unpacked, decoded, and refused where it is no text.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::super::file::{MAX_TEXT, MAX_UNPACKED, counted, open, unpack, unreadable};
use super::super::magic::{Packed, start_of, what_it_is};
use super::super::{DataError, Much};
use crate::text::phrase;

/// Bytes that are read at a time.
const BLOCK: usize = 1 << 20;
/// Bytes of UTF-8 that may be left of the block before.
const LONGEST_CHARACTER: usize = 4;

/// Where the bytes of a table come from; they can be read any number of times.
#[derive(Clone, Debug)]
pub enum Origin<'a> {
    /// A file, packed or not.
    File(PathBuf),
    /// A Parquet file, which is read as the text of its rows.
    Parquet(PathBuf),
    /// Bytes in memory; the path is for messages.
    Bytes(PathBuf, &'a [u8]),
}

impl Origin<'_> {
    /// Looks at what a file is.
    pub fn of(file: &Path) -> Result<Self, DataError> {
        let file = file.to_owned();
        Ok(if super::parquet::is_parquet(&file)? { Self::Parquet(file) } else { Self::File(file) })
    }

    /// The file, for messages.
    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Parquet(path) | Self::Bytes(path, _) => path,
        }
    }

    /// The unpacked bytes from the start; an error once there are more than a table may have.
    pub fn open(&self) -> Result<Box<dyn Read + '_>, DataError> {
        let path = self.path();
        match self {
            Self::Bytes(_, bytes) => unpack(Cursor::new(*bytes)).map_err(|error| unreadable(path, &error)),
            Self::Parquet(_) => Ok(counted(Box::new(super::parquet::text_of_rows(path)?), MAX_UNPACKED)),
            Self::File(_) => match Packed::by(&start_of(path)?) {
                Packed::Zip => {
                    let entry = super::super::archive::only_file(path)?;
                    Ok(counted(Box::new(Cursor::new(entry)), MAX_UNPACKED))
                }
                Packed::No => {
                    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
                    Ok(counted(Box::new(BufReader::with_capacity(BLOCK, file)), MAX_UNPACKED))
                }
                Packed::Gzip => Ok(counted(open(path)?, MAX_UNPACKED)),
            },
        }
    }
}

/// What the bytes of a file are decoded by, and how many of them are its byte-order mark.
pub fn encoding_of(origin: &Origin<'_>, asked: Option<&str>) -> Result<(&'static Encoding, usize), DataError> {
    let path = origin.path();
    let mut start = Vec::with_capacity(4096);
    origin.open()?.take(4096).read_to_end(&mut start).map_err(|error| unreadable(path, &error))?;
    if let Some(what) = what_it_is(&start) {
        return Err(DataError::Format { file: path.to_owned(), problem: what.problem, allowed: what.instead });
    }
    let mark = Encoding::for_bom(&start);
    let asked = asked.and_then(|name| Encoding::for_label(name.as_bytes()));
    match (asked, mark) {
        (None, Some((encoding, bytes))) => Ok((encoding, bytes)),
        // A mark that says the same is no text; another one is what the user has overruled.
        (Some(encoding), Some((marked, bytes))) if encoding == marked => Ok((encoding, bytes)),
        (Some(encoding), _) => Ok((encoding, 0)),
        (None, None) => {
            let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
            let half = start.len() / 4;
            for (encoding, odd) in [(UTF_16LE, 1), (UTF_16BE, 0)] {
                if start.len() >= 8 && zeros(odd) > half && zeros(1 - odd) == 0 {
                    return Ok((encoding, 0));
                }
            }
            Ok((UTF_8, 0))
        }
    }
}

/// All of a text.
///
/// # Errors
/// When it cannot be read, is too long, is no text, or holds a byte that no text has.
pub fn whole(origin: &Origin<'_>, asked: Option<&str>) -> Result<String, DataError> {
    let (encoding, mark) = encoding_of(origin, asked)?;
    let mut blocks = Blocks::of(origin, encoding, mark)?;
    let mut text = Vec::new();
    while let Some(block) = blocks.next()? {
        text.extend_from_slice(&block);
        if text.len() as u64 > MAX_TEXT {
            let (file, found) = (origin.path().to_owned(), text.len() as u64);
            return Err(DataError::TooLarge { file, what: Much::Bytes, found, limit: MAX_TEXT });
        }
    }
    if memchr::memchr(0, &text).is_some() {
        let (problem, allowed) = (phrase!("text-zero-byte"), phrase!("text-allowed"));
        return Err(DataError::Format { file: origin.path().to_owned(), problem, allowed });
    }
    // What is not UTF-8 was refused block by block.
    Ok(String::from_utf8(text).unwrap_or_default())
}

/// Blocks of UTF-8 text, which may end anywhere between two characters.
pub struct Blocks<'a> {
    path: PathBuf,
    reader: Box<dyn Read + 'a>,
    decoding: Decoding,
    /// Lines that have ended so far.
    lines: u64,
    /// Bytes of the file since the last line end.
    since_line: u64,
    /// Bytes of the source read so far, unpacked.
    pub read: u64,
    ended: bool,
}

enum Decoding {
    /// Checked, not changed; the bytes of a character that is not whole yet.
    Utf8(Vec<u8>),
    Other(Box<Decoder>, &'static Encoding),
}

impl<'a> Blocks<'a> {
    /// From the start of the text.
    pub fn of(origin: &'a Origin<'_>, encoding: &'static Encoding, mark: usize) -> Result<Self, DataError> {
        let path = origin.path().to_owned();
        let mut reader = origin.open()?;
        let mut skipped = Vec::new();
        reader.by_ref().take(mark as u64).read_to_end(&mut skipped).map_err(|error| unreadable(&path, &error))?;
        let decoding = if encoding == UTF_8 {
            Decoding::Utf8(Vec::new())
        } else {
            Decoding::Other(Box::new(encoding.new_decoder_without_bom_handling()), encoding)
        };
        Ok(Self { path, reader, decoding, lines: 0, since_line: 0, read: mark as u64, ended: false })
    }

    /// The next block; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, DataError> {
        if self.ended {
            return Ok(None);
        }
        let mut raw = Vec::with_capacity(BLOCK + LONGEST_CHARACTER);
        if let Decoding::Utf8(rest) = &mut self.decoding {
            raw.append(rest);
        }
        let before = raw.len();
        let read = self.reader.by_ref().take(BLOCK as u64).read_to_end(&mut raw);
        read.map_err(|error| match error.kind() {
            std::io::ErrorKind::FileTooLarge => too_large(&self.path),
            _ => unreadable(&self.path, &error),
        })?;
        self.read += (raw.len() - before) as u64;
        self.ended = raw.len() - before < BLOCK;
        let ended = self.ended;
        match &mut self.decoding {
            Decoding::Utf8(rest) => {
                match std::str::from_utf8(&raw) {
                    Ok(_) => {}
                    Err(error) if error.error_len().is_none() && !ended => {
                        *rest = raw.split_off(error.valid_up_to());
                    }
                    Err(error) => return Err(self.not_text(&raw, error.valid_up_to(), UTF_8)),
                }
                self.count(&raw);
                Ok(Some(raw).filter(|raw| !raw.is_empty() || !ended))
            }
            Decoding::Other(decoder, encoding) => {
                let encoding = *encoding;
                let most = decoder.max_utf8_buffer_length_without_replacement(raw.len());
                let mut text = vec![0; most.unwrap_or(4 * raw.len() + 16)];
                let (result, read, written) = decoder.decode_to_utf8_without_replacement(&raw, &mut text, ended);
                if let DecoderResult::Malformed(bad, after) = result {
                    let at = read.saturating_sub(usize::from(bad) + usize::from(after));
                    return Err(self.not_text(&raw, at, encoding));
                }
                text.truncate(written);
                self.count(&raw);
                Ok(Some(text).filter(|text| !text.is_empty() || !ended))
            }
        }
    }

    fn count(&mut self, raw: &[u8]) {
        self.lines += memchr::memchr_iter(b'\n', raw).count() as u64;
        match memchr::memrchr(b'\n', raw) {
            Some(last) => self.since_line = (raw.len() - last - 1) as u64,
            None => self.since_line += raw.len() as u64,
        }
    }

    /// The fault of bytes that are no text in this encoding.
    fn not_text(&mut self, raw: &[u8], at: usize, encoding: &'static Encoding) -> DataError {
        let byte = raw.get(at).copied().unwrap_or_default();
        self.count(&raw[..at]);
        DataError::NotText {
            file: self.path.clone(),
            line: self.lines + 1,
            byte: self.since_line + 1,
            value: byte,
            encoding: encoding.name().to_lowercase(),
        }
    }
}

fn too_large(path: &Path) -> DataError {
    let problem = phrase!("data-unpacks-to-too-much", limit = MAX_UNPACKED >> 30);
    DataError::Format { file: path.to_owned(), problem, allowed: phrase!("table-allowed") }
}
