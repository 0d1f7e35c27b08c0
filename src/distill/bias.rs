//! Biases of classes that are moved after training: a student that never saw a class is often right about it once the bias of that
//! class is raised (Hinton, Vinyals & Dean 2015, section 3). What a bias does to the errors of rows is found from their logits alone.

use std::ops::RangeInclusive;

use super::soften::has_top_class;

/// Biases that can be chosen.
pub const BIASES: RangeInclusive<f64> = -10.0..=10.0;

/// Adds a bias for each class to logits `[rows, classes]`.
pub fn add_biases(logits: &mut [f32], biases: &[f64]) {
    for row in logits.chunks_exact_mut(biases.len().max(1)) {
        for (z, bias) in row.iter_mut().zip(biases) {
            *z = (f64::from(*z) + bias) as f32;
        }
    }
}

/// Errors of rows, and how many of them are of the classes whose bias moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassErrors {
    /// Rows whose top class is not the label.
    pub errors: u64,
    /// Rows of those classes among them.
    pub missed: u64,
}

/// The errors of rows at any bias that a class, or several in common, get beside the biases that they have.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorsByBias {
    turns: Vec<Turn>,
    /// Rows without a top class: they are errors at any bias.
    always: ClassErrors,
    of_classes: u64,
    rows: u64,
}

/// Where one of the classes becomes the top one of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Turn {
    /// The bias at which the best of them ties with the best of the others.
    at: f64,
    /// Whether it is the top class at that bias already: of equal logits the first is on top.
    wins_tie: bool,
    /// Whether the row is right while one of the others is on top, and once one of them is.
    right: [bool; 2],
    /// Whether the row is of one of them.
    is_own: bool,
}

impl Turn {
    fn is_right(self, bias: f64) -> bool {
        let is_top = if self.wins_tie { bias >= self.at } else { bias > self.at };
        self.right[usize::from(is_top)]
    }
}

/// Biases between which errors are fewest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestBias {
    /// The least.
    pub from: f64,
    /// The largest.
    pub to: f64,
    /// The errors.
    pub errors: u64,
}

impl BestBias {
    /// The one that is farthest from where errors grow.
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.from, self.to)
    }

    /// Fewer errors first; of equally many the wider interval, then the one nearer to 0.
    fn is_before(&self, other: &Self) -> bool {
        let width = |it: &Self| it.to - it.from;
        let by_errors = self.errors.cmp(&other.errors);
        let by_width = width(other).total_cmp(&width(self));
        let by_distance = self.middle().abs().total_cmp(&other.middle().abs());
        by_errors.then(by_width).then(by_distance).is_lt()
    }
}

impl ErrorsByBias {
    /// Of logits `[rows, classes]` with true labels, as one bias is added to those of all `moved` classes. `biases` holds what each
    /// class has without it.
    pub fn of(logits: &[f32], labels: &[u32], biases: &[f64], moved: &[usize]) -> Self {
        let mut it = Self { turns: Vec::new(), always: ClassErrors::default(), of_classes: 0, rows: 0 };
        it.turns.reserve(labels.len());
        for (z, label) in logits.chunks_exact(biases.len().max(1)).zip(labels) {
            let label = *label as usize;
            let is_own = moved.contains(&label);
            it.rows += 1;
            it.of_classes += u64::from(is_own);
            if has_top_class(z) {
                it.turns.push(turn(z, label, biases, moved));
            } else {
                it.always.errors += 1;
                it.always.missed += u64::from(is_own);
            }
        }
        it
    }

    /// Rows that there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows of the classes whose bias moves.
    pub fn of_classes(&self) -> u64 {
        self.of_classes
    }

    /// The errors at a bias.
    pub fn at(&self, bias: f64) -> ClassErrors {
        let mut found = self.always;
        for turn in &self.turns {
            let is_error = !turn.is_right(bias);
            found.errors += u64::from(is_error);
            found.missed += u64::from(is_error && turn.is_own);
        }
        found
    }

    /// The bias that these rows choose: the middle of their best ones, or 0 where none has fewer errors.
    pub fn chosen(&self, best: &BestBias) -> f64 {
        if best.errors < self.at(0.0).errors { best.middle() } else { 0.0 }
    }

    /// The biases in `range` with the fewest errors: errors change at the turns of rows alone, so that every bias is looked at.
    pub fn best(&self, range: RangeInclusive<f64>) -> BestBias {
        let (low, high) = (*range.start(), *range.end());
        let change = |turn: &Turn| i64::from(turn.right[0]) - i64::from(turn.right[1]);
        // A tie that is won counts from the turn itself on, any other just beyond it.
        let is_within = |turn: &&Turn| {
            if turn.wins_tie { low < turn.at && turn.at <= high } else { (low..high).contains(&turn.at) }
        };
        let turns = self.turns.iter().filter(|turn| change(turn) != 0).filter(is_within);
        let mut steps: Vec<(f64, bool, i64)> = turns.map(|turn| (turn.at, !turn.wins_tie, change(turn))).collect();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut errors = self.at(low).errors as i64;
        let (mut from, mut best) = (low, None);
        let mut take = |from: f64, to: f64, errors: i64| {
            let next = BestBias { from, to, errors: errors as u64 };
            if best.is_none_or(|best| next.is_before(&best)) {
                best = Some(next);
            }
        };
        for same in steps.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq() && a.1 == b.1) {
            let change: i64 = same.iter().map(|step| step.2).sum();
            if change != 0 {
                take(from, same[0].0, errors);
                (from, errors) = (same[0].0, errors + change);
            }
        }
        take(from, high, errors);
        best.unwrap_or(BestBias { from: low, to: high, errors: self.at(low).errors })
    }
}

/// Where one of the classes becomes the top one of a row that has one.
fn turn(z: &[f32], label: usize, biases: &[f64], moved: &[usize]) -> Turn {
    // The first of the largest.
    let best = |is_moved: bool| {
        let all = z.iter().zip(biases).map(|(z, bias)| f64::from(*z) + bias).enumerate();
        let those = all.filter(|(i, _)| moved.contains(i) == is_moved);
        those.reduce(|best, next| if next.1 > best.1 { next } else { best }).unwrap_or((usize::MAX, f64::NEG_INFINITY))
    };
    let (own, rival) = (best(true), best(false));
    // −0 and 0 are one bias.
    let at = rival.1 - own.1 + 0.0;
    Turn { at, wins_tie: own.0 < rival.0, right: [label == rival.0, label == own.0], is_own: moved.contains(&label) }
}
