//! From a [`Recipe`] back to TOML: every field, resolved, in the order in which people read it.

use std::path::Path;

use serde::{Serialize, Serializer};
use toml::{Table, Value};

use super::{
    Architecture, CheckpointFile, CheckpointSource, Colour, Keep, LabelColumn, MethodName, Optimiser, PixelRange,
    Recipe, Schedule, Source, TeacherRecipe, TrainingRecipe,
};

impl Recipe {
    /// The resolved recipe as a table; [`Recipe::from_table`] reads it back unchanged.
    pub fn to_table(&self) -> Table {
        let mut top = Table::new();
        top.insert("title".to_owned(), self.title.as_str().into());
        let data = &self.data;
        top.insert(
            "data".to_owned(),
            table([
                ("source", source(&data.source)),
                ("seed", whole(data.seed)),
                ("validation", data.validation.into()),
                ("test", data.test.into()),
                ("omit_classes", data.omit_classes.clone().into()),
                ("labelled", data.labelled.into()),
                ("label_noise", data.label_noise.into()),
            ]),
        );
        top.insert(
            "teacher".to_owned(),
            match &self.teacher {
                TeacherRecipe::Checkpoint(CheckpointSource::Builtin(builtin)) => {
                    table([("checkpoint", format!("builtin:{}", builtin.name()).into())])
                }
                TeacherRecipe::Checkpoint(CheckpointSource::File(file)) => checkpoint(file),
                TeacherRecipe::Train { model, training: keys } => {
                    let mut teacher = training(keys);
                    teacher.insert("model".to_owned(), architecture(model));
                    teacher.into()
                }
            },
        );
        if let Some(model) = &self.student {
            top.insert("student".to_owned(), table([("model", architecture(model))]));
        }
        let distill = &self.distill;
        let MethodName::SoftTargets = distill.method;
        top.insert(
            "distill".to_owned(),
            table([
                ("method", "soft-targets".into()),
                ("temperature", distill.temperature.into()),
                ("soft_weight", distill.soft_weight.into()),
                ("hard_weight", distill.hard_weight.into()),
                ("temperature_squared", distill.temperature_squared.into()),
            ]),
        );
        let mut training = training(&self.training);
        training.insert("baseline".to_owned(), self.baseline.into());
        top.insert("training".to_owned(), training.into());
        top
    }

    /// The resolved recipe as text.
    pub fn to_toml(&self) -> String {
        self.to_table().to_string()
    }
}

impl Serialize for Recipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_table().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Recipe {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_table(Table::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn table<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Table(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// TOML's whole numbers end at i64; seeds beyond it cannot be written in a recipe in the first place.
fn whole(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn widths(list: &[usize]) -> Value {
    Value::Array(list.iter().map(|width| whole(*width as u64)).collect())
}

fn path(path: &Path) -> Value {
    path.to_string_lossy().into_owned().into()
}

fn source(source: &Source) -> Value {
    match source {
        Source::Builtin(builtin) => builtin.name().into(),
        Source::Idx(folder) => table([("idx", path(folder))]),
        Source::Csv { path: file, label, header } => {
            let label = match label {
                LabelColumn::Name(name) => name.as_str().into(),
                LabelColumn::Position(position) => Value::Integer(*position),
            };
            let mut fields = Table::new();
            fields.insert("csv".to_owned(), path(file));
            fields.insert("label".to_owned(), label);
            if let Some(header) = header {
                fields.insert("header".to_owned(), (*header).into());
            }
            fields.into()
        }
        Source::Images { path: folder, size, colour } => {
            let colour = match colour {
                Colour::Grey => "grey",
                Colour::Rgb => "rgb",
            };
            table([("images", path(folder)), ("size", whole(*size as u64)), ("colour", colour.into())])
        }
    }
}

fn checkpoint(file: &CheckpointFile) -> Value {
    let mut fields = Table::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    put("checkpoint", path(&file.path));
    if let Some(classes) = &file.classes {
        put("classes", classes.clone().into());
    }
    if let Some((name, _)) = PixelRange::NAMES.into_iter().find(|(_, range)| Some(*range) == file.pixels) {
        put("pixels", name.into());
    }
    for (key, values) in [("mean", &file.mean), ("std", &file.std)] {
        if let Some(values) = values {
            put(key, values.clone().into());
        }
    }
    fields.into()
}

fn architecture(model: &Architecture) -> Value {
    match model {
        Architecture::Mlp { hidden, dropout } => table([("mlp", widths(hidden)), ("dropout", (*dropout).into())]),
        Architecture::Cnn { channels, dense, dropout } => {
            table([("cnn", widths(channels)), ("dense", widths(dense)), ("dropout", (*dropout).into())])
        }
    }
}

fn training(training: &TrainingRecipe) -> Table {
    let mut fields = Table::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    put("epochs", whole(training.epochs as u64));
    put("batch", whole(training.batch as u64));
    put("learning_rate", training.learning_rate.into());
    put("seed", whole(training.seed));
    match training.optimiser {
        Optimiser::AdamW => put("optimiser", "adamw".into()),
        Optimiser::Sgd { momentum } => {
            put("momentum", momentum.into());
            put("optimiser", "sgd".into())
        }
    };
    put("weight_decay", training.weight_decay.into());
    put(
        "schedule",
        match training.schedule {
            Schedule::Constant => "constant".into(),
            Schedule::Cosine => "cosine".into(),
            Schedule::Step { every, factor } => {
                table([("step", table([("every", whole(every as u64)), ("factor", factor.into())]))])
            }
        },
    );
    put("warm_up", training.warm_up.into());
    put("clip", training.clip.into());
    put("jitter", whole(training.jitter as u64));
    put(
        "keep",
        match training.keep {
            Keep::Last => "last".into(),
            Keep::Best => "best".into(),
        },
    );
    fields
}
