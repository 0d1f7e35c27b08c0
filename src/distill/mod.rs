//! The maths of distillation: softened distributions, targets, methods and their losses, metrics.

mod calibration;
mod method;
mod metrics;
pub mod soften;
mod targets;

pub use calibration::{BINS, expected_calibration_error};
pub use method::{Method, SoftTargets, Student, TargetsOfBatch};
pub use metrics::{Evaluation, NO_CLASS, evaluate, top_classes};
pub use targets::{Mean, Targets, TeacherLogits};
