//! One value, several, or evenly spaced ones: what a field of a sweep can hold, and how it is read from what someone typed.

use std::ops::{Bound, RangeBounds as _};

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum RangeValue {
    /// One value: nothing is swept.
    One(f64),
    /// These values.
    List(Vec<f64>),
    /// Values from one to another.
    Range {
        /// The first.
        from: f64,
        /// The last.
        to: f64,
        /// How many.
        points: usize,
        /// Whether they stand apart by equal ratios rather than equal differences.
        log: bool,
    },
}

/// Why what was typed is no value of the field.
#[derive(Clone, Debug, PartialEq)]
pub enum RangeFault {
    /// Nothing was typed.
    Empty,
    /// Not a number.
    NoNumber(String),
    /// Not a whole number, where only those are allowed.
    NotWhole(String),
    /// Outside of what is allowed.
    Outside(f64),
    /// Twice the same value.
    Twice(f64),
    /// Fewer than two points, or more than are allowed.
    Points,
    /// A range from a value to itself.
    NoRange,
}

/// What a field allows.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeLimits {
    /// The smallest and the largest value, with them or up to them; either may be missing.
    pub range: (Bound<f64>, Bound<f64>),
    /// Whether values are whole numbers.
    pub whole: bool,
    /// The most values that a list or a range may have.
    pub most: usize,
}

impl RangeValue {
    /// The values, in order. Ends are exact, what lies between is rounded to twelve digits.
    pub fn expand(&self) -> Vec<f64> {
        match self {
            Self::One(value) => vec![*value],
            Self::List(values) => values.clone(),
            Self::Range { from, to, points, log } => {
                let last = points.saturating_sub(1).max(1);
                let at = |index: usize| {
                    let share = index as f64 / last as f64;
                    match index {
                        0 => *from,
                        index if index == last => *to,
                        _ if *log => rounded(from * (to / from).powf(share)),
                        _ => rounded(from + share * (to - from)),
                    }
                };
                (0..*points).map(at).collect()
            }
        }
    }
}

impl RangeLimits {
    /// The values of a field as they will be used: whole ones are rounded, and each is there once.
    pub fn expand(&self, value: &RangeValue) -> Vec<f64> {
        let mut values = value.expand();
        if self.whole {
            for value in &mut values {
                *value = value.round();
            }
            values.dedup();
        }
        values
    }

    /// From one number to another, both allowed.
    pub const fn between(low: f64, high: f64) -> (Bound<f64>, Bound<f64>) {
        (Bound::Included(low), Bound::Included(high))
    }

    /// The ends, infinite where there are none.
    fn ends(&self) -> (f64, f64) {
        let end = |bound: Bound<f64>, none: f64| match bound {
            Bound::Included(end) | Bound::Excluded(end) => end,
            Bound::Unbounded => none,
        };
        (end(self.range.0, f64::NEG_INFINITY), end(self.range.1, f64::INFINITY))
    }

    /// One number.
    pub fn number(&self, typed: &str) -> Result<f64, RangeFault> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(RangeFault::Empty);
        }
        // A decimal comma is how many people write; inside a list it would be two values.
        let plain = typed.replace(',', ".").replace('−', "-");
        let number = plain.parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| RangeFault::NoNumber(typed.to_owned()))?;
        if self.whole && number.fract() != 0.0 {
            return Err(RangeFault::NotWhole(typed.to_owned()));
        }
        if self.range.contains(&number) { Ok(number) } else { Err(RangeFault::Outside(number)) }
    }

    /// Several, with commas, semicolons or spaces between them.
    pub fn list(&self, typed: &str) -> Result<RangeValue, RangeFault> {
        let parts = typed.split([',', ';', ' ', '\t']).filter(|part| !part.is_empty());
        let values = parts.map(|part| self.number(part)).collect::<Result<Vec<_>, _>>()?;
        if values.is_empty() {
            return Err(RangeFault::Empty);
        }
        if values.len() > self.most {
            return Err(RangeFault::Points);
        }
        let twice = values.iter().enumerate().find(|(index, value)| values[..*index].contains(value));
        match twice {
            Some((_, value)) => Err(RangeFault::Twice(*value)),
            None => Ok(RangeValue::List(values)),
        }
    }

    /// A range from its three fields.
    pub fn range(&self, from: &str, to: &str, points: &str, log: bool) -> Result<RangeValue, RangeFault> {
        let (from, to) = (self.number(from)?, self.number(to)?);
        let count = points.trim().parse::<usize>().map_err(|_| match points.trim() {
            "" => RangeFault::Empty,
            typed => RangeFault::NoNumber(typed.to_owned()),
        })?;
        if !(2..=self.most).contains(&count) {
            return Err(RangeFault::Points);
        }
        if (from - to).abs() < f64::EPSILON * from.abs() {
            return Err(RangeFault::NoRange);
        }
        if log {
            // No ratio leads from or to 0.
            if let Some(value) = [from, to].into_iter().find(|value| *value <= 0.0) {
                return Err(RangeFault::Outside(value));
            }
        }
        Ok(RangeValue::Range { from, to, points: count, log })
    }

    /// The same values as one of another kind, as nearly as it can hold them.
    pub(super) fn convert(&self, value: &RangeValue, kind: usize, log: bool) -> RangeValue {
        let values = self.expand(value);
        let first = values.first().copied().unwrap_or(1.0);
        match kind {
            0 => RangeValue::One(first),
            1 => RangeValue::List(values),
            _ => {
                let last = values.last().copied().unwrap_or(first);
                let log = log && first > 0.0 && last > 0.0;
                if values.len() > 1 {
                    return RangeValue::Range { from: first, to: last, points: values.len(), log };
                }
                // From one value to a range that holds it: up to a larger one that is allowed, or else from a smaller one.
                let (low, high) = self.ends();
                let near = |value: f64| {
                    let value = if self.whole { value.round() } else { rounded(value) };
                    value.clamp(low, high)
                };
                let above = if log || !high.is_finite() { 4.0 * first.max(0.25) } else { first + (high - first) / 2.0 };
                let (mut from, to) = (first, near(above));
                if to <= from {
                    from = near(if log || !low.is_finite() { first / 4.0 } else { low });
                }
                RangeValue::Range { from, to: to.max(first), points: 3, log }
            }
        }
    }
}

/// To twelve significant digits, which hides what is left of 0.1 + 0.2.
fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPERATURE: RangeLimits = RangeLimits { range: RangeLimits::between(0.25, 64.0), whole: false, most: 32 };
    const EPOCHS: RangeLimits = RangeLimits { range: RangeLimits::between(1.0, 1000.0), whole: true, most: 32 };

    #[test]
    fn ranges_are_spaced_by_difference_or_by_ratio() {
        let range = |from, to, points, log| RangeValue::Range { from, to, points, log }.expand();
        assert_eq!(range(1.0, 64.0, 7, true), [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]);
        assert_eq!(range(0.1, 0.5, 5, false), [0.1, 0.2, 0.3, 0.4, 0.5]);
        assert_eq!(range(8.0, 2.0, 3, true), [8.0, 4.0, 2.0]);
        assert_eq!(EPOCHS.expand(&RangeValue::Range { from: 1.0, to: 3.0, points: 6, log: false }), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn what_is_typed_is_read_or_refused() {
        assert_eq!(TEMPERATURE.number(" 2,5 "), Ok(2.5));
        assert_eq!(TEMPERATURE.number(""), Err(RangeFault::Empty));
        assert_eq!(TEMPERATURE.number("four"), Err(RangeFault::NoNumber("four".to_owned())));
        assert_eq!(TEMPERATURE.number("inf"), Err(RangeFault::NoNumber("inf".to_owned())));
        assert_eq!(TEMPERATURE.number("65"), Err(RangeFault::Outside(65.0)));
        assert_eq!(EPOCHS.number("2.5"), Err(RangeFault::NotWhole("2.5".to_owned())));
        assert_eq!(TEMPERATURE.list("1, 2;4 8,"), Ok(RangeValue::List(vec![1.0, 2.0, 4.0, 8.0])));
        assert_eq!(TEMPERATURE.list("1, 2, 1.0"), Err(RangeFault::Twice(1.0)));
        assert_eq!(TEMPERATURE.list(" , "), Err(RangeFault::Empty));
        let range = |from, to, points, log| TEMPERATURE.range(from, to, points, log);
        let doubled = RangeValue::Range { from: 1.0, to: 64.0, points: 7, log: true };
        assert_eq!(range("1", "64", "7", true), Ok(doubled));
        assert_eq!(range("1", "64", "1", true), Err(RangeFault::Points));
        assert_eq!(range("1", "64", "x", true), Err(RangeFault::NoNumber("x".to_owned())));
        assert_eq!(range("4", "4", "3", true), Err(RangeFault::NoRange));
        let weight = RangeLimits { range: RangeLimits::between(0.0, 1.0), ..TEMPERATURE };
        assert_eq!(weight.range("0", "1", "3", true), Err(RangeFault::Outside(0.0)));
        assert!(weight.range("0", "1", "3", false).is_ok());
    }

    #[test]
    fn a_value_becomes_a_list_or_a_range_that_holds_it() {
        let one = RangeValue::One(4.0);
        assert_eq!(TEMPERATURE.convert(&one, 1, true), RangeValue::List(vec![4.0]));
        let range = RangeValue::Range { from: 4.0, to: 16.0, points: 3, log: true };
        assert_eq!(TEMPERATURE.convert(&one, 2, true), range);
        assert_eq!(TEMPERATURE.convert(&range, 1, true), RangeValue::List(vec![4.0, 8.0, 16.0]));
        assert_eq!(TEMPERATURE.convert(&range, 0, true), one);
        let top = TEMPERATURE.convert(&RangeValue::One(64.0), 2, true);
        assert_eq!(top, RangeValue::Range { from: 16.0, to: 64.0, points: 3, log: true });
        let weight = RangeLimits { range: RangeLimits::between(0.0, 1.0), ..TEMPERATURE };
        let range = weight.convert(&RangeValue::One(1.0), 2, false);
        assert_eq!(range, RangeValue::Range { from: 0.0, to: 1.0, points: 3, log: false });
    }

    #[test]
    fn a_field_may_have_no_end_or_one_that_it_does_not_hold() {
        let rate = RangeLimits { range: (Bound::Excluded(0.0), Bound::Unbounded), ..TEMPERATURE };
        assert_eq!(rate.number("0"), Err(RangeFault::Outside(0.0)));
        assert_eq!(rate.number("1e9"), Ok(1e9));
        for log in [false, true] {
            let range = rate.convert(&RangeValue::One(0.5), 2, log);
            assert_eq!(range, RangeValue::Range { from: 0.5, to: 2.0, points: 3, log });
        }
    }
}
