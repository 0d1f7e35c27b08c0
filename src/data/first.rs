//! Some rows as they are written, to be looked at.

use serde::{Deserialize, Serialize};

use super::{Dataset, Examples};
use crate::text::phrase;

/// The first rows of a table, as they are written; or some texts beside their classes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FirstRows {
    /// Names of the columns, or their positions.
    pub columns: Vec<String>,
    /// Fields, row by row.
    pub rows: Vec<Vec<String>>,
}

impl Dataset {
    /// Some of the texts, at most so many, each behind its class; nothing of other data. They are from all over the rows, which often
    /// stand class by class.
    pub fn some_texts(&self, most: usize) -> FirstRows {
        let Examples::Text(texts) = &self.examples else { return FirstRows::default() };
        let (all, shown) = (texts.rows(), texts.rows().min(most));
        let row = |row: usize| {
            let class = self.classes[self.labels[row] as usize].clone();
            let both = [Some(texts.first(row)), texts.second(row)];
            [class].into_iter().chain(both.into_iter().flatten().map(ToOwned::to_owned)).collect()
        };
        let columns = [phrase!("data-class"), phrase!("data-text"), phrase!("data-text")];
        let columns = columns.iter().take(2 + usize::from(texts.are_pairs())).map(ToString::to_string);
        FirstRows { columns: columns.collect(), rows: (0..shown).map(|at| row(at * all / shown)).collect() }
    }
}
