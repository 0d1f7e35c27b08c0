//! ONNX graphs: as teachers, and as what students become.

use std::path::Path;
use std::time::Duration;

use rten_onnx::onnx::{DataLocation, DataType, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto};
use rten_onnx::onnx::{StringStringEntryProto, ValueInfoProto};

use crate::interruption::{killed_after, start};
use crate::tool::{Place, Ran};

fn fixture(place: &Place, name: &str) {
    let from = Path::new("tests/cli/graphs").join(name);
    std::fs::copy(from, place.path(name)).unwrap();
}

/// Small digits, and a teacher by that line.
fn recipe(teacher: &str, epochs: usize) -> String {
    format!(
        "title = \"Graph\"\n[data]\nsource = \"digits\"\n[teacher]\n{teacher}\n[student]\nmodel = {{ mlp = [16] }}\n\
         [training]\nepochs = {epochs}\n"
    )
}

fn run(place: &Place, teacher: &str) -> Ran {
    place.write("graph.toml", recipe(teacher, 3));
    place.run(&["run", "graph.toml", "--json"])
}

/// The losses of a run's student, epoch by epoch.
fn losses(ran: &Ran) -> Vec<f64> {
    let student = ran.finished("student")["run"].clone();
    let epochs = ran.events("epoch").into_iter().filter(|line| line["run"] == student);
    epochs.map(|line| line["loss"]["soft"].as_f64().unwrap()).collect()
}

#[test]
fn a_graph_of_pytorch_teaches_as_its_logits_do() {
    let place = Place::new();
    for name in ["digits-cnn.onnx", "digits-cnn.onnx.data", "digits-cnn.npy"] {
        fixture(&place, name);
    }
    // A convolution with batch norms and a residual, its weights beside it, any number of rows at a time.
    let of_graph = run(&place, "checkpoint = \"digits-cnn.onnx\"").is_good();
    let classes = (0..10).map(|class| format!("\"{class}\"")).collect::<Vec<_>>().join(", ");
    let of_logits = run(&place, &format!("logits = \"digits-cnn.npy\"\nclasses = [{classes}]")).is_good();
    for (graph, logits) in losses(&of_graph).into_iter().zip(losses(&of_logits)) {
        assert!((graph - logits).abs() < 1e-4, "{graph} against {logits}");
    }
    for role in ["teacher", "student"] {
        let [graph, logits] = [&of_graph, &of_logits].map(|ran| ran.finished(role)["validation"]["errors"].clone());
        assert_eq!(graph, logits, "{role}");
    }
    // What it is on trial for is said before training.
    let said = &of_graph.stderr;
    assert!(said.contains("pixels from 0 to 1") && said.contains("in the order of the data's classes"), "{said}");
    let found = place.run(&["run", "graph.toml"]).is_good();
    assert!(
        found.stderr.contains("a simple classifier") && found.stderr.contains("half of the largest entropy at T"),
        "{found:#?}"
    );
}

#[test]
fn a_job_that_resumes_asks_no_graph() {
    let place = Place::new();
    for name in ["digits-cnn.onnx", "digits-cnn.onnx.data"] {
        fixture(&place, name);
    }
    place.write("graph.toml", recipe("checkpoint = \"digits-cnn.onnx\"", 400));
    let whole = place.run(&["run", "graph.toml", "--json", "--store", "whole.db"]).is_good();
    let child = start(&place, &["run", "graph.toml", "--json", "--resume-every", "0"]);
    killed_after(child, 20, Duration::ZERO, |child| child.kill().unwrap());
    for name in ["digits-cnn.onnx", "digits-cnn.onnx.data"] {
        std::fs::remove_file(place.path(name)).unwrap();
    }
    let rest = place.run(&["run", "--resume", "j-0001", "--json"]).is_good();
    assert_eq!(rest.results(), whole.results());
    // A new job needs it.
    let ran = place.run(&["run", "graph.toml", "--json"]);
    assert_eq!(ran.status, Some(2), "{ran:#?}");
}

/// A dense layer on small digits, with these weights.
fn dense(weights: TensorProto) -> ModelProto {
    let node = |operator: &str, inputs: &[&str], output: &str| NodeProto {
        op_type: Some(operator.to_owned()),
        input: inputs.iter().map(|input| (*input).to_owned()).collect(),
        output: vec![output.to_owned()],
        ..NodeProto::default()
    };
    let port = |name: &str| ValueInfoProto { name: Some(name.to_owned()), r#type: None };
    let graph = GraphProto {
        node: vec![node("Flatten", &["x"], "flat"), node("MatMul", &["flat", "w"], "logits")],
        initializer: vec![weights],
        input: vec![port("x")],
        output: vec![port("logits")],
        ..GraphProto::default()
    };
    ModelProto {
        ir_version: Some(8),
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto { domain: None, version: Some(17) }],
        ..ModelProto::default()
    }
}

/// Weights of that many rows, in so many bytes.
fn weights(rows: i64, bytes: usize) -> TensorProto {
    let values = (0..bytes / 4).flat_map(|i| ((i * 37 % 101) as f32 / 50.0 - 1.0).to_le_bytes()).collect::<Vec<u8>>();
    TensorProto {
        name: Some("w".to_owned()),
        dims: vec![rows, 10],
        data_type: Some(DataType::FLOAT),
        raw_data: Some(values.into()),
        ..TensorProto::default()
    }
}

/// The same in a file beside it.
fn outside(location: &str, length: u64) -> TensorProto {
    let entry =
        |key: &str, value: &str| StringStringEntryProto { key: Some(key.to_owned()), value: Some(value.to_owned()) };
    TensorProto {
        raw_data: None,
        external_data: vec![entry("location", location), entry("length", &length.to_string())],
        data_location: Some(DataLocation::EXTERNAL),
        ..weights(64, 0)
    }
}

#[test]
fn graphs_that_do_not_fit_or_are_made_to_be_wrong_are_refused_in_words() {
    let place = Place::new();
    let write = |name: &str, model: &ModelProto| std::fs::write(place.path(name), model.write_buf().unwrap()).unwrap();
    let mut strange = dense(weights(64, 2560));
    strange.graph.as_mut().unwrap().node[1].op_type = Some("Frobnicate".to_owned());
    write("strange.onnx", &strange);
    write("claims.onnx", &dense(weights(4_000_000_000, 64)));
    write("climbs.onnx", &dense(outside("../w.data", 2560)));
    write("gone.onnx", &dense(outside("gone.data", 2560)));
    write("short.onnx", &dense(outside("short.data", 1 << 40)));
    place.write("short.data", [0; 100]);
    #[cfg(unix)]
    {
        write("link.onnx", &dense(outside("link.data", 2560)));
        std::os::unix::fs::symlink("/etc/passwd", place.path("link.data")).unwrap();
    }
    write("wide.onnx", &dense(weights(65, 2600)));
    let mut nan = weights(64, 0);
    nan.raw_data = Some(f32::NAN.to_le_bytes().repeat(640).into());
    write("nan.onnx", &dense(nan));
    let whole = dense(weights(64, 2560)).write_buf().unwrap();
    place.write("whole.onnx", &whole);
    place.write("cut.onnx", &whole[..900]);
    place.write("noise.onnx", "no graph at all, but words\n");
    place.write("empty.onnx", "");
    // Weights under any name are read where they lie beside the graph.
    write("named.onnx", &dense(outside("weights.bin", 2560)));
    let bytes = weights(64, 2560).raw_data.unwrap().borrow().clone();
    place.write("weights.bin", bytes);
    for (teacher, words) in [
        ("checkpoint = \"strange.onnx\"", "the operator Frobnicate is not known here"),
        ("checkpoint = \"claims.onnx\"", "claims 160,000,000,000 bytes, and 64 are there"),
        ("checkpoint = \"climbs.onnx\"", "lies in “../w.data”"),
        ("checkpoint = \"gone.onnx\"", "gone.data"),
        ("checkpoint = \"short.onnx\"", "short.data has 100 bytes"),
        #[cfg(unix)]
        ("checkpoint = \"link.onnx\"", "link.data is a link"),
        ("checkpoint = \"wide.onnx\"", "the graph refuses rows of these data"),
        ("checkpoint = \"nan.onnx\"", "is no finite number"),
        ("checkpoint = \"cut.onnx\"", "this is no whole ONNX graph"),
        ("checkpoint = \"noise.onnx\"", "this is no whole ONNX graph"),
        ("checkpoint = \"empty.onnx\"", "there is no graph in it"),
        ("checkpoint = \"none.onnx\"", "none.onnx"),
        ("checkpoint = \"whole.onnx\"\noutput = \"p\"", "it has no output “p”; there are logits"),
        ("checkpoint = \"whole.onnx\"\nprobabilities = true", "these are no probabilities"),
        ("checkpoint = \"whole.onnx\"\nclasses = [\"0\", \"1\"]", "2"),
        ("checkpoint = \"builtin:digits\"\noutput = \"logits\"", "only an ONNX graph needs this"),
        ("checkpoint = \"builtin:digits\"\nprobabilities = true", "only a file of logits or an ONNX graph needs this"),
    ] {
        let ran = run(&place, teacher);
        assert_eq!(ran.status, Some(2), "{teacher}: {ran:#?}");
        assert!(ran.stderr.contains(words), "{teacher}: {words}: {}", ran.stderr);
    }
    assert!(!place.path("store.db").exists(), "nothing was stored");
    for teacher in ["checkpoint = \"whole.onnx\"", "checkpoint = \"named.onnx\""] {
        let ran = run(&place, teacher).is_good();
        assert!(ran.stderr.contains("hardly better than chance"), "{}", ran.stderr);
    }
}

#[test]
fn a_student_leaves_as_a_graph_that_does_what_it_does_and_comes_back_as_a_teacher() {
    let place = Place::new();
    place.write("own.toml", recipe("checkpoint = \"builtin:digits\"", 4));
    place.run(&["run", "own.toml", "--json", "--out", "out"]).is_good();
    let export = ["export-model", "r-0002", "--to", "onnx", "--out", "student.onnx", "--json"];
    let line = place.run(&export).is_good().lines().remove(0);
    assert_eq!((line["opset"].as_u64(), line["checked_rows"].as_u64()), (Some(17), Some(100)));
    assert!(line["apart"].as_f64().unwrap() < 1e-5, "{line}");
    let card = std::fs::read_to_string(place.path("card.md")).unwrap();
    for words in
        ["# Graph: MLP 16", "| parameters | 1,210 |", "ONNX, opset 17", "multiply-adds a row | 1,184", "[distill]"]
    {
        assert!(card.contains(words), "{words}: {card}");
    }
    assert!(!card.contains(place.path("").to_str().unwrap()), "no private path: {card}");
    // Nothing is overwritten unasked.
    let again = place.run(&export);
    assert_eq!(again.status, Some(2), "{again:#?}");
    assert!(again.stderr.contains("student.onnx is there already"), "{}", again.stderr);
    place.run(&[&export[..], &["--force"]].concat()).is_good();
    // As a teacher it is what its file is; its classes are known by name.
    let of_graph = run(&place, "checkpoint = \"student.onnx\"\npixels = \"0-255\"");
    assert_eq!(of_graph.status, Some(0), "{of_graph:#?}");
    for (to, options) in [("onnx", "--softmax"), ("onnx", "--normalised"), ("safetensors", "--json")] {
        let out = format!("other.{to}");
        place
            .run(&["export-model", "out/student.safetensors", "--to", to, "--out", &out, options, "--force"])
            .is_good();
    }
    for (model, words) in [
        ("r-0001", "has no model to export"),
        ("r-0099", "there is no run `r-0099`"),
        ("none.safetensors", "this is neither a run"),
        ("own.toml", "own.toml"),
    ] {
        let ran = place.run(&["export-model", model, "--to", "onnx", "--out", "x.onnx"]);
        assert_eq!(ran.status, Some(2), "{model}: {ran:#?}");
        assert!(ran.stderr.contains(words), "{model}: {}", ran.stderr);
    }
    assert!(!place.path("x.onnx").exists());
}

#[test]
fn students_of_every_kind_become_graphs() {
    let place = Place::new();
    let text = |i: usize| format!("{} film number {} of many", ["good", "bad"][i % 2], i % 11);
    let rows = (0..120).map(|i| format!("{},{}", text(i), ["yes", "no"][i % 2]));
    place.write("texts.csv", std::iter::once("text,label".to_owned()).chain(rows).collect::<Vec<_>>().join("\n"));
    // Numbers of which one is large beside what it varies by.
    let rows = (0..120).map(|i| format!("{},{},{}", 2_000_000_001_u64 + i % 7, i % 3, ["a", "b"][(i % 2) as usize]));
    place.write("table.csv", std::iter::once("time,x,label".to_owned()).chain(rows).collect::<Vec<_>>().join("\n"));
    let of_texts = "source = { csv = \"texts.csv\", text = \"text\", label = \"label\" }";
    for (name, source, model) in [
        ("cnn", "source = \"digits\"", "{ cnn = [4, 6], dense = [8], dropout = 0.2 }"),
        ("table", "source = { csv = \"table.csv\", label = \"label\" }", "{ mlp = [8] }"),
        ("textcnn", of_texts, "{ text_cnn = [2, 5], maps = 6, embedding = 8 }"),
        ("bilstm", of_texts, "{ bilstm = 6, dense = [5], embedding = 8 }"),
        ("transformer", of_texts, "{ transformer = 2, width = 8, heads = 2 }"),
    ] {
        place.write(
            "kinds.toml",
            format!(
                "[data]\n{source}\n[teacher]\nmodel = {model}\nepochs = 1\n[student]\nmodel = {model}\n[training]\nepochs = 1\nbaseline = false\n"
            ),
        );
        place.run(&["run", "kinds.toml", "--json", "--out", name]).is_good();
        let student = format!("{name}/student.safetensors");
        let out = format!("{name}/student.onnx");
        let line =
            place.run(&["export-model", &student, "--to", "onnx", "--out", &out, "--json"]).is_good().lines().remove(0);
        assert!(line["apart"].as_f64().unwrap() < 1e-5, "{name}: {line}");
        let is_text = source == of_texts;
        assert_eq!(place.path(&format!("{name}/tokenizer.json")).exists(), is_text, "{name}");
        let card = std::fs::read_to_string(place.path(&format!("{name}/card.md"))).unwrap();
        assert!(card.contains(if is_text { "Tokens of the tokeniser" } else { "(value − offset) · scale" }), "{card}");
        if name == "table" {
            assert!(card.contains("| time | 2000000"), "{card}");
        }
    }
}
