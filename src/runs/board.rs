//! A job's runs as a board: axes of swept values, and cells of runs that differ only by their seed.

use toml::Value;

use super::importance::{Importance, importance};
use crate::protocol::{Role, RunId, RunInfo};
use crate::recipe::fields::{TEMPERATURE, field, field_label};
use crate::recipe::{Baseline, Recipe, SEED, Sweep, course_phrase, value_at};
use crate::text::{
    Between, Phrase,
    number::{self, Kind},
    phrase,
};

/// A job's runs, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// The swept fields, the seed aside.
    pub axes: Vec<BoardAxis>,
    /// Students, a cell for each combination that is trained.
    pub cells: Vec<BoardCell>,
    /// What they are compared with, a cell for each that differs in something that it depends on; those of the first kind first.
    pub baselines: Vec<BoardCell>,
}

/// One swept field.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardAxis {
    /// The field, e.g. `distill.temperature`.
    pub path: String,
    /// Its values, in the order of the recipe, as words; numbers with the digits that tell them apart.
    pub labels: Vec<Phrase>,
    /// The same as numbers, where all of them are.
    pub numbers: Option<Vec<f64>>,
}

/// Runs that differ only by their seed.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardCell {
    /// `T 4 · 0.9/0.1`.
    pub label: Phrase,
    /// For each axis, which of its values; none for a field that a baseline does not depend on.
    pub levels: Vec<Option<usize>>,
    /// One a seed, with it.
    pub runs: Vec<(u64, RunId)>,
    /// Which baseline it is; none of students.
    pub baseline: Option<&'static Baseline>,
    /// The cells of its baselines, one of each kind, in the order of their kinds.
    pub baselines: Vec<usize>,
}

impl BoardCell {
    /// Its value on every axis; none where some field does not concern it, such as T a run of label smoothing.
    pub fn on_all_axes(&self) -> Option<Vec<usize>> {
        self.levels.iter().copied().collect()
    }
}

impl BoardAxis {
    /// Its values in the language of this thread's window.
    pub fn words(&self) -> Vec<String> {
        self.labels.iter().map(Phrase::words).collect()
    }
}

impl Board {
    /// The board of a job.
    pub fn new(sweep: &Sweep, runs: &[RunInfo]) -> Self {
        let swept = sweep.axes.iter().filter(|axis| axis.path != SEED);
        let (paths, values): (Vec<String>, Vec<Vec<Value>>) =
            swept.map(|axis| (axis.path.clone(), axis.values.expanded())).unzip();
        let digits: Vec<usize> =
            values.iter().map(|values| number::digits_apart(&numbers(values).unwrap_or_default(), FEWEST)).collect();
        let mut board = Self::default();
        let mut keys: [Vec<Recipe>; 2] = [Vec::new(), Vec::new()];
        for info in runs {
            let (cells, keys) = match info.role {
                Role::Teacher | Role::Companion => continue,
                Role::Student => (&mut board.cells, &mut keys[0]),
                Role::Baseline => (&mut board.baselines, &mut keys[1]),
            };
            let key = key(info);
            let at = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                let table = info.recipe.to_table();
                let level = |(path, values): (&String, &Vec<Value>)| {
                    let value = value_at(&table, path)?;
                    depends_on(info, path).then(|| values.iter().position(|known| same(known, value))).flatten()
                };
                cells.push(BoardCell {
                    label: label(info, &paths, &digits),
                    levels: paths.iter().zip(&values).map(level).collect(),
                    runs: Vec::new(),
                    baseline: info.baseline(),
                    baselines: Vec::new(),
                });
                keys.push(key);
                keys.len() - 1
            });
            cells[at].runs.push((info.seed, info.run));
        }
        for (cell, key) in board.cells.iter_mut().zip(&keys[0]) {
            let own = |known: &Recipe| known.baselines.first().is_some_and(|kind| key.of_baseline(kind) == *known);
            cell.baselines = (0..keys[1].len()).filter(|at| own(&keys[1][*at])).collect();
            cell.baselines.sort_by_key(|at| keys[1][*at].baselines.first().map(|kind| kind.place()));
        }
        board.axes = paths
            .into_iter()
            .zip(values)
            .map(|(path, values)| {
                let numbers = numbers(&values);
                let labels = match &numbers {
                    Some(numbers) => Kind::Setting.apart(numbers).into_iter().map(Phrase::Plain).collect(),
                    None => values.iter().map(|value| words(&path, value)).collect(),
                };
                BoardAxis { path, labels, numbers }
            })
            .collect();
        board
    }

    /// How much of the variance of a value goes with each axis, over the runs that have one. None where a field does not concern
    /// every cell: shares add up where every value of a field meets every value of the others.
    pub fn importance(&self, value: impl Fn(RunId) -> Option<f64>) -> Option<Importance> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        for cell in &self.cells {
            let of_cell = cell.on_all_axes()?;
            for value in cell.runs.iter().filter_map(|(_, run)| value(*run)) {
                levels.push(of_cell.clone());
                values.push(value);
            }
        }
        Some(importance(&levels, &values))
    }

    /// The cell of a run.
    pub fn cell_of(&self, run: RunId) -> Option<usize> {
        self.cells.iter().position(|cell| cell.runs.iter().any(|(_, of)| *of == run))
    }
}

/// What runs of one cell have in common.
fn key(info: &RunInfo) -> Recipe {
    let recipe = info.recipe.without_seed();
    match info.baseline() {
        Some(baseline) => recipe.of_baseline(baseline),
        None => recipe,
    }
}

/// Whether a field makes a difference to a run.
fn depends_on(info: &RunInfo, path: &str) -> bool {
    info.baseline().is_none_or(|baseline| baseline.depends_on(path, &info.recipe))
}

/// Digits of a number in a cell's name, where no more are needed: those of a setting.
const FEWEST: usize = 3;

/// `T 4 · 0.9/0.1`, and what else is swept. Each path has so many digits.
fn label(info: &RunInfo, paths: &[String], digits: &[usize]) -> Phrase {
    let table = info.recipe.to_table();
    // The plain one is called by what it depends on.
    let kind = info.baseline().filter(|baseline| *baseline != Baseline::PLAIN);
    let mut parts: Vec<Phrase> = kind.map(|baseline| Phrase::message(baseline.label)).into_iter().collect();
    // For as long as whose: that tells several of them apart.
    let longer = kind.filter(|baseline| baseline.is_longer);
    parts.extend(longer.map(|_| phrase!("value-epochs", count = info.recipe.training.epochs)));
    if info.role == Role::Student {
        let digits_of = |path: &str| paths.iter().position(|swept| swept == path).map_or(FEWEST, |at| digits[at]);
        let distill = &info.recipe.distill;
        let weights: Vec<&str> = distill.method().terms.iter().filter_map(|term| term.weight).collect();
        // One of the weights may follow another.
        let of_weights = weights.iter().map(|path| digits_of(path)).max().unwrap_or(FEWEST);
        let written = |path: &str, digits: usize| {
            let number = |number| Phrase::Plain(number::with_digits(number, digits));
            Some(course_phrase(distill.course(path)?, number))
        };
        let t = written(TEMPERATURE.path, digits_of(TEMPERATURE.path));
        parts.extend(t.map(|t| Phrase::several(Between::Spaces, ["T".into(), t])));
        let weights: Vec<Phrase> = weights.iter().filter_map(|path| written(path, of_weights)).collect();
        parts.extend((!weights.is_empty()).then(|| Phrase::several(Between::Slashes, weights)));
    }
    for (path, digits) in paths.iter().zip(digits) {
        let method = info.recipe.distill.method();
        let is_told = path == TEMPERATURE.path || method.terms.iter().any(|term| term.weight == Some(path));
        let is_how_long = longer.is_some() && path.starts_with("distill.");
        if is_told || is_how_long || !depends_on(info, path) {
            continue;
        }
        let value = match path.as_str() {
            "student.model" => Some(Phrase::from(&info.model)),
            _ => value_at(&table, path).map(|value| {
                let written = number_of(value).map(|number| Phrase::Plain(number::with_digits(number, *digits)));
                let value = written.unwrap_or_else(|| words(path, value));
                Phrase::several(Between::Spaces, [field_label(path), value])
            }),
        };
        parts.extend(value);
    }
    if parts.is_empty() { Phrase::message(Baseline::PLAIN.label) } else { Phrase::several(Between::Dots, parts) }
}

/// A value of a field as people read it.
fn words(path: &str, value: &Value) -> Phrase {
    let model = value.as_table().and_then(|it| ["checkpoint", "model", "ensemble"].iter().find_map(|key| it.get(*key)));
    if let Some(model) = model {
        let members = value.get("members").and_then(Value::as_integer).filter(|members| *members > 1);
        let model = words(path, model);
        return match members {
            Some(members) => Phrase::several(Between::Spaces, [Phrase::plain(members), "×".into(), model]),
            None => model,
        };
    }
    match value {
        Value::Array(list) if !list.is_empty() => {
            Phrase::several(Between::Commas, list.iter().map(|value| words(path, value)))
        }
        Value::Table(table) if table.len() == 1 || table.contains_key("mlp") || table.contains_key("cnn") => {
            let widths = |value: &Value| match value {
                Value::Array(list) => list.iter().map(ToString::to_string).collect::<Vec<_>>().join("–"),
                other => other.to_string(),
            };
            let model = table.get("mlp").map(|mlp| format!("MLP {}", widths(mlp)));
            let model = model.or_else(|| table.get("cnn").map(|cnn| format!("CNN {}", widths(cnn))));
            Phrase::Plain(model.unwrap_or_else(|| value.to_string()))
        }
        Value::String(text) if text.contains(['/', '\\']) => text.rsplit(['/', '\\']).next().unwrap_or(text).into(),
        value => field(path).map_or_else(|| Phrase::plain(value), |field| field.words_of(value)),
    }
}

/// Values as numbers, where all of them are.
fn numbers(values: &[Value]) -> Option<Vec<f64>> {
    values.iter().map(number_of).collect()
}

fn number_of(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
}

/// Whether two values are the same, whole numbers and fractions alike.
fn same(a: &Value, b: &Value) -> bool {
    match (number_of(a), number_of(b)) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}
