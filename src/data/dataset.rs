//! All rows of a source, held once, as raw values.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::columns::{ColumnKind, Columns, Source as InputSource};
use super::findings::Findings;
use super::{Examples, Inputs, Synthetic};
use crate::recipe::{Ground, Normalise};
use crate::rng::Key;

/// Examples with their labels. Values are as the source has them: normalisation belongs to the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What people call it: a built-in name, or the name of the file or folder.
    pub name: String,
    /// Names of the classes; a label is an index into them. At least two.
    pub classes: Vec<String>,
    /// One example a row.
    pub examples: Examples,
    /// The class of each row.
    pub labels: Vec<u32>,
    /// The first row of the source's own validation part, which reaches to its test part or to the end.
    pub validation_from: Option<usize>,
    /// The first row of the source's own test part, which then reaches to the end; `None` where it has none.
    pub test_from: Option<usize>,
    /// The largest raw value that a pixel can have (255 or 16); `None` for features.
    pub pixel_scale: Option<f32>,
    /// How new models are to see the values.
    pub scaling: Scaling,
    /// How the columns of a table became numbers; `None` for other sources.
    pub columns: Option<Arc<Columns>>,
    /// Positions of gaps among all values, ascending; [`Dataset::fill_gaps`] fills them.
    pub gaps: Vec<u64>,
    /// Whether that was done.
    pub filled: bool,
    /// What transparent pictures were laid on; `None` where none is transparent.
    pub ground: Option<Ground>,
    /// For each row the first row with the same values; `None` where no row has a copy.
    pub copies: Option<Vec<u32>>,
    /// The file of each row, below the source's folder; empty where rows are no files.
    pub files: Vec<PathBuf>,
    /// Rows of the source that are not among these, by their number there from 0, ascending.
    pub left_out: Vec<u32>,
    /// What people say of each row, as probabilities `[rows, classes]`; `None` where nobody was asked.
    pub votes: Option<Arc<Vec<f32>>>,
    /// What was found in the source.
    pub findings: Findings,
}

/// How raw values become what a network sees.
#[derive(Clone, Debug, PartialEq)]
pub enum Scaling {
    /// Each feature gets mean 0 and standard deviation 1 over the training rows.
    Standard,
    /// Pixels become 0…1; then the mean of their channel is subtracted and by its standard deviation is divided. Empty lists do
    /// neither, one number is for all channels.
    Pixels {
        /// Means.
        mean: Vec<f64>,
        /// Standard deviations.
        std: Vec<f64>,
    },
    /// As they are.
    None,
}

impl Scaling {
    /// What a recipe asks for of pixels, or of features.
    pub(super) fn of(normalise: Normalise, are_pixels: bool) -> Self {
        match normalise {
            Normalise::None => Self::None,
            Normalise::Standard if are_pixels => Self::unit(),
            Normalise::Standard => Self::Standard,
        }
    }

    /// Pixels from 0 to 1.
    pub(super) fn unit() -> Self {
        Self::Pixels { mean: Vec::new(), std: Vec::new() }
    }
}

impl Dataset {
    /// Rows of which nothing more is known: no parts of their own, features standardised.
    pub fn new(name: String, classes: Vec<String>, examples: Examples, labels: Vec<u32>) -> Self {
        Self {
            name,
            classes,
            examples,
            labels,
            validation_from: None,
            test_from: None,
            pixel_scale: None,
            scaling: Scaling::Standard,
            columns: None,
            gaps: Vec::new(),
            filled: false,
            ground: None,
            copies: None,
            files: Vec::new(),
            left_out: Vec::new(),
            votes: None,
            findings: Findings::default(),
        }
    }

    /// How many rows the source has, those among them that are not here.
    pub fn source_rows(&self) -> usize {
        self.labels.len() + self.left_out.len()
    }

    /// The number that each row has in the source, from 0.
    pub fn places_in_source(&self) -> Vec<u32> {
        let mut left_out = self.left_out.iter().peekable();
        (0..self.source_rows() as u32).filter(|row| left_out.next_if_eq(&row).is_none()).collect()
    }

    /// The raw inputs of `rows`, in that order.
    ///
    /// # Panics
    /// When a row is not below [`Examples::rows`].
    pub fn gather(&self, rows: &[u32]) -> Inputs {
        self.examples.gather(rows)
    }

    /// Like [`Dataset::gather`], with each image shifted by its own whole numbers of pixels, both uniform in
    /// `-max_shift..=max_shift` and a function of `key` and the row's number alone. What is uncovered is 0. Features stay.
    ///
    /// # Panics
    /// When a row is not below [`Examples::rows`].
    pub fn gather_jittered(&self, rows: &[u32], max_shift: usize, key: Key) -> Inputs {
        self.examples.gather_jittered(rows, max_shift, key)
    }

    /// The median of each input over the rows `train` that have a value there, 0 where none has; `None` for what is no table of
    /// features.
    pub fn medians(&self, train: &[u32]) -> Option<Vec<f32>> {
        let (Some(columns), Examples::Features { width, values, .. }) = (&self.columns, &self.examples) else {
            return None;
        };
        let is_word: Vec<bool> = columns
            .list
            .iter()
            .flat_map(|c| vec![matches!(c.kind, ColumnKind::Words { .. }); c.kind.inputs()])
            .collect();
        let median = |input: usize| {
            if is_word[input] {
                return 0.0;
            }
            let at = |row: &u32| u64::from(*row) * *width as u64 + input as u64;
            let has_gaps = !self.gaps.is_empty();
            let is_known = |at: &u64| !has_gaps || self.gaps.binary_search(at).is_err();
            median(train.iter().map(at).filter(is_known).map(|at| values[at as usize]).collect())
        };
        Some((0..*width).into_par_iter().map(median).collect())
    }

    /// Whether gaps are filled with these medians.
    pub fn is_filled_with(&self, medians: &[f32]) -> bool {
        self.filled && self.columns.as_ref().is_some_and(|columns| columns.fills() == medians)
    }

    /// Fills each gap with its column's median of [`Dataset::medians`], and keeps the medians in [`Dataset::columns`]: rows that
    /// come later are filled with the same.
    pub fn fill_gaps(&mut self, medians: &[f32]) {
        let (Some(columns), Examples::Features { width, values, .. }) = (&mut self.columns, &mut self.examples) else {
            return;
        };
        for gap in &self.gaps {
            values[*gap as usize] = medians[*gap as usize % *width];
        }
        Arc::make_mut(columns).set_fills(medians);
        self.filled = true;
    }

    /// Tells rows apart by content: the first 8 bytes (little-endian) of SHA-256 over the raw values as little-endian `f32`,
    /// or `f64` for those columns that `f32` does not hold. A gap is NaN, whatever it is filled with. Of a text its UTF-8 bytes, of a
    /// pair with the byte 255 between them.
    ///
    /// # Panics
    /// When `row` is not below [`Examples::rows`].
    pub fn row_hash(&self, row: u32) -> u64 {
        let first_bytes = |bytes: &[u8]| {
            let hash = Sha256::digest(bytes);
            hash.iter().take(8).rev().fold(0, |number, byte| (number << 8) | u64::from(*byte))
        };
        if let Examples::Text(texts) = &self.examples {
            return first_bytes(&texts.bytes(row as usize));
        }
        let len = self.examples.row_len();
        let mut bytes = Vec::with_capacity(4 * len);
        let start = u64::from(row) * len as u64;
        let first = self.gaps.partition_point(|gap| *gap < start);
        let mut gaps = self.gaps[first..].iter().map(|gap| (*gap - start) as usize).peekable();
        let bases = self.columns.as_ref().and_then(|columns| columns.bases());
        for (i, value) in self.examples.row(row as usize).into_iter().enumerate() {
            if gaps.next_if_eq(&i).is_some() {
                bytes.extend_from_slice(&f32::NAN.to_le_bytes());
                continue;
            }
            match bases.map_or(0.0, |bases| bases[i]) {
                0.0 => bytes.extend_from_slice(&value.to_le_bytes()),
                base => bytes.extend_from_slice(&(base + f64::from(value)).to_le_bytes()),
            }
        }
        first_bytes(&bytes)
    }

    /// [`Dataset::row_hash`] of each of `rows`.
    ///
    /// # Panics
    /// When a row is not below [`Examples::rows`].
    pub fn row_hashes(&self, rows: &[u32]) -> Vec<u64> {
        rows.par_iter().map(|row| self.row_hash(*row)).collect()
    }

    /// The same rows as a model reads them that learnt `columns`, found by name; `None` where that is how they are.
    ///
    /// # Errors
    /// The names of columns that are missing, or hold something else.
    pub fn as_read_by(&self, columns: &Columns) -> Result<Option<Self>, Vec<String>> {
        let Some(own) = &self.columns else { return Ok(None) };
        // Texts are texts, whatever their column is called.
        if let Examples::Text(_) | Examples::Tokens(_) = &self.examples {
            return Ok(None);
        }
        if let Examples::Pixels { .. } = &self.examples {
            // Pixels are known by their place; their names differ from one export to the next.
            let shared = columns.list.iter().any(|column| own.list.iter().any(|other| other.name == column.name));
            if !shared {
                return Ok(None);
            }
        }
        let Some(sources) = columns.found_in(own)? else { return Ok(None) };
        let fills = columns.fills();
        let mut own_gaps = Vec::new();
        let (rows, len) = (self.labels.len(), self.examples.row_len());
        let examples = match &self.examples {
            Examples::Pixels { channels, height, width, values, .. } => {
                let pixel = |row: usize, source: &InputSource| match source {
                    InputSource::Input(at, _) => values[row * len + at],
                    InputSource::Nothing => 0,
                };
                let values = (0..rows).flat_map(|row| sources.iter().map(move |source| (row, source)));
                let values = values.map(|(row, source)| pixel(row, source)).collect();
                let (channels, height, width) = (*channels, *height, *width);
                Examples::Pixels { rows, channels, height, width, values }
            }
            Examples::Features { values, .. } => {
                let mut read = Vec::with_capacity(rows * sources.len());
                let mut gaps = self.gaps.iter().peekable();
                let mut is_gap = vec![false; len];
                for row in 0..rows {
                    is_gap.fill(false);
                    while let Some(gap) = gaps.next_if(|gap| **gap < ((row + 1) * len) as u64) {
                        is_gap[*gap as usize - row * len] = true;
                    }
                    let start = read.len() as u64;
                    let gapped =
                        |(_, source): &(u64, &InputSource)| matches!(source, InputSource::Input(at, _) if is_gap[*at]);
                    own_gaps.extend((start..).zip(&sources).filter(gapped).map(|(at, _)| at));
                    read.extend(sources.iter().zip(&fills).map(|(source, fill)| match source {
                        InputSource::Input(at, _) if is_gap[*at] => *fill,
                        InputSource::Input(at, 0.0) => values[row * len + at],
                        InputSource::Input(at, shift) => (f64::from(values[row * len + at]) + shift) as f32,
                        InputSource::Nothing => 0.0,
                    }));
                }
                Examples::Features { rows, width: sources.len(), values: read }
            }
            Examples::Text(_) | Examples::Tokens(_) => return Ok(None),
        };
        Ok(Some(Self {
            examples,
            columns: Some(Arc::new(columns.clone())),
            gaps: own_gaps,
            filled: true,
            ground: None,
            copies: None,
            ..self.clone()
        }))
    }

    /// A digest of all values, names of inputs, classes, labels and parts, in their order; what gaps are filled with does not count.
    pub fn digest(&self) -> [u8; 32] {
        let len = self.examples.row_len();
        let rows: Vec<u32> = (0..self.labels.len() as u32).collect();
        let parts: Vec<_> = rows
            .par_chunks(4096)
            .map(|rows| {
                let mut hasher = Sha256::new();
                match &self.examples {
                    Examples::Pixels { values, .. } => {
                        hasher.update(&values[rows[0] as usize * len..(rows[rows.len() - 1] as usize + 1) * len]);
                    }
                    Examples::Features { .. } | Examples::Text(_) | Examples::Tokens(_) => {
                        for row in rows {
                            hasher.update(self.row_hash(*row).to_le_bytes());
                        }
                    }
                }
                hasher.finalize()
            })
            .collect();
        let mut hasher = Sha256::new();
        for part in &parts {
            hasher.update(part);
        }
        for class in &self.classes {
            hasher.update((class.len() as u64).to_le_bytes());
            hasher.update(class.as_bytes());
        }
        // What is an input, by name: two columns that exchanged their names are other data.
        for input in self.columns.iter().flat_map(|columns| columns.inputs()) {
            hasher.update((input.len() as u64).to_le_bytes());
            hasher.update(input.as_bytes());
        }
        for label in &self.labels {
            hasher.update(label.to_le_bytes());
        }
        for number in self.examples.shape().into_iter().chain(self.validation_from).chain(self.test_from) {
            hasher.update((number as u64).to_le_bytes());
        }
        hasher.finalize().into()
    }

    /// The same rows, and behind them texts that were made of them. What is known of rows beside their texts and classes is not known
    /// of those; the class is that of the text they were made of, which may be another's.
    pub fn with_synthetic(&self, synthetic: &Synthetic) -> Self {
        let mut all = Self { copies: None, votes: None, ..self.clone() };
        if let Examples::Text(texts) = &mut all.examples {
            texts.append(&synthetic.texts);
            all.labels.extend(synthetic.of.iter().map(|row| self.labels[*row as usize]));
        }
        all
    }

    /// These rows alone, in their order, with nothing known of parts or copies.
    pub fn only(&self, rows: &[u32]) -> Self {
        let len = self.examples.row_len();
        let cut = |row: &u32| *row as usize * len..(*row as usize + 1) * len;
        let examples = match &self.examples {
            Examples::Features { width, values, .. } => {
                let values = rows.iter().flat_map(|row| &values[cut(row)]).copied().collect();
                Examples::Features { rows: rows.len(), width: *width, values }
            }
            Examples::Pixels { channels, height, width, values, .. } => {
                let values = rows.iter().flat_map(|row| &values[cut(row)]).copied().collect();
                let (channels, height, width) = (*channels, *height, *width);
                Examples::Pixels { rows: rows.len(), channels, height, width, values }
            }
            Examples::Text(texts) => Examples::Text(texts.gather(rows)),
            Examples::Tokens(tokens) => Examples::Tokens(tokens.gather(rows)),
        };
        let labels = rows.iter().map(|row| self.labels[*row as usize]).collect();
        let classes = self.classes.len();
        let of_row = |votes: &Arc<Vec<f32>>| {
            let rows = rows.iter().map(|row| *row as usize * classes);
            Arc::new(rows.flat_map(|start| &votes[start..start + classes]).copied().collect())
        };
        let (pixel_scale, votes) = (self.pixel_scale, self.votes.as_ref().map(of_row));
        Self { pixel_scale, votes, ..Self::new(self.name.clone(), self.classes.clone(), examples, labels) }
    }

    /// How many of `rows` each class has, in the order of [`Dataset::classes`].
    ///
    /// # Panics
    /// When a row is not below [`Examples::rows`].
    pub fn rows_by_class(&self, rows: impl IntoIterator<Item = u32>) -> Vec<u64> {
        let mut counts = vec![0; self.classes.len()];
        for row in rows {
            counts[self.labels[row as usize] as usize] += 1;
        }
        counts
    }

    /// The classes of which one of `rows` is, ascending.
    pub(super) fn classes_among(&self, rows: impl IntoIterator<Item = u32>) -> Vec<u32> {
        (0..).zip(self.rows_by_class(rows)).filter(|(_, rows)| *rows > 0).map(|(class, _)| class).collect()
    }
}

/// The middle of the numbers, or the mean of the two in the middle; 0 of none.
fn median(mut numbers: Vec<f32>) -> f32 {
    if numbers.is_empty() {
        return 0.0;
    }
    let middle = numbers.len() / 2;
    let (below, upper, _) = numbers.select_nth_unstable_by(middle, f32::total_cmp);
    let upper = *upper;
    match below.iter().copied().max_by(f32::total_cmp) {
        Some(lower) if numbers.len().is_multiple_of(2) => f64::midpoint(f64::from(lower), f64::from(upper)) as f32,
        _ => upper,
    }
}
