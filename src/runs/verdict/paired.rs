//! Two groups side by side, paired by seed: equal seeds share initial weights and batch order, so that what is left is the
//! difference that the teacher makes.

use super::student_t;
use super::trial::{Measure, Trial, whole};
use super::two_ways::StandardError;

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
    /// What p and interval allow for.
    pub counted: Counted,
    /// How likely a mean difference this far from 0 is by chance; `None` where it cannot be told.
    pub p: Option<f64>,
    /// Where the true mean difference lies; `None` where it cannot be told.
    pub interval: Option<Interval>,
    /// Of the mean difference; `None` with too few seeds.
    error: Option<StandardError>,
}

/// Whose chance an interval allows for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// That of rows and of seeds.
    RowsAndSeeds,
    /// That of seeds: it is not stored which rows were missed, so that it holds for these rows only.
    SeedsOnly,
}

impl Counted {
    /// A stable name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::RowsAndSeeds => "rows-and-seeds",
            Self::SeedsOnly => "seeds-only",
        }
    }
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
    pub(super) fn new(student: &[Trial], baseline: &[Trial], of: impl Fn(&Trial) -> Option<&Measure>) -> Option<Self> {
        let (student, baseline) = (whole(student), whole(baseline));
        let pairs = student.into_iter().filter_map(|(seed, student)| {
            let (student, baseline) = (of(student)?, of(baseline.get(&seed)?)?);
            (student.examples == baseline.examples && student.examples > 0).then_some((seed, student, baseline))
        });
        let mut pairs = pairs.collect::<Vec<(u64, &Measure, &Measure)>>();
        let examples = pairs.first()?.1.examples;
        pairs.retain(|(_, student, _)| student.examples == examples);
        let spread = |value: fn(&(u64, &Measure, &Measure)) -> f64| Spread::of(pairs.iter().map(value));
        let difference = spread(|pair| pair.1.errors as f64 - pair.2.errors as f64)?;
        let missed = pairs.iter().map(|(_, a, b)| Some([a.missed.as_deref()?, b.missed.as_deref()?]));
        let of_rows = missed.collect::<Option<Vec<_>>>().and_then(|missed| StandardError::of_rows(&missed));
        let of_seeds = difference.deviation.map(|deviation| StandardError::of_seeds(deviation, pairs.len()));
        let mut paired = Self {
            seeds: pairs.iter().map(|pair| pair.0).collect(),
            examples,
            student: spread(|pair| pair.1.errors as f64)?,
            baseline: spread(|pair| pair.2.errors as f64)?,
            difference,
            counted: if of_rows.is_some() { Counted::RowsAndSeeds } else { Counted::SeedsOnly },
            p: None,
            interval: None,
            error: of_rows.or(of_seeds).filter(|_| pairs.len() >= MIN_PAIRS),
        };
        let p = |error: StandardError| student_t::two_sided_p(difference.mean / error.value, error.freedom);
        paired.p = paired.standard_error().map(p);
        Some(paired)
    }

    /// The interval that misses the truth with probability `alpha`.
    pub(super) fn interval_at(&self, alpha: f64) -> Option<Interval> {
        let error = self.standard_error()?;
        let reach = error.value * student_t::critical(alpha, error.freedom);
        let mean = self.difference.mean;
        Some(Interval { low: mean - reach, high: mean + reach, level: 1.0 - alpha })
    }

    /// Whether nothing varies: all seeds differ by the same amount, and all rows do, where these are known. That is what few seeds on
    /// few rows can do by chance, and it leaves no spread to judge by: an interval of no width would claim to know the truth exactly.
    pub(super) fn has_no_spread(&self) -> bool {
        self.error.is_some_and(|error| error.value == 0.0)
    }

    /// Of the mean difference; `None` where none can be told from these seeds.
    fn standard_error(&self) -> Option<StandardError> {
        self.error.filter(|error| error.value > 0.0)
    }
}
