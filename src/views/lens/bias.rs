//! The bias of a class, or of several, moved by hand after training: what that does to the errors of the run on show. No model is run.

use eframe::egui::{Align, Label, Layout, Ui, vec2};

use super::SLIDER;
use crate::command::{Action, Commands, LensCommand};
use crate::distill::BIASES;
use crate::state::{BiasErrors, BiasView, Mover, State, Uncounted};
use crate::text::{Value, grouped, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, font, size, space};
use crate::views::{button_ui, hint_of, icon_of};
use crate::widgets::{Dropdown, IconButton, Slider, mark};

/// Ticks of the slider.
const TICKS: [f64; 5] = [-10.0, -5.0, 0.0, 5.0, 10.0];

/// Width of the list of classes.
const CLASS: f32 = 132.0;

/// The part of the lens that is about biases, while it is asked for.
pub(super) struct BiasPart<'a> {
    view: BiasView<'a>,
    words: String,
}

impl<'a> BiasPart<'a> {
    pub fn of(state: &'a State) -> Option<Self> {
        let view = state.bias_view()?;
        let words = match &view.errors {
            Ok(errors) => errors_words(&view, errors),
            Err(Uncounted::TooEarly) => text("bias-too-early"),
            Err(Uncounted::NotKept) => text("bias-not-kept"),
            Err(Uncounted::Unreadable(fault)) => text_with("bias-unreadable", &[("problem", fault.words().into())]),
        };
        Some(Self { view, words })
    }

    /// How tall it is at that width.
    pub fn height(&self, ui: &Ui, width: f32) -> f32 {
        let words = ui.painter().layout(self.words.clone(), font(size::CAPTION), ui.tokens().secondary, width);
        let controls = if self.has_controls() { size::ROW + space::S } else { 0.0 };
        let slider = if self.view.errors.is_ok() { SLIDER } else { 0.0 };
        controls + slider + words.size().y + space::M
    }

    /// What was moved can be taken back, whether or not errors can be counted.
    fn has_controls(&self) -> bool {
        self.view.errors.is_ok() || moved(&self.view).next().is_some()
    }

    pub fn show(&self, ui: &mut Ui, commands: &Commands) {
        let has_slider = self.view.errors.is_ok();
        if self.has_controls() {
            let room = vec2(ui.available_width(), size::ROW);
            ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
                self.controls_ui(ui, has_slider, commands);
            });
            ui.add_space(space::S);
        }
        if has_slider {
            self.slider_ui(ui, commands);
        }
        let words = ui.add(Label::new(caption(self.words.as_str())).wrap());
        if has_slider {
            words.on_hover_text(text_with("bias-test", &[("options", options(&self.view).into())]));
        }
        ui.add_space(space::M);
    }

    fn controls_ui(&self, ui: &mut Ui, has_slider: bool, commands: &Commands) {
        ui.spacing_mut().item_spacing.x = space::S;
        if has_slider {
            let view = &self.view;
            Dropdown::new(&text("bias-class"), &name_of(view, view.mover)).width(CLASS).show(ui, |ui| {
                let unseen = Some(Mover::Unseen).filter(|_| view.unseen.len() > 1);
                let classes = (0..view.classes.len().min(super::choice::CLASSES)).map(Mover::Class);
                for mover in unseen.into_iter().chain(classes) {
                    if ui.selectable_label(mover == view.mover, name_of(view, mover)).clicked() {
                        commands.send(LensCommand::BiasOf(mover));
                    }
                }
            });
            if button_ui(ui, "bias-find") {
                commands.send(LensCommand::FindBias);
            }
        }
        let (name, hint) = (text("bias-reset"), text("bias-reset-hint"));
        let reset = IconButton::new(Icon::Restore, &name).hint(&hint);
        if ui.add_enabled(moved(&self.view).next().is_some(), reset).clicked() {
            commands.send(LensCommand::ResetBiases);
        }
    }

    fn slider_ui(&self, ui: &mut Ui, commands: &Commands) {
        let mut bias = self.view.bias;
        let class = name_of(&self.view, self.view.mover);
        let (name, what) = (text_with("bias-of", &[("class", class.into())]), text("bias-of-hint"));
        let slider = Slider::new(&name, &mut bias, BIASES).ticks(&TICKS).default_value(0.0).explained(&what);
        if ui.add(slider).changed() {
            commands.send(LensCommand::Bias(bias));
        }
    }
}

/// Shows biases, or no more.
pub(super) fn toggle_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let action = Action::ToggleBiases;
    let (name, hint) = (text(action.key()), hint_of(action));
    let is_on = state.screen.lens.biases && action.enabled(state);
    let button = IconButton::new(icon_of(action, state), &name).hint(&hint).selected(is_on);
    let shown = ui.add_enabled(action.enabled(state), button);
    mark(ui, "lens.biases", shown.rect);
    if shown.clicked() {
        commands.send(action);
    }
}

fn name_of(view: &BiasView<'_>, mover: Mover) -> String {
    match mover {
        Mover::Class(class) => view.classes[class].clone(),
        Mover::Unseen => text("bias-unseen"),
    }
}

/// Whether the slider moves the bias of a class.
fn moves(view: &BiasView<'_>, class: usize) -> bool {
    match view.mover {
        Mover::Class(moved) => moved == class,
        Mover::Unseen => view.unseen.contains(&class),
    }
}

/// Classes whose bias was moved, with their biases.
fn moved<'a>(view: &BiasView<'a>) -> impl Iterator<Item = (usize, &'a str, f64)> {
    let all = view.classes.iter().zip(view.biases.clone()).enumerate();
    all.filter(|(_, (_, bias))| *bias != 0.0).map(|(at, (name, bias))| (at, name.as_str(), bias))
}

/// As the terminal takes them, with every digit.
fn options(view: &BiasView<'_>) -> String {
    let option = |name: &str, bias: f64| format!("--bias '{name}={bias}'");
    let all: Vec<String> = moved(view).map(|(_, name, bias)| option(name, bias)).collect();
    let first = match view.mover {
        Mover::Class(class) => class,
        Mover::Unseen => view.unseen.first().copied().unwrap_or(0),
    };
    if all.is_empty() { option(&view.classes[first], 0.0) } else { all.join(" ") }
}

/// Errors before and now, of how many rows, and how the bias was chosen.
fn errors_words(view: &BiasView<'_>, errors: &BiasErrors) -> String {
    let BiasErrors { rows, of_classes, before, now, step, found } = *errors;
    let count = |count: u64| -> Value<'static> { grouped(count).into() };
    let mut counts = vec![("rows", count(rows)), ("before", count(before.errors)), ("now", count(now.errors))];
    let mut words = vec![match step {
        None => text_with("bias-errors", &counts),
        Some(step) => {
            counts.push(("step", count(step)));
            text_with("bias-errors-probe", &counts)
        }
    }];
    let missed = [
        ("class", name_of(view, view.mover).into()),
        ("before", count(before.missed)),
        ("now", count(now.missed)),
        ("rows", count(of_classes)),
    ];
    words.push(text_with("bias-missed", &missed));
    if let Some(found) = found {
        let ends = number::apart(&[found.from, found.to], 2);
        let fewest = [("from", ends[0].clone().into()), ("to", ends[1].clone().into())];
        // It is 0 where no other one has fewer errors.
        words.push(if view.bias == 0.0 {
            text_with("bias-none-better", &[("class", name_of(view, view.mover).into())])
        } else {
            text_with("bias-found", &fewest)
        });
    }
    let others = moved(view).filter(|(at, ..)| !moves(view, *at));
    let others: Vec<String> = others.map(|(_, name, bias)| format!("{name}: {}", number::setting(bias))).collect();
    if !others.is_empty() {
        words.push(text_with("bias-others", &[("biases", others.join(", ").into())]));
    }
    words.join(" ")
}
