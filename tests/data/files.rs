//! The loaders: what they read, and what they say about files that are wrong.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use image::{GrayImage, Luma, Rgb, RgbImage};
use proptest::prelude::*;
use stillroom::data::{DataError, Dataset, Examples};
use stillroom::recipe::{Colour, ColumnRef, ImageSource, Source, TableSource};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub fn write(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders are made");
    std::fs::write(path, content).expect("a file is written");
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// The message of an error without the temporary folder's name, after a check of its code.
#[track_caller]
fn message(folder: &TempDir, result: Result<Dataset, DataError>, code: &str) -> String {
    let error = result.expect_err("this must not load");
    assert_eq!(error.code(), code, "{error}");
    let prefix = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    error.to_string().replace(&prefix, "").replace(&folder.path().display().to_string(), "FOLDER")
}

// ---- IDX ----

pub fn idx(shape: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, shape.len() as u8];
    file.extend(shape.iter().flat_map(|size| size.to_be_bytes()));
    file.extend(bytes);
    file
}

fn load_idx(folder: &TempDir) -> Result<Dataset, DataError> {
    Dataset::load(&Source::Idx { path: folder.path().to_owned(), name: None })
}

/// A folder of four good files: 3 + 2 images of 1 × 2 pixels.
fn good_idx() -> TempDir {
    let folder = folder();
    write(&folder, "train-images-idx3-ubyte", idx(&[3, 1, 2], &[0, 1, 2, 3, 4, 255]));
    write(&folder, "train-labels-idx1-ubyte.gz", gzip(&idx(&[3], &[0, 2, 0])));
    write(&folder, "t10k-images.idx3", idx(&[2, 1, 2], &[9, 8, 7, 6]));
    write(&folder, "Test-Labels.idx1", idx(&[2], &[2, 1]));
    write(&folder, "notes.txt", "not an image");
    folder
}

#[test]
fn idx_files_are_found_by_name_and_unpacked_by_content() {
    let folder = good_idx();
    let dataset = load_idx(&folder).unwrap();
    let values = vec![0, 1, 2, 3, 4, 255, 9, 8, 7, 6];
    assert_eq!(dataset.examples, Examples::Pixels { rows: 5, channels: 1, height: 1, width: 2, values });
    assert_eq!(dataset.labels, [0, 2, 0, 2, 1]);
    assert_eq!(dataset.classes, ["0", "1", "2"]);
    assert_eq!((dataset.test_from, dataset.pixel_scale), (Some(3), Some(255.0)));
    assert_eq!(dataset.name, folder.path().file_name().unwrap().to_string_lossy());
    // The same file packed beside it is not a second one.
    write(&folder, "train-images-idx3-ubyte.gz", gzip(&idx(&[3, 1, 2], &[0; 6])));
    assert_eq!(load_idx(&folder).unwrap(), dataset);
}

#[test]
fn idx_without_a_test_part_has_none() {
    let folder = folder();
    write(&folder, "train-images", idx(&[2, 1, 1], &[0, 1]));
    write(&folder, "train-labels", idx(&[2], &[0, 1]));
    assert_eq!(load_idx(&folder).unwrap().test_from, None);
}

#[test]
fn wrong_idx_files_are_named_with_what_is_allowed() {
    let images = "train-images-idx3-ubyte";
    let allowed = "allowed: IDX images: whole numbers from 0 to 255 in 3 dimensions (magic number 0x00000803 for bytes), or in 4 with one of size 3 for colours";
    let replace = |content: Vec<u8>, code| {
        let folder = good_idx();
        write(&folder, images, content);
        message(&folder, load_idx(&folder), code)
    };
    let cases = [
        (
            b"\x89PNG\r\n\x1a\n____________".to_vec(),
            format!("is not an IDX file (it begins with 0x89504E47); {allowed}"),
        ),
        (idx(&[3], &[0, 1, 2]), format!("has 1 dimensions; {allowed}")),
        (vec![0, 0, 0x0D, 3, 0, 0], format!("ends within its header; {allowed}")),
        (vec![0, 0, 0x0A, 3, 0, 0], format!("is not an IDX file (it begins with 0x00000A03); {allowed}")),
        (vec![0, 0], format!("holds only 2 bytes; {allowed}")),
        (vec![0, 0, 8, 3, 0, 0, 0, 1], format!("ends within its header; {allowed}")),
    ];
    for (content, expected) in cases {
        assert_eq!(replace(content, "data-format"), format!("{images}: {expected}"));
    }
    assert_eq!(
        replace(idx(&[3, 0, 2], &[]), "data-format"),
        format!("{images}: holds 3 images of 0×2 pixels; allowed: at least one image of at least one pixel")
    );
    assert_eq!(
        replace(idx(&[3, 1, 2], &[1, 2, 3]), "data-length"),
        format!("{images}: holds 3 bytes after its header, which promises 6")
    );
    assert_eq!(
        replace(idx(&[3, 1, 2], &[0; 9]), "data-length"),
        format!("{images}: holds 7 bytes after its header, which promises 6")
    );
    // A header that promises the whole memory is refused before anything is allocated.
    assert_eq!(
        replace(idx(&[u32::MAX; 3], &[1]), "data-too-large"),
        format!("{images}: has 18446744073709551615 bytes of pixels; at most 4294967296 are allowed")
    );
    assert_eq!(
        replace(idx(&[2, 1, 2], &[0; 4]), "data-counts"),
        format!("{images}: holds 2 images, but train-labels-idx1-ubyte.gz holds 3 labels; the numbers must be equal")
    );
    let mut truncated = gzip(&idx(&[3, 1, 2], &[1, 2, 3, 4, 5, 6]));
    truncated.truncate(truncated.len() - 10);
    assert!(replace(truncated, "data-read").starts_with(&format!("{images}: cannot be read: ")));
}

#[test]
fn labels_where_images_should_be_are_noticed() {
    let folder = good_idx();
    write(&folder, "Test-Labels.idx1", idx(&[2, 1, 2], &[0; 4]));
    let found = message(&folder, load_idx(&folder), "data-format");
    assert_eq!(
        found,
        "Test-Labels.idx1: has 3 dimensions; allowed: IDX labels: one whole number for each image (magic number 0x00000801 \
         for bytes), or eight of which the first is the class"
    );
}

#[test]
fn idx_parts_must_agree_and_be_whole() {
    let folder = good_idx();
    write(&folder, "t10k-images.idx3", idx(&[2, 2, 2], &[0; 8]));
    assert_eq!(
        message(&folder, load_idx(&folder), "data-format"),
        "t10k-images.idx3: its images have 1×2×2 numbers (colours × lines × columns); allowed: 1×1×2, as in the training part"
    );
    let folder = good_idx();
    std::fs::remove_file(folder.path().join("t10k-images.idx3")).unwrap();
    let found = message(&folder, load_idx(&folder), "data-folder");
    assert!(found.starts_with("FOLDER: there is no file with the images of the test part; allowed: "), "{found}");
    let folder = good_idx();
    std::fs::remove_file(folder.path().join("train-images-idx3-ubyte")).unwrap();
    let found = message(&folder, load_idx(&folder), "data-folder");
    assert!(found.starts_with("FOLDER: there is no file with the images of the training part; "), "{found}");
    assert!(found.contains("e.g. train-images-idx3-ubyte.gz"), "{found}");
    let folder = good_idx();
    write(&folder, "train-images-old", idx(&[3, 1, 2], &[0; 6]));
    assert_eq!(
        message(&folder, load_idx(&folder), "data-folder"),
        "FOLDER: `train-images-idx3-ubyte` and `train-images-old` both look like the images of the training part; \
         allowed: one file of each"
    );
    let folder = good_idx();
    write(&folder, "train-labels-idx1-ubyte.gz", idx(&[3], &[0; 3]));
    write(&folder, "Test-Labels.idx1", idx(&[2], &[0; 2]));
    let found = message(&folder, load_idx(&folder), "data-one-class");
    assert!(found.ends_with(": `0` is its only class; allowed: at least two classes"), "{found}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = folder();
    let nowhere = folder.path().join("nowhere");
    for source in [
        Source::Idx { path: nowhere.clone(), name: None },
        Source::Images(ImageSource::new(&nowhere)),
        Source::Table(TableSource::new(&nowhere)),
    ] {
        let found = message(&folder, Dataset::load(&source), "data-read");
        assert!(found.starts_with("nowhere: cannot be read: "), "{found}");
    }
}

// ---- Tables ----

fn load_table(folder: &TempDir, name: &str, label: ColumnRef, header: Option<bool>) -> Result<Dataset, DataError> {
    Dataset::load(&Source::Table(TableSource {
        label: Some(label),
        header,
        ..TableSource::new(folder.path().join(name))
    }))
}

fn table(name: &str, text: &str, label: ColumnRef) -> (TempDir, Result<Dataset, DataError>) {
    let folder = folder();
    write(&folder, name, text);
    let dataset = load_table(&folder, name, label, None);
    (folder, dataset)
}

const LAST: ColumnRef = ColumnRef::Position(-1);

fn named(name: &str) -> ColumnRef {
    ColumnRef::Name(name.to_owned())
}

#[test]
fn tables_are_read_with_and_without_a_header_and_with_any_delimiter() {
    let expected = Examples::Features { rows: 3, width: 2, values: vec![1.0, 2.5, -3.0, 4e2, 0.5, 6.0] };
    let cases = [
        ("a.csv", "1,2.5,cat\n-3,4e2,dog\n.5,6,cat\n", LAST),
        ("a.csv", "x,y,kind\r\n1,2.5,cat\r\n-3,4e2,dog\r\n.5,6,cat", LAST),
        ("a.csv", "\u{feff}kind;x;y\ncat;1;2.5\ndog;-3;4e2\n\ncat; .5 ;6\n", named("kind")),
        ("a.tsv", "x\t\"the, kind\"\ty\n1\tcat\t2.5\n-3\tdog\t4e2\n.5\tcat\t6\n", ColumnRef::Position(1)),
        ("a.txt", "1\tcat\t2.5\n-3\tdog\t4e2\n.5\tcat\t6\n", ColumnRef::Position(-2)),
    ];
    for (name, text, label) in cases {
        let (_folder, dataset) = table(name, text, label);
        let dataset = dataset.unwrap();
        assert_eq!(dataset.examples, expected, "{text}");
        assert_eq!(dataset.classes, ["cat", "dog"], "{text}");
        assert_eq!(dataset.labels, [0, 1, 0], "{text}");
        assert_eq!((dataset.name.as_str(), dataset.test_from, dataset.pixel_scale), ("a", None, None));
    }
}

#[test]
fn a_packed_table_is_unpacked() {
    let folder = folder();
    write(&folder, "flowers.tsv.gz", gzip(b"1\t0\n2\t1\n"));
    let dataset = load_table(&folder, "flowers.tsv.gz", LAST, None).unwrap();
    assert_eq!((dataset.name.as_str(), dataset.labels), ("flowers", vec![0, 1]));
}

#[test]
fn classes_that_are_numbers_are_sorted_as_numbers() {
    let (_folder, dataset) = table("a.csv", "1,10\n2,9\n3,-1\n4,10\n", LAST);
    let dataset = dataset.unwrap();
    assert_eq!(dataset.classes, ["-1", "9", "10"]);
    assert_eq!(dataset.labels, [2, 1, 0, 2]);
    let (_folder, dataset) = table("a.csv", "1,10\n2,9\n3,b\n", LAST);
    assert_eq!(dataset.unwrap().classes, ["10", "9", "b"]);
}

#[test]
fn a_header_of_numbers_can_be_declared() {
    let folder = folder();
    write(&folder, "a.csv", "1990,2000\n1,0\n2,1\n");
    assert_eq!(load_table(&folder, "a.csv", LAST, Some(true)).unwrap().examples.rows(), 2);
    assert_eq!(load_table(&folder, "a.csv", LAST, Some(false)).unwrap().examples.rows(), 3);
    assert_eq!(load_table(&folder, "a.csv", named("2000"), None).unwrap().labels, [0, 1]);
}

#[test]
fn bad_lines_are_listed_with_their_numbers_and_columns() {
    let text = "x,y,kind\n1,2,a\n3,b\n4,five,b\n\n6,nan,a\n7,,a\n8,1e99,b\n9,1,\n";
    let (folder, dataset) = table("a.csv", text, named("kind"));
    assert_eq!(
        message(&folder, dataset, "data-lines"),
        "a.csv, line 3: has 2 fields; allowed: 3, as in the first line\n\
         a.csv, line 4, column `y`: `five` is not allowed; allowed: a finite number\n\
         a.csv, line 8, column `y`: `1e99` is not allowed; allowed: a finite number\n\
         a.csv, line 9, column `kind`: the label is empty; allowed: any other text"
    );
    // A line is a line of the file, whatever ends it and however many a quoted field spans.
    for text in ["x,k\r\n1,a\r\n\r\nno,b\r\n", "x,k\r1,a\r\rno,b\r", "x,\"k\nk\"\n1,a\nno,b", "\n\nx,k\nno,b\n"] {
        let (folder, dataset) = table("a.csv", text, LAST);
        let found = message(&folder, dataset, "data-lines");
        assert!(found.starts_with("a.csv, line 4, column `x`: `no` is not allowed; "), "{text:?} {found}");
    }
    let many: String = std::iter::once("1,0\n").chain(std::iter::repeat_n("x,1\n", 25)).collect();
    let (folder, dataset) = table("a.csv", &many, LAST);
    let found = message(&folder, dataset, "data-lines");
    assert_eq!(found.lines().count(), 11);
    assert!(found.starts_with("a.csv, line 2, column 0: `x` is not allowed; "), "{found}");
    assert!(found.ends_with("\nand 15 more lines"), "{found}");
}

#[test]
fn a_label_column_that_is_not_there_is_told_with_those_that_are() {
    let (folder, dataset) = table("a.csv", "\nx,y,kind\n1,2,a\n", named("label"));
    assert_eq!(
        message(&folder, dataset, "data-label-column"),
        "a.csv, line 2: there is no label column named `label`; allowed: `x`, `y`, `kind`; or a position, where the \
         file has no header"
    );
    for position in [3, -4, i64::MIN, i64::MAX] {
        let (folder, dataset) = table("a.csv", "1,2,a\n", ColumnRef::Position(position));
        assert_eq!(
            message(&folder, dataset, "data-label-column"),
            format!(
                "a.csv, line 1: there is no label column at position {position}; allowed: positions 0 to 2, or -3 to -1 \
                 from the end"
            )
        );
    }
    let folder = self::folder();
    write(&folder, "a.csv", "1,2,a\n");
    let found = message(&folder, load_table(&folder, "a.csv", named("y"), Some(false)), "data-label-column");
    assert!(found.ends_with("named `y`; allowed: a position from 0 to 2, as there is no header"), "{found}");
}

#[test]
fn tables_with_nothing_to_learn_from_are_refused() {
    for (text, problem) in [
        ("", "a.csv: holds no line; allowed: lines of numbers"),
        ("\n\n", "a.csv: holds no line; allowed: lines of numbers"),
        ("x,y\n", "a.csv: holds no line below its header; allowed: lines of numbers"),
        ("a\nb\n", "a.csv: holds a label column and nothing else; allowed: lines of numbers"),
    ] {
        let (folder, dataset) = table("a.csv", text, LAST);
        let found = message(&folder, dataset, "data-format");
        assert!(found.starts_with(problem), "{found}");
    }
    let (folder, dataset) = table("a.csv", "1,a\n2,a\n", LAST);
    assert_eq!(message(&folder, dataset, "data-one-class"), "a: `a` is its only class; allowed: at least two classes");
    let numbers = (0..70_000).map(|i| format!("1,{i}")).collect::<Vec<_>>().join("\n");
    let (folder, dataset) = table("a.csv", &numbers, LAST);
    assert_eq!(
        message(&folder, dataset, "data-too-large"),
        "a.csv: has 70000 different labels; at most 65536 are allowed"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_table_that_is_written_is_read_back(
        width in 1_usize..6,
        rows in prop::collection::vec((prop::collection::vec(any::<f32>().prop_filter("finite", |x| x.is_finite()), 6), 0_usize..4), 2..30),
        header in any::<bool>(),
        tabs in any::<bool>(),
        place in 0_usize..6,
    ) {
        let names = ["a \"quoted\" name", "with, comma", "with\ttab", "plain"];
        let place = place.min(width);
        let folder = folder();
        let name = if tabs { "t.tsv" } else { "t.csv" };
        let path = folder.path().join(name);
        let mut writer = csv::WriterBuilder::new().delimiter(if tabs { b'\t' } else { b',' }).from_path(&path).unwrap();
        if header {
            writer.write_record((0..=width).map(|column| format!("column {column}"))).unwrap();
        }
        for (values, label) in &rows {
            let mut fields: Vec<String> = values[..width].iter().map(ToString::to_string).collect();
            fields.insert(place, names[*label].to_owned());
            writer.write_record(&fields).unwrap();
        }
        writer.flush().unwrap();
        let label = if header { named(&format!("column {place}")) } else { ColumnRef::Position(place as i64) };
        let result = load_table(&folder, name, label, None);
        let distinct = rows.iter().map(|(_, label)| names[*label]).collect::<std::collections::BTreeSet<_>>();
        if distinct.len() < 2 {
            prop_assert_eq!(result.unwrap_err().code(), "data-one-class");
        } else {
            let dataset = result.unwrap();
            let values: Vec<f32> = rows.iter().flat_map(|(values, _)| values[..width].to_vec()).collect();
            prop_assert_eq!(dataset.examples, Examples::Features { rows: rows.len(), width, values });
            let labels: Vec<&str> = dataset.labels.iter().map(|label| dataset.classes[*label as usize].as_str()).collect();
            prop_assert_eq!(labels, rows.iter().map(|(_, label)| names[*label]).collect::<Vec<_>>());
            prop_assert_eq!(dataset.classes, distinct.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_bytes_make_a_loader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), packed in any::<bool>()) {
        let folder = folder();
        let bytes = if packed { gzip(&bytes) } else { bytes };
        for name in ["train-images", "train-labels", "c/a.png", "c/b.jpg", "d/e"] {
            write(&folder, name, &bytes);
        }
        let _ = load_idx(&folder);
        let _ = load_table(&folder, "train-images", LAST, None);
        let _ = load_images(&folder, Colour::Rgb);
    }
}

// ---- Images ----

fn save(folder: &TempDir, name: &str, image: &impl Savable) {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders are made");
    image.save_to(&path);
}

trait Savable {
    fn save_to(&self, path: &Path);
}

impl Savable for GrayImage {
    fn save_to(&self, path: &Path) {
        self.save(path).expect("an image is written");
    }
}

impl Savable for RgbImage {
    fn save_to(&self, path: &Path) {
        self.save(path).expect("an image is written");
    }
}

fn load_images(folder: &TempDir, colour: Colour) -> Result<Dataset, DataError> {
    Dataset::load(&Source::Images(ImageSource { size: 4, colour, ..ImageSource::new(folder.path()) }))
}

fn red() -> RgbImage {
    RgbImage::from_pixel(9, 5, Rgb([255, 0, 0]))
}

#[test]
fn images_are_read_resized_and_split_into_planes() {
    let folder = folder();
    save(&folder, "10/a.png", &GrayImage::from_pixel(4, 4, Luma([200])));
    save(&folder, "9/photo.jpg", &GrayImage::from_pixel(30, 10, Luma([100])));
    save(&folder, "9/b.png", &red());
    write(&folder, "9/.DS_Store", "left by a file manager");
    write(&folder, "README.txt", "a file beside the folders");
    let grey = load_images(&folder, Colour::Grey).unwrap();
    assert_eq!(grey.classes, ["9", "10"]);
    assert_eq!(grey.labels, [1, 0, 0]);
    assert_eq!((grey.examples.shape(), grey.pixel_scale, grey.test_from), (vec![1, 4, 4], Some(255.0), None));
    assert_eq!(grey.examples.row(0), [200.0; 16]);
    assert!(grey.examples.row(2).iter().all(|value| (value - 100.0).abs() <= 2.0));
    let rgb = load_images(&folder, Colour::Rgb).unwrap();
    assert_eq!(rgb.examples.shape(), [3, 4, 4]);
    assert_eq!(rgb.examples.row(1)[..16], [255.0; 16]);
    assert_eq!(rgb.examples.row(1)[16..], [0.0; 32]);
}

#[test]
fn a_pixel_stays_at_its_place() {
    let folder = folder();
    let image = GrayImage::from_fn(4, 4, |x, y| Luma([(10 * y + x) as u8]));
    save(&folder, "a/1.png", &image);
    save(&folder, "b/1.png", &image);
    let dataset = load_images(&folder, Colour::Grey).unwrap();
    let expected: Vec<f32> = (0..16_u8).map(|i| f32::from(10 * (i / 4) + i % 4)).collect();
    assert_eq!(dataset.examples.row(0), expected);
}

#[test]
fn the_format_is_told_by_the_content_not_by_the_name() {
    let folder = folder();
    save(&folder, "a/really.png", &red());
    std::fs::rename(folder.path().join("a/really.png"), folder.path().join("a/named.jpg")).unwrap();
    save(&folder, "b/1.png", &red());
    assert_eq!(load_images(&folder, Colour::Rgb).unwrap().examples.rows(), 2);
}

#[test]
fn train_and_test_folders_are_the_parts_of_the_source() {
    let folder = folder();
    for name in ["train/cat/1.png", "train/dog/1.png", "train/dog/2.png", "test/cat/1.png", "test/dog/1.png"] {
        save(&folder, name, &red());
    }
    let dataset = load_images(&folder, Colour::Rgb).unwrap();
    assert_eq!(dataset.classes, ["cat", "dog"]);
    assert_eq!((dataset.labels, dataset.test_from), (vec![0, 1, 1, 0, 1], Some(3)));
}

#[test]
fn beside_other_folders_train_is_a_class() {
    let folder = folder();
    for name in ["train/1.png", "bus/1.png"] {
        save(&folder, name, &red());
    }
    assert_eq!(load_images(&folder, Colour::Rgb).unwrap().classes, ["bus", "train"]);
}

#[test]
fn pictures_that_cannot_be_read_are_named_when_they_are_most_of_a_class() {
    let folder = folder();
    save(&folder, "a/good.png", &red());
    save(&folder, "b/cut.png", &red());
    let path = folder.path().join("b/cut.png");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    write(&folder, "b/notes.txt", "no image");
    let found = message(&folder, load_images(&folder, Colour::Rgb), "data-images");
    let cut = Path::new("b").join("cut.png").display().to_string();
    let allowed = "allowed: a PNG or JPEG image (or WebP, BMP, GIF, TIFF, PNM)";
    assert_eq!(found, format!("{cut}: is cut off; {allowed}"));
    for i in 0..20 {
        write(&folder, &format!("c/{i}.png"), "no image");
    }
    let found = message(&folder, load_images(&folder, Colour::Rgb), "data-images");
    assert!(found.ends_with("\nand 11 more files"), "{found}");
}

#[test]
fn folders_without_pictures_are_named() {
    let empty = folder();
    let found = message(&empty, load_images(&empty, Colour::Grey), "data-folder");
    assert!(found.starts_with("FOLDER: holds no subfolder; allowed: a folder with one subfolder a class"), "{found}");
    std::fs::create_dir(empty.path().join("b")).unwrap();
    let found = message(&empty, load_images(&empty, Colour::Grey), "data-folder");
    assert!(found.starts_with("FOLDER: holds no picture; allowed: "), "{found}");
    // Pictures without class folders.
    save(&empty, "1.png", &red());
    let found = message(&empty, load_images(&empty, Colour::Grey), "data-folder");
    assert!(found.starts_with("FOLDER: "), "{found}");
}

#[test]
fn a_size_beyond_reason_is_refused_before_anything_is_read() {
    let folder = folder();
    for name in ["a/1.png", "b/1.png"] {
        write(&folder, name, "never looked at");
    }
    let source =
        Source::Images(ImageSource { size: 1_000_000, colour: Colour::Rgb, ..ImageSource::new(folder.path()) });
    assert_eq!(
        message(&folder, Dataset::load(&source), "data-too-large"),
        "FOLDER: has 6000000000000 bytes of pixels; at most 4294967296 are allowed"
    );
}
