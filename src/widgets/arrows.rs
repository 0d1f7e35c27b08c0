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

/// The same as steps away from the middle of a mirrored picture.
pub(super) fn steps_outwards(ui: &Ui, response: &Response, towards_left: bool) -> f32 {
    let right = steps(ui, response);
    if towards_left { -right } else { right }
}
