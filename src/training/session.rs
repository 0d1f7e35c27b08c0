//! One stage of training: a population, its optimiser, and the data it sees, a step at a time.

use std::sync::Arc;

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

use super::prepare::{ROWS_AT_A_TIME, Teacher, tensor};
use super::report::{Change, LossTerms, Setting, TermName};
use super::schedule::rate_factor;
use crate::data::{Batch, Dataset, Inputs, TransferSet, epoch_order};
use crate::distill::{BatchTargets, MemberTargets, MemberTerms, Objective, Over, Targets, TeacherLogits, loss};
use crate::model::{Population, Trainer};
use crate::ops::{Clip, Form, FusedOptimiser, MemberRate, Rule};
use crate::recipe::{Optimiser, TrainingRecipe};
use crate::rng::Key;

/// One member of the population, and what moves while it trains.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// What it is asked to learn; changes in mid-run touch the fields of its method.
    pub objective: Objective,
    /// Which of the stage's teachers it is compared with, where it has one.
    pub teacher: Option<usize>,
    /// Its training seed.
    pub seed: u64,
    /// Its peak learning rate.
    pub learning_rate: f64,
    /// Its weight decay.
    pub weight_decay: f64,
    /// False once its loss is not a finite number.
    pub active: bool,
}

/// Where the soft targets come from: one entry a teacher.
#[derive(Clone)]
pub enum TeacherSide {
    /// There are none: the stage trains on labels.
    Labels,
    /// From cached logits of every row.
    Cached(Vec<Arc<TeacherLogits>>),
    /// The same, and asked again for each jittered batch.
    Live(Vec<(Arc<TeacherLogits>, Arc<Teacher>)>),
}

impl TeacherSide {
    /// The cached logits of each teacher.
    pub fn logits(&self) -> Vec<Arc<TeacherLogits>> {
        match self {
            Self::Labels => Vec::new(),
            Self::Cached(logits) => logits.clone(),
            Self::Live(teachers) => teachers.iter().map(|(logits, _)| logits.clone()).collect(),
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
    /// The fused step, where the device has it.
    trainer: Option<Trainer>,
    recipe: TrainingRecipe,
    dataset: Arc<Dataset>,
    transfer: TransferSet,
    teacher: TeacherSide,
    /// One a teacher.
    targets: Vec<Targets>,
    batches: Batches,
    device: Device,
}

/// Loss terms of the examples seen in this epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpochSums {
    /// Of each term: its sum over examples, and how many these were.
    terms: Vec<[f64; 2]>,
    total: [f64; 2],
    /// Steps from which each term was left out.
    left_out: Vec<u64>,
}

impl EpochSums {
    /// As bits, since sums of a diverged member are no JSON numbers: the total, then each term, its sum, its examples, its steps without
    /// it.
    pub fn to_bits(&self) -> Vec<u64> {
        let terms = self.terms.iter().zip(&self.left_out);
        let terms = terms.flat_map(|([sum, count], left_out)| [sum.to_bits(), count.to_bits(), *left_out]);
        self.total.map(f64::to_bits).into_iter().chain(terms).collect()
    }

    /// The reverse of [`EpochSums::to_bits`]; `None` where they are not such bits.
    pub fn from_bits(bits: &[u64]) -> Option<Self> {
        let (total, terms) = bits.split_first_chunk::<2>()?;
        let terms = terms.chunks(3).map(|chunk| <[u64; 3]>::try_from(chunk).ok()).collect::<Option<Vec<_>>>()?;
        Some(Self {
            total: total.map(f64::from_bits),
            terms: terms.iter().map(|[sum, count, _]| [f64::from_bits(*sum), f64::from_bits(*count)]).collect(),
            left_out: terms.iter().map(|[.., left_out]| *left_out).collect(),
        })
    }

    /// Of a state of the format before: rows, labelled rows, and the sums of soft, hard and total.
    pub fn from_old_bits(bits: [u64; 5], has_soft: bool) -> Self {
        let [rows, labelled, soft, hard, total] = bits.map(f64::from_bits);
        let mut terms = vec![[soft, rows], [hard, labelled]];
        terms.drain(..usize::from(!has_soft));
        Self { left_out: vec![0; terms.len()], terms, total: [total, rows] }
    }

    fn add(&mut self, objective: &Objective, terms: &MemberTerms, labels: &[Option<u32>]) {
        let declared = objective.method().terms;
        self.terms.resize(declared.len(), [0.0; 2]);
        self.left_out.resize(declared.len(), 0);
        for (i, (term, value)) in declared.iter().zip(&terms.values).enumerate() {
            let rows = match term.over {
                Over::Rows => labels.len(),
                Over::Labelled => labels.iter().flatten().count(),
            };
            match value {
                Some(value) => {
                    self.terms[i][0] += value * rows as f64;
                    self.terms[i][1] += rows as f64;
                }
                None => self.left_out[i] += 1,
            }
        }
        self.total[0] += terms.total * labels.len() as f64;
        self.total[1] += labels.len() as f64;
    }

    /// Means by example, each over the examples that it is for.
    pub fn mean(&self, objective: &Objective) -> LossTerms {
        let finite = |[sum, count]: [f64; 2]| Some(sum / count.max(1.0)).filter(|mean| mean.is_finite());
        let named = objective.method().terms.iter().zip(&self.terms);
        LossTerms {
            terms: named.map(|(term, sums)| (term.name.into(), finite(*sums))).collect(),
            total: finite(self.total),
        }
    }

    /// Steps of this epoch from which terms were left out, for those of which there are any.
    pub fn left_out(&self, objective: &Objective) -> Vec<(TermName, u64)> {
        let named = objective.method().terms.iter().zip(&self.left_out);
        named.filter(|(_, steps)| **steps > 0).map(|(term, steps)| (term.name.into(), *steps)).collect()
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
        let optimiser = optimiser(&recipe, &population, &device)?;
        let sums = vec![EpochSums::default(); members.len()];
        let trainer = Trainer::new(&population);
        let mut session = Self {
            population,
            optimiser,
            members,
            step: 0,
            sums,
            trainer,
            recipe,
            dataset,
            transfer,
            teacher,
            targets: Vec::new(),
            batches: Batches::default(),
            device,
        };
        session.batches = Batches::of(&session.members);
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

    /// Moves a setting of one member, or of all that it can be for.
    pub fn apply(&mut self, change: &Change, only: Option<usize>) {
        let chosen = |(k, _): &(usize, &mut Member)| only.is_none_or(|only| only == *k);
        for (_, member) in self.members.iter_mut().enumerate().filter(chosen) {
            if change.setting == Setting::LEARNING_RATE {
                member.learning_rate = change.to;
            } else {
                member.objective.set(change.setting.path(), change.to);
            }
        }
        if change.setting == Setting::TEMPERATURE {
            self.renew_targets();
        }
    }

    /// Goes on with these members alone, in this order.
    ///
    /// # Errors
    /// When the device fails.
    pub fn keep(&mut self, members: &[usize]) -> candle_core::Result<()> {
        let index: Vec<u32> = members.iter().map(|member| *member as u32).collect();
        let index = Tensor::from_vec(index, members.len(), &self.device)?;
        let select = |tensor: &Tensor| tensor.index_select(&index, 0);
        let population = &self.population;
        let parameters = population.parameters().iter().map(|parameter| select(&parameter.as_detached_tensor()));
        let parameters = parameters.collect::<candle_core::Result<Vec<_>>>()?;
        let kept =
            Population::from_parameters(population.plan().clone(), population.normalisation().clone(), parameters)?;
        let (steps, moments) = self.optimiser.state();
        let moments = moments.map(|[first, second]| Ok([select(first)?, select(second)?]));
        let moments = moments.collect::<candle_core::Result<Vec<_>>>()?;
        self.population = kept;
        self.optimiser = optimiser(&self.recipe, &self.population, &self.device)?;
        self.optimiser.restore(steps, moments)?;
        self.trainer = self.trainer.as_ref().and_then(|_| Trainer::new(&self.population));
        self.members = members.iter().map(|member| self.members[*member].clone()).collect();
        self.sums = members.iter().map(|member| self.sums[*member].clone()).collect();
        self.batches = Batches::of(&self.members);
        self.renew_targets();
        Ok(())
    }

    /// The present value of a setting: of one member, or of the first that it is for.
    pub fn setting(&self, setting: Setting, only: Option<usize>) -> Option<f64> {
        let asked = match only {
            Some(member) => self.members.get(member..=member)?,
            None => &self.members,
        };
        if setting == Setting::LEARNING_RATE {
            return asked.first().map(|member| member.learning_rate);
        }
        asked.iter().find_map(|member| member.objective.get(setting.path()))
    }

    /// Softens the cached logits anew; called whenever a temperature has changed.
    pub fn renew_targets(&mut self) {
        let of = |teacher: usize| self.members.iter().filter(move |member| member.teacher == Some(teacher));
        let has_kernel = |member: &&Member| member.objective.method().kernel.is_some();
        let temperatures = |teacher| of(teacher).filter(has_kernel).filter_map(|member| member.objective.temperature());
        let logits = self.teacher.logits();
        let targets = |(i, logits): (usize, &Arc<TeacherLogits>)| Targets::new(logits, temperatures(i));
        self.targets = logits.iter().enumerate().map(targets).collect();
    }

    /// One step of training. Members whose loss is no finite number any more are stopped and keep their weights.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step(&mut self) -> candle_core::Result<Vec<MemberTerms>> {
        let batches = self.distinct_batches();
        let keys: Vec<Key> = self.members.iter().map(|m| Key::new(m.seed).named("dropout").at(self.step)).collect();
        let terms = match self.trainer.take() {
            Some(mut trainer) => {
                let inputs = self.batches.inputs(&batches);
                // The loss is all that is left to autograd.
                let logits = Var::from_tensor(&trainer.forward(&self.population, &inputs, &keys)?)?;
                let (loss, terms) = self.loss(&logits, &batches, Form::Kernel)?;
                let rates = self.rates(&terms);
                trainer.backward(&mut self.optimiser, &gradient(&loss.backward()?, &logits)?, &rates)?;
                self.trainer = Some(trainer);
                terms
            }
            None => {
                let inputs = self.batches.inputs(&batches);
                let (x, form) = (tensor(&inputs, &self.device)?, Form::of(&self.device));
                let output = self.population.forward(&x, &keys, &[], form)?;
                let (loss, terms) = self.loss(&output.logits, &batches, form)?;
                let gradients = loss.backward()?;
                let gradients = self.population.parameters().iter().map(|parameter| gradient(&gradients, parameter));
                let gradients = gradients.collect::<candle_core::Result<Vec<_>>>()?;
                let rates = self.rates(&terms);
                self.optimiser.step(&gradients, &rates)?;
                terms
            }
        };

        if self.step.is_multiple_of(self.steps_per_epoch()) {
            self.sums.fill_with(EpochSums::default);
        }
        for (k, sums) in self.sums.iter_mut().enumerate() {
            sums.add(&self.members[k].objective, &terms[k], &batches[self.batches.of[k]].labels);
        }
        self.step += 1;
        Ok(terms)
    }

    /// What each member's update uses, after those whose loss is no finite number any more are stopped.
    fn rates(&mut self, terms: &[MemberTerms]) -> Vec<MemberRate> {
        let factor = rate_factor(&self.recipe, self.step, self.steps(), self.steps_per_epoch());
        for (member, terms) in self.members.iter_mut().zip(terms) {
            member.active &= terms.total.is_finite();
        }
        let rate = |member: &Member| MemberRate {
            learning_rate: member.learning_rate * factor,
            weight_decay: member.weight_decay,
            active: member.active,
        };
        self.members.iter().map(rate).collect()
    }

    fn loss(&self, logits: &Tensor, batches: &[Batch], form: Form) -> candle_core::Result<(Tensor, Vec<MemberTerms>)> {
        // The distinct targets of this batch, in the order of their first member.
        let mut picks: Vec<Pick> = Vec::new();
        let of = |(member, batch): (&Member, &usize)| {
            let target = self.pick(member, *batch).map_or(0, |pick| {
                picks.iter().position(|known| *known == pick).unwrap_or_else(|| {
                    picks.push(pick);
                    picks.len() - 1
                })
            });
            (target, *batch)
        };
        let places: Vec<(usize, usize)> = self.members.iter().zip(&self.batches.of).map(of).collect();
        let members = self.members.iter().zip(places);
        let members =
            members.map(|(Member { objective, .. }, (target, labels))| MemberTargets { objective, target, labels });
        let members: Vec<MemberTargets<'_>> = members.collect();
        let targets =
            picks.iter().map(|pick| self.targets_of(*pick, batches)).collect::<candle_core::Result<Vec<_>>>()?;
        let labels: Vec<_> = batches.iter().map(|batch| batch.labels.clone()).collect();
        let batch = BatchTargets { members: &members, targets: &targets, labels: &labels, epochs: self.epochs() };
        loss(logits, &batch, form)
    }

    /// Epochs done, the one in progress by its steps.
    pub fn epochs(&self) -> f64 {
        self.step as f64 / self.steps_per_epoch().max(1) as f64
    }

    /// What a member is matched with; none for one that learns from labels.
    fn pick(&self, member: &Member, batch: usize) -> Option<Pick> {
        let method = member.objective.method();
        let temperature = member.objective.temperature().unwrap_or(1.0);
        let teacher = member.teacher.filter(|_| method.needs.teacher)?;
        Some(Pick { teacher, temperature, softened: method.kernel.is_some(), batch })
    }

    /// `[batch, classes]`.
    fn targets_of(&self, pick: Pick, batches: &[Batch]) -> candle_core::Result<Vec<f32>> {
        let batch = &batches[pick.batch];
        match &self.teacher {
            TeacherSide::Labels => candle_core::bail!("a member learns from a teacher that is not there"),
            TeacherSide::Cached(logits) if !pick.softened => {
                Ok(logits[pick.teacher].logits_of(&batch.ids, pick.temperature))
            }
            TeacherSide::Cached(_) => {
                let targets = &self.targets[pick.teacher];
                let Some(target) = targets.index_of(pick.temperature) else {
                    candle_core::bail!("there are no targets at a member's temperature")
                };
                let mut values = Vec::new();
                targets.append(target, &batch.ids, &mut values);
                Ok(values)
            }
            TeacherSide::Live(teachers) => {
                let inputs = batch.teacher.as_ref().unwrap_or(&batch.student);
                let logits = teachers[pick.teacher].1.logits_of(inputs, &self.device)?;
                let samples = 0..logits.samples();
                if pick.softened {
                    let soften = |sample| logits.soften(sample, pick.temperature).into_iter().map(|p| p as f32);
                    return Ok(samples.flat_map(soften).collect());
                }
                Ok(samples.flat_map(|sample| logits.logits(sample, pick.temperature)).collect())
            }
        }
    }

    /// The batches of this step, one a distinct seed.
    fn distinct_batches(&mut self) -> Vec<Batch> {
        let epoch = self.step / self.steps_per_epoch();
        let rows = self.transfer.rows.len();
        let Batches { seeds, orders, .. } = &mut self.batches;
        if orders.as_ref().is_none_or(|(of, _)| *of != epoch) {
            let order = |seed: &u64| epoch_order(Key::new(*seed), epoch, rows);
            *orders = Some((epoch, seeds.iter().map(order).collect()));
        }
        let orders = orders.as_ref().map_or(&[][..], |(_, orders)| orders);
        let start =
            (self.step % self.transfer.rows.len().div_ceil(self.recipe.batch) as u64) as usize * self.recipe.batch;
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
        orders.iter().zip(seeds.iter()).map(batch).collect()
    }

    /// Rows that are trained on with the labels that are shown of them, at most so many.
    pub fn labelled(&self, at_most: usize) -> Vec<(u32, u32)> {
        self.transfer.labelled(&self.dataset, at_most)
    }

    /// Logits on `rows`, `[K, rows, classes]`.
    ///
    /// # Errors
    /// When the device fails.
    pub fn logits(&self, rows: &[u32]) -> candle_core::Result<Vec<f32>> {
        debug_assert!(rows.len() <= ROWS_AT_A_TIME, "larger sets are evaluated in parts");
        self.population.logits(&tensor(&[&self.dataset.gather(rows)], &self.device)?)?.flatten_all()?.to_vec1()
    }
}

/// What a member learns from in one batch.
#[derive(Clone, Copy, PartialEq)]
struct Pick {
    teacher: usize,
    temperature: f64,
    /// Distributions, not logits.
    softened: bool,
    batch: usize,
}

/// Who shares batches with whom.
#[derive(Default)]
struct Batches {
    /// The distinct seeds, in the order of their first member.
    seeds: Vec<u64>,
    /// The place of each member's seed among them.
    of: Vec<usize>,
    /// An epoch, and the order of its rows for each seed.
    orders: Option<(u64, Vec<Vec<u32>>)>,
}

impl Batches {
    fn of(members: &[Member]) -> Self {
        let mut seeds: Vec<u64> = Vec::new();
        let of = members.iter().map(|member| {
            seeds.iter().position(|seed| *seed == member.seed).unwrap_or_else(|| {
                seeds.push(member.seed);
                seeds.len() - 1
            })
        });
        let of = of.collect();
        Self { seeds, of, orders: None }
    }

    /// One input a distinct batch where members with equal seeds stand side by side in equal numbers, as they do in a grid;
    /// otherwise one a member. Nothing is copied here.
    fn inputs<'a>(&self, batches: &'a [Batch]) -> Vec<&'a Inputs> {
        let each = self.of.len() / batches.len().max(1);
        let even = each * batches.len() == self.of.len() && self.of.iter().enumerate().all(|(k, of)| *of == k / each);
        if even {
            batches.iter().map(|batch| &batch.student).collect()
        } else {
            self.of.iter().map(|batch| &batches[*batch].student).collect()
        }
    }
}

fn optimiser(recipe: &TrainingRecipe, population: &Population, device: &Device) -> candle_core::Result<FusedOptimiser> {
    let rule = match recipe.optimiser {
        Optimiser::AdamW => Rule::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        Optimiser::Sgd { momentum } => Rule::Sgd { momentum },
    };
    let clip = if recipe.clip > 0.0 { Clip::Norm(recipe.clip) } else { Clip::Never };
    let decays = population.plan().parameters().into_iter().map(|spec| spec.decays);
    let parameters = population.parameters().iter().cloned().zip(decays).collect();
    FusedOptimiser::new(rule, clip, Form::of(device), parameters)
}

fn gradient(gradients: &GradStore, variable: &Var) -> candle_core::Result<Tensor> {
    gradients.get(variable).cloned().ok_or_else(|| candle_core::Error::msg("a parameter has no gradient"))
}
