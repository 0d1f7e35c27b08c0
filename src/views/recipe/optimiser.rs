//! How the weights move: the update rule, its learning rate, and how that changes over the epochs, with a picture of it.

use eframe::egui::{Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::swept::Field;
use super::{Editor, decimal, number, own_training};
use crate::recipe::{Optimiser, Schedule, TrainingRecipe};
use crate::state::Section;
use crate::text::{text, text_with};
use crate::theme::{UiTokens as _, space};
use crate::training::rate_factor;
use crate::views::short;
use crate::widgets::{Dropdown, Slider, brief};

/// Height of the picture.
const PICTURE: f32 = 40.0;

impl Editor<'_> {
    pub(super) fn optimiser_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let own = self.own();
        let rate_is_swept = Field::LearningRate.values(&self.state.recipe.sweep).is_some();
        let rate = if rate_is_swept { text("recipe-swept") } else { brief(own.learning_rate) };
        let summary = format!("{} · {rate} · {}", optimiser_name(&own.optimiser), schedule_name(&own.schedule));
        if !self.folding_ui(ui, Section::Optimiser, "recipe-optimiser", &summary, rate_is_swept) {
            return;
        }
        self.rule_ui(ui, own);
        self.rate_ui(ui, own);
        self.schedule_ui(ui, own);
        ui.horizontal_wrapped(|ui| {
            if let Some(decay) = decimal(ui, "recipe-weight-decay", own.weight_decay, 0.0..=1.0, 0.001) {
                self.edit("weight decay", |recipe| own_training(recipe).weight_decay = decay);
            }
            if let Some(clip) = decimal(ui, "recipe-clip", own.clip, 0.0..=1000.0, 0.02) {
                self.edit("clip", |recipe| own_training(recipe).clip = clip);
            }
        });
        self.listed_ui(ui, |path| Section::of(path) == Some(Section::Optimiser));
    }

    fn rule_ui(&self, ui: &mut Ui, own: &TrainingRecipe) {
        ui.horizontal(|ui| {
            Dropdown::new(&text("recipe-optimiser"), &optimiser_name(&own.optimiser)).width(130.0).show(ui, |ui| {
                for rule in [Optimiser::AdamW, Optimiser::Sgd { momentum: 0.9 }] {
                    let chosen = std::mem::discriminant(&rule) == std::mem::discriminant(&own.optimiser);
                    if ui.selectable_label(chosen, optimiser_name(&rule)).clicked() && !chosen {
                        self.edit("optimiser", |recipe| own_training(recipe).optimiser = rule);
                    }
                }
            });
            if let Optimiser::Sgd { momentum } = own.optimiser
                && let Some(momentum) = decimal(ui, "recipe-momentum", momentum, 0.0..=0.999, 0.005)
            {
                self.edit("momentum", |recipe| own_training(recipe).optimiser = Optimiser::Sgd { momentum });
            }
        });
    }

    fn rate_ui(&self, ui: &mut Ui, own: &TrainingRecipe) {
        let mut rate = own.learning_rate;
        let name = text("recipe-learning-rate");
        let mut switch = |ui: &mut Ui| self.switch_ui(ui, Field::LearningRate);
        if self.values_ui(ui, Field::LearningRate, "", switch) {
            return;
        }
        let slider = Slider::new(&name, &mut rate, 1e-5..=1.0)
            .logarithmic()
            .ticks(&[1e-4, 1e-3, 1e-2, 1e-1])
            .default_value(1e-3)
            .format(&brief)
            .aside(&mut switch);
        if ui.add(slider).on_hover_text(text("recipe-learning-rate-hint")).changed() {
            self.edit("learning rate", |recipe| own_training(recipe).learning_rate = rate);
        }
    }

    fn schedule_ui(&self, ui: &mut Ui, own: &TrainingRecipe) {
        ui.horizontal(|ui| {
            Dropdown::new(&text("recipe-schedule"), &schedule_name(&own.schedule)).width(110.0).show(ui, |ui| {
                for schedule in [Schedule::Constant, Schedule::Cosine, Schedule::Step { every: 10, factor: 0.5 }] {
                    let chosen = std::mem::discriminant(&schedule) == std::mem::discriminant(&own.schedule);
                    if ui.selectable_label(chosen, schedule_name(&schedule)).clicked() && !chosen {
                        self.edit("schedule", |recipe| own_training(recipe).schedule = schedule);
                    }
                }
            });
            if let Some(warm_up) = decimal(ui, "recipe-warm-up", own.warm_up, 0.0..=1000.0, 0.05) {
                self.edit("warm-up", |recipe| own_training(recipe).warm_up = warm_up);
            }
        });
        if let Schedule::Step { every, factor } = own.schedule {
            ui.horizontal(|ui| {
                let put = |field, schedule| self.edit(field, |recipe| own_training(recipe).schedule = schedule);
                if let Some(every) = number(ui, "recipe-every", every as u64, 1) {
                    put("schedule every", Schedule::Step { every: every as usize, factor });
                }
                if let Some(factor) = decimal(ui, "recipe-factor", factor, 0.001..=1.0, 0.005) {
                    put("schedule factor", Schedule::Step { every, factor });
                }
            });
        }
        picture_ui(ui, own);
    }
}

/// The learning rate over the epochs, as training is going to take it.
fn picture_ui(ui: &mut Ui, own: &TrainingRecipe) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), PICTURE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, text("recipe-schedule-picture")));
    let tokens = ui.tokens();
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    // As many steps as there are pixels: the picture does not need the real number of rows.
    let per_epoch = (rect.width() / own.epochs.max(1) as f32).ceil().max(1.0) as u64;
    let steps = per_epoch * own.epochs.max(1) as u64;
    let room = rect.shrink2(vec2(0.0, 3.0));
    let at = |step: u64| {
        let x = room.left() + room.width() * step as f32 / (steps - 1).max(1) as f32;
        pos2(x, room.bottom() - room.height() * rate_factor(own, step, steps, per_epoch) as f32)
    };
    let stride = (steps / rect.width().max(1.0) as u64).max(1);
    let line = (0..steps).step_by(stride as usize).map(at).collect();
    ui.painter().add(Shape::line(line, Stroke::new(1.5, tokens.secondary)));
    let pointer = response.hover_pos();
    response.on_hover_ui(|ui| {
        let Some(pointer) = pointer else { return };
        let share = ((pointer.x - room.left()) / room.width()).clamp(0.0, 1.0);
        let step = ((steps - 1) as f32 * share) as u64;
        let epoch = share * own.epochs as f32;
        let rate = own.learning_rate * rate_factor(own, step, steps, per_epoch);
        let words = [("epoch", format!("{epoch:.1}").into()), ("rate", brief(rate).into())];
        ui.label(text_with("recipe-schedule-at", &words));
    });
}

pub(super) fn optimiser_name(optimiser: &Optimiser) -> String {
    match optimiser {
        Optimiser::AdamW => "AdamW".to_owned(),
        Optimiser::Sgd { momentum } => text_with("recipe-sgd", &[("momentum", short(*momentum).into())]),
    }
}

fn schedule_name(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Constant => text("schedule-constant"),
        Schedule::Cosine => text("schedule-cosine"),
        Schedule::Step { .. } => text("schedule-step"),
    }
}
