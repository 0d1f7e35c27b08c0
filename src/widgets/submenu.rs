//! A part of a menu that opens beside it, with an arrow on the side and in the direction in which it opens.

use std::sync::Arc;

use eframe::egui::{
    Align, Atom, AtomExt as _, AtomKind, AtomPaintArgs, Button, IntoSizedResult, Layout, Response, SizedAtomKind, Ui,
    Vec2, containers::menu::SubMenuButton,
};

use crate::theme::{Icon, size};

/// Shows its name; `content` is shown beside it, in `width`.
pub fn submenu_ui(ui: &mut Ui, name: &str, width: f32, content: impl FnOnce(&mut Ui)) -> Response {
    // egui opens it to the left where there is no room for it at the right.
    let opens_left = ui.ctx().content_rect().right() - ui.max_rect().right() < width + MARGINS;
    let button = if opens_left {
        Button::new((arrow(Icon::ChevronLeft), name, Atom::grow()))
    } else {
        Button::new(name).right_text(arrow(Icon::ChevronRight))
    };
    let shown = ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        SubMenuButton::from_button(button).ui(ui, |ui| {
            ui.set_min_width(width);
            content(ui);
        })
    });
    shown.inner.0
}

/// What a menu has around it, at both sides.
const MARGINS: f32 = 32.0;

fn arrow(icon: Icon) -> Atom<'static> {
    let atom = AtomKind::closure(move |_, _| {
        let size = Vec2::splat(size::ICON);
        let paint = move |ui: &Ui, args: AtomPaintArgs| icon.paint(ui.painter(), args.rect, args.fallback_text_color);
        IntoSizedResult { intrinsic_size: size, sized: SizedAtomKind::Paint { paint: Arc::new(paint), size } }
    });
    Atom::from(atom).atom_size(Vec2::splat(size::ICON))
}
