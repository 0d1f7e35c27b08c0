//! One stage of training: a population, its optimiser, and the data it sees, a step at a time.

use std::sync::Arc;

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

use super::prepare::{ROWS_AT_A_TIME, Teacher, tensor};
use super::report::{Change, LossTerms, Setting};
use super::schedule::rate_factor;
use crate::data::{Batch, Dataset, TransferSet, epoch_order};
use crate::distill::{Mean, Method, SoftTargets, Student, Targets, TargetsOfBatch, TeacherLogits};
use crate::model::{Output, Population, Trainer};
use crate::ops::{Clip, Form, FusedOptimiser, MemberRate, Rule, Terms};
use crate::recipe::{Optimiser, TrainingRecipe};
use crate::rng::Key;

/// One member of the population, and what moves while it trains.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// What it is asked to learn; changes in mid-run touch it, a baseline's only by the learning rate.
    pub student: Student,
    /// Whether changes of T and weights are for it.
    pub distils: bool,
    /// Its training seed.
    pub seed: u64,
    /// Its peak learning rate.
    pub learning_rate: f64,
    /// Its weight decay.
    pub weight_decay: f64,
    /// False once its loss is not a finite number.
    pub active: bool,
}

/// Where the soft targets come from.
#[derive(Clone)]
pub enum TeacherSide {
    /// There are none: the stage trains on labels.
    Labels,
    /// From cached logits of every row.
    Cached(Arc<TeacherLogits>),
    /// The same, and asked again for each jittered batch.
    Live(Arc<TeacherLogits>, Arc<Teacher>),
}

impl TeacherSide {
    /// The cached logits.
    pub fn logits(&self) -> Option<&TeacherLogits> {
        match self {
            Self::Labels => None,
            Self::Cached(logits) | Self::Live(logits, _) => Some(logits),
        }
    }
}

/// A stage in progress.
pub struct Session {
    /// The models.
    pub population: Population,
    /// Their update rule and its state.
    pub optimiser: FusedOptimiser,
    /// One a member of the population.
    pub members: Vec<Member>,
    /// Steps done.
    pub step: u64,
    /// Sums over the epoch in progress, one a member.
    pub sums: Vec<EpochSums>,
    method: Box<dyn Method>,
    /// The fused step, where the device and the method allow it.
    trainer: Option<Trainer>,
    recipe: TrainingRecipe,
    dataset: Arc<Dataset>,
    transfer: TransferSet,
    teacher: TeacherSide,
    targets: Option<Targets>,
    orders: Option<(u64, Vec<Vec<u32>>)>,
    device: Device,
}

/// Loss terms of the examples seen in this epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EpochSums {
    rows: f64,
    labelled: f64,
    soft: f64,
    hard: f64,
    total: f64,
}

impl EpochSums {
    /// As bits, since sums of a diverged member are no JSON numbers.
    pub fn to_bits(self) -> [u64; 5] {
        [self.rows, self.labelled, self.soft, self.hard, self.total].map(f64::to_bits)
    }

    /// The reverse of [`EpochSums::to_bits`].
    pub fn from_bits(bits: [u64; 5]) -> Self {
        let [rows, labelled, soft, hard, total] = bits.map(f64::from_bits);
        Self { rows, labelled, soft, hard, total }
    }

    /// Means by example; the hard term's over the labelled ones.
    pub fn mean(&self, has_temperature: bool) -> LossTerms {
        let finite = |value: f64| value.is_finite().then_some(value);
        LossTerms {
            soft: if has_temperature { finite(self.soft / self.rows.max(1.0)) } else { None },
            hard: finite(self.hard / self.labelled.max(1.0)),
            total: finite(self.total / self.rows.max(1.0)),
        }
    }
}

impl Session {
    /// A stage at its beginning.
    ///
    /// # Errors
    /// When memory cannot be had.
    pub fn new(
        population: Population,
        members: Vec<Member>,
        recipe: TrainingRecipe,
        dataset: Arc<Dataset>,
        transfer: TransferSet,
        teacher: TeacherSide,
        device: Device,
    ) -> candle_core::Result<Self> {
        let rule = match recipe.optimiser {
            Optimiser::AdamW => Rule::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
            Optimiser::Sgd { momentum } => Rule::Sgd { momentum },
        };
        let clip = if recipe.clip > 0.0 { Clip::Norm(recipe.clip) } else { Clip::Never };
        let method: Box<dyn Method> = Box::new(SoftTargets);
        let decays = population.plan().parameters().into_iter().map(|spec| spec.decays);
        let mut parameters: Vec<_> = population.parameters().iter().cloned().zip(decays).collect();
        parameters.extend(method.parameters().into_iter().map(|parameter| (parameter, true)));
        let optimiser = FusedOptimiser::new(rule, clip, Form::of(&device), parameters)?;
        let sums = vec![EpochSums::default(); members.len()];
        let alone = method.taps().is_empty() && method.parameters().is_empty();
        let trainer = if alone { Trainer::new(&population) } else { None };
        let mut session = Self {
            population,
            optimiser,
            members,
            step: 0,
            sums,
            method,
            trainer,
            recipe,
            dataset,
            transfer,
            teacher,
            targets: None,
            orders: None,
            device,
        };
        session.renew_targets();
        Ok(session)
    }

    /// Steps of one epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.transfer.rows.len().div_ceil(self.recipe.batch) as u64
    }

    /// Steps of the stage.
    pub fn steps(&self) -> u64 {
        self.steps_per_epoch() * self.recipe.epochs as u64
    }

    /// Moves a setting, for the members it is for.
    pub fn apply(&mut self, change: &Change) {
        for member in &mut self.members {
            match change.setting {
                Setting::LearningRate => member.learning_rate = change.to,
                _ if !member.distils => {}
                Setting::Temperature => member.student.temperature = Some(change.to),
                Setting::SoftWeight => member.student.soft_weight = change.to,
                Setting::HardWeight => member.student.hard_weight = change.to,
            }
        }
        if change.setting == Setting::Temperature {
            self.renew_targets();
        }
    }

    /// The present value of a setting (of the first member that it is for).
    pub fn setting(&self, setting: Setting) -> Option<f64> {
        let distilling = self.members.iter().find(|member| member.distils);
        match setting {
            Setting::LearningRate => self.members.first().map(|member| member.learning_rate),
            Setting::Temperature => distilling?.student.temperature,
            Setting::SoftWeight => Some(distilling?.student.soft_weight),
            Setting::HardWeight => Some(distilling?.student.hard_weight),
        }
    }

    /// Softens the cached logits anew; called whenever a temperature has changed.
    pub fn renew_targets(&mut self) {
        let temperatures = self.members.iter().filter_map(|member| member.student.temperature);
        self.targets = self.teacher.logits().map(|logits| Targets::new(logits, Mean::default(), temperatures));
    }

    /// One step of training. Members whose loss is no finite number any more are stopped and keep their weights.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step(&mut self) -> candle_core::Result<Terms> {
        let batches = self.batches();
        let keys: Vec<Key> = self.members.iter().map(|m| Key::new(m.seed).named("dropout").at(self.step)).collect();
        let terms = match self.trainer.take() {
            Some(mut trainer) => {
                let inputs: Vec<_> = batches.iter().map(|batch| &batch.student).collect();
                // The loss is all that is left to autograd.
                let logits = Var::from_tensor(&trainer.forward(&self.population, &inputs, &keys)?)?;
                let output = Output { logits: logits.as_tensor().clone(), taps: Vec::new() };
                let (loss, terms) = self.loss(&output, &batches, Form::Kernel)?;
                let rates = self.rates(&terms);
                trainer.backward(&mut self.optimiser, &gradient(&loss.backward()?, &logits)?, &rates)?;
                self.trainer = Some(trainer);
                terms
            }
            None => {
                let inputs: Vec<_> = batches.iter().map(|batch| batch.student.clone()).collect();
                let (x, form) = (tensor(&inputs, &self.device)?, Form::of(&self.device));
                let output = self.population.forward(&x, &keys, self.method.taps(), form)?;
                let (loss, terms) = self.loss(&output, &batches, form)?;
                let gradients = loss.backward()?;
                let parameters = self.population.parameters().iter().cloned().chain(self.method.parameters());
                let gradients = parameters.map(|parameter| gradient(&gradients, &parameter));
                let gradients = gradients.collect::<candle_core::Result<Vec<_>>>()?;
                let rates = self.rates(&terms);
                self.optimiser.step(&gradients, &rates)?;
                terms
            }
        };

        if self.step.is_multiple_of(self.steps_per_epoch()) {
            self.sums.fill(EpochSums::default());
        }
        for (k, sums) in self.sums.iter_mut().enumerate() {
            let batch = &batches[k.min(batches.len() - 1)];
            let (rows, labelled) = (batch.labels.len() as f64, batch.labels.iter().flatten().count() as f64);
            sums.rows += rows;
            sums.labelled += labelled;
            sums.soft += terms.soft[k] * rows;
            sums.hard += terms.hard[k] * labelled;
            sums.total += terms.total[k] * rows;
        }
        self.step += 1;
        Ok(terms)
    }

    /// What each member's update uses, after those whose loss is no finite number any more are stopped.
    fn rates(&mut self, terms: &Terms) -> Vec<MemberRate> {
        let factor = rate_factor(&self.recipe, self.step, self.steps(), self.steps_per_epoch());
        for (member, total) in self.members.iter_mut().zip(&terms.total) {
            member.active &= total.is_finite();
        }
        let rate = |member: &Member| MemberRate {
            learning_rate: member.learning_rate * factor,
            weight_decay: member.weight_decay,
            active: member.active,
        };
        self.members.iter().map(rate).collect()
    }

    fn loss(&self, output: &Output, batches: &[Batch], form: Form) -> candle_core::Result<(Tensor, Terms)> {
        let own = |k: usize| k.min(batches.len() - 1);
        // The distinct pairs of temperature and batch, in the order of their first member.
        let mut picks: Vec<(f64, usize)> = Vec::new();
        let mut losses = Vec::with_capacity(self.members.len());
        for (k, member) in self.members.iter().enumerate() {
            let target = member.student.temperature.map_or(0, |t| {
                let pick = (t, own(k));
                picks.iter().position(|known| *known == pick).unwrap_or_else(|| {
                    picks.push(pick);
                    picks.len() - 1
                })
            });
            losses.push(member.student.loss(target, own(k)));
        }
        let targets = self.targets_of(&picks, batches)?;
        let labels: Vec<_> = batches.iter().map(|batch| batch.labels.clone()).collect();
        let batch = TargetsOfBatch { members: &losses, targets: targets.as_ref(), labels: &labels };
        self.method.loss(output, &batch, form)
    }

    fn targets_of(&self, picks: &[(f64, usize)], batches: &[Batch]) -> candle_core::Result<Option<Tensor>> {
        if picks.is_empty() {
            return Ok(None);
        }
        match (&self.teacher, &self.targets) {
            (TeacherSide::Labels, _) | (_, None) => Ok(None),
            (TeacherSide::Cached(_), Some(targets)) => {
                let find = |(t, batch): &(f64, usize)| Some((targets.index_of(*t)?, batches[*batch].ids.as_slice()));
                let picks: Option<Vec<_>> = picks.iter().map(find).collect();
                let Some(picks) = picks else { candle_core::bail!("there are no targets at a member's temperature") };
                targets.of_samples(&picks, &self.device).map(Some)
            }
            (TeacherSide::Live(_, teacher), _) => {
                let mut values = Vec::new();
                let mut shape = (picks.len(), 0, 0);
                for (t, batch) in picks {
                    let batch = &batches[*batch];
                    let inputs = batch.teacher.as_ref().unwrap_or(&batch.student);
                    let logits = teacher.logits_of(inputs, &self.device)?;
                    shape = (picks.len(), logits.samples(), logits.classes);
                    for sample in 0..logits.samples() {
                        values.extend(logits.soften(sample, *t, Mean::default()).into_iter().map(|p| p as f32));
                    }
                }
                Tensor::from_vec(values, shape, &self.device).map(Some)
            }
        }
    }

    /// The batch of this step: one for all members, or one each where their seeds differ.
    fn batches(&mut self) -> Vec<Batch> {
        let epoch = self.step / self.steps_per_epoch();
        let seeds: Vec<u64> = self.members.iter().map(|member| member.seed).collect();
        let shared = seeds.iter().all(|seed| *seed == seeds[0]);
        let distinct = if shared { &seeds[..1] } else { &seeds[..] };
        if self.orders.as_ref().is_none_or(|(of, _)| *of != epoch) {
            let order = |seed: &u64| epoch_order(Key::new(*seed), epoch, self.transfer.rows.len());
            self.orders = Some((epoch, distinct.iter().map(order).collect()));
        }
        let orders = self.orders.as_ref().map_or(&[][..], |(_, orders)| orders);
        let start = (self.step % self.steps_per_epoch()) as usize * self.recipe.batch;
        let batch = |(order, seed): (&Vec<u32>, &u64)| {
            let places = &order[start..(start + self.recipe.batch).min(order.len())];
            let ids: Vec<u32> = places.iter().map(|place| self.transfer.rows[*place as usize]).collect();
            let labels = places.iter().map(|place| self.transfer.labels[*place as usize]).collect();
            let student = if self.recipe.jitter == 0 {
                self.dataset.gather(&ids)
            } else {
                let key = Key::new(*seed).named("jitter").at(epoch);
                self.dataset.gather_jittered(&ids, self.recipe.jitter, key)
            };
            Batch { ids, student, teacher: None, labels }
        };
        orders.iter().zip(distinct).map(batch).collect()
    }

    /// Logits on `rows`, `[K, rows, classes]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn logits(&self, rows: &[u32]) -> candle_core::Result<Vec<f32>> {
        debug_assert!(rows.len() <= ROWS_AT_A_TIME, "larger sets are evaluated in parts");
        self.population.logits(&tensor(&[self.dataset.gather(rows)], &self.device)?)?.flatten_all()?.to_vec1()
    }
}

fn gradient(gradients: &GradStore, variable: &Var) -> candle_core::Result<Tensor> {
    gradients.get(variable).cloned().ok_or_else(|| candle_core::Error::msg("a parameter has no gradient"))
}
