//! From TOML text, and overrides from the command line, to a [`Recipe`].

mod data;
mod models;
mod training;

use std::path::Path;

pub(super) use data::TABLES;
use data::read_data;
use models::{read_model, read_teacher};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use training::{read_baselines, read_training};

use super::fault::{Fault, FaultKind, Faults, Place};
use super::fields::{BASELINE, Field, HARD_WEIGHT, KEEP, METHOD, SOFT_WEIGHT, TEACHER_ENSEMBLE};
use super::reader::{Places, Reader};
use super::{Architecture, Baseline, Builtin, DataRecipe, Keep, Recipe, Source, TrainingRecipe};
use crate::distill::{Company, Course, METHODS, Method, Objective, Over, Term, method};
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
    let weighs = |term: &&Term| recipe.distill.ever_weighs(term);
    let mut weighed = method.terms.iter().filter(weighs).peekable();
    let named = |terms: &mut dyn Iterator<Item = &Term>| {
        let keys = terms.filter_map(|term| term.weight).map(|path| path.rsplit('.').next().unwrap_or(path).into());
        Phrase::several(Between::And, keys)
    };
    let top = Reader::new("", Table::new(), places);
    let taught = recipe.compared().find(|baseline| baseline.needs_teacher());
    if let Some(baseline) = taught.filter(|_| recipe.teacher.is_none()) {
        let problem = phrase!("conflict-baseline-teacher", name = baseline.name);
        faults.push(top.fault(BASELINE.path, FaultKind::Conflict(problem)));
    }
    check_company(recipe, &top, faults);
    let is_alone = recipe.student.is_some() && recipe.distill.method().company == Company::None;
    if is_alone && matches!(recipe.baselines[..], [only] if only.is_longer) {
        let problem = phrase!("conflict-longer", name = recipe.baselines[0].name);
        faults.push(top.fault(BASELINE.path, FaultKind::Conflict(problem)));
    }
    let batch = recipe.training.batch;
    if recipe.student.is_some() && weighed.peek().is_some() && weighed.clone().all(|term| term.least > batch) {
        let least = weighed.clone().map(|term| term.least).min().unwrap_or_default();
        let problem = phrase!("conflict-small-batch", method = method.name, least = least);
        faults.push(top.fault("training.batch", FaultKind::Conflict(problem)));
    }
    if weighed.peek().is_none() {
        let weights: Vec<&str> = method.terms.iter().filter_map(|term| term.weight).collect();
        let all = named(&mut method.terms.iter());
        let problem = phrase!("conflict-no-weight", weights = all, count = weights.len());
        faults.push(top.fault(weights.first().copied().unwrap_or_default(), FaultKind::Conflict(problem)));
    } else if recipe.student.is_some()
        && method.terms.iter().any(Term::is_of_logits)
        && !weighed.clone().any(Term::is_of_logits)
    {
        let mut of_output = method.terms.iter().filter(|term| term.is_of_logits());
        let problem = phrase!("conflict-no-output", weights = named(&mut of_output));
        faults.push(top.fault(SOFT_WEIGHT.path, FaultKind::Conflict(problem)));
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

/// What those need who are trained for a student's sake.
fn check_company(recipe: &Recipe, top: &Reader<'_>, faults: &mut Vec<Fault>) {
    let (path, least) = match recipe.distill.method().company {
        Company::None => return,
        Company::Peers(path) => (path, 2.0),
        Company::Generations(path) => (path, 1.0),
    };
    let method = recipe.distill.method().name;
    let count = recipe.distill.get(path).unwrap_or_default();
    if recipe.student.as_ref().is_some_and(Architecture::is_of_teacher) {
        let problem = phrase!("conflict-company-of-teacher", method = method);
        faults.push(top.fault(METHOD.path, FaultKind::Conflict(problem)));
    }
    if count < least {
        // So says a run that takes as long as all of them.
        if !matches!(recipe.baselines[..], [only] if only.is_longer) {
            let allowed = recipe
                .distill
                .method()
                .field(path)
                .map_or_else(|| phrase!("allowed-whole", least = 1_usize), |it| it.1.allowed());
            faults.push(top.fault(path, FaultKind::NotAllowed { value: count.to_string(), allowed }));
        }
        return;
    }
    // Peers that learn from each other alone learn nothing.
    if recipe.distill.generations().is_none() && recipe.distill.course(HARD_WEIGHT.path) == Some(Course::Fixed(0.0)) {
        let problem = phrase!("conflict-peers-alone", method = method);
        faults.push(top.fault(HARD_WEIGHT.path, FaultKind::Conflict(problem)));
    }
    if recipe.distill.generations().is_none() || recipe.student.is_none() {
        return;
    }
    if !recipe.baselines.contains(&Baseline::PLAIN) {
        let problem = phrase!("conflict-generation-0", method = method);
        faults.push(top.fault(BASELINE.path, FaultKind::Conflict(problem)));
    }
    if recipe.training.keep != Keep::Best {
        let problem = phrase!("conflict-generations-keep", method = method);
        faults.push(top.fault(KEEP.path, FaultKind::Conflict(problem)));
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
    if overrides.iter().any(|set| set.path == METHOD.path) {
        leave_out_other_methods(&mut table, &places);
    }
    faults.extend(named_twice(&table, &places));
    Ok((table, places))
}

/// A file that stands twice in one ensemble. Of a recipe that is kept with a model only the names of files are left, which may be
/// the same: this is a fault of what people write.
fn named_twice(table: &Table, places: &Places) -> Option<Fault> {
    let list = table.get("teacher")?.as_table()?.get(TEACHER_ENSEMBLE.key())?;
    let lists = list.as_table().and_then(|table| table.get("any")).and_then(Value::as_array);
    let lists: Vec<&Value> = lists.map_or_else(|| vec![list], |lists| lists.iter().collect());
    let twice = |list: &&Value| -> Option<usize> {
        let entries = list.as_array()?;
        let is_file =
            |entry: &Value| entry.is_str() || entry.as_table().is_some_and(|it| it.contains_key("checkpoint"));
        (1..entries.len()).find(|at| is_file(&entries[*at]) && entries[..*at].contains(&entries[*at]))
    };
    let at = lists.iter().find_map(twice)?;
    let kind = FaultKind::Conflict(phrase!("conflict-ensemble-twice"));
    let top = Reader::new("", Table::new(), places);
    Some(top.fault(&format!("{}.{}", TEACHER_ENSEMBLE.path, at + 1), kind))
}

/// Another method (or several) that is laid over a text takes from it the fields that it has. What is laid over by name stays, for the
/// fault that it is.
fn leave_out_other_methods(table: &mut Table, places: &Places) {
    let Some(Value::Table(distill)) = table.get_mut("distill") else { return };
    let several = |value: &Value| value.as_table()?.get("any").cloned();
    let named = distill.get(METHOD.key()).map(|value| several(value).unwrap_or_else(|| value.clone()));
    let own: Vec<&'static Method> = match &named {
        Some(Value::Array(list)) => list.iter().filter_map(|name| method(name.as_str()?)).collect(),
        Some(Value::String(name)) => method(name).into_iter().collect(),
        _ => return,
    };
    if own.is_empty() {
        return;
    }
    let is_of_text = |field: &Field| !matches!(places.get(field.path), Some(Place::Override(_)));
    leave_out_fields(distill, METHODS, &own, is_of_text);
}

/// Takes out of `distill` the fields of some methods that none of `own` has, where `goes`.
pub(super) fn leave_out_fields(
    distill: &mut Table,
    of: &[&'static Method],
    own: &[&'static Method],
    goes: impl Fn(&Field) -> bool,
) {
    let has = |field: &&Field| own.iter().any(|own| own.field(field.path).is_some());
    let others = of.iter().flat_map(|other| other.fields).filter(|field| !has(field) && goes(field));
    others.for_each(|field| drop(distill.remove(field.key())));
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
    let mut baselines = vec![Baseline::PLAIN];
    let training = match section(&mut top, "training", places, faults) {
        Some(mut section) => {
            baselines = read_baselines(&mut section, faults);
            let training = read_training(&mut section, &TrainingRecipe::default(), faults);
            section.finish(&[], faults);
            training
        }
        None => TrainingRecipe::default(),
    };
    let distill = section(&mut top, "distill", places, faults).unwrap_or_else(|| top.inner("distill", Table::new()));
    let distill = read_distill(distill, training.epochs, faults);
    let teacher = section(&mut top, "teacher", places, faults);
    let teacher = teacher.map(|section| read_teacher(section, &training, folder, faults));
    if teacher.is_none() && (distill.method().needs.teacher || !top.has("student")) {
        let allowed = phrase!("allowed-teacher-table");
        faults.push(top.fault("teacher", FaultKind::Missing { allowed }));
    }
    let student = section(&mut top, "student", places, faults).map(|mut section| {
        let model = read_model(&mut section, folder, faults);
        if model.is_none() {
            faults.push(section.fault("model", FaultKind::Missing { allowed: phrase!("allowed-model") }));
        }
        section.finish(&[], faults);
        model.unwrap_or(Architecture::Mlp { hidden: Vec::new(), dropout: 0.0 })
    });
    if student.is_none() && teacher.as_ref().is_none_or(|teacher| teacher.trained() == 0) {
        faults.push(top.fault(
            "student",
            FaultKind::Missing { allowed: phrase!("allowed-student", model = phrase!("allowed-model")) },
        ));
    }
    top.finish(&[], faults);
    Recipe { title, data, teacher, student, distill, training, baselines }
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

/// A method and its fields; those that are not written have the method's usual values.
fn read_distill(mut distill: Reader<'_>, epochs: usize, faults: &mut Vec<Fault>) -> Objective {
    let methods: Vec<(&str, &'static Method)> = METHODS.iter().map(|method| (method.name, *method)).collect();
    let method = distill.choice("method", METHODS[0], &methods, faults);
    let mut objective = Objective::new(method, epochs);
    let weights = [SOFT_WEIGHT, HARD_WEIGHT].map(|weight| method.field(weight.path).is_some());
    let word = |value: &Value| value.as_str() == Some(COMPLEMENT);
    let asked = distill.peek(HARD_WEIGHT.key()).is_some_and(word);
    let complement = asked && weights == [true; 2];
    if asked && weights[1] {
        distill.take(HARD_WEIGHT.key());
    }
    if asked && weights == [false, true] {
        let problem = phrase!("conflict-complement-of-what", method = method.name);
        faults.push(distill.fault(HARD_WEIGHT.key(), FaultKind::Conflict(problem)));
    }
    for field in method.fields {
        let course = distill.course(field, field.usual(epochs), faults);
        objective.put(field.path, course);
    }
    if let Some(soft) = objective.course(SOFT_WEIGHT.path).filter(|_| complement) {
        let [first, last] = soft.ends();
        let most = first.max(last);
        if most > 1.0 {
            let problem = phrase!("conflict-complement", weight = Phrase::plain(most));
            faults.push(distill.fault(HARD_WEIGHT.key(), FaultKind::Conflict(problem)));
        }
        follow_soft_weight(&mut objective);
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

/// Lets the hard weight be 1 − the soft weight, where the method has both: at every step, where that moves.
pub fn follow_soft_weight(objective: &mut Objective) {
    if let Some(soft) = objective.course(SOFT_WEIGHT.path) {
        objective.put(HARD_WEIGHT.path, soft.map(complement_of));
    }
}

/// 1 − a weight, rounded so that the complement of 0.9 is 0.1 and reads so.
fn complement_of(weight: f64) -> f64 {
    ((1.0 - weight) * 1e12).round() / 1e12
}
