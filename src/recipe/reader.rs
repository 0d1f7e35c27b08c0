//! Reads one TOML table field by field, noting every fault instead of stopping at the first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::ColumnRef;
use super::fault::{Fault, FaultKind, Place};
use super::fields::{Field, Kind, PLAIN, field};
use super::hints::{Hint, hint, of_value};
use super::home::{NoHome, from_home};
use crate::distill::{Course, Ramp, Shape};
use crate::text::{Between, Phrase, phrase};

/// Where each field of the text was written, by its dotted path.
pub(super) type Places = BTreeMap<String, Place>;

/// A table being read. Keys are taken out of it; what is left at the end is unknown.
pub(super) struct Reader<'a> {
    path: String,
    /// The path at which its fields are described: an entry of a list holds fields of the table that the list stands in.
    described: String,
    table: Table,
    known: Vec<&'static str>,
    places: &'a Places,
}

impl<'a> Reader<'a> {
    pub fn new(path: impl Into<String>, table: Table, places: &'a Places) -> Self {
        let path = path.into();
        Self { described: path.clone(), path, table, known: Vec::new(), places }
    }

    /// The reader of a table at `key`.
    pub fn inner(&self, key: &str, table: Table) -> Self {
        Self { described: below(&self.described, key), ..Self::new(self.path(key), table, self.places) }
    }

    /// The reader of an entry of the list at `key`, counted from 1, that holds the fields of this table.
    pub fn entry(&self, key: &str, number: usize, table: Table) -> Self {
        let path = format!("{}.{number}", self.path(key));
        Self { described: self.described.clone(), ..Self::new(path, table, self.places) }
    }

    /// The dotted path of `key` in this table.
    pub fn path(&self, key: &str) -> String {
        below(&self.path, key)
    }

    /// A fault at `key` of this table (the table itself for an empty key).
    pub fn fault(&self, key: &str, kind: FaultKind) -> Fault {
        let path = if key.is_empty() { self.path.clone() } else { self.path(key) };
        // A value without a place of its own (inside an inline table, say) is where its nearest parent is.
        let mut at = path.as_str();
        let place = loop {
            match (self.places.get(at), at.rfind('.')) {
                (Some(place), _) => break Some(place.clone()),
                (None, Some(dot)) => at = &at[..dot],
                (None, None) => break None,
            }
        };
        Fault { path, place, kind }
    }

    /// Takes `key` out, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.table.remove(key)
    }

    /// The value of `key`, left where it is.
    pub fn peek(&self, key: &str) -> Option<&Value> {
        self.table.get(key)
    }

    /// The folder that paths in `key` are relative to: the recipe's own, or the working folder for an override.
    pub fn base(&self, key: &str, folder: &Path) -> PathBuf {
        let place = self.fault(key, FaultKind::UnknownKey { nearest: None }).place;
        if matches!(place, Some(Place::Override(_))) { PathBuf::new() } else { folder.to_owned() }
    }

    /// Whether `key` is still there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A path, relative to the folder that [`Reader::base`] tells; a leading `~` is the user's home folder.
    pub fn file(&mut self, key: &'static str, base: &Path, faults: &mut Vec<Fault>) -> Option<PathBuf> {
        match self.take(key)? {
            Value::String(path) => Some(self.path_of(key, path, base, faults)),
            other => {
                faults.push(self.wrong_type(key, &other, phrase!("allowed-path")));
                Some(PathBuf::new())
            }
        }
    }

    /// The same of a path that was taken already.
    pub fn path_of(&self, key: &'static str, path: String, base: &Path, faults: &mut Vec<Fault>) -> PathBuf {
        match from_home(Path::new(&path)) {
            None => base.join(path),
            Some(Ok(path)) => path,
            Some(Err(no_home)) => {
                let allowed = match no_home {
                    NoHome::OfAnother => phrase!("allowed-home-of-another"),
                    NoHome::Unknown => phrase!("allowed-no-home"),
                };
                faults.push(self.not_allowed(key, &Value::String(path), allowed));
                PathBuf::new()
            }
        }
    }

    /// A list of columns, by name or position; one alone needs no brackets.
    pub fn columns(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Vec<ColumnRef> {
        let items = match self.take(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(one) => vec![one],
        };
        let mut columns = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::String(name) => columns.push(ColumnRef::Name(name)),
                Value::Integer(position) => columns.push(ColumnRef::Position(position)),
                other => faults.push(self.not_allowed(key, &other, phrase!("allowed-columns"))),
            }
        }
        columns
    }

    /// What a method's field holds, as an objective takes it: a value, or a table that says how it moves.
    pub fn course(&mut self, field: &'static Field, default: f64, faults: &mut Vec<Fault>) -> Course {
        if field.may_move() && self.peek(field.key()).is_some_and(Value::is_table) {
            return self.ramp(field, faults).map_or(Course::Fixed(default), Course::Moving);
        }
        Course::Fixed(self.setting(field, default, faults))
    }

    /// `{ schedule = "linear", from = 8, to = 1 }`; none where it is faulty.
    fn ramp(&mut self, field: &'static Field, faults: &mut Vec<Fault>) -> Option<Ramp> {
        let Some(Value::Table(table)) = self.take(field.key()) else { return None };
        let mut inner = self.inner(field.key(), table);
        let before = faults.len();
        if !inner.has(SCHEDULE) {
            let names = Shape::NAMES.map(|(name, _)| format!("\"{name}\"").into());
            faults.push(inner.fault(SCHEDULE, FaultKind::Missing { allowed: Phrase::several(Between::Or, names) }));
        }
        let shape = inner.choice(SCHEDULE, Shape::default(), &Shape::NAMES, faults);
        let [from, to] = ["from", "to"].map(|key| inner.end(key, field, faults));
        inner.finish(&[], faults);
        (faults.len() == before).then_some(Ramp { shape, from, to })
    }

    /// An end of what moves, within what its field allows.
    fn end(&mut self, key: &'static str, field: &Field, faults: &mut Vec<Fault>) -> f64 {
        // What a field takes beside numbers is no end.
        let allowed = Field { allowed: None, ..*field }.allowed();
        let fault = match self.take(key) {
            None => self.fault(key, FaultKind::Missing { allowed }),
            Some(value) => match number_of(&value) {
                Some(number) if field.span().allows(number) => return number,
                Some(_) => self.not_allowed(key, &value, allowed),
                None => self.wrong_type(key, &value, allowed),
            },
        };
        faults.push(fault);
        field.span().usual
    }

    fn setting(&mut self, field: &'static Field, default: f64, faults: &mut Vec<Fault>) -> f64 {
        let key = field.key();
        match field.kind {
            Kind::Truth(_) => f64::from(u8::from(self.truth(key, default != 0.0, faults))),
            Kind::Whole(_) => self.whole(key, default as u64, faults) as f64,
            Kind::Choice(names) => {
                let places: Vec<(&str, f64)> =
                    names.iter().enumerate().map(|(at, (name, _))| (*name, at as f64)).collect();
                self.choice(key, default, &places, faults)
            }
            _ => self.number(key, default, faults),
        }
    }

    /// A number that the field at `key` allows.
    pub fn number(&mut self, key: &'static str, default: f64, faults: &mut Vec<Fault>) -> f64 {
        let Some(value) = self.take(key) else { return default };
        let field = self.field(key);
        let Some(number) = number_of(&value) else {
            faults.push(self.wrong_type(key, &value, field.allowed()));
            return default;
        };
        if field.span().allows(number) {
            number
        } else {
            faults.push(self.not_allowed(key, &value, field.allowed()));
            default
        }
    }

    /// The field at `key`.
    fn field(&self, key: &str) -> Field {
        let path = below(&self.described, key);
        debug_assert!(field(&path).is_some(), "{path} is not described");
        field(&path).copied().unwrap_or(PLAIN)
    }

    /// A whole number that the field at `key` allows.
    pub fn whole(&mut self, key: &'static str, default: u64, faults: &mut Vec<Fault>) -> u64 {
        let Some(value) = self.take(key) else { return default };
        let field = self.field(key);
        let Value::Integer(number) = value else {
            faults.push(self.wrong_type(key, &value, field.allowed()));
            return default;
        };
        match u64::try_from(number) {
            // Beyond 2⁵³ not every whole number is a float: the bound above is checked where there is one.
            Ok(whole) if whole >= field.span().least() && field.span().allows(whole as f64) => whole,
            _ => {
                faults.push(self.not_allowed(key, &value, field.allowed()));
                default
            }
        }
    }

    /// True or false.
    pub fn truth(&mut self, key: &'static str, default: bool, faults: &mut Vec<Fault>) -> bool {
        match self.take(key) {
            None => default,
            Some(Value::Boolean(truth)) => truth,
            Some(other) => {
                faults.push(self.wrong_type(key, &other, phrase!("allowed-truth")));
                default
            }
        }
    }

    /// A name that is not empty.
    pub fn word(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<String> {
        match self.take(key)? {
            Value::String(word) if !word.trim().is_empty() => Some(word),
            other => {
                faults.push(self.wrong_type(key, &other, phrase!("allowed-name")));
                None
            }
        }
    }

    /// A list of whole numbers of at least 1.
    pub fn widths(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<Vec<usize>> {
        let allowed = phrase!("allowed-widths");
        let value = self.take(key)?;
        let Value::Array(items) = &value else {
            faults.push(self.wrong_type(key, &value, allowed));
            return Some(Vec::new());
        };
        let mut widths = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::Integer(width) if (1..=1_000_000).contains(width) => widths.push(*width as usize),
                other => {
                    faults.push(self.not_allowed(key, other, allowed));
                    return Some(Vec::new());
                }
            }
        }
        Some(widths)
    }

    /// A list of different names, at least one; whole numbers are names too.
    pub fn names(&mut self, key: &'static str, faults: &mut Vec<Fault>) -> Option<Vec<String>> {
        let allowed = || phrase!("allowed-different-names");
        let value = self.take(key)?;
        let Value::Array(items) = &value else {
            faults.push(self.wrong_type(key, &value, allowed()));
            return None;
        };
        let mut names: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            let name = match item {
                Value::String(name) => name.clone(),
                Value::Integer(name) => name.to_string(),
                other => {
                    faults.push(self.not_allowed(key, other, allowed()));
                    return None;
                }
            };
            if names.contains(&name) {
                faults.push(self.not_allowed(key, item, allowed()));
                return None;
            }
            names.push(name);
        }
        if names.is_empty() {
            faults.push(self.not_allowed(key, &value, allowed()));
            return None;
        }
        Some(names)
    }

    /// A finite number or a list of them for which `allow` holds, or `"imagenet"` for three known ones.
    pub fn numbers(
        &mut self,
        key: &'static str,
        imagenet: &[f64],
        allow: impl Fn(f64) -> bool,
        faults: &mut Vec<Fault>,
    ) -> Option<Vec<f64>> {
        let allowed = || phrase!("allowed-numbers", name = key);
        let value = self.take(key)?;
        let items = match &value {
            Value::String(name) if name == "imagenet" => return Some(imagenet.to_vec()),
            Value::Array(items) if !items.is_empty() => items.as_slice(),
            Value::Float(_) | Value::Integer(_) => std::slice::from_ref(&value),
            other => {
                faults.push(self.wrong_type(key, other, allowed()));
                return None;
            }
        };
        let mut numbers = Vec::with_capacity(items.len());
        for item in items {
            let number = match item {
                Value::Float(number) => *number,
                Value::Integer(number) => *number as f64,
                _ => f64::NAN,
            };
            if !(number.is_finite() && allow(number)) {
                faults.push(self.not_allowed(key, item, allowed()));
                return None;
            }
            numbers.push(number);
        }
        Some(numbers)
    }

    /// One of the names in `choices`.
    pub fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        default: T,
        choices: &[(&str, T)],
        faults: &mut Vec<Fault>,
    ) -> T {
        let names = || Phrase::several(Between::Or, choices.iter().map(|(name, _)| format!("\"{name}\"").into()));
        match self.take(key) {
            None => default,
            Some(Value::String(name)) => {
                if let Some((_, choice)) = choices.iter().find(|(known, _)| *known == name) {
                    *choice
                } else {
                    let allowed = match of_value(key, &name) {
                        Some(hint) => phrase!("allowed-with-hint", allowed = names(), hint = hint),
                        None => names(),
                    };
                    faults.push(self.not_allowed(key, &Value::String(name), allowed));
                    default
                }
            }
            Some(other) => {
                faults.push(self.wrong_type(key, &other, names()));
                default
            }
        }
    }

    pub fn wrong_type(&self, key: &str, found: &Value, allowed: Phrase) -> Fault {
        self.fault(key, FaultKind::WrongType { found: with_kind(found), allowed })
    }

    pub fn not_allowed(&self, key: &str, value: &Value, allowed: Phrase) -> Fault {
        self.fault(key, FaultKind::NotAllowed { value: inline(value), allowed })
    }

    /// Everything that was not taken is unknown; `also` are keys that are known here but were not asked for.
    pub fn finish(self, also: &[&'static str], faults: &mut Vec<Fault>) {
        for key in self.table.keys() {
            let known = self.known.iter().chain(also).copied();
            let kind = match hint(&self.described, key, known) {
                Some(Hint::Word(advice)) => FaultKind::OtherWord { advice },
                Some(Hint::Near(nearest)) => FaultKind::UnknownKey { nearest: Some(nearest) },
                None => FaultKind::UnknownKey { nearest: None },
            };
            faults.push(self.fault(key, kind));
        }
    }
}

/// The key that tells a table of what moves from one of what is swept.
pub(super) const SCHEDULE: &str = "schedule";

fn number_of(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|number| number as f64))
}

/// The dotted path of a key in the table at `path`.
fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A value on one line, as TOML writes it, shortened.
fn inline(value: &Value) -> String {
    let text = value.to_string();
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A value with the name of its type.
fn with_kind(value: &Value) -> Phrase {
    let text = inline(value);
    match value {
        Value::String(_) => phrase!("found-text", value = text),
        Value::Integer(_) => phrase!("found-whole", value = text),
        Value::Float(_) => phrase!("found-number", value = text),
        Value::Boolean(_) => phrase!("found-truth", value = text),
        Value::Datetime(_) => phrase!("found-date", value = text),
        Value::Array(_) => phrase!("found-list", value = text),
        Value::Table(_) => phrase!("found-table", value = text),
    }
}
