//! How much each swept field matters: the share of a metric's variance that goes with the field's values.

/// Shares of variance; together with the rest they make one where each cell of the grid has as many runs as the next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Importance {
    /// The main effect of each axis.
    pub axes: Vec<f64>,
    /// What no axis explains alone: interactions between them, and chance.
    pub rest: f64,
}

/// The main effects of swept fields on a metric: η² of an analysis of variance.
///
/// For the levels l of an axis with nₗ runs each, η² = Σₗ nₗ (ȳₗ − ȳ)² / Σᵢ (yᵢ − ȳ)² (Fisher, Statistical Methods for
/// Research Workers, 1925; named η² in Pearson 1905). On a balanced grid the shares of all axes add up to one at most. On an
/// unbalanced one the axes overlap, the sum may exceed one, and the rest is 0 then.
///
/// `levels[run][axis]` says which of the axis's values a run has. Runs whose metric is not a number are passed over, as are
/// axes that they do not name. If all metrics are equal there is nothing to explain, and every share is 0.
pub fn importance(levels: &[Vec<usize>], metric: &[f64]) -> Importance {
    let runs = levels.iter().zip(metric).filter(|(_, value)| value.is_finite()).collect::<Vec<_>>();
    let axes = runs.iter().map(|(levels, _)| levels.len()).max().unwrap_or(0);
    let mean = runs.iter().map(|(_, value)| **value).sum::<f64>() / runs.len().max(1) as f64;
    let total = runs.iter().map(|(_, value)| (**value - mean).powi(2)).sum::<f64>();
    // What the mean's own rounding leaves of equal values is no variance.
    if total <= (mean * 1e-12).powi(2) * runs.len() as f64 {
        return Importance { axes: vec![0.0; axes], rest: 0.0 };
    }
    let share = |axis: usize| {
        let count = runs.iter().filter_map(|(levels, _)| levels.get(axis)).max().map_or(0, |level| level + 1);
        let mut of_level = vec![(0_usize, 0.0); count];
        for (levels, value) in &runs {
            if let Some(level) = levels.get(axis) {
                of_level[*level].0 += 1;
                of_level[*level].1 += **value - mean;
            }
        }
        let between = of_level.iter().filter(|(n, _)| *n > 0).map(|(n, sum)| sum * sum / *n as f64).sum::<f64>();
        (between / total).clamp(0.0, 1.0)
    };
    let axes = (0..axes).map(share).collect::<Vec<_>>();
    let rest = (1.0 - axes.iter().sum::<f64>()).max(0.0);
    Importance { axes, rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(size: [usize; 2], value: impl Fn(usize, usize) -> f64) -> (Vec<Vec<usize>>, Vec<f64>) {
        let cells = (0..size[0]).flat_map(|a| (0..size[1]).map(move |b| vec![a, b]));
        cells.map(|levels| (levels.clone(), value(levels[0], levels[1]))).unzip()
    }

    fn near(shares: &Importance, axes: [f64; 2], rest: f64) {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        let all = shares.axes.len() == 2 && close(shares.axes[0], axes[0]) && close(shares.axes[1], axes[1]);
        assert!(all && close(shares.rest, rest), "{shares:?}");
    }

    #[test]
    fn one_axis_explains_all() {
        let (levels, metric) = grid([3, 4], |a, _| [10.0, 40.0, 20.0][a]);
        near(&importance(&levels, &metric), [1.0, 0.0], 0.0);
    }

    #[test]
    fn two_axes_that_add_up() {
        // Values 0, 3 along one axis and 0, 4 along the other: variances 9/4 and 16/4.
        let (levels, metric) = grid([2, 2], |a, b| 3.0 * a as f64 + 4.0 * b as f64);
        near(&importance(&levels, &metric), [9.0 / 25.0, 16.0 / 25.0], 0.0);
    }

    #[test]
    fn what_only_both_together_explain_is_rest() {
        let (levels, metric) = grid([2, 2], |a, b| f64::from(u8::from(a == b)));
        near(&importance(&levels, &metric), [0.0, 0.0], 1.0);
    }

    #[test]
    fn a_grid_with_holes() {
        // Group means 2 and 6 of 3 and 1 runs, mean 3, total 2 + 12 + … by hand: values 1, 2, 3 | 6.
        let levels = vec![vec![0], vec![0], vec![0], vec![1]];
        let shares = importance(&levels, &[1.0, 2.0, 3.0, 6.0]);
        assert!((shares.axes[0] - 12.0 / 14.0).abs() < 1e-12 && (shares.rest - 2.0 / 14.0).abs() < 1e-12);
        // A run without a result is as good as none.
        let (mut levels, mut metric) = grid([2, 3], |a, b| (a * 10 + b) as f64);
        let whole = importance(&levels, &metric);
        levels.push(vec![1, 2]);
        metric.push(f64::NAN);
        assert_eq!(importance(&levels, &metric), whole);
    }

    #[test]
    fn nothing_to_explain() {
        let (levels, metric) = grid([2, 2], |_, _| 0.1 + 0.2);
        near(&importance(&levels, &metric), [0.0, 0.0], 0.0);
        assert_eq!(importance(&[], &[]), Importance::default());
        assert_eq!(importance(&[vec![3]], &[1.0]).axes, [0.0]);
    }
}
