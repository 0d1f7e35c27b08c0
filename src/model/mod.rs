//! The networks, as populations; parameters by name, seeded, saved, loaded; normalisation.
//!
//! Every trainable tensor has a leading population axis K; a single model is K = 1. Members share architecture and data and
//! are trained together, in one step, as batched tensors.

mod checkpoint;
mod elements;
mod foreign;
pub mod import;
mod kinds;
mod network;
mod normalisation;
mod plan;
mod population;
mod teacher;
mod trainer;

pub use checkpoint::{Checkpoint, CheckpointError, FORMAT, new_file, write_whole};
pub use network::{FusedStep, ModelSpec, Network, Output, tensor};
pub use normalisation::Normalisation;
pub use plan::{InnerLayer, Layer, ParameterSpec, Plan, PlanError};
pub use population::Population;
pub use teacher::{Ensemble, NetworkTeacher, ROWS_AT_A_TIME, Teacher, Unanswered, population_logits};
pub use trainer::Trainer;
