//! What both plots share: reducing long curves to the screen, and remembering what the screen last showed.

use std::ops::RangeInclusive;

use eframe::egui::{Color32, Id, Label, Ui};
use egui_plot::PlotPoint;

use super::colours::{RunColours, mark_of, value_colour};
use super::course_words;
use crate::command::{Commands, ScreenCommand};
use crate::protocol::{Change, Epoch, Role, RunId, RunInfo, Setting};
use crate::recipe::{Baseline, field};
use crate::state::series::{Column, Series};
use crate::state::{Held, JobView, LossCurve, RunCurves, Smoothing, State};
use crate::text::{Term, number, text};
use crate::theme::{Tokens, UiTokens as _, caption};
use crate::widgets::{Band, Curve, CurvePlotResponse, KeyMark, LegendClick, LevelLegend, PlotKey, fitting_keys_ui};

/// A curve reduced to what can be shown.
pub(super) struct Drawn {
    pub name: String,
    /// What the name means, where a legend shows it.
    pub what: String,
    pub id: u64,
    pub colour: Color32,
    pub mark: KeyMark,
    pub emphasised: bool,
    pub line: Vec<PlotPoint>,
    pub band: Vec<Band>,
}

impl Drawn {
    pub fn curve(&self) -> Curve<'_> {
        Curve {
            name: &self.name,
            what: &self.what,
            id: self.id,
            colour: self.colour,
            mark: self.mark,
            emphasised: self.emphasised,
            line: &self.line,
            band: &self.band,
        }
    }
}

/// Columns of all curves of a sweep together: what a frame has time for. Those of the lit cell are drawn in full.
const COLUMNS: usize = 4_000;

/// Which part of the x axis was on the screen, and how wide it was: what the next frame's curves are reduced to.
#[derive(Clone, Debug)]
pub(super) struct Viewport {
    x_range: RangeInclusive<f64>,
    columns: usize,
    follows: bool,
}

impl Viewport {
    /// What plot `id` showed last.
    pub fn of(ui: &Ui, id: Id) -> Self {
        let all = Self { x_range: 0.0..=f64::MAX, columns: 600, follows: true };
        ui.data(|data| data.get_temp(id)).unwrap_or(all)
    }

    /// Remembers what plot `id` shows now.
    pub fn remember(ui: &Ui, id: Id, response: &CurvePlotResponse) {
        let CurvePlotResponse { x_range, columns, follows, .. } = response;
        let viewport = Self { x_range: x_range.clone(), columns: *columns, follows: *follows };
        ui.data_mut(|data| data.insert_temp(id, viewport));
    }

    /// The same with fewer points a curve, where there are very many curves.
    pub fn coarser(&self, curves: usize) -> Self {
        Self { columns: (COLUMNS / curves.max(1)).clamp(40, self.columns.max(40)), ..self.clone() }
    }

    fn view(&self, series: &Series) -> Vec<Column> {
        let Some(all) = series.x_range() else { return Vec::new() };
        let range = if self.follows { all } else { self.x_range.clone() };
        series.view(range, self.columns.max(2))
    }

    /// The points of a curve, one or two for each pixel.
    pub fn line(&self, curve: &LossCurve, smoothing: Smoothing) -> Vec<PlotPoint> {
        let shown = self.view(curve.smoothed(smoothing));
        shown.iter().map(|column| PlotPoint::new(column.x, f64::from(column.last))).collect()
    }

    /// A value of each epoch, at the step at which it ended.
    pub fn epochs(&self, curves: &RunCurves, value: impl Fn(&Epoch) -> f64) -> Vec<PlotPoint> {
        let range = if self.follows { 0.0..=f64::MAX } else { self.x_range.clone() };
        let line = curves.epoch_line(range, |epoch| epoch.step as f64, value);
        line.into_iter().map(|(x, y)| PlotPoint::new(x, y)).collect()
    }

    /// The same as [`Viewport::line`], with the spread of the raw values behind them.
    pub fn reduce(&self, curve: &LossCurve, smoothing: Smoothing) -> (Vec<PlotPoint>, Vec<Band>) {
        let line = self.line(curve, smoothing);
        // Where columns are single points the spread is that of neighbours, so that the band has a body.
        let spread = |window: &[Column]| {
            let values = window.iter().filter(|column| column.min.is_finite() && column.max.is_finite());
            let (low, high) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), column| {
                (low.min(column.min), high.max(column.max))
            });
            let middle = window.get(window.len() / 2)?;
            (low <= high).then(|| Band { x: middle.x, low: f64::from(low), high: f64::from(high) })
        };
        let raw = if smoothing == Smoothing::Raw { Vec::new() } else { self.view(&curve.raw) };
        let band = raw.windows(3).filter_map(spread).collect();
        (line, band)
    }
}

/// How a run of a sweep is drawn.
pub(super) struct SweepRun {
    pub run: RunId,
    pub name: String,
    pub colour: Color32,
    pub mark: KeyMark,
    pub emphasised: bool,
}

/// All runs of a sweep: students in their colour, baselines dashed or dotted. Those of the cell that lights
/// stand out, and the others step back.
pub(super) fn sweep_runs(job: &JobView, state: &State, tokens: &Tokens) -> Vec<SweepRun> {
    let lit = state.lit_cell();
    let colours = RunColours::of(state, tokens);
    let dim = |colour: Color32, on: bool| if lit.is_none() || on { colour } else { colour.gamma_multiply(0.22) };
    let mut drawn = Vec::new();
    for (at, cell) in job.board.cells.iter().enumerate() {
        let on = lit == Some(at);
        for (seed, run) in &cell.runs {
            let colour = dim(colours.run(*run, Role::Student), on);
            let name = format!("{} · {seed}", cell.label.words());
            drawn.push(SweepRun { run: *run, name, colour, mark: KeyMark::Line, emphasised: on });
        }
    }
    // In front of the others, and never dimmed: it is what all of them are compared with.
    for cell in &job.board.baselines {
        let Some(baseline) = cell.baseline else { continue };
        let mark = mark_of(baseline);
        for (seed, run) in &cell.runs {
            let name = format!("{} · {seed}", text(baseline.label));
            drawn.push(SweepRun { run: *run, name, colour: tokens.no_teacher, mark, emphasised: false });
        }
    }
    drawn
}

impl Drawn {
    /// The same curve with each value multiplied by what holds at its step, of which `factors` are told for steps that rise.
    pub fn times(mut self, factors: impl Fn(&mut dyn Iterator<Item = f64>) -> Vec<f64>) -> Self {
        let of_line = factors(&mut self.line.iter().map(|point| point.x));
        for (point, factor) in self.line.iter_mut().zip(of_line) {
            point.y *= factor;
        }
        let of_band = factors(&mut self.band.iter().map(|band| band.x));
        for (band, factor) in self.band.iter_mut().zip(of_band) {
            (band.low, band.high) = (band.low * factor, band.high * factor);
        }
        self
    }
}

/// What a click on the keys of a legend asks for.
pub(super) fn legend_clicked(click: Option<LegendClick>, curves: &[Curve<'_>], commands: &Commands) {
    let command = match click {
        None => return,
        Some(LegendClick::Toggle(id)) => ScreenCommand::ToggleCurve(id),
        Some(LegendClick::Solo(id)) => ScreenCommand::SoloCurve(id, curves.iter().map(|curve| curve.id).collect()),
    };
    commands.send(command);
}

/// In place of a key for each of very many curves: the scale of the swept value, or each of its values where they have no
/// order. False where the job is no sweep.
pub(super) fn key_ui(ui: &mut Ui, state: &State) -> bool {
    let Some(job) = state.focused().filter(|job| job.is_sweep()) else { return false };
    let tokens = ui.tokens();
    let (what_of_axis, named) = match job.board.axes.first() {
        None => (Term::Seed.what(), seeds(job, tokens)),
        Some(axis) => {
            let labels = axis.words();
            let what = field(&axis.path).map(|field| field.what().words()).unwrap_or_default();
            if axis.numbers.is_some() {
                let name = super::board::field_name(&axis.path);
                LevelLegend { name: &name, labels: &labels }.inline(ui).on_hover_text(&what);
            } else {
                ui.add(Label::new(caption(super::board::field_name(&axis.path))).selectable(false))
                    .on_hover_text(&what);
            }
            let values = labels.into_iter().enumerate().filter(|_| axis.numbers.is_none());
            let values = values.map(|(level, label)| (label, value_colour(axis, level, tokens)));
            (what, values.collect())
        }
    };
    let key = |(name, colour): &'_ (String, Color32)| (name.clone(), what_of_axis.clone(), *colour, KeyMark::Line);
    let baseline = |(of, _): (&'static Baseline, _)| (text(of.label), text(of.what), tokens.no_teacher, mark_of(of));
    let keys: Vec<_> = named.iter().map(key).chain(job.baselines().into_iter().map(baseline)).collect();
    let keys = keys.iter().map(|(name, what, colour, mark)| (PlotKey { name, colour: *colour, mark: *mark }, &**what));
    fitting_keys_ui(ui, &keys.collect::<Vec<_>>());
    true
}

/// The seeds of a job whose runs differ by them alone, with the colour of each.
fn seeds(job: &JobView, tokens: &Tokens) -> Vec<(String, Color32)> {
    let runs = job.board.cells.iter().flat_map(|cell| cell.runs.iter().enumerate());
    runs.map(|(at, (seed, _))| (format!("{} {seed}", text("board-seed")), tokens.series(at))).collect()
}

/// A curve's id: its run and what it shows.
pub(super) fn curve_id(run: RunId, kind: u64) -> u64 {
    run.0 * KINDS + kind
}

/// Curves that a run may have in one plot.
pub(super) const KINDS: u64 = 32;

/// Runs of other jobs that are laid over, with the colour each gets.
pub(super) fn overlaid<'a>(state: &'a State, tokens: &Tokens) -> Vec<(&'a JobView, RunId, Color32)> {
    let colours = RunColours::of(state, tokens);
    let found = state.screen.overlaid.runs().into_iter().filter_map(|run| {
        let job = state.jobs.open.values().find(|job| job.curves.contains_key(&run))?;
        let role = job.runs.iter().find(|info| info.run == run)?.role;
        Some((job, run, colours.run(run, role)))
    });
    found.collect()
}

/// Live changes of a run as markers: the step from which on they held, and all that was changed there, in words.
pub(super) fn markers(job: &JobView, run: &RunInfo) -> Vec<(f64, String)> {
    let words = |change: &Change| {
        let values = format!("{} → {}", number::setting(change.from), number::setting(change.to));
        format!("{} {values}", setting_name(change.setting))
    };
    let together = |changes: Vec<Change>| changes.iter().map(words).collect::<Vec<_>>().join(" · ");
    job.changes_of(run).into_iter().map(|(step, changes)| (step as f64, together(changes))).collect()
}

/// What held in a run from a step on, in words: the settings that move by themselves, and those that were changed live. Nothing where
/// none was.
pub(super) fn held(job: &JobView, run: &RunInfo) -> Vec<(f64, String)> {
    let (changes, objective) = (job.changes_of(run), run.objective());
    let moved = |setting: &Setting| {
        let mut changed = changes.iter().flat_map(|(_, together)| together);
        objective.ramp(setting.path()).is_some() || changed.any(|it| it.setting == *setting)
    };
    let moved: Vec<Setting> = Setting::all().into_iter().filter(moved).collect();
    if moved.is_empty() {
        return Vec::new();
    }
    let words = |held: &Held| {
        let one =
            |setting: &Setting| Some(format!("{} {}", setting_name(*setting), course_words(held.setting(*setting)?)));
        moved.iter().filter_map(one).collect::<Vec<_>>().join(" · ")
    };
    job.held(run).iter().map(|held| (held.from as f64, words(held))).collect()
}

fn setting_name(setting: Setting) -> String {
    super::board::field_name(setting.path())
}
