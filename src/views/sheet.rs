//! The sheet over the window about what was opened: what it is, and each guess about it, which can be changed before it is
//! accepted.

mod guesses;
mod preview;
mod trial;

use eframe::egui::{Id, Key, Label, Popup, RichText, ScrollArea, Ui, vec2};

use super::{control_name, grouped, quiet};
use crate::command::{Commands, RecipeCommand};
use crate::protocol::{Preview, Remark};
use crate::recipe::Source;
use crate::recipe::fields::CHECKPOINT;
use crate::state::{Sheet, State};
use crate::text::{phrase, text, text_with};
use crate::theme::{UiTokens as _, size, space, title};
use crate::widgets::{hairline_ui, primary_button, progress_ui};

/// Width of the sheet where there is room for it.
const WIDTH: f32 = 900.0;

/// Width of a sheet about a model alone.
const MODEL_WIDTH: f32 = 560.0;

/// Width of the controls.
const GUESSES: f32 = 350.0;

/// What the scroll bar needs.
const BAR: f32 = 12.0;

/// What had the focus when the last frame ended: keys that end it there do not close the sheet.
#[derive(Clone, Copy, Default)]
struct Busy {
    /// Something is typed, or a list is open.
    typing: bool,
    /// Anything has the focus.
    focused: bool,
}

/// A sheet over the window, while something that was opened is not accepted yet.
pub fn sheet_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(sheet) = &state.window.sheet else { return };
    let modal = super::modal(ui, "opened").show(ui, |ui| {
        let id = Id::unique("sheet busy");
        let busy: Busy = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        let room = super::sheet_room(ui);
        ui.set_width(if sheet.data { WIDTH } else { MODEL_WIDTH }.min(room.x));
        ui.set_max_height(room.y);
        ui.spacing_mut().item_spacing.y = space::S;
        head_ui(ui, sheet, state);
        // Title, line and buttons keep their places; the rest is scrolled.
        let tallest = room.y - ui.min_rect().height() - size::ROW - 2.0 * space::L;
        let scroll = ScrollArea::vertical().max_height(tallest.max(80.0)).auto_shrink([false, true]);
        scroll.show(ui, |ui| body_ui(ui, sheet, state, commands));
        foot_ui(ui, state, commands, busy);
        let focused = ui.memory(|memory| memory.focused().is_some());
        let typing = ui.ctx().text_edit_focused() || Popup::is_any_open(ui.ctx());
        ui.data_mut(|data| data.insert_temp(id, Busy { typing, focused }));
        busy
    });
    let is_free = modal.is_top_modal && !modal.any_popup_open && !modal.inner.typing;
    if is_free && ui.input(|input| input.key_pressed(Key::Escape)) {
        commands.send(RecipeCommand::CloseSheet(false));
    }
}

/// What it is, in short pieces, and how far reading has come.
fn head_ui(ui: &mut Ui, sheet: &Sheet, state: &State) {
    let recipe = &state.recipe.sweep.base;
    ui.add(Label::new(title(sheet.name(recipe))).truncate());
    if let Some(shown) = state.last_preview() {
        if sheet.data {
            ui.add(Label::new(pieces(shown)).wrap());
            quiet(ui, shown.found.parts().words());
        } else {
            ui.add(Label::new(model_words(shown)).wrap());
        }
    }
    if state.fresh_preview().is_none() && state.recipe.preview_fault.is_none() {
        ui.horizontal(|ui| match state.recipe.reading {
            Some((done, total)) if total > 0 => {
                let name = text("sheet-reading");
                quiet(ui, name.clone());
                progress_ui(ui, &name, done as f32 / total as f32, 220.0);
            }
            Some((done, _)) if done > 0 => {
                // Of a table bytes are counted, of a folder its entries.
                let (key, done) = match &recipe.data.source {
                    Source::Table(_) => ("sheet-reading-bytes", done >> 20),
                    _ => ("sheet-reading-entries", done),
                };
                quiet(ui, text_with(key, &[("done", grouped(done).into())]));
            }
            _ => drop(quiet(ui, text("sheet-reading"))),
        });
    }
}

/// Rows, columns or pictures with their size, classes.
fn pieces(shown: &Preview) -> String {
    let found = &shown.found;
    let mut pieces = Vec::new();
    if found.findings.dialect.is_some() || found.findings.holds.is_none() {
        pieces.push(phrase!("found-rows", count = found.rows).words());
        pieces.push(found.holds().words());
        pieces.extend(found.pictures().map(|pictures| pictures.words()));
    } else {
        // What pictures and arrays hold says their number and their size.
        pieces.push(found.holds().words());
    }
    pieces.push(text_with("recipe-classes", &[("count", found.classes.len().into())]));
    pieces.join(" · ")
}

/// Layers, parameters and classes of the teacher.
fn model_words(shown: &Preview) -> String {
    let parameters = text_with("recipe-parameters", &[("count", grouped(shown.parameters[0]).into())]);
    let classes = text_with("recipe-classes", &[("count", shown.probe.classes.len().into())]);
    format!("{} · {parameters} · {classes}", shown.teacher_model)
}

fn body_ui(ui: &mut Ui, sheet: &Sheet, state: &State, commands: &Commands) {
    ui.spacing_mut().item_spacing.y = space::S;
    ui.set_max_width(ui.available_width() - BAR);
    if let Some(fault) = &state.recipe.preview_fault {
        let colour = ui.tokens().bad;
        ui.add(Label::new(RichText::new(fault.problem.words()).color(colour)).wrap());
    }
    let shown = state.last_preview();
    if let Some(shown) = shown {
        remarks_ui(ui, &shown.found.remarks);
    }
    if sheet.data {
        hairline_ui(ui);
        ui.add_space(space::XS);
        let wide = ui.available_width();
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::L;
            ui.allocate_ui(vec2(GUESSES, 0.0), |ui| {
                ui.vertical(|ui| {
                    ui.set_width(GUESSES);
                    guesses::guesses_ui(ui, state, commands);
                });
            });
            ui.vertical(|ui| {
                ui.set_width(wide - GUESSES - space::L);
                if let Some(shown) = shown {
                    preview::classes_ui(ui, &shown.found.classes);
                }
                preview::examples_ui(ui, state, shown);
            });
        });
    }
    if sheet.teacher
        && let Some(shown) = shown
    {
        if sheet.data {
            hairline_ui(ui);
            ui.label(title(control_name(&CHECKPOINT)));
            ui.add(Label::new(model_words(shown)).wrap());
        }
        if let Some(judgement) = &shown.found.teacher {
            trial::trial_ui(ui, judgement);
        }
    }
}

/// What a user should know, warnings first.
fn remarks_ui(ui: &mut Ui, remarks: &[Remark]) {
    let tokens = ui.tokens();
    for remark in remarks {
        let colour = if remark.warns { tokens.doubtful } else { tokens.secondary };
        ui.add(Label::new(RichText::new(remark.message.words()).color(colour)).wrap());
    }
}

fn foot_ui(ui: &mut Ui, state: &State, commands: &Commands, busy: Busy) {
    let (is_known, is_faulty) = (state.fresh_preview().is_some(), state.recipe.preview_fault.is_some());
    ui.horizontal(|ui| {
        // A recipe with a fault may be mended elsewhere; the panel goes on saying what is wrong.
        let accepted = if is_faulty {
            ui.button(text("sheet-keep")).on_hover_text(text("sheet-keep-hint")).clicked()
        } else {
            ui.add_enabled_ui(is_known, |ui| {
                let ready = primary_button(ui, None, &text("sheet-ready")).on_hover_text(text("sheet-ready-hint"));
                let enter = !busy.typing && !busy.focused && ui.input(|input| input.key_pressed(Key::Enter));
                ready.clicked() || (is_known && enter)
            })
            .inner
        };
        if accepted {
            commands.send(RecipeCommand::CloseSheet(true));
        }
        if ui.button(text("path-cancel")).on_hover_text(text("sheet-cancel-hint")).clicked() {
            commands.send(RecipeCommand::CloseSheet(false));
        }
    });
}

/// Sends the recipe's data with something changed.
fn put(state: &State, commands: &Commands, change: impl FnOnce(&mut Source)) {
    let mut source = state.recipe.sweep.base.data.source.clone();
    change(&mut source);
    if source != state.recipe.sweep.base.data.source {
        commands.send(RecipeCommand::PutSource(Box::new(source)));
    }
}
