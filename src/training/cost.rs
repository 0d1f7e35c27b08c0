//! What a trained model costs whoever asks it: measured once for each kind of network of a job, on the processor.

use std::time::{Duration, Instant};

use super::device::processor;
use crate::data::{Dataset, Examples};
use crate::model::Network;
use crate::protocol::Cost;

/// Rows that are asked together.
const MANY: usize = 64;

/// How long one of the two measurements goes on; a network that takes longer for a batch is asked once.
const PATIENCE: Duration = Duration::from_millis(60);

/// The cost of a network on rows of data, evaluated on the processor by all of this process's threads.
///
/// # Errors
/// When the device fails.
pub(super) fn cost_of(network: &dyn Network, dataset: &Dataset, rows: &[u32]) -> candle_core::Result<Cost> {
    let spec = network.spec();
    let tokens = match (&dataset.examples, spec.reads.text()) {
        (Examples::Text(texts), Some(encoder)) => {
            let tokens = encoder.encode(&texts.gather(rows));
            tokens.ids.len() as f64 / rows.len().max(1) as f64
        }
        _ => 0.0,
    };
    let many: Vec<u32> = rows.iter().copied().cycle().take(MANY).collect();
    // As many as are asked one after the other, each of its own length.
    let alone: Vec<Vec<u32>> = many.iter().map(|row| vec![*row]).collect();
    let microseconds = if many.is_empty() {
        [f64::NAN; 2]
    } else {
        [median(network, dataset, &alone)?, median(network, dataset, &[many])? / MANY as f64]
    };
    Ok(Cost {
        bytes: spec.plan.bytes(),
        multiply_adds: spec.plan.multiply_adds(tokens).round() as u64,
        microseconds,
        machine: format!("{}, {} threads", processor(), rayon::current_num_threads()),
    })
}

/// The median of the microseconds that one batch takes, over these in turn.
fn median(network: &dyn Network, dataset: &Dataset, batches: &[Vec<u32>]) -> candle_core::Result<f64> {
    let inputs: Vec<_> = batches.iter().map(|rows| dataset.gather(rows)).collect();
    let ask = |inputs| -> candle_core::Result<()> {
        let logits = network.logits(&[inputs])?;
        logits.flatten_all()?.to_vec1::<f32>().map(drop)
    };
    let begin = Instant::now();
    ask(&inputs[0])?;
    let first = begin.elapsed();
    if first >= PATIENCE {
        return Ok(first.as_secs_f64() * 1e6);
    }
    let (begin, mut taken) = (Instant::now(), Vec::new());
    while begin.elapsed() < PATIENCE {
        let start = Instant::now();
        ask(&inputs[taken.len() % inputs.len()])?;
        taken.push(start.elapsed().as_secs_f64() * 1e6);
    }
    taken.sort_by(f64::total_cmp);
    Ok(taken[taken.len() / 2])
}
