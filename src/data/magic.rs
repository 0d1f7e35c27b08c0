//! What a file is, by its first bytes: those that cannot be read are called by their names, with what to do instead.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::DataError;
use super::file::unreadable;
use crate::text::{Phrase, phrase};

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packed {
    /// It is not.
    No,
    /// gzip.
    Gzip,
    /// A zip archive.
    Zip,
}

impl Packed {
    /// How a file is packed that begins with these bytes.
    pub fn by(start: &[u8]) -> Self {
        match start {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [b'P', b'K', 3, 4, ..] => Self::Zip,
            _ => Self::No,
        }
    }
}

/// The first bytes of a file, up to 512.
pub(super) fn start_of(file: &Path) -> Result<Vec<u8>, DataError> {
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    let mut start = Vec::with_capacity(512);
    opened.take(512).read_to_end(&mut start).map_err(|error| unreadable(file, &error))?;
    Ok(start)
}

/// A kind of file that is no table.
pub(super) struct Kind {
    /// What it is.
    pub problem: Phrase,
    /// What may be given instead.
    pub instead: Phrase,
}

/// Names a file that is no table by its unpacked start; `None` for what may be one.
pub(super) fn what_it_is(start: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(&start[..start.len().min(512)]).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is = |magic: &[u8]| start.starts_with(magic);
    let kind = |what: &'static str, instead: Phrase| {
        Some(Kind { problem: phrase!("file-is", what = Phrase::message(what)), instead })
    };
    let as_csv = || phrase!("file-save-as-csv");
    if ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| text.starts_with(tag)) {
        return kind("kind-web-page", phrase!("file-download-again"));
    }
    if text.starts_with("<?xml") && text.contains("<html") {
        return kind("kind-web-page", phrase!("file-download-again"));
    }
    if text.starts_with("<?xml") || text.starts_with("<svg") {
        return kind("kind-xml", as_csv());
    }
    if text.starts_with("version https://git-lfs") {
        return kind("kind-lfs", phrase!("file-lfs-pull"));
    }
    if text.starts_with("{\\rtf") {
        return kind("kind-rtf", as_csv());
    }
    if text.starts_with('{') || text.starts_with("[{") || text.starts_with("[\n") || text.starts_with("[[") {
        return kind("kind-json", as_csv());
    }
    let (what, instead) = match start {
        _ if is(b"\xD0\xCF\x11\xE0") => ("kind-xls", as_csv()),
        _ if is(b"\x89HDF") => ("kind-hdf", as_csv()),
        _ if is(b"SQLite format 3") => ("kind-sqlite", as_csv()),
        _ if is(b"%PDF") => ("kind-pdf", as_csv()),
        _ if is(b"ARROW1") || is(b"FEA1") => ("kind-arrow", phrase!("file-save-as-parquet")),
        _ if is(b"BZh") => ("kind-bzip2", phrase!("file-unpack")),
        _ if is(b"\xFD7zXZ") => ("kind-xz", phrase!("file-unpack")),
        _ if is(b"7z\xBC\xAF") => ("kind-7z", phrase!("file-unpack")),
        _ if is(b"\x28\xB5\x2F\xFD") => ("kind-zstd", phrase!("file-unpack")),
        _ if is(b"Rar!") => ("kind-rar", phrase!("file-unpack")),
        _ if start.len() > 262 && &start[257..262] == b"ustar" => ("kind-tar", phrase!("file-unpack")),
        _ if is(b"\x93NUMPY") => ("kind-npy", phrase!("file-npz")),
        _ if is(b"\x80\x02") || is(b"\x80\x03") || is(b"\x80\x04") || is(b"\x80\x05") => ("kind-pickle", as_csv()),
        _ if is(b"MATLAB 5.0") => ("kind-matlab", as_csv()),
        _ if is(b"\x89PNG")
            || is(b"\xFF\xD8\xFF")
            || is(b"GIF8")
            || (is(b"RIFF") && start.get(8..12) == Some(b"WEBP")) =>
        {
            ("kind-picture", phrase!("file-picture-folder"))
        }
        _ if is(b"\x7FELF") || is(b"MZ") => ("kind-program", as_csv()),
        _ if is(b"<!--") || is(b"<?php") => ("kind-web-page", phrase!("file-download-again")),
        // Text has no zeros; UTF-16 is known by its mark, or by where they stand.
        _ if start.contains(&0) && !may_be_utf16(start) => ("kind-binary", as_csv()),
        _ => return None,
    };
    kind(what, instead)
}

fn may_be_utf16(start: &[u8]) -> bool {
    let even = start.iter().step_by(2).any(|byte| *byte == 0);
    let odd = start.iter().skip(1).step_by(2).any(|byte| *byte == 0);
    start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") || even != odd
}
