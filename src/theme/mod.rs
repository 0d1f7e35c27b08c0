//! Colours, type, spacing and icons: the only place where a colour or a font is named.
//! `install` gives egui the fonts and both themes; `ui.tokens()` gives a panel the colours of the one on screen.

#![allow(clippy::disallowed_methods, reason = "here colours and fonts are made")]

use eframe::egui;

mod cmap;
mod fonts;
mod icons;
mod sizes;
mod style;
mod system_fonts;
mod tokens;
#[cfg(debug_assertions)]
mod watch;

pub use fonts::{caption, code, font, for_reading, heading, maths, mono, semibold, tick, title, value};
pub use icons::Icon;
pub use system_fonts::fall_back_to_system_fonts;
pub use tokens::{PICTURE, Tokens, UiTokens, radius, size, space};
#[cfg(debug_assertions)]
pub use watch::watch;

/// Sets the fonts and both themes of `ctx`; the theme on screen follows the system until someone chooses one.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    restyle(ctx);
    ctx.set_theme(egui::ThemePreference::System);
}

thread_local! {
    /// Whether this thread's window is shown to a room.
    static PROJECTED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether colours and sizes are those for a room.
fn projected() -> bool {
    PROJECTED.get()
}

/// Gives this thread's window the colours and sizes for a room, or takes them back.
pub fn project(ctx: &egui::Context, on: bool) {
    PROJECTED.set(on);
    restyle(ctx);
}

/// Gives egui's own parts the colours of both themes.
fn restyle(ctx: &egui::Context) {
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        ctx.style_mut_of(theme, |style| style::apply(style, Tokens::of(theme)));
    }
}
