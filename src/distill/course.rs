//! What a field of a method holds over a training: one number, or one that moves from one end to another, step by step.

use std::f64::consts::PI;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a field holds over a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Course {
    /// The same number at every step.
    Fixed(f64),
    /// One that moves.
    Moving(Ramp),
}

/// A number that moves over a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// In which way.
    #[serde(rename = "schedule")]
    pub shape: Shape,
    /// At the first step.
    pub from: f64,
    /// At the last step.
    pub to: f64,
}

/// The way from one end to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// By equal steps.
    #[default]
    Linear,
    /// Half a cosine: slowly at either end.
    Cosine,
}

impl Shape {
    /// All of them, each with the name that a recipe uses.
    pub const NAMES: [(&'static str, Self); 2] = [("linear", Self::Linear), ("cosine", Self::Cosine)];

    /// The name that a recipe uses.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// The share of a training that is done when a step begins, of which there are so many, counted from 0: 0 at the first, 1 at the last.
pub fn share_of(step: u64, steps: u64) -> f64 {
    step as f64 / steps.saturating_sub(1).max(1) as f64
}

impl Ramp {
    /// The number after a share of the training. Both ends are exact, and nothing lies beyond them.
    pub fn at(&self, share: f64) -> f64 {
        if share >= 1.0 {
            return self.to;
        }
        let gone = match self.shape {
            Shape::Linear => share,
            Shape::Cosine => (1.0 - (PI * share).cos()) / 2.0,
        };
        (self.from + (self.to - self.from) * gone).clamp(self.from.min(self.to), self.from.max(self.to))
    }
}

impl Course {
    /// The number after a share of the training.
    pub fn at(&self, share: f64) -> f64 {
        match self {
            Self::Fixed(value) => *value,
            Self::Moving(ramp) => ramp.at(share),
        }
    }

    /// The first number and the last.
    pub fn ends(&self) -> [f64; 2] {
        match self {
            Self::Fixed(value) => [*value; 2],
            Self::Moving(ramp) => [ramp.from, ramp.to],
        }
    }

    /// The same with other ends.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Fixed(value) => Self::Fixed(change(value)),
            Self::Moving(ramp) => Self::Moving(Ramp { from: change(ramp.from), to: change(ramp.to), ..ramp }),
        }
    }
}

impl fmt::Display for Course {
    /// As a recipe writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(value) => write!(f, "{value}"),
            Self::Moving(Ramp { shape, from, to }) => {
                write!(f, "{{ schedule = \"{}\", from = {from}, to = {to} }}", shape.name())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "ends are exact")]
    fn ends_are_exact_and_nothing_lies_beyond_them() {
        for shape in Shape::NAMES.map(|(_, shape)| shape) {
            for (from, to) in [(8.0, 1.0), (0.9, 0.1), (0.0, 1.0), (1e-3, 1e6), (0.3, 0.3)] {
                let ramp = Ramp { shape, from, to };
                assert_eq!([ramp.at(share_of(0, 7)), ramp.at(share_of(6, 7))], [from, to]);
                // A training of one step has a first one alone.
                assert_eq!(ramp.at(share_of(0, 1)), from);
                let mut before = from;
                for step in 1..1000 {
                    let value = ramp.at(share_of(step, 1000));
                    assert!(value >= from.min(to) && value <= from.max(to), "{value}");
                    assert!(if from <= to { value >= before } else { value <= before }, "{value} after {before}");
                    before = value;
                }
            }
        }
    }

    #[test]
    fn a_line_and_half_a_cosine() {
        let at = |shape, share| Ramp { shape, from: 8.0, to: 2.0 }.at(share);
        for (share, expected) in [(0.25, 6.5), (0.5, 5.0), (0.75, 3.5)] {
            assert!((at(Shape::Linear, share) - expected).abs() < 1e-12);
        }
        let quarter = 8.0 - 6.0 * (1.0 - 0.5_f64.sqrt()) / 2.0;
        for (share, expected) in [(0.25, quarter), (0.5, 5.0), (0.75, 10.0 - quarter)] {
            assert!((at(Shape::Cosine, share) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn a_course_is_a_number_or_an_object() {
        for (course, text) in [
            (Course::Fixed(4.0), "4.0"),
            (
                Course::Moving(Ramp { shape: Shape::Cosine, from: 8.0, to: 1.0 }),
                r#"{"schedule":"cosine","from":8.0,"to":1.0}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&course).unwrap(), text);
            assert_eq!(serde_json::from_str::<Course>(text).unwrap(), course);
        }
    }
}
