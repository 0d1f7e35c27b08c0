//! Round numbers: where an axis has its ticks, and how those are written.
//! A logarithmic axis plots log₁₀ of the value; its ticks are round values, not round logarithms.

use egui_plot::{GridInput, GridMark};

/// A tick's value: no more digits than it needs.
pub(super) fn tick(value: f64) -> String {
    // Adding 0 to −0 gives 0. Rounding hides what is left of 0.1 + 0.2.
    let value = (value * 1e12).round() / 1e12 + 0.0;
    if value != 0.0 && !(1e-4..1e6).contains(&value.abs()) {
        with_minus(format!("{value:e}"))
    } else {
        with_minus(format!("{value}"))
    }
}

fn with_minus(number: String) -> String {
    number.replace('-', "−")
}

/// Ticks of a linear axis, with about `apart` points between them.
pub(super) fn linear(input: &GridInput, apart: f64) -> Vec<GridMark> {
    // egui_plot asks for steps of at least 8 points.
    let step = round_step(input.base_step_size * apart / 8.0);
    marks(multiples(input.bounds, step), input.bounds)
}

/// Ticks of an axis of whole numbers: steps, epochs.
pub(super) fn whole(input: &GridInput, apart: f64) -> Vec<GridMark> {
    let step = round_step(input.base_step_size * apart / 8.0).max(1.0);
    marks(multiples(input.bounds, step), input.bounds)
}

/// Ticks of a logarithmic axis: decades, with 2 and 5 between them where there is room, or round values within a decade.
pub(super) fn logarithmic(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let decades = high - low;
    if !decades.is_finite() || decades <= 0.0 {
        return Vec::new();
    }
    let values: Vec<f64> = if decades < 0.7 {
        let (from, to) = (10_f64.powf(low), 10_f64.powf(high));
        multiples((from, to), round_step((to - from) / 4.0)).into_iter().filter(|&v| v > 0.0).map(f64::log10).collect()
    } else {
        let every = (decades / 8.0).ceil().max(1.0) as i64;
        let between: &[f64] = if decades < 2.2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let range = low.floor() as i64..=high.ceil() as i64;
        let decades = range.filter(|decade| decade.rem_euclid(every) == 0);
        decades.flat_map(|decade| between.iter().map(move |m| decade as f64 + m.log10())).collect()
    };
    marks(values, input.bounds)
}

/// Ticks at given values, which rise; those too near to the one before are left out.
pub(super) fn at(input: &GridInput, values: &[f64], log: bool) -> Vec<GridMark> {
    // egui_plot's smallest step is 8 points; a short number needs about 28.
    let apart = 3.5 * input.base_step_size;
    let mut kept: Vec<f64> = Vec::new();
    for value in values.iter().map(|value| if log { value.log10() } else { *value }).filter(|v| v.is_finite()) {
        if kept.last().is_none_or(|last| value - last >= apart) {
            kept.push(value);
        }
    }
    marks(kept, input.bounds)
}

/// The label of a tick on a logarithmic axis.
pub(super) fn logarithmic_label(exponent: f64) -> String {
    let value = 10_f64.powf(exponent);
    // A curve that diverged can take the axis to where no number is.
    if !value.is_normal() || exponent.abs() > 290.0 {
        return String::new();
    }
    // One part in 10⁹ is what the way through the logarithm costs.
    let scale = 10_f64.powi(9 - value.log10().floor() as i32);
    tick((value * scale).round() / scale)
}

/// The smallest of 1, 2, 5, 10 … that is at least `step`.
fn round_step(step: f64) -> f64 {
    if !step.is_finite() || step <= 0.0 {
        return 1.0;
    }
    let decade = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|m| m * decade).into_iter().find(|&round| round >= step * 0.999).unwrap_or(decade * 10.0)
}

fn multiples((low, high): (f64, f64), step: f64) -> Vec<f64> {
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last.min(first.saturating_add(200))).map(|i| i as f64 * step).collect()
}

/// All lines equally strong: `egui_plot` fades those with small steps.
fn marks(values: Vec<f64>, (low, high): (f64, f64)) -> Vec<GridMark> {
    let inside = values.into_iter().filter(|value| (low..=high).contains(value));
    inside.map(|value| GridMark { value, step_size: high - low }).collect()
}

/// The most of `count` things at equal distances, from the first on, of which no neighbours stand in each other's way:
/// `fit` says whether the first of two ends before the second begins.
pub(super) fn evenly(count: usize, fit: impl Fn(usize, usize) -> bool) -> impl Iterator<Item = usize> {
    let fits = |step: &usize| (0..count).step_by(*step).zip((*step..count).step_by(*step)).all(|(a, b)| fit(a, b));
    let step = (1..count.max(1)).find(fits).unwrap_or(count.max(1));
    (0..count).step_by(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64) -> Vec<String> {
        let input = GridInput { bounds: (low.log10(), high.log10()), base_step_size: 0.1 };
        logarithmic(&input).into_iter().map(|mark| logarithmic_label(mark.value)).collect()
    }

    #[test]
    fn logarithmic_ticks_are_round_values() {
        assert_eq!(labels(0.008, 14.0), ["0.01", "0.1", "1", "10"]);
        assert_eq!(labels(0.5, 5.0), ["0.5", "1", "2", "5"]);
        assert_eq!(labels(0.31, 0.39), ["0.32", "0.34", "0.36", "0.38"]);
        assert_eq!(labels(1e-7, 1e-5), ["1e−7", "2e−7", "5e−7", "1e−6", "2e−6", "5e−6", "1e−5"]);
    }

    #[test]
    fn linear_ticks() {
        let input = GridInput { bounds: (-3.0, 841.0), base_step_size: 16.0 };
        let at = |marks: Vec<GridMark>| marks.into_iter().map(|m| tick(m.value)).collect::<Vec<_>>();
        assert_eq!(at(linear(&input, 80.0)), ["0", "200", "400", "600", "800"]);
        let close = GridInput { bounds: (0.0, 3.0), base_step_size: 0.05 };
        assert_eq!(at(whole(&close, 60.0)), ["0", "1", "2", "3"]);
    }

    #[test]
    fn labels_stand_at_equal_distances() {
        let apart = |room: usize| evenly(10, move |a, b| b - a >= room).collect::<Vec<_>>();
        assert_eq!(apart(1), (0..10).collect::<Vec<_>>());
        assert_eq!(apart(4), [0, 4, 8]);
        assert_eq!(apart(20), [0]);
        assert_eq!(evenly(0, |_, _| false).count(), 0);
        assert_eq!(evenly(1, |_, _| false).collect::<Vec<_>>(), [0]);
    }
}
