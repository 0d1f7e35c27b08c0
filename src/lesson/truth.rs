//! What a prediction is compared with: worked out from what the window has, at the moment at which it is asked for.

use super::answer::{Answer, CURVE_POINTS, Shown, gap_of_bars, gap_of_curves};
use super::condition::Entered;
use super::reading::{Reading, Speaker, one_row, said};
use super::shape::Predict;
use crate::protocol::JobId;
use crate::state::State;

impl Predict {
    /// An answer that nobody has given yet.
    pub fn blank(&self) -> Answer {
        match self {
            Self::Bars { classes, .. } => Answer::bars(classes.len()),
            Self::OverT { .. } | Self::OverEpochs { .. } => Answer::curve(),
            Self::Choose { .. } => Answer::choice(),
        }
    }

    /// T at each point of the curve.
    pub fn temperatures(&self) -> Vec<f64> {
        let Self::OverT { range: (from, to), .. } = self else { return Vec::new() };
        let at = |i: usize| from * (to / from).powf(i as f64 / (CURVE_POINTS - 1) as f64);
        (0..CURVE_POINTS).map(at).collect()
    }

    /// The largest value that a curve has room for: of entropies that of a uniform distribution; of others somewhat more than the truth,
    /// and of errors a fifth of all rows.
    pub fn top(&self, state: &State) -> f64 {
        let view = one_row(state);
        match self {
            Self::OverT { of: Reading::Entropy(_), .. } => {
                view.map_or(1.0, |view| (view.probe.classes.len().max(2) as f64).ln())
            }
            Self::OverT { of, .. } => {
                let values = self.temperatures().into_iter().filter_map(|t| of.at(state, t));
                let most = values.fold(0.0, f64::max);
                if most > 0.0 { 1.25 * most } else { 1.0 }
            }
            Self::OverEpochs { .. } => {
                let preview = state.recipe.preview.as_deref();
                preview.map_or(100.0, |preview| (0.2 * preview.rows[1] as f64).max(1.0))
            }
            Self::Bars { .. } | Self::Choose { .. } => 1.0,
        }
    }

    /// Draws the truth over an answer, where it is known; `own` are the lesson's jobs. True when there is news.
    pub(super) fn compare(&self, answer: &mut Answer, state: &State, own: &[JobId], over: bool) -> bool {
        match (self, answer) {
            (Self::Bars { of_student, temperature, classes }, Answer::Bars { guess, shown: shown @ None, .. }) => {
                let Some(view) = one_row(state) else { return false };
                let speaker = if *of_student { Speaker::Student } else { Speaker::Teacher };
                let Some(p) = said(&view, speaker, *temperature) else { return false };
                let of_class =
                    |name: &String| p.get(view.probe.classes.iter().position(|class| class == name)?).copied();
                let Some(truth) = classes.iter().map(of_class).collect::<Option<Vec<f64>>>() else { return false };
                *shown = Some(Shown { gap: gap_of_bars(&truth, guess), truth });
                true
            }
            (Self::OverT { of, .. }, Answer::Curve { guess, shown: shown @ None, .. }) => {
                let truth = self.temperatures().into_iter().map(|t| of.at(state, t)).collect::<Option<Vec<f64>>>();
                let Some(truth) = truth else { return false };
                *shown = Some(Shown { gap: gap_of_curves(&truth, guess), truth });
                true
            }
            (Self::OverEpochs { of, .. }, Answer::Curve { guess, shown: shown @ None, .. }) => {
                let Some((errors, true)) = of.over_epochs(state, own).filter(|_| over) else { return false };
                let Some(truth) = over_the_card(&errors) else { return false };
                *shown = Some(Shown { gap: gap_of_curves(&truth, guess), truth });
                true
            }
            (Self::Choose { truth, number, training, .. }, Answer::Choice { shown: shown @ None, .. }) => {
                if training.is_some() && !over {
                    return false;
                }
                let now = |reading: &Reading| reading.value(state, own);
                let entered = Entered::new();
                let Some((right, _)) = truth.iter().find(|(_, until)| until.holds(&now, &entered)) else {
                    return false;
                };
                *shown = Some((*right, now(number).and_then(|value| value.number())));
                true
            }
            _ => false,
        }
    }
}

/// A curve over epochs at the points of the card: the first epoch at the left, the last at the right.
fn over_the_card(errors: &[f64]) -> Option<Vec<f64>> {
    let last = errors.len().checked_sub(1)?;
    let at = |i: usize| {
        let x = last as f64 * i as f64 / (CURVE_POINTS - 1) as f64;
        let (low, share) = (x.floor() as usize, x.fract());
        errors[low] + share * (errors[(low + 1).min(last)] - errors[low])
    };
    Some((0..CURVE_POINTS).map(at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_fill_the_card() {
        let curve = over_the_card(&[40.0, 20.0, 10.0]).unwrap();
        assert_eq!((curve[0], curve[CURVE_POINTS / 2], curve[CURVE_POINTS - 1]), (40.0, 20.0, 10.0));
        assert!((curve[CURVE_POINTS / 4] - 30.0).abs() < 1e-9);
        assert_eq!(over_the_card(&[]), None);
        assert_eq!(over_the_card(&[7.0]).unwrap(), vec![7.0; CURVE_POINTS]);
    }
}
