//! `[teacher]`, and the layers of a model.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::training::read_training;
use crate::distill::Mean;
use crate::recipe::fault::{Fault, FaultKind};
use crate::recipe::reader::Reader;
use crate::recipe::{
    Architecture, BuiltinTeacher, CheckpointFile, CheckpointSource, IMAGENET_MEAN, IMAGENET_STD, PixelRange,
    TeacherPart, TeacherRecipe, TrainingRecipe,
};
use crate::text::phrase;

/// What describes one model and the way in which it is trained or loaded, beside the keys of `[training]`.
const OF_ONE: [&str; 6] = ["checkpoint", "model", "classes", "pixels", "mean", "std"];

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
            let is_layer = |key: &str| ["mlp", "cnn", "dense", "dropout"].contains(&key);
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
    let shared = if trains { read_training(teacher, training, faults) } else { training.clone() };
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
    let checkpoint = read_checkpoint(section, folder, faults);
    let given = ["classes", "pixels", "mean", "std"].into_iter().find(|key| section.has(key));
    let options = read_import(section, faults);
    let checkpoint = match checkpoint {
        Some(CheckpointSource::File(file)) => {
            Some(CheckpointSource::File(CheckpointFile { path: file.path, ..options }))
        }
        other => {
            if let Some(key) = given {
                faults.push(section.fault(key, FaultKind::Conflict(phrase!("conflict-no-file"))));
            }
            other
        }
    };
    match (checkpoint, read_model(section, faults)) {
        (Some(checkpoint), None) => TeacherPart::Checkpoint(checkpoint),
        (None, Some(model)) => TeacherPart::Train { model, training: read_training(section, training, faults) },
        (Some(checkpoint), Some(_)) => {
            faults.push(section.fault("", FaultKind::Conflict(phrase!("conflict-teacher"))));
            // Its training keys are no faults of their own.
            read_training(section, training, faults);
            TeacherPart::Checkpoint(checkpoint)
        }
        (None, None) => {
            let allowed = phrase!("allowed-teacher", model = phrase!("allowed-model"));
            faults.push(section.fault("", FaultKind::Missing { allowed }));
            TeacherPart::Checkpoint(CheckpointSource::Builtin(BuiltinTeacher::MnistMini))
        }
    }
}

fn read_checkpoint(section: &mut Reader<'_>, folder: &Path, faults: &mut Vec<Fault>) -> Option<CheckpointSource> {
    Some(match section.take("checkpoint")? {
        Value::String(name) => match name.strip_prefix("builtin:") {
            None => {
                let base = section.base("checkpoint", folder);
                CheckpointSource::File(section.path_of("checkpoint", name, &base, faults).into())
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

pub(super) fn read_model(section: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Option<Architecture> {
    let table = match section.take("model")? {
        Value::Table(table) => table,
        other => {
            faults.push(section.wrong_type("model", &other, phrase!("allowed-model")));
            return Some(Architecture::Mlp { hidden: Vec::new(), dropout: 0.0 });
        }
    };
    let mut model = section.inner("model", table);
    let dropout = model.number("dropout", 0.0, faults);
    let mlp = model.widths("mlp", faults);
    let cnn = model.widths("cnn", faults);
    let dense = model.widths("dense", faults);
    let read = match (mlp, cnn) {
        (Some(hidden), None) => {
            if dense.is_some() {
                faults.push(model.fault("dense", FaultKind::Conflict(phrase!("conflict-dense"))));
            }
            Architecture::Mlp { hidden, dropout }
        }
        (None, Some(channels)) => {
            if channels.is_empty() {
                let problem = phrase!("conflict-no-convolution");
                faults.push(model.fault("cnn", FaultKind::Conflict(problem)));
            }
            Architecture::Cnn { channels, dense: dense.unwrap_or_default(), dropout }
        }
        (mlp, _) => {
            let kind = if mlp.is_some() {
                FaultKind::Conflict(phrase!("conflict-mlp-or-cnn"))
            } else {
                FaultKind::Missing { allowed: phrase!("allowed-model") }
            };
            faults.push(model.fault("", kind));
            Architecture::Mlp { hidden: Vec::new(), dropout }
        }
    };
    model.finish(&[], faults);
    Some(read)
}
