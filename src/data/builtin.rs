//! The data sets that are part of the binary; `assets/data/README.md` names their authors and licences.

use std::path::Path;

use super::idx::{join, part};
use super::table::read_table;
use super::{DataError, Dataset, Findings, file};
use crate::recipe::{Builtin, ColumnRef, Pixels, TableSource};

/// Unpacks a data set.
pub(super) fn load(builtin: Builtin) -> Result<Dataset, DataError> {
    match builtin {
        Builtin::MnistMini => mnist_mini(builtin.name()),
        Builtin::Digits => digits(builtin.name()),
    }
}

macro_rules! asset {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../assets/data/", $name)).as_slice())
    };
}

fn mnist_mini(name: &str) -> Result<Dataset, DataError> {
    let read = |(images_file, images): (&str, &'static [u8]), (labels_file, labels): (&str, &'static [u8])| {
        let open = |file: &str, bytes| file::unpack(bytes).map_err(|error| file::unreadable(Path::new(file), &error));
        let (mut images, mut labels) = (open(images_file, images)?, open(labels_file, labels)?);
        part(&mut images, Path::new(images_file), &mut labels, Path::new(labels_file))
    };
    let train = read(asset!("mnist-train4000-images.idx3.gz"), asset!("mnist-train4000-labels.idx1.gz"))?;
    let test = read(asset!("mnist-t10k1000-images.idx3.gz"), asset!("mnist-t10k1000-labels.idx1.gz"))?;
    let dataset = join(name.to_owned(), Path::new(name), train, Some((name.into(), test)))?;
    Ok(Dataset { findings: Findings::default(), ..dataset })
}

fn digits(name: &str) -> Result<Dataset, DataError> {
    let (file, bytes) = asset!("digits.csv.gz");
    let file = Path::new(file);
    let mut reader = file::unpack(bytes).map_err(|error| file::unreadable(file, &error))?;
    let text = file::read_up_to(&mut reader, file::MAX_TEXT, file)?;
    let source = TableSource {
        label: Some(ColumnRef::Position(-1)),
        header: Some(false),
        delimiter: Some(','),
        pixels: Some(Pixels::Shape { channels: 1, height: 8, width: 8 }),
        ..TableSource::new(file)
    };
    let dataset = read_table(name.to_owned(), &source, &text)?;
    Ok(Dataset { findings: Findings::default(), columns: None, ..dataset })
}
