//! `stillroom predict`: a saved model applied to data.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::bias::Biases;
use super::early::{Early, at_speed, early};
use super::soften::temperatures;
use super::table::percent;
use super::voice::{Failure, Problem, Voice, print, print_json};
use super::{PredictArgs, Split};
use crate::data::{
    Columns, DataError, Dataset, Examples, FoundPictures, NewRows, Remark, first_rows, is_idx_folder, is_npz,
    is_picture, pictures, read_new_rows, read_new_texts, recognise,
};
use crate::distill::{Objective, Reference, evaluate, soften};
use crate::model::{
    Checkpoint, CheckpointError, Network, NetworkTeacher, RowLogits, Teacher as _, new_file, write_whole,
};
use crate::protocol::{DeviceChoice, JUDGED};
use crate::recipe::{
    Builtin, BuiltinTeacher, Colour, Copies, DataRecipe, ImageSource, QUICKSTART, Recipe, Source, TableSource,
    TextSource,
};
use crate::text::phrase;
use crate::training::{PrepareError, builtin_teacher, choose, judge, threads};

#[derive(Serialize)]
struct Line<'a> {
    examples: u64,
    /// Rows whose class is known, where that is not all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    labelled: Option<u64>,
    errors: Option<u64>,
    accuracy: Option<f64>,
    /// What was added to the logits of classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    biases: Option<BTreeMap<&'a str, f64>>,
    #[serde(flatten)]
    early: Option<Early>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    remarks: &'a [Remark],
}

/// Fewest rows with labels by which a model is called unfit for them.
const FEWEST_JUDGED: usize = 20;

/// Rows that a model is applied to.
struct Rows {
    /// As the model reads them.
    examples: Examples,
    /// The rows that are asked for, and what they are called.
    chosen: Vec<(u32, String)>,
    /// The class of each row among the model's own; `None` where it is not known.
    labels: Vec<Option<u32>>,
    remarks: Vec<Remark>,
}

/// What is asked for, found good: T, the model at its speed, the biases of its classes, the rows.
fn asked(args: &PredictArgs) -> Result<(f64, Checkpoint, Biases, Source), Failure> {
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
    for (option, file) in [("--out", Some(&args.out)), ("--logits", args.logits.as_ref())] {
        let Some(file) = file else { continue };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() || file.is_dir() {
            let message = format!("{option} {}: there is no such folder, or it is one; give a file", file.display());
            problems.push(Problem::new("out", message));
        }
    }
    if let Some(file) = &args.logits
        && !["npy", "csv", "safetensors"].iter().any(|ending| file.extension().is_some_and(|found| found == *ending))
    {
        let message = format!("--logits {}: give a name that ends in .npy, .csv or .safetensors", file.display());
        problems.push(Problem::new("out", message));
    }
    let checkpoint = checkpoint
        .and_then(|checkpoint| at_speed(checkpoint, args.speed).map_err(|problem| problems.push(problem)).ok());
    let classes = checkpoint.as_ref().map(|checkpoint| checkpoint.classes.as_slice());
    let biases = classes.map(|classes| Biases::read(&args.bias, classes, &mut problems));
    let (Some(checkpoint), Some(biases), Some(source), []) = (checkpoint, biases, source, problems.as_slice()) else {
        return Err(Failure::inputs(problems));
    };
    Ok((temperature, checkpoint, biases, source))
}

pub(super) fn predict(args: &PredictArgs, voice: &Voice) -> Result<(), Failure> {
    let (temperature, checkpoint, biases, source) = asked(args)?;
    let mut rows = rows_of(args, &checkpoint, &source)?;
    let (device, _) = choose(DeviceChoice::Best, threads());
    let failed = |error: PrepareError| Failure::later(error.code(), error);
    let classes = checkpoint.classes.len();
    let network: Arc<dyn Network> = Arc::from(checkpoint.network(&device).map_err(|error| failed(error.into()))?);
    let model = NetworkTeacher::new(network.clone(), (0..classes).collect());
    let all = vec![0; rows.examples.rows()];
    let dataset = Dataset::new(args.data.clone(), checkpoint.classes.clone(), rows.examples, all);
    let chosen: Vec<u32> = rows.chosen.iter().map(|(row, _)| *row).collect();
    let began = Instant::now();
    let logits = model.logits(&dataset, &chosen, &|| false).map_err(|error| failed(error.into()))?.values;
    let mut logits = Arc::unwrap_or_clone(logits);
    let milliseconds = began.elapsed().as_secs_f64() * 1e3 / chosen.len().max(1) as f64;
    let early = early(&*network, &dataset, &chosen, milliseconds).map_err(|error| failed(error.into()))?;
    biases.add_to(&mut logits, classes);
    let labels: Vec<Option<u32>> = chosen.iter().map(|row| rows.labels[*row as usize]).collect();
    let known: Vec<usize> = (0..labels.len()).filter(|at| labels[*at].is_some()).collect();
    let labelled: Vec<u32> = known.iter().filter_map(|at| labels[*at]).collect();
    let of_labelled: Vec<f32> =
        known.iter().flat_map(|at| &logits[at * classes..(at + 1) * classes]).copied().collect();
    if known.len() >= FEWEST_JUDGED {
        // Of the model as it was saved, without biases. Evenly spaced, since rows may lie in the order of their classes.
        let step = known.len().div_ceil(JUDGED);
        let judged: Vec<u32> = known.iter().step_by(step).map(|at| chosen[*at]).collect();
        let labels: Vec<u32> = labelled.iter().step_by(step).copied().collect();
        let said = model.logits(&dataset, &judged, &|| false).map_err(|error| failed(error.into()))?;
        let (_, remark) = judge(&model, &said, &dataset, &judged, &labels).map_err(failed)?;
        rows.remarks.extend(remark);
    }
    rows.remarks.iter().for_each(|remark| voice.remark(remark));
    let result = evaluate(&of_labelled, &labelled, Reference::default(), &Objective::labels(), 0.0, classes);
    write(args, &checkpoint.classes, &rows.chosen, &labels, &logits, temperature)
        .map_err(|problem| Failure::later("out", format!("--out {}: {problem}", args.out.display())))?;
    let are_files = matches!(source, Source::Images(_));
    save_logits(args, &checkpoint, (&rows.chosen, are_files), &dataset.row_hashes(&chosen), &logits)?;
    let is_known = !labelled.is_empty();
    let line = Line {
        examples: chosen.len() as u64,
        labelled: Some(result.examples).filter(|labelled| *labelled < chosen.len() as u64),
        errors: is_known.then_some(result.errors),
        accuracy: is_known.then(|| 1.0 - result.errors as f64 / result.examples.max(1) as f64),
        biases: biases.by_class(),
        early,
        remarks: &rows.remarks,
    };
    if args.json {
        return print_json(&line);
    }
    let judged = match (line.errors, line.accuracy) {
        (Some(errors), Some(accuracy)) => format!("{errors} errors, accuracy {} %", percent(Some(accuracy))),
        _ => "no labels to judge by".to_owned(),
    };
    print(&format!("{} examples, {judged}; predictions are in {}\n", line.examples, args.out.display()))?;
    biases.sentence().map_or(Ok(()), |sentence| print(&sentence))?;
    line.early.as_ref().map_or(Ok(()), |early| print(&early.sentence()))
}

/// Writes the logits, where that is asked for.
fn save_logits(
    args: &PredictArgs,
    checkpoint: &Checkpoint,
    (rows, files): (&[(u32, String)], bool),
    hashes: &[u64],
    logits: &[f32],
) -> Result<(), Failure> {
    let Some(file) = &args.logits else { return Ok(()) };
    let written = if file.extension().is_some_and(|ending| ending == "safetensors") {
        write_row_logits(file, checkpoint, hashes, logits.to_vec())
    } else {
        let names = files.then(|| rows.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>());
        write_logits(file, &checkpoint.classes, names.as_deref(), logits)
    };
    written.map_err(|problem| Failure::later("out", format!("--logits {}: {problem}", file.display())))
}

/// The rows that are asked for, as the model reads them.
fn rows_of(args: &PredictArgs, checkpoint: &Checkpoint, source: &Source) -> Result<Rows, Failure> {
    let data = |error: DataError| Failure::faults(error.code(), &error.phrase());
    let shape = &checkpoint.plan.input;
    let new = match (source, &checkpoint.columns) {
        (Source::Table(table), Some(columns)) if !is_npz(&table.path) => {
            Some(read_new_rows(&as_told(args, table), columns, &checkpoint.classes, shape).map_err(data)?)
        }
        // A model of texts that learnt them from no table knows no column: they are found as they would be for training.
        (Source::Table(table), None) if checkpoint.reads.text().is_some() => {
            Some(read_new_texts(table, None, &checkpoint.classes).map_err(data)?)
        }
        (Source::Table(table), None) if table.label.is_none() && !is_npz(&table.path) => {
            // As many columns as the model has inputs: there is no class.
            let inputs = shape.iter().product();
            let found = first_rows(table, 1).map_err(data)?.columns.len();
            let columns = Columns::of_numbers(inputs);
            let read = || read_new_rows(table, &columns, &checkpoint.classes, shape);
            (found == inputs).then(read).transpose().map_err(data)?
        }
        (Source::Images(images), _) if shape.len() == 3 => {
            let found = pictures(&images.path, [shape[0], shape[1], shape[2]], images.ground, &()).map_err(data)?;
            let (files, examples, classes): FoundPictures = found;
            let labels = match classes {
                Some(classes) => classes.into_iter().map(Some).collect(),
                None => vec![None; files.len()],
            };
            let names = files.iter().map(|file| file.display().to_string()).collect();
            Some(NewRows { examples, labels, gaps: Vec::new(), names, remarks: Vec::new() })
        }
        _ => None,
    };
    let Some(new) = new else { return known_rows(args, checkpoint, source) };
    let class = |label: &String| checkpoint.classes.iter().position(|class| class == label).map(|at| at as u32);
    let unknown: BTreeSet<&String> = new.labels.iter().flatten().filter(|label| class(label).is_none()).collect();
    if let (Source::Table(table), Some(first)) = (source, unknown.first()) {
        let message = format!(
            "{}: `{first}` is a class that the model does not know ({} of them in all); it knows {}",
            table.path.display(),
            unknown.len(),
            checkpoint.classes.join(", ")
        );
        return Err(Failure::input("checkpoint-classes", message));
    }
    let labels: Vec<Option<u32>> = new.labels.iter().map(|label| label.as_ref().and_then(class)).collect();
    let all_labelled = labels.iter().all(Option::is_some);
    let name = |row: u32| new.names.get(row as usize).cloned().unwrap_or_else(|| row.to_string());
    let rows: Vec<u32> = match args.split {
        Some(Split::All) => (0..labels.len() as u32).collect(),
        // Parts are drawn by class; rows of which no class is known are new ones.
        None if !all_labelled => (0..labels.len() as u32).collect(),
        Some(_) if !all_labelled => {
            let message = format!(
                "--split: some rows of {} have no class, so that no part can be drawn; leave --split out, or --split all",
                args.data
            );
            return Err(Failure::input("no-labels", message));
        }
        split => part_of(args, checkpoint, source, split.unwrap_or(Split::Test), &new)?,
    };
    let mut remarks = new.remarks.clone();
    if split_is_judged(args.split) {
        let gaps = new.gaps.clone();
        let plain = Dataset::new(String::new(), Vec::new(), new.examples.clone(), vec![0; labels.len()]);
        let dataset = Dataset { gaps, ..plain };
        remarks.extend(known_row_remark(checkpoint, &dataset, &rows, checkpoint.columns.as_ref()));
    }
    let chosen = rows.into_iter().map(|row| (row, name(row))).collect();
    Ok(Rows { chosen, labels, examples: new.examples, remarks })
}

/// Only what is told about this very table holds of it: the model's own may have been written in another way.
fn as_told(args: &PredictArgs, table: &TableSource) -> TableSource {
    if is_inline(&args.data) {
        return table.clone();
    }
    let delimiter = table.delimiter.filter(|delimiter| !",;\t| ".contains(*delimiter));
    TableSource { delimiter, decimal_comma: None, header: None, label: None, ..table.clone() }
}

fn is_inline(data: &str) -> bool {
    data.trim_start().starts_with(['{', '"', '\''])
}

fn split_is_judged(split: Option<Split>) -> bool {
    split != Some(Split::Train)
}

/// The rows of a part, drawn as the model's own job drew them.
fn part_of(
    args: &PredictArgs,
    checkpoint: &Checkpoint,
    source: &Source,
    split: Split,
    new: &NewRows,
) -> Result<Vec<u32>, Failure> {
    let count = new.labels.len();
    let data = |error: DataError| Failure::faults(error.code(), &error.phrase());
    let dataset = Dataset::load(source).map_err(data)?;
    // Rows of a part that has a file of its own follow those of the first.
    let has_parts = dataset.validation_from.or(dataset.test_from) == Some(count);
    if dataset.labels.len() != count && !has_parts {
        let message = format!(
            "{}: {} rows have a class and {count} are there, so that no part can be drawn; --split all",
            args.data,
            dataset.labels.len()
        );
        return Err(Failure::input("no-labels", message));
    }
    let splits = dataset.split(&data_recipe(checkpoint)?).map_err(data)?;
    let rows = match split {
        Split::Train => splits.train,
        Split::Validation => splits.validation,
        Split::Test => splits.test,
        Split::All => (0..count as u32).collect(),
    };
    if has_parts {
        let rows: Vec<u32> = rows.into_iter().filter(|row| (*row as usize) < count).collect();
        if rows.is_empty() {
            let message =
                format!("{}: that part lies in a file of its own; give that one, with --split all", args.data);
            return Err(Failure::input("no-labels", message));
        }
        return Ok(rows);
    }
    if dataset.files.is_empty() {
        return Ok(rows);
    }
    // Pictures are told by their files: the parts of a folder have an order of their own.
    let new_rows: HashMap<&str, u32> = new.names.iter().zip(0..).map(|(name, row)| (name.as_str(), row)).collect();
    let found = |row: u32| new_rows.get(dataset.files[row as usize].display().to_string().as_str()).copied();
    Ok(rows.into_iter().filter_map(found).collect())
}

/// Rows of a source with classes, read in full as for training.
fn known_rows(args: &PredictArgs, checkpoint: &Checkpoint, source: &Source) -> Result<Rows, Failure> {
    let data = |error: DataError| Failure::faults(error.code(), &error.phrase());
    let model = |error: CheckpointError| Failure::input(error.code(), error);
    // A table is read as the model's own was, where that was a table.
    let own = checkpoint.recipe.as_ref().map(|recipe| &recipe.data.source);
    let is_old = checkpoint.is_of_old_reading() && matches!((source, own), (Source::Table(_), Some(Source::Table(_))));
    let source = if is_old { source.clone().as_first_read() } else { source.clone() };
    let dataset = Dataset::load(&source).map_err(data)?;
    let indices =
        checkpoint.indices_of(&args.checkpoint, &dataset.examples.shape(), &dataset.classes).map_err(model)?;
    let split = args.split.unwrap_or(Split::Test);
    let rows: Vec<u32> = match split {
        Split::All => (0..dataset.labels.len() as u32).collect(),
        split => {
            let mut recipe = data_recipe(checkpoint)?;
            if checkpoint.is_of_old_reading() {
                recipe.copies = Copies::Apart;
            }
            let splits = dataset.split(&recipe).map_err(data)?;
            match split {
                Split::Train => splits.train,
                Split::Validation => splits.validation,
                Split::Test | Split::All => splits.test,
            }
        }
    };
    let remarks = if split_is_judged(args.split) { known_row_remark(checkpoint, &dataset, &rows, None) } else { None };
    let labels = dataset.labels.iter().map(|label| Some(indices[*label as usize] as u32)).collect();
    let file = |row: u32| dataset.files.get(row as usize).map(|file| file.display().to_string());
    let chosen = rows.into_iter().map(|row| (row, file(row).unwrap_or_else(|| row.to_string()))).collect();
    Ok(Rows { chosen, labels, examples: dataset.examples, remarks: remarks.into_iter().collect() })
}

fn read(name: &str) -> Result<Checkpoint, CheckpointError> {
    match name.strip_prefix("builtin:") {
        None => {
            let read = Checkpoint::read(Path::new(name));
            let is_of_rows = || matches!(RowLogits::read(Path::new(name)), Ok(Some(_)));
            if read.is_err() && is_of_rows() { Err(not_a_model(name)) } else { read }
        }
        Some(builtin) => match BuiltinTeacher::ALL.into_iter().find(|known| known.name() == builtin) {
            Some(known) if RowLogits::is_it(builtin_teacher(known)) => Err(not_a_model(name)),
            Some(known) => Checkpoint::from_bytes(name, builtin_teacher(known)),
            None => {
                let names = BuiltinTeacher::ALL.map(|teacher| format!("builtin:{}", teacher.name())).join(" or ");
                let problem = format!("there is no such model; give {names}, or a file");
                Err(CheckpointError::File { path: name.to_owned(), problem })
            }
        },
    }
}

/// For a file of what a teacher said of rows.
fn not_a_model(name: &str) -> CheckpointError {
    CheckpointError::Foreign { path: name.to_owned(), problem: phrase!("logits-of-rows") }
}

/// What is meant by `--data`. A file's label column, or the size of images, is that of the model's own data.
fn source(text: &str, checkpoint: Option<&Checkpoint>) -> Result<Source, Failure> {
    if let Some(builtin) = Builtin::ALL.into_iter().find(|builtin| builtin.name() == text) {
        return Ok(Source::Builtin(builtin));
    }
    if is_inline(text) {
        return inline(text);
    }
    let path = Path::new(text);
    let known = checkpoint.and_then(|checkpoint| checkpoint.recipe.as_ref()).map(|recipe| &recipe.data.source);
    if path.is_file() {
        if is_picture(path) {
            return Ok(Source::Images(pictures_for(path, checkpoint, known)));
        }
        recognise(path).map_err(|error| Failure::input(error.code(), format!("--data {error}")))?;
        return Ok(Source::Table(match known {
            Some(Source::Table(table)) => {
                // The parts of the model's own table lie beside it; another table has none.
                let is_own = table.path.file_name() == path.file_name();
                let beside = |part: &Option<PathBuf>| {
                    let part = path.with_file_name(part.as_ref()?.file_name()?);
                    Some(part).filter(|part| is_own && part.is_file())
                };
                let (validation, test) = (beside(&table.validation), beside(&table.test));
                TableSource { path: path.to_owned(), test, validation, ..table.clone() }
            }
            _ => TableSource::new(path),
        }));
    }
    if path.is_dir() {
        if is_idx_folder(path) {
            let name = if let Some(Source::Idx { name, .. }) = known { name.clone() } else { None };
            return Ok(Source::Idx { path: path.to_owned(), name });
        }
        if let Ok(Source::Texts(texts)) = recognise(path) {
            return Ok(Source::Texts(match known {
                Some(Source::Texts(own)) => TextSource { path: path.to_owned(), ..own.clone() },
                _ => texts,
            }));
        }
        return Ok(Source::Images(pictures_for(path, checkpoint, known)));
    }
    let names = Builtin::ALL.map(Builtin::name).join(", ");
    let message = format!("--data {text}: there is no such file or folder; give one, or a built-in set: {names}");
    Err(Failure::input("data-read", message))
}

/// Pictures, as large and as coloured as the model's own.
fn pictures_for(path: &Path, checkpoint: Option<&Checkpoint>, known: Option<&Source>) -> ImageSource {
    let plain = match known {
        Some(Source::Images(images)) => ImageSource { path: path.to_owned(), ..images.clone() },
        _ => ImageSource::new(path),
    };
    match checkpoint.map(|checkpoint| checkpoint.plan.input.as_slice()) {
        Some([channels, height, _]) => {
            let colour = if *channels == 3 { Colour::Rgb } else { Colour::Grey };
            ImageSource { size: *height, colour, ..plain }
        }
        _ => plain,
    }
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
fn known_row_remark(
    checkpoint: &Checkpoint,
    dataset: &Dataset,
    rows: &[u32],
    columns: Option<&Columns>,
) -> Option<Remark> {
    if checkpoint.rows.is_empty() {
        return None;
    }
    let dataset = &Dataset { columns: columns.cloned().map(Arc::new), ..dataset.clone() };
    let seen: HashSet<u64> = checkpoint.rows.iter().copied().collect();
    let known = dataset.row_hashes(rows).into_iter().filter(|hash| seen.contains(hash)).count();
    (known > 0).then(|| {
        let message = phrase!("predict-seen-rows", count = known, of = rows.len());
        Remark::warning("seen-rows", message, [("rows", known as u64), ("of", rows.len() as u64)])
    })
}

fn write(
    args: &PredictArgs,
    classes: &[String],
    rows: &[(u32, String)],
    labels: &[Option<u32>],
    logits: &[f32],
    temperature: f64,
) -> Result<(), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let folder = args.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = new_file().tempfile_in(folder).map_err(|error| text(&error))?;
    let mut writer = csv::Writer::from_writer(file);
    let head = ["id", "label", "predicted"].into_iter().chain(classes.iter().map(String::as_str));
    writer.write_record(head).map_err(|error| text(&error))?;
    for (((_, name), label), logits) in rows.iter().zip(labels).zip(logits.chunks_exact(classes.len())) {
        let label = label.map_or(String::new(), |label| classes[label as usize].clone());
        let predicted = classes[soften::top_class(logits)].clone();
        let probabilities = soften::soften(logits, temperature).into_iter().map(|p| p.to_string());
        let record = [name.clone(), label, predicted].into_iter().chain(probabilities);
        writer.write_record(record).map_err(|error| text(&error))?;
    }
    let file = writer.into_inner().map_err(|error| text(&error))?;
    file.persist(&args.out).map_err(|error| text(&error.error))?;
    Ok(())
}

/// Raw logits, `[rows, classes]`: `NumPy`'s format (version 1.0, little-endian `f32`, C order), or CSV with the classes as its head.
/// What the model says of these rows, for whoever is to learn from it without it.
fn write_row_logits(file: &Path, checkpoint: &Checkpoint, rows: &[u64], logits: Vec<f32>) -> Result<(), String> {
    let of = RowLogits {
        model: checkpoint.spec().name(),
        parameters: checkpoint.plan.parameter_count(),
        classes: checkpoint.classes.clone(),
        rows: rows.to_vec(),
        logits,
        trained_on: checkpoint.rows.clone(),
        recipe: checkpoint.recipe.clone(),
        engine: checkpoint.engine.clone(),
    };
    let bytes = of.to_bytes().map_err(|error| error.to_string())?;
    write_whole(file, &bytes).map_err(|error| error.to_string())
}

/// Writes a matrix, or a table with a column for each class; `files` are the names of pictures, which have no other order.
fn write_logits(file: &Path, classes: &[String], files: Option<&[&str]>, logits: &[f32]) -> Result<(), String> {
    let bytes = if file.extension().is_some_and(|ending| ending == "npy") {
        let shape = format!("({}, {})", logits.len() / classes.len().max(1), classes.len());
        let mut head = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
        // Magic, version and length are 10 bytes; the whole head ends with a line end at a multiple of 64.
        let padding = (64 - (10 + head.len() + 1) % 64) % 64;
        head.extend(std::iter::repeat_n(' ', padding));
        head.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((head.len() as u16).to_le_bytes());
        bytes.extend(head.as_bytes());
        bytes.extend(logits.iter().flat_map(|logit| logit.to_le_bytes()));
        bytes
    } else {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut write = |record: Vec<String>| writer.write_record(record).map_err(|error| error.to_string());
        write(files.map(|_| "file".to_owned()).into_iter().chain(classes.iter().cloned()).collect())?;
        for (at, row) in logits.chunks_exact(classes.len().max(1)).enumerate() {
            let file = files.and_then(|files| files.get(at)).map(|file| (*file).to_owned());
            write(file.into_iter().chain(row.iter().map(ToString::to_string)).collect())?;
        }
        writer.into_inner().map_err(|error| error.to_string())?
    };
    write_whole(file, &bytes).map_err(|error| error.to_string())
}
