//! Metrics, losses and curves as columns, there and back.

use std::fmt;
use std::marker::PhantomData;

use rusqlite::types::Value;
use rusqlite::{Row, ToSql};
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::protocol::{Epoch, Metrics, RunId, TermName};

/// The columns that hold [`Metrics`], the same in every table that has them.
pub(super) const COLUMNS: [&str; 8] =
    ["examples", "errors", "accuracy", "agreement", "kl", "ece", "errors_by_class", "loss"];

/// The columns of [`Metrics`] of the table `name` in a query.
pub(super) fn columns_of(name: &str) -> String {
    COLUMNS.map(|column| format!("{name}.{column}")).join(", ")
}

/// The values of [`COLUMNS`].
pub(super) fn values(metrics: &Metrics) -> [Value; COLUMNS.len()] {
    let by_class = metrics.errors_by_class.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    [
        (metrics.examples as i64).into(),
        (metrics.errors as i64).into(),
        metrics.accuracy.into(),
        metrics.agreement.into(),
        metrics.kl.into(),
        metrics.ece.into(),
        format!("[{by_class}]").into(),
        text(&metrics.loss).into(),
    ]
}

/// [`Metrics`] from the columns that begin at `at`; `None` where a left join found nothing.
pub(super) fn read(row: &Row, at: usize) -> rusqlite::Result<Option<Metrics>> {
    let Some(examples) = row.get::<_, Option<i64>>(at)? else { return Ok(None) };
    Ok(Some(Metrics {
        examples: examples as u64,
        errors: row.get::<_, i64>(at + 1)? as u64,
        // SQLite has no NaN, but NULL.
        accuracy: row.get::<_, Option<f64>>(at + 2)?.unwrap_or(f64::NAN),
        agreement: row.get(at + 3)?,
        kl: row.get(at + 4)?,
        ece: row.get(at + 5)?,
        errors_by_class: read_text(row, at + 6)?,
        loss: read_text(row, at + 7)?,
    }))
}

/// The values of a row of `epoch`, in the order of its columns.
pub(super) fn epoch_values(epoch: &Epoch) -> Vec<Value> {
    let head = [
        (epoch.run.0 as i64).into(),
        (epoch.epoch as i64).into(),
        (epoch.step as i64).into(),
        text(&epoch.loss).into(),
        text_by_name(&epoch.left_out).into(),
    ];
    head.into_iter().chain(values(&epoch.validation)).collect()
}

/// A row of `epoch`, all columns.
pub(super) fn read_epoch(row: &Row) -> rusqlite::Result<Epoch> {
    Ok(Epoch {
        run: RunId(row.get::<_, i64>(0)? as u64),
        epoch: row.get::<_, i64>(1)? as u64,
        step: row.get::<_, i64>(2)? as u64,
        loss: read_text(row, 3)?,
        left_out: read_by_name(row, 4)?,
        validation: read(row, 5)?.unwrap_or_default(),
    })
}

/// Little-endian bytes of `values`.
pub(super) fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The values of little-endian bytes.
pub(super) fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// Values as what rusqlite binds.
pub(super) fn bind(values: &[Value]) -> Vec<&dyn ToSql> {
    values.iter().map(|value| value as &dyn ToSql).collect()
}

/// As JSON.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn read_text<T: DeserializeOwned>(row: &Row, at: usize) -> rusqlite::Result<T> {
    let wrong = |error: serde_json::Error| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, error.into())
    };
    serde_json::from_str(row.get_ref(at)?.as_str()?).map_err(wrong)
}

/// Values by their names, as a JSON object.
pub(super) fn text_by_name<T: Serialize>(values: &[(impl AsRef<str>, T)]) -> String {
    let each = values.iter().map(|(name, value)| format!("{}:{}", text(&name.as_ref()), text(value)));
    format!("{{{}}}", each.collect::<Vec<_>>().join(","))
}

/// The reverse, in the order in which they were written.
pub(super) fn read_by_name<T: DeserializeOwned>(row: &Row, at: usize) -> rusqlite::Result<Vec<(TermName, T)>> {
    Ok(read_text::<ByName<T>>(row, at)?.0)
}

struct ByName<T>(Vec<(TermName, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByName<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = ByName<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("values by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ByName<T>, A::Error> {
                let mut found = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    found.push((name.into(), value));
                }
                Ok(ByName(found))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}
