//! One job in memory: its runs, their curves, and what the lens needs of it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::leaving::Leaving;
use super::loss_curve::LossCurve;
use super::timeline::Timeline;
use crate::distill::Heard;
use crate::protocol::{
    Anatomy, Answers, Change, DataFound, Epoch, Event, EventKind, JobData, JobEnded, JobId, JobOutcome, Part, Probe,
    Report, Resumed, Role, RunFinished, RunId, RunInfo, RunOutcome, Stage, Started, Steps, TermName, first_teacher,
};
use crate::recipe::{BASELINES, Baseline, Sweep};
use crate::runs::verdict::Story;
use crate::runs::{Board, Curve};
use crate::text::Phrase;

/// One job, fed by reports while it runs and by the store afterwards.
#[derive(Clone, Debug)]
pub struct JobView {
    /// The job.
    pub id: JobId,
    /// Its recipe, with its ranges.
    pub sweep: Sweep,
    /// Its runs, in the order teachers, students, baselines.
    pub runs: Vec<RunInfo>,
    /// Its cells and axes.
    pub board: Board,
    /// Runs of which a setting was moved live.
    pub edited: BTreeSet<RunId>,
    /// Their curves.
    pub curves: BTreeMap<RunId, RunCurves>,
    /// Their results, once they have ended.
    pub results: BTreeMap<RunId, RunFinished>,
    /// Live changes: stage, step, what.
    pub changes: Vec<(Stage, u64, Change)>,
    /// The rows of the lens.
    pub probe: Arc<Probe>,
    /// Its data, as they were found; `None` of a job of an older version.
    pub data: Option<JobData>,
    /// Newest logits of the probe set by run: step, `[rows, classes]`.
    pub snapshots: BTreeMap<RunId, (u64, Arc<Vec<f32>>)>,
    /// The earlier ones of runs through whose training somebody moves.
    pub timelines: BTreeMap<RunId, Timeline>,
    /// What the terms contributed to the newest step of each run, while it trains here.
    pub anatomy: BTreeMap<RunId, Anatomy>,
    /// What its runs answered, row by row, without logits.
    pub answers: BTreeMap<(RunId, Part), Answers>,
    /// What those runs say at each of their exits that have any.
    pub exits: BTreeMap<RunId, Leaving>,
    /// What happened, in sentences; of a job that is over.
    pub story: Option<Box<Story>>,
    /// Whether something has ended or changed since then.
    pub unjudged: bool,
    /// Whether it waits for the user.
    pub paused: bool,
    /// How it ended; none while it runs.
    pub outcome: Option<JobOutcome>,
    /// What went wrong.
    pub message: Option<Phrase>,
}

/// The curves of one run.
#[derive(Clone, Debug, Default)]
pub struct RunCurves {
    /// Each term a step, in the order of its method.
    pub terms: Vec<(TermName, LossCurve)>,
    /// The weighted total a step.
    pub total: LossCurve,
    /// Epoch by epoch.
    pub epochs: Vec<Epoch>,
}

/// Epochs of one line on the screen: more would cost a frame its time, and lie on each other.
const MOST_EPOCHS: usize = 2048;

impl RunCurves {
    /// As the store has them.
    pub fn stored(curve: Curve) -> Self {
        let mut curves = Self::default();
        for (name, values) in curve.terms {
            curves.term_mut(&name).extend(values);
        }
        curves.total.extend(curve.total);
        curves.epochs = curve.epochs;
        curves
    }

    /// A line through the epochs with `x` in `x_range` and those next to it. Of more than a screen has room for, those with the
    /// smallest and the largest value of each stretch, and the newest.
    pub fn epoch_line(
        &self,
        x_range: RangeInclusive<f64>,
        x: impl Fn(&Epoch) -> f64,
        y: impl Fn(&Epoch) -> f64,
    ) -> Vec<(f64, f64)> {
        let start = self.epochs.partition_point(|epoch| x(epoch) < *x_range.start()).saturating_sub(1);
        let end = self.epochs.partition_point(|epoch| x(epoch) <= *x_range.end()) + 1;
        let shown = &self.epochs[start..end.min(self.epochs.len())];
        let point = |epoch: &Epoch| (x(epoch), y(epoch));
        if shown.len() <= MOST_EPOCHS {
            return shown.iter().map(point).collect();
        }
        let mut line: Vec<(f64, f64)> = Vec::with_capacity(MOST_EPOCHS + 2);
        for stretch in shown.chunks(shown.len().div_ceil(MOST_EPOCHS / 2)) {
            let by = |a: &(f64, f64), b: &(f64, f64)| a.1.total_cmp(&b.1);
            let points = || stretch.iter().map(point);
            // The first of equals, so that a level line is one point a stretch.
            let least = points().min_by(by);
            let most = points().reduce(|most, next| if by(&next, &most).is_gt() { next } else { most });
            let (Some(a), Some(b)) = (least, most) else { continue };
            line.push(if a.0 <= b.0 { a } else { b });
            if a.0.total_cmp(&b.0).is_ne() {
                line.push(if a.0 <= b.0 { b } else { a });
            }
        }
        let newest = shown.last().map(point);
        line.extend(newest.filter(|newest| line.last().is_none_or(|last| last.0 < newest.0)));
        line
    }

    /// A term by its name.
    pub fn term(&self, name: &str) -> Option<&LossCurve> {
        self.terms.iter().find(|(known, _)| known == name).map(|(_, curve)| curve)
    }

    fn term_mut(&mut self, name: &TermName) -> &mut LossCurve {
        let at = self.terms.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.terms.push((name.clone(), LossCurve::default()));
            self.terms.len() - 1
        });
        &mut self.terms[at].1
    }

    fn extend(&mut self, steps: &Steps) {
        for (name, values) in &steps.terms {
            self.term_mut(name).extend(values.iter().copied());
        }
        self.total.extend(steps.total.iter().copied());
    }

    fn truncate(&mut self, step: u64) {
        for curve in self.terms.iter_mut().map(|(_, curve)| curve).chain([&mut self.total]) {
            curve.truncate(step);
        }
        self.epochs.retain(|epoch| epoch.step <= step);
    }
}

impl JobView {
    /// A job that has just begun.
    pub fn started(started: &Started) -> Self {
        Self {
            id: started.job,
            board: Board::new(&started.sweep, &started.runs),
            edited: BTreeSet::new(),
            sweep: started.sweep.clone(),
            curves: started.runs.iter().map(|run| (run.run, RunCurves::default())).collect(),
            runs: started.runs.clone(),
            results: BTreeMap::new(),
            changes: Vec::new(),
            probe: Arc::clone(&started.probe),
            data: started.data.clone(),
            snapshots: BTreeMap::new(),
            timelines: BTreeMap::new(),
            anatomy: BTreeMap::new(),
            answers: BTreeMap::new(),
            exits: BTreeMap::new(),
            story: None,
            unjudged: true,
            paused: false,
            outcome: None,
            message: None,
        }
    }

    /// Its one set of examples, where its classes are uneven: then errors alone say little.
    pub fn uneven(&self) -> Option<&DataFound> {
        self.data.as_ref()?.only().filter(|found| found.is_uneven())
    }

    /// The first run of a role.
    pub fn run_of(&self, role: Role) -> Option<&RunInfo> {
        self.runs.iter().find(|run| run.role == role)
    }

    /// What a run is compared with row by row: the baseline of its cell and seed, of the job's first kind.
    pub fn baseline_of(&self, run: &RunInfo) -> Option<&RunInfo> {
        let first = self.run_of(Role::Baseline)?.baseline()?;
        let own = run.recipe.of_baseline(first);
        let is_own = |info: &&RunInfo| info.baseline() == Some(first) && info.seed == run.seed;
        self.runs.iter().filter(is_own).find(|info| info.recipe.of_baseline(first) == own)
    }

    /// Those who are trained for the sake of a student's run, in their order.
    pub fn companions(&self, student: &RunInfo) -> Vec<&RunInfo> {
        let beside = |info: &&RunInfo| info.role == Role::Companion && info.is_beside(student);
        self.runs.iter().filter(beside).collect()
    }

    /// The first run of each kind of baseline.
    pub fn baselines(&self) -> Vec<(&'static Baseline, &RunInfo)> {
        let first = |kind: &'static Baseline| self.runs.iter().find(|info| info.baseline() == Some(kind));
        BASELINES.iter().filter_map(|kind| Some((kind, first(kind)?))).collect()
    }

    /// The run that panels show first: the student, or the teacher where there is none.
    pub fn leading_run(&self) -> Option<&RunInfo> {
        self.run_of(Role::Student).or_else(|| self.runs.first())
    }

    /// Runs of a job that has ended which can begin again: they diverged, failed, were stopped or never began.
    pub fn failed(&self) -> Vec<RunId> {
        if !matches!(self.outcome, Some(JobOutcome::Done | JobOutcome::Stopped)) {
            return Vec::new();
        }
        let whole = |run: &RunInfo| {
            let outcome = self.results.get(&run.run).map(|result| result.outcome);
            matches!(outcome, Some(RunOutcome::Done | RunOutcome::Halved))
        };
        self.runs.iter().filter(|run| !run.loaded && !whole(run)).map(|run| run.run).collect()
    }

    /// The logits of the probe set that a run gave last, with their step; where its training is looked at in another moment, those of then.
    pub fn snapshot_at(&self, run: RunId, moment: Option<u64>) -> Option<(u64, &[f32])> {
        if let Some(found) = moment.and_then(|step| self.timelines.get(&run)?.at(step)) {
            return Some((found.0, found.1.as_slice()));
        }
        self.snapshots.get(&run).map(|(step, logits)| (*step, logits.as_slice()))
    }

    /// What the teacher of a run says of the probe set, each member of an ensemble apart, once all of it is known; where it trains with the
    /// run, at that moment. Without a run, or of one that learns from nobody: what the job's first teacher says.
    pub fn heard_at(&self, run: Option<&RunInfo>, moment: Option<u64>) -> Option<Heard<'_>> {
        let recipe = run.map_or(&self.sweep.base, |run| &run.recipe);
        if !self.probe.teacher.is_empty() {
            return self.probe.heard(recipe.combine());
        }
        let models = self.teacher_models(run);
        let beside = |model: &RunInfo| moment.filter(|_| run.is_none_or(|run| run.stage == model.stage));
        let each = models.iter().map(|model| Some(self.snapshot_at(model.run, beside(model))?.1));
        let each = each.collect::<Option<Vec<_>>>().filter(|each| !each.is_empty())?;
        Some(Heard { each, mean: recipe.combine() })
    }

    /// The run of a run's teacher, which may be an ensemble; of one that learns from nobody the job's first.
    pub fn teacher_of(&self, run: Option<&RunInfo>) -> Option<&RunInfo> {
        match run.and_then(|run| run.teachers.first()) {
            Some(teacher) => self.runs.iter().find(|run| run.run == *teacher),
            None => first_teacher(&self.runs),
        }
    }

    /// The runs of the models that its teacher consists of.
    pub fn teacher_models(&self, run: Option<&RunInfo>) -> Vec<&RunInfo> {
        let Some(teacher) = self.teacher_of(run) else { return Vec::new() };
        if teacher.teachers.is_empty() {
            return vec![teacher];
        }
        let models = teacher.teachers.iter().filter_map(|model| self.runs.iter().find(|run| run.run == *model));
        models.collect()
    }

    /// The job resumes from a step: what lies beyond it is forgotten.
    pub fn resumed(&mut self, resumed: &Resumed) {
        for (run, stage) in &resumed.retried {
            self.edited.remove(run);
            if let Some(info) = self.runs.iter_mut().find(|info| info.run == *run) {
                info.stage = *stage;
            }
        }
        for run in &self.runs {
            let kept = match run.stage.cmp(&resumed.stage) {
                Ordering::Less => continue,
                Ordering::Equal => resumed.step,
                Ordering::Greater => 0,
            };
            let is_over = |result: &RunFinished| {
                let ended = matches!(result.outcome, RunOutcome::Done | RunOutcome::Diverged | RunOutcome::Halved);
                ended && result.steps <= kept && run.stage == resumed.stage
            };
            if !self.results.get(&run.run).is_some_and(is_over) {
                self.results.remove(&run.run);
                self.answers.retain(|(of, _), _| *of != run.run);
                self.exits.remove(&run.run);
            }
            if let Some(curves) = self.curves.get_mut(&run.run) {
                curves.truncate(kept);
            }
        }
        self.unjudged = true;
        self.paused = false;
        self.outcome = None;
        self.message = None;
    }

    /// The job has ended.
    pub fn ended(&mut self, ended: &JobEnded) {
        self.outcome = Some(ended.outcome);
        self.unjudged = true;
        self.message.clone_from(&ended.message);
        self.paused = false;
    }

    /// Any other report of this job.
    pub fn take(&mut self, report: &Report) {
        match report {
            Report::Steps(steps) => {
                if let Some(curves) = self.curves.get_mut(&steps.run) {
                    curves.extend(steps);
                }
            }
            Report::Epoch(epoch) => {
                if let Some(curves) = self.curves.get_mut(&epoch.run) {
                    curves.epochs.push(epoch.clone());
                }
            }
            Report::Snapshot(snapshot) => {
                self.snapshots.insert(snapshot.run, (snapshot.step, Arc::clone(&snapshot.logits)));
                if let Some(timeline) = self.timelines.get_mut(&snapshot.run) {
                    timeline.take(snapshot.step, &snapshot.logits);
                }
            }
            Report::Event(event) => self.take_event(event),
            Report::Answers(answers) => {
                let answers = Answers { logits: None, ..answers.clone() };
                self.answers.insert((answers.run, answers.part), answers);
            }
            Report::Exits(exits) => drop(self.exits.insert(exits.run, Leaving::new(exits.clone()))),
            Report::RunFinished(finished) => {
                // The window needs the numbers; the weights are in the store.
                let finished = RunFinished { checkpoint: None, ..finished.clone() };
                self.results.insert(finished.run, finished);
                self.unjudged = true;
            }
            Report::Tested(tested) => {
                if let Some(result) = self.results.get_mut(&tested.run) {
                    result.test = Some(tested.test.clone());
                    self.unjudged = true;
                }
            }
            Report::Started(_)
            | Report::Resumed(_)
            | Report::ResumeState(_)
            | Report::Outside(_)
            | Report::JobEnded(_) => {}
        }
    }

    /// Something the user did while it ran.
    pub fn take_event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::Change(change) => {
                let touches = |info: &&RunInfo| info.stage == event.stage && change.concerns(info.run, info.role);
                self.edited.extend(self.runs.iter().filter(touches).map(|info| info.run));
                self.unjudged = true;
                self.changes.push((event.stage, event.step, *change));
            }
            EventKind::Paused => self.paused = true,
            EventKind::Played | EventKind::Stopped => self.paused = false,
            EventKind::RunStopped { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{LossTerms, Metrics};

    fn curves(epochs: u64, errors: impl Fn(u64) -> u64) -> RunCurves {
        let epoch = |epoch| Epoch {
            run: RunId(1),
            epoch,
            step: epoch * 2,
            loss: LossTerms::default(),
            left_out: Vec::new(),
            validation: Metrics { errors: errors(epoch), ..Metrics::default() },
        };
        RunCurves { epochs: (1..=epochs).map(epoch).collect(), ..RunCurves::default() }
    }

    fn line(curves: &RunCurves, x_range: RangeInclusive<f64>) -> Vec<(f64, f64)> {
        curves.epoch_line(x_range, |epoch| epoch.epoch as f64, |epoch| epoch.validation.errors as f64)
    }

    #[test]
    fn few_epochs_are_all_drawn_and_many_keep_their_peaks() {
        let few = curves(MOST_EPOCHS as u64, |epoch| epoch % 3);
        assert_eq!(line(&few, 0.0..=f64::MAX).len(), MOST_EPOCHS);
        assert_eq!(line(&few, 10.0..=12.0), [(9.0, 0.0), (10.0, 1.0), (11.0, 2.0), (12.0, 0.0), (13.0, 1.0)]);
        let many = curves(100_000, |epoch| if epoch == 54_321 { 900 } else { 5 + epoch % 2 });
        let drawn = line(&many, 0.0..=f64::MAX);
        assert!(drawn.len() <= MOST_EPOCHS + 1, "{}", drawn.len());
        assert!(drawn.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(drawn.contains(&(54_321.0, 900.0)));
        assert_eq!((drawn[0].0, drawn.last().unwrap().0), (1.0, 100_000.0));
        assert_eq!(line(&many, 500.0..=600.0).len(), 103, "a closer look shows them all");
        assert_eq!(line(&RunCurves::default(), 0.0..=f64::MAX), []);
    }
}
