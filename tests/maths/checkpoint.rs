//! Checkpoints: what is written comes back, and no bytes make the reader panic.

use std::collections::HashMap;

use candle_core::{DType, Device};
use proptest::prelude::*;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use stillroom::data::Inputs;
use stillroom::model::{Checkpoint, CheckpointError, Network, Normalisation, Plan, Population};
use stillroom::recipe::{Architecture, QUICKSTART};

use crate::support::{bits, draw, flat};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn of(architecture: &Architecture, input: &[usize]) -> (Population, Checkpoint) {
    let plan = Plan::new(architecture, input, 3).unwrap();
    let normalisation = Normalisation { offset: vec![0.5], scale: vec![0.1] };
    let population = Population::seeded(plan, normalisation, &[1, 2], DType::F32, &Device::Cpu).unwrap();
    let recipe = QUICKSTART.recipe().unwrap();
    let rows = vec![7, u64::MAX, 0];
    let checkpoint =
        Checkpoint::of_member(&population, 1, names(&["cat", "dog", "猫"]), None, rows, recipe, "engine".to_owned())
            .unwrap();
    (population, checkpoint)
}

fn mlp() -> (Population, Checkpoint) {
    of(&Architecture::Mlp { hidden: vec![5, 4], dropout: 0.5 }, &[1, 2, 3])
}

fn cnn() -> (Population, Checkpoint) {
    of(&Architecture::Cnn { channels: vec![2, 3], dense: vec![4], dropout: 0.0 }, &[1, 5, 4])
}

#[test]
fn a_checkpoint_comes_back_and_computes_the_same_logits() {
    for (population, checkpoint) in [mlp(), cnn()] {
        assert_eq!(checkpoint.rows, [0, 7, u64::MAX]);
        let bytes = checkpoint.to_bytes().unwrap();
        assert_eq!(checkpoint.to_bytes().unwrap(), bytes, "the same bytes each time");
        let back = Checkpoint::from_bytes("a file", &bytes).unwrap();
        assert_eq!(back, checkpoint);
        let shape = &population.spec().plan.input;
        let values = draw(1, 6 * shape.iter().product::<usize>()).into_iter().map(|x| x as f32).collect();
        let x = Inputs::new(shape, values);
        let population: &dyn Network = &population;
        let expected = flat(&population.logits(&[&x]).unwrap().get(1).unwrap());
        assert_eq!(flat(&back.network(&Device::Cpu).unwrap().logits(&[&x]).unwrap()), expected);
    }
}

#[test]
fn tensors_have_the_names_and_shapes_of_a_pytorch_sequential() {
    let listing = |checkpoint: &Checkpoint| {
        let bytes = checkpoint.to_bytes().unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut list: Vec<(String, Vec<usize>)> =
            file.tensors().into_iter().map(|(name, view)| (name, view.shape().to_vec())).collect();
        list.sort();
        list
    };
    let expected = |list: &[(&str, &[usize])]| -> Vec<(String, Vec<usize>)> {
        list.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())).collect()
    };
    // Linear, ReLU, Dropout, Linear, ReLU, Dropout, Linear.
    assert_eq!(
        listing(&mlp().1),
        expected(&[
            ("0.bias", &[5]),
            ("0.weight", &[5, 6]),
            ("3.bias", &[4]),
            ("3.weight", &[4, 5]),
            ("6.bias", &[3]),
            ("6.weight", &[3, 4]),
        ])
    );
    // Conv2d, ReLU, MaxPool2d, Conv2d, ReLU, MaxPool2d, Flatten, Linear, ReLU, Linear.
    assert_eq!(
        listing(&cnn().1),
        expected(&[
            ("0.bias", &[2]),
            ("0.weight", &[2, 1, 3, 3]),
            ("3.bias", &[3]),
            ("3.weight", &[3, 2, 3, 3]),
            ("7.bias", &[4]),
            ("7.weight", &[4, 3]),
            ("9.bias", &[3]),
            ("9.weight", &[3, 4]),
        ])
    );
}

#[test]
fn classes_are_matched_by_name() {
    let (_, checkpoint) = mlp();
    let places = |shape: &[usize], classes: &[&str]| checkpoint.indices_of("f", shape, &names(classes));
    assert_eq!(places(&[1, 2, 3], &["猫", "cat", "dog"]).unwrap(), [2, 0, 1]);
    // An MLP does not mind how its inputs are arranged.
    assert_eq!(places(&[6], &["cat", "dog", "猫"]).unwrap(), [0, 1, 2]);
    assert!(matches!(places(&[7], &["cat", "dog", "猫"]), Err(CheckpointError::Shape { .. })));
    assert!(matches!(
        cnn().1.indices_of("f", &[20], &names(&["cat", "dog", "猫"])),
        Err(CheckpointError::Shape { .. })
    ));
    let Err(CheckpointError::Classes { problem, .. }) = places(&[6], &["cat", "cow", "猫"]) else { panic!() };
    assert_eq!(problem.to_string(), "the model does not know cow; the data does not have dog");
    assert!(places(&[6], &["cat", "dog"]).is_err());
    assert!(places(&[6], &["cat", "dog", "猫", "emu"]).is_err());
}

/// A file like a checkpoint, with metadata and tensors of one's choice.
fn forged(metadata: &str, tensors: &[(&str, &[usize])]) -> Vec<u8> {
    let zeros = vec![0_u8; 1 << 12];
    let views = tensors.iter().map(|(name, shape)| {
        let len = 4 * shape.iter().product::<usize>();
        ((*name).to_owned(), TensorView::new(Dtype::F32, shape.to_vec(), &zeros[..len]).unwrap())
    });
    let entries = HashMap::from([("stillroom".to_owned(), metadata.to_owned())]);
    safetensors::serialize(views, Some(entries)).unwrap()
}

fn metadata(architecture: &str, input: &str, classes: &str) -> String {
    format!(
        r#"{{"format":1,"architecture":{architecture},"input":{input},"classes":{classes},"normalisation":{{"offset":[0.0],"scale":[1.0]}},"rows":"","recipe":null,"engine":""}}"#
    )
}

const LINEAR: &str = r#"{"mlp":{"hidden":[],"dropout":0.0}}"#;

fn read(bytes: &[u8]) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::from_bytes("f.safetensors", bytes)
}

#[test]
fn metadata_that_lie_are_refused() {
    let tensors: [(&str, &[usize]); 2] = [("0.weight", &[2, 4]), ("0.bias", &[2])];
    let good = forged(&metadata(LINEAR, "[4]", r#"["a","b"]"#), &tensors);
    assert!(read(&good).is_ok());
    let huge = [
        // Each of these overflows some product of sides.
        (r#"{"mlp":{"hidden":[4294967296,4294967296],"dropout":0.0}}"#, "[4]"),
        (r#"{"mlp":{"hidden":[18446744073709551615],"dropout":0.0}}"#, "[18446744073709551615]"),
        (LINEAR, "[18446744073709551615,18446744073709551615]"),
        (LINEAR, "[4294967296,4294967296,4294967296]"),
        (r#"{"cnn":{"channels":[4611686018427387904,4],"dense":[],"dropout":0.0}}"#, "[1,8,8]"),
        (r#"{"cnn":{"channels":[4611686018427387904],"dense":[],"dropout":0.0}}"#, "[1,8,8]"),
        (r#"{"cnn":{"channels":[2],"dense":[],"dropout":0.0}}"#, "[18446744073709551615,8,8]"),
        (r#"{"cnn":{"channels":[2],"dense":[],"dropout":0.0}}"#, "[1,18446744073709551615,18446744073709551615]"),
        (r#"{"cnn":{"channels":[],"dense":[],"dropout":0.0}}"#, "[0,0,0]"),
    ];
    for (architecture, input) in huge {
        let refused = read(&forged(&metadata(architecture, input, r#"["a","b"]"#), &tensors));
        assert!(matches!(refused, Err(CheckpointError::Metadata { .. })), "{architecture} {input}: {refused:?}");
    }
    // Many layers, each of its own size.
    let deep = format!(r#"{{"cnn":{{"channels":{:?},"dense":[],"dropout":0.0}}}}"#, vec![1; 100]);
    assert!(read(&forged(&metadata(&deep, "[1,8,8]", r#"["a","b"]"#), &tensors)).is_err());
    let wrong = |metadata: String| {
        let refused = read(&forged(&metadata, &tensors));
        assert!(matches!(refused, Err(CheckpointError::Metadata { .. })), "{metadata}: {refused:?}");
    };
    wrong(metadata(LINEAR, "[4]", r#"["a","a"]"#));
    wrong(metadata(r#"{"mlp":{"hidden":[],"dropout":1.0}}"#, "[4]", r#"["a","b"]"#));
    wrong(metadata(r#"{"mlp":{"hidden":[],"dropout":-3.0}}"#, "[4]", r#"["a","b"]"#));
    wrong(metadata(r#"{"mlp":{"hidden":[0],"dropout":0.0}}"#, "[4]", r#"["a","b"]"#));
    wrong(metadata(LINEAR, "[4]", "[]"));
    wrong(metadata(LINEAR, "[4]", r#"["a","b"]"#).replace("[1.0]", "[1.0,1.0]"));
    wrong(metadata(LINEAR, "[4]", r#"["a","b"]"#).replace("\"format\":1", "\"format\":3"));
    wrong(metadata(LINEAR, "[4]", r#"["a","b"]"#).replace(r#""rows":"""#, r#""rows":"?""#));
    wrong("[".repeat(100_000));
    // Tensors of other shapes, and none.
    let other: [(&str, &[usize]); 2] = [("0.weight", &[4, 2]), ("0.bias", &[2])];
    let refused = read(&forged(&metadata(LINEAR, "[4]", r#"["a","b"]"#), &other));
    assert!(matches!(refused, Err(CheckpointError::Tensor { ref name, .. }) if name == "0.weight"), "{refused:?}");
    let refused = read(&forged(&metadata(LINEAR, "[4]", r#"["a","b"]"#), &tensors[..1]));
    assert!(matches!(refused, Err(CheckpointError::Tensor { ref name, .. }) if name == "0.bias"), "{refused:?}");
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    let (_, mut checkpoint) = mlp();
    checkpoint.weights[2][1] = f32::NAN;
    let refused = read(&checkpoint.to_bytes().unwrap());
    assert!(matches!(refused, Err(CheckpointError::Tensor { ref name, .. }) if name == "3.weight"), "{refused:?}");
}

#[test]
fn every_file_that_is_cut_short_is_refused() {
    let bytes = mlp().1.to_bytes().unwrap();
    for len in 0..bytes.len() {
        let refused = read(&bytes[..len]);
        assert!(matches!(refused, Err(CheckpointError::NotSafetensors { .. })), "{len}: {refused:?}");
    }
    assert_eq!(read(&[]).unwrap_err().code(), "checkpoint-not-safetensors");
    assert!(read(&[&bytes[..], &[0]].concat()).is_err(), "a byte too many");
}

#[test]
fn a_header_that_claims_more_than_there_is_is_refused() {
    let with_header = |header: &str| {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes
    };
    for header in [
        r#"{"0.weight":{"dtype":"F32","shape":[18446744073709551615,18446744073709551615],"data_offsets":[0,4]}}"#,
        r#"{"0.weight":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}"#,
        r#"{"0.weight":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        r#"{"0.weight":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
        "{}",
        "",
    ] {
        assert!(read(&with_header(header)).is_err(), "{header}");
    }
    for claim in [u64::MAX, u64::MAX / 2, 1 << 40, 0] {
        assert!(read(&claim.to_le_bytes()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn flipped_bits_never_panic_and_never_give_numbers_that_are_not_finite(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..5),
        convolutional in any::<bool>(),
    ) {
        let mut bytes = if convolutional { cnn() } else { mlp() }.1.to_bytes().unwrap();
        for (index, bit) in flips {
            let at = index.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        if let Ok(checkpoint) = read(&bytes) {
            prop_assert!(checkpoint.weights.iter().flatten().all(|w| w.is_finite()));
            // What is read can be used and written again.
            checkpoint.network(&Device::Cpu).unwrap();
            let again = read(&checkpoint.to_bytes().unwrap()).unwrap();
            prop_assert!(again.weights.iter().map(|w| bits(w)).eq(checkpoint.weights.iter().map(|w| bits(w))));
        }
    }

    #[test]
    fn flipped_bits_in_the_header_never_panic(index in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut bytes = mlp().1.to_bytes().unwrap();
        let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        bytes[index.index(header)] ^= 1 << bit;
        if let Ok(checkpoint) = read(&bytes) {
            checkpoint.network(&Device::Cpu).unwrap();
        }
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read(&bytes).is_err());
    }
}
