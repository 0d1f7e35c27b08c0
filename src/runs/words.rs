//! Choices as the words that the tables hold: the same as in JSON.

use rusqlite::types::Type;
use rusqlite::{Error, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The word of a choice, e.g. `learning-rate`.
pub(super) fn word(choice: impl Serialize) -> Option<String> {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => Some(word),
        _ => None,
    }
}

/// The choice whose word stands in a column.
pub(super) fn choice<T: DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    let word = row.get(column)?;
    serde_json::from_value(Value::String(word))
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}
