//! Keys to actions. Single keys act only when nothing has the focus.

use eframe::egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

use crate::command::{Action, Commands};
use crate::state::State;

/// Sends the actions whose keys were pressed in this frame.
pub(super) fn take_keys(ctx: &Context, state: &State, commands: &Commands) {
    if state.has_sheet() {
        return;
    }
    let mut actions: Vec<_> = Action::ALL.into_iter().filter_map(|action| Some((action, action.shortcut()?))).collect();
    // egui takes Ctrl+Shift+Z for Ctrl+Z too, so the fuller ones come first.
    actions.sort_by_key(|(_, shortcut)| !shortcut.shift);
    let busy = ctx.memory(|memory| memory.focused().is_some());
    for (action, shortcut) in actions {
        // While the palette is open its own keys alone count, and the one that closes it.
        if state.window.palette.is_some() && action != Action::Palette {
            continue;
        }
        // F keys type nothing, whatever has the focus.
        let types = !shortcut.command && shortcut.key != "F12";
        if (busy && types) || (ctx.text_edit_focused() && shortcut.key == "Z") {
            continue;
        }
        let Some(key) = Key::from_name(shortcut.key) else { continue };
        let mut modifiers = if shortcut.command { Modifiers::COMMAND } else { Modifiers::NONE };
        modifiers.shift = shortcut.shift;
        // Plus lies on the same key as the sign of equality, on most keyboards with Shift.
        let alias = if key == Key::Plus { Key::Equals } else { key };
        let pressed = ctx.input_mut(|input| {
            // A key that is held down asks once, but for what one goes on with.
            let is_fresh = |event: &Event| match event {
                Event::Key { key: of, pressed: true, repeat: false, .. } => *of == key || *of == alias,
                _ => false,
            };
            let counts = action.repeats() || input.events.iter().any(is_fresh);
            let mut pressed = |key| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key));
            (pressed(key) || pressed(alias)) && counts
        });
        if pressed && action.enabled(state) {
            commands.send(action);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_names_a_key_that_egui_knows() {
        for shortcut in Action::ALL.into_iter().filter_map(Action::shortcut) {
            assert!(Key::from_name(shortcut.key).is_some(), "{}", shortcut.key);
        }
    }
}
