//! Runs that are ticked to be laid over the curves: each keeps its slot, and so its colour, for as long as it is ticked.

use std::collections::BTreeMap;

use crate::protocol::RunId;

/// The ticked runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlaid(BTreeMap<RunId, usize>);

impl Overlaid {
    /// Ticks a run: it gets the first slot that is free.
    pub fn insert(&mut self, run: RunId) {
        let is_free = |slot: &usize| !self.0.values().any(|taken| taken == slot);
        let slot = (0..=self.0.len()).find(is_free).unwrap_or_default();
        self.0.entry(run).or_insert(slot);
    }

    /// Takes the tick off a run; the others keep their slots.
    pub fn remove(&mut self, run: RunId) {
        self.0.remove(&run);
    }

    /// Takes all ticks off.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The slot of a run; none of one that is not ticked.
    pub fn slot(&self, run: RunId) -> Option<usize> {
        self.0.get(&run).copied()
    }

    /// Whether a run is ticked.
    pub fn contains(&self, run: RunId) -> bool {
        self.0.contains_key(&run)
    }

    /// The ticked runs by their slots.
    pub fn runs(&self) -> Vec<RunId> {
        let mut placed: Vec<(usize, RunId)> = self.0.iter().map(|(run, slot)| (*slot, *run)).collect();
        placed.sort_unstable();
        placed.into_iter().map(|(_, run)| run).collect()
    }

    /// How many are ticked.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_keeps_its_place_while_others_come_and_go() {
        let mut ticked = Overlaid::default();
        for run in [7, 3, 9, 3] {
            ticked.insert(RunId(run));
        }
        assert_eq!(ticked.runs(), [7, 3, 9].map(RunId));
        ticked.remove(RunId(7));
        assert_eq!([7, 3, 9].map(|run| ticked.slot(RunId(run))), [None, Some(1), Some(2)]);
        ticked.insert(RunId(1));
        assert_eq!((ticked.slot(RunId(1)), ticked.len()), (Some(0), 3));
        assert!(ticked.contains(RunId(9)) && !ticked.contains(RunId(7)));
        ticked.clear();
        assert!(ticked.is_empty());
    }
}
