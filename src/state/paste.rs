//! Another library's recipe on its way into this one.

use super::State;
use crate::recipe::{Converted, Library, convert};
use crate::text::Phrase;

/// What was pasted so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paste {
    /// As it stands in the field.
    pub text: String,
    /// Whose it is, where the user has said so.
    pub chosen: Option<Library>,
}

impl Paste {
    /// Whose it is: as the user says, or as its keys do.
    pub fn library(&self) -> Option<Library> {
        self.chosen.or_else(|| Library::of(&self.text))
    }
}

impl State {
    /// What the pasted recipe comes to with the present data, teacher and student; none while there is nothing, or nobody knows whose it is.
    pub fn pasted(&self) -> Option<Result<Converted, Vec<Phrase>>> {
        let paste = self.window.paste.as_ref().filter(|paste| !paste.text.trim().is_empty())?;
        let classes = self.recipe.preview.as_ref().map(|preview| preview.found.classes.len());
        Some(convert(paste.library()?, &paste.text, classes, &self.recipe.sweep.base))
    }
}
