//! `[teacher]`, and the layers of a model.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::training::read_training;
use crate::distill::Mean;
use crate::recipe::architecture::ALL_LAYERS;
use crate::recipe::fault::{Fault, FaultKind};
use crate::recipe::reader::Reader;
use crate::recipe::{
    Architecture, BuiltinTeacher, CheckpointFile, CheckpointSource, Frozen, GraphFile, IMAGENET_MEAN, IMAGENET_STD,
    LENGTH, LogitsFile, PixelRange, Pooling, RowKey, TeacherPart, TeacherRecipe, TextLayers, TokensOf, TrainingRecipe,
};
use crate::text::{Phrase, phrase};

/// What describes one model and the way in which it is trained or loaded, beside the keys of `[training]`.
const OF_ONE: [&str; 11] =
    ["checkpoint", "votes", "logits", "model", "key", "probabilities", "output", "classes", "pixels", "mean", "std"];

type Why = fn() -> Phrase;

/// What a file of logits or a graph alone needs, and why nothing else does.
const OF_ANSWERS: [(&str, Why); 3] = [
    ("key", || phrase!("conflict-no-logits")),
    ("probabilities", || phrase!("conflict-no-answers")),
    ("output", || phrase!("conflict-no-graph")),
];

/// What `[teacher]` asks for: a model that is loaded, one or several of the same layers that are trained, or a list of any.
pub(super) fn read_teacher(
    mut teacher: Reader<'_>,
    training: &TrainingRecipe,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> TeacherRecipe {
    let names_combine = teacher.has("combine");
    let combine = teacher.choice("combine", Mean::default(), &Mean::NAMES, faults);
    let members = teacher.has("members").then(|| teacher.whole("members", 1, faults) as usize);
    let models = teacher.take("ensemble").map(|list| read_ensemble(&mut teacher, &list, training, folder, faults));
    if names_combine && models.is_none() && members.is_none() {
        faults.push(teacher.fault("combine", FaultKind::Conflict(phrase!("conflict-combine"))));
    }
    let read = match models {
        Some(models) => {
            let given: Vec<&str> = OF_ONE.into_iter().filter(|key| teacher.take(key).is_some()).collect();
            if let Some(key) = members.map(|_| "members").or(given.first().copied()) {
                faults.push(teacher.fault(key, FaultKind::Conflict(phrase!("conflict-ensemble"))));
            }
            TeacherRecipe::Ensemble { models, combine }
        }
        None => match read_part(&mut teacher, training, folder, faults) {
            TeacherPart::Checkpoint(source) => {
                if members.is_some_and(|members| members > 1) {
                    faults.push(teacher.fault("members", FaultKind::Conflict(phrase!("conflict-members"))));
                }
                TeacherRecipe::Checkpoint(source)
            }
            TeacherPart::Train { model, training } => {
                TeacherRecipe::Train { model, training, members: members.unwrap_or(1), combine }
            }
        },
    };
    teacher.finish(&["members"], faults);
    read
}

/// The models of an ensemble. Keys of `[training]` beside the list are those of all that are trained; each of them has a seed of its
/// own, counted up from theirs.
fn read_ensemble(
    teacher: &mut Reader<'_>,
    list: &Value,
    training: &TrainingRecipe,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> Vec<TeacherPart> {
    let allowed = || phrase!("allowed-ensemble");
    let entries = match list {
        Value::Array(entries) if !entries.is_empty() => entries.as_slice(),
        Value::Array(_) => {
            faults.push(teacher.not_allowed("ensemble", list, allowed()));
            &[]
        }
        other => {
            faults.push(teacher.wrong_type("ensemble", other, allowed()));
            &[]
        }
    };
    let table = |entry: &Value| match entry {
        Value::String(_) => Some(Table::from_iter([("checkpoint".to_owned(), entry.clone())])),
        // Layers may stand among the other keys.
        Value::Table(table) => {
            let is_layer = |key: &str| LAYERS.contains(&key);
            let (layers, mut others): (Table, Table) = table.clone().into_iter().partition(|(key, _)| is_layer(key));
            if others.contains_key("model") {
                others.extend(layers);
            } else if !layers.is_empty() {
                others.insert("model".to_owned(), layers.into());
            }
            Some(others)
        }
        _ => None,
    };
    let tables: Vec<Option<Table>> = entries.iter().map(table).collect();
    let trains = tables.iter().flatten().any(|table| table.contains_key("model"));
    let shared = if trains {
        let read = read_training(teacher, training, faults);
        TrainingRecipe { labelled: teacher.number("labelled", training.labelled, faults), ..read }
    } else {
        training.clone()
    };
    let mut models: Vec<TeacherPart> = Vec::with_capacity(entries.len());
    for (i, (entry, table)) in entries.iter().zip(tables).enumerate() {
        let Some(table) = table else {
            faults.push(teacher.not_allowed("ensemble", entry, allowed()));
            continue;
        };
        let own = TrainingRecipe { seed: shared.seed.saturating_add(i as u64), ..shared.clone() };
        let mut entry = teacher.entry("ensemble", i + 1, table);
        let model = read_part(&mut entry, &own, folder, faults);
        entry.finish(&[], faults);
        models.push(model);
    }
    models
}

/// One model: a checkpoint, or layers with the keys of `[training]`.
fn read_part(
    section: &mut Reader<'_>,
    training: &TrainingRecipe,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> TeacherPart {
    let mut checkpoint = read_checkpoint(section, folder, faults);
    if section.truth("votes", false, faults) {
        if checkpoint.is_some() {
            faults.push(section.fault("votes", FaultKind::Conflict(phrase!("conflict-votes"))));
        }
        checkpoint = Some(CheckpointSource::Votes);
    }
    if let Some(logits) = read_logits(section, folder, faults) {
        if checkpoint.is_some() {
            faults.push(section.fault("logits", FaultKind::Conflict(phrase!("conflict-logits"))));
        }
        checkpoint = Some(CheckpointSource::Logits(logits));
    }
    let given = ["classes", "pixels", "mean", "std"].into_iter().find(|key| section.has(key));
    let options = read_import(section, faults);
    let checkpoint = match checkpoint {
        Some(CheckpointSource::File(file)) => {
            Some(CheckpointSource::File(CheckpointFile { path: file.path, ..options }))
        }
        Some(CheckpointSource::Graph(graph)) => Some(CheckpointSource::Graph(GraphFile {
            file: CheckpointFile { path: graph.file.path, ..options },
            output: section.word("output", faults),
            probabilities: section.truth("probabilities", false, faults),
        })),
        other => {
            if let Some(key) = given {
                faults.push(section.fault(key, FaultKind::Conflict(phrase!("conflict-no-file"))));
            }
            other
        }
    };
    for (key, problem) in OF_ANSWERS {
        if section.take(key).is_some() {
            faults.push(section.fault(key, FaultKind::Conflict(problem())));
        }
    }
    match (checkpoint, read_model(section, folder, faults)) {
        (Some(checkpoint), None) => TeacherPart::Checkpoint(checkpoint),
        (None, Some(model)) => {
            let read = read_training(section, training, faults);
            let labelled = section.number("labelled", training.labelled, faults);
            TeacherPart::Train { model, training: TrainingRecipe { labelled, ..read } }
        }
        (Some(checkpoint), Some(_)) => {
            faults.push(section.fault("", FaultKind::Conflict(phrase!("conflict-teacher"))));
            // Its training keys are no faults of their own.
            read_training(section, training, faults);
            section.take("labelled");
            TeacherPart::Checkpoint(checkpoint)
        }
        (None, None) => {
            let allowed = phrase!("allowed-teacher", model = phrase!("allowed-model"));
            faults.push(section.fault("", FaultKind::Missing { allowed }));
            TeacherPart::Checkpoint(CheckpointSource::Builtin(BuiltinTeacher::MnistMini))
        }
    }
}

/// A file of logits, with the keys that are its own.
fn read_logits(section: &mut Reader<'_>, folder: &Path, faults: &mut Vec<Fault>) -> Option<LogitsFile> {
    if !section.has("logits") {
        return None;
    }
    let base = section.base("logits", folder);
    let path = section.file("logits", &base, faults);
    let key = section.choice("key", RowKey::Order, &RowKey::NAMES, faults);
    let probabilities = section.truth("probabilities", false, faults);
    let path = path?;
    Some(LogitsFile { path, key, classes: section.names("classes", faults), probabilities })
}

fn read_checkpoint(section: &mut Reader<'_>, folder: &Path, faults: &mut Vec<Fault>) -> Option<CheckpointSource> {
    Some(match section.take("checkpoint")? {
        Value::String(name) => match name.strip_prefix("builtin:") {
            None => {
                let base = section.base("checkpoint", folder);
                CheckpointSource::of_model(section.path_of("checkpoint", name, &base, faults).into())
            }
            Some(builtin) => {
                let known = BuiltinTeacher::ALL.into_iter().find(|b| b.name() == builtin);
                CheckpointSource::Builtin(known.unwrap_or_else(|| {
                    let allowed = phrase!("allowed-builtin");
                    faults.push(section.not_allowed("checkpoint", &Value::String(name.clone()), allowed));
                    BuiltinTeacher::MnistMini
                }))
            }
        },
        other => {
            faults.push(section.wrong_type("checkpoint", &other, phrase!("allowed-checkpoint")));
            CheckpointSource::Builtin(BuiltinTeacher::MnistMini)
        }
    })
}

/// What the recipe says of another program's model, with no path yet.
fn read_import(teacher: &mut Reader<'_>, faults: &mut Vec<Fault>) -> CheckpointFile {
    let classes = teacher.names("classes", faults);
    let pixels = teacher.has("pixels");
    let range = teacher.choice("pixels", PixelRange::default(), &PixelRange::NAMES, faults);
    let before = faults.len();
    let mean = teacher.numbers("mean", &IMAGENET_MEAN, |_| true, faults);
    let std = teacher.numbers("std", &IMAGENET_STD, |std| std > 0.0, faults);
    if faults.len() == before {
        let problem = match (&mean, &std) {
            (Some(_), None) => Some(("mean", phrase!("conflict-needs-std"))),
            (None, Some(_)) => Some(("std", phrase!("conflict-needs-mean"))),
            (Some(_), Some(_)) if range != PixelRange::Unit => Some(("pixels", phrase!("conflict-pixels-mean"))),
            _ => None,
        };
        faults.extend(problem.map(|(key, problem)| teacher.fault(key, FaultKind::Conflict(problem))));
    }
    CheckpointFile { path: PathBuf::new(), classes, pixels: pixels.then_some(range), mean, std }
}

/// The keys of a model's layers.
const LAYERS: [&str; 20] = [
    "mlp",
    "cnn",
    "dense",
    "dropout",
    "text_cnn",
    "maps",
    "embedding",
    "bilstm",
    "transformer",
    "width",
    "heads",
    "inner",
    "tokens",
    "length",
    "bert",
    "layers",
    "pooling",
    "frozen",
    "of_teacher",
    "speed",
];

/// The keys that say which kind of model is meant; one of them stands in every model.
const KINDS: [&str; 7] = ["mlp", "cnn", "text_cnn", "bilstm", "transformer", "bert", "of_teacher"];

pub(super) fn read_model(section: &mut Reader<'_>, folder: &Path, faults: &mut Vec<Fault>) -> Option<Architecture> {
    let none = || Architecture::Mlp { hidden: Vec::new(), dropout: 0.0 };
    let table = match section.take("model")? {
        Value::Table(table) => table,
        other => {
            faults.push(section.wrong_type("model", &other, phrase!("allowed-model")));
            return Some(none());
        }
    };
    let base = section.base("model", folder);
    let mut model = section.inner("model", table);
    let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| model.has(kind)).collect();
    let read = match kinds.as_slice() {
        ["mlp"] => {
            if model.take("dense").is_some() {
                faults.push(model.fault("dense", FaultKind::Conflict(phrase!("conflict-dense"))));
            }
            let dropout = model.number("dropout", 0.0, faults);
            Architecture::Mlp { hidden: model.widths("mlp", faults).unwrap_or_default(), dropout }
        }
        ["cnn"] => {
            let channels = model.widths("cnn", faults).unwrap_or_default();
            if channels.is_empty() {
                let problem = phrase!("conflict-no-convolution");
                faults.push(model.fault("cnn", FaultKind::Conflict(problem)));
            }
            let dense = model.widths("dense", faults).unwrap_or_default();
            Architecture::Cnn { channels, dense, dropout: model.number("dropout", 0.0, faults) }
        }
        ["bert"] => read_bert(&mut model, &base, faults),
        ["of_teacher"] => read_of_teacher(&mut model, faults),
        [_] => read_text_model(&mut model, faults),
        kinds => {
            let kind = if kinds.is_empty() {
                FaultKind::Missing { allowed: phrase!("allowed-model") }
            } else {
                FaultKind::Conflict(phrase!("conflict-two-kinds", one = kinds[0], other = kinds[1]))
            };
            faults.push(model.fault("", kind));
            // What belongs to one of them is no fault of its own.
            for key in LAYERS {
                model.take(key);
            }
            none()
        }
    };
    model.finish(&KINDS, faults);
    Some(read)
}

/// A model of texts that begins with random weights.
fn read_text_model(model: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Architecture {
    let embedding = |model: &mut Reader<'_>, faults: &mut Vec<Fault>| model.whole("embedding", 128, faults) as usize;
    let layers = if model.has("text_cnn") {
        let windows = model.widths("text_cnn", faults).unwrap_or_default();
        if windows.is_empty() || windows.iter().any(|window| *window > 50) {
            faults.push(model.fault("text_cnn", FaultKind::Conflict(phrase!("conflict-windows"))));
        }
        let maps = model.whole("maps", 100, faults) as usize;
        TextLayers::TextCnn { windows, maps, embedding: embedding(model, faults) }
    } else if model.has("bilstm") {
        let units = model.whole("bilstm", 150, faults) as usize;
        let dense = model.widths("dense", faults).unwrap_or_default();
        TextLayers::BiLstm { units, dense, embedding: embedding(model, faults) }
    } else {
        let layers = model.whole("transformer", 2, faults) as usize;
        let width = model.whole("width", 128, faults) as usize;
        let heads = model.whole("heads", 2, faults) as usize;
        let inner = model.whole("inner", 4 * width as u64, faults) as usize;
        if !width.is_multiple_of(heads.max(1)) {
            faults.push(
                model.fault("heads", FaultKind::Conflict(phrase!("conflict-heads", width = width, heads = heads))),
            );
        }
        TextLayers::Transformer { layers, width, heads, inner }
    };
    let dropout = model.number("dropout", 0.0, faults);
    let tokens = model.choice("tokens", TokensOf::default(), &TokensOf::NAMES, faults);
    let length = model.whole("length", LENGTH as u64, faults) as usize;
    Architecture::Text { layers, dropout, tokens, length }
}

/// A pre-trained model in a folder.
fn read_bert(model: &mut Reader<'_>, base: &Path, faults: &mut Vec<Fault>) -> Architecture {
    let folder = model.file("bert", base, faults).unwrap_or_default();
    let layers = model.has("layers").then(|| model.whole("layers", 1, faults) as usize);
    let pooling = Pooling::NAMES.map(|(name, pooling)| (name, Some(pooling)));
    let pooling = model.choice("pooling", None, &pooling, faults);
    let frozen = match model.take("frozen") {
        None => Frozen::Nothing,
        Some(Value::String(name)) if name == "embeddings" => Frozen::UpTo(0),
        Some(Value::Integer(layers @ 0..=1000)) => Frozen::UpTo(layers as usize),
        Some(other) => {
            faults.push(model.not_allowed("frozen", &other, phrase!("allowed-frozen")));
            Frozen::Nothing
        }
    };
    let dropout = model.has("dropout").then(|| model.number("dropout", 0.0, faults));
    let length = model.whole("length", LENGTH as u64, faults) as usize;
    Architecture::Bert { folder, layers, pooling, frozen, dropout, length }
}

/// The teacher's own network, or its first layers.
fn read_of_teacher(model: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Architecture {
    let layers = match model.take("of_teacher") {
        Some(Value::Integer(layers @ 1..=1000)) => Some(layers as usize),
        Some(Value::String(name)) if name == ALL_LAYERS => None,
        other => {
            faults.extend(other.map(|other| model.not_allowed("of_teacher", &other, phrase!("allowed-of-teacher"))));
            None
        }
    };
    let speed = model.has("speed").then(|| model.number("speed", 0.5, faults));
    let dropout = model.has("dropout").then(|| model.number("dropout", 0.0, faults));
    Architecture::OfTeacher { layers, speed, dropout }
}
