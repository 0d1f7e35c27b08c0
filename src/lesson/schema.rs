//! `lesson.toml` as it is written, before anything in it is believed. Unknown keys are errors.

use serde::Deserialize;
use toml::{Spanned, Table, Value};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub format: Spanned<u32>,
    pub id: Spanned<String>,
    #[serde(default)]
    pub needs: Option<Spanned<NeedsTable>>,
    #[serde(default)]
    pub page: Vec<Spanned<PageTable>>,
    #[serde(default)]
    pub run: Vec<Spanned<RunTable>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NeedsTable {
    pub arrangement: Option<String>,
    pub panels: Option<Vec<String>>,
    pub preset: Option<String>,
    pub sample: Option<String>,
    pub run: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageTable {
    pub id: Spanned<String>,
    pub kind: Spanned<String>,
    pub minutes: Spanned<f64>,
    #[serde(default)]
    pub needs: Option<Spanned<NeedsTable>>,
    #[serde(default)]
    pub start: Vec<Spanned<Table>>,
    #[serde(default)]
    pub was: Vec<String>,
    #[serde(default)]
    pub task: Vec<Spanned<TaskTable>>,
    #[serde(default)]
    pub predict: Option<Spanned<PredictTable>>,
    #[serde(default)]
    pub choices: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub right: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskTable {
    pub id: Spanned<String>,
    pub until: Spanned<Value>,
    pub count: Option<Spanned<CountTable>>,
    #[serde(default)]
    pub almost: Vec<Spanned<AlmostTable>>,
    pub solution: Spanned<Vec<Spanned<Table>>>,
    pub not: Spanned<Vec<Vec<Spanned<Table>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CountTable {
    pub of: String,
    pub to: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlmostTable {
    pub id: String,
    #[serde(rename = "if")]
    pub when: Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PredictTable {
    pub bars: Option<BarsTable>,
    pub curve: Option<CurveTable>,
    pub choices: Option<Vec<String>>,
    pub truth: Option<Table>,
    pub number: Option<String>,
    pub run: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BarsTable {
    pub of: String,
    pub temperature: f64,
    pub classes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CurveTable {
    pub of: String,
    pub from: Option<f64>,
    pub to: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunTable {
    pub id: Spanned<String>,
    pub preset: Spanned<String>,
    #[serde(default)]
    pub set: Option<Spanned<Table>>,
    pub seconds: Spanned<f64>,
}
