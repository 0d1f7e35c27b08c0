//! Teachers of whom only their logits are given, in files of every kind.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::tool::{Place, Ran};

const CLASSES: &str = "[\"0\", \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"9\"]";

/// Small digits, and a teacher by that line.
fn recipe(teacher: &str) -> String {
    format!(
        "title = \"Given\"\n[data]\nsource = \"digits\"\n[teacher]\n{teacher}\n[student]\nmodel = {{ mlp = [16] }}\n\
         [training]\nepochs = 3\n"
    )
}

/// What a student of that teacher comes to.
fn run(place: &Place, teacher: &str, more: &[&str]) -> Ran {
    place.write("given.toml", recipe(teacher));
    place.run(&[&["run", "given.toml", "--json", "--store", "s.db", "--out", "out"], more].concat())
}

/// The student's results and what tells its weights from others.
fn student(place: &Place, ran: &Ran) -> (serde_json::Value, u64) {
    let results = ran.results().into_iter().find(|line| line["role"] == "student").unwrap();
    let file = std::fs::read(place.path("out/student.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&file).unwrap();
    let tensors: BTreeMap<String, Vec<u8>> =
        file.tensors().into_iter().map(|(name, view)| (name, view.data().to_vec())).collect();
    let mut hasher = DefaultHasher::new();
    tensors.hash(&mut hasher);
    (results, hasher.finish())
}

/// A matrix as `NumPy` writes it.
fn npy(rows: &[Vec<f32>]) -> Vec<u8> {
    let shape = format!("({}, {})", rows.len(), rows[0].len());
    let mut head = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    head.extend(std::iter::repeat_n(' ', 63 - (10 + head.len()) % 64));
    head.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((head.len() as u16).to_le_bytes());
    bytes.extend(head.as_bytes());
    bytes.extend(rows.iter().flatten().flat_map(|value| value.to_le_bytes()));
    bytes
}

fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    std::iter::once(head.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn fields(row: &[f32]) -> String {
    row.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// The logits of the shipped teacher on all small digits, as `predict` writes them.
fn logits(place: &Place) -> Vec<Vec<f32>> {
    let predict = ["predict", "builtin:digits", "--data", "digits", "--split", "all", "--out", "p.csv"];
    place.run(&[&predict[..], &["--logits", "own.csv"]].concat()).is_good();
    place.run(&[&predict[..], &["--logits", "own.npy"]].concat()).is_good();
    let mut reader = csv::Reader::from_path(place.path("own.csv")).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(|field| field.parse().unwrap()).collect()).collect()
}

#[test]
fn a_file_of_logits_teaches_as_the_model_does_whose_they_are() {
    let place = Place::new();
    let rows = logits(&place);
    let head = "0,1,2,3,4,5,6,7,8,9";
    // In another order of rows and of columns, each by its name.
    let backwards = |row: &[f32]| row.iter().rev().copied().collect::<Vec<f32>>();
    let shuffled =
        (0..rows.len()).map(|i| (i * 5 + 3) % rows.len()).map(|at| format!("{at},{}", fields(&backwards(&rows[at]))));
    place.write("keyed.csv", table("id,9,8,7,6,5,4,3,2,1,0", shuffled));
    let tensor: Vec<u8> = rows.iter().flatten().flat_map(|value| f64::from(*value).to_le_bytes()).collect();
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F64, vec![rows.len(), 10], &tensor).unwrap();
    std::fs::write(place.path("l.safetensors"), safetensors::serialize([("logits", view)], None).unwrap()).unwrap();
    std::fs::write(place.path("mine.npy"), npy(&rows)).unwrap();
    let of_model = run(&place, "checkpoint = \"builtin:digits\"", &[]).is_good();
    let expected = student(&place, &of_model);
    for teacher in [
        format!("logits = \"own.npy\"\nclasses = {CLASSES}"),
        format!("logits = \"mine.npy\"\nclasses = {CLASSES}"),
        "logits = \"own.csv\"".to_owned(),
        "logits = \"keyed.csv\"\nkey = \"id\"".to_owned(),
        format!("logits = \"l.safetensors\"\nclasses = {CLASSES}"),
    ] {
        let ran = run(&place, &teacher, &[]).is_good();
        assert_eq!(student(&place, &ran), expected, "{teacher}");
        assert!(ran.stderr.contains("logits-fit"), "{}", ran.stderr);
    }
    // Probabilities say the same but for a constant a row, and for what was rounded.
    let soft = |row: &Vec<f32>| {
        let exp: Vec<f64> = row.iter().map(|z| f64::from(*z).exp()).collect();
        let sum: f64 = exp.iter().sum();
        fields(&exp.iter().map(|p| (p / sum) as f32).collect::<Vec<_>>())
    };
    place.write("soft.csv", table(head, rows.iter().map(soft)));
    let ran = run(&place, "logits = \"soft.csv\"\nprobabilities = true", &[]).is_good();
    let (errors, of_model) = (&student(&place, &ran).0["validation"]["errors"], &expected.0["validation"]["errors"]);
    assert!((errors.as_f64().unwrap() - of_model.as_f64().unwrap()).abs() <= 10.0, "{errors} {of_model}");
}

#[test]
fn logits_that_do_not_fit_are_refused_before_anything_is_stored() {
    let place = Place::new();
    let rows = logits(&place);
    let head = "0,1,2,3,4,5,6,7,8,9";
    let write = |name: &str, rows: &[Vec<f32>]| {
        std::fs::write(place.path(&format!("{name}.npy")), npy(rows)).unwrap();
        place.write(&format!("{name}.csv"), table(head, rows.iter().map(|row| fields(row))));
    };
    let of = |change: &dyn Fn(usize, &mut Vec<f32>)| {
        let mut rows = rows.clone();
        rows.iter_mut().enumerate().for_each(|(at, row)| change(at, row));
        rows
    };
    write("swapped", &of(&|_, row| row.swap(3, 5)));
    write("turned", &of(&|_, row| row.rotate_right(1)));
    let mut shifted = rows.clone();
    shifted.rotate_right(1);
    write("shifted", &shifted);
    shifted.rotate_left(2);
    write("back", &shifted);
    write("short", &rows[..rows.len() - 1]);
    write("hole", &of(&|at, row| row[2] = if at == 7 { f32::NAN } else { row[2] }));
    write(
        "soft",
        &of(&|_, row| {
            let sum: f32 = row.iter().map(|z| z.exp()).sum();
            for z in row.iter_mut() {
                *z = z.exp() / sum;
            }
        }),
    );
    place.write("ragged.csv", format!("{head}\n1,2,3\n"));
    place.write("words.csv", format!("{head}\n1,2,3,x,5,6,7,8,9,0\n"));
    place.write("others.csv", "a,b\n1,2\n");
    place.write("twice.csv", table(&format!("id,{head}"), rows.iter().map(|row| format!("0,{}", fields(row)))));
    let few = rows.iter().enumerate().take(100).map(|(at, row)| format!("{},{}", at + 5000, fields(row)));
    place.write("few.csv", table(&format!("id,{head}"), few));
    place.write("empty.csv", "");
    for (teacher, words) in [
        ("logits = \"swapped.csv\"", "what stands under “3” is largest for rows of “5” mostly"),
        ("logits = \"turned.csv\"", "its columns seem to be in another order"),
        ("logits = \"shifted.csv\"", "its rows seem to be shifted by +1"),
        ("logits = \"back.csv\"", "its rows seem to be shifted by −1"),
        ("logits = \"short.csv\"", "1796 rows of logits, and 1797 of data"),
        ("logits = \"hole.csv\"", "the logits of row 7 (from 0) are no finite numbers"),
        ("logits = \"soft.csv\"", "these are probabilities"),
        ("logits = \"own.csv\"\nprobabilities = true", "does not sum to 1"),
        ("logits = \"own.npy\"", "list them in that order"),
        ("logits = \"own.npy\"\nclasses = [\"0\", \"1\"]", "2 classes are named and the file has 10 columns"),
        ("logits = \"own.npy\"\nkey = \"id\"", "a matrix has no column id"),
        ("logits = \"own.csv\"\nkey = \"id\"", "there is no column id"),
        ("logits = \"own.csv\"\nkey = \"file\"", "there is no column file"),
        ("logits = \"ragged.csv\"", "line 2 has 3 fields, the first 10"),
        ("logits = \"words.csv\"", "line 2: “x” is no number"),
        ("logits = \"others.csv\"", "teacher.logits: "),
        ("logits = \"twice.csv\"\nkey = \"id\"", "have a key that another row has, too"),
        ("logits = \"few.csv\"\nkey = \"id\"", "it says nothing of any of the 1797 rows of the data"),
        ("logits = \"empty.csv\"", "there are no logits in it"),
        ("logits = \"none.npy\"", "none.npy"),
        ("logits = \"own.csv\"\ncheckpoint = \"builtin:digits\"", "not both"),
        ("checkpoint = \"builtin:digits\"\nkey = \"id\"", "only a file of logits needs this"),
    ] {
        let ran = run(&place, teacher, &[]);
        assert_eq!(ran.status, Some(2), "{teacher}: {ran:#?}");
        assert!(ran.stderr.contains(words), "{teacher}: {words}: {}", ran.stderr);
    }
    assert!(
        !place.path("s.db").exists() || place.run(&["runs", "--store", "s.db", "--json"]).is_good().lines().is_empty()
    );
    // Shifted pictures are none of its rows.
    let ran = run(&place, "logits = \"own.csv\"", &["--set", "training.jitter=1"]);
    assert_eq!(ran.status, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("training.jitter") && ran.stderr.contains("shifted pictures"), "{}", ran.stderr);
}

#[test]
fn rows_are_counted_as_they_stand_in_the_source() {
    let place = Place::new();
    let words = ["good", "bad"];
    // Every seventh row has no text and is left out.
    let text = |i: usize| match i % 7 {
        3 => String::new(),
        _ => format!("{} film {}", words[i % 2], i % 11),
    };
    place.write("texts.csv", table("text,label", (0..140).map(|i| format!("{},{}", text(i), ["yes", "no"][i % 2]))));
    let row = |i: usize| if i.is_multiple_of(2) { [3.0, -3.0] } else { [-3.0, 3.0] };
    let rows: Vec<Vec<f32>> = (0..140).map(|i| row(i).to_vec()).collect();
    std::fs::write(place.path("all.npy"), npy(&rows)).unwrap();
    let kept: Vec<Vec<f32>> = (0..140).filter(|i| i % 7 != 3).map(|i| row(i).to_vec()).collect();
    std::fs::write(place.path("kept.npy"), npy(&kept)).unwrap();
    let recipe = |logits: &str| {
        format!(
            "[data]\nsource = {{ csv = \"texts.csv\", text = \"text\", label = \"label\" }}\n[teacher]\n\
             logits = \"{logits}\"\nclasses = [\"yes\", \"no\"]\n[student]\nmodel = {{ text_cnn = [2], length = 8 }}\n\
             [training]\nepochs = 1\n"
        )
    };
    place.write("texts.toml", recipe("all.npy"));
    let ran = place.run(&["run", "texts.toml", "--json"]).is_good();
    let fit = ran.stderr.lines().find(|line| line.contains("logits-fit")).unwrap();
    assert!(fit.contains("\"right\":120,\"rows\":120"), "{fit}");
    place.write("texts.toml", recipe("kept.npy"));
    let ran = place.run(&["run", "texts.toml", "--json"]);
    assert_eq!(ran.status, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("120 rows of logits, and 140 of data"), "{}", ran.stderr);
}

#[test]
fn rows_without_a_target_learn_from_their_label_and_those_without_either_are_left_out() {
    let place = Place::new();
    let rows = logits(&place);
    let head = "id,0,1,2,3,4,5,6,7,8,9";
    // Every third row is said nothing of.
    let some = rows.iter().enumerate().filter(|(at, _)| at % 3 != 0);
    place.write("some.csv", table(head, some.map(|(at, row)| format!("{at},{}", fields(row)))));
    let teacher = "logits = \"some.csv\"\nkey = \"id\"";
    let ran = run(&place, teacher, &[]).is_good();
    let said = ran.stderr.lines().find(|line| line.contains("rows-without-target")).unwrap().to_owned();
    assert!(said.contains("All of them have one"), "{said}");
    for epoch in ran.events("epoch") {
        assert!(epoch["loss"]["total"].is_number(), "{epoch}");
    }
    let teacher_found = ran.finished("teacher")["validation"]["examples"].as_u64().unwrap();
    let student_found = ran.finished("student")["validation"]["examples"].as_u64().unwrap();
    assert!(teacher_found < student_found);
    // Agreement is over the rows that the teacher answers.
    let agreement = ran.finished("student")["validation"]["agreement"].as_f64().unwrap();
    let alike = agreement * teacher_found as f64;
    assert!(alike > 0.5 && (alike - alike.round()).abs() < 1e-6, "{agreement} of {teacher_found}");
    // With few labels most of those rows have neither.
    let ran = run(&place, teacher, &["--set", "data.labelled=0.1"]).is_good();
    let said = ran.stderr.lines().find(|line| line.contains("rows-without-target")).unwrap();
    let number = |key: &str| {
        let from = said.find(&format!("\"{key}\":")).unwrap() + key.len() + 3;
        said[from..].split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u64>().unwrap()
    };
    let (silent, left, of) = (number("silent"), number("left_out"), number("of"));
    assert!(left > silent * 4 / 5 && left < silent && silent < of / 2, "{said}");
    let steps = |ran: &Ran| ran.finished("student")["steps"].as_u64().unwrap();
    assert_eq!(steps(&ran), 3 * (of - left).div_ceil(128));
}

#[test]
fn files_of_the_largest_classes_alone_teach_over_those() {
    let place = Place::new();
    let rows = logits(&place);
    let largest = |row: &[f32], k: usize| {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
        order.truncate(k);
        order
    };
    let head = |what: &str| (1..=3).map(|i| format!("class_{i},{what}_{i}")).collect::<Vec<_>>().join(",");
    let top = |value: &dyn Fn(&[f32], usize) -> f64| {
        let row = |row: &Vec<f32>| {
            largest(row, 3).iter().map(|class| format!("{class},{}", value(row, *class))).collect::<Vec<_>>().join(",")
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let probability = |row: &[f32], class: usize| {
        let sum: f64 = row.iter().map(|z| f64::from(*z).exp()).sum();
        f64::from(row[class]).exp() / sum
    };
    place.write("top.csv", table(&head("logit"), top(&|row, class| f64::from(row[class])).into_iter()));
    place.write("soft.csv", table(&head("probability"), top(&probability).into_iter()));
    // The same as all logits of which the others are as small as can be.
    let floor = |row: &Vec<f32>| {
        let kept = largest(row, 3);
        let value = |(class, z): (usize, &f32)| if kept.contains(&class) { *z } else { -1e6 };
        fields(&row.iter().enumerate().map(value).collect::<Vec<_>>())
    };
    place.write("floor.csv", table("0,1,2,3,4,5,6,7,8,9", rows.iter().map(floor)));
    let loss =
        |ran: &Ran| ran.events("epoch").into_iter().filter_map(|it| it["loss"]["soft"].as_f64()).collect::<Vec<_>>();
    let whole = run(&place, "logits = \"floor.csv\"", &[]).is_good();
    let of_top = run(&place, "logits = \"top.csv\"", &[]).is_good();
    let of_soft = run(&place, "logits = \"soft.csv\"\nprobabilities = true", &[]).is_good();
    assert!(of_top.stderr.contains("Of each row 3 of 10 classes are given"), "{}", of_top.stderr);
    assert!(of_soft.stderr.contains("% of the probability"), "{}", of_soft.stderr);
    for (a, (b, c)) in loss(&whole).into_iter().zip(loss(&of_top).into_iter().zip(loss(&of_soft))) {
        assert!((a - b).abs() < 1e-5 && (a - c).abs() < 1e-4, "{a} {b} {c}");
    }
    place.write("strange.csv", table(&head("logit"), std::iter::once("0,1,1,2,eleven,3".to_owned())));
    for (teacher, more, words) in [
        ("logits = \"soft.csv\"", "", "these are probabilities"),
        ("logits = \"top.csv\"\nprobabilities = true", "", "these are no probabilities"),
        ("logits = \"strange.csv\"", "", "line 2: “eleven” is no class of these data"),
        ("logits = \"top.csv\"", "distill.method=\"dkd\"", "needs the logits of all classes"),
    ] {
        let set = ["--set", more];
        let ran = run(&place, teacher, if more.is_empty() { &[] } else { &set });
        assert_eq!(ran.status, Some(2), "{teacher}: {ran:#?}");
        assert!(ran.stderr.contains(words), "{teacher}: {words}: {}", ran.stderr);
    }
}
