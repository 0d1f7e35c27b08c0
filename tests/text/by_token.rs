//! Gradient × input by token beside central differences: the vector of a token, a little longer and a little shorter.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor, Var};
use stillroom::data::Inputs;
use stillroom::distill::{leaves_at, uncertainty};
use stillroom::model::{GradientTimesInput, ModelSpec, Network};
use stillroom::ops::Backend;

use crate::networks::{kinds, spec, sure_and_unsure, texts, with_exits};

/// Words that stand once, some that stand twice, and one that nobody knows.
const TEXT: &str = "really good film and a bad plot , 很 good , a";

fn as_f64(network: &dyn Network) -> Box<dyn Network> {
    let parameters = network.parameters().iter().map(|own| own.as_detached_tensor().to_dtype(DType::F64).unwrap());
    network.with_parameters(parameters.collect()).unwrap()
}

/// The same network, in which the vector of a token is `factor` times as long.
fn stretched(network: &dyn Network, id: u32, factor: f64) -> Box<dyn Network> {
    let mut parameters: Vec<Tensor> = network.parameters().iter().map(Var::as_detached_tensor).collect();
    let words = parameters[0].dim(1).unwrap();
    let factors: Vec<f64> = (0..words).map(|word| if word == id as usize { factor } else { 1.0 }).collect();
    let factors = Tensor::from_vec(factors, (1, words, 1), &Device::Cpu).unwrap();
    parameters[0] = parameters[0].broadcast_mul(&factors).unwrap();
    network.with_parameters(parameters).unwrap()
}

fn numbers(logits: &Tensor, member: usize) -> Vec<f64> {
    logits.get(member).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// Holds what is found against the differences of the answer's logit; a token that stands twice moves with all of its places.
fn check(
    what: &str,
    spec: &ModelSpec,
    found: &GradientTimesInput,
    network: &dyn Network,
    logits: impl Fn(&dyn Network) -> Vec<f64>,
) {
    assert!(spec.parameters()[0].name.contains("embedding"), "{what}: {}", spec.parameters()[0].name);
    let said = logits(network);
    assert!(said.iter().all(|logit| *logit <= said[found.class]), "{what}: {said:?} is not {}", found.class);
    let tokens = spec.reads.text().unwrap().encode(&texts(&[TEXT]));
    assert_eq!(found.tokens.len(), tokens.ids.len(), "{what}");
    let mut by_word: BTreeMap<u32, f64> = BTreeMap::new();
    for (id, value) in tokens.ids.iter().zip(&found.tokens) {
        *by_word.entry(*id).or_default() += f64::from(*value);
    }
    assert!(by_word.len() > 5 && by_word.len() < tokens.ids.len(), "{what}: {by_word:?}");
    let most = found.tokens.iter().fold(0.0_f64, |most, value| most.max(f64::from(value.abs())));
    assert!(most > 0.0, "{what}");
    for (id, value) in by_word {
        let step = 1e-4;
        let [more, less] = [1.0 + step, 1.0 - step].map(|by| logits(&*stretched(network, id, by))[found.class]);
        let expected = (more - less) / (2.0 * step);
        assert!((value - expected).abs() <= 1e-5 * most, "{what}, token {id}: {value:e} is not {expected:e}");
    }
}

#[test]
fn it_is_the_derivative_of_the_answers_logit() {
    let inputs = Inputs::Text(texts(&[TEXT]));
    for layers in kinds() {
        let spec = spec(&layers, 0.4);
        let network = as_f64(&*spec.seeded(&[3, 4], &Device::Cpu).unwrap());
        for member in 0..2 {
            let found = network.gradient_times_input(member, &inputs, Backend::Native).unwrap();
            let logits = |network: &dyn Network| numbers(&network.logits(&[&inputs]).unwrap(), member);
            check(&format!("{layers:?}, member {member}"), &spec, &found, &*network, logits);
        }
    }
}

#[test]
fn of_a_text_that_leaves_early_it_is_that_exits() {
    let inputs = Inputs::Text(texts(&[TEXT]));
    let mut left = Vec::new();
    for speed in [0.0, 0.5, 0.95, 1.0] {
        let spec = with_exits(speed);
        let network = as_f64(&*sure_and_unsure(&spec, &[3, 4]));
        for member in 0..2 {
            let found = network.gradient_times_input(member, &inputs, Backend::Native).unwrap();
            let exits = |network: &dyn Network| -> Vec<Vec<f64>> {
                let said = network.exits(&network.recorded(&[]), &[&inputs], Backend::Native).unwrap();
                said.iter().map(|logits| numbers(logits, member)).collect()
            };
            let unsure = exits(&*network)
                .into_iter()
                .take(3)
                .map(|logits| uncertainty(&logits.into_iter().map(|logit| logit as f32).collect::<Vec<_>>()));
            let exit = leaves_at(unsure.collect::<Vec<_>>().into_iter(), speed);
            left.push(exit);
            let logits = |network: &dyn Network| exits(network).swap_remove(exit);
            check(&format!("speed {speed}, exit {exit}, member {member}"), &spec, &found, &*network, logits);
        }
    }
    assert!(left.contains(&0) && left.contains(&3), "{left:?}");
}

#[test]
fn both_forms_agree_and_what_cannot_be_asked_is_said() {
    let inputs = Inputs::Text(texts(&[TEXT]));
    for layers in kinds() {
        let network = spec(&layers, 0.0).seeded(&[5], &Device::Cpu).unwrap();
        let [native, composed] = [Backend::Native, Backend::Candle]
            .map(|backend| network.gradient_times_input(0, &inputs, backend).unwrap());
        assert_eq!(native.class, composed.class);
        let most = native.tokens.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        for (a, b) in native.tokens.iter().zip(&composed.tokens) {
            assert!((a - b).abs() <= 2e-5 * most, "{layers:?}: {a:e} is not {b:e} of {most:e}");
        }
        assert!(network.gradient_times_input(1, &inputs, Backend::Native).is_err());
        let two = Inputs::Text(texts(&[TEXT, TEXT]));
        assert!(network.gradient_times_input(0, &two, Backend::Native).is_err());
    }
}
