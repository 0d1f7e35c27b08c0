//! From a [`Recipe`] back to TOML: every field, resolved, in the order in which people read it.

use std::path::Path;

use serde::{Serialize, Serializer};
use toml::{Table, Value};

use super::architecture::ALL_LAYERS;
use super::fields::{BASELINE, Field, Kind};
use super::parse::TABLES;
use super::reader::SCHEDULE;
use super::{
    Architecture, Augment, Baseline, CheckpointFile, CheckpointSource, Colour, ColumnRef, Copies, DEFAULT_SIDE, Frozen,
    Ground, ImageSource, Keep, KeptColumns, LogitsFile, Normalise, Optimiser, PixelRange, Pixels, Pooling, Recipe,
    Schedule, Source, TableSource, TeacherPart, TeacherRecipe, TextLayers, TextSource, TokensOf, TrainingRecipe,
};
use crate::distill::{Course, Ramp};

impl Recipe {
    /// The resolved recipe as a table; [`Recipe::from_table`] reads it back unchanged.
    pub fn to_table(&self) -> Table {
        let mut top = Table::new();
        top.insert("title".to_owned(), self.title.as_str().into());
        let data = &self.data;
        let mut fields = table([
            ("source", source(&data.source)),
            ("seed", whole(data.seed)),
            ("validation", data.validation.into()),
            ("test", data.test.into()),
            ("omit_classes", data.omit_classes.clone().into()),
            ("labelled", data.labelled.into()),
            ("label_noise", data.label_noise.into()),
        ]);
        if let (Value::Table(fields), Copies::Apart) = (&mut fields, data.copies) {
            fields.insert("copies".to_owned(), "apart".into());
        }
        if let (Value::Table(fields), true) = (&mut fields, data.augment != Augment::NONE) {
            let Augment { tries, mask, ngram } = data.augment;
            let augment =
                [("augment", whole(tries as u64)), ("augment_mask", mask.into()), ("augment_ngram", ngram.into())];
            fields.extend(augment.map(|(key, value)| (key.to_owned(), value)));
        }
        top.insert("data".to_owned(), fields);
        if let Some(of) = &self.teacher {
            top.insert("teacher".to_owned(), teacher(of));
        }
        if let Some(model) = &self.student {
            top.insert("student".to_owned(), table([("model", architecture(model))]));
        }
        let mut distill = Table::from_iter([("method".to_owned(), self.distill.method().name.into())]);
        distill.extend(self.distill.fields().map(|(field, held)| (field.key().to_owned(), course(field, held))));
        top.insert("distill".to_owned(), distill.into());
        let mut training = training(&self.training);
        training.insert(BASELINE.key().to_owned(), baselines(&self.baselines));
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

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        source(self).serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Source {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// As recipes wrote it when there was one baseline, where it says the same.
fn baselines(baselines: &[&'static Baseline]) -> Value {
    match baselines {
        [] => false.into(),
        [only] if *only == Baseline::PLAIN => true.into(),
        named => named.iter().map(|baseline| Value::from(baseline.name)).collect::<Vec<_>>().into(),
    }
}

/// What a method's field holds.
fn course(field: &Field, held: Course) -> Value {
    match held {
        Course::Fixed(value) => setting(field, value),
        Course::Moving(Ramp { shape, from, to }) => {
            table([(SCHEDULE, shape.name().into()), ("from", from.into()), ("to", to.into())])
        }
    }
}

fn setting(field: &Field, value: f64) -> Value {
    match field.kind {
        Kind::Truth(_) => Value::Boolean(value != 0.0),
        Kind::Whole(_) => Value::Integer(value as i64),
        Kind::Choice(names) => names.get(value as usize).map_or("", |(name, _)| *name).into(),
        _ => Value::Float(value),
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
        Source::Idx { path: folder, name } => {
            let mut fields = Table::from_iter([("idx".to_owned(), path(folder))]);
            if let Some(name) = name {
                fields.insert("name".to_owned(), name.as_str().into());
            }
            fields.into()
        }
        Source::Table(table) => table_source(table).into(),
        Source::Images(images) => image_source(images).into(),
        Source::Texts(TextSource { path: folder, encoding }) => {
            let mut fields = Table::from_iter([("texts".to_owned(), path(folder))]);
            if let Some(encoding) = encoding {
                fields.insert("encoding".to_owned(), encoding.as_str().into());
            }
            fields.into()
        }
    }
}

/// What is left open stays so: a field is written where it was settled.
fn table_source(table: &TableSource) -> Table {
    let mut fields = Table::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    let ending = table.path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let key = TABLES.into_iter().find(|key| ending.as_deref() == Some(*key)).unwrap_or(TABLES[0]);
    put(key, path(&table.path));
    for (key, file) in [("validation", &table.validation), ("test", &table.test)] {
        if let Some(file) = file {
            put(key, path(file));
        }
    }
    for (key, named) in [("label", &table.label), ("text", &table.text), ("text_b", &table.text_b)] {
        if let Some(named) = named {
            put(key, column(named));
        }
    }
    if let Some(header) = table.header {
        put("header", header.into());
    }
    if !table.ignore.is_empty() {
        put("ignore", table.ignore.iter().map(column).collect::<Vec<_>>().into());
    }
    match &table.keep {
        KeptColumns::All => drop(put("keep", "all".into())),
        KeptColumns::These(columns) if columns.is_empty() => {}
        KeptColumns::These(columns) => drop(put("keep", columns.iter().map(column).collect::<Vec<_>>().into())),
    }
    if let Some(encoding) = &table.encoding {
        put("encoding", encoding.as_str().into());
    }
    if let Some(delimiter) = table.delimiter {
        let text = match delimiter {
            '\t' => "tab".to_owned(),
            ' ' => "blank".to_owned(),
            other => other.to_string(),
        };
        put("delimiter", text.into());
    }
    if let Some(is_comma) = table.decimal_comma {
        put("decimal", if is_comma { "," } else { "." }.into());
    }
    match table.pixels {
        None => {}
        Some(Pixels::None) => drop(put("pixels", false.into())),
        Some(Pixels::Shape { channels: 1, height, width }) => drop(put("pixels", widths(&[height, width]))),
        Some(Pixels::Shape { channels, height, width }) => drop(put("pixels", widths(&[channels, height, width]))),
    }
    if table.normalise == Normalise::None {
        put("normalise", "none".into());
    }
    if table.size != DEFAULT_SIDE {
        put("size", whole(table.size as u64));
    }
    if table.colour != Colour::Grey {
        put("colour", colour(table.colour));
    }
    fields
}

fn image_source(images: &ImageSource) -> Table {
    let mut fields = Table::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    put("images", path(&images.path));
    put("size", whole(images.size as u64));
    put("colour", colour(images.colour));
    match images.ground {
        None => {}
        Some(Ground::White) => drop(put("ground", "white".into())),
        Some(Ground::Black) => drop(put("ground", "black".into())),
    }
    for (key, list) in [("mean", &images.mean), ("std", &images.std)] {
        if !list.is_empty() {
            put(key, list.clone().into());
        }
    }
    fields
}

fn column(column: &ColumnRef) -> Value {
    match column {
        ColumnRef::Name(name) => name.as_str().into(),
        ColumnRef::Position(position) => Value::Integer(*position),
    }
}

fn colour(colour: Colour) -> Value {
    match colour {
        Colour::Grey => "grey".into(),
        Colour::Rgb => "rgb".into(),
    }
}

fn teacher(teacher: &TeacherRecipe) -> Value {
    match teacher {
        TeacherRecipe::Checkpoint(source) => checkpoint(source).into(),
        TeacherRecipe::Train { model, training, members, combine } => {
            let mut teacher = trained(model, training);
            teacher.insert("members".to_owned(), whole(*members as u64));
            teacher.insert("combine".to_owned(), combine.name().into());
            teacher.into()
        }
        TeacherRecipe::Ensemble { models, combine } => {
            let model = |model: &TeacherPart| match model {
                TeacherPart::Checkpoint(source) => checkpoint(source),
                TeacherPart::Train { model, training } => trained(model, training),
            };
            let models: Vec<Value> = models.iter().map(|part| model(part).into()).collect();
            table([("ensemble", models.into()), ("combine", combine.name().into())])
        }
    }
}

fn trained(model: &Architecture, keys: &TrainingRecipe) -> Table {
    let mut fields = training(keys);
    fields.insert("model".to_owned(), architecture(model));
    fields.insert("labelled".to_owned(), keys.labelled.into());
    fields
}

impl CheckpointSource {
    /// As a recipe writes it, in one line.
    pub fn written(&self) -> String {
        Value::Table(checkpoint(self)).to_string()
    }
}

fn checkpoint(source: &CheckpointSource) -> Table {
    let graph = match source {
        CheckpointSource::Builtin(builtin) => {
            return Table::from_iter([("checkpoint".to_owned(), format!("builtin:{}", builtin.name()).into())]);
        }
        CheckpointSource::Votes => return Table::from_iter([("votes".to_owned(), true.into())]),
        CheckpointSource::Logits(file) => return logits(file),
        CheckpointSource::File(file) => return model_file(file),
        CheckpointSource::Graph(graph) => graph,
    };
    let mut fields = model_file(&graph.file);
    if let Some(output) = &graph.output {
        fields.insert("output".to_owned(), output.clone().into());
    }
    if graph.probabilities {
        fields.insert("probabilities".to_owned(), true.into());
    }
    fields
}

fn model_file(file: &CheckpointFile) -> Table {
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
    fields
}

fn logits(file: &LogitsFile) -> Table {
    let mut fields = Table::from_iter([("logits".to_owned(), path(&file.path))]);
    if let Some(name) = file.key.column() {
        fields.insert("key".to_owned(), name.into());
    }
    if let Some(classes) = &file.classes {
        fields.insert("classes".to_owned(), classes.clone().into());
    }
    if file.probabilities {
        fields.insert("probabilities".to_owned(), true.into());
    }
    fields
}

fn architecture(model: &Architecture) -> Value {
    match model {
        Architecture::Mlp { hidden, dropout } => table([("mlp", widths(hidden)), ("dropout", (*dropout).into())]),
        Architecture::Cnn { channels, dense, dropout } => {
            table([("cnn", widths(channels)), ("dense", widths(dense)), ("dropout", (*dropout).into())])
        }
        Architecture::Text { layers, dropout, tokens, length } => {
            let mut fields = text_layers(layers);
            let tokens = TokensOf::NAMES.iter().find(|(_, named)| named == tokens).map_or("words", |(name, _)| *name);
            fields.extend([
                ("dropout".to_owned(), (*dropout).into()),
                ("tokens".to_owned(), tokens.into()),
                ("length".to_owned(), whole(*length as u64)),
            ]);
            fields.into()
        }
        Architecture::Bert { folder, layers, pooling, frozen, dropout, length } => {
            let mut fields =
                Table::from_iter([("bert".to_owned(), path(folder)), ("length".to_owned(), whole(*length as u64))]);
            let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
            if let Some(layers) = layers {
                put("layers", whole(*layers as u64));
            }
            if let Some((name, _)) = Pooling::NAMES.iter().find(|(_, named)| Some(*named) == *pooling) {
                put("pooling", (*name).into());
            }
            match frozen {
                Frozen::Nothing => {}
                Frozen::UpTo(layers) => drop(put("frozen", whole(*layers as u64))),
            }
            if let Some(dropout) = dropout {
                put("dropout", (*dropout).into());
            }
            fields.into()
        }
        Architecture::OfTeacher { layers, speed, dropout } => {
            let layers = layers.map_or_else(|| ALL_LAYERS.into(), |layers| whole(layers as u64));
            let others = [("speed", speed), ("dropout", dropout)];
            let others = others.into_iter().filter_map(|(key, value)| Some((key, Value::from((*value)?))));
            let all = [("of_teacher", layers)].into_iter().chain(others);
            all.map(|(key, value)| (key.to_owned(), value)).collect::<Table>().into()
        }
    }
}

fn text_layers(layers: &TextLayers) -> Table {
    let number = |number: &usize| whole(*number as u64);
    let fields: Vec<(&str, Value)> = match layers {
        TextLayers::TextCnn { windows, maps, embedding } => {
            vec![("text_cnn", widths(windows)), ("maps", number(maps)), ("embedding", number(embedding))]
        }
        TextLayers::BiLstm { units, dense, embedding } => {
            vec![("bilstm", number(units)), ("dense", widths(dense)), ("embedding", number(embedding))]
        }
        TextLayers::Transformer { layers, width, heads, inner } => vec![
            ("transformer", number(layers)),
            ("width", number(width)),
            ("heads", number(heads)),
            ("inner", number(inner)),
        ],
    };
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
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
            Schedule::Linear => "linear".into(),
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
