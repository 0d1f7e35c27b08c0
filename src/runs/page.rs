//! The lens of a run as one HTML file: the validation rows of the lens with their logits, and a small script. It asks nobody for anything.

use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::error::StoreError;
use super::reader::StoreReader;
use super::rows::RunRow;
use crate::distill::{Mean, Weights};
use crate::model::Checkpoint;
use crate::protocol::{Probe, Role, RunId, RunInfo};
use crate::text::{Phrase, phrase};

const TEMPLATE: &str = include_str!("../../assets/page/lens.html");
const STYLE: &str = include_str!("../../assets/page/lens.css");
const SCRIPT: &str = include_str!("../../assets/page/lens.js");

/// A run's lens, to be written as a page.
pub struct LensPage {
    data: String,
    title: String,
    /// Rows that go along.
    pub rows: usize,
    /// Whether their pictures do, or their texts, or the numbers of their columns.
    pub inputs: Inputs,
}

/// What of the rows goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// Their pictures.
    Pictures,
    /// Their texts.
    Texts,
    /// The numbers of their columns.
    Table,
}

#[derive(Serialize)]
struct Data<'a> {
    version: u32,
    title: &'a str,
    run: String,
    job: String,
    program: String,
    teacher_name: Option<String>,
    student_name: String,
    role: Role,
    step: u64,
    temperature: f64,
    trained: Option<Weights>,
    classes: &'a [String],
    rows: &'a [u32],
    labels: &'a [u32],
    inputs: InputData,
    teacher: Option<TeacherData>,
    student: Vec<Option<f32>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum InputData {
    Pictures { width: usize, height: usize, channels: usize, pixels: String },
    Texts { texts: Vec<Vec<String>> },
    Table { columns: Vec<String>, values: Vec<Vec<Option<f32>>> },
}

#[derive(Serialize)]
struct TeacherData {
    mean: &'static str,
    each: Vec<Vec<Option<f32>>>,
}

/// What is no finite number is nothing in JSON.
fn finite(values: &[f32]) -> Vec<Option<f32>> {
    values.iter().map(|value| value.is_finite().then_some(*value)).collect()
}

impl LensPage {
    /// Reads what the page of a run needs.
    ///
    /// # Errors
    /// When the store cannot be read, or the run has said nothing yet.
    pub fn read(store: &StoreReader, row: &RunRow) -> Result<Self, StoreError> {
        let job = store.job(row.job)?;
        let probe = store.probe(row.job)?;
        let info = job.runs.iter().find(|info| info.run == row.run);
        let info = info.ok_or_else(|| StoreError::Damaged(phrase!("page-no-run", run = row.run)))?;
        let said_nothing = || StoreError::Misfit(phrase!("page-nothing-said", run = row.run));
        let (step, student) = newest(store, row.run)?.or_else(|| loaded(&probe, info)).ok_or_else(said_nothing)?;
        let teacher = teacher(store, &probe, info, &job.runs)?;
        let (inputs, kind) = inputs(&probe, row);
        let distill = &info.recipe.distill;
        let trained = if info.role.learns_by_method() { Weights::of(distill) } else { None };
        let teacher_run = info.teachers.first().and_then(|run| job.runs.iter().find(|info| info.run == *run));
        let data = Data {
            version: 1,
            title: &row.title,
            run: row.run.to_string(),
            job: row.job.to_string(),
            program: format!("Stillroom {}", env!("CARGO_PKG_VERSION")),
            teacher_name: teacher.as_ref().map(|_| teacher_run.map_or_else(String::new, |info| info.model.clone())),
            student_name: row.model.clone(),
            role: row.role,
            step,
            temperature: job.sweep.base.distill.temperature().or(distill.temperature()).unwrap_or(1.0),
            trained,
            classes: &probe.classes,
            rows: &probe.rows,
            labels: &probe.labels,
            inputs,
            teacher,
            student: finite(&student),
        };
        let json = serde_json::to_string(&data).map_err(|error| StoreError::Misfit(Phrase::plain(&error)))?;
        // Nothing in it ends the element that it stands in.
        Ok(Self { data: json.replace('<', "\\u003c"), title: row.title.clone(), rows: probe.rows.len(), inputs: kind })
    }

    /// What goes along, for whoever is about to hand it on.
    pub fn says(&self) -> Phrase {
        let key = match self.inputs {
            Inputs::Pictures => "page-says-pictures",
            Inputs::Texts => "page-says-texts",
            Inputs::Table => "page-says-table",
        };
        Phrase::filled(key, vec![("rows".into(), Phrase::from(self.rows))])
    }

    /// The file.
    pub fn html(&self) -> String {
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            digest(SCRIPT),
            digest(STYLE)
        );
        let title = format!("{} · Stillroom", self.title);
        let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // In one go: what is filled in may look like a place to be filled.
        let mut html = String::with_capacity(TEMPLATE.len() + STYLE.len() + SCRIPT.len() + self.data.len() + 512);
        let mut rest = TEMPLATE;
        while let Some((before, after)) = rest.split_once("{{") {
            html.push_str(before);
            let Some((name, after)) = after.split_once("}}") else { break };
            html.push_str(match name {
                "CSP" => &policy,
                "TITLE" => &title,
                "STYLE" => STYLE,
                "SCRIPT" => SCRIPT,
                "DATA" => &self.data,
                _ => "",
            });
            rest = after;
        }
        html.push_str(rest);
        html
    }
}

fn digest(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()))
}

/// The last step at which a run was looked at, and its logits then.
fn newest(store: &StoreReader, run: RunId) -> Result<Option<(u64, Vec<f32>)>, StoreError> {
    let Some(step) = store.snapshots(run)?.last().copied() else { return Ok(None) };
    Ok(store.snapshot(run, step)?.map(|logits| (step, logits)))
}

/// A teacher that was loaded answered with the rows themselves.
fn loaded(probe: &Probe, info: &RunInfo) -> Option<(u64, Vec<f32>)> {
    let len = probe.rows.len() * probe.classes.len();
    let is_it = info.role == Role::Teacher && probe.teacher.len() == len && len > 0;
    is_it.then(|| (0, probe.teacher.clone()))
}

/// What a run's teacher says of the rows, each of its models apart; none where it has none.
fn teacher(
    store: &StoreReader,
    probe: &Probe,
    info: &RunInfo,
    runs: &[RunInfo],
) -> Result<Option<TeacherData>, StoreError> {
    if info.role == Role::Teacher {
        return Ok(None);
    }
    let mean = match info.recipe.combine() {
        Mean::Probabilities => "probabilities",
        Mean::Logits => "logits",
    };
    let len = probe.rows.len() * probe.classes.len();
    if !probe.teacher.is_empty() && len > 0 {
        let each = probe.teacher.chunks_exact(len).map(finite).collect();
        return Ok(Some(TeacherData { mean, each }));
    }
    // The teacher of a student without one is that of the others: it is what the run is compared with.
    let first = info.teachers.first().copied();
    let first = first.or_else(|| runs.iter().find(|other| other.role == Role::Student)?.teachers.first().copied());
    let Some(teacher) = first.and_then(|run| runs.iter().find(|other| other.run == run)) else { return Ok(None) };
    let models = if teacher.teachers.is_empty() { vec![teacher.run] } else { teacher.teachers.clone() };
    let mut each = Vec::with_capacity(models.len());
    for model in models {
        let Some((_, logits)) = newest(store, model)? else { return Ok(None) };
        each.push(finite(&logits));
    }
    Ok(Some(TeacherData { mean, each }))
}

fn inputs(probe: &Probe, row: &RunRow) -> (InputData, Inputs) {
    let rows = probe.rows.len();
    if probe.texts.rows() > 0 {
        let text = |at: usize| {
            let first = probe.texts.first(at).to_owned();
            std::iter::once(first).chain(probe.texts.second(at).map(str::to_owned)).collect()
        };
        return (InputData::Texts { texts: (0..rows).map(text).collect() }, Inputs::Texts);
    }
    if let &[channels @ (1 | 3), height, width] = probe.shape.as_slice() {
        let mut pixels = Vec::with_capacity(rows * channels * height * width);
        for input in (0..rows).filter_map(|at| probe.input(at)) {
            for at in 0..height * width {
                for channel in 0..channels {
                    let value = input[channel * height * width + at].clamp(0.0, 1.0);
                    pixels.push((value * 255.0).round() as u8);
                }
            }
        }
        let pixels = base64::engine::general_purpose::STANDARD.encode(pixels);
        return (InputData::Pictures { width, height, channels, pixels }, Inputs::Pictures);
    }
    let count: usize = probe.shape.iter().product();
    let columns = row.checkpoint.as_deref().and_then(|path| Checkpoint::read(path).ok());
    let columns = columns.and_then(|it| it.columns).map(|columns| columns.inputs());
    let columns = columns.filter(|names| names.len() == count);
    let columns = columns.unwrap_or_else(|| (1..=count).map(|at| at.to_string()).collect());
    let values = (0..rows).filter_map(|at| probe.input(at)).map(finite).collect();
    (InputData::Table { columns, values }, Inputs::Table)
}
