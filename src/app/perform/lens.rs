//! Performs what concerns what the lens looks at, and how.

use eframe::egui;

use crate::app::App;
use crate::command::{ExampleCommand, LensCommand};
use crate::state::{
    Example, LENS_TEMPERATURES, MOST_CLASSES, Moment, NotLogits, Pane, SampleChoice, Subject, Tip, Undoable,
};
use crate::text::phrase;

impl App {
    /// Remembers the lens as it is, for undo: changes of `what` that follow each other closely are one.
    pub(super) fn lens_changes(&mut self, what: &'static str, ctx: &egui::Context) {
        let Self { state, .. } = self;
        let kept = state.kept_lens();
        let now = ctx.input(|input| input.time);
        state.history.edited(|| Undoable::Lens(Box::new(kept)), what, now);
    }

    pub(super) fn lens(&mut self, command: LensCommand, ctx: &egui::Context) {
        match command {
            LensCommand::Subject(subject) => {
                self.lens_changes("lens subject", ctx);
                self.state.screen.lens.subject = subject;
            }
            LensCommand::LensPage(page) => self.state.screen.lens.page = page,
            LensCommand::LensOrder(order) => self.state.screen.lens.order = order,
            LensCommand::LensLog(log) => self.state.screen.lens.log = log,
            LensCommand::LensAll(all) => self.state.screen.lens.all = all,
            LensCommand::Drill(class) => self.state.screen.lens.drilled = Some(class),
            LensCommand::Beside(beside) => {
                self.lens_changes("lens beside", ctx);
                self.state.screen.lens.beside = beside;
            }
            LensCommand::Photo(of) => {
                self.state.screen.lens.subject = Subject::Photo;
                self.look_at_photo(of, ctx);
            }
            LensCommand::LensTemperature(t) => {
                self.lens_changes("lens temperature", ctx);
                self.state.screen.lens.temperature = t;
                self.state.screen.lens.plays = None;
                self.state.window.greeting.done(Tip::Lens);
            }
            LensCommand::Moment(step) => {
                if let Some(moment) = &mut self.state.screen.moment {
                    moment.playing = false;
                }
                self.state.go_to_moment(step);
            }
            LensCommand::PlayMoment(playing) => self.play_moment(playing),
            LensCommand::DarkPage(page) => self.state.screen.dark.page = page,
            LensCommand::DarkWho(who) => self.state.screen.dark.who = who,
            LensCommand::OpenCell(cell) => {
                self.bring_up(Pane::Samples);
                self.state.screen.lens.class = None;
                self.state.screen.lens.cell = cell;
                self.choose_samples(SampleChoice::Answered);
            }
            LensCommand::LensRow(row) => self.show_sample(row),
            LensCommand::SampleChoice(choice) => self.choose_samples(choice),
            LensCommand::LensClass(class) => {
                self.state.screen.lens.class = class;
                self.choose_samples(self.state.screen.lens.choice);
            }
            LensCommand::BiasOf(mover) => self.state.screen.bias.mover = Some(mover),
            LensCommand::Bias(to) => self.state.move_bias(to),
            LensCommand::FindBias => self.state.find_bias(),
            LensCommand::ResetBiases => self.state.reset_biases(),
            LensCommand::LensZoom(zoomed) => self.state.screen.lens.zoomed = zoomed,
            LensCommand::WhichSamples => {
                self.bring_up(Pane::Samples);
                self.state.screen.lens.class = None;
                self.choose_samples(SampleChoice::Apart);
            }
            LensCommand::OpenSample(row) => {
                self.bring_up(Pane::Lens);
                self.show_sample(row);
            }
        }
    }

    pub(super) fn example(&mut self, command: ExampleCommand, ctx: &egui::Context) {
        match command {
            ExampleCommand::MoveLogit(whose, class, to) => {
                self.lens_changes("example logits", ctx);
                self.state.screen.example.move_logit(whose, class, to);
            }
            ExampleCommand::MoveProbability(whose, class, to) => {
                self.lens_changes("example logits", ctx);
                let t = self.state.screen.lens.temperature;
                self.state.screen.example.move_probability(whose, class, to, t);
            }
            ExampleCommand::TypeLogits(whose, typed) => {
                let before = self.state.kept_lens();
                match self.state.screen.example.type_logits(whose, &typed) {
                    Ok(()) => self.state.history.did(Undoable::Lens(Box::new(before))),
                    Err(NotLogits::NoNumber(place, word)) => {
                        self.fault(phrase!("example-no-number", typed = typed, place = place, word = word));
                    }
                    Err(NotLogits::Count(count)) => {
                        self.fault(phrase!("example-count", typed = typed, count = count, most = MOST_CLASSES));
                    }
                }
            }
            ExampleCommand::ExampleLabel(label) => {
                self.lens_changes("example label", ctx);
                self.state.screen.example.label = label;
            }
            ExampleCommand::ResetExample => {
                self.lens_changes("example reset", ctx);
                self.state.screen.example = Example::default();
            }
            ExampleCommand::TakeExample => {
                if let Some(example) = self.state.example_of_view() {
                    self.lens_changes("example taken", ctx);
                    self.state.screen.example = example;
                    self.state.screen.lens.subject = Subject::Example;
                }
            }
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

    /// Lets the strip move through the training by itself, from its beginning where it is at its end.
    pub(in crate::app) fn play_moment(&mut self, playing: bool) {
        let first = self.state.moment_view().filter(|view| view.at + 1 == view.steps.len()).map(|view| view.steps[0]);
        if let Some(moment) = &mut self.state.screen.moment {
            moment.playing = playing;
            if let Some(first) = first.filter(|_| playing) {
                moment.step = Some(first);
            }
        }
    }

    /// Opens the strip with which one moves through a training, or closes it: then panels show the newest again.
    pub(super) fn toggle_moment(&mut self) {
        let is_open = self.state.screen.moment.is_some();
        self.state.screen.moment = (!is_open).then(Moment::default);
    }

    /// Lets T of the lens go up and down by itself, or stops it.
    pub(super) fn play_temperature(&mut self, ctx: &egui::Context) {
        let plays = self.state.screen.lens.plays.is_some();
        if !plays {
            self.lens_changes("lens temperature", ctx);
        }
        self.state.screen.lens.plays = (!plays).then_some(true);
    }
}
