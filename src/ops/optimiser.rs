//! AdamW and SGD for a population: one pass over parameter, gradient and moments, with each member's own rates.

use std::sync::Mutex;

use candle_core::{CpuStorage, DType, Device, InplaceOp1, Layout, Result, Storage, Tensor, Var};
use rayon::prelude::*;

use super::dense::{Parts, each_member};
use super::element::{slice, vectorised, with_element, with_slice};
use super::norm::{clip_factor, sum_of_squares};
use super::table_rows::TableRows;
use super::{Backend, Element};

/// The update rule, the same for all members.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019), in PyTorch's order of operations.
    AdamW {
        /// Decay of the first moment.
        beta1: f64,
        /// Decay of the second moment.
        beta2: f64,
        /// Added to the root of the second moment.
        epsilon: f64,
    },
    /// Gradient descent; `v ← momentum · v + g`, `p ← p − rate · v`, decay added to g, as PyTorch's `SGD`.
    Sgd {
        /// 0 for none.
        momentum: f64,
    },
}

/// What one member's update uses in this step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemberRate {
    /// The learning rate.
    pub learning_rate: f64,
    /// Weight decay; parameters marked as exempt ignore it.
    pub weight_decay: f64,
    /// A member that is not active keeps its weights and moments.
    pub active: bool,
}

/// Largest global norm of each member's gradient, over all its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    /// Gradients are used as they are.
    Never,
    /// Gradients above this norm are scaled down to it.
    Norm(f64),
}

/// An optimiser and its state: two moments a parameter, `[K, …]` each.
pub struct FusedOptimiser {
    rule: Rule,
    clip: Clip,
    backend: Backend,
    steps: u64,
    slots: Vec<Kept>,
}

struct Kept {
    parameter: Var,
    decays: bool,
    moments: [Tensor; 2],
}

impl FusedOptimiser {
    /// For `parameters`, each `[K, …]` with a mark whether weight decay applies to it. Moments start at 0.
    ///
    /// # Errors
    /// When memory for the moments cannot be had.
    pub fn new(rule: Rule, clip: Clip, backend: Backend, parameters: Vec<(Var, bool)>) -> Result<Self> {
        let slots = parameters.into_iter().map(|(parameter, decays)| {
            let zeros = || Tensor::zeros(parameter.shape(), parameter.dtype(), parameter.device());
            Ok(Kept { moments: [zeros()?, zeros()?], parameter, decays })
        });
        Ok(Self { rule, clip, backend, steps: 0, slots: slots.collect::<Result<_>>()? })
    }

    /// What it updates, in its order.
    pub fn parameters(&self) -> impl Iterator<Item = &Var> {
        self.slots.iter().map(|slot| &slot.parameter)
    }

    /// Steps taken, and the moments in the order of the parameters: all there is to save.
    pub fn state(&self) -> (u64, impl Iterator<Item = &[Tensor; 2]>) {
        (self.steps, self.slots.iter().map(|slot| &slot.moments))
    }

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// When the moments are of other shapes than the parameters.
    pub fn restore(&mut self, steps: u64, moments: Vec<[Tensor; 2]>) -> Result<()> {
        let fits = |(slot, saved): (&Kept, &[Tensor; 2])| saved.iter().all(|m| m.shape() == slot.parameter.shape());
        if moments.len() != self.slots.len() || !self.slots.iter().zip(&moments).all(fits) {
            candle_core::bail!("the saved optimiser state is that of another model")
        }
        for (slot, [first, second]) in self.slots.iter_mut().zip(moments) {
            // Owned copies: the kernels write into them.
            slot.moments = [first.copy()?, second.copy()?];
        }
        self.steps = steps;
        Ok(())
    }

    /// One update. `gradients` are in the order of the parameters, `rates` one a member.
    ///
    /// # Errors
    /// When a gradient is missing or of another shape.
    pub fn step(&mut self, gradients: &[Tensor], rates: &[MemberRate]) -> Result<()> {
        self.step_with_rows(gradients, &[], rates)
    }

    /// The same, where the gradients of some parameters, tables of vectors, are 0 but for the rows that `tables` tells; what is among
    /// `gradients` then holds these alone. All rows are updated: moments decay.
    ///
    /// # Errors
    /// When a gradient is missing or of another shape.
    pub fn step_with_rows(&mut self, gradients: &[Tensor], tables: &[TableRows], rates: &[MemberRate]) -> Result<()> {
        let members = rates.len();
        let table_of = |slot| tables.iter().find(|table| table.parameter == slot);
        let tables: Vec<Option<&TableRows>> = (0..self.slots.len()).map(table_of).collect();
        let fits = |((slot, gradient), table): ((&Kept, &Tensor), Option<&TableRows>)| {
            let shape = slot.parameter.dims();
            let fits = table.map_or(gradient.dims() == shape, |table| table.fits(gradient.dims(), shape));
            fits && shape.first() == Some(&members)
        };
        if gradients.len() != self.slots.len()
            || !self.slots.iter().zip(gradients).zip(tables.iter().copied()).all(fits)
        {
            candle_core::bail!("gradients do not fit the parameters")
        }
        let scales = match self.clip {
            Clip::Never => vec![1.0; rates.len()],
            Clip::Norm(limit) => {
                let norms = self.norms(gradients, &tables, members)?;
                norms.into_iter().map(|norm| clip_factor(norm, limit)).collect()
            }
        };
        self.steps += 1;
        let (rule, backend, step) = (self.rule, self.backend, self.steps as f64);
        for ((slot, gradient), table) in self.slots.iter_mut().zip(gradients).zip(tables) {
            let update = |(rate, scale)| Update::new(rule, step, slot.decays, rate, scale);
            let updates: Vec<Update> = rates.iter().zip(scales.iter().copied()).map(update).collect();
            match (backend, table) {
                (Backend::Native, table) => slot.kernel(gradient, table, &updates)?,
                (Backend::Candle, None) => slot.composed(gradient, &updates)?,
                (Backend::Candle, Some(table)) => {
                    let whole = table.whole(gradient, slot.parameter.dims())?;
                    slot.composed(&whole, &updates)?;
                }
            }
        }
        Ok(())
    }

    /// Lets `work` at the parameters and moments of each member, in the order of the parameters, for one update with `rates`;
    /// with it goes the norm to which gradients are clipped.
    ///
    /// # Errors
    /// When the parameters are no f32 numbers of the CPU, or of another number of members.
    pub(crate) fn update_members(
        &mut self,
        rates: &[MemberRate],
        work: impl FnOnce(Vec<Vec<Slot<'_>>>, Option<f64>),
    ) -> Result<()> {
        if self.slots.iter().any(|slot| slot.parameter.dim(0).is_ok_and(|k| k != rates.len())) {
            candle_core::bail!("rates do not fit the parameters")
        }
        self.steps += 1;
        let (rule, step) = (self.rule, self.steps as f64);
        let limit = match self.clip {
            Clip::Never => None,
            Clip::Norm(limit) => Some(limit),
        };
        let tensors: Vec<&Tensor> = self
            .slots
            .iter()
            .flat_map(|slot| [slot.parameter.as_tensor(), &slot.moments[0], &slot.moments[1]])
            .collect();
        let mut work = Some(work);
        with_slices_mut(&tensors, Vec::new(), &mut |slices: Vec<&mut [f32]>| {
            let mut members: Vec<Vec<Slot>> = rates.iter().map(|_| Vec::with_capacity(self.slots.len())).collect();
            let mut slices = slices.into_iter();
            for kept in &self.slots {
                let (Some(p), Some(m), Some(v)) = (slices.next(), slices.next(), slices.next()) else { break };
                let len = (p.len() / rates.len().max(1)).max(1);
                let parts = p.chunks_mut(len).zip(m.chunks_mut(len)).zip(v.chunks_mut(len));
                for ((member, rate), ((p, m), v)) in members.iter_mut().zip(rates).zip(parts) {
                    member.push(Slot { p, m, v, update: Update::new(rule, step, kept.decays, rate, 1.0) });
                }
            }
            if let Some(work) = work.take() {
                work(members, limit);
            }
        })
    }

    /// The norm of each member's gradient over all parameters, summed in the order of the parameters.
    fn norms(&self, gradients: &[Tensor], tables: &[Option<&TableRows>], members: usize) -> Result<Vec<f64>> {
        let mut squares = vec![0.0; members];
        for (gradient, table) in gradients.iter().zip(tables) {
            if let Some(table) = table {
                let gradient = gradient.to_device(&Device::Cpu)?;
                let part = with_element!(gradient.dtype(), T => with_slice::<T, _>(&gradient, |g| table.squares(g))?);
                squares.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                continue;
            }
            let part: Vec<f64> = match self.backend {
                Backend::Native => with_element!(gradient.dtype(), T => with_slice::<T, _>(gradient, |g| {
                    g.par_chunks((g.len() / members).max(1)).map(sum_of_squares).collect()
                })?),
                Backend::Candle => {
                    let squares = gradient.flatten_from(1)?.sqr()?.sum(1)?;
                    squares.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.to_vec1()?
                }
            };
            for (sum, part) in squares.iter_mut().zip(part) {
                *sum += part;
            }
        }
        Ok(squares.into_iter().map(f64::sqrt).collect())
    }
}

/// Calls `read` with the numbers of all `parameters`, which are f32 numbers of the CPU.
pub(crate) fn with_parameters<R>(parameters: &[Var], read: impl FnOnce(&[&[f32]]) -> R) -> Result<R> {
    let guards: Vec<_> = parameters.iter().map(|parameter| parameter.storage_and_layout()).collect();
    let slices = guards.iter().map(|(storage, layout)| match &**storage {
        Storage::Cpu(storage) => slice::<f32>(storage, layout),
        _ => candle_core::bail!("the fused step runs on the CPU only"),
    });
    Ok(read(&slices.collect::<Result<Vec<_>>>()?))
}

/// Calls `work` with the numbers of all `tensors`.
fn with_slices_mut<T: Element>(
    tensors: &[&Tensor],
    taken: Vec<&mut [T]>,
    work: &mut dyn FnMut(Vec<&mut [T]>),
) -> Result<()> {
    let Some((first, rest)) = tensors.split_first() else {
        work(taken);
        return Ok(());
    };
    let mut before = Some((taken, work));
    first.inplace_op1(&InPlace {
        work: Mutex::new(|storage: &mut CpuStorage| {
            let Some((mut taken, work)) = before.take() else { return Ok(()) };
            taken.push(T::slice_mut(storage)?);
            with_slices_mut(rest, taken, work)
        }),
    })
}

/// What becomes of the gradient of a parameter.
pub(crate) enum Gradient<'a> {
    /// It is used at once, while it is in cache.
    Update,
    /// It is kept, since all of them together are to be clipped.
    Keep(&'a mut [f32]),
}

/// One parameter of one member, or some rows of it, with its moments.
pub(crate) struct Slot<'a> {
    p: &'a mut [f32],
    m: &'a mut [f32],
    v: &'a mut [f32],
    update: Update,
}

impl Slot<'_> {
    /// Numbers of the parameter.
    pub fn len(&self) -> usize {
        self.p.len()
    }

    /// The parameter as it is.
    pub fn values(&self) -> &[f32] {
        self.p
    }

    /// Whether its member still learns.
    pub fn active(&self) -> bool {
        self.update.active
    }

    /// Gradients will be multiplied by this.
    pub fn set_scale(&mut self, scale: f64) {
        self.update.scale = scale;
    }

    /// Updates it by a gradient whose rows of `width` numbers start `pitch` behind each other.
    pub fn update(&mut self, gradient: &[f32], width: usize, pitch: usize) {
        if !self.update.active {
            return;
        }
        let (update, p, m, v) = (self.update, &mut *self.p, &mut *self.m, &mut *self.v);
        vectorised!(<'a> (
            update: Update,
            p: &'a mut [f32],
            m: &'a mut [f32],
            v: &'a mut [f32],
            gradient: &'a [f32],
            width: usize,
            pitch: usize,
        ) -> () {
            let rows = p.chunks_exact_mut(width).zip(gradient.chunks_exact(pitch));
            for ((p, g), (m, v)) in rows.zip(m.chunks_exact_mut(width).zip(v.chunks_exact_mut(width))) {
                update.apply(p, &g[..width], m, v);
            }
        });
    }

    /// Updates it by the whole gradient, on all threads where `wide`.
    pub fn update_all(&mut self, wide: bool, gradient: &[f32]) {
        self.blocks(wide, CHUNK, |block, mut slot| {
            let len = slot.len();
            slot.update(&gradient[block * CHUNK..][..len], len, len);
        });
    }

    /// Uses or keeps a small gradient.
    pub fn settle(&mut self, what: Gradient<'_>, gradient: &[f32]) {
        match what {
            Gradient::Update => self.update(gradient, gradient.len(), gradient.len()),
            Gradient::Keep(all) => all.copy_from_slice(gradient),
        }
    }

    /// Works on blocks of `len` numbers, on all threads where `wide`.
    pub fn blocks(&mut self, wide: bool, len: usize, work: impl Fn(usize, Slot<'_>) + Sync + Send) {
        let update = self.update;
        let parts = |(i, ((p, m), v))| (i, Slot { p, m, v, update });
        if wide {
            let all = self.p.par_chunks_mut(len).zip(self.m.par_chunks_mut(len)).zip(self.v.par_chunks_mut(len));
            all.enumerate().map(parts).for_each(|(i, slot)| work(i, slot));
        } else {
            let all = self.p.chunks_mut(len).zip(self.m.chunks_mut(len)).zip(self.v.chunks_mut(len));
            all.enumerate().map(parts).for_each(|(i, slot)| work(i, slot));
        }
    }
}

/// The update of one member's part of one parameter, as plain numbers.
#[derive(Clone, Copy)]
struct Update {
    scale: f64,
    numbers: Numbers,
    active: bool,
}

impl Update {
    /// In `step`, counted from 1.
    fn new(rule: Rule, step: f64, decays: bool, rate: &MemberRate, scale: f64) -> Self {
        let decay = if decays { rate.weight_decay } else { 0.0 };
        let numbers = match rule {
            Rule::AdamW { beta1, beta2, epsilon } => Numbers::AdamW {
                beta1,
                beta2,
                epsilon,
                keep: 1.0 - rate.learning_rate * decay,
                rate: rate.learning_rate / (1.0 - beta1.powf(step)),
                root: (1.0 - beta2.powf(step)).sqrt(),
            },
            Rule::Sgd { momentum } => Numbers::Sgd { momentum, decay, rate: rate.learning_rate },
        };
        Self { scale, numbers, active: rate.active }
    }

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "must be inlined to be compiled for the instruction set it is dispatched to"
    )]
    fn apply<T: Element>(&self, p: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
        let scale = T::from_f64(self.scale);
        match self.numbers {
            Numbers::AdamW { beta1, beta2, epsilon, keep, rate, root } => {
                // Multiplying by 1 / root costs half of dividing by root.
                let [b1, b2, eps, keep, rate, up] = [beta1, beta2, epsilon, keep, rate, 1.0 / root].map(T::from_f64);
                let [c1, c2] = [1.0 - beta1, 1.0 - beta2].map(T::from_f64);
                for (((p, g), m), v) in p.iter_mut().zip(g).zip(m.iter_mut()).zip(v.iter_mut()) {
                    let g = *g * scale;
                    *m = b1 * *m + c1 * g;
                    *v = b2 * *v + c2 * g * g;
                    *p = keep * *p - rate * *m / (v.sqrt() * up + eps);
                }
            }
            Numbers::Sgd { momentum, decay, rate } => {
                let [momentum, decay, rate] = [momentum, decay, rate].map(T::from_f64);
                for ((p, g), m) in p.iter_mut().zip(g).zip(m.iter_mut()) {
                    *m = momentum * *m + (*g * scale + decay * *p);
                    *p -= rate * *m;
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Numbers {
    /// p ← keep · p − rate · m / (√v / root + ε): the bias corrections are in `rate` and `root`.
    AdamW { beta1: f64, beta2: f64, epsilon: f64, keep: f64, rate: f64, root: f64 },
    /// v ← momentum · v + g + decay · p; p ← p − rate · v.
    Sgd { momentum: f64, decay: f64, rate: f64 },
}

impl Kept {
    fn kernel(&self, gradient: &Tensor, table: Option<&TableRows>, updates: &[Update]) -> Result<()> {
        let [first, second] = &self.moments;
        // candle changes one tensor at a time; the parameter is reached from within the pass over its moments.
        let op = InPlace {
            work: Mutex::new(|first_storage: &mut CpuStorage| {
                second.inplace_op1(&InPlace {
                    work: Mutex::new(|second_storage: &mut CpuStorage| {
                        self.parameter.inplace_op1(&InPlace {
                            work: Mutex::new(|parameter: &mut CpuStorage| {
                                with_element!(gradient.dtype(), T => {
                                    let p = T::slice_mut(parameter)?;
                                    let m = T::slice_mut(first_storage)?;
                                    let v = T::slice_mut(second_storage)?;
                                    with_slice::<T, _>(gradient, |g| match table {
                                        None => update_all(updates, p, g, m, v),
                                        Some(table) => update_rows(updates, table, p, g, m, v),
                                    })
                                })
                            }),
                        })
                    }),
                })
            }),
        };
        first.inplace_op1(&op)
    }

    fn composed(&mut self, gradient: &Tensor, updates: &[Update]) -> Result<()> {
        let mut shape = vec![1; gradient.rank()];
        shape[0] = updates.len();
        let (dtype, device) = (gradient.dtype(), gradient.device());
        let column = |number: &dyn Fn(&Update) -> f64| {
            let numbers: Vec<f64> = updates.iter().map(number).collect();
            Tensor::from_vec(numbers, shape.clone(), &Device::Cpu)?.to_dtype(dtype)?.to_device(device)
        };
        let p = self.parameter.as_detached_tensor();
        let g = gradient.detach().broadcast_mul(&column(&|u| u.scale)?)?;
        let [m, v] = self.moments.clone();
        let (p_new, m_new, v_new) = match updates.first().map(|u| u.numbers) {
            None => return Ok(()),
            Some(Numbers::AdamW { beta1, beta2, epsilon, root, .. }) => {
                let pick = |get: fn(f64, f64) -> f64| {
                    column(&move |u: &Update| match u.numbers {
                        Numbers::AdamW { keep, rate, .. } => get(keep, rate),
                        Numbers::Sgd { .. } => 0.0,
                    })
                };
                let m = ((m * beta1)? + (&g * (1.0 - beta1))?)?;
                let v = ((v * beta2)? + (g.sqr()? * (1.0 - beta2))?)?;
                let step = m.div(&((v.sqrt()? / root)? + epsilon)?)?.broadcast_mul(&pick(|_, rate| rate)?)?;
                ((p.broadcast_mul(&pick(|keep, _| keep)?)? - step)?, m, v)
            }
            Some(Numbers::Sgd { momentum, .. }) => {
                let pick = |get: fn(f64, f64) -> f64| {
                    column(&move |u: &Update| match u.numbers {
                        Numbers::Sgd { decay, rate, .. } => get(decay, rate),
                        Numbers::AdamW { .. } => 0.0,
                    })
                };
                let m = ((m * momentum)? + (g + p.broadcast_mul(&pick(|decay, _| decay)?)?)?)?;
                ((&p - m.broadcast_mul(&pick(|_, rate| rate)?)?)?, m, v)
            }
        };
        let active = column(&|u| f64::from(u8::from(u.active)))?.broadcast_as(p.shape())?.ne(0.0)?;
        self.moments = [active.where_cond(&m_new, &self.moments[0])?, active.where_cond(&v_new, &self.moments[1])?];
        self.parameter.set(&active.where_cond(&p_new, &p)?)
    }
}

/// Lets a closure at the numbers of a tensor.
struct InPlace<F> {
    work: Mutex<F>,
}

impl<F: FnMut(&mut CpuStorage) -> Result<()>> InplaceOp1 for InPlace<F> {
    fn name(&self) -> &'static str {
        "optimiser-step"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        if layout.contiguous_offsets().is_none_or(|(start, _)| start != 0) {
            candle_core::bail!("a parameter is a view of another tensor")
        }
        let Ok(mut work) = self.work.lock() else { candle_core::bail!("an earlier update panicked") };
        work(storage)
    }
}

/// Numbers that one thread updates at a time.
const CHUNK: usize = 1 << 14;

fn update_all<T: Element>(updates: &[Update], p: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
    let len = p.len() / updates.len().max(1);
    let (ps, ms, vs) = (Parts::new(p, len), Parts::new(m, len), Parts::new(v, len));
    each_member(updates.len(), |k| {
        let (update, g) = (&updates[k], &g[k * len..][..len]);
        let (p, m, v) = (ps.take(k), ms.take(k), vs.take(k));
        if !update.active {
            return;
        }
        let chunks = p.par_chunks_mut(CHUNK).zip(g.par_chunks(CHUNK));
        chunks.zip(m.par_chunks_mut(CHUNK).zip(v.par_chunks_mut(CHUNK))).for_each(|((p, g), (m, v))| {
            let update = *update;
            vectorised!(<'a, T> (update: Update, p: &'a mut [T], g: &'a [T], m: &'a mut [T], v: &'a mut [T]) -> () {
                update.apply(p, g, m, v);
            });
        });
    });
}

/// The same where some rows alone have a gradient.
fn update_rows<T: Element>(updates: &[Update], table: &TableRows, p: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
    let len = p.len() / updates.len().max(1);
    let all: usize = table.ids.iter().map(|ids| ids.len()).sum();
    let width = g.len().checked_div(all).unwrap_or(len).max(1);
    let block = (CHUNK / width).max(1) * width;
    let parts = p.chunks_mut(len.max(1)).zip(m.chunks_mut(len.max(1)).zip(v.chunks_mut(len.max(1))));
    for (((p, (m, v)), update), (ids, g)) in parts.zip(updates).zip(table.each(g)) {
        if !update.active {
            continue;
        }
        let blocks = p.par_chunks_mut(block).zip(m.par_chunks_mut(block).zip(v.par_chunks_mut(block)));
        blocks.enumerate().for_each(|(index, (p, (m, v)))| {
            let first = index * block / width;
            let from = ids.partition_point(|id| (*id as usize) < first);
            let mut own = vec![T::zero_value(); p.len()];
            for (id, g) in ids[from..].iter().zip(g[from * width..].chunks_exact(width)) {
                let Some(own) = own.get_mut((*id as usize - first) * width..).filter(|own| own.len() >= width) else {
                    break;
                };
                own[..width].copy_from_slice(g);
            }
            let (update, own) = (*update, own.as_slice());
            vectorised!(<'a, T> (update: Update, p: &'a mut [T], own: &'a [T], m: &'a mut [T], v: &'a mut [T]) -> () {
                update.apply(p, own, m, v);
            });
        });
    }
}
