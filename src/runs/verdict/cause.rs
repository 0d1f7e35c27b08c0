//! Why a teacher did not help: one cause, from what was measured and nothing else, and what to try.

use super::of_job::JobFacts;
use crate::distill::soften::entropy;
use crate::distill::{Course, Heard, SOFT, Term};
use crate::protocol::RunInfo;
use crate::recipe::fields::{HARD_WEIGHT, TEMPERATURE, TEMPERATURE_SQUARED};
use crate::recipe::{Recipe, Sweep, TeacherRecipe};
use crate::text::{Phrase, phrase};

/// Seeds from which a verdict can come.
const SEEDS: u64 = 4;

/// A share of the gradient below which what the teacher says is hardly there.
const LITTLE: f64 = 0.05;

/// Of the highest entropy there can be: below the first the teacher's answers are as good as labels, above the second as good as even.
const SHARP: f64 = 0.02;
const EVEN: f64 = 0.999;

/// Agreement that rises by less from the first epoch to the last does not rise.
const RISE: f64 = 0.005;

/// Why, in a sentence, and what may be tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// The sentence.
    pub words: Phrase,
    /// What a click tries.
    pub remedy: Option<Remedy>,
}

/// Another recipe that may do better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Remedy {
    /// T² beside the terms that can carry it.
    SquareTemperature,
    /// Another T.
    Temperature(f64),
    /// A teacher that trains for so many epochs.
    TeacherEpochs(usize),
    /// So many epochs.
    Epochs(usize),
    /// What the teacher says alone, without the labels.
    NoLabels,
    /// Seeds enough for a verdict.
    Seeds,
}

impl Remedy {
    /// The recipe of a job with it.
    pub fn apply(self, sweep: &Sweep) -> Sweep {
        let mut tried = sweep.clone();
        let mut set = |path: &str, value: f64| {
            tried.set_axis(path, None);
            tried.base.distill.set(path, value);
        };
        match self {
            Self::SquareTemperature => set(TEMPERATURE_SQUARED.path, 1.0),
            Self::Temperature(t) => set(TEMPERATURE.path, t),
            Self::NoLabels => {
                set(HARD_WEIGHT.path, 0.0);
                tried.complement = false;
            }
            Self::Epochs(epochs) => tried.base.training.epochs = epochs,
            Self::TeacherEpochs(epochs) => {
                if let Some(TeacherRecipe::Train { training, .. }) = &mut tried.base.teacher {
                    training.epochs = epochs;
                }
            }
            Self::Seeds => return sweep.with_seeds(SEEDS),
        }
        tried.settle(sweep);
        tried
    }

    /// What the button says.
    pub fn phrase(self) -> Phrase {
        match self {
            Self::SquareTemperature => phrase!("remedy-square-temperature"),
            Self::Temperature(t) => phrase!("remedy-temperature", temperature = Phrase::setting(t)),
            Self::TeacherEpochs(epochs) => phrase!("remedy-teacher-epochs", epochs = epochs),
            Self::Epochs(epochs) => phrase!("remedy-epochs", epochs = epochs),
            Self::NoLabels => phrase!("remedy-no-labels"),
            Self::Seeds => phrase!("remedy-seeds"),
        }
    }
}

/// How even a teacher's answers are at a T: their mean entropy over the rows, as a share of ln C.
fn evenness(heard: &Heard<'_>, classes: usize, t: f64) -> Option<f64> {
    let rows = heard.each.first()?.len() / classes.max(1);
    let each = (0..rows).filter_map(|row| heard.row(row, classes)).map(|row| entropy(&row.logits(t), t));
    let sum: f64 = each.sum();
    (rows > 0 && classes > 1 && sum.is_finite()).then(|| sum / rows as f64 / (classes as f64).ln())
}

/// The T among powers of √2 at which the teacher's answers are nearest to half as even as they can be.
fn half_even(heard: &Heard<'_>, classes: usize) -> Option<f64> {
    let tries = (0..=14).map(|half| (f64::from(half) / 2.0).exp2());
    let rated = tries.filter_map(|t| Some((t, (evenness(heard, classes, t)? - 0.5).abs())));
    let best = rated.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(t, _)| t)?;
    Some((best * 2.0).round() / 2.0)
}

impl JobFacts<'_> {
    /// Why some students of one recipe gained nothing over their baselines; none where nothing that was measured tells. `is_sure` says
    /// whether there were seeds enough.
    pub(super) fn cause(&self, students: &[&RunInfo], is_sure: bool, is_ahead: bool) -> Option<Cause> {
        let recipe = &students.first()?.recipe;
        let seeds = || Cause { words: phrase!("cause-few-seeds"), remedy: Some(Remedy::Seeds) };
        if is_ahead {
            return (!is_sure).then(seeds);
        }
        let causes = [
            self.little_weight(students, recipe),
            self.weak_teacher(students, recipe),
            self.dull_temperature(students, recipe),
            self.no_agreement(students, recipe),
            self.known_by_heart(students, recipe),
            (!is_sure).then(seeds),
        ];
        causes.into_iter().flatten().next()
    }

    /// What the teacher says has next to no share of the gradient.
    fn little_weight(&self, students: &[&RunInfo], recipe: &Recipe) -> Option<Cause> {
        let shares: Option<Vec<f64>> = students.iter().map(|info| self.end(info.run)?.teacher_share()).collect();
        let shares = shares.filter(|shares| !shares.is_empty())?;
        let share = shares.iter().sum::<f64>() / shares.len() as f64;
        let distill = &recipe.distill;
        // What was asked for is no cause.
        let is_asked = |term: &Term| {
            term.of_teacher
                && term.weight.is_some_and(|path| !matches!(distill.course(path), Some(Course::Fixed(it)) if it > 0.0))
        };
        if distill.method().terms.iter().any(is_asked) {
            return None;
        }
        let remedy = match distill.get(HARD_WEIGHT.path) {
            _ if distill.is_unscaled() => Some(Remedy::SquareTemperature),
            Some(hard) if hard > 0.0 && distill.peers() == 1 => Some(Remedy::NoLabels),
            _ => None,
        };
        let words = phrase!("cause-little-weight", share = Phrase::percent(share));
        (share < LITTLE).then_some(Cause { words, remedy })
    }

    /// The teacher is no better than its student.
    fn weak_teacher(&self, students: &[&RunInfo], recipe: &Recipe) -> Option<Cause> {
        // Who needs no teacher is only compared with one.
        if !recipe.distill.method().needs.teacher {
            return None;
        }
        let teacher = self.mean_errors(&mut self.teachers_of(students).into_iter().map(|info| info.run))?;
        let student = self.mean_errors(&mut students.iter().map(|info| info.run))?;
        let remedy = match &recipe.teacher {
            Some(TeacherRecipe::Train { training, .. }) => Some(Remedy::TeacherEpochs(2 * training.epochs)),
            _ => None,
        };
        let words = phrase!("cause-weak-teacher", teacher = Phrase::mean(teacher), student = Phrase::mean(student));
        (teacher >= student).then_some(Cause { words, remedy })
    }

    /// At this T the teacher's answers are as good as labels, or as good as even.
    fn dull_temperature(&self, students: &[&RunInfo], recipe: &Recipe) -> Option<Cause> {
        // Other terms soften otherwise.
        recipe.distill.method().term(SOFT.name)?;
        let Some(Course::Fixed(t)) = recipe.distill.course(TEMPERATURE.path) else { return None };
        let (heard, classes) = ((self.heard)(students.first()?)?, self.classes.len());
        let even = evenness(&heard, classes, t)?;
        let better = half_even(&heard, classes).filter(|better| better.to_bits() != t.to_bits());
        let (temperature, share) = (Phrase::setting(t), Phrase::percent(even));
        let words = if even < SHARP {
            phrase!("cause-sharp", temperature = temperature, share = share)
        } else if even > EVEN {
            phrase!("cause-even", temperature = temperature, share = share)
        } else {
            return None;
        };
        Some(Cause { words, remedy: better.map(Remedy::Temperature) })
    }

    /// The student comes no closer to its teacher.
    fn no_agreement(&self, students: &[&RunInfo], recipe: &Recipe) -> Option<Cause> {
        if !recipe.distill.method().hears() || recipe.training.epochs < 2 {
            return None;
        }
        let both = students.iter().map(|info| {
            let last = self.end(info.run)?.validation?.agreement?;
            Some(((self.first_agreement)(info.run)?, last))
        });
        let both: Vec<(f64, f64)> = both.collect::<Option<_>>()?;
        let mean = |of: fn(&(f64, f64)) -> f64| both.iter().map(of).sum::<f64>() / both.len().max(1) as f64;
        let (first, last) = (mean(|it| it.0), mean(|it| it.1));
        let words = phrase!("cause-no-agreement", first = Phrase::percent(first), last = Phrase::percent(last));
        // Who agrees everywhere from the first epoch has nothing left to rise to.
        (last - first < RISE && last < 0.98)
            .then_some(Cause { words, remedy: Some(Remedy::Epochs(2 * recipe.training.epochs)) })
    }

    /// The student knows its training rows by heart.
    fn known_by_heart(&self, students: &[&RunInfo], recipe: &Recipe) -> Option<Cause> {
        let wrong: Option<Vec<(u64, u64)>> =
            students.iter().map(|info| self.end(info.run)?.training.map(|it| (it.errors, it.examples))).collect();
        let wrong = wrong.filter(|wrong| !wrong.is_empty())?;
        let has_labels = recipe.distill.get(HARD_WEIGHT.path).is_some_and(|weight| weight > 0.0);
        let remedy = (has_labels && recipe.distill.method().needs.teacher).then_some(Remedy::NoLabels);
        let words = phrase!("cause-by-heart", rows = Phrase::count(wrong[0].1));
        wrong.iter().all(|(errors, _)| *errors == 0).then_some(Cause { words, remedy })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distill::Mean;
    use crate::recipe::QUICKSTART;

    #[test]
    fn the_temperature_that_is_tried_is_where_answers_are_half_even() {
        let sure = [20.0_f32, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let heard = Heard { each: vec![&sure], mean: Mean::default() };
        assert!(evenness(&heard, 10, 1.0).unwrap() < SHARP);
        let t = half_even(&heard, 10).unwrap();
        assert!((evenness(&heard, 10, t).unwrap() - 0.5).abs() < 0.15, "{t}");
        let even = [1e-3_f32, 0.0, 0.0];
        assert!(evenness(&Heard { each: vec![&even], mean: Mean::default() }, 3, 1.0).unwrap() > EVEN);
    }

    #[test]
    fn a_remedy_changes_what_it_says_and_ends_its_sweep() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        let values = crate::recipe::AxisValues::List(vec![1.0.into(), 2.0.into()]);
        sweep.set_axis(TEMPERATURE.path, Some(values));
        let tried = Remedy::Temperature(6.0).apply(&sweep);
        assert_eq!((tried.base.distill.temperature(), tried.is_single()), (Some(6.0), true));
        assert_eq!(tried.check(), Ok(()));
        assert_eq!(Remedy::Seeds.apply(&sweep).count(), 8);
        assert_eq!(Remedy::Epochs(40).apply(&sweep).base.training.epochs, 40);
        assert_eq!(Remedy::NoLabels.apply(&sweep).base.distill.get(HARD_WEIGHT.path), Some(0.0));
    }
}
