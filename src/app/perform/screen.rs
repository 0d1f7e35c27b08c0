//! Performs what concerns the panels over the runs.

use eframe::egui;

use crate::app::{App, tiles};
use crate::command::ScreenCommand;
use crate::protocol::{JobId, Own};
use crate::state::{LENS_TEMPERATURES, Pane, SampleChoice, Subject, Tip};

impl App {
    pub(super) fn screen(&mut self, command: ScreenCommand, ctx: &egui::Context) {
        match command {
            ScreenCommand::LensTemperature(t) => {
                self.lens_changes("lens temperature", ctx);
                self.state.screen.lens.temperature = t;
                self.state.screen.lens.plays = None;
                self.state.window.greeting.done(Tip::Lens);
            }
            ScreenCommand::Subject(_)
            | ScreenCommand::LensPage(_)
            | ScreenCommand::LensOrder(_)
            | ScreenCommand::LensLog(_)
            | ScreenCommand::LensAll(_)
            | ScreenCommand::Drill(_)
            | ScreenCommand::Beside(_)
            | ScreenCommand::MoveLogit(..)
            | ScreenCommand::MoveProbability(..)
            | ScreenCommand::TypeLogits(..)
            | ScreenCommand::ExampleLabel(_)
            | ScreenCommand::ResetExample
            | ScreenCommand::TakeExample
            | ScreenCommand::Photo(_) => self.lens(command, ctx),
            ScreenCommand::Moment(step) => {
                if let Some(moment) = &mut self.state.screen.moment {
                    moment.playing = false;
                }
                self.state.go_to_moment(step);
            }
            ScreenCommand::PlayMoment(playing) => self.play_moment(playing),
            ScreenCommand::DarkPage(page) => self.state.screen.dark.page = page,
            ScreenCommand::DarkWho(who) => self.state.screen.dark.who = who,
            ScreenCommand::OpenCell(cell) => {
                self.bring_up(Pane::Samples);
                self.state.screen.lens.class = None;
                self.state.screen.lens.cell = cell;
                self.choose_samples(SampleChoice::Answered);
            }
            ScreenCommand::SampleWords(words) => self.state.screen.words = words,
            ScreenCommand::Speed(speed) => self.state.screen.speed = Some(speed),
            ScreenCommand::OwnText(text) if text.is_empty() => self.state.screen.picture = None,
            ScreenCommand::OwnText(text) => self.look_at(Own::Text(text)),
            ScreenCommand::Made(at) => self.look_at_made(at),
            ScreenCommand::LensRow(row) => self.show_sample(row),
            ScreenCommand::SampleChoice(choice) => self.choose_samples(choice),
            ScreenCommand::LensClass(class) => {
                self.state.screen.lens.class = class;
                self.choose_samples(self.state.screen.lens.choice);
            }
            ScreenCommand::BiasOf(mover) => self.state.screen.bias.mover = Some(mover),
            ScreenCommand::Bias(to) => self.state.move_bias(to),
            ScreenCommand::FindBias => self.state.find_bias(),
            ScreenCommand::ResetBiases => self.state.reset_biases(),
            ScreenCommand::LensZoom(zoomed) => self.state.screen.lens.zoomed = zoomed,
            ScreenCommand::Focus(job) => self.focus(job),
            ScreenCommand::WhichSamples => {
                self.bring_up(Pane::Samples);
                self.state.screen.lens.class = None;
                self.choose_samples(SampleChoice::Apart);
            }
            ScreenCommand::OpenSample(row) => {
                self.bring_up(Pane::Lens);
                self.show_sample(row);
            }
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

    fn show_sample(&mut self, row: usize) {
        self.state.screen.picture = None;
        self.state.screen.lens.subject = Subject::Sample;
        self.state.screen.lens.row = row;
        let rows = self.state.probe_view().map_or(0, |view| view.probe.rows.len());
        self.state.screen.lens.clamp(rows);
    }

    pub(super) fn step_sample(&mut self, by: isize) {
        self.state.screen.picture = None;
        self.state.screen.lens.subject = Subject::Sample;
        if let Some(row) = self.state.stepped_row(by) {
            self.state.screen.lens.row = row;
        }
    }

    /// Goes to the first sample of a choice, unless the present one belongs to it.
    pub(in crate::app) fn choose_samples(&mut self, choice: SampleChoice) {
        self.state.screen.picture = None;
        self.state.screen.lens.choice = choice;
        let rows = self.state.sample_rows(choice);
        let here = choice != SampleChoice::TeacherUnsure && rows.contains(&self.state.screen.lens.row);
        if let Some(first) = rows.first().filter(|_| !here) {
            self.state.screen.lens.row = *first;
        }
    }

    pub(super) fn scale_lens(&mut self, by: f64, ctx: &egui::Context) {
        self.lens_changes("lens temperature", ctx);
        self.state.window.greeting.done(Tip::Lens);
        let (low, high) = LENS_TEMPERATURES.into_inner();
        self.state.screen.lens.plays = None;
        self.state.screen.lens.temperature = (self.state.screen.lens.temperature * by).clamp(low, high);
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
