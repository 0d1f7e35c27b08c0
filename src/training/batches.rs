//! The batches of a step: one a distinct seed, shared by the members that have it.

use super::member::Member;
use crate::data::{Batch, Dataset, Inputs, TransferSet, epoch_order};
use crate::recipe::TrainingRecipe;
use crate::rng::Key;

/// Who shares batches with whom.
#[derive(Default)]
pub(super) struct Batches {
    /// The distinct seeds, in the order of their first member.
    seeds: Vec<u64>,
    /// The index of each member's seed among them.
    pub of: Vec<usize>,
    /// An epoch, and the order of its rows for each seed.
    orders: Option<(u64, Vec<Vec<u32>>)>,
}

impl Batches {
    pub fn of(members: &[Member]) -> Self {
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

    /// The batches of a step, one a distinct seed.
    pub fn of_step(
        &mut self,
        step: u64,
        dataset: &Dataset,
        transfer: &TransferSet,
        recipe: &TrainingRecipe,
    ) -> Vec<Batch> {
        let rows = transfer.rows.len();
        let per_epoch = rows.div_ceil(recipe.batch) as u64;
        let epoch = step / per_epoch;
        let Self { seeds, orders, .. } = self;
        if orders.as_ref().is_none_or(|(of, _)| *of != epoch) {
            let order = |seed: &u64| epoch_order(Key::new(*seed), epoch, rows);
            *orders = Some((epoch, seeds.iter().map(order).collect()));
        }
        let orders = orders.as_ref().map_or(&[][..], |(_, orders)| orders);
        let start = (step % per_epoch) as usize * recipe.batch;
        let batch = |(order, seed): (&Vec<u32>, &u64)| {
            let positions = &order[start..(start + recipe.batch).min(order.len())];
            let ids: Vec<u32> = positions.iter().map(|position| transfer.rows[*position as usize]).collect();
            let labels = positions.iter().map(|position| transfer.labels[*position as usize]).collect();
            let inputs = if recipe.jitter == 0 {
                dataset.gather(&ids)
            } else {
                let key = Key::new(*seed).named("jitter").at(epoch);
                dataset.gather_jittered(&ids, recipe.jitter, key)
            };
            Batch { ids, inputs, labels }
        };
        orders.iter().zip(seeds.iter()).map(batch).collect()
    }

    /// One input a distinct batch where members with equal seeds stand side by side in equal numbers, as they do in a grid;
    /// otherwise one a member. Nothing is copied here.
    pub fn inputs<'a>(&self, batches: &'a [Batch]) -> Vec<&'a Inputs> {
        let each = self.of.len() / batches.len().max(1);
        let even = each * batches.len() == self.of.len() && self.of.iter().enumerate().all(|(k, of)| *of == k / each);
        if even {
            batches.iter().map(|batch| &batch.inputs).collect()
        } else {
            self.of.iter().map(|batch| &batches[*batch].inputs).collect()
        }
    }
}
