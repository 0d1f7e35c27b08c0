//! What a run said of the probe set at each step that was stored.

use std::sync::Arc;

/// The snapshots of a run that are in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Steps done and the logits of the probe set then, by rising step.
    pub snapshots: Vec<(u64, Arc<Vec<f32>>)>,
    /// How many there are in the store: of very large ones every second, fourth … is read.
    pub stored: usize,
}

impl Timeline {
    /// The newest snapshot that is not after a step.
    pub fn at(&self, step: u64) -> Option<(u64, &Arc<Vec<f32>>)> {
        let after = self.snapshots.partition_point(|(known, _)| *known <= step);
        self.snapshots.get(after.checked_sub(1)?).map(|(step, logits)| (*step, logits))
    }

    /// Takes in another snapshot; one of a step that is known replaces that.
    pub fn take(&mut self, step: u64, logits: &Arc<Vec<f32>>) {
        // What a job that resumes has behind its step is no more.
        self.snapshots.truncate(self.snapshots.partition_point(|(known, _)| *known < step));
        self.snapshots.push((step, Arc::clone(logits)));
        self.stored = self.stored.max(self.snapshots.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_the_newest_snapshot_before_it() {
        let mut timeline = Timeline::default();
        for step in [0, 1, 2, 4, 8] {
            timeline.take(step, &Arc::new(vec![step as f32]));
        }
        let at = |step| timeline.at(step).map(|(step, logits)| (step, logits[0]));
        assert_eq!([at(0), at(3), at(4), at(99)], [Some((0, 0.0)), Some((2, 2.0)), Some((4, 4.0)), Some((8, 8.0))]);
        assert_eq!(Timeline::default().at(5), None);
        // A job that resumes from step 3 takes that step again.
        let mut resumed = timeline.clone();
        resumed.take(4, &Arc::new(vec![40.0]));
        assert_eq!(resumed.snapshots.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [0, 1, 2, 4]);
        assert_eq!(resumed.at(9).map(|(_, logits)| logits[0]), Some(40.0));
    }
}
