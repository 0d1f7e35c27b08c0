//! A field that moves over the training: the switch that lets it, its two ends, the way between them, and a picture of that.

use eframe::egui::{DragValue, Response, Ui};

use super::picture::Picture;
use super::rows::seek;
use super::swept::Swept;
use super::{Editor, title_row_ui};
use crate::distill::{Course, Ramp, Shape, share_of};
use crate::protocol::Setting;
use crate::recipe::Recipe;
use crate::recipe::fields::Field;
use crate::text::{number, text, text_with};
use crate::theme::{Icon, caption, size, title};
use crate::views::control_name;
use crate::widgets::{IconButton, segmented_ui};

/// Width of an end.
const END: f32 = 56.0;

impl Editor<'_> {
    /// The switch that lets a field move, or holds it: where it is, while it trains.
    pub(super) fn moving_switch_ui(&self, ui: &mut Ui, swept: Swept) {
        let field = swept.field();
        if !field.may_move() || swept.values(&self.state.recipe.sweep).is_some() {
            return;
        }
        let ramp = self.state.recipe.sweep.base.distill.ramp(field.path);
        let name = text_with("recipe-moving", &[("field", field.label().words().into())]);
        let hint = text("recipe-moving-hint");
        let button = IconButton::new(Icon::Curve, &name).selected(ramp.is_some()).hint(&hint);
        if ui.add(button).clicked() {
            self.edit(field.what, |recipe| {
                let course = match ramp {
                    Some(ramp) => Course::Fixed(self.now(field).map_or(ramp.from, |(_, value)| value)),
                    None => Course::Moving(first_ramp(swept, recipe)),
                };
                recipe.distill.put(field.path, course);
            });
        }
    }

    /// A field that moves: its name and its switches, and below them how it moves. False where it stays.
    pub(super) fn moving_ui(&self, ui: &mut Ui, field: &'static Field, switches: impl FnOnce(&mut Ui)) -> bool {
        let Some(ramp) = self.state.recipe.sweep.base.distill.ramp(field.path) else { return false };
        let name = control_name(field);
        title_row_ui(ui, |ui| {
            ui.label(title(&name)).on_hover_text(field.what().words());
            switches(ui);
        });
        let mut moved = ramp;
        ui.horizontal(|ui| {
            let first = end_ui(ui, field, ["widget-range-from", "widget-range-from-of"], &mut moved.from);
            seek(ui, field, &first);
            end_ui(ui, field, ["widget-range-to", "widget-range-to-of"], &mut moved.to);
        });
        let shapes = ["schedule-linear", "schedule-cosine"].map(text);
        let of_shape = text_with("recipe-moving-shape", &[("name", name.as_str().into())]);
        let mut shape = Shape::NAMES.iter().position(|(_, shape)| *shape == moved.shape).unwrap_or_default();
        segmented_ui(ui, &of_shape, &mut shape, &shapes.each_ref().map(String::as_str));
        moved.shape = Shape::NAMES[shape].1;
        self.moving_picture_ui(ui, field, &name, ramp);
        if moved != ramp {
            self.edit(field.path, |recipe| recipe.distill.put(field.path, Course::Moving(moved)));
        }
        true
    }

    /// What the field is going to be over the training, and where it is.
    fn moving_picture_ui(&self, ui: &mut Ui, field: &Field, name: &str, ramp: Ramp) {
        let now = self.now(field);
        let mut args = vec![("name", name.into())];
        args.extend(now.map(|(_, value)| ("value", number::setting(value).into())));
        let name = text_with(if now.is_some() { "recipe-moving-now" } else { "recipe-moving-picture" }, &args);
        let low = ramp.from.min(ramp.to);
        let wide = (ramp.from - ramp.to).abs();
        let height = |value: f64| if wide > 0.0 { (value - low) / wide } else { 0.5 };
        let at = |step: u64, steps: u64| ramp.at(share_of(step, steps));
        Picture {
            name: &name,
            epochs: self.state.recipe.sweep.base.training.epochs,
            height: &|step, steps, _| height(at(step, steps)),
            words: &|step, steps, _| number::setting(at(step, steps)),
            now: now.map(|(share, value)| (share, height(value))),
        }
        .show(ui);
    }

    /// The share that the running job has done of its training, and what the field is there; none where the panel is not of that job, or
    /// it has not begun.
    fn now(&self, field: &Field) -> Option<(f64, f64)> {
        let job = self.state.running_job().filter(|_| self.state.steers())?;
        let info = job.leading_run()?;
        let newest = job.steps_of(info).checked_sub(1)?;
        Some((share_of(newest, info.steps), job.setting(info, Setting::at(field.path)?)?))
    }
}

/// A line from the present value to the first other one that it would be swept over.
fn first_ramp(swept: Swept, recipe: &Recipe) -> Ramp {
    let (from, (low, high)) = (swept.value(recipe), swept.field().span().shown);
    let mut others = swept.first_values(recipe).expand().into_iter().chain([low, high]);
    let to = others.find(|value| value.to_bits() != from.to_bits()).unwrap_or(from);
    Ramp { shape: Shape::Linear, from, to }
}

/// One end, with its short name before it.
fn end_ui(ui: &mut Ui, field: &Field, [short, long]: [&'static str; 2], value: &mut f64) -> Response {
    let (span, now) = (field.span(), *value);
    ui.label(caption(text(short)));
    let speed = if span.log { 0.01 * now } else { span.step };
    let drag = DragValue::new(value)
        .range(span.shown.0.min(now)..=span.shown.1.max(now))
        .speed(speed)
        .custom_formatter(|value, _| format!("{value}"));
    let name = text_with(long, &[("name", control_name(field).into())]);
    ui.name_inputs(&name, |ui| ui.add_sized([END, size::ROW + 1.0], drag))
}
