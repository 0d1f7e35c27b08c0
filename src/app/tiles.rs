//! The arrangement of the panels.

use eframe::egui::{self, Color32, Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{
    Behavior, Container, Linear, LinearDir, ResizeState, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree,
    UiResponse,
};

use crate::command::Commands;
use crate::state::State;
use crate::text::text;
use crate::theme::{UiTokens as _, size};
use crate::views;

/// One panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// What to run.
    Recipe,
    /// Loss by step.
    Loss,
    /// Errors, accuracy, agreement by epoch.
    Quality,
    /// One sample, softened.
    Lens,
    /// The cells of a sweep.
    Board,
    /// What each term of the loss contributes.
    Anatomy,
    /// What was run.
    Runs,
}

/// The recipe at the left; curves and lens beside it, the list of runs below them.
pub(super) fn default_arrangement() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let [recipe, loss, quality, lens, board, anatomy, runs] =
        [Pane::Recipe, Pane::Loss, Pane::Quality, Pane::Lens, Pane::Board, Pane::Anatomy, Pane::Runs]
            .map(|pane| tiles.insert_pane(pane));
    let lens = tiles.insert_tab_tile(vec![lens, board, anatomy]);
    let linear = |tiles: &mut Tiles<Pane>, dir, parts: [(TileId, f32); 2]| {
        let mut linear = Linear::new(dir, parts.iter().map(|(tile, _)| *tile).collect());
        for (tile, share) in parts {
            linear.shares.set_share(tile, share);
        }
        tiles.insert_container(Container::Linear(linear))
    };
    let curves = linear(&mut tiles, LinearDir::Vertical, [(loss, 0.58), (quality, 0.42)]);
    let upper = linear(&mut tiles, LinearDir::Horizontal, [(curves, 0.62), (lens, 0.38)]);
    let right = linear(&mut tiles, LinearDir::Vertical, [(upper, 0.745), (runs, 0.255)]);
    let root = linear(&mut tiles, LinearDir::Horizontal, [(recipe, 0.209), (right, 0.791)]);
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

/// Brings the board to the front of its tabs, or the lens.
pub(super) fn show_board(tree: &mut Tree<Pane>, board: bool) {
    let wanted = if board { Pane::Board } else { Pane::Lens };
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(pane) if *pane == wanted));
}

/// Draws the panels.
pub(super) struct Panels<'a> {
    pub state: &'a State,
    pub commands: &'a Commands,
}

impl Behavior<Pane> for Panels<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        let rect = ui.max_rect();
        // The title row is the handle by which a panel is moved; what stands in it comes later and wins. It takes clicks,
        // too, and does nothing with them: egui then waits for a movement before it calls a press on a button a drag.
        let handle = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width(), size::SECTION));
        let handle = ui.interact(handle, ui.scope_id().with("handle"), egui::Sense::click_and_drag());
        let (state, commands) = (self.state, self.commands);
        match pane {
            Pane::Recipe => views::recipe_ui(ui, state, commands),
            Pane::Loss => views::loss_ui(ui, state, commands),
            Pane::Quality => views::quality_ui(ui, state, commands),
            Pane::Lens => views::lens_ui(ui, state, commands),
            Pane::Board => views::board_ui(ui, state, commands),
            Pane::Anatomy => views::anatomy_ui(ui, state),
            Pane::Runs => views::runs_ui(ui, state, commands),
        }
        if handle.drag_started() { UiResponse::DragStarted } else { UiResponse::None }
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        let key = match pane {
            Pane::Recipe => "recipe-title",
            Pane::Loss => "loss-title",
            Pane::Quality => "quality-title",
            Pane::Lens => "lens-title",
            Pane::Board => "board-title",
            Pane::Anatomy => "anatomy-title",
            Pane::Runs => "runs-title",
        };
        text(key).into()
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        1.0
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        visuals.tokens().panel
    }

    fn tab_bg_color(&self, visuals: &Visuals, _tiles: &Tiles<Pane>, _tile: TileId, state: &TabState) -> Color32 {
        if state.active { visuals.tokens().control } else { visuals.tokens().panel }
    }

    fn tab_outline_stroke(&self, _: &Visuals, _tiles: &Tiles<Pane>, _tile: TileId, _: &TabState) -> Stroke {
        Stroke::NONE
    }

    fn tab_bar_hline_stroke(&self, visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, visuals.tokens().hairline)
    }

    fn tab_text_color(&self, visuals: &Visuals, _tiles: &Tiles<Pane>, _tile: TileId, state: &TabState) -> Color32 {
        if state.active { visuals.tokens().text } else { visuals.tokens().secondary }
    }

    fn resize_stroke(&self, style: &egui::Style, state: ResizeState) -> Stroke {
        let tokens = style.visuals.tokens();
        match state {
            ResizeState::Idle => Stroke::new(1.0, tokens.hairline),
            ResizeState::Hovering => Stroke::new(1.0, tokens.secondary),
            ResizeState::Dragging => Stroke::new(2.0, tokens.secondary),
        }
    }

    fn min_size(&self) -> f32 {
        120.0
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: false, ..SimplificationOptions::default() }
    }
}
