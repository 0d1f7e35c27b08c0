//! Wrong input: exit status 2, a message that names the place, and nothing stored.

use serde_json::Value;

use crate::tool::{Place, Ran, json_lines};

impl Ran {
    /// Exit status 2, nothing on stdout, and all of these in what is said.
    fn is_refused(&self, expected: &[&str]) {
        assert_eq!(self.status, Some(2), "{self:#?}");
        assert_eq!(self.stdout, "");
        for text in expected {
            assert!(self.stderr.contains(text), "expected: {text}\n{}", self.stderr);
        }
    }
}

/// Refused, and nothing stored.
pub fn refused(place: &Place, arguments: &[&str], expected: &[&str]) {
    place.run(arguments).is_refused(expected);
    assert!(!place.path("store.db").exists(), "{arguments:?}");
}

#[test]
fn a_wrong_recipe_is_refused_by_field_and_line() {
    let place = Place::new();
    let cases: [(&str, &[&str]); 12] = [
        (
            "distill.temperature=0",
            &["--set distill.temperature=0: distill.temperature: 0 is not allowed; give a number above 0"],
        ),
        ("distill.temperature=-2", &["distill.temperature: -2 is not allowed"]),
        ("distill.temperature=nan", &["distill.temperature: nan is not allowed"]),
        ("distill={ soft_weight = 0, hard_weight = 0 }", &["soft_weight and hard_weight are both 0"]),
        ("distill.temprature=8", &["distill.temprature: there is no such key; the nearest is `temperature`"]),
        ("training.epochs=0", &["training.epochs: 0 is not allowed"]),
        (
            "training.baseline=[\"plain\", \"pseudo\"]",
            &["training.baseline: \"pseudo\" is not allowed; give true, false, or a list of \"plain\" and"],
        ),
        ("training.baseline={ any = [true, false] }", &["training.baseline: is a table"]),
        ("student.model={ mlp = [0] }", &["student.model.mlp: 0 is not allowed"]),
        ("data.source=cifar", &["data.source: \"cifar\" is not allowed; give \"mnist-mini\", \"digits\""]),
        ("distill.temperature", &["--set distill.temperature: give PATH=VALUE"]),
        ("teacher.checkpoint=builtin:cifar", &["builtin:cifar"]),
    ];
    for (set, expected) in cases {
        refused(&place, &["run", "tiny.toml", "--set", set], expected);
    }
    place.write("wrong.toml", "[data]\nsource = \"digits\"\n[teacher]\nmodel = { mlp = [8] }\nepoch = 3\n[student\n");
    refused(&place, &["run", "wrong.toml"], &["wrong.toml, line 6: this is not TOML"]);
    refused(&place, &["run", "missing.toml"], &["missing.toml: the recipe cannot be read", "presets: quickstart,"]);
}

#[test]
fn several_faults_are_told_at_once() {
    let place = Place::new();
    place.write("wrong.toml", "[data]\nsource = \"digits\"\n[teacher]\nmodel = { mlp = [8] }\n[student]\nmodel = { mlp = [8] }\n[distill]\ntemperature = 0\n[training]\nepoch = 3\n");
    let arguments = ["run", "wrong.toml", "--json", "--set", "distill.soft_weight=-1", "--set", "nothing"];
    let ran = place.run(&arguments);
    ran.is_refused(&[]);
    let messages = json_lines(&ran.stderr);
    let codes: Vec<&Value> = messages.iter().map(|message| &message["code"]).collect();
    assert_eq!(
        codes,
        ["recipe-conflict", "recipe-not-allowed", "recipe-unknown-key", "recipe-not-allowed"],
        "{messages:#?}"
    );
    let all = ran.stderr;
    for place in [
        "wrong.toml, line 8: distill.temperature",
        "wrong.toml, line 10: training.epoch",
        "--set distill.soft_weight=-1",
        "--set nothing",
    ] {
        assert!(all.contains(place), "{place}\n{all}");
    }
    assert!(!place.path("store.db").exists());
}

fn idx(magic: u32, sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let numbers = [magic].into_iter().chain(sizes.iter().copied());
    numbers.flat_map(u32::to_be_bytes).chain(bytes.iter().copied()).collect()
}

#[test]
fn wrong_data_is_refused_by_file_and_line() {
    let place = Place::new();
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    let good_labels = idx(0x0801, &[20], &[0, 1].repeat(10));
    place.write(&format!("short/{images}"), idx(0x0803, &[20, 2, 2], &[7; 79]));
    place.write(&format!("short/{labels}"), &good_labels);
    place.write(&format!("magic/{images}"), idx(0x0D03, &[20, 2, 2], &[7; 80]));
    place.write(&format!("magic/{labels}"), &good_labels);
    // The test part has a class that no row for training has.
    place.write(&format!("label/{images}"), idx(0x0803, &[20, 2, 2], &[7; 80]));
    place.write(&format!("label/{labels}"), &good_labels);
    place.write("label/t10k-images-idx3-ubyte", idx(0x0803, &[2, 2, 2], &[7; 8]));
    place.write("label/t10k-labels-idx1-ubyte", idx(0x0801, &[2], &[0, 200]));
    place.write("ragged.csv", "a,b,y\n1,2,yes\n1,no\n3,x,no\n");
    place.write("images/cat/1.png", "not an image");
    place.write("images/dog/1.png", "nor this");
    let cases: [(&str, &[&str]); 7] = [
        ("{ idx = \"short\" }", &["train-images-idx3-ubyte: holds 79 bytes after its header, which promises 80"]),
        ("{ idx = \"magic\" }", &["train-images-idx3-ubyte: holds 32-bit floating-point numbers; allowed: IDX images"]),
        ("{ idx = \"label\" }", &["200 (0)"]),
        ("{ idx = \"nowhere\" }", &["nowhere: cannot be read"]),
        ("{ csv = \"nowhere.csv\", label = \"y\" }", &["nowhere.csv: cannot be read"]),
        (
            "{ csv = \"ragged.csv\", label = \"y\" }",
            &["ragged.csv, line 3: has 2 fields; allowed: 3", "ragged.csv, line 4, column `b`: `x` is not allowed"],
        ),
        (
            "{ images = \"images\", size = 8 }",
            &["images/cat/1.png: ", "images/dog/1.png: ", "allowed: a PNG or JPEG image"],
        ),
    ];
    for (source, expected) in cases {
        refused(&place, &["run", "tiny.toml", "--set", &format!("data.source={source}")], expected);
    }
    let ran = place.run(&["predict", "x.safetensors", "--data", "nowhere", "--out", "p.csv"]);
    ran.is_refused(&["x.safetensors: ", "--data nowhere: there is no such file or folder"]);
}

#[test]
fn a_teacher_that_does_not_fit_is_refused() {
    let place = Place::new();
    let teacher = |source: &str| {
        format!("[data]\nsource = {source}\n[teacher]\nmodel = {{ mlp = [4] }}\n[training]\nepochs = 1\n")
    };
    let digits = std::iter::repeat_n("1,2,3,4,5,6,7,8", 8).collect::<Vec<_>>().join(",");
    let wide: String = (0..20).map(|i| format!("{digits},{}\n", ["cat", "dog"][i % 2])).collect();
    let narrow: String = (0..20).map(|i| format!("{i},{}\n", ["cat", "dog"][i % 2])).collect();
    for (name, table) in [("wide", wide), ("narrow", narrow)] {
        place.write(&format!("{name}.csv"), table);
        place.write(&format!("{name}.toml"), teacher(&format!("{{ csv = \"{name}.csv\" }}")));
        place.run(&["run", &format!("{name}.toml"), "--store", "other.db", "--out", name, "--json"]).is_good();
    }
    place.write("digits.toml", teacher("\"digits\""));
    place
        .run(&["run", "digits.toml", "--set", "data.seed=1", "--store", "other.db", "--out", "seed", "--json"])
        .is_good();
    place.write("noise.safetensors", [7; 100]);
    place.write("plain.safetensors", [&2_u64.to_le_bytes()[..], b"{}"].concat());
    let cases: [(&str, &[&str]); 6] = [
        ("narrow/teacher.safetensors", &["the model takes inputs of shape [1], the data has [1, 8, 8]"]),
        (
            "wide/teacher.safetensors",
            &["the model does not know 0, 1, 2, 3, 4, 5, 6, 7, 8, 9", "the data does not have cat, dog"],
        ),
        ("seed/teacher.safetensors", &["the teacher was trained on ", "of this run's 359 test rows", "data.seed"]),
        ("noise.safetensors", &["noise.safetensors: this is not a whole .safetensors file"]),
        ("plain.safetensors", &["plain.safetensors: the file holds no tensor"]),
        ("nowhere.safetensors", &["nowhere.safetensors: "]),
    ];
    for (file, expected) in cases {
        let set = format!("teacher={{ checkpoint = \"{file}\" }}");
        refused(&place, &["run", "tiny.toml", "--set", &set], &[&["teacher.checkpoint: "], expected].concat());
    }
    for file in ["narrow/teacher.safetensors", "wide/teacher.safetensors", "noise.safetensors"] {
        place.run(&["predict", file, "--data", "digits", "--out", "p.csv"]).is_refused(&[file]);
    }
    assert!(!place.path("p.csv").exists());
}

#[test]
fn wrong_arguments_are_refused() {
    let place = Place::new();
    refused(&place, &["soften", "1,,nan"], &["LOGITS 1,,nan: value 2, ``,", "value 3, `nan`, is not allowed"]);
    refused(&place, &["soften", "1,2", "-t", "0,1,inf"], &["--temperature 0,1,inf: value 1, `0`", "value 3, `inf`"]);
    refused(&place, &["soften"], &["LOGITS"]);
    refused(&place, &["run"], &["RECIPE"]);
    refused(&place, &["run", "--resume", "j-0001", "--set", "a=1"], &["--resume", "--set"]);
    refused(&place, &["run", "--resume", "seven"], &["--resume seven: give a job, e.g. j-0001"]);
    refused(&place, &["run", "--resume", "j-0007"], &["no job or run `j-0007`"]);
    refused(&place, &["run", "tiny.toml", "--out", "tiny.toml"], &["tiny.toml is a file; give a folder"]);
    refused(&place, &["soften", "--temprature=1"], &["LOGITS --temprature=1: value 1"]);
    let ran = place.run(&["run", "tiny.toml", "--json", "--sett", "a=1"]);
    ran.is_refused(&["--sett"]);
    assert_eq!(json_lines(&ran.stderr)[0]["code"], "usage");
}

#[test]
fn a_store_that_is_none_is_refused() {
    let place = Place::new();
    place.write(
        "notes.txt",
        "These are notes, not a database, and long enough to be one, if notes could be one.".repeat(9),
    );
    for command in [&["run", "tiny.toml", "--store", "notes.txt"][..], &["runs", "--store", "notes.txt"]] {
        place.run(command).is_refused(&["notes.txt is not a Stillroom store"]);
    }
    place
        .run(&["run", "tiny.toml", "--store", "notes.txt/store.db"])
        .is_refused(&["notes.txt/store.db cannot be opened"]);
    place.run(&["run", "tiny.toml", "--store", "."]).is_refused(&["cannot be opened"]);
    let other = rusqlite::Connection::open(place.path("other.db")).unwrap();
    other.execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    place.run(&["run", "tiny.toml", "--store", "other.db"]).is_refused(&["other.db is not a Stillroom store"]);
}

#[test]
fn bench_names_the_workloads_it_knows() {
    let place = Place::new();
    place
        .run(&["bench", "--only", "mlp-64-32,mlp-1", "--members", "0"])
        .is_refused(&["there is no workload `mlp-1`; give some of mlp-64-32, mlp-784-30-30,", "`0` is not allowed"]);
    place.run(&["bench", "--only", "mlp-64-32x25", "--members", "2"]).is_refused(&["--members is for single students"]);
}
