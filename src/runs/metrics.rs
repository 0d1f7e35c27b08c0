//! Metrics, losses and curves as columns, there and back.

use rusqlite::types::Value;
use rusqlite::{Row, ToSql};

use crate::training::report::{Epoch, LossTerms, Metrics, RunId};

/// The columns that hold [`Metrics`], the same in every table that has them.
pub(super) const COLUMNS: [&str; 10] =
    ["examples", "errors", "accuracy", "agreement", "kl", "ece", "errors_by_class", "soft", "hard", "total"];

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
        metrics.loss.soft.into(),
        metrics.loss.hard.into(),
        metrics.loss.total.into(),
    ]
}

/// [`Metrics`] from the columns that begin at `at`; `None` where a left join found nothing.
pub(super) fn read(row: &Row, at: usize) -> rusqlite::Result<Option<Metrics>> {
    let Some(examples) = row.get::<_, Option<i64>>(at)? else { return Ok(None) };
    let by_class = row.get_ref(at + 6)?.as_str()?;
    Ok(Some(Metrics {
        examples: examples as u64,
        errors: row.get::<_, i64>(at + 1)? as u64,
        // SQLite has no NaN, but NULL.
        accuracy: row.get::<_, Option<f64>>(at + 2)?.unwrap_or(f64::NAN),
        agreement: row.get(at + 3)?,
        kl: row.get(at + 4)?,
        ece: row.get(at + 5)?,
        errors_by_class: serde_json::from_str(by_class).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(at + 6, rusqlite::types::Type::Text, error.into())
        })?,
        loss: loss(row, at + 7)?,
    }))
}

/// The values of a row of `epoch`, in the order of its columns.
pub(super) fn epoch_values(epoch: &Epoch) -> Vec<Value> {
    let head = [
        (epoch.run.0 as i64).into(),
        (epoch.epoch as i64).into(),
        (epoch.step as i64).into(),
        epoch.loss.soft.into(),
        epoch.loss.hard.into(),
        epoch.loss.total.into(),
    ];
    head.into_iter().chain(values(&epoch.validation)).collect()
}

/// A row of `epoch`, all columns.
pub(super) fn read_epoch(row: &Row) -> rusqlite::Result<Epoch> {
    Ok(Epoch {
        run: RunId(row.get::<_, i64>(0)? as u64),
        epoch: row.get::<_, i64>(1)? as u64,
        step: row.get::<_, i64>(2)? as u64,
        loss: loss(row, 3)?,
        validation: read(row, 6)?.unwrap_or_default(),
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

fn loss(row: &Row, at: usize) -> rusqlite::Result<LossTerms> {
    Ok(LossTerms { soft: row.get(at)?, hard: row.get(at + 1)?, total: row.get(at + 2)? })
}
