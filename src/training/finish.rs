//! The end of an epoch and of a run: evaluation, halving, results.

use std::sync::Arc;

use candle_core::Device;

use super::cost::cost_of;
use super::device::engine_name;
use super::engine::{Engine, now};
use super::error::Halt;
use super::evaluate::{Asked, Evaluated, Shown, evaluate_members};
use super::inbox::Inbox;
use super::job::Job;
use super::member::{Best, Status};
use super::stage::StageRun;
use crate::data::Examples;
use crate::model::{Checkpoint, Network};
use crate::protocol::{
    Anatomy, Answers, Cost, Epoch, Exits, FinishedRun, JUDGED, KeptWeights, Live, Metrics, Part, Report, Role,
    RunFinished, RunInfo, RunOutcome, TermName,
};
use crate::recipe::{Keep, Source, Strategy};

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
    /// Evaluates, stores snapshots and prunes. If interrupted, it reruns on resume.
    pub fn end_epoch(&mut self, job: &mut Job, stage: &mut StageRun<'_>, inbox: &Inbox) -> Result<(), Halt> {
        let errors = self.epoch(stage, inbox)?;
        if has_snapshot(stage.progress.epochs + 1, stage.training.epochs as u64) || stage.session.step.is_power_of_two()
        {
            self.snapshot(stage, inbox)?;
        }
        stage.progress.epochs += 1;
        let rung = |share: &f64| (stage.training.epochs as f64 * share).ceil() as u64 == stage.progress.epochs;
        if stage.strategy == Strategy::Halving && RUNGS.iter().any(rung) {
            self.halve(job, stage, &errors, inbox)?;
        }
        Ok(())
    }

    /// Ends the worse half of the cells, by validation errors over their seeds; those that diverged or were stopped go
    /// first. Baselines stay.
    fn halve(&mut self, job: &mut Job, stage: &mut StageRun<'_>, errors: &[u64], inbox: &Inbox) -> Result<(), Halt> {
        let mut cells: Vec<(crate::recipe::Recipe, Vec<usize>)> = Vec::new();
        let runs = (0..stage.session.members.len()).map(|k| (k, stage.run_of(k)));
        for (k, run) in runs.filter(|(_, run)| run.role == Role::Student) {
            let cell = run.recipe.without_seed();
            match cells.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, members)) => members.push(k),
                None => cells.push((cell, vec![k])),
            }
        }
        let mean = |members: &[usize]| {
            let lost = members.iter().any(|k| !stage.session.members[*k].is_active());
            let sum: u64 = members.iter().map(|k| errors[*k]).sum();
            if lost { f64::INFINITY } else { sum as f64 / members.len() as f64 }
        };
        cells.sort_by(|(_, a), (_, b)| mean(a).total_cmp(&mean(b)));
        let worse = cells.split_off(cells.len().div_ceil(2)).into_iter().flat_map(|(_, members)| members);
        // Whoever trains for a student's sake goes with it.
        let mut worse: Vec<usize> = worse.flat_map(|member| stage.beside(member)).collect();
        worse.sort_unstable();
        if worse.is_empty() {
            return Ok(());
        }
        self.finish(job, stage, &worse, RunOutcome::Halved, inbox)?;
        let kept: Vec<usize> = (0..stage.session.members.len()).filter(|k| !worse.contains(k)).collect();
        stage.keep(&kept)?;
        Ok(())
    }

    /// Validation errors of each member.
    fn epoch(&mut self, stage: &mut StageRun<'_>, inbox: &Inbox) -> Result<Vec<u64>, Halt> {
        let rows = &stage.prepared.splits.validation;
        let found = evaluate(stage, &*stage.session.population, rows, inbox)?;
        if self.options.window {
            for exits in exits_of(stage, &found, rows) {
                self.observer.live(Live::Exits(Box::new(exits)));
            }
        }
        if self.options.window {
            let mixtures = stage.session.mixture_accuracy(rows, &stage.prepared.labels(rows))?;
            for (k, mixture) in mixtures.into_iter().flatten().enumerate() {
                stage.session.members[k].replaced = Some((mixture, found.metrics[k].accuracy));
            }
        }
        let evaluations = found.metrics;
        let errors = evaluations.iter().map(|validation| validation.errors).collect();
        let epoch = stage.session.step / stage.session.steps_per_epoch();
        for (k, validation) in evaluations.into_iter().enumerate() {
            if !stage.session.members[k].is_active() {
                continue;
            }
            let better = stage.session.members[k].best.as_ref().is_none_or(|best| validation.errors < best.errors);
            if stage.training.keep == Keep::Best && better {
                let weights = stage.session.population.member(k)?;
                stage.session.members[k].best = Some(Best { errors: validation.errors, epoch, weights });
            }
            let member = &stage.session.members[k];
            let report = Epoch {
                run: stage.run_of(k).run,
                epoch,
                step: stage.session.step,
                loss: member.sums.mean(&member.objective),
                left_out: member.sums.left_out(&member.objective),
                validation,
            };
            self.emit(Report::Epoch(report), inbox)?;
        }
        Ok(errors)
    }

    /// Results and checkpoints of some of the members.
    pub fn finish(
        &mut self,
        job: &mut Job,
        stage: &StageRun<'_>,
        members: &[usize],
        outcome: RunOutcome,
        inbox: &Inbox,
    ) -> Result<(), Halt> {
        let prepared = stage.prepared;
        let kept = stage.kept_population()?;
        let splits = &prepared.splits;
        let on_validation = evaluate(stage, &*kept, &splits.validation, inbox)?;
        let exits = exits_of(stage, &on_validation, &splits.validation);
        let (validation, on_validation) = answers_of(stage, Part::Validation, &splits.validation, on_validation);
        // Nobody looks at those who only help another to its result.
        let is_tested = |run: &RunInfo| run.role != Role::Companion;
        let tests = stage.tests && outcome != RunOutcome::Halved && members.iter().any(|k| is_tested(stage.run_of(*k)));
        let test = if tests { Some(evaluate(stage, &*kept, &splits.test, inbox)?) } else { None };
        let test = test.map(|found| answers_of(stage, Part::Test, &splits.test, found));
        let training = training_errors(stage, &*kept, inbox)?;
        let anatomy = stage.anatomy();
        let rows = prepared.learnt.row_hashes(stage.session.rows());
        let mut reports = Vec::with_capacity(members.len());
        for k in members.iter().copied() {
            let (run, member) = (stage.run_of(k), &stage.session.members[k]);
            let test = test.as_ref().filter(|_| is_tested(run));
            let stopped = member.status == Status::Stopped;
            let diverged = !member.is_active() && !stopped;
            let outcome = match (diverged, stopped) {
                (true, _) => RunOutcome::Diverged,
                (_, true) => RunOutcome::Stopped,
                _ => outcome,
            };
            let (cost, checkpoint) = if diverged {
                (None, None)
            } else {
                let (cost, bytes) = self.saved(stage, &*kept, k, &rows)?;
                (Some(cost), Some(Arc::new(bytes)))
            };
            if !diverged {
                reports.push(Report::Answers(on_validation[k].clone()));
                reports.extend(test.map(|(_, answers)| Report::Answers(answers[k].clone())));
                reports.extend(exits.get(k).filter(|it| it.is_kept()).cloned().map(Report::Exits));
            }
            let validation = (!diverged).then(|| validation[k].clone());
            job.finished.retain(|finished| finished.run != run.run);
            job.finished.push(FinishedRun {
                run: run.run,
                outcome,
                validation: validation.clone(),
                tested: test.is_some(),
                weights: checkpoint.clone().map(KeptWeights::Bytes),
            });
            let finished = RunFinished {
                run: run.run,
                at_millis: now(),
                outcome,
                steps: member.taken,
                seconds: stage.progress.seconds,
                validation,
                test: test.filter(|_| !diverged).map(|(metrics, _)| metrics[k].clone()),
                training: training.as_ref().filter(|_| !diverged).map(|training| training[k].clone()),
                cost,
                shares: anatomy.iter().find(|it| it.run == run.run).map(named_shares).unwrap_or_default(),
                checkpoint,
            };
            reports.push(Report::RunFinished(finished));
        }
        self.emit_all_committed(reports, inbox)
    }

    /// A member's kept weights as a file, and what they cost whoever asks them.
    fn saved(
        &mut self,
        stage: &StageRun<'_>,
        kept: &dyn Network,
        member: usize,
        rows: &[u64],
    ) -> Result<(Cost, Vec<u8>), Halt> {
        let (prepared, run) = (stage.prepared, stage.run_of(member));
        let classes = prepared.dataset.classes.clone();
        let mut recipe = run.recipe.clone().without_private_paths();
        // New pictures are laid on the same ground, whatever they show.
        if let Source::Images(images) = &mut recipe.data.source {
            images.ground = images.ground.or(prepared.dataset.ground);
        }
        let columns = prepared.dataset.columns.as_deref().cloned();
        let engine = engine_name(&self.info);
        let checkpoint = Checkpoint::of_member(kept, member, classes, columns, rows.to_vec(), recipe, engine)?;
        let measure = || cost_of(&*checkpoint.network(&Device::Cpu)?, &prepared.dataset, &prepared.splits.validation);
        let cost = self.cost_of(&checkpoint.plan, measure)?;
        let bytes = checkpoint.to_bytes().map_err(|error| Halt::Failed(error.phrase()))?;
        Ok((cost, bytes))
    }
}

/// What the members are worth on rows of a part, and what of their answers is kept: their logits may be large.
fn answers_of(stage: &StageRun<'_>, part: Part, rows: &[u32], found: Evaluated) -> (Vec<Metrics>, Vec<Answers>) {
    let asked = Asked::of(stage.prepared, part, rows);
    let members = 0..stage.session.members.len();
    (found.metrics, members.map(|k| asked.answers(stage.run_of(k).run, k, &found.logits)).collect())
}

/// What a stage's members say of rows at each of their exits; nothing of members that answer once.
fn exits_of(stage: &StageRun<'_>, found: &Evaluated, rows: &[u32]) -> Vec<Exits> {
    let spec = stage.session.population.spec();
    let (Some(plan), Some(encoder)) = (spec.bert(), spec.reads.text()) else { return Vec::new() };
    let (Some(exits), Examples::Text(texts)) = (plan.exits, &stage.prepared.dataset.examples) else {
        return Vec::new();
    };
    let tokens = encoder.encode(&texts.gather(rows));
    let lengths: Arc<Vec<u32>> = Arc::new((0..rows.len()).map(|row| tokens.range(row).len() as u32).collect());
    let labels = Arc::new(stage.prepared.labels(rows));
    let len = rows.len() * spec.classes();
    let of_member = |k: usize| Exits {
        run: stage.run_of(k).run,
        step: stage.session.step,
        speed: exits.speed,
        classes: spec.classes(),
        labels: labels.clone(),
        lengths: lengths.clone(),
        costs: plan.costs(spec.classes()),
        whole: plan.whole_cost(spec.classes()),
        logits: Arc::new(found.exits.iter().flat_map(|exit| &exit[k * len..][..len]).copied().collect()),
    };
    (0..stage.session.members.len()).map(of_member).collect()
}

/// What a stage's members with these weights are worth on rows.
fn evaluate(stage: &StageRun<'_>, population: &dyn Network, rows: &[u32], inbox: &Inbox) -> Result<Evaluated, Halt> {
    let on = Shown { prepared: stage.prepared, rows, labels: &stage.prepared.labels(rows) };
    evaluate_members(&stage.session, population, &on, &|| inbox.closing())
}

/// Metrics of each member on rows that it was trained on, at most so many as are judged, against the labels that it was
/// shown; `None` where it was shown none.
fn training_errors(stage: &StageRun<'_>, kept: &dyn Network, inbox: &Inbox) -> Result<Option<Vec<Metrics>>, Halt> {
    let shown = stage.session.labelled(JUDGED);
    if shown.is_empty() {
        return Ok(None);
    }
    let (rows, labels): (Vec<u32>, Vec<u32>) = shown.into_iter().unzip();
    let on = Shown { prepared: stage.prepared, rows: &rows, labels: &labels };
    Ok(Some(evaluate_members(&stage.session, kept, &on, &|| inbox.closing())?.metrics))
}

/// Each term's share of the gradient, by name.
fn named_shares(anatomy: &Anatomy) -> Vec<(TermName, f64)> {
    let names = anatomy.terms.iter().map(|term| term.name.clone());
    anatomy.shares().map_or_else(Vec::new, |shares| names.zip(shares).collect())
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
