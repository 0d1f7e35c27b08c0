//! A teacher with two modes and a student that has room for one, for each share of the mixture.

use eframe::egui::{Id, Label, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::distill::covering::{Bell, CLASSES, teacher};
use crate::text::{number, text, text_with};
use crate::theme::{UiTokens as _, caption, space};
use crate::widgets::Slider;

const SIZE: [f32; 2] = [420.0, 130.0];

/// The share that is on show, and where the student has come to rest.
#[derive(Clone)]
struct Shown {
    share: f64,
    bell: Bell,
}

/// A slider, and below it the teacher's probabilities as bars and the student's as a line.
pub(super) fn covering_ui(ui: &mut Ui) {
    ui.add_space(space::S);
    ui.label(caption(text("covering-title")));
    ui.add(Label::new(text("covering-what")).wrap());
    let id = Id::unique("covering");
    let first = || Shown { share: 0.0, bell: Bell::settled(0.0) };
    let mut shown: Shown = ui.data_mut(|data| data.get_temp_mut_or_insert_with(id, first).clone());
    let (name, what) = (text("field-teacher-share"), text("field-teacher-share-hint"));
    let slider =
        Slider::new(&name, &mut shown.share, 0.0..=1.0).ticks(&[0.0, 0.5, 1.0]).default_value(0.0).explained(&what);
    if ui.add(slider).changed() {
        shown.bell = Bell::settled(shown.share);
        ui.data_mut(|data| data.insert_temp(id, shown.clone()));
    }
    let args =
        [("mean", number::fixed(shown.bell.mean, 1).into()), ("width", number::fixed(shown.bell.width, 1).into())];
    let words = text_with("covering-student", &args);
    let (response, painter) = ui.allocate_painter(vec2(SIZE[0].min(ui.available_width()), SIZE[1]), Sense::hover());
    let (t, all) = (ui.tokens(), response.rect.shrink(1.0));
    let (of_teacher, of_student) = (teacher(), shown.bell.probabilities());
    let highest = of_teacher.iter().chain(&of_student).copied().fold(0.0, f64::max);
    let step = all.width() / CLASSES as f32;
    let height = |p: f64| (p / highest) as f32 * all.height();
    painter.rect_filled(response.rect, 4.0, t.window);
    for (class, p) in of_teacher.iter().enumerate() {
        let left = all.left() + class as f32 * step;
        let bar =
            Rect::from_min_max(pos2(left + 1.0, all.bottom() - height(*p)), pos2(left + step - 1.0, all.bottom()));
        painter.rect_filled(bar, 1.0, t.teacher.gamma_multiply(0.6));
    }
    let at = |(class, p): (usize, &f64)| pos2(all.left() + (class as f32 + 0.5) * step, all.bottom() - height(*p));
    painter.line(of_student.iter().enumerate().map(at).collect(), Stroke::new(2.0, t.student));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, text("covering-title")));
    ui.label(words);
}
