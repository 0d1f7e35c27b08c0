//! A population in training: its networks, its optimiser, and the data it sees, a step at a time.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor, Var};

use super::batches::Batches;
use super::layers::InnerLayers;
use super::matched::{Matched, OfMembers, TeacherSide};
use super::member::{Counted, EpochSums, Member, Newest, Source, Status};
use super::passed::Passed;
use super::schedule::rate_factor;
use super::teachers::KnownTeacher;
use crate::data::{Batch, Dataset, Inputs, TransferSet};
use crate::distill::{
    BatchTargets, Layers, MemberTargets, MemberTerms, Phase, TeacherLogits, Trains, loss, share_of, term_losses,
    top_classes,
};
use crate::model::{FusedStep, Mixture, Network, Output, ROWS_AT_A_TIME};
use crate::ops::{Backend, Clip, FusedOptimiser, MemberRate, Rule, TableRows};
use crate::protocol::{Change, Setting};
use crate::recipe::{Optimiser, TrainingRecipe};
use crate::rng::Key;

/// How the names of the tensors begin that belong to the layers of a network of BERT's shape, and to its branches.
const LAYERS: &str = "bert.encoder.layer.";
const EXITS: &str = "exits.";

/// Rows that are evaluated with one throw of the coins.
const MIXED_AT_A_TIME: usize = 32;

/// What a population is trained with.
pub struct Setup {
    /// The settings that its members share.
    pub recipe: TrainingRecipe,
    /// All rows.
    pub dataset: Arc<Dataset>,
    /// Those that are learnt from.
    pub transfer: TransferSet,
    /// The teachers that members name.
    pub side: TeacherSide,
    /// The inner layers that the members' method looks at, where it does.
    pub layers: Option<InnerLayers>,
    /// The teacher whose layers stand in for the members', where they do.
    pub stands_in: Option<Arc<KnownTeacher>>,
}

/// A population in training.
pub struct Session {
    /// The models.
    pub population: Box<dyn Network>,
    /// Their update rule and its state.
    pub optimiser: FusedOptimiser,
    /// One a member of the population.
    pub members: Vec<Member>,
    /// Steps done.
    pub step: u64,
    /// The inner layers that the members' method looks at, with its own tensors.
    pub layers: Option<InnerLayers>,
    /// The members as they were when the phase began, where some of them learn from themselves.
    pub earlier: Option<Box<dyn Network>>,
    /// The phase that the optimiser is set up for, by its index.
    pub phase: usize,
    /// Of the newest step, for each member and each of its layers: whether the teacher's stood in for it; empty where none ever do.
    pub coins: Vec<Vec<bool>>,
    stands_in: Option<Arc<KnownTeacher>>,
    /// The parameters that the phase trains, by their index among the population's; the optimiser has them first.
    trained: Vec<usize>,
    phases: Vec<Phase>,
    /// The step in one piece, where the device has it.
    fused: Option<Box<dyn FusedStep>>,
    recipe: TrainingRecipe,
    dataset: Arc<Dataset>,
    transfer: TransferSet,
    matched: Matched,
    batches: Batches,
    device: Device,
}

/// What a step is about to descend.
struct Loss<'a> {
    batches: &'a [Batch],
    taps: Vec<Tensor>,
    backend: Backend,
}

impl Session {
    /// A population at its beginning.
    ///
    /// # Errors
    /// When memory cannot be had.
    pub fn new(population: Box<dyn Network>, mut members: Vec<Member>, setup: Setup) -> candle_core::Result<Self> {
        let Setup { recipe, dataset, transfer, side, layers, stands_in } = setup;
        let device = population.device();
        members.iter_mut().enumerate().for_each(|(index, member)| member.index = index);
        let phases = members.first().map_or_else(Vec::new, |member| {
            (member.objective.method().phases)(member.objective.values(), recipe.epochs)
        });
        let optimiser = FusedOptimiser::new(rule(&recipe), clip(&recipe), Backend::of(&device), Vec::new())?;
        let mut session = Self {
            fused: population.fused(),
            population,
            optimiser,
            batches: Batches::of(&members),
            matched: Matched::new(side, &members),
            members,
            step: 0,
            layers,
            earlier: None,
            phase: 0,
            coins: Vec::new(),
            stands_in,
            trained: Vec::new(),
            phases,
            recipe,
            dataset,
            transfer,
            device,
        };
        session.begin_phase(0)?;
        Ok(session)
    }

    /// Steps of one epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.transfer.rows.len().div_ceil(self.recipe.batch) as u64
    }

    /// Steps of all phases.
    pub fn steps(&self) -> u64 {
        self.steps_per_epoch() * self.recipe.epochs as u64
    }

    /// Epochs done, the one in progress by its steps.
    pub fn epochs(&self) -> f64 {
        self.step as f64 / self.steps_per_epoch().max(1) as f64
    }

    /// How many phases there are.
    pub fn phases(&self) -> usize {
        self.phases.len()
    }

    /// The phase of the newest step, or of the first one to come.
    pub fn phase(&self) -> &Phase {
        &self.phases[self.phase.min(self.phases.len() - 1)]
    }

    /// Logits of the teachers on every row.
    pub fn teacher_logits(&self) -> &[Arc<TeacherLogits>] {
        self.matched.logits()
    }

    /// The first step of some phases, and how many they have.
    fn span(&self, phases: Range<usize>) -> (u64, u64) {
        let epochs = |phases: &[Phase]| phases.iter().map(|phase| phase.epochs as u64).sum::<u64>();
        let each = self.steps_per_epoch();
        (each * epochs(&self.phases[..phases.start]), each * epochs(&self.phases[phases]))
    }

    /// The phases that are one training with the present one.
    fn training(&self) -> Range<usize> {
        let goes_on = |phase: usize| self.phases.get(phase).is_some_and(|phase| phase.goes_on);
        let (mut first, mut end) = (self.phase, self.phase + 1);
        while first > 0 && goes_on(first) {
            first -= 1;
        }
        while goes_on(end) {
            end += 1;
        }
        first..end
    }

    /// Sets the optimiser up for a phase: its schedule and its moments begin.
    ///
    /// # Errors
    /// When memory cannot be had.
    pub fn begin_phase(&mut self, phase: usize) -> candle_core::Result<()> {
        self.phase = phase;
        let specs = self.population.spec().parameters();
        let looks = self.layers.as_ref().filter(|layers| layers.are_looked_at(self.phase()));
        let up_to = looks.map(|layers| layers.parameters_up_to(self.population.spec()));
        let own = looks.map_or_else(Vec::new, InnerLayers::own);
        let is_trained = |index: &usize| match self.phase().trains {
            Trains::All => true,
            Trains::UpToLayer => up_to.is_none_or(|up_to| *index < up_to),
            Trains::Mixed | Trains::Layers => specs[*index].name.starts_with(LAYERS),
            Trains::Exits => specs[*index].name.starts_with(EXITS),
        };
        self.trained = (0..specs.len()).filter(|index| is_trained(index) && !specs[*index].frozen).collect();
        let all = self.population.parameters();
        let mut parameters: Vec<(Var, bool)> =
            self.trained.iter().map(|index| (all[*index].clone(), specs[*index].decays)).collect();
        parameters.extend(own);
        self.optimiser =
            FusedOptimiser::new(rule(&self.recipe), clip(&self.recipe), Backend::of(&self.device), parameters)?;
        let from_itself = |member: &Member| member.teachers.contains(&Source::Itself);
        if self.members.iter().any(from_itself) {
            let weights = self.population.parameters().iter().map(|parameter| parameter.as_detached_tensor().copy());
            let weights = weights.collect::<candle_core::Result<Vec<_>>>()?;
            self.earlier = Some(self.population.with_parameters(weights)?);
        }
        Ok(())
    }

    /// Moves a setting of those members that it is for.
    pub fn apply(&mut self, change: &Change, is_for: impl Fn(&Member) -> bool) {
        for member in self.members.iter_mut().filter(|member| is_for(member)) {
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

    /// The present value of a setting: of the first that has it among those members that it is for.
    pub fn setting(&self, setting: Setting, is_for: impl Fn(&Member) -> bool) -> Option<f64> {
        let mut asked = self.members.iter().filter(|member| is_for(member));
        if setting == Setting::LEARNING_RATE {
            return asked.next().map(|member| member.learning_rate);
        }
        asked.find_map(|member| member.objective.get(setting.path()))
    }

    /// Whether a setting moves by itself in one of those members that it is for.
    pub fn moves(&self, setting: Setting, is_for: impl Fn(&Member) -> bool) -> bool {
        self.members.iter().any(|member| is_for(member) && member.objective.ramp(setting.path()).is_some())
    }

    /// Softens the logits that are kept again; called whenever a temperature has changed.
    pub fn renew_targets(&mut self) {
        self.matched.renew(&self.members);
    }

    /// Resumes with these members alone, in this order.
    ///
    /// # Errors
    /// When the device fails, or a member would lose a peer.
    pub fn keep(&mut self, members: &[usize]) -> candle_core::Result<()> {
        let index: Vec<u32> = members.iter().map(|member| *member as u32).collect();
        let index = Tensor::from_vec(index, members.len(), &self.device)?;
        let select = |tensor: &Tensor| tensor.index_select(&index, 0);
        let (steps, moments) = self.optimiser.state();
        let moments = moments.map(|[first, second]| Ok([select(first)?, select(second)?]));
        let moments = moments.collect::<candle_core::Result<Vec<_>>>()?;
        let earlier = self.earlier.as_ref().map(|earlier| earlier.select(&index)).transpose()?;
        self.population = self.population.select(&index)?;
        if let Some(layers) = &mut self.layers {
            layers.keep(&index)?;
        }
        let mut kept: Vec<Member> = members.iter().map(|member| self.members[*member].clone()).collect();
        for source in kept.iter_mut().flat_map(|member| &mut member.teachers) {
            if let Source::Peer(peer) = source {
                let now = members.iter().position(|member| member == peer);
                *peer = now.ok_or_else(|| candle_core::Error::msg("a member would lose a peer that it learns from"))?;
            }
        }
        self.members = kept;
        self.begin_phase(self.phase)?;
        self.optimiser.restore(steps, moments)?;
        self.earlier = earlier;
        self.fused = self.fused.as_ref().and_then(|_| self.population.fused());
        self.batches = Batches::of(&self.members);
        self.renew_targets();
        Ok(())
    }

    /// One step of training. Members whose loss is no finite number any more keep their weights. With `measure`, a method that looks at
    /// inner layers has the share of each of its terms in the gradient by all that is trained worked out too; it costs a backward pass a
    /// term. Those of other methods are known in any case, by the logits.
    ///
    /// # Errors
    /// When the device fails.
    pub fn step(&mut self, measure: bool) -> candle_core::Result<()> {
        let (first, steps) = self.span(self.phase..self.phase + 1);
        if self.step >= first + steps && self.phase + 1 < self.phases.len() {
            if self.phases[self.phase + 1].goes_on {
                self.phase += 1;
            } else {
                self.begin_phase(self.phase + 1)?;
            }
        }
        let share = share_of(self.step, self.steps());
        let active = self.members.iter_mut().filter(|member| member.is_active());
        active.for_each(|member| member.objective.move_to(share));
        self.throw_coins();
        let batches = self.batches.of_step(self.step, &self.dataset, &self.transfer, &self.recipe);
        let keys: Vec<Key> = self.members.iter().map(|m| Key::new(m.draws).named("dropout").at(self.step)).collect();
        let looks = self.layers.as_ref().is_some_and(|layers| layers.are_looked_at(self.phase()));
        let fused = if looks { None } else { self.fused.take() };
        let terms = match fused {
            Some(mut fused) => {
                let inputs = self.batches.inputs(&batches);
                // The loss is all that is left to autograd.
                let logits = Var::from_tensor(&fused.forward(self.population.parameters(), &inputs, &keys)?)?;
                let at = Loss { batches: &batches, taps: Vec::new(), backend: Backend::Native };
                let (loss, terms) = self.with_targets(&logits, &at, loss)?;
                let rates = self.rates(&terms);
                let slopes = loss.backward()?;
                let slope = slopes.get(&logits).ok_or_else(no_gradient)?;
                fused.backward(&mut self.optimiser, slope, &rates)?;
                self.fused = Some(fused);
                terms
            }
            None => self.step_of_autograd(&batches, &keys, measure)?,
        };
        if self.step.is_multiple_of(self.steps_per_epoch()) {
            self.members.iter_mut().for_each(|member| member.sums = EpochSums::default());
        }
        let rows: Vec<Counted> = batches.iter().map(|batch| Counted::of(&batch.labels)).collect();
        for ((member, batch), terms) in self.members.iter_mut().zip(&self.batches.of).zip(terms) {
            member.sums.add(&member.objective, &terms, rows[*batch]);
            match &mut member.newest {
                // It is seldom moved.
                Some(newest) if newest.objective == member.objective => newest.terms = terms,
                newest => *newest = Some(Newest { objective: member.objective.clone(), terms }),
            }
        }
        self.step += 1;
        Ok(())
    }

    fn step_of_autograd(
        &mut self,
        batches: &[Batch],
        keys: &[Key],
        measure: bool,
    ) -> candle_core::Result<Vec<MemberTerms>> {
        let inputs = self.batches.inputs(batches);
        let backend = Backend::of(&self.device);
        let looks = self.layers.as_ref().filter(|layers| layers.are_looked_at(self.phase()));
        let is_measured = measure && looks.is_some();
        let mut passed = Passed::record(backend, || self.forward(&inputs, keys, backend))?;
        let at = Loss { batches, taps: std::mem::take(&mut passed.taps), backend };
        let (loss, mut terms) = self.with_targets(&passed.logits, &at, loss)?;
        // Of a table the rows that the pass used stand for the whole.
        let mut trained: Vec<Var> = self.optimiser.parameters().cloned().collect();
        let mut tables = Vec::with_capacity(passed.rows.len());
        for used in &passed.rows {
            let Some(parameter) = self.trained.iter().position(|index| *index == used.parameter) else { continue };
            trained[parameter] = used.values.clone();
            tables.push(TableRows { parameter, ids: used.ids.clone() });
        }
        let slopes = passed.back(&loss)?;
        let is_mixed = !self.coins.is_empty();
        let gradients = trained.iter().map(|parameter| match slopes.get(parameter) {
            Some(gradient) => Ok(gradient.clone()),
            // Nobody's layer stood at its place.
            None if is_mixed => parameter.zeros_like(),
            None => Err(no_gradient()),
        });
        let gradients = gradients.collect::<candle_core::Result<Vec<_>>>()?;
        if is_measured {
            let parts = self.with_targets(&passed.logits, &at, |logits, batch, _| term_losses(logits, batch))?;
            measure_shares(&mut terms, parts, &passed, &gradients, &trained, &tables)?;
        }
        let rates = self.rates(&terms);
        self.optimiser.step_with_rows(&gradients, &tables, &rates)?;
        Ok(terms)
    }

    /// The pass of the present phase, of all members.
    fn forward(&self, inputs: &[&Inputs], keys: &[Key], backend: Backend) -> candle_core::Result<Output> {
        let population = &self.population;
        let once = |logits: Tensor, taps: Vec<Tensor>| Output { logits, taps, rows: Vec::new() };
        match (self.phase().trains, self.stand_in()) {
            (Trains::Exits, _) => {
                let mut said = population.exits(&population.recorded(&self.trained), inputs, backend)?;
                let last = said.pop().ok_or_else(|| candle_core::Error::msg("there are no exits"))?;
                Ok(once(last, said))
            }
            (Trains::Mixed, None) => candle_core::bail!("there are no layers to stand in"),
            (Trains::Mixed, Some(of)) => {
                let mixture = Mixture { of, keeps: &self.coins };
                let recorded = population.recorded(&self.trained);
                Ok(once(population.mixed(&recorded, inputs, Some(keys), &mixture, backend)?, Vec::new()))
            }
            (Trains::Layers, _) => {
                population.pass(&population.recorded(&self.trained), inputs, Some(keys), &[], backend)
            }
            _ => {
                let looks = self.layers.as_ref().filter(|layers| layers.are_looked_at(self.phase()));
                let taps = looks.map_or_else(Vec::new, InnerLayers::of_student);
                population.forward(inputs, keys, &taps, backend)
            }
        }
    }

    /// Decides whose layers stand at which place in the step to come.
    fn throw_coins(&mut self) {
        self.coins = match self.phase().trains {
            // At a rate of 1 all stand at their places.
            Trains::Mixed | Trains::Layers => self.thrown(|seed| Key::new(seed).named("replacement").at(self.step)),
            Trains::All | Trains::UpToLayer | Trains::Exits => return,
        };
    }

    /// A throw for each member and each of its layers, from the stream of its seed: whether the teacher's stand in for it.
    fn thrown(&self, stream: impl Fn(u64) -> Key) -> Vec<Vec<bool>> {
        let layers = self.population.spec().bert().map_or(0, |plan| plan.layers) as u64;
        let of_member = |member: &Member| {
            let (rate, coins) = (self.rate_of(member), stream(member.seed));
            (0..layers).map(|layer| coins.uniform(layer) >= rate).collect()
        };
        self.members.iter().map(of_member).collect()
    }

    /// The network whose layers stand in for the members'.
    fn stand_in(&self) -> Option<&dyn Network> {
        Some(self.stands_in.as_ref()?.network()?.0)
    }

    /// How many layers the teacher has that stand in for the members'.
    pub fn layers_that_stand_in(&self) -> usize {
        self.stand_in().and_then(|network| network.spec().bert()).map_or(0, |plan| plan.layers)
    }

    /// Of each member the share of rows that are right where the teacher's layers stand in as often as in the step to come: a coin a
    /// layer and batch. None in other phases.
    ///
    /// # Errors
    /// When the device fails.
    pub fn mixture_accuracy(&self, rows: &[u32], labels: &[u32]) -> candle_core::Result<Option<Vec<f64>>> {
        let (Trains::Mixed, Some(of)) = (self.phase().trains, self.stand_in()) else { return Ok(None) };
        let parameters = self.population.recorded(&[]);
        let mut right = vec![0_usize; self.members.len()];
        for (batch, (rows, labels)) in rows.chunks(MIXED_AT_A_TIME).zip(labels.chunks(MIXED_AT_A_TIME)).enumerate() {
            let stream = |seed| Key::new(seed).named("replacement in evaluation").at(self.step).at(batch as u64);
            let keeps = self.thrown(stream);
            let mixture = Mixture { of, keeps: &keeps };
            let inputs = self.dataset.gather(rows);
            let logits = self.population.mixed(&parameters, &[&inputs], None, &mixture, Backend::of(&self.device))?;
            let logits: Vec<Vec<f32>> = logits.flatten_from(1)?.to_vec2()?;
            let classes = self.population.spec().classes();
            for (right, logits) in right.iter_mut().zip(&logits) {
                *right += top_classes(logits, classes).iter().zip(labels).filter(|(top, label)| top == label).count();
            }
        }
        Ok(Some(right.into_iter().map(|right| right as f64 / rows.len().max(1) as f64).collect()))
    }

    /// How likely each of a member's own layers is to stand at its place in the step to come; 1 where none stand in.
    pub fn rate_of(&self, member: &Member) -> f64 {
        let (first, steps) = self.span(self.phase..self.phase + 1);
        let share = (self.step - first.min(self.step)) as f64 / steps.max(1) as f64;
        let rate = member.objective.method().replaces.filter(|_| self.phase().trains == Trains::Mixed);
        rate.map_or(1.0, |rate| rate(member.objective.values(), share))
    }

    /// What each member's update uses, after those whose loss is no finite number any more are stopped.
    fn rates(&mut self, terms: &[MemberTerms]) -> Vec<MemberRate> {
        let (first, steps) = self.span(self.training());
        let factor = rate_factor(&self.recipe, self.step - first.min(self.step), steps, self.steps_per_epoch());
        for (member, terms) in self.members.iter_mut().zip(terms) {
            if member.is_active() && !terms.total.is_finite() {
                member.status = Status::Diverging;
            }
        }
        let rate = |(k, member): (usize, &Member)| MemberRate {
            learning_rate: member.learning_rate * factor,
            weight_decay: member.weight_decay,
            // Where only the teacher's layers stood nothing was learnt.
            active: member.is_active() && !self.coins.get(k).is_some_and(|coins| coins.iter().all(|kept| *kept)),
        };
        self.members.iter().enumerate().map(rate).collect()
    }

    /// Calls `work` with what the members are matched with in a batch.
    fn with_targets<R>(
        &self,
        logits: &Tensor,
        at: &Loss<'_>,
        work: impl FnOnce(&Tensor, &BatchTargets<'_>, Backend) -> candle_core::Result<R>,
    ) -> candle_core::Result<R> {
        let from =
            |is_source: fn(&Source) -> bool| self.members.iter().any(|member| member.teachers.iter().any(is_source));
        let numbers = |logits: &Tensor| logits.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>();
        let now = if from(|source| matches!(source, Source::Peer(_))) { numbers(logits)? } else { Vec::new() };
        let earlier = match &self.earlier {
            Some(earlier) => numbers(&earlier.logits(&self.batches.inputs(at.batches))?)?,
            None => Vec::new(),
        };
        let said = OfMembers { members: self.members.len(), now: &now, earlier: &earlier };
        let (targets, positions) = self.matched.of_batch(&self.members, &self.batches.of, at.batches, &said)?;
        let members = self.members.iter().zip(positions).zip(&self.batches.of);
        let members = members.map(|((member, target), labels)| MemberTargets {
            objective: &member.objective,
            target,
            labels: *labels,
        });
        let members: Vec<MemberTargets<'_>> = members.collect();
        let labels: Vec<_> = at.batches.iter().map(|batch| batch.labels.clone()).collect();
        let looks = self.layers.as_ref().filter(|_| !at.taps.is_empty());
        let are_exits = self.phase().trains == Trains::Exits;
        let of_teacher = looks.map(|layers| layers.of_teacher(at.batches, &self.batches.of)).transpose()?;
        let own = looks.map_or_else(Vec::new, InnerLayers::tensors);
        let student = at.taps.as_slice();
        let teacher = if are_exits { Some(&[][..]) } else { of_teacher.as_deref() };
        let layers = teacher.map(|teacher| Layers { student, teacher, own: &own, logits });
        let batch = BatchTargets {
            members: &members,
            targets: &targets,
            labels: &labels,
            epochs: self.epochs(),
            phase: self.phase(),
            layers,
        };
        work(logits, &batch, at.backend)
    }

    /// Rows that are trained on.
    pub fn rows(&self) -> &[u32] {
        &self.transfer.rows
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
        self.population.logits(&[&self.dataset.gather(rows)])?.flatten_all()?.to_vec1()
    }
}

/// Norms of each weighted term's gradient by all that is trained, and their angles, in place of those by the logits.
fn measure_shares(
    terms: &mut [MemberTerms],
    parts: Vec<Option<Tensor>>,
    passed: &Passed,
    total: &[Tensor],
    trained: &[Var],
    tables: &[TableRows],
) -> candle_core::Result<()> {
    let members = terms.len();
    let product = |index: usize, a: &Tensor, b: &Tensor| -> candle_core::Result<Vec<f64>> {
        let each: Vec<f64> = a.mul(b)?.flatten_from(1)?.to_dtype(DType::F64)?.sum(1)?.to_vec1()?;
        Ok(match tables.iter().find(|table| table.parameter == index) {
            None => each,
            Some(table) => table.each(&each).map(|(_, own)| own.iter().sum()).collect(),
        })
    };
    for (i, part) in parts.into_iter().enumerate() {
        let [mut own, mut with_rest, mut rest_square] = [(); 3].map(|()| vec![0.0; members]);
        if let Some(part) = part {
            let gradients = passed.back(&part)?;
            for (index, (parameter, total)) in trained.iter().zip(total).enumerate() {
                let Some(gradient) = gradients.get(parameter) else {
                    let squares = product(index, total, total)?;
                    rest_square.iter_mut().zip(squares).for_each(|(sum, square)| *sum += square);
                    continue;
                };
                let rest = total.sub(gradient)?;
                let of = |a, b| product(index, a, b);
                let numbers = [of(gradient, gradient)?, of(gradient, &rest)?, of(&rest, &rest)?];
                for (sums, numbers) in [&mut own, &mut with_rest, &mut rest_square].into_iter().zip(numbers) {
                    sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
                }
            }
        }
        for (k, terms) in terms.iter_mut().enumerate() {
            let lengths = own[k].sqrt() * rest_square[k].sqrt();
            terms.norms[i] = own[k].sqrt();
            terms.cosines[i] = if lengths == 0.0 { 0.0 } else { (with_rest[k] / lengths).clamp(-1.0, 1.0) };
        }
    }
    Ok(())
}

fn rule(recipe: &TrainingRecipe) -> Rule {
    match recipe.optimiser {
        Optimiser::AdamW => Rule::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        Optimiser::Sgd { momentum } => Rule::Sgd { momentum },
    }
}

fn clip(recipe: &TrainingRecipe) -> Clip {
    if recipe.clip > 0.0 { Clip::Norm(recipe.clip) } else { Clip::Never }
}

fn no_gradient() -> candle_core::Error {
    candle_core::Error::msg("a parameter has no gradient")
}
