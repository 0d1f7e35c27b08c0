//! Models of texts: how they read, their layers, their pass.

mod bert;
mod encoder;
mod folder;
mod network;
mod plan;

pub use encoder::{Frame, SavedEncoder, TextEncoder};
pub use folder::Folder;
pub use network::TextNetwork;
pub use plan::{BertActivation, BertPlan, TextPlan};
