//! The values of a method's fields: all that its terms and phases know of what a member is asked to learn.

use super::fields::TEMPERATURE;
use crate::field::Field;

/// A value for each of a method's fields, in their order: numbers as they are, a switch as 0 or 1, a choice by the index of its word.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// The fields.
    pub fields: &'static [Field],
    /// A value for each of them.
    pub values: &'a [f64],
}

impl Values<'_> {
    /// The value of the field at a path; none where there is no such field.
    pub fn get(&self, path: &str) -> Option<f64> {
        let at = self.fields.iter().position(|field| field.path == path)?;
        self.values.get(at).copied()
    }

    /// T; none where the method has none.
    pub fn temperature(&self) -> Option<f64> {
        self.get(TEMPERATURE.path)
    }
}
