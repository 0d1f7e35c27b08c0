//! The settings of one run of the running job, moved while it trains; it leaves groups and verdict by that.

use eframe::egui::{Align, Label, Layout, Popup, PopupCloseBehavior, Ui};

use super::control_name;
use crate::command::{Commands, JobCommand};
use crate::protocol::{RunInfo, Setting};
use crate::state::State;
use crate::text::{number, text, text_with};
use crate::theme::{Icon, caption, space};
use crate::widgets::{IconButton, Slider};

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
        for setting in Setting::of(info.recipe.distill.method()) {
            setting_ui(ui, info, setting, state, commands);
        }
    });
}

fn setting_ui(ui: &mut Ui, info: &RunInfo, setting: Setting, state: &State, commands: &Commands) {
    let field = setting.field();
    let Some(mut value) = state.setting_of_run(info, setting) else { return };
    let (name, what, span) = (control_name(field), field.what().words(), field.span());
    let slider = Slider::new(&name, &mut value, span.shown()).explained(&what);
    let slider = if span.log { slider.logarithmic() } else { slider };
    if ui.add(slider.format(&number::setting)).changed() {
        commands.send(JobCommand::ChangeRun(info.run, setting, value));
    }
}
