//! Biases of classes that are added after training.

use serde_json::json;

use crate::tool::Place;

const PREDICT: [&str; 8] =
    ["predict", "student.safetensors", "--data", "digits", "--out", "p.csv", "--logits", "z.csv"];

/// A table of numbers without its head.
fn numbers(place: &Place, name: &str) -> Vec<Vec<f64>> {
    let mut reader = csv::Reader::from_path(place.path(name)).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(|field| field.parse().unwrap()).collect()).collect()
}

#[test]
fn biases_are_added_before_anything_is_made_of_the_logits() {
    let place = Place::new();
    place.run(&["run", "tiny.toml", "--json", "--out", "."]).is_good();
    let line = place.run(&[&PREDICT[..], &["--json"]].concat()).is_good().lines().remove(0);
    assert!(line.get("biases").is_none());
    let (plain, plain_errors) = (numbers(&place, "z.csv"), line["errors"].clone());

    let biased = [&PREDICT[..], &["--bias", "3=100", "--bias", "7=-1.5"]].concat();
    let line = place.run(&[&biased[..], &["--json"]].concat()).is_good().lines().remove(0);
    assert_eq!(line["biases"], json!({ "3": 100.0, "7": -1.5 }));
    let moved = numbers(&place, "z.csv");
    assert_eq!(moved.len(), 359);
    for (plain, moved) in plain.iter().zip(&moved) {
        for class in 0..10 {
            let bias = [(3, 100.0), (7, -1.5)].into_iter().find(|(at, _)| *at == class).map_or(0.0, |(_, bias)| bias);
            let expected = plain[class] + bias;
            // As exact as an f32.
            assert!((moved[class] - expected).abs() < 1e-6 * expected.abs().max(1.0), "{class}");
        }
    }
    // With that much of it every row is a 3: right is what is one.
    let rows = numbers(&place, "p.csv");
    assert!(rows.iter().all(|row| row[2].to_bits() == 3.0_f64.to_bits() && row[3 + 3] > 0.999));
    let threes = rows.iter().filter(|row| row[1].to_bits() == 3.0_f64.to_bits()).count();
    assert_eq!(line["errors"], rows.len() - threes);
    assert_ne!(line["errors"], plain_errors);

    let said = place.run(&biased).is_good().stdout;
    assert!(said.contains("added to the logits: 3 +100, 7 -1.5\n"), "{said}");
}

#[test]
fn a_bias_that_cannot_be_added_is_refused() {
    let place = Place::new();
    let predict = ["predict", "builtin:digits", "--data", "digits", "--out", "p.csv"];
    let wrong =
        ["--bias", "eleven=1", "--bias", "3", "--bias", "3=x", "--bias=4=nan", "--bias", "5=1", "--bias", "5=2"];
    let ran = place.run(&[&predict[..], &wrong].concat());
    assert_eq!(ran.status, Some(2), "{ran:#?}");
    for words in [
        "--bias eleven=1: the model has no class `eleven`; its classes are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
        "--bias 3: give a class and a number, CLASS=VALUE",
        "--bias 3=x: value `x` is not allowed; give a finite number",
        "--bias 4=nan: value `nan` is not allowed",
        "--bias 5=2: `5` has a bias already",
    ] {
        assert!(ran.stderr.contains(words), "expected: {words}\n{}", ran.stderr);
    }
    assert!(!place.path("p.csv").exists());
}

/// Points in a row around four places, a class each.
fn points(by: f64) -> String {
    let row = |i: usize| {
        let (class, noise) = (i % 4, ((i * 37 + i * i) % 101) as f64 / 50.0 - 1.0);
        format!("{},{},{}\n", class as f64 * by + noise, noise * noise, ["a", "b", "c", "d"][class])
    };
    std::iter::once("x,y,class\n".to_owned()).chain((0..400).map(row)).collect()
}

#[test]
fn figures_tell_what_raising_unseen_classes_comes_to() {
    let place = Place::new();
    place.write("points.csv", points(1.0));
    let recipe = "[data]\nsource = { csv = \"points.csv\", label = \"class\" }\nomit_classes = [\"b\", \"c\"]
[teacher]\nmodel = { mlp = [32] }\nepochs = 60\n[student]\nmodel = { mlp = [8] }\n[training]\nepochs = 30\n";
    place.write("unseen.toml", recipe);
    let ran = place.run(&["run", "unseen.toml", "--json", "--out", ".", "--store", "s.db"]).is_good();
    let figures = || place.run(&["figures", "--store", "s.db"]).is_good();
    let text = figures().stdout;
    let raised: Vec<&str> = text.lines().filter(|line| line.contains("raised by")).collect();
    assert_eq!(raised.len(), 2, "the student's and its baseline's: {text}");
    let cells: Vec<&str> = raised[0].split('|').map(str::trim).collect();
    let bias = cells[1].split("raised by ").nth(1).unwrap().split(',').next().unwrap().replace('\u{2212}', "-");
    let errors = |cell: &str| cell.split(" of ").next().unwrap().parse::<u64>().unwrap();
    // As `predict` counts them with that bias.
    for (part, cell) in [("validation", cells[5]), ("test", cells[6])] {
        let (b, c) = (format!("--bias=b={bias}"), format!("--bias=c={bias}"));
        let predict =
            ["predict", "student.safetensors", "--data", "points.csv", "--split", part, "--out", "p.csv", "--json"];
        let line = place.run(&[&predict[..], &[&b, &c]].concat()).is_good().lines().remove(0);
        assert_eq!(line["errors"], errors(cell), "{part}: {text}");
    }
    let before = ran.finished("student")["test"]["errors"].as_u64().unwrap();
    assert!(errors(cells[6]) < before, "{before}: {text}");

    // Other data of the same form are not asked.
    place.write("points.csv", points(-1.0));
    let ran = figures();
    assert!(!ran.stdout.contains("raised by"), "{}", ran.stdout);
    assert!(ran.stderr.contains("the data are not what they were when the run was tested"), "{}", ran.stderr);
    std::fs::remove_file(place.path("points.csv")).unwrap();
    let ran = figures();
    assert!(!ran.stdout.contains("raised by") && ran.stderr.contains("points.csv"), "{ran:#?}");
}
