//! How an engine is set up.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How an engine is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerOptions {
    /// Which device.
    pub device: DeviceChoice,
    /// Whether a window is open: the engine yields to it, and probe logits are sent as often as they can be drawn.
    pub window: bool,
    /// Least time between two stored resume states.
    pub resume_every: Duration,
    /// Bytes that one population may take; more members make several, with the same results.
    pub memory: usize,
    /// The program that runs ONNX graphs, asked as `stillroom graph`; without one they are refused.
    pub program: Option<PathBuf>,
}

/// The device that the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceChoice {
    /// A GPU where this build and this machine have one, else the CPU.
    #[default]
    Best,
    /// The CPU.
    Cpu,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            device: DeviceChoice::Best,
            window: false,
            resume_every: Duration::from_secs(10),
            memory: 2 << 30,
            program: None,
        }
    }
}
