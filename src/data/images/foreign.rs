//! Names and first bytes of files: which are pictures, and what those are that are not read here.

use std::path::Path;

use crate::data::folders::ending;
use crate::data::magic::start_of;
use crate::text::{Phrase, phrase};

/// Endings of pictures that are read; the content decides how.
const READ: [&str; 17] = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "jif", "webp", "bmp", "dib", "gif", "tif", "tiff", "pnm", "pgm",
    "ppm", "pbm",
];
/// Endings of pictures of other formats, with what they are called.
const OTHER: [(&str, &str); 20] = [
    ("heic", "HEIC"),
    ("heif", "HEIF"),
    ("avif", "AVIF"),
    ("svg", "SVG"),
    ("psd", "PSD"),
    ("jxl", "JPEG XL"),
    ("jp2", "JPEG 2000"),
    ("ico", "ICO"),
    ("tga", "TGA"),
    ("exr", "OpenEXR"),
    ("xcf", "XCF"),
    ("cr2", "raw (CR2)"),
    ("cr3", "raw (CR3)"),
    ("nef", "raw (NEF)"),
    ("arw", "raw (ARW)"),
    ("dng", "raw (DNG)"),
    ("orf", "raw (ORF)"),
    ("rw2", "raw (RW2)"),
    ("raf", "raw (RAF)"),
    ("pef", "raw (PEF)"),
];

/// Whether a file is a picture by its name, or, where the name has no ending, by its first bytes.
pub(super) fn is_picture(top: &Path, file: &Path) -> bool {
    match ending(file) {
        Some(_) => is_picture_name(file),
        None => begins_as_picture(&top.join(file)),
    }
}

/// Whether the ending of a name is that of a picture, of a format that is read or not.
pub(in crate::data) fn is_picture_name(file: &Path) -> bool {
    let is = |ending: String| READ.contains(&ending.as_str()) || OTHER.iter().any(|(other, _)| *other == ending);
    ending(file).is_some_and(is)
}

fn begins_as_picture(file: &Path) -> bool {
    let Ok(start) = start_of(file) else { return false };
    let is_webp = || start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP");
    let starts = [b"\x89PNG".as_slice(), b"\xFF\xD8\xFF", b"GIF8", b"II*\0", b"MM\0*"];
    starts.iter().any(|known| start.starts_with(known)) || is_webp()
}

/// Raw pictures begin as TIFF does, with a small preview: their names tell them apart.
pub(super) fn foreign_by_name(file: &Path) -> Option<Phrase> {
    let ending = ending(file)?;
    let (_, kind) = OTHER.iter().find(|(other, kind)| *other == ending && kind.starts_with("raw"))?;
    Some(phrase!("image-is", kind = *kind))
}

/// What a file is that is no picture of a format that is read here.
pub(super) fn foreign(bytes: &[u8]) -> Option<Phrase> {
    let kind = |kind: &str| Some(phrase!("image-is", kind = kind));
    let start = &bytes[..bytes.len().min(1024)];
    let at = |from: usize, mark: &[u8]| start.get(from..from + mark.len()) == Some(mark);
    if at(4, b"ftyp") {
        return match start.get(8..12) {
            Some(b"avif" | b"avis") => kind("AVIF"),
            Some(b"crx ") => kind("raw (CR3)"),
            Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => {
                // The brand of several formats; the others that fit stand behind it.
                let is_avif = memchr::memmem::find(&start[..start.len().min(64)], b"avif").is_some();
                kind(if is_avif { "AVIF" } else { "HEIC" })
            }
            _ => kind("MP4"),
        };
    }
    for (from, mark, name) in [
        (0, b"8BPS".as_slice(), "PSD"),
        (0, b"\xFF\x0A", "JPEG XL"),
        (0, b"\0\0\0\x0CJXL ", "JPEG XL"),
        (0, b"\0\0\0\x0CjP  ", "JPEG 2000"),
        (0, b"\xFF\x4F\xFF\x51", "JPEG 2000"),
        (0, b"\0\0\x01\0", "ICO"),
        (0, b"%PDF", "PDF"),
        (0, b"%!PS", "PostScript"),
        (0, b"gimp xcf", "XCF"),
        (0, b"\x76\x2F\x31\x01", "OpenEXR"),
        (0, b"#?RADIANCE", "HDR"),
        (0, b"FUJIFILMCCD-RAW", "raw (RAF)"),
        (0, b"IIRO", "raw (ORF)"),
        (0, b"IIU\0", "raw (RW2)"),
        (8, b"CR\x02\0", "raw (CR2)"),
        (0, b"PK\x03\x04", "ZIP"),
        (0, b"\x1F\x8B", "gzip"),
        (128, b"DICM", "DICOM"),
    ] {
        if at(from, mark) {
            return kind(name);
        }
    }
    if start.starts_with(b"version https://git-lfs") {
        return Some(phrase!("image-lfs"));
    }
    let text = String::from_utf8_lossy(start).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    if text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg")) {
        return kind("SVG");
    }
    let is_page = text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head");
    is_page.then(|| phrase!("image-web-page"))
}
