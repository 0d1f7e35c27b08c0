//! A small rounded label: a count, a tag, a member of a sweep with its colour.
//! It can be clicked where that means something, and removed where that does.

use eframe::egui::{self, Color32, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::{
    text::text_with,
    theme::{Icon, UiTokens as _, space},
    widgets::focus_ring,
};

const HEIGHT: f32 = 18.0;

/// A chip; see the methods for what it can have.
#[must_use = "show it in a ui"]
pub struct Chip<'a> {
    text: &'a str,
    name: &'a str,
    dot: Option<Color32>,
    clickable: bool,
    selected: bool,
    removable: bool,
}

/// What happened to a chip.
#[derive(Debug)]
pub struct ChipResponse {
    /// Of the chip as a whole.
    pub response: Response,
    /// Whether its cross was clicked.
    pub removed: bool,
}

impl<'a> Chip<'a> {
    /// A chip that only says something.
    pub fn new(text: &'a str) -> Self {
        Self { text, name: text, dot: None, clickable: false, selected: false, removable: false }
    }

    /// A dot in the colour of what it stands for.
    pub fn dot(mut self, colour: Color32) -> Self {
        self.dot = Some(colour);
        self
    }

    /// Makes it a button that is pressed in or not.
    pub fn selectable(mut self, selected: bool) -> Self {
        self.clickable = true;
        self.selected = selected;
        self
    }

    /// What it is called where its text alone says too little, beside another thing's name.
    pub fn named(mut self, name: &'a str) -> Self {
        self.name = name;
        self
    }

    /// Gives it a cross.
    pub fn removable(mut self) -> Self {
        self.removable = true;
        self
    }

    /// Shows it.
    pub fn show(self, ui: &mut Ui) -> ChipResponse {
        let t = ui.tokens();
        let colour = if self.selected { t.text } else { t.secondary };
        let galley = ui.painter().layout_no_wrap(self.text.to_owned(), TextStyle::Small.resolve(ui.style()), colour);
        let before = if self.dot.is_some() { 12.0 } else { 0.0 };
        let after = if self.removable { 16.0 } else { 0.0 };
        let desired = vec2(galley.size().x + before + after + 2.0 * space::S - 2.0, HEIGHT);
        let sense = if self.clickable { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(desired, sense);
        let enabled = ui.is_enabled();
        response.widget_info(|| {
            if self.clickable {
                WidgetInfo::selected(Role::Button, enabled, self.selected, self.name)
            } else {
                WidgetInfo::labeled(Role::Label, enabled, self.name)
            }
        });

        let lit = self.selected || self.clickable && response.hovered();
        ui.painter().rect_filled(rect, HEIGHT / 2.0, if lit { t.selected } else { t.hover });
        if self.selected {
            // A shade alone would not tell on from off.
            ui.painter().rect_stroke(rect, HEIGHT / 2.0, Stroke::new(1.0, t.secondary), StrokeKind::Inside);
        }
        let left = rect.left() + space::S - 1.0;
        if let Some(dot) = self.dot {
            ui.painter().circle_filled(pos2(left + 4.0, rect.center().y), 3.5, dot);
        }
        ui.painter().galley(pos2(left + before, rect.center().y - galley.size().y / 2.0), galley, colour);
        focus_ring(ui, &response, rect.shrink(1.0));
        let removed = self.removable && self.cross_ui(ui, &response);
        ChipResponse { response, removed }
    }

    fn cross_ui(&self, ui: &Ui, chip: &Response) -> bool {
        let place = pos2(chip.rect.right() - space::S - 2.0, chip.rect.center().y);
        let rect = egui::Rect::from_center_size(place, vec2(16.0, 16.0));
        let cross = ui.interact(rect, chip.id.with("cross"), Sense::click());
        let (enabled, name) = (ui.is_enabled(), text_with("widget-remove", &[("name", self.name.into())]));
        cross.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, &name));
        let t = ui.tokens();
        let colour = if cross.hovered() || cross.has_focus() { t.text } else { t.secondary };
        Icon::Close.paint(ui.painter(), rect.shrink(3.0), colour);
        cross.on_hover_text(name).clicked()
    }
}

/// A dot in a curve's or a model's colour, in a row of text.
pub fn dot_ui(ui: &mut Ui, colour: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, colour);
    response
}
