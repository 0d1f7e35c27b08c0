//! The bar at the top: preset, the buttons of the job, progress with time left, device.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Align, Button, Label, Layout, RichText, TextStyle, Ui, UiBuilder, vec2};

use super::cards::{preset_key, shown_title};
use super::queue::queue_ui;
use super::{action_button, duration, hint_of, key_words};
use crate::command::{Action, Commands, LessonCommand, Menu, RecipeCommand, WindowCommand};
use crate::protocol::{Activity, JobOutcome, Progress};
use crate::recipe::{PRESETS, presets};
use crate::state::{State, Tip, Workspace};
use crate::text::{Language, Phrase, Term, number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, font, size, space, title};
use crate::widgets::{Dropdown, mark, primary_button, progress_ui, segmented_ui, submenu_ui};

/// Width of the menu's groups, and of the actions of one.
const GROUPS: f32 = 150.0;
const ACTIONS: f32 = 240.0;

/// Below this width presets and the device are shown shorter, so that the progress has room.
const NARROW: f32 = 1180.0;

/// Below this width presets are shown shorter still.
const ROOMY: f32 = 980.0;

/// Below this width there is no room for the name and the device, and below the next none for the workspaces.
const SMALL: f32 = 860.0;
const TINY: f32 = 640.0;

/// What the list of presets has around its words.
const CHROME: f32 = 36.0;

/// The progress bar grows and shrinks by this much.
const STEP: f32 = 30.0;

/// Fills its panel.
pub fn bar_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let row = ui.max_rect().shrink2(vec2(space::M, 0.0));
    let mut ui = ui.new_child(UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center)));
    let ui = &mut ui;
    let (is_narrow, is_small) = (row.width() < NARROW, row.width() < SMALL);
    Icon::Flask.show(ui, ui.tokens().teacher);
    if !is_small {
        ui.add(Label::new(title("Stillroom")).selectable(false));
        ui.add_space(space::S);
    }
    // The longest name of a preset has room whole where the progress leaves it.
    let preset_width = match row.width() {
        ..SMALL => 110.0,
        ..ROOMY => 160.0,
        ..NARROW => 200.0,
        _ => 250.0,
    };
    preset_ui(ui, state, preset_width, commands);

    let distil = ui.add_enabled_ui(Action::Distil.enabled(state), |ui| {
        primary_button(ui, Some(Icon::Play), &text(Action::Distil.key()))
    });
    let place = distil.inner.rect;
    mark(ui, "bar.distil", place);
    super::tips::glow_ui(ui, state, place);
    let hint = if state.jobs.running.is_some() { text("action-distil-later") } else { hint_of(Action::Distil) };
    if distil.inner.on_hover_text(hint).clicked() {
        commands.send(Action::Distil);
    }
    action_button(ui, Action::PauseOrPlay, true, state, commands);
    action_button(ui, Action::StepOnce, true, state, commands);
    let last = action_button(ui, Action::Stop, true, state, commands);
    // The word stands behind the row of buttons, where nothing is before the first run.
    super::tips::mark(ui, Tip::Distil, place.union(last.rect));
    ui.add_space(space::XS);

    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        menu_ui(ui, state, commands);
        // They are in the menu too, and what trains is said by the lists.
        if row.width() > TINY {
            workspaces_ui(ui, state, commands);
        }
        if !is_small {
            device_ui(ui, state, is_narrow);
        }
        queue_ui(ui, state, commands);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| status_ui(ui, state));
    });
}

/// A name, and below it a line about it.
fn two_lines(ui: &Ui, name: &str, about: &str) -> LayoutJob {
    let tokens = ui.tokens();
    let mut job = LayoutJob::default();
    let mut line = |words: &str, style: TextStyle, colour| {
        job.append(words, 0.0, TextFormat::simple(style.resolve(ui.style()), colour));
    };
    line(&format!("{name}\n"), TextStyle::Body, tokens.text);
    line(about, TextStyle::Small, tokens.secondary);
    job
}

fn preset_ui(ui: &mut Ui, state: &State, width: f32, commands: &Commands) {
    let title = shown_title(&state.recipe.sweep.base.title);
    let wide = ui.painter().layout_no_wrap(title.clone(), font(size::BODY), ui.tokens().text).size().x;
    // What stands before a colon is a name by itself.
    let name = if wide + CHROME > width { title.split([':', '：']).next().unwrap_or(&title) } else { &title };
    let what = text("bar-preset");
    let list = Dropdown::new(&what, name).width(width).whole();
    let shown = list.show(ui, |ui| {
        ui.spacing_mut().button_padding = vec2(space::S, 2.0);
        for (at, preset) in presets().enumerate() {
            if at == PRESETS.len() {
                ui.separator();
                ui.label(caption(text("bar-published")));
            }
            let key = preset_key(preset.name);
            let name = text(key);
            let words = two_lines(ui, &name, &text(&format!("{key}-hint")));
            let entry = ui.selectable_label(state.recipe.preset == Some(preset.name), words);
            if entry.accessible_name(name).clicked() {
                commands.send(RecipeCommand::Preset(preset.name));
            }
        }
    });
    mark(ui, "bar.preset", shown.response.rect);
}

/// Everything that can be done, in groups, with its keys; then what was opened lately, and the languages.
fn menu_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    Dropdown::new(&text("bar-menu"), &text("bar-menu")).plain().stays_open().show(ui, |ui| {
        ui.set_min_width(GROUPS);
        ui.spacing_mut().item_spacing.y = 1.0;
        for menu in Menu::ALL {
            submenu_ui(ui, &text(menu.key()), ACTIONS, |ui| actions_ui(ui, menu, state, commands));
        }
        if !state.window.recent.is_empty() {
            submenu_ui(ui, &text("menu-recent"), ACTIONS, |ui| recent_ui(ui, state, commands));
        }
        submenu_ui(ui, &text("menu-theme"), GROUPS, |ui| themes_ui(ui, state, commands));
        submenu_ui(ui, &text("menu-language"), GROUPS, |ui| languages_ui(ui, state, commands));
    });
}

fn actions_ui(ui: &mut Ui, menu: Menu, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 1.0;
    for action in menu.actions() {
        let keys = action.shortcut().map(key_words).unwrap_or_default();
        let button = Button::selectable(is_on(action, state), text(action.key())).shortcut_text(keys);
        let response = ui.add_enabled(action.enabled(state), button).on_hover_text(hint_of(action));
        if response.clicked() {
            commands.send(action);
            ui.close();
        }
    }
}

fn themes_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    for (dark, key) in [(None, "menu-theme-system"), (Some(false), "menu-theme-light"), (Some(true), "menu-theme-dark")]
    {
        if ui.selectable_label(state.window.dark == dark, text(key)).clicked() {
            commands.send(WindowCommand::Theme(dark));
            ui.close();
        }
    }
}

fn languages_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let named = [(None, text("menu-language-system"))];
    let named = named.into_iter().chain(Language::ALL.map(|language| (Some(language), language.name().to_owned())));
    for (language, name) in named {
        if ui.selectable_label(state.window.language == language, name).clicked() {
            commands.send(WindowCommand::Language(language));
            ui.close();
        }
    }
}

/// Whether an action stands for something that is on the screen now.
fn is_on(action: Action, state: &State) -> bool {
    match action {
        Action::Lab => state.window.workspace == Workspace::Lab,
        Action::Compare => state.window.workspace == Workspace::Compare,
        Action::Learn => state.window.workspace == Workspace::Learn,
        Action::ToggleLogLoss => state.screen.curves.log_y,
        Action::ToggleWeighted => state.screen.curves.weighted,
        Action::ToggleTokens => state.screen.lens.tokens,
        Action::ToggleBiases => state.screen.lens.biases,
        Action::PlayTemperature => state.screen.lens.plays.is_some(),
        Action::ToggleMoment => state.screen.moment.is_some(),
        Action::ToggleBin => state.screen.shows_bin,
        Action::ToggleOverlay => state.window.shows_overlay,
        Action::HoldQueue => state.jobs.queue.held,
        Action::Projector => state.window.projector.is_some(),
        _ => false,
    }
}

/// What was opened lately.
fn recent_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    for path in &state.window.recent {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
        let button = ui.add(Button::selectable(false, name).truncate());
        if button.on_hover_text(path.display().to_string()).clicked() {
            commands.send(WindowCommand::OpenPath(path.clone()));
            ui.close();
        }
    }
}

fn workspaces_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let actions = [Action::Lab, Action::Compare, Action::Learn];
    let names = actions.map(|action| text(action.key()));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut chosen = Workspace::ALL.iter().position(|it| *it == state.window.workspace).unwrap_or(0);
    let shown = segmented_ui(ui, &text("bar-workspaces"), &mut chosen, &names);
    super::tips::mark(ui, Tip::Lessons, shown.rect);
    // A press on the one that is chosen brings the lessons back where they were put away.
    let again = shown.contains_pointer() && ui.input(|input| input.pointer.primary_clicked());
    if again && !shown.changed() && actions[chosen] == Action::Learn {
        commands.send(LessonCommand::Show(true));
    }
    if shown.changed() {
        commands.send(actions[chosen]);
    }
}

/// Progress while a job runs; how the last one ended otherwise.
fn status_ui(ui: &mut Ui, state: &State) {
    if let (Some(_), Some(progress)) = (state.jobs.running, &state.jobs.progress) {
        let share = progress.step as f32 / progress.steps.max(1) as f32;
        let words = progress_text(progress);
        // The bar is as long as the words let it be; they change their width as time goes.
        let free = ui.available_width() - 2.0 * ui.spacing().item_spacing.x;
        let words_width = ui.painter().layout_no_wrap(words.clone(), font(size::BODY), ui.tokens().text).size().x;
        let width = ((free - words_width) / STEP).floor() * STEP;
        progress_ui(ui, &text("bar-progress"), share, width.clamp(STEP, 190.0));
        super::explained(ui.add(Label::new(words).selectable(false).truncate()), &[Term::Epoch]);
        return;
    }
    let quiet = |ui: &mut Ui, words: String| {
        let colour = ui.tokens().secondary;
        ui.add(Label::new(RichText::new(words).color(colour)).selectable(false).truncate());
    };
    if state.jobs.running.is_some() || state.jobs.starting {
        return quiet(ui, text("bar-starting"));
    }
    let Some(job) = state.focused() else { return };
    match (job.outcome, &job.message) {
        (Some(JobOutcome::Failed), message) => {
            let words =
                text_with("bar-failed", &[("message", message.as_ref().map(Phrase::words).unwrap_or_default().into())]);
            let colour = ui.tokens().bad;
            ui.add(Label::new(RichText::new(&words).color(colour)).truncate()).on_hover_text(words);
        }
        (Some(JobOutcome::Done), _) => quiet(ui, text("bar-done")),
        (Some(JobOutcome::Stopped), _) => quiet(ui, text("bar-stopped")),
        (Some(JobOutcome::Paused), _) => quiet(ui, text("bar-resting")),
        (None, _) => {}
    }
}

fn progress_text(progress: &Progress) -> String {
    let epoch =
        (progress.step / progress.steps_per_epoch.max(1) + 1).min(progress.steps / progress.steps_per_epoch.max(1));
    let stage = if progress.teacher { "bar-epoch-teacher" } else { "bar-epoch" };
    let epochs = progress.steps / progress.steps_per_epoch.max(1);
    let epoch = text_with(stage, &[("epoch", epoch.into()), ("epochs", epochs.into())]);
    let rest = match progress.activity {
        Activity::Paused => text_with("bar-paused-at", &[("step", progress.step.into())]),
        Activity::WaitingForDisk => text("bar-waiting-for-disk"),
        Activity::Training => text_with("bar-time-left", &[("time", duration(progress.seconds_left).into())]),
    };
    format!("{epoch} · {rest}")
}

fn device_ui(ui: &mut Ui, state: &State, is_narrow: bool) {
    let Some(device) = &state.jobs.device else { return };
    let mut words = match device.name.as_str() {
        "cpu" => text_with("bar-cpu", &[("threads", (device.threads as u64).into())]),
        other => other.to_uppercase(),
    };
    if let Some(progress) = state.jobs.progress.filter(|progress| progress.activity == Activity::Training) {
        let pace = text_with("bar-pace", &[("pace", number::fixed(progress.steps_per_second, 0).into())]);
        words = format!("{words} · {pace}");
    }
    let colour = ui.tokens().secondary;
    let shown = if is_narrow { device.name.to_uppercase() } else { words.clone() };
    let label = ui.add(Label::new(RichText::new(shown).color(colour)).selectable(false));
    let reason = device.reason.words();
    label.on_hover_text(if is_narrow { format!("{words}\n{reason}") } else { reason });
}
