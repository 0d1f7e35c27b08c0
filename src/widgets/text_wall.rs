//! Many texts at once, one a line, each with what two models say of it before it: full where it is right, an outline where it is wrong.

use eframe::egui::{Align2, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::focus_ring;
use super::sample_wall::{Mark, mark_ui};
use crate::theme::{self, UiTokens as _, radius, size, space};

/// A text on the wall.
#[derive(Clone, Debug)]
pub struct WallText<'a> {
    /// The text; none while it is not known.
    pub text: Option<&'a str>,
    /// What stands before it, from left to right.
    pub marks: Vec<Mark>,
    /// All of that in words.
    pub words: String,
    /// Whether it is the one that is looked at closely.
    pub chosen: bool,
    /// Whether a click does something.
    pub opens: bool,
}

/// A wall of texts that scrolls.
pub struct TextWall<'a, F: Fn(usize) -> WallText<'a>> {
    /// What tells two walls on one screen apart.
    pub name: &'a str,
    /// How many.
    pub count: usize,
    /// Each of them; asked only for what is in sight.
    pub text: F,
}

/// The height of a line, and the width of a mark.
const LINE: f32 = 22.0;
const MARK: f32 = 58.0;

/// Characters of a text that can be in sight at most.
const SEEN: usize = 300;

impl<'a, F: Fn(usize) -> WallText<'a>> TextWall<'a, F> {
    /// Fills what room there is; answers the text that was clicked.
    pub fn show(&self, ui: &mut Ui) -> Option<usize> {
        let mut clicked = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt(self.name).auto_shrink(false);
        area.show_rows(ui, LINE, self.count, |ui, seen| {
            for at in seen {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
                if self.text_ui(ui, at, rect).clicked() {
                    clicked = Some(at);
                }
            }
        });
        clicked
    }

    fn text_ui(&self, ui: &Ui, at: usize, rect: Rect) -> Response {
        let WallText { text, marks, words, chosen, opens } = (self.text)(at);
        let sense = if opens { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, ui.scope_id().with((self.name, at)), sense);
        let (role, enabled) = (if opens { Role::Button } else { Role::Label }, ui.is_enabled());
        response.widget_info(|| WidgetInfo::labeled(role, enabled, &words));
        let tokens = ui.tokens();
        if chosen || (opens && response.hovered()) {
            let stroke = Stroke::new(1.0, if chosen { tokens.text } else { tokens.secondary });
            ui.painter().rect_stroke(rect.shrink(1.0), radius::CONTROL, stroke, StrokeKind::Inside);
        }
        let mut left = rect.left() + space::XS;
        for mark in &marks {
            let place = Rect::from_min_max(pos2(left, rect.top() + 3.0), pos2(left + MARK, rect.bottom() - 3.0));
            mark_ui(ui, mark, place);
            left += MARK + space::XS;
        }
        let place = Rect::from_min_max(pos2(left + space::XS, rect.top()), rect.max - vec2(space::XS, 0.0));
        // One line, whatever the text holds.
        let line: String =
            text.unwrap_or("…").chars().take(SEEN).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let colour = if chosen { tokens.text } else { tokens.secondary };
        let galley = ui.painter().layout_no_wrap(line, theme::font(size::BODY), colour);
        let shown = Align2::LEFT_CENTER.anchor_size(place.left_center(), galley.size());
        ui.painter_at(place).galley(shown.min, galley, colour);
        focus_ring(ui, &response, rect);
        response.on_hover_text(&words)
    }
}
