//! The networks, as populations; parameters by name, seeded, saved, loaded; normalisation.
//!
//! Every trainable tensor has a leading population axis K; a single model is K = 1. Members share architecture and data and
//! are trained together, in one step, as batched tensors.

mod as_graph;
mod calls;
mod checkpoint;
mod cost;
mod elements;
mod folder;
mod folder_config;
mod folder_write;
mod foreign;
mod given;
mod graph;
mod graph_inputs;
pub mod import;
mod kinds;
mod network;
mod normalisation;
mod parameter;
mod plan;
mod population;
mod reads;
mod row_logits;
pub mod squeezenet;
mod teacher;
mod text;
mod text_network;
mod trainer;

pub use as_graph::GraphOptions;
pub use calls::calls;
pub use checkpoint::{Checkpoint, CheckpointError, FORMAT, new_file, write_whole};
pub use folder::Folder;
pub use given::Given;
pub use graph::{Graph, GraphFault};
pub use network::{FusedStep, GradientTimesInput, Mixture, ModelSpec, Network, Output, UsedRows, tensor};
pub use normalisation::Normalisation;
pub use parameter::{Initial, InnerLayer, ParameterSpec, Pretrained};
pub use plan::{Body, Layer, Plan, PlanError};
pub use population::Population;
pub use reads::Encoder;
pub use row_logits::{Remembered, RowLogits};
pub use teacher::{Ensemble, NetworkTeacher, ROWS_AT_A_TIME, Teacher, Unanswered, Votes, population_logits};
pub use text::{BertActivation, BertPlan, ExitPlan, Frame, Piece, SavedEncoder, Spelling, TextEncoder, TextPlan};
pub use text_network::TextNetwork;
pub use trainer::Trainer;
