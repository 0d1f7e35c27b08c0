//! The settings of one run of the running job, moved while it trains; it leaves groups and verdict by that.

use std::ops::RangeInclusive;

use eframe::egui::{Align, Label, Layout, Popup, PopupCloseBehavior, Ui};

use super::short;
use crate::command::{Commands, JobCommand};
use crate::state::State;
use crate::text::{text, text_with};
use crate::theme::{Icon, caption, space};
use crate::training::report::{RunInfo, Setting};
use crate::widgets::{IconButton, Slider, brief};

/// Width of the list of settings.
const WIDTH: f32 = 240.0;

/// A button that opens them.
pub(super) fn run_settings_ui(ui: &mut Ui, info: &RunInfo, state: &State, commands: &Commands) {
    let name = text_with("runs-change", &[("run", info.run.to_string().into())]);
    let button = ui.add(IconButton::new(Icon::Sliders, &name));
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).gap(space::XS).show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = space::S;
        ui.add(Label::new(&name).selectable(false));
        ui.with_layout(Layout::top_down(Align::Min), |ui| ui.add(Label::new(caption(text("runs-change-hint"))).wrap()));
        for (setting, key, range) in [
            (Setting::Temperature, "recipe-temperature", 0.25..=64.0),
            (Setting::SoftWeight, "recipe-soft-weight", 0.0..=1.0),
            (Setting::HardWeight, "recipe-hard-weight", 0.0..=1.0),
            (Setting::LearningRate, "recipe-learning-rate", 1e-5..=1.0),
        ] {
            setting_ui(ui, info, setting, &text(key), range, state, commands);
        }
    });
}

fn setting_ui(
    ui: &mut Ui,
    info: &RunInfo,
    setting: Setting,
    name: &str,
    range: RangeInclusive<f64>,
    state: &State,
    commands: &Commands,
) {
    let Some(mut value) = state.setting_of_run(info, setting) else { return };
    let range = *range.start()..=range.end().max(value);
    let slider = Slider::new(name, &mut value, range);
    let slider = match setting {
        Setting::Temperature => slider.logarithmic().format(&short),
        Setting::SoftWeight | Setting::HardWeight => slider.format(&short),
        Setting::LearningRate => slider.logarithmic().format(&brief),
    };
    if ui.add(slider).changed() {
        commands.send(JobCommand::ChangeRun(info.run, setting, value));
    }
}
