//! One panel for a room: the whole screen, large, with high contrast; T by arrow keys or a presenter's buttons.

use eframe::egui::{self, Key, Modifiers, ViewportCommand};

use super::App;
use crate::command::{Action, WindowCommand};
use crate::state::Pane;
use crate::theme;
use crate::views::PROJECTED;

/// Points from the top of the screen to its bottom: text of 12.5 points has 28 pixels where there are 1,080.
const HEIGHT: f32 = 480.0;

/// How the window was before.
#[derive(Debug)]
pub(super) struct Before {
    zoom: f32,
    fullscreen: bool,
}

impl App {
    /// Shows a panel to the room, or ends that.
    pub(super) fn toggle_projector(&mut self, ctx: &egui::Context) {
        let panel = match self.state.window.projector {
            Some(_) => None,
            None => Some(self.state.window.maximised.filter(|panel| PROJECTED.contains(panel)).unwrap_or(Pane::Lens)),
        };
        self.project(panel, ctx);
    }

    pub(super) fn project(&mut self, panel: Option<Pane>, ctx: &egui::Context) {
        self.state.window.projector = panel;
        match (panel, self.before_projector.take()) {
            (Some(_), None) => {
                let fullscreen = ctx.input(|input| input.viewport().fullscreen).unwrap_or(false);
                self.before_projector = Some(Before { zoom: ctx.zoom_factor(), fullscreen });
                theme::project(ctx, true);
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(true));
            }
            (Some(_), before) => self.before_projector = before,
            (None, Some(before)) => {
                theme::project(ctx, false);
                ctx.set_zoom_factor(before.zoom);
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(before.fullscreen));
            }
            (None, None) => {}
        }
    }

    /// Keeps everything as large as the screen has room for, and takes the keys of a presenter.
    pub(super) fn settle_projector(&mut self, ctx: &egui::Context) {
        let Some(panel) = self.state.window.projector else { return };
        let pixels = ctx.content_rect().height() * ctx.pixels_per_point();
        let native = ctx.native_pixels_per_point().unwrap_or(1.0);
        let wanted = (pixels / HEIGHT / native).clamp(1.0, 8.0);
        if (wanted / ctx.zoom_factor() - 1.0).abs() > 0.01 {
            ctx.set_zoom_factor(wanted);
        }
        let next = |by: usize| {
            let at = PROJECTED.iter().position(|known| *known == panel).unwrap_or(0);
            WindowCommand::Projector(Some(PROJECTED[(at + by) % PROJECTED.len()]))
        };
        let keys = [
            (Key::ArrowRight, Action::RaiseLensTemperature),
            (Key::PageDown, Action::RaiseLensTemperature),
            (Key::ArrowLeft, Action::LowerLensTemperature),
            (Key::PageUp, Action::LowerLensTemperature),
            (Key::ArrowDown, Action::NextSample),
            (Key::ArrowUp, Action::PreviousSample),
        ];
        for (key, action) in keys {
            if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key)) && action.enabled(&self.state) {
                self.commands.send(action);
            }
        }
        for (modifiers, by) in [(Modifiers::SHIFT, PROJECTED.len() - 1), (Modifiers::NONE, 1)] {
            if ctx.input_mut(|input| input.consume_key(modifiers, Key::Tab)) {
                self.commands.send(next(by));
                // egui has moved the focus already.
                ctx.memory_mut(|memory| memory.focused().into_iter().for_each(|id| memory.surrender_focus(id)));
            }
        }
        if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.commands.send(WindowCommand::Projector(None));
        }
    }
}
