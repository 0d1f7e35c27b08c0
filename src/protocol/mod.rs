//! What an engine and the rest say to each other: ids, requests, reports, and what is worth showing now. All of it is plain data, the
//! same words between threads, processes and machines.

mod event;
mod exits;
mod found;
mod frame;
mod ids;
mod journal;
mod live;
mod loss;
mod metrics;
mod options;
mod report;
mod request;
mod run;
mod wire;

pub use crate::data::{FirstRows, LabelFinding, LeftOut, MASK, Remark};
pub use event::{Change, Event, EventKind, Setting};
pub use exits::{Exits, operations};
pub use found::{ClassRows, DataFound, Fingerprint, JUDGED, JobData, Judgement, recall};
pub use frame::{FrameError, LARGEST_FRAME, greet, hear_greeting, read_message, write_message};
pub use ids::{JobId, Role, RunId, Stage};
pub use journal::JournalError;
pub use live::{
    Activity, AttentionMap, DeviceInfo, Explained, Gathered, Inspected, Live, Preview, Progress, Reading, Token,
    Unready,
};
pub use loss::{Anatomy, LayerPair, LossTerms, Replacing, TermName, TermPart};
pub use metrics::{Answers, MOST_LOGITS, Metrics, Part};
pub use options::{DeviceChoice, WorkerOptions};
pub use report::{
    Cost, Epoch, JobEnded, JobOutcome, Outside, OutsideTeacher, Report, ResumeState, Resumed, RunFinished, RunOutcome,
    Snapshot, Started, Steps, Tested,
};
pub use request::{
    Explain, FinishedRun, Gather, Inspect, JobStart, KeptOutside, KeptWeights, Move, OneRow, Own, Readers, Request,
    ResumeJob,
};
pub use run::{Probe, RunInfo, first_teacher};
pub use wire::{Ask, Done, FromWorker, ToWorker};
