//! Folders of pictures as people have them: those of `tests/field/`, and small ones that are made here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::float_cmp, reason = "pixels are whole numbers")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use image::{GrayImage, Luma, Rgba, RgbaImage};
use stillroom::data::{DataError, Dataset, Examples, Watch, pictures};
use stillroom::recipe::{Colour, Ground, ImageSource, Source};
use tempfile::TempDir;

fn load(source: ImageSource) -> Result<Dataset, DataError> {
    Dataset::load(&Source::Images(source))
}

fn source(folder: &Path) -> ImageSource {
    ImageSource { size: 12, ..ImageSource::new(folder) }
}

/// A set of `tests/field/`, as its recipe reads it.
fn field(name: &str) -> Dataset {
    load(source(&Path::new("tests/field").join(name).join("pics"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Rows of training, validation and test.
fn parts(dataset: &Dataset) -> [usize; 3] {
    let rows = dataset.examples.rows();
    let test = dataset.test_from.unwrap_or(rows);
    let validation = dataset.validation_from.unwrap_or(test);
    [validation, test - validation, rows - test]
}

/// What was left out, with its reason and count.
fn left_out(dataset: &Dataset) -> Vec<(String, String, u64)> {
    let each = dataset.findings.left_out.iter();
    each.map(|left| (left.name.clone(), left.why.to_string(), left.count)).collect()
}

fn codes(dataset: &Dataset) -> Vec<&str> {
    dataset.findings.remarks.iter().map(|remark| remark.code.as_str()).collect()
}

/// A folder with a grey picture of its own at each path; endings choose the format.
fn made(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (shade, name) in names.iter().enumerate() {
        put(&folder, name, (shade * 37 % 256) as u8);
    }
    folder
}

fn put(folder: &TempDir, name: &str, shade: u8) {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let image = GrayImage::from_fn(6, 6, |x, y| Luma([shade.wrapping_add((7 * x + 3 * y) as u8)]));
    image.save(path).unwrap();
}

fn write(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

#[test]
fn folders_from_the_field_are_read_as_their_owners_mean_them() {
    for (name, expected) in [
        ("train-val", [18, 9, 0]),
        ("train-valid-test", [18, 9, 9]),
        ("Training-Test", [18, 0, 9]),
        ("train-val-test", [18, 9, 9]),
        ("images-one-folder-deeper", [18, 0, 0]),
        ("note-in-class-folder", [18, 0, 0]),
        ("macosx-folder", [18, 0, 0]),
        ("nas-folder", [18, 0, 0]),
        ("empty-class-folder", [18, 0, 0]),
        ("folder-in-folder", [18, 0, 0]),
        ("one-empty-file", [17, 0, 0]),
        ("one-half-picture", [17, 0, 0]),
        ("one-webp-named-jpg", [19, 0, 0]),
        ("pictures-webp", [18, 0, 0]),
        ("pictures-bmp", [18, 0, 0]),
        ("pictures-pgm", [18, 0, 0]),
        ("pictures-gif", [18, 0, 0]),
        ("black-on-transparent", [30, 0, 0]),
    ] {
        let dataset = field(name);
        let classes: &[&str] = match name {
            "images-one-folder-deeper" => &["n01", "n02", "n03"],
            _ => &["bar", "disc", "roof"],
        };
        assert_eq!(dataset.classes, classes, "{name}");
        assert_eq!(parts(&dataset), expected, "{name}");
        assert_eq!(dataset.files.len(), dataset.labels.len(), "{name}");
        for (file, label) in dataset.files.iter().zip(&dataset.labels) {
            assert!(file.iter().any(|part| part == dataset.classes[*label as usize].as_str()), "{name}: {file:?}");
        }
        assert_eq!(
            dataset.findings.holds.as_ref().unwrap().to_string().split(' ').next().unwrap(),
            expected.iter().sum::<usize>().to_string(),
            "{name}"
        );
    }
}

#[test]
fn what_is_passed_over_in_the_field_is_said() {
    let said = |name: &str| left_out(&field(name));
    let one = |name: &str, why: &str| vec![(name.to_owned(), why.to_owned(), 1)];
    assert_eq!(said("note-in-class-folder"), one("*.txt", "no picture by its name"));
    assert_eq!(said("macosx-folder"), one("__MACOSX", "left there by the system"));
    assert_eq!(said("nas-folder"), one("@eaDir", "left there by the system"));
    assert_eq!(said("empty-class-folder"), one("cube", "no picture in it"));
    assert_eq!(said("images-one-folder-deeper"), [("*.txt".to_owned(), "no picture by its name".to_owned(), 3)]);
    assert_eq!(said("one-empty-file"), one("disc/disc3.jpg", "is empty"));
    let half = said("one-half-picture");
    assert!(matches!(&half[..], [(_, why, 1)] if why == "is cut off"), "{half:?}");
    assert_eq!(codes(&field("one-half-picture")), ["unread-pictures"]);
    assert_eq!(codes(&field("folder-in-folder")), ["nested-folder"]);
    assert_eq!(codes(&field("train-val")), ["parts"]);
}

#[test]
fn every_lossless_format_gives_the_same_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let shades = GrayImage::from_fn(20, 11, |x, y| Luma([(x * 12 + y) as u8]));
    for ending in ["png", "bmp", "tif", "pgm", "webp"] {
        for class in ["a", "b"] {
            let path = folder.path().join(ending).join(class);
            std::fs::create_dir_all(&path).unwrap();
            let file = path.join("1").with_extension(ending);
            if ending == "webp" {
                image::DynamicImage::from(shades.clone()).into_rgb8().save(file).unwrap();
            } else {
                shades.save(file).unwrap();
            }
        }
    }
    let rows = |ending: &str| load(source(&folder.path().join(ending))).unwrap().examples.row(0);
    for ending in ["bmp", "tif", "pgm", "webp"] {
        assert_eq!(rows(ending), rows("png"), "{ending}");
    }
}

#[test]
fn strokes_on_a_transparent_ground_are_laid_on_what_shows_them() {
    let dark = field("black-on-transparent");
    assert_eq!(codes(&dark), ["transparent-ground"]);
    assert_eq!(dark.findings.remarks[0].counts, [("pictures".to_owned(), 30)]);
    assert!(dark.findings.remarks[0].message.to_string().ends_with("on white"));
    let bounds = |dataset: &Dataset| {
        let values: Vec<f32> = (0..dataset.examples.rows()).flat_map(|row| dataset.examples.row(row)).collect();
        (values.iter().copied().fold(255.0, f32::min), values.iter().copied().fold(0.0, f32::max))
    };
    let (darkest, lightest) = bounds(&dark);
    assert!(darkest < 60.0 && lightest > 250.0, "{darkest} {lightest}");
    let black =
        ImageSource { ground: Some(Ground::Black), ..source(Path::new("tests/field/black-on-transparent/pics")) };
    let black = load(black).unwrap();
    assert_eq!(codes(&black), ["transparent-ground", "same-pictures"]);

    let folder = tempfile::tempdir().unwrap();
    for (class, width) in [("a", 2), ("b", 4)] {
        for i in 0..4 {
            let image = RgbaImage::from_fn(12, 12, |x, _| Rgba([240, 240, 240, if x < width + i { 255 } else { 0 }]));
            std::fs::create_dir_all(folder.path().join(class)).unwrap();
            image.save(folder.path().join(class).join(format!("{i}.png"))).unwrap();
        }
    }
    let light = load(source(folder.path())).unwrap();
    assert!(light.findings.remarks[0].message.to_string().ends_with("on black"));
    assert_eq!(light.examples.row(0)[..4], [240.0, 240.0, 0.0, 0.0]);
    // Half transparent: half of the ground.
    RgbaImage::from_pixel(12, 12, Rgba([0, 0, 0, 51])).save(folder.path().join("a/0.png")).unwrap();
    let white = load(ImageSource { ground: Some(Ground::White), ..source(folder.path()) }).unwrap();
    assert_eq!(white.examples.row(0)[0], 204.0);
}

#[cfg(target_os = "linux")]
#[test]
fn folder_names_are_compared_by_their_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let packed = Path::new("tests/field/folder-names-in-gbk/pics.tar.gz").canonicalize().unwrap();
    let tar = std::process::Command::new("tar").arg("xzf").arg(packed).current_dir(folder.path()).status().unwrap();
    assert!(tar.success());
    let dataset = load(source(&folder.path().join("pics"))).unwrap();
    assert_eq!(dataset.classes, ["\\xB9\\xB7", "\\xC2\\xED", "\\xC4\\xF1"]);
    assert_eq!(dataset.rows_by_class(0..dataset.labels.len() as u32), [8, 8, 8]);
}

#[test]
fn names_that_look_alike_are_two_classes_and_remarked() {
    let folder = made(&["train/Cat/1.png", "train/dog/1.png", "test/cat/1.png", "test/dog/1.png"]);
    let dataset = load(source(folder.path())).unwrap();
    assert_eq!(dataset.classes, ["Cat", "cat", "dog"]);
    assert_eq!(codes(&dataset), ["parts", "alike-names"]);
    let folder = made(&["Caf\u{e9}/1.png", "Cafe\u{301}/1.png", "Th\u{e9}/1.png"]);
    let dataset = load(source(folder.path())).unwrap();
    // Some systems keep one of the two spellings.
    if dataset.classes.len() == 3 {
        assert_eq!(codes(&dataset), ["alike-names"]);
    }
}

#[test]
fn parts_and_classes_are_told_apart_by_the_names_of_all_folders() {
    let cases: [(&[&str], &[&str], [usize; 3]); 13] = [
        (
            &[
                "seg_train/seg_train/a/1.png",
                "seg_train/seg_train/b/1.png",
                "seg_test/seg_test/a/1.png",
                "seg_test/seg_test/b/1.png",
                "seg_pred/seg_pred/1.png",
            ],
            &["a", "b"],
            [2, 0, 2],
        ),
        (&["train/1.png", "bus/1.png", "tram/1.png"], &["bus", "train", "tram"], [3, 0, 0]),
        // No training part: `test` is the only folder there is.
        (&["test/a/1.png", "test/b/1.png"], &["a", "b"], [2, 0, 0]),
        (
            &["pics/train-set/a/1.png", "pics/train-set/b/1.png", "pics/dev-set/a/1.png", "pics/dev-set/b/1.png"],
            &["a", "b"],
            [2, 2, 0],
        ),
        (&["a/2024-01-03/x.png", "a/2024-01-04/y.png", "b/z.png"], &["a", "b"], [3, 0, 0]),
        (&["train/a/1.png", "train/b/1.png", "test/1.png", "test/2.png"], &["a", "b"], [2, 0, 0]),
        (&["train/a/1.png", "train/b/1.png", "test/unknown/1.png"], &["a", "b"], [2, 0, 0]),
        (
            &["train/a/images/1.png", "train/b/images/1.png", "val/images/1.png", "test/images/1.png"],
            &["a", "b"],
            [2, 0, 0],
        ),
        (&["freight-train/1.png", "passenger-train/1.png"], &["freight-train", "passenger-train"], [2, 0, 0]),
        (&["a/train/1.png", "a/test/2.png", "b/train/1.png", "b/test/2.png"], &["a", "b"], [2, 0, 2]),
        (&["train/a/1.png", "train/b/1.png", "val/a/1.png", "val/1.png"], &["a", "b"], [2, 1, 0]),
        (&["data/data/a/1.png", "data/data/b/1.png", "data/data/b/2.PNG"], &["a", "b"], [3, 0, 0]),
        (&["train/10/1.png", "train/9/1.png", "TEST/9/1.png", "TEST/10/1.png"], &["9", "10"], [2, 0, 2]),
    ];
    for (names, classes, expected) in cases {
        let folder = made(names);
        let dataset = load(source(folder.path())).unwrap();
        assert_eq!(dataset.classes, classes, "{names:?}");
        assert_eq!(parts(&dataset), expected, "{names:?}");
        let left: u64 = left_out(&dataset).iter().map(|(.., count)| count).sum();
        assert_eq!(left as usize, names.len() - dataset.labels.len(), "{names:?}: whatever is not read is said");
    }
    let folder = made(&["train/a/1.png", "train/b/1.png", "Training/a/1.png", "test/a/1.png"]);
    let error = load(source(folder.path())).unwrap_err().to_string();
    assert!(error.contains("`Training` and `train` are both called like the same part"), "{error}");
    let folder = made(&["train/1.png", "test/1.png"]);
    let error = load(source(folder.path())).unwrap_err();
    assert_eq!(error.code(), "data-folder");
    assert!(error.to_string().contains("its pictures are in no folder of a class"), "{error}");
}

#[test]
fn rows_stand_in_the_order_of_their_paths() {
    let folder = made(&["b/10.png", "b/2.png", "a/z.png", "a/A.png", "a-b/1.png"]);
    let dataset = load(source(folder.path())).unwrap();
    let expected = ["a/A.png", "a/z.png", "a-b/1.png", "b/10.png", "b/2.png"].map(PathBuf::from);
    assert_eq!(dataset.files, expected);
    assert_eq!(dataset.labels, [0, 0, 1, 2, 2]);
    for (row, file) in dataset.files.iter().enumerate() {
        let (_, alone, _) = pictures(&folder.path().join(file), [1, 12, 12], None, &()).unwrap();
        assert_eq!(alone.row(0), dataset.examples.row(row));
    }
}

#[test]
fn a_few_broken_files_are_left_out_and_named() {
    let names: Vec<String> = (0..12).flat_map(|i| [format!("a/{i}.png"), format!("b/{i}.png")]).collect();
    let folder = made(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for (name, content) in [
        ("a/0.png", b"<!DOCTYPE html><html>".to_vec()),
        ("a/1.png", b"version https://git-lfs.github.com/spec/v1\noid".to_vec()),
        ("a/2.png", b"\0\0\0\x20ftypheic\0\0\0\0mif1heic".to_vec()),
        ("b/3.png", b"\0\0\0\x20ftypmif1\0\0\0\0avifmif1".to_vec()),
        ("b/4.png", b"8BPS\0\x01".to_vec()),
        ("b/5.png", b"<?xml version=\"1.0\"?>\n<svg width='1'/>".to_vec()),
        ("b/6.png", Vec::new()),
        ("b/7.png", b"\xFF\xD8\xFF\xE0\0\x10JFIF".to_vec()),
    ] {
        write(&folder, name, content);
    }
    let dataset = load(source(folder.path())).unwrap();
    let said: BTreeMap<String, String> = left_out(&dataset).into_iter().map(|(name, why, _)| (name, why)).collect();
    for (name, why) in [
        ("a/0.png", "is a web page, not a picture"),
        ("a/1.png", "is a Git LFS pointer, not the picture: fetch it with `git lfs pull`"),
        ("a/2.png", "is HEIC, which is not read here"),
        ("b/3.png", "is AVIF, which is not read here"),
        ("b/4.png", "is PSD, which is not read here"),
        ("b/5.png", "is SVG, which is not read here"),
        ("b/6.png", "is empty"),
        ("b/7.png", "is cut off"),
    ] {
        assert_eq!(said[name], why);
    }
    assert_eq!((said.len(), dataset.labels.len()), (8, 16));
    assert_eq!(dataset.findings.remarks[0].counts, [("pictures".to_owned(), 8)]);
    // What is left stands at its place.
    let (_, alone, _) = pictures(&folder.path().join("b/11.png"), [1, 12, 12], None, &()).unwrap();
    let row = dataset.files.iter().position(|file| file == Path::new("b/11.png")).unwrap();
    assert_eq!(dataset.examples.row(row), alone.row(0));
    // More than half of a class: nobody knows what the rest is.
    for i in 7..12 {
        write(&folder, &format!("a/{i}.png"), "");
    }
    let error = load(source(folder.path())).unwrap_err();
    assert_eq!(error.code(), "data-images");
    assert!(error.to_string().lines().all(|line| line.contains(": is ") || line.starts_with("and ")), "{error}");
}

#[test]
fn every_cut_of_a_picture_is_noticed() {
    let folder = made(&["a/1.png", "a/2.png", "a/3.png", "b/1.png", "b/2.png"]);
    let image = GrayImage::from_fn(40, 30, |x, y| Luma([(x * y % 251) as u8]));
    for ending in ["jpg", "png", "bmp", "gif", "tif", "pgm", "webp"] {
        let whole = tempfile::tempdir().unwrap();
        let path = whole.path().join("1").with_extension(ending);
        image::DynamicImage::from(image.clone())
            .into_rgb8()
            .save_with_format(
                &path,
                if ending == "pgm" {
                    image::ImageFormat::Pnm
                } else {
                    image::ImageFormat::from_extension(ending).unwrap()
                },
            )
            .unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(pictures(&path, [1, 8, 8], None, &()).is_ok(), "{ending}");
        for share in [1, 3, 5, 7, 9] {
            let cut = &bytes[..bytes.len() * share / 10];
            write(&folder, &format!("a/3.{ending}"), cut);
            let dataset = load(source(folder.path())).unwrap();
            assert_eq!(left_out(&dataset).len(), 1, "{ending}, {share} tenths");
            assert!(!left_out(&dataset)[0].1.contains('\n'));
        }
        std::fs::remove_file(folder.path().join(format!("a/3.{ending}"))).unwrap();
    }
}

/// Pictures of the kinds that decoders get wrong: above red, below blue, 8 × 16 pixels.
#[test]
fn odd_pictures_are_read_upright_and_in_their_colours() {
    let read = |name: &str| {
        let file = Path::new("tests/field/odd-pictures").join(name);
        pictures(&file, [3, 16, 8], None, &()).map(|(_, examples, _)| {
            let row = examples.row(0);
            let at = |y: usize| [0, 1, 2].map(|channel| row[channel * 128 + y * 8 + 4]);
            (at(3), at(12))
        })
    };
    let near = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 14.0);
    let (red, blue) = ([220.0, 20.0, 30.0], [20.0, 30.0, 220.0]);
    for name in
        ["cmyk.jpg", "turned.jpg", "progressive.jpg", "lzw.tif", "cmyk.tif", "moving.gif", "moving.webp", "colour.ppm"]
    {
        let (above, below) = read(name).unwrap();
        assert!(near(above, red) && near(below, blue), "{name}: {above:?} {below:?}");
    }
    // What shows is dark in both, so the ground is white.
    assert_eq!(read("palette-with-alpha.png").unwrap(), ([255.0; 3], blue));
    assert_eq!(read("grey-with-alpha.png").unwrap(), ([30.0; 3], [255.0; 3]));
    let (above, below) = read("grey16.png").unwrap();
    assert!(near(above, [56.0; 3]) && near(below, [200.0; 3]), "{above:?} {below:?}");
    let problem = |name: &str| read(name).unwrap_err().to_string();
    assert!(problem("cmyk-without-adobe.jpg").contains("has four inks"));
    assert!(problem("new.avif").contains("is AVIF"));
}

#[test]
fn a_header_that_promises_a_huge_picture_is_refused_before_memory_is_taken() {
    let folder = made(&["a/1.png", "a/2.png", "b/1.png", "b/2.png"]);
    let bmp = |width: u32, height: u32| {
        let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bytes.extend([width, height].iter().flat_map(|size| size.to_le_bytes()));
        bytes.extend(b"\x01\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes
    };
    let gif = b"GIF89a\xFF\xFF\xFF\xFF\0\0\0,\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02\x44\x01\0;".to_vec();
    let ppm = b"P6 60000 60000 255\n".to_vec();
    for (name, bytes) in [("a/3.bmp", bmp(60000, 60000)), ("a/3.gif", gif), ("a/3.ppm", ppm)] {
        write(&folder, name, bytes);
        let dataset = load(source(folder.path())).unwrap();
        let why = &left_out(&dataset)[0].1;
        assert!(why.contains("too large") || why.contains("512 MiB"), "{name}: {why}");
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
}

#[test]
fn pictures_to_be_predicted_need_no_classes() {
    let folder = made(&["new/holiday-12.png", "new/holiday-31.png", "new/more/x.png"]);
    write(&folder, "new/notes.txt", "where they were taken");
    let (files, examples, classes) = pictures(&folder.path().join("new"), [3, 6, 6], None, &()).unwrap();
    assert_eq!(files, ["holiday-12.png", "holiday-31.png", "more/x.png"].map(PathBuf::from));
    assert_eq!((examples.rows(), examples.shape(), classes), (3, vec![3, 6, 6], None));
    let (files, ..) = pictures(&folder.path().join("new/holiday-12.png"), [1, 6, 6], None, &()).unwrap();
    assert_eq!(files, [PathBuf::from("holiday-12.png")]);
    let (files, _, classes) = pictures(Path::new("tests/field/Training-Test/pics"), [1, 6, 6], None, &()).unwrap();
    assert_eq!(files.len(), 27);
    assert_eq!(classes.unwrap()[..2], ["bar", "bar"]);
    write(&folder, "new/more/broken.png", "no picture");
    let error = pictures(&folder.path().join("new"), [1, 6, 6], None, &()).unwrap_err();
    assert!(error.to_string().contains("broken.png: is of another format"), "{error}");
    let nothing = tempfile::tempdir().unwrap();
    assert_eq!(pictures(nothing.path(), [1, 6, 6], None, &()).unwrap_err().code(), "data-folder");
}

/// Stops after so many reports.
struct Impatient(AtomicU64, u64);

impl Watch for Impatient {
    fn progress(&self, done: u64, total: u64) {
        assert!(total == 0 || done <= total);
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= self.1
    }
}

#[test]
fn reading_tells_how_far_it_is_and_can_be_ended() {
    let names: Vec<String> = (0..40).map(|i| format!("{}/{i}.png", ["a", "b"][i % 2])).collect();
    let folder = made(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let source = Source::Images(source(folder.path()));
    let patient = Impatient(AtomicU64::new(0), u64::MAX);
    Dataset::load_watched(&source, &patient).unwrap();
    assert!(patient.0.load(Ordering::Relaxed) >= 40);
    let impatient = Impatient(AtomicU64::new(0), 10);
    assert_eq!(Dataset::load_watched(&source, &impatient), Err(DataError::Cancelled));
    assert!(impatient.0.load(Ordering::Relaxed) < 20);
}

#[cfg(unix)]
#[test]
fn a_line_break_in_a_name_makes_no_second_message() {
    let folder = made(&["a\nb/1.png", "c/1.png"]);
    write(&folder, "a\nb/two\nlines.png", "");
    let dataset = load(source(folder.path())).unwrap();
    assert_eq!(dataset.classes, ["a\\u{a}b", "c"]);
    assert_eq!(left_out(&dataset)[0].0, "a\\u{a}b/two\\u{a}lines.png");
    write(&folder, "a\nb/1.png", "");
    let error = load(source(folder.path())).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 2, "{error}");
}

#[cfg(unix)]
#[test]
fn pipes_and_loops_hold_nobody_up() {
    use std::os::unix::fs::symlink;
    let folder = made(&["a/1.png", "b/1.png"]);
    symlink(folder.path(), folder.path().join("a/loop")).unwrap();
    symlink(folder.path().join("a"), folder.path().join("c")).unwrap();
    let pipe = folder.path().join("b/pipe.png");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let dataset = load(source(folder.path())).unwrap();
    assert_eq!((dataset.classes.len(), dataset.labels.len()), (2, 2));
    let said = left_out(&dataset);
    assert_eq!(said.iter().map(|left| left.0.as_str()).collect::<Vec<_>>(), ["a/loop", "c", "*"]);
    assert!(pictures(&pipe, [1, 4, 4], None, &()).unwrap_err().to_string().contains("no regular file"));
}

#[test]
fn colour_pictures_keep_their_planes() {
    let folder = tempfile::tempdir().unwrap();
    for class in ["a", "b"] {
        std::fs::create_dir_all(folder.path().join(class)).unwrap();
        RgbaImage::from_pixel(5, 9, Rgba([1, 2, 3, 255])).save(folder.path().join(class).join("1.png")).unwrap();
    }
    let dataset = load(ImageSource { size: 2, colour: Colour::Rgb, ..ImageSource::new(folder.path()) }).unwrap();
    let Examples::Pixels { values, .. } = &dataset.examples else { panic!("pictures are pixels") };
    assert_eq!(values[..12], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
}
