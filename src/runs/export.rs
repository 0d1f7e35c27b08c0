//! What was kept, for other programs: the list of runs, and every point of one of them, as CSV or JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::error::StoreError;
use super::reader::StoreReader;
use super::rows::{Curve, RunRow, Status};
use super::verdict::Discordant;
use crate::distill::{Course, METHODS};
use crate::protocol::{Cost, Epoch, JobId, LossTerms, Metrics, Role, RunId};
use crate::recipe::Recipe;
use crate::recipe::fields::{Field, HARD_WEIGHT, Kind, SOFT_WEIGHT, TEMPERATURE};

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A table with a header.
    Csv,
    /// One JSON object a line.
    Json,
}

/// A run of the list.
#[derive(Clone, Debug, Serialize)]
pub struct RunLine<'a> {
    run: RunId,
    job: JobId,
    role: Role,
    title: &'a str,
    model: &'a str,
    data: &'a str,
    status: Status,
    method: Option<&'static str>,
    /// By the last word of its path: what the method's fields hold.
    #[serde(flatten)]
    settings: Settings,
    /// Which of those it is that are trained for one student.
    place: u32,
    seed: u64,
    parameters: u64,
    /// Bytes, multiply-adds and microseconds of a row.
    cost: Option<&'a Cost>,
    teachers: &'a [RunId],
    loaded: bool,
    edited: bool,
    deleted: bool,
    /// Milliseconds since 1970.
    created: u64,
    ended: Option<u64>,
    steps: u64,
    steps_planned: u64,
    seconds: Option<f64>,
    validation: Option<Measured<'a>>,
    test: Option<Measured<'a>>,
    rows_apart: Option<Discordant>,
    checkpoint: Option<&'a std::path::PathBuf>,
}

/// Numbers of a method's fields by their last words; what moves over the training is told as a recipe writes it. T and the two weights of soft targets are told of every run: a run without a
/// teacher has none but 1 · hard.
#[derive(Clone, Debug, Serialize)]
pub struct Settings(BTreeMap<&'static str, Option<Course>>);

impl Settings {
    fn of(row: &RunRow) -> Self {
        Self::new(row.method.is_some(), &|path| row.setting(path))
    }

    /// Of a run that learns by a method, or of labels alone.
    pub fn new(has_method: bool, value: &dyn Fn(&str) -> Option<Course>) -> Self {
        let always = [TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT].map(|field| (field.key(), value(field.path)));
        let mut all = BTreeMap::from(always);
        all.extend(number_fields().filter_map(|field| Some((field.key(), Some(value(field.path)?)))));
        if !has_method {
            all.insert(HARD_WEIGHT.key(), Some(Course::Fixed(1.0)));
        }
        Self(all)
    }

    /// What a list has columns for beside T and the weights of soft targets.
    fn others() -> Vec<&'static str> {
        let mut keys: Vec<&'static str> = Vec::new();
        for key in number_fields().map(Field::key) {
            if ![TEMPERATURE, SOFT_WEIGHT, HARD_WEIGHT].iter().any(|field| field.key() == key) && !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    fn get(&self, key: &str) -> Option<Course> {
        self.0.get(key).copied().flatten()
    }
}

/// The fields of all methods that hold numbers.
fn number_fields() -> impl Iterator<Item = &'static Field> {
    let is_number = |field: &&Field| matches!(field.kind, Kind::Number(_) | Kind::Whole(_));
    METHODS.iter().flat_map(|method| method.fields).filter(is_number)
}

/// What a model is worth on a part of the data.
#[derive(Clone, Debug, Serialize)]
struct Measured<'a> {
    examples: u64,
    errors: u64,
    accuracy: f64,
    agreement: Option<f64>,
    kl: Option<f64>,
    ece: Option<f64>,
    errors_by_class: &'a [u64],
}

impl<'a> Measured<'a> {
    fn of(it: &'a Metrics) -> Self {
        Self {
            examples: it.examples,
            errors: it.errors,
            accuracy: it.accuracy,
            agreement: it.agreement,
            kl: it.kl,
            ece: it.ece,
            errors_by_class: &it.errors_by_class,
        }
    }
}

impl<'a> RunLine<'a> {
    /// What a list says of a run.
    pub fn of(row: &'a RunRow) -> Self {
        Self {
            run: row.run,
            job: row.job,
            role: row.role,
            title: &row.title,
            model: &row.model,
            data: &row.source,
            status: row.status,
            method: row.learns_by(),
            settings: Settings::of(row),
            seed: row.seed,
            parameters: row.parameters,
            cost: row.cost.as_ref(),
            place: row.place,
            teachers: &row.teachers,
            loaded: row.loaded,
            edited: row.edited(),
            deleted: row.deleted,
            created: row.created,
            ended: row.ended,
            steps: row.steps_done,
            steps_planned: row.steps_planned,
            seconds: row.seconds,
            validation: row.validation.as_ref().or(row.last.as_ref()).map(Measured::of),
            test: row.test.as_ref().map(Measured::of),
            rows_apart: row.rows_apart,
            checkpoint: row.checkpoint.as_ref(),
        }
    }
}

/// A run with its recipe and every point of its curves.
#[derive(Serialize)]
struct WholeRun<'a> {
    #[serde(flatten)]
    line: RunLine<'a>,
    recipe: Recipe,
    losses: Losses<'a>,
    epochs: &'a [Epoch],
}

/// One value a step of each term and of the total, by name.
struct Losses<'a>(&'a Curve);

impl Serialize for Losses<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let terms = self.0.terms.iter().map(|(name, values)| (name.as_ref(), values));
        serializer.collect_map(terms.chain([(LossTerms::TOTAL, &self.0.total)]))
    }
}

/// Writes a list of runs.
///
/// # Errors
/// Whatever keeps `out` from being written.
pub fn export_list(rows: &[RunRow], format: ExportFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ExportFormat::Json => rows.iter().try_for_each(|row| json_line(out, &RunLine::of(row))),
        ExportFormat::Csv => list_csv(rows, out),
    }
}

/// Writes one run with every point that it has. In CSV `step` counts the steps that are done, and what an epoch was worth stands
/// in the line of its last step.
///
/// # Errors
/// When the store cannot be read, or `out` not be written.
pub fn export_run(
    store: &StoreReader,
    row: &RunRow,
    format: ExportFormat,
    out: &mut dyn Write,
) -> Result<(), StoreError> {
    let curve = store.curve(row.run)?;
    let written = match format {
        ExportFormat::Csv => curve_csv(row.run, &curve, out),
        ExportFormat::Json => {
            let losses = Losses(&curve);
            let recipe = store.recipe(row.run)?;
            json_line(out, &WholeRun { line: RunLine::of(row), recipe, losses, epochs: &curve.epochs })
        }
    };
    written.map_err(StoreError::file(std::path::Path::new("")))
}

fn json_line(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// Names of the columns that hold metrics of a part.
const METRICS: [&str; 6] = ["examples", "errors", "accuracy", "agreement", "kl", "ece"];

fn cells_of(metrics: Option<&Measured<'_>>) -> [String; METRICS.len()] {
    let Some(it) = metrics else { return Default::default() };
    let number =
        |value: Option<f64>| value.filter(|value| value.is_finite()).map_or_else(String::new, |it| it.to_string());
    [
        it.examples.to_string(),
        it.errors.to_string(),
        number(Some(it.accuracy)),
        number(it.agreement),
        number(it.kl),
        number(it.ece),
    ]
}

fn some<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn list_csv(rows: &[RunRow], out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let parts = ["validation", "test"].iter().flat_map(|part| METRICS.map(|name| format!("{part}_{name}")));
    let head = [
        "run",
        "job",
        "role",
        "title",
        "model",
        "data",
        "status",
        "method",
        "temperature",
        "soft_weight",
        "hard_weight",
        "seed",
        "parameters",
        "bytes",
        "multiply_adds",
        "microseconds_alone",
        "microseconds_of_64",
        "teachers",
        "place",
        "loaded",
        "edited",
        "deleted",
        "created",
        "ended",
        "steps",
        "steps_planned",
        "seconds",
        "rows_better",
        "rows_worse",
    ];
    let others = Settings::others();
    csv.write_record(head.into_iter().map(str::to_owned).chain(parts).chain(others.iter().map(ToString::to_string)))?;
    for row in rows {
        let it = RunLine::of(row);
        let cells = [
            it.run.to_string(),
            it.job.to_string(),
            it.role.name().to_owned(),
            it.title.to_owned(),
            it.model.to_owned(),
            it.data.to_owned(),
            super::words::word(it.status).unwrap_or_default(),
            some(it.method),
            some(it.settings.get(TEMPERATURE.key())),
            some(it.settings.get(SOFT_WEIGHT.key())),
            some(it.settings.get(HARD_WEIGHT.key())),
            it.seed.to_string(),
            it.parameters.to_string(),
            some(it.cost.map(|cost| cost.bytes)),
            some(it.cost.map(|cost| cost.multiply_adds)),
            some(it.cost.map(|cost| cost.microseconds[0])),
            some(it.cost.map(|cost| cost.microseconds[1])),
            it.teachers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            it.place.to_string(),
            it.loaded.to_string(),
            it.edited.to_string(),
            it.deleted.to_string(),
            it.created.to_string(),
            some(it.ended),
            it.steps.to_string(),
            it.steps_planned.to_string(),
            some(it.seconds),
            some(it.rows_apart.map(|rows| rows.better)),
            some(it.rows_apart.map(|rows| rows.worse)),
        ];
        let parts = [it.validation.as_ref(), it.test.as_ref()].into_iter().flat_map(cells_of);
        let others = others.iter().map(|key| some(it.settings.get(key)));
        csv.write_record(cells.into_iter().chain(parts).chain(others))?;
    }
    csv.flush()
}

fn curve_csv(run: RunId, curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let of_epochs = curve.epochs.iter().flat_map(|epoch| &epoch.validation.loss.terms).map(|(name, _)| name);
    let mut names: Vec<&str> = Vec::new();
    for name in curve.terms.iter().map(|(name, _)| name).chain(of_epochs) {
        if !names.contains(&name.as_ref()) {
            names.push(name);
        }
    }
    names.push(LossTerms::TOTAL);
    let head = ["run", "step"].into_iter().chain(names.iter().copied()).chain(["epoch"]).map(str::to_owned);
    let losses = names.iter().map(|name| format!("validation_{name}"));
    csv.write_record(head.chain(METRICS.map(|name| format!("validation_{name}"))).chain(losses))?;
    let mut epochs = curve.epochs.iter().peekable();
    let last = curve.epochs.last().map_or(0, |epoch| epoch.step as usize);
    for step in 1..=curve.total.len().max(last) {
        let epoch = epochs.next_if(|epoch| epoch.step as usize <= step);
        let at =
            |name: &&str| some(curve.series(name).and_then(|of| of.get(step - 1)).filter(|value| value.is_finite()));
        let key = [run.to_string(), step.to_string()].into_iter();
        let of_epoch = |name: &&str| some(epoch.and_then(|epoch| epoch.validation.loss.get(name)));
        let losses = names.iter().map(of_epoch);
        csv.write_record(
            key.chain(names.iter().map(at))
                .chain([some(epoch.map(|epoch| epoch.epoch))])
                .chain(cells_of(epoch.map(|epoch| Measured::of(&epoch.validation)).as_ref()))
                .chain(losses),
        )?;
    }
    csv.flush()
}
