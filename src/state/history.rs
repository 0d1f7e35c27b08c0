//! Undo and redo of recipe edits: whole recipes, with one step for one gesture.

use crate::recipe::Sweep;

/// Recipes before and after the present one.
#[derive(Clone, Debug, Default)]
pub struct History {
    past: Vec<Sweep>,
    future: Vec<Sweep>,
    /// The field of the last edit and when it was made, in seconds.
    last: Option<(&'static str, f64)>,
}

/// Edits of the same field within this many seconds are one gesture (a drag, say).
const GESTURE: f64 = 1.0;

/// Steps that are remembered.
const DEPTH: usize = 200;

impl History {
    /// Remembers `before`, the recipe that an edit of `field` replaces at `now` (seconds).
    pub fn edited(&mut self, before: &Sweep, field: &'static str, now: f64) {
        let same_gesture = self.last.is_some_and(|(last, at)| last == field && now - at < GESTURE);
        self.last = Some((field, now));
        self.future.clear();
        if !same_gesture {
            self.past.push(before.clone());
            if self.past.len() > DEPTH {
                self.past.remove(0);
            }
        }
    }

    /// The recipe before `present`.
    pub fn undo(&mut self, present: &Sweep) -> Option<Sweep> {
        let before = self.past.pop()?;
        self.future.push(present.clone());
        self.last = None;
        Some(before)
    }

    /// The recipe that was undone last.
    pub fn redo(&mut self, present: &Sweep) -> Option<Sweep> {
        let after = self.future.pop()?;
        self.past.push(present.clone());
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

    #[test]
    fn a_drag_is_one_step_and_redo_brings_it_back() {
        let first = QUICKSTART.sweep().unwrap();
        let mut history = History::default();
        let mut recipe = first.clone();
        for (i, t) in [5.0, 6.0, 7.0].into_iter().enumerate() {
            history.edited(&recipe, "temperature", i as f64 * 0.1);
            recipe.base.distill.temperature = t;
        }
        history.edited(&recipe, "seed", 0.4);
        let dragged = recipe.clone();
        recipe.base.training.seed = 3;
        assert_eq!(history.undo(&recipe).as_ref(), Some(&dragged));
        assert_eq!(history.undo(&dragged), Some(first.clone()));
        assert!(!history.can_undo());
        assert_eq!(history.redo(&first), Some(dragged));
    }
}
