//! A trained model as a graph, held against the model itself before anybody is given it.

use std::path::Path;

use candle_core::Device;

use super::graphs::reason;
use crate::data::{Inputs, Tokens};
use crate::distill::soften::soften;
use crate::distill::top_classes;
use crate::model::{Checkpoint, GraphOptions, Network, Normalisation, TextEncoder};
use crate::onnx::{Fed, GraphProcess, Numbers};
use crate::rng::Key;
use crate::text::{Phrase, phrase};

/// A graph that does what its model does.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedGraph {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// On how many rows it was held against the model.
    pub rows: usize,
    /// The largest difference between two probabilities at T = 1.
    pub apart: f64,
}

/// Rows on which a graph is tried.
const ROWS: usize = 100;

/// How far a probability may be off.
const NEAR: f64 = 1e-4;

/// Tokens of a text on which a graph of texts is tried, at most.
const LONGEST: usize = 24;

/// Writes a model as a graph and runs it, in a process of `program`, on rows that are drawn at random where its inputs lie: the graph must
/// give the model's classes and probabilities.
///
/// # Errors
/// In words: it cannot be run, or does something else. Nothing is kept then.
pub fn checked_graph(checkpoint: &Checkpoint, options: GraphOptions, program: &Path) -> Result<CheckedGraph, Phrase> {
    let bytes = checkpoint.to_graph(options).map_err(Phrase::plain)?;
    let network = checkpoint.network(&Device::Cpu).map_err(Phrase::plain)?;
    let (own, fed) = match checkpoint.reads.text() {
        Some(encoder) => texts(encoder, checkpoint.spec().bert().is_some()),
        None => numbers(checkpoint, options),
    };
    let classes = checkpoint.classes.len();
    let expected = whole_logits(&*network, &own).map_err(Phrase::plain)?;
    let folder = tempfile::tempdir().map_err(Phrase::plain)?;
    let file = folder.path().join("model.onnx");
    std::fs::write(&file, &bytes).map_err(Phrase::plain)?;
    let (mut process, _) = GraphProcess::open(program, &file, &|| false).map_err(reason)?;
    let output = if options.softmax { "probabilities" } else { "logits" };
    let (_, found) = process.run(fed, output, &|| false).map_err(reason)?;
    if found.len() != expected.len() {
        return Err(phrase!("export-apart", rows = ROWS));
    }
    let mut apart = 0.0_f64;
    for (own, graph) in expected.chunks_exact(classes).zip(found.chunks_exact(classes)) {
        let own = soften(own, 1.0);
        let graph: Vec<f64> =
            if options.softmax { graph.iter().map(|p| f64::from(*p)).collect() } else { soften(graph, 1.0) };
        apart = own.iter().zip(&graph).map(|(a, b)| (a - b).abs()).fold(apart, f64::max);
        if !graph.iter().all(|p| p.is_finite()) {
            apart = f64::INFINITY;
        }
    }
    let is_same = top_classes(&expected, classes) == top_classes(&found, classes);
    if apart > NEAR || (!is_same && apart > NEAR / 10.0) {
        return Err(phrase!("export-apart", rows = ROWS));
    }
    Ok(CheckedGraph { bytes, rows: ROWS, apart })
}

/// What the last layer says, of one that may answer early as well.
fn whole_logits(network: &dyn Network, inputs: &Inputs) -> candle_core::Result<Vec<f32>> {
    let answers_early = network.spec().bert().is_some_and(|plan| plan.exits.is_some());
    let logits = if answers_early {
        let parameters: Vec<_> = network.parameters().iter().map(candle_core::Var::as_detached_tensor).collect();
        let said = network.exits(&parameters, &[inputs], crate::ops::Backend::Native)?;
        said.last().cloned().ok_or_else(|| candle_core::Error::msg("a network without an answer"))?
    } else {
        network.logits(&[inputs])?
    };
    logits.flatten_all()?.to_vec1()
}

/// Rows two standard deviations around what the normalisation takes off, as model and graph are given them.
fn numbers(checkpoint: &Checkpoint, options: GraphOptions) -> (Inputs, Vec<Fed>) {
    let shape = &checkpoint.plan.input;
    let len: usize = shape.iter().product();
    let one = Normalisation { offset: vec![0.0], scale: vec![1.0] };
    let normalisation = checkpoint.reads.normalisation().unwrap_or(&one);
    let at = |list: &[f32], i: usize| if let [one] = list { *one } else { list[i] };
    let key = Key::new(0).named("export");
    let raw = |i: usize| {
        let drawn = key.uniform(i as u64) as f32 * 4.0 - 2.0;
        at(&normalisation.offset, i % len) + drawn / at(&normalisation.scale, i % len)
    };
    let mut raw: Vec<f32> = (0..ROWS * len).map(raw).collect();
    let bases = checkpoint.columns.as_ref().and_then(|columns| columns.bases()).unwrap_or_default();
    let base = |i: usize| bases.get(i % len).copied().unwrap_or_default();
    let given = if options.normalises {
        // The graph is given values as a table has them.
        let with_base: Vec<f32> =
            raw.iter().enumerate().map(|(i, value)| (f64::from(*value) + base(i)) as f32).collect();
        raw = with_base.iter().enumerate().map(|(i, value)| (f64::from(*value) - base(i)) as f32).collect();
        with_base
    } else {
        let normal = |(i, value): (usize, &f32)| {
            (value - at(&normalisation.offset, i % len)) * at(&normalisation.scale, i % len)
        };
        raw.iter().enumerate().map(normal).collect()
    };
    let sizes = std::iter::once(ROWS).chain(shape.iter().copied()).collect();
    let fed = Fed { name: "input".to_owned(), shape: sizes, values: Numbers::Real(given) };
    (Inputs::new(shape, raw), vec![fed])
}

/// Texts of tokens that are drawn at random, each of another length than the one before it.
fn texts(encoder: &TextEncoder, has_types: bool) -> (Inputs, Vec<Fed>) {
    let key = Key::new(0).named("export");
    // As the tokeniser numbers them; a model that knows some tokens only has numbers of its own.
    let to_own = encoder.own_numbers();
    let count = to_own.as_ref().map_or_else(|| encoder.rows(), Vec::len) as u64;
    let longest = encoder.saved().length.clamp(1, LONGEST);
    let mut tokens = Tokens::new(true);
    let (mut ids, mut mask, mut types) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..ROWS {
        let len = 1 + key.named("length").below(row as u64, longest as u64) as usize;
        let first = 1 + key.named("first").below(row as u64, len as u64) as usize;
        let drawn: Vec<u32> = (0..len).map(|at| key.below((row * longest + at) as u64, count) as u32).collect();
        let own: Vec<u32> = match &to_own {
            Some(to_own) => drawn.iter().map(|number| to_own[*number as usize]).collect(),
            None => drawn.clone(),
        };
        tokens.push(&own, Some(first));
        let padding = longest - len;
        ids.extend(drawn.iter().map(|id| *id as i32).chain(std::iter::repeat_n(0, padding)));
        mask.extend(std::iter::repeat_n(1, len).chain(std::iter::repeat_n(0, padding)));
        types.extend((0..longest).map(|at| i32::from(at >= first && at < len)));
    }
    let fed =
        |name: &str, values| Fed { name: name.to_owned(), shape: vec![ROWS, longest], values: Numbers::Whole(values) };
    let mut all = vec![fed("input_ids", ids), fed("attention_mask", mask)];
    all.extend(has_types.then(|| fed("token_type_ids", types)));
    (Inputs::Tokens(tokens), all)
}
