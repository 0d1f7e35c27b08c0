//! What a verdict rests on: a job's runs, how they ended, and what they answered.

use std::sync::Arc;

use super::missed::Missed;
use super::trial::{BaselineGroup, Measure, StudentGroup, Trial, TrialOutcome};
use super::{Discordant, Doubt, Facts, Verdict, doubts, judge};
use crate::distill::{Heard, term};
use crate::protocol::{
    Answers, Cost, JobOutcome, Metrics, Part, Role, RunId, RunInfo, RunOutcome, TermName, first_teacher,
};
use crate::recipe::{Architecture, Baseline};
use crate::runs::board::{Board, BoardCell};
use crate::text::Phrase;

/// A job, as far as it can be judged.
pub struct JobFacts<'a> {
    /// Its cells.
    pub board: &'a Board,
    /// Its runs.
    pub infos: &'a [RunInfo],
    /// The names of the classes; empty of a job of an older version.
    pub classes: &'a [String],
    /// How it ended; `None` while it runs.
    pub outcome: Option<JobOutcome>,
    /// What went wrong.
    pub message: Option<&'a Phrase>,
    /// How a run ended.
    pub end: &'a dyn Fn(RunId) -> Option<RunEnd<'a>>,
    /// What a run answered, row by row; `None` of runs of an older version.
    pub answers: &'a dyn Fn(RunId, Part) -> Option<&'a Answers>,
    /// A run's agreement with its teacher on validation rows after its first epoch.
    pub first_agreement: &'a dyn Fn(RunId) -> Option<f64>,
    /// What a run's teacher says of the rows of the lens.
    pub heard: &'a dyn Fn(&RunInfo) -> Option<Heard<'a>>,
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunEnd<'a> {
    /// How.
    pub outcome: RunOutcome,
    /// Whether a setting was moved live.
    pub edited: bool,
    /// Steps that it took.
    pub steps: u64,
    /// The kept weights on the validation rows.
    pub validation: Option<&'a Metrics>,
    /// The kept weights on the test rows, where they were looked at.
    pub test: Option<&'a Metrics>,
    /// The kept weights on rows that they were trained on.
    pub training: Option<&'a Metrics>,
    /// The share of the gradient that each term had at the last step.
    pub shares: &'a [(TermName, f64)],
    /// What the model costs whoever asks it, where it was measured.
    pub cost: Option<&'a Cost>,
}

impl RunEnd<'_> {
    /// The share of the gradient that came from the teacher at the last step; none where nothing is known of it, or it had no teacher.
    pub fn teacher_share(&self) -> Option<f64> {
        let of_teacher = |(name, _): &&(TermName, f64)| term(name).is_some_and(|term| term.of_teacher);
        let mut shares = self.shares.iter().filter(of_teacher).map(|(_, share)| *share).peekable();
        shares.peek()?;
        Some(shares.sum())
    }

    /// Whether it came to its planned end with the settings that it was given.
    pub fn is_whole(&self) -> bool {
        self.outcome == RunOutcome::Done && !self.edited
    }
}

impl<'a> JobFacts<'a> {
    pub(super) fn runs(&self, role: Role) -> impl Iterator<Item = &'a RunInfo> + use<'a> {
        self.infos.iter().filter(move |info| info.role == role)
    }

    pub(super) fn end(&self, run: RunId) -> Option<RunEnd<'a>> {
        (self.end)(run)
    }

    /// What is known of the runs of a cell.
    pub(super) fn of_cell(&self, cell: &BoardCell) -> Vec<&'a RunInfo> {
        cell.runs.iter().filter_map(|(_, run)| self.infos.iter().find(|info| info.run == *run)).collect()
    }

    /// The teachers from which the students among these runs learn, each once; the job's first, where nothing is known of that.
    pub(super) fn teachers_of(&self, runs: &[&RunInfo]) -> Vec<&'a RunInfo> {
        let students = runs.iter().filter(|info| info.role == Role::Student);
        let named: Vec<RunId> = students.flat_map(|info| info.teachers.iter().copied()).collect();
        let teachers: Vec<_> = self.runs(Role::Teacher).filter(|info| named.contains(&info.run)).collect();
        if teachers.is_empty() { first_teacher(self.infos).into_iter().collect() } else { teachers }
    }

    /// The kind of baseline by which students are judged.
    pub(super) fn first_baseline(&self) -> Option<&'static Baseline> {
        self.runs(Role::Baseline).filter_map(RunInfo::baseline).min_by_key(|baseline| baseline.place())
    }

    /// Of a job with one of each kind, the baseline by which its student is judged: of those that are judged as the first kind, the better
    /// one on validation rows.
    pub(super) fn better_baseline(&self) -> Option<&'a RunInfo> {
        let first = self.first_baseline()?.judged_as();
        let judged = self.runs(Role::Baseline).filter(|info| info.baseline().is_some_and(|it| it.judged_as() == first));
        let errors = |info: &&RunInfo| {
            let end = self.end(info.run).filter(|end| end.outcome != RunOutcome::Diverged);
            end.and_then(|end| end.validation).map_or(u64::MAX, |metrics| metrics.errors)
        };
        judged.min_by_key(errors)
    }

    /// The rows on which only one of two runs is right.
    pub(super) fn discordant(&self, first: RunId, second: RunId, part: Part) -> Option<Discordant> {
        Discordant::between((self.answers)(first, part)?, (self.answers)(second, part)?)
    }

    /// The mean validation errors of some runs, once all of them are known; of none there is none.
    pub(super) fn mean_errors(&self, runs: &mut dyn Iterator<Item = RunId>) -> Option<f64> {
        let each: Option<Vec<u64>> = runs.map(|run| Some(self.end(run)?.validation?.errors)).collect();
        let each = each.filter(|each| !each.is_empty())?;
        Some(each.iter().sum::<u64>() as f64 / each.len() as f64)
    }

    /// What became of a run that has ended.
    fn trial(&self, seed: u64, run: RunId) -> Option<Trial> {
        let end = self.end(run)?;
        let measure = |metrics: &Metrics, part: Part| {
            let missed = (self.answers)(run, part).map(Missed::of);
            // Answers that do not come to what was counted are none of those that were.
            let missed = missed.filter(|it| (it.errors(), it.examples()) == (metrics.errors, metrics.examples));
            Measure { errors: metrics.errors, examples: metrics.examples, missed: missed.map(Arc::new) }
        };
        Some(Trial {
            seed,
            validation: end.validation.map(|metrics| measure(metrics, Part::Validation)).unwrap_or_default(),
            test: end.test.map(|metrics| measure(metrics, Part::Test)),
            outcome: match end.outcome {
                RunOutcome::Diverged => TrialOutcome::Diverged,
                RunOutcome::Halved => TrialOutcome::Halved,
                RunOutcome::Stopped | RunOutcome::Failed => TrialOutcome::Stopped,
                RunOutcome::Done if end.edited => TrialOutcome::Edited,
                RunOutcome::Done => TrialOutcome::Whole,
            },
        })
    }

    /// Judges what has come to its end.
    pub fn verdict(&self) -> Verdict {
        let trials = |cell: &BoardCell| -> Vec<Trial> {
            cell.runs.iter().filter_map(|(seed, run)| self.trial(*seed, *run)).collect()
        };
        let student = |cell: &BoardCell| StudentGroup { baselines: cell.baselines.clone(), trials: trials(cell) };
        let baseline = |cell: &BoardCell| {
            let kind = cell.baseline.map_or(0, Baseline::judged_as);
            let is_own = cell.baseline.is_some_and(|baseline| baseline.is_longer);
            BaselineGroup { kind, is_own, trials: trials(cell) }
        };
        let students: Vec<_> = self.board.cells.iter().map(student).collect();
        let baselines: Vec<_> = self.board.baselines.iter().map(baseline).collect();
        judge(&students, &baselines)
    }

    /// What makes the headline of its verdict doubtful.
    pub fn doubts(&self, verdict: &Verdict) -> Vec<Doubt> {
        let students: Vec<&RunInfo> = self.runs(Role::Student).collect();
        if students.is_empty() {
            return Vec::new();
        }
        let cells = &self.board.cells;
        let best = verdict.headline.student.and_then(|cell| cells.get(cell));
        let mean = |runs: &mut dyn Iterator<Item = RunId>| self.mean_errors(runs).map(|errors| errors.round() as u64);
        let unscaled = students.iter().filter(|info| info.recipe.distill.is_unscaled());
        let looks =
            |cell: &BoardCell| cell.runs.iter().any(|(_, run)| self.end(*run).is_some_and(|end| end.test.is_some()));
        doubts(&Facts {
            seeds: cells.iter().map(|cell| cell.runs.len()).max().unwrap_or(0),
            // One with exits is its own at speed 0.
            baseline: self.board.baselines.iter().any(|cell| cell.baseline == Some(Baseline::PLAIN))
                || students.iter().any(|info| info.recipe.student.as_ref().is_some_and(Architecture::has_exits)),
            temperature_squared: unscaled.clone().next().is_none(),
            temperature: unscaled.filter_map(|info| info.temperature()).flat_map(|t| t.ends()).fold(0.0, f64::max),
            teacher_errors: best.and_then(|cell| {
                // Who needs no teacher is only compared with one.
                let is_taught = |info: &&RunInfo| info.recipe.distill.method().needs.teacher;
                self.of_cell(cell).first().copied().filter(is_taught)?;
                mean(&mut self.teachers_of(&self.of_cell(cell)).into_iter().map(|teacher| teacher.run))
            }),
            student_errors: best.and_then(|cell| mean(&mut cell.runs.iter().map(|(_, run)| *run))),
            test_looks: if cells.len() > 1 { cells.iter().filter(|cell| looks(cell)).count() as u32 } else { 1 },
        })
    }
}
