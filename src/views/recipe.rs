//! The recipe panel: what the next job does, over which values, and the settings that a running one takes at once.

mod distil;
mod models;
mod moving;
mod optimiser;
mod picture;
mod rows;
mod sources;
mod swept;
mod text;

use eframe::egui::{
    Align, Frame, Id, Key, Label, Layout, Margin, Panel, Rect, Response, RichText, Role, ScrollArea, Sense, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};
pub use rows::go_to;
use rows::{is_sought, row_ui, seek, whole_ui};
use swept::{Swept, follow};
use toml::Value;

use super::{action_button, control_name, quiet};
use crate::command::{Action, Commands, RecipeCommand, ScreenCommand};
use crate::recipe::fields::{
    BASELINE, BATCH, EPOCHS, FIELDS, Field, JITTER, KEEP, Part, SEED, SOURCE_COLOUR, SOURCE_SIZE, Told,
};
use crate::recipe::{
    Axis, BASELINES, Baseline, Keep, Recipe, Source, Sweep, TeacherRecipe, TrainingRecipe, field, field_label,
};
use crate::state::{Estimate, Section, State};
use crate::text::{Phrase, number, phrase, text, text_with};
use crate::theme::{Icon, UiTokens as _, caption, size, space, title};
use crate::widgets::{Chip, Dropdown, RangeField, RangeValue, group_ui, mark, section_ui, toggle_ui};

/// The fields for which the panel has a control, as this recipe is.
pub(super) fn with_control(recipe: &Recipe) -> Vec<&'static Field> {
    // A recipe without a student trains its teacher: the settings of the training are the teacher's.
    let own = Recipe { training: own_of(recipe).clone(), ..recipe.clone() };
    let told = Told::from(&own);
    let is_there = |field: &&Field| {
        let for_student = matches!(field.part, Part::Student | Part::Distillation | Part::Baseline);
        // Of pictures within a table the text of the recipe alone tells.
        let for_pictures = [SOURCE_SIZE, SOURCE_COLOUR].contains(field);
        field.has_control
            && (own.student.is_some() || !for_student)
            && (matches!(own.data.source, Source::Images(_)) || !for_pictures)
            && field.shown(&told).is_some()
    };
    FIELDS.iter().filter(is_there).collect()
}

/// Fills its tile.
pub fn recipe_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = 0.0;
    section_ui(
        ui,
        &text("recipe-title"),
        true,
        |_| {},
        |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            action_button(ui, Action::Redo, false, state, commands);
            action_button(ui, Action::Undo, false, state, commands);
            action_button(ui, Action::SaveRecipe, false, state, commands);
            action_button(ui, Action::OpenRecipe, false, state, commands);
            if state.recipe.text.is_some() {
                action_button(ui, Action::CopyRecipe, false, state, commands);
            }
            let toml = ui.selectable_label(state.recipe.text.is_some(), text(Action::RecipeText.key()));
            if toml.on_hover_text(super::hint_of(Action::RecipeText)).clicked() {
                commands.send(Action::RecipeText);
            }
        },
    );
    if let Some(edited) = &state.recipe.text {
        return text::text_ui(ui, state, edited, commands);
    }
    let editor = Editor { state, commands };
    // What is known of an earlier recipe says nothing about one that cannot be run.
    let preview = state.recipe.preview.as_deref().filter(|_| state.recipe.preview_fault.is_none());
    let foot = Panel::bottom("recipe foot").frame(Frame::NONE).resizable(false);
    foot.show(ui, |ui| editor.foot_ui(ui));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        group_ui(ui, |ui| editor.data_ui(ui, preview));
        group_ui(ui, |ui| editor.teacher_ui(ui, preview));
        if state.recipe.sweep.base.student.is_some() {
            group_ui(ui, |ui| editor.student_ui(ui, preview));
            group_ui(ui, |ui| editor.method_ui(ui));
            if editor.has_weights() {
                group_ui(ui, |ui| editor.weights_ui(ui));
            }
        }
        group_ui(ui, |ui| editor.optimiser_ui(ui));
        group_ui(ui, |ui| editor.training_ui(ui));
        if state.recipe.sweep.base.student.is_some() {
            group_ui(ui, |ui| editor.baseline_ui(ui));
        }
    });
}

/// More values than this are not spelled out.
const SPELLED: usize = 12;

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
        let mut sweep = self.state.recipe.sweep.clone();
        change(&mut sweep);
        sweep.settle(&self.state.recipe.sweep);
        follow(&mut sweep);
        if sweep != self.state.recipe.sweep {
            self.commands.send(RecipeCommand::Edit(field, Box::new(sweep)));
        }
    }

    /// The chip that gives a field several values, or makes them one again.
    fn switch_ui(&self, ui: &mut Ui, swept: Swept) {
        // Without a student there is nothing to compare.
        if self.state.recipe.sweep.base.student.is_none() {
            return;
        }
        let values = swept.values(&self.state.recipe.sweep);
        let name = text_with("recipe-sweep-field", &[("field", swept.field().label().words().into())]);
        let (words, on) = (text("recipe-sweep"), values.is_some());
        let chip = Chip::new(&words).named(&name).selectable(on).show(ui).response;
        if chip.on_hover_text(text("recipe-sweep-hint")).clicked() {
            self.edit_sweep(swept.edits()[1], |sweep| {
                let values = match values.and_then(|values| values.expand().first().copied()) {
                    Some(first) => RangeValue::One(first),
                    None => swept.first_values(&sweep.base),
                };
                swept.put(sweep, &values);
            });
        }
    }

    /// A field that holds several values: its name and its switches, and the values below them. False where it holds one.
    fn values_ui(&self, ui: &mut Ui, swept: Swept, switches: impl FnOnce(&mut Ui)) -> bool {
        let Some(value) = swept.values(&self.state.recipe.sweep) else { return false };
        let field = swept.field();
        let name = control_name(field);
        title_row_ui(ui, |ui| {
            ui.label(title(&name)).on_hover_text(field.what().words());
            switches(ui);
        });
        let limits = swept.limits();
        let shown =
            RangeField { name: &name, value: &value, limits: &limits, log: field.span().log, bare: true }.show(ui);
        mark(ui, &format!("recipe.{}", field.path), shown.response.rect);
        if is_sought(ui, field) {
            ui.memory_mut(|memory| memory.request_focus(shown.first));
            shown.response.scroll_to_me(Some(Align::Center));
        }
        if let Some(changed) = shown.changed {
            self.edit_sweep(swept.edits()[0], |sweep| swept.put(sweep, &changed));
        }
        true
    }

    /// Swept fields whose values only text can give: they are shown here, and a click leaves the first.
    fn listed_ui(&self, ui: &mut Ui, part: Part) {
        let known =
            |path: &str| Swept::all(&self.state.recipe.sweep.base).iter().any(|swept| swept.field().path == path);
        let here = |path: &str| Part::of(path) == Some(part);
        let is_listed = |axis: &&Axis| here(&axis.path) && (axis.moves() || !known(&axis.path));
        for axis in self.state.recipe.sweep.axes.iter().filter(is_listed) {
            title_row_ui(ui, |ui| {
                let name = field_label(&axis.path).words();
                let label = quiet(ui, name.clone());
                if let Some(field) = field(&axis.path) {
                    label.on_hover_text(field.what().words());
                }
                let name = text_with("recipe-sweep-of", &[("field", name.into())]);
                let chip = Chip::new(&text("recipe-sweep")).named(&name).selectable(true).show(ui).response;
                if chip.on_hover_text(text("recipe-sweep-of-hint")).clicked() {
                    self.edit_sweep("sweep of text", |sweep| sweep.set_axis(&axis.path, None));
                }
            });
            let values = axis.values.expanded();
            let moving = field(&axis.path).filter(|_| axis.moves());
            let spell = |value: &Value| moving.map_or_else(|| value.to_string(), |it| it.words_of(value).words());
            let mut spelled: Vec<String> = values.iter().take(SPELLED).map(spell).collect();
            if values.len() > SPELLED {
                spelled.push("…".to_owned());
            }
            ui.add(Label::new(caption(spelled.join(" · "))).wrap());
        }
    }

    /// A recipe without a student trains its teacher, so these are the teacher's settings then.
    fn own(&self) -> &TrainingRecipe {
        own_of(&self.state.recipe.sweep.base)
    }

    /// The row of a section that folds: its name, what is in it while it is folded, and a sign. True while it is open;
    /// `always` keeps it so, where something in it must be seen.
    fn folding_ui(&self, ui: &mut Ui, section: Section, name: &str, summary: &str, always: bool) -> bool {
        let always = always || section.is_swept(&self.state.recipe.sweep);
        let open = always || self.state.recipe.unfolded.contains(&section);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, open, name));
        let tokens = ui.tokens();
        let lit = response.hovered() || response.has_focus();
        let colour = if lit { tokens.text } else { tokens.secondary };
        let sign = Rect::from_center_size(pos2(rect.right() - 6.0, rect.center().y), vec2(size::ICON, size::ICON));
        (if open { Icon::ChevronUp } else { Icon::ChevronDown }).paint(ui.painter(), sign, colour);
        let mut row = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
        row.add(Label::new(title(name)).selectable(false));
        if !open {
            row.add_space(space::S);
            let rest = row.available_rect_before_wrap();
            let rest = rest.with_max_x(sign.left() - space::XS);
            let layout = Layout::right_to_left(Align::Center);
            let mut end = row.new_child(UiBuilder::new().max_rect(rest).layout(layout));
            end.add(Label::new(RichText::new(summary).color(colour)).selectable(false).truncate());
        }
        if response.clicked() && !always {
            self.commands.send(RecipeCommand::Unfold(section, !open));
        }
        open
    }

    fn training_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS + 2.0;
        let own = self.own();
        let several_seeds = Swept::SEED.values(&self.state.recipe.sweep).is_some();
        let seed = if several_seeds { text("recipe-swept") } else { own.seed.to_string() };
        let words = [("epochs", own.epochs.into()), ("seed", seed.into())];
        let summary = text_with("recipe-training-summary", &words);
        if !self.folding_ui(ui, Section::Training, &text("recipe-training"), &summary, several_seeds) {
            return;
        }
        if let Some(epochs) = whole_ui(ui, &EPOCHS, own.epochs as u64, |_| {}) {
            self.edit("epochs", |recipe| own_training(recipe).epochs = epochs as usize);
        }
        if let Some(batch) = whole_ui(ui, &BATCH, own.batch as u64, |_| {}) {
            self.edit("batch", |recipe| own_training(recipe).batch = batch as usize);
        }
        if let Some(jitter) = whole_ui(ui, &JITTER, own.jitter as u64, |_| {}) {
            self.edit("jitter", |recipe| own_training(recipe).jitter = jitter as usize);
        }
        self.keep_ui(ui, own.keep);
        if !self.values_ui(ui, Swept::SEED, |ui| self.switch_ui(ui, Swept::SEED))
            && let Some(seed) = whole_ui(ui, &SEED, own.seed, |ui| self.switch_ui(ui, Swept::SEED))
        {
            self.edit("seed", |recipe| own_training(recipe).seed = seed);
        }
        self.listed_ui(ui, Part::Training);
    }

    fn keep_ui(&self, ui: &mut Ui, own: Keep) {
        let name = |keep: Keep| text(if keep == Keep::Best { "value-best" } else { "value-last" });
        row_ui(ui, &KEEP, |ui, _| {
            let shown = Dropdown::new(&control_name(&KEEP), &name(own)).width(ui.available_width()).show(ui, |ui| {
                for keep in [Keep::Last, Keep::Best] {
                    if ui.selectable_label(keep == own, name(keep)).clicked() {
                        self.edit("keep", |recipe| own_training(recipe).keep = keep);
                    }
                }
            });
            seek(ui, &KEEP, &shown.response);
        });
    }

    fn baseline_ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::XS;
        let recipe = &self.state.recipe.sweep.base;
        let is_there = |baseline: &&'static Baseline| {
            recipe.teacher.is_some() || !baseline.needs_teacher() || recipe.baselines.contains(baseline)
        };
        for (at, baseline) in BASELINES.iter().filter(is_there).enumerate() {
            let mut on = recipe.baselines.contains(&baseline);
            let switch = toggle_ui(ui, &mut on, &text(baseline.switch));
            if at == 0 {
                seek(ui, &BASELINE, &switch);
            }
            if switch.on_hover_text(text(baseline.what)).changed() {
                self.edit("baseline", |recipe| {
                    let is_wanted = |known: &&'static Baseline| {
                        if *known == baseline { on } else { recipe.baselines.contains(known) }
                    };
                    recipe.baselines = BASELINES.iter().filter(is_wanted).collect();
                });
            }
        }
    }

    fn foot_ui(&self, ui: &mut Ui) {
        Frame::new().inner_margin(Margin::symmetric(space::M as i8, space::S as i8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::XS;
            if let Some(faults) = &self.state.recipe.fault {
                bad(ui, &faults.brief(LISTED)).on_hover_ui(|ui| drop(ui.label(faults.phrase().words())));
            } else if let Some(fault) = &self.state.recipe.preview_fault {
                // Where a part of it is at fault, that part says why.
                let unready = phrase!("lens-fault");
                bad(ui, if fault.field.is_none() { &fault.problem } else { &unready });
            } else {
                let response = ui.add(Label::new(estimate(self.state)).wrap());
                response.on_hover_text(text("recipe-estimate-hint"));
            }
            if let Some(job) = self.state.recipe.run_before.filter(|job| Some(*job) != self.state.jobs.running) {
                let words = text_with("recipe-run-before", &[("job", job.to_string().into())]);
                if ui.link(caption(words)).on_hover_text(text("recipe-run-before-hint")).clicked() {
                    self.commands.send(ScreenCommand::Focus(job));
                }
                return;
            }
            let key = match (self.state.jobs.running.is_some(), self.state.steers()) {
                (false, _) => "recipe-foot",
                (true, true) => "recipe-foot-running",
                (true, false) => "recipe-foot-next",
            };
            ui.add(Label::new(caption(text(key))).wrap());
        });
    }
}

/// The row of a field's name, as high as a slider's.
fn title_row_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let (_, row) = ui.allocate_space(vec2(ui.available_width(), 20.0));
    content(&mut ui.new_child(UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center))));
}

/// What the recipe is going to do, e.g. “28 students × 4 seeds + 4 baselines: 116 runs, about 1 min”.
fn estimate(state: &State) -> String {
    let Estimate { cells, seeds, baselines, runs, .. } = state.recipe.estimate;
    let companions = if cells == 0 { 0 } else { runs - baselines - cells * seeds };
    let count = |key: &str, count: usize| text_with(key, &[("count", count.into())]);
    let mut parts =
        if cells == 0 { count("recipe-estimate-teachers", runs) } else { count("recipe-estimate-cells", cells) };
    if seeds > 1 {
        parts = format!("{parts} {}", count("recipe-estimate-seeds", seeds));
    }
    if companions > 0 {
        parts = format!("{parts} {}", count("recipe-estimate-companions", companions));
    }
    if baselines > 0 {
        parts = format!("{parts} {}", count("recipe-estimate-baselines", baselines));
    }
    let words = text_with("recipe-estimate", &[("parts", parts.into()), ("count", runs.into())]);
    match state.seconds_ahead() {
        None => words,
        Some(seconds) => {
            let [unit, count] = match seconds {
                short if short < 90.0 => ["recipe-estimate-seconds", &number::fixed(short.max(1.0), 0)],
                long if long < 5400.0 => ["recipe-estimate-minutes", &number::fixed(long / 60.0, 0)],
                longer => ["recipe-estimate-hours", &number::fixed(longer / 3600.0, 1)],
            };
            let time = text_with(unit, &[("count", count.into())]);
            text_with("recipe-estimate-time", &[("estimate", words.into()), ("time", time.into())])
        }
    }
}

/// Faults that are told one by one below the panel; hover tells them all.
const LISTED: usize = 3;

fn own_of(recipe: &Recipe) -> &TrainingRecipe {
    match (&recipe.teacher, &recipe.student) {
        (Some(TeacherRecipe::Train { training, .. }), None) => training,
        _ => &recipe.training,
    }
}

fn own_training(recipe: &mut Recipe) -> &mut TrainingRecipe {
    match (&mut recipe.teacher, &recipe.student) {
        (Some(TeacherRecipe::Train { training, .. }), None) => training,
        _ => &mut recipe.training,
    }
}

/// A field whose words count once they are entered; Escape, or a click elsewhere, gives them up. `field` draws it. Gives what
/// is typed, kept by egui until then, and whether it is other words than `written` and was entered in this frame.
fn entry_ui(
    ui: &mut Ui,
    id: Id,
    written: &str,
    field: impl FnOnce(&mut Ui, &mut String) -> Response,
) -> (String, bool) {
    let mut typed: String = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| written.to_owned());
    let response = field(ui, &mut typed);
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, typed.clone()));
    }
    if response.lost_focus() {
        ui.data_mut(|data| data.remove_temp::<String>(id));
    }
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let is_meant = is_entered && typed != written;
    (typed, is_meant)
}

/// What is wrong.
fn bad(ui: &mut Ui, problem: &Phrase) -> Response {
    let colour = ui.tokens().bad;
    ui.add(Label::new(caption(problem.words()).color(colour)).wrap())
}
