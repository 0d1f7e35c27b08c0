//! Pictures of panels, for files and for the clipboard.

use std::path::Path;

use eframe::egui;

use super::App;
use super::files::at;
use crate::figure::{Drawing, draw};
use crate::model::write_whole;
use crate::state::{FilePurpose, Pane};
use crate::text::phrase;
use crate::views;
use crate::widgets::ToastKind;

/// Pixels of a point: sharp on a projector, and on paper.
const SCALE: f32 = 3.0;

impl App {
    /// Asks where the picture of a panel goes.
    pub(super) fn ask_figure(&mut self, panel: Pane, ctx: &egui::Context) {
        // This one, whatever is on show when the dialog closes.
        self.figure = Some(self.drawn(panel, ctx));
        self.dialogs.ask(FilePurpose::SaveFigure, ctx);
    }

    /// Puts the picture of a panel into the clipboard.
    pub(super) fn copy_figure(&mut self, panel: Pane, ctx: &egui::Context) {
        let image = self.drawn(panel, ctx).image();
        ctx.copy_image(image);
        self.say(ToastKind::Done, phrase!("toast-figure-copied"));
    }

    /// Writes it: as SVG where the name says so, else as PNG.
    pub(super) fn save_figure(&mut self, path: &Path) {
        let Some(drawing) = self.figure.take() else { return };
        let is_svg = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("svg"));
        let bytes = if is_svg { drawing.svg().into_bytes() } else { drawing.png() };
        let written = write_whole(path, &bytes).map_err(|error| at(path, &error));
        self.told(written, phrase!("toast-figure-saved", path = path));
    }

    fn drawn(&mut self, panel: Pane, ctx: &egui::Context) -> Drawing {
        if panel == Pane::Dark {
            // It is found for the screen only while it is on show.
            self.state.settle_dark();
        }
        let theme = if ctx.global_style().visuals.dark_mode { egui::Theme::Dark } else { egui::Theme::Light };
        let fonts = ctx.fonts(|fonts| fonts.definitions().clone());
        draw(views::figure_size(panel, &self.state), theme, fonts, SCALE, |ui| views::figure_ui(ui, panel, &self.state))
    }
}
