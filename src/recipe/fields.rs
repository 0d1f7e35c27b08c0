//! What people call the fields of a recipe.

use crate::text::{Phrase, phrase};

/// The name of a field, e.g. "temperature" of `distill.temperature`; the last word of its path, where it has no other.
pub fn field_label(path: &str) -> Phrase {
    match path {
        "distill.temperature" => phrase!("field-temperature"),
        "distill.soft_weight" => phrase!("field-soft-weight"),
        "distill.hard_weight" => phrase!("field-hard-weight"),
        "distill.temperature_squared" => phrase!("field-temperature-squared"),
        "training.learning_rate" => phrase!("field-learning-rate"),
        "training.seed" => phrase!("field-seed"),
        "student.model" => phrase!("field-student"),
        _ => Phrase::Plain(path.rsplit('.').next().unwrap_or(path).replace('_', " ")),
    }
}
