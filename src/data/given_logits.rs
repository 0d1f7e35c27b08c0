//! Logits of rows in files of other programs: a matrix of numbers, or a table with a column for each class.

use std::io::Read as _;
use std::path::Path;

use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::file::{MAX_UNPACKED, check_size, open, read_up_to, unreadable};
use super::magic::start_of;
use super::npz::{npy_matrix, starts_as_npy};
use super::table::{is_parquet, parquet_as_text};
use super::{DataError, Watch};
use crate::text::{Phrase, phrase};

/// What such a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenLogits {
    /// The names of the columns, where it has any.
    pub classes: Option<Vec<String>>,
    /// What the rows are called, where there is a column of that.
    pub keys: Option<Vec<String>>,
    /// How many columns there are.
    pub columns: usize,
    /// `[rows, columns]`; of a file that has some classes of each row only, −∞ for the others, or 0 for probabilities.
    pub values: Vec<f32>,
    /// How many classes of each row it has, where that is not all of them.
    pub top: Option<usize>,
}

/// The columns of a file that has some classes of each row: pairs of a class and its number.
struct Pairs {
    /// Where the class of each stands, and where its number.
    at: Vec<(usize, usize)>,
    /// Whether the numbers are probabilities.
    are_probabilities: bool,
}

impl Pairs {
    /// `class_1, logit_1, class_2, logit_2, …`, in any order; `probability_1` and `logprob_1` are known, too.
    fn of(head: &[String]) -> Option<Self> {
        let numbered = |name: &str, of: &[&str]| -> Option<u32> {
            let name = name.to_lowercase();
            let (word, number) = name.split_at(name.find(|c: char| c.is_ascii_digit())?);
            of.contains(&word.trim_end_matches(['_', ' ', '-'])).then(|| number.parse().ok())?
        };
        let all = |of: &[&str]| -> Vec<(u32, usize)> {
            let found = head.iter().enumerate().filter_map(|(at, name)| Some((numbered(name, of)?, at)));
            let mut found: Vec<(u32, usize)> = found.collect();
            found.sort_unstable();
            found
        };
        let classes = all(&["class", "top", "label"]);
        let (logits, probabilities) = (all(&["logit", "logprob", "log_prob"]), all(&["probability", "prob", "p"]));
        let are_probabilities = logits.is_empty();
        let numbers = if are_probabilities { probabilities } else { logits };
        let fits = classes.iter().map(|(number, _)| number).eq(numbers.iter().map(|(number, _)| number));
        let at = classes.iter().zip(&numbers).map(|((_, class), (_, number))| (*class, *number)).collect();
        (fits && !classes.is_empty()).then_some(Self { at, are_probabilities })
    }
}

impl GivenLogits {
    /// Reads a file. `key` is the column that says what each row is called; `classes` are those of the data, by which a first line of
    /// numbers is known to be one of names.
    ///
    /// # Errors
    /// When it is no matrix, a field is no number, or there is no such column.
    pub fn read(path: &Path, key: Option<&str>, classes: &[String], watch: &dyn Watch) -> Result<Self, DataError> {
        let start = start_of(path)?;
        if starts_as_npy(&start) || is_safetensors(&start) {
            if let Some(key) = key {
                return Err(wrong(path, phrase!("logits-no-key-there", key = key)));
            }
            let (columns, values) = if starts_as_npy(&start) { npy_matrix(path)? } else { safetensors(path)? };
            return Ok(Self { classes: None, keys: None, columns, values, top: None });
        }
        if is_parquet(path)? {
            return table(path, Box::new(parquet_as_text(path)?), Some(b','), (key, classes), watch);
        }
        if start.starts_with(b"PK") {
            return Err(wrong(path, phrase!("logits-archive")));
        }
        table(path, open(path)?, None, (key, classes), watch)
    }
}

fn wrong(path: &Path, problem: Phrase) -> DataError {
    DataError::Format { file: path.to_owned(), problem, allowed: phrase!("logits-allowed") }
}

/// A length, and a JSON object behind it.
fn is_safetensors(start: &[u8]) -> bool {
    start.get(8) == Some(&b'{') && start.get(5..8) == Some(&[0; 3])
}

/// The only matrix of a file, or the one that is called `logits`.
fn safetensors(path: &Path) -> Result<(usize, Vec<f32>), DataError> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let bytes = read_up_to(&mut std::io::BufReader::new(file), MAX_UNPACKED, path)?;
    let damaged = |problem: &dyn std::fmt::Display| wrong(path, Phrase::plain(problem));
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| damaged(&error))?;
    let matrices: Vec<(String, TensorView<'_>)> =
        tensors.tensors().into_iter().filter(|(_, view)| view.shape().len() == 2).collect();
    let named = matrices.iter().find(|(name, _)| name == "logits");
    let found = named.or(if let [only] = matrices.as_slice() { Some(only) } else { None });
    let Some((_, view)) = found else { return Err(wrong(path, phrase!("logits-which-tensor"))) };
    let bytes = view.data();
    let values: Vec<f32> = match view.dtype() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F64 => bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect(),
        Dtype::F16 => bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
        Dtype::BF16 => bytes.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect(),
        other => return Err(wrong(path, phrase!("logits-dtype", dtype = format!("{other:?}")))),
    };
    Ok((view.shape()[1], values))
}

/// A table with a column for each class, and perhaps one of keys. Its first line names them, unless all of it are numbers.
fn table(
    path: &Path,
    mut text: Box<dyn std::io::Read + '_>,
    delimiter: Option<u8>,
    (key, names): (Option<&str>, &[String]),
    watch: &dyn Watch,
) -> Result<GivenLogits, DataError> {
    let mut start = Vec::new();
    text.by_ref().take(1 << 16).read_to_end(&mut start).map_err(|error| unreadable(path, &error))?;
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start);
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // A decimal comma stands beside semicolons or tabs alone.
    let marks = [b'\t', b';', b','];
    let delimiter = delimiter.or_else(|| marks.into_iter().find(|mark| line.contains(mark))).unwrap_or(b',');
    let has_decimal_comma = delimiter != b',' && !start.contains(&b'.');
    let number = |field: &str| -> Option<f32> {
        let field = field.trim();
        if has_decimal_comma { field.replace(',', ".").parse().ok() } else { field.parse().ok() }
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(std::io::Cursor::new(start).chain(text));
    let mut record = csv::StringRecord::new();
    let unreadable_line = |error: &csv::Error| wrong(path, Phrase::plain(error));
    if !reader.read_record(&mut record).map_err(|error| unreadable_line(&error))? {
        return Err(wrong(path, phrase!("logits-empty")));
    }
    let head: Vec<String> = record.iter().map(|field| field.trim().to_owned()).collect();
    let are_classes = head.len() == names.len() && names.iter().all(|name| head.contains(name));
    let has_head = are_classes || head.iter().any(|field| number(field).is_none());
    let width = head.len();
    let key_at = key.map(|key| {
        let at = head.iter().position(|name| has_head && name == key);
        at.ok_or_else(|| wrong(path, phrase!("logits-no-key", key = key)))
    });
    let key_at = key_at.transpose()?;
    let classes: Option<Vec<String>> = has_head
        .then(|| head.iter().enumerate().filter(|(at, _)| Some(*at) != key_at).map(|(_, name)| name.clone()).collect());
    if let Some(pairs) = Pairs::of(&head).filter(|_| has_head) {
        return top_of_rows(path, &mut reader, &pairs, key_at, names, &number);
    }
    let columns = width - usize::from(key_at.is_some());
    if columns == 0 {
        return Err(wrong(path, phrase!("logits-empty")));
    }
    let (mut values, mut keys) = (Vec::new(), key_at.map(|_| Vec::new()));
    let mut has_row = !has_head;
    loop {
        if has_row {
            let line = record.position().map_or(1, csv::Position::line);
            if record.len() != width {
                let (found, expected) = (record.len() as u64, width as u64);
                return Err(wrong(path, phrase!("logits-ragged", line = line, found = found, expected = expected)));
            }
            for (at, field) in record.iter().enumerate() {
                match &mut keys {
                    Some(keys) if Some(at) == key_at => keys.push(field.trim().to_owned()),
                    _ => values.push(number(field).ok_or_else(|| {
                        let field: String = field.chars().take(40).collect();
                        wrong(path, phrase!("logits-no-number", line = line, field = field))
                    })?),
                }
            }
            if values.len() % (1 << 20) < columns {
                check_size(path, &[values.len() as u64])?;
                if watch.is_cancelled() {
                    return Err(unreadable(path, &std::io::ErrorKind::Interrupted.into()));
                }
            }
        }
        has_row = reader.read_record(&mut record).map_err(|error| unreadable_line(&error))?;
        if !has_row {
            break;
        }
    }
    Ok(GivenLogits { classes, keys, columns, values, top: None })
}

/// Rows of which some classes are given, each by its name.
fn top_of_rows(
    path: &Path,
    reader: &mut csv::Reader<impl std::io::Read>,
    pairs: &Pairs,
    key_at: Option<usize>,
    names: &[String],
    number: &dyn Fn(&str) -> Option<f32>,
) -> Result<GivenLogits, DataError> {
    let index: std::collections::HashMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
    let absent = if pairs.are_probabilities { 0.0 } else { f32::NEG_INFINITY };
    let (mut values, mut keys) = (Vec::new(), key_at.map(|_| Vec::new()));
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| wrong(path, Phrase::plain(error)))? {
        let line = record.position().map_or(1, csv::Position::line);
        let field = |at: usize| record.get(at).unwrap_or_default().trim();
        let start = values.len();
        check_size(path, &[(start + names.len()) as u64])?;
        values.resize(start + names.len(), absent);
        for (class, at) in &pairs.at {
            // Fewer than k may be known of a row.
            if field(*class).is_empty() && field(*at).is_empty() {
                continue;
            }
            let shown = |at: usize| field(at).chars().take(40).collect::<String>();
            let class = *index
                .get(field(*class))
                .ok_or_else(|| wrong(path, phrase!("logits-no-class", line = line, class = shown(*class))))?;
            let value = number(field(*at)).filter(|value| value.is_finite());
            let value =
                value.ok_or_else(|| wrong(path, phrase!("logits-no-number", line = line, field = shown(*at))))?;
            values[start + class] = value;
        }
        if values[start..].iter().all(|value| value.total_cmp(&absent).is_eq()) {
            return Err(wrong(path, phrase!("logits-no-class", line = line, class = "")));
        }
        if let (Some(keys), Some(at)) = (&mut keys, key_at) {
            keys.push(field(at).to_owned());
        }
    }
    let top = Some(pairs.at.len()).filter(|k| *k < names.len());
    Ok(GivenLogits { classes: Some(names.to_vec()), keys, columns: names.len(), values, top })
}
