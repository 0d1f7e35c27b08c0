//! The learning rate of a step, as a share of its peak.

use crate::recipe::{Schedule, TrainingRecipe};

/// The factor by which the peak learning rate is multiplied in `step` of `steps` (both counted from 0).
///
/// It rises linearly over the warm-up, then follows the schedule; cosine is ½ (1 + cos(π · share of the steps after the
/// warm-up)) (Loshchilov & Hutter 2017, without restarts), linear is 1 less that share.
pub fn rate_factor(recipe: &TrainingRecipe, step: u64, steps: u64, steps_per_epoch: u64) -> f64 {
    let warm_up = recipe.warm_up * steps_per_epoch as f64;
    let at = step as f64;
    if at < warm_up {
        return (at + 1.0) / (warm_up + 1.0);
    }
    match recipe.schedule {
        Schedule::Constant => 1.0,
        Schedule::Cosine => {
            let share = (at - warm_up) / (steps as f64 - warm_up).max(1.0);
            0.5 * (1.0 + (std::f64::consts::PI * share.min(1.0)).cos())
        }
        Schedule::Linear => 1.0 - ((at - warm_up) / (steps as f64 - warm_up).max(1.0)).min(1.0),
        Schedule::Step { every, factor } => factor.powf((step / steps_per_epoch.max(1) / every as u64) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "these factors are exact")]
    fn schedules_move_as_described() {
        let recipe = |schedule, warm_up| TrainingRecipe { schedule, warm_up, ..TrainingRecipe::default() };
        let cosine = recipe(Schedule::Cosine, 0.0);
        assert_eq!(rate_factor(&cosine, 0, 100, 10), 1.0);
        assert!((rate_factor(&cosine, 50, 100, 10) - 0.5).abs() < 1e-12);
        assert!(rate_factor(&cosine, 99, 100, 10) < 1e-3);
        let linear = recipe(Schedule::Linear, 1.0);
        assert_eq!([10, 55, 100].map(|s| rate_factor(&linear, s, 100, 10)), [1.0, 0.5, 0.0]);
        let step = recipe(Schedule::Step { every: 2, factor: 0.5 }, 0.0);
        assert_eq!([0, 19, 20, 40].map(|s| rate_factor(&step, s, 100, 10)), [1.0, 1.0, 0.5, 0.25]);
        let warm = recipe(Schedule::Constant, 1.0);
        assert!(rate_factor(&warm, 0, 100, 10) > 0.0 && rate_factor(&warm, 0, 100, 10) < 0.1);
        assert_eq!(rate_factor(&warm, 10, 100, 10), 1.0);
    }
}
