//! Parquet: its flat columns are read as the text of their rows, and take the same way as any table. Columns of bytes are handed
//! out as they are.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::super::DataError;
use super::super::file::unreadable;
use super::super::guard;
use super::super::magic::start_of;
use crate::text::phrase;

/// Decimals of a number, at most.
const MOST_DECIMALS: i32 = 38;

/// Longest bytes that may be text, of a column that does not say so.
const LONGEST_TEXT: usize = 1 << 20;

/// Rows that are unpacked at a time.
const ROWS: usize = 4096;

/// Whether a file is Parquet, by its first bytes.
pub fn is_parquet(file: &Path) -> Result<bool, DataError> {
    Ok(start_of(file)?.starts_with(b"PAR1"))
}

/// Opens a file and reads what it says of its columns.
pub fn open(file: &Path) -> Result<SerializedFileReader<File>, DataError> {
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    guarded(|| SerializedFileReader::new(opened)).map_err(|error| damaged(file, &error))
}

/// What the decoder gives, as an error where it panics.
fn guarded<T>(decode: impl FnOnce() -> Result<T, ParquetError>) -> std::io::Result<T> {
    match guard::guarded(decode) {
        Some(decoded) => decoded.map_err(std::io::Error::other),
        None => Err(std::io::Error::other("the decoder gave up")),
    }
}

/// The fault of a file that cannot be decoded.
pub fn damaged(file: &Path, error: &dyn std::fmt::Display) -> DataError {
    let problem = phrase!("parquet-damaged", problem = error.to_string().lines().next().unwrap_or_default());
    DataError::Format { file: file.to_owned(), problem, allowed: phrase!("table-allowed") }
}

/// A column as it is read.
pub struct Leaf {
    /// What it is called; its path in the schema, joined by dots.
    pub name: String,
    /// Its position among the file's columns.
    index: usize,
    /// How its values are written.
    pub form: TextForm,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TextForm {
    /// As its type is.
    Plain,
    /// A whole number without a sign.
    Unsigned,
    /// Days since 1970.
    Date,
    /// So many parts of a second since 1970.
    Timestamp(i64),
    /// So many decimals.
    Decimal(u32),
    /// Bytes that are no text: pictures, perhaps.
    Bytes,
    /// Several values a row.
    List,
}

/// The columns of a file, those of nested groups one by one.
pub fn leaves(reader: &SerializedFileReader<File>) -> Vec<Leaf> {
    let schema = reader.metadata().file_metadata().schema_descr();
    let leaf = |(index, column): (usize, &std::sync::Arc<ColumnDescriptor>)| {
        let name = column.path().parts().join(".");
        Leaf { name, index, form: form_of(column) }
    };
    schema.columns().iter().enumerate().map(leaf).collect()
}

fn form_of(column: &ColumnDescriptor) -> TextForm {
    if column.max_rep_level() > 0 {
        return TextForm::List;
    }
    let parts = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    };
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Date), _) | (_, ConvertedType::DATE) => TextForm::Date,
        (Some(LogicalType::Timestamp(time)), _) => TextForm::Timestamp(parts(&time.unit)),
        (_, ConvertedType::TIMESTAMP_MILLIS) => TextForm::Timestamp(1_000),
        (_, ConvertedType::TIMESTAMP_MICROS) => TextForm::Timestamp(1_000_000),
        (Some(LogicalType::Decimal(decimal)), _) => TextForm::Decimal(decimal.scale.clamp(0, MOST_DECIMALS) as u32),
        (_, ConvertedType::DECIMAL) => TextForm::Decimal(column.type_scale().clamp(0, MOST_DECIMALS) as u32),
        (Some(LogicalType::Integer(int)), _) if !int.is_signed => TextForm::Unsigned,
        (_, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64) => {
            TextForm::Unsigned
        }
        (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _)
        | (_, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => TextForm::Plain,
        _ => match column.physical_type() {
            Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => TextForm::Bytes,
            _ => TextForm::Plain,
        },
    }
}

/// The rows of a Parquet file as CSV: a header, commas, double quotes. Columns of [`not_read`] are left out.
pub fn text_of_rows(file: &Path) -> Result<impl Read + use<>, DataError> {
    let reader = open(file)?;
    let leaves: Vec<Leaf> = flat_leaves(&reader).map_err(|error| damaged(file, &error))?.0;
    let mut text = Vec::new();
    let names: Vec<&str> = leaves.iter().map(|leaf| leaf.name.as_str()).collect();
    push_record(&names, &mut text);
    Ok(Rows { reader, leaves, group: 0, columns: Vec::new(), left: 0, text, at: 0 })
}

/// Columns that are not read, for they hold lists or bytes that are no text.
pub fn not_read(file: &Path) -> Result<Vec<String>, DataError> {
    let (_, others) = flat_leaves(&open(file)?).map_err(|error| damaged(file, &error))?;
    Ok(others.into_iter().map(|leaf| leaf.name).collect())
}

/// The columns that can be written as text, and the others. Older writers say of text only that it is bytes.
fn flat_leaves(reader: &SerializedFileReader<File>) -> std::io::Result<(Vec<Leaf>, Vec<Leaf>)> {
    let (mut flat, mut others) = (Vec::new(), Vec::new());
    for mut leaf in leaves(reader) {
        if leaf.form == TextForm::Bytes {
            let mut is_text = |bytes: Vec<u8>| Ok(bytes.len() <= LONGEST_TEXT && std::str::from_utf8(&bytes).is_ok());
            if bytes_of(reader, &leaf, ROWS, &mut is_text)?.iter().all(|is_text| *is_text) {
                leaf.form = TextForm::Plain;
            }
        }
        match leaf.form {
            TextForm::List | TextForm::Bytes => others.push(leaf),
            _ => flat.push(leaf),
        }
    }
    Ok((flat, others))
}

/// Makes text while it is read.
struct Rows {
    reader: SerializedFileReader<File>,
    leaves: Vec<Leaf>,
    group: usize,
    columns: Vec<ColumnReader>,
    left: usize,
    text: Vec<u8>,
    at: usize,
}

impl Rows {
    /// The text of the next rows; false at the end.
    fn more(&mut self) -> std::io::Result<bool> {
        while self.left == 0 {
            if self.group == self.reader.num_row_groups() {
                return Ok(false);
            }
            let group = guarded(|| self.reader.get_row_group(self.group))?;
            self.left = usize::try_from(group.metadata().num_rows()).map_err(std::io::Error::other)?;
            let columns = self.leaves.iter().map(|leaf| guarded(|| group.get_column_reader(leaf.index)));
            self.columns = columns.collect::<Result<_, _>>()?;
            self.group += 1;
        }
        let rows = self.left.min(ROWS);
        let mut columns = Vec::with_capacity(self.leaves.len());
        for (leaf, reader) in self.leaves.iter().zip(&mut self.columns) {
            columns.push(texts(reader, leaf.form, rows)?);
        }
        self.text.clear();
        self.at = 0;
        let mut record = Vec::with_capacity(columns.len());
        for row in 0..rows {
            record.clear();
            record.extend(columns.iter().map(|texts| texts[row].as_str()));
            push_record(&record, &mut self.text);
        }
        self.left -= rows;
        Ok(true)
    }
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.text.len() {
            if !self.more()? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn push_record(fields: &[&str], text: &mut Vec<u8>) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        if field.contains(['"', ',', '\n', '\r']) || field.starts_with(' ') || (fields.len() == 1 && field.is_empty()) {
            text.push(b'"');
            text.extend_from_slice(field.replace('"', "\"\"").as_bytes());
            text.push(b'"');
        } else {
            text.extend_from_slice(field.as_bytes());
        }
    }
    text.push(b'\n');
}

/// The next `rows` values of a column as text; nothing for a null.
fn texts(reader: &mut ColumnReader, form: TextForm, rows: usize) -> std::io::Result<Vec<String>> {
    let text = |bytes: &[u8]| match form {
        TextForm::Decimal(scale) => big_endian(bytes).map_or_else(String::new, |value| decimal(value, scale)),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    match reader {
        ColumnReader::BoolColumnReader(reader) => values(reader, rows, ToString::to_string),
        ColumnReader::Int32ColumnReader(reader) => values(reader, rows, |value| match form {
            TextForm::Unsigned => (*value as u32).to_string(),
            TextForm::Date => date(i64::from(*value)),
            TextForm::Decimal(scale) => decimal(i128::from(*value), scale),
            _ => value.to_string(),
        }),
        ColumnReader::Int64ColumnReader(reader) => values(reader, rows, |value| match form {
            TextForm::Unsigned => (*value as u64).to_string(),
            TextForm::Timestamp(parts) => timestamp(*value, parts),
            TextForm::Decimal(scale) => decimal(i128::from(*value), scale),
            _ => value.to_string(),
        }),
        ColumnReader::Int96ColumnReader(reader) => values(reader, rows, |value| timestamp(value.to_millis(), 1_000)),
        ColumnReader::FloatColumnReader(reader) => values(reader, rows, ToString::to_string),
        ColumnReader::DoubleColumnReader(reader) => values(reader, rows, ToString::to_string),
        ColumnReader::ByteArrayColumnReader(reader) => values(reader, rows, |value| text(value.data())),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => values(reader, rows, |value| text(value.data())),
    }
}

fn values<T: DataType, R: Default>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    each: impl Fn(&T::T) -> R,
) -> std::io::Result<Vec<R>> {
    // What a row group claims to hold is not believed.
    let mut out = Vec::with_capacity(rows.min(ROWS));
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    while out.len() < rows {
        (levels, values) = (cleared(levels), cleared(values));
        let (records, found, _) =
            guarded(|| reader.read_records(rows - out.len(), Some(&mut levels), None, &mut values))?;
        if records == 0 {
            return Err(std::io::Error::other("a column has fewer values than its group has rows"));
        }
        // Without levels no value is missing.
        let most = levels.iter().copied().max().unwrap_or(0);
        let mut next = values.iter();
        if levels.is_empty() || found == records {
            out.extend(next.by_ref().map(&each));
        } else {
            let most = if found == 0 { most + 1 } else { most };
            out.extend(
                levels
                    .iter()
                    .map(|level| if *level == most { next.next().map(&each) } else { None }.unwrap_or_default()),
            );
        }
    }
    Ok(out)
}

fn cleared<T>(mut list: Vec<T>) -> Vec<T> {
    list.clear();
    list
}

fn big_endian(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first()? & 0x80 != 0;
    (bytes.len() <= 16).then(|| {
        let start: i128 = if negative { -1 } else { 0 };
        bytes.iter().fold(start, |number, byte| (number << 8) | i128::from(*byte))
    })
}

fn decimal(value: i128, scale: u32) -> String {
    let digits = value.unsigned_abs().to_string();
    let scale = scale as usize;
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A day by the civil calendar, from days since 1970-01-01 (Hinnant's algorithm).
fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn timestamp(value: i64, parts: i64) -> String {
    let seconds = value.div_euclid(parts);
    let mut text = date(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    // Writing to a string never fails.
    let _ = write!(text, " {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    text
}

/// Values of a column of bytes, at most so many, each taken by `each`.
pub fn bytes_of<R: Send>(
    reader: &SerializedFileReader<File>,
    leaf: &Leaf,
    most: usize,
    each: &mut dyn FnMut(Vec<u8>) -> std::io::Result<R>,
) -> std::io::Result<Vec<R>> {
    let other = |error: &dyn std::fmt::Display| std::io::Error::other(error.to_string());
    let mut out = Vec::new();
    for group in 0..reader.num_row_groups() {
        let group = guarded(|| reader.get_row_group(group))?;
        let mut left = usize::try_from(group.metadata().num_rows()).map_err(|error| other(&error))?;
        let mut column = guarded(|| group.get_column_reader(leaf.index))?;
        while left > 0 && out.len() < most {
            let rows = left.min(64).min(most - out.len());
            let batch = match &mut column {
                ColumnReader::ByteArrayColumnReader(reader) => values(reader, rows, |value| value.data().to_vec())?,
                ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                    values(reader, rows, |value| value.data().to_vec())?
                }
                _ => return Err(other(&"a column of bytes of another type")),
            };
            left -= rows;
            for bytes in batch {
                out.push(each(bytes)?);
            }
        }
    }
    Ok(out)
}

/// All values of a column as text; nothing for a null.
pub fn texts_of(reader: &SerializedFileReader<File>, leaf: &Leaf) -> std::io::Result<Vec<String>> {
    let mut out = Vec::new();
    for group in 0..reader.num_row_groups() {
        let group = guarded(|| reader.get_row_group(group))?;
        let rows = usize::try_from(group.metadata().num_rows()).map_err(std::io::Error::other)?;
        let mut column = guarded(|| group.get_column_reader(leaf.index))?;
        out.extend(texts(&mut column, leaf.form, rows)?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(19_782), "2024-02-29");
        assert_eq!(timestamp(1_700_000_000_000, 1_000), "2023-11-14 22:13:20");
        assert_eq!(decimal(-12_345, 2), "-123.45");
        assert_eq!(decimal(5, 3), "0.005");
        assert_eq!(big_endian(&[0xFF, 0xFE]), Some(-2));
    }
}
