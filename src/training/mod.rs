//! The engine: device, session, step, worker thread, requests in, reports out, resume state.

pub mod report;
mod sink;

pub use sink::{Journal, JournalError, Observer};
