//! What students learn from: the teacher's softened distributions, made from its cached logits.

use std::borrow::Cow;
use std::sync::Arc;

use super::soften::{has_top_class, log_soften};

/// Logits of one or several teachers for every sample, keyed by sample. They are cached, not probabilities, so that T can
/// change without another pass.
#[derive(Clone, Debug, PartialEq)]
pub struct TeacherLogits {
    /// `[teachers, samples, classes]`, shared: there may be hundreds of megabytes of them.
    pub values: Arc<Vec<f32>>,
    /// Number of teachers, ≥ 1.
    pub teachers: usize,
    /// Number of classes.
    pub classes: usize,
    /// How several become one.
    pub mean: Mean,
}

/// What one or several teachers say of one sample; where it says so, of several.
#[derive(Clone, Debug)]
pub struct Heard<'a> {
    /// The logits of each, `[classes]`; at least one.
    pub each: Vec<&'a [f32]>,
    /// How several become one.
    pub mean: Mean,
}

impl<'a> Heard<'a> {
    /// What is said of one of several samples, each member's logits being `[samples, classes]`; none where it is not there or no number.
    pub fn row(&self, row: usize, classes: usize) -> Option<Self> {
        let of_row = |logits: &&'a [f32]| logits.get(row * classes..(row + 1) * classes);
        let each = self.each.iter().map(of_row).collect::<Option<Vec<_>>>()?;
        let says_something = !each.is_empty() && each.iter().all(|logits| has_top_class(logits));
        says_something.then_some(Self { each, mean: self.mean })
    }

    /// The softened distribution of all together: T is applied to each first.
    pub fn soften(&self, temperature: f64) -> Vec<f64> {
        let mut sum = vec![0.0; self.each.first().map_or(0, |first| first.len())];
        for logits in &self.each {
            for (sum, log_p) in sum.iter_mut().zip(log_soften(logits, temperature)) {
                *sum += if self.mean == Mean::Probabilities { log_p.exp() } else { log_p };
            }
        }
        let teachers = self.each.len() as f64;
        match self.mean {
            Mean::Probabilities => sum.into_iter().map(|p| p / teachers).collect(),
            Mean::Logits => {
                let p: Vec<f64> = sum.into_iter().map(|log_p| (log_p / teachers).exp()).collect();
                let total: f64 = p.iter().sum();
                p.into_iter().map(|p| p / total).collect()
            }
        }
    }

    /// Logits whose softmax at T is that distribution: one teacher's own; of several the mean of their logits, or T · ln of the mean of
    /// their distributions at T.
    pub fn logits(&self, temperature: f64) -> Cow<'a, [f32]> {
        if let [only] = self.each[..] {
            return Cow::Borrowed(only);
        }
        let of_several = match self.mean {
            Mean::Probabilities => {
                let p = self.soften(temperature);
                p.into_iter().map(|p| (temperature * p.max(f64::MIN_POSITIVE).ln()) as f32).collect()
            }
            Mean::Logits => {
                let of_class = |class: usize| {
                    let sum: f64 = self.each.iter().map(|logits| f64::from(logits[class])).sum();
                    (sum / self.each.len() as f64) as f32
                };
                (0..self.each.first().map_or(0, |first| first.len())).map(of_class).collect()
            }
        };
        Cow::Owned(of_several)
    }
}

/// How the distributions of several teachers become one. T is applied to each teacher first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mean {
    /// The mean of their probabilities.
    #[default]
    Probabilities,
    /// The softmax of the mean of their logits, which is the normalised geometric mean of their probabilities.
    Logits,
}

impl Mean {
    /// All of them, each with the name that a recipe uses.
    pub const NAMES: [(&'static str, Self); 2] = [("probabilities", Self::Probabilities), ("logits", Self::Logits)];

    /// The name that a recipe uses.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

impl TeacherLogits {
    /// What one teacher says, `[samples, classes]`.
    pub fn of_one(values: impl Into<Arc<Vec<f32>>>, classes: usize) -> Self {
        Self { values: values.into(), teachers: 1, classes, mean: Mean::default() }
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.values.len() / (self.teachers * self.classes).max(1)
    }

    /// One teacher's logits of one sample.
    pub fn row(&self, teacher: usize, sample: usize) -> &[f32] {
        &self.values[(teacher * self.samples() + sample) * self.classes..][..self.classes]
    }

    /// The same of some samples; of all in their order it is shared.
    pub fn of_samples(&self, samples: &[u32]) -> Self {
        if samples.len() == self.samples() && samples.iter().zip(0..).all(|(sample, at)| *sample == at) {
            return self.clone();
        }
        let mut values = Vec::with_capacity(self.teachers * samples.len() * self.classes);
        for teacher in 0..self.teachers {
            for sample in samples {
                values.extend_from_slice(self.row(teacher, *sample as usize));
            }
        }
        Self { values: Arc::new(values), ..*self }
    }

    /// The softened distribution of one sample, over all teachers.
    pub fn soften(&self, sample: usize, temperature: f64) -> Vec<f64> {
        self.heard(sample).soften(temperature)
    }

    /// Logits of one sample whose softmax at T is the softened distribution over all teachers.
    pub fn logits(&self, sample: usize, temperature: f64) -> Vec<f32> {
        self.heard(sample).logits(temperature).into_owned()
    }

    fn heard(&self, sample: usize) -> Heard<'_> {
        Heard { each: (0..self.teachers).map(|teacher| self.row(teacher, sample)).collect(), mean: self.mean }
    }

    /// The same of several samples, `[samples, classes]`.
    pub fn logits_of(&self, samples: &[u32], temperature: f64) -> Vec<f32> {
        if self.teachers == 1 {
            return Arc::unwrap_or_clone(self.of_samples(samples).values);
        }
        samples.iter().flat_map(|sample| self.logits(*sample as usize, temperature)).collect()
    }
}

/// Softened distributions of all samples at each temperature in use; rows of a batch are picked out of them.
#[derive(Clone, Debug)]
pub struct Targets {
    /// The distinct temperatures, in the order of their first member.
    temperatures: Vec<f64>,
    /// `[targets][samples, classes]`.
    distributions: Vec<Vec<f32>>,
    classes: usize,
}

impl Targets {
    /// For the given temperatures (equal ones share a target).
    pub fn new(logits: &TeacherLogits, temperatures: impl IntoIterator<Item = f64>) -> Self {
        let distinct = Self::distinct(temperatures);
        let soften = |temperature: &f64| {
            let rows = (0..logits.samples()).flat_map(|sample| logits.soften(sample, *temperature));
            rows.map(|p| p as f32).collect()
        };
        Self { distributions: distinct.iter().map(soften).collect(), temperatures: distinct, classes: logits.classes }
    }

    /// Temperatures without those that come again.
    pub fn distinct(temperatures: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let mut distinct: Vec<f64> = Vec::new();
        for temperature in temperatures {
            if !distinct.contains(&temperature) {
                distinct.push(temperature);
            }
        }
        distinct
    }

    /// Which target belongs to a temperature.
    #[allow(clippy::float_cmp, reason = "the very same number is looked for")]
    pub fn index_of(&self, temperature: f64) -> Option<usize> {
        self.temperatures.iter().position(|known| *known == temperature)
    }

    /// Number of distinct targets.
    pub fn count(&self) -> usize {
        self.temperatures.len()
    }

    /// Appends the distributions of `samples` at target `target`, `[samples, classes]`.
    pub fn append(&self, target: usize, samples: &[u32], values: &mut Vec<f32>) {
        for sample in samples {
            let at = *sample as usize * self.classes;
            values.extend_from_slice(&self.distributions[target][at..at + self.classes]);
        }
    }
}
