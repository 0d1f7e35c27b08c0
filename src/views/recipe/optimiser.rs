//! How the weights move: the update rule, its learning rate, and how that changes over the epochs, with a picture of it.

use eframe::egui::Ui;

use super::picture::Picture;
use super::rows::{decimal_ui, row_ui, seek, whole_ui};
use super::swept::Swept;
use super::{Editor, own_training};
use crate::recipe::fields::{
    CLIP, EVERY, FACTOR, LEARNING_RATE, MOMENTUM, OPTIMISER, Part, SCHEDULE, WARM_UP, WEIGHT_DECAY,
};
use crate::recipe::{Optimiser, Schedule, TrainingRecipe};
use crate::state::Section;
use crate::text::{number, text, text_with};
use crate::theme::space;
use crate::training::rate_factor;
use crate::views::control_name;
use crate::widgets::{Dropdown, Slider};

impl Editor<'_> {
    pub(super) fn optimiser_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let own = self.own();
        let rate_is_swept = Swept::LEARNING_RATE.values(&self.state.recipe.sweep).is_some();
        let rate = if rate_is_swept { text("recipe-swept") } else { number::setting(own.learning_rate) };
        let summary = format!("{} · {rate} · {}", optimiser_name(&own.optimiser), schedule_name(&own.schedule));
        if !self.folding_ui(ui, Section::Optimiser, &control_name(&OPTIMISER), &summary, rate_is_swept) {
            return;
        }
        self.rule_ui(ui, own);
        self.rate_ui(ui, own);
        self.schedule_ui(ui, own);
        if let Some(decay) = decimal_ui(ui, &WEIGHT_DECAY, own.weight_decay) {
            self.edit("weight decay", |recipe| own_training(recipe).weight_decay = decay);
        }
        if let Some(clip) = decimal_ui(ui, &CLIP, own.clip) {
            self.edit("clip", |recipe| own_training(recipe).clip = clip);
        }
        self.listed_ui(ui, Part::Optimiser);
    }

    fn rule_ui(&self, ui: &mut Ui, own: &TrainingRecipe) {
        // The name of the section is that of the field.
        let (wide, here) = (ui.available_width(), optimiser_name(&own.optimiser));
        let shown = Dropdown::new(&control_name(&OPTIMISER), &here).width(wide).show(ui, |ui| {
            for rule in [Optimiser::AdamW, Optimiser::Sgd { momentum: 0.9 }] {
                let chosen = std::mem::discriminant(&rule) == std::mem::discriminant(&own.optimiser);
                if ui.selectable_label(chosen, optimiser_name(&rule)).clicked() && !chosen {
                    self.edit("optimiser", |recipe| own_training(recipe).optimiser = rule);
                }
            }
        });
        seek(ui, &OPTIMISER, &shown.response);
        shown.response.on_hover_text(OPTIMISER.what().words());
        if let Optimiser::Sgd { momentum } = own.optimiser
            && let Some(momentum) = decimal_ui(ui, &MOMENTUM, momentum)
        {
            self.edit("momentum", |recipe| own_training(recipe).optimiser = Optimiser::Sgd { momentum });
        }
    }

    fn rate_ui(&self, ui: &mut Ui, own: &TrainingRecipe) {
        let mut rate = own.learning_rate;
        let (name, what, span) = (control_name(&LEARNING_RATE), LEARNING_RATE.what().words(), LEARNING_RATE.span());
        let mut switch = |ui: &mut Ui| self.switch_ui(ui, Swept::LEARNING_RATE);
        if self.values_ui(ui, Swept::LEARNING_RATE, switch) {
            return;
        }
        let slider = Slider::new(&name, &mut rate, span.shown())
            .logarithmic()
            .ticks(&[1e-4, 1e-3, 1e-2, 1e-1])
            .default_value(span.usual)
            .explained(&what)
            .format(&number::setting)
            .aside(&mut switch);
        let slider = ui.add(slider);
        seek(ui, &LEARNING_RATE, &slider);
        if slider.changed() {
            self.edit("learning rate", |recipe| own_training(recipe).learning_rate = rate);
        }
    }

    fn schedule_ui(&self, ui: &mut Ui, own: &TrainingRecipe) {
        row_ui(ui, &SCHEDULE, |ui, _| {
            let (wide, here) = (ui.available_width(), schedule_name(&own.schedule));
            let shown = Dropdown::new(&control_name(&SCHEDULE), &here).width(wide).show(ui, |ui| {
                for schedule in
                    [Schedule::Constant, Schedule::Cosine, Schedule::Linear, Schedule::Step { every: 10, factor: 0.5 }]
                {
                    let chosen = std::mem::discriminant(&schedule) == std::mem::discriminant(&own.schedule);
                    if ui.selectable_label(chosen, schedule_name(&schedule)).clicked() && !chosen {
                        self.edit("schedule", |recipe| own_training(recipe).schedule = schedule);
                    }
                }
            });
            seek(ui, &SCHEDULE, &shown.response);
        });
        if let Schedule::Step { every, factor } = own.schedule {
            let put = |field, schedule| self.edit(field, |recipe| own_training(recipe).schedule = schedule);
            if let Some(every) = whole_ui(ui, &EVERY, every as u64, |_| {}) {
                put("schedule every", Schedule::Step { every: every as usize, factor });
            }
            if let Some(factor) = decimal_ui(ui, &FACTOR, factor) {
                put("schedule factor", Schedule::Step { every, factor });
            }
        }
        if let Some(warm_up) = decimal_ui(ui, &WARM_UP, own.warm_up) {
            self.edit("warm-up", |recipe| own_training(recipe).warm_up = warm_up);
        }
        picture_ui(ui, own);
    }
}

/// The learning rate over the epochs, as training is going to take it.
fn picture_ui(ui: &mut Ui, own: &TrainingRecipe) {
    let factor = |step, steps, per_epoch| rate_factor(own, step, steps, per_epoch);
    Picture {
        name: &text("recipe-schedule-picture"),
        epochs: own.epochs,
        height: &factor,
        words: &|step, steps, per_epoch| number::setting(own.learning_rate * factor(step, steps, per_epoch)),
        now: None,
    }
    .show(ui);
}

pub(super) fn optimiser_name(optimiser: &Optimiser) -> String {
    match optimiser {
        Optimiser::AdamW => "AdamW".to_owned(),
        Optimiser::Sgd { momentum } => text_with("recipe-sgd", &[("momentum", number::setting(*momentum).into())]),
    }
}

fn schedule_name(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Constant => text("schedule-constant"),
        Schedule::Cosine => text("schedule-cosine"),
        Schedule::Linear => text("schedule-linear"),
        Schedule::Step { .. } => text("schedule-step"),
    }
}
