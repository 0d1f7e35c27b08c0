//! What the engine found before training: the data with its classes and parts, what was decided about it, and what a ready-made
//! teacher is worth on it. A fingerprint of all that tells later whether a job resumes with the data it began with.

use sha2::{Digest, Sha256};

use super::error::PrepareError;
use super::prepared::{Prepared, TeacherModel};
use super::trial::tried;
use crate::data::{Dataset, Examples, FirstRows, Remark, Splits, Watch, first_rows};
use crate::distill::{Objective, Reference, TeacherLogits, evaluate};
use crate::model::Teacher;
use crate::protocol::{ClassRows, DataFound, Fingerprint, JUDGED, Judgement};
use crate::recipe::{DataRecipe, Recipe, Source};
use crate::text::{Between, Phrase, number, phrase};

/// What was found in prepared data, and what else is to be said of them.
///
/// # Errors
/// When the device fails.
pub(super) fn found_of(prepared: &Prepared, others: &[Remark]) -> Result<DataFound, PrepareError> {
    let (dataset, splits) = (&*prepared.dataset, &prepared.splits);
    let mut found = found_in(dataset, splits);
    found.remarks.extend(prepared.remarks.iter().cloned());
    if let Some(teacher) = prepared.ready_teacher().filter(|teacher| teacher.is_judged()) {
        let mut rows = splits.probe(dataset, 0, JUDGED);
        rows.retain(|row| teacher.knows_row(*row));
        if !rows.is_empty() {
            let labels: Vec<u32> = rows.iter().map(|row| dataset.labels[*row as usize]).collect();
            let logits = teacher.logits(dataset, &rows, &|| false)?;
            let (judgement, remark) = judge(&**teacher, &logits, dataset, &rows, &labels)?;
            found.remarks.extend(remark);
            let judgement = tried(judgement, &logits, prepared, &rows);
            found.remarks.extend(doubts(&judgement));
            found.teacher = Some(judgement);
        }
    }
    found.remarks.extend_from_slice(others);
    found.remarks.sort_by_key(|remark| !remark.warns);
    Ok(found)
}

/// What makes a teacher doubtful beside its errors.
fn doubts(judgement: &Judgement) -> Vec<Remark> {
    let mut doubts = Vec::new();
    if let Some(simple) = judgement.simple_errors.filter(|simple| *simple <= judgement.errors && judgement.errors > 0) {
        let message = phrase!("remark-teacher-simple", errors = judgement.errors, simple = simple);
        doubts.push(Remark::warning("teacher-no-better", message, [("errors", judgement.errors), ("simple", simple)]));
    }
    if !judgement.never_named.is_empty() {
        let count = judgement.never_named.len() as u64;
        let names = Phrase::several(Between::Commas, judgement.never_named.iter().take(12).map(Phrase::from));
        let message = phrase!("remark-teacher-never", names = names, count = count);
        doubts.push(Remark::warning("teacher-never-names", message, [("classes", count)]));
    }
    doubts
}

/// What models of texts do not see: what is beyond the tokens that they read, and words that they do not know.
pub(super) fn unseen_of(prepared: &Prepared) -> Vec<Remark> {
    let Examples::Text(texts) = &prepared.dataset.examples else { return Vec::new() };
    let specs = prepared.teachers.iter().filter_map(TeacherModel::spec).chain(&prepared.student);
    let mut remarks: Vec<Remark> = Vec::new();
    for spec in specs {
        let Some(encoder) = spec.reads.text() else { continue };
        let (tokens, length) = (encoder.encode(texts), encoder.saved().length);
        let (rows, full) = (tokens.rows(), (0..tokens.rows()).filter(|row| tokens.range(*row).len() >= length).count());
        let mut add = |remark: Remark| {
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        };
        if full > 0 {
            let message = phrase!("texts-cut", rows = full, of = rows, model = spec.name(), length = length);
            add(Remark::warning("texts-cut", message, [("rows", full as u64), ("of", rows as u64)]));
        }
        let of_validation = || prepared.splits.validation.iter().flat_map(|row| tokens.row(*row as usize));
        let (all, unknown) = (of_validation().count(), encoder.unknown());
        let unknown = of_validation().filter(|id| Some(**id) == unknown).count();
        if unknown > 0 {
            let share = Phrase::percent(unknown as f64 / all.max(1) as f64);
            let message = phrase!("unknown-words", share = share, model = spec.name());
            add(Remark::note("unknown-words", message, [("unknown", unknown as u64), ("of", all as u64)]));
        }
    }
    remarks
}

/// What was found in data and their parts, without any model.
fn found_in(dataset: &Dataset, splits: &Splits) -> DataFound {
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
    DataFound {
        name: dataset.name.clone(),
        rows: dataset.labels.len() as u64,
        shape: dataset.examples.shape(),
        classes: dataset.classes.iter().enumerate().map(class).collect(),
        findings: dataset.findings.clone(),
        remarks,
        teacher: None,
    }
}

/// What a recipe's data hold, without any model; and some of the rows, `most` at most, of a table or of texts.
///
/// # Errors
/// Whatever is wrong with the data.
pub fn look_at_data(
    recipe: &DataRecipe,
    most: usize,
    watch: &dyn Watch,
) -> Result<(DataFound, FirstRows), PrepareError> {
    let dataset = Dataset::load_watched(&recipe.source, watch)?;
    let splits = dataset.split(recipe)?;
    let rows = match &recipe.source {
        Source::Table(table) => first_rows(table, most).unwrap_or_default(),
        _ => dataset.some_texts(most),
    };
    Ok((found_in(&dataset, &splits), rows))
}

/// A model on rows with known labels, by its logits of these, and what is wrong with it: no better than chance, another scale, other ink.
///
/// # Errors
/// When the device fails.
pub fn judge(
    teacher: &dyn Teacher,
    logits: &TeacherLogits,
    dataset: &Dataset,
    rows: &[u32],
    labels: &[u32],
) -> Result<(Judgement, Option<Remark>), PrepareError> {
    let judged: Vec<u32> = (0..rows.len() as u32).collect();
    let errors_of = |logits: &TeacherLogits| {
        let (values, labels_alone) = (logits.logits_of(&judged, 1.0), Objective::labels());
        let result = evaluate(&values, labels, Reference::default(), &labels_alone, 0.0, logits.classes);
        (result.errors, result.ece.filter(|ece| ece.is_finite()))
    };
    let (errors, ece) = errors_of(logits);
    let mut counts = vec![0_u64; dataset.classes.len()];
    for label in labels {
        counts[*label as usize] += 1;
    }
    let examples = rows.len() as u64;
    let chance_errors = examples - counts.iter().max().copied().unwrap_or(0);
    let judgement = Judgement { examples, errors, chance_errors, ece, ..Judgement::default() };
    // A good teacher needs no explanation.
    if errors * 3 <= chance_errors {
        return Ok((judgement, None));
    }
    let inputs = dataset.gather(rows);
    let most = inputs.values().iter().fold(0.0_f32, |most, value| most.max(*value)).ceil() as u64;
    let numbers = |better: u64| {
        [("errors", errors), ("examples", examples), ("chance_errors", chance_errors), ("errors_then", better)]
    };
    for (code, other) in otherwise(teacher, &dataset.only(rows)) {
        let (better, _) = errors_of(&teacher.logits(&other, &judged, &|| false)?);
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
fn otherwise(teacher: &dyn Teacher, dataset: &Dataset) -> Vec<(&'static str, Dataset)> {
    let mut others = Vec::new();
    if !teacher.knows_inputs() {
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
        Examples::Text(_) | Examples::Tokens(_) => {}
    }
    others
}

/// Digests of everything that the cells of a job learn from, each once.
pub(super) fn fingerprint(sets: &[(&Prepared, &Recipe)]) -> Fingerprint {
    let (mut data, mut parts, mut teachers) = (Sha256::new(), Sha256::new(), Sha256::new());
    for (prepared, recipe) in sets {
        data.update(prepared.learnt.digest());
        let transfer = prepared.for_student(recipe);
        for rows in [&prepared.splits.train, &prepared.splits.validation, &prepared.splits.test, &transfer.rows] {
            parts.update((rows.len() as u64).to_le_bytes());
            for row in rows {
                parts.update(row.to_le_bytes());
            }
        }
        for label in &transfer.labels {
            parts.update(label.map_or(-1, i64::from).to_le_bytes());
        }
        for teacher in &prepared.teachers {
            if let TeacherModel::Ready(teacher) = teacher {
                teachers.update(teacher.digest().as_bytes());
            }
        }
    }
    let text = |digest: Sha256| number::hex(&digest.finalize()[..16]);
    Fingerprint { data: text(data), parts: text(parts), teachers: text(teachers) }
}
