//! Performs what concerns the panels over the runs.

use crate::app::{App, tiles};
use crate::command::ScreenCommand;
use crate::protocol::{JobId, Own};
use crate::state::Pane;

impl App {
    pub(super) fn screen(&mut self, command: ScreenCommand) {
        match command {
            ScreenCommand::SampleWords(words) => self.state.screen.words = words,
            ScreenCommand::Speed(speed) => self.state.screen.speed = Some(speed),
            ScreenCommand::OwnText(text) if text.is_empty() => self.state.screen.picture = None,
            ScreenCommand::OwnText(text) => self.look_at(Own::Text(text)),
            ScreenCommand::Made(at) => self.look_at_made(at),
            ScreenCommand::Focus(job) => self.focus(job),
            ScreenCommand::ClearFocus => (self.state.screen.focus, self.state.screen.picture) = (None, None),
            ScreenCommand::Overlay(run, true) => {
                self.state.screen.overlaid.insert(run);
                self.load_ticked();
                // Where nothing is on show there is nothing to lay it over: its own job is.
                if let Some(job) = self.state.row(run).map(|row| row.job).filter(|_| self.state.screen.focus.is_none())
                {
                    self.focus(job);
                }
            }
            ScreenCommand::ClearOverlay => self.state.screen.overlaid.clear(),
            ScreenCommand::Overlay(run, false) => self.state.screen.overlaid.remove(run),
            ScreenCommand::ToggleCurve(id) => {
                let hidden = &mut self.state.screen.curves.hidden;
                if !hidden.remove(&id) {
                    hidden.insert(id);
                }
            }
            ScreenCommand::SelectCell(cell) => self.state.select_cell(cell),
            ScreenCommand::HoverCell(cell) => self.state.screen.board.hovered = cell,
            ScreenCommand::BoardMetric(metric) => {
                self.state.screen.board.metric = metric;
                // What was held of the metric's axis was in other units.
                self.state.screen.board.brushes.clear();
            }
            ScreenCommand::BoardPage(page) => self.state.screen.board.page = page,
            ScreenCommand::BoardSizeBy(by) => self.state.screen.board.size_by = by,
            ScreenCommand::Brush(brushes) => self.state.screen.board.brushes = brushes,
            ScreenCommand::SoloCurve(id, among) => self.state.screen.curves.solo(id, &among),
            ScreenCommand::LossView(view) => self.state.screen.curves.loss = view,
            ScreenCommand::SmoothLoss(smoothing) => self.state.screen.curves.smoothing = smoothing,
            ScreenCommand::Quality(quality) => self.state.screen.curves.quality = quality,
            ScreenCommand::SortRuns(column) => self.state.screen.list.click(column),
            ScreenCommand::FilterRuns(filter) => self.state.screen.list.filter = filter,
            ScreenCommand::FoldJob(job) => {
                let toggled = &mut self.state.screen.list.toggled;
                if !toggled.remove(&job) {
                    toggled.insert(job);
                }
            }
        }
    }

    /// Brings a panel to the front of its tabs, in every arrangement.
    pub(in crate::app) fn bring_up(&mut self, panel: Pane) {
        for tree in self.tiles.values_mut() {
            tiles::bring_up(tree, panel);
        }
    }

    /// Asks for the jobs of ticked runs, each once.
    pub(in crate::app) fn load_ticked(&mut self) {
        let Self { state, reader, asked, .. } = self;
        for row in state.jobs.rows.iter().filter(|row| state.screen.overlaid.contains(row.run)) {
            if !state.jobs.open.contains_key(&row.job) && asked.insert(row.job) {
                reader.job(row.job);
            }
        }
    }

    pub(in crate::app) fn focus(&mut self, job: JobId) {
        if self.state.screen.focus != Some(job) {
            self.state.screen.board.selected = None;
            self.state.screen.board.hovered = None;
            self.state.screen.board.brushes.clear();
        }
        self.state.screen.focus = Some(job);
        self.state.screen.picture = None;
        if !self.state.jobs.open.contains_key(&job) {
            self.reader.job(job);
        }
    }
}
