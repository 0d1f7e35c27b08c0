//! The fields of the panel that can hold several values: where each lives in a recipe, and what it is first swept over.

use std::ops::Bound;

use toml::Value;

use crate::recipe::fields::{self, Field, Kind};
use crate::recipe::{AxisValues, Range, Recipe, Sweep};
use crate::widgets::{RangeLimits, RangeValue};

/// A field with one value or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Swept {
    /// T.
    Temperature,
    /// Weight of the soft term.
    SoftWeight,
    /// Weight of the hard term.
    HardWeight,
    /// Peak learning rate.
    LearningRate,
    /// Seed of the training.
    Seed,
}

/// The most values of one field.
const MOST: usize = 1000;

/// The largest whole number up to which no other is lost between two that can be told apart: 2⁵³.
const LARGEST: f64 = 9_007_199_254_740_992.0;

impl Swept {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Temperature, Self::SoftWeight, Self::HardWeight, Self::LearningRate, Self::Seed];

    /// What it is.
    pub fn field(self) -> Field {
        match self {
            Self::Temperature => fields::TEMPERATURE,
            Self::SoftWeight => fields::SOFT_WEIGHT,
            Self::HardWeight => fields::HARD_WEIGHT,
            Self::LearningRate => fields::LEARNING_RATE,
            Self::Seed => fields::SEED,
        }
    }

    /// What edits of its values are called, for undo; its switch is an edit of its own.
    pub fn edits(self) -> [&'static str; 2] {
        match self {
            Self::Temperature => ["temperature values", "sweep temperature"],
            Self::SoftWeight => ["soft weight values", "sweep soft weight"],
            Self::HardWeight => ["hard weight values", "sweep hard weight"],
            Self::LearningRate => ["learning rate values", "sweep learning rate"],
            Self::Seed => ["seed values", "sweep seed"],
        }
    }

    /// What its values may be.
    pub fn limits(self) -> RangeLimits {
        let field = self.field();
        let whole = matches!(field.kind, Kind::Whole(_));
        let (low, high) = field.span().allowed;
        let high = if whole && high == Bound::Unbounded { Bound::Included(LARGEST) } else { high };
        RangeLimits { range: (low, high), whole, most: MOST }
    }

    /// What it is first swept over.
    pub fn first_values(self, recipe: &Recipe) -> RangeValue {
        match self {
            Self::Temperature => RangeValue::Range { from: 1.0, to: 64.0, points: 7, log: true },
            Self::SoftWeight => RangeValue::List(vec![0.5, 0.7, 0.9, 1.0]),
            Self::HardWeight => RangeValue::List(vec![0.1, 0.5]),
            Self::LearningRate => {
                // Half a decade to either side, with digits enough that the one between is the present rate to the last.
                let at = |decades: f64| {
                    let rate = recipe.training.learning_rate * 10_f64.powf(decades);
                    format!("{rate:.13e}").parse().unwrap_or(rate)
                };
                RangeValue::Range { from: at(-0.5), to: at(0.5), points: 3, log: true }
            }
            Self::Seed => {
                let first = recipe.training.seed;
                RangeValue::List((first..first.saturating_add(4)).map(|seed| seed as f64).collect())
            }
        }
    }

    /// Its values, where it is swept.
    pub fn values(self, sweep: &Sweep) -> Option<RangeValue> {
        Some(match &sweep.axis(self.field().path)?.values {
            AxisValues::List(values) => RangeValue::List(values.iter().filter_map(as_number).collect()),
            AxisValues::Range(Range { from, to, points, log }) => {
                RangeValue::Range { from: *from, to: *to, points: *points, log: *log }
            }
        })
    }

    /// Gives it these values, or its first one alone; the recipe's own value is the first in either case.
    pub fn put(self, sweep: &mut Sweep, values: &RangeValue) {
        let first = match values {
            RangeValue::One(value) | RangeValue::Range { from: value, .. } => Some(*value),
            RangeValue::List(values) => values.first().copied(),
        };
        let values = match values {
            RangeValue::One(_) => None,
            RangeValue::List(values) => {
                Some(AxisValues::List(values.iter().map(|value| self.as_value(*value)).collect()))
            }
            RangeValue::Range { from, to, points, log } => {
                Some(AxisValues::Range(Range { from: *from, to: *to, points: *points, log: *log }))
            }
        };
        if self == Self::HardWeight && values.is_some() {
            sweep.complement = false;
        }
        // Weights that are shares of one stay so when the soft one is swept.
        let distill = &sweep.base.distill;
        let are_shares = (distill.soft_weight + distill.hard_weight - 1.0).abs() < 1e-9;
        let begins = values.is_some() && sweep.axis(self.field().path).is_none();
        if self == Self::SoftWeight && begins && are_shares && sweep.axis(fields::HARD_WEIGHT.path).is_none() {
            sweep.complement = true;
        }
        sweep.set_axis(self.field().path, values);
        let Some(first) = first else { return };
        let recipe = &mut sweep.base;
        match self {
            Self::Temperature => recipe.distill.temperature = first,
            Self::SoftWeight => recipe.distill.soft_weight = first,
            Self::HardWeight => recipe.distill.hard_weight = first,
            Self::LearningRate => recipe.training.learning_rate = first,
            Self::Seed => recipe.training.seed = first as u64,
        }
    }

    fn as_value(self, number: f64) -> Value {
        if self == Self::Seed { Value::Integer(number as i64) } else { Value::Float(number) }
    }
}

fn as_number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

/// Lets the hard weight follow the soft one, or no longer.
pub(super) fn put_complement(sweep: &mut Sweep, on: bool) {
    sweep.complement = on;
    if on {
        sweep.set_axis(fields::HARD_WEIGHT.path, None);
        follow(sweep);
    }
}

/// Where the hard weight follows the soft one, it does so in the first cell as in all others.
pub(super) fn follow(sweep: &mut Sweep) {
    if sweep.complement {
        let distill = &mut sweep.base.distill;
        // As the complement is rounded when a recipe is read.
        distill.hard_weight = ((1.0 - distill.soft_weight) * 1e12).round() / 1e12;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::QUICKSTART;

    #[test]
    fn first_values_make_a_sound_sweep_that_reads_back_unchanged() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        for field in Swept::ALL {
            let values = field.first_values(&sweep.base);
            field.put(&mut sweep, &values);
            assert_eq!(field.values(&sweep), Some(values));
        }
        assert_eq!(sweep.count(), 7 * 4 * 2 * 3 * 4);
        assert_eq!(Sweep::from_table(sweep.to_table()), Ok(sweep.clone()));
        put_complement(&mut sweep, true);
        assert_eq!(sweep.count(), 7 * 4 * 3 * 4);
        assert_eq!(Sweep::from_table(sweep.to_table()), Ok(sweep.clone()));
        // Sweeping the hard weight ends its following.
        Swept::HardWeight.put(&mut sweep, &RangeValue::List(vec![0.2, 0.3]));
        assert!(!sweep.complement && sweep.check().is_ok());
    }

    #[test]
    fn half_a_decade_to_either_side_has_the_rate_in_the_middle() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        for rate in [1e-3, 4e-3, 0.05] {
            sweep.base.training.learning_rate = rate;
            let values = Swept::LearningRate.first_values(&sweep.base).expand();
            assert_eq!((values.len(), values[1].to_bits()), (3, rate.to_bits()), "{values:?}");
        }
    }

    #[test]
    fn turned_off_it_keeps_its_first_value() {
        let before = QUICKSTART.sweep().unwrap();
        let mut sweep = before.clone();
        Swept::Seed.put(&mut sweep, &RangeValue::List(vec![7.0, 9.0]));
        Swept::Seed.put(&mut sweep, &RangeValue::One(7.0));
        assert!(sweep.is_single());
        assert_eq!(sweep.base.training.seed, 7);
        Swept::Seed.put(&mut sweep, &RangeValue::One(before.base.training.seed as f64));
        assert_eq!(sweep, before);
    }
}
