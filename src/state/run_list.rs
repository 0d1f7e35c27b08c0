//! The list of runs as it is shown: jobs folded over their runs, filtered, sorted.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::State;
use crate::distill::Course;
use crate::protocol::{JobId, Metrics, Role, RunId};
use crate::recipe::course_phrase;
use crate::runs::{RunRow, Status};
use crate::text::Phrase;

/// How the list is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunList {
    /// By which column, and whether the largest comes first; the newest jobs first otherwise.
    pub sort: Option<(RunColumn, bool)>,
    /// What a job must have in one of its runs to be listed.
    pub filter: String,
    /// Jobs that are folded although they would not be, or the other way round.
    pub toggled: BTreeSet<JobId>,
}

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunColumn {
    /// The run's name.
    Run,
    /// When its job began.
    Started,
    /// What its job is called, and what tells it from others of that name.
    Recipe,
    /// Its network.
    Model,
    /// T.
    Temperature,
    /// Soft and hard weight.
    Weights,
    /// A field of the recipe that is not the same in all: its index among [`ToldApart::columns`](crate::runs::ToldApart::columns).
    Differs(usize),
    /// Errors on validation rows.
    Validation,
    /// Those less the baseline's.
    Against,
    /// Errors on test rows.
    Test,
    /// With the teacher.
    Agreement,
    /// Parameters of its network.
    Size,
    /// What a row costs that is asked alone.
    Speed,
    /// Where it stands.
    Status,
}

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ColumnWidth {
    /// So much.
    Exact(f32),
    /// What the others leave, and at least this.
    Rest(f32),
}

/// Columns of fields that differ, at most: more would leave the others no room.
const MOST_DIFFER: usize = 4;

impl RunColumn {
    /// The key of its name among the window's words, where it is no field's; `KEY-hint` explains it.
    pub fn key(self) -> &'static str {
        self.described().0
    }

    /// How wide it is.
    pub fn width(self) -> ColumnWidth {
        self.described().1
    }

    /// Whether it holds numbers, which stand at the right.
    pub fn is_number(self) -> bool {
        self.described().2
    }

    fn described(self) -> (&'static str, ColumnWidth, bool) {
        use ColumnWidth::{Exact, Rest};
        match self {
            Self::Run => ("runs-run", Exact(94.0), false),
            Self::Started => ("runs-started", Exact(74.0), false),
            Self::Recipe => ("runs-recipe", Rest(130.0), false),
            Self::Model => ("runs-model", Exact(100.0), false),
            Self::Temperature => ("runs-t", Exact(44.0), true),
            Self::Weights => ("runs-weights", Exact(84.0), true),
            Self::Differs(_) => ("runs-differs", Exact(92.0), true),
            Self::Validation => ("runs-validation", Exact(68.0), true),
            Self::Against => ("runs-against", Exact(72.0), true),
            Self::Test => ("runs-test", Exact(70.0), true),
            Self::Agreement => ("runs-agreement", Exact(70.0), true),
            Self::Size => ("runs-size", Exact(76.0), true),
            Self::Speed => ("runs-speed", Exact(76.0), true),
            Self::Status => ("runs-status", Exact(134.0), false),
        }
    }
}

/// A line of the list.
#[derive(Clone, Copy, Debug)]
pub enum Listed<'a> {
    /// A run; the first of a job that can be folded says whether it is open.
    Run {
        /// It.
        row: &'a RunRow,
        /// Of the first run of a job with several: whether the others are shown.
        open: Option<bool>,
        /// Whether it stands below the first of its job.
        below: bool,
    },
    /// A job with several students.
    Sweep {
        /// Its student with the fewest validation errors, or its first.
        best: &'a RunRow,
        /// Runs that were trained.
        runs: usize,
        /// Running while any of its runs is; else that of the best.
        status: Status,
        /// Whether they are shown.
        open: bool,
    },
}

/// Jobs with at most so many runs are shown with all of them.
const FEW: usize = 6;

impl RunList {
    /// The next order that a click on a column asks for: rising, falling, none.
    pub fn click(&mut self, column: RunColumn) {
        self.sort = match self.sort {
            Some((by, false)) if by == column => Some((column, true)),
            Some((by, true)) if by == column => None,
            _ => Some((column, false)),
        };
    }
}

impl State {
    /// The columns of the list, from left to right.
    pub fn run_columns(&self) -> impl Iterator<Item = RunColumn> + use<> {
        use RunColumn as C;
        let differ = (0..self.jobs.told_apart.columns.len().min(MOST_DIFFER)).map(C::Differs);
        let first = [C::Run, C::Started, C::Recipe, C::Model, C::Temperature, C::Weights];
        let last = [C::Validation, C::Against, C::Test, C::Agreement, C::Size, C::Speed, C::Status];
        first.into_iter().chain(differ).chain(last)
    }

    /// The value of a field that differs, of a student.
    pub fn differing_value(&self, run: RunId, column: usize) -> Option<&Phrase> {
        self.jobs.told_apart.values.get(&run)?.get(column)?.as_ref()
    }

    /// The lines of the list; `baselines` are those of [`State::baseline_errors`].
    pub fn listed(&self, baselines: &BaselineErrors<'_>) -> Vec<Listed<'_>> {
        let wanted = terms(&self.screen.list.filter);
        let mut jobs: Vec<(&RunRow, Vec<&RunRow>)> = Vec::new();
        for rows in self.jobs.rows.chunk_by(|a, b| a.job == b.job) {
            let shown: Vec<&RunRow> = rows.iter().filter(|row| self.screen.shows_bin || !row.deleted).collect();
            // A teacher that was only loaded is said beside its students.
            let mut listed: Vec<&RunRow> = shown.iter().copied().filter(|row| !row.loaded).collect();
            if listed.is_empty() {
                listed = shown;
            }
            let students = || listed.iter().copied().filter(|row| row.role == Role::Student);
            let errors = |row: &&RunRow| validation(row).map_or(u64::MAX, |metrics| metrics.errors);
            let best = students().min_by_key(errors).or(listed.first().copied());
            if let Some(best) = best.filter(|_| self.has_terms(rows, &wanted)) {
                jobs.push((best, listed));
            }
        }
        if let Some((column, falling)) = self.screen.list.sort {
            jobs.sort_by(|(a, _), (b, _)| {
                let order = self.compare(a, b, column, baselines);
                if falling { order.reverse() } else { order }
            });
        }
        let mut lines = Vec::new();
        for (best, rows) in jobs {
            let open = (rows.len() <= FEW) != self.screen.list.toggled.contains(&best.job);
            let is_sweep = rows.iter().filter(|row| row.role == Role::Student).count() > 1;
            if is_sweep {
                let trains = rows.iter().any(|row| row.status == Status::Running);
                let status = if trains { Status::Running } else { best.status };
                lines.push(Listed::Sweep { best, runs: rows.len(), status, open });
                let below = rows.into_iter().map(|row| Listed::Run { row, open: None, below: true });
                lines.extend(below.filter(|_| open));
                continue;
            }
            let folds = rows.len() > 1;
            for (at, row) in rows.into_iter().enumerate().filter(|(at, _)| *at == 0 || open) {
                lines.push(Listed::Run { row, open: (at == 0 && folds).then_some(open), below: at > 0 });
            }
        }
        lines
    }

    /// Validation errors of each job's baselines of its first kind.
    pub fn baseline_errors(&self) -> BaselineErrors<'_> {
        let mut errors = BaselineErrors::new();
        for rows in self.jobs.rows.chunk_by(|a, b| a.job == b.job) {
            let first = rows.iter().filter_map(|row| row.baseline).min_by_key(|baseline| baseline.place());
            for row in rows.iter().filter(|row| first.is_some() && row.baseline == first) {
                let found = validation(row).map(|validation| validation.errors);
                for model in [row.model.as_str(), ""] {
                    errors.entry((row.job, row.seed, model)).and_modify(|errors| *errors = None).or_insert(found);
                }
            }
        }
        errors
    }
}

/// What is looked for, in lower case: words, and `t 4 ` or `seed 2 ` as one, so that the number is of that.
fn terms(filter: &str) -> Vec<String> {
    let filter = filter.to_lowercase();
    let mut words = filter.split_whitespace().peekable();
    let mut terms = Vec::new();
    while let Some(word) = words.next() {
        let number = words.peek().filter(|next| matches!(word, "t" | "seed") && next.parse::<f64>().is_ok()).copied();
        match number {
            Some(number) => {
                terms.push(format!("{word} {number} "));
                words.next();
            }
            None => terms.push(word.to_owned()),
        }
    }
    terms
}

/// The headline of a run: its kept weights on validation, or its last epoch while it trains.
pub fn validation(row: &RunRow) -> Option<&Metrics> {
    row.validation.as_ref().or(row.last.as_ref())
}

/// Validation errors of baselines by job, seed and model, and by job and seed alone under no model; none where there are several, one a
/// swept learning rate, say.
pub type BaselineErrors<'a> = BTreeMap<(JobId, u64, &'a str), Option<u64>>;

/// A student's validation errors less those of its baseline.
pub fn difference(row: &RunRow, baselines: &BaselineErrors<'_>) -> Option<i64> {
    let errors = validation(row).filter(|_| row.role == Role::Student)?.errors;
    let of = |model| baselines.get(&(row.job, row.seed, model)).copied();
    Some(errors as i64 - of(row.model.as_str()).or_else(|| of(""))?? as i64)
}

impl State {
    /// Whether one of a job's runs has all that is looked for.
    fn has_terms(&self, rows: &[RunRow], wanted: &[String]) -> bool {
        let has = |row: &RunRow| {
            let t = row.temperature().map_or_else(String::new, |t| format!("t {}", course_phrase(t, Phrase::setting)));
            let says = self.jobs.told_apart.says.get(&row.run).into_iter().flatten();
            let says: String = says.map(|said| format!("{} ", said.words())).collect();
            let all = format!(
                "{} {} {} {} {} {t} seed {} {says}",
                row.run, row.job, row.title, row.model, row.source, row.seed
            );
            let all = all.to_lowercase();
            wanted.iter().all(|term| all.contains(term))
        };
        wanted.is_empty() || rows.iter().any(has)
    }

    /// What is not known comes last when rising.
    fn compare(&self, a: &RunRow, b: &RunRow, column: RunColumn, against: &BaselineErrors<'_>) -> Ordering {
        let number = |of: &dyn Fn(&RunRow) -> Option<f64>| {
            let value = |row| of(row).unwrap_or(f64::INFINITY);
            value(a).total_cmp(&value(b))
        };
        let first = |course: Course| course.ends()[0];
        match column {
            RunColumn::Run => a.run.cmp(&b.run),
            RunColumn::Started => a.created.cmp(&b.created),
            RunColumn::Recipe => a.title.cmp(&b.title),
            RunColumn::Model => a.model.cmp(&b.model),
            RunColumn::Temperature => number(&|row| row.temperature().map(first)),
            RunColumn::Weights => number(&|row| row.weights().first().map(|(_, weight)| first(*weight))),
            RunColumn::Differs(column) => {
                let words = |row: &RunRow| self.differing_value(row.run, column).map(Phrase::to_string);
                let as_number = |row: &RunRow| words(row)?.parse::<f64>().ok();
                match (as_number(a), as_number(b)) {
                    (Some(a), Some(b)) => a.total_cmp(&b),
                    _ => (words(a).is_none(), words(a)).cmp(&(words(b).is_none(), words(b))),
                }
            }
            RunColumn::Validation => number(&|row| validation(row).map(|metrics| metrics.errors as f64)),
            RunColumn::Against => number(&|row| difference(row, against).map(|n| n as f64)),
            RunColumn::Test => number(&|row| row.test.as_ref().map(|metrics| metrics.errors as f64)),
            RunColumn::Agreement => number(&|row| validation(row).and_then(|metrics| metrics.agreement)),
            RunColumn::Size => number(&|row| Some(row.parameters as f64)),
            RunColumn::Speed => number(&|row| row.cost.as_ref().map(|cost| cost.microseconds[0])),
            RunColumn::Status => (a.status as u8).cmp(&(b.status as u8)),
        }
    }
}
