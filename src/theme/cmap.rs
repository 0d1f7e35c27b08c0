//! Whether a face of an OpenType file has a glyph for a character, read from its `cmap` table alone. Whatever the file says about
//! its own sizes is checked against the bytes that are there.

/// Whether face `index` of a font file draws `c`. A face without outlines or colour bitmaps draws nothing.
pub(super) fn has_glyph(file: &[u8], index: u32, c: char) -> bool {
    glyph(file, index, c).is_some_and(|glyph| glyph != 0)
}

fn glyph(file: &[u8], index: u32, c: char) -> Option<u32> {
    let tables = match tag(file, 0)? {
        b"ttcf" if index < u32_at(file, 8)? => u32_at(file, 12 + 4 * index as usize)? as usize,
        b"ttcf" => return None,
        _ => 0,
    };
    let count = u16_at(file, tables + 4)?;
    let records = (0..usize::from(count)).map(|i| tables + 12 + 16 * i);
    let table = |name: &[u8; 4]| records.clone().find(|at| tag(file, *at) == Some(name));
    [b"glyf", b"CFF ", b"CFF2", b"CBDT", b"sbix"].into_iter().find_map(table)?;
    let cmap = file.get(u32_at(file, table(b"cmap")? + 8)? as usize..)?;
    let encodings = (0..usize::from(u16_at(cmap, 2)?)).map(|i| 4 + 8 * i);
    let of = |at: usize| {
        let (platform, encoding) = (u16_at(cmap, at)?, u16_at(cmap, at + 2)?);
        let is_unicode = platform == 0 || platform == 3 && matches!(encoding, 1 | 10);
        let subtable = cmap.get(u32_at(cmap, at + 4)? as usize..).filter(|_| is_unicode)?;
        match u16_at(subtable, 0)? {
            4 => in_segments(subtable, c),
            12 => in_groups(subtable, c),
            _ => None,
        }
    };
    encodings.filter_map(of).find(|glyph| *glyph != 0)
}

/// Format 4: ranges of the basic plane.
fn in_segments(table: &[u8], c: char) -> Option<u32> {
    let c = u16::try_from(u32::from(c)).ok()?;
    let twice = usize::from(u16_at(table, 6)?);
    let (ends, starts) = (14, 16 + twice);
    let (deltas, offsets) = (starts + twice, starts + 2 * twice);
    let segment = first(twice / 2, |i| u16_at(table, ends + 2 * i).is_some_and(|end| end >= c)) * 2;
    let start = u16_at(table, starts + segment).filter(|start| segment < twice && *start <= c)?;
    let delta = u16_at(table, deltas + segment)?;
    let offset = usize::from(u16_at(table, offsets + segment)?);
    if offset == 0 {
        return Some(u32::from(c.wrapping_add(delta)));
    }
    match u16_at(table, offsets + segment + offset + 2 * usize::from(c - start))? {
        0 => None,
        glyph => Some(u32::from(glyph.wrapping_add(delta))),
    }
}

/// Format 12: ranges of all planes.
fn in_groups(table: &[u8], c: char) -> Option<u32> {
    let c = u32::from(c);
    let room = table.len().saturating_sub(16) / 12;
    let groups = (u32_at(table, 12)? as usize).min(room);
    let at = 16 + 12 * first(groups, |i| u32_at(table, 16 + 12 * i + 4).is_some_and(|end| end >= c));
    let start = u32_at(table, at).filter(|start| at < 16 + 12 * groups && *start <= c)?;
    u32_at(table, at + 8)?.checked_add(c - start)
}

/// The first of `count` sorted positions of which `holds` is true, or `count`.
fn first(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

fn tag(bytes: &[u8], at: usize) -> Option<&[u8; 4]> {
    bytes.get(at..)?.first_chunk()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use eframe::egui::{self, FontData, FontDefinitions, FontFamily, FontId};

    use super::*;
    use crate::theme::fonts::FACES;

    #[test]
    fn it_agrees_with_what_is_drawn() {
        for (name, bytes) in FACES {
            let mut fonts = FontDefinitions::empty();
            fonts.font_data.insert(name.to_owned(), FontData::from_static(bytes).into());
            fonts.families.insert(FontFamily::Proportional, vec![name.to_owned()]);
            fonts.families.insert(FontFamily::Monospace, vec![name.to_owned()]);
            let ctx = egui::Context::default();
            ctx.set_fonts(fonts);
            ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
            let asked = ('!'..='\u{24f}').chain('α'..='ω').chain('→'..='⇿').chain('一'..='凿').chain('😀'..='😏');
            let mut found = 0;
            // What is not drawn by the characters themselves is not a matter of the table.
            for c in asked.filter(|c| c.is_alphanumeric()) {
                let drawn = ctx.fonts_mut(|fonts| fonts.has_glyph(&FontId::proportional(12.0), c));
                assert_eq!(has_glyph(bytes, 0, c), drawn, "{c:?} in {name}");
                found += usize::from(drawn);
            }
            assert!(found > 60, "only {found} in {name}");
            assert!(!has_glyph(bytes, 0, '\u{10fffd}'));
        }
    }

    #[test]
    fn cut_and_damaged_files_have_no_glyph_or_some_and_never_panic() {
        let whole = FACES[2].1;
        for length in (0..whole.len().min(4096)).chain((4096..whole.len()).step_by(997)) {
            has_glyph(&whole[..length], 0, '中');
        }
        let mut damaged = whole.to_vec();
        for at in 0..2048 {
            damaged[at] = !damaged[at];
            has_glyph(&damaged, at as u32, '中');
            damaged[at] = whole[at];
        }
    }
}
