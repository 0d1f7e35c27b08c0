//! Words in Markdown with formulas; a link is never followed, but told.

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui::{Id, TextStyle, Ui};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};
use pulldown_cmark::{Event, Parser, Tag};

use super::formula_ui;

/// Shows Markdown; where a link was pressed, what it leads to. Pictures are found under `pictures`, a beginning of addresses.
pub fn markdown_ui(ui: &mut Ui, markdown: &str, pictures: &str) -> Option<String> {
    let markdown = &punctuated(markdown);
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

/// Punctuation that never begins a line.
const CLOSING: &str = "，。；：、？！）”’》,.;:?!)";

/// Takes punctuation behind a link into it: a line may break between two parts, and no line begins with it.
fn punctuated(markdown: &str) -> String {
    let mut whole = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find("](") {
        let Some(end) = rest[at..].find(')').map(|end| at + end + 1) else { break };
        let is_picture = rest[..at].rfind('[').is_some_and(|open| rest[..open].ends_with('!'));
        let marks = rest[end..].find(|c| !CLOSING.contains(c)).unwrap_or(rest.len() - end);
        let marks = if is_picture { 0 } else { marks };
        whole.push_str(&rest[..at]);
        whole.push_str(&rest[end..end + marks]);
        whole.push_str(&rest[at..end]);
        rest = &rest[end + marks..];
    }
    whole + rest
}

fn links_of(markdown: &str) -> Vec<String> {
    let of = |event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    };
    Parser::new(markdown).filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_with_punctuation_behind_a_link() {
        assert_eq!(punctuated("看[这里](ui:a.b)，好。"), "看[这里，](ui:a.b)好。");
        assert_eq!(punctuated("[a](x). ![p](q.png), [b](y) c"), "[a.](x) ![p](q.png), [b](y) c");
        assert_eq!(punctuated("[open](never"), "[open](never");
    }
}
