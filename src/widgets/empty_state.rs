//! What a panel shows when it has nothing to show: why, and what to do about it.
//! Calm, in the middle, with at most one button.

use eframe::egui::{self, Response, Ui};

use crate::{
    theme::{Icon, UiTokens as _, caption, space, title},
    widgets::icon_button::primary_button,
};

/// An icon, a title, a sentence and, where there is something to do, a button; its response comes back.
pub fn empty_state_ui(ui: &mut Ui, icon: Icon, name: &str, hint: &str, action: Option<&str>) -> Option<Response> {
    let height = 78.0 + if action.is_some() { 36.0 } else { 0.0 };
    ui.vertical_centered(|ui| {
        ui.add_space(((ui.available_height() - height) / 2.0).clamp(0.0, 240.0));
        let (_, rect) = ui.allocate_space(egui::vec2(26.0, 26.0));
        icon.paint(ui.painter(), rect, ui.tokens().tertiary);
        ui.add_space(space::XS);
        ui.label(title(name));
        // Long words keep away from the edges.
        let margin = egui::Margin::symmetric(space::M as i8, 0);
        egui::Frame::new().inner_margin(margin).show(ui, |ui| ui.label(caption(hint)));
        action.map(|action| {
            ui.add_space(space::XS);
            primary_button(ui, None, action)
        })
    })
    .inner
}
