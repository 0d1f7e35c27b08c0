//! Inter in two weights, Noto Sans for Chinese, `JetBrains Mono` for code, over egui's own fonts, and the few ways in which text
//! is set. All figures are tabular, so that numbers stay in place while they change.

use std::sync::Arc;

use eframe::egui::{FontData, FontDefinitions, FontFamily, FontId, RichText, TextStyle, Ui};

use super::{UiTokens as _, size};

const SEMIBOLD: &str = "semibold";

/// The faces that are part of the binary.
pub(super) const FACES: [(&str, &[u8]); 5] = [
    ("inter", include_bytes!("../../assets/fonts/Inter-Regular.ttf")),
    ("inter-semibold", include_bytes!("../../assets/fonts/Inter-SemiBold.ttf")),
    ("noto", include_bytes!("../../assets/fonts/NotoSansSC-Regular.otf")),
    ("noto-bold", include_bytes!("../../assets/fonts/NotoSansSC-Bold.otf")),
    ("jetbrains-mono", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")),
];

/// The faces of formulas, by the names that the layout engine has for them; `KaTeX` draws with the same.
const MATHS: [(&str, &[u8]); 9] = [
    ("Main-Regular", include_bytes!("../../assets/fonts/katex/KaTeX_Main-Regular.ttf")),
    ("Main-Bold", include_bytes!("../../assets/fonts/katex/KaTeX_Main-Bold.ttf")),
    ("Main-Italic", include_bytes!("../../assets/fonts/katex/KaTeX_Main-Italic.ttf")),
    ("Math-Italic", include_bytes!("../../assets/fonts/katex/KaTeX_Math-Italic.ttf")),
    ("AMS-Regular", include_bytes!("../../assets/fonts/katex/KaTeX_AMS-Regular.ttf")),
    ("Size1-Regular", include_bytes!("../../assets/fonts/katex/KaTeX_Size1-Regular.ttf")),
    ("Size2-Regular", include_bytes!("../../assets/fonts/katex/KaTeX_Size2-Regular.ttf")),
    ("Size3-Regular", include_bytes!("../../assets/fonts/katex/KaTeX_Size3-Regular.ttf")),
    ("Size4-Regular", include_bytes!("../../assets/fonts/katex/KaTeX_Size4-Regular.ttf")),
];

/// Our fonts before egui's, which fill the gaps; the system's stand behind them, see [`super::fall_back_to_system_fonts`].
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in FACES {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = |family| fonts.families.get(&family).cloned().unwrap_or_default();
    let (proportional, monospace) = (fallback(FontFamily::Proportional), fallback(FontFamily::Monospace));
    let over = |ours: &[&str], theirs: &[String]| -> Vec<String> {
        ours.iter().map(|name| (*name).to_owned()).chain(theirs.iter().cloned()).collect()
    };
    let families = [
        (FontFamily::Proportional, over(&["inter", "noto"], &proportional)),
        (FontFamily::Name(SEMIBOLD.into()), over(&["inter-semibold", "noto-bold", "noto"], &proportional)),
        (FontFamily::Monospace, over(&["jetbrains-mono", "noto"], &monospace)),
    ];
    fonts.families.extend(families);
    // What a face of formulas lacks is set in the usual one.
    for (name, bytes) in MATHS {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        let faces = over(&[name, "inter", "noto"], &proportional);
        fonts.families.insert(FontFamily::Name(name.into()), faces);
    }
    fonts
}

/// A face of formulas; the upright one for a name that is not known.
pub fn maths(face: &str, size: f32) -> FontId {
    let known = MATHS.iter().map(|(name, _)| *name).find(|name| *name == face);
    FontId::new(size, FontFamily::Name(known.unwrap_or(MATHS[0].0).into()))
}

/// A size as it is set: for a projector nothing is smaller than the text.
fn set(size: f32) -> f32 {
    if super::projected() { size.max(size::BODY) } else { size }
}

/// The usual face at a size.
pub fn font(size: f32) -> FontId {
    FontId::proportional(set(size))
}

/// The semibold face at a size.
pub fn semibold(size: f32) -> FontId {
    FontId::new(set(size), FontFamily::Name(SEMIBOLD.into()))
}

/// The monospaced face at a size.
pub fn mono(size: f32) -> FontId {
    FontId::new(set(size), FontFamily::Monospace)
}

/// A title of a panel or of a group of controls.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(size::BODY))
}

/// A number that is the point of its tile.
pub fn value(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(size::VALUE))
}

/// What a page of a lesson is called.
pub fn heading(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(size::HEADING))
}

/// Sets the words of a part of the window in the size for reading.
pub fn for_reading(ui: &mut Ui) {
    let style = ui.style_mut();
    for text in [TextStyle::Body, TextStyle::Button] {
        style.text_styles.insert(text, font(size::READING));
    }
    // What is strong stands out by its ink: egui has one weight a face.
    let t = style.visuals.tokens();
    style.visuals.widgets.noninteractive.fg_stroke.color = t.secondary.lerp_to_gamma(t.text, 0.4);
}

/// A line of explanation under a control.
pub fn caption(text: impl Into<String>) -> RichText {
    RichText::new(text).small().weak()
}

/// Text of which every column counts.
pub fn code(text: impl Into<String>) -> RichText {
    RichText::new(text).font(mono(size::CAPTION))
}

/// As small as the ticks of an axis.
pub fn tick(text: impl Into<String>) -> RichText {
    RichText::new(text).font(font(size::TICK)).weak()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use eframe::egui;

    use super::*;

    #[test]
    fn the_faces_have_every_character_that_the_window_says() {
        let words = [include_str!("../../assets/i18n/en.ftl"), include_str!("../../assets/i18n/zh-CN.ftl")];
        let said = words.into_iter().flat_map(str::lines).filter(|line| !line.starts_with('#')).flat_map(str::chars);
        let said: BTreeSet<char> = said.chain("简体中文".chars()).filter(|c| !c.is_control()).collect();
        let ctx = egui::Context::default();
        // Ours alone: what egui or the system adds is not on every machine.
        let mut fonts = definitions();
        for family in fonts.families.values_mut() {
            family.retain(|name| FACES.iter().any(|(ours, _)| ours == name));
        }
        ctx.set_fonts(fonts);
        ctx.run_ui(egui::RawInput::default(), |_| {}).drop_without_applying_deltas();
        for font in [FontId::proportional(size::BODY), semibold(size::BODY)] {
            let missing: String = said.iter().filter(|c| !ctx.fonts_mut(|fonts| fonts.has_glyph(&font, **c))).collect();
            assert!(missing.is_empty(), "{font:?} lacks {missing}: run assets/fonts/subset.sh");
        }
    }
}
