//! What is above uniform, N · T · (p − 1 / N), beside the centred logits: as T grows they become the same, and to match softened
//! distributions becomes to match logits.

use eframe::egui::{Label, Ui};

use crate::distill::soften::{above_uniform, centred};
use crate::state::{LensView, State};
use crate::text::{number, text, text_with};
use crate::theme::{UiTokens as _, caption, space};
use crate::widgets::{SignedBars, SignedSide};

/// One side: what is above uniform, and the centred logits.
struct Pair {
    above: Vec<f64>,
    logits: Vec<f64>,
}

impl Pair {
    fn of(p: &[f64], logits: &[f32], temperature: f64) -> Self {
        Self { above: above_uniform(p, temperature), logits: centred(logits) }
    }

    /// The largest difference of both.
    fn apart(&self) -> f64 {
        self.above.iter().zip(&self.logits).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }
}

pub(super) fn limit_ui(ui: &mut Ui, state: &State, view: &LensView<'_>) {
    if view.over.is_some() {
        ui.add(Label::new(caption(text("lens-limit-mean"))).wrap());
        return;
    }
    let t = state.screen.lens.temperature;
    let tokens = ui.tokens();
    let teacher = view.teacher.as_ref().map(|heard| Pair::of(&heard.soften(t), &heard.logits(t), t));
    let student = view.student.as_deref();
    let student = student.map(|logits| Pair::of(&crate::distill::soften::soften(logits, t), logits, t));
    let (teacher_name, student_name) = (text("lens-teacher"), text("lens-student"));
    let named = [(&teacher, &teacher_name, tokens.teacher), (&student, &student_name, tokens.student)];
    let sides: Vec<SignedSide<'_>> = named
        .iter()
        .filter_map(|(pair, name, colour)| {
            let pair = pair.as_ref()?;
            Some(SignedSide { name, colour: *colour, filled: &pair.above, outlined: &pair.logits })
        })
        .collect();
    let apart = [&teacher, &student].into_iter().flatten().map(Pair::apart).fold(0.0, f64::max);
    let classes = view.probe.classes.len();
    let args = [
        ("classes", (classes as u64).into()),
        ("temperature", number::setting(t).into()),
        ("apart", number::significant(apart, 3).into()),
    ];
    ui.add(Label::new(text_with("lens-limit-words", &args)).wrap()).on_hover_text(text("lens-limit-hint"));
    ui.add_space(space::S);
    let order = if classes > 20 { view.by_teacher(&view.seen(1.0)) } else { (0..classes).collect() };
    SignedBars {
        name: &text("lens-page-limit"),
        classes: &view.probe.classes,
        order: &order,
        sides: &sides,
        what: [&text("lens-limit-above"), &text("lens-limit-logits")],
    }
    .show(ui);
}
