//! Rows for a model that was trained on a table, and what is odd about a table's columns.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test that cannot go on has failed; values are exact")]

use stillroom::data::{Columns, DataError, Dataset, NewRows, read_new_rows};
use stillroom::recipe::{ColumnRef, Source, TableSource};
use tempfile::TempDir;

struct Trained {
    folder: TempDir,
    columns: Columns,
    classes: Vec<String>,
}

impl Trained {
    fn on(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.csv");
        std::fs::write(&path, text).unwrap();
        let dataset = Dataset::load(&Source::Table(TableSource::new(path))).unwrap();
        let columns = dataset.columns.as_deref().unwrap().clone();
        Self { folder, columns, classes: dataset.classes }
    }

    fn reads(&self, text: &str, told: impl Fn(TableSource) -> TableSource) -> Result<NewRows, DataError> {
        let path = self.folder.path().join("new.csv");
        std::fs::write(&path, text).unwrap();
        read_new_rows(&told(TableSource::new(path)), &self.columns, &self.classes, &[self.columns.width()])
    }
}

fn table(row: impl Fn(usize) -> String) -> String {
    (0..30).map(row).collect()
}

fn plain() -> String {
    format!("u,v,class\n{}", table(|i| format!("{}.5,{},{}\n", i % 7, (i * i) % 11, ["x", "y"][i % 2])))
}

fn codes(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    let dataset = Dataset::load(&Source::Table(TableSource::new(path))).unwrap();
    dataset.findings.remarks.into_iter().filter(|remark| remark.warns).map(|remark| remark.code).collect()
}

#[test]
fn what_is_told_of_new_rows_holds() {
    let model = Trained::on(&plain());
    let quoted = "u,v,class\n\"1,234\",2,x\n";
    let comma = |source| TableSource { decimal_comma: Some(true), ..source };
    assert_eq!(model.reads(quoted, comma).unwrap().examples.row(0), [1.234, 2.0]);
    let either = model.reads(quoted, |source| source).unwrap();
    assert_eq!((either.examples.row(0), either.remarks[0].code.as_str()), (vec![1234.0, 2.0], "ambiguous-commas"));

    let other = "u~v~truth\n1~2~y\n";
    let told =
        |source| TableSource { delimiter: Some('~'), label: Some(ColumnRef::Name("truth".to_owned())), ..source };
    assert_eq!(model.reads(other, told).unwrap().labels, [Some("y".to_owned())]);
    let wrong = |source| TableSource { label: Some(ColumnRef::Name("nope".to_owned())), ..source };
    let error = model.reads("u,v,class\n1,2,x\n", wrong).unwrap_err();
    assert!(error.to_string().contains("`nope`"), "{error}");
}

#[test]
fn the_decimal_sign_of_the_models_own_table_decides() {
    let model = Trained::on(&plain().replace(',', ";").replace('.', ","));
    assert!(model.columns.decimal_comma);
    let rows = model.reads("u,v,class\n\"1,234\",2,x\n", |source| source).unwrap();
    assert_eq!(rows.examples.row(0), [1.234, 2.0]);
    let model = Trained::on(&plain());
    let rows = model.reads("u;v;class\n1,234;2;x\n", |source| source).unwrap();
    assert_eq!(rows.examples.row(0), [1234.0, 2.0]);
}

#[test]
fn a_model_without_names_reads_the_first_line() {
    let model = Trained::on(&table(|i| format!("{}.5,{},{}\n", i % 7, (i * i) % 11, i % 3)));
    let rows = model.reads("0,1,2\n1.5,0.2,1\n2.5,0.2,1\n", |source| source).unwrap();
    assert_eq!(rows.labels.len(), 3);
    let rows = model.reads("a,b,c\n1.5,0.2,1\n", |source| TableSource { header: Some(true), ..source }).unwrap();
    assert_eq!(rows.labels, [Some("1".to_owned())]);
}

#[test]
fn columns_of_one_name_stay_two() {
    let text = format!("v,v,class\n{}", table(|i| format!("{}.5,{},{}\n", i % 7, i % 2, ["x", "y"][i % 2])));
    let model = Trained::on(&text);
    let rows = model.reads(&text, |source| source).unwrap();
    assert_eq!(rows.examples.row(1), [1.5, 1.0]);
    model.reads("v,class\n1,x\n", |source| source).unwrap_err();
}

#[test]
fn classes_are_read_as_they_are_written() {
    let class = ["1.0", "2.0", "x"];
    let text = format!("u,v,class\n{}", table(|i| format!("{}.5,{},{}\n", i % 7, i % 5, class[i % 3])));
    let model = Trained::on(&text);
    let rows = model.reads(&text, |source| source).unwrap();
    assert_eq!(rows.labels[..3], class.map(|class| Some(class.to_owned())));
    let rows = model.reads("u,v,class\n1,2,NA\n1,2,?\n1,2,\n1,2,x\n", |source| source).unwrap();
    assert_eq!(rows.labels, [None, None, None, Some("x".to_owned())]);
}

#[test]
fn columns_that_tell_the_class_or_count_rows_are_named() {
    let of = |head: &str, row: &dyn Fn(usize) -> String| codes(&format!("{head}\n{}", table(row)));
    let two = |i: usize| format!("{}.5,{}", i % 7, (i * i) % 11);
    assert_eq!(of("a,b,target", &|i| format!("{},{}\n", two(i), i % 2)), Vec::<String>::new());
    let names = ["iris", "rose"];
    assert_eq!(of("a,b,target,target_name", &|i| format!("{},{},{}\n", two(i), i % 2, names[i % 2])), ["tells-class"]);
    assert_eq!(of("kind,a,b,label", &|i| format!("{},{},{}\n", names[i % 2], two(i), i % 2)), ["tells-class"]);
    assert_eq!(of("patient,a,b,label", &|i| format!("{},{},{}\n", 1000 + 8 * i, two(i), i % 2)), ["looks-like-ids"]);
    assert_eq!(of("sample,a,b,label", &|i| format!("{},{},{}\n", 1 + i * 7 % 30, two(i), i % 2)), ["looks-like-ids"]);
    assert_eq!(of("a,b,label", &|i| format!("{},{}\n", two(i), ["1.1", "1.10", "1.2"][i % 3])), ["equal-classes"]);
    assert_eq!(of("a,b,label", &|i| format!("{},{}\n", two(i), ["1", "1.0", "2"][i % 3])), Vec::<String>::new());
}

#[test]
fn words_that_only_the_test_rows_have_are_nobodys_input() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, words: [&str; 2]| {
        let row = |i: usize| format!("{}.5,{},{}\n", i % 7, words[i % 2], i % 2);
        std::fs::write(folder.path().join(name), format!("a,w,class\n{}", table(row))).unwrap();
    };
    write("d.csv", ["p", "q"]);
    write("t.csv", ["pink", "q"]);
    let source =
        TableSource { test: Some(folder.path().join("t.csv")), ..TableSource::new(folder.path().join("d.csv")) };
    let dataset = Dataset::load(&Source::Table(source)).unwrap();
    assert_eq!(dataset.examples.shape(), [3]);
    assert!(dataset.findings.remarks.iter().any(|remark| remark.code == "unseen-words"));
    assert_eq!(dataset.examples.row(30), [0.5, 0.0, 0.0]);
}

#[test]
fn bytes_that_are_text_are_read_and_the_rest_is_named() {
    let dataset = Dataset::load(&Source::Table(TableSource::new("tests/data/parquet/bytes.parquet"))).unwrap();
    assert_eq!(dataset.classes, ["ash", "elm"]);
    assert_eq!(dataset.findings.left_out[0].name, "raw");
    assert!(dataset.findings.remarks.iter().any(|remark| remark.code == "columns-not-read"));
}
