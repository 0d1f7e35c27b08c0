//! How the student learns from the teacher: T, the two weights, and the factor T².

use eframe::egui::{Align, Layout, Rect, RichText, Ui, vec2};

use super::rows::seek;
use super::swept::{Swept, put_complement};
use super::{Editor, title_row_ui};
use crate::recipe::fields::{HARD_WEIGHT, METHOD, Part, TEMPERATURE, TEMPERATURE_SQUARED};
use crate::state::Tip;
use crate::text::{number, text};
use crate::theme::{UiTokens as _, space, title};
use crate::views::lens::TICKS;
use crate::views::{control_name, tips};
use crate::widgets::{Chip, Share, Slider, toggle_ui, weight_bar_ui};

impl Editor<'_> {
    pub(super) fn temperature_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        tips::mark(ui, Tip::Recipe, Rect::from_min_size(ui.max_rect().min, vec2(ui.available_width(), 46.0)));
        let mut switch = |ui: &mut Ui| self.switch_ui(ui, Swept::Temperature);
        if self.values_ui(ui, Swept::Temperature, switch) {
            return;
        }
        let mut temperature = self.state.recipe.sweep.base.distill.temperature;
        let (name, what, span) = (control_name(&TEMPERATURE), TEMPERATURE.what().words(), TEMPERATURE.span());
        let slider = Slider::new(&name, &mut temperature, span.shown())
            .logarithmic()
            .ticks(&TICKS)
            .default_value(span.usual)
            .explained(&what)
            .format(&number::setting);
        let slider = ui.add(slider.aside(&mut switch));
        seek(ui, &TEMPERATURE, &slider);
        if slider.changed() {
            self.edit("temperature", |recipe| recipe.distill.temperature = temperature);
        }
    }

    pub(super) fn weights_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let distill = &self.state.recipe.sweep.base.distill;
        let (soft, hard) = (distill.soft_weight, distill.hard_weight);
        let complement = self.state.recipe.sweep.complement;
        let mut switch = |ui: &mut Ui| self.switch_ui(ui, Swept::SoftWeight);
        if !self.values_ui(ui, Swept::SoftWeight, switch)
            && let Some(moved) = weight_ui(ui, Swept::SoftWeight, soft, hard, &mut switch)
        {
            self.edit("soft weight", |recipe| recipe.distill.soft_weight = moved);
        }
        let mut switches = |ui: &mut Ui| {
            self.complement_ui(ui);
            if !complement {
                self.switch_ui(ui, Swept::HardWeight);
            }
        };
        if complement {
            title_row_ui(ui, |ui| {
                ui.label(title(control_name(&HARD_WEIGHT))).on_hover_text(HARD_WEIGHT.what().words());
                switches(ui);
                if Swept::SoftWeight.values(&self.state.recipe.sweep).is_none() {
                    let own = RichText::new(number::setting(hard)).color(ui.tokens().secondary);
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(own));
                }
            });
        } else if !self.values_ui(ui, Swept::HardWeight, switches)
            && let Some(moved) = weight_ui(ui, Swept::HardWeight, hard, soft, &mut switches)
        {
            self.edit("hard weight", |recipe| recipe.distill.hard_weight = moved);
        }
        let is_swept = |weight: Swept| weight.values(&self.state.recipe.sweep).is_some();
        if !is_swept(Swept::SoftWeight) && !is_swept(Swept::HardWeight) {
            let tokens = ui.tokens();
            let (soft_name, hard_name) = (text("recipe-soft-targets"), text("recipe-labels"));
            weight_bar_ui(
                ui,
                Share { name: &soft_name, weight: soft, colour: tokens.teacher },
                Share { name: &hard_name, weight: hard, colour: tokens.label },
            );
        }
        ui.horizontal(|ui| {
            ui.label(control_name(&METHOD));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let colour = ui.tokens().secondary;
                ui.label(RichText::new(text("recipe-method-soft")).color(colour));
            });
        })
        .response
        .on_hover_text(METHOD.what().words());
        self.listed_ui(ui, Part::Distillation);
        let mut squared = distill.temperature_squared;
        let switch = toggle_ui(ui, &mut squared, &text("recipe-squared"));
        seek(ui, &TEMPERATURE_SQUARED, &switch);
        if switch.on_hover_text(TEMPERATURE_SQUARED.what().words()).changed() {
            self.edit("squared", |recipe| recipe.distill.temperature_squared = squared);
        }
    }

    /// The chip that makes the hard weight 1 − soft weight.
    fn complement_ui(&self, ui: &mut Ui) {
        let on = self.state.recipe.sweep.complement;
        let (words, name) = (text("recipe-complement"), text("recipe-complement-name"));
        let chip = Chip::new(&words).named(&name).selectable(on).show(ui).response;
        if on {
            seek(ui, &HARD_WEIGHT, &chip);
        }
        if chip.on_hover_text(text("recipe-complement-hint")).clicked() {
            self.edit_sweep("complement", |sweep| put_complement(sweep, !on));
        }
    }
}

/// The slider of a weight; the new value once it was moved.
fn weight_ui(ui: &mut Ui, weight: Swept, value: f64, other: f64, switches: &mut dyn FnMut(&mut Ui)) -> Option<f64> {
    let field = weight.field();
    let (name, what, span) = (control_name(&field), field.what().words(), field.span());
    let mut moved = value;
    let slider = Slider::new(&name, &mut moved, span.shown());
    let slider = slider.default_value(span.usual).explained(&what).format(&number::setting).aside(switches);
    let response = ui.add(slider);
    seek(ui, &field, &response);
    // Both at 0 would leave nothing to learn.
    (response.changed() && (moved > 0.0 || other > 0.0)).then_some(moved)
}
