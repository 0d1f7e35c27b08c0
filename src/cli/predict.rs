//! `stillroom predict`: a saved model applied to data.

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;

use super::soften::temperatures;
use super::voice::{Failure, Problem, Voice, print, print_json};
use super::{PredictArgs, Split};
use crate::data::{DataError, Dataset, is_idx_folder};
use crate::distill::{Student, evaluate, soften};
use crate::model::{Checkpoint, CheckpointError, new_file};
use crate::recipe::{Builtin, Colour, DataRecipe, LabelColumn, QUICKSTART, Recipe, Source};
use crate::training::{DeviceChoice, PrepareError, Teacher, builtin_teacher, choose, threads};

#[derive(Serialize)]
struct Line {
    examples: u64,
    errors: u64,
    accuracy: f64,
}

pub(super) fn predict(args: &PredictArgs, voice: &Voice) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let temperature = match temperatures("--temperature", &args.temperature, &mut problems).as_slice() {
        [temperature] => *temperature,
        [] => 1.0,
        _ => {
            let message = format!("--temperature {}: give one number", args.temperature);
            problems.push(Problem::new("not-allowed", message));
            1.0
        }
    };
    let checkpoint = read(&args.checkpoint);
    let checkpoint =
        checkpoint.map_err(|error| problems.push(Problem::new(error.code(), format!("CHECKPOINT {error}")))).ok();
    let source = source(&args.data, checkpoint.as_ref()).map_err(|failure| problems.extend(failure.problems)).ok();
    let folder = args.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() || args.out.is_dir() {
        let message = format!("--out {}: there is no such folder, or it is one; give a file", args.out.display());
        problems.push(Problem::new("out", message));
    }
    let (Some(checkpoint), Some(source), []) = (checkpoint, source, problems.as_slice()) else {
        return Err(Failure::inputs(problems));
    };
    let data = |error: DataError| Failure::faults(error.code(), &error.phrase());
    let dataset = Dataset::load(&source).map_err(data)?;
    let shape = dataset.inputs.shape();
    let places = checkpoint.places_of(&args.checkpoint, &shape, &dataset.classes);
    let places = places.map_err(|error| Failure::input(error.code(), error))?;
    let rows = match args.split {
        Split::All => (0..dataset.labels.len() as u32).collect(),
        split => {
            let splits = dataset.split(&data_recipe(&checkpoint)?).map_err(data)?;
            match split {
                Split::Train => splits.train,
                Split::Validation => splits.validation,
                Split::Test | Split::All => splits.test,
            }
        }
    };
    warn_of_known_rows(&checkpoint, &dataset, &rows, args.split, voice);

    let (device, _) = choose(DeviceChoice::Best, threads());
    let failed = |error: PrepareError| Failure::later(error.code(), error);
    let population = checkpoint.population(&device).map_err(|error| failed(error.into()))?;
    let model = Teacher::new(population, places);
    let logits = model.logits(&dataset, &rows, &device, &|| false).map_err(failed)?.values;
    let labels: Vec<u32> = rows.iter().map(|row| dataset.labels[*row as usize]).collect();
    let classes = dataset.classes.len();
    let result = evaluate(&logits, &labels, None, &Student::baseline(), classes);
    write(args, &dataset, &rows, &logits, temperature)
        .map_err(|problem| Failure::later("out", format!("--out {}: {problem}", args.out.display())))?;
    let line = Line {
        examples: result.examples,
        errors: result.errors,
        accuracy: 1.0 - result.errors as f64 / result.examples.max(1) as f64,
    };
    if args.json {
        return print_json(&line);
    }
    print(&format!(
        "{} examples, {} errors, accuracy {:.4}; predictions are in {}\n",
        line.examples,
        line.errors,
        line.accuracy,
        args.out.display()
    ))
}

fn read(name: &str) -> Result<Checkpoint, CheckpointError> {
    match name.strip_prefix("builtin:") {
        None => Checkpoint::read(Path::new(name)),
        Some(builtin) => match Builtin::ALL.into_iter().find(|known| known.name() == builtin) {
            Some(known) => Checkpoint::from_bytes(name, builtin_teacher(known)),
            None => {
                let names = Builtin::ALL.map(|builtin| format!("builtin:{}", builtin.name())).join(" or ");
                let problem = format!("there is no such model; give {names}, or a file");
                Err(CheckpointError::File { path: name.to_owned(), problem })
            }
        },
    }
}

/// What is meant by `--data`. A file's label column, or the size of images, is that of the model's own data.
fn source(text: &str, checkpoint: Option<&Checkpoint>) -> Result<Source, Failure> {
    if let Some(builtin) = Builtin::ALL.into_iter().find(|builtin| builtin.name() == text) {
        return Ok(Source::Builtin(builtin));
    }
    if text.trim_start().starts_with(['{', '"', '\'']) {
        return inline(text);
    }
    let path = Path::new(text);
    let known = checkpoint.and_then(|checkpoint| checkpoint.recipe.as_ref()).map(|recipe| &recipe.data.source);
    if path.is_file() {
        let (label, header) = match known {
            Some(Source::Csv { label, header, .. }) => (label.clone(), *header),
            _ => (LabelColumn::Position(-1), None),
        };
        return Ok(Source::Csv { path: path.to_owned(), label, header });
    }
    if path.is_dir() {
        if is_idx_folder(path) {
            return Ok(Source::Idx(path.to_owned()));
        }
        let (size, colour) = match checkpoint.map(|checkpoint| checkpoint.plan.input.as_slice()) {
            Some([channels, height, _]) => (*height, if *channels == 3 { Colour::Rgb } else { Colour::Grey }),
            _ => (28, Colour::Grey),
        };
        return Ok(Source::Images { path: path.to_owned(), size, colour });
    }
    let names = Builtin::ALL.map(Builtin::name).join(", ");
    let message = format!("--data {text}: there is no such file or folder; give one, or a built-in set: {names}");
    Err(Failure::input("data-read", message))
}

/// A source as a recipe writes it.
fn inline(text: &str) -> Result<Source, Failure> {
    let rest = "[teacher]\ncheckpoint = \"builtin:digits\"\n[student]\nmodel = { mlp = [1] }\n";
    match Recipe::parse(&format!("[data]\nsource = {text}\n{rest}"), None, &[]) {
        Ok(recipe) => Ok(recipe.data.source),
        Err(faults) => {
            let problems = faults.0.into_iter().map(|mut fault| {
                fault.place = None;
                Problem::new(fault.kind.code(), format!("--data {text}: {fault}"))
            });
            Err(Failure::inputs(problems.collect()))
        }
    }
}

/// How the model's own job split its data.
fn data_recipe(checkpoint: &Checkpoint) -> Result<DataRecipe, Failure> {
    if let Some(recipe) = &checkpoint.recipe {
        return Ok(recipe.data.clone());
    }
    let default = QUICKSTART.recipe().map_err(|faults| Failure::later("preset", faults))?;
    Ok(default.data)
}

/// A model is no judge of rows that it has learnt.
fn warn_of_known_rows(checkpoint: &Checkpoint, dataset: &Dataset, rows: &[u32], split: Split, voice: &Voice) {
    if split == Split::Train || checkpoint.rows.is_empty() {
        return;
    }
    let seen: HashSet<u64> = checkpoint.rows.iter().copied().collect();
    let known = dataset.row_hashes(rows).into_iter().filter(|hash| seen.contains(hash)).count();
    if known > 0 {
        let message = format!("warning: the model was trained on {known} of these {} rows", rows.len());
        voice.note("seen-rows", &message);
    }
}

fn write(args: &PredictArgs, dataset: &Dataset, rows: &[u32], logits: &[f32], temperature: f64) -> Result<(), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let folder = args.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = new_file().tempfile_in(folder).map_err(|error| text(&error))?;
    let mut writer = csv::Writer::from_writer(file);
    let head = ["id", "label", "predicted"].into_iter().chain(dataset.classes.iter().map(String::as_str));
    writer.write_record(head).map_err(|error| text(&error))?;
    for (row, logits) in rows.iter().zip(logits.chunks_exact(dataset.classes.len())) {
        let label = dataset.classes[dataset.labels[*row as usize] as usize].clone();
        let predicted = dataset.classes[soften::top_class(logits)].clone();
        let probabilities = soften::soften(logits, temperature).into_iter().map(|p| p.to_string());
        let record = [row.to_string(), label, predicted].into_iter().chain(probabilities);
        writer.write_record(record).map_err(|error| text(&error))?;
    }
    let file = writer.into_inner().map_err(|error| text(&error))?;
    file.persist(&args.out).map_err(|error| text(&error.error))?;
    Ok(())
}
