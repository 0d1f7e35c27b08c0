//! Where the validation rows of a run with exits leave at each speed, and what that is worth. No model is asked: what the exits say is
//! known, and so is how unsure each is.

use crate::distill::{leaves_at, top_classes, uncertainty};
use crate::protocol::Exits;

/// What a run says at its exits, made ready for any speed.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaving {
    /// What it says.
    pub of: Exits,
    /// `[rows][exits but the last]`.
    unsure: Vec<Vec<f64>>,
    /// The class that each exit gives a row, `[exits][rows]`.
    top: Vec<Vec<u32>>,
    /// Operations of the network without exits, over all rows.
    whole: f64,
    /// Accuracy and share of operations at speeds from 0 to 1.
    curve: Vec<(f64, AtSpeed)>,
}

/// What a speed is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct AtSpeed {
    /// Share of rows that are right.
    pub accuracy: f64,
    /// Share of rows that get the class of the last layer.
    pub agreement: f64,
    /// Layers that a row passes on average.
    pub layers: f64,
    /// Operations beside those of the network without exits.
    pub flops: f64,
    /// Rows that leave at each exit, and how many of them are wrong.
    pub leaves: Vec<(usize, usize)>,
}

/// Speeds of the curve: steps of a fiftieth.
const STEPS: u32 = 50;

impl Leaving {
    /// Makes ready what a run says.
    pub fn new(of: Exits) -> Self {
        let (rows, exits) = (of.labels.len(), of.costs.len());
        let last = exits.saturating_sub(1);
        let unsure = |row: usize| (0..last).map(|exit| uncertainty(of.logits_of(exit, row))).collect();
        let unsure: Vec<Vec<f64>> = (0..rows).map(unsure).collect();
        let len = rows * of.classes;
        let top = (0..exits).map(|exit| top_classes(&of.logits[exit * len..][..len], of.classes)).collect();
        let whole = (0..rows).map(|row| of.whole_cost(row)).sum();
        let mut it = Self { of, unsure, top, whole, curve: Vec::new() };
        let speeds = (0..=STEPS).map(|step| f64::from(step) / f64::from(STEPS));
        it.curve = speeds.map(|speed| (speed, it.at(speed))).collect();
        it
    }

    /// What a speed is worth.
    pub fn at(&self, speed: f64) -> AtSpeed {
        let (rows, exits) = (self.of.labels.len(), self.of.costs.len());
        let mut leaves = vec![(0, 0); exits];
        let (mut right, mut same, mut layers, mut cost) = (0, 0, 0, 0.0);
        for (row, unsure) in self.unsure.iter().enumerate() {
            let exit = leaves_at(unsure.iter().copied(), speed);
            let class = self.top[exit][row];
            let is_right = class == self.of.labels[row];
            leaves[exit].0 += 1;
            leaves[exit].1 += usize::from(!is_right);
            right += usize::from(is_right);
            same += usize::from(class == self.top[exits - 1][row]);
            layers += exit + 1;
            cost += self.of.cost_of(exit, row);
        }
        let share = |count: usize| count as f64 / rows.max(1) as f64;
        AtSpeed {
            accuracy: share(right),
            agreement: share(same),
            layers: share(layers),
            flops: cost / self.whole.max(1.0),
            leaves,
        }
    }

    /// Speeds from 0 to 1 with what they are worth.
    pub fn curve(&self) -> &[(f64, AtSpeed)] {
        &self.curve
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::protocol::RunId;

    /// Two classes, three exits, two rows: the first is sure at once and wrong there, the second never is.
    fn exits() -> Exits {
        let logits = vec![4.0, 0.0, 0.1, 0.0, 0.0, 4.0, 0.0, 0.1, 0.0, 4.0, 0.0, 2.0];
        Exits {
            run: RunId(1),
            step: 9,
            speed: 0.5,
            classes: 2,
            labels: Arc::new(vec![1, 1]),
            lengths: Arc::new(vec![2, 4]),
            costs: vec![[0.0, 10.0, 0.0], [0.0, 20.0, 0.0], [1.0, 30.0, 1.0]],
            whole: [1.0, 24.0, 1.0],
            logits: Arc::new(logits),
        }
    }

    #[test]
    fn a_row_leaves_where_it_is_sure_enough() {
        let leaving = Leaving::new(exits());
        let slow = leaving.at(0.0);
        assert_eq!(slow.leaves, [(0, 0), (0, 0), (2, 0)]);
        assert!((slow.accuracy, slow.agreement, slow.layers) == (1.0, 1.0, 3.0));
        // Branches are paid for: 1 + 60 + 4 and 1 + 120 + 16 beside 1 + 48 + 4 and 1 + 96 + 16.
        assert!((slow.flops - 202.0 / 166.0).abs() < 1e-12);
        let fast = leaving.at(0.5);
        assert_eq!(fast.leaves, [(1, 1), (0, 0), (1, 0)]);
        assert!((fast.accuracy, fast.agreement, fast.layers) == (0.5, 0.5, 2.0));
        assert!((fast.flops - 157.0 / 166.0).abs() < 1e-12);
        // Strictly below: nobody's uncertainty is below 0, and at 1 only even ones stay.
        assert_eq!(leaving.at(1.0).leaves, [(2, 2), (0, 0), (0, 0)]);
        assert_eq!(leaving.curve().len(), 51);
        assert_eq!(leaving.curve()[25].1, fast);
    }
}
