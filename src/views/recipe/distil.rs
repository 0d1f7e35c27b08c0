//! How the student learns from the teacher: T, the two weights, and the factor T².

use eframe::egui::{Align, Layout, Rect, Response, RichText, Ui, vec2};

use super::swept::{Field, put_complement};
use super::{Editor, title_row_ui};
use crate::state::Tip;
use crate::text::text;
use crate::theme::{UiTokens as _, space, title};
use crate::views::lens::{TEMPERATURES, TICKS};
use crate::views::{short, tips};
use crate::widgets::{Chip, Share, Slider, toggle_ui, weight_bar_ui};

impl Editor<'_> {
    pub(super) fn temperature_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        tips::mark(ui, Tip::Recipe, Rect::from_min_size(ui.max_rect().min, vec2(ui.available_width(), 46.0)));
        let mut switch = |ui: &mut Ui| self.switch_ui(ui, Field::Temperature);
        if self.values_ui(ui, Field::Temperature, &text("recipe-temperature-hint"), switch) {
            return;
        }
        let mut temperature = self.state.recipe.sweep.base.distill.temperature;
        let name = text("recipe-temperature");
        let slider = Slider::new(&name, &mut temperature, TEMPERATURES)
            .logarithmic()
            .ticks(&TICKS)
            .default_value(4.0)
            .format(&short);
        if ui.add(slider.aside(&mut switch)).on_hover_text(text("recipe-temperature-hint")).changed() {
            self.edit("temperature", |recipe| recipe.distill.temperature = temperature);
        }
    }

    pub(super) fn weights_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let distill = &self.state.recipe.sweep.base.distill;
        let (soft, hard) = (distill.soft_weight, distill.hard_weight);
        let complement = self.state.recipe.sweep.complement;
        let mut switch = |ui: &mut Ui| self.switch_ui(ui, Field::SoftWeight);
        let hint = text("recipe-soft-weight-hint");
        if !self.values_ui(ui, Field::SoftWeight, &hint, switch)
            && let Some(moved) = weight_ui(ui, Field::SoftWeight, [soft, hard, 0.9], &mut switch)
        {
            self.edit("soft weight", |recipe| recipe.distill.soft_weight = moved);
        }
        let mut switches = |ui: &mut Ui| {
            self.complement_ui(ui);
            if !complement {
                self.switch_ui(ui, Field::HardWeight);
            }
        };
        let hint = text("recipe-hard-weight-hint");
        if complement {
            title_row_ui(ui, |ui| {
                ui.label(title(text("recipe-hard-weight"))).on_hover_text(hint);
                switches(ui);
                if self.state.recipe.sweep.axis(Field::SoftWeight.path()).is_none() {
                    let own = RichText::new(format!("{hard:.2}")).color(ui.tokens().secondary);
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(own));
                }
            });
        } else if !self.values_ui(ui, Field::HardWeight, &hint, switches)
            && let Some(moved) = weight_ui(ui, Field::HardWeight, [hard, soft, 0.1], &mut switches)
        {
            self.edit("hard weight", |recipe| recipe.distill.hard_weight = moved);
        }
        let is_swept = |field: Field| self.state.recipe.sweep.axis(field.path()).is_some();
        if !is_swept(Field::SoftWeight) && !is_swept(Field::HardWeight) {
            let tokens = ui.tokens();
            let (soft_name, hard_name) = (text("recipe-soft-targets"), text("recipe-labels"));
            weight_bar_ui(
                ui,
                Share { name: &soft_name, weight: soft, colour: tokens.teacher },
                Share { name: &hard_name, weight: hard, colour: tokens.label },
            );
        }
        ui.horizontal(|ui| {
            ui.label(text("recipe-method"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let colour = ui.tokens().secondary;
                ui.label(RichText::new(text("recipe-method-soft")).color(colour));
            });
        })
        .response
        .on_hover_text(text("recipe-method-hint"));
        self.listed_ui(ui, |path| path.starts_with("distill."));
        let mut squared = distill.temperature_squared;
        let switch = toggle_ui(ui, &mut squared, &text("recipe-squared"));
        if switch.on_hover_text(text("recipe-squared-hint")).changed() {
            self.edit("squared", |recipe| recipe.distill.temperature_squared = squared);
        }
    }

    /// The chip that makes the hard weight 1 − soft weight.
    fn complement_ui(&self, ui: &mut Ui) {
        let on = self.state.recipe.sweep.complement;
        let (words, name) = (text("recipe-complement"), text("recipe-complement-name"));
        let chip = Chip::new(&words).named(&name).selectable(on).show(ui).response;
        if chip.on_hover_text(text("recipe-complement-hint")).clicked() {
            self.edit_sweep("complement", |sweep| put_complement(sweep, !on));
        }
    }
}

/// The slider of a weight: its value, the other weight and its default; the new value once it was moved.
fn weight_ui(ui: &mut Ui, field: Field, values: [f64; 3], switches: &mut dyn FnMut(&mut Ui)) -> Option<f64> {
    let [value, other, default] = values;
    let key = field.keys()[0];
    let mut moved = value;
    let name = text(key);
    let two = |value: f64| format!("{value:.2}");
    let most = if value > 1.0 { value } else { 1.0 };
    let slider = Slider::new(&name, &mut moved, 0.0..=most).default_value(default).format(&two).aside(switches);
    let response: Response = ui.add(slider).on_hover_text(text(&format!("{key}-hint")));
    // Both at 0 would leave nothing to learn.
    (response.changed() && (moved > 0.0 || other > 0.0)).then_some(moved)
}
