//! Two groups side by side, paired by seed: equal seeds share initial weights and batch order, so that what is left is the
//! difference that the teacher makes.

use super::student_t;
use super::trial::{Measure, Trial, whole};

/// Fewer pairs than this say nothing, however far apart they are.
pub const MIN_PAIRS: usize = 3;

/// The errors of two groups, and their differences by seed (student − baseline: less than 0 is better).
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    /// The seeds that both have, rising.
    pub seeds: Vec<u64>,
    /// Of how many rows.
    pub examples: u64,
    /// The student's errors over those seeds.
    pub student: Spread,
    /// The baseline's errors over those seeds.
    pub baseline: Spread,
    /// Their differences, seed by seed.
    pub difference: Spread,
    /// How likely a mean difference this far from 0 is by chance; `None` where it cannot be told.
    pub p: Option<f64>,
    /// Where the true mean difference lies; `None` where it cannot be told.
    pub interval: Option<Interval>,
}

/// Values over seeds: their mean, and how far they spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation of a sample (n − 1); `None` with a single value.
    pub deviation: Option<f64>,
    /// How many values.
    pub n: usize,
}

impl Spread {
    /// Of finite values; none without any.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let deviation = (n > 1).then(|| (squares / (n as f64 - 1.0)).sqrt());
        (n > 0).then_some(Self { mean, deviation, n })
    }
}

/// An interval of a mean difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How surely it covers the truth, alone: 0.95, or more where it stands for several comparisons.
    pub level: f64,
}

impl Interval {
    /// Whether all of it is on one side of 0.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

impl Paired {
    /// Pairs the whole trials of two groups; `None` if there is no seed that both have.
    ///
    /// Trials measured on another number of rows than the first pair are not comparable, and left out.
    pub(super) fn new(student: &[Trial], baseline: &[Trial], of: impl Fn(&Trial) -> Option<Measure>) -> Option<Self> {
        let baseline = whole(baseline);
        let pairs = whole(student).into_iter().filter_map(|(seed, student)| {
            let (student, baseline) = (of(student)?, of(baseline.get(&seed)?)?);
            (student.examples == baseline.examples && student.examples > 0).then_some((seed, student, baseline))
        });
        let mut pairs = pairs.collect::<Vec<_>>();
        let examples = pairs.first()?.1.examples;
        pairs.retain(|(_, student, _)| student.examples == examples);
        let column = |value: fn(&(u64, Measure, Measure)) -> f64| pairs.iter().map(value).collect::<Vec<_>>();
        let mut paired = Self {
            seeds: pairs.iter().map(|pair| pair.0).collect(),
            examples,
            student: Spread::of(column(|pair| pair.1.errors as f64))?,
            baseline: Spread::of(column(|pair| pair.2.errors as f64))?,
            difference: Spread::of(column(|pair| pair.1.errors as f64 - pair.2.errors as f64))?,
            p: None,
            interval: None,
        };
        paired.p = paired
            .standard_error()
            .map(|error| student_t::two_sided_p(paired.difference.mean / error, paired.freedom()));
        Some(paired)
    }

    /// The interval that misses the truth with probability `alpha`.
    pub(super) fn interval_at(&self, alpha: f64) -> Option<Interval> {
        let reach = self.standard_error()? * student_t::critical(alpha, self.freedom());
        let mean = self.difference.mean;
        Some(Interval { low: mean - reach, high: mean + reach, level: 1.0 - alpha })
    }

    /// Whether all seeds differ by the same amount. That is what few seeds on few rows can do by chance, and it leaves no
    /// spread to judge by: an interval of no width would claim to know the truth exactly.
    pub(super) fn has_no_spread(&self) -> bool {
        self.difference.deviation == Some(0.0)
    }

    /// Of the mean difference; `None` where none can be told from these seeds.
    fn standard_error(&self) -> Option<f64> {
        let deviation = self.difference.deviation.filter(|deviation| *deviation > 0.0)?;
        (self.seeds.len() >= MIN_PAIRS).then(|| deviation / (self.seeds.len() as f64).sqrt())
    }

    fn freedom(&self) -> f64 {
        self.seeds.len() as f64 - 1.0
    }
}
