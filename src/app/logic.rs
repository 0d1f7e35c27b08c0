//! Takes in what threads and dialogs have to say; runs before each frame, and while the window is hidden.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use eframe::egui;

use super::App;
use super::dialogs::Picked;
use super::reader::Answer;
use super::tiles::{self, Moved};
use crate::command::WindowCommand;
use crate::protocol::{JobStart, Move, Report, Request, Started};
use crate::state::{JobView, LENS_TEMPERATURES, Pane, PathField, PhotoOf, Pictures, SampleChoice, Shipped, Subject};

/// A recipe that rests this long is worked out again.
const SETTLED: Duration = Duration::from_millis(150);

/// Settings that were moved by keys rest this long before they become an event of the running job: presses come in series.
const MEANT: Duration = Duration::from_millis(400);

/// How long a frame waits for an answer at most.
const MOMENT: Duration = Duration::from_millis(50);

/// Seconds in which T of the lens goes from one end to the other by itself.
const SWEEP: f64 = 9.0;

/// Seconds that a snapshot stays on show while the moment of training moves on by itself.
const MOMENT_LASTS: f64 = 0.08;

/// How often to look whether another process has changed the store.
const LOOK: Duration = Duration::from_millis(1500);

/// What the user's hand is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hand {
    /// Nothing.
    #[default]
    Off,
    /// A button of the pointer.
    OnPointer,
    /// Nothing any more, since this frame.
    LetsGo,
    /// A key.
    OnKeys,
}

impl App {
    pub(super) fn take_in(&mut self, ctx: &egui::Context) {
        self.take_picture(ctx);
        self.take_photo();
        self.take_saved_graph();
        self.take_reports();
        self.take_answers();
        self.begin_next();
        self.ask_preview(ctx);
        self.ask_pictures();
        self.ask_readings();
        self.make_ready();
        match self.dialogs.poll() {
            None | Some(Picked::Nothing) => {}
            Some(Picked::Paths(purpose, paths)) => self.commands.send(WindowCommand::Picked(purpose, paths)),
            Some(Picked::Unavailable(purpose)) => {
                let text = super::dialogs::new_name(purpose).unwrap_or_default().to_owned();
                self.state.window.path_field = Some(PathField { purpose, text });
            }
        }
        self.ask_before_loss(ctx);
        self.take_dropped(ctx);
        self.look_again();
        self.settle_projector(ctx);
        super::shortcuts::take_keys(ctx, &self.state, &self.commands);
        // One drag is one change.
        if !ctx.input(|input| input.pointer.any_down()) {
            match self.moved_panels.take() {
                Some(Moved::Panel) => self.rearranged(self.state.window.workspace),
                Some(Moved::Tab) => self.settle_arrangements(),
                None => {}
            }
        }
        if self.listed.elapsed() > LOOK && ctx.input(|input| input.focused) {
            self.listed = Instant::now();
            self.reader.list_if_changed();
        }
        self.take_looks(ctx);
        if self.settings.is_due() {
            let remembered = self.remembered();
            self.settings.keep_at_once(remembered);
        }
        self.meter.set_on(self.state.window.shows_overlay);
    }

    /// How the window looks, for the next time.
    fn take_looks(&mut self, ctx: &egui::Context) {
        self.state.window.dark = match ctx.options(|options| options.theme_preference) {
            egui::ThemePreference::Dark => Some(true),
            egui::ThemePreference::Light => Some(false),
            egui::ThemePreference::System => None,
        };
        if self.before_projector.is_some() {
            return;
        }
        let zoom = ctx.zoom_factor();
        self.kept.zoom = ((zoom - 1.0).abs() > 1e-3).then_some(zoom);
    }

    fn take_reports(&mut self) {
        let content = self.inbox.take();
        let (mut listed, mut turned, mut learnt) = (false, false, false);
        if let Some(store) = self.state.window.temporary.as_mut().filter(|_| !content.reports.is_empty()) {
            store.kept = false;
        }
        for report in &content.reports {
            let shown = self.state.screen.focus;
            listed |= self.state.take_report(report);
            self.began(report, shown);
            learnt |= matches!(&**report, Report::Epoch(epoch) if Some(epoch.run) == self.state.on_show().1);
            if let Report::Started(started) = &**report
                && self.state.screen.focus == Some(started.job)
            {
                self.set_the_scene(started);
                turned = true;
            }
        }
        // The student reads the user's picture again after an epoch; of many that end between two frames, after the last.
        if learnt && let Some(picture) = self.state.screen.picture.clone() {
            self.look_at(picture.own);
        }
        if learnt && let Some(readings) = self.state.screen.readings.as_ref().filter(|_| self.explains()) {
            self.worker.send(Request::Explain(Box::new(readings.of.clone())));
        }
        if let Some(job) = self.state.screen.focus.and_then(|id| self.state.jobs.open.get_mut(&id)) {
            job.settle();
        }
        for live in content.live {
            if let Some(fault) = self.state.take_live(live) {
                self.fault(fault);
            }
        }
        if listed {
            self.reader.list();
        }
        if turned {
            self.settle_arrangements();
        }
    }

    /// Brings up the panel in which something is going to be seen: the board of a sweep; of a recipe that leaves classes out
    /// of what its student sees, samples of the first of them; the lens otherwise.
    fn set_the_scene(&mut self, started: &Started) {
        // A lesson says itself what is looked at.
        if self.sandbox.is_some() {
            return;
        }
        let sweeps = self.state.jobs.open.get(&started.job).is_some_and(JobView::is_sweep);
        let unseen = started.sweep.base.data.omitted(&started.probe.classes);
        let panel = match unseen.first() {
            _ if sweeps => Pane::Board,
            Some(class) => {
                self.state.screen.lens.class = Some(*class);
                self.choose_samples(SampleChoice::Any);
                Pane::Samples
            }
            None => Pane::Lens,
        };
        self.bring_up(panel);
    }

    fn take_answers(&mut self) {
        for answer in self.reader.answers() {
            match answer {
                Answer::Runs(mut runs) => {
                    // Newest jobs first; within one, the student before those who are trained for it, its baseline and its teacher.
                    runs.sort_by_key(|row| {
                        let rank = match row.role {
                            crate::protocol::Role::Student => 0,
                            crate::protocol::Role::Companion => 1,
                            crate::protocol::Role::Baseline => 2,
                            crate::protocol::Role::Teacher => 3,
                        };
                        (std::cmp::Reverse(row.job), rank, row.run)
                    });
                    self.state.jobs.rows = runs;
                    self.state.find_run_before();
                    self.state.jobs.store_fault = None;
                    self.load_ticked();
                }
                Answer::Known(known) => {
                    let jobs = &mut self.state.jobs;
                    (jobs.recipes, jobs.sweeps, jobs.told_apart) = (known.recipes, known.sweeps, known.told_apart);
                    self.state.find_run_before();
                }
                Answer::Job(job) => {
                    // A job that runs here is fed by its reports.
                    if self.state.jobs.running != Some(job.id) {
                        self.state.jobs.open.insert(job.id, *job);
                    }
                }
                Answer::Resume(view, resume) => {
                    if !(self.state.jobs.keeps_view && self.state.screen.focus.is_some()) {
                        self.state.screen.focus = Some(view.id);
                    }
                    self.state.jobs.open.insert(view.id, *view);
                    self.start(JobStart::Resume(*resume));
                }
                Answer::Waiting(jobs) => self.take_kept_queue(&jobs),
                Answer::Logits(run, found) => self.state.screen.kept.take(run, found),
                Answer::Timeline(job, run, found) => self.state.take_timeline(job, run, found),
                Answer::Failed(message) => {
                    self.state.jobs.starting = false;
                    // What was on show when the window was closed may be gone.
                    if self.state.focused().is_none() {
                        self.state.screen.focus = None;
                    }
                    self.state.jobs.store_fault = Some(message.clone());
                    self.fault(message);
                }
            }
        }
    }

    /// Settings moved in the panel become one event of the running job: when the pointer lets go of them, or once the keys rest.
    /// What was asked for in this frame must have been performed.
    pub(super) fn send_moved(&mut self, ctx: &egui::Context) {
        let (pointer, keys) = ctx.input(|input| (input.pointer.any_down(), !input.keys_down.is_empty()));
        let before = self.hand;
        self.hand = match (pointer, keys, before) {
            (true, ..) => Hand::OnPointer,
            (false, true, _) => Hand::OnKeys,
            // The panels may move a setting by as much as the pointer went since the last frame: then the next one sends it.
            (false, false, Hand::OnPointer) => Hand::LetsGo,
            (false, false, _) => Hand::Off,
        };
        if self.state.jobs.running.is_none() {
            self.state.jobs.moved.clear();
        }
        let Some(newest) = self.state.jobs.moved.iter().map(|moved| moved.at).max() else { return };
        let rest = match self.hand {
            Hand::OnPointer | Hand::OnKeys => return,
            Hand::LetsGo => return ctx.request_repaint(),
            Hand::Off if before == Hand::LetsGo => Duration::ZERO,
            Hand::Off => MEANT.saturating_sub(newest.elapsed()),
        };
        if !rest.is_zero() {
            return ctx.request_repaint_after(rest);
        }
        let moves =
            self.state.jobs.moved.iter().map(|moved| Move { run: moved.run, setting: moved.setting, to: moved.to });
        // Where the thread does not keep up they are sent later.
        if self.worker.send(Request::Change(moves.collect())) {
            self.state.jobs.moved.clear();
        } else {
            ctx.request_repaint_after(MEANT);
        }
    }

    /// Rows on the wall that nobody has in memory are read from their data.
    fn ask_pictures(&mut self) {
        if !self.sees(Pane::Samples) {
            return;
        }
        let Some((run, gather)) = self.state.wanted_pictures() else { return };
        let of = (gather.job, run, gather.rows.clone());
        if gather.rows.is_empty() || self.worker.send(Request::Gather(Box::new(gather))) {
            self.state.screen.pictures = Some(Pictures { of, found: None });
        }
    }

    /// Whether it is in sight how models see a sample: tokens in the lens, or places of a picture.
    fn explains(&self) -> bool {
        let tokens = self.state.screen.lens.tokens && self.sees(Pane::Lens) && self.state.shows_text();
        tokens || self.sees(Pane::Inside) && self.state.shows_places()
    }

    /// Whether a panel is in sight.
    fn sees(&self, panel: Pane) -> bool {
        match self.state.window.projector.or(self.state.window.maximised) {
            Some(alone) => alone == panel,
            None => self.tiles.get(&self.state.window.workspace).is_some_and(|tree| tiles::shows(tree, panel)),
        }
    }

    /// All panels that are.
    pub(super) fn in_sight(&self) -> BTreeSet<Pane> {
        match self.state.window.projector.or(self.state.window.maximised) {
            Some(alone) => [alone].into(),
            None => self.tiles.get(&self.state.window.workspace).into_iter().flat_map(tiles::in_sight).collect(),
        }
    }

    /// The models on show are asked how they see the sample in the lens.
    fn ask_readings(&mut self) {
        if self.explains()
            && let Some(wanted) = self.state.wanted_readings()
            && self.worker.send(Request::Explain(Box::new(wanted.clone())))
        {
            self.state.ask_readings(wanted);
        }
    }

    /// While biases can be moved, errors are counted on the logits that are known, and the kept ones of the run on show are read. What
    /// was asked for in this frame must have been performed.
    pub(super) fn count_by_bias(&mut self) {
        if self.sees(Pane::Lens)
            && let Some(run) = self.state.wanted_logits()
            && self.reader.logits(run)
        {
            self.state.screen.kept.ask(run);
        }
        self.state.count_by_bias();
    }

    /// What the panels in sight look at again for a new T or moment. What was asked for in this frame must have been performed.
    pub(super) fn settle_looks(&mut self, ctx: &egui::Context) {
        self.play(ctx);
        self.state.settle_example();
        if self.state.screen.lens.subject == Subject::Photo
            && self.state.screen.photo.is_none()
            && self.sees(Pane::Lens)
        {
            self.look_at_photo(PhotoOf::Shipped(Shipped::default()), ctx);
        }
        if let Some((job, runs)) = self.state.wanted_timelines() {
            let asked: Vec<_> = runs.into_iter().filter(|run| self.reader.timeline(job, *run)).collect();
            self.state.ask_timelines(&asked);
        }
        if self.sees(Pane::Dark) {
            if let Some(run) = self.state.wanted_dark_logits().filter(|run| self.reader.logits(*run)) {
                self.state.screen.kept.ask(run);
            }
            self.state.settle_dark();
        }
    }

    /// Moves on what moves by itself: T of the lens, and the moment of training.
    fn play(&mut self, ctx: &egui::Context) {
        let passed = f64::from(ctx.input(|input| input.stable_dt.min(0.1)));
        let lens = &mut self.state.screen.lens;
        if let Some(up) = lens.plays {
            let (low, high) = LENS_TEMPERATURES.into_inner();
            let by = ((high / low).ln() * passed / SWEEP).exp();
            let to = (lens.temperature * if up { by } else { 1.0 / by }).clamp(low, high);
            lens.plays = Some(if up { to < high } else { to <= low });
            lens.temperature = to;
            ctx.request_repaint();
        }
        if self.state.screen.moment.as_ref().is_some_and(|moment| moment.playing) {
            let now = ctx.input(|input| input.time);
            if now >= self.next_moment {
                self.next_moment = now + MOMENT_LASTS;
                if !self.state.step_moment(1) {
                    self.play_moment(false);
                }
            }
            ctx.request_repaint_after(Duration::from_secs_f64(MOMENT_LASTS));
        }
    }

    /// Where the lens shows a text of a job that rests, its models are loaded once: whoever types is answered at once.
    fn make_ready(&mut self) {
        if self.state.jobs.running.is_some() || self.state.jobs.starting {
            // A job takes the memory, and may leave other models.
            self.ready = None;
        } else if self.state.focused().is_some() && self.sees(Pane::Lens) && self.state.shows_text() {
            let readers = self.state.readers();
            if self.ready.as_ref() != Some(&readers) && self.worker.send(Request::MakeReady(Box::new(readers.clone())))
            {
                self.ready = Some(readers);
            }
        }
    }

    /// Where the cores that answer must draw as well, the answer about a text that was typed is waited for a moment: drawn once, both
    /// are there sooner than drawn twice.
    pub(super) fn hear_answer(&mut self) {
        let asked = std::mem::take(&mut self.asked_text);
        let is_wanted = asked && !self.pace.is_zero() && self.state.jobs.running.is_none();
        if is_wanted && self.inbox.hears_answer(MOMENT) {
            self.take_reports();
        }
    }

    /// A changed recipe is worked out again once it rests.
    fn ask_preview(&mut self, ctx: &egui::Context) {
        let stale = self.previewed.as_ref().is_none_or(|previewed| {
            let (a, b) = (previewed, &self.state.recipe.sweep.base);
            a.data != b.data || a.teacher != b.teacher || a.student != b.student || a.training.seed != b.training.seed
        });
        if !stale {
            return;
        }
        if self.changed.elapsed() < SETTLED {
            ctx.request_repaint_after(SETTLED);
        } else if self.worker.send(Request::Preview(Box::new(self.state.recipe.sweep.base.clone()))) {
            self.previewed = Some(self.state.recipe.sweep.base.clone());
        }
    }
}
