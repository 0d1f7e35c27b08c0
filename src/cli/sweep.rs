//! How a sweep ends in the terminal: a line a cell, the verdict, and what makes it doubtful.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::events::FinishedRun;
use super::table::table;
use crate::runs::verdict::{Doubt, GroupVerdict, Verdict, Word};
use crate::runs::{Board, BoardCell, RunEnd};
use crate::training::report::{JobId, RunId};

/// What is known at the end of a sweep.
pub(super) struct Summary<'a> {
    pub board: &'a Board,
    pub runs: &'a HashMap<RunId, FinishedRun>,
    pub edited: &'a HashSet<RunId>,
    pub infos: &'a [crate::training::report::RunInfo],
}

impl Summary<'_> {
    fn end(&self, run: RunId) -> Option<RunEnd<'_>> {
        let finished = self.runs.get(&run)?;
        Some(RunEnd {
            outcome: finished.outcome,
            edited: self.edited.contains(&run),
            validation: finished.validation.as_ref(),
            test: finished.test.as_ref(),
        })
    }

    fn judged(&self) -> (Verdict, Vec<Doubt>) {
        let verdict = self.board.verdict(|run| self.end(run));
        let doubts = self.board.doubts(self.infos, &verdict, |run| self.end(run));
        (verdict, doubts)
    }

    /// For people: cells from the fewest validation errors on, then the sentence.
    pub fn text(&self) -> String {
        let (verdict, doubts) = self.judged();
        let head = ["cell", "seeds", "val. errors", "baseline", "difference", "interval", "verdict"];
        let left = [true, false, false, false, false, false, true];
        let mut cells: Vec<(&BoardCell, &GroupVerdict)> = self.board.cells.iter().zip(&verdict.groups).collect();
        let mean = |cell: &BoardCell| self.errors(cell).map_or(f64::INFINITY, |(mean, _)| mean);
        cells.sort_by(|(a, _), (b, _)| mean(a).total_cmp(&mean(b)));
        let mut rows: Vec<Vec<String>> = cells.into_iter().map(|(cell, group)| self.row(cell, Some(group))).collect();
        rows.extend(self.board.baselines.iter().map(|cell| self.row(cell, None)));
        let mut text = format!("{}{}\n", table(&head, &left, &rows), verdict.sentence());
        if let Some((student, baseline)) = verdict.headline.student.zip(verdict.headline.baseline) {
            let (student, baseline) = (&self.board.cells[student].label, &self.board.baselines[baseline].label);
            text += &format!("Compared on the test rows: {student} and {baseline}, each the best on validation.\n");
        }
        for doubt in doubts {
            text += &format!("Doubtful: {}\n", doubt.sentence());
        }
        text
    }

    /// Mean and standard deviation of the validation errors of those that count.
    fn errors(&self, cell: &BoardCell) -> Option<(f64, Option<f64>)> {
        let ends = cell.runs.iter().filter_map(|(_, run)| self.runs.get(run)?.validation.as_ref());
        let errors: Vec<f64> = ends.map(|validation| validation.errors as f64).collect();
        let n = errors.len() as f64;
        let mean = errors.iter().sum::<f64>() / n;
        let squares = errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>();
        (n > 0.0).then(|| (mean, (n > 1.0).then(|| (squares / (n - 1.0)).sqrt())))
    }

    fn row(&self, cell: &BoardCell, group: Option<&GroupVerdict>) -> Vec<String> {
        let spread = |(mean, deviation): (f64, Option<f64>)| match deviation {
            Some(deviation) => format!("{mean:.1} ± {deviation:.1}"),
            None => format!("{mean:.1}"),
        };
        let none = || "–".to_owned();
        let paired = group.and_then(|group| group.validation.as_ref());
        vec![
            cell.label.clone(),
            cell.runs.len().to_string(),
            self.errors(cell).map_or_else(none, spread),
            paired.map_or_else(none, |it| spread((it.baseline.mean, it.baseline.deviation))),
            paired.map_or_else(none, |it| format!("{:+.1}", it.difference.mean)),
            paired.and_then(|it| it.interval).map_or_else(none, |it| format!("{:+.1} … {:+.1}", it.low, it.high)),
            group.map_or_else(|| "baseline".to_owned(), |group| group.word.as_str().to_owned()),
        ]
    }

    /// For programs.
    pub fn line(&self, job: JobId) -> VerdictLine {
        let (verdict, doubts) = self.judged();
        let group = |(cell, group): (&BoardCell, &GroupVerdict)| GroupLine {
            cell: cell.label.clone(),
            runs: cell.runs.iter().map(|(_, run)| *run).collect(),
            verdict: group.word,
            reason: group.reason.code(),
            difference: group.validation.as_ref().map(|it| it.difference.mean),
            interval: group.validation.as_ref().and_then(|it| it.interval).map(|it| [it.low, it.high]),
        };
        let label = |cells: &[BoardCell], at: Option<usize>| at.map(|at| cells[at].label.clone());
        let test = verdict.headline.test.as_ref();
        VerdictLine {
            event: "verdict",
            job,
            verdict: verdict.headline.word,
            reason: verdict.headline.reason.code(),
            sentence: verdict.sentence(),
            student: label(&self.board.cells, verdict.headline.student),
            baseline: label(&self.board.baselines, verdict.headline.baseline),
            difference: test.map(|it| it.difference.mean),
            interval: test.and_then(|it| it.interval).map(|it| [it.low, it.high]),
            compared: verdict.compared,
            left_out: verdict.left_out.total(),
            groups: self.board.cells.iter().zip(&verdict.groups).map(group).collect(),
            doubts: doubts.iter().map(Doubt::code).collect(),
        }
    }
}

/// The last line of a sweep.
#[derive(Serialize)]
pub(super) struct VerdictLine {
    event: &'static str,
    job: JobId,
    #[serde(serialize_with = "word")]
    verdict: Word,
    reason: &'static str,
    sentence: String,
    student: Option<String>,
    baseline: Option<String>,
    /// Student − baseline, errors on the test rows.
    difference: Option<f64>,
    interval: Option<[f64; 2]>,
    compared: usize,
    left_out: usize,
    groups: Vec<GroupLine>,
    doubts: Vec<&'static str>,
}

#[derive(Serialize)]
struct GroupLine {
    cell: String,
    runs: Vec<RunId>,
    #[serde(serialize_with = "word")]
    verdict: Word,
    reason: &'static str,
    /// Student − baseline, errors on the validation rows.
    difference: Option<f64>,
    interval: Option<[f64; 2]>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn word<S: serde::Serializer>(word: &Word, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word.as_str())
}
