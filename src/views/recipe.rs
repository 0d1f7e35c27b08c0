//! The recipe panel: what the next job does, and the settings that a running one takes at once.

use eframe::egui::{DragValue, Label, Response, RichText, ScrollArea, Ui};

use super::lens::{TEMPERATURES, TICKS};
use super::{action_button, grouped, short};
use crate::command::{Action, Command, Commands};
use crate::recipe::{
    Architecture, Builtin, CheckpointSource, Optimiser, Recipe, Schedule, Source, Sweep, TeacherRecipe, TrainingRecipe,
};
use crate::state::State;
use crate::text::{text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, space, title};
use crate::training::report::Preview;
use crate::widgets::{Dropdown, Share, Slider, group_ui, section_ui, toggle_ui, weight_bar_ui};

/// Fills its tile.
pub fn recipe_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    section_ui(
        ui,
        &text("recipe-title"),
        true,
        |_| {},
        |ui| {
            action_button(ui, Icon::Redo, Action::Redo, false, state, commands);
            action_button(ui, Icon::Undo, Action::Undo, false, state, commands);
        },
    );
    let editor = Editor { state, commands };
    let preview = state.preview.as_deref();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        group_ui(ui, |ui| editor.data_ui(ui, preview));
        group_ui(ui, |ui| editor.teacher_ui(ui, preview));
        if state.sweep.base.student.is_some() {
            group_ui(ui, |ui| editor.student_ui(ui, preview));
            group_ui(ui, |ui| editor.temperature_ui(ui));
            group_ui(ui, |ui| editor.weights_ui(ui));
        }
        group_ui(ui, |ui| editor.training_ui(ui));
        editor.foot_ui(ui);
    });
}

struct Editor<'a> {
    state: &'a State,
    commands: &'a Commands,
}

impl Editor<'_> {
    /// Sends the recipe with one thing changed.
    fn edit(&self, field: &'static str, change: impl FnOnce(&mut Recipe)) {
        self.edit_sweep(field, |sweep| change(&mut sweep.base));
    }

    /// The same for its ranges.
    fn edit_sweep(&self, field: &'static str, change: impl FnOnce(&mut Sweep)) {
        let mut sweep = self.state.sweep.clone();
        change(&mut sweep);
        if sweep != self.state.sweep {
            self.commands.send(Command::Edit(field, Box::new(sweep)));
        }
    }

    fn data_ui(&self, ui: &mut Ui, preview: Option<&Preview>) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        ui.label(title(text("recipe-data")));
        let data = &self.state.sweep.base.data;
        let wide = ui.available_width();
        let here = source_name(&data.source);
        Dropdown::new(&text("recipe-data"), &here).width(wide).show(ui, |ui| {
            for builtin in Builtin::ALL {
                let chosen = data.source == Source::Builtin(builtin);
                if ui.selectable_label(chosen, source_name(&Source::Builtin(builtin))).clicked() {
                    self.edit("source", |recipe| {
                        recipe.data.source = Source::Builtin(builtin);
                        // The shipped teacher of other data knows nothing of these.
                        if let TeacherRecipe::Checkpoint(CheckpointSource::Builtin(teacher)) = &mut recipe.teacher {
                            *teacher = builtin;
                        }
                    });
                }
            }
        });
        if let Some(preview) = preview {
            let [train, validation, test] = preview.rows.map(|rows| grouped(rows as u64));
            let rows = text_with(
                "recipe-rows",
                &[("train", train.into()), ("validation", validation.into()), ("test", test.into())],
            );
            quiet(ui, rows);
        }
        let mut notes = Vec::new();
        if !data.omit_classes.is_empty() {
            notes.push(text_with("recipe-omits", &[("classes", data.omit_classes.join(", ").into())]));
        }
        if data.labelled < 1.0 {
            let share = format!("{:.0}", 100.0 * data.labelled);
            notes.push(text_with("recipe-labelled", &[("percent", share.into())]));
        }
        if data.label_noise > 0.0 {
            let share = format!("{:.0}", 100.0 * data.label_noise);
            notes.push(text_with("recipe-noise", &[("percent", share.into())]));
        }
        for note in notes {
            let colour = ui.tokens().doubtful;
            ui.add(Label::new(caption(note).color(colour)).wrap());
        }
    }

    fn teacher_ui(&self, ui: &mut Ui, preview: Option<&Preview>) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        ui.horizontal(|ui| {
            ui.label(title(text("recipe-teacher")));
            ui.with_layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center), |ui| {
                action_button(ui, Icon::Folder, Action::OpenTeacher, false, self.state, self.commands);
            });
        });
        let recipe = &self.state.sweep.base;
        let here = match (&recipe.teacher, preview) {
            (TeacherRecipe::Checkpoint(CheckpointSource::File(path)), _) => {
                path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            }
            (TeacherRecipe::Train { model, .. }, _) => model.to_string(),
            (TeacherRecipe::Checkpoint(CheckpointSource::Builtin(_)), Some(preview)) => preview.teacher_model.clone(),
            (TeacherRecipe::Checkpoint(CheckpointSource::Builtin(_)), None) => text("recipe-shipped"),
        };
        let (wide, colour) = (ui.available_width(), ui.tokens().teacher);
        Dropdown::new(&text("recipe-teacher"), &here).dot(colour).width(wide).show(ui, |ui| {
            if let Source::Builtin(builtin) = recipe.data.source {
                let shipped = TeacherRecipe::Checkpoint(CheckpointSource::Builtin(builtin));
                if ui.selectable_label(recipe.teacher == shipped, text("recipe-shipped")).clicked() {
                    self.edit("teacher", |recipe| recipe.teacher = shipped);
                }
            }
            for model in teacher_models(&recipe.data.source) {
                let chosen = matches!(&recipe.teacher, TeacherRecipe::Train { model: own, .. } if *own == model);
                let name = text_with("recipe-train-teacher", &[("model", model.to_string().into())]);
                if ui.selectable_label(chosen, name).clicked() {
                    self.edit("teacher", |recipe| {
                        let training = TrainingRecipe { epochs: 12, ..recipe.training.clone() };
                        recipe.teacher = TeacherRecipe::Train { model, training };
                    });
                }
            }
            if ui.selectable_label(false, text("action-open-teacher")).clicked() {
                self.commands.act(Action::OpenTeacher);
            }
        });
        if let Some(preview) = preview {
            let parameters = text_with("recipe-parameters", &[("count", grouped(preview.parameters[0]).into())]);
            let words = match preview.teacher_errors {
                Some(errors) => {
                    let rows = preview.rows[1] as u64;
                    let wrong = text_with("recipe-wrong", &[("errors", errors.into()), ("rows", rows.into())]);
                    format!("{parameters} · {wrong}")
                }
                None => format!("{parameters} · {}", text("recipe-trained-first")),
            };
            quiet(ui, words);
            for warning in &preview.warnings {
                let colour = ui.tokens().doubtful;
                ui.add(Label::new(caption(warning).color(colour)).wrap());
            }
        }
        if let Some(fault) = &self.state.preview_fault {
            let colour = ui.tokens().bad;
            ui.add(Label::new(caption(fault).color(colour)).wrap());
        }
    }

    fn student_ui(&self, ui: &mut Ui, preview: Option<&Preview>) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        ui.label(title(text("recipe-student")));
        let student = self.state.sweep.base.student.as_ref();
        let here = student.map_or_else(String::new, ToString::to_string);
        let (wide, colour) = (ui.available_width(), ui.tokens().student);
        Dropdown::new(&text("recipe-student"), &here).dot(colour).width(wide).show(ui, |ui| {
            for model in student_models(&self.state.sweep.base.data.source) {
                if ui.selectable_label(student == Some(&model), model.to_string()).clicked() {
                    self.edit("student", |recipe| recipe.student = Some(model));
                }
            }
        });
        if let Some(preview) = preview {
            let [teacher, student] = preview.parameters;
            let parameters = text_with("recipe-parameters", &[("count", grouped(student).into())]);
            let words = if student > 0 && teacher > student {
                let times = teacher as f64 / student as f64;
                let times = if times < 10.0 { format!("{times:.1}") } else { format!("{times:.0}") };
                format!("{parameters} · {}", text_with("recipe-smaller", &[("times", times.into())]))
            } else {
                parameters
            };
            quiet(ui, words);
        }
    }

    fn temperature_ui(&self, ui: &mut Ui) {
        let mut temperature = self.state.sweep.base.distill.temperature;
        let name = text("recipe-temperature");
        let slider = Slider::new(&name, &mut temperature, TEMPERATURES)
            .logarithmic()
            .ticks(&TICKS)
            .default_value(4.0)
            .format(&short);
        if ui.add(slider).on_hover_text(text("recipe-temperature-hint")).changed() {
            self.edit("temperature", |recipe| recipe.distill.temperature = temperature);
        }
    }

    fn weights_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let distill = &self.state.sweep.base.distill;
        let (soft, hard) = (distill.soft_weight, distill.hard_weight);
        let two = |value: f64| format!("{value:.2}");
        let weight = |ui: &mut Ui, key: &str, value: f64, other: f64, default: f64| -> Option<f64> {
            let mut moved = value;
            let name = text(key);
            let most = if value > 1.0 { value } else { 1.0 };
            let slider = Slider::new(&name, &mut moved, 0.0..=most).default_value(default).format(&two);
            let response: Response = ui.add(slider).on_hover_text(text(&format!("{key}-hint")));
            // Both at 0 would leave nothing to learn.
            (response.changed() && (moved > 0.0 || other > 0.0)).then_some(moved)
        };
        if let Some(moved) = weight(ui, "recipe-soft-weight", soft, hard, 0.9) {
            self.edit("soft weight", |recipe| recipe.distill.soft_weight = moved);
        }
        if let Some(moved) = weight(ui, "recipe-hard-weight", hard, soft, 0.1) {
            self.edit("hard weight", |recipe| recipe.distill.hard_weight = moved);
        }
        let tokens = ui.tokens();
        let (soft_name, hard_name) = (text("recipe-soft-targets"), text("recipe-labels"));
        weight_bar_ui(
            ui,
            Share { name: &soft_name, weight: soft, colour: tokens.teacher },
            Share { name: &hard_name, weight: hard, colour: tokens.label },
        );
        let mut squared = distill.temperature_squared;
        let switch = toggle_ui(ui, &mut squared, &text("recipe-squared"));
        if switch.on_hover_text(text("recipe-squared-hint")).changed() {
            self.edit("squared", |recipe| recipe.distill.temperature_squared = squared);
        }
    }

    fn training_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let recipe = &self.state.sweep.base;
        ui.label(title(text("recipe-training")));
        // A recipe without a student trains its teacher, so these are the teacher's settings then.
        let own = match (&recipe.teacher, &recipe.student) {
            (TeacherRecipe::Train { training, .. }, None) => training,
            _ => &recipe.training,
        };
        let summary = format!("{} · {}", optimiser_name(&own.optimiser), schedule_name(&own.schedule));
        quiet(ui, summary);
        let mut rate = own.learning_rate;
        let name = text("recipe-learning-rate");
        let format = |value: f64| format!("{value:.1e}").replace("e-", "e−");
        let slider = Slider::new(&name, &mut rate, 1e-5..=1.0)
            .logarithmic()
            .ticks(&[1e-4, 1e-3, 1e-2, 1e-1])
            .default_value(1e-3)
            .format(&format);
        if ui.add(slider).changed() {
            self.edit("learning rate", |recipe| own_training(recipe).learning_rate = rate);
        }
        ui.horizontal(|ui| {
            if let Some(epochs) = number(ui, "recipe-epochs", own.epochs as u64, 1) {
                self.edit("epochs", |recipe| own_training(recipe).epochs = epochs as usize);
            }
            if let Some(seed) = number(ui, "recipe-seed", own.seed, 0) {
                self.edit("seed", |recipe| own_training(recipe).seed = seed);
            }
        });
        if recipe.student.is_some() {
            let mut baseline = recipe.baseline;
            let switch = toggle_ui(ui, &mut baseline, &text("recipe-baseline"));
            if switch.on_hover_text(text("recipe-baseline-hint")).changed() {
                self.edit("baseline", |recipe| recipe.baseline = baseline);
            }
        }
    }

    fn foot_ui(&self, ui: &mut Ui) {
        eframe::egui::Frame::new().inner_margin(space::M).show(ui, |ui| {
            let key = if self.state.running.is_some() { "recipe-foot-running" } else { "recipe-foot" };
            ui.add(Label::new(caption(text(key))).wrap());
        });
    }
}

fn own_training(recipe: &mut Recipe) -> &mut TrainingRecipe {
    match (&mut recipe.teacher, &recipe.student) {
        (TeacherRecipe::Train { training, .. }, None) => training,
        _ => &mut recipe.training,
    }
}

/// A whole number with its name before it; the new value once it was changed.
fn number(ui: &mut Ui, key: &str, value: u64, least: u64) -> Option<u64> {
    let mut moved = value;
    let label = ui.label(text(key));
    let response = ui.add(DragValue::new(&mut moved).range(least..=1_000_000).speed(0.2)).labelled_by(label.id);
    response.changed().then_some(moved)
}

fn quiet(ui: &mut Ui, words: String) {
    let colour = ui.tokens().secondary;
    ui.add(Label::new(RichText::new(words).color(colour).size(crate::theme::size::CAPTION)).wrap());
}

fn source_name(source: &Source) -> String {
    match source {
        Source::Builtin(Builtin::MnistMini) => text("source-mnist-mini"),
        Source::Builtin(Builtin::Digits) => text("source-digits"),
        Source::Idx(path) | Source::Csv { path, .. } | Source::Images { path, .. } => {
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
        }
    }
}

fn optimiser_name(optimiser: &Optimiser) -> String {
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

fn mlp(hidden: &[usize]) -> Architecture {
    Architecture::Mlp { hidden: hidden.to_vec(), dropout: 0.0 }
}

fn cnn(channels: &[usize], dense: &[usize]) -> Architecture {
    Architecture::Cnn { channels: channels.to_vec(), dense: dense.to_vec(), dropout: 0.0 }
}

fn student_models(source: &Source) -> Vec<Architecture> {
    let mut models = vec![mlp(&[16]), mlp(&[32]), mlp(&[30, 30]), mlp(&[64, 64]), mlp(&[128, 128]), mlp(&[300, 300])];
    if !matches!(source, Source::Csv { .. }) {
        models.extend([cnn(&[4, 8], &[]), cnn(&[8, 16], &[64])]);
    }
    models
}

fn teacher_models(source: &Source) -> Vec<Architecture> {
    let mut models = vec![mlp(&[256, 256]), mlp(&[800, 800])];
    if !matches!(source, Source::Csv { .. }) {
        models.push(cnn(&[8, 16], &[64]));
    }
    models
}
