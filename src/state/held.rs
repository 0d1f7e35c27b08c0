//! What was asked of a run at each of its steps: its settings, and what was changed in mid-run.

use super::JobView;
use crate::training::report::{Change, Role, RunInfo, Setting};

/// The settings of a run from one step on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// The first step, counted from 0, that was taken with them.
    pub from: u64,
    settings: [Option<f64>; 4],
}

impl Held {
    /// One of them; none for what a run without a teacher does not have.
    pub fn setting(&self, setting: Setting) -> Option<f64> {
        self.settings[place(setting)]
    }
}

fn place(setting: Setting) -> usize {
    Setting::ALL.iter().position(|known| *known == setting).unwrap_or(0)
}

impl JobView {
    /// What held in a run: from step 0, and from each step before which something was changed.
    pub fn held(&self, info: &RunInfo) -> Vec<Held> {
        let first = Setting::ALL.map(|setting| match setting {
            Setting::Temperature => info.temperature,
            Setting::SoftWeight => info.soft_weight,
            Setting::HardWeight => Some(info.hard_weight),
            Setting::LearningRate => Some(info.recipe.training.learning_rate),
        });
        let mut all = vec![Held { from: 0, settings: first }];
        for (step, changes) in self.changes_of(info) {
            let mut settings = all.last().map_or(first, |held| held.settings);
            for change in changes {
                settings[place(change.setting)] = Some(change.to);
            }
            // A change before the first step leaves nothing of what the recipe says.
            all.retain(|held| held.from != step);
            all.push(Held { from: step, settings });
        }
        all
    }

    /// What was changed for a run in mid-run, by the step before which it took effect: all that changed there, each setting
    /// once. A job that goes on may have changes ahead of it, and one that was made since then lies before those.
    pub fn changes_of(&self, info: &RunInfo) -> Vec<(u64, Vec<Change>)> {
        let is_for = |change: &Change| change.concerns(info.run, info.role);
        let here = self.changes.iter().filter(|(stage, _, change)| *stage == info.stage && is_for(change));
        let mut sorted: Vec<(u64, Change)> = here.map(|(_, step, change)| (*step, *change)).collect();
        sorted.sort_by_key(|(step, _)| *step);
        let mut all: Vec<(u64, Vec<Change>)> = Vec::new();
        for (step, change) in sorted {
            if all.last().is_none_or(|(last, _)| *last != step) {
                all.push((step, Vec::new()));
            }
            let Some((_, together)) = all.last_mut() else { continue };
            match together.iter_mut().find(|known| known.setting == change.setting) {
                Some(known) => known.to = change.to,
                None => together.push(change),
            }
        }
        for (_, together) in &mut all {
            together.retain(|change| change.from.to_bits() != change.to.to_bits());
            together.sort_by_key(|change| place(change.setting));
        }
        all.retain(|(_, together)| !together.is_empty());
        all
    }

    /// A setting of a run as it is now; none for what a run without a teacher does not have.
    pub fn setting(&self, info: &RunInfo, setting: Setting) -> Option<f64> {
        if setting == Setting::HardWeight && info.role != Role::Student {
            return None;
        }
        let done = self.curves.get(&info.run).map_or(0, |curves| curves.total.raw.len() as u64);
        self.held(info).iter().rev().find(|held| held.from <= done)?.setting(setting)
    }

    /// What the soft and the hard term of a run's loss are multiplied by in its total, from which step on. The first entry
    /// is that of step 0. A run without a teacher has its hard term alone.
    pub fn term_factors(&self, info: &RunInfo) -> Vec<(u64, [f64; 2])> {
        let squared = info.recipe.distill.temperature_squared;
        let factors = |held: &Held| {
            let [t, soft, hard] = [Setting::Temperature, Setting::SoftWeight, Setting::HardWeight]
                .map(|setting| held.setting(setting).unwrap_or(0.0));
            (held.from, [if squared { soft * t * t } else { soft }, hard])
        };
        self.held(info).iter().map(factors).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::recipe::QUICKSTART;
    use crate::training::report::{Event, EventKind, JobId, Probe, RunId, Stage, Started, Steps};

    /// A job of a student at T 4 with weights 0.9 and 0.1, and its baseline, of whose curves 300 steps are there.
    fn job() -> JobView {
        let sweep = QUICKSTART.sweep().unwrap();
        let info = |run, role| {
            let distils = role == Role::Student;
            RunInfo {
                run: RunId(run),
                role,
                stage: Stage(1),
                recipe: sweep.base.clone(),
                model: String::new(),
                temperature: distils.then_some(4.0),
                soft_weight: distils.then_some(0.9),
                hard_weight: if distils { 0.1 } else { 1.0 },
                seed: 0,
                parameters: 1,
                steps: 1000,
                steps_per_epoch: 100,
                loaded: false,
            }
        };
        let runs = vec![info(1, Role::Student), info(2, Role::Baseline)];
        let (probe, device) = (Arc::new(Probe::default()), String::new());
        let mut job =
            JobView::started(&Started { job: JobId(1), at_millis: 0, sweep, runs, device, probe, data: None });
        let values = vec![1.0; 300];
        let steps = |run| Steps {
            run: RunId(run),
            first_step: 0,
            soft: values.clone(),
            hard: values.clone(),
            total: values.clone(),
        };
        for run in [1, 2] {
            job.take(&crate::training::report::Report::Steps(steps(run)));
        }
        job
    }

    fn change(job: &mut JobView, number: u64, step: u64, setting: Setting, from: f64, to: f64) {
        let kind = EventKind::Change(Change { run: None, setting, from, to });
        job.take_event(&Event { job: JobId(1), number, at_millis: 0, stage: Stage(1), step, kind });
    }

    #[test]
    fn what_changed_at_one_step_is_one_mark_with_all_of_it() {
        let mut job = job();
        change(&mut job, 0, 200, Setting::HardWeight, 0.1, 0.5);
        change(&mut job, 1, 200, Setting::SoftWeight, 0.9, 0.7);
        change(&mut job, 2, 200, Setting::SoftWeight, 0.7, 0.5);
        // There and back again while the job rests is no change.
        change(&mut job, 3, 250, Setting::Temperature, 4.0, 8.0);
        change(&mut job, 4, 250, Setting::Temperature, 8.0, 4.0);
        let student = job.runs[0].clone();
        let told: Vec<_> = job.changes_of(&student);
        assert_eq!(told.len(), 1);
        let told: Vec<_> = told[0].1.iter().map(|change| (change.setting, change.from, change.to)).collect();
        assert_eq!(told, [(Setting::SoftWeight, 0.9, 0.5), (Setting::HardWeight, 0.1, 0.5)]);
        // The baseline follows neither T nor weights.
        assert_eq!(job.changes_of(&job.runs[1].clone()), []);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "settings are kept as they were given")]
    fn a_setting_holds_from_its_step_on_and_not_before() {
        let mut job = job();
        change(&mut job, 0, 200, Setting::Temperature, 4.0, 8.0);
        // The job was interrupted before this one, and went on; then another change was made ahead of it.
        change(&mut job, 1, 400, Setting::Temperature, 2.0, 6.0);
        change(&mut job, 2, 250, Setting::Temperature, 8.0, 2.0);
        let student = job.runs[0].clone();
        let held = job.held(&student);
        let at = |step: u64| held.iter().rev().find(|held| held.from <= step).unwrap().setting(Setting::Temperature);
        assert_eq!(
            [0, 100, 199, 200, 249, 250, 399, 400].map(|step| at(step).unwrap()),
            [4.0, 4.0, 4.0, 8.0, 8.0, 2.0, 2.0, 6.0]
        );
        // 300 steps are done: what lies ahead does not hold yet.
        assert_eq!(job.setting(&student, Setting::Temperature), Some(2.0));
        assert_eq!(job.setting(&job.runs[1].clone(), Setting::HardWeight), None);
        let squared = |t: f64| [0.9 * t * t, 0.1];
        assert_eq!(
            job.term_factors(&student),
            [(0, squared(4.0)), (200, squared(8.0)), (250, squared(2.0)), (400, squared(6.0))]
        );
    }
}
