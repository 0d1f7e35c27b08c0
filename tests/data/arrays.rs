//! IDX folders and archives of `NumPy` as people have them: those of `tests/field/`, and small ones that are made here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::float_cmp, reason = "pixels are whole numbers")]

use std::io::Write as _;
use std::path::Path;

use proptest::prelude::*;
use stillroom::data::{DataError, Dataset, Examples, Scaling, is_idx_folder};
use stillroom::recipe::{ColumnRef, Pixels, Source, TableSource};
use tempfile::TempDir;

use crate::files::{gzip, idx, write};

fn load_idx(folder: &Path, name: Option<&str>) -> Result<Dataset, DataError> {
    Dataset::load(&Source::Idx { path: folder.to_owned(), name: name.map(str::to_owned) })
}

fn field(name: &str) -> std::path::PathBuf {
    Path::new("tests/field").join(name).join("raw")
}

fn rows(dataset: &Dataset) -> [usize; 2] {
    let rows = dataset.examples.rows();
    [dataset.test_from.unwrap_or(rows), rows - dataset.test_from.unwrap_or(rows)]
}

fn codes(dataset: &Dataset) -> Vec<&str> {
    dataset.findings.remarks.iter().map(|remark| remark.code.as_str()).collect()
}

// ---- IDX ----

#[test]
fn idx_folders_from_the_field_are_read() {
    for name in ["idx-copied-by-a-mac", "qmnist"] {
        let dataset = load_idx(&field(name), None).unwrap();
        assert_eq!((dataset.classes.len(), rows(&dataset)), (3, [30, 9]), "{name}");
        assert!(is_idx_folder(&field(name)), "{name}");
    }
    let letters = load_idx(&field("emnist-labels-from-1"), None).unwrap();
    assert_eq!(letters.classes, ["A", "B", "C"]);
    assert_eq!(codes(&letters), ["pictures-turned", "classes-named"]);
    assert!(letters.rows_by_class(0..letters.labels.len() as u32).iter().all(|count| *count > 0));
}

#[test]
fn one_of_several_sets_is_chosen_by_its_name() {
    let folder = field("emnist-all-splits");
    let error = load_idx(&folder, None).unwrap_err();
    assert_eq!(error.code(), "data-folder");
    let said = error.to_string();
    assert!(said.contains("`emnist-balanced`, `emnist-digits`, `emnist-letters`"), "{said}");
    assert!(said.contains("name = \"letters\""), "{said}");
    let letters = load_idx(&folder, Some("letters")).unwrap();
    assert_eq!(letters.name, "emnist-letters");
    for name in ["emnist-letters", "EMNIST letters", "Letters", "EMNIST_LETTERS"] {
        assert_eq!(load_idx(&folder, Some(name)).unwrap(), letters, "{name}");
    }
    assert_ne!(load_idx(&folder, Some("digits")).unwrap().examples, letters.examples);
    for name in ["byclass", "", "-"] {
        let said = load_idx(&folder, Some(name)).unwrap_err().to_string();
        assert!(
            said.contains(&format!("holds no data set called `{name}`; allowed: one of `emnist-balanced`")),
            "{said}"
        );
    }
    assert!(load_idx(&folder, Some("emnist")).unwrap_err().to_string().contains("several data sets"));
}

fn put(folder: &TempDir, name: &str, first: u8) {
    write(folder, &format!("{name}-images-idx3-ubyte"), idx(&[3, 1, 2], &[first, 1, 2, 3, 4, 5]));
    write(folder, &format!("{name}-labels-idx1-ubyte"), idx(&[3], &[0, 1, 0]));
}

#[test]
fn files_are_found_where_archives_and_libraries_put_them() {
    let root = tempfile::tempdir().unwrap();
    for (set, first) in [("MNIST", 7), ("FashionMNIST", 8)] {
        put(&root, &format!("{set}/raw/train"), first);
        put(&root, &format!("{set}/raw/t10k"), first);
    }
    assert!(is_idx_folder(root.path()) && is_idx_folder(&root.path().join("MNIST")));
    let said = load_idx(root.path(), None).unwrap_err().to_string();
    assert!(said.contains("holds several data sets: `FashionMNIST`, `MNIST`"), "{said}");
    for (name, first) in [("mnist", 7.0), ("MNIST", 7.0), ("fashion-mnist", 8.0), ("fashion", 8.0)] {
        assert_eq!(load_idx(root.path(), Some(name)).unwrap().examples.row(0)[0], first, "{name}");
    }
    assert_eq!(load_idx(&root.path().join("MNIST"), None).unwrap().examples.row(0)[0], 7.0);
    assert!(load_idx(&root.path().join("MNIST/raw"), Some("letters")).is_err());

    // As one archive unpacks: each file in a folder of its own, and once more beside it.
    let nested = tempfile::tempdir().unwrap();
    for (file, content) in [
        ("train-images-idx3-ubyte", idx(&[2, 1, 1], &[9, 2])),
        ("train-labels-idx1-ubyte", idx(&[2], &[0, 1])),
        ("t10k-images-idx3-ubyte", idx(&[1, 1, 1], &[3])),
        ("t10k-labels-idx1-ubyte", idx(&[1], &[1])),
    ] {
        write(&nested, &format!("{file}/{file}"), &content);
        write(&nested, &file.replace("-idx", ".idx"), &content);
        write(&nested, &format!("{file}.gz"), gzip(&content));
    }
    let dataset = load_idx(nested.path(), None).unwrap();
    assert_eq!((rows(&dataset), dataset.examples.row(0)[0]), ([2, 1], 9.0));
}

#[test]
fn emnist_is_turned_upright() {
    let folder = tempfile::tempdir().unwrap();
    let images = idx(&[2, 2, 3], &[1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60]);
    for prefix in ["emnist-mnist-train", "train"] {
        let own = tempfile::tempdir().unwrap();
        write(&own, &format!("{prefix}-images-idx3-ubyte"), &images);
        write(&own, &format!("{prefix}-labels-idx1-ubyte"), idx(&[2], &[0, 1]));
        let dataset = load_idx(own.path(), None).unwrap();
        if prefix == "train" {
            assert_eq!(dataset.examples.shape(), [1, 2, 3]);
            assert_eq!(dataset.examples.row(0), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        } else {
            assert_eq!(dataset.examples.shape(), [1, 3, 2]);
            assert_eq!(dataset.examples.row(1), [10.0, 40.0, 20.0, 50.0, 30.0, 60.0]);
        }
    }
    drop(folder);
}

#[test]
fn other_kinds_of_numbers_are_read_and_those_that_are_no_pixels_refused() {
    let typed = |kind: u8, shape: &[u32], numbers: &[u8]| {
        let mut file = idx(shape, numbers);
        file[2] = kind;
        file
    };
    let load = |images: Vec<u8>, labels: Vec<u8>| {
        let folder = tempfile::tempdir().unwrap();
        write(&folder, "train-images", images);
        write(&folder, "train-labels", labels);
        load_idx(folder.path(), None)
    };
    let labels = || idx(&[2], &[0, 1]);
    let floats = |numbers: [f32; 2]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let shorts = [7_i16, 255].iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    for images in [typed(0x0D, &[2, 1, 1], &floats([7.0, 255.0])), typed(0x0B, &[2, 1, 1], &shorts)] {
        let dataset = load(images, labels()).unwrap();
        assert_eq!((dataset.examples.row(0)[0], dataset.examples.row(1)[0]), (7.0, 255.0));
    }
    for (numbers, range) in
        [([0.0, 0.5], "from 0 to 0.5"), ([-1.0, 3.0], "from -1 to 3"), ([0.0, 256.0], "from 0 to 256")]
    {
        let said = load(typed(0x0D, &[2, 1, 1], &floats(numbers)), labels()).unwrap_err().to_string();
        assert!(said.contains(&format!("holds numbers {range}; allowed: IDX images")), "{said}");
    }
    // Labels from 5 have no class below; one that is not whole is named with its row.
    let images = || idx(&[2, 1, 1], &[1, 2]);
    let wide = [5_i32, 7].iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let dataset = load(images(), typed(0x0C, &[2], &wide)).unwrap();
    assert_eq!((dataset.classes, dataset.labels), (vec!["5".to_owned(), "6".to_owned(), "7".to_owned()], vec![0, 2]));
    let said = load(images(), typed(0x0D, &[2], &floats([1.0, 1.5]))).unwrap_err().to_string();
    assert!(said.contains("holds the label 1.5 in row 2"), "{said}");
    let far = [-5_i32, i32::MAX].iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    assert_eq!(load(images(), typed(0x0C, &[2], &far)).unwrap_err().code(), "data-too-large");
    // Colours beside each other, or plane by plane.
    let colours = |shape: &[u32]| load(idx(shape, &(0..24).collect::<Vec<u8>>()), labels()).unwrap().examples;
    let last = colours(&[2, 2, 2, 3]);
    assert_eq!(
        (last.shape(), last.row(0)),
        (vec![3, 2, 2], vec![0.0, 3.0, 6.0, 9.0, 1.0, 4.0, 7.0, 10.0, 2.0, 5.0, 8.0, 11.0])
    );
    let first = colours(&[2, 3, 2, 2]);
    assert_eq!((first.shape(), first.row(1)[..3].to_vec()), (vec![3, 2, 2], vec![12.0, 13.0, 14.0]));
    let said = load(idx(&[2, 2, 2, 2], &[0; 16]), labels()).unwrap_err().to_string();
    assert!(said.contains("has the sizes 2×2×2×2"), "{said}");
}

#[test]
fn an_unlabelled_test_part_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "train", 1);
    write(&folder, "t10k-images-idx3-ubyte", idx(&[1, 1, 2], &[1, 2]));
    let dataset = load_idx(folder.path(), None).unwrap();
    assert_eq!(dataset.test_from, None);
    assert_eq!(dataset.findings.left_out[0].name, "t10k-images-idx3-ubyte");
}

#[test]
fn folders_of_pictures_and_tables_are_no_idx_folders() {
    for (names, expected) in [
        (&["train-images-idx3-ubyte"][..], true),
        (&["train-images.gz", "notes.txt"], true),
        (&["a/b/train-labels.idx1-ubyte"], true),
        (&["whatever"], true),
        (&["labels.csv", "cat/1.png", "dog/1.png"], false),
        (&["images.zip", "cat/images_1.jpg"], false),
        (&["holiday-1.png", "holiday-2.png"], false),
        (&["cat/images/1.png"], false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            write(&folder, name, "x");
        }
        assert_eq!(is_idx_folder(folder.path()), expected, "{names:?}");
    }
}

// ---- NumPy ----

fn numpy(name: &str) -> Result<Dataset, DataError> {
    Dataset::load(&Source::Table(TableSource::new(Path::new("tests/field/numpy").join(name))))
}

/// The pixels that all of these archives hold.
fn pixel(row: usize, y: usize, x: usize) -> f32 {
    (10 * row + 3 * y + x) as f32
}

fn expected_row(row: usize) -> Vec<f32> {
    (0..6).map(|at| pixel(row, at / 2, at % 2)).collect()
}

#[test]
fn archives_of_arrays_are_read_whatever_their_names_kinds_and_order() {
    for (name, classes, parts) in [
        ("keras.npz", &["0", "1", "2"][..], (None, Some(6))),
        ("medmnist.npz", &["0", "1", "2"], (Some(6), Some(9))),
        ("fortran-big-endian.npz", &["0", "1", "2"], (None, None)),
        ("unnamed-half-words.npz", &["Kuh", "cat", "dog"], (None, None)),
        ("divided-one-hot.npz", &["0", "1", "2", "3"], (None, None)),
        ("unlabelled-test.npz", &["0", "1", "2"], (None, None)),
    ] {
        let dataset = numpy(name).unwrap();
        assert_eq!(dataset.classes, classes, "{name}");
        assert_eq!((dataset.validation_from, dataset.test_from), parts, "{name}");
        assert_eq!((dataset.examples.shape(), dataset.pixel_scale), (vec![1, 3, 2], Some(255.0)), "{name}");
        for row in 0..6 {
            assert_eq!(dataset.examples.row(row), expected_row(row), "{name}");
        }
        let words: Vec<&str> =
            dataset.labels[..3].iter().map(|label| dataset.classes[*label as usize].as_str()).collect();
        let expected = if name.contains("words") { ["cat", "dog", "Kuh"] } else { ["0", "1", "2"] };
        assert_eq!(words, expected, "{name}");
    }
    let keras = numpy("keras.npz").unwrap();
    assert_eq!(keras.examples.row(6)[0], 100.0);
    assert_eq!((keras.name.as_str(), keras.labels), ("keras", vec![0, 1, 2, 0, 1, 2, 0, 1, 2]));
    assert_eq!(codes(&numpy("divided-one-hot.npz").unwrap()), ["one-hot-labels", "pixels-scaled"]);
    assert_eq!(numpy("unlabelled-test.npz").unwrap().findings.left_out[0].name, "x_test");
}

#[test]
fn what_is_no_picture_is_features() {
    let features = numpy("features.npz").unwrap();
    let Examples::Features { rows, width, values } = &features.examples else { panic!("features") };
    assert_eq!((*rows, *width, &values[..4]), (6, 2, &[1.5, -2.0, 3.0, 4.0][..]));
    assert_eq!(
        (features.classes.as_slice(), &features.scaling),
        (&["a".to_owned(), "b".to_owned()][..], &Scaling::Standard)
    );
    assert_eq!(features.findings.left_out[0].name, "target_names");
    let signals = numpy("signals.npz").unwrap();
    assert_eq!((signals.examples.shape(), codes(&signals)), (vec![20], vec!["inputs-flattened"]));
    let colour = numpy("colour-last.npz").unwrap();
    assert_eq!(colour.examples.shape(), [3, 3, 2]);
    assert_eq!(colour.examples.row(1)[6..12], expected_row(1).iter().map(|value| value + 1.0).collect::<Vec<f32>>());
    // As scikit-learn's digits: of two arrays of inputs the one called images.
    let sixteen = numpy("sixteen.npz").unwrap();
    assert_eq!((sixteen.examples.shape(), sixteen.pixel_scale), (vec![1, 3, 2], Some(16.0)));
    assert_eq!(sixteen.findings.left_out[0].name, "data");
    let pixels = Some(Pixels::Shape { channels: 1, height: 2, width: 3 });
    let path = Path::new("tests/field/numpy/keras.npz");
    let asked = TableSource { pixels, ..TableSource::new(path) };
    assert_eq!(Dataset::load(&Source::Table(asked)).unwrap().examples.shape(), [1, 2, 3]);
    let flat = TableSource { pixels: Some(Pixels::None), ..TableSource::new(path) };
    assert_eq!(Dataset::load(&Source::Table(flat)).unwrap().examples.shape(), [6]);
}

#[test]
fn archives_that_cannot_be_used_say_why() {
    for (name, problem) in [
        ("objects.npz", "array `x`: holds Python objects, which are never unpickled"),
        ("records.npz", "array `x`: is an array of records"),
        ("no-labels.npz", "has no array of labels; its arrays are `x_train`, `ids`"),
        ("nan.npz", "array `x`: row 1 (from 0) holds NaN; allowed: finite numbers"),
        ("counts.npz", "array `y`: holds 5 labels, but `x` has 6 rows"),
        ("single.npy", "is a single array, without labels"),
    ] {
        let said = numpy(name).unwrap_err().to_string();
        assert!(said.contains(&format!("{name}: {problem}")), "{said}");
    }
    let source = |label| TableSource { label: Some(label), ..TableSource::new("tests/field/numpy/no-labels.npz") };
    let by_name = Dataset::load(&Source::Table(source(ColumnRef::Name("ids".to_owned())))).unwrap();
    assert_eq!(by_name.classes, ["0", "1", "2"]);
    let said = Dataset::load(&Source::Table(source(ColumnRef::Name("id".to_owned())))).unwrap_err().to_string();
    assert!(said.contains("has no array called `id`; allowed: one of `x_train`, `ids`"), "{said}");
}

fn archive(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn npy(header: &str, values: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values);
    bytes
}

#[test]
fn headers_that_promise_what_is_not_there_are_refused() {
    let labels = || npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", &[0, 1]);
    let load = |x: Vec<u8>| {
        let folder = tempfile::tempdir().unwrap();
        write(&folder, "a.npz", archive(&[("x.npy", x), ("y.npy", labels())]));
        Dataset::load(&Source::Table(TableSource::new(folder.path().join("a.npz"))))
    };
    let header =
        |descr: &str, shape: &str| format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    assert_eq!(load(npy(&header("|u1", "(2, 2)"), &[1, 2, 3, 4])).unwrap().examples.shape(), [2]);
    for (x, problem) in [
        (npy(&header("|u1", "(2, 99)"), &[1, 2, 3, 4]), "holds 4 bytes after its header, which promises 198"),
        (npy(&header("<f4", "(2, 1)"), &[0; 9]), "holds 9 bytes after its header, which promises 8"),
        (npy(&header("|u1", "(4294967295, 4294967295, 4294967295)"), &[1]), "at most 4294967296 are allowed"),
        (npy(&header("<c8", "(2, 1)"), &[0; 16]), "has the dtype <c8"),
        (npy("{'descr': '|u1'}", &[0; 16]), "has no header of NumPy"),
        (b"\x93NUMPY\x01\0\xFF\xFF{".to_vec(), "has no header of NumPy"),
        (b"nothing".to_vec(), "has no header of NumPy"),
        (npy(&header("|u1", "(2, 0)"), &[]), "has the shape 2×0"),
    ] {
        let said = load(x).unwrap_err().to_string();
        assert!(said.contains(problem), "{said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_a_reader_of_arrays_panic(
        at in 0_usize..400,
        bytes in prop::collection::vec(any::<u8>(), 1..12),
        name in prop::sample::select(vec!["keras.npz", "fortran-big-endian.npz", "unnamed-half-words.npz"]),
    ) {
        let mut file = std::fs::read(Path::new("tests/field/numpy").join(name)).unwrap();
        for (offset, byte) in bytes.into_iter().enumerate() {
            let place = (at * 7 + offset) % file.len();
            file[place] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        write(&folder, "a.npz", &file);
        let source = TableSource::new(folder.path().join("a.npz"));
        let _ = Dataset::load(&Source::Table(source));
        let header = String::from_utf8_lossy(&file[..40]).into_owned();
        write(&folder, "b.npz", archive(&[("x.npy", npy(&header, &file)), ("y.npy", file)]));
        let _ = Dataset::load(&Source::Table(TableSource::new(folder.path().join("b.npz"))));
    }
}
