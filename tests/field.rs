//! Files of the kinds that people really have, each with what should happen to it: `tests/field/`. The binary reads each of them as
//! its user would.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test that cannot go on has failed; values are exact")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

#[path = "cli/tool.rs"]
#[allow(dead_code, reason = "shared with the tests of the terminal")]
mod tool;

use tool::{Ran, program};

/// One case in a folder of its own.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&Path::new("tests/field").join(name), folder.path());
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "RUST_LOG", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.env("STILLROOM_STORE", "store.db");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// The recipe, trained; each line of it.
    fn trained(&self, recipe: &str) -> Ran {
        let ran = self.run(&["run", recipe, "--json", "--out", "out"]);
        assert_eq!(ran.status, Some(0), "{ran:#?}");
        ran
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// What was found in the data of a job.
fn data(ran: &Ran) -> Value {
    ran.events("started")[0]["data"].clone()
}

fn rows_by_class(data: &Value) -> Vec<(String, u64)> {
    let rows = |class: &Value| ["train", "validation", "test"].iter().map(|part| class[part].as_u64().unwrap()).sum();
    let classes = data["classes"].as_array().unwrap();
    classes.iter().map(|class| (class["name"].as_str().unwrap().to_owned(), rows(class))).collect()
}

/// The rows of each part.
fn parts(data: &Value) -> [u64; 3] {
    let sum = |part: &str| data["classes"].as_array().unwrap().iter().map(|class| class[part].as_u64().unwrap()).sum();
    [sum("train"), sum("validation"), sum("test")]
}

fn accuracy(ran: &Ran, role: &str) -> f64 {
    ran.finished(role)["test"]["accuracy"].as_f64().unwrap()
}

fn remarks(data: &Value) -> Vec<String> {
    let remarks = data["remarks"].as_array().unwrap();
    remarks.iter().map(|remark| remark["code"].as_str().unwrap().to_owned()).collect()
}

fn left_out(data: &Value) -> Vec<String> {
    let left_out = data["findings"]["left_out"].as_array().unwrap();
    left_out.iter().map(|left_out| left_out["name"].as_str().unwrap().to_owned()).collect()
}

/// A case that works: its columns (or shape), its classes with rows, and a student that learns what there is to learn.
fn works(name: &str, shape: &[u64], classes: &[(&str, u64)]) -> Value {
    let ran = Case::of(name).trained("recipe.toml");
    let data = data(&ran);
    let found: Vec<u64> = data["shape"].as_array().unwrap().iter().map(|side| side.as_u64().unwrap()).collect();
    assert_eq!(found, shape, "{name}");
    let expected: Vec<(String, u64)> = classes.iter().map(|(class, rows)| ((*class).to_owned(), *rows)).collect();
    assert_eq!(rows_by_class(&data), expected, "{name}");
    assert!(accuracy(&ran, "teacher") > 0.99, "{name}: {}", accuracy(&ran, "teacher"));
    data
}

/// A case that is refused, with what must be said.
fn refused(name: &str, recipe: &str, said: &[&str]) {
    let case = Case::of(name);
    let ran = case.run(&["run", recipe, "--json"]);
    assert_eq!(ran.status, Some(2), "{name}: {ran:#?}");
    assert_eq!(ran.stdout, "", "{name}");
    for line in tool::json_lines(&ran.stderr) {
        assert!(line["code"].is_string() && !line["message"].as_str().unwrap().starts_with(';'), "{name}: {line}");
    }
    for said in said {
        assert!(ran.stderr.contains(said), "{name}: {said} in {}", ran.stderr);
    }
    assert!(!case.path("store.db").exists(), "{name}: nothing is stored");
}

const TREES: [(&str, u64); 3] = [("ash", 20), ("elm", 20), ("oak", 20)];

#[test]
fn the_class_column_is_found_by_its_name() {
    let case = Case::of("label-first-pixels");
    for recipe in ["recipe.toml", "cnn.toml"] {
        let ran = case.trained(recipe);
        let data = data(&ran);
        assert_eq!((&data["shape"], accuracy(&ran, "student")), (&serde_json::json!([1, 28, 28]), 1.0), "{recipe}");
        assert_eq!(rows_by_class(&data), [("0", 12), ("1", 12), ("2", 12)].map(|(c, n)| (c.to_owned(), n)));
    }
    // Kaggle's rows to predict have no `label`.
    let ran =
        case.run(&["predict", "out/student.safetensors", "--data", "test.csv", "--out", "p.csv", "--json"]).is_good();
    assert_eq!((&ran.lines()[0]["examples"], &ran.lines()[0]["errors"]), (&Value::from(6), &Value::Null));

    let ran = Case::of("label-first-header").trained("recipe.toml");
    let data = data(&ran);
    assert_eq!(rows_by_class(&data), [("1", 40), ("2", 40), ("3", 40)].map(|(c, n)| (c.to_owned(), n)));
    assert_eq!(data["findings"]["label"], serde_json::json!({ "column": "class", "why": "called" }));
    assert!(accuracy(&ran, "student") >= 0.95);
}

#[test]
fn people_are_told_in_one_line_what_was_read() {
    let case = Case::of("label-first-header");
    let ran = case.run(&["run", "recipe.toml"]).is_good();
    let line = ran.stderr.lines().find(|line| line.starts_with("answers: ")).unwrap();
    for said in ["120 rows", "4 columns", "class column `class` (by its name)", "1 (40), 2 (40), 3 (40)", "to learn"] {
        assert!(line.contains(said), "{said} in {line}");
    }
}

#[test]
fn tables_are_read_in_every_habit() {
    works("numbers-as-header", &[4], &[("0", 20), ("1", 20), ("2", 20)]);
    works("numbers-as-whole-header", &[4], &[("0", 12), ("1", 12), ("2", 12), ("3", 12), ("4", 12)]);
    works("decimal-comma", &[4], &[("gross", 20), ("klein", 20), ("mittel", 20)]);
    works("columns-by-spaces", &[7], &[("cp", 15), ("im", 15), ("pp", 15)]);
    works("trailing-comma", &[4], &TREES);
    works("excel-sep-line", &[4], &TREES);
    works("true-false", &[4], &[("pear", 30), ("plum", 30)]);
    works("arff", &[4], &TREES);
    works("zipped-table", &[4], &TREES);
    works("thousands-commas", &[4], &[("gross", 20), ("klein", 20), ("mittel", 20)]);
    works("empty-spreadsheet-lines", &[4], &TREES);
    works("encoding-utf16", &[4], &TREES);
    works("labels-1-and-1.0", &[4], &[("0", 20), ("1", 20), ("2", 20)]);
    works("seconds-since-1970", &[2], &TREES);
    let data = works("comment-lines", &[4], &TREES);
    assert_eq!(remarks(&data), ["comment-lines"]);
    let data = works("words-as-features", &[10], &[("<=50K", 40), (">50K", 40)]);
    assert!(data["findings"]["words"].as_array().unwrap().len() > 1, "{data}");
}

#[test]
fn gaps_are_filled_and_counted() {
    for (name, count) in [("missing-question-mark", 4), ("missing-empty", 5), ("missing-nan", 6)] {
        let data = works(name, &[4], &[("Adel", 20), ("Chin", 20), ("Gent", 20)]);
        assert_eq!(data["findings"]["filled"], serde_json::json!([{ "column": "flipper", "count": count }]), "{name}");
    }
}

#[test]
fn parts_and_rare_classes_are_what_the_files_say() {
    let data = works("test-in-its-own-file", &[4], &[("0", 27), ("1", 27), ("2", 27)]);
    assert_eq!(parts(&data)[2], 21);
    let classes = [("cp", 15), ("im", 15), ("imL", 2), ("om", 15), ("pp", 15)];
    let data = works("rare-class", &[4], &classes);
    assert_eq!(remarks(&data), ["rare-classes"]);
    assert_eq!(data["classes"][2], serde_json::json!({ "name": "imL", "train": 2, "validation": 0, "test": 0 }));
}

#[test]
fn columns_that_say_nothing_are_left_out() {
    let data = works("id-and-date-columns", &[4], &[("a1", 20), ("b2", 20), ("c3", 20)]);
    assert_eq!(left_out(&data), ["id", "date"]);
    let asked = Case::of("id-and-date-columns").trained("ignore.toml");
    assert_eq!(left_out(&self::data(&asked)), ["id", "date"]);

    let ran = Case::of("row-numbers-as-feature").trained("recipe.toml");
    assert_eq!(left_out(&self::data(&ran)), ["Unnamed: 0"]);
    for role in ["teacher", "student", "baseline"] {
        assert!(accuracy(&ran, role) < 0.62, "{role}: noise cannot be learnt: {}", accuracy(&ran, role));
    }
}

#[test]
fn copies_stay_in_one_part() {
    let ran = Case::of("same-rows-twice").trained("recipe.toml");
    let data = data(&ran);
    assert!(remarks(&data).contains(&"copies-together".to_owned()), "{data}");
    for role in ["teacher", "student"] {
        assert!(accuracy(&ran, role) < 0.6, "{role}: random classes cannot be learnt: {}", accuracy(&ran, role));
    }
}

#[test]
fn text_that_is_no_text_is_refused_at_its_line_and_byte() {
    for (name, line) in [("encoding-gbk", "line 2"), ("encoding-latin1", "line 2"), ("encoding-shift-jis", "line 2")] {
        refused(name, "recipe.toml", &[line, "utf-8", "encoding = "]);
    }
    for (name, encoding, classes) in [
        ("encoding-gbk", "gbk", ["狗", "马", "鸟"]),
        ("encoding-shift-jis", "shift_jis", ["犬", "猫", "鳥"]),
        ("encoding-latin1", "windows-1252", ["Café", "Cafè", "Thé"]),
    ] {
        let case = Case::of(name);
        let set = format!("data.source.encoding=\"{encoding}\"");
        let ran = case.run(&["run", "recipe.toml", "--json", "--set", &set]).is_good();
        let mut found: Vec<String> = rows_by_class(&data(&ran)).into_iter().map(|(class, _)| class).collect();
        let mut expected = classes.map(ToOwned::to_owned).to_vec();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{name}");
    }
    refused("web-page-as-table", "recipe.toml", &["web page"]);
}

#[test]
fn a_teacher_is_judged_before_training() {
    let ran = Case::of("labels-as-floats").trained("recipe.toml");
    assert_eq!(accuracy(&ran, "teacher"), 1.0);
    assert_eq!(rows_by_class(&data(&ran)).len(), 10);
    let ran = Case::of("teacher-on-another-scale").trained("recipe.toml");
    let data = data(&ran);
    assert_eq!(remarks(&data)[0], "teacher-scale", "{data}");
    assert!(ran.stderr.contains("lie between 0 and 1"), "{}", ran.stderr);
    assert!(data["teacher"]["errors"].as_u64() > Some(5) && data["teacher"]["chance_errors"].as_u64() > Some(5));
}

#[test]
fn a_job_goes_on_with_the_data_it_began_with_or_not_at_all() {
    let case = Case::of("resume-after-sorting");
    let set = ["--set", "teacher.epochs=20000", "--resume-every", "0.05"];
    let mut child = case.command(&[&["run", "recipe.toml", "--json"][..], &set].concat());
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.map_while(Result::ok).any(|line| line.contains("\"epoch\":5,")));
    child.kill().unwrap();
    child.wait().unwrap();
    let (original, sorted) = (case.path("data.csv"), case.path("data-sorted-anew.csv"));
    let kept = std::fs::read(&original).unwrap();
    std::fs::copy(&sorted, &original).unwrap();
    let ran = case.run(&["run", "--resume", "j-0001", "--json"]);
    assert_eq!(ran.status, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("other-data") && ran.stderr.contains("not the data with which the job began"));
    // One field of one row is enough.
    let mut changed = kept.clone();
    let at = changed.iter().rposition(u8::is_ascii_digit).unwrap();
    changed[at] = if changed[at] == b'1' { b'0' } else { b'1' };
    std::fs::write(&original, changed).unwrap();
    assert_eq!(case.run(&["run", "--resume", "j-0001"]).status, Some(2));
    std::fs::write(&original, kept).unwrap();
    let mut child = case.command(&["run", "--resume", "j-0001", "--json"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut first).unwrap();
    assert!(first.contains("\"resumed_at\""), "{first}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn texts_are_found_in_tables_and_folders() {
    let looked = |name: &str, path: &str| {
        let ran = Case::of(name).run(&["look", path, "--json"]).is_good();
        ran.lines()[0].clone()
    };
    let table = looked("reviews-with-line-breaks", "reviews.csv");
    let eight = ["negative", "positive"].map(|class| (class.to_owned(), 8));
    assert_eq!((rows_by_class(&table).as_slice(), &table["findings"]["kind"]), (&eight[..], &Value::from("text")));
    assert_eq!(left_out(&table), ["id", "stars_given_by"]);
    assert!(remarks(&table).contains(&"empty-texts".to_owned()), "{table}");
    let folder = looked("folder-of-texts", "reviews");
    assert_eq!((parts(&folder)[2], parts(&folder).iter().sum::<u64>()), (4, 16));
    assert!(folder["recipe"].as_str().unwrap().contains("texts = \"reviews\""), "{folder}");
    assert_eq!(folder["first_rows"][1][0], "neg");
    assert!(
        folder["first_rows"].as_array().unwrap().iter().any(|row| row[1].as_str().unwrap().contains("剧情")),
        "{folder}"
    );
    let case = Case::of("folder-of-texts");
    std::fs::write(case.path("reviews/train/neg/x.txt"), b"caf\xe9").unwrap();
    let ran = case.run(&["look", "reviews"]);
    assert!(ran.status == Some(2) && ran.stderr.contains("x.txt, line 1: byte 4 (0xE9)"), "{ran:#?}");
}

const SHAPES: [(&str, u64); 3] = [("bar", 6), ("disc", 6), ("roof", 6)];

#[test]
fn pictures_are_found_in_folders_of_any_habit() {
    let nine = [("bar", 9), ("disc", 9), ("roof", 9)];
    let data = works("train-val", &[1, 12, 12], &nine);
    assert_eq!((parts(&data)[0] + parts(&data)[2], parts(&data)[1]), (18, 9));
    let data = works("Training-Test", &[1, 12, 12], &nine);
    assert_eq!(parts(&data)[2], 9);
    let twelve = [("bar", 12), ("disc", 12), ("roof", 12)];
    assert_eq!(parts(&works("train-val-test", &[1, 12, 12], &twelve)), [18, 9, 9]);
    // Eighteen pictures teach what there is to learn from most beginnings, not from that of seed 0.
    let case = Case::of("train-valid-test");
    let ran = case.run(&["run", "recipe.toml", "--set", "training.seed=1", "--json"]).is_good();
    assert_eq!((parts(&self::data(&ran)), accuracy(&ran, "student")), ([18, 9, 9], 1.0));
    let deeper = Case::of("images-one-folder-deeper").trained("recipe.toml");
    assert_eq!((self::data(&deeper)["rows"].as_u64(), accuracy(&deeper, "student")), (Some(18), 1.0));
    for name in ["note-in-class-folder", "macosx-folder", "folder-in-folder", "nas-folder"] {
        works(name, &[1, 12, 12], &SHAPES);
    }
    works("one-webp-named-jpg", &[1, 12, 12], &[("bar", 7), ("disc", 6), ("roof", 6)]);
}

#[test]
fn what_is_no_picture_is_passed_over_and_said() {
    let case = Case::of("empty-class-folder");
    std::fs::create_dir_all(case.path("pics/cube")).unwrap();
    let ran = case.run(&["run", "recipe.toml"]).is_good();
    assert!(ran.stderr.contains("cube"), "{}", ran.stderr);
    for (name, file) in [("one-empty-file", "disc3.jpg"), ("one-half-picture", "bar0.jpg")] {
        let ran = Case::of(name).run(&["run", "recipe.toml"]).is_good();
        assert!(ran.stderr.contains(file) && ran.stderr.contains("17 rows"), "{name}: {}", ran.stderr);
    }
}

#[test]
fn pictures_of_all_formats_are_read() {
    for name in ["pictures-webp", "pictures-bmp", "pictures-pgm", "pictures-gif"] {
        let ran = Case::of(name).trained("recipe.toml");
        let data = data(&ran);
        assert_eq!(rows_by_class(&data), SHAPES.map(|(class, rows)| (class.to_owned(), rows)), "{name}");
    }
    let ran = Case::of("black-on-transparent").trained("recipe.toml");
    assert!(remarks(&data(&ran)).contains(&"transparent-ground".to_owned()));
    assert_eq!(accuracy(&ran, "teacher"), 1.0);
    works("size-as-a-pair", &[1, 12, 12], &[("bar", 4), ("disc", 4), ("roof", 4)]);
    let ran = Case::of("class-names-shown").trained("recipe.toml");
    let names: Vec<String> = rows_by_class(&data(&ran)).into_iter().map(|(class, _)| class).collect();
    assert_eq!(names, ["ไทย", "ひらがな", "拖拉机", "鹦鹉", "한국어"]);
}

#[cfg(unix)]
#[test]
fn folders_are_classes_by_their_bytes() {
    let case = Case::of("folder-names-in-gbk");
    let unpacked = Command::new("tar").args(["xzf", "pics.tar.gz"]).current_dir(case.folder.path()).status().unwrap();
    assert!(unpacked.success());
    let ran = case.trained("recipe.toml");
    let names: Vec<String> = rows_by_class(&data(&ran)).into_iter().map(|(class, _)| class).collect();
    assert_eq!(names.len(), 3);
    assert!(names.contains(&r"\xB9\xB7".to_owned()), "{names:?}");
}

#[test]
fn new_rows_and_new_pictures_are_predicted() {
    let predictions = |case: &Case, data: &str, more: &[&str]| -> Vec<Vec<String>> {
        let arguments = ["predict", "out/student.safetensors", "--data", data, "--out", "p.csv", "--json"];
        case.run(&[&arguments[..], more].concat()).is_good();
        let text = std::fs::read_to_string(case.path("p.csv")).unwrap();
        text.lines().skip(1).map(|line| line.split(',').take(3).map(ToOwned::to_owned).collect()).collect()
    };
    let case = Case::of("predict-new-pictures");
    case.trained("recipe.toml");
    let found = predictions(&case, "new", &[]);
    assert_eq!(found, [["holiday-12.png", "", "bar"], ["holiday-31.png", "", "disc"]]);
    assert_eq!(predictions(&case, "new/holiday-12.png", &[])[0], ["holiday-12.png", "", "bar"]);

    let case = Case::of("predict-without-labels");
    case.trained("recipe.toml");
    let classes: Vec<String> =
        predictions(&case, "new.csv", &["--split", "all"]).into_iter().map(|r| r[2].clone()).collect();
    assert_eq!(classes, ["ash", "ash", "elm", "elm", "oak"]);
    assert_eq!(predictions(&case, "new-one.csv", &["--split", "all"])[0][2], "ash");
    let rows = predictions(&case, "new-order.csv", &["--split", "all"]);
    assert!(rows.len() == 15 && rows.iter().all(|row| row[1] == row[2]), "{rows:?}");
    // A column that the model learnt is missing.
    let text = std::fs::read_to_string(case.path("new.csv")).unwrap();
    let short: Vec<&str> = text.lines().map(|line| line.rsplit_once(',').unwrap().0).collect();
    std::fs::write(case.path("short.csv"), short.join("\n")).unwrap();
    let arguments = ["predict", "out/student.safetensors", "--data", "short.csv", "--split", "all", "--out", "q.csv"];
    let ran = case.run(&arguments);
    assert_eq!((ran.status, case.path("q.csv").exists()), (Some(2), false), "{ran:#?}");
}

#[test]
fn idx_folders_are_read_as_they_lie_there() {
    works("idx-copied-by-a-mac", &[1, 12, 12], &[("0", 13), ("1", 13), ("2", 13)]);
    refused("emnist-all-splits", "recipe.toml", &["balanced", "digits", "letters", "name = "]);
    let case = Case::of("emnist-all-splits");
    let set = ["--set", "data.source={ idx = \"raw\", name = \"emnist-letters\" }"];
    case.run(&[&["run", "recipe.toml", "--json"][..], &set].concat()).is_good();
    let ran = Case::of("emnist-labels-from-1").trained("recipe.toml");
    let names: Vec<String> = rows_by_class(&data(&ran)).into_iter().map(|(class, _)| class).collect();
    assert_eq!((names, accuracy(&ran, "student")), (["A", "B", "C"].map(ToOwned::to_owned).to_vec(), 1.0));
    works("qmnist", &[1, 12, 12], &[("0", 13), ("1", 13), ("2", 13)]);
}

#[test]
fn teachers_of_other_programs_come_in() {
    let names = ["pytorch-sequential", "pytorch-fc-names", "pytorch-batchnorm", "pytorch-module-prefix"];
    for name in names.into_iter().chain(["own-student-in-half", "own-student-in-bf16"]) {
        let ran = Case::of(name).trained("recipe.toml");
        assert_eq!(accuracy(&ran, "teacher"), 1.0, "{name}");
    }
    refused("pytorch-pt-file", "recipe.toml", &["PyTorch", "safetensors.torch.save_file"]);
    refused("git-lfs-pointer", "recipe.toml", &["Git LFS pointer"]);
}

#[test]
fn recipes_are_found_and_understood() {
    refused("home-in-a-path", "recipe.toml", &["data/iris.csv"]);
    let case = Case::of("home-in-a-path");
    copy(Path::new("tests/field/trailing-comma"), &case.path("home/data"));
    std::fs::rename(case.path("home/data/t.csv"), case.path("home/data/iris.csv")).unwrap();
    let ran = Ran::of(case.command(&["run", "recipe.toml", "--json"]).env("HOME", case.path("home")).output().unwrap());
    assert_eq!(ran.status, Some(0), "{ran:#?}");

    let case = Case::of("recipe-from-a-pipe");
    let recipe = std::fs::File::open(case.path("recipe.toml")).unwrap();
    let ran = Ran::of(case.command(&["run", "-", "--json"]).stdin(recipe).output().unwrap());
    assert_eq!(ran.status, Some(0), "{ran:#?}");

    refused("windows-path", "recipe.toml", &["backslash is doubled", "line 3"]);

    let case = Case::of("words-of-other-libraries");
    let words = std::fs::read_to_string(case.path("words.txt")).unwrap();
    let meant = [
        ("training.patience=3", "keep"),
        ("training.early_stopping=true", "keep"),
        ("distill.tau=2", "distill.temperature"),
        ("training.device=cuda", ""),
        ("distill.alpha=0.5", "soft_weight"),
        ("distill.T=4", "distill.temperature"),
        ("training.optimiser=adam", "adamw"),
    ];
    assert_eq!(words.lines().collect::<Vec<_>>(), meant.map(|(word, _)| word));
    for (word, meant) in meant {
        let ran = case.run(&["run", "recipe.toml", "--set", word]);
        assert_eq!(ran.status, Some(2), "{word}");
        assert!(ran.stderr.contains(meant), "{word}: {}", ran.stderr);
        for far in ["the nearest is `baseline`", "temperature_squared"] {
            assert!(!ran.stderr.contains(far), "{word}: {}", ran.stderr);
        }
    }
}

#[cfg(unix)]
#[test]
fn what_ends_a_program_pauses_a_job() {
    let case = Case::of("many-short-epochs");
    for signal in tool::ending_signals() {
        let store = format!("store-{signal}.db");
        let mut child = case.command(&["run", "recipe.toml", "--json", "--store", &store]);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("\"epoch\":40,") {
            line.clear();
            assert!(std::io::BufRead::read_line(&mut out, &mut line).unwrap() > 0, "it ended too early");
        }
        Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        std::io::copy(&mut out, &mut std::io::sink()).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(1), "{signal}");
        assert!(String::from_utf8(ended.stderr).unwrap().contains("is paused"), "{signal}");
    }
    // The recipe of a slow teacher is the same way; here a smaller one shows that it goes on from there.
    let case = Case::of("stopped-by-the-system");
    let set = ["--set", "teacher.model={ mlp = [64] }", "--set", "teacher.epochs=500", "--resume-every", "0.05"];
    let mut child = case.command(&[&["run", "recipe.toml", "--json"][..], &set].concat());
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"epoch\":2,") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut out, &mut line).unwrap() > 0, "it ended too early");
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    std::io::copy(&mut out, &mut std::io::sink()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let set = ["--resume", "j-0001", "--json"];
    let mut child = case.command(&[&["run"][..], &set].concat());
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut first).unwrap();
    let started: Value = serde_json::from_str(&first).unwrap();
    assert!(started["resumed_at"].as_u64() > Some(0), "{first}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Every case has a place in these tests.
#[test]
fn no_case_is_forgotten() {
    let tests = std::fs::read_to_string("tests/field.rs").unwrap();
    for entry in std::fs::read_dir("tests/field").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // Those are for the tests of pictures and arrays.
        if ["numpy", "odd-pictures"].contains(&name.as_str()) {
            continue;
        }
        assert!(tests.contains(&format!("\"{name}\"")), "{name}");
    }
}
