//! Holm's step-down: many groups are compared, and yet the chance of even one false word stays at 5 %.
//! Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6 (1979) 65–70.

use super::paired::Paired;

/// The chance of a false word that a whole verdict may take.
pub const ALPHA: f64 = 0.05;

/// Gives each comparison the interval of the step at which Holm decided about it.
///
/// In the order of their p-values, the k-th of m is judged at α / (m − k), k from 0, until one of them is not clear; it and
/// all after it are not. Those after it take the level at which the procedure stopped: at the levels that would have been
/// theirs an interval could exclude 0 although Holm does not decide. So an interval excludes 0 exactly where Holm does.
pub(super) fn assign_intervals(comparisons: &mut [Option<Paired>]) -> usize {
    let compared = comparisons.iter().flatten().filter(|paired| counts(paired)).count();
    let mut order = comparisons.iter_mut().flatten().filter(|paired| paired.p.is_some()).collect::<Vec<_>>();
    order.sort_by(|a, b| a.p.unwrap_or(1.0).total_cmp(&b.p.unwrap_or(1.0)));
    let mut stopped_at = None;
    for (step, paired) in order.into_iter().enumerate() {
        let alpha = stopped_at.unwrap_or(ALPHA / (compared - step) as f64);
        paired.interval = paired.interval_at(alpha);
        if !paired.interval.is_some_and(|interval| interval.excludes_zero()) {
            stopped_at = Some(alpha);
        }
    }
    compared
}

/// Whether a pair had seeds enough to be compared. One in which nothing varies was looked at as well, though nothing can be said of it.
pub(super) fn counts(paired: &Paired) -> bool {
    paired.p.is_some() || paired.has_no_spread()
}
