//! Texts and what they are for a model: strings as they stand in the source, and the numbers of their tokens.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The texts of some rows, one after another in one string; of each row one, or a pair.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Texts {
    all: String,
    /// Where each text ends; of pairs the first and the second by turns.
    ends: Vec<usize>,
    paired: bool,
}

/// Texts that come from elsewhere.
#[derive(Deserialize)]
struct Unchecked {
    all: String,
    ends: Vec<usize>,
    paired: bool,
}

impl TryFrom<Unchecked> for Texts {
    type Error = &'static str;

    fn try_from(texts: Unchecked) -> Result<Self, Self::Error> {
        let Unchecked { all, ends, paired } = texts;
        let are_whole = ends.is_sorted() && ends.iter().all(|end| all.is_char_boundary(*end));
        let is_all = ends.last().copied().unwrap_or(0) == all.len();
        let are_pairs = !paired || ends.len().is_multiple_of(2);
        if are_whole && is_all && are_pairs { Ok(Self { all, ends, paired }) } else { Err("texts that end elsewhere") }
    }
}

impl Texts {
    /// No rows yet, of pairs where `paired`.
    pub fn new(paired: bool) -> Self {
        Self { paired, ..Self::default() }
    }

    /// Adds a row; the second text counts among pairs only.
    pub fn push(&mut self, first: &str, second: Option<&str>) {
        let second = self.paired.then(|| second.unwrap_or_default());
        for text in [first].into_iter().chain(second) {
            self.all.push_str(text);
            self.ends.push(self.all.len());
        }
    }

    /// Whether rows are pairs.
    pub fn are_pairs(&self) -> bool {
        self.paired
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.ends.len() / self.each()
    }

    /// Bytes of all texts.
    pub fn bytes_in_all(&self) -> u64 {
        self.all.len() as u64
    }

    /// The text of row `i`, or the first of its pair.
    ///
    /// # Panics
    /// When `i` is not below [`Texts::rows`].
    pub fn first(&self, i: usize) -> &str {
        &self.all[self.range(i * self.each())]
    }

    /// The second text of row `i`, of pairs.
    ///
    /// # Panics
    /// When `i` is not below [`Texts::rows`].
    pub fn second(&self, i: usize) -> Option<&str> {
        self.paired.then(|| &self.all[self.range(2 * i + 1)])
    }

    /// What is shown of row `i`: its text, or both of a pair on two lines; nothing where there is no such row.
    pub fn shown(&self, i: usize) -> Option<Cow<'_, str>> {
        if i >= self.rows() {
            return None;
        }
        Some(match self.second(i) {
            None => Cow::Borrowed(self.first(i)),
            Some(second) => Cow::Owned(format!("{}\n{second}", self.first(i))),
        })
    }

    /// The rows `rows`, in that order.
    ///
    /// # Panics
    /// When a row is not below [`Texts::rows`].
    pub fn gather(&self, rows: &[u32]) -> Self {
        let mut texts = Self::new(self.paired);
        for row in rows {
            texts.push(self.first(*row as usize), self.second(*row as usize));
        }
        texts
    }

    /// Adds the rows of others of its kind.
    pub fn append(&mut self, others: &Self) {
        for row in 0..others.rows() {
            self.push(others.first(row), others.second(row));
        }
    }

    /// What tells a row from others: its texts, with a mark where the second begins.
    pub(super) fn bytes(&self, i: usize) -> Vec<u8> {
        let mut bytes = self.first(i).as_bytes().to_vec();
        if let Some(second) = self.second(i) {
            // No byte of UTF-8.
            bytes.push(0xff);
            bytes.extend_from_slice(second.as_bytes());
        }
        bytes
    }

    /// Texts a row.
    fn each(&self) -> usize {
        1 + usize::from(self.paired)
    }

    fn range(&self, text: usize) -> Range<usize> {
        let start = if text == 0 { 0 } else { self.ends[text - 1] };
        start..self.ends[text]
    }
}

/// The tokens of some rows, one after another with nothing between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Where each row begins in `ids`, and last the end.
    pub starts: Vec<u32>,
    /// The number of each token in its vocabulary.
    pub ids: Vec<u32>,
    /// Where the second text of each row begins in `ids`; none of single texts.
    pub seconds: Option<Vec<u32>>,
}

impl Tokens {
    /// No rows yet, of pairs where `paired`.
    pub fn new(paired: bool) -> Self {
        Self { starts: vec![0], ids: Vec::new(), seconds: paired.then(Vec::new) }
    }

    /// Adds a row of these tokens, the second text of which begins at `second`.
    pub fn push(&mut self, ids: &[u32], second: Option<usize>) {
        let start = self.ids.len();
        self.ids.extend_from_slice(ids);
        self.starts.push(self.ids.len() as u32);
        if let Some(seconds) = &mut self.seconds {
            seconds.push((start + second.unwrap_or(ids.len())) as u32);
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Where row `i` lies in `ids`.
    ///
    /// # Panics
    /// When `i` is not below [`Tokens::rows`].
    pub fn range(&self, i: usize) -> Range<usize> {
        self.starts[i] as usize..self.starts[i + 1] as usize
    }

    /// The tokens of row `i`.
    ///
    /// # Panics
    /// When `i` is not below [`Tokens::rows`].
    pub fn row(&self, i: usize) -> &[u32] {
        &self.ids[self.range(i)]
    }

    /// How many tokens of row `i` are of its first text.
    ///
    /// # Panics
    /// When `i` is not below [`Tokens::rows`].
    pub fn first_len(&self, i: usize) -> usize {
        let row = self.range(i);
        self.seconds.as_ref().map_or(row.len(), |seconds| seconds[i] as usize - row.start)
    }

    /// The rows `rows`, in that order.
    ///
    /// # Panics
    /// When a row is not below [`Tokens::rows`].
    pub fn gather(&self, rows: &[u32]) -> Self {
        let mut tokens = Self::new(self.seconds.is_some());
        for row in rows {
            let row = *row as usize;
            tokens.push(self.row(row), self.seconds.as_ref().map(|_| self.first_len(row)));
        }
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_were_and_no_others() {
        let mut texts = Texts::new(true);
        texts.push("Grüße", Some("数"));
        texts.push("", Some("b"));
        let written = serde_json::to_string(&texts).unwrap();
        assert_eq!(serde_json::from_str::<Texts>(&written).unwrap(), texts);
        for wrong in [
            r#"{"all":"ab","ends":[1],"paired":false}"#,
            r#"{"all":"ab","ends":[2,1],"paired":false}"#,
            r#"{"all":"ab","ends":[2],"paired":true}"#,
            r#"{"all":"数","ends":[1,3],"paired":false}"#,
            r#"{"all":"ab","ends":[1,3],"paired":false}"#,
        ] {
            assert!(serde_json::from_str::<Texts>(wrong).is_err(), "{wrong}");
        }
    }
}
