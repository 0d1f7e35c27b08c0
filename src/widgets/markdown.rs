//! Words in Markdown with formulas; a link is never followed, but told.

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui::{Id, TextStyle, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};
use pulldown_cmark::{Event, Parser, Tag};

use super::formula_ui;

/// Shows Markdown; where a link was pressed, what it leads to. Pictures are found under `pictures`, a beginning of addresses.
pub fn markdown_ui(ui: &mut Ui, markdown: &str, pictures: &str) -> Option<String> {
    let cache: Arc<Mutex<CommonMarkCache>> =
        ui.data_mut(|data| data.get_temp_mut_or_default::<Arc<Mutex<CommonMarkCache>>>(Id::unique("markdown")).clone());
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    let links = links_of(markdown);
    cache.link_hooks_clear();
    for link in &links {
        cache.add_link_hook(link.as_str());
    }
    ui.scope(|ui| {
        let width = ui.available_width() as usize;
        // A line is as high as its words: a link in it stands on the same line as they do.
        ui.spacing_mut().interact_size.y = ui.text_style_height(&TextStyle::Body);
        CommonMarkViewer::new()
            .default_implicit_uri_scheme(pictures)
            .max_image_width(Some(width))
            .render_math_fn(Some(&|ui: &mut Ui, tex: &str, inline: bool| formula_ui(ui, tex, inline)))
            .show(ui, &mut cache, markdown);
    });
    links.into_iter().find(|link| cache.get_link_hook(link) == Some(true))
}

fn links_of(markdown: &str) -> Vec<String> {
    let of = |event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    };
    Parser::new(markdown).filter_map(of).collect()
}
