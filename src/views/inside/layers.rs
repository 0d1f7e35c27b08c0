//! Which layer of the student looks at which of the teacher, and how far the two are apart.

use eframe::egui::{Align2, Label, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::distill::Compute;
use crate::protocol::{Anatomy, LayerPair, RunInfo};
use crate::text::{number, text, text_with};
use crate::theme::{self, UiTokens as _, caption, radius, size, space};

/// A layer, and what is between two.
const BOX: f32 = 26.0;
const GAP: f32 = 8.0;
/// Whose layers these are.
const HEAD: f32 = 22.0;
/// How wide a layer is at most.
const WIDE: f32 = 150.0;

pub(super) fn layers_ui(ui: &mut Ui, run: &RunInfo, anatomy: &Anatomy) {
    let Some(first) = anatomy.layers.first() else { return };
    let args = [("run", run.run.to_string().into()), ("step", anatomy.step.into())];
    let head = ui.add(Label::new(caption(text_with("inside-layers", &args))).selectable(false));
    head.on_hover_text(text("inside-layers-hint"));
    let (of_student, of_teacher) = (first.student.1, first.teacher.1);
    let rows = of_student.max(of_teacher) as f32;
    let t = ui.tokens();
    let (all, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD + rows * (BOX + GAP)), Sense::hover());
    let rect = all.with_min_y(all.top() + HEAD);
    let wide = WIDE.min(rect.width() * 0.3);
    for (key, colour, middle) in
        [("term-student", t.student, all.left() + wide / 2.0), ("term-teacher", t.teacher, all.right() - wide / 2.0)]
    {
        let at = pos2(middle, all.top() + HEAD / 2.0);
        ui.painter().text(at, Align2::CENTER_CENTER, text(key), theme::semibold(size::CAPTION), colour);
    }
    let place = |is_teacher: bool, layer: usize, of: usize| {
        // Input at the bottom; the shorter column has its layers as far apart as the other's are that stand beside them.
        let step = rect.height() / of as f32;
        let middle = rect.bottom() - step * (layer as f32 - 0.5);
        let left = if is_teacher { rect.right() - wide } else { rect.left() };
        Rect::from_min_size(pos2(left, middle - BOX / 2.0), vec2(wide, BOX))
    };
    for (is_teacher, of, colour) in [(false, of_student, t.student), (true, of_teacher, t.teacher)] {
        for layer in 1..=of {
            let at = place(is_teacher, layer, of);
            let is_looked_at = anatomy.layers.iter().any(|pair| {
                let (own, _) = if is_teacher { pair.teacher } else { pair.student };
                own == layer
            });
            let edge = Stroke::new(1.0, if is_looked_at { colour } else { t.hairline });
            ui.painter().rect(at, radius::CONTROL, t.control, edge, StrokeKind::Inside);
            let words = text_with("inside-layer", &[("layer", (layer as u64).into())]);
            let ink = if is_looked_at { t.text } else { t.tertiary };
            ui.painter().text(at.center(), Align2::CENTER_CENTER, words, theme::font(size::CAPTION), ink);
        }
    }
    for pair in &anatomy.layers {
        let from = place(false, pair.student.0, of_student).right_center();
        let to = place(true, pair.teacher.0, of_teacher).left_center();
        // Vectors of length 1 are 4 apart at most.
        let near = pair.distance.map_or(0.0, |distance| (1.0 - distance / 4.0).clamp(0.0, 1.0)) as f32;
        ui.painter().line_segment([from, to], Stroke::new(1.0 + 4.0 * near, t.secondary));
        let words = pair.distance.map_or_else(|| text("widget-bars-missing"), |value| number::significant(value, 3));
        let at = from.lerp(to, 0.5);
        let galley = ui.painter().layout_no_wrap(words, theme::semibold(size::BODY), t.text);
        let ground = Rect::from_center_size(at, galley.size() + vec2(2.0 * space::S, space::XS));
        ui.painter().rect_filled(ground, radius::CONTROL, t.panel);
        ui.painter().galley(at - galley.size() / 2.0, galley, t.text);
    }
    let words = anatomy.layers.iter().map(said).collect::<Vec<_>>().join(", ");
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, &words));
    let weight = anatomy
        .terms
        .iter()
        .find(|part| crate::distill::term(&part.name).is_some_and(|term| matches!(term.compute, Compute::Layers(_))));
    if let Some(weight) = weight.filter(|_| run.recipe.distill.method().inner.is_some_and(|inner| inner.is_alike)) {
        let beta = number::setting(weight.weight * first.width as f64);
        let words = text_with("inside-beta", &[("beta", beta.into())]);
        let hint = text_with("inside-beta-hint", &[("width", (first.width as u64).into())]);
        ui.add(Label::new(caption(words)).selectable(false)).on_hover_text(hint);
    }
}

/// A pair in words, for those who do not see it.
fn said(pair: &LayerPair) -> String {
    let distance = pair.distance.map_or_else(|| text("widget-bars-missing"), |value| number::significant(value, 3));
    format!("{} → {}: {distance}", pair.student.0, pair.teacher.0)
}
