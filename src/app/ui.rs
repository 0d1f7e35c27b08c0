//! Draws the window; nothing is changed here but the place of panels.

use eframe::egui::{self, Frame, Panel, Ui, layers::ShapeIdx};

use super::App;
use super::tiles::{Panels, hold_recipe, let_go, panel_ui, tabbed};
use crate::command::{Commands, WindowCommand};
use crate::state::{Pane, State};
use crate::text::text_with;
use crate::theme::{UiTokens as _, size, space};
use crate::views;
use crate::widgets::scroll_along;

/// Height of the bar at the top.
const BAR: f32 = 44.0;

/// The least room in which the panels can be read. A smaller window, or one in which everything is large, is scrolled.
const LEAST: egui::Vec2 = egui::vec2(960.0, 580.0);

/// The least room of one panel beside the page of a lesson.
const LEAST_OF_ONE: egui::Vec2 = egui::vec2(330.0, 320.0);

/// Gives the panels all there is, and at least `least`; they are told where they can be seen.
fn with_room(ui: &mut Ui, least: egui::Vec2, panels: impl FnOnce(&mut Ui, egui::Rect)) {
    let free = ui.available_size();
    if free.x >= least.x && free.y >= least.y {
        let all = ui.clip_rect();
        return panels(ui, all);
    }
    egui::ScrollArea::both().id_salt("panels").auto_shrink(false).show(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(free.max(least), egui::Sense::hover());
        let seen = ui.clip_rect();
        let layer = ui.layer_id();
        let next = |ui: &Ui| ui.ctx().graphics(|all| all.get(layer).map_or(0, |list| list.next_idx().0));
        let first = next(ui);
        panels(&mut ui.new_child(egui::UiBuilder::new().max_rect(rect)), seen);
        scroll_along(ui);
        // Tiles clip by their own rectangles, wherever they are scrolled to: what lies outside would be drawn over the bar.
        let last = next(ui);
        ui.ctx().graphics_mut(|all| {
            let list = all.entry(layer);
            for at in first..last {
                list.mutate_shape(ShapeIdx(at), |shape| shape.clip_rect = shape.clip_rect.intersect(seen));
            }
        });
    });
}

/// One panel in all of the room; a double click on its title row gives the room back.
fn maximised_ui(ui: &mut Ui, panel: Pane, state: &State, commands: &Commands) {
    let rect = ui.max_rect();
    let handle = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width(), size::SECTION));
    let handle = ui.interact(handle, ui.scope_id().with("handle"), egui::Sense::click());
    panel_ui(ui, panel, state, commands);
    if handle.double_clicked() {
        commands.send(WindowCommand::Maximise(None));
    }
}

impl App {
    pub(super) fn window_ui(&mut self, ui: &mut Ui) {
        let Self { state, commands, tiles, moved_panels, lessons, sandbox, .. } = self;
        // A real window is cleared with this colour; a picture of it is not.
        ui.painter().rect_filled(ui.max_rect(), 0.0, ui.tokens().panel);
        if let Some(panel) = state.window.projector {
            views::projector_ui(ui, panel, state, commands, |ui| panel_ui(ui, panel, state, commands));
            return;
        }
        Panel::top("bar").frame(Frame::NONE).exact_size(BAR).resizable(false).show(ui, |ui| {
            views::bar_ui(ui, state, commands);
        });
        views::temporary_strip_ui(ui, state, commands);
        views::story_ui(ui, state, commands);
        views::moment_ui(ui, state, commands);
        views::learn_ui(ui, lessons, state, commands);
        let lists = views::shows_learn(lessons, state, ui.ctx()) && lessons.study.is_none();
        egui::CentralPanel::no_frame().show(ui, |ui| match state.window.maximised {
            // Beside the list of lessons a narrow window has room for one panel.
            None if lists && ui.available_width() < LEAST.x => panel_ui(ui, Pane::Lens, state, commands),
            None => {
                if let Some(tree) = tiles.get_mut(&state.window.workspace) {
                    let held = hold_recipe(tree);
                    let tabbed = tabbed(tree);
                    let columns = sandbox.as_ref().map_or(0, super::learn::Sandbox::columns);
                    let least = match columns {
                        0 => LEAST,
                        columns => LEAST_OF_ONE * egui::vec2(columns as f32, 1.0),
                    };
                    with_room(ui, least, |ui, seen| {
                        tree.ui(&mut Panels { state, commands, moved: moved_panels, tabbed, seen }, ui);
                    });
                    if let Some(held) = held {
                        let_go(tree, &held);
                    }
                }
            }
            Some(panel) => maximised_ui(ui, panel, state, commands),
        });
        views::sheet_ui(ui, state, commands);
        views::path_field_ui(ui, state, commands);
        views::paste_ui(ui, state, commands);
        views::page_asked_ui(ui, state, commands);
        views::kept_recipe_ui(ui, state, commands);
        views::rename_ui(ui, state, commands);
        views::palette_ui(ui, state, commands);
        views::shortcuts_ui(ui, state, commands);
        views::methods_ui(ui, state, commands);
        views::notices_ui(ui, state, commands);
        views::tips_ui(ui, state, commands);
        views::farewell_ui(ui, state, commands);
        super::drop::hover_ui(ui);
        self.ring(ui);
        self.escape(ui);
        if self.state.window.shows_overlay {
            self.overlay_ui(ui);
        }
        if let Some(back) = self.toasts.show(ui) {
            self.commands.send(back);
        }
    }

    /// A ring around what a lesson points at; it lies over everything and takes no click.
    fn ring(&self, ui: &Ui) {
        let flash = self.lessons.study.as_ref().and_then(|study| study.flash.as_ref());
        if let Some((part, since)) = flash {
            crate::widgets::ring_ui(ui, part, ui.input(|input| input.time) - since);
        }
    }

    /// Escape gives back the room that one panel has, unless it was meant for something else: what had the focus before this
    /// frame, or what lay over the window.
    fn escape(&mut self, ui: &Ui) {
        let state = &self.state;
        let was_calm = self.is_calm;
        let lies_over = state.window.palette.is_some() || state.has_sheet();
        let has_focus = ui.memory(|memory| memory.focused().is_some());
        self.is_calm = !lies_over && !has_focus && !egui::Popup::is_any_open(ui.ctx());
        if was_calm
            && self.is_calm
            && state.window.maximised.is_some()
            && ui.input(|input| input.key_pressed(egui::Key::Escape))
        {
            self.commands.send(WindowCommand::Maximise(None));
        }
    }

    /// Frame times, for those who build the window.
    fn overlay_ui(&self, ui: &Ui) {
        let times = self.meter.times();
        let ms = |value: f64| -> crate::text::Value<'static> { crate::text::number::fixed(value, 2).into() };
        let words = text_with(
            "overlay-frames",
            &[
                ("frames", (times.frames as u64).into()),
                ("cpu", ms(times.cpu_median)),
                ("cpu-99", ms(times.cpu_99)),
                ("interval", ms(times.interval_median)),
                ("interval-99", ms(times.interval_99)),
            ],
        );
        egui::Area::new(egui::Id::unique("frame times"))
            .anchor(egui::Align2::LEFT_BOTTOM, [space::M, -space::M])
            .interactable(false)
            .show(ui.ctx(), |ui| {
                let frame = Frame::new().fill(ui.tokens().control).inner_margin(space::S).corner_radius(4.0);
                frame.show(ui, |ui| ui.add(egui::Label::new(words).extend()));
            });
    }
}
