//! How the columns of a table become the numbers of a row, or its texts. It is learnt from one table, lies in the model's file, and reads every
//! later table the same way.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// The columns that are read, in the order of the inputs that they make.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Columns {
    /// Whether the table named its columns; without names they are found by position.
    pub named: bool,
    /// Columns of the table, the class among them and what was left out.
    pub count: usize,
    /// The class column, by name or position; `None` where a table had none.
    pub label: Option<ColumnName>,
    /// What is read.
    pub list: Vec<Column>,
    /// Whether commas were decimal, for tables in which they may mean either.
    #[serde(default)]
    pub decimal_comma: bool,
    /// What is subtracted from each input before it becomes an `f32`; empty where that is 0 for all.
    bases: Vec<f64>,
}

/// A column by both of its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnName {
    /// As the header has it; the position in digits, where there is no header.
    pub name: String,
    /// Counted from 0.
    pub position: usize,
    /// How many columns before it have the same name.
    #[serde(default)]
    pub nth: usize,
}

/// One column that is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// As the header has it; the position in digits, where there is no header.
    pub name: String,
    /// Counted from 0.
    pub position: usize,
    /// How many columns of the table before it have the same name.
    #[serde(default)]
    pub nth: usize,
    /// What becomes of its fields.
    pub kind: ColumnKind,
}

/// What becomes of the fields of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// One input: the number, less `base`.
    Number {
        /// Subtracted in `f64`, where `f32` would lose what tells rows apart (seconds since 1970); else 0.
        base: f64,
        /// What a gap is filled with.
        fill: f64,
    },
    /// One input: 1 for true, yes; 0 for false, no.
    Truth {
        /// What a gap is filled with.
        fill: f64,
    },
    /// No input: what the field says, as a model's own encoder reads it.
    Text,
    /// One input a word: 1 where the field is that word. Another word, or none, leaves all of them 0.
    Words {
        /// The words, sorted.
        words: Vec<String>,
    },
}

impl ColumnKind {
    /// How many inputs the column makes.
    pub fn inputs(&self) -> usize {
        match self {
            Self::Number { .. } | Self::Truth { .. } => 1,
            Self::Text => 0,
            Self::Words { words } => words.len(),
        }
    }
}

impl Columns {
    /// Columns of a table of `count` columns.
    pub fn new(named: bool, count: usize, label: Option<ColumnName>, list: Vec<Column>) -> Self {
        let base = |column: &Column| match &column.kind {
            ColumnKind::Number { base, .. } => vec![*base],
            other => vec![0.0; other.inputs()],
        };
        let bases: Vec<f64> = list.iter().flat_map(base).collect();
        let bases = if bases.iter().all(|base| *base == 0.0) { Vec::new() } else { bases };
        Self { named, count, label, list, decimal_comma: false, bases }
    }

    /// Columns of a table that holds nothing but one number for each of `inputs` inputs, in their order.
    pub fn of_numbers(inputs: usize) -> Self {
        let kind = ColumnKind::Number { base: 0.0, fill: 0.0 };
        let column = |at: usize| Column { name: at.to_string(), position: at, nth: 0, kind: kind.clone() };
        Self::new(false, inputs, None, (0..inputs).map(column).collect())
    }

    /// Whether it is texts that are read, one column or two of them.
    pub fn are_texts(&self) -> bool {
        self.list.iter().any(|column| column.kind == ColumnKind::Text)
    }

    /// Numbers a row.
    pub fn width(&self) -> usize {
        self.list.iter().map(|column| column.kind.inputs()).sum()
    }

    /// What is subtracted from each input before it becomes an `f32`; `None` where that is 0 for all.
    pub fn bases(&self) -> Option<&[f64]> {
        (!self.bases.is_empty()).then_some(&self.bases)
    }

    /// A name for each input: its column's, with the word where a column makes several.
    pub fn inputs(&self) -> Vec<String> {
        let names = |column: &Column| match &column.kind {
            ColumnKind::Number { .. } | ColumnKind::Truth { .. } => vec![column.name.clone()],
            ColumnKind::Text => Vec::new(),
            ColumnKind::Words { words } => words.iter().map(|word| format!("{} = {word}", column.name)).collect(),
        };
        self.list.iter().flat_map(names).collect()
    }

    /// What gaps are filled with, input by input, less its base.
    pub(super) fn fills(&self) -> Vec<f32> {
        let fill = |column: &Column| match &column.kind {
            ColumnKind::Number { base, fill } => vec![(fill - base) as f32],
            ColumnKind::Truth { fill } => vec![*fill as f32],
            ColumnKind::Text => Vec::new(),
            ColumnKind::Words { words } => vec![0.0; words.len()],
        };
        self.list.iter().flat_map(fill).collect()
    }

    /// Keeps what gaps were filled with, input by input.
    pub(super) fn set_fills(&mut self, medians: &[f32]) {
        let mut at = 0;
        for column in &mut self.list {
            let width = column.kind.inputs();
            let median = medians.get(at).copied().map_or(0.0, f64::from);
            match &mut column.kind {
                ColumnKind::Number { base, fill } => *fill = *base + median,
                ColumnKind::Truth { fill } => *fill = median,
                ColumnKind::Text | ColumnKind::Words { .. } => {}
            }
            at += width;
        }
    }
}

/// Where each input of one list of columns is found in another.
pub(super) enum Source {
    /// An input of the other list, plus a number.
    Input(usize, f64),
    /// A word that the other list does not know: always 0.
    Nothing,
}

impl Columns {
    /// For each input of these columns, where the same is found among those of `data`; `None` where they are the very same.
    ///
    /// # Errors
    /// The names of columns that are missing, or of another kind.
    pub(super) fn found_in(&self, data: &Self) -> Result<Option<Vec<Source>>, Vec<String>> {
        let mut starts = Vec::with_capacity(data.list.len());
        let mut at = 0;
        for column in &data.list {
            starts.push(at);
            at += column.kind.inputs();
        }
        let (mut sources, mut missing) = (Vec::with_capacity(self.width()), Vec::new());
        for (index, column) in self.list.iter().enumerate() {
            let found = match (self.named, data.named) {
                (true, true) => {
                    data.list.iter().position(|other| (&other.name, other.nth) == (&column.name, column.nth))
                }
                // Columns without names may stand in any order.
                (true, false) => None,
                (false, _) => (data.list.len() == self.list.len()).then_some(index),
            };
            match (found, &column.kind) {
                (None, _) => missing.push(column.name.clone()),
                (Some(found), kind) => match (kind, &data.list[found].kind) {
                    (ColumnKind::Number { base, .. }, ColumnKind::Number { base: other, .. }) => {
                        sources.push(Source::Input(starts[found], other - base));
                    }
                    (ColumnKind::Truth { .. }, ColumnKind::Truth { .. }) => {
                        sources.push(Source::Input(starts[found], 0.0));
                    }
                    (ColumnKind::Words { words }, ColumnKind::Words { words: others }) => {
                        sources.extend(words.iter().map(|word| match others.iter().position(|other| other == word) {
                            Some(at) => Source::Input(starts[found] + at, 0.0),
                            None => Source::Nothing,
                        }));
                    }
                    // 0 and 1 written as numbers in one table and as words in the other.
                    (ColumnKind::Truth { .. }, ColumnKind::Number { base, .. })
                    | (ColumnKind::Number { base, .. }, ColumnKind::Truth { .. })
                        if *base == 0.0 =>
                    {
                        sources.push(Source::Input(starts[found], 0.0));
                    }
                    _ => missing.push(column.name.clone()),
                },
            }
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        let is_same = |(at, source): (usize, &Source)| matches!(source, Source::Input(input, 0.0) if *input == at);
        let same = sources.len() == data.width() && sources.iter().enumerate().all(is_same);
        Ok((!same).then_some(sources))
    }
}

/// Where each of these columns stands among `here`: of several with the same name each is the one of its number.
pub(super) fn places_of<'a>(columns: impl Iterator<Item = (&'a str, usize)>, here: &[String]) -> Vec<Option<usize>> {
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::with_capacity(here.len());
    for (at, name) in here.iter().enumerate() {
        by_name.entry(name).or_default().push(at);
    }
    columns.map(|(name, nth)| by_name.get(name).and_then(|indices| indices.get(nth)).copied()).collect()
}

/// For each name how many of the same stand before it.
pub(super) fn numbered(names: &[String]) -> Vec<usize> {
    let mut met: HashMap<&str, usize> = HashMap::with_capacity(names.len());
    names
        .iter()
        .map(|name| {
            let nth = met.entry(name).or_default();
            *nth += 1;
            *nth - 1
        })
        .collect()
}
