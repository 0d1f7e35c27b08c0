//! The maths of distillation: softened distributions, targets, methods and their terms, metrics.

mod bias;
mod calibration;
mod course;
pub mod covering;
mod exits;
pub mod fields;
mod gradient;
mod loss;
mod method;
mod methods;
mod metrics;
mod objective;
mod over_rows;
pub mod soften;
mod targets;
mod values;

pub use bias::{BIASES, BestBias, ClassErrors, ErrorsByBias, add_biases};
pub use calibration::{BINS, expected_calibration_error};
pub use course::{Course, Ramp, Shape, share_of};
pub use exits::{leaves_at, uncertainty};
pub use gradient::{RowGradient, RowLoss, Weights, row_gradient, row_loss};
pub use loss::{BatchTargets, MemberTargets, MemberTerms, loss, term_losses};
pub use method::{
    Company, Compute, Inner, Kernel, Layers, Method, Needs, NoPairs, OnLayers, OnLogits, Over, OwnTensor, Phase, Rows,
    Scale, Shapes, Sides, StudentKind, Term, Trains,
};
pub use methods::{
    HARD, LABEL_SMOOTHING, LABELS, METHODS, SOFT, SOFT_TARGETS, TEACHER_LABELS, attention_map, has_places, side_by_side,
};
pub use metrics::{Evaluation, NO_CLASS, Reference, Said, evaluate, top_classes};
pub use objective::{Objective, method, term};
pub use over_rows::{
    BestTemperature, Bin, ClassTable, MeanRows, MeanSide, Reliability, Softener, answers, best_temperature, confusion,
    entropy_of, mean_over, reliability, soft_targets_by_class,
};
pub use targets::{Heard, Mean, Targets, TeacherLogits};
pub use values::Values;
