//! Where an engine runs: whoever asks it does not see the difference.

use crate::protocol::Request;

/// A handle on an engine. Dropping it pauses the job, so that it can be resumed, and waits for the engine to end.
pub trait Runner {
    /// Sends a request. False when the engine is gone or does not keep up; nothing was asked then.
    fn send(&self, request: Request) -> bool;

    /// Whether the engine still runs.
    fn is_alive(&self) -> bool;
}
