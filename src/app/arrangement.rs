//! Arrangements as they are remembered and undone: what was moved is put back whole.

use super::App;
use super::tiles::{completed, default_arrangement, is_whole};
use crate::state::{Undoable, Workspace};

impl App {
    /// An arrangement as it is now.
    pub(super) fn arrangement(&self, workspace: Workspace) -> serde_json::Value {
        self.tiles.get(&workspace).and_then(|tree| serde_json::to_value(tree).ok()).unwrap_or_default()
    }

    /// Takes note of an arrangement that the user has changed, so that it can be undone.
    pub(super) fn rearranged(&mut self, workspace: Workspace) {
        let now = self.arrangement(workspace);
        if let Some(before) = self.arranged.insert(workspace, now.clone()).filter(|before| *before != now) {
            self.state.history.did(Undoable::Arrangement(workspace, before));
        }
    }

    /// Takes note of changes that nobody would want to undo: a tab that came to the front.
    pub(super) fn settle_arrangements(&mut self) {
        for workspace in Workspace::ALL {
            self.arranged.insert(workspace, self.arrangement(workspace));
        }
    }

    /// Puts back an arrangement.
    pub(super) fn put_arrangement(&mut self, workspace: Workspace, kept: serde_json::Value) {
        let tree = serde_json::from_value(kept).ok().map(completed).filter(is_whole);
        self.tiles.insert(workspace, tree.unwrap_or_else(|| default_arrangement(workspace)));
        self.state.window.workspace = workspace;
        self.state.window.maximised = None;
        self.settle_arrangements();
    }
}
