//! Colours, type, spacing and icons: the only place where a colour or a font is named.
//! `install` gives egui the fonts and both themes; `ui.tokens()` gives a panel the colours of the one on screen.

use eframe::egui;

mod fonts;
mod icons;
mod style;
mod tokens;

pub use fonts::{caption, mono, semibold, title, value};
pub use icons::Icon;
pub use tokens::{DARK, LIGHT, Tokens, UiTokens, radius, size, space};

/// Sets the fonts and both themes of `ctx`; the theme on screen follows the system until someone chooses one.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.style_mut_of(egui::Theme::Dark, |style| style::apply(style, &DARK));
    ctx.style_mut_of(egui::Theme::Light, |style| style::apply(style, &LIGHT));
    ctx.set_theme(egui::ThemePreference::System);
}
