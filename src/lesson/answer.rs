//! What a learner has answered, and what came of it. What was predicted is frozen once the truth is drawn over it.

/// Numbers of which a curve that is drawn by hand consists.
pub const CURVE_POINTS: usize = 33;

/// What a bar is before it is dragged: enough to be seen, and too little to be in the way of another.
const BEGIN: f64 = 0.02;

/// Probabilities that bars can be dragged to.
pub const GUESSES: std::ops::RangeInclusive<f64> = 0.0..=1.0;

/// The least share that a hand can tell from nothing: a guess of 0 is taken for it, so that no gap is infinite.
const LEAST: f64 = 1e-3;

/// What was answered on a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Probabilities of classes.
    Bars {
        /// One a class.
        guess: Vec<f64>,
        /// Whether any was dragged.
        moved: bool,
        /// Whether the truth is waited for.
        asked: bool,
        /// The truth, once it is drawn.
        shown: Option<Shown>,
    },
    /// A curve.
    Curve {
        /// [`CURVE_POINTS`] numbers; none where nothing is drawn yet.
        guess: Vec<Option<f64>>,
        /// Whether the truth is waited for.
        asked: bool,
        /// The truth, once it is drawn.
        shown: Option<Shown>,
    },
    /// One of several.
    Choice {
        /// Which.
        picked: Option<usize>,
        /// Whether the truth is waited for.
        asked: bool,
        /// Which was right, and the number that says so.
        shown: Option<(usize, Option<f64>)>,
    },
}

/// The truth, and how far the guess was from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// In the order of the guess.
    pub truth: Vec<f64>,
    /// Of bars KL(truth ‖ guess) in nats, the rest as one class; of curves the mean distance.
    pub gap: f64,
}

impl Answer {
    /// Bars that nobody has dragged.
    pub fn bars(classes: usize) -> Self {
        Self::Bars { guess: vec![BEGIN; classes], moved: false, asked: false, shown: None }
    }

    /// A curve of which nothing is drawn.
    pub fn curve() -> Self {
        Self::Curve { guess: vec![None; CURVE_POINTS], asked: false, shown: None }
    }

    /// Nothing chosen.
    pub fn choice() -> Self {
        Self::Choice { picked: None, asked: false, shown: None }
    }

    /// Drags a bar; all together are never more than 1.
    pub fn drag(&mut self, class: usize, to: f64) {
        let Self::Bars { guess, moved, asked: false, shown: None } = self else { return };
        let others: f64 = guess.iter().enumerate().filter(|(at, _)| *at != class).map(|(_, p)| p).sum();
        if let Some(p) = guess.get_mut(class).filter(|_| to.is_finite()) {
            *p = to.clamp(0.0, (1.0 - others).max(0.0));
            *moved = true;
        }
    }

    /// Draws a stretch of the curve in a straight line, both ends included.
    pub fn draw(&mut self, from: (usize, f64), to: (usize, f64)) {
        let Self::Curve { guess, asked: false, shown: None } = self else { return };
        if !from.1.is_finite() || !to.1.is_finite() {
            return;
        }
        let ((a, y_a), (b, y_b)) = if from.0 <= to.0 { (from, to) } else { (to, from) };
        for at in a..=b.min(guess.len().saturating_sub(1)) {
            let share = if a == b { 1.0 } else { (at - a) as f64 / (b - a) as f64 };
            // Where it is one point, the later of the two counts.
            guess[at] = Some(if a == b { to.1 } else { y_a + share * (y_b - y_a) });
        }
    }

    /// Chooses.
    pub fn pick(&mut self, choice: usize) {
        if let Self::Choice { picked, asked: false, shown: None } = self {
            *picked = Some(choice);
        }
    }

    /// Whether there is a guess to compare with the truth.
    pub fn is_given(&self) -> bool {
        match self {
            Self::Bars { moved, .. } => *moved,
            Self::Curve { guess, .. } => guess.iter().all(Option::is_some),
            Self::Choice { picked, .. } => picked.is_some(),
        }
    }

    /// Whether the truth is known.
    pub fn is_shown(&self) -> bool {
        match self {
            Self::Bars { shown, .. } | Self::Curve { shown, .. } => shown.is_some(),
            Self::Choice { shown, .. } => shown.is_some(),
        }
    }

    /// Whether it is waited for.
    pub fn is_asked(&self) -> bool {
        match self {
            Self::Bars { asked, shown, .. } | Self::Curve { asked, shown, .. } => *asked && shown.is_none(),
            Self::Choice { asked, shown, .. } => *asked && shown.is_none(),
        }
    }
}

/// KL(truth ‖ guess) in nats, with what is left of either as one more class.
pub(super) fn gap_of_bars(truth: &[f64], guess: &[f64]) -> f64 {
    let whole = |p: &[f64]| -> Vec<f64> {
        let rest = (1.0 - p.iter().sum::<f64>()).max(0.0);
        p.iter().copied().chain([rest]).collect()
    };
    let guess: Vec<f64> = whole(guess).into_iter().map(|p| p.max(LEAST)).collect();
    let sum: f64 = guess.iter().sum();
    let terms = whole(truth).into_iter().zip(guess);
    terms.map(|(p, q)| if p > 0.0 { p * (p / (q / sum)).ln() } else { 0.0 }).sum::<f64>().max(0.0)
}

/// The mean distance of two curves, over the points that both have.
pub(super) fn gap_of_curves(truth: &[f64], guess: &[Option<f64>]) -> f64 {
    let gaps: Vec<f64> = truth.iter().zip(guess).filter_map(|(truth, guess)| Some((truth - (*guess)?).abs())).collect();
    if gaps.is_empty() { 0.0 } else { gaps.iter().sum::<f64>() / gaps.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_that_is_the_truth_has_no_gap_and_any_other_has_one() {
        assert!(gap_of_bars(&[0.7, 0.2], &[0.7, 0.2]) < 1e-9);
        // 0.7 ln(0.7/0.1) + 0.2 ln(0.2/0.1) + 0.1 ln(0.1/0.8)
        assert!((gap_of_bars(&[0.7, 0.2], &[0.1, 0.1]) - 1.292_823).abs() < 1e-5);
        assert!(gap_of_bars(&[1.0, 0.0], &[0.0, 1.0]).is_finite());
        assert!((gap_of_curves(&[1.0, 2.0], &[Some(0.0), Some(4.0)]) - 1.5).abs() < 1e-12);
    }

    #[test]
    fn bars_never_come_to_more_than_all_and_freeze_with_the_truth() {
        let mut answer = Answer::bars(3);
        answer.drag(0, 0.99);
        let Answer::Bars { guess, moved, shown, .. } = &mut answer else { panic!() };
        assert!((guess.iter().sum::<f64>() - 1.0).abs() < 1e-12 && *moved);
        *shown = Some(Shown { truth: vec![1.0, 0.0, 0.0], gap: 0.0 });
        let before = answer.clone();
        answer.drag(1, 0.1);
        assert_eq!(answer, before);
    }

    #[test]
    fn a_curve_is_drawn_in_stretches_either_way() {
        let mut answer = Answer::curve();
        answer.draw((10, 1.0), (0, 0.0));
        answer.draw((10, 1.0), (10, 5.0));
        answer.draw((10, 5.0), (CURVE_POINTS + 9, 5.0));
        let Answer::Curve { guess, .. } = &answer else { panic!() };
        assert_eq!(
            (guess[0], guess[5], guess[10], guess[CURVE_POINTS - 1]),
            (Some(0.0), Some(0.5), Some(5.0), Some(5.0))
        );
        assert!(answer.is_given());
    }
}
