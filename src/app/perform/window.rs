//! Performs what concerns the window itself.

use std::path::PathBuf;

use eframe::egui;

use super::preference;
use crate::app::App;
use crate::command::WindowCommand;
use crate::distill::method;
use crate::recipe::Sweep;
use crate::state::Workspace;
use crate::text::{Between, Language, Phrase, phrase, speak};
use crate::widgets::ToastKind;

impl App {
    pub(super) fn window(&mut self, command: WindowCommand, ctx: &egui::Context) {
        match command {
            WindowCommand::Palette(palette) => self.state.window.palette = palette,
            WindowCommand::Methods(name) => self.state.window.method = name.and_then(method),
            WindowCommand::CloseShortcuts => self.state.window.shows_shortcuts = false,
            WindowCommand::CloseNotices => self.state.window.notices.shown = false,
            WindowCommand::TipDone(tip) => self.state.window.greeting.done(tip),
            WindowCommand::OpenPath(path) => self.open_path(path, ctx),
            WindowCommand::Language(language) => {
                self.state.window.language = language;
                speak(language.unwrap_or_else(Language::of_system));
            }
            WindowCommand::Theme(dark) => ctx.set_theme(preference(dark)),
            WindowCommand::Maximise(panel) => self.state.window.maximised = panel,
            WindowCommand::BringUp(panel) => {
                self.state.window.maximised = None;
                self.bring_up(panel);
            }
            WindowCommand::Projector(panel) => self.project(panel, ctx),
            WindowCommand::ShowRecipe(run) => self.state.window.recipe_of = run,
            WindowCommand::Rename(job, name) => self.state.window.rename = Some((job, name)),
            WindowCommand::EndRename(accepted) => {
                if let Some((job, name)) = self.state.window.rename.take().filter(|_| accepted) {
                    self.rename(job, name.trim());
                }
            }
            WindowCommand::TypePaste(typed) => {
                if let Some(paste) = &mut self.state.window.paste {
                    paste.text = typed;
                }
            }
            WindowCommand::PasteFrom(library) => {
                if let Some(paste) = &mut self.state.window.paste {
                    paste.chosen = Some(library);
                }
            }
            WindowCommand::EndPaste(accepted) => {
                let pasted = self.state.pasted().filter(|_| accepted);
                self.state.window.paste = None;
                if let Some(Ok(converted)) = pasted {
                    let sweep = Sweep { base: converted.recipe, ..self.state.recipe.sweep.clone() };
                    self.edit("pasted recipe", sweep, ctx);
                    self.state.recipe.preset = None;
                    self.say(ToastKind::Done, Phrase::several(Between::Spaces, converted.says));
                }
            }
            WindowCommand::TypePath(typed) => {
                if let Some(field) = &mut self.state.window.path_field {
                    field.text = typed;
                }
            }
            WindowCommand::EndPath(accepted) => {
                if let Some(field) = self.state.window.path_field.take()
                    && accepted
                    && !field.text.trim().is_empty()
                {
                    let path = PathBuf::from(field.text.trim());
                    // A system's dialog asks before it writes over a file; this one leaves it.
                    if field.purpose.writes() && path.exists() {
                        self.fault(phrase!("path-exists", path = &path));
                        self.state.window.path_field = Some(field);
                    } else {
                        self.picked(field.purpose, vec![path], ctx);
                    }
                }
            }
            WindowCommand::Refused(why) => self.fault(why),
            WindowCommand::EndPage(accepted) => self.end_page(accepted, ctx),
            WindowCommand::SaveFigure(panel) => self.ask_figure(panel, ctx),
            WindowCommand::CopyFigure(panel) => self.copy_figure(panel, ctx),
            WindowCommand::Picked(purpose, paths) => self.picked(purpose, paths, ctx),
            WindowCommand::Farewell(farewell) => self.farewell(farewell, ctx),
        }
    }

    pub(super) fn enter(&mut self, workspace: Workspace) {
        self.state.window.workspace = workspace;
        self.state.window.maximised = None;
    }
}
