//! The arrangement of the panels.

use eframe::egui::{self, Color32, Stroke, Ui, Visuals, WidgetText};
use egui_tiles::{
    Behavior, Container, EditAction, Linear, LinearDir, ResizeState, SimplificationOptions, TabState, Tile, TileId,
    Tiles, Tree, UiResponse,
};

use crate::command::{Commands, WindowCommand};
use crate::state::{Pane, State, Workspace};
use crate::text::text;
use crate::theme::{UiTokens as _, size};
use crate::views;
use crate::widgets::{below_tab_ui, mark};

/// The arrangement of a workspace as it is at first.
pub(super) fn default_arrangement(workspace: Workspace) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let [recipe, loss, quality, lens, samples, board, anatomy, inside, runs, dark] =
        Pane::ALL.map(|panel| tiles.insert_pane(panel));
    let linear = |tiles: &mut Tiles<Pane>, dir, parts: &[(TileId, f32)]| {
        let mut linear = Linear::new(dir, parts.iter().map(|(tile, _)| *tile).collect());
        for (tile, share) in parts {
            linear.shares.set_share(*tile, *share);
        }
        tiles.insert_new(Tile::Container(Container::Linear(linear)))
    };
    let (across, down) = (LinearDir::Horizontal, LinearDir::Vertical);
    let root = match workspace {
        // The recipe at the left; curves and lens beside it, the list of runs below them.
        Workspace::Lab => {
            let lens = tiles.insert_tab_tile(vec![lens, dark, samples, board, anatomy, inside]);
            let curves = linear(&mut tiles, down, &[(quality, 0.56), (loss, 0.44)]);
            let upper = linear(&mut tiles, across, &[(curves, 0.62), (lens, 0.38)]);
            let right = linear(&mut tiles, down, &[(upper, 0.745), (runs, 0.255)]);
            linear(&mut tiles, across, &[(recipe, 0.209), (right, 0.791)])
        }
        // Runs have half of the height, with the curves of what is ticked above them; the recipe is a tab away.
        Workspace::Compare => {
            let board = tiles.insert_tab_tile(vec![board, lens, dark, samples, anatomy, inside, recipe]);
            let upper = linear(&mut tiles, across, &[(quality, 0.36), (loss, 0.32), (board, 0.32)]);
            linear(&mut tiles, down, &[(upper, 0.62), (runs, 0.38)])
        }
        // The lens in the middle of everything; what is trained stands beside it.
        Workspace::Learn => {
            let curves = tiles.insert_tab_tile(vec![quality, loss, samples, runs]);
            let anatomy = tiles.insert_tab_tile(vec![anatomy, dark, inside]);
            let side = linear(&mut tiles, down, &[(anatomy, 0.52), (curves, 0.48)]);
            let rest = linear(&mut tiles, across, &[(lens, 0.52), (side, 0.48)]);
            let recipe = tiles.insert_tab_tile(vec![recipe, board]);
            linear(&mut tiles, across, &[(recipe, 0.23), (rest, 0.77)])
        }
    };
    Tree::new(egui::Id::unique(("panels", workspace)), root, tiles)
}

/// An arrangement in which these panels are in sight: the first at the left, the others in a column at the right, the rest in tabs behind
/// the last of them. The recipe has a column of its own at the left.
pub(super) fn of_panels(workspace: Workspace, wanted: &[Pane]) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let recipe = wanted.contains(&Pane::Recipe) && wanted.len() > 1;
    let shown = wanted.iter().copied().filter(|panel| !recipe || *panel != Pane::Recipe);
    let mut columns: Vec<TileId> = shown.map(|panel| tiles.insert_pane(panel)).collect();
    let others = Pane::ALL.into_iter().filter(|panel| !wanted.contains(panel));
    let others: Vec<TileId> = others.map(|panel| tiles.insert_pane(panel)).collect();
    if let Some(last) = columns.pop() {
        let all: Vec<TileId> = [last].into_iter().chain(others).collect();
        columns.push(tiles.insert_tab_tile(all));
    }
    let linear = |tiles: &mut Tiles<Pane>, dir, parts: Vec<(TileId, f32)>| {
        let mut linear = Linear::new(dir, parts.iter().map(|(tile, _)| *tile).collect());
        for (tile, share) in parts {
            linear.shares.set_share(tile, share);
        }
        tiles.insert_new(Tile::Container(Container::Linear(linear)))
    };
    let mut columns = columns.into_iter();
    let mut across = Vec::new();
    if recipe {
        across.push((tiles.insert_pane(Pane::Recipe), 0.27));
    }
    across.extend(columns.next().map(|first| (first, 0.56)));
    let right: Vec<(TileId, f32)> = columns.map(|tile| (tile, 1.0)).collect();
    match right[..] {
        [] => {}
        [(only, _)] => across.push((only, 0.44)),
        _ => across.push((linear(&mut tiles, LinearDir::Vertical, right), 0.44)),
    }
    let root = linear(&mut tiles, LinearDir::Horizontal, across);
    Tree::new(egui::Id::unique(("panels", workspace)), root, tiles)
}

/// Gives an arrangement of an older version the panels that it does not know, beside the anatomy.
pub(super) fn completed(mut tree: Tree<Pane>) -> Tree<Pane> {
    for panel in [Pane::Inside, Pane::Dark] {
        if tree.tiles.find_pane(&panel).is_none()
            && let Some(parent) = tree.tiles.find_pane(&Pane::Anatomy).and_then(|anatomy| tree.tiles.parent_of(anatomy))
        {
            let added = tree.tiles.insert_pane(panel);
            if let Some(Tile::Container(container)) = tree.tiles.get_mut(parent) {
                container.add_child(added);
            }
        }
    }
    tree
}

/// Whether an arrangement that was kept has every panel once.
pub(super) fn is_whole(tree: &Tree<Pane>) -> bool {
    let mut found: Vec<Pane> = tree
        .tiles
        .tiles()
        .filter_map(|tile| match tile {
            Tile::Pane(panel) => Some(*panel),
            Tile::Container(_) => None,
        })
        .collect();
    found.sort_by_key(|panel| *panel as u8);
    let count = found.len();
    found.dedup();
    tree.root.is_some() && count == Pane::ALL.len() && found.len() == count
}

/// Room that the recipe's controls need.
const RECIPE: f32 = 264.0;

/// A share that was raised for one frame.
pub(super) struct Raised {
    row: TileId,
    tile: TileId,
    own: f32,
    held: f32,
}

/// Gives the recipe the room that it needs where the window is too narrow for its own share, until [`let_go`].
pub(super) fn hold_recipe(tree: &mut Tree<Pane>) -> Option<Raised> {
    let mut tile = tree.tiles.find_pane(&Pane::Recipe)?;
    // Whatever it stands in, up to the row whose widths can be moved.
    while let Some(parent) = tree.tiles.parent_of(tile) {
        let whole = tree.tiles.rect(parent);
        if let (Some(Tile::Container(Container::Linear(row))), Some(whole)) = (tree.tiles.get_mut(parent), whole)
            && row.dir == LinearDir::Horizontal
        {
            let own = row.shares[tile];
            let others: f32 = row.children.iter().filter(|child| **child != tile).map(|child| row.shares[*child]).sum();
            let raised = RECIPE * others / (whole.width() - RECIPE);
            if whole.width() <= 2.0 * RECIPE || own >= raised {
                return None;
            }
            row.shares.set_share(tile, raised);
            return Some(Raised { row: parent, tile, own, held: raised });
        }
        tile = parent;
    }
    None
}

/// Puts the share back, unless it was moved: what the user chose comes back with the room for it.
pub(super) fn let_go(tree: &mut Tree<Pane>, held: &Raised) {
    if let Some(Tile::Container(Container::Linear(row))) = tree.tiles.get_mut(held.row)
        && row.shares[held.tile].to_bits() == held.held.to_bits()
    {
        row.shares.set_share(held.tile, held.own);
    }
}

/// Puts the lens in front where the board was left: there is no sweep on show yet.
pub(super) fn leave_board(tree: &mut Tree<Pane>) {
    let Some(board) = tree.tiles.find_pane(&Pane::Board) else { return };
    let tabs = tree.tiles.parent_of(board).and_then(|parent| tree.tiles.get(parent));
    if matches!(tabs, Some(Tile::Container(Container::Tabs(tabs))) if tabs.active == Some(board)) {
        bring_up(tree, Pane::Lens);
    }
}

/// Brings a panel to the front of its tabs.
pub(super) fn bring_up(tree: &mut Tree<Pane>, panel: Pane) {
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(pane) if *pane == panel));
}

/// Whether a panel is in sight: a tab that is not in front hides it.
pub(super) fn shows(tree: &Tree<Pane>, panel: Pane) -> bool {
    tree.tiles.find_pane(&panel).is_some_and(|tile| tree.active_tiles().contains(&tile))
}

/// What a panel is called by who points at it.
pub(super) fn part_of(panel: Pane) -> &'static str {
    match panel {
        Pane::Recipe => "panel.recipe",
        Pane::Loss => "panel.loss",
        Pane::Quality => "panel.quality",
        Pane::Lens => "panel.lens",
        Pane::Samples => "panel.samples",
        Pane::Board => "panel.board",
        Pane::Anatomy => "panel.anatomy",
        Pane::Inside => "panel.inside",
        Pane::Runs => "panel.runs",
        Pane::Dark => "panel.dark",
    }
}

/// All panels that are in sight.
pub(super) fn in_sight(tree: &Tree<Pane>) -> impl Iterator<Item = Pane> {
    let panel = |tile: TileId| match tree.tiles.get(tile) {
        Some(Tile::Pane(panel)) => Some(*panel),
        _ => None,
    };
    tree.active_tiles().into_iter().filter_map(panel)
}

/// What the user did to an arrangement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moved {
    /// A tab came to the front.
    Tab,
    /// A panel has another place or size.
    Panel,
}

/// Draws the panels.
pub(super) struct Panels<'a> {
    pub state: &'a State,
    pub commands: &'a Commands,
    pub moved: &'a mut Option<Moved>,
    /// Panels that have their name on a tab.
    pub tabbed: Vec<Pane>,
    /// Where they can be seen.
    pub seen: egui::Rect,
}

/// The panels of an arrangement that stand below a tab.
pub(super) fn tabbed(tree: &Tree<Pane>) -> Vec<Pane> {
    let tabs = tree.tiles.tiles().filter_map(|tile| match tile {
        Tile::Container(Container::Tabs(tabs)) => Some(&tabs.children),
        _ => None,
    });
    tabs.flatten().filter_map(|child| tree.tiles.get_pane(child).copied()).collect()
}

/// Draws one panel into all of its room.
pub(super) fn panel_ui(ui: &mut Ui, panel: Pane, state: &State, commands: &Commands) {
    mark(ui, part_of(panel), ui.max_rect());
    match panel {
        Pane::Recipe => views::recipe_ui(ui, state, commands),
        Pane::Loss => views::loss_ui(ui, state, commands),
        Pane::Quality => views::quality_ui(ui, state, commands),
        Pane::Lens => views::lens_ui(ui, state, commands),
        Pane::Samples => views::samples_ui(ui, state, commands),
        Pane::Board => views::board_ui(ui, state, commands),
        Pane::Anatomy => views::anatomy_ui(ui, state),
        Pane::Inside => views::inside_ui(ui, state, commands),
        Pane::Runs => views::runs_ui(ui, state, commands),
        Pane::Dark => views::dark_ui(ui, state, commands),
    }
}

impl Behavior<Pane> for Panels<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        let rect = ui.max_rect();
        // What is scrolled away takes no clicks.
        ui.shrink_clip_rect(self.seen);
        // The title row is the handle by which a panel is moved; what stands in it comes later and wins. It takes clicks,
        // too, and does nothing with them: egui then waits for a movement before it calls a press on a button a drag.
        let handle = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width(), size::SECTION));
        let handle = ui.interact(handle, ui.scope_id().with("handle"), egui::Sense::click_and_drag());
        let (state, commands) = (self.state, self.commands);
        if self.tabbed.contains(pane) {
            below_tab_ui(ui, |ui| panel_ui(ui, *pane, state, commands));
        } else {
            panel_ui(ui, *pane, state, commands);
        }
        if handle.double_clicked() {
            let now = self.state.window.maximised;
            commands.send(WindowCommand::Maximise(if now.is_some() { None } else { Some(*pane) }));
        }
        if handle.drag_started() { UiResponse::DragStarted } else { UiResponse::None }
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        // A row of tabs has less room than a title.
        text(if *pane == Pane::Dark { "dark-tab" } else { views::panel_key(*pane) }).into()
    }

    fn on_edit(&mut self, edit: EditAction) {
        let moved = match edit {
            EditAction::TileResized | EditAction::TileDropped => Moved::Panel,
            EditAction::TabSelected => Moved::Tab,
            EditAction::TileDragged => return,
        };
        *self.moved = (*self.moved).max(Some(moved));
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
