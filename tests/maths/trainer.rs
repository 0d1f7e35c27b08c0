//! The fused training step against autograd in f64.

use candle_core::{DType, Device, Tensor};
use stillroom::data::Inputs;
use stillroom::model::{FusedStep as _, Network as _, Normalisation, Plan, Population, Trainer};
use stillroom::ops::{Backend, Clip, FusedOptimiser, MemberRate, Rule};
use stillroom::recipe::Architecture;
use stillroom::rng::Key;

use crate::support::{assert_close, draw, flat, on_threads, random};

const MEMBERS: usize = 4;
const CLASSES: usize = 5;

fn population(architecture: &Architecture, shape: &[usize], dtype: DType) -> Population {
    let plan = Plan::new(architecture, shape, CLASSES).unwrap();
    let len = shape.iter().product();
    let offset: Vec<f32> = draw(5, len).into_iter().map(|x| x as f32).collect();
    let normalisation = Normalisation { scale: offset.iter().map(|x| x + 2.0).collect(), offset };
    let normalisation = if len % 2 == 0 { normalisation } else { Normalisation::of_pixels(0.5) };
    Population::seeded(plan, normalisation, &[0, 1, 2, 3], dtype, &Device::Cpu).unwrap()
}

fn inputs(shape: &[usize], count: usize, batch: usize) -> Vec<Inputs> {
    let len: usize = shape.iter().product();
    let one = |seed: usize| {
        let values = draw(seed as u64, batch * len).into_iter().map(|x| x as f32).collect();
        Inputs::new(shape, values)
    };
    (0..count).map(one).collect()
}

/// Logits, and the gradient of each parameter by Σ logits · `outer`, by the first moments of an optimiser that only copies.
fn fused(
    architecture: &Architecture,
    shape: &[usize],
    inputs: &[Inputs],
    outer: &Tensor,
    clip: Clip,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let population = population(architecture, shape, DType::F32);
    let mut trainer = Trainer::new(population.spec(), population.parameters()).unwrap();
    let parameters = population.parameters().iter().map(|parameter| (parameter.clone(), true)).collect();
    let mut optimiser = FusedOptimiser::new(Rule::Sgd { momentum: 0.0 }, clip, Backend::Native, parameters).unwrap();
    let keys: Vec<Key> = (0..MEMBERS as u64).map(Key::new).collect();
    let logits = trainer.forward(population.parameters(), &inputs.iter().collect::<Vec<_>>(), &keys).unwrap();
    let rate = MemberRate { learning_rate: 0.0, weight_decay: 0.0, active: true };
    let outer = outer.to_dtype(DType::F32).unwrap();
    trainer.backward(&mut optimiser, &outer, &[rate; MEMBERS]).unwrap();
    let gradients = optimiser.state().1.map(|moments| flat(&moments[0])).collect();
    (flat(&logits), gradients)
}

#[test]
fn the_fused_step_is_that_of_autograd() {
    let mlp = |hidden: &[usize], dropout| Architecture::Mlp { hidden: hidden.to_vec(), dropout };
    let cnn = |channels: &[usize], dense: &[usize], dropout| Architecture::Cnn {
        channels: channels.to_vec(),
        dense: dense.to_vec(),
        dropout,
    };
    let cases: [(&[usize], Architecture); 9] = [
        (&[7], mlp(&[], 0.0)),
        (&[20], mlp(&[1], 0.0)),
        (&[70], mlp(&[33, 17], 0.25)),
        (&[1, 5, 5], mlp(&[130], 0.0)),
        (&[1, 8, 8], cnn(&[4, 6], &[10], 0.0)),
        (&[3, 9, 7], cnn(&[5], &[], 0.0)),
        (&[1, 28, 28], cnn(&[2, 3, 4], &[9, 8], 0.3)),
        (&[2, 2, 3], cnn(&[7], &[3], 0.0)),
        (&[1, 17, 34], cnn(&[3, 2], &[4], 0.0)),
    ];
    for (shape, architecture) in &cases {
        for (batch, count) in [(1, 1), (9, 2), (16, 4), (37, 1)] {
            let inputs = inputs(shape, count, batch);
            let outer = random(77, &[MEMBERS, batch, CLASSES]);
            let reference = population(architecture, shape, DType::F64);
            let mut x_shape = vec![count, batch];
            x_shape.extend_from_slice(shape);
            let values: Vec<f64> = inputs.iter().flat_map(Inputs::values).map(|x| f64::from(*x)).collect();
            let x = Tensor::from_vec(values, x_shape, &Device::Cpu).unwrap();
            let keys: Vec<Key> = (0..MEMBERS as u64).map(Key::new).collect();
            let logits = reference.forward(&x, &keys, &[], Backend::Native).unwrap().logits;
            let store = (&logits * &outer).unwrap().sum_all().unwrap().backward().unwrap();
            let expected: Vec<Vec<f64>> = reference.parameters().iter().map(|p| flat(store.get(p).unwrap())).collect();

            let what = format!("{architecture} on {shape:?}, batch {batch}, {count} inputs");
            let (found, gradients) = fused(architecture, shape, &inputs, &outer, Clip::Never);
            assert_close(&what, &found, &flat(&logits), 1e-5);
            for (place, (found, expected)) in gradients.iter().zip(&expected).enumerate() {
                assert_close(&format!("{what}, parameter {place}"), found, expected, 2e-5);
            }

            // Clipped, each member's by its own norm.
            let part = |g: &[f64], k: usize| g[k * g.len() / MEMBERS..(k + 1) * g.len() / MEMBERS].to_vec();
            let square = |k: usize| -> f64 { expected.iter().flat_map(|g| part(g, k)).map(|g| g * g).sum() };
            let limit = 0.9 * square(1).sqrt();
            let clipped = fused(architecture, shape, &inputs, &outer, Clip::Norm(limit)).1;
            for (found, expected) in clipped.iter().zip(&expected) {
                for k in 0..MEMBERS {
                    let scale = (limit / square(k).sqrt()).min(1.0);
                    let expected: Vec<f64> = part(expected, k).into_iter().map(|g| g * scale).collect();
                    assert_close(&format!("{what}, clipped"), &part(found, k), &expected, 5e-5);
                }
            }
        }
    }
}

#[test]
fn the_fused_step_has_the_same_bits_on_any_number_of_threads() {
    let large = Architecture::Mlp { hidden: vec![300, 200], dropout: 0.1 };
    let images = Architecture::Cnn { channels: vec![16, 20], dense: vec![64], dropout: 0.0 };
    for (shape, architecture) in [(&[784][..], &large), (&[1, 28, 28], &images)] {
        for clip in [Clip::Never, Clip::Norm(0.1)] {
            let inputs = inputs(shape, 2, 128);
            let outer = random(78, &[MEMBERS, 128, CLASSES]);
            let run = |threads: usize| on_threads(threads, || fused(architecture, shape, &inputs, &outer, clip));
            let expected = run(1);
            for threads in [2, 3, 8] {
                assert!(run(threads) == expected, "{architecture} on {threads} threads");
            }
        }
    }
}

#[test]
fn the_fused_step_refuses_what_does_not_fit() {
    let architecture = Architecture::Mlp { hidden: vec![3], dropout: 0.0 };
    let population = population(&architecture, &[7], DType::F32);
    let mut trainer = Trainer::new(population.spec(), population.parameters()).unwrap();
    let keys: Vec<Key> = (0..4).map(Key::new).collect();
    let three = inputs(&[7], 3, 2);
    assert!(trainer.forward(population.parameters(), &three.iter().collect::<Vec<_>>(), &keys).is_err());
    assert!(trainer.forward(population.parameters(), &[&inputs(&[8], 1, 2)[0]], &keys).is_err());
    assert!(trainer.forward(population.parameters(), &[&three[0]], &keys[..3]).is_err());
    assert!(trainer.forward(population.parameters(), &[], &keys).is_err());
}
