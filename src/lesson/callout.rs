//! Parts of the window that a lesson can point at, by names that no language and no layout changes.

use super::reading::{named, unknown};
use crate::recipe::fields::{FIELDS, field};
use crate::state::Pane;
use crate::text::Phrase;

/// Those that have names of their own, with the panel that they stand in; fields of the recipe are `recipe.PATH`, panels `panel.NAME`.
pub const CALLOUTS: [(&str, Option<Pane>); 16] = [
    ("lens.temperature", Some(Pane::Lens)),
    ("lens.bars", Some(Pane::Lens)),
    ("lens.picture", Some(Pane::Lens)),
    ("lens.next", Some(Pane::Lens)),
    ("lens.pages", Some(Pane::Lens)),
    ("lens.subject", Some(Pane::Lens)),
    ("lens.numbers", Some(Pane::Lens)),
    ("lens.order", Some(Pane::Lens)),
    ("lens.log", Some(Pane::Lens)),
    ("lens.play", Some(Pane::Lens)),
    ("lens.choice", Some(Pane::Lens)),
    ("lens.example", Some(Pane::Lens)),
    ("lens.biases", Some(Pane::Lens)),
    ("bar.distil", None),
    ("bar.preset", None),
    ("bar.story", None),
];

/// The panel in which a part stands, if it stands in one.
///
/// # Errors
/// When there is no such part.
pub fn panel_of(name: &str) -> Result<Option<Pane>, Phrase> {
    if let Some((_, panel)) = CALLOUTS.iter().find(|(known, _)| *known == name) {
        return Ok(*panel);
    }
    if let Some(panel) = name.strip_prefix("panel.").and_then(named::<Pane>) {
        return Ok(Some(panel));
    }
    if name.strip_prefix("recipe.").and_then(field).is_some_and(|field| field.has_control) {
        return Ok(Some(Pane::Recipe));
    }
    let panels: Vec<String> =
        Pane::ALL.iter().map(|panel| format!("panel.{}", super::reading::word_of(panel))).collect();
    let fields = FIELDS.iter().filter(|field| field.has_control).map(|field| format!("recipe.{}", field.path));
    let all: Vec<String> = CALLOUTS.iter().map(|(name, _)| (*name).to_owned()).chain(panels).chain(fields).collect();
    Err(unknown(name, all.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_stands_in_its_panel() {
        assert_eq!(panel_of("lens.temperature"), Ok(Some(Pane::Lens)));
        assert_eq!(panel_of("panel.dark"), Ok(Some(Pane::Dark)));
        assert_eq!(panel_of("recipe.distill.temperature"), Ok(Some(Pane::Recipe)));
        assert_eq!(panel_of("bar.distil"), Ok(None));
        assert!(panel_of("lens.slider").is_err() && panel_of("recipe.title").is_err());
    }
}
