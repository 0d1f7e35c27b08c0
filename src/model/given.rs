//! A teacher of whom only its logits are given, row by row: whatever computed them, where and when.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::checkpoint::{CheckpointError, class_indices};
use super::teacher::{Teacher, Unanswered};
use crate::data::{Dataset, GivenLogits, Inputs, Remark};
use crate::distill::{NO_CLASS, TeacherLogits, top_classes};
use crate::recipe::{LogitsFile, RowKey};
use crate::text::{Phrase, number, phrase};

/// Its logits of all rows of the data.
pub struct Given {
    name: String,
    /// `[rows, classes]`, rows and classes in the order of the data.
    values: Arc<Vec<f32>>,
    classes: usize,
    /// Whether of each row some classes only are known; the others have −∞.
    is_partial: bool,
    /// Of the model that gave them; 0 where nobody knows.
    parameters: u64,
    digest: String,
}

/// A probability of 0 stands for one that was too small to be written: for the smallest one that was, and for this where that is larger.
const LEAST: f32 = 1e-7;

/// How far the sum of a row of probabilities may be from 1.
const NEAR: f64 = 1e-3;

/// Fewest rows of which it is said that they are others.
const FEWEST: usize = 20;

impl Given {
    /// Brings logits into the order of the data, and says how well they fit the labels.
    ///
    /// # Errors
    /// When classes or rows are others than those of the data, a number is none, or they fit far better in another order.
    pub fn new(
        file: &LogitsFile,
        found: GivenLogits,
        dataset: &Dataset,
    ) -> Result<(Self, Vec<Remark>), CheckpointError> {
        let path = file.path.display().to_string();
        let foreign = |problem: Phrase| CheckpointError::Foreign { path: path.clone(), problem };
        let (columns, is_partial) = (found.columns, found.top.is_some());
        let Some(names) = file.classes.as_ref().or(found.classes.as_ref()) else {
            let problem = phrase!("logits-no-classes", columns = columns as u64);
            return Err(CheckpointError::Option { path, field: "classes", problem });
        };
        if names.len() != columns {
            let (names, columns) = (names.len() as u64, columns as u64);
            let problem = phrase!("logits-other-columns", names = names, columns = columns);
            return Err(CheckpointError::Option { path, field: "classes", problem });
        }
        let indices = class_indices(&path, names, &dataset.classes)?;
        let places = places(file, &found, dataset).map_err(foreign)?;
        let is_number = |value: &f32| value.is_finite() || (found.top.is_some() && *value == f32::NEG_INFINITY);
        if let Some(at) = found.values.iter().position(|value| !is_number(value)) {
            let count = found.values.iter().filter(|value| !is_number(value)).count() as u64;
            return Err(foreign(phrase!("logits-not-finite", row = (at / columns) as u64, count = count)));
        }
        let mut remarks = Vec::new();
        let mut found = found;
        let zeros = match found.top {
            None => as_logits(&mut found.values, columns, file.probabilities, None).map_err(foreign)?,
            Some(top) => {
                let shown = some_as_logits(&mut found.values, columns, file.probabilities).map_err(foreign)?;
                let message = match shown {
                    None => phrase!("remark-logits-top", top = top as u64, of = columns as u64),
                    Some(mean) => phrase!(
                        "remark-logits-top-rest",
                        top = top as u64,
                        of = columns as u64,
                        rest = Phrase::percent(1.0 - mean)
                    ),
                };
                remarks.push(Remark::note("logits-top", message, [("top", top as u64), ("of", columns as u64)]));
                0
            }
        };
        if zeros > 0 {
            let message = phrase!("remark-logits-zeros", zeros = zeros, of = found.values.len() as u64);
            remarks.push(Remark::note("logits-zeros", message, [("zeros", zeros)]));
        }
        // They may be hundreds of megabytes, and mostly stand in the order of the data already.
        let is_in_order = places.iter().zip(0..).all(|(place, row)| *place == Some(row))
            && places.len() * columns == found.values.len()
            && indices.iter().enumerate().all(|(class, index)| class == *index);
        let values = if is_in_order {
            found.values
        } else {
            // A row of which nothing is said has numbers that are none.
            let silent = vec![f32::NAN; columns];
            let row = |place: &Option<u32>| {
                place.map_or(&silent[..], |place| &found.values[place as usize * columns..][..columns])
            };
            places.iter().map(row).flat_map(|row| indices.iter().map(|index| row[*index])).collect()
        };
        remarks.push(fits(&values, &dataset.labels, &dataset.classes, file.key == RowKey::Order).map_err(foreign)?);
        let mut hasher = Sha256::new();
        for value in &values {
            hasher.update(value.to_le_bytes());
        }
        let digest = number::hex(&hasher.finalize()[..16]);
        let given = Self {
            name: file.name(),
            values: Arc::new(values),
            classes: indices.len(),
            is_partial,
            parameters: 0,
            digest,
        };
        Ok((given, remarks))
    }
}

impl Given {
    /// Logits that were kept, `[rows, classes]` in the order of the data; none where these are other rows.
    pub fn kept(name: String, digest: String, parameters: u64, values: Vec<f32>, dataset: &Dataset) -> Option<Self> {
        let classes = dataset.classes.len();
        let fits = values.len() == dataset.labels.len() * classes;
        let is_partial = values.contains(&f32::NEG_INFINITY);
        fits.then(|| Self { name, values: Arc::new(values), classes, is_partial, parameters, digest })
    }
}

/// Whether it tells of files without a text: they are no rows, and which they are is not kept.
fn is_of_left_out(remark: &Remark) -> bool {
    remark.code == "empty-texts"
}

/// Where each row of the data stands in the file; none of one that a file with keys says nothing of.
fn places(file: &LogitsFile, found: &GivenLogits, dataset: &Dataset) -> Result<Vec<Option<u32>>, Phrase> {
    let rows = found.values.len() / found.columns.max(1);
    let keys = found.keys.as_deref().unwrap_or_default();
    let by_key: std::collections::HashMap<&str, u32> =
        keys.iter().zip(0..).map(|(key, place)| (key.as_str(), place)).collect();
    if by_key.len() < keys.len() {
        return Err(phrase!("logits-key-twice", twice = (keys.len() - by_key.len()) as u64));
    }
    let wanted: Vec<String> = match file.key {
        RowKey::Order if !dataset.files.is_empty() => return Err(phrase!("logits-need-files")),
        RowKey::Order if dataset.left_out.is_empty() && dataset.findings.remarks.iter().any(is_of_left_out) => {
            return Err(phrase!("logits-unknown-order"));
        }
        RowKey::Order if rows != dataset.source_rows() => {
            return Err(phrase!("logits-other-length", rows = rows as u64, source = dataset.source_rows() as u64));
        }
        RowKey::Order => return Ok(dataset.places_in_source().into_iter().map(Some).collect()),
        RowKey::Id => dataset.places_in_source().iter().map(ToString::to_string).collect(),
        RowKey::File if dataset.files.is_empty() => return Err(phrase!("logits-no-files")),
        RowKey::File => dataset.files.iter().map(|file| file.to_string_lossy().replace('\\', "/")).collect(),
    };
    let places: Vec<Option<u32>> = wanted.iter().map(|key| by_key.get(key.as_str()).copied()).collect();
    if places.iter().all(Option::is_none) {
        let (of, first) = (places.len() as u64, wanted.first().cloned().unwrap_or_default());
        return Err(phrase!("logits-lack-rows", of = of, first = first));
    }
    Ok(places)
}

/// Whether a row's numbers lie from 0 to 1 and sum to 1.
pub(super) fn is_distribution(row: &[f32]) -> bool {
    let sum: f64 = row.iter().map(|p| f64::from(*p)).sum();
    row.iter().all(|p| (0.0..=1.0).contains(p)) && (sum - 1.0).abs() <= NEAR
}

/// Makes logits of what may be probabilities, and tells how many zeros were raised, to `least` or else to what the others are: only who says so is taken at their word, for a
/// softmax of probabilities trains in silence.
pub(super) fn as_logits(
    values: &mut [f32],
    columns: usize,
    are_probabilities: bool,
    least: Option<f32>,
) -> Result<u64, Phrase> {
    let other = values.chunks_exact(columns).position(|row| !is_distribution(row));
    match (other, are_probabilities) {
        (None, false) if !values.is_empty() => Err(phrase!("logits-are-probabilities")),
        (_, false) => Ok(0),
        (Some(row), true) => Err(phrase!("logits-no-probabilities", row = row as u64)),
        (None, true) => {
            let zeros = values.iter().filter(|p| **p == 0.0).count() as u64;
            let smallest = || values.iter().copied().filter(|p| *p > 0.0).fold(LEAST, f32::min);
            let least = least.unwrap_or_else(smallest);
            for p in values.iter_mut() {
                *p = p.max(least).ln();
            }
            Ok(zeros)
        }
    }
}

/// The same of some classes of each row: the softmax goes over them alone, and the others have none of it. Of probabilities, which need not
/// sum to 1, it tells what they sum to on average.
fn some_as_logits(values: &mut [f32], columns: usize, are_probabilities: bool) -> Result<Option<f64>, Phrase> {
    let could_be = |row: &[f32]| {
        let sum: f64 = row.iter().map(|p| f64::from(*p)).sum();
        row.iter().all(|p| (0.0..=1.0).contains(p)) && sum <= 1.0 + NEAR
    };
    if !are_probabilities {
        let are_logits = values.contains(&f32::NEG_INFINITY);
        return if are_logits { Ok(None) } else { Err(phrase!("logits-are-probabilities")) };
    }
    if let Some(row) = values.chunks_exact(columns).position(|row| !could_be(row)) {
        return Err(phrase!("logits-no-probabilities", row = row as u64));
    }
    let rows = (values.len() / columns.max(1)).max(1) as f64;
    let mean = values.iter().map(|p| f64::from(*p)).sum::<f64>() / rows;
    for p in values.iter_mut() {
        *p = p.ln();
    }
    Ok(Some(mean))
}

/// How often the top class is the label.
fn right(top: &[u32], labels: &[u32]) -> usize {
    top.iter().zip(labels).filter(|(top, label)| top == label).count()
}

/// How well logits in the order of the data's classes `names` fit labels. Those that fit far better with other columns are refused, and
/// where rows go by their order, those that fit far better with other rows.
pub(super) fn fits(values: &[f32], labels: &[u32], names: &[String], by_order: bool) -> Result<Remark, Phrase> {
    let classes = names.len();
    let is_answered = |row: &usize| !values[row * classes].is_nan();
    let answered: Vec<usize> = (0..labels.len()).filter(is_answered).collect();
    let (some, of_some): (Vec<f32>, Vec<u32>);
    let (values, labels) = if answered.len() < labels.len() {
        some = answered.iter().flat_map(|row| &values[row * classes..][..classes]).copied().collect();
        of_some = answered.iter().map(|row| labels[*row]).collect();
        (&some[..], &of_some[..])
    } else {
        (values, labels)
    };
    let top = top_classes(values, classes);
    let as_given = right(&top, labels);
    let rows = labels.len();
    if let Some((column, class)) = other_columns(&top, labels, classes) {
        return Err(phrase!("logits-other-order", column = names[column].clone(), class = names[class].clone()));
    }
    if by_order && rows > FEWEST {
        for (shift, moved) in [(1, right(&top[1..], labels)), (-1, right(&top, &labels[1..]))] {
            // Neighbours of one class hide a shift; where it is seen, it is beyond doubt.
            if moved > as_given + rows / 10 && moved > 2 * as_given {
                let (moved, as_given, rows) = (moved as u64, as_given as u64, rows as u64);
                let shift = Phrase::signed(f64::from(shift));
                return Err(phrase!("logits-shifted", shift = shift, moved = moved, right = as_given, rows = rows));
            }
        }
    }
    let mut counts = vec![0_u64; classes];
    for label in labels {
        counts[*label as usize] += 1;
    }
    let most = counts.into_iter().max().unwrap_or(0);
    let numbers = [("right", as_given as u64), ("rows", rows as u64), ("most", most)];
    let (of_rows, by_chance) = (Phrase::count(rows as u64), Phrase::count(most));
    let message =
        phrase!("remark-logits-fit", right = Phrase::count(as_given as u64), rows = of_rows, chance = by_chance);
    Ok(Remark::note("logits-fit", message, numbers))
}

/// A column and the class of which it seems to speak, where columns seem to have changed places: of two that speak of other classes
/// mostly than their own, one stands where the other belongs.
fn other_columns(top: &[u32], labels: &[u32], classes: usize) -> Option<(usize, usize)> {
    let mut counts = std::collections::HashMap::<(u32, u32), usize>::new();
    for (top, label) in top.iter().zip(labels).filter(|(top, _)| **top != NO_CLASS) {
        *counts.entry((*top, *label)).or_default() += 1;
    }
    let mut all = vec![0; classes];
    let mut most = vec![(0, None); classes];
    for ((column, label), count) in &counts {
        let (column, label) = (*column as usize, *label as usize);
        all[column] += count;
        if *count > most[column].0 {
            most[column] = (*count, Some(label));
        }
    }
    let speaks_of = |column: &usize| {
        let (count, class) = most[*column];
        class.filter(|_| all[*column] >= FEWEST / 2 && 5 * count >= 3 * all[*column])
    };
    let moved: Vec<(usize, usize)> =
        (0..classes).filter_map(|column| Some((column, speaks_of(&column)?))).filter(|(a, b)| a != b).collect();
    // Whose place another column takes has moved, too: a teacher that takes one class for another keeps that one's own column.
    let is_exchange = |(_, class): &&(usize, usize)| moved.iter().any(|(column, _)| column == class);
    moved.iter().find(is_exchange).copied()
}

impl Teacher for Given {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn parameter_count(&self) -> u64 {
        self.parameters
    }

    fn digest(&self) -> String {
        self.digest.clone()
    }

    fn is_outside(&self) -> bool {
        true
    }

    fn logits(
        &self,
        dataset: &Dataset,
        rows: &[u32],
        _cancelled: &dyn Fn() -> bool,
    ) -> Result<TeacherLogits, Unanswered> {
        let classes = self.classes;
        if dataset.labels.len() * classes != self.values.len() {
            return Err(candle_core::Error::msg("these are not the rows of the given logits").into());
        }
        Ok(TeacherLogits::of_one(self.values.clone(), classes).of_samples(rows))
    }

    fn knows_inputs(&self) -> bool {
        false
    }

    fn is_partial(&self) -> bool {
        self.is_partial
    }

    fn knows_row(&self, row: u32) -> bool {
        !self.values[row as usize * self.classes].is_nan()
    }

    fn logits_of(&self, _inputs: &Inputs) -> candle_core::Result<TeacherLogits> {
        candle_core::bail!("of this teacher only its logits of the rows of the data are given")
    }
}
