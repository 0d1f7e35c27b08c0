//! A window with every part in its states, for those who build the window.

use eframe::egui::{self, Ui};

use super::{DynError, OpenError, has_display, viewport};
use crate::theme;
use crate::widgets::{Gallery, gallery_ui};

/// Opens the page and returns when it is closed.
///
/// # Errors
/// When there is no display or adapter.
pub fn run_style_page() -> Result<(), OpenError> {
    has_display()?;
    let native = eframe::NativeOptions { viewport: viewport("Stillroom: parts"), ..eframe::NativeOptions::default() };
    let create = |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, DynError> {
        theme::install(&cc.egui_ctx);
        #[cfg(debug_assertions)]
        theme::watch(&cc.egui_ctx);
        Ok(Box::new(StylePage(Gallery::default())))
    };
    eframe::run_native("Stillroom", native, Box::new(create)).map_err(|error| OpenError::NoWindow(error.to_string()))
}

struct StylePage(Gallery);

impl eframe::App for StylePage {
    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        gallery_ui(ui, &mut self.0);
        if ui.input(|input| input.key_pressed(egui::Key::D)) && !ui.ctx().text_edit_focused() {
            let dark = ui.visuals().dark_mode;
            ui.ctx().set_theme(if dark { egui::Theme::Light } else { egui::Theme::Dark });
        }
    }
}
