//! The methods, one a file: fields, needs and terms with their formulas and sources.

mod dkd;
mod early_exit;
mod hints;
mod label_smoothing;
mod labels;
mod logits;
mod pkd;
mod soft_targets;
mod teacher_labels;
mod theseus;

use super::method::Method;

pub use label_smoothing::LABEL_SMOOTHING;
pub use labels::{HARD, LABELLED, LABELS};
pub use soft_targets::SOFT_TARGETS;
pub use teacher_labels::TEACHER_LABELS;

/// All that a recipe can name, in the order in which they are told.
pub const METHODS: &[&Method] = &[
    &SOFT_TARGETS,
    &logits::LOGITS,
    &dkd::DKD,
    &hints::HINTS,
    &pkd::PKD,
    &LABEL_SMOOTHING,
    &TEACHER_LABELS,
    &theseus::THESEUS,
    &early_exit::EARLY_EXIT,
];
