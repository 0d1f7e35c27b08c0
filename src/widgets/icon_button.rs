//! Buttons with a painted icon: small ones that stand in headers, framed ones in the bar, and the one primary button.
//! An icon says little to some and nothing to others, so each has a name, which is its hover text too.

use eframe::egui::{self, Color32, Response, Role, Sense, Stroke, Ui, Widget, WidgetInfo, vec2};

use crate::{
    theme::{self, Icon, UiTokens as _, radius, size, space},
    widgets::focus_ring,
};

/// A square button that shows an icon.
#[must_use = "add it to a ui"]
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    hint: Option<&'a str>,
    framed: bool,
    selected: bool,
    ink: Option<Color32>,
}

impl<'a> IconButton<'a> {
    /// How wide and high it is without a frame.
    pub const SIDE: f32 = 22.0;

    /// A button without a frame; `name` is what it does.
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self { icon, name, hint: None, framed: false, selected: false, ink: None }
    }

    /// A frame as around other controls.
    pub fn framed(mut self) -> Self {
        self.framed = true;
        self
    }

    /// The colour of the icon on a ground of its own, on which nothing lights up.
    pub fn ink(mut self, ink: Color32) -> Self {
        self.ink = Some(ink);
        self
    }

    /// Whether it is pressed in.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// What to say on hover, if more than the name: its key, or why it is off.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl Widget for IconButton<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let t = ui.tokens();
        let side = if self.framed { size::ROW + 1.0 } else { Self::SIDE };
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
        let (enabled, selected) = (ui.is_enabled(), self.selected);
        response.widget_info(|| {
            if selected {
                WidgetInfo::selected(Role::Button, enabled, true, self.name)
            } else {
                WidgetInfo::labeled(Role::Button, enabled, self.name)
            }
        });

        if ui.is_rect_visible(rect) {
            let active = response.hovered() || response.has_focus();
            let fill = match (self.selected, active, self.framed) {
                _ if self.ink.is_some() => Color32::TRANSPARENT,
                (true, ..) => t.selected,
                (_, true, _) => t.hover,
                (.., true) => t.control,
                _ => Color32::TRANSPARENT,
            };
            let line = Stroke::new(if self.framed { 1.0 } else { 0.0 }, t.hairline);
            ui.painter().rect(rect, radius::CONTROL, fill, line, egui::StrokeKind::Inside);
            let colour = if self.framed || active || self.selected { t.text } else { t.secondary };
            let colour = self.ink.unwrap_or(colour);
            let icon = egui::Rect::from_center_size(rect.center(), vec2(size::ICON, size::ICON));
            self.icon.paint(ui.painter(), icon, colour);
            focus_ring(ui, &response, rect.shrink(2.0));
        }
        let hint = self.hint.unwrap_or(self.name);
        response.on_hover_text(hint).on_disabled_hover_text(hint)
    }
}

/// The one button of a screen that matters most: the text's colour as its ground.
pub fn primary_button(ui: &mut Ui, icon: Option<Icon>, name: &str) -> Response {
    let t = ui.tokens();
    let indent = if icon.is_some() { 12.0 + space::S } else { 0.0 };
    let font = theme::font(size::BODY);
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font, t.window);
    let desired = vec2(galley.size().x + indent + 2.0 * space::M, size::ROW + 1.0);
    let (rect, response) = ui.allocate_exact_size(desired, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));

    if ui.is_rect_visible(rect) {
        let fill = if response.hovered() { t.text.lerp_to_gamma(t.secondary, 0.25) } else { t.text };
        ui.painter().rect_filled(rect, radius::CONTROL, fill);
        let left = rect.left() + space::M;
        if let Some(icon) = icon {
            let place = egui::Rect::from_center_size(egui::pos2(left + 6.0, rect.center().y), vec2(12.0, 12.0));
            icon.paint(ui.painter(), place, t.window);
        }
        let place = egui::pos2(left + indent, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(place, galley, t.window);
        focus_ring(ui, &response, rect);
    }
    response
}
