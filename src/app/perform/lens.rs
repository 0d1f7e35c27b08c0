//! Performs what concerns what the lens looks at, and how.

use eframe::egui;

use crate::app::App;
use crate::command::ScreenCommand;
use crate::state::{Example, MOST_CLASSES, Moment, NotLogits, Subject, Undoable};
use crate::text::phrase;

impl App {
    /// Remembers the lens as it is, for undo: changes of `what` that follow each other closely are one.
    pub(super) fn lens_changes(&mut self, what: &'static str, ctx: &egui::Context) {
        let Self { state, .. } = self;
        let kept = state.kept_lens();
        let now = ctx.input(|input| input.time);
        state.history.edited(|| Undoable::Lens(Box::new(kept)), what, now);
    }

    pub(super) fn lens(&mut self, command: ScreenCommand, ctx: &egui::Context) {
        match command {
            ScreenCommand::Subject(subject) => {
                self.lens_changes("lens subject", ctx);
                self.state.screen.lens.subject = subject;
            }
            ScreenCommand::LensPage(page) => self.state.screen.lens.page = page,
            ScreenCommand::LensOrder(order) => self.state.screen.lens.order = order,
            ScreenCommand::LensLog(log) => self.state.screen.lens.log = log,
            ScreenCommand::LensAll(all) => self.state.screen.lens.all = all,
            ScreenCommand::Drill(class) => self.state.screen.lens.drilled = Some(class),
            ScreenCommand::Beside(beside) => {
                self.lens_changes("lens beside", ctx);
                self.state.screen.lens.beside = beside;
            }
            ScreenCommand::MoveLogit(whose, class, to) => {
                self.lens_changes("example logits", ctx);
                self.state.screen.example.move_logit(whose, class, to);
            }
            ScreenCommand::MoveProbability(whose, class, to) => {
                self.lens_changes("example logits", ctx);
                let t = self.state.screen.lens.temperature;
                self.state.screen.example.move_probability(whose, class, to, t);
            }
            ScreenCommand::TypeLogits(whose, typed) => {
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
            ScreenCommand::ExampleLabel(label) => {
                self.lens_changes("example label", ctx);
                self.state.screen.example.label = label;
            }
            ScreenCommand::ResetExample => {
                self.lens_changes("example reset", ctx);
                self.state.screen.example = Example::default();
            }
            ScreenCommand::TakeExample => {
                if let Some(example) = self.state.example_of_view() {
                    self.lens_changes("example taken", ctx);
                    self.state.screen.example = example;
                    self.state.screen.lens.subject = Subject::Example;
                }
            }
            ScreenCommand::Photo(of) => {
                self.state.screen.lens.subject = Subject::Photo;
                self.look_at_photo(of, ctx);
            }
            _ => {}
        }
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
