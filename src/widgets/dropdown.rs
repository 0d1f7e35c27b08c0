//! A control that shows what is chosen and opens the choices below it.
//! It can carry a dot in the colour of what it chooses.

use eframe::egui::{
    self, Color32, InnerResponse, Popup, PopupCloseBehavior, Rect, Response, Role, Sense, Stroke, StrokeKind,
    TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::theme::{Icon, UiTokens as _, radius, size, space};

/// A dropdown; `show` fills its menu.
#[must_use = "show it in a ui"]
pub struct Dropdown<'a> {
    name: &'a str,
    chosen: &'a str,
    dot: Option<Color32>,
    width: Option<f32>,
    framed: bool,
    stays_open: bool,
    whole: bool,
}

impl<'a> Dropdown<'a> {
    /// A dropdown named `name` that shows `chosen`.
    pub fn new(name: &'a str, chosen: &'a str) -> Self {
        Self { name, chosen, dot: None, width: None, framed: true, stays_open: false, whole: false }
    }

    /// A dot before the text.
    pub fn dot(mut self, colour: Color32) -> Self {
        self.dot = Some(colour);
        self
    }

    /// How wide it is; otherwise as wide as its text.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Text and chevron alone, for the headers of panels.
    pub fn plain(mut self) -> Self {
        self.framed = false;
        self
    }

    /// The menu stays until a click beside it, for several choices one after the other.
    pub fn stays_open(mut self) -> Self {
        self.stays_open = true;
        self
    }

    /// All choices are in sight at once, as far as the window has room.
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// Shows it; `menu` draws the choices, usually with `ui.selectable_label`, and is closed by a click on one.
    pub fn show<R>(self, ui: &mut Ui, menu: impl FnOnce(&mut Ui) -> R) -> InnerResponse<Option<R>> {
        let response = self.button_ui(ui);
        let close =
            if self.stays_open { PopupCloseBehavior::CloseOnClickOutside } else { PopupCloseBehavior::CloseOnClick };
        let shown = Popup::menu(&response).close_behavior(close).gap(space::XS).show(|ui| {
            ui.set_min_width((response.rect.width() - 14.0).max(120.0));
            // As much as there is room for below the button, where all are to be seen.
            let below = ui.ctx().content_rect().bottom() - response.rect.bottom() - 4.0 * space::M;
            let height = match (self.stays_open, self.whole) {
                (true, _) => f32::INFINITY,
                (false, true) => below.max(ui.spacing().combo_height),
                (false, false) => ui.spacing().combo_height,
            };
            egui::ScrollArea::vertical().max_height(height).show(ui, menu).inner
        });
        InnerResponse::new(shown.map(|shown| shown.inner), response)
    }

    fn button_ui(&self, ui: &mut Ui) -> Response {
        let t = ui.tokens();
        let pad = if self.framed { 10.0 } else { 2.0 };
        let before = if self.dot.is_some() { 15.0 } else { 0.0 };
        let chrome = 2.0 * pad + before + 16.0;
        let room = (self.width.unwrap_or_else(|| ui.available_width()) - chrome).max(12.0);
        let colour = if self.framed { t.text } else { t.secondary };
        let galley = egui::WidgetText::from(egui::RichText::new(self.chosen).color(colour)).into_galley(
            ui,
            Some(egui::TextWrapMode::Truncate),
            room,
            TextStyle::Body,
        );
        let cut = galley.elided;
        let wide = self.width.unwrap_or(galley.size().x + chrome);
        let high = if self.framed { size::ROW + 1.0 } else { 22.0 };
        let (rect, response) = ui.allocate_exact_size(vec2(wide, high), Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(self.chosen.to_owned()),
            ..WidgetInfo::labeled(Role::ComboBox, enabled, self.name)
        });

        if ui.is_rect_visible(rect) {
            let lit = response.hovered() || response.has_focus();
            if self.framed {
                let line = Stroke::new(1.0, if response.has_focus() { t.secondary } else { t.hairline });
                let fill = if lit { t.hover } else { t.control };
                ui.painter().rect(rect, radius::CONTROL, fill, line, StrokeKind::Inside);
            } else if lit {
                ui.painter().rect_filled(rect.expand2(vec2(2.0, 0.0)), radius::CONTROL, t.hover);
            }
            let left = rect.left() + pad;
            if let Some(dot) = self.dot {
                ui.painter().circle_filled(pos2(left + 4.0, rect.center().y), 4.0, dot);
            }
            let top = rect.center().y - middle(&galley, self.chosen);
            ui.painter().galley(pos2(left + before, top), galley, colour);
            let sign = Rect::from_center_size(pos2(rect.right() - pad - 4.0, rect.center().y), vec2(12.0, 12.0));
            Icon::ChevronDown.paint(ui.painter(), sign, t.secondary);
        }
        if cut { response.on_hover_text(self.chosen) } else { response }
    }
}

/// How far below the top of a line the middle of its letters is. Latin stands in the middle of its line, by its capitals; the
/// taller signs of Chinese come from another face and hang a little lower there, so what is inked of them is measured.
fn middle(galley: &egui::Galley, text: &str) -> f32 {
    let is_tall = text.chars().any(|c| ('\u{2e80}'..='\u{9fff}').contains(&c));
    if is_tall { galley.mesh_bounds.center().y } else { galley.size().y / 2.0 }
}
