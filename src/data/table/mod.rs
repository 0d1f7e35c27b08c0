//! Tables as people have them: CSV, TSV and their relatives, ARFF, Parquet. One pass measures what the columns hold and decides what
//! becomes of each; a second one reads the values.
//!
//! `text`, `records` and `dialect` cut the text of a file into fields; `part` is one such file, `opened` all files of a table.
//! `survey` measures, `decide` and `label` decide, `encode` reads, `report` says what was found. Where `free_text` finds that rows are
//! texts, `read_texts` reads them.

mod arff;
mod decide;
mod dialect;
mod doubts;
mod encode;
mod faults;
mod free_text;
mod header;
mod label;
mod label_lines;
mod naming;
mod new_rows;
mod new_texts;
mod number;
mod opened;
mod parquet;
mod parquet_pictures;
mod part;
mod quotes;
mod read_texts;
mod records;
mod report;
mod survey;
mod text;

use std::path::Path;
use std::sync::Arc;

use super::file::{check_size, stem};
use super::{Columns, DataError, Dataset, Examples, FirstRows, Scaling, Watch};
use crate::recipe::TableSource;
use crate::text::phrase;
use dialect::Dialect;
use faults::check_lines;
use free_text::{TextColumns, choose_texts};
pub use new_rows::NewRows;
pub use new_texts::read_new_texts;
use opened::Table;
pub(super) use parquet::{is_parquet, text_of_rows as parquet_as_text};
use part::{Surveys, parts_from};
use read_texts::{TextPlan, read_all_texts};
use report::Known;
use text::Origin;

/// Reads a table in full.
pub(super) fn load(source: &TableSource, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let file = source.path.as_path();
    if is_parquet(file)? && parquet_pictures::holds_pictures(file)? {
        return parquet_pictures::load_pictures(source, watch);
    }
    read(stem(file), source, Origin::of(file)?, watch)
}

/// Reads a table with known columns. What `source` says of the writing holds; what it leaves open is found out. `shape` is that of
/// the model's inputs.
///
/// # Errors
/// When a column is missing, a field is no number where one must be, or the file cannot be read.
pub fn read_new_rows(
    source: &TableSource,
    columns: &Columns,
    classes: &[String],
    shape: &[usize],
) -> Result<NewRows, DataError> {
    if columns.are_texts() {
        read_new_texts(source, Some(columns), classes)
    } else {
        new_rows::read_new_features(source, columns, classes, shape)
    }
}

/// The first rows of a table, at most so many, to be looked at.
///
/// # Errors
/// When the file cannot be read as text.
pub fn first_rows(source: &TableSource, most: usize) -> Result<FirstRows, DataError> {
    let origin = Origin::of(&source.path)?;
    let dialect = Dialect::of(&origin, source, &[])?;
    let columns = dialect.column_names();
    let rows = dialect.sample.into_iter().take(most).collect();
    Ok(FirstRows { columns, rows })
}

/// The whole text of a file, packed or not, by the encoding that is asked for, or the one that the file tells.
pub(super) fn whole_text(file: &Path, encoding: Option<&str>) -> Result<String, DataError> {
    text::whole(&Origin::File(file.to_owned()), encoding)
}

/// Reads a text in memory; the source's path is for messages, and its ending may tell the delimiter.
pub(super) fn read_table(name: String, source: &TableSource, text: &[u8]) -> Result<Dataset, DataError> {
    read(name, source, Origin::Bytes(source.path.clone(), text), &())
}

/// Measures the columns, decides what becomes of each, and reads the values.
fn read(name: String, source: &TableSource, origin: Origin<'_>, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let table = Table::open(source, origin)?;
    let (surveys, label, why) = table.survey(watch)?;
    let Surveys { first, all } = &surveys;
    let decided = decide::decide(source, &table.names, table.has_header(), label, first, all)?;
    let texts = choose_texts(source, &table.names, label, &decided, all)?;
    let decided = match texts {
        Some(texts) => decided.as_texts(texts),
        None => decided.beside_features(all),
    };
    check_lines(&table, label, first, &decided, watch)?;

    let decimal_comma = table.first().dialect.decimal_comma;
    let labels = decide::labels(table.file(), &all.columns[label], decimal_comma, source.as_first_read)?;
    let columns = table.columns(&decided, label, texts)?;
    let known =
        Known { table: &table, label, why, surveys: &surveys, decided: &decided, columns: &columns, labels: &labels };
    if let Some(texts) = texts {
        return texts_of(name, &known, texts, watch);
    }
    let (rows, width) = (all.rows as usize, columns.width());
    check_size(table.file(), &[all.rows, width as u64])?;
    let shape = decide::pixels(table.file(), source, &columns, &decided, all)?;
    let plan = encode::Plan::new(&columns, &labels, label, shape.map(|(shape, _)| shape));
    let read = encode::read_all(&table.parts, &plan, rows, width, watch)?;

    let findings = report::findings(&known, &read.examples, &read.labels)?;
    let (validation_from, test_from) = parts_from(source, &read.starts);
    Ok(Dataset {
        validation_from,
        test_from,
        pixel_scale: shape.map(|(_, largest)| largest),
        scaling: Scaling::of(source.normalise, shape.is_some()),
        columns: Some(Arc::new(columns)),
        gaps: read.gaps,
        findings,
        ..Dataset::new(name, labels.classes, read.examples, read.labels)
    })
}

/// Reads a table of texts.
fn texts_of(name: String, known: &Known<'_>, columns: TextColumns, watch: &dyn Watch) -> Result<Dataset, DataError> {
    let (table, labels) = (known.table, known.labels);
    let names = columns.list().map(|column| table.shown_name(column)).collect();
    let plan = TextPlan { columns, names, label: known.label, labels };
    let (read, starts) = read_all_texts(&table.parts, &plan, watch)?;
    if read.labels.is_empty() {
        return Err(table.unusable(phrase!("table-no-text")));
    }
    let examples = Examples::Text(read.texts);
    let mut findings = report::findings(known, &examples, &read.labels)?;
    findings.remarks.extend(read.empty.remark());
    let (validation_from, test_from) = parts_from(table.source, &starts);
    Ok(Dataset {
        validation_from,
        test_from,
        scaling: Scaling::None,
        columns: Some(Arc::new(known.columns.clone())),
        left_out: read.left_out,
        findings,
        ..Dataset::new(name, labels.classes.clone(), examples, read.labels)
    })
}
