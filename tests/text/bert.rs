//! A pre-trained folder beside the numbers that transformers computes for it; `fixtures.py` made both. The same for any folder:
//! `STILLROOM_BERT=FOLDER STILLROOM_BERT_EXPECTED=expected.json cargo test --test text -- a_given_folder`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::{D, Device, IndexOp, Tensor, Var};
use serde::Deserialize;
use stillroom::data::{Inputs, Texts};
use stillroom::model::{Folder, ModelSpec, Network};
use stillroom::ops::Backend;
use stillroom::recipe::{Architecture, Frozen, Pooling};
use stillroom::rng::Key;

#[derive(Deserialize)]
struct Expected {
    rows: Vec<Row>,
    gradients: BTreeMap<String, Gradient>,
}

#[derive(Deserialize)]
struct Row {
    text: Text,
    ids: Vec<u32>,
    means: Vec<Vec<f64>>,
    firsts: Vec<Vec<f64>>,
    #[serde(default)]
    logits: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    One(String),
    Pair([String; 2]),
}

#[derive(Deserialize)]
struct Gradient {
    norm: f64,
    first: Vec<f64>,
}

impl Row {
    fn texts(&self) -> Texts {
        let mut texts = Texts::new(matches!(self.text, Text::Pair(_)));
        match &self.text {
            Text::One(text) => texts.push(text, None),
            Text::Pair([first, second]) => texts.push(first, Some(second)),
        }
        texts
    }
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text/fixtures/bert")
}

fn spec(folder: &Folder, pooling: Pooling, classes: usize) -> ModelSpec {
    let architecture = Architecture::Bert {
        folder: PathBuf::new(),
        layers: None,
        pooling: Some(pooling),
        frozen: Frozen::Nothing,
        dropout: Some(0.0),
        length: 512,
    };
    folder.spec(&architecture, classes).unwrap()
}

fn flat(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(candle_core::DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn largest_difference(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    // f64::max would pass over NaN.
    found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |most, d| if d > most || d.is_nan() { d } else { most })
}

/// Every layer's hidden states, by their mean over tokens and by their first token, in each form.
fn check_states(folder: &Folder, expected: &Expected, tolerance: f64) {
    for pooling in [Pooling::Mean, Pooling::Cls] {
        let spec = spec(folder, pooling, 2);
        let layers: Vec<String> = spec.layers().into_iter().map(|layer| layer.name).collect();
        let network = spec.seeded(&[0], &Device::Cpu).unwrap();
        let encoder = spec.reads.text().unwrap();
        for row in &expected.rows {
            let texts = row.texts();
            assert_eq!(encoder.encode(&texts).ids, row.ids, "tokens");
            let taps: Vec<&str> = layers.iter().map(String::as_str).collect();
            for backend in [Backend::Native, Backend::Candle] {
                let parameters: Vec<Tensor> = network.parameters().iter().map(Var::as_detached_tensor).collect();
                let output = network.pass(&parameters, &[&Inputs::Text(texts.clone())], None, &taps, backend).unwrap();
                let said = if pooling == Pooling::Mean { &row.means } else { &row.firsts };
                for (layer, (tap, said)) in output.taps.iter().zip(said).enumerate() {
                    let off = largest_difference(&flat(tap), said);
                    assert!(off <= tolerance, "layer {layer}, {pooling:?}, {backend:?}: off by {off:e}");
                }
            }
        }
    }
}

/// Cross-entropy of all rows, classes in turn, and its gradients by name.
fn gradients(
    network: &dyn Network,
    expected: &Expected,
    loss: impl Fn(&Tensor, usize) -> Tensor,
) -> BTreeMap<String, Vec<f64>> {
    // Pairs and single texts stand in no batch together: their losses are summed.
    let keys = [Key::new(0)];
    let specs = network.spec().parameters();
    let mut sums: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let table = specs.iter().position(|spec| spec.name.ends_with("word_embeddings.weight")).unwrap();
    for (index, row) in expected.rows.iter().enumerate() {
        let layers: Vec<String> = network.layers().into_iter().map(|layer| layer.name).collect();
        let last = [layers.last().unwrap().as_str()];
        let output = network.forward(&[&Inputs::Text(row.texts())], &keys, &last, Backend::Native).unwrap();
        let asked = if row.logits.is_empty() { &output.taps[0] } else { &output.logits };
        let loss = (loss(asked, index) * (1.0 / expected.rows.len() as f64)).unwrap();
        let store = loss.backward().unwrap();
        for (at, (spec, parameter)) in specs.iter().zip(network.parameters()).enumerate() {
            let width = spec.shape.last().copied().unwrap_or(1);
            let found = match (at == table, output.rows.first()) {
                (true, Some(used)) => {
                    let mut whole = vec![0.0; spec.len()];
                    let own = flat(store.get(&used.values).unwrap());
                    for (id, row) in used.ids[0].iter().zip(own.chunks_exact(width)) {
                        whole[*id as usize * width..][..width].copy_from_slice(row);
                    }
                    whole
                }
                _ => match store.get(parameter) {
                    Some(gradient) => flat(gradient),
                    None => continue,
                },
            };
            let sum = sums.entry(spec.name.clone()).or_insert_with(|| vec![0.0; found.len()]);
            sum.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
        }
    }
    let used = sums.get_mut(&specs[table].name).unwrap();
    let width = specs[table].shape[1];
    *used = used.chunks_exact(width).filter(|row| row.iter().any(|x| *x != 0.0)).flatten().copied().collect();
    sums
}

fn check_gradients(found: &BTreeMap<String, Vec<f64>>, expected: &Expected, tolerance: f64) {
    let mut compared = 0;
    for (name, expected) in &expected.gradients {
        let Some(found) = found.get(name) else { continue };
        let norm = found.iter().map(|x| x * x).sum::<f64>().sqrt();
        // The gradient by a key's bias is 0 but for rounding: attention does not change when all scores of a row move together.
        if expected.norm < 1e-6 {
            assert!(norm < 1e-5, "{name}: {norm:e}");
            continue;
        }
        assert!((norm / expected.norm - 1.0).abs() <= tolerance, "{name}: norm {norm:e}, not {:e}", expected.norm);
        let off = largest_difference(&found[..expected.first.len()], &expected.first);
        let size = expected.first.iter().fold(expected.norm / (found.len() as f64).sqrt(), |most, x| most.max(x.abs()));
        assert!(off <= tolerance * size, "{name}: off by {off:e} of {size:e}");
        compared += 1;
    }
    assert!(compared > 20, "only {compared} gradients were compared");
}

fn cross_entropy(logits: &Tensor, class: usize) -> Tensor {
    let logits = logits.i(0).unwrap();
    let log = candle_nn::ops::log_softmax(&logits, D::Minus1).unwrap();
    log.i((0, class % log.dim(1).unwrap())).unwrap().neg().unwrap()
}

#[test]
fn a_small_bert_says_what_transformers_says() {
    let expected: Expected =
        serde_json::from_str(&std::fs::read_to_string(fixture().join("expected.json")).unwrap()).unwrap();
    let folder = Folder::read(&fixture()).unwrap();
    check_states(&folder, &expected, 1e-5);
    // With its classes it is a finished model.
    let checkpoint = folder.finished().unwrap();
    assert_eq!(checkpoint.classes, ["bad", "good", "neither"]);
    let network = checkpoint.network(&Device::Cpu).unwrap();
    for row in &expected.rows {
        let logits = network.logits(&[&Inputs::Text(row.texts())]).unwrap();
        let off = largest_difference(&flat(&logits), &row.logits);
        assert!(off < 1e-5, "logits off by {off:e}");
    }
    let without_dropout = spec(&folder, Pooling::Cls, 3);
    let weights = network.parameters().iter().map(Var::as_detached_tensor).collect();
    let network = without_dropout.with_parameters(weights).unwrap();
    check_gradients(&gradients(&*network, &expected, cross_entropy), &expected, 1e-3);
}

#[test]
fn a_given_folder_says_what_transformers_says() {
    let (Ok(folder), Ok(expected)) = (std::env::var("STILLROOM_BERT"), std::env::var("STILLROOM_BERT_EXPECTED")) else {
        return;
    };
    let expected: Expected = serde_json::from_str(&std::fs::read_to_string(expected).unwrap()).unwrap();
    let folder = Folder::read(Path::new(&folder)).unwrap();
    check_states(&folder, &expected, 1e-4);
    let network = spec(&folder, Pooling::Mean, 2).seeded(&[0], &Device::Cpu).unwrap();
    let weighted = |mean: &Tensor, _| {
        let width = mean.dim(2).unwrap();
        let weights: Vec<f32> = (0..width).map(|i| -1.0 + 2.0 * i as f32 / (width - 1) as f32).collect();
        let weights = Tensor::from_vec(weights, (1, 1, width), &Device::Cpu).unwrap();
        mean.broadcast_mul(&weights).unwrap().sum_all().unwrap()
    };
    check_gradients(&gradients(&*network, &expected, weighted), &expected, 1e-3);
}
