//! What teachers say of the rows of the lens, as a store has kept it.

use std::collections::BTreeMap;

use crate::distill::Heard;
use crate::protocol::{JobId, Probe, Role, RunId, RunInfo};
use crate::runs::StoreReader;

/// The answers of a job's teachers.
pub(super) struct Said {
    probe: Option<Probe>,
    /// Of those that came after the job had begun.
    later: BTreeMap<RunId, Vec<f32>>,
}

impl Said {
    /// Reads them, as far as they are there.
    pub fn read(store: &StoreReader, job: Option<JobId>, runs: &[RunInfo]) -> Self {
        let probe = job.and_then(|job| store.probe(job).ok());
        let newest = |run: RunId| store.snapshot(run, *store.snapshots(run).ok()?.last()?).ok()?;
        let teachers = runs.iter().filter(|info| info.role == Role::Teacher);
        let needed = teachers.filter(|_| probe.as_ref().is_some_and(|probe| probe.teacher.is_empty()));
        let later = needed.filter_map(|info| Some((info.run, newest(info.run)?))).collect();
        Self { probe, later }
    }

    /// What a run's teacher says; none of several models, each in a run of its own.
    pub fn of(&self, info: &RunInfo) -> Option<Heard<'_>> {
        let probe = self.probe.as_ref()?;
        let mean = info.recipe.combine();
        if !probe.teacher.is_empty() {
            return probe.heard(mean);
        }
        let later = info.teachers.iter().filter_map(|teacher| self.later.get(teacher));
        let each: Vec<&[f32]> = later.map(Vec::as_slice).collect();
        (!each.is_empty()).then_some(Heard { each, mean })
    }
}
