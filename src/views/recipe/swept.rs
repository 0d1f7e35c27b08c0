//! The fields of the panel that can hold several values: where each lives in a recipe, and what it is first swept over.

use std::ops::Bound;

use toml::Value;

use crate::recipe::fields::{Field, HARD_WEIGHT, Kind, LEARNING_RATE, SEED, SOFT_WEIGHT, TEACHER_MEMBERS, Tries};
use crate::recipe::{AxisValues, Range, Recipe, Sweep, TeacherRecipe, follow_soft_weight};
use crate::widgets::{RangeLimits, RangeValue};

/// A field with one value or several: a number of the method, the learning rate or the seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Swept(&'static Field);

/// The most values of one field.
const MOST: usize = 1000;

/// The largest whole number up to which no other is lost between two that can be told apart: 2⁵³.
const LARGEST: f64 = 9_007_199_254_740_992.0;

impl Swept {
    /// Peak learning rate.
    pub const LEARNING_RATE: Self = Self(&LEARNING_RATE);
    /// Seed of the training.
    pub const SEED: Self = Self(&SEED);
    /// How many teachers of the same layers are trained.
    pub const TEACHER_MEMBERS: Self = Self(&TEACHER_MEMBERS);

    /// A field of the method, where it holds numbers.
    pub fn of(field: &'static Field) -> Option<Self> {
        matches!(field.kind, Kind::Number(_) | Kind::Whole(_)).then_some(Self(field))
    }

    /// All that a recipe has.
    pub fn all(recipe: &Recipe) -> Vec<Self> {
        let of_method = recipe.distill.method().fields.iter().filter_map(Self::of);
        let of_teacher = matches!(recipe.teacher, Some(TeacherRecipe::Train { .. })).then_some(Self::TEACHER_MEMBERS);
        of_teacher.into_iter().chain(of_method).chain([Self::LEARNING_RATE, Self::SEED]).collect()
    }

    /// What it is.
    pub fn field(self) -> &'static Field {
        self.0
    }

    /// What edits of its values are called, for undo; its switch is an edit of its own.
    pub fn edits(self) -> [&'static str; 2] {
        [self.0.path, self.0.label]
    }

    /// What its values may be.
    pub fn limits(self) -> RangeLimits {
        let (low, high) = self.0.span().allowed;
        let high = if self.is_whole() && high == Bound::Unbounded { Bound::Included(LARGEST) } else { high };
        RangeLimits { range: (low, high), whole: self.is_whole(), most: MOST }
    }

    fn is_whole(self) -> bool {
        matches!(self.0.kind, Kind::Whole(_))
    }

    /// Its value in a recipe.
    pub fn value(self, recipe: &Recipe) -> f64 {
        match self.0.path {
            path if path == LEARNING_RATE.path => recipe.training.learning_rate,
            path if path == SEED.path => recipe.training.seed as f64,
            path if path == TEACHER_MEMBERS.path => match &recipe.teacher {
                Some(TeacherRecipe::Train { members, .. }) => *members as f64,
                _ => 1.0,
            },
            path => recipe.distill.get(path).unwrap_or_default(),
        }
    }

    /// Puts a value into a recipe.
    pub fn put_one(self, recipe: &mut Recipe, value: f64) {
        match self.0.path {
            path if path == LEARNING_RATE.path => recipe.training.learning_rate = value,
            path if path == SEED.path => recipe.training.seed = value as u64,
            path if path == TEACHER_MEMBERS.path => {
                if let Some(TeacherRecipe::Train { members, .. }) = &mut recipe.teacher {
                    *members = (value as usize).max(1);
                }
            }
            path => recipe.distill.set(path, value),
        }
    }

    /// What it is first swept over.
    pub fn first_values(self, recipe: &Recipe) -> RangeValue {
        let now = self.value(recipe);
        match self.0.span().tries {
            Tries::Ratios { from, to, points } => RangeValue::Range { from, to, points, log: true },
            Tries::These(values) => RangeValue::List(values.to_vec()),
            Tries::Around if now > 0.0 => {
                // With digits enough that the one between is the present value to the last.
                let at = |decades: f64| {
                    let value = now * 10_f64.powf(decades);
                    format!("{value:.13e}").parse().unwrap_or(value)
                };
                RangeValue::Range { from: at(-0.5), to: at(0.5), points: 3, log: true }
            }
            Tries::Around => RangeValue::List(vec![now, self.0.span().shown.1]),
            Tries::Next(count) => {
                let first = now as u64;
                RangeValue::List((first..first.saturating_add(count)).map(|value| value as f64).collect())
            }
        }
    }

    /// Its values, where it is swept over numbers; text alone can give others.
    pub fn values(self, sweep: &Sweep) -> Option<RangeValue> {
        Some(match &sweep.axis(self.0.path)?.values {
            AxisValues::List(values) => RangeValue::List(values.iter().map(as_number).collect::<Option<_>>()?),
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
        if self.is(&HARD_WEIGHT) && values.is_some() {
            sweep.complement = false;
        }
        // Weights that are shares of one stay so when the soft one is swept.
        let weights = [SOFT_WEIGHT, HARD_WEIGHT].map(|weight| sweep.base.distill.get(weight.path));
        let are_shares = matches!(weights, [Some(soft), Some(hard)] if (soft + hard - 1.0).abs() < 1e-9);
        let begins = values.is_some() && sweep.axis(self.0.path).is_none();
        if self.is(&SOFT_WEIGHT) && begins && are_shares && sweep.axis(HARD_WEIGHT.path).is_none() {
            sweep.complement = true;
        }
        sweep.set_axis(self.0.path, values);
        if let Some(first) = first {
            self.put_one(&mut sweep.base, first);
        }
    }

    fn is(self, field: &Field) -> bool {
        self.0.path == field.path
    }

    fn as_value(self, number: f64) -> Value {
        if self.is_whole() { Value::Integer(number as i64) } else { Value::Float(number) }
    }
}

fn as_number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

/// Lets the hard weight follow the soft one, or no longer.
pub(super) fn put_complement(sweep: &mut Sweep, on: bool) {
    sweep.complement = on;
    if on {
        sweep.set_axis(HARD_WEIGHT.path, None);
        follow(sweep);
    }
}

/// Where the hard weight follows the soft one, it does so in the first cell as in all others.
pub(super) fn follow(sweep: &mut Sweep) {
    if sweep.complement {
        follow_soft_weight(&mut sweep.base.distill);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::QUICKSTART;

    #[test]
    fn first_values_make_a_sound_sweep_that_reads_back_unchanged() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        for field in Swept::all(&sweep.base.clone()) {
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
        Swept::of(&HARD_WEIGHT).unwrap().put(&mut sweep, &RangeValue::List(vec![0.2, 0.3]));
        assert!(!sweep.complement && sweep.check().is_ok());
    }

    #[test]
    fn half_a_decade_to_either_side_has_the_rate_in_the_middle() {
        let mut sweep = QUICKSTART.sweep().unwrap();
        for rate in [1e-3, 4e-3, 0.05] {
            sweep.base.training.learning_rate = rate;
            let values = Swept::LEARNING_RATE.first_values(&sweep.base).expand();
            assert_eq!((values.len(), values[1].to_bits()), (3, rate.to_bits()), "{values:?}");
        }
    }

    #[test]
    fn turned_off_it_keeps_its_first_value() {
        let before = QUICKSTART.sweep().unwrap();
        let mut sweep = before.clone();
        Swept::SEED.put(&mut sweep, &RangeValue::List(vec![7.0, 9.0]));
        Swept::SEED.put(&mut sweep, &RangeValue::One(7.0));
        assert!(sweep.is_single());
        assert_eq!(sweep.base.training.seed, 7);
        Swept::SEED.put(&mut sweep, &RangeValue::One(before.base.training.seed as f64));
        assert_eq!(sweep, before);
    }
}
