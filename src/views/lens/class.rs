//! One class, step by step: its logit, what T makes of it, its probability, and what the loss asks of it.

use eframe::egui::{Align, Grid, Label, Layout, RichText, ScrollArea, Ui, vec2};

use super::choice::CLASSES;
use crate::command::{Commands, LensCommand};
use crate::distill::soften::log_soften;
use crate::distill::{Weights, row_gradient, row_loss};
use crate::state::{LensView, State};
use crate::text::{number, text, text_with};
use crate::theme::{UiTokens as _, caption, code, size, space};
use crate::widgets::Dropdown;

/// Width of a column of numbers.
const NUMBER: f32 = 92.0;

/// What becomes of one logit.
struct Steps {
    z: f64,
    scaled: f64,
    power: f64,
    sum: f64,
    p: f64,
}

impl Steps {
    /// The largest logit is taken out of the exponents, so that nothing overflows; p is the same.
    fn of(logits: &[f32], class: usize, temperature: f64) -> Option<Self> {
        let max = logits.iter().map(|z| f64::from(*z)).fold(f64::NEG_INFINITY, f64::max);
        let power = |z: f32| ((f64::from(z) - max) / temperature).exp();
        let z = *logits.get(class)?;
        let sum: f64 = logits.iter().map(|z| power(*z)).sum();
        let p = log_soften(logits, temperature)[class].exp();
        Some(Self { z: f64::from(z), scaled: f64::from(z) / temperature, power: power(z), sum, p })
    }
}

pub(super) fn class_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, commands: &Commands) {
    if view.over.is_some() {
        ui.add(Label::new(caption(text("lens-class-mean"))).wrap());
        return;
    }
    let classes = view.probe.classes.len();
    let t = state.screen.lens.temperature;
    let top = || view.seen(1.0).teacher.map_or(0, |side| side.class());
    let class = state.screen.lens.drilled.filter(|class| *class < classes).or(view.label).unwrap_or_else(top);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        ui.horizontal(|ui| {
            ui.add(Label::new(caption(text("lens-class-which"))).selectable(false));
            Dropdown::new(&text("lens-class-which"), &view.probe.classes[class]).width(150.0).show(ui, |ui| {
                for (at, name) in view.probe.classes.iter().enumerate().take(CLASSES) {
                    if ui.selectable_label(at == class, name).clicked() {
                        commands.send(LensCommand::Drill(at));
                    }
                }
            });
        });
        steps_ui(ui, view, class, t);
        loss_ui(ui, state, view, class, t);
    });
}

fn number_ui(ui: &mut Ui, value: Option<f64>, written: impl Fn(f64) -> String, colour: eframe::egui::Color32) {
    let words = value.map_or_else(|| text("widget-bars-missing"), written);
    ui.allocate_ui_with_layout(vec2(NUMBER, size::ROW), Layout::right_to_left(Align::Center), |ui| {
        ui.add(Label::new(code(words).color(colour)).selectable(true));
    });
}

/// One step of the softmax: its name, where it stands, and how it is written.
type Step = (&'static str, fn(&Steps) -> f64, fn(f64) -> String);

/// z, z / T, its power, the sum of all powers, and p; of several teachers the logits that their mean has.
fn steps_ui(ui: &mut Ui, view: &LensView<'_>, class: usize, t: f64) {
    let tokens = ui.tokens();
    let teacher = view.teacher.as_ref().and_then(|heard| Steps::of(&heard.logits(t), class, t));
    let student = view.student.as_deref().and_then(|logits| Steps::of(logits, class, t));
    Grid::new("steps").num_columns(3).min_col_width(48.0).spacing([space::M, 3.0]).show(ui, |ui| {
        ui.label("");
        for (name, colour) in [("lens-teacher", tokens.teacher), ("lens-student", tokens.student)] {
            ui.allocate_ui_with_layout(vec2(NUMBER, size::ROW), Layout::right_to_left(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(text(name)).color(colour)).selectable(false));
            });
        }
        ui.end_row();
        let rows: [Step; 5] = [
            ("lens-step-z", |steps| steps.z, |value| number::fixed(value, 4)),
            ("lens-step-scaled", |steps| steps.scaled, |value| number::fixed(value, 4)),
            ("lens-step-power", |steps| steps.power, precise),
            ("lens-step-sum", |steps| steps.sum, precise),
            ("lens-step-p", |steps| steps.p, precise),
        ];
        for (key, of, written) in rows {
            ui.add(Label::new(text(key)).selectable(false)).on_hover_text(text(&format!("{key}-hint")));
            number_ui(ui, teacher.as_ref().map(of), written, tokens.text);
            number_ui(ui, student.as_ref().map(of), written, tokens.text);
            ui.end_row();
        }
    });
}

/// A number between 0 and some classes, however small.
fn precise(value: f64) -> String {
    if value == 0.0 || value >= 1e-3 { number::fixed(value, 5) } else { number::scientific(value, 3) }
}

/// The gradient of both terms by the student's logit of that class, as the run weights them, and the loss of the row.
fn loss_ui(ui: &mut Ui, state: &State, view: &LensView<'_>, class: usize, t: f64) {
    let Some(student) = view.student.as_deref() else { return };
    let Some(weights) = state.weights(t) else {
        ui.add(Label::new(caption(text("lens-gradient-other"))).wrap());
        return;
    };
    let tokens = ui.tokens();
    let gradient = row_gradient(view.teacher.as_ref(), student, view.label, &weights);
    let loss = row_loss(view.teacher.as_ref(), student, view.label, &weights);
    let soft = gradient.soft.as_ref().map(|all| all[class]);
    let hard = gradient.hard.as_ref().map(|all| all[class]);
    ui.separator();
    let head = text_with("lens-gradient", &[("class", view.probe.classes[class].clone().into())]);
    ui.add(Label::new(RichText::new(head).strong()).wrap());
    let Weights { soft_weight, hard_weight, temperature_squared, .. } = weights;
    let (q, p, q_one) = (
        crate::distill::soften::soften(student, t)[class],
        view.teacher.as_ref().map(|heard| heard.soften(t)[class]),
        crate::distill::soften::soften(student, 1.0)[class],
    );
    let y = view.label.map_or(0.0, |label| f64::from(label == class));
    let four = |value: f64| -> crate::text::Value<'static> { number::fixed(value, 4).into() };
    let args = [
        ("weight", number::setting(soft_weight).into()),
        ("temperature", number::setting(t).into()),
        ("q", four(q)),
        ("p", p.map_or_else(|| text("widget-bars-missing").into(), four)),
        ("value", soft.map_or_else(|| text("widget-bars-missing").into(), |value| signed(value).into())),
    ];
    let key = if temperature_squared { "lens-gradient-soft" } else { "lens-gradient-soft-plain" };
    let line = |ui: &mut Ui, words: String, colour| {
        ui.add(Label::new(code(words).color(colour)).wrap());
    };
    line(ui, text_with(key, &args), tokens.teacher);
    let args = [
        ("weight", number::setting(hard_weight).into()),
        ("q", four(q_one)),
        ("y", number::setting(y).into()),
        ("value", hard.map_or_else(|| text("widget-bars-missing").into(), |value| signed(value).into())),
    ];
    line(ui, text_with("lens-gradient-hard", &args), tokens.label);
    if let (Some(soft), Some(hard)) = (soft, hard) {
        let sum = text_with("lens-gradient-sum", &[("value", signed(soft + hard).into())]);
        line(ui, sum, tokens.text);
        let pull = if (soft + hard).abs() < 5e-5 {
            "lens-gradient-rests"
        } else if soft + hard > 0.0 {
            "lens-gradient-falls"
        } else {
            "lens-gradient-rises"
        };
        ui.add(Label::new(caption(text(pull))).wrap());
    }
    let missing = || text("widget-bars-missing");
    let args = [
        ("soft", loss.soft.map_or_else(missing, number::nats).into()),
        ("hard", loss.hard.map_or_else(missing, number::nats).into()),
        ("total", number::nats(loss.total).into()),
    ];
    ui.add(Label::new(text_with("lens-row-loss", &args)).wrap());
    let trained = state.trained_temperature().filter(|trained| (trained - t).abs() > 1e-9);
    if let Some(trained) = trained.filter(|_| state.screen.lens.subject.is_of_rows()) {
        let args = [("trained", number::setting(trained).into()), ("temperature", number::setting(t).into())];
        ui.add(Label::new(caption(text_with("lens-gradient-trained", &args))).wrap());
    }
}

fn signed(value: f64) -> String {
    let sign = if value < 0.0 { "" } else { "+" };
    format!("{sign}{}", number::fixed(value, 5))
}
