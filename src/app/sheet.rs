//! Opens the sheet about data and teachers, changes the recipe for it, and closes it.
//! All that happens while it is open is one step of undo; what is taken back leaves the recipe as it was.

use super::App;
use crate::recipe::{Source, Sweep};
use crate::state::{History, Sheet, Tip, Undoable};

/// What is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    Data,
    Teacher,
}

impl App {
    /// Puts a recipe with other data or another teacher in place, and opens the sheet about them. Where it is open already, it
    /// tells of both.
    pub(super) fn opened(&mut self, what: Opened, sweep: Sweep) {
        let mut sheet = self.state.window.sheet.take().unwrap_or_else(|| Sheet::of(&self.state));
        sheet.data |= what == Opened::Data;
        sheet.teacher |= what == Opened::Teacher;
        self.state.window.sheet = Some(sheet);
        // A preset's name would say something else about these data.
        self.state.recipe.preset.take_if(|_| what == Opened::Data);
        // The same path may hold other bytes by now.
        self.state.recipe.preview = None;
        self.edit_for_sheet(sweep);
    }

    /// Opens the sheet about what stands in the recipe.
    pub(super) fn open_sheet(&mut self) {
        let mut sheet = Sheet::of(&self.state);
        sheet.data = true;
        let teacher = self.state.recipe.sweep.base.teacher.as_ref();
        sheet.teacher = teacher.is_some_and(|teacher| !teacher.files().is_empty());
        self.state.window.sheet = Some(sheet);
    }

    /// Reads the data of the recipe in another way.
    pub(super) fn put_source(&mut self, source: Source) {
        let mut sweep = self.state.recipe.sweep.clone();
        if sweep.base.data.source == source {
            return;
        }
        sweep.base.data.source = source;
        sweep.settle(&self.state.recipe.sweep);
        self.edit_for_sheet(sweep);
    }

    /// Accepts what was opened, with all that was found out written into the recipe; or takes it back.
    pub(super) fn close_sheet(&mut self, accepted: bool) {
        if accepted {
            if let Some(settled) = self.state.settled_source() {
                self.put_source(settled);
            }
            self.state.window.sheet = None;
            return;
        }
        let Some(sheet) = self.state.window.sheet.take() else { return };
        let (preset, focus) = sheet.was;
        let before = Undoable::Recipe(Box::new(sheet.before.clone()));
        if self.state.history.replaced_last(&before) {
            self.undo_or_redo(History::undo);
            self.ask_again();
        } else if self.state.recipe.sweep != sheet.before.sweep {
            self.state.history.did(Undoable::Recipe(Box::new(self.state.draft())));
            self.replace(sheet.before.sweep);
            self.ask_again();
        }
        self.state.recipe.preset = preset;
        // A job that began meanwhile stays on show.
        self.state.screen.focus = self.state.screen.focus.or(focus);
    }

    /// Puts a recipe in place, within the sheet's step of undo.
    fn edit_for_sheet(&mut self, sweep: Sweep) {
        self.state.window.greeting.done(Tip::Recipe);
        let before = self.state.window.sheet.as_ref().map_or_else(|| self.state.draft(), |sheet| sheet.before.clone());
        let before = Undoable::Recipe(Box::new(before));
        if self.state.history.replaced_last(&before) {
            self.state.history.went_on();
        } else {
            self.state.history.did(Undoable::Recipe(Box::new(self.state.draft())));
        }
        self.replace(sweep);
        self.ask_again();
    }

    /// Lets the recipe be worked out again, whatever was said of it.
    fn ask_again(&mut self) {
        self.state.recipe.preview_fault = None;
        self.previewed = None;
    }
}
