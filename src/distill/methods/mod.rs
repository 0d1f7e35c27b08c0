//! The methods, one a file: fields, needs and terms with their formulas and sources.

mod attention;
mod born_again;
mod dist;
mod dkd;
mod early_exit;
mod hints;
mod jsd;
mod label_smoothing;
mod labels;
mod logits;
mod mutual;
mod pkd;
mod relational;
mod soft_targets;
mod standardised;
mod teacher_free;
mod teacher_labels;
mod theseus;

use super::method::Method;

pub use attention::{attention_map, has_places, side_by_side};
pub use jsd::JSD;
pub use label_smoothing::LABEL_SMOOTHING;
pub use labels::{HARD, LABELLED, LABELS};
pub use soft_targets::{SOFT, SOFT_TARGETS};
pub use teacher_labels::TEACHER_LABELS;

/// All that a recipe can name, in the order in which they are told.
pub const METHODS: &[&Method] = &[
    &SOFT_TARGETS,
    &JSD,
    &logits::LOGITS,
    &standardised::STANDARDISED,
    &dkd::DKD,
    &dist::DIST,
    &hints::HINTS,
    &attention::ATTENTION,
    &relational::RELATIONAL,
    &pkd::PKD,
    &born_again::BORN_AGAIN,
    &mutual::MUTUAL,
    &LABEL_SMOOTHING,
    &teacher_free::TEACHER_FREE,
    &TEACHER_LABELS,
    &theseus::THESEUS,
    &early_exit::EARLY_EXIT,
];
