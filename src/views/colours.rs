//! The colour of a run, one and the same in the list, the curves and the board, and how the line of a baseline is drawn.

use std::collections::BTreeMap;

use eframe::egui::Color32;

use crate::distill::term;
use crate::protocol::{Role, RunId, TermName};
use crate::recipe::Baseline;
use crate::runs::BoardAxis;
use crate::state::{JobView, Overlaid, State};
use crate::theme::Tokens;
use crate::widgets::KeyMark;

/// What colour each run has as things stand.
pub(super) struct RunColours<'a> {
    /// The runs of the job in focus.
    focused: BTreeMap<RunId, Color32>,
    overlaid: &'a Overlaid,
    tokens: &'a Tokens,
}

impl<'a> RunColours<'a> {
    /// Runs of the job in focus have the colour of their role, and students of a sweep that of their value of its first axis.
    /// What is laid over from other jobs has a colour of its own, and the rest that of its role.
    pub fn of(state: &'a State, tokens: &'a Tokens) -> Self {
        Self::new(state.focused(), &state.screen.overlaid, tokens)
    }

    fn new(job: Option<&JobView>, overlaid: &'a Overlaid, tokens: &'a Tokens) -> Self {
        Self { focused: job.map_or_else(BTreeMap::new, |job| of_job(job, tokens)), overlaid, tokens }
    }

    /// The colour of a run.
    pub fn run(&self, run: RunId, role: Role) -> Color32 {
        let laid_over = || self.overlaid.slot(run).map(|slot| self.tokens.series(slot));
        self.focused.get(&run).copied().or_else(laid_over).unwrap_or_else(|| of_role(role, self.tokens))
    }
}

/// The colour of a term of a loss, by its position among those of its method: what labels say, what the teacher says, and what else it
/// says.
pub(super) fn term_colour<'a>(names: impl Iterator<Item = &'a TermName>, at: usize, tokens: &Tokens) -> Color32 {
    let of_teacher: Vec<bool> = names.map(|name| term(name).is_none_or(|term| term.of_teacher)).collect();
    let before = of_teacher.iter().take(at).filter(|of_teacher| **of_teacher).count();
    match of_teacher.get(at) {
        Some(true) if before == 0 => tokens.teacher,
        Some(true) => tokens.series(before),
        _ => tokens.label,
    }
}

/// How the line of a baseline is drawn: all have one colour.
pub(super) fn mark_of(baseline: &Baseline) -> KeyMark {
    match baseline.needs_teacher() {
        _ if baseline == Baseline::PLAIN => KeyMark::Dashes,
        false => KeyMark::LongDashes,
        true => KeyMark::Dots,
    }
}

/// The colour of one value of a swept field: its position on a scale where the values are numbers, one of a row of colours without
/// an order where they are not.
pub(super) fn value_colour(axis: &BoardAxis, level: usize, tokens: &Tokens) -> Color32 {
    let last = axis.labels.len().saturating_sub(1).max(1) as f32;
    if axis.numbers.is_some() { tokens.swept(level as f32 / last) } else { tokens.series(level) }
}

fn of_job(job: &JobView, tokens: &Tokens) -> BTreeMap<RunId, Color32> {
    let mut colours: BTreeMap<RunId, Color32> =
        job.runs.iter().map(|info| (info.run, of_role(info.role, tokens))).collect();
    if !job.is_sweep() {
        return colours;
    }
    let axis = job.board.axes.first();
    for cell in &job.board.cells {
        for (at, (_, run)) in cell.runs.iter().enumerate() {
            // Where seeds alone differ each of them has a colour.
            let level = cell.levels.first().copied().flatten();
            let colour = match axis {
                None => Some(tokens.series(at)),
                Some(axis) => level.map(|level| value_colour(axis, level, tokens)),
            };
            colours.extend(colour.map(|colour| (*run, colour)));
        }
    }
    colours
}

fn of_role(role: Role, tokens: &Tokens) -> Color32 {
    match role {
        // Both are learnt from.
        Role::Teacher | Role::Companion => tokens.teacher,
        Role::Student => tokens.student,
        Role::Baseline => tokens.no_teacher,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use eframe::egui::Theme;

    use super::*;
    use crate::protocol::{JobId, Probe, RunInfo, Stage, Started};
    use crate::recipe::QUICKSTART;
    use crate::runs::BoardCell;
    use crate::text::Phrase;

    const TEACHER: RunId = RunId(1);
    const BASELINE: RunId = RunId(2);

    /// A job with a teacher and a baseline, and with students: a cell for each value of the axis with a run for each seed.
    fn job(axis: Option<BoardAxis>, seeds: u64) -> JobView {
        let sweep = QUICKSTART.sweep().unwrap();
        let info = |run, role, seed| RunInfo {
            run,
            role,
            teachers: Vec::new(),
            stage: Stage(1),
            recipe: sweep.base.clone(),
            model: String::new(),
            seed,
            parameters: 1,
            steps: 1,
            steps_per_epoch: 1,
            loaded: false,
            place: 0,
        };
        let values = axis.as_ref().map_or(1, |axis| axis.labels.len());
        let mut runs = vec![info(TEACHER, Role::Teacher, 0), info(BASELINE, Role::Baseline, 0)];
        let mut cells = Vec::new();
        for level in 0..values {
            let of_cell = (0..seeds).map(|seed| (seed, RunId(10 * (level as u64 + 1) + seed)));
            let of_cell: Vec<(u64, RunId)> = of_cell.collect();
            runs.extend(of_cell.iter().map(|(seed, run)| info(*run, Role::Student, *seed)));
            let levels = axis.iter().map(|_| Some(level)).collect();
            cells.push(BoardCell {
                label: Phrase::Plain(String::new()),
                levels,
                runs: of_cell,
                baseline: None,
                baselines: Vec::new(),
            });
        }
        let (probe, device) = (Arc::new(Probe::default()), String::new());
        let started = Started { job: JobId(1), at_millis: 0, sweep, runs, device, probe, data: None };
        let mut job = JobView::started(&started);
        job.board.cells = cells;
        job.board.axes = axis.into_iter().collect();
        job
    }

    fn axis(labels: &[&str], numbers: Option<Vec<f64>>) -> BoardAxis {
        BoardAxis {
            path: "student.model".to_owned(),
            labels: labels.iter().map(|label| Phrase::from(*label)).collect(),
            numbers,
        }
    }

    fn students(job: &JobView, tokens: &Tokens) -> Vec<Color32> {
        let overlaid = Overlaid::default();
        let colours = RunColours::new(Some(job), &overlaid, tokens);
        let students = job.runs.iter().filter(|info| info.role == Role::Student);
        assert_eq!(colours.run(TEACHER, Role::Teacher), tokens.teacher);
        assert_eq!(colours.run(BASELINE, Role::Baseline), tokens.no_teacher);
        students.map(|info| colours.run(info.run, info.role)).collect()
    }

    #[test]
    fn a_scale_is_for_numbers_and_a_row_of_colours_for_what_has_no_order() {
        for tokens in [Theme::Dark, Theme::Light].map(Tokens::of) {
            assert_eq!(students(&job(None, 1), tokens), [tokens.student]);
            let numbers = job(Some(axis(&["1", "2", "8"], Some(vec![1.0, 2.0, 8.0]))), 1);
            assert_eq!(students(&numbers, tokens), [0.0, 0.5, 1.0].map(|share| tokens.swept(share)));
            // Seeds of one value have one colour.
            let models = job(Some(axis(&["mlp", "cnn"], None)), 2);
            assert_eq!(students(&models, tokens), [0, 0, 1, 1].map(|index| tokens.series(index)));
            // Where seeds are all that differs each has its own.
            assert_eq!(students(&job(None, 3), tokens), [0, 1, 2].map(|index| tokens.series(index)));
        }
    }

    #[test]
    fn what_is_laid_over_keeps_its_colour_while_it_is_ticked() {
        let tokens = Tokens::of(Theme::Dark);
        let (job, others) = (job(None, 1), [70, 71, 72].map(RunId));
        let mut overlaid = Overlaid::default();
        // The student of the job in focus is ticked too; it stays what it is.
        for run in others.into_iter().chain([RunId(10)]) {
            overlaid.insert(run);
        }
        let colours = RunColours::new(Some(&job), &overlaid, tokens);
        assert_eq!(others.map(|run| colours.run(run, Role::Student)), [0, 1, 2].map(|index| tokens.series(index)));
        assert_eq!(colours.run(RunId(10), Role::Student), tokens.student);
        overlaid.remove(others[0]);
        let colours = RunColours::new(Some(&job), &overlaid, tokens);
        assert_eq!(colours.run(others[1], Role::Student), tokens.series(1));
        // What is neither in focus nor ticked has the colour of its role.
        assert_eq!(colours.run(others[0], Role::Student), tokens.student);
        assert_eq!(colours.run(RunId(99), Role::Baseline), tokens.no_teacher);
    }
}
