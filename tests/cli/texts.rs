//! Texts and pre-trained folders: odd texts are learnt by every model, broken folders refused by the field that names them.

use std::path::Path;

use crate::input::refused;
use crate::tool::{Place, json_lines};

/// A small pre-trained teacher and a student of texts, in a tenth of a second.
const TEXTS: &str = r#"[data]
source = { csv = "texts.csv" }
[teacher]
model = { bert = "bert" }
epochs = 1
[student]
model = { text_cnn = [2, 5], maps = 4, embedding = 4 }
[training]
epochs = 1
batch = 8
baseline = false
"#;

/// The small model in a folder `bert`, a folder `t5` of another kind, and a table of twenty texts of two classes.
fn place() -> Place {
    let place = Place::new();
    for name in ["config.json", "model.safetensors", "tokenizer.json"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text/fixtures/bert").join(name);
        place.write(&format!("bert/{name}"), std::fs::read(file).unwrap());
    }
    place.write("t5/config.json", "{ \"model_type\": \"t5\" }");
    place.write("texts.csv", table(20, |i| format!("it is film number {i}")));
    place.write("texts.toml", TEXTS);
    place
}

/// A table of so many texts, good and bad by turns.
fn table(rows: usize, text: impl Fn(usize) -> String) -> String {
    let row = |i: usize| format!("\"{}\",{}\n", text(i), ["good", "bad"][i % 2]);
    "text,label\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

#[test]
fn a_folder_that_does_not_fit_is_refused_by_the_field_that_names_it() {
    let place = place();
    let other = "config.json: it is a model of the kind “t5”; only “bert” is understood";
    let cases: [(&str, &[&str]); 6] = [
        ("teacher.model={ bert = \"t5\" }", &["teacher.model: ", other]),
        ("student.model={ bert = \"t5\" }", &["student.model: ", other]),
        ("teacher={ checkpoint = \"t5\" }", &["teacher.checkpoint: ", other]),
        ("teacher={ ensemble = [{ bert = \"bert\" }, { bert = \"t5\" }] }", &["teacher.ensemble.2: ", other]),
        ("teacher.model={ bert = \"nowhere\" }", &["teacher.model: ", "nowhere: "]),
        ("teacher={ checkpoint = \"bert\" }", &["teacher.checkpoint: ", "the data does not have neither"]),
    ];
    for (set, expected) in cases {
        refused(&place, &["run", "texts.toml", "--set", set], expected);
    }
}

#[test]
fn odd_texts_are_learnt_by_every_model() {
    let place = place();
    let distinct: String = (0..10_000).map(|i| format!("w{i} ")).collect();
    let long = ["a really good film, ".repeat(10_000), "x".repeat(10_000), distinct];
    let short = [
        "👩🏽\u{200d}🚀 👨\u{200d}👩\u{200d}👧\u{200d}👦",
        "שלום עולם, مرحبا",
        "e\u{301}a\u{300} Z\u{351}\u{36b}",
        "two\r\nlines",
        "  \"so\", they said  ",
        "\u{feff}a mark inside",
        "\u{200b}\u{202e}",
    ];
    let short = short.iter().flat_map(|text| (0..3).map(move |i| format!("{text}{i}")));
    // What is empty is left out.
    let texts = short.chain(long).chain([String::new(), "   ".to_owned()]);
    let row = |(i, text): (usize, String)| format!("\"{}\",{}\r\n", text.replace('"', "\"\""), ["good", "bad"][i % 2]);
    place.write("texts.csv", "\u{feff}text,label\r\n".to_owned() + &texts.enumerate().map(row).collect::<String>());
    let models = "{ any = [{ text_cnn = [2, 5], maps = 4, embedding = 4 }, { bilstm = 4, embedding = 4 }, \
        { transformer = 1, width = 8, tokens = \"teacher\" }, { bert = \"bert\", layers = 1 }] }";
    let ran = place.run(&["run", "texts.toml", "--json", "--set", &format!("student.model={models}")]).is_good();
    let epochs = ran.events("epoch");
    assert_eq!(epochs.len(), 5);
    assert!(epochs.iter().all(|epoch| epoch["loss"]["total"].is_f64()), "{epochs:#?}");
    let said = json_lines(&ran.stderr);
    let is_told = |code: &str, part: &str| {
        said.iter().any(|line| line["code"] == code && line["message"].as_str().is_some_and(|it| it.contains(part)))
    };
    assert!(is_told("texts-cut", "as BERT 2 × 24 reads, 32, or more"), "{said:#?}");
    assert!(is_told("empty-texts", "2"), "{said:#?}");
}

#[test]
fn a_text_with_a_zero_byte_is_refused_by_its_line() {
    let place = place();
    let zero = |i: usize| if i == 5 { "\0" } else { "" };
    place.write("texts.csv", table(20, |i| format!("film number {i}{}", zero(i))));
    refused(&place, &["run", "texts.toml"], &["texts.csv, line 7, column `text`: holds the byte 0x00"]);
}

#[test]
fn a_method_of_labels_alone_and_its_baseline_learn_from_rows_with_a_label() {
    let place = place();
    place.write("texts.csv", table(200, |i| format!("it is film number {i}")));
    let steps = |set: &[&str]| {
        let mut arguments = vec!["run", "texts.toml", "--json"];
        let of_teacher = ["teacher.model={ transformer = 2, width = 8 }", "student.model={ of_teacher = 1 }"];
        let all =
            of_teacher.iter().chain(&["training.epochs=2", "training.batch=4", "training.baseline=true"]).chain(set);
        arguments.extend(all.flat_map(|set| ["--set", set]));
        let ran = place.run(&arguments).is_good();
        assert!(ran.events("epoch").iter().all(|epoch| epoch["loss"]["total"].is_f64()));
        let of = |role: &str| {
            let mut lines = ran.events("finished");
            lines.retain(|line| line["role"] == role);
            let mut steps: Vec<u64> = lines.iter().map(|line| line["steps"].as_u64().unwrap()).collect();
            steps.sort_unstable();
            steps
        };
        (of("student"), of("baseline"))
    };
    let (theseus, soft) = ("distill.method=\"theseus\"", "distill.method=\"soft-targets\"");
    // Of 140 rows in batches of 4.
    assert_eq!(steps(&[theseus]), (vec![70], vec![70]));
    assert_eq!(steps(&[soft, "data.labelled=0.1"]), (vec![70], vec![70]));
    // Of the 14 that have a label.
    assert_eq!(steps(&[theseus, "data.labelled=0.1"]), (vec![8], vec![8]));
    // Beside each other each has the baseline with its own batches.
    let both = "distill.method=[\"soft-targets\", \"theseus\"]";
    assert_eq!(steps(&[both, "data.labelled=0.1"]), (vec![8, 70], vec![8, 70]));
    assert_eq!(steps(&[both]), (vec![70, 70], vec![70]));
}
