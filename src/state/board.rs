//! What the sweep board shows of a job: which metric, which page, and the one selection that lights in all panels.

use serde::{Deserialize, Serialize};

use super::{JobView, Metric, State};
use crate::protocol::{Metrics, RunId, RunInfo};
use crate::runs::BoardCell;
use crate::runs::verdict::{JobFacts, RunEnd, Spread, Story};

/// How the board is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoardSettings {
    /// What cells are compared by.
    pub metric: Metric,
    /// Which picture of them.
    pub page: BoardPage,
    /// What the page of sizes lays models out by.
    pub size_by: SizeBy,
    /// The chosen cell of the job in focus; it lights in all panels.
    pub selected: Option<usize>,
    /// The cell under the pointer.
    pub hovered: Option<usize>,
    /// What is held of each axis of the parallel coordinates, the metric's last.
    pub brushes: Vec<Option<(f64, f64)>>,
}

/// The pictures of a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoardPage {
    /// Two axes as a heat map.
    #[default]
    Map,
    /// The metric over the first axis, with its spread over seeds.
    Curve,
    /// All axes side by side, and how much each matters.
    Axes,
    /// The metric over what a model costs, with the Pareto front.
    Size,
    /// One sample's softened distribution in each cell along the first axis.
    Samples,
}

impl BoardPage {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Map, Self::Curve, Self::Axes, Self::Size, Self::Samples];
}

/// What models are laid out by where their size is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SizeBy {
    /// Numbers that they have learnt.
    #[default]
    Parameters,
    /// Multiply-adds of a row.
    MultiplyAdds,
    /// Microseconds of a row that is asked alone.
    Alone,
    /// Microseconds of a row among 64.
    Together,
}

impl SizeBy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Parameters, Self::MultiplyAdds, Self::Alone, Self::Together];

    /// The key of its name among the window's words.
    pub fn key(self) -> &'static str {
        match self {
            Self::Parameters => "board-parameters",
            Self::MultiplyAdds => "board-multiply-adds",
            Self::Alone => "board-alone",
            Self::Together => "board-together",
        }
    }
}

impl JobView {
    /// Whether it has more than one student.
    pub fn is_sweep(&self) -> bool {
        self.board.cells.iter().map(|cell| cell.runs.len()).sum::<usize>() > 1
    }

    /// The newest validation of a run: its result, or the last epoch's.
    pub fn validation(&self, run: RunId) -> Option<&Metrics> {
        let result = self.results.get(&run).and_then(|result| result.validation.as_ref());
        result.or_else(|| self.curves.get(&run)?.epochs.last().map(|epoch| &epoch.validation))
    }

    /// A metric over the runs of a cell. Runs that were edited are no samples of it.
    pub fn spread(&self, cell: &BoardCell, metric: Metric) -> Option<Spread> {
        let counts = cell.runs.iter().filter(|(_, run)| !self.edited.contains(run));
        Spread::of(counts.filter_map(|(_, run)| metric.of(self.validation(*run)?)))
    }

    /// The run that panels show for a selection: the first of the chosen cell, or the first student.
    pub fn shown_run(&self, selected: Option<usize>) -> Option<&RunInfo> {
        let chosen = selected.and_then(|cell| self.board.cells.get(cell)?.runs.first());
        let chosen = chosen.and_then(|(_, run)| self.runs.iter().find(|info| info.run == *run));
        chosen.or_else(|| self.leading_run())
    }

    /// Tells again what happened, where something has.
    pub fn settle(&mut self) {
        if std::mem::take(&mut self.unjudged) {
            self.story = self.tell().map(Box::new);
        }
    }

    fn tell(&self) -> Option<Story> {
        let end = |run: RunId| {
            let result = self.results.get(&run)?;
            Some(RunEnd {
                outcome: result.outcome,
                edited: self.edited.contains(&run),
                steps: result.steps,
                validation: result.validation.as_ref(),
                test: result.test.as_ref(),
                training: result.training.as_ref(),
                shares: &result.shares,
                cost: result.cost.as_ref(),
            })
        };
        let facts = JobFacts {
            board: &self.board,
            infos: &self.runs,
            classes: &self.probe.classes,
            outcome: self.outcome,
            message: self.message.as_ref(),
            end: &end,
            answers: &|run, part| self.answers.get(&(run, part)),
            first_agreement: &|run| self.curves.get(&run)?.epochs.first()?.validation.agreement,
            heard: &|info| self.heard_at(Some(info), None),
        };
        facts.story()
    }
}

impl State {
    /// The cell that lights: the one under the pointer, or the chosen one.
    pub fn lit_cell(&self) -> Option<usize> {
        self.screen.board.hovered.or(self.screen.board.selected)
    }

    /// Chooses a cell of the job in focus.
    pub fn select_cell(&mut self, cell: Option<usize>) {
        let known = self.focused().map_or(0, |job| job.board.cells.len());
        self.screen.board.selected = cell.filter(|cell| *cell < known);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::number::Kind;
    use crate::text::{Phrase, number};

    proptest! {
        #[test]
        fn the_board_writes_what_list_verdict_and_terminal_write(errors in 0..600_u64, agreeing in 0..600_u64) {
            let examples = 600;
            let share = agreeing as f64 / examples as f64;
            let accuracy = 1.0 - errors as f64 / examples as f64;
            let metrics = Metrics { examples, errors, accuracy, agreement: Some(share), ..Metrics::default() };
            let board = |metric: Metric| metric.written().write(metric.of(&metrics).unwrap());
            let (list, verdict) = (number::percent(share), Phrase::percent(share).to_string());
            prop_assert_eq!([&board(Metric::Agreement), &verdict], [&list, &list]);
            let right = (examples - errors) as f64 / examples as f64;
            prop_assert_eq!(board(Metric::Accuracy), Phrase::percent(right).to_string());
            prop_assert_eq!(board(Metric::Errors), errors.to_string());
            // Over two seeds, too.
            let spread = Spread::of([errors as f64, agreeing as f64]).unwrap();
            let deviation = spread.deviation.unwrap();
            let board = (Kind::Mean.write(spread.mean), Kind::Mean.deviation(spread.mean, deviation));
            let verdict = Phrase::spread(spread.mean, spread.deviation).to_string();
            prop_assert_eq!(format!("{} ± {}", board.0, board.1), verdict);
        }
    }
}
