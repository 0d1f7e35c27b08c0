//! What was found in a source and decided about it: said before training, in one line or in full, to people and programs.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Texts;
use crate::text::{Between, Phrase, phrase};

/// What a source holds and how it was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    /// What it is.
    pub kind: Kind,
    /// Columns of a table, pictures of a folder: what there is of it, in words.
    pub holds: Option<Phrase>,
    /// The column in which the class stands.
    pub label: Option<LabelFinding>,
    /// What texts there are, where rows are texts.
    pub texts: Option<TextFinding>,
    /// Columns of a table that are read, before words become columns of their own.
    pub columns: usize,
    /// What is not read, and why.
    pub left_out: Vec<LeftOut>,
    /// Columns with gaps: each is filled with the training rows' median.
    pub filled: Vec<Filled>,
    /// Columns of words: each word becomes a column of zeros and ones.
    pub words: Vec<WordColumn>,
    /// How the text of a table is written.
    pub dialect: Option<Dialect>,
    /// What a user should know.
    pub remarks: Vec<Remark>,
}

/// What a source is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Part of the binary.
    #[default]
    BuiltIn,
    /// Rows and columns.
    Table,
    /// Pictures in folders.
    Pictures,
    /// IDX files.
    Idx,
    /// Arrays of `NumPy`.
    Arrays,
    /// Texts: of a table, or of files in a folder.
    Text,
}

/// What texts there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFinding {
    /// Whether each row is a pair.
    pub pairs: bool,
    /// Characters of a text, or of both of a pair: as many rows have more as have fewer.
    pub median: u64,
    /// Characters of the longest.
    pub longest: u64,
}

impl TextFinding {
    /// Measures texts.
    pub fn of(texts: &Texts) -> Self {
        let characters = |row: usize| {
            let of = |text: &str| text.chars().count() as u64;
            of(texts.first(row)) + texts.second(row).map_or(0, of)
        };
        let mut lengths: Vec<u64> = (0..texts.rows()).into_par_iter().map(characters).collect();
        lengths.sort_unstable();
        let (median, longest) = (lengths.get(lengths.len() / 2).copied(), lengths.last().copied());
        Self { pairs: texts.are_pairs(), median: median.unwrap_or(0), longest: longest.unwrap_or(0) }
    }

    /// In words.
    pub fn phrase(&self) -> Phrase {
        let (median, longest) = (self.median, self.longest);
        if self.pairs {
            phrase!("findings-pairs", median = median, longest = longest)
        } else {
            phrase!("findings-texts", median = median, longest = longest)
        }
    }
}

/// Which column is the class, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelFinding {
    /// Its name, or its position.
    pub column: String,
    /// Why it was taken.
    pub why: LabelReason,
}

/// Why a column was taken for the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelReason {
    /// The recipe names it.
    Asked,
    /// It is called as class columns are.
    Called,
    /// It is the last.
    Last,
    /// It is the first, and the last holds quantities.
    First,
    /// Another column holds the texts, and this one can be their class.
    BesideText,
    /// The file says so itself.
    Declared,
}

/// Something that is not read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// A column, a folder, or a kind of files.
    pub name: String,
    /// Why.
    pub why: Phrase,
    /// How many, where it stands for several.
    pub count: u64,
}

/// A column with gaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// Its name, or its position.
    pub column: String,
    /// Gaps.
    pub count: u64,
}

/// A column of words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WordColumn {
    /// Its name, or its position.
    pub column: String,
    /// Different words.
    pub words: usize,
}

/// How the text of a table is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dialect {
    /// `utf-8`, `utf-16le`, `gbk` …
    pub encoding: String,
    /// `comma`, `semicolon`, `tab`, `bar`, `blank`, or the character.
    pub delimiter: String,
    /// Whether `0,66` is a number.
    pub decimal_comma: bool,
    /// Whether the first line names the columns.
    pub header: bool,
}

/// What tables are written with most, and what it is called.
const DELIMITERS: [(char, &str); 5] = [(',', "comma"), (';', "semicolon"), ('\t', "tab"), ('|', "bar"), (' ', "blank")];

impl Dialect {
    /// What a delimiter is called.
    pub(super) fn name_of(delimiter: char) -> String {
        let known = DELIMITERS.iter().find(|(known, _)| *known == delimiter);
        known.map_or_else(|| delimiter.to_string(), |(_, name)| (*name).to_owned())
    }

    /// The delimiter itself.
    pub fn character(&self) -> Option<char> {
        let known = DELIMITERS.iter().find(|(_, name)| *name == self.delimiter);
        known.map(|(character, _)| *character).or_else(|| self.delimiter.chars().next())
    }
}

/// Something that a user should know, with what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// A stable name for programs.
    pub code: String,
    /// In words.
    pub message: Phrase,
    /// The numbers in it, by name.
    pub counts: Vec<(String, u64)>,
    /// Whether results may mean something else than they seem to.
    pub warns: bool,
}

impl Remark {
    /// Something that makes results doubtful.
    pub fn warning<const N: usize>(code: &str, message: Phrase, counts: [(&str, u64); N]) -> Self {
        let counts = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        Self { code: code.to_owned(), message, counts, warns: true }
    }

    /// Something to know.
    pub fn note<const N: usize>(code: &str, message: Phrase, counts: [(&str, u64); N]) -> Self {
        Self { warns: false, ..Self::warning(code, message, counts) }
    }
}

impl LabelFinding {
    /// `class column "species" (it is called so)`.
    pub fn phrase(&self) -> Phrase {
        let why = match self.why {
            LabelReason::Asked => phrase!("label-asked"),
            LabelReason::Called => phrase!("label-called"),
            LabelReason::Last => phrase!("label-last"),
            LabelReason::First => phrase!("label-first"),
            LabelReason::BesideText => phrase!("label-beside-text"),
            LabelReason::Declared => phrase!("label-declared"),
        };
        phrase!("findings-label", column = &self.column, why = why)
    }
}

/// Names told in one line.
const TOLD: usize = 6;

impl Findings {
    /// What was left out, filled and turned into columns, each in a sentence.
    pub fn decisions(&self) -> Vec<Phrase> {
        // Those with the same reason share a sentence.
        let mut reasons: Vec<(&Phrase, Vec<&LeftOut>)> = Vec::new();
        for left_out in &self.left_out {
            match reasons.iter_mut().find(|(why, _)| *why == &left_out.why) {
                Some((_, same)) => same.push(left_out),
                None => reasons.push((&left_out.why, vec![left_out])),
            }
        }
        let left_out = reasons.into_iter().map(|(why, these)| {
            let names = these.iter().map(|left_out| match left_out.count {
                0 | 1 => Phrase::plain(&left_out.name),
                count => counted(&left_out.name, count),
            });
            phrase!("findings-left-out", names = some(names.collect()), why = why)
        });
        left_out.chain(self.conversions()).collect()
    }

    /// What was filled and turned into columns, each in a sentence.
    pub fn conversions(&self) -> Vec<Phrase> {
        let mut said = Vec::new();
        if !self.filled.is_empty() {
            let count: u64 = self.filled.iter().map(|filled| filled.count).sum();
            said.push(phrase!("findings-filled", count = count, columns = told(&self.filled)));
        }
        if !self.words.is_empty() {
            let each = self.words.iter().map(|words| counted(&words.column, words.words as u64));
            said.push(phrase!("findings-words", columns = some(each.collect())));
        }
        said
    }
}

/// A name with how many there are of it.
pub(crate) fn counted(name: &str, count: u64) -> Phrase {
    phrase!("findings-several", name = name, count = count)
}

/// Columns with their gaps.
pub(super) fn told(columns: &[Filled]) -> Phrase {
    some(columns.iter().map(|filled| counted(&filled.column, filled.count)).collect())
}

/// The first of several, and how many more there are.
pub(super) fn some(parts: Vec<Phrase>) -> Phrase {
    first_of(TOLD, parts)
}

/// The same of so many at most.
pub(crate) fn first_of(most: usize, parts: Vec<Phrase>) -> Phrase {
    let rest = parts.len().saturating_sub(most);
    let told = Phrase::several(Between::Commas, parts.into_iter().take(most));
    if rest > 0 { phrase!("data-names-and-more", names = told, count = rest) } else { told }
}
