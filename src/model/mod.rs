//! The networks, as populations; parameters by name, seeded, saved, loaded; normalisation.
//!
//! Every trainable tensor has a leading population axis K; a single model is K = 1. Members share architecture and data and
//! are trained together, in one step, as batched tensors.

mod checkpoint;
pub mod import;
mod normalisation;
mod plan;
mod population;
mod trainer;

pub use checkpoint::{Checkpoint, CheckpointError, FORMAT, new_file, write_whole};
pub use normalisation::Normalisation;
pub use plan::{Layer, ParameterSpec, Plan, PlanError};
pub use population::{Output, Population};
pub use trainer::Trainer;
