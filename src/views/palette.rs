//! The palette: one field that finds everything that can be done, opened or shown.

use eframe::egui::{
    self, Align, Align2, Key, Label, Layout, Modifiers, Response, RichText, ScrollArea, Sense, Ui, vec2,
};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{icon_of, key_words, short};
use crate::command::{Action, Command, Commands};
use crate::recipe::PRESETS;
use crate::state::{Palette, Pane, State};
use crate::text::{text, text_with};
use crate::theme::{Icon, UiTokens as _, radius, size, space};
use crate::training::report::Role;

/// Width of the field and of the list.
const WIDTH: f32 = 520.0;

/// Its distance from the top of the window.
const TOP: f32 = 88.0;

/// Entries that are listed at most.
const MOST: usize = 60;

/// Something that can be chosen.
struct Entry {
    icon: Option<Icon>,
    name: String,
    /// What stands at the right: a key, or what kind of thing it is.
    aside: String,
    command: Command,
}

/// A list over the window, while the palette is open.
pub fn palette_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    let Some(palette) = &state.palette else { return };
    let found = found(&palette.query, entries(state));
    let last = found.len().saturating_sub(1);
    let mut marked = palette.marked.min(last);
    let (mut chosen, mut query) = (None, palette.query.clone());
    let area = egui::Area::new(egui::Id::unique("palette area")).anchor(Align2::CENTER_TOP, vec2(0.0, TOP));
    let modal = egui::Modal::new(egui::Id::unique("palette")).area(area).show(ui, |ui| {
        let room = super::sheet_room(ui);
        ui.set_width(WIDTH.min(room.x));
        ui.spacing_mut().item_spacing.y = space::S;
        let by = |ui: &Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if by(ui, Key::ArrowDown) {
            marked = if marked == last { 0 } else { marked + 1 };
        }
        if by(ui, Key::ArrowUp) {
            marked = if marked == 0 { last } else { marked - 1 };
        }
        let moved = marked != palette.marked;
        let edit = egui::TextEdit::singleline(&mut query)
            .hint_text(text("palette-hint"))
            .desired_width(f32::INFINITY)
            .align(Align2::LEFT_CENTER)
            .min_size(vec2(0.0, size::ROW + space::XS));
        let field = ui.add(edit).accessible_name(text(Action::Palette.key()));
        if !field.has_focus() {
            field.request_focus();
        }
        if by(ui, Key::Enter) || (field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))) {
            chosen = Some(marked);
        }
        let tallest = (12.0 * size::ROW).min(room.y - TOP);
        ScrollArea::vertical().max_height(tallest).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            if found.is_empty() {
                ui.add(Label::new(text("palette-nothing")).selectable(false));
            }
            let pointer_moves = ui.input(|input| input.pointer.is_moving());
            let mut pointed = None;
            for (at, entry) in found.iter().enumerate() {
                let row = entry_ui(ui, entry, at == marked, moved);
                if row.clicked() {
                    chosen = Some(at);
                }
                // A pointer that rests where the list came up means nothing by it.
                if pointer_moves && row.hovered() {
                    pointed = Some(at);
                }
            }
            marked = pointed.unwrap_or(marked);
        });
    });
    if let Some(entry) = chosen.and_then(|at| found.into_iter().nth(at)) {
        commands.send(Command::Palette(None));
        commands.send(entry.command);
    } else if modal.should_close() {
        commands.send(Command::Palette(None));
    } else if query != palette.query {
        commands.send(Command::Palette(Some(Palette { query, marked: 0 })));
    } else if marked != palette.marked {
        commands.send(Command::Palette(Some(Palette { query, marked })));
    }
}

fn entry_ui(ui: &mut Ui, entry: &Entry, marked: bool, follow: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListBoxOption, true, marked, &entry.name));
    let tokens = ui.tokens();
    if marked {
        ui.painter().rect_filled(rect, radius::CONTROL, tokens.selected);
    }
    if marked && follow {
        response.scroll_to_me(None);
    }
    let inner = rect.shrink2(vec2(space::S, 0.0));
    let mut row = ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    match entry.icon {
        Some(icon) => icon.show(&mut row, tokens.secondary),
        None => drop(row.allocate_space(vec2(size::ICON, size::ICON))),
    }
    row.add(Label::new(&entry.name).selectable(false).truncate());
    row.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add(Label::new(RichText::new(&entry.aside).color(tokens.secondary)).selectable(false));
    });
    response
}

/// The best first; all of them, in their order, where nothing was typed.
fn found(query: &str, entries: Vec<Entry>) -> Vec<Entry> {
    if query.trim().is_empty() {
        return entries.into_iter().take(MOST).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut letters = Vec::new();
    let mut scored: Vec<(u32, Entry)> = entries
        .into_iter()
        .filter_map(|entry| {
            let words = format!("{} {}", entry.name, entry.aside);
            Some((pattern.score(Utf32Str::new(&words, &mut letters), &mut matcher)?, entry))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, entry)| entry).take(MOST).collect()
}

fn entries(state: &State) -> Vec<Entry> {
    let actions = Action::ALL.into_iter().filter(|action| *action != Action::Palette && action.enabled(state));
    let mut entries: Vec<Entry> = actions
        .map(|action| Entry {
            icon: Some(icon_of(action, state)),
            name: text(action.key()),
            aside: action.shortcut().map_or_else(String::new, key_words),
            command: Command::Do(action),
        })
        .collect();
    for panel in Pane::ALL {
        let name = text_with("palette-alone", &[("panel", text(super::panel_key(panel)).into())]);
        let (icon, aside) = (None, text("menu-arrangement"));
        entries.push(Entry { icon, name, aside, command: Command::Maximise(Some(panel)) });
    }
    for preset in PRESETS {
        let name = text(super::cards::preset_key(preset.name));
        let (icon, aside) = (Some(Icon::Flask), text("palette-recipe"));
        entries.push(Entry { icon, name, aside, command: Command::LoadPreset(preset.name) });
    }
    for path in &state.recent {
        let name = path.display().to_string();
        let (icon, aside) = (Some(Icon::Folder), text("menu-recent"));
        entries.push(Entry { icon, name, aside, command: Command::OpenPath(path.clone()) });
    }
    for row in state.runs.iter().filter(|row| !row.deleted && row.role == Role::Student).take(500) {
        let t = row.temperature.map_or_else(String::new, |t| format!(" · T {}", short(t)));
        let name = format!("{} {}{t}", row.run, super::cards::shown_title(&row.title));
        entries.push(Entry { icon: None, name, aside: text("palette-run"), command: Command::Focus(row.job) });
    }
    if let Some(view) = state.probe_view() {
        for (at, row) in view.probe.rows.iter().enumerate() {
            let label = view.probe.labels.get(at).and_then(|label| view.probe.classes.get(*label as usize));
            let args = [("row", u64::from(*row).into()), ("label", label.cloned().unwrap_or_default().into())];
            let (name, aside) = (text_with("palette-sample", &args), text("lens-title"));
            entries.push(Entry { icon: None, name, aside, command: Command::LensRow(at) });
        }
    }
    entries
}
