//! One curve in memory: it only grows, and can be seen at any width without looking at every point.
//! Beside the points it keeps the smallest, largest and last value of each 4, 16, 64 … of them.

use std::ops::RangeInclusive;

/// How many entries of one level make one of the next.
const FACTOR: usize = 4;

/// An append-only curve with increasing x.
///
/// Values that are not finite are kept, but never mixed with others: in a [`Series::view`] each run of them is one column.
#[derive(Clone, Debug)]
pub struct Series {
    xs: Xs,
    values: Vec<f32>,
    /// `levels[k]` holds one summary for each full or begun group of 4^(k+1) values.
    levels: Vec<Vec<Summary>>,
}

/// What one stretch of a curve amounts to on the screen; a single point has three equal values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Where the stretch ends.
    pub x: f64,
    /// The smallest value in it.
    pub min: f32,
    /// The largest value in it.
    pub max: f32,
    /// The value at its end.
    pub last: f32,
}

#[derive(Clone, Debug, PartialEq)]
enum Xs {
    Even { first: f64, stride: f64 },
    Explicit(Vec<f64>),
}

#[derive(Clone, Copy, Debug)]
struct Summary {
    min: f32,
    max: f32,
    all_finite: bool,
    none_finite: bool,
}

impl Series {
    /// A curve whose points lie at `first_x`, `first_x + stride`, …
    pub fn even(first_x: f64, stride: f64) -> Self {
        debug_assert!(stride > 0.0, "x must increase");
        Self { xs: Xs::Even { first: first_x, stride }, values: Vec::new(), levels: Vec::new() }
    }

    /// A curve whose points say where they lie; see [`Series::push_at`].
    pub fn explicit() -> Self {
        Self { xs: Xs::Explicit(Vec::new()), values: Vec::new(), levels: Vec::new() }
    }

    /// Adds values at the next steps of an even curve.
    ///
    /// On an explicit curve they follow its last point at distances of one.
    pub fn extend(&mut self, values: impl IntoIterator<Item = f32>) {
        for value in values {
            let next = self.last_x().map_or(0.0, |x| x + 1.0);
            if let Xs::Explicit(xs) = &mut self.xs {
                xs.push(next);
            }
            self.push_value(value);
        }
    }

    /// Adds one point. A point that does not lie behind all others is left out, and `false` says so.
    ///
    /// An even curve stays even as long as the points keep to its stride.
    pub fn push_at(&mut self, x: f64, value: f32) -> bool {
        if !x.is_finite() || self.last_x().is_some_and(|last| x <= last) {
            return false;
        }
        let next = self.len();
        #[expect(clippy::float_cmp, reason = "only the very step that the stride gives keeps the curve even")]
        if matches!(self.xs, Xs::Even { .. }) && self.x(next) != x {
            self.xs = Xs::Explicit((0..next).map(|i| self.x(i)).collect());
        }
        if let Xs::Explicit(xs) = &mut self.xs {
            xs.push(x);
        }
        self.push_value(value);
        true
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The newest point.
    pub fn last(&self) -> Option<(f64, f32)> {
        Some((self.last_x()?, *self.values.last()?))
    }

    /// All points, oldest first.
    pub fn points(&self) -> impl Iterator<Item = (f64, f32)> + '_ {
        self.values.iter().enumerate().map(|(i, &value)| (self.x(i), value))
    }

    /// The point that lies nearest to `x`.
    pub fn value_at(&self, x: f64) -> Option<(f64, f32)> {
        let after = self.first_at_or_after(x);
        let near = [after.checked_sub(1), (after < self.len()).then_some(after)].into_iter().flatten();
        near.min_by(|&a, &b| (self.x(a) - x).abs().total_cmp(&(self.x(b) - x).abs()))
            .map(|i| (self.x(i), self.values[i]))
    }

    /// The smallest and the largest x.
    pub fn x_range(&self) -> Option<RangeInclusive<f64>> {
        Some(if self.is_empty() { return None } else { self.x(0)..=self.last_x()? })
    }

    /// The curve over `x_range` as it can be seen on `columns` pixels: about two columns for each pixel at most, and
    /// the points themselves where they are few. The points next to the range are included, so that lines reach its edges.
    pub fn view(&self, x_range: RangeInclusive<f64>, columns: usize) -> Vec<Column> {
        let start = self.first_at_or_after(*x_range.start()).saturating_sub(1);
        let end = (self.first_after(*x_range.end()) + 1).min(self.len());
        let wanted = 2 * columns.max(1);
        let mut level = 0;
        while end.saturating_sub(start) / width(level) > wanted {
            level += 1;
        }
        let mut view = Vec::with_capacity(wanted + 8);
        self.collect(start, end, level, &mut view);
        view
    }

    fn push_value(&mut self, value: f32) {
        let mut index = self.values.len();
        self.values.push(value);
        let summary = Summary::of(value);
        for level in 0.. {
            index /= FACTOR;
            if level == self.levels.len() {
                // A level is worth having once the one below has more than one group.
                if self.values.len() <= width(level) {
                    break;
                }
                let whole = self.summarise_below(level);
                self.levels.push(vec![whole]);
            }
            match self.levels[level].get_mut(index) {
                Some(group) => group.merge(summary),
                None => self.levels[level].push(summary),
            }
        }
    }

    /// All values before the newest group, as the first entry of a new level.
    fn summarise_below(&self, level: usize) -> Summary {
        let mut whole = Summary::of(self.values[0]);
        if level == 0 {
            self.values.iter().for_each(|&value| whole.merge(Summary::of(value)));
        } else {
            self.levels[level - 1].iter().for_each(|&group| whole.merge(group));
        }
        whole
    }

    /// Emits `start..end` in groups of 4^level, smaller ones at the edges and around values that are not finite.
    fn collect(&self, start: usize, end: usize, level: usize, view: &mut Vec<Column>) {
        let mut at = start;
        while at < end {
            let step =
                (0..=level).rev().find(|&k| at.is_multiple_of(width(k)) && at + width(k) <= end && self.pure(at, k));
            let step = step.unwrap_or(0);
            let column = self.column(at, step);
            match view.last_mut() {
                Some(before) if !before.last.is_finite() && !column.last.is_finite() => *before = column,
                _ => view.push(column),
            }
            at += width(step);
        }
    }

    /// Whether the 4^level values at `at` are all finite, or none is.
    fn pure(&self, at: usize, level: usize) -> bool {
        let Some(below) = level.checked_sub(1) else { return true };
        let group = self.levels.get(below).and_then(|groups| groups.get(at / width(level)));
        group.is_some_and(|group| group.all_finite || group.none_finite)
    }

    fn column(&self, at: usize, level: usize) -> Column {
        let end = at + width(level) - 1;
        let (x, last) = (self.x(end), self.values[end]);
        match level.checked_sub(1) {
            None => Column { x, min: last, max: last, last },
            Some(_) if !last.is_finite() => Column { x, min: last, max: last, last },
            Some(below) => {
                let group = self.levels[below][at / width(level)];
                Column { x, min: group.min, max: group.max, last }
            }
        }
    }

    fn x(&self, index: usize) -> f64 {
        match &self.xs {
            Xs::Even { first, stride } => first + index as f64 * stride,
            Xs::Explicit(xs) => xs[index],
        }
    }

    fn last_x(&self) -> Option<f64> {
        self.len().checked_sub(1).map(|last| self.x(last))
    }

    fn first_at_or_after(&self, x: f64) -> usize {
        self.partition(|other| other < x)
    }

    fn first_after(&self, x: f64) -> usize {
        self.partition(|other| other <= x)
    }

    /// The index of the first point for whose x `before` is false.
    fn partition(&self, before: impl Fn(f64) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if before(self.x(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// Two curves are equal when their points are, however they are stored.
impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        let same =
            |((x, a), (y, b)): ((f64, f32), (f64, f32))| x.to_bits() == y.to_bits() && a.to_bits() == b.to_bits();
        self.len() == other.len() && self.points().zip(other.points()).all(same)
    }
}

impl Summary {
    fn of(value: f32) -> Self {
        Self { min: value, max: value, all_finite: value.is_finite(), none_finite: !value.is_finite() }
    }

    fn merge(&mut self, other: Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.all_finite &= other.all_finite;
        self.none_finite &= other.none_finite;
    }
}

/// How many values one entry of a level stands for; level 0 is the values themselves.
fn width(level: usize) -> usize {
    FACTOR.pow(level as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(values: &[f32]) -> Series {
        let mut series = Series::even(0.0, 1.0);
        series.extend(values.iter().copied());
        series
    }

    /// Mostly ordinary values, now and then one that is not finite.
    fn values() -> impl Strategy<Value = Vec<f32>> {
        let value = prop_oneof![30 => -1e3_f32..1e3, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY)];
        prop::collection::vec(value, 0..600)
    }

    proptest! {
        #[test]
        fn a_view_loses_no_extreme(values in values(), columns in 1_usize..40, from in 0_usize..600, length in 0_usize..600) {
            let series = filled(&values);
            let view = series.view(from as f64..=(from + length) as f64, columns);
            prop_assert!(view.windows(2).all(|pair| pair[0].x < pair[1].x));

            // What the view covers is the range and one point on each side of it.
            let covered = &values[from.min(values.len()).saturating_sub(1)..(from + length + 2).min(values.len())];
            let finite = || covered.iter().copied().filter(|value| value.is_finite());
            let columns = || view.iter().filter(|column| column.last.is_finite());
            prop_assert_eq!(columns().map(|c| c.min).reduce(f32::min), finite().reduce(f32::min));
            prop_assert_eq!(columns().map(|c| c.max).reduce(f32::max), finite().reduce(f32::max));
            prop_assert_eq!(view.last().map(|c| c.last.to_bits()), covered.last().map(|value| value.to_bits()));
            let breaks = view.iter().filter(|column| !column.last.is_finite()).count();
            prop_assert_eq!(breaks, covered.chunk_by(|a, b| a.is_finite() == b.is_finite()).filter(|run| !run[0].is_finite()).count());
        }

        #[test]
        fn a_view_is_small(length in 1_usize..20_000, columns in 1_usize..300) {
            let mut values = vec![1.0; length];
            values[length / 2..].fill(f32::NAN);
            let view = filled(&values).view(0.0..=length as f64, columns);
            prop_assert!(view.len() <= 2 * columns + 64, "{} columns on {columns} pixels", view.len());
        }

        #[test]
        fn chunks_make_no_difference(values in values(), cut in 0_usize..600, columns in 1_usize..40) {
            let whole = filled(&values);
            let (head, tail) = values.split_at(cut.min(values.len()));
            let mut parts = filled(head);
            for (i, &value) in tail.iter().enumerate() {
                prop_assert!(parts.push_at((head.len() + i) as f64, value));
            }
            prop_assert_eq!(&whole, &parts);
            let all = 0.0..=values.len() as f64;
            let bits = |view: Vec<Column>| view.iter().map(|c| (c.x.to_bits(), c.min.to_bits(), c.max.to_bits())).collect::<Vec<_>>();
            prop_assert_eq!(bits(whole.view(all.clone(), columns)), bits(parts.view(all, columns)));
        }
    }

    #[test]
    fn few_points_are_shown_as_they_are() {
        let view = filled(&[3.0, 1.0, 2.0]).view(0.0..=2.0, 100);
        assert_eq!(view.iter().map(|c| (c.x, c.last)).collect::<Vec<_>>(), [(0.0, 3.0), (1.0, 1.0), (2.0, 2.0)]);
    }

    #[test]
    fn the_nearest_value() {
        let mut series = Series::explicit();
        assert_eq!(series.value_at(1.0), None);
        assert!(series.push_at(10.0, 1.0) && series.push_at(20.0, 2.0) && series.push_at(50.0, 3.0));
        assert!(!series.push_at(50.0, 4.0), "x must increase");
        assert_eq!(series.value_at(-5.0), Some((10.0, 1.0)));
        assert_eq!(series.value_at(16.0), Some((20.0, 2.0)));
        assert_eq!(series.value_at(99.0), Some((50.0, 3.0)));
        assert_eq!(series.last(), Some((50.0, 3.0)));
        assert_eq!(series.x_range(), Some(10.0..=50.0));
    }

    #[test]
    fn an_even_curve_may_become_uneven() {
        let mut series = filled(&[1.0, 2.0]);
        assert!(series.push_at(7.0, 3.0));
        assert_eq!(series.points().collect::<Vec<_>>(), [(0.0, 1.0), (1.0, 2.0), (7.0, 3.0)]);
    }
}
