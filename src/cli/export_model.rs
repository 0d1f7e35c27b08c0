//! `stillroom export-model`: a trained model for where it will run, with a card that says what it is.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::follow::Follower;
use super::place::Place;
use super::screen::Screen;
use super::voice::{Failure, Voice, print, print_json};
use super::{ExportModelArgs, ModelFormat};
use crate::model::{Checkpoint, GraphOptions, write_whole};
use crate::onnx::OPSET;
use crate::protocol::{RunId, RunOutcome};
use crate::runs::{CARD_FILE, CardFacts, CardFiles, Store, StoreError, TOKENIZER_FILE, card};
use crate::text::Phrase;
use crate::training::{CheckedGraph, checked_graph};

#[derive(Serialize)]
struct Line {
    files: Vec<PathBuf>,
    parameters: u64,
    classes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opset: Option<i64>,
    /// On how many rows the graph was held against the model, and how far its probabilities are from that one's at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_rows: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apart: Option<f64>,
}

pub(super) fn export_model(args: &ExportModelArgs, voice: &Voice) -> Result<(), Failure> {
    let (checkpoint, facts, stem) = model_of(args, voice)?;
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{stem}.{}", args.to.ending())));
    let is_text = checkpoint.reads.text().is_some();
    let mut files = vec![path.clone(), path.with_file_name(CARD_FILE)];
    files.extend((args.to == ModelFormat::Onnx && is_text).then(|| path.with_file_name(TOKENIZER_FILE)));
    check_free(&files, args.force)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (mut beside, mut checked) = (CardFiles::default(), None);
    // Everything is made before anything is written.
    let bytes = match args.to {
        ModelFormat::Onnx => {
            let options = GraphOptions { normalises: !args.normalised, softmax: args.softmax };
            let graph = graph_of(&checkpoint, options)?;
            let output = if args.softmax { "probabilities" } else { "logits" };
            beside.onnx = Some((name, output, options.normalises));
            beside.tokenizer = is_text.then(|| TOKENIZER_FILE.to_owned());
            checked.insert(graph).bytes.clone()
        }
        ModelFormat::Safetensors => {
            beside.safetensors = Some(name);
            checkpoint.to_bytes().map_err(|error| Failure::later("export", error))?
        }
    };
    let card = card(&checkpoint, &facts, &beside);
    let write = |file: &Path, bytes: &[u8]| {
        write_whole(file, bytes).map_err(|error| Failure::later("export", format!("{}: {error}", file.display())))
    };
    write(&path, &bytes)?;
    write(&files[1], card.as_bytes())?;
    if let (Some(file), Some(encoder)) = (files.get(2), checkpoint.reads.text()) {
        write(file, encoder.saved().tokenizer.as_bytes())?;
    }
    tell(args, &checkpoint, files, checked.as_ref())
}

/// The model that is asked for, what is known of the run that it came from, and what its file may be called.
fn model_of(args: &ExportModelArgs, voice: &Voice) -> Result<(Checkpoint, CardFacts, String), Failure> {
    let given = Path::new(&args.model);
    let read = |path: &Path| Checkpoint::read(path).map_err(|error| Failure::input(error.code(), error));
    let Ok(run) = args.model.parse::<RunId>() else {
        if !given.is_file() {
            let what = format!(
                "{}: this is neither a run, such as r-0002, nor a file; `stillroom runs` lists the runs that there are",
                args.model
            );
            return Err(Failure::input("unknown-run", what));
        }
        let stem = given.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let checkpoint = read(given)?;
        return Ok((checkpoint.without_private_paths(), CardFacts::default(), stem));
    };
    let place = Place::to_read(args.store.as_deref())?;
    let reader = Store::reader(place.path());
    let refused = |error: StoreError| place.refused(&error);
    let job = match reader.find(&args.model) {
        Err(StoreError::Unknown(_)) => {
            let what = format!("there is no run `{run}`; `stillroom runs` lists those that there are");
            return Err(Failure::input("unknown-run", what));
        }
        found => found.map_err(refused)?,
    };
    let stored = reader.job(job).map_err(refused)?;
    let finished = stored.finished.iter().find(|finished| finished.run == run);
    let kept = finished.and_then(|finished| Some((finished, finished.checkpoint.as_ref()?)));
    let Some((finished, file)) = kept else {
        let why = match finished.map(|finished| finished.outcome) {
            Some(RunOutcome::Diverged) => "it diverged",
            Some(_) => "its model was loaded and not trained here",
            None => "it has not come to its end",
        };
        return Err(Failure::input("no-model", format!("{run} has no model to export: {why}")));
    };
    let checkpoint = read(file)?;
    let mut follower = Follower::new(Screen::new(voice.clone(), false), place.path(), None, Some(&stored));
    let verdict = follower.recall().map(|found| found.story.sentences());
    let facts = CardFacts {
        run: Some(run),
        measured: [finished.validation.clone(), finished.test.clone()],
        cost: finished.cost.clone(),
        data: stored.data.as_ref().and_then(|data| data.sets.first().cloned()),
        verdict: verdict.unwrap_or_default(),
    };
    Ok((checkpoint.without_private_paths(), facts, run.to_string()))
}

/// Whether nothing would be overwritten that is not to be.
fn check_free(files: &[PathBuf], force: bool) -> Result<(), Failure> {
    for file in files {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() || file.is_dir() {
            let message = format!("--out {}: there is no such folder, or it is one; give a file", file.display());
            return Err(Failure::input("out", message));
        }
        if file.exists() && !force {
            let message =
                format!("{} is there already; --force overwrites it, --out names another place", file.display());
            return Err(Failure::input("exists", message));
        }
    }
    Ok(())
}

fn graph_of(checkpoint: &Checkpoint, options: GraphOptions) -> Result<CheckedGraph, Failure> {
    let program = std::env::current_exe();
    let program =
        program.map_err(|error| Failure::later("no-process", format!("this program has no file: {error}")))?;
    checked_graph(checkpoint, options, &program).map_err(|problem: Phrase| Failure::later("export", problem))
}

fn tell(
    args: &ExportModelArgs,
    checkpoint: &Checkpoint,
    files: Vec<PathBuf>,
    checked: Option<&CheckedGraph>,
) -> Result<(), Failure> {
    let parameters = checkpoint.plan.parameter_count();
    if args.json {
        return print_json(&Line {
            files,
            parameters,
            classes: checkpoint.classes.clone(),
            opset: checked.map(|_| OPSET),
            checked_rows: checked.map(|checked| checked.rows),
            apart: checked.map(|checked| checked.apart),
        });
    }
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let mut text = format!("{}, {} parameters: {}\n", checkpoint.spec().name(), parameters, names.join(", "));
    if let Some(checked) = checked {
        text += &format!(
            "  opset {OPSET}; run back on {} drawn rows: probabilities within {:.0e} of the model's\n",
            checked.rows, checked.apart
        );
    }
    if checkpoint.spec().bert().is_some_and(|plan| plan.exits.is_some()) && checked.is_some() {
        text += "  The graph answers at its last layer; leaving early is not part of it.\n";
    }
    print(&text)
}
