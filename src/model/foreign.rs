//! Recognises files of other kinds by their first bytes, and says how to make a model file of them.

use std::io::Cursor;

use zip::ZipArchive;

use crate::text::{Phrase, phrase};

/// What `torch.save` writes after the protocol of a file that is no zip archive: its magic number.
const OLD_TORCH: &[u8] = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// Whether these are the bytes of a zip archive with the parts that `torch.save` writes.
pub(super) fn is_torch_zip(bytes: &[u8]) -> bool {
    is_zip(bytes) && matches!(names(bytes), Some(names) if pickle_name(&names).is_some() && !is_script(&names))
}

/// The entry that holds a torch archive's pickle: `data.pkl` in the one top folder.
pub(super) fn pickle_name(names: &[String]) -> Option<&String> {
    names.iter().find(|name| *name == "data.pkl" || (name.ends_with("/data.pkl") && name.matches('/').count() == 1))
}

/// What a file is that is neither a torch archive nor safetensors, and what to do; `None` for one that is not recognised.
pub(super) fn foreign(path: &str, bytes: &[u8]) -> Option<Phrase> {
    let starts = |start: &[u8]| bytes.starts_with(start);
    let text = || String::from_utf8_lossy(&bytes[..bytes.len().min(512)]).trim_start().to_ascii_lowercase();
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let ending = |end: &str| name.to_ascii_lowercase().ends_with(end);
    if bytes.is_empty() {
        return Some(phrase!("foreign-empty"));
    }
    // The length of a safetensors header comes first and may look like any of the signs below; its brace does not.
    if matches!(bytes.get(8), None | Some(b'{')) {
        return None;
    }
    if starts(b"version https://git-lfs") {
        Some(phrase!("foreign-lfs"))
    } else if starts(b"\x89HDF\r\n\x1a\n") {
        Some(phrase!("foreign-hdf"))
    } else if is_zip(bytes) {
        match names(bytes) {
            None => Some(phrase!("foreign-zip-broken")),
            Some(names) if is_script(&names) => Some(phrase!("foreign-script", name = name)),
            Some(names) if pickle_name(&names).is_some() => None,
            Some(names) if names.iter().any(|name| name == "model.weights.h5") => Some(phrase!("foreign-keras")),
            Some(names) if names.iter().any(|name| name.strip_suffix(".npy").is_some()) => {
                Some(phrase!("foreign-npz", name = name))
            }
            Some(_) => Some(phrase!("foreign-zip")),
        }
    } else if starts(b"PK\x05\x06") {
        Some(phrase!("foreign-zip"))
    } else if bytes.len() > 2 && bytes[0] == 0x80 && (1..=5).contains(&bytes[1]) {
        let magic = bytes.get(2..).is_some_and(|rest| rest.starts_with(OLD_TORCH));
        Some(if magic { phrase!("foreign-old-torch", name = name) } else { phrase!("foreign-pickle") })
    } else if starts(b"\x93NUMPY") {
        Some(phrase!("foreign-npy"))
    } else if starts(b"GGUF") {
        Some(phrase!("foreign-gguf"))
    } else if starts(&[0x1f, 0x8b]) {
        Some(phrase!("foreign-gzip"))
    } else if bytes.get(4..8) == Some(b"TFL3") {
        Some(phrase!("foreign-tflite"))
    } else if ["<!doctype html", "<html", "<head"].iter().any(|start| text().starts_with(start)) {
        Some(phrase!("foreign-html"))
    } else if ending(".onnx") || is_onnx(bytes) {
        Some(phrase!("foreign-onnx"))
    } else if ending(".pb") {
        Some(phrase!("foreign-tensorflow"))
    } else if [".pt", ".pth", ".bin", ".ckpt"].into_iter().any(ending) {
        Some(phrase!("foreign-no-torch"))
    } else {
        None
    }
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

fn names(bytes: &[u8]) -> Option<Vec<String>> {
    let archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    Some(archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect())
}

/// `TorchScript` keeps its code beside the weights.
fn is_script(names: &[String]) -> bool {
    names.iter().any(|name| name.ends_with("/constants.pkl") || name == "constants.pkl" || name.contains("/code/"))
}

/// An ONNX model is a protocol buffer that starts with its version (field 1, a small number) and mostly the program that
/// wrote it (field 2, text) or its graph (field 7).
fn is_onnx(bytes: &[u8]) -> bool {
    matches!(bytes, [0x08, version, 0x12 | 0x3a, ..] if (1..=20).contains(version))
}
