//! Arrow keys that move what has the focus, rather than the focus.

use eframe::egui::{EventFilter, Key, Response, Ui};

/// Steps to the right that the arrow keys asked for of what has the focus.
pub(super) fn steps(ui: &Ui, response: &Response) -> f32 {
    if !response.has_focus() {
        return 0.0;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    ui.input(|input| input.num_presses(Key::ArrowRight) as f32 - input.num_presses(Key::ArrowLeft) as f32)
}

/// The cell of a grid of `columns` and `last + 1` cells that the arrow keys lead to from `at`, while it has the focus.
pub(super) fn walked(ui: &Ui, response: &Response, at: usize, columns: usize, last: usize) -> usize {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
    let right = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
    let down = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
    let column = (at % columns).saturating_add_signed(right).min(columns - 1);
    let row = (at / columns).saturating_add_signed(down).min(last / columns);
    (row * columns + column).min(last)
}

/// [`steps`] as steps away from the middle of a mirrored picture.
pub(super) fn steps_outwards(ui: &Ui, response: &Response, towards_left: bool) -> f32 {
    let right = steps(ui, response);
    if towards_left { -right } else { right }
}
