//! What the engine found before training: the data with its classes and parts, what was decided about it, and what a ready-made
//! teacher is worth on it. A fingerprint of all that tells later whether a job resumes with the data it began with.

use candle_core::Device;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::prepare::{PrepareError, Prepared, Teacher, TeacherModel};
use crate::data::{Dataset, Examples, Findings, LabelFinding, Remark, Splits, Watch, counted, first_of};
use crate::distill::{Objective, evaluate};
use crate::recipe::{DataRecipe, Pixels, Source};
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Validation rows that were looked at.
    pub examples: u64,
    /// Rows whose top class is not the label.
    pub errors: u64,
    /// Errors of somebody who always names the most frequent class.
    pub chance_errors: u64,
    /// Expected calibration error, 15 equal bins, T = 1.
    pub ece: Option<f64>,
}

/// Rows on which a teacher is judged, at most.
pub const JUDGED: usize = 2000;

/// Classes named in one line.
const NAMED: usize = 12;

impl DataFound {
    /// What was found in prepared data.
    ///
    /// # Errors
    /// When the device fails.
    pub fn of(prepared: &Prepared, device: &Device) -> Result<Self, PrepareError> {
        let (dataset, splits) = (&*prepared.dataset, &prepared.splits);
        let mut found = Self::in_data(dataset, splits);
        found.remarks.extend(prepared.remarks.iter().cloned());
        if let Some(TeacherModel::Ready(teacher)) = &prepared.teacher {
            let rows = splits.probe(dataset, 0, JUDGED);
            let labels: Vec<u32> = rows.iter().map(|row| dataset.labels[*row as usize]).collect();
            let (judgement, remark) = judge(teacher, dataset, &rows, &labels, device)?;
            found.remarks.extend(remark);
            found.teacher = Some(judgement);
        }
        found.remarks.sort_by_key(|remark| !remark.warns);
        Ok(found)
    }

    /// What was found in data and their parts, without any model.
    fn in_data(dataset: &Dataset, splits: &Splits) -> Self {
        let mut remarks = dataset.findings.remarks.clone();
        remarks.extend(dataset.judge(splits));
        remarks.sort_by_key(|remark| !remark.warns);
        let [train, validation, test] =
            [&splits.train, &splits.validation, &splits.test].map(|rows| dataset.rows_by_class(rows.iter().copied()));
        let class = |(class, name): (usize, &String)| ClassRows {
            name: name.clone(),
            train: train[class],
            validation: validation[class],
            test: test[class],
        };
        Self {
            name: dataset.name.clone(),
            rows: dataset.labels.len() as u64,
            shape: dataset.examples.shape(),
            classes: dataset.classes.iter().enumerate().map(class).collect(),
            findings: dataset.findings.clone(),
            remarks,
            teacher: None,
        }
    }

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
        phrase!("found-teacher", errors = errors, of = of, chance = chance, ece = ece)
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

/// What a recipe's data hold, without any model.
///
/// # Errors
/// Whatever is wrong with the data.
pub fn look_at_data(recipe: &DataRecipe, watch: &dyn Watch) -> Result<DataFound, PrepareError> {
    let dataset = Dataset::load_watched(&recipe.source, watch)?;
    let splits = dataset.split(recipe)?;
    Ok(DataFound::in_data(&dataset, &splits))
}

/// A model on rows with known labels, and what is wrong with it: no better than chance, another scale, other ink.
///
/// # Errors
/// When the device fails.
pub fn judge(
    teacher: &Teacher,
    dataset: &Dataset,
    rows: &[u32],
    labels: &[u32],
    device: &Device,
) -> Result<(Judgement, Option<Remark>), PrepareError> {
    let errors_of = |dataset: &Dataset, rows: &[u32]| -> Result<(u64, Option<f64>), PrepareError> {
        let logits = teacher.logits(dataset, rows, device, &|| false)?;
        let classes = logits.classes;
        let first = &logits.values[..rows.len() * classes];
        let result = evaluate(first, labels, None, &Objective::labels(), 0.0, classes);
        Ok((result.errors, result.ece.filter(|ece| ece.is_finite())))
    };
    let (errors, ece) = errors_of(dataset, rows)?;
    let mut counts = vec![0_u64; dataset.classes.len()];
    for label in labels {
        counts[*label as usize] += 1;
    }
    let examples = rows.len() as u64;
    let chance_errors = examples - counts.iter().max().copied().unwrap_or(0);
    let judgement = Judgement { examples, errors, chance_errors, ece };
    // A good teacher needs no explanation.
    if errors * 3 <= chance_errors {
        return Ok((judgement, None));
    }
    let inputs = dataset.gather(rows);
    let most = inputs.values().iter().fold(0.0_f32, |most, value| most.max(*value)).ceil() as u64;
    let numbers = |better: u64| {
        [("errors", errors), ("examples", examples), ("chance_errors", chance_errors), ("errors_then", better)]
    };
    let judged: Vec<u32> = (0..rows.len() as u32).collect();
    for (code, other) in otherwise(teacher, &dataset.only(rows)) {
        let (better, _) = errors_of(&other, &judged)?;
        if better * 2 < errors {
            let message = match code {
                "teacher-inverted-ink" => {
                    phrase!("remark-teacher-ink", errors = errors, of = examples, better = better)
                }
                "teacher-scale-small" => {
                    phrase!("remark-teacher-scale-small", errors = errors, of = examples, better = better, most = most)
                }
                _ => phrase!("remark-teacher-scale-large", errors = errors, of = examples, better = better),
            };
            let code = if code.starts_with("teacher-scale") { "teacher-scale" } else { code };
            return Ok((judgement, Some(Remark::warning(code, message, numbers(better)))));
        }
    }
    // Two standard deviations of the errors that chance makes.
    let share = chance_errors as f64 / examples.max(1) as f64;
    let spread = 2.0 * (examples as f64 * share * (1.0 - share)).sqrt();
    let near = (errors as f64) > chance_errors as f64 - spread;
    let remark = near.then(|| {
        let message = phrase!("remark-teacher-chance", errors = errors, of = examples, chance = chance_errors);
        Remark::warning("teacher-near-chance", message, numbers(errors))
    });
    Ok((judgement, remark))
}

/// The same rows as the teacher may have known them: light for dark, 0…255 for 0…1 and the other way round.
fn otherwise(teacher: &Teacher, dataset: &Dataset) -> Vec<(&'static str, Dataset)> {
    let mut others = Vec::new();
    if teacher.view.is_some() {
        return others;
    }
    match &dataset.examples {
        Examples::Pixels { values, .. } => {
            let largest = dataset.pixel_scale.unwrap_or(255.0) as u8;
            let mut inverted = dataset.clone();
            if let Examples::Pixels { values: inverted, .. } = &mut inverted.examples {
                for (to, from) in inverted.iter_mut().zip(values) {
                    *to = largest.saturating_sub(*from);
                }
            }
            others.push(("teacher-inverted-ink", inverted));
            let most = values.iter().copied().max().unwrap_or(0);
            let (code, factor) = match most {
                0 => return others,
                1..=16 => ("teacher-scale-small", 255.0 / f32::from(most)),
                _ => ("teacher-scale-large", 16.0 / f32::from(most)),
            };
            let mut scaled = dataset.clone();
            if let Examples::Pixels { values, .. } = &mut scaled.examples {
                for value in values {
                    *value = (f32::from(*value) * factor).round() as u8;
                }
            }
            others.push((code, scaled));
        }
        Examples::Features { values, .. } => {
            let most = values.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            let mut scaled = |code, factor: f32| {
                let mut other = dataset.clone();
                if let Examples::Features { values, .. } = &mut other.examples {
                    for value in values {
                        *value *= factor;
                    }
                }
                others.push((code, other));
            };
            if most > 0.0 && most <= 1.0 {
                scaled("teacher-scale-small", 255.0);
                scaled("teacher-scale-small", 16.0);
            } else if most > 1.0 {
                scaled("teacher-scale-large", 1.0 / most);
            }
            let mut inverted = dataset.clone();
            if let Examples::Features { values, .. } = &mut inverted.examples {
                for value in values {
                    *value = most - *value;
                }
            }
            others.push(("teacher-inverted-ink", inverted));
        }
    }
    others
}

/// Digests of everything that the cells of a job learn from, each once.
pub(super) fn fingerprint(sets: &[&Prepared]) -> Fingerprint {
    let (mut data, mut parts, mut teachers) = (Sha256::new(), Sha256::new(), Sha256::new());
    for prepared in sets {
        data.update(prepared.dataset.digest());
        let transfer = &prepared.transfer;
        for rows in [&prepared.splits.train, &prepared.splits.validation, &prepared.splits.test, &transfer.rows] {
            parts.update((rows.len() as u64).to_le_bytes());
            for row in rows {
                parts.update(row.to_le_bytes());
            }
        }
        for label in &transfer.labels {
            parts.update(label.map_or(-1, i64::from).to_le_bytes());
        }
        if let Some(TeacherModel::Ready(teacher)) = &prepared.teacher {
            teachers.update(teacher.digest.as_bytes());
        }
    }
    let text = |digest: Sha256| digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Fingerprint { data: text(data), parts: text(parts), teachers: text(teachers) }
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
