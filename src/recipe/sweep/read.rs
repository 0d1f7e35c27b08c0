//! From a table with lists and ranges to a sweep, and every fault of it.

use std::path::Path;

use toml::{Table, Value};

use super::{
    Axis, AxisValues, Cell, DISTILL, MOST_CELLS, Range, SEED, Strategy, Sweep, for_one_method, get, put, rank,
    swept_methods,
};
use crate::recipe::Recipe;
use crate::recipe::fault::{Fault, FaultKind};
use crate::recipe::fields::{
    BASELINE, CHECKPOINT, EPOCHS, Field, HARD_WEIGHT, METHOD, TEACHER_COMBINE, TEACHER_ENSEMBLE, field,
};
use crate::recipe::parse::{COMPLEMENT, check_whole, read};
use crate::recipe::reader::{Places, Reader, SCHEDULE};
use crate::text::{Between, Phrase, phrase};

impl Sweep {
    pub(super) fn read(mut table: Table, places: &Places, folder: &Path, faults: &mut Vec<Fault>) -> Self {
        let at = |path: &str, kind| Reader::new("", Table::new(), places).fault(path, kind);
        let mut axes = Vec::new();
        let settings = table.remove("sweep");
        let zip = read_zip(table.remove("zip"), &at, faults);
        find_axes("", &mut table, &mut axes, &at, faults);
        let complement = get(&table, HARD_WEIGHT.path).and_then(Value::as_str) == Some(COMPLEMENT);
        let depends = axes.iter().any(|axis| [METHOD.path, EPOCHS.path].contains(&axis.path.as_str()));
        let written = || table.get(DISTILL).and_then(Value::as_table).cloned().unwrap_or_default();
        let written = depends.then(written);
        let methods = swept_methods(&axes);
        let (strategy, seeds, test_all) = read_settings(settings, places, faults);
        // A field whose values are faulty stands at a placeholder, of which nothing more is to be said.
        let swept_wrongly: Vec<String> = faults.iter().map(|fault| fault.path.clone()).collect();
        let base = read(for_one_method(table.clone(), &methods), places, folder, faults);
        if axes.is_empty() {
            check_whole(&base, places, faults);
        }
        let mut told = swept_wrongly.len();
        let mut fresh = faults.split_off(told);
        fresh.retain(|fault| !swept_wrongly.contains(&fault.path));
        faults.extend(fresh);
        // One axis at a time: a fault of one value is told once, not once a cell.
        for axis in &mut axes {
            told = faults.len();
            let mut understood = Vec::new();
            let (mut first, mut differ) = (None::<Recipe>, false);
            for value in axis.values.expanded() {
                let mut table = table.clone();
                put(&mut table, &axis.path, value.clone());
                let mut found = Vec::new();
                let recipe = read(for_one_method(table, &methods), places, folder, &mut found);
                found.retain(|fault| !faults.contains(fault));
                faults.extend(found);
                // Paths and numbers as the recipe understands them.
                understood.push(get(&recipe.to_table(), &axis.path).cloned().unwrap_or(value));
                differ |= *first.get_or_insert_with(|| recipe.clone()) != recipe;
            }
            let concerns_a_method = !methods.is_empty() && axis.path.starts_with("distill.");
            let is_sound = !faults.iter().any(|fault| fault.path.starts_with(&axis.path));
            if is_sound && axis.values.len() > 1 && !differ && !concerns_a_method {
                faults.push(at(&axis.path, FaultKind::Conflict(phrase!("conflict-no-effect"))));
            }
            if let AxisValues::List(values) = &mut axis.values
                && faults.len() == told
            {
                *values = understood;
            }
        }
        if let Some(seeds) = seeds {
            let first = base.training.seed;
            if axes.iter().any(|axis| axis.path == SEED) {
                let problem = phrase!("conflict-seeds");
                faults.push(at("sweep.seeds", FaultKind::Conflict(problem)));
            } else if seeds > 1 {
                let values = (first..first.saturating_add(seeds)).map(|seed| Value::Integer(seed as i64)).collect();
                axes.push(Axis { path: SEED.to_owned(), values: AxisValues::List(values) });
            }
        }
        axes.sort_by_key(|axis| rank(&axis.path));
        let following = following(&table, &axes);
        let lists = axes.iter().any(|axis| axis.path == TEACHER_ENSEMBLE.path);
        // Models of several lists say each for themselves how they are trained.
        for (key, _) in following.iter().filter(|_| lists) {
            faults.push(at(&format!("teacher.{key}"), FaultKind::Conflict(phrase!("conflict-no-effect"))));
        }
        let sweep = Self { base, axes, zip, complement, written, following, strategy, test_all };
        sweep.check_zip(&at, faults);
        if faults.is_empty() && sweep.combinations() > MOST_CELLS {
            let problem = phrase!("conflict-cells", count = sweep.combinations(), most = MOST_CELLS);
            faults.push(at("", FaultKind::Conflict(problem)));
        }
        if faults.is_empty() {
            let base = sweep.base_table();
            let cells = sweep.expand(&base, places, Path::new(""), faults);
            let problem = sweep.cannot_halve(&cells);
            faults.extend(problem.map(|problem| at("sweep.strategy", FaultKind::Conflict(problem))));
        }
        sweep
    }

    /// Why the worse half of its cells cannot end early, where it is to.
    fn cannot_halve(&self, cells: &[Cell]) -> Option<Phrase> {
        let mut one_by_one = cells.iter().filter(|cell| cell.recipe.distill.generations().is_some());
        let cell = one_by_one.next().filter(|_| self.strategy == Strategy::Halving)?;
        Some(phrase!("conflict-halving", method = cell.recipe.distill.method().name))
    }

    fn check_zip(&self, at: &impl Fn(&str, FaultKind) -> Fault, faults: &mut Vec<Fault>) {
        for (i, path) in self.zip.iter().flatten().enumerate() {
            if self.axis(path).is_none() {
                faults.push(at("zip", FaultKind::Conflict(phrase!("conflict-pair-of-one", field = path))));
            }
            if self.zip.iter().flatten().take(i).any(|before| before == path) {
                faults.push(at("zip", FaultKind::Conflict(phrase!("conflict-paired-twice", field = path))));
            }
        }
        for group in &self.zip {
            let lens: Vec<usize> = group.iter().filter_map(|path| Some(self.axis(path)?.values.len())).collect();
            if lens.iter().any(|len| *len != lens[0]) {
                let each = group.iter().zip(&lens);
                let each = each.map(|(path, len)| phrase!("conflict-pair-has", field = path, count = *len));
                let problem = phrase!("conflict-pair-counts", each = Phrase::several(Between::Commas, each));
                faults.push(at("zip", FaultKind::Conflict(problem)));
            }
        }
    }
}

/// The swept keys that stand beside an ensemble, and the models of it that have none of their own.
fn following(table: &Table, axes: &[Axis]) -> Vec<(String, Vec<usize>)> {
    let Some(Value::Array(entries)) = get(table, TEACHER_ENSEMBLE.path) else { return Vec::new() };
    let keys = axes.iter().filter_map(|axis| axis.path.strip_prefix("teacher."));
    let keys = keys.filter_map(|path| path.split('.').next());
    let keys = keys.filter(|key| ![TEACHER_ENSEMBLE, TEACHER_COMBINE].iter().any(|field| field.key() == *key));
    let has_none = |key: &str, entry: &Value| {
        entry.as_table().is_some_and(|entry| !entry.contains_key(key) && !entry.contains_key(CHECKPOINT.key()))
    };
    let models = |key: &str| (0..entries.len()).filter(|at| has_none(key, &entries[*at])).collect();
    keys.map(|key| (key.to_owned(), models(key))).collect()
}

/// Fields that hold a list even when they are not swept.
pub(super) fn is_list_by_nature(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path);
    let of_data = path.starts_with("data.source.") && ["ignore", "keep", "pixels"].contains(&last);
    of_data
        || [
            "omit_classes",
            "mlp",
            "cnn",
            "dense",
            "text_cnn",
            "ensemble",
            "model",
            "source",
            "schedule",
            "classes",
            "mean",
            "std",
        ]
        .contains(&last)
}

/// Takes the fields that hold several values out of a table; each leaves its first value.
fn find_axes(
    prefix: &str,
    table: &mut Table,
    axes: &mut Vec<Axis>,
    at: &impl Fn(&str, FaultKind) -> Fault,
    faults: &mut Vec<Fault>,
) {
    for (key, value) in table.iter_mut() {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        let found = match value {
            // Which runs a student is compared with is one question of the whole job.
            Value::Array(_) | Value::Table(_) if path == BASELINE.path => None,
            // Height and width of square pictures, as other libraries ask for them.
            Value::Array(values) if path == "data.source.size" && values.len() == 2 && values[0] == values[1] => {
                let side = values[0].clone();
                *value = side;
                None
            }
            Value::Array(values) if !is_list_by_nature(&path) => Some(list(values)),
            Value::Table(inner) if inner.len() == 1 && inner.contains_key("any") => match &inner["any"] {
                Value::Array(values) => Some(list(values)),
                _ => Some(Err(phrase!("conflict-any"))),
            },
            // One value, which moves.
            Value::Table(inner) if inner.contains_key(SCHEDULE) && may_move(&path) => None,
            Value::Table(inner) if inner.contains_key(SCHEDULE) && inner.contains_key("from") => {
                Some(Err(phrase!("range-cannot-move")))
            }
            Value::Table(inner) if inner.contains_key("from") || inner.contains_key("to") => {
                Some(range(inner, may_move(&path)))
            }
            Value::Table(inner) => {
                find_axes(&path, inner, axes, at, faults);
                None
            }
            _ => None,
        };
        match found {
            None => {}
            Some(Ok(values)) => {
                *value = values.expanded()[0].clone();
                axes.push(Axis { path, values });
            }
            Some(Err(problem)) => {
                faults.push(at(&path, FaultKind::Conflict(problem)));
                // Any value will do for the rest of the reading; nothing is run.
                *value = Value::Integer(1);
            }
        }
    }
}

fn list(values: &[Value]) -> Result<AxisValues, Phrase> {
    if values.is_empty() {
        return Err(phrase!("conflict-empty-list"));
    }
    for (i, value) in values.iter().enumerate() {
        if values[..i].iter().any(|other| is_same(other, value)) {
            return Err(phrase!("conflict-twice", value = Phrase::plain(value)));
        }
    }
    Ok(AxisValues::List(values.to_vec()))
}

/// Whether two values are one: `1` is `1.0`.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Integer(whole), Value::Float(number)) | (Value::Float(number), Value::Integer(whole)) => {
            (*whole as f64).total_cmp(number).is_eq()
        }
        (Value::Table(one), Value::Table(other)) => {
            let has = |(key, value): (&String, &Value)| other.get(key).is_some_and(|known| is_same(value, known));
            one.len() == other.len() && one.iter().all(has)
        }
        _ => one == other,
    }
}

/// Most points of one range.
const MOST_POINTS: i64 = 1000;

fn may_move(path: &str) -> bool {
    field(path).is_some_and(Field::may_move)
}

fn range(table: &Table, may_move: bool) -> Result<AxisValues, Phrase> {
    if let Some(key) = table.keys().find(|key| !["from", "to", "points", "scale"].contains(&key.as_str())) {
        return Err(phrase!("range-unknown-key", key = key));
    }
    let end = |key: &str| match table.get(key) {
        Some(Value::Integer(number)) => Ok(*number as f64),
        Some(Value::Float(number)) if number.is_finite() => Ok(*number),
        Some(other) => Err(phrase!("range-no-number", key = key, value = Phrase::plain(other))),
        None => Err(phrase!("range-needs-end", key = key)),
    };
    let (from, to) = (end("from")?, end("to")?);
    let points = match table.get("points") {
        Some(Value::Integer(points)) if (2..=MOST_POINTS).contains(points) => *points as usize,
        Some(other) => {
            return Err(phrase!("range-points", value = Phrase::plain(other), most = MOST_POINTS as u64));
        }
        None if may_move => return Err(phrase!("range-needs-points-or-schedule")),
        None => return Err(phrase!("range-needs-points")),
    };
    let log = match table.get("scale") {
        None => false,
        Some(Value::String(scale)) if scale == "linear" => false,
        Some(Value::String(scale)) if scale == "log" => true,
        Some(other) => return Err(phrase!("range-scale", value = Phrase::plain(other))),
    };
    #[allow(clippy::float_cmp, reason = "the very same ends make no range")]
    if from == to {
        return Err(phrase!("range-no-width"));
    }
    if log && (from <= 0.0 || to <= 0.0) {
        return Err(phrase!("range-log"));
    }
    Ok(AxisValues::Range(Range { from, to, points, log }))
}

fn read_zip(value: Option<Value>, at: &impl Fn(&str, FaultKind) -> Fault, faults: &mut Vec<Fault>) -> Vec<Vec<String>> {
    let Some(value) = value else { return Vec::new() };
    let read = value.clone().try_into::<Vec<Vec<String>>>();
    match read {
        Ok(groups) if groups.iter().all(|group| group.len() > 1) => groups,
        _ => {
            let kind = FaultKind::NotAllowed { value: value.to_string(), allowed: phrase!("allowed-zip") };
            faults.push(at("zip", kind));
            Vec::new()
        }
    }
}

/// Strategy, number of seeds, whether all cells are tested.
fn read_settings(value: Option<Value>, places: &Places, faults: &mut Vec<Fault>) -> (Strategy, Option<u64>, bool) {
    let table = match value {
        None => return (Strategy::Grid, None, false),
        Some(Value::Table(table)) => table,
        Some(other) => {
            let top = Reader::new("", Table::new(), places);
            faults.push(top.wrong_type("sweep", &other, phrase!("allowed-sweep")));
            return (Strategy::Grid, None, false);
        }
    };
    let mut sweep = Reader::new("sweep", table, places);
    let names = [("grid", Strategy::Grid), ("random", Strategy::Random { cells: 0 }), ("halving", Strategy::Halving)];
    let mut strategy = sweep.choice("strategy", Strategy::Grid, &names, faults);
    let has_runs = sweep.has("runs");
    let runs = sweep.whole("runs", 1, faults) as usize;
    match &mut strategy {
        Strategy::Random { cells } if has_runs => *cells = runs,
        Strategy::Random { .. } => {
            let allowed = phrase!("allowed-runs");
            faults.push(sweep.fault("runs", FaultKind::Missing { allowed }));
        }
        Strategy::Grid | Strategy::Halving if has_runs => {
            let problem = phrase!("conflict-runs");
            faults.push(sweep.fault("runs", FaultKind::Conflict(problem)));
        }
        Strategy::Grid | Strategy::Halving => {}
    }
    let seeds = sweep.has("seeds").then(|| sweep.whole("seeds", 1, faults));
    let test_all = sweep.truth("test_all", false, faults);
    sweep.finish(&["seeds"], faults);
    (strategy, seeds, test_all)
}
