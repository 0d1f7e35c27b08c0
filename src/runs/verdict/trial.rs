//! What is judged: trials of one setting with several seeds, in groups.
//! Plain numbers, so that a verdict can be had of a store, of a running job, or of a test.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::missed::Missed;

/// One trained model: a member of its group by its seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Its training seed, by which it is paired with a trial of another group.
    pub seed: u64,
    /// Of the kept weights on the validation rows.
    pub validation: Measure,
    /// Of the kept weights on the test rows, where they were looked at.
    pub test: Option<Measure>,
    /// Whether it counts.
    pub outcome: TrialOutcome,
}

/// How often a model was wrong. No examples: it was never measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Wrong ones.
    pub errors: u64,
    /// All.
    pub examples: u64,
    /// Which ones; `None` where it was not stored.
    pub missed: Option<Arc<Missed>>,
}

impl Measure {
    /// The share that is wrong.
    pub fn rate(&self) -> f64 {
        self.errors as f64 / self.examples as f64
    }
}

/// What became of a trial. Only a whole one is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrialOutcome {
    /// Trained to its planned end, with the settings that it was given.
    Whole,
    /// A setting was moved on the way: it is no sample of its cell any more.
    Edited,
    /// Its loss stopped being a number.
    Diverged,
    /// A search gave it up early, because others were ahead.
    Halved,
    /// The user ended it early.
    Stopped,
}

/// The trials of one cell of a sweep: all that they differ in is the seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudentGroup {
    /// The baselines that have all in common with it that matters to them, one of each kind.
    pub baselines: Vec<usize>,
    /// One for each seed.
    pub trials: Vec<Trial>,
}

/// Trials that students are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineGroup {
    /// Which kind of baseline it is. The first kind that there is decides whether anything was gained.
    pub kind: usize,
    /// Whether it is for those students alone that name it: its budget is theirs.
    pub is_own: bool,
    /// One for each seed.
    pub trials: Vec<Trial>,
}

/// How many trials were left out of a verdict, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// A setting was moved on the way.
    pub edited: usize,
    /// Their loss stopped being a number.
    pub diverged: usize,
    /// A search gave them up.
    pub halved: usize,
    /// The user ended them, or they were never measured.
    pub stopped: usize,
}

impl LeftOut {
    /// All of them.
    pub fn total(&self) -> usize {
        self.edited + self.diverged + self.halved + self.stopped
    }

    pub(super) fn count(&mut self, trials: &[Trial]) {
        for trial in trials {
            match trial.outcome {
                TrialOutcome::Whole if trial.validation.examples > 0 => {}
                TrialOutcome::Whole | TrialOutcome::Stopped => self.stopped += 1,
                TrialOutcome::Edited => self.edited += 1,
                TrialOutcome::Diverged => self.diverged += 1,
                TrialOutcome::Halved => self.halved += 1,
            }
        }
    }
}

/// The trials that count, by seed; a seed trained twice gives the same model twice and counts once.
pub(super) fn whole(trials: &[Trial]) -> BTreeMap<u64, &Trial> {
    let mut by_seed = BTreeMap::new();
    for trial in trials.iter().filter(|trial| trial.outcome == TrialOutcome::Whole && trial.validation.examples > 0) {
        by_seed.entry(trial.seed).or_insert(trial);
    }
    by_seed
}
