//! Which arrays of an archive are inputs or labels of a part, and what these hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::npy::{self, Array, Values, in_array, read};
use super::roles::{Kind as RoleKind, Part, role};
use crate::data::file::{shown_shape, unreadable};
use crate::data::magic::start_of;
use crate::data::{DataError, Findings, Kind, LeftOut, Remark, Watch};
use crate::recipe::{ColumnRef, TableSource};
use crate::text::{Between, Phrase, phrase};

/// An array and what it is called in its archive.
pub(super) struct NamedArray {
    pub name: String,
    pub array: Array,
}

/// Inputs and the label of each row, as text.
pub(super) struct LoadedPart {
    pub inputs: NamedArray,
    pub labels: Vec<String>,
    /// Columns of one-hot labels: classes that are there whether a row has them or not.
    pub one_hot: usize,
}

/// The parts of an archive, and what was found about its arrays.
pub(super) struct Contents {
    pub parts: BTreeMap<Part, LoadedPart>,
    pub findings: Findings,
}

/// Reads those arrays that are inputs or labels of a part.
pub(super) fn contents(source: &TableSource, watch: &dyn Watch) -> Result<Contents, DataError> {
    let mut archive = Archive::open(&source.path, watch)?;
    let label = archive.asked_label(source)?;
    let roles = archive.roles(label);
    let mut findings = Findings { kind: Kind::Arrays, ..Findings::default() };
    let used: BTreeSet<usize> = roles.values().copied().collect();
    for (name, _) in (0..archive.arrays.len()).filter(|at| !used.contains(at)).map(|at| &archive.arrays[at]) {
        findings.left_out.push(LeftOut { name: name.clone(), why: phrase!("left-out-array"), count: 1 });
    }
    let mut parts = BTreeMap::new();
    for part in [Part::Training, Part::Validation, Part::Test] {
        if watch.is_cancelled() {
            return Err(DataError::Cancelled);
        }
        if let Some(loaded) = archive.part(part, &roles, &mut findings)? {
            parts.insert(part, loaded);
        }
    }
    Ok(Contents { parts, findings })
}

/// For each role the array that has it, by its position among [`Archive::arrays`].
type Roles = BTreeMap<(Part, RoleKind), usize>;

/// An open archive.
struct Archive<'a> {
    file: &'a Path,
    watch: &'a dyn Watch,
    zip: ZipArchive<BufReader<File>>,
    /// What each array is called, and its index among the entries of the archive.
    arrays: Vec<(String, usize)>,
}

impl<'a> Archive<'a> {
    fn open(file: &'a Path, watch: &'a dyn Watch) -> Result<Self, DataError> {
        if start_of(file)?.starts_with(npy::MAGIC) {
            let (problem, allowed) = (phrase!("npz-single"), phrase!("npz-names"));
            return Err(DataError::Format { file: file.to_owned(), problem, allowed });
        }
        let opened = BufReader::new(File::open(file).map_err(|error| unreadable(file, &error))?);
        let mut zip = ZipArchive::new(opened).map_err(|error| broken(file, &error))?;
        let mut arrays: Vec<(String, usize)> = Vec::new();
        for index in 0..zip.len() {
            let entry = zip.by_index(index).map_err(|error| broken(file, &error))?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            if let Some(name) = name.strip_suffix(".npy") {
                arrays.push((name.to_owned(), index));
            }
        }
        Ok(Self { file, watch, zip, arrays })
    }

    fn wrong(&self, problem: Phrase, allowed: Phrase) -> DataError {
        DataError::Format { file: self.file.to_owned(), problem, allowed }
    }

    /// All names, for messages.
    fn names(&self) -> Phrase {
        Phrase::several(Between::Commas, self.arrays.iter().map(|(name, _)| format!("`{name}`").into()))
    }

    /// The array of labels that a recipe names.
    fn asked_label<'s>(&self, source: &'s TableSource) -> Result<Option<&'s str>, DataError> {
        match &source.label {
            None => Ok(None),
            Some(ColumnRef::Name(name)) if self.arrays.iter().any(|(known, _)| known == name) => Ok(Some(name)),
            Some(ColumnRef::Name(name)) => {
                let problem = phrase!("npz-no-array", name = name);
                Err(self.wrong(problem, phrase!("idx-one-of", names = self.names())))
            }
            Some(ColumnRef::Position(_)) => {
                let problem = phrase!("npz-label-by-position");
                Err(self.wrong(problem, phrase!("idx-one-of", names = self.names())))
            }
        }
    }

    /// Of several arrays with the same role the one whose name says it best. The labels of the training part are those of
    /// `label`, where a recipe names them.
    fn roles(&self, label: Option<&str>) -> Roles {
        let mut taken: BTreeMap<(Part, RoleKind), (usize, usize)> = BTreeMap::new();
        let is_pair = self.arrays.len() == 2;
        for (at, (name, _)) in self.arrays.iter().enumerate() {
            let found = match label {
                Some(label) if label == name => Some((Part::Training, RoleKind::Labels, 0)),
                _ => role(name, is_pair)
                    .filter(|role| label.is_none() || (role.0, role.1) != (Part::Training, RoleKind::Labels)),
            };
            let Some((part, kind, rank)) = found else { continue };
            let best = taken.entry((part, kind)).or_insert((rank, at));
            *best = (*best).min((rank, at));
        }
        taken.into_iter().map(|(role, (_, at))| (role, at)).collect()
    }

    /// The array with this role, if there is one.
    fn array(&mut self, role: (Part, RoleKind), roles: &Roles) -> Result<Option<NamedArray>, DataError> {
        let Some(at) = roles.get(&role) else { return Ok(None) };
        let (name, index) = &self.arrays[*at];
        let mut entry = self.zip.by_index(*index).map_err(|error| broken(self.file, &error))?;
        let size = entry.size();
        let array = read(&mut entry, size, self.file, name)?;
        self.watch.progress(*at as u64 + 1, self.arrays.len() as u64);
        Ok(Some(NamedArray { name: name.clone(), array }))
    }

    /// Inputs and labels of a part; `None` where one of them is missing, which only the training part must not.
    fn part(&mut self, part: Part, roles: &Roles, findings: &mut Findings) -> Result<Option<LoadedPart>, DataError> {
        let Some(inputs) = self.array((part, RoleKind::Inputs), roles)? else {
            if part == Part::Training {
                return Err(self.wrong(phrase!("npz-no-inputs", names = self.names()), phrase!("npz-names")));
            }
            return Ok(None);
        };
        let Some(labels) = self.array((part, RoleKind::Labels), roles)? else {
            if part == Part::Training {
                return Err(self.wrong(phrase!("npz-no-labels", names = self.names()), phrase!("npz-names")));
            }
            findings.left_out.push(LeftOut { name: inputs.name, why: phrase!("left-out-unlabelled"), count: 1 });
            return Ok(None);
        };
        let rows = inputs.array.shape.first().copied().unwrap_or(0);
        if rows == 0 || matches!(inputs.array.values, Values::Words(_)) || inputs.array.len() == 0 {
            let problem = phrase!("npz-shape", shape = shown_shape(&inputs.array.shape));
            return Err(self.wrong(in_array(&inputs.name, problem), phrase!("npz-inputs")));
        }
        let (named, one_hot) =
            labels_of(&labels).map_err(|problem| self.wrong(in_array(&labels.name, problem), phrase!("npz-labels")))?;
        if named.len() != rows {
            let problem = phrase!("npz-counts", inputs = &inputs.name, rows = rows, labels = named.len());
            return Err(self.wrong(in_array(&labels.name, problem), phrase!("npz-labels")));
        }
        if one_hot > 0 {
            let message = phrase!("remark-one-hot", name = &labels.name, count = one_hot);
            findings.remarks.push(Remark::note("one-hot-labels", message, [("classes", one_hot as u64)]));
        }
        Ok(Some(LoadedPart { inputs, labels: named, one_hot }))
    }
}

fn broken(file: &Path, error: &ZipError) -> DataError {
    DataError::Read { file: file.to_owned(), problem: error.to_string() }
}

/// The label of each row as text, and the number of columns of one-hot labels, or 0.
fn labels_of(labels: &NamedArray) -> Result<(Vec<String>, usize), Phrase> {
    let array = &labels.array;
    let columns = match array.shape[..] {
        [_] | [_, 1] => 1,
        [_, columns] if columns > 1 => columns,
        [..] => return Err(phrase!("npz-shape", shape = shown_shape(&array.shape))),
    };
    if let Values::Words(words) = &array.values {
        if columns > 1 {
            return Err(phrase!("npz-shape", shape = shown_shape(&array.shape)));
        }
        let empty = words.iter().position(String::is_empty);
        return match empty {
            Some(row) => Err(phrase!("npz-label", row = row, label = "")),
            None => Ok((words.clone(), 0)),
        };
    }
    if columns == 1 {
        let label = |row: usize| {
            let number = array.number(row);
            // Whole numbers up to here are exact.
            if number.fract() == 0.0 && number.abs() < 9e15 {
                return Ok((number as i64).to_string());
            }
            Err(phrase!("npz-label", row = row, label = number.to_string()))
        };
        return Ok(((0..array.len()).map(label).collect::<Result<_, _>>()?, 0));
    }
    let hot = |row: usize| {
        let mut found = None;
        for column in 0..columns {
            match array.number(row * columns + column) {
                0.0 => {}
                1.0 if found.is_none() => found = Some(column.to_string()),
                _ => return Err(phrase!("npz-one-hot", row = row)),
            }
        }
        found.ok_or_else(|| phrase!("npz-one-hot", row = row))
    };
    Ok(((0..array.len() / columns).map(hot).collect::<Result<_, _>>()?, columns))
}
