//! Whether something is drawn to be taken away: controls, which nobody can press there, are left out.

use eframe::egui::{Ui, UiBuilder, UiStackInfo};

const FIGURE: &str = "figure";

/// Draws something to be taken away.
pub fn in_figure_ui<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let marked = UiBuilder::new().ui_stack_info(UiStackInfo::default().with_tag(FIGURE));
    ui.scope_builder(marked, content).inner
}

/// Whether this is drawn to be taken away.
pub fn is_figure(ui: &Ui) -> bool {
    ui.stack().iter().any(|part| part.tags().contains(FIGURE))
}
