//! A table that is opened: its files, what its columns are called, and what they hold.

use std::path::Path;

use super::super::columns::numbered;
use super::super::error::names;
use super::super::{ColumnName, Columns, DataError, LabelReason, Watch};
use super::decide::{Decided, may_be_ids, mixed_columns};
use super::dialect::Dialect;
use super::free_text::{TextColumns, is_different_text};
use super::label::{LabelChoice, choose_label, settle_label};
use super::part::{PartFile, Surveys, part_file, survey_all};
use super::survey::{MOST_WORDS, Wants};
use super::text::Origin;
use crate::recipe::TableSource;
use crate::text::{Phrase, phrase};

/// Labels that are told apart, so that it can be said how many there are too many.
const MOST_LABELS: usize = 1 << 20;

/// An opened table.
pub struct Table<'a> {
    /// What the recipe says of it.
    pub source: &'a TableSource,
    /// What its columns are called.
    pub names: Vec<String>,
    /// Its own file, then those of the validation and the test part.
    pub parts: Vec<PartFile<'a>>,
    choice: LabelChoice,
}

impl<'a> Table<'a> {
    /// Finds out how each of its files is written, and where its columns stand.
    pub fn open(source: &'a TableSource, origin: Origin<'a>) -> Result<Self, DataError> {
        let dialect = Dialect::of(&origin, source, &[])?;
        let names = dialect.column_names();
        let choice = choose_label(origin.path(), source, &dialect, &names)?;
        let map = (0..names.len()).collect();
        let mut table = Self { source, names, parts: vec![PartFile { origin, dialect, map }], choice };
        if table.names.len() == 1 {
            let sample = &table.first().dialect.sample;
            let is_worded = |row: &&Vec<String>| row[0].split_whitespace().nth(2).is_some();
            let are_texts = sample.iter().filter(is_worded).count() * 2 > sample.len();
            let problem = if are_texts { phrase!("table-texts-only") } else { phrase!("table-labels-only") };
            return Err(table.unusable(problem));
        }
        for path in [&source.validation, &source.test].into_iter().flatten() {
            let part = part_file(path, source, &table.names, table.first(), table.choice.at)?;
            table.parts.push(part);
        }
        Ok(table)
    }

    /// The file in which all columns are.
    pub fn first(&self) -> &PartFile<'a> {
        &self.parts[0]
    }

    /// The path of that file.
    pub fn file(&self) -> &Path {
        self.first().origin.path()
    }

    /// Whether the columns have names.
    pub fn has_header(&self) -> bool {
        self.first().dialect.header.is_some()
    }

    /// A column as messages call it: its name, or its position.
    pub fn shown_name(&self, column: usize) -> String {
        if self.has_header() { format!("`{}`", self.names[column]) } else { column.to_string() }
    }

    /// The fault of a table from which nothing can be learnt.
    pub fn unusable(&self, problem: Phrase) -> DataError {
        DataError::Format { file: self.file().to_owned(), problem, allowed: phrase!("table-allowed") }
    }

    /// What the columns hold, and which one is the class, and why.
    pub fn survey(&self, watch: &dyn Watch) -> Result<(Surveys, usize, LabelReason), DataError> {
        let candidates = [Some(self.choice.at), self.choice.other, self.choice.of_texts];
        let is_candidate = |column: usize| candidates.contains(&Some(column));
        let wants = self.wants(|column| is_candidate(column).then_some(MOST_LABELS));
        let mut surveys = survey_all(&self.parts, &wants, watch)?;
        if surveys.first.rows == 0 {
            surveys.first.ragged.refuse(self.file())?;
            return Err(self.unusable(phrase!("table-header-only")));
        }
        let (label, why) = settle_label(&self.choice, &surveys.all, self.source);
        if why == LabelReason::Last && is_different_text(&surveys.all.columns[label]) {
            let (file, line) = (self.file().to_owned(), self.first().dialect.first_line);
            let (column, allowed) =
                (phrase!("column-any-class"), phrase!("columns-name-class", names = names(&self.names)));
            return Err(DataError::LabelColumn { file, line, column, allowed });
        }
        let mixed = mixed_columns(&surveys.all, label);
        if !mixed.is_empty() {
            // Columns of words in which numbers stand, too: these are words there.
            let wants = self.wants(|column| mixed.contains(&column).then_some(MOST_WORDS));
            let again = survey_all(&self.parts, &wants, watch)?;
            for column in mixed {
                surveys.first.columns[column].words.clone_from(&again.first.columns[column].words);
                surveys.all.columns[column].words.clone_from(&again.all.columns[column].words);
            }
        }
        Ok((surveys, label, why))
    }

    /// What a survey keeps of each column; `texts` says of how many texts.
    fn wants(&self, texts: impl Fn(usize) -> Option<usize>) -> Vec<Wants> {
        let values = |column: usize| may_be_ids(&self.names[column], column, self.has_header());
        (0..self.names.len()).map(|column| Wants { texts: texts(column), values: values(column) }).collect()
    }

    /// The columns that are read: `texts` in their order, features in that of the table.
    pub fn columns(&self, decided: &Decided, label: usize, texts: Option<TextColumns>) -> Result<Columns, DataError> {
        let nth = numbered(&self.names)[label];
        let class = ColumnName { name: self.names[label].clone(), position: label, nth };
        let mut list = decided.columns(&self.names);
        if let Some(texts) = texts {
            list.sort_by_key(|column| column.position != texts.first);
        }
        let mut columns = Columns::new(self.has_header(), self.names.len(), Some(class), list);
        columns.decimal_comma = self.first().dialect.decimal_comma;
        if columns.list.is_empty() {
            return Err(self.unusable(phrase!("table-nothing-to-read")));
        }
        Ok(columns)
    }
}
