//! `[data]`: where examples come from, and what students see of them.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::recipe::fault::{Fault, FaultKind, Faults};
use crate::recipe::reader::{Places, Reader};
use crate::recipe::{
    Augment, Builtin, Colour, ColumnRef, Copies, DEFAULT_SIDE, DataRecipe, Ground, IMAGENET_MEAN, IMAGENET_STD,
    ImageSource, KeptColumns, Normalise, Pixels, Source, TableSource, TextSource,
};
use crate::text::phrase;

impl DataRecipe {
    /// `[data]` with nothing but a source.
    pub fn of(source: Source) -> Self {
        Self {
            source,
            seed: 0,
            validation: 0.125,
            test: 0.2,
            copies: Copies::Together,
            omit_classes: Vec::new(),
            labelled: 1.0,
            label_noise: 0.0,
            augment: Augment::NONE,
        }
    }
}

pub(super) fn read_data(mut data: Reader<'_>, folder: &Path, faults: &mut Vec<Fault>) -> DataRecipe {
    let default = DataRecipe::of(Source::Builtin(Builtin::MnistMini));
    let source = read_source(&mut data, folder, faults);
    let validation = data.number("validation", default.validation, faults);
    let test = data.number("test", default.test, faults);
    let labelled = data.number("labelled", 1.0, faults);
    let label_noise = data.number("label_noise", 0.0, faults);
    let seed = data.whole("seed", 0, faults);
    let augment = Augment {
        tries: data.whole("augment", 0, faults) as usize,
        mask: data.number("augment_mask", Augment::NONE.mask, faults),
        ngram: data.number("augment_ngram", Augment::NONE.ngram, faults),
    };
    let fates = [("together", Copies::Together), ("apart", Copies::Apart)];
    let copies = data.choice("copies", Copies::Together, &fates, faults);
    let mut omit_classes = Vec::new();
    let allowed = || phrase!("allowed-class-names");
    match data.take("omit_classes") {
        None => {}
        Some(Value::Array(items)) => {
            for item in items {
                match item {
                    Value::String(name) => omit_classes.push(name),
                    Value::Integer(name) => omit_classes.push(name.to_string()),
                    other => faults.push(data.not_allowed("omit_classes", &other, allowed())),
                }
            }
        }
        Some(other) => faults.push(data.wrong_type("omit_classes", &other, allowed())),
    }
    data.finish(&[], faults);
    DataRecipe { source, seed, validation, test, copies, omit_classes, labelled, label_noise, augment }
}

fn read_source(data: &mut Reader<'_>, folder: &Path, faults: &mut Vec<Fault>) -> Source {
    let fallback = Source::Builtin(Builtin::MnistMini);
    let Some(value) = data.take("source") else {
        faults.push(data.fault("source", FaultKind::Missing { allowed: phrase!("allowed-source") }));
        return fallback;
    };
    let table = match value {
        Value::String(name) => {
            if let Some(builtin) = Builtin::ALL.into_iter().find(|builtin| builtin.name() == name) {
                return Source::Builtin(builtin);
            }
            faults.push(data.not_allowed("source", &Value::String(name), phrase!("allowed-source")));
            return fallback;
        }
        Value::Table(table) => table,
        other => {
            faults.push(data.wrong_type("source", &other, phrase!("allowed-source")));
            return fallback;
        }
    };
    let mut source = data.inner("source", table);
    let base = data.base("source", folder);
    let read = if let Some(path) = source.file("idx", &base, faults) {
        let name = read_text(&mut source, "name", faults);
        Source::Idx { path, name }
    } else if let Some(path) = TABLES.iter().find_map(|key| source.file(key, &base, faults)) {
        Source::Table(read_table(&mut source, path, &base, faults))
    } else if let Some(path) = source.file("images", &base, faults) {
        Source::Images(read_images(&mut source, path, faults))
    } else if let Some(path) = source.file("texts", &base, faults) {
        Source::Texts(TextSource { path, encoding: read_encoding(&mut source, faults) })
    } else {
        faults.push(data.fault("source", FaultKind::Missing { allowed: phrase!("allowed-source") }));
        fallback
    };
    source.finish(&["idx", "csv", "parquet", "arff", "npz", "images", "texts"], faults);
    read
}

impl Source {
    /// Reads what stands in `data.source` of a resolved recipe.
    ///
    /// # Errors
    /// Every fault.
    pub fn from_value(value: Value) -> Result<Self, Faults> {
        let (mut faults, places) = (Vec::new(), Places::new());
        let mut data = Reader::new("data", Table::from_iter([("source".to_owned(), value)]), &places);
        let source = read_source(&mut data, Path::new(""), &mut faults);
        if faults.is_empty() { Ok(source) } else { Err(Faults(faults)) }
    }
}

/// The keys under which a table's path may stand; what it is, the file says.
pub(in crate::recipe) const TABLES: [&str; 4] = ["csv", "parquet", "arff", "npz"];

fn read_table(source: &mut Reader<'_>, path: PathBuf, base: &Path, faults: &mut Vec<Fault>) -> TableSource {
    let keep = if matches!(source.peek("keep"), Some(Value::String(all)) if all == "all") {
        source.take("keep");
        KeptColumns::All
    } else {
        KeptColumns::These(source.columns("keep", faults))
    };
    let [label, text, text_b] = ["label", "text", "text_b"].map(|key| read_column(source, key, faults));
    if text.is_none() && text_b.is_some() {
        faults.push(source.fault("text_b", FaultKind::Conflict(phrase!("conflict-text-b"))));
    }
    let commas = [(",", Some(true)), (".", Some(false))];
    let normalisations = [("standard", Normalise::Standard), ("none", Normalise::None)];
    TableSource {
        path,
        validation: source.file("validation", base, faults),
        test: source.file("test", base, faults),
        label,
        text,
        text_b,
        header: source.has("header").then(|| source.truth("header", false, faults)),
        ignore: source.columns("ignore", faults),
        keep,
        encoding: read_encoding(source, faults),
        delimiter: read_delimiter(source, faults),
        decimal_comma: source.choice("decimal", None, &commas, faults),
        pixels: read_pixels(source, faults),
        normalise: source.choice("normalise", Normalise::Standard, &normalisations, faults),
        size: source.whole("size", DEFAULT_SIDE as u64, faults) as usize,
        colour: read_colour(source, faults),
        as_first_read: false,
    }
}

fn read_images(source: &mut Reader<'_>, path: PathBuf, faults: &mut Vec<Fault>) -> ImageSource {
    let size = source.whole("size", DEFAULT_SIDE as u64, faults) as usize;
    let colour = read_colour(source, faults);
    let grounds = [("white", Some(Ground::White)), ("black", Some(Ground::Black))];
    let ground = source.choice("ground", None, &grounds, faults);
    let mean = source.numbers("mean", &IMAGENET_MEAN, |_| true, faults).unwrap_or_default();
    let std = source.numbers("std", &IMAGENET_STD, |std| std > 0.0, faults).unwrap_or_default();
    for (key, list) in [("mean", &mean), ("std", &std)] {
        if !list.is_empty() && list.len() != 1 && list.len() != colour.channels() {
            let problem = phrase!("conflict-channels", count = list.len(), channels = colour.channels());
            faults.push(source.fault(key, FaultKind::Conflict(problem)));
        }
    }
    ImageSource { path, size, colour, ground, mean, std }
}

fn read_colour(source: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Colour {
    source.choice("colour", Colour::Grey, &[("grey", Colour::Grey), ("rgb", Colour::Rgb)], faults)
}

fn read_text(source: &mut Reader<'_>, key: &'static str, faults: &mut Vec<Fault>) -> Option<String> {
    match source.take(key)? {
        Value::String(text) => Some(text),
        other => {
            faults.push(source.wrong_type(key, &other, phrase!("allowed-text")));
            None
        }
    }
}

/// A column by its name or its position.
fn read_column(source: &mut Reader<'_>, key: &'static str, faults: &mut Vec<Fault>) -> Option<ColumnRef> {
    match source.take(key)? {
        Value::String(name) => Some(ColumnRef::Name(name)),
        Value::Integer(position) => Some(ColumnRef::Position(position)),
        other => {
            faults.push(source.wrong_type(key, &other, phrase!("allowed-label")));
            None
        }
    }
}

fn read_encoding(source: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Option<String> {
    let encoding = read_text(source, "encoding", faults);
    if let Some(name) = encoding.as_ref().filter(|name| encoding_rs::Encoding::for_label(name.as_bytes()).is_none()) {
        faults.push(source.not_allowed("encoding", &name.as_str().into(), phrase!("allowed-encoding")));
    }
    encoding
}

fn read_delimiter(source: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Option<char> {
    let text = read_text(source, "delimiter", faults)?;
    let named = match text.as_str() {
        "tab" => Some('\t'),
        "blank" => Some(' '),
        other => other.parse::<char>().ok(),
    };
    let found = named.filter(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !"\"\r\n+-.".contains(*c));
    if found.is_none() {
        faults.push(source.not_allowed("delimiter", &text.into(), phrase!("allowed-delimiter")));
    }
    found
}

fn read_pixels(source: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Option<Pixels> {
    let value = source.take("pixels")?;
    let side = |value: &Value| value.as_integer().filter(|side| (1..=100_000).contains(side)).map(|side| side as usize);
    let read = match &value {
        Value::Boolean(false) => Some(Pixels::None),
        Value::Array(items) => match items.iter().map(side).collect::<Option<Vec<usize>>>().as_deref() {
            Some(&[height, width]) => Some(Pixels::Shape { channels: 1, height, width }),
            Some(&[channels @ (1 | 3), height, width]) => Some(Pixels::Shape { channels, height, width }),
            _ => None,
        },
        _ => None,
    };
    if read.is_none() {
        faults.push(source.not_allowed("pixels", &value, phrase!("allowed-pixels")));
    }
    read
}
