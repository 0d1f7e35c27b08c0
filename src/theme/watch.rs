//! Takes the colours again when their files are saved; in debug builds alone, for those who tune them.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use eframe::egui::{Context, Theme};

use super::Tokens;

const THEMES: [(Theme, &str); 2] = [(Theme::Dark, "dark"), (Theme::Light, "light")];

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Watches the files of both themes for as long as the program runs.
pub fn watch(ctx: &Context) {
    let ctx = ctx.clone();
    let file = |name: &str| PathBuf::from(format!("{}/assets/theme/{name}.toml", env!("CARGO_MANIFEST_DIR")));
    let saved = move |name: &str| std::fs::metadata(file(name)).and_then(|meta| meta.modified()).ok();
    let mut known: [Option<SystemTime>; 2] = THEMES.map(|(_, name)| saved(name));
    let look = move || {
        loop {
            std::thread::sleep(EVERY);
            for ((theme, name), known) in THEMES.into_iter().zip(&mut known) {
                let now = saved(name);
                if now == *known {
                    continue;
                }
                *known = now;
                let read = std::fs::read_to_string(file(name)).map_err(|error| error.to_string());
                match read.and_then(|text| Tokens::read(&text).map_err(|error| error.to_string())) {
                    Ok(tokens) => {
                        tokens.take_the_place_of(theme);
                        super::restyle(&ctx);
                        ctx.request_repaint();
                    }
                    Err(error) => log::warn!("{}: {error}", file(name).display()),
                }
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("stillroom-theme".to_owned()).spawn(look) {
        log::warn!("the theme is not watched: {error}");
    }
}
