//! Undo and redo: of the recipe, of the arrangement of panels, and of what was put into the bin.
//! Each step is the whole of what it changes, and one gesture is one step.

use super::{KeptLens, Workspace};
use crate::protocol::{JobId, RunId};
use crate::recipe::Sweep;

/// Something that can be put back, as it was.
#[derive(Clone, Debug, PartialEq)]
pub enum Undoable {
    /// The recipe in the panel.
    Recipe(Box<Draft>),
    /// Where the lens points, and its example.
    Lens(Box<KeptLens>),
    /// The arrangement of a workspace, as it is remembered on disk.
    Arrangement(Workspace, serde_json::Value),
    /// What a job is called.
    Renamed(JobId, String),
    /// Whether a run is in the bin.
    Binned(RunId, bool),
}

/// The recipe in the panel, and the words in which it was written, with their comments, where they are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The recipe.
    pub sweep: Sweep,
    /// A text that says the same.
    pub text: Option<String>,
}

/// Tells what a thing is now that was something else.
pub type Present<'a> = &'a dyn Fn(&Undoable) -> Undoable;

/// What was before and after the present.
#[derive(Clone, Debug, Default)]
pub struct History {
    past: Vec<Undoable>,
    future: Vec<Undoable>,
    /// The field of the last edit and when it was made, in seconds.
    last: Option<(&'static str, f64)>,
}

/// Edits of the same field within this many seconds are one gesture (a drag, say).
const GESTURE: f64 = 1.0;

/// Steps that are remembered.
const DEPTH: usize = 200;

impl History {
    /// Remembers what `before` tells, which an edit of `field` replaces at `now` (seconds).
    pub fn edited(&mut self, before: impl FnOnce() -> Undoable, field: &'static str, now: f64) {
        let same_gesture = self.last.is_some_and(|(last, at)| last == field && now - at < GESTURE);
        if same_gesture {
            self.future.clear();
        } else {
            self.did(before());
        }
        self.last = Some((field, now));
    }

    /// Remembers what something was before it was changed.
    pub fn did(&mut self, before: Undoable) {
        self.last = None;
        self.future.clear();
        self.past.push(before);
        if self.past.len() > DEPTH {
            self.past.remove(0);
        }
    }

    /// Whether the last change replaced this.
    pub fn replaced_last(&self, before: &Undoable) -> bool {
        self.past.last() == Some(before)
    }

    /// The last change goes on: what was undone cannot be redone any more.
    pub fn went_on(&mut self) {
        self.last = None;
        self.future.clear();
    }

    /// What the last change replaced; `present` tells what the same thing is now, for redo.
    pub fn undo(&mut self, present: Present<'_>) -> Option<Undoable> {
        let before = self.past.pop()?;
        self.future.push(present(&before));
        self.last = None;
        Some(before)
    }

    /// What was undone last; `present` as for [`History::undo`].
    pub fn redo(&mut self, present: Present<'_>) -> Option<Undoable> {
        let after = self.future.pop()?;
        self.past.push(present(&after));
        self.last = None;
        Some(after)
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::QUICKSTART;

    fn recipe_of(sweep: &Sweep) -> Undoable {
        Undoable::Recipe(Box::new(Draft { sweep: sweep.clone(), text: None }))
    }

    #[test]
    fn a_drag_is_one_step_and_redo_brings_it_back() {
        let first = QUICKSTART.sweep().unwrap();
        let mut history = History::default();
        let mut recipe = first.clone();
        for (i, t) in [5.0, 6.0, 7.0].into_iter().enumerate() {
            history.edited(|| recipe_of(&recipe), "temperature", i as f64 * 0.1);
            recipe.base.distill.set("distill.temperature", t);
        }
        history.edited(|| recipe_of(&recipe), "seed", 0.4);
        let dragged = recipe.clone();
        recipe.base.training.seed = 3;
        assert_eq!(history.undo(&|_| recipe_of(&recipe)), Some(recipe_of(&dragged)));
        assert_eq!(history.undo(&|_| recipe_of(&dragged)), Some(recipe_of(&first)));
        assert!(!history.can_undo());
        assert_eq!(history.redo(&|_| recipe_of(&first)), Some(recipe_of(&dragged)));
    }

    #[test]
    fn different_things_are_undone_in_the_order_in_which_they_were_done() {
        let recipe = QUICKSTART.sweep().unwrap();
        let mut history = History::default();
        history.edited(|| recipe_of(&recipe), "temperature", 0.0);
        history.did(Undoable::Binned(RunId(7), false));
        // The gesture has ended: the same field within a second is a step of its own.
        history.edited(|| recipe_of(&recipe), "temperature", 0.1);
        assert!(matches!(history.undo(&Clone::clone), Some(Undoable::Recipe(_))));
        let undone = history.undo(&|_| Undoable::Binned(RunId(7), true));
        assert_eq!(undone, Some(Undoable::Binned(RunId(7), false)));
        assert_eq!(history.redo(&|_| Undoable::Binned(RunId(7), false)), Some(Undoable::Binned(RunId(7), true)));
    }
}
