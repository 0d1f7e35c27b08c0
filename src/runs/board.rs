//! A job's runs as a board: axes of swept values, cells of runs that differ only by their seed, and the verdict on them.

use toml::Value;

use super::verdict::{BaselineGroup, Doubt, Facts, Fate, Measure, StudentGroup, Trial, Verdict, doubts, judge};
use crate::recipe::{Recipe, SEED, Sweep};
use crate::training::report::{Metrics, Role, RunId, RunInfo, RunOutcome};

/// A job's runs, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// The swept fields, the seed aside.
    pub axes: Vec<BoardAxis>,
    /// Students, a cell for each combination that is trained.
    pub cells: Vec<BoardCell>,
    /// The same students without a teacher, a cell for each that differs in more than its teacher.
    pub baselines: Vec<BoardCell>,
    /// Teachers.
    pub teachers: Vec<RunId>,
}

/// One swept field.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardAxis {
    /// The field, e.g. `distill.temperature`.
    pub path: String,
    /// Its values, in the order of the recipe, as words.
    pub labels: Vec<String>,
    /// The same as numbers, where all of them are.
    pub numbers: Option<Vec<f64>>,
}

/// Runs that differ only by their seed.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardCell {
    /// `T 4 · 0.9/0.1`.
    pub label: String,
    /// For each axis, which of its values; none for a field that a baseline does not depend on.
    pub levels: Vec<Option<usize>>,
    /// One a seed, with it.
    pub runs: Vec<(u64, RunId)>,
    /// The cell of its baseline.
    pub baseline: Option<usize>,
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunEnd<'a> {
    /// How.
    pub outcome: RunOutcome,
    /// Whether a setting was moved in mid-run.
    pub edited: bool,
    /// The kept weights on the validation rows.
    pub validation: Option<&'a Metrics>,
    /// The kept weights on the test rows, where they were looked at.
    pub test: Option<&'a Metrics>,
}

impl Board {
    /// The board of a job.
    pub fn new(sweep: &Sweep, runs: &[RunInfo]) -> Self {
        let swept = sweep.axes.iter().filter(|axis| axis.path != SEED);
        let (paths, values): (Vec<String>, Vec<Vec<Value>>) =
            swept.map(|axis| (axis.path.clone(), axis.values.expanded())).unzip();
        let mut board = Self::default();
        let mut keys: [Vec<Recipe>; 2] = [Vec::new(), Vec::new()];
        for info in runs {
            let (cells, keys) = match info.role {
                Role::Teacher => {
                    board.teachers.push(info.run);
                    continue;
                }
                Role::Student => (&mut board.cells, &mut keys[0]),
                Role::Baseline => (&mut board.baselines, &mut keys[1]),
            };
            let key = key(info);
            let at = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                let table = info.recipe.to_table();
                let level = |(path, values): (&String, &Vec<Value>)| {
                    let depends = info.role == Role::Student || !is_of_distillation(path);
                    let value = get(&table, path)?;
                    depends.then(|| values.iter().position(|known| same(known, value))).flatten()
                };
                cells.push(BoardCell {
                    label: label(info, &paths),
                    levels: paths.iter().zip(&values).map(level).collect(),
                    runs: Vec::new(),
                    baseline: None,
                });
                keys.push(key);
                keys.len() - 1
            });
            cells[at].runs.push((info.seed, info.run));
        }
        for (cell, key) in board.cells.iter_mut().zip(&keys[0]) {
            cell.baseline = keys[1].iter().position(|baseline| *baseline == key.without_teacher());
        }
        board.axes = paths
            .into_iter()
            .zip(values)
            .map(|(path, values)| {
                let number =
                    |value: &Value| value.as_float().or_else(|| value.as_integer().map(|number| number as f64));
                BoardAxis {
                    labels: values.iter().map(words).collect(),
                    numbers: values.iter().map(number).collect(),
                    path,
                }
            })
            .collect();
        board
    }

    /// The cell of a run.
    pub fn cell_of(&self, run: RunId) -> Option<usize> {
        self.cells.iter().position(|cell| cell.runs.iter().any(|(_, of)| *of == run))
    }

    /// Judges what has come to its end.
    pub fn verdict<'a>(&self, end: impl Fn(RunId) -> Option<RunEnd<'a>>) -> Verdict {
        let trials = |cell: &BoardCell| {
            let each = cell.runs.iter().filter_map(|(seed, run)| Some(trial(*seed, end(*run)?)));
            each.collect::<Vec<_>>()
        };
        let student =
            |cell: &BoardCell| StudentGroup { cell: cell.label.clone(), baseline: cell.baseline, trials: trials(cell) };
        let baseline = |cell: &BoardCell| BaselineGroup { cell: cell.label.clone(), trials: trials(cell) };
        let students: Vec<_> = self.cells.iter().map(student).collect();
        let baselines: Vec<_> = self.baselines.iter().map(baseline).collect();
        judge(&students, &baselines)
    }

    /// What makes the headline of a verdict doubtful.
    pub fn doubts<'a>(
        &self,
        runs: &[RunInfo],
        verdict: &Verdict,
        end: impl Fn(RunId) -> Option<RunEnd<'a>>,
    ) -> Vec<Doubt> {
        let errors = |run: RunId| Some(end(run)?.validation?.errors);
        let best = verdict.headline.student.and_then(|cell| self.cells.get(cell));
        let students: Vec<&RunInfo> = runs.iter().filter(|info| info.role == Role::Student).collect();
        if students.is_empty() {
            return Vec::new();
        }
        let unscaled = students.iter().filter(|info| !info.recipe.distill.temperature_squared);
        let looks = |cell: &BoardCell| cell.runs.iter().any(|(_, run)| end(*run).is_some_and(|end| end.test.is_some()));
        doubts(&Facts {
            seeds: self.cells.iter().map(|cell| cell.runs.len()).max().unwrap_or(0),
            baseline: !self.baselines.is_empty(),
            temperature_squared: unscaled.clone().next().is_none(),
            temperature: unscaled.filter_map(|info| info.temperature).fold(0.0, f64::max),
            teacher_errors: self.teachers.iter().filter_map(|run| errors(*run)).min(),
            student_errors: best.and_then(|cell| {
                let each: Option<Vec<u64>> = cell.runs.iter().map(|(_, run)| errors(*run)).collect();
                let each = each?;
                Some((each.iter().sum::<u64>() as f64 / each.len().max(1) as f64).round() as u64)
            }),
            // No recipe smooths labels.
            smoothed_teacher: false,
            test_looks: if self.cells.len() > 1 {
                self.cells.iter().filter(|cell| looks(cell)).count() as u32
            } else {
                1
            },
        })
    }
}

fn trial(seed: u64, end: RunEnd<'_>) -> Trial {
    let measure = |metrics: &Metrics| Measure { errors: metrics.errors, examples: metrics.examples };
    Trial {
        seed,
        validation: end.validation.map(measure).unwrap_or_default(),
        test: end.test.map(measure),
        fate: match end.outcome {
            RunOutcome::Diverged => Fate::Diverged,
            RunOutcome::Halved => Fate::Halved,
            RunOutcome::Stopped | RunOutcome::Failed => Fate::Stopped,
            RunOutcome::Done if end.edited => Fate::Edited,
            RunOutcome::Done => Fate::Whole,
        },
    }
}

/// What runs of one cell have in common.
fn key(info: &RunInfo) -> Recipe {
    let recipe = info.recipe.without_seed();
    if info.role == Role::Baseline { recipe.without_teacher() } else { recipe }
}

/// Fields that a baseline does not depend on.
fn is_of_distillation(path: &str) -> bool {
    path.starts_with("distill.") || path == "teacher" || path.starts_with("teacher.")
}

/// `T 4 · 0.9/0.1`, and what else is swept.
fn label(info: &RunInfo, paths: &[String]) -> String {
    let table = info.recipe.to_table();
    let mut parts = Vec::new();
    if let (Some(t), Some(soft)) = (info.temperature, info.soft_weight) {
        parts.push(format!("T {t} · {soft}/{}", info.hard_weight));
    }
    for path in paths {
        let is_told = path.starts_with("distill.") && !path.ends_with("temperature_squared");
        if is_told || (info.role == Role::Baseline && is_of_distillation(path)) {
            continue;
        }
        let value = match path.as_str() {
            "student.model" => Some(info.model.clone()),
            _ => get(&table, path).map(|value| format!("{} {}", name(path), words(value))),
        };
        parts.extend(value);
    }
    if parts.is_empty() { "no teacher".to_owned() } else { parts.join(" · ") }
}

/// The field's own name: `learning_rate` is "learning rate".
fn name(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).replace('_', " ")
}

/// A value as people read it.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.rsplit(['/', '\\']).next().unwrap_or(text).to_owned(),
        Value::Table(table) if table.len() == 1 || table.contains_key("mlp") || table.contains_key("cnn") => {
            let widths = |value: &Value| match value {
                Value::Array(list) => list.iter().map(ToString::to_string).collect::<Vec<_>>().join("–"),
                other => other.to_string(),
            };
            let model = table.get("mlp").map(|mlp| format!("MLP {}", widths(mlp)));
            let model = model.or_else(|| table.get("cnn").map(|cnn| format!("CNN {}", widths(cnn))));
            model.unwrap_or_else(|| value.to_string())
        }
        Value::Float(number) => format!("{number}"),
        other => other.to_string(),
    }
}

/// Whether two values are the same, whole numbers and fractions alike.
fn same(a: &Value, b: &Value) -> bool {
    let number = |value: &Value| value.as_float().or_else(|| value.as_integer().map(|number| number as f64));
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

fn get<'a>(table: &'a toml::Table, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => table.get(path),
        Some((first, rest)) => get(table.get(first)?.as_table()?, rest),
    }
}
