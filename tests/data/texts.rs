//! Texts as people have them: columns of tables, labels before texts, folders of files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use stillroom::data::{
    Columns, DataError, Dataset, Examples, Kind, LabelReason, NewRows, TextFinding, Texts, read_new_rows,
    read_new_texts, recognise,
};
use stillroom::recipe::{ColumnRef, Source, TableSource, TextSource};
use tempfile::TempDir;

fn write(name: &str, text: impl AsRef<[u8]>) -> (TempDir, TableSource) {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), name, text);
    (folder, TableSource::new(path))
}

fn put(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

fn load(source: &TableSource) -> Result<Dataset, DataError> {
    Dataset::load(&Source::Table(source.clone()))
}

fn read(name: &str, text: impl AsRef<[u8]>) -> Dataset {
    let (_folder, source) = write(name, text.as_ref());
    load(&source).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text.as_ref())))
}

/// The text of each row, both of a pair with a bar between them.
fn texts(dataset: &Dataset) -> Vec<String> {
    let Examples::Text(texts) = &dataset.examples else { panic!("no texts: {:?}", dataset.examples) };
    said(texts)
}

fn said(texts: &Texts) -> Vec<String> {
    let row = |row| match texts.second(row) {
        Some(second) => format!("{}|{second}", texts.first(row)),
        None => texts.first(row).to_owned(),
    };
    (0..texts.rows()).map(row).collect()
}

fn codes(dataset: &Dataset) -> Vec<&str> {
    dataset.findings.remarks.iter().map(|remark| remark.code.as_str()).collect()
}

/// Twelve texts that nobody says twice.
fn said_by(i: usize) -> String {
    let words = ["a film of great beauty", "the worst that came out this year", "it is what it is"];
    format!("{} ({i})", words[i % 3])
}

fn lines(line: impl Fn(usize, &str, &str) -> String) -> String {
    (0..12).map(|i| line(i, &said_by(i), ["good", "bad"][i % 2])).collect()
}

#[test]
fn one_table_of_texts_in_many_dialects_is_one() {
    let plain = read("t.csv", format!("text,label\n{}", lines(|_, text, class| format!("{text},{class}\n"))));
    assert_eq!(texts(&plain), (0..12).map(said_by).collect::<Vec<_>>());
    assert_eq!(
        (plain.classes.as_slice(), &plain.labels[..3]),
        (&["bad".to_owned(), "good".to_owned()][..], &[1, 0, 1][..])
    );
    assert_eq!((plain.examples.shape(), plain.findings.kind), (Vec::new(), Kind::Text));
    assert_eq!(plain.findings.texts, Some(TextFinding { pairs: false, median: 26, longest: 38 }));
    let columns = plain.columns.as_deref().unwrap();
    assert!(columns.are_texts() && columns.list[0].name == "text" && columns.width() == 0);
    for (name, text) in [
        ("t.csv", format!("review;sentiment\n{}", lines(|_, text, class| format!("\"{text}\";{class}\n")))),
        ("t.csv", lines(|_, text, class| format!("{text},{class}\n"))),
        ("t.csv", format!("sentiment,review\n{}", lines(|_, text, class| format!("{class},{text}\n")))),
        ("t.csv", format!("id,words,class\n{}", lines(|i, text, class| format!("{i},{text},{class}\n")))),
        ("t.tsv", lines(|_, text, class| format!("{class}\t{text}\r\n"))),
        ("t.txt", lines(|_, text, class| format!("__label__{class} {text}\n"))),
        ("t.txt", lines(|_, text, class| format!("__label__{class}\t{text}\n"))),
        ("t.txt", lines(|_, text, class| format!("{class} {text}\n"))),
        ("t.csv", format!("\u{feff}label,内容\n{}", lines(|_, text, class| format!("{class},{text}\n")))),
    ] {
        let found = read(name, &text);
        assert_eq!(texts(&found), texts(&plain), "{text}");
        assert_eq!((&found.labels, &found.classes), (&plain.labels, &plain.classes), "{text}");
        assert_eq!(found.digest(), plain.digest(), "{text}");
    }
}

#[test]
fn whatever_stands_in_a_text_is_read_as_it_stands() {
    let odd = ["a \"good\" one, they said", "two\nlines of it", "tabs\tand; all, of it", "🎬 שלום עולם", "1", "NA"];
    let long = "x ".repeat(100_000) + "end";
    let rows = |i: usize| odd.get(i).map_or_else(|| said_by(i), |text| (*text).to_owned());
    let row = |i: usize| format!("\"{}\",{}\n", rows(i).replace('"', "\"\""), i % 2);
    let mut text: String = "text,label\n".to_owned() + &(0..20).map(row).collect::<String>();
    text += &format!("{long},1\n");
    let found = read("t.csv", &text);
    assert_eq!(texts(&found)[..6], odd);
    assert_eq!(texts(&found)[20], long);
    let bytes = encoding_rs::GBK.encode("label,text\n1,这部电影很好看\n0,太难看了这部片\n").0.repeat(4);
    let (_folder, source) = write("t.csv", bytes);
    assert_eq!(load(&source).unwrap_err().code(), "data-not-text");
    let source = TableSource { encoding: Some("gbk".to_owned()), header: Some(true), ..source };
    assert_eq!(texts(&load(&source).unwrap())[0], "这部电影很好看");
}

#[test]
fn quotes_of_tables_with_tabs_belong_to_the_texts_where_they_are_not_closed() {
    let lone = lines(|i, text, class| format!("{class}\t{}{text}\n", if i == 3 { "\"" } else { "" }));
    let found = read("t.tsv", format!("label\ttext\n{lone}"));
    assert_eq!(texts(&found)[3], format!("\"{}", said_by(3)));
    assert_eq!(found.labels.len(), 12);
    // Far behind what is looked at first.
    let many: String = (0..40_000).map(|i| format!("{}\t{}\n", i % 2, said_by(i))).collect();
    let found = read("t.tsv", format!("label\ttext\n{many}0\t\"Oh, that one is not for me\n"));
    assert_eq!((texts(&found).len(), texts(&found)[40_000].as_str()), (40_001, "\"Oh, that one is not for me"));
    let quoted = lines(|_, text, class| format!("{class}\t\"{text}, it \"\"said\"\"\nand more\"\n"));
    assert_eq!(
        texts(&read("t.tsv", format!("label\ttext\n{quoted}")))[0],
        format!("{}, it \"said\"\nand more", said_by(0))
    );
    let apostrophes = lines(|i, text, class| format!("{class}\t'{text} '{i}'\n"));
    assert_eq!(texts(&read("t.txt", format!("label\ttext\n{apostrophes}")))[1], format!("'{} '1'", said_by(1)));
}

#[test]
fn texts_are_taken_where_nothing_else_can_be_read_or_where_they_are_asked_for() {
    let passengers = lines(|i, text, class| format!("{i},{text},{}.5,{class}\n", i * 7 % 5));
    let (_folder, source) = write("t.csv", format!("id,name,age,label\n{passengers}"));
    let numbers = load(&source).unwrap();
    assert_eq!((numbers.examples.shape(), numbers.findings.left_out.len()), (vec![1], 2));
    assert!(numbers.findings.left_out[1].why.to_string().contains("text = "));
    for column in [ColumnRef::Name("name".to_owned()), ColumnRef::Position(1), ColumnRef::Position(-3)] {
        let asked = load(&TableSource { text: Some(column), ..source.clone() }).unwrap();
        assert_eq!(texts(&asked)[0], said_by(0));
        let left_out: Vec<&str> = asked.findings.left_out.iter().map(|out| out.name.as_str()).collect();
        assert_eq!(left_out, ["id", "age"]);
    }
    // Numbers can be texts, where somebody wants them to be.
    let asked = load(&TableSource { text: Some(ColumnRef::Name("age".to_owned())), ..source.clone() }).unwrap();
    assert_eq!(texts(&asked)[1], "2.5");
    let wrong = |text: &str, second: Option<&str>| {
        let name = |name: &str| ColumnRef::Name(name.to_owned());
        let (label, text) = (Some(name("label")), Some(name(text)));
        let source = TableSource { label, text, text_b: second.map(name), ..source.clone() };
        load(&source).unwrap_err().to_string()
    };
    assert!(wrong("nome", None).contains("nome"));
    assert!(wrong("label", None).contains("it is the class"));
    assert!(wrong("name", Some("name")).contains("it is the first text"));
}

#[test]
fn pairs_are_known_by_their_names() {
    let rows = lines(|i, text, class| format!("{i},{text},{text} again,{class}\n"));
    let pairs = read("t.csv", format!("idx,sentence1,sentence2,label\n{rows}"));
    assert_eq!(texts(&pairs)[1], format!("{0}|{0} again", said_by(1)));
    assert!(pairs.findings.texts.is_some_and(|texts| texts.pairs));
    // A premise comes with several hypotheses.
    let rows = lines(|i, text, class| format!("a premise of this kind {},{text},{class}\n", i / 3));
    assert_eq!(
        texts(&read("t.csv", format!("premise,hypothesis,label\n{rows}")))[0],
        format!("a premise of this kind 0|{}", said_by(0))
    );
    let (_folder, source) =
        write("t.csv", format!("q,a,label\n{}", lines(|_, text, class| format!("{text} ?,{text},{class}\n"))));
    let name = |name: &str| Some(ColumnRef::Name(name.to_owned()));
    let found = load(&TableSource { text: name("a"), text_b: name("q"), ..source }).unwrap();
    assert_eq!(texts(&found)[0], format!("{0}|{0} ?", said_by(0)));
    assert_eq!(found.columns.unwrap().list.iter().map(|column| column.name.clone()).collect::<Vec<_>>(), ["a", "q"]);
}

#[test]
fn rows_without_a_text_are_left_out_and_counted() {
    let found = read(
        "t.csv",
        format!("text,label\n{},good\n\"  \",bad\n", lines(|_, text, class| format!("{text},{class}\n"))),
    );
    assert_eq!((found.labels.len(), codes(&found)), (12, vec!["empty-texts"]));
    let remark = &found.findings.remarks[0];
    assert_eq!(remark.counts, [("rows".to_owned(), 2), ("line".to_owned(), 14)]);
    let found =
        read("t.txt", format!("{}__label__bad\n", lines(|_, text, class| format!("__label__{class} {text}\n"))));
    assert_eq!((found.labels.len(), found.findings.remarks[0].counts[1].1), (12, 13));
}

#[test]
fn faults_of_texts_are_told_with_their_lines() {
    let fault = |name: &str, text: &str| {
        let (_folder, source) = write(name, text);
        load(&source).unwrap_err().to_string()
    };
    let filler = "more of the same, all in all; ".repeat(200);
    let zero = lines(|i, text, class| format!("{class}\t{filler}{text}{}\n", if i == 4 { "\0" } else { "" }));
    let said = fault("t.tsv", &format!("label\ttext\n{zero}"));
    assert!(said.contains("line 6, column `text`") && said.contains("0x00"), "{said}");
    let several =
        lines(|i, text, class| format!("__label__{class} {}{text}\n", if i == 2 { "__label__x " } else { "" }));
    assert!(fault("t.txt", &several).contains("line 3: has several labels"));
    let said = fault("t.csv", &format!("a,b\n{}", lines(|i, text, _| format!("{i},{text}\n"))));
    assert!(said.contains("label = ") && said.contains("`a`, `b`"), "{said}");
    assert!(fault("t.csv", &format!("text\n{}", lines(|_, text, _| format!("{text}\n")))).contains("no classes"));
    assert!(fault("t.txt", &lines(|_, text, _| format!("{text}\n"))).contains("no classes"));
    let one = fault("t.csv", &format!("text,label\n{}", lines(|_, text, _| format!("{text},only\n"))));
    assert!(one.contains("`only` is its only class"), "{one}");
    let (_folder, source) =
        write("t.csv", format!("x,text,label\n{}", lines(|i, _, class| format!("{i}.5,,{class}\n"))));
    let source = TableSource { text: Some(ColumnRef::Name("text".to_owned())), ..source };
    let said = load(&source).unwrap_err().to_string();
    assert!(said.contains("every field of its text column is empty"), "{said}");
}

#[test]
fn parquet_has_texts_too() {
    let found = load(&TableSource::new("tests/data/parquet/texts.parquet")).unwrap();
    assert_eq!(texts(&found)[..2], ["It said \"so\", and\nthen nothing came of it 0", "Grüße an alle, die da sind 1"]);
    assert_eq!((found.labels.len(), codes(&found)[0], found.classes.len()), (39, "empty-texts", 2));
    assert!(texts(&found).contains(&"1".to_owned()));
}

/// A folder of files with what `name` calls the file of each text, and its class.
fn folder(name: impl Fn(usize, &str) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..12 {
        put(folder.path(), &name(i, ["pos", "neg"][i % 2]), said_by(i));
    }
    folder
}

fn in_folder(folder: &TempDir) -> Dataset {
    let source = recognise(folder.path()).unwrap();
    assert_eq!(source, Source::Texts(TextSource::new(folder.path())));
    Dataset::load(&source).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn folders_of_texts_are_read_as_they_lie_there() {
    for (name, test) in [
        (Box::new(|i, class: &str| format!("{class}/{i:02}.txt")) as Box<dyn Fn(usize, &str) -> String>, None),
        (Box::new(|i, class: &str| format!("all/{class}/{i:02}")), None),
        (Box::new(|i, class: &str| format!("{}/{class}/{i:02}.txt", if i < 8 { "train" } else { "test" })), Some(8)),
    ] {
        let folder = folder(name);
        put(folder.path(), "README.txt", "about it");
        let found = in_folder(&folder);
        assert_eq!((found.classes.as_slice(), found.test_from), (&["neg".to_owned(), "pos".to_owned()][..], test));
        let mut all = texts(&found);
        all.sort();
        let mut expected: Vec<String> = (0..12).map(said_by).collect();
        expected.sort();
        assert_eq!(all, expected);
        assert_eq!(found.files.len(), 12);
        assert!(
            found
                .labels
                .iter()
                .zip(&found.files)
                .all(|(class, file)| file.iter().any(|part| part == found.classes[*class as usize].as_str()))
        );
        assert_eq!(found.findings.left_out.iter().filter(|out| out.name == "README.txt").count(), 1);
    }
}

#[test]
fn a_file_a_class_holds_a_text_a_line() {
    let of = |class: usize| (0..12).filter(|i| i % 2 == class).map(|i| said_by(i) + "\r\n").collect::<String>();
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "pos.txt", of(0) + "\r\n" + &said_by(20) + "\r\n\r\n");
    put(folder.path(), "neg.txt", of(1));
    let found = in_folder(&folder);
    assert_eq!((found.classes.as_slice(), found.labels.len()), (&["neg".to_owned(), "pos".to_owned()][..], 13));
    assert_eq!((texts(&found)[0].clone(), texts(&found)[12].clone()), (said_by(1), said_by(20)));
    assert!(found.files.is_empty() && codes(&found) == ["empty-lines"]);
    let folder = tempfile::tempdir().unwrap();
    for part in ["train", "val", "test"] {
        put(folder.path(), &format!("{part}/pos.txt"), of(0));
        put(folder.path(), &format!("{part}/neg.txt"), of(1));
    }
    let found = in_folder(&folder);
    assert_eq!((found.labels.len(), found.validation_from, found.test_from), (36, Some(12), Some(24)));
}

#[test]
fn what_belongs_to_no_class_of_texts_is_said() {
    let folder = folder(|i, class| format!("{}/{class}/{i:02}.txt", if i < 8 { "train" } else { "test" }));
    put(folder.path(), "train/unsup/0.txt", "nobody knows what this is");
    put(folder.path(), "train/pos/empty.txt", " \n");
    put(folder.path(), "words.vocab", "a\nb\n");
    put(folder.path(), "train/urls.txt", "http://…");
    let found = in_folder(&folder);
    assert_eq!((found.labels.len(), found.classes.len(), found.test_from), (12, 2, Some(8)));
    let left_out: Vec<&str> = found.findings.left_out.iter().map(|out| out.name.as_str()).collect();
    assert_eq!(left_out, ["train/urls.txt", "train/unsup", "*.vocab"]);
    assert!(codes(&found).contains(&"empty-texts"));

    let bad = put(folder.path(), "train/neg/bad.txt", b"na f\xfcr wen");
    let said = Dataset::load(&Source::Texts(TextSource::new(folder.path()))).unwrap_err().to_string();
    assert!(said.contains("bad.txt, line 1: byte 5 (0xFC)"), "{said}");
    let told = TextSource { encoding: Some("windows-1252".to_owned()), ..TextSource::new(folder.path()) };
    assert!(texts(&Dataset::load(&Source::Texts(told)).unwrap()).contains(&"na für wen".to_owned()));
    std::fs::write(bad, [b"text ".repeat(200), vec![0]].concat()).unwrap();
    let said = Dataset::load(&Source::Texts(TextSource::new(folder.path()))).unwrap_err().to_string();
    assert!(said.contains("bad.txt") && said.contains("0x00"), "{said}");

    let nothing = tempfile::tempdir().unwrap();
    let said = Dataset::load(&Source::Texts(TextSource::new(nothing.path()))).unwrap_err().to_string();
    assert!(said.contains("one text a file"), "{said}");
    put(nothing.path(), "one.txt", "only one");
    put(nothing.path(), "sub/two.md", "a note");
    assert!(Dataset::load(&Source::Texts(TextSource::new(nothing.path()))).is_err());
}

#[test]
fn copies_of_texts_come_into_one_part_and_are_said_where_they_do_not() {
    let rows = lines(|i, text, class| format!("{text},{class}\n").repeat(1 + i % 2));
    let found = read("t.csv", format!("text,label\n{rows}"));
    let splits = found.split(&stillroom::recipe::DataRecipe::of(Source::Table(TableSource::new("t.csv")))).unwrap();
    let said = found.judge(&splits);
    assert_eq!((said[0].code.as_str(), said[0].counts[0].1), ("copies-together", 6));
    let folder = tempfile::tempdir().unwrap();
    let train =
        put(folder.path(), "train.csv", format!("text,label\n{}", lines(|_, text, class| format!("{text},{class}\n"))));
    let test = put(folder.path(), "test.csv", format!("text,label\n{},good\nnew to all of them,bad\n", said_by(0)));
    let source = TableSource { test: Some(test), ..TableSource::new(train) };
    let found = load(&source).unwrap();
    let splits = found.split(&stillroom::recipe::DataRecipe::of(Source::Table(source))).unwrap();
    let said = found.judge(&splits);
    assert_eq!((said[0].code.as_str(), said[0].counts[0].1, said[0].counts[1].1), ("copies-across-parts", 1, 2));
    assert_eq!(
        found.only(&[1, 0]).examples,
        Examples::Text(match &found.examples {
            Examples::Text(texts) => texts.gather(&[1, 0]),
            _ => Texts::default(),
        })
    );
}

fn new_rows(columns: Option<&Columns>, name: &str, text: &str) -> Result<NewRows, DataError> {
    let (_folder, source) = write(name, text);
    let classes = ["bad".to_owned(), "good".to_owned()];
    match columns {
        Some(columns) => read_new_rows(&source, columns, &classes, &[]),
        None => read_new_texts(&source, None, &classes),
    }
}

fn new_texts(columns: Option<&Columns>, name: &str, text: &str) -> Vec<String> {
    match new_rows(columns, name, text).unwrap().examples {
        Examples::Text(texts) => said(&texts),
        other => panic!("{other:?}"),
    }
}

#[test]
fn new_texts_are_found_by_the_name_of_their_column() {
    let own = read("t.csv", format!("id,review,label\n{}", lines(|i, text, class| format!("{i},{text},{class}\n"))));
    let columns = own.columns.as_deref();
    assert_eq!(
        new_texts(columns, "new.csv", "label,x,review\ngood,1,\"one, two\"\nbad,2,three\n"),
        ["one, two", "three"]
    );
    let rows = new_rows(columns, "new.csv", "review,label\none of them,good\n,bad\nanother,?\n").unwrap();
    assert_eq!(rows.labels, [Some("good".to_owned()), None]);
    assert_eq!(
        (rows.names.as_slice(), rows.remarks[0].code.as_str()),
        (&["0".to_owned(), "2".to_owned()][..], "empty-texts")
    );
    assert_eq!(new_texts(columns, "new.csv", "review\n\"just this, no class\"\n"), ["just this, no class"]);
    assert_eq!(
        new_texts(columns, "new.txt", "just this, no class\nand another\n"),
        ["just this, no class", "and another"]
    );
    assert_eq!(new_texts(columns, "new.txt", "label\treview\ngood\tjust this\n"), ["just this"]);
    let missing = new_rows(columns, "new.csv", "text,label\na,good\n").unwrap_err().to_string();
    assert!(missing.contains("review"), "{missing}");

    let marked = read("t.txt", lines(|_, text, class| format!("__label__{class} {text}\n")));
    let columns = marked.columns.as_deref();
    assert_eq!(new_texts(columns, "new.txt", "__label__good one, two\n__label__bad three\n"), ["one, two", "three"]);
    assert_eq!(new_texts(columns, "new.txt", "one, two\nthree\n"), ["one, two", "three"]);

    let pairs = read(
        "t.csv",
        format!("sentence1,sentence2,label\n{}", lines(|_, text, class| format!("{text},{text} b,{class}\n"))),
    );
    assert_eq!(new_texts(pairs.columns.as_deref(), "new.csv", "sentence2,sentence1\nb,a\n"), ["a|b"]);

    assert_eq!(new_texts(None, "new.txt", "one, two\nthree\n"), ["one, two", "three"]);
    for name in ["new.csv", "new.txt"] {
        assert_eq!(new_texts(None, name, "text\none of them\nthree\n"), ["one of them", "three"], "{name}");
    }
    assert_eq!(new_texts(None, "new.csv", "id,text,label\n1,one of them,good\n"), ["one of them"]);
    let found = new_rows(None, "new.csv", "id,label,words\n1,good,one of them here\n2,bad,two of them\n").unwrap();
    assert_eq!((found.labels[1].as_deref(), found.examples.rows()), (Some("bad"), 2));
}

#[test]
fn a_class_column_beside_texts_is_taken_for_what_it_is() {
    let found = read("t.csv", format!("review,sentiment\n{}", lines(|_, text, class| format!("{text},{class}\n"))));
    let label = found.findings.label.clone().unwrap();
    assert_eq!((label.column.as_str(), label.why, codes(&found).len()), ("sentiment", LabelReason::Called, 0));
    let found = read("t.csv", lines(|i, text, _| format!("{},{text}\n", i % 2)));
    assert_eq!(found.findings.label.unwrap().why, LabelReason::BesideText);
}
