//! Bytes of every kind that is read, changed at random: readers give an error or a value, never a panic, and never take memory for
//! what a file only claims to hold. `STILLROOM_FUZZ_SECONDS=600` runs each for longer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::time::{Duration, Instant};

use stillroom::data::{Dataset, recognise};
use stillroom::model::import::{self, ImportOptions};
use stillroom::model::{Checkpoint, Folder};
use stillroom::recipe::{CheckpointFile, ImageSource, Source, Sweep, TableSource};

/// SplitMix64 (Steele, Lea & Flood 2014), so that a seed names a case.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// One to eight changes: bits, bytes that mean something, parts cut out, doubled or exchanged, the end cut off.
fn mutated(seed: &[u8], random: &mut Random) -> Vec<u8> {
    const TELLING: [u8; 16] =
        [0, 1, 0x7F, 0x80, 0xFF, b'\n', b'\r', b',', b'"', b'\'', b' ', b'.', b'-', b'{', b'[', 0xEF];
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len());
        let len = 1 + random.below(24);
        let end = (at + len).min(bytes.len());
        match random.below(8) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            1 if !bytes.is_empty() => bytes[at] = TELLING[random.below(TELLING.len())],
            2 => bytes.insert(at, TELLING[random.below(TELLING.len())]),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            5 => bytes.truncate(at),
            6 if bytes.len() >= 8 => {
                let at = random.below(bytes.len() - 7);
                let number = [0, 1, u64::MAX, u64::from(u32::MAX), 1 << 31, 1 << 40][random.below(6)];
                bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
            }
            _ if bytes.len() >= 4 => {
                let at = random.below(bytes.len() - 3);
                bytes[at..at + 4].copy_from_slice(&(random.next() as u32).to_be_bytes());
            }
            _ => {}
        }
    }
    bytes
}

/// Reads mutations of the seeds until the time is over.
fn fuzz(name: &str, seeds: &[Vec<u8>], read: impl Fn(&[u8])) {
    let seconds = std::env::var("STILLROOM_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let (start, time) = (Instant::now(), Duration::from_secs_f64(seconds));
    let first = std::env::var("STILLROOM_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0_u64);
    let mut cases = 0_u64;
    while start.elapsed() < time {
        let mut random = Random(first.wrapping_add(cases).wrapping_mul(0x2545_F491_4F6C_DD1D));
        let bytes = mutated(&seeds[random.below(seeds.len())], &mut random);
        let case = std::panic::AssertUnwindSafe(|| read(&bytes));
        if std::panic::catch_unwind(case).is_err() {
            let path = std::env::temp_dir().join(format!("stillroom-{name}-{cases}"));
            std::fs::write(&path, &bytes).unwrap();
            panic!("{name}, case {cases} of seed {first}: {}", path.display());
        }
        cases += 1;
    }
    println!("{name}: {cases} cases");
    assert!(cases > 0);
}

fn field(path: &str) -> Vec<u8> {
    std::fs::read(Path::new("tests/field").join(path)).unwrap()
}

/// Writes the bytes into a file of a folder and reads it as data.
fn as_table(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let _ = recognise(&path);
    if let Ok(dataset) = Dataset::load(&Source::Table(TableSource::new(&path))) {
        let width = dataset.examples.row_len();
        assert_eq!(dataset.labels.len(), dataset.examples.rows());
        assert!(dataset.labels.iter().all(|label| (*label as usize) < dataset.classes.len()));
        assert!(dataset.examples.row(0).len() == width);
    }
}

#[test]
fn tables() {
    let folder = tempfile::tempdir().unwrap();
    let seeds = [
        "missing-empty/measurements.csv",
        "decimal-comma/blatt.csv",
        "words-as-features/census.data",
        "encoding-utf16/unicode.txt",
        "arff/plants.arff",
        "columns-by-spaces/proteins.data",
        "zipped-table/train.csv.zip",
    ];
    let mut seeds: Vec<Vec<u8>> = seeds.map(field).to_vec();
    seeds.push(field("reviews-with-line-breaks/reviews.csv"));
    seeds.push(b"__label__a one of them\n__label__b and two more\n1\t\"x\n".repeat(4));
    seeds.push(b"label\ttext\na\t\"one of them\nb\tand two 'more'\n".repeat(4));
    seeds.push(b"a,b,\"c \"\"d\"\" e\",k\n1,\"2\n3\",x,u\n4,5,y,v\n".repeat(3));
    fuzz("tables", &seeds, |bytes| as_table(folder.path(), "table.csv", bytes));
}

#[test]
fn parquet_tables() {
    let folder = tempfile::tempdir().unwrap();
    let seeds = ["mixed.parquet", "pictures.parquet"];
    let seeds = seeds.map(|name| std::fs::read(Path::new("tests/data/parquet").join(name)).unwrap());
    fuzz("parquet", &seeds, |bytes| as_table(folder.path(), "table.parquet", bytes));
}

#[test]
fn arrays() {
    let folder = tempfile::tempdir().unwrap();
    let seeds = ["numpy/keras.npz", "numpy/no-labels.npz"].map(field);
    fuzz("npz", &seeds, |bytes| as_table(folder.path(), "arrays.npz", bytes));
}

#[test]
fn idx_files() {
    let folder = tempfile::tempdir().unwrap();
    let images = field("idx-copied-by-a-mac/raw/train-images-idx3-ubyte.gz");
    let labels = field("idx-copied-by-a-mac/raw/train-labels-idx1-ubyte.gz");
    let plain = |bytes: &[u8]| {
        let mut out = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut out).unwrap();
        out
    };
    let (plain_images, plain_labels) = (plain(&images), plain(&labels));
    let load = || drop(Dataset::load(&Source::Idx { path: folder.path().to_owned(), name: None }));
    std::fs::write(folder.path().join("train-labels-idx1-ubyte"), &plain_labels).unwrap();
    fuzz("idx images", &[images, plain_images.clone()], |bytes| {
        std::fs::write(folder.path().join("train-images-idx3-ubyte"), bytes).unwrap();
        load();
    });
    std::fs::write(folder.path().join("train-images-idx3-ubyte"), &plain_images).unwrap();
    fuzz("idx labels", &[labels, plain_labels], |bytes| {
        std::fs::write(folder.path().join("train-labels-idx1-ubyte"), bytes).unwrap();
        load();
    });
}

#[test]
fn pictures() {
    let folder = tempfile::tempdir().unwrap();
    let seeds = [
        "pictures-webp/pics/bar/bar0.webp",
        "pictures-bmp/pics/bar/bar0.bmp",
        "pictures-gif/pics/bar/bar0.gif",
        "pictures-pgm/pics/bar/bar0.pgm",
        "train-val/pics/val/bar/bar0.png",
        "one-empty-file/pics/bar/bar0.jpg",
    ];
    let seeds = seeds.map(field);
    for class in ["a", "b"] {
        std::fs::create_dir_all(folder.path().join(class)).unwrap();
        for i in 0..3 {
            std::fs::write(folder.path().join(class).join(format!("{i}.png")), &seeds[4]).unwrap();
        }
    }
    fuzz("pictures", &seeds, |bytes| {
        std::fs::write(folder.path().join("a/0.png"), bytes).unwrap();
        drop(Dataset::load(&Source::Images(ImageSource { size: 8, ..ImageSource::new(folder.path()) })));
    });
}

#[test]
fn pre_trained_folders() {
    let folder = tempfile::tempdir().unwrap();
    let seed = |name: &str| std::fs::read(Path::new("tests/text/fixtures/bert").join(name)).unwrap();
    let names = ["config.json", "tokenizer.json", "model.safetensors"];
    for name in names {
        for whole in names {
            std::fs::write(folder.path().join(whole), seed(whole)).unwrap();
        }
        fuzz(name, &[seed(name)], |bytes| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
            if let Ok(read) = Folder::read(folder.path()) {
                drop(read.finished());
            }
        });
    }
}

#[test]
fn models() {
    let read = |bytes: &[u8]| {
        drop(Checkpoint::from_bytes("a file", bytes));
        if let Ok(dict) = import::read("a file", bytes) {
            let (file, classes) =
                (CheckpointFile::from(Path::new("a file").to_owned()), ["a", "b", "c"].map(str::to_owned));
            let options = ImportOptions { input: &[4], classes: &classes, pixel_scale: None, file: &file };
            drop(Checkpoint::from_state_dict(&dict, &options));
        }
    };
    let own = std::fs::read("tests/samples/first/trees-student.safetensors").unwrap();
    fuzz("safetensors", &[own, field("pytorch-batchnorm/teacher.safetensors")], read);
    let fixtures = std::fs::read_dir("tests/import/fixtures").unwrap().flatten().map(|entry| entry.path());
    let fixtures = fixtures.filter(|path| path.extension().is_some_and(|ending| ending == "pt"));
    let mut seeds: Vec<Vec<u8>> = fixtures.map(|path| std::fs::read(path).unwrap()).collect();
    seeds.push(field("pytorch-pt-file/teacher.pt"));
    fuzz("pickles", &seeds, read);
}

#[test]
fn recipes() {
    let presets = std::fs::read_dir("presets").unwrap().flatten();
    let mut seeds: Vec<Vec<u8>> = presets.map(|entry| std::fs::read(entry.path()).unwrap()).collect();
    seeds.push(field("id-and-date-columns/ignore.toml"));
    fuzz("recipes", &seeds, |bytes| {
        if let Ok(sweep) = Sweep::parse(&String::from_utf8_lossy(bytes), None, &[]) {
            assert_eq!(Sweep::from_table(sweep.to_table()).unwrap(), sweep);
        }
    });
}
