//! A recipe in which some fields hold several values, and the cells it stands for.
//!
//! There is one format and one code path: a recipe without ranges is a sweep of one cell.

mod read;

use std::collections::HashSet;
use std::path::Path;

use read::is_list_by_nature;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::{Table, Value};

use super::fault::{Fault, Faults};
use super::fields::{FIELDS, Field, HARD_WEIGHT, Kind, METHOD, STUDENT, TEACHER_COMBINE, TEACHER_ENSEMBLE, field};
use super::parse::{COMPLEMENT, check_whole, in_text_order, leave_out_fields, read, table_of};
use super::reader::Places;
use super::{Override, Recipe};
use crate::distill::{Method, method};
use crate::rng::Key;

/// Most cells of one sweep.
pub const MOST_CELLS: usize = 10_000;

/// A recipe with the fields that hold several values.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// The first cell: each swept field at its first value.
    pub base: Recipe,
    /// The swept fields, slowest first; the seed is always the fastest.
    pub axes: Vec<Axis>,
    /// Fields that move together, by their paths.
    pub zip: Vec<Vec<String>>,
    /// Whether the hard weight of each cell is 1 − its soft weight.
    pub complement: bool,
    /// The fields of the method as they were written, where methods or epochs are swept: what is not written depends on them.
    pub written: Option<Table>,
    /// For each swept key that the models of an ensemble have in common: which of them have no value of their own.
    pub following: Vec<(String, Vec<usize>)>,
    /// Which of the cells are trained, and for how long.
    pub strategy: Strategy,
    /// Whether the test rows are looked at for every cell, not only for the one that validation chooses.
    pub test_all: bool,
}

/// One swept field.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The field, e.g. `distill.temperature`.
    pub path: String,
    /// What it takes.
    pub values: AxisValues,
}

/// What a swept field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum AxisValues {
    /// A list; `{ any = […] }` for fields that are lists or choices by nature.
    List(Vec<Value>),
    /// Evenly spaced numbers.
    Range(Range),
}

/// `{ from = 1, to = 64, points = 7, scale = "log" }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The first value.
    pub from: f64,
    /// The last value.
    pub to: f64,
    /// How many, both ends included.
    pub points: usize,
    /// Whether ratios are even, not differences.
    pub log: bool,
}

/// Which cells are trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// All of them.
    #[default]
    Grid,
    /// So many, drawn without repetition (all seeds of each).
    Random {
        /// How many cells, seeds not counted.
        cells: usize,
    },
    /// All begin; after a quarter and after half of the epochs the worse half, by validation errors, stops.
    Halving,
}

/// One resolved recipe of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// What is trained.
    pub recipe: Recipe,
    /// The value of each axis, in their order.
    pub values: Vec<Value>,
}

impl From<Recipe> for Sweep {
    fn from(base: Recipe) -> Self {
        Self {
            base,
            axes: Vec::new(),
            zip: Vec::new(),
            complement: false,
            written: None,
            following: Vec::new(),
            strategy: Strategy::Grid,
            test_all: false,
        }
    }
}

impl Sweep {
    /// The same with so many training seeds, from the one that it has on.
    #[must_use]
    pub fn with_seeds(&self, count: u64) -> Self {
        let mut sweep = self.clone();
        let first = sweep.base.training.seed;
        let seed = |seed: u64| i64::try_from(seed).unwrap_or(i64::MAX);
        let values = (0..count).map(|by| Value::Integer(seed(first.saturating_add(by)))).collect();
        sweep.axes.retain(|axis| axis.path != SEED);
        sweep.axes.push(Axis { path: SEED.to_owned(), values: AxisValues::List(values) });
        sweep
    }

    /// Reads a recipe that may hold ranges. Paths are relative as for [`Recipe::parse`].
    ///
    /// # Errors
    /// Every fault of every cell, in the order of the text.
    pub fn parse(text: &str, file: Option<&Path>, overrides: &[Override]) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let (table, places) = table_of(text, file, overrides, &mut faults)?;
        let folder = file.and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let sweep = Self::read(table, &places, &folder, &mut faults);
        if faults.is_empty() { Ok(sweep) } else { Err(in_text_order(faults)) }
    }

    /// Reads a sweep as [`Sweep::to_table`] writes it.
    ///
    /// # Errors
    /// Every fault.
    pub fn from_table(table: Table) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let sweep = Self::read(table, &Places::new(), Path::new(""), &mut faults);
        if faults.is_empty() { Ok(sweep) } else { Err(Faults(faults)) }
    }

    /// Checks a sweep that was put together in memory by the rules that hold for text.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(), Faults> {
        Self::from_table(self.to_table()).map(|_| ())
    }

    /// Whether it is a single cell.
    pub fn is_single(&self) -> bool {
        self.axes.is_empty()
    }

    /// The axis of a field.
    pub fn axis(&self, path: &str) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.path == path)
    }

    /// Sweeps a field, or no longer: an axis without values goes.
    pub fn set_axis(&mut self, path: &str, values: Option<AxisValues>) {
        self.axes.retain(|axis| axis.path != path);
        if let Some(values) = values {
            self.axes.push(Axis { path: path.to_owned(), values });
            self.axes.sort_by_key(|axis| rank(&axis.path));
        } else {
            self.zip.iter_mut().for_each(|group| group.retain(|member| member != path));
            self.zip.retain(|group| group.len() > 1);
        }
    }

    /// Ends the sweep of each field that got a value of its own since `before`, while its values stayed what they were: one
    /// value was chosen for it.
    pub fn settle(&mut self, before: &Self) {
        let (old, new) = (before.base.to_table(), self.base.to_table());
        if let Some(written) = &mut self.written
            && let Some(Value::Table(of_method)) = new.get(DISTILL)
        {
            let was = |key: &str| get(&old, DISTILL)?.as_table()?.get(key);
            let moved = of_method.iter().filter(|(key, value)| was(key) != Some(value));
            written.extend(moved.map(|(key, value)| (key.clone(), value.clone())));
        }
        let chosen = |axis: &Axis| {
            let same_values = before.axis(&axis.path).is_some_and(|known| known.values == axis.values);
            same_values && get(&old, &axis.path) != get(&new, &axis.path)
        };
        let paths: Vec<String> = self.axes.iter().filter(|axis| chosen(axis)).map(|axis| axis.path.clone()).collect();
        for path in paths {
            self.set_axis(&path, None);
        }
    }

    /// How many cells there are, seeds counted.
    pub fn count(&self) -> usize {
        let all = self.combinations();
        if self.may_repeat() && all <= MOST_CELLS { self.cells().map_or(all, |cells| cells.len()) } else { all }
    }

    /// Whether some combinations of the swept values may mean the same.
    fn may_repeat(&self) -> bool {
        [METHOD, TEACHER_COMBINE].iter().any(|field| self.axis(field.path).is_some())
    }

    /// Combinations of the swept values that are chosen, seeds counted; some may mean the same and be one cell.
    pub fn combinations(&self) -> usize {
        let groups = self.groups();
        let seeds = self.axis(SEED).map_or(1, |axis| axis.values.len());
        let all = groups.iter().map(|group| self.axes[group[0]].values.len()).fold(1, usize::saturating_mul);
        match self.strategy {
            Strategy::Random { cells } => cells.min(all / seeds.max(1)).saturating_mul(seeds),
            Strategy::Grid | Strategy::Halving => all,
        }
    }

    /// The cells, the first axis slowest, the seed fastest.
    ///
    /// # Errors
    /// Every fault of every cell; there are none in a sweep that was parsed or checked.
    pub fn cells(&self) -> Result<Vec<Cell>, Faults> {
        let mut faults = Vec::new();
        let cells = self.expand(&self.base_table(), &Places::new(), Path::new(""), &mut faults);
        if faults.is_empty() { Ok(cells) } else { Err(Faults(faults)) }
    }

    /// The same sweep with paths that do not depend on the working folder.
    pub fn with_absolute_paths(mut self) -> Self {
        self.base = self.base.with_absolute_paths();
        let Ok(cells) = self.cells() else { return self };
        // Each value once, as its own cell has it.
        for (at, axis) in self.axes.iter_mut().enumerate() {
            if let AxisValues::List(values) = &mut axis.values {
                for value in values {
                    let Some(cell) = cells.iter().find(|cell| cell.values[at] == *value) else { continue };
                    let table = cell.recipe.clone().with_absolute_paths().to_table();
                    if let Some(absolute) = get(&table, &axis.path) {
                        *value = absolute.clone();
                    }
                }
            }
        }
        self
    }

    /// As a table; [`Sweep::from_table`] reads it back unchanged.
    pub fn to_table(&self) -> Table {
        let mut table = self.base_table();
        for axis in &self.axes {
            let value = match &axis.values {
                AxisValues::List(values) if is_list_by_nature(&axis.path) || axis.moves() => {
                    Value::Table(Table::from_iter([("any".to_owned(), Value::Array(values.clone()))]))
                }
                AxisValues::List(values) => Value::Array(values.clone()),
                AxisValues::Range(range) => range.to_value(),
            };
            put(&mut table, &axis.path, value);
        }
        if !self.zip.is_empty() {
            table.insert("zip".to_owned(), self.zip.clone().into());
        }
        let mut sweep = Table::new();
        match self.strategy {
            Strategy::Grid => {}
            Strategy::Random { cells } => {
                sweep.insert("strategy".to_owned(), "random".into());
                sweep.insert("runs".to_owned(), Value::Integer(cells as i64));
            }
            Strategy::Halving => drop(sweep.insert("strategy".to_owned(), "halving".into())),
        }
        if self.test_all {
            sweep.insert("test_all".to_owned(), true.into());
        }
        if !sweep.is_empty() {
            table.insert("sweep".to_owned(), sweep.into());
        }
        table
    }

    /// As text.
    pub fn to_toml(&self) -> String {
        self.to_table().to_string()
    }

    fn base_table(&self) -> Table {
        let mut table = self.base.to_table();
        if let Some(written) = &self.written {
            table.insert(DISTILL.to_owned(), written.clone().into());
        }
        if let Some(Value::Table(teacher)) = table.get_mut("teacher")
            && let Some(Value::Array(entries)) = teacher.get_mut(TEACHER_ENSEMBLE.key())
        {
            for (key, models) in &self.following {
                for at in models {
                    if let Some(Value::Table(entry)) = entries.get_mut(*at) {
                        entry.remove(key);
                    }
                }
            }
        }
        if self.complement {
            put(&mut table, HARD_WEIGHT.path, COMPLEMENT.into());
        }
        table
    }

    /// Places of the axes that move together, in the order of their first member.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, axis) in self.axes.iter().enumerate() {
            let partners = self.zip.iter().find(|group| group.contains(&axis.path));
            let mine =
                |group: &&mut Vec<usize>| partners.is_some_and(|partners| partners.contains(&self.axes[group[0]].path));
            match groups.iter_mut().find(mine) {
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        groups
    }

    fn expand(&self, base: &Table, places: &Places, folder: &Path, faults: &mut Vec<Fault>) -> Vec<Cell> {
        let groups = self.groups();
        let values: Vec<Vec<Value>> = self.axes.iter().map(|axis| axis.values.expanded()).collect();
        let lens: Vec<usize> = groups.iter().map(|group| values[group[0]].len()).collect();
        let all: usize = lens.iter().product();
        let seeds =
            groups.last().filter(|group| self.axes[group[0]].path == SEED).map_or(1, |group| values[group[0]].len());
        let methods = swept_methods(&self.axes);
        let mut cells: Vec<Cell> = Vec::new();
        let mut known: HashSet<String> = HashSet::new();
        for number in self.chosen(all / seeds.max(1)) {
            for seed in 0..seeds {
                let mut rest = number * seeds + seed;
                let mut cell = vec![Value::Boolean(false); self.axes.len()];
                for (group, len) in groups.iter().zip(&lens).rev() {
                    for axis in group {
                        cell[*axis] = values[*axis][rest % len].clone();
                    }
                    rest /= len;
                }
                let mut table = base.clone();
                for (axis, value) in self.axes.iter().zip(&cell) {
                    put(&mut table, &axis.path, value.clone());
                }
                let mut found = Vec::new();
                let recipe = read(for_one_method(table, &methods), places, folder, &mut found);
                check_whole(&recipe, places, &mut found);
                found.retain(|fault| !faults.contains(fault));
                faults.extend(found);
                // What a method or a single teacher has no use for makes no cell of its own.
                if !self.may_repeat() || known.insert(recipe.meant().to_toml()) {
                    cells.push(Cell { recipe, values: cell });
                }
            }
        }
        cells
    }

    /// The numbers of the cells that are trained, ascending; seeds are not counted.
    fn chosen(&self, all: usize) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..all).collect();
        if let Strategy::Random { cells } = self.strategy
            && cells < all
        {
            Key::new(0).named("sweep").shuffle(&mut numbers);
            numbers.truncate(cells);
            numbers.sort_unstable();
        }
        numbers
    }
}

impl Axis {
    /// Whether one of its values moves over the training.
    pub fn moves(&self) -> bool {
        let is_table =
            |values: &AxisValues| matches!(values, AxisValues::List(list) if list.iter().any(Value::is_table));
        field(&self.path).is_some_and(Field::may_move) && is_table(&self.values)
    }
}

impl AxisValues {
    /// How many values.
    pub fn len(&self) -> usize {
        match self {
            Self::List(values) => values.len(),
            Self::Range(range) => range.points,
        }
    }

    /// Whether there are none; never in a sweep that was checked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values, one by one.
    pub fn expanded(&self) -> Vec<Value> {
        match self {
            Self::List(values) => values.clone(),
            Self::Range(range) => range.numbers().into_iter().map(number).collect(),
        }
    }
}

impl Range {
    /// The values. Rounded to twelve digits, so that the fourth of 1 … 64 is 8 and reads so.
    pub fn numbers(&self) -> Vec<f64> {
        let last = self.points.saturating_sub(1).max(1) as f64;
        let between = |i: usize| {
            let share = i as f64 / last;
            if self.log {
                self.from * (self.to / self.from).powf(share)
            } else {
                self.from + (self.to - self.from) * share
            }
        };
        let exact = |i: usize| match i {
            0 => self.from,
            i if i + 1 == self.points => self.to,
            i => format!("{:.11e}", between(i)).parse().unwrap_or_else(|_| between(i)),
        };
        (0..self.points).map(exact).collect()
    }

    fn to_value(&self) -> Value {
        let mut table = Table::new();
        table.insert("from".to_owned(), number(self.from));
        table.insert("to".to_owned(), number(self.to));
        table.insert("points".to_owned(), Value::Integer(self.points as i64));
        if self.log {
            table.insert("scale".to_owned(), "log".into());
        }
        table.into()
    }
}

impl Serialize for Sweep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_table().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sweep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_table(Table::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The path of the training seed.
pub const SEED: &str = "training.seed";

/// The order of axes: what people compare first moves slowest, the seed fastest.
fn rank(path: &str) -> (usize, String) {
    let of_method = |field: &Field| matches!(field.kind, Kind::Number(_)) && field.path.starts_with("distill.");
    let place = match path {
        _ if path == STUDENT.path => 0,
        SEED => usize::MAX,
        _ => FIELDS.iter().position(|field| field.path == path && of_method(field)).map_or(1, |at| 2 + at),
    };
    (place, path.to_owned())
}

/// The table of the method and its fields.
const DISTILL: &str = "distill";

/// The methods that an axis takes.
fn swept_methods(axes: &[Axis]) -> Vec<&'static Method> {
    let values = axes.iter().filter(|axis| axis.path == METHOD.path).flat_map(|axis| axis.values.expanded());
    values.filter_map(|value| method(value.as_str()?)).collect()
}

/// A cell without the fields that other methods of its sweep have and its own has not.
fn for_one_method(mut table: Table, methods: &[&'static Method]) -> Table {
    if let Some(Value::Table(distill)) = table.get_mut(DISTILL)
        && let Some(own) = distill.get("method").and_then(Value::as_str).and_then(method)
    {
        leave_out_fields(distill, methods, &[own], |_| true);
    }
    table
}

/// Whole numbers stay whole, for the fields that ask for them.
fn number(value: f64) -> Value {
    #[allow(clippy::float_cmp, reason = "whether it is whole to the last bit")]
    let whole = value.trunc() == value && value.abs() < 1e15;
    if whole { Value::Integer(value as i64) } else { Value::Float(value) }
}

/// What stands at a path.
pub(crate) fn get<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => table.get(path),
        Some((first, rest)) => get(table.get(first)?.as_table()?, rest),
    }
}

fn put(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(table.insert(path.to_owned(), value)),
        Some((first, rest)) => {
            if let Value::Table(inner) = table.entry(first).or_insert_with(|| Table::new().into()) {
                put(inner, rest, value);
            }
        }
    }
}
