//! What students learn from: the teacher's softened distributions, made from its cached logits.

use super::soften::log_soften;

/// Logits of one or several teachers for every sample, keyed by sample. They are cached, not probabilities, so that T can
/// change without another pass.
#[derive(Clone, Debug, PartialEq)]
pub struct TeacherLogits {
    /// `[teachers, samples, classes]`.
    pub values: Vec<f32>,
    /// Number of teachers, ≥ 1.
    pub teachers: usize,
    /// Number of classes.
    pub classes: usize,
    /// How several become one.
    pub mean: Mean,
}

/// How the distributions of several teachers become one. T is applied to each teacher first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mean {
    /// The mean of their probabilities.
    #[default]
    Arithmetic,
    /// The normalised exponential of the mean of their log-probabilities.
    Geometric,
}

impl TeacherLogits {
    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.values.len() / (self.teachers * self.classes).max(1)
    }

    /// One teacher's logits of one sample.
    pub fn row(&self, teacher: usize, sample: usize) -> &[f32] {
        &self.values[(teacher * self.samples() + sample) * self.classes..][..self.classes]
    }

    /// The same of some samples.
    pub fn of_samples(&self, samples: &[u32]) -> Self {
        let each = (0..self.teachers).flat_map(|teacher| samples.iter().map(move |sample| (teacher, *sample as usize)));
        let values = each.flat_map(|(teacher, sample)| self.row(teacher, sample)).copied().collect();
        Self { values, ..*self }
    }

    /// The softened distribution of one sample, over all teachers.
    pub fn soften(&self, sample: usize, temperature: f64) -> Vec<f64> {
        let each = (0..self.teachers).map(|teacher| log_soften(self.row(teacher, sample), temperature));
        let mut sum = vec![0.0; self.classes];
        for log_p in each {
            for (sum, log_p) in sum.iter_mut().zip(log_p) {
                *sum += if self.mean == Mean::Arithmetic { log_p.exp() } else { log_p };
            }
        }
        let teachers = self.teachers as f64;
        match self.mean {
            Mean::Arithmetic => sum.into_iter().map(|p| p / teachers).collect(),
            Mean::Geometric => {
                let p: Vec<f64> = sum.into_iter().map(|log_p| (log_p / teachers).exp()).collect();
                let total: f64 = p.iter().sum();
                p.into_iter().map(|p| p / total).collect()
            }
        }
    }

    /// Logits of one sample whose softmax at T is the softened distribution over all teachers: one teacher's own; of several the mean
    /// of their logits (geometric), or T · ln of the mean of their distributions at T.
    pub fn logits(&self, sample: usize, temperature: f64) -> Vec<f32> {
        if self.teachers == 1 {
            return self.row(0, sample).to_vec();
        }
        match self.mean {
            Mean::Arithmetic => {
                let p = self.soften(sample, temperature);
                p.into_iter().map(|p| (temperature * p.max(f64::MIN_POSITIVE).ln()) as f32).collect()
            }
            Mean::Geometric => {
                let of_class = |class: usize| {
                    let sum: f64 = (0..self.teachers).map(|teacher| f64::from(self.row(teacher, sample)[class])).sum();
                    (sum / self.teachers as f64) as f32
                };
                (0..self.classes).map(of_class).collect()
            }
        }
    }

    /// The same of several samples, `[samples, classes]`.
    pub fn logits_of(&self, samples: &[u32], temperature: f64) -> Vec<f32> {
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
        let mut distinct: Vec<f64> = Vec::new();
        for temperature in temperatures {
            if !distinct.contains(&temperature) {
                distinct.push(temperature);
            }
        }
        let soften = |temperature: &f64| {
            let rows = (0..logits.samples()).flat_map(|sample| logits.soften(sample, *temperature));
            rows.map(|p| p as f32).collect()
        };
        Self { distributions: distinct.iter().map(soften).collect(), temperatures: distinct, classes: logits.classes }
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
