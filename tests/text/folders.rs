//! Folders that hold no model of BERT's shape, or a broken one: refused with the file, the entry and what is allowed.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stillroom::data::Texts;
use stillroom::model::{Folder, Plan, PlanError, TextPlan};
use stillroom::recipe::{Architecture, Frozen, TextLayers};
use tempfile::TempDir;

/// The files of the small model.
const FILES: [&str; 4] = ["config.json", "model.safetensors", "tokenizer.json", "vocab.txt"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text/fixtures/bert").join(name)
}

/// A folder with the small model.
fn whole() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in FILES {
        std::fs::copy(fixture(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// One whose file is another, or is missing.
fn with(name: &str, content: Option<&[u8]>) -> TempDir {
    let folder = whole();
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    match content {
        Some(content) => std::fs::write(path, content).unwrap(),
        None => std::fs::remove_file(path).unwrap(),
    }
    folder
}

/// A file of JSON of the small model, changed.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> TempDir {
    let mut value: Value = serde_json::from_slice(&std::fs::read(fixture(name)).unwrap()).unwrap();
    change(&mut value);
    with(name, Some(value.to_string().as_bytes()))
}

/// One with other entries in its `config.json`.
fn configured(entries: &Value) -> TempDir {
    changed("config.json", |config| {
        config.as_object_mut().unwrap().extend(entries.as_object().unwrap().clone());
    })
}

fn fault(folder: &TempDir) -> String {
    Folder::read(folder.path()).err().map_or_else(|| panic!("it is read"), |error| error.to_string())
}

fn is_refused(folder: &TempDir, expected: &[&str]) {
    let fault = fault(folder);
    for part in expected {
        assert!(fault.contains(part), "expected: {part}\n{fault}");
    }
}

#[test]
fn other_architectures_are_named_and_refused() {
    for (entries, found) in [
        (json!({ "model_type": "t5" }), "“t5”"),
        (json!({ "model_type": "distilbert" }), "“distilbert”"),
        (json!({ "model_type": "roberta" }), "“roberta”"),
        (json!({ "model_type": 7 }), "“7”"),
        (json!({ "model_type": null, "architectures": ["RobertaForMaskedLM"] }), "“RobertaForMaskedLM”"),
    ] {
        is_refused(
            &configured(&entries),
            &["config.json: it is a model of the kind ", found, "only “bert” is understood"],
        );
    }
    is_refused(
        &configured(&json!({ "position_embedding_type": "relative_key" })),
        &["config.json: position_embedding_type: ", "“relative_key”; only “absolute”"],
    );
    is_refused(&configured(&json!({ "hidden_act": "swish" })), &["config.json: hidden_act: ", "“swish”; gelu"]);
    // Files of the first years do not say what they are.
    for entries in [json!({ "model_type": null }), json!({ "model_type": null, "architectures": null })] {
        assert!(Folder::read(configured(&entries).path()).is_ok());
    }
}

#[test]
fn sizes_that_cannot_be_are_refused_by_their_entry() {
    let huge = 1_000_000_000_000_u64;
    for (entries, expected) in [
        (json!({ "hidden_size": "24" }), "hidden_size: \"24\" is not allowed; give a whole number from 1 to 16777216"),
        (json!({ "hidden_size": -24 }), "hidden_size: -24 is not allowed"),
        (json!({ "hidden_size": 24.5 }), "hidden_size: 24.5 is not allowed"),
        (json!({ "hidden_size": huge }), "hidden_size: 1000000000000 is not allowed"),
        (json!({ "vocab_size": huge }), "vocab_size: 1000000000000 is not allowed"),
        (json!({ "vocab_size": null }), "vocab_size: is missing; give a whole number from 1 to"),
        (
            json!({ "num_hidden_layers": 10_000_000 }),
            "num_hidden_layers: 10000000 is not allowed; give a whole number from 1 to 1000",
        ),
        (json!({ "num_attention_heads": 0 }), "num_attention_heads: 0 is not allowed"),
        (json!({ "num_attention_heads": 5 }), "num_attention_heads: a width of 24 cannot be shared out over 5 heads"),
        (json!({ "type_vocab_size": 0 }), "type_vocab_size: 0 is not allowed"),
        (
            json!({ "max_position_embeddings": 2 }),
            "max_position_embeddings: 2 is not allowed; give a whole number from 8 to",
        ),
        (
            json!({ "hidden_dropout_prob": 1.5 }),
            "hidden_dropout_prob: 1.5 is not allowed; give a number from 0 up to, not including, 1",
        ),
        (json!({ "attention_probs_dropout_prob": "0.1" }), "attention_probs_dropout_prob: \"0.1\" is not allowed"),
        (json!({ "layer_norm_eps": -1.0 }), "layer_norm_eps: -1.0 is not allowed; give a number above 0"),
    ] {
        is_refused(&configured(&entries), &["config.json: ", expected]);
    }
    // A model's own file may lie, too.
    let layers = TextLayers::Transformer { layers: 1 << 31, width: 1, heads: 1, inner: 1 };
    let plan = TextPlan::new(&layers, 0.0, 5, 8);
    assert_eq!(Plan::of_text(&Architecture::transformer(2, 8), plan, 2), Err(PlanError::TooLarge));
}

#[test]
fn files_that_are_missing_or_broken_are_named() {
    is_refused(&with("config.json", None), &["there is no config.json in it"]);
    is_refused(&with("config.json", Some(b"{\"model_type\": ")), &["config.json: it is not understood: "]);
    is_refused(&with("config.json", Some(b"[]")), &["config.json: it is JSON, but no object"]);
    is_refused(&with("config.json", Some(b"\xff\xfe{")), &["config.json: "]);
    let nowhere = whole();
    let said = Folder::read(&nowhere.path().join("nowhere")).err().unwrap().to_string();
    assert!(said.contains("nowhere: ") && !said.contains("config.json"), "{said}");

    let without = with("tokenizer.json", None);
    std::fs::remove_file(without.path().join("vocab.txt")).unwrap();
    is_refused(&without, &["there is no tokeniser in it; give tokenizer.json or vocab.txt"]);
    is_refused(&with("tokenizer.json", Some(b"{")), &["tokenizer.json: its tokeniser is not understood: "]);
    let frame = changed("tokenizer.json", |tokenizer| {
        tokenizer["post_processor"]["special_tokens"].as_object_mut().unwrap().remove("[SEP]");
    });
    is_refused(&frame, &["tokenizer.json: its tokeniser is not understood: it cannot be used on a text"]);
    let settings = with("tokenizer_config.json", Some(b"do_lower_case = false"));
    std::fs::remove_file(settings.path().join("tokenizer.json")).unwrap();
    is_refused(&settings, &["tokenizer_config.json: it is not understood: "]);
    is_refused(&with("1_Pooling/config.json", Some(b"mean")), &["1_Pooling", "config.json: it is not understood: "]);

    let weights = std::fs::read(fixture("model.safetensors")).unwrap();
    for kept in [0, 100, 30_000] {
        is_refused(&with("model.safetensors", Some(&weights[..kept])), &["model.safetensors: "]);
    }
    is_refused(&with("model.safetensors", None), &["there are no weights in it; model.safetensors, pytorch_model.bin"]);
    // What `torch.save` wrote before version 1.6.
    let old = with("model.safetensors", None);
    let pickle = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";
    std::fs::write(old.path().join("pytorch_model.bin"), pickle).unwrap();
    is_refused(&old, &["pytorch_model.bin: this is a PyTorch pickle from before version 1.6"]);
    for (entries, expected) in [
        (json!({ "num_hidden_layers": 3 }), "tensor `bert.encoder.layer.2.attention.self.query.weight`: is missing"),
        (json!({ "max_position_embeddings": 512 }), "is [32, 24]; the architecture asks for [512, 24]"),
        (json!({ "hidden_size": 48 }), "is [113, 24]; the architecture asks for [113, 48]"),
    ] {
        is_refused(&configured(&entries), &["model.safetensors: tensor ", expected]);
    }
}

#[test]
fn a_tokeniser_may_know_fewer_tokens_than_there_are_vectors_but_no_more() {
    let pieces = std::fs::read_to_string(fixture("vocab.txt")).unwrap();
    let fewer: String = pieces.lines().take(60).map(|piece| format!("{piece}\n")).collect();
    let of_pieces = |pieces: &str| {
        let folder = with("vocab.txt", Some(pieces.as_bytes()));
        std::fs::remove_file(folder.path().join("tokenizer.json")).unwrap();
        folder
    };
    assert!(Folder::read(of_pieces(&fewer).path()).is_ok());
    is_refused(&of_pieces(&format!("{pieces}one more\n")), &["vocab.txt: ", "for 114 tokens, and the model has 113"]);
    is_refused(&of_pieces("a\nb\n"), &["vocab.txt: its tokeniser is not understood: there is no [UNK]"]);
    // As many tokens as before, one of which has a number far beyond; and one that only stands around a text.
    let far = changed("tokenizer.json", |tokenizer| tokenizer["model"]["vocab"]["good"] = json!(28_672));
    is_refused(&far, &["tokenizer.json: ", "for 28673 tokens, and the model has 113"]);
    let around = changed("tokenizer.json", |tokenizer| {
        tokenizer["post_processor"]["special_tokens"]["[CLS]"]["ids"] = json!([500]);
    });
    is_refused(&around, &["tokenizer.json: ", "for 501 tokens, and the model has 113"]);
}

#[test]
fn classes_have_names_of_their_own() {
    let finished = |labels: Value| {
        let folder = configured(&json!({ "id2label": labels }));
        Folder::read(folder.path()).unwrap().finished()
    };
    let names =
        |labels: Value| finished(labels).map(|checkpoint| checkpoint.classes).map_err(|error| error.to_string());
    assert_eq!(names(json!({ "0": 0, "1": 1, "2": "two" })).unwrap(), ["0", "1", "two"]);
    let same = names(json!({ "0": "bad", "1": "good", "2": "good" })).unwrap_err();
    assert!(same.contains("id2label: two of its classes have the same name"), "{same}");
    for labels in [json!(null), json!({ "0": "bad", "2": "good" }), json!(["bad", "good", "neither"])] {
        let none = names(labels).unwrap_err();
        assert!(none.contains("it was not trained for classes (no classifier with id2label)"), "{none}");
    }
}

#[test]
fn no_text_is_longer_than_there_are_positions() {
    let folder = Folder::read(&fixture("")).unwrap();
    let architecture = |length| Architecture::Bert {
        folder: PathBuf::new(),
        layers: None,
        pooling: None,
        frozen: Frozen::Nothing,
        dropout: None,
        length,
    };
    for (length, expected) in [(8, 8), (32, 32), (100_000, 32)] {
        let spec = folder.spec(&architecture(length), 2).unwrap();
        let encoder = spec.reads.text().unwrap();
        let (mut single, mut pairs) = (Texts::new(false), Texts::new(true));
        single.push(&"good ".repeat(1000), None);
        pairs.push(&"good ".repeat(1000), Some(&"bad ".repeat(1000)));
        for texts in [single, pairs] {
            assert_eq!(encoder.encode(&texts).row(0).len(), expected);
        }
        assert_eq!(encoder.saved().length, expected);
    }
}
