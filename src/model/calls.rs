//! How often models were asked since the program began, so that it can be held that looking asks none.

use std::sync::atomic::{AtomicU64, Ordering};

static CALLS: AtomicU64 = AtomicU64::new(0);

/// Passes of any model so far, in training, in evaluation and for a question.
pub fn calls() -> u64 {
    CALLS.load(Ordering::Relaxed)
}

/// Takes note of a pass.
pub(super) fn called() {
    CALLS.fetch_add(1, Ordering::Relaxed);
}
