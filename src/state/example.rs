//! Logits that were made up to be dragged: a car, a garbage truck and a carrot at first, or those of a sample that were taken over.

use std::sync::Arc;

use super::{Pane, State};
use crate::distill::soften::soften;
use crate::distill::{Heard, Mean, RowLoss, Weights, row_loss};
use crate::protocol::{Probe, Setting};
use crate::recipe::fields::{HARD_WEIGHT, SOFT_WEIGHT, TEMPERATURE};
use crate::text::text;

/// A hand-made example.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The teacher's logits, `[classes]`.
    pub teacher: Vec<f32>,
    /// The student's.
    pub student: Vec<f32>,
    /// Which class it is.
    pub label: usize,
    /// The names of the classes where they were taken over from a sample; else the language's own.
    pub names: Option<Vec<String>>,
}

/// Logits that can be dragged to.
pub const LOGITS: std::ops::RangeInclusive<f64> = -12.0..=12.0;

/// Classes of an example, at most.
pub const MOST_CLASSES: usize = 12;

/// The language's names of the first classes.
const NAMES: [&str; 3] = ["example-car", "example-truck", "example-carrot"];

/// Whose logits are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The teacher's.
    Teacher,
    /// The student's.
    Student,
}

/// Why typed logits are not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotLogits {
    /// What stands at this place of the list, counted from 1, is no finite number.
    NoNumber(usize, String),
    /// There are so many; from 2 to [`MOST_CLASSES`] are allowed.
    Count(usize),
}

impl Default for Example {
    /// The garbage truck is one in fifty at T = 1, and the carrot one in ten thousand.
    fn default() -> Self {
        Self { teacher: vec![8.0, 4.0, -1.0], student: vec![3.0, 1.0, 1.5], label: 0, names: None }
    }
}

impl Example {
    /// The names of its classes.
    pub fn classes(&self) -> Vec<String> {
        let own = |class: usize| match NAMES.get(class) {
            Some(key) => text(key),
            None => (class + 1).to_string(),
        };
        self.names.clone().unwrap_or_else(|| (0..self.teacher.len()).map(own).collect())
    }

    /// The logits of one of the two.
    pub fn logits(&self, whose: Whose) -> &[f32] {
        match whose {
            Whose::Teacher => &self.teacher,
            Whose::Student => &self.student,
        }
    }

    fn logits_mut(&mut self, whose: Whose) -> &mut Vec<f32> {
        match whose {
            Whose::Teacher => &mut self.teacher,
            Whose::Student => &mut self.student,
        }
    }

    /// Moves one logit.
    pub fn move_logit(&mut self, whose: Whose, class: usize, to: f64) {
        if let Some(z) = self.logits_mut(whose).get_mut(class).filter(|_| to.is_finite()) {
            *z = to.clamp(*LOGITS.start(), *LOGITS.end()) as f32;
        }
    }

    /// Moves one probability at T by its logit alone: the others keep their ratios.
    pub fn move_probability(&mut self, whose: Whose, class: usize, to: f64, temperature: f64) {
        let p = soften(self.logits(whose), temperature);
        let (Some(now), true) = (p.get(class).copied(), to.is_finite()) else { return };
        let log_odds = |p: f64| {
            let p = p.clamp(1e-6, 1.0 - 1e-6);
            (p / (1.0 - p)).ln()
        };
        let z = f64::from(self.logits(whose)[class]);
        self.move_logit(whose, class, z + temperature * (log_odds(to) - log_odds(now)));
    }

    /// Takes typed logits: between commas, semicolons or blanks. Those of the other side get as many classes.
    ///
    /// # Errors
    /// What is no list of 2 to [`MOST_CLASSES`] finite numbers; nothing is changed then.
    pub fn type_logits(&mut self, whose: Whose, typed: &str) -> Result<(), NotLogits> {
        let logits = read_logits(typed)?;
        let count = logits.len();
        *self.logits_mut(whose) = logits;
        let other = if whose == Whose::Teacher { Whose::Student } else { Whose::Teacher };
        self.logits_mut(other).resize(count, 0.0);
        self.names = self.names.take().filter(|names| names.len() == count);
        self.label = self.label.min(count - 1);
        Ok(())
    }

    /// As the lens shows it: a probe set of one row.
    pub(super) fn probe(&self) -> Arc<Probe> {
        Arc::new(Probe { rows: vec![0], labels: vec![self.label as u32], classes: self.classes(), ..Probe::default() })
    }

    /// What its teacher says.
    pub fn heard(&self) -> Heard<'_> {
        Heard { each: vec![&self.teacher], mean: Mean::default() }
    }

    /// The student's loss on it.
    pub fn loss(&self, weights: &Weights) -> RowLoss {
        row_loss(Some(&self.heard()), &self.student, Some(self.label), weights)
    }
}

/// Logits as people type or paste them.
///
/// # Errors
/// See [`NotLogits`].
pub fn read_logits(typed: &str) -> Result<Vec<f32>, NotLogits> {
    let inner = typed.trim().trim_start_matches(['[', '(', '{']).trim_end_matches([']', ')', '}']);
    let mut logits = Vec::new();
    for part in inner.split([',', ';', '，', '；', '、']) {
        let mut words = part.split_whitespace().peekable();
        if words.peek().is_none() {
            return Err(NotLogits::NoNumber(logits.len() + 1, String::new()));
        }
        for word in words {
            let number = word.replace('−', "-").parse::<f32>().ok().filter(|z| z.is_finite());
            logits.push(number.ok_or_else(|| NotLogits::NoNumber(logits.len() + 1, word.to_owned()))?);
        }
    }
    if (2..=MOST_CLASSES).contains(&logits.len()) { Ok(logits) } else { Err(NotLogits::Count(logits.len())) }
}

impl State {
    /// The panel whose picture is meant where none was named.
    pub fn figure_panel(&self) -> Pane {
        let is_figure =
            |panel: &Pane| matches!(panel, Pane::Lens | Pane::Dark | Pane::Loss | Pane::Quality | Pane::Board);
        self.window.maximised.filter(is_figure).unwrap_or(Pane::Lens)
    }

    /// Sees to it that the lens shows the example as it is now, in the language that is spoken now.
    pub fn settle_example(&mut self) {
        let known = &self.screen.example_probe;
        let is_it =
            known.labels == [self.screen.example.label as u32] && known.classes == self.screen.example.classes();
        if !is_it {
            self.screen.example_probe = self.screen.example.probe();
        }
    }

    /// The weights with which a loss is worked out: those of the run on show as they are now, else of the recipe; T is the lens's. None
    /// where it does not learn from soft targets.
    pub fn weights(&self, temperature: f64) -> Option<Weights> {
        let Some(job) = self.focused() else {
            return Some(Weights { temperature, ..Weights::of(&self.recipe.sweep.base.distill)? });
        };
        let run = job.shown_run(self.lit_cell())?;
        let own = Weights::of(&run.recipe.distill)?;
        let live = |path: &'static str| job.setting(run, Setting::at(path)?);
        Some(Weights {
            temperature,
            soft_weight: live(SOFT_WEIGHT.path).unwrap_or(own.soft_weight),
            hard_weight: live(HARD_WEIGHT.path).unwrap_or(own.hard_weight),
            ..own
        })
    }

    /// An example with the logits of what the lens shows: of very many classes those that teacher and student find likeliest. None where
    /// means are looked at, or nothing is said.
    pub fn example_of_view(&self) -> Option<Example> {
        let view = self.lens_view().filter(|view| view.over.is_none())?;
        let teacher = view.teacher.as_ref().map(|heard| heard.logits(1.0).into_owned());
        let student = view.student.as_deref().map(<[f32]>::to_vec);
        let said = teacher.clone().or_else(|| student.clone())?;
        let mut kept: Vec<usize> = crate::distill::soften::ranking(&said);
        if let Some(label) = view.label {
            // The label's class is among them in any case.
            kept.retain(|class| *class != label);
            kept.insert(0, label);
        }
        kept.truncate(MOST_CLASSES);
        kept.sort_unstable();
        let of = |logits: &Option<Vec<f32>>| match logits {
            Some(logits) => {
                let range = (*LOGITS.start() as f32, *LOGITS.end() as f32);
                let mean = kept.iter().map(|class| logits[*class]).sum::<f32>() / kept.len().max(1) as f32;
                // A softmax knows no level: only what is far beyond the others is cut.
                kept.iter().map(|class| (logits[*class] - mean).clamp(range.0, range.1)).collect()
            }
            None => vec![0.0; kept.len()],
        };
        let label = view.label.and_then(|label| kept.iter().position(|class| *class == label)).unwrap_or(0);
        let names = kept.iter().map(|class| view.probe.classes[*class].clone()).collect();
        Some(Example { teacher: of(&teacher), student: of(&student), label, names: Some(names) })
    }

    /// T at which the run on show learns now; none where it learns from no soft targets.
    pub fn trained_temperature(&self) -> Option<f64> {
        let Some(job) = self.focused() else { return self.recipe.sweep.base.distill.temperature() };
        let run = job.shown_run(self.lit_cell())?;
        job.setting(run, Setting::at(TEMPERATURE.path)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dragged_probability_is_there_and_the_others_keep_their_ratios() {
        for temperature in [0.5, 1.0, 4.0] {
            let mut example = Example { teacher: vec![2.0, 1.0, 0.5, -1.0], ..Example::default() };
            let before = soften(&example.teacher, temperature);
            example.move_probability(Whose::Teacher, 1, 0.4, temperature);
            let after = soften(&example.teacher, temperature);
            assert!((after[1] - 0.4).abs() < 1e-6, "{after:?}");
            assert!((after[0] / after[2] - before[0] / before[2]).abs() < 1e-6);
        }
        let mut example = Example::default();
        example.move_probability(Whose::Student, 0, 1.0, 1.0);
        example.move_probability(Whose::Student, 9, 0.5, 1.0);
        example.move_logit(Whose::Student, 1, f64::NAN);
        assert_eq!((example.student[0], example.student[1]), (12.0, 1.0), "it stays within the range of logits");
    }

    #[test]
    fn typed_logits_are_read_or_refused_whole() {
        let mut example = Example::default();
        for (typed, wanted) in
            [("5, 2, 0.5, -1", vec![5.0, 2.0, 0.5, -1.0]), ("[1 2；−3]", vec![1.0, 2.0, -3.0]), ("1;2", vec![1.0, 2.0])]
        {
            example.type_logits(Whose::Teacher, typed).unwrap();
            assert_eq!((&example.teacher, example.student.len()), (&wanted, wanted.len()));
            assert_eq!(example.classes().len(), wanted.len());
        }
        let before = example.clone();
        for (typed, fault) in [
            ("1,,nan", NotLogits::NoNumber(2, String::new())),
            ("1,nan", NotLogits::NoNumber(2, "nan".to_owned())),
            ("1,1e39", NotLogits::NoNumber(2, "1e39".to_owned())),
            ("four", NotLogits::NoNumber(1, "four".to_owned())),
            ("", NotLogits::NoNumber(1, String::new())),
            ("1", NotLogits::Count(1)),
            ("1 2 3 4 5 6 7 8 9 10 11 12 13", NotLogits::Count(13)),
        ] {
            assert_eq!(example.type_logits(Whose::Student, typed), Err(fault), "{typed}");
            assert_eq!(example, before);
        }
    }
}
