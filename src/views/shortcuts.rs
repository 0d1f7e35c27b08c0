//! All keys on one sheet.

use eframe::egui::{Grid, Label, RichText, ScrollArea, Ui};

use super::key_words;
use crate::command::{Commands, Menu, WindowCommand};
use crate::state::State;
use crate::text::text;
use crate::theme::{UiTokens as _, caption, size, space, title};

/// A sheet over the window, while it is asked for.
pub fn shortcuts_ui(ui: &mut Ui, state: &State, commands: &Commands) {
    if !state.window.shows_shortcuts {
        return;
    }
    let modal = super::modal(ui, "shortcuts").show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        ui.spacing_mut().interact_size.y = size::ICON;
        ui.label(title(text("action-shortcuts")));
        ui.add(Label::new(caption(text("shortcuts-hint"))));
        let room = super::sheet_room(ui);
        ui.set_max_width(room.x);
        ScrollArea::both().max_width(room.x).max_height(room.y - 4.0 * size::ROW).show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0 * space::L;
                for column in Menu::ALL.chunks(2) {
                    ui.vertical(|ui| column.iter().for_each(|menu| menu_ui(ui, *menu)));
                }
            });
        });
        if ui.button(text("shortcuts-close")).clicked() {
            commands.send(WindowCommand::CloseShortcuts);
        }
    });
    if modal.should_close() {
        commands.send(WindowCommand::CloseShortcuts);
    }
}

fn menu_ui(ui: &mut Ui, menu: Menu) {
    let keys: Vec<_> = menu.actions().filter_map(|action| Some((action, action.shortcut()?))).collect();
    if keys.is_empty() {
        return;
    }
    ui.label(title(text(menu.key())));
    Grid::new(menu.key()).num_columns(2).spacing([space::L, space::XS]).show(ui, |ui| {
        for (action, shortcut) in keys {
            ui.label(text(action.key()));
            let colour = ui.tokens().secondary;
            ui.label(RichText::new(key_words(shortcut)).color(colour));
            ui.end_row();
        }
    });
    ui.add_space(space::S);
}
