//! What was found in a job's data before it began, and a fingerprint that tells later whether they are still the same.

use serde::{Deserialize, Serialize};

use crate::data::{Findings, LabelFinding, Remark, counted, first_of};
use crate::recipe::{Pixels, Source};
use crate::text::{Between, Phrase, phrase};

/// What is known of a job's data when it begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobData {
    /// Tells whether data, parts and teacher are those with which a job began.
    pub fingerprint: Fingerprint,
    /// Each set of examples that the job uses; most use one.
    pub sets: Vec<DataFound>,
}

/// Digests of what a job learns from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Of all values, classes and labels, in their order.
    pub data: String,
    /// Of the rows of each part.
    pub parts: String,
    /// Of ready-made teachers' weights.
    pub teachers: String,
}

/// One set of examples, as it was read and split.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataFound {
    /// What people call it.
    pub name: String,
    /// All rows.
    pub rows: u64,
    /// Shape of one example: `[features]` or `[channels, height, width]`.
    pub shape: Vec<usize>,
    /// The classes with their rows.
    pub classes: Vec<ClassRows>,
    /// How it was read.
    pub findings: Findings,
    /// What a user should know, the most important first.
    pub remarks: Vec<Remark>,
    /// A ready-made teacher on the validation rows.
    pub teacher: Option<Judgement>,
}

/// The rows of one class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassRows {
    /// The class.
    pub name: String,
    /// Rows that models learn from.
    pub train: u64,
    /// Rows that choose.
    pub validation: u64,
    /// Rows that are looked at once.
    pub test: u64,
}

impl JobData {
    /// The set of examples of a job that uses one.
    pub fn only(&self) -> Option<&DataFound> {
        match self.sets.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl ClassRows {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.train + self.validation + self.test
    }
}

/// What a teacher is worth before anybody learns from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Validation rows that were looked at.
    pub examples: u64,
    /// Rows whose top class is not the label.
    pub errors: u64,
    /// Errors of somebody who always names the most frequent class.
    pub chance_errors: u64,
    /// Expected calibration error, 15 equal bins, T = 1.
    pub ece: Option<f64>,
    /// Errors of a classifier that anyone could make: the class whose mean is nearest, of texts naive Bayes on words.
    #[serde(default)]
    pub simple_errors: Option<u64>,
    /// The T at which the mean entropy of its distributions is half of ln C, C being the number of classes.
    #[serde(default)]
    pub half_entropy: Option<f64>,
    /// Classes that it names for no row, though some of the rows are of them.
    #[serde(default)]
    pub never_named: Vec<String>,
}

/// Rows on which a teacher is judged, at most.
pub const JUDGED: usize = 2000;

/// Classes named in one line.
const NAMED: usize = 12;

impl DataFound {
    /// In one line: what was read, and which rows are for what.
    pub fn line(&self) -> Phrase {
        let mut parts = vec![phrase!("found-rows", count = self.rows)];
        parts.push(self.pictures().unwrap_or_else(|| self.holds()));
        parts.extend(self.findings.label.as_ref().map(LabelFinding::phrase));
        let each = self.classes.iter().map(|class| counted(&class.name, class.all())).collect();
        parts.push(phrase!("found-classes", count = self.classes.len(), classes = first_of(NAMED, each)));
        parts.push(self.parts());
        phrase!("fault-at", place = &self.name, problem = Phrase::several(Between::Semicolons, parts))
    }

    /// How many rows are for what.
    pub fn parts(&self) -> Phrase {
        let sum = |rows: fn(&ClassRows) -> u64| self.classes.iter().map(rows).sum::<u64>();
        let (train, validation, test) = (sum(|c| c.train), sum(|c| c.validation), sum(|c| c.test));
        phrase!("found-parts", train = train, validation = validation, test = test)
    }

    /// Pictures by their size and colours; `None` of features.
    pub fn pictures(&self) -> Option<Phrase> {
        let &[channels, height, width] = self.shape.as_slice() else { return None };
        let colours = if channels == 1 { phrase!("found-grey") } else { phrase!("found-colour") };
        Some(phrase!("found-pixels", height = height, width = width, colours = colours))
    }

    /// What a source says that it holds, or the number of features.
    pub fn holds(&self) -> Phrase {
        let features = || phrase!("findings-columns", count = self.shape.iter().product::<usize>());
        self.findings.holds.clone().unwrap_or_else(features)
    }

    /// The same source with everything settled that was found out but its columns: which of them a name means, the table tells.
    pub fn settle(&self, source: &Source) -> Source {
        let (Source::Table(table), Some(dialect)) = (source, &self.findings.dialect) else { return source.clone() };
        let mut settled = table.clone();
        settled.header = settled.header.or(Some(dialect.header));
        settled.delimiter = settled.delimiter.or(dialect.character());
        settled.decimal_comma = settled.decimal_comma.or(Some(dialect.decimal_comma));
        if settled.encoding.is_none() && dialect.encoding != "utf-8" {
            settled.encoding = Some(dialect.encoding.clone());
        }
        settled.pixels = settled.pixels.or(Some(match self.shape.as_slice() {
            &[channels, height, width] => Pixels::Shape { channels, height, width },
            _ => Pixels::None,
        }));
        Source::Table(settled)
    }

    /// Whether the largest class of the test part has at least half as many rows again as the smallest.
    pub fn is_uneven(&self) -> bool {
        let rows = self.classes.iter().map(|class| class.test + class.validation).filter(|rows| *rows > 0);
        let (least, most) = rows.fold((u64::MAX, 0), |(least, most), rows| (least.min(rows), most.max(rows)));
        2 * most > 3 * least.min(most)
    }
}

impl Judgement {
    /// In words: errors, beside chance, calibration.
    pub fn phrase(&self) -> Phrase {
        let ece = self.ece.map_or_else(|| Phrase::plain("–"), Phrase::metric);
        let (errors, of, chance) = (self.errors, self.examples, self.chance_errors);
        let mut parts = vec![phrase!("found-teacher", errors = errors, of = of, chance = chance, ece = ece)];
        parts.extend(self.simple_errors.map(|simple| phrase!("found-teacher-simple", errors = simple)));
        parts.extend(self.half_entropy.map(|t| phrase!("found-teacher-half", temperature = Phrase::setting(t))));
        Phrase::several(Between::Semicolons, parts)
    }
}

/// Share of right rows of each class, `None` for a class without rows; and their mean.
pub fn recall(errors_by_class: &[u64], rows: impl Iterator<Item = u64>) -> (Vec<Option<f64>>, Option<f64>) {
    let each = errors_by_class.iter().zip(rows);
    let each: Vec<Option<f64>> =
        each.map(|(errors, rows)| (rows > 0).then(|| 1.0 - *errors as f64 / rows as f64)).collect();
    let known: Vec<f64> = each.iter().flatten().copied().collect();
    let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
    (each, mean)
}

impl Fingerprint {
    /// What differs from the fingerprint with which a job began, in words; `None` where nothing does.
    pub fn difference(&self, began: &Self) -> Option<Phrase> {
        let mut differ = Vec::new();
        if self.data != began.data {
            differ.push(phrase!("fingerprint-data"));
        } else if self.parts != began.parts {
            differ.push(phrase!("fingerprint-parts"));
        }
        if self.teachers != began.teachers {
            differ.push(phrase!("fingerprint-teacher"));
        }
        (!differ.is_empty()).then(|| phrase!("job-other-data", what = Phrase::several(Between::Semicolons, differ)))
    }
}
