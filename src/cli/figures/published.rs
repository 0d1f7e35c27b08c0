//! What was published of the recipes of published figures.

use crate::protocol::{Role, RunInfo};

/// Errors of 10,000 test rows (Hinton, Vinyals & Dean 2015, section 3), by preset, by whether it learnt of a teacher, by how many
/// classes the transfer set leaves out, and by whether their bias was raised.
const FIGURES: [(&str, bool, usize, bool, f64); 7] = [
    ("mnist-teacher", false, 0, false, 67.0),
    ("mnist-students", false, 0, false, 146.0),
    ("mnist-students", true, 0, false, 74.0),
    ("mnist-students", true, 1, false, 206.0),
    ("mnist-students", true, 1, true, 109.0),
    ("mnist-students", true, 8, false, 4730.0),
    ("mnist-students", true, 8, true, 1320.0),
];

/// The errors of 10,000 that were published of such a run, where its preset has any.
pub(super) fn published(preset: &str, run: &RunInfo, is_raised: bool) -> Option<f64> {
    let wanted = (preset, run.role == Role::Student, run.recipe.data.omit_classes.len(), is_raised);
    let is_it = |&(preset, learns, left_out, is_raised, _): &(_, _, _, _, f64)| {
        (preset, learns, left_out, is_raised) == wanted && !run.loaded
    };
    FIGURES.into_iter().find(is_it).map(|(.., errors)| errors)
}

/// Whether anything was published of a preset.
pub(super) fn is_published(preset: &str) -> bool {
    FIGURES.iter().any(|it| it.0 == preset)
}
