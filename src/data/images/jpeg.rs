//! What the JPEG decoder passes over in silence: a file that ends too early, and inks whose direction nobody declares.

use crate::text::{Phrase, phrase};

/// Walks the segments of a file.
///
/// # Errors
/// A file without its end marker was cut off: the decoder would fill the rest with grey. Four inks without Adobe's marker may
/// be written either way round.
pub(super) fn check(bytes: &[u8]) -> Result<(), Phrase> {
    let (mut at, mut inks, mut adobe) = (2, false, false);
    loop {
        // Between segments there may be filling; after the start of a scan there are its data, in which 0xFF is followed by 0
        // or by a restart marker.
        let Some(start) = bytes.get(at..).and_then(|rest| memchr::memchr(0xFF, rest)) else {
            return Err(phrase!("image-cut-off"));
        };
        at += start + 1;
        let Some(marker) = bytes.get(at) else { return Err(phrase!("image-cut-off")) };
        match marker {
            0xFF => continue,
            0xD9 => break,
            0x00 | 0x01 | 0xD0..=0xD8 => {
                at += 1;
                continue;
            }
            _ => {}
        }
        let segment = at + 1;
        let Some([high, low]) = bytes.get(segment..segment + 2) else { return Err(phrase!("image-cut-off")) };
        let length = usize::from(u16::from_be_bytes([*high, *low])).max(2);
        let Some(body) = bytes.get(segment + 2..segment + length) else { return Err(phrase!("image-cut-off")) };
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => inks |= body.get(5) == Some(&4),
            0xEE => adobe |= body.starts_with(b"Adobe"),
            _ => {}
        }
        at = segment + length;
    }
    if inks && !adobe { Err(phrase!("image-inks")) } else { Ok(()) }
}
