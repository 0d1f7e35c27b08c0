//! What becomes of a temporary store when the window is closed: it is copied to where the user says, or goes.

use std::path::Path;

use eframe::egui::{Context, ViewportCommand};

use super::App;
use crate::state::{Farewell, FilePurpose};
use crate::text::phrase;

impl App {
    /// Asks before runs are lost: a window that is to be closed stays until that is settled.
    pub(super) fn ask_before_loss(&mut self, ctx: &Context) {
        if !ctx.input(|input| input.viewport().close_requested()) {
            return;
        }
        let has_jobs =
            !self.state.jobs.rows.is_empty() || self.state.jobs.running.is_some() || self.state.jobs.starting;
        let Some(store) = self.state.window.temporary.as_mut().filter(|store| !store.settled && !store.kept) else {
            return;
        };
        if has_jobs {
            store.asks = true;
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        }
    }

    pub(super) fn farewell(&mut self, farewell: Farewell, ctx: &Context) {
        let Some(store) = &mut self.state.window.temporary else { return };
        match farewell {
            Farewell::Keep => self.dialogs.ask(FilePurpose::KeepStore, ctx),
            Farewell::Stay => store.asks = false,
            Farewell::LetGo => {
                (store.asks, store.settled) = (false, true);
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Copies the store to a path; the window closes if that is what it waited for.
    pub(super) fn keep_store(&mut self, path: &Path, ctx: &Context) {
        let kept = self.store.copy_to(path).map_err(|error| error.phrase());
        let is_kept = kept.is_ok();
        self.told(kept, phrase!("toast-store-kept", path = path));
        if let Some(store) = self.state.window.temporary.as_mut().filter(|_| is_kept) {
            store.kept = true;
            if std::mem::take(&mut store.asks) {
                store.settled = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }
}
