//! A window with every part in its states, for those who build the window.

use eframe::egui::{self, Align, Layout, Panel, Theme, Ui};

use super::{DynError, OpenError, has_display, viewport};
use crate::text::{Language, language, speak};
use crate::theme::{self, UiTokens as _, caption, space};
use crate::widgets::{Gallery, gallery_ui, segmented_ui};

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
        Ok(Box::<StylePage>::default())
    };
    eframe::run_native("Stillroom", native, Box::new(create)).map_err(|error| OpenError::NoWindow(error.to_string()))
}

/// The page's window.
#[derive(Debug, Default)]
pub struct StylePage(Gallery);

impl StylePage {
    /// Its bar, and the gallery above.
    pub fn ui(&mut self, ui: &mut Ui) {
        let frame = egui::Frame::new().fill(ui.tokens().window);
        Panel::bottom("style page").frame(frame).exact_size(40.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add_space(space::M);
                theme_ui(ui);
                language_ui(ui);
                ui.label(caption(
                    "D: the other theme. Debug builds follow the files in assets/theme while they are edited.",
                ));
            });
        });
        gallery_ui(ui, &mut self.0);
        if ui.input(|input| input.key_pressed(egui::Key::D)) && !ui.ctx().text_edit_focused() {
            ui.ctx().set_theme(if ui.visuals().dark_mode { Theme::Light } else { Theme::Dark });
        }
    }
}

impl eframe::App for StylePage {
    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.ui(ui);
    }
}

fn theme_ui(ui: &mut Ui) {
    let mut chosen = usize::from(!ui.visuals().dark_mode);
    if segmented_ui(ui, "Theme", &mut chosen, &["Dark", "Light"]).changed() {
        ui.ctx().set_theme([Theme::Dark, Theme::Light][chosen]);
    }
}

fn language_ui(ui: &mut Ui) {
    let spoken = language();
    let mut chosen = Language::ALL.iter().position(|language| *language == spoken).unwrap_or_default();
    if segmented_ui(ui, "Language", &mut chosen, &Language::ALL.map(Language::name)).changed() {
        speak(Language::ALL[chosen]);
        ui.ctx().request_repaint();
    }
}
