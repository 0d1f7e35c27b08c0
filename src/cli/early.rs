//! What a model with exits does at a speed: how far its texts go, and how long that takes beside the whole network.

use std::time::Instant;

use serde::Serialize;

use super::voice::Problem;
use crate::data::{Dataset, Examples};
use crate::distill::{leaves_at, uncertainty};
use crate::model::{Body, Checkpoint, Network, TextPlan};
use crate::protocol::operations;
use crate::text::number;

/// What came of a speed.
#[derive(Serialize)]
pub(super) struct Early {
    speed: f64,
    /// Milliseconds a text, tokens found included.
    milliseconds: f64,
    /// The same at speed 0, of the first rows.
    milliseconds_at_0: f64,
    layers: f64,
    of_layers: usize,
    /// Floating-point operations beside those of the network without exits: dense layers and attention of real tokens.
    flops: f64,
    /// Rows that the last four are of.
    measured: usize,
}

/// Rows of which it is asked how far they would go.
const MEASURED: usize = 256;

impl Early {
    pub fn sentence(&self) -> String {
        let Self { speed, milliseconds, milliseconds_at_0, layers, of_layers, flops, measured } = self;
        let [own, all] = [milliseconds, milliseconds_at_0].map(|time| number::significant(*time, 3));
        let layers = number::fixed(*layers, 2);
        let flops = number::percent(*flops);
        format!(
            "speed {speed}: {own} ms a text; of the first {measured} texts {layers} of {of_layers} layers and {flops} % of the \
             FLOPs of the network without exits, {all} ms a text at speed 0\n"
        )
    }
}

/// The same model at another speed.
pub(super) fn at_speed(mut checkpoint: Checkpoint, speed: Option<f64>) -> Result<Checkpoint, Problem> {
    let Some(speed) = speed else { return Ok(checkpoint) };
    if !(0.0..=1.0).contains(&speed) {
        return Err(Problem::new("not-allowed", format!("--speed {speed}: give a number from 0 to 1")));
    }
    if let Body::Text(TextPlan::Bert(plan)) = &mut checkpoint.plan.body
        && let Some(exits) = &mut plan.exits
    {
        exits.speed = speed;
        return Ok(checkpoint);
    }
    let message =
        "--speed: this model answers after its last layer alone; leave it out, or give a student of `early-exit`";
    Err(Problem::new("no-exits", message.to_owned()))
}

/// What came of the speed of a model; nothing of one without exits.
pub(super) fn early(
    network: &dyn Network,
    dataset: &Dataset,
    rows: &[u32],
    milliseconds: f64,
) -> candle_core::Result<Option<Early>> {
    let spec = network.spec();
    let (Some(plan), Some(encoder), Examples::Text(texts)) = (spec.bert(), spec.reads.text(), &dataset.examples) else {
        return Ok(None);
    };
    let Some(exits) = plan.exits else { return Ok(None) };
    let rows = &rows[..rows.len().min(MEASURED)];
    let inputs = dataset.gather(rows);
    // At speed 0 a text passes every layer and every branch.
    let began = Instant::now();
    let said = network.all_exits(&[&inputs])?;
    let milliseconds_at_0 = began.elapsed().as_secs_f64() * 1e3 / rows.len().max(1) as f64;
    let said =
        said.iter().map(|logits| logits.get(0)?.to_vec2()).collect::<candle_core::Result<Vec<Vec<Vec<f32>>>>>()?;
    let (costs, whole, tokens) =
        (plan.costs(spec.classes()), plan.whole_cost(spec.classes()), encoder.encode(&texts.gather(rows)));
    let (mut layers, mut cost, mut all) = (0, 0.0, 0.0);
    for row in 0..rows.len() {
        let last = said.len().saturating_sub(1);
        let exit = leaves_at(said[..last].iter().map(|logits| uncertainty(&logits[row])), exits.speed);
        layers += exit + 1;
        cost += operations(costs[exit], tokens.range(row).len());
        all += operations(whole, tokens.range(row).len());
    }
    Ok(Some(Early {
        speed: exits.speed,
        milliseconds,
        milliseconds_at_0,
        layers: layers as f64 / rows.len().max(1) as f64,
        of_layers: plan.layers,
        flops: cost / f64::max(all, 1.0),
        measured: rows.len(),
    }))
}
