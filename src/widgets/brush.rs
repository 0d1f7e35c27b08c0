//! The stretch of an axis that is kept: lines outside it fade, rows outside it can be left out of a list.

/// From one value to another, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brush {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Brush {
    /// A brush between two values in any order.
    pub fn new(a: f64, b: f64) -> Self {
        Self { low: a.min(b), high: a.max(b) }
    }

    /// Whether a value is kept; what is no number is not.
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether values, one for each axis, pass all brushes.
    pub fn pass(brushes: &[Option<Self>], values: &[f64]) -> bool {
        let held = |(axis, brush): (usize, &Option<Self>)| {
            brush.is_none_or(|brush| values.get(axis).is_some_and(|value| brush.holds(*value)))
        };
        brushes.iter().enumerate().all(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_brushes_must_hold() {
        let brushes = [None, Some(Brush::new(4.0, 1.0))];
        assert!(Brush::pass(&brushes, &[f64::NAN, 4.0]));
        assert!(!Brush::pass(&brushes, &[1.0, 4.5]));
        assert!(!Brush::pass(&brushes, &[1.0, f64::NAN]));
        assert!(!Brush::pass(&brushes, &[1.0]));
        assert!(Brush::pass(&[], &[1.0]));
    }
}
