//! The lens of the run on show as a file for a browser: what goes along is said before anything is written.

use std::path::Path;

use eframe::egui;

use super::App;
use super::files::at;
use crate::model::write_whole;
use crate::runs::{LensPage, Store};
use crate::state::FilePurpose;
use crate::text::phrase;

impl App {
    /// Says what would go along.
    pub(super) fn ask_page(&mut self) {
        let Some(row) = self.state.on_show().1.and_then(|run| self.state.row(run)) else { return };
        match LensPage::read(&Store::reader(self.store.path()), row) {
            Ok(page) => {
                self.state.window.page_says = Some(page.says());
                self.page = Some(page);
            }
            Err(error) => self.fault(error.phrase()),
        }
    }

    /// Asks where it goes, or gives it up.
    pub(super) fn end_page(&mut self, accepted: bool, ctx: &egui::Context) {
        self.state.window.page_says = None;
        if accepted {
            self.dialogs.ask(FilePurpose::SavePage, ctx);
        } else {
            self.page = None;
        }
    }

    /// Writes it.
    pub(super) fn save_page(&mut self, path: &Path) {
        let Some(page) = self.page.take() else { return };
        let written = write_whole(path, page.html().as_bytes()).map_err(|error| at(path, &error));
        self.told(written, phrase!("toast-page-saved", path = path));
    }
}
