//! Times that decide when to report, never what.

use std::time::{Duration, Instant};

/// Times that decide when to report, never what.
pub(super) struct Clock {
    pub last_block: Instant,
    pub last_resume: Instant,
    pub last_probe: Instant,
    pub probe_cost: Duration,
    /// Step and time from which the pace is measured.
    pub from: (u64, Instant),
    /// When the stage began or went on, and at which step.
    pub began: Instant,
    pub first: u64,
}

impl Clock {
    pub fn new(step: u64) -> Self {
        let now = Instant::now();
        Self {
            last_block: now,
            last_resume: now,
            last_probe: now,
            probe_cost: Duration::ZERO,
            from: (step, now),
            began: now,
            first: step,
        }
    }

    pub fn restart(&mut self, step: u64) {
        self.from = (step, Instant::now());
    }

    /// Over the last few seconds.
    pub fn steps_per_second(&mut self, step: u64) -> f64 {
        let elapsed = self.from.1.elapsed().as_secs_f64();
        let pace = step.saturating_sub(self.from.0) as f64 / elapsed.max(1e-6);
        if elapsed > 4.0 {
            // Keep half of the window, so that the pace stays smooth.
            if let Some(from) = Instant::now().checked_sub(Duration::from_secs(2)) {
                self.from = (step.saturating_sub((pace * 2.0) as u64), from);
            }
        }
        pace
    }
}
