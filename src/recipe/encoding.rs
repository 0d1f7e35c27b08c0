//! From the bytes of a recipe's file to its text: UTF-8 with or without a byte order mark, UTF-16 with one.
//! What is neither is a fault at its line and byte; nothing is guessed.

use std::path::Path;

use super::fault::{Fault, FaultKind, Faults, Place};
use crate::text::{Phrase, phrase};

/// The text of a recipe's file.
///
/// # Errors
/// A fault at the first byte that is no text.
pub fn decode(bytes: &[u8], file: Option<&Path>) -> Result<String, Faults> {
    let fault = |before: &str, problem: Phrase| {
        let place = Some(Place::Line(file.map(Path::to_owned), 1 + before.matches('\n').count()));
        Faults(vec![Fault { path: String::new(), place, kind: FaultKind::Syntax(problem) }])
    };
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, rest) = bytes.as_chunks::<2>();
        let mut text = String::with_capacity(units.len());
        for unit in char::decode_utf16(units.iter().map(|bytes| unit(*bytes))) {
            match unit {
                Ok(c) => text.push(c),
                Err(_) => return Err(fault(&text, phrase!("syntax-half-character"))),
            }
        }
        if rest.is_empty() { Ok(text) } else { Err(fault(&text, phrase!("syntax-half-character"))) }
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.to_owned()),
                Err(error) => {
                    let good = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
                    let at = good.len() - good.rfind('\n').map_or(0, |end| end + 1);
                    let byte = format!("0x{:02x}", bytes[error.valid_up_to()]);
                    Err(fault(good, phrase!("syntax-not-utf8", at = at + 1, byte = byte)))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_understood() {
        let text = "title = \"Größe 数\"\n";
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            ["\u{feff}", text].concat().encode_utf16().flat_map(bytes).collect()
        };
        let marked = [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat();
        for bytes in [text.as_bytes().to_vec(), marked, utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
            assert_eq!(decode(&bytes, None).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_text_is_told_at_its_place() {
        let told = |bytes: &[u8]| decode(bytes, Some(Path::new("r.toml"))).unwrap_err().to_string();
        let latin = told(b"a = 1\nb = \"caf\xe9\"\n");
        assert!(latin.contains("r.toml, line 2") && latin.contains("byte 9 ") && latin.contains("0xe9"), "{latin}");
        assert!(told(b"\xff\xfea\0\n\0b").contains("r.toml, line 2"));
        assert!(told(b"\xfe\xff\0a\xd8\0").contains("r.toml, line 1"));
    }
}
