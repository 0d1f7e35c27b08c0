//! Every field of a recipe, described once: what it is called here and elsewhere, what it is, what it may hold, where it belongs.
//! Who reads, shows, searches or compares recipes asks here; a new field is one entry.

mod data;
mod distil;
mod models;
mod shown;
mod sweep;
mod training;

use std::sync::LazyLock;

pub use data::*;
pub use distil::*;
pub use models::*;
pub use shown::{Told, course_phrase, differing};
pub use sweep::*;
pub use training::*;

use crate::distill::METHODS;
pub use crate::distill::fields::*;

use crate::field::{COUNT, FROM_ONE, SHARE};
pub use crate::field::{Field, Kind, PLAIN, Part, Span, Synonyms, Tries, Unit};
use crate::text::Phrase;

/// Every field by its whole path, in the order in which they are told; of fields with the same last name the one that is meant
/// more often comes first. Of a field that several methods have, the first one's description.
pub static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let mut all = BEFORE_METHODS.to_vec();
    for field in METHODS.iter().flat_map(|method| method.fields) {
        if !all.iter().any(|known| known.path == field.path) {
            all.push(*field);
        }
    }
    all.extend(AFTER_METHODS);
    all
});

const BEFORE_METHODS: &[Field] = &[
    TITLE,
    SOURCE,
    SOURCE_NAME,
    SOURCE_VALIDATION,
    SOURCE_TEST,
    SOURCE_LABEL,
    SOURCE_TEXT,
    SOURCE_TEXT_B,
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
    AUGMENT,
    AUGMENT_MASK,
    AUGMENT_NGRAM,
    CHECKPOINT,
    STUDENT,
    STUDENT_DROPOUT,
    STUDENT_MAPS,
    STUDENT_EMBEDDING,
    STUDENT_BILSTM,
    STUDENT_TRANSFORMER,
    STUDENT_WIDTH,
    STUDENT_HEADS,
    STUDENT_INNER,
    STUDENT_TOKENS,
    STUDENT_LENGTH,
    STUDENT_LAYERS,
    STUDENT_POOLING,
    STUDENT_FROZEN,
    STUDENT_OF_TEACHER,
    STUDENT_SPEED,
    TEACHER_MODEL,
    taught("teacher.model.dropout", STUDENT_DROPOUT),
    taught("teacher.model.maps", STUDENT_MAPS),
    taught("teacher.model.embedding", STUDENT_EMBEDDING),
    taught("teacher.model.bilstm", STUDENT_BILSTM),
    taught("teacher.model.transformer", STUDENT_TRANSFORMER),
    taught("teacher.model.width", STUDENT_WIDTH),
    taught("teacher.model.heads", STUDENT_HEADS),
    taught("teacher.model.inner", STUDENT_INNER),
    taught("teacher.model.tokens", STUDENT_TOKENS),
    taught("teacher.model.length", STUDENT_LENGTH),
    taught("teacher.model.layers", STUDENT_LAYERS),
    taught("teacher.model.pooling", STUDENT_POOLING),
    taught("teacher.model.frozen", STUDENT_FROZEN),
    TEACHER_ENSEMBLE,
    TEACHER_MEMBERS,
    TEACHER_COMBINE,
    TEACHER_CLASSES,
    TEACHER_PIXELS,
    TEACHER_MEAN,
    TEACHER_STD,
    METHOD,
];

const AFTER_METHODS: &[Field] = &[
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
    TEACHER_VOTES,
    TEACHER_LOGITS,
    TEACHER_KEY,
    TEACHER_PROBABILITIES,
    TEACHER_OUTPUT,
    TEACHER_LABELLED,
    STRATEGY,
    RUNS,
    SEEDS,
    TEST_ALL,
    ZIP,
];

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
        for field in FIELDS.iter() {
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
