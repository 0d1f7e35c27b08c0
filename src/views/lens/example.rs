//! The hand-made example: logits that can be dragged or typed, and what they come to.

use eframe::egui::{Id, Label, RichText, Role, TextEdit, Ui, WidgetInfo, vec2};

use crate::command::{Commands, ExampleCommand};
use crate::state::{LOGITS, State, Whose};
use crate::text::{number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, size, space};
use crate::widgets::{Dropdown, IconButton, LogitRails, RailSide};

/// Height of a row of logits.
const ROW: f32 = 22.0;

/// How tall all of it is.
pub(super) fn height(state: &State) -> f32 {
    let classes = state.screen.example.teacher.len() as f32;
    2.0 * (size::ROW + space::XS) + classes * ROW + 40.0 + 5.0 * space::S
}

pub(super) fn example_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let example = &state.screen.example;
    let classes = example.classes();
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.add(Label::new(caption(text("example-made-up"))).selectable(false))
            .on_hover_text(text("example-made-up-hint"));
        Dropdown::new(
            &text("example-label"),
            &text_with("example-label-is", &[("class", classes[example.label].clone().into())]),
        )
        .plain()
        .show(ui, |ui| {
            for (at, name) in classes.iter().enumerate() {
                if ui.selectable_label(at == example.label, name).clicked() {
                    commands.send(ExampleCommand::ExampleLabel(at));
                }
            }
        });
        let (name, hint) = (text("example-reset"), text("example-reset-hint"));
        if ui.add(IconButton::new(Icon::Restore, &name).hint(&hint)).clicked() {
            commands.send(ExampleCommand::ResetExample);
        }
    });
    let moved = LogitRails {
        name: &text("example-logits"),
        classes: &classes,
        left: RailSide { name: &text("lens-teacher"), colour: ui.tokens().teacher, values: &example.teacher },
        right: RailSide { name: &text("lens-student"), colour: ui.tokens().student, values: &example.student },
        range: LOGITS,
        row: ROW,
    }
    .show(ui);
    if let Some((is_left, class, to)) = moved {
        let whose = if is_left { Whose::Teacher } else { Whose::Student };
        commands.send(ExampleCommand::MoveLogit(whose, class, to));
    }
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let half = (ui.available_width() - space::S) / 2.0;
        for whose in [Whose::Teacher, Whose::Student] {
            typed_ui(ui, state, whose, half, commands);
        }
    });
    ui.add_space(space::S);
    loss_ui(ui, state);
}

/// The logits as a list that can be typed over.
fn typed_ui(ui: &mut Ui, state: &State, whose: Whose, width: f32, commands: &Commands) {
    let id = Id::unique(("typed logits", whose));
    let logits = state.screen.example.logits(whose);
    let written = logits.iter().map(|z| number::significant(f64::from(*z), 4)).collect::<Vec<_>>().join(", ");
    let held: Option<String> = ui.data(|data| data.get_temp(id));
    let mut typed = held.unwrap_or_else(|| written.clone());
    let key = if whose == Whose::Teacher { "example-typed-teacher" } else { "example-typed-student" };
    let field = ui.add_sized(vec2(width, size::ROW), TextEdit::singleline(&mut typed).id(id));
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, text(key)));
    if field.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, typed.clone()));
    }
    if field.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        if typed != written {
            commands.send(ExampleCommand::TypeLogits(whose, typed));
        }
    }
    field.on_hover_text(text("example-typed-hint"));
}

/// The student's loss, with the weights of the recipe or of the run on show.
fn loss_ui(ui: &mut Ui, state: &State) {
    let t = state.screen.lens.temperature;
    let usual =
        crate::distill::Weights { temperature: t, soft_weight: 0.9, hard_weight: 0.1, temperature_squared: true };
    let weights = state.weights(t).unwrap_or(usual);
    let loss = state.screen.example.loss(&weights);
    let missing = || text("widget-bars-missing");
    let args = [
        ("soft-weight", number::setting(weights.soft_weight).into()),
        ("hard-weight", number::setting(weights.hard_weight).into()),
        ("temperature", number::setting(t).into()),
        ("soft", loss.soft.map_or_else(missing, number::nats).into()),
        ("hard", loss.hard.map_or_else(missing, number::nats).into()),
        ("total", number::nats(loss.total).into()),
    ];
    let key = if weights.temperature_squared { "example-loss" } else { "example-loss-plain" };
    ui.add(Label::new(RichText::new(text_with(key, &args)).color(ui.tokens().text)).wrap());
}

/// Makes an example of what the lens shows.
pub(super) fn take_ui(ui: &mut Ui, commands: &Commands) {
    let entry = ui.selectable_label(false, text("example-take")).on_hover_text(text("example-take-hint"));
    if entry.clicked() {
        commands.send(ExampleCommand::TakeExample);
    }
}
