//! Data, teacher and student: what is chosen, what else there is, and a line about each.

use eframe::egui::{Align, Id, Label, Layout, Response, TextEdit, Ui, Widget as _};

use super::rows::{row_ui, seek, whole_ui};
use super::swept::Swept;
use super::{Editor, bad, entry_ui, models, quiet, title_row_ui};
use crate::command::{Action, RecipeCommand};
use crate::distill::Mean;
use crate::protocol::Preview;
use crate::recipe::fields::{
    CHECKPOINT, Field, Part, SOURCE, SOURCE_COLOUR, SOURCE_LABEL, SOURCE_SIZE, STUDENT, TEACHER_COMBINE,
    TEACHER_ENSEMBLE, TEACHER_MEMBERS, TEACHER_MODEL, Told,
};
use crate::recipe::{Builtin, CheckpointSource, Colour, ColumnRef, Source, TeacherRecipe};
use crate::text::{number, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, space, title};
use crate::views::{action_button, control_name, grouped, hint_of};
use crate::widgets::{Dropdown, IconButton, toggle_ui};

impl Editor<'_> {
    pub(super) fn data_ui(&self, ui: &mut Ui, preview: Option<&Preview>) {
        // What is known of other data says nothing about these.
        let preview = preview.filter(|preview| preview.recipe.data.source == self.state.recipe.sweep.base.data.source);
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        title_row_ui(ui, |ui| {
            title_ui(ui, &SOURCE);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let name = text("sheet-open");
                let sheet = IconButton::new(Icon::Search, &name).hint(&text("sheet-open-hint")).ui(ui);
                if sheet.clicked() {
                    self.commands.send(RecipeCommand::OpenSheet);
                }
                let Some(preview) = preview else { return };
                let classes = text_with("recipe-classes", &[("count", preview.probe.classes.len().into())]);
                quiet(ui, classes).on_hover_text(preview.probe.classes.join(", "));
            });
        });
        let data = &self.state.recipe.sweep.base.data;
        let wide = ui.available_width();
        let here = source_name(&data.source);
        let shown = Dropdown::new(&control_name(&SOURCE), &here).width(wide).show(ui, |ui| {
            for builtin in Builtin::ALL {
                let chosen = data.source == Source::Builtin(builtin);
                if ui.selectable_label(chosen, source_name(&Source::Builtin(builtin))).clicked() {
                    self.edit("source", |recipe| recipe.put_source(Source::Builtin(builtin)));
                }
            }
            ui.separator();
            for action in [Action::OpenDataFolder, Action::OpenDataFile] {
                let entry = ui.selectable_label(false, text(action.key()));
                if entry.on_hover_text(hint_of(action)).clicked() {
                    self.commands.send(action);
                }
            }
        });
        seek(ui, &SOURCE, &shown.response);
        match &data.source {
            Source::Builtin(_) | Source::Idx { .. } | Source::Texts(_) => {}
            Source::Table(table) => self.column_ui(ui, table.label.as_ref()),
            Source::Images(images) => self.pictures_ui(ui, images.size, images.colour),
        }
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
            let share = number::set_percent(data.labelled);
            notes.push(text_with("recipe-labelled", &[("percent", share.into())]));
        }
        if data.label_noise > 0.0 {
            let share = number::set_percent(data.label_noise);
            notes.push(text_with("recipe-noise", &[("percent", share.into())]));
        }
        if data.augment.tries > 0 {
            notes.push(text_with("recipe-augment", &[("tries", (data.augment.tries as u64).into())]));
        }
        for note in notes {
            let colour = ui.tokens().doubtful;
            ui.add(Label::new(caption(note).color(colour)).wrap());
        }
        self.listed_ui(ui, Part::Data);
        self.fault_ui(ui, "data");
    }

    /// The column of a table in which the class stands, by its name or its position; it is found out unless something is typed.
    fn column_ui(&self, ui: &mut Ui, column: Option<&ColumnRef>) {
        let written = match column {
            None => String::new(),
            Some(ColumnRef::Position(index)) => index.to_string(),
            Some(ColumnRef::Name(name)) => name.clone(),
        };
        let id = Id::unique("class column");
        row_ui(ui, &SOURCE_LABEL, |ui, name| {
            let (typed, is_meant) = entry_ui(ui, id, &written, |ui, typed| {
                let edit = TextEdit::singleline(typed).desired_width(110.0).hint_text(text("sheet-found-out"));
                let edit = ui.add(edit).labelled_by(name);
                seek(ui, &SOURCE_LABEL, &edit);
                edit.on_hover_text(SOURCE_LABEL.what().words())
            });
            if !is_meant {
                return;
            }
            let chosen = match (typed.trim(), typed.trim().parse()) {
                ("", _) => None,
                (_, Ok(index)) => Some(ColumnRef::Position(index)),
                (name, Err(_)) => Some(ColumnRef::Name(name.to_owned())),
            };
            self.edit("class column", |recipe| {
                if let Source::Table(table) = &mut recipe.data.source {
                    table.label = chosen;
                }
            });
        });
    }

    /// How large pictures become, and whether they keep their colours.
    fn pictures_ui(&self, ui: &mut Ui, size: usize, colour: Colour) {
        let put = |field, side: usize, chosen: Colour| {
            self.edit(field, |recipe| {
                if let Source::Images(images) = &mut recipe.data.source {
                    (images.size, images.colour) = (side, chosen);
                }
            });
        };
        if let Some(side) = whole_ui(ui, &SOURCE_SIZE, size as u64, |_| {}) {
            put("picture size", side as usize, colour);
        }
        row_ui(ui, &SOURCE_COLOUR, |ui, _| {
            let mut coloured = colour == Colour::Rgb;
            let switch = toggle_ui(ui, &mut coloured, &text("source-coloured"));
            seek(ui, &SOURCE_COLOUR, &switch);
            if switch.on_hover_text(SOURCE_COLOUR.what().words()).changed() {
                put("picture colours", size, if coloured { Colour::Rgb } else { Colour::Grey });
            }
        });
    }

    pub(super) fn teacher_ui(&self, ui: &mut Ui, preview: Option<&Preview>) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let recipe = &self.state.recipe.sweep.base;
        let is_ensemble = matches!(recipe.teacher, Some(TeacherRecipe::Ensemble { .. }));
        let field = if is_ensemble { &TEACHER_ENSEMBLE } else { &CHECKPOINT };
        ui.horizontal(|ui| {
            title_ui(ui, field);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                action_button(ui, Action::OpenTeacher, false, self.state, self.commands);
            });
        });
        let here = teacher_name(recipe.teacher.as_ref(), preview);
        let (wide, colour) = (ui.available_width(), ui.tokens().teacher);
        let name = control_name(field);
        let shown = Dropdown::new(&name, &here).dot(colour).width(wide).stays_open().show(ui, |ui| {
            if let Source::Builtin(builtin) = recipe.data.source
                && let Some(teacher) = builtin.teacher()
            {
                let shipped = Some(TeacherRecipe::Checkpoint(CheckpointSource::Builtin(teacher)));
                if ui.selectable_label(recipe.teacher == shipped, text("recipe-shipped")).clicked() {
                    self.edit("teacher", |recipe| recipe.teacher = shipped);
                    ui.close();
                }
            }
            if matches!(recipe.data.source, Source::Builtin(Builtin::MovieSnippets)) {
                let votes = Some(TeacherRecipe::Checkpoint(CheckpointSource::Votes));
                if ui.selectable_label(recipe.teacher == votes, text("value-votes")).clicked() {
                    self.edit("teacher", |recipe| recipe.teacher = votes);
                    ui.close();
                }
            }
            for model in models::teachers(&recipe.data.source) {
                let chosen = matches!(&recipe.teacher, Some(TeacherRecipe::Train { model: own, .. }) if *own == model);
                let name = text_with("recipe-train-teacher", &[("model", model.to_string().into())]);
                if ui.selectable_label(chosen, name).clicked() {
                    self.edit("teacher", |recipe| recipe.train_teacher(model));
                    ui.close();
                }
            }
            if let Some(model) = models::own_ui(ui, "recipe-own-teacher", None) {
                self.edit("teacher", |recipe| recipe.train_teacher(model));
                ui.close();
            }
            ui.separator();
            if ui.selectable_label(false, text("action-open-teacher")).clicked() {
                self.commands.send(Action::OpenTeacher);
                ui.close();
            }
        });
        for field in [CHECKPOINT, TEACHER_MODEL, TEACHER_ENSEMBLE] {
            seek(ui, &field, &shown.response);
        }
        self.several_ui(ui);
        if let Some(preview) = preview {
            let parameters = text_with("recipe-parameters", &[("count", grouped(preview.parameters[0]).into())]);
            let words = match preview.teacher_errors {
                Some(errors) => {
                    let rows = preview.rows[1] as u64;
                    let wrong = text_with("recipe-wrong", &[("errors", errors.into()), ("rows", rows.into())]);
                    format!("{parameters} · {wrong}")
                }
                None if recipe.teacher == Some(TeacherRecipe::Checkpoint(CheckpointSource::Votes)) => {
                    text("recipe-votes-note")
                }
                None => format!("{parameters} · {}", text("recipe-trained-first")),
            };
            quiet(ui, words).on_hover_text(text("recipe-wrong-hint"));
        }
        self.listed_ui(ui, Part::Teacher);
        self.fault_ui(ui, "teacher");
    }

    /// How many teachers of the same layers there are, or which models teach together; and how they become one.
    fn several_ui(&self, ui: &mut Ui) {
        let sweep = &self.state.recipe.sweep;
        let combine = match &sweep.base.teacher {
            None | Some(TeacherRecipe::Checkpoint(_)) => return,
            Some(TeacherRecipe::Train { members, combine, .. }) => {
                let swept = Swept::TEACHER_MEMBERS;
                if !self.values_ui(ui, swept, |ui| self.switch_ui(ui, swept))
                    && let Some(members) =
                        whole_ui(ui, &TEACHER_MEMBERS, *members as u64, |ui| self.switch_ui(ui, swept))
                {
                    self.edit(TEACHER_MEMBERS.path, |recipe| swept.put_one(recipe, members as f64));
                }
                if *members == 1 && sweep.axis(TEACHER_MEMBERS.path).is_none() {
                    return;
                }
                *combine
            }
            Some(TeacherRecipe::Ensemble { combine, .. }) => {
                let models = TEACHER_ENSEMBLE.shown(&Told::from(&sweep.base));
                ui.add(Label::new(caption(models.map_or_else(String::new, |models| models.words()))).wrap());
                *combine
            }
        };
        if sweep.axis(TEACHER_COMBINE.path).is_some() {
            return;
        }
        let name = |mean: Mean| text(TEACHER_COMBINE.choices()[mean as usize].1);
        row_ui(ui, &TEACHER_COMBINE, |ui, _| {
            let wide = ui.available_width();
            let shown = Dropdown::new(&control_name(&TEACHER_COMBINE), &name(combine)).width(wide).show(ui, |ui| {
                for (_, mean) in Mean::NAMES {
                    if ui.selectable_label(mean == combine, name(mean)).clicked() {
                        self.edit(TEACHER_COMBINE.path, |recipe| {
                            recipe.teacher.iter_mut().for_each(|teacher| teacher.set_combine(mean));
                        });
                    }
                }
            });
            seek(ui, &TEACHER_COMBINE, &shown.response);
            shown.response.on_hover_text(TEACHER_COMBINE.what().words());
        });
    }

    /// Why the recipe cannot be run, where a part of it is at fault.
    fn fault_ui(&self, ui: &mut Ui, part: &str) {
        let fault = self.state.recipe.preview_fault.as_ref();
        if let Some(fault) = fault.filter(|fault| fault.field.as_ref().is_some_and(|field| field.starts_with(part))) {
            bad(ui, &fault.problem);
        }
    }

    pub(super) fn student_ui(&self, ui: &mut Ui, preview: Option<&Preview>) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        title_ui(ui, &STUDENT);
        let student = self.state.recipe.sweep.base.student.as_ref();
        let here = student.map_or_else(String::new, ToString::to_string);
        let (wide, colour) = (ui.available_width(), ui.tokens().student);
        let name = control_name(&STUDENT);
        let shown = Dropdown::new(&name, &here).dot(colour).width(wide).stays_open().show(ui, |ui| {
            for model in models::students(&self.state.recipe.sweep.base.data.source) {
                if ui.selectable_label(student == Some(&model), model.to_string()).clicked() {
                    self.edit("student", |recipe| recipe.student = Some(model));
                    ui.close();
                }
            }
            if let Some(model) = models::own_ui(ui, "recipe-own-student", student) {
                self.edit("student", |recipe| recipe.student = Some(model));
                ui.close();
            }
        });
        seek(ui, &STUDENT, &shown.response);
        if let Some(preview) = preview {
            let [teacher, student] = preview.parameters;
            let parameters = text_with("recipe-parameters", &[("count", grouped(student).into())]);
            let words = if student > 0 && teacher > student {
                let times = number::times(teacher as f64 / student as f64);
                format!("{parameters} · {}", text_with("recipe-smaller", &[("times", times.into())]))
            } else {
                parameters
            };
            quiet(ui, words);
        }
        self.listed_ui(ui, Part::Student);
        self.fault_ui(ui, "student");
    }
}

/// The name of a field that has a group to itself.
fn title_ui(ui: &mut Ui, field: &Field) -> Response {
    ui.label(title(control_name(field))).on_hover_text(field.what().words())
}

fn source_name(source: &Source) -> String {
    match source {
        Source::Builtin(Builtin::MnistMini) => text("source-mnist-mini"),
        Source::Builtin(Builtin::Digits) => text("source-digits"),
        Source::Builtin(Builtin::MovieSnippets) => text("source-movie-snippets"),
        Source::Idx { .. } | Source::Table(_) | Source::Images(_) | Source::Texts(_) => source.name(),
    }
}

/// What the teacher is called.
fn teacher_name(teacher: Option<&TeacherRecipe>, preview: Option<&Preview>) -> String {
    match (teacher, preview) {
        (None, _) => text("recipe-no-teacher"),
        (Some(TeacherRecipe::Checkpoint(CheckpointSource::File(file))), _) => file.name(),
        (Some(TeacherRecipe::Checkpoint(CheckpointSource::Logits(file))), _) => file.name(),
        (Some(TeacherRecipe::Checkpoint(CheckpointSource::Graph(graph))), _) => graph.file.name(),
        (Some(TeacherRecipe::Checkpoint(CheckpointSource::Votes)), _) => text("value-votes"),
        (Some(TeacherRecipe::Train { model, .. }), _) => model.to_string(),
        (Some(TeacherRecipe::Ensemble { models, .. }), _) => {
            text_with("recipe-ensemble", &[("count", models.len().into())])
        }
        (Some(TeacherRecipe::Checkpoint(CheckpointSource::Builtin(_))), Some(preview)) => preview.teacher_model.clone(),
        (Some(TeacherRecipe::Checkpoint(CheckpointSource::Builtin(_))), None) => text("recipe-shipped"),
    }
}
