//! Every field of a recipe, described once: what it is called here and elsewhere, what it is, what it may hold, where it belongs.
//! Who reads, shows, searches or compares recipes asks here; a new field is one entry.

mod data;
mod distil;
mod models;
mod shown;
mod sweep;
mod training;

use std::ops::{Bound, RangeBounds as _, RangeInclusive};

pub use data::*;
pub use distil::*;
pub use models::*;
pub use shown::{Told, differing};
pub use sweep::*;
pub use training::*;

use crate::text::{Phrase, phrase};

/// Every field by its whole path, in the order in which they are told; of fields with the same last name the one that is meant
/// more often comes first.
pub const FIELDS: &[Field] = &[
    TITLE,
    SOURCE,
    SOURCE_NAME,
    SOURCE_VALIDATION,
    SOURCE_TEST,
    SOURCE_LABEL,
    SOURCE_HEADER,
    SOURCE_IGNORE,
    SOURCE_KEEP,
    SOURCE_ENCODING,
    SOURCE_DELIMITER,
    SOURCE_DECIMAL,
    SOURCE_PIXELS,
    SOURCE_NORMALISE,
    SOURCE_SIZE,
    SOURCE_COLOUR,
    SOURCE_GROUND,
    SOURCE_MEAN,
    SOURCE_STD,
    VALIDATION,
    TEST,
    COPIES,
    OMIT_CLASSES,
    LABELLED,
    LABEL_NOISE,
    CHECKPOINT,
    STUDENT,
    STUDENT_DROPOUT,
    TEACHER_MODEL,
    taught("teacher.model.dropout", STUDENT_DROPOUT),
    TEACHER_CLASSES,
    TEACHER_PIXELS,
    TEACHER_MEAN,
    TEACHER_STD,
    METHOD,
    TEMPERATURE,
    SOFT_WEIGHT,
    HARD_WEIGHT,
    TEMPERATURE_SQUARED,
    EPOCHS,
    BATCH,
    LEARNING_RATE,
    SEED,
    DATA_SEED,
    OPTIMISER,
    MOMENTUM,
    WEIGHT_DECAY,
    SCHEDULE,
    EVERY,
    FACTOR,
    WARM_UP,
    CLIP,
    JITTER,
    KEEP,
    BASELINE,
    taught("teacher.epochs", EPOCHS),
    taught("teacher.batch", BATCH),
    taught("teacher.learning_rate", LEARNING_RATE),
    taught("teacher.seed", SEED),
    taught("teacher.optimiser", OPTIMISER),
    taught("teacher.momentum", MOMENTUM),
    taught("teacher.weight_decay", WEIGHT_DECAY),
    taught("teacher.schedule", SCHEDULE),
    taught("teacher.schedule.step.every", EVERY),
    taught("teacher.schedule.step.factor", FACTOR),
    taught("teacher.warm_up", WARM_UP),
    taught("teacher.clip", CLIP),
    taught("teacher.jitter", JITTER),
    taught("teacher.keep", KEEP),
    STRATEGY,
    RUNS,
    SEEDS,
    TEST_ALL,
    ZIP,
];

/// One field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Where it stands in a recipe: `distill.temperature`.
    pub path: &'static str,
    /// The key of its name, as it stands within a sentence.
    pub label: &'static str,
    /// The key of what it is, in two sentences at most.
    pub what: &'static str,
    /// The key of its name in a row that says what differs, e.g. `T 8`; none where the value says it all.
    pub short: Option<&'static str>,
    /// What it holds.
    pub kind: Kind,
    /// The part of the recipe that it belongs to.
    pub part: Part,
    /// Whether the recipe panel has a control for it.
    pub has_control: bool,
    /// Whether it makes a column of the list of runs, and an axis of the board without being swept.
    pub is_column: bool,
    /// Whether it is told to whoever misspelt a key in another part of the recipe.
    pub is_hinted: bool,
    /// Whether it is the teacher's own of a field that the student has too.
    pub is_taught: bool,
    /// What other programs call it.
    pub synonyms: &'static [Synonyms],
    /// What else people type to find it: plain words, Chinese, and Chinese as it is typed.
    pub search: &'static str,
}

/// Words of other programs, in lower case with underscores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synonyms {
    /// The value that says here what they say there, in TOML; empty where they name the field alone.
    pub value: &'static str,
    /// The words.
    pub words: &'static [&'static str],
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Text, or what each recipe writes in its own way.
    Text,
    /// Several names, columns or numbers.
    List,
    /// A number.
    Number(Span),
    /// A whole number.
    Whole(Span),
    /// On or off.
    Truth,
    /// One of these words, each with the key of its name.
    Choice(&'static [(&'static str, &'static str)]),
    /// Where examples come from.
    Source,
    /// A model that is trained.
    Layers,
    /// A model that is loaded.
    File,
}

/// What numbers a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// All that a recipe may hold.
    pub allowed: (Bound<f64>, Bound<f64>),
    /// What a slider has room for.
    pub shown: (f64, f64),
    /// Whether equal ratios, not differences, are equally far apart.
    pub log: bool,
    /// How far a pixel of dragging moves it, where it has no slider.
    pub step: f64,
    /// What it is where a recipe says nothing.
    pub usual: f64,
    /// What it is counted in.
    pub unit: Option<Unit>,
}

/// What a number is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of 1, told in per cent.
    Share,
    /// Pixels.
    Pixels,
    /// Epochs.
    Epochs,
}

/// The parts of a recipe, as the panel shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The recipe as a whole.
    Recipe,
    /// Examples.
    Data,
    /// The model that is learnt from.
    Teacher,
    /// The model that learns.
    Student,
    /// How the one learns from the other.
    Distillation,
    /// How weights move.
    Optimiser,
    /// How long, from which seed, what is kept.
    Training,
    /// The same student without a teacher.
    Baseline,
    /// Which combinations are trained.
    Sweep,
}

/// What most fields are.
const PLAIN: Field = Field {
    path: "",
    label: "",
    what: "",
    short: None,
    kind: Kind::Text,
    part: Part::Recipe,
    has_control: false,
    is_column: false,
    is_hinted: true,
    is_taught: false,
    synonyms: &[],
    search: "",
};

/// Counted in any number.
const COUNT: Span =
    Span { allowed: (Bound::Included(0.0), Bound::Unbounded), shown: (0.0, 1e6), step: 0.2, ..Span::ANY };

/// The same, of which there is one at least.
const FROM_ONE: Span =
    Span { allowed: (Bound::Included(1.0), Bound::Unbounded), shown: (1.0, 1e6), usual: 1.0, ..COUNT };

/// A share of 1, with both ends.
const SHARE: Span =
    Span { allowed: (Bound::Included(0.0), Bound::Included(1.0)), unit: Some(Unit::Share), ..Span::ANY };

/// A field of the student or of its training, as a teacher has it that is trained first.
const fn taught(path: &'static str, of: Field) -> Field {
    let (part, synonyms) = (Part::Teacher, &[]);
    Field { path, part, has_control: false, is_column: false, is_hinted: false, is_taught: true, synonyms, ..of }
}

/// The field at a path.
pub fn field(path: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.path == path)
}

/// The name of a field within a sentence, e.g. "soft weight" of `distill.soft_weight`; the last word of a path that is none.
pub fn field_label(path: &str) -> Phrase {
    let last = || Phrase::Plain(path.rsplit('.').next().unwrap_or(path).replace('_', " "));
    field(path).map_or_else(last, Field::label)
}

impl Field {
    /// Its name within a sentence.
    pub fn label(&self) -> Phrase {
        self.owned(Phrase::Message(self.label, Vec::new()))
    }

    /// What it is.
    pub fn what(&self) -> Phrase {
        Phrase::Message(self.what, Vec::new())
    }

    /// The numbers that it takes; any, where it holds none.
    pub const fn span(&self) -> Span {
        match self.kind {
            Kind::Number(span) | Kind::Whole(span) => span,
            _ => Span::ANY,
        }
    }

    /// Says that it is the teacher's, where it is.
    fn owned(&self, name: Phrase) -> Phrase {
        if self.is_taught { phrase!("field-of-teacher", field = name) } else { name }
    }
}

impl Span {
    /// Any number.
    pub const ANY: Self = Self {
        allowed: (Bound::Unbounded, Bound::Unbounded),
        shown: (0.0, 1.0),
        log: false,
        step: 0.01,
        usual: 0.0,
        unit: None,
    };

    /// Whether a recipe may hold this number.
    pub fn allows(&self, value: f64) -> bool {
        value.is_finite() && self.allowed.contains(&value)
    }

    /// What a slider has room for.
    pub const fn shown(&self) -> RangeInclusive<f64> {
        self.shown.0..=self.shown.1
    }
}

impl Part {
    /// The part that shows what stands at a path: a field, a part of one, or a table of several.
    pub fn of(path: &str) -> Option<Self> {
        let mut at = path;
        loop {
            if let Some(field) = field(at) {
                return Some(field.part);
            }
            match at.rsplit_once('.') {
                Some((above, _)) => at = above,
                None => break,
            }
        }
        let table = format!("{path}.");
        FIELDS.iter().find(|field| field.path.starts_with(&table)).map(|field| field.part)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{QUICKSTART, Recipe};
    use super::*;

    #[test]
    fn paths_labels_and_words_are_sound() {
        for (at, field) in FIELDS.iter().enumerate() {
            assert!(!FIELDS[..at].iter().any(|other| other.path == field.path), "{} stands twice", field.path);
            let span = field.span();
            let (low, high) = span.shown;
            assert!(low < high && span.step > 0.0, "{}", field.path);
            if matches!(field.kind, Kind::Number(_) | Kind::Whole(_)) {
                assert!([low, high, span.usual].into_iter().all(|value| span.allows(value)), "{}", field.path);
                assert!(!span.log || low > 0.0, "{}", field.path);
            }
            assert!(field.part != Part::Teacher || field.path.starts_with("teacher."), "{}", field.path);
            assert_eq!(Part::of(field.path), Some(field.part));
            // Whoever looks for it finds it in Chinese, and in Chinese as it is typed.
            if field.has_control {
                assert!(field.search.chars().any(|c| c > '\u{4e00}'), "{}", field.path);
            }
        }
        assert_eq!(Part::of("data.source.csv"), Some(Part::Data));
        assert_eq!(Part::of("training.schedule.step"), Some(Part::Optimiser));
        assert_eq!((Part::of("teacher"), Part::of("colour")), (Some(Part::Teacher), None));
    }

    #[test]
    fn a_label_is_that_of_the_field_or_the_last_word_of_its_path() {
        assert_eq!(field_label("distill.soft_weight").to_string(), "soft weight");
        assert_eq!(field_label("teacher.learning_rate").to_string(), "teacher’s learning rate");
        assert_eq!(field_label("student.model.of_mine").to_string(), "of mine");
    }

    #[test]
    fn what_a_field_usually_is_is_what_a_short_recipe_has() {
        let text = "[data]\nsource = \"digits\"\n[teacher]\nmodel = { mlp = [8] }\n[student]\nmodel = { mlp = [8] }\n\
                    [training]\noptimiser = \"sgd\"\nschedule = { step = {} }\n";
        let table = Recipe::parse(text, None, &[]).unwrap().to_table();
        let mut numbers = 0;
        for field in FIELDS {
            let value = super::super::value_at(&table, field.path);
            let number = value.and_then(|value| value.as_float().or_else(|| value.as_integer().map(|it| it as f64)));
            if let Some(number) = number {
                assert_eq!(number.to_bits(), field.span().usual.to_bits(), "{}", field.path);
                numbers += 1;
            }
        }
        assert!(numbers > 25, "only {numbers} numbers");
    }

    #[test]
    fn every_field_of_a_recipe_is_described() {
        fn walk(prefix: &str, table: &toml::Table) {
            for (key, value) in table {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                match (field(&path), value.as_table()) {
                    (None, Some(inner)) => walk(&path, inner),
                    (found, _) => assert!(found.is_some(), "{path}"),
                }
            }
        }
        walk("", &QUICKSTART.recipe().unwrap().to_table());
    }
}
