//! What was asked of a run at each of its steps: its settings, and what was changed live.

use super::JobView;
use crate::distill::{Course, Objective, Term, share_of};
use crate::protocol::{Change, RunInfo, Setting};

/// The settings of a run from one step on.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The first step, counted from 0, that was taken with them.
    pub from: u64,
    /// The values of the method's fields.
    pub objective: Objective,
    learning_rate: f64,
}

impl Held {
    /// One of them, as it goes from there on; none for what a run without a teacher does not have.
    pub fn setting(&self, setting: Setting) -> Option<Course> {
        let rate = (setting == Setting::LEARNING_RATE).then_some(Course::Fixed(self.learning_rate));
        rate.or_else(|| self.objective.course(setting.path()))
    }

    fn put(&mut self, setting: Setting, value: f64) {
        if setting == Setting::LEARNING_RATE {
            self.learning_rate = value;
        } else {
            self.objective.set(setting.path(), value);
        }
    }
}

/// The index of a setting among all of them.
fn index(setting: Setting) -> usize {
    Setting::all().iter().position(|known| *known == setting).unwrap_or(usize::MAX)
}

impl JobView {
    /// What held in a run: from step 0, and from each step before which something was changed.
    pub fn held(&self, info: &RunInfo) -> Vec<Held> {
        let first = Held { from: 0, objective: info.objective(), learning_rate: info.recipe.training.learning_rate };
        let mut all = vec![first.clone()];
        for (step, changes) in self.changes_of(info) {
            let mut held = Held { from: step, ..all.last().unwrap_or(&first).clone() };
            for change in changes {
                held.put(change.setting, change.to);
            }
            // A change before the first step leaves nothing of what the recipe says.
            all.retain(|held| held.from != step);
            all.push(held);
        }
        all
    }

    /// What was changed live for a run, by the step before which it took effect: all that changed there, each setting
    /// once. A resumed job may have changes ahead of it, and one that was made since then lies before those.
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
        // What moved by itself is held by a change, wherever that leads.
        let objective = info.objective();
        let mut moving: Vec<&str> = objective.moving().map(|at| objective.method().fields[at].path).collect();
        for (_, together) in &mut all {
            together.retain(|change| {
                change.from.to_bits() != change.to.to_bits() || moving.contains(&change.setting.path())
            });
            moving.retain(|path| !together.iter().any(|change| change.setting.path() == *path));
            together.sort_by_key(|change| index(change.setting));
        }
        all.retain(|(_, together)| !together.is_empty());
        all
    }

    /// A setting of a run as it is now; none for what a run without a teacher does not have.
    pub fn setting(&self, info: &RunInfo, setting: Setting) -> Option<f64> {
        let done = self.steps_of(info);
        let course = self.held(info).iter().rev().find(|held| held.from <= done)?.setting(setting)?;
        Some(course.at(share_of(done.saturating_sub(1), info.steps)))
    }

    /// Steps that a run has taken.
    pub fn steps_of(&self, info: &RunInfo) -> u64 {
        self.curves.get(&info.run).map_or(0, |curves| curves.total.raw.len() as u64)
    }

    /// What a term of a run's loss is multiplied by in its total in each of some steps, counted from 0 and rising.
    pub fn term_factors(&self, info: &RunInfo, term: &Term, steps: impl Iterator<Item = f64>) -> Vec<f64> {
        let held = self.held(info);
        let per_epoch = info.steps_per_epoch.max(1) as f64;
        let (mut at, mut now) = (0, held[0].objective.clone());
        let factor = |step: f64| {
            while held.get(at + 1).is_some_and(|next| next.from as f64 <= step) {
                at += 1;
                now.clone_from(&held[at].objective);
            }
            now.move_to(share_of(step as u64, info.steps));
            now.factor(term, step / per_epoch)
        };
        steps.map(factor).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::distill::{Ramp, Shape};
    use crate::protocol::{Event, EventKind, JobId, Probe, Role, RunId, Stage, Started, Steps};
    use crate::recipe::QUICKSTART;

    /// A job of a student at T 4 with weights 0.9 and 0.1, and its baseline, of whose curves 300 steps are there.
    fn job() -> JobView {
        let mut sweep = QUICKSTART.sweep().unwrap();
        sweep.base.distill.set(Setting::TEMPERATURE.path(), 4.0);
        let info = |run, role| RunInfo {
            run: RunId(run),
            role,
            teachers: Vec::new(),
            stage: Stage(1),
            recipe: sweep.base.clone(),
            model: String::new(),
            seed: 0,
            parameters: 1,
            steps: 1000,
            steps_per_epoch: 100,
            loaded: false,
            place: 0,
        };
        let runs = vec![info(1, Role::Student), info(2, Role::Baseline)];
        let (probe, device) = (Arc::new(Probe::default()), String::new());
        let mut job =
            JobView::started(&Started { job: JobId(1), at_millis: 0, sweep, runs, device, probe, data: None });
        let values = vec![1.0; 300];
        let steps = |run| Steps {
            run: RunId(run),
            first_step: 0,
            terms: vec![("hard".into(), values.clone())],
            total: values.clone(),
        };
        for run in [1, 2] {
            job.take(&crate::protocol::Report::Steps(steps(run)));
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
        change(&mut job, 0, 200, Setting::HARD_WEIGHT, 0.1, 0.5);
        change(&mut job, 1, 200, Setting::SOFT_WEIGHT, 0.9, 0.7);
        change(&mut job, 2, 200, Setting::SOFT_WEIGHT, 0.7, 0.5);
        // There and back again while the job rests is no change.
        change(&mut job, 3, 250, Setting::TEMPERATURE, 4.0, 8.0);
        change(&mut job, 4, 250, Setting::TEMPERATURE, 8.0, 4.0);
        let student = job.runs[0].clone();
        let told: Vec<_> = job.changes_of(&student);
        assert_eq!(told.len(), 1);
        let told: Vec<_> = told[0].1.iter().map(|change| (change.setting, change.from, change.to)).collect();
        assert_eq!(told, [(Setting::SOFT_WEIGHT, 0.9, 0.5), (Setting::HARD_WEIGHT, 0.1, 0.5)]);
        // The baseline follows neither T nor weights.
        assert_eq!(job.changes_of(&job.runs[1].clone()), []);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "settings are kept as they were given")]
    fn a_setting_holds_from_its_step_on_and_not_before() {
        let mut job = job();
        change(&mut job, 0, 200, Setting::TEMPERATURE, 4.0, 8.0);
        // The job was interrupted before this one, and went on; then another change was made ahead of it.
        change(&mut job, 1, 400, Setting::TEMPERATURE, 2.0, 6.0);
        change(&mut job, 2, 250, Setting::TEMPERATURE, 8.0, 2.0);
        let student = job.runs[0].clone();
        let held = job.held(&student);
        let at = |step: u64| held.iter().rev().find(|held| held.from <= step).unwrap().setting(Setting::TEMPERATURE);
        assert_eq!(
            [0, 100, 199, 200, 249, 250, 399, 400].map(|step| at(step).unwrap()),
            [4.0, 4.0, 4.0, 8.0, 8.0, 2.0, 2.0, 6.0].map(Course::Fixed)
        );
        // 300 steps are done: what lies ahead does not hold yet.
        assert_eq!(job.setting(&student, Setting::TEMPERATURE), Some(2.0));
        assert_eq!(job.setting(&job.runs[1].clone(), Setting::HARD_WEIGHT), None);
        let squared = |t: f64| 0.9 * t * t;
        let [soft, hard] = ["soft", "hard"].map(|name| student.recipe.distill.method().term(name).unwrap().1);
        let steps = || [0.0, 199.0, 200.0, 250.0, 399.0, 400.0].into_iter();
        assert_eq!(job.term_factors(&student, soft, steps()), [4.0, 4.0, 8.0, 2.0, 2.0, 6.0].map(squared));
        assert_eq!(job.term_factors(&student, hard, steps()), [0.1; 6]);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "the ends of what moves are exact")]
    fn what_moves_by_itself_does_so_until_it_is_changed() {
        let mut job = job();
        let course = Course::Moving(Ramp { shape: Shape::Linear, from: 10.98, to: 0.99 });
        job.runs[0].recipe.distill.put(Setting::TEMPERATURE.path(), course);
        let student = job.runs[0].clone();
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        assert_eq!(job.held(&student).len(), 1);
        assert_eq!(job.held(&student)[0].setting(Setting::TEMPERATURE), Some(course));
        // The newest of 300 steps is the one of the number 299; there are 1000.
        close(job.setting(&student, Setting::TEMPERATURE).unwrap(), 10.98 - 2.99);
        let soft = student.recipe.distill.method().term("soft").unwrap().1;
        let steps = || [0.0, 100.0, 250.0, 999.0].into_iter();
        let squared = |t: f64| 0.9 * t * t;
        let found = job.term_factors(&student, soft, steps());
        found.into_iter().zip([10.98, 9.98, 8.48, 0.99].map(squared)).for_each(|(found, it)| close(found, it));
        // Held where it is, it is changed all the same; there and back again later, it is not.
        change(&mut job, 0, 200, Setting::TEMPERATURE, 8.98, 8.98);
        change(&mut job, 1, 250, Setting::TEMPERATURE, 8.98, 4.0);
        change(&mut job, 2, 250, Setting::TEMPERATURE, 4.0, 8.98);
        assert_eq!(job.changes_of(&student).len(), 1);
        assert_eq!(job.setting(&student, Setting::TEMPERATURE), Some(8.98));
        let found = job.term_factors(&student, soft, steps());
        found.into_iter().zip([10.98, 9.98, 8.98, 8.98].map(squared)).for_each(|(found, it)| close(found, it));
    }
}
