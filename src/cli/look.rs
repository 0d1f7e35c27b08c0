//! `stillroom look`: what a file or folder holds and how it would be read, before anything is trained.

use std::path::Path;

use serde::Serialize;
use toml::Value;

use super::LookArgs;
use super::run::problem;
use super::table::table;
use super::voice::{Failure, Voice, print, print_json};
use crate::data::{FirstRows, first_rows, recognise};
use crate::model::Checkpoint;
use crate::recipe::{DataRecipe, QUICKSTART, Recipe, Source, Sweep, decode};
use crate::training::{DataFound, PrepareError, look_at_data};

/// Rows of a table that are shown.
const ROWS: usize = 5;
/// Characters of a field that are shown.
const FIELD: usize = 24;

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
    let mut data = default_data()?;
    if ending == "toml" {
        let bytes =
            std::fs::read(path).map_err(|error| Failure::input("recipe-file", format!("{}: {error}", args.path)))?;
        let sweep = decode(&bytes, Some(path)).and_then(|text| Sweep::parse(&text, Some(path), &[]));
        let sweep = sweep.map_err(|faults| Failure::inputs(faults.0.iter().map(problem).collect()))?;
        data = sweep.base.data;
    } else if let Some(builtin) = crate::recipe::Builtin::ALL.into_iter().find(|known| known.name() == args.path) {
        data.source = Source::Builtin(builtin);
    } else {
        data.source = recognise(path).map_err(|error| Failure::input(error.code(), error))?;
    }
    let found = look_at_data(&data, &()).map_err(|error: PrepareError| Failure::input(error.code(), error))?;
    let first = match &data.source {
        Source::Table(table) => first_rows(table, ROWS).unwrap_or_default(),
        _ => FirstRows::default(),
    };
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
        text += &table_of(&first);
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
fn table_of(first: &FirstRows) -> String {
    let shown = first.columns.len().min(COLUMNS);
    let short = |text: &String| {
        let mut short: String = text.chars().take(FIELD).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if text.chars().count() > FIELD {
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

/// `[data]` of a recipe.
fn text_of(data: &DataRecipe) -> String {
    let Ok(mut recipe) = QUICKSTART.recipe() else { return String::new() };
    recipe.data = data.clone();
    let Some(Value::Table(mut table)) = recipe.to_table().remove("data") else { return String::new() };
    // What a recipe need not say.
    let unsaid: [(&str, Value); 6] = [
        ("seed", Value::Integer(0)),
        ("labelled", Value::Float(1.0)),
        ("label_noise", Value::Float(0.0)),
        ("omit_classes", Value::Array(Vec::new())),
        ("validation", Value::Float(0.125)),
        ("test", Value::Float(0.2)),
    ];
    for (key, default) in unsaid {
        if table.get(key) == Some(&default) {
            table.remove(key);
        }
    }
    let source = table.remove("source").map(|source| format!("source = {source}\n")).unwrap_or_default();
    format!("[data]\n{source}{table}")
}

/// `[data]` with nothing but a source.
fn default_data() -> Result<DataRecipe, Failure> {
    let recipe =
        "[data]\nsource = \"digits\"\n[teacher]\ncheckpoint = \"builtin:digits\"\n[student]\nmodel = { mlp = [1] }\n";
    Recipe::parse(recipe, None, &[]).map(|recipe| recipe.data).map_err(|faults| Failure::later("preset", faults))
}
