//! Models of texts before they have weights: how they read, and their layers.

mod encoder;
mod plan;

pub use encoder::{Frame, Piece, SavedEncoder, Spelling, TextEncoder};
pub use plan::{BertActivation, BertPlan, ExitPlan, MOST_LAYERS, OF_EXIT, TextPlan, layer_name};
