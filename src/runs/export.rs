//! What was kept, for other programs: the list of runs, and every point of one of them, as CSV or JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::error::StoreError;
use super::reader::StoreReader;
use super::rows::{Curve, RunRow, Status};
use super::verdict::Discordant;
use crate::recipe::Recipe;
use crate::training::report::{Epoch, JobId, Metrics, Role, RunId};

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
    temperature: Option<f64>,
    soft_weight: Option<f64>,
    hard_weight: f64,
    seed: u64,
    parameters: u64,
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
            temperature: row.temperature,
            soft_weight: row.soft_weight,
            hard_weight: row.hard_weight,
            seed: row.seed,
            parameters: row.parameters,
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

/// One value a step.
#[derive(Serialize)]
struct Losses<'a> {
    soft: &'a [f32],
    hard: &'a [f32],
    total: &'a [f32],
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
            let losses = Losses { soft: &curve.soft, hard: &curve.hard, total: &curve.total };
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
        "temperature",
        "soft_weight",
        "hard_weight",
        "seed",
        "parameters",
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
    csv.write_record(head.into_iter().map(str::to_owned).chain(parts))?;
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
            some(it.temperature),
            some(it.soft_weight),
            it.hard_weight.to_string(),
            it.seed.to_string(),
            it.parameters.to_string(),
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
        csv.write_record(cells.into_iter().chain(cells_of(it.validation.as_ref())).chain(cells_of(it.test.as_ref())))?;
    }
    csv.flush()
}

fn curve_csv(run: RunId, curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let head = ["run", "step", "soft", "hard", "total", "epoch"].map(str::to_owned).into_iter();
    let losses = ["soft", "hard", "total"].map(|name| format!("validation_{name}"));
    csv.write_record(head.chain(METRICS.map(|name| format!("validation_{name}"))).chain(losses))?;
    let mut epochs = curve.epochs.iter().peekable();
    let last = curve.epochs.last().map_or(0, |epoch| epoch.step as usize);
    for step in 1..=curve.total.len().max(last) {
        let epoch = epochs.next_if(|epoch| epoch.step as usize <= step);
        let at = |values: &[f32]| some(values.get(step - 1).filter(|value| value.is_finite()));
        let cells = [
            run.to_string(),
            step.to_string(),
            at(&curve.soft),
            at(&curve.hard),
            at(&curve.total),
            some(epoch.map(|epoch| epoch.epoch)),
        ];
        let loss = epoch.map(|epoch| epoch.validation.loss).unwrap_or_default();
        let losses = [loss.soft, loss.hard, loss.total].map(some);
        csv.write_record(
            cells
                .into_iter()
                .chain(cells_of(epoch.map(|epoch| Measured::of(&epoch.validation)).as_ref()))
                .chain(losses),
        )?;
    }
    csv.flush()
}
