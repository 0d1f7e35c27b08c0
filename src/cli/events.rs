//! The lines that `run --json` prints.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::distill::Method;
use crate::protocol::{
    Cost, DataFound, Epoch, JobId, LossTerms, Metrics, Part, Role, RunId, RunInfo, RunOutcome, TermName, Tested, recall,
};
use crate::recipe::Recipe;
use crate::runs::{self, Settings};

/// A run of a job that is stored.
#[derive(Serialize)]
pub(super) struct Started<'a> {
    pub event: &'static str,
    pub job: JobId,
    pub run: RunId,
    pub role: Role,
    pub recipe: &'a Recipe,
    pub device: &'a str,
    /// What was found in the job's data; in the first line of a job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'a DataFound>,
    /// Only of a resumed job: the steps that are done of the stage that resumes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed_at: Option<u64>,
}

/// The end of an epoch.
#[derive(Serialize)]
pub(super) struct EpochEnded {
    event: &'static str,
    job: JobId,
    run: RunId,
    epoch: u64,
    step: u64,
    loss: LossTerms,
    /// Terms that some steps had too few rows for, with the number of those steps.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    left_out: BTreeMap<TermName, u64>,
    validation: Progress,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    diverged: bool,
}

/// What an epoch is worth on the validation rows.
#[derive(Serialize)]
struct Progress {
    errors: u64,
    accuracy: f64,
    agreement: Option<f64>,
    kl: Option<f64>,
    ece: Option<f64>,
}

/// Of a run that lacks terms of its job's `method`, such as a baseline, these are `null`.
pub(super) fn epoch(job: JobId, it: &Epoch, method: &Method) -> EpochEnded {
    let of = |name: &'static str| (name.into(), it.loss.get(name));
    let lacking =
        method.terms.iter().map(|term| term.name).filter(|name| it.loss.terms.iter().all(|(own, _)| own != name));
    let terms = lacking.map(of).chain(it.loss.terms.iter().cloned()).collect();
    let validation = &it.validation;
    EpochEnded {
        event: "epoch",
        job,
        run: it.run,
        epoch: it.epoch,
        step: it.step,
        loss: LossTerms { terms, total: it.loss.total },
        left_out: it.left_out.iter().cloned().collect(),
        validation: Progress {
            errors: validation.errors,
            accuracy: validation.accuracy,
            agreement: validation.agreement,
            kl: validation.kl,
            ece: validation.ece,
        },
        diverged: it.is_broken(),
    }
}

/// How a run came to its end.
#[derive(Clone, Debug)]
pub(super) struct FinishedRun {
    pub info: RunInfo,
    pub outcome: RunOutcome,
    pub steps: u64,
    pub seconds: f64,
    pub validation: Option<Metrics>,
    pub test: Option<Metrics>,
    pub training: Option<Metrics>,
    pub shares: Vec<(TermName, f64)>,
    pub cost: Option<Cost>,
    pub checkpoint: Option<PathBuf>,
}

impl FinishedRun {
    /// A run whose end a store has kept.
    pub fn stored(info: RunInfo, it: &runs::FinishedRun, checkpoint: Option<PathBuf>) -> Self {
        Self {
            info,
            outcome: it.outcome,
            steps: it.steps,
            seconds: it.seconds,
            validation: it.validation.clone(),
            test: it.test.clone(),
            training: it.training.clone(),
            shares: it.shares.clone(),
            cost: it.cost.clone(),
            checkpoint,
        }
    }
}

/// The line of a run that has come to its end.
#[derive(Serialize)]
pub(super) struct Finished {
    event: &'static str,
    job: JobId,
    run: RunId,
    role: Role,
    /// The run that it learns from, or those that an ensemble consists of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    teachers: Vec<RunId>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    loaded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(flatten)]
    settings: Settings,
    /// Which of those it is that are trained for one student.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<u32>,
    seed: u64,
    parameters: u64,
    /// Bytes, multiply-adds and microseconds of a row; nothing of one that was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    steps: u64,
    seconds: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    diverged: bool,
    validation: Numbers,
    test: Numbers,
    checkpoint: Option<PathBuf>,
}

/// What a model is worth on a part of the data; nothing is known of one that diverged.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Numbers {
    examples: Option<u64>,
    errors: Option<u64>,
    accuracy: Option<f64>,
    agreement: Option<f64>,
    kl: Option<f64>,
    ece: Option<f64>,
    errors_by_class: Option<Vec<u64>>,
    /// With uneven classes: share of right rows of each class; `null` for a class without rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    recall_by_class: Option<Vec<Option<f64>>>,
    /// The mean of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    balanced_accuracy: Option<f64>,
    /// Accuracy of somebody who always names the most frequent class.
    #[serde(skip_serializing_if = "Option::is_none")]
    chance: Option<f64>,
}

/// The rows of each class in a part.
pub(super) fn rows_of(part: Part, found: &DataFound) -> impl Iterator<Item = u64> + '_ {
    found.classes.iter().map(move |class| match part {
        Part::Validation => class.validation,
        Part::Test => class.test,
    })
}

pub(super) fn finished(job: JobId, it: &FinishedRun, found: Option<&DataFound>) -> Finished {
    let info = &it.info;
    let part = |metrics: &Option<Metrics>, part: Part| {
        metrics.as_ref().map(|metrics| result(metrics, found.map(|found| (part, found)))).unwrap_or_default()
    };
    Finished {
        event: "finished",
        job,
        run: info.run,
        role: info.role,
        teachers: info.teachers.clone(),
        loaded: info.loaded,
        method: info.learns_by(),
        settings: Settings::new(info.method().is_some(), &|path| info.objective().course(path)),
        place: (info.place > 0).then_some(info.place),
        seed: info.seed,
        parameters: info.parameters,
        cost: it.cost.clone(),
        steps: it.steps,
        seconds: it.seconds,
        diverged: it.outcome == RunOutcome::Diverged,
        validation: part(&it.validation, Part::Validation),
        test: part(&it.test, Part::Test),
        checkpoint: it.checkpoint.clone(),
    }
}

/// The line of a run for which the test rows were looked at after its end.
#[derive(Serialize)]
pub(super) struct TestedLine {
    event: &'static str,
    job: JobId,
    run: RunId,
    test: Numbers,
}

pub(super) fn tested(job: JobId, it: &Tested, found: Option<&DataFound>) -> TestedLine {
    let test = result(&it.test, found.map(|found| (Part::Test, found)));
    TestedLine { event: "tested", job, run: it.run, test }
}

pub(super) fn result(metrics: &Metrics, part: Option<(Part, &DataFound)>) -> Numbers {
    let fits = |found: &DataFound| found.is_uneven() && found.classes.len() == metrics.errors_by_class.len();
    let by_class = part.filter(|(_, found)| fits(found)).map(|(part, found)| {
        let (recall, balanced) = recall(&metrics.errors_by_class, rows_of(part, found));
        let most = rows_of(part, found).max().unwrap_or(0);
        (recall, balanced, most as f64 / metrics.examples.max(1) as f64)
    });
    Numbers {
        balanced_accuracy: by_class.as_ref().and_then(|(_, balanced, _)| *balanced),
        chance: by_class.as_ref().map(|(.., chance)| *chance),
        recall_by_class: by_class.map(|(recall, ..)| recall),
        examples: Some(metrics.examples),
        errors: Some(metrics.errors),
        accuracy: Some(metrics.accuracy),
        agreement: metrics.agreement,
        kl: metrics.kl,
        ece: metrics.ece,
        errors_by_class: Some(metrics.errors_by_class.clone()),
    }
}
