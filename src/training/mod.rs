//! The engine: device, session, step, worker thread, requests in, reports out, resume state.
//!
//! The training thread owns the device: it is created there, and all tensors live and die there. Only plain data leaves, as
//! [`Report`](crate::protocol::Report)s to a [`Journal`], which keeps them, and to an [`Observer`], which shows them.

mod batches;
pub mod bench;
mod cache;
mod clock;
mod cost;
mod device;
mod draft;
mod engine;
mod error;
mod evaluate;
mod explain;
mod export;
mod finish;
mod found;
mod gather;
mod graphs;
mod inbox;
mod inspect;
mod job;
mod layers;
mod made;
mod matched;
mod member;
mod of_rows;
mod passed;
mod plan;
mod prepared;
mod process;
mod questions;
mod remote;
mod requests;
mod resume;
mod run;
mod runner;
mod schedule;
mod serve;
mod session;
mod sink;
mod specs;
mod stage;
mod start;
mod teachers;
mod telling;
mod train;
mod trial;
mod worker;

pub use cache::{Cache, builtin_teacher};
pub use device::{choose, engine_name, threads};
pub use error::PrepareError;
pub use export::{CheckedGraph, checked_graph};
pub use found::{judge, look_at_data};
pub use layers::InnerLayers;
pub use matched::TeacherSide;
pub use member::{EpochSums, Member, Source, Status};
pub use prepared::{Prepared, TeacherModel};
pub use process::Process;
pub use remote::serve_process;
pub use runner::Runner;
pub use schedule::rate_factor;
pub use session::{Session, Setup};
pub use sink::{Journal, Observer};
pub use teachers::KnownTeacher;
pub use worker::Worker;
