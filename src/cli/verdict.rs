//! What happened in a job, as the terminal says it: the sentences of the verdict, and a line of JSON.

use std::collections::HashMap;

use serde::Serialize;

use super::events::FinishedRun;
use super::table::{none, table};
use crate::protocol::{JobId, Part, RunId};
use crate::recipe::BASELINES;
use crate::runs::verdict::{Doubt, Further, GroupVerdict, Paired, Story, Verdict};
use crate::runs::{Board, BoardCell};
use crate::text::Phrase;

/// The sentence, why it is so, and what makes it doubtful: a line each.
pub(super) fn text(story: &Story) -> String {
    let mut text = format!("{}\n", story.sentence);
    for why in &story.why {
        text += &format!("  {why}\n");
    }
    if let Some(cause) = &story.cause {
        let remedy = cause.remedy.map_or_else(String::new, |remedy| format!(" To try: {}.", remedy.phrase()));
        text += &format!("Perhaps because: {}{remedy}\n", cause.words);
    }
    for doubt in &story.doubts {
        text += &format!("Doubtful: {}\n", doubt.phrase());
    }
    text
}

/// A line a cell of a sweep, from the fewest validation errors on, then its baselines. Beside its first baseline stand the further
/// ones, each with three columns of its own.
pub(super) fn cells(board: &Board, verdict: &Verdict, runs: &HashMap<RunId, FinishedRun>) -> String {
    let kinds: Vec<usize> = verdict.headline.further.iter().map(|it| it.kind).collect();
    let against: Vec<String> = kinds.iter().map(|kind| format!("less {}", name_of(*kind))).collect();
    let mut head = vec!["cell", "seeds", "val. errors", "test errors", "baseline", "difference", "interval", "verdict"];
    let mut left = vec![true, false, false, false, false, false, false, true];
    for against in &against {
        head.extend([against, "interval", "verdict"]);
        left.extend([false, false, true]);
    }
    let mut cells: Vec<(&BoardCell, &GroupVerdict)> = board.cells.iter().zip(&verdict.groups).collect();
    let mean = |cell: &BoardCell| errors(cell, runs, Part::Validation).map_or(f64::INFINITY, |(mean, _)| mean);
    cells.sort_by(|(a, _), (b, _)| mean(a).total_cmp(&mean(b)));
    let mut rows: Vec<Vec<String>> = cells.into_iter().map(|(cell, group)| row(cell, Some(group), runs)).collect();
    rows.extend(board.baselines.iter().map(|cell| row(cell, None, runs)));
    for row in &mut rows {
        row.resize(head.len(), none());
    }
    table(&head, &left, &rows)
}

/// Mean and standard deviation of the errors of those that count, on a part.
fn errors(cell: &BoardCell, runs: &HashMap<RunId, FinishedRun>, part: Part) -> Option<(f64, Option<f64>)> {
    let measured = |run: &FinishedRun| match part {
        Part::Validation => run.validation.as_ref().map(|metrics| metrics.errors),
        Part::Test => run.test.as_ref().map(|metrics| metrics.errors),
    };
    let errors = cell.runs.iter().filter_map(|(_, run)| runs.get(run).and_then(measured));
    spread(errors.map(|errors| errors as f64))
}

/// Mean and standard deviation of numbers; none of none.
pub(super) fn spread(errors: impl Iterator<Item = f64>) -> Option<(f64, Option<f64>)> {
    let errors: Vec<f64> = errors.collect();
    let n = errors.len() as f64;
    let mean = errors.iter().sum::<f64>() / n;
    let squares = errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>();
    (n > 0.0).then(|| (mean, (n > 1.0).then(|| (squares / (n - 1.0)).sqrt())))
}

fn row(cell: &BoardCell, group: Option<&GroupVerdict>, runs: &HashMap<RunId, FinishedRun>) -> Vec<String> {
    let spread = |(mean, deviation): (f64, Option<f64>)| Phrase::spread(mean, deviation).to_string();
    let paired = group.and_then(|group| group.validation.as_ref());
    let of_baseline = || cell.baseline.map_or("baseline", |baseline| baseline.name);
    let mut row = vec![
        cell.label.to_string(),
        cell.runs.len().to_string(),
        errors(cell, runs, Part::Validation).map_or_else(none, spread),
        errors(cell, runs, Part::Test).map_or_else(none, spread),
        paired.map_or_else(none, |it| spread((it.baseline.mean, it.baseline.deviation))),
        difference(paired),
        interval(paired),
        group.map_or_else(of_baseline, |group| group.word.as_str()).to_owned(),
    ];
    for it in group.into_iter().flat_map(|group| &group.further) {
        let paired = it.validation.as_ref();
        row.extend([difference(paired), interval(paired), it.word.as_str().to_owned()]);
    }
    row
}

fn difference(paired: Option<&Paired>) -> String {
    paired.map_or_else(none, |it| Phrase::signed(it.difference.mean).to_string())
}

fn interval(paired: Option<&Paired>) -> String {
    let told = |paired: &Paired| {
        let it = paired.interval?;
        let seeds_only = if paired.is_of_seeds_only() { ", seeds only" } else { "" };
        Some(format!("{} … {}{seeds_only}", Phrase::signed(it.low), Phrase::signed(it.high)))
    };
    paired.and_then(told).unwrap_or_else(none)
}

/// The name of a kind of baseline.
fn name_of(kind: usize) -> &'static str {
    BASELINES.get(kind).map_or("baseline", |baseline| baseline.name)
}

/// The last line of a job that is over.
#[derive(Serialize)]
pub(super) struct VerdictLine {
    event: &'static str,
    job: JobId,
    /// `helped`, `did-not-help`, `undecided`.
    standing: &'static str,
    sentence: String,
    why: Vec<String>,
    doubts: Vec<&'static str>,
    /// Why nothing was gained, where something that was measured tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// What may be tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// Test rows (validation rows, where those were not looked at) on which only the student, only the baseline is right, and
    /// McNemar's exact p; of a job with one of each.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<RowsApart>,
    #[serde(flatten)]
    sweep: Option<SweepLine>,
}

#[derive(Serialize)]
struct RowsApart {
    better: u64,
    worse: u64,
    p: f64,
}

/// What a job with several students adds.
#[derive(Serialize)]
struct SweepLine {
    verdict: &'static str,
    reason: &'static str,
    student: Option<String>,
    baseline: Option<String>,
    /// Student − baseline, errors on the test rows.
    #[serde(flatten)]
    evidence: Evidence,
    compared: usize,
    tied: usize,
    left_out: usize,
    groups: Vec<GroupLine>,
    /// The same student against the best of each further kind of baseline, errors on the test rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    further: Vec<FurtherLine>,
    /// With further baselines: how many pairs were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pairs: Option<usize>,
}

#[derive(Serialize)]
struct FurtherLine {
    baseline: &'static str,
    verdict: &'static str,
    reason: &'static str,
    #[serde(flatten)]
    evidence: Evidence,
}

/// What there is to say of two groups.
#[derive(Serialize)]
struct Evidence {
    difference: Option<f64>,
    interval: Option<[f64; 2]>,
    /// Whose chance the interval allows for: `rows-and-seeds`, or `seeds-only`.
    counted: Option<&'static str>,
}

impl Evidence {
    fn of(paired: Option<&Paired>) -> Self {
        let interval = paired.and_then(|it| it.interval);
        Self {
            difference: paired.map(|it| it.difference.mean),
            interval: interval.map(|it| [it.low, it.high]),
            counted: paired.filter(|_| interval.is_some()).map(|it| it.counted.code()),
        }
    }
}

#[derive(Serialize)]
struct GroupLine {
    cell: String,
    runs: Vec<RunId>,
    verdict: &'static str,
    reason: &'static str,
    /// Student − baseline, errors on the validation rows.
    #[serde(flatten)]
    evidence: Evidence,
    /// Against the further baselines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    further: Vec<FurtherLine>,
}

/// For programs.
pub(super) fn line(job: JobId, story: &Story, board: &Board) -> VerdictLine {
    VerdictLine {
        event: "verdict",
        job,
        standing: story.standing.code(),
        sentence: story.sentence.to_string(),
        why: story.why.iter().map(Phrase::to_string).collect(),
        doubts: story.doubts.iter().map(Doubt::code).collect(),
        cause: story.cause.as_ref().map(|cause| cause.words.to_string()),
        remedy: story.cause.as_ref().and_then(|cause| cause.remedy).map(|remedy| remedy.phrase().to_string()),
        rows: story.rows.map(|rows| RowsApart { better: rows.better, worse: rows.worse, p: rows.p() }),
        sweep: story.verdict.as_ref().map(|verdict| sweep(verdict, board)),
    }
}

fn sweep(verdict: &Verdict, board: &Board) -> SweepLine {
    let group = |(cell, group): (&BoardCell, &GroupVerdict)| GroupLine {
        cell: cell.label.to_string(),
        runs: cell.runs.iter().map(|(_, run)| *run).collect(),
        verdict: group.word.as_str(),
        reason: group.reason.code(),
        evidence: Evidence::of(group.validation.as_ref()),
        further: group.further.iter().map(|it| further(it, it.validation.as_ref())).collect(),
    };
    let label = |cells: &[BoardCell], at: Option<usize>| at.map(|at| cells[at].label.to_string());
    SweepLine {
        verdict: verdict.headline.word.as_str(),
        reason: verdict.headline.reason.code(),
        student: label(&board.cells, verdict.headline.student),
        baseline: label(&board.baselines, verdict.headline.baseline),
        evidence: Evidence::of(verdict.headline.test.as_ref()),
        compared: verdict.compared,
        tied: verdict.tied,
        left_out: verdict.left_out.total(),
        groups: board.cells.iter().zip(&verdict.groups).map(group).collect(),
        further: verdict.headline.further.iter().map(|it| further(it, it.test.as_ref())).collect(),
        pairs: (!verdict.headline.further.is_empty()).then_some(verdict.pairs),
    }
}

fn further(it: &Further, paired: Option<&Paired>) -> FurtherLine {
    FurtherLine {
        baseline: name_of(it.kind),
        verdict: it.word.as_str(),
        reason: it.reason.code(),
        evidence: Evidence::of(paired),
    }
}
