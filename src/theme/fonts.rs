//! Inter in two weights over egui's own fonts, and the few ways in which text is set.
//! Inter's figures are tabular here, so that numbers stay in place while they change.

use std::sync::Arc;

use eframe::egui::{FontData, FontDefinitions, FontFamily, FontId, RichText};

use super::size;

const SEMIBOLD: &str = "semibold";

/// Our fonts before egui's, which fill the gaps.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular = FontData::from_static(include_bytes!("../../assets/fonts/Inter-Regular.ttf"));
    let semibold = FontData::from_static(include_bytes!("../../assets/fonts/Inter-SemiBold.ttf"));
    fonts.font_data.insert("inter".to_owned(), Arc::new(regular));
    fonts.font_data.insert("inter-semibold".to_owned(), Arc::new(semibold));

    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let over_fallback = |name: &str| std::iter::once(name.to_owned()).chain(fallback.clone()).collect::<Vec<_>>();
    fonts.families.insert(FontFamily::Name(SEMIBOLD.into()), over_fallback("inter-semibold"));
    fonts.families.insert(FontFamily::Proportional, over_fallback("inter"));
    if let Some(monospace) = fonts.families.get_mut(&FontFamily::Monospace) {
        monospace.push("inter".to_owned());
    }
    fonts
}

/// The semibold face at a size.
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// A title of a panel or of a group of controls.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(size::BODY))
}

/// A number that is the point of its tile.
pub fn value(text: impl Into<String>) -> RichText {
    RichText::new(text).font(semibold(size::VALUE))
}

/// A line of explanation under a control.
pub fn caption(text: impl Into<String>) -> RichText {
    RichText::new(text).small().weak()
}
