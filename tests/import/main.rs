//! Models of PyTorch as teachers: what comes in computes what it computed there, and whatever else is in a file is named.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use proptest::prelude::*;
use stillroom::data::Inputs;
use stillroom::model::import::{self, ImportOptions, NamedTensor, StateDict, Values};
use stillroom::model::{Checkpoint, CheckpointError};
use stillroom::recipe::{CheckpointFile, PixelRange};

/// What `fixtures.py` computed, in f64.
#[derive(serde::Deserialize)]
struct Expected {
    shape: Vec<usize>,
    inputs: Vec<Vec<f32>>,
    logits: Vec<Vec<f64>>,
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new("tests/import/fixtures").join(name)).unwrap()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn file() -> CheckpointFile {
    PathBuf::from("t.pt").into()
}

fn made(
    dict: &StateDict,
    shape: &[usize],
    file: &CheckpointFile,
) -> Result<(Checkpoint, Vec<String>), CheckpointError> {
    let classes = names(&["ash", "elm", "oak"]);
    let pixel_scale = (shape.len() == 3).then_some(255.0);
    let options = ImportOptions { input: shape, classes: &classes, pixel_scale, file };
    let (checkpoint, notes) = Checkpoint::from_state_dict(dict, &options)?;
    Ok((checkpoint, notes.iter().map(ToString::to_string).collect()))
}

fn logits(checkpoint: &Checkpoint, shape: &[usize], inputs: &[Vec<f32>], scale: f32) -> Vec<f32> {
    let values: Vec<f32> = inputs.iter().flatten().map(|value| value * scale).collect();
    let network = checkpoint.network(&Device::Cpu).unwrap();
    network.logits(&[&Inputs::new(shape, values)]).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn a_model_computes_here_what_it_computed_there() {
    let all: BTreeMap<String, Expected> = serde_json::from_slice(&fixture("expected.json")).unwrap();
    assert!(all.len() >= 14, "{}", all.len());
    for (name, Expected { shape, inputs, logits: expected }) in all {
        let dict = import::read(&name, &fixture(&name)).unwrap_or_else(|error| panic!("{error}"));
        let (checkpoint, notes) = made(&dict, &shape, &file()).unwrap_or_else(|error| panic!("{error}"));
        let pixels = if shape.len() == 3 { 255.0 } else { 1.0 };
        let found = logits(&checkpoint, &shape, &inputs, pixels);
        for (found, expected) in found.iter().zip(expected.iter().flatten()) {
            assert!((f64::from(*found) - expected).abs() < 1e-4, "{name}: {found} is not {expected}");
        }
        assert_eq!(found.len(), 3 * inputs.len());
        assert!(notes[0].contains("ReLU between the layers"), "{notes:?}");
        // It is a checkpoint like any other.
        let again = Checkpoint::from_bytes(&name, &checkpoint.to_bytes().unwrap()).unwrap();
        assert_eq!(again, checkpoint);
    }
}

#[test]
fn what_is_assumed_is_said() {
    let notes = |name: &str, shape: &[usize]| {
        made(&import::read(name, &fixture(name)).unwrap(), shape, &file()).unwrap().1.join("\n")
    };
    let said = notes("norm-by-name.safetensors", &[4]);
    for part in ["`bn1`", "come before the ReLU", "1e-5", "`fc2.weight`", "ash, elm, oak", "values as they are"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(notes("by-sizes.safetensors", &[4]).contains("`zeta.weight`, `alpha.weight`"));
    let said = notes("cnn.pt", &[2, 8, 7]);
    assert!(said.contains("max-pooling after each convolution") && said.contains("pixels from 0 to 1"), "{said}");
}

#[test]
fn inputs_are_scaled_as_the_recipe_says() {
    let dict = import::read("cnn.pt", &fixture("cnn.pt")).unwrap();
    let shape = [2, 8, 7];
    let scaled = |file: CheckpointFile| made(&dict, &shape, &file).unwrap().0.reads.normalisation().unwrap().clone();
    let apply = |file: CheckpointFile| {
        let normalisation = scaled(file);
        let raw = [vec![51.0_f32; 56], vec![255.0; 56]].concat();
        let x = Tensor::from_vec(raw, &[1, 1, 2, 8, 7], &Device::Cpu).unwrap();
        let y: Vec<f32> = normalisation.apply(&x).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        assert!(y[..56].iter().all(|v| (v - y[0]).abs() < 1e-6) && y[56..].iter().all(|v| (v - y[56]).abs() < 1e-6));
        (y[0], y[56])
    };
    let close = |found: (f32, f32), expected: (f32, f32)| {
        assert!((found.0 - expected.0).abs() < 1e-4 && (found.1 - expected.1).abs() < 1e-4, "{found:?} {expected:?}");
    };
    close(apply(file()), (0.2, 1.0));
    close(apply(CheckpointFile { pixels: Some(PixelRange::Byte), ..file() }), (51.0, 255.0));
    close(apply(CheckpointFile { pixels: Some(PixelRange::Symmetric), ..file() }), (-0.6, 1.0));
    let each = CheckpointFile { mean: Some(vec![0.5, 0.25]), std: Some(vec![0.1, 0.5]), ..file() };
    close(apply(each), (-3.0, 1.5));
    let fault = |file: CheckpointFile| made(&dict, &shape, &file).unwrap_err().to_string();
    let three = CheckpointFile { mean: Some(vec![0.5; 3]), std: Some(vec![0.5; 3]), ..file() };
    assert!(fault(three).contains("teacher.mean: has 3 numbers; give one, or one for each of the 2 channels"));
    let two = CheckpointFile { classes: Some(names(&["a", "b"])), ..file() };
    assert!(fault(two).contains("`classifier.1.weight`: gives 3 logits, and teacher.classes names 2"));
    let named = CheckpointFile { classes: Some(names(&["oak", "ash", "elm"])), ..file() };
    let (checkpoint, _) = made(&dict, &shape, &named).unwrap();
    assert_eq!(checkpoint.indices_of("t", &shape, &names(&["ash", "elm", "oak"])).unwrap(), [1, 2, 0]);
}

/// A `state_dict` of tensors with small numbers.
fn dict(tensors: &[(&str, &[usize])]) -> StateDict {
    let tensors = tensors.iter().map(|(name, shape)| {
        let len: usize = shape.iter().product();
        let values = Values::Real((0..len).map(|i| (i % 7) as f32 * 0.1).collect());
        NamedTensor { name: (*name).to_owned(), shape: shape.to_vec(), values }
    });
    StateDict { path: "t.pt".to_owned(), tensors: tensors.collect(), in_order: false }
}

#[test]
fn what_is_not_understood_is_named() {
    let fault =
        |shape: &[usize], tensors: &[(&str, &[usize])], parts: &[&str]| match made(&dict(tensors), shape, &file()) {
            Ok((checkpoint, _)) => panic!("{tensors:?} came in as {}", checkpoint.plan.architecture),
            Err(error) => {
                for part in parts {
                    assert!(error.to_string().contains(part), "{part}: {error}");
                }
            }
        };
    let row: &[usize] = &[4];
    let picture: &[usize] = &[1, 8, 8];
    fault(row, &[("0.weight", &[6, 5]), ("2.weight", &[3, 6])], &["`0.weight`", "takes 5", "has 4"]);
    fault(row, &[("0.weight", &[6, 4]), ("2.weight", &[2, 6])], &["`2.weight`", "2 logits", "3 classes", "ash"]);
    fault(row, &[("0.weight", &[6, 4]), ("2.weight", &[3, 5])], &["`2.weight`", "takes 5", "`0.weight`", "gives 6"]);
    fault(row, &[("0.weight", &[6, 4]), ("1.weight", &[3, 6])], &["`0.weight`", "`1.weight`", "no room for a ReLU"]);
    fault(row, &[("b.weight", &[4, 4]), ("a.weight", &[4, 4]), ("c.weight", &[3, 4])], &["`a.weight`", "`b.weight`"]);
    fault(
        row,
        &[("0.weight", &[6, 4]), ("1.weight", &[6]), ("1.bias", &[6]), ("3.weight", &[3, 6])],
        &["`1.weight`", "LayerNorm"],
    );
    fault(row, &[("rnn.weight_ih_l0", &[6, 4])], &["`rnn.weight_ih_l0`", "recurrent"]);
    fault(row, &[("emb.weight", &[4, 6]), ("fc.weight", &[3, 6])], &["`emb.weight`", "embedding"]);
    fault(row, &[("pos", &[4]), ("fc.weight", &[3, 4])], &["`pos`", "no known layer"]);
    fault(row, &[("0.weight", &[3, 4]), ("0.bias", &[4])], &["`0.bias`", "[4]", "[3]"]);
    fault(picture, &[("0.weight", &[3, 1, 5, 5]), ("4.weight", &[3, 48])], &["`0.weight`", "5×5"]);
    fault(picture, &[("0.weight", &[3, 1, 1, 1]), ("4.weight", &[3, 48])], &["`0.weight`", "1×1"]);
    fault(picture, &[("0.weight", &[3, 1, 5]), ("4.weight", &[3, 48])], &["`0.weight`", "3 axes"]);
    fault(
        picture,
        &[("0.weight", &[1, 3, 3, 3]), ("0.bias", &[3]), ("4.weight", &[3, 48])],
        &["`0.weight`", "transposed"],
    );
    fault(
        picture,
        &[("0.weight", &[3, 1, 3, 3]), ("2.weight", &[4, 3, 3, 3]), ("5.weight", &[3, 16])],
        &["`0.weight`", "strides"],
    );
    fault(
        picture,
        &[("0.weight", &[4, 1, 3, 3]), ("3.weight", &[4, 1, 3, 3]), ("7.weight", &[3, 16])],
        &["`3.weight`", "one group"],
    );
    fault(picture, &[("0.weight", &[3, 1, 3, 3]), ("4.weight", &[3, 192])], &["`4.weight`", "takes 192", "leave 48"]);
    fault(
        picture,
        &[("0.weight", &[3, 3, 3, 3]), ("4.weight", &[3, 48])],
        &["`0.weight`", "takes 3 channels", "have 1"],
    );
    fault(row, &[("0.weight", &[3, 1, 3, 3]), ("4.weight", &[3, 48])], &["`0.weight`", "table with 4 columns"]);
    let norm = |at: &str| ["weight", "bias", "running_mean", "running_var"].map(|part| format!("{at}.{part}"));
    let (bn, three): (_, &[usize]) = (norm("2"), &[3]);
    let mut conv: Vec<(&str, &[usize])> =
        vec![("0.weight", &[3, 1, 3, 3]), ("4.weight", &[4, 3, 3, 3]), ("8.weight", &[3, 16])];
    conv.extend(bn.iter().map(|name| (name.as_str(), three)));
    fault(picture, &conv, &["`2.running_mean`", "`0.weight`", "which of the two"]);
    conv[1].0 = "5.weight";
    conv[2].0 = "9.weight";
    let bn = norm("3");
    conv.splice(3.., bn.iter().map(|name| (name.as_str(), three)));
    fault(picture, &conv, &["`3.running_mean`", "`5.weight`", "padding"]);
    let mut whole = dict(&[("0.weight", &[3, 4])]);
    whole.tensors[0].values = Values::Other("I8".to_owned());
    assert!(made(&whole, row, &file()).unwrap_err().to_string().contains("`0.weight`: holds I8 numbers"));
    whole.tensors[0].values = Values::Real(vec![f32::INFINITY; 12]);
    assert!(made(&whole, row, &file()).unwrap_err().to_string().contains("not finite"));
}

#[test]
fn names_of_many_kinds_come_in() {
    let comes = |tensors: &[(&str, &[usize])], model: &str| {
        let (checkpoint, _) = made(&dict(tensors), &[4], &file()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(checkpoint.plan.architecture.to_string(), model);
    };
    comes(&[("weight", &[3, 4]), ("bias", &[3])], "linear");
    comes(&[("_orig_mod.module.fc1.weight", &[5, 4]), ("_orig_mod.module.head.weight", &[3, 5])], "MLP 5");
    // Ten comes after two; equal sizes are told apart by numbers.
    comes(&[("fc1.weight", &[4, 4]), ("fc10.weight", &[3, 4]), ("fc2.weight", &[4, 4])], "MLP 4–4");
    comes(&[("net.layers.0.weight", &[5, 4]), ("net.layers.1.weight", &[3, 5])], "MLP 5");
    comes(
        &[("classifier.1.weight", &[3, 4]), ("features.0.weight", &[4, 4]), ("features.3.weight", &[4, 4])],
        "MLP 4–4",
    );
}

#[test]
fn other_files_are_said_to_be_what_they_are() {
    let cases: [(&[u8], &str, &str); 12] = [
        (b"", "a.safetensors", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a.safetensors", "git lfs pull"),
        (b"\x89HDF\r\n\x1a\n\0\0\0\0", "a.h5", "Keras"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a.pt", "before version 1.6"),
        (b"\x80\x04\x95\x10\0\0\0\0\0\0\0", "a.pkl", "Python pickle"),
        (b"<!DOCTYPE html><html>", "a.pt", "web page"),
        (b"\x08\x07\x12\x07pytorch", "a.bin", "ONNX"),
        (b"\x0a\x10\x0a\x05graph....", "a.pb", "TensorFlow"),
        (b"PK\x03\x04 cut short", "a.pt", "damaged or cut short"),
        (b"0123456789", "a.pt", "torch.save(model.state_dict()"),
        (b"\x93NUMPY\x01\0v\0", "a.npy", "NumPy"),
        (b"0123456789", "a.safetensors", "not a whole .safetensors file"),
    ];
    for (bytes, path, part) in cases {
        let said = import::read(path, bytes).unwrap_err().to_string();
        assert!(said.starts_with(path) && said.contains(part), "{said}");
        let said = Checkpoint::from_bytes(path, bytes).unwrap_err().to_string();
        assert!(said.contains(part), "{said}");
    }
    let said = import::read("w.pt", &fixture("whole-model.pt")).unwrap_err().to_string();
    assert!(said.contains("my_models.nets.Net") && said.contains("torch.save(model.state_dict()"), "{said}");
    let said = import::read("s.pt", &fixture("script.pt")).unwrap_err().to_string();
    assert!(said.contains("TorchScript") && said.contains("torch.jit.load(\"s.pt\")"), "{said}");
    let cut = fixture("mlp-F32.safetensors");
    let said = import::read("c.safetensors", &cut[..cut.len() - 4]).unwrap_err().to_string();
    assert!(said.contains("bytes long, which is not what its header says"), "{said}");
    assert_eq!(Checkpoint::from_bytes("t.pt", &fixture("cnn.pt")).unwrap_err().code(), "checkpoint-no-metadata");
}

/// A safetensors header whose length looks like the start of a pickle is no pickle.
#[test]
fn the_length_of_a_header_is_not_taken_for_another_kind() {
    let fixed = fixture("mlp-F32.safetensors");
    let header = u64::from_le_bytes(fixed[..8].try_into().unwrap()) as usize;
    let mut bytes = 0x0280_u64.to_le_bytes().to_vec();
    bytes.extend(&fixed[8..8 + header]);
    bytes.resize(8 + 0x0280, b' ');
    bytes.extend(&fixed[8 + header..]);
    assert_eq!(import::read("t", &bytes).unwrap().tensors, import::read("t", &fixed).unwrap().tensors);
}

/// Stored entries of a zip archive, with checksums that are right whatever is in them.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in entries {
        writer.start_file(*name, options).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn entry(archive: &[u8], name: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name(name).unwrap(), &mut bytes).unwrap();
    bytes
}

/// What comes out of a file is no more than a fixed multiple of it.
fn is_bounded(bytes: &[u8]) {
    let Ok(dict) = import::read("t.pt", bytes) else { return };
    let numbers = dict.tensors.iter().map(|tensor| match &tensor.values {
        Values::Real(values) => values.len(),
        Values::Other(_) => 0,
    });
    assert!(4 * numbers.sum::<usize>() <= 16 * bytes.len() + (1 << 16));
    made(&dict, &[4], &file()).ok();
}

#[test]
fn pickles_that_multiply_are_refused() {
    // A long name that is kept once and made an object of again and again; pairs likewise; a cycle; deep nesting.
    let long = "n".repeat(5000);
    let mut names = format!("\x02cm\n{long}\nq\0").into_bytes();
    names.insert(0, 0x80);
    names.extend(b")R0h\0".repeat(20_000));
    let mut nested = b"\x80\x02]".to_vec();
    nested.extend(b"\x85".repeat(1_000_000));
    nested.push(b'.');
    for pickle in [names, nested, b"\x80\x02}q\0X\x05\0\0\0modelh\0s.".to_vec(), b"\x80\x02]q\0h\0a.".to_vec()] {
        let error = import::read("t.pt", &zip(&[("a/data.pkl", &pickle)])).unwrap_err();
        assert_eq!(error.code(), "checkpoint-torch", "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_files_never_panic(
        which in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let name = ["mlp-F32.safetensors", "norm-before-relu.safetensors", "mlp-F16.pt", "training-script.pt"][which];
        let mut bytes = fixture(name);
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        is_bounded(&bytes);
    }

    /// Behind the archive's checksums: the pickle itself is changed.
    #[test]
    fn changed_pickles_never_panic(
        script in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let archive = fixture(if script { "training-script.pt" } else { "wrapped-big-endian.pt" });
        let mut pickle = entry(&archive, "model/data.pkl");
        for (index, byte) in changes {
            let at = index.index(pickle.len());
            pickle[at] = byte;
        }
        if let Some(cut) = cut {
            pickle.truncate(cut.index(pickle.len()));
        }
        let numbers: Vec<Vec<u8>> = (0..4).map(|i| entry(&archive, &format!("model/data/{i}"))).collect();
        let keys: Vec<String> = (0..4).map(|i| format!("m/data/{i}")).collect();
        let mut entries: Vec<(&str, &[u8])> = vec![("m/data.pkl", &pickle)];
        entries.extend(keys.iter().zip(&numbers).map(|(key, numbers)| (key.as_str(), numbers.as_slice())));
        is_bounded(&zip(&entries));
    }

    #[test]
    fn random_pickles_never_panic(pickle in prop::collection::vec(any::<u8>(), 0..300)) {
        is_bounded(&zip(&[("m/data.pkl", &pickle)]));
    }
}
