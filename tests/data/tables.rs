//! Tables as people write them: each habit in small, and the files of other programs.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test that cannot go on has failed; values are exact")]

use std::path::Path;

use stillroom::data::{BadLine, ColumnKind, DataError, Dataset, Examples, LabelReason, LineProblem, read_new_rows};
use stillroom::recipe::{ColumnRef, Copies, KeptColumns, Pixels, Source, TableSource};
use tempfile::TempDir;

fn write(name: &str, text: impl AsRef<[u8]>) -> (TempDir, TableSource) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, TableSource::new(path))
}

fn load(source: TableSource) -> Result<Dataset, DataError> {
    Dataset::load(&Source::Table(source))
}

fn read(text: impl AsRef<[u8]>) -> Dataset {
    let (_folder, source) = write("t.csv", text.as_ref());
    load(source).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text.as_ref())))
}

/// Ten rows of two measurements and a class, with what `line` makes of them.
fn lines(line: impl Fn(usize, f64, f64, &str) -> String) -> String {
    (0..10).map(|i| line(i, 1.5 + i as f64, 0.25 * ((i * 7) % 10) as f64, ["ash", "elm"][i % 2])).collect()
}

fn values(dataset: &Dataset) -> Vec<f32> {
    (0..dataset.labels.len()).flat_map(|row| dataset.examples.row(row)).collect()
}

#[test]
fn one_table_in_many_dialects_is_one_table() {
    let plain = read(format!("x,z,kind\n{}", lines(|_, x, y, k| format!("{x},{y},{k}\n"))));
    assert_eq!(
        (plain.examples.shape(), plain.classes.as_slice()),
        (vec![2], &["ash".to_owned(), "elm".to_owned()][..])
    );
    let german = |number: f64| number.to_string().replace('.', ",");
    let dialects = [
        lines(|_, x, y, k| format!("{x},{y},{k}\n")),
        format!("x;z;kind\n{}", lines(|_, x, y, k| format!("{x};{y};{k}\n"))),
        format!("x;z;kind\n{}", lines(|_, x, y, k| format!("{};{};{k}\n", german(x), german(y)))),
        format!("x\tz\tkind\n{}", lines(|_, x, y, k| format!("{}\t{}\t{k}\n", german(x), german(y)))),
        format!("x|z|kind\r\n{}", lines(|_, x, y, k| format!("{x}|{y}|{k}\r\n"))),
        lines(|_, x, y, k| format!("  {x}   {y}\t {k}\n")),
        format!("sep=|\nx|z|kind\n{}", lines(|_, x, y, k| format!("{x}|{y}|{k}\n"))),
        format!("\u{feff}x,z,kind\n{}", lines(|_, x, y, k| format!("\"{x}\",\"{y}\",\"{k}\"\n"))),
        format!(
            "\"x\",\"z\",\"kind\"\n{}",
            lines(|_, x, y, k| format!("\"{}\",\"{}\",\"{k}\"\n", german(x), german(y)))
        ),
        format!(
            "# from a logger\n# 3 channels, calibrated\nx,z,kind\n{}",
            lines(|_, x, y, k| format!("{x},{y},{k}\n"))
        ),
        format!("#x,z,kind\n{}", lines(|_, x, y, k| format!("{x},{y},{k}\n"))),
        format!("x,z,kind,\n{}", lines(|_, x, y, k| format!("{x},{y},{k},\n"))),
        format!("x,z,kind\n{}", lines(|_, x, y, k| format!("{x},{y},{k},,,\n"))),
        format!("x,z,kind\n{},,\n,,\n\n", lines(|_, x, y, k| format!("{x},{y},{k}\n"))),
        format!("x,z,kind\r{}", lines(|_, x, y, k| format!("{x},{y},{k}\r"))),
        format!("\"x\" \"z\" \"kind\"\n{}", lines(|i, x, y, k| format!("\"{}\" {x} {y} \"{k}\"\n", i + 1))),
        format!("x,z,kind\n{}", lines(|i, x, y, k| format!("{x},{y},{k}\n{}", if i == 4 { "# paused\n" } else { "" }))),
        format!(
            "@relation r\n@attribute 'x' numeric\n@attribute z real\n@attribute kind {{ash,elm}}\n% rows\n@data\n{}",
            lines(|_, x, y, k| format!("{x},{y},{k}\n"))
        ),
    ];
    for text in dialects {
        let found = read(&text);
        assert_eq!(values(&found), values(&plain), "{text}");
        assert_eq!((&found.labels, &found.classes), (&plain.labels, &plain.classes), "{text}");
    }
}

#[test]
fn the_same_bytes_in_other_encodings_are_the_same_table() {
    let text = format!(
        "höhe,z,kind\n{}",
        lines(|_, x, y, k| format!("{x},{y},{}\n", if k == "ash" { "Esche" } else { "Ulme é" }))
    );
    let plain = read(&text);
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    for bytes in [utf16(false, true), utf16(true, true), utf16(false, false), utf16(true, false)] {
        let found = read(bytes);
        assert_eq!((values(&found), &found.classes), (values(&plain), &plain.classes));
    }
    let latin: Vec<u8> = text.chars().map(|c| u32::from(c) as u8).collect();
    let (_folder, source) = write("t.csv", &latin);
    let error = load(source.clone()).unwrap_err();
    assert_eq!(error.code(), "data-not-text");
    assert!(error.to_string().contains("line 1: byte 2 (0xF6)"), "{error}");
    let found = load(TableSource { encoding: Some("latin1".to_owned()), ..source }).unwrap();
    assert_eq!((values(&found), &found.classes), (values(&plain), &plain.classes));
}

#[test]
fn the_class_is_found_by_name_before_position() {
    for (header, place) in [("Label,x,y", 0), ("x,TARGET,y", 1), ("x,y, class ", 2), ("y,x,z", 0), ("species,y1,x", 0)]
    {
        let row = |i: usize| {
            let mut fields = vec![(i as f64 * 1.7).to_string(), ((i * 3) % 7).to_string()];
            fields.insert(place, ["a", "b", "c"][i % 3].to_owned());
            fields.join(",")
        };
        let text: String = std::iter::once(header.to_owned()).chain((0..12).map(row)).map(|l| l + "\n").collect();
        let dataset = read(&text);
        assert_eq!(dataset.classes, ["a", "b", "c"], "{header}");
        assert_eq!(dataset.findings.label.as_ref().unwrap().why, LabelReason::Called, "{header}");
    }
    // Without a name, a last column of measurements is no class where the first one is.
    let text: String = (0..60).map(|i| format!("{},{},{}\n", i % 3 + 1, i % 7, 0.37 * f64::from(i) + 3.1)).collect();
    let dataset = read(&text);
    assert_eq!(dataset.classes, ["1", "2", "3"]);
    assert_eq!(dataset.findings.label.as_ref().unwrap().why, LabelReason::First);
    // A quantity as class is said.
    let text: String = (0..80).map(|i| format!("{},{},{}\n", 0.5 * f64::from(i % 9), i % 7, i * i)).collect();
    let (_folder, source) = write("t.csv", &text);
    let error = load(TableSource { label: Some(ColumnRef::Position(-1)), ..source });
    assert!(error.unwrap().findings.remarks.iter().any(|remark| remark.code == "looks-like-a-quantity"));
}

#[test]
fn columns_that_only_number_or_name_rows_are_left_out() {
    let text = format!(
        ",PassengerId,when,name,x,z,kind\n{}",
        lines(|i, x, y, k| format!("{i},{},2024-01-{:02} 10:00,Miss N{i},{x},{y},{k}\n", 892 + 3 * i, i + 1))
    );
    let dataset = read(&text);
    assert_eq!(dataset.examples.shape(), [2]);
    let left_out: Vec<&str> = dataset.findings.left_out.iter().map(|left_out| left_out.name.as_str()).collect();
    assert_eq!(left_out, ["column 0", "PassengerId", "when", "name"]);
    let (_folder, source) = write("t.csv", &text);
    let keep = KeptColumns::These(vec![ColumnRef::Name("PassengerId".to_owned())]);
    assert_eq!(load(TableSource { keep, ..source.clone() }).unwrap().examples.shape(), [3]);
    let ignore = vec![ColumnRef::Name("z".to_owned()), ColumnRef::Position(0)];
    assert_eq!(load(TableSource { ignore, ..source.clone() }).unwrap().examples.shape(), [1]);
    let ignore = vec![ColumnRef::Name("q".to_owned())];
    let error = load(TableSource { ignore, ..source }).unwrap_err();
    assert!(error.code() == "data-column" && error.to_string().contains("`PassengerId`"), "{error}");
}

#[test]
fn gaps_words_and_truths_become_numbers_that_stay_what_they_are() {
    let text = "size,soil,wet,kind\n1,clay,yes,a\n?,sand,no,b\n3,,yes,a\n5,clay,NA,b\n7,sand,no,a\n9,clay,yes,b\n";
    let (folder, source) = write("t.csv", text);
    let mut dataset = load(source.clone()).unwrap();
    assert_eq!(dataset.examples.shape(), [4]);
    assert_eq!(dataset.gaps, [4, 15]);
    let medians = dataset.medians(&[0, 2, 4, 5]).unwrap();
    dataset.fill_gaps(&medians);
    let columns = dataset.columns.clone().unwrap();
    assert_eq!(columns.list[0].kind, ColumnKind::Number { base: 0.0, fill: 5.0 });
    assert_eq!(dataset.examples.row(1), [5.0, 0.0, 1.0, 0.0]);
    assert_eq!(dataset.examples.row(2), [3.0, 0.0, 0.0, 1.0], "no word is none of them");
    assert_eq!(dataset.examples.row(3), [5.0, 1.0, 0.0, 1.0], "the median of yes, yes, no, yes");

    // Other rows are read with these columns: by name, with these fills and these words.
    let new = folder.path().join("new.csv");
    let of_new = TableSource { path: new.clone(), ..source };
    std::fs::write(&new, "wet;soil;size\nno;peat;4\nyes;clay;\n").unwrap();
    let rows = read_new_rows(&of_new, &columns, &dataset.classes, &[4]).unwrap();
    assert_eq!(rows.examples.row(0), [4.0, 0.0, 0.0, 0.0]);
    assert_eq!(rows.examples.row(1), [5.0, 1.0, 0.0, 1.0]);
    assert_eq!(rows.labels, [None, None]);
    let codes: Vec<&str> = rows.remarks.iter().map(|remark| remark.code.as_str()).collect();
    assert_eq!(codes, ["filled", "unseen-words"]);
    std::fs::write(&new, "wet,soil\nno,clay\n").unwrap();
    let error = read_new_rows(&of_new, &columns, &dataset.classes, &[4]).unwrap_err();
    assert!(error.to_string().contains("missing: `size`"), "{error}");
    std::fs::write(&new, "1,clay,yes\n").unwrap();
    read_new_rows(&of_new, &columns, &dataset.classes, &[4]).unwrap_err();
}

#[test]
fn large_numbers_keep_what_tells_them_apart() {
    for start in [1_600_000_000.0_f64, 1.6e12, -3e10, 1e15] {
        let text = format!("at,kind\n{}", lines(|i, _, _, k| format!("{},{k}\n", start + ((i * 3) % 10) as f64)));
        let dataset = read(&text);
        let columns = dataset.columns.clone().unwrap();
        let base = columns.bases().unwrap()[0];
        for row in 0..10 {
            let exact = start + ((row * 3) % 10) as f64;
            assert_eq!(base + f64::from(dataset.examples.row(row)[0]), exact, "{start}");
        }
        // Two rows that `f32` would make one are two.
        assert!(dataset.copies.is_none());
        let hashes: std::collections::BTreeSet<u64> = (0..10).map(|row| dataset.row_hash(row)).collect();
        assert_eq!(hashes.len(), 10);
    }
    let plain = read(format!("x,kind\n{}", lines(|_, x, _, k| format!("{x},{k}\n"))));
    assert!(plain.columns.unwrap().bases().is_none());
}

#[test]
fn labels_compare_by_value_where_all_are_numbers() {
    let text: String = (0..12).map(|i| format!("{i}.5,{}\n", ["1", "1.0", "2", "2.00", "3e0", "3"][i % 6])).collect();
    assert_eq!(read(&text).classes, ["1", "2", "3"]);
    let text: String = (0..12).map(|i| format!("{i}.5,{}\n", ["1", "1.0", "b"][i % 3])).collect();
    assert_eq!(read(&text).classes, ["1", "1.0", "b"]);
    let text: String = (0..12).map(|i| format!("{i}.5,{}\n", ["Caf\u{e9}", "Cafe\u{301}"][i % 2])).collect();
    let dataset = read(&text);
    assert_eq!(dataset.classes.len(), 2, "names are compared by their bytes");
    assert!(dataset.findings.remarks.iter().any(|remark| remark.code == "alike-names"));
}

#[test]
fn square_columns_are_pixels() {
    let pixels = |most: usize, count: usize| -> String {
        let row = |i: usize| -> String {
            let fields: Vec<String> = (0..count).map(|j| ((i * 31 + j * 17) % (most + 1)).to_string()).collect();
            format!("{},{}\n", i % 2, fields.join(","))
        };
        let head: Vec<String> = (0..count).map(|j| format!("pixel{j}")).collect();
        format!("label,{}\n{}", head.join(","), (0..8).map(row).collect::<String>())
    };
    let eight = read(pixels(16, 64));
    assert_eq!((eight.examples.shape(), eight.pixel_scale), (vec![1, 8, 8], Some(16.0)));
    let ten = read(pixels(255, 100));
    assert_eq!((ten.examples.shape(), ten.pixel_scale), (vec![1, 10, 10], Some(255.0)));
    assert!(matches!(ten.examples, Examples::Pixels { .. }));
    for (most, count) in [(300, 64), (255, 63), (255, 49), (1, 64)] {
        assert_eq!(read(pixels(most, count)).examples.shape(), [count], "{most} {count}");
    }
    let (_folder, source) = write("t.csv", pixels(255, 192));
    let shape = Some(Pixels::Shape { channels: 3, height: 8, width: 8 });
    assert_eq!(load(TableSource { pixels: shape, ..source.clone() }).unwrap().examples.shape(), [3, 8, 8]);
    let shape = Some(Pixels::Shape { channels: 1, height: 8, width: 8 });
    assert!(load(TableSource { pixels: shape, ..source }).unwrap_err().to_string().contains("192"));
}

#[test]
fn parts_may_lie_in_files_of_their_own_with_columns_in_another_order() {
    let (folder, source) = write("train.csv", format!("x,z,kind\n{}", lines(|_, x, y, k| format!("{x},{y},{k}\n"))));
    let test = folder.path().join("test.csv");
    std::fs::write(&test, "kind;more;z;x\nelm;9;0,5;100,25\nash;9;0,75;7,5\n").unwrap();
    let dataset = load(TableSource { test: Some(test.clone()), ..source.clone() }).unwrap();
    assert_eq!((dataset.test_from, dataset.labels.len()), (Some(10), 12));
    assert_eq!((dataset.examples.row(10), dataset.labels[10]), (vec![100.25, 0.5], 1));
    std::fs::write(&test, "x,z\n1,2\n").unwrap();
    let error = load(TableSource { test: Some(test.clone()), ..source.clone() }).unwrap_err();
    assert!(error.to_string().contains("test.csv: has no class column `kind`"), "{error}");
    std::fs::write(&test, "x,kind\n1,ash\n").unwrap();
    let error = load(TableSource { test: Some(test), ..source }).unwrap_err();
    assert!(error.to_string().contains("missing: `z`"), "{error}");
}

#[test]
fn copies_come_into_one_part() {
    let text: String = (0..60).map(|i| format!("{},{},{}\n", (i / 4) % 5, i / 4, ["a", "b"][(i / 4) % 2])).collect();
    let dataset = read(&text);
    let mut recipe = stillroom::recipe::QUICKSTART.recipe().unwrap().data;
    let splits = dataset.split(&recipe).unwrap();
    let part_of =
        |row: u32| [&splits.train, &splits.validation, &splits.test].iter().position(|part| part.contains(&row));
    for group in 0..15_u32 {
        assert!((0..4).all(|i| part_of(4 * group + i) == part_of(4 * group)), "{group}");
    }
    assert!(dataset.judge(&splits).iter().any(|remark| remark.code == "copies-together"));
    recipe.copies = Copies::Apart;
    let splits = dataset.split(&recipe).unwrap();
    let remark = dataset.judge(&splits).into_iter().find(|remark| remark.code == "copies-across-parts").unwrap();
    assert!(remark.warns && remark.counts.iter().any(|(name, count)| name == "test" && *count > 5), "{remark:?}");
}

#[test]
fn parquet_is_a_table_like_any_other() {
    let at = |name: &str| TableSource::new(Path::new("tests/data/parquet").join(name));
    let dataset = load(at("mixed.parquet")).unwrap();
    let names: Vec<&str> = dataset.columns.as_ref().unwrap().list.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["height", "leaves", "green", "soil", "price"]);
    assert_eq!(dataset.classes, ["ash", "elm"]);
    assert_eq!(dataset.gaps.len(), 1);
    assert_eq!(dataset.examples.row(5), [1.55, 5.0, 0.0, 1.0, 0.0, 1.25]);
    let zstd = load(at("mixed-zstd.parquet")).unwrap();
    assert_eq!(
        values(&zstd).iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
        values(&dataset).iter().map(|v| v.to_bits()).collect::<Vec<_>>()
    );

    let pictures = load(TableSource { size: 8, ..at("pictures.parquet") }).unwrap();
    assert_eq!((pictures.examples.shape(), pictures.labels.len()), (vec![1, 8, 8], 24));
    assert_eq!(pictures.classes, ["column", "row"]);
    let mut column = vec![0.0; 64];
    (0..8).for_each(|k| column[8 * k] = 255.0);
    assert_eq!(pictures.examples.row(0), column);
}

#[test]
fn what_is_no_table_is_called_by_its_name() {
    for (bytes, name) in [
        (&b"<!DOCTYPE html><html>"[..], "web page"),
        (b"{\"rows\": [1, 2]}", "JSON"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1more", "old Excel workbook"),
        (b"\x89HDF\r\n\x1a\n0000", "HDF5"),
        (b"SQLite format 3\0\0\0", "SQLite"),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        (b"\x89PNG\r\n\x1a\n0000", "picture"),
        (b"\x80\x04\x95\0\0\0\0", "pickle"),
        (b"7z\xBC\xAF\x27\x1C\0\0", "7z"),
    ] {
        let (_folder, source) = write("iris.csv", bytes);
        let error = load(source).unwrap_err();
        assert!(error.to_string().contains(name), "{name}: {error}");
    }
}

/// The names of the columns with the class among them, how many rows, and the classes.
fn found(text: &str) -> (Option<String>, usize, Vec<String>) {
    let dataset = read(text);
    let label = dataset.findings.label.as_ref().map(|label| label.column.clone());
    (label, dataset.labels.len(), dataset.classes.clone())
}

#[test]
fn a_header_of_too_few_names_is_refused() {
    let rows = |row: &dyn Fn(usize) -> String| (0..10).map(row).collect::<String>();
    for (rows, names, fields) in [
        (rows(&|i| format!("{},02,-1,5{i},{}\n", i % 3, ["a", "b"][i % 2])), 3, 5),
        (rows(&|i| format!("{},52,{i},{}\n", i % 3, ["a", "b"][i % 2])), 3, 4),
        (rows(&|i| format!("{},0{i},{i},{}\n", 2 * i, ["a", "b"][i % 2])), 3, 4),
    ] {
        let (_folder, source) = write("t.csv", format!("a,b,class\n{rows}"));
        let error = load(source).unwrap_err();
        let expected = format!("line 1 names {names} of the {fields} columns");
        assert!(error.code() == "data-format" && error.to_string().contains(&expected), "{error}");
    }
    let plain = lines(|_, x, y, k| format!("{x},{y},{k}\n"));
    for names in [|i: usize| format!("r{i}"), |i: usize| (i + 1).to_string(), |i: usize| (7 * i + 3).to_string()] {
        let rows = lines(|i, x, y, k| format!("{},{x},{y},{k}\n", names(i)));
        let dataset = read(format!("x,z,kind\n{rows}"));
        assert_eq!(values(&dataset), values(&read(&plain)), "{rows}");
    }
}

#[test]
fn numbers_beside_a_name_are_names() {
    let rows = lines(|_, x, y, k| format!("{x},{y},{},{k}\n", x * y));
    for header in ["400.5,401.0,401.5,class", "1100,1102,1105,class", "4000,3990,3980,class", "1100,1102,1105,kind"] {
        assert_eq!(found(&format!("{header}\n{rows}")).1, 10, "{header}");
    }
    let rows = lines(|i, x, y, k| format!("s{i},{x},{y},{},{k}\n", x * y));
    assert_eq!(found(&format!("name,1100,1102,1105,kind\n{rows}")).1, 10);
    let rows = lines(|_, x, y, k| format!("{k},{x},{y}\n"));
    assert_eq!(found(&format!("class,1100,1090\n{rows}")).1, 10);
    let rows = lines(|_, x, y, k| format!("{x},{y},{k}\n"));
    assert_eq!(found(&format!("1100,1090,kind\n{rows}")).1, 10);
    // A class of one example, and answers.
    assert_eq!(found(&format!("7.5,1.1,fern\n{rows}")).1, 11);
    assert_eq!(found("5.5,1.5,4,fern\n1,2,3,ash\n2,1,4,elm\n3,1,2,ash\n1,1,4,elm\n").1, 5);
    assert_eq!(found("5.5,1.5,y\n1,2,n\n2,1,n\n3,1,n\n1,1,n\n").1, 5);
}

#[test]
fn commas_in_numbers_are_no_delimiters() {
    let rows = lines(|_, x, _, k| format!("{};{k}\n", x.to_string().replace('.', ",")));
    let plain = read(lines(|_, x, _, k| format!("{x};{k}\n")));
    let words = lines(|_, x, _, k| format!("{};{k};wet\n", x.to_string().replace('.', ",")));
    for text in [rows.clone(), format!("size, cm;class\n{rows}")] {
        let dataset = read(&text);
        assert_eq!((values(&dataset), &dataset.classes), (values(&plain), &plain.classes), "{text}");
    }
    assert_eq!(read(format!("size;class;soil\n{words}")).findings.dialect.unwrap().delimiter, "semicolon");
    let text = lines(|_, x, y, k| format!("{x},wind;rain,{y},{k}\n"));
    assert_eq!(read(text).findings.dialect.unwrap().delimiter, "comma");
    // A zero leads no thousands.
    let text = lines(|i, _, _, k| format!("{},{};{k}\n", i % 3, 234 + 7 * i));
    let dataset = read(&text);
    assert!(dataset.findings.dialect.unwrap().decimal_comma && values(&read(&text))[0] == 0.234);
    assert_eq!(values(&read(lines(|i, _, _, k| format!("-0,5{i}2;{k}\n"))))[3], -0.532);
}

#[test]
fn blanks_in_texts_are_no_delimiters() {
    // Each text has as many words, and most of them are numbers.
    let text = |i: usize| format!("{i} of 12 35 {}", ["good", "poor"][i % 2]);
    for (delimiter, name) in [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")] {
        let rows = lines(|i, _, _, k| format!("{}{delimiter}{k}\n", text(i)));
        for table in [rows.clone(), format!("text{delimiter}label\n{rows}")] {
            let (_folder, source) = write("t.csv", &table);
            let text = if table.starts_with("text") { ColumnRef::Name("text".into()) } else { ColumnRef::Position(0) };
            let dataset =
                load(TableSource { text: Some(text), label: Some(ColumnRef::Position(1)), ..source }).unwrap();
            assert_eq!(dataset.findings.dialect.unwrap().delimiter, name, "{table}");
            assert_eq!((dataset.labels.len(), dataset.classes.len()), (10, 2), "{table}");
        }
    }
    // Decimal commas between blanks stay numbers.
    let rows = lines(|_, x, y, k| format!("{x} {y} {k}\n").replace('.', ","));
    assert_eq!(read(rows).findings.dialect.unwrap().delimiter, "blank");
}

#[test]
fn blanks_before_quotes_are_none_of_the_field() {
    let plain = read(format!("size,tilt,class\n{}", lines(|_, x, y, k| format!("{x},{y},\"{k}, old\"\n"))));
    for (open, between) in [("", ", "), (" ", " ,  "), ("", ",\t"), ("", "; ")] {
        let line = |fields: [String; 3]| format!("{open}{}\n", fields.map(|f| format!("\"{f}\"")).join(between));
        let rows = lines(|_, x, y, k| line([x.to_string(), y.to_string(), format!("{k}, old")]));
        let dataset = read(line(["size", "tilt", "class"].map(String::from)) + &rows);
        assert_eq!((values(&dataset), &dataset.classes), (values(&plain), &plain.classes), "{rows}");
    }
    // Lines are counted as they stand, and quotes keep line ends.
    let text = "\"size\", \"note\", \"class\"\n1, \"a\nb\", \"x\"\n2, \"c\", \"y\"\n3, \"d\"\n4, \"c\", \"x\"\n";
    let (_folder, source) = write("t.csv", text);
    let error = load(source).unwrap_err();
    let DataError::Lines { lines, .. } = &error else { panic!("{error}") };
    let problem = LineProblem::Ragged { found: 2, expected: 3 };
    assert!(lines.contains(&BadLine { line: 5, problem }), "{error}");
}

#[test]
fn a_first_row_of_values_is_a_row() {
    let floats = |last: &dyn Fn(usize) -> String, columns: usize| -> String {
        let row = |i: usize| (0..columns).map(|j| format!("{}.5,", (i * 7 + j * 3) % 11)).collect::<String>();
        (0..12).map(|i| format!("{}{}\n", row(i), last(i))).collect()
    };
    let class = |i: usize| (i % 3).to_string();
    assert_eq!(found(&format!("0,1,2\n{}", floats(&class, 2))).1, 13);
    let marks: String = (0..12).map(|i| format!("{},{},{},{}\n", i % 4, i % 3, i * 5 % 4, i % 5)).collect();
    assert_eq!(found(&format!("0,1,2,3\n{marks}")).1, 13);
    for columns in [3, 9, 30] {
        let header: Vec<String> = (0..=columns).map(|column| column.to_string()).collect();
        assert_eq!(found(&format!("{}\n{}", header.join(","), floats(&class, columns))).1, 12, "{columns}");
    }
    let weather = |i: usize| {
        format!("{},{},{}\n", ["sun", "rain"][i % 2], ["weak", "strong"][i / 2 % 2], ["yes", "no"][i / 3 % 2])
    };
    let rows: String = (0..12).map(weather).collect();
    assert_eq!(found(&format!("fog,gale,yes\n{rows}")).1, 13);
    assert_eq!(found(&format!("sky,wind,play\n{rows}")).1, 12);
}

#[test]
fn sparse_lines_of_libsvm_are_refused() {
    for text in ["0 1:3 2:1\n1 2:4\n0 1:1\n", "+1 qid:3 1:0.5 7:-1e3 # a\n-1 qid:3 2:1\n"] {
        let (_folder, source) = write("t.csv", text);
        let error = load(source).unwrap_err().to_string();
        assert!(error.contains("LibSVM") && error.contains("dense"), "{error}");
    }
    assert_eq!(read("1.5 8:00 17:30 a\n2 9:15 18:00 b\n".repeat(4)).classes, ["a", "b"]);
}
