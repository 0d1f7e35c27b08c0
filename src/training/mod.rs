//! The engine: device, session, step, worker thread, requests in, reports out, resume state.
//!
//! The training thread owns the device: it is created there, and all tensors live and die there. Only plain data leaves, as
//! [`report::Report`]s to a [`Journal`], which keeps them, and to an [`Observer`], which shows them.

pub mod bench;
mod device;
mod found;
mod gather;
mod job;
mod look;
mod plan;
mod prepare;
pub mod report;
mod resume;
mod schedule;
mod session;
mod sink;
mod stage;
mod worker;

pub use crate::data::{FirstRows, LabelFinding, LeftOut, Remark};
pub use device::{DeviceChoice, choose, engine_name, threads};
pub use found::{ClassRows, DataFound, Fingerprint, JUDGED, JobData, Judgement, judge, look_at_data, recall};
pub use gather::Gather;
pub use job::{FinishedRun, JobStart, KeptWeights, ResumeJob};
pub use look::Look;
pub use prepare::{
    PrepareError, Prepared, ROWS_AT_A_TIME, Shelf, Teacher, TeacherModel, builtin_teacher, population_logits, tensor,
};
pub use schedule::rate_factor;
pub use session::{EpochSums, Member, Session, TeacherSide};
pub use sink::{Journal, JournalError, Observer};
pub use worker::{Move, Request, Worker, WorkerOptions};
