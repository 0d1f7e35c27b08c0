//! The numbers: operations and their gradients, models, distillation, and what training promises about bits.
#![allow(clippy::unwrap_used, clippy::float_cmp, clippy::unreadable_literal)]

mod bias;
mod checkpoint;
mod company;
mod distill;
mod ensembles;
mod jobs;
mod loss;
mod methods;
mod models;
mod ops;
mod optimiser;
mod packed;
mod relations;
mod session;
mod support;
mod sweeps;
mod taught;
mod trainer;
