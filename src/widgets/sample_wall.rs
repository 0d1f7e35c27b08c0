//! Many samples at once, each with what two models say of it below: full where it is right, an outline where it is wrong.

use std::borrow::Cow;

use eframe::egui::{
    Align2, Color32, Id, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::focus_ring;
use super::sample_image::{Sample, paint_sample};
use crate::theme::{self, UiTokens as _, radius, size, space};

/// What a model says of a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The class that it names, or a dash.
    pub words: String,
    /// Whether that is the label.
    pub right: bool,
    /// The model's colour.
    pub colour: Color32,
}

/// A sample on the wall.
#[derive(Clone, Debug)]
pub struct WallSample<'a> {
    /// See [`Sample::key`].
    pub key: u64,
    /// See [`Sample::values`]; none while they are not known.
    pub values: Option<Cow<'a, [f32]>>,
    /// See [`Sample::shape`].
    pub shape: Option<[usize; 3]>,
    /// What stands below it, from left to right.
    pub marks: Vec<Mark>,
    /// All of that in words.
    pub words: String,
    /// Whether it is the one that is looked at closely.
    pub chosen: bool,
    /// Whether a click does something.
    pub opens: bool,
}

/// A wall of samples that scrolls.
pub struct SampleWall<'a, F: Fn(usize) -> WallSample<'a>> {
    /// What tells two walls on one screen apart.
    pub name: &'a str,
    /// How many.
    pub count: usize,
    /// Each of them; asked only for what is in sight.
    pub sample: F,
}

/// The side of a picture, and the height of what stands below it.
const SIDE: f32 = 48.0;
const MARKS: f32 = 16.0;

impl<'a, F: Fn(usize) -> WallSample<'a>> SampleWall<'a, F> {
    /// Fills what room there is; answers the sample that was clicked.
    pub fn show(&self, ui: &mut Ui) -> Option<usize> {
        let mut clicked = None;
        let step = vec2(SIDE + space::S, SIDE + MARKS + space::S);
        ScrollArea::vertical().id_salt(self.name).auto_shrink(false).show_viewport(ui, |ui, seen| {
            let across = (((ui.available_width() + space::S) / step.x) as usize).max(1);
            let rows = self.count.div_ceil(across);
            let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), rows as f32 * step.y), Sense::hover());
            let first = (seen.min.y / step.y).max(0.0) as usize;
            let last = ((seen.max.y / step.y).ceil().max(0.0) as usize).min(rows);
            for at in first * across..(last * across).min(self.count) {
                let place = vec2((at % across) as f32 * step.x, (at / across) as f32 * step.y);
                let rect = Rect::from_min_size(whole.min + place, vec2(SIDE, SIDE + MARKS));
                if self.sample_ui(ui, at, rect).clicked() {
                    clicked = Some(at);
                }
            }
        });
        clicked
    }

    fn sample_ui(&self, ui: &Ui, at: usize, rect: Rect) -> Response {
        let sample = (self.sample)(at);
        let sense = if sample.opens { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, ui.scope_id().with((self.name, at)), sense);
        let (role, enabled) = (if sample.opens { Role::Button } else { Role::Image }, ui.is_enabled());
        response.widget_info(|| WidgetInfo::labeled(role, enabled, &sample.words));
        let picture = rect.with_max_y(rect.top() + SIDE);
        match &sample.values {
            Some(values) => {
                let slot = Id::unique((self.name, at));
                paint_sample(ui, slot, Sample { key: sample.key, values, shape: sample.shape }, picture);
            }
            None => drop(ui.painter().rect_filled(picture, radius::CONTROL, ui.tokens().control)),
        }
        let width = (SIDE - 2.0) / sample.marks.len().max(1) as f32;
        for (at, mark) in sample.marks.iter().enumerate() {
            let left = rect.left() + 1.0 + at as f32 * width;
            let place = Rect::from_min_max(pos2(left, picture.bottom() + 2.0), pos2(left + width, rect.bottom()));
            mark_ui(ui, mark, place.shrink2(vec2(1.0, 0.0)));
        }
        if sample.chosen || (sample.opens && response.hovered()) {
            let stroke = Stroke::new(1.0, if sample.chosen { ui.tokens().text } else { ui.tokens().secondary });
            ui.painter().rect_stroke(picture, radius::CONTROL, stroke, StrokeKind::Outside);
        }
        focus_ring(ui, &response, rect);
        response.on_hover_text(&sample.words)
    }
}

pub(super) fn mark_ui(ui: &Ui, mark: &Mark, place: Rect) {
    let tokens = ui.tokens();
    let painter = ui.painter_at(place.expand(1.0));
    let colour = if mark.right {
        painter.rect_filled(place, radius::CONTROL, mark.colour);
        tokens.ink_on(mark.colour)
    } else {
        let stroke = Stroke::new(1.0, mark.colour);
        painter.rect_stroke(place, radius::CONTROL, stroke, StrokeKind::Inside);
        tokens.secondary
    };
    // A name that is too long for its place begins at its left edge and is cut.
    let galley = painter.layout_no_wrap(mark.words.clone(), theme::font(size::CAPTION), colour);
    let align = if galley.size().x > place.width() { Align2::LEFT_CENTER } else { Align2::CENTER_CENTER };
    let anchor = if align == Align2::LEFT_CENTER { place.left_center() + vec2(2.0, 0.0) } else { place.center() };
    let text = align.anchor_size(anchor, galley.size());
    painter.galley(text.min, galley, colour);
}
