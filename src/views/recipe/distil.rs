//! How the student learns: the method, and its fields as the method describes them.

use eframe::egui::{Align, Layout, Rect, RichText, Ui, vec2};

use super::rows::{row_ui, seek};
use super::swept::{Swept, put_complement};
use super::{Editor, title_row_ui};
use crate::command::Action;
use crate::distill::METHODS;
use crate::recipe::fields::{Field, HARD_WEIGHT, Kind, METHOD, Part, SOFT_WEIGHT, TEMPERATURE};
use crate::state::Tip;
use crate::text::{number, text};
use crate::theme::{UiTokens as _, space, title};
use crate::views::colours::term_colour;
use crate::views::{action_button, control_name, course_words, tips};
use crate::widgets::{Chip, Dropdown, IconButton, Share, Slider, toggle_ui, weight_bar_ui};

/// Ticks of the temperature slider.
const TICKS: [f64; 5] = [1.0, 2.0, 4.0, 8.0, 20.0];

impl Editor<'_> {
    /// The method, and those of its fields that weigh nothing.
    pub(super) fn method_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let method = self.state.recipe.sweep.base.distill.method();
        row_ui(ui, &METHOD, |ui, _| {
            let gap = ui.spacing().item_spacing.x;
            let (wide, here) = (ui.available_width() - IconButton::SIDE - gap, text(method.label));
            let shown = Dropdown::new(&control_name(&METHOD), &here).width(wide).show(ui, |ui| {
                for other in METHODS {
                    let entry = ui.selectable_label(*other == method, text(other.label));
                    if entry.on_hover_text(text(other.what)).clicked() && *other != method {
                        self.edit("method", |recipe| recipe.put_method(other));
                    }
                }
            });
            seek(ui, &METHOD, &shown.response);
            shown.response.on_hover_text(text(method.what));
            action_button(ui, Action::Methods, false, self.state, self.commands);
        });
        let rest = method.fields.iter().filter(|field| !self.weighs(field) && !matches!(field.kind, Kind::Truth(_)));
        for field in rest {
            if field.path == TEMPERATURE.path {
                tips::mark(ui, Tip::Recipe, Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), 46.0)));
            }
            self.field_ui(ui, field);
        }
        if !self.has_weights() {
            self.listed_ui(ui, Part::Distillation);
        }
    }

    /// Whether the method has anything that weighs a term or is switched.
    pub(super) fn has_weights(&self) -> bool {
        let fields = self.state.recipe.sweep.base.distill.method().fields;
        fields.iter().any(|field| self.weighs(field) || matches!(field.kind, Kind::Truth(_)))
    }

    /// What weighs the terms, and what is switched.
    pub(super) fn weights_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let distill = &self.state.recipe.sweep.base.distill;
        let method = distill.method();
        let weights: Vec<&'static Field> = method.fields.iter().filter(|field| self.weighs(field)).collect();
        for field in &weights {
            self.field_ui(ui, field);
        }
        let differs =
            |field: &&Field| self.state.recipe.sweep.axis(field.path).is_some() || distill.ramp(field.path).is_some();
        if weights.len() > 1 && !weights.iter().any(differs) {
            let tokens = ui.tokens();
            let names: Vec<_> = method.terms.iter().map(|term| term.name.into()).collect();
            let words: Vec<String> = method.terms.iter().map(|term| text(term.label)).collect();
            let share = |(at, name)| {
                let weight = distill.weight(&method.terms[at], f64::INFINITY);
                Share { name, weight, colour: term_colour(names.iter(), at, tokens) }
            };
            weight_bar_ui(ui, &words.iter().map(String::as_str).enumerate().map(share).collect::<Vec<_>>());
        }
        self.listed_ui(ui, Part::Distillation);
        for field in method.fields.iter().filter(|field| matches!(field.kind, Kind::Truth(_))) {
            let mut on = distill.get(field.path) == Some(1.0);
            let switch = toggle_ui(ui, &mut on, &control_name(field));
            seek(ui, field, &switch);
            if switch.on_hover_text(field.what().words()).changed() {
                self.edit(field.path, |recipe| recipe.distill.set(field.path, f64::from(u8::from(on))));
            }
        }
    }

    /// Whether a field is the weight of a term.
    fn weighs(&self, field: &Field) -> bool {
        let method = self.state.recipe.sweep.base.distill.method();
        method.terms.iter().any(|term| term.weight == Some(field.path))
    }

    /// A field with its control: a slider of one value, or several values.
    fn field_ui(&self, ui: &mut Ui, field: &'static Field) {
        if let Kind::Choice(names) = field.kind {
            return self.choice_ui(ui, field, names);
        }
        let Some(swept) = Swept::of(field) else { return };
        let sweep = &self.state.recipe.sweep;
        let follows = field.path == HARD_WEIGHT.path && sweep.base.distill.get(SOFT_WEIGHT.path).is_some();
        let complement = follows && sweep.complement;
        let value = swept.value(&sweep.base);
        let mut switches = |ui: &mut Ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            if follows {
                self.complement_ui(ui);
            }
            if !complement {
                self.switch_ui(ui, swept);
                self.moving_switch_ui(ui, swept);
            }
        };
        if complement {
            title_row_ui(ui, |ui| {
                ui.label(title(control_name(field))).on_hover_text(field.what().words());
                switches(ui);
                if let Some(own) =
                    sweep.base.distill.course(field.path).filter(|_| sweep.axis(SOFT_WEIGHT.path).is_none())
                {
                    let own = RichText::new(course_words(own)).color(ui.tokens().secondary);
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(own));
                }
            });
            return;
        }
        if self.values_ui(ui, swept, switches) || self.moving_ui(ui, field, switches) {
            return;
        }
        let (name, what, span) = (control_name(field), field.what().words(), field.span());
        let mut moved = value;
        let slider = Slider::new(&name, &mut moved, span.shown()).explained(&what).format(&number::setting);
        let slider = if span.log { slider.logarithmic() } else { slider };
        let slider = if field.path == TEMPERATURE.path { slider.ticks(&TICKS) } else { slider };
        let usual = field.usual(sweep.base.training.epochs);
        let response = ui.add(slider.default_value(usual).aside(&mut switches));
        seek(ui, field, &response);
        // With all weights at 0 nothing would be left to learn.
        let is_last = self.weighs(field) && moved == 0.0 && self.is_only_weight(field);
        if response.changed() && !is_last {
            let moved = if matches!(field.kind, Kind::Whole(_)) { moved.round() } else { moved };
            self.edit(field.path, |recipe| swept.put_one(recipe, moved));
        }
    }

    /// Whether no other term weighs anything.
    fn is_only_weight(&self, field: &Field) -> bool {
        let distill = &self.state.recipe.sweep.base.distill;
        let mut others = distill.method().terms.iter().filter(|term| term.weight != Some(field.path));
        others.all(|term| !distill.ever_weighs(term))
    }

    /// One of several words.
    fn choice_ui(&self, ui: &mut Ui, field: &'static Field, names: &'static [(&'static str, &'static str)]) {
        let here = self.state.recipe.sweep.base.distill.get(field.path).unwrap_or_default();
        let name = |at: usize| names.get(at).map_or_else(String::new, |(_, key)| text(key));
        row_ui(ui, field, |ui, _| {
            let wide = ui.available_width();
            let shown = Dropdown::new(&control_name(field), &name(here as usize)).width(wide).show(ui, |ui| {
                for at in 0..names.len() {
                    if ui.selectable_label(here as usize == at, name(at)).clicked() {
                        self.edit(field.path, |recipe| recipe.distill.set(field.path, at as f64));
                    }
                }
            });
            seek(ui, field, &shown.response);
            shown.response.on_hover_text(field.what().words());
        });
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
