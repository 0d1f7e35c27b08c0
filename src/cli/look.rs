//! `stillroom look`: what a file or folder holds and how it would be read, before anything is trained.

use std::path::Path;

use serde::Serialize;
use toml::{Table, Value};

use super::LookArgs;
use super::table::table;
use super::voice::{Failure, Problem, Voice, print, print_json};
use crate::data::{FirstRows, recognise};
use crate::model::Checkpoint;
use crate::protocol::DataFound;
use crate::recipe::{DataRecipe, QUICKSTART, Recipe, Source, Sweep, decode};
use crate::training::{PrepareError, look_at_data};

/// Rows of a table that are shown.
const ROWS: usize = 5;
/// Characters of a field that are shown, and of one in a set of texts.
const FIELD: usize = 24;
const TEXT: usize = 72;

/// The one object of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    #[serde(flatten)]
    found: &'a DataFound,
    /// `[data]` of a recipe that reads it so.
    recipe: String,
    first_rows: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct ModelLine<'a> {
    path: &'a str,
    kind: &'static str,
    model: String,
    parameters: u64,
    input: &'a [usize],
    classes: &'a [String],
}

pub(super) fn look(args: &LookArgs, voice: &Voice) -> Result<(), Failure> {
    let path = Path::new(&args.path);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "safetensors" | "pt" | "pth" | "bin" => return look_at_model(args, path),
        _ => {}
    }
    let data = if ending == "toml" {
        let bytes =
            std::fs::read(path).map_err(|error| Failure::input("recipe-file", format!("{}: {error}", args.path)))?;
        let sweep = decode(&bytes, Some(path)).and_then(|text| Sweep::parse(&text, Some(path), &[]));
        let sweep = sweep.map_err(|faults| Failure::inputs(faults.0.iter().map(Problem::from).collect()))?;
        sweep.base.data
    } else if let Some(builtin) = crate::recipe::Builtin::ALL.into_iter().find(|known| known.name() == args.path) {
        DataRecipe::of(Source::Builtin(builtin))
    } else {
        DataRecipe::of(recognise(path).map_err(|error| Failure::input(error.code(), error))?)
    };
    let found = look_at_data(&data, ROWS, &()).map_err(|error: PrepareError| Failure::input(error.code(), error));
    let (found, first) = found?;
    if args.json {
        let mut rows = vec![first.columns];
        rows.extend(first.rows);
        return print_json(&Line { path: &args.path, found: &found, recipe: text_of(&data), first_rows: rows });
    }
    let mut text = format!("{}\n", found.line());
    for decision in found.findings.decisions() {
        text += &format!("  {decision}\n");
    }
    if !first.columns.is_empty() {
        let width = if found.findings.texts.is_some() { TEXT } else { FIELD };
        text += &table_of(&first, width);
    }
    text += &format!("\n{}", text_of(&data));
    print(&text)?;
    found.remarks.iter().for_each(|remark| voice.remark(remark));
    Ok(())
}

/// Columns of a table that are shown.
const COLUMNS: usize = 9;

fn look_at_model(args: &LookArgs, path: &Path) -> Result<(), Failure> {
    let checkpoint = Checkpoint::read(path).map_err(|error| Failure::input(error.code(), error))?;
    let plan = &checkpoint.plan;
    let line = ModelLine {
        path: &args.path,
        kind: "model",
        model: plan.architecture.to_string(),
        parameters: plan.parameter_count(),
        input: &plan.input,
        classes: &checkpoint.classes,
    };
    if args.json {
        return print_json(&line);
    }
    print(&format!(
        "{}: a model, {}, {} parameters; inputs {:?}; {} classes: {}\n",
        args.path,
        line.model,
        line.parameters,
        line.input,
        line.classes.len(),
        line.classes.join(", ")
    ))
}

/// The first rows, the first columns.
fn table_of(first: &FirstRows, width: usize) -> String {
    let shown = first.columns.len().min(COLUMNS);
    let short = |text: &String| {
        let mut short: String = text.chars().take(width).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if text.chars().count() > width {
            short.push('…');
        }
        short
    };
    let cut = |row: &[String]| {
        let mut cells: Vec<String> = (0..shown).map(|at| row.get(at).map(short).unwrap_or_default()).collect();
        if first.columns.len() > shown {
            cells.push("…".to_owned());
        }
        cells
    };
    let head = cut(&first.columns);
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = first.rows.iter().map(|row| cut(row)).collect();
    format!("\n{}", table(&head, &vec![true; head.len()], &rows))
}

/// `[data]` of a recipe, without what a recipe need not say.
fn text_of(data: &DataRecipe) -> String {
    let Ok(recipe) = QUICKSTART.recipe() else { return String::new() };
    let table_of = |data: &DataRecipe| match (Recipe { data: data.clone(), ..recipe.clone() }).to_table().remove("data")
    {
        Some(Value::Table(table)) => table,
        _ => Table::new(),
    };
    let (mut table, unsaid) = (table_of(data), table_of(&DataRecipe::of(data.source.clone())));
    let source = table.remove("source").map(|source| format!("source = {source}\n")).unwrap_or_default();
    table.retain(|key, value| unsaid.get(key) != Some(value));
    format!("[data]\n{source}{table}")
}
