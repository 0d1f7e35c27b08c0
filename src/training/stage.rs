//! One stage of a job: its steps, what the user does meanwhile, and what is reported of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::device::{engine_name, first_line, of_device};
use super::found::JUDGED;
use super::job::{Engine, FinishedRun, Halt, Job, KeptWeights, evaluation_halt, metrics, now};
use super::plan::{JobPlan, StagePlan};
use super::prepare::{Prepared, population_logits};
use super::report::{
    Activity, Anatomy, Answers, Change, Epoch, Event, EventKind, Live, MOST_LOGITS, Metrics, Part, Progress, Report,
    ResumeState, Role, RunFinished, RunId, RunInfo, RunOutcome, Setting, Snapshot, Stage, Steps, TermName, TermPart,
};
use super::resume::{self, Best, Extras};
use super::session::{Member, Session};
use super::worker::{Inbox, Move, Request};
use crate::distill::{LABELS, MemberTerms, Objective, Reference, TeacherLogits, Term, evaluate, top_classes};
use crate::model::{Checkpoint, Population};
use crate::recipe::{Keep, Source, Strategy, TrainingRecipe};
use crate::text::phrase;

/// Least time between two blocks of steps, and between two progress reports, of a few members; many make as much work as
/// they are, and report less often.
const BLOCK: Duration = Duration::from_millis(50);

/// Members whose reports one [`BLOCK`] is for.
const MEMBERS_OF_BLOCK: u32 = 16;

/// A halving sweep lets go of the worse half after these shares of its epochs.
const RUNGS: [f64; 2] = [0.25, 0.5];

/// Epochs whose snapshots are all stored. Beyond them every second, fourth, eighth … epoch has one, in each doubling half as many
/// as here: 30,000 epochs have about 1,200. Curves and metrics of every epoch are stored in any case.
const SNAPSHOTS_IN_FULL: u64 = 256;

/// Whether the logits of the probe set are stored after an epoch. It depends on nothing but the epoch, so that a job that was
/// interrupted stores those that it would have stored anyway; the last epoch always has one.
fn has_snapshot(epoch: u64, epochs: u64) -> bool {
    let stride = epoch.div_ceil(SNAPSHOTS_IN_FULL).max(1).next_power_of_two();
    epoch.is_multiple_of(stride) || epoch == epochs
}

impl Engine {
    /// Trains one stage to its end and reports its results.
    pub fn train(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        plan: &JobPlan,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        match job.resume.take() {
            Some((at, state)) if at == stage.stage => {
                if let Some(state) = state {
                    stage.restore(&state.bytes, &self.device)?;
                }
                job.replay_from(stage.stage, stage.session.step, stage.extras.events);
            }
            Some(later) => job.resume = Some(later),
            None => {}
        }
        let mut clock = Clock::new(stage.session.step);
        if stage.session.step == 0 {
            self.snapshot(stage, inbox)?;
            if stage.stage.0 > 0
                && plan.stages.iter().any(|before| before.stage < stage.stage && !plan.runs[before.runs[0]].loaded)
            {
                // From here on the stages before this one need not be run again.
                self.save_resume_state(job, stage, inbox)?;
            }
        }
        let result = self.steps(job, stage, plan, &mut clock, inbox);
        // A stage that rests or ends has told all its steps.
        let stopped = match result {
            Ok(()) => false,
            Err(Halt::Stopped) => true,
            Err(Halt::Closing) => {
                self.flush(stage, inbox)?;
                self.save_resume_state(job, stage, inbox)?;
                return Err(Halt::Closing);
            }
            Err(failed) => {
                self.flush(stage, inbox).ok();
                return Err(failed);
            }
        };
        self.flush(stage, inbox)?;
        let all: Vec<usize> = (0..stage.runs.len()).collect();
        let outcome = if stopped { RunOutcome::Stopped } else { RunOutcome::Done };
        self.finish(job, stage, &all, outcome, inbox)?;
        job.clock.seconds += clock.began.elapsed().as_secs_f64();
        job.clock.work += stage.work_of(stage.session.step - clock.first);
        if stopped { Err(Halt::Stopped) } else { Ok(()) }
    }

    fn steps(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        plan: &JobPlan,
        clock: &mut Clock,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let (steps, per_epoch) = (stage.session.steps(), stage.session.steps_per_epoch());
        // Closing may have cut short the end of an epoch.
        if stage.session.step == (stage.extras.epochs + 1) * per_epoch {
            self.end_epoch(job, stage, inbox)?;
        }
        while stage.session.step < steps {
            self.requests(job, stage, plan, clock, inbox)?;
            if stage.session.members.iter().all(|member| !member.active) {
                return Ok(());
            }
            let start = Instant::now();
            stage.asked = stage.session.members.iter().map(|member| member.objective.clone()).collect();
            let terms = stage.session.step()?;
            stage.extras.seconds += start.elapsed().as_secs_f64();
            stage.note(&terms);
            stage.terms = terms;
            let done = stage.session.step;
            let ends_epoch = done.is_multiple_of(per_epoch);
            if ends_epoch {
                self.flush(stage, inbox)?;
                self.end_epoch(job, stage, inbox)?;
            } else if done.is_power_of_two() {
                // The first steps are shown one by one: a curve begins as soon as it can.
                self.flush(stage, inbox)?;
                self.snapshot(stage, inbox)?;
            }
            if stage.session.members.iter().all(|member| !member.active) {
                return Ok(());
            }
            if ends_epoch && clock.last_resume.elapsed() >= self.options.resume_every && done < steps {
                self.save_resume_state(job, stage, inbox)?;
                clock.last_resume = Instant::now();
            }
            if clock.last_block.elapsed() >= stage.block() {
                clock.last_block = Instant::now();
                self.flush(stage, inbox)?;
                self.live(job, stage, plan, clock)?;
            }
        }
        Ok(())
    }

    /// Takes requests before a step; waits here while paused.
    fn requests(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        plan: &JobPlan,
        clock: &mut Clock,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        // What happened before the interruption happens again at the same step.
        let now = (stage.stage, stage.session.step);
        let is_due = |event: &Event| (event.stage, event.step) == now;
        while job.replay.front().is_some_and(is_due) {
            let Some(event) = job.replay.pop_front() else { break };
            stage.extras.events = stage.extras.events.max(event.number + 1);
            match event.kind {
                EventKind::Change(change) => stage.apply(&change),
                EventKind::RunStopped { run } => stage.stop(run),
                EventKind::Stopped => return Err(Halt::Stopped),
                EventKind::Paused | EventKind::Played => {}
            }
        }
        loop {
            if inbox.closing() {
                return Err(Halt::Closing);
            }
            let request = if job.paused { inbox.wait() } else { inbox.poll() };
            let Some(request) = request else {
                if job.paused {
                    continue;
                }
                return Ok(());
            };
            match request {
                Request::Change(moves) => {
                    for wanted in moves {
                        self.change(job, stage, wanted, inbox)?;
                    }
                }
                Request::StopRun(run) => {
                    if stage.member_of(run).is_some_and(|member| stage.session.members[member].active) {
                        self.event(job, stage, EventKind::RunStopped { run }, inbox)?;
                        stage.stop(run);
                    }
                }
                Request::Pause if !job.paused => {
                    job.paused = true;
                    self.event(job, stage, EventKind::Paused, inbox)?;
                    self.save_resume_state(job, stage, inbox)?;
                    self.live(job, stage, plan, clock)?;
                }
                Request::Play if job.paused => {
                    job.paused = false;
                    self.event(job, stage, EventKind::Played, inbox)?;
                    clock.restart(stage.session.step);
                    self.live(job, stage, plan, clock)?;
                }
                Request::StepOnce if job.paused => {
                    // The caller takes one step and comes back here.
                    // Shown at once, however soon after the last one.
                    clock.last_block = Instant::now().checked_sub(stage.block()).unwrap_or(clock.last_block);
                    return Ok(());
                }
                Request::Stop => {
                    self.event(job, stage, EventKind::Stopped, inbox)?;
                    return Err(Halt::Stopped);
                }
                Request::Preview(recipe) => self.preview(&recipe, inbox),
                Request::Gather(gather) => self.gather(&gather),
                Request::Look(look) => {
                    // A look must not end a job: what goes wrong with it is said to who asked.
                    match look.run.and_then(|run| stage.member_of(run)) {
                        None => self.look(&look, None),
                        Some(member) => match stage.kept_population(&self.device) {
                            Ok(now) => self.look(&look, Some((&now, member))),
                            Err(error) => self.observer.live(Live::Looked(Err(of_device(&error)))),
                        },
                    }
                }
                Request::Start(_) => {
                    let message = phrase!("job-running");
                    self.observer.live(Live::Rejected { code: "job-running", message });
                }
                Request::Pause | Request::Play | Request::StepOnce => {}
            }
        }
    }

    /// Moves a setting, for one run or for all that it can be for.
    fn change(
        &mut self,
        job: &mut Job,
        stage: &mut StageRun<'_>,
        Move { run, setting, to }: Move,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let member = run.and_then(|run| stage.member_of(run));
        let Some(from) = stage.session.setting(setting, member) else { return Ok(()) };
        #[allow(clippy::float_cmp, reason = "a change to the very same value is no change")]
        if from == to || run.is_some() != member.is_some() || !acceptable(setting, to) {
            return Ok(());
        }
        let change = Change { run, setting, from, to };
        self.event(job, stage, EventKind::Change(change), inbox)?;
        job.edited.push((stage.stage, run));
        stage.apply(&change);
        Ok(())
    }

    /// Stores an event, before it takes effect.
    fn event(&mut self, job: &mut Job, stage: &mut StageRun<'_>, kind: EventKind, inbox: &Inbox) -> Result<(), Halt> {
        self.flush(stage, inbox)?;
        let event = Event {
            job: job.id,
            number: job.events,
            at_millis: now(),
            stage: stage.stage,
            step: stage.session.step,
            kind,
        };
        self.emit_committed(Report::Event(event), inbox)?;
        job.events += 1;
        stage.extras.events = job.events;
        Ok(())
    }

    fn save_resume_state(&mut self, job: &Job, stage: &StageRun<'_>, inbox: &Inbox) -> Result<(), Halt> {
        let bytes = Arc::new(resume::save(stage.stage, &stage.session, &stage.extras)?);
        let state = ResumeState { job: job.id, stage: stage.stage, step: stage.session.step, bytes };
        self.emit(Report::ResumeState(state), inbox)
    }

    /// Sends the steps taken since the last time.
    fn flush(&mut self, stage: &mut StageRun<'_>, inbox: &Inbox) -> Result<(), Halt> {
        for block in stage.take_blocks() {
            self.emit(Report::Steps(block), inbox)?;
        }
        Ok(())
    }

    /// All that an epoch ends with, or none of it that counts.
    fn end_epoch(&mut self, job: &mut Job, stage: &mut StageRun<'_>, inbox: &Inbox) -> Result<(), Halt> {
        let errors = self.epoch(stage, inbox)?;
        if has_snapshot(stage.extras.epochs + 1, stage.training.epochs as u64) || stage.session.step.is_power_of_two() {
            self.snapshot(stage, inbox)?;
        }
        stage.extras.epochs += 1;
        let rung = |share: &f64| (stage.training.epochs as f64 * share).ceil() as u64 == stage.extras.epochs;
        if stage.strategy == Strategy::Halving && RUNGS.iter().any(rung) {
            self.halve(job, stage, &errors, inbox)?;
        }
        Ok(())
    }

    /// Ends the worse half of the cells, by validation errors over their seeds; those that diverged or were stopped go
    /// first. Baselines stay.
    fn halve(&mut self, job: &mut Job, stage: &mut StageRun<'_>, errors: &[u64], inbox: &Inbox) -> Result<(), Halt> {
        let mut cells: Vec<(crate::recipe::Recipe, Vec<usize>)> = Vec::new();
        for (k, run) in stage.runs.iter().enumerate().filter(|(_, run)| run.role == Role::Student) {
            let cell = run.recipe.without_seed();
            match cells.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, members)) => members.push(k),
                None => cells.push((cell, vec![k])),
            }
        }
        let mean = |members: &[usize]| {
            let lost = members.iter().any(|k| stage.ended(*k));
            let sum: u64 = members.iter().map(|k| errors[*k]).sum();
            if lost { f64::INFINITY } else { sum as f64 / members.len() as f64 }
        };
        cells.sort_by(|(_, a), (_, b)| mean(a).total_cmp(&mean(b)));
        let worse: Vec<usize> =
            cells.split_off(cells.len().div_ceil(2)).into_iter().flat_map(|(_, members)| members).collect();
        if worse.is_empty() {
            return Ok(());
        }
        self.finish(job, stage, &worse, RunOutcome::Halved, inbox)?;
        let kept: Vec<usize> = (0..stage.runs.len()).filter(|k| !worse.contains(k)).collect();
        stage.keep(&kept)?;
        Ok(())
    }

    /// Validation errors of each member.
    fn epoch(&mut self, stage: &mut StageRun<'_>, inbox: &Inbox) -> Result<Vec<u64>, Halt> {
        let rows = &stage.prepared.splits.validation;
        let (_, evaluations) = self.evaluate(stage, &stage.session.population, rows, inbox)?;
        let errors = evaluations.iter().map(|validation| validation.errors).collect();
        let epoch = stage.session.step / stage.session.steps_per_epoch();
        for (k, validation) in evaluations.into_iter().enumerate() {
            if stage.ended(k) {
                continue;
            }
            let better = stage.extras.best[k].as_ref().is_none_or(|best| validation.errors < best.errors);
            if stage.training.keep == Keep::Best && better {
                let weights = stage.session.population.member(k)?;
                stage.extras.best[k] = Some(Best { errors: validation.errors, epoch, weights });
            }
            let member = &stage.session.members[k];
            let report = Epoch {
                run: stage.runs[k].run,
                epoch,
                step: stage.session.step,
                loss: stage.session.sums[k].mean(&member.objective),
                left_out: stage.session.sums[k].left_out(&member.objective),
                validation,
            };
            self.emit(Report::Epoch(report), inbox)?;
        }
        Ok(errors)
    }

    /// Logits `[members, rows, classes]` of `population` on `rows`, and the metrics of each member.
    fn evaluate(
        &self,
        stage: &StageRun<'_>,
        population: &Population,
        rows: &[u32],
        inbox: &Inbox,
    ) -> Result<(Vec<f32>, Vec<Metrics>), Halt> {
        let labels = stage.prepared.labels(rows);
        self.evaluate_on(stage, population, rows, &labels, inbox)
    }

    /// The same against other labels than those of the data.
    fn evaluate_on(
        &self,
        stage: &StageRun<'_>,
        population: &Population,
        rows: &[u32],
        labels: &[u32],
        inbox: &Inbox,
    ) -> Result<(Vec<f32>, Vec<Metrics>), Halt> {
        let prepared = stage.prepared;
        let logits = population_logits(population, &prepared.dataset, rows, &self.device, &|| inbox.closing());
        let logits = logits.map_err(evaluation_halt)?;
        let classes = prepared.dataset.classes.len();
        let each: Vec<_> = logits.chunks_exact(rows.len() * classes).zip(&stage.session.members).collect();
        let epochs = stage.session.epochs();
        let plain: Vec<Vec<f32>> = stage.teachers.iter().map(|teacher| teacher.logits_of(rows, 1.0)).collect();
        let evaluations = each
            .into_par_iter()
            .map(|(logits, Member { objective, teacher, .. })| {
                let evaluate =
                    |reference| metrics(evaluate(logits, labels, reference, objective, epochs, classes), objective);
                let Some((teacher, plain)) = teacher.and_then(|at| stage.teachers.get(at).zip(plain.get(at))) else {
                    return evaluate(None);
                };
                if teacher.teachers == 1 {
                    return evaluate(Some(Reference { plain, softened: plain }));
                }
                let softened = teacher.logits_of(rows, objective.temperature().unwrap_or(1.0));
                evaluate(Some(Reference { plain, softened: &softened }))
            })
            .collect();
        Ok((logits, evaluations))
    }

    /// Stores the logits of the probe set.
    fn snapshot(&mut self, stage: &StageRun<'_>, inbox: &Inbox) -> Result<(), Halt> {
        for snapshot in Self::probe_logits(stage)? {
            self.emit(Report::Snapshot(snapshot), inbox)?;
        }
        Ok(())
    }

    fn probe_logits(stage: &StageRun<'_>) -> Result<Vec<Snapshot>, Halt> {
        if !stage.has_probe {
            return Ok(Vec::new());
        }
        let logits = stage.session.logits(&stage.prepared.probe)?;
        let len = logits.len() / stage.runs.len().max(1);
        let each = stage.runs.iter().zip(logits.chunks_exact(len.max(1))).enumerate();
        let snapshot = |(run, logits): (&RunInfo, &[f32])| Snapshot {
            run: run.run,
            step: stage.session.step,
            logits: Arc::new(logits.to_vec()),
        };
        Ok(each.filter(|(k, _)| !stage.ended(*k)).map(|(_, part)| snapshot(part)).collect())
    }

    /// What is worth showing now.
    fn live(&mut self, job: &Job, stage: &StageRun<'_>, plan: &JobPlan, clock: &mut Clock) -> Result<(), Halt> {
        // Probe logits may take a tenth of the time at most.
        if self.options.window && clock.last_probe.elapsed() >= clock.probe_cost * 10 {
            let start = Instant::now();
            for snapshot in Self::probe_logits(stage)? {
                self.observer.live(Live::Snapshot(snapshot));
            }
            clock.probe_cost = start.elapsed();
            clock.last_probe = Instant::now();
        }
        if self.options.window {
            self.observer.live(Live::Anatomy(stage.anatomy()));
        }
        let (step, steps) = (stage.session.step, stage.session.steps());
        let per_second = clock.steps_per_second(step);
        // Later stages take as long a step and parameter as those so far did.
        let done = job.clock.work + stage.work_of(step - clock.first);
        let spent = job.clock.seconds + clock.began.elapsed().as_secs_f64();
        let later: f64 =
            plan.stages.iter().filter(|later| later.stage > stage.stage).map(|later| work_of(plan, later)).sum();
        let left = (steps - step.min(steps)) as f64;
        let seconds_left = if per_second > 0.0 { left / per_second + later * spent / done.max(1.0) } else { 0.0 };
        self.observer.live(Live::Progress(Progress {
            job: job.id,
            stage: stage.stage,
            stages: plan.stages.last().map_or(0, |last| last.stage.0 + 1),
            members: stage.session.members.len(),
            teacher: stage.role == Role::Teacher,
            step,
            steps,
            steps_per_epoch: stage.session.steps_per_epoch(),
            steps_per_second: per_second,
            seconds_left,
            activity: if job.paused { Activity::Paused } else { Activity::Training },
        }));
        Ok(())
    }

    /// Metrics of each member on rows that it was trained on, at most so many as are judged, against the labels that it was
    /// shown; `None` where it was shown none.
    fn training_errors(
        &self,
        stage: &StageRun<'_>,
        kept: &Population,
        inbox: &Inbox,
    ) -> Result<Option<Vec<Metrics>>, Halt> {
        let shown = stage.session.labelled(JUDGED);
        if shown.is_empty() {
            return Ok(None);
        }
        let (rows, labels): (Vec<u32>, Vec<u32>) = shown.into_iter().unzip();
        let (_, training) = self.evaluate_on(stage, kept, &rows, &labels, inbox)?;
        Ok(Some(training))
    }

    /// Results and checkpoints of some of the members.
    fn finish(
        &mut self,
        job: &mut Job,
        stage: &StageRun<'_>,
        members: &[usize],
        outcome: RunOutcome,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let prepared = stage.prepared;
        let kept = stage.kept_population(&self.device)?;
        let splits = &prepared.splits;
        let (validation_logits, validation) = self.evaluate(stage, &kept, &splits.validation, inbox)?;
        let tests = stage.tests && outcome != RunOutcome::Halved;
        let test = if tests { Some(self.evaluate(stage, &kept, &splits.test, inbox)?) } else { None };
        let training = self.training_errors(stage, &kept, inbox)?;
        let anatomy = stage.anatomy();
        let asked_validation = Asked::of(prepared, Part::Validation, &splits.validation);
        let asked_test = Asked::of(prepared, Part::Test, &splits.test);
        let rows = if stage.role == Role::Teacher { &prepared.splits.train } else { &prepared.transfer.rows };
        let rows = prepared.dataset.row_hashes(rows);
        let mut reports = Vec::with_capacity(members.len());
        for k in members.iter().copied() {
            let run = &stage.runs[k];
            let stopped = stage.extras.stopped[k];
            let diverged = stage.ended(k) && !stopped;
            let outcome = match (diverged, stopped) {
                (true, _) => RunOutcome::Diverged,
                (_, true) => RunOutcome::Stopped,
                _ => outcome,
            };
            let checkpoint = if diverged {
                None
            } else {
                let classes = prepared.dataset.classes.clone();
                let mut recipe = run.recipe.clone().without_private_paths();
                // New pictures are laid on the same ground, whatever they show.
                if let Source::Images(images) = &mut recipe.data.source {
                    images.ground = images.ground.or(prepared.dataset.ground);
                }
                let engine = engine_name(&self.info);
                let columns = prepared.dataset.columns.as_deref().cloned();
                let checkpoint = Checkpoint::of_member(&kept, k, classes, columns, rows.clone(), recipe, engine)?;
                let bytes = checkpoint.to_bytes().map_err(|error| Halt::Failed(error.phrase()))?;
                Some(Arc::new(bytes))
            };
            if !diverged {
                reports.push(Report::Answers(asked_validation.answers(run.run, k, &validation_logits)));
                let answers = test.as_ref().map(|(logits, _)| asked_test.answers(run.run, k, logits));
                reports.extend(answers.map(Report::Answers));
            }
            let validation = (!diverged).then(|| validation[k].clone());
            job.finished.retain(|finished| finished.run != run.run);
            job.finished.push(FinishedRun {
                run: run.run,
                outcome,
                validation: validation.clone(),
                tested: tests,
                weights: checkpoint.clone().map(KeptWeights::Bytes),
            });
            let finished = RunFinished {
                run: run.run,
                at_millis: now(),
                outcome,
                steps: stage.extras.taken[k],
                seconds: stage.extras.seconds,
                validation,
                test: test.as_ref().filter(|_| !diverged).map(|(_, test)| test[k].clone()),
                training: training.as_ref().filter(|_| !diverged).map(|training| training[k].clone()),
                shares: anatomy.iter().find(|it| it.run == run.run).map(named_shares).unwrap_or_default(),
                checkpoint,
            };
            reports.push(Report::RunFinished(finished));
        }
        self.emit_all_committed(reports, inbox)
    }
}

/// Rows of which the answers are kept.
pub(super) struct Asked {
    part: Part,
    classes: usize,
    rows: Arc<Vec<u32>>,
    labels: Arc<Vec<u32>>,
}

impl Asked {
    /// The rows of a part.
    pub fn of(prepared: &Prepared, part: Part, rows: &[u32]) -> Self {
        let (classes, labels) = (prepared.dataset.classes.len(), prepared.labels(rows));
        Self { part, classes, rows: Arc::new(rows.to_vec()), labels: Arc::new(labels) }
    }

    /// What one member answers, of logits `[members, rows, classes]`.
    pub fn answers(&self, run: RunId, member: usize, logits: &[f32]) -> Answers {
        let len = self.rows.len() * self.classes;
        let logits = &logits[member * len..(member + 1) * len];
        let kept = self.part == Part::Validation && size_of_val(logits) <= MOST_LOGITS;
        Answers {
            run,
            part: self.part,
            rows: Arc::clone(&self.rows),
            labels: Arc::clone(&self.labels),
            predicted: Arc::new(top_classes(logits, self.classes)),
            logits: kept.then(|| Arc::new(logits.to_vec())),
        }
    }
}

/// Steps times parameters of a stage.
fn work_of(plan: &JobPlan, stage: &StagePlan) -> f64 {
    stage.runs.iter().map(|run| plan.runs[*run].steps as f64 * plan.runs[*run].parameters as f64).sum()
}

/// A stage in progress and what it owes its reports.
pub(super) struct StageRun<'a> {
    pub stage: Stage,
    pub session: Session,
    pub extras: Extras,
    /// Logits of the teachers that its members are compared with; none in the stage of a teacher.
    pub teachers: Vec<Arc<TeacherLogits>>,
    /// Whether its members are a teacher's, or students and baselines.
    role: Role,
    /// One a member.
    runs: Vec<RunInfo>,
    prepared: &'a Prepared,
    training: TrainingRecipe,
    strategy: Strategy,
    has_probe: bool,
    /// Whether the test rows are looked at when it ends.
    tests: bool,
    /// Whether a member's last step, on which it diverged, is noted.
    over: Vec<bool>,
    pending: Vec<Steps>,
    /// Of the newest step, one a member.
    terms: Vec<MemberTerms>,
    /// What the members were asked to learn in that step; a setting may have been moved since.
    asked: Vec<Objective>,
}

impl<'a> StageRun<'a> {
    pub fn new(session: Session, runs: Vec<RunInfo>, stage: &'a StagePlan, strategy: Strategy, tests: bool) -> Self {
        let members = runs.len();
        let extras = Extras {
            best: vec![None; members],
            taken: vec![0; members],
            places: (0..members).collect(),
            stopped: vec![false; members],
            ..Extras::default()
        };
        Self {
            stage: stage.stage,
            session,
            extras,
            teachers: Vec::new(),
            role: stage.role,
            runs,
            prepared: &stage.prepared,
            training: stage.training.clone(),
            strategy,
            has_probe: stage.has_probe || stage.role == Role::Teacher,
            tests,
            over: vec![false; members],
            pending: Vec::new(),
            terms: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Goes on from a saved state, with those members that it has.
    fn restore(&mut self, bytes: &[u8], device: &Device) -> Result<(), Halt> {
        let restored = resume::restore(bytes, self.stage, &mut self.session, device);
        let unusable = |error| Halt::Failed(phrase!("resume-unusable", problem = first_line(&error)));
        self.extras = restored.map_err(unusable)?;
        self.runs = self.extras.places.iter().map(|place| self.runs[*place].clone()).collect();
        self.over = self.session.members.iter().map(|member| !member.active).collect();
        Ok(())
    }

    /// Goes on with these members alone. Nothing may be pending.
    fn keep(&mut self, members: &[usize]) -> Result<(), Halt> {
        self.session.keep(members)?;
        let pick = |k: &usize| *k;
        self.runs = members.iter().map(|k| self.runs[*k].clone()).collect();
        self.over = members.iter().map(|k| self.over[*k]).collect();
        // The newest step's terms are those of other members.
        self.terms.clear();
        let extras = &mut self.extras;
        extras.best = members.iter().map(|k| extras.best[*k].clone()).collect();
        extras.taken = members.iter().map(|k| extras.taken[*k]).collect();
        extras.stopped = members.iter().map(|k| extras.stopped[*k]).collect();
        extras.places = members.iter().map(pick).map(|k| extras.places[k]).collect();
        Ok(())
    }

    fn member_of(&self, run: RunId) -> Option<usize> {
        self.runs.iter().position(|info| info.run == run)
    }

    fn apply(&mut self, change: &Change) {
        let member = change.run.and_then(|run| self.member_of(run));
        if change.run.is_some() == member.is_some() {
            self.session.apply(change, member);
        }
    }

    /// Ends a run early: its weights stay as they are.
    fn stop(&mut self, run: RunId) {
        if let Some(member) = self.member_of(run) {
            self.session.members[member].active = false;
            self.extras.stopped[member] = true;
            self.over[member] = true;
        }
    }

    /// Least time between two blocks of reports.
    fn block(&self) -> Duration {
        let members = self.runs.len() as u32;
        BLOCK * members.div_ceil(MEMBERS_OF_BLOCK).clamp(1, 10)
    }

    /// What each term contributed to the newest step. Nothing before the first.
    fn anatomy(&self) -> Vec<Anatomy> {
        let step = self.session.step.saturating_sub(1);
        let members = self.runs.iter().zip(&self.terms).zip(&self.asked);
        let distilling = members.filter(|(_, asked)| asked.method() != &LABELS);
        let of = |((run, terms), asked): ((&RunInfo, &MemberTerms), &Objective)| Anatomy {
            run: run.run,
            step,
            terms: asked.method().terms.iter().enumerate().map(|(i, term)| part(asked, term, terms, i)).collect(),
        };
        distilling.map(of).collect()
    }

    /// Steps times parameters of so many steps.
    fn work_of(&self, steps: u64) -> f64 {
        steps as f64 * self.runs.iter().map(|run| run.parameters as f64).sum::<f64>()
    }

    /// Whether a member has stopped before the present step.
    fn ended(&self, member: usize) -> bool {
        !self.session.members[member].active
    }

    /// Remembers the terms of the step just taken.
    fn note(&mut self, terms: &[MemberTerms]) {
        let first_step = self.session.step - 1;
        if self.pending.is_empty() {
            let block = |(run, member): (&RunInfo, &Member)| Steps {
                run: run.run,
                first_step,
                terms: member.objective.method().terms.iter().map(|term| (term.name.into(), Vec::new())).collect(),
                total: Vec::new(),
            };
            self.pending = self.runs.iter().zip(&self.session.members).map(block).collect();
        }
        for (k, block) in self.pending.iter_mut().enumerate() {
            // The step on which it diverged is its last.
            let member = &self.session.members[k];
            if !member.active && self.over[k] {
                continue;
            }
            self.over[k] = !member.active;
            self.extras.taken[k] = first_step + 1;
            for ((_, values), value) in block.terms.iter_mut().zip(&terms[k].values) {
                values.push(value.map_or(f32::NAN, |value| value as f32));
            }
            block.total.push(terms[k].total as f32);
        }
    }

    fn take_blocks(&mut self) -> Vec<Steps> {
        std::mem::take(&mut self.pending).into_iter().filter(|block| !block.total.is_empty()).collect()
    }

    /// The weights that count: those of the last step, or each member's best.
    pub fn kept_population(&self, device: &Device) -> candle_core::Result<Population> {
        if self.extras.best.iter().all(Option::is_none) {
            return Ok(self.session.population.clone());
        }
        let members = (0..self.runs.len()).map(|k| match &self.extras.best[k] {
            Some(best) => Ok(best.weights.clone()),
            None => self.session.population.member(k),
        });
        let members = members.collect::<candle_core::Result<Vec<_>>>()?;
        let count = self.session.population.parameters().len();
        let stacked = (0..count).map(|i| {
            let each: Vec<&Tensor> = members.iter().map(|weights| &weights[i]).collect();
            Tensor::stack(&each, 0)?.to_device(device)
        });
        let (plan, normalisation) = (self.session.population.plan(), self.session.population.normalisation());
        Population::from_parameters(plan.clone(), normalisation.clone(), stacked.collect::<candle_core::Result<_>>()?)
    }
}

/// Live changes keep to what a recipe allows.
fn acceptable(setting: Setting, value: f64) -> bool {
    setting.field().span().allows(value)
}

/// What one term contributed to a step.
fn part(asked: &Objective, term: &Term, terms: &MemberTerms, i: usize) -> TermPart {
    TermPart {
        name: term.name.into(),
        value: terms.values[i].unwrap_or(f64::NAN),
        weight: terms.weights[i],
        squared: asked.scale(term),
        norm: terms.norms[i],
        cosine: terms.cosines[i],
    }
}

/// Each term's share of the gradient, by name.
fn named_shares(anatomy: &Anatomy) -> Vec<(TermName, f64)> {
    let names = anatomy.terms.iter().map(|term| term.name.clone());
    anatomy.shares().map_or_else(Vec::new, |shares| names.zip(shares).collect())
}

/// Times that decide when to report, never what.
struct Clock {
    last_block: Instant,
    last_resume: Instant,
    last_probe: Instant,
    probe_cost: Duration,
    /// Step and time from which the pace is measured.
    from: (u64, Instant),
    /// When the stage began or went on, and at which step.
    began: Instant,
    first: u64,
}

impl Clock {
    fn new(step: u64) -> Self {
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

    fn restart(&mut self, step: u64) {
        self.from = (step, Instant::now());
    }

    /// Over the last few seconds.
    fn steps_per_second(&mut self, step: u64) -> f64 {
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

#[cfg(test)]
mod tests {
    use super::has_snapshot;

    #[test]
    fn snapshots_of_many_epochs_grow_rarer() {
        let kept = |epochs: u64| (1..=epochs).filter(|epoch| has_snapshot(*epoch, epochs)).collect::<Vec<_>>();
        assert_eq!(kept(256), (1..=256).collect::<Vec<_>>());
        assert_eq!(kept(260)[255..], [256, 258, 260]);
        assert_eq!(kept(519)[384..], [516, 519]);
        // Each doubling of the epochs adds as many, and one that ends in between keeps its last.
        assert_eq!(kept(1 << 15).len(), 256 + 7 * 128);
        assert_eq!(kept(30_001).last(), Some(&30_001));
    }
}
