//! Populations: gradients of whole models, initial weights, taps, and the forward pass without a gradient.

use candle_core::{DType, Device, Tensor, Var};
use stillroom::data::{Dataset, Examples, Scaling};
use stillroom::model::{Initial, Network, Normalisation, Plan, Population};
use stillroom::ops::{Backend, DistillationLoss, MemberLoss};
use stillroom::recipe::Architecture;
use stillroom::rng::Key;

use crate::support::{FORMS, assert_close, check_gradients, flat, random, variable};

const CLASSES: usize = 3;

/// A model of each kind, small, with the shape of its inputs.
fn models() -> [(&'static str, Architecture, Vec<usize>); 4] {
    let mlp = |hidden: &[usize], dropout| Architecture::Mlp { hidden: hidden.to_vec(), dropout };
    [
        ("linear", mlp(&[], 0.0), vec![4]),
        ("MLP", mlp(&[6, 5], 0.0), vec![1, 2, 2]),
        ("MLP with dropout", mlp(&[6, 5], 0.4), vec![4]),
        ("CNN", Architecture::Cnn { channels: vec![2, 3], dense: vec![4], dropout: 0.25 }, vec![2, 7, 5]),
    ]
}

fn population(architecture: &Architecture, input: &[usize], seeds: &[u64], dtype: DType) -> Population {
    let plan = Plan::new(architecture, input, CLASSES).unwrap();
    let width: usize = input.iter().product();
    let normalisation = Normalisation {
        offset: (0..width).map(|i| i as f32 * 0.01).collect(),
        scale: (0..width).map(|i| 1.0 + i as f32 * 0.02).collect(),
    };
    Population::seeded(plan, normalisation, seeds, dtype, &Device::Cpu).unwrap()
}

fn batched(inputs: usize, batch: usize, input: &[usize]) -> Vec<usize> {
    [&[inputs, batch], input].concat()
}

/// A population with all weights large enough for units of all layers to be used.
fn lively(architecture: &Architecture, input: &[usize], members: usize) -> Population {
    let population = population(architecture, input, &vec![0; members], DType::F64);
    for (i, parameter) in population.parameters().iter().enumerate() {
        parameter.set(&random(20 + i as u64, parameter.dims())).unwrap();
    }
    population
}

#[test]
fn gradients_of_whole_models_are_their_differences() {
    // T, weights, labels and the T² factor differ; the second has an unlabelled row, the third no teacher, the fourth no label.
    let member = |temperature, soft_weight, hard_weight, temperature_squared, target, labels| MemberLoss {
        temperature,
        soft_weight,
        hard_weight,
        temperature_squared,
        target,
        labels,
    };
    let losses = [
        member(Some(2.0), 0.9, 0.1, true, 0, 0),
        member(Some(0.8), 0.6, 0.5, false, 1, 1),
        member(None, 0.0, 1.0, false, 0, 0),
        member(Some(6.0), 1.0, 0.5, true, 2, 2),
    ];
    let keys: Vec<Key> = [3, 4, 5, 6].map(|seed| Key::new(seed).named("dropout")).to_vec();
    for (name, architecture, input) in models() {
        for (inputs, batch) in [(1, 4), (4, 4), (4, 1)] {
            let population = lively(&architecture, &input, 4);
            let x = variable(30, &batched(inputs, batch, &input));
            let targets = candle_nn::ops::softmax(&(random(31, &[3, batch, CLASSES]) * 2.0).unwrap(), 2).unwrap();
            let labels: [Vec<Option<u32>>; 3] = [
                (0..batch as u32).map(|row| Some(row % 3)).collect(),
                (0..batch as u32).map(|row| (row % 2 == 0).then_some(2 - row % 3)).collect(),
                vec![None; batch],
            ];
            let loss = DistillationLoss { members: &losses, targets: Some(&targets), labels: &labels };
            let mut variables: Vec<Var> = population.parameters().to_vec();
            variables.push(x.clone());
            check_gradients(&format!("{name}, {inputs} inputs of {batch} rows"), &variables, &|backend| {
                let output = population.forward(&x, &keys, &[], backend).unwrap();
                loss.forward(&output.logits, backend).unwrap().0
            });
        }
    }
}

#[test]
fn every_parameter_of_every_model_gets_a_gradient() {
    for (name, architecture, input) in models() {
        let population = population(&architecture, &input, &[1, 2], DType::F32);
        let x = random(1, &batched(1, 16, &input)).to_dtype(DType::F32).unwrap();
        let member = MemberLoss {
            temperature: None,
            soft_weight: 0.0,
            hard_weight: 1.0,
            temperature_squared: false,
            target: 0,
            labels: 0,
        };
        let labels = [(0..16).map(|row| Some(row % 3)).collect()];
        let loss = DistillationLoss { members: &[member, member], targets: None, labels: &labels };
        for backend in FORMS {
            let output = population.forward(&x, &[Key::new(1), Key::new(2)], &[], backend).unwrap();
            let gradients = loss.forward(&output.logits, backend).unwrap().0.backward().unwrap();
            for (spec, parameter) in population.spec().parameters().iter().zip(population.parameters()) {
                let gradient = gradients.get(parameter).unwrap_or_else(|| panic!("{name}: {} has none", spec.name));
                assert_eq!(gradient.dims(), parameter.dims());
                for member in 0..2 {
                    let of_member = flat(&gradient.get(member).unwrap());
                    assert!(of_member.iter().any(|g| *g != 0.0), "{name}, {backend:?}: {} of {member}", spec.name);
                    assert!(of_member.iter().all(|g| g.is_finite()));
                }
            }
        }
    }
}

#[test]
fn without_dropout_training_and_use_see_the_same_model() {
    for (name, architecture, input) in models() {
        let population = population(&architecture, &input, &[1, 2, 3], DType::F32);
        let x = random(2, &batched(1, 5, &input)).to_dtype(DType::F32).unwrap();
        let used = flat(&population.logits(&x).unwrap());
        let keys = [1, 2, 3].map(Key::new);
        let trained = flat(&population.forward(&x, &keys, &[], Backend::Native).unwrap().logits);
        let drops = matches!(
            architecture,
            Architecture::Mlp { dropout, .. } | Architecture::Cnn { dropout, .. } if dropout > 0.0
        );
        assert_eq!(used == trained, !drops, "{name}");
        assert!(!population.logits(&x).unwrap().track_op(), "{name}: a use of the model is not recorded");
        // Own inputs that are the same as the shared one.
        let own = x.broadcast_as(batched(3, 5, &input)).unwrap().contiguous().unwrap();
        assert_eq!(flat(&population.logits(&own).unwrap()), used, "{name}");
    }
}

#[test]
fn taps_are_the_outputs_of_the_layers_asked_for() {
    let (_, architecture, input) = models()[1].clone();
    let population = population(&architecture, &input, &[1, 2], DType::F64);
    let x = random(3, &batched(1, 5, &input));
    let keys = [1, 2].map(Key::new);
    for backend in FORMS {
        let output = population.forward(&x, &keys, &["4", "0"], backend).unwrap();
        assert_eq!(output.taps.len(), 2);
        assert_eq!(flat(&output.taps[0]), flat(&output.logits));
        assert_eq!(output.taps[1].dims(), [2, 5, 6]);
        // The second layer by hand, from the first one's output.
        let [w, b] = [2, 3].map(|i| population.parameters()[i].as_tensor());
        let hidden = output.taps[1].matmul(&w.transpose(1, 2).unwrap()).unwrap();
        let hidden = hidden.broadcast_add(&b.unsqueeze(1).unwrap()).unwrap().maximum(0.0).unwrap();
        let second = population.forward(&x, &keys, &["2"], backend).unwrap().taps.remove(0);
        assert_close("second layer", &flat(&second), &flat(&hidden), 1e-12);
        assert!(population.forward(&x, &keys, &["9"], backend).is_err());
    }
}

#[test]
fn initial_weights_depend_on_the_seed_and_the_name_and_are_as_wide_as_they_should_be() {
    let mlp = Architecture::Mlp { hidden: vec![50, 40], dropout: 0.0 };
    let a: &dyn Network = &population(&mlp, &[64], &[7, 8, 7], DType::F32);
    let alone: &dyn Network = &population(&mlp, &[64], &[8], DType::F32);
    for (i, spec) in a.spec().parameters().iter().enumerate() {
        let members: Vec<Vec<f64>> = (0..3).map(|k| flat(&a.member(k).unwrap()[i])).collect();
        assert_eq!(members[0], members[2]);
        assert_ne!(members[0], members[1]);
        assert_eq!(members[1], flat(&alone.member(0).unwrap()[i]));
        // Uniform in ±1/√fan-in has the variance 1 / (3 fan-in).
        let Initial::Uniform(bound) = spec.initial else { panic!("{}: {:?}", spec.name, spec.initial) };
        let fan_in: usize = a.spec().parameters()[i & !1].shape[1..].iter().product();
        assert!((bound - 1.0 / (fan_in as f64).sqrt()).abs() < 1e-12);
        assert!(members[0].iter().all(|w| w.abs() <= bound));
        if members[0].len() > 1000 {
            let variance = members[0].iter().map(|w| w * w).sum::<f64>() / members[0].len() as f64;
            assert!((variance * 3.0 / (bound * bound) - 1.0).abs() < 0.1, "{}: {variance}", spec.name);
        }
    }
    let weights = a.member(0).unwrap();
    assert_ne!(flat(&weights[2])[..40], flat(&weights[4])[..40]);
}

#[test]
fn normalisation_is_by_feature_or_by_pixel() {
    let examples = Examples::Features {
        rows: 4,
        width: 3,
        values: vec![1.0, 5.0, 0.0, 2.0, 5.0, 0.0, 3.0, 5.0, 6.0, 99.0, 99.0, 99.0],
    };
    let classes = || vec!["a".to_owned(), "b".to_owned()];
    let dataset = Dataset::new("rows".to_owned(), classes(), examples, vec![0, 1, 0, 1]);
    let inputs = dataset.gather(&[0, 1, 2]);
    // The last row is not learnt from, so it counts for nothing.
    let normalisation = Normalisation::of(&dataset, &[0, 1, 2]);
    // Means 2, 5, 2; deviations √(2/3), 0, √8. The constant feature becomes 0.
    let x = Tensor::from_slice(inputs.values(), (1, 3, 3), &Device::Cpu).unwrap();
    let (a, b) = (1.5_f64.sqrt(), 8.0_f64.sqrt());
    let expected = [-a, 0.0, -2.0 / b, 0.0, 0.0, -2.0 / b, a, 0.0, 4.0 / b];
    assert_close("features", &flat(&normalisation.apply(&x).unwrap()), &expected, 1e-6);
    let pixels = Normalisation::of_pixels(255.0);
    let x = Tensor::new(&[[[0.0_f32, 51.0, 255.0]]], &Device::Cpu).unwrap();
    assert_close("pixels", &flat(&pixels.apply(&x).unwrap()), &[0.0, 0.2, 1.0], 1e-6);

    // ImageNet's mean and deviation, a channel each, act on pixels of 0…1.
    let values = vec![0, 255, 51, 102, 255, 255];
    let examples = Examples::Pixels { rows: 1, channels: 3, height: 1, width: 2, values };
    let scaling = Scaling::Pixels { mean: vec![0.485, 0.456, 0.406], std: vec![0.229, 0.224, 0.225] };
    let dataset =
        Dataset { scaling, pixel_scale: Some(255.0), ..Dataset::new("p".to_owned(), classes(), examples, vec![0]) };
    let normalisation = Normalisation::of(&dataset, &[0]);
    let x = Tensor::from_slice(dataset.gather(&[0]).values(), (1, 1, 3, 1, 2), &Device::Cpu).unwrap();
    let expected = [-0.485 / 0.229, 0.515 / 0.229, -0.256 / 0.224, -0.056 / 0.224, 0.594 / 0.225, 0.594 / 0.225];
    assert_close("channels", &flat(&normalisation.apply(&x).unwrap()), &expected, 1e-5);
}
