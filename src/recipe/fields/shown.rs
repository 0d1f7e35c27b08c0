//! What a field holds in a recipe, in short, and which fields tell several recipes apart.

use toml::{Table, Value};

use super::super::{
    CheckpointSource, Colour, Copies, Normalise, Recipe, Source, TeacherPart, TeacherRecipe, architecture::name_of,
    value_at,
};
use super::{
    AUGMENT, CHECKPOINT, COPIES, FIELDS, Field, Kind, OMIT_CLASSES, SOURCE_COLOUR, SOURCE_NORMALISE, SOURCE_SIZE,
    TEACHER_COMBINE, TEACHER_ENSEMBLE, TITLE, Unit, field,
};
use crate::distill::{Course, Ramp, Shape};
use crate::text::{Between, Phrase, phrase};

/// A recipe beside its table, which is made once for all fields that are read from it.
pub struct Told<'a> {
    recipe: &'a Recipe,
    table: Table,
}

impl<'a> From<&'a Recipe> for Told<'a> {
    fn from(recipe: &'a Recipe) -> Self {
        Self { recipe, table: recipe.to_table() }
    }
}

impl Told<'_> {
    /// What teaches, in short: `shipped`, a file, `MLP 64–64`, `5 × MLP 64–64`, the models of an ensemble.
    pub fn teacher(&self) -> Option<Phrase> {
        match self.recipe.teacher.as_ref()? {
            TeacherRecipe::Checkpoint(_) => CHECKPOINT.shown(self),
            TeacherRecipe::Train { model, members: 1, .. } => Some(Phrase::plain(model)),
            TeacherRecipe::Train { model, members, .. } => Some(Phrase::Plain(format!("{members} × {model}"))),
            TeacherRecipe::Ensemble { .. } => TEACHER_ENSEMBLE.shown(self),
        }
    }
}

/// The fields whose values are not the same in all of these recipes, in the order of [`FIELDS`]. What a recipe is called is
/// not among them.
pub fn differing(recipes: &[&Told<'_>]) -> Vec<&'static Field> {
    let differs = |field: &&Field| {
        let mut values = recipes.iter().map(|told| field.value(told));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    FIELDS.iter().filter(|field| field.path != TITLE.path).filter(differs).collect()
}

impl Field {
    /// Its value in a recipe, in short: `8`, `off`, `MLP 64–64`, `10 %`; none where the recipe has no such field.
    pub fn shown(&self, told: &Told<'_>) -> Option<Phrase> {
        let recipe = told.recipe;
        match (self.kind, &recipe.teacher) {
            (Kind::Source, _) => Some(Phrase::Plain(recipe.data.source.name())),
            (Kind::Layers, Some(TeacherRecipe::Train { model, .. })) if self.path.starts_with("teacher.") => {
                Some(Phrase::plain(model))
            }
            (Kind::List, Some(TeacherRecipe::Ensemble { models, .. })) if self.path == TEACHER_ENSEMBLE.path => {
                Some(Phrase::several(Between::Commas, models.iter().map(part_name)))
            }
            // One model is combined with nothing.
            (Kind::Choice(_), Some(TeacherRecipe::Train { members: 1, .. })) if self.path == TEACHER_COMBINE.path => {
                None
            }
            (Kind::Layers, _) if self.path.starts_with("student.") => recipe.student.as_ref().map(Phrase::plain),
            (Kind::File, Some(TeacherRecipe::Checkpoint(CheckpointSource::Builtin(_))))
                if self.path.starts_with("teacher.") =>
            {
                Some(phrase!("value-shipped"))
            }
            _ => match self.value(told) {
                Some(value) => Some(self.words_of(&value)),
                None => is_found_out(self.path, recipe).then(|| phrase!("sheet-found-out")),
            },
        }
    }

    /// Its short name and its value, as a row says what it is: `T 8`, `T² off`, `MLP 64–64`, `20 epochs`.
    pub fn said(&self, told: &Told<'_>) -> Option<Phrase> {
        if self.path == OMIT_CLASSES.path && told.recipe.data.omit_classes.is_empty() {
            return Some(phrase!("field-omit-none"));
        }
        let value = self.shown(told)?;
        let said = match self.short {
            None => value,
            Some(short) => phrase!("field-said", name = Phrase::message(short), value = value),
        };
        Some(self.owned(said))
    }

    /// Its value, without what other fields say.
    fn value(&self, told: &Told<'_>) -> Option<Value> {
        let mut value = value_at(&told.table, self.path).cloned().or_else(|| usual(self.path, told.recipe))?;
        without_fields(self.path, &mut value);
        Some(value)
    }

    /// A value that it may hold, in short.
    pub fn words_of(&self, value: &Value) -> Phrase {
        match (self.kind, value) {
            (Kind::Choice(names), _) => {
                // A choice with settings of its own is a table of one key.
                let word = value.as_str().or_else(|| value.as_table()?.keys().next().map(String::as_str));
                let name = names.iter().find(|(known, _)| Some(*known) == word);
                name.map_or_else(|| plain(value), |(_, key)| Phrase::message(key))
            }
            (Kind::Several(names), Value::Array(items)) if !items.is_empty() => {
                let name = |item: &Value| names.iter().find(|(known, _)| Some(*known) == item.as_str());
                let words = |item: &Value| name(item).map_or_else(|| plain(item), |(_, key)| Phrase::message(key));
                Phrase::several(Between::Commas, items.iter().map(words))
            }
            (Kind::Number(span) | Kind::Whole(span), Value::Float(_) | Value::Integer(_)) => counted(value, span.unit),
            (Kind::Number(span), Value::Table(_)) => match value.clone().try_into() {
                Ok(course) => course_phrase(course, |number| counted(&Value::Float(number), span.unit)),
                Err(_) => plain(value),
            },
            (Kind::File, Value::String(path)) => Phrase::Plain(name_of(path.as_ref())),
            _ => plain(value),
        }
    }
}

/// What a field holds over a training, in short: `8`, `8 → 1`.
pub fn course_phrase(course: Course, number: impl Fn(f64) -> Phrase) -> Phrase {
    match course {
        Course::Fixed(value) => number(value),
        Course::Moving(Ramp { shape: Shape::Linear, from, to }) => {
            phrase!("value-linear", from = number(from), to = number(to))
        }
        Course::Moving(Ramp { shape: Shape::Cosine, from, to }) => {
            phrase!("value-cosine", from = number(from), to = number(to))
        }
    }
}

/// What one model of an ensemble is called.
fn part_name(part: &TeacherPart) -> Phrase {
    match part {
        TeacherPart::Checkpoint(CheckpointSource::Builtin(_)) => phrase!("value-shipped"),
        TeacherPart::Checkpoint(CheckpointSource::File(file)) => Phrase::Plain(file.name()),
        TeacherPart::Checkpoint(CheckpointSource::Logits(file)) => Phrase::Plain(file.name()),
        TeacherPart::Checkpoint(CheckpointSource::Graph(graph)) => Phrase::Plain(graph.file.name()),
        TeacherPart::Checkpoint(CheckpointSource::Votes) => phrase!("value-votes"),
        TeacherPart::Train { model, .. } => Phrase::plain(model),
    }
}

/// What a recipe leaves out where it is as usual.
fn usual(path: &str, recipe: &Recipe) -> Option<Value> {
    let is = |field: Field| field.path == path;
    match &recipe.data.source {
        _ if is(COPIES) && recipe.data.copies == Copies::Together => Some("together".into()),
        _ if is(AUGMENT) && recipe.data.augment.tries == 0 => Some(Value::Integer(0)),
        Source::Table(table) if is(SOURCE_NORMALISE) && table.normalise == Normalise::Standard => {
            Some("standard".into())
        }
        Source::Table(table) if is(SOURCE_COLOUR) && table.colour == Colour::Grey => Some("grey".into()),
        Source::Table(table) if is(SOURCE_SIZE) => Some(Value::Integer(table.size as i64)),
        _ => None,
    }
}

/// Whether the data are looked at for what the recipe does not say.
fn is_found_out(path: &str, recipe: &Recipe) -> bool {
    let of_table = ["label", "text", "header", "encoding", "delimiter", "decimal", "pixels"];
    match &recipe.data.source {
        Source::Table(_) => path.strip_prefix("data.source.").is_some_and(|key| of_table.contains(&key)),
        Source::Images(_) => path == super::SOURCE_GROUND.path,
        Source::Texts(_) => path == super::SOURCE_ENCODING.path,
        Source::Builtin(_) | Source::Idx { .. } => false,
    }
}

/// Takes out of a table what is a field of its own.
fn without_fields(path: &str, value: &mut Value) {
    let Value::Table(table) = value else { return };
    table.retain(|key, inner| {
        let path = format!("{path}.{key}");
        without_fields(&path, inner);
        field(&path).is_none()
    });
}

/// A number with what it counts.
fn counted(value: &Value, unit: Option<Unit>) -> Phrase {
    let number = value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)).unwrap_or(f64::NAN);
    match (unit, value.as_integer().and_then(|whole| u64::try_from(whole).ok())) {
        (Some(Unit::Share), _) => phrase!("widget-percent", value = Phrase::setting(100.0 * number)),
        (Some(Unit::Epochs), Some(whole)) => phrase!("value-epochs", count = whole),
        (Some(Unit::Epochs), None) => phrase!("value-epochs", count = Phrase::setting(number)),
        (Some(Unit::Pixels), _) => phrase!("value-pixels", count = plain(value)),
        (None, _) => plain(value),
    }
}

fn plain(value: &Value) -> Phrase {
    match value {
        Value::String(text) => Phrase::Plain(text.clone()),
        Value::Float(number) => Phrase::setting(*number),
        Value::Boolean(true) => phrase!("value-on"),
        Value::Boolean(false) => phrase!("value-off"),
        Value::Array(items) if items.is_empty() => phrase!("value-none"),
        Value::Array(items) => Phrase::several(Between::Commas, items.iter().map(plain)),
        other => Phrase::plain(other),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::super::{
        Architecture, ColumnRef, Keep, Optimiser, QUICKSTART, Schedule, TableSource, TrainingRecipe, preset,
    };
    use super::*;
    use crate::distill::{METHODS, Objective};

    fn said(recipe: &Recipe, path: &str) -> String {
        field(path).unwrap().said(&recipe.into()).map_or_else(String::new, |said| said.to_string())
    }

    #[test]
    fn a_value_is_said_in_short() {
        let mut recipe = QUICKSTART.recipe().unwrap();
        recipe.distill.set("distill.temperature_squared", 0.0);
        recipe.training.learning_rate = 0.002_529_822_128_134_703;
        recipe.data.labelled = 0.07;
        for (path, expected) in [
            ("distill.temperature", "T 8"),
            ("distill.soft_weight", "soft 0.9"),
            ("distill.temperature_squared", "T² off"),
            ("distill.method", "soft targets"),
            ("training.learning_rate", "lr 0.00253"),
            ("training.epochs", "20 epochs"),
            ("training.warm_up", "warm-up 0 epochs"),
            ("training.optimiser", "AdamW"),
            ("training.momentum", ""),
            ("training.schedule", "cosine"),
            ("training.jitter", "jitter 0 px"),
            ("training.keep", "keep last epoch"),
            ("data.source", "mnist-mini"),
            ("data.source.label", ""),
            ("data.labelled", "labels 7\u{a0}%"),
            ("data.omit_classes", "all classes"),
            ("data.copies", "copies together"),
            ("student.model", "MLP 200–200"),
            ("student.model.dropout", "dropout 0"),
            ("teacher.checkpoint", "teacher shipped"),
            ("teacher.model", ""),
            ("teacher.epochs", ""),
            ("zip", ""),
        ] {
            assert_eq!(said(&recipe, path), expected, "{path}");
        }
        let ramp = |shape, from, to| Course::Moving(Ramp { shape, from, to });
        recipe.distill.put("distill.temperature", ramp(Shape::Linear, 8.0, 1.0));
        recipe.distill.put("distill.soft_weight", ramp(Shape::Cosine, 0.9, 0.5));
        assert_eq!(said(&recipe, "distill.temperature"), "T 8 → 1");
        assert_eq!(said(&recipe, "distill.soft_weight"), "soft 0.9 → 0.5 cosine");
        recipe.train_teacher(Architecture::Cnn { channels: vec![8], dense: vec![64], dropout: 0.0 });
        recipe.training.schedule = Schedule::Step { every: 10, factor: 0.5 };
        recipe.training.optimiser = Optimiser::Sgd { momentum: 0.9 };
        recipe.data.source = Source::Table(TableSource {
            validation: Some(PathBuf::from("/tmp/other.csv")),
            ..TableSource::new("/tmp/rows.csv")
        });
        recipe.data.omit_classes = vec!["3".to_owned(), "8".to_owned()];
        for (path, expected) in [
            ("teacher.checkpoint", ""),
            ("teacher.model", "teacher CNN 8 · 64"),
            ("teacher.epochs", "teacher’s 12 epochs"),
            ("teacher.learning_rate", "teacher’s lr 0.00253"),
            ("training.schedule", "steps"),
            ("training.schedule.step.every", "drop every 10 epochs"),
            ("training.momentum", "momentum 0.9"),
            ("data.source", "rows.csv"),
            ("data.source.label", "class found out"),
            ("data.source.size", "picture size 28 px"),
            ("data.source.validation", "validation file other.csv"),
            ("data.omit_classes", "without 3, 8"),
        ] {
            assert_eq!(said(&recipe, path), expected, "{path}");
        }
    }

    #[test]
    fn every_column_says_something_of_the_quick_start_in_some_method_or_of_a_teacher_that_is_trained() {
        let presets = ["quickstart", "cnn-to-mlp"].map(|name| preset(name).unwrap().recipe().unwrap());
        let other = |method| Recipe { distill: Objective::new(method, 10), ..presets[0].clone() };
        let several = super::super::super::ensemble_of_two(presets[0].clone());
        let recipes: Vec<Recipe> =
            presets.iter().cloned().chain([several]).chain(METHODS.iter().copied().map(other)).collect();
        for field in FIELDS.iter().filter(|field| field.is_column) {
            assert!(recipes.iter().any(|recipe| field.shown(&recipe.into()).is_some()), "{}", field.path);
        }
    }

    #[test]
    fn recipes_are_told_apart_by_what_differs_and_by_nothing_else() {
        let paths = |recipes: &[&Recipe]| {
            let told: Vec<Told<'_>> = recipes.iter().map(|recipe| Told::from(*recipe)).collect();
            differing(&told.iter().collect::<Vec<_>>()).iter().map(|field| field.path).collect::<Vec<_>>()
        };
        let first = QUICKSTART.recipe().unwrap();
        assert!(paths(&[&first, &first]).is_empty() && paths(&[&first]).is_empty() && paths(&[]).is_empty());

        let mut second = first.clone();
        second.title = "Another".to_owned();
        assert!(paths(&[&first, &second]).is_empty());
        second.training = TrainingRecipe { seed: 3, keep: Keep::Best, ..second.training };
        second.distill.set("distill.temperature", 2.0);
        second.distill.set("distill.temperature_squared", 0.0);
        let mut third = first.clone();
        third.student = Some(Architecture::Mlp { hidden: vec![200, 200], dropout: 0.2 });
        assert_eq!(
            paths(&[&first, &second]),
            ["distill.temperature", "distill.temperature_squared", "training.seed", "training.keep"]
        );
        // Layers are the same: only what has a field of its own differs.
        assert_eq!(paths(&[&first, &third]), ["student.model.dropout"]);
        assert_eq!(paths(&[&first, &first, &third, &second]).len(), 5);

        let table = |label: Option<&str>| {
            let mut recipe = first.clone();
            let mut table = TableSource::new("rows.csv");
            table.label = label.map(|name| ColumnRef::Name(name.to_owned()));
            recipe.data.source = Source::Table(table);
            recipe
        };
        let (found, named) = (table(None), table(Some("y")));
        assert_eq!(paths(&[&found, &named]), ["data.source.label"]);
        assert_eq!(said(&named, "data.source.label"), "class y");

        let teacher = |recipe: &Recipe| Told::from(recipe).teacher().map(|teacher| teacher.to_string());
        let mut trained = first.clone();
        trained.train_teacher(Architecture::Mlp { hidden: vec![64, 64], dropout: 0.0 });
        assert_eq!([teacher(&first), teacher(&trained)].map(Option::unwrap), ["shipped", "MLP 64–64"]);
        if let Some(TeacherRecipe::Train { members, .. }) = &mut trained.teacher {
            *members = 5;
        }
        assert_eq!(teacher(&trained).unwrap(), "5 × MLP 64–64");
        assert_eq!(teacher(&Recipe { teacher: None, ..first.clone() }), None);

        let (mut sgd, mut steps) = (first.clone(), first.clone());
        sgd.training.optimiser = Optimiser::Sgd { momentum: 0.9 };
        assert_eq!(paths(&[&first, &sgd]), ["training.optimiser", "training.momentum"]);
        steps.training.schedule = Schedule::Step { every: 5, factor: 0.1 };
        let mut slower = steps.clone();
        slower.training.schedule = Schedule::Step { every: 5, factor: 0.5 };
        assert_eq!(paths(&[&steps, &slower]), ["training.schedule.step.factor"]);
    }
}
