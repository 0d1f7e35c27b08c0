//! From TOML text, and overrides from the command line, to a [`Recipe`].

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::fault::{Fault, FaultKind, Faults, Place};
use super::fields::{HARD_WEIGHT, SOFT_WEIGHT};
use super::reader::{Places, Reader};
use super::{
    Architecture, Builtin, CheckpointFile, CheckpointSource, Colour, ColumnRef, Copies, DEFAULT_SIDE, DataRecipe,
    Ground, IMAGENET_MEAN, IMAGENET_STD, ImageSource, Keep, KeptColumns, Normalise, Optimiser, PixelRange, Pixels,
    Recipe, Schedule, Source, TableSource, TeacherRecipe, TrainingRecipe,
};
use crate::distill::{METHODS, Method, Objective, Over, Term};
use crate::text::{Between, Phrase, phrase};

/// A field of the recipe that the command line replaces, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    path: String,
    value: Value,
    text: String,
}

impl Override {
    /// Reads `PATH=VALUE`, where VALUE is any TOML value; a word that is no TOML value is taken as text.
    ///
    /// # Errors
    /// A fault that quotes `text` when there is no `=` or no path.
    pub fn parse(text: &str) -> Result<Self, Box<Fault>> {
        let place = Place::Override(text.to_owned());
        let fault = |kind| Box::new(Fault { path: String::new(), place: Some(place.clone()), kind });
        let Some((path, value)) = text.split_once('=') else {
            return Err(fault(FaultKind::Conflict(phrase!("conflict-no-value"))));
        };
        let (path, value) = (path.trim(), value.trim());
        if path.is_empty() || path.split('.').any(str::is_empty) {
            return Err(fault(FaultKind::Conflict(phrase!("conflict-no-field"))));
        }
        let bare_word =
            || !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "-_/.:~\\+@% ".contains(c));
        let value = match format!("value = {value}").parse::<Table>() {
            Ok(mut table) if table.len() == 1 => table.remove("value").unwrap_or(Value::Boolean(false)),
            Err(_) if bare_word() => Value::String(value.to_owned()),
            Ok(_) | Err(_) => {
                let problem = phrase!("syntax-no-value", value = value);
                // A path in "…" whose backslashes begin no escapes.
                let is_path = value.contains('"') && value.contains('\\');
                let problem = if is_path { phrase!("syntax-backslash", problem = problem) } else { problem };
                return Err(fault(FaultKind::Syntax(problem)));
            }
        };
        Ok(Self { path: path.to_owned(), value, text: text.to_owned() })
    }

    /// Lays the value into `table`, making tables on the way.
    fn apply(&self, table: &mut Table, places: &mut Places) -> Result<(), Box<Fault>> {
        let mut keys: Vec<&str> = self.path.split('.').collect();
        let Some(last) = keys.pop() else { return Ok(()) };
        let mut at = table;
        let mut so_far = String::new();
        for key in keys {
            so_far = if so_far.is_empty() { key.to_owned() } else { format!("{so_far}.{key}") };
            // A misspelt table is made here, and the fault that it is must quote the override.
            places.entry(so_far.clone()).or_insert_with(|| Place::Override(self.text.clone()));
            let entry = at.entry(key).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(next) = entry else {
                return Err(Box::new(Fault {
                    path: self.path.clone(),
                    place: Some(Place::Override(self.text.clone())),
                    kind: FaultKind::Conflict(phrase!("conflict-no-table", name = key)),
                }));
            };
            at = next;
        }
        at.insert(last.to_owned(), self.value.clone());
        let inside = format!("{}.", self.path);
        places.retain(|path, _| !path.starts_with(&inside));
        places.insert(self.path.clone(), Place::Override(self.text.clone()));
        Ok(())
    }
}

impl Recipe {
    /// Reads a recipe. Paths in it are relative to the folder of `file` (to the working folder without one, and in
    /// overrides).
    ///
    /// # Errors
    /// Every fault, in the order of the text.
    pub fn parse(text: &str, file: Option<&Path>, overrides: &[Override]) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let (table, places) = table_of(text, file, overrides, &mut faults)?;
        let folder = file.and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let recipe = read(table, &places, &folder, &mut faults);
        check_whole(&recipe, &places, &mut faults);
        if faults.is_empty() { Ok(recipe) } else { Err(in_text_order(faults)) }
    }

    /// Reads a resolved recipe, as [`Recipe::to_toml`] writes it.
    ///
    /// # Errors
    /// Every fault; there are none unless the table was made by another version or by hand.
    pub fn from_table(table: Table) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let recipe = read(table, &Places::new(), Path::new(""), &mut faults);
        check_whole(&recipe, &Places::new(), &mut faults);
        if faults.is_empty() { Ok(recipe) } else { Err(Faults(faults)) }
    }

    /// Checks a recipe that was put together in memory by the rules that hold for text.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self) -> Result<(), Faults> {
        Self::from_table(self.to_table()).map(|_| ())
    }
}

/// What fields say only together. Of a sweep this is asked of each of its cells: values that move together meet in no others.
pub(super) fn check_whole(recipe: &Recipe, places: &Places, faults: &mut Vec<Fault>) {
    let method = recipe.distill.method();
    let weighs = |term: &&Term| term.weight.is_none_or(|path| recipe.distill.get(path) != Some(0.0));
    let mut weighed = method.terms.iter().filter(weighs).peekable();
    let named = |terms: &mut dyn Iterator<Item = &Term>| {
        let keys = terms.filter_map(|term| term.weight).map(|path| path.rsplit('.').next().unwrap_or(path).into());
        Phrase::several(Between::And, keys)
    };
    let top = Reader::new("", Table::new(), places);
    if weighed.peek().is_none() {
        let weights: Vec<&str> = method.terms.iter().filter_map(|term| term.weight).collect();
        let all = named(&mut method.terms.iter());
        let problem = phrase!("conflict-no-weight", weights = all, count = weights.len());
        faults.push(top.fault(weights.first().copied().unwrap_or_default(), FaultKind::Conflict(problem)));
    } else if recipe.data.labelled == 0.0 && recipe.student.is_some() && weighed.all(|term| term.over == Over::Labelled)
    {
        let mut without = method.terms.iter().filter(|term| term.over == Over::Rows).peekable();
        let problem = match without.peek() {
            Some(_) => phrase!("conflict-no-labels", weights = named(&mut without)),
            None => phrase!("method-no-labels", method = method.name),
        };
        faults.push(top.fault("data.labelled", FaultKind::Conflict(problem)));
    }
}

/// The table of a text with the overrides laid over it, and where each of its fields stands.
pub(super) fn table_of(
    text: &str,
    file: Option<&Path>,
    overrides: &[Override],
    faults: &mut Vec<Fault>,
) -> Result<(Table, Places), Faults> {
    let (mut table, mut places) = table_with_places(text, file)?;
    for set in overrides {
        set.apply(&mut table, &mut places).unwrap_or_else(|fault| faults.push(*fault));
    }
    Ok((table, places))
}

/// Faults as a reader of the text meets them; overrides come last.
pub(super) fn in_text_order(mut faults: Vec<Fault>) -> Faults {
    faults.sort_by_key(|fault| match &fault.place {
        Some(Place::Line(_, line)) => *line,
        Some(Place::Override(_)) => usize::MAX - 1,
        None => usize::MAX,
    });
    Faults(faults)
}

/// The table of a text, and the line on which each of its fields stands.
fn table_with_places(text: &str, file: Option<&Path>) -> Result<(Table, Places), Faults> {
    let line_at = |offset: usize| 1 + text.get(..offset).unwrap_or(text).matches('\n').count();
    let syntax = |message: &str, span: Option<std::ops::Range<usize>>| {
        let is_escape = span.as_ref().is_some_and(|span| is_in_escape(text, span.start));
        let place = span.map(|span| Place::Line(file.map(Path::to_owned), line_at(span.start)));
        let problem = Phrase::plain(message.lines().collect::<Vec<_>>().join("; "));
        let problem = if is_escape { phrase!("syntax-backslash", problem = problem) } else { problem };
        Faults(vec![Fault { path: String::new(), place, kind: FaultKind::Syntax(problem) }])
    };
    let spanned = DeTable::parse(text).map_err(|error| syntax(error.message(), error.span()))?;
    let mut places = Places::new();
    note_places(&spanned, "", &mut |path, offset| {
        places.insert(path, Place::Line(file.map(Path::to_owned), line_at(offset)));
    });
    let table = text.parse::<Table>().map_err(|error| syntax(error.message(), error.span()))?;
    Ok((table, places))
}

/// Whether what is wrong at `offset` is an escape in "…": a Windows path, most often.
fn is_in_escape(text: &str, offset: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(offset) else { return false };
    let line = before.rsplit('\n').next().unwrap_or(before);
    // A fault of an escape is told at its backslash, or a few digits behind it.
    let near: String = line.chars().rev().take(9).collect();
    let opened = line.contains('"');
    opened && (after.starts_with('\\') || near.contains('\\'))
}

fn note_places(table: &Spanned<DeTable<'_>>, path: &str, note: &mut impl FnMut(String, usize)) {
    for (key, value) in table.get_ref() {
        let path = if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
        note(path.clone(), key.span().start);
        if let DeValue::Table(inner) = value.get_ref() {
            note_places(&Spanned::new(value.span(), inner.clone()), &path, note);
        }
    }
}

/// Reads one cell; each fault is noted and a default taken in its place.
pub(super) fn read(table: Table, places: &Places, folder: &Path, faults: &mut Vec<Fault>) -> Recipe {
    let mut top = Reader::new("", table, places);
    let title = match top.take("title") {
        None => "Untitled".to_owned(),
        Some(Value::String(title)) => title,
        Some(other) => {
            faults.push(top.wrong_type("title", &other, phrase!("allowed-text")));
            String::new()
        }
    };
    let data = if let Some(section) = section(&mut top, "data", places, faults) {
        read_data(section, folder, faults)
    } else {
        let allowed = phrase!("allowed-data");
        faults.push(top.fault("data", FaultKind::Missing { allowed }));
        DataRecipe::of(Source::Builtin(Builtin::MnistMini))
    };
    let mut baseline = true;
    let training = match section(&mut top, "training", places, faults) {
        Some(mut section) => {
            baseline = section.truth("baseline", true, faults);
            let training = read_training(&mut section, &TrainingRecipe::default(), faults);
            section.finish(&[], faults);
            training
        }
        None => TrainingRecipe::default(),
    };
    let distill = section(&mut top, "distill", places, faults).unwrap_or_else(|| top.inside("distill"));
    let distill = read_distill(distill, training.epochs, faults);
    let teacher = section(&mut top, "teacher", places, faults);
    let teacher = teacher.map(|section| read_teacher(section, &training, folder, faults));
    if teacher.is_none() && (distill.method().needs.teacher || !top.has("student")) {
        let allowed = phrase!("allowed-teacher-table");
        faults.push(top.fault("teacher", FaultKind::Missing { allowed }));
    }
    let student = section(&mut top, "student", places, faults).map(|mut section| {
        let model = read_model(&mut section, faults);
        if model.is_none() {
            faults.push(section.fault("model", FaultKind::Missing { allowed: phrase!("allowed-model") }));
        }
        section.finish(&[], faults);
        model.unwrap_or(Architecture::Mlp { hidden: Vec::new(), dropout: 0.0 })
    });
    if student.is_none() && !matches!(teacher, Some(TeacherRecipe::Train { .. })) {
        faults.push(top.fault(
            "student",
            FaultKind::Missing { allowed: phrase!("allowed-student", model = phrase!("allowed-model")) },
        ));
    }
    top.finish(&[], faults);
    Recipe { title, data, teacher, student, distill, training, baseline }
}

fn section<'a>(
    top: &mut Reader<'a>,
    key: &'static str,
    places: &'a Places,
    faults: &mut Vec<Fault>,
) -> Option<Reader<'a>> {
    match top.take(key)? {
        Value::Table(table) => Some(Reader::new(key, table, places)),
        other => {
            faults.push(top.wrong_type(key, &other, phrase!("allowed-table", name = key)));
            Some(Reader::new(key, Table::new(), places))
        }
    }
}

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
        }
    }
}

fn read_data(mut data: Reader<'_>, folder: &Path, faults: &mut Vec<Fault>) -> DataRecipe {
    let default = DataRecipe::of(Source::Builtin(Builtin::MnistMini));
    let source = read_source(&mut data, folder, faults);
    let validation = data.number("validation", default.validation, faults);
    let test = data.number("test", default.test, faults);
    let labelled = data.number("labelled", 1.0, faults);
    let label_noise = data.number("label_noise", 0.0, faults);
    let seed = data.whole("seed", 0, faults);
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
    DataRecipe { source, seed, validation, test, copies, omit_classes, labelled, label_noise }
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
    let mut source = Reader::new(data.path("source"), table, data.places());
    let base = data.base("source", folder);
    let read = if let Some(path) = source.file("idx", &base, faults) {
        let name = read_text(&mut source, "name", faults);
        Source::Idx { path, name }
    } else if let Some(path) = TABLES.iter().find_map(|key| source.file(key, &base, faults)) {
        Source::Table(read_table(&mut source, path, &base, faults))
    } else if let Some(path) = source.file("images", &base, faults) {
        Source::Images(read_images(&mut source, path, faults))
    } else {
        faults.push(data.fault("source", FaultKind::Missing { allowed: phrase!("allowed-source") }));
        fallback
    };
    source.finish(&["idx", "csv", "parquet", "arff", "npz", "images"], faults);
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
pub(super) const TABLES: [&str; 4] = ["csv", "parquet", "arff", "npz"];

fn read_table(source: &mut Reader<'_>, path: PathBuf, base: &Path, faults: &mut Vec<Fault>) -> TableSource {
    let keep = if matches!(source.peek("keep"), Some(Value::String(all)) if all == "all") {
        source.take("keep");
        KeptColumns::All
    } else {
        KeptColumns::These(source.columns("keep", faults))
    };
    let label = match source.take("label") {
        None => None,
        Some(Value::String(name)) => Some(ColumnRef::Name(name)),
        Some(Value::Integer(position)) => Some(ColumnRef::Position(position)),
        Some(other) => {
            faults.push(source.wrong_type("label", &other, phrase!("allowed-label")));
            None
        }
    };
    let encoding = read_text(source, "encoding", faults);
    if let Some(name) = encoding.as_ref().filter(|name| encoding_rs::Encoding::for_label(name.as_bytes()).is_none()) {
        faults.push(source.not_allowed("encoding", &name.as_str().into(), phrase!("allowed-encoding")));
    }
    let commas = [(",", Some(true)), (".", Some(false))];
    let normalisations = [("standard", Normalise::Standard), ("none", Normalise::None)];
    TableSource {
        path,
        validation: source.file("validation", base, faults),
        test: source.file("test", base, faults),
        label,
        header: source.has("header").then(|| source.truth("header", false, faults)),
        ignore: source.columns("ignore", faults),
        keep,
        encoding,
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

fn read_teacher(
    mut teacher: Reader<'_>,
    training: &TrainingRecipe,
    folder: &Path,
    faults: &mut Vec<Fault>,
) -> TeacherRecipe {
    let checkpoint = match teacher.take("checkpoint") {
        None => None,
        Some(Value::String(name)) => Some(match name.strip_prefix("builtin:") {
            None => {
                let base = teacher.base("checkpoint", folder);
                CheckpointSource::File(teacher.path_of("checkpoint", name, &base, faults).into())
            }
            Some(builtin) => {
                let known = Builtin::ALL.into_iter().find(|b| b.name() == builtin);
                CheckpointSource::Builtin(known.unwrap_or_else(|| {
                    let allowed = phrase!("allowed-builtin");
                    faults.push(teacher.not_allowed("checkpoint", &Value::String(name.clone()), allowed));
                    Builtin::MnistMini
                }))
            }
        }),
        Some(other) => {
            faults.push(teacher.wrong_type("checkpoint", &other, phrase!("allowed-checkpoint")));
            Some(CheckpointSource::Builtin(Builtin::MnistMini))
        }
    };
    let given = ["classes", "pixels", "mean", "std"].into_iter().find(|key| teacher.has(key));
    let options = read_import(&mut teacher, faults);
    let checkpoint = match checkpoint {
        Some(CheckpointSource::File(file)) => {
            Some(CheckpointSource::File(CheckpointFile { path: file.path, ..options }))
        }
        other => {
            if let Some(key) = given {
                faults.push(teacher.fault(key, FaultKind::Conflict(phrase!("conflict-no-file"))));
            }
            other
        }
    };
    let model = read_model(&mut teacher, faults);
    let read = match (checkpoint, model) {
        (Some(checkpoint), None) => TeacherRecipe::Checkpoint(checkpoint),
        (None, Some(model)) => TeacherRecipe::Train { model, training: read_training(&mut teacher, training, faults) },
        (Some(checkpoint), Some(_)) => {
            let problem = phrase!("conflict-teacher");
            faults.push(teacher.fault("", FaultKind::Conflict(problem)));
            // Its training keys are no faults of their own.
            read_training(&mut teacher, training, faults);
            TeacherRecipe::Checkpoint(checkpoint)
        }
        (None, None) => {
            let allowed = phrase!("allowed-teacher", model = phrase!("allowed-model"));
            faults.push(teacher.fault("", FaultKind::Missing { allowed }));
            TeacherRecipe::Checkpoint(CheckpointSource::Builtin(Builtin::MnistMini))
        }
    };
    teacher.finish(&["checkpoint", "model", "classes", "pixels", "mean", "std"], faults);
    read
}

/// What the recipe says of another program's model, with no path yet.
fn read_import(teacher: &mut Reader<'_>, faults: &mut Vec<Fault>) -> CheckpointFile {
    let classes = teacher.names("classes", faults);
    let pixels = teacher.has("pixels");
    let range = teacher.choice("pixels", PixelRange::default(), &PixelRange::NAMES, faults);
    let before = faults.len();
    let mean = teacher.numbers("mean", &IMAGENET_MEAN, |_| true, faults);
    let std = teacher.numbers("std", &IMAGENET_STD, |std| std > 0.0, faults);
    if faults.len() == before {
        let problem = match (&mean, &std) {
            (Some(_), None) => Some(("mean", phrase!("conflict-needs-std"))),
            (None, Some(_)) => Some(("std", phrase!("conflict-needs-mean"))),
            (Some(_), Some(_)) if range != PixelRange::Unit => Some(("pixels", phrase!("conflict-pixels-mean"))),
            _ => None,
        };
        faults.extend(problem.map(|(key, problem)| teacher.fault(key, FaultKind::Conflict(problem))));
    }
    CheckpointFile { path: PathBuf::new(), classes, pixels: pixels.then_some(range), mean, std }
}

fn read_model(section: &mut Reader<'_>, faults: &mut Vec<Fault>) -> Option<Architecture> {
    let table = match section.take("model")? {
        Value::Table(table) => table,
        other => {
            faults.push(section.wrong_type("model", &other, phrase!("allowed-model")));
            return Some(Architecture::Mlp { hidden: Vec::new(), dropout: 0.0 });
        }
    };
    let mut model = Reader::new(section.path("model"), table, section.places());
    let dropout = model.number("dropout", 0.0, faults);
    let mlp = model.widths("mlp", faults);
    let cnn = model.widths("cnn", faults);
    let dense = model.widths("dense", faults);
    let read = match (mlp, cnn) {
        (Some(hidden), None) => {
            if dense.is_some() {
                faults.push(model.fault("dense", FaultKind::Conflict(phrase!("conflict-dense"))));
            }
            Architecture::Mlp { hidden, dropout }
        }
        (None, Some(channels)) => {
            if channels.is_empty() {
                let problem = phrase!("conflict-no-convolution");
                faults.push(model.fault("cnn", FaultKind::Conflict(problem)));
            }
            Architecture::Cnn { channels, dense: dense.unwrap_or_default(), dropout }
        }
        (mlp, _) => {
            let kind = if mlp.is_some() {
                FaultKind::Conflict(phrase!("conflict-mlp-or-cnn"))
            } else {
                FaultKind::Missing { allowed: phrase!("allowed-model") }
            };
            faults.push(model.fault("", kind));
            Architecture::Mlp { hidden: Vec::new(), dropout }
        }
    };
    model.finish(&[], faults);
    Some(read)
}

/// A method and its fields; those that are not written have the method's usual values.
fn read_distill(mut distill: Reader<'_>, epochs: usize, faults: &mut Vec<Fault>) -> Objective {
    let methods: Vec<(&str, &'static Method)> = METHODS.iter().map(|method| (method.name, *method)).collect();
    let method = distill.choice("method", METHODS[0], &methods, faults);
    let mut objective = Objective::new(method, epochs);
    let weights = [SOFT_WEIGHT, HARD_WEIGHT].map(|weight| method.field(weight.path).is_some());
    let word = |value: &Value| value.as_str() == Some(COMPLEMENT);
    let complement = weights == [true; 2] && distill.peek(HARD_WEIGHT.key()).is_some_and(word);
    if complement {
        distill.take(HARD_WEIGHT.key());
    }
    for field in method.fields {
        let value = distill.setting(field, field.usual(epochs), faults);
        objective.set(field.path, value);
    }
    if let Some(soft) = objective.get(SOFT_WEIGHT.path).filter(|_| complement) {
        if soft > 1.0 {
            let problem = phrase!("conflict-complement", weight = Phrase::plain(soft));
            faults.push(distill.fault(HARD_WEIGHT.key(), FaultKind::Conflict(problem)));
        }
        objective.set(HARD_WEIGHT.path, complement_of(soft));
    }
    let others = METHODS.iter().flat_map(|other| other.fields).filter(|field| method.field(field.path).is_none());
    for field in others {
        // Of a field that several others have, the first finds it.
        if distill.take(field.key()).is_some() {
            let have = METHODS.iter().filter(|other| other.field(field.path).is_some());
            let have = Phrase::several(Between::Commas, have.map(|other| format!("\"{}\"", other.name).into()));
            let own = method.fields.iter().map(|field| format!("`{}`", field.path).into());
            let own = Phrase::several(Between::Commas, own);
            let problem = phrase!("conflict-other-method", method = method.name, have = have, own = own);
            faults.push(distill.fault(field.key(), FaultKind::Conflict(problem)));
        }
    }
    distill.finish(&[], faults);
    objective
}

/// What the hard weight is called where it is 1 − the soft weight.
pub(super) const COMPLEMENT: &str = "complement";

/// 1 − a weight, rounded so that the complement of 0.9 is 0.1 and reads so.
pub fn complement_of(weight: f64) -> f64 {
    ((1.0 - weight) * 1e12).round() / 1e12
}

/// The keys of `[training]`, with `default` for those that are not given.
fn read_training(section: &mut Reader<'_>, default: &TrainingRecipe, faults: &mut Vec<Fault>) -> TrainingRecipe {
    let epochs = section.whole("epochs", default.epochs as u64, faults) as usize;
    let batch = section.whole("batch", default.batch as u64, faults) as usize;
    let learning_rate = section.number("learning_rate", default.learning_rate, faults);
    let seed = section.whole("seed", default.seed, faults);
    let default_momentum = if let Optimiser::Sgd { momentum } = default.optimiser { momentum } else { 0.0 };
    let rules = [("adamw", Optimiser::AdamW), ("sgd", Optimiser::Sgd { momentum: default_momentum })];
    let mut optimiser = section.choice("optimiser", default.optimiser, &rules, faults);
    let gives_momentum = section.has("momentum");
    let number = section.number("momentum", default_momentum, faults);
    match &mut optimiser {
        Optimiser::Sgd { momentum } => *momentum = number,
        Optimiser::AdamW if gives_momentum => {
            let problem = phrase!("conflict-momentum");
            faults.push(section.fault("momentum", FaultKind::Conflict(problem)));
        }
        Optimiser::AdamW => {}
    }
    let weight_decay = section.number("weight_decay", default.weight_decay, faults);
    let schedule = read_schedule(section, default.schedule, faults);
    let warm_up = section.number("warm_up", default.warm_up, faults);
    let clip = section.number("clip", default.clip, faults);
    let jitter = section.whole("jitter", default.jitter as u64, faults) as usize;
    let keeps = [("last", Keep::Last), ("best", Keep::Best)];
    let keep = section.choice("keep", default.keep, &keeps, faults);
    TrainingRecipe {
        epochs,
        batch,
        learning_rate,
        seed,
        optimiser,
        weight_decay,
        schedule,
        warm_up,
        clip,
        jitter,
        keep,
    }
}

fn read_schedule(section: &mut Reader<'_>, default: Schedule, faults: &mut Vec<Fault>) -> Schedule {
    match section.take("schedule") {
        None => default,
        Some(Value::String(name)) if name == "constant" => Schedule::Constant,
        Some(Value::String(name)) if name == "cosine" => Schedule::Cosine,
        Some(Value::Table(mut table)) if matches!(table.get("step"), Some(Value::Table(_))) && table.len() == 1 => {
            let Some(Value::Table(step)) = table.remove("step") else { return default };
            let mut step = Reader::new(section.path("schedule.step"), step, section.places());
            let every = step.whole("every", 10, faults) as usize;
            let factor = step.number("factor", 0.5, faults);
            step.finish(&[], faults);
            Schedule::Step { every, factor }
        }
        Some(other) => {
            faults.push(section.not_allowed("schedule", &other, phrase!("allowed-schedule")));
            default
        }
    }
}
